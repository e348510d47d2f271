/* sheet.c - a person's month, and an office's: days as day.c judges them, with their sums. Everything is derived when it is asked for. */
#include <string.h>

#include "roster/roster_int.h"

enum { MONTH_DAYS = 31, MARKS_MAX = 2000, SHEET_PEOPLE_MAX = 2000 };

struct month {
	int year, month, days;
	calendar_day first;
	int64_t from_ms, until_ms;
	int64_t from_seq, until_seq; /* of the record */
	struct roster_hours hours[MONTH_DAYS];
	const struct json *work;     /* kinds of entries that are work */
};

struct work { int64_t first_ms, last_ms, acts; };
struct held { int64_t from_ms, until_ms; };

struct person_month {
	struct roster_span spans[ROSTER_SPANS_MAX];
	size_t spans_count;
	struct roster_mark *marks;
	size_t marks_count;
	struct work work[MONTH_DAYS];
	struct held held[ROSTER_SPANS_MAX];
	size_t held_count;
	struct roster_day days[MONTH_DAYS];
	bool here[MONTH_DAYS], working[MONTH_DAYS]; /* held a post that day */
};

struct sums {
	int64_t workdays, present, late, late_min, early, early_min, gap_min, missing, unapproved, absent, no_in, no_out, extra, acts, excused_min;
};

/* ---- the month ---- */

static int64_t start_of(const struct view_ctx *v, calendar_day d) { return calendar_day_start_ms(d, calendar_offset_s(calendar_now(v->cw))); }

/* "2026-03"; this month unless it is given. */
static enum err read_month(struct view_ctx *v, int64_t organ, struct month *m)
{
	int year, month, day;
	int64_t y, n;
	struct str text = param(v, "month"), rest = text, first = str_cut(&rest, '-');
	calendar_day_civil(calendar_day_at(v->now_ms, calendar_offset_s(calendar_now(v->cw))), &year, &month, &day);
	if (text.len) {
		if (!str_to_i64(first, &y) || !str_to_i64(rest, &n) || y < 1970 || y > 9998 || n < 1 || n > 12)
			return diag_set(v->d, ERR_INVALID, "roster.month", "A month is written 2026-03.");
		year = (int)y;
		month = (int)n;
	}
	*m = (struct month){ .year = year, .month = month, .first = calendar_day_of(year, month, 1), .work = roster_part(v->c, v->a, "work") };
	m->days = calendar_day_of(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - m->first;
	m->from_ms = start_of(v, m->first);
	m->until_ms = start_of(v, m->first + m->days);
	m->from_seq = record_first_at(v->c, m->from_ms);
	m->until_seq = record_first_at(v->c, m->until_ms);
	for (int i = 0; i < m->days; i++)
		TRY(roster_hours_of(v->c, v->a, organ, m->first + i, &m->hours[i]));
	return OK;
}

static struct str month_name(struct view_ctx *v, const struct month *m, int shift)
{
	int n = m->year * 12 + m->month - 1 + shift;
	return arena_printf(v->a, "%04d-%02d", n / 12, n % 12 + 1);
}

/* ?1 whose, ?2 the month's end, ?3 its beginning, ?4 how many at most. */
static enum err month_query(struct view_ctx *v, const struct month *m, const char *sql, int64_t id, int64_t most, struct store_query **q)
{
	TRY(store_prepare(v->c, sql, q));
	store_bind_i64(*q, 1, id);
	store_bind_i64(*q, 2, m->until_ms);
	store_bind_i64(*q, 3, m->from_ms);
	store_bind_i64(*q, 4, most);
	return OK;
}

/* ---- what there is of a person ---- */

static enum err load_marks(struct view_ctx *v, const struct month *m, int64_t person, struct person_month *p)
{
	struct store_query *q;
	p->marks = arena_new_n(v->a, struct roster_mark, MARKS_MAX);
	if (!p->marks)
		return ERR_NOMEM;
	TRY(store_prepare(v->c, "SELECT at_ms, kind FROM roster_mark WHERE person=?1 AND at_ms>=?2 AND at_ms<?3 AND struck_ms IS NULL ORDER BY at_ms, id LIMIT ?4", &q));
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, m->from_ms);
	store_bind_i64(q, 3, m->until_ms);
	store_bind_i64(q, 4, MARKS_MAX);
	for (bool row = true;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		p->marks[p->marks_count++] = (struct roster_mark){ store_col_i64(q, 0), str_eqz(store_col_str(q, 1), "in") };
	}
}

