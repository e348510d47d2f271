/* gauge_scheme.c - schemes: the list, and the editor that needs no programmer. What the form sends is laid over the scheme that was
 * shown; trying it out computes one sheet from the record and saves nothing. */
#include "web/gauge_int.h"

/* ---- the list, and the measures ---- */

enum http_outcome gauge_schemes(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, web_of(arg), "gauge.schemes", web_params_query(rq, ""), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, web_of(arg), "gauge.schemes", NULL);
	json_build_value(&p.data, "rows", json_get(view, "rows"));
	json_build_bool(&p.data, "has_rows", json_get(view, "rows")->count > 0);
	return web_page_send(&p, re, "gauge/schemes");
}

enum http_outcome gauge_measures_page(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, web_of(arg), "gauge.measures", web_params_query(rq, ""), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, web_of(arg), "gauge.measures", NULL);
	json_build_value(&p.data, "rows", json_get(view, "rows"));
	return web_page_send(&p, re, "gauge/measures");
}

/* ---- the form laid over the scheme ---- */

/* Members that the form has, by the kind of object; ":n" a number, ":l" a list of words, ":b" a box. */
static const char top_keys[] = "name name_en note note_en base:n cases_min:n objection_days:n digits:n automatic:l automatic_days:n public:b";
static const char part_keys[] = "code name name_en weight:n floor:n source missing";
static const char indicator_keys[] = "code name name_en effect expression rules:l max:n note note_en";
static const char group_keys[] = "code name name_en organs:l rest:b";
static const char factor_keys[] = "organ factor:n";
static const char grade_keys[] = "code name name_en from:n remedy_days:n";

static const char *const lists_of_top[] = { "parts", "adjustments", "year", "groups", "factors", "grades", NULL }, *const lists_of_part[] = { "indicators", NULL };

static const char *keys_of(const char *list)
{
	static const struct { const char *list, *keys; } all[] = { { "parts", part_keys }, { "indicators", indicator_keys }, { "adjustments", indicator_keys },
		{ "year", indicator_keys }, { "groups", group_keys }, { "factors", factor_keys }, { "grades", grade_keys } };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].list, list) == 0)
			return all[i].keys;
	return "";
}

static struct str field_at(struct http_request *rq, struct str at, struct str key)
{
	const char *name = arena_printf(rq->arena, at.len ? "%.*s.%.*s" : "%.*s%.*s", STR_ARG(at), STR_ARG(key)).ptr;
	return name ? web_text(rq, name) : S("");
}

static const struct json *words(struct http_request *rq, struct str text)
{
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	while (text.len) {
		struct str word = str_trim(str_cut(&text, ' '));
		if (word.len)
			json_build_str(&list, "", word);
	}
	return json_build_end(&list);
}

/* An empty field is no member; a number stays its own digits, a bad one stays text and is refused with its place. */
static void put_field(struct http_request *rq, struct json_builder *o, const char *key, char type, struct str text)
{
	struct dec d;
	if (type == 'b') {
		if (text.len)
			json_build_bool(o, key, true);
	} else if (type == 'l') {
		if (text.len)
			json_build_value(o, key, words(rq, text));
	} else if (type == 'n' && text.len) {
		struct str ascii = web_ascii(rq, text);
		struct json *n = arena_new(rq->arena, struct json);
		if (n)
			*n = (struct json){ .kind = dec_parse(ascii, &d) ? JSON_NUMBER : JSON_STRING, .text = ascii };
		json_build_value(o, key, n);
	} else if (text.len) {
		json_build_str(o, key, text);
	}
}

static bool known(const char *keys, struct str key)
{
	struct str rest = str_of(keys);
	while (rest.len) {
		struct str spec = str_cut(&rest, ' ');
		if (str_eq(str_cut(&spec, ':'), key))
			return true;
	}
	return false;
}

static bool is_list(struct str key)
{
	static const char *const lists[] = { "parts", "indicators", "adjustments", "year", "groups", "factors", "grades" };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (str_eqz(key, lists[i]))
			return true;
	return false;
}

static const struct json *edited(struct http_request *rq, const struct json *base, struct str at, const char *keys);

static const char *name_key(const char *keys) { return keys == factor_keys ? "organ" : "code"; }

static const struct json *named(const struct json *list, const char *key, struct str name)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], key)), name))
			return &list->items[i];
	return NULL;
}

/* Those that the form has, each over the one of its name, or over the one in its place that has another name now. After a refusal the form is of what was
 * typed: with one more or less, and what stands may be in another order. */
