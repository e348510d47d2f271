/* staff_ask.c - what may be done about a case beside its process: suspend, resume, reassign,
 * give back, urge, answer an alert, take a step, leave a note. */
#include "web/staff_int.h"

enum field { KIND = 1, GROUND = 2, REASON = 4, EXPECTED = 8, RESULT = 16, PERSON = 32, TEXT = 64, BY = 128, STEP = 256, ALERT = 512 };

static const struct question {
	const char *what, *command, *done;
	unsigned fields, required;
} questions[] = {
	{ "suspend", "case.suspend", "staff.act.suspended", KIND | GROUND | REASON | EXPECTED, KIND | GROUND | REASON | EXPECTED },
	{ "resume", "case.resume", "staff.act.resumed", RESULT, 0 },
	{ "urge", "alert.urge", "staff.act.urged", TEXT | BY, TEXT },
	{ "return", "step.return", "staff.act.returned", STEP | REASON, STEP | REASON },
	{ "reassign", "step.reassign", "staff.act.reassigned", STEP | PERSON | REASON, STEP | PERSON | REASON },
	{ "acknowledge", "alert.acknowledge", "staff.alert.acknowledged", ALERT | REASON, ALERT | REASON },
};

/* The order is that of the page. */
static const struct input { enum field bit; struct web_control control; bool number; } inputs[] = {
	{ STEP, { .id = "step" }, true },
	{ ALERT, { .id = "alert" }, false },
	{ KIND, { .id = "kind", .label = "staff.act.kind" }, false },
	{ PERSON, { .id = "person", .label = "staff.act.person" }, false },
	{ GROUND, { .id = "ground", .label = "staff.act.ground" }, false },
	{ REASON, { .id = "reason", .label = "staff.act.reason", .max = 500 }, false },
	{ EXPECTED, { .id = "expected_days", .label = "staff.act.expected_days", .inputmode = "numeric", .width = "5" }, true },
	{ RESULT, { .id = "result", .label = "staff.act.result", .max = 500 }, false },
	{ TEXT, { .id = "text", .label = "staff.act.text", .max = 500 }, false },
	{ BY, { .id = "by", .label = "staff.act.by", .type = "date", .width = "10", .optional = true }, false },
};

enum { INPUTS = sizeof inputs / sizeof *inputs };

struct asking {
	const struct question *question;
	const struct json *view; /* of the case */
	struct str values[INPUTS], errors[INPUTS];
};

static bool find_question(struct http_request *rq, struct http_reply *re, struct web *w, struct asking *a)
{
	*a = (struct asking){ 0 };
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
		if (str_eqz(http_param(rq, "what"), questions[i].what))
			a->question = &questions[i];
	if (!a->question) {
		(void)web_not_found(rq, re);
		return false;
	}
	return staff_case_view(rq, re, w, &a->view);
}

