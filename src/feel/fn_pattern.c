/* fn_pattern.c - matches, replace, split, extract (DMN 1.5, 10.3.4.3; XPath F&O 5.6). */
#include "base/utf8.h"
#include "feel/builtin.h"
#include "feel/pattern.h"

/* NULL pattern with a reason when flags or pattern are not valid. */
static enum err compile(struct feel_run *r, struct str pattern, const struct feel_value *flags, struct feel_pattern **out,
                        struct feel_pattern_flags *read)
{
	struct feel_value ignored;
	struct str letters = flags && flags->kind == FEEL_STRING ? flags->string : S("");
	*out = NULL;
	if (!feel_pattern_flags_read(letters, read))
		return feel_run_null(r, &ignored, "the flags of a pattern are s, m, i, x and q");
	return feel_pattern_compile(r, pattern, *read, out);
}

FEEL_BUILTIN(matches)
{
	struct feel_pattern *p;
	struct feel_pattern_flags flags;
	struct feel_match m;
	bool found;
	(void)count;
	TRY(compile(r, args[1].string, &args[2], &p, &flags));
	*out = feel_null();
	if (!p)
		return OK;
	TRY(feel_pattern_find(r, p, args[0].string, 0, &found, &m));
	*out = feel_boolean(found);
	return OK;
}

/* A pattern that matches nothing at all would match everywhere (err:FORX0003). */
static enum err matches_empty(struct feel_run *r, struct feel_pattern *p, bool *empty)
{
	struct feel_match m;
	return feel_pattern_find(r, p, S(""), 0, empty, &m);
}

/* ---- replace ---- */

static void put_group(struct buf *b, struct str subject, const struct feel_match *m, size_t group)
{
	if (group < m->groups && m->offsets[2 * group] != SIZE_MAX)
		buf_put(b, str_sub(subject, m->offsets[2 * group], m->offsets[2 * group + 1]));
}

/* $N: as many digits as name a group that exists. */
static size_t put_reference(struct buf *b, struct str s, size_t at, struct str subject, const struct feel_match *m)
{
	size_t group = (size_t)(s.ptr[at++] - '0');
	while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9' && group * 10 + (size_t)(s.ptr[at] - '0') < m->groups)
		group = group * 10 + (size_t)(s.ptr[at++] - '0');
	put_group(b, subject, m, group);
	return at;
}

static void put_replacement(struct buf *b, struct str s, bool literal, struct str subject, const struct feel_match *m)
{
	for (size_t at = 0; at < s.len;) {
		if (!literal && s.ptr[at] == '\\')
			buf_byte(b, s.ptr[at + 1]), at += 2;
		else if (!literal && s.ptr[at] == '$')
			at = put_reference(b, s, at + 1, subject, m);
		else
			buf_byte(b, s.ptr[at++]);
	}
}

/* \ only before \ or $, $ only before a digit (err:FORX0004). */
static bool replacement_is_valid(struct str s)
{
	for (size_t at = 0; at < s.len; at++) {
		char next = at + 1 < s.len ? s.ptr[at + 1] : 0;
		if (s.ptr[at] == '\\' && next != '\\' && next != '$')
			return false;
		if (s.ptr[at] == '$' && (next < '0' || next > '9'))
			return false;
		at += s.ptr[at] == '\\';
	}
	return true;
}

static enum err replace_all(struct feel_run *r, struct feel_pattern *p, const struct feel_value *args, bool literal,
                            struct feel_value *out)
{
	struct str subject = args[0].string;
	struct feel_match m;
	struct buf b;
	size_t at = 0;
	bool found;
	buf_init_in(&b, r->arena, FEEL_TEXT_MAX);
	for (;;) {
		TRY(feel_pattern_find(r, p, subject, at, &found, &m));
		if (!found || m.offsets[1] <= at) /* never empty: it was checked */
			break;
		buf_put(&b, str_sub(subject, at, m.offsets[0]));
		put_replacement(&b, args[2].string, literal, subject, &m);
		at = m.offsets[1];
	}
	buf_put(&b, str_sub(subject, at, subject.len));
	return feel_text_result(r, &b, out);
}

FEEL_BUILTIN(replace)
{
	struct feel_pattern *p;
	struct feel_pattern_flags flags;
	bool empty;
	(void)count;
	*out = feel_null();
	TRY(compile(r, args[1].string, &args[3], &p, &flags));
	if (!p)
		return OK;
	TRY(matches_empty(r, p, &empty));
	if (empty)
		return feel_run_null(r, out, "the pattern matches the empty text");
	if (!flags.literal && !replacement_is_valid(args[2].string))
		return feel_run_null(r, out, "in a replacement, $ needs a digit behind it and \\ a \\ or $");
	return replace_all(r, p, args, flags.literal, out);
}

/* ---- split, extract ---- */

FEEL_BUILTIN(split)
{
	struct str subject = args[0].string;
	struct feel_list_builder b;
	struct feel_pattern *p;
	struct feel_pattern_flags flags;
	struct feel_match m;
	size_t at = 0;
	bool found, empty;
	(void)count;
	*out = feel_null();
	TRY(compile(r, args[1].string, NULL, &p, &flags));
	if (!p)
		return OK;
	TRY(matches_empty(r, p, &empty));
	if (empty)
		return feel_run_null(r, out, "the delimiter matches the empty text");
	feel_list_begin(&b, r->arena);
	for (;;) {
		TRY(feel_pattern_find(r, p, subject, at, &found, &m));
		if (!found || m.offsets[1] <= at)
			break;
		TRY(feel_put(r, &b, feel_string(str_sub(subject, at, m.offsets[0]))));
		at = m.offsets[1];
	}
	TRY(feel_put(r, &b, feel_string(str_sub(subject, at, subject.len))));
	*out = feel_list_end(&b);
	return OK;
}

/* Every match, in order. Not in DMN 1.5, but in wide use. */
FEEL_BUILTIN(extract)
{
	struct str subject = args[0].string;
	struct feel_list_builder b;
	struct feel_pattern *p;
	struct feel_pattern_flags flags;
	struct feel_match m;
	size_t at = 0;
	bool found = true;
	(void)count;
	*out = feel_null();
	TRY(compile(r, args[1].string, NULL, &p, &flags));
	if (!p)
		return OK;
	feel_list_begin(&b, r->arena);
	while (at <= subject.len) {
		TRY(feel_pattern_find(r, p, subject, at, &found, &m));
		if (!found)
			break;
		TRY(feel_put(r, &b, feel_string(str_sub(subject, m.offsets[0], m.offsets[1]))));
		at = m.offsets[1];
		if (m.offsets[1] == m.offsets[0]) {
			if (at == subject.len)
				break;
			utf8_next(subject, &at);
		}
	}
	*out = feel_list_end(&b);
	return OK;
}

#define FLAGS { "flags", ARG_STRING | ARG_OPTIONAL | ARG_OR_NULL }

static const struct feel_builtin table[] = {
	FEEL_FN("matches", { matches, { { "input", ARG_STRING }, { "pattern", ARG_STRING }, FLAGS } }),
	FEEL_FN("replace", { replace, { { "input", ARG_STRING }, { "pattern", ARG_STRING },
		{ "replacement", ARG_STRING }, FLAGS } }),
	FEEL_FN("split", { split, { { "string", ARG_STRING }, { "delimiter", ARG_STRING } } }),
	FEEL_FN("extract", { extract, { { "string", ARG_STRING }, { "pattern", ARG_STRING } } }),
};

FEEL_FAMILY(feel_family_pattern, table);
