/* casework_int.h - private to the room: an act in progress, and how it touches rows.
 *
 * An act is one command being carried out inside the writer's transaction. It reads rows,
 * decides, and emits events; emitting applies the event to the rows at once (apply.c) and
 * appends it to the ledger. Nothing else writes rows.
 */
#ifndef CASEWORK_CASEWORK_INT_H
#define CASEWORK_CASEWORK_INT_H

#include "base/map.h"
#include "bpmn/bpmn.h"
#include "calendar/calendar.h"
#include "casework/casework.h"
#include "casework/room.h"
#include "ledger/ledger.h"
#include "text/json_make.h"
#include "text/mustache.h"

/* ---- schema.c ---- */
const struct store_migration *casework_migrations(size_t *count);
const struct casework_table *casework_tables(size_t *count);
/* How far a copy has come stands in the target, until it is complete. */
#define COPY_TABLE "copy_state"
/* Brings a store to the schema of the kernel and of every room, in one transaction. `alone`: see store_migrate_all. */
enum { PARTS_MAX = 64 };
BASE_MUST_USE enum err migrate_all(const struct casework *cw, struct store *s, bool alone, struct diag *d);

/* ---- packs held in memory, immutable once loaded (pack.c) ---- */
struct pack_file { struct str path, bytes; };

struct pack_letter { struct str key; const struct mustache *template; };

struct pack_decision { struct dmn_model *model; const struct xml_node *xml; struct str path; };

struct pack {
	int64_t id;
	struct str code, name, name_en;
	int64_t version;
	bool unsure;                      /* of rows that the writer saw before they were committed, it may be; */
	uint64_t unsure_seq;              /* until an entry behind this one is durable */
	uint8_t files[LEDGER_HASH];       /* what it was compiled from */
	const struct json *meta;          /* pack.json */
	struct bpmn_model *process;
	struct pack_decision *decisions;
	size_t decisions_count;
	struct pack_letter *letters;
	size_t letters_count;
	struct map forms;                 /* key -> const struct json * */
	struct arena arena;
	struct pack *next;
};

struct pack_finding {
	bool error;
	struct str place, text;
	struct pack_finding *next;
};

/* Compiles a pack from its files; findings list everything that is wrong. Free with pack_free. */
BASE_MUST_USE enum err pack_compile(const struct pack_file *files, size_t count, struct arena *findings_arena,
                                    struct pack **out, struct pack_finding **findings, struct diag *d);
/* Reads a folder: every regular file below it, at most 200, 8 MiB in all. */
BASE_MUST_USE enum err pack_files_read(const char *folder, struct arena *a, struct pack_file **out, size_t *count, struct diag *d);
typedef void (*pack_found_fn)(void *arg, bool error, struct str place, struct str text);
/* What the process must say so that casework can carry it out. */
void pack_check_process(struct pack *p, pack_found_fn found, void *arg);
/* The files of a pack that is in the system, as they were added. */
BASE_MUST_USE enum err pack_files_load(struct store_conn *c, struct arena *a, int64_t id, struct pack_file **out, size_t *count);
void pack_free(struct pack *p);
void packs_release(struct casework *cw);
/* The pack of a running case, compiled once and kept. */
BASE_MUST_USE enum err pack_of(struct casework *cw, struct store_conn *c, int64_t id, const struct pack **out, struct diag *d);
/* Of the writer's thread: something was undone. A pack that was added by it is no more, and its id may come again for another one. */
void packs_doubt(struct casework *cw);
const struct dmn_model *pack_decision_model(void *pack, struct str decision);
const struct json *pack_form(const struct pack *p, struct str key);
/* Begun by the office itself (banjie:ex-officio on the process): nobody applies for it, and the person whom it is about
 * can neither withdraw nor rate it. */
bool pack_ex_officio(const struct pack *p);
/* Roles whose holders may enter such a case by hand; empty = only a room begins it. */
struct str pack_ex_officio_by(const struct pack *p);
/* The element's English name (banjie:label en=), or empty. */
struct str element_name_en(const struct bpmn_element *e);

/* act.c: what somebody is told of a fault; `what` where it may be another time. A message that is there stays. */
enum err fault_told(struct diag *d, enum err e, const char *what);

/* open.c: is a reading that ended so tried once more? A connection that was lost is made anew; who was in a deadlock with somebody
 * that changes the tables (a month of history begun) was broken off by the server and comes again. */
bool read_again(enum err e, int *tried);

struct access_table; /* access.c */

