/* room.h - how a sibling room (watch, gauge, hotline, ...) lives on the kernel: it brings its own
 * tables, events, commands and views, and works inside an act as the kernel's own families do.
 *
 * Pages and other rooms never include this: they use casework.h. A sibling states what it is in
 * one constant `struct casework_room`; whoever opens the system lists the rooms (web_rooms()).
 * The kernel then treats all of them alike: one record, one transaction, one check of powers, one
 * rebuild.
 */
#ifndef CASEWORK_ROOM_H
#define CASEWORK_ROOM_H

#include "calendar/calendar.h"
#include "casework/casework.h"
#include "dmn/dmn.h"
#include "ledger/ledger.h"
#include "ledger/merkle.h"
#include "text/json_make.h"
#include "text/xml.h"

struct act;
struct view_ctx;

/* ---- what a room brings ---- */

/* Rebuilt from the ledger: what casework_rebuild_check compares, with the order to compare in. */
struct casework_table { const char *name, *order; };

/* What a kind of event does to the rows, a statement each, in the order written; the kernel's own rules for the
 * same kind run first. `params` names the event's members bound to ?1, ?2, ... Nothing but the event's data and
 * rows that earlier events made may go in. */
struct apply_rule {
	const char *kind, *sql, *params;
	const char *each; /* name of a list: the statement runs once for each of its objects, whose members come first */
	const char *when; /* spares the statement: "member" only where the event has it, "!member" where not, "member=text"; NULL = always */
};

typedef enum err (*act_fn)(struct act *act);
/* A command that writes a thing whole: whoever saw the thing before says what he saw, and overwrites nobody unseen (whole.c). The thing's version is a digest of the
 * rows of `sql`, everything that the command writes of it and in an order, with the thing's name as ?1: the member `key` of the command's data ("scheme.code" is a
 * path; a view takes it as "code"), or `only` where there is one such thing; several members with blanks between name it together, as ?1, ?2 and so on. `kinds`: the events that
 * change it, with blanks between; each has the name as `member` (NULL: as the key's last part). Or `last`: who changed it last and when, (person, at_ms), by the
 * same names. `signs`: the command puts a name under the thing; a person who does it says which version was read (act->read), and never "whatever stands". */
struct command_whole { const char *sql, *key, *only, *kinds, *member, *last; bool signs; };
struct command_def { const char *name; unsigned roles; act_fn run; const struct command_whole *whole; /* NULL: it writes no thing whole */ };
typedef enum err (*view_fn)(struct view_ctx *v, struct json_build *out);
/* What a view does where rows that it needs are damaged and it does not answer for that itself: it refuses, or is made of the rows that can be read, and says
 * `incomplete`. For what people look at and decide themselves; never where a row that is missing would show somebody more, or where the
 * answer is taken for a decision: what the system itself asks is refused. A list alone of which no row is left says `rows_unknown`: nobody is told that there
 * is nothing in it. */
enum view_damage { VIEW_WHOLE, VIEW_ROUND, VIEW_LIST };
/* `ahead`, or NULL: what it asks by who asks and for what alone is said ahead (store_ahead), where questions are round trips. */
struct view_def { const char *name; unsigned roles; view_fn run; enum view_damage damage; void (*ahead)(struct view_ctx *v); };

/* Begins the month's partitions of the kernel's history, once a month (months.c); for the tick of the room that watches time. */
void casework_months(struct casework *cw, int64_t *next_ms);

