/* form_check.c - what a value must satisfy, wherever it came from. */
#include "base/utf8.h"
#include "http/form_int.h"

static const struct form_fault fine = { NULL, { NULL, 0 } };

static struct form_fault fault(const char *code)
{
	return (struct form_fault){ code, S("") };
}

static bool absent(const struct json *v)
{
	if (!v || v->kind == JSON_NULL)
		return true;
	if (v->kind == JSON_STRING)
		return str_empty(str_trim(v->text));
	return v->kind == JSON_ARRAY && v->count == 0;
}

static bool is_email(struct str s)
{
	ptrdiff_t at = str_find_byte(s, '@');
	if (at < 1 || str_find_byte(s, ' ') >= 0)
		return false;
	struct str host = str_sub(s, (size_t)at + 1, s.len);
	ptrdiff_t dot = str_find_byte(host, '.');
	return dot > 0 && (size_t)dot + 1 < host.len && str_find_byte(host, '@') < 0;
}

static bool is_phone(struct str s)
{
	size_t digits = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			digits++;
		else if (!strchr("+-() ", s.ptr[i]))
			return false;
	}
	return digits >= 5 && digits <= 20;
}

/* Bounded work: a pattern that would search without end counts as not fitting. */
static bool matches(const struct form_part *p, struct str s)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	bool ok = false;
	if (data && context) {
		pcre2_set_match_limit(context, 100000);
		pcre2_set_depth_limit(context, 1000);
		ok = pcre2_match(p->pattern, (PCRE2_SPTR)s.ptr, s.len, 0, 0, data, context) >= 0;
	}
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	return ok;
}

static struct form_fault check_text(const struct form_part *p, const struct json *v, struct arena *a)
{
	if (v->kind != JSON_STRING)
		return fault("form.text");
	int64_t n = (int64_t)utf8_count(v->text);
	if (n < p->length_min)
		return (struct form_fault){ "form.too-short", arena_printf(a, "%lld", (long long)p->length_min) };
	if (p->length_max && n > p->length_max)
		return (struct form_fault){ "form.too-long", arena_printf(a, "%lld", (long long)p->length_max) };
	if (p->format == FORM_EMAIL && !is_email(v->text))
		return fault("form.email");
	if (p->format == FORM_PHONE && !is_phone(v->text))
		return fault("form.phone");
	return p->pattern && !matches(p, v->text) ? fault("form.pattern") : fine;
}

static struct str bound_text(struct arena *a, struct dec bound)
{
	struct buf b;
	buf_init_in(&b, a, 100);
	dec_print(bound, &b);
	return b.ptr ? buf_str(&b) : S("");
}

static struct form_fault check_number(const struct form_part *p, const struct json *v, struct arena *a)
{
	struct dec d;
	if (v->kind != JSON_NUMBER || !dec_parse(v->text, &d))
		return fault("form.number");
	if (p->has_min && dec_cmp(d, p->min) < 0)
		return (struct form_fault){ "form.min", bound_text(a, p->min) };
	if (p->has_max && dec_cmp(d, p->max) > 0)
		return (struct form_fault){ "form.max", bound_text(a, p->max) };
	ptrdiff_t point = str_find_byte(v->text, '.');
	int64_t decimals = point < 0 ? 0 : (int64_t)v->text.len - point - 1;
	if (p->decimals >= 0 && decimals > p->decimals)
		return (struct form_fault){ p->decimals ? "form.decimals" : "form.whole", arena_printf(a, "%lld", (long long)p->decimals) };
	return fine;
}

static bool is_option(const struct form_part *p, const struct json *v)
{
	struct str text = json_text(v);
	for (size_t i = 0; i < p->options_count; i++)
		if (text.len && str_eq(p->options[i].value, text))
			return true;
	return false;
}

static struct form_fault check_list(const struct form_part *p, const struct json *v)
{
	if (v->kind != JSON_ARRAY)
		return fault("form.choice");
	for (size_t i = 0; i < v->count; i++)
		if (!is_option(p, &v->items[i]))
			return fault("form.choice");
	return fine;
}

