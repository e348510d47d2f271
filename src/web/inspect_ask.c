/* inspect_ask.c - the plain forms of special supervision, draws, cameras and telephones: which fields a command takes, by one table. What
 * the command is about (a number of something) comes in the address; what was typed is kept when it is refused. */
#include "web/inspect_int.h"

enum ask_input {
	ASK_TEXT, ASK_LONG, ASK_DATE, ASK_WHEN, ASK_NUMBER,
	ASK_CODES,      /* source: "prefix|code code …" */
	ASK_OPTION,     /* source: a part of the options: kinds, checklists, scripts */
	ASK_ORGAN,
	ASK_LINES,      /* a list of texts */
	ASK_MILESTONES, /* name, amount[, unit] */
	ASK_RECUSED,    /* login reason */
	ASK_SOURCES,    /* the record first, then a public draw a line */
};

struct ask_field { const char *name; enum ask_input input; bool required; const char *source; };

enum { FIELDS_MAX = 16 };

static const struct ask {
	const char *id, *command;
	unsigned who;
	const char *context;        /* blank-separated: members taken from the address */
	const char *fixed;          /* "purpose=check": a member that is always so */
	const char *to, *to_key;    /* where it goes on: to + the member of answer or context */
	const char *back;           /* where it was asked from, likewise */
	struct ask_field fields[FIELDS_MAX];
} asks[] = {
	{ "special-open", "special.open", WEB_SUPERVISOR, "", NULL, "/inspect/specials/", "special_no", "/inspect/specials", {
		{ "kind", ASK_OPTION, true, "kinds" }, { "title", ASK_TEXT, true }, { "title_en", ASK_TEXT }, { "reason", ASK_LONG, true }, { "organ", ASK_ORGAN, true },
		{ "until", ASK_DATE, true }, { "milestones", ASK_MILESTONES }, { "cases", ASK_LINES },
		{ "report_amount", ASK_NUMBER }, { "report_unit", ASK_CODES, false, "unit|working-days calendar-days months" } } },
	{ "special-case", "special.case", WEB_SUPERVISOR, "special", NULL, "/inspect/specials/", "special", "/inspect/specials/", { { "cases", ASK_LINES, true } } },
	{ "special-milestone", "special.milestone", WEB_SUPERVISOR, "special", NULL, "/inspect/specials/", "special", "/inspect/specials/", {
		{ "name", ASK_TEXT, true }, { "amount", ASK_NUMBER, true }, { "unit", ASK_CODES, true, "unit|working-days calendar-days months" }, { "organ", ASK_ORGAN } } },
	{ "special-done", "special.done", WEB_HANDLERS | WEB_SUPERVISOR, "milestone:int special", NULL, "/inspect/specials/", "special", "/inspect/specials/", {
		{ "note", ASK_LONG, true } } },
	{ "special-report", "special.report", WEB_HANDLERS | WEB_SUPERVISOR, "special", NULL, "/inspect/specials/", "special", "/inspect/specials/", {
		{ "percent", ASK_NUMBER, true }, { "text", ASK_LONG, true } } },
	{ "special-close", "special.close", WEB_SUPERVISOR, "special", NULL, "/inspect/specials/", "special", "/inspect/specials/", { { "text", ASK_LONG, true } } },
	{ "draw-check", "draw.commit", WEB_SUPERVISOR, "", "purpose=check", "/draws/", "draw_no", "/draws", {
		{ "title", ASK_TEXT, true }, { "organ", ASK_ORGAN }, { "item", ASK_TEXT }, { "state", ASK_CODES, false, "inspect.scope|any open concluded" },
		{ "from", ASK_DATE }, { "to", ASK_DATE }, { "want", ASK_NUMBER, true }, { "checkers", ASK_NUMBER, true }, { "form", ASK_OPTION, true, "checklists" },
		{ "draw_at", ASK_WHEN, true }, { "sources", ASK_SOURCES }, { "recused", ASK_RECUSED } } },
	{ "draw-callback", "draw.commit", WEB_SUPERVISOR, "", "purpose=callback", "/draws/", "draw_no", "/draws", {
		{ "title", ASK_TEXT, true }, { "organ", ASK_ORGAN }, { "from", ASK_DATE }, { "to", ASK_DATE }, { "want", ASK_NUMBER, true },
		{ "form", ASK_OPTION, true, "scripts" }, { "draw_at", ASK_WHEN, true }, { "sources", ASK_SOURCES } } },
	{ "draw-reveal", "draw.reveal", WEB_SUPERVISOR, "draw", NULL, "/draws/", "draw", "/draws/", { { "numbers", ASK_LINES } } },
	{ "draw-void", "draw.void", WEB_SUPERVISOR, "draw", NULL, "/draws/", "draw", "/draws/", { { "reason", ASK_LONG, true } } },
	{ "finding-answer", "finding.answer", WEB_HANDLERS, "finding", NULL, "/inspect/findings/", "finding", "/inspect/findings/", { { "text", ASK_LONG, true } } },
	{ "finding-accept", "finding.decide", WEB_OVERSIGHT | WEB_INSPECTOR, "finding", "verdict=accept", "/inspect/findings/", "finding", "/inspect/findings/", { { "text", ASK_LONG, true } } },
	{ "finding-return", "finding.decide", WEB_OVERSIGHT | WEB_INSPECTOR, "finding", "verdict=return", "/inspect/findings/", "finding", "/inspect/findings/", {
		{ "text", ASK_LONG, true }, { "amount", ASK_NUMBER, true }, { "unit", ASK_CODES, true, "unit|working-days calendar-days" } } },
	{ "camera", "camera.look", WEB_SUPERVISOR, "camera alert case_no", NULL, "/inspect/looks/", "look", "/inspect/cameras", {
		{ "reason", ASK_LONG, true }, { "show", ASK_CODES, true, "inspect.show|live moment" }, { "from", ASK_WHEN } } },
	{ "call", "phone.call", WEB_SUPERVISOR, "alert", NULL, "/inspect/calls", NULL, "/inspect/calls", {
		{ "case_no", ASK_TEXT }, { "number", ASK_TEXT, true }, { "direction", ASK_CODES, true, "inspect.direction|in out" }, { "at", ASK_WHEN },
		{ "seconds", ASK_NUMBER }, { "phone", ASK_TEXT }, { "recording", ASK_TEXT }, { "note", ASK_LONG } } },
	{ "call-note", "phone.note", WEB_SUPERVISOR, "call:int", NULL, "/inspect/calls", NULL, "/inspect/calls", { { "note", ASK_LONG, true } } },
};

