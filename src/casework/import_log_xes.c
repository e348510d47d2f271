/* import_log_xes.c - an event log as XES (IEEE 1849), one trace in memory at a time.
 *
 * Read are the attributes that stand directly in a trace or an event; nested ones, lists, and what
 * the log says of itself before its traces are passed over.
 */
#include "casework/import_int.h"
#include "text/xml.h"

enum { TRACE_BYTES_MAX = 256 << 20, TRACE_DEPTH = 2, EVENT_DEPTH = 3 };

/* A key of the file and the fields it may fill; a name that stands earlier in the mapping wins. */
struct key_use {
	enum import_field field;
	size_t rank;
	struct key_use *next;
};

struct reader {
	const struct import_mapping *m;
	const struct import_sink *sink;
	struct import_counts counts;
	struct map uses[IMPORT_SCOPES]; /* key -> key_use */
	int depth;
	bool in_trace, in_event;
	struct import_texts trace, event;
	size_t trace_rank[IMPORT_FIELDS], event_rank[IMPORT_FIELDS]; /* rank of the text held + 1 */
	struct import_event *events;
	size_t events_count, events_room;
	struct arena *arena;      /* of the mapping's keys and of the parser */
	struct arena trace_arena; /* emptied after each trace */
};

static enum err index_keys(struct reader *r)
{
	for (int s = 0; s < IMPORT_SCOPES; s++)
		map_init(&r->uses[s], r->arena);
	for (int f = 0; f < IMPORT_FIELDS; f++) {
		struct map *uses = &r->uses[import_field_names[f].scope];
		for (size_t i = 0; i < r->m->names[f].count; i++) {
			struct key_use *u = arena_new(r->arena, struct key_use);
			if (!u)
				return ERR_NOMEM;
			*u = (struct key_use){ (enum import_field)f, i, map_get(uses, r->m->names[f].name[i]) };
			TRY(map_set(uses, r->m->names[f].name[i], u));
		}
	}
	return OK;
}

static struct str attribute(const struct xml_attr *attrs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eqz(attrs[i].name, name))
			return attrs[i].value;
	return (struct str){ NULL, 0 };
}

static enum err take_attribute(struct reader *r, const struct xml_attr *attrs, size_t n)
{
	struct str key = attribute(attrs, n, "key"), value = attribute(attrs, n, "value");
	struct import_texts *t = r->in_event ? &r->event : &r->trace;
	size_t *rank = r->in_event ? r->event_rank : r->trace_rank;
	if (!key.ptr || !value.ptr)
		return OK;
	const struct key_use *u = map_get(&r->uses[r->in_event ? IMPORT_EVENT : IMPORT_CASE], key);
	value = import_value(r->m, value);
	if (!u || str_empty(value))
		return OK;
	struct str kept = arena_str(&r->trace_arena, value);
	if (!kept.ptr)
		return ERR_NOMEM;
	for (; u; u = u->next) {
		if (rank[u->field] && rank[u->field] <= u->rank + 1)
			continue;
		rank[u->field] = u->rank + 1;
		t->text[u->field] = kept;
	}
	return OK;
}

static void begin_trace(struct reader *r, int line)
{
	r->in_trace = true;
	r->trace = (struct import_texts){ .line = line };
	memset(r->trace_rank, 0, sizeof r->trace_rank);
	arena_reset(&r->trace_arena);
	r->events = NULL;
	r->events_count = r->events_room = 0;
}

static void begin_event(struct reader *r, int line)
{
	r->in_event = true;
	r->event = (struct import_texts){ .line = line };
	memset(r->event_rank, 0, sizeof r->event_rank);
}

static enum err add_event(struct reader *r, const struct import_event *e)
{
	if (r->events_count == r->events_room) {
		size_t room = r->events_room ? r->events_room * 2 : 64;
		struct import_event *p = arena_new_n(&r->trace_arena, struct import_event, room);
		if (!p)
			return ERR_NOMEM;
		if (r->events_count)
			memcpy(p, r->events, r->events_count * sizeof *p);
		r->events = p;
		r->events_room = room;
	}
	r->events[r->events_count++] = *e;
	return OK;
}

static enum err end_event(struct reader *r)
{
	struct import_event e;
	r->in_event = false;
	return import_fill_event(r->m, &r->event, r->sink, &r->counts, &e) ? add_event(r, &e) : OK;
}

