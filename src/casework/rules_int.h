/* rules_int.h - private to the room: decisions as people read them, and the examples beside them.
 *
 * Beside what DMN executes, a model may say how its parts read: `label` in Chinese, and in extension elements
 * of urn:banjie:dmn the English one (label en=) and words for values (word value= name= name_en=). An
 * annotation has both languages with " | " between, like any ground. docs/packs.md has the form.
 */
#ifndef CASEWORK_RULES_INT_H
#define CASEWORK_RULES_INT_H

#include "casework/casework_int.h"
#include "dmn/dmn.h"

struct dmn_trace;

/* A text in both languages; en is never empty where zh is not. */
struct rules_text { struct str zh, en; };

/* ---- rules_words.c ---- */

/* The decision's element in its file, by name or id; NULL: the pack has no such decision. */
const struct xml_node *rules_node(const struct pack *p, struct str decision, const struct dmn_model **model);
/* The label of an element, `fallback` where it has none. */
struct rules_text rules_label(const struct xml_node *n, struct str fallback);
/* The nth child of that name, from 0; NULL when there are fewer. */
const struct xml_node *rules_child(const struct xml_node *n, const char *name, size_t nth);
/* The text in <text> below n, trimmed; empty when n is NULL. */
struct str rules_source(const struct xml_node *n);
/* The component of the application form that `form.KEY` means; NULL = no such thing. */
const struct json *rules_component(const struct pack *p, struct str expression);

/* What happened in one decision, as the record keeps it. NULL when memory ran out. */
const struct json *rules_trace_json(struct arena *a, const struct dmn_trace *t);
/* A record of rules_trace_json made ready to be read: its members, with name, name_en, the labels, values and
 * annotations in both languages, and outputs [{label, label_en, value, value_en}]. `p` may be NULL. */
void rules_explain(struct arena *a, const struct pack *p, const struct json *record, struct json_build *out);
BASE_MUST_USE enum err rules_feel_json(struct arena *a, const struct feel_value *v, const struct json **out);

/* ---- rules_fields.c ---- */

/* What a person must fill in to try a decision: a value that some expression of its graph asks for. */
struct rules_field {
	struct str path, type;        /* "form.area", "number"; type empty where the model says none */
	struct rules_text label;
	const struct json *component; /* of the application form, NULL if none */
	struct rules_field *next;
};
/* Names of the decisions in the graph of `decision`, required ones first, itself last; at most `room`. */
size_t rules_graph(const struct pack *p, struct str decision, const struct xml_node **out, size_t room);
BASE_MUST_USE enum err rules_fields(const struct pack *p, struct str decision, struct arena *a, struct rules_field **out);
/* A typed value: JSON, FEEL, or text where the field's type is text. *why: "number", "boolean" or "syntax" when
 * it is neither; *out NULL = nothing was typed. */
BASE_MUST_USE enum err rules_field_read(const struct rules_field *f, struct str typed, struct arena *a, const struct json **out, const char **why);
/* Values by path ("form.area") as the inputs of a decision: {"form": {"area": …}}. */
const struct json *rules_inputs_of(struct arena *a, const struct rules_field *fields, const struct json *const *values);

/* ---- pack_examples.c ---- */

struct pack_example {
	struct str file, name, name_en, decision;
	const struct json *inputs, *expect;
	int64_t now_ms;               /* what now() says: midnight in China of "on" */
	bool passed;
	struct str expected, got;     /* JSON text */
	struct str text;              /* why it failed, one English sentence; empty when passed */
	struct pack_example *next;
};

/* Reads the examples among the files; what cannot be read is an example that has failed already. */
BASE_MUST_USE enum err pack_examples_read(const struct pack_file *files, size_t count, struct arena *a, struct pack_example **out);
/* Evaluates each against the pack and fills in passed, expected, got and text. */
BASE_MUST_USE enum err pack_examples_run(const struct pack *p, struct pack_example *list, struct arena *a);
/* Evaluates a decision as an example does. *output is JSON; trace may be NULL. */
BASE_MUST_USE enum err pack_decide(const struct pack *p, struct str decision, const struct json *inputs, int64_t now_ms, struct arena *a,
                                   const struct json **output, struct dmn_trace **trace, struct diag *d);
/* May this version go live? Its own examples must pass (ERR_INVALID "pack.example-failed"); those of the live version
 * that it drops or changes become warnings at the end of *findings. */
BASE_MUST_USE enum err pack_examples_gate(struct act *act, const struct pack *p, const struct pack_file *files, size_t count,
                                          struct pack_finding **findings);

#endif
