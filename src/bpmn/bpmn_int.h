/* bpmn_int.h - private to the room: the compiled plan and what the reader, the checks,
 * the engine and the drawing share. The plan is immutable once bpmn_model_read returns.
 */
#ifndef BPMN_BPMN_INT_H
#define BPMN_BPMN_INT_H

#include "base/map.h"
#include "bpmn/bpmn.h"

#define BPMN_NS "http://www.omg.org/spec/BPMN/20100524/MODEL"
#define BPMN_DI_NS "http://www.omg.org/spec/BPMN/20100524/DI"
#define BPMN_DC_NS "http://www.omg.org/spec/DD/20100524/DC"
#define BPMN_DD_NS "http://www.omg.org/spec/DD/20100524/DI"
#define BPMN_ZEEBE_NS "http://camunda.org/schema/zeebe/1.0"
#define BPMN_XSI_NS "http://www.w3.org/2001/XMLSchema-instance"

#define BPMN_NONE UINT32_MAX

enum {
	BPMN_NODES_MAX = 5000,       /* of one file; the reachability tables grow with its square */
	BPMN_LOOP_MAX = 10000,       /* instances of one multi-instance activity */
	BPMN_STEPS_DEFAULT = 100000, /* tokens moved by one command */
};

/* ---- the plan ---- */

struct bpmn_expr { /* plan == NULL: not given */
	struct feel_plan *plan;
	struct str source;
};

enum bpmn_trigger {
	TRIGGER_NONE, TRIGGER_MESSAGE, TRIGGER_TIMER, TRIGGER_SIGNAL, TRIGGER_ERROR, TRIGGER_ESCALATION,
	TRIGGER_CONDITION, TRIGGER_COMPENSATE, TRIGGER_LINK, TRIGGER_CANCEL, TRIGGER_TERMINATE,
};

enum bpmn_timer_kind { TIMER_DURATION, TIMER_DATE, TIMER_CYCLE, TIMER_LIMIT };

struct bpmn_definition { /* one event definition */
	enum bpmn_trigger trigger;
	struct str name;              /* message, signal or link name */
	struct bpmn_expr name_expr;   /* a name that starts with "=" (zeebe) */
	bool any_code;                /* error, escalation without a code: catches all */
	struct str code;
	struct bpmn_expr key;         /* correlation key */
	struct bpmn_expr condition;
	enum bpmn_timer_kind timer;
	struct str timer_text;        /* ISO 8601 literal; empty when timer_expr is set */
	struct bpmn_expr timer_expr;
	struct calendar_limit limit;  /* TIMER_LIMIT */
	bool wait_for_completion;     /* compensation */
	uint32_t activity;            /* compensation: node, or BPMN_NONE for all */
	struct bpmn_correlation *correlation; /* of the message, by the standard's own means */
	const struct xml_node *xml;
};

/* One correlation key of a conversation and how a message and a process yield its value. */
struct bpmn_correlation {
	uint32_t index;               /* which key: instances remember its value under it */
	struct bpmn_expr *message;    /* messagePath of each property */
	size_t count;
};

struct bpmn_mapping {
	struct bpmn_expr expr;
	struct str text;              /* literal, when expr.plan is NULL */
	struct str target;
	bool from_local;              /* only when the source is set in the activity itself: a data output */
	bool optional;
	struct str source;            /* variable copied as it is, when neither expr nor text */
};

enum bpmn_loop_kind { LOOP_STANDARD, LOOP_SEQUENTIAL, LOOP_PARALLEL };
enum bpmn_behaviour { BEHAVIOUR_ALL, BEHAVIOUR_ONE, BEHAVIOUR_NONE, BEHAVIOUR_COMPLEX };

struct bpmn_complex_behaviour {
	struct bpmn_expr condition;
	struct bpmn_definition event;
};

struct bpmn_loop {
	enum bpmn_loop_kind kind;
	bool test_before;
	int64_t maximum;              /* standard loop; -1 = none */
	struct bpmn_expr condition;   /* loopCondition or completionCondition */
	struct bpmn_expr cardinality;
	struct bpmn_expr collection;
	struct str element;           /* name of the input element */
	struct str output;            /* name of the output collection */
	struct bpmn_expr output_element;
	enum bpmn_behaviour behaviour;
	struct bpmn_definition event; /* of One and None; trigger NONE = nothing is thrown */
	struct bpmn_complex_behaviour *complex;
	size_t complex_count;
};

