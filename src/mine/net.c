/* net.c - from the outline of a process to places and transitions. */
#include "mine/net.h"

enum { SUBSETS_OF_MAX = 5 };

struct make {
	struct net *net;
	const struct mine_log *log;
	struct arena *a;
	enum err failed;
};

/* ---- pieces ---- */

static struct net_transition *add(struct make *k, uint32_t node)
{
	static struct net_transition nowhere;
	struct net *n = k->net;
	if (n->count == n->room) {
		size_t room = n->room ? n->room * 2 : 256;
		struct net_transition *grown = room <= NET_TRANSITIONS_MAX * 2 ? arena_new_n(k->a, struct net_transition, room) : NULL;
		if (!grown || n->count >= NET_TRANSITIONS_MAX) {
			k->failed = grown ? ERR_LIMIT : ERR_NOMEM;
			nowhere = (struct net_transition){ 0 };
			return &nowhere;
		}
		if (n->count)
			memcpy(grown, n->transitions, n->count * sizeof *grown);
		n->transitions = grown;
		n->room = room;
	}
	struct net_transition *t = &n->transitions[n->count++];
	*t = (struct net_transition){ .node = node, .activity = MINE_NONE };
	return t;
}

static void take(struct net_transition *t, uint32_t place)
{
	net_set(&t->needs, place);
	net_set(&t->takes, place);
}

static const struct bpmn_outline_node *node(const struct make *k, uint32_t i) { return &k->net->outline.nodes[i]; }

static bool is_scope(enum bpmn_kind kind)
{
	return kind == BPMN_PROCESS || kind == BPMN_SUB_PROCESS || kind == BPMN_TRANSACTION || kind == BPMN_AD_HOC || kind == BPMN_EVENT_SUB_PROCESS;
}

/* Places where a token for the node arrives: its incoming flows, and the one without a flow. */
static size_t arrivals(const struct make *k, uint32_t i, uint32_t *out)
{
	const struct bpmn_outline *o = &k->net->outline;
	size_t n = 0;
	for (uint32_t f = 0; f < o->flows_count; f++)
		if (o->flows[f].to == i)
			out[n++] = f;
	if (k->net->in_place[i] != BPMN_NOWHERE)
		out[n++] = k->net->in_place[i];
	return n;
}

static size_t departures(const struct make *k, uint32_t i, uint32_t *out, bool *conditional)
{
	const struct bpmn_outline *o = &k->net->outline;
	size_t n = 0;
	*conditional = false;
	for (uint32_t f = 0; f < o->flows_count; f++)
		if (o->flows[f].from == i) {
			*conditional |= o->flows[f].conditional;
			out[n++] = f;
		}
	if (node(k, i)->link != BPMN_NOWHERE)
		out[n++] = k->net->in_place[node(k, i)->link];
	return n;
}

static bool within(const struct make *k, uint32_t i, uint32_t scope)
{
	for (; i != BPMN_NOWHERE; i = node(k, i)->parent)
		if (i == scope)
			return true;
	return false;
}

/* Every place inside the scope: what must be empty when it ends, and is emptied when it is broken off. */
static struct net_marking inside(const struct make *k, uint32_t scope)
{
	struct net_marking m = { { 0 } };
	const struct net *n = k->net;
	for (uint32_t f = 0; f < n->outline.flows_count; f++)
		if (within(k, n->outline.flows[f].from, scope))
			net_set(&m, f);
	for (uint32_t i = 0; i < n->outline.nodes_count; i++) {
		if (i == scope || !within(k, i, scope))
			continue;
		const uint32_t places[] = { n->in_place[i], n->again_place[i], n->scope_place[i] };
		for (size_t p = 0; p < 3; p++)
			if (places[p] != BPMN_NOWHERE)
				net_set(&m, places[p]);
	}
	return m;
}

/* ---- leaving and entering ---- */

enum choice { ALL, ONE, SOME };

static enum choice leaving(const struct bpmn_outline_node *n, bool conditional)
{
	if (n->kind == BPMN_EXCLUSIVE_GATEWAY || n->kind == BPMN_EVENT_GATEWAY)
		return ONE;
	if (n->kind == BPMN_INCLUSIVE_GATEWAY || n->kind == BPMN_COMPLEX_GATEWAY)
		return SOME;
	return conditional ? SOME : ALL;
}

