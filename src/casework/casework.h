/* casework.h - the one door through which state changes.
 *
 * Commands change, views read. Both are named, take a JSON object and give a JSON object;
 * both ask powers.c whether the actor may (the default is no). A command is decided against
 * the rows, its events are applied to the rows and appended to the ledger in one
 * transaction; the reply comes after the commit. Replaying the ledger rebuilds every row.
 *
 * The commands and their data stand in docs/commands.md, the views in docs/views.md.
 */
#ifndef CASEWORK_CASEWORK_H
#define CASEWORK_CASEWORK_H

#include "base/arena.h"
#include "base/diag.h"
#include "os/os.h"
#include "store/store.h"
#include "text/json.h"

struct casework;
struct casework_room; /* casework/room.h: what a sibling room brings */

struct casework_options {
	struct os_clock *clock;       /* NULL = real */
	struct os_entropy *entropy;   /* NULL = real */
	const char *data_dir;         /* folder that holds data/ and packs/ */
	bool inline_writer;           /* commands, tests, demo: no writer thread */
	bool fast;                    /* commits are not waited for: for making demo data and tests, and what is proved and synced as a whole at its end */
	bool doubting;                /* what a command remembers of its case is compared with the rows each time: tests */
	const char *replica;          /* address of a replica that readers are taken from (store.h); NULL = none */
	uint32_t queue_max;           /* commands that may wait for the writer; 0 = the store's default */
	const struct casework_room *const *rooms; /* borrowed, static; NULL = the kernel alone */
	size_t rooms_count;
	bool reading;                 /* for proofs beside a running server: nothing is written, no lock is taken */
	bool copying;                 /* the target of a copy (backup.h), which may have been begun before: nobody else opens one that is not complete */
	_Atomic bool *give_up;        /* once true, whatever is asked of the database fails soon: for long work that may be ended; NULL = never */
};

/* Opens the file (":memory:" in tests), migrates it, loads calendar and live packs. ERR_BUSY when another
 * process has it open for writing: a record has one writer. */
BASE_MUST_USE enum err casework_open(const char *path, const struct casework_options *o, struct casework **out, struct diag *d);
void casework_close(struct casework *cw);

/* Who acts. person 0 with system false is a visitor who has not logged in. */
struct casework_actor {
	int64_t person;
	bool system;          /* timers, imports, set-up: never from the network */
	struct str channel;   /* A.5: "1" counter, "2" web, "3" mobile, … */
};

struct casework_command {
	struct str name;             /* "case.submit" */
	struct casework_actor actor;
	struct str key;              /* idempotency key, may be empty: same key and same data = same answer; other data = ERR_CONFLICT */
	struct str made_from;        /* of what is written whole: versions with blanks between, one of which must stand, "absent" (there is none yet) or "*"
	                              * (there is one); else ERR_STALE edit.overtaken. Empty: whatever stands is overwritten */
	const struct json *data;
	struct str blob;             /* bytes of a document, where the command takes one */
	bool blob_stays;             /* they stay where they are until `done`: not copied, so that many large ones wait without taking memory */
};

struct casework_result {
	enum err err;
	struct diag diag;
	const struct json *data;     /* in the arena given */
};

/* Runs to the durable answer; blocks the caller. The result lives in `a`. Returns result->err. */
enum err casework_do(struct casework *cw, const struct casework_command *c, struct arena *a, struct casework_result *out);

/* The same without blocking: the command is copied, `done` is called on a thread of the store's once it is
 * durable, one command after the other; the result lives until `done` returns. ERR_BUSY: queue full, done is not called. */
BASE_MUST_USE enum err casework_submit(struct casework *cw, const struct casework_command *c,
                                       void (*done)(void *arg, const struct casework_result *r), void *arg);

/* A read: JSON in `a`. ERR_NOT_FOUND also where the actor may not know that it exists. With the parameter `edits`, a command that writes a thing whole, and
 * that thing's name as the command takes it, the answer has `made_from`, the version of the thing as it was no later than what is shown; with `edits_last` also `changed`,
 * {by, at} of its last change, where that is not long ago. Nothing of it for who may not use the command. */
BASE_MUST_USE enum err casework_view(struct casework *cw, const char *name, const struct casework_actor *actor,
                                     const struct json *params, struct arena *a, const struct json **out, struct diag *d);