/* words.c: the six characters that a number begins with; serial_take behind `least` too. */
struct str region_head(struct str code);
struct str serial_take_after(struct act *act, const char *name, int64_t least, struct json_build *into, int64_t *value);

/* ---- the opened system ---- */
enum { COMMAND_ARENA_MAX = 96 << 20, COMMAND_ROOM = 256 << 10 }; /* most need no more than that room */
enum { SERIAL_SLOTS = 32, LOAD_SLOTS = 256 };
enum { LISTENERS_MAX = 9 }; /* eight and machine_time.c */

struct listener { const char *with_data; void (*heard)(void *arg, const struct casework_event *e); void *arg; };

/* How far the walk over kept answers has come (answers.c). */
struct answers_walk { struct arena a; int64_t person; struct str key; int64_t ended_ms; };

/* ---- machine_time.c: the machine's clock, as far as it may be believed ---- */
enum doubt { DOUBT_NONE, DOUBT_JUMP, DOUBT_BEHIND, DOUBT_AHEAD };
struct machine_time {
	struct os_clock clock;           /* what the system goes by; first, so that it is found from there */
	struct os_clock *machine;
	struct os_mutex lock;
	enum doubt doubt, told;          /* told: in the log, by the ticking thread */
	int64_t wall_ms, steady_ms;      /* at the last look that could be believed */
	int64_t off_ms, record_ms;       /* how far off the clock is; the record's last entry at the start */
};
void machine_time_begin(struct machine_time *t, struct os_clock *machine);
void machine_time_end(struct machine_time *t);
/* The record's last entry, at the start. */
void machine_time_record(struct machine_time *t, int64_t last_ms);
enum doubt machine_time_doubt(struct machine_time *t, int64_t *off_ms);
/* Must what time brings wait? Says so in the log when that changes. For the ticking thread. */
bool machine_time_held(struct machine_time *t);
void machine_time_heard(void *arg, const struct casework_event *e);

struct casework {
	struct store *store;
	struct os_lock *file_lock;       /* one writing process per database */
	struct machine_time time;
	struct os_clock *clock;          /* &time.clock */
	struct os_entropy *entropy;
	struct os_entropy seeded;
	char data_dir[1024];
	bool inline_writer;
	bool shared;                     /* other processes may work on the same database */

	struct os_mutex lock;            /* packs, calendar */
	struct pack *packs, *packs_undone; /* nobody finds those that are undone; who has one may read it to his end */
	struct arena calendar_arena;     /* every table ever in use: readers may hold an old one */
	const struct calendar *calendar; /* in use: maybe with a notice that is not committed yet */
	const struct calendar *calendar_committed; /* when the system was opened; of the rows, where other processes add notices too */
	const struct calendar *calendar_sure; /* what calendar_committed and notice go back to while `unsure` */
	int64_t notice_sure;
	bool calendar_pending, calendar_unsure; /* of several processes, of the writer: it added a notice since its last commit; it may have read that as one of the rows' */
	const struct calendar_step *calendar_steps; /* of the writer alone: what commands here put above it (notices.c) */
	const struct json *functions;    /* data/powers/functions.json */
	struct access_table *access_shipped, *access; /* the table of access rules; the office's own, and its digest */
	struct str access_digest;
	const struct json *supervision;  /* which clock warns when, unless the setting says otherwise */

	/* of the writer alone */
	struct item_slot { int64_t id, version; uint64_t used; struct arena arena; const struct json *data; } items[64]; /* parsed items, by id; the act that used it last */
	uint64_t acts;                   /* carried out, or tried, since it was opened */
	struct arena work;               /* of the command that is being carried out; its first block stays */
	uint64_t last_seq;
	_Atomic uint64_t told_seq;       /* the last entry that is durable */
	_Atomic int64_t damage_told_us;  /* when the log last heard of something damaged */
	_Atomic uint64_t views_damaged;  /* views that met it, as a whole or in a row */
	int64_t last_ms;                 /* the record's time never runs backwards */
	struct record_head head;         /* worked at beside the writer (store_bind_work) until that is said to be done */
	struct serial_slot { char name[64]; int64_t value; } serials[SERIAL_SLOTS]; /* given out last, by the hash of the name; value 0: nothing */
	struct load_slot { int64_t post, n; } loads[LOAD_SLOTS]; /* steps open at a post, by its id; post 0: nothing */
	bool memo_doubted;               /* what acts remember is compared with the rows: for tests */
	int64_t next_id;                 /* one sequence for all rows of the record; 0 = to be read again with the rest */
	const char *ids_sql;             /* the largest id of every table */
	_Atomic bool ids_doubted;        /* a table cannot be asked for it (ids.c) */
	int64_t notice;                  /* the last notice that is in the calendar */
	uint64_t news_seq;               /* of the listening thread: what it has told of others' doings */

