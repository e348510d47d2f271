/* rules_words.c - decisions as people read them: labels and words from the model and from the application
 * form, over the record of what happened. Knows nothing of how a decision is taken. */
#include "casework/rules_int.h"

#define WORDS_NS "urn:banjie:dmn"

/* ---- the file's elements ---- */

static bool named(const struct xml_node *n, struct str decision)
{
	return xml_is(n, NULL, "decision") && (str_eq(xml_attr(n, "name"), decision) || str_eq(xml_attr(n, "id"), decision));
}

const struct xml_node *rules_node(const struct pack *p, struct str decision, const struct dmn_model **model)
{
	for (size_t i = 0; p && i < p->decisions_count; i++)
		for (const struct xml_node *n = p->decisions[i].xml->first; n; n = n->next)
			if (named(n, decision)) {
				if (model)
					*model = p->decisions[i].model;
				return n;
			}
	return NULL;
}

static const struct xml_node *extension(const struct xml_node *n, const char *name)
{
	const struct xml_node *ext = n ? xml_child(n, NULL, "extensionElements") : NULL;
	return ext ? xml_child(ext, WORDS_NS, name) : NULL;
}

struct rules_text rules_label(const struct xml_node *n, struct str fallback)
{
	struct str zh = n ? xml_attr(n, "label") : S("");
	const struct xml_node *label = extension(n, "label");
	struct str en = label ? xml_attr(label, "en") : S("");
	if (!zh.len)
		zh = fallback;
	return (struct rules_text){ zh, en.len ? en : zh };
}

const struct xml_node *rules_child(const struct xml_node *n, const char *name, size_t nth)
{
	const struct xml_node *c = n ? xml_child(n, NULL, name) : NULL;
	for (; c && nth; nth--)
		c = xml_next_same(c);
	return c;
}

struct str rules_source(const struct xml_node *n)
{
	const struct xml_node *text = n ? xml_child(n, NULL, "text") : NULL;
	return text ? str_trim(text->text) : S("");
}

/* ---- words for values ---- */

const struct json *rules_component(const struct pack *p, struct str expression)
{
	const struct json *components = p && str_starts(expression, S("form.")) ? json_get(pack_form(p, S("apply")), "components") : NULL;
	for (size_t i = 0; components && components->kind == JSON_ARRAY && i < components->count; i++)
		if (str_eq(json_text(json_get(&components->items[i], "key")), str_sub(expression, 5, expression.len)))
			return &components->items[i];
	return NULL;
}

static bool word_of_clause(const struct xml_node *clause, struct str value, struct rules_text *out)
{
	for (const struct xml_node *w = extension(clause, "word"); w; w = xml_next_same(w)) {
		if (!str_eq(xml_attr(w, "value"), value))
			continue;
		struct str zh = xml_attr(w, "name"), en = xml_attr(w, "name_en");
		*out = (struct rules_text){ zh.len ? zh : value, en.len ? en : zh.len ? zh : value };
		return true;
	}
	return false;
}

/* A choice of the form: its label, in English the same place in values_en. */
static bool word_of_form(const struct json *component, struct str value, struct rules_text *out)
{
	const struct json *values = json_get(component, "values");
	struct str english = json_text(json_path(component, "properties.values_en"));
	for (size_t i = 0; values && values->kind == JSON_ARRAY && i < values->count; i++) {
		struct str en = str_cut(&english, '|');
		if (!str_eq(json_text(json_get(&values->items[i], "value")), value))
			continue;
		struct str zh = json_text(json_get(&values->items[i], "label"));
		*out = (struct rules_text){ zh, en.len ? en : zh };
		return true;
	}
	return false;
}

/* A word that the model, the decision named by the expression, or the form has for the value. */
static bool word_of(const struct pack *p, const struct xml_node *clause, struct str expression, struct str value, struct rules_text *out)
{
	const struct xml_node *other = rules_node(p, expression, NULL);
	if (word_of_clause(clause, value, out))
		return true;
	if (other && word_of_clause(rules_child(xml_child(other, NULL, "decisionTable"), "output", 0), value, out))
		return true;
	return word_of_form(rules_component(p, expression), value, out);
}

