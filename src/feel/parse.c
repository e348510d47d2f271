/* parse.c - entry points of the compiler, its tokens and nodes. */
#include "feel/parse.h"

#include <stdarg.h>

#include "base/utf8.h"

void feel_parse_skip(struct feel_parser *p)
{
	p->at = feel_lex_skip(p->s, p->at);
}

char feel_parse_peek(struct feel_parser *p)
{
	feel_parse_skip(p);
	return p->at < p->s.len ? p->s.ptr[p->at] : 0;
}

bool feel_parse_looking_at(struct feel_parser *p, const char *punctuation)
{
	feel_parse_skip(p);
	return str_starts(str_sub(p->s, p->at, p->s.len), str_of(punctuation));
}

bool feel_parse_take(struct feel_parser *p, const char *punctuation)
{
	if (!feel_parse_looking_at(p, punctuation))
		return false;
	p->at += strlen(punctuation);
	return true;
}

bool feel_parse_at_word(struct feel_parser *p, const char *keyword)
{
	feel_parse_skip(p);
	return str_eqz(feel_lex_word(p->s, p->at), keyword);
}

bool feel_parse_word(struct feel_parser *p, const char *keyword)
{
	if (!feel_parse_at_word(p, keyword))
		return false;
	p->at += strlen(keyword);
	return true;
}

static enum err out_of_memory(struct feel_parser *p)
{
	return diag_set(p->d, ERR_NOMEM, "feel.memory", "no memory left for compiling");
}

/* Line and column, counted in characters, of a place in the source. */
static void place(struct str s, size_t at, int *line, int *column)
{
	struct str before = str_sub(s, 0, at);
	size_t start = 0;
	*line = 1;
	for (size_t i = 0; i < before.len; i++)
		if (before.ptr[i] == '\n') {
			++*line;
			start = i + 1;
		}
	*column = (int)utf8_count(str_sub(before, start, before.len)) + 1;
}

/* What stands at the place of an error, for the sentence about it. */
static struct str here(struct feel_parser *p)
{
	struct str rest = str_sub(p->s, p->at, p->s.len), word = feel_lex_word(p->s, p->at);
	if (rest.len == 0)
		return S("the end");
	if (word.len)
		return word;
	return str_sub(rest, 0, utf8_offset(rest, 1));
}

enum err feel_parse_fail(struct feel_parser *p, const char *fmt, ...)
{
	char expected[200];
	int line, column;
	va_list ap;
	if (p->no_memory)
		return out_of_memory(p);
	va_start(ap, fmt);
	vsnprintf(expected, sizeof expected, fmt, ap);
	va_end(ap);
	feel_parse_skip(p);
	place(p->s, p->at, &line, &column);
	struct str found = here(p);
	diag_set(p->d, ERR_INVALID, "feel.syntax", "%s, but found %.*s", expected, (int)(found.len < 60 ? found.len : 60),
		found.ptr);
	diag_at_line(p->d, line, column);
	return ERR_INVALID;
}

enum err feel_parse_expect(struct feel_parser *p, const char *punctuation, const char *where)
{
	if (feel_parse_take(p, punctuation))
		return OK;
	return feel_parse_fail(p, "expected %s %s", punctuation, where);
}

enum err feel_parse_enter(struct feel_parser *p)
{
	if (++p->nest > FEEL_NEST_MAX)
		return diag_set(p->d, ERR_LIMIT, "feel.too-deep", "the expression is nested deeper than %d levels", FEEL_NEST_MAX);
	return OK;
}

/* ---- nodes ---- */

enum err feel_parse_grow(struct arena *a, void **items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return OK;
	size_t more = *room ? *room * 2 : 4;
	unsigned char *bigger = arena_array(a, more, size);
	if (!bigger)
		return ERR_NOMEM;
	if (count)
		memcpy(bigger, *items, count * size);
	*items = bigger;
	*room = more;
	return OK;
}

enum err feel_parse_node(struct feel_parser *p, enum feel_op op, struct feel_node **out)
{
	struct feel_node *n = arena_new(p->arena, struct feel_node);
	if (!n)
		return out_of_memory(p);
	n->op = (uint8_t)op;
	n->eval = feel_op_eval[op];
	n->height = 1;
	n->type = &feel_type_any;
	*out = n;
	return OK;
}

static enum err grow_over(struct feel_parser *p, struct feel_node *n, const struct feel_node *child)
{
	if (child && child->height >= n->height)
		n->height = (uint16_t)(child->height + 1);
	if (n->height > FEEL_HEIGHT_MAX)
		return diag_set(p->d, ERR_LIMIT, "feel.too-long", "the expression chains more than %d operations", FEEL_HEIGHT_MAX);
	return OK;
}

enum err feel_parse_node_of(struct feel_parser *p, enum feel_op op, const struct feel_node *a, const struct feel_node *b,
                            const struct feel_node *c, struct feel_node **out)
{
	TRY(feel_parse_node(p, op, out));
	TRY(grow_over(p, *out, a));
	TRY(grow_over(p, *out, b));
	TRY(grow_over(p, *out, c));
	(*out)->a = a;
	(*out)->b = b;
	(*out)->c = c;
	return OK;
}

