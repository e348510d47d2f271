/* pg_cache.c - answers that the writer got in this transaction, for the commands of the batch that ask the same.
 *
 * A command asks some fifty small questions, most of them what the one before asked too (settings, the item, its pack, who holds
 * a post), each a round trip. The writer alone writes while it has its turn, so an answer holds until the batch itself changes
 * one of the tables that the question names, rolls back, or ends. A question that names a view holds until any change.
 */
#include <ctype.h>
#include <string.h>

#include "store/pg_int.h"

enum { ENTRIES = 256, KEY_MAX = 256, ROWS_BYTES_MAX = 64 << 10 };

struct entry {
	const struct pg_words *words;
	const void *query;
	size_t key_len;
	char key[KEY_MAX];
	struct pg_rows *rows;
};

struct pg_cache {
	struct entry entries[ENTRIES];
	size_t count;
};

/* ---- rows that several may be reading ---- */

struct pg_rows *pg_rows_new(PGresult *r)
{
	struct pg_rows *rows = heap_alloc(sizeof *rows);
	if (!rows) {
		PQclear(r);
		return NULL;
	}
	rows->result = r;
	rows->readers = 1;
	return rows;
}

void pg_rows_release(struct pg_rows *rows)
{
	if (!rows || --rows->readers)
		return;
	PQclear(rows->result);
	heap_free(rows);
}

/* ---- which tables a statement names ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

void pg_words_of(const char *sql, struct pg_words *out)
{
	out->count = 0;
	out->many = false;
	for (const char *p = sql; *p;) {
		if (!is_word(*p)) {
			p++;
			continue;
		}
		const char *end = p;
		while (is_word(*end))
			end++;
		if (islower((unsigned char)*p)) { /* keywords are written large */
			out->many |= out->count == PG_WORDS_MAX;
			if (!out->many)
				out->hash[out->count++] = (uint32_t)str_hash(str_span(p, (size_t)(end - p)));
		}
		p = end;
	}
}

static bool names(const struct pg_words *w, uint32_t table)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->hash[i] == table)
			return true;
	return w->many;
}

/* "INSERT INTO t…", "UPDATE t…", "DELETE FROM t…": the first word in small letters. */
bool pg_words_target(const char *sql, uint32_t *out)
{
	if (strncmp(sql, "INSERT INTO ", 12) != 0 && strncmp(sql, "UPDATE ", 7) != 0 && strncmp(sql, "DELETE FROM ", 12) != 0)
		return false;
	const char *p = sql, *end;
	while (*p && !islower((unsigned char)*p))
		p++;
	for (end = p; is_word(*end);)
		end++;
	*out = (uint32_t)str_hash(str_span(p, (size_t)(end - p)));
	return true;
}

/* ---- the answers ---- */

static void drop(struct pg_cache *c, size_t i)
{
	pg_rows_release(c->entries[i].rows);
	c->entries[i] = c->entries[--c->count];
}

void pg_cache_clear(struct pg_cache *c)
{
	while (c && c->count)
		drop(c, c->count - 1);
}

void pg_cache_changed(struct pg_conn *conn, uint32_t table)
{
	struct pg_cache *c = conn->cache;
	for (size_t i = c ? c->count : 0; i-- > 0;) {
		bool viewed = false;
		for (size_t v = 0; v < conn->views.count && !viewed; v++)
			viewed = names(c->entries[i].words, conn->views.hash[v]);
		if (viewed || conn->views.many || names(c->entries[i].words, table))
			drop(c, i);
	}
}

static struct entry *find(struct pg_cache *c, const void *query, const char *key, size_t len)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->entries[i].query == query && c->entries[i].key_len == len && memcmp(c->entries[i].key, key, len) == 0)
			return &c->entries[i];
	return NULL;
}

/* The values of the parameters, one behind the other; false: too long to be worth keeping. */
static bool key_of(const char *const *values, const int *lengths, int count, char *key, size_t *len)
{
	*len = 0;
	for (int i = 0; i < count; i++) {
		int n = values[i] ? lengths[i] : -1;
		size_t bytes = n > 0 ? (size_t)n : 0;
		if (*len + sizeof n + bytes > KEY_MAX)
			return false;
		memcpy(key + *len, &n, sizeof n);
		if (bytes)
			memcpy(key + *len + sizeof n, values[i], bytes);
		*len += sizeof n + bytes;
	}
	return true;
}

struct pg_rows *pg_cache_get(struct pg_cache *c, const void *query, const char *const *values, const int *lengths, int count)
{
	char key[KEY_MAX];
	size_t len;
	struct entry *e = c->count && key_of(values, lengths, count, key, &len) ? find(c, query, key, len) : NULL;
	if (!e)
		return NULL;
	e->rows->readers++;
	return e->rows;
}

void pg_cache_put(struct pg_cache *c, const void *query, const struct pg_words *words, const char *const *values, const int *lengths, int count,
                  struct pg_rows *rows)
{
	if (PQresultMemorySize(rows->result) > ROWS_BYTES_MAX)
		return;
	if (c->count == ENTRIES)
		pg_cache_clear(c);
	struct entry *e = &c->entries[c->count];
	if (!key_of(values, lengths, count, e->key, &e->key_len))
		return;
	e->query = query;
	e->words = words;
	e->rows = rows;
	rows->readers++;
	c->count++;
}

struct pg_cache *pg_cache_new(void)
{
	return heap_alloc(sizeof(struct pg_cache));
}

void pg_cache_free(struct pg_cache *c)
{
	pg_cache_clear(c);
	heap_free(c);
}
