/* view_public.c - what anyone may read: the home page's figures, items, guides, the calendar, a deadline. */
#include "casework/view_int.h"

/* ---- items ---- */

static const char item_shown[] = "SELECT impl_code, name, name_en, kind, promised AS promised_limit, statutory AS statutory_limit, unit, online,"
                                 " instant, pack IS NOT NULL AND NOT EXISTS(SELECT 1 FROM pack p WHERE p.code=item.pack AND p.paused=1) AS can_apply, organ FROM item WHERE id=?1";
static const char organ_of_item[] = "SELECT organ FROM item WHERE id=?1";

/* The items, then what they name. */
static void items_ahead(struct view_ctx *v, const struct json_build *ids, size_t limit)
{
	size_t n = ids->value.count < limit ? ids->value.count : limit;
	if (!store_is_far(v->c))
		return;
	for (size_t i = 0; i < n; i++) {
		ahead_i64(v->c, item_shown, json_i64(&ids->value.items[i], 0));
		ahead_i64(v->c, organ_of_item, json_i64(&ids->value.items[i], 0));
	}
	for (size_t i = 0; i < n; i++)
		ahead_i64(v->c, ORGAN_SQL, row_i64(v->c, organ_of_item, json_i64(&ids->value.items[i], 0), 0));
}

