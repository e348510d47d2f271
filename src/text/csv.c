/* csv.c - CSV row by row, bad rows told and left out; and writing. */
#include "text/csv.h"

#include "base/utf8.h"

/* Index behind the line that starts at `at`. */
static size_t line_end(struct str s, size_t at)
{
	const char *nl = at < s.len ? memchr(s.ptr + at, '\n', s.len - at) : NULL;
	return nl ? (size_t)(nl - s.ptr) + 1 : s.len;
}

static char guess_separator(struct str text)
{
	size_t count[3] = { 0 };
	bool quoted = false;
	for (size_t i = 0; i < line_end(text, 0); i++) {
		char c = text.ptr[i];
		if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ',' || c == ';' || c == '\t'))
			count[c == ',' ? 0 : c == ';' ? 1 : 2]++;
	}
	if (count[1] > count[0] && count[1] >= count[2])
		return ';';
	return count[2] > count[0] ? '\t' : ',';
}

static enum err bad_row(struct csv_reader *r, struct diag *d, enum err e, const char *code, const char *what)
{
	diag_set(d, e, code, "Line %d: %s", r->line, what);
	diag_at_line(d, r->line, 0);
	return e;
}

/* Gives up the row that begins at r->rest and goes on with the next line. A quote that
 * was left open must not swallow the rows behind it. */
static enum err drop_line(struct csv_reader *r, struct diag *d, enum err e, const char *code, const char *what)
{
	r->rest = str_sub(r->rest, line_end(r->rest, 0), r->rest.len);
	r->next_line = r->line + 1;
	r->fields = 0;
	return bad_row(r, d, e, code, what);
}

enum end { END_FIELD, END_ROW, END_OPEN_QUOTE, END_TEXT_BEHIND_QUOTE, END_NO_MEMORY };

/* Where a field stopped: at a separator, at the end of the line or text, or wrongly. */
static enum end field_stop(const struct csv_reader *r, struct str s, size_t *at)
{
	if (*at < s.len && s.ptr[*at] == r->separator) {
		(*at)++;
		return END_FIELD;
	}
	if (*at + 1 < s.len && s.ptr[*at] == '\r' && s.ptr[*at + 1] == '\n')
		(*at)++;
	if (*at < s.len && s.ptr[*at] != '\n' && !(s.ptr[*at] == '\r' && *at + 1 == s.len))
		return END_TEXT_BEHIND_QUOTE;
	*at = *at < s.len ? *at + 1 : s.len;
	return END_ROW;
}

static enum end plain_field(const struct csv_reader *r, struct str s, size_t *at, struct str *out)
{
	size_t from = *at, to = from;
	while (to < s.len && s.ptr[to] != r->separator && s.ptr[to] != '\n')
		to++;
	size_t stop = to;
	if ((to == s.len || s.ptr[to] == '\n') && to > from && s.ptr[to - 1] == '\r')
		to--;
	*out = str_sub(s, from, to);
	*at = stop;
	return field_stop(r, s, at);
}

/* s.ptr[*at] is the opening quote. */
static enum end quoted_field(struct csv_reader *r, struct str s, size_t *at, struct str *out)
{
	size_t from = *at + 1, to = from, doubled = 0;
	for (;; to++) {
		if (to >= s.len || to - from > CSV_ROW_BYTES_MAX)
			return END_OPEN_QUOTE;
		if (s.ptr[to] != '"')
			continue;
		if (to + 1 >= s.len || s.ptr[to + 1] != '"')
			break;
		doubled++;
		to++;
	}
	*out = str_sub(s, from, to);
	if (doubled) {
		char *p = arena_alloc(r->arena, out->len);
		if (!p)
			return END_NO_MEMORY;
		size_t n = 0;
		for (size_t i = from; i < to; i++) {
			p[n++] = s.ptr[i];
			i += s.ptr[i] == '"';
		}
		*out = str_span(p, n);
	}
	*at = to + 1;
	return field_stop(r, s, at);
}

static int count_lines(struct str s)
{
	int n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == '\n';
	return n;
}

static void skip_empty_lines(struct csv_reader *r)
{
	while (r->rest.len) {
		size_t blank = str_starts(r->rest, S("\r\n")) ? 2 : r->rest.ptr[0] == '\n' ? 1 : 0;
		if (!blank)
			return;
		r->rest = str_sub(r->rest, blank, r->rest.len);
		r->next_line++;
	}
}