struct bpmn_flow {
	struct bpmn_element *el;
	uint32_t from, to;            /* nodes */
	struct bpmn_expr condition;
	bool asks_phase;              /* its condition reads waitingForStart (complex gateways) */
	const struct xml_node *xml;
};

/* Which nodes can still send a token to an incoming flow of a join without passing the join. */
struct bpmn_reach {
	uint64_t *bits;               /* one row of `words` per incoming flow, a bit per node of the scope */
	size_t words;
};

struct bpmn_node {
	struct bpmn_element *el;
	enum bpmn_kind kind;          /* what it does: a call of a global task has that task's kind */
	uint32_t index, position;     /* position: within its scope */
	uint32_t scope, body;         /* scope it stands in; scope of its own content or BPMN_NONE */
	uint32_t *in, *out;
	uint32_t in_count, out_count;
	uint32_t drawn_in, drawn_out; /* also the flows that are wrong and not executed */
	uint32_t default_flow;
	struct bpmn_definition *defs;
	size_t defs_count;
	bool interrupting, parallel_multiple, instantiate, for_compensation, throws;
	bool parallel_start;          /* event-based gateway of type Parallel that instantiates */
	bool job;                     /* handed to the host as a job */
	bool waits;                   /* manual task that somebody is assigned to */
	uint32_t attached;            /* boundary event: its activity */
	uint32_t *boundaries;         /* activity: its boundary events */
	uint32_t boundaries_count;
	uint32_t handler;             /* compensation boundary event, and its activity: the handler */
	uint32_t link;                /* link throw event: the catch event */
	uint32_t start_quantity, completion_quantity;
	struct bpmn_loop *loop;
	struct bpmn_mapping *inputs, *outputs;
	size_t inputs_count, outputs_count;
	struct bpmn_expr script;      /* script task */
	struct str result;            /* variable for the script's or decision's value */
	struct str decision;
	struct str called;
	struct bpmn_expr called_expr;
	bool pass_all_in, pass_all_out; /* call activity: whole variables */
	struct bpmn_expr activation;  /* complex gateway */
	struct bpmn_reach reach;      /* inclusive and complex gateways */
	const struct xml_node *xml;
};

struct bpmn_scope {
	uint32_t node;                /* sub-process, or BPMN_NONE for a process */
	uint32_t process;
	uint32_t *nodes;
	uint32_t nodes_count;
	uint32_t *event_subs;
	uint32_t event_subs_count;
	struct str *data;             /* names of data objects and properties */
	size_t data_count;
	bool ad_hoc, sequential, keep_remaining; /* keep: cancelRemainingInstances="false" */
	struct bpmn_expr completion;
	const struct xml_node *xml;
};

struct bpmn_process {
	struct bpmn_element *el;
	struct str id;
	uint32_t scope;
	bool executable;
	struct str version;
	const struct xml_node *xml;
	/* correlation subscriptions: value of each correlation key taken from the process itself */
	struct bpmn_correlation *subscriptions;
	size_t subscriptions_count;
};

struct bpmn_model {
	struct arena *arena;
	struct xml_node *root;        /* bpmn:definitions */
	struct str source;
	struct map ids;               /* id -> struct xml_node */
	struct map by_id;             /* id -> struct bpmn_element, flow elements and processes */
	struct map node_ids;          /* id -> struct bpmn_node */
	struct bpmn_element *elements;
	size_t elements_count;
	struct bpmn_node *nodes;
	struct bpmn_flow *flows;
	struct bpmn_scope *scopes;
	struct bpmn_process *processes;
	uint32_t nodes_count, flows_count, scopes_count, processes_count;
	struct map correlations;      /* message id -> struct bpmn_correlation */
	uint32_t correlations_count;  /* correlation keys of the file */
	struct feel_names names;
};

/* ---- reading ---- */

/* encoding.c: the text in UTF-8, for the encodings that the XML parser does not know itself. */
BASE_MUST_USE enum err bpmn_to_utf8(struct arena *a, struct str xml, struct str *out, struct diag *d);

struct bpmn_reader {
	struct bpmn_model *m;
	struct arena *a;
	struct bpmn_finding *first, **end;
	size_t findings, errors;
	bool unsupported;
	bool executable;              /* the process being compiled is to be executed */
	bool other_language;          /* the file says an expression language that is not FEEL */
	enum err failed;              /* ERR_NOMEM or ERR_LIMIT, sticky */
};

