/* xlsx_read.c - the first sheet of a workbook as rows of text: ZIP through libzip, XML through expat, everything bounded. */
#include <zip.h>

#include "paper/paper_int.h"
#include "paper/xlsx_int.h"
#include "text/xml.h"

enum { ENTRIES_MAX = 10000, STRINGS_MAX = 4 << 20, STYLES_MAX = 65536, CELL_BYTES_MAX = 1 << 20 };

struct list { void *items; size_t count, room; };

struct format { int64_t id; bool is_date; };

struct workbook {
	struct arena *a;
	zip_t *zip;
	int64_t left; /* bytes that may still be unpacked */
	enum err failed;
	bool from_1904;
	struct str sheet_id, sheet_path;
	struct list strings; /* struct str */
	struct list formats; /* struct format: those that the file defines */
	struct list styles;  /* bool: the cell style shows a date */
	struct list rows;    /* struct paper_row */
	size_t width;
	/* while reading */
	struct buf text;
	bool in_text, phonetic, in_cell_styles, in_row;
	struct str cell_type;
	int64_t cell_style;
	int column, line;
	struct str cells[PAPER_COLUMNS_MAX];
	size_t cells_count;
};

/* The next item's place; NULL when memory runs out or there are `max` already. */
static void *list_add(struct workbook *w, struct list *l, size_t size, size_t max)
{
	if (l->count >= max) {
		w->failed = ERR_LIMIT;
		return NULL;
	}
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		void *items = arena_array(w->a, room, size);
		if (!items) {
			w->failed = ERR_NOMEM;
			return NULL;
		}
		if (l->count)
			memcpy(items, l->items, l->count * size);
		l->items = items;
		l->room = room;
	}
	return (char *)l->items + size * l->count++;
}

/* ---- parts of the archive ---- */

struct part { struct workbook *w; zip_file_t *file; };

static ptrdiff_t part_chunk(void *src, char *to, size_t room)
{
	struct part *p = src;
	zip_int64_t n = zip_fread(p->file, to, room);
	if (n < 0) {
		p->w->failed = ERR_INVALID;
		return -1;
	}
	p->w->left -= n;
	if (p->w->left < 0) {
		p->w->failed = ERR_LIMIT;
		return -1;
	}
	return (ptrdiff_t)n;
}

/* Reads the part with the handler; a missing one is fine unless `needed`. */
static enum err read_part(struct workbook *w, const char *name, bool needed, struct xml_handler h)
{
	zip_int64_t at = zip_name_locate(w->zip, name, 0);
	if (at < 0)
		return needed ? ERR_INVALID : OK;
	struct part p = { w, zip_fopen_index(w->zip, (zip_uint64_t)at, 0) };
	struct arena scratch;
	if (!p.file)
		return ERR_INVALID;
	arena_init(&scratch, 4 << 20);
	h.arg = w;
	enum err e = xml_stream(&scratch, part_chunk, &p, &h, NULL);
	arena_release(&scratch);
	zip_fclose(p.file);
	return w->failed != OK ? w->failed : e;
}

static struct str attr_of(const struct xml_attr *attrs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eqz(attrs[i].name, name))
			return attrs[i].value;
	return S("");
}

static int64_t attr_number(const struct xml_attr *attrs, size_t n, const char *name, int64_t none)
{
	int64_t v;
	return str_to_i64(attr_of(attrs, n, name), &v) ? v : none;
}

static bool attr_true(const struct xml_attr *attrs, size_t n, const char *name)
{
	struct str v = attr_of(attrs, n, name);
	return str_eqz(v, "1") || str_eqz(v, "true");
}

static enum err keep(struct workbook *w, struct str s, struct str *to)
{
	*to = arena_str(w->a, s);
	return to->ptr ? OK : ERR_NOMEM;
}

/* ---- which sheet ---- */

static enum err workbook_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct workbook *w = arg;
	(void)ns, (void)line;
	if (str_eqz(name, "workbookPr"))
		w->from_1904 = attr_true(attrs, n, "date1904");
	/* r:id; sheets that are hidden are no one's first sheet */
	struct str state = attr_of(attrs, n, "state");
	if (str_eqz(name, "sheet") && w->sheet_id.len == 0 && (state.len == 0 || str_eqz(state, "visible")))
		return keep(w, attr_of(attrs, n, "id"), &w->sheet_id);
	return OK;
}

static enum err relations_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct workbook *w = arg;
	(void)ns, (void)line;
	if (!str_eqz(name, "Relationship") || !str_eq(attr_of(attrs, n, "Id"), w->sheet_id))
		return OK;
	struct str target = attr_of(attrs, n, "Target");
	bool absolute = str_starts(target, S("/"));
	w->sheet_path = arena_printf(w->a, "%s%.*s", absolute ? "" : "xl/", STR_ARG(absolute ? str_sub(target, 1, target.len) : target));
	return w->sheet_path.ptr ? OK : ERR_NOMEM;
}

