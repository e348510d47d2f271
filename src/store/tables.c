/* tables.c - tables read, told apart, and filled through statements made at run time. */
#include "store/tables.h"

#include <sodium.h>

#include "store/store_int.h"

enum { NOTHING, INTEGER, BYTES, SQL_MAX = 64 << 10, COLUMNS_MAX = 200, FETCH_ROWS = 2000 };

/* ---- which tables there are ---- */

/* Also those that the role may not look at: they are somebody's. But beside a record not what is closed and of another owner than that is: it is none
 * of ours, and without it everything of ours can be read. Neither partitions, whose rows are their table's, nor what belongs to an extension
 * (PostGIS's spatial_ref_sys): it is nobody's record. */
static const char tables_pg[] =
	"SELECT c.relname, a.attname, CASE WHEN a.atttypid=CAST('bytea' AS regtype) THEN 1 ELSE 0 END FROM pg_class c JOIN pg_attribute a ON a.attrelid=c.oid"
	" WHERE c.relnamespace=(SELECT n.oid FROM pg_namespace n WHERE n.nspname=current_schema()) AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
	" AND a.attnum>0 AND NOT a.attisdropped AND (has_table_privilege(c.oid, 'SELECT')"
	" OR NOT coalesce(c.relowner<>(SELECT l.relowner FROM pg_class l WHERE l.relname='ledger' AND l.relnamespace=c.relnamespace AND l.relkind IN ('r', 'p')), false))"
	" AND NOT EXISTS(SELECT 1 FROM pg_depend d WHERE d.classid=CAST('pg_class' AS regclass) AND d.objid=c.oid AND d.deptype='e') ORDER BY c.relname, a.attnum";
static const char tables_sqlite[] =
	"SELECT l.name, c.name, CASE WHEN upper(c.type)='BLOB' THEN 1 ELSE 0 END FROM pragma_table_list l, pragma_table_info(l.name) c"
	" WHERE l.schema='main' AND l.type='table' AND l.name NOT LIKE 'sqlite%'"
	" AND l.name NOT IN ('press_column', 'press_dictionary') ORDER BY l.name, c.cid";

static bool on_pg(const struct store_conn *c)
{
	return c->driver == &store_driver_pg;
}

struct gathering { struct arena *a; struct store_table *tables; size_t count, room; };

static enum err another_table(struct gathering *g, struct str name)
{
	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		struct store_table *more = arena_new_n(g->a, struct store_table, room);
		if (!more)
			return ERR_NOMEM;
		if (g->count)
			memcpy(more, g->tables, g->count * sizeof *more);
		g->tables = more;
		g->room = room;
	}
	struct store_table *t = &g->tables[g->count++];
	*t = (struct store_table){ .name = arena_str(g->a, name), .columns = arena_new_n(g->a, struct str, COLUMNS_MAX),
	                           .bytes = arena_new_n(g->a, bool, COLUMNS_MAX) };
	return t->name.ptr && t->columns && t->bytes ? OK : ERR_NOMEM;
}

static enum err another_column(struct gathering *g, struct store_query *q)
{
	struct str name = store_col_str(q, 0);
	if (!g->count || !str_eq(g->tables[g->count - 1].name, name))
		TRY(another_table(g, name));
	struct store_table *t = &g->tables[g->count - 1];
	if (t->columns_count == COLUMNS_MAX)
		return ERR_LIMIT;
	t->columns[t->columns_count] = store_col_copy(q, 1, g->a);
	t->bytes[t->columns_count] = store_col_i64(q, 2) != 0;
	return t->columns[t->columns_count++].ptr ? OK : ERR_NOMEM;
}

/* Engines sort names by rules of their own. */
static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct store_table *)a)->name, ((const struct store_table *)b)->name);
}

enum err store_tables(struct store_conn *c, struct arena *a, struct store_table **out, size_t *count, struct diag *d)
{
	struct gathering g = { .a = a };
	struct store_query *q;
	bool row = true;
	TRY(store_prepare(c, on_pg(c) ? tables_pg : tables_sqlite, &q));
	enum err e = OK;
	while (e == OK && row) {
		e = store_step(q, &row);
		if (e == OK && row)
			e = another_column(&g, q);
	}
	store_reset(q);
	if (e != OK)
		return diag_set(d, e, "store.tables", "The tables of the database cannot be listed: %s.", store_message(c));
	if (g.count)
		qsort(g.tables, g.count, sizeof *g.tables, by_name);
	*out = g.tables;
	*count = g.count;
	return OK;
}

/* ---- rows as bytes ---- */

static void put_fixed(struct buf *b, uint64_t v, size_t n)
{
	char bytes[8];
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(v >> (8 * i));
	buf_put(b, str_span(bytes, n));
}

