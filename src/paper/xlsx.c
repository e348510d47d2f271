/* xlsx.c - tables as a workbook, through libxlsxwriter. It writes to a file: a temporary folder of our own, gone afterwards. */
#include <time.h>
#include <xlsxwriter.h>

#include "os/os.h"
#include "paper/paper_int.h"

enum { XLSX_BYTES_MAX = 256 << 20, SHEET_NAME_MAX = 31, SAMPLE_ROWS = 300 };

struct formats { lxw_format *head, *plain, *integer, *date, *decimal[10], *bold, *bold_integer, *bold_decimal[10]; };
struct writer {
	struct arena *a;
	lxw_workbook *book;
	struct formats f;
	enum err failed;
};

static lxw_format *format_new(lxw_workbook *book, const char *numbers, bool bold)
{
	lxw_format *f = workbook_add_format(book);
	if (f && numbers)
		format_set_num_format(f, numbers);
	if (f && bold)
		format_set_bold(f);
	return f;
}

static void make_formats(struct writer *w)
{
	struct formats *f = &w->f;
	f->head = format_new(w->book, NULL, true);
	format_set_bg_color(f->head, 0xE7EDF3);
	format_set_border(f->head, LXW_BORDER_THIN);
	format_set_text_wrap(f->head);
	f->plain = format_new(w->book, "@", false);
	f->bold = format_new(w->book, "@", true);
	f->integer = format_new(w->book, "#,##0", false);
	f->bold_integer = format_new(w->book, "#,##0", true);
	f->date = format_new(w->book, "yyyy-mm-dd", false);
	for (int i = 1; i < 10; i++) {
		char numbers[24];
		snprintf(numbers, sizeof numbers, "#,##0.%0*d", i, 0);
		f->decimal[i] = format_new(w->book, numbers, false);
		f->bold_decimal[i] = format_new(w->book, numbers, true);
	}
	f->decimal[0] = f->integer;
	f->bold_decimal[0] = f->bold_integer;
}

static const char *cell_z(struct writer *w, const struct paper_cell *c)
{
	struct buf b;
	buf_init_in(&b, w->a, 1 << 20);
	paper_cell_print(c, false, &b);
	const char *z = arena_z(w->a, buf_str(&b));
	if (!z)
		w->failed = ERR_NOMEM;
	return z ? z : "";
}

static double power_of_ten(int n)
{
	double v = 1;
	while (n-- > 0)
		v *= 10;
	return v;
}

static bool fits_a_double(int64_t n)
{
	return n > -1000000000000000 && n < 1000000000000000;
}

enum { EXCEL_DAY_OF_1970 = 25569 };

static void write_cell(struct writer *w, lxw_worksheet *sheet, size_t row, size_t column, const struct paper_cell *c, bool bold)
{
	lxw_row_t r = (lxw_row_t)row;
	lxw_col_t k = (lxw_col_t)column;
	int scale = c->scale < 0 ? 0 : c->scale > 9 ? 9 : c->scale;
	lxw_error e = LXW_NO_ERROR;
	if (c->kind == PAPER_EMPTY && c->text.len == 0)
		return;
	if (c->text.len || c->kind == PAPER_TEXT || !fits_a_double(c->number))
		e = worksheet_write_string(sheet, r, k, cell_z(w, c), bold ? w->f.bold : w->f.plain);
	else if (c->kind == PAPER_DATE)
		e = worksheet_write_number(sheet, r, k, (double)(c->number + EXCEL_DAY_OF_1970), w->f.date);
	else if (c->kind == PAPER_INTEGER)
		e = worksheet_write_number(sheet, r, k, (double)c->number, bold ? w->f.bold_integer : w->f.integer);
	else
		e = worksheet_write_number(sheet, r, k, (double)c->number / power_of_ten(scale), bold ? w->f.bold_decimal[scale] : w->f.decimal[scale]);
	if (e == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
		w->failed = ERR_LIMIT;
	else if (e != LXW_NO_ERROR)
		w->failed = ERR_IO;
}

/* Letters that a text takes: a Chinese character is as wide as two Latin ones. */
static int letters_of(struct str s)
{
	int n = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char byte = (unsigned char)s.ptr[i];
		n += byte < 0x80 || (byte & 0xC0) == 0xC0 ? 1 + (byte >= 0xE0) : 0;
	}
	return n;
}

/* As wide as the head and the first rows want it. */
static int column_letters(struct writer *w, const struct paper_table *t, size_t c)
{
	int most = letters_of(t->columns[c].name) / 2; /* the head may break */
	if (t->columns[c].chars)
		return t->columns[c].chars;
	for (size_t r = 0; r < t->rows && r < SAMPLE_ROWS; r++) {
		int n = letters_of(str_of(cell_z(w, &t->cells[r * t->width + c])));
		most = n > most ? n : most;
	}
	return most < 8 ? 10 : most > 60 ? 62 : most + 2;
}

