/* acts.c - commands on schemes and runs. Figures are never typed: a run's come from gauge_work alone (role system). */
#include "gauge/gauge_int.h"

static int32_t offset(struct act *act) { return calendar_offset_s(calendar_now(act->cw)); }

static int64_t start_ms(struct act *act, calendar_day d) { return calendar_day_start_ms(d, offset(act)); }

/* ---- schemes ---- */

/* The same scheme again is no new version. */
static bool stands(struct act *act, struct str code, struct str text)
{
	struct str now = S("");
	int64_t id = row_i64_str(act->c, "SELECT id FROM gauge_scheme WHERE code=?1 AND live=1", code, 0);
	if (id)
		now = row_str(act->c, act->a, "SELECT data FROM gauge_scheme WHERE id=?1", id);
	return id && str_eq(now, text);
}

enum err gauge_act_scheme_put(struct act *act)
{
	const struct json *v = json_get(act->data, "scheme");
	struct gauge_scheme s;
	struct json_build o;
	struct buf b;
	struct str text;
	TRY(gauge_scheme_read(act->a, v, &s, act->d));
	buf_init_in(&b, act->a, JSON_BYTES_MAX);
	json_put_canonical(&b, v);
	TRY(buf_finish(&b, &text));
	int64_t version = row_i64_str(act->c, "SELECT max(version) FROM gauge_scheme WHERE code=?1", s.code, 0);
	json_set_str(&act->reply, "code", s.code);
	json_set_bool(&act->reply, "changed", !stands(act, s.code, text));
	if (stands(act, s.code, text)) {
		json_set_i64(&act->reply, "version", version);
		return OK;
	}
	json_set_i64(&act->reply, "version", version + 1);
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", act_id(act));
	json_set_str(&o, "code", s.code);
	json_set_i64(&o, "version", version + 1);
	json_set_str(&o, "name", s.name);
	json_set_str(&o, "name_en", s.name_en);
	json_set(&o, "scheme", v);
	json_set_i64(&o, "automatic", s.automatic & s.spans);
	json_set_i64(&o, "automatic_days", s.automatic_days);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "gauge.scheme", 0, &o);
}

static enum err scheme_live(struct act *act, struct str code, int64_t *id)
{
	*id = row_i64_str(act->c, "SELECT id FROM gauge_scheme WHERE code=?1 AND live=1", code, 0);
	if (*id)
		return OK;
	enum err e = act_refuse(act, ERR_NOT_FOUND, "gauge.scheme-unknown", "There is no scheme %.*s in use.", STR_ARG(code));
	diag_arg(act->d, code);
	return e;
}

enum err gauge_act_scheme_stop(struct act *act)
{
	struct str code = json_text(json_get(act->data, "code")), reason = str_trim(json_text(json_get(act->data, "reason")));
	struct json_build o;
	int64_t id;
	TRY(scheme_live(act, code, &id));
	if (!reason.len)
		return act_refuse(act, ERR_INVALID, "gauge.reason", "Give the reason.");
	json_build_object(&o, act->a);
	json_set_str(&o, "code", code);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	return act_emit(act, "gauge.scheme-stopped", 0, &o);
}

/* ---- a run begins ---- */

static enum err period_fits(struct act *act, const struct gauge_scheme *s, struct str code, struct gauge_period *p)
{
	if (!gauge_period_parse(code, p)) {
		enum err e = act_refuse(act, ERR_INVALID, "gauge.period", "\"%.*s\" is no period; write 2025-W10, 2025-03, 2025-H1 or 2025.", STR_ARG(code));
		diag_arg(act->d, code);
		return e;
	}
	if (!(s->spans & 1U << p->span))
		return act_refuse(act, ERR_INVALID, "gauge.period-not-scheme", "This scheme is not for periods of this kind.");
	if (start_ms(act, p->after) > act->now_ms) {
		enum err e = act_refuse(act, ERR_CONFLICT, "gauge.period-open", "The period %s is not over yet.", p->code);
		diag_arg(act->d, arena_str(act->a, str_of(p->code)));
		return e;
	}
	return OK;
}

/* One standing run a scheme and period; a failed or voided one may be made again. */
static enum err nothing_stands(struct act *act, struct str scheme, const char *period)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT run_no FROM gauge_run WHERE scheme_code=?1 AND period=?2 AND state NOT IN ('failed', 'void')", &q));
	store_bind_str(q, 1, scheme);
	store_bind_str(q, 2, str_of(period));
	TRY(store_step(q, &row));
	struct str no = row ? store_col_copy(q, 0, act->a) : S("");
	store_reset(q);
	if (!row)
		return OK;
	enum err e = act_refuse(act, ERR_CONFLICT, "gauge.run-stands", "This period is evaluated already: %.*s. Void that run first.", STR_ARG(no));
	diag_arg(act->d, no);
	return e;
}

