/* moment.c - the calendar: days, weeks, zones of values, sums and differences
 * (DMN 1.5, 10.3.2.3.4 to 10.3.2.3.9).
 */
#include "feel/moment.h"

#include "feel/zone.h"

enum { NANO = 1000000000 };

static bool is_leap(int32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int feel_days_in_month(int32_t year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Years of 365.2425 days counted from 0000-03-01, so that the leap day is the last one. */
int64_t feel_day_number(const struct feel_moment *m)
{
	int64_t y = m->year - (m->month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (m->month + (m->month > 2 ? -3 : 9)) + 2) / 5 + m->day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

struct feel_value feel_date_of_day(int64_t day)
{
	if (day > INT64_C(400000000000) || day < -INT64_C(400000000000))
		return feel_null();
	day += 719468;
	int64_t era = (day >= 0 ? day : day - 146096) / 146097, day_of_era = day - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153, d = day_of_year - (153 * month + 2) / 5 + 1;
	month += month < 10 ? 3 : -9;
	int64_t year = year_of_era + era * 400 + (month <= 2);
	if (year > FEEL_YEAR_MAX || year < -FEEL_YEAR_MAX)
		return feel_null();
	return feel_date((int32_t)year, (int)month, (int)d);
}

struct feel_value feel_date(int32_t year, int month, int day)
{
	if (year < -FEEL_YEAR_MAX || year > FEEL_YEAR_MAX || month < 1 || month > 12 || day < 1 ||
	    day > feel_days_in_month(year, month))
		return feel_null();
	struct feel_value v = { .kind = FEEL_DATE };
	v.moment = (struct feel_moment){ .year = year, .month = (uint8_t)month, .day = (uint8_t)day };
	return v;
}

int feel_weekday(int64_t day)
{
	int64_t from_monday = (day + 3) % 7; /* 1970-01-01 was a Thursday */
	return (int)(from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

int feel_day_of_year(const struct feel_moment *m)
{
	struct feel_moment first = { .year = m->year, .month = 1, .day = 1 };
	return (int)(feel_day_number(m) - feel_day_number(&first)) + 1;
}

/* The week belongs to the year of its Thursday. */
int feel_week_of_year(const struct feel_moment *m)
{
	int64_t day = feel_day_number(m), thursday = day - feel_weekday(day) + 4;
	struct feel_value t = feel_date_of_day(thursday);
	if (feel_is_null(&t))
		return feel_day_of_year(m) / 7 + 1;
	return (feel_day_of_year(&t.moment) - 1) / 7 + 1;
}

struct feel_value feel_time_of(int hour, int minute, int second, uint32_t nano)
{
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || nano >= NANO)
		return feel_null();
	struct feel_value v = { .kind = FEEL_TIME };
	v.moment.hour = (uint8_t)hour;
	v.moment.minute = (uint8_t)minute;
	v.moment.second = (uint8_t)second;
	v.moment.nano = nano;
	return v;
}

int64_t feel_local_seconds(const struct feel_value *v)
{
	const struct feel_moment *m = &v->moment;
	int64_t days = v->kind == FEEL_TIME ? 0 : feel_day_number(m);
	return days * FEEL_DAY_S + m->hour * 3600 + m->minute * 60 + m->second;
}

bool feel_offset(const struct feel_value *v, int32_t *seconds)
{
	*seconds = v->zone_kind == FEEL_ZONE_NONE ? 0 : v->offset_s;
	return v->zone_kind != FEEL_ZONE_NONE;
}

int64_t feel_instant_seconds(const struct feel_value *v)
{
	int32_t offset;
	feel_offset(v, &offset);
	return feel_local_seconds(v) - offset;
}

/* A time of day knows no date; its zone's offset is the one of 1970-01-01. */
void feel_zone_settle(struct feel_value *v)
{
	if (v->zone_kind == FEEL_ZONE_NAMED)
		v->offset_s = feel_zone_offset_local(v->zone, feel_local_seconds(v));
}

static void set_clock(struct feel_value *v, int64_t second_of_day, uint32_t nano)
{
	v->moment.hour = (uint8_t)(second_of_day / 3600);
	v->moment.minute = (uint8_t)(second_of_day / 60 % 60);
	v->moment.second = (uint8_t)(second_of_day % 60);
	v->moment.nano = nano;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct feel_value feel_date_time_of(int64_t local, uint32_t nano, const struct feel_value *like)
{
	int64_t day = floor_div(local, FEEL_DAY_S);
	struct feel_value v = feel_date_of_day(day);
	if (feel_is_null(&v))
		return v;
	v.kind = FEEL_DATE_TIME;
	v.zone_kind = like->zone_kind;
	v.zone = like->zone;
	v.offset_s = like->offset_s;
	set_clock(&v, local - day * FEEL_DAY_S, nano);
	feel_zone_settle(&v);
	return v;
}

struct feel_value feel_date_time_ms(int64_t ms, int32_t offset_s)
{
	struct feel_value zone = { .zone_kind = FEEL_ZONE_OFFSET, .offset_s = offset_s };
	int64_t seconds = floor_div(ms, 1000);
	return feel_date_time_of(seconds + offset_s, (uint32_t)(ms - seconds * 1000) * 1000000, &zone);
}

struct feel_value feel_date_at_midnight(const struct feel_value *date)
{
	struct feel_value v = *date;
	v.kind = FEEL_DATE_TIME;
	v.zone_kind = FEEL_ZONE_OFFSET;
	v.offset_s = 0;
	return v;
}

/* ---- sums ---- */

static struct feel_value add_months(const struct feel_value *m, int64_t months)
{
	int64_t index;
	if (m->kind == FEEL_TIME)
		return feel_null();
	if (__builtin_add_overflow((int64_t)m->moment.year * 12 + m->moment.month - 1, months, &index))
		return feel_null();
	int64_t year = floor_div(index, 12);
	int month = (int)(index - year * 12) + 1, day = m->moment.day;
	if (year > FEEL_YEAR_MAX || year < -FEEL_YEAR_MAX)
		return feel_null();
	int last = feel_days_in_month((int32_t)year, month);
	struct feel_value v = *m;
	v.moment.year = (int32_t)year;
	v.moment.month = (uint8_t)month;
	v.moment.day = (uint8_t)(day > last ? last : day);
	feel_zone_settle(&v);
	return v;
}

static void carry(int64_t *seconds, int64_t *nano)
{
	*seconds += floor_div(*nano, NANO);
	*nano -= floor_div(*nano, NANO) * NANO;
}

static struct feel_value add_to_time(const struct feel_value *t, const struct feel_span *s, int sign)
{
	int64_t nano = (int64_t)t->moment.nano + sign * s->nano;
	int64_t seconds = feel_local_seconds(t) + sign * (s->seconds % FEEL_DAY_S);
	struct feel_value v = *t;
	carry(&seconds, &nano);
	seconds -= floor_div(seconds, FEEL_DAY_S) * FEEL_DAY_S;
	set_clock(&v, seconds, (uint32_t)nano);
	return v;
}

/* On the line of instants: an hour later is an hour later, also when the clocks change. */
static struct feel_value add_to_date_time(const struct feel_value *m, const struct feel_span *s, int sign)
{
	int64_t nano = (int64_t)m->moment.nano + sign * s->nano, seconds;
	if (s->seconds == INT64_MIN || __builtin_add_overflow(feel_instant_seconds(m), sign * s->seconds, &seconds))
		return feel_null();
	if (seconds > INT64_C(1) << 60 || seconds < -(INT64_C(1) << 60))
		return feel_null();
	carry(&seconds, &nano);
	int32_t offset = 0;
	if (m->zone_kind == FEEL_ZONE_NAMED)
		offset = feel_zone_offset_at(m->zone, seconds);
	else
		feel_offset(m, &offset);
	struct feel_value v = feel_date_time_of(seconds + offset, (uint32_t)nano, m);
	if (v.kind == FEEL_DATE_TIME && m->zone_kind == FEEL_ZONE_NAMED)
		v.offset_s = offset; /* the second time around in an overlap */
	return v;
}

struct feel_value feel_moment_add(const struct feel_value *m, const struct feel_value *duration, int sign)
{
	if (duration->kind == FEEL_MONTHS_DURATION)
		return duration->months == INT64_MIN ? feel_null() : add_months(m, sign * duration->months);
	if (m->kind == FEEL_TIME)
		return add_to_time(m, &duration->span, sign);
	struct feel_value v = add_to_date_time(m, &duration->span, sign);
	if (m->kind != FEEL_DATE || feel_is_null(&v))
		return v;
	return feel_date(v.moment.year, v.moment.month, v.moment.day);
}

struct feel_value feel_moment_difference(const struct feel_value *a, const struct feel_value *b)
{
	struct feel_value x = a->kind == FEEL_DATE ? feel_date_at_midnight(a) : *a;
	struct feel_value y = b->kind == FEEL_DATE ? feel_date_at_midnight(b) : *b;
	bool zoned = x.zone_kind != FEEL_ZONE_NONE;
	if (x.kind != y.kind || zoned != (y.zone_kind != FEEL_ZONE_NONE))
		return feel_null();
	int64_t seconds = feel_instant_seconds(&x) - feel_instant_seconds(&y);
	int64_t nano = (int64_t)x.moment.nano - y.moment.nano;
	carry(&seconds, &nano);
	if (seconds < 0 && nano > 0) { /* one sign for both */
		seconds++;
		nano -= NANO;
	}
	struct feel_value v = feel_seconds(seconds);
	v.span.nano = (int32_t)nano;
	return v;
}

struct feel_value feel_months_between(const struct feel_value *a, const struct feel_value *b)
{
	int64_t months = ((int64_t)b->moment.year - a->moment.year) * 12 + b->moment.month - a->moment.month;
	int64_t clock_a = a->moment.day * (int64_t)FEEL_DAY_S + a->moment.hour * 3600 + a->moment.minute * 60 + a->moment.second;
	int64_t clock_b = b->moment.day * (int64_t)FEEL_DAY_S + b->moment.hour * 3600 + b->moment.minute * 60 + b->moment.second;
	if (months > 0 && clock_b < clock_a)
		months--;
	else if (months < 0 && clock_b > clock_a)
		months++;
	return feel_months(months);
}
