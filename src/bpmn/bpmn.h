/* bpmn.h - BPMN 2.0.2 process models, the engine, and the diagram as SVG.
 *
 * The model is an immutable plan. `bpmn_decide(plan, instance, command, env) -> events`
 * is pure and total; one function per event kind applies it. An instance is a compact
 * value that serialises canonically. What cannot be executed is refused at import with
 * its id and line, never run half.
 *
 * Extensions stand in bpmn:extensionElements, namespace urn:banjie:bpmn (prefix banjie);
 * where Camunda 8's zeebe: extension says the same, that is read too.
 */
#ifndef BPMN_BPMN_H
#define BPMN_BPMN_H

#include "calendar/calendar.h"
#include "dmn/dmn.h"
#include "feel/feel.h"
#include "text/xml.h"

#define BPMN_EXT_NS "urn:banjie:bpmn"

/* ---- the model ---- */

struct bpmn_model;

enum bpmn_severity { BPMN_WARNING, BPMN_ERROR };

struct bpmn_finding {
	enum bpmn_severity severity;
	struct str rule;    /* stable name, e.g. "gateway-without-default" */
	struct str element; /* id of the element, may be empty */
	int line;
	struct str text;    /* one English sentence */
	struct bpmn_finding *next;
};

enum bpmn_kind { /* of elements that a caller sees */
	BPMN_PROCESS, BPMN_USER_TASK, BPMN_MANUAL_TASK, BPMN_SERVICE_TASK, BPMN_SCRIPT_TASK,
	BPMN_BUSINESS_RULE_TASK, BPMN_SEND_TASK, BPMN_RECEIVE_TASK, BPMN_TASK, BPMN_CALL_ACTIVITY,
	BPMN_SUB_PROCESS, BPMN_TRANSACTION, BPMN_AD_HOC, BPMN_EVENT_SUB_PROCESS,
	BPMN_START_EVENT, BPMN_END_EVENT, BPMN_CATCH_EVENT, BPMN_THROW_EVENT, BPMN_BOUNDARY_EVENT,
	BPMN_EXCLUSIVE_GATEWAY, BPMN_INCLUSIVE_GATEWAY, BPMN_PARALLEL_GATEWAY, BPMN_EVENT_GATEWAY,
	BPMN_COMPLEX_GATEWAY, BPMN_SEQUENCE_FLOW,
};

struct bpmn_element {
	struct str id, name, documentation;
	enum bpmn_kind kind;
	int line;
	struct str process;              /* id of the process it stands in */
	const struct xml_node *ext;      /* its bpmn:extensionElements, or NULL */
	struct str form_key;             /* user task: banjie:form key=, zeebe:formDefinition formId=/formKey=/… */
};

/* Reads, checks and compiles. With ERR_INVALID or ERR_UNSUPPORTED *findings says everything that
 * is wrong, not only the first; warnings come with OK too. Lives in the arena. */
BASE_MUST_USE enum err bpmn_model_read(struct arena *a, struct str xml, struct bpmn_model **out,
                                       struct bpmn_finding **findings, struct diag *d);
/* Reads for drawing and writing only: nothing is compiled, nothing refused but what is not BPMN. */
BASE_MUST_USE enum err bpmn_model_view(struct arena *a, struct str xml, struct bpmn_model **out, struct diag *d);
/* Writes the model back: every element, attribute, text and name space that was read, in order. */
void bpmn_write(const struct bpmn_model *m, struct buf *out);
size_t bpmn_model_elements(const struct bpmn_model *m, const struct bpmn_element **out); /* file order, all processes */
const struct bpmn_element *bpmn_model_element(const struct bpmn_model *m, struct str id); /* NULL = none */
/* Id of the first executable process. */
struct str bpmn_model_process(const struct bpmn_model *m);
/* First extension of that local name in our namespace on the element, NULL if none; more by xml_next_same. */
const struct xml_node *bpmn_ext(const struct bpmn_element *e, const char *name);

/* ---- the outline: what is connected with what, for who replays a log or counts what passed ---- */

#define BPMN_NOWHERE UINT32_MAX
struct bpmn_outline_node {
	struct str id, name;
	enum bpmn_kind kind;
	uint32_t parent;         /* node of the process or sub-process it stands in; NOWHERE for a process */
	uint32_t attached;       /* boundary event: its activity */
	uint32_t link;           /* link throw event: the catch event of that name */
	bool interrupting;       /* boundary event, start of an event sub-process */
	bool repeats;            /* loop or multi-instance */
	bool ends_all;           /* terminate end event */
	bool compensation;       /* its event, or an activity that is only for it */
};
struct bpmn_outline_flow { struct str id; uint32_t from, to; bool conditional; /* has a condition, or is the default */ };
struct bpmn_outline {
	struct bpmn_outline_node *nodes;
	struct bpmn_outline_flow *flows;
	uint32_t nodes_count, flows_count;
};
/* Of any model, also one only read for drawing. Lives in `a`, borrows texts from the model. ERR_NOMEM. */
BASE_MUST_USE enum err bpmn_outline(const struct bpmn_model *m, struct arena *a, struct bpmn_outline *out);