struct casework_room {
	const char *name;                            /* the room's; also the name of its stream of migrations */
	const struct store_migration *migrations;    /* numbered from 1 in each room */
	size_t migrations_count;
	const struct casework_table *tables;
	size_t tables_count;
	const struct apply_rule *rules;
	size_t rules_count;
	const struct command_def *commands;
	size_t commands_count;
	const struct view_def *views;
	size_t views_count;
	/* "SELECT max(id) FROM table WHERE ?1=1" for each table with ids from act_id */
	const char *const *ids;
	size_t ids_count;
	/* Work of the room's own that time or events have made due; called by casework_tick after the timers, outside any
	 * act, on the ticking thread. Submits commands. *next_ms: when it wants to be called again at the latest, INT64_MAX
	 * when only events can bring work. May be NULL. */
	enum err (*tick)(struct casework *cw, int64_t *next_ms, struct diag *d);
	/* An element of a process in our namespace that the kernel does not know (blank-separated names in `performs`):
	 * done by the system at a service or send task, inside the act. What is put into `result` becomes variables of the
	 * process. May be NULL. */
	enum err (*perform)(struct act *act, int64_t case_id, const struct xml_node *element, const struct json *variables,
	                    struct json_build *result);
	const char *performs;
	/* Whose step it is, where the process names a person by a rule of the room's (banjie:assign person="…", blank-separated
	 * in `assigns`). Nobody fits: person 0, and the step falls to the post that the element names. May be NULL. */
	enum err (*assign)(struct act *act, int64_t case_id, const struct xml_node *assign, const struct json *variables, int64_t *person);
	const char *assigns;
	/* Frees what the room keeps in memory for an opened system (casework_room_slot). May be NULL. */
	void (*close)(void *kept);
};

/* The room's own memory beside an opened system: NULL at first, given to `close` at the end. For the ticking thread alone. */
void **casework_room_slot(struct casework *cw, const struct casework_room *room);
/* Reads on a connection of its own, outside any act. `fn` may run again: when the connection was lost, or the server broke off a
 * deadlock. */
BASE_MUST_USE enum err casework_read(struct casework *cw, enum err (*fn)(void *arg, struct store_conn *c), void *arg);
/* Once more, where that was a replica that may not have heard of it yet. ERR_UNSUPPORTED: there is no replica. */
BASE_MUST_USE enum err casework_read_newest(struct casework *cw, enum err (*fn)(void *arg, struct store_conn *c), void *arg);
/* Folder that holds data/, packs/. */
const char *casework_data_dir(const struct casework *cw);

/* ---- an act ---- */
struct act_event;

/* The entries since the last that ended a node of the tree, where they were all seen; else they are read when the next node ends. */
enum { TREE_WIDTH = 256 };
struct tree_part { bool known; struct merkle_tree entries; };
/* Where the record ends: the hash of its last entry, the tree over those since the last node, and that node. */
struct record_head { uint8_t hash[LEDGER_HASH]; struct tree_part part; struct merkle_hash node; bool node_known; };

struct act {
	struct casework *cw;
	struct store_conn *c;
	struct arena *a;
	struct casework_actor actor;
	int64_t now_ms;
	struct diag *d;
	const struct json *data;         /* of the command */
	struct str blob;
	struct json_build reply;         /* the answer */
	struct act_event *first, **last; /* emitted, for the listeners after the commit */
	uint64_t seq;                    /* the ledger's last entry while the act is not committed */
	int64_t next_id;
	unsigned touched;                /* enum touched: what its events changed */
	int64_t roles_of;                /* the person whose roles these were as the command began; 0 = nobody's */
	unsigned roles;
	bool takes_in;                   /* a room answers for it that the actor takes in this item at its counter, whosever it is */
	int64_t chain_case, chain_seq, chain_stored; /* the case written of, its last entry, and what case_last says */
	struct act_memo *memo;           /* the case read last */
	struct str read;                 /* of what is signed: the version that was read, which is what stands; empty where a program signs and says none */
};

/* What a signature is under, into its event: the version that was read. */
void act_set_read(struct act *act, struct json_build *event);

/* A refusal in the words of a person; code is the catalogue's key. */
#define act_refuse(act, err, code, ...) diag_set((act)->d, (err), (code), __VA_ARGS__)

/* Text of a file that comes with the program, below data/. */
BASE_MUST_USE enum err casework_data_file(struct casework *cw, struct arena *a, const char *name, struct str *out, struct diag *d);

/* The actor's roles as the command began. */
unsigned act_roles(struct act *act);
/* The hash of the ledger's last entry, the act's own included; LEDGER_HASH bytes, until the next one. */
const uint8_t *act_head(struct act *act);
/* A fresh id for a row of the record. */
int64_t act_id(struct act *act);
/* For secrets that are shown once and salts; never for anything else that a row is made of. */
void act_random(struct act *act, void *to, size_t n);
/* Applies the event to the rows and appends it to the ledger. `subject` is a case id or 0. */
BASE_MUST_USE enum err act_emit(struct act *act, const char *kind, int64_t subject, const struct json_build *data);

