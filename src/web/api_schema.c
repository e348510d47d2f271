/* api_schema.c - JSON Schema, the part that the API's own components use. */
#include "web/api_schema.h"

#include "base/utf8.h"

enum { DEPTH_MAX = 32, PLACE_MAX = 96 };

struct check {
	const struct json *schemas;
	struct diag *d;
	char place[PLACE_MAX + 1];
	size_t place_len;
	int depth;
};

static enum err check(struct check *c, const struct json *schema, const struct json *v);

static enum err wrong(struct check *c, const char *what, struct str arg)
{
	struct str place = str_span(c->place, c->place_len);
	enum err e = diag_set(c->d, ERR_INVALID, "api.body", "%.*s: %s%s%.*s", STR_ARG(place.len ? place : S("body")), what,
	                      arg.len ? " " : "", STR_ARG(arg));
	diag_at(c->d, place);
	return e;
}

/* Adds ".name" to the place; what does not fit is left out. */
static void place_push(struct check *c, struct str name)
{
	if (c->place_len + name.len + 1 > PLACE_MAX)
		return;
	if (c->place_len)
		c->place[c->place_len++] = '.';
	memcpy(c->place + c->place_len, name.ptr, name.len);
	c->place_len += name.len;
}

static bool is_type(const struct json *v, struct str type)
{
	switch (v->kind) {
	case JSON_NULL: return str_eqz(type, "null");
	case JSON_BOOL: return str_eqz(type, "boolean");
	case JSON_NUMBER:
		return str_eqz(type, "number") || (str_eqz(type, "integer") && str_find_byte(v->text, '.') < 0);
	case JSON_STRING: return str_eqz(type, "string");
	case JSON_ARRAY: return str_eqz(type, "array");
	case JSON_OBJECT: return str_eqz(type, "object");
	}
	return false;
}

static enum err check_type(struct check *c, const struct json *type, const struct json *v)
{
	if (type->kind == JSON_STRING)
		return is_type(v, type->text) ? OK : wrong(c, "must be of type", type->text);
	for (size_t i = 0; i < type->count; i++)
		if (is_type(v, type->items[i].text))
			return OK;
	return wrong(c, "must be of type", type->count ? type->items[0].text : S("none"));
}

static enum err check_enum(struct check *c, const struct json *list, const struct json *v)
{
	for (size_t i = 0; i < list->count; i++)
		if (json_equal(&list->items[i], v))
			return OK;
	return wrong(c, "is none of the values allowed", S(""));
}

static enum err check_scalar(struct check *c, const struct json *schema, const struct json *v)
{
	const struct json *low = json_get(schema, "minimum"), *high = json_get(schema, "maximum");
	const struct json *shortest = json_get(schema, "minLength"), *longest = json_get(schema, "maxLength");
	if (v->kind == JSON_NUMBER && low && json_i64(v, INT64_MIN) < json_i64(low, INT64_MIN))
		return wrong(c, "must be at least", low->text);
	if (v->kind == JSON_NUMBER && high && json_i64(v, INT64_MAX) > json_i64(high, INT64_MAX))
		return wrong(c, "must be at most", high->text);
	if (v->kind == JSON_STRING && shortest && (int64_t)utf8_count(v->text) < json_i64(shortest, 0))
		return wrong(c, "must not be empty", S(""));
	if (v->kind == JSON_STRING && longest && (int64_t)utf8_count(v->text) > json_i64(longest, INT64_MAX))
		return wrong(c, "must be no longer than", longest->text);
	return OK;
}

static enum err check_member(struct check *c, const struct json *schema, const struct json_member *m)
{
	const struct json *known = json_get_str(json_get(schema, "properties"), m->key);
	const struct json *others = json_get(schema, "additionalProperties");
	size_t before = c->place_len;
	enum err e = OK;
	place_push(c, m->key);
	if (known)
		e = check(c, known, &m->value);
	else if (others && others->kind == JSON_BOOL && !others->boolean)
		e = wrong(c, "is not known here", S(""));
	else if (others && others->kind == JSON_OBJECT)
		e = check(c, others, &m->value);
	c->place_len = before;
	return e;
}

static enum err check_object(struct check *c, const struct json *schema, const struct json *v)
{
	const struct json *required = json_get(schema, "required");
	for (size_t i = 0; required && i < required->count; i++)
		if (!json_get_str(v, required->items[i].text))
			return wrong(c, "lacks the member", required->items[i].text);
	for (size_t i = 0; i < v->count; i++)
		TRY(check_member(c, schema, &v->members[i]));
	return OK;
}

