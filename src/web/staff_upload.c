/* staff_upload.c - files that come with a form: checked, then one command each, then the rest. */
#include "http/sniff.h"
#include "web/staff_int.h"

struct upload {
	struct web *web;
	struct str prefix, case_no;
	const struct http_file *files;
	size_t count, at;
	struct json_builder documents;
	staff_uploaded then;
	void *kept;
};

static enum http_outcome next(struct http_request *rq, struct http_reply *re, struct upload *u);

static struct str material_of(const struct upload *u, struct str field)
{
	return str_starts(field, u->prefix) ? str_sub(field, u->prefix.len, field.len) : field;
}

static enum http_outcome added(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct upload *u = kept;
	struct json_builder one;
	if (r->err != OK)
		return u->then(rq, re, w, NULL, &r->diag, u->kept);
	json_build_object_begin(&one, rq->arena);
	json_build_value(&one, "document", json_get(r->data, "document"));
	json_build_str(&one, "material", material_of(u, u->files[u->at].field));
	json_build_value(&one, "digest", json_get(r->data, "digest"));
	json_build_value(&u->documents, "", json_build_end(&one));
	u->at++;
	return next(rq, re, u);
}

static enum http_outcome next(struct http_request *rq, struct http_reply *re, struct upload *u)
{
	struct diag d;
	struct json_builder data;
	if (u->at == u->count)
		return u->then(rq, re, u->web, json_build_end(&u->documents), NULL, u->kept);
	const struct http_file *f = &u->files[u->at];
	diag_init(&d);
	if (http_sniff_check(f->filename, f->detected, S(""), &d) != OK)
		return u->then(rq, re, u->web, NULL, &d, u->kept);
	json_build_object_begin(&data, rq->arena);
	json_build_str(&data, "name", f->filename);
	json_build_str(&data, "mime", f->detected);
	json_build_str(&data, "material", material_of(u, f->field));
	if (u->case_no.len)
		json_build_str(&data, "case_no", u->case_no);
	return web_command_blob(rq, re, u->web, "document.add", json_build_end(&data), f->bytes, added, u);
}

enum http_outcome staff_upload(struct http_request *rq, struct http_reply *re, struct web *w, const char *prefix,
                               struct str case_no, staff_uploaded then, void *kept)
{
	struct upload *u = arena_new(rq->arena, struct upload);
	if (!u)
		return http_busy(rq, re);
	*u = (struct upload){ .web = w, .prefix = str_of(prefix), .case_no = case_no, .then = then, .kept = kept };
	u->count = http_files(rq, &u->files);
	json_build_array_begin(&u->documents, rq->arena);
	return next(rq, re, u);
}
