/* print.c - values as text: string() for scalars, literals for compounds. */
#include "feel/builtin.h"
#include "feel/lex.h"
#include "feel/moment.h"

enum { DEPTH_MAX = 500 };

static void put(const struct feel_value *v, bool literal, int depth, struct buf *out);

static void put_quoted(struct str s, struct buf *out)
{
	buf_byte(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '"' || c == '\\')
			buf_byte(out, '\\');
		if (c == '\n' || c == '\r' || c == '\t')
			buf_putz(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
		else
			buf_byte(out, c);
	}
	buf_byte(out, '"');
}

void feel_print_key(struct str key, struct buf *out)
{
	if (feel_lex_is_name(key))
		buf_put(out, key);
	else
		put_quoted(key, out);
}

static void put_list(const struct feel_value *v, int depth, struct buf *out)
{
	buf_byte(out, '[');
	for (size_t i = 0; i < v->list.count && out->failed == OK; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		put(&v->list.at[i], true, depth, out);
	}
	buf_byte(out, ']');
}

static void put_context(const struct feel_value *v, int depth, struct buf *out)
{
	buf_byte(out, '{');
	for (size_t i = 0; i < v->context->count && out->failed == OK; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		feel_print_key(v->context->entries[i].key, out);
		buf_putz(out, ": ");
		put(&v->context->entries[i].value, true, depth, out);
	}
	buf_byte(out, '}');
}

static void put_comparison(const struct feel_range *r, int depth, struct buf *out)
{
	bool point = r->low_closed && r->high_closed, below = !point && feel_is_null(&r->low);
	bool closed = below ? r->high_closed : r->low_closed;
	buf_putz(out, r->negated ? "(!= " : point ? "(= " : below ? "(<" : "(>");
	if (!point)
		buf_putz(out, closed ? "= " : " ");
	put(below ? &r->high : &r->low, true, depth, out);
	buf_byte(out, ')');
}

static void put_range(const struct feel_range *r, int depth, struct buf *out)
{
	if (r->unary) {
		put_comparison(r, depth, out);
		return;
	}
	buf_byte(out, r->low_closed ? '[' : '(');
	put(&r->low, true, depth, out);
	buf_putz(out, "..");
	put(&r->high, true, depth, out);
	buf_byte(out, r->high_closed ? ']' : ')');
}

static void put_function(const struct feel_function *f, struct buf *out)
{
	if (f->kind == FEEL_FN_BUILTIN) {
		buf_put(out, feel_builtin_name(f));
		return;
	}
	buf_putz(out, "function(");
	for (size_t i = 0; i < f->count; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		buf_put(out, f->params[i].name);
	}
	buf_byte(out, ')');
}

static void put_moment(const struct feel_value *v, bool literal, struct buf *out)
{
	if (literal)
		buf_putz(out, "@\"");
	if (v->kind == FEEL_DAYS_DURATION || v->kind == FEEL_MONTHS_DURATION)
		feel_duration_print(v, out);
	else
		feel_moment_print(v, out);
	if (literal)
		buf_byte(out, '"');
}

static void put(const struct feel_value *v, bool literal, int depth, struct buf *out)
{
	if (depth > DEPTH_MAX) {
		buf_putz(out, "null");
		return;
	}
	switch (v->kind) {
	case FEEL_NULL:
		buf_putz(out, "null");
		break;
	case FEEL_BOOLEAN:
		buf_putz(out, v->boolean ? "true" : "false");
		break;
	case FEEL_NUMBER:
		dec_print(v->number, out);
		break;
	case FEEL_STRING:
		if (literal)
			put_quoted(v->string, out);
		else
			buf_put(out, v->string);
		break;
	case FEEL_LIST:
		put_list(v, depth + 1, out);
		break;
	case FEEL_CONTEXT:
		put_context(v, depth + 1, out);
		break;
	case FEEL_RANGE:
		put_range(v->range, depth + 1, out);
		break;
	case FEEL_FUNCTION:
		put_function(v->function, out);
		break;
	default:
		put_moment(v, literal, out);
	}
}

void feel_print(const struct feel_value *v, struct buf *out)
{
	put(v, false, 0, out);
}

void feel_print_literal(const struct feel_value *v, struct buf *out)
{
	put(v, true, 0, out);
}