/* The sets that a choice allows, as bit masks over n places; many places: each alone, or all. */
static bool allowed(enum choice choice, size_t n, uint32_t mask)
{
	uint32_t all = (UINT32_C(1) << n) - 1;
	bool one = mask && !(mask & (mask - 1));
	if (choice == ALL)
		return mask == all;
	return choice == ONE ? one : n <= SUBSETS_OF_MAX || one || mask == all;
}

/* A copy of `base` for each way to leave the node. */
static void leave(struct make *k, uint32_t i, struct net_transition base)
{
	uint32_t out[NET_PLACES_MAX];
	bool conditional;
	size_t n = departures(k, i, out, &conditional);
	enum choice choice = leaving(node(k, i), conditional);
	if (n > 16)
		k->failed = ERR_LIMIT;
	if (n == 0 || n > 16) {
		*add(k, base.node) = base;
		return;
	}
	for (uint32_t mask = 1; mask < UINT32_C(1) << n; mask++) {
		if (!allowed(choice, n, mask))
			continue;
		struct net_transition *t = add(k, base.node);
		*t = base;
		for (size_t f = 0; f < n; f++)
			if (mask >> f & 1)
				net_set(&t->gives, out[f]);
	}
}

/* Where the content of a scope begins: start events, or all that nothing leads to. One transition for each start event. */
static void enter_scope(struct make *k, uint32_t scope, struct net_transition base)
{
	const struct net *n = k->net;
	bool starts = false;
	if (n->scope_place[scope] != BPMN_NOWHERE)
		net_set(&base.gives, n->scope_place[scope]);
	for (uint32_t i = 0; i < n->outline.nodes_count; i++) {
		if (node(k, i)->parent != scope || node(k, i)->kind != BPMN_START_EVENT)
			continue;
		struct net_transition *t = add(k, base.node);
		*t = base;
		net_set(&t->gives, n->in_place[i]);
		starts = true;
	}
	if (starts)
		return;
	struct net_transition *t = add(k, base.node);
	*t = base;
	for (uint32_t i = 0; node(k, scope)->kind != BPMN_AD_HOC && i < n->outline.nodes_count; i++)
		if (node(k, i)->parent == scope && n->in_place[i] != BPMN_NOWHERE && node(k, i)->kind != BPMN_CATCH_EVENT)
			net_set(&t->gives, n->in_place[i]);
}

/* ---- nodes ---- */

static void label(struct make *k, uint32_t i, struct net_transition *t)
{
	enum bpmn_kind kind = node(k, i)->kind;
	t->activity = k->net->activity_of[i];
	t->visible = t->activity != MINE_NONE || kind == BPMN_USER_TASK || kind == BPMN_MANUAL_TASK;
}

/* A token in one of the node's places goes through it. */
static void through(struct make *k, uint32_t i)
{
	uint32_t in[NET_PLACES_MAX];
	size_t n = arrivals(k, i, in);
	for (size_t a = 0; a < n; a++) {
		struct net_transition t = { .node = i, .activity = MINE_NONE };
		take(&t, in[a]);
		label(k, i, &t);
		if (k->net->again_place[i] == BPMN_NOWHERE) {
			leave(k, i, t);
			continue;
		}
		net_set(&t.gives, k->net->again_place[i]);
		*add(k, i) = t;
	}
	if (k->net->again_place[i] == BPMN_NOWHERE)
		return;
	struct net_transition again = { .node = i, .activity = MINE_NONE }, over = { .node = BPMN_NOWHERE, .activity = MINE_NONE };
	take(&again, k->net->again_place[i]);
	net_set(&again.gives, k->net->again_place[i]);
	label(k, i, &again);
	if (again.activity != MINE_NONE) /* a repetition is never missed: only done */
		*add(k, i) = again;
	take(&over, k->net->again_place[i]);
	leave(k, i, over);
}

static void join_all(struct make *k, uint32_t i)
{
	uint32_t in[NET_PLACES_MAX];
	size_t n = arrivals(k, i, in);
	struct net_transition t = { .node = i, .activity = MINE_NONE };
	for (size_t a = 0; a < n; a++)
		take(&t, in[a]);
	if (n)
		leave(k, i, t);
}

