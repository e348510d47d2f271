/* complaint_follow.c - followed by number and secret: what has become of it, and what its complainant may say now.
 *
 * Number and secret go along in the page and nowhere else: no session knows which complaint a visitor follows. */
#include "web/complaint_int.h"

struct following { struct web *web; struct str case_no, secret, refusal, notice; };

static enum http_outcome ask_number(struct http_request *rq, struct http_reply *re, struct following *f, struct str error)
{
	static const struct web_control number = { .id = "case_no", .label = "complaint.follow.number", .width = "20" };
	static const struct web_control secret = { .id = "secret", .label = "complaint.follow.secret", .width = "10" };
	struct web_page p;
	web_page_begin(&p, rq, f->web, "complaint.follow.title", NULL, 0);
	web_page_control(&p, &number, f->case_no, error);
	web_page_control(&p, &secret, S(""), S(""));
	return web_page_send(&p, re, "complaint/follow_ask");
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct following *f)
{
	struct json_builder b;
	struct diag d;
	const struct json *raw;
	struct web_page p;
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "case_no", f->case_no);
	json_build_str(&b, "secret", f->secret);
	enum err e = web_view_try(rq, f->web, "complaint.follow", json_build_end(&b), &raw, &d);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ask_number(rq, re, f, web_refusal(rq, &d)) : web_problem(rq, re, 0, &d);
	const struct json *v = complaint_dress_row(rq, web_dress(rq, raw));
	web_page_begin(&p, rq, f->web, "complaint.follow.title", NULL, 0);
	json_build_value(&p.data, "complaint", v);
	json_build_value(&p.data, "answers", complaint_dress_rows(rq, json_get(v, "answers")));
	json_build_value(&p.data, "messages", complaint_dress_rows(rq, json_get(v, "messages")));
	json_build_str(&p.data, "case_no", f->case_no);
	json_build_str(&p.data, "secret", f->secret);
	json_build_bool(&p.data, "own", !f->secret.len);
	json_build_str(&p.data, "notice", f->notice);
	json_build_value(&p.data, "reasons", web_options_list(rq, "complaint.reason", COMPLAINT_REASON));
	if (f->refusal.len)
		web_page_error(&p, S(""), f->refusal);
	http_header_set(re, "Cache-Control", S("no-store"));
	return web_page_send(&p, re, "complaint/follow");
}

enum http_outcome complaint_follow(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct following f = { .web = web_of(arg), .case_no = http_query(rq, "case_no"), .secret = S("") };
	/* an address carries no secret: only the account's own opens so */
	return f.case_no.len && web_user(rq)->actor.person ? show(rq, re, &f) : ask_number(rq, re, &f, S(""));
}

static const struct { const char *act, *command, *notice; } deeds[] = {
	{ "respond", "complaint.respond", "complaint.follow.responded" }, { "urge", "complaint.urge", "complaint.follow.urged" },
	{ "message", "complaint.message", "complaint.follow.written" }, { "withdraw", "case.withdraw", "complaint.follow.withdrawn" },
};

static enum http_outcome done(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct following *f = kept;
	(void)w;
	if (r->err != OK) {
		f->refusal = web_refusal(rq, &r->diag);
		f->notice = S("");
	}
	return show(rq, re, f);
}

static const struct json *deed_data(struct http_request *rq, const struct following *f, struct str act)
{
	struct json_builder b;
	struct str satisfied = http_field(rq, "satisfied");
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "case_no", f->case_no);
	if (f->secret.len)
		json_build_str(&b, "secret", f->secret);
	if (str_eqz(act, "respond")) {
		if (satisfied.len)
			json_build_bool(&b, "satisfied", str_eqz(satisfied, "yes"));
		json_build_str(&b, "reason", web_text(rq, "reason"));
		json_build_str(&b, "words", web_text(rq, "words"));
	} else if (str_eqz(act, "withdraw")) {
		json_build_str(&b, "reason", web_text(rq, "words"));
	} else {
		json_build_str(&b, "text", web_text(rq, "words"));
	}
	return json_build_end(&b);
}

enum http_outcome complaint_follow_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct following *f = arena_new(rq->arena, struct following);
	struct str act = http_field(rq, "act");
	if (!f)
		return http_busy(rq, re);
	*f = (struct following){ .web = web_of(arg), .case_no = web_ascii(rq, web_text(rq, "case_no")), .secret = web_ascii(rq, web_text(rq, "secret")) };
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (str_eqz(act, deeds[i].act)) {
			f->notice = http_tr(rq, deeds[i].notice);
			return web_command(rq, re, f->web, deeds[i].command, deed_data(rq, f, act), done, f);
		}
	return show(rq, re, f);
}
