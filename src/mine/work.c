/* work.c - waiting and working, in working days' time.
 *
 * An event waited from the end of the one before it in its case until its work began, and was worked on from
 * there to its completion. Where nobody said when work began, all of it counts as waiting, and the event has no
 * working time: the report says so. What began before the one before had ended (side by side) waited for nothing. */
#include "mine/mine_int.h"

struct spans { int64_t *waited, *worked; uint32_t *waited_at, *worked_at; };

/* Where each activity's durations go: one place an event, and one for each that says when it began. */
static void lay_out(const struct mine_log *log, struct spans *s)
{
	uint32_t a_at = 0, b_at = 0;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
			bool begun = log->begin_ms && log->begin_ms[i] != MINE_NO_TIME;
			s->waited_at[log->activity[i]] += begun || i > log->first[c];
			s->worked_at[log->activity[i]] += begun;
		}
	for (size_t a = 0; a < log->activities.count; a++) {
		uint32_t n = s->waited_at[a], m = s->worked_at[a];
		s->waited_at[a] = a_at;
		s->worked_at[a] = b_at;
		a_at += n;
		b_at += m;
	}
}

static void add_event(struct mine_report *r, const struct work_hours *h, struct spans *s, uint32_t c, uint32_t i)
{
	const struct mine_log *log = r->log;
	uint16_t a = log->activity[i];
	bool begun = log->begin_ms && log->begin_ms[i] != MINE_NO_TIME, first = i == log->first[c];
	int64_t end = log->end_ms[i], begin = begun && log->begin_ms[i] < end ? log->begin_ms[i] : end;
	int64_t before = first ? begin : log->end_ms[i - 1], waited = before < begin ? hours_between(h, before, begin) : 0;
	if (begun || !first) {
		s->waited[s->waited_at[a]++] = waited;
		r->waited_ms += waited;
	}
	if (begun) {
		int64_t worked = hours_between(h, begin, end);
		s->worked[s->worked_at[a]++] = worked;
		r->worked_ms += worked;
		r->knows_work = true;
	}
}

/* After adding, the places stand behind each activity's durations. */
static void sum_up(struct mine_report *r, struct spans *s)
{
	uint32_t a_from = 0, b_from = 0;
	for (size_t a = 0; a < r->log->activities.count; a++) {
		r->nodes[a].waited = times_of(s->waited + a_from, s->waited_at[a] - a_from);
		r->nodes[a].worked = times_of(s->worked + b_from, s->worked_at[a] - b_from);
		a_from = s->waited_at[a];
		b_from = s->worked_at[a];
	}
}

static enum err time_cases(struct mine_report *r, const struct work_hours *h)
{
	int64_t *room = heap_new_n(int64_t, r->log->cases);
	if (!room)
		return ERR_NOMEM;
	for (uint32_t c = 0; c < r->log->cases; c++)
		room[c] = hours_between(h, case_start_ms(r->log, c), case_end_ms(r->log, c));
	r->working = times_of(room, r->log->cases);
	heap_free(room);
	return OK;
}

enum err report_work(struct mine_report *r, const struct work_hours *h)
{
	const struct mine_log *log = r->log;
	size_t n = log->activities.count;
	struct spans s = { heap_new_n(int64_t, log->events), heap_new_n(int64_t, log->begin_ms ? log->events : 1),
	                   heap_new_n(uint32_t, n), heap_new_n(uint32_t, n) };
	enum err e = s.waited && s.worked && s.waited_at && s.worked_at ? OK : ERR_NOMEM;
	if (e == OK) {
		lay_out(log, &s);
		for (uint32_t c = 0; c < log->cases; c++)
			for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
				add_event(r, h, &s, c, i);
		sum_up(r, &s);
	}
	heap_free(s.waited);
	heap_free(s.worked);
	heap_free(s.waited_at);
	heap_free(s.worked_at);
	return e == OK ? time_cases(r, h) : e;
}
