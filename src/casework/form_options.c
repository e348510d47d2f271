/* form_options.c - choices of a form that stand in the office and not in the file: properties.options = "organs". */
#include "casework/view_int.h"

enum { ORGANS_MAX = 300 };

static enum err organs_json(struct view_ctx *v, const struct json **out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT code AS value, name AS label, coalesce(nullif(name_en, ''), name) AS label_en FROM organ WHERE ended_ms IS NULL AND EXISTS"
	                        "(SELECT 1 FROM post p WHERE p.organ=organ.id AND p.ended_ms IS NULL) ORDER BY id LIMIT ?1", &q));
	store_bind_i64(q, 1, ORGANS_MAX);
	TRY(rows_json(v, q, &list));
	*out = json_built(&list);
	return OK;
}

static bool asks_organs(const struct json *component)
{
	return str_eqz(json_text(json_path(component, "properties.options")), "organs");
}

static const struct json *with_values(struct view_ctx *v, const struct json *component, const struct json *values)
{
	struct json_build o;
	json_build_object(&o, v->a);
	for (size_t i = 0; i < component->count; i++)
		if (!str_eqz(component->members[i].key, "values"))
			json_set_key(&o, component->members[i].key, &component->members[i].value);
	json_set(&o, "values", values);
	return json_built(&o);
}

const struct json *form_filled(struct view_ctx *v, const struct json *schema)
{
	const struct json *list = json_get(schema, "components"), *organs = NULL;
	struct json_build components, out;
	size_t asked = 0;
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		asked += asks_organs(&list->items[i]);
	if (!asked || organs_json(v, &organs) != OK)
		return schema;
	json_build_array(&components, v->a);
	for (size_t i = 0; i < list->count; i++)
		json_add(&components, asks_organs(&list->items[i]) ? with_values(v, &list->items[i], organs) : &list->items[i]);
	json_build_object(&out, v->a);
	for (size_t i = 0; i < schema->count; i++)
		if (!str_eqz(schema->members[i].key, "components"))
			json_set_key(&out, schema->members[i].key, &schema->members[i].value);
	json_set(&out, "components", json_built(&components));
	return json_built(&out);
}
