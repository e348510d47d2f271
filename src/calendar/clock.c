/* clock.c - the legal clock over days: when is it due, how much is used, and why.
 *
 * One walk decides each day; the due date, the days used and the list of days all come from it,
 * so they cannot contradict each other. Hours are in hours.c.
 *
 * Months and years are turned into days first (Civil Code 202: the corresponding day), because
 * only then can a suspension take days away from them.
 */
#include "calendar/calendar_int.h"

enum err clock_too_far(struct diag *d)
{
	return diag_set(d, ERR_LIMIT, "calendar.too-far",
	                "the period leaves the years 0001 to 9999 or lasts longer than a thousand years");
}

int32_t clock_left(int64_t total, int64_t used, bool overdue)
{
	int64_t left = total - used;
	/* A unit that has begun late is late: the day off behind the last day is not "0 left". */
	if (overdue && left > -1)
		left = -1;
	return (int32_t)left;
}

/* ---- what goes in ---- */

static enum err check_amount(const struct calendar_clock *k, int64_t total, struct diag *d)
{
	static const int32_t most[] = {
		[CALENDAR_WORKING_DAYS] = CALENDAR_DAYS_MAX, [CALENDAR_CALENDAR_DAYS] = CALENDAR_DAYS_MAX,
		[CALENDAR_HOURS] = CALENDAR_HOURS_MAX, [CALENDAR_MONTHS] = CALENDAR_MONTHS_MAX,
		[CALENDAR_YEARS] = CALENDAR_YEARS_MAX,
	};
	if (total <= most[k->limit.unit])
		return OK;
	enum err e = diag_set(d, ERR_LIMIT, "calendar.amount-too-large", "the period may have at most %d %s",
	                      (int)most[k->limit.unit], calendar_unit_name(k->limit.unit));
	diag_at(d, S("limit"));
	return e;
}

static enum err check_extensions(const struct calendar_clock *k, struct diag *d)
{
	int64_t total = k->limit.amount;
	if (k->limit.amount < 0) {
		diag_at(d, S("limit"));
		return diag_set(d, ERR_INVALID, "calendar.amount-negative", "the limit is below 0: %d",
		                (int)k->limit.amount);
	}
	if (k->extensions_count > CALENDAR_EXTENSIONS_MAX)
		return diag_set(d, ERR_LIMIT, "calendar.too-many-extensions", "more than %d extensions",
		                CALENDAR_EXTENSIONS_MAX);
	for (size_t i = 0; i < k->extensions_count; i++) {
		if (k->extensions[i].amount < 0) {
			diag_at(d, S("extend"));
			return diag_set(d, ERR_INVALID, "calendar.extension-negative",
			                "an extension adds time, it cannot be below 0: %d",
			                (int)k->extensions[i].amount);
		}
		total += k->extensions[i].amount;
	}
	return check_amount(k, total, d);
}

static bool day_valid(calendar_day d)
{
	return d >= CALENDAR_FIRST_DAY && d <= CALENDAR_LAST_DAY;
}

static enum err check_suspensions(const struct calendar_clock *k, struct diag *d)
{
	if (k->suspensions_count > CALENDAR_SUSPENSIONS_MAX)
		return diag_set(d, ERR_LIMIT, "calendar.too-many-suspensions", "more than %d suspensions",
		                CALENDAR_SUSPENSIONS_MAX);
	for (size_t i = 0; i < k->suspensions_count; i++) {
		const struct calendar_suspension *s = &k->suspensions[i];
		bool open = s->until == CALENDAR_NO_DAY;
		if (day_valid(s->from) && (open || (day_valid(s->until) && s->until >= s->from)))
			continue;
		enum err e = diag_set(d, ERR_INVALID, "calendar.suspension-backwards",
		                      "suspension %zu ends before it begins, or lies outside the years 0001 to 9999", i + 1);
		diag_at(d, S("suspend"));
		return e;
	}
	return OK;
}

/* ---- the length of the period ---- */

