/* pick.c - from a figure to the cases behind it. */
#include "mine/show.h"

static bool named(const struct mine_words *w, struct str name, uint32_t *id) { return words_find(w, name, id); }

static bool pick_activity(const struct mine_report *r, struct str name, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	uint32_t a;
	if (!named(&log->activities, name, &a))
		return false;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
			cases[c] |= log->activity[i] == a;
	return true;
}

static bool pick_repeated(const struct mine_report *r, struct str name, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	uint32_t a;
	if (!named(&log->activities, name, &a))
		return false;
	for (uint32_t c = 0; c < log->cases; c++) {
		uint32_t n = 0;
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
			n += log->activity[i] == a;
		cases[c] = n > 1;
	}
	return true;
}

static bool pick_edge(const struct mine_report *r, struct str from, struct str to, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	uint32_t a, b;
	if (!named(&log->activities, from, &a) || !named(&log->activities, to, &b))
		return false;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c] + 1; i < log->first[c + 1]; i++)
			cases[c] |= log->activity[i - 1] == a && log->activity[i] == b;
	return true;
}

static bool pick_hand_over(const struct mine_report *r, struct str from, struct str to, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	uint32_t a, b;
	if (!named(&log->resources, from, &a) || !named(&log->resources, to, &b))
		return false;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c] + 1; i < log->first[c + 1]; i++)
			cases[c] |= mine_resource(log, i - 1) == a && mine_resource(log, i) == b;
	return true;
}

static bool pick_resource(const struct mine_report *r, struct str name, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	uint32_t who;
	if (!named(&log->resources, name, &who))
		return false;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
			cases[c] |= mine_resource(log, i) == who;
	return true;
}

static bool pick_attribute(const struct mine_report *r, struct str name, struct str value, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	uint32_t id;
	for (size_t i = 0; i < log->attributes_count; i++) {
		if (!str_eq(log->attributes[i].name, name) || !named(&log->attributes[i].words, value, &id))
			continue;
		for (uint32_t c = 0; c < log->cases; c++)
			cases[c] = log->attributes[i].value[c] == id;
		return true;
	}
	return false;
}

static bool pick_variant(const struct mine_report *r, struct str key, uint8_t *cases)
{
	char hash[20];
	for (uint32_t k = 0; k < r->variants_count; k++) {
		snprintf(hash, sizeof hash, "%016llx", (unsigned long long)r->variants[k].hash);
		if (!str_eqz(key, hash))
			continue;
		for (uint32_t c = 0; c < r->log->cases; c++)
			cases[c] |= r->variant_of[c] == k;
		return true;
	}
	return false;
}

static bool pick_batch(const struct mine_report *r, struct str who, struct str activity, struct str from, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	uint32_t w, a;
	int64_t ms;
	if (!named(&log->resources, who, &w) || !named(&log->activities, activity, &a) || !str_to_i64(from, &ms))
		return false;
	for (size_t k = 0; k < r->batches_count; k++) {
		const struct mine_batch *b = &r->batches[k];
		if (b->resource != w || b->activity != a || b->from_ms != ms)
			continue;
		for (uint32_t c = 0; c < log->cases; c++)
			for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
				cases[c] |= mine_resource(log, i) == w && log->activity[i] == a && log->end_ms[i] >= b->from_ms && log->end_ms[i] <= b->to_ms;
		return true;
	}
	return false;
}

static bool pick_load(const struct mine_report *r, struct str weekday, struct str hour, uint8_t *cases)
{
	int64_t d, h;
	if (!str_to_i64(weekday, &d) || !str_to_i64(hour, &h))
		return false;
	for (uint32_t c = 0; c < r->log->cases; c++)
		for (uint32_t i = r->log->first[c]; i < r->log->first[c + 1]; i++) {
			int at_day, at_hour;
			load_place(r, r->log->end_ms[i], &at_day, &at_hour);
			cases[c] |= at_day == d && at_hour == h;
		}
	return true;
}

/* By its number in the list: which ones there are follows from the same record and the same question. */
static bool pick_deviation(const struct mine_report *r, struct str number, uint8_t *cases)
{
	int64_t n;
	if (!str_to_i64(number, &n) || n < 1 || (uint64_t)n > r->conformance.deviations_count)
		return false;
	const struct mine_deviation *d = &r->conformance.deviations[n - 1];
	for (uint32_t c = 0; c < r->log->cases; c++) {
		uint32_t key = r->variant_of[c] * 2 + case_unfinished(r->log, c);
		for (size_t i = 0; i < d->variants_count; i++)
			cases[c] |= d->variants[i] == key;
	}
	return true;
}

static bool pick_late(const struct mine_report *r, uint8_t *cases)
{
	for (uint32_t c = 0; c < r->log->cases; c++)
		cases[c] = mine_case_late(r, c) == 1;
	return true;
}

static bool pick_loops(const struct mine_report *r, uint8_t *cases)
{
	const struct mine_log *log = r->log;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
			for (uint32_t k = log->first[c]; k < i && !cases[c]; k++)
				cases[c] = log->activity[k] == log->activity[i];
	return true;
}

bool mine_pick(const struct mine_report *r, struct str pick, uint8_t *cases)
{
	struct str rest = pick, part[4];
	for (size_t i = 0; i < 4; i++) {
		part[i] = rest.ptr ? str_cut(&rest, '|') : S("");
		part[i] = part[i].ptr ? part[i] : S("");
	}
	memset(cases, 0, r->log->cases);
	if (str_eqz(part[0], "activity"))
		return pick_activity(r, part[1], cases);
	if (str_eqz(part[0], "repeated"))
		return pick_repeated(r, part[1], cases);
	if (str_eqz(part[0], "edge"))
		return pick_edge(r, part[1], part[2], cases);
	if (str_eqz(part[0], "variant"))
		return pick_variant(r, part[1], cases);
	if (str_eqz(part[0], "hand-over"))
		return pick_hand_over(r, part[1], part[2], cases);
	if (str_eqz(part[0], "resource"))
		return pick_resource(r, part[1], cases);
	if (str_eqz(part[0], "attribute"))
		return pick_attribute(r, part[1], part[2], cases);
	if (str_eqz(part[0], "batch"))
		return pick_batch(r, part[1], part[2], part[3], cases);
	if (str_eqz(part[0], "load"))
		return pick_load(r, part[1], part[2], cases);
	if (str_eqz(part[0], "deviation"))
		return pick_deviation(r, part[1], cases);
	if (str_eqz(part[0], "late"))
		return pick_late(r, cases);
	if (str_eqz(part[0], "rework"))
		return pick_loops(r, cases);
	memset(cases, 1, r->log->cases);
	return str_empty(pick);
}