/* Another command's function with this data, as part of this act; its answer is in *reply when that is not NULL. */
BASE_MUST_USE enum err act_inner(struct act *act, const struct json *data, act_fn fn, const struct json **reply);
struct act_trial { struct act before; struct record_head head; };
BASE_MUST_USE enum err act_try_begin(struct act *act, struct act_trial *t);
BASE_MUST_USE enum err act_try_keep(struct act *act);
BASE_MUST_USE enum err act_try_undo(struct act *act, const struct act_trial *t);

/* ---- structure.c: a list read in ---- */
/* The value of column `kind`, and the command it becomes; its answer says `changed`. `whole`: the command's name, where a row may say in the column `made_from` what it
 * was made from; NULL = it writes nothing whole. */
struct rows_kind { const char *kind; act_fn put; const char *whole; };
struct rows_shape {
	const struct rows_kind *kinds;
	size_t kinds_count;
	const char *numbers;  /* members that are numbers, blank-separated */
	const char *renames;  /* "column=member", blank-separated; other columns are members as they are */
	const char *unknown;  /* code of the refusal of another kind */
};
/* The command's rows [{line, column: text}], with `dry_run`: all or none; the answer tells the broken ones with their lines. */
BASE_MUST_USE enum err rows_import(struct act *act, const struct rows_shape *shape);

/* ---- read helpers (rows.c) ---- */
struct case_row {
	int64_t id, item, pack, organ, region, applicant;
	struct str case_no, applicant_name, channel, state, result, receipt_no, missing;
	bool open, commitment, deemed, provisional;
	bool fresh; /* the act at hand has received it, and barred nobody from it */
	int level;
	int64_t received_ms, accepted_ms, decided_ms, delivered_ms, concluded_ms, due_ms; /* 0 = not yet */
};
struct step_row {
	int64_t id, case_id, organ, post, person, opened_ms, due_ms, signed_by;
	uint32_t wait;
	struct str element, name, name_en, signed_json;
	bool claimed;
	int level;
	int64_t meant; /* the person it was given to, whatever its post says; 0 = the post's */
};
struct clock_row {
	int64_t id, case_id, step, start_ms, due_ms, stop_ms;
	struct str kind, unit, ground, ends, state, suspensions, extensions;
	int32_t amount;
	bool provisional;
	int raised; /* bits: 1 notice, 2 yellow, 4 red already raised */
	struct clock_row *next;
};
/* Who must act on the step, else on the case's oldest open step, else its organ's head. */
struct responsible { int64_t person, organ, head; };
BASE_MUST_USE enum err responsible_for(struct store_conn *c, const struct case_row *k, int64_t step, struct responsible *out);
struct post_row { int64_t id, organ, a, b; struct str role, name, name_en; };

BASE_MUST_USE enum err case_find(struct store_conn *c, struct arena *a, struct str case_no, struct case_row *out);
BASE_MUST_USE enum err case_get(struct store_conn *c, struct arena *a, int64_t id, struct case_row *out);
BASE_MUST_USE enum err step_get(struct store_conn *c, struct arena *a, int64_t id, struct step_row *out);
BASE_MUST_USE enum err clocks_of(struct store_conn *c, struct arena *a, int64_t case_id, struct clock_row **out);
/* One integer from a query with one integer or text parameter; `none` when there is no row. */
int64_t row_i64(struct store_conn *c, const char *sql, int64_t p, int64_t none);
int64_t row_i64_str(struct store_conn *c, const char *sql, struct str p, int64_t none);
struct str row_str(struct store_conn *c, struct arena *a, const char *sql, int64_t p); /* ptr NULL = none */
struct str row_str_of(struct store_conn *c, struct arena *a, const char *sql, struct str p);
int64_t organ_by_code(struct store_conn *c, struct str code);

/* ---- tree.c: the record as a whole ---- */
enum { TREE_LEVELS = 3 };
/* Root over the entries n·256^level + 1 … (n + 1)·256^level; false when it is not kept (yet). */
bool tree_node(struct store_conn *c, int level, int64_t n, struct merkle_hash *out);
/* The record's first entry at or after the moment; one past the last when there is none. */
int64_t record_first_at(struct store_conn *c, int64_t ms);

