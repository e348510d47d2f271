/* suite.c - see suite.h: one case after another in virtual time, each in an arena of its own. */
#include <stdio.h>

#include "bpmn/host.h"
#include "bpmn/suite.h"
#include "bpmn/bpmn_int.h"

static const int64_t t0 = INT64_C(1735689600000); /* 2025-01-01T00:00:00Z: any fixed instant */

struct case_run {
	struct arena *a;
	const struct bpmn_suite_env *env;
	const struct json *spec;
	struct bpmn_model *model;
	struct bpmn_host *host;
	uint32_t main_instance;
	bool has_main, rejected, step_failed;
	char why[400];
};

static struct str member(const struct json *v, const char *key)
{
	struct str s = json_text(json_get(v, key));

	return s.ptr ? s : S("");
}

static enum err variables(struct case_run *r, const struct json *v, const struct feel_value **out, struct diag *d)
{
	struct feel_value *value = arena_new(r->a, struct feel_value);

	*out = NULL;
	if (!v)
		return OK;
	if (!value)
		return ERR_NOMEM;
	TRY(feel_from_json(r->a, v, value, d));
	*out = value;
	return OK;
}

static int64_t offset_ms(struct str iso)
{
	struct bpmn_duration d = { 0, 0 };

	return bpmn_iso_duration(iso, &d) ? d.ms : 0;
}

/* ---- steps ---- */

static bool find_waiting(const struct case_run *r, struct str element, enum bpmn_wait at_most, uint32_t *instance, uint32_t *id)
{
	for (uint32_t i = 0; i < bpmn_host_count(r->host); i++) {
		struct bpmn_waiting *w = NULL;

		if (bpmn_instance_waiting(bpmn_host_instance(r->host, i), r->a, &w) != OK)
			return false;
		for (; w; w = w->next)
			if (str_eq(w->element, element) && w->kind <= at_most) {
				*instance = i;
				*id = w->id;
				return true;
			}
	}
	return false;
}

static void step_failed(struct case_run *r, const char *what, struct str element)
{
	r->step_failed = true;
	snprintf(r->why, sizeof r->why, "%s: %.*s is not active", what, STR_ARG(element));
}

static enum err assert_active(struct case_run *r, const struct json *step)
{
	const struct json *list = json_get(step, "elements");
	uint32_t instance, id;

	for (size_t i = 0; list && i < list->count; i++)
		if (!find_waiting(r, json_text(&list->items[i]), BPMN_WAIT_CALL, &instance, &id))
			step_failed(r, "assertActive", json_text(&list->items[i]));
	return OK;
}

static enum err end_task(struct case_run *r, const struct json *step, enum bpmn_command_kind kind, struct diag *d)
{
	struct bpmn_command c = { .kind = kind, .name = member(step, "errorCode"), .text = S("") };
	uint32_t instance;

	if (!find_waiting(r, member(step, "element"), BPMN_WAIT_JOB, &instance, &c.id)) {
		step_failed(r, kind == BPMN_COMPLETE ? "completeTask" : "throwError", member(step, "element"));
		return OK;
	}
	TRY(variables(r, json_get(step, "variables"), &c.variables, d));
	return bpmn_host_command(r->host, instance, &c, d);
}

static enum err do_step(struct case_run *r, const struct json *step, struct diag *d)
{
	struct str type = member(step, "type");
	const struct feel_value *vars;

	if (str_eqz(type, "assertActive"))
		return assert_active(r, step);
	if (str_eqz(type, "completeTask"))
		return end_task(r, step, BPMN_COMPLETE, d);
	if (str_eqz(type, "throwError"))
		return end_task(r, step, BPMN_THROW_ERROR, d);
	if (str_eqz(type, "evaluateConditions")) {
		TRY(variables(r, json_get(step, "variables"), &vars, d));
		return bpmn_host_conditions(r->host, vars, d);
	}
	r->step_failed = true;
	snprintf(r->why, sizeof r->why, "unknown step \"%.*s\"", STR_ARG(type));
	return OK;
}

/* ---- one case ---- */

static enum err start_all(struct case_run *r, struct diag *d)
{
	const struct json *companions = json_get(r->spec, "companions");
	bool by_event = str_eqz(member(r->spec, "start"), "event");
	struct str process = member(r->spec, "processId");
	const struct feel_value *vars;
	uint32_t companion;

	TRY(bpmn_host_deploy(r->host, by_event ? S("") : process, d));
	for (size_t i = 0; companions && i < companions->count; i++) {
		TRY(variables(r, json_get(&companions->items[i], "input"), &vars, d));
		TRY(bpmn_host_start(r->host, member(&companions->items[i], "processId"), S(""), vars, &companion, d));
	}
	if (by_event)
		return OK;
	TRY(variables(r, json_get(r->spec, "input"), &vars, d));
	TRY(bpmn_host_start(r->host, process, S(""), vars, &r->main_instance, d));
	r->has_main = true;
	return OK;
}