/* An absence that somebody else entered is that person's word for it; one's own needs approval. */
static enum err load_absences(struct view_ctx *v, const struct month *m, int64_t person, struct person_month *p)
{
	struct store_query *q;
	TRY(month_query(v, m, "SELECT x.from_ms, coalesce(x.ended_ms, x.until_ms), x.kind, y.state, x.noted_by FROM absence x LEFT JOIN roster_approval y ON y.absence=x.id"
	                      " WHERE x.person=?1 AND x.state<>'cancelled' AND x.from_ms<?2 AND (coalesce(x.ended_ms, x.until_ms) IS NULL OR coalesce(x.ended_ms, x.until_ms)>?3)"
	                      " ORDER BY x.from_ms, x.id LIMIT ?4", person, ROSTER_SPANS_MAX, &q));
	for (bool row = true;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		bool approved = store_col_null(q, 3) ? store_col_i64(q, 4) != person : str_eqz(store_col_str(q, 3), "approved");
		p->spans[p->spans_count++] = (struct roster_span){ store_col_i64(q, 0), store_col_null(q, 1) ? INT64_MAX : store_col_i64(q, 1),
		                                                    arena_z(v->a, store_col_str(q, 2)), approved };
	}
}

static bool is_work(const struct month *m, struct str kind)
{
	for (size_t i = 0; m->work && i < m->work->count; i++)
		if (str_eq(json_text(&m->work->items[i]), kind))
			return true;
	return false;
}

/* Along the record's index by person: no entry itself is read. */
static enum err load_work(struct view_ctx *v, const struct month *m, int64_t person, struct person_month *p)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT at_ms, kind FROM ledger WHERE actor=?1 AND actor>0 AND seq>=?2 AND seq<?3 ORDER BY seq", &q));
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, m->from_seq);
	store_bind_i64(q, 3, m->until_seq);
	for (bool row = true;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		int64_t at = store_col_i64(q, 0), day = (at - m->from_ms) / ROSTER_DAY_MS;
		if (day < 0 || day >= m->days || !is_work(m, store_col_str(q, 1)))
			continue;
		struct work *w = &p->work[day];
		w->first_ms = w->acts++ ? w->first_ms : at;
		w->last_ms = at;
	}
}

/* When the person held a post: of the organ, or of any. */
static enum err load_held(struct view_ctx *v, const struct month *m, int64_t organ, int64_t person, struct person_month *p)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT h.from_ms, h.until_ms FROM post_holding h JOIN post_time t ON t.post=h.post WHERE h.person=?1 AND (?2=0 OR t.organ=?2)"
	                        " AND h.from_ms<?3 AND (h.until_ms IS NULL OR h.until_ms>?4) AND t.from_ms<?3 AND (t.until_ms IS NULL OR t.until_ms>?4)"
	                        " ORDER BY h.from_ms, h.post, h.held, t.from_ms LIMIT ?5", &q));
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, organ);
	store_bind_i64(q, 3, m->until_ms);
	store_bind_i64(q, 4, m->from_ms);
	store_bind_i64(q, 5, ROSTER_SPANS_MAX);
	for (bool row = true;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		p->held[p->held_count++] = (struct held){ store_col_i64(q, 0), store_col_null(q, 1) ? INT64_MAX : store_col_i64(q, 1) };
	}
}

