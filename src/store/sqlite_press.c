/* sqlite_press.c - which columns are pressed, and where their dictionaries are kept; sqlite_press.h says how. */
#include "store/sqlite_press.h"

#include <ctype.h>
#include <sodium.h>

#include "base/buf.h"

enum { COLUMNS_MAX = 64, NAME_MAX_BYTES = 64, DIGEST = 32, COPIES = 2 };

struct column { char tab[NAME_MAX_BYTES], col[NAME_MAX_BYTES]; };

struct sqlite_press {
	sqlite3 *db;
	struct press *press;
	bool writer, known;  /* are the columns read? */
	struct column columns[COLUMNS_MAX];
	size_t count;
	/* learnt and not kept yet; being kept by the transaction under way */
	char *learnt;
	size_t learnt_len;
	bool keeping;
};

struct sqlite_press *sqlite_press_new(sqlite3 *db, bool writer)
{
	struct sqlite_press *p = heap_alloc(sizeof *p);
	struct press *press = press_new(writer);
	if (!p || !press) {
		heap_free(p);
		press_free(press);
		return NULL;
	}
	*p = (struct sqlite_press){ .db = db, .press = press, .writer = writer };
	return p;
}

void sqlite_press_free(struct sqlite_press *p)
{
	if (!p)
		return;
	press_free(p->press);
	heap_free(p->learnt);
	heap_free(p);
}

void sqlite_press_forget(struct sqlite_press *p)
{
	p->known = false;
}

/* ---- dictionaries in the file ---- */

static void digest_of(struct str bytes, uint8_t out[DIGEST])
{
	(void)crypto_generichash(out, DIGEST, (const uint8_t *)bytes.ptr, bytes.len, NULL, 0);
}

static struct str blob(sqlite3_stmt *s, int at)
{
	const void *bytes = sqlite3_column_blob(s, at);
	return str_span(bytes, bytes ? (size_t)sqlite3_column_bytes(s, at) : 0);
}

/* A row of bytes and their digest. */
static bool is_whole(sqlite3_stmt *s)
{
	uint8_t digest[DIGEST];
	struct str kept = blob(s, 1);
	digest_of(blob(s, 0), digest);
	return kept.len == DIGEST && memcmp(kept.ptr, digest, DIGEST) == 0;
}

/* The first copy of it that is whole. */
static enum err load(struct sqlite_press *p, uint32_t id)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(p->db, "SELECT bytes, digest FROM press_dictionary WHERE id=?1 ORDER BY n", -1, &s, NULL) != SQLITE_OK)
		return ERR_CORRUPT;
	sqlite3_bind_int64(s, 1, id);
	bool found = false;
	while (!found && sqlite3_step(s) == SQLITE_ROW)
		found = is_whole(s) && press_add(p->press, blob(s, 0)) == OK;
	sqlite3_finalize(s);
	return found ? OK : ERR_CORRUPT;
}

bool sqlite_press_whole(sqlite3 *db)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db, "SELECT bytes, digest FROM press_dictionary", -1, &s, NULL) != SQLITE_OK)
		return true; /* it keeps none */
	bool whole = true;
	int code;
	while ((code = sqlite3_step(s)) == SQLITE_ROW)
		whole = whole && is_whole(s);
	sqlite3_finalize(s);
	return whole && code == SQLITE_DONE;
}

/* All that another process or an earlier start has kept, in their order: the last one presses. */
static void load_all(struct sqlite_press *p)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(p->db, "SELECT id FROM press_dictionary GROUP BY id ORDER BY max(n)", -1, &s, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(s) == SQLITE_ROW) {
		uint32_t id = (uint32_t)sqlite3_column_int64(s, 0);
		if (!press_has(p->press, id))
			(void)load(p, id); /* who reads what was pressed with it is told */
	}
	sqlite3_finalize(s);
}

/* ---- columns ---- */

static void read_columns(struct sqlite_press *p)
{
	sqlite3_stmt *s;
	p->known = true;
	p->count = 0;
	if (sqlite3_prepare_v2(p->db, "SELECT tab, col FROM press_column", -1, &s, NULL) != SQLITE_OK)
		return;
	while (p->count < COLUMNS_MAX && sqlite3_step(s) == SQLITE_ROW) {
		struct column *c = &p->columns[p->count++];
		snprintf(c->tab, sizeof c->tab, "%s", (const char *)sqlite3_column_text(s, 0));
		snprintf(c->col, sizeof c->col, "%s", (const char *)sqlite3_column_text(s, 1));
	}
	sqlite3_finalize(s);
	if (p->writer && p->count)
		load_all(p);
}

static bool is_pressed(struct sqlite_press *p, struct str tab, struct str col)
{
	if (!p->known)
		read_columns(p);
	for (size_t i = 0; i < p->count; i++)
		if (str_eqz(tab, p->columns[i].tab) && str_eqz(col, p->columns[i].col))
			return true;
	return false;
}

/* ---- INSERT INTO tab(col, …) VALUES(?1, …) ---- */

