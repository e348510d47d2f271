/* parse_compound.c - contexts and function definitions (rules 55 to 60). */
#include "feel/parse.h"

/* ---- contexts: each entry sees those before it ---- */

struct entries {
	struct feel_children values;
	struct str *keys;
	size_t room;
};

static enum err no_memory(struct feel_parser *p)
{
	return diag_set(p->d, ERR_NOMEM, "feel.memory", "no memory left for compiling");
}

static enum err key(struct feel_parser *p, struct str *out)
{
	if (feel_parse_peek(p) == '"')
		return feel_parse_text(p, out);
	return feel_parse_declared(p, ":", out) ? OK : feel_parse_fail(p, "expected the key of a context entry");
}

static enum err check_new(struct feel_parser *p, const struct entries *e, struct str k)
{
	for (size_t i = 0; i < e->values.count; i++)
		if (str_eq(e->keys[i], k))
			return feel_parse_fail(p, "the key %.*s stands twice in a context", (int)(k.len < 60 ? k.len : 60), k.ptr);
	return OK;
}

static enum err entry(struct feel_parser *p, struct feel_scope *scope, struct entries *e)
{
	struct str k;
	const struct feel_node *value;
	TRY(key(p, &k));
	TRY(check_new(p, e, k));
	TRY(feel_parse_expect(p, ":", "behind the key of a context entry"));
	bool recursive = feel_parse_at_word(p, "function"); /* a function may call itself by its key */
	if (recursive)
		TRY(feel_scope_add(p, scope, k, NULL));
	TRY(feel_parse_comparison_range(p, &value));
	if (!value)
		TRY(feel_parse_expression(p, &value));
	if (!recursive)
		TRY(feel_scope_add(p, scope, k, value->type));
	void *keys = e->keys;
	if (feel_parse_grow(p->arena, &keys, e->values.count, &e->room, sizeof k) != OK)
		return no_memory(p);
	e->keys = keys;
	e->keys[e->values.count] = k;
	return feel_children_add(p, &e->values, value);
}

static enum err context_type(struct feel_parser *p, const struct entries *e, struct feel_node *n)
{
	struct feel_type *t = arena_new(p->arena, struct feel_type);
	struct feel_param *members = arena_new_n(p->arena, struct feel_param, e->values.count);
	if (!t || !members)
		return no_memory(p);
	for (size_t i = 0; i < e->values.count; i++)
		members[i] = (struct feel_param){ e->keys[i], e->values.at[i]->type };
	t->kind = FEEL_TYPE_CONTEXT;
	t->members = members;
	t->members_count = e->values.count;
	n->type = t;
	return OK;
}

enum err feel_parse_context(struct feel_parser *p, const struct feel_node **out)
{
	struct entries e = { .room = 0 };
	struct feel_scope scope;
	struct feel_node *n;
	p->at++;
	p->in_range_end = false;
	feel_scope_push(p, &scope, FEEL_SCOPE_LOCAL);
	if (feel_parse_peek(p) != '}')
		do
			TRY(entry(p, &scope, &e));
		while (feel_parse_take(p, ","));
	TRY(feel_parse_expect(p, "}", "at the end of a context"));
	feel_scope_pop(p);
	TRY(feel_parse_node(p, OP_CONTEXT, &n));
	TRY(feel_children_attach(p, &e.values, n));
	n->names = e.keys;
	TRY(context_type(p, &e, n));
	*out = n;
	return OK;
}

/* ---- functions ---- */

static enum err parameter(struct feel_parser *p, struct feel_scope *scope, struct feel_param *out)
{
	if (!feel_parse_declared(p, ":,)", &out->name))
		return feel_parse_fail(p, "expected the name of a parameter");
	out->type = NULL;
	if (feel_parse_take(p, ":"))
		TRY(feel_parse_type(p, &out->type));
	return feel_scope_add(p, scope, out->name, out->type);
}

static enum err parameters(struct feel_parser *p, struct feel_scope *scope, struct feel_lambda *l)
{
	void *params = NULL;
	size_t room = 0;
	TRY(feel_parse_expect(p, "(", "behind \"function\""));
	if (feel_parse_peek(p) != ')')
		do {
			struct feel_param param;
			TRY(parameter(p, scope, &param));
			if (feel_parse_grow(p->arena, &params, l->count, &room, sizeof param) != OK)
				return no_memory(p);
			((struct feel_param *)params)[l->count++] = param;
		} while (feel_parse_take(p, ","));
	l->params = params;
	return feel_parse_expect(p, ")", "behind the parameters");
}

static enum err function_type(struct feel_parser *p, const struct feel_lambda *l, struct feel_node *n)
{
	struct feel_type *t = arena_new(p->arena, struct feel_type);
	if (!t)
		return no_memory(p);
	t->kind = FEEL_TYPE_FUNCTION;
	t->item = l->external ? &feel_type_any : l->body->type;
	t->members = l->params;
	t->members_count = l->count;
	n->type = t;
	return OK;
}

enum err feel_parse_function(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_scope scope;
	struct feel_node *n;
	struct feel_lambda *l = arena_new(p->arena, struct feel_lambda);
	struct feel_children body = { .count = 0 };
	if (!l)
		return no_memory(p);
	p->in_range_end = false;
	p->functions++;
	feel_scope_push(p, &scope, FEEL_SCOPE_LOCAL);
	TRY(parameters(p, &scope, l));
	l->external = feel_parse_word(p, "external");
	TRY(feel_parse_expression(p, &l->body));
	feel_scope_pop(p);
	TRY(feel_parse_node(p, OP_FUNCTION, &n));
	TRY(feel_children_add(p, &body, l->body));
	TRY(feel_children_attach(p, &body, n));
	n->lambda = l;
	TRY(function_type(p, l, n));
	*out = n;
	return OK;
}