static bool held_on(const struct person_month *p, int64_t from_ms)
{
	for (size_t i = 0; i < p->held_count; i++)
		if (p->held[i].from_ms < from_ms + ROSTER_DAY_MS && p->held[i].until_ms > from_ms)
			return true;
	return false;
}

/* Those of the sorted list that touch the day. */
static struct roster_facts facts_of(struct view_ctx *v, const struct month *m, struct person_month *p, int i, struct roster_span *spans)
{
	int64_t from = m->from_ms + i * (int64_t)ROSTER_DAY_MS;
	struct roster_facts f = { .day = m->first + i, .start_ms = from, .now_ms = v->now_ms, .hours = m->hours[i], .absences = spans,
		                  .first_work_ms = p->work[i].first_ms, .last_work_ms = p->work[i].last_ms, .acts = p->work[i].acts };
	f.working = calendar_is_working_day(calendar_now(v->cw), f.day);
	for (size_t k = 0; k < p->spans_count; k++)
		if (p->spans[k].from_ms < from + ROSTER_DAY_MS && p->spans[k].until_ms > from)
			spans[f.absences_count++] = p->spans[k];
	size_t k = 0;
	while (k < p->marks_count && p->marks[k].at_ms < from)
		k++;
	f.marks = &p->marks[k];
	while (k + f.marks_count < p->marks_count && p->marks[k + f.marks_count].at_ms < from + ROSTER_DAY_MS)
		f.marks_count++;
	return f;
}

static enum err load(struct view_ctx *v, const struct month *m, int64_t organ, int64_t person, struct person_month *p)
{
	struct roster_span spans[ROSTER_SPANS_MAX];
	*p = (struct person_month){ .marks = NULL };
	TRY(load_marks(v, m, person, p));
	TRY(load_absences(v, m, person, p));
	TRY(load_work(v, m, person, p));
	TRY(load_held(v, m, organ, person, p));
	for (int i = 0; i < m->days; i++) {
		struct roster_facts f = facts_of(v, m, p, i, spans);
		p->here[i] = held_on(p, f.start_ms);
		p->working[i] = f.working;
		roster_day_of(&f, &p->days[i]);
	}
	return OK;
}

/* ---- sums and words ---- */

static bool is(const struct roster_day *d, const char *status) { return strcmp(d->status, status) == 0; }

static int64_t full_minutes(const struct roster_hours *h)
{
	int64_t n = 0;
	for (size_t i = 0; i < h->count; i++)
		n += h->sessions[i].to_min - h->sessions[i].from_min;
	return n;
}

static void add_day(const struct month *m, const struct person_month *p, int i, struct sums *s)
{
	const struct roster_day *d = &p->days[i];
	bool future = is(d, "future"), due = p->working[i] && !future;
	s->workdays += due;
	s->present += is(d, "present") || is(d, "worked") || (is(d, "open") && (d->in_ms || p->work[i].acts));
	s->late += d->late_min > 0;
	s->late_min += d->late_min;
	s->early += d->early_min > 0;
	s->early_min += d->early_min;
	s->gap_min += d->gap_min;
	s->missing += is(d, "missing");
	s->unapproved += is(d, "unapproved");
	s->absent += is(d, "absent");
	s->extra += is(d, "extra");
	s->no_in += d->no_in && !is(d, "open");
	s->no_out += d->no_out;
	s->acts += p->work[i].acts;
	s->excused_min += due ? full_minutes(&m->hours[i]) - d->expected_min : 0;
}

