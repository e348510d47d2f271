/* pattern_translate.c - XPath's regular expressions as PCRE2's. */
#include <unicode/uchar.h>
#include <unicode/uset.h>

#include "base/utf8.h"
#include "feel/pattern.h"

enum { NEST_MAX = 100, GROUPS_MAX = 99 };

/* XML's name characters (\i and \c), as ranges of a class. */
#define NAME_START                                                                                                     \
	"_:A-Za-z\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{2FF}\\x{370}-\\x{37D}\\x{37F}-\\x{1FFF}\\x{200C}\\x{200D}" \
	"\\x{2070}-\\x{218F}\\x{2C00}-\\x{2FEF}\\x{3001}-\\x{D7FF}\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFFD}"             \
	"\\x{10000}-\\x{EFFFF}"
#define NAME_PART NAME_START "\\-.0-9\\x{B7}\\x{300}-\\x{36F}\\x{203F}\\x{2040}"

struct translator {
	struct str s;
	size_t at;
	struct buf *out;
	struct feel_pattern_flags flags;
	const char *why;
	int groups, nest;
	bool closed[GROUPS_MAX + 2]; /* groups that a back-reference may name */
};

bool feel_pattern_flags_read(struct str letters, struct feel_pattern_flags *out)
{
	*out = (struct feel_pattern_flags){ false };
	for (size_t i = 0; i < letters.len; i++)
		switch (letters.ptr[i]) {
		case 's': out->dot_all = true; break;
		case 'm': out->multi_line = true; break;
		case 'i': out->ignore_case = true; break;
		case 'x': out->free_spacing = true; break;
		case 'q': out->literal = true; break;
		default: return false;
		}
	return true;
}

static bool refuse(struct translator *t, const char *why)
{
	t->why = why;
	return false;
}

/* Byte at the place, 0 at the end; with the flag x blanks outside classes are not there. */
static char peek(struct translator *t, bool in_class)
{
	while (t->flags.free_spacing && !in_class && t->at < t->s.len && strchr(" \t\n\r", t->s.ptr[t->at]))
		t->at++;
	return t->at < t->s.len ? t->s.ptr[t->at] : 0;
}

static void put_code_point(struct translator *t, uint32_t c)
{
	buf_printf(t->out, "\\x{%X}", c);
}

static void put_next(struct translator *t)
{
	put_code_point(t, utf8_next(t->s, &t->at));
}

/* ---- classes by name ---- */

static bool is_category(struct str name)
{
	static const char *const groups[] = { "Lultmo", "Mnce", "Ndlo", "Pcdseifo", "Zslp", "Smcko", "Ccfon" };
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (name.ptr[0] == groups[i][0])
			return name.len == 1 || (name.len == 2 && strchr(groups[i] + 1, name.ptr[1]));
	return false;
}

/* Ranges of a Unicode block. */
static bool put_block(struct translator *t, struct str name)
{
	char z[80];
	if (name.len >= sizeof z)
		return refuse(t, "there is no such block");
	memcpy(z, name.ptr, name.len);
	z[name.len] = 0;
	UErrorCode error = U_ZERO_ERROR;
	int32_t block = u_getPropertyValueEnum(UCHAR_BLOCK, z);
	USet *set = block == UCHAR_INVALID_CODE ? NULL : uset_openEmpty();
	if (!set)
		return refuse(t, "there is no such block");
	uset_applyIntPropertyValue(set, UCHAR_BLOCK, block, &error);
	for (int32_t i = 0; U_SUCCESS(error) && i < uset_getItemCount(set); i++) {
		UChar32 from, to;
		if (uset_getItem(set, i, &from, &to, NULL, 0, &error) == 0)
			buf_printf(t->out, "\\x{%X}-\\x{%X}", (unsigned)from, (unsigned)to);
	}
	uset_close(set);
	return U_SUCCESS(error) ? true : refuse(t, "there is no such block");
}

/* Behind \p or \P, as the inside of a class that stands alone: "[...]". */
static bool put_property(struct translator *t, bool negative, bool in_class)
{
	char name[80];
	size_t len = 0;
	if (peek(t, in_class) != '{')
		return refuse(t, "\\p needs a name in braces");
	t->at++;
	for (char c; (c = peek(t, in_class)) != '}'; t->at++) {
		if (!c || len == sizeof name)
			return refuse(t, "\\p needs a name in braces");
		name[len++] = c;
	}
	t->at++;
	struct str n = str_span(name, len);
	if (len > 2 && str_starts(n, S("Is"))) {
		buf_putz(t->out, negative ? "[^" : "[");
		bool ok = put_block(t, str_sub(n, 2, n.len));
		buf_byte(t->out, ']');
		return ok;
	}
	if (len == 0 || !is_category(n))
		return refuse(t, "there is no such category");
	buf_printf(t->out, "[\\%c{%.*s}]", negative ? 'P' : 'p', (int)len, name);
	return true;
}

