/* xlsx_int.h - what a cell of a workbook means, apart from where it stands. */
#ifndef PAPER_XLSX_INT_H
#define PAPER_XLSX_INT_H

#include "paper/paper.h"

/* Whether a number format shows dates or times: the built-in one of that number, or the code when it is given. */
bool xlsx_format_is_date(int64_t id, struct str code);
/* Column of a reference such as "AB12", from 0; -1 when there is none or it is beyond PAPER_COLUMNS_MAX. */
int xlsx_column(struct str reference);
/* The value as a person reads it; `is_date` with the days since 1899-12-30 or (1904 system) 1904-01-01. Text that is no
 * number comes back as it is. */
struct str xlsx_number(struct arena *a, struct str value, bool is_date, bool from_1904);

#endif
