/* complaint_intake.c - a complaint that came by telephone, by letter or at the counter, typed in on one page; what looks alike is shown
 * before it is saved. */
#include "web/complaint_int.h"

static const char *const names[] = { "received_by", "about", "organ", "person", "window", "case_no", "category", "title", "happened_on", "text", "request",
	"identity", "name", "phone", "address" };
enum { NAMES = sizeof names / sizeof *names };

struct taking { struct web *web; struct str values[NAMES]; struct str refusal, place; const struct json *similar; bool looked; };

static struct str value_of(const struct taking *x, const char *name)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(names[i], name) == 0)
			return x->values[i];
	return S("");
}

static struct str error_of(const struct taking *x, const char *name)
{
	return x->refusal.len && str_eqz(x->place, name) ? x->refusal : S("");
}

static void choice(struct web_page *p, const struct taking *x, const struct web_control *c, const struct json *options)
{
	web_page_choice(p, c, options, value_of(x, c->id), error_of(x, c->id));
}

static void put_choices(struct web_page *p, const struct taking *x, const struct json *choices)
{
	static const struct web_control by = { .id = "received_by", .label = "complaint.field.received_by" };
	static const struct web_control about = { .id = "about", .label = "complaint.field.about" };
	static const struct web_control organ = { .id = "organ", .label = "complaint.field.organ" };
	static const struct web_control window = { .id = "window", .label = "complaint.field.window" };
	static const struct web_control category = { .id = "category", .label = "complaint.field.category" };
	static const struct web_control identity = { .id = "identity", .label = "complaint.field.identity" };
	struct http_request *rq = p->rq;
	choice(p, x, &by, web_options_list(rq, "complaint.by", "phone letter counter"));
	choice(p, x, &about, web_options_list(rq, "complaint.about", COMPLAINT_ABOUT));
	choice(p, x, &organ, complaint_organs(rq, choices));
	choice(p, x, &window, complaint_windows(rq, choices));
	choice(p, x, &category, web_options_list(rq, "complaint.category", COMPLAINT_CATEGORY));
	choice(p, x, &identity, web_options_list(rq, "complaint.identity", "open protected anonymous"));
}

static void put_inputs(struct web_page *p, const struct taking *x)
{
	static const struct web_control inputs[] = {
		{ .id = "name", .label = "complaint.field.name", .width = "20" }, { .id = "phone", .label = "complaint.field.phone", .inputmode = "tel", .width = "20" },
		{ .id = "address", .label = "complaint.field.address", .optional = true },
		{ .id = "person", .label = "complaint.field.person", .optional = true }, { .id = "case_no", .label = "complaint.field.case_no", .width = "20", .optional = true },
		{ .id = "title", .label = "complaint.field.title" }, { .id = "happened_on", .label = "complaint.field.happened_on", .type = "date", .width = "10", .optional = true },
		{ .id = "text", .label = "complaint.field.text", .max = 4000 }, { .id = "request", .label = "complaint.field.request", .max = 1000, .optional = true },
	};
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		web_page_control(p, &inputs[i], value_of(x, inputs[i].id), error_of(x, inputs[i].id));
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct taking *x)
{
	const struct json *choices;
	struct web_page p;
	if (!web_view(rq, re, x->web, "complaint.choices", web_params(rq, "organ", S("")), &choices))
		return HTTP_DONE;
	web_page_begin(&p, rq, x->web, "complaint.intake.title", NULL, 0);
	web_page_crumb(&p, S("/staff/complaints"), http_tr(rq, "complaint.list.title"));
	web_page_crumb(&p, S(""), http_tr(rq, "complaint.intake.title"));
	put_choices(&p, x, choices);
	put_inputs(&p, x);
	json_build_bool(&p.data, "looked", x->looked);
	json_build_value(&p.data, "similar", complaint_dress_rows(rq, x->similar));
	json_build_bool(&p.data, "has_similar", x->similar && x->similar->count > 0);
	json_build_str(&p.data, "key", arena_printf(rq->arena, "intake-%lld-%lld", (long long)web_user(rq)->actor.person, (long long)rq->now_ms));
	if (x->refusal.len && !x->place.len)
		web_page_error(&p, S(""), x->refusal);
	return web_page_send(&p, re, "complaint/intake");
}

enum http_outcome complaint_intake(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct taking x = { .web = web_of(arg) };
	for (size_t i = 0; i < NAMES; i++)
		x.values[i] = http_query(rq, names[i]);
	if (!value_of(&x, "received_by").len)
		x.values[0] = S("phone");
	return show(rq, re, &x);
}

/* The secret is read to the caller or put into the letter: shown once. */
static enum http_outcome taken(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct taking *x = kept;
	struct web_page p;
	if (r->err != OK) {
		x->refusal = web_refusal(rq, &r->diag);
		x->place = str_of(r->diag.place);
		return show(rq, re, x);
	}
	web_page_begin(&p, rq, w, "complaint.done.title", NULL, 0);
	json_build_value(&p.data, "receipt", web_dress(rq, r->data));
	json_build_bool(&p.data, "by_staff", true);
	http_header_set(re, "Cache-Control", S("no-store"));
	return web_page_send(&p, re, "complaint/done");
}

static enum http_outcome uploaded(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *documents,
                                  const struct diag *refused, void *kept)
{
	struct taking *x = kept;
	struct json_builder b;
	if (refused) {
		x->refusal = web_refusal(rq, refused);
		x->place = S("");
		return show(rq, re, x);
	}
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < NAMES; i++)
		if (x->values[i].len)
			json_build_str(&b, names[i], x->values[i]);
	json_build_value(&b, "documents", documents);
	return web_command(rq, re, w, "complaint.submit", json_build_end(&b), taken, x);
}

static enum http_outcome look(struct http_request *rq, struct http_reply *re, struct taking *x)
{
	static const char *const keys[] = { "name", "phone", "title", "case_no" };
	struct json_builder b;
	const struct json *view;
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (value_of(x, keys[i]).len)
			json_build_str(&b, keys[i], value_of(x, keys[i]));
	if (!web_view(rq, re, x->web, "complaint.similar", json_build_end(&b), &view))
		return HTTP_DONE;
	x->similar = json_get(view, "rows");
	x->looked = true;
	return show(rq, re, x);
}

enum http_outcome complaint_intake_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct taking *x = arena_new(rq->arena, struct taking);
	if (!x)
		return http_busy(rq, re);
	*x = (struct taking){ .web = web_of(arg) };
	for (size_t i = 0; i < NAMES; i++)
		x->values[i] = web_text(rq, names[i]);
	return str_eqz(http_field(rq, "do"), "look") ? look(rq, re, x) : staff_upload(rq, re, x->web, "file-", S(""), uploaded, x);
}