static const struct json *sums_json(struct view_ctx *v, const struct sums *s)
{
	struct json_build o;
	const struct { const char *key; int64_t value; } list[] = {
		{ "workdays", s->workdays }, { "present", s->present }, { "late", s->late }, { "late_min", s->late_min }, { "early", s->early }, { "early_min", s->early_min },
		{ "gap_min", s->gap_min }, { "missing", s->missing }, { "unapproved", s->unapproved }, { "absent", s->absent }, { "excused_min", s->excused_min },
		{ "no_in", s->no_in }, { "no_out", s->no_out }, { "extra", s->extra }, { "acts", s->acts },
	};
	json_build_object(&o, v->a);
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		json_set_i64(&o, list[i].key, list[i].value);
	return json_built(&o);
}

static const struct { const char *kind, *zh, *en; } absence_words[] = {
	{ "leave", "假", "leave" }, { "sick", "病", "sick" }, { "trip", "差", "trip" }, { "meeting", "会", "meeting" }, { "field", "外", "field" }, { "training", "训", "training" },
};

/* A cell of the sheet: √, or what was not as it should be. */
static struct str cell_text(struct view_ctx *v, const struct roster_day *d, bool english)
{
	if (is(d, "future") || is(d, "off"))
		return S("");
	if (is(d, "absent")) {
		for (size_t i = 0; i < sizeof absence_words / sizeof *absence_words; i++)
			if (d->kind && strcmp(d->kind, absence_words[i].kind) == 0)
				return str_of(english ? absence_words[i].en : absence_words[i].zh);
		return english ? S("away") : S("离");
	}
	if (is(d, "missing"))
		return english ? S("missing") : S("缺");
	if (is(d, "unapproved"))
		return english ? S("not approved") : S("未批");
	if (is(d, "extra"))
		return english ? S("extra") : S("加");
	if (is(d, "open") && !d->in_ms)
		return S("…");
	struct str late = d->late_min ? arena_printf(v->a, english ? "late %lld" : "迟%lld", (long long)d->late_min) : S("");
	struct str early = d->early_min ? arena_printf(v->a, english ? "early %lld" : "早%lld", (long long)d->early_min) : S("");
	struct str gap = d->gap_min ? arena_printf(v->a, english ? "out %lld" : "离%lld", (long long)d->gap_min) : S("");
	struct str all = arena_printf(v->a, "%.*s%s%.*s%s%.*s", STR_ARG(late), late.len && (early.len || gap.len) ? " " : "", STR_ARG(early), early.len && gap.len ? " " : "", STR_ARG(gap));
	if (all.len)
		return all;
	if (d->no_in || d->no_out)
		return english ? S("no check") : S("缺签");
	return S("√");
}

/* ---- one person ---- */

static const struct json *marks_json(struct view_ctx *v, const struct month *m, int64_t person, int i)
{
	struct store_query *q;
	struct json_build list;
	int64_t from = m->from_ms + i * (int64_t)ROSTER_DAY_MS;
	if (store_prepare(v->c, "SELECT x.id AS mark, x.kind, x.at_ms AS mark_ms, x.reason, n.name AS by_name, x.struck_reason, s.name AS struck_name FROM roster_mark x"
	                        " LEFT JOIN person n ON n.id=x.by_person AND x.by_person<>x.person LEFT JOIN person s ON s.id=x.struck_by"
	                        " WHERE x.person=?1 AND x.at_ms>=?2 AND x.at_ms<?3 ORDER BY x.at_ms, x.id", &q) != OK)
		return NULL;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, from);
	store_bind_i64(q, 3, from + ROSTER_DAY_MS);
	return rows_json(v, q, &list) == OK ? json_built(&list) : NULL;
}

/* "09:02", in the office's zone. */
static struct str clock_text(struct view_ctx *v, int64_t ms)
{
	struct str at = ms ? view_instant(v, ms) : (struct str){ NULL, 0 };
	return at.len >= 16 ? str_sub(at, 11, 16) : (struct str){ NULL, 0 };
}

