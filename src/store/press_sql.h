/* press_sql.h - private to the driver of SQLite: which parameters of a statement reach a column that is kept pressed.
 *
 * Understood are "INSERT INTO tab(a, b) VALUES(?1, ?2)", with or without "ON CONFLICT(…) DO UPDATE SET b=?2", and
 * "UPDATE tab SET a=?1, b=?2", each with what follows. Of any other statement that names such a table all parameters are guarded.
 * What SQL itself moves from column to column (b=c, SELECT) is nobody's parameter, and goes as it is.
 */
#ifndef STORE_PRESS_SQL_H
#define STORE_PRESS_SQL_H

#include "base/str.h"

enum { PRESS_COLUMNS_MAX = 64, PRESS_NAME_BYTES = 64, PRESS_PARAMETERS = 64 };

struct press_columns {
	struct press_column { char tab[PRESS_NAME_BYTES], col[PRESS_NAME_BYTES]; } list[PRESS_COLUMNS_MAX];
	size_t count;
};
bool press_columns_have(const struct press_columns *c, struct str tab, struct str col);

/* Bit N-1 for ?N. */
struct press_uses {
	uint64_t pressed; /* it is the whole value of such columns, and nothing else */
	uint64_t guarded; /* it may reach one some other way, or stands in a condition too: bytes like a frame must not be bound to it */
};
/* A statement that writes; of one that reads only nothing is to be asked. */
struct press_uses press_uses_of(const struct press_columns *c, struct str sql);
bool press_uses_have(uint64_t uses, int parameter);

/* Words of a statement, for whoever else looks for a form of his own: cut off the beginning of *rest, a name with or without its quotes. */
bool press_cut_word(struct str *rest, const char *word);
struct str press_cut_name(struct str *rest);

#endif
