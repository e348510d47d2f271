/* log.c - a log under construction: columns that grow, then sorted by case and packed.
 *
 * A row costs 12 bytes: moment, activity, resource. Rows that come case by case, as most logs do, need no number of
 * their case, and nothing is moved when they are in time order as well.
 */
#include "mine/mine_int.h"

enum { RECENT_BITS = 9, RECENT_MIXED_BITS = 14 /* the cases that run side by side, within the processor's cache */ };

struct mine_builder {
	struct mine_words cases, activities, resources;
	struct words_recent recent_case, recent_activity, recent_resource;
	uint32_t *case_of;     /* NULL while the rows come case by case */
	uint16_t *activity, *resource;
	uint32_t *resource_wide; /* instead of `resource` when numbers no longer fit */
	int64_t *end_ms, *begin_ms;
	uint8_t *phase;
	size_t count, room;
	/* by case */
	uint32_t *first;       /* while the rows come case by case: the first of each */
	size_t first_room;
	int64_t *deadline;
	uint8_t *flags;
	size_t deadline_room, flags_room;
	struct mine_attribute attribute[MINE_ATTRIBUTES_MAX];
	size_t attribute_room[MINE_ATTRIBUTES_MAX], attributes;
	struct mine_words english;
	uint32_t *english_of;  /* by activity: number + 1, 0 = none */
	size_t english_room;
	bool ordered;          /* so far each case in time order */
	bool phases, completed;
	uint32_t last_case;
	int64_t last_ms;
};

enum err mine_builder_new(struct mine_builder **out)
{
	struct mine_builder *b = heap_alloc(sizeof *b);
	if (!b)
		return ERR_NOMEM;
	b->ordered = true;
	enum err e = words_recent_init(&b->recent_case, RECENT_BITS);
	if (e == OK)
		e = words_recent_init(&b->recent_activity, RECENT_BITS);
	if (e == OK)
		e = words_recent_init(&b->recent_resource, RECENT_BITS);
	if (e == OK)
		*out = b;
	else
		mine_builder_free(b);
	return e;
}

static void free_columns(struct mine_builder *b)
{
	heap_free(b->case_of);
	heap_free(b->first);
	heap_free(b->recent_case.slot);
	heap_free(b->recent_activity.slot);
	heap_free(b->recent_resource.slot);
	heap_free(b->resource);
	heap_free(b->resource_wide);
	heap_free(b->activity);
	heap_free(b->end_ms);
	heap_free(b->begin_ms);
	heap_free(b->phase);
	heap_free(b->deadline);
	heap_free(b->flags);
	heap_free(b->english_of);
}

static void free_attributes(struct mine_attribute *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		heap_free((void *)(uintptr_t)list[i].name.ptr);
		heap_free(list[i].value);
		words_free(&list[i].words);
	}
}

void mine_builder_free(struct mine_builder *b)
{
	if (!b)
		return;
	free_columns(b);
	free_attributes(b->attribute, b->attributes);
	words_free(&b->cases);
	words_free(&b->activities);
	words_free(&b->resources);
	words_free(&b->english);
	heap_free(b);
}

/* All columns grow together, so that one check suffices. Those that are not in use stay away. */
static enum err more_rows(struct mine_builder *b)
{
	if (b->count >= MINE_EVENTS_MAX)
		return ERR_LIMIT;
	struct { void *array; size_t size; bool used; } const columns[] = {
		{ &b->activity, sizeof *b->activity, true },
		{ &b->end_ms, sizeof *b->end_ms, true },
		{ &b->resource, sizeof *b->resource, !b->resource_wide },
		{ &b->resource_wide, sizeof *b->resource_wide, b->resource_wide != NULL },
		{ &b->case_of, sizeof *b->case_of, b->case_of != NULL },
		{ &b->begin_ms, sizeof *b->begin_ms, b->begin_ms != NULL },
		{ &b->phase, sizeof *b->phase, b->phase != NULL },
	};
	size_t room = b->room, more = room;
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		if (!columns[i].used)
			continue;
		more = room;
		TRY(grow_column(columns[i].array, &more, b->count + 1, columns[i].size));
	}
	b->room = more;
	return OK;
}

