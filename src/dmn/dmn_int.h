/* dmn_int.h - what the files of this room share; nobody else includes it.
 *
 * Life of a model: dmn_model_read parses the XML into elements, types and expression
 * trees (struct dmn_reader holds what is only needed meanwhile), resolves references,
 * compiles every FEEL text and orders each decision's graph into a list of steps.
 * From then on the model is immutable. An evaluation has a struct dmn_run in the
 * caller's arena and nothing else.
 */
#ifndef DMN_DMN_INT_H
#define DMN_DMN_INT_H

#include "base/map.h"
#include "dmn/dmn.h"
#include "text/xml.h"

enum {
	DMN_DEPTH_MAX = 200,      /* nested calls of knowledge models, services and functions, unless env says */
	DMN_NEST_MAX = 60,        /* boxed expressions inside each other, in the file */
	DMN_EVAL_NEST_MAX = 1500, /* the same while evaluating, through all calls: what the stack bears */
	DMN_WORK_MAX = 200000,    /* boxed expressions evaluated in one run, unless env says */
	DMN_STEPS_MAX = 10000,    /* elements in one decision's graph */
};

struct dmn_reader;
struct dmn_run;
struct dmn_expr;
struct dmn_table;

/* ---- types: item definitions as FEEL types (type.c) ---- */

/* One unary-tests text with its plan; plan NULL = none or it did not compile. */
struct dmn_tests {
	struct str text, id;
	int line;
	struct feel_plan *plan;
	bool any; /* "-" or nothing: everything passes */
	/* When all of it compares with constants of one kind, the same once more in a form that needs
	 * no evaluation: one of the ranges must hold the input (or none, when negated). */
	const struct feel_range *ranges;
	size_t ranges_count;
	uint8_t ranges_kind; /* enum feel_kind: inputs of other kinds take the long way */
	bool negated;
};

/* Fills model->types from the item definitions. */
BASE_MUST_USE enum err dmn_types_read(struct dmn_reader *r);
/* Resolves a typeRef within the model being read. NULL when there is none or it is Any;
 * an unknown name is a finding and gives NULL too. */
const struct feel_type *dmn_type_ref(struct dmn_reader *r, struct str ref, const struct xml_node *at);
/* Name for messages. */
struct str dmn_type_name(const struct feel_type *t);

/* ---- boxed expressions: one file each; dmn_ops is the only thing they show ---- */

typedef enum err (*dmn_visit)(void *arg, const struct dmn_expr *e);

struct dmn_ops {
	const char *element; /* local name in the XML */
	/* Fills e from the XML; children through dmn_expr_read. */
	enum err (*read)(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e);
	/* Compiles the FEEL in it; `names` are those in scope. */
	enum err (*compile)(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names);
	enum err (*eval)(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
	                 struct feel_value *out);
	/* Shows each expression directly inside, for the checks; NULL = there are none. */
	enum err (*each)(const struct dmn_expr *e, dmn_visit visit, void *arg);
};

extern const struct dmn_ops dmn_literal_ops, dmn_context_ops, dmn_list_ops, dmn_relation_ops, dmn_invocation_ops,
	dmn_function_ops, dmn_conditional_ops, dmn_filter_ops, dmn_for_ops, dmn_every_ops, dmn_some_ops, dmn_table_ops;

struct dmn_variable {
	struct str name;
	const struct feel_type *type; /* NULL = Any */
	int line;
};

struct dmn_entry { /* of a context or an invocation; name empty = the result of a context */
	struct dmn_variable variable;
	struct dmn_expr *value;
};

enum dmn_function_kind { DMN_FUNCTION_FEEL, DMN_FUNCTION_JAVA, DMN_FUNCTION_PMML };

struct dmn_expr {
	const struct dmn_ops *ops;
	struct str id;
	int line;
	const struct feel_type *type; /* of the typeRef attribute; NULL = none */
	union {
		struct { struct str text; struct feel_plan *plan; } literal;
		struct { struct dmn_entry *entries; size_t count; } context;
		struct { struct dmn_expr **items; size_t count; } list;
		struct { struct dmn_variable *columns; size_t columns_count; struct dmn_expr **cells; size_t rows; } relation;
		struct { struct dmn_expr *callee; struct dmn_entry *bindings; size_t count; } invocation;
		struct { struct feel_param *params; size_t count; struct dmn_expr *body; /* NULL = no logic */
			const struct feel_type *result; enum dmn_function_kind kind;
			struct str self; /* name under which the function may call itself; empty = none */ } function;
		struct { struct dmn_expr *test, *yes, *no; } conditional;
		struct { struct dmn_expr *in, *match; } filter;
		struct { struct str variable; struct dmn_expr *in, *body; } iterator;
		struct dmn_table *table;
	};
};