static enum err check_array(struct check *c, const struct json *schema, const struct json *v)
{
	const struct json *each = json_get(schema, "items");
	for (size_t i = 0; each && i < v->count; i++)
		TRY(check(c, each, &v->items[i]));
	return OK;
}

static enum err check_any(struct check *c, const struct json *list, const struct json *v)
{
	struct diag *told = c->d;
	bool fits = false;
	c->d = NULL; /* the alternatives that do not fit are nobody's business */
	for (size_t i = 0; i < list->count && !fits; i++)
		fits = check(c, &list->items[i], v) == OK;
	c->d = told;
	return fits ? OK : wrong(c, "fits none of the alternatives", S(""));
}

static const struct json *resolve(struct check *c, const struct json *schema)
{
	struct str ref = json_text(json_get(schema, "$ref")), prefix = S("#/components/schemas/");
	if (!str_starts(ref, prefix))
		return schema;
	return json_get_str(c->schemas, str_sub(ref, prefix.len, ref.len));
}

static enum err check_keywords(struct check *c, const struct json *schema, const struct json *v)
{
	const struct json *k;
	if ((k = json_get(schema, "type")))
		TRY(check_type(c, k, v));
	if ((k = json_get(schema, "enum")))
		TRY(check_enum(c, k, v));
	if ((k = json_get(schema, "anyOf")))
		TRY(check_any(c, k, v));
	k = json_get(schema, "allOf");
	for (size_t i = 0; k && i < k->count; i++)
		TRY(check(c, &k->items[i], v));
	if (v->kind == JSON_OBJECT)
		return check_object(c, schema, v);
	if (v->kind == JSON_ARRAY)
		return check_array(c, schema, v);
	return check_scalar(c, schema, v);
}

static enum err check(struct check *c, const struct json *schema, const struct json *v)
{
	schema = resolve(c, schema);
	if (!schema)
		return diag_set(c->d, ERR_NOT_FOUND, "api.schema", "a schema refers to one that does not exist");
	if (++c->depth > DEPTH_MAX)
		return diag_set(c->d, ERR_LIMIT, "api.depth", "the value is nested too deeply");
	enum err e = check_keywords(c, schema, v);
	c->depth--;
	return e;
}

enum err api_schema_check(const struct json *components, struct str schema, const struct json *value, struct diag *d)
{
	struct check c = { .schemas = json_get(components, "schemas"), .d = d };
	const struct json *s = json_get_str(c.schemas, schema);
	if (!s)
		return diag_set(d, ERR_NOT_FOUND, "api.schema", "there is no schema %.*s", STR_ARG(schema));
	return check(&c, s, value);
}

/* ---- that nothing in the file is ignored ---- */

static const char *const keywords[] = { "$ref", "type", "enum", "anyOf", "allOf", "required", "properties", "additionalProperties",
	                                "items", "minimum", "maximum", "minLength", "maxLength", "description", "format" };

static bool known_keyword(struct str name)
{
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (str_eqz(name, keywords[i]))
			return true;
	return false;
}

static enum err keywords_in(const struct json *schema, int depth, struct diag *d)
{
	if (schema->kind != JSON_OBJECT || depth > DEPTH_MAX)
		return OK;
	for (size_t i = 0; i < schema->count; i++)
		if (!known_keyword(schema->members[i].key))
			return diag_set(d, ERR_UNSUPPORTED, "api.keyword", "the keyword %.*s is not checked",
			                STR_ARG(schema->members[i].key));
	const struct json *inner = json_get(schema, "properties");
	for (size_t i = 0; inner && i < inner->count; i++)
		TRY(keywords_in(&inner->members[i].value, depth + 1, d));
	static const char *const lists[] = { "anyOf", "allOf" };
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; (inner = json_get(schema, lists[l])) && i < inner->count; i++)
			TRY(keywords_in(&inner->items[i], depth + 1, d));
	if ((inner = json_get(schema, "items")))
		TRY(keywords_in(inner, depth + 1, d));
	return OK;
}

enum err api_schema_keywords(const struct json *components, struct diag *d)
{
	const struct json *schemas = json_get(components, "schemas");
	for (size_t i = 0; schemas && i < schemas->count; i++)
		TRY(keywords_in(&schemas->members[i].value, 0, d));
	return OK;
}
