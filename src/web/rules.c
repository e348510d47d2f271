/* rules.c - the designer's pages: the decisions of the live packs, one decision with its tables, trying it, and the
 * examples stored beside it. Nothing here changes anything. */
#include "web/office_int.h"

/* ---- addresses ---- */

static struct str path_part(struct http_request *rq, struct str s)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, rq->arena, 3 * s.len + 1);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
		if (plain)
			buf_byte(&b, (char)c);
		else
			buf_printf(&b, "%%%02X", c);
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

static struct str decision_href(struct http_request *rq, struct str pack, struct str decision)
{
	return arena_printf(rq->arena, "/office/rules/%.*s/%.*s", STR_ARG(path_part(rq, pack)), STR_ARG(path_part(rq, decision)));
}

static const struct json *address(struct http_request *rq, const char *more, const struct json *value)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "pack", http_param(rq, "pack"));
	json_build_str(&b, "decision", http_param(rq, "decision"));
	if (more)
		json_build_value(&b, more, value);
	return json_build_end(&b);
}

/* ---- words ---- */

static struct str keyed(struct http_request *rq, const char *prefix, struct str name, struct str otherwise)
{
	const char *key = arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(name)).ptr;
	struct str text = key ? http_tr(rq, key) : otherwise;
	return key && str_eqz(text, key) ? otherwise : text;
}

/* "FIRST" as "the first rule that fits"; empty for a decision without a table. */
struct str rules_policy_text(struct http_request *rq, struct str policy, struct str aggregation)
{
	struct str name = aggregation.len ? arena_printf(rq->arena, "%.*s.%.*s", STR_ARG(policy), STR_ARG(aggregation)) : policy;
	return policy.len ? keyed(rq, "rules.policy", name, policy) : S("");
}

static struct str json_line(struct http_request *rq, const struct json *v)
{
	struct buf b;
	struct json_writer w;
	if (!v)
		return S("null");
	buf_init_in(&b, rq->arena, 1 << 20);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	return buf_str(&b);
}

/* ---- the list ---- */

static const struct json *list_rows(struct http_request *rq, const struct json *rows)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *row = &rows->items[i];
		struct str policy = json_text(json_get(row, "hit_policy"));
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "href", decision_href(rq, json_text(json_get(row, "pack")), json_text(json_get(row, "decision"))));
		json_build_str(&one, "logic_text", policy.len ? rules_policy_text(rq, policy, S("")) : http_tr(rq, "rules.expression"));
		json_build_merge(&one, row);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

enum http_outcome rules_list(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, web_of(arg), "decisions", web_params_query(rq, "pack"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, web_of(arg), "office.rules", NULL, 0);
	json_build_value(&p.data, "sections", office_sections(rq));
	json_build_value(&p.data, "rows", list_rows(rq, json_get(view, "rows")));
	json_build_bool(&p.data, "has_rows", json_get(view, "rows")->count > 0);
	json_build_bool(&p.data, "none_readable", json_bool(json_get(view, "rows_unknown"), false));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "office/rules");
}

/* ---- tables, with the rules that matched ---- */

/* What came of trying: the view decision.try, dressed; NULL = nothing was tried. */
static const struct json *step_of(const struct json *tried, struct str decision)
{
	const struct json *steps = json_get(tried, "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eq(json_text(json_get(&steps->items[i], "decision")), decision))
			return &steps->items[i];
	return NULL;
}

static bool matched(const struct json *step, int64_t number)
{
	const struct json *rules = json_get(step, "rules");
	for (size_t i = 0; rules && i < rules->count; i++)
		if (json_i64(json_get(&rules->items[i], "number"), 0) == number)
			return true;
	return false;
}

static void add_cells(struct http_request *rq, struct json_builder *o, const char *name, const struct json *clauses, const struct json *texts)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; texts && i < texts->count; i++) {
		struct str text = json_text(&texts->items[i]);
		bool any = str_eqz(text, "-") || !text.len;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "label", clauses && i < clauses->count ? json_text(json_get(&clauses->items[i], "label")) : S(""));
		json_build_str(&one, "text", any ? S("") : text);
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(o, name, json_build_end(&list));
}

