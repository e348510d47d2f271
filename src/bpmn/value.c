/* value.c - FEEL values as JSON that keeps every kind. Numbers, text, booleans, lists and
 * contexts are themselves; the rest is {"@":kind,"v":text}, and so is a context that has a
 * key "@". Functions become null: they cannot be stored.
 */
#include "bpmn/run_int.h"

enum { VALUE_DEPTH_MAX = 60 };

static const char *const tags[] = {
	[FEEL_DATE] = "date", [FEEL_TIME] = "time", [FEEL_DATE_TIME] = "date-time",
	[FEEL_DAYS_DURATION] = "days", [FEEL_MONTHS_DURATION] = "months",
};

static void put(const struct feel_value *v, struct json_writer *w, int depth);

static void open_tag(struct json_writer *w, const char *tag)
{
	json_object(w);
	json_pair_str(w, "@", str_of(tag));
	json_key(w, S("v"));
}

/* A value that is lost must not look like null: the whole text has failed. */
static void put_failure(struct json_writer *w, enum err e)
{
	json_put_null(w);
	w->out->failed = e;
}

static void put_text(const struct feel_value *v, struct json_writer *w)
{
	struct buf b;
	struct str text;

	buf_init(&b, 4096);
	feel_print(v, &b);
	if (buf_finish(&b, &text) == OK)
		json_put_str(w, text);
	else
		put_failure(w, b.failed);
	buf_release(&b);
}

static void put_number(const struct feel_value *v, struct json_writer *w)
{
	struct buf b;
	struct str text;

	buf_init(&b, 8192);
	dec_print(v->number, &b);
	if (buf_finish(&b, &text) != OK)
		put_failure(w, b.failed);
	else if (dec_finite(v->number))
		json_put_number(w, text);
	else
		json_put_null(w);
	buf_release(&b);
}

static void put_context(const struct feel_value *v, struct json_writer *w, int depth)
{
	bool escaped = feel_get(v, S("@")) != NULL;

	if (escaped)
		open_tag(w, "context");
	if (escaped)
		json_array(w);
	else
		json_object(w);
	for (size_t i = 0; i < v->context->count; i++) {
		const struct feel_entry *e = &v->context->entries[i];

		if (escaped)
			json_put_str(w, e->key);
		else
			json_key(w, e->key);
		put(&e->value, w, depth + 1);
	}
	json_end(w);
	if (escaped)
		json_end(w);
}

static void put_range(const struct feel_value *v, struct json_writer *w, int depth)
{
	const struct feel_range *r = v->range;

	open_tag(w, "range");
	json_array(w);
	put(&r->low, w, depth + 1);
	put(&r->high, w, depth + 1);
	json_put_bool(w, r->low_closed);
	json_put_bool(w, r->high_closed);
	json_put_bool(w, r->negated);
	json_end(w);
	json_end(w);
}

static void put(const struct feel_value *v, struct json_writer *w, int depth)
{
	if (depth > VALUE_DEPTH_MAX / 2) {
		json_put_null(w);
		return;
	}
	switch (v->kind) {
	case FEEL_BOOLEAN:
		json_put_bool(w, v->boolean);
		break;
	case FEEL_NUMBER:
		put_number(v, w);
		break;
	case FEEL_STRING:
		json_put_str(w, v->string);
		break;
	case FEEL_LIST:
		json_array(w);
		for (size_t i = 0; i < v->list.count; i++)
			put(&v->list.at[i], w, depth + 1);
		json_end(w);
		break;
	case FEEL_CONTEXT:
		put_context(v, w, depth);
		break;
	case FEEL_RANGE:
		put_range(v, w, depth);
		break;
	case FEEL_DATE: case FEEL_TIME: case FEEL_DATE_TIME: case FEEL_DAYS_DURATION: case FEEL_MONTHS_DURATION:
		open_tag(w, tags[v->kind]);
		put_text(v, w);
		json_end(w);
		break;
	default:
		json_put_null(w);
		break;
	}
}

void value_write(const struct feel_value *v, struct json_writer *w)
{
	put(v, w, 0);
}

/* ---- reading ---- */

static enum err get(struct arena *a, const struct json *v, struct feel_value *out);

static enum err get_list(struct arena *a, const struct json *v, struct feel_value *out)
{
	struct feel_value *items = arena_array(a, v->count, sizeof *items);

