/* parse_loop.c - for, some, every (rules 45, 47) and if (rule 46). */
#include "feel/parse.h"

static const struct feel_type boolean_type = { .kind = FEEL_TYPE_BOOLEAN };
static const struct feel_type number_type = { .kind = FEEL_TYPE_NUMBER };

/* Behind the keyword. The name is everything before the word "in". */
static enum err loop_name(struct feel_parser *p, struct str *out)
{
	struct buf b;
	buf_init_in(&b, p->arena, FEEL_SOURCE_MAX);
	feel_parse_skip(p);
	while (p->at < p->s.len && !feel_parse_at_word(p, "in")) {
		size_t from = p->at;
		struct str word = feel_lex_word(p->s, p->at);
		if (word.len == 0 && !feel_char_is_name_symbol((unsigned char)p->s.ptr[p->at]) &&
		    !(p->s.ptr[p->at] >= '0' && p->s.ptr[p->at] <= '9'))
			return feel_parse_fail(p, "expected \"in\" behind the name of the iterator");
		p->at += word.len ? word.len : 1;
		buf_put(&b, str_sub(p->s, from, p->at));
		size_t blank = feel_lex_skip(p->s, p->at);
		if (blank > p->at && !str_eqz(feel_lex_word(p->s, blank), "in"))
			buf_byte(&b, ' ');
		p->at = blank;
	}
	if (b.len == 0 && b.failed == OK)
		return feel_parse_fail(p, "expected the name of an iterator");
	if (!feel_parse_word(p, "in"))
		return feel_parse_fail(p, "expected \"in\" behind the name of the iterator");
	return buf_finish(&b, out);
}

/* One iterator, its variable added to the scope behind its own expressions. */
static enum err iterator(struct feel_parser *p, struct feel_scope *scope, struct feel_loop *out)
{
	TRY(loop_name(p, &out->name));
	TRY(feel_parse_expression(p, &out->in));
	out->to = NULL;
	const struct feel_type *t = feel_type_element(out->in->type);
	if (feel_parse_take(p, "..")) {
		TRY(feel_parse_expression(p, &out->to));
		t = &number_type;
	}
	return feel_scope_add(p, scope, out->name, t);
}

static enum err iterators(struct feel_parser *p, struct feel_scope *scope, struct feel_node *n)
{
	void *loops = NULL;
	size_t room = 0;
	struct feel_children inside = { .count = 0 };
	do {
		struct feel_loop loop;
		TRY(iterator(p, scope, &loop));
		TRY(feel_parse_grow(p->arena, &loops, n->count, &room, sizeof loop));
		((struct feel_loop *)loops)[n->count++] = loop;
		TRY(feel_children_add(p, &inside, loop.in));
		if (loop.to)
			TRY(feel_children_add(p, &inside, loop.to));
	} while (feel_parse_take(p, ","));
	uint32_t count = n->count;
	TRY(feel_children_attach(p, &inside, n)); /* for the height; the list itself is in loops */
	n->list = NULL;
	n->count = count;
	n->loops = loops;
	return OK;
}

/* Takes over the body with its height. */
static enum err finish(struct feel_parser *p, struct feel_node *n, const struct feel_node *body)
{
	struct feel_children one = { .count = 0 };
	uint32_t count = n->count;
	TRY(feel_children_add(p, &one, body));
	TRY(feel_children_attach(p, &one, n));
	n->list = NULL;
	n->count = count;
	n->a = body;
	return OK;
}

enum err feel_parse_loop(struct feel_parser *p, enum feel_op op, const struct feel_node **out)
{
	struct feel_scope scope;
	struct feel_node *n;
	const struct feel_node *body;
	bool is_for = op == OP_FOR;
	uint32_t functions = p->functions;
	TRY(feel_parse_node(p, op, &n));
	feel_scope_push(p, &scope, FEEL_SCOPE_LOCAL);
	TRY(iterators(p, &scope, n));
	if (is_for)
		TRY(feel_scope_add(p, &scope, S("partial"), NULL));
	if (!feel_parse_word(p, is_for ? "return" : "satisfies"))
		return feel_parse_fail(p, "expected \"%s\"", is_for ? "return" : "satisfies");
	TRY(feel_parse_expression(p, &body));
	feel_scope_pop(p);
	TRY(finish(p, n, body));
	n->flag = p->functions > functions; /* they may outlive a round: each gets a frame of its own */
	n->type = &boolean_type;
	if (is_for)
		TRY(feel_type_list_of(p->arena, body->type, &n->type));
	*out = n;
	return OK;
}

enum err feel_parse_if(struct feel_parser *p, const struct feel_node **out)
{
	const struct feel_node *condition, *yes, *no;
	struct feel_node *n;
	TRY(feel_parse_expression(p, &condition));
	if (!feel_parse_word(p, "then"))
		return feel_parse_fail(p, "expected \"then\"");
	TRY(feel_parse_expression(p, &yes));
	if (!feel_parse_word(p, "else"))
		return feel_parse_fail(p, "expected \"else\"");
	TRY(feel_parse_expression(p, &no));
	TRY(feel_parse_node_of(p, OP_IF, condition, yes, no, &n));
	n->type = yes->type->kind == FEEL_TYPE_NULL ? no->type : yes->type;
	*out = n;
	return OK;
}