/* ---- gaps.c: entries that cannot be read ---- */
/* Stretches of the record that a room has passed over and that could not be read again yet, in order, none over another. An entry is in
 * one when it is missing (its month was taken off, its row deleted), when its page or text is damaged, when it is no JSON; or when the
 * rows it leads to cannot be read (`rows`). */
struct record_gap { int64_t from, to; bool rows; };
struct record_gaps { const struct record_gap *list; size_t count; };
BASE_MUST_USE enum err record_gaps_load(struct store_conn *c, struct arena *a, struct str room, struct record_gaps *out);
/* The stretch that the entry is in; NULL = none. `g` may be NULL. */
const struct record_gap *record_gap_at(const struct record_gaps *g, int64_t seq);
/* The first stretch that ends at the entry or behind it; NULL = none. */
const struct record_gap *record_gap_from(const struct record_gaps *g, int64_t seq);
/* Outside any act, after a read that met it: the room passes the entry over, with those behind it that cannot be read either (event
 * record.passed, once). Bounded: a stretch costs some hundred reads, however long. ERR_CORRUPT: there is no such entry. */
BASE_MUST_USE enum err record_pass(struct casework *cw, struct str room, int64_t seq, struct diag *d);
/* The same where the room itself has found how far it reaches; `from` and `to` may number something else than entries, if the room's name says so. */
struct record_stretch { int64_t seq, from, to; struct str why; };
BASE_MUST_USE enum err record_pass_stretch(struct casework *cw, struct str room, const struct record_stretch *s, struct diag *d);
/* Outside any act: can it be read now? */
BASE_MUST_USE enum err record_readable(struct casework *cw, int64_t seq, bool *yes);
/* In an act: the stretches of the room that begin with these entries can be read again (event record.readable for each); the room moves
 * its cursor back before the *first in the same act. INT64_MAX: there was none. */
BASE_MUST_USE enum err record_again(struct act *act, struct str room, const struct json *firsts, int64_t *first);
/* passed (number of entries), gaps [{from_seq, to_seq, until_seq (to_seq, null where it is from_seq), entries, why, at}] of the room. */
BASE_MUST_USE enum err record_gaps_json(struct view_ctx *v, struct str room, struct json_build *out);

/* ---- what is stored as text ---- */
struct str setting_get(struct store_conn *c, struct arena *a, struct str name);
const struct json *parse(struct arena *a, struct str text); /* stored JSON; NULL when empty */
/* The item's data as it is in this act, parsed once and kept for the acts that follow; NULL when there is none. */
const struct json *item_data(struct act *act, int64_t id);

/* ---- powers.c ---- */
enum role {
	ROLE_VISITOR = 1, ROLE_CITIZEN = 2, ROLE_CLERK = 4, ROLE_REVIEWER = 8, ROLE_INSPECTOR = 16, ROLE_EXPERT = 32,
	ROLE_HEAD = 64, ROLE_SUPERVISOR = 128, ROLE_AUDITOR = 256, ROLE_ADMIN = 512, ROLE_SYSTEM = 1024,
	ROLE_HANDLERS = ROLE_CLERK | ROLE_REVIEWER | ROLE_INSPECTOR | ROLE_EXPERT | ROLE_HEAD,
	ROLE_STAFF = ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN,
	ROLE_ANY = 2047,
};
unsigned powers_role_of_name(struct str role);
/* All roles of the actor, over all posts held as A or B. */
unsigned powers_roles(struct store_conn *c, const struct casework_actor *actor);
/* Does the person hold a post of one of these roles in the organ? */
bool powers_in_organ(struct store_conn *c, int64_t person, int64_t organ, unsigned roles);
bool powers_holds_post(struct store_conn *c, int64_t person, int64_t post);
/* May the actor see this case? Its applicant, people of an organ with a step in it, supervision. */
bool powers_sees_case(struct store_conn *c, const struct casework_actor *actor, const struct case_row *k);
/* Is the case about this person, who is therefore kept out? */
bool powers_barred(struct store_conn *c, int64_t person, int64_t case_id);
bool powers_handles_case(struct store_conn *c, const struct casework_actor *actor, const struct case_row *k);

