/* key.c - seeds in canonical form (RFC 3797, 4.1), so that everybody hashes the same bytes. */
#include "draw/draw_int.h"

/* A number without leading zeros, and without trailing ones behind the point. */
struct number { char whole[DRAW_DIGITS_MAX + 1], part[DRAW_DIGITS_MAX + 1]; size_t whole_len, part_len; };

static bool digits_only(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len <= DRAW_DIGITS_MAX;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* whole = whole * 16 + digit, in decimal; false when it grows too long. */
static bool push_hex(struct number *n, int digit)
{
	int carry = digit;
	for (size_t i = n->whole_len; i-- > 0;) {
		int v = (n->whole[i] - '0') * 16 + carry;
		n->whole[i] = (char)('0' + v % 10);
		carry = v / 10;
	}
	for (; carry; carry /= 10) {
		if (n->whole_len == DRAW_DIGITS_MAX)
			return false;
		memmove(n->whole + 1, n->whole, n->whole_len++);
		n->whole[0] = (char)('0' + carry % 10);
	}
	return true;
}

static bool read_hex(struct str digits, struct number *n)
{
	*n = (struct number){ .whole_len = 0 };
	for (size_t i = 0; i < digits.len; i++) {
		int digit = hex_digit(digits.ptr[i]);
		if (digit < 0 || !push_hex(n, digit))
			return false;
	}
	if (!n->whole_len)
		n->whole[n->whole_len++] = '0';
	return digits.len > 0;
}

static bool read_decimal(struct str text, struct number *n)
{
	struct str part = text, whole = str_cut(&part, '.');
	if (!part.ptr)
		part = S("");
	if (!digits_only(whole) || !digits_only(part) || whole.len + part.len == 0)
		return false;
	while (whole.len > 1 && whole.ptr[0] == '0')
		whole = str_sub(whole, 1, whole.len);
	while (part.len && part.ptr[part.len - 1] == '0')
		part.len--;
	if (!whole.len)
		whole = S("0");
	*n = (struct number){ .whole_len = whole.len, .part_len = part.len };
	memcpy(n->whole, whole.ptr, whole.len);
	if (part.len)
		memcpy(n->part, part.ptr, part.len);
	return true;
}

static bool read_number(struct str text, struct number *n)
{
	bool hex = str_starts(text, S("0x")) || str_starts(text, S("0X"));
	return hex ? read_hex(str_sub(text, 2, text.len), n) : read_decimal(text, n);
}

static int compare(const struct number *a, const struct number *b)
{
	if (a->whole_len != b->whole_len)
		return a->whole_len < b->whole_len ? -1 : 1;
	int by_whole = memcmp(a->whole, b->whole, a->whole_len);
	return by_whole ? by_whole : str_cmp(str_span(a->part, a->part_len), str_span(b->part, b->part_len));
}

/* Blanks, tabs and commas stand between numbers. */
static bool next_word(struct str *rest, struct str *word)
{
	size_t from = 0, to;
	while (from < rest->len && strchr(" \t\r,", rest->ptr[from]))
		from++;
	for (to = from; to < rest->len && !strchr(" \t\r,", rest->ptr[to]);)
		to++;
	*word = str_sub(*rest, from, to);
	*rest = str_sub(*rest, to, rest->len);
	return word->len > 0;
}

static void insert(struct number *sorted, size_t count, const struct number *n)
{
	size_t at = count;
	for (; at && compare(&sorted[at - 1], n) > 0; at--)
		sorted[at] = sorted[at - 1];
	sorted[at] = *n;
}

static enum err bad_number(struct diag *d, struct str word)
{
	enum err e = diag_set(d, ERR_INVALID, "draw.number", "\"%.*s\" is no number such as 9319, 12.5 or 0x3f.", STR_ARG(word));
	if (d)
		diag_arg(d, word);
	return e;
}

enum err draw_source_put(struct str numbers, struct buf *key, struct diag *d)
{
	struct number sorted[DRAW_VALUES_MAX], n;
	size_t count = 0;
	struct str rest = numbers, word;
	while (next_word(&rest, &word)) {
		if (count == DRAW_VALUES_MAX)
			return diag_set(d, ERR_LIMIT, "draw.too-many-numbers", "A source gives at most %d numbers.", DRAW_VALUES_MAX);
		if (!read_number(word, &n))
			return bad_number(d, word);
		insert(sorted, count++, &n);
	}
	if (!count)
		return diag_set(d, ERR_INVALID, "draw.no-seed", "A source of the seed gives no number.");
	for (size_t i = 0; i < count; i++) {
		buf_put(key, str_span(sorted[i].whole, sorted[i].whole_len));
		buf_byte(key, '.');
		buf_put(key, str_span(sorted[i].part, sorted[i].part_len));
	}
	buf_byte(key, '/');
	return key->failed;
}

enum err draw_key_read(struct str text, struct buf *key, struct diag *d)
{
	struct str line;
	int at = 0, sources = 0;
	for (struct str rest = text; draw_line_next(&rest, &at, &line); sources++) {
		enum err e = sources < DRAW_SOURCES_MAX ? draw_source_put(line, key, d) :
		             diag_set(d, ERR_LIMIT, "draw.too-many-sources", "A draw has at most %d sources.", DRAW_SOURCES_MAX);
		if (e != OK && d)
			diag_at_line(d, at, 0);
		TRY(e);
	}
	return sources ? OK : diag_set(d, ERR_INVALID, "draw.no-seed", "There is no source of a seed.");
}
