/* staff_form.c - form-js schemas on the staff's pages. */
#include "http/form.h"
#include "web/staff_int.h"

enum { HTML_MAX = 1 << 20 };

static bool has_fields(const struct json *schema) { return schema && schema->kind == JSON_OBJECT && schema->count > 0; }

enum err staff_form_html(struct http_request *rq, const struct json *schema, const struct json *values,
                         const struct http_form_errors *errors, struct str *html, struct diag *d)
{
	const struct http_form *form;
	struct http_form_words words = web_form_words(rq);
	struct buf out;
	*html = S("");
	if (!has_fields(schema))
		return OK;
	TRY(http_form_compile(rq->arena, schema, &form, d));
	buf_init_in(&out, rq->arena, HTML_MAX);
	TRY(http_form_render(form, values, errors, &words, &out));
	return buf_finish(&out, html);
}

static size_t sent_values(void *arg, struct str name, const struct str **values) { return http_field_all(arg, name, values); }

static size_t sent_files(void *arg, struct str name)
{
	const struct http_file *files;
	size_t n = http_files(arg, &files), count = 0;
	for (size_t i = 0; i < n; i++)
		count += str_eq(files[i].field, name);
	return count;
}

enum err staff_form_read(struct http_request *rq, const struct json *schema, const struct json **values,
                         struct http_form_errors *errors, struct diag *d)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	const struct http_form *form;
	struct http_form_words words = web_form_words(rq);
	struct http_form_input in = { rq, sent_values, sent_files };
	*values = &nothing;
	*errors = (struct http_form_errors){ 0 };
	if (!has_fields(schema))
		return OK;
	TRY(http_form_compile(rq->arena, schema, &form, d));
	return http_form_parse(form, &in, &words, rq->arena, values, errors);
}

void staff_form_errors(struct web_page *p, const struct http_form_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		web_page_error(p, arena_printf(p->rq->arena, "f-%.*s", STR_ARG(errors->list[i].key)), errors->list[i].message);
}