/* Days from `start` to the corresponding day n months on; a day that month lacks is its last. */
static int64_t month_days(calendar_day start, int64_t n)
{
	int y, m, day;
	calendar_day_civil(start, &y, &m, &day);
	int64_t months = (int64_t)y * 12 + (m - 1) + n;
	int year = (int)(months / 12), month = (int)(months % 12) + 1;
	int last = calendar_month_days(year, month);
	return (int64_t)calendar_day_of(year, month, day < last ? day : last) - start;
}

int64_t clock_units_total(const struct calendar_clock *k, calendar_day start, int64_t amount)
{
	switch (k->limit.unit) {
	case CALENDAR_MONTHS:
		return month_days(start, amount);
	case CALENDAR_YEARS:
		return month_days(start, amount * 12);
	default:
		return amount;
	}
}

static int64_t amount_with_extensions(const struct calendar_clock *k)
{
	int64_t amount = k->limit.amount;
	for (size_t i = 0; i < k->extensions_count; i++)
		amount += k->extensions[i].amount;
	return amount;
}

/* ---- the walk ---- */

const struct calendar_suspension *clock_suspension(const struct clock_run *r, calendar_day d)
{
	for (size_t i = 0; i < r->k->suspensions_count; i++) {
		const struct calendar_suspension *s = &r->k->suspensions[i];
		calendar_day until = s->until == CALENDAR_NO_DAY ? r->now : s->until;
		if (d > s->from && d <= until)
			return s;
	}
	return NULL;
}

static bool weekend_worked(const struct calendar *c, calendar_day d)
{
	return calendar_weekday(d) > 5 && calendar_is_working_day(c, d);
}

/* Decides the day behind the start, or behind the one decided before: *nth days are counted so
 * far. The last day of a period of calendar days, months or years is the one that may move. */
static void decide(const struct clock_run *r, calendar_day d, int64_t *nth, struct calendar_line *l)
{
	*l = (struct calendar_line){ .day = d };
	if (clock_suspension(r, d)) {
		l->reason = CALENDAR_SUSPENDED;
		return;
	}
	bool off = !calendar_is_working_day(r->c, d);
	bool last = *nth + 1 >= r->total;
	bool asked = r->working || last; /* does it matter whether the day is off? */
	l->provisional = asked && !calendar_published(r->c, d);
	if (off && asked) {
		const struct calendar_entry *e = calendar_entry_at(r->c, d);
		l->reason = !r->working ? CALENDAR_MOVED : e ? CALENDAR_HOLIDAY : CALENDAR_WEEKEND;
		return;
	}
	++*nth;
	l->counted = true;
	l->nth = (int32_t)*nth;
	l->reason = *nth > r->base_total ? CALENDAR_EXTENSION : CALENDAR_COUNTED;
	if (r->working && weekend_worked(r->c, d))
		l->reason = CALENDAR_MAKE_UP;
}

/* The day after which the walk is over: `total` days are counted and the last one is no day off.
 * A period of 0 ends on the day it begins; if that is a day off, on the next working day. */
static bool is_last(const struct clock_run *r, calendar_day d, int64_t nth)
{
	if (r->total > 0)
		return nth == r->total;
	return calendar_is_working_day(r->c, d) && !clock_suspension(r, d);
}

/* A period of 0 counts no day at all, it only moves. */
static void decide_zero(const struct clock_run *r, calendar_day d, struct calendar_line *l)
{
	*l = (struct calendar_line){ .day = d, .reason = CALENDAR_MOVED };
	if (clock_suspension(r, d))
		l->reason = CALENDAR_SUSPENDED;
	else
		l->provisional = !calendar_published(r->c, d);
}

static void walk_step(const struct clock_run *r, calendar_day d, int64_t *nth, struct calendar_line *l)
{
	if (r->total == 0)
		decide_zero(r, d, l);
	else
		decide(r, d, nth, l);
}

/* From the start to the due date: sets due_on, provisional, and the days used by `now`. */
static enum err find_due(const struct clock_run *r, struct calendar_result *out, int64_t *used, struct diag *d)
{
	calendar_day day = r->start;
	int64_t nth = 0;
	out->provisional = r->total == 0 && !calendar_published(r->c, day);
	*used = 0;
	while (!is_last(r, day, nth)) {
		struct calendar_line l;
		if (++day > CALENDAR_LAST_DAY || day - r->start > CALENDAR_SPAN_MAX)
			return clock_too_far(d);
		walk_step(r, day, &nth, &l);
		out->provisional |= l.provisional;
		if (day <= r->now)
			*used = nth;
	}
	out->due_on = day;
	return OK;
}