static const struct json *rule_rows(struct http_request *rq, const struct json *table, const struct json *step)
{
	const struct json *rules = json_get(table, "rules");
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rules && i < rules->count; i++) {
		const struct json *rule = &rules->items[i];
		json_build_object_begin(&one, rq->arena);
		json_build_value(&one, "number", json_get(rule, "number"));
		json_build_bool(&one, "hit", matched(step, json_i64(json_get(rule, "number"), 0)));
		add_cells(rq, &one, "ins", json_get(table, "inputs"), json_get(rule, "inputs"));
		add_cells(rq, &one, "outs", json_get(table, "outputs"), json_get(rule, "outputs"));
		json_build_str(&one, "annotation", json_text(json_get(rule, "annotation")));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static const struct json *graph(struct http_request *rq, const struct json *view, const struct json *tried)
{
	const struct json *nodes = json_get(view, "graph");
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; nodes && i < nodes->count; i++) {
		const struct json *node = &nodes->items[i], *table = json_get(node, "table");
		struct str name = json_text(json_get(node, "decision"));
		bool is_table = table && table->kind == JSON_OBJECT;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "gid", arena_printf(rq->arena, "table-%zu", i + 1));
		json_build_bool(&one, "is_table", is_table);
		json_build_str(&one, "policy_text", rules_policy_text(rq, json_text(json_get(node, "hit_policy")), json_text(json_get(table, "aggregation"))));
		if (is_table) {
			json_build_i64(&one, "ins_count", (int64_t)json_get(table, "inputs")->count);
			json_build_i64(&one, "outs_count", (int64_t)json_get(table, "outputs")->count);
			json_build_value(&one, "ins_heads", json_get(table, "inputs"));
			json_build_value(&one, "outs_heads", json_get(table, "outputs"));
			json_build_value(&one, "rows", rule_rows(rq, table, step_of(tried, name)));
		} else {
			json_build_value(&one, "lines", json_get(node, "lines"));
		}
		json_build_str(&one, "href", json_bool(json_get(node, "self"), false) ? S("") : decision_href(rq, http_param(rq, "pack"), name));
		json_build_str(&one, "decision", name);
		json_build_str(&one, "name", json_text(json_get(node, "name")));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* ---- the form ---- */

/* The text for a field from the inputs of an example. */
static struct str example_text(struct http_request *rq, const struct json *inputs, struct str path)
{
	const char *key = arena_z(rq->arena, path);
	const struct json *v = key ? json_path(inputs, key) : NULL;
	return !v || v->kind == JSON_NULL ? S("") : v->kind == JSON_STRING ? v->text : json_line(rq, v);
}

static void add_option(struct http_request *rq, struct json_builder *list, struct str code, struct str text, struct str value)
{
	struct json_builder one;
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "code", code);
	json_build_str(&one, "text", text);
	json_build_bool(&one, "checked", str_eq(code, value));
	json_build_value(list, "", json_build_end(&one));
}

/* Choices of the form, or yes and no; NULL where anything may be typed, or something else was. */
static const struct json *choices(struct http_request *rq, const struct json *field, struct str value)
{
	const struct json *options = json_get(field, "options");
	bool yes_no = str_eqz(json_text(json_get(field, "type")), "boolean"), known = !value.len;
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	add_option(rq, &list, S(""), http_tr(rq, "rules.not_given"), value);
	for (size_t i = 0; options && i < options->count; i++) {
		struct str code = json_text(json_get(&options->items[i], "value")), name = json_text(json_get(&options->items[i], "name"));
		add_option(rq, &list, code, arena_printf(rq->arena, "%.*s (%.*s)", STR_ARG(name), STR_ARG(code)), value);
		known = known || str_eq(code, value);
	}
	if (yes_no) {
		add_option(rq, &list, S("true"), http_tr(rq, "office.yes"), value);
		add_option(rq, &list, S("false"), http_tr(rq, "office.no"), value);
		known = known || str_eqz(value, "true") || str_eqz(value, "false");
	}
	return known && list.count > 1 ? json_build_end(&list) : NULL;
}

static struct str error_of(struct http_request *rq, const struct json *tried, struct str path)
{
	const struct json *errors = json_get(tried, "errors");
	for (size_t i = 0; errors && i < errors->count; i++)
		if (str_eq(json_text(json_get(&errors->items[i], "path")), path))
			return keyed(rq, "rules.error", json_text(json_get(&errors->items[i], "code")), json_text(json_get(&errors->items[i], "text")));
	return S("");
}