struct asking {
	const struct ask *ask;
	struct str values[FIELDS_MAX], errors[FIELDS_MAX];
};

static size_t fields_of(const struct ask *a)
{
	size_t n = 0;
	while (n < FIELDS_MAX && a->fields[n].name)
		n++;
	return n;
}

static bool find_ask(struct http_request *rq, struct http_reply *re, struct asking *out)
{
	*out = (struct asking){ .ask = NULL };
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		if (str_eqz(http_param(rq, "form"), asks[i].id) && (asks[i].who & web_user(rq)->roles))
			out->ask = &asks[i];
	if (!out->ask)
		(void)web_not_found(rq, re);
	return out->ask != NULL;
}

/* ---- showing ---- */

static void add_option(struct json_builder *list, struct arena *a, struct str code, struct str text)
{
	struct json_builder one;
	json_build_object_begin(&one, a);
	json_build_str(&one, "code", code);
	json_build_str(&one, "text", text);
	json_build_value(list, "", json_build_end(&one));
}

/* Rows of a view as code and name; an empty choice in front where nothing need be chosen. */
static const struct json *options_of(struct http_request *rq, struct web *w, const struct ask_field *f)
{
	const struct json *view, *rows = NULL;
	struct json_builder list;
	struct diag d;
	diag_init(&d);
	json_build_array_begin(&list, rq->arena);
	/* nothing is chosen for anybody: the first office of the list is nobody's guess */
	add_option(&list, rq->arena, S(""), f->required ? S("–") : http_tr(rq, "staff.all"));
	bool organs = f->input == ASK_ORGAN;
	if (web_view_try(rq, w, organs ? "organs" : "inspect.options", web_params(rq, "limit", S("200")), &view, &d) == OK)
		rows = json_get(web_dress(rq, view), organs ? "rows" : f->source);
	for (size_t i = 0; rows && i < rows->count; i++)
		add_option(&list, rq->arena, json_text(json_get(&rows->items[i], "code")), json_text(json_get(&rows->items[i], "name")));
	return json_build_end(&list);
}

static const struct json *choices(struct http_request *rq, struct web *w, const struct ask_field *f)
{
	if (f->input != ASK_CODES)
		return options_of(rq, w, f);
	struct str codes = str_of(f->source), prefix = str_cut(&codes, '|');
	return web_options_list(rq, arena_z(rq->arena, prefix), arena_z(rq->arena, codes));
}

