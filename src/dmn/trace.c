/* trace.c - what happened, decision by decision: the record behind an explanation. */
#include "dmn/dmn_int.h"

static enum err add(struct dmn_run *run, struct dmn_trace **out)
{
	struct dmn_trace *t = arena_new(run->arena, struct dmn_trace);
	if (!t)
		return dmn_run_nomem(run);
	*run->trace_end = t;
	run->trace_end = &t->next;
	*out = t;
	return OK;
}

static void put_output(const struct dmn_run *run, struct dmn_trace *t, const struct feel_value *out)
{
	t->output = *out;
	t->reason = feel_is_null(out) && run->reason.ptr ? run->reason : S("");
}

static enum err inputs_of(struct dmn_run *run, const struct dmn_table *table, const struct feel_value *inputs,
                          struct dmn_trace *t)
{
	DMN_ALLOC(run, t->inputs, struct dmn_trace_input, table->inputs_count);
	for (size_t i = 0; i < table->inputs_count; i++)
		t->inputs[i] = (struct dmn_trace_input){ .label = table->inputs[i].label, .value = inputs[i] };
	t->inputs_count = table->inputs_count;
	return OK;
}

static enum err matches_of(struct dmn_run *run, const struct dmn_hits *h, struct dmn_trace *t)
{
	DMN_ALLOC(run, t->matched, struct dmn_trace_rule, h->count);
	for (size_t i = 0; i < h->count; i++) {
		const struct dmn_rule *rule = &h->table->rules[h->rules[i]];
		t->matched[i] = (struct dmn_trace_rule){ .number = (int)h->rules[i] + 1, .id = rule->id,
			.annotation = rule->annotation };
	}
	t->matched_count = h->count;
	return OK;
}

enum err dmn_trace_table(struct dmn_run *run, const struct dmn_table *table, const struct feel_value *inputs,
                         const struct dmn_hits *h, const struct feel_value *out)
{
	struct dmn_trace *t = NULL;
	TRY(add(run, &t));
	t->decision = run->current ? run->current->name : S("");
	t->table = !str_empty(table->label) ? table->label : !str_empty(t->decision) ? t->decision : table->id;
	t->hit_policy = str_of(table->policy->name);
	t->aggregation = str_of(table->policy->aggregation ? table->policy->aggregation : "");
	put_output(run, t, out);
	TRY(inputs_of(run, table, inputs, t));
	return matches_of(run, h, t);
}

/* A decision that is nothing but a table has said everything already; only its coerced value is new. */
enum err dmn_trace_decision(struct dmn_run *run, const struct dmn_element *e, const struct feel_value *scope,
                            const struct feel_value *out)
{
	struct dmn_trace *t = NULL;
	if (e->logic && e->logic->ops == &dmn_table_ops && run->trace) {
		t = run->trace;
		while (t->next)
			t = t->next;
		put_output(run, t, out);
		return OK;
	}
	TRY(add(run, &t));
	t->decision = e->name;
	t->table = t->hit_policy = t->aggregation = S("");
	put_output(run, t, out);
	size_t count = scope->context->count;
	DMN_ALLOC(run, t->inputs, struct dmn_trace_input, count);
	for (size_t i = 0; i < count; i++) {
		const struct feel_entry *entry = &scope->context->entries[i];
		if (!str_empty(entry->key) && entry->value.kind != FEEL_FUNCTION)
			t->inputs[t->inputs_count++] = (struct dmn_trace_input){ .label = entry->key, .value = entry->value };
	}
	return OK;
}