static enum err play(struct case_run *r, struct diag *d)
{
	const struct json *steps = json_get(r->spec, "steps");
	int64_t end = t0 + offset_ms(member(r->spec, "duration"));

	TRY(start_all(r, d));
	for (size_t i = 0; steps && i < steps->count && !r->step_failed; i++) {
		TRY(bpmn_host_advance(r->host, t0 + offset_ms(member(&steps->items[i], "at")), d));
		TRY(do_step(r, &steps->items[i], d));
	}
	TRY(bpmn_host_advance(r->host, end, d));
	for (uint32_t i = 0; !r->has_main && i < bpmn_host_count(r->host); i++)
		if (str_eq(bpmn_instance_process(bpmn_host_instance(r->host, i)), member(r->spec, "processId"))) {
			r->main_instance = i;
			r->has_main = true;
		}
	return OK;
}

static enum err load(struct case_run *r, struct diag *d)
{
	struct bpmn_host_options o = { .now_ms = t0, .replay = r->env->replay };
	struct bpmn_finding *findings = NULL;
	struct str xml;
	enum err e;

	TRY(r->env->read(r->env->arg, member(r->spec, "model"), r->a, &xml, d));
	e = bpmn_model_read(r->a, xml, &r->model, &findings, d);
	if (e == ERR_INVALID || e == ERR_UNSUPPORTED) {
		r->rejected = true;
		snprintf(r->why, sizeof r->why, "rejected: %.300s", d->text);
		return OK;
	}
	if (e != OK)
		return e;
	o.model = r->model;
	TRY(bpmn_host_new(r->a, &o, &r->host));
	return play(r, d);
}

/* ---- comparing ---- */

static bool has_incident(const struct case_run *r, struct str *why)
{
	struct bpmn_waiting *w = NULL;

	if (bpmn_instance_waiting(bpmn_host_instance(r->host, r->main_instance), r->a, &w) != OK)
		return true;
	for (; w; w = w->next)
		if (w->kind == BPMN_WAIT_INCIDENT) {
			*why = w->name;
			return true;
		}
	return false;
}

static struct str state_of(const struct case_run *r)
{
	struct str why;

	if (r->rejected)
		return S("failed");
	if (!r->has_main)
		return S("none");
	switch (bpmn_instance_state(bpmn_host_instance(r->host, r->main_instance))) {
	case BPMN_COMPLETED:
	case BPMN_TERMINATED:
		return S("completed");
	case BPMN_RUNNING:
		return has_incident(r, &why) ? S("failed") : S("running");
	case BPMN_FAILED:
	case BPMN_CANCELLED:
	default:
		return S("failed");
	}
}

/* The log of the main instance, and one "marker" when any instance set it. */
static enum err trace_of(const struct case_run *r, struct feel_value *out)
{
	struct feel_list_builder b;
	const struct feel_value *log = NULL;
	bool marker = false;

	feel_list_begin(&b, r->a);
	if (r->has_main)
		log = feel_get(bpmn_instance_variables(bpmn_host_instance(r->host, r->main_instance)), S("log"));
	for (size_t i = 0; log && log->kind == FEEL_LIST && i < log->list.count; i++)
		TRY(feel_list_put(&b, log->list.at[i]));
	for (uint32_t i = 0; r->host && i < bpmn_host_count(r->host); i++) {
		const struct feel_value *m = feel_get(bpmn_instance_variables(bpmn_host_instance(r->host, i)), S("marker"));

		marker = marker || (m && feel_is_true(m));
	}
	if (marker)
		TRY(feel_list_put(&b, feel_string(S("marker"))));
	*out = feel_list_end(&b);
	return OK;
}

static size_t occurrences(const struct feel_value *trace, struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < trace->list.count; i++)
		n += trace->list.at[i].kind == FEEL_STRING && str_eq(trace->list.at[i].string, text);
	return n;
}

static bool same_trace(const struct feel_value *trace, const struct json *want, bool ordered)
{
	if (!want || trace->list.count != want->count)
		return false;
	for (size_t i = 0; i < want->count; i++) {
		struct str text = json_text(&want->items[i]);
		size_t wanted = 0;

		if (ordered && (trace->list.at[i].kind != FEEL_STRING || !str_eq(trace->list.at[i].string, text)))
			return false;
		for (size_t k = 0; k < want->count; k++)
			wanted += str_eq(json_text(&want->items[k]), text);
		if (occurrences(trace, text) != wanted)
			return false;
	}
	return true;
}

