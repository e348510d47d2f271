/* citizen_submit.c - check your answers, submit, and the receipt with the date by which each stage ends. */
#include "web/citizen.h"

/* ---- check your answers ---- */

static void add_row(struct http_request *rq, struct json_builder *rows, struct str label, struct str value, struct str change)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "label", label);
	json_build_str(&b, "value", value.ptr ? value : S(""));
	json_build_str(&b, "change", change);
	json_build_value(rows, "", json_build_end(&b));
}

static void end_section(struct http_request *rq, struct json_builder *sections, const char *id, struct json_builder *rows)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "id", str_of(id));
	json_build_value(&b, "rows", json_build_end(rows));
	json_build_value(sections, "", json_build_end(&b));
}

static struct str change_path(struct http_request *rq, const struct citizen_draft *dr, const char *page, struct str control)
{
	return arena_printf(rq->arena, "/drafts/%lld/%s?back=check%s%.*s", (long long)dr->id, page, control.len ? "#" : "", STR_ARG(control));
}

static struct str coded(struct http_request *rq, const char *prefix, struct str code)
{
	const char *key = arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(code)).ptr;
	return key && code.len ? http_tr(rq, key) : S("");
}

static void applicant_section(struct http_request *rq, const struct citizen_draft *dr, struct json_builder *sections)
{
	static const char *const keys[] = { "kind", "name", "id_type", "id_no", "phone", "address" };
	const struct json *a = json_get(dr->saved, "applicant");
	struct json_builder rows;
	json_build_array_begin(&rows, rq->arena);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *label = arena_printf(rq->arena, "citizen.applicant.%s", keys[i]).ptr;
		struct str value = json_text(json_get(a, keys[i]));
		if (i == 0 || i == 2)
			value = coded(rq, keys[i], value);
		add_row(rq, &rows, label ? http_tr(rq, label) : S(""), value, change_path(rq, dr, "applicant", str_of(keys[i])));
	}
	if (json_get(a, "agent"))
		add_row(rq, &rows, http_tr(rq, "citizen.applicant.agent_name"), json_text(json_path(a, "agent.name")),
		        change_path(rq, dr, "applicant", S("agent_name")));
	end_section(rq, sections, "applicant", &rows);
}

static bool form_section(struct http_request *rq, const struct citizen_draft *dr, struct json_builder *sections)
{
	struct http_form_words words = web_form_words(rq);
	const struct json *list;
	struct json_builder rows;
	if (http_form_rows(dr->form, json_get(dr->saved, "form"), &words, rq->arena, &list) != OK)
		return false;
	json_build_array_begin(&rows, rq->arena);
	for (size_t i = 0; i < list->count; i++) {
		struct str key = arena_printf(rq->arena, "f-%.*s", STR_ARG(json_text(json_get(&list->items[i], "key"))));
		add_row(rq, &rows, json_text(json_get(&list->items[i], "label")), json_text(json_get(&list->items[i], "value")),
		        change_path(rq, dr, "form", key));
	}
	end_section(rq, sections, "form", &rows);
	return true;
}

static struct str file_names(struct http_request *rq, const struct citizen_draft *dr, const struct json *m)
{
	struct buf b;
	struct str out;
	const struct json *one;
	bool follow = json_bool(json_get(dr->saved, "follow"), false) && json_bool(json_get(m, "may_follow"), false);
	buf_init_in(&b, rq->arena, 16 << 10);
	for (size_t at = 0; (at = citizen_document_next(dr, json_text(json_get(m, "id")), at, &one)) > 0;) {
		if (b.len)
			buf_byte(&b, '\n');
		buf_put(&b, json_text(json_get(one, "name")));
	}
	if (!b.len)
		buf_put(&b, http_tr(rq, follow ? "citizen.materials.will_follow" : "citizen.materials.none"));
	return buf_finish(&b, &out) == OK ? out : S("");
}

static void materials_section(struct http_request *rq, const struct citizen_draft *dr, struct json_builder *sections)
{
	const struct json *list = json_get(dr->item, "materials");
	struct json_builder rows;
	json_build_array_begin(&rows, rq->arena);
	for (size_t i = 0; i < list->count; i++) {
		struct str at = arena_printf(rq->arena, "material-%.*s", STR_ARG(json_text(json_get(&list->items[i], "id"))));
		add_row(rq, &rows, json_text(json_get(&list->items[i], "name")), file_names(rq, dr, &list->items[i]), change_path(rq, dr, "materials", at));
	}
	end_section(rq, sections, "materials", &rows);
}

static enum http_outcome check_page(struct http_request *rq, struct http_reply *re, struct web *w, const struct citizen_draft *dr, struct str error)
{
	struct web_page p;
	struct json_builder sections, rows;
	citizen_draft_page(&p, rq, w, dr, "citizen.tasks.check");
	json_build_array_begin(&sections, rq->arena);
	applicant_section(rq, dr, &sections);
	if (dr->form && !form_section(rq, dr, &sections))
		return web_problem(rq, re, 500, NULL);
	if (dr->has_materials)
		materials_section(rq, dr, &sections);
	if (dr->offers_commitment) {
		bool yes = json_bool(json_get(dr->saved, "commitment"), false);
		json_build_array_begin(&rows, rq->arena);
		add_row(rq, &rows, http_tr(rq, "citizen.commitment.label"), http_tr(rq, yes ? "citizen.commitment.yes" : "citizen.commitment.no"),
		        change_path(rq, dr, "commitment", S("")));
		end_section(rq, &sections, "commitment", &rows);
	}
	if (error.len)
		web_page_error(&p, S(""), error);
	json_build_value(&p.data, "sections", json_build_end(&sections));
	json_build_bool(&p.data, "incomplete", !citizen_draft_done(rq, dr));
	// sent twice, it is still one application
	json_build_str(&p.data, "key", arena_printf(rq->arena, "submit-%lld-%lld", (long long)dr->id, (long long)rq->now_ms));
	return web_page_send(&p, re, "citizen/check");
}