enum err item_row_json(struct view_ctx *v, int64_t id, const struct json **out)
{
	struct json_build o;
	struct store_query *q;
	bool row;
	int64_t organ = 0;
	json_build_object(&o, v->a);
	TRY(store_prepare(v->c, item_shown, &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (row) {
		organ = store_col_i64(q, 10);
		for (int i = 0; i < 10; i++) {
			const char *name = arena_z(v->a, str_of(store_col_name(q, i))); /* the query's goes with its connection */
			if (i >= 7)
				json_set_bool(&o, name, store_col_i64(q, i) != 0);
			else if (store_col_integer(q, i))
				json_set_i64(&o, name, store_col_i64(q, i));
			else
				json_set_str(&o, name, store_col_copy(q, i, v->a));
		}
	}
	store_reset(q);
	TRY(view_named(v, &o, "organ", ORGAN_SQL, organ));
	*out = json_built(&o);
	return *out ? OK : ERR_NOMEM;
}

static void bind_filters(struct view_ctx *v, struct store_query *q, struct str words, int64_t after)
{
	store_bind_i64(q, 1, after);
	store_bind_i64(q, 2, view_limit(v) + 1);
	store_bind_str(q, 3, param(v, "organ").len ? param(v, "organ") : (struct str){ NULL, 0 });
	store_bind_str(q, 4, param(v, "kind").len ? param(v, "kind") : (struct str){ NULL, 0 });
	store_bind_str(q, 5, param(v, "audience").len ? param(v, "audience") : (struct str){ NULL, 0 });
	store_bind_str(q, 6, param(v, "online").len ? param(v, "online") : (struct str){ NULL, 0 });
	store_bind_str(q, 8, param(v, "topic").len ? param(v, "topic") : (struct str){ NULL, 0 });
	if (words.len)
		store_bind_str(q, 7, words);
}

#define ITEM_FILTERS \
	" AND (?3 IS NULL OR i.organ=(SELECT id FROM organ WHERE code=?3)) AND (?4 IS NULL OR i.kind=?4)" \
	" AND (?5 IS NULL OR strpos(i.audience, ?5)>0) AND (?6 IS NULL OR i.online=CASE WHEN ?6 IN ('1', 'true') THEN 1 ELSE 0 END)" \
	" AND (?8 IS NULL OR EXISTS(SELECT 1 FROM item_topic t WHERE t.item=i.id AND t.topic=?8))"

static enum err put_item(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct json *item;
	TRY(item_row_json(v, json_i64(what, 0), &item));
	json_add(list, item);
	return OK;
}

#define ITEMS_OWN(which, found) \
	"SELECT i.id FROM item i WHERE i.id" which "?1 AND i.live=1 AND i.pack IS NOT NULL AND i.organ IN (SELECT organ FROM post WHERE a=?9 OR b=?9)" \
	found ITEM_FILTERS " ORDER BY i.id LIMIT ?2"
#define BY_WORDS " AND i.id IN (SELECT rowid FROM item_search WHERE item_search MATCH ?7)"
#define BY_NAME " AND (strpos(i.name, ?7)>0 OR strpos(lower(i.name_en), lower(?7))>0)"
#define ITEMS_FOUND(which) \
	"SELECT i.id FROM item_search s JOIN item i ON i.id=s.rowid WHERE s.item_search MATCH ?7 AND s.rowid" which "?1 AND i.live=1" \
	ITEM_FILTERS " ORDER BY s.rowid LIMIT ?2"
#define ITEMS_ALL(which, found) "SELECT i.id FROM item i WHERE i.id" which "?1 AND i.live=1" found ITEM_FILTERS " ORDER BY i.id LIMIT ?2"

/* How the words that are searched for are looked up. What does not search names no index of words: it may be damaged. */
enum found { FOUND_ALL, FOUND_BY_WORDS, FOUND_BY_NAME };
static const char *const items_own[][2] = {
	{ ITEMS_OWN(">", ""), ITEMS_OWN("=", "") }, { ITEMS_OWN(">", BY_WORDS), ITEMS_OWN("=", BY_WORDS) }, { ITEMS_OWN(">", BY_NAME), ITEMS_OWN("=", BY_NAME) },
};
static const char *const items_public[][2] = {
	{ ITEMS_ALL(">", ""), ITEMS_ALL("=", "") }, { ITEMS_FOUND(">"), ITEMS_FOUND("=") }, { ITEMS_ALL(">", BY_NAME), ITEMS_ALL("=", BY_NAME) },
};

static enum err ask_items(struct view_ctx *v, const char *const sql[][2], bool by_name, int64_t id, bool one, struct store_query **out)
{
	struct store_query *q;
	struct str words = search_words(v->a, param(v, "q"), true);
	enum found how = !words.len ? FOUND_ALL : by_name ? FOUND_BY_NAME : FOUND_BY_WORDS;
	TRY(store_prepare(v->c, sql[how][one], &q));
	bind_filters(v, q, by_name ? param(v, "q") : words, id);
	if (sql == items_own)
		store_bind_i64(q, 9, v->actor.person);
	*out = q;
	return OK;
}

/* The ids come first, because each row asks further questions of the store. */
static enum err find_items(struct view_ctx *v, const char *const sql[][2], bool by_name, int64_t id, bool one, struct json_build *ids)
{
	struct store_query *q;
	TRY(ask_items(v, sql, by_name, id, one, &q));
	return view_ids(q, ids);
}

static enum err find_public(struct view_ctx *v, int64_t id, bool one, struct json_build *ids) { return find_items(v, items_public, false, id, one, ids); }
static enum err find_own(struct view_ctx *v, int64_t id, bool one, struct json_build *ids) { return find_items(v, items_own, false, id, one, ids); }
static enum err find_public_by_name(struct view_ctx *v, int64_t id, bool one, struct json_build *ids) { return find_items(v, items_public, true, id, one, ids); }
static enum err find_own_by_name(struct view_ctx *v, int64_t id, bool one, struct json_build *ids) { return find_items(v, items_own, true, id, one, ids); }

/* Can the index of words be read, as far as it is needed for these? */
static enum err words_readable(struct view_ctx *v, struct str words, bool *readable)
{
	struct store_query *q;
	bool row;
	enum err e = store_prepare(v->c, "SELECT count(*) FROM item_search WHERE item_search MATCH ?1", &q);
	if (e == OK) {
		store_bind_str(q, 1, words);
		e = store_step(q, &row);
	}
	*readable = e == OK;
	if (e == OK)
		store_reset(q);
	return e == ERR_CORRUPT ? view_renew(v) : e;
}

/* Where it cannot, those are found that have in their names what was typed. */
static enum err items_around(struct view_ctx *v, struct view_span *span, bool own_organ, struct json_build *ids)
{
	struct str words = search_words(v->a, param(v, "q"), true);
	enum err e = words.len ? span->ask(v, span->from, false, ids) : ERR_CORRUPT;
	bool readable = true;
	if (e != ERR_CORRUPT)
		return e;
	json_build_array(ids, v->a);
	if (words.len) {
		TRY(view_renew(v));
		TRY(words_readable(v, words, &readable));
	}
	if (!readable) {
		span->ask = own_organ ? find_own_by_name : find_public_by_name;
		v->rows_missing = true;
	}
	return view_rows_around(v, span, ids);
}

static enum err list_items(struct view_ctx *v, struct json_build *out, bool own_organ)
{
	struct json_build ids, rows;
	size_t limit = (size_t)view_limit(v);
	struct view_span span = { .ids = "SELECT id FROM item WHERE +id>?1 ORDER BY +id LIMIT 20000",
	                          .ask = own_organ ? find_own : find_public, .enough = limit + 1 };
	(void)str_to_i64(param(v, "cursor"), &span.from);
	json_build_array(&ids, v->a);
	TRY(items_around(v, &span, own_organ, &ids));
	items_ahead(v, &ids, limit);
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < ids.value.count && i < limit; i++)
		TRY(view_row(v, put_item, &ids.value.items[i], &rows));
	json_set(out, "rows", json_built(&rows));
	json_set_str(out, "next", ids.value.count > limit ? ids.value.items[limit - 1].text : view_behind(v));
	return OK;
}

/* How many, for the first page only, and counted no further than people read: beyond it `total` is null. */
enum { COUNTED_MAX = 1000 };

static enum err ask_count(struct view_ctx *v, struct store_query **q)
{
	struct str words = search_words(v->a, param(v, "q"), true);
	if (words.len)
		TRY(store_prepare(v->c, "SELECT count(*) FROM (SELECT 1 FROM item_search s JOIN item i ON i.id=s.rowid WHERE s.item_search MATCH ?7 AND s.rowid>?1"
		                        " AND i.live=1" ITEM_FILTERS " LIMIT ?2) AS found", q));
	else
		TRY(store_prepare(v->c, "SELECT count(*) FROM (SELECT 1 FROM item i WHERE i.id>?1 AND i.live=1" ITEM_FILTERS " LIMIT ?2) AS found", q));
	bind_filters(v, *q, words, 0);
	store_bind_i64(*q, 2, COUNTED_MAX + 1);
	return OK;
}

static enum err count_items(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	TRY(ask_count(v, &q));
	TRY(store_step(q, &row));
	int64_t n = store_col_i64(q, 0);
	store_reset(q);
	if (n <= COUNTED_MAX)
		json_set_i64(out, "total", n);
	else
		json_set_null(out, "total");
	return OK;
}

/* With words the search leads and the items follow; a scan of all items would cost a hundred times as much. */
#define FACET_FOUND(columns, more, group) \
	"SELECT " columns ", count(*) AS n FROM item_search s JOIN item i ON i.id=s.rowid" more " WHERE s.item_search MATCH ?7 AND s.rowid>?1 AND ?2>0" \
	" AND i.live=1" ITEM_FILTERS " GROUP BY " group " ORDER BY n DESC, " group " LIMIT 40"
#define FACET_ALL(columns, more, group) \
	"SELECT " columns ", count(*) AS n FROM item i" more " WHERE i.id>?1 AND ?2>0 AND i.live=1" ITEM_FILTERS " GROUP BY " group " ORDER BY n DESC, " group " LIMIT 40"

struct facet { const char *key, *found, *all; };

static const struct facet facet_list[] = {
#define FACET(key, columns, more, group) { key, FACET_FOUND(columns, more, group), FACET_ALL(columns, more, group) }
	FACET("organs", "o.code, o.name, o.name_en", " JOIN organ o ON o.id=i.organ", "o.id"),
	FACET("kinds", "i.kind AS code", "", "i.kind"),
	FACET("audiences", "i.audience AS code", "", "i.audience"),
#undef FACET
};

enum { FACETS = sizeof facet_list / sizeof *facet_list };

static enum err ask_facet(struct view_ctx *v, size_t i, struct store_query **q)
{
	struct str words = search_words(v->a, param(v, "q"), true);
	TRY(store_prepare(v->c, words.len ? facet_list[i].found : facet_list[i].all, q));
	bind_filters(v, *q, words, 0);
	return OK;
}

/* Counts beside the filters; left out where they would cost more than the search. */
static enum err facets(struct view_ctx *v, struct json_build *out)
{
	struct json_build o;
	struct store_query *q;
	for (size_t i = 0; store_is_far(v->c) && i < FACETS; i++)
		if (ask_facet(v, i, &q) == OK)
			store_ahead(q);
	json_build_object(&o, v->a);
	for (size_t i = 0; i < FACETS; i++) {
		struct json_build list;
		TRY(ask_facet(v, i, &q));
		TRY(rows_json(v, q, &list));
		json_set(&o, facet_list[i].key, json_built(&list));
	}
	json_set(out, "facets", json_built(&o));
	return OK;
}

/* For the first page only. */
static bool counts_items(struct view_ctx *v)
{
	return !param(v, "cursor").len && json_bool(json_get(v->params, "count"), true);
}

void items_search_ahead(struct view_ctx *v)
{
	struct store_query *q;
	int64_t after = 0;
	(void)str_to_i64(param(v, "cursor"), &after);
	if (ask_items(v, items_public, false, after, false, &q) == OK)
		store_ahead(q);
	if (counts_items(v) && ask_count(v, &q) == OK)
		store_ahead(q);
}

enum err view_items_search(struct view_ctx *v, struct json_build *out)
{
	enum { FACETS_ROWS_MAX = 300 };
	TRY(list_items(v, out, false));
	if (!counts_items(v)) {
		json_set_null(out, "total");
		return OK;
	}
	TRY(view_part(v, "total", count_items, out));
	int64_t total = json_i64(json_get(&out->value, "total"), 0);
	return total > 0 && total <= FACETS_ROWS_MAX ? view_part(v, "facets", facets, out) : OK;
}

enum err view_counter_items(struct view_ctx *v, struct json_build *out)
{
	return list_items(v, out, true);
}

static const struct json *guide_stages(struct view_ctx *v, const struct pack *p)
{
	const struct bpmn_element *list;
	struct json_build out;
	size_t n = bpmn_model_elements(p->process, &list);
	json_build_array(&out, v->a);
	for (size_t i = 0; i < n; i++) {
		const struct xml_node *limit = bpmn_ext(&list[i], "limit"), *assign = bpmn_ext(&list[i], "assign");
		struct json_build o;
		if (list[i].kind != BPMN_USER_TASK)
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "name", list[i].name);
		json_set_str(&o, "name_en", element_name_en(&list[i]));
		json_set_str(&o, "limit", limit ? xml_attr(limit, "amount") : (struct str){ NULL, 0 });
		json_set_str(&o, "unit", limit ? xml_attr(limit, "unit") : (struct str){ NULL, 0 });
		if (limit)
			set_ground(&o, v->a, xml_attr(limit, "ground"));
		json_set_str(&o, "who", assign ? xml_attr(assign, "post") : S(""));
		json_add(&out, json_built(&o));
	}
	return json_built(&out);
}

