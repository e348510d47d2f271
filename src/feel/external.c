/* external.c - our own equivalents of the static Java methods that rules are known to call. */
#include "feel/external.h"

typedef enum err (*method)(struct feel_run *r, const struct feel_value *args, struct feel_value *out);

struct feel_java {
	const char *class, *name;
	size_t params;
	method call;
};

static enum err number(struct feel_run *r, struct dec d, struct feel_value *out)
{
	if (!dec_finite(d))
		return feel_run_null(r, out, "the result is no number or too large for one");
	*out = feel_number(d);
	return OK;
}

#define NEED_NUMBERS(n_)                                                                     \
	for (size_t i_ = 0; i_ < (n_); i_++)                                                 \
		if (args[i_].kind != FEEL_NUMBER)                                            \
			return feel_run_null(r, out, "the function takes numbers, not a %s", \
			                     feel_kind_name(args[i_].kind))

static enum err math_cos(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	return number(r, dec_cos(args[0].number), out);
}

static enum err math_sin(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	return number(r, dec_sin(args[0].number), out);
}

static enum err math_tan(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	return number(r, dec_tan(args[0].number), out);
}

static enum err math_abs(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	return number(r, dec_abs(args[0].number), out);
}

static enum err math_sqrt(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	return number(r, dec_sqrt(args[0].number), out);
}

static enum err math_exp(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	return number(r, dec_exp(args[0].number), out);
}

static enum err math_log(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	return number(r, dec_log(args[0].number), out);
}

static enum err math_pow(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(2);
	return number(r, dec_pow(args[0].number, args[1].number), out);
}

static enum err math_max(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(2);
	*out = args[dec_cmp(args[0].number, args[1].number) < 0];
	return OK;
}

static enum err math_min(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(2);
	*out = args[dec_cmp(args[0].number, args[1].number) > 0];
	return OK;
}

/* Floating point in Java: whole and fractional values come alike as numbers. */
static enum err parse_number(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	struct dec d;
	if (args[0].kind != FEEL_STRING || !dec_parse(str_trim(args[0].string), &d))
		return feel_run_null(r, out, "the text is no number");
	*out = feel_number(d);
	return OK;
}

static enum err value_of(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	struct buf b;
	buf_init_in(&b, r->arena, 1 << 20);
	feel_print(&args[0], &b);
	if (b.failed != OK)
		return ERR_NOMEM;
	*out = feel_string(buf_str(&b));
	return OK;
}

static const struct feel_java methods[] = {
	{ "java.lang.Math", "cos", 1, math_cos },
	{ "java.lang.Math", "sin", 1, math_sin },
	{ "java.lang.Math", "tan", 1, math_tan },
	{ "java.lang.Math", "abs", 1, math_abs },
	{ "java.lang.Math", "sqrt", 1, math_sqrt },
	{ "java.lang.Math", "exp", 1, math_exp },
	{ "java.lang.Math", "log", 1, math_log },
	{ "java.lang.Math", "pow", 2, math_pow },
	{ "java.lang.Math", "max", 2, math_max },
	{ "java.lang.Math", "min", 2, math_min },
	{ "java.lang.Double", "valueOf", 1, parse_number },
	{ "java.lang.Double", "parseDouble", 1, parse_number },
	{ "java.lang.Integer", "valueOf", 1, parse_number },
	{ "java.lang.Integer", "parseInt", 1, parse_number },
	{ "java.lang.Long", "parseLong", 1, parse_number },
	{ "java.math.BigDecimal", "valueOf", 1, parse_number },
	{ "java.lang.String", "valueOf", 1, value_of },
};

static struct str text_entry(const struct feel_value *v, const char *key)
{
	const struct feel_value *e = feel_get(v, str_of(key));
	return e && e->kind == FEEL_STRING ? e->string : S("");
}

/* Name before the parenthesis; the parameter count must agree with the signature's commas. */
static struct str method_name(struct str signature, size_t params)
{
	ptrdiff_t open = str_find_byte(signature, '(');
	size_t commas = 0;
	if (open < 0 || !str_ends(signature, S(")")))
		return S("");
	struct str list = str_sub(signature, (size_t)open + 1, signature.len - 1);
	for (size_t i = 0; i < list.len; i++)
		commas += list.ptr[i] == ',';
	size_t declared = str_trim(list).len ? commas + 1 : 0;
	return declared == params ? str_sub(signature, 0, (size_t)open) : S("");
}

const struct feel_java *feel_java_find(const struct feel_value *declaration, size_t params)
{
	const struct feel_value *java = feel_get(declaration, S("java"));
	struct str class = text_entry(java, "class");
	struct str name = method_name(text_entry(java, "method signature"), params);
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (str_eqz(class, methods[i].class) && str_eqz(name, methods[i].name) && methods[i].params == params)
			return &methods[i];
	return NULL;
}

enum err feel_java_call(struct feel_run *r, const struct feel_java *j, const struct feel_value *args, size_t count,
                        struct feel_value *out)
{
	base_assert(count == j->params);
	return j->call(r, args, out);
}