static const struct feel_type *const_type(const struct feel_value *v)
{
	static const struct feel_type types[] = {
		[FEEL_NULL] = { .kind = FEEL_TYPE_NULL }, [FEEL_BOOLEAN] = { .kind = FEEL_TYPE_BOOLEAN },
		[FEEL_NUMBER] = { .kind = FEEL_TYPE_NUMBER }, [FEEL_STRING] = { .kind = FEEL_TYPE_STRING },
		[FEEL_DATE] = { .kind = FEEL_TYPE_DATE }, [FEEL_TIME] = { .kind = FEEL_TYPE_TIME },
		[FEEL_DATE_TIME] = { .kind = FEEL_TYPE_DATE_TIME },
		[FEEL_DAYS_DURATION] = { .kind = FEEL_TYPE_DAYS_DURATION },
		[FEEL_MONTHS_DURATION] = { .kind = FEEL_TYPE_MONTHS_DURATION },
	};
	return v->kind <= FEEL_MONTHS_DURATION ? &types[v->kind] : &feel_type_any;
}

enum err feel_parse_const(struct feel_parser *p, struct feel_value v, const struct feel_node **out)
{
	struct feel_node *n;
	TRY(feel_parse_node(p, OP_CONST, &n));
	n->value = v;
	n->type = const_type(&v);
	*out = n;
	return OK;
}

enum err feel_children_add(struct feel_parser *p, struct feel_children *c, const struct feel_node *n)
{
	void *at = c->at;
	if (feel_parse_grow(p->arena, &at, c->count, &c->room, sizeof *c->at) != OK)
		return out_of_memory(p);
	c->at = at;
	c->at[c->count++] = n;
	return OK;
}

enum err feel_children_attach(struct feel_parser *p, const struct feel_children *c, struct feel_node *n)
{
	for (size_t i = 0; i < c->count; i++)
		TRY(grow_over(p, n, c->at[i]));
	n->list = c->at;
	n->count = (uint32_t)c->count;
	return OK;
}

/* ---- entry points ---- */

static enum err at_end(struct feel_parser *p)
{
	feel_parse_skip(p);
	return p->at == p->s.len ? OK : feel_parse_fail(p, "expected an operator or the end");
}

static enum err check_source(struct str source, struct diag *d)
{
	if (source.len > FEEL_SOURCE_MAX)
		return diag_set(d, ERR_LIMIT, "feel.source-size", "an expression may have at most %d bytes", FEEL_SOURCE_MAX);
	if (!utf8_valid(source))
		return diag_set(d, ERR_INVALID, "feel.utf8", "the expression is not valid UTF-8");
	return OK;
}

static enum err parse_all(struct feel_parser *p, bool unary, const struct feel_node **root)
{
	struct feel_scope input;
	if (!unary) {
		TRY(feel_parse_expression(p, root));
		return at_end(p);
	}
	feel_scope_push(p, &input, FEEL_SCOPE_LOCAL);
	TRY(feel_scope_add(p, &input, S("?"), NULL));
	TRY(feel_parse_unary_tests(p, root));
	feel_scope_pop(p);
	return at_end(p);
}

static enum err compile(struct arena *a, struct str source, const struct feel_names *names, bool unary,
                        struct feel_plan **out, struct diag *d)
{
	TRY(check_source(source, d));
	size_t before = a->used;
	struct feel_parser p = { .arena = a, .d = d, .names = names };
	p.s = arena_str(a, source); /* strings and names point into it */
	struct feel_plan *plan = arena_new(a, struct feel_plan);
	if (!plan || !p.s.ptr)
		return out_of_memory(&p);
	enum err e = parse_all(&p, unary, &plan->root);
	if (e == ERR_NOMEM || p.no_memory)
		return out_of_memory(&p);
	TRY(e);
	plan->unary = unary;
	plan->functions = p.functions > 0;
	plan->unknown = p.unknown;
	plan->unknown_count = p.unknown_count;
	plan->bytes = a->used - before;
	*out = plan;
	return OK;
}

enum err feel_compile(struct arena *a, struct str source, const struct feel_names *names, struct feel_plan **out,
                      struct diag *d)
{
	return compile(a, source, names, false, out, d);
}

enum err feel_compile_unary(struct arena *a, struct str source, const struct feel_names *names, struct feel_plan **out,
                            struct diag *d)
{
	return compile(a, source, names, true, out, d);
}

const struct feel_type *feel_plan_type(const struct feel_plan *p)
{
	return p->root->type;
}

size_t feel_plan_bytes(const struct feel_plan *p)
{
	return p->bytes;
}

enum err feel_plan_unknown_names(const struct feel_plan *p, struct arena *a, struct str **names, size_t *count)
{
	struct str *copy = arena_new_n(a, struct str, p->unknown_count);
	if (!copy)
		return ERR_NOMEM;
	if (p->unknown_count)
		memcpy(copy, p->unknown, p->unknown_count * sizeof *copy);
	*names = copy;
	*count = p->unknown_count;
	return OK;
}

enum err feel_type_parse(struct arena *a, struct str source, const struct feel_names *names,
                         const struct feel_type **out, struct diag *d)
{
	TRY(check_source(source, d));
	struct feel_parser p = { .arena = a, .d = d, .names = names, .s = arena_str(a, source) };
	const struct feel_type *t;
	if (!p.s.ptr)
		return out_of_memory(&p);
	enum err e = feel_parse_type(&p, &t);
	if (e == OK)
		e = at_end(&p);
	if (e == ERR_NOMEM || p.no_memory)
		return out_of_memory(&p);
	TRY(e);
	*out = t;
	return OK;
}
