/* sqlite_sums.c - counts that wait; sqlite_sums.h says which, and how. */
#include "store/sqlite_sums.h"

#include <string.h>

#include "base/buf.h"
#include "store/press_sql.h"

enum {
	COLUMNS = 24, /* of a statement */
	WAITING = 512, SLOTS = 2 * WAITING, TIDIES = 16,
	AT_ONCE = 64, /* rows that one statement adds to; more are not worth waiting */
	TEXT_MAX = 16 << 10,
};

struct sqlite_sum {
	sqlite3 *db;
	int table, keys, columns;
	sqlite3_stmt *query, *put; /* of one that adds; put is made when it is needed */
	sqlite3_stmt *tidy;        /* of one that takes away: the caller's */
	char *put_text;
};

struct waiting {
	struct sqlite_sum *sum; /* NULL: it was put in */
	bool since;             /* added to since what counts nothing was last taken away */
	int64_t v[COLUMNS];
};

struct sqlite_sums {
	sqlite3 *db;
	size_t count, left;
	struct waiting waiting[WAITING];
	uint16_t slots[SLOTS]; /* by key: a place in `waiting`, counted from 1 */
	struct sqlite_sum *tidies[TIDIES];
	size_t tidies_count;
};

/* ---- the two forms ---- */

static bool cut_that(struct str *rest, struct str name)
{
	struct str found = press_cut_name(rest);
	return name.len && str_eq(found, name);
}

/* "n=t.n+excluded.n" */
static bool cut_sum(struct str *rest, struct str table, struct str column)
{
	return cut_that(rest, column) && press_cut_word(rest, "=") && cut_that(rest, table) && press_cut_word(rest, ".") && cut_that(rest, column) && press_cut_word(rest, "+excluded.") &&
	       cut_that(rest, column);
}

static struct str next_name(struct str *list)
{
	(void)press_cut_word(list, " ");
	struct str name = press_cut_name(list);
	(void)press_cut_word(list, ",");
	return name;
}

/* Behind "ON CONFLICT(": the first columns, and then each of the others added to itself. */
static bool tail_fits(struct str tail, struct sums_form *f, struct str columns)
{
	for (; tail.len && *tail.ptr != ')'; f->keys++, f->columns++)
		if (!str_eq(next_name(&tail), next_name(&columns)))
			return false;
	if (!f->keys || !press_cut_word(&tail, ") DO UPDATE SET "))
		return false;
	for (; columns.len; f->columns++) {
		if (f->columns > f->keys && !press_cut_word(&tail, ","))
			return false;
		(void)press_cut_word(&tail, " ");
		if (!cut_sum(&tail, f->table, next_name(&columns)))
			return false;
	}
	return !tail.len && f->columns > f->keys && f->columns <= COLUMNS;
}

bool sums_form_of(struct str sql, struct sums_form *out)
{
	struct str rest = sql, conflict = S(" ON CONFLICT(");
	*out = (struct sums_form){ .keys = 0 };
	if (!press_cut_word(&rest, "INSERT INTO "))
		return false;
	out->table = press_cut_name(&rest);
	ptrdiff_t close = str_find_byte(rest, ')'), tail = str_find(rest, conflict);
	if (!out->table.len || !press_cut_word(&rest, "(") || close < 0 || tail < close)
		return false;
	struct str columns = str_sub(rest, 0, (size_t)close - 1);
	out->query = str_sub(rest, (size_t)close, (size_t)tail - 1);
	out->head = str_sub(sql, 0, (size_t)(out->query.ptr - sql.ptr));
	out->tail = str_sub(rest, (size_t)tail - 1, rest.len);
	if (!press_cut_word(&out->query, " ") || !(str_starts(out->query, S("VALUES(")) || str_starts(out->query, S("SELECT "))))
		return false;
	return tail_fits(str_sub(out->tail, conflict.len, out->tail.len), out, columns);
}

bool sums_tidy_of(struct str sql, struct str *table, struct str *column)
{
	struct str rest = sql;
	if (!press_cut_word(&rest, "DELETE FROM "))
		return false;
	*table = press_cut_name(&rest);
	if (!table->len || !press_cut_word(&rest, " WHERE "))
		return false;
	*column = press_cut_name(&rest);
	return column->len && str_eq(rest, S("=0"));
}

/* ---- a statement ---- */

struct sqlite_sums *sqlite_sums_new(sqlite3 *db)
{
	struct sqlite_sums *s = heap_alloc(sizeof *s);
	if (s) {
		memset(s, 0, sizeof *s);
		s->db = db;
	}
	return s;
}

void sqlite_sums_free(struct sqlite_sums *s)
{
	heap_free(s);
}

