/* run.c - an evaluation under way: bounds, reasons, scopes. */
#include "dmn/dmn_int.h"

#include <stdarg.h>
#include <stdio.h>

enum err dmn_run_nomem(struct dmn_run *run)
{
	return diag_set(run->diag, ERR_NOMEM, "dmn.memory", "the memory for this evaluation is used up");
}

enum err dmn_run_tick(struct dmn_run *run)
{
	if (++run->work <= run->work_max)
		return OK;
	return diag_set(run->diag, ERR_LIMIT, "dmn.work", "the decision needs more than %llu steps",
	                (unsigned long long)run->work_max);
}

enum err dmn_run_enter(struct dmn_run *run)
{
	if (run->depth >= run->depth_max)
		return diag_set(run->diag, ERR_LIMIT, "dmn.depth", "functions call each other more than %u deep",
		                run->depth_max);
	run->depth++;
	return OK;
}

void dmn_run_leave(struct dmn_run *run)
{
	run->depth--;
}

void dmn_run_reason(struct dmn_run *run, const char *fmt, ...)
{
	bool first = run->diag && run->diag->err == OK && !run->diag->text[0];
	bool noted = run->tracing && str_empty(run->reason);
	if (!first && !noted && !run->caller->trace)
		return;
	char text[DIAG_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	if (first)
		memcpy(run->diag->text, text, len + 1);
	if (noted) {
		run->reason = arena_str(run->arena, str_span(text, len));
		run->unexplained |= !run->reason.ptr;
	}
	if (run->caller->trace)
		run->caller->trace(run->caller->trace_arg, str_span(text, len));
}

enum err dmn_run_coerce(struct dmn_run *run, const struct feel_type *t, const struct feel_value *v, struct str what,
                        int line, struct feel_value *out)
{
	if (!t) {
		*out = *v;
		return OK;
	}
	TRY(feel_run_coerce(run->feel, t, v, out));
	if (feel_is_null(out) && !feel_is_null(v))
		dmn_run_reason(run, "%.*s (line %d) is of the kind %s, not %.*s", STR_ARG(what), line,
		               feel_kind_name(v->kind), STR_ARG(dmn_type_name(t)));
	return OK;
}

enum err dmn_scope_new(struct dmn_run *run, const struct feel_value *outer, size_t room, struct dmn_scope **out)
{
	size_t below = outer && outer->kind == FEEL_CONTEXT ? outer->context->count : 0;
	struct dmn_scope *s = arena_new(run->arena, struct dmn_scope);
	struct feel_entry *entries = arena_new_n(run->arena, struct feel_entry, room + below);
	if (!s || !entries)
		return dmn_run_nomem(run);
	/* unset entries keep the empty key, which no name can be */
	if (below)
		memcpy(entries + room, outer->context->entries, below * sizeof *entries);
	s->entries = entries;
	s->room = room;
	s->context = (struct feel_context){ .entries = entries, .count = room + below };
	s->value = (struct feel_value){ .kind = FEEL_CONTEXT, .context = &s->context };
	*out = s;
	return OK;
}

void dmn_scope_set(struct dmn_scope *s, struct str name, struct feel_value v)
{
	base_assert(s->count < s->room);
	s->entries[s->count++] = (struct feel_entry){ .key = name, .value = v };
}

/* [1..5] as 1, 2, 3, 4, 5: FEEL itself knows how to walk a range */
static enum err items_of_range(struct dmn_run *run, const struct feel_value *range, struct dmn_items *out)
{
	struct dmn_scope *scope;
	struct feel_value v;
	TRY(dmn_scope_new(run, NULL, 1, &scope));
	dmn_scope_set(scope, S("r"), *range);
	TRY(feel_run_eval(run->feel, run->model->walk_range, &scope->value, &v));
	out->failed = v.kind != FEEL_LIST;
	if (!out->failed)
		*out = (struct dmn_items){ .at = v.list.at, .count = v.list.count };
	return OK;
}

enum err dmn_items_of(struct dmn_run *run, const struct feel_value *v, int line, struct dmn_items *out)
{
	*out = (struct dmn_items){ .at = NULL };
	if (v->kind == FEEL_LIST) {
		*out = (struct dmn_items){ .at = v->list.at, .count = v->list.count };
		return OK;
	}
	if (v->kind == FEEL_RANGE)
		return items_of_range(run, v, out);
	if (v->kind == FEEL_NULL) {
		dmn_run_reason(run, "there is no list to go through in line %d: it is null", line);
		out->failed = true;
		return OK;
	}
	struct feel_value *one = arena_new(run->arena, struct feel_value);
	if (!one)
		return dmn_run_nomem(run);
	*one = *v;
	*out = (struct dmn_items){ .at = one, .count = 1 };
	return OK;
}
