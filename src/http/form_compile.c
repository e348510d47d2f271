/* form_compile.c - a form-js schema into parts; what we do not execute is refused here. */
#include "http/form_int.h"

enum { PARTS_MAX = HTTP_FORM_FIELDS_MAX * 2, OPTIONS_MAX = 500, GROUPS_DEEP = 5, PATTERN_MAX = 500 };

struct compiler {
	struct arena *arena;
	struct http_form *form;
	struct diag *diag;
	const struct json *component; /* being read, for the place of an error */
	pcre2_general_context *memory;
};

static enum err fail(struct compiler *c, enum err e, const char *code, const char *what)
{
	struct str place = json_text(json_get(c->component, "key"));
	if (str_empty(place))
		place = json_text(json_get(c->component, "id"));
	diag_set(c->diag, e, code, "Form field %.*s: %s", STR_ARG(place), what);
	diag_at(c->diag, place);
	return e;
}

static enum err no_memory(struct compiler *c)
{
	return fail(c, ERR_NOMEM, "form.no-memory", "there is no memory for the form");
}

/* A text of the component, or of its properties. */
static struct str property(const struct json *component, const char *name)
{
	const struct json *v = json_get(component, name);
	return json_text(v ? v : json_get(json_get(component, "properties"), name));
}

static bool kind_of(const struct json *component, enum form_kind *out)
{
	static const struct {
		const char *type;
		enum form_kind kind;
	} all[] = {
		{ "textfield", FORM_TEXTFIELD }, { "textarea", FORM_TEXTAREA }, { "number", FORM_NUMBER },
		{ "checkbox", FORM_CHECKBOX }, { "radio", FORM_RADIO }, { "select", FORM_SELECT },
		{ "checklist", FORM_CHECKLIST }, { "taglist", FORM_CHECKLIST }, { "datetime", FORM_DATETIME },
		{ "filepicker", FORM_FILE }, { "text", FORM_TEXT }, { "html", FORM_HTML },
		{ "separator", FORM_SEPARATOR }, { "spacer", FORM_SEPARATOR }, { "group", FORM_GROUP_BEGIN },
	};
	struct str type = json_text(json_get(component, "type"));
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (str_eqz(type, all[i].type)) {
			*out = all[i].kind;
			return true;
		}
	}
	return false;
}

static enum err new_part(struct compiler *c, enum form_kind kind, struct form_part **out)
{
	if (c->form->count == PARTS_MAX)
		return fail(c, ERR_LIMIT, "form.too-many", "the form has too many fields");
	*out = &c->form->parts[c->form->count++];
	(*out)->kind = kind;
	(*out)->decimals = -1;
	return OK;
}

/* ---- choices ---- */

static enum err read_option(struct compiler *c, const struct json *v, struct str *english, struct form_option *o)
{
	o->value = json_text(json_get(v, "value"));
	o->label = json_text(json_get(v, "label"));
	o->label_en = english->ptr ? str_cut(english, '|') : json_text(json_get(v, "label_en"));
	if (!json_get(v, "value") || str_empty(o->value))
		return fail(c, ERR_INVALID, "form.choice-without-value", "a choice has no value");
	if (str_empty(o->label))
		o->label = o->value;
	return OK;
}

static enum err read_options(struct compiler *c, struct form_part *p)
{
	const struct json *values = json_get(c->component, "values");
	if (json_get(c->component, "valuesKey") || json_get(c->component, "valuesExpression"))
		return fail(c, ERR_UNSUPPORTED, "form.dynamic-choices", "choices from data are not supported");
	if (!values || values->kind != JSON_ARRAY || values->count == 0 || values->count > OPTIONS_MAX)
		return fail(c, ERR_INVALID, "form.no-choices", "the choices are missing or too many");
	struct str english = property(c->component, "values_en");
	if (str_empty(english))
		english.ptr = NULL;
	p->options = arena_new_n(c->arena, struct form_option, values->count);
	if (!p->options)
		return no_memory(c);
	for (size_t i = 0; i < values->count; i++) {
		TRY(read_option(c, &values->items[i], &english, &p->options[i]));
		for (size_t j = 0; j < i; j++)
			if (str_eq(p->options[i].value, p->options[j].value))
				return fail(c, ERR_INVALID, "form.choice-twice", "two choices have the same value");
	}
	p->options_count = values->count;
	return OK;
}

