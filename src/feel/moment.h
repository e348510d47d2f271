/* moment.h - private: dates, times and durations as arithmetic on days and seconds. */
#ifndef FEEL_MOMENT_H
#define FEEL_MOMENT_H

#include "feel/feel_value.h"

enum { FEEL_YEAR_MAX = 999999999, FEEL_OFFSET_MAX_S = 18 * 3600 - 1, FEEL_DAY_S = 86400 };

/* Days since 1970-01-01, proleptic Gregorian. */
int64_t feel_day_number(const struct feel_moment *m);
/* Null beyond the years that FEEL knows. */
struct feel_value feel_date_of_day(int64_t day);
int feel_days_in_month(int32_t year, int month);
/* 1 Monday to 7 Sunday */
int feel_weekday(int64_t day);
/* ISO 8601 */
int feel_week_of_year(const struct feel_moment *m);
int feel_day_of_year(const struct feel_moment *m);

/* Seconds since 1970-01-01T00:00:00 on the clock of the value's own zone; time: since midnight. */
int64_t feel_local_seconds(const struct feel_value *v);
/* The same on UTC; a value without zone counts as UTC. */
int64_t feel_instant_seconds(const struct feel_value *v);
/* DATE_TIME of these local seconds with the zone of `like`; null beyond the years. */
struct feel_value feel_date_time_of(int64_t local_seconds, uint32_t nano, const struct feel_value *like);
/* The date as a date and time at midnight UTC (10.3.2.9.4, from date to date and time). */
struct feel_value feel_date_at_midnight(const struct feel_value *date);
/* TIME from its parts, zone as in `like` (NULL = none); null when out of range. */
struct feel_value feel_time_of(int hour, int minute, int second, uint32_t nano);
/* Zone of the value's offset: seconds east; false when it has none. */
bool feel_offset(const struct feel_value *v, int32_t *seconds);
/* Sets the zone from "Z", "+08:00", "@Asia/Shanghai"; false when it is none of them. */
bool feel_zone_read(struct str s, struct feel_value *v);
/* After the zone or the moment changed: the offset of a named zone at that moment. */
void feel_zone_settle(struct feel_value *v);

/* moment + sign * duration; null where that is not defined */
struct feel_value feel_moment_add(const struct feel_value *m, const struct feel_value *duration, int sign);
struct feel_value feel_moment_difference(const struct feel_value *a, const struct feel_value *b);
struct feel_value feel_duration_add(const struct feel_value *a, const struct feel_value *b, int sign);
struct feel_value feel_duration_times(const struct feel_value *a, struct dec by);
struct feel_value feel_duration_divided(const struct feel_value *a, struct dec by);
struct feel_value feel_duration_ratio(const struct feel_value *a, const struct feel_value *b);
struct feel_value feel_duration_negated(const struct feel_value *a);
/* Nanoseconds of a days-and-time duration as a decimal of seconds, and back (null if too large). */
struct dec feel_span_seconds(const struct feel_span *s);
struct feel_value feel_span_of(struct dec seconds);
/* Whole months from a to b (years and months duration function). */
struct feel_value feel_months_between(const struct feel_value *a, const struct feel_value *b);

struct buf;
void feel_moment_print(const struct feel_value *v, struct buf *out); /* date, time, date and time */
void feel_duration_print(const struct feel_value *v, struct buf *out);

#endif