static uint64_t get_fixed(const char *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(uint8_t)p[i] << (8 * i);
	return v;
}

static void put_value(struct buf *b, struct store_query *q, int at)
{
	if (store_col_null(q, at)) {
		buf_byte(b, NOTHING);
	} else if (store_col_integer(q, at)) {
		buf_byte(b, INTEGER);
		put_fixed(b, (uint64_t)store_col_i64(q, at), 8);
	} else {
		struct str s = store_col_str(q, at);
		buf_byte(b, BYTES);
		put_fixed(b, s.len, 4);
		buf_put(b, s);
	}
}

/* Cuts one value off the front; false where it does not fit. */
static bool cut_value(struct str *rest, struct table_value *v)
{
	if (!rest->len)
		return false;
	char kind = rest->ptr[0];
	*v = (struct table_value){ .null = kind == NOTHING, .integer = kind == INTEGER };
	*rest = str_sub(*rest, 1, rest->len);
	if (kind == NOTHING)
		return true;
	size_t n = kind == INTEGER ? 8 : 4;
	if (kind > BYTES || rest->len < n)
		return false;
	uint64_t number = get_fixed(rest->ptr, n);
	*rest = str_sub(*rest, n, rest->len);
	if (kind == INTEGER) {
		v->i64 = (int64_t)number;
		return true;
	}
	if (number > rest->len)
		return false;
	v->bytes = str_span(rest->ptr, (size_t)number);
	*rest = str_sub(*rest, (size_t)number, rest->len);
	return true;
}

bool table_row_value(struct str row, size_t at, struct table_value *out)
{
	do {
		if (!cut_value(&row, out))
			return false;
	} while (at--);
	return true;
}

/* ---- digests ---- */

void table_digest_add(struct table_digest *t, struct str row)
{
	uint8_t hash[TABLE_DIGEST];
	(void)crypto_generichash(hash, sizeof hash, (const uint8_t *)row.ptr, row.len, NULL, 0);
	for (size_t i = 0; i < TABLE_DIGEST / 8; i++)
		t->sum[i] += get_fixed((const char *)hash + 8 * i, 8);
	t->rows++;
}

void table_digest_hex(const struct table_digest *t, char out[2 * TABLE_DIGEST + 1])
{
	uint8_t bytes[TABLE_DIGEST];
	for (size_t i = 0; i < TABLE_DIGEST; i++)
		bytes[i] = (uint8_t)(t->sum[i / 8] >> (8 * (i % 8)));
	sodium_bin2hex(out, 2 * TABLE_DIGEST + 1, bytes, sizeof bytes);
}

/* ---- reading ---- */

static void put_columns(struct buf *sql, const struct str *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(sql, "%s\"%.*s\"", i ? ", " : "", STR_ARG(columns[i])); /* some are reserved words somewhere */
}

static enum err prepare_made(struct store_conn *c, struct buf *sql, struct store_query **out, struct diag *d)
{
	buf_byte(sql, 0);
	enum err e = sql->failed == OK ? store_prepare_text(c, sql->ptr, out) : sql->failed;
	return e == OK ? OK : diag_set(d, e, "store.table", "A table cannot be read or filled: %s.", store_message(c));
}

/* Every row of an answer, which on PostgreSQL is a piece of the whole. */
static enum err read_rows(struct store_query *q, int columns, table_row_fn row, void *arg, struct table_digest *digest)
{
	struct buf b;
	bool there = true;
	enum err e = OK;
	buf_init(&b, TABLE_ROW_MAX);
	while (e == OK) {
		e = store_step(q, &there);
		if (e != OK || !there)
			break;
		buf_clear(&b);
		for (int i = 0; i < columns; i++)
			put_value(&b, q, i);
		struct str bytes = { NULL, 0 };
		e = buf_finish(&b, &bytes);
		if (e == OK)
			table_digest_add(digest, bytes);
		if (e == OK && row)
			e = row(arg, bytes);
	}
	buf_release(&b);
	return e;
}

/* PostgreSQL would hand over the whole table at once: a cursor hands over pieces. */
static enum err read_pieces(struct store_conn *c, int columns, table_row_fn row, void *arg, struct table_digest *digest)
{
	struct store_query *q;
	uint64_t before;
	char sql[64];
	snprintf(sql, sizeof sql, "FETCH %d FROM table_rows", FETCH_ROWS);
	TRY(store_prepare_text(c, sql, &q));
	enum err e = OK;
	do {
		before = digest->rows;
		e = read_rows(q, columns, row, arg, digest);
		store_reset(q);
	} while (e == OK && digest->rows - before == FETCH_ROWS);
	store_finalize_text(q);
	return e == OK ? store_script(c, "CLOSE table_rows", NULL) : e;
}

