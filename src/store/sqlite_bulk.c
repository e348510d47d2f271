/* sqlite_bulk.c - rows that wait, as a table; sqlite_bulk.h says why. */
#include "store/sqlite_bulk.h"

#include "store/press_sql.h"

/* ---- what is said ---- */

/* The values as they stand between VALUES and the statement's end; false: something follows them. */
static bool values_of(struct str sql, struct str *head, struct str *values)
{
	struct str into = S("INSERT INTO "), word = S(" VALUES(");
	ptrdiff_t at = str_find(sql, word);
	if (!str_starts(sql, into) || at < 0)
		return false;
	*head = str_sub(sql, into.len, (size_t)at);
	*values = str_sub(sql, (size_t)at + word.len, sql.len);
	int depth = 1;
	size_t n = 0;
	for (; n < values->len && depth; n++)
		depth += (values->ptr[n] == '(') - (values->ptr[n] == ')');
	bool whole = depth == 0 && n == values->len && str_find_byte(*values, '\'') < 0 && str_find_byte(*values, '"') < 0;
	*values = str_sub(*values, 0, n ? n - 1 : 0);
	return whole && str_ends(*head, S(")"));
}

bool sqlite_bulk_text(struct str sql, struct buf *out)
{
	struct str head, values;
	if (!values_of(sql, &head, &values))
		return false;
	buf_putz(out, "INSERT OR FAIL INTO ");
	buf_put(out, head);
	buf_putz(out, " SELECT ");
	for (size_t i = 0; i < values.len; i++)
		buf_byte(out, values.ptr[i] == '?' ? 'v' : values.ptr[i]);
	buf_putz(out, " FROM waiting_rows");
	buf_byte(out, '\0');
	return out->failed == OK;
}

/* ---- the table ---- */

struct rows { sqlite3_vtab table; const struct bulk_source *source; };
struct at { sqlite3_vtab_cursor cursor; bool there; sqlite3_int64 n; };

static const struct bulk_source *source_of(sqlite3_vtab_cursor *c)
{
	return ((struct rows *)c->pVtab)->source;
}

static int connect(sqlite3 *db, void *source, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	struct buf b;
	(void)argc, (void)argv, (void)message;
	buf_init(&b, 4096);
	buf_putz(&b, "CREATE TABLE waiting_rows(");
	for (int i = 1; i <= PRESS_PARAMETERS; i++)
		buf_printf(&b, "%sv%d", i > 1 ? ", " : "", i);
	buf_putz(&b, ")");
	buf_byte(&b, '\0');
	int code = b.failed == OK ? sqlite3_declare_vtab(db, b.ptr) : SQLITE_NOMEM;
	buf_release(&b);
	struct rows *r = code == SQLITE_OK ? heap_alloc(sizeof *r) : NULL;
	if (!r)
		return code == SQLITE_OK ? SQLITE_NOMEM : code;
	*r = (struct rows){ .source = source };
	*out = &r->table;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table)
{
	heap_free(table);
	return SQLITE_OK;
}

/* One way to read it: from the first row to the last. */
static int plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedRows = 100;
	return SQLITE_OK;
}

static int open_at(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	struct at *a = heap_alloc(sizeof *a);
	(void)table;
	if (!a)
		return SQLITE_NOMEM;
	*a = (struct at){ 0 };
	*out = &a->cursor;
	return SQLITE_OK;
}

static int close_at(sqlite3_vtab_cursor *c)
{
	heap_free(c);
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *c)
{
	struct at *a = (struct at *)c;
	a->there = source_of(c)->next(source_of(c)->arg);
	a->n++;
	return SQLITE_OK;
}

static int first(sqlite3_vtab_cursor *c, int number, const char *text, int argc, sqlite3_value **argv)
{
	(void)number, (void)text, (void)argc, (void)argv;
	return next(c);
}

static int ended(sqlite3_vtab_cursor *c)
{
	return !((struct at *)c)->there;
}

static int value(sqlite3_vtab_cursor *c, sqlite3_context *to, int column)
{
	source_of(c)->value(source_of(c)->arg, column + 1, to);
	return SQLITE_OK;
}

static int number(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
	*out = ((struct at *)c)->n;
	return SQLITE_OK;
}

bool sqlite_bulk_add(sqlite3 *db, const struct bulk_source *source)
{
	static const sqlite3_module table = {
		.xConnect = connect, .xDisconnect = disconnect, .xBestIndex = plan, .xOpen = open_at, .xClose = close_at, .xFilter = first,
		.xNext = next, .xEof = ended, .xColumn = value, .xRowid = number,
	};
	return sqlite3_create_module(db, "waiting_rows", &table, (void *)(uintptr_t)source) == SQLITE_OK;
}
