/* zone.c - what time it is where: the tables, then the POSIX rule behind them (RFC 8536, 3.3). */
#include "feel/zone.h"

#include "feel/moment.h"

int feel_zone_find(struct str name)
{
	int low = 0, high = feel_zones_count - 1;
	while (low <= high) {
		int middle = (low + high) / 2, c = str_cmp(name, str_of(feel_zones[middle].name));
		if (c == 0)
			return middle;
		if (c < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return -1;
}

/* ---- POSIX TZ strings: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

struct change { /* day and second of the day at which the clock changes */
	char form;      /* 'M' month.week.day, 'J' day without 29 February, 'N' day from 0 */
	int month, week, day;
	int32_t second;
};

struct posix {
	int32_t standard, summer; /* seconds east */
	bool has_summer;
	struct change start, end;
};

static void skip_name(const char **z)
{
	if (**z == '<') {
		while (**z && **z != '>')
			++*z;
		*z += **z == '>';
		return;
	}
	while ((**z >= 'A' && **z <= 'Z') || (**z >= 'a' && **z <= 'z'))
		++*z;
}

static int read_int(const char **z)
{
	int v = 0;
	while (**z >= '0' && **z <= '9' && v < 100000)
		v = v * 10 + *(*z)++ - '0';
	return v;
}

static int32_t read_hms(const char **z)
{
	bool negative = **z == '-';
	*z += **z == '-' || **z == '+';
	int32_t s = read_int(z) * 3600;
	for (int32_t unit = 60; **z == ':' && unit > 0; unit /= 60) {
		++*z;
		s += read_int(z) * unit;
	}
	return negative ? -s : s;
}

static struct change read_change(const char **z)
{
	struct change c = { .form = 'N', .second = 7200 };
	if (**z == 'M' || **z == 'J')
		c.form = *(*z)++;
	c.day = read_int(z);
	if (c.form == 'M') {
		c.month = c.day;
		*z += **z == '.';
		c.week = read_int(z);
		*z += **z == '.';
		c.day = read_int(z);
	}
	if (**z == '/') {
		++*z;
		c.second = read_hms(z);
	}
	return c;
}

static struct posix read_rule(const char *z)
{
	struct posix p = { .has_summer = false };
	skip_name(&z);
	p.standard = -read_hms(&z);
	if (!*z)
		return p;
	p.has_summer = true;
	skip_name(&z);
	p.summer = *z && *z != ',' ? -read_hms(&z) : p.standard + 3600;
	z += *z == ',';
	p.start = read_change(&z);
	z += *z == ',';
	p.end = read_change(&z);
	return p;
}

static int64_t day_of(int32_t year, int month, int day)
{
	struct feel_moment m = { .year = year, .month = (uint8_t)month, .day = (uint8_t)day };
	return feel_day_number(&m);
}

/* Local seconds (in the time that ends there) of a change in a year. */
static int64_t change_in(const struct change *c, int32_t year)
{
	int64_t day;
	if (c->form == 'M') {
		day = day_of(year, c->month, 1);
		day += (c->day - feel_weekday(day) % 7 + 7) % 7 + (c->week - 1) * 7;
		if (day >= day_of(year, c->month, 1) + feel_days_in_month(year, c->month))
			day -= 7;
	} else {
		bool skips_leap_day = c->form == 'J' && c->day >= 60 && feel_days_in_month(year, 2) == 29;
		day = day_of(year, 1, 1) + c->day - (c->form == 'J') + skips_leap_day;
	}
	return day * FEEL_DAY_S + c->second;
}

static int32_t offset_by_rule(const char *rule, int64_t utc)
{
	struct posix p = read_rule(rule);
	if (!p.has_summer)
		return p.standard;
	int64_t local = utc + p.standard, day = local / FEEL_DAY_S - (local % FEEL_DAY_S < 0);
	struct feel_value date = feel_date_of_day(day);
	if (feel_is_null(&date))
		return p.standard;
	int64_t start = change_in(&p.start, date.moment.year) - p.standard;
	int64_t end = change_in(&p.end, date.moment.year) - p.summer;
	bool summer = start < end ? utc >= start && utc < end : !(utc >= end && utc < start);
	return summer ? p.summer : p.standard;
}

int32_t feel_zone_offset_at(uint16_t zone, int64_t utc)
{
	const struct feel_zone_rules *z = feel_zones[zone].rules;
	if (z->count == 0 || utc >= z->at[z->count - 1])
		return z->rule[0] ? offset_by_rule(z->rule, utc) : z->count ? z->offsets[z->to[z->count - 1]] : z->offsets[0];
	if (utc < z->at[0])
		return z->offsets[0];
	size_t low = 0, high = z->count; /* at[low] <= utc < at[high] */
	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (z->at[middle] <= utc)
			low = middle;
		else
			high = middle;
	}
	return z->offsets[z->to[low]];
}

int32_t feel_zone_offset_local(uint16_t zone, int64_t local)
{
	int32_t before = feel_zone_offset_at(zone, local - FEEL_DAY_S);
	if (feel_zone_offset_at(zone, local - before) == before)
		return before;
	int32_t after = feel_zone_offset_at(zone, local + FEEL_DAY_S);
	return feel_zone_offset_at(zone, local - after) == after ? after : before;
}
