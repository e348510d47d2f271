/* complaint_ask.c - complaining, one question a page: about what, whom, what happened, who you are; then check and send.
 *
 * Nothing is kept on the way: what was answered goes along in the page itself, so that no draft and no session ties a hidden complaint to
 * anybody; for the same reason a hidden one is sent as a visitor, whoever is logged in. */
#include "web/complaint_int.h"

enum ask_page { ASK_ABOUT, ASK_WHO, ASK_WHAT, ASK_YOU, ASK_CHECK, ASK_PAGES };

static const char *const page_ids[ASK_PAGES] = { "about", "who", "what", "you", "check" };

static const struct { const char *name; enum ask_page page; } fields[] = {
	{ "about", ASK_ABOUT }, { "organ", ASK_WHO }, { "person", ASK_WHO }, { "window", ASK_WHO }, { "case_no", ASK_WHO },
	{ "category", ASK_WHAT }, { "title", ASK_WHAT }, { "happened_on", ASK_WHAT }, { "text", ASK_WHAT }, { "request", ASK_WHAT },
	{ "identity", ASK_YOU }, { "name", ASK_YOU }, { "phone", ASK_YOU }, { "address", ASK_YOU },
};
enum { FIELDS = sizeof fields / sizeof *fields };

struct asking {
	struct web *web;
	enum ask_page page;
	struct str values[FIELDS], errors[FIELDS], refusal;
	void *user; /* who really asks, while a hidden complaint is sent as a visitor */
};

static struct str value_of(const struct asking *x, const char *name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return x->values[i];
	return S("");
}

static void set_error(struct asking *x, const char *name, struct str text)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			x->errors[i] = text;
}

static struct str error_of(const struct asking *x, const char *name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return x->errors[i];
	return S("");
}

/* ---- a page ---- */

static const struct json *hidden_fields(struct http_request *rq, const struct asking *x)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < FIELDS; i++) {
		if (fields[i].page == x->page || !x->values[i].len)
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "name", str_of(fields[i].name));
		json_build_str(&one, "value", x->values[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void put_about(struct web_page *p, const struct asking *x)
{
	static const struct web_control c = { .id = "about", .label = "complaint.ask.about", .hint = "complaint.ask.about.hint" };
	web_page_choice(p, &c, web_options_list(p->rq, "complaint.about", COMPLAINT_ABOUT), value_of(x, "about"), error_of(x, "about"));
}

static void put_input(struct web_page *p, const struct asking *x, const struct web_control *c)
{
	web_page_control(p, c, value_of(x, c->id), error_of(x, c->id));
}

static void put_who(struct web_page *p, const struct asking *x, const struct json *choices)
{
	static const struct web_control organ = { .id = "organ", .label = "complaint.ask.organ" };
	static const struct web_control matter = { .id = "organ", .label = "complaint.ask.organ.matter", .hint = "complaint.ask.organ.matter.hint" };
	static const struct web_control person = { .id = "person", .label = "complaint.ask.person", .hint = "complaint.ask.person.hint" };
	static const struct web_control window = { .id = "window", .label = "complaint.ask.window" };
	static const struct web_control number = { .id = "case_no", .label = "complaint.ask.case_no", .hint = "complaint.ask.case_no.hint", .width = "20" };
	struct str about = value_of(x, "about");
	if (str_eqz(about, "case")) {
		put_input(p, x, &number);
	} else if (str_eqz(about, "window")) {
		web_page_choice(p, &window, complaint_windows(p->rq, choices), value_of(x, "window"), error_of(x, "window"));
	} else {
		web_page_choice(p, str_eqz(about, "matter") ? &matter : &organ, complaint_organs(p->rq, choices), value_of(x, "organ"), error_of(x, "organ"));
		if (str_eqz(about, "person"))
			put_input(p, x, &person);
	}
}

static void put_what(struct web_page *p, const struct asking *x)
{
	static const struct web_control category = { .id = "category", .label = "complaint.ask.category" };
	static const struct web_control inputs[] = {
		{ .id = "title", .label = "complaint.ask.title", .hint = "complaint.ask.title.hint" },
		{ .id = "happened_on", .label = "complaint.ask.happened_on", .type = "date", .width = "10", .optional = true },
		{ .id = "text", .label = "complaint.ask.text", .hint = "complaint.ask.text.hint", .max = 4000 },
		{ .id = "request", .label = "complaint.ask.request", .max = 1000, .optional = true },
	};
	web_page_choice(p, &category, web_options_list(p->rq, "complaint.category", COMPLAINT_CATEGORY), value_of(x, "category"), error_of(x, "category"));
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		put_input(p, x, &inputs[i]);
}

static void put_you(struct web_page *p, const struct asking *x)
{
	static const struct web_control identity = { .id = "identity", .label = "complaint.ask.identity", .hint = "complaint.ask.identity.hint" };
	static const struct web_control inputs[] = {
		{ .id = "name", .label = "complaint.ask.name", .autocomplete = "name", .width = "20" },
		{ .id = "phone", .label = "complaint.ask.phone", .autocomplete = "tel", .inputmode = "tel", .width = "20" },
		{ .id = "address", .label = "complaint.ask.address", .autocomplete = "street-address", .optional = true },
	};
	web_page_choice(p, &identity, web_options_list(p->rq, "complaint.identity.ask", "open protected anonymous"), value_of(x, "identity"), error_of(x, "identity"));
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		put_input(p, x, &inputs[i]);
}

/* A code in words, wherever the answer is one. */
static struct str shown(struct http_request *rq, const struct json *choices, const char *name, struct str value)
{
	static const struct { const char *name, *prefix; } coded[] = { { "about", "complaint.about" }, { "category", "complaint.category" }, { "identity", "complaint.identity" } };
	const struct json *list = strcmp(name, "organ") == 0 ? complaint_organs(rq, choices) : strcmp(name, "window") == 0 ? complaint_windows(rq, choices) : NULL;
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "code")), value))
			return json_text(json_get(&list->items[i], "text"));
	for (size_t i = 0; i < sizeof coded / sizeof *coded; i++)
		if (strcmp(name, coded[i].name) == 0)
			return http_tr(rq, arena_printf(rq->arena, "%s.%.*s", coded[i].prefix, STR_ARG(value)).ptr);
	return value;
}

