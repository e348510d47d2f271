/* lex.c - characters, blanks, comments and names of FEEL source. */
#include "feel/lex.h"

#include "base/utf8.h"

bool feel_char_is_space(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= 0x09 && c <= 0x0d);
	return c == 0x85 || c == 0xa0 || c == 0x1680 || c == 0x180e || (c >= 0x2000 && c <= 0x200b) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

static bool is_letter_ascii(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '?';
}

bool feel_char_is_name_start(uint32_t c)
{
	static const struct { uint32_t from, to; } ranges[] = {
		{ 0xc0, 0xd6 }, { 0xd8, 0xf6 }, { 0xf8, 0x2ff }, { 0x370, 0x37d }, { 0x37f, 0x1fff },
		{ 0x200c, 0x200d }, { 0x2070, 0x218f }, { 0x2c00, 0x2fef }, { 0x3001, 0xd7ff },
		{ 0xf900, 0xfdcf }, { 0xfdf0, 0xfffd }, { 0x10000, 0xeffff },
	};
	if (c < 0x80)
		return is_letter_ascii(c);
	if (feel_char_is_space(c))
		return false;
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

bool feel_char_is_name_part(uint32_t c)
{
	return feel_char_is_name_start(c) || (c >= '0' && c <= '9') || c == 0xb7 || (c >= 0x300 && c <= 0x36f) ||
	       c == 0x203f || c == 0x2040;
}

bool feel_char_is_name_symbol(uint32_t c)
{
	return c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*' || c == 0x2019;
}

bool feel_word_is_keyword(struct str word)
{
	static const char *const words[] = { "for", "return", "if", "then", "else", "some", "every", "satisfies",
		"instance", "of", "in", "function", "external", "or", "and", "between", "true", "false", "null" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eqz(word, words[i]))
			return true;
	return false;
}

static uint32_t peek(struct str s, size_t at, size_t *next)
{
	*next = at;
	return at < s.len ? utf8_next(s, next) : 0;
}

static size_t skip_comment(struct str s, size_t at)
{
	bool line = s.ptr[at + 1] == '/';
	struct str rest = str_sub(s, at + 2, s.len);
	ptrdiff_t end = line ? str_find_byte(rest, '\n') : str_find(rest, S("*/"));
	if (end < 0)
		return s.len;
	return at + 2 + (size_t)end + (line ? 1 : 2);
}

size_t feel_lex_skip(struct str s, size_t at)
{
	while (at < s.len) {
		size_t next;
		uint32_t c = peek(s, at, &next);
		if (feel_char_is_space(c))
			at = next;
		else if (c == '/' && at + 1 < s.len && (s.ptr[at + 1] == '/' || s.ptr[at + 1] == '*'))
			at = skip_comment(s, at);
		else
			break;
	}
	return at;
}

struct str feel_lex_word(struct str s, size_t at)
{
	size_t next, from = at;
	if (!feel_char_is_name_start(peek(s, at, &next)))
		return str_sub(s, from, from);
	for (at = next; at < s.len && feel_char_is_name_part(peek(s, at, &next)); at = next)
		;
	return str_sub(s, from, at);
}

static size_t skip_blanks(struct str s, size_t at)
{
	size_t next;
	while (at < s.len && feel_char_is_space(peek(s, at, &next)))
		at = next;
	return at;
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Where the first difference is two letters or digits no blank can make them one: most names of
 * a large scope end here. */
static bool surely_differs(struct str s, size_t at, struct str name)
{
	size_t i = 0;
	while (i < name.len && at + i < s.len && name.ptr[i] == s.ptr[at + i])
		i++;
	if (i == name.len || !is_alphanumeric(name.ptr[i]))
		return false;
	return at + i == s.len || is_alphanumeric(s.ptr[at + i]);
}

size_t feel_lex_match_name(struct str s, size_t at, struct str name)
{
	if (surely_differs(s, at, name))
		return 0;
	size_t i = 0, from = at, next_s, next_n;
	bool symbol = false; /* behind a symbol blanks may be missing or added */
	uint32_t last = 0;
	while (i < name.len) {
		size_t after_n = skip_blanks(name, i), after_s = feel_lex_skip(s, at);
		uint32_t n = peek(name, after_n, &next_n), c = peek(s, after_s, &next_s);
		symbol = symbol || feel_char_is_name_symbol(n);
		if (n == 0)
			break; /* blanks at the end of a name do not count */
		if (n != c || (!symbol && i > 0 && (after_n > i) != (after_s > at)))
			return 0;
		symbol = feel_char_is_name_symbol(n);
		last = n;
		i = next_n;
		at = next_s;
	}
	if (feel_char_is_name_part(last) && at < s.len && feel_char_is_name_part(peek(s, at, &next_s)))
		return 0;
	return at - from;
}

size_t feel_lex_declared_name(struct str s, size_t at, const char *stops)
{
	size_t from = at, next;
	while (at < s.len) {
		uint32_t c = peek(s, at, &next);
		if (c < 0x80 && c != 0 && strchr(stops, (int)c))
			return at - from;
		bool first = at == from;
		if (first ? !feel_char_is_name_start(c)
			  : !feel_char_is_name_part(c) && !feel_char_is_space(c) && !feel_char_is_name_symbol(c))
			return 0;
		at = next;
	}
	return 0;
}

bool feel_lex_is_name(struct str s)
{
	bool blank = true; /* at the start, at the end, or twice: it would not read back */
	for (size_t at = 0, next; at < s.len; at = next) {
		uint32_t c = peek(s, at, &next);
		bool space = c == ' ';
		if (at == 0 ? !feel_char_is_name_start(c)
		            : !feel_char_is_name_part(c) && !feel_char_is_name_symbol(c) && !(space && !blank))
			return false;
		blank = space;
	}
	return !blank;
}