static enum err emit_begun(struct act *act, int64_t scheme, struct str code, const struct gauge_period *p)
{
	struct json_build o;
	int64_t n;
	char serial[32];
	int year, month, day;
	calendar_day_civil(calendar_day_at(act->now_ms, offset(act)), &year, &month, &day);
	snprintf(serial, sizeof serial, "gauge/%04d", year);
	json_build_object(&o, act->a);
	serial_take(act, serial, &o, &n);
	struct str no = arena_printf(act->a, "PG%04d%06lld", year, (long long)n);
	json_set_i64(&o, "id", act_id(act));
	json_set_str(&o, "run_no", no);
	json_set_i64(&o, "scheme", scheme);
	json_set_str(&o, "scheme_code", code);
	json_set_str(&o, "span", str_of(gauge_span_name(p->span)));
	json_set_str(&o, "period", arena_str(act->a, str_of(p->code)));
	json_set_i64(&o, "from_ms", start_ms(act, p->first));
	json_set_i64(&o, "until_ms", start_ms(act, p->after));
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "by", act->actor.person);
	json_set_str(&act->reply, "run_no", no);
	json_set_str(&act->reply, "period", arena_str(act->a, str_of(p->code)));
	return act_emit(act, "gauge.begun", 0, &o);
}

enum err gauge_act_begin(struct act *act)
{
	struct str code = str_trim(json_text(json_get(act->data, "scheme"))), period = str_trim(json_text(json_get(act->data, "period")));
	struct gauge_scheme s;
	struct gauge_period p;
	int64_t id;
	TRY(scheme_live(act, code, &id));
	TRY(gauge_scheme_get(act->c, act->a, id, &s, act->d));
	TRY(period_fits(act, &s, period, &p));
	TRY(nothing_stands(act, code, p.code));
	return emit_begun(act, id, s.code, &p);
}

/* ---- what the work writes down ---- */

static enum err run_in(struct act *act, struct run_row *r, const char *states)
{
	struct str no = str_trim(json_text(json_get(act->data, "run"))), rest = str_of(states);
	if (gauge_run_find(act->c, act->a, no, r) != OK) {
		enum err e = act_refuse(act, ERR_NOT_FOUND, "gauge.run-unknown", "There is no evaluation %.*s.", STR_ARG(no));
		diag_arg(act->d, no);
		return e;
	}
	while (rest.ptr)
		if (str_eq(str_cut(&rest, ' '), r->state))
			return OK;
	return act_refuse(act, ERR_CONFLICT, "gauge.run-state", "The evaluation has moved on: it does not stand there any more.");
}

/* ---- telling, and who was told ---- */

static enum err tell(struct act *act, struct json_build *told, int64_t person, struct str title, struct str title_en, struct str text, struct str text_en)
{
	struct json_build o;
	int64_t notice;
	TRY(notice_send_id(act, person, 0, title, title_en, text, text_en, 0, &notice));
	if (!notice)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "notice", notice);
	json_set_i64(&o, "person", person);
	json_add(told, json_built(&o));
	return OK;
}

static enum err were_told(struct act *act, const struct run_row *r, const char *stage, const struct json_build *told)
{
	struct json_build o;
	const struct json *list = json_built(told);
	if (!list || list->count == 0)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "run", r->id);
	json_set_str(&o, "stage", str_of(stage));
	json_set(&o, "told", list);
	return act_emit(act, "gauge.told", 0, &o);
}

/* Told with the draft, to whoever answers for the subject: the figure, and until when an objection may be made. */
static enum err tell_draft(struct act *act, const struct run_row *r, const struct json *row, int64_t until_ms, struct json_build *told)
{
	enum gauge_kind kind = (enum gauge_kind)json_i64(json_get(row, "kind"), 1);
	struct str total = json_text(json_get(row, "total")), name = json_text(json_get(row, "name"));
	struct str day = day_text(act->a, calendar_day_at(until_ms - 1, offset(act)));
	int64_t person = gauge_subject_person(act->c, kind, json_i64(json_get(row, "subject"), 0));
	return tell(act, told, person, arena_printf(act->a, "考核初评：%.*s", STR_ARG(r->period)), arena_printf(act->a, "Draft evaluation: %.*s", STR_ARG(r->period)),
	                   arena_printf(act->a, "%.*s在%.*s考核（%.*s）中的初评得分为 %.*s。如有异议，请在 %.*s 前说明理由提出。", STR_ARG(name), STR_ARG(r->period),
	                                STR_ARG(r->run_no), STR_ARG(total), STR_ARG(day)),
	                   arena_printf(act->a, "%.*s has %.*s in the draft of %.*s (%.*s). Objections with their reasons are taken until %.*s.", STR_ARG(name),
	                                STR_ARG(total), STR_ARG(r->period), STR_ARG(r->run_no), STR_ARG(day)));
}