/* May the actor read the personnel file of this person: one's own, the head of an organ where the person holds a post, supervision,
 * administrators? */
bool powers_sees_file(struct store_conn *c, const struct casework_actor *actor, int64_t person);
/* Is the actor head of an organ where the person holds a post, or an administrator, and another person? */
bool powers_keeps_file(struct store_conn *c, const struct casework_actor *actor, int64_t person);

/* ---- certificate.c: who may enforce ---- */
enum certificate_lack { CERTIFICATE_GOOD, CERTIFICATE_NONE, CERTIFICATE_EARLY, CERTIFICATE_EXPIRED, CERTIFICATE_SUSPENDED, CERTIFICATE_REVOKED };
struct certificate_answer {
	enum certificate_lack lack;
	int64_t id, since_ms, until_ms; /* since_ms: of the lack; until_ms: the first moment it is not good any more */
	struct str number;
};
/* The person's certificate of the kind, as it was at that moment. Rows: certificate, certificate_time; events certificate.put, .halted, .restored. */
BASE_MUST_USE enum err certificate_of(struct store_conn *c, struct arena *a, int64_t person, struct str kind, int64_t at_ms, struct certificate_answer *out);

/* ---- holding.c: who answers for a step, in time ---- */
/* The one person who answered for the step at that moment, open or done since; 0 before it opened, after it closed, and
 * while it was the applicant's turn (why = applicant, person NULL). Periods are kept in step_holding(step, from_ms, until_ms, case_id, post,
 * person, why, instead_of): [from, until), until NULL = now, without gap or overlap from opening to closing. `why`:
 * assigned (A of the post), acting (B), head, head-acting, superior, administrator, nobody-present, claimed, given
 * (by the head to this person), applicant. */
int64_t step_holder_at(struct store_conn *c, int64_t step, int64_t at_ms);
/* Who was the post's A ("A") or B ("B") at that moment; 0 = nobody. */
int64_t post_holder_at(struct store_conn *c, int64_t post, const char *held, int64_t at_ms);
struct holder { int64_t person, instead_of; const char *why; bool unattended; };
/* Who answers for new work of the post now; `except` (a case's applicant) never does. person 0: the house is empty. */
BASE_MUST_USE enum err holder_of_post(struct store_conn *c, int64_t post, int64_t except, struct holder *out);

/* ---- moments.c ---- */
/* An instant (RFC 3339), a date and time in the office's zone, or a day: its first moment, or with end_of_day its 24:00. */
bool moment_parse(const struct calendar *cal, struct str text, bool end_of_day, int64_t *out);
/* A member of the command; 0 when it is not given; refused when it cannot be read. */
BASE_MUST_USE enum err act_moment(struct act *act, const char *key, bool end_of_day, int64_t *out);

/* ---- alerts.c ---- */
struct alert_new {
	int64_t clock, step, due_ms, organ, person; /* 0 = none */
	int level;                                  /* 1 notice, 2 yellow, 3 red */
	struct str rule_no, text, text_en;
	int64_t rule_version, moment_ms;            /* of a rule of the watch; 0 = a clock's alarm */
	struct str subject_key;                     /* what the rule is fired once for */
	const struct json *evidence;                /* [ledger seq] */
};
/* Numbers the alert, records it and tells the person and the head. */
BASE_MUST_USE enum err alert_raise(struct act *act, const struct case_row *k, const struct alert_new *n);

/* ---- proof.c ---- */
/* The record verified entry by entry and replayed into a store aside, and `fn` called with a reader of it: for figures
 * that must rest on the record and not on the rows that stand in the database. `head` and `hash` are of the last entry replayed. */
typedef enum err (*casework_rebuilt_fn)(void *arg, struct store_conn *rebuilt, uint64_t head, const uint8_t hash[32]);
struct casework_rebuilt {
	uint64_t until;               /* the last entry to replay; 0 = all there are */
	bool compare;                 /* the rows that stand must equal those rebuilt: ERR_CORRUPT names the first that does not */
	casework_progress progress;   /* may be NULL */
	void *progress_arg;
};
BASE_MUST_USE enum err casework_rebuilt(struct casework *cw, const struct casework_rebuilt *o, casework_rebuilt_fn fn, void *arg, struct diag *d);

