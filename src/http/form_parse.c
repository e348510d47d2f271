/* form_parse.c - what a browser sent, back into values. */
#include "http/form_int.h"
#include "text/json_build.h"

struct parser {
	const struct http_form_input *in;
	struct arena *arena;
	bool failed; /* memory ran out: an answer that got lost must not look like one not given */
};

/* Remembers that a text could not be made. */
static struct str made(struct parser *p, struct str s)
{
	if (s.ptr)
		return s;
	p->failed = true;
	return S("");
}

static struct str sent(const struct parser *p, struct str name)
{
	const struct str *values;
	return p->in->all(p->in->arg, name, &values) ? values[0] : S("");
}

static struct str sent_part(struct parser *p, struct str key, const char *suffix)
{
	return sent(p, made(p, arena_printf(p->arena, "%.*s%s", STR_ARG(key), suffix)));
}

static struct json *text_value(struct parser *p, struct str s)
{
	if (str_empty(s))
		return NULL;
	struct json *v = arena_new(p->arena, struct json);
	if (v)
		*v = (struct json){ .kind = JSON_STRING, .text = s };
	else
		p->failed = true;
	return v;
}

/* Browsers send \r\n in text areas; we keep \n. */
static struct str unix_lines(struct parser *p, struct str s)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, p->arena, s.len);
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '\r')
			buf_byte(&b, s.ptr[i]);
	return buf_finish(&b, &out) == OK ? str_trim(out) : made(p, (struct str){ NULL, 0 });
}

static const struct json *number_value(struct parser *p, struct str typed)
{
	struct str digits;
	struct json *v = text_value(p, str_trim(typed));
	enum err e = v ? form_number(p->arena, typed, &digits) : ERR_INVALID;
	p->failed |= e == ERR_NOMEM;
	if (e == OK)
		*v = (struct json){ .kind = JSON_NUMBER, .text = digits };
	return v;
}

static const struct json *list_value(struct parser *p, struct str key)
{
	struct json_builder b;
	const struct str *values;
	size_t n = p->in->all(p->in->arg, key, &values);
	json_build_array_begin(&b, p->arena);
	for (size_t i = 0; i < n; i++)
		if (values[i].len)
			json_build_str(&b, "", values[i]);
	if (!b.count && !b.failed)
		return NULL;
	const struct json *list = json_build_end(&b);
	p->failed |= !list;
	return list;
}

/* The three parts, or the whole date under the key itself. */
static struct str date_text(struct parser *p, struct str key)
{
	struct str year = sent_part(p, key, "-year"), month = sent_part(p, key, "-month"), day = sent_part(p, key, "-day");
	if (str_empty(str_trim(year)) && str_empty(str_trim(month)) && str_empty(str_trim(day)))
		return made(p, form_narrow(p->arena, sent(p, key)));
	return made(p, form_date_join(p->arena, year, month, day));
}

static const struct json *datetime_value(struct parser *p, const struct form_part *f)
{
	struct str time = made(p, form_narrow(p->arena, sent_part(p, f->key, "-time")));
	if (f->kind == FORM_TIME)
		return text_value(p, time);
	struct str date = date_text(p, f->key);
	if (f->kind == FORM_DATE || str_empty(time))
		return text_value(p, date);
	return text_value(p, made(p, arena_printf(p->arena, "%.*sT%.*s", STR_ARG(date), STR_ARG(time))));
}

static const struct json *value_of(struct parser *p, const struct form_part *f)
{
	static const struct json yes = { .kind = JSON_BOOL, .boolean = true }, no = { .kind = JSON_BOOL };
	struct str typed = sent(p, f->key);
	switch (f->kind) {
	case FORM_TEXTFIELD:
		if (f->format != FORM_ANY || f->pattern)
			typed = made(p, form_narrow(p->arena, typed)); /* numbers of all sorts: ID cards, phones, codes */
		return text_value(p, str_trim(typed));
	case FORM_TEXTAREA:
		return text_value(p, unix_lines(p, typed));
	case FORM_NUMBER:
		return number_value(p, typed);
	case FORM_CHECKBOX:
		return str_empty(typed) || str_eqz(typed, "false") ? &no : &yes;
	case FORM_CHECKLIST:
		return list_value(p, f->key);
	case FORM_DATE:
	case FORM_TIME:
	case FORM_DATETIME:
		return datetime_value(p, f);
	default:
		return text_value(p, str_trim(typed));
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
	struct parser p = { .in = in, .arena = a };
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
		const char *key = v ? arena_z(a, part->key) : NULL;
		p.failed |= v && !key;
		if (key)
			json_build_value(&b, key, v);
		TRY(form_errors_add(part, form_fault_of(part, v, words, a), words, a, &found));
	}
	const struct json *object = json_build_end(&b);
	if (!object || p.failed)
		return ERR_NOMEM;
	*values = object;
	*errors = found;
	return OK;
}
