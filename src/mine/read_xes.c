/* read_xes.c - XES (IEEE 1849), an event in memory at a time.
 *
 * Read are the attributes that stand directly in a trace or an event; nested ones, lists and what the log says of
 * itself before its traces are passed over. Without a mapping every attribute of a trace is kept. */
#include "mine/mine_int.h"
#include "text/xml.h"

enum { TRACE_DEPTH = 2, EVENT_DEPTH = 3, VALUE_BYTES = 4096, PARSER_BYTES = 16 << 20, PROGRESS_ROWS = 16384, TRACE_NAMES = 64 << 10 };

struct xes {
	struct reader *x;
	int depth;
	bool in_trace, in_event, named, waiting; /* named: the trace's number is known */
	struct buf value[FIELDS];
	int rank[FIELDS];          /* of the text held, -1 = none */
	struct buf case_id;
	int case_rank;
	uint32_t case_number;
	/* attributes of the trace before its first event gave it a number: name, NUL, value, NUL */
	struct buf facts;
	int64_t deadline_ms;
	int line;
	enum err failed;
};

static struct str attribute(const struct xml_attr *attrs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eqz(attrs[i].name, name))
			return attrs[i].value;
	return (struct str){ NULL, 0 };
}

static void hold(struct buf *to, struct str s)
{
	buf_clear(to);
	buf_put(to, str_sub(s, 0, VALUE_BYTES));
}

static bool wanted(const struct mine_mapping *m, struct str key)
{
	for (size_t i = 0; i < m->attributes_count; i++)
		if (str_eq(m->attributes[i], key))
			return true;
	return !m->attributes_count;
}

static enum err trace_attribute(struct xes *s, struct str key, struct str value)
{
	const struct mine_mapping *m = s->x->m;
	bool is_id = str_eqz(key, "concept:name") || (m->case_id.len && str_eq(m->case_id, key));
	int rank = m->case_id.len && str_eq(m->case_id, key) ? 0 : 1;
	if (is_id && (s->case_rank < 0 || rank < s->case_rank)) {
		hold(&s->case_id, value);
		s->case_rank = rank;
		return OK;
	}
	if (read_rank(m, FIELD_DEADLINE, key) >= 0)
		(void)mine_moment_parse(value, m->time_format, m->zone_s, &s->deadline_ms);
	if (!wanted(m, key) || str_find_byte(key, 0) >= 0 || str_find_byte(value, 0) >= 0)
		return OK;
	buf_put(&s->facts, key);
	buf_byte(&s->facts, 0);
	buf_put(&s->facts, str_sub(value, 0, VALUE_BYTES));
	buf_byte(&s->facts, 0);
	return s->facts.failed == ERR_NOMEM ? ERR_NOMEM : OK;
}

static void event_attribute(struct xes *s, struct str key, struct str value)
{
	for (enum read_field f = FIELD_ACTIVITY; f <= FIELD_LIFECYCLE; f++) {
		int rank = read_rank(s->x->m, f, key);
		if (rank < 0 || (s->rank[f] >= 0 && s->rank[f] <= rank))
			continue;
		s->rank[f] = rank;
		hold(&s->value[f], value);
	}
}

/* What was gathered before the first event, now that the case has its number. */
static enum err give_facts(struct xes *s)
{
	struct str rest = buf_str(&s->facts);
	while (rest.ptr && rest.len) {
		struct str key = str_cut(&rest, 0), value = str_cut(&rest, 0);
		enum err e = mine_builder_attribute(s->x->b, s->case_number, key, value);
		if (e != OK && e != ERR_INVALID)
			return e;
	}
	buf_clear(&s->facts);
	if (s->deadline_ms == MINE_NO_TIME)
		return OK;
	return mine_builder_deadline(s->x->b, s->case_number, s->deadline_ms);
}

static struct str held(const struct xes *s, enum read_field f)
{
	return s->rank[f] < 0 ? S("") : str_trim(buf_str(&s->value[f]));
}