static bool is_choice(enum ask_input i) { return i == ASK_CODES || i == ASK_OPTION || i == ASK_ORGAN; }
static bool is_long(enum ask_input i) { return i == ASK_LONG || i >= ASK_LINES; }

static const char *type_of(enum ask_input i)
{
	return i == ASK_DATE ? "date" : i == ASK_WHEN ? "datetime-local" : NULL;
}

/* A page of its own collects each control, so that they come out as one list. */
static const struct json *control(struct web_page *page, const struct asking *a, size_t i)
{
	struct http_request *rq = page->rq;
	const struct ask_field *f = &a->ask->fields[i];
	const char *label = arena_printf(rq->arena, "inspect.f.%s", f->name).ptr, *hint = arena_printf(rq->arena, "inspect.f.%s.hint", f->name).ptr;
	struct web_page one;
	struct json_builder b;
	struct web_control c = { .id = f->name, .label = label, .hint = hint && !str_eqz(http_tr(rq, hint), hint) ? hint : NULL, .autocomplete = "off",
		                 .optional = !f->required, .type = type_of(f->input), .inputmode = f->input == ASK_NUMBER ? "numeric" : NULL,
		                 .width = f->input == ASK_NUMBER ? "5" : f->input == ASK_DATE || f->input == ASK_WHEN ? "20" : NULL };
	web_page_begin(&one, rq, page->web, "inspect.title", NULL, 0);
	if (is_choice(f->input))
		web_page_choice(&one, &c, choices(rq, page->web, f), a->values[i], a->errors[i]);
	else
		web_page_control(&one, &c, a->values[i], a->errors[i]);
	if (a->errors[i].len)
		web_page_error(page, str_of(f->name), a->errors[i]);
	json_build_object_begin(&b, rq->arena);
	json_build_bool(&b, "is_select", is_choice(f->input));
	json_build_bool(&b, "is_text", is_long(f->input));
	json_build_bool(&b, "is_input", !is_choice(f->input) && !is_long(f->input));
	json_build_merge(&b, json_get(json_build_end(&one.data), f->name));
	return json_build_end(&b);
}

static struct str back_href(struct http_request *rq, const struct ask *a)
{
	struct str back = str_of(a->back);
	bool open_end = back.ptr[back.len - 1] == '/';
	return open_end ? arena_printf(rq->arena, "%s%.*s", a->back, STR_ARG(http_query(rq, a->to_key))) : back;
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct asking *a, const struct diag *refused)
{
	struct web_page p;
	struct json_builder fields;
	const char *title = arena_printf(rq->arena, "inspect.ask.%s", a->ask->id).ptr, *explain = arena_printf(rq->arena, "inspect.ask.%s.explain", a->ask->id).ptr;
	web_page_begin(&p, rq, w, title, NULL, 0);
	json_build_array_begin(&fields, rq->arena);
	for (size_t i = 0; i < fields_of(a->ask); i++)
		json_build_value(&fields, "", control(&p, a, i));
	json_build_value(&p.data, "fields", json_build_end(&fields));
	json_build_str(&p.data, "heading", http_tr(rq, title));
	json_build_str(&p.data, "explain", http_tr(rq, explain));
	json_build_str(&p.data, "action", rq->target);
	json_build_str(&p.data, "back", back_href(rq, a->ask));
	json_build_str(&p.data, "about", http_query(rq, a->ask->to_key && !str_eqz(str_of(a->ask->to_key), "look") ? a->ask->to_key : "case_no"));
	if (refused)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	return web_page_send(&p, re, "inspect/ask");
}

enum http_outcome inspect_ask(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asking a;
	if (!find_ask(rq, re, &a))
		return HTTP_DONE;
	for (size_t i = 0; i < fields_of(a.ask); i++)
		a.values[i] = http_query(rq, a.ask->fields[i].name); /* a link may fill in what it knows */
	return show(rq, re, web_of(arg), &a, NULL);
}

/* ---- reading ---- */

static const struct json *read_lines(struct http_request *rq, struct str text)
{
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	while (text.ptr) {
		struct str line = str_trim(str_cut(&text, '\n'));
		if (line.len)
			json_build_str(&list, "", line);
	}
	return json_build_end(&list);
}

/* "开工, 20" or "开工，20，months": full-width commas are commas. */
static struct str next_part(struct str *rest)
{
	ptrdiff_t half = str_find_byte(*rest, ','), wide = str_find(*rest, S("，"));
	bool by_wide = wide >= 0 && (half < 0 || wide < half);
	ptrdiff_t at = by_wide ? wide : half;
	struct str part = at < 0 ? *rest : str_sub(*rest, 0, (size_t)at);
	*rest = at < 0 ? (struct str){ NULL, 0 } : str_sub(*rest, (size_t)at + (by_wide ? 3 : 1), rest->len);
	return str_trim(part);
}