enum err gauge_act_fill(struct act *act)
{
	const struct json *rows = json_get(act->data, "rows");
	struct run_row r;
	struct json_build o, told;
	TRY(run_in(act, &r, "begun closing"));
	json_build_object(&o, act->a);
	json_set_i64(&o, "run", r.id);
	json_set_i64(&o, "round", r.round);
	json_set_i64(&o, "done", json_i64(json_get(act->data, "done"), 0));
	json_set_i64(&o, "of", json_i64(json_get(act->data, "of"), 0));
	json_set(&o, "rows", rows);
	TRY(act_emit(act, "gauge.scored", 0, &o));
	int64_t until_ms = json_i64(json_get(act->data, "objections_ms"), 0);
	json_build_array(&told, act->a);
	for (size_t i = 0; r.round == 1 && until_ms && rows && i < rows->count; i++)
		TRY(tell_draft(act, &r, &rows->items[i], until_ms, &told));
	return were_told(act, &r, "draft", &told);
}

/* ---- consequences of a final figure ---- */

static enum err recommend(struct act *act, const struct run_row *r, const struct gauge_grade *g, enum gauge_kind kind, int64_t subject, int64_t organ)
{
	const struct calendar *cal = calendar_now(act->cw);
	struct json_build o;
	calendar_day today = calendar_day_at(act->now_ms, calendar_offset_s(cal)), due = calendar_working_days_add(cal, today, g->remedy_days);
	struct str zh = gauge_subject_name(act->c, act->a, kind, subject, false), en = gauge_subject_name(act->c, act->a, kind, subject, true), day = day_text(act->a, due);
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", act_id(act));
	json_set_i64(&o, "run", r->id);
	json_set_i64(&o, "kind", kind);
	json_set_i64(&o, "subject", subject);
	json_set_i64(&o, "organ", organ);
	json_set_str(&o, "grade", g->code);
	json_set_i64(&o, "due_ms", start_ms(act, due + 1));
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "gauge.recommended", 0, &o));
	return notice_send(act, gauge_subject_person(act->c, kind, subject), 0, S("监察建议：限期整改"), S("Recommendation of supervision"),
	                   arena_printf(act->a, "%.*s在%.*s考核（%.*s）中评为“%.*s”。请于 %.*s 前完成整改并说明情况。", STR_ARG(zh), STR_ARG(r->period),
	                                STR_ARG(r->run_no), STR_ARG(g->name), STR_ARG(day)),
	                   arena_printf(act->a, "%.*s was graded \"%.*s\" for %.*s (%.*s). Put it right, and say how, by %.*s.", STR_ARG(en),
	                                STR_ARG(g->name_en.len ? g->name_en : g->name), STR_ARG(r->period), STR_ARG(r->run_no), STR_ARG(day)), 0);
}

struct graded { int64_t kind, subject, organ; struct graded *next; };

static enum err consequences(struct act *act, const struct run_row *r, const struct gauge_grade *g)
{
	struct store_query *q;
	struct graded *list = NULL, **end = &list;
	bool row;
	TRY(store_prepare(act->c, "SELECT kind, subject, organ FROM gauge_score WHERE run=?1 AND grade=?2 AND round=?3 ORDER BY kind, subject", &q));
	store_bind_i64(q, 1, r->id);
	store_bind_str(q, 2, g->code);
	store_bind_i64(q, 3, r->round);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct graded *one = arena_new(act->a, struct graded);
		if (!one)
			return ERR_NOMEM;
		*one = (struct graded){ store_col_i64(q, 0), store_col_i64(q, 1), store_col_i64(q, 2), NULL };
		*end = one;
		end = &one->next;
	}
	for (; list; list = list->next)
		TRY(recommend(act, r, g, (enum gauge_kind)list->kind, list->subject, list->organ));
	return OK;
}

static enum err tell_final(struct act *act, const struct run_row *r)
{
	struct json_build told;
	struct store_query *q;
	struct graded *list = NULL, **end = &list;
	bool row;
	TRY(store_prepare(act->c, "SELECT DISTINCT p.a FROM post p JOIN gauge_score s ON s.run=?1 AND s.kind=1 AND s.organ=p.organ WHERE p.role='head' AND p.a>0 ORDER BY p.a", &q));
	store_bind_i64(q, 1, r->id);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct graded *one = arena_new(act->a, struct graded);
		if (!one)
			return ERR_NOMEM;
		one->subject = store_col_i64(q, 0);
		*end = one;
		end = &one->next;
	}
	json_build_array(&told, act->a);
	for (; list; list = list->next)
		TRY(tell(act, &told, list->subject, arena_printf(act->a, "考核结果：%.*s", STR_ARG(r->period)), arena_printf(act->a, "Evaluation: %.*s", STR_ARG(r->period)),
		                arena_printf(act->a, "%.*s考核（%.*s）已定，报告可供查阅。", STR_ARG(r->period), STR_ARG(r->run_no)),
		                arena_printf(act->a, "The evaluation of %.*s (%.*s) is final; its report can be read.", STR_ARG(r->period), STR_ARG(r->run_no))));
	return were_told(act, r, "final", &told);
}