static bool matches(const struct case_run *r, const struct json *want, const struct feel_value *trace)
{
	struct str code = json_text(json_path(want, "failure.errorCode"));

	if (!str_eq(member(want, "state"), state_of(r)) ||
	    !same_trace(trace, json_get(want, "trace"), json_bool(json_get(want, "ordered"), false)))
		return false;
	if (!str_empty(code))
		return r->has_main && str_eq(bpmn_instance_error(bpmn_host_instance(r->host, r->main_instance)), code);
	return !(r->rejected && str_eqz(json_text(json_path(want, "failure.phase")), "runtime"));
}

static struct str describe(const struct case_run *r, const struct feel_value *trace)
{
	struct buf b;
	struct str out = S(""), why = S("");

	buf_init_in(&b, r->a, 4096);
	buf_putz(&b, "state ");
	buf_put(&b, state_of(r));
	buf_putz(&b, ", trace ");
	feel_print(trace, &b);
	if (r->has_main && has_incident(r, &why)) {
		buf_putz(&b, ", incident: ");
		buf_put(&b, why);
	}
	if (r->why[0])
		buf_printf(&b, " (%s)", r->why);
	(void)!buf_finish(&b, &out);
	return out;
}

/* Our own reading of the cases that the suite calls disputed, with the paragraph it rests on. */
static struct str disputed_reading(struct str id)
{
	if (str_find(id, S("TimeCycle")) >= 0)
		return S("our reading: an intermediate catch event passes one token at the first occurrence "
		         "(BPMN 2.0.2, 13.5.2: the token leaves when the event occurs)");
	return S("our reading: the event that a completing instance throws is caught on the boundary, and a boundary event "
	         "interrupts unless cancelActivity is false (BPMN 2.0.2, 10.3.8 table 10.31 and 13.5.3)");
}

static enum bpmn_suite_outcome judge(const struct case_run *r, struct str *text)
{
	const struct json *alternatives = json_get(r->spec, "alternatives");
	bool disputed = str_eqz(member(r->spec, "certainty"), "disputed");
	struct feel_value trace;

	if (trace_of(r, &trace) != OK || r->step_failed) {
		*text = arena_str(r->a, str_of(r->why));
		return BPMN_SUITE_FAIL;
	}
	if (disputed) {
		*text = arena_printf(r->a, "disputed; %.*s; here: %.*s", STR_ARG(disputed_reading(member(r->spec, "id"))),
		                     STR_ARG(describe(r, &trace)));
		return BPMN_SUITE_SKIPPED;
	}
	if (matches(r, json_get(r->spec, "expect"), &trace))
		return BPMN_SUITE_PASS;
	for (size_t i = 0; alternatives && i < alternatives->count; i++)
		if (matches(r, &alternatives->items[i], &trace)) {
			*text = member(&alternatives->items[i], "why");
			return BPMN_SUITE_ALTERNATIVE;
		}
	*text = describe(r, &trace);
	return BPMN_SUITE_FAIL;
}

static enum err run_case(struct arena *a, const struct json *spec, const struct bpmn_suite_env *env,
                         struct bpmn_suite_count *count, struct diag *d)
{
	struct case_run r = { .a = a, .env = env, .spec = spec };
	enum bpmn_suite_outcome outcome = BPMN_SUITE_FAIL;
	struct str text = S("");
	enum err e = load(&r, d);

	if (e == ERR_NOMEM || e == ERR_IO)
		return e;
	if (e != OK)
		text = arena_printf(a, "%s: %s", d->code, d->text);
	else
		outcome = judge(&r, &text);
	count->passed += outcome == BPMN_SUITE_PASS;
	count->alternative += outcome == BPMN_SUITE_ALTERNATIVE;
	count->failed += outcome == BPMN_SUITE_FAIL;
	count->skipped += outcome == BPMN_SUITE_SKIPPED;
	env->report(env->arg, member(spec, "id"), outcome, text);
	return OK;
}

enum err bpmn_suite_run(struct arena *a, const struct bpmn_suite_env *env, struct bpmn_suite_count *out, struct diag *d)
{
	const struct json *cases;
	struct str text;

	TRY(env->read(env->arg, S("cases.json"), a, &text, d));
	TRY(json_read(a, text, &cases, d));
	if (cases->kind != JSON_ARRAY)
		return diag_set(d, ERR_INVALID, "bpmn.suite", "cases.json is not a list of cases.");
	for (size_t i = 0; i < cases->count; i++) {
		struct arena_mark mark = arena_save(a);
		enum err e;

		if (!str_empty(env->only) && str_find(member(&cases->items[i], "id"), env->only) < 0)
			continue;
		diag_init(d);
		e = run_case(a, &cases->items[i], env, out, d);
		arena_rewind(a, mark);
		if (e != OK)
			return e;
	}
	diag_init(d);
	return OK;
}