	const struct casework_room *const *rooms;
	size_t rooms_count;
	void **room_slots;               /* beside rooms */
	const struct apply_rule **rules; /* sorted by kind */
	uint8_t *rules_touch;            /* beside rules: enum touched */
	size_t rules_count;

	struct callers *callers;
	struct answers_walk answers;     /* of the tick */
	int month;                       /* yyyymm whose partitions are known to be there, 0 = none */
	int month_tries;                 /* to begin the next one, since the last that was begun */
	_Atomic bool resting;            /* casework_rest */
	struct os_mutex tick_lock;       /* one tick at a time: the ticking thread's, or that of whoever moves demonstration time */
	struct os_mutex listeners_lock;
	struct listener listeners[LISTENERS_MAX];
	size_t listeners_count;
};

struct act_event { struct casework_event event; struct act_event *next; };

/* memo.c: what an act remembers of the case that it is about. */
struct act_memo;

/* ---- apply.c: the only writer of rows ---- */
enum touched { TOUCHES_CASE = 1, TOUCHES_CLOCK = 2, TOUCHES_SETTING = 4, TOUCHES_DONE = 8, TOUCHES_DATA = 16, TOUCHES_LOAD = 32, TOUCHES_OFFICE = 64, TOUCHES_ALL = 127 };
/* What events of that kind may change. */
unsigned apply_touches(const struct casework *cw, struct str kind);
/* Every rule of kernel and rooms by kind; made once when the system is opened. */
BASE_MUST_USE enum err apply_index(struct casework *cw);
BASE_MUST_USE enum err apply_event(const struct casework *cw, struct store_conn *c, struct str kind, const struct json *data, struct diag *d);

/* ---- commands and views, the kernel's table first, then the rooms' ---- */
const struct command_def *command_find(const struct casework *cw, struct str name);
const struct view_def *view_find(const struct casework *cw, const char *name);

/* ---- whole.c: what is written whole ---- */
/* Refuses unless the thing that the command writes is one of those it was made from (casework_command.made_from). */
BASE_MUST_USE enum err whole_check(struct act *act, const struct command_def *def, struct str made_from);
/* Of a view's parameters `edits` and `edits_last`: the version before the view looks, and who changed it last. */
BASE_MUST_USE enum err whole_version(struct view_ctx *v, struct str *version);
/* With the parameter `edits_rows` each of the answer's rows has a version of its own. */
BASE_MUST_USE enum err whole_rows(struct view_ctx *v, struct json_build *out);
/* The row into `rows` with the version that it has for that command. */
BASE_MUST_USE enum err whole_row(struct view_ctx *v, const char *command, const struct json *row, struct json_build *rows);
BASE_MUST_USE enum err whole_changed(struct view_ctx *v, struct json_build *out);

/* one function each; the file is named by the family */
enum err act_region_put(struct act *), act_organ_put(struct act *), act_person_put(struct act *), act_post_put(struct act *),
	act_item_put(struct act *), act_pack_add(struct act *), act_setting_put(struct act *), act_calendar_add(struct act *),
	act_token_create(struct act *), act_token_revoke(struct act *), act_person_register(struct act *);
enum err act_draft_save(struct act *), act_draft_delete(struct act *), act_document_add(struct act *), act_notice_read(struct act *),
	act_session_put(struct act *), act_session_drop(struct act *), act_upload_drop(struct act *);
enum err act_case_withdraw(struct act *), act_case_rate(struct act *), act_case_suspend(struct act *),
	act_case_resume(struct act *), act_case_message(struct act *), act_case_note(struct act *), act_case_import(struct act *);
enum err act_step_claim(struct act *), act_step_reassign(struct act *), act_step_return(struct act *);
enum err act_timer_fire(struct act *),
	act_timer_postpone(struct act *), act_record_pass(struct act *);
enum err act_plan_put(struct act *), act_plan_add(struct act *), act_plan_drop(struct act *), act_plan_preview(struct act *), act_plan_schedule(struct act *), act_plan_cancel(struct act *),
	act_structure_import(struct act *), act_contact_take(struct act *), act_contact_hand(struct act *), act_contact_accept(struct act *),
	act_contact_decline(struct act *), act_contact_close(struct act *), act_promise_propose(struct act *), act_promise_sign(struct act *),
	act_promise_refuse(struct act *);
