/* view_rules.c - the decisions of the live packs as their designer sees them: the list, one decision with its
 * graph, trying it, and its stored examples. Reads only; nothing here touches a case. */
#include "casework/rules_int.h"
#include "casework/view_int.h"

enum { GRAPH_MAX = 64, FIELDS_MAX = 64 };

static void set_text(struct json_build *o, const char *key, const char *key_en, struct rules_text t)
{
	json_set_str(o, key, t.zh);
	json_set_str(o, key_en, t.en);
}

static enum err live_pack(struct view_ctx *v, struct str code, const struct pack **out)
{
	int64_t id = row_i64_str(v->c, "SELECT id FROM pack WHERE code=?1 AND live=1", code, 0);
	return id ? pack_of(v->cw, v->c, id, out, v->d) : ERR_NOT_FOUND;
}

static enum err examples_of(struct view_ctx *v, const struct pack *p, struct pack_example **out)
{
	struct pack_file *files;
	size_t count;
	TRY(pack_files_load(v->c, v->a, p->id, &files, &count));
	return pack_examples_read(files, count, v->a, out);
}

/* ---- the list ---- */

static size_t count_examples(const struct pack_example *e, struct str decision)
{
	size_t n = 0;
	for (; e; e = e->next)
		n += str_eq(e->decision, decision);
	return n;
}

static size_t count_children(const struct xml_node *n, const char *name)
{
	size_t count = 0;
	for (const struct xml_node *c = rules_child(n, name, 0); c; c = xml_next_same(c))
		count++;
	return count;
}

static void set_pack(struct json_build *o, const struct pack *p)
{
	json_set_str(o, "pack", p->code);
	json_set_i64(o, "version", p->version);
	json_set_str(o, "pack_name", p->name);
	json_set_str(o, "pack_name_en", p->name_en.len ? p->name_en : p->name);
}

static void set_decision(struct json_build *o, const struct xml_node *n)
{
	const struct xml_node *table = xml_child(n, NULL, "decisionTable");
	struct str policy = table ? xml_attr(table, "hitPolicy") : S("");
	json_set_str(o, "decision", xml_attr(n, "name"));
	set_text(o, "name", "name_en", rules_label(n, xml_attr(n, "name")));
	json_set_str(o, "logic", table ? S("table") : S("expression"));
	json_set_str(o, "hit_policy", !table ? S("") : policy.len ? policy : S("UNIQUE"));
	json_set_i64(o, "rules", (int64_t)count_children(table, "rule"));
}

static enum err list_pack(struct view_ctx *v, struct str code, struct json_build *list)
{
	const struct pack *p;
	struct pack_example *examples;
	TRY(live_pack(v, code, &p));
	TRY(examples_of(v, p, &examples));
	for (size_t i = 0; i < p->decisions_count; i++)
		for (const struct xml_node *n = rules_child(p->decisions[i].xml, "decision", 0); n; n = xml_next_same(n)) {
			struct json_build o;
			json_build_object(&o, v->a);
			set_pack(&o, p);
			set_decision(&o, n);
			json_set_i64(&o, "examples", (int64_t)count_examples(examples, xml_attr(n, "name")));
			json_add(list, json_built(&o));
		}
	return OK;
}

/* The decisions of a pack that cannot be read are left out. Where the others are read round what is damaged its files are not all there, and it is none. */
static enum err list_readable(struct view_ctx *v, struct str code, struct json_build *list)
{
	size_t before = list->value.count;
	enum err e = list_pack(v, code, list);
	if (e != ERR_CORRUPT && !(err_is_refusal(e) && view_passed(v)))
		return e;
	list->value.count = before;
	v->rows_missing = true;
	if (v->d)
		diag_init(v->d);
	return e == ERR_CORRUPT ? view_renew(v) : OK;
}

enum err view_decisions(struct view_ctx *v, struct json_build *out)
{
	struct json_build codes, list;
	struct store_query *q;
	struct str only = param(v, "pack");
	json_build_array(&list, v->a);
	TRY(store_prepare(v->c, "SELECT code FROM pack WHERE live=1 AND (?1 IS NULL OR code=?1) ORDER BY code LIMIT 500", &q));
	store_bind_str(q, 1, only.len ? only : (struct str){ NULL, 0 });
	TRY(rows_json(v, q, &codes));
	for (size_t i = 0; i < codes.value.count; i++)
		TRY(list_readable(v, json_text(json_get(&codes.value.items[i], "code")), &list));
	json_set(out, "rows", json_built(&list));
	json_set_null(out, "next");
	return OK;
}

