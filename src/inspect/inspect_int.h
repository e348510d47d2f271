/* inspect_int.h - within the room. */
#ifndef INSPECT_INSPECT_INT_H
#define INSPECT_INSPECT_INT_H

#include "draw/draw.h"
#include "inspect/inspect.h"

enum { INSPECT_TEXT_MAX = 4000, INSPECT_POOL_MAX = 50000, INSPECT_FORM_BYTES_MAX = 64 << 10 };

/* ---- parts.c: input, rows, data ---- */
/* The command's member, trimmed. */
struct str in_text(const struct act *act, const char *key);
int64_t in_i64(const struct act *act, const char *key, int64_t none);
/* A text that must be there and no longer than INSPECT_TEXT_MAX; refused as inspect.<key>. */
BASE_MUST_USE enum err in_needed(struct act *act, const char *key, struct str *out);
/* A day YYYY-MM-DD; its first moment. Refused as inspect.day. */
BASE_MUST_USE enum err in_day(struct act *act, const char *key, int64_t *start_ms);
/* The row as an object, columns by name; NULL when there is none. One parameter: a number, or a text. */
const struct json *row_of(struct store_conn *c, struct arena *a, const char *sql, int64_t id);
const struct json *row_of_text(struct store_conn *c, struct arena *a, const char *sql, struct str key);
static inline int64_t col(const struct json *row, const char *name) { return json_i64(json_get(row, name), 0); }
static inline struct str col_text(const struct json *row, const char *name) { return json_text(json_get(row, name)); }
/* A filter's text, or NULL where nothing is wanted of it. */
void bind_wanted(struct store_query *q, int at, struct str wanted);
/* A part of the room's data: the setting inspect.<part>, else what the program brings. */
const struct json *inspect_part(struct store_conn *c, struct arena *a, const char *part);
/* The entry with this code in a list part; NULL when unknown. */
const struct json *inspect_entry(struct store_conn *c, struct arena *a, const char *part, struct str code);
/* "ZX" 2026 0007: the next number of a kind and year, with its serial put into the event. */
struct str number_take(struct act *act, const char *prefix, struct json_build *into);
/* The head of an organ, or 0. */
int64_t head_of(struct store_conn *c, int64_t organ);
bool is_supervisor(struct act *act);
/* The text as JSON, for columns that hold it. */
struct str text_of(struct arena *a, const struct json *v);
/* Sets key to the id, or null for 0. */
void set_id(struct json_build *o, const char *key, int64_t id);

/* ---- moments.c: limits and when they warn ---- */
struct limit { int64_t start_ms, amount; struct str unit; int64_t due_ms; bool provisional; };
/* Derives due_ms; refuses a bad amount or unit as inspect.limit. */
BASE_MUST_USE enum err limit_run(struct act *act, struct limit *l);
/* [{due_ms, level}] for rules [{level, before, after}], levels above `raised` only; none later than until_ms (0 = any). */
const struct json *moments_of(struct act *act, const struct json *rules, int64_t due_ms, int64_t raised, int64_t until_ms);

/* ---- due.c ---- */
enum err inspect_tick(struct casework *cw, int64_t *next_ms, struct diag *d);
enum err act_inspect_fire(struct act *act);
enum err act_inspect_told(struct act *act);
enum err act_inspect_rearm(struct act *act);
enum err act_inspect_recount(struct act *act);
enum err view_inspect_pending(struct view_ctx *v, struct json_build *out);
/* ---- alarm.c: what an alarm says ---- */
struct alarm_words { struct str rule_no, subject, zh, en; int64_t organ, person, case_id; };
/* false: what it was about has been done or is gone, nothing to say. */
bool alarm_words(struct act *act, struct str kind, int64_t ref, int64_t sub, int64_t level, struct alarm_words *out);

/* ---- special.c ---- */
enum err act_special_open(struct act *act);
enum err act_special_case(struct act *act);
enum err act_special_milestone(struct act *act);
enum err act_special_done(struct act *act);
enum err act_special_report(struct act *act);
enum err act_special_close(struct act *act);
/* The moments of a watched case anew. */
BASE_MUST_USE enum err special_case_arm(struct act *act, const struct json *special, int64_t case_id, int64_t raised, const char *event);
enum err view_specials(struct view_ctx *v, struct json_build *out);
enum err view_special(struct view_ctx *v, struct json_build *out);

/* ---- draws.c, pools.c ---- */
enum err act_draw_commit(struct act *act);
enum err act_draw_reveal(struct act *act);
enum err act_draw_void(struct act *act);
/* The lists as published: text, digest, how many may be drawn. */
struct pool_list { struct str text, digest; uint32_t places; size_t count; const struct json *rows; };
BASE_MUST_USE enum err pool_of_cases(struct act *act, bool callback, struct pool_list *out);
BASE_MUST_USE enum err pool_of_checkers(struct act *act, struct pool_list *out);
/* The list stored for a draw, as text; `recused` leaves out who may not check the case, with the reason in the list (0 = as published). */
BASE_MUST_USE enum err pool_text(struct store_conn *c, struct arena *a, int64_t draw, const char *list, int64_t recused, struct str *out);
enum err view_draws(struct view_ctx *v, struct json_build *out);
enum err view_draw(struct view_ctx *v, struct json_build *out);
enum err view_draw_list(struct view_ctx *v, struct json_build *out);

/* ---- checks.c, findings.c, callbacks.c ---- */
enum err act_check_record(struct act *act);
enum err view_checks(struct view_ctx *v, struct json_build *out);
enum err view_check(struct view_ctx *v, struct json_build *out);
/* A finding of a check; `f` as in check.record. */
BASE_MUST_USE enum err finding_make(struct act *act, const struct json *pick, const struct json *f);
enum err act_finding_answer(struct act *act);
enum err act_finding_decide(struct act *act);
enum err view_findings(struct view_ctx *v, struct json_build *out);
enum err view_finding(struct view_ctx *v, struct json_build *out);
enum err act_callback_attempt(struct act *act);
enum err view_callbacks(struct view_ctx *v, struct json_build *out);
enum err view_callback(struct view_ctx *v, struct json_build *out);
/* The case's rows for lists and pages of this room. */
BASE_MUST_USE enum err set_case(struct view_ctx *v, struct json_build *o, int64_t case_id);
/* A form-js schema's required fields are there; refused as inspect.answers. */
BASE_MUST_USE enum err form_complete(struct act *act, const struct json *schema, const struct json *answers);

/* ---- devices.c, looks.c ---- */
enum err act_window_put(struct act *act);
enum err act_device_put(struct act *act);
enum err act_camera_look(struct act *act);
enum err act_camera_still(struct act *act);
enum err act_call_register(struct act *act);
enum err act_call_note(struct act *act);
enum err view_windows(struct view_ctx *v, struct json_build *out);
enum err view_devices(struct view_ctx *v, struct json_build *out);
enum err view_looks(struct view_ctx *v, struct json_build *out);
enum err view_look(struct view_ctx *v, struct json_build *out);
enum err view_calls(struct view_ctx *v, struct json_build *out);
enum err view_inspect_options(struct view_ctx *v, struct json_build *out);
enum err view_inspect_home(struct view_ctx *v, struct json_build *out);

#endif