enum err act_absence_note(struct act *), act_absence_change(struct act *), act_absence_end(struct act *);
enum err act_case_retry(struct act *), act_paper_reissue(struct act *), act_case_move(struct act *), act_case_cancel(struct act *), act_case_migrate(struct act *),
	act_pack_pause(struct act *), act_pack_resume(struct act *), act_time_confirm(struct act *);

/* ---- certificate.c ---- */
/* The step's banjie:enforcement, or its process's (which is no applicant's step's); NULL = the step is no enforcement. */
const struct xml_node *enforcement_of(const struct pack *p, const struct bpmn_element *step);
struct str enforcement_kind(const struct xml_node *enforcement);
/* Refuses as enforcement.away. */
BASE_MUST_USE enum err enforcement_here(struct act *act, int64_t person);
/* Refuses as enforcement.*, with who and since when, unless the person has a good certificate at that moment. */
BASE_MUST_USE enum err enforcement_check(struct act *act, const struct xml_node *enforcement, int64_t person, int64_t at_ms, struct str *number);

/* ---- stated.c: what was done before it is entered ---- */
struct stated { int64_t at_ms; struct str reason; }; /* at_ms 0 = just now */
/* The member `key` (an instant, or date and time in the office's zone) with its late_reason. */
BASE_MUST_USE enum err stated_read(struct act *act, const char *key, struct stated *out);
/* Into the event, under `key_ms` and late_reason; nothing when it was just now. */
void stated_set(struct json_build *o, const char *key_ms, const struct stated *s);

enum err act_factor_set(struct act *act), act_factor_off(struct act *act), act_factor_used(struct act *act), act_recovery_use(struct act *act),
	act_ticket_put(struct act *act), act_ticket_take(struct act *act), act_secret_put(struct act *act), act_session_end(struct act *act),
	act_client_put(struct act *act), act_client_drop(struct act *act), act_identity_link(struct act *act);

/* ---- engine.c: a process moved inside an act ---- */
BASE_MUST_USE enum err engine_start(struct act *act, int64_t case_id, const struct feel_value *input);
BASE_MUST_USE enum err engine_command(struct act *act, int64_t case_id, const struct bpmn_command *cmd);
/* The running instance as it is kept, with its pack. ERR_CONFLICT when the case is concluded. */
BASE_MUST_USE enum err engine_instance(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k,
                                       struct bpmn_instance **out, const struct pack **pack, struct diag *d);
/* What a process of the pack may ask of its surroundings at that moment. */
struct bpmn_env engine_env(struct casework *cw, const struct pack *p, int64_t now_ms);
/* The variables that a case has, or had when it was concluded. ERR_NOT_FOUND: its entries do not hold them any more. */
BASE_MUST_USE enum err engine_variables_last(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k, const struct json **out,
                                             const struct pack **pack, struct diag *d);
/* Moves the running instance to another version of its pack. ERR_CONFLICT, with what has no place there, when a
 * token would be lost; nothing is changed then. */
BASE_MUST_USE enum err engine_migrate(struct act *act, int64_t case_id, int64_t pack_id);
/* A milestone reached by a person's act, in front of the process moving on. */
BASE_MUST_USE enum err engine_milestone(struct act *act, int64_t case_id, const struct xml_node *milestone);
/* Variables of the case as JSON. */
BASE_MUST_USE enum err engine_variables(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k,
                                        const struct json **out, struct bpmn_waiting **waiting, const struct pack **pack, struct diag *d);

/* ---- callers.c: who calls with a token ---- */
struct callers;
struct callers *callers_new(void); /* NULL: no memory */
void callers_free(struct callers *all);
/* A person, a post or a token has changed, and whoever asked for it is about to be told. */
void callers_changed(struct callers *all);

/* ---- operations.c ---- */
/* Are the pack's cases at rest by an administrator's act? 0 = no pack: no. */
bool pack_paused(struct store_conn *c, int64_t pack);
/* Refuses with pack.paused what would move a case of a paused pack, or begin one. */
BASE_MUST_USE enum err pack_running(struct act *act, int64_t pack);

/* The case's state that a result leads to: concluded, refused or withdrawn. */
struct str case_result_state(struct str result);

/* ---- shared by the families of commands ---- */
struct str secret_digest(struct arena *a, struct str secret);
/* Strikes what has been handed in since from the list of missing materials. */
BASE_MUST_USE enum err missing_update(struct act *act, int64_t case_id);
/* Files the command's documents: what is missing is so until something comes. */
BASE_MUST_USE enum err documents_come(struct act *act, int64_t case_id);
BASE_MUST_USE enum err draft_remove(struct act *act, int64_t draft);
bool action_offered(struct store_conn *c, struct arena *a, const struct case_row *k, const struct xml_node *action);
/* [{name, name_en, by, provisional, done}]: what happens next and by when. */
const struct json *case_stages(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k, const struct clock_row *clocks);

