/* fn_time.c - making dates, times and durations (DMN 1.5, 10.3.4.1, 10.3.4.10), and the calendar's
 * names and numbers for them (10.3.4.8).
 */
#include "feel/builtin.h"
#include "feel/moment.h"

static enum err not_a(struct feel_run *r, const char *what, struct feel_value *out)
{
	return feel_run_null(r, out, "that is no possible %s", what);
}

static enum err checked(struct feel_run *r, struct feel_value v, const char *what, struct feel_value *out)
{
	if (feel_is_null(&v))
		return not_a(r, what, out);
	*out = v;
	return OK;
}

/* A whole number in the range of int. */
static bool part(const struct feel_value *v, int *out)
{
	int64_t i;
	if (!dec_to_i64(v->number, &i) || i > INT32_MAX || i < INT32_MIN)
		return false;
	*out = (int)i;
	return true;
}

/* ---- date ---- */

FEEL_BUILTIN(date_from_text)
{
	(void)count;
	return checked(r, feel_date_parse(args[0].string), "date", out);
}

FEEL_BUILTIN(date_from_day)
{
	const struct feel_moment *m = &args[0].moment;
	(void)count;
	return checked(r, feel_date(m->year, m->month, m->day), "date", out);
}

FEEL_BUILTIN(date_from_parts)
{
	int year, month, day;
	(void)count;
	if (!part(&args[0], &year) || !part(&args[1], &month) || !part(&args[2], &day))
		return not_a(r, "date", out);
	return checked(r, feel_date(year, month, day), "date", out);
}

/* ---- time ---- */

FEEL_BUILTIN(time_from_text)
{
	(void)count;
	return checked(r, feel_time_parse(args[0].string), "time", out);
}

/* Of a date: midnight UTC. */
static struct feel_value time_of(const struct feel_value *v)
{
	struct feel_value full = v->kind == FEEL_DATE ? feel_date_at_midnight(v) : *v;
	full.kind = FEEL_TIME;
	full.moment.year = 0;
	full.moment.month = full.moment.day = 0;
	return full;
}

FEEL_BUILTIN(time_from_value)
{
	(void)r, (void)count;
	*out = time_of(&args[0]);
	return OK;
}

/* Hour, minute, and second with a fraction. */
static struct feel_value clock_of(const struct feel_value *args)
{
	int hour, minute;
	int64_t second, nano;
	if (!part(&args[0], &hour) || !part(&args[1], &minute) || !dec_trunc_i64(args[2].number, &second))
		return feel_null();
	struct dec rest = dec_sub(args[2].number, dec_from_i64(second));
	if (second < 0 || second > 59 || !dec_trunc_i64(dec_mul(rest, dec_from_i64(1000000000)), &nano) || nano < 0)
		return feel_null();
	return feel_time_of(hour, minute, (int)second, (uint32_t)nano);
}

static bool set_offset(struct feel_value *v, const struct feel_value *offset)
{
	if (offset->kind != FEEL_DAYS_DURATION)
		return true;
	int64_t s = offset->span.seconds;
	if (s > FEEL_OFFSET_MAX_S || s < -FEEL_OFFSET_MAX_S || offset->span.nano)
		return false;
	v->zone_kind = FEEL_ZONE_OFFSET;
	v->offset_s = (int32_t)s;
	return true;
}

FEEL_BUILTIN(time_from_parts)
{
	struct feel_value v = clock_of(args);
	(void)count;
	if (!feel_is_null(&v) && !set_offset(&v, &args[3]))
		v = feel_null();
	return checked(r, v, "time", out);
}

/* ---- date and time ---- */

FEEL_BUILTIN(date_time_from_text)
{
	(void)count;
	return checked(r, feel_date_time_parse(args[0].string), "date and time", out);
}

static struct feel_value join(const struct feel_value *day, const struct feel_value *clock)
{
	struct feel_value v = *clock;
	v.kind = FEEL_DATE_TIME;
	v.moment.year = day->moment.year;
	v.moment.month = day->moment.month;
	v.moment.day = day->moment.day;
	feel_zone_settle(&v);
	return v;
}

FEEL_BUILTIN(date_time_from_two)
{
	(void)r, (void)count;
	*out = join(&args[0], &args[1]);
	return OK;
}

FEEL_BUILTIN(date_time_from_day)
{
	(void)r, (void)count;
	*out = args[0].kind == FEEL_DATE ? feel_date_at_midnight(&args[0]) : args[0];
	return OK;
}

