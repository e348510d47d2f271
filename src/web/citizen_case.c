/* citizen_case.c - the case as its applicant sees it: stages, who holds it, clocks with every day, letters. */
#include "web/citizen.h"

static const struct json *case_params(struct http_request *rq, struct str case_no, struct str secret)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "case_no", case_no);
	if (secret.len)
		json_build_str(&b, "secret", secret);
	return json_build_end(&b);
}

bool citizen_case_load(struct http_request *rq, struct http_reply *re, struct web *w, const struct json **out)
{
	struct str case_no = http_param(rq, "case_no"), secret = web_case_secret(rq, case_no);
	struct diag d;
	enum err e = ERR_NOT_FOUND;
	diag_init(&d);
	if (web_user(rq)->actor.person)
		e = web_view_try(rq, w, "case", case_params(rq, case_no, S("")), out, &d);
	if (e != OK && secret.len) {
		diag_init(&d);
		e = web_view_try(rq, w, "case.track", case_params(rq, case_no, secret), out, &d);
	}
	if (e == OK)
		return true;
	if (!web_user(rq)->actor.person)
		(void)http_redirect(re, arena_printf(rq->arena, "/track?case_no=%.*s", STR_ARG(case_no)));
	else if (e == ERR_NOT_FOUND || e == ERR_DENIED)
		(void)web_not_found(rq, re);
	else
		(void)web_problem(rq, re, http_status_of(e), &d);
	return false;
}

/* ---- documents ---- */

static bool is_letter(struct str mime)
{
	return str_starts(mime, S("text/html"));
}

struct str citizen_document_href(struct http_request *rq, const struct json *view, const struct json *document)
{
	long long id = (long long)json_i64(json_get(document, "document"), 0);
	const char *what = is_letter(json_text(json_get(document, "mime"))) ? "letters" : "documents";
	return arena_printf(rq->arena, "/cases/%.*s/%s/%lld", STR_ARG(json_text(json_get(view, "case_no"))), what, id);
}

static const struct json *documents(struct http_request *rq, const struct json *v)
{
	const struct json *list = json_get(v, "documents");
	struct json_builder out, b;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		json_build_object_begin(&b, rq->arena);
		json_build_str(&b, "href", citizen_document_href(rq, v, &list->items[i]));
		json_build_merge(&b, &list->items[i]);
		json_build_value(&out, "", json_build_end(&b));
	}
	return json_build_end(&out);
}

struct bytes {
	struct str data, mime, name;
};

static bool load_bytes(struct http_request *rq, struct http_reply *re, struct web *w, struct bytes *out)
{
	struct diag d;
	int64_t document = 0;
	struct str case_no = http_param(rq, "case_no");
	struct str secret = case_no.len ? web_case_secret(rq, case_no) : S("");
	diag_init(&d);
	(void)str_to_i64(http_param(rq, "document"), &document);
	rq->looked = true;
	enum err e = casework_document_into(w->casework, &web_user(rq)->actor, document, secret.ptr ? secret : S(""), http_room, rq, rq->arena,
	                                    &out->data, &out->mime, &out->name, &d);
	if (e != OK)
		(void)(e == ERR_NOT_FOUND || e == ERR_DENIED ? web_not_found(rq, re) : web_problem(rq, re, http_status_of(e), &d));
	return e == OK;
}

/* What a person uploaded is never shown inside our pages: it is downloaded, pictures and PDF may be looked at. */
CITIZEN_HANDLER(citizen_document)
{
	struct bytes b;
	if (!load_bytes(rq, re, web_of(arg), &b))
		return HTTP_DONE;
	bool look = str_eqz(b.mime, "application/pdf") || str_eqz(b.mime, "image/png") || str_eqz(b.mime, "image/jpeg");
	return http_send_file(re, b.mime, b.name, b.data, look);
}