/* ---- the instance ---- */

struct bpmn_instance;

enum bpmn_state { BPMN_RUNNING, BPMN_COMPLETED, BPMN_TERMINATED, BPMN_FAILED, BPMN_CANCELLED };

/* `known`: variables that are kept elsewhere, and for good (a context; NULL: none). Those of the process that still have that value are
 * written as their names alone, so that a form is not stored anew with every step; who reads gives the same context again. */
BASE_MUST_USE enum err bpmn_instance_read(struct arena *a, const struct bpmn_model *m, struct str bytes, const struct feel_value *known,
                                          struct bpmn_instance **out, struct diag *d);
void bpmn_instance_write(const struct bpmn_instance *i, const struct feel_value *known, struct buf *out); /* canonical */
enum bpmn_state bpmn_instance_state(const struct bpmn_instance *i);
/* Variables of the process scope as a FEEL context (borrowed). */
const struct feel_value *bpmn_instance_variables(const struct bpmn_instance *i);

/* A waiting activity: what a worklist, a timer queue and a message router need to know. */
enum bpmn_wait { BPMN_WAIT_TASK, BPMN_WAIT_JOB, BPMN_WAIT_TIMER, BPMN_WAIT_MESSAGE, BPMN_WAIT_SIGNAL,
	BPMN_WAIT_CONDITION, BPMN_WAIT_CALL, BPMN_WAIT_INCIDENT };
struct bpmn_waiting {
	uint32_t id;        /* unique in the instance, never reused */
	enum bpmn_wait kind;
	struct str element; /* of the activity or event */
	int64_t due_ms;     /* timers */
	struct str name;    /* message or signal name, called process, reason of an incident */
	struct str key;     /* correlation key, canonical JSON */
	struct bpmn_waiting *next;
};
BASE_MUST_USE enum err bpmn_instance_waiting(const struct bpmn_instance *i, struct arena *a, struct bpmn_waiting **out);

/* ---- deciding ---- */

enum bpmn_command_kind {
	BPMN_START,            /* element: a start event's id or empty; variables: input */
	BPMN_COMPLETE,         /* id of a waiting task or job; variables: its result */
	BPMN_THROW_ERROR,      /* id; name: error code; variables */
	BPMN_THROW_ESCALATION, /* id; name: escalation code; variables: the task goes on if not interrupted */
	BPMN_FIRE_TIMER,       /* id of a waiting timer */
	BPMN_DELIVER_MESSAGE,  /* id of a waiting message, or 0 with name and key; variables */
	BPMN_DELIVER_SIGNAL,   /* name; variables */
	BPMN_SET_VARIABLES,    /* variables; conditions are looked at again */
	BPMN_CHILD_DONE,       /* id of a waiting call; variables: the child's output; name: error code if it failed */
	BPMN_FAIL,             /* id; text: why - raises an incident on a task or job */
	BPMN_RETRY,            /* id of an incident */
	BPMN_MOVE,             /* id of a waiting token; element: where to */
	BPMN_CANCEL,           /* the whole instance */
};

struct bpmn_command {
	enum bpmn_command_kind kind;
	uint32_t id;
	struct str element, name, key, text;
	const struct feel_value *variables; /* a context, or NULL */
};

enum bpmn_event_kind {
	BPMN_EV_STARTED, BPMN_EV_ENTERED, BPMN_EV_COMPLETED, BPMN_EV_LEFT_BY_FLOW, BPMN_EV_CANCELLED,
	BPMN_EV_WAITING,        /* a task, job, timer, message … began to wait: see `wait` */
	BPMN_EV_WAIT_OVER,      /* ended, whether done or withdrawn */
	BPMN_EV_VARIABLES, BPMN_EV_DECIDED /* a decision: trace */, BPMN_EV_MESSAGE_THROWN, BPMN_EV_SIGNAL_THROWN,
	BPMN_EV_CALLED, BPMN_EV_ESCALATED, BPMN_EV_INCIDENT, BPMN_EV_INCIDENT_OVER, BPMN_EV_MOVED,
	BPMN_EV_ENDED,          /* the instance: state, name = error code */
};

struct bpmn_event {
	enum bpmn_event_kind kind;
	uint32_t id;            /* of the activity or wait */
	struct str element;     /* element or flow id */
	enum bpmn_wait wait;
	enum bpmn_state state;
	bool done;              /* WAIT_OVER: true = completed, false = withdrawn */
	int64_t due_ms;
	struct str name, key, text;
	const struct feel_value *variables; /* WAITING on a task: everything visible from it */
	const struct dmn_trace *trace;
	struct bpmn_event *next;
};

