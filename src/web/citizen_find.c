/* citizen_find.c - finding what one needs: home, search with filters, the guide of an item. */
#include "web/citizen.h"

/* ---- filters: groups of links, the chosen one plain, counts where they are known ---- */

enum { UNKNOWN = -1 }; /* a count that nobody counted */

static void add_option(struct http_request *rq, struct json_builder *list, const char *name, struct str value, struct str text,
                       int64_t count)
{
	struct json_builder b;
	struct str now = http_query(rq, name);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "text", text);
	json_build_str(&b, "href", web_href(rq, "/items", NULL, name, value));
	json_build_bool(&b, "current", str_eq(now.ptr ? now : S(""), value));
	json_build_bool(&b, "has_count", count != UNKNOWN);
	json_build_i64(&b, "count", count);
	json_build_value(list, "", json_build_end(&b));
}

static void end_group(struct http_request *rq, struct json_builder *groups, const char *title, struct json_builder *options)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "title", http_tr(rq, title));
	json_build_value(&b, "options", json_build_end(options));
	json_build_value(groups, "", json_build_end(&b));
}

static int64_t count_of(const struct json *row)
{
	return json_i64(json_get(row, "n"), json_i64(json_get(row, "items"), UNKNOWN));
}

/* Rows {code, name, n} of the search's own counts, else those of the home page. */
static void named_group(struct http_request *rq, struct json_builder *groups, const char *title, const char *name, const struct json *rows)
{
	struct json_builder list;
	if (!rows || rows->kind != JSON_ARRAY || !rows->count)
		return;
	json_build_array_begin(&list, rq->arena);
	add_option(rq, &list, name, S(""), http_tr(rq, "common.all"), UNKNOWN);
	for (size_t i = 0; i < rows->count; i++)
		add_option(rq, &list, name, json_text(json_get(&rows->items[i], "code")), json_text(json_get(&rows->items[i], "name")),
		           count_of(&rows->items[i]));
	end_group(rq, groups, title, &list);
}

/* Of all rows whose codes ("1", "1,2", ["1","2"] as text) hold this one. */
static int64_t facet_count(const struct json *facet, struct str code)
{
	int64_t sum = 0;
	for (size_t i = 0; facet->kind == JSON_ARRAY && i < facet->count; i++) {
		struct str codes = json_text(json_get(&facet->items[i], "code"));
		ptrdiff_t at = str_find(codes, code);
		bool ends = at >= 0 && ((size_t)at + code.len == codes.len || codes.ptr[(size_t)at + code.len] < '0' || codes.ptr[(size_t)at + code.len] > '9');
		bool begins = at == 0 || (at > 0 && (codes.ptr[at - 1] < '0' || codes.ptr[at - 1] > '9'));
		if (ends && begins)
			sum += count_of(&facet->items[i]);
	}
	return sum;
}

static void coded_group(struct http_request *rq, struct json_builder *groups, const char *title, const char *name, const char *prefix,
                        const char *codes, const struct json *facet)
{
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	add_option(rq, &list, name, S(""), http_tr(rq, "common.all"), UNKNOWN);
	for (struct str rest = str_of(codes); rest.ptr;) {
		struct str code = str_cut(&rest, ' ');
		const char *key = arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(code)).ptr;
		int64_t count = facet ? facet_count(facet, code) : UNKNOWN;
		bool chosen = str_eq(http_query(rq, name), code);
		if (key && (count || chosen))
			add_option(rq, &list, name, code, http_tr(rq, key), count);
	}
	end_group(rq, groups, title, &list);
}

/* "persons:就业创业" is read as its last part; the English word is in the catalogue where there is one. */
static struct str topic_name(struct http_request *rq, struct str code)
{
	struct str name = code, rest = code;
	while (rest.ptr)
		name = str_cut(&rest, ':');
	const char *key = arena_printf(rq->arena, "topic.%.*s", STR_ARG(name)).ptr;
	struct str word = key ? http_tr(rq, key) : name;
	return key && str_eqz(word, key) ? name : word;
}