static bool cut_word(struct str *rest, const char *word)
{
	size_t n = strlen(word);
	if (rest->len < n || memcmp(rest->ptr, word, n) != 0)
		return false;
	*rest = str_sub(*rest, n, rest->len);
	return true;
}

static struct str cut_name(struct str *rest)
{
	bool quoted = cut_word(rest, "\"");
	size_t n = 0;
	while (n < rest->len && (isalnum((unsigned char)rest->ptr[n]) || rest->ptr[n] == '_'))
		n++;
	struct str name = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->len);
	if (quoted)
		(void)cut_word(rest, "\"");
	return name;
}

/* One value; its parameter's number, 0 where it is anything else. */
static unsigned cut_value(struct str *rest)
{
	unsigned number = 0;
	size_t n = 0, depth = 0;
	bool plain = rest->len > 1 && rest->ptr[0] == '?';
	for (; n < rest->len && (depth || (rest->ptr[n] != ',' && rest->ptr[n] != ')')); n++) {
		depth += rest->ptr[n] == '(';
		depth -= rest->ptr[n] == ')';
		if (n && plain && isdigit((unsigned char)rest->ptr[n]) && number < 1000)
			number = 10 * number + (unsigned)(rest->ptr[n] - '0');
		else if (n)
			plain = false;
	}
	*rest = str_sub(*rest, n, rest->len);
	return plain ? number : 0;
}

uint64_t sqlite_press_parameters(struct sqlite_press *p, const char *sql)
{
	enum { AT_MOST = 128 };
	bool pressed[AT_MOST];
	size_t columns = 0;
	uint64_t mask = 0;
	struct str rest = str_of(sql);
	if (!p->writer || !cut_word(&rest, "INSERT INTO "))
		return 0;
	struct str tab = cut_name(&rest);
	if (!cut_word(&rest, "("))
		return 0;
	do
		pressed[columns++] = is_pressed(p, tab, cut_name(&rest));
	while (columns < AT_MOST && cut_word(&rest, ", "));
	if (!cut_word(&rest, ") VALUES("))
		return 0;
	for (size_t i = 0; i < columns; i++) {
		unsigned number = cut_value(&rest);
		if (pressed[i] && number >= 1 && number <= 64)
			mask |= UINT64_C(1) << (number - 1);
		if (!cut_word(&rest, ", "))
			break;
	}
	return mask;
}

/* ---- writing ---- */

struct str sqlite_press_text(struct sqlite_press *p, struct str text)
{
	struct str dictionary;
	if (!p->learnt && press_learn(p->press, text, &dictionary) && (p->learnt = heap_alloc(dictionary.len)) != NULL) {
		memcpy(p->learnt, dictionary.ptr, dictionary.len);
		p->learnt_len = dictionary.len;
	}
	return press_text(p->press, text);
}

static bool keep(sqlite3_stmt *s, struct str dictionary)
{
	uint8_t digest[DIGEST];
	digest_of(dictionary, digest);
	sqlite3_bind_int64(s, 1, press_id(dictionary));
	sqlite3_bind_blob64(s, 2, dictionary.ptr, dictionary.len, SQLITE_STATIC);
	sqlite3_bind_blob(s, 3, digest, DIGEST, SQLITE_STATIC);
	bool kept = true;
	for (int i = 0; kept && i < COPIES; i++) {
		kept = sqlite3_step(s) == SQLITE_DONE;
		sqlite3_reset(s);
	}
	return kept;
}

enum err sqlite_press_begin(struct sqlite_press *p)
{
	sqlite3_stmt *s;
	if (!p->learnt)
		return OK;
	struct str dictionary = str_span(p->learnt, p->learnt_len);
	if (sqlite3_prepare_v2(p->db, "INSERT INTO press_dictionary(id, bytes, digest) VALUES(?1, ?2, ?3)", -1, &s, NULL) != SQLITE_OK)
		return ERR_IO;
	p->keeping = keep(s, dictionary);
	sqlite3_finalize(s);
	return p->keeping ? OK : ERR_IO;
}

/* It presses from the next transaction on: what is rolled back takes nothing with it. */
void sqlite_press_end(struct sqlite_press *p, bool committed)
{
	bool kept = p->keeping && committed;
	p->keeping = false;
	if (!kept || press_add(p->press, str_span(p->learnt, p->learnt_len)) != OK)
		return; /* it will be kept once more */
	heap_free(p->learnt);
	p->learnt = NULL;
}

/* ---- reading ---- */

bool sqlite_press_is(struct sqlite_press *p, sqlite3_stmt *stmt, int at)
{
	const char *tab = sqlite3_column_table_name(stmt, at), *col = sqlite3_column_origin_name(stmt, at);
	return !tab || !col || is_pressed(p, str_of(tab), str_of(col));
}

enum err sqlite_press_undo(struct sqlite_press *p, struct str frame, char *to)
{
	uint32_t id = press_dictionary_of(frame);
	if (!press_has(p->press, id))
		TRY(load(p, id));
	return press_undo(p->press, frame, to);
}