/* Whether the node is a boxed expression, and which. NULL = it is not. */
const struct dmn_ops *dmn_ops_of(const struct dmn_reader *r, const struct xml_node *n);
/* First boxed expression among the children; NULL if none. */
const struct xml_node *dmn_expr_child(const struct dmn_reader *r, const struct xml_node *n);
BASE_MUST_USE enum err dmn_expr_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr **out);
/* Reads the expression among the children of n; missing = a finding and a null literal. */
BASE_MUST_USE enum err dmn_expr_read_in(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr **out);
/* Reads the expression inside a wrapper element such as <then>; missing = a finding and a null literal. */
BASE_MUST_USE enum err dmn_expr_read_inside(struct dmn_reader *r, const struct xml_node *n, const char *wrapper,
                                            struct dmn_expr **out);
BASE_MUST_USE enum err dmn_expr_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names);
/* Evaluates and coerces to the expression's own typeRef. */
BASE_MUST_USE enum err dmn_expr_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                                     struct feel_value *out);

/* ---- decision tables (table.c) and hit policies (hit_*.c) ---- */

struct dmn_input {
	struct str label;
	struct dmn_expr *expression;
	struct dmn_tests values; /* inputValues, or the allowed values of the type */
};

struct dmn_output {
	struct str name, label;
	const struct feel_type *type;
	struct dmn_tests values;
	const struct feel_value *ranked; /* the constants of `values`, in order, for PRIORITY and OUTPUT ORDER */
	size_t ranked_count;
	struct dmn_expr *otherwise; /* defaultOutputEntry, NULL if none */
	int line;
};

struct dmn_rule {
	struct dmn_tests *inputs;
	struct dmn_expr **outputs;
	struct str id, annotation;
	int line;
};

/* What a hit policy works on: the rules that matched, by index, and their outputs. */
struct dmn_hits {
	const struct dmn_table *table;
	const uint32_t *rules;        /* in rule order */
	struct feel_value *outputs;   /* count * table->outputs_count, row by row */
	size_t count;
};

struct dmn_hit_policy {
	const char *name;        /* as the XML spells it */
	const char *aggregation; /* COLLECT only; NULL otherwise */
	bool first_only;         /* looking further than the first match is needless */
	bool empty_is_list;      /* no match gives an empty list rather than null */
	bool empty_is_zero;
	bool ranked;             /* output values give the order */
	/* At least one match. Null with a reason when the policy is violated. */
	enum err (*choose)(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out);
};

extern const struct dmn_hit_policy dmn_hit_unique, dmn_hit_any, dmn_hit_priority, dmn_hit_first, dmn_hit_rule_order,
	dmn_hit_output_order, dmn_hit_collect, dmn_hit_collect_sum, dmn_hit_collect_min, dmn_hit_collect_max,
	dmn_hit_collect_count;

struct dmn_table {
	struct str id, label;
	int line;
	const struct dmn_hit_policy *policy;
	struct dmn_input *inputs;
	size_t inputs_count;
	struct dmn_output *outputs;
	size_t outputs_count;
	struct dmn_rule *rules;
	size_t rules_count;
	bool has_default;
	const struct feel_type *result; /* of the decision whose logic this is, for want of a typeRef; NULL = none */
};

/* The value of one matched rule: the single output, or a context of them. */
BASE_MUST_USE enum err dmn_hit_value(struct dmn_run *run, const struct dmn_hits *h, size_t hit, struct feel_value *out);
/* All of them as a list, in the order of `order` (NULL = rule order). */
BASE_MUST_USE enum err dmn_hit_list(struct dmn_run *run, const struct dmn_hits *h, const uint32_t *order,
                                    struct feel_value *out);
/* Whether hit a ranks before hit b by the output values. */
bool dmn_hit_before(const struct dmn_hits *h, uint32_t a, uint32_t b);
/* Stable order of the hits by output priority (DMN 1.5, 8.2.8); `order` has room for h->count. */
void dmn_hit_rank(const struct dmn_hits *h, uint32_t *order);
/* Folds each output column by itself: one value, or a context of them (COLLECT with an operator). */
typedef enum err (*dmn_fold)(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *column, size_t count,
                             struct feel_value *out);
BASE_MUST_USE enum err dmn_hit_fold(struct dmn_run *run, const struct dmn_hits *h, dmn_fold fold, struct feel_value *out);

/* ---- elements of the requirements graph ---- */

enum dmn_element_kind { DMN_INPUT_DATA, DMN_DECISION, DMN_KNOWLEDGE, DMN_SERVICE };

#define DMN_NO_SLOT UINT32_MAX

struct dmn_element;

