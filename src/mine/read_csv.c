/* read_csv.c - CSV of any length, a block in memory at a time.
 *
 * A row is cut at its delimiters sixteen bytes at a time; only the columns that are needed are kept.
 * Texts are checked when they are new (words.c), so most bytes are looked at once. */
#include "base/utf8.h"
#include "mine/mine_int.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 4 << 20, PIECE = 256 << 10 /* stays in the processor's cache */, ROW_MAX = 2 << 20, WORD = 64, COLUMNS_MAX = 512, KEPT_MAX = FIELDS + MINE_ATTRIBUTES_MAX, PROGRESS_ROWS = 65536 };

struct csv {
	struct reader *x;
	char *block;
	size_t at, len;      /* the unread part */
	uint64_t passed;     /* bytes before the block */
	bool ended, quotes;  /* quotes: the block holds one */
	size_t last_end;     /* behind the block's last line end, 0 = none */
	uint64_t marks;      /* delimiters, quotes and line ends, a bit for each, of the WORD bytes at marks_at */
	size_t marks_at;     /* SIZE_MAX = of none */
	char delimiter;
	int line, row_line;
	size_t width;
	int16_t kept_at[COLUMNS_MAX]; /* by column: place among the kept ones, -1 = passed over */
	struct str kept[KEPT_MAX];    /* of the row */
	int field_at[FIELDS];         /* place among the kept ones, -1 = the file has no such column */
	int attributes_at[MINE_ATTRIBUTES_MAX];
	struct str attribute_name[MINE_ATTRIBUTES_MAX];
	size_t attributes, kept_count;
	char *header;                 /* the attributes' names live here */
};

/* ---- blocks ---- */

/* More bytes behind the unread ones; twice as many when they were not enough for a row. */
static enum err fill(struct csv *c)
{
	memmove(c->block, c->block + c->at, c->len - c->at);
	c->passed += c->at;
	c->len -= c->at;
	c->at = 0;
	c->marks_at = SIZE_MAX;
	size_t want = c->len * 2 < PIECE ? PIECE : c->len * 2 < BLOCK ? c->len * 2 : BLOCK;
	while (c->len < want && !c->ended) {
		ptrdiff_t n = c->x->chunk(c->x->src, c->block + c->len, want - c->len);
		if (n < 0)
			return diag_set(c->x->d, ERR_IO, "mine.read", "The log cannot be read to its end");
		c->ended = n == 0;
		c->len += (size_t)n;
	}
	const char *nl = c->len ? memrchr(c->block, '\n', c->len) : NULL;
	c->last_end = nl ? (size_t)(nl - c->block) + 1 : 0;
	c->quotes = c->len && memchr(c->block, '"', c->len);
	return OK;
}

/* ---- rows ---- */

/* The delimiters, quotes and line ends among sixteen bytes, a bit for each. */
static inline uint64_t marks_of_16(const char *p, char delimiter)
{
#ifdef __SSE2__
	const __m128i d = _mm_set1_epi8(delimiter), q = _mm_set1_epi8('"'), n = _mm_set1_epi8('\n');
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_cmpeq_epi8(v, q)), _mm_cmpeq_epi8(v, n)));
#else
	uint64_t marks = 0;
	for (int i = 0; i < 16; i++)
		marks |= (uint64_t)(p[i] == delimiter || p[i] == '"' || p[i] == '\n') << i;
	return marks;
#endif
}

/* Among WORD bytes. */
static inline uint64_t marks_of(const char *p, char d)
{
	return marks_of_16(p, d) | marks_of_16(p + 16, d) << 16 | marks_of_16(p + 32, d) << 32 | marks_of_16(p + 48, d) << 48;
}

