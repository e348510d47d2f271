/* vars.c - variables of scopes and the evaluation of FEEL against what is visible. */
#include <stdio.h>

#include "bpmn/run_int.h"

const struct feel_value *vars_find(const struct vars *v, struct str name)
{
	for (uint32_t i = 0; i < v->count; i++)
		if (str_eq(v->at[i].key, name))
			return &v->at[i].value;
	return NULL;
}

void vars_set(struct run *r, struct vars *v, struct str name, struct feel_value value)
{
	struct feel_entry *at;

	for (uint32_t i = 0; i < v->count; i++)
		if (str_eq(v->at[i].key, name)) {
			v->at[i].value = value;
			return;
		}
	at = run_grow(r, v->at, v->count, &v->room, sizeof *at);
	if (!at)
		return;
	v->at = at;
	v->at[v->count++] = (struct feel_entry){ name, value };
}

struct feel_value vars_value(struct run *r, const struct vars *v)
{
	struct feel_context_builder b;
	struct feel_value out = feel_null();

	feel_context_begin(&b, r->a);
	for (uint32_t i = 0; i < v->count; i++)
		if (feel_context_put(&b, v->at[i].key, v->at[i].value) != OK)
			r->failed = ERR_NOMEM;
	if (feel_context_end(&b, &out) != OK)
		r->failed = ERR_NOMEM;
	return out;
}

static void tell_variable(struct run *r, struct act *owner, struct str name, struct feel_value value)
{
	struct feel_context_builder b;
	struct feel_value *v = run_get(r, 1, sizeof *v);

	if (!v)
		return;
	feel_context_begin(&b, r->a);
	if (feel_context_put(&b, name, value) != OK || feel_context_end(&b, v) != OK)
		r->failed = ERR_NOMEM;
	else
		tell(r, BPMN_EV_VARIABLES, owner->id, owner->node == BPMN_NONE ? S("") : node_of(r, owner->node)->el->id)
			->variables = v;
}

void run_assign(struct run *r, struct act *act, struct str name, struct feel_value value)
{
	while (act && act->id != ROOT_ID && !vars_find(&act->vars, name))
		act = act_of(r->in, act->parent);
	if (!act)
		return;
	vars_set(r, &act->vars, name, value);
	r->dirty = true;
	tell_variable(r, act, name, value);
}

struct feel_value run_context(struct run *r, struct act *act)
{
	struct vars all = { 0 };
	struct act *chain[256];
	size_t depth = 0;

	for (; act && depth < sizeof chain / sizeof *chain; act = act_of(r->in, act->parent))
		if (act->vars.count)
			chain[depth++] = act;
	if (depth == 1)
		return vars_value(r, &chain[0]->vars);
	while (depth--)
		for (uint32_t i = 0; i < chain[depth]->vars.count; i++)
			vars_set(r, &all, chain[depth]->vars.at[i].key, chain[depth]->vars.at[i].value);
	return vars_value(r, &all);
}

static void keep_reason(void *arg, struct str reason)
{
	struct run *r = arg;

	if (!r->why[0])
		snprintf(r->why, sizeof r->why, "%.*s", STR_ARG(reason));
}

static struct feel_env feel_env_of(struct run *r)
{
	return (struct feel_env){ .now_ms = r->env->now_ms, .offset_s = r->env->offset_s, .bounds = r->env->bounds,
		.trace = keep_reason, .trace_arg = r };
}

bool run_eval(struct run *r, struct act *act, const struct bpmn_expr *e, struct feel_value *out)
{
	struct feel_env env = feel_env_of(r);
	struct feel_value context = run_context(r, act);
	struct diag d;
	enum err err;

	r->why[0] = 0;
	diag_init(&d);
	err = feel_eval(e->plan, &context, &env, r->a, out, &d);
	if (err == OK)
		return true;
	if (err == ERR_NOMEM)
		r->failed = err;
	snprintf(r->why, sizeof r->why, "\"%.*s\": %.160s", (int)(e->source.len > 60 ? 60 : e->source.len), e->source.ptr,
	         d.text[0] ? d.text : "the work allowed for an expression was used up");
	*out = feel_null();
	return false;
}

bool run_eval_bool(struct run *r, struct act *act, const struct bpmn_expr *e, bool *out)
{
	struct feel_value v;
	char reason[200];

	if (!run_eval(r, act, e, &v))
		return false;
	if (v.kind == FEEL_BOOLEAN) {
		*out = v.boolean;
		return true;
	}
	snprintf(reason, sizeof reason, "%.190s", r->why);
	snprintf(r->why, sizeof r->why, "The condition \"%.*s\" is %s, neither true nor false%s%.120s",
	         (int)(e->source.len > 60 ? 60 : e->source.len), e->source.ptr, feel_kind_name((enum feel_kind)v.kind),
	         reason[0] ? ": " : ".", reason);
	return false;
}

struct str run_key_text(struct run *r, const struct feel_value *v)
{
	struct buf b;
	struct json_writer w;
	struct str text = S("");

	buf_init_in(&b, r->a, 1 << 16);
	json_writer_init(&w, &b);
	feel_to_json(v, &w);
	if (buf_finish(&b, &text) != OK)
		r->failed = ERR_NOMEM;
	return text;
}
