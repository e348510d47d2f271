/* host.c - see host.h. Effects of a command (messages, signals, calls, ends) are worked off
 * in the order in which they happened, each by a command of its own.
 */
#include "bpmn/host.h"
#include "bpmn/run_int.h"

enum { INSTANCES_MAX = 1000, EFFECTS_MAX = 100000 };

struct member {
	struct bpmn_instance *instance;
	uint32_t caller, call;        /* who called it, by which wait; caller BPMN_NONE = nobody */
};

struct effect {
	enum bpmn_event_kind kind;
	uint32_t from, id;
	struct str name, key;
	const struct feel_value *variables;
	struct effect *next;
};

struct bpmn_host {
	struct arena *a;
	struct bpmn_host_options o;
	struct bpmn_env env;
	struct member *members;
	uint32_t count, room;
	struct bpmn_starter *starters;
	struct str except;
	struct effect *first, **end;
	uint32_t effects;
};

enum err bpmn_host_new(struct arena *a, const struct bpmn_host_options *o, struct bpmn_host **out)
{
	struct bpmn_host *h = arena_new(a, struct bpmn_host);

	if (!h)
		return ERR_NOMEM;
	*h = (struct bpmn_host){ .a = a, .o = *o, .except = S(""),
		.env = { .now_ms = o->now_ms, .offset_s = o->offset_s, .calendar = o->calendar, .decision = o->decision,
		         .arg = o->decision_arg, .steps_max = o->steps_max } };
	h->end = &h->first;
	*out = h;
	return OK;
}

static enum err no_memory(struct diag *d)
{
	return diag_set(d, ERR_NOMEM, "bpmn.memory", "The host's memory is used up.");
}

static bool is_armed(const struct bpmn_host *h, const struct bpmn_starter *s)
{
	return str_empty(h->except) || !str_eq(h->except, s->process);
}

enum err bpmn_host_deploy(struct bpmn_host *h, struct str except, struct diag *d)
{
	enum err e = bpmn_model_starters(h->o.model, &h->env, h->a, &h->starters);

	h->except = except;
	return e == OK ? OK : no_memory(d);
}

static enum err add_member(struct bpmn_host *h, uint32_t *index, struct diag *d)
{
	uint32_t room = h->room ? h->room * 2 : 8;
	struct member *grown;

	if (h->count == h->room) {
		if (h->count >= INSTANCES_MAX)
			return diag_set(d, ERR_LIMIT, "bpmn.host-full", "More than %d instances.", INSTANCES_MAX);
		grown = arena_array(h->a, room, sizeof *grown);
		if (!grown)
			return no_memory(d);
		if (h->count)
			memcpy(grown, h->members, h->count * sizeof *grown);
		h->members = grown;
		h->room = room;
	}
	h->members[h->count] = (struct member){ .caller = BPMN_NONE };
	*index = h->count++;
	return OK;
}

/* An effect that was not noted would never come. */
static enum err note(struct bpmn_host *h, uint32_t from, const struct bpmn_event *e, struct diag *d)
{
	struct effect *f;

	if (h->o.trace)
		h->o.trace(h->o.trace_arg, from, h->env.now_ms, e);
	if (e->kind != BPMN_EV_MESSAGE_THROWN && e->kind != BPMN_EV_SIGNAL_THROWN && e->kind != BPMN_EV_CALLED &&
	    e->kind != BPMN_EV_ENDED && !(e->kind == BPMN_EV_WAITING && e->wait <= BPMN_WAIT_JOB))
		return OK;
	f = arena_new(h->a, struct effect);
	if (!f)
		return no_memory(d);
	*f = (struct effect){ .kind = e->kind, .from = from, .id = e->id, .name = e->name, .key = e->key,
		.variables = e->variables };
	if (e->kind == BPMN_EV_WAITING)
		f->id = (e->wait == BPMN_WAIT_JOB ? h->o.complete_jobs : h->o.complete_tasks) ? e->id : 0;
	*h->end = f;
	h->end = &f->next;
	return OK;
}

/* A crash and a restart between two commands: only what is written survives. */
static enum err replay(struct bpmn_host *h, struct member *m, struct diag *d)
{
	struct buf b;
	struct str bytes;

	if (!h->o.replay)
		return OK;
	buf_init_in(&b, h->a, 16 << 20);
	bpmn_instance_write(m->instance, NULL, &b);
	TRY(buf_finish(&b, &bytes));
	return bpmn_instance_read(h->a, h->o.model, bytes, NULL, &m->instance, d);
}

static enum err decide(struct bpmn_host *h, uint32_t index, struct str process, const struct bpmn_command *c,
                       struct diag *d)
{
	struct member *m = &h->members[index];
	struct bpmn_event *events;