void tell_event(struct casework *cw, const struct casework_event *e);
void item_slots_clear(struct casework *cw);

/* ---- notices.c ---- */
/* The notices of the office, when the system is opened. ERR_CORRUPT says which file is not served and why: without them no period can be counted. */
BASE_MUST_USE enum err notices_begin(struct casework *cw, const char *path, struct diag *d);
/* Puts those of other processes that are not in the calendar yet above it. */
BASE_MUST_USE enum err notices_load(struct casework *cw, struct store_conn *c, struct diag *d);
/* Puts a notice above the calendar in use, for the command that adds it. */
BASE_MUST_USE enum err calendar_extend(struct casework *cw, struct str text, struct diag *d);
/* On the writer's thread, when a command is carried out whose last entry is `seq`, or is refused: was the calendar another before it, it is that again, or
 * what is in use now is of that entry. */
struct calendar_before { const struct calendar *calendar, *committed; };
struct calendar_before calendar_before(struct casework *cw);
BASE_MUST_USE enum err calendar_carried(struct casework *cw, const struct calendar_before *before, uint64_t seq, enum err e);
/* The calendar as of the entry `seq`, the record's last: without what was not committed. No table is asked but where others add notices too. */
BASE_MUST_USE enum err calendar_settle(struct casework *cw, struct store_conn *c, uint64_t seq);
/* On the writer's thread: what it did may be undone; or what it did is committed. */
void calendar_turned(struct casework *cw);
void calendar_confirmed(struct casework *cw);

/* ---- clocks.c ---- */
BASE_MUST_USE enum err clocks_milestone(struct act *act, struct case_row *k, const struct pack *p, const char *milestone, int64_t at_ms);
BASE_MUST_USE enum err clock_start_step(struct act *act, int64_t case_id, int64_t step, const char *kind, const struct xml_node *limit, int64_t *due_ms);
BASE_MUST_USE enum err clocks_stop(struct act *act, int64_t case_id, int64_t step); /* step 0 = all of the case */
/* The case's own clocks stand still from now on; `by` is the step that causes it, 0 = a person's act. */
BASE_MUST_USE enum err clocks_suspend(struct act *act, int64_t case_id, struct str kind, struct str ground, int64_t by);
/* Ends what `by` suspended. *any says whether there was something. */
BASE_MUST_USE enum err clocks_resume(struct act *act, int64_t case_id, int64_t by, bool *any);
BASE_MUST_USE enum err clocks_extend(struct act *act, int64_t case_id, int32_t amount, struct str unit, struct str ground);
/* What is armed when the alarm of `level`, due at due_ms, has come: the earliest of those behind it that were not raised. */
BASE_MUST_USE enum err clock_alarms_after(struct act *act, const struct clock_row *r, int level, int64_t due_ms, const struct json **out);
BASE_MUST_USE enum err clock_alarm(struct act *act, int64_t case_id, int64_t clock, struct str level);
/* The row as the pure room wants it; lives in `a`. */
BASE_MUST_USE enum err clock_compute(const struct calendar *cal, const struct clock_row *r, int64_t now_ms, bool lines,
                                     struct arena *a, struct calendar_result *out, struct diag *d);
/* Recomputes a clock whose row has changed, arms it anew and writes it down. */
BASE_MUST_USE enum err clock_emit_changed(struct act *act, struct clock_row *r);
bool clocks_suspended(struct store_conn *c, int64_t case_id);
/* How the case stood against its promised and statutory limits when they ended; for statistics, so that no one has to compute it
 * again. Days are those of the limit (working days where it counts those), of the promised one where there is one. */
struct clock_outcome {
	bool timed;      /* there was such a limit */
	bool on_time;    /* none of them was passed */
	bool by_law;     /* there was a statutory one */
	int32_t left_days, used_days, law_left_days; /* left: negative when late */
};
BASE_MUST_USE enum err clocks_outcome(struct act *act, int64_t case_id, struct clock_outcome *out);
void clocks_outcome_set(struct json_build *o, const struct clock_outcome *c);
/* Recomputes state, level and due date of the case from its clocks and steps; emits case.state when they changed. */
BASE_MUST_USE enum err case_refresh(struct act *act, int64_t case_id);

/* ---- interest.c ---- */
/* Is the person barred from the case: its applicant, withdrawn from it, or with a declared interest in the applicant? k NULL: no. */
bool case_bars(struct store_conn *c, int64_t person, const struct case_row *k);

