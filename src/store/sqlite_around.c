/* sqlite_around.c - tables read round the pages of them that are damaged.
 *
 * A shadow is a virtual table of the schema "temp", where names are looked for first. Its questions go to the table itself, as the planner
 * would put them, and in the order of the rows' ids. One that meets damage is put again without an index, id by id: then the rows stand side by
 * side as the pages do, and behind the last that came the first that can be read is looked for, in doubled steps and back by halves. A table
 * without ids of its own is read from its beginning as far as it can be, and from its end.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/sqlite_around.h"

enum { NAME_BYTES = 64, COLUMNS_MAX = 128, ARGS_MAX = 16, MET_MAX = 64 };

struct sqlite_around {
	sqlite3 *db;
	const char *const *whole;
	bool passed, views;
	int met, shadowed; /* the first `shadowed` of those met are */
	char name[MET_MAX][NAME_BYTES];
};

struct column { char name[NAME_BYTES]; bool leads, key; };

struct table {
	sqlite3_vtab base; /* first: the library's */
	struct sqlite_around *of;
	char name[NAME_BYTES];
	bool keyless;      /* no ids of its own */
	int id, count;     /* the column that is the id; -1: none is */
	struct column columns[COLUMNS_MAX];
};

/* How a question is put: by any index, id by id, or from the end. */
enum way { BY_INDEX, BY_ID, FROM_END, WAYS };

struct cursor {
	sqlite3_vtab_cursor base; /* first: the library's */
	sqlite3_stmt *put[WAYS];
	char *plan;               /* what put[BY_INDEX] was made for */
	enum way way;
	bool down, end;
	int args;
	sqlite3_value *arg[ARGS_MAX];
	int64_t low, high, row;   /* ids that are still to come; of the row at hand */
};

static struct table *table_of(sqlite3_vtab_cursor *c) { return (struct table *)c->pVtab; }

/* ---- a table's columns ---- */

static void copy_name(char to[NAME_BYTES], const void *name) { snprintf(to, NAME_BYTES, "%s", name ? (const char *)name : ""); }

static sqlite3_stmt *ask(sqlite3 *db, const char *sql, const char *name)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK)
		(void)sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	return s;
}

static void put_keys(const struct table *t, const char *before, const char *after, sqlite3_str *sql)
{
	for (int i = 0; i < t->count; i++) {
		if (!t->columns[i].key)
			continue;
		sqlite3_str_appendf(sql, "%s\"%w\"%s", before, t->columns[i].name, after);
		before = ", ";
	}
}

/* The names and types, as CREATE TABLE has them behind its bracket; NULL where they are not all known. What has no ids must say so: the library
 * knows rows that two conditions find by their ids, and would take them all for the same one. */
static char *read_columns(struct table *t)
{
	sqlite3_stmt *s = ask(t->of->db, "SELECT c.name, c.type, c.pk, l.wr FROM pragma_table_list l, pragma_table_info(l.name, 'main') c"
	                                 " WHERE l.schema='main' AND l.type='table' AND l.name=?1", t->name);
	sqlite3_str *list = sqlite3_str_new(t->of->db);
	int code, keys = 0, id = -1;
	while ((code = sqlite3_step(s)) == SQLITE_ROW && t->count < COLUMNS_MAX) {
		struct column *c = &t->columns[t->count++];
		const char *type = (const char *)sqlite3_column_text(s, 1);
		copy_name(c->name, sqlite3_column_text(s, 0));
		c->key = sqlite3_column_int(s, 2) > 0;
		t->keyless = sqlite3_column_int(s, 3) != 0;
		keys += c->key;
		if (c->key && type && sqlite3_stricmp(type, "INTEGER") == 0)
			id = t->count - 1;
		sqlite3_str_appendf(list, "%s\"%w\" %s", t->count > 1 ? ", " : "", c->name, type ? type : "");
	}
	sqlite3_finalize(s);
	t->id = keys == 1 && !t->keyless ? id : -1; /* of several columns none is the row's id */
	if (t->keyless)
		put_keys(t, ", PRIMARY KEY(", "", list);
	sqlite3_str_appendall(list, t->keyless ? ")) WITHOUT ROWID" : ")");
	char *text = sqlite3_str_finish(list);
	if (code == SQLITE_DONE && t->count > 0)
		return text;
	sqlite3_free(text);
	return NULL;
}

