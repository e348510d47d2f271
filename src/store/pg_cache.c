/* pg_cache.c - answers that a connection got, for commands and pages that ask the same.
 *
 * A command asks some fifty small questions, most of them what the one before asked too (settings, the item, its pack, who holds
 * a post), each a round trip. The writer alone writes while it has its turn, so an answer holds until the writer itself changes
 * one of the tables that the question names, or rolls back, and beyond its turn until another process tells that it changed one (pg_turn.c). A
 * question that names a view holds until any change. A reader looks at the beginning of each reading what was changed since its last one
 * (pg_reading.c).
 *
 * What a command is going to ask may be said ahead: then it has a place here before its answer has come.
 */
#include <ctype.h>
#include <string.h>

#include "store/pg_int.h"

/* What is asked together must be there together: a question has several places that it can be kept in. What all answers of a connection take has
 * an end, for there are many connections. */
enum { ENTRIES = 1024, PLACES = 4, TABLES = 8192, TEXTS = 4096, KEY_MAX = 256, ROWS_BYTES_MAX = 64 << 10, BYTES_MAX = 4 << 20 };

struct entry {
	const struct pg_words *words;
	const void *query;
	bool viewed; /* it names a view */
	uint64_t since;
	size_t key_len;
	char key[KEY_MAX];
	struct pg_rows *rows; /* NULL: empty */
	bool once;            /* large, and said ahead: kept for who asks it first */
	uint64_t ticket;      /* of a question on its way; 0: none */
	uint64_t used;
};