static void put_items(struct http_request *rq, struct json_builder *list, const struct json *base, struct str at, const char *keys)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	for (size_t i = 0;; i++) {
		struct str place = arena_printf(rq->arena, "%.*s.%zu", STR_ARG(at), i);
		const char *field = arena_printf(rq->arena, "%.*s.%s", STR_ARG(place), name_key(keys)).ptr;
		if (!field || !http_field(rq, field).ptr)
			return;
		const struct json *was = named(base, name_key(keys), web_text(rq, field));
		if (!was)
			was = base && i < base->count ? &base->items[i] : &nothing;
		if (!field_at(rq, place, S("remove")).len)
			json_build_value(list, "", edited(rq, was, place, keys));
	}
}

static const struct json *edited_list(struct http_request *rq, const struct json *base, struct str at, struct str key)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	struct json_builder list;
	const char *keys = keys_of(arena_z(rq->arena, key));
	struct str here = arena_printf(rq->arena, at.len ? "%.*s.%.*s" : "%.*s%.*s", STR_ARG(at), STR_ARG(key));
	struct str fresh = arena_printf(rq->arena, "%.*s.new", STR_ARG(here));
	json_build_array_begin(&list, rq->arena);
	put_items(rq, &list, base, here, keys);
	if (field_at(rq, fresh, S("code")).len || field_at(rq, fresh, S("organ")).len)
		json_build_value(&list, "", edited(rq, &nothing, fresh, keys));
	return json_build_end(&list);
}

/* Members that the form does not show stay as they are. */
static const struct json *edited(struct http_request *rq, const struct json *base, struct str at, const char *keys)
{
	struct json_builder o;
	struct str rest = str_of(keys);
	json_build_object_begin(&o, rq->arena);
	while (rest.len) {
		struct str spec = str_cut(&rest, ' '), key = str_cut(&spec, ':');
		put_field(rq, &o, arena_z(rq->arena, key), spec.len ? spec.ptr[0] : 's', field_at(rq, at, key));
	}
	for (size_t i = 0; i < base->count; i++)
		if (!known(keys, base->members[i].key) && !is_list(base->members[i].key))
			json_build_value(&o, arena_z(rq->arena, base->members[i].key), &base->members[i].value);
	if (keys == top_keys || keys == part_keys) {
		for (const char *const *list = keys == top_keys ? lists_of_top : lists_of_part; *list; list++)
			json_build_value(&o, *list, edited_list(rq, json_get(base, *list), at, str_of(*list)));
	}
	return json_build_end(&o);
}

/* ---- the scheme laid out as a form ---- */

static struct str joined(struct http_request *rq, const struct json *v)
{
	struct buf b;
	struct str s;
	if (!v || v->kind != JSON_ARRAY)
		return v ? json_text(v) : S("");
	buf_init_in(&b, rq->arena, 65536);
	for (size_t i = 0; i < v->count; i++)
		buf_printf(&b, i ? " %.*s" : "%.*s", STR_ARG(json_text(&v->items[i])));
	return buf_finish(&b, &s) == OK && s.ptr ? s : S("");
}