/* ---- styles: which cells show dates ---- */

static bool is_date_format(const struct workbook *w, int64_t id)
{
	const struct format *f = w->formats.items;
	for (size_t i = 0; i < w->formats.count; i++)
		if (f[i].id == id)
			return f[i].is_date;
	return xlsx_format_is_date(id, S(""));
}

static enum err styles_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct workbook *w = arg;
	(void)ns, (void)line;
	if (str_eqz(name, "cellXfs"))
		w->in_cell_styles = true;
	if (str_eqz(name, "numFmt")) {
		struct format *f = list_add(w, &w->formats, sizeof *f, 4096);
		if (f)
			*f = (struct format){ attr_number(attrs, n, "numFmtId", -1), xlsx_format_is_date(-1, attr_of(attrs, n, "formatCode")) };
	} else if (str_eqz(name, "xf") && w->in_cell_styles) {
		bool *style = list_add(w, &w->styles, sizeof *style, STYLES_MAX);
		if (style)
			*style = is_date_format(w, attr_number(attrs, n, "numFmtId", 0));
	}
	return w->failed;
}

static enum err styles_end(void *arg, struct str ns, struct str name)
{
	struct workbook *w = arg;
	(void)ns;
	if (str_eqz(name, "cellXfs"))
		w->in_cell_styles = false;
	return OK;
}

/* ---- text inside t and v ---- */

static enum err text_run(void *arg, struct str run)
{
	struct workbook *w = arg;
	if (w->in_text && !w->phonetic)
		buf_put(&w->text, run);
	return w->text.failed;
}

/* ---- shared strings: the runs of an item joined, reading aids left out ---- */

static enum err strings_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct workbook *w = arg;
	(void)ns, (void)attrs, (void)n, (void)line;
	if (str_eqz(name, "si"))
		buf_clear(&w->text);
	w->in_text = str_eqz(name, "t");
	w->phonetic = w->phonetic || str_eqz(name, "rPh");
	return OK;
}

static enum err strings_end(void *arg, struct str ns, struct str name)
{
	struct workbook *w = arg;
	(void)ns;
	w->in_text = false;
	if (str_eqz(name, "rPh"))
		w->phonetic = false;
	if (!str_eqz(name, "si"))
		return OK;
	struct str *s = list_add(w, &w->strings, sizeof *s, STRINGS_MAX);
	return s ? keep(w, buf_str(&w->text), s) : w->failed;
}

/* ---- the sheet ---- */

static enum err sheet_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct workbook *w = arg;
	(void)ns, (void)line;
	if (str_eqz(name, "row")) {
		w->in_row = true;
		w->cells_count = 0;
		w->column = -1;
		int64_t number = attr_number(attrs, n, "r", w->line + 1);
		w->line = number > 0 && number <= PAPER_ROWS_MAX + 1 ? (int)number : w->line + 1;
	} else if (str_eqz(name, "c")) {
		struct str reference = attr_of(attrs, n, "r");
		w->column = reference.len ? xlsx_column(reference) : w->column + 1;
		w->cell_style = attr_number(attrs, n, "s", 0);
		buf_clear(&w->text);
		if (!w->in_row || w->column < 0 || w->column >= PAPER_COLUMNS_MAX)
			return w->failed = ERR_LIMIT;
		return keep(w, attr_of(attrs, n, "t"), &w->cell_type);
	}
	w->in_text = str_eqz(name, "v") || str_eqz(name, "t");
	w->phonetic = w->phonetic || str_eqz(name, "rPh");
	return OK;
}

static enum err cell_value(struct workbook *w, struct str *out)
{
	struct str raw = buf_str(&w->text);
	int64_t index;
	if (str_eqz(w->cell_type, "s")) {
		if (!str_to_i64(raw, &index) || index < 0 || (size_t)index >= w->strings.count)
			return raw.len ? ERR_INVALID : OK;
		*out = ((struct str *)w->strings.items)[index];
		return OK;
	}
	bool number = w->cell_type.len == 0 || str_eqz(w->cell_type, "n");
	bool is_date = number && w->cell_style >= 0 && (size_t)w->cell_style < w->styles.count && ((bool *)w->styles.items)[w->cell_style];
	*out = number ? xlsx_number(w->a, raw, is_date, w->from_1904) : arena_str(w->a, raw);
	return out->ptr ? OK : ERR_NOMEM;
}

static enum err cell_end(struct workbook *w)
{
	struct str value = { 0 };
	if (w->column < 0)
		return ERR_INVALID;
	TRY(cell_value(w, &value));
	for (; w->cells_count <= (size_t)w->column; w->cells_count++)
		w->cells[w->cells_count] = S("");
	w->cells[w->column] = value;
	return OK;
}