/* \d, \w and the like, as a class that stands alone; false if the letter is none of them. */
static bool put_multi(struct translator *t, char c)
{
	static const struct { char letter; const char *class; } classes[] = {
		{ 's', "[ \\t\\n\\r]" }, { 'S', "[^ \\t\\n\\r]" }, { 'd', "[\\p{Nd}]" }, { 'D', "[^\\p{Nd}]" },
		{ 'w', "[^\\p{P}\\p{Z}\\p{C}]" }, { 'W', "[\\p{P}\\p{Z}\\p{C}]" },
		{ 'i', "[" NAME_START "]" }, { 'I', "[^" NAME_START "]" },
		{ 'c', "[" NAME_PART "]" }, { 'C', "[^" NAME_PART "]" },
	};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (classes[i].letter == c) {
			buf_putz(t->out, classes[i].class);
			t->at++;
			return true;
		}
	return false;
}

/* The character of an escape such as \n or \. ; 0 if it is none. */
static uint32_t single_escape(char c)
{
	if (c == 'n')
		return '\n';
	if (c == 'r')
		return '\r';
	if (c == 't')
		return '\t';
	return c && strchr("\\|.?*+(){}-[]^$", c) ? (uint32_t)c : 0;
}

/* ---- [...] ---- */

static bool put_class(struct translator *t);

/* One character of a range, escaped or not. */
static bool class_char(struct translator *t, uint32_t *c)
{
	char b = peek(t, true);
	if (b == 0 || b == '[' || b == ']')
		return refuse(t, "a bracket inside brackets must be escaped");
	if (b != '\\') {
		*c = utf8_next(t->s, &t->at);
		return true;
	}
	t->at++;
	*c = single_escape(peek(t, true));
	t->at++;
	return *c ? true : refuse(t, "there is no such escape");
}

/* A class escape is an alternative of its own: its complement cannot stand in a class. */
static bool class_escape(struct translator *t, bool *taken)
{
	size_t start = t->at;
	*taken = true;
	if (peek(t, true) == '\\') {
		t->at++;
		char c = peek(t, true);
		size_t before = t->out->len;
		buf_byte(t->out, '|');
		if (c == 'p' || c == 'P') {
			t->at++;
			return put_property(t, c == 'P', true);
		}
		if (put_multi(t, c))
			return true;
		t->out->len = before;
	}
	t->at = start;
	*taken = false;
	return true;
}

static bool dash_is_literal(struct translator *t, bool first)
{
	size_t next = t->at + 1;
	return first || (next < t->s.len && t->s.ptr[next] == ']');
}

static bool class_range(struct translator *t, bool first)
{
	uint32_t from, to;
	if (peek(t, true) == '-' && !dash_is_literal(t, first))
		return refuse(t, "a - inside brackets must be first, last or escaped");
	if (!class_char(t, &from))
		return false;
	to = from;
	if (peek(t, true) == '-' && t->at + 1 < t->s.len && t->s.ptr[t->at + 1] != ']' && t->s.ptr[t->at + 1] != '[') {
		t->at++;
		if (!class_char(t, &to))
			return false;
	}
	if (to < from)
		return refuse(t, "a range of characters ends before it starts");
	buf_printf(t->out, "|[\\x{%X}-\\x{%X}]", from, to);
	return true;
}

/* The parts up to "]" or a subtraction, as "(?:(?!)|part|part)". */
static bool class_parts(struct translator *t)
{
	bool first = true;
	buf_putz(t->out, "(?:(?!)");
	for (;; first = false) {
		char c = peek(t, true);
		bool taken;
		if (c == 0)
			return refuse(t, "a [ is not closed");
		if (c == ']' || (c == '-' && t->at + 1 < t->s.len && t->s.ptr[t->at + 1] == '['))
			break;
		if (!class_escape(t, &taken) || (!taken && !class_range(t, first)))
			return false;
	}
	buf_byte(t->out, ')');
	return first ? refuse(t, "brackets with nothing inside") : true;
}

/* At "[". The subtracted class comes last in the source and first in the result. */
static bool put_class(struct translator *t)
{
	bool negative = false;
	struct buf *out = t->out;
	struct buf parts, minus;
	bool ok;
	if (++t->nest > NEST_MAX)
		return refuse(t, "the pattern is nested too deeply");
	buf_init(&parts, 1 << 20);
	buf_init(&minus, 1 << 20);
	t->at++;
	if (peek(t, true) == '^') {
		negative = true;
		t->at++;
	}
	t->out = &parts;
	ok = class_parts(t);
	t->out = &minus;
	if (ok && peek(t, true) == '-') {
		t->at++;
		ok = put_class(t);
	}
	if (ok && peek(t, true) != ']')
		ok = refuse(t, "a [ is not closed");
	t->at++;
	t->out = out;
	buf_putz(out, "(?:");
	if (minus.len) {
		buf_putz(out, "(?!");
		buf_put(out, buf_str(&minus));
		buf_byte(out, ')');
	}
	buf_putz(out, negative ? "(?!" : "");
	buf_put(out, buf_str(&parts));
	buf_putz(out, negative ? ")(?s:.))" : ")");
	if (parts.failed != OK || minus.failed != OK)
		out->failed = parts.failed != OK ? parts.failed : minus.failed;
	buf_release(&parts);
	buf_release(&minus);
	t->nest--;
	return ok;
}