/* ---- law.c ---- */
/* Citations in the text written out ("ALL/45" as 行政许可法第四十五条); of "zh | en" the language's part. */
struct str law_text(struct arena *a, struct str text, bool english);
/* ground, ground_en and ground_code. */
void set_ground(struct json_build *o, struct arena *a, struct str ground);

/* ---- words ---- */
int level_of(struct str name);            /* none 0, notice 1, yellow 2, red 3 */
const char *level_name(int level);
struct str instant_text(struct arena *a, const struct calendar *cal, int64_t ms);
struct str day_text(struct arena *a, calendar_day d);
/* Space-separated two-character words of a text, for the search. */
struct str search_words(struct arena *a, struct str text, bool query);
const struct calendar *calendar_now(struct casework *cw);
/* The next value of a named serial, put into the event as serial and serial_value. */
struct str serial_take(struct act *act, const char *name, struct json_build *into, int64_t *value);

/* ---- a case begun by a room ---- */
/* The command case.submit with act->data, its answer in act->reply. The system alone may say whose case it is (`organ`, a code,
 * in place of the item's) and who applies (`party`, a login). */
BASE_MUST_USE enum err act_case_submit(struct act *act);
/* The command step.complete with act->data: for a room that answers a step in somebody's name. */
BASE_MUST_USE enum err act_step_complete(struct act *act);
/* Uploads of the actor's, [{document, material}], become the case's; a visitor proves with the digest that they are his. */
BASE_MUST_USE enum err documents_attach(struct act *act, int64_t case_id, const struct json *documents);
/* Does the secret handed out with the case fit? */
bool secret_fits(struct store_conn *c, struct arena *a, int64_t case_id, struct str secret);
/* Nobody of these, [{person}], handles the case or sees it: it is about them. */
BASE_MUST_USE enum err case_bar(struct act *act, int64_t case_id, const struct json *persons);

/* ---- what a case collects ---- */
BASE_MUST_USE enum err notice_send(struct act *act, int64_t person, int64_t case_id, struct str title, struct str title_en,
                                   struct str text, struct str text_en, int64_t document);
/* The same; *notice is its id, 0 when there was nobody to tell. What becomes of it outside comes as notice.delivered or notice.undelivered. */
BASE_MUST_USE enum err notice_send_id(struct act *act, int64_t person, int64_t case_id, struct str title, struct str title_en,
                                      struct str text, struct str text_en, int64_t document, int64_t *notice);
/* Files bytes under their digest and the case; emits document.added. */
BASE_MUST_USE enum err document_file(struct act *act, int64_t case_id, struct str name, struct str mime, struct str kind,
                                     struct str material, struct str bytes, int64_t *id);
/* Uploads of the actor's become documents of the case, of that kind; their ids are added to `ids` (may be NULL).
 * "material" is what is handed in; "inner" is for those who handle and supervise, never for the applicant. */
BASE_MUST_USE enum err uploads_file(struct act *act, int64_t case_id, const struct json *documents, struct str kind, struct json_build *ids);
/* The same, into a person's own file (no case): kind "file", read by whom powers_sees_file lets. */
BASE_MUST_USE enum err uploads_file_person(struct act *act, int64_t person, const struct json *documents, struct json_build *ids);
/* Keeps bytes under their SHA-256 in hex. Content is verified by its digest, not by the record. */
BASE_MUST_USE enum err content_keep(struct act *act, struct str bytes, struct str *digest);

/* ---- views ---- */
struct view_ctx {
	struct casework *cw;
	struct store_conn *c;
	struct casework_actor actor;
	unsigned roles;
	const struct json *params;
	struct arena *a;
	int64_t now_ms;
	struct diag *d;
	int64_t unreadable; /* rows left out, for they are damaged: the answer says how many */
	bool none;          /* of the list no row could be read, nor is there one behind */
	bool rows_missing, incomplete; /* rows left out may be of the list or not; a figure or a part of the answer is unknown: it says so */
	bool round;   /* answered from the rows that can be read: nothing that is kept for others */
	bool learnt;  /* more is gone round than when it began: it begins again */
	bool ends;    /* view_long */
	bool older;   /* what is shown is not what stands: it has no version that a write could be made from */
	int64_t behind; /* no further than this id were rows looked at one by one: the list goes on behind it. 0: to its end */
};

