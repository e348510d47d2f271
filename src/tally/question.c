/* question.c - the parameters of a table, read and checked: each refusal says which one and what would do. */
#include "tally/tally_int.h"

static enum err refuse(struct diag *d, const char *key, const char *code, const char *text, struct str value)
{
	diag_set(d, ERR_INVALID, code, text, STR_ARG(value));
	diag_arg(d, value);
	diag_at(d, str_of(key));
	return ERR_INVALID;
}

static struct str text_of(const struct json *params, const char *key)
{
	return str_trim(json_text(json_get(params, key)));
}

/* Names apart by commas or blanks, or a list. */
static enum err add_measure(struct question *q, struct str name, struct diag *d)
{
	const struct tally_measure *m = tally_measure_find(name);
	if (!m)
		return refuse(d, "measures", "tally.measure", "There is no measure \"%.*s\".", name);
	if (q->measures_count && m->family != q->family)
		return refuse(d, "measures", "tally.mixed", "\"%.*s\" counts steps, the others count cases (or the other way round): ask for them in two tables.", name);
	for (size_t i = 0; i < q->measures_count; i++)
		if (q->measures[i] == m)
			return OK;
	if (q->measures_count == TALLY_MEASURES_MAX)
		return refuse(d, "measures", "tally.too-many", "A table takes at most 12 measures; \"%.*s\" is one too many.", name);
	q->family = m->family;
	q->measures[q->measures_count++] = m;
	return OK;
}

/* What is shown when nothing was chosen. */
static enum err add_usual(struct question *q, struct str by, struct diag *d)
{
	static const char *const cases[] = { "received", "accepted", "concluded", "on_time", "late", "on_time_rate", "early_days", NULL };
	static const char *const steps[] = { "steps", "steps_on_time", "steps_late", "steps_on_time_rate", NULL };
	for (const char *const *name = str_eqz(by, "post") ? steps : cases; *name; name++)
		TRY(add_measure(q, str_of(*name), d));
	return OK;
}

static enum err read_measures(const struct json *params, struct question *q, struct diag *d)
{
	const struct json *list = json_get(params, "measures");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		TRY(add_measure(q, str_trim(json_text(&list->items[i])), d));
	for (struct str rest = text_of(params, "measures"); rest.ptr && rest.len;) {
		struct str name = str_trim(str_cut(&rest, ','));
		if (name.len)
			TRY(add_measure(q, name, d));
	}
	return q->measures_count ? OK : add_usual(q, text_of(params, "by"), d);
}

static enum err read_splits(const struct json *params, struct question *q, struct diag *d)
{
	struct str by = text_of(params, "by"), then = text_of(params, "then"), unit = text_of(params, "unit");
	if (!tally_split_parse(by, &q->by))
		return refuse(d, "by", "tally.split", "A table cannot be split by \"%.*s\".", by);
	if (!tally_split_parse(then, &q->then))
		return refuse(d, "then", "tally.split", "A table cannot be split by \"%.*s\".", then);
	q->unit = TALLY_MONTH;
	if (unit.len && !tally_unit_parse(unit, &q->unit))
		return refuse(d, "unit", "tally.unit", "\"%.*s\" is no period: day, week, month, quarter, half or year.", unit);
	if (q->then == q->by)
		q->then = TALLY_NONE;
	if (q->by == TALLY_NONE) {
		q->by = q->then;
		q->then = TALLY_NONE;
	}
	return OK;
}

