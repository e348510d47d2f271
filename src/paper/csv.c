/* csv.c - a table as CSV. */
#include "text/csv.h"

#include "paper/paper_int.h"

enum { CSV_BYTES_MAX = 256 << 20 };

enum err paper_csv(struct arena *a, const struct paper_table *t, struct str *out)
{
	struct buf b, cell;
	buf_init_in(&b, a, CSV_BYTES_MAX);
	buf_init(&cell, 1 << 20);
	buf_putz(&b, "\xef\xbb\xbf");
	for (size_t i = 0; i < t->width; i++)
		csv_put(&b, t->columns[i].name, i == 0);
	csv_end_row(&b);
	enum err e = OK;
	for (size_t i = 0; i < t->rows * t->width && e == OK; i++) {
		buf_clear(&cell);
		paper_cell_print(&t->cells[i], false, &cell);
		e = cell.failed;
		csv_put(&b, buf_str(&cell), i % t->width == 0);
		if (i % t->width == t->width - 1)
			csv_end_row(&b);
	}
	buf_release(&cell);
	return e != OK ? e : buf_finish(&b, out);
}
