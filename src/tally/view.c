/* view.c - the table as a view: keys with their names, values beside those of the year or period before. */
#include "base/map.h"
#include "tally/tally_int.h"

enum compare { COMPARE_NONE, COMPARE_YEAR, COMPARE_PERIOD };

/* ---- keys in words ---- */

static const struct json *coded(struct view_ctx *v, struct str code)
{
	struct json_build o;
	json_build_object(&o, v->a);
	json_set_str(&o, "code", code);
	return json_built(&o);
}

static const struct json *named(struct view_ctx *v, const char *sql, int64_t id)
{
	struct json_build o;
	json_build_object(&o, v->a);
	set_named(&o, v, "it", sql, id);
	const struct json *it = json_get(json_built(&o), "it");
	return it && it->kind == JSON_OBJECT ? it : coded(v, S(""));
}

static const struct json *key_json(struct view_ctx *v, const struct question *q, enum tally_split s, int64_t key)
{
	switch (s) {
	case TALLY_PERIOD:
		return coded(v, period_code(v->a, q->unit, key));
	case TALLY_REGION:
		return named(v, REGION_SQL, key);
	case TALLY_ORGAN:
		return named(v, ORGAN_SQL, key);
	case TALLY_ITEM:
		return named(v, "SELECT impl_code AS code, name, name_en FROM item WHERE id=?1", key);
	case TALLY_POST:
		return named(v, "SELECT p.code AS code, o.name || ' ' || p.name AS name, o.name_en || ' ' || p.name_en AS name_en FROM post p JOIN organ o ON o.id=p.organ WHERE p.id=?1", key);
	case TALLY_KIND:
		return coded(v, arena_printf(v->a, "%02lld", (long long)key));
	case TALLY_CHANNEL:
		return coded(v, arena_printf(v->a, "%lld", (long long)key));
	default:
		return NULL;
	}
}

/* ---- values ---- */

static const struct json *values_json(struct view_ctx *v, const struct question *q, const struct line *l)
{
	struct json_build o;
	json_build_object(&o, v->a);
	for (size_t i = 0; i < q->measures_count; i++)
		json_set(&o, q->measures[i]->name, measure_json(v->a, q->measures[i], l ? l->counter[i] : 0, l ? l->under[i] : 0));
	return json_built(&o);
}

