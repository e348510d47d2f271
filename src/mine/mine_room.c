/* mine_room.c - the room on the kernel: it brings no table, no event and no command, only views over the record.
 *
 * A report costs time, so the last ones are kept, by question and by the record's head: the same question to the same
 * record has the same answer. */
#include "mine/record.h"

#include "text/json.h"

enum { KEPT = 12, REPORT_BYTES = 64 << 20, SCRATCH_BYTES = 512 << 20, ROWS = 30, PEOPLE = 14, CASES_MAX = 200 };

/* ---- the question ---- */

static int64_t day_param(struct view_ctx *v, const char *key, int more)
{
	calendar_day day;
	if (!calendar_day_parse(param(v, key), &day))
		return MINE_NO_TIME;
	return calendar_day_start_ms(day + more, calendar_offset_s(calendar_now(v->cw)));
}

static enum err check_day(struct view_ctx *v, const char *key)
{
	calendar_day day;
	struct str s = param(v, key);
	if (str_empty(s) || calendar_day_parse(s, &day))
		return OK;
	enum err e = diag_set(v->d, ERR_INVALID, "mine.day", "\"%.*s\" is no date like 2026-03-01", STR_ARG(s));
	diag_arg(v->d, s);
	diag_at(v->d, str_of(key));
	return e;
}

static enum err read_question(struct view_ctx *v, struct record_question *q)
{
	TRY(check_day(v, "from"));
	TRY(check_day(v, "to"));
	*q = (struct record_question){ .item = param(v, "item"), .organ = param(v, "organ"), .region = param(v, "region"),
		                       .from_ms = day_param(v, "from", 0), .to_ms = day_param(v, "to", 1), .english = str_eqz(param(v, "lang"), "en") };
	return OK;
}

static uint32_t number_param(struct view_ctx *v, const char *key, uint32_t most)
{
	int64_t n;
	return str_to_i64(param(v, key), &n) && n > 0 && n <= most ? (uint32_t)n : 0;
}

/* ---- from question to report ---- */

struct work { struct mine_log *log; struct mine_report *report; struct bpmn_model *process; struct arena a; };

static void work_end(struct work *w)
{
	mine_report_free(w->report);
	mine_log_free(w->log);
	arena_release(&w->a);
}

static enum err choose(struct view_ctx *v, struct work *w)
{
	struct mine_filter f = { .from_ms = MINE_NO_TIME, .to_ms = MINE_NO_TIME, .variants = number_param(v, "variants", 100000),
		                 .activities_percent = number_param(v, "activities", 100) };
	struct mine_log *part;
	if (!f.variants && !f.activities_percent)
		return OK;
	TRY(mine_filter(w->log, &f, &part, v->d));
	mine_log_free(w->log);
	w->log = part;
	return OK;
}

static enum err work_run(struct view_ctx *v, struct work *w)
{
	struct record_question q;
	*w = (struct work){ 0 };
	arena_init(&w->a, SCRATCH_BYTES);
	view_long(v);
	TRY(read_question(v, &q));
	TRY(record_read(v, &q, &w->log));
	TRY(choose(v, w));
	TRY(view_wanted(v));
	w->process = record_process(v, q.item, &w->a);
	struct mine_work how = { .calendar = calendar_now(v->cw), .model = w->process };
	TRY(mine_report_make(w->log, &how, &w->report, v->d));
	return view_wanted(v);
}

/* ---- the answers kept ---- */

struct kept { uint64_t key[2]; struct str text; uint64_t used; };

static struct {
	struct os_mutex lock;
	struct kept list[KEPT];
	uint64_t now;
} cache;

/* Before any thread serves. */
__attribute__((constructor)) static void cache_init(void) { os_mutex_init(&cache.lock); }

static uint64_t mixed(uint64_t seed, struct str s) { return (words_hash(s) ^ seed) * 0x9e3779b97f4a7c15u; }

/* What the answer depends on: the record's head (the calendar is in the record), the question, whose organs, and the day, with which
 * limits pass. */
