/* run_int.h - private to the engine: an instance as data, and one command being decided.
 *
 * An instance is a tree of activities (acts), what they wait for (waits), tokens at rest
 * before joins (rests), completed activities that can be undone (records) and the phase of
 * complex gateways (gates). Ids come from one counter and are never reused; parents have
 * smaller ids than their children. Tokens on the move exist only while a command is decided.
 *
 * Failure is sticky: r->failed says why, the helpers then do nothing harmful, and the
 * half-made instance is thrown away by bpmn_decide.
 */
#ifndef BPMN_RUN_INT_H
#define BPMN_RUN_INT_H

#include "bpmn/bpmn_int.h"

enum act_role {
	ACT_PROCESS, /* the instance itself */
	ACT_WORK,    /* a task, an event, a waiting gateway */
	ACT_BODY,    /* inside of a sub-process */
	ACT_LOOP,    /* the instances of a looped activity */
	ACT_UNDO,    /* a compensation under way */
};

enum { /* act flags */
	ACT_INTERRUPTED = 1, /* scope: an interrupting event sub-process took over */
	ACT_CANCELLING = 2,  /* transaction: undone, then left by its cancel event */
	ACT_GONE = 4,        /* being removed; never stored */
	ACT_MARKED = 8,      /* scratch; never stored */
};

struct vars {
	struct feel_entry *at;
	uint32_t count, room;
};

struct act {
	uint32_t id, parent, node;
	uint8_t role, flags;
	uint32_t index;                 /* which instance of a loop, from 1; 0 = none */
	uint32_t total, started, ended; /* ACT_LOOP */
	uint32_t live;                  /* children, rests and moving tokens; derived, not stored */
	struct vars vars;
	struct feel_value items;        /* ACT_LOOP: the input collection */
	struct feel_value *results;     /* ACT_LOOP: `total` output elements, or NULL */
	uint32_t *queue;                /* ACT_UNDO: records, the last is next */
	uint32_t queue_count;
};

enum incident_phase { PHASE_ENTER, PHASE_FIRE, PHASE_WORK, PHASE_COMPLETE, PHASE_LOOP, PHASE_UNDO, PHASE_SUBSCRIBE };

struct wait {
	uint32_t id, act, node;
	uint16_t def;                   /* which event definition */
	uint8_t kind;                   /* enum bpmn_wait */
	uint8_t phase;                  /* incident */
	bool hit;                       /* condition: was true when last asked */
	int64_t due_ms;
	int64_t repeats;                /* timer cycle: occurrences left after this one, -1 endless */
	uint32_t flow;                  /* incident of a token: the flow it came by */
	struct str name, key, text;
};

struct rest { uint32_t scope, flow, count; };
struct record { uint32_t id, scope, node, act; struct vars vars; };
struct gate { uint32_t scope, node; uint32_t *taken; uint32_t taken_count; }; /* a complex gateway waiting to be reset */
struct conversation { uint32_t index; struct str key; };

struct bpmn_instance {
	const struct bpmn_model *m;
	uint32_t process;
	enum bpmn_state state;
	struct str error;               /* code of the uncaught error */
	uint32_t next_id;
	struct act **acts;
	struct wait **waits;
	struct rest *rests;
	struct record **records;
	struct gate *gates;
	struct conversation *conversations;
	uint32_t acts_count, acts_room, waits_count, waits_room, rests_count, rests_room;
	uint32_t records_count, records_room, gates_count, gates_room, conversations_count, conversations_room;
	struct feel_context view;       /* the process variables, for bpmn_instance_variables */
	struct feel_value view_value;
};

enum ready_kind { READY_ENTER, READY_FIRE, READY_LOOP, READY_UNDO };
struct ready { uint8_t kind; uint32_t scope, node, flow; };
struct ready_queue { struct ready *at; uint32_t head, count, room; };

struct run {
	const struct bpmn_model *m;
	const struct bpmn_env *env;
	struct arena *a;
	struct bpmn_instance *in;
	struct bpmn_event *first, **end;
	struct ready_queue normal, throwing; /* throwing tokens move when no other can */
	bool dirty;                     /* variables changed: ask the conditions */
	uint32_t steps, steps_max;
	enum err failed;
	struct str message_key;         /* of the message being delivered */
	char why[256];                  /* of the last evaluation that failed */
	struct act spare_act;           /* stands in when memory is exhausted */
	struct wait spare_wait;
	struct bpmn_event spare_event;
};

#define ROOT_ID 1u

