/* calendar_int.h - what the files of this room share. */
#ifndef CALENDAR_CALENDAR_INT_H
#define CALENDAR_CALENDAR_INT_H

#include "calendar/calendar.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000 };

/* First and last day that can be written: 0001-01-01 and 9999-12-31. */
#define CALENDAR_FIRST_DAY (-719162)
#define CALENDAR_LAST_DAY 2932896

struct calendar_entry { /* one row of a notice: a run of days off, or of make-up days */
	calendar_day from, to;
	bool off;
	struct str zh, en;     /* the holiday's name */
	size_t notice;         /* index into notices */
};

struct calendar {
	int32_t offset_s;
	struct calendar_notice *notices; /* by year, then in the order of the file */
	size_t notices_count;
	struct calendar_entry *entries;  /* in the order of their notices */
	size_t entries_count;
	calendar_day first;              /* of `mark` */
	size_t mark_count;
	uint16_t *mark;                  /* per day: index of the entry that rules it + 1; 0 = none */
};

/* Fills first, mark_count and mark from notices and entries; a later notice rules. */
BASE_MUST_USE enum err calendar_index(struct arena *a, struct calendar *c);
/* The row that rules a day, NULL where the notices are silent. */
const struct calendar_entry *calendar_entry_at(const struct calendar *c, calendar_day d);

bool calendar_is_leap(int year);
int calendar_month_days(int year, int month);
/* Exactly n digits; false otherwise. */
bool calendar_digits(struct str s, size_t at, size_t n, int *out);

/* ---- clocks ---- */
struct clock_run { /* one computation */
	const struct calendar *c;
	const struct calendar_clock *k;
	int64_t now_ms;
	calendar_day start, now;
	int64_t total;        /* units to be counted (months, years: days) */
	int64_t base_total;   /* the same without extensions */
	bool working;         /* only working days count */
	struct arena *arena;
};

/* The suspension that takes the day away, NULL if none does. An open one reaches to `now`. */
const struct calendar_suspension *clock_suspension(const struct clock_run *r, calendar_day d);
/* Hours: the whole computation; the clock is checked already. */
BASE_MUST_USE enum err clock_hours(const struct clock_run *r, bool with_lines, struct calendar_result *out, struct diag *d);
BASE_MUST_USE enum err clock_too_far(struct diag *d);
/* left, from total, used and overdue. */
int32_t clock_left(int64_t total, int64_t used, bool overdue);

/* The length of a period of `amount` from `start`: days for months and years, else the amount. */
int64_t clock_units_total(const struct calendar_clock *k, calendar_day start, int64_t amount);
/* The words of a line whose day, reason, counted, nth and provisional are set; `position` says
 * which unit of the period the line begins with, to find its extension. ERR_NOMEM. */
BASE_MUST_USE enum err clock_line_words(const struct clock_run *r, struct calendar_line *l, int64_t position);

#endif