/* What Excel takes as a name: 31 characters, none of []:*?/\ and no apostrophe at an end; "1", "2", ... where nothing is left
 * or the name is taken. */
static const char *sheet_name(struct writer *w, struct str title, size_t number)
{
	struct buf b;
	int count = 0;
	buf_init_in(&b, w->a, 256);
	for (size_t i = 0; i < title.len; i++) {
		bool begins = ((unsigned char)title.ptr[i] & 0xC0) != 0x80;
		if (begins && ++count > SHEET_NAME_MAX)
			break;
		if (!memchr("[]:*?/\\'", title.ptr[i], 8))
			buf_byte(&b, title.ptr[i]);
	}
	const char *z = arena_z(w->a, buf_str(&b));
	if (!z || workbook_validate_sheet_name(w->book, z) != LXW_NO_ERROR) {
		struct str plain = arena_printf(w->a, "%zu", number);
		z = plain.ptr;
	}
	if (!z)
		w->failed = ERR_NOMEM;
	return z;
}

static void write_sheet(struct writer *w, const struct paper_table *t, size_t number)
{
	const char *name = sheet_name(w, t->title, number);
	lxw_worksheet *sheet = name ? workbook_add_worksheet(w->book, name) : NULL;
	if (!sheet) {
		w->failed = w->failed == OK ? ERR_IO : w->failed;
		return;
	}
	worksheet_freeze_panes(sheet, 1, 0);
	for (size_t c = 0; c < t->width; c++) {
		struct paper_cell head = paper_text(t->columns[c].name);
		worksheet_set_column(sheet, (lxw_col_t)c, (lxw_col_t)c, column_letters(w, t, c), NULL);
		if (worksheet_write_string(sheet, 0, (lxw_col_t)c, cell_z(w, &head), w->f.head) != LXW_NO_ERROR)
			w->failed = ERR_LIMIT;
	}
	for (size_t i = 0; i < t->rows * t->width && w->failed == OK; i++) {
		struct arena_mark mark = arena_save(w->a);
		size_t row = i / t->width;
		write_cell(w, sheet, row + 1, i % t->width, &t->cells[i], row + t->total_rows >= t->rows);
		arena_rewind(w->a, mark);
	}
}

static void set_properties(struct writer *w, const struct paper_book *book)
{
	const char *title = arena_z(w->a, book->title), *organ = arena_z(w->a, book->organ);
	lxw_doc_properties properties = { .title = (char *)title, .author = (char *)organ, .created = (time_t)(book->made_ms / 1000) };
	if (!title || !organ || workbook_set_properties(w->book, &properties) != LXW_NO_ERROR)
		w->failed = ERR_NOMEM;
}

static enum err write_book(struct arena *a, const struct paper_book *book, const char *folder, const char *path)
{
	lxw_workbook_options options = { .constant_memory = LXW_FALSE, .tmpdir = (char *)folder };
	struct writer w = { .a = a, .book = workbook_new_opt(path, &options) };
	if (!w.book)
		return ERR_IO;
	set_properties(&w, book);
	make_formats(&w);
	for (size_t i = 0; i < book->count && w.failed == OK; i++)
		write_sheet(&w, &book->sheets[i], i + 1);
	lxw_error e = workbook_close(w.book); /* frees it in any case */
	return w.failed != OK ? w.failed : e == LXW_NO_ERROR ? OK : ERR_IO;
}

static enum err check_bounds(const struct paper_book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		const struct paper_table *t = &book->sheets[i];
		if (t->width == 0 || t->width > PAPER_COLUMNS_MAX || t->rows > PAPER_ROWS_MAX || t->total_rows > t->rows)
			return ERR_LIMIT;
	}
	return book->count ? OK : ERR_LIMIT;
}

enum err paper_xlsx(struct arena *a, const struct paper_book *book, struct str *out, struct diag *d)
{
	struct arena scratch;
	struct str folder, path;
	enum err e = check_bounds(book);
	if (e != OK)
		return diag_set(d, e, "paper.xlsx", "A workbook has at least one sheet, each of at most %d columns", PAPER_COLUMNS_MAX);
	arena_init(&scratch, 64 << 20);
	e = os_dir_temporary(&scratch, &folder, d);
	if (e == OK) {
		path = arena_printf(&scratch, "%.*s/book.xlsx", STR_ARG(folder));
		e = path.ptr ? write_book(&scratch, book, folder.ptr, path.ptr) : ERR_NOMEM;
		if (e == OK)
			e = os_file_read(a, path.ptr, XLSX_BYTES_MAX, out, d);
		enum err removed = os_dir_remove(folder.ptr, d);
		e = e == OK ? removed : e;
	}
	arena_release(&scratch);
	return e == OK ? OK : diag_set(d, e, "paper.xlsx", "The workbook could not be made: %s", err_name(e));
}
