/* gauge_entries.c - what people enter for evaluation: managers' ratings, disciplinary decisions, questionnaires. */
#include "web/gauge_int.h"

/* ---- ratings and discipline ---- */

static const struct web_control rate_controls[] = {
	{ .id = "subject", .label = "gauge.subject", .hint = "gauge.subject.hint", .width = "20" },
	{ .id = "period", .label = "gauge.period", .hint = "gauge.period.hint", .width = "10" },
	{ .id = "points", .label = "gauge.points", .hint = "gauge.points.hint", .width = "5", .inputmode = "numeric" },
	{ .id = "reason", .label = "gauge.reason" },
};

static const struct web_control discipline_controls[] = {
	{ .id = "person", .label = "gauge.person", .hint = "gauge.person.hint", .width = "20", .optional = true },
	{ .id = "organ", .label = "gauge.organ_code", .width = "20", .optional = true },
	{ .id = "document_no", .label = "gauge.document_no", .width = "20" },
	{ .id = "decided_on", .label = "gauge.decided_on", .type = "date", .width = "10" },
	{ .id = "why", .label = "gauge.reason" },
};

static void put_controls(struct web_page *p, struct http_request *rq, const struct web_control *c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		web_page_control(p, &c[i], http_field(rq, c[i].id), S(""));
}

static enum http_outcome show_entries(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	static const struct web_control kind = { .id = "kind", .label = "gauge.kind" }, measure = { .id = "measure", .label = "gauge.discipline.measure" };
	const struct json *view;
	struct web_page p;
	unsigned roles = web_user(rq)->roles;
	if (!web_view(rq, re, w, "gauge.entries", web_params_query(rq, ""), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, w, "gauge.entries", refused);
	put_controls(&p, rq, rate_controls, sizeof rate_controls / sizeof *rate_controls);
	put_controls(&p, rq, discipline_controls, sizeof discipline_controls / sizeof *discipline_controls);
	web_page_choice(&p, &kind, web_options_list(rq, "gauge.kind", "person organ post"), http_field(rq, "kind"), S(""));
	web_page_choice(&p, &measure, web_options_list(rq, "gauge.discipline", "warning demerit serious-demerit demotion removal dismissal"), http_field(rq, "measure"), S(""));
	json_build_bool(&p.data, "may_rate", (roles & (WEB_SUPERVISOR | WEB_HEAD)) != 0);
	json_build_bool(&p.data, "may_discipline", (roles & (WEB_SUPERVISOR | WEB_ADMIN)) != 0);
	json_build_bool(&p.data, "has_ratings", json_get(view, "ratings")->count > 0);
	json_build_bool(&p.data, "has_discipline", json_get(view, "discipline")->count > 0);
	json_build_value(&p.data, "ratings", json_get(view, "ratings"));
	json_build_value(&p.data, "discipline", json_get(view, "discipline"));
	return web_page_send(&p, re, "gauge/entries");
}

enum http_outcome gauge_entries(struct http_request *rq, struct http_reply *re, void *arg) { return show_entries(rq, re, web_of(arg), NULL); }

static enum http_outcome entered(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_entries(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("gauge.done"));
	return http_redirect(re, S("/gauge/entries"));
}

enum http_outcome gauge_rate_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "gauge.rate", gauge_fields(rq, "kind subject period points:int reason"), entered, NULL);
}

enum http_outcome gauge_discipline_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct http_file *files;
	struct json_builder b;
	size_t n = http_files(rq, &files);
	json_build_object_begin(&b, rq->arena);
	json_build_merge(&b, gauge_fields(rq, "person organ measure document_no decided_on"));
	json_build_str(&b, "reason", web_text(rq, "why"));
	return web_command_blob(rq, re, web_of(arg), "gauge.discipline", json_build_end(&b), n ? files[0].bytes : S(""), entered, NULL);
}

/* ---- questionnaires ---- */

static const struct web_control survey_controls[] = {
	{ .id = "name", .label = "gauge.survey.name" },
	{ .id = "name_en", .label = "gauge.survey.name_en", .optional = true },
	{ .id = "period", .label = "gauge.period", .hint = "gauge.period.hint", .width = "10" },
	{ .id = "size", .label = "gauge.survey.size", .hint = "gauge.survey.size.hint", .width = "5", .inputmode = "numeric" },
	{ .id = "days", .label = "gauge.survey.days", .width = "5", .inputmode = "numeric" },
};

static enum http_outcome show_surveys(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "gauge.surveys", web_params_query(rq, ""), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, w, "gauge.surveys", refused);
	put_controls(&p, rq, survey_controls, sizeof survey_controls / sizeof *survey_controls);
	json_build_bool(&p.data, "judges", (web_user(rq)->roles & WEB_SUPERVISOR) != 0);
	json_build_value(&p.data, "rows", json_get(view, "rows"));
	json_build_bool(&p.data, "has_rows", json_get(view, "rows")->count > 0);
	return web_page_send(&p, re, "gauge/surveys");
}

enum http_outcome gauge_surveys(struct http_request *rq, struct http_reply *re, void *arg) { return show_surveys(rq, re, web_of(arg), NULL); }

static enum http_outcome surveyed(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_surveys(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("gauge.surveyed"));
	return http_redirect(re, S("/gauge/surveys"));
}

enum http_outcome gauge_survey_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "gauge.survey", gauge_fields(rq, "name name_en period size:int days:int"), surveyed, NULL);
}

static enum http_outcome show_mine(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "gauge.mine", web_params_query(rq, ""), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "gauge.mine", NULL, 0);
	if (refused)
		web_page_error(&p, S(""), web_refusal(rq, refused));
	json_build_value(&p.data, "rows", json_get(view, "rows"));
	json_build_bool(&p.data, "has_rows", json_get(view, "rows")->count > 0);
	return web_page_send(&p, re, "gauge/mine");
}

enum http_outcome gauge_mine(struct http_request *rq, struct http_reply *re, void *arg) { return show_mine(rq, re, web_of(arg), NULL); }

static enum http_outcome answered(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_mine(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("gauge.answered"));
	return http_redirect(re, S("/my/questionnaires"));
}

enum http_outcome gauge_mine_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct json_builder b;
	int64_t sample = 0;
	(void)str_to_i64(http_param(rq, "sample"), &sample);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "sample", sample);
	json_build_merge(&b, gauge_fields(rq, "points:int text"));
	return web_command(rq, re, web_of(arg), "gauge.answer", json_build_end(&b), answered, NULL);
}