/* Rows of nothing but blanks are how a sheet ends; they are no rows. */
static enum err row_end(struct workbook *w)
{
	size_t count = w->cells_count;
	w->in_row = false;
	while (count && str_empty(str_trim(w->cells[count - 1])))
		count--;
	if (count == 0)
		return OK;
	struct paper_row *row = list_add(w, &w->rows, sizeof *row, PAPER_READ_ROWS_MAX);
	struct str *cells = row ? arena_new_n(w->a, struct str, count) : NULL;
	if (!cells)
		return w->failed != OK ? w->failed : ERR_NOMEM;
	memcpy(cells, w->cells, count * sizeof *cells);
	*row = (struct paper_row){ cells, count, w->line };
	w->width = count > w->width ? count : w->width;
	return OK;
}

static enum err sheet_end(void *arg, struct str ns, struct str name)
{
	struct workbook *w = arg;
	(void)ns;
	w->in_text = false;
	enum err e = OK;
	if (str_eqz(name, "rPh"))
		w->phonetic = false;
	else if (str_eqz(name, "c"))
		e = cell_end(w);
	else if (str_eqz(name, "row"))
		e = row_end(w);
	if (e != OK)
		w->failed = e;
	return e;
}

/* ---- the whole ---- */

static enum err fill_short_rows(struct workbook *w)
{
	struct paper_row *rows = w->rows.items;
	for (size_t i = 0; i < w->rows.count; i++) {
		if (rows[i].count == w->width)
			continue;
		struct str *cells = arena_new_n(w->a, struct str, w->width);
		if (!cells)
			return ERR_NOMEM;
		memcpy(cells, rows[i].cells, rows[i].count * sizeof *cells);
		for (size_t c = rows[i].count; c < w->width; c++)
			cells[c] = S("");
		rows[i] = (struct paper_row){ cells, w->width, rows[i].line };
	}
	return OK;
}

static enum err read_all(struct workbook *w)
{
	if (zip_get_num_entries(w->zip, 0) > ENTRIES_MAX)
		return ERR_LIMIT;
	TRY(read_part(w, "xl/workbook.xml", true, (struct xml_handler){ .start = workbook_start }));
	TRY(read_part(w, "xl/_rels/workbook.xml.rels", true, (struct xml_handler){ .start = relations_start }));
	if (w->sheet_path.len == 0)
		return ERR_INVALID;
	TRY(read_part(w, "xl/styles.xml", false, (struct xml_handler){ .start = styles_start, .end = styles_end }));
	TRY(read_part(w, "xl/sharedStrings.xml", false, (struct xml_handler){ .start = strings_start, .end = strings_end, .text = text_run }));
	TRY(read_part(w, w->sheet_path.ptr, true, (struct xml_handler){ .start = sheet_start, .end = sheet_end, .text = text_run }));
	return fill_short_rows(w);
}

static zip_t *open_bytes(struct str bytes)
{
	zip_error_t why;
	zip_error_init(&why);
	zip_source_t *source = zip_source_buffer_create(bytes.ptr, bytes.len, 0, &why);
	zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;
	if (source && !zip)
		zip_source_free(source);
	zip_error_fini(&why);
	return zip;
}

static enum err refusal(enum err e, struct diag *d)
{
	if (e == ERR_LIMIT)
		return diag_set(d, e, "paper.xlsx-too-large", "The workbook holds more than is read: at most %d rows, %d columns and %d MiB unpacked",
		                PAPER_READ_ROWS_MAX, PAPER_COLUMNS_MAX, PAPER_READ_UNPACKED_MAX >> 20);
	if (e == ERR_INVALID)
		return diag_set(d, e, "paper.xlsx-damaged", "This is not a readable XLSX workbook: save it again as .xlsx without a password");
	return diag_set(d, e, "paper.xlsx-read", "The workbook could not be read: %s", err_name(e));
}

enum err paper_xlsx_read(struct arena *a, struct str bytes, struct paper_rows *out, struct diag *d)
{
	if (bytes.len > PAPER_READ_BYTES_MAX)
		return refusal(ERR_LIMIT, d);
	struct workbook *w = arena_new(a, struct workbook);
	if (!w)
		return refusal(ERR_NOMEM, d);
	w->a = a;
	w->left = PAPER_READ_UNPACKED_MAX;
	w->zip = open_bytes(bytes);
	if (!w->zip)
		return refusal(ERR_INVALID, d);
	buf_init(&w->text, CELL_BYTES_MAX);
	enum err e = read_all(w);
	buf_release(&w->text);
	zip_discard(w->zip);
	if (e != OK)
		return refusal(e == ERR_IO ? ERR_INVALID : e, d);
	*out = (struct paper_rows){ w->rows.items, w->rows.count, w->width };
	return OK;
}

bool paper_looks_like_xlsx(struct str bytes)
{
	return str_starts(bytes, S("PK\x03\x04"));
}
