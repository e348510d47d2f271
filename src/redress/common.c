/* common.c - limits, rungs of supervision, and who has an interest: what the families share. */
#include "redress/redress_int.h"

static const struct json *limits(struct act *act)
{
	struct str text = setting_get(act->c, act->a, S("redress.limits"));
	if (!text.len && casework_data_file(act->cw, act->a, "redress/limits.json", &text, NULL) != OK)
		return NULL;
	return parse(act->a, text);
}

int64_t redress_limit(struct act *act, const char *path, int64_t none)
{
	return json_i64(json_path(limits(act), path), none);
}

struct str redress_words(struct act *act, const char *path)
{
	return json_text(json_path(limits(act), path));
}

int64_t redress_due(struct act *act, int64_t days)
{
	const struct calendar *cal = calendar_now(act->cw);
	calendar_day today = calendar_day_at(act->now_ms, calendar_offset_s(cal));
	return calendar_day_start_ms(calendar_working_days_add(cal, today, (int32_t)days) + 1, calendar_offset_s(cal));
}

enum err redress_ids(struct store_conn *c, struct arena *a, const char *sql, int64_t p1, int64_t p2, int64_t **ids, size_t *count)
{
	enum { IDS_MAX = 1000 };
	struct store_query *q;
	bool row;
	*count = 0;
	*ids = arena_new_n(a, int64_t, IDS_MAX);
	if (!*ids)
		return ERR_NOMEM;
	TRY(store_prepare(c, sql, &q));
	store_bind_i64(q, 1, p1);
	store_bind_i64(q, 2, p2);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (*count < IDS_MAX)
			(*ids)[(*count)++] = store_col_i64(q, 0);
	}
}

#define SUPERVISORS \
	"SELECT DISTINCT p.id FROM post t JOIN organ o ON o.id=t.organ JOIN person p ON p.id=t.a OR p.id=t.b" \
	" WHERE t.role='supervisor' AND p.enabled=1 AND (?2=0 OR o.region=?1) ORDER BY p.id"

/* Walks up the regions from the organ's; every region that has supervisors is a rung. */
enum err redress_supervisors(struct store_conn *c, struct arena *a, int64_t organ, int rung, int64_t **ids, size_t *count)
{
	enum { REGION_LEVELS = 8 };
	int found = 1;
	int64_t region = row_i64(c, "SELECT region FROM organ WHERE id=?1", organ, 0);
	for (int i = 0; region && i < REGION_LEVELS; i++) {
		TRY(redress_ids(c, a, SUPERVISORS, region, 1, ids, count));
		if (*count && ++found == rung)
			return OK;
		region = row_i64(c, "SELECT parent FROM region WHERE id=?1", region, 0);
	}
	*count = 0;
	return rung == 2 ? redress_ids(c, a, SUPERVISORS, 0, 0, ids, count) : OK;
}

enum err redress_tell(struct act *act, const int64_t *people, size_t count, int64_t case_id, struct str title, struct str title_en,
                      struct str text, struct str text_en)
{
	for (size_t i = 0; i < count; i++) {
		bool told = false;
		for (size_t k = 0; k < i; k++)
			told = told || people[k] == people[i];
		if (!told)
			TRY(notice_send(act, people[i], case_id, title, title_en, text, text_en, 0));
	}
	return OK;
}

int64_t redress_head(struct store_conn *c, int64_t organ)
{
	return row_i64(c, "SELECT a FROM post WHERE organ=?1 AND role='head' ORDER BY id LIMIT 1", organ, 0);
}

enum err redress_tell_office(struct act *act, int64_t person, int64_t organ, int64_t case_id, struct str title, struct str title_en,
                             struct str text, struct str text_en)
{
	int64_t people[2] = { person, redress_head(act->c, organ) };
	return redress_tell(act, people, 2, case_id, title, title_en, text, text_en);
}

enum err redress_text(struct act *act, const char *key, const char *code, const char *words, struct str *out)
{
	*out = str_trim(json_text(json_get(act->data, key)));
	if (out->len)
		return OK;
	(void)act_refuse(act, ERR_INVALID, code, "%s", words);
	diag_at(act->d, str_of(key));
	return ERR_INVALID;
}

struct str redress_number(struct act *act, const char *prefix, struct json_build *event)
{
	int year, month, day;
	int64_t n;
	char serial[48];
	calendar_day_civil(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
	snprintf(serial, sizeof serial, "redress/%s/%04d", prefix, year);
	serial_take(act, serial, event, &n);
	return arena_printf(act->a, "%s%04d%06lld", prefix, year, (long long)n);
}

/* Did the person take a step of the case? */
static bool took_part(struct store_conn *c, int64_t person, int64_t case_id)
{
	struct store_query *q;
	bool row = false;
	if (!case_id || store_prepare(c, "SELECT 1 FROM step_done WHERE case_id=?1 AND (person=?2 OR signed_by=?2)"
	                                 " UNION ALL SELECT 1 FROM step_open WHERE case_id=?1 AND person=?2 LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, case_id);
	store_bind_i64(q, 2, person);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

bool redress_interested(struct store_conn *c, int64_t judge, int64_t person, int64_t organ, int64_t case_id)
{
	return judge == person || powers_in_organ(c, judge, organ, ROLE_HANDLERS) || took_part(c, judge, case_id);
}

struct str redress_name(struct store_conn *c, struct arena *a, int64_t person)
{
	struct str name = row_str(c, a, "SELECT name FROM person WHERE id=?1", person);
	return name.ptr ? name : S("");
}

enum err redress_papers(struct act *act, int64_t case_id, struct json_build *event)
{
	struct json_build ids, papers, one;
	const struct json *documents = json_get(act->data, "documents");
	json_build_array(&ids, act->a);
	json_build_array(&papers, act->a);
	if (documents && documents->count && !case_id)
		return act_refuse(act, ERR_INVALID, "redress.no-case", "This is about no case: there is no file that papers could go to.");
	if (documents && documents->count)
		TRY(uploads_file(act, case_id, documents, S("inner"), &ids));
	for (size_t i = 0; i < ids.value.count; i++) {
		json_build_object(&one, act->a);
		json_set(&one, "document", &ids.value.items[i]);
		json_add(&papers, json_built(&one));
	}
	json_set(event, "papers", json_built(&papers));
	return OK;
}
