/* form_parse.c - what a browser sent, back into values. */
#include "http/form_int.h"
#include "text/json_build.h"

struct parser {
	const struct http_form_input *in;
	struct arena *arena;
};

static struct str sent(const struct parser *p, struct str name)
{
	const struct str *values;
	return p->in->all(p->in->arg, name, &values) ? values[0] : S("");
}

static struct str sent_part(const struct parser *p, struct str key, const char *suffix)
{
	return sent(p, arena_printf(p->arena, "%.*s%s", STR_ARG(key), suffix));
}

static const struct json *text_value(struct arena *a, struct str s)
{
	struct json *v = str_empty(s) ? NULL : arena_new(a, struct json);
	if (v)
		*v = (struct json){ .kind = JSON_STRING, .text = s };
	return v;
}

/* Browsers send \r\n in text areas; we keep \n. */
static struct str unix_lines(struct arena *a, struct str s)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, a, s.len);
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '\r')
			buf_byte(&b, s.ptr[i]);
	return buf_finish(&b, &out) == OK ? str_trim(out) : s;
}

static const struct json *number_value(struct arena *a, struct str typed)
{
	struct str digits;
	struct json *v = (struct json *)(uintptr_t)text_value(a, str_trim(typed));
	if (v && form_number(a, typed, &digits))
		*v = (struct json){ .kind = JSON_NUMBER, .text = digits };
	return v;
}

static const struct json *list_value(const struct parser *p, struct str key)
{
	struct json_builder b;
	const struct str *values;
	size_t n = p->in->all(p->in->arg, key, &values);
	json_build_array_begin(&b, p->arena);
	for (size_t i = 0; i < n; i++)
		if (values[i].len)
			json_build_str(&b, "", values[i]);
	return b.count ? json_build_end(&b) : NULL;
}

/* The three parts, or the whole date under the key itself. */
static struct str date_text(const struct parser *p, struct str key)
{
	struct str year = sent_part(p, key, "-year"), month = sent_part(p, key, "-month"), day = sent_part(p, key, "-day");
	if (str_empty(str_trim(year)) && str_empty(str_trim(month)) && str_empty(str_trim(day)))
		return form_narrow(p->arena, sent(p, key));
	return form_date_join(p->arena, year, month, day);
}

static const struct json *datetime_value(const struct parser *p, const struct form_part *f)
{
	struct str time = form_narrow(p->arena, sent_part(p, f->key, "-time"));
	if (f->kind == FORM_TIME)
		return text_value(p->arena, time);
	struct str date = date_text(p, f->key);
	if (f->kind == FORM_DATE || str_empty(time))
		return text_value(p->arena, date);
	return text_value(p->arena, arena_printf(p->arena, "%.*sT%.*s", STR_ARG(date), STR_ARG(time)));
}

static const struct json *value_of(const struct parser *p, const struct form_part *f)
{
	static const struct json yes = { .kind = JSON_BOOL, .boolean = true }, no = { .kind = JSON_BOOL };
	struct str typed = sent(p, f->key);
	switch (f->kind) {
	case FORM_TEXTFIELD:
		if (f->format != FORM_ANY || f->pattern)
			typed = form_narrow(p->arena, typed); /* numbers of all sorts: ID cards, phones, codes */
		return text_value(p->arena, str_trim(typed));
	case FORM_TEXTAREA:
		return text_value(p->arena, unix_lines(p->arena, typed));
	case FORM_NUMBER:
		return number_value(p->arena, typed);
	case FORM_CHECKBOX:
		return str_empty(typed) || str_eqz(typed, "false") ? &no : &yes;
	case FORM_CHECKLIST:
		return list_value(p, f->key);
	case FORM_DATE:
	case FORM_TIME:
	case FORM_DATETIME:
		return datetime_value(p, f);
	default:
		return text_value(p->arena, str_trim(typed));
	}
}

/* A file field has no value of its own; what counts is whether files came. */
static struct form_fault file_fault(const struct parser *p, const struct form_part *f)
{
	bool none = p->in->files && p->in->files(p->in->arg, f->key) == 0;
	return (struct form_fault){ f->required && none ? "form.must-upload" : NULL, S("") };
}

enum err http_form_parse(const struct http_form *f, const struct http_form_input *in, const struct http_form_words *words,
                         struct arena *a, const struct json **values, struct http_form_errors *errors)
{
	struct parser p = { in, a };
	struct json_builder b;
	struct http_form_errors found = { NULL, 0 };
	json_build_object_begin(&b, a);
	for (size_t i = 0; i < f->count; i++) {
		const struct form_part *part = &f->parts[i];
		if (!form_is_field(part) || part->readonly || form_hidden(part, words))
			continue;
		if (part->kind == FORM_FILE) {
			TRY(form_errors_add(part, file_fault(&p, part), words, a, &found));
			continue;
		}
		const struct json *v = value_of(&p, part);
		/* the keys live in the form, which may be older or younger than the values */
		if (v)
			json_build_value(&b, arena_z(a, part->key), v);
		TRY(form_errors_add(part, form_fault_of(part, v, words, a), words, a, &found));
	}
	const struct json *object = json_build_end(&b);
	if (!object)
		return ERR_NOMEM;
	*values = object;
	*errors = found;
	return OK;
}
