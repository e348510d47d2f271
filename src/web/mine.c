/* mine.c - how the process really ran, as pages: the picture, variants, waits, deviations, what goes with lateness. Every figure
 * leads to its cases. The work is done by the workers; the room keeps its answers. */
#include "web/web_int.h"

static const char *const asked[] = { "item", "organ", "from", "to", "variants", "activities" };

struct asking {
	struct http_request *rq;
	struct web *web;
	const char *view;
	const struct json *params, *choices, *answer;
	struct str item;
	enum err err;
	struct diag diag;
};

/* ---- the question ---- */

static void put_asked(struct http_request *rq, struct json_builder *b, struct str item)
{
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct str value = i == 0 ? item : str_trim(http_query(rq, asked[i]));
		if (value.len)
			json_build_str(b, asked[i], value);
	}
}

static const struct json *params_of(struct http_request *rq, struct str item)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	put_asked(rq, &b, item);
	if (http_query(rq, "pick").len)
		json_build_str(&b, "pick", http_query(rq, "pick"));
	json_build_str(&b, "lang", str_eqz(rq->language, "en") ? S("en") : S("zh"));
	return json_build_end(&b);
}

static void put_encoded(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_')
			buf_byte(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

/* "/mine/cases?item=…&pick=" and the pick's parts. */
static struct str cases_href(struct http_request *rq, struct str item, const struct str *parts, size_t n)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, rq->arena, 16384);
	buf_putz(&b, "/mine/cases?");
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct str value = i == 0 ? item : str_trim(http_query(rq, asked[i]));
		if (str_empty(value))
			continue;
		buf_printf(&b, "%s=", asked[i]);
		put_encoded(&b, value);
		buf_byte(&b, '&');
	}
	buf_putz(&b, "pick=");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putz(&b, "%7C");
		put_encoded(&b, parts[i]);
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

/* ---- lists with where they lead ---- */

/* The rows, each with href made of the members named ("key name"); `number` puts the row's number instead. */
static const struct json *linked(struct http_request *rq, struct str item, const struct json *rows, const char *kind, const char *members, bool number)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		struct str parts[4] = { str_of(kind) };
		size_t n = 1;
		if (number)
			parts[n++] = arena_printf(rq->arena, "%zu", i + 1);
		for (struct str rest = str_of(members); !number && rest.ptr && n < 4;) {
			const char *key = arena_z(rq->arena, str_cut(&rest, ' '));
			struct str value = key ? json_text(json_get(&rows->items[i], key)) : S("");
			parts[n++] = value.ptr ? value : S("");
		}
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "href", cases_href(rq, item, parts, n));
		json_build_merge(&one, &rows->items[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* Each by its kind: a value of an attribute, a person, an activity that happened or was repeated. Quarters of numbers lead nowhere. */
static const struct json *linked_drivers(struct http_request *rq, struct str item, const struct json *rows)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *r = &rows->items[i];
		struct str kind = json_text(json_get(r, "kind")), key = json_text(json_get(r, "key")), name = json_text(json_get(r, "name"));
		bool attribute = str_eqz(kind, "attribute");
		struct str parts[3] = { kind, attribute ? name : key, key };
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "href", key.len ? cases_href(rq, item, parts, attribute ? 3 : 2) : S(""));
		json_build_str(&one, "what", http_tr(rq, arena_printf(rq->arena, "mine.driver.%.*s", STR_ARG(kind)).ptr));
		json_build_merge(&one, r);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static int64_t most_of(const struct json *load)
{
	int64_t most = 1;
	for (size_t d = 0; load && d < load->count; d++)
		for (size_t h = 0; h < load->items[d].count; h++) {
			int64_t n = json_i64(&load->items[d].items[h], 0);
			most = n > most ? n : most;
		}
	return most;
}

/* Seven rows of twenty-four cells with a depth of 0 to 5. */
static const struct json *load_rows(struct http_request *rq, struct str item, const struct json *load)
{
	struct json_builder rows, row, cells, cell;
	int64_t most = most_of(load);
	json_build_array_begin(&rows, rq->arena);
	for (size_t d = 0; load && d < load->count; d++) {
		json_build_array_begin(&cells, rq->arena);
		for (size_t h = 0; h < load->items[d].count; h++) {
			int64_t n = json_i64(&load->items[d].items[h], 0);
			struct str parts[3] = { S("load"), arena_printf(rq->arena, "%zu", d), arena_printf(rq->arena, "%zu", h) };
			json_build_object_begin(&cell, rq->arena);
			json_build_i64(&cell, "n", n);
			json_build_bool(&cell, "some", n > 0);
			json_build_i64(&cell, "depth", n ? 1 + n * 4 / most : 0);
			json_build_str(&cell, "href", cases_href(rq, item, parts, 3));
			json_build_value(&cells, "", json_build_end(&cell));
		}
		json_build_object_begin(&row, rq->arena);
		json_build_str(&row, "day", http_tr(rq, arena_printf(rq->arena, "mine.day.%zu", d + 1).ptr));
		json_build_value(&row, "cells", json_build_end(&cells));
		json_build_value(&rows, "", json_build_end(&row));
	}
	return json_build_end(&rows);
}

static const struct json *hours(struct http_request *rq)
{
	struct json_builder b;
	json_build_array_begin(&b, rq->arena);
	for (int h = 0; h < 24; h++)
		json_build_str(&b, "", arena_printf(rq->arena, "%d", h));
	return json_build_end(&b);
}

/* ---- the form ---- */

static const struct json *options(struct http_request *rq, const struct json *rows, const char *code, struct str current)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		struct str id = json_text(json_get(&rows->items[i], code)), en = json_text(json_get(&rows->items[i], "name_en"));
		bool english = str_eqz(rq->language, "en") && en.len;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "code", id);
		json_build_str(&one, "text", english ? en : json_text(json_get(&rows->items[i], "name")));
		json_build_str(&one, "cases", json_text(json_get(&rows->items[i], "cases")));
		json_build_bool(&one, "current", str_eq(id, current));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* Steps of a slider as a list: blank-separated numbers. */
