/* A workbook is read or refused; what is read is rectangular and in the order of its lines. */
#include "paper/paper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct paper_rows rows;
	arena_init(&a, 64 << 20);
	if (paper_xlsx_read(&a, str_span((const char *)data, size), &rows, NULL) == OK)
		for (size_t i = 0; i < rows.count; i++)
			base_assert(rows.rows[i].count == rows.width && rows.rows[i].line > 0);
	arena_release(&a);
	return 0;
}
