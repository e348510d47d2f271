/* Any clock is computed or refused, and what is computed adds up. The bytes are taken in order
 * as start, now, unit, limit, then suspensions and extensions; missing ones are 0. */
#include "calendar/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t left;
};

static uint64_t take(struct input *in, size_t n)
{
	uint64_t v = 0;
	for (; n > 0; n--) {
		v = v << 8 | (in->left ? *in->p : 0);
		if (in->left) {
			in->p++;
			in->left--;
		}
	}
	return v;
}

static struct calendar *table(struct arena *a)
{
	struct calendar *c;
	enum err e = calendar_read(a, S("kind,year,from,to,zh,en,source\n"
	                                "notice,2025,2024-11-12,,国务院办公厅通知,Notice,国办发明电〔2024〕12号\n"
	                                "work,2025,2025-09-28,,国庆节,National Day,\n"
	                                "off,2025,2025-10-01,2025-10-08,国庆节,National Day,\n"
	                                "work,2025,2025-10-11,,国庆节,National Day,\n"), &c, NULL);
	base_assert(e == OK);
	return c;
}

static void check(const struct calendar_clock *k, const struct calendar_result *r, int64_t now)
{
	int32_t counted = 0;
	base_assert(r->overdue == (now >= r->due_ms) && (r->left < 0) == r->overdue && r->used >= 0);
	base_assert(r->lines_count > 0 && r->lines[r->lines_count - 1].day == r->due_on);
	for (size_t i = 0; i < r->lines_count; i++) {
		base_assert(i == 0 || r->lines[i].day == r->lines[i - 1].day + 1);
		base_assert(r->lines[i].zh.len && r->lines[i].en.len);
		counted += r->lines[i].counted;
	}
	base_assert(k->limit.unit == CALENDAR_HOURS || counted == r->total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena table_arena;
	static struct calendar *c;
	struct input in = { data, size };
	struct calendar_suspension s[8];
	struct calendar_extension x[4];
	struct calendar_clock k = { .suspensions = s, .extensions = x };
	struct calendar_result r;
	struct diag d;
	struct arena a;
	if (!c) {
		arena_init(&table_arena, 16 << 20);
		c = table(&table_arena);
	}
	k.start_ms = (int64_t)take(&in, 8);
	int64_t now = (int64_t)take(&in, 8);
	k.limit.unit = (enum calendar_unit)(take(&in, 1) % 5);
	k.limit.amount = (int32_t)take(&in, 2) - 16;
	k.suspensions_count = take(&in, 1) % 8;
	k.extensions_count = take(&in, 1) % 4;
	for (size_t i = 0; i < k.suspensions_count; i++) {
		s[i].from = (calendar_day)take(&in, 4);
		s[i].until = take(&in, 1) & 1 ? CALENDAR_NO_DAY : (calendar_day)((uint32_t)s[i].from + (uint32_t)take(&in, 1));
		s[i].ground = S("ALL/45");
	}
	for (size_t i = 0; i < k.extensions_count; i++)
		x[i] = (struct calendar_extension){ (int32_t)take(&in, 2), S("ALL/42") };
	arena_init(&a, 256 << 20);
	diag_init(&d);
	enum err e = calendar_clock_run(c, &k, now, true, &a, &r, &d);
	base_assert(e == OK || e == ERR_NOMEM || d.err == e);
	if (e == OK)
		check(&k, &r, now);
	arena_release(&a);
	return 0;
}