static enum err note_begin(struct mine_builder *b, int64_t begin_ms)
{
	if (!b->begin_ms) {
		b->begin_ms = heap_new_n(int64_t, b->room);
		if (!b->begin_ms)
			return ERR_NOMEM;
		for (size_t i = 0; i < b->count; i++)
			b->begin_ms[i] = MINE_NO_TIME;
	}
	b->begin_ms[b->count] = begin_ms;
	return OK;
}

static enum err note_phase(struct mine_builder *b, enum mine_phase phase)
{
	b->completed |= phase == MINE_COMPLETE;
	b->phases |= phase != MINE_COMPLETE;
	if (!b->phase && phase != MINE_COMPLETE) {
		b->phase = heap_new_n(uint8_t, b->room); /* MINE_COMPLETE is 0 */
		if (!b->phase)
			return ERR_NOMEM;
	}
	if (b->phase)
		b->phase[b->count] = (uint8_t)phase;
	return OK;
}

/* A case comes back after others: from now on every row is told its case. */
static enum err mix_cases(struct mine_builder *b)
{
	b->case_of = heap_new_n(uint32_t, b->room);
	if (!b->case_of)
		return ERR_NOMEM;
	TRY(words_recent_init(&b->recent_case, RECENT_MIXED_BITS));
	for (size_t c = 0; c < b->cases.count; c++) {
		size_t to = c + 1 < b->cases.count ? b->first[c + 1] : b->count;
		for (size_t i = b->first[c]; i < to; i++)
			b->case_of[i] = (uint32_t)c;
	}
	heap_free(b->first);
	b->first = NULL;
	return OK;
}

/* The number of the row's case, noted where it is needed. */
static enum err note_case(struct mine_builder *b, struct str id, uint32_t *out)
{
	size_t before = b->cases.count;
	TRY(words_add_recent(&b->cases, &b->recent_case, id, out));
	if (!b->case_of && b->cases.count > before) {
		TRY(grow_column(&b->first, &b->first_room, b->cases.count + 1, sizeof *b->first));
		b->first[*out] = (uint32_t)b->count;
	} else if (!b->case_of && *out != b->last_case) {
		TRY(mix_cases(b));
	}
	if (b->case_of)
		b->case_of[b->count] = *out;
	return OK;
}

static enum err widen_resources(struct mine_builder *b)
{
	b->resource_wide = heap_new_n(uint32_t, b->room);
	if (!b->resource_wide)
		return ERR_NOMEM;
	for (size_t i = 0; i < b->count; i++)
		b->resource_wide[i] = b->resource[i] == UINT16_MAX ? MINE_NONE : b->resource[i];
	heap_free(b->resource);
	b->resource = NULL;
	return OK;
}

static enum err note_resource(struct mine_builder *b, struct str name)
{
	uint32_t who = MINE_NONE;
	if (name.len)
		TRY(words_add_recent(&b->resources, &b->recent_resource, name, &who));
	if (b->resource && b->resources.count > UINT16_MAX)
		TRY(widen_resources(b));
	if (b->resource)
		b->resource[b->count] = (uint16_t)who; /* none: all ones here as well */
	else
		b->resource_wide[b->count] = who;
	return OK;
}

enum err mine_builder_add(struct mine_builder *b, const struct mine_event *e, uint32_t *case_number)
{
	uint32_t k, a;
	if (b->count == b->room)
		TRY(more_rows(b));
	TRY(words_add_recent(&b->activities, &b->recent_activity, e->activity, &a));
	if (b->activities.count > MINE_ACTIVITIES_MAX)
		return ERR_LIMIT;
	TRY(note_resource(b, e->resource));
	TRY(note_case(b, e->case_id, &k));
	if (e->begin_ms != MINE_NO_TIME || b->begin_ms)
		TRY(note_begin(b, e->begin_ms));
	if (e->phase != MINE_COMPLETE || b->phase || !b->completed)
		TRY(note_phase(b, e->phase));
	b->ordered &= k != b->last_case || e->end_ms >= b->last_ms || !b->count;
	b->last_case = k;
	b->activity[b->count] = (uint16_t)a;
	b->end_ms[b->count++] = b->last_ms = e->end_ms;
	*case_number = k;
	return OK;
}

