/* logs.h - small logs from text for the tests of this room. */
#ifndef TESTS_MINE_LOGS_H
#define TESTS_MINE_LOGS_H

#include "mine/mine.h"
#include "tests/test.h"

struct logs_text { struct str rest; size_t piece; };

/* Hands the text over in small pieces, so that borders fall everywhere. */
__attribute__((unused)) static ptrdiff_t logs_chunk(void *arg, char *to, size_t room)
{
	struct logs_text *t = arg;
	size_t n = t->rest.len < room ? t->rest.len : room;
	if (t->piece && n > t->piece)
		n = t->piece;
	if (n)
		memcpy(to, t->rest.ptr, n);
	t->rest = str_sub(t->rest, n, t->rest.len);
	return (ptrdiff_t)n;
}

__attribute__((unused)) static enum err logs_read(struct str text, const struct mine_mapping *m, struct mine_reading *r, struct mine_log **out, struct diag *d)
{
	struct logs_text t = { text, 7 };
	struct mine_mapping usual = { .zone_s = 8 * 3600 };
	*r = (struct mine_reading){ 0 };
	diag_init(d);
	return mine_read(logs_chunk, &t, m ? m : &usual, r, out, d);
}

/* Monday to Friday, without holidays. */
__attribute__((unused)) static const struct calendar *logs_calendar(struct arena *a)
{
	struct calendar *c = NULL;
	return calendar_read(a, S("kind,year,from,to,zh,en,source\ncalendar,,,,周一至周五,Monday to Friday,+08:00\nnotice,2000,,,周末,weekend,\noff,2000,2000-01-01,,周末,weekend,\n"), &c, NULL) == OK ? c : NULL;
}

__attribute__((unused)) static const struct mine_edge *logs_edge(const struct mine_report *r, const char *from, const char *to)
{
	for (size_t i = 0; i < r->edges_count; i++)
		if (str_eqz(mine_activity(r->log, r->edges[i].from, false), from) && str_eqz(mine_activity(r->log, r->edges[i].to, false), to))
			return &r->edges[i];
	return NULL;
}

__attribute__((unused)) static const struct mine_node *logs_node(const struct mine_report *r, const char *name)
{
	for (uint32_t a = 0; a < r->log->activities.count; a++)
		if (str_eqz(mine_activity(r->log, a, false), name))
			return &r->nodes[a];
	return NULL;
}

/* Four cases; 2025-03-03 is a Monday. */
static const char logs_four[] =
	"case,activity,timestamp,resource\n"
	"A,登记,2025-03-03T09:00:00+08:00,甲\n"
	"B,登记,2025-03-03T09:02:00+08:00,甲\n"
	"C,登记,2025-03-03T09:04:00+08:00,甲\n"
	"C,办结,2025-03-03T10:04:00+08:00,甲\n"
	"A,审查,2025-03-03T11:00:00+08:00,乙\n"
	"B,审查,2025-03-03T13:02:00+08:00,乙\n"
	"D,登记,2025-03-04T09:00:00+08:00,甲\n"
	"D,审查,2025-03-04T10:00:00+08:00,乙\n"
	"A,办结,2025-03-04T11:00:00+08:00,甲\n"
	"D,办结,2025-03-05T10:00:00+08:00,甲\n"
	"B,办结,2025-03-10T13:02:00+08:00,丙\n"
	"B,审查,2025-03-07T13:02:00+08:00,乙\n"; /* out of order */

#endif
