/* date.c - days of the Gregorian calendar as counts since 1970-01-01, and the names of units. */
#include "calendar/calendar_int.h"

bool calendar_is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int calendar_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && calendar_is_leap(year) ? 29 : days[month - 1];
}

bool calendar_digits(struct str s, size_t at, size_t n, int *out)
{
	int v = 0;
	if (at > s.len || s.len - at < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char ch = s.ptr[at + i];
		if (ch < '0' || ch > '9')
			return false;
		v = v * 10 + (ch - '0');
	}
	*out = v;
	return true;
}

/* Years are counted from March, so that the leap day is a year's last; 400 years have
 * 146,097 days. 719,468 days lie between 0000-03-01 and 1970-01-01. */
calendar_day calendar_day_of(int year, int month, int day)
{
	base_assert(month >= 1 && month <= 12 && day >= 1 && day <= 31);
	int y = month <= 2 ? year - 1 : year;
	int era = (y >= 0 ? y : y - 399) / 400;
	int year_of_era = y - era * 400;
	int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void calendar_day_civil(calendar_day d, int *year, int *month, int *day)
{
	int64_t z = (int64_t)d + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int day_of_era = (int)(z - era * 146097);
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month_from_march = (5 * day_of_year + 2) / 153;
	*day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	*month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	*year = (int)(year_of_era + era * 400) + (*month <= 2);
}

int calendar_weekday(calendar_day d)
{
	/* 1970-01-01 was a Thursday. */
	int64_t shifted = (int64_t)d + 3;
	return (int)(((shifted % 7) + 7) % 7) + 1;
}

bool calendar_day_parse(struct str text, calendar_day *out)
{
	int y, m, d;
	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || !calendar_digits(text, 0, 4, &y) ||
	    !calendar_digits(text, 5, 2, &m) || !calendar_digits(text, 8, 2, &d))
		return false;
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > calendar_month_days(y, m))
		return false;
	*out = calendar_day_of(y, m, d);
	return true;
}

void calendar_day_print(calendar_day d, struct buf *out)
{
	int y, m, day;
	calendar_day_civil(d, &y, &m, &day);
	buf_printf(out, "%04d-%02d-%02d", y, m, day);
}

static const char *const unit_names[] = {
	[CALENDAR_WORKING_DAYS] = "working-days", [CALENDAR_CALENDAR_DAYS] = "calendar-days",
	[CALENDAR_HOURS] = "hours", [CALENDAR_MONTHS] = "months", [CALENDAR_YEARS] = "years",
};

bool calendar_unit_parse(struct str name, enum calendar_unit *out)
{
	for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++) {
		if (str_eqz(name, unit_names[i])) {
			*out = (enum calendar_unit)i;
			return true;
		}
	}
	return false;
}

const char *calendar_unit_name(enum calendar_unit u)
{
	return unit_names[u];
}