static const struct json *day_json(struct view_ctx *v, const struct month *m, const struct person_month *p, int64_t person, int i)
{
	const struct roster_day *d = &p->days[i];
	struct json_build o;
	json_build_object(&o, v->a);
	json_set_str(&o, "on", day_text(v->a, m->first + i));
	json_set_i64(&o, "number", i + 1);
	json_set_i64(&o, "weekday", calendar_weekday(m->first + i));
	json_set_bool(&o, "working", p->working[i]);
	json_set_str(&o, "status", p->here[i] || is(d, "extra") ? str_of(d->status) : S("none"));
	json_set_str(&o, "kind", d->kind ? str_of(d->kind) : (struct str){ NULL, 0 });
	json_set_str(&o, "text", p->here[i] ? cell_text(v, d, false) : S(""));
	json_set_str(&o, "text_en", p->here[i] ? cell_text(v, d, true) : S(""));
	json_set_str(&o, "in", clock_text(v, d->in_ms));
	json_set_str(&o, "out", clock_text(v, d->out_ms));
	json_set_str(&o, "first_work", clock_text(v, p->work[i].first_ms));
	json_set_str(&o, "last_work", clock_text(v, p->work[i].last_ms));
	json_set_i64(&o, "acts", p->work[i].acts);
	json_set_i64(&o, "expected_min", d->expected_min);
	json_set_i64(&o, "late_min", d->late_min);
	json_set_i64(&o, "early_min", d->early_min);
	json_set_i64(&o, "gap_min", d->gap_min);
	json_set_bool(&o, "no_in", d->no_in);
	json_set_bool(&o, "no_out", d->no_out);
	if (person)
		json_set(&o, "marks", marks_json(v, m, person, i));
	return json_built(&o);
}

static enum err absences_json(struct view_ctx *v, const struct month *m, int64_t person, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(month_query(v, m, "SELECT x.id AS absence, x.kind, x.from_ms, coalesce(x.ended_ms, x.until_ms) AS until_ms, x.whereabouts,"
	                      " CASE WHEN y.state IS NOT NULL THEN y.state WHEN x.noted_by<>x.person THEN 'approved' ELSE 'waiting' END AS approval, y.reason,"
	                      " n.name AS by_name FROM absence x LEFT JOIN roster_approval y ON y.absence=x.id LEFT JOIN person n ON n.id=y.by_person"
	                      " WHERE x.person=?1 AND x.state<>'cancelled' AND x.from_ms<?2 AND (coalesce(x.ended_ms, x.until_ms) IS NULL OR coalesce(x.ended_ms, x.until_ms)>?3)"
	                      " ORDER BY x.from_ms, x.id LIMIT ?4", person, ROSTER_SPANS_MAX, &q));
	TRY(rows_json(v, q, &list));
	json_set(out, "absences", json_built(&list));
	return OK;
}

static const struct json *now_json(struct view_ctx *v, int64_t person)
{
	struct store_query *q;
	struct json_build o;
	bool row = false;
	int32_t offset_s = calendar_offset_s(calendar_now(v->cw));
	json_build_object(&o, v->a);
	if (store_prepare(v->c, "SELECT kind, at_ms FROM roster_mark WHERE person=?1 AND at_ms>=?2 AND struck_ms IS NULL ORDER BY at_ms DESC, id DESC LIMIT 1", &q) != OK)
		return NULL;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, calendar_day_start_ms(calendar_day_at(v->now_ms, offset_s), offset_s));
	bool any = store_step(q, &row) == OK && row;
	json_set_bool(&o, "in", any && str_eqz(store_col_str(q, 0), "in"));
	json_set_str(&o, "since", any ? clock_text(v, store_col_i64(q, 1)) : (struct str){ NULL, 0 });
	store_reset(q);
	return json_built(&o);
}

static void put_month(struct view_ctx *v, const struct month *m, struct json_build *out)
{
	json_set_str(out, "month", month_name(v, m, 0));
	json_set_str(out, "month_before", month_name(v, m, -1));
	json_set_str(out, "month_after", month_name(v, m, 1));
}

