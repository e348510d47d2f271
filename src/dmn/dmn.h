/* dmn.h - DMN 1.5 decision models (files of 1.2 to 1.5), conformance level 3.
 *
 * A model is read, checked and compiled once into an immutable plan. Evaluation is pure.
 */
#ifndef DMN_DMN_H
#define DMN_DMN_H

#include "feel/feel.h"

struct dmn_model;

enum dmn_severity { DMN_WARNING, DMN_ERROR };

/* Rules of reading, all errors but the last three: no-dmn, version, import-kind, import-unknown, type-unknown,
 * type-circle, type-name, element-name, id-twice, reference-unknown, graph-circle, service-without-output,
 * expression-missing, expression-syntax, tests-syntax, language-unknown, imported-values, pmml,
 * context-result-place, relation-width, iterator-variable, binding-parameter, hit-policy-unknown,
 * input-expression, output-name, rule-width, table-without-output; variable-name, name-twice, type-foreign.
 * Rules of checking: errors name-unknown, type-impossible, test-impossible, output-not-allowed,
 * priority-without-values, aggregation-type, table-overlap, table-disagreement; warnings table-gap,
 * rule-unreachable, table-empty, table-too-large, logic-missing. */
struct dmn_finding {
	enum dmn_severity severity;
	struct str rule;     /* stable name of the check, e.g. "table-gap"; key of its translation */
	struct str element;  /* id or name of the decision, table, rule */
	int line;
	struct str text;     /* one English sentence: what, where, how to mend it */
	struct str example;  /* an input that shows it, FEEL context text; may be empty */
	struct str source;   /* the expression that does not read, its first 200 bytes; else empty */
	struct dmn_finding *next;
};

/* What the finding means, in Chinese: one sentence per rule, without the names and places that `text`
 * mentions; the page shows those beside it. */
struct str dmn_finding_zh(const struct dmn_finding *f);

/* The first error among the findings as a refusal: ERR_INVALID under `code`, its arguments the English sentence, the Chinese one
 * with the expression it is about, the line. OK when there is none. */
enum err dmn_findings_refuse(const struct dmn_finding *f, const char *code, struct diag *d);

/* Another model for an <import>, by namespace; NULL = unknown. */
typedef const struct dmn_model *(*dmn_resolver)(void *arg, struct str ns);

/* Reads and compiles. On ERR_INVALID or ERR_UNSUPPORTED *findings says why; warnings come with OK too. */
BASE_MUST_USE enum err dmn_model_read(struct arena *a, struct str xml, dmn_resolver resolve, void *resolve_arg,
                                      struct dmn_model **out, struct dmn_finding **findings, struct diag *d);
/* The same, but forgiving: what does not compile is a finding and evaluates to null. For the compatibility
 * kit and for editors that show a half-finished model; never for one that goes live. */
BASE_MUST_USE enum err dmn_model_read_partial(struct arena *a, struct str xml, dmn_resolver resolve, void *resolve_arg,
                                              struct dmn_model **out, struct dmn_finding **findings, struct diag *d);
/* Static checks beyond what reading needs: gaps, overlaps, unreachable rules, hit policy, types. */
BASE_MUST_USE enum err dmn_model_check(const struct dmn_model *m, struct arena *a, struct dmn_finding **findings);

struct str dmn_model_namespace(const struct dmn_model *m);
struct str dmn_model_name(const struct dmn_model *m);
/* Names of the decisions, in file order. */
size_t dmn_model_decisions(const struct dmn_model *m, struct arena *a, struct str **names);
/* What a decision (service, knowledge model) needs to be given, through its whole graph: names and
 * types, type NULL = Any. 0 when there is no such decision or it needs nothing. */
size_t dmn_model_inputs(const struct dmn_model *m, struct str decision, struct arena *a, struct feel_param **out);
/* A decision table as its author wrote it; texts are FEEL and borrowed from the model. */
struct dmn_clause_view { struct str label, expression, values, otherwise; }; /* of an output: its name; default output */
struct dmn_rule_view { struct str id, annotation; int line; const struct str *inputs, *outputs; };
struct dmn_table_view {
	struct str id, label, hit_policy, aggregation;
	int line;
	struct dmn_clause_view *inputs, *outputs;
	size_t inputs_count, outputs_count;
	struct dmn_rule_view *rules;
	size_t rules_count;
};
/* The table that is the logic of a decision or knowledge model. ERR_NOT_FOUND: it has none. */
BASE_MUST_USE enum err dmn_model_table(const struct dmn_model *m, struct str decision, struct arena *a,
                                       struct dmn_table_view *out, struct diag *d);
/* Memory of the compiled model, in bytes. */
size_t dmn_model_bytes(const struct dmn_model *m);
/* A JSON object as inputs of a decision: strings become the dates and durations that its input data ask for. */
BASE_MUST_USE enum err dmn_inputs_from_json(const struct dmn_model *m, struct str decision, const struct json *v,
                                            struct arena *a, struct feel_value *out, struct diag *d);

/* What happened, decision by decision, for the explanation on a case's page. */
struct dmn_trace_rule { int number; struct str id, annotation; }; /* 1-based; annotation: the rule's legal source */
struct dmn_trace_input { struct str label; struct feel_value value; };
struct dmn_trace {
	struct str decision, table; /* table empty for literal expressions */
	struct str hit_policy, aggregation; /* as the file spells them; empty for none */
	struct dmn_trace_input *inputs;
	size_t inputs_count;
	struct dmn_trace_rule *matched;
	size_t matched_count;
	struct feel_value output;
	struct str reason;   /* why the output is null, as far as it is known; empty otherwise */
	struct dmn_trace *next; /* in the order of evaluation: required decisions first */
};

/* Evaluates a decision (or a decision service, or a knowledge model) by name or id. Inputs: a context
 * of input data by name; "namespace#name" tells apart equal names of imported models. A null result
 * has its reason in d->text with d->err OK. `trace` may be NULL: recording costs a little. `env` must
 * live as long as a function in the result is used. ERR_NOT_FOUND: no such decision. ERR_LIMIT:
 * recursion or work beyond the bounds. */
BASE_MUST_USE enum err dmn_eval(const struct dmn_model *m, struct str decision, const struct feel_value *inputs,
                                const struct feel_env *env, struct arena *scratch, struct feel_value *out,
                                struct dmn_trace **trace, struct diag *d);

#endif