enum err table_read(struct store_conn *c, const struct store_table *t, const char *where, table_row_fn row, void *arg,
                    struct table_digest *digest, struct diag *d)
{
	struct buf sql;
	struct store_query *q = NULL;
	buf_init(&sql, SQL_MAX);
	if (on_pg(c))
		buf_putz(&sql, "DECLARE table_rows NO SCROLL CURSOR FOR ");
	buf_putz(&sql, "SELECT ");
	put_columns(&sql, t->columns, t->columns_count);
	buf_printf(&sql, " FROM \"%.*s\"", STR_ARG(t->name));
	if (where)
		buf_printf(&sql, " WHERE %s", where);
	*digest = (struct table_digest){ 0 };
	enum err e = OK;
	if (on_pg(c)) {
		buf_byte(&sql, 0);
		e = store_script(c, sql.ptr, d);
		if (e == OK)
			e = read_pieces(c, (int)t->columns_count, row, arg, digest);
	} else {
		e = prepare_made(c, &sql, &q, d);
		if (e == OK)
			e = read_rows(q, (int)t->columns_count, row, arg, digest);
		store_finalize_text(q);
	}
	buf_release(&sql);
	if (e == ERR_CORRUPT || e == ERR_IO) {
		diag_arg(d, t->name);
		return diag_set(d, e, "store.table-unreadable", "The table %.*s of the database cannot be read: %s.", STR_ARG(t->name), store_message(c));
	}
	return e;
}

/* ---- filling ---- */

struct table_loader {
	struct store_conn *c;
	struct store_query *q;
	struct str table;
	size_t count;
	bool bytes[COLUMNS_MAX];
};

static enum err know_columns(struct table_loader *l, const struct store_table *t, const struct str *columns, struct diag *d)
{
	for (size_t i = 0; i < l->count; i++) {
		size_t at = 0;
		while (at < t->columns_count && !str_eq(t->columns[at], columns[i]))
			at++;
		if (at == t->columns_count)
			return diag_set(d, ERR_UNSUPPORTED, "store.column", "The table %.*s has no column %.*s here.", STR_ARG(t->name), STR_ARG(columns[i]));
		l->bytes[i] = t->bytes[at];
	}
	return OK;
}

static enum err prepare_insert(struct table_loader *l, const struct str *columns, const char *conflict, struct diag *d)
{
	struct buf sql;
	buf_init(&sql, SQL_MAX);
	buf_printf(&sql, "INSERT INTO \"%.*s\"(", STR_ARG(l->table));
	put_columns(&sql, columns, l->count);
	buf_putz(&sql, ") VALUES(");
	for (size_t i = 0; i < l->count; i++)
		buf_printf(&sql, "%s?%zu", i ? ", " : "", i + 1);
	buf_printf(&sql, ")%s", conflict ? conflict : "");
	enum err e = prepare_made(l->c, &sql, &l->q, d);
	buf_release(&sql);
	return e;
}

enum err table_loader_open(struct store_conn *c, const struct store_table *t, const struct str *columns, size_t count, const char *conflict,
                           struct table_loader **out, struct diag *d)
{
	if (count > COLUMNS_MAX)
		return ERR_LIMIT;
	struct table_loader *l = heap_alloc(sizeof *l);
	if (!l)
		return ERR_NOMEM;
	*l = (struct table_loader){ .c = c, .table = t->name, .count = count };
	enum err e = know_columns(l, t, columns, d);
	if (e == OK)
		e = prepare_insert(l, columns, conflict, d);
	if (e != OK) {
		table_loader_close(l);
		return e;
	}
	*out = l;
	return OK;
}

static void bind_value(struct table_loader *l, size_t at, const struct table_value *v)
{
	int to = (int)at + 1;
	struct str s = v->bytes.ptr ? v->bytes : S("");
	if (v->null)
		store_bind_null(l->q, to);
	else if (v->integer)
		store_bind_i64(l->q, to, v->i64);
	else if (l->bytes[at])
		store_bind_blob(l->q, to, s);
	else
		store_bind_str(l->q, to, s);
}

enum err table_loader_row(struct table_loader *l, struct str row, struct diag *d)
{
	struct table_value v;
	for (size_t i = 0; i < l->count; i++) {
		if (!cut_value(&row, &v))
			return diag_set(d, ERR_CORRUPT, "store.row", "A row of the table %.*s is not whole.", STR_ARG(l->table));
		bind_value(l, i, &v);
	}
	enum err e = store_exec(l->q);
	return e == OK ? OK : diag_set(d, e, "store.fill", "The table %.*s cannot be filled: %s.", STR_ARG(l->table), store_message(l->c));
}

void table_loader_close(struct table_loader *l)
{
	if (!l)
		return;
	store_finalize_text(l->q);
	heap_free(l);
}
