/* starters.c - what can start an instance of a model without a person: triggers of start
 * events, instantiating receive tasks and event-based gateways. The host subscribes to them.
 */
#include "bpmn/run_int.h"

struct list {
	struct arena *a;
	struct bpmn_starter **end;
	enum err failed;
};

static void add(struct list *l, struct run *r, const struct bpmn_process *p, const struct bpmn_node *n, size_t def)
{
	static const enum bpmn_wait kinds[] = { [TRIGGER_MESSAGE] = BPMN_WAIT_MESSAGE, [TRIGGER_TIMER] = BPMN_WAIT_TIMER,
		[TRIGGER_SIGNAL] = BPMN_WAIT_SIGNAL, [TRIGGER_CONDITION] = BPMN_WAIT_CONDITION };
	const struct bpmn_definition *d = &n->defs[def];
	struct bpmn_starter *s;

	if (d->trigger != TRIGGER_MESSAGE && d->trigger != TRIGGER_TIMER && d->trigger != TRIGGER_SIGNAL &&
	    d->trigger != TRIGGER_CONDITION)
		return;
	s = arena_new(l->a, struct bpmn_starter);
	if (!s) {
		l->failed = ERR_NOMEM;
		return;
	}
	*s = (struct bpmn_starter){ .process = p->id, .element = n->el->id, .kind = kinds[d->trigger], .name = d->name };
	if (d->trigger == TRIGGER_TIMER)
		s->timed = timer_due(r, NULL, d, &s->due_ms, &s->repeats);
	*l->end = s;
	l->end = &s->next;
}

static bool starts(const struct bpmn_model *m, const struct bpmn_node *n)
{
	if (n->kind == BPMN_START_EVENT || (n->kind == BPMN_RECEIVE_TASK && n->instantiate))
		return true;
	for (uint32_t i = 0; i < n->in_count; i++) {
		const struct bpmn_node *from = &m->nodes[m->flows[n->in[i]].from];

		if (from->kind == BPMN_EVENT_GATEWAY && from->instantiate)
			return true;
	}
	return false;
}

enum err bpmn_model_starters(const struct bpmn_model *m, const struct bpmn_env *env, struct arena *a,
                             struct bpmn_starter **out)
{
	struct bpmn_starter *first = NULL;
	struct bpmn_instance none = { .m = m };
	struct run r = { .m = m, .env = env, .a = a, .in = &none };
	struct list l = { a, &first, OK };

	for (uint32_t i = 0; i < m->processes_count; i++) {
		const struct bpmn_process *p = &m->processes[i];
		const struct bpmn_scope *scope = &m->scopes[p->scope];

		for (uint32_t k = 0; p->executable && k < scope->nodes_count; k++) {
			const struct bpmn_node *n = &m->nodes[scope->nodes[k]];

			for (size_t d = 0; starts(m, n) && d < n->defs_count; d++)
				add(&l, &r, p, n, d);
		}
	}
	if (l.failed || r.failed)
		return ERR_NOMEM;
	*out = first;
	return OK;
}

bool bpmn_starter_next(const struct bpmn_model *m, const struct bpmn_env *env, struct str element, struct arena *a,
                       int64_t *due_ms)
{
	const struct bpmn_node *n = map_get(&m->node_ids, element);
	struct bpmn_instance none = { .m = m };
	struct run r = { .m = m, .env = env, .a = a, .in = &none };

	for (size_t i = 0; n && i < n->defs_count; i++)
		if (n->defs[i].trigger == TRIGGER_TIMER)
			return timer_next(&r, NULL, &n->defs[i], due_ms);
	return false;
}
