/* table.c - <decisionTable>: reading, compiling and evaluating (DMN 1.5, chapter 8).
 * Orientation (rules as rows, as columns, crosstab) is a matter of presentation: the rules are the same. */
#include "dmn/dmn_int.h"

static const struct dmn_hit_policy *const policies[] = {
	&dmn_hit_unique, &dmn_hit_any, &dmn_hit_priority, &dmn_hit_first, &dmn_hit_rule_order, &dmn_hit_output_order,
	&dmn_hit_collect, &dmn_hit_collect_sum, &dmn_hit_collect_min, &dmn_hit_collect_max, &dmn_hit_collect_count,
};

static const struct dmn_hit_policy *policy_of(struct str name, struct str aggregation)
{
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		const struct dmn_hit_policy *p = policies[i];
		if (str_eqz(name, p->name) && str_eqz(aggregation, p->aggregation ? p->aggregation : ""))
			return p;
	}
	return NULL;
}

static enum err policy_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_table *t)
{
	struct str name = xml_attr(n, "hitPolicy"), aggregation = xml_attr(n, "aggregation");
	name = str_empty(name) ? S("UNIQUE") : name;
	aggregation = aggregation.ptr ? aggregation : S("");
	t->policy = policy_of(name, aggregation);
	if (t->policy)
		return OK;
	t->policy = &dmn_hit_unique;
	dmn_find(r, DMN_ERROR, "hit-policy-unknown", t->id, t->line, "there is no hit policy %.*s with the aggregation \"%.*s\"",
	         STR_ARG(name), STR_ARG(aggregation));
	return r->failed;
}

static struct str label_of(const struct xml_node *n)
{
	struct str label = xml_attr(n, "label");
	return label.ptr ? label : S("");
}

static enum err input_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_input *out)
{
	const struct xml_node *x = dmn_child(r, n, "inputExpression"), *values = dmn_child(r, n, "inputValues");
	struct dmn_expr *e;
	DMN_ALLOC(r, e, struct dmn_expr, 1);
	*e = (struct dmn_expr){ .ops = &dmn_literal_ops, .id = dmn_id_of(x ? x : n), .line = x ? x->line : n->line };
	if (x) {
		e->literal.text = dmn_text_of(r, x);
		e->type = dmn_type_ref(r, xml_attr(x, "typeRef"), x);
	}
	if (str_empty(e->literal.text))
		dmn_find(r, DMN_ERROR, "input-expression", dmn_id_of(n), n->line, "the input in line %d has no expression", n->line);
	out->expression = e;
	out->label = str_empty(label_of(n)) ? e->literal.text : label_of(n);
	out->values = (struct dmn_tests){ .any = true, .line = n->line };
	return values ? dmn_tests_read(r, values, &out->values) : r->failed;
}

static enum err output_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_output *out)
{
	const struct xml_node *values = dmn_child(r, n, "outputValues"), *otherwise = dmn_child(r, n, "defaultOutputEntry");
	out->name = dmn_name_of(r, n);
	out->label = str_empty(label_of(n)) ? out->name : label_of(n);
	out->type = dmn_type_ref(r, xml_attr(n, "typeRef"), n);
	out->line = n->line;
	out->values = (struct dmn_tests){ .any = true, .line = n->line };
	if (values)
		TRY(dmn_tests_read(r, values, &out->values));
	if (!otherwise)
		return r->failed;
	DMN_ALLOC(r, out->otherwise, struct dmn_expr, 1);
	*out->otherwise = (struct dmn_expr){ .ops = &dmn_literal_ops, .id = dmn_id_of(otherwise), .line = otherwise->line,
		.type = dmn_type_ref(r, xml_attr(otherwise, "typeRef"), otherwise), .literal.text = dmn_text_of(r, otherwise) };
	return r->failed;
}

/* The rule's source, for explanations: its annotation entries, or else its description. */
static enum err annotation_read(struct dmn_reader *r, const struct xml_node *n, struct str *out)
{
	struct buf b;
	buf_init_in(&b, r->arena, 1 << 20);
	for (const struct xml_node *c = dmn_child(r, n, "annotationEntry"); c; c = xml_next_same(c)) {
		struct str text = dmn_text_of(r, c);
		if (!str_empty(text) && b.len)
			buf_putz(&b, "; ");
		buf_put(&b, text);
	}
	const struct xml_node *d = dmn_child(r, n, "description");
	if (!b.len && d)
		buf_put(&b, str_trim(d->text));
	*out = b.len ? buf_str(&b) : S("");
	return b.failed;
}

