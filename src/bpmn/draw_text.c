/* draw_text.c - labels: how wide they are, where they break, and as SVG. Widths are estimates
 * (no font is at hand): a Chinese character is as wide as it is high, others about half.
 */
#include "base/utf8.h"
#include "bpmn/draw_int.h"

static bool is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe4f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0xffe0 && c <= 0xffe6) || c >= 0x1f300;
}

static int32_t char_width(uint32_t c, int32_t size)
{
	if (is_wide(c))
		return size;
	if (c == 'i' || c == 'l' || c == 'j' || c == '.' || c == ',' || c == '\'' || c == '|')
		return size * 28 / 100;
	if (c == 'm' || c == 'w' || c == 'M' || c == 'W')
		return size * 85 / 100;
	return c >= 'A' && c <= 'Z' ? size * 68 / 100 : size * 55 / 100;
}

int32_t text_width(struct str s, int32_t size)
{
	int32_t width = 0;

	for (size_t at = 0; at < s.len;)
		width += char_width(utf8_next(s, &at), size);
	return width;
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == 0xa0;
}

/* Marks that must not begin a line. */
static bool clings(uint32_t c)
{
	return c == 0xff0c || c == 0x3002 || c == 0x3001 || c == 0xff1b || c == 0xff1a || c == 0xff09 || c == 0x300d ||
	       c == ',' || c == '.' || c == ')' || c == ';' || c == ':';
}

/* Bytes of the next line of `s`, and through *skip the bytes to leave out behind it. */
static size_t line_end(struct str s, int32_t width, int32_t size, size_t *skip)
{
	size_t at = 0, last_break = 0, last_skip = 0;
	int32_t used = 0;
	bool was_wide = false;

	while (at < s.len) {
		size_t before = at;
		uint32_t c = utf8_next(s, &at);

		if (is_blank(c) || (before && (was_wide || is_wide(c)) && !clings(c))) {
			last_break = before;
			last_skip = is_blank(c) ? at - before : 0;
		}
		was_wide = is_wide(c);
		used += char_width(c, size);
		if (c == '\n' || (used > width && before)) {
			if (c == '\n' || last_break == 0) {
				*skip = c == '\n' ? 1 : 0;
				return before;
			}
			*skip = last_skip;
			return last_break;
		}
	}
	*skip = 0;
	return s.len;
}

void text_wrap(struct str text, int32_t width, int32_t size, size_t max, struct text_lines *out)
{
	const size_t room = sizeof out->line / sizeof *out->line;

	out->count = 0;
	text = str_trim(text);
	while (text.len && out->count < max && out->count < room) {
		size_t skip, end = line_end(text, width, size, &skip);

		out->line[out->count++] = str_trim(str_sub(text, 0, end));
		text = str_sub(text, end + skip, text.len);
		while (text.len && text.ptr[0] == ' ')
			text = str_sub(text, 1, text.len);
	}
}

void put_px(struct buf *out, int32_t v)
{
	if (v < 0) {
		buf_byte(out, '-');
		v = -v;
	}
	buf_i64(out, v / 100);
	if (v % 100) {
		buf_byte(out, '.');
		buf_byte(out, (char)('0' + v % 100 / 10));
		if (v % 10)
			buf_byte(out, (char)('0' + v % 10));
	}
}

void text_draw(struct buf *out, const struct text_lines *lines, int32_t x, int32_t y, int32_t size, bool top)
{
	int32_t step = size * 5 / 4;
	int32_t first = top ? y + size : y - (int32_t)(lines->count - 1) * step / 2 + size * 35 / 100;

	if (!lines->count)
		return;
	buf_putz(out, "<text text-anchor=\"middle\" font-size=\"");
	put_px(out, size);
	buf_putz(out, "\" fill=\"#1d1f24\" stroke=\"none\">");
	for (size_t i = 0; i < lines->count; i++) {
		buf_putz(out, "<tspan x=\"");
		put_px(out, x);
		buf_putz(out, "\" y=\"");
		put_px(out, first + (int32_t)i * step);
		buf_putz(out, "\">");
		xml_escape(out, lines->line[i]);
		buf_putz(out, "</tspan>");
	}
	buf_putz(out, "</text>");
}