/* Columns by which an index, or the table itself, finds rows. */
static bool read_indexes(struct table *t)
{
	sqlite3_stmt *s = ask(t->of->db, "SELECT i.cid FROM pragma_index_list(?1, 'main') l, pragma_index_info(l.name, 'main') i WHERE i.seqno=0", t->name);
	int code;
	while ((code = sqlite3_step(s)) == SQLITE_ROW) {
		int at = sqlite3_column_int(s, 0);
		if (at >= 0 && at < t->count)
			t->columns[at].leads = true;
	}
	sqlite3_finalize(s);
	if (t->id >= 0)
		t->columns[t->id].leads = true;
	return code == SQLITE_DONE;
}

static int close_table(sqlite3_vtab *v)
{
	heap_free(v);
	return SQLITE_OK;
}

static int open_table(sqlite3 *db, void *of, int argc, const char *const *argv, sqlite3_vtab **out, char **why)
{
	struct table *t = heap_alloc(sizeof *t);
	(void)why;
	if (!t || argc < 3) {
		heap_free(t);
		return SQLITE_NOMEM;
	}
	t->of = of;
	copy_name(t->name, argv[2]);
	char *list = read_columns(t), *sql = list && read_indexes(t) ? sqlite3_mprintf("CREATE TABLE shadow(%s", list) : NULL;
	int code = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_ERROR;
	sqlite3_free(list);
	sqlite3_free(sql);
	if (code != SQLITE_OK)
		heap_free(t);
	else
		*out = &t->base;
	return code;
}

/* ---- how a question is put ---- */

static const char *sign_of(unsigned char op)
{
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_EQ: return "=";
	case SQLITE_INDEX_CONSTRAINT_GT: return ">";
	case SQLITE_INDEX_CONSTRAINT_GE: return ">=";
	case SQLITE_INDEX_CONSTRAINT_LT: return "<";
	case SQLITE_INDEX_CONSTRAINT_LE: return "<=";
	default: return NULL;
	}
}

static bool is_id(const struct table *t, int column) { return !t->keyless && (column < 0 || column == t->id); }

/* Of a table without ids only what its own order says is put: another index would leave it. */
static bool can_put(const struct table *t, sqlite3_index_info *info, int i)
{
	const struct sqlite3_index_constraint *c = &info->aConstraint[i];
	if (!c->usable || !sign_of(c->op) || c->iColumn >= t->count || (c->iColumn < 0 && t->keyless))
		return false;
	return strcmp(sqlite3_vtab_collation(info, i), "BINARY") == 0 && (!t->keyless || t->columns[c->iColumn].key);
}

/* The fewest rows that one of the conditions leaves, roughly. */
static double rows_of(const struct table *t, const struct sqlite3_index_constraint *c)
{
	bool equal = c->op == SQLITE_INDEX_CONSTRAINT_EQ;
	if (is_id(t, c->iColumn))
		return equal ? 1 : 1e4;
	return t->columns[c->iColumn].leads ? (equal ? 20 : 1e4) : 1e5;
}

/* The plan: for each argument what it says of the id ('=', '<' or '>' with its own value or without; '-': nothing), a line's end, and the
 * conditions. The library asks every condition once more. */