static enum err rule_width(struct dmn_reader *r, const struct xml_node *n, const struct dmn_table *t)
{
	size_t in = dmn_count(r, n, "inputEntry"), out = dmn_count(r, n, "outputEntry");
	if (in == t->inputs_count && out == t->outputs_count)
		return OK;
	dmn_find(r, DMN_ERROR, "rule-width", dmn_id_of(n), n->line,
	         "the rule in line %d has %zu input and %zu output entries, the table %zu and %zu", n->line, in, out,
	         t->inputs_count, t->outputs_count);
	return r->failed;
}

static enum err rule_read(struct dmn_reader *r, const struct xml_node *n, const struct dmn_table *t, struct dmn_rule *out)
{
	size_t at = 0;
	out->id = dmn_id_of(n);
	out->line = n->line;
	TRY(rule_width(r, n, t));
	DMN_ALLOC(r, out->inputs, struct dmn_tests, t->inputs_count);
	DMN_ALLOC(r, out->outputs, struct dmn_expr *, t->outputs_count);
	for (const struct xml_node *c = dmn_child(r, n, "inputEntry"); c && at < t->inputs_count; c = xml_next_same(c))
		TRY(dmn_tests_read(r, c, &out->inputs[at++]));
	while (at < t->inputs_count)
		out->inputs[at++].any = true;
	at = 0;
	for (const struct xml_node *c = dmn_child(r, n, "outputEntry"); at < t->outputs_count; c = c ? xml_next_same(c) : NULL) {
		struct dmn_expr *e;
		DMN_ALLOC(r, e, struct dmn_expr, 1);
		*e = (struct dmn_expr){ .ops = &dmn_literal_ops, .line = n->line, .id = out->id };
		if (c)
			*e = (struct dmn_expr){ .ops = &dmn_literal_ops, .line = c->line, .id = dmn_id_of(c),
				.type = dmn_type_ref(r, xml_attr(c, "typeRef"), c), .literal.text = dmn_text_of(r, c) };
		out->outputs[at++] = e;
	}
	return annotation_read(r, n, &out->annotation);
}

static enum err clauses_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_table *t)
{
	DMN_ALLOC(r, t->inputs, struct dmn_input, dmn_count(r, n, "input"));
	for (const struct xml_node *c = dmn_child(r, n, "input"); c; c = xml_next_same(c))
		TRY(input_read(r, c, &t->inputs[t->inputs_count++]));
	DMN_ALLOC(r, t->outputs, struct dmn_output, dmn_count(r, n, "output"));
	for (const struct xml_node *c = dmn_child(r, n, "output"); c; c = xml_next_same(c)) {
		TRY(output_read(r, c, &t->outputs[t->outputs_count]));
		t->has_default = t->has_default || t->outputs[t->outputs_count].otherwise;
		t->outputs_count++;
	}
	if (!t->outputs_count)
		dmn_find(r, DMN_ERROR, "table-without-output", t->id, t->line, "the decision table in line %d has no output", t->line);
	return r->failed;
}

static enum err outputs_named(struct dmn_reader *r, const struct dmn_table *t)
{
	for (size_t i = 0; t->outputs_count > 1 && i < t->outputs_count; i++) {
		if (str_empty(t->outputs[i].name))
			dmn_find(r, DMN_ERROR, "output-name", t->id, t->outputs[i].line,
			         "output %zu of the table in line %d needs a name: there are several outputs", i + 1, t->line);
	}
	return r->failed;
}

static enum err table_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	struct dmn_table *t;
	struct str label = xml_attr(n, "outputLabel");
	DMN_ALLOC(r, t, struct dmn_table, 1);
	e->table = t;
	t->id = e->id;
	t->line = e->line;
	t->label = !str_empty(label) ? label : label_of(n);
	TRY(policy_read(r, n, t));
	TRY(clauses_read(r, n, t));
	TRY(outputs_named(r, t));
	size_t count = dmn_count(r, n, "rule");
	if (count > UINT32_MAX / 64)
		return diag_set(r->diag, ERR_LIMIT, "dmn.rules", "the decision table in line %d has too many rules", n->line);
	DMN_ALLOC(r, t->rules, struct dmn_rule, count);
	for (const struct xml_node *c = dmn_child(r, n, "rule"); c; c = xml_next_same(c))
		TRY(rule_read(r, c, t, &t->rules[t->rules_count++]));
	return r->failed;
}