/* Behind six numbers: an offset, the name of a zone, or nothing. */
FEEL_BUILTIN(date_time_from_parts)
{
	int year, month, day;
	struct feel_value clock = clock_of(args + 3), date;
	(void)count;
	if (!part(&args[0], &year) || !part(&args[1], &month) || !part(&args[2], &day) || feel_is_null(&clock))
		return not_a(r, "date and time", out);
	date = feel_date(year, month, day);
	if (feel_is_null(&date) || !set_offset(&clock, &args[6]))
		return not_a(r, "date and time", out);
	*out = join(&date, &clock);
	return OK;
}

FEEL_BUILTIN(date_time_from_parts_zone)
{
	struct feel_value v, offset = feel_null(), parts[7] = { args[0], args[1], args[2], args[3], args[4], args[5], offset };
	struct buf name;
	TRY(date_time_from_parts(r, parts, count, &v));
	buf_init_in(&name, r->arena, 200);
	buf_byte(&name, '@');
	buf_put(&name, args[6].string);
	if (name.failed == ERR_NOMEM)
		return feel_no_memory(r);
	if (feel_is_null(&v) || name.failed != OK || !feel_zone_read(buf_str(&name), &v))
		return not_a(r, "date and time", out);
	*out = v;
	return OK;
}

/* ---- years and months duration, now, today ---- */

FEEL_BUILTIN(months_duration)
{
	(void)r, (void)count;
	*out = feel_months_between(&args[0], &args[1]);
	return OK;
}

FEEL_BUILTIN(now)
{
	(void)args, (void)count;
	return checked(r, feel_date_time_ms(r->env->now_ms, r->env->offset_s), "date and time", out);
}

FEEL_BUILTIN(today)
{
	TRY(now(r, args, count, out));
	if (!feel_is_null(out))
		*out = feel_date(out->moment.year, out->moment.month, out->moment.day);
	return OK;
}

#define CLOCK { "hour", ARG_NUMBER }, { "minute", ARG_NUMBER }, { "second", ARG_NUMBER }
#define DAY { "year", ARG_NUMBER }, { "month", ARG_NUMBER }, { "day", ARG_NUMBER }

static const struct feel_builtin table[] = {
	FEEL_FN("date", { date_from_text, { { "from", ARG_STRING } } }, { date_from_day, { { "from", ARG_DAY } } },
		{ date_from_parts, { DAY } }),
	FEEL_FN("time", { time_from_text, { { "from", ARG_STRING } } }, { time_from_value, { { "from", ARG_TIME } } },
		{ time_from_value, { { "from", ARG_DAY } } },
		{ time_from_parts, { CLOCK, { "offset", ARG_SPAN | ARG_OPTIONAL | ARG_OR_NULL } } }),
	FEEL_FN("date and time", { date_time_from_text, { { "from", ARG_STRING } } },
		{ date_time_from_day, { { "from", ARG_DAY } } },
		{ date_time_from_two, { { "date", ARG_DAY }, { "time", ARG_TIME } } },
		{ date_time_from_parts, { DAY, CLOCK, { "offset", ARG_SPAN | ARG_OPTIONAL | ARG_OR_NULL } } },
		{ date_time_from_parts_zone, { DAY, CLOCK, { "timezone", ARG_STRING } } }),
	FEEL_FN("years and months duration", { months_duration, { { "from", ARG_DAY }, { "to", ARG_DAY } } }),
	FEEL_FN("now", { now, { { NULL, ARG_END } } }),
	FEEL_FN("today", { today, { { NULL, ARG_END } } }),
};

FEEL_FAMILY(feel_family_time, table);

/* ---- the calendar's words ---- */

FEEL_BUILTIN(day_of_year)
{
	(void)r, (void)count;
	*out = feel_i64(feel_day_of_year(&args[0].moment));
	return OK;
}

FEEL_BUILTIN(day_of_week)
{
	static const char *const names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };
	(void)r, (void)count;
	*out = feel_string(str_of(names[feel_weekday(feel_day_number(&args[0].moment)) - 1]));
	return OK;
}

FEEL_BUILTIN(month_of_year)
{
	static const char *const names[] = { "January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December" };
	(void)r, (void)count;
	*out = feel_string(str_of(names[args[0].moment.month - 1]));
	return OK;
}

FEEL_BUILTIN(week_of_year)
{
	(void)r, (void)count;
	*out = feel_i64(feel_week_of_year(&args[0].moment));
	return OK;
}

static const struct feel_builtin temporal_table[] = {
	FEEL_FN("day of year", { day_of_year, { { "date", ARG_DAY } } }),
	FEEL_FN("day of week", { day_of_week, { { "date", ARG_DAY } } }),
	FEEL_FN("month of year", { month_of_year, { { "date", ARG_DAY } } }),
	FEEL_FN("week of year", { week_of_year, { { "date", ARG_DAY } } }),
};

FEEL_FAMILY(feel_family_temporal, temporal_table);