static struct rules_text scalar_text(const struct pack *p, const struct xml_node *clause, struct str expression, struct str value)
{
	static const struct { const char *value; struct rules_text text; } plain[] = {
		{ "true", { S_INIT("是"), S_INIT("yes") } }, { "false", { S_INIT("否"), S_INIT("no") } },
		{ "null", { S_INIT("未提供"), S_INIT("not given") } }, { "", { S_INIT("未提供"), S_INIT("not given") } },
	};
	struct rules_text t = { value, value };
	if (word_of(p, clause, expression, value, &t))
		return t;
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (str_eqz(value, plain[i].value))
			return plain[i].text;
	return t;
}

/* ---- values that are lists and contexts ---- */

struct reading {
	struct arena *a;
	const struct pack *p;
	const struct xml_node *table, *context; /* of the decision; one or none */
	struct rules_text label;                /* of the decision */
};

/* What names a member of the result: an output of the table, a line of the boxed context. */
static const struct xml_node *clause_of(const struct reading *r, struct str member, struct str *expression)
{
	*expression = S("");
	for (const struct xml_node *o = rules_child(r->table, "output", 0); o; o = xml_next_same(o))
		if (str_eq(xml_attr(o, "name"), member))
			return o;
	for (const struct xml_node *e = rules_child(r->context, "contextEntry", 0); e; e = xml_next_same(e)) {
		const struct xml_node *variable = xml_child(e, NULL, "variable");
		if (!variable || !str_eq(xml_attr(variable, "name"), member))
			continue;
		*expression = rules_source(xml_child(e, NULL, "literalExpression"));
		return variable;
	}
	return NULL;
}

static struct rules_text value_text(const struct reading *r, const struct xml_node *clause, struct str expression, const struct json *v);

static void put_members(const struct reading *r, const struct json *o, struct buf *zh, struct buf *en)
{
	for (size_t i = 0; i < o->count; i++) {
		struct str expression;
		const struct xml_node *clause = clause_of(r, o->members[i].key, &expression);
		struct rules_text label = rules_label(clause, o->members[i].key), value = value_text(r, clause, expression, &o->members[i].value);
		buf_printf(zh, "%s%.*s：%.*s", i ? "，" : "", STR_ARG(label.zh), STR_ARG(value.zh));
		buf_printf(en, "%s%.*s: %.*s", i ? ", " : "", STR_ARG(label.en), STR_ARG(value.en));
	}
}

static void put_items(const struct reading *r, const struct xml_node *clause, struct str expression, const struct json *list,
                      struct buf *zh, struct buf *en)
{
	for (size_t i = 0; i < list->count; i++) {
		struct rules_text value = value_text(r, clause, expression, &list->items[i]);
		buf_printf(zh, "%s%.*s", i ? "；" : "", STR_ARG(value.zh));
		buf_printf(en, "%s%.*s", i ? "; " : "", STR_ARG(value.en));
	}
	if (!list->count) {
		buf_putz(zh, "无");
		buf_putz(en, "none");
	}
}

static struct rules_text value_text(const struct reading *r, const struct xml_node *clause, struct str expression, const struct json *v)
{
	enum { VALUE_MAX = 64 << 10 };
	struct buf zh, en;
	if (!v || v->kind == JSON_NULL)
		return scalar_text(r->p, clause, expression, S("null"));
	if (v->kind == JSON_BOOL)
		return scalar_text(r->p, clause, expression, v->boolean ? S("true") : S("false"));
	if (v->kind == JSON_STRING || v->kind == JSON_NUMBER)
		return scalar_text(r->p, clause, expression, v->text);
	buf_init_in(&zh, r->a, VALUE_MAX);
	buf_init_in(&en, r->a, VALUE_MAX);
	if (v->kind == JSON_ARRAY)
		put_items(r, clause, expression, v, &zh, &en);
	else
		put_members(r, v, &zh, &en);
	return (struct rules_text){ buf_str(&zh), buf_str(&en) };
}