/* Adds a finding. `line` 0 takes the element's. Never fails loudly: memory shows in rd->failed. */
void bpmn_find(struct bpmn_reader *rd, enum bpmn_severity severity, const char *rule, const struct xml_node *at,
               const char *fmt, ...) BASE_PRINTF(5, 6);
/* Zeroed memory of the model; NULL sets rd->failed. */
void *bpmn_get(struct bpmn_reader *rd, size_t count, size_t size);

/* Names and families of BPMN elements (names.c). */
bool bpmn_kind_of(const struct xml_node *n, enum bpmn_kind *kind);
const char *bpmn_kind_name(enum bpmn_kind kind);
bool bpmn_is(const struct xml_node *n, const char *name);             /* of the BPMN namespace */
bool bpmn_is_flow_node(const struct xml_node *n);
bool bpmn_is_activity(const struct xml_node *n);
bool bpmn_is_gateway(const struct xml_node *n);
bool bpmn_is_event(const struct xml_node *n);
bool bpmn_is_container(const struct xml_node *n);                     /* process or a kind of sub-process */
bool bpmn_is_artifact(const struct xml_node *n);
bool bpmn_is_choreography(const struct xml_node *n);
bool bpmn_is_definition(const struct xml_node *n);                    /* *EventDefinition */
enum bpmn_trigger bpmn_trigger_of(const struct xml_node *n);
const char *bpmn_trigger_name(enum bpmn_trigger t);
struct xml_node *bpmn_child(const struct xml_node *n, const char *name);
struct str bpmn_text(const struct xml_node *n);                       /* trimmed; empty for NULL */
struct str bpmn_id(const struct xml_node *n);
/* "tns:Name" -> "Name": references may be written as qualified names. */
struct str bpmn_local(struct str qname);
struct xml_node *bpmn_target(const struct bpmn_model *m, struct str ref); /* by id, NULL = none */
bool bpmn_flag(const struct xml_node *n, const char *attr, bool fallback);

/* Extensions (read_ext.c): ours first, the equivalent zeebe: one otherwise. */
const struct xml_node *bpmn_ext_of(const struct xml_node *owner, const char *ns, const char *name);
/* A send task or message throw event with an extension that says what to do is the host's job. */
bool bpmn_has_job(const struct xml_node *n);
void bpmn_read_extensions(struct bpmn_reader *rd, struct bpmn_node *n);
struct str bpmn_read_form_key(const struct xml_node *owner);
/* The expression text, "=" in front dropped; *expr.plan stays NULL where it does not compile (a finding). */
void bpmn_read_expr(struct bpmn_reader *rd, const struct xml_node *at, struct str text, struct bpmn_expr *expr);
/* A BPMN expression element: language and body checked. NULL element = not given. */
void bpmn_read_expr_element(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_expr *expr);
/* The same for a condition: it must be able to be true or false. */
void bpmn_read_condition(struct bpmn_reader *rd, const struct xml_node *el, const char *rule, struct bpmn_expr *expr);
/* Event definitions of an event, references resolved (read_event.c). */
void bpmn_read_definitions(struct bpmn_reader *rd, struct bpmn_node *n);
void bpmn_read_definition(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_definition *def);
/* A receive or send task's message as an event definition. */
void bpmn_read_message(struct bpmn_reader *rd, const struct xml_node *owner, const struct xml_node *ref_owner,
                       struct bpmn_definition *def);
void bpmn_read_loop(struct bpmn_reader *rd, struct bpmn_node *n);
void bpmn_read_data(struct bpmn_reader *rd, struct bpmn_node *n);
void bpmn_read_names(struct bpmn_reader *rd);
void bpmn_read_correlations(struct bpmn_reader *rd);
/* Tables for the synchronising joins (reach.c). */
void bpmn_plan_reach(struct bpmn_reader *rd);
/* Every rule over the tree (check.c). */
void bpmn_check_all(struct bpmn_reader *rd);

/* ISO 8601 (iso.c). */
struct bpmn_duration { int64_t months, ms; };
bool bpmn_iso_duration(struct str s, struct bpmn_duration *out);
/* Date, or date and time with or without offset; without one it is read in `offset_s`. */
bool bpmn_iso_date(struct str s, int32_t offset_s, int64_t *out_ms);
struct bpmn_cycle { int64_t repeats; /* -1 endless */ bool has_start; int64_t start_ms; struct bpmn_duration period; };
bool bpmn_iso_cycle(struct str s, int32_t offset_s, struct bpmn_cycle *out);
int64_t bpmn_duration_add(int64_t ms, const struct bpmn_duration *d, int32_t offset_s);

#endif