static int plan(sqlite3_vtab *v, sqlite3_index_info *info)
{
	const struct table *t = (struct table *)v;
	sqlite3_str *says = sqlite3_str_new(t->of->db), *where = sqlite3_str_new(t->of->db);
	double rows = 1e6;
	int n = 0;
	for (int i = 0; i < info->nConstraint && n < ARGS_MAX; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];
		if (!can_put(t, info, i))
			continue;
		info->aConstraintUsage[i].argvIndex = ++n;
		sqlite3_str_appendchar(says, 1, !is_id(t, c->iColumn) ? '-' : sign_of(c->op)[1] ? (c->op == SQLITE_INDEX_CONSTRAINT_GE ? 'G' : 'L') : sign_of(c->op)[0]);
		sqlite3_str_appendf(where, " AND \"%w\"%s?%d", c->iColumn < 0 ? "rowid" : t->columns[c->iColumn].name, sign_of(c->op), n);
		rows = rows_of(t, c) < rows ? rows_of(t, c) : rows;
	}
	char *words = sqlite3_str_finish(where), *signs = sqlite3_str_finish(says);
	info->idxStr = sqlite3_mprintf("%s\n1%s", signs ? signs : "", words ? words : "");
	info->needToFreeIdxStr = 1;
	sqlite3_free(words);
	sqlite3_free(signs);
	info->orderByConsumed = info->nOrderBy == 1 && is_id(t, info->aOrderBy[0].iColumn);
	info->idxNum = info->orderByConsumed && info->aOrderBy[0].desc;
	info->estimatedRows = (sqlite3_int64)rows;
	info->estimatedCost = rows * 10;
	info->idxFlags = rows <= 1 ? SQLITE_INDEX_SCAN_UNIQUE : 0;
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static char *text_of(const struct table *t, const struct cursor *c)
{
	const char *where = strchr(c->plan, '\n') + 1;
	sqlite3_str *sql = sqlite3_str_new(t->of->db);
	if (t->keyless) {
		sqlite3_str_appendf(sql, "SELECT 0, * FROM main.\"%w\" WHERE %s", t->name, where);
		put_keys(t, " ORDER BY ", c->way == FROM_END ? " DESC" : "", sql);
	} else {
		sqlite3_str_appendf(sql, "SELECT rowid, * FROM main.\"%w\"%s WHERE %s ORDER BY rowid%s", t->name, c->way == BY_ID ? " NOT INDEXED" : "",
		                    c->way == BY_ID ? "rowid BETWEEN ?1 AND ?2" : where, c->down ? " DESC" : "");
	}
	return sqlite3_str_finish(sql);
}

static int put(const struct table *t, struct cursor *c, enum way way)
{
	c->way = way;
	if (!c->put[way]) {
		char *sql = text_of(t, c);
		int code = sql ? sqlite3_prepare_v2(t->of->db, sql, -1, &c->put[way], NULL) : SQLITE_NOMEM;
		sqlite3_free(sql);
		if (code != SQLITE_OK)
			return code;
	}
	for (int i = 0; way != BY_ID && i < c->args; i++)
		(void)sqlite3_bind_value(c->put[way], i + 1, c->arg[i]);
	return SQLITE_OK;
}

/* ---- rows ---- */

static void took(struct cursor *c, sqlite3_stmt *s)
{
	c->row = sqlite3_column_int64(s, 0);
	if (c->down)
		c->high = c->row > INT64_MIN ? c->row - 1 : c->row;
	else
		c->low = c->row < INT64_MAX ? c->row + 1 : c->row;
}

/* The first row from there on: SQLITE_ROW, SQLITE_DONE, or why not. */
static int step_from(struct cursor *c, int64_t from)
{
	sqlite3_stmt *s = c->put[BY_ID];
	(void)sqlite3_reset(s);
	(void)sqlite3_bind_int64(s, 1, c->down ? c->low : from);
	(void)sqlite3_bind_int64(s, 2, c->down ? from : c->high);
	return sqlite3_step(s);
}

static bool is_damage(int code) { return (code & 0xff) == SQLITE_CORRUPT; }

/* So far behind the beginning of what is still to come, and never behind its end. */
static int64_t ahead(const struct cursor *c, uint64_t steps)
{
	uint64_t left = (uint64_t)c->high - (uint64_t)c->low, go = steps < left ? steps : left;
	return (int64_t)(c->down ? (uint64_t)c->high - go : (uint64_t)c->low + go);
}