static const struct json *steps(struct http_request *rq, const char *name, const char *numbers, const char *word)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (struct str rest = str_of(numbers); rest.ptr;) {
		struct str n = str_cut(&rest, ' ');
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "code", n);
		json_build_str(&one, "text", http_tr_args(rq, word, &n, 1));
		json_build_bool(&one, "current", str_eq(http_query(rq, name), n));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void put_form(struct web_page *p, const struct asking *a)
{
	struct http_request *rq = p->rq;
	json_build_value(&p->data, "items", options(rq, json_get(a->choices, "items"), "impl_code", a->item));
	json_build_bool(&p->data, "all_items", str_eqz(a->item, "*"));
	json_build_value(&p->data, "organs", options(rq, json_get(a->choices, "organs"), "code", http_query(rq, "organ")));
	json_build_value(&p->data, "variant_steps", steps(rq, "variants", "1 3 5 10 20", "mine.variants.most"));
	json_build_value(&p->data, "activity_steps", steps(rq, "activities", "95 90 80 60 40", "mine.activities.share"));
	json_build_str(&p->data, "from_value", http_query(rq, "from"));
	json_build_str(&p->data, "to_value", http_query(rq, "to"));
}

/* ---- the page ---- */

static void put_report(struct web_page *p, const struct asking *a)
{
	struct http_request *rq = p->rq;
	const struct json *all = web_dress(rq, a->answer), *r = json_get(all, "report"), *c = json_get(r, "conformance"), *late = json_get(r, "late");
	struct str item = a->item;
	json_build_str(&p->data, "graph", json_text(json_get(a->answer, "graph")));
	json_build_str(&p->data, "process", json_text(json_get(a->answer, "process")));
	json_build_str(&p->data, "people", json_text(json_get(a->answer, "people")));
	json_build_value(&p->data, "edge_rows", linked(rq, item, json_get(r, "edges"), "edge", "from_key to_key", false));
	json_build_value(&p->data, "activity_rows", linked(rq, item, json_get(r, "activities"), "activity", "key", false));
	json_build_value(&p->data, "variant_rows", linked(rq, item, json_get(r, "variants"), "variant", "key", false));
	json_build_value(&p->data, "hand_over_rows", linked(rq, item, json_get(r, "hand_overs"), "hand-over", "from to", false));
	json_build_value(&p->data, "batch_rows", linked(rq, item, json_get(r, "batches"), "batch", "resource key from_ms", false));
	json_build_value(&p->data, "deviation_rows", linked(rq, item, json_get(c, "deviations"), "deviation", "", true));
	json_build_value(&p->data, "driver_rows", linked_drivers(rq, item, json_get(late, "drivers")));
	json_build_value(&p->data, "load_rows", load_rows(rq, item, json_get(r, "load")));
	json_build_value(&p->data, "hours", hours(rq));
	const struct str late_pick[] = { S("late") }, rework_pick[] = { S("rework") };
	json_build_str(&p->data, "late_href", cases_href(rq, item, late_pick, 1));
	json_build_str(&p->data, "rework_href", cases_href(rq, item, rework_pick, 1));
	json_build_str(&p->data, "late_by", http_tr(rq, arena_printf(rq->arena, "mine.late.by.%.*s", STR_ARG(json_text(json_get(late, "by")))).ptr));
	json_build_bool(&p->data, "has_deviations", json_i64(json_get(c, "deviations_total"), 0) > 0);
	json_build_bool(&p->data, "has_drivers", json_get(late, "drivers") && json_get(late, "drivers")->count > 0);
	json_build_bool(&p->data, "has_hand_overs", json_i64(json_get(r, "hand_overs_total"), 0) > 0);
	json_build_bool(&p->data, "has_batches", json_i64(json_get(r, "batches_total"), 0) > 0);
	json_build_value(&p->data, "report", r);
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asking *a = arg;
	struct web_page p;
	bool nothing = a->err == ERR_NOT_FOUND;
	if (a->err != OK && !err_is_refusal(a->err))
		return web_problem(rq, re, 0, &a->diag);
	web_page_begin(&p, rq, a->web, "mine.title", NULL, 0);
	put_form(&p, a);
	json_build_bool(&p.data, "nothing", nothing);
	if (a->err != OK && !nothing)
		web_page_error(&p, a->diag.place[0] ? str_of(a->diag.place) : S(""), web_refusal(rq, &a->diag));
	if (a->err == OK)
		put_report(&p, a);
	struct json_builder scripts;
	json_build_array_begin(&scripts, rq->arena);
	json_build_str(&scripts, "", S("mine.js"));
	json_build_value(&p.page, "scripts", json_build_end(&scripts));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "mine/mine");
}

