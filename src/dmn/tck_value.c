/* tck_value.c - the kit's XML values as FEEL values, and its notion of equality. */
#include "dmn/tck_value.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

static struct str local_name(struct str qname)
{
	ptrdiff_t colon = str_find_byte(qname, ':');
	return colon < 0 ? qname : str_sub(qname, (size_t)colon + 1, qname.len);
}

static struct feel_value number(struct str text)
{
	struct dec d;
	return dec_parse(text, &d) ? feel_number(d) : feel_null();
}

static struct feel_value scalar(struct str type, struct str raw)
{
	struct str text = str_trim(raw);
	static const char *const numbers[] = { "decimal", "double", "float", "integer", "int", "long", "short" };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (str_eqz(type, numbers[i]))
			return number(text);
	if (str_eqz(type, "boolean"))
		return feel_boolean(str_eqz(text, "true") || str_eqz(text, "1"));
	if (str_eqz(type, "date"))
		return feel_date_parse(text);
	if (str_eqz(type, "time"))
		return feel_time_parse(text);
	if (str_eqz(type, "dateTime"))
		return feel_date_time_parse(text);
	if (str_eqz(type, "duration") || str_eqz(type, "dayTimeDuration") || str_eqz(type, "yearMonthDuration"))
		return feel_duration_parse(text);
	return feel_string(raw);
}

static bool is_nil(const struct xml_node *n)
{
	struct str nil = xml_attr_ns(n, XSI, "nil");
	return str_eqz(nil, "true") || str_eqz(nil, "1");
}

static enum err list_read(struct arena *a, const struct xml_node *n, struct feel_value *out)
{
	struct feel_list_builder b;
	feel_list_begin(&b, a);
	for (const struct xml_node *c = xml_child(n, NULL, "item"); c; c = xml_next_same(c)) {
		struct feel_value v;
		TRY(dmn_tck_value_read(a, c, &v));
		TRY(feel_list_put(&b, v));
	}
	*out = feel_list_end(&b);
	return OK;
}

static enum err context_read(struct arena *a, const struct xml_node *first, struct feel_value *out)
{
	struct feel_context_builder b;
	feel_context_begin(&b, a);
	for (const struct xml_node *c = first; c; c = xml_next_same(c)) {
		struct feel_value v;
		TRY(dmn_tck_value_read(a, c, &v));
		TRY(feel_context_put(&b, xml_attr(c, "name"), v));
	}
	return feel_context_end(&b, out);
}

enum err dmn_tck_value_read(struct arena *a, const struct xml_node *n, struct feel_value *out)
{
	const struct xml_node *value = xml_child(n, NULL, "value"), *list = xml_child(n, NULL, "list");
	const struct xml_node *component = xml_child(n, NULL, "component");
	*out = feel_null();
	if (is_nil(n) || (value && is_nil(value)) || (list && is_nil(list)))
		return OK;
	if (value)
		*out = scalar(local_name(xml_attr_ns(value, XSI, "type")), value->text);
	else if (list)
		return list_read(a, list, out);
	else if (component)
		return context_read(a, component, out);
	return OK;
}

/* ---- equality ---- */

static bool same_number(struct dec a, struct dec b)
{
	return dec_cmp(dec_abs(dec_sub(a, b)), dec_scaled(1, 8)) < 0;
}

static bool same_list(const struct feel_value *a, const struct feel_value *b)
{
	if (a->list.count != b->list.count)
		return false;
	for (size_t i = 0; i < a->list.count; i++)
		if (!dmn_tck_value_same(&a->list.at[i], &b->list.at[i]))
			return false;
	return true;
}

static bool same_context(const struct feel_value *a, const struct feel_value *b)
{
	if (a->context->count != b->context->count)
		return false;
	for (size_t i = 0; i < a->context->count; i++) {
		const struct feel_value *other = feel_get(b, a->context->entries[i].key);
		if (!other || !dmn_tck_value_same(&a->context->entries[i].value, other))
			return false;
	}
	return true;
}

bool dmn_tck_value_same(const struct feel_value *expected, const struct feel_value *got)
{
	if (expected->kind != got->kind)
		return false;
	switch (expected->kind) {
	case FEEL_NULL:
		return true;
	case FEEL_NUMBER:
		return same_number(expected->number, got->number);
	case FEEL_LIST:
		return same_list(expected, got);
	case FEEL_CONTEXT:
		return same_context(expected, got);
	default: {
		struct feel_value equal = feel_equal(expected, got);
		return feel_is_true(&equal);
	}
	}
}
