/* parse_primary.c - literals, parentheses, ranges, lists (rules 33 to 39, 55 to 59, 62). */
#include "base/utf8.h"
#include "feel/parse.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char at(const struct feel_parser *p, size_t offset)
{
	return p->at + offset < p->s.len ? p->s.ptr[p->at + offset] : 0;
}

/* ---- numbers ---- */

static void take_digits(struct feel_parser *p)
{
	while (is_digit(at(p, 0)))
		p->at++;
}

static enum err number(struct feel_parser *p, const struct feel_node **out)
{
	size_t from = p->at;
	struct dec d;
	take_digits(p);
	if (at(p, 0) == '.' && is_digit(at(p, 1))) { /* "1..3" is a range */
		p->at++;
		take_digits(p);
	}
	if (at(p, 0) == 'e' || at(p, 0) == 'E') {
		size_t sign = at(p, 1) == '+' || at(p, 1) == '-';
		if (is_digit(at(p, 1 + sign))) {
			p->at += 1 + sign;
			take_digits(p);
		}
	}
	if (!dec_parse(str_sub(p->s, from, p->at), &d)) {
		p->at = from;
		return feel_parse_fail(p, "expected a number below 10^6145");
	}
	return feel_parse_const(p, feel_number(d), out);
}

/* ---- strings ---- */

static bool hex(struct feel_parser *p, int digits, uint32_t *out)
{
	uint32_t v = 0;
	for (int i = 0; i < digits; i++) {
		char c = at(p, (size_t)i);
		int d = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (d < 0)
			return false;
		v = v * 16 + (uint32_t)d;
	}
	p->at += (size_t)digits;
	*out = v;
	return true;
}