/* ---- holding.c ---- */
struct id_list { int64_t *ids; size_t count; };
/* The first column of every row: read before anything is changed. */
BASE_MUST_USE enum err ids_of(struct store_query *q, struct arena *a, struct id_list *out);
/* The person it was given to while present, else whoever answers for the post; never someone whom the case bars. */
BASE_MUST_USE enum err holder_of_step(struct store_conn *c, int64_t post, int64_t meant, const struct case_row *k, struct holder *out);
BASE_MUST_USE enum err holder_for_case(struct store_conn *c, int64_t post, const struct case_row *k, struct holder *out);
/* Asks the rule again for every open step of the case. */
BASE_MUST_USE enum err holding_route_case(struct act *act, int64_t case_id, struct str reason);
void holder_set(struct json_build *o, const struct holder *h); /* person, why, instead_of */
struct step_holder_new { int64_t organ, post, meant; struct holder holder; bool claimed; struct str reason; }; /* 0 = as it is */
BASE_MUST_USE enum err step_assign(struct act *act, const struct step_row *s, const struct step_holder_new *to);
/* A and B of the post are away: recorded, and an alert, once until somebody is back. */
BASE_MUST_USE enum err post_unattended(struct act *act, int64_t post, int64_t case_id, int64_t step, const struct holder *h);
/* Asks the rule again for what may have changed with a person, a post, or the whole structure. */
BASE_MUST_USE enum err holding_route_person(struct act *act, int64_t person, struct str reason);
BASE_MUST_USE enum err holding_route_post(struct act *act, int64_t post, struct str reason);
BASE_MUST_USE enum err holding_route_all(struct act *act, struct str reason);

/* ---- answers.c ---- */
/* What tells one command from another under the same key: its name, its data, its bytes. */
BASE_MUST_USE enum err answer_digest(struct act *act, const struct casework_command *cmd, struct str *out);
/* The answer given before, NULL = none. ERR_CONFLICT when the key was used for another command. */
BASE_MUST_USE enum err answer_find(struct act *act, struct str key, struct str digest, const struct json **out);
BASE_MUST_USE enum err answer_keep(struct act *act, struct str key, struct str digest, const struct json *data);
void answers_begin(struct answers_walk *w);
/* Forgets a piece of the answers that nobody will ask for again; *next_ms is brought forward while there is more to look at. */
BASE_MUST_USE enum err answers_prune(struct casework *cw, int64_t *next_ms);

/* ---- proof.c ---- */
/* The record's last entry without its texts (seq 0 = none), recomputed from its fields and the entry before. ERR_CORRUPT record.damaged
 * names it. */
BASE_MUST_USE enum err head_check(struct store_conn *c, struct ledger_entry *head, struct diag *d);

/* ---- gaps.c ---- */
/* Outside any act: how far the stretch reaches that the entry is in. why `rows`: it can be read. ERR_NOT_FOUND: it is behind the last. */
BASE_MUST_USE enum err record_reach(struct casework *cw, int64_t seq, struct record_stretch *s);

/* ---- open.c ---- */
/* Tells the listeners what was committed since the last time, by whomever; `arg` is the system. Of the listening thread. */
void casework_news(void *arg);

/* ---- act.c ---- */
/* The log hears of it once a minute. */
void damage_told(struct casework *cw, struct str what);

/* ---- ids.c ---- */
/* At the start: before the store is open, and behind it for who writes. */
BASE_MUST_USE enum err ids_prepare(struct casework *cw);
BASE_MUST_USE enum err ids_begin(struct casework *cw);
/* On the writer, last_seq being what the transaction sees: the next id. */
BASE_MUST_USE enum err ids_load(struct casework *cw, struct store_conn *c);
/* Something damaged was met: no table is asked any more, ids go by the number of entries. On any thread. */
void ids_doubt(struct casework *cw);

/* ---- act.c: doing and undoing within an act; what the trial emitted lies behind `before.last` ---- */

/* ---- plan.c, promise.c, contact.c ---- */
BASE_MUST_USE enum err plan_timer(struct act *act, int64_t id);
BASE_MUST_USE enum err promise_timer(struct act *act, int64_t id);
/* The promised limit that was in force for the item at that moment; `none` when no promise was signed. */
int64_t promise_at(struct store_conn *c, int64_t item, int64_t at_ms, int64_t none);
/* A first contact has become this case. */
BASE_MUST_USE enum err contact_to_case(struct act *act, int64_t contact, int64_t case_id);