static const char data_of_item[] = "SELECT data FROM item WHERE id=?1", region_of_item[] = "SELECT region FROM item WHERE id=?1";
static const char pack_of_item[] = "SELECT pack FROM item WHERE id=?1", version_of_item[] = "SELECT version FROM item WHERE id=?1";
static const char data_of_organ[] = "SELECT data FROM organ WHERE id=?1";

static void guide_ahead(struct view_ctx *v, int64_t id)
{
	static const char *const all[] = { item_shown, organ_of_item, data_of_item, region_of_item, pack_of_item, version_of_item };
	if (!store_is_far(v->c))
		return;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		ahead_i64(v->c, all[i], id);
	int64_t organ = row_i64(v->c, organ_of_item, id, 0);
	ahead_i64(v->c, ORGAN_SQL, organ);
	ahead_i64(v->c, data_of_organ, organ);
	ahead_i64(v->c, REGION_SQL, row_i64(v->c, region_of_item, id, 0));
}

/* Where to go and whom to call. */
static const struct json *office_of(struct view_ctx *v, int64_t organ)
{
	static const char *const told[] = { "address", "phone", "hours", "complaints_phone" };
	struct json_build o;
	struct store_query *q;
	bool row;
	if (!organ || store_prepare(v->c, ORGAN_SQL, &q) != OK)
		return NULL;
	store_bind_i64(q, 1, organ);
	if (store_step(q, &row) != OK || !row)
		return NULL;
	json_build_object(&o, v->a);
	set_columns(&o, v, q);
	store_reset(q);
	const struct json *data = parse(v->a, row_str(v->c, v->a, data_of_organ, organ));
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		json_set_str(&o, told[i], json_text(json_get(data, told[i])));
	return json_built(&o);
}

