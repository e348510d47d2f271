/* calendar.h - working days, limits and legal clocks: pure functions over holiday tables.
 *
 * A day is a count of days since 1970-01-01 in the calendar's own zone (China: +08:00, no
 * summer time). A clock is the list of its counted days, days off, make-up days, suspensions
 * and extensions, each with its ground; the due date is derived from it.
 * Law: Civil Code 201 (the day on which a period begins is not counted), 202 (corresponding
 * day), 203 (a last day off moves); Administrative Licensing Law 82 (working days),
 * 42 (extension), 45 (time that is not counted). How each is read here: README.md.
 *
 * Errors: refusals only (ERR_INVALID, ERR_LIMIT) and ERR_NOMEM. Nothing here reads a clock,
 * a file or the environment; the same arguments give the same result for ever.
 */
#ifndef CALENDAR_CALENDAR_H
#define CALENDAR_CALENDAR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

struct json_writer;

typedef int32_t calendar_day;
#define CALENDAR_NO_DAY INT32_MIN

enum calendar_unit { CALENDAR_WORKING_DAYS, CALENDAR_CALENDAR_DAYS, CALENDAR_HOURS, CALENDAR_MONTHS, CALENDAR_YEARS };

/* ---- dates ---- */
/* "2025-09-26"; false for anything else, also for a day that does not exist. Years 0001 to 9999. */
bool calendar_day_parse(struct str text, calendar_day *out);
void calendar_day_print(calendar_day d, struct buf *out); /* YYYY-MM-DD */
void calendar_day_civil(calendar_day d, int *year, int *month, int *day);
calendar_day calendar_day_of(int year, int month, int day); /* proleptic Gregorian; must exist */
int calendar_weekday(calendar_day d);                       /* 1 Monday … 7 Sunday */
/* "working-days", "calendar-days", "hours", "months", "years"; nothing else. */
bool calendar_unit_parse(struct str name, enum calendar_unit *out);
const char *calendar_unit_name(enum calendar_unit u);

/* Instants: RFC 3339 with any offset to ms since 1970Z and back (printed with the given offset,
 * a whole number of minutes). A blank may stand for the T, as in many logs. Digits behind the
 * millisecond are dropped; second 60 is the next minute's first. False without an offset: a
 * local time is no instant. */
bool calendar_instant_parse(struct str text, int64_t *out_ms);
void calendar_instant_print(int64_t ms, int32_t offset_s, struct buf *out);
calendar_day calendar_day_at(int64_t ms, int32_t offset_s);
int64_t calendar_day_start_ms(calendar_day d, int32_t offset_s);

/* ---- holiday tables ---- */
struct calendar; /* immutable once made; may be shared by threads */

struct calendar_notice { /* where a year's days come from; a year may have a second, later notice */
	int year;
	struct str number, issued_on, title; /* e.g. 国办发明电〔2024〕12号; number and date empty where not known for sure */
	struct str title_en;
};

/* The project's own file format: see data/calendar/README.md. Rows of one file may cover several
 * years. A file with one bad row is refused as a whole, with its line: a calendar is law. */
BASE_MUST_USE enum err calendar_read(struct arena *a, struct str text, struct calendar **out, struct diag *d);
/* A new table: `base` with the years of `notice` replaced or added. Copies nothing that it can
 * borrow: both must live as long as the result. ERR_INVALID when their zones differ. */
BASE_MUST_USE enum err calendar_merge(struct arena *a, const struct calendar *base, const struct calendar *notice,
                                      struct calendar **out, struct diag *d);
int32_t calendar_offset_s(const struct calendar *c);
int calendar_last_year(const struct calendar *c); /* last year whose notice is in; days beyond are provisional */
/* Is the notice of the day's year in? */
bool calendar_published(const struct calendar *c, calendar_day d);
/* What the notices say; where they are silent or missing, Monday to Friday. */
bool calendar_is_working_day(const struct calendar *c, calendar_day d);
/* Borrowed, by year. */
size_t calendar_notices(const struct calendar *c, const struct calendar_notice **out);
/* First working day on or after d. */
calendar_day calendar_working_day_from(const struct calendar *c, calendar_day d);
/* The n-th working day after d (n >= 1), for reminders before (n < 0); d itself for 0. */
calendar_day calendar_working_days_add(const struct calendar *c, calendar_day d, int32_t n);

