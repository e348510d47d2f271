/* fn_string.c - text functions without patterns (DMN 1.5, 10.3.4.3). Positions and lengths count
 * characters (code points), from 1; from the end with a minus.
 */
#include <unicode/uchar.h>

#include "base/utf8.h"
#include "feel/builtin.h"

static enum err sub(struct feel_value text, int64_t from, int64_t length, struct feel_value *out)
{
	size_t start = utf8_offset(text.string, (size_t)from);
	struct str rest = str_sub(text.string, start, text.string.len);
	*out = feel_string(str_sub(rest, 0, length < 0 ? rest.len : utf8_offset(rest, (size_t)length)));
	return OK;
}

FEEL_BUILTIN(substring)
{
	int64_t start, length = -1, chars = (int64_t)utf8_count(args[0].string);
	if (!dec_trunc_i64(args[1].number, &start) || start == 0 || start > chars || start < -chars)
		return feel_run_null(r, out, "the start position is outside the text");
	if (count > 2 && (!dec_trunc_i64(args[2].number, &length) || length < 1))
		return feel_run_null(r, out, "the length must be at least 1");
	return sub(args[0], start > 0 ? start - 1 : chars + start, length, out);
}

FEEL_BUILTIN(string_length)
{
	(void)r, (void)count;
	*out = feel_i64((int64_t)utf8_count(args[0].string));
	return OK;
}

/* Unicode's simple case mapping, and the one letter whose capital is two. */
static enum err mapped(struct feel_run *r, struct str s, bool upper, struct feel_value *out)
{
	struct buf b;
	buf_init_in(&b, r->arena, FEEL_TEXT_MAX);
	TRY(feel_run_charge(r, s.len / 16));
	for (size_t at = 0; at < s.len;) {
		uint32_t c = utf8_next(s, &at);
		if (upper && c == 0xdf)
			buf_putz(&b, "SS");
		else
			buf_utf8(&b, (uint32_t)(upper ? u_toupper((UChar32)c) : u_tolower((UChar32)c)));
	}
	return feel_text_result(r, &b, out);
}

FEEL_BUILTIN(upper_case)
{
	(void)count;
	return mapped(r, args[0].string, true, out);
}

FEEL_BUILTIN(lower_case)
{
	(void)count;
	return mapped(r, args[0].string, false, out);
}

FEEL_BUILTIN(substring_before)
{
	ptrdiff_t at = str_find(args[0].string, args[1].string);
	(void)r, (void)count;
	*out = feel_string(at < 0 ? S("") : str_sub(args[0].string, 0, (size_t)at));
	return OK;
}

FEEL_BUILTIN(substring_after)
{
	struct str s = args[0].string;
	ptrdiff_t at = str_find(s, args[1].string);
	(void)r, (void)count;
	*out = feel_string(at < 0 ? S("") : str_sub(s, (size_t)at + args[1].string.len, s.len));
	return OK;
}

FEEL_BUILTIN(contains)
{
	(void)r, (void)count;
	*out = feel_boolean(str_find(args[0].string, args[1].string) >= 0);
	return OK;
}

FEEL_BUILTIN(starts_with)
{
	(void)r, (void)count;
	*out = feel_boolean(str_starts(args[0].string, args[1].string));
	return OK;
}

FEEL_BUILTIN(ends_with)
{
	(void)r, (void)count;
	*out = feel_boolean(str_ends(args[0].string, args[1].string));
	return OK;
}

/* Null items are left out; any other that is no text makes the result null. */
FEEL_BUILTIN(string_join)
{
	struct buf b;
	bool first = true;
	struct str delimiter = count > 1 && args[1].kind == FEEL_STRING ? args[1].string : S("");
	buf_init_in(&b, r->arena, FEEL_TEXT_MAX);
	TRY(feel_run_charge(r, args[0].list.count));
	for (size_t i = 0; i < args[0].list.count; i++) {
		const struct feel_value *v = &args[0].list.at[i];
		if (feel_is_null(v))
			continue;
		if (v->kind != FEEL_STRING)
			return feel_run_null(r, out, "only texts can be joined, not a %s", feel_kind_name(v->kind));
		if (!first)
			buf_put(&b, delimiter);
		first = false;
		buf_put(&b, v->string);
	}
	return feel_text_result(r, &b, out);
}

#define TWO(a_, b_) { { a_, ARG_STRING }, { b_, ARG_STRING } }

static const struct feel_builtin table[] = {
	FEEL_FN("substring", { substring, { { "string", ARG_STRING }, { "start position", ARG_NUMBER },
		{ "length", ARG_NUMBER | ARG_OPTIONAL } } }),
	FEEL_FN("string length", { string_length, { { "string", ARG_STRING } } }),
	FEEL_FN("upper case", { upper_case, { { "string", ARG_STRING } } }),
	FEEL_FN("lower case", { lower_case, { { "string", ARG_STRING } } }),
	FEEL_FN("substring before", { substring_before, TWO("string", "match") }),
	FEEL_FN("substring after", { substring_after, TWO("string", "match") }),
	FEEL_FN("contains", { contains, TWO("string", "match") }),
	FEEL_FN("starts with", { starts_with, TWO("string", "match") }),
	FEEL_FN("ends with", { ends_with, TWO("string", "match") }),
	FEEL_FN("string join", { string_join, { { "list", ARG_LIST }, { "delimiter", ARG_STRING | ARG_OPTIONAL | ARG_OR_NULL } } }),
};

FEEL_FAMILY(feel_family_string, table);