/* ---- facts of a case ---- */

static enum err attribute_named(struct mine_builder *b, struct str name, size_t *out)
{
	for (*out = 0; *out < b->attributes; ++*out)
		if (str_eq(b->attribute[*out].name, name))
			return OK;
	if (b->attributes == MINE_ATTRIBUTES_MAX)
		return OK;
	char *copy = heap_alloc(name.len + 1);
	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, name.ptr, name.len);
	b->attribute[b->attributes++].name = str_span(copy, name.len);
	return OK;
}

enum err mine_builder_attribute(struct mine_builder *b, uint32_t k, struct str name, struct str value)
{
	size_t i;
	uint32_t id;
	if (str_empty(value))
		return OK;
	TRY(attribute_named(b, name, &i));
	if (i >= b->attributes)
		return OK;
	struct mine_attribute *at = &b->attribute[i];
	size_t before = b->attribute_room[i];
	TRY(grow(&at->value, &b->attribute_room[i], (size_t)k + 1, sizeof *at->value));
	for (size_t j = before; j < b->attribute_room[i]; j++)
		at->value[j] = MINE_NONE;
	if (at->value[k] != MINE_NONE)
		return OK;
	TRY(words_add(&at->words, value, &id));
	at->value[k] = id;
	return OK;
}

enum err mine_builder_deadline(struct mine_builder *b, uint32_t k, int64_t ms)
{
	size_t before = b->deadline_room;
	TRY(grow(&b->deadline, &b->deadline_room, (size_t)k + 1, sizeof *b->deadline));
	for (size_t j = before; j < b->deadline_room; j++)
		b->deadline[j] = MINE_NO_TIME;
	if (b->deadline[k] == MINE_NO_TIME)
		b->deadline[k] = ms;
	return OK;
}

enum err mine_builder_flag(struct mine_builder *b, uint32_t k, enum mine_case_flag flag)
{
	TRY(grow(&b->flags, &b->flags_room, (size_t)k + 1, 1));
	b->flags[k] = (uint8_t)(b->flags[k] | flag);
	return OK;
}

enum err mine_builder_english(struct mine_builder *b, struct str activity, struct str english)
{
	uint32_t a, id;
	if (str_empty(english) || !words_find(&b->activities, activity, &a))
		return OK;
	TRY(grow(&b->english_of, &b->english_room, (size_t)a + 1, sizeof *b->english_of));
	TRY(words_add(&b->english, english, &id));
	b->english_of[a] = id + 1;
	return OK;
}

/* ---- sorting ---- */

/* Where the rows of each case begin, or will when they are grouped. */
static uint32_t *case_starts(struct mine_builder *b)
{
	uint32_t *first = b->first;
	if (!b->case_of) {
		first[b->cases.count] = (uint32_t)b->count;
		b->first = NULL;
		return first;
	}
	first = heap_new_n(uint32_t, b->cases.count + 1);
	if (!first)
		return NULL;
	for (size_t i = 0; i < b->count; i++)
		first[b->case_of[i] + 1]++;
	for (size_t c = 0; c < b->cases.count; c++)
		first[c + 1] += first[c];
	return first;
}

/* A column in the order of `place`; frees the old one. */
static enum err reorder(void *column, const uint32_t *place, size_t n, size_t size)
{
	char **p = column, *from = *p;
	if (!from)
		return OK;
	char *to = heap_array(n, size);
	if (!to)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		memcpy(to + place[i] * size, from + i * size, size);
	heap_free(from);
	*p = to;
	return OK;
}