/* ---- clocks ---- */
enum calendar_reason {
	CALENDAR_COUNTED,          /* a day that counts */
	CALENDAR_START_DAY,        /* the day on which the period begins: Civil Code 201 */
	CALENDAR_WEEKEND, CALENDAR_HOLIDAY,
	CALENDAR_MAKE_UP,          /* counted: a weekend day that the notice makes a working day */
	CALENDAR_SUSPENDED,
	CALENDAR_MOVED,            /* last day was off: Civil Code 203 */
	CALENDAR_EXTENSION,        /* counted: a day that an extension adds */
	CALENDAR_DUE_MOMENT,       /* hours only: the period ends as this day begins */
};

/* Stable name for APIs: "counted", "start-day", "weekend", "holiday", "make-up-day",
 * "suspended", "moved", "extension", "due-moment". */
const char *calendar_reason_name(enum calendar_reason r);

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

/* Bounds of one clock, about three centuries; beyond them calendar_clock_run refuses. */
enum {
	CALENDAR_DAYS_MAX = 100000,       /* limit and extensions together: days of either kind */
	CALENDAR_HOURS_MAX = 2400000,
	CALENDAR_MONTHS_MAX = 3300,
	CALENDAR_YEARS_MAX = 275,
	CALENDAR_SPAN_MAX = 400000,       /* days from start to due date, suspensions included */
	CALENDAR_SUSPENSIONS_MAX = 256,
	CALENDAR_EXTENSIONS_MAX = 256,
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
	bool provisional;          /* off or working is a guess: the year's notice is not in */
	int32_t nth;               /* its number among the counted days; 0 when not counted */
	struct str zh, en; /* the reason in words, with the holiday's name or the ground */
};

struct calendar_result {
	bool open;            /* an open suspension: the clock stands still, due_* are what they would be if it ended now */
	calendar_day due_on;
	int64_t due_ms;       /* the first moment that is too late: 24:00 of due_on (hours: the moment itself) */
	bool provisional;     /* depends on a day whose notice is not published */
	int32_t total;        /* units in the whole period, extensions included (months, years: calendar days) */
	int32_t used, left;   /* in the clock's unit (months, years: calendar days) at `now`. A day counts as used
	                         once it has begun, an hour once it is over. left is negative exactly when overdue:
	                         the units late, at least 1 */
	bool overdue;         /* now >= due_ms */
	struct calendar_line *lines; /* every day from start to due date */
	size_t lines_count;
};

/* Computes everything; with_lines false leaves lines out (cheap, for boards). Lines live in `a`
 * and borrow names and grounds from c and k. Refuses amounts below 0, a suspension that ends
 * before it begins, and what leaves the bounds above or the years 0001 to 9999. */
BASE_MUST_USE enum err calendar_clock_run(const struct calendar *c, const struct calendar_clock *k, int64_t now_ms,
                                          bool with_lines, struct arena *a, struct calendar_result *out, struct diag *d);

/* What a new calendar does to a clock: the preview before a notice is applied, and the record after. */
struct calendar_change {
	bool moved;           /* due_ms differs */
	bool confirmed;       /* provisional before, not any more */
	calendar_day due_before, due_after;
	bool provisional_before, provisional_after;
	bool overdue_before, overdue_after;
};
BASE_MUST_USE enum err calendar_clock_compare(const struct calendar *before, const struct calendar *after,
                                              const struct calendar_clock *k, int64_t now_ms, struct arena *a,
                                              struct calendar_change *out, struct diag *d);

/* The result as members of an object that the caller has opened: start, limit, unit, due_on, due_at,
 * provisional, open, counted_in (the unit of total, used and left), total, used, left, overdue and, with
 * lines, days:[{date,counted,reason,reason_zh,reason_en,code,nth}].
 * zh chooses the language of `reason`. */
void calendar_result_json(struct json_writer *w, const struct calendar *c, const struct calendar_clock *k,
                          const struct calendar_result *r, bool zh);

#endif