static bool read_milestones(struct http_request *rq, struct str text, struct json_builder *data)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	while (text.ptr) {
		struct str line = str_trim(str_cut(&text, '\n'));
		int64_t amount;
		if (!line.len)
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "name", next_part(&line));
		if (!line.ptr || !str_to_i64(web_ascii(rq, next_part(&line)), &amount))
			return false;
		json_build_i64(&one, "amount", amount);
		if (line.ptr)
			json_build_str(&one, "unit", next_part(&line));
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(data, "milestones", json_build_end(&list));
	return true;
}

static const struct json *read_recused(struct http_request *rq, struct str text)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	while (text.ptr) {
		struct str line = str_trim(str_cut(&text, '\n'));
		if (!line.len)
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "login", str_cut(&line, ' '));
		json_build_str(&one, "reason", line.ptr ? str_trim(line) : S(""));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static const struct json *read_sources(struct http_request *rq, struct str text)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "kind", S("ledger"));
	json_build_value(&list, "", json_build_end(&one));
	while (text.ptr) {
		struct str line = str_trim(str_cut(&text, '\n'));
		if (!line.len)
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "kind", S("numbers"));
		json_build_str(&one, "name", line);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* A browser's local date and time is China's. */
static struct str instant_of(struct http_request *rq, struct str typed)
{
	return typed.len == 16 ? arena_printf(rq->arena, "%.*s:00+08:00", STR_ARG(typed)) : typed;
}

static bool read_field(struct http_request *rq, struct asking *a, size_t i, struct json_builder *data)
{
	const struct ask_field *f = &a->ask->fields[i];
	struct str value = a->values[i] = web_text(rq, f->name);
	int64_t number;
	if (f->input == ASK_SOURCES) { /* the record is always one of them */
		json_build_value(data, f->name, read_sources(rq, value));
	} else if (!value.len) {
		if (f->required)
			a->errors[i] = http_tr(rq, "staff.act.required");
	} else if (f->input == ASK_NUMBER) {
		if (str_to_i64(web_ascii(rq, value), &number) && number >= 0)
			json_build_i64(data, f->name, number);
		else
			a->errors[i] = http_tr(rq, "staff.act.number");
	} else if (f->input == ASK_LINES) {
		json_build_value(data, f->name, read_lines(rq, value));
	} else if (f->input == ASK_MILESTONES) {
		if (!read_milestones(rq, value, data))
			a->errors[i] = http_tr(rq, "inspect.f.milestones.bad");
	} else if (f->input == ASK_RECUSED) {
		json_build_value(data, f->name, read_recused(rq, value));
	} else {
		json_build_str(data, f->name, f->input == ASK_WHEN ? instant_of(rq, value) : value);
	}
	return a->errors[i].len == 0;
}

static void put_context(struct http_request *rq, const struct ask *a, struct json_builder *data)
{
	json_build_merge(data, web_params_query(rq, a->context));
	struct str value = str_of(a->fixed), name = value.ptr ? str_cut(&value, '=') : S("");
	if (name.len)
		json_build_str(data, arena_z(rq->arena, name), value);
}

static enum http_outcome answered(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct asking *a = kept;
	if (r->err != OK)
		return show(rq, re, w, a, &r->diag);
	http_flash(rq, re, "success", arena_printf(rq->arena, "inspect.done.%s", a->ask->id));
	if (!a->ask->to_key)
		return http_redirect(re, str_of(a->ask->to));
	struct str key = json_text(json_get(r->data, a->ask->to_key));
	return http_redirect(re, arena_printf(rq->arena, "%s%.*s", a->ask->to, STR_ARG(key.len ? key : http_query(rq, a->ask->to_key))));
}

enum http_outcome inspect_ask_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asking *a = arena_new(rq->arena, struct asking);
	struct json_builder data;
	bool good = true;
	if (!a)
		return http_busy(rq, re);
	if (!find_ask(rq, re, a))
		return HTTP_DONE;
	json_build_object_begin(&data, rq->arena);
	put_context(rq, a->ask, &data);
	for (size_t i = 0; i < fields_of(a->ask); i++)
		good = read_field(rq, a, i, &data) && good;
	if (!good)
		return show(rq, re, web_of(arg), a, NULL);
	return web_command(rq, re, web_of(arg), a->ask->command, json_build_end(&data), answered, a);
}
