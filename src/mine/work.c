/* work.c - waiting and working, in working days' time.
 *
 * An event waited from the end of the one before it in its case until its work began, and was worked on from
 * there to its completion. Where nobody said when work began, all of it counts as waiting, and the event has no
 * working time: the report says so. What began before the one before had ended (side by side) waited for nothing. */
#include "mine/mine_int.h"

struct spans { struct spread waited, worked; };

static bool begun(const struct mine_log *log, uint32_t i)
{
	return log->begin_ms && log->begin_ms[i] != MINE_NO_TIME;
}

/* An event has waited when something came before it or its beginning is known. */
static enum err lay_out(const struct mine_log *log, struct spans *s)
{
	TRY(spread_init(&s->waited, log->activities.count));
	TRY(spread_init(&s->worked, log->activities.count));
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
			s->waited.group[log->activity[i]].expected += begun(log, i) || i > log->first[c];
			s->worked.group[log->activity[i]].expected += begun(log, i);
		}
	TRY(spread_start(&s->waited));
	return spread_start(&s->worked);
}

static void put_waited(const struct mine_log *log, const struct work_hours *h, struct spread *s)
{
	for (uint32_t c = 0; c < log->cases; c++) {
		int64_t before = 0; /* hours until the end of the event before */
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
			const bool first = i == log->first[c], known = begun(log, i);
			int64_t end = hours_until(h, log->end_ms[i]), begin = end;
			if (known && log->begin_ms[i] < log->end_ms[i])
				begin = hours_until(h, log->begin_ms[i]);
			if (known || !first)
				spread_put(s, log->activity[i], !first && before < begin ? begin - before : 0);
			before = end;
		}
	}
}

static void put_worked(const struct mine_log *log, const struct work_hours *h, struct spread *s)
{
	for (uint32_t i = 0; i < log->events; i++)
		if (begun(log, i))
			spread_put(s, log->activity[i], log->begin_ms[i] < log->end_ms[i] ? hours_between(h, log->begin_ms[i], log->end_ms[i]) : 0);
}

static enum err measure(const struct mine_log *log, const struct work_hours *h, struct spans *s)
{
	enum err e = OK;
	do
		put_waited(log, h, &s->waited);
	while (spread_again(&s->waited, &e));
	if (e == OK && log->begin_ms)
		do
			put_worked(log, h, &s->worked);
		while (spread_again(&s->worked, &e));
	return e;
}

static void sum_up(struct mine_report *r, struct spans *s)
{
	for (size_t a = 0; a < r->log->activities.count; a++) {
		struct mine_node *n = &r->nodes[a];
		n->waited = spread_times(&s->waited, a);
		n->worked = spread_times(&s->worked, a);
		r->waited_ms += n->waited.sum_ms;
		r->worked_ms += n->worked.sum_ms;
		r->knows_work |= n->worked.count > 0;
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
	struct spans s = { 0 };
	enum err e = lay_out(r->log, &s);
	if (e == OK)
		e = measure(r->log, h, &s);
	if (e == OK)
		sum_up(r, &s);
	spread_free(&s.waited);
	spread_free(&s.worked);
	return e == OK ? time_cases(r, h) : e;
}
