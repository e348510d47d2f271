/* day.c - what a day was: marks and work held against the hours expected. Pure; minutes of the day are counted one by one in a bitmap, so
 * that overlapping absences and several comings and goings need no rules of their own.
 */
#include <string.h>

#include "roster/roster_int.h"

enum { MINUTES = 24 * 60 };

struct minutes { bool at[MINUTES]; };

static int clamp_min(const struct roster_facts *f, int64_t ms, bool up)
{
	int64_t rest = ms - f->start_ms;
	if (rest <= 0)
		return 0;
	if (rest >= ROSTER_DAY_MS)
		return MINUTES;
	return (int)((rest + (up ? ROSTER_MINUTE_MS - 1 : 0)) / ROSTER_MINUTE_MS);
}

static void fill(struct minutes *m, int from, int until, bool value)
{
	for (int i = from; i < until && i < MINUTES; i++)
		m->at[i] = value;
}

static int64_t count(const struct minutes *m, int from, int until)
{
	int64_t n = 0;
	for (int i = from; i < until && i < MINUTES; i++)
		n += m->at[i];
	return n;
}

/* The hours of a working day, less the absences (approved ones, or all). */
static void expect(const struct roster_facts *f, bool approved_only, struct minutes *m)
{
	memset(m, 0, sizeof *m);
	for (size_t i = 0; f->working && i < f->hours.count; i++)
		fill(m, f->hours.sessions[i].from_min, f->hours.sessions[i].to_min, true);
	for (size_t i = 0; i < f->absences_count; i++)
		if (f->absences[i].approved || !approved_only)
			fill(m, clamp_min(f, f->absences[i].from_ms, false), clamp_min(f, f->absences[i].until_ms, true), false);
}

/* Stretches from a coming to the next going; one without a going ends with the day, or now. */
static void attend(const struct roster_facts *f, struct minutes *m)
{
	memset(m, 0, sizeof *m);
	int64_t in = 0;
	for (size_t i = 0; i < f->marks_count; i++) {
		if (f->marks[i].in)
			in = in ? in : f->marks[i].at_ms;
		else if (in) {
			fill(m, clamp_min(f, in, false), clamp_min(f, f->marks[i].at_ms, true), true);
			in = 0;
		}
	}
	if (in)
		fill(m, clamp_min(f, in, false), clamp_min(f, f->now_ms, true), true);
}

static const char *absence_kind(const struct roster_facts *f, bool approved)
{
	for (size_t i = 0; i < f->absences_count; i++)
		if (f->absences[i].approved == approved)
			return f->absences[i].kind;
	return NULL;
}

static void ends_of_marks(const struct roster_facts *f, struct roster_day *out)
{
	for (size_t i = 0; i < f->marks_count; i++) {
		if (f->marks[i].in && !out->in_ms)
			out->in_ms = f->marks[i].at_ms;
		if (!f->marks[i].in)
			out->out_ms = f->marks[i].at_ms;
	}
	if (out->in_ms && f->marks[f->marks_count - 1].in)
		out->out_ms = 0; /* came back, and has not gone yet */
}

/* Work in the record before the check-in, or after the check-out, proves as much as a mark. */
static int arrival_min(const struct roster_facts *f, const struct roster_day *d)
{
	int64_t at = f->acts && f->first_work_ms < d->in_ms ? f->first_work_ms : d->in_ms;
	return clamp_min(f, at, false);
}

static int leaving_min(const struct roster_facts *f, const struct roster_day *d)
{
	int64_t at = f->acts && f->last_work_ms > d->out_ms ? f->last_work_ms : d->out_ms;
	return clamp_min(f, at, true);
}

static int64_t above_grace(const struct roster_facts *f, int64_t minutes) { return minutes > f->hours.grace_min ? minutes : 0; }

/* Late: expected minutes before the arrival. Early: behind the leaving. Gap: between, out of the house. */
static void judge(const struct roster_facts *f, const struct minutes *due, struct roster_day *out)
{
	struct minutes here;
	int first = out->in_ms ? arrival_min(f, out) : 0, last = out->out_ms ? leaving_min(f, out) : clamp_min(f, f->now_ms, false);
	attend(f, &here);
	if (out->in_ms)
		out->late_min = above_grace(f, count(due, 0, first));
	if (out->out_ms)
		out->early_min = above_grace(f, count(due, last, clamp_min(f, f->now_ms, false)));
	for (int i = first; out->in_ms && i < last && i < MINUTES; i++)
		out->gap_min += due->at[i] && !here.at[i];
	/* what work proves at both ends is no gap */
	int64_t proven = count(due, first, clamp_min(f, out->in_ms, false)) + (out->out_ms ? count(due, clamp_min(f, out->out_ms, true), last) : 0);
	out->gap_min = out->in_ms ? above_grace(f, out->gap_min > proven ? out->gap_min - proven : 0) : 0;
}

static const char *status_of(const struct roster_facts *f, const struct minutes *due, const struct minutes *noted, struct roster_day *out)
{
	bool trace = f->marks_count || f->acts, past = clamp_min(f, f->now_ms, false) >= MINUTES;
	bool over = past;
	for (size_t i = 0; i < f->hours.count && !past; i++)
		over = clamp_min(f, f->now_ms, false) >= f->hours.sessions[i].to_min;
	if (f->now_ms < f->start_ms)
		return "future";
	if (!f->working)
		return trace ? "extra" : "off";
	if (!count(due, 0, MINUTES)) {
		out->kind = absence_kind(f, true);
		return trace ? "present" : "absent";
	}
	out->kind = absence_kind(f, true);
	if (!over)
		return "open";
	if (!trace) {
		if (!count(noted, 0, MINUTES)) {
			out->kind = absence_kind(f, false);
			return "unapproved";
		}
		return "missing";
	}
	return f->marks_count ? "present" : "worked";
}

void roster_day_of(const struct roster_facts *f, struct roster_day *out)
{
	struct minutes due, noted;
	*out = (struct roster_day){ .status = "off" };
	expect(f, true, &due);
	expect(f, false, &noted);
	out->expected_min = count(&due, 0, MINUTES);
	ends_of_marks(f, out);
	out->status = status_of(f, &due, &noted, out);
	bool ended = clamp_min(f, f->now_ms, false) >= MINUTES;
	out->no_in = !out->in_ms && (out->out_ms || f->acts) && out->expected_min > 0;
	out->no_out = ended && out->in_ms && !out->out_ms && out->expected_min > 0;
	if (f->working && f->marks_count)
		judge(f, &due, out);
}
