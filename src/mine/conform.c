/* conform.c - how the cases of a log fit the process: for each variant the cheapest way to go through both.
 *
 * A step together costs nothing; an event that the process does not allow here costs one, and so does an activity of
 * the process that was not done. The search goes by cost (0-1 breadth first), so what it finds is cheapest. Bounded:
 * a variant with too many ways stays undecided and is counted as such. */
#include "mine/net.h"

enum { STATES_MAX = 200000, ARENA_MAX = 1 << 30 };
#define STATES_ALL INT64_C(20000000)

struct state {
	struct net_marking at;
	uint32_t pos, cost;
	uint32_t from;       /* state before */
	uint32_t slot;       /* where it stands in the table, to be emptied again */
	int32_t move;        /* transition; -1 = the event alone */
	bool done;           /* seen at its cheapest */
};

struct align {
	const struct net *net;
	struct mine_report *r;
	struct state *states;
	uint32_t *slots, count, slots_count;
	uint32_t *queue;     /* a ring: cheaper ones in front */
	size_t queue_from, queue_count, queue_room;
	int64_t budget;      /* states that all variants together may still cost */
	uint32_t shortest;   /* cost of doing nothing: the visible activities on the shortest way */
	double cost, worst;
	uint32_t *node_cases, *flow_cases; /* by node and flow: last variant that counted, + 1 */
	struct mine_passed *nodes, *flows;
	size_t deviations_room;
};

/* ---- markings ---- */

static bool enabled(const struct net_transition *t, const struct net_marking *m)
{
	for (int w = 0; w < NET_WORDS; w++)
		if ((m->bits[w] & t->needs.bits[w]) != t->needs.bits[w] || (m->bits[w] & t->without.bits[w] & ~t->takes.bits[w]))
			return false;
	return true;
}

static struct net_marking fire(const struct net_transition *t, const struct net_marking *m)
{
	struct net_marking n;
	for (int w = 0; w < NET_WORDS; w++)
		n.bits[w] = (m->bits[w] & ~t->takes.bits[w] & ~t->clears.bits[w]) | t->gives.bits[w];
	return n;
}

static bool finished(const struct net *net, const struct net_marking *m)
{
	for (int w = 0; w < NET_WORDS; w++)
		if (m->bits[w] & ~net->scopes.bits[w])
			return false;
	return true;
}