CITIZEN_HANDLER(citizen_check)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	return citizen_draft_load(rq, re, w, &dr) ? check_page(rq, re, w, &dr, S("")) : HTTP_DONE;
}

/* ---- submit ---- */

static enum http_outcome submitted(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	if (r->err != OK)
		return check_page(rq, re, w, kept, web_refusal(rq, &r->diag));
	struct str case_no = json_text(json_get(r->data, "case_no")), secret = json_text(json_get(r->data, "secret"));
	// the secret is told once: the receipt finds it in the session, the record has only its digest
	if (secret.len && web_case_secret_keep(rq, re, case_no, secret) != OK)
		return web_problem(rq, re, 503, NULL);
	return http_redirect(re, arena_printf(rq->arena, "/cases/%.*s/receipt", STR_ARG(case_no)));
}

static const struct json *documents(struct http_request *rq, const struct citizen_draft *dr)
{
	const struct json *old = json_get(dr->saved, "documents");
	struct json_builder list, b;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; old && old->kind == JSON_ARRAY && i < old->count; i++) {
		json_build_object_begin(&b, rq->arena);
		json_build_value(&b, "document", json_get(&old->items[i], "document"));
		json_build_value(&b, "material", json_get(&old->items[i], "material"));
		json_build_value(&list, "", json_build_end(&b));
	}
	return json_build_end(&list);
}

static const struct json *application(struct http_request *rq, const struct citizen_draft *dr)
{
	static const struct json no_form = { .kind = JSON_OBJECT };
	const struct json *form = json_get(dr->saved, "form");
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "item", json_text(json_get(dr->item, "impl_code")));
	json_build_value(&b, "form", form && form->kind == JSON_OBJECT ? form : &no_form);
	json_build_value(&b, "applicant", json_get(dr->saved, "applicant"));
	json_build_value(&b, "documents", documents(rq, dr));
	json_build_str(&b, "source", web_user(rq)->actor.channel);
	if (dr->offers_commitment)
		json_build_bool(&b, "commitment", json_bool(json_get(dr->saved, "commitment"), false));
	json_build_i64(&b, "draft", dr->id);
	return json_build_end(&b);
}

CITIZEN_HANDLER(citizen_submit_post)
{
	struct web *w = web_of(arg);
	struct citizen_draft *dr = arena_new(rq->arena, struct citizen_draft);
	if (!dr)
		return web_problem(rq, re, 500, NULL);
	if (!citizen_draft_load(rq, re, w, dr))
		return HTTP_DONE;
	if (!citizen_draft_done(rq, dr))
		return check_page(rq, re, w, dr, http_tr(rq, "citizen.check.incomplete"));
	return web_command(rq, re, w, "case.submit", application(rq, dr), submitted, dr);
}

/* ---- the receipt ---- */

static const struct json *letters(struct http_request *rq, const struct json *v)
{
	const struct json *list = json_get(v, "documents");
	struct json_builder out, b;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		if (str_eqz(json_text(json_get(&list->items[i], "kind")), "material"))
			continue;
		json_build_object_begin(&b, rq->arena);
		json_build_str(&b, "name", json_text(json_get(&list->items[i], "name")));
		json_build_str(&b, "href", citizen_document_href(rq, v, &list->items[i]));
		json_build_value(&out, "", json_build_end(&b));
	}
	return json_build_end(&out);
}

CITIZEN_HANDLER(citizen_receipt)
{
	struct web *w = web_of(arg);
	const struct json *raw;
	struct web_page p;
	if (!citizen_case_load(rq, re, w, &raw))
		return HTTP_DONE;
	const struct json *v = web_dress(rq, raw), *list = letters(rq, v);
	struct str state = json_text(json_get(v, "state"));
	bool refused = str_eqz(state, "refused"), open = json_bool(json_get(v, "open"), true);
	web_page_begin(&p, rq, w, refused ? "citizen.receipt.refused" : "citizen.receipt.title", NULL, 0);
	web_page_crumb(&p, S("/my/cases"), http_tr(rq, "common.nav.my_cases"));
	web_page_crumb(&p, S(""), json_text(json_get(v, "case_no")));
	struct str secret = web_case_secret(rq, json_text(json_get(v, "case_no")));
	json_build_str(&p.data, "secret", secret.ptr ? secret : S(""));
	json_build_bool(&p.data, "refused", refused);
	json_build_bool(&p.data, "approved", !refused && !open);
	json_build_value(&p.data, "reasons", citizen_case_reasons(rq, v));
	json_build_str(&p.data, "remedies_text", citizen_case_remedies(rq, v));
	json_build_bool(&p.data, "has_stages", open); /* when all is done, nothing comes next */
	json_build_value(&p.data, "letters", list);
	json_build_bool(&p.data, "has_letters", list && list->count > 0);
	json_build_merge(&p.data, v);
	return web_page_send(&p, re, "citizen/receipt");
}