enum err view_item_guide(struct view_ctx *v, struct json_build *out)
{
	int64_t id = row_i64_str(v->c, "SELECT id FROM item WHERE impl_code=?1 AND live=1", param(v, "impl_code"), 0);
	if (!id)
		return ERR_NOT_FOUND;
	guide_ahead(v, id);
	const struct json *data, *row;
	TRY(item_row_json(v, id, &row));
	data = parse(v->a, row_str(v->c, v->a, data_of_item, id));
	for (size_t i = 0; i < row->count; i++)
		json_set_key(out, row->members[i].key, &row->members[i].value);
	for (size_t i = 0; data && i < data->count; i++)
		if (!json_get_str(&out->value, data->members[i].key))
			json_set_key(out, data->members[i].key, &data->members[i].value);
	set_named(out, v, "region", REGION_SQL, row_i64(v->c, region_of_item, id, 0));
	json_set(out, "office", office_of(v, row_i64(v->c, organ_of_item, id, 0)));
	int64_t pack = row_i64_str(v->c, "SELECT id FROM pack WHERE live=1 AND code=?1", row_str(v->c, v->a, pack_of_item, id), 0);
	const struct pack *p = NULL;
	if (pack && pack_of(v->cw, v->c, pack, &p, v->d) == OK) {
		json_set(out, "stages", guide_stages(v, p));
		json_set(out, "apply_form", pack_form(p, S("apply")));
	}
	json_set_i64(out, "version", row_i64(v->c, version_of_item, id, 1));
	return OK;
}