static void add_field(struct web_page *p, struct json_builder *list, const struct json *field, struct str value, struct str error)
{
	struct http_request *rq = p->rq;
	struct str path = json_text(json_get(field, "path")), type = json_text(json_get(field, "type")), label = json_text(json_get(field, "label"));
	const struct json *options = choices(rq, field, value);
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "id", path);
	json_build_str(&b, "label", label);
	json_build_str(&b, "hint", S(""));
	json_build_str(&b, "code", arena_printf(rq->arena, "%.*s · %.*s", STR_ARG(path), STR_ARG(type)));
	json_build_str(&b, "error", error);
	json_build_str(&b, "value", value);
	json_build_str(&b, "inputmode", str_eqz(type, "number") ? S("decimal") : S(""));
	json_build_bool(&b, "is_select", options != NULL);
	json_build_value(&b, "options", options);
	json_build_str(&b, "described", arena_printf(rq->arena, "%.*s-code%s%.*s%s", STR_ARG(path), error.len ? " " : "",
	                                             error.len ? (int)path.len : 0, path.ptr, error.len ? "-error" : ""));
	json_build_value(list, "", json_build_end(&b));
	if (error.len)
		web_page_error(p, path, http_tr_args(rq, "rules.error.field", (struct str[]){ label, error }, 2));
}

/* Values: what was sent, else the example asked for, else none. */
static const struct json *fields(struct web_page *p, const struct json *view, const struct json *tried, const struct json *example)
{
	const struct json *all = json_get(view, "fields");
	struct json_builder list;
	json_build_array_begin(&list, p->rq->arena);
	for (size_t i = 0; all && i < all->count; i++) {
		struct str path = json_text(json_get(&all->items[i], "path"));
		const char *name = arena_z(p->rq->arena, path);
		struct str value = tried && name ? web_text(p->rq, name) : example ? example_text(p->rq, json_get(example, "inputs"), path) : S("");
		add_field(p, &list, &all->items[i], value, error_of(p->rq, tried, path));
	}
	return json_build_end(&list);
}

/* ---- findings and examples ---- */