static bool same(const struct net_marking *a, const struct net_marking *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* ---- the search ---- */

static uint32_t hash_of(const struct net_marking *m, uint32_t pos)
{
	return (uint32_t)(words_hash(str_span((const char *)m, sizeof *m)) ^ pos * 0x9e3779b1u);
}

static void push(struct align *x, uint32_t state, bool front)
{
	size_t at;
	if (front) {
		x->queue_from = (x->queue_from + x->queue_room - 1) % x->queue_room;
		at = x->queue_from;
	} else {
		at = (x->queue_from + x->queue_count) % x->queue_room;
	}
	x->queue[at] = state;
	x->queue_count++;
}

/* Notes the state when it is new or cheaper than before; false when there is no room. */
static bool reach(struct align *x, const struct state *s, bool front)
{
	uint32_t mask = x->slots_count - 1, i = hash_of(&s->at, s->pos) & mask;
	for (; x->slots[i]; i = (i + 1) & mask) {
		struct state *old = &x->states[x->slots[i] - 1];
		if (old->pos != s->pos || !same(&old->at, &s->at))
			continue;
		if (old->done || old->cost <= s->cost)
			return true;
		uint32_t slot = old->slot;
		*old = *s;
		old->slot = slot;
		if (x->queue_count == x->queue_room)
			return false;
		push(x, x->slots[i] - 1, front);
		return true;
	}
	if (x->count == STATES_MAX || x->queue_count == x->queue_room)
		return false;
	x->states[x->count] = *s;
	x->states[x->count++].slot = i;
	x->slots[i] = x->count;
	push(x, x->count - 1, front);
	return true;
}

static bool step_on(struct align *x, uint32_t from, const uint16_t *trace, uint32_t n)
{
	const struct state s = x->states[from];
	struct state next = { .from = from, .move = -1 };
	if (s.pos < n) {
		next.at = s.at;
		next.pos = s.pos + 1;
		next.cost = s.cost + 1;
		if (!reach(x, &next, false))
			return false;
	}
	for (size_t k = x->net->count; k-- > 0;) { /* what is pushed last is looked at first: the model's own order */
		const struct net_transition *t = &x->net->transitions[k];
		if (!enabled(t, &s.at))
			continue;
		next.at = fire(t, &s.at);
		next.move = (int32_t)k;
		bool together = t->visible && s.pos < n && t->activity == trace[s.pos];
		if (t->visible) {
			next.pos = s.pos;
			next.cost = s.cost + 1;
			if (!reach(x, &next, false))
				return false;
		}
		next.pos = s.pos + together;
		next.cost = s.cost;
		if ((together || !t->visible) && !reach(x, &next, true))
			return false;
	}
	return true;
}

/* The last state of the cheapest way, MINE_NONE when undecided. `open`: the process need not be at its end. */
static uint32_t search(struct align *x, const uint16_t *trace, uint32_t n, bool open)
{
	struct state first = { .at = x->net->start, .from = MINE_NONE, .move = -1 };
	while (x->count)
		x->slots[x->states[--x->count].slot] = 0;
	x->queue_from = x->queue_count = 0;
	if (!reach(x, &first, true))
		return MINE_NONE;
	while (x->queue_count) {
		uint32_t at = x->queue[x->queue_from];
		x->queue_from = (x->queue_from + 1) % x->queue_room;
		x->queue_count--;
		if (x->states[at].done)
			continue;
		x->states[at].done = true;
		if (x->states[at].pos == n && (open || finished(x->net, &x->states[at].at)))
			return at;
		if (!step_on(x, at, trace, n))
			return MINE_NONE;
	}
	return MINE_NONE;
}

/* ---- what was found ---- */

static enum err add_variant(struct mine_deviation *d, uint32_t variant)
{
	if (d->variants_count && d->variants[d->variants_count - 1] == variant)
		return OK;
	TRY(grow(&d->variants, &d->variants_room, d->variants_count + 1, sizeof variant));
	d->variants[d->variants_count++] = variant;
	return OK;
}

static void note_deviation(struct align *x, struct mine_deviation d, uint32_t cases, uint32_t example, uint32_t variant, enum err *e)
{
	struct mine_conformance *c = &x->r->conformance;
	for (size_t i = 0; i < c->deviations_count; i++) {
		struct mine_deviation *o = &c->deviations[i];
		if (o->kind != d.kind || o->activity != d.activity || o->after != d.after || !str_eq(o->element, d.element))
			continue;
		o->times += cases;
		if (o->variants[o->variants_count - 1] != variant)
			o->cases += cases;
		*e = add_variant(o, variant);
		return;
	}
	*e = grow(&c->deviations, &x->deviations_room, c->deviations_count + 1, sizeof d);
	if (*e != OK)
		return;
	d.cases = d.times = cases;
	d.example = example;
	*e = add_variant(&d, variant);
	if (*e != OK)
		return;
	c->deviations[c->deviations_count++] = d;
}

static void note_flows(struct align *x, const struct net_transition *t, uint32_t cases, uint32_t variant)
{
	for (uint32_t f = 0; f < x->net->outline.flows_count; f++) {
		if (!net_has(&t->gives, f))
			continue;
		x->flows[f].count += cases;
		if (x->flow_cases[f] != variant + 1)
			x->flows[f].cases += cases;
		x->flow_cases[f] = variant + 1;
	}
}

static void note_node(struct align *x, uint32_t node, uint32_t cases, uint32_t variant)
{
	x->nodes[node].count += cases;
	if (x->node_cases[node] != variant + 1)
		x->nodes[node].cases += cases;
	x->node_cases[node] = variant + 1;
}

/* One move of the cheapest way: an activity left out that also came at a wrong place was done in the wrong order. */
struct move { int32_t transition; uint32_t pos; bool together, paired; };

static bool known(const struct align *x, uint32_t activity)
{
	for (uint32_t i = 0; i < x->net->outline.nodes_count; i++)
		if (x->net->activity_of[i] == activity)
			return true;
	return false;
}

static void pair_up(const struct align *x, struct move *m, size_t n, const uint16_t *trace)
{
	for (size_t i = 0; i < n; i++) {
		if (m[i].transition >= 0)
			continue;
		for (size_t k = 0; k < n; k++) {
			const struct net_transition *t = m[k].transition < 0 ? NULL : &x->net->transitions[m[k].transition];
			if (!t || !t->visible || m[k].together || m[k].paired || t->activity != trace[m[i].pos])
				continue;
			m[i].paired = m[k].paired = true;
			break;
		}
	}
}

static enum err note_move(struct align *x, const struct move *m, const uint16_t *trace, uint32_t cases, uint32_t example, uint32_t variant)
{
	const struct net_transition *t = m->transition < 0 ? NULL : &x->net->transitions[m->transition];
	struct mine_deviation d = { .activity = t ? t->activity : trace[m->pos], .after = m->pos ? trace[m->pos - 1] : MINE_NONE, .element = S("") };
	enum err e = OK;
	if (t) {
		note_flows(x, t, cases, variant);
		if (t->node != BPMN_NOWHERE && (m->together || !t->visible))
			note_node(x, t->node, cases, variant);
		if (!t->visible || m->together || m->paired)
			return OK;
		d.kind = 's';
		d.element = x->net->outline.nodes[t->node].id;
		d.name = x->net->outline.nodes[t->node].name;
	} else {
		d.kind = m->paired ? 'o' : known(x, d.activity) ? 'n' : 'x';
	}
	note_deviation(x, d, cases, example, variant, &e);
	return e;
}

static enum err walk_back(struct align *x, uint32_t last, const uint16_t *trace, uint32_t cases, uint32_t example, uint32_t variant)
{
	size_t n = 0;
	for (uint32_t s = last; x->states[s].from != MINE_NONE; s = x->states[s].from)
		n++;
	struct move *moves = heap_new_n(struct move, n);
	enum err e = moves ? OK : ERR_NOMEM;
	uint32_t s = last;
	for (size_t i = n; e == OK && i-- > 0; s = x->states[s].from) {
		uint32_t before = x->states[x->states[s].from].pos;
		moves[i] = (struct move){ .transition = x->states[s].move, .pos = before, .together = x->states[s].move >= 0 && x->states[s].pos > before };
	}
	if (e == OK)
		pair_up(x, moves, n, trace);
	for (size_t i = 0; e == OK && i < n; i++)
		e = note_move(x, &moves[i], trace, cases, example, variant);
	heap_free(moves);
	return e;
}

/* The cases of a variant that are at their end (open false) or need not be (open true). */
static enum err align_some(struct align *x, uint32_t variant, bool open, uint32_t cases, uint32_t example)
{
	const struct mine_log *log = x->r->log;
	const uint16_t *trace = log->activity + log->first[example];
	uint32_t n = case_len(log, example);
	uint32_t last = x->budget > 0 ? search(x, trace, n, open) : MINE_NONE;
	x->budget -= x->count;
	if (last == MINE_NONE) {
		x->r->conformance.undecided += cases;
		return OK;
	}
	uint32_t cost = x->states[last].cost;
	x->r->conformance.fitting += cost ? 0 : cases;
	x->cost += (double)cost * cases;
	x->worst += (double)(n + (open ? 0 : x->shortest)) * cases;
	return walk_back(x, last, trace, cases, example, variant * 2 + open);
}

static enum err align_all(struct align *x)
{
	struct mine_report *r = x->r;
	struct { uint32_t cases[2], example[2]; } *by = heap_array(r->variants_count, sizeof *by);
	enum err e = by ? OK : ERR_NOMEM;
	for (uint32_t c = 0; e == OK && c < r->log->cases; c++) {
		int open = case_unfinished(r->log, c);
		uint32_t v = r->variant_of[c];
		if (!by[v].cases[open]++)
			by[v].example[open] = c;
	}
	for (uint32_t v = 0; e == OK && v < r->variants_count; v++)
		for (int open = 0; e == OK && open < 2; open++)
			if (by[v].cases[open])
				e = align_some(x, v, open, by[v].cases[open], by[v].example[open]);
	heap_free(by);
	return e;
}

/* ---- together ---- */

static int by_cases(const void *pa, const void *pb)
{
	const struct mine_deviation *a = pa, *b = pb;
	if (a->cases != b->cases)
		return a->cases > b->cases ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind - b->kind;
	if (a->activity != b->activity)
		return a->activity < b->activity ? -1 : 1;
	return a->after < b->after ? -1 : a->after > b->after;
}

static enum err keep_results(struct align *x)
{
	struct mine_conformance *c = &x->r->conformance;
	const struct bpmn_outline *o = &x->net->outline;
	c->passed = arena_new_n(&c->arena, struct mine_passed, o->nodes_count + o->flows_count);
	if (!c->passed)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < o->nodes_count; i++)
		if (o->nodes[i].kind != BPMN_PROCESS)
			c->passed[c->passed_count++] = (struct mine_passed){ o->nodes[i].id, x->nodes[i].count, x->nodes[i].cases };
	for (uint32_t f = 0; f < o->flows_count; f++)
		c->passed[c->passed_count++] = (struct mine_passed){ o->flows[f].id, x->flows[f].count, x->flows[f].cases };
	if (c->deviations_count)
		qsort(c->deviations, c->deviations_count, sizeof *c->deviations, by_cases);
	c->cases = x->r->log->cases;
	c->fitness = x->worst > 0 ? 1 - x->cost / x->worst : 1;
	c->done = true;
	return OK;
}