/* state.c */
void *run_get(struct run *r, size_t count, size_t size);
/* Makes room for one more: returns the grown array. */
void *run_grow(struct run *r, void *at, uint32_t count, uint32_t *room, size_t size);
struct act *act_of(const struct bpmn_instance *in, uint32_t id);  /* NULL = gone */
struct act *act_new(struct run *r, uint32_t parent, uint32_t node, enum act_role role);
/* Takes it out with its waits; the parent is told by the caller (scope_settled). */
void act_remove(struct run *r, struct act *act);
struct act *act_outer(struct run *r, struct act *act);            /* the loop around it, or itself */
struct wait *wait_of(const struct bpmn_instance *in, uint32_t id);
struct wait *wait_new(struct run *r, struct act *act, uint32_t node, enum bpmn_wait kind);
/* Says that it waits, once its fields are set. */
void wait_tell(struct run *r, const struct wait *w);
void wait_remove(struct run *r, struct wait *w, bool done);
void waits_drop(struct run *r, uint32_t act, uint32_t node);      /* node BPMN_NONE = all of the act */
void rest_add(struct run *r, uint32_t scope, uint32_t flow);
void rest_take(struct run *r, uint32_t scope, uint32_t flow, uint32_t count);
uint32_t rest_count(const struct run *r, uint32_t scope, uint32_t flow);
void ready_push(struct run *r, enum ready_kind kind, uint32_t scope, uint32_t node, uint32_t flow);
struct bpmn_instance *instance_clone(struct arena *a, const struct bpmn_instance *from);
void instance_count_live(struct bpmn_instance *in);
struct bpmn_event *tell(struct run *r, enum bpmn_event_kind kind, uint32_t id, struct str element);
static inline const struct bpmn_node *node_of(const struct run *r, uint32_t node) { return &r->m->nodes[node]; }

/* instance.c: what is derived, after an instance was read or copied. */
void instance_refresh(struct bpmn_instance *in);
/* value.c: FEEL values as JSON that keeps every kind (dates are not just text). */
void value_write(const struct feel_value *v, struct json_writer *w);
/* Would both be written alike? Of kinds that are not JSON's own: no. */
bool value_same(const struct feel_value *a, const struct feel_value *b);
BASE_MUST_USE enum err value_read(struct arena *a, const struct json *v, struct feel_value *out);

/* vars.c */
const struct feel_value *vars_find(const struct vars *v, struct str name);
void vars_set(struct run *r, struct vars *v, struct str name, struct feel_value value);
struct feel_value vars_value(struct run *r, const struct vars *v);
/* Sets the variable where the nearest scope from `act` outwards has it, else in the process. */
void run_assign(struct run *r, struct act *act, struct str name, struct feel_value value);
/* Everything visible from `act`, as a context. */
struct feel_value run_context(struct run *r, struct act *act);
/* False with r->why set: an incident. */
bool run_eval(struct run *r, struct act *act, const struct bpmn_expr *e, struct feel_value *out);
bool run_eval_bool(struct run *r, struct act *act, const struct bpmn_expr *e, bool *out); /* null is a failure */
struct str run_key_text(struct run *r, const struct feel_value *v);

/* activity.c */
void activity_start(struct run *r, const struct bpmn_node *n, uint32_t parent, uint32_t index,
                    const struct feel_value *payload);
void activity_work(struct run *r, struct act *act);
void activity_take(struct run *r, struct act *act, const struct feel_value *payload);
void activity_complete(struct run *r, struct act *act);
/* Removes a finished act (a loop, or one outside any loop) and lets its tokens go on. */
void activity_leave(struct run *r, struct act *act);
void scope_open(struct run *r, struct act *scope);     /* subscriptions and first tokens of a body */
void scope_settled(struct run *r, uint32_t scope);     /* completes it when nothing lives in it */
void incident_at(struct run *r, struct act *act, uint32_t node, uint16_t def, enum incident_phase phase);
void incident_gateway(struct run *r, const struct bpmn_node *n, uint32_t scope, enum incident_phase phase);
/* A token that could not move on, with the flow it came by. */
void incident_token(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow, bool fire);
/* Inputs, boundary events, work: again after an incident. */
void activity_begin(struct run *r, struct act *act, const struct feel_value *payload);

/* cancel.c */
void cancel_inside(struct run *r, uint32_t act);       /* everything in it, not itself */
void cancel_act(struct run *r, struct act *act);       /* it as well */
void instance_end(struct run *r, enum bpmn_state state, struct str error);