static void put_check(struct web_page *p, const struct asking *x, const struct json *choices)
{
	struct http_request *rq = p->rq;
	struct json_builder list, one;
	bool anonymous = str_eqz(value_of(x, "identity"), "anonymous");
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < FIELDS; i++) {
		if (!x->values[i].len || (anonymous && fields[i].page == ASK_YOU && strcmp(fields[i].name, "identity") != 0))
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "label", http_tr(rq, arena_printf(rq->arena, "complaint.field.%s", fields[i].name).ptr));
		json_build_str(&one, "value", shown(rq, choices, fields[i].name, x->values[i]));
		json_build_str(&one, "page", str_of(page_ids[fields[i].page]));
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(&p->data, "answers", json_build_end(&list));
	json_build_str(&p->data, "key", arena_printf(rq->arena, "complain-%lld-%llx", (long long)rq->now_ms, (unsigned long long)str_hash(value_of(x, "text"))));
	json_build_bool(&p->data, "anonymous", anonymous);
}

static void put_progress(struct web_page *p, const struct asking *x)
{
	struct json_builder list, one;
	json_build_array_begin(&list, p->rq->arena);
	for (int i = 0; i < ASK_PAGES; i++) {
		json_build_object_begin(&one, p->rq->arena);
		json_build_str(&one, "text", http_tr(p->rq, arena_printf(p->rq->arena, "complaint.page.%s", page_ids[i]).ptr));
		json_build_bool(&one, "current", i == (int)x->page);
		json_build_bool(&one, "done", i < (int)x->page);
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(&p->data, "progress", json_build_end(&list));
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct asking *x)
{
	const struct json *choices;
	struct web_page p;
	if (!web_view(rq, re, x->web, "complaint.choices", web_params(rq, "organ", S("")), &choices))
		return HTTP_DONE;
	web_page_begin(&p, rq, x->web, arena_printf(rq->arena, "complaint.page.%s", page_ids[x->page]).ptr, NULL, 0);
	web_page_crumb(&p, S("/complain"), http_tr(rq, "complaint.title"));
	json_build_str(&p.data, "at", str_of(page_ids[x->page]));
	json_build_bool(&p.data, "first", x->page == ASK_ABOUT);
	json_build_bool(&p.data, "checking", x->page == ASK_CHECK);
	json_build_str(&p.data, "before", str_of(page_ids[x->page ? x->page - 1 : 0]));
	json_build_value(&p.data, "hidden", hidden_fields(rq, x));
	put_progress(&p, x);
	if (x->page == ASK_ABOUT)
		put_about(&p, x);
	else if (x->page == ASK_WHO)
		put_who(&p, x, choices);
	else if (x->page == ASK_WHAT)
		put_what(&p, x);
	else if (x->page == ASK_YOU)
		put_you(&p, x);
	else
		put_check(&p, x, choices);
	if (x->refusal.len)
		web_page_error(&p, S(""), x->refusal);
	return web_page_send(&p, re, "complaint/ask");
}

/* ---- checking a page ---- */

static bool need(struct http_request *rq, struct asking *x, const char *name, const char *code)
{
	if (str_trim(value_of(x, name)).len)
		return true;
	set_error(x, name, http_tr(rq, code));
	return false;
}

static bool who_fits(struct http_request *rq, struct asking *x)
{
	struct str about = value_of(x, "about");
	if (str_eqz(about, "case"))
		return need(rq, x, "case_no", "err.complaint.case");
	if (str_eqz(about, "window"))
		return need(rq, x, "window", "err.complaint.choice");
	bool organ = str_eqz(about, "matter") || need(rq, x, "organ", "err.complaint.organ");
	return (!str_eqz(about, "person") || need(rq, x, "person", "err.complaint.person")) && organ;
}

static bool you_fit(struct http_request *rq, struct asking *x)
{
	struct str identity = value_of(x, "identity");
	bool in = web_user(rq)->actor.person != 0;
	if (!need(rq, x, "identity", "err.complaint.choice") || str_eqz(identity, "anonymous"))
		return identity.len > 0;
	if (in && str_eqz(identity, "open"))
		return true; /* the account says who it is */
	bool name = need(rq, x, "name", "err.complaint.name");
	return (value_of(x, "address").len || need(rq, x, "phone", "err.complaint.contact")) && name;
}

static bool page_fits(struct http_request *rq, struct asking *x, enum ask_page page)
{
	if (page == ASK_ABOUT)
		return need(rq, x, "about", "err.complaint.about");
	if (page == ASK_WHO)
		return who_fits(rq, x);
	if (page == ASK_YOU)
		return you_fit(rq, x);
	if (page != ASK_WHAT)
		return true;
	bool category = need(rq, x, "category", "err.complaint.choice"), title = need(rq, x, "title", "err.complaint.title");
	return need(rq, x, "text", "err.complaint.text") && category && title;
}

/* The first page that still lacks something, up to the one asked for. */
static enum ask_page first_open(struct http_request *rq, struct asking *x, enum ask_page to)
{
	for (int i = 0; i < (int)to; i++)
		if (!page_fits(rq, x, (enum ask_page)i))
			return (enum ask_page)i;
	return to;
}

/* ---- sending ---- */

static enum http_outcome received(struct http_request *rq, struct http_reply *re, struct asking *x, const struct json *receipt)
{
	struct web_page p;
	web_page_begin(&p, rq, x->web, "complaint.done.title", NULL, 0);
	json_build_value(&p.data, "receipt", web_dress(rq, receipt));
	json_build_bool(&p.data, "hidden_name", !str_eqz(json_text(json_get(receipt, "identity")), "open"));
	http_header_set(re, "Cache-Control", S("no-store"));
	return web_page_send(&p, re, "complaint/done");
}

static enum http_outcome sent(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct asking *x = kept;
	(void)w;
	rq->user = x->user;
	if (r->err == OK)
		return received(rq, re, x, r->data);
	struct str text = web_refusal(rq, &r->diag);
	x->page = ASK_CHECK;
	for (size_t i = 0; i < FIELDS; i++)
		if (str_eqz(str_of(r->diag.place), fields[i].name)) {
			x->page = fields[i].page;
			x->errors[i] = text;
		}
	if (x->page == ASK_CHECK)
		x->refusal = text;
	return show(rq, re, x);
}

static enum http_outcome uploaded(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *documents,
                                  const struct diag *refused, void *kept)
{
	struct asking *x = kept;
	struct json_builder b;
	if (refused) {
		rq->user = x->user;
		x->refusal = web_refusal(rq, refused);
		x->page = ASK_CHECK;
		return show(rq, re, x);
	}
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < FIELDS; i++)
		if (x->values[i].len)
			json_build_str(&b, fields[i].name, x->values[i]);
	json_build_value(&b, "documents", documents);
	return web_command(rq, re, w, "complaint.submit", json_build_end(&b), sent, x);
}

