/* public.c - the figures that everybody may see: whole months, by organ and channel, without numbers so small that persons could be
 * recognised. */
#include "tally/tally_int.h"

enum { MONTHS = 13 };

/* The counters that are protected; rates of few cases go with them. */
static bool is_small(int64_t n)
{
	return n > 0 && n < TALLY_SMALL;
}

/* A measure of a line may be shown unless it, or what it is divided by, is small. */
static bool is_shown(const struct question *q, const struct line *l, size_t i)
{
	return q->measures[i]->kind == TALLY_COUNT ? !is_small(l->counter[i]) : l->under[i] == 0 || l->under[i] >= TALLY_SMALL;
}

/* One hidden number could be found from the total: the smallest one shown is hidden with it. */
static void hide_second(const struct question *q, const struct answer *a, size_t i, bool *hidden)
{
	size_t count = 0, least = a->count;
	for (size_t l = 0; l < a->count; l++) {
		count += hidden[l];
		if (!hidden[l] && a->lines[l].counter[i] > 0 && (least == a->count || a->lines[l].counter[i] < a->lines[least].counter[i]))
			least = l;
	}
	if (count == 1 && least < a->count && q->measures[i]->kind == TALLY_COUNT)
		hidden[least] = true;
}

static enum err hidden_of(struct arena *a, const struct question *q, const struct answer *answer, bool **out)
{
	bool *hidden = arena_new_n(a, bool, answer->count * q->measures_count + 1);
	if (!hidden)
		return ERR_NOMEM;
	for (size_t i = 0; i < q->measures_count; i++) {
		bool *of_measure = hidden + i * answer->count;
		for (size_t l = 0; l < answer->count; l++)
			of_measure[l] = !is_shown(q, &answer->lines[l], i);
		hide_second(q, answer, i, of_measure);
	}
	*out = hidden;
	return OK;
}

static const struct json *line_json(struct view_ctx *v, const struct question *q, const struct answer *a, size_t l, const bool *hidden, const char *sql)
{
	struct json_build o, values;
	const struct line *line = &a->lines[l];
	json_build_object(&o, v->a);
	json_build_object(&values, v->a);
	if (q->by == TALLY_ORGAN)
		set_named(&o, v, "key", sql, line->key[0]);
	else {
		struct json_build key;
		json_build_object(&key, v->a);
		json_set_str(&key, "code", q->by == TALLY_PERIOD ? period_code(v->a, q->unit, line->key[0]) : arena_printf(v->a, "%lld", (long long)line->key[0]));
		json_set(&o, "key", json_built(&key));
	}
	for (size_t i = 0; i < q->measures_count; i++)
		if (hidden[i * a->count + l])
			json_set_str(&values, q->measures[i]->name, S("<5"));
		else
			json_set(&values, q->measures[i]->name, measure_json(v->a, q->measures[i], line->counter[i], line->under[i]));
	json_set(&o, "values", json_built(&values));
	return json_built(&o);
}

static enum err set_table(struct view_ctx *v, struct json_build *out, const char *key, enum tally_split by, calendar_day from, calendar_day until)
{
	static const char *const names[] = { "received", "accepted", "concluded", "on_time_rate", "early_rate", "used_days", "satisfied_rate" };
	struct question q = { .by = by, .unit = TALLY_MONTH, .from = from, .until = until, .kind = ANY, .channel = ANY };
	struct answer a;
	struct json_build rows;
	bool *hidden;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		q.measures[q.measures_count++] = tally_measure_find(str_of(names[i]));
	TRY(question_answer(v->c, v->a, &q, &a, v->d));
	TRY(hidden_of(v->a, &q, &a, &hidden));
	json_build_array(&rows, v->a);
	for (size_t l = 0; l < a.count; l++)
		json_add(&rows, line_json(v, &q, &a, l, hidden, ORGAN_SQL));
	json_set(out, key, json_built(&rows));
	return OK;
}

enum err view_tally_public(struct view_ctx *v, struct json_build *out)
{
	const struct calendar *cal = calendar_now(v->cw);
	calendar_day today = calendar_day_at(v->now_ms, calendar_offset_s(cal));
	int64_t month = period_of_day(today, TALLY_MONTH), first = month - MONTHS + 1, year = month - 11;
	calendar_day from = calendar_day_of((int)(first / 12), (int)(first % 12) + 1, 1);
	calendar_day of_year = calendar_day_of((int)(year / 12), (int)(year % 12) + 1, 1);
	json_set_str(out, "from", day_text(v->a, from));
	json_set_str(out, "year_from", day_text(v->a, of_year));
	json_set_str(out, "to", day_text(v->a, today));
	json_set_i64(out, "small", TALLY_SMALL);
	TRY(set_table(v, out, "months", TALLY_PERIOD, from, today));
	TRY(set_table(v, out, "organs", TALLY_ORGAN, of_year, today));
	TRY(set_table(v, out, "channels", TALLY_CHANNEL, of_year, today));
	return set_table(v, out, "all", TALLY_NONE, of_year, today);
}