/* The type of one output: its own, or what the type of the table says about it. */
static const struct feel_type *output_type(const struct dmn_table *t, const struct dmn_output *o,
                                           const struct feel_type *whole)
{
	if (o->type || !whole)
		return o->type;
	if (whole->kind == FEEL_TYPE_LIST) /* of a hit policy that gives several */
		whole = whole->item;
	if (t->outputs_count == 1 || !whole || whole->kind != FEEL_TYPE_CONTEXT)
		return t->outputs_count == 1 ? whole : NULL;
	for (size_t i = 0; i < whole->members_count; i++)
		if (str_eq(whole->members[i].name, o->name))
			return whole->members[i].type;
	return NULL;
}

/* Without output values of its own an output has the allowed values of its type. */
static enum err values_of_type(struct dmn_reader *r, struct dmn_output *o, const struct feel_type *type)
{
	struct buf text;
	if (!o->values.any || !type || !type->allowed)
		return OK;
	buf_init_in(&text, r->arena, 1 << 16);
	feel_plan_print(type->allowed, &text);
	TRY(text.failed);
	o->values = (struct dmn_tests){ .text = buf_str(&text), .line = o->line };
	return OK;
}

/* Output values are ranked by their place in the list. */
static enum err ranks_compile(struct dmn_reader *r, struct dmn_output *o)
{
	struct feel_plan *plan;
	struct feel_value v;
	struct diag d;
	const struct feel_env env = { .now_ms = 0 };
	if (o->values.any)
		return OK;
	struct str list = arena_printf(r->arena, "[%.*s]", STR_ARG(o->values.text));
	if (!list.ptr)
		return ERR_NOMEM;
	diag_init(&d);
	enum err err = feel_compile(r->arena, list, NULL, &plan, &d);
	if (err != OK)
		return err == ERR_NOMEM ? err : OK; /* tests that are no list of values rank nothing */
	diag_init(&d);
	TRY(feel_eval(plan, NULL, &env, r->arena, &v, &d));
	if (v.kind == FEEL_LIST) {
		o->ranked = v.list.at;
		o->ranked_count = v.list.count;
	}
	return OK;
}

static enum err output_compile(struct dmn_reader *r, const struct dmn_expr *e, struct dmn_output *o,
                               const struct feel_names *names)
{
	TRY(values_of_type(r, o, output_type(e->table, o, e->type ? e->type : e->table->result)));
	TRY(dmn_tests_compile(r, &o->values, names));
	TRY(ranks_compile(r, o));
	return o->otherwise ? dmn_expr_compile(r, o->otherwise, names) : OK;
}

static enum err rule_compile(struct dmn_reader *r, const struct dmn_table *t, struct dmn_rule *rule,
                             const struct feel_names *names)
{
	for (size_t i = 0; i < t->inputs_count; i++)
		TRY(dmn_tests_compile(r, &rule->inputs[i], names));
	for (size_t i = 0; i < t->outputs_count; i++)
		TRY(dmn_expr_compile(r, rule->outputs[i], names));
	return OK;
}

static enum err table_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	struct dmn_table *t = e->table;
	for (size_t i = 0; i < t->inputs_count; i++) {
		TRY(dmn_expr_compile(r, t->inputs[i].expression, names));
		TRY(dmn_tests_compile(r, &t->inputs[i].values, names));
	}
	for (size_t i = 0; i < t->outputs_count; i++)
		TRY(output_compile(r, e, &t->outputs[i], names));
	for (size_t i = 0; i < t->rules_count; i++)
		TRY(rule_compile(r, t, &t->rules[i], names));
	return OK;
}

/* ---- evaluating ---- */

/* *valid false when an input is not among its input values: the table then has no answer. */
static enum err inputs_eval(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *scope,
                            struct feel_value *inputs, bool *valid)
{
	*valid = true;
	for (size_t i = 0; i < t->inputs_count; i++) {
		const struct dmn_input *in = &t->inputs[i];
		TRY(dmn_expr_eval(run, in->expression, scope, &inputs[i]));
		if (in->values.any || feel_is_null(&inputs[i]))
			continue;
		bool ok;
		TRY(dmn_tests_pass(run, &in->values, &inputs[i], scope, &ok));
		if (!ok) {
			dmn_run_reason(run, "%.*s (line %d) is none of the allowed input values", STR_ARG(in->label), in->values.line);
			*valid = false;
		}
	}
	return OK;
}

