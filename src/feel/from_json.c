/* from_json.c - JSON in and out. */
#include "feel/feel.h"

static enum err no_memory(struct diag *d)
{
	return diag_set(d, ERR_NOMEM, "feel.memory", "no memory left for the data");
}

static enum err value_of(struct arena *a, const struct json *v, const struct feel_type *t, struct feel_value *out,
                         struct diag *d);

static enum err list_of(struct arena *a, const struct json *v, const struct feel_type *t, struct feel_value *out,
                        struct diag *d)
{
	struct feel_value *items = arena_new_n(a, struct feel_value, v->count);
	if (!items)
		return no_memory(d);
	for (size_t i = 0; i < v->count; i++)
		TRY(value_of(a, &v->items[i], t && t->kind == FEEL_TYPE_LIST ? t->item : t, &items[i], d));
	*out = feel_list(items, v->count);
	return OK;
}

static const struct feel_type *member_of(const struct feel_type *t, struct str name)
{
	if (t && t->kind == FEEL_TYPE_CONTEXT)
		for (size_t i = 0; i < t->members_count; i++)
			if (str_eq(t->members[i].name, name))
				return t->members[i].type;
	return NULL;
}

static enum err context_of(struct arena *a, const struct json *v, const struct feel_type *t, struct feel_value *out,
                           struct diag *d)
{
	struct feel_context_builder b;
	feel_context_begin(&b, a);
	for (size_t i = 0; i < v->count; i++) {
		const struct json_member *m = &v->members[i];
		struct feel_value value;
		TRY(value_of(a, &m->value, member_of(t, m->key), &value, d));
		if (feel_context_put(&b, m->key, value) != OK)
			return no_memory(d);
	}
	return feel_context_end(&b, out) == OK ? OK : no_memory(d);
}

/* A text is what its type says it is, if it reads as that. */
static struct feel_value text_of(struct str s, const struct feel_type *t)
{
	struct feel_value v = feel_null();
	while (t && t->kind == FEEL_TYPE_LIST)
		t = t->item;
	if (t && t->kind == FEEL_TYPE_DATE)
		v = feel_date_parse(s);
	else if (t && t->kind == FEEL_TYPE_TIME)
		v = feel_time_parse(s);
	else if (t && t->kind == FEEL_TYPE_DATE_TIME)
		v = feel_date_time_parse(s);
	else if (t && (t->kind == FEEL_TYPE_DAYS_DURATION || t->kind == FEEL_TYPE_MONTHS_DURATION))
		v = feel_duration_parse(s);
	return feel_is_null(&v) ? feel_string(s) : v;
}

static enum err value_of(struct arena *a, const struct json *v, const struct feel_type *t, struct feel_value *out,
                         struct diag *d)
{
	struct dec number;
	switch (v->kind) {
	case JSON_BOOL:
		*out = feel_boolean(v->boolean);
		return OK;
	case JSON_NUMBER:
		if (!dec_parse(v->text, &number))
			return diag_set(d, ERR_INVALID, "feel.json-number", "the number %.*s is too large",
				(int)(v->text.len < 60 ? v->text.len : 60), v->text.ptr);
		*out = feel_number(number);
		return OK;
	case JSON_STRING:
		*out = text_of(v->text, t);
		return OK;
	case JSON_ARRAY:
		return list_of(a, v, t, out, d);
	case JSON_OBJECT:
		return context_of(a, v, t, out, d);
	default:
		*out = feel_null();
		return OK;
	}
}

enum err feel_from_json_as(struct arena *a, const struct json *v, const struct feel_type *t, struct feel_value *out,
                           struct diag *d)
{
	struct feel_value value;
	if (!v) /* it was built, and there was no memory for it */
		return ERR_NOMEM;
	TRY(value_of(a, v, t, &value, d));
	*out = value;
	return OK;
}

enum err feel_from_json(struct arena *a, const struct json *v, struct feel_value *out, struct diag *d)
{
	return feel_from_json_as(a, v, NULL, out, d);
}

/* ---- out ---- */

/* What could not be written must not look complete. */
static void fail_with(const struct buf *b, struct json_writer *w)
{
	if (b->failed != OK && w->out->failed == OK)
		w->out->failed = b->failed;
}

static void put_number(struct dec d, struct json_writer *w)
{
	struct buf b;
	buf_init(&b, 256);
	dec_print(d, &b);
	json_put_number(w, buf_str(&b));
	fail_with(&b, w);
	buf_release(&b);
}

static void put_text(const struct feel_value *v, struct json_writer *w)
{
	struct buf b;
	buf_init(&b, 64 << 20);
	feel_print(v, &b);
	json_put_str(w, buf_str(&b));
	fail_with(&b, w);
	buf_release(&b);
}

static void put_at(const struct feel_value *v, int depth, struct json_writer *w)
{
	if (depth > JSON_DEPTH_MAX - 8) { /* deeper than any reader takes back */
		json_put_null(w);
		return;
	}
	switch (v->kind) {
	case FEEL_NULL: case FEEL_FUNCTION:
		json_put_null(w);
		break;
	case FEEL_BOOLEAN:
		json_put_bool(w, v->boolean);
		break;
	case FEEL_NUMBER:
		put_number(v->number, w);
		break;
	case FEEL_STRING:
		json_put_str(w, v->string);
		break;
	case FEEL_LIST:
		json_array(w);
		for (size_t i = 0; i < v->list.count && w->out->failed == OK; i++)
			put_at(&v->list.at[i], depth + 1, w);
		json_end(w);
		break;
	case FEEL_CONTEXT:
		json_object(w);
		for (size_t i = 0; i < v->context->count && w->out->failed == OK; i++) {
			json_key(w, v->context->entries[i].key);
			put_at(&v->context->entries[i].value, depth + 1, w);
		}
		json_end(w);
		break;
	default:
		put_text(v, w);
	}
}

void feel_to_json(const struct feel_value *v, struct json_writer *w)
{
	put_at(v, 0, w);
}