struct dmn_requirement {
	const struct dmn_element *element;
	struct str alias;  /* name of the import it comes through; empty = this model */
	struct str href;   /* as written, until resolved */
	int line;
};

/* One element of a decision's graph, behind all that it requires. */
struct dmn_step {
	const struct dmn_element *element;
	uint32_t *slots; /* per requirement of the element: where its value is; DMN_NO_SLOT = a function */
};

struct dmn_program {
	struct dmn_step *steps; /* step i fills slot i */
	uint32_t count;
};

struct dmn_element {
	enum dmn_element_kind kind;
	struct str id, name;
	int line;
	const struct dmn_model *model;
	const struct feel_type *type;        /* of its variable */
	struct dmn_requirement *requires;
	size_t requires_count;
	struct dmn_expr *logic;             /* decision: may be NULL; knowledge: a function */
	struct dmn_program program;         /* decision: to evaluate it; service: its output decisions */
	/* service */
	struct dmn_requirement *outputs, *inner, *input_decisions, *input_data;
	size_t outputs_count, inner_count, input_decisions_count, input_data_count;
	struct feel_param *params;          /* input data, then input decisions */
	struct feel_param *open_params;     /* the same without types: see service.c */
	size_t params_count;
	uint32_t *output_slots;             /* in the program, per output decision */
	struct feel_names names;            /* in scope of its logic */
};

struct dmn_import {
	struct str name, ns;
	const struct dmn_model *model; /* NULL = not a DMN import */
};

struct dmn_model {
	struct str ns, name, id;
	struct dmn_import *imports;
	size_t imports_count;
	struct dmn_element *elements; /* file order */
	size_t elements_count;
	struct map types;             /* name -> struct feel_type, imported ones with their alias */
	struct map by_id;             /* id -> struct dmn_element */
	struct feel_names names;      /* outermost: components and such with blanks or symbols, and the types */
	struct feel_plan *walk_range; /* "for i in r return i": the items of a range */
	size_t bytes;                 /* of the plan, for the benchmark */
};

/* Whether this requirement is the first through its import. */
bool dmn_alias_is_first(const struct dmn_element *e, size_t at);
const struct dmn_element *dmn_element_find(const struct dmn_model *m, struct str name_or_id);

/* ---- reading ---- */

struct dmn_reader {
	struct arena *arena;
	struct dmn_model *model;
	const char *xmlns; /* the DMN namespace of this file */
	struct diag *diag;
	bool lenient;      /* an expression that does not compile is a finding and evaluates to null */
	bool refused;      /* a finding of severity error was made */
	struct dmn_finding *findings, **findings_end;
	dmn_resolver resolve;
	void *resolve_arg;
	const struct xml_node *definitions;
	struct map item_nodes; /* name -> xml node of an item definition that is not filled in yet */
	int nest;
	enum err failed;       /* out of memory while a function without enum err was at work */
};

/* Adds a finding; one of severity DMN_ERROR makes the model refused in the end. */
void dmn_find(struct dmn_reader *r, enum dmn_severity severity, const char *rule, struct str element, int line,
              const char *fmt, ...) BASE_PRINTF(6, 7);
/* The same of an expression that FEEL refused for the reason in `why`. */
void dmn_find_syntax(struct dmn_reader *r, const char *rule, struct str element, int line, struct str source, const struct diag *why);
/* Text of the child <text>, trimmed. */
struct str dmn_text_of(const struct dmn_reader *r, const struct xml_node *n);
/* Name as FEEL compares it: white space collapsed. */
struct str dmn_name_of(struct dmn_reader *r, const struct xml_node *n);
struct str dmn_collapse(struct dmn_reader *r, struct str raw);
struct str dmn_id_of(const struct xml_node *n); /* empty when there is none */
struct xml_node *dmn_child(const struct dmn_reader *r, const struct xml_node *n, const char *name);
size_t dmn_count(const struct dmn_reader *r, const struct xml_node *n, const char *name);
bool dmn_is(const struct dmn_reader *r, const struct xml_node *n, const char *name);
BASE_MUST_USE enum err dmn_variable_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_variable *out);
BASE_MUST_USE enum err dmn_tests_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_tests *out);
BASE_MUST_USE enum err dmn_tests_compile(struct dmn_reader *r, struct dmn_tests *t, const struct feel_names *names);
/* Whether an expressionLanguage means FEEL; empty does. */
bool dmn_is_feel(struct str language);
/* Names of parameters or variables on top of `outer`. */
BASE_MUST_USE enum err dmn_names_of_params(struct dmn_reader *r, const struct feel_param *params, size_t count,
                                           const struct feel_names *outer, struct feel_names *out);
BASE_MUST_USE enum err dmn_names_push(struct dmn_reader *r, const struct dmn_variable *v, size_t count,
                                      const struct feel_names *outer, struct feel_names *out);
