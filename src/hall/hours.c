/* hours.c - hours of a day as people type them, read and written in one way. Pure. */
#include "base/utf8.h"
#include "hall/hall_int.h"

/* One character of the text, full-width forms made narrow, any dash or wave a '-', any separator a blank. */
static char plain(uint32_t cp)
{
	if (cp >= 0xff10 && cp <= 0xff19)
		return (char)('0' + (cp - 0xff10));
	switch (cp) {
	case 0xff1a: return ':';
	case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2014: case 0x2212: case 0xff0d: case 0x301c: case 0xff5e: case '~': case 0x81f3: return '-';
	case 0x3000: case 0xff0c: case 0x3001: case 0xff1b: case ',': case ';': case '\t': return ' ';
	default: return cp < 0x7f ? (char)cp : '?';
	}
}

enum { TEXT_MAX = 160 };

/* Blanks around a dash go. */
static bool narrow(struct str text, char *out, size_t *len)
{
	*len = 0;
	for (size_t at = 0; at < text.len;) {
		char c = plain(utf8_next(text, &at));
		if (*len + 1 >= TEXT_MAX)
			return false;
		while (c == '-' && *len && out[*len - 1] == ' ')
			--*len;
		if (c == ' ' && (!*len || out[*len - 1] == ' ' || out[*len - 1] == '-'))
			continue;
		out[(*len)++] = c;
	}
	while (*len && out[*len - 1] == ' ')
		--*len;
	return true;
}

bool hall_time_read(struct str text, int *minutes)
{
	int64_t hour, minute;
	struct str rest = text, head = str_cut(&rest, ':');
	if (!head.len || head.len > 2 || !rest.ptr || rest.len != 2 || !str_to_i64(head, &hour) || !str_to_i64(rest, &minute))
		return false;
	if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > HALL_DAY_MINUTES)
		return false;
	*minutes = (int)(hour * 60 + minute);
	return true;
}

bool hall_spans_read(struct str text, struct hall_spans *out)
{
	char plain_text[TEXT_MAX];
	size_t len;
	struct hall_spans s = { .count = 0 };
	if (!narrow(text, plain_text, &len))
		return false;
	for (struct str rest = str_span(plain_text, len); rest.len;) {
		struct str span = str_cut(&rest, ' '), from = str_cut(&span, '-');
		struct hall_span one;
		if (s.count == HALL_SPANS_MAX || !hall_time_read(from, &one.from) || !span.ptr || !hall_time_read(span, &one.until) || one.until <= one.from)
			return false;
		if (s.count && one.from < s.at[s.count - 1].until)
			return false;
		s.at[s.count++] = one;
	}
	*out = s;
	return true;
}

struct str hall_spans_text(struct arena *a, const struct hall_spans *s)
{
	struct buf b;
	buf_init_in(&b, a, TEXT_MAX);
	for (size_t i = 0; i < s->count; i++)
		buf_printf(&b, "%s%02d:%02d-%02d:%02d", i ? " " : "", s->at[i].from / 60, s->at[i].from % 60, s->at[i].until / 60, s->at[i].until % 60);
	return b.len ? buf_str(&b) : S("");
}