static const struct json *choices(struct http_request *rq, const char *prefix, const char *codes, struct str value)
{
	const struct json *all = web_options_list(rq, prefix, codes);
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; all && i < all->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_bool(&one, "chosen", str_eq(json_text(json_get(&all->items[i], "code")), value));
		json_build_merge(&one, &all->items[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static const struct json *laid_out(struct http_request *rq, const struct json *v, struct str at, const char *keys);

static const struct json *laid_out_list(struct http_request *rq, const struct json *v, struct str at, const char *key, bool fresh)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	struct json_builder list;
	struct str here = arena_printf(rq->arena, at.len ? "%.*s.%s" : "%.*s%s", STR_ARG(at), key);
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; v && i < v->count; i++)
		json_build_value(&list, "", laid_out(rq, &v->items[i], arena_printf(rq->arena, "%.*s.%zu", STR_ARG(here), i), keys_of(key)));
	if (fresh)
		json_build_value(&list, "", laid_out(rq, &nothing, arena_printf(rq->arena, "%.*s.new", STR_ARG(here)), keys_of(key)));
	return json_build_end(&list);
}

static const struct json *laid_out(struct http_request *rq, const struct json *v, struct str at, const char *keys)
{
	struct json_builder o;
	struct str rest = str_of(keys);
	json_build_object_begin(&o, rq->arena);
	json_build_str(&o, "at", at);
	json_build_bool(&o, "fresh", str_ends(at, S(".new")));
	while (rest.len) {
		struct str spec = str_cut(&rest, ' '), key = str_cut(&spec, ':');
		const struct json *m = json_get_str(v, key);
		json_build_str(&o, arena_z(rq->arena, key), m && m->kind == JSON_BOOL ? (m->boolean ? S("yes") : S("")) : joined(rq, m));
	}
	if (keys == indicator_keys)
		json_build_value(&o, "effects", choices(rq, "gauge.effect", "deduct add points", json_text(json_get(v, "effect"))));
	if (keys == part_keys) {
		json_build_value(&o, "sources", choices(rq, "gauge.source", "record managers citizens questionnaire", json_text(json_get(v, "source"))));
		json_build_value(&o, "missings", choices(rq, "gauge.missing", "full none spread", json_text(json_get(v, "missing"))));
		json_build_value(&o, "indicators", laid_out_list(rq, json_get(v, "indicators"), at, "indicators", !str_ends(at, S(".new"))));
		json_build_bool(&o, "has_indicators", true);
	}
	return json_build_end(&o);
}

static void put_form(struct json_builder *data, struct http_request *rq, const struct json *scheme)
{
	json_build_value(data, "top", laid_out(rq, scheme, S(""), top_keys));
	json_build_value(data, "parts", laid_out_list(rq, json_get(scheme, "parts"), S(""), "parts", false));
	json_build_value(data, "adjustments", laid_out_list(rq, json_get(scheme, "adjustments"), S(""), "adjustments", true));
	json_build_value(data, "years", laid_out_list(rq, json_get(scheme, "year"), S(""), "year", true));
	json_build_value(data, "groups", laid_out_list(rq, json_get(scheme, "groups"), S(""), "groups", true));
	json_build_value(data, "factors", laid_out_list(rq, json_get(scheme, "factors"), S(""), "factors", true));
	json_build_value(data, "grades", laid_out_list(rq, json_get(scheme, "grades"), S(""), "grades", true));
}

/* ---- where it differs from what another has saved meanwhile ---- */

static struct str shown_text(struct http_request *rq, const struct json *v, struct str type)
{
	return str_eqz(type, "b") ? http_tr(rq, json_bool(v, false) ? "office.yes" : "office.no") : joined(rq, v);
}

static struct str label_in(struct http_request *rq, struct str path, struct str label)
{
	return path.len ? arena_printf(rq->arena, "%.*s › %.*s", STR_ARG(path), STR_ARG(label)) : label;
}

static struct str name_in(struct http_request *rq, struct str path, const struct json *item, const char *keys)
{
	struct str name = json_text(json_get(item, "name"));
	return label_in(rq, path, name.len ? name : json_text(json_get(item, name_key(keys))));
}

/* All that a form says of one item, and of those in it, as one text. */
static void put_item_text(struct http_request *rq, struct buf *b, const struct json *item, const char *keys)
{
	const struct json *inner = keys == part_keys ? json_get(item, "indicators") : NULL;
	for (struct str rest = str_of(keys), spec = str_cut(&rest, ' '); spec.len; spec = str_cut(&rest, ' ')) {
		struct str key = str_cut(&spec, ':'), text = shown_text(rq, json_get_str(item, key), spec);
		if (text.len)
			buf_printf(b, b->len ? " · %.*s" : "%.*s", STR_ARG(text));
	}
	for (size_t i = 0; inner && i < inner->count; i++)
		put_item_text(rq, b, &inner->items[i], indicator_keys);
}

static struct str item_text(struct http_request *rq, const struct json *item, const char *keys)
{
	struct buf b;
	struct str text;
	buf_init_in(&b, rq->arena, 1 << 20);
	if (item)
		put_item_text(rq, &b, item, keys);
	return item && buf_finish(&b, &text) == OK ? text : S("");
}

/* A scheme as typed meets the one that now stands: what comes of both, by name. `at` names the place in what the form began from, `path` is the same in words. */
struct met { struct web_page *p; const struct diag *refused; };

static const struct json *meet(const struct met *m, struct str at, struct str path, const struct json *typed, const struct json *now, const char *keys);

static bool takes_theirs(const struct met *m, struct str at, struct str label, struct str typed, struct str now)
{
	struct web_field f = { .name = arena_z(m->p->rq->arena, at), .label = label, .typed = typed.ptr ? typed : S(""), .now = now };
	return f.name && web_page_field(m->p, m->refused, &f);
}

/* One that only one of the two has is told by its name: who has it alone has added it, or the other one has taken it out. */
static const struct json *meet_list(const struct met *m, struct str at, struct str path, const struct json *typed, const struct json *now, const char *keys)
{
	struct http_request *rq = m->p->rq;
	const char *key = name_key(keys);
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; typed && i < typed->count; i++) {
		const struct json *t = &typed->items[i], *n = named(now, key, json_text(json_get(t, key)));
		struct str here = arena_printf(rq->arena, "%.*s/%.*s", STR_ARG(at), STR_ARG(json_text(json_get(t, key)))), name = name_in(rq, path, t, keys);
		/* of one that both have each field is looked at by itself */
		if (!takes_theirs(m, here, name, item_text(rq, n ? n : t, keys), item_text(rq, n, keys)))
			json_build_value(&list, "", n ? meet(m, here, name, t, n, keys) : t);
	}
	for (size_t i = 0; now && i < now->count; i++) {
		const struct json *n = &now->items[i];
		struct str code = json_text(json_get(n, key)), here = arena_printf(rq->arena, "%.*s/%.*s", STR_ARG(at), STR_ARG(code));
		if (named(typed, key, code))
			continue;
		bool theirs = takes_theirs(m, here, name_in(rq, path, n, keys), S(""), item_text(rq, n, keys));
		const struct json *added = meet(m, here, S(""), n, n, keys); /* taken out or not: what the form now begins from has it */
		json_build_value(&list, "", theirs ? added : NULL);
	}
	return json_build_end(&list);
}