/* ---- atoms ---- */

/* The longest number of a group that exists, or one digit; the group must be closed. */
static bool back_reference(struct translator *t)
{
	int n = 0;
	for (char c; (c = peek(t, false)) >= '0' && c <= '9'; t->at++) {
		if (n > 0 && n * 10 + (c - '0') > t->groups)
			break;
		n = n * 10 + (c - '0');
	}
	if (n == 0 || n > t->groups || !t->closed[n])
		return refuse(t, "a back-reference names a group that is not complete before it");
	buf_printf(t->out, "\\g{%d}", n);
	return true;
}

static bool escape(struct translator *t)
{
	t->at++;
	char c = peek(t, false);
	uint32_t single = single_escape(c);
	if (c >= '1' && c <= '9')
		return back_reference(t);
	if (single) {
		put_code_point(t, single);
		t->at++;
		return true;
	}
	if (c == 'p' || c == 'P') {
		t->at++;
		return put_property(t, c == 'P', false);
	}
	return put_multi(t, c) ? true : refuse(t, "there is no such escape");
}

static bool alternatives(struct translator *t);

static bool group(struct translator *t)
{
	int number = 0;
	t->at++;
	if (peek(t, false) == '?') {
		t->at++;
		if (peek(t, false) != ':')
			return refuse(t, "behind (? only : is known");
		t->at++;
		buf_putz(t->out, "(?:");
	} else {
		if (t->groups == GROUPS_MAX)
			return refuse(t, "there are too many groups");
		number = ++t->groups;
		buf_byte(t->out, '(');
	}
	if (++t->nest > NEST_MAX)
		return refuse(t, "the pattern is nested too deeply");
	if (!alternatives(t))
		return false;
	t->nest--;
	if (peek(t, false) != ')')
		return refuse(t, "a ( is not closed");
	t->at++;
	buf_byte(t->out, ')');
	if (number)
		t->closed[number] = true;
	return true;
}

static bool atom(struct translator *t, char c)
{
	switch (c) {
	case '\\':
		return escape(t);
	case '[':
		return put_class(t);
	case '(':
		return group(t);
	case '.':
		t->at++;
		buf_putz(t->out, t->flags.dot_all ? "(?s:.)" : "[^\\n\\r]");
		return true;
	case '^':
		t->at++;
		buf_putz(t->out, t->flags.multi_line ? "^" : "\\A");
		return true;
	case '$':
		t->at++;
		buf_putz(t->out, t->flags.multi_line ? "$" : "\\z");
		return true;
	case '?': case '*': case '+': case '{': case '}': case ']':
		return refuse(t, "a character with a meaning of its own must be escaped");
	default:
		put_next(t);
		return true;
	}
}

/* ---- quantifiers ---- */

static bool digits(struct translator *t, int *out)
{
	int n = -1;
	for (char c; (c = peek(t, false)) >= '0' && c <= '9'; t->at++) {
		n = (n < 0 ? 0 : n) * 10 + (c - '0');
		if (n > 65535)
			return refuse(t, "a repetition is too large");
	}
	*out = n;
	return true;
}

static bool counted(struct translator *t)
{
	int low, high;
	t->at++;
	if (!digits(t, &low))
		return false;
	high = low;
	if (low < 0)
		return refuse(t, "a repetition needs a number");
	bool open = peek(t, false) == ',';
	if (open) {
		t->at++;
		if (!digits(t, &high))
			return false;
	}
	if (peek(t, false) != '}' || (high >= 0 && high < low))
		return refuse(t, "a repetition is written {n}, {n,} or {n,m}");
	t->at++;
	if (high < 0)
		buf_printf(t->out, "{%d,}", low);
	else
		buf_printf(t->out, "{%d,%d}", low, high);
	return true;
}

static bool quantifier(struct translator *t)
{
	char c = peek(t, false);
	if (c == '{') {
		if (!counted(t))
			return false;
	} else if (c == '?' || c == '*' || c == '+') {
		buf_byte(t->out, c);
		t->at++;
	} else {
		return true;
	}
	if (peek(t, false) == '?') {
		buf_byte(t->out, '?');
		t->at++;
	}
	return true;
}

static bool alternatives(struct translator *t)
{
	for (char c; (c = peek(t, false)) != 0 && c != ')';) {
		if (c == '|') {
			buf_byte(t->out, '|');
			t->at++;
		} else if (!atom(t, c) || !quantifier(t)) {
			return false;
		}
	}
	return true;
}

bool feel_pattern_translate(struct str pattern, struct feel_pattern_flags flags, struct buf *out, const char **why)
{
	struct translator t = { .s = pattern, .out = out, .flags = flags };
	if (flags.literal) {
		while (t.at < t.s.len)
			put_next(&t);
		return true;
	}
	bool ok = alternatives(&t) && (t.at == t.s.len || refuse(&t, "a ) closes nothing"));
	*why = t.why;
	return ok;
}