/* An inclusive join goes on with whatever has arrived: which tokens may still come is not looked at. */
static void join_some(struct make *k, uint32_t i)
{
	uint32_t in[NET_PLACES_MAX];
	size_t n = arrivals(k, i, in);
	if (n > 16) {
		k->failed = ERR_LIMIT;
		return;
	}
	for (uint32_t mask = 1; n && mask < UINT32_C(1) << n; mask++) {
		if (!allowed(SOME, n, mask))
			continue;
		struct net_transition t = { .node = i, .activity = MINE_NONE };
		for (size_t a = 0; a < n; a++)
			if (mask >> a & 1)
				take(&t, in[a]);
		leave(k, i, t);
	}
}

static void end_event(struct make *k, uint32_t i)
{
	uint32_t in[NET_PLACES_MAX];
	size_t n = arrivals(k, i, in);
	for (size_t a = 0; a < n; a++) {
		struct net_transition *t = add(k, i);
		take(t, in[a]);
		label(k, i, t);
		if (node(k, i)->ends_all && node(k, i)->parent != BPMN_NOWHERE)
			t->clears = inside(k, node(k, i)->parent);
	}
}

static void scope_node(struct make *k, uint32_t i)
{
	uint32_t in[NET_PLACES_MAX];
	size_t n = arrivals(k, i, in);
	bool event_sub = node(k, i)->kind == BPMN_EVENT_SUB_PROCESS;
	for (size_t a = 0; !event_sub && a < n; a++) {
		struct net_transition t = { .node = i, .activity = MINE_NONE };
		take(&t, in[a]);
		enter_scope(k, i, t);
	}
	struct net_transition over = { .node = BPMN_NOWHERE, .activity = MINE_NONE };
	take(&over, k->net->scope_place[i]);
	over.without = inside(k, i);
	leave(k, i, over);
	if (node(k, i)->repeats) {
		struct net_transition t = { .node = i, .activity = MINE_NONE };
		take(&t, k->net->scope_place[i]);
		t.without = inside(k, i);
		enter_scope(k, i, t);
	}
}

/* An event sub-process may begin whenever its scope is under way. */
static void event_sub(struct make *k, uint32_t i)
{
	uint32_t scope = node(k, i)->parent;
	bool interrupting = false;
	for (uint32_t s = 0; s < k->net->outline.nodes_count; s++)
		if (node(k, s)->parent == i && node(k, s)->kind == BPMN_START_EVENT)
			interrupting = node(k, s)->interrupting;
	struct net_transition t = { .node = i, .activity = MINE_NONE };
	net_set(&t.needs, k->net->scope_place[scope]);
	net_set(&t.without, k->net->scope_place[i]);
	if (interrupting)
		t.clears = inside(k, scope);
	enter_scope(k, i, t);
}

/* A boundary event takes the token from where the activity waits for its end. */
static void boundary(struct make *k, uint32_t i)
{
	uint32_t at = node(k, i)->attached, in[NET_PLACES_MAX + 2];
	if (at == BPMN_NOWHERE || node(k, i)->compensation)
		return;
	bool scope = is_scope(node(k, at)->kind);
	size_t n = scope ? 0 : arrivals(k, at, in);
	if (k->net->again_place[at] != BPMN_NOWHERE)
		in[n++] = k->net->again_place[at];
	if (scope)
		in[n++] = k->net->scope_place[at];
	for (size_t a = 0; a < n; a++) {
		struct net_transition t = { .node = i, .activity = MINE_NONE };
		net_set(&t.needs, in[a]);
		if (node(k, i)->interrupting) {
			net_set(&t.takes, in[a]);
			if (scope)
				t.clears = inside(k, at);
		}
		label(k, i, &t);
		leave(k, i, t);
	}
}

/* Done any number of times while the scope is under way: content of an ad-hoc sub-process, compensation. */
static void at_will(struct make *k, uint32_t i)
{
	struct net_transition *t = add(k, i);
	uint32_t scope = node(k, i)->parent;
	net_set(&t->needs, k->net->scope_place[scope]);
	label(k, i, t);
	t->visible &= t->activity != MINE_NONE;
}

static bool is_free(const struct make *k, uint32_t i)
{
	const struct bpmn_outline_node *n = node(k, i);
	if (n->parent == BPMN_NOWHERE || is_scope(n->kind) || n->kind == BPMN_BOUNDARY_EVENT)
		return false;
	return n->compensation || (node(k, n->parent)->kind == BPMN_AD_HOC && k->net->in_place[i] != BPMN_NOWHERE);
}