/* ---- the record ---- */

enum err rules_feel_json(struct arena *a, const struct feel_value *v, const struct json **out)
{
	struct buf b;
	struct json_writer w;
	struct str text;
	buf_init_in(&b, a, 4 << 20);
	json_writer_init(&w, &b);
	feel_to_json(v, &w);
	TRY(buf_finish(&b, &text));
	return json_read(a, text, out, NULL);
}

static struct str feel_text(struct arena *a, const struct feel_value *v)
{
	struct buf b;
	struct str s;
	buf_init_in(&b, a, 1 << 16);
	feel_print(v, &b);
	return buf_finish(&b, &s) == OK ? s : S("");
}

const struct json *rules_trace_json(struct arena *a, const struct dmn_trace *t)
{
	struct json_build o, inputs, rules;
	const struct json *result = NULL;
	json_build_object(&o, a);
	json_build_array(&inputs, a);
	json_build_array(&rules, a);
	for (size_t i = 0; i < t->inputs_count; i++) {
		struct json_build in;
		json_build_object(&in, a);
		json_set_str(&in, "label", t->inputs[i].label);
		json_set_str(&in, "value", feel_text(a, &t->inputs[i].value));
		json_add(&inputs, json_built(&in));
	}
	for (size_t i = 0; i < t->matched_count; i++) {
		struct json_build r;
		json_build_object(&r, a);
		json_set_i64(&r, "number", t->matched[i].number);
		json_set_str(&r, "id", t->matched[i].id);
		json_set_str(&r, "annotation", t->matched[i].annotation);
		json_add(&rules, json_built(&r));
	}
	json_set_str(&o, "decision", t->decision);
	json_set_str(&o, "table", t->table);
	json_set_str(&o, "hit_policy", t->hit_policy);
	json_set(&o, "inputs", json_built(&inputs));
	json_set(&o, "rules", json_built(&rules));
	json_set_str(&o, "output", feel_text(a, &t->output));
	if (rules_feel_json(a, &t->output, &result) == OK)
		json_set(&o, "result", result);
	return json_built(&o);
}

/* ---- the record made ready ---- */

static void set_text(struct json_build *o, const char *key, const char *key_en, struct rules_text t)
{
	json_set_str(o, key, t.zh);
	json_set_str(o, key_en, t.en);
}

/* What a decision without a table looked at is named by what it requires. */
static struct rules_text input_label(const struct reading *r, const struct xml_node *clause, struct str recorded)
{
	if (clause)
		return rules_label(clause, recorded);
	return rules_label(rules_node(r->p, recorded, NULL), recorded);
}

static void add_input(const struct reading *r, size_t nth, const struct json *in, struct json_build *list)
{
	const struct xml_node *clause = rules_child(r->table, "input", nth);
	struct str label = json_text(json_get(in, "label")), text = json_text(json_get(in, "value"));
	struct str expression = clause ? rules_source(xml_child(clause, NULL, "inputExpression")) : label;
	const struct json *items = NULL;
	struct json_build o;
	if (!r->table && str_starts(text, S("{")))
		return; /* all that was filled in: the rules before say what of it counted */
	json_build_object(&o, r->a);
	set_text(&o, "label", "label_en", input_label(r, clause, label));
	if (str_starts(text, S("[")) && json_read(r->a, text, &items, NULL) == OK)
		set_text(&o, "value", "value_en", value_text(r, clause, expression, items));
	else
		set_text(&o, "value", "value_en", scalar_text(r->p, clause, expression, text));
	json_add(list, json_built(&o));
}