static const struct json *measures_json(struct view_ctx *v, const struct question *q)
{
	static const char *const kinds[] = { "count", "percent", "average" };
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < q->measures_count; i++) {
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_str(&o, "name", str_of(q->measures[i]->name));
		json_set_str(&o, "kind", str_of(kinds[q->measures[i]->kind]));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

/* ---- the time before ---- */

static bool is_month_start(calendar_day d)
{
	int y, m, day;
	calendar_day_civil(d, &y, &m, &day);
	return day == 1;
}

/* Whole months are set beside as many whole months, other ranges beside as many days. */
static void shift_period(struct question *q)
{
	calendar_day from = q->from, until = q->until;
	if (is_month_start(from) && is_month_start(until + 1)) {
		int64_t first = period_of_day(from, TALLY_MONTH), count = period_of_day(until, TALLY_MONTH) - first + 1, back = first - count;
		q->from = calendar_day_of((int)(back / 12), (int)(back % 12) + 1, 1);
	} else {
		q->from = from - (until - from + 1);
	}
	q->until = from - 1;
}

static struct question question_before(const struct question *q, enum compare compare)
{
	static const calendar_day longest[TALLY_UNITS] = { 1, 7, 31, 92, 184, 366 };
	struct question b = *q;
	bool by_period = q->by == TALLY_PERIOD || q->then == TALLY_PERIOD;
	if (compare == COMPARE_YEAR && by_period && q->unit == TALLY_WEEK) {
		b.from = q->from - 364;
		b.until = q->until - 364;
	} else if (compare == COMPARE_YEAR) {
		bool month_end = is_month_start(q->until + 1);
		b.from = day_year_before(q->from);
		b.until = month_end ? day_year_before(q->until + 1) - 1 : day_year_before(q->until); /* February ends when it ends */
	} else if (by_period) {
		b.from = q->from - longest[q->unit]; /* the period before the first one, whatever its length */
	} else {
		shift_period(&b);
	}
	return b;
}

static int64_t key_before(const struct question *q, enum compare compare, enum tally_split s, int64_t key)
{
	if (s != TALLY_PERIOD)
		return key;
	return compare == COMPARE_YEAR ? period_year_before(q->unit, key) : key - 1;
}

static const struct line *line_before(const struct answer *before, const struct question *q, enum compare compare, const struct line *l)
{
	struct line wanted = { .key = { key_before(q, compare, q->by, l->key[0]), key_before(q, compare, q->then, l->key[1]) } };
	return before->count ? bsearch(&wanted, before->lines, before->count, sizeof wanted, lines_order) : NULL;
}

/* ---- lines in the order in which they are read ---- */

static int by_size(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	int64_t m = a->counter[0], n = b->counter[0];
	return m != n ? (m < n) - (m > n) : lines_order(x, y);
}

/* Periods in time, all else by the first measure; with a second split the lines of one key stay together. */
static void order_lines(const struct question *q, struct answer *a)
{
	if (a->count && q->by != TALLY_PERIOD && q->then == TALLY_NONE)
		qsort(a->lines, a->count, sizeof *a->lines, by_size);
}

static enum err lines_json(struct view_ctx *v, const struct question *q, const struct answer *a, const struct answer *before, enum compare compare,
                           struct json_build *list)
{
	json_build_array(list, v->a);
	for (size_t i = 0; i < a->count && i < TALLY_ROWS_MAX; i++) {
		struct json_build o;
		const struct line *l = &a->lines[i];
		json_build_object(&o, v->a);
		json_set(&o, "key", key_json(v, q, q->by, l->key[0]));
		json_set(&o, "then", key_json(v, q, q->then, l->key[1]));
		json_set(&o, "values", values_json(v, q, l));
		json_set(&o, "before", compare == COMPARE_NONE ? NULL : values_json(v, q, line_before(before, q, compare, l)));
		json_add(list, json_built(&o));
	}
	return OK;
}

static enum err compare_read(struct view_ctx *v, enum compare *out)
{
	struct str name = param(v, "compare");
	*out = str_eqz(name, "year") ? COMPARE_YEAR : str_eqz(name, "period") ? COMPARE_PERIOD : COMPARE_NONE;
	if (*out == COMPARE_NONE && name.len && !str_eqz(name, "none")) {
		diag_at(v->d, S("compare"));
		return diag_set(v->d, ERR_INVALID, "tally.compare", "A table is compared with the year or the period before, or not at all.");
	}
	return OK;
}

/* A head sees the work of posts in the own organs only: it is the work of persons. */
static void bound_by_powers(struct view_ctx *v, struct question *q)
{
	if (q->family == TALLY_STEPS && !(v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)))
		q->only_organs_of = v->actor.person;
}

static void set_question(struct view_ctx *v, const struct question *q, enum compare compare, struct json_build *out)
{
	static const char *const compares[] = { "none", "year", "period" };
	json_set_str(out, "from", day_text(v->a, q->from));
	json_set_str(out, "to", day_text(v->a, q->until));
	json_set_str(out, "by", str_of(tally_split_name(q->by)));
	json_set_str(out, "then", str_of(tally_split_name(q->then)));
	json_set_str(out, "unit", str_of(tally_unit_name(q->unit)));
	json_set_str(out, "compare", str_of(compares[compare]));
	json_set(out, "measures", measures_json(v, q));
}

enum err view_tally(struct view_ctx *v, struct json_build *out)
{
	struct question q;
	struct answer now, before = { 0 };
	enum compare compare;
	struct json_build rows;
	TRY(compare_read(v, &compare));
	TRY(question_read(v->c, calendar_now(v->cw), v->now_ms, v->params, &q, v->d));
	bound_by_powers(v, &q);
	TRY(question_answer(v->c, v->a, &q, &now, v->d));
	order_lines(&q, &now);
	struct question earlier = question_before(&q, compare);
	if (compare != COMPARE_NONE)
		TRY(question_answer(v->c, v->a, &earlier, &before, v->d));
	set_question(v, &q, compare, out);
	TRY(lines_json(v, &q, &now, &before, compare, &rows));
	json_set(out, "rows", json_built(&rows));
	json_set_i64(out, "lines", (int64_t)now.count);
	json_set(out, "total", values_json(v, &q, &now.total));
	/* period on period there is no total to stand beside: the range before overlaps */
	bool overlap = compare == COMPARE_PERIOD && (q.by == TALLY_PERIOD || q.then == TALLY_PERIOD);
	json_set(out, "total_before", compare == COMPARE_NONE || overlap ? NULL : values_json(v, &q, &before.total));
	return OK;
}
