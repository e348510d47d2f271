/* json_write.c - writing JSON: the state machine, plain values, the canonical form. */
#include "text/json.h"

#include <stdlib.h>

enum { SORT_ON_STACK = 32 };

/* Eight at a time. */
size_t json_plain_run(struct str s)
{
	const uint64_t ones = ~0ULL / 255, highs = ones * 128;
	size_t i = 0;
	for (uint64_t w; i + sizeof w <= s.len; i += sizeof w) {
		memcpy(&w, s.ptr + i, sizeof w);
		uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
		/* a high bit where a byte is below 0x20, or one of the two; the bits above a borrow may be wrong, the first is not */
		if ((((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & highs)
			break;
	}
	while (i < s.len && (unsigned char)s.ptr[i] >= 0x20 && s.ptr[i] != '"' && s.ptr[i] != '\\')
		i++;
	return i;
}

static void put_string(struct buf *out, struct str s)
{
	size_t from = 0, plain = json_plain_run(s);
	if (plain == s.len) {
		buf_quoted(out, s);
		return;
	}
	buf_byte(out, '"');
	for (size_t i = plain; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(out, str_sub(s, from, i));
		from = i + 1;
		static const char shorts[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
		const char *hit = c ? strchr(shorts, c) : NULL;
		if (hit) {
			buf_byte(out, '\\');
			buf_byte(out, letters[hit - shorts]);
		} else {
			buf_printf(out, "\\u%04x", c);
		}
	}
	buf_put(out, str_sub(s, from, s.len));
	buf_byte(out, '"');
}

/* ---- the state machine ---- */

void json_writer_init(struct json_writer *w, struct buf *out)
{
	*w = (struct json_writer){ .out = out };
}

static void before_value(struct json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	/* inside an object a value must follow its key */
	base_assert(w->depth == 0 || !w->closes_object[w->depth]);
	if (w->depth > 0 && w->need_comma[w->depth])
		buf_byte(w->out, ',');
	w->need_comma[w->depth] = true;
}

static void open_container(struct json_writer *w, bool object)
{
	before_value(w);
	base_assert(w->depth < JSON_DEPTH_MAX);
	w->depth++;
	w->need_comma[w->depth] = false;
	w->closes_object[w->depth] = object;
	buf_byte(w->out, object ? '{' : '[');
}

void json_object(struct json_writer *w)
{
	open_container(w, true);
}

void json_array(struct json_writer *w)
{
	open_container(w, false);
}

void json_end(struct json_writer *w)
{
	base_assert(w->depth > 0 && !w->after_key);
	buf_byte(w->out, w->closes_object[w->depth] ? '}' : ']');
	w->depth--;
}

void json_key(struct json_writer *w, struct str key)
{
	base_assert(w->depth > 0 && w->closes_object[w->depth] && !w->after_key);
	if (w->need_comma[w->depth])
		buf_byte(w->out, ',');
	w->need_comma[w->depth] = true;
	put_string(w->out, key);
	buf_byte(w->out, ':');
	w->after_key = true;
}

void json_put_str(struct json_writer *w, struct str text)
{
	before_value(w);
	put_string(w->out, text);
}

void json_put_i64(struct json_writer *w, int64_t v)
{
	before_value(w);
	buf_i64(w->out, v);
}

void json_put_bool(struct json_writer *w, bool v)
{
	before_value(w);
	buf_put(w->out, v ? S("true") : S("false"));
}

void json_put_null(struct json_writer *w)
{
	before_value(w);
	buf_put(w->out, S("null"));
}

void json_put_number(struct json_writer *w, struct str digits)
{
	before_value(w);
	buf_put(w->out, digits);
}

void json_put_raw(struct json_writer *w, struct str serialised)
{
	before_value(w);
	buf_put(w->out, serialised);
}

void json_pair_str(struct json_writer *w, const char *key, struct str v)
{
	json_key(w, str_of(key));
	json_put_str(w, v);
}

void json_pair_i64(struct json_writer *w, const char *key, int64_t v)
{
	json_key(w, str_of(key));
	json_put_i64(w, v);
}

void json_pair_bool(struct json_writer *w, const char *key, bool v)
{
	json_key(w, str_of(key));
	json_put_bool(w, v);
}

/* ---- whole values ---- */

static void put_value(struct buf *out, const struct json *v, bool canonical);

static int by_key(const void *a, const void *b)
{
	const struct json_member *const *x = a, *const *y = b;
	return str_cmp((*x)->key, (*y)->key);
}

/* Most objects have few members, many have them in order already. */
static void sort_members(const struct json_member **m, size_t n)
{
	if (n > SORT_ON_STACK) {
		qsort(m, n, sizeof *m, by_key);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		const struct json_member *one = m[i];
		size_t at = i;
		for (; at > 0 && str_cmp(one->key, m[at - 1]->key) < 0; at--)
			m[at] = m[at - 1];
		m[at] = one;
	}
}

static void put_member(struct buf *out, const struct json_member *m, bool first, bool canonical)
{
	if (!first)
		buf_byte(out, ',');
	put_string(out, m->key);
	buf_byte(out, ':');
	put_value(out, &m->value, canonical);
}

static void put_sorted(struct buf *out, const struct json *v)
{
	const struct json_member *few[SORT_ON_STACK], **sorted = few;
	if (v->count > SORT_ON_STACK)
		sorted = heap_alloc(v->count * sizeof *sorted);
	if (!sorted) {
		out->failed = ERR_NOMEM;
		return;
	}
	for (size_t i = 0; i < v->count; i++)
		sorted[i] = &v->members[i];
	sort_members(sorted, v->count);
	for (size_t i = 0; i < v->count; i++)
		put_member(out, sorted[i], i == 0, true);
	if (sorted != few)
		heap_free(sorted);
}

static void put_object(struct buf *out, const struct json *v, bool canonical)
{
	buf_byte(out, '{');
	if (canonical)
		put_sorted(out, v);
	else
		for (size_t i = 0; i < v->count; i++)
			put_member(out, &v->members[i], i == 0, false);
	buf_byte(out, '}');
}

static void put_array(struct buf *out, const struct json *v, bool canonical)
{
	buf_byte(out, '[');
	for (size_t i = 0; i < v->count; i++) {
		if (i)
			buf_byte(out, ',');
		put_value(out, &v->items[i], canonical);
	}
	buf_byte(out, ']');
}

static void put_value(struct buf *out, const struct json *v, bool canonical)
{
	switch (v->kind) {
	case JSON_NULL:
		buf_put(out, S("null"));
		return;
	case JSON_BOOL:
		buf_put(out, v->boolean ? S("true") : S("false"));
		return;
	case JSON_NUMBER:
		buf_put(out, v->text);
		return;
	case JSON_STRING:
		put_string(out, v->text);
		return;
	case JSON_ARRAY:
		put_array(out, v, canonical);
		return;
	case JSON_OBJECT:
		put_object(out, v, canonical);
		return;
	}
}

void json_put_value(struct json_writer *w, const struct json *v)
{
	before_value(w);
	put_value(w->out, v, false);
}

void json_put_canonical(struct buf *out, const struct json *v)
{
	put_value(out, v, true);
}
