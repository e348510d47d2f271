/* import_log.c - what CSV and XES logs have in common: moments, events, cases. */
#include "calendar/calendar.h"
#include "casework/import_int.h"

/* The offset at the end of an RFC 3339 text, empty when it has none. */
static struct str offset_of(struct str instant)
{
	int64_t ms;
	if (!calendar_instant_parse(instant, &ms))
		return S("");
	char last = instant.ptr[instant.len - 1];
	return str_sub(instant, instant.len - (last == 'Z' || last == 'z' ? 1 : 6), instant.len);
}

bool import_time(const struct import_mapping *m, struct str text, struct str zone_of, int64_t *out)
{
	char room[64];
	if (calendar_instant_parse(text, out))
		return true;
	struct str zone = offset_of(zone_of);
	if (str_empty(zone))
		zone = m->zone;
	if (str_empty(zone) || text.len > 40 || zone.len > 6)
		return false;
	int n = snprintf(room, sizeof room, "%.*s%s%.*s", STR_ARG(text), text.len == 10 ? "T00:00:00" : "", STR_ARG(zone));
	return n > 0 && calendar_instant_parse(str_span(room, (size_t)n), out);
}

/* A moment that may be missing; one that cannot be read is a problem and counts as missing. */
static int64_t moment(const struct import_mapping *m, const struct import_texts *t, enum import_field f,
                      const struct import_sink *sink, struct import_counts *counts)
{
	int64_t ms = IMPORT_NO_TIME;
	struct str s = t->text[f];
	if (!str_empty(s) && !import_time(m, s, t->text[IMPORT_EVENT_TIME], &ms))
		import_problem(sink, counts, t->line, "import.time", "%s is no moment with an offset: \"%.*s\"",
		               import_field_names[f].name, (int)(s.len > 60 ? 60 : s.len), s.ptr);
	return ms;
}

bool import_fill_case(const struct import_mapping *m, const struct import_texts *t, const struct import_sink *sink,
                      struct import_counts *counts, struct import_case *out)
{
	struct str channel = t->text[IMPORT_CASE_CHANNEL];
	if (str_empty(t->text[IMPORT_CASE_ID])) {
		import_problem(sink, counts, t->line, "import.no-case", "the case has no number");
		return false;
	}
	struct str code = import_code(m->channels, m->channels_count, channel);
	*out = (struct import_case){
		.line = t->line,
		.id = t->text[IMPORT_CASE_ID],
		.start_ms = moment(m, t, IMPORT_CASE_START, sink, counts),
		.deadline_ms = moment(m, t, IMPORT_CASE_DEADLINE, sink, counts),
		.planned_end_ms = moment(m, t, IMPORT_CASE_PLANNED_END, sink, counts),
		.end_ms = moment(m, t, IMPORT_CASE_END, sink, counts),
		.channel = channel,
		.channel_code = str_empty(channel) ? S("") : code.ptr ? code : S("9"),
		.department = t->text[IMPORT_CASE_DEPARTMENT],
		.responsible = t->text[IMPORT_CASE_RESPONSIBLE],
		.group = t->text[IMPORT_CASE_GROUP],
		.kind = t->text[IMPORT_CASE_KIND],
		.status = t->text[IMPORT_CASE_STATUS],
	};
	return true;
}

bool import_fill_event(const struct import_mapping *m, const struct import_texts *t, const struct import_sink *sink,
                       struct import_counts *counts, struct import_event *out)
{
	struct str at = t->text[IMPORT_EVENT_TIME];
	if (str_empty(t->text[IMPORT_EVENT_ACTIVITY]) || str_empty(at)) {
		import_problem(sink, counts, t->line, "import.event", "the event has no %s",
		               str_empty(at) ? "moment" : "activity");
		return false;
	}
	*out = (struct import_event){
		.line = t->line,
		.activity = t->text[IMPORT_EVENT_ACTIVITY],
		.at_ms = moment(m, t, IMPORT_EVENT_TIME, sink, counts),
		.resource = t->text[IMPORT_EVENT_RESOURCE],
		.group = t->text[IMPORT_EVENT_GROUP],
		.lifecycle = t->text[IMPORT_EVENT_LIFECYCLE],
		.instance = t->text[IMPORT_EVENT_INSTANCE],
		.due_ms = moment(m, t, IMPORT_EVENT_DUE, sink, counts),
		.planned_ms = moment(m, t, IMPORT_EVENT_PLANNED, sink, counts),
		.finished_ms = moment(m, t, IMPORT_EVENT_FINISHED, sink, counts),
	};
	return out->at_ms != IMPORT_NO_TIME;
}

/* By time; the line, which grows with the file, keeps the order of equal moments. In XES several
 * events may stand in one line, so their place in the array is the last resort. */
static int by_time(const void *pa, const void *pb)
{
	const struct import_event *const *a = pa, *const *b = pb;
	if ((*a)->at_ms != (*b)->at_ms)
		return (*a)->at_ms < (*b)->at_ms ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

/* Most logs are in order already; then nothing is moved. */
static enum err sort_events(struct import_event *events, size_t count)
{
	bool sorted = true;
	for (size_t i = 1; i < count; i++)
		sorted &= events[i - 1].at_ms <= events[i].at_ms;
	if (sorted)
		return OK;
	struct import_event **order = heap_alloc(count * sizeof *order), *copy = heap_alloc(count * sizeof *copy);
	enum err e = order && copy ? OK : ERR_NOMEM;
	if (e == OK) {
		memcpy(copy, events, count * sizeof *copy);
		for (size_t i = 0; i < count; i++)
			order[i] = &copy[i];
		qsort(order, count, sizeof *order, by_time);
		for (size_t i = 0; i < count; i++)
			events[i] = *order[i];
	}
	heap_free(order);
	heap_free(copy);
	return e;
}

static void note_end(struct import_counts *counts, int64_t ms)
{
	if (ms > counts->log_end_ms)
		counts->log_end_ms = ms;
}

enum err import_hand_over(struct import_case *c, struct import_event *events, size_t count,
                          const struct import_sink *sink, struct import_counts *counts)
{
	if (c->start_ms == IMPORT_NO_TIME && count == 0) {
		import_problem(sink, counts, c->line, "import.no-start", "case %.*s has neither a start nor an event",
		               STR_ARG(c->id));
		return OK;
	}
	TRY(sort_events(events, count));
	c->events = events;
	c->events_count = count;
	if (c->start_ms == IMPORT_NO_TIME)
		c->start_ms = events[0].at_ms;
	if (count)
		note_end(counts, events[count - 1].at_ms);
	note_end(counts, c->end_ms);
	counts->cases++;
	counts->events += count;
	return sink->one_case(sink->arg, c);
}

bool import_log_late(const struct import_case *c, int64_t log_end_ms)
{
	if (c->deadline_ms == IMPORT_NO_TIME)
		return false;
	return (c->end_ms != IMPORT_NO_TIME ? c->end_ms : log_end_ms) > c->deadline_ms;
}
