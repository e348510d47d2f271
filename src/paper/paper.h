/* paper.h - what leaves the office as a file: PDF pages, XLSX workbooks, CSV; and XLSX read.
 *
 * Pure but for a temporary file under the workbook: the same input gives the same bytes. Dates come in as arguments, no
 * clock is read. It holds no words: whoever makes a document brings its texts in the reader's language.
 * One table (struct paper_table) serves all three forms, so page, PDF, XLSX and CSV cannot disagree.
 *
 *   struct paper_cell cells[] = { paper_text(S("商务局")), paper_integer(1204), paper_decimal(987, 1),
 *                                 paper_text(S("民政局")), paper_integer(86), paper_decimal(1000, 1) };
 *   struct paper_column columns[] = { { S("部门") }, { S("受理") }, { S("按期率 %") } };
 *   struct paper_table table = { .title = S("办件统计"), .columns = columns, .width = 3, .cells = cells, .rows = 2 };
 *   struct paper_doc doc;
 *   paper_doc_init(&doc, arena);
 *   doc.title = S("2025 年办件统计");
 *   doc.footer = S("统计口径见说明");
 *   doc.made_ms = now_ms;
 *   paper_heading(&doc, 1, doc.title);
 *   paper_paragraph(&doc, S("本月共收件 1,290 件。"));
 *   paper_put_table(&doc, &table);
 *   TRY(paper_pdf(&doc, &bytes, d));
 *   struct paper_book book = { .sheets = &table, .count = 1, .made_ms = now_ms };
 *   TRY(paper_xlsx(arena, &book, &bytes, d));
 *
 * Ownership: all memory is the arena's; texts, tables and charts are borrowed until the bytes are made.
 * Errors: ERR_NOMEM (arena), ERR_LIMIT (a bound below), ERR_IO (temporary file, fonts); reading also ERR_INVALID.
 * Threads: calls on different documents may run side by side.
 */
#ifndef PAPER_PAPER_H
#define PAPER_PAPER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum { PAPER_COLUMNS_MAX = 256, PAPER_ROWS_MAX = 1048575, PAPER_PAGES_MAX = 5000, PAPER_SERIES_MAX = 24 };

/* ---- a table ---- */
enum paper_kind { PAPER_EMPTY, PAPER_TEXT, PAPER_INTEGER, PAPER_DECIMAL, PAPER_DATE };

struct paper_cell {
	enum paper_kind kind;
	int scale;       /* PAPER_DECIMAL: digits behind the point, 0 to 9 */
	struct str text; /* PAPER_TEXT; nothing in it is ever a formula. On a number or PAPER_EMPTY: what is printed instead
	                  * ("<5", "–") */
	int64_t number;  /* whole number, number * 10^scale, or days since 1970-01-01 */
};
static inline struct paper_cell paper_text(struct str s) { return (struct paper_cell){ PAPER_TEXT, 0, s, 0 }; }
static inline struct paper_cell paper_integer(int64_t n) { return (struct paper_cell){ PAPER_INTEGER, 0, { 0 }, n }; }
static inline struct paper_cell paper_decimal(int64_t n, int scale) { return (struct paper_cell){ PAPER_DECIMAL, scale, { 0 }, n }; }
static inline struct paper_cell paper_date(int64_t day) { return (struct paper_cell){ PAPER_DATE, 0, { 0 }, day }; }
/* As a person reads it: 1,204 · 98.7 · 2025-03-01. `grouped` false leaves the commas out. */
void paper_cell_print(const struct paper_cell *c, bool grouped, struct buf *out);

struct paper_column {
	struct str name;
	int chars; /* width of the column in XLSX, in Latin letters; 0 = by its contents */
};
struct paper_table {
	struct str title; /* above the table in PDF; the sheet's name in XLSX (cut to what Excel takes) */
	const struct paper_column *columns;
	size_t width;
	const struct paper_cell *cells; /* row by row, width * rows */
	size_t rows;
	size_t total_rows;              /* how many of the last rows are sums: set apart in bold */
};

/* ---- a chart: vectors, with a legend; drawn so that it can be read without colours ---- */
enum paper_chart_kind { PAPER_BARS, PAPER_STACKED, PAPER_LINES };
#define PAPER_NONE INT64_MIN /* no value here: a gap */

struct paper_series { struct str name; const int64_t *values; };
struct paper_chart {
	struct str title;
	enum paper_chart_kind kind;
	const struct str *categories;
	size_t count; /* of categories, and of values in each series */
	const struct paper_series *series;
	size_t series_count;
	int scale;    /* values are number * 10^scale */
};

/* ---- a document ---- */
struct paper_block;
struct paper_doc {
	struct arena *arena;
	struct str title, organ;   /* the file's properties */
	struct str header, footer; /* small, on every page; page numbers stand beside the footer */
	struct str language;       /* "zh-CN" (also when empty) or "en": which glyphs and line breaks */
	int64_t made_ms;           /* the date in the file's properties */
	bool landscape;
	struct paper_block *first, *last;
	enum err failed;           /* sticky; paper_pdf says it */
};
void paper_doc_init(struct paper_doc *doc, struct arena *a);
void paper_heading(struct paper_doc *doc, int level, struct str text); /* 1 to 3; also the outline of the file */
void paper_paragraph(struct paper_doc *doc, struct str text);
void paper_note(struct paper_doc *doc, struct str text);               /* small: sources, conditions */
/* Breaks over pages, the head repeated on each. */
void paper_put_table(struct paper_doc *doc, const struct paper_table *t);
void paper_put_chart(struct paper_doc *doc, const struct paper_chart *c);
void paper_break(struct paper_doc *doc);                               /* a new page */
/* A place at the right edge for the seal and the date, with `code` as QR beside it (empty = none). */
void paper_seal(struct paper_doc *doc, struct str organ, struct str date, struct str code);
/* A4. *out lives in the document's arena. */
BASE_MUST_USE enum err paper_pdf(struct paper_doc *doc, struct str *out, struct diag *d);

/* ---- workbook and CSV ---- */
struct paper_book {
	const struct paper_table *sheets;
	size_t count;
	struct str title, organ; /* properties */
	int64_t made_ms;
};
/* Head in bold, frozen; cells typed. Whole numbers beyond 15 digits are kept as text, as Excel would round them. */
BASE_MUST_USE enum err paper_xlsx(struct arena *a, const struct paper_book *book, struct str *out, struct diag *d);
/* RFC 4180 with a byte order mark, so that Excel reads the Chinese; numbers without commas. */
BASE_MUST_USE enum err paper_csv(struct arena *a, const struct paper_table *t, struct str *out);

/* ---- reading ---- */
enum { PAPER_READ_BYTES_MAX = 64 << 20, PAPER_READ_ROWS_MAX = 200000, PAPER_READ_UNPACKED_MAX = 256 << 20 };
struct paper_row { struct str *cells; size_t count; int line; }; /* line: the row's number in the sheet */
struct paper_rows { struct paper_row *rows; size_t count, width; };
/* The first sheet of a workbook as text: shared and inline strings, numbers in their shortest form, dates as
 * YYYY-MM-DD (with the time behind when there is one), booleans 1 and 0, results of formulas. Empty rows are left out, short rows filled with
 * empty cells up to `width`. A damaged or encrypted file, or one that unpacks to more than the bounds: refused, said in d. */
BASE_MUST_USE enum err paper_xlsx_read(struct arena *a, struct str bytes, struct paper_rows *out, struct diag *d);
/* Whether the bytes begin like a ZIP file: an XLSX rather than a CSV. */
bool paper_looks_like_xlsx(struct str bytes);

#endif
