/* filter.c - part of a log as a log of its own. */
#include "mine/mine_int.h"

struct chosen {
	const struct mine_log *log;
	uint8_t *cases, *activities; /* 1 = stays */
};

static enum err not_there(struct diag *d, struct str what)
{
	enum err e = diag_set(d, ERR_NOT_FOUND, "mine.filter", "The log has no \"%.*s\"", STR_ARG(what));
	diag_arg(d, what);
	diag_at(d, what);
	return e;
}

static void by_time(struct chosen *k, int64_t from_ms, int64_t to_ms)
{
	for (uint32_t c = 0; c < k->log->cases; c++) {
		int64_t at = case_start_ms(k->log, c);
		k->cases[c] &= (from_ms == MINE_NO_TIME || at >= from_ms) && (to_ms == MINE_NO_TIME || at < to_ms);
	}
}

static enum err by_attribute(struct chosen *k, struct str pair, struct diag *d)
{
	struct str value = pair, name = str_cut(&value, '=');
	uint32_t id;
	for (size_t i = 0; i < k->log->attributes_count; i++) {
		const struct mine_attribute *at = &k->log->attributes[i];
		if (!str_eq(at->name, name) || !words_find(&at->words, value, &id))
			continue;
		for (uint32_t c = 0; c < k->log->cases; c++)
			k->cases[c] &= at->value[c] == id;
		return OK;
	}
	return not_there(d, pair);
}

enum where { ANYWHERE, AT_START, AT_END };

static enum err by_activity(struct chosen *k, struct str name, enum where where, struct diag *d)
{
	const struct mine_log *log = k->log;
	uint32_t a;
	if (str_empty(name))
		return OK;
	if (!words_find(&log->activities, name, &a))
		return not_there(d, name);
	for (uint32_t c = 0; c < log->cases; c++) {
		uint32_t from = where == AT_END ? log->first[c + 1] - 1 : log->first[c], to = where == AT_START ? from + 1 : log->first[c + 1];
		bool found = false;
		for (uint32_t i = from; i < to; i++)
			found |= log->activity[i] == a;
		k->cases[c] &= found;
	}
	return OK;
}

static enum err by_resource(struct chosen *k, struct str name, struct diag *d)
{
	const struct mine_log *log = k->log;
	uint32_t who;
	if (str_empty(name))
		return OK;
	if (!words_find(&log->resources, name, &who))
		return not_there(d, name);
	for (uint32_t c = 0; c < log->cases; c++) {
		bool found = false;
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
			found |= mine_resource(log, i) == who;
		k->cases[c] &= found;
	}
	return OK;
}

static enum err by_variant(struct chosen *k, uint32_t most)
{
	struct mine_report r = { .log = k->log };
	enum err e = most ? report_variants(&r) : OK;
	for (uint32_t c = 0; e == OK && most && c < k->log->cases; c++)
		k->cases[c] &= r.variant_of[c] < most;
	heap_free(r.variants);
	heap_free(r.variant_of);
	return e;
}

struct frequency { uint32_t count, activity; };

static int by_count(const void *pa, const void *pb)
{
	const struct frequency *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->activity < b->activity ? -1 : 1;
}

/* The most frequent activities until they make up the share asked for. */
static enum err by_frequency(struct chosen *k, uint32_t percent)
{
	const struct mine_log *log = k->log;
	struct frequency *f = heap_new_n(struct frequency, log->activities.count);
	uint64_t sum = 0;
	if (!f)
		return ERR_NOMEM;
	for (uint32_t a = 0; a < log->activities.count; a++)
		f[a].activity = a;
	for (uint32_t i = 0; i < log->events; i++)
		f[log->activity[i]].count++;
	qsort(f, log->activities.count, sizeof *f, by_count);
	for (uint32_t n = 0; n < log->activities.count; n++) {
		k->activities[f[n].activity] = !percent || sum * 100 < (uint64_t)log->events * percent;
		sum += f[n].count;
	}
	heap_free(f);
	return OK;
}

static enum err copy_case(const struct chosen *k, struct mine_builder *b, uint32_t c)
{
	const struct mine_log *log = k->log;
	uint32_t n = MINE_NONE;
	for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
		if (!k->activities[log->activity[i]])
			continue;
		struct mine_event e = { mine_word(&log->case_ids, c), mine_word(&log->activities, log->activity[i]),
			                mine_word(&log->resources, mine_resource(log, i)), log->end_ms[i],
			                log->begin_ms ? log->begin_ms[i] : MINE_NO_TIME, MINE_COMPLETE };
		TRY(mine_builder_add(b, &e, &n));
	}
	if (n == MINE_NONE)
		return OK;
	for (size_t i = 0; i < log->attributes_count; i++)
		TRY(mine_builder_attribute(b, n, log->attributes[i].name, mine_word(&log->attributes[i].words, log->attributes[i].value[c])));
	if (log->deadline_ms && log->deadline_ms[c] != MINE_NO_TIME)
		TRY(mine_builder_deadline(b, n, log->deadline_ms[c]));
	if (log->flags && log->flags[c])
		TRY(mine_builder_flag(b, n, log->flags[c]));
	return OK;
}

static enum err copy(const struct chosen *k, struct mine_log **out, struct diag *d)
{
	struct mine_builder *b;
	enum err e = mine_builder_new(&b);
	if (e != OK)
		return e;
	for (uint32_t c = 0; e == OK && c < k->log->cases; c++)
		if (k->cases[c])
			e = copy_case(k, b, c);
	for (uint32_t a = 0; e == OK && k->log->activities_en.count && a < k->log->activities.count; a++)
		e = mine_builder_english(b, mine_word(&k->log->activities, a), mine_word(&k->log->activities_en, a));
	if (e != OK) {
		mine_builder_free(b);
		return e;
	}
	e = mine_builder_finish(b, out, NULL);
	return e == ERR_INVALID ? diag_set(d, ERR_NOT_FOUND, "mine.nothing", "No case fits all that was asked for") : e;
}

static enum err choose(struct chosen *k, const struct mine_filter *f, struct diag *d)
{
	by_time(k, f->from_ms, f->to_ms);
	for (size_t i = 0; i < f->attributes_count; i++)
		TRY(by_attribute(k, f->attributes[i], d));
	TRY(by_activity(k, f->activity, ANYWHERE, d));
	TRY(by_activity(k, f->start, AT_START, d));
	TRY(by_activity(k, f->end, AT_END, d));
	TRY(by_resource(k, f->resource, d));
	TRY(by_variant(k, f->variants));
	return by_frequency(k, f->activities_percent);
}

enum err mine_filter(const struct mine_log *log, const struct mine_filter *f, struct mine_log **out, struct diag *d)
{
	struct chosen k = { log, heap_new_n(uint8_t, log->cases), heap_new_n(uint8_t, log->activities.count) };
	enum err e = k.cases && k.activities ? OK : ERR_NOMEM;
	if (e == OK) {
		memset(k.cases, 1, log->cases);
		e = choose(&k, f, d);
	}
	if (e == OK)
		e = copy(&k, out, d);
	heap_free(k.cases);
	heap_free(k.activities);
	return e == OK ? OK : diag_set(d, e, "mine.memory", "The log does not fit into memory");
}