CITIZEN_HANDLER(citizen_letter)
{
	struct web *w = web_of(arg);
	struct bytes b;
	struct web_page p;
	if (!load_bytes(rq, re, w, &b))
		return HTTP_DONE;
	if (!is_letter(b.mime))
		return http_send_file(re, b.mime, b.name, b.data, false);
	struct str case_no = http_param(rq, "case_no");
	web_page_begin(&p, rq, w, "citizen.case.letters", NULL, 0);
	p.title = b.name;
	web_page_crumb(&p, arena_printf(rq->arena, "/cases/%.*s", STR_ARG(case_no)), case_no);
	web_page_crumb(&p, S(""), b.name);
	json_build_str(&p.data, "name", b.name);
	json_build_str(&p.data, "case_no", case_no);
	json_build_str(&p.data, "letter_html", b.data);
	return web_page_send(&p, re, "citizen/letter");
}

/* ---- refusal ---- */

static void add_lines(struct json_builder *list, struct str text)
{
	while (text.ptr) {
		struct str line = str_trim(str_cut(&text, '\n'));
		if (line.len)
			json_build_str(list, "", line);
	}
}

/* What the table named "reasons" gave: a list of sentences. */
static bool add_table_reasons(struct http_request *rq, struct json_builder *list, const struct json *decision)
{
	struct diag d;
	const struct json *said = json_get(decision, "result");
	diag_init(&d);
	if (!str_eqz(json_text(json_get(decision, "decision")), "reasons"))
		return false;
	if ((!said || said->kind == JSON_NULL) && json_read(rq->arena, json_text(json_get(decision, "output")), &said, &d) != OK)
		return false;
	for (size_t i = 0; said->kind == JSON_ARRAY && i < said->count; i++)
		add_lines(list, json_text(&said->items[i]));
	return said->kind == JSON_ARRAY && said->count > 0;
}

/* Without such a table: the annotations of the rules that matched, as good as they are. */
static void add_annotations(struct json_builder *list, const struct json *decision)
{
	const struct json *rules = json_get(decision, "rules");
	for (size_t k = 0; rules && rules->kind == JSON_ARRAY && k < rules->count; k++)
		add_lines(list, json_text(json_get(&rules->items[k], "annotation")));
}

static void add_decided(struct http_request *rq, struct json_builder *list, const struct json *decisions)
{
	for (size_t i = 0; decisions && decisions->kind == JSON_ARRAY && i < decisions->count; i++)
		if (add_table_reasons(rq, list, &decisions->items[i]))
			return;
	for (size_t i = 0; decisions && decisions->kind == JSON_ARRAY && i < decisions->count; i++)
		add_annotations(list, &decisions->items[i]);
}

const struct json *citizen_case_reasons(struct http_request *rq, const struct json *view)
{
	struct json_builder list;
	const struct json *reasons = json_get(view, "reasons"), *done = json_get(view, "steps");
	json_build_array_begin(&list, rq->arena);
	if (reasons && reasons->kind == JSON_STRING)
		add_lines(&list, reasons->text);
	for (size_t i = 0; reasons && reasons->kind == JSON_ARRAY && i < reasons->count; i++)
		json_build_value(&list, "", &reasons->items[i]);
	// a table decides alone only where nobody handled the case; else the letter gives the reasons
	if (!list.count && (!done || done->kind != JSON_ARRAY || !done->count))
		add_decided(rq, &list, json_get(view, "decisions"));
	return json_build_end(&list);
}

struct str citizen_case_remedies(struct http_request *rq, const struct json *view)
{
	struct str text = json_text(json_get(view, "remedies"));
	return text.len ? text : http_tr(rq, "citizen.guide.remedies_law");
}

/* ---- the page ---- */