/* The next delimiter, quote or line end from p on, or the end of what is there. The block has WORD bytes behind it. */
static inline const char *next_mark(struct csv *c, const char *p)
{
	size_t at = (size_t)(p - c->block), word = at & ~(size_t)(WORD - 1);
	if (word != c->marks_at) {
		c->marks = marks_of(c->block + word, c->delimiter);
		c->marks_at = word;
	}
	uint64_t left = c->marks >> (at - word) << (at - word);
	while (!left && c->marks_at + WORD < c->len) {
		c->marks_at += WORD;
		left = c->marks = marks_of(c->block + c->marks_at, c->delimiter);
	}
	size_t found = left ? c->marks_at + (size_t)__builtin_ctzll(left) : c->len;
	return c->block + (found < c->len ? found : c->len);
}

enum row { ROW_READ, ROW_NEEDS_MORE, ROW_BAD, ROW_TOO_WIDE };

/* A quoted field whose opening quote is at *p; doubled quotes are closed up in place. */
static enum row quoted(struct csv *c, const char **p, const char *end, struct str *out)
{
	char *to = c->block + (*p + 1 - c->block);
	const char *from = to;
	char *start = to;
	for (;; from++) {
		if (from == end)
			return c->ended ? ROW_BAD : ROW_NEEDS_MORE;
		c->line += *from == '\n';
		if (*from == '"') {
			if (from + 1 == end && !c->ended)
				return ROW_NEEDS_MORE;
			if (from + 1 == end || from[1] != '"')
				break;
			from++;
		}
		*to++ = *from;
	}
	*out = str_span(start, (size_t)(to - start));
	*p = from + 1;
	return ROW_READ;
}

/* Cuts the row at c->at; *next is where the one after begins. A row that turns out to be longer than the block is read
 * again from its beginning, so nothing before it may have been changed: doubled quotes are looked for first. */
static enum row cut_row(struct csv *c, size_t *fields, const char **next)
{
	const char *p = c->block + c->at, *end = c->block + c->len;
	for (size_t f = 0;; f++) {
		struct str field;
		if (p < end && *p == '"') {
			enum row r = quoted(c, &p, end, &field);
			if (r != ROW_READ)
				return r;
			if (p < end && *p == '\r')
				p++;
			if (p < end && *p != c->delimiter && *p != '\n')
				return ROW_BAD;
		} else {
			const char *stop = next_mark(c, p);
			while (stop < end && *stop == '"')
				stop = next_mark(c, stop + 1);
			field = str_span(p, (size_t)(stop - p));
			if (field.len && field.ptr[field.len - 1] == '\r' && (stop == end || *stop == '\n'))
				field.len--;
			p = stop;
		}
		if (p == end && !c->ended)
			return ROW_NEEDS_MORE;
		if (f >= COLUMNS_MAX)
			return ROW_TOO_WIDE;
		if (c->kept_at[f] >= 0)
			c->kept[c->kept_at[f]] = field;
		if (p == end || *p == '\n') {
			c->line += p < end;
			*next = p < end ? p + 1 : p;
			*fields = f + 1;
			return ROW_READ;
		}
		p++;
	}
}

/* Is there a whole row, quotes included? Looked at before it is cut, since cutting changes quotes in place. */
static bool whole_row(const struct csv *c)
{
	const char *p = c->block + c->at, *end = c->block + c->len;
	bool open = false;
	if (!c->quotes || c->ended)
		return c->ended || c->at < c->last_end;
	for (; p < end; p++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;
		for (const char *q = p; (q = memchr(q, '"', (size_t)(stop - q))); q++)
			open = !open;
		if (nl && !open)
			return true;
		p = stop;
	}
	return false;
}

/* Gives up the line: an open quote must not swallow the rows behind it. */
static void drop_line(struct csv *c)
{
	const char *nl = memchr(c->block + c->at, '\n', c->len - c->at);
	c->line = c->row_line + (nl != NULL);
	c->at = nl ? (size_t)(nl - c->block) + 1 : c->len;
}

static bool skip_blank(struct csv *c)
{
	while (c->at < c->len && (c->block[c->at] == '\n' || c->block[c->at] == '\r')) {
		c->line += c->block[c->at] == '\n';
		c->at++;
	}
	return c->at < c->len;
}