static bool of_form(const char *keys, struct str key)
{
	return known(keys, key) || ((keys == top_keys || keys == part_keys) && is_list(key));
}

static const struct json *meet(const struct met *m, struct str at, struct str path, const struct json *typed, const struct json *now, const char *keys)
{
	struct http_request *rq = m->p->rq;
	struct json_builder o;
	json_build_object_begin(&o, rq->arena);
	for (struct str rest = str_of(keys), spec = str_cut(&rest, ' '); spec.len; spec = str_cut(&rest, ' ')) {
		struct str key = str_cut(&spec, ':');
		const char *words = arena_printf(rq->arena, "gauge.edit.%s%.*s", str_eqz(key, "organ") ? "factor_" : "", STR_ARG(key)).ptr;
		const struct json *t = json_get_str(typed, key), *n = json_get_str(now, key);
		bool theirs = takes_theirs(m, arena_printf(rq->arena, "%.*s:%.*s", STR_ARG(at), STR_ARG(key)), label_in(rq, path, http_tr(rq, words)),
		                           shown_text(rq, t, spec), shown_text(rq, n, spec));
		json_build_value(&o, arena_z(rq->arena, key), theirs ? n : t);
	}
	for (const char *const *list = keys == top_keys ? lists_of_top : keys == part_keys ? lists_of_part : lists_of_top + sizeof lists_of_top / sizeof *lists_of_top - 1; *list; list++)
		json_build_value(&o, *list, meet_list(m, arena_printf(rq->arena, "%.*s/%s", STR_ARG(at), *list), path, json_get(typed, *list), json_get(now, *list), keys_of(*list)));
	for (size_t i = 0; i < typed->count; i++)
		if (!of_form(keys, typed->members[i].key))
			json_build_value(&o, arena_z(rq->arena, typed->members[i].key), &typed->members[i].value);
	return json_build_end(&o);
}

/* ---- the page ---- */

struct shown { const struct json *scheme, *tried; const struct diag *refused; };

/* An older version is shown as well; what is saved from it is made from what stands no more. */
static bool is_newest(const struct json *view)
{
	const struct json *versions = json_get(view, "versions");
	return !versions || !versions->count || json_i64(json_get(&versions->items[0], "version"), 0) == json_i64(json_get(view, "version"), 0);
}