/* Days behind the due date that have begun and are not suspended. */
static int64_t days_late(const struct clock_run *r, calendar_day due)
{
	int64_t n = 0;
	for (calendar_day d = due + 1; d <= r->now; d++)
		n += !clock_suspension(r, d) && (!r->working || calendar_is_working_day(r->c, d));
	return n;
}

static enum err fill_lines(const struct clock_run *r, struct calendar_result *out)
{
	size_t count = (size_t)(out->due_on - r->start) + 1;
	struct calendar_line *lines = arena_new_n(r->arena, struct calendar_line, count);
	if (!lines)
		return ERR_NOMEM;
	int64_t nth = 0;
	lines[0] = (struct calendar_line){ .day = r->start, .reason = CALENDAR_START_DAY };
	TRY(clock_line_words(r, &lines[0], 0));
	for (size_t i = 1; i < count; i++) {
		walk_step(r, r->start + (calendar_day)i, &nth, &lines[i]);
		TRY(clock_line_words(r, &lines[i], nth));
	}
	out->lines = lines;
	out->lines_count = count;
	return OK;
}

static enum err run_days(const struct clock_run *r, bool with_lines, struct calendar_result *out, struct diag *d)
{
	int64_t used;
	TRY(find_due(r, out, &used, d));
	out->due_ms = calendar_day_start_ms(out->due_on + 1, r->c->offset_s);
	out->overdue = r->now_ms >= out->due_ms;
	used += days_late(r, out->due_on);
	out->total = (int32_t)r->total;
	out->used = (int32_t)used;
	out->left = clock_left(r->total, used, out->overdue);
	return with_lines ? fill_lines(r, out) : OK;
}

/* An open suspension that has begun. */
static bool stands_still(const struct clock_run *r)
{
	for (size_t i = 0; i < r->k->suspensions_count; i++)
		if (r->k->suspensions[i].until == CALENDAR_NO_DAY && r->k->suspensions[i].from <= r->now)
			return true;
	return false;
}

enum err calendar_clock_run(const struct calendar *c, const struct calendar_clock *k, int64_t now_ms,
                            bool with_lines, struct arena *a, struct calendar_result *out, struct diag *d)
{
	struct clock_run r = { .c = c, .k = k, .now_ms = now_ms, .arena = a };
	struct calendar_result result = { 0 };
	TRY(check_extensions(k, d));
	TRY(check_suspensions(k, d));
	r.start = calendar_day_at(k->start_ms, c->offset_s);
	r.now = calendar_day_at(now_ms, c->offset_s);
	if (!day_valid(r.start) || !day_valid(r.now))
		return clock_too_far(d);
	r.working = k->limit.unit == CALENDAR_WORKING_DAYS;
	int64_t amount = amount_with_extensions(k);
	r.total = clock_units_total(k, r.start, amount);
	r.base_total = clock_units_total(k, r.start, k->limit.amount);
	result.open = stands_still(&r);
	if (k->limit.unit == CALENDAR_HOURS)
		TRY(clock_hours(&r, with_lines, &result, d));
	else
		TRY(run_days(&r, with_lines, &result, d));
	*out = result;
	return OK;
}

enum err calendar_clock_compare(const struct calendar *before, const struct calendar *after,
                                const struct calendar_clock *k, int64_t now_ms, struct arena *a,
                                struct calendar_change *out, struct diag *d)
{
	struct calendar_result b, f;
	TRY(calendar_clock_run(before, k, now_ms, false, a, &b, d));
	TRY(calendar_clock_run(after, k, now_ms, false, a, &f, d));
	*out = (struct calendar_change){
		.moved = b.due_ms != f.due_ms,
		.confirmed = b.provisional && !f.provisional,
		.due_before = b.due_on, .due_after = f.due_on,
		.provisional_before = b.provisional, .provisional_after = f.provisional,
		.overdue_before = b.overdue, .overdue_after = f.overdue,
	};
	return OK;
}
