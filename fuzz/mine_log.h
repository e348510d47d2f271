/* mine_log.h - any bytes are a log or refused; the events of a case are in time order, every number is in its table, and what was read
 * can be reported. */
#ifndef FUZZ_MINE_LOG_H
#define FUZZ_MINE_LOG_H

#include "mine/mine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rest { struct str head, text; size_t piece; };

static ptrdiff_t chunk(void *arg, char *to, size_t room)
{
	struct rest *r = arg;
	if (r->head.len) {
		size_t k = r->head.len < room ? r->head.len : room;
		memcpy(to, r->head.ptr, k);
		r->head = str_sub(r->head, k, r->head.len);
		return (ptrdiff_t)k;
	}
	size_t n = r->text.len < room ? r->text.len : room;
	n = n > r->piece ? r->piece : n;
	if (n)
		memcpy(to, r->text.ptr, n);
	r->text = str_sub(r->text, n, r->text.len);
	return (ptrdiff_t)n;
}

static void check_log(const struct mine_log *log)
{
	base_assert(log->events > 0 && log->cases > 0 && log->first[log->cases] == log->events);
	for (uint32_t c = 0; c < log->cases; c++) {
		base_assert(log->first[c] < log->first[c + 1]);
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
			base_assert(log->activity[i] < log->activities.count);
			base_assert(mine_resource(log, i) == MINE_NONE || mine_resource(log, i) < log->resources.count);
			base_assert(i == log->first[c] || log->end_ms[i - 1] <= log->end_ms[i]);
		}
	}
}

static const struct calendar *weekdays(void)
{
	static struct arena a;
	static struct calendar *c;
	if (!c) {
		arena_init(&a, 1 << 20);
		base_assert(calendar_read(&a, S("kind,year,from,to,zh,en,source\ncalendar,,,,周一至周五,Monday to Friday,+08:00\nnotice,2000,,,周末,weekend,\n"
		                                "off,2000,2000-01-01,,周末,weekend,\n"), &c, NULL) == OK);
	}
	return c;
}

/* Its parts add up; too long a span is refused. */
static void check_report(const struct mine_log *log)
{
	struct mine_work w = { .calendar = weekdays() };
	struct mine_report *r = NULL;
	struct mine_show show = { .rows_max = 5 };
	struct arena scratch;
	struct buf out;
	uint32_t cases = 0, steps = 0;
	enum err e = mine_report_make(log, &w, &r, NULL);
	base_assert(e == OK || e == ERR_LIMIT);
	if (e != OK)
		return;
	for (size_t i = 0; i < r->variants_count; i++)
		cases += r->variants[i].count;
	for (size_t i = 0; i < r->edges_count; i++) {
		steps += r->edges[i].count;
		base_assert(r->edges[i].times.count == r->edges[i].count && r->edges[i].times.median_ms <= r->edges[i].times.max_ms);
	}
	base_assert(cases == log->cases && steps == log->events - log->cases);
	arena_init(&scratch, 64 << 20);
	buf_init(&out, 64 << 20);
	mine_report_json(r, &show, &out);
	base_assert(mine_report_html(r, NULL, &show, &scratch, &out, NULL) == OK);
	buf_release(&out);
	arena_release(&scratch);
	mine_report_free(r);
}

/* The first byte chooses how small the pieces are; the rest is read behind head. */
static int read_log(const char *head, const uint8_t *data, size_t size)
{
	struct mine_mapping m = { .zone_s = 8 * 3600 };
	struct mine_reading r = { 0 };
	struct mine_log *log = NULL;
	struct diag d;
	if (size == 0)
		return 0;
	struct rest rest = { str_of(head), str_span((const char *)data + 1, size - 1), (size_t)data[0] + 1 };
	diag_init(&d);
	enum err e = mine_read(chunk, &rest, &m, &r, &log, &d);
	base_assert(e == OK ? log != NULL : log == NULL && d.err == e);
	if (log) {
		check_log(log);
		check_report(log);
	}
	mine_log_free(log);
	return 0;
}

#endif
