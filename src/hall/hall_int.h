/* hall_int.h - within the room. */
#ifndef HALL_HALL_INT_H
#define HALL_HALL_INT_H

#include "hall/hall.h"

enum { HALL_TEXT_MAX = 300, HALL_WINDOWS_MAX = 200, HALL_MINUTE_MS = 60000, HALL_DAY_MS = 86400000 };

/* ---- parts.c: input, rows, rules ---- */
/* The command's member, trimmed; never ptr NULL. */
struct str hall_text(const struct act *act, const char *key);
/* A refusal of a field. */
enum err hall_refuse(struct act *act, const char *place, const char *code, const char *text);
/* A text that must be there and no longer than HALL_TEXT_MAX bytes. */
BASE_MUST_USE enum err hall_need(struct act *act, const char *key, struct str *out);
BASE_MUST_USE enum err hall_day_in(struct act *act, const char *key, calendar_day *out);
/* "09:30" as minutes. */
bool hall_time_read(struct str text, int *minutes);
struct str hall_time_text(struct arena *a, int64_t minutes);
calendar_day hall_today(struct casework *cw, int64_t now_ms);
/* The count that a statement gives for an id (?1) and today (?2). */
int64_t hall_count_today(struct view_ctx *v, const char *sql, int64_t id);
/* The instant of a day's minute. */
int64_t hall_instant(struct casework *cw, int64_t day, int64_t minutes);
int64_t hall_minute_of(struct casework *cw, int64_t ms);
/* NULL where there is none. */
void hall_set_id(struct json_build *o, const char *key, int64_t id);
static inline struct str hall_null(struct str s) { return s.len ? s : (struct str){ NULL, 0 }; }

struct hall_rules {
	int64_t horizon_days, lead_minutes, early_minutes, late_minutes, reminder_hour, waiting_max, wait_minutes_max, in_a_row;
	const struct json *priority;
};
void hall_rules_get(struct store_conn *c, struct arena *a, struct hall_rules *out);
/* The kind of priority with this code; NULL when unknown. */
const struct json *hall_priority(const struct hall_rules *r, struct str code);
int64_t hall_level(const struct hall_rules *r, const char *code);

struct hall_service { int64_t id, minutes; struct str letter, name, name_en; bool enabled; };
struct hall_window { int64_t id, number, organ, post, clerk; struct str code, name, name_en, place; bool comprehensive, enabled; };
struct hall_booking {
	int64_t id, window, service, item, day, start_min, end_min, person, ticket;
	struct str booking_no, code_digest, state, name, phone;
};
struct hall_ticket {
	int64_t id, day, service, item, level, taken_ms, ready_ms, since_ms, queued_ms, waited_ms, window, clerk, called_ms, calls, case_id, booking;
	struct str number, kind, state;
};
/* ERR_NOT_FOUND where there is none. */
BASE_MUST_USE enum err service_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_service *out);
BASE_MUST_USE enum err service_by_letter(struct store_conn *c, struct arena *a, struct str letter, struct hall_service *out);
/* The service that an item belongs to, 0 = none. */
int64_t service_of_item(struct store_conn *c, int64_t item);
BASE_MUST_USE enum err window_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_window *out);
int64_t window_by_code(struct store_conn *c, struct str code);
/* Windows in the order of their numbers: those that serve the service (0 = all), enabled ones only when wanted. */
struct hall_ids { int64_t at[HALL_WINDOWS_MAX]; size_t count; };
BASE_MUST_USE enum err window_ids(struct store_conn *c, int64_t service, bool enabled, struct hall_ids *out);
bool window_serves(struct store_conn *c, int64_t window, int64_t service);
BASE_MUST_USE enum err ticket_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_ticket *out);
/* The ticket a window has called and not finished; 0 = none. */
int64_t window_ticket(struct store_conn *c, int64_t window);

/* ---- open_days.c: when a window is open ---- */
struct hall_open {
	bool open;                  /* at some time of the day */
	struct hall_spans spans;
	int64_t slots, slot_minutes;
	const char *why;            /* hours, other-hours; or closed, holiday, weekend, no-hours, disabled */
	struct str reason, reason_en;
};
BASE_MUST_USE enum err window_open(struct casework *cw, struct store_conn *c, struct arena *a, const struct hall_window *w, calendar_day day, struct hall_open *out);
bool hall_open_at(const struct hall_open *o, int64_t minute);
/* Does a slot begin at this minute? */
bool hall_slot_at(const struct hall_open *o, int64_t minute);