static enum err end_trace(struct reader *r)
{
	struct import_case c;
	r->in_trace = false;
	if (!import_fill_case(r->m, &r->trace, r->sink, &r->counts, &c))
		return OK;
	return import_hand_over(&c, r->events, r->events_count, r->sink, &r->counts);
}

static enum err on_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct reader *r = arg;
	(void)ns;
	r->depth++;
	if (r->depth == TRACE_DEPTH && str_eqz(name, "trace"))
		begin_trace(r, line);
	else if (r->in_trace && r->depth == EVENT_DEPTH && str_eqz(name, "event"))
		begin_event(r, line);
	else if (r->in_trace && r->depth == (r->in_event ? EVENT_DEPTH : TRACE_DEPTH) + 1)
		return take_attribute(r, attrs, n);
	return OK;
}

static enum err on_end(void *arg, struct str ns, struct str name)
{
	struct reader *r = arg;
	(void)ns;
	(void)name;
	int depth = r->depth--;
	if (r->in_event && depth == EVENT_DEPTH)
		return end_event(r);
	if (r->in_trace && depth == TRACE_DEPTH)
		return end_trace(r);
	return OK;
}

struct counted_source { /* hands chunks on and tells the progress */
	ptrdiff_t (*chunk)(void *src, char *to, size_t room);
	void *src;
	const struct import_sink *sink;
	uint64_t bytes;
};

static ptrdiff_t counted_chunk(void *arg, char *to, size_t room)
{
	struct counted_source *s = arg;
	ptrdiff_t n = s->chunk(s->src, to, room);
	if (n > 0)
		s->bytes += (uint64_t)n;
	if (s->sink->progress)
		s->sink->progress(s->sink->arg, s->bytes);
	return n;
}

enum err import_log_xes(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                        const struct import_mapping *m, const struct import_sink *sink,
                        struct import_counts *out, struct diag *d)
{
	struct counted_source source = { chunk, src, sink, 0 };
	struct reader *r = arena_new(a, struct reader);
	if (!r)
		return ERR_NOMEM;
	r->m = m;
	r->sink = sink;
	r->arena = a;
	r->counts.log_end_ms = IMPORT_NO_TIME;
	TRY(index_keys(r));
	arena_init(&r->trace_arena, TRACE_BYTES_MAX);
	struct xml_handler h = { r, on_start, on_end };
	enum err e = xml_stream(a, counted_chunk, &source, &h, d);
	arena_release(&r->trace_arena);
	*out = r->counts;
	if (e == OK && r->counts.cases == 0 && r->counts.problems == 0)
		return diag_set(d, ERR_INVALID, "import.no-trace", "the file has no <trace>: it is no XES log, or an empty one");
	return e;
}

/* ---- keys of the first trace ---- */

struct key_reader {
	struct import_keys *keys;
	struct arena *arena;
	int depth;
	bool in_trace, in_event, done;
};

static enum err keys_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct key_reader *k = arg;
	(void)ns;
	(void)line;
	k->depth++;
	if (k->depth == TRACE_DEPTH && str_eqz(name, "trace")) {
		k->in_trace = true;
	} else if (k->in_trace && k->depth == EVENT_DEPTH && str_eqz(name, "event")) {
		k->in_event = true;
	} else if (k->in_trace && k->depth == (k->in_event ? EVENT_DEPTH : TRACE_DEPTH) + 1) {
		struct str key = arena_str(k->arena, attribute(attrs, n, "key"));
		return key.ptr ? map_set(&k->keys->scope[k->in_event ? IMPORT_EVENT : IMPORT_CASE], key, k) : ERR_NOMEM;
	}
	return OK;
}

static enum err keys_end(void *arg, struct str ns, struct str name)
{
	struct key_reader *k = arg;
	(void)ns;
	(void)name;
	int depth = k->depth--;
	if (k->in_event && depth == EVENT_DEPTH)
		k->in_event = false;
	else if (k->in_trace && depth == TRACE_DEPTH)
		k->done = true;
	return k->done ? ERR_LIMIT : OK; /* enough seen: stops the stream */
}

enum err import_keys_xes(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                         struct import_keys *out, struct diag *d)
{
	struct key_reader k = { .keys = out, .arena = a };
	struct diag inner;
	diag_init(&inner);
	for (int s = 0; s < IMPORT_SCOPES; s++)
		map_init(&out->scope[s], a);
	struct xml_handler h = { &k, keys_start, keys_end };
	enum err e = xml_stream(a, chunk, src, &h, &inner);
	if (e == OK || k.done)
		return OK;
	if (d && d->err == OK)
		*d = inner;
	return e;
}