/* ---- home ---- */

static int64_t month_start(struct view_ctx *v)
{
	int y, m, d;
	const struct calendar *cal = calendar_now(v->cw);
	calendar_day today = calendar_day_at(v->now_ms, calendar_offset_s(cal));
	calendar_day_civil(today, &y, &m, &d);
	return calendar_day_start_ms(today - d + 1, calendar_offset_s(cal));
}

/* -1 where what is counted is damaged: the page shows the rest. */
static enum err count_since(struct view_ctx *v, const char *sql, int64_t from, int64_t *n)
{
	struct store_query *q;
	bool row, known;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, from);
	TRY(view_ask(v, q, &row, &known));
	*n = row ? store_col_i64(q, 0) : -1;
	if (known)
		store_reset(q);
	return OK;
}

static void put_figure(struct view_ctx *v, struct json_build *o, const char *key, int64_t n)
{
	if (n < 0)
		view_unknown(v, o, key);
	else
		json_set_i64(o, key, n);
}

static const char done_since[] = "SELECT count(*) FROM case_done WHERE concluded_ms>=?1 AND pack>0";
static const char late_since[] = "SELECT count(*) FROM case_done d WHERE d.concluded_ms>=?1 AND d.pack>0 AND EXISTS(SELECT 1 FROM alert a WHERE a.case_id=d.id AND a.level=3)";
static const char received_since[] = "SELECT count(*) FROM case_any WHERE received_ms>=?1 AND pack>0";
static const char open_now[] = "SELECT count(*) FROM case_open WHERE pack>0 AND ?1=1";

static enum err home_figures(struct view_ctx *v, struct json_build *out)
{
	struct json_build o;
	int64_t from = month_start(v), done, late, received, open;
	TRY(count_since(v, done_since, from, &done));
	TRY(count_since(v, late_since, from, &late));
	TRY(count_since(v, received_since, from, &received));
	TRY(count_since(v, open_now, 1, &open));
	json_build_object(&o, v->a);
	put_figure(v, &o, "received_month", received);
	put_figure(v, &o, "concluded_month", done);
	json_set_str(&o, "on_time_share", done > 0 && late >= 0 ? arena_printf(v->a, "%lld.%lld", (long long)((done - late) * 100 / done), (long long)((done - late) * 1000 / done % 10)) : (struct str){ NULL, 0 });
	put_figure(v, &o, "open", open);
	json_set(out, "stats", json_built(&o));
	return OK;
}

static const char most_asked_for[] = "SELECT i.id FROM item i WHERE i.live=1 AND i.online=1 AND i.pack IS NOT NULL ORDER BY (SELECT count(*) FROM case_open k WHERE k.item=i.id) DESC, i.id LIMIT 8";

/* What is asked for most; in the order of the catalogue where the cases cannot be counted. */
static enum err popular_items(struct view_ctx *v, struct json_build *ids)
{
	struct store_query *q;
	TRY(store_prepare(v->c, most_asked_for, &q));
	json_build_array(ids, v->a);
	enum err e = view_ids(q, ids);
	if (e != ERR_CORRUPT)
		return e;
	TRY(view_renew(v));
	json_build_array(ids, v->a);
	TRY(store_prepare(v->c, "SELECT i.id FROM item i WHERE i.live=1 AND i.online=1 AND i.pack IS NOT NULL ORDER BY i.id LIMIT 8", &q));
	return view_ids(q, ids);
}