/* The next row cut, *fields 0 at the end. ROW_BAD is told and left out by the caller. */
static enum err next_row(struct csv *c, enum row *how, size_t *fields)
{
	const char *next;
	while (!skip_blank(c)) {
		*fields = 0;
		*how = ROW_READ;
		if (c->ended)
			return OK;
		TRY(fill(c));
		if (c->ended && !c->len)
			return OK;
	}
	c->row_line = c->line;
	while (c->len - c->at < ROW_MAX && !whole_row(c)) /* the block may have cut it short */
		TRY(fill(c));
	*how = cut_row(c, fields, &next);
	if (*how == ROW_READ)
		c->at = (size_t)(next - c->block);
	else
		drop_line(c);
	return OK;
}

/* ---- the header ---- */

static char guess_delimiter(const struct csv *c)
{
	static const char marks[] = { ',', ';', '\t', '|' };
	size_t count[4] = { 0 }, best = 0;
	bool open = false;
	for (size_t i = c->at; i < c->len && (open || c->block[i] != '\n'); i++) {
		open ^= c->block[i] == '"';
		for (size_t k = 0; k < 4; k++)
			count[k] += !open && c->block[i] == marks[k];
	}
	for (size_t k = 1; k < 4; k++)
		best = count[k] > count[best] ? k : best;
	return marks[best];
}

static int keep_column(struct csv *c, size_t column)
{
	if (c->kept_at[column] < 0)
		c->kept_at[column] = (int16_t)c->kept_count++;
	return c->kept_at[column];
}

/* The names that there are stand in the refusal, as far as they fit. */
static void put_names(char *to, size_t room, const struct str *names, size_t n)
{
	size_t len = 0;
	for (size_t i = 0; i < n && len + names[i].len + 6 < room; i++)
		len += (size_t)snprintf(to + len, room - len, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
	if (!utf8_valid(str_of(to)))
		*to = 0;
}

static enum err no_column(struct csv *c, const char *field, const struct str *names, size_t n)
{
	char list[200] = "";
	put_names(list, sizeof list, names, n);
	diag_set(c->x->d, ERR_INVALID, "mine.column", "Line %d: no column is the %s; say which with --%s. The first are: %s", c->row_line, field, field, list);
	diag_arg(c->x->d, str_of(field));
	diag_at_line(c->x->d, c->row_line, 0);
	return ERR_INVALID;
}

static enum err find_fields(struct csv *c, const struct str *names, size_t n)
{
	int found[FIELDS];
	for (enum read_field f = 0; f < FIELDS; f++) {
		int best = INT32_MAX;
		found[f] = -1;
		for (size_t i = 0; i < n; i++) {
			int rank = read_rank(c->x->m, f, names[i]);
			if (rank >= 0 && rank < best) {
				best = rank;
				found[f] = (int)i;
			}
		}
	}
	for (enum read_field f = 0; f < FIELDS; f++) {
		c->field_at[f] = found[f] < 0 ? -1 : keep_column(c, (size_t)found[f]);
		if (found[f] < 0 && f <= FIELD_TIME) {
			return no_column(c, read_field_name(f), names, n);
		}
	}
	return OK;
}

static enum err find_attribute(struct csv *c, struct str name, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name) && c->attributes < MINE_ATTRIBUTES_MAX) {
			c->attributes_at[c->attributes] = keep_column(c, i);
			c->attribute_name[c->attributes++] = names[i];
			return OK;
		}
	diag_set(c->x->d, ERR_INVALID, "mine.attribute", "The log has no column \"%.*s\"", STR_ARG(name));
	diag_arg(c->x->d, name);
	return ERR_INVALID;
}

