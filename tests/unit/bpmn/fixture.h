/* fixture.h - a process as a string, run step by step. */
#ifndef TESTS_BPMN_FIXTURE_H
#define TESTS_BPMN_FIXTURE_H

#include "bpmn/bpmn.h"
#include "tests/test.h"

#define HEAD "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" xmlns:banjie=\"urn:banjie:bpmn\" " \
	"xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" " \
	"targetNamespace=\"urn:test\" id=\"D\">"
#define PROCESS(body) HEAD "<process id=\"P\" isExecutable=\"true\">" body "</process></definitions>"
#define FLOW(id, from, to) "<sequenceFlow id=\"" id "\" sourceRef=\"" from "\" targetRef=\"" to "\"/>"
#define FLOW_IF(id, from, to, condition) "<sequenceFlow id=\"" id "\" sourceRef=\"" from "\" targetRef=\"" to \
	"\"><conditionExpression>" condition "</conditionExpression></sequenceFlow>"
#define SCRIPT(id, variable, text) "<scriptTask id=\"" id "\"><extensionElements><banjie:script resultVariable=\"" variable \
	"\"/></extensionElements><script>" text "</script></scriptTask>"

struct fixture {
	struct arena a;
	struct bpmn_model *m;
	struct bpmn_finding *findings;
	struct bpmn_instance *i;
	struct bpmn_event *events;
	struct bpmn_env env;
	struct diag d;
	enum err last;
};

__attribute__((unused)) static bool open_model(struct fixture *f, const char *xml)
{
	memset(f, 0, sizeof *f);
	arena_init(&f->a, 64u << 20);
	diag_init(&f->d);
	f->env.now_ms = INT64_C(1735779600000); /* 2025-01-02T09:00:00+08:00, a Thursday */
	f->env.offset_s = 8 * 3600;
	f->last = bpmn_model_read(&f->a, str_of(xml), &f->m, &f->findings, &f->d);
	return f->last == OK;
}

__attribute__((unused)) static struct feel_value *value(struct fixture *f, const char *feel)
{
	struct feel_value *v = arena_new(&f->a, struct feel_value);
	struct feel_env env = { 0 };
	struct feel_plan *p;
	struct diag d;

	diag_init(&d);
	*v = feel_null();
	if (feel && feel_compile(&f->a, str_of(feel), NULL, &p, &d) == OK)
		(void)!feel_eval(p, NULL, &env, &f->a, v, &d);
	return v;
}

/* Decides, then writes and reads the result, as a restart would. */
__attribute__((unused)) static enum err decide(struct fixture *f, struct bpmn_command c)
{
	struct bpmn_instance *next;
	struct buf b;

	diag_init(&f->d);
	f->events = NULL;
	f->last = bpmn_decide(f->m, S(""), f->i, &c, &f->env, &f->a, &f->events, &next, &f->d);
	if (f->last != OK)
		return f->last;
	buf_init_in(&b, &f->a, 1 << 20);
	bpmn_instance_write(next, NULL, &b);
	f->last = bpmn_instance_read(&f->a, f->m, buf_str(&b), NULL, &f->i, &f->d);
	return f->last;
}

__attribute__((unused)) static enum err start(struct fixture *f, const char *input)
{
	return decide(f, (struct bpmn_command){ .kind = BPMN_START, .variables = input ? value(f, input) : NULL });
}

__attribute__((unused)) static struct bpmn_waiting *find(struct fixture *f, const char *element, enum bpmn_wait kind)
{
	struct bpmn_waiting *w = NULL;

	if (!f->i || bpmn_instance_waiting(f->i, &f->a, &w) != OK)
		return NULL;
	while (w && !(str_eqz(w->element, element) && w->kind == kind))
		w = w->next;
	return w;
}

__attribute__((unused)) static uint32_t id_of(struct fixture *f, const char *element, enum bpmn_wait kind)
{
	struct bpmn_waiting *w = find(f, element, kind);

	return w ? w->id : 0;
}

__attribute__((unused)) static enum err complete(struct fixture *f, const char *element, const char *result)
{
	uint32_t id = id_of(f, element, BPMN_WAIT_TASK);

	if (!id)
		id = id_of(f, element, BPMN_WAIT_JOB);
	return decide(f, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = id, .variables = result ? value(f, result) : NULL });
}

__attribute__((unused)) static enum err fire(struct fixture *f, const char *element)
{
	struct bpmn_waiting *w = find(f, element, BPMN_WAIT_TIMER);

	if (w && w->due_ms > f->env.now_ms)
		f->env.now_ms = w->due_ms;
	return decide(f, (struct bpmn_command){ .kind = BPMN_FIRE_TIMER, .id = w ? w->id : 0 });
}

/* The value of a process variable as FEEL text. */
__attribute__((unused)) static struct str variable(struct fixture *f, const char *name)
{
	const struct feel_value *v = f->i ? feel_get(bpmn_instance_variables(f->i), str_of(name)) : NULL;
	struct buf b;

	if (!v)
		return S("(none)");
	buf_init_in(&b, &f->a, 1 << 16);
	feel_print(v, &b);
	return buf_str(&b);
}

/* Everything that waits: "element:kind …" in order. */
__attribute__((unused)) static struct str waits(struct fixture *f)
{
	static const char *const kinds[] = { "task", "job", "timer", "message", "signal", "condition", "call", "incident" };
	struct bpmn_waiting *w = NULL;
	struct buf b;

	buf_init_in(&b, &f->a, 1 << 16);
	if (f->i && bpmn_instance_waiting(f->i, &f->a, &w) == OK)
		for (; w; w = w->next)
			buf_printf(&b, "%s%.*s:%s", b.len ? " " : "", STR_ARG(w->element), kinds[w->kind]);
	return b.len ? buf_str(&b) : S("");
}

__attribute__((unused)) static bool happened(const struct fixture *f, enum bpmn_event_kind kind, const char *element)
{
	for (const struct bpmn_event *e = f->events; e; e = e->next)
		if (e->kind == kind && (!element || str_eqz(e->element, element)))
			return true;
	return false;
}

__attribute__((unused)) static bool has_finding(const struct fixture *f, const char *rule, const char *element)
{
	for (const struct bpmn_finding *x = f->findings; x; x = x->next)
		if (str_eqz(x->rule, rule) && str_eqz(x->element, element))
			return true;
	return false;
}

static inline void close_model(struct fixture *f)
{
	arena_release(&f->a);
}

#endif