static enum err align_log(struct align *x, struct arena *a)
{
	const struct bpmn_outline *o = &x->net->outline;
	x->slots_count = 1u << 19; /* twice STATES_MAX and more */
	x->queue_room = 4u * STATES_MAX;
	x->states = heap_new_n(struct state, STATES_MAX);
	x->slots = heap_new_n(uint32_t, x->slots_count);
	x->queue = heap_new_n(uint32_t, x->queue_room);
	x->node_cases = arena_new_n(a, uint32_t, o->nodes_count);
	x->flow_cases = arena_new_n(a, uint32_t, o->flows_count);
	x->nodes = arena_new_n(a, struct mine_passed, o->nodes_count);
	x->flows = arena_new_n(a, struct mine_passed, o->flows_count);
	if (!x->states || !x->slots || !x->queue || !x->node_cases || !x->flow_cases || !x->nodes || !x->flows)
		return ERR_NOMEM;
	uint32_t empty = search(x, NULL, 0, false);
	if (empty == MINE_NONE) {
		x->r->conformance.why_not = S("The process cannot be gone through to an end, or has too many ways to search.");
		return OK;
	}
	x->shortest = x->states[empty].cost;
	TRY(align_all(x));
	return keep_results(x);
}

enum err report_conformance(struct mine_report *r, const struct bpmn_model *m)
{
	struct mine_conformance *c = &r->conformance;
	struct net net;
	struct align x = { .net = &net, .r = r, .budget = STATES_ALL };
	arena_init(&c->arena, ARENA_MAX);
	enum err e = net_make(m, r->log, &c->arena, &net);
	if (e == ERR_LIMIT || e == ERR_NOT_FOUND) {
		c->why_not = e == ERR_LIMIT ? S("The process is too large to be compared.") : S("The file holds no process.");
		return OK;
	}
	if (e == OK)
		e = align_log(&x, &c->arena);
	heap_free(x.states);
	heap_free(x.slots);
	heap_free(x.queue);
	return e;
}
