/* fn_context.c - contexts (DMN 1.5, 10.3.4.12). */
#include "feel/builtin.h"

static enum err end(struct feel_run *r, struct feel_context_builder *b, struct feel_value *out)
{
	return feel_context_end(b, out) == OK ? OK : feel_no_memory(r);
}

static enum err put(struct feel_run *r, struct feel_context_builder *b, struct str key, struct feel_value v)
{
	return feel_context_put(b, key, v) == OK ? OK : feel_no_memory(r);
}

static enum err put_entries(struct feel_run *r, struct feel_context_builder *b, const struct feel_value *context)
{
	TRY(feel_run_charge(r, context->context->count));
	for (size_t i = 0; i < context->context->count; i++)
		TRY(put(r, b, context->context->entries[i].key, context->context->entries[i].value));
	return OK;
}

FEEL_BUILTIN(get_value)
{
	const struct feel_value *v = feel_get(&args[0], args[1].string);
	(void)count;
	if (!v)
		return feel_run_null(r, out, "the context has no such key");
	*out = *v;
	return OK;
}

/* A path of keys. */
FEEL_BUILTIN(get_value_path)
{
	const struct feel_value *v = &args[0];
	(void)count;
	for (size_t i = 0; i < args[1].list.count && v; i++)
		v = args[1].list.at[i].kind == FEEL_STRING ? feel_get(v, args[1].list.at[i].string) : NULL;
	if (!v || args[1].list.count == 0)
		return feel_run_null(r, out, "the context has no such key");
	*out = *v;
	return OK;
}

static enum err entry(struct feel_run *r, const struct feel_entry *e, struct feel_value *out)
{
	struct feel_context_builder b;
	feel_context_begin(&b, r->arena);
	TRY(put(r, &b, S("key"), feel_string(e->key)));
	TRY(put(r, &b, S("value"), e->value));
	return end(r, &b, out);
}

FEEL_BUILTIN(get_entries)
{
	struct feel_value *items;
	const struct feel_context *c = args[0].context;
	(void)count;
	TRY(feel_run_charge(r, c->count));
	TRY(feel_run_alloc(r, c->count, sizeof *items, &items));
	for (size_t i = 0; i < c->count; i++)
		TRY(entry(r, &c->entries[i], &items[i]));
	*out = feel_list(items, c->count);
	return OK;
}

/* From a list of {key, value}; a key may stand only once. */
FEEL_BUILTIN(context)
{
	struct feel_context_builder b;
	(void)count;
	feel_context_begin(&b, r->arena);
	TRY(feel_run_charge(r, args[0].list.count));
	for (size_t i = 0; i < args[0].list.count; i++) {
		const struct feel_value *key = feel_get(&args[0].list.at[i], S("key"));
		const struct feel_value *value = feel_get(&args[0].list.at[i], S("value"));
		if (!key || !value || key->kind != FEEL_STRING)
			return feel_run_null(r, out, "every entry needs a key, which is a text, and a value");
		for (size_t k = 0; k < b.count; k++)
			if (str_eq(b.entries[k].key, key->string))
				return feel_run_null(r, out, "the key %.*s stands twice", (int)(key->string.len < 60 ? key->string.len : 60),
					key->string.ptr);
		TRY(feel_run_charge(r, b.count / 16));
		TRY(put(r, &b, key->string, *value));
	}
	return end(r, &b, out);
}

FEEL_BUILTIN(context_put)
{
	struct feel_context_builder b;
	(void)count;
	feel_context_begin(&b, r->arena);
	TRY(put_entries(r, &b, &args[0]));
	TRY(put(r, &b, args[1].string, args[2]));
	return end(r, &b, out);
}

/* The value goes under a path of keys; contexts on the way are made where there are none. */
static enum err put_path(struct feel_run *r, const struct feel_value *c, const struct feel_value *keys, size_t n,
                         const struct feel_value *value, struct feel_value *out)
{
	static const struct feel_context nothing;
	static const struct feel_value empty = { .kind = FEEL_CONTEXT, .context = &nothing };
	struct feel_context_builder b;
	struct feel_value inner = *value;
	if (n > 200)
		return feel_run_too_deep(r);
	if (keys->kind != FEEL_STRING || (c->kind != FEEL_CONTEXT && c->kind != FEEL_NULL))
		return feel_run_null(r, out, "the keys lead to no context");
	if (n > 1) {
		const struct feel_value *next = feel_get(c, keys->string);
		TRY(put_path(r, next && !feel_is_null(next) ? next : &empty, keys + 1, n - 1, value, &inner));
		if (feel_is_null(&inner)) {
			*out = inner;
			return OK;
		}
	}
	feel_context_begin(&b, r->arena);
	TRY(put_entries(r, &b, c));
	TRY(put(r, &b, keys->string, inner));
	return end(r, &b, out);
}

FEEL_BUILTIN(context_put_path)
{
	(void)count;
	if (args[1].list.count == 0)
		return feel_run_null(r, out, "there must be at least one key");
	return put_path(r, &args[0], args[1].list.at, args[1].list.count, &args[2], out);
}

FEEL_BUILTIN(context_merge)
{
	struct feel_context_builder b;
	(void)count;
	feel_context_begin(&b, r->arena);
	for (size_t i = 0; i < args[0].list.count; i++) {
		if (args[0].list.at[i].kind != FEEL_CONTEXT)
			return feel_run_null(r, out, "only contexts can be merged");
		TRY(put_entries(r, &b, &args[0].list.at[i]));
	}
	return end(r, &b, out);
}

static const struct feel_builtin table[] = {
	FEEL_FN("get value", { get_value, { { "m", ARG_CONTEXT }, { "key", ARG_STRING } } },
		{ get_value_path, { { "m", ARG_CONTEXT }, { "keys", ARG_LIST } } }),
	FEEL_FN("get entries", { get_entries, { { "m", ARG_CONTEXT } } }),
	FEEL_FN("context", { context, { { "entries", ARG_LIST } } }),
	FEEL_FN("context put", { context_put, { { "context", ARG_CONTEXT }, { "key", ARG_STRING }, { "value", ARG_ANY } } },
		{ context_put_path, { { "context", ARG_CONTEXT }, { "keys", ARG_LIST }, { "value", ARG_ANY } } }),
	FEEL_FN("context merge", { context_merge, { { "contexts", ARG_LIST } } }),
};

FEEL_FAMILY(feel_family_context, table);
