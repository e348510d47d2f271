/* citizen_materials.c - the materials of a draft: upload, remove, done; what may follow later. */
#include "web/citizen.h"

/* ---- the page ---- */

static const struct json *files_of(struct http_request *rq, const struct citizen_draft *dr, struct str material)
{
	struct json_builder list;
	const struct json *one;
	json_build_array_begin(&list, rq->arena);
	for (size_t at = 0; (at = citizen_document_next(dr, material, at, &one)) > 0;)
		json_build_value(&list, "", web_dress(rq, one));
	return json_build_end(&list);
}

static const struct json *material_row(struct http_request *rq, const struct citizen_draft *dr, const struct json *m, struct str error)
{
	struct json_builder b;
	const struct json *files = files_of(rq, dr, json_text(json_get(m, "id")));
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "files", files);
	json_build_bool(&b, "has_files", files && files->count > 0);
	json_build_str(&b, "error", error);
	json_build_merge(&b, citizen_material_dress(rq, m));
	return json_build_end(&b);
}

static enum http_outcome page(struct http_request *rq, struct http_reply *re, struct web *w, const struct citizen_draft *dr,
                              struct str wrong, struct str error)
{
	const struct json *list = json_get(dr->item, "materials");
	struct web_page p;
	struct json_builder rows;
	citizen_draft_page(&p, rq, w, dr, "citizen.tasks.materials");
	json_build_array_begin(&rows, rq->arena);
	for (size_t i = 0; dr->has_materials && i < list->count; i++) {
		struct str id = json_text(json_get(&list->items[i], "id"));
		bool this_one = error.len && str_eq(id, wrong);
		if (this_one)
			web_page_error(&p, arena_printf(rq->arena, "file-%.*s", STR_ARG(id)), error);
		json_build_value(&rows, "", material_row(rq, dr, &list->items[i], this_one ? error : S("")));
	}
	if (error.len && str_empty(wrong))
		web_page_error(&p, S(""), error);
	json_build_value(&p.data, "materials", json_build_end(&rows));
	json_build_bool(&p.data, "offers_follow", dr->offers_follow);
	json_build_bool(&p.data, "follow", json_bool(json_get(dr->saved, "follow"), false));
	return web_page_send(&p, re, "citizen/materials");
}

CITIZEN_HANDLER(citizen_materials)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	return dr.has_materials ? page(rq, re, w, &dr, S(""), S("")) : web_not_found(rq, re);
}

/* ---- upload: the document is added, then the draft names it ---- */

static const struct json *material_of(const struct citizen_draft *dr, struct str id)
{
	const struct json *list = json_get(dr->item, "materials");
	for (size_t i = 0; dr->has_materials && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "id")), id))
			return &list->items[i];
	return NULL;
}

struct upload {
	struct citizen_draft draft;
	const struct http_file *file;
	struct str material;
};

static enum http_outcome back_to_materials(struct http_request *rq, struct http_reply *re, const struct citizen_draft *dr, struct str notice)
{
	http_flash(rq, re, "success", notice);
	return http_redirect(re, citizen_draft_path(rq, dr, "materials"));
}

static enum http_outcome named(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	const struct upload *u = kept;
	(void)w;
	if (r->err != OK)
		return web_problem(rq, re, 0, &r->diag);
	return back_to_materials(rq, re, &u->draft, S("citizen.materials.uploaded"));
}