static void compile_node(struct make *k, uint32_t i)
{
	const struct bpmn_outline_node *n = node(k, i);
	if (n->kind == BPMN_PROCESS)
		return;
	if (is_free(k, i))
		at_will(k, i);
	else if (n->kind == BPMN_EVENT_SUB_PROCESS) {
		event_sub(k, i);
		scope_node(k, i);
	} else if (is_scope(n->kind))
		scope_node(k, i);
	else if (n->kind == BPMN_BOUNDARY_EVENT)
		boundary(k, i);
	else if (n->kind == BPMN_END_EVENT)
		end_event(k, i);
	else if (n->kind == BPMN_PARALLEL_GATEWAY)
		join_all(k, i);
	else if (n->kind == BPMN_INCLUSIVE_GATEWAY || n->kind == BPMN_COMPLEX_GATEWAY)
		join_some(k, i);
	else
		through(k, i);
}

/* ---- places ---- */

static uint32_t new_place(struct make *k)
{
	if (k->net->places >= NET_PLACES_MAX) {
		k->failed = ERR_LIMIT;
		return 0;
	}
	return k->net->places++;
}

static bool has_incoming(const struct make *k, uint32_t i)
{
	const struct bpmn_outline *o = &k->net->outline;
	for (uint32_t f = 0; f < o->flows_count; f++)
		if (o->flows[f].to == i)
			return true;
	return false;
}

static void make_places(struct make *k)
{
	struct net *n = k->net;
	if (n->outline.flows_count > NET_PLACES_MAX)
		k->failed = ERR_LIMIT;
	n->places = n->outline.flows_count;
	for (uint32_t i = 0; i < n->outline.nodes_count && !k->failed; i++) {
		const struct bpmn_outline_node *o = node(k, i);
		bool scope = is_scope(o->kind), flowless = o->kind == BPMN_PROCESS || o->kind == BPMN_EVENT_SUB_PROCESS || o->kind == BPMN_BOUNDARY_EVENT;
		n->in_place[i] = flowless || has_incoming(k, i) || o->compensation ? BPMN_NOWHERE : new_place(k);
		n->again_place[i] = o->repeats && !scope ? new_place(k) : BPMN_NOWHERE;
		n->scope_place[i] = scope ? new_place(k) : BPMN_NOWHERE;
		if (scope && !k->failed && (o->kind == BPMN_PROCESS))
			net_set(&n->scopes, n->scope_place[i]);
	}
}

/* The log's activity that an element is: by its id, else by its name. */
static void match(struct make *k)
{
	for (uint32_t i = 0; i < k->net->outline.nodes_count; i++) {
		uint32_t a;
		const struct bpmn_outline_node *o = node(k, i);
		bool found = o->kind != BPMN_PROCESS && (words_find(&k->log->activities, o->id, &a)
		                                         || (o->name.len && words_find(&k->log->activities, o->name, &a)));
		k->net->activity_of[i] = found ? a : MINE_NONE;
	}
}

/* The first process that has content. */
static uint32_t main_process(const struct make *k)
{
	for (uint32_t i = 0; i < k->net->outline.nodes_count; i++)
		if (k->net->outline.nodes[i].parent != BPMN_NOWHERE)
			return k->net->outline.nodes[i].parent;
	return BPMN_NOWHERE;
}

static uint32_t *places_for(struct make *k)
{
	uint32_t *p = arena_new_n(k->a, uint32_t, k->net->outline.nodes_count);
	if (!p)
		k->failed = ERR_NOMEM;
	return p;
}

enum err net_make(const struct bpmn_model *m, const struct mine_log *log, struct arena *a, struct net *out)
{
	struct net n = { 0 };
	struct make k = { .net = &n, .log = log, .a = a };
	TRY(bpmn_outline(m, a, &n.outline));
	uint32_t process = main_process(&k);
	if (process == BPMN_NOWHERE)
		return ERR_NOT_FOUND;
	n.in_place = places_for(&k);
	n.again_place = places_for(&k);
	n.scope_place = places_for(&k);
	n.activity_of = places_for(&k);
	if (!k.failed)
		make_places(&k);
	if (k.failed)
		return k.failed;
	match(&k);
	uint32_t begin = new_place(&k); /* before anything happened */
	if (k.failed)
		return k.failed;
	net_set(&n.start, begin);
	struct net_transition t = { .node = BPMN_NOWHERE, .activity = MINE_NONE };
	take(&t, begin);
	enter_scope(&k, process, t);
	for (uint32_t i = 0; i < n.outline.nodes_count && !k.failed; i++)
		compile_node(&k, i);
	*out = n;
	return k.failed;
}