static const struct json *topics(struct http_request *rq, const struct json *home)
{
	const struct json *rows = json_get(home, "topics");
	struct json_builder list, b;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && rows->kind == JSON_ARRAY && i < rows->count; i++) {
		struct str code = json_text(json_get(&rows->items[i], "code")), name = json_text(json_get(&rows->items[i], "name"));
		struct str href = web_href(rq, "/items", NULL, "topic", code);
		json_build_object_begin(&b, rq->arena);
		json_build_str(&b, "name", name.len ? name : topic_name(rq, code));
		json_build_str(&b, "href", href);
		json_build_merge(&b, &rows->items[i]);
		json_build_value(&list, "", json_build_end(&b));
	}
	return json_build_end(&list);
}

static const struct json *filters(struct http_request *rq, const struct json *found, const struct json *home)
{
	struct json_builder groups, list;
	const struct json *facets = json_get(found, "facets"), *organs = json_get(facets, "organs");
	json_build_array_begin(&groups, rq->arena);
	coded_group(rq, &groups, "citizen.search.by_audience", "audience", "audience", "1 2 3 4 5 6", json_get(facets, "audiences"));
	json_build_array_begin(&list, rq->arena);
	add_option(rq, &list, "online", S(""), http_tr(rq, "common.all"), UNKNOWN);
	add_option(rq, &list, "online", S("1"), http_tr(rq, "citizen.search.online_only"), json_i64(json_get(facets, "online"), UNKNOWN));
	end_group(rq, &groups, "citizen.search.by_online", &list);
	coded_group(rq, &groups, "citizen.search.by_kind", "kind", "kind", "01 05 07 08 09 10 20", json_get(facets, "kinds"));
	if (!organs)
		organs = json_get(home, "organs");
	named_group(rq, &groups, "citizen.search.by_organ", "organ", organs);
	named_group(rq, &groups, "citizen.search.by_topic", "topic", topics(rq, home));
	return json_build_end(&groups);
}

/* The chosen filters as hidden inputs, so that a new search word keeps them. */
static const struct json *kept(struct http_request *rq)
{
	static const char *const names[] = { "organ", "audience", "kind", "online", "topic" };
	struct json_builder list, b;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str value = http_query(rq, names[i]);
		if (str_empty(value))
			continue;
		json_build_object_begin(&b, rq->arena);
		json_build_str(&b, "name", str_of(names[i]));
		json_build_str(&b, "value", value);
		json_build_value(&list, "", json_build_end(&b));
	}
	return json_build_end(&list);
}

CITIZEN_HANDLER(citizen_items)
{
	struct web *w = web_of(arg);
	const struct json *v, *home;
	struct str q = str_trim(http_query(rq, "q"));
	if (!web_view(rq, re, w, "items.search", web_params_query(rq, "q organ audience kind topic online:bool cursor limit:int"), &v)
	    || !web_view(rq, re, w, "home", web_params(rq, "for", S("filters")), &home))
		return HTTP_DONE;
	struct web_page p;
	web_page_begin(&p, rq, w, q.len ? "citizen.search.for" : "citizen.search.all", &q, q.len ? 1 : 0);
	web_page_crumb(&p, S(""), http_tr(rq, "common.nav.items"));
	web_page_list(&p, v, "/items");
	const struct json *chosen = kept(rq);
	json_build_str(&p.data, "q", q);
	json_build_value(&p.data, "kept", chosen);
	json_build_bool(&p.data, "filtered", chosen && chosen->count > 0);
	json_build_str(&p.data, "clear_href", S("/items"));
	json_build_value(&p.data, "filters", filters(rq, v, home));
	return web_page_send(&p, re, "citizen/items");
}

/* ---- home ---- */

CITIZEN_HANDLER(citizen_home)
{
	struct web *w = web_of(arg);
	const struct json *v;
	struct str hero;
	if (!web_view(rq, re, w, "home", web_params(rq, "for", S("home")), &v))
		return HTTP_DONE;
	struct web_page p;
	web_page_begin(&p, rq, w, "citizen.home.title", NULL, 0);
	if (http_render(rq, "citizen/home_hero", NULL, &hero) == OK)
		json_build_str(&p.page, "hero", hero);
	json_build_value(&p.data, "topics", topics(rq, v));
	json_build_merge(&p.data, v);
	return web_page_send(&p, re, "citizen/home");
}

/* ---- the guide ---- */

