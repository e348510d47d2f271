/* calendar.h - working days, limits and legal clocks: pure functions over holiday tables.
 *
 * A day is a count of days since 1970-01-01 in the calendar's own zone (China: +08:00, no
 * summer time). A clock is the list of its counted days, days off, make-up days, suspensions
 * and extensions, each with its ground; the due date is derived from it.
 * Rules: LAW (Civil Code 201-203; Administrative Licensing Law 82, 42, 45).
 */
#ifndef CALENDAR_CALENDAR_H
#define CALENDAR_CALENDAR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

typedef int32_t calendar_day;
#define CALENDAR_NO_DAY INT32_MIN

enum calendar_unit { CALENDAR_WORKING_DAYS, CALENDAR_CALENDAR_DAYS, CALENDAR_HOURS, CALENDAR_MONTHS, CALENDAR_YEARS };

/* ---- dates ---- */
/* "2025-09-26"; false for anything else, also for a day that does not exist. */
bool calendar_day_parse(struct str text, calendar_day *out);
void calendar_day_print(calendar_day d, struct buf *out); /* YYYY-MM-DD */
void calendar_day_civil(calendar_day d, int *year, int *month, int *day);
calendar_day calendar_day_of(int year, int month, int day); /* proleptic Gregorian; must exist */
int calendar_weekday(calendar_day d);                       /* 1 Monday … 7 Sunday */
bool calendar_unit_parse(struct str name, enum calendar_unit *out); /* "working-days", … */
const char *calendar_unit_name(enum calendar_unit u);

/* Instants: RFC 3339 with any offset to ms since 1970Z and back (printed with the given offset). */
bool calendar_instant_parse(struct str text, int64_t *out_ms);
void calendar_instant_print(int64_t ms, int32_t offset_s, struct buf *out);
calendar_day calendar_day_at(int64_t ms, int32_t offset_s);
int64_t calendar_day_start_ms(calendar_day d, int32_t offset_s);

/* ---- holiday tables ---- */
struct calendar;

struct calendar_notice { /* where a year's days come from */
	int year;
	struct str number, issued_on, title; /* e.g. 国办发明电〔2024〕12号 */
};

/* The project's own file format: see data/calendar/README.md. Rows of one file may cover several years. */
BASE_MUST_USE enum err calendar_read(struct arena *a, struct str text, struct calendar **out, struct diag *d);
/* A new table: `base` with the years of `notice` replaced or added. */
BASE_MUST_USE enum err calendar_merge(struct arena *a, const struct calendar *base, const struct calendar *notice,
                                      struct calendar **out, struct diag *d);
int32_t calendar_offset_s(const struct calendar *c);
int calendar_last_year(const struct calendar *c); /* last year whose notice is in; days beyond are provisional */
bool calendar_published(const struct calendar *c, calendar_day d);
bool calendar_is_working_day(const struct calendar *c, calendar_day d);
size_t calendar_notices(const struct calendar *c, const struct calendar_notice **out);
/* First working day on or after d. */
calendar_day calendar_working_day_from(const struct calendar *c, calendar_day d);
/* The n-th working day after d (n >= 1), for reminders before (n < 0). */
calendar_day calendar_working_days_add(const struct calendar *c, calendar_day d, int32_t n);

/* ---- clocks ---- */
enum calendar_reason {
	CALENDAR_COUNTED,          /* a day that counts */
	CALENDAR_START_DAY,        /* the day on which the period begins: Civil Code 201 */
	CALENDAR_WEEKEND, CALENDAR_HOLIDAY,
	CALENDAR_MAKE_UP,          /* counted: a weekend day that the notice makes a working day */
	CALENDAR_SUSPENDED,
	CALENDAR_MOVED,            /* last day was off: Civil Code 203 */
};

struct calendar_suspension {
	calendar_day from, until; /* takes away the days after `from` up to and including `until`; until = CALENDAR_NO_DAY while open */
	struct str ground;        /* legal ground, e.g. "ALL/45 expert review" */
};

struct calendar_extension {
	int32_t amount;           /* in the clock's unit */
	struct str ground;
};

struct calendar_limit {
	int32_t amount;
	enum calendar_unit unit;
};

struct calendar_clock {
	int64_t start_ms;                  /* the moment it begins; its day is not counted (hours: runs from the moment) */
	struct calendar_limit limit;
	const struct calendar_suspension *suspensions;
	size_t suspensions_count;
	const struct calendar_extension *extensions;
	size_t extensions_count;
};

struct calendar_line {
	calendar_day day;
	bool counted;
	enum calendar_reason reason;
	struct str zh, en; /* the reason in words, with the holiday's name or the ground */
};

struct calendar_result {
	bool open;            /* an open suspension: the clock stands still, due_* are what they would be if it ended now */
	calendar_day due_on;
	int64_t due_ms;       /* the first moment that is too late: 24:00 of due_on (hours: the moment itself) */
	bool provisional;     /* reaches beyond the last published year */
	int32_t used, left;   /* in the clock's unit (months, years: calendar days) at `now`; left negative when late */
	bool overdue;         /* now >= due_ms and not open */
	struct calendar_line *lines; /* every day from start to due date */
	size_t lines_count;
};

/* Computes everything; with_lines false leaves lines out (cheap, for boards). */
BASE_MUST_USE enum err calendar_clock_run(const struct calendar *c, const struct calendar_clock *k, int64_t now_ms,
                                          bool with_lines, struct arena *a, struct calendar_result *out, struct diag *d);

#endif