static void add_rule(const struct reading *r, const struct json *rule, struct json_build *list)
{
	struct str annotation = json_text(json_get(rule, "annotation"));
	struct json_build o;
	json_build_object(&o, r->a);
	json_set_i64(&o, "number", json_i64(json_get(rule, "number"), 0));
	json_set_str(&o, "id", json_text(json_get(rule, "id")));
	set_text(&o, "annotation", "annotation_en", (struct rules_text){ law_text(r->a, annotation, false), law_text(r->a, annotation, true) });
	json_add(list, json_built(&o));
}

static void add_output(const struct reading *r, struct rules_text label, const struct xml_node *clause, struct str expression,
                       const struct json *v, struct json_build *list)
{
	struct json_build o;
	json_build_object(&o, r->a);
	set_text(&o, "label", "label_en", label);
	set_text(&o, "value", "value_en", value_text(r, clause, expression, v));
	json_add(list, json_built(&o));
}

static void add_member(const struct reading *r, const struct json *result, struct str name, struct json_build *list)
{
	struct str expression;
	const struct xml_node *clause = clause_of(r, name, &expression);
	const struct json *v = json_get_str(result, name);
	if (v)
		add_output(r, rules_label(clause, name), clause, expression, v, list);
}

/* The members of a context in the order of the model; the record has them by name. */
static void add_members(const struct reading *r, const struct json *result, struct json_build *list)
{
	struct str expression;
	for (const struct xml_node *o = rules_child(r->table, "output", 0); o; o = xml_next_same(o))
		add_member(r, result, xml_attr(o, "name"), list);
	for (const struct xml_node *e = rules_child(r->context, "contextEntry", 0); e; e = xml_next_same(e)) {
		const struct xml_node *variable = xml_child(e, NULL, "variable");
		if (variable)
			add_member(r, result, xml_attr(variable, "name"), list);
	}
	for (size_t i = 0; i < result->count; i++)
		if (!clause_of(r, result->members[i].key, &expression))
			add_member(r, result, result->members[i].key, list);
}

static void add_outputs(const struct reading *r, const struct json *record, struct json_build *list)
{
	const struct json *result = json_get(record, "result");
	const struct xml_node *only = rules_child(r->table, "output", 0);
	if (result && result->kind == JSON_OBJECT)
		add_members(r, result, list);
	else
		add_output(r, rules_label(only, r->label.zh), only, S(""), result ? result : json_get(record, "output"), list);
}

void rules_explain(struct arena *a, const struct pack *p, const struct json *record, struct json_build *out)
{
	struct str decision = json_text(json_get(record, "decision"));
	const struct xml_node *n = rules_node(p, decision, NULL);
	const struct json *inputs = json_get(record, "inputs"), *rules = json_get(record, "rules");
	struct reading r = { .a = a, .p = p, .label = rules_label(n, decision) };
	struct json_build ins, hits, outs;
	r.table = n ? xml_child(n, NULL, "decisionTable") : NULL;
	r.context = n ? xml_child(n, NULL, "context") : NULL;
	json_build_array(&ins, a);
	json_build_array(&hits, a);
	json_build_array(&outs, a);
	for (size_t i = 0; inputs && inputs->kind == JSON_ARRAY && i < inputs->count; i++)
		add_input(&r, i, &inputs->items[i], &ins);
	for (size_t i = 0; rules && rules->kind == JSON_ARRAY && i < rules->count; i++)
		add_rule(&r, &rules->items[i], &hits);
	add_outputs(&r, record, &outs);
	json_set_str(out, "decision", decision);
	set_text(out, "name", "name_en", r.label);
	json_set_str(out, "table", json_text(json_get(record, "table")));
	json_set_str(out, "hit_policy", json_text(json_get(record, "hit_policy")));
	json_set(out, "inputs", json_built(&ins));
	json_set(out, "rules", json_built(&hits));
	json_set(out, "outputs", json_built(&outs));
	json_set_str(out, "output", json_text(json_get(record, "output")));
	json_set(out, "result", json_get(record, "result"));
}