/* What the application form asks, as a plain list: the law wants the sample form public (ALL/30). */
static void collect_labels(struct http_request *rq, struct json_builder *list, const struct json *components, int depth)
{
	for (size_t i = 0; depth < 8 && components && components->kind == JSON_ARRAY && i < components->count; i++) {
		const struct json *c = &components->items[i];
		struct json_builder b;
		if (json_get(c, "key") && json_text(json_get(c, "label")).len) {
			json_build_object_begin(&b, rq->arena);
			json_build_str(&b, "label", json_text(json_get(c, "label")));
			json_build_bool(&b, "required", json_bool(json_path(c, "validate.required"), false));
			json_build_value(list, "", json_build_end(&b));
		}
		collect_labels(rq, list, json_get(c, "components"), depth + 1);
	}
}

static bool is_free(const struct json *fee)
{
	struct str text = json_text(fee);
	return !fee || fee->kind == JSON_NULL || (fee->kind == JSON_BOOL && !fee->boolean) || (fee->kind != JSON_BOOL && str_empty(text))
	       || str_eqz(text, "0") || str_eqz(text, "否") || str_eqz(text, "不收费");
}

static const struct json *materials(struct http_request *rq, const struct json *item)
{
	const struct json *list = json_get(item, "materials");
	struct json_builder b;
	json_build_array_begin(&b, rq->arena);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		json_build_value(&b, "", citizen_material_dress(rq, &list->items[i]));
	return json_build_end(&b);
}

/* Texts and lists alike: the catalogue has both. */
static struct str text_of(struct http_request *rq, const struct json *v)
{
	if (!v || v->kind != JSON_ARRAY)
		return json_text(v);
	struct buf out;
	struct str text;
	buf_init_in(&out, rq->arena, 64 << 10);
	for (size_t i = 0; i < v->count; i++) {
		const struct json *one = &v->items[i];
		buf_put(&out, one->kind == JSON_OBJECT ? json_text(json_get(one, "text")) : json_text(one));
		buf_byte(&out, '\n');
	}
	return buf_finish(&out, &text) == OK ? str_trim(text) : S("");
}

static const struct json *guide_item(struct http_request *rq, const struct json *v)
{
	struct json_builder b, labels;
	json_build_object_begin(&b, rq->arena);
	json_build_array_begin(&labels, rq->arena);
	collect_labels(rq, &labels, json_path(v, "apply_form.components"), 0);
	const struct json *fields = json_build_end(&labels), *list = materials(rq, v);
	json_build_value(&b, "materials", list);
	json_build_bool(&b, "has_materials", list && list->count > 0);
	json_build_value(&b, "form_fields", fields);
	json_build_bool(&b, "has_form", fields && fields->count > 0);
	json_build_bool(&b, "has_fee", !is_free(json_get(v, "fee")));
	json_build_bool(&b, "instant", json_bool(json_path(v, "options.instant"), json_bool(json_get(v, "instant"), false)));
	json_build_str(&b, "remedies_text", text_of(rq, json_get(v, "remedies")));
	json_build_str(&b, "breaches_text", text_of(rq, json_get(v, "breaches")));
	json_build_str(&b, "joint_text", text_of(rq, json_get(v, "joint_organs")));
	json_build_merge(&b, v);
	return json_build_end(&b);
}

/* Can a time at the hall be booked for it? */
static bool bookable(struct http_request *rq, struct web *w)
{
	const struct json *slots;
	struct json_builder b;
	struct diag d;
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "item", http_param(rq, "impl_code"));
	json_build_str(&b, "days", S("1"));
	return web_view_try(rq, w, "hall.slots", json_build_end(&b), &slots, &d) == OK && json_bool(json_get(slots, "bookable"), false);
}

CITIZEN_HANDLER(citizen_guide)
{
	struct web *w = web_of(arg);
	const struct json *v;
	if (!web_view(rq, re, w, "item.guide", web_params(rq, "impl_code", http_param(rq, "impl_code")), &v))
		return HTTP_DONE;
	struct web_page p;
	struct str name = json_text(json_get(v, "name")), organ = json_text(json_path(v, "organ.name"));
	struct str of_organ = arena_printf(rq->arena, "/items?organ=%.*s", STR_ARG(json_text(json_path(v, "organ.code"))));
	web_page_begin(&p, rq, w, "citizen.guide.title", &name, 1);
	web_page_crumb(&p, S("/items"), http_tr(rq, "common.nav.items"));
	web_page_crumb(&p, of_organ, organ);
	web_page_crumb(&p, S(""), name);
	json_build_value(&p.data, "item", guide_item(rq, v));
	json_build_bool(&p.data, "at_hall", bookable(rq, w));
	return web_page_send(&p, re, "citizen/guide");
}