static enum err reorder_all(struct mine_builder *b, const uint32_t *place)
{
	TRY(reorder(&b->activity, place, b->count, sizeof *b->activity));
	TRY(reorder(&b->resource, place, b->count, sizeof *b->resource));
	TRY(reorder(&b->resource_wide, place, b->count, sizeof *b->resource_wide));
	TRY(reorder(&b->end_ms, place, b->count, sizeof *b->end_ms));
	TRY(reorder(&b->begin_ms, place, b->count, sizeof *b->begin_ms));
	return reorder(&b->phase, place, b->count, sizeof *b->phase);
}

static enum err group_rows(struct mine_builder *b, const uint32_t *first)
{
	uint32_t *next = heap_new_n(uint32_t, b->cases.count), *place = b->case_of;
	if (!next)
		return ERR_NOMEM;
	memcpy(next, first, b->cases.count * sizeof *next);
	for (size_t i = 0; i < b->count; i++)
		place[i] = next[b->case_of[i]]++; /* the column turns into the rows' places */
	enum err e = reorder_all(b, place);
	heap_free(next);
	return e;
}

/* A stream in time order is in order case by case as well. */
static bool in_order(const struct mine_builder *b, const uint32_t *first)
{
	for (size_t c = 0; c < b->cases.count; c++)
		for (uint32_t i = first[c] + 1; i < first[c + 1]; i++)
			if (b->end_ms[i - 1] > b->end_ms[i])
				return false;
	return true;
}

struct moment_row { int64_t ms; uint32_t row; };