	TRY(bpmn_decide(h->o.model, process, m->instance, c, &h->env, h->a, &events, &m->instance, d));
	TRY(replay(h, m, d));
	for (const struct bpmn_event *e = events; e; e = e->next)
		TRY(note(h, index, e, d));
	return OK;
}

static enum err launch(struct bpmn_host *h, struct str process, struct str element, const struct bpmn_command *c,
                       uint32_t caller, uint32_t call, uint32_t *out, struct diag *d)
{
	struct bpmn_command start = { .kind = BPMN_START, .element = element, .name = c->name, .key = c->key,
		.variables = c->variables };
	uint32_t index = 0;
	enum err e;

	TRY(add_member(h, &index, d));
	h->members[index].caller = caller;
	h->members[index].call = call;
	e = decide(h, index, process, &start, d);
	if (e != OK && !h->members[index].instance)
		h->count--;
	else if (out)
		*out = index;
	return e;
}

/* A refusal on the way (nobody waits any more) is not the host's failure. */
static enum err harmless(enum err e, struct diag *d)
{
	if (e != ERR_NOT_FOUND && e != ERR_CONFLICT)
		return e;
	diag_init(d);
	return OK;
}

static enum err pass_message(struct bpmn_host *h, const struct effect *f, struct diag *d)
{
	struct bpmn_command c = { .kind = BPMN_DELIVER_MESSAGE, .name = f->name, .key = f->key, .variables = f->variables };

	for (uint32_t i = 0; i < h->count; i++) {
		enum err e = bpmn_instance_state(h->members[i].instance) == BPMN_RUNNING ? decide(h, i, S(""), &c, d) : ERR_CONFLICT;

		if (e == OK)
			return OK;
		TRY(harmless(e, d));
	}
	for (const struct bpmn_starter *s = h->starters; s; s = s->next)
		if (s->kind == BPMN_WAIT_MESSAGE && str_eq(s->name, f->name))
			return launch(h, s->process, s->element, &c, BPMN_NONE, 0, NULL, d);
	return OK;
}

static enum err pass_signal(struct bpmn_host *h, const struct effect *f, struct diag *d)
{
	struct bpmn_command c = { .kind = BPMN_DELIVER_SIGNAL, .name = f->name, .variables = f->variables };
	uint32_t count = h->count;

	for (uint32_t i = 0; i < count; i++) /* the thrower's own catchers have had it */
		if (i != f->from && bpmn_instance_state(h->members[i].instance) == BPMN_RUNNING)
			TRY(harmless(decide(h, i, S(""), &c, d), d));
	for (const struct bpmn_starter *s = h->starters; s; s = s->next)
		if (s->kind == BPMN_WAIT_SIGNAL && str_eq(s->name, f->name))
			TRY(launch(h, s->process, s->element, &c, BPMN_NONE, 0, NULL, d));
	return OK;
}

static enum err pass_call(struct bpmn_host *h, const struct effect *f, struct diag *d)
{
	struct bpmn_command c = { .kind = BPMN_START, .variables = f->variables };
	enum err e = launch(h, f->name, S(""), &c, f->from, f->id, NULL, d);

	if (e == ERR_NOT_FOUND) { /* the called process is not of this file */
		struct bpmn_command fail = { .kind = BPMN_FAIL, .id = f->id, .text = S("The called process is not in this file.") };

		diag_init(d);
		return harmless(decide(h, f->from, S(""), &fail, d), d);
	}
	return e;
}

static enum err pass_end(struct bpmn_host *h, const struct effect *f, struct diag *d)
{
	const struct member *m = &h->members[f->from];
	struct bpmn_command c = { .kind = BPMN_CHILD_DONE, .id = m->call, .name = f->name,
		.variables = bpmn_instance_variables(m->instance) };

	if (m->caller == BPMN_NONE || bpmn_instance_state(h->members[m->caller].instance) != BPMN_RUNNING)
		return OK;
	return harmless(decide(h, m->caller, S(""), &c, d), d);
}

static enum err pass_work(struct bpmn_host *h, const struct effect *f, struct diag *d)
{
	struct bpmn_command c = { .kind = BPMN_COMPLETE, .id = f->id };

	return f->id ? harmless(decide(h, f->from, S(""), &c, d), d) : OK;
}