/* Columns asked for, and those that by their name belong to the case. */
static enum err find_attributes(struct csv *c, const struct str *names, size_t n)
{
	const struct mine_mapping *m = c->x->m;
	for (size_t i = 0; i < m->attributes_count; i++)
		TRY(find_attribute(c, m->attributes[i], names, n));
	for (size_t i = 0; i < n && !m->attributes_count; i++)
		if (str_starts(names[i], S("case:")) && c->kept_at[i] < 0 && c->attributes < MINE_ATTRIBUTES_MAX)
			TRY(find_attribute(c, names[i], names, n));
	return OK;
}

/* The next name of the header; a quoted one is closed up in place. False when its quote is not closed. *more: one follows. */
static bool take_name(char **p, const char *end, char delimiter, struct str *name, bool *more)
{
	char *from = *p, *to = from, *start = from;
	bool quoted = from < end && *from == '"';
	for (from += quoted; from < end && (quoted || (*from != delimiter && *from != '\n')); from++) {
		if (quoted && *from == '"' && (from + 1 == end || from[1] != '"'))
			break;
		from += quoted && *from == '"';
		*to++ = *from;
	}
	if (quoted && from == end)
		return false;
	*name = str_trim(str_span(start, (size_t)(to - start)));
	while (from < end && *from != delimiter && *from != '\n')
		from++;
	*more = from < end && *from == delimiter;
	*p = from + (from < end);
	return true;
}

static enum err bad_header(struct csv *c)
{
	diag_set(c->x->d, ERR_INVALID, "mine.header", "Line %d is no readable header row: it names up to %d columns, quotes closed", c->row_line, COLUMNS_MAX);
	diag_at_line(c->x->d, c->row_line, 0);
	return ERR_INVALID;
}

/* The names live in a copy: the block moves on. */
static enum err take_names(struct csv *c, struct str *names, size_t *n)
{
	size_t len = c->len - c->at;
	bool more = true;
	c->row_line = c->line;
	c->header = heap_array(len, 1);
	if (!c->header)
		return ERR_NOMEM;
	memcpy(c->header, c->block + c->at, len);
	char *p = c->header;
	for (*n = 0; more; ++*n)
		if (*n == COLUMNS_MAX || !take_name(&p, c->header + len, c->delimiter, &names[*n], &more))
			return bad_header(c);
	const char *to = c->block + c->at + (p - c->header);
	for (const char *q = c->block + c->at; (q = memchr(q, '\n', (size_t)(to - q))); q++)
		c->line++;
	c->at = (size_t)(to - c->block);
	return OK;
}

static enum err read_header(struct csv *c)
{
	struct str *names = heap_new_n(struct str, COLUMNS_MAX);
	size_t n = 0;
	if (!names)
		return ERR_NOMEM;
	for (size_t i = 0; i < COLUMNS_MAX; i++)
		c->kept_at[i] = -1;
	enum err e = OK;
	while (e == OK && c->len - c->at < ROW_MAX && !whole_row(c))
		e = fill(c);
	if (e == OK)
		e = take_names(c, names, &n);
	c->width = n;
	if (e == OK)
		e = find_fields(c, names, n);
	if (e == OK)
		e = find_attributes(c, names, n);
	heap_free(names);
	return e;
}

/* ---- events ---- */

/* Most texts have no blank at their ends. */
static inline struct str trimmed(struct str s)
{
	return s.len && ((unsigned char)s.ptr[0] <= ' ' || (unsigned char)s.ptr[s.len - 1] <= ' ') ? str_trim(s) : s;
}

static inline struct str value(const struct csv *c, enum read_field f)
{
	return c->field_at[f] < 0 ? S("") : trimmed(c->kept[c->field_at[f]]);
}

/* A moment that may be missing; false when it is there and cannot be read. */
static bool moment(struct csv *c, enum read_field f, int64_t *out)
{
	struct str s = value(c, f);
	*out = MINE_NO_TIME;
	if (str_empty(s) || moments_parse(&c->x->moments, s, c->x->m->time_format, c->x->m->zone_s, out))
		return true;
	read_problem(c->x, c->row_line, "%s is no moment: \"%.*s\"; say its shape with --time-format", read_field_name(f), (int)(s.len > 40 ? 40 : s.len), s.ptr);
	return false;
}