enum err view_attendance(struct view_ctx *v, struct json_build *out)
{
	struct month m;
	struct person_month *p = arena_new(v->a, struct person_month);
	struct json_build days;
	struct sums sums = { 0 };
	struct str login = param(v, "person");
	int64_t person = login.len ? row_i64_str(v->c, "SELECT id FROM person WHERE login=?1 AND staff=1", login, 0) : v->actor.person;
	if (!p)
		return ERR_NOMEM;
	if (!person || !powers_sees_file(v->c, &v->actor, person))
		return ERR_NOT_FOUND;
	TRY(read_month(v, roster_home(v->c, person), &m));
	TRY(load(v, &m, 0, person, p));
	json_build_array(&days, v->a);
	for (int i = 0; i < m.days; i++) {
		if (p->here[i])
			add_day(&m, p, i, &sums);
		json_add(&days, day_json(v, &m, p, person, i));
	}
	bool keeps = powers_keeps_file(v->c, &v->actor, person);
	json_set_str(out, "person", row_str(v->c, v->a, "SELECT login FROM person WHERE id=?1", person));
	json_set_str(out, "name", row_str(v->c, v->a, "SELECT name FROM person WHERE id=?1", person));
	put_month(v, &m, out);
	json_set_bool(out, "myself", person == v->actor.person);
	json_set_bool(out, "may_correct", keeps);
	json_set(out, "now", now_json(v, person));
	json_set(out, "days", json_built(&days));
	json_set(out, "totals", sums_json(v, &sums));
	return absences_json(v, &m, person, out);
}

/* ---- an office ---- */

/* Who held a post there as A in the month, or as B and was nobody's A. */
static enum err people_of(struct view_ctx *v, const struct month *m, int64_t organ, int64_t *people, size_t *count)
{
	struct store_query *q;
	TRY(month_query(v, m, "SELECT DISTINCT h.person FROM post_holding h JOIN post_time t ON t.post=h.post WHERE t.organ=?1 AND h.from_ms<?2 AND (h.until_ms IS NULL OR h.until_ms>?3)"
	                      " AND t.from_ms<?2 AND (t.until_ms IS NULL OR t.until_ms>?3) AND (h.held='A' OR NOT EXISTS(SELECT 1 FROM post_holding x WHERE x.person=h.person"
	                      " AND x.held='A' AND x.from_ms<?2 AND (x.until_ms IS NULL OR x.until_ms>?3))) ORDER BY h.person LIMIT ?4", organ, SHEET_PEOPLE_MAX, &q));
	for (bool row = true;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		people[(*count)++] = store_col_i64(q, 0);
	}
}

static enum err sheet_row(struct view_ctx *v, const struct month *m, int64_t organ, int64_t person, struct person_month *p, struct json_build *list)
{
	struct json_build o, days;
	struct sums sums = { 0 };
	TRY(load(v, m, organ, person, p));
	json_build_object(&o, v->a);
	json_build_array(&days, v->a);
	json_set_str(&o, "person", row_str(v->c, v->a, "SELECT login FROM person WHERE id=?1", person));
	json_set_str(&o, "name", row_str(v->c, v->a, "SELECT name FROM person WHERE id=?1", person));
	for (int i = 0; i < m->days; i++) {
		if (p->here[i])
			add_day(m, p, i, &sums);
		json_add(&days, day_json(v, m, p, 0, i));
		/* for the sheet as a file: a column a day */
		struct str key = arena_printf(v->a, "d%d", i + 1), key_en = arena_printf(v->a, "d%d_en", i + 1);
		if (!key.ptr || !key_en.ptr)
			return ERR_NOMEM;
		json_set_str(&o, key.ptr, p->here[i] ? cell_text(v, &p->days[i], false) : S(""));
		json_set_str(&o, key_en.ptr, p->here[i] ? cell_text(v, &p->days[i], true) : S(""));
	}
	json_set(&o, "days", json_built(&days));
	json_set(&o, "totals", sums_json(v, &sums));
	json_add(list, json_built(&o));
	return OK;
}