static enum err settle(struct bpmn_host *h, struct diag *d)
{
	while (h->first) {
		const struct effect *f = h->first;
		enum err e;

		h->first = f->next;
		if (!h->first)
			h->end = &h->first;
		if (++h->effects > EFFECTS_MAX)
			return diag_set(d, ERR_LIMIT, "bpmn.host-busy", "The instances keep each other busy without end.");
		e = f->kind == BPMN_EV_MESSAGE_THROWN ? pass_message(h, f, d)
		  : f->kind == BPMN_EV_SIGNAL_THROWN ? pass_signal(h, f, d)
		  : f->kind == BPMN_EV_CALLED ? pass_call(h, f, d)
		  : f->kind == BPMN_EV_WAITING ? pass_work(h, f, d) : pass_end(h, f, d);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err bpmn_host_start(struct bpmn_host *h, struct str process, struct str element, const struct feel_value *variables,
                         uint32_t *instance, struct diag *d)
{
	struct bpmn_command c = { .variables = variables };

	TRY(launch(h, process, element, &c, BPMN_NONE, 0, instance, d));
	return settle(h, d);
}

enum err bpmn_host_command(struct bpmn_host *h, uint32_t instance, const struct bpmn_command *c, struct diag *d)
{
	if (instance >= h->count)
		return diag_set(d, ERR_NOT_FOUND, "bpmn.no-instance", "There is no instance %u.", instance);
	TRY(decide(h, instance, S(""), c, d));
	return settle(h, d);
}

enum err bpmn_host_conditions(struct bpmn_host *h, const struct feel_value *variables, struct diag *d)
{
	struct bpmn_command c = { .variables = variables };

	for (const struct bpmn_starter *s = h->starters; s; s = s->next)
		if (s->kind == BPMN_WAIT_CONDITION)
			TRY(harmless(launch(h, s->process, s->element, &c, BPMN_NONE, 0, NULL, d), d));
	return settle(h, d);
}

/* ---- time ---- */

/* The earliest timer of all: of an instance (*instance, *id) or a starter. */
static bool earliest(const struct bpmn_host *h, uint32_t *instance, uint32_t *id, struct bpmn_starter **starter, int64_t *due)
{
	bool any = false;

	*starter = NULL;
	for (uint32_t i = 0; i < h->count; i++) {
		const struct bpmn_instance *in = h->members[i].instance;

		for (uint32_t k = 0; k < in->waits_count; k++) {
			const struct wait *w = in->waits[k];

			if (w->kind == BPMN_WAIT_TIMER && (!any || w->due_ms < *due)) {
				any = true;
				*due = w->due_ms;
				*instance = i;
				*id = w->id;
			}
		}
	}
	for (struct bpmn_starter *s = h->starters; s; s = s->next)
		if (s->timed && is_armed(h, s) && (!any || s->due_ms < *due)) {
			any = true;
			*due = s->due_ms;
			*starter = s;
		}
	return any;
}

bool bpmn_host_next(const struct bpmn_host *h, int64_t *due_ms)
{
	struct bpmn_starter *s;
	uint32_t instance, id;

	return earliest(h, &instance, &id, &s, due_ms);
}

static enum err start_timed(struct bpmn_host *h, struct bpmn_starter *s, struct diag *d)
{
	struct bpmn_command none = { .kind = BPMN_START };

	s->timed = s->repeats != 0 && bpmn_starter_next(h->o.model, &h->env, s->element, h->a, &s->due_ms);
	if (s->repeats > 0)
		s->repeats--;
	return launch(h, s->process, s->element, &none, BPMN_NONE, 0, NULL, d);
}

enum err bpmn_host_advance(struct bpmn_host *h, int64_t to_ms, struct diag *d)
{
	struct bpmn_starter *s;
	uint32_t instance = 0, id = 0;
	int64_t due = 0;

	while (earliest(h, &instance, &id, &s, &due) && due <= to_ms) {
		struct bpmn_command c = { .kind = BPMN_FIRE_TIMER, .id = id };

		if (due > h->env.now_ms)
			h->env.now_ms = due;
		TRY(s ? start_timed(h, s, d) : decide(h, instance, S(""), &c, d));
		TRY(settle(h, d));
		if (++h->effects > EFFECTS_MAX)
			return diag_set(d, ERR_LIMIT, "bpmn.host-busy", "More than %d timers fired.", EFFECTS_MAX);
	}
	if (to_ms > h->env.now_ms)
		h->env.now_ms = to_ms;
	return OK;
}

int64_t bpmn_host_now(const struct bpmn_host *h)
{
	return h->env.now_ms;
}

size_t bpmn_host_count(const struct bpmn_host *h)
{
	return h->count;
}

const struct bpmn_instance *bpmn_host_instance(const struct bpmn_host *h, uint32_t instance)
{
	return instance < h->count ? h->members[instance].instance : NULL;
}