/* What `fn` does by casework_do is committed when it ends well, all of it together, and else nothing of it is. With an inline writer, while nobody
 * listens: of each command is told as if it were saved. */
BASE_MUST_USE enum err casework_together(struct casework *cw, enum err (*fn)(void *arg), void *arg);

/* What a view shows may have been committed a moment ago and not be on the disk yet; who tells others waits until it is. True: not
 * yet, `done` is called once, on a thread of the store's (ERR_IO: the disk did not take it). False: *e is OK, or ERR_IO when the
 * disk takes nothing. */
bool casework_when_durable(struct casework *cw, struct arena *a, void (*done)(void *arg, enum err err), void *arg, enum err *e);
/* Waits for it. */
BASE_MUST_USE enum err casework_settle(struct casework *cw, struct diag *d);

/* Bytes of a document the actor may see. */
BASE_MUST_USE enum err casework_document(struct casework *cw, const struct casework_actor *actor, int64_t document,
                                         struct str secret, struct arena *a, struct str *bytes, struct str *mime, struct str *name, struct diag *d);

/* The same where they may be many: `room` is asked for it once it is known how many, and anew where the reading is tried again. ERR_BUSY: it had none. */
BASE_MUST_USE enum err casework_document_into(struct casework *cw, const struct casework_actor *actor, int64_t document, struct str secret,
                                              char *(*room)(void *arg, size_t n), void *arg,
                                              struct arena *a, struct str *bytes, struct str *mime, struct str *name, struct diag *d);

/* Would this command be allowed for this actor, by role alone? For the generated matrix of routes. */
bool casework_allowed(struct casework *cw, const struct casework_actor *actor, const char *command_or_view);

/* ---- time ---- */
int64_t casework_now_ms(struct casework *cw);
/* Where several processes share a database, one of them does what must be done once: timers, deliveries, evaluations. Is it this
 * one? Another takes over when it goes. */
bool casework_leads(struct casework *cw);
/* Did another program bring the database to a schema that this one does not know? It writes nothing any more: end it. */
bool casework_outgrown(const struct casework *cw);
/* Fires everything that is due (process timers, notice, yellow, red), in due order, once each. Returns when
 * nothing more is due at the clock's now; *next_ms is the next due moment, INT64_MAX if none. Nothing fires while the machine's
 * clock is in doubt. */
BASE_MUST_USE enum err casework_tick(struct casework *cw, int64_t *next_ms, struct diag *d);
/* Before a stop: a tick under way ends soon, none begins anything any more; what is left is due when the program is there again. Commands of
 * people are carried out as ever. */
void casework_rest(struct casework *cw);
bool casework_resting(struct casework *cw);
/* Virtual time: moves the simulated clock forward to `ms`, stopping at each due moment to fire it. */
BASE_MUST_USE enum err casework_advance(struct casework *cw, struct os_clock *clock, int64_t ms, struct diag *d);

/* ---- the machine's health ---- */
struct casework_health { /* a figure out of the database is -1 where it cannot be read */
	int64_t entries, open_cases;
	int64_t timers_late, late_ms;   /* due and not yet fired; how long the oldest has been */
	int64_t passed;                 /* entries that a room passed over, for they cannot be read (gaps.c) */
	int64_t views_damaged;          /* times that who looked met something damaged, since the start */
	int64_t unreadable;             /* figures here that are damaged */
	bool damaged;                   /* a command, a view, the start or one of these figures met something damaged */
	int64_t passed_notices;         /* stretches of notices that the courier passed over */
	int64_t disk_free;              /* bytes; -1 unknown */
	int64_t writing_ms;             /* how long the batch under way has taken */
	bool refuses;                   /* the disk took nothing the last time: nothing is written until it does (store_refuses) */
	bool unwritten;                 /* the last commit failed, less than a minute ago */
	bool locked;                    /* somebody keeps a table of the database for himself, and who reads waits in vain (store_hindered) */
	bool time_held;                 /* the machine's clock is in doubt: nothing falls due (docs/operations.md) */
	int64_t time_off_ms;            /* how far off it then is */
	const struct store_stats *store; /* always set */
};
/* ERR_IO when the database cannot be read at all; what needs no reading is filled then too. */
BASE_MUST_USE enum err casework_health(struct casework *cw, struct casework_health *out);

