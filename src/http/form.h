/* form.h - form-js schemas (bpmn.io) as accessible HTML without JavaScript, and back.
 *
 * Pure functions. Component types: textfield, textarea, number, checkbox, radio, select, checklist,
 * datetime (date, time, both), filepicker, text (its Markdown as plain paragraphs), html (as escaped
 * text), separator, spacer, group, columns through layout rows; a button is left out. Anything else is refused at compile.
 * English stands in "properties" (or beside "label"): label_en, description_en, text_en, and values_en, the choices'
 * labels in their order with '|' between. properties.autocomplete becomes the attribute of that name.
 * A readonly or disabled field is shown, never read.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "text/json.h"

enum { HTTP_FORM_FIELDS_MAX = 200 };

struct http_form; /* immutable, in the arena it was compiled into */

/* ERR_INVALID / ERR_UNSUPPORTED "form.…" with the component's key or id as place. */
BASE_MUST_USE enum err http_form_compile(struct arena *a, const struct json *schema, const struct http_form **out, struct diag *d);

/* The words: catalogue keys "form.required", "form.optional", "form.choose", "form.date.year", …
 * and whether English labels are wanted. */
struct http_form_words {
	bool english;
	struct str (*get)(void *arg, const char *key); /* ptr NULL = show the key */
	void *arg;
	struct str today;   /* YYYY-MM-DD, for fields that may not lie in the past; empty = not checked */
	/* conditional.hide: a hidden field is neither shown nor read nor demanded. NULL = nothing is hidden. */
	bool (*hidden)(void *arg, struct str key, struct str expression);
};

struct http_form_error {
	struct str key;     /* of the field; its control has the id "f-<key>" */
	struct str message; /* ready to show, in the language of the words */
	const char *code;   /* "form.required", …: stable, for the API */
};

struct http_form_errors {
	struct http_form_error *list;
	size_t count;
};

/* What was sent, name by name. */
struct http_form_input {
	void *arg;
	size_t (*all)(void *arg, struct str name, const struct str **values);
	size_t (*files)(void *arg, struct str name); /* how many files came under the name; may be NULL */
};

/* HTML of all fields. `values`: an object by key (what http_form_parse gave, or a saved draft), may be
 * NULL; `errors` may be NULL. Control names are the keys, a date's parts are "<key>-year", "-month", "-day", a time's "<key>-time". */
BASE_MUST_USE enum err http_form_render(const struct http_form *f, const struct json *values, const struct http_form_errors *errors,
                                        const struct http_form_words *words, struct buf *out);

/* Reads what was sent into an object by key, in the order of the form: text trimmed, full-width digits
 * and signs made ASCII in numbers and dates; number -> JSON number, checkbox -> true/false, checklist ->
 * array, date "YYYY-MM-DD", both "YYYY-MM-DDTHH:MM". Absent optional fields are left out. What does not fit stays as the
 * text typed, so that it can be shown again, and is named in *errors (count 0 = all is well).
 * OK also with errors; ERR_NOMEM. */
BASE_MUST_USE enum err http_form_parse(const struct http_form *f, const struct http_form_input *in, const struct http_form_words *words,
                                       struct arena *a, const struct json **values, struct http_form_errors *errors);

/* The same checks for an object that came as JSON (the API). Unknown keys are errors "form.unknown". */
BASE_MUST_USE enum err http_form_check(const struct http_form *f, const struct json *values, const struct http_form_words *words,
                                       struct arena *a, struct http_form_errors *errors);

/* Labels and values in words, for check-your-answers: [{key, label, value}] in `a`. */
BASE_MUST_USE enum err http_form_rows(const struct http_form *f, const struct json *values, const struct http_form_words *words,
                                      struct arena *a, const struct json **out);

#endif
