/* json_read.c - the reader: strict RFC 8259, numbers keep their digits.
 *
 * The text is copied into the arena once; strings are unescaped in place, so that
 * every view of the tree points into that copy. Members of open arrays and objects
 * wait on one stack and are copied out in their exact number at the closing bracket.
 */
#include "text/json.h"

#include "base/map.h"
#include "base/utf8.h"

enum { SMALL_OBJECT = 12, FIRST_ROOM = 48 /* most texts have fewer open at a time, and take nothing from the heap for it */ };

struct reader {
	struct arena *arena, scratch; /* scratch: key tables of large objects */
	char *text;
	size_t len, at;
	int depth;
	struct json_member *stack, *first; /* the same until there is more than its room */
	size_t stack_count, stack_room;
	struct diag *diag;
	struct str source;
};

static enum err fail_at(struct reader *r, size_t at, enum err e, const char *code, const char *what)
{
	int line = 1, column = 1;
	for (size_t i = 0; i < at && i < r->source.len; i++) {
		if (r->source.ptr[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)r->source.ptr[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	diag_set(r->diag, e, code, "%s at line %d, column %d", what, line, column);
	diag_at_line(r->diag, line, column);
	return e;
}

static enum err fail(struct reader *r, const char *what)
{
	return fail_at(r, r->at, ERR_INVALID, "json.syntax", what);
}

static enum err no_memory(struct reader *r)
{
	return diag_set(r->diag, ERR_NOMEM, "json.no-memory", "The JSON text needs more memory than it may have");
}

static int peek(const struct reader *r)
{
	return r->at < r->len ? (unsigned char)r->text[r->at] : -1;
}

static void skip_blanks(struct reader *r)
{
	for (int c = peek(r); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(r))
		r->at++;
}

static bool digits(struct reader *r)
{
	size_t from = r->at;
	while (peek(r) >= '0' && peek(r) <= '9')
		r->at++;
	return r->at > from;
}

static enum err read_number(struct reader *r, struct json *out)
{
	size_t from = r->at;
	if (peek(r) == '-')
		r->at++;
	if (peek(r) == '0')
		r->at++;
	else if (!digits(r))
		return fail(r, "A number needs a digit here");
	if (peek(r) == '.') {
		r->at++;
		if (!digits(r))
			return fail(r, "A digit must follow the decimal point");
	}
	if (peek(r) == 'e' || peek(r) == 'E') {
		r->at++;
		if (peek(r) == '+' || peek(r) == '-')
			r->at++;
		if (!digits(r))
			return fail(r, "The exponent needs a digit");
	}
	out->kind = JSON_NUMBER;
	out->text = str_span(r->text + from, r->at - from);
	return OK;
}

static bool hex4(const struct reader *r, size_t at, uint32_t *out)
{
	if (r->len - at < 4)
		return false;
	uint32_t v = 0;
	for (size_t i = at; i < at + 4; i++) {
		char c = r->text[i];
		uint32_t d;
		if (c >= '0' && c <= '9')
			d = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			d = (uint32_t)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			d = (uint32_t)(c - 'A') + 10;
		else
			return false;
		v = v << 4 | d;
	}
	*out = v;
	return true;
}

/* The code point of \uXXXX or of a surrogate pair; r->at stands behind the 'u'. */
static enum err read_unicode(struct reader *r, uint32_t *out)
{
	uint32_t hi, lo;
	if (!hex4(r, r->at, &hi))
		return fail(r, "\\u needs four hexadecimal digits");
	r->at += 4;
	if (hi >= 0xdc00 && hi <= 0xdfff)
		return fail(r, "A low surrogate stands alone");
	if (hi >= 0xd800 && hi <= 0xdbff) {
		if (r->len - r->at < 6 || r->text[r->at] != '\\' || r->text[r->at + 1] != 'u' ||
		    !hex4(r, r->at + 2, &lo) || lo < 0xdc00 || lo > 0xdfff)
			return fail(r, "A high surrogate needs its low one");
		r->at += 6;
		hi = 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
	}
	*out = hi;
	return OK;
}

static size_t put_utf8(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		to[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		to[0] = (char)(0xc0 | cp >> 6);
		to[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		to[0] = (char)(0xe0 | cp >> 12);
		to[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		to[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | cp >> 18);
	to[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	to[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	to[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/* One escape, r->at behind the backslash; writes at r->text[*to]. Never longer than its source. */
static enum err read_escape(struct reader *r, size_t *to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	int c = peek(r);
	if (c == 'u') {
		r->at++;
		uint32_t cp = 0;
		TRY(read_unicode(r, &cp));
		*to += put_utf8(r->text + *to, cp);
		return OK;
	}
	const char *hit = c > 0 ? strchr(from, c) : NULL;
	if (!hit)
		return fail(r, "There is no such escape");
	r->at++;
	r->text[(*to)++] = into[hit - from];
	return OK;
}

/* r->at on the opening quote. */
static enum err read_string(struct reader *r, struct str *out)
{
	size_t from = ++r->at;
	r->at += json_plain_run(str_span(r->text + from, r->len - from));
	size_t to = r->at; /* what comes after the first escape moves down */
	for (;;) {
		int c = peek(r);
		if (c < 0)
			return fail(r, "The string has no end");
		if (c < 0x20)
			return fail(r, "A control character must be escaped");
		r->at++;
		if (c == '"')
			break;
		if (c == '\\')
			TRY(read_escape(r, &to));
		else
			r->text[to++] = (char)c;
	}
	*out = str_span(r->text + from, to - from);
	return OK;
}

static enum err grow(struct reader *r)
{
	size_t room = r->stack_room * 2;
	bool within = r->stack == r->first;
	struct json_member *p = heap_extend(within ? NULL : r->stack, room * sizeof *p);
	if (!p)
		return no_memory(r);
	if (within)
		memcpy(p, r->first, r->stack_count * sizeof *p);
	r->stack = p;
	r->stack_room = room;
	return OK;
}

static enum err push(struct reader *r, const struct json_member *m)
{
	if (r->stack_count == r->stack_room)
		TRY(grow(r));
	r->stack[r->stack_count++] = *m;
	return OK;
}

static enum err read_value(struct reader *r, struct json *out);

static enum err close_array(struct reader *r, size_t base, struct json *out)
{
	size_t n = r->stack_count - base;
	struct json *items = n ? arena_new_n(r->arena, struct json, n) : NULL;
	if (n && !items)
		return no_memory(r);
	for (size_t i = 0; i < n; i++)
		items[i] = r->stack[base + i].value;
	r->stack_count = base;
	*out = (struct json){ .kind = JSON_ARRAY, .count = n, .items = items };
	return OK;
}

static enum err read_array(struct reader *r, struct json *out)
{
	size_t base = r->stack_count;
	r->at++;
	skip_blanks(r);
	if (peek(r) == ']') {
		r->at++;
		return close_array(r, base, out);
	}
	for (;;) {
		struct json_member m = { 0 };
		TRY(read_value(r, &m.value));
		TRY(push(r, &m));
		skip_blanks(r);
		int c = peek(r);
		if (c != ',' && c != ']')
			return fail(r, "A comma or ] belongs here");
		r->at++;
		if (c == ']')
			return close_array(r, base, out);
	}
}

static bool keys_ascend(const struct json_member *m, size_t n)
{
	size_t i = 1;
	while (i < n && str_cmp(m[i - 1].key, m[i].key) < 0)
		i++;
	return i >= n;
}

/* What was written canonically has its keys in their order, so none can be there twice. Else small objects compare each with
 * each; large ones use a table, so that a hostile object of many keys costs linear time. */
static enum err refuse_duplicates(struct reader *r, const struct json_member *m, size_t n)
{
	if (keys_ascend(m, n))
		return OK;
	if (n <= SMALL_OBJECT) {
		for (size_t i = 1; i < n; i++)
			for (size_t j = 0; j < i; j++)
				if (str_eq(m[i].key, m[j].key))
					return fail_at(r, r->at, ERR_INVALID, "json.duplicate-key", "The object that ends here has a key twice");
		return OK;
	}
	struct map seen;
	struct arena_mark mark = arena_save(&r->scratch);
	map_init(&seen, &r->scratch);
	enum err e = OK;
	for (size_t i = 0; i < n && e == OK; i++) {
		if (map_has(&seen, m[i].key))
			e = fail_at(r, r->at, ERR_INVALID, "json.duplicate-key", "The object that ends here has a key twice");
		else if (map_set(&seen, m[i].key, r) != OK)
			e = no_memory(r);
	}
	arena_rewind(&r->scratch, mark);
	return e;
}

static enum err close_object(struct reader *r, size_t base, struct json *out)
{
	size_t n = r->stack_count - base;
	struct json_member *members = n ? arena_new_n(r->arena, struct json_member, n) : NULL;
	if (n && !members)
		return no_memory(r);
	if (n)
		memcpy(members, r->stack + base, n * sizeof *members);
	r->stack_count = base;
	TRY(refuse_duplicates(r, members, n));
	*out = (struct json){ .kind = JSON_OBJECT, .count = n, .members = members };
	return OK;
}

static enum err read_member(struct reader *r)
{
	struct json_member m = { 0 };
	if (peek(r) != '"')
		return fail(r, "A key in quotes belongs here");
	TRY(read_string(r, &m.key));
	skip_blanks(r);
	if (peek(r) != ':')
		return fail(r, "A colon belongs here");
	r->at++;
	TRY(read_value(r, &m.value));
	return push(r, &m);
}

static enum err read_object(struct reader *r, struct json *out)
{
	size_t base = r->stack_count;
	r->at++;
	skip_blanks(r);
	if (peek(r) == '}') {
		r->at++;
		return close_object(r, base, out);
	}
	for (;;) {
		TRY(read_member(r));
		skip_blanks(r);
		int c = peek(r);
		if (c != ',' && c != '}')
			return fail(r, "A comma or } belongs here");
		r->at++;
		if (c == '}')
			return close_object(r, base, out);
		skip_blanks(r);
	}
}

static enum err read_word(struct reader *r, struct str word, struct json value, struct json *out)
{
	if (!str_starts(str_span(r->text + r->at, r->len - r->at), word))
		return fail(r, "A value belongs here");
	r->at += word.len;
	*out = value;
	return OK;
}

static enum err read_container(struct reader *r, struct json *out)
{
	if (r->depth == JSON_DEPTH_MAX)
		return fail_at(r, r->at, ERR_LIMIT, "json.too-deep", "The value is nested too deep");
	r->depth++;
	enum err e = peek(r) == '{' ? read_object(r, out) : read_array(r, out);
	r->depth--;
	return e;
}

static enum err read_value(struct reader *r, struct json *out)
{
	skip_blanks(r);
	switch (peek(r)) {
	case '{':
	case '[':
		return read_container(r, out);
	case '"': {
		struct str text;
		TRY(read_string(r, &text));
		*out = (struct json){ .kind = JSON_STRING, .text = text };
		return OK;
	}
	case 't':
		return read_word(r, S("true"), (struct json){ .kind = JSON_BOOL, .boolean = true }, out);
	case 'f':
		return read_word(r, S("false"), (struct json){ .kind = JSON_BOOL }, out);
	case 'n':
		return read_word(r, S("null"), (struct json){ .kind = JSON_NULL }, out);
	default:
		return read_number(r, out);
	}
}

static enum err read_whole(struct reader *r, struct json *out)
{
	TRY(read_value(r, out));
	skip_blanks(r);
	if (r->at != r->len)
		return fail(r, "Text stands behind the value");
	return OK;
}

enum err json_read(struct arena *a, struct str text, const struct json **out, struct diag *d)
{
	if (text.len <= JSON_BYTES_MAX && !utf8_valid(text))
		return diag_set(d, ERR_INVALID, "json.bad-utf8", "The JSON text is not valid UTF-8");
	return json_read_as_it_stands(a, text, out, d);
}

enum err json_read_as_it_stands(struct arena *a, struct str text, const struct json **out, struct diag *d)
{
	struct json_member first[FIRST_ROOM];
	struct reader r = { .arena = a, .len = text.len, .diag = d, .source = text, .stack = first, .first = first, .stack_room = FIRST_ROOM };
	if (text.len > JSON_BYTES_MAX)
		return diag_set(d, ERR_LIMIT, "json.too-large", "The JSON text is larger than %d MiB", JSON_BYTES_MAX >> 20);
	struct json *value = arena_new(a, struct json);
	r.text = arena_alloc(a, text.len + 1);
	if (!value || !r.text)
		return no_memory(&r);
	if (text.len)
		memcpy(r.text, text.ptr, text.len);
	arena_init(&r.scratch, (size_t)JSON_BYTES_MAX * 4);
	enum err e = read_whole(&r, value);
	arena_release(&r.scratch);
	if (r.stack != first)
		heap_free(r.stack);
	if (e == OK)
		*out = value;
	return e;
}
