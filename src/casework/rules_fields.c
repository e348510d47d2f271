/* rules_fields.c - what a decision asks for, as fields that a person can fill in to try it. */
#include "casework/rules_int.h"

enum { GRAPH_MAX = 64, FIELDS_MAX = 60, VALUE_MAX = 64 << 10, WORK_MAX = 100000 };

/* ---- the graph ---- */

struct graph { const struct pack *p; const struct xml_node **out; size_t count, room; };

static struct str target(const struct xml_node *requirement, const char *kind)
{
	const struct xml_node *n = xml_child(requirement, NULL, kind);
	struct str href = n ? xml_attr(n, "href") : S("");
	ptrdiff_t hash = str_find_byte(href, '#');
	return hash < 0 ? S("") : str_sub(href, (size_t)hash + 1, href.len);
}

static void visit(struct graph *g, const struct xml_node *n, int depth)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->out[i] == n)
			return;
	for (const struct xml_node *r = rules_child(n, "informationRequirement", 0); r && depth < GRAPH_MAX; r = xml_next_same(r)) {
		struct str id = target(r, "requiredDecision");
		const struct xml_node *other = id.len ? rules_node(g->p, id, NULL) : NULL;
		if (other)
			visit(g, other, depth + 1);
	}
	if (g->count < g->room)
		g->out[g->count++] = n;
}

size_t rules_graph(const struct pack *p, struct str decision, const struct xml_node **out, size_t room)
{
	struct graph g = { p, out, 0, room };
	const struct xml_node *n = rules_node(p, decision, NULL);
	if (n)
		visit(&g, n, 0);
	return g.count;
}

/* ---- what the expressions ask for ---- */

struct finding_fields {
	const struct pack *p;
	struct arena *a;
	struct rules_field *first, **last;
	size_t count;
};

static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static struct rules_field *field_of(struct finding_fields *f, struct str path)
{
	for (struct rules_field *x = f->first; x; x = x->next)
		if (str_eq(x->path, path))
			return x;
	if (f->count == FIELDS_MAX)
		return NULL;
	struct rules_field *x = arena_new(f->a, struct rules_field);
	if (!x)
		return NULL;
	x->path = path;
	*f->last = x;
	f->last = &x->next;
	f->count++;
	return x;
}

/* "form.area" at `at`, when the input's name stands there by itself; its length, 0 if it does not. */
static size_t path_at(struct str text, size_t at, struct str input)
{
	if (!str_eq(str_sub(text, at, at + input.len), input) || (at && (in_name(text.ptr[at - 1]) || text.ptr[at - 1] == '.')))
		return 0;
	size_t end = at + input.len;
	if (end < text.len && in_name(text.ptr[end]))
		return 0;
	while (end + 1 < text.len && text.ptr[end] == '.' && in_name(text.ptr[end + 1])) {
		end++;
		while (end < text.len && in_name(text.ptr[end]))
			end++;
	}
	return end - at;
}

static void scan(struct finding_fields *f, struct str text, struct str input)
{
	bool quoted = false;
	for (size_t at = 0; at < text.len; at++) {
		if (text.ptr[at] == '"' && (!at || text.ptr[at - 1] != '\\'))
			quoted = !quoted;
		size_t len = quoted ? 0 : path_at(text, at, input);
		if (!len)
			continue;
		(void)field_of(f, str_sub(text, at, at + len));
		at += len - 1;
	}
}

/* Every FEEL text below n; annotations are prose. */
static void scan_below(struct finding_fields *f, const struct xml_node *n, struct str input)
{
	for (const struct xml_node *c = n->first; c; c = c->next) {
		if (xml_is(c, NULL, "annotationEntry") || xml_is(c, NULL, "extensionElements"))
			continue;
		if (xml_is(c, NULL, "text"))
			scan(f, c->text, input);
		scan_below(f, c, input);
	}
}

static const struct xml_node *by_id(const struct xml_node *file, struct str id)
{
	for (const struct xml_node *n = file->first; n; n = n->next)
		if (str_eq(xml_attr(n, "id"), id))
			return n;
	return NULL;
}

static void scan_decision(struct finding_fields *f, const struct xml_node *decision)
{
	for (const struct xml_node *r = rules_child(decision, "informationRequirement", 0); r; r = xml_next_same(r)) {
		struct str id = target(r, "requiredInput");
		const struct xml_node *input = id.len ? by_id(decision->parent, id) : NULL;
		if (!input)
			continue;
		struct str name = xml_attr(input, "name");
		scan_below(f, decision, name);
		for (struct rules_field *x = f->first; x; x = x->next) {
			const struct xml_node *variable = xml_child(input, NULL, "variable");
			if (!str_eq(x->path, name) || x->label.zh.len)
				continue;
			x->label = rules_label(input, name);
			if (variable && xml_attr(variable, "typeRef").len)
				x->type = xml_attr(variable, "typeRef");
		}
	}
}

/* A column that is nothing but the field says best what it is. */
static void name_by_columns(struct finding_fields *f, const struct xml_node *decision)
{
	const struct xml_node *table = xml_child(decision, NULL, "decisionTable");
	for (const struct xml_node *in = rules_child(table, "input", 0); in; in = xml_next_same(in)) {
		const struct xml_node *expression = xml_child(in, NULL, "inputExpression");
		for (struct rules_field *x = f->first; x; x = x->next) {
			if (!str_eq(rules_source(expression), x->path))
				continue;
			x->label = rules_label(in, x->path);
			if (xml_attr(expression, "typeRef").len)
				x->type = xml_attr(expression, "typeRef");
		}
	}
}

