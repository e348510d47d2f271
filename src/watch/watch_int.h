/* watch_int.h - private to the room: rules compiled, the record folded, facts, and the judge.
 *
 * The fold is what the judge knows: made from ledger entries alone, one after the other, so that the same entries always give
 * the same facts - now, after a restart, and when a rule is tried on last year.
 */
#ifndef WATCH_WATCH_INT_H
#define WATCH_WATCH_INT_H

#include "base/map.h"
#include "casework/room.h"
#include "dmn/dmn.h"
#include "watch/watch.h"

/* ---- reading.c: the ledger as it can be read ---- */
/* Round what is known to be unreadable. With ERR_CORRUPT: `bad` is the first entry that could not be read and was not known; 0 = none,
 * the fault is elsewhere. */
struct watch_record { const struct record_gaps *gaps; int64_t bad; };

struct watch_entry {
	int64_t seq, at_ms, subject, actor, prev;
	struct str kind, payload;  /* borrowed */
	const struct json *data;   /* NULL: erased, or of no interest */
	bool after_gap;            /* entries before it could not be read */
};

/* The entries from (from, to]: `each` is given every one that fold or rules may want. `rules` (NULL = none) is looked at anew for
 * each entry, since one may change them. `last`: behind it the next call goes on. */
struct watch_fold;
struct watch_span {
	int64_t from, to, limit, last;
	struct watch_record *record;
	const char *only;               /* of one kind alone; NULL: of all */
	const struct watch_fold *fold;  /* what it does not want to hear is left out; may be NULL */
};
struct watch_rule;
BASE_MUST_USE enum err watch_entries(struct store_conn *c, struct watch_span *span, struct watch_rule *const *rules, struct arena *a,
                                     enum err (*each)(void *arg, const struct watch_entry *e), void *arg);
/* When the entry was written, or the last before it that can be read; 0 = there is none. */
BASE_MUST_USE enum err watch_time_at(struct store_conn *c, struct watch_record *r, int64_t seq, int64_t *at_ms);
/* The last entry at or before the moment; 0 = none. A stretch that cannot be read is of one moment. */
BASE_MUST_USE enum err watch_seq_at(struct store_conn *c, struct watch_record *r, int64_t at_ms, int64_t *seq);

/* ---- table.c: structs by the int64_t id that they begin with ---- */
struct watch_table { void **slots; size_t count, room; };
/* NULL: there is none. */
void *watch_table_get(const struct watch_table *t, int64_t id);
/* A new one of that size, zeroes but for its id, which is not there yet; the table's. NULL: no memory. */
void *watch_table_add(struct watch_table *t, int64_t id, size_t size);
/* Takes it out, if it is there; it is the caller's then. */
void watch_table_drop(struct watch_table *t, int64_t id);
void watch_table_clear(struct watch_table *t, void (*release)(void *));

/* ---- fold.c: what is known of a case and of those who work ---- */
struct watch_step {
	int64_t id, post, post_opened, person, opened_ms, closed_ms, due_ms, done_ms, signed_by, signed_ms;
	int64_t opened_seq, closed_seq;
	struct str element, action;
	bool staff, claimed, withdrawn, reasoned; /* reasoned: taken with a reason */
};

struct watch_clock { int64_t id, step, start_ms, due_ms, before_ms; struct str kind; bool suspended, was_suspended; int extensions, were_extensions; };

enum { WATCH_STEPS_MAX = 64, WATCH_CLOCKS_MAX = 24 };

struct watch_case {
	int64_t id, item, organ, pack, applicant, received_ms, happened_ms, accepted_ms, decided_ms;
	int64_t received_seq, moved_ms, told_ms, suspended_ms;
	struct str channel, result, discretion; /* discretion: of the last decision table, its result as JSON text */
	struct str discretion_name;
	int missing, supplements, returns, suspensions, extensions, approvals, skipped;
	struct watch_step *steps;
	size_t steps_count, steps_room;
	struct watch_clock *clocks;
	size_t clocks_count, clocks_room;
	bool holed;                    /* an entry of it cannot be read: no rule is asked about it */
};

