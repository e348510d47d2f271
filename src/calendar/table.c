/* table.c - holiday tables: what a day is, which notice says so, and two tables made one. */
#include "calendar/calendar_int.h"

int32_t calendar_offset_s(const struct calendar *c)
{
	return c->offset_s;
}

int calendar_last_year(const struct calendar *c)
{
	return c->notices_count ? c->notices[c->notices_count - 1].year : 0;
}

size_t calendar_notices(const struct calendar *c, const struct calendar_notice **out)
{
	*out = c->notices;
	return c->notices_count;
}

static bool has_year(const struct calendar *c, int year)
{
	for (size_t i = 0; i < c->notices_count; i++)
		if (c->notices[i].year == year)
			return true;
	return false;
}

bool calendar_published(const struct calendar *c, calendar_day d)
{
	int y, m, day;
	calendar_day_civil(d, &y, &m, &day);
	return has_year(c, y);
}

const struct calendar_entry *calendar_entry_at(const struct calendar *c, calendar_day d)
{
	int64_t at = (int64_t)d - c->first;
	if (at < 0 || at >= (int64_t)c->mark_count || c->mark[at] == 0)
		return NULL;
	return &c->entries[c->mark[at] - 1];
}

bool calendar_is_working_day(const struct calendar *c, calendar_day d)
{
	const struct calendar_entry *e = calendar_entry_at(c, d);
	return e ? !e->off : calendar_weekday(d) <= 5;
}

calendar_day calendar_working_day_from(const struct calendar *c, calendar_day d)
{
	while (!calendar_is_working_day(c, d))
		d++;
	return d;
}

calendar_day calendar_working_days_add(const struct calendar *c, calendar_day d, int32_t n)
{
	int step = n < 0 ? -1 : 1;
	while (n != 0 && d > CALENDAR_FIRST_DAY && d < CALENDAR_LAST_DAY) {
		d += step;
		if (calendar_is_working_day(c, d))
			n -= step;
	}
	return d;
}

enum err calendar_index(struct arena *a, struct calendar *c)
{
	if (c->entries_count == 0)
		return OK;
	calendar_day first = c->entries[0].from, last = c->entries[0].to;
	for (size_t i = 1; i < c->entries_count; i++) {
		if (c->entries[i].from < first)
			first = c->entries[i].from;
		if (c->entries[i].to > last)
			last = c->entries[i].to;
	}
	c->first = first;
	c->mark_count = (size_t)(last - first) + 1;
	c->mark = arena_new_n(a, uint16_t, c->mark_count);
	if (!c->mark)
		return ERR_NOMEM;
	for (size_t i = 0; i < c->entries_count; i++)
		for (calendar_day d = c->entries[i].from; d <= c->entries[i].to; d++)
			c->mark[d - first] = (uint16_t)(i + 1);
	return OK;
}

/* Appends notice n of `from`, with its rows. */
static void add_notice(struct calendar *to, const struct calendar *from, size_t n)
{
	to->notices[to->notices_count] = from->notices[n];
	for (size_t i = 0; i < from->entries_count; i++) {
		if (from->entries[i].notice != n)
			continue;
		to->entries[to->entries_count] = from->entries[i];
		to->entries[to->entries_count++].notice = to->notices_count;
	}
	to->notices_count++;
}

enum err calendar_merge(struct arena *a, const struct calendar *base, const struct calendar *notice,
                        struct calendar **out, struct diag *d)
{
	if (base->offset_s != notice->offset_s)
		return diag_set(d, ERR_INVALID, "calendar.zone",
		                "the notice is for another time zone (%+d s) than the calendar (%+d s)",
		                (int)notice->offset_s, (int)base->offset_s);
	struct calendar *c = arena_new(a, struct calendar);
	if (!c)
		return ERR_NOMEM;
	c->offset_s = base->offset_s;
	c->notices = arena_new_n(a, struct calendar_notice, base->notices_count + notice->notices_count);
	c->entries = arena_new_n(a, struct calendar_entry, base->entries_count + notice->entries_count);
	if (!c->notices || !c->entries)
		return ERR_NOMEM;
	size_t i = 0, j = 0;
	while (i < base->notices_count || j < notice->notices_count) {
		if (i < base->notices_count && has_year(notice, base->notices[i].year))
			i++; /* replaced */
		else if (j == notice->notices_count ||
		         (i < base->notices_count && base->notices[i].year < notice->notices[j].year))
			add_notice(c, base, i++);
		else
			add_notice(c, notice, j++);
	}
	if (c->entries_count > UINT16_MAX - 1)
		return diag_set(d, ERR_LIMIT, "calendar.too-many-rows", "the calendars together have too many rows");
	TRY(calendar_index(a, c));
	*out = c;
	return OK;
}
