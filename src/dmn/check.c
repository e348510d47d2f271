/* check.c - the static checks of a model: a walk over its elements and their expressions. */
#include "dmn/check_int.h"

#include <stdarg.h>
#include <stdio.h>

enum err dmn_check_say(struct dmn_check *c, enum dmn_severity severity, const char *rule, struct str id, int line,
                       const struct feel_value *example, const char *fmt, ...)
{
	struct dmn_finding *f = arena_new(c->arena, struct dmn_finding);
	char text[DIAG_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	struct str kept = arena_str(c->arena, str_span(text, len));
	if (!f || !kept.ptr)
		return ERR_NOMEM;
	*f = (struct dmn_finding){ .severity = severity, .rule = str_of(rule), .line = line, .text = kept,
		.element = str_empty(id) ? c->element->name : id, .example = S("") };
	if (example) {
		struct buf b;
		buf_init_in(&b, c->arena, 1 << 16);
		feel_print_literal(example, &b);
		TRY(b.failed);
		f->example = buf_str(&b);
	}
	*c->end = f;
	c->end = &f->next;
	return OK;
}

enum err dmn_check_constant(struct dmn_check *c, struct str text, struct feel_value *out, bool *constant)
{
	static const struct feel_env env = { .now_ms = 0 };
	struct feel_plan *plan;
	struct str *unknown;
	size_t count;
	struct diag d;
	*constant = false;
	if (str_empty(text))
		return OK;
	diag_init(&d);
	enum err err = feel_compile(c->arena, text, NULL, &plan, &d);
	if (err != OK)
		return err == ERR_NOMEM ? err : OK;
	TRY(feel_plan_unknown_names(plan, c->arena, &unknown, &count));
	if (count)
		return OK;
	diag_init(&d);
	err = feel_eval(plan, NULL, &env, c->arena, out, &d);
	*constant = err == OK;
	return err == ERR_NOMEM ? err : OK;
}

static enum err visit(void *arg, const struct dmn_expr *e)
{
	struct dmn_check *c = arg;
	TRY(dmn_check_names(c, e));
	if (e->ops == &dmn_table_ops) {
		TRY(dmn_check_table(c, e));
		TRY(dmn_check_cover(c, e));
	}
	return e->ops->each ? e->ops->each(e, visit, arg) : OK;
}

static enum err check_element(struct dmn_check *c, const struct dmn_element *e)
{
	c->element = e;
	bool bare = e->kind == DMN_DECISION ? !e->logic : e->kind == DMN_KNOWLEDGE && !e->logic->function.body;
	if (bare)
		return dmn_check_say(c, DMN_WARNING, "logic-missing", e->id, e->line, NULL,
		                     "%.*s has no logic: its value is always null; write it, or make it input data",
		                     STR_ARG(e->name));
	if (!e->logic)
		return OK;
	TRY(visit(c, e->logic));
	return dmn_check_types(c, e->logic, e->kind == DMN_DECISION ? e->type : NULL);
}

enum err dmn_model_check(const struct dmn_model *m, struct arena *a, struct dmn_finding **findings)
{
	struct dmn_check c = { .arena = a, .model = m };
	c.end = &c.first;
	for (size_t i = 0; i < m->elements_count; i++)
		TRY(check_element(&c, &m->elements[i]));
	*findings = c.first;
	return OK;
}
