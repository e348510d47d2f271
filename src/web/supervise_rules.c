/* supervise_rules.c - the rules of supervision: the list, one rule, its table edited, tried on the past and switched on by two
 * signatures; and the fees of a case. */
#include "web/desk.h"
#include "web/staff_int.h"

#define OFFICE (WEB_SUPERVISOR | WEB_ADMIN)
#define READERS (WEB_OVERSIGHT | WEB_ADMIN)
#define DEEDS(list) .deeds = list, .deeds_count = sizeof list / sizeof *list
#define SHOW(name) \
	static enum http_outcome name##_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &name); }
#define DO(name) \
	static enum http_outcome name##_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &name); }

static const struct web_desk rules = { .view = "watch.rules", .title = "watch.rules", .template = "supervise/rules", .wide = true };
SHOW(rules)

static void meet_signed(struct web_page *p, const struct json *raw, const struct json *dressed, const struct diag *refused);
static const struct web_desk_whole rule_signed = { .name = "rule_no=rule_no", .signs = true, .meet = meet_signed };
static const struct web_deed rule_deeds[] = {
	{ "sign", "watch.rule.sign", "rule_no:path", "watch.signed", NULL, &rule_signed },
	{ "approve", "watch.rule.approve", "rule_no:path", "watch.approved", NULL, &rule_signed },
	{ "refuse", "watch.rule.refuse", "rule_no:path reason", "watch.refused", NULL },
	{ "try", "watch.rule.try", "rule_no:path from to", "watch.trying", NULL },
};
static const struct web_desk rule = { .view = "watch.rule", .params = "version:int", .path = "rule_no", .title = "watch.rule", .template = "supervise/rule", .wide = true,
	                              DEEDS(rule_deeds) };
SHOW(rule)
DO(rule)

static const struct web_desk trial = { .view = "watch.trial", .path = "trial", .title = "watch.trial", .template = "supervise/trial", .wide = true };
SHOW(trial)

static const struct web_desk why = { .view = "watch.alert", .path = "alert_no", .title = "watch.why", .template = "supervise/why" };
SHOW(why)

static const struct web_desk facts = { .view = "watch.facts", .title = "watch.facts", .template = "supervise/facts" };
SHOW(facts)

static const struct web_deed fee_deeds[] = { { "charge", "case.fee", "case_no:path code amount basis", "watch.fee.entered", NULL } };
static const struct web_desk fees = { .view = "case.fees", .path = "case_no", .title = "watch.fees", .template = "supervise/fees", DEEDS(fee_deeds) };
SHOW(fees)
DO(fees)

/* ---- editing: a field for each cell ---- */

/* c-2-1 is the first condition of the second row, o-2-1 its level. */
static const char *cell_name(struct http_request *rq, bool out, size_t row, size_t column)
{
	return arena_printf(rq->arena, "%c-%zu-%zu", out ? 'o' : 'c', row, column).ptr;
}

static bool sent(struct http_request *rq) { return rq->method == HTTP_POST; }

static const struct json *level_options(struct http_request *rq, struct str value)
{
	static const char *const levels[] = { "notice", "yellow", "red", "null" };
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		struct str code = i < 3 ? arena_printf(rq->arena, "\"%s\"", levels[i]) : S("null");
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "code", code);
		json_build_str(&one, "text", http_tr(rq, arena_printf(rq->arena, "watch.level.%s", levels[i]).ptr));
		json_build_bool(&one, "checked", str_eq(code, value));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void add_cells(struct http_request *rq, struct json_builder *row, const char *key, const struct json *cells, const struct json *heads, size_t number)
{
	bool out = strcmp(key, "outs") == 0;
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; cells && i < cells->count; i++) {
		const char *name = cell_name(rq, out, number, i + 1);
		struct str value = sent(rq) ? web_text(rq, name) : json_text(&cells->items[i]);
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "cell", str_of(name));
		json_build_str(&one, "label", heads && i < heads->count ? json_text(json_get(&heads->items[i], "label")) : S(""));
		json_build_str(&one, "value", value);
		if (out)
			json_build_value(&one, "levels", level_options(rq, value));
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(row, key, json_build_end(&list));
}

static const struct json *edit_rows(struct http_request *rq, const struct json *table)
{
	const struct json *rows = json_get(table, "rows");
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "number", (int64_t)i + 1);
		add_cells(rq, &one, "ins", json_get(&rows->items[i], "inputs"), json_get(table, "inputs"), i + 1);
		add_cells(rq, &one, "outs", json_get(&rows->items[i], "outputs"), json_get(table, "outputs"), i + 1);
		json_build_str(&one, "annotation", json_text(json_get(&rows->items[i], "annotation")));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static const char *const word_fields[] = { "name", "name_en", "ground", "post", "moments", "text", "text_en" };

