/* people_rows.h - a structure as a file, CSV or XLSX, made into the rows of structure.import. Pure. */
#ifndef WEB_PEOPLE_ROWS_H
#define WEB_PEOPLE_ROWS_H

#include "base/arena.h"
#include "base/diag.h"
#include "text/json.h"

/* [{line, column: text, …}] with the names of the first row as columns; empty cells are left out, the column line is the
 * file's own. ERR_INVALID with structure.unreadable when there is no column `kind`. */
BASE_MUST_USE enum err people_rows(struct arena *a, struct str bytes, const struct json **out, struct diag *d);

#endif
