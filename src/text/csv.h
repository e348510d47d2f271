/* csv.h - CSV (RFC 4180) read row by row: quotes, commas or another separator,
 * LF or CRLF, a BOM at the start. Bad UTF-8, an open quote and rows of another
 * width are reported with their line; the reader goes on with the next row.
 */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum { CSV_FIELDS_MAX = 256, CSV_ROW_BYTES_MAX = 4 << 20 };

struct csv_reader {
	struct str rest;
	char separator;
	int line;           /* of the row read last, 1-based */
	int next_line;
	size_t width;       /* of the header; 0 = not fixed */
	struct str header[CSV_FIELDS_MAX];
	struct str field[CSV_FIELDS_MAX]; /* of the row read last; lives in the reader's arena until the next row */
	size_t fields;
	struct arena *arena;
	struct arena_mark mark;
};

/* Reads the header. separator 0 = guess among , ; tab. `a` is the reader's alone from here
 * on: each row takes back what the row before had. Empty lines are passed over. */
BASE_MUST_USE enum err csv_open(struct csv_reader *r, struct arena *a, struct str text, char separator, struct diag *d);
/* *more false at the end. ERR_INVALID: this row is bad, said in d; calling again reads the next. */
BASE_MUST_USE enum err csv_next(struct csv_reader *r, bool *more, struct diag *d);
/* Column by header name, -1 if there is none. */
int csv_column(const struct csv_reader *r, struct str name);
struct str csv_field(const struct csv_reader *r, int column); /* empty for -1 */

/* Writing: quotes where needed. Formula-looking cells (= + - @ tab CR first) get a leading
 * apostrophe, so that a spreadsheet does not run what a citizen typed;
 * plain signed numbers stay as they are. */
void csv_put(struct buf *out, struct str field, bool first);
void csv_end_row(struct buf *out);

#endif
