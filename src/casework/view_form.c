/* view_form.c - a form that was filled in, shown as label and value. */
#include "casework/view_int.h"

static struct str option_label(const struct json *component, struct str value, const char *key)
{
	const struct json *list = json_get(component, "values");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "value")), value)) {
			struct str label = json_text(json_get(&list->items[i], key));
			return label.len ? label : json_text(json_get(&list->items[i], "label"));
		}
	return value;
}

static struct str shown_value(struct view_ctx *v, const struct json *component, const struct json *value, const char *label_key)
{
	struct buf b;
	if (value->kind == JSON_BOOL)
		return strcmp(label_key, "label") == 0 ? (value->boolean ? S("是") : S("否")) : (value->boolean ? S("Yes") : S("No"));
	if (value->kind == JSON_STRING || value->kind == JSON_NUMBER)
		return option_label(component, value->text, label_key);
	if (value->kind != JSON_ARRAY)
		return S("");
	buf_init_in(&b, v->a, 1 << 16);
	for (size_t i = 0; i < value->count; i++) {
		if (i)
			buf_putz(&b, "; ");
		buf_put(&b, option_label(component, json_text(&value->items[i]), label_key));
	}
	return b.ptr ? buf_str(&b) : S("");
}

static struct str english_label(const struct json *component)
{
	struct str en = json_text(json_path(component, "properties.label_en"));
	return en.len ? en : json_text(json_get(component, "label_en"));
}

const struct json *form_rows(struct view_ctx *v, const struct json *schema, const struct json *data)
{
	struct json_build list;
	const struct json *components = json_get(form_filled(v, schema), "components");
	json_build_array(&list, v->a);
	for (size_t i = 0; components && components->kind == JSON_ARRAY && i < components->count; i++) {
		const struct json *c = &components->items[i];
		const struct json *value = json_get_str(data, json_text(json_get(c, "key")));
		struct json_build o;
		if (!value || value->kind == JSON_NULL || !json_text(json_get(c, "key")).len)
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "label", json_text(json_get(c, "label")));
		json_set_str(&o, "label_en", english_label(c).len ? english_label(c) : json_text(json_get(c, "label")));
		json_set_str(&o, "value", shown_value(v, c, value, "label"));
		json_set_str(&o, "value_en", shown_value(v, c, value, "label_en"));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}