static enum err case_facts(struct csv *c, uint32_t k)
{
	int64_t deadline;
	for (size_t i = 0; i < c->attributes; i++)
		TRY(mine_builder_attribute(c->x->b, k, c->attribute_name[i], str_trim(c->kept[c->attributes_at[i]])));
	if (c->field_at[FIELD_DEADLINE] < 0)
		return OK;
	if (moment(c, FIELD_DEADLINE, &deadline) && deadline != MINE_NO_TIME)
		TRY(mine_builder_deadline(c->x->b, k, deadline));
	return OK;
}

static enum err take_row(struct csv *c, size_t fields)
{
	struct mine_event e = { .case_id = value(c, FIELD_CASE), .activity = value(c, FIELD_ACTIVITY), .resource = value(c, FIELD_RESOURCE) };
	uint32_t k;
	if (fields != c->width) {
		read_problem(c->x, c->row_line, "the row has %zu fields, the header %zu", fields, c->width);
		return OK;
	}
	if (str_empty(e.case_id) || str_empty(e.activity) || str_empty(value(c, FIELD_TIME))) {
		read_problem(c->x, c->row_line, "the row has no %s", str_empty(e.case_id) ? "case" : str_empty(e.activity) ? "activity" : "moment");
		return OK;
	}
	if (!moment(c, FIELD_TIME, &e.end_ms) || !moment(c, FIELD_BEGIN, &e.begin_ms))
		return OK;
	e.phase = c->field_at[FIELD_LIFECYCLE] < 0 ? MINE_COMPLETE : read_phase(value(c, FIELD_LIFECYCLE));
	enum err err = mine_builder_add(c->x->b, &e, &k);
	if (err == OK)
		err = case_facts(c, k);
	if (err == ERR_INVALID) {
		read_problem(c->x, c->row_line, "the row is not %s; say the file's encoding with --encoding", c->x->r->encoding[0] ? c->x->r->encoding : "UTF-8");
		return OK;
	}
	return err;
}

static enum err read_rows(struct csv *c)
{
	static const char *const why[] = { [ROW_NEEDS_MORE] = "the row is longer than 2 MiB", [ROW_BAD] = "a quoted field is not closed rightly",
		                           [ROW_TOO_WIDE] = "the row has more than 512 fields" };
	for (;;) {
		enum row how;
		size_t fields = 0;
		TRY(next_row(c, &how, &fields));
		if (how == ROW_READ && !fields)
			return OK;
		c->x->r->rows++;
		if (how == ROW_READ)
			TRY(take_row(c, fields));
		else
			read_problem(c->x, c->row_line, "%s", why[how]);
		if (c->x->r->progress && c->x->r->rows % PROGRESS_ROWS == 0)
			c->x->r->progress(c->x->r->arg, c->passed + c->at, c->x->r->rows);
	}
}

static enum err open_and_read(struct csv *c)
{
	c->block = heap_array(BLOCK + WORD, 1);
	if (!c->block)
		return ERR_NOMEM;
	TRY(fill(c));
	if (c->len >= 3 && memcmp(c->block, "\xef\xbb\xbf", 3) == 0)
		c->at = 3;
	c->line = 1;
	if (!skip_blank(c))
		return diag_set(c->x->d, ERR_INVALID, "mine.empty", "The log has no event");
	c->delimiter = c->x->m->delimiter ? c->x->m->delimiter : guess_delimiter(c);
	TRY(read_header(c));
	return read_rows(c);
}

enum err read_csv(struct reader *x)
{
	struct csv *c = heap_alloc(sizeof *c);
	if (!c)
		return ERR_NOMEM;
	c->x = x;
	enum err e = open_and_read(c);
	heap_free(c->block);
	heap_free(c->header);
	heap_free(c);
	return e;
}