/* A row of a list whose rows are asked for one by one. `put` adds it as the last thing it does; when what it asks for is damaged the row is left out
 * and counted, and v->c is another connection: no query may be open over it. */
BASE_MUST_USE enum err view_row(struct view_ctx *v, enum err (*put)(struct view_ctx *v, const void *what, struct json_build *list), const void *what, struct json_build *list);
/* A figure or a list that cannot be read: null, and <key>_unknown true for templates, to which 0, nothing and null are alike. */
void view_unknown(struct view_ctx *v, struct json_build *o, const char *key);
/* A question of at most one row: not *known where what it asks for is damaged, and v->c is another connection: no other query may be open. */
BASE_MUST_USE enum err view_ask(struct view_ctx *v, struct store_query *q, bool *row, bool *known);
/* Were rows passed over so far? Then nothing is said to be all there is. */
bool view_passed(const struct view_ctx *v);
/* Is there no such thing only because its row may be among those that cannot be read? */
bool view_lost(const struct view_ctx *v, enum err e);
/* The ids that a query gives, at the end of `ids`. */
BASE_MUST_USE enum err view_ids(struct store_query *q, struct json_build *ids);
/* One of several parts of an answer, `key`, which `put` sets as the last thing it does: unknown where what it asks for is damaged, as view_row. */
BASE_MUST_USE enum err view_part(struct view_ctx *v, const char *key, enum err (*put)(struct view_ctx *v, struct json_build *out), struct json_build *out);
/* Rows of a table in the order of their ids, some of which may be damaged: where they cannot be asked for together each is asked for alone. `ask` adds
 * those behind `id` in that order, or the `one` with this id, if they belong to the list. `ids`: what gives the ids behind ?1 in that order, no more than
 * VIEW_IDS_MAX (20000), out of an index alone, so that a damaged row does not matter; `ids_else`: the same ids from elsewhere, asked where that one is
 * damaged too (NULL: nowhere). `enough` rows are enough. Where there were not as many among so many ids, v->behind is the last of them: `next` leads there. */
enum { VIEW_IDS_MAX = 20000 };
struct view_span {
	const char *ids, *ids_else;
	enum err (*ask)(struct view_ctx *v, int64_t id, bool one, struct json_build *rows);
	size_t enough;
	int64_t from;
};
BASE_MUST_USE enum err view_rows_around(struct view_ctx *v, const struct view_span *span, struct json_build *rows);
/* A list by id, newest first: the page behind the cursor; `ids` and `ask` as above, where `ask` adds rows of a query (rows_add) with their id as `key` and
 * takes the ids it is to look at from view_bind_range, as BETWEEN ?low AND ?high, and at most view_limit() + 1 of them. Sets `rows`, each by `put` (NULL: as it
 * is), and `next`. */
struct view_list {
	const char *ids;
	enum err (*ask)(struct view_ctx *v, int64_t id, bool one, struct json_build *rows);
	enum err (*put)(struct view_ctx *v, const void *row, struct json_build *list);
	void (*ahead)(struct view_ctx *v, const struct json_build *rows); /* what `put` asks for all of them, said ahead; NULL: it asks nothing */
};
BASE_MUST_USE enum err view_list(struct view_ctx *v, const struct view_list *l, struct json_build *out);
void view_bind_range(struct store_query *q, int low, int high, int64_t id, bool one);
/* A figure, the one value of a query: unknown where what it counts is damaged, as view_ask. view_count asks for it with ?1 alone. */
BASE_MUST_USE enum err view_figure(struct view_ctx *v, struct store_query *q, const char *key, struct json_build *out);
BASE_MUST_USE enum err view_count(struct view_ctx *v, const char *sql, int64_t p, const char *key, struct json_build *out);
/* Was everything answered so far, also what was asked without hearing of it? Before an answer is kept. */
BASE_MUST_USE enum err view_answers(struct view_ctx *v);
/* After a fault that the view can answer for: another connection. */
BASE_MUST_USE enum err view_renew(struct view_ctx *v);
/* This one may take long: a stop does not wait for it. Its questions end then; between what it does without one it asks view_wanted, and gives up on ERR_BUSY. */
void view_long(struct view_ctx *v);
BASE_MUST_USE enum err view_wanted(struct view_ctx *v);
struct str param(const struct view_ctx *v, const char *key);
int64_t view_limit(const struct view_ctx *v); /* 1 to 200, 25 unless asked for */
struct str view_day(const struct view_ctx *v, int64_t ms);
struct str view_due(const struct view_ctx *v, int64_t due_ms);
struct str view_instant(const struct view_ctx *v, int64_t ms);
int64_t view_left(const struct view_ctx *v, int64_t due_ms);
/* {columns} of the row with this id, null without one. set_named leaves it to the end of the view to say that it could not be read; view_named says it of
 * the name alone, as view_ask, and so must follow nothing that did not answer. */