/* Behind \u or \U. A pair of surrogates is one character, as in Java and JSON. */
static enum err code_point(struct feel_parser *p, bool is_long, struct buf *b)
{
	uint32_t c, low;
	if (!hex(p, is_long ? 6 : 4, &c))
		return feel_parse_fail(p, "expected %d hexadecimal digits", is_long ? 6 : 4);
	if (c >= 0xd800 && c < 0xdc00 && at(p, 0) == '\\' && at(p, 1) == 'u') {
		p->at += 2;
		if (!hex(p, 4, &low) || low < 0xdc00 || low > 0xdfff)
			return feel_parse_fail(p, "expected the second half of a surrogate pair");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	if ((c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return feel_parse_fail(p, "expected a code point of Unicode");
	buf_utf8(b, c);
	return OK;
}

static enum err escape(struct feel_parser *p, struct buf *b)
{
	static const char from[] = "nrt\"'\\", to[] = "\n\r\t\"'\\";
	char c = at(p, 0);
	const char *known = c ? strchr(from, c) : NULL;
	p->at++;
	if (c == 'u' || c == 'U')
		return code_point(p, c == 'U', b);
	if (known) {
		buf_byte(b, to[known - from]);
		return OK;
	}
	buf_byte(b, '\\'); /* no escape sequence of rule 64: two characters as they are */
	p->at--;
	return OK;
}

/* At the opening quote. A text without escapes stays where it is in the source. */
static enum err text(struct feel_parser *p, struct str *out)
{
	size_t from = ++p->at;
	struct buf b;
	bool plain = true;
	buf_init_in(&b, p->arena, FEEL_SOURCE_MAX);
	while (at(p, 0) != '"') {
		if (p->at >= p->s.len)
			return feel_parse_fail(p, "expected \" at the end of the text");
		if (at(p, 0) != '\\') {
			if (!plain)
				buf_byte(&b, at(p, 0));
			p->at++;
			continue;
		}
		if (plain)
			buf_put(&b, str_sub(p->s, from, p->at));
		plain = false;
		p->at++;
		TRY(escape(p, &b));
	}
	*out = str_sub(p->s, from, p->at++);
	return plain ? OK : buf_finish(&b, out);
}

static enum err string(struct feel_parser *p, const struct feel_node **out)
{
	struct str s;
	TRY(text(p, &s));
	return feel_parse_const(p, feel_string(s), out);
}

/* @"2025-01-31": a date, time, date and time or duration, whichever it reads as (rule 62). */
static enum err at_literal(struct feel_parser *p, const struct feel_node **out)
{
	static struct feel_value (*const readers[])(struct str) = { feel_date_parse, feel_time_parse,
		feel_date_time_parse, feel_duration_parse };
	struct str s;
	p->at++;
	if (feel_parse_peek(p) != '"')
		return feel_parse_fail(p, "expected a text behind @");
	TRY(text(p, &s));
	struct feel_value v = feel_null();
	for (size_t i = 0; i < 4 && feel_is_null(&v); i++)
		v = readers[i](s);
	return feel_parse_const(p, v, out);
}

/* ---- parentheses, ranges, lists ---- */

static enum err range_type(struct feel_parser *p, const struct feel_node *low, const struct feel_node *high,
                           struct feel_node *n)
{
	struct feel_type *t = arena_new(p->arena, struct feel_type);
	if (!t)
		return diag_set(p->d, ERR_NOMEM, "feel.memory", "no memory left for compiling");
	t->kind = FEEL_TYPE_RANGE;
	t->item = low->type->kind == FEEL_TYPE_NULL ? high->type : low->type;
	n->type = t;
	return OK;
}

enum err feel_parse_range_end(struct feel_parser *p, const struct feel_node *low, bool low_closed,
                              const struct feel_node **out)
{
	const struct feel_node *high;
	struct feel_node *n;
	bool in_range_end = p->in_range_end;
	TRY(feel_parse_expect(p, "..", "of a range"));
	p->in_range_end = true;
	TRY(feel_parse_expression(p, &high));
	p->in_range_end = in_range_end;
	bool high_closed = feel_parse_take(p, "]");
	if (!high_closed && !feel_parse_take(p, ")") && !feel_parse_take(p, "["))
		return feel_parse_fail(p, "expected ], ) or [ at the end of a range");
	TRY(feel_parse_node_of(p, OP_RANGE, low, high, NULL, &n));
	n->flag = (uint8_t)((low_closed ? FEEL_LOW_CLOSED : 0) | (high_closed ? FEEL_HIGH_CLOSED : 0));
	TRY(range_type(p, low, high, n));
	TRY(feel_parse_fold(p, n));
	*out = n;
	return OK;
}

/* A copy of the node, marked: printing may need what was written. */
static enum err keep_parentheses(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_node *n;
	TRY(feel_parse_node(p, OP_CONST, &n));
	*n = **out;
	n->parentheses = true;
	*out = n;
	return OK;
}

static enum err parenthesis(struct feel_parser *p, const struct feel_node **out)
{
	p->at++;
	p->in_range_end = false;
	TRY(feel_parse_comparison_range(p, out));
	if (!*out)
		TRY(feel_parse_expression(p, out));
	if (feel_parse_looking_at(p, ".."))
		return feel_parse_range_end(p, *out, false, out);
	TRY(feel_parse_expect(p, ")", "for an opening parenthesis"));
	return (*out)->op != OP_COMPARE ? keep_parentheses(p, out) : OK;
}

static enum err open_range(struct feel_parser *p, const struct feel_node **out)
{
	p->at++;
	p->in_range_end = false;
	TRY(feel_parse_expression(p, out));
	return feel_parse_range_end(p, *out, false, out);
}

/* One type for all the items if they have one: what names behind a dot can be. */
static const struct feel_type *common_type(const struct feel_children *items)
{
	const struct feel_type *best = &feel_type_any;
	for (size_t i = 0; i < items->count; i++) {
		const struct feel_type *t = items->at[i]->type;
		if (t->kind == FEEL_TYPE_NULL)
			continue;
		if (best == &feel_type_any || (t->kind == FEEL_TYPE_CONTEXT && t->members_count > best->members_count))
			best = t;
		else if (best->kind != t->kind)
			return &feel_type_any;
	}
	return best;
}

static enum err list_rest(struct feel_parser *p, struct feel_children *items, const struct feel_node **out)
{
	struct feel_node *n;
	while (feel_parse_take(p, ",")) {
		const struct feel_node *item;
		TRY(feel_parse_comparison_range(p, &item));
		if (!item)
			TRY(feel_parse_expression(p, &item));
		TRY(feel_children_add(p, items, item));
	}
	TRY(feel_parse_expect(p, "]", "at the end of a list"));
	TRY(feel_parse_node(p, OP_LIST, &n));
	TRY(feel_children_attach(p, items, n));
	TRY(feel_type_list_of(p->arena, common_type(items), &n->type));
	TRY(feel_parse_fold(p, n));
	*out = n;
	return OK;
}

static enum err bracket(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_children items = { .count = 0 };
	p->at++;
	p->in_range_end = false;
	if (feel_parse_looking_at(p, "]"))
		return list_rest(p, &items, out);
	TRY(feel_parse_comparison_range(p, out));
	if (!*out)
		TRY(feel_parse_expression(p, out));
	if (feel_parse_looking_at(p, ".."))
		return feel_parse_range_end(p, *out, true, out);
	TRY(feel_children_add(p, &items, *out));
	return list_rest(p, &items, out);
}

/* ---- words ---- */

static enum err word(struct feel_parser *p, const struct feel_node **out)
{
	if (feel_parse_word(p, "true"))
		return feel_parse_const(p, feel_boolean(true), out);
	if (feel_parse_word(p, "false"))
		return feel_parse_const(p, feel_boolean(false), out);
	if (feel_parse_word(p, "null"))
		return feel_parse_const(p, feel_null(), out);
	if (feel_parse_word(p, "if"))
		return feel_parse_if(p, out);
	if (feel_parse_word(p, "for"))
		return feel_parse_loop(p, OP_FOR, out);
	if (feel_parse_word(p, "some"))
		return feel_parse_loop(p, OP_SOME, out);
	if (feel_parse_word(p, "every"))
		return feel_parse_loop(p, OP_EVERY, out);
	if (feel_parse_word(p, "function"))
		return feel_parse_function(p, out);
	return feel_parse_name(p, out);
}

static enum err primary(struct feel_parser *p, const struct feel_node **out)
{
	char c = feel_parse_peek(p);
	if (is_digit(c) || (c == '.' && is_digit(at(p, 1))))
		return number(p, out);
	switch (c) {
	case '"':
		return string(p, out);
	case '@':
		return at_literal(p, out);
	case '(':
		return parenthesis(p, out);
	case '[':
		return bracket(p, out);
	case ']':
		return open_range(p, out);
	case '{':
		return feel_parse_context(p, out);
	default:
		return word(p, out);
	}
}

enum err feel_parse_primary(struct feel_parser *p, const struct feel_node **out)
{
	TRY(feel_parse_enter(p));
	TRY(primary(p, out));
	feel_parse_leave(p);
	return OK;
}

/* A key of a context written as a text. */
enum err feel_parse_text(struct feel_parser *p, struct str *out)
{
	return text(p, out);
}