/* ---- absence.c ---- */
/* A timer of an absence fired. */
BASE_MUST_USE enum err absence_timer(struct act *act, struct str kind, int64_t id);

/* ---- tick.c ---- */
/* Is this the thread of a tick that is to end? */
bool tick_ends(struct casework *cw);
/* Of a server that is about to stop nobody waits for what takes long: ERR_BUSY. */
enum err still_wanted(struct casework *cw, struct diag *d);

/* ---- tree.c ---- */
enum { TREE_SINCE = 13 }; /* the schema that keeps it */
enum { ONCE_SINCE = 14 }; /* the schema that keeps letters by their document, and what a case began with once */
/* The entry of that number, whose hash is the head's, is part of the tree. Asks nothing. */
void tree_grow(struct record_head *head, uint64_t seq);
/* It is written: keeps the nodes that end with it. */
BASE_MUST_USE enum err tree_keep(struct act *act, uint64_t seq);
/* The record ends with this entry: what its last node has so far is known, or not. */
struct tree_part tree_part_after(uint64_t seq);
/* Keeps what is missing of a record begun before. */
BASE_MUST_USE enum err tree_complete(struct casework *cw);
struct tree_check { struct merkle_tree part[TREE_LEVELS]; int64_t done[TREE_LEVELS]; };
/* The record's next entry, from the first: are the nodes that end with it what is kept? */
BASE_MUST_USE enum err tree_check(struct store_conn *c, struct tree_check *k, struct str hash, struct diag *d);

/* ---- case_start.c ---- */
struct case_start {
	const struct json *applicant, *form; /* as handed in */
	const struct json *missing;          /* materials that were not there */
	const struct json *rest;             /* the item and how it came */
	int64_t received_ms;
};
/* The variables a process starts with. */
BASE_MUST_USE enum err case_start_value(struct casework *cw, struct arena *a, const struct case_start *s, struct feel_value *out, struct diag *d);
/* What a case that began before began with, but for received_ms; rest NULL: it was not kept then. ERR_NOT_FOUND: there is no such case. */
BASE_MUST_USE enum err case_start_read(struct store_conn *c, struct arena *a, int64_t case_id, struct case_start *out, struct diag *d);
/* Materials that are still missing: as at the start until the first of them comes. */
const struct json *case_missing(struct store_conn *c, struct arena *a, const struct case_row *k);

int64_t case_id_of(struct store_conn *c, struct str case_no); /* 0: there is none */

/* ---- questions said ahead (store_ahead): by whoever asks them ---- */
void ahead_plain(struct store_conn *c, const char *sql);
void ahead_i64(struct store_conn *c, const char *sql, int64_t p);
void ahead_str(struct store_conn *c, const char *sql, struct str p);
void ahead_pair(struct store_conn *c, const char *sql, int64_t p, int64_t second);
void case_ahead(struct store_conn *c, int64_t id);
void step_ahead(struct store_conn *c, int64_t id);
void clocks_ahead(struct store_conn *c, int64_t case_id);
void case_start_ahead(struct store_conn *c, int64_t case_id);
void chain_ahead(struct act *act, int64_t case_id);
void interest_ahead(struct store_conn *c, int64_t person, int64_t case_id);
void bars_ahead(struct store_conn *c, int64_t case_id);
void licence_ahead(struct store_conn *c, int64_t case_id);
void engine_ahead(struct act *act, int64_t case_id);
void instance_ahead(struct store_conn *c, int64_t case_id);
void suspended_ahead(struct store_conn *c, int64_t case_id);
void missing_ahead(struct store_conn *c, int64_t case_id);
void paused_ahead(struct store_conn *c, int64_t pack);
void holds_step_ahead(struct store_conn *c, int64_t person, int64_t case_id);

/* ---- memo.c: within an act, asked once until an event of the act's own changes it ---- */
BASE_MUST_USE enum err act_case(struct act *act, int64_t id, struct case_row *out);
BASE_MUST_USE enum err act_clocks(struct act *act, int64_t case_id, struct clock_row **out);
/* What a process that moves asks of its case, all at once. */
void act_ahead(struct act *act, int64_t case_id);
/* A step that is over, the last one first. */
struct step_over { int64_t id, post, closed_ms; struct str element; bool done; struct step_over *next; };
BASE_MUST_USE enum err act_steps_over(struct act *act, int64_t case_id, const struct step_over **out);
/* What the case began with; rest NULL: it was not kept then. */
BASE_MUST_USE enum err act_case_start(struct act *act, int64_t case_id, struct case_start *out);
/* Is a step of the case in its applicant's hands? */
bool act_awaits_applicant(struct act *act, int64_t case_id);
/* Which clock warns when is data: setting supervision.limits, else data/supervision.json. */
const struct json *act_warnings(struct act *act);
void act_forget(struct act *act, unsigned touched);
/* What nobody knows any better after the act: an act within it was undone. */
void act_doubt(struct act *act);
/* Who emits an event and knows what it does to what is remembered: before it what there is (NULL, false: nothing), after it the same again,
 * as it is now. */