static enum err rule_matches(struct dmn_run *run, const struct dmn_table *t, const struct dmn_rule *rule,
                             const struct feel_value *inputs, const struct feel_value *scope, bool *out)
{
	*out = true;
	for (size_t i = 0; i < t->inputs_count && *out; i++)
		if (!rule->inputs[i].any)
			TRY(dmn_tests_pass(run, &rule->inputs[i], &inputs[i], scope, out));
	return OK;
}

static enum err rules_match(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *inputs,
                            const struct feel_value *scope, uint32_t *rules, size_t *count)
{
	size_t n = 0;
	for (uint32_t i = 0; i < t->rules_count; i++) {
		bool match;
		TRY(rule_matches(run, t, &t->rules[i], inputs, scope, &match));
		if (match)
			rules[n++] = i;
		if (match && t->policy->first_only)
			break;
	}
	*count = n;
	return OK;
}

static enum err output_eval(struct dmn_run *run, const struct dmn_output *o, const struct dmn_expr *e,
                            const struct feel_value *scope, struct feel_value *out)
{
	struct feel_value v;
	TRY(dmn_expr_eval(run, e, scope, &v));
	return dmn_run_coerce(run, o->type, &v, str_empty(o->name) ? S("the output") : o->name, e->line, out);
}

static enum err hits_eval(struct dmn_run *run, struct dmn_hits *h, const struct feel_value *scope,
                          struct feel_value *out)
{
	const struct dmn_table *t = h->table;
	DMN_ALLOC(run, h->outputs, struct feel_value, h->count * t->outputs_count);
	for (size_t i = 0; i < h->count; i++)
		for (size_t j = 0; j < t->outputs_count; j++)
			TRY(output_eval(run, &t->outputs[j], t->rules[h->rules[i]].outputs[j], scope,
			                &h->outputs[i * t->outputs_count + j]));
	return t->policy->choose(run, h, out);
}

static enum err default_eval(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *scope,
                             struct feel_value *out)
{
	struct feel_value *outputs;
	struct dmn_hits one = { .table = t, .count = 1 };
	DMN_ALLOC(run, outputs, struct feel_value, t->outputs_count);
	for (size_t j = 0; j < t->outputs_count; j++)
		if (t->outputs[j].otherwise)
			TRY(output_eval(run, &t->outputs[j], t->outputs[j].otherwise, scope, &outputs[j]));
	one.outputs = outputs;
	return dmn_hit_value(run, &one, 0, out);
}

static enum err no_hit(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *scope,
                       struct feel_value *out)
{
	if (t->has_default)
		return default_eval(run, t, scope, out);
	if (t->policy->empty_is_list)
		*out = feel_list(NULL, 0);
	else if (t->policy->empty_is_zero)
		*out = feel_i64(0);
	else
		dmn_run_reason(run, "no rule of the table in line %d matches", t->line);
	return OK;
}

static enum err table_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                           struct feel_value *out)
{
	const struct dmn_table *t = e->table;
	struct dmn_hits h = { .table = t };
	struct feel_value *inputs;
	uint32_t *rules;
	bool valid;
	DMN_ALLOC(run, inputs, struct feel_value, t->inputs_count);
	DMN_ALLOC(run, rules, uint32_t, t->policy->first_only ? 1 : t->rules_count);
	*out = feel_null();
	TRY(inputs_eval(run, t, scope, inputs, &valid));
	if (valid) {
		TRY(rules_match(run, t, inputs, scope, rules, &h.count));
		h.rules = rules;
		TRY(h.count ? hits_eval(run, &h, scope, out) : no_hit(run, t, scope, out));
	}
	return run->tracing ? dmn_trace_table(run, t, inputs, &h, out) : OK;
}

static enum err table_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	const struct dmn_table *t = e->table;
	for (size_t i = 0; i < t->inputs_count; i++)
		TRY(visit(arg, t->inputs[i].expression));
	for (size_t i = 0; i < t->outputs_count; i++)
		if (t->outputs[i].otherwise)
			TRY(visit(arg, t->outputs[i].otherwise));
	for (size_t i = 0; i < t->rules_count; i++)
		for (size_t j = 0; j < t->outputs_count; j++)
			TRY(visit(arg, t->rules[i].outputs[j]));
	return OK;
}

const struct dmn_ops dmn_table_ops = { "decisionTable", table_read, table_compile, table_eval, table_each };
