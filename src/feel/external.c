/* external.c - our own equivalents of the static Java methods that rules are known to call. */
#include "feel/external.h"

#include "base/utf8.h"

typedef enum err (*method)(struct feel_run *r, const struct feel_value *args, struct feel_value *out);

struct feel_java {
	const char *class, *name, *types;
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

/* Boxed numbers of Java come back as the number that they hold. */
static enum err same_number(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	NEED_NUMBERS(1);
	*out = args[0];
	return OK;
}

static enum err parse_number(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	struct dec d;
	if (args[0].kind != FEEL_STRING || !dec_parse(str_trim(args[0].string), &d))
		return feel_run_null(r, out, "the text is no number");
	*out = feel_number(d);
	return OK;
}

static enum err text_result(struct feel_run *r, const struct buf *b, struct feel_value *out)
{
	if (b->failed == ERR_NOMEM)
		return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	if (b->failed != OK)
		return feel_run_null(r, out, "the text is too long");
	*out = feel_string(buf_str(b));
	return OK;
}

static enum err text_of(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	struct buf b;
	buf_init_in(&b, r->arena, 1 << 20);
	feel_print(&args[0], &b);
	return text_result(r, &b, out);
}

static enum err text_of_char(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	if (args[0].kind != FEEL_STRING || utf8_count(args[0].string) != 1)
		return feel_run_null(r, out, "the function takes one character");
	*out = args[0];
	return OK;
}

/* %s, %d, %n and %%, the objects in turn; anything else is more of Java than is known here. */
static enum err format(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	struct feel_items objects = { &args[1], 1 };
	struct buf b;
	size_t next = 0;
	if (args[0].kind != FEEL_STRING)
		return feel_run_null(r, out, "the function takes a text");
	if (args[1].kind == FEEL_LIST)
		objects = args[1].list;
	struct str s = args[0].string;
	buf_init_in(&b, r->arena, 1 << 20);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i], after = i + 1 < s.len ? s.ptr[i + 1] : 0;
		i += c == '%';
		if (c != '%')
			buf_byte(&b, c);
		else if (after == '%' || after == 'n')
			buf_byte(&b, after == 'n' ? '\n' : '%');
		else if ((after == 's' || after == 'd') && next < objects.count)
			feel_print(&objects.at[next++], &b);
		else
			return feel_run_null(r, out, "that format is not available here");
	}
	return text_result(r, &b, out);
}

/* types: n for any primitive number, s String, c char, o Object, v Object... */
static const struct feel_java methods[] = {
	{ "java.lang.Math", "cos", "n", math_cos },
	{ "java.lang.Math", "sin", "n", math_sin },
	{ "java.lang.Math", "tan", "n", math_tan },
	{ "java.lang.Math", "abs", "n", math_abs },
	{ "java.lang.Math", "sqrt", "n", math_sqrt },
	{ "java.lang.Math", "exp", "n", math_exp },
	{ "java.lang.Math", "log", "n", math_log },
	{ "java.lang.Math", "pow", "nn", math_pow },
	{ "java.lang.Math", "max", "nn", math_max },
	{ "java.lang.Math", "min", "nn", math_min },
	{ "java.lang.Short", "valueOf", "n", same_number },
	{ "java.lang.Byte", "valueOf", "n", same_number },
	{ "java.lang.Integer", "valueOf", "n", same_number },
	{ "java.lang.Long", "valueOf", "n", same_number },
	{ "java.lang.Float", "valueOf", "n", same_number },
	{ "java.lang.Double", "valueOf", "n", same_number },
	{ "java.math.BigDecimal", "valueOf", "n", same_number },
	{ "java.lang.Short", "valueOf", "s", parse_number },
	{ "java.lang.Byte", "valueOf", "s", parse_number },
	{ "java.lang.Integer", "valueOf", "s", parse_number },
	{ "java.lang.Integer", "parseInt", "s", parse_number },
	{ "java.lang.Long", "valueOf", "s", parse_number },
	{ "java.lang.Long", "parseLong", "s", parse_number },
	{ "java.lang.Float", "valueOf", "s", parse_number },
	{ "java.lang.Double", "valueOf", "s", parse_number },
	{ "java.lang.Double", "parseDouble", "s", parse_number },
	{ "java.lang.String", "valueOf", "n", text_of },
	{ "java.lang.String", "valueOf", "o", text_of },
	{ "java.lang.String", "valueOf", "c", text_of_char },
	{ "java.lang.String", "format", "sv", format },
};

static struct str text_entry(const struct feel_value *v, const char *key)
{
	const struct feel_value *e = feel_get(v, str_of(key));
	return e && e->kind == FEEL_STRING ? e->string : S("");
}

static char type_letter(struct str type)
{
	static const struct { const char *name; char letter; } types[] = { { "double", 'n' }, { "float", 'n' },
		{ "long", 'n' }, { "int", 'n' }, { "short", 'n' }, { "byte", 'n' }, { "char", 'c' },
		{ "java.lang.String", 's' }, { "java.lang.Object", 'o' }, { "[Ljava.lang.Object;", 'v' },
		{ "java.lang.Object...", 'v' } };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eqz(type, types[i].name))
			return types[i].letter;
	return '?';
}

/* "max(int, int)": the name, and whether the types are those of the method. */
static bool is_method(struct str signature, const struct feel_java *m)
{
	ptrdiff_t open = str_find_byte(signature, '(');
	if (open < 0 || !str_ends(signature, S(")")) || !str_eqz(str_trim(str_sub(signature, 0, (size_t)open)), m->name))
		return false;
	struct str rest = str_sub(signature, (size_t)open + 1, signature.len - 1);
	size_t i = 0;
	while (rest.ptr && m->types[i]) {
		if (type_letter(str_trim(str_cut(&rest, ','))) != m->types[i++])
			return false;
	}
	return !rest.ptr && !m->types[i];
}

const struct feel_java *feel_java_find(const struct feel_value *declaration, size_t params)
{
	const struct feel_value *java = feel_get(declaration, S("java"));
	struct str class = text_entry(java, "class"), signature = text_entry(java, "method signature");
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (str_eqz(class, methods[i].class) && strlen(methods[i].types) == params && is_method(signature, &methods[i]))
			return &methods[i];
	return NULL;
}

enum err feel_java_call(struct feel_run *r, const struct feel_java *j, const struct feel_value *args, size_t count,
                        struct feel_value *out)
{
	base_assert(count == strlen(j->types));
	return j->call(r, args, out);
}