struct bpmn_env {
	int64_t now_ms;
	int32_t offset_s;
	const struct calendar *calendar; /* for working-day timers; NULL = such timers are incidents */
	/* The model that holds a decision, by decision id; NULL = unknown (an incident). */
	const struct dmn_model *(*decision)(void *arg, struct str id);
	void *arg;
	struct feel_bounds bounds;
	uint32_t steps_max;              /* bounded work per command; 0 = default */
};

/* Decides what a command does. `instance` is NULL for BPMN_START and is not changed; *next is the
 * instance after the events (equal to applying them one by one). A refused command (unknown id, already
 * done) is ERR_CONFLICT or ERR_NOT_FOUND and changes nothing. Everything lives in the arena, but *next borrows
 * values from `instance`, `c` and the model: write it, or bpmn_instance_copy, before those go. */
BASE_MUST_USE enum err bpmn_decide(const struct bpmn_model *m, struct str process, const struct bpmn_instance *instance,
                                   const struct bpmn_command *c, const struct bpmn_env *env, struct arena *a,
                                   struct bpmn_event **events, struct bpmn_instance **next, struct diag *d);

/* A deep copy that owes nothing to the arenas of `i` or of the commands before it. A result of
 * bpmn_decide borrows values from both. NULL = memory. */
struct bpmn_instance *bpmn_instance_copy(struct arena *a, const struct bpmn_instance *i);
/* Id of the process it runs. */
struct str bpmn_instance_process(const struct bpmn_instance *i);
/* Code of the uncaught error of a FAILED instance, else empty. */
struct str bpmn_instance_error(const struct bpmn_instance *i);

/* What can start an instance without a person: start events with a trigger, instantiating receive
 * tasks and event-based gateways. The host subscribes to them when a model is put to use. */
struct bpmn_starter {
	struct str process, element;
	enum bpmn_wait kind;   /* TIMER, MESSAGE, SIGNAL, CONDITION */
	struct str name;       /* message or signal */
	bool timed;            /* TIMER: due_ms is set (a date, a cycle or a duration from env->now_ms) */
	int64_t due_ms;
	int64_t repeats;       /* TIMER: occurrences after the first, -1 endless */
	struct bpmn_starter *next;
};
BASE_MUST_USE enum err bpmn_model_starters(const struct bpmn_model *m, const struct bpmn_env *env, struct arena *a,
                                           struct bpmn_starter **out);
/* The occurrence of a starter's timer after due_ms; false when there is none. */
bool bpmn_starter_next(const struct bpmn_model *m, const struct bpmn_env *env, struct str element, struct arena *a,
                       int64_t *due_ms);

/* ---- migration ---- */

enum bpmn_fate { BPMN_KEPT, BPMN_LOST, BPMN_ADDED };
struct bpmn_migration {
	uint32_t id;           /* activity or wait, 0 for a token at rest before a join */
	struct str element;    /* of the old model; empty when added */
	struct str target;     /* of the new one; empty when lost */
	enum bpmn_fate fate;
	struct str text;       /* one English sentence */
	struct bpmn_migration *next;
};
struct bpmn_rename { struct str from, to; }; /* element ids */
/* What would become of each token when a running instance moved to the model `to`. Elements are
 * matched by id, or by `renames`. With out == NULL a dry run: OK, the fates say everything. Otherwise
 * the moved instance and its events; ERR_CONFLICT when a token would be lost. Timers keep their
 * absolute due time; boundary events and event sub-processes that only the new model has are armed. */
BASE_MUST_USE enum err bpmn_migrate_plan(const struct bpmn_instance *i, const struct bpmn_model *to,
                                         const struct bpmn_rename *renames, size_t renames_count,
                                         const struct bpmn_env *env, struct arena *a, struct bpmn_migration **fates,
                                         struct bpmn_event **events, struct bpmn_instance **out, struct diag *d);

/* ---- the diagram ---- */

/* Of an element or a flow. heat 1 to 4: how long it takes, pale to strong; 0 = not said. */
/* The badge stands on the upper edge (of a flow: on it), the warning on the lower one. */
struct bpmn_overlay { struct str element; bool current, passed; struct str badge, warning; int heat; };

/* Accessible SVG (title and desc per element) from the file's own layout, an automatic one where
 * there is none. Colours by CSS classes: bpmn-current, bpmn-passed, bpmn-heat-1 to -4. */
BASE_MUST_USE enum err bpmn_draw(const struct bpmn_model *m, const struct bpmn_overlay *overlay, size_t count,
                                 struct arena *scratch, struct buf *out, struct diag *d);

#endif