static const struct json *steps(struct http_request *rq, const struct json *v)
{
	const struct json *list = json_get(v, "steps");
	struct json_builder out, b;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		struct str state = json_text(json_get(&list->items[i], "state"));
		if (str_eqz(state, "withdrawn"))
			continue; /* it never came to it */
		json_build_object_begin(&b, rq->arena);
		json_build_str(&b, "step_class", str_eqz(state, "open") ? S("open") : S("done"));
		json_build_merge(&b, &list->items[i]);
		json_build_value(&out, "", json_build_end(&b));
	}
	return json_build_end(&out);
}

/* "市场监督管理局 · 审查岗", of the step that is open now. */
static struct str holder(struct http_request *rq, const struct json *v)
{
	const struct json *list = json_get(v, "steps");
	struct buf b;
	struct str out;
	buf_init_in(&b, rq->arena, 4096);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		const struct json *s = &list->items[i];
		if (!str_eqz(json_text(json_get(s, "state")), "open"))
			continue;
		bool own = json_bool(json_get(s, "applicant"), false);
		struct str organ = own ? S("") : json_text(json_path(s, "organ.name"));
		struct str post = own ? http_tr(rq, "role.applicant") : json_text(json_path(s, "post.name"));
		if (b.len)
			buf_putz(&b, "; ");
		buf_put(&b, organ);
		if (organ.len && post.len)
			buf_putz(&b, " · ");
		buf_put(&b, post);
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

static const struct json *step_of(const struct json *v, int64_t id)
{
	const struct json *list = json_get(v, "steps");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (json_i64(json_get(&list->items[i], "step"), 0) == id)
			return &list->items[i];
	return NULL;
}

/* The applicant's own step, when the case waits for him. */
static const struct json *todo(struct http_request *rq, const struct json *v)
{
	const struct json *actions = json_get(v, "actions");
	if (!actions || actions->kind != JSON_ARRAY || !actions->count)
		return NULL;
	int64_t id = json_i64(json_get(&actions->items[0], "step"), 0);
	const struct json *step = step_of(v, id);
	struct str name = json_text(json_get(step, "name")), due = json_text(json_get(step, "due_on_text"));
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "step", id);
	json_build_str(&b, "name", name.len ? name : json_text(json_get(&actions->items[0], "name")));
	json_build_str(&b, "due_on_text", due.len ? due : S(""));
	return json_build_end(&b);
}

static const struct json *licence(struct http_request *rq, const struct json *v)
{
	const struct json *l = json_get(v, "licence");
	struct json_builder b;
	long long document = (long long)json_i64(json_get(l, "document"), 0);
	if (!l || l->kind != JSON_OBJECT)
		return NULL;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "href", document ? arena_printf(rq->arena, "/cases/%.*s/letters/%lld", STR_ARG(json_text(json_get(v, "case_no"))), document) : S(""));
	json_build_merge(&b, l);
	return json_build_end(&b);
}

static const struct json *answers(struct http_request *rq, const struct json *v)
{
	const struct json *list = json_get(v, "form_rows");
	struct json_builder b, rows, one;
	json_build_array_begin(&rows, rq->arena);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "change", S(""));
		json_build_merge(&one, &list->items[i]);
		json_build_value(&rows, "", json_build_end(&one));
	}
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "rows", json_build_end(&rows));
	return json_build_end(&b);
}

static void put_acts(struct http_request *rq, struct json_builder *b, const struct json *v)
{
	const struct json *rating = json_get(v, "rating");
	bool rate = json_bool(json_path(v, "may.rate"), false) && (!rating || rating->kind == JSON_NULL);
	bool withdraw = json_bool(json_path(v, "may.withdraw"), false);
	json_build_bool(b, "can_rate", rate);
	json_build_bool(b, "can_withdraw", withdraw);
	json_build_bool(b, "can_challenge", withdraw && web_user(rq)->actor.person != 0);
	json_build_bool(b, "has_acts", rate || withdraw);
}

static void put_end(struct json_builder *b, const struct json *v)
{
	struct str state = json_text(json_get(v, "state"));
	bool good = str_eqz(state, "concluded") || str_eqz(state, "delivered") || str_eqz(state, "decided");
	json_build_bool(b, "ended", !json_bool(json_get(v, "open"), true));
	json_build_str(b, "ended_class", good ? S("done") : S("bad"));
}