/* Changes are counted. A table's last one stands under its hashed name: two that meet there only forget too much. */
struct pg_cache {
	struct entry entries[ENTRIES];
	size_t bytes;
	const char *texts[TEXTS]; /* of the statements, by their hashes; half of it at the most */
	size_t texts_count;
	uint64_t now, cleared, tickets, uses;
	uint64_t changed[TABLES];
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

/* What a server is asked of itself: views and functions of its own, the time, the session. */
static bool is_restless(struct str word)
{
	return str_starts(word, S("pg_")) || str_starts(word, S("current_")) || str_starts(word, S("has_")) || str_eqz(word, "now") || str_eqz(word, "random");
}

void pg_words_of(const char *sql, struct pg_words *out)
{
	out->count = 0;
	out->many = out->restless = false;
	for (const char *p = sql; *p;) {
		if (!is_word(*p)) {
			p++;
			continue;
		}
		const char *end = p;
		while (is_word(*end))
			end++;
		if (islower((unsigned char)*p)) { /* keywords are written large */
			out->restless |= is_restless(str_span(p, (size_t)(end - p)));
			out->many |= out->count == PG_WORDS_MAX;
			if (!out->many)
				out->hash[out->count++] = (uint32_t)str_hash(str_span(p, (size_t)(end - p)));
		}
		p = end;
	}
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

static void drop(struct pg_cache *c, struct entry *e)
{
	c->bytes -= e->rows ? PQresultMemorySize(e->rows->result) : 0;
	pg_rows_release(e->rows);
	e->rows = NULL;
	e->ticket = 0;
}

void pg_cache_clear(struct pg_cache *c)
{
	if (c)
		c->cleared = ++c->now;
}

void pg_cache_forget(struct pg_cache *c, uint32_t table)
{
	if (c)
		c->changed[table % TABLES] = ++c->now;
}

static bool names_view(const struct pg_words *w, const struct pg_words *views)
{
	bool any = w->many || views->many;
	for (size_t i = 0; i < w->count && !any; i++)
		for (size_t v = 0; v < views->count && !any; v++)
			any = w->hash[i] == views->hash[v];
	return any;
}

static bool holds(const struct pg_cache *c, const struct entry *e)
{
	bool yes = e->since >= (e->viewed ? c->now : c->cleared);
	for (size_t i = 0; i < e->words->count && yes; i++)
		yes = e->since >= c->changed[e->words->hash[i] % TABLES];
	return yes;
}

const char *pg_cache_text(struct pg_cache *c, const char *text)
{
	size_t at = str_hash(str_of(text)) % TEXTS;
	while (c->texts[at] && strcmp(c->texts[at], text) != 0)
		at = (at + 1) % TEXTS;
	if (!c->texts[at] && c->texts_count < TEXTS / 2) {
		c->texts[at] = text;
		c->texts_count++;
	}
	return c->texts[at] ? c->texts[at] : text;
}

static struct entry *places_of(struct pg_cache *c, const void *query, const char *key, size_t len)
{
	return &c->entries[(str_hash(str_span(key, len)) ^ ((uintptr_t)query >> 4) * 0x9e3779b1u) % (ENTRIES / PLACES) * PLACES];
}

static bool is_of(const struct entry *e, const void *query, const char *key, size_t len)
{
	return (e->rows || e->ticket) && e->query == query && e->key_len == len && memcmp(e->key, key, len) == 0;
}

/* Its own, or one that is free, or the one that nobody has asked for longest. */
static struct entry *place_for(struct pg_cache *c, const void *query, const char *key, size_t len)
{
	struct entry *places = places_of(c, query, key, len), *out = places;
	for (int i = 0; i < PLACES; i++)
		if (is_of(&places[i], query, key, len))
			return &places[i];
	for (int i = 1; i < PLACES && (out->rows || out->ticket); i++)
		if (!(places[i].rows || places[i].ticket) || places[i].used < out->used)
			out = &places[i];
	return out;
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

/* The question's place, where its answer is, or comes, and holds; NULL: there is none. */
static struct entry *find(struct pg_cache *c, const void *query, const char *const *values, const int *lengths, int count)
{
	char key[KEY_MAX];
	size_t len;
	if (!key_of(values, lengths, count, key, &len))
		return NULL;
	struct entry *e = place_for(c, query, key, len);
	if (!is_of(e, query, key, len) || !holds(c, e))
		return NULL;
	e->used = ++c->uses;
	return e;
}

struct pg_rows *pg_cache_get(struct pg_cache *c, const void *query, const char *const *values, const int *lengths, int count)
{
	struct entry *e = find(c, query, values, lengths, count);
	struct pg_rows *rows = e ? e->rows : NULL;
	if (!rows)
		return NULL;
	rows->readers++;
	if (e->once)
		drop(c, e);
	return rows;
}

bool pg_cache_expects(struct pg_cache *c, const void *query, const char *const *values, const int *lengths, int count)
{
	const struct entry *e = find(c, query, values, lengths, count);
	return e && e->ticket;
}

/* An empty place for it; NULL: it is not worth keeping, or nobody has asked for it yet, and there is none but of what is on its way, which would be asked twice. */
static struct entry *make_place(struct pg_conn *conn, const void *query, const struct pg_words *words, const char *const *values, const int *lengths, int count,
                                bool asked)
{
	char key[KEY_MAX];
	size_t len;
	if (!key_of(values, lengths, count, key, &len))
		return NULL;
	struct pg_cache *c = conn->cache;
	struct entry *e = place_for(c, query, key, len);
	if (!asked && e->ticket && holds(c, e))
		return NULL;
	drop(c, e);
	*e = (struct entry){ .words = words, .query = query, .viewed = names_view(words, &conn->views), .since = c->now, .key_len = len, .used = ++c->uses };
	memcpy(e->key, key, len);
	return e;
}

static bool worth_keeping(const PGresult *r)
{
	return PQresultMemorySize(r) <= ROWS_BYTES_MAX;
}

/* Where all together are too much the others go: what is asked often is soon there again. */
static void put_rows(struct pg_cache *c, struct entry *e, struct pg_rows *rows)
{
	size_t bytes = PQresultMemorySize(rows->result);
	for (size_t i = 0; c->bytes + bytes > BYTES_MAX && i < ENTRIES; i++)
		if (&c->entries[i] != e && c->entries[i].rows)
			drop(c, &c->entries[i]);
	c->bytes += bytes;
	e->rows = rows;
}

void pg_cache_put(struct pg_conn *conn, const void *query, const struct pg_words *words, const char *const *values, const int *lengths, int count,
                  struct pg_rows *rows)
{
	struct entry *e = worth_keeping(rows->result) ? make_place(conn, query, words, values, lengths, count, true) : NULL;
	if (!e)
		return;
	rows->readers++;
	put_rows(conn->cache, e, rows);
}

struct pg_place pg_cache_expect(struct pg_conn *conn, const void *query, const struct pg_words *words, const char *const *values, const int *lengths, int count)
{
	struct pg_cache *c = conn->cache;
	struct entry *e = find(c, query, values, lengths, count) ? NULL : make_place(conn, query, words, values, lengths, count, false);
	if (!e)
		return (struct pg_place){ 0 };
	e->ticket = ++c->tickets;
	return (struct pg_place){ (uint32_t)(e - c->entries), e->ticket };
}

void pg_cache_arrived(struct pg_cache *c, struct pg_place place, PGresult *r)
{
	struct entry *e = &c->entries[place.at];
	bool wanted = e->ticket == place.ticket;
	if (wanted)
		e->ticket = 0;
	struct pg_rows *rows = NULL;
	if (wanted && PQresultMemorySize(r) <= BYTES_MAX / 2)
		rows = pg_rows_new(r);
	else
		PQclear(r);
	if (!rows)
		return;
	e->once = !worth_keeping(r);
	put_rows(c, e, rows);
}

struct pg_cache *pg_cache_new(void)
{
	return heap_alloc(sizeof(struct pg_cache));
}

void pg_cache_free(struct pg_cache *c)
{
	for (size_t i = 0; c && i < ENTRIES; i++)
		drop(c, &c->entries[i]);
	heap_free(c);
}