static const struct json *post_options(struct http_request *rq, struct str value)
{
	static const char *const posts[] = { "holder", "head", "reviewer", "clerk", "inspector", "expert", "supervisor" };
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "code", str_of(posts[i]));
		json_build_str(&one, "text", http_tr(rq, arena_printf(rq->arena, "watch.post.%s", posts[i]).ptr));
		json_build_bool(&one, "checked", str_eqz(value, posts[i]));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static struct str word_kept(const struct json *raw, const char *field)
{
	return json_text(json_get(raw, strcmp(field, "ground") == 0 ? "ground_code" : field));
}

/* The rule as it is kept, not as it is dressed: what is saved must be what was read. */
static void put_words(struct web_page *p, const struct json *raw)
{
	for (size_t i = 0; i < sizeof word_fields / sizeof *word_fields; i++) {
		struct str value = sent(p->rq) ? web_text(p->rq, word_fields[i]) : word_kept(raw, word_fields[i]);
		json_build_str(&p->data, arena_printf(p->rq->arena, "f_%s", word_fields[i]).ptr, value);
	}
	json_build_value(&p->data, "posts", post_options(p->rq, sent(p->rq) ? web_text(p->rq, "post") : json_text(json_get(raw, "post"))));
	bool enabled = sent(p->rq) ? web_text(p->rq, "enabled").len > 0 : json_bool(json_get(raw, "enabled"), true);
	json_build_bool(&p->data, "f_enabled", enabled);
	json_build_str(&p->data, "f_reason", sent(p->rq) ? web_text(p->rq, "reason") : S(""));
}

static const struct json *rule_params(struct http_request *rq, const struct diag *refused)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "rule_no", http_param(rq, "rule_no"));
	web_edits(&b, "watch.rule.draft", refused);
	return json_build_end(&b);
}

static struct str in_words(struct http_request *rq, const char *prefix, struct str code)
{
	while (code.len > 1 && code.ptr[0] == '"' && code.ptr[code.len - 1] == '"')
		code = str_sub(code, 1, code.len - 1);
	const char *key = arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(code)).ptr;
	return code.len && key ? http_tr(rq, key) : code;
}

/* What is read of a rule, edited or signed; `shown` is what a control sends that shows what now stands. */
struct met { struct web_page *p; const struct diag *refused; bool signs; };

static void meet(const struct met *m, const char *name, struct str label, const char *prefix, struct str now, struct str shown)
{
	struct str typed = web_text(m->p->rq, name);
	struct web_field f = { .name = name, .label = label, .typed = prefix ? in_words(m->p->rq, prefix, typed) : typed,
		               .now = prefix ? in_words(m->p->rq, prefix, now) : now, .control = name };
	if (m->signs)
		f.typed = (struct str){ NULL, 0 };
	if (web_page_field(m->p, m->refused, &f) && http_field_put(m->p->rq, name, shown.ptr ? shown : S("")) != OK)
		m->p->data.failed = true;
}

static void meet_row(const struct met *m, const struct json *table, const struct json *row, size_t number)
{
	const struct json *heads = json_get(table, "inputs");
	for (int out = 0; out < 2; out++) {
		const struct json *cells = json_get(row, out ? "outputs" : "inputs");
		for (size_t c = 0; cells && c < cells->count; c++) {
			struct str head = out ? http_tr(m->p->rq, "staff.col.level") : heads && c < heads->count ? json_text(json_get(&heads->items[c], "label")) : S("");
			struct str label = arena_printf(m->p->rq->arena, "%.*s %zu · %.*s", STR_ARG(http_tr(m->p->rq, "rules.number")), number, STR_ARG(head));
			meet(m, cell_name(m->p->rq, out, number, c + 1), label, out ? "watch.level" : NULL, json_text(&cells->items[c]), json_text(&cells->items[c]));
		}
	}
}

/* A cell is known by its place: of a table with more rows or less nobody can tell which of them were touched. */
static bool same_shape(struct web_page *p, const struct json *rows)
{
	size_t n = 0;
	while (http_field(p->rq, cell_name(p->rq, false, n + 1, 1)).ptr || http_field(p->rq, cell_name(p->rq, true, n + 1, 1)).ptr)
		n++;
	return n == (rows ? rows->count : 0);
}

static void meet_rule(const struct met *m, const struct json *raw, const struct json *dressed)
{
	static const char *const labels[] = { "watch.f.name", "watch.f.name_en", "watch.ground", "watch.post", "watch.moments", "watch.f.text", "watch.f.text_en" };
	const struct json *rows = json_path(raw, "table.rows");
	struct str on = json_bool(json_get(raw, "enabled"), true) ? S("true") : S("");
	struct web_page *p = m->p;
	p->other_thing = !m->signs && sent(p->rq) && !same_shape(p, rows);
	struct web_field enabled = { .name = "enabled", .label = http_tr(p->rq, "watch.enabled"), .now = http_tr(p->rq, on.len ? "office.yes" : "office.no"), .control = "enabled" };
	if (!m->signs)
		enabled.typed = http_tr(p->rq, web_text(p->rq, "enabled").len ? "office.yes" : "office.no");
	if (web_page_field(p, m->refused, &enabled) && http_field_put(p->rq, "enabled", on) != OK)
		p->data.failed = true;
	for (size_t i = 0; rows && i < rows->count; i++)
		meet_row(m, json_get(dressed, "table"), &rows->items[i], i + 1);
	for (size_t i = 0; i < sizeof word_fields / sizeof *word_fields; i++) {
		struct str now = word_kept(raw, word_fields[i]);
		meet(m, word_fields[i], http_tr(p->rq, labels[i]), strcmp(word_fields[i], "post") == 0 ? "watch.post" : NULL, now, now);
	}
}

