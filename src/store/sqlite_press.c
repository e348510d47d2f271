/* sqlite_press.c - which columns are pressed, and where their dictionaries are kept; sqlite_press.h says how. */
#include "store/sqlite_press.h"

#include <sodium.h>
#include <stdio.h>

#include "store/sqlite_functions.h"

enum { DIGEST = 32, COPIES = 2 };

struct sqlite_press {
	sqlite3 *db;
	struct press *press;
	bool writer, at_once, full; /* learns when a sample is full, or is asked to; it is full */
	bool known;                 /* are the columns read? */
	struct press_columns columns;
	struct press_beside beside;
	/* learnt and not kept yet; being kept by the transaction under way */
	char learnt[PRESS_DICTIONARY_MAX];
	size_t learnt_len;
	bool keeping;
};

struct sqlite_press *sqlite_press_new(sqlite3 *db, bool writer, bool at_once)
{
	struct sqlite_press *p = heap_alloc(sizeof *p);
	struct press *press = press_new(writer);
	if (!p || !press) {
		heap_free(p);
		press_free(press);
		return NULL;
	}
	p->db = db;
	p->press = press;
	p->writer = writer;
	p->at_once = at_once;
	return p;
}

void sqlite_press_free(struct sqlite_press *p)
{
	if (p)
		press_free(p->press);
	heap_free(p);
}

void sqlite_press_beside(struct sqlite_press *p, const struct press_beside *b)
{
	p->beside = b ? *b : (struct press_beside){ NULL };
}

void sqlite_press_forget(struct sqlite_press *p)
{
	p->known = false;
}

/* ---- asking ---- */

/* *out NULL and OK: what it names is not there. */
static enum err ask(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	int code = sqlite3_prepare_v2(db, sql, -1, out, NULL);
	return code == SQLITE_ERROR ? OK : sqlite_meaning(code);
}

static struct str blob(sqlite3_stmt *s, int at)
{
	const void *bytes = sqlite3_column_blob(s, at);
	return str_span(bytes, bytes ? (size_t)sqlite3_column_bytes(s, at) : 0);
}

/* ---- dictionaries in the file ---- */

static void digest_of(struct str bytes, uint8_t out[DIGEST])
{
	(void)crypto_generichash(out, DIGEST, (const uint8_t *)bytes.ptr, bytes.len, NULL, 0);
}

/* A row (id, bytes, digest). */
static bool is_whole(sqlite3_stmt *s)
{
	uint8_t digest[DIGEST];
	struct str bytes = blob(s, 1), kept = blob(s, 2);
	digest_of(bytes, digest);
	return bytes.len && bytes.len <= PRESS_DICTIONARY_MAX && press_id(bytes) == (uint32_t)sqlite3_column_int64(s, 0) && kept.len == DIGEST &&
	       memcmp(kept.ptr, digest, DIGEST) == 0;
}

static enum err add(struct sqlite_press *p, struct str dictionary)
{
	if (p->beside.still)
		p->beside.still(p->beside.arg);
	enum err e = press_add(p->press, dictionary);
	if (p->beside.go_on)
		p->beside.go_on(p->beside.arg);
	return e;
}

/* The first copy of it that is whole. */
static enum err load(struct sqlite_press *p, uint32_t id)
{
	sqlite3_stmt *s = NULL;
	TRY(ask(p->db, "SELECT id, bytes, digest FROM press_dictionary WHERE id=?1 ORDER BY n", &s));
	if (!s)
		return ERR_CORRUPT;
	sqlite3_bind_int64(s, 1, id);
	int code;
	enum err e = ERR_CORRUPT;
	while (e == ERR_CORRUPT && (code = sqlite3_step(s)) != SQLITE_DONE) {
		if (code != SQLITE_ROW) {
			e = sqlite_meaning(code);
			break;
		}
		if (is_whole(s))
			e = add(p, blob(s, 1));
	}
	sqlite3_finalize(s);
	return e;
}

