/* office_state.c - how the system is: what is well, what needs somebody, and when the last backup was made. */
#include "web/office_int.h"
#include "web/web_int.h"

/* "3 hours", "2 days"; less than an hour is no age. */
static struct str age_text(struct http_request *rq, int64_t seconds)
{
	enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, DAYS_FROM = 2 * DAY_S };
	if (seconds < HOUR_S)
		return http_tr(rq, "office.state.just_now");
	struct str age = seconds < DAYS_FROM ? web_amount_text(rq, seconds / HOUR_S, S("hours")) : web_amount_text(rq, seconds / DAY_S, S("days"));
	return http_tr_args(rq, "office.state.ago", &age, 1);
}

static bool is_good(const struct json *checks, const char *name)
{
	for (size_t i = 0; checks && i < checks->count; i++)
		if (str_eqz(json_text(json_get(&checks->items[i], "check")), name))
			return json_bool(json_get(&checks->items[i], "good"), false);
	return false;
}

/* Those that need somebody, and the others: where no backups are scheduled none is on time either. How many need somebody. */
static int64_t put_checks(struct http_request *rq, struct json_builder *data, const struct json *checks)
{
	struct json_builder bad, good;
	int64_t n = 0;
	bool scheduled = is_good(checks, "backup_planned");
	json_build_array_begin(&bad, rq->arena);
	json_build_array_begin(&good, rq->arena);
	for (size_t i = 0; checks && i < checks->count; i++) {
		bool well = json_bool(json_get(&checks->items[i], "good"), false);
		if (!well)
			json_build_value(&bad, "", &checks->items[i]);
		else if (scheduled || !str_starts(json_text(json_get(&checks->items[i], "check")), S("backup")))
			json_build_value(&good, "", &checks->items[i]);
		n += !well;
	}
	json_build_value(data, "bad", json_build_end(&bad));
	json_build_value(data, "good", json_build_end(&good));
	return n;
}

static void put_known(struct json_builder *data, const struct json *v, const char *key, const char *known)
{
	const struct json *n = json_get(v, key);
	json_build_bool(data, known, n && n->kind != JSON_NULL);
}

void office_state_put(struct web_page *p)
{
	const struct json *checks = json_get(web_state_json(p->rq, p->web), "checks");
	int64_t n = 0;
	for (size_t i = 0; checks && i < checks->count; i++)
		n += !json_bool(json_get(&checks->items[i], "good"), true);
	if (n)
		json_build_str(&p->data, "needs", arena_printf(p->rq->arena, "%lld", (long long)n));
}

enum http_outcome office_state(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *v = web_state_json(rq, w), *dressed = v ? web_dress(rq, v) : NULL, *backup = json_get(dressed, "backup");
	struct json_builder disk;
	struct web_page p;
	int64_t age;
	web_page_begin(&p, rq, w, "office.state", NULL, 0);
	json_build_bool(&p.data, "needs", put_checks(rq, &p.data, json_get(v, "checks")) > 0);
	json_build_bool(&p.data, "may_mend", (web_user(rq)->roles & WEB_ADMIN) != 0);
	put_known(&p.data, v, "open_cases", "cases_known");
	put_known(&p.data, v, "limits_late", "late_known");
	put_known(&p.data, v, "backup", "backup_known");
	json_build_object_begin(&disk, rq->arena);
	json_build_i64(&disk, "size", json_i64(json_get(v, "disk_free_bytes"), -1));
	if (json_i64(json_get(v, "disk_free_bytes"), -1) >= 0)
		json_build_value(&p.data, "disk", web_dress(rq, json_build_end(&disk)));
	if ((age = json_i64(json_get(backup, "age_s"), -1)) >= 0)
		json_build_str(&p.data, "backup_age", age_text(rq, age));
	if (dressed)
		json_build_merge(&p.data, dressed);
	http_header_set(re, "Cache-Control", S("no-store"));
	return web_page_send(&p, re, "office/state");
}