static const struct json *heads_json(struct view_ctx *v, const struct month *m)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (int i = 0; i < m->days; i++) {
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_i64(&o, "number", i + 1);
		json_set_i64(&o, "weekday", calendar_weekday(m->first + i));
		json_set_bool(&o, "working", calendar_is_working_day(calendar_now(v->cw), m->first + i));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

/* The offices whose sheets the reader may open. */
enum err roster_offices(struct view_ctx *v, int64_t chosen, struct json_build *out)
{
	struct store_query *q;
	struct json_build list, all;
	TRY(store_prepare(v->c, "SELECT o.id AS organ_id, o.code, o.name, o.name_en FROM organ o WHERE o.ended_ms IS NULL AND EXISTS(SELECT 1 FROM post p WHERE p.organ=o.id"
	                        " AND p.ended_ms IS NULL) AND ?1>=0 ORDER BY o.id", &q));
	store_bind_i64(q, 1, v->now_ms);
	TRY(rows_json(v, q, &all));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < all.value.count; i++) {
		struct json_build o;
		int64_t id = json_i64(json_get(&all.value.items[i], "organ_id"), 0);
		if (!roster_sees(v, id))
			continue;
		json_build_object(&o, v->a);
		for (size_t k = 1; k < all.value.items[i].count; k++)
			json_set_key(&o, all.value.items[i].members[k].key, &all.value.items[i].members[k].value);
		json_set_bool(&o, "current", id == chosen);
		json_add(&list, json_built(&o));
	}
	json_set(out, "offices", json_built(&list));
	return OK;
}

static void set_clock(struct json_build *o, struct view_ctx *v, const char *key, int minutes)
{
	json_set_str(o, key, arena_printf(v->a, "%02d:%02d", minutes / 60, minutes % 60));
}

/* The hours in force on the month's last day. */
static const struct json *hours_json(struct view_ctx *v, const struct month *m)
{
	const struct roster_hours *h = &m->hours[m->days - 1];
	struct json_build o, list;
	json_build_object(&o, v->a);
	json_build_array(&list, v->a);
	for (size_t i = 0; i < h->count; i++) {
		struct json_build s;
		json_build_object(&s, v->a);
		set_clock(&s, v, "from", h->sessions[i].from_min);
		set_clock(&s, v, "to", h->sessions[i].to_min);
		json_add(&list, json_built(&s));
	}
	json_set(&o, "sessions", json_built(&list));
	json_set_i64(&o, "grace_minutes", h->grace_min);
	return json_built(&o);
}

enum err view_attendance_sheet(struct view_ctx *v, struct json_build *out)
{
	struct month m;
	struct json_build rows;
	struct person_month *p = arena_new(v->a, struct person_month);
	int64_t *people = arena_new_n(v->a, int64_t, SHEET_PEOPLE_MAX);
	struct str code = param(v, "organ");
	int64_t organ = code.len ? organ_by_code(v->c, code) : roster_home(v->c, v->actor.person);
	size_t count = 0;
	if (!p || !people)
		return ERR_NOMEM;
	if (code.len && (!organ || !roster_sees(v, organ)))
		return ERR_NOT_FOUND;
	TRY(read_month(v, organ, &m));
	if (roster_sees(v, organ))
		TRY(people_of(v, &m, organ, people, &count));
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < count; i++)
		TRY(sheet_row(v, &m, organ, people[i], p, &rows));
	set_named(out, v, "organ", ORGAN_SQL, organ);
	put_month(v, &m, out);
	json_set(out, "heads", heads_json(v, &m));
	json_set(out, "hours", hours_json(v, &m));
	json_set(out, "rows", json_built(&rows));
	json_set_bool(out, "may_set_hours", (v->roles & ROLE_ADMIN) != 0);
	return roster_offices(v, organ, out);
}