/* ---- rules ---- */

static void *arena_malloc(size_t n, void *arena)
{
	return arena_alloc(arena, n);
}

static void arena_keep(void *p, void *arena)
{
	(void)p, (void)arena; /* goes with the arena */
}

static enum err read_pattern(struct compiler *c, struct form_part *p, const struct json *v)
{
	struct str text = json_text(v);
	int code;
	PCRE2_SIZE at;
	if (str_empty(text))
		return OK;
	if (text.len > PATTERN_MAX)
		return fail(c, ERR_LIMIT, "form.pattern", "the pattern is too long");
	pcre2_compile_context *context = pcre2_compile_context_create(c->memory);
	if (!context)
		return no_memory(c);
	p->pattern = pcre2_compile((PCRE2_SPTR)text.ptr, text.len, PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &code, &at, context);
	if (!p->pattern && code == PCRE2_ERROR_HEAP_FAILED)
		return no_memory(c);
	return p->pattern ? OK : fail(c, ERR_INVALID, "form.pattern", "the pattern is no regular expression");
}

static enum err read_bound(struct compiler *c, const struct json *v, bool *has, struct dec *out)
{
	if (!v || (v->kind == JSON_STRING && str_empty(v->text)))
		return OK;
	*has = true;
	return dec_parse(json_text(v), out) ? OK : fail(c, ERR_INVALID, "form.bound", "min and max must be numbers");
}

static enum err read_validate(struct compiler *c, struct form_part *p)
{
	const struct json *v = json_get(c->component, "validate");
	struct str type = json_text(json_get(v, "validationType"));
	p->required = json_bool(json_get(v, "required"), false);
	p->length_min = json_i64(json_get(v, "minLength"), 0);
	p->length_max = json_i64(json_get(v, "maxLength"), 0);
	p->decimals = json_i64(json_get(c->component, "decimalDigits"), -1);
	if (str_eqz(type, "email"))
		p->format = FORM_EMAIL;
	else if (str_eqz(type, "phone"))
		p->format = FORM_PHONE;
	else if (type.len && !str_eqz(type, "custom"))
		return fail(c, ERR_UNSUPPORTED, "form.validation-type", "this kind of validation is not known");
	TRY(read_bound(c, json_get(v, "min"), &p->has_min, &p->min));
	TRY(read_bound(c, json_get(v, "max"), &p->has_max, &p->max));
	return read_pattern(c, p, json_get(v, "pattern"));
}

static enum err read_kind(struct compiler *c, struct form_part *p)
{
	struct str subtype = json_text(json_get(c->component, "subtype"));
	switch (p->kind) {
	case FORM_RADIO:
	case FORM_SELECT:
	case FORM_CHECKLIST:
		return read_options(c, p);
	case FORM_DATETIME:
		p->kind = str_eqz(subtype, "time") ? FORM_TIME : str_eqz(subtype, "datetime") ? FORM_DATETIME : FORM_DATE;
		p->not_past = json_bool(json_get(c->component, "disallowPassedDates"), false);
		if (str_empty(p->label))
			p->label = json_text(json_get(c->component, p->kind == FORM_TIME ? "timeLabel" : "dateLabel"));
		return OK;
	case FORM_FILE:
		p->accept = json_text(json_get(c->component, "accept"));
		p->multiple = json_bool(json_get(c->component, "multiple"), false);
		return OK;
	default:
		return OK;
	}
}

static struct str hide_condition(const struct json *component)
{
	struct str s = str_trim(json_text(json_path(component, "conditional.hide")));
	return str_starts(s, S("=")) ? str_trim(str_sub(s, 1, s.len)) : s;
}