/* A hidden complaint is nobody's on the way in. */
static enum http_outcome send(struct http_request *rq, struct http_reply *re, struct asking *x)
{
	x->user = rq->user;
	if (!str_eqz(value_of(x, "identity"), "open")) {
		struct web_user *visitor = arena_new(rq->arena, struct web_user);
		if (!visitor)
			return http_busy(rq, re);
		*visitor = (struct web_user){ .roles = WEB_VISITOR, .actor = { .channel = web_user(rq)->actor.channel } };
		rq->user = visitor;
	}
	return staff_upload(rq, re, x->web, "file-", S(""), uploaded, x);
}

/* ---- handlers ---- */

enum http_outcome complaint_start(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asking x = { .web = web_of(arg) };
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].page <= ASK_WHO)
			x.values[i] = http_query(rq, fields[i].name);
	x.page = ASK_ABOUT;
	return show(rq, re, &x);
}

static enum ask_page page_named(struct str id, enum ask_page otherwise)
{
	for (int i = 0; i < ASK_PAGES; i++)
		if (str_eqz(id, page_ids[i]))
			return (enum ask_page)i;
	return otherwise;
}

enum http_outcome complaint_next(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asking *x = arena_new(rq->arena, struct asking);
	if (!x)
		return http_busy(rq, re);
	*x = (struct asking){ .web = web_of(arg) };
	for (size_t i = 0; i < FIELDS; i++)
		x->values[i] = web_text(rq, fields[i].name);
	enum ask_page at = page_named(http_field(rq, "at"), ASK_ABOUT);
	struct str to = http_field(rq, "to");
	if (str_eqz(to, "send")) {
		x->page = first_open(rq, x, ASK_CHECK);
		return x->page == ASK_CHECK ? send(rq, re, x) : show(rq, re, x);
	}
	x->page = to.len ? page_named(to, at) : first_open(rq, x, at + 1 < ASK_PAGES ? at + 1 : ASK_CHECK);
	return show(rq, re, x);
}