static const char organs_counted[] = "SELECT o.code, o.name, o.name_en, count(*) AS items FROM organ o JOIN item i ON i.organ=o.id AND i.live=1 GROUP BY o.id ORDER BY items DESC, o.id LIMIT 24";

static enum err home_organs(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, organs_counted, &q));
	return rows_put(v, q, "organs", out);
}

static const char kinds_counted[] = "SELECT kind AS code, count(*) AS items FROM item WHERE live=1 GROUP BY kind ORDER BY items DESC, kind";

static enum err home_kinds(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, kinds_counted, &q));
	return rows_put(v, q, "kinds", out);
}

static const char topics_counted[] = "SELECT t.topic AS code, count(*) AS items FROM item_topic t JOIN item i ON i.id=t.item WHERE i.live=1 GROUP BY t.topic ORDER BY items DESC, code LIMIT 30";

static enum err home_topics(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, topics_counted, &q));
	return rows_put(v, q, "topics", out);
}

static enum err home_popular(struct view_ctx *v, struct json_build *out)
{
	struct json_build ids, popular;
	TRY(popular_items(v, &ids));
	items_ahead(v, &ids, ids.value.count);
	json_build_array(&popular, v->a);
	for (size_t i = 0; i < ids.value.count; i++)
		TRY(view_row(v, put_item, &ids.value.items[i], &popular));
	json_set(out, "popular", json_built(&popular));
	return OK;
}

/* Beside the items: the lists alone. */
static bool home_lists_alone(struct view_ctx *v)
{
	return str_eqz(param(v, "for"), "filters");
}

void home_ahead(struct view_ctx *v)
{
	static const char *const lists[] = { organs_counted, kinds_counted, topics_counted }, *const since[] = { done_since, late_since, received_since };
	bool filters = home_lists_alone(v);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		ahead_plain(v->c, lists[i]);
	for (size_t i = 0; !filters && i < sizeof since / sizeof *since; i++)
		ahead_i64(v->c, since[i], month_start(v));
	if (!filters) {
		ahead_i64(v->c, open_now, 1);
		ahead_plain(v->c, most_asked_for);
	}
}

enum err view_home(struct view_ctx *v, struct json_build *out)
{
	bool filters = home_lists_alone(v);
	if (!filters)
		TRY(home_figures(v, out));
	TRY(view_part(v, "organs", home_organs, out));
	TRY(view_part(v, "kinds", home_kinds, out));
	TRY(view_part(v, "topics", home_topics, out));
	return filters ? OK : view_part(v, "popular", home_popular, out);
}

/* ---- the calendar and the clock ---- */

enum err view_calendar(struct view_ctx *v, struct json_build *out)
{
	const struct calendar *cal = calendar_now(v->cw);
	const struct calendar_notice *notices;
	struct json_build days;
	size_t n = calendar_notices(cal, &notices);
	int64_t year = json_i64(json_get(v->params, "year"), 0);
	if (year < 1 || year > 9999) {
		int y, m, d;
		calendar_day_civil(calendar_day_at(v->now_ms, calendar_offset_s(cal)), &y, &m, &d);
		year = y;
	}
	json_set_i64(out, "year", year);
	json_set_bool(out, "published", calendar_published(cal, calendar_day_of((int)year, 7, 1)));
	for (size_t i = 0; i < n; i++) {
		struct json_build o;
		if (notices[i].year != year)
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "number", notices[i].number);
		json_set_str(&o, "issued_on", notices[i].issued_on);
		json_set_str(&o, "title", notices[i].title);
		json_set(out, "notice", json_built(&o));
	}
	json_build_array(&days, v->a);
	calendar_day last = calendar_day_of((int)year, 12, 31);
	for (calendar_day d = calendar_day_of((int)year, 1, 1); d <= last; d++) {
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_str(&o, "date", day_text(v->a, d));
		json_set_bool(&o, "off", !calendar_is_working_day(cal, d));
		json_add(&days, json_built(&o));
	}
	json_set(out, "days", json_built(&days));
	return OK;
}

enum err view_ledger_head(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT seq, at_ms, encode(hash, 'hex') AS hash FROM ledger ORDER BY seq DESC LIMIT 1", &q));
	TRY(store_step(q, &row));
	if (row)
		set_columns(out, v, q);
	else
		json_set_i64(out, "seq", 0);
	store_reset(q);
	return OK;
}