/* Without dates: the twelve months up to today. */
static enum err read_days(const struct calendar *cal, int64_t now_ms, const struct json *params, struct question *q, struct diag *d)
{
	enum { DAYS_MAX = 100 * 366, FINE_DAYS_MAX = 1100 };
	struct str from = text_of(params, "from"), until = text_of(params, "to");
	int y, m, day;
	q->until = calendar_day_at(now_ms, calendar_offset_s(cal));
	if (until.len && !calendar_day_parse(until, &q->until))
		return refuse(d, "to", "tally.date", "\"%.*s\" is no date such as 2025-03-31.", until);
	calendar_day_civil(q->until, &y, &m, &day);
	q->from = m == 12 ? calendar_day_of(y, 1, 1) : calendar_day_of(y - 1, m + 1, 1);
	if (from.len && !calendar_day_parse(from, &q->from))
		return refuse(d, "from", "tally.date", "\"%.*s\" is no date such as 2025-03-01.", from);
	if (q->from > q->until)
		return refuse(d, "from", "tally.order", "The table begins on %.*s, after its end.", from);
	bool fine = (q->by == TALLY_PERIOD || q->then == TALLY_PERIOD) && q->unit <= TALLY_WEEK;
	if (q->until - q->from > (fine ? FINE_DAYS_MAX : DAYS_MAX))
		return refuse(d, "from", "tally.too-long", "From %.*s on there are too many periods: days and weeks are shown for three years, others for a hundred.", from);
	return OK;
}

static enum err read_id(struct store_conn *c, const struct json *params, const char *key, const char *sql, int64_t *out, struct diag *d)
{
	struct str code = text_of(params, key);
	if (!code.len)
		return OK;
	*out = row_i64_str(c, sql, code, 0);
	return *out ? OK : refuse(d, key, "tally.unknown", "There is nothing with the code \"%.*s\".", code);
}

/* Kinds of items and channels are codes of digits. */
static enum err read_number(const struct json *params, const char *key, int64_t *out, struct diag *d)
{
	struct str code = text_of(params, key);
	*out = ANY;
	if (code.len && (!str_to_i64(code, out) || *out < 0))
		return refuse(d, key, "tally.unknown", "There is nothing with the code \"%.*s\".", code);
	return OK;
}

static enum err read_filters(struct store_conn *c, const struct json *params, struct question *q, struct diag *d)
{
	TRY(read_id(c, params, "organ", "SELECT id FROM organ WHERE code=?1", &q->organ, d));
	TRY(read_id(c, params, "item", "SELECT id FROM item WHERE impl_code=?1", &q->item, d));
	TRY(read_id(c, params, "region", "SELECT id FROM region WHERE code=?1", &q->region, d));
	TRY(read_id(c, params, "post", "SELECT id FROM post WHERE code=?1", &q->post, d));
	TRY(read_number(params, "kind", &q->kind, d));
	return read_number(params, "channel", &q->channel, d);
}

/* Steps are counted by organ and post only; cases by everything but the post. */
static enum err check_family(const struct question *q, struct diag *d)
{
	static const bool of_steps[TALLY_SPLITS] = { [TALLY_NONE] = true, [TALLY_PERIOD] = true, [TALLY_ORGAN] = true, [TALLY_POST] = true };
	bool steps = q->family == TALLY_STEPS;
	enum tally_split wrong = !(steps ? of_steps[q->by] : q->by != TALLY_POST) ? q->by : !(steps ? of_steps[q->then] : q->then != TALLY_POST) ? q->then : TALLY_NONE;
	if (wrong != TALLY_NONE)
		return refuse(d, "by", steps ? "tally.steps-split" : "tally.cases-split",
		              steps ? "Steps of posts are counted by period, organ and post, not by %.*s." : "Cases are not counted by %.*s: choose measures of steps for that.",
		              str_of(tally_split_name(wrong)));
	if (steps && (q->item || q->region || q->kind != ANY || q->channel != ANY))
		return refuse(d, "item", "tally.steps-filter", "Steps of posts can be filtered by organ and post only%.*s.", S(""));
	if (!steps && q->post)
		return refuse(d, "post", "tally.cases-filter", "Cases cannot be filtered by post%.*s: choose measures of steps for that.", S(""));
	return OK;
}

enum err question_read(struct store_conn *c, const struct calendar *cal, int64_t now_ms, const struct json *params,
                       struct question *out, struct diag *d)
{
	struct question q = { 0 };
	TRY(read_measures(params, &q, d));
	TRY(read_splits(params, &q, d));
	TRY(read_days(cal, now_ms, params, &q, d));
	TRY(read_filters(c, params, &q, d));
	TRY(check_family(&q, d));
	*out = q;
	return OK;
}