	if (!items)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->count; i++)
		TRY(get(a, &v->items[i], &items[i]));
	*out = feel_list(items, v->count);
	return OK;
}

static enum err get_context(struct arena *a, const struct json *v, bool escaped, struct feel_value *out)
{
	struct feel_context_builder b;

	feel_context_begin(&b, a);
	for (size_t i = 0; escaped && i + 1 < v->count; i += 2) {
		struct feel_value item;

		TRY(get(a, &v->items[i + 1], &item));
		TRY(feel_context_put(&b, json_text(&v->items[i]), item));
	}
	for (size_t i = 0; !escaped && i < v->count; i++) {
		struct feel_value item;

		TRY(get(a, &v->members[i].value, &item));
		TRY(feel_context_put(&b, v->members[i].key, item));
	}
	return feel_context_end(&b, out);
}

static enum err get_range(struct arena *a, const struct json *v, struct feel_value *out)
{
	struct feel_range *r = arena_new(a, struct feel_range);

	if (!r)
		return ERR_NOMEM;
	if (!v || v->kind != JSON_ARRAY || v->count != 5)
		return ERR_CORRUPT;
	TRY(get(a, &v->items[0], &r->low));
	TRY(get(a, &v->items[1], &r->high));
	r->low_closed = json_bool(&v->items[2], false);
	r->high_closed = json_bool(&v->items[3], false);
	r->negated = json_bool(&v->items[4], false);
	*out = feel_range_of(r);
	return OK;
}

static enum err get_tagged(struct arena *a, struct str tag, const struct json *v, struct feel_value *out)
{
	if (str_eqz(tag, "context"))
		return v && v->kind == JSON_ARRAY ? get_context(a, v, true, out) : ERR_CORRUPT;
	if (str_eqz(tag, "range"))
		return get_range(a, v, out);
	if (str_eqz(tag, "date"))
		*out = feel_date_parse(json_text(v));
	else if (str_eqz(tag, "time"))
		*out = feel_time_parse(json_text(v));
	else if (str_eqz(tag, "date-time"))
		*out = feel_date_time_parse(json_text(v));
	else if (str_eqz(tag, "days") || str_eqz(tag, "months"))
		*out = feel_duration_parse(json_text(v));
	else
		return ERR_CORRUPT;
	return OK;
}

static enum err get(struct arena *a, const struct json *v, struct feel_value *out)
{
	struct dec number;

	switch (v->kind) {
	case JSON_BOOL:
		*out = feel_boolean(v->boolean);
		return OK;
	case JSON_NUMBER:
		if (!dec_parse(v->text, &number))
			return ERR_CORRUPT;
		*out = feel_number(number);
		return OK;
	case JSON_STRING:
		*out = feel_string(v->text);
		return OK;
	case JSON_ARRAY:
		return get_list(a, v, out);
	case JSON_OBJECT:
		if (json_get(v, "@"))
			return get_tagged(a, json_text(json_get(v, "@")), json_get(v, "v"), out);
		return get_context(a, v, false, out);
	case JSON_NULL:
	default:
		*out = feel_null();
		return OK;
	}
}

enum err value_read(struct arena *a, const struct json *v, struct feel_value *out)
{
	return get(a, v, out);
}

static bool same_context(const struct feel_context *a, const struct feel_context *b)
{
	if (a == b)
		return true;
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!str_eq(a->entries[i].key, b->entries[i].key) || !value_same(&a->entries[i].value, &b->entries[i].value))
			return false;
	return true;
}

static bool same_list(const struct feel_value *a, const struct feel_value *b)
{
	if (a->list.count != b->list.count)
		return false;
	for (size_t i = 0; a->list.at != b->list.at && i < a->list.count; i++)
		if (!value_same(&a->list.at[i], &b->list.at[i]))
			return false;
	return true;
}

bool value_same(const struct feel_value *a, const struct feel_value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case FEEL_NULL: return true;
	case FEEL_BOOLEAN: return a->boolean == b->boolean;
	case FEEL_NUMBER: return memcmp(&a->number, &b->number, sizeof a->number) == 0;
	case FEEL_STRING: return str_eq(a->string, b->string);
	case FEEL_CONTEXT: return same_context(a->context, b->context);
	case FEEL_LIST: return same_list(a, b);
	default: return false;
	}
}
