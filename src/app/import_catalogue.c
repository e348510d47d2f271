/* import_catalogue.c - `banjie import items`: items, their organs and regions.
 *
 * What the office has made of an item or an organ since is kept: an organ that is there is left
 * alone, an item gets the catalogue's name, organ and kind and keeps all else.
 */
#include "app/import.h"
#include "text/json_make.h"

struct catalogue {
	struct import_job *j;
	struct map organs, regions; /* codes that are there */
	struct diag *d;
};

static const struct casework_actor system_actor = { .system = true };

static enum err load_codes(struct import_job *j, const char *view, struct map *codes, struct diag *d)
{
	const struct json *list;
	map_init(codes, &j->arena);
	TRY(casework_view(j->cw, view, &system_actor, NULL, &j->arena, &list, d));
	const struct json *rows = json_get(list, "rows");
	for (size_t i = 0; rows && i < rows->count; i++)
		TRY(map_set(codes, json_text(json_get(&rows->items[i], "code")), codes));
	return OK;
}

static enum err note_code(struct import_job *j, struct map *codes, struct str code)
{
	struct str kept = arena_str(&j->arena, code);
	return kept.ptr ? map_set(codes, kept, codes) : ERR_NOMEM;
}

/* 510000000000 a province, 511600000000 a city, 511602000000 a county, then towns and villages. */
static int64_t region_level(struct str code)
{
	static const size_t until[] = { 2, 4, 6, 9 };
	size_t used = code.len;
	while (used > 2 && code.ptr[used - 1] == '0')
		used--;
	for (size_t i = 0; i < sizeof until / sizeof *until; i++)
		if (used <= until[i])
			return (int64_t)i + 2;
	return 6;
}

/* A region that is not known gets its code as name, for the office to name. */
static enum err put_region(struct catalogue *c, struct str code)
{
	struct json_build o;
	const struct json *answer;
	if (str_empty(code) || map_has(&c->regions, code))
		return OK;
	json_build_object(&o, &c->j->scratch);
	json_set_str(&o, "code", code);
	json_set_str(&o, "name", code);
	json_set_i64(&o, "level", region_level(code));
	TRY(import_send(c->j, "region.put", json_built(&o), &answer, c->d));
	return note_code(c->j, &c->regions, code);
}

/* Organs without a code of their own go by their name. */
static struct str organ_code(const struct import_item *item)
{
	return str_empty(item->organ_code) ? item->organ : item->organ_code;
}

static enum err put_organ(struct catalogue *c, const struct import_item *item)
{
	struct json_build o;
	const struct json *answer;
	if (map_has(&c->organs, organ_code(item)))
		return OK;
	json_build_object(&o, &c->j->scratch);
	json_set_str(&o, "code", organ_code(item));
	json_set_str(&o, "name", item->organ);
	json_set_str(&o, "region", item->region_code);
	TRY(import_send(c->j, "organ.put", json_built(&o), &answer, c->d));
	return note_code(c->j, &c->organs, organ_code(item));
}

static bool ours(struct str key)
{
	static const char *const keys[] = { "impl_code", "name", "organ", "kind", "region" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eqz(key, keys[i]))
			return true;
	return false;
}

/* The item's row as the office sees it, NULL when it is new. */
static enum err find_item(struct catalogue *c, const struct import_item *item, const struct json **out)
{
	struct json_build o;
	const struct json *list;
	json_build_object(&o, &c->j->scratch);
	json_set_str(&o, "impl_code", item->impl_code);
	TRY(casework_view(c->j->cw, "items.admin", &system_actor, json_built(&o), &c->j->scratch, &list, c->d));
	const struct json *rows = json_get(list, "rows");
	*out = rows && rows->count ? &rows->items[0] : NULL;
	return OK;
}

static enum err put_item(struct catalogue *c, const struct import_item *item)
{
	struct json_build o;
	const struct json *row, *data;
	TRY(find_item(c, item, &row));
	if (row && str_eq(json_text(json_get(row, "name")), item->name) && str_eq(json_text(json_get(row, "kind")), item->kind) &&
	    str_eq(json_text(json_get(row, "organ")), organ_code(item))) {
		os_mutex_lock(&c->j->lock);
		c->j->same++;
		os_mutex_unlock(&c->j->lock);
		return OK;
	}
	json_build_object(&o, &c->j->scratch);
	json_set_str(&o, "impl_code", item->impl_code);
	json_set_str(&o, "name", item->name);
	json_set_str(&o, "organ", organ_code(item));
	json_set_str(&o, "kind", item->kind);
	if (!str_empty(item->region_code))
		json_set_str(&o, "region", item->region_code);
	data = json_get(row, "data");
	if (!row && !str_empty(item->group))
		json_set_str(&o, "group", item->group);
	for (size_t i = 0; data && data->kind == JSON_OBJECT && i < data->count; i++)
		if (!ours(data->members[i].key))
			json_set_key(&o, data->members[i].key, &data->members[i].value);
	if (!row)
		return import_post(c->j, "item.put", json_built(&o), item->line, c->d);
	const struct json *answer;
	TRY(import_send(c->j, "item.put", json_built(&o), &answer, c->d));
	c->j->changed++;
	return OK;
}

/* What the office's rules refuse is a problem of the row, like a broken one. */
static enum err on_item(void *arg, const struct import_item *item)
{
	struct catalogue *c = arg;
	struct arena_mark mark = arena_save(&c->j->scratch);
	struct diag d;
	diag_init(&d);
	c->d = &d;
	enum err e = put_region(c, item->region_code);
	if (e == OK)
		e = put_organ(c, item);
	if (e == OK)
		e = put_item(c, item);
	if (e != OK && err_is_refusal(e)) {
		d.line = item->line;
		c->j->refused++;
		import_tell(c->j, &d);
		e = OK;
	}
	arena_rewind(&c->j->scratch, mark);
	import_show(c->j, "items", ++c->j->sent);
	return e;
}

static void on_problem(void *arg, const struct diag *d)
{
	struct catalogue *c = arg;
	import_tell(c->j, d);
}

enum err import_run_items(struct import_job *j, struct diag *d)
{
	struct str text;
	struct import_keys keys;
	struct catalogue c = { .j = j };
	struct import_sink sink = { .arg = &c, .item = on_item, .problem = on_problem };
	TRY(import_source_whole(j, &text, d));
	TRY(import_keys_csv(&j->arena, text, &keys, d));
	TRY(import_mapping_choose(j, &keys, false, d));
	TRY(load_codes(j, "organs", &c.organs, d));
	TRY(load_codes(j, "regions", &c.regions, d));
	return import_items(&j->arena, text, j->mapping, &sink, &j->counts, d);
}