/* A step at a post that is not done. There may be a hundred thousand: no byte more than needed. */
struct watch_waiting {
	int64_t step, case_id, opened_ms, due_ms;
	const struct str *element;
	struct watch_waiting *before, *after; /* in the post's queue; NULL: somebody has taken it */
};
/* Those that nobody has taken, in the order they were opened: from ends.after on, until it comes round. */
struct watch_queue { int64_t post; struct watch_waiting ends; };
enum { WATCH_RING = 64 };
struct watch_person { int64_t person, at[WATCH_RING]; size_t next; };
struct watch_comparable { struct str action; int64_t count, fresh; struct watch_comparable *next; };

/* A case, and how many of its clocks stand still. */
struct watch_suspended { int64_t case_id; int clocks; };


struct watch_fold {
	struct store_conn *c;          /* while a batch is under way */
	struct watch_record *record;   /* whoever folds owns it */
	int64_t counted;               /* decisions up to here are in the comparables that were read */
	struct arena words;            /* element, action, kind: few, each once */
	struct map interned, comparables;
	struct watch_table cases, queues, waiting, people;
	struct watch_table suspended, still; /* cases whose limit stands still: nobody need take them up; the clocks that do */
	struct arena scratch;          /* of one entry */
};

void watch_fold_init(struct watch_fold *f);
void watch_fold_release(struct watch_fold *f);
/* As it was when the entry `seq` had been written: queues and the last minutes of each person. */
BASE_MUST_USE enum err watch_fold_begin(struct watch_fold *f, struct store_conn *c, int64_t seq);
/* Is an entry of the kind, about that case, of interest to the fold? `f` NULL: to any. That a clock was stopped is, where one stood still. */
bool watch_fold_wants(const struct watch_fold *f, int64_t case_id, struct str kind);
/* Entries before this one could not be read: the queues are read anew, from the rows that those entries made. */
BASE_MUST_USE enum err watch_fold_resume(struct watch_fold *f, int64_t at_ms);
/* The case the entry is about as it was before the entry. NULL when it is about none, or is not in memory and `load` is false:
 * whoever asks for it later gets it whole from its chain. */
BASE_MUST_USE enum err watch_fold_case(struct watch_fold *f, const struct watch_entry *e, bool load, struct watch_case **out);
/* The entry becomes known. `k` may be NULL. */
BASE_MUST_USE enum err watch_fold_apply(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k);
void watch_fold_forget(struct watch_fold *f, struct watch_case *k);
struct watch_queue *watch_fold_queue(struct watch_fold *f, int64_t post);
struct watch_person *watch_fold_person(struct watch_fold *f, int64_t person);
bool watch_fold_suspended(const struct watch_fold *f, int64_t case_id);
struct watch_step *watch_case_step(struct watch_case *k, int64_t id);
/* How often each action followed the same result of the same decision on the same item. */
struct watch_comparable *watch_fold_comparable(struct watch_fold *f, const struct watch_case *k, struct str action);
BASE_MUST_USE enum err watch_fold_comparable_put(struct watch_fold *f, struct str key, struct str action, int64_t count, int64_t fresh);
struct str watch_comparable_key(struct arena *a, const struct watch_case *k);

/* ---- facts.c ---- */
struct watch_moment {
	struct watch_fold *fold;
	const struct calendar *calendar;
	const struct watch_entry *entry;
	struct watch_case *k;          /* NULL: about no case */
	struct watch_step *step;       /* the one that the entry is about, or NULL */
	struct watch_clock *clock;
	struct arena *a;
	struct feel_value *values;     /* of each fact, asked once a moment */
	bool *known;
};

struct watch_fact {
	const char *name, *type, *zh, *en;
	struct feel_value (*of)(const struct watch_moment *m);
};
size_t watch_facts(const struct watch_fact **out);
/* NULL: there is none of that name. "event" is one: the entry's own members. */
const struct watch_fact *watch_fact_find(struct str name);
/* The value at the moment, worked out once. */
struct feel_value watch_fact_value(const struct watch_moment *m, const struct watch_fact *fact);
/* The person who did what the entry says, 0 = nobody of the staff. */
int64_t watch_moment_person(const struct watch_moment *m);