/* Those who may hold a step in the case's organ. */
static const struct json *colleagues(struct http_request *rq, struct web *w, const struct asking *a)
{
	const struct json *staff, *rows;
	struct json_builder list, one;
	struct diag d;
	diag_init(&d);
	json_build_array_begin(&list, rq->arena);
	if (web_view_try(rq, w, "staff", web_params(rq, "organ", json_text(json_path(a->view, "organ.code"))), &staff, &d) != OK)
		return json_build_end(&list);
	rows = json_get(staff, "rows");
	for (size_t i = 0; rows && i < rows->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "code", json_text(json_get(&rows->items[i], "login")));
		json_build_str(&one, "text", json_text(json_get(&rows->items[i], "name")));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void put_input(struct web_page *p, const struct asking *a, size_t i)
{
	const struct input *in = &inputs[i];
	if (in->bit & (STEP | ALERT)) {
		json_build_str(&p->data, in->control.id, a->values[i]);
	} else if (in->bit == KIND) {
		web_page_choice(p, &in->control, web_options_list(p->rq, "staff.act.kind", "hearing tender inspection testing quarantine appraisal expert-review other"),
		                a->values[i], a->errors[i]);
	} else if (in->bit == PERSON) {
		web_page_choice(p, &in->control, colleagues(p->rq, p->web, a), a->values[i], a->errors[i]);
	} else {
		web_page_control(p, &in->control, a->values[i], a->errors[i]);
	}
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct asking *a, const struct diag *refused)
{
	struct web_page p;
	struct str case_no = http_param(rq, "case_no");
	const char *title = arena_printf(rq->arena, "staff.ask.%s", a->question->what).ptr;
	const char *explain = arena_printf(rq->arena, "staff.ask.%s.explain", a->question->what).ptr;
	web_page_begin(&p, rq, w, title, NULL, 0);
	json_build_str(&p.data, "case_no", case_no);
	json_build_str(&p.data, "item_name", json_text(json_path(a->view, "item.name")));
	json_build_str(&p.data, "title", http_tr(rq, title));
	json_build_str(&p.data, "explain", http_tr(rq, explain));
	json_build_str(&p.data, "action", rq->path);
	for (size_t i = 0; i < INPUTS; i++)
		if (a->question->fields & inputs[i].bit)
			put_input(&p, a, i);
	if (refused)
		web_page_error(&p, S(""), web_refusal(rq, refused));
	return web_page_send(&p, re, "staff/ask");
}

enum http_outcome staff_ask(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asking a;
	if (!find_question(rq, re, web_of(arg), &a))
		return HTTP_DONE;
	for (size_t i = 0; i < INPUTS; i++)
		if (inputs[i].bit & (STEP | ALERT))
			a.values[i] = http_query(rq, inputs[i].control.id);
	return show(rq, re, web_of(arg), &a, NULL);
}

/* Reads and checks one input; puts it into the command. */
static bool read_input(struct http_request *rq, struct asking *a, size_t i, struct json_builder *data)
{
	const struct input *in = &inputs[i];
	struct str value = a->values[i] = str_trim(http_field(rq, in->control.id));
	int64_t number;
	if (!value.len) {
		if (a->question->required & in->bit)
			a->errors[i] = http_tr(rq, "staff.act.required");
	} else if (!in->number) {
		json_build_str(data, in->control.id, value);
	} else if (str_to_i64(value, &number) && number >= 0) {
		json_build_i64(data, in->control.id, number);
	} else {
		a->errors[i] = http_tr(rq, "staff.act.number");
	}
	return a->errors[i].len == 0;
}

static enum http_outcome answered(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct asking *a = kept;
	if (r->err != OK)
		return show(rq, re, w, a, &r->diag);
	http_flash(rq, re, "success", arena_printf(rq->arena, "%s|%.*s", a->question->done, STR_ARG(json_text(json_get(r->data, "due_on")))));
	return http_redirect(re, staff_case_href(rq, http_param(rq, "case_no")));
}

enum http_outcome staff_ask_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct asking *a = arena_new(rq->arena, struct asking);
	struct json_builder data;
	bool good = true;
	if (!a)
		return http_busy(rq, re);
	if (!find_question(rq, re, w, a))
		return HTTP_DONE;
	json_build_object_begin(&data, rq->arena);
	if (!(a->question->fields & (STEP | ALERT)))
		json_build_str(&data, "case_no", http_param(rq, "case_no"));
	for (size_t i = 0; i < INPUTS; i++)
		if (a->question->fields & inputs[i].bit)
			good = read_input(rq, a, i, &data) && good;
	if (!good)
		return show(rq, re, w, a, NULL);
	return web_command(rq, re, w, a->question->command, json_build_end(&data), answered, a);
}

/* ---- without a page of their own ---- */

static enum http_outcome back_to_case(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	if (r->err == OK)
		http_flash(rq, re, "success", str_of(kept));
	else
		http_flash(rq, re, "error", arena_printf(rq->arena, "staff.refused|%.*s", STR_ARG(web_refusal(rq, &r->diag))));
	return http_redirect(re, staff_case_href(rq, http_param(rq, "case_no")));
}

enum http_outcome staff_claim(struct http_request *rq, struct http_reply *re, void *arg)
{
	static char done[] = "staff.act.claimed";
	struct json_builder data;
	int64_t step = 0;
	(void)str_to_i64(http_param(rq, "step"), &step);
	json_build_object_begin(&data, rq->arena);
	json_build_i64(&data, "step", step);
	if (web_text(rq, "reason").len)
		json_build_str(&data, "reason", web_text(rq, "reason"));
	return web_command(rq, re, web_of(arg), "step.claim", json_build_end(&data), back_to_case, done);
}

enum http_outcome staff_note(struct http_request *rq, struct http_reply *re, void *arg)
{
	static char done[] = "staff.act.noted";
	struct json_builder data;
	json_build_object_begin(&data, rq->arena);
	json_build_str(&data, "case_no", http_param(rq, "case_no"));
	json_build_str(&data, "text", str_trim(http_field(rq, "text")));
	return web_command(rq, re, web_of(arg), "case.note", json_build_end(&data), back_to_case, done);
}
