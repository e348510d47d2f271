/* form_rows.c - labels and values in words, for checking answers and for case pages. */
#include "http/form_int.h"
#include "text/json_build.h"

static struct str option_words(const struct form_part *p, struct str value, const struct http_form_words *w)
{
	for (size_t i = 0; i < p->options_count; i++)
		if (str_eq(p->options[i].value, value))
			return form_option_label(&p->options[i], w);
	return value;
}

static struct str list_words(const struct form_part *p, const struct json *v, const struct http_form_words *w, struct arena *a)
{
	struct buf b;
	buf_init_in(&b, a, 64 << 10);
	for (size_t i = 0; i < v->count; i++) {
		if (i)
			buf_put(&b, w->english ? S(", ") : S("、"));
		buf_put(&b, option_words(p, json_text(&v->items[i]), w));
	}
	return b.ptr ? buf_str(&b) : S("");
}

static struct str date_words(const struct json *v, struct arena *a)
{
	struct str s = json_text(v);
	if (s.len == 16 && s.ptr[10] == 'T')
		return arena_printf(a, "%.*s %.*s", 10, s.ptr, 5, s.ptr + 11);
	return s;
}

static struct str words_of(const struct form_part *p, const struct json *v, const struct http_form_words *w, struct arena *a)
{
	switch (p->kind) {
	case FORM_CHECKBOX:
		return form_word(w, json_bool(v, false) ? "form.yes" : "form.no");
	case FORM_RADIO:
	case FORM_SELECT:
		return option_words(p, json_text(v), w);
	case FORM_CHECKLIST:
		return v->kind == JSON_ARRAY ? list_words(p, v, w, a) : S("");
	case FORM_NUMBER:
		return p->suffix.len ? arena_printf(a, "%.*s %.*s", STR_ARG(json_text(v)), STR_ARG(p->suffix)) : json_text(v);
	case FORM_DATETIME:
		return date_words(v, a);
	default:
		return json_text(v);
	}
}

enum err http_form_rows(const struct http_form *f, const struct json *values, const struct http_form_words *words,
                        struct arena *a, const struct json **out)
{
	struct json_builder list;
	json_build_array_begin(&list, a);
	for (size_t i = 0; i < f->count; i++) {
		const struct form_part *p = &f->parts[i];
		const struct json *v = form_is_field(p) ? json_get_str(values, p->key) : NULL;
		struct json_builder row;
		if (!v || form_hidden(p, words))
			continue;
		json_build_object_begin(&row, a);
		json_build_str(&row, "key", p->key);
		json_build_str(&row, "label", form_label(p, words));
		json_build_str(&row, "value", words_of(p, v, words, a));
		json_build_bool(&row, "long", p->kind == FORM_TEXTAREA);
		const struct json *one = json_build_end(&row);
		if (!one)
			return ERR_NOMEM;
		json_build_value(&list, "", one);
	}
	const struct json *all = json_build_end(&list);
	if (!all)
		return ERR_NOMEM;
	*out = all;
	return OK;
}