static sqlite3_stmt *prepared(sqlite3 *db, struct str sql)
{
	sqlite3_stmt *stmt = NULL;
	(void)sqlite3_prepare_v3(db, sql.ptr, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	return stmt;
}

/* The same row, its values given. */
static char *put_text(const struct sums_form *f)
{
	struct buf b;
	buf_init(&b, TEXT_MAX);
	buf_put(&b, f->head);
	buf_putz(&b, " VALUES(");
	for (int i = 1; i <= f->columns; i++)
		buf_printf(&b, "%s?%d", i > 1 ? ", " : "", i);
	buf_putz(&b, ")");
	buf_put(&b, f->tail);
	buf_byte(&b, '\0');
	if (b.failed == OK)
		return b.ptr;
	buf_release(&b);
	return NULL;
}

static bool adds(struct sqlite_sum *sum, sqlite3_stmt *stmt, const struct sums_form *f)
{
	sum->keys = f->keys;
	sum->columns = f->columns;
	sum->query = prepared(sum->db, f->query);
	sum->put_text = put_text(f);
	return sum->query && sum->put_text && sqlite3_column_count(sum->query) == f->columns &&
	       sqlite3_bind_parameter_count(sum->query) == sqlite3_bind_parameter_count(stmt);
}

/* Its table has a key and the column, and the key is all else: a row that went and one that counts nothing cannot be told apart but by its being there. */
static bool takes_away(struct sqlite_sum *sum, sqlite3_stmt *stmt, struct str table, struct str column)
{
	struct buf b;
	sqlite3_stmt *all = NULL;
	int others = 0;
	buf_init(&b, TEXT_MAX);
	buf_printf(&b, "SELECT pk, name FROM pragma_table_info('%.*s')", STR_ARG(table));
	if (b.failed == OK)
		all = prepared(sum->db, buf_str(&b));
	while (all && sqlite3_step(all) == SQLITE_ROW)
		others += !sqlite3_column_int(all, 0) && !str_eqz(column, (const char *)sqlite3_column_text(all, 1));
	bool known = all && sqlite3_finalize(all) == SQLITE_OK;
	buf_release(&b);
	sum->tidy = stmt;
	return known && others == 0;
}

struct sqlite_sum *sqlite_sum_new(struct sqlite_sums *s, sqlite3_stmt *stmt, int table)
{
	struct sums_form f;
	struct str name, column, sql = str_of(sqlite3_sql(stmt));
	bool adding = sums_form_of(sql, &f);
	if (!adding && !sums_tidy_of(sql, &name, &column))
		return NULL;
	struct sqlite_sum *sum = heap_alloc(sizeof *sum);
	if (!sum)
		return NULL;
	*sum = (struct sqlite_sum){ .db = s->db, .table = table };
	if (adding ? adds(sum, stmt, &f) : takes_away(sum, stmt, name, column))
		return sum;
	sqlite_sum_free(sum);
	return NULL;
}

void sqlite_sum_free(struct sqlite_sum *sum)
{
	if (!sum)
		return;
	sqlite3_finalize(sum->query);
	sqlite3_finalize(sum->put);
	heap_free(sum->put_text);
	heap_free(sum);
}

sqlite3_stmt *sqlite_sum_query(struct sqlite_sum *sum)
{
	return sum->query;
}

/* ---- what waits ---- */

static size_t slot_of(const struct sqlite_sums *s, const struct sqlite_sum *sum, const int64_t *v)
{
	uint64_t hash = (uint64_t)(uintptr_t)sum;
	for (int i = 0; i < sum->keys; i++)
		hash = (hash ^ (uint64_t)v[i]) * UINT64_C(0x9E3779B97F4A7C15);
	size_t at = (size_t)(hash >> 32) % SLOTS;
	for (; s->slots[at]; at = (at + 1) % SLOTS) {
		const struct waiting *w = &s->waiting[s->slots[at] - 1];
		if (w->sum == sum && memcmp(w->v, v, (size_t)sum->keys * sizeof *v) == 0)
			break;
	}
	return at;
}

static bool fits(const struct waiting *w, const struct sqlite_sum *sum, const int64_t *v)
{
	int64_t total;
	for (int i = sum->keys; i < sum->columns; i++)
		if (__builtin_add_overflow(w->v[i], v[i], &total))
			return false;
	return true;
}

static bool add_row(struct sqlite_sums *s, struct sqlite_sum *sum, const int64_t *v)
{
	size_t at = slot_of(s, sum, v);
	struct waiting *w = s->slots[at] ? &s->waiting[s->slots[at] - 1] : &s->waiting[s->count];
	if (s->slots[at] && !fits(w, sum, v))
		return false;
	if (!s->slots[at]) {
		*w = (struct waiting){ .sum = sum };
		memcpy(w->v, v, (size_t)sum->keys * sizeof *v);
		s->slots[at] = (uint16_t)++s->count;
		s->left++;
	}
	for (int i = sum->keys; i < sum->columns; i++)
		w->v[i] += v[i];
	w->since = true;
	return true;
}

/* The rows that it would add to; -1: they are not all of whole numbers, or too many, or cannot be asked. */
static int ask(struct sqlite_sum *sum, int64_t rows[AT_ONCE][COLUMNS])
{
	int n = 0, code;
	while ((code = sqlite3_step(sum->query)) == SQLITE_ROW) {
		for (int i = 0; i < sum->columns && n < AT_ONCE && code == SQLITE_ROW; i++) {
			rows[n][i] = sqlite3_column_int64(sum->query, i);
			code = sqlite3_column_type(sum->query, i) == SQLITE_INTEGER ? SQLITE_ROW : SQLITE_MISMATCH;
		}
		if (code != SQLITE_ROW || n++ == AT_ONCE)
			break;
	}
	(void)sqlite3_reset(sum->query);
	return code == SQLITE_DONE ? n : -1;
}

/* Each row once: an amount that does not fit is found before anything is changed. */
static bool all_fit(const struct sqlite_sums *s, const struct sqlite_sum *sum, int64_t rows[AT_ONCE][COLUMNS], int n)
{
	for (int i = 0; i < n; i++) {
		size_t at = slot_of(s, sum, rows[i]);
		if (s->slots[at] && !fits(&s->waiting[s->slots[at] - 1], sum, rows[i]))
			return false;
		for (int k = 0; k < i; k++)
			if (memcmp(rows[k], rows[i], (size_t)sum->keys * sizeof rows[i][0]) == 0)
				return false;
	}
	return s->count + (size_t)n <= WAITING;
}

bool sqlite_sums_add(struct sqlite_sums *s, struct sqlite_sum *sum, int *rows)
{
	int64_t found[AT_ONCE][COLUMNS];
	int n = ask(sum, found);
	if (n < 0 || !all_fit(s, sum, found, n))
		return false;
	bool added = true;
	for (int i = 0; i < n && added; i++)
		added = add_row(s, sum, found[i]);
	base_assert(added);
	*rows = n;
	return true;
}

bool sqlite_sums_wait(const struct sqlite_sums *s, int table)
{
	for (size_t i = 0; i < s->count && s->left; i++)
		if (s->waiting[i].sum && s->waiting[i].sum->table == table)
			return true;
	return false;
}

bool sqlite_sums_tidy(struct sqlite_sums *s, struct sqlite_sum *sum)
{
	size_t at = 0;
	while (at < s->tidies_count && s->tidies[at]->table != sum->table)
		at++;
	if (at == TIDIES || !sqlite_sums_wait(s, sum->table))
		return false;
	s->tidies[at] = sum;
	s->tidies_count += at == s->tidies_count;
	for (size_t i = 0; i < s->count; i++)
		if (s->waiting[i].sum && s->waiting[i].sum->table == sum->table)
			s->waiting[i].since = false;
	return true;
}

/* ---- put in ---- */

static bool done(sqlite3_stmt *stmt)
{
	int code = sqlite3_step(stmt);
	return code == SQLITE_DONE && sqlite3_reset(stmt) == SQLITE_OK;
}

static bool put(struct waiting *w)
{
	struct sqlite_sum *sum = w->sum;
	if (!sum->put)
		sum->put = prepared(sum->db, str_of(sum->put_text));
	bool ok = sum->put;
	for (int i = 0; i < sum->columns && ok; i++)
		ok = sqlite3_bind_int64(sum->put, i + 1, w->v[i]) == SQLITE_OK;
	ok = ok && done(sum->put);
	w->sum = NULL;
	return ok;
}

static bool put_those(struct sqlite_sums *s, int table, bool since)
{
	for (size_t i = 0; i < s->count; i++) {
		struct waiting *w = &s->waiting[i];
		if (!w->sum || w->sum->table != table || w->since != since)
			continue;
		s->left--;
		if (!put(w))
			return false;
	}
	return true;
}

static bool tidy(struct sqlite_sums *s, int table)
{
	for (size_t i = 0; i < s->tidies_count; i++) {
		if (s->tidies[i]->table != table)
			continue;
		sqlite3_stmt *stmt = s->tidies[i]->tidy;
		s->tidies[i] = s->tidies[--s->tidies_count];
		return done(stmt);
	}
	return true;
}

enum err sqlite_sums_put_in(struct sqlite_sums *s, int table)
{
	if (!put_those(s, table, false) || !tidy(s, table) || !put_those(s, table, true))
		return ERR_CONFLICT;
	if (!s->left)
		sqlite_sums_end(s);
	return OK;
}

void sqlite_sums_end(struct sqlite_sums *s)
{
	if (s->count)
		memset(s->slots, 0, sizeof s->slots);
	s->count = s->left = s->tidies_count = 0;
}