static int by_moment(const void *pa, const void *pb)
{
	const struct moment_row *a = pa, *b = pb;
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Where the rows of [from, to) go so that they stand in time order. */
static void sort_case(const struct mine_builder *b, uint32_t from, uint32_t to, struct moment_row *room, uint32_t *place)
{
	bool sorted = true;
	for (uint32_t i = from; i < to; i++) {
		place[i] = i;
		sorted &= i == from || b->end_ms[i - 1] <= b->end_ms[i];
	}
	if (sorted)
		return;
	for (uint32_t i = from; i < to; i++)
		room[i - from] = (struct moment_row){ b->end_ms[i], i };
	qsort(room, to - from, sizeof *room, by_moment);
	for (uint32_t i = from; i < to; i++)
		place[room[i - from].row] = i;
}

static enum err order_rows(struct mine_builder *b, const uint32_t *first)
{
	uint32_t most = 0;
	for (size_t c = 0; c < b->cases.count; c++)
		most = first[c + 1] - first[c] > most ? first[c + 1] - first[c] : most;
	struct moment_row *room = heap_new_n(struct moment_row, most);
	uint32_t *place = heap_new_n(uint32_t, b->count);
	enum err e = room && place ? OK : ERR_NOMEM;
	for (size_t c = 0; e == OK && c < b->cases.count; c++)
		sort_case(b, first[c], first[c + 1], room, place);
	if (e == OK)
		e = reorder_all(b, place);
	heap_free(room);
	heap_free(place);
	return e;
}

/* ---- beginnings joined with completions ---- */

/* Beginnings that wait for their completion: a queue by activity, linked through the rows. */
struct begun { uint32_t *first, *last, *next; };

static void put_begun(struct begun *q, uint16_t activity, uint32_t row)
{
	q->next[row] = MINE_NONE;
	if (q->first[activity] == MINE_NONE)
		q->first[activity] = row;
	else
		q->next[q->last[activity]] = row;
	q->last[activity] = row;
}

/* The rows of one case: each completion takes the earliest beginning of its activity. */
static void join_case(struct mine_builder *b, struct begun *q, uint32_t from, uint32_t to, struct mine_log *log)
{
	for (uint32_t i = from; i < to; i++)
		q->first[b->activity[i]] = MINE_NONE;
	for (uint32_t i = from; i < to; i++) {
		uint32_t *first = &q->first[b->activity[i]];
		if (b->phase[i] == MINE_START) {
			put_begun(q, b->activity[i], i);
			log->starts_alone++;
		} else if (b->phase[i] == MINE_COMPLETE && *first != MINE_NONE) {
			b->begin_ms[i] = b->end_ms[*first];
			*first = q->next[*first];
			log->starts_alone--;
		}
		log->other_phases += b->phase[i] == MINE_OTHER_PHASE;
	}
}

static enum err know_begin(struct mine_builder *b)
{
	if (b->begin_ms)
		return OK;
	b->begin_ms = heap_new_n(int64_t, b->count);
	if (!b->begin_ms)
		return ERR_NOMEM;
	for (size_t i = 0; i < b->count; i++)
		b->begin_ms[i] = MINE_NO_TIME;
	return OK;
}

/* Only completions stay. */
static void keep_completed(struct mine_builder *b, uint32_t *first)
{
	uint32_t to = 0, from = 0;
	for (size_t c = 0; c < b->cases.count; c++) {
		uint32_t end = first[c + 1];
		first[c] = to;
		for (uint32_t i = from; i < end; i++) {
			if (b->phase[i] != MINE_COMPLETE)
				continue;
			b->activity[to] = b->activity[i];
			if (b->resource)
				b->resource[to] = b->resource[i];
			else
				b->resource_wide[to] = b->resource_wide[i];
			b->end_ms[to] = b->end_ms[i];
			b->begin_ms[to++] = b->begin_ms[i];
		}
		from = end;
	}
	first[b->cases.count] = to;
	b->count = to;
}

static enum err join_phases(struct mine_builder *b, uint32_t *first, struct mine_log *log)
{
	struct begun q = { heap_new_n(uint32_t, b->activities.count), heap_new_n(uint32_t, b->activities.count), heap_new_n(uint32_t, b->count) };
	enum err e = q.first && q.last && q.next ? know_begin(b) : ERR_NOMEM;
	for (size_t c = 0; e == OK && c < b->cases.count; c++)
		join_case(b, &q, first[c], first[c + 1], log);
	if (e == OK)
		keep_completed(b, first);
	heap_free(q.first);
	heap_free(q.last);
	heap_free(q.next);
	return e;
}

/* ---- packing ---- */

/* Cases that are left without events go, with their numbers. */
static enum err drop_empty(struct mine_builder *b, struct mine_log *log)
{
	uint32_t to = 0, id;
	struct mine_words ids = { 0 };
	for (uint32_t c = 0; c < b->cases.count; c++) {
		if (log->first[c] == log->first[c + 1])
			continue;
		enum err e = words_add(&ids, mine_word(&b->cases, c), &id);
		if (e != OK) {
			words_free(&ids);
			return e;
		}
		log->first[to] = log->first[c];
		if (c < b->deadline_room)
			b->deadline[to] = b->deadline[c];
		if (c < b->flags_room)
			b->flags[to] = b->flags[c];
		for (size_t i = 0; i < b->attributes; i++)
			if (c < b->attribute_room[i])
				b->attribute[i].value[to] = b->attribute[i].value[c];
		to++;
	}
	log->first[to] = (uint32_t)b->count;
	words_free(&b->cases);
	b->cases = ids;
	return OK;
}

static enum err pack_cases(struct mine_builder *b, struct mine_log *log)
{
	size_t n = b->cases.count;
	if (b->deadline && n)
		TRY(mine_builder_deadline(b, (uint32_t)n - 1, MINE_NO_TIME));
	if (b->flags)
		TRY(grow(&b->flags, &b->flags_room, n, 1));
	for (size_t i = 0; i < b->attributes; i++) {
		size_t before = b->attribute_room[i];
		TRY(grow(&b->attribute[i].value, &b->attribute_room[i], n, sizeof(uint32_t)));
		for (size_t j = before; j < b->attribute_room[i]; j++)
			b->attribute[i].value[j] = MINE_NONE;
	}
	log->attributes = heap_new_n(struct mine_attribute, b->attributes);
	if (!log->attributes)
		return ERR_NOMEM;
	memcpy(log->attributes, b->attribute, b->attributes * sizeof *log->attributes);
	log->attributes_count = b->attributes;
	b->attributes = 0;
	log->deadline_ms = b->deadline;
	log->flags = b->flags;
	b->deadline = NULL;
	b->flags = NULL;
	return OK;
}

/* English names by activity: an activity without one keeps its own. */
static enum err pack_english(struct mine_builder *b, struct mine_log *log)
{
	struct mine_words *en = &log->activities_en;
	if (!b->english_of)
		return OK;
	for (uint32_t a = 0; a < b->activities.count; a++) {
		uint32_t id = a < b->english_room ? b->english_of[a] : 0;
		struct str name = id ? mine_word(&b->english, id - 1) : mine_word(&b->activities, a);
		TRY(grow(&en->from, &en->from_room, en->count + 2, sizeof *en->from));
		TRY(grow(&en->text, &en->text_room, en->text_len + name.len + 1, 1));
		memcpy(en->text + en->text_len, name.ptr, name.len);
		en->text_len += name.len;
		en->from[++en->count] = (uint32_t)en->text_len;
	}
	return OK;
}

static void take_columns(struct mine_builder *b, struct mine_log *log)
{
	log->cases = (uint32_t)b->cases.count;
	log->events = (uint32_t)b->count;
	log->activity = b->activity;
	log->resource = b->resource;
	log->resource_wide = b->resource_wide;
	log->end_ms = b->end_ms;
	log->begin_ms = b->begin_ms;
	b->activity = b->resource = NULL;
	b->resource_wide = NULL;
	b->end_ms = b->begin_ms = NULL;
	log->case_ids = b->cases;
	log->activities = b->activities;
	log->resources = b->resources;
	b->cases = b->activities = b->resources = (struct mine_words){ 0 };
}

static enum err build(struct mine_builder *b, struct mine_log *log)
{
	log->first = case_starts(b);
	if (!log->first)
		return ERR_NOMEM;
	bool mixed = b->case_of != NULL;
	if (mixed)
		TRY(group_rows(b, log->first));
	heap_free(b->case_of);
	b->case_of = NULL;
	if ((!b->ordered || mixed) && !in_order(b, log->first))
		TRY(order_rows(b, log->first));
	if (b->phases && b->completed) {
		TRY(join_phases(b, log->first, log));
		TRY(drop_empty(b, log));
	}
	TRY(pack_english(b, log));
	TRY(pack_cases(b, log));
	take_columns(b, log);
	return OK;
}

enum err mine_builder_finish(struct mine_builder *b, struct mine_log **out, struct diag *d)
{
	enum err e = ERR_INVALID;
	struct mine_log *log = NULL;
	if (!b->count)
		diag_set(d, e, "mine.empty", "The log has no event");
	else if (!(log = heap_alloc(sizeof *log)))
		e = ERR_NOMEM;
	else
		e = build(b, log);
	mine_builder_free(b);
	if (e == OK)
		*out = log;
	else
		mine_log_free(log);
	return e == OK ? OK : diag_set(d, e, "mine.memory", "The log does not fit into memory");
}

void mine_log_free(struct mine_log *log)
{
	if (!log)
		return;
	free_attributes(log->attributes, log->attributes_count);
	heap_free(log->attributes);
	heap_free(log->first);
	heap_free(log->activity);
	heap_free(log->resource);
	heap_free(log->resource_wide);
	heap_free(log->end_ms);
	heap_free(log->begin_ms);
	heap_free(log->deadline_ms);
	heap_free(log->flags);
	words_free(&log->case_ids);
	words_free(&log->activities);
	words_free(&log->resources);
	words_free(&log->activities_en);
	heap_free(log);
}

struct str mine_activity(const struct mine_log *log, uint32_t activity, bool english)
{
	const struct mine_words *w = english && log->activities_en.count ? &log->activities_en : &log->activities;
	return mine_word(w, activity);
}