static enum err take_event(struct xes *s)
{
	struct reader *x = s->x;
	struct mine_event e = { .case_id = str_trim(buf_str(&s->case_id)), .activity = held(s, FIELD_ACTIVITY), .resource = held(s, FIELD_RESOURCE),
		                .begin_ms = MINE_NO_TIME, .phase = read_phase(held(s, FIELD_LIFECYCLE)) };
	struct str at = held(s, FIELD_TIME), begin = held(s, FIELD_BEGIN);
	x->r->rows++;
	if (x->r->progress && x->r->rows % PROGRESS_ROWS == 0)
		x->r->progress(x->r->arg, 0, x->r->rows);
	if (s->case_rank < 0 || str_empty(e.case_id) || str_empty(e.activity) || str_empty(at)) {
		read_problem(x, s->line, "the event has no %s", str_empty(e.activity) ? "activity" : str_empty(at) ? "moment" : "case");
		return OK;
	}
	if (!moments_parse(&x->moments, at, x->m->time_format, x->m->zone_s, &e.end_ms)
	    || (begin.len && !moments_parse(&x->moments, begin, x->m->time_format, x->m->zone_s, &e.begin_ms))) {
		read_problem(x, s->line, "no moment: \"%.*s\"", (int)(at.len > 40 ? 40 : at.len), at.ptr);
		return OK;
	}
	TRY(mine_builder_add(x->b, &e, &s->case_number));
	s->named = true;
	return OK;
}

static void begin_trace(struct xes *s)
{
	s->in_trace = true;
	s->named = false;
	s->case_rank = -1;
	s->deadline_ms = MINE_NO_TIME;
	buf_clear(&s->facts);
}

static enum err on_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct xes *s = arg;
	(void)ns;
	if (s->depth++ == 0 && !str_eqz(name, "log")) {
		diag_set(s->x->d, ERR_INVALID, "mine.xes", "Line %d: the file is XML, but no event log: it begins with <%.*s>", line, STR_ARG(name));
		diag_at_line(s->x->d, line, 0);
		return ERR_INVALID;
	}
	if (s->depth == TRACE_DEPTH && str_eqz(name, "trace")) {
		begin_trace(s);
	} else if (s->in_trace && s->depth == EVENT_DEPTH && str_eqz(name, "event")) {
		s->in_event = true;
		s->line = line;
		for (int f = 0; f < FIELDS; f++)
			s->rank[f] = -1;
	} else if (s->in_trace && s->depth == (s->in_event ? EVENT_DEPTH : TRACE_DEPTH) + 1) {
		struct str key = attribute(attrs, n, "key"), value = attribute(attrs, n, "value");
		if (key.ptr && value.ptr && s->in_event)
			event_attribute(s, key, value);
		else if (key.ptr && value.ptr)
			return trace_attribute(s, key, value);
	}
	return OK;
}

static enum err on_end(void *arg, struct str ns, struct str name)
{
	struct xes *s = arg;
	(void)ns;
	(void)name;
	if (s->in_event && s->depth == EVENT_DEPTH) {
		s->in_event = false;
		TRY(take_event(s));
	} else if (s->in_trace && s->depth == TRACE_DEPTH) {
		s->in_trace = false;
		if (s->named) /* also what stands behind the events */
			TRY(give_facts(s));
	}
	s->depth--;
	return OK;
}

enum err read_xes(struct reader *x)
{
	struct xes s = { .x = x, .case_rank = -1, .deadline_ms = MINE_NO_TIME };
	struct xml_handler h = { &s, on_start, on_end };
	struct arena a;
	arena_init(&a, PARSER_BYTES);
	for (int f = 0; f < FIELDS; f++)
		buf_init(&s.value[f], VALUE_BYTES);
	buf_init(&s.case_id, VALUE_BYTES);
	buf_init(&s.facts, TRACE_NAMES);
	enum err e = xml_stream(&a, x->chunk, x->src, &h, x->d);
	for (int f = 0; f < FIELDS; f++)
		buf_release(&s.value[f]);
	buf_release(&s.case_id);
	buf_release(&s.facts);
	arena_release(&a);
	return e;
}