BASE_MUST_USE enum err dmn_element_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_element *e);
BASE_MUST_USE enum err dmn_element_link(struct dmn_reader *r, struct dmn_element *e);
BASE_MUST_USE enum err dmn_element_compile(struct dmn_reader *r, struct dmn_element *e);
BASE_MUST_USE enum err dmn_program_build(struct dmn_reader *r, struct dmn_element *e);

/* `of` is a reader or a run: both have an arena and a diag. */
#define DMN_ALLOC(of, target, type, n)                                                                         \
	do {                                                                                                   \
		(target) = arena_new_n((of)->arena, type, (n));                                                \
		if (!(target))                                                                                 \
			return diag_set((of)->diag, ERR_NOMEM, "dmn.memory", "the memory for decisions is used up"); \
	} while (0)

/* ---- evaluating ---- */

struct dmn_run {
	const struct dmn_model *model;
	struct feel_run *feel;
	const struct feel_env *caller; /* the environment as given; NULL once the evaluation is over */
	struct feel_env own;           /* the same, with reasons coming here first */
	struct arena *arena;
	struct diag *diag;
	const struct feel_value *inputs;
	const struct dmn_element *current; /* the decision or knowledge model being evaluated, for the trace */
	bool tracing;
	struct dmn_trace *trace, **trace_end;
	struct str reason; /* the first one since the decision under way began, while tracing */
	bool unexplained;  /* a reason had no memory: the record of the evaluation would not be whole */
	uint32_t depth, depth_max, nest;
	uint64_t work, work_max;
};

/* One more unit of work; ERR_LIMIT when the run's bound is reached. */
BASE_MUST_USE enum err dmn_run_tick(struct dmn_run *run);
BASE_MUST_USE enum err dmn_run_enter(struct dmn_run *run);
void dmn_run_leave(struct dmn_run *run);
/* v brought to a type (10.3.2.9.4); NULL = Any. Null with a reason naming `what` where it does not fit. */
BASE_MUST_USE enum err dmn_run_coerce(struct dmn_run *run, const struct feel_type *t, const struct feel_value *v,
                                      struct str what, int line, struct feel_value *out);
/* Says why a value is null: to the environment's trace and, the first one, to diag. */
void dmn_run_reason(struct dmn_run *run, const char *fmt, ...) BASE_PRINTF(2, 3);
enum err dmn_run_nomem(struct dmn_run *run);

/* Names in scope: a context in which new entries come first and so hide the outer ones. */
struct dmn_scope {
	struct feel_value value;
	struct feel_context context;
	struct feel_entry *entries;
	size_t count, room;
};
/* `room` new entries on top of `outer` (NULL = nothing). The scope itself must outlive its values. */
BASE_MUST_USE enum err dmn_scope_new(struct dmn_run *run, const struct feel_value *outer, size_t room,
                                     struct dmn_scope **out);
void dmn_scope_set(struct dmn_scope *s, struct str name, struct feel_value v);

/* What an iteration goes over: a list, a single value as a list of one, the whole numbers or days
 * of a range. Null and anything else: failed, with a reason. */
struct dmn_items {
	const struct feel_value *at;
	size_t count;
	bool failed;
};
BASE_MUST_USE enum err dmn_items_of(struct dmn_run *run, const struct feel_value *v, int line, struct dmn_items *out);

BASE_MUST_USE enum err dmn_tests_pass(struct dmn_run *run, const struct dmn_tests *t, const struct feel_value *input,
                                      const struct feel_value *scope, bool *out);

/* A knowledge model or decision service as a FEEL value. */
BASE_MUST_USE enum err dmn_knowledge_value(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out);
BASE_MUST_USE enum err dmn_service_value(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out);
/* Evaluates the steps from `from` on; slots before that are given. */
BASE_MUST_USE enum err dmn_service_run(struct dmn_run *run, const struct dmn_element *e, const struct feel_value *args,
                                       struct feel_value *out);
/* Scope of an element: what it requires. `at` = slots per requirement, NULL when all are functions. */
BASE_MUST_USE enum err dmn_requirements_scope(struct dmn_run *run, const struct dmn_element *e, const uint32_t *at,
                                              const struct feel_value *slots, size_t room, struct dmn_scope **out);
BASE_MUST_USE enum err dmn_program_run(struct dmn_run *run, const struct dmn_program *p, uint32_t from,
                                       struct feel_value *slots);
BASE_MUST_USE enum err dmn_trace_table(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *inputs,
                                       const struct dmn_hits *h, const struct feel_value *out);
BASE_MUST_USE enum err dmn_trace_decision(struct dmn_run *run, const struct dmn_element *e, const struct feel_value *scope,
                                          const struct feel_value *out);

#endif