/* What is still to come begins with damage: it begins where a row can be read, if there is one. */
static int pass(struct table *t, struct cursor *c)
{
	uint64_t bad = 0, good = 1, left = (uint64_t)c->high - (uint64_t)c->low;
	int code;
	t->of->passed = true;
	while (is_damage(code = step_from(c, ahead(c, good))) && good < left) {
		bad = good;
		good = good > left / 2 ? left : good * 2;
	}
	if (is_damage(code))
		return SQLITE_DONE;
	while (good - bad > 1 && (code == SQLITE_ROW || code == SQLITE_DONE)) {
		uint64_t middle = bad + (good - bad) / 2;
		code = step_from(c, ahead(c, middle));
		if (is_damage(code))
			bad = middle;
		else
			good = middle;
		code = is_damage(code) ? SQLITE_ROW : code;
	}
	return code == SQLITE_ROW || code == SQLITE_DONE ? step_from(c, ahead(c, good)) : code;
}

/* BY_INDEX met damage, or FROM_END. */
static int put_otherwise(struct table *t, struct cursor *c)
{
	if (c->way == FROM_END)
		return SQLITE_DONE;
	t->of->passed = t->of->passed || t->keyless;
	int code = put(t, c, t->keyless ? FROM_END : BY_ID);
	if (code != SQLITE_OK)
		return code;
	if (t->keyless)
		return sqlite3_step(c->put[FROM_END]);
	return c->low > c->high ? SQLITE_DONE : step_from(c, c->down ? c->high : c->low);
}

