/* builtin.c - finding built-in functions, choosing the form that fits, converting arguments. */
#include "feel/builtin.h"

#include "feel/lex.h"

static const struct feel_family *const families[] = {
	&feel_family_convert, &feel_family_boolean, &feel_family_string, &feel_family_pattern, &feel_family_list,
	&feel_family_list_change, &feel_family_statistics, &feel_family_number, &feel_family_time, &feel_family_temporal,
	&feel_family_range, &feel_family_context,
};

enum { FAMILIES = sizeof families / sizeof *families };

size_t feel_builtin_count(void)
{
	size_t n = 0;
	for (size_t i = 0; i < FAMILIES; i++)
		n += families[i]->count;
	return n;
}

static const struct feel_builtin *at(size_t i)
{
	size_t f = 0;
	while (i >= families[f]->count)
		i -= families[f++]->count;
	return &families[f]->at[i];
}

struct str feel_builtin_name_at(size_t i)
{
	return at(i)->name;
}

const struct feel_builtin *feel_builtin_find(struct str name)
{
	for (size_t f = 0; f < FAMILIES; f++)
		for (size_t i = 0; i < families[f]->count; i++) {
			const struct feel_builtin *b = &families[f]->at[i];
			if (str_eq(b->name, name) || (b->name.ptr[0] == name.ptr[0] && feel_lex_match_name(name, 0, b->name) == name.len))
				return b;
		}
	return NULL;
}

/* Constants of the program, so a plan and its values can share them without an arena. */
struct feel_value feel_builtin_value(const struct feel_builtin *b)
{
	return (struct feel_value){ .kind = FEEL_FUNCTION, .function = &b->function };
}

static const struct feel_builtin *builtin_of(const struct feel_function *f)
{
	base_assert(f->kind == FEEL_FN_BUILTIN);
	return (const struct feel_builtin *)(const void *)f; /* its first member */
}

struct str feel_builtin_name(const struct feel_function *f)
{
	return builtin_of(f)->name;
}

enum err feel_no_memory(struct feel_run *r)
{
	return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
}

enum err feel_number_or_null(struct feel_run *r, struct dec d, struct feel_value *out)
{
	if (!dec_finite(d))
		return feel_run_null(r, out, "the result is no number or too large for one");
	*out = feel_number(d);
	return OK;
}

enum err feel_put(struct feel_run *r, struct feel_list_builder *b, struct feel_value v)
{
	return feel_list_put(b, v) == OK ? OK : feel_no_memory(r);
}

enum err feel_text_result(struct feel_run *r, const struct buf *b, struct feel_value *out)
{
	if (b->failed == ERR_NOMEM)
		return feel_no_memory(r);
	if (b->failed != OK)
		return diag_set(r->d, ERR_LIMIT, "feel.text-size", "a text grew beyond %d bytes", FEEL_TEXT_MAX);
	*out = feel_string(buf_str(b));
	return OK;
}

/* ---- arguments ---- */

static bool takes_kind(unsigned kind, const struct feel_value *v)
{
	switch (kind) {
	case ARG_BOOLEAN:
		return v->kind == FEEL_BOOLEAN;
	case ARG_NUMBER:
		return v->kind == FEEL_NUMBER;
	case ARG_STRING:
		return v->kind == FEEL_STRING;
	case ARG_DATE:
		return v->kind == FEEL_DATE;
	case ARG_TIME:
		return v->kind == FEEL_TIME;
	case ARG_DATE_TIME:
		return v->kind == FEEL_DATE_TIME;
	case ARG_DAY:
		return v->kind == FEEL_DATE || v->kind == FEEL_DATE_TIME;
	case ARG_SPAN:
		return v->kind == FEEL_DAYS_DURATION;
	case ARG_DURATION:
		return v->kind == FEEL_DAYS_DURATION || v->kind == FEEL_MONTHS_DURATION;
	case ARG_LIST:
		return v->kind == FEEL_LIST;
	case ARG_CONTEXT:
		return v->kind == FEEL_CONTEXT;
	case ARG_RANGE:
		return v->kind == FEEL_RANGE;
	case ARG_POINT:
		return v->kind >= FEEL_NUMBER && v->kind <= FEEL_MONTHS_DURATION;
	case ARG_FUNCTION:
		return v->kind == FEEL_FUNCTION;
	default:
		return true; /* ARG_ANY */
	}
}

static enum err singleton(struct feel_run *r, const struct feel_value *v, struct feel_value *out)
{
	struct feel_value *item;
	TRY(feel_run_alloc(r, 1, sizeof *item, &item));
	*item = *v;
	*out = feel_list(item, 1);
	return OK;
}