static void meet_signed(struct web_page *p, const struct json *raw, const struct json *dressed, const struct diag *refused)
{
	meet_rule(&(struct met){ .p = p, .refused = refused, .signs = true }, raw, dressed);
}

static enum http_outcome edit_page(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	const struct json *view, *raw, *params = rule_params(rq, refused);
	struct diag d;
	struct web_page p;
	diag_init(&d);
	if (!web_view(rq, re, w, "watch.rule", params, &view))
		return HTTP_DONE;
	if (web_view_try(rq, w, "watch.rule", params, &raw, &d) != OK)
		return web_problem(rq, re, 0, &d);
	web_page_begin(&p, rq, w, "watch.edit", NULL, 0);
	meet_rule(&(struct met){ .p = &p, .refused = refused }, raw, view);
	json_build_str(&p.data, "rule_no", http_param(rq, "rule_no"));
	json_build_value(&p.data, "rows", edit_rows(rq, json_get(view, "table")));
	json_build_value(&p.data, "ins_heads", json_get(json_get(view, "table"), "inputs"));
	json_build_value(&p.data, "facts", json_get(view, "facts"));
	put_words(&p, raw);
	json_build_bool(&p.page, "wide", true);
	if (refused)
		web_page_error(&p, refused->place[0] ? arena_str(rq->arena, str_of(refused->place)) : S(""), web_refusal(rq, refused));
	web_page_edits(&p, raw, refused);
	return web_page_send(&p, re, "supervise/rule_edit");
}

static enum http_outcome edit(struct http_request *rq, struct http_reply *re, void *arg)
{
	return edit_page(rq, re, web_of(arg), NULL);
}

/* Every field that is named like a cell. */
static const struct json *typed_cells(struct http_request *rq)
{
	const struct http_pair *pairs;
	size_t n = http_fields(rq, &pairs);
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < n; i++) {
		struct str rest = pairs[i].name, kind = str_cut(&rest, '-'), row = str_cut(&rest, '-');
		int64_t row_no, column;
		if ((!str_eqz(kind, "c") && !str_eqz(kind, "o")) || !str_to_i64(row, &row_no) || !str_to_i64(rest, &column))
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "rule", row_no);
		json_build_i64(&one, "column", column);
		json_build_bool(&one, "out", str_eqz(kind, "o"));
		json_build_str(&one, "text", pairs[i].value);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome saved(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return edit_page(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("watch.saved"));
	return http_redirect(re, arena_printf(rq->arena, "/board/rules/%.*s", STR_ARG(http_param(rq, "rule_no"))));
}

static enum http_outcome edit_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "rule_no", http_param(rq, "rule_no"));
	json_build_str(&b, "reason", web_text(rq, "reason"));
	json_build_bool(&b, "enabled", web_text(rq, "enabled").len > 0);
	for (size_t i = 0; i < sizeof word_fields / sizeof *word_fields; i++)
		json_build_str(&b, word_fields[i], web_text(rq, word_fields[i]));
	json_build_value(&b, "cells", typed_cells(rq));
	return web_command(rq, re, web_of(arg), "watch.rule.draft", json_build_end(&b), saved, NULL);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/board/rules", READERS, rules_show, "watch.rules" },
	{ HTTP_GET, "/board/rules/facts", READERS, facts_show, "watch.facts" },
	{ HTTP_GET, "/board/rules/trials/{trial}", READERS, trial_show, "watch.trial" },
	{ HTTP_GET, "/board/rules/{rule_no}", READERS, rule_show, "watch.rule" },
	{ HTTP_POST, "/board/rules/{rule_no}", OFFICE, rule_do, "watch.rule.do" },
	{ HTTP_GET, "/board/rules/{rule_no}/edit", OFFICE, edit, "watch.rule.edit" },
	{ HTTP_POST, "/board/rules/{rule_no}/edit", OFFICE, edit_do, "watch.rule.edit.do" },
	{ HTTP_GET, "/board/alerts/{alert_no}/why", WEB_HANDLERS | READERS, why_show, "watch.why" },
	{ HTTP_GET, "/staff/cases/{case_no}/fees", WEB_STAFF & ~(unsigned)WEB_ADMIN, fees_show, "watch.fees" },
	{ HTTP_POST, "/staff/cases/{case_no}/fees", WEB_HANDLERS, fees_do, "watch.fees.do" },
};

size_t web_routes_supervise(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