static int next_row(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	struct table *t = table_of(base);
	int code = sqlite3_step(c->put[c->way]);
	while (is_damage(code) && !c->end) {
		(void)sqlite3_reset(c->put[c->way]);
		c->end = c->way == FROM_END; /* from both ends */
		code = c->way == BY_ID ? (c->low > c->high ? SQLITE_DONE : pass(t, c)) : put_otherwise(t, c);
	}
	if (code == SQLITE_ROW)
		took(c, c->put[c->way]);
	c->end = code == SQLITE_DONE;
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

static void forget(struct cursor *c)
{
	for (int i = 0; i < c->args; i++)
		sqlite3_value_free(c->arg[i]);
	c->args = 0;
	for (int i = 0; i < WAYS; i++)
		(void)sqlite3_reset(c->put[i]);
}

static void let_go(struct cursor *c)
{
	forget(c);
	for (int i = 0; i < WAYS; i++) {
		sqlite3_finalize(c->put[i]);
		c->put[i] = NULL;
	}
	heap_free(c->plan);
	c->plan = NULL;
}

/* Statements made for another question are of no use. */
static int keep_plan(struct cursor *c, bool down, const char *text)
{
	if (c->plan && c->down == down && strcmp(c->plan, text) == 0)
		return SQLITE_OK;
	let_go(c);
	size_t n = strlen(text) + 1;
	if (!(c->plan = heap_alloc(n)))
		return SQLITE_NOMEM;
	memcpy(c->plan, text, n);
	c->down = down;
	return SQLITE_OK;
}

/* What an argument says of the ids; the library compares again, so one too many does no harm. */
static void narrow(struct cursor *c, char says, sqlite3_value *value)
{
	if (says == '-' || sqlite3_value_type(value) != SQLITE_INTEGER)
		return;
	int64_t v = sqlite3_value_int64(value);
	if ((says == '=' || says == '>' || says == 'G') && v > c->low)
		c->low = v;
	if ((says == '=' || says == '<' || says == 'L') && v < c->high)
		c->high = v;
}

static int begin(sqlite3_vtab_cursor *base, int down, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	forget(c);
	int code = keep_plan(c, down != 0, text);
	if (code != SQLITE_OK)
		return code;
	base_assert(argc <= ARGS_MAX);
	c->low = INT64_MIN;
	c->high = INT64_MAX;
	c->end = false;
	for (int i = 0; i < argc; i++, c->args++) {
		if (!(c->arg[i] = sqlite3_value_dup(argv[i])))
			return SQLITE_NOMEM;
		narrow(c, text[i], argv[i]);
	}
	code = put(table_of(base), c, BY_INDEX);
	return code == SQLITE_OK ? next_row(base) : code;
}

static int open_cursor(sqlite3_vtab *v, sqlite3_vtab_cursor **out)
{
	struct cursor *c = heap_alloc(sizeof *c);
	(void)v;
	if (!c)
		return SQLITE_NOMEM;
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	let_go((struct cursor *)base);
	heap_free(base);
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base) { return ((struct cursor *)base)->end; }

static int value_at(sqlite3_vtab_cursor *base, sqlite3_context *x, int column)
{
	struct cursor *c = (struct cursor *)base;
	sqlite3_result_value(x, sqlite3_column_value(c->put[c->way], column + 1));
	return SQLITE_OK;
}

static int id_at(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
	*id = ((struct cursor *)base)->row;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xCreate = open_table, .xConnect = open_table, .xBestIndex = plan, .xDisconnect = close_table, .xDestroy = close_table, .xOpen = open_cursor,
	.xClose = close_cursor, .xFilter = begin, .xNext = next_row, .xEof = at_end, .xColumn = value_at, .xRowid = id_at,
};

/* ---- what is gone round ---- */

struct sqlite_around *sqlite_around_new(sqlite3 *db, const char *const *whole)
{
	struct sqlite_around *r = heap_alloc(sizeof *r);
	if (!r)
		return NULL;
	*r = (struct sqlite_around){ .db = db, .whole = whole };
	if (sqlite3_create_module_v2(db, "around", &module, r, NULL) == SQLITE_OK)
		return r;
	heap_free(r);
	return NULL;
}

void sqlite_around_free(struct sqlite_around *r)
{
	heap_free(r);
}

static bool may_be_met(const struct sqlite_around *r, const char *name)
{
	for (const char *const *w = r->whole; w && *w; w++)
		if (strcmp(*w, name) == 0)
			return false;
	for (int i = 0; i < r->met; i++)
		if (strcmp(r->name[i], name) == 0)
			return false;
	return r->met < MET_MAX && strlen(name) < NAME_BYTES && strncmp(name, "sqlite_", 7) != 0;
}

/* The library tells which tables a statement reads when it makes it; of which schema not always, where it reads no column. */
static int hear(void *arg, int what, const char *name, const char *column, const char *schema, const char *through)
{
	struct sqlite_around *r = arg;
	(void)column;
	(void)through;
	if (what == SQLITE_READ && name && (!schema || strcmp(schema, "main") == 0) && may_be_met(r, name))
		copy_name(r->name[r->met++], name);
	return SQLITE_OK;
}

void sqlite_around_met(struct sqlite_around *r, const char *sql)
{
	sqlite3_stmt *s = NULL;
	(void)sqlite3_set_authorizer(r->db, hear, r);
	(void)sqlite3_prepare_v2(r->db, sql, -1, &s, NULL);
	(void)sqlite3_set_authorizer(r->db, NULL, NULL);
	sqlite3_finalize(s);
}

/* A view of the file's looks for its tables in the file alone: it is said again where the shadows are. */
static void shadow_views(struct sqlite_around *r)
{
	sqlite3_stmt *s = ask(r->db, "SELECT sql FROM main.sqlite_schema WHERE type='view' AND ?1='views'", "views");
	while (!r->views && sqlite3_step(s) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(s, 0);
		char *sql = text && strncmp(text, "CREATE VIEW", 11) == 0 ? sqlite3_mprintf("CREATE TEMP%s", text + 6) : NULL;
		(void)sqlite3_exec(r->db, sql ? sql : "", NULL, NULL, NULL);
		sqlite3_free(sql);
	}
	sqlite3_finalize(s);
	r->views = true;
}

/* No plain table of the file's cannot be shadowed, and is not gone round. */
static bool shadow(struct sqlite_around *r, const char *name)
{
	char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE temp.\"%w\" USING around", name);
	bool done = sql && sqlite3_exec(r->db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	return done;
}

bool sqlite_around_learn(struct sqlite_around *r)
{
	bool learnt = false;
	for (; r->shadowed < r->met; r->shadowed++)
		learnt = shadow(r, r->name[r->shadowed]) || learnt;
	if (learnt)
		shadow_views(r);
	return learnt;
}

bool sqlite_around_passed(const struct sqlite_around *r)
{
	return r->passed;
}
