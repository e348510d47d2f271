/* show.c - numbers, durations and texts as a person reads them. */
#include "mine/show.h"

#include "base/utf8.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

void show_percent(struct buf *out, uint64_t part, uint64_t whole)
{
	uint64_t tenths = whole ? (part * 1000 + whole / 2) / whole : 0;
	buf_printf(out, "%llu.%llu", (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10));
}

void show_fixed(struct buf *out, double v)
{
	if (!(v < 1e9))
		v = 1e9;
	buf_printf(out, "%.2f", v);
}

struct ordered { int64_t by; uint32_t activity; };

static int by_most(const void *pa, const void *pb)
{
	const struct ordered *a = pa, *b = pb;
	if (a->by != b->by)
		return a->by > b->by ? -1 : 1;
	return a->activity < b->activity ? -1 : a->activity > b->activity;
}

uint32_t *show_order(const struct mine_report *r, bool by_waiting)
{
	size_t n = r->log->activities.count;
	struct ordered *list = heap_new_n(struct ordered, n);
	uint32_t *order = heap_new_n(uint32_t, n);
	for (uint32_t a = 0; list && a < n; a++)
		list[a] = (struct ordered){ by_waiting ? r->nodes[a].waited.sum_ms : r->nodes[a].count, a };
	if (list)
		qsort(list, n, sizeof *list, by_most);
	for (size_t i = 0; list && order && i < n; i++)
		order[i] = list[i].activity;
	if (!list) {
		heap_free(order);
		order = NULL;
	}
	heap_free(list);
	return order;
}

void show_minute(struct buf *out, const struct mine_report *r, int64_t ms)
{
	calendar_day day = calendar_day_at(ms, r->offset_s);
	int minute = (int)((ms - calendar_day_start_ms(day, r->offset_s)) / MINUTE_MS);
	calendar_day_print(day, out);
	buf_printf(out, " %02d:%02d", minute / 60, minute % 60);
}

static void put_tenths(struct buf *out, int64_t ms, int64_t unit)
{
	int64_t tenths = (ms * 10 + unit / 2) / unit;
	if (tenths >= 1000)
		buf_i64(out, (tenths + 5) / 10);
	else
		buf_printf(out, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}

void mine_span_print(int64_t ms, bool english, bool working, struct buf *out)
{
	if (ms < 0)
		buf_byte(out, '-');
	ms = ms < 0 ? -ms : ms;
	if (ms >= DAY_MS) {
		put_tenths(out, ms, DAY_MS);
		buf_putz(out, english ? (working ? " wd" : " d") : working ? "工作日" : "天");
	} else if (ms >= HOUR_MS) {
		put_tenths(out, ms, HOUR_MS);
		buf_putz(out, english ? " h" : "小时");
	} else {
		buf_i64(out, (ms + MINUTE_MS / 2) / MINUTE_MS);
		buf_putz(out, english ? " min" : "分钟");
	}
}

static bool wide(uint32_t cp)
{
	return (cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0xa4cf) || (cp >= 0xac00 && cp <= 0xd7a3)
	       || (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0xfe30 && cp <= 0xfe6f) || (cp >= 0xff00 && cp <= 0xff60) || cp >= 0x20000;
}

static int32_t char_width(uint32_t cp, int32_t size)
{
	return wide(cp) ? size : cp >= 'A' && cp <= 'Z' ? size * 7 / 10 : size * 56 / 100;
}

int32_t show_text_width(struct str s, int32_t size)
{
	int32_t w = 0;
	for (size_t at = 0; at < s.len && w < 1 << 20;)
		w += char_width(utf8_next(s, &at), size);
	return w;
}

/* Breaks between words where that loses less than half a line. */
size_t show_fit(struct str s, int32_t size, int32_t width)
{
	size_t at = 0, fits = 0, blank = 0;
	int32_t w = 0;
	while (at < s.len) {
		uint32_t cp = utf8_next(s, &at);
		w += char_width(cp, size);
		if (w > width)
			return blank * 2 > fits ? blank : fits;
		fits = at;
		if (cp == ' ' || cp == '_' || cp == '-' || wide(cp))
			blank = at;
	}
	return s.len;
}

void mine_address(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c)))
			buf_byte(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}