/* One argument for one parameter, converted if need be; *fits false if it does not go. */
static enum err fit(struct feel_run *r, unsigned takes, const struct feel_value *v, bool *fits, struct feel_value *out)
{
	unsigned kind = takes & ARG_KIND;
	*out = *v;
	*fits = takes_kind(kind, v);
	if (feel_is_null(v)) {
		*fits = kind == ARG_ANY || (takes & ARG_OR_NULL);
	} else if (!*fits && kind == ARG_LIST) {
		*fits = true;
		return singleton(r, v, out);
	} else if (!*fits && v->kind == FEEL_LIST && v->list.count == 1) {
		*out = v->list.at[0];
		*fits = takes_kind(kind, out);
	}
	return OK;
}

/* The rest of the arguments as one list. */
static enum err fit_more(struct feel_run *r, unsigned takes, const struct feel_value *args, size_t count, bool *fits,
                         struct feel_value *out)
{
	struct feel_value *items;
	TRY(feel_run_alloc(r, count, sizeof *items, &items));
	*fits = count > 0;
	for (size_t i = 0; i < count && *fits; i++)
		TRY(fit(r, takes, &args[i], fits, &items[i]));
	*out = feel_list(items, count);
	return OK;
}

static size_t params_of(const struct feel_form *f)
{
	size_t n = 0;
	while (n < FEEL_PARAMS_MAX && f->params[n].takes != ARG_END)
		n++;
	return n;
}

/* placed: one value for each parameter, given: which of them were given. */
static enum err fit_form(struct feel_run *r, const struct feel_form *f, const struct feel_value *args, size_t count,
                         bool *fits, struct feel_value *placed)
{
	size_t params = params_of(f);
	*fits = count <= params || (params && (f->params[params - 1].takes & ARG_MORE));
	for (size_t i = 0; i < params && *fits; i++) {
		unsigned takes = f->params[i].takes;
		if (takes & ARG_MORE)
			return fit_more(r, takes, args + i, count > i ? count - i : 0, fits, &placed[i]);
		placed[i] = feel_null();
		if (i < count)
			TRY(fit(r, takes, &args[i], fits, &placed[i]));
		else
			*fits = takes & ARG_OPTIONAL;
	}
	return OK;
}

static enum err no_form(struct feel_run *r, const struct feel_builtin *b, const struct feel_value *args, size_t count,
                        struct feel_value *out)
{
	char kinds[200];
	size_t len = 0;
	for (size_t i = 0; i < count && len < sizeof kinds - 40; i++)
		len += (size_t)snprintf(kinds + len, sizeof kinds - len, "%s%s", i ? ", " : "", feel_kind_name(args[i].kind));
	kinds[len] = 0;
	return feel_run_null(r, out, "%.*s() does not take (%s)", STR_ARG(b->name), kinds);
}

enum err feel_builtin_call(struct feel_run *r, const struct feel_function *f, const struct feel_value *args,
                           size_t count, struct feel_value *out)
{
	const struct feel_builtin *b = builtin_of(f);
	for (size_t i = 0; i < FEEL_FORMS_MAX && b->forms[i].call; i++) {
		struct feel_value placed[FEEL_PARAMS_MAX];
		bool fits;
		TRY(fit_form(r, &b->forms[i], args, count, &fits, placed));
		if (fits)
			return b->forms[i].call(r, placed, count, out);
	}
	return no_form(r, b, args, count, out);
}

/* ---- by name ---- */

static bool place_names(const struct feel_form *f, const struct str *names, const struct feel_value *args, size_t count,
                        struct feel_value *placed, size_t *placed_count)
{
	size_t params = params_of(f);
	bool given[FEEL_PARAMS_MAX] = { false };
	*placed_count = 0;
	for (size_t k = 0; k < count; k++) {
		size_t i = 0;
		while (i < params && !str_eqz(names[k], f->params[i].name))
			i++;
		if (i == params || given[i])
			return false;
		given[i] = true;
		placed[i] = args[k];
		if (i + 1 > *placed_count)
			*placed_count = i + 1;
	}
	for (size_t i = 0; i < params; i++)
		if (!given[i] && (i < *placed_count || !(f->params[i].takes & ARG_OPTIONAL)))
			return false;
	return true;
}

enum err feel_builtin_call_named(struct feel_run *r, const struct feel_function *f, const struct str *names,
                                 const struct feel_value *args, size_t count, struct feel_value *out)
{
	const struct feel_builtin *b = builtin_of(f);
	for (size_t i = 0; i < FEEL_FORMS_MAX && b->forms[i].call; i++) {
		struct feel_value given[FEEL_PARAMS_MAX], placed[FEEL_PARAMS_MAX];
		size_t n;
		bool fits = place_names(&b->forms[i], names, args, count, given, &n);
		if (fits && n == 1 && (b->forms[i].params[0].takes & ARG_MORE))
			fits = false; /* only by position */
		if (fits)
			TRY(fit_form(r, &b->forms[i], given, n, &fits, placed));
		if (fits)
			return b->forms[i].call(r, placed, n, out);
	}
	return feel_run_null(r, out, "%.*s() has no form with these parameter names and kinds", STR_ARG(b->name));
}