enum err sqlite_press_check(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	int code = SQLITE_DONE;
	bool whole = true;
	TRY(ask(db, "SELECT id, bytes, digest FROM press_dictionary", &s));
	while (s && (code = sqlite3_step(s)) == SQLITE_ROW)
		whole = whole && is_whole(s);
	if (sqlite3_errcode(db) == SQLITE_NOMEM)
		code = SQLITE_NOMEM; /* what there was no memory for looks as if it were not whole */
	sqlite3_finalize(s);
	return whole || code == SQLITE_NOMEM ? sqlite_meaning(code) : ERR_CORRUPT;
}

/* It is in the file only if the transaction under way is committed. */
static bool is_being_kept(const struct sqlite_press *p, uint32_t id)
{
	return p->keeping && id == press_id(str_span(p->learnt, p->learnt_len));
}

/* All that another process or an earlier start has kept, in their order: the last one presses. One that is not whole is told to
 * whoever reads what was pressed with it. */
static enum err load_all(struct sqlite_press *p)
{
	sqlite3_stmt *s = NULL;
	enum err e = ask(p->db, "SELECT id FROM press_dictionary GROUP BY id ORDER BY max(n)", &s);
	int code = SQLITE_DONE;
	while (s && e == OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		uint32_t id = (uint32_t)sqlite3_column_int64(s, 0);
		e = press_has(p->press, id) || is_being_kept(p, id) ? OK : load(p, id);
		if (e == ERR_CORRUPT)
			e = OK;
	}
	sqlite3_finalize(s);
	return e == OK ? sqlite_meaning(code) : e;
}

/* ---- columns ---- */

/* ERR_CORRUPT: somebody pressed what no column is said to be. */
static enum err has_no_dictionary(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	int code = SQLITE_DONE;
	TRY(ask(db, "SELECT 1 FROM press_dictionary LIMIT 1", &s));
	if (s)
		code = sqlite3_step(s);
	sqlite3_finalize(s);
	return code == SQLITE_ROW ? ERR_CORRUPT : sqlite_meaning(code);
}

static void copy_name(char to[PRESS_NAME_BYTES], struct str name)
{
	snprintf(to, PRESS_NAME_BYTES, "%.*s", STR_ARG(name));
}

static enum err read_columns(struct sqlite_press *p)
{
	sqlite3_stmt *s = NULL;
	int code = SQLITE_DONE;
	TRY(ask(p->db, "SELECT tab, col FROM press_column", &s));
	p->columns.count = 0;
	while (s && p->columns.count < PRESS_COLUMNS_MAX && (code = sqlite3_step(s)) == SQLITE_ROW) {
		struct press_column *c = &p->columns.list[p->columns.count++];
		copy_name(c->tab, blob(s, 0));
		copy_name(c->col, blob(s, 1));
	}
	sqlite3_finalize(s);
	if (code != SQLITE_DONE)
		return p->columns.count == PRESS_COLUMNS_MAX ? ERR_LIMIT : sqlite_meaning(code);
	if (p->writer && p->columns.count)
		TRY(load_all(p));
	if (!p->columns.count)
		TRY(has_no_dictionary(p->db));
	p->known = true;
	return OK;
}

void sqlite_press_know(struct sqlite_press *p)
{
	if (!p->known && read_columns(p) != OK)
		p->columns.count = 0; /* asked again by the next one */
}

bool sqlite_press_in(const struct sqlite_press *p, struct str tab)
{
	for (size_t i = 0; i < p->columns.count; i++)
		if (str_eqz(tab, p->columns.list[i].tab))
			return true;
	return false;
}

enum err sqlite_press_uses(struct sqlite_press *p, sqlite3_stmt *stmt, struct press_uses *out)
{
	*out = (struct press_uses){ 0 };
	if (!p->writer || sqlite3_stmt_readonly(stmt))
		return OK;
	enum err e = p->known ? OK : read_columns(p);
	if (e == ERR_NOMEM || e == ERR_IO)
		return e;
	if (e == OK)
		*out = press_uses_of(&p->columns, str_of(sqlite3_sql(stmt)));
	return OK;
}

