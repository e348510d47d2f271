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
	if (log)
		check_log(log);
	mine_log_free(log);
	return 0;
}

#endif