/* On a worker: the request waits, nobody else touches it. */
static void work(void *arg)
{
	struct asking *a = arg;
	a->err = web_view_try(a->rq, a->web, a->view, a->params, &a->answer, &a->diag);
}

/* The item asked for; without one the busiest. "*" are all. */
static struct str item_of(struct http_request *rq, const struct json *choices)
{
	struct str item = str_trim(http_query(rq, "item"));
	const struct json *items = json_get(choices, "items");
	if (str_empty(item) && items && items->count)
		item = json_text(json_get(&items->items[0], "impl_code"));
	return item;
}

static enum http_outcome ask(struct http_request *rq, struct http_reply *re, struct web *w, const char *view, http_handler then)
{
	struct asking *a = arena_new(rq->arena, struct asking);
	if (!a)
		return http_busy(rq, re);
	*a = (struct asking){ .rq = rq, .web = w, .view = view };
	diag_init(&a->diag);
	if (web_view_try(rq, w, "mine.choices", web_params(rq, "for", S("mine")), &a->choices, &a->diag) != OK)
		return web_problem(rq, re, 0, &a->diag);
	a->item = item_of(rq, a->choices);
	a->params = params_of(rq, str_eqz(a->item, "*") ? S("") : a->item);
	return web_long_work(rq, re, w, work, then, a);
}

static enum http_outcome mine(struct http_request *rq, struct http_reply *re, void *arg)
{
	return ask(rq, re, web_of(arg), "mine", show);
}

/* ---- the cases behind a figure ---- */

/* "审查|办结" as a list. */
static const struct json *pick_parts(struct http_request *rq, struct str rest)
{
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	while (rest.ptr && rest.len)
		json_build_str(&list, "", str_cut(&rest, '|'));
	return json_build_end(&list);
}

static enum http_outcome show_cases(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asking *a = arg;
	struct web_page p;
	if (a->err != OK)
		return web_problem(rq, re, 0, &a->diag);
	const struct json *view = web_dress(rq, a->answer);
	struct str total = json_text(json_get(view, "total")), pick = json_text(json_get(view, "pick")), rest = pick, kind = str_cut(&rest, '|');
	struct str back = web_href(rq, "/mine", NULL, "pick", S(""));
	web_page_begin(&p, rq, a->web, "mine.cases.title", NULL, 0);
	web_page_crumb(&p, back, http_tr(rq, "mine.title"));
	web_page_crumb(&p, S(""), http_tr(rq, "mine.cases.title"));
	json_build_str(&p.data, "kind_word", kind.len ? http_tr(rq, arena_printf(rq->arena, "mine.pick.%.*s", STR_ARG(kind)).ptr) : S(""));
	json_build_value(&p.data, "parts", pick_parts(rq, str_eqz(kind, "deviation") || str_eqz(kind, "variant") ? S("") : rest));
	json_build_str(&p.data, "total_words", http_tr_args(rq, "mine.cases.total", &total, 1));
	json_build_value(&p.data, "rows", json_get(view, "rows"));
	json_build_bool(&p.data, "has_rows", json_get(view, "rows") && json_get(view, "rows")->count > 0);
	json_build_bool(&p.data, "cut", json_bool(json_get(view, "cut"), false));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "mine/cases");
}

static enum http_outcome mine_cases(struct http_request *rq, struct http_reply *re, void *arg)
{
	return ask(rq, re, web_of(arg), "mine.cases", show_cases);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/mine", WEB_HEAD | WEB_OVERSIGHT, mine, "mine" },
	{ HTTP_GET, "/mine/cases", WEB_HEAD | WEB_OVERSIGHT, mine_cases, "mine.cases" },
};

size_t web_routes_mine(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