static void key_of(struct view_ctx *v, uint64_t key[2])
{
	static const char *const names[] = { "item", "organ", "region", "from", "to", "variants", "activities", "lang" };
	struct str head = row_str(v->c, v->a, "SELECT hash FROM ledger ORDER BY seq DESC LIMIT ?1", 1);
	bool all = (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0;
	for (uint64_t k = 0; k < 2; k++) {
		key[k] = mixed(k + 1, head.ptr ? head : S(""));
		key[k] ^= (uint64_t)calendar_day_at(v->now_ms, calendar_offset_s(calendar_now(v->cw))) << 32;
		key[k] = (key[k] ^ (all ? 0 : (uint64_t)v->actor.person + 1)) * 0xbf58476d1ce4e5b9u;
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			key[k] = mixed(key[k] + i, param(v, names[i]));
	}
}

static struct str cache_get(const uint64_t key[2], struct arena *a)
{
	struct str found = { NULL, 0 };
	os_mutex_lock(&cache.lock);
	for (size_t i = 0; i < KEPT; i++) {
		struct kept *k = &cache.list[i];
		if (!k->text.ptr || k->key[0] != key[0] || k->key[1] != key[1])
			continue;
		k->used = ++cache.now;
		found = arena_str(a, k->text);
	}
	os_mutex_unlock(&cache.lock);
	return found;
}

static void cache_put(const uint64_t key[2], struct str text)
{
	char *copy = heap_alloc(text.len + 1);
	if (!copy)
		return;
	memcpy(copy, text.ptr, text.len);
	os_mutex_lock(&cache.lock);
	struct kept *oldest = &cache.list[0];
	for (size_t i = 1; i < KEPT; i++)
		oldest = cache.list[i].used < oldest->used ? &cache.list[i] : oldest;
	heap_free((void *)(uintptr_t)oldest->text.ptr);
	*oldest = (struct kept){ { key[0], key[1] }, str_span(copy, text.len), ++cache.now };
	os_mutex_unlock(&cache.lock);
}

/* ---- the report's view ---- */

/* "/mine/cases?item=…&": where the picture's parts lead. */
static struct str link_of(struct view_ctx *v)
{
	static const char *const names[] = { "item", "organ", "region", "from", "to", "variants", "activities" };
	struct buf b;
	buf_init_in(&b, v->a, 4096);
	buf_putz(&b, "/mine/cases?");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (str_empty(param(v, names[i])))
			continue;
		buf_printf(&b, "%s=", names[i]);
		mine_address(param(v, names[i]), &b);
		buf_putz(&b, "&amp;");
	}
	return buf_str(&b);
}

static enum err put_svg(struct json_writer *w, const char *key, struct buf *svg, enum err e)
{
	if (e == OK)
		json_pair_str(w, key, buf_str(svg));
	return e;
}

static enum err write_report(struct view_ctx *v, struct work *k, struct buf *out)
{
	struct json_writer w;
	struct buf svg, report;
	struct mine_show show = { .english = str_eqz(param(v, "lang"), "en"), .rows_max = ROWS, .link = link_of(v) };
	json_writer_init(&w, out);
	buf_init(&svg, REPORT_BYTES);
	buf_init(&report, REPORT_BYTES);
	json_object(&w);
	enum err e = put_svg(&w, "graph", &svg, mine_draw(k->report, &show, &k->a, &svg));
	buf_clear(&svg);
	if (e == OK && k->process && k->report->conformance.done)
		e = put_svg(&w, "process", &svg, mine_draw_bpmn(k->report, k->process, &show, &k->a, &svg, v->d));
	buf_clear(&svg);
	show.nodes_max = PEOPLE;
	show.edges_max = PEOPLE * 2;
	if (e == OK && k->report->hand_overs_count)
		e = put_svg(&w, "people", &svg, mine_draw_hand_overs(k->report, &show, &k->a, &svg));
	mine_report_json(k->report, &show, &report);
	json_key(&w, S("report"));
	json_put_raw(&w, buf_str(&report));
	json_end(&w);
	if (e == OK)
		e = report.failed;
	buf_release(&report);
	buf_release(&svg);
	return e == OK ? out->failed : e;
}

static enum err make_report(struct view_ctx *v, const uint64_t key[2], struct str *text)
{
	struct work k;
	struct buf out;
	buf_init(&out, REPORT_BYTES);
	enum err e = work_run(v, &k);
	if (e == OK)
		e = write_report(v, &k, &out);
	work_end(&k);
	if (e == OK)
		e = view_answers(v);
	if (e == OK) {
		if (!v->round)
			cache_put(key, buf_str(&out));
		*text = arena_str(v->a, buf_str(&out));
		e = text->ptr ? OK : ERR_NOMEM;
	}
	buf_release(&out);
	return e;
}