static struct str type_of_component(const struct json *c)
{
	struct str type = json_text(json_get(c, "type"));
	return str_eqz(type, "number") ? S("number") : str_eqz(type, "checkbox") ? S("boolean") : S("string");
}

static void name_by_form(struct finding_fields *f)
{
	for (struct rules_field *x = f->first; x; x = x->next) {
		struct str zh, en;
		x->component = rules_component(f->p, x->path);
		zh = json_text(json_get(x->component, "label"));
		en = json_text(json_path(x->component, "properties.label_en"));
		if (!x->label.zh.len)
			x->label = (struct rules_text){ zh.len ? zh : x->path, en.len ? en : zh.len ? zh : x->path };
		if (!x->type.len && x->component)
			x->type = type_of_component(x->component);
	}
}

enum err rules_fields(const struct pack *p, struct str decision, struct arena *a, struct rules_field **out)
{
	const struct xml_node *nodes[GRAPH_MAX];
	struct finding_fields f = { .p = p, .a = a };
	size_t n = rules_graph(p, decision, nodes, GRAPH_MAX);
	f.last = &f.first;
	for (size_t i = 0; i < n; i++)
		scan_decision(&f, nodes[i]);
	for (size_t i = 0; i < n; i++)
		name_by_columns(&f, nodes[i]);
	name_by_form(&f);
	*out = f.first;
	return OK;
}

/* ---- typed values ---- */

/* FEEL that stands for itself: no name in it that would have to come from elsewhere. */
static enum err read_feel(struct str typed, struct arena *a, const struct json **out, const char **why)
{
	struct feel_plan *plan;
	struct feel_value v;
	struct feel_env env = { .bounds = { .work_max = WORK_MAX } };
	struct str *unknown;
	size_t count;
	enum err e = feel_compile(a, typed, NULL, &plan, NULL);
	if (e == OK)
		e = feel_plan_unknown_names(plan, a, &unknown, &count);
	if (e == OK && !count)
		e = feel_eval(plan, NULL, &env, a, &v, NULL);
	if (e == ERR_NOMEM)
		return e;
	if (e != OK || count) {
		*why = "syntax";
		return OK;
	}
	return rules_feel_json(a, &v, out);
}

static const struct json *text_value(struct arena *a, struct str typed)
{
	struct json *v = arena_new(a, struct json);
	if (v)
		*v = (struct json){ .kind = JSON_STRING, .text = typed };
	return v;
}

static bool is_text_type(struct str type)
{
	static const char *const texts[] = { "string", "date", "time", "dateTime", "date and time", "yearMonthDuration", "dayTimeDuration" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (str_eqz(type, texts[i]))
			return true;
	return false;
}

enum err rules_field_read(const struct rules_field *f, struct str typed, struct arena *a, const struct json **out, const char **why)
{
	*out = NULL;
	*why = NULL;
	typed = str_trim(typed);
	if (!typed.len)
		return OK;
	bool text = is_text_type(f->type), literal = strchr("\"[{@", typed.ptr[0]) != NULL || str_eqz(typed, "null");
	if (text && !literal && !(str_ends(typed, S(")")) && str_starts(typed, S("date")))) {
		*out = text_value(a, typed);
		return *out ? OK : ERR_NOMEM;
	}
	enum err e = json_read(a, typed, out, NULL);
	if (e == ERR_NOMEM)
		return e;
	if (e != OK)
		TRY(read_feel(typed, a, out, why));
	if (*why && str_eqz(f->type, "number"))
		*why = "number";
	if (*out && (*out)->kind != JSON_NULL && str_eqz(f->type, "number") && (*out)->kind != JSON_NUMBER)
		*why = "number";
	if (*out && (*out)->kind != JSON_NULL && str_eqz(f->type, "boolean") && (*out)->kind != JSON_BOOL)
		*why = "boolean";
	return OK;
}

/* ---- inputs from paths ---- */

static struct str below(struct str path, struct str prefix)
{
	return str_sub(path, prefix.len + (prefix.len ? 1 : 0), path.len);
}

static bool is_below(struct str path, struct str prefix)
{
	return !prefix.len || (str_starts(path, prefix) && path.len > prefix.len && path.ptr[prefix.len] == '.');
}

/* The members right below a prefix, each once, with what is below them. A value given for the whole wins. */
static const struct json *object_below(struct arena *a, const struct rules_field *fields, const struct json *const *values, struct str prefix)
{
	struct json_build o;
	json_build_object(&o, a);
	size_t i = 0;
	for (const struct rules_field *f = fields; f; f = f->next, i++) {
		if (!values[i] || !is_below(f->path, prefix))
			continue;
		struct str rest = below(f->path, prefix), name = str_cut(&rest, '.');
		struct str whole = str_span(f->path.ptr, (size_t)(name.ptr - f->path.ptr) + name.len);
		const struct json *v = NULL;
		size_t k = 0;
		if (json_get_str(&o.value, name))
			continue;
		for (const struct rules_field *g = fields; g; g = g->next, k++)
			if (values[k] && str_eq(g->path, whole))
				v = values[k];
		json_set_key(&o, name, v ? v : object_below(a, fields, values, whole));
	}
	return json_built(&o);
}

const struct json *rules_inputs_of(struct arena *a, const struct rules_field *fields, const struct json *const *values)
{
	return object_below(a, fields, values, S(""));
}