static struct form_fault check_date(const struct form_part *p, const struct json *v, const struct http_form_words *w)
{
	struct str s = v->kind == JSON_STRING ? v->text : S("");
	if (p->kind == FORM_TIME)
		return form_time_valid(s) ? fine : fault("form.time");
	struct str date = str_sub(s, 0, 10);
	if (!form_date_valid(date) || (p->kind == FORM_DATE && s.len != 10))
		return fault("form.date");
	if (p->kind == FORM_DATETIME && (s.len != 16 || s.ptr[10] != 'T' || !form_time_valid(str_sub(s, 11, 16))))
		return fault("form.time");
	return p->not_past && w->today.len && str_cmp(date, w->today) < 0 ? fault("form.past") : fine;
}

struct form_fault form_fault_of(const struct form_part *p, const struct json *v, const struct http_form_words *w, struct arena *a)
{
	if (p->kind == FORM_CHECKBOX) {
		if (!absent(v) && v->kind != JSON_BOOL)
			return fault("form.choice");
		return p->required && !json_bool(v, false) ? fault("form.must-agree") : fine;
	}
	if (absent(v)) {
		bool choice = p->kind == FORM_RADIO || p->kind == FORM_SELECT || p->kind == FORM_CHECKLIST;
		return p->required ? fault(choice ? "form.must-choose" : p->kind == FORM_FILE ? "form.must-upload" : "form.required") : fine;
	}
	switch (p->kind) {
	case FORM_TEXTFIELD:
	case FORM_TEXTAREA:
		return check_text(p, v, a);
	case FORM_NUMBER:
		return check_number(p, v, a);
	case FORM_RADIO:
	case FORM_SELECT:
		return is_option(p, v) ? fine : fault("form.choice");
	case FORM_CHECKLIST:
		return check_list(p, v);
	case FORM_DATE:
	case FORM_TIME:
	case FORM_DATETIME:
		return check_date(p, v, w);
	default:
		return fine;
	}
}

enum err form_errors_add(const struct form_part *p, struct form_fault f, const struct http_form_words *w,
                         struct arena *a, struct http_form_errors *errors)
{
	if (!f.code)
		return OK;
	if (!errors->list)
		errors->list = arena_new_n(a, struct http_form_error, HTTP_FORM_FIELDS_MAX);
	if (!errors->list)
		return ERR_NOMEM;
	if (errors->count < HTTP_FORM_FIELDS_MAX)
		errors->list[errors->count++] = (struct http_form_error){
			p->key, form_sentence(w, a, f.code, form_label(p, w), f.one), f.code };
	return OK;
}

static const struct form_part *part_of(const struct http_form *f, struct str key)
{
	for (size_t i = 0; i < f->count; i++)
		if (form_is_field(&f->parts[i]) && str_eq(f->parts[i].key, key))
			return &f->parts[i];
	return NULL;
}

enum err http_form_check(const struct http_form *f, const struct json *values, const struct http_form_words *words,
                         struct arena *a, struct http_form_errors *errors)
{
	*errors = (struct http_form_errors){ NULL, 0 };
	for (size_t i = 0; i < f->count; i++) {
		const struct form_part *p = &f->parts[i];
		if (!form_is_field(p) || p->readonly || p->kind == FORM_FILE || form_hidden(p, words))
			continue;
		TRY(form_errors_add(p, form_fault_of(p, json_get_str(values, p->key), words, a), words, a, errors));
	}
	for (size_t i = 0; values && values->kind == JSON_OBJECT && i < values->count; i++) {
		if (part_of(f, values->members[i].key))
			continue;
		struct form_part unknown = { .key = values->members[i].key, .label = values->members[i].key };
		TRY(form_errors_add(&unknown, fault("form.unknown"), words, a, errors));
	}
	return OK;
}