static enum err conclude(struct act *act, const struct run_row *r, const char *kind)
{
	static const char *const kept[] = { "head_seq", "head_hash", "calendar", "objections_ms" };
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "run", r->id);
	json_set_i64(&o, "at_ms", act->now_ms);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		json_set(&o, kept[i], json_get(act->data, kept[i]));
	return act_emit(act, kind, 0, &o);
}

enum err gauge_act_settle(struct act *act)
{
	struct run_row r;
	struct gauge_scheme s;
	TRY(run_in(act, &r, "begun closing"));
	if (r.round == 1)
		return conclude(act, &r, "gauge.drafted");
	TRY(conclude(act, &r, "gauge.final"));
	TRY(gauge_scheme_get(act->c, act->a, r.scheme, &s, act->d));
	for (size_t i = 0; i < s.grades_count; i++)
		if (s.grades[i].remedy_days)
			TRY(consequences(act, &r, &s.grades[i]));
	return tell_final(act, &r);
}

static enum err with_reason(struct act *act, const struct run_row *r, const char *kind)
{
	struct json_build o;
	struct str reason = str_trim(json_text(json_get(act->data, "reason")));
	if (!reason.len)
		return act_refuse(act, ERR_INVALID, "gauge.reason", "Give the reason.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "run", r->id);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	return act_emit(act, kind, 0, &o);
}

enum err gauge_act_fail(struct act *act)
{
	struct run_row r;
	TRY(run_in(act, &r, "begun closing"));
	return with_reason(act, &r, "gauge.failed");
}

/* A draft, or figures under way, given up. What is final stays. */
enum err gauge_act_void(struct act *act)
{
	struct run_row r;
	TRY(run_in(act, &r, "begun draft"));
	return with_reason(act, &r, "gauge.voided");
}

enum err gauge_act_finalize(struct act *act)
{
	struct run_row r;
	struct json_build o;
	TRY(run_in(act, &r, "draft"));
	if (act->now_ms < r.objections_ms) {
		struct str day = day_text(act->a, calendar_day_at(r.objections_ms - 1, offset(act)));
		enum err e = act_refuse(act, ERR_CONFLICT, "gauge.objections-run", "Objections may be made until %.*s; it becomes final after that.", STR_ARG(day));
		diag_arg(act->d, day);
		return e;
	}
	int64_t open = row_i64(act->c, "SELECT count(*) FROM gauge_objection WHERE run=?1 AND state='open'", r.id, 0);
	if (open) {
		enum err e = act_refuse(act, ERR_CONFLICT, "gauge.objections-open", "Decide first on the objections that are open: %lld.", (long long)open);
		diag_arg(act->d, arena_printf(act->a, "%lld", (long long)open));
		return e;
	}
	json_build_object(&o, act->a);
	json_set_i64(&o, "run", r.id);
	json_set_i64(&o, "by", act->actor.person);
	return act_emit(act, "gauge.closing", 0, &o);
}

/* ---- reports kept ---- */

static const char *const which_report[] = { "format", "language", "audience" };

/* Whoever is not told that it was kept does it again. */
static enum err is_kept(struct act *act, int64_t run, bool *yes)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "SELECT 1 FROM gauge_report WHERE run=?1 AND format=?2 AND language=?3 AND audience=?4", &q));
	store_bind_i64(q, 1, run);
	for (int i = 0; i < 3; i++)
		store_bind_str(q, 2 + i, json_text(json_get(act->data, which_report[i])));
	TRY(store_step(q, yes));
	store_reset(q);
	return OK;
}

enum err gauge_act_archive(struct act *act)
{
	struct run_row r;
	struct json_build o;
	struct str digest;
	bool kept;
	TRY(run_in(act, &r, "final"));
	TRY(is_kept(act, r.id, &kept));
	if (kept)
		return OK;
	TRY(content_keep(act, act->blob, &digest));
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", act_id(act));
	json_set_i64(&o, "run", r.id);
	for (size_t i = 0; i < sizeof which_report / sizeof *which_report; i++)
		json_set(&o, which_report[i], json_get(act->data, which_report[i]));
	json_set_str(&o, "digest", digest);
	json_set_i64(&o, "size", (int64_t)act->blob.len);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&act->reply, "digest", digest);
	return act_emit(act, "gauge.archived", 0, &o);
}