/* In English the finding's own sentence; elsewhere the catalogue's for its kind. */
static const struct json *findings(struct http_request *rq, const struct json *view)
{
	const struct json *all = json_get(view, "findings");
	bool english = str_eqz(rq->language, "en");
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; all && i < all->count; i++) {
		const struct json *f = &all->items[i];
		struct str text = json_text(json_get(f, "text"));
		json_build_object_begin(&one, rq->arena);
		json_build_bool(&one, "is_error", str_eqz(json_text(json_get(f, "severity")), "error"));
		json_build_str(&one, "text", english ? text : keyed(rq, "rules.finding", json_text(json_get(f, "rule")), text));
		json_build_str(&one, "element", json_text(json_get(f, "element")));
		json_build_value(&one, "line", json_get(f, "line"));
		json_build_str(&one, "example", json_text(json_get(f, "example")));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* `rows` as they are in the view: nothing added to what an example says. */
static const struct json *examples(struct http_request *rq, const struct json *rows, bool ran)
{
	bool english = str_eqz(rq->language, "en");
	struct str here = decision_href(rq, http_param(rq, "pack"), http_param(rq, "decision"));
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *e = &rows->items[i];
		bool passed = json_bool(json_get(e, "passed"), false);
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "name", json_text(json_get(e, english ? "name_en" : "name")));
		json_build_str(&one, "given", json_line(rq, json_get(e, "inputs")));
		json_build_str(&one, "expected", json_line(rq, json_get(e, "expect")));
		json_build_bool(&one, "passed", ran && passed);
		json_build_bool(&one, "failed", ran && !passed);
		json_build_str(&one, "got", json_text(json_get(e, "got")));
		json_build_str(&one, "why", json_text(json_get(e, "text")));
		json_build_str(&one, "href", arena_printf(rq->arena, "%.*s?example=%zu#try", STR_ARG(here), i + 1));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* ---- the page of a decision ---- */

struct shown { const struct json *tried, *ran; }; /* views as they are; NULL = not asked for */

static const struct json *chosen_example(struct http_request *rq, const struct json *view)
{
	const struct json *all = json_get(view, "examples");
	int64_t number;
	if (!str_to_i64(http_query(rq, "example"), &number) || number < 1 || !all || (size_t)number > all->count)
		return NULL;
	return &all->items[number - 1];
}

static void add_examples(struct web_page *p, const struct json *view, const struct json *ran)
{
	struct http_request *rq = p->rq;
	const struct json *rows = ran ? json_get(ran, "rows") : json_get(view, "examples");
	json_build_value(&p->data, "examples", examples(rq, rows, ran != NULL));
	json_build_bool(&p->data, "has_examples", rows && rows->count > 0);
	json_build_bool(&p->data, "ran", ran != NULL);
	if (!ran)
		return;
	struct str counts[2] = { json_text(json_get(ran, "passed")), json_text(json_get(ran, "failed")) };
	json_build_str(&p->data, "ran_text", http_tr_args(rq, "rules.examples.counts", counts, 2));
	json_build_bool(&p->data, "ran_good", json_i64(json_get(ran, "failed"), 1) == 0);
}

static void add_result(struct web_page *p, const struct json *tried)
{
	const struct json *steps = json_get(tried, "steps");
	bool done = steps && steps->count > 0;
	json_build_bool(&p->data, "tried", done);
	if (!done)
		return;
	json_build_value(&p->data, "steps", steps);
	json_build_value(&p->data, "outcome", json_get(&steps->items[steps->count - 1], "outputs"));
	json_build_str(&p->data, "why_null", json_text(json_get(tried, "reason")));
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct shown *s)
{
	const struct json *raw, *view, *tried = web_dress(rq, s->tried);
	struct web_page p;
	struct diag d;
	diag_init(&d);
	enum err e = web_view_try(rq, w, "decision", address(rq, NULL, NULL), &raw, &d);
	if (e != OK) {
		d.err = e;
		return web_problem(rq, re, 0, &d);
	}
	view = web_dress(rq, raw);
	struct str name = json_text(json_get(view, "name"));
	web_page_begin(&p, rq, w, "rules.title", &name, 1);
	add_result(&p, tried);
	json_build_str(&p.data, "name", name);
	json_build_str(&p.data, "decision", json_text(json_get(view, "decision")));
	json_build_str(&p.data, "pack_name", json_text(json_get(view, "pack_name")));
	json_build_value(&p.data, "version", json_get(view, "version"));
	json_build_str(&p.data, "here", decision_href(rq, http_param(rq, "pack"), http_param(rq, "decision")));
	json_build_value(&p.data, "graph", graph(rq, view, tried));
	json_build_value(&p.data, "fields", fields(&p, view, tried, chosen_example(rq, raw)));
	json_build_value(&p.data, "findings", findings(rq, view));
	json_build_bool(&p.data, "has_findings", json_get(view, "findings") && json_get(view, "findings")->count > 0);
	add_examples(&p, raw, s->ran);
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "office/rules_decision");
}

enum http_outcome rules_decision(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show(rq, re, web_of(arg), &(struct shown){ 0 });
}

/* The fields sent are all there are: the form has none of its own but the token. */
static const struct json *typed(struct http_request *rq)
{
	const struct http_pair *sent;
	struct json_builder b;
	size_t n = http_fields(rq, &sent);
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < n; i++) {
		const char *name = arena_z(rq->arena, sent[i].name);
		if (name && !str_eqz(str_of(name), "csrf"))
			json_build_str(&b, name, str_trim(sent[i].value));
	}
	return json_build_end(&b);
}

static enum http_outcome show_with(struct http_request *rq, struct http_reply *re, struct web *w, const char *view, const struct json *params,
                                   bool trying)
{
	const struct json *out;
	struct diag d;
	diag_init(&d);
	enum err e = web_view_try(rq, w, view, params, &out, &d);
	if (e != OK) {
		d.err = e;
		return web_problem(rq, re, 0, &d);
	}
	return show(rq, re, w, &(struct shown){ .tried = trying ? out : NULL, .ran = trying ? NULL : out });
}

enum http_outcome rules_try(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_with(rq, re, web_of(arg), "decision.try", address(rq, "fields", typed(rq)), true);
}

enum http_outcome rules_examples(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_with(rq, re, web_of(arg), "decision.examples", address(rq, NULL, NULL), false);
}