static void read_words(const struct json *component, struct form_part *p)
{
	p->label = json_text(json_get(component, "label"));
	p->label_en = property(component, "label_en");
	p->hint = json_text(json_get(component, "description"));
	p->hint_en = property(component, "description_en");
	p->prefix = json_text(json_path(component, "appearance.prefixAdorner"));
	p->suffix = json_text(json_path(component, "appearance.suffixAdorner"));
	p->autocomplete = property(component, "autocomplete");
	p->initial = json_get(component, "defaultValue");
	p->readonly = json_bool(json_get(component, "readonly"), false) || json_bool(json_get(component, "disabled"), false);
	p->hide = hide_condition(component);
	if (p->kind == FORM_TEXT || p->kind == FORM_HTML) {
		p->label = json_text(json_get(component, p->kind == FORM_TEXT ? "text" : "content"));
		p->label_en = property(component, p->kind == FORM_TEXT ? "text_en" : "content_en");
	}
}

/* Keys become names of controls, members of the data and FEEL variables. */
static bool good_key(struct str key)
{
	for (size_t i = 0; i < key.len; i++) {
		unsigned char b = (unsigned char)key.ptr[i];
		bool good = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '_' || b >= 0x80;
		if (!good)
			return false;
	}
	return key.len > 0 && key.len <= 100 && !str_eqz(key, "csrf");
}

static enum err read_key(struct compiler *c, struct form_part *p)
{
	p->key = json_text(json_get(c->component, "key"));
	if (!good_key(p->key))
		return fail(c, ERR_INVALID, "form.key", "the key must be letters, digits and _");
	for (struct form_part *other = c->form->parts; other < p; other++)
		if (form_is_field(other) && str_eq(other->key, p->key))
			return fail(c, ERR_INVALID, "form.key-twice", "two fields have the same key");
	return OK;
}

static enum err read_components(struct compiler *c, const struct json *list, int depth);

static enum err read_group(struct compiler *c, struct form_part *p, int depth)
{
	const struct json *group = c->component;
	struct str hide = p->hide;
	if (json_text(json_get(group, "path")).len)
		return fail(c, ERR_UNSUPPORTED, "form.group-path", "a group with a path is not supported");
	if (hide.len)
		return fail(c, ERR_UNSUPPORTED, "form.group-hide", "a group cannot be hidden as a whole; hide its fields");
	if (depth == GROUPS_DEEP)
		return fail(c, ERR_LIMIT, "form.too-deep", "groups are nested too deep");
	TRY(read_components(c, json_get(group, "components"), depth + 1));
	struct form_part *end;
	return new_part(c, FORM_GROUP_END, &end);
}

static enum err read_component(struct compiler *c, const struct json *component, int depth)
{
	struct form_part *p = NULL;
	enum form_kind kind;
	c->component = component;
	if (str_eqz(json_text(json_get(component, "type")), "button"))
		return OK; /* pages have their own */
	if (!kind_of(component, &kind))
		return fail(c, ERR_UNSUPPORTED, "form.type", "this type of component is not supported");
	TRY(new_part(c, kind, &p));
	read_words(component, p);
	if (kind == FORM_GROUP_BEGIN)
		return read_group(c, p, depth);
	TRY(read_kind(c, p));
	if (!form_is_field(p))
		return OK;
	TRY(read_key(c, p));
	if (str_empty(p->label))
		return fail(c, ERR_INVALID, "form.no-label", "the field has no label");
	return read_validate(c, p);
}

static enum err read_components(struct compiler *c, const struct json *list, int depth)
{
	if (!list || list->kind != JSON_ARRAY)
		return fail(c, ERR_INVALID, "form.no-components", "the components are missing");
	for (size_t i = 0; i < list->count; i++)
		TRY(read_component(c, &list->items[i], depth));
	return OK;
}

enum err http_form_compile(struct arena *a, const struct json *schema, const struct http_form **out, struct diag *d)
{
	struct compiler c = { .arena = a, .diag = d, .component = schema };
	c.form = arena_new(a, struct http_form);
	c.memory = pcre2_general_context_create(arena_malloc, arena_keep, a);
	if (!c.form || !c.memory)
		return no_memory(&c);
	c.form->parts = arena_new_n(a, struct form_part, PARTS_MAX);
	if (!c.form->parts)
		return no_memory(&c);
	TRY(read_components(&c, json_get(schema, "components"), 0));
	*out = c.form;
	return OK;
}
