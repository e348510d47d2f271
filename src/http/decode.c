/* decode.c - percent-encoding and the pairs of queries and forms. Pure. */
#include "base/utf8.h"
#include "http/http_int.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool http_is_text(struct str s)
{
	return utf8_valid(s) && (!s.len || !memchr(s.ptr, 0, s.len));
}

bool http_decode(struct arena *a, struct str raw, bool plus, struct str *out)
{
	char *p = arena_alloc(a, raw.len + 1);
	size_t n = 0;
	if (!p)
		return false;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.ptr[i];
		if (c == '%') {
			bool whole = i + 2 < raw.len;
			int hi = whole ? hex_digit(raw.ptr[i + 1]) : -1;
			int lo = whole ? hex_digit(raw.ptr[i + 2]) : -1;
			if (hi < 0 || lo < 0)
				return false;
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		p[n++] = c;
	}
	if (!http_is_text(str_span(p, n)))
		return false;
	*out = str_span(p, n);
	return true;
}

enum err http_pairs_add(struct arena *a, struct http_pairs *p, struct str name, struct str value)
{
	if (p->count == HTTP_PAIRS_MAX)
		return ERR_LIMIT;
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 8;
		struct http_pair *list = arena_new_n(a, struct http_pair, room);
		if (!list)
			return ERR_NOMEM;
		if (p->count)
			memcpy(list, p->list, p->count * sizeof *list);
		p->list = list;
		p->room = room;
	}
	p->list[p->count++] = (struct http_pair){ name, value };
	return OK;
}

enum err http_decode_pairs(struct arena *a, struct str raw, struct http_pairs *out)
{
	for (struct str rest = raw; rest.ptr;) {
		struct str part = str_cut(&rest, '&'), name, value;
		if (str_empty(part))
			continue;
		struct str raw_name = str_cut(&part, '=');
		if (!http_decode(a, raw_name, true, &name) || !http_decode(a, part.ptr ? part : S(""), true, &value))
			return ERR_INVALID;
		TRY(http_pairs_add(a, out, name, value));
	}
	return OK;
}

struct str http_pairs_first(const struct http_pairs *p, struct str name)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->list[i].name, name))
			return p->list[i].value;
	return (struct str){ NULL, 0 };
}

size_t http_pairs_all(const struct http_pairs *p, struct str name, struct arena *a, const struct str **out)
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++)
		n += str_eq(p->list[i].name, name);
	struct str *list = n ? arena_new_n(a, struct str, n) : NULL;
	if (!list)
		return 0;
	n = 0;
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->list[i].name, name))
			list[n++] = p->list[i].value;
	*out = list;
	return n;
}

void http_encode(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
		if (plain && c)
			buf_byte(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}