/* ---- one decision ---- */

static const struct json *clauses_json(struct view_ctx *v, const struct xml_node *table, const char *kind, const struct dmn_clause_view *at, size_t count)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count; i++) {
		struct json_build o;
		struct str fallback = at[i].label.len ? at[i].label : at[i].expression;
		json_build_object(&o, v->a);
		set_text(&o, "label", "label_en", rules_label(rules_child(table, kind, i), fallback));
		json_set_str(&o, "expression", at[i].expression);
		json_set_str(&o, "values", at[i].values);
		json_set_str(&o, "otherwise", at[i].otherwise);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static const struct json *cells_json(struct view_ctx *v, const struct str *cells, size_t count)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count; i++)
		json_add_str(&list, cells[i].ptr ? cells[i] : S(""));
	return json_built(&list);
}

static const struct json *table_json(struct view_ctx *v, const struct xml_node *n, const struct dmn_table_view *t)
{
	struct json_build o, rules;
	const struct xml_node *table = xml_child(n, NULL, "decisionTable");
	json_build_object(&o, v->a);
	json_build_array(&rules, v->a);
	json_set_str(&o, "hit_policy", t->hit_policy);
	json_set_str(&o, "aggregation", t->aggregation);
	json_set(&o, "inputs", clauses_json(v, table, "input", t->inputs, t->inputs_count));
	json_set(&o, "outputs", clauses_json(v, table, "output", t->outputs, t->outputs_count));
	for (size_t i = 0; i < t->rules_count; i++) {
		struct json_build r;
		json_build_object(&r, v->a);
		json_set_i64(&r, "number", (int64_t)i + 1);
		json_set_str(&r, "id", t->rules[i].id);
		json_set(&r, "inputs", cells_json(v, t->rules[i].inputs, t->inputs_count));
		json_set(&r, "outputs", cells_json(v, t->rules[i].outputs, t->outputs_count));
		set_text(&r, "annotation", "annotation_en",
		         (struct rules_text){ law_text(v->a, t->rules[i].annotation, false), law_text(v->a, t->rules[i].annotation, true) });
		json_add(&rules, json_built(&r));
	}
	json_set(&o, "rules", json_built(&rules));
	return json_built(&o);
}

static void add_line(struct view_ctx *v, struct json_build *list, const struct xml_node *named, struct str text)
{
	struct json_build o;
	json_build_object(&o, v->a);
	set_text(&o, "label", "label_en", named ? rules_label(named, xml_attr(named, "name")) : (struct rules_text){ S(""), S("") });
	json_set_str(&o, "text", text);
	json_add(list, json_built(&o));
}

/* Logic that is no table, line by line: a literal expression, or the entries of a boxed context. */
static const struct json *lines_json(struct view_ctx *v, const struct xml_node *n)
{
	const struct xml_node *literal = xml_child(n, NULL, "literalExpression"), *context = xml_child(n, NULL, "context");
	struct json_build list;
	json_build_array(&list, v->a);
	if (literal)
		add_line(v, &list, NULL, rules_source(literal));
	for (const struct xml_node *e = rules_child(context, "contextEntry", 0); e; e = xml_next_same(e))
		add_line(v, &list, xml_child(e, NULL, "variable"), rules_source(xml_child(e, NULL, "literalExpression")));
	return json_built(&list);
}

static enum err graph_json(struct view_ctx *v, const struct pack *p, struct str decision, struct json_build *list)
{
	const struct xml_node *nodes[GRAPH_MAX];
	size_t count = rules_graph(p, decision, nodes, GRAPH_MAX);
	json_build_array(list, v->a);
	for (size_t i = count; i-- > 0;) { /* the decision itself first, then what it rests on */
		const struct dmn_model *m = NULL;
		struct dmn_table_view table;
		struct json_build o;
		struct diag d;
		diag_init(&d);
		json_build_object(&o, v->a);
		set_decision(&o, nodes[i]);
		json_set_bool(&o, "self", i + 1 == count);
		(void)rules_node(p, xml_attr(nodes[i], "name"), &m);
		enum err e = dmn_model_table(m, xml_attr(nodes[i], "name"), v->a, &table, &d);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		json_set(&o, "table", e == OK ? table_json(v, nodes[i], &table) : NULL);
		json_set(&o, "lines", e == OK ? NULL : lines_json(v, nodes[i]));
		json_add(list, json_built(&o));
	}
	return OK;
}

