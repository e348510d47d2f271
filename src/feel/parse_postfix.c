/* parse_postfix.c - what follows a value: paths, filters, calls, "instance of"
 * (rules 40 to 45, 53).
 */
#include "feel/parse.h"

static enum err path(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_node *n;
	struct str name;
	TRY(feel_parse_member_name(p, (*out)->type, &name));
	TRY(feel_parse_node_of(p, OP_PATH, *out, NULL, NULL, &n));
	n->name = name;
	const struct feel_type *member = feel_type_member((*out)->type, name);
	if (member && (*out)->type->kind == FEEL_TYPE_LIST)
		TRY(feel_type_list_of(p->arena, member, &n->type));
	else if (member)
		n->type = member;
	*out = n;
	return OK;
}

static bool is_position(const struct feel_node *n)
{
	return n->type->kind == FEEL_TYPE_NUMBER;
}

static enum err filter(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_scope scope;
	const struct feel_node *condition;
	struct feel_node *n;
	feel_scope_push(p, &scope, FEEL_SCOPE_FILTER);
	TRY(feel_scope_add(p, &scope, S("item"), feel_type_element((*out)->type)));
	p->in_range_end = false;
	TRY(feel_parse_comparison_range(p, &condition));
	if (!condition)
		TRY(feel_parse_expression(p, &condition));
	feel_scope_pop(p);
	TRY(feel_parse_expect(p, "]", "at the end of a filter"));
	TRY(feel_parse_node_of(p, OP_FILTER, *out, condition, NULL, &n));
	n->type = is_position(condition) ? feel_type_element((*out)->type) : (*out)->type;
	*out = n;
	return OK;
}

/* ---- calls ---- */

static enum err positional(struct feel_parser *p, struct feel_children *args)
{
	do {
		const struct feel_node *arg;
		TRY(feel_parse_comparison_range(p, &arg));
		if (!arg)
			TRY(feel_parse_expression(p, &arg));
		TRY(feel_children_add(p, args, arg));
	} while (feel_parse_take(p, ","));
	return OK;
}

static enum err named(struct feel_parser *p, struct feel_children *args, struct str **names)
{
	size_t room = 0;
	void *items = NULL;
	do {
		const struct feel_node *arg;
		struct str name;
		if (!feel_parse_declared(p, ":", &name))
			return feel_parse_fail(p, "expected the name of a parameter");
		p->at++;
		TRY(feel_parse_expression(p, &arg));
		TRY(feel_parse_grow(p->arena, &items, args->count, &room, sizeof name));
		((struct str *)items)[args->count] = name;
		TRY(feel_children_add(p, args, arg));
	} while (feel_parse_take(p, ","));
	*names = items;
	return OK;
}

static bool is_named(struct feel_parser *p)
{
	feel_parse_skip(p);
	return feel_lex_declared_name(p->s, p->at, ":") > 0;
}

/* In the place of a function a built-in is meant, whatever members the items of a filter have. */
static const struct feel_node *function_of(const struct feel_node *n)
{
	return n->op == OP_MAYBE && n->a->op == OP_CONST ? n->a : n;
}

static const struct feel_type *result_type(const struct feel_node *f)
{
	if (f->type->kind == FEEL_TYPE_FUNCTION && f->type->item)
		return f->type->item;
	return &feel_type_any;
}

static enum err call(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_children args = { .count = 0 };
	struct str *names = NULL;
	struct feel_node *n;
	p->in_range_end = false;
	if (feel_parse_peek(p) != ')') {
		if (is_named(p))
			TRY(named(p, &args, &names));
		else
			TRY(positional(p, &args));
	}
	TRY(feel_parse_expect(p, ")", "behind the arguments"));
	TRY(feel_parse_node_of(p, names ? OP_CALL_NAMED : OP_CALL, function_of(*out), NULL, NULL, &n));
	TRY(feel_children_attach(p, &args, n));
	n->names = names;
	n->type = result_type(n->a);
	TRY(feel_parse_fold(p, n));
	*out = n;
	return OK;
}

/* "[1..10[": is the bracket behind 10 the end of the range or the start of a filter? It is the
 * end when nothing that begins an expression follows. */
static bool closes_range(struct feel_parser *p)
{
	static const char *const words[] = { "and", "or", "then", "else", "return", "satisfies", "in", "between", "instance" };
	size_t at = feel_lex_skip(p->s, p->at + 1);
	if (at == p->s.len || strchr(")],}=!<>*/", p->s.ptr[at]))
		return true;
	if (p->s.ptr[at] == '.' && !(at + 1 < p->s.len && p->s.ptr[at + 1] >= '0' && p->s.ptr[at + 1] <= '9'))
		return true; /* a property of the range */
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eqz(feel_lex_word(p->s, at), words[i]))
			return true;
	return false;
}

static enum err instance_of(struct feel_parser *p, const struct feel_node **out)
{
	static const struct feel_type boolean_type = { .kind = FEEL_TYPE_BOOLEAN };
	const struct feel_type *t;
	struct feel_node *n;
	if (!feel_parse_word(p, "of"))
		return feel_parse_fail(p, "expected \"of\" behind \"instance\"");
	TRY(feel_parse_type(p, &t));
	TRY(feel_parse_node_of(p, OP_INSTANCE, *out, NULL, NULL, &n));
	n->of_type = t;
	n->type = &boolean_type;
	*out = n;
	return OK;
}

enum err feel_parse_postfix(struct feel_parser *p, const struct feel_node **out)
{
	bool in_range_end = p->in_range_end;
	TRY(feel_parse_primary(p, out));
	for (;;) {
		p->in_range_end = in_range_end;
		char c = feel_parse_peek(p);
		if (c == '.' && !feel_parse_looking_at(p, "..")) {
			p->at++;
			TRY(path(p, out));
		} else if (c == '[' && !(in_range_end && closes_range(p))) {
			p->at++;
			TRY(filter(p, out));
		} else if (c == '(') {
			p->at++;
			TRY(call(p, out));
		} else if (c == 'i' && feel_parse_word(p, "instance")) {
			TRY(instance_of(p, out));
		} else {
			return OK;
		}
	}
}