/* ---- writing ---- */

bool sqlite_press_has_sample(const struct sqlite_press *p)
{
	return p->full;
}

/* With the office's own words. */
void sqlite_press_learn(struct sqlite_press *p)
{
	sqlite3_stmt *s = NULL;
	if (!p->full)
		return;
	if (ask(p->db, "SELECT text FROM press_words", &s) == OK)
		while (s && sqlite3_step(s) == SQLITE_ROW)
			press_hear(p->press, blob(s, 0));
	sqlite3_finalize(s);
	p->learnt_len = press_train(p->press, p->learnt);
	p->full = false;
}

void sqlite_press_sample(struct sqlite_press *p, struct str text)
{
	p->full = p->full || (!p->learnt_len && press_learn(p->press, text));
	if (p->at_once)
		sqlite_press_learn(p);
}

struct str sqlite_press_now(struct sqlite_press *p, struct str text)
{
	return press_text(p->press, text);
}

struct str sqlite_press_text(struct sqlite_press *p, struct str text)
{
	sqlite_press_sample(p, text);
	return sqlite_press_now(p, text);
}

const struct press *sqlite_press_of(const struct sqlite_press *p)
{
	return p->press;
}

static bool keep(sqlite3_stmt *s, struct str dictionary)
{
	uint8_t digest[DIGEST];
	digest_of(dictionary, digest);
	sqlite3_bind_int64(s, 1, press_id(dictionary));
	sqlite3_bind_blob64(s, 2, dictionary.ptr, dictionary.len, SQLITE_STATIC);
	sqlite3_bind_blob(s, 3, digest, DIGEST, SQLITE_STATIC);
	bool kept = true;
	for (int i = 0; kept && i < COPIES; i++)
		kept = sqlite3_step(s) == SQLITE_DONE && sqlite3_reset(s) == SQLITE_OK;
	return kept;
}

enum err sqlite_press_begin(struct sqlite_press *p)
{
	sqlite3_stmt *s = NULL;
	if (!p->learnt_len)
		return OK;
	enum err e = ask(p->db, "INSERT INTO press_dictionary(id, bytes, digest) VALUES(?1, ?2, ?3)", &s);
	p->keeping = s && keep(s, str_span(p->learnt, p->learnt_len));
	sqlite3_finalize(s);
	if (p->keeping)
		return OK;
	p->learnt_len = 0;
	return e == OK && s ? ERR_IO : e;
}

/* It presses from the next transaction on: what is rolled back takes nothing with it. */
void sqlite_press_end(struct sqlite_press *p, bool committed)
{
	if (!p->keeping)
		return;
	p->keeping = false;
	if (committed && add(p, str_span(p->learnt, p->learnt_len)) != OK)
		sqlite_press_forget(p); /* it is in the file, and read from there */
	if (committed)
		p->learnt_len = 0;
}

void sqlite_press_give_up(struct sqlite_press *p)
{
	if (p->keeping)
		p->learnt_len = 0;
}

/* ---- reading ---- */

enum err sqlite_press_kind(struct sqlite_press *p, sqlite3_stmt *stmt, int at, enum sqlite_pressed *out)
{
	const char *tab = sqlite3_column_table_name(stmt, at), *col = sqlite3_column_origin_name(stmt, at), *type = sqlite3_column_decltype(stmt, at);
	if (!p->known)
		TRY(read_columns(p));
	bool expression = !tab || !col, named = !expression && press_columns_have(&p->columns, str_of(tab), str_of(col)), text = type && strcmp(type, "TEXT") == 0;
	*out = named && text ? PRESSED_ALWAYS : named || text || expression ? PRESSED_PERHAPS : PRESSED_NEVER;
	return OK;
}

enum err sqlite_press_undo(struct sqlite_press *p, struct str frame, char *to)
{
	uint32_t id = press_dictionary_of(frame);
	if (id && !press_has(p->press, id))
		TRY(load(p, id));
	return press_undo(p->press, frame, to);
}