static const struct json *options_json(struct view_ctx *v, const struct json *component)
{
	struct json_build list;
	const struct json *values = json_get(component, "values");
	struct str english = json_text(json_path(component, "properties.values_en"));
	json_build_array(&list, v->a);
	for (size_t i = 0; values && values->kind == JSON_ARRAY && i < values->count; i++) {
		struct str zh = json_text(json_get(&values->items[i], "label")), en = str_cut(&english, '|');
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_str(&o, "value", json_text(json_get(&values->items[i], "value")));
		set_text(&o, "name", "name_en", (struct rules_text){ zh, en.len ? en : zh });
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static const struct json *fields_json(struct view_ctx *v, const struct rules_field *f)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (; f; f = f->next) {
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_str(&o, "path", f->path);
		json_set_str(&o, "type", f->type.len ? f->type : S("Any"));
		set_text(&o, "label", "label_en", f->label);
		json_set(&o, "options", options_json(v, f->component));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

/* Whether a finding's element is the decision or lies in it. */
static bool belongs(const struct xml_node *n, struct str element)
{
	if (str_eq(xml_attr(n, "id"), element) || (xml_is(n, NULL, "decision") && str_eq(xml_attr(n, "name"), element)))
		return true;
	for (const struct xml_node *c = n->first; c; c = c->next)
		if (belongs(c, element))
			return true;
	return false;
}

static const struct json *findings_json(struct view_ctx *v, const struct dmn_model *m, const struct xml_node *n)
{
	struct dmn_finding *f = NULL;
	struct json_build list;
	json_build_array(&list, v->a);
	if (dmn_model_check(m, v->a, &f) != OK)
		return json_built(&list);
	for (; f; f = f->next) {
		struct json_build o;
		if (!belongs(n, f->element))
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "severity", f->severity == DMN_ERROR ? S("error") : S("warning"));
		json_set_str(&o, "rule", f->rule);
		json_set_str(&o, "element", f->element);
		json_set_i64(&o, "line", f->line);
		json_set_str(&o, "text", f->text);
		json_set_str(&o, "example", f->example);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static void set_example(struct json_build *o, const struct pack_example *e)
{
	json_set_str(o, "file", e->file);
	json_set_str(o, "name", e->name);
	json_set_str(o, "name_en", e->name_en);
	json_set_str(o, "decision", e->decision);
	json_set(o, "inputs", e->inputs);
	json_set(o, "expect", e->expect);
}

static const struct json *examples_json(struct view_ctx *v, const struct pack_example *e, struct str decision)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (; e; e = e->next) {
		struct json_build o;
		if (!str_eq(e->decision, decision))
			continue;
		json_build_object(&o, v->a);
		set_example(&o, e);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

/* The decision the parameters name, by its name. */
static enum err named_decision(struct view_ctx *v, const struct pack **p, const struct xml_node **n, const struct dmn_model **m, struct str *name)
{
	TRY(live_pack(v, param(v, "pack"), p));
	*n = rules_node(*p, param(v, "decision"), m);
	if (!*n)
		return ERR_NOT_FOUND;
	*name = xml_attr(*n, "name");
	return OK;
}

enum err view_decision(struct view_ctx *v, struct json_build *out)
{
	const struct pack *p;
	const struct xml_node *n;
	const struct dmn_model *m;
	struct rules_field *fields;
	struct pack_example *examples;
	struct json_build graph;
	struct str name;
	TRY(named_decision(v, &p, &n, &m, &name));
	TRY(rules_fields(p, name, v->a, &fields));
	TRY(examples_of(v, p, &examples));
	TRY(graph_json(v, p, name, &graph));
	set_pack(out, p);
	set_decision(out, n);
	json_set(out, "graph", json_built(&graph));
	json_set(out, "fields", fields_json(v, fields));
	json_set(out, "findings", findings_json(v, m, n));
	json_set(out, "examples", examples_json(v, examples, name));
	return OK;
}

/* ---- trying it ---- */

static const char *field_error(const char *why)
{
	return strcmp(why, "number") == 0 ? "This must be a number." : strcmp(why, "boolean") == 0 ? "This must be true or false."
	     : "This is neither JSON nor FEEL: text stands in quotes.";
}

/* Typed texts by path as inputs; *errors lists those that could not be read. */
static enum err typed_inputs(struct view_ctx *v, const struct pack *p, struct str decision, const struct json *typed,
                             const struct json **inputs, struct json_build *errors)
{
	const struct json *values[FIELDS_MAX] = { NULL };
	struct rules_field *fields;
	size_t i = 0;
	TRY(rules_fields(p, decision, v->a, &fields));
	for (const struct rules_field *f = fields; f && i < FIELDS_MAX; f = f->next, i++) {
		const char *why;
		struct json_build o;
		TRY(rules_field_read(f, json_text(json_get_str(typed, f->path)), v->a, &values[i], &why));
		if (!why)
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "path", f->path);
		json_set_str(&o, "code", str_of(why));
		json_set_str(&o, "text", str_of(field_error(why)));
		json_add(errors, json_built(&o));
	}
	*inputs = rules_inputs_of(v->a, fields, values);
	return *inputs ? OK : ERR_NOMEM;
}

static enum err take_decision(struct view_ctx *v, const struct pack *p, struct str decision, const struct json *inputs, struct json_build *out)
{
	const struct json *output = NULL;
	struct dmn_trace *trace = NULL, *last = NULL;
	struct json_build steps;
	struct diag d;
	diag_init(&d);
	enum err e = pack_decide(p, decision, inputs, v->now_ms, v->a, &output, &trace, &d);
	if (e == ERR_NOMEM)
		return e;
	json_build_array(&steps, v->a);
	for (struct dmn_trace *t = trace; e == OK && t; last = t, t = t->next) {
		struct json_build o;
		const struct json *record = rules_trace_json(v->a, t);
		json_build_object(&o, v->a);
		rules_explain(v->a, p, record, &o);
		json_set_str(&o, "reason", t->reason);
		json_add(&steps, json_built(&o));
	}
	json_set(out, "output", output);
	json_set(out, "steps", json_built(&steps));
	json_set_str(out, "reason", e != OK ? arena_printf(v->a, "%s", d.text) : last ? last->reason : S(""));
	return OK;
}

enum err view_decision_try(struct view_ctx *v, struct json_build *out)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	const struct json *typed = json_get(v->params, "fields"), *inputs = json_get(v->params, "inputs");
	const struct pack *p;
	const struct xml_node *n;
	struct json_build errors;
	struct str name;
	TRY(named_decision(v, &p, &n, NULL, &name));
	json_build_array(&errors, v->a);
	if (!inputs || inputs->kind != JSON_OBJECT)
		inputs = &nothing;
	if (typed && typed->kind == JSON_OBJECT)
		TRY(typed_inputs(v, p, name, typed, &inputs, &errors));
	set_pack(out, p);
	set_decision(out, n);
	json_set(out, "errors", json_built(&errors));
	json_set(out, "inputs", inputs);
	if (errors.value.count)
		return OK;
	return take_decision(v, p, name, inputs, out);
}

/* ---- the stored examples, run when somebody asks ---- */

enum err view_decision_examples(struct view_ctx *v, struct json_build *out)
{
	const struct pack *p;
	const struct xml_node *n;
	struct pack_example *e;
	struct json_build list;
	struct str name;
	int64_t passed = 0, failed = 0;
	TRY(named_decision(v, &p, &n, NULL, &name));
	TRY(examples_of(v, p, &e));
	TRY(pack_examples_run(p, e, v->a));
	json_build_array(&list, v->a);
	for (; e; e = e->next) {
		struct json_build o;
		if (!str_eq(e->decision, name))
			continue;
		json_build_object(&o, v->a);
		set_example(&o, e);
		json_set_bool(&o, "passed", e->passed);
		json_set_str(&o, "got", e->got.ptr ? e->got : S(""));
		json_set_str(&o, "text", e->text.ptr ? e->text : S(""));
		json_add(&list, json_built(&o));
		passed += e->passed;
		failed += !e->passed;
	}
	json_set(out, "rows", json_built(&list));
	json_set_i64(out, "passed", passed);
	json_set_i64(out, "failed", failed);
	return OK;
}
