/* coerce.c - implicit conversions (DMN 1.5, 10.3.2.9.4) and allowed values of item definitions. */
#include "feel/coerce.h"

#include "feel/moment.h"

enum { DEPTH_MAX = 200 };

static enum err coerce_at(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, int depth, bool *ok,
                          struct feel_value *out);

static enum err coerce_items(struct feel_run *r, const struct feel_type *item, struct feel_items from, int depth,
                             bool *ok, struct feel_value *out)
{
	struct feel_value *items;
	TRY(feel_run_charge(r, from.count));
	TRY(feel_run_alloc(r, from.count, sizeof *items, &items));
	for (size_t i = 0; i < from.count && *ok; i++)
		TRY(coerce_at(r, item, &from.at[i], depth, ok, &items[i]));
	*out = feel_list(items, from.count);
	return OK;
}

/* Anything but a list becomes the list of itself. */
static enum err coerce_list(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, int depth,
                            bool *ok, struct feel_value *out)
{
	struct feel_items from = { v, 1 };
	if (v->kind == FEEL_LIST)
		from = v->list;
	return coerce_items(r, t->item ? t->item : &feel_type_any, from, depth, ok, out);
}

/* Entries that the type does not name are kept; those that it names must be there. */
static enum err coerce_context(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, int depth,
                               bool *ok, struct feel_value *out)
{
	struct feel_context_builder b;
	feel_context_begin(&b, r->arena);
	for (size_t i = 0; i < v->context->count; i++)
		if (feel_context_put(&b, v->context->entries[i].key, v->context->entries[i].value) != OK)
			return ERR_NOMEM;
	for (size_t i = 0; i < t->members_count && *ok; i++) {
		const struct feel_value *entry = feel_get(v, t->members[i].name);
		struct feel_value converted;
		*ok = entry != NULL;
		if (!*ok)
			break;
		TRY(coerce_at(r, t->members[i].type ? t->members[i].type : &feel_type_any, entry, depth, ok, &converted));
		if (feel_context_put(&b, t->members[i].name, converted) != OK)
			return ERR_NOMEM;
	}
	return feel_context_end(&b, out);
}

static enum err check_allowed(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, bool *ok)
{
	struct feel_value passes;
	if (!t->allowed || feel_is_null(v))
		return OK;
	TRY(feel_run_eval_unary(r, t->allowed, v, NULL, &passes));
	*ok = feel_is_true(&passes);
	return OK;
}

static enum err convert(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, int depth, bool *ok,
                        struct feel_value *out)
{
	*out = *v;
	if (t->kind == FEEL_TYPE_ANY || feel_is_null(v))
		return OK;
	if (t->kind == FEEL_TYPE_LIST)
		return coerce_list(r, t, v, depth + 1, ok, out);
	if (v->kind == FEEL_LIST && v->list.count == 1) {
		*ok = v->list.at[0].kind != FEEL_LIST; /* one level only */
		return *ok ? coerce_at(r, t, &v->list.at[0], depth + 1, ok, out) : OK;
	}
	if (t->kind == FEEL_TYPE_DATE_TIME && v->kind == FEEL_DATE) {
		*out = feel_date_at_midnight(v);
		return OK;
	}
	if (t->kind == FEEL_TYPE_CONTEXT && v->kind == FEEL_CONTEXT && t->members_count)
		return coerce_context(r, t, v, depth + 1, ok, out);
	*ok = feel_type_has(t, v);
	return OK;
}

static enum err coerce_at(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, int depth, bool *ok,
                          struct feel_value *out)
{
	struct feel_value converted;
	if (depth > DEPTH_MAX)
		return feel_run_too_deep(r);
	TRY(convert(r, t, v, depth, ok, &converted));
	if (*ok)
		TRY(check_allowed(r, t, &converted, ok));
	*out = converted;
	return OK;
}

enum err feel_coerce_to(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, bool *ok,
                        struct feel_value *out)
{
	struct feel_value converted;
	*ok = true;
	TRY(coerce_at(r, t, v, 0, ok, &converted));
	*out = *ok ? converted : feel_null();
	return OK;
}

static enum err reject(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, struct feel_value *out)
{
	struct buf wanted;
	buf_init_in(&wanted, r->arena, 200);
	feel_type_print(t, &wanted);
	return feel_run_null(r, out, "a %s is not allowed where the type is %.*s", feel_kind_name(v->kind), (int)wanted.len,
		wanted.ptr ? wanted.ptr : "");
}

enum err feel_run_coerce(struct feel_run *r, const struct feel_type *t, const struct feel_value *v, struct feel_value *out)
{
	struct feel_value from = *v;
	bool ok;
	TRY(feel_coerce_to(r, t, &from, &ok, out));
	return ok ? OK : reject(r, t, &from, out);
}