BASE_MUST_USE enum err view_named(struct view_ctx *v, struct json_build *o, const char *key, const char *sql, int64_t id);
void set_named(struct json_build *o, struct view_ctx *v, const char *key, const char *sql, int64_t id);
/* An entry of the record from a query whose columns begin with ENTRY_COLUMNS; `previous` is not in it. Texts are the query's. */
#define ENTRY_COLUMNS "seq, at_ms, kind, subject, actor, salt, payload, digest, hash"
void entry_read(struct store_query *q, struct ledger_entry *e);
/* The chain of a case, from its last entry back: each names the one before it. case_chain_last: where it begins, 0 without an entry. case_chain_back: q stands on
 * the row of *seq, CHAIN_COLUMNS, until store_reset, and *seq is the one before, 0 at the end. *there false, ERR_CORRUPT where it is NULL: there is no such entry, or it
 * does not lead back; q is reset then. */
#define CHAIN_COLUMNS ENTRY_COLUMNS ", prev"
int64_t case_chain_last(struct store_conn *c, int64_t case_id);
BASE_MUST_USE enum err case_chain_back(struct store_conn *c, int64_t *seq, struct store_query **q, bool *there);
void set_columns(struct json_build *o, struct view_ctx *v, struct store_query *q);
/* All rows of a query as objects: a list of them, or at the end of one. */
BASE_MUST_USE enum err rows_add(struct view_ctx *v, struct store_query *q, struct json_build *list);
BASE_MUST_USE enum err rows_json(struct view_ctx *v, struct store_query *q, struct json_build *list);
/* The same as the member `key` of out. */
BASE_MUST_USE enum err rows_put(struct view_ctx *v, struct store_query *q, const char *key, struct json_build *out);
BASE_MUST_USE enum err page_json(struct view_ctx *v, struct store_query *q, struct json_build *out);
/* The cursor of a list by id after view_rows_around, where no row gives it: v->behind; null at its end. */
struct str view_behind(const struct view_ctx *v);
void page_cut(struct view_ctx *v, const struct json_build *all, struct json_build *rows, struct json_build *out, const char *key);
/* Who is at the post, for everybody: {name, name_en, person, here, whereabouts, back_at, acting}. */
BASE_MUST_USE enum err post_presence(struct view_ctx *v, int64_t post, struct json_build *out);
/* `case_no` of the case itself, null without one; unknown where it is damaged, as view_named. */
BASE_MUST_USE enum err view_case_no(struct view_ctx *v, struct json_build *o, int64_t case_id);
/* A case as a row of a list, after it was read: its step may be unknown, as view_ask. */
BASE_MUST_USE enum err case_row_json(struct view_ctx *v, const struct case_row *k, struct json_build *out);
/* Opinions, forms and options of a form-js schema as label and value in both languages. */
const struct json *form_rows(struct view_ctx *v, const struct json *schema, const struct json *data);
/* Its organ may be unknown, as view_named. */
BASE_MUST_USE enum err item_row_json(struct view_ctx *v, int64_t id, const struct json **out);

#define ORGAN_SQL "SELECT code, name, name_en FROM organ WHERE id=?1"
#define REGION_SQL "SELECT code, name, name_en FROM region WHERE id=?1"
#define ITEM_SQL "SELECT impl_code, name, name_en, kind FROM item WHERE id=?1"

#endif