/* catch.c */
void subscribe(struct run *r, struct act *act, const struct bpmn_node *event);
void subscribe_one(struct run *r, struct act *act, const struct bpmn_node *event, uint16_t def);
void subscribe_boundaries(struct run *r, struct act *act);
void wait_fire(struct run *r, struct wait *w, const struct feel_value *payload);
void boundary_fire(struct run *r, struct act *outer, const struct bpmn_node *event, const struct feel_value *payload);
void event_sub_fire(struct run *r, struct act *scope, const struct bpmn_node *start, const struct feel_value *payload);
void conditions_ask(struct run *r);
bool message_matches(const struct wait *w, struct str name, struct str key);

/* throw.c */
bool throw_up(struct run *r, struct act *from, enum bpmn_trigger trigger, struct str code, const struct feel_value *payload,
              bool only_look);
void throw_error(struct run *r, struct act *from, struct str code, const struct feel_value *payload);
bool throw_definition(struct run *r, struct act *act, const struct bpmn_definition *def, struct str element);
typedef bool (*throw_fn)(struct run *r, struct act *act, const struct bpmn_definition *def, struct str element);
/* Everything that a throw or end event names, in file order, each by `one`; completes it unless compensation is under way. */
void throw_all(struct run *r, struct act *act, const struct bpmn_node *n, throw_fn one);
void signal_all(struct run *r, struct str name, const struct feel_value *payload);
bool message_name(struct run *r, struct act *act, const struct bpmn_definition *def, struct str *name);
bool message_key(struct run *r, struct act *act, const struct bpmn_definition *def, bool catching, struct str *key);

/* timer.c */
bool timer_due(struct run *r, struct act *act, const struct bpmn_definition *def, int64_t *due_ms, int64_t *repeats);
bool timer_next(struct run *r, struct act *act, const struct bpmn_definition *def, int64_t *due_ms);

/* undo.c */
void undo_record(struct run *r, struct act *act);      /* what just completed can be undone later */
bool undo_start(struct run *r, struct act *thrower, const struct bpmn_definition *def);
void undo_all(struct run *r, struct act *scope);       /* a transaction is cancelled */
void undo_step(struct run *r, struct act *undo);
bool undo_wanted(const struct run *r, const struct bpmn_node *n, uint32_t act);

/* flows.c */
bool flows_choose(struct run *r, struct act *act, const struct bpmn_node *n, uint32_t *chosen, uint32_t *count);
void flows_take(struct run *r, uint32_t scope, const uint32_t *flows, uint32_t count, uint32_t times);
bool joins_ask(struct run *r);
/* Whether tokens still on their way hold a synchronising join up. has[i]: a token rests on flow i. */
bool join_must_wait(struct run *r, uint32_t scope, const struct bpmn_node *join, const bool *has);

/* engine.c */
void run_drain(struct run *r);

/* el_*.c: a token arrives (gateways), or an act does its work (the rest) */
void el_parallel_arrive(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow);
void el_parallel_fire(struct run *r, const struct bpmn_node *n, uint32_t scope);
void el_exclusive_fire(struct run *r, const struct bpmn_node *n, uint32_t scope);
void el_inclusive_arrive(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow);
void el_inclusive_fire(struct run *r, const struct bpmn_node *n, uint32_t scope);
bool el_inclusive_ask(struct run *r, const struct bpmn_node *n, uint32_t scope);
void el_complex_arrive(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow);
void el_complex_fire(struct run *r, const struct bpmn_node *n, uint32_t scope);
bool el_complex_ask(struct run *r, const struct bpmn_node *n, uint32_t scope);
void el_event_gateway_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_event_gateway_pick(struct run *r, struct act *act, const struct bpmn_node *event, const struct feel_value *payload);
void el_task_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_script_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_rule_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_call_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_catch_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_throw_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_end_work(struct run *r, struct act *act, const struct bpmn_node *n);
void el_ad_hoc_open(struct run *r, struct act *scope);
/* An activity inside is done: is the whole done, does another start? */
void el_ad_hoc_done(struct run *r, struct act *scope);
void el_loop_enter(struct run *r, const struct bpmn_node *n, uint32_t scope);
void el_loop_begin(struct run *r, struct act *loop);
void el_loop_step(struct run *r, struct act *loop);
void el_loop_done(struct run *r, struct act *loop, struct act *child);
bool el_multi_count(struct run *r, struct act *loop);
void el_multi_step(struct run *r, struct act *loop);
void el_multi_done(struct run *r, struct act *loop, struct act *child);
void el_multi_item(struct run *r, struct act *loop, struct act *child);

#endif