/* ---- rule.c ---- */
struct watch_rule {
	int64_t id, version, live_ms;
	struct str number, name, name_en, ground, key, post, text, text_en, moments;
	uint64_t wants;                /* the moments that it is asked at, by watch_moment_of */
	struct dmn_model *model;
	const struct watch_fact **facts;
	struct str *fact_names;
	size_t facts_count;
	uint64_t failed;               /* evaluations that gave an error */
	struct arena arena;
	struct watch_rule *next;
};
/* Reads, compiles and checks. ERR_INVALID with the reason for a person. Free with watch_rule_free. */
BASE_MUST_USE enum err watch_rule_read(struct str xml, struct watch_rule **out, struct diag *d);
void watch_rule_free(struct watch_rule *r);
/* The bit of entries of a kind; 0: no rule is asked at them. */
uint64_t watch_moment_of(struct str kind);
/* Is one of these, or of those behind it, asked at them? */
bool watch_rules_want(const struct watch_rule *r, struct str kind);
/* 0 none, 1 notice, 2 yellow, 3 red. */
BASE_MUST_USE enum err watch_rule_judge(struct watch_rule *r, const struct watch_moment *m, int *level, struct feel_value *facts);

/* ---- rule_edit.c ---- */
/* The file with cells and words replaced: edit {cells:[{row, column, out(bool), text}], text, text_en, ground, name, name_en, post}. */
BASE_MUST_USE enum err watch_rule_edit(struct arena *a, struct str xml, const struct json *edit, struct str *out, struct diag *d);

/* ---- judge.c ---- */
struct watch_hit {
	const struct watch_rule *rule;
	int level;
	int64_t seq, at_ms, case_id, step, person, organ;
	struct str key, text, text_en;
	const struct json *evidence;
};
typedef enum err (*watch_hit_fn)(void *arg, const struct watch_hit *h);
/* Folds the entry and asks every rule that wants it. */
BASE_MUST_USE enum err watch_judge(struct watch_fold *f, struct watch_rule *rules, const struct calendar *cal, const struct watch_entry *e,
                                   watch_hit_fn hit, void *arg);

/* ---- engine.c ---- */
enum err watch_tick(struct casework *cw, int64_t *next_ms, struct diag *d);
void watch_engine_free(void *kept);

/* ---- trial.c: a rule tried on the past ---- */
struct watch_trial;
BASE_MUST_USE enum err watch_trial_begin(struct casework *cw, struct store_conn *c, struct watch_record *record, struct str xml, int64_t from_ms,
                                         int64_t to_ms, struct watch_trial **out, struct diag *d);
/* At most `entries` more; *over says that it is done. */
BASE_MUST_USE enum err watch_trial_go(struct watch_trial *t, struct store_conn *c, int64_t entries, bool *over);
void watch_trial_free(struct watch_trial *t);
/* {done, total, passed, alerts, rows:[…]} as far as it has come. */
const struct json *watch_trial_json(const struct watch_trial *t, struct arena *a);

/* ---- commands and views ---- */
/* Has this rule raised an alert about this subject? */
BASE_MUST_USE enum err watch_raised(struct store_conn *c, struct str rule_no, struct str subject, bool *yes);
enum err act_alert_raise(struct act *), act_watch_mark(struct act *), act_watch_again(struct act *), act_case_fee(struct act *), act_rule_ship(struct act *),
	act_rule_draft(struct act *), act_rule_sign(struct act *), act_rule_approve(struct act *), act_rule_refuse(struct act *),
	act_rule_try(struct act *), act_rule_tried(struct act *);
enum err view_watch_rules(struct view_ctx *v, struct json_build *out), view_watch_rule(struct view_ctx *v, struct json_build *out),
	view_watch_trial(struct view_ctx *v, struct json_build *out), view_watch_alert(struct view_ctx *v, struct json_build *out),
	view_watch_facts(struct view_ctx *v, struct json_build *out),
	view_case_fees(struct view_ctx *v, struct json_build *out);

#endif