static enum err view_mine(struct view_ctx *v, struct json_build *out)
{
	uint64_t key[2];
	const struct json *all;
	key_of(v, key);
	struct str text = cache_get(key, v->a);
	if (!text.ptr)
		TRY(make_report(v, key, &text));
	TRY(json_read(v->a, text, &all, v->d));
	for (size_t i = 0; i < all->count; i++)
		json_set_key(out, all->members[i].key, &all->members[i].value);
	return OK;
}

/* ---- the cases behind a figure ---- */

static enum err put_case(struct view_ctx *v, struct str case_no, struct json_build *list)
{
	struct case_row k;
	struct json_build o;
	enum err e = case_find(v->c, v->a, case_no, &k);
	if (view_lost(v, e)) {
		v->unreadable++;
		return OK;
	}
	TRY(e);
	json_build_object(&o, v->a);
	TRY(case_row_json(v, &k, &o));
	json_add(list, json_built(&o));
	return OK;
}

static enum err put_cases(struct view_ctx *v, const struct work *k, const uint8_t *chosen, struct json_build *out)
{
	struct json_build list;
	int64_t total = 0;
	json_build_array(&list, v->a);
	for (uint32_t c = 0; c < k->log->cases; c++) {
		if (!chosen[c])
			continue;
		if (++total <= CASES_MAX)
			TRY(put_case(v, arena_str(v->a, mine_word(&k->log->case_ids, c)), &list));
	}
	json_set(out, "rows", json_built(&list));
	json_set_i64(out, "total", total);
	json_set_bool(out, "cut", total > CASES_MAX);
	json_set_str(out, "pick", param(v, "pick"));
	return OK;
}

static enum err view_mine_cases(struct view_ctx *v, struct json_build *out)
{
	struct work k;
	enum err e = work_run(v, &k);
	uint8_t *chosen = e == OK ? arena_new_n(&k.a, uint8_t, k.log->cases) : NULL;
	if (e == OK && !chosen)
		e = ERR_NOMEM;
	if (e == OK && !mine_pick(k.report, param(v, "pick"), chosen))
		e = diag_set(v->d, ERR_NOT_FOUND, "mine.pick", "There is no such figure any more");
	if (e == OK)
		e = put_cases(v, &k, chosen, out);
	work_end(&k);
	return e;
}

/* ---- what may be asked for ---- */

static enum err view_mine_choices(struct view_ctx *v, struct json_build *out)
{
	static const char sql_items[] =
		"SELECT i.impl_code, i.name, i.name_en, count(*) AS cases FROM case_any k JOIN item i ON i.id=k.item"
		" WHERE (?1=1 OR k.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?2 OR b=?2))) GROUP BY i.id, i.impl_code, i.name, i.name_en"
		/* by what there is to show: a case of which no step is done has no course yet */
		" ORDER BY count(CASE WHEN EXISTS(SELECT 1 FROM step_done s WHERE s.case_id=k.id AND s.state='done') THEN 1 END) DESC, count(*) DESC, i.impl_code LIMIT 200";
	static const char sql_organs[] =
		"SELECT o.code, o.name, o.name_en, count(*) AS cases FROM case_any k JOIN organ o ON o.id=k.organ"
		" WHERE (?1=1 OR k.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?2 OR b=?2))) GROUP BY o.id, o.code, o.name, o.name_en ORDER BY o.code LIMIT 500";
	const struct { const char *key, *sql; } lists[] = { { "items", sql_items }, { "organs", sql_organs } };
	view_long(v);
	for (size_t i = 0; i < 2; i++) {
		struct store_query *q;
		struct json_build rows;
		TRY(store_prepare(v->c, lists[i].sql, &q));
		store_bind_i64(q, 1, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
		store_bind_i64(q, 2, v->actor.person);
		TRY(rows_json(v, q, &rows));
		json_set(out, lists[i].key, json_built(&rows));
	}
	return OK;
}

#define READERS (ROLE_HEAD | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)

static const struct view_def views[] = {
	{ "mine", READERS, view_mine, VIEW_ROUND }, { "mine.cases", READERS, view_mine_cases, VIEW_ROUND }, { "mine.choices", READERS, view_mine_choices, VIEW_ROUND },
};

const struct casework_room mine_room = { .name = "mine", .views = views, .views_count = sizeof views / sizeof *views };
