/* body.c - the received body as fields and files, by its content type. */
#include "http/http_int.h"

static enum err form_error(struct diag *d, enum err e)
{
	if (e == ERR_INVALID)
		return diag_set(d, e, "http.bad-form", "The form was sent wrongly");
	return diag_set(d, e, e == ERR_LIMIT ? "http.too-many-fields" : "http.no-memory", "The form is too large");
}

static enum err read_multipart(struct http_exchange *ex, struct str body, struct diag *d)
{
	struct http_multipart *m = arena_new(&ex->arena, struct http_multipart);
	if (!m)
		return form_error(d, ERR_NOMEM);
	struct str type = http_header(&ex->rq, "Content-Type");
	TRY(http_multipart_read(&ex->arena, body, type, ex->server->o.file_max, m, d));
	ex->fields = m->fields;
	ex->files = m->files;
	ex->files_count = m->files_count;
	return OK;
}

enum err http_body_parse(struct http_exchange *ex, struct diag *d)
{
	struct str body = ex->body.len ? buf_str(&ex->body) : S("");
	if (str_eqz(ex->rq.content_type, "application/x-www-form-urlencoded")) {
		enum err e = http_decode_pairs(&ex->arena, body, &ex->fields);
		return e == OK ? OK : form_error(d, e);
	}
	if (str_eqz(ex->rq.content_type, "multipart/form-data"))
		return read_multipart(ex, body, d);
	ex->rq.body = body;
	return OK;
}
