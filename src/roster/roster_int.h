/* roster_int.h - private to the room. */
#ifndef ROSTER_ROSTER_INT_H
#define ROSTER_ROSTER_INT_H

#include "roster/roster.h"

enum { ROSTER_TEXT_MAX = 500, ROSTER_SESSIONS_MAX = 4, ROSTER_DAY_MS = 86400000, ROSTER_MINUTE_MS = 60000, ROSTER_SPANS_MAX = 64 };

/* ---- parts.c: input, and the room's data ---- */
struct str roster_text(const struct act *act, const char *key);
/* A text that must be there; refused as field.missing, too long as field.too-long, with the field's name. */
BASE_MUST_USE enum err roster_needed(struct act *act, const char *key, struct str *out);
/* YYYY-MM-DD; its first moment. Refused as field.date. */
BASE_MUST_USE enum err roster_day_given(struct act *act, const char *key, int64_t *start_ms);
/* The login under `key`, or oneself when it is not given; refused as person.unknown. */
BASE_MUST_USE enum err roster_person_given(struct act *act, const char *key, int64_t *person);
/* Refuses as roster.not-yours unless the actor keeps the person's file. */
BASE_MUST_USE enum err roster_need_keeper(struct act *act, int64_t person);
/* An entry of a person (0: there is none, refused as `gone`) is struck out by who keeps it, for the reason that the command gives. */
BASE_MUST_USE enum err roster_strike(struct act *act, const char *event, const char *key, const char *gone, int64_t id, int64_t person, struct str *reason);
/* A refusal that names the field. */
enum err roster_refuse(struct act *act, const char *code, const char *field, const char *text);
/* A part of the room's data: the setting roster.<part>, else what the program brings. */
const struct json *roster_part(struct store_conn *c, struct arena *a, const char *part);
/* The entry with this `kind` in a list part; NULL when unknown. */
const struct json *roster_kind(struct store_conn *c, struct arena *a, const char *part, struct str kind);
/* Where the person belongs: the organ of the first post held as A, else as B; 0 = none. */
int64_t roster_home(struct store_conn *c, int64_t person);
/* The head of the person's organ who is somebody else; 0 = none. */
int64_t roster_head(struct store_conn *c, int64_t person);
struct str roster_or_null(struct str s);
/* Whose files may the reader see as a list: heads those of their organs and the ones below; supervision and administrators all. */
bool roster_sees(struct view_ctx *v, int64_t organ);

/* ---- hours.c: when the office works ---- */
struct roster_session { int from_min, to_min; };
struct roster_hours { struct roster_session sessions[ROSTER_SESSIONS_MAX]; size_t count; int grace_min; };
/* In force for the organ on that day: its own newest, else the whole house's, else what the program brings. */
BASE_MUST_USE enum err roster_hours_of(struct store_conn *c, struct arena *a, int64_t organ, calendar_day day, struct roster_hours *out);
enum err act_attendance_hours(struct act *act);

/* ---- day.c: what a day was; pure ---- */
struct roster_span { int64_t from_ms, until_ms; const char *kind; bool approved; }; /* of an absence, until_ms INT64_MAX = still */
struct roster_mark { int64_t at_ms; bool in; };
struct roster_facts {
	calendar_day day;
	int64_t start_ms, now_ms;    /* first moment of the day; until when it can be judged */
	bool working;                /* by the calendar */
	struct roster_hours hours;
	const struct roster_span *absences;
	size_t absences_count;
	const struct roster_mark *marks; /* in order of time, none struck out */
	size_t marks_count;
	int64_t first_work_ms, last_work_ms, acts; /* from the record; acts 0 = nothing */
};
/* "off" a day off, nothing done; "extra" a day off, yet here; "future"; "absent" an approved absence covers it (kind says which); "missing" should
 * have been here and left no trace; "unapproved" the same, an absence is noted, not approved; "worked" no check-in, the record shows work;
 * "open" today, hours not over; "present". */
struct roster_day {
	const char *status, *kind;
	int64_t expected_min, late_min, early_min, gap_min; /* late, early, gap: above the grace, else 0; of expected time */
	int64_t in_ms, out_ms;       /* first check-in, last check-out; 0 = none */
	bool no_in, no_out;          /* work or a mark without the other */
};
void roster_day_of(const struct roster_facts *f, struct roster_day *out);

/* ---- attendance.c ---- */
enum err act_attendance_mark(struct act *act), act_attendance_correct(struct act *act), act_attendance_strike(struct act *act), act_attendance_approve(struct act *act);

/* ---- sheet.c ---- */
/* `offices`: those whose sheets the reader may open, the chosen one marked. */
BASE_MUST_USE enum err roster_offices(struct view_ctx *v, int64_t chosen, struct json_build *out);
enum err view_attendance(struct view_ctx *v, struct json_build *out), view_attendance_sheet(struct view_ctx *v, struct json_build *out);

/* ---- training.c ---- */
enum err act_course_put(struct act *act), act_training_record(struct act *act), act_training_strike(struct act *act);

/* ---- certificates.c ---- */
enum err act_certificate_put(struct act *act), act_certificate_halt(struct act *act), act_certificate_restore(struct act *act), act_certificate_warn(struct act *act);
enum err roster_tick(struct casework *cw, int64_t *next_ms, struct diag *d);

/* ---- lists.c: files read in, and written ---- */
enum err act_roster_import(struct act *act);
enum err view_roster_export(struct view_ctx *v, struct json_build *out);

/* ---- view_files.c ---- */
enum err view_roster_person(struct view_ctx *v, struct json_build *out), view_roster_people(struct view_ctx *v, struct json_build *out),
	view_certificates(struct view_ctx *v, struct json_build *out), view_courses(struct view_ctx *v, struct json_build *out);

#endif
