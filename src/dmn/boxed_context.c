/* boxed_context.c - <context>: named entries, each seeing those above it; an entry without a
 * name is the result (DMN 1.5, 7.3.6 and 10.2.2.4). */
#include "dmn/dmn_int.h"

static enum err entry_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_entry *out)
{
	const struct xml_node *v = dmn_child(r, n, "variable");
	out->variable = (struct dmn_variable){ .name = S(""), .line = n->line };
	if (v)
		TRY(dmn_variable_read(r, v, &out->variable));
	TRY(dmn_expr_read_in(r, n, &out->value));
	if (out->value->ops == &dmn_function_ops)
		out->value->function.self = out->variable.name;
	return OK;
}

static enum err context_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	size_t count = dmn_count(r, n, "contextEntry");
	DMN_ALLOC(r, e->context.entries, struct dmn_entry, count);
	for (const struct xml_node *c = dmn_child(r, n, "contextEntry"); c; c = xml_next_same(c)) {
		struct dmn_entry *entry = &e->context.entries[e->context.count++];
		TRY(entry_read(r, c, entry));
		if (str_empty(entry->variable.name) && e->context.count < count)
			dmn_find(r, DMN_ERROR, "context-result-place", e->id, c->line,
			         "only the last entry of a context may go without a name: it is the result");
	}
	return r->failed;
}

static enum err context_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *outer)
{
	for (size_t i = 0; i < e->context.count; i++) {
		struct feel_names *names;
		DMN_ALLOC(r, names, struct feel_names, 1);
		TRY(dmn_names_push(r, &e->context.entries[i].variable, 1, outer, names));
		/* a function may call itself by the name of its entry */
		bool self = e->context.entries[i].value->ops == &dmn_function_ops;
		TRY(dmn_expr_compile(r, e->context.entries[i].value, self ? names : outer));
		outer = names;
	}
	return OK;
}

static enum err entry_eval(struct dmn_run *run, const struct dmn_entry *entry, const struct feel_value *scope,
                           struct feel_value *out)
{
	struct feel_value v;
	TRY(dmn_expr_eval(run, entry->value, scope, &v));
	return dmn_run_coerce(run, entry->variable.type, &v, entry->variable.name, entry->variable.line, out);
}

static enum err context_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                             struct feel_value *out)
{
	struct dmn_scope *inner;
	struct feel_context_builder own;
	TRY(dmn_scope_new(run, scope, e->context.count, &inner));
	feel_context_begin(&own, run->arena);
	for (size_t i = 0; i < e->context.count; i++) {
		const struct dmn_entry *entry = &e->context.entries[i];
		struct feel_value v;
		TRY(entry_eval(run, entry, &inner->value, &v));
		if (str_empty(entry->variable.name)) {
			*out = v;
			return OK;
		}
		dmn_scope_set(inner, entry->variable.name, v);
		TRY(feel_context_put(&own, entry->variable.name, v));
	}
	return feel_context_end(&own, out);
}

static enum err context_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	for (size_t i = 0; i < e->context.count; i++)
		TRY(visit(arg, e->context.entries[i].value));
	return OK;
}

const struct dmn_ops dmn_context_ops = { "context", context_read, context_compile, context_eval, context_each };