/* The scheme that the form is to show. What was begun from an older version is a restoring of that: what now stands goes into none of it unasked. */
static const struct json *put_edits(struct web_page *p, struct http_request *rq, const struct json *view, const struct shown *s)
{
	const struct met m = { .p = p, .refused = s->refused };
	bool older = rq->method == HTTP_GET && !is_newest(view);
	const struct json *scheme = older ? s->scheme : meet(&m, S(""), S(""), s->scheme, json_get(view, "scheme"), top_keys);
	if (older)
		json_build_str(&p->data, "made_from", S("-")); /* the first of a name is found */
	web_page_edits(p, view, s->refused);
	return scheme ? scheme : s->scheme;
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *view, const struct shown *s)
{
	static const struct web_control subject = { .id = "try_subject", .label = "gauge.subject", .hint = "gauge.subject.hint", .width = "20" };
	static const struct web_control period = { .id = "try_period", .label = "gauge.period", .hint = "gauge.period.hint", .width = "10" };
	static const struct web_control kind = { .id = "try_kind", .label = "gauge.kind" };
	const struct json *dressed = web_dress(rq, view);
	struct web_page p;
	gauge_page(&p, rq, w, "gauge.scheme.title", s->refused);
	web_page_crumb(&p, S("/gauge/schemes"), http_tr(rq, "gauge.schemes"));
	put_form(&p.data, rq, put_edits(&p, rq, view, s));
	web_page_control(&p, &subject, http_field(rq, "try_subject"), S(""));
	web_page_control(&p, &period, http_field(rq, "try_period"), S(""));
	web_page_choice(&p, &kind, web_options_list(rq, "gauge.kind", "organ person post"), http_field(rq, "try_kind"), S(""));
	json_build_bool(&p.data, "may_edit", (web_user(rq)->roles & (WEB_SUPERVISOR | WEB_ADMIN)) != 0);
	json_build_value(&p.data, "versions", json_get(dressed, "versions"));
	json_build_str(&p.data, "scheme_name", json_text(json_get(dressed, "name")));
	json_build_str(&p.data, "version", json_text(json_get(view, "version")));
	json_build_str(&p.data, "scheme_code", json_text(json_get(view, "code")));
	if (s->tried)
		json_build_value(&p.data, "tried", web_dress(rq, s->tried));
	return web_page_send(&p, re, "gauge/scheme");
}

static bool read_scheme(struct http_request *rq, struct http_reply *re, struct web *w, struct str version, const struct diag *refused, const struct json **out,
                        enum http_outcome *end)
{
	struct json_builder b;
	struct diag d;
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "code", http_param(rq, "code"));
	web_edits(&b, "gauge.scheme.put", refused);
	if (version.len)
		json_build_str(&b, "version", version);
	if (web_view_try(rq, w, "gauge.scheme", json_build_end(&b), out, &d) == OK)
		return true;
	*end = web_problem(rq, re, 0, &d);
	return false;
}

enum http_outcome gauge_scheme(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	enum http_outcome end;
	if (!read_scheme(rq, re, web_of(arg), http_query(rq, "version"), NULL, &view, &end))
		return end;
	struct shown s = { .scheme = json_get(view, "scheme") };
	return show(rq, re, web_of(arg), view, &s);
}

struct saving { const struct json *view, *scheme; };

static enum http_outcome saved(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct saving *k = kept;
	enum http_outcome end;
	if (r->err != OK) {
		struct shown s = { .scheme = k->scheme, .refused = &r->diag };
		if (web_overtaken(&r->diag) && !read_scheme(rq, re, w, S(""), &r->diag, &k->view, &end))
			return end;
		return show(rq, re, w, k->view, &s);
	}
	http_flash(rq, re, "success", json_bool(json_get(r->data, "changed"), true) ? S("gauge.scheme.saved") : S("gauge.scheme.same"));
	return http_redirect(re, arena_printf(rq->arena, "/gauge/schemes/%.*s", STR_ARG(http_param(rq, "code"))));
}

static enum http_outcome try_out(struct http_request *rq, struct http_reply *re, struct web *w, const struct saving *k)
{
	struct json_builder b;
	struct diag d;
	struct shown s = { .scheme = k->scheme };
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "scheme", k->scheme);
	json_build_str(&b, "kind", http_field(rq, "try_kind"));
	json_build_str(&b, "subject", web_text(rq, "try_subject"));
	json_build_str(&b, "period", web_text(rq, "try_period"));
	if (web_view_try(rq, w, "gauge.try", json_build_end(&b), &s.tried, &d) != OK)
		s.refused = &d;
	return show(rq, re, w, k->view, &s);
}

enum http_outcome gauge_scheme_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct saving *k = arena_new(rq->arena, struct saving);
	struct json_builder b;
	enum http_outcome end;
	if (!k || !read_scheme(rq, re, w, http_field(rq, "version"), NULL, &k->view, &end))
		return k ? end : http_busy(rq, re);
	k->scheme = edited(rq, json_get(k->view, "scheme"), S(""), top_keys);
	if (str_eqz(http_field(rq, "do"), "try"))
		return try_out(rq, re, w, k);
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "scheme", k->scheme);
	return web_command(rq, re, w, "gauge.scheme.put", json_build_end(&b), saved, k);
}