/* ---- listening: events after the commit (boards, webhooks) ---- */
struct casework_event {
	uint64_t seq;
	int64_t at_ms;
	struct str kind;        /* "case.received", "alert.raised", … */
	int64_t case_id, organ, item;
	const struct json *data; /* of the kinds that some listener wants it of, else perhaps NULL */
};
/* `with_data` names the kinds whose data `heard` looks at, with blanks between; "" for none. `heard` runs on a thread of the store's, one event after the other, once it is durable: must be short, must not submit and wait. At most 8 listeners. */
BASE_MUST_USE enum err casework_listen(struct casework *cw, const char *with_data, void (*heard)(void *arg, const struct casework_event *e), void *arg);

/* Ends it: `heard` is not called any more once this returns. */
void casework_unlisten(struct casework *cw, void (*heard)(void *arg, const struct casework_event *e), void *arg);

/* ---- proof ---- */
typedef void (*casework_progress)(void *arg, uint64_t done, uint64_t total);
/* The whole chain, document digests, and that the ledger has no gap. ERR_CORRUPT with what and where. */
BASE_MUST_USE enum err casework_verify(struct casework *cw, casework_progress p, void *arg, uint64_t *entries, struct diag *d);
/* Papers that lack the number of their licence, though they should show it: of a program that left it out (papers.c). The command paper.reissue takes
 * one's place. */
struct casework_paper { struct str case_no, name, number; int64_t document; const struct casework_paper *next; };
BASE_MUST_USE enum err casework_papers(struct casework *cw, struct arena *a, const struct casework_paper **out, struct diag *d);
/* Rebuilds every row from the ledger in a store aside (STORE_SCRATCH) and compares, table by table in the order of their keys, a row of each at
 * a time. ERR_IO rebuild.room: there is no room for it. */
BASE_MUST_USE enum err casework_rebuild_check(struct casework *cw, casework_progress p, void *arg, uint64_t *rows, struct diag *d);
/* The tables of one room made anew, in one transaction: the record verified and replayed aside, and what it gives put in the place of
 * what stands. For a database older than the room's tables, and for one whose rows were changed by hand. Nobody else may be writing. */
BASE_MUST_USE enum err casework_room_rebuild(struct casework *cw, const struct casework_room *room, casework_progress p, void *arg, uint64_t *rows, struct diag *d);

/* ---- attempts at guessing, over all processes on one database: not part of the record ---- */
/* `burst` at once, then one every refill_ms; false, with the time until the next in *wait_ms, when none is left. True where this process
 * is alone with its file (it counts in memory, http/throttle.h), and when it could not be asked. Waits for the commit, but not longer than a moment: while
 * the database takes nothing, each process goes by its own count. */
bool casework_attempt(struct casework *cw, const char *kind, struct str name, int burst, int64_t refill_ms, int64_t now_ms, int64_t *wait_ms);
/* After one that was no guess. */
void casework_attempt_forget(struct casework *cw, const char *kind, struct str name);

/* ---- sessions and tokens: not part of the record ---- */
/* A session's data is text of the caller's. Put and drop wait for nothing: `done`, which may be NULL, is called once after the commit, on a thread of
 * the store's; not where an error is returned. `again`: only while it is there; ERR_BUSY where many commands
 * wait already. ERR_NOT_FOUND once expired. */
BASE_MUST_USE enum err casework_session_put(struct casework *cw, struct str key, struct str data, int64_t expires_ms, bool again,
                                            void (*done)(void *of, enum err e), void *of);
BASE_MUST_USE enum err casework_session_get(struct casework *cw, struct str key, struct arena *a, struct str *data, int64_t *expires_ms);
BASE_MUST_USE enum err casework_session_drop(struct casework *cw, struct str key, void (*done)(void *of, enum err e), void *of);
/* {id, login, name, staff, password_hash, enabled} */
BASE_MUST_USE enum err casework_person_by_login(struct casework *cw, struct str login, struct arena *a, const struct json **out);
/* Whose token it is, 0 = of somebody who may not log in any more, and the names of the roles of his posts. ERR_NOT_FOUND: there is none, or
 * it was revoked. Asked at each call of the API: one look at the database. */
BASE_MUST_USE enum err casework_token_caller(struct casework *cw, struct str token, struct arena *a, int64_t *person, const struct json **roles);

#endif
