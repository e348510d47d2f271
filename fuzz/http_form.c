/* A form-js schema compiles or is refused; what compiles renders, reads answers back and checks them. */
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every control is answered with the same text, which the input carries behind a line break. */
static size_t all(void *arg, struct str name, const struct str **values)
{
	(void)name;
	*values = arg;
	return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct str schema_text = str_span((const char *)data, size), answer = S("");
	const char *cut = memrchr(data, '\n', size);
	if (cut) {
		answer = str_sub(schema_text, (size_t)(cut - schema_text.ptr) + 1, size);
		schema_text.len = (size_t)(cut - schema_text.ptr);
	}
	const struct json *schema, *values, *text;
	const struct http_form *form;
	const struct http_form_words words = { .today = S_INIT("2025-11-05") };
	struct http_form_errors errors;
	struct http_form_input in = { &answer, all, NULL };
	struct buf out;
	arena_init(&a, 16 << 20);
	struct buf quoted;
	buf_init_in(&quoted, &a, 1 << 20);
	struct json_writer w;
	json_writer_init(&w, &quoted);
	json_put_str(&w, answer);
	/* the reader refuses what is not UTF-8, as a request's decoder does */
	bool good = json_read(&a, buf_str(&quoted), &text, NULL) == OK;
	if (good && json_read(&a, schema_text, &schema, NULL) == OK && http_form_compile(&a, schema, &form, NULL) == OK &&
	    http_form_parse(form, &in, &words, &a, &values, &errors) == OK) {
		size_t before = errors.count;
		buf_init_in(&out, &a, 4 << 20);
		(void)!http_form_render(form, values, &errors, &words, &out);
		if (http_form_check(form, values, &words, &a, &errors) == OK)
			base_assert(errors.count <= before);
	}
	arena_release(&a);
	return 0;
}
