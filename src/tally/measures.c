/* measures.c - what can be asked. docs/statistics.md says each in words with its law. */
#include "tally/tally_int.h"

static const struct tally_measure measures[] = {
	{ "received", TALLY_CASES, TALLY_COUNT, "received", NULL },
	{ "accepted", TALLY_CASES, TALLY_COUNT, "accepted", NULL },
	{ "deemed", TALLY_CASES, TALLY_COUNT, "deemed", NULL },
	{ "concluded", TALLY_CASES, TALLY_COUNT, "concluded", NULL },
	{ "granted", TALLY_CASES, TALLY_COUNT, "granted", NULL },
	{ "refused", TALLY_CASES, TALLY_COUNT, "refused", NULL },
	{ "withdrawn", TALLY_CASES, TALLY_COUNT, "withdrawn", NULL },
	{ "failed", TALLY_CASES, TALLY_COUNT, "failed", NULL },
	{ "on_time", TALLY_CASES, TALLY_COUNT, "on_time", NULL },
	{ "late", TALLY_CASES, TALLY_COUNT, "late", NULL },
	{ "on_time_rate", TALLY_CASES, TALLY_PERCENT, "on_time", "on_time+late" },
	{ "early", TALLY_CASES, TALLY_COUNT, "early", NULL },
	{ "early_rate", TALLY_CASES, TALLY_PERCENT, "early", "on_time+late" },
	{ "early_days", TALLY_CASES, TALLY_AVERAGE, "early_days", "early" },
	{ "law_early_days", TALLY_CASES, TALLY_AVERAGE, "law_early_days", "on_time" },
	{ "late_days", TALLY_CASES, TALLY_AVERAGE, "late_days", "late" },
	{ "used_days", TALLY_CASES, TALLY_AVERAGE, "used_days", "used" },
	{ "supplemented", TALLY_CASES, TALLY_COUNT, "supplemented", NULL },
	{ "suspended", TALLY_CASES, TALLY_COUNT, "suspended", NULL },
	{ "notices", TALLY_CASES, TALLY_COUNT, "notices", NULL },
	{ "yellows", TALLY_CASES, TALLY_COUNT, "yellows", NULL },
	{ "reds", TALLY_CASES, TALLY_COUNT, "reds", NULL },
	{ "rated", TALLY_CASES, TALLY_COUNT, "rated", NULL },
	{ "bad", TALLY_CASES, TALLY_COUNT, "bad", NULL },
	{ "satisfied_rate", TALLY_CASES, TALLY_PERCENT, "rated-bad", "rated" },
	{ "steps", TALLY_STEPS, TALLY_COUNT, "steps", NULL },
	{ "steps_on_time", TALLY_STEPS, TALLY_COUNT, "steps_on_time", NULL },
	{ "steps_late", TALLY_STEPS, TALLY_COUNT, "steps_late", NULL },
	{ "steps_signed", TALLY_STEPS, TALLY_COUNT, "steps_signed", NULL },
	{ "steps_on_time_rate", TALLY_STEPS, TALLY_PERCENT, "steps_on_time", "steps_on_time+steps_late" },
};

const struct tally_measure *tally_measures(size_t *count)
{
	*count = sizeof measures / sizeof *measures;
	return measures;
}

const struct tally_measure *tally_measure_find(struct str name)
{
	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
		if (str_eqz(name, measures[i].name))
			return &measures[i];
	return NULL;
}

/* n / under in tenths times `unit`, half up; n is not negative. */
static int64_t tenths(int64_t n, int64_t under, int64_t unit)
{
	return (2 * n * unit + under) / (2 * under);
}

bool measure_value(const struct tally_measure *m, int64_t counter, int64_t under, int64_t *out)
{
	if (m->kind == TALLY_COUNT)
		*out = counter;
	else if (under <= 0)
		return false;
	else
		*out = tenths(counter, under, m->kind == TALLY_PERCENT ? 1000 : 10);
	return true;
}

const struct json *measure_json(struct arena *a, const struct tally_measure *m, int64_t counter, int64_t under)
{
	int64_t v;
	struct json *out = arena_new(a, struct json);
	if (!out)
		return NULL;
	out->kind = JSON_NULL;
	if (!measure_value(m, counter, under, &v))
		return out;
	out->kind = JSON_NUMBER;
	out->text = m->kind == TALLY_COUNT ? arena_printf(a, "%lld", (long long)v) : arena_printf(a, "%lld.%lld", (long long)(v / 10), (long long)(v % 10));
	return out->text.ptr ? out : NULL;
}

static const char *const split_names[] = { "", "period", "region", "organ", "item", "kind", "channel", "post" };
static const char *const unit_names[] = { "day", "week", "month", "quarter", "half", "year" };

const char *tally_split_name(enum tally_split s)
{
	return split_names[s];
}

/* The place of a name among n; -1 where it is none of them. */
static int place_of(struct str name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (str_eqz(name, names[i]))
			return i;
	return -1;
}

bool tally_split_parse(struct str name, enum tally_split *out)
{
	int place = place_of(name, split_names, TALLY_SPLITS);
	if (place >= 0)
		*out = (enum tally_split)place;
	return place >= 0;
}

const char *tally_unit_name(enum tally_unit u)
{
	return unit_names[u];
}

bool tally_unit_parse(struct str name, enum tally_unit *out)
{
	int place = place_of(name, unit_names, TALLY_UNITS);
	if (place >= 0)
		*out = (enum tally_unit)place;
	return place >= 0;
}