static enum err read_row(struct csv_reader *r, struct diag *d)
{
	size_t at = 0;
	enum end end = END_FIELD;
	r->line = r->next_line;
	for (r->fields = 0; end == END_FIELD; r->fields++) {
		if (r->fields == CSV_FIELDS_MAX)
			return drop_line(r, d, ERR_INVALID, "csv.too-many-fields", "the row has too many fields");
		struct str *field = &r->field[r->fields];
		if (at < r->rest.len && r->rest.ptr[at] == '"')
			end = quoted_field(r, r->rest, &at, field);
		else
			end = plain_field(r, r->rest, &at, field);
	}
	if (end == END_NO_MEMORY)
		return bad_row(r, d, ERR_NOMEM, "csv.no-memory", "the row needs more memory than it may have");
	if (end == END_OPEN_QUOTE)
		return drop_line(r, d, ERR_INVALID, "csv.open-quote", "a quoted field is not closed");
	if (end == END_TEXT_BEHIND_QUOTE)
		return drop_line(r, d, ERR_INVALID, "csv.text-behind-quote", "text stands behind a closing quote");
	struct str raw = str_sub(r->rest, 0, at);
	if (raw.len > CSV_ROW_BYTES_MAX)
		return drop_line(r, d, ERR_INVALID, "csv.row-too-long", "the row is too long");
	r->rest = str_sub(r->rest, at, r->rest.len);
	r->next_line = r->line + count_lines(raw);
	if (!utf8_valid(raw))
		return bad_row(r, d, ERR_INVALID, "csv.bad-utf8", "the row is not valid UTF-8");
	return OK;
}

enum err csv_open(struct csv_reader *r, struct arena *a, struct str text, char separator, struct diag *d)
{
	memset(r, 0, sizeof *r);
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.len);
	r->rest = text;
	r->arena = a;
	r->next_line = 1;
	skip_empty_lines(r);
	r->separator = separator ? separator : guess_separator(r->rest);
	r->line = r->next_line;
	if (str_empty(r->rest))
		return bad_row(r, d, ERR_INVALID, "csv.empty", "there is no header row");
	TRY(read_row(r, d));
	for (size_t i = 0; i < r->fields; i++) {
		r->header[i] = arena_str(a, str_trim(r->field[i]));
		if (!r->header[i].ptr)
			return bad_row(r, d, ERR_NOMEM, "csv.no-memory", "the header needs more memory than it may have");
	}
	r->width = r->fields;
	r->mark = arena_save(a);
	return OK;
}

enum err csv_next(struct csv_reader *r, bool *more, struct diag *d)
{
	arena_rewind(r->arena, r->mark);
	skip_empty_lines(r);
	if (str_empty(r->rest)) {
		r->fields = 0;
		*more = false;
		return OK;
	}
	*more = true;
	TRY(read_row(r, d));
	if (r->width && r->fields != r->width) {
		diag_set(d, ERR_INVALID, "csv.width", "Line %d: the row has %zu fields, the header %zu", r->line, r->fields, r->width);
		diag_at_line(d, r->line, 0);
		return ERR_INVALID;
	}
	return OK;
}

int csv_column(const struct csv_reader *r, struct str name)
{
	for (size_t i = 0; i < r->width; i++)
		if (str_eq(r->header[i], name))
			return (int)i;
	return -1;
}

struct str csv_field(const struct csv_reader *r, int column)
{
	if (column < 0 || (size_t)column >= r->fields)
		return S("");
	return r->field[column];
}

/* -12.5 is a number to every spreadsheet, not a formula. */
static bool plain_number(struct str s)
{
	size_t i = 1, points = 0;
	for (; i < s.len; i++) {
		if (s.ptr[i] == '.')
			points++;
		else if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	}
	return s.len > 1 && points <= 1;
}

static bool looks_like_formula(struct str s)
{
	if (str_empty(s) || !memchr("=+-@\t\r", s.ptr[0], 6))
		return false;
	return !((s.ptr[0] == '-' || s.ptr[0] == '+') && plain_number(s));
}

static bool needs_quotes(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (memchr(",;\t\"\n\r", s.ptr[i], 6))
			return true;
	return s.len && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ');
}

void csv_put(struct buf *out, struct str field, bool first)
{
	bool formula = looks_like_formula(field), quoted = needs_quotes(field);
	if (!first)
		buf_byte(out, ',');
	if (quoted)
		buf_byte(out, '"');
	if (formula)
		buf_byte(out, '\'');
	for (struct str rest = field; rest.ptr && quoted;) {
		struct str part = str_cut(&rest, '"');
		buf_put(out, part);
		if (rest.ptr)
			buf_putz(out, "\"\"");
	}
	if (!quoted)
		buf_put(out, field);
	else
		buf_byte(out, '"');
}

void csv_end_row(struct buf *out)
{
	buf_putz(out, "\r\n");
}