/* ---- slots.c: places left ---- */
/* A place of the slot that is free, the lowest; -1 = none. `except` is a booking that would leave its own. */
int64_t slot_place(struct store_conn *c, int64_t window, int64_t day, int64_t start_min, int64_t places, int64_t except);
enum err view_hall_slots(struct view_ctx *v, struct json_build *out);

/* ---- setup.c, hours.c: what the office says ---- */
enum err act_hall_service(struct act *act), act_hall_window(struct act *act), act_hall_hours(struct act *act), act_hall_day(struct act *act);
/* May the actor arrange this organ's windows (0 = the whole hall)? */
bool hall_arranges(struct store_conn *c, const struct casework_actor *actor, int64_t organ);
/* Bookings whose place is gone are moved to another window of the same time, or cancelled; both with a notice. Counts go into the reply. */
BASE_MUST_USE enum err bookings_settle(struct act *act, int64_t window, struct str reason, struct str reason_en);
enum err view_hall_setup(struct view_ctx *v, struct json_build *out);

/* ---- booking.c ---- */
enum err act_booking_make(struct act *act), act_booking_cancel(struct act *act), act_booking_move(struct act *act);
struct str booking_digest(struct arena *a, struct str code);
/* Tells a booker with an account. */
BASE_MUST_USE enum err booking_tell(struct act *act, const struct hall_booking *b, const char *zh, const char *en, struct str reason, struct str reason_en);
BASE_MUST_USE enum err booking_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_booking *out);
/* What a slip says. */
BASE_MUST_USE enum err booking_json(struct view_ctx *v, const struct hall_booking *b, struct json_build *out);
struct str phone_mask(struct arena *a, struct str phone);
enum err view_hall_booking(struct view_ctx *v, struct json_build *out), view_hall_bookings(struct view_ctx *v, struct json_build *out),
	view_my_bookings(struct view_ctx *v, struct json_build *out);

/* ---- ticket.c: taking ---- */
enum err act_queue_take(struct act *act), act_queue_check_in(struct act *act);
/* How many are before it, and how long it may take. */
int64_t tickets_ahead(struct store_conn *c, const struct hall_ticket *t, int64_t ordinary, int64_t now_ms);
int64_t ticket_estimate(struct store_conn *c, const struct hall_service *s, int64_t day, int64_t ahead);

/* ---- call.c: calling, and what comes of it ---- */
enum err act_hall_sit(struct act *act), act_hall_rise(struct act *act), act_queue_call(struct act *act), act_queue_recall(struct act *act),
	act_queue_skip(struct act *act), act_queue_no_show(struct act *act), act_queue_transfer(struct act *act), act_queue_finish(struct act *act),
	act_queue_submit(struct act *act);
/* The window the person sits at; 0 = none. */
int64_t window_of_clerk(struct store_conn *c, int64_t person);
/* The words called out: "请 A012 号到 3 号窗口", "Number A012 to window 3". */
void put_voice(struct json_build *o, struct arena *a, struct str number, int64_t window_number);

/* The waiting ones in the order of calling: ?1 day, ?2 now, ?3 the ordinary level. A booked one counts as booked from its time on. */
#define TICKET_LEVEL "CASE WHEN t.ready_ms<=?2 THEN t.level ELSE ?3 END"
#define TICKET_ORDER " ORDER BY " TICKET_LEVEL ", t.since_ms, t.id"

/* ---- tick.c ---- */
enum err hall_tick(struct casework *cw, int64_t *next_ms, struct diag *d);
enum err act_hall_pass(struct act *act);

/* ---- public.c, desk.c, figures.c ---- */
enum err view_hall(struct view_ctx *v, struct json_build *out), view_hall_window(struct view_ctx *v, struct json_build *out),
	view_hall_screen(struct view_ctx *v, struct json_build *out), view_hall_ticket(struct view_ctx *v, struct json_build *out);
enum err view_hall_desk(struct view_ctx *v, struct json_build *out), view_case_tickets(struct view_ctx *v, struct json_build *out),
	view_hall_queue(struct view_ctx *v, struct json_build *out);
enum err view_hall_figures(struct view_ctx *v, struct json_build *out);
/* Letters of a window's services. */
struct str window_letters(struct store_conn *c, struct arena *a, int64_t window);

#endif