/* The draft's documents with one more (document > 0) or without one. */
static const struct json *documents_with(struct http_request *rq, const struct upload *u, int64_t document, int64_t without)
{
	struct json_builder list, one;
	const struct json *old = json_get(u->draft.saved, "documents");
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; old && old->kind == JSON_ARRAY && i < old->count; i++)
		if (json_i64(json_get(&old->items[i], "document"), 0) != without)
			json_build_value(&list, "", &old->items[i]);
	if (document) {
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "document", document);
		json_build_str(&one, "material", u->material);
		json_build_str(&one, "name", u->file->filename);
		json_build_i64(&one, "size", (int64_t)u->file->bytes.len);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome added(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct upload *u = kept;
	if (r->err != OK)
		return page(rq, re, w, &u->draft, u->material, web_refusal(rq, &r->diag));
	const struct json *list = documents_with(rq, u, json_i64(json_get(r->data, "document"), 0), 0);
	return web_command(rq, re, w, "draft.save", citizen_draft_with(rq, &u->draft, "documents", list), named, u);
}

CITIZEN_HANDLER(citizen_materials_post)
{
	struct web *w = web_of(arg);
	struct upload *u = arena_new(rq->arena, struct upload);
	struct json_builder b;
	if (!u)
		return web_problem(rq, re, 500, NULL);
	if (!citizen_draft_load(rq, re, w, &u->draft))
		return HTTP_DONE;
	u->material = web_text(rq, "material");
	u->file = http_file(rq, "file");
	const struct json *m = material_of(&u->draft, u->material);
	if (!m)
		return web_not_found(rq, re);
	struct str error = citizen_file_refusal(rq, u->file, m);
	if (error.len)
		return page(rq, re, w, &u->draft, u->material, error);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "name", u->file->filename);
	json_build_str(&b, "mime", u->file->detected);
	json_build_str(&b, "material", u->material);
	json_build_i64(&b, "draft", u->draft.id);
	return web_command_blob(rq, re, w, "document.add", json_build_end(&b), u->file->bytes, added, u);
}

static enum http_outcome removed(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	const struct upload *u = kept;
	(void)w;
	if (r->err != OK)
		return web_problem(rq, re, 0, &r->diag);
	return back_to_materials(rq, re, &u->draft, S("citizen.materials.removed"));
}

CITIZEN_HANDLER(citizen_remove_post)
{
	struct web *w = web_of(arg);
	struct upload *u = arena_new(rq->arena, struct upload);
	int64_t document = 0;
	if (!u)
		return web_problem(rq, re, 500, NULL);
	if (!citizen_draft_load(rq, re, w, &u->draft))
		return HTTP_DONE;
	if (!str_to_i64(http_field(rq, "document"), &document))
		return web_not_found(rq, re);
	const struct json *list = documents_with(rq, u, 0, document);
	return web_command(rq, re, w, "draft.save", citizen_draft_with(rq, &u->draft, "documents", list), removed, u);
}

/* ---- done ---- */

/* Names of required materials that are neither there nor may follow. */
static struct str lacking(struct http_request *rq, const struct citizen_draft *dr, bool follow)
{
	const struct json *list = json_get(dr->item, "materials"), *found;
	struct buf b;
	struct str out;
	buf_init_in(&b, rq->arena, 8192);
	for (size_t i = 0; dr->has_materials && i < list->count; i++) {
		const struct json *m = &list->items[i];
		bool may_wait = follow && json_bool(json_get(m, "may_follow"), false);
		if (!json_bool(json_get(m, "required"), false) || may_wait || citizen_document_next(dr, json_text(json_get(m, "id")), 0, &found))
			continue;
		if (b.len)
			buf_putz(&b, str_eqz(rq->language, "en") ? ", " : "、");
		buf_put(&b, json_text(json_get(m, "name")));
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

CITIZEN_HANDLER(citizen_materials_done_post)
{
	static const struct json yes = { .kind = JSON_BOOL, .boolean = true };
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	bool follow = dr.offers_follow && http_field(rq, "follow").len;
	struct str missing = lacking(rq, &dr, follow);
	if (missing.len && !http_field(rq, "later").len)
		return page(rq, re, w, &dr, S(""), http_tr_args(rq, "err.web.materials-missing", &missing, 1));
	return citizen_draft_save(rq, re, w, &dr, "follow", follow ? &yes : NULL);
}