struct case_row *act_case_before(struct act *act, int64_t id);
void act_case_after(struct act *act, const struct case_row *k);
bool act_clocks_before(struct act *act, int64_t case_id);
BASE_MUST_USE enum err act_clock_after(struct act *act, bool before, const struct clock_row *r);
bool act_steps_before(struct act *act, int64_t case_id);
BASE_MUST_USE enum err act_step_after(struct act *act, bool before, int64_t case_id, const struct step_over *s);
/* A case that has just come: nothing else is kept of it yet. */
BASE_MUST_USE enum err act_case_new(struct act *act, const struct case_row *k, const struct case_start *start);
/* ---- what the writer remembers from one act to the next ---- */
/* The next number under the name, behind `least` too. */
int64_t act_serial_next(struct act *act, struct str name, int64_t least);
/* Steps open at the post; and as above, for who emits an event by which it has so many more. */
int64_t act_load(struct act *act, int64_t post);
bool act_loads_before(struct act *act);
void act_load_after(struct act *act, bool before, int64_t post, int by);
/* The act is carried out: what it knows counts. */
void act_keep(struct act *act);
/* What the last turn here kept is asked anew; what is asked for most goes with the first question of this one. */
void act_forget_kept(struct casework *cw, struct store_conn *c);
/* Rows may be others than acts here left them. */
void acts_forget(struct casework *cw);
/* Did this act give out that id? Then nothing that came before it names it. */
bool act_made(const struct act *act, int64_t id);
/* The last of its own events about the case or another subject, of that kind; NULL: any kind, and none. */
const struct act_event *act_said(const struct act *act, int64_t subject, const char *kind);

/* ---- operations.c ---- */
/* Why an administrator does it: refused without. */
BASE_MUST_USE enum err operation_reason(struct act *act, struct str *out);
/* Into the case's record, before what it causes: `note` has what this operation says besides its name and its reason. */
BASE_MUST_USE enum err operation_note(struct act *act, int64_t case_id, struct str reason, struct json_build *note, struct str zh, struct str en);

/* papers.c: as casework_papers, by one connection and no more than `most`. */
BASE_MUST_USE enum err papers_lacking(struct casework *cw, struct store_conn *c, struct arena *a, size_t most, const struct casework_paper **out);

/* ---- letters.c ---- */
struct letter { struct str template, title, title_en, kind; };
/* What the task said that was completed last when a letter was first written (NULL: none was), and the case's last licence then (0: none). */
struct letter_then { const struct json *step; int64_t licence; };
/* Made from its template and filed, as of then; nobody is told. */
BASE_MUST_USE enum err letter_make(struct act *act, const struct case_row *k, const struct pack *p, const struct letter *l, const struct json *vars,
                                   const struct letter_then *then, int64_t *document);
/* Does a paper of that template show the number of the case's licence, where there is one? */
bool letter_shows_number(const struct pack *p, struct str template, struct arena *a);
BASE_MUST_USE enum err letter_write(struct act *act, struct case_row *k, const struct pack *p, struct str template,
                                    struct str title, struct str title_en, struct str doc_kind, const struct json *extra, int64_t *document);
/* The pack's receipt, of a case that has just been received. */
BASE_MUST_USE enum err letter_receipt(struct act *act, const struct case_row *k, const struct pack *p, int64_t *document);
BASE_MUST_USE enum err licence_issue(struct act *act, struct case_row *k, const struct pack *p, const struct xml_node *issue, const struct json *vars);

BASE_MUST_USE enum err document_refer(struct act *act, int64_t case_id, struct str name, struct str mime, struct str kind,
                                      struct str material, struct str digest, int64_t size, int64_t *id);
/* The same in another's name: whose it is. */
BASE_MUST_USE enum err document_of(struct act *act, int64_t case_id, int64_t person, struct str name, struct str mime, struct str kind,
                                   struct str material, struct str digest, int64_t size, int64_t *id);

/* May the actor send what the process waits for (banjie:ask)? */
bool message_offered(struct store_conn *c, const struct casework_actor *actor, const struct case_row *k, const struct pack *p,
                     const struct bpmn_waiting *w);



#endif