/* The newest letter: on a refusal it is the decision with its reasons. */
static struct str newest_letter(const struct json *docs)
{
	for (size_t i = docs ? docs->count : 0; i > 0; i--)
		if (str_eqz(json_text(json_get(&docs->items[i - 1], "kind")), "letter"))
			return json_text(json_get(&docs->items[i - 1], "href"));
	return S("");
}

/* The limits that the law or a promise gives the applicant; the organ's own limits for a step stand with the step. */
static const struct json *clocks(struct http_request *rq, const struct json *v)
{
	const struct json *list = json_get(v, "clocks");
	struct json_builder out;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (!str_eqz(json_text(json_get(&list->items[i], "kind")), "step"))
			json_build_value(&out, "", &list->items[i]);
	return json_build_end(&out);
}

enum { TIMELINE_FIRST = 8 };

/* The newest entries at once, the rest behind a fold. */
static void put_timeline(struct http_request *rq, struct json_builder *b, const struct json *v)
{
	const struct json *list = json_get(v, "timeline");
	struct json_builder newest, earlier, fold;
	json_build_array_begin(&newest, rq->arena);
	json_build_array_begin(&earlier, rq->arena);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		json_build_value(i < TIMELINE_FIRST ? &newest : &earlier, "", &list->items[i]);
	json_build_object_begin(&fold, rq->arena);
	json_build_value(&fold, "timeline", json_build_end(&earlier));
	json_build_value(b, "timeline", json_build_end(&newest));
	json_build_value(b, "earlier", json_build_end(&fold));
	json_build_bool(b, "has_earlier", list && list->kind == JSON_ARRAY && list->count > TIMELINE_FIRST);
}

static const struct json *whole_case(struct http_request *rq, const struct json *v)
{
	static const struct json none = { .kind = JSON_NULL };
	struct json_builder b;
	const struct json *t = todo(rq, v), *l = licence(rq, v), *docs = documents(rq, v);
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "todo", t ? t : &none);
	json_build_value(&b, "licence", l ? l : &none);
	json_build_value(&b, "documents", docs);
	json_build_value(&b, "steps", steps(rq, v));
	const struct json *limits = clocks(rq, v);
	json_build_value(&b, "clocks", limits);
	json_build_bool(&b, "has_clocks", limits && limits->count > 0);
	put_timeline(rq, &b, v);
	json_build_value(&b, "answers", answers(rq, v));
	json_build_value(&b, "reasons", citizen_case_reasons(rq, v));
	json_build_str(&b, "remedies_text", citizen_case_remedies(rq, v));
	json_build_str(&b, "decision_href", newest_letter(docs));
	json_build_str(&b, "holder", holder(rq, v));
	put_acts(rq, &b, v);
	put_end(&b, v);
	json_build_merge(&b, v);
	return json_build_end(&b);
}

CITIZEN_HANDLER(citizen_case)
{
	struct web *w = web_of(arg);
	const struct json *raw;
	struct web_page p;
	if (!citizen_case_load(rq, re, w, &raw))
		return HTTP_DONE;
	const struct json *v = web_dress(rq, raw);
	struct str args[2] = { json_text(json_path(v, "item.name")), json_text(json_get(v, "case_no")) };
	web_page_begin(&p, rq, w, "citizen.case.title", args, 2);
	if (web_user(rq)->actor.person)
		web_page_crumb(&p, S("/my/cases"), http_tr(rq, "common.nav.my_cases"));
	else
		web_page_crumb(&p, S("/track"), http_tr(rq, "common.nav.track"));
	web_page_crumb(&p, S(""), args[1]);
	json_build_value(&p.data, "case", whole_case(rq, v));
	return web_page_send(&p, re, "citizen/case");
}
