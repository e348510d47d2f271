/* big_fill.c - a database that has grown old: copies of a concluded and of an open case of the demo city, by SQL alone.
 *
 *   big_fill DB CONCLUDED OPEN [ENTRIES]
 *
 * Every copy has the rows of a real case in the tables of the kernel: its steps, clocks, documents, notices, decisions, and its
 * entries in the record, of random persons and with random digests. Thin is what is only appended and that no command reads:
 * entries have no payload, a concluded case has at most ENTRIES of them; forms, traces of decisions and texts of notices are empty, documents
 * have 40 bytes; so ten million cases fit on a disk. Only the last entries are a chain, as a start asks for; the record as a whole would not verify.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger.h"

#define DAY_MS 86400000LL
enum { SQL_MAX = 16384, PIECE = 20000, IDS = 256 /* for each copy */ };

struct filled {
	const char *table, *key;  /* the column that names the case */
	const char *changed;      /* "column=expression;…": C is the copy's first id, N its number, O the row's own number of this table */
};

/* Entries are spread over the years before the last one. */
#define WHEN "at_ms=(SELECT at0 FROM fill_first)+(N*(SELECT each FROM fill_first)+O)*(SELECT gap FROM fill_first)"
/* One of five million who are not of the demo city. */
#define SOMEBODY "1000000000+abs(random())%5000000"

/* Each kind of row has its own part of the copy's ids. */
static const struct filled concluded[] = {
	{ "case_done", "id", "id=C;case_no=printf('9%019d',C)" },
	{ "case_data", "id", "id=C;form='{}';missing=NULL;start=NULL" },
	{ "case_number", "id", "id=C;case_no=printf('9%019d',C)" },
	{ "case_person", "id", "id=C;person=" SOMEBODY },
	{ "case_last", "id", "id=C" },
	{ "step_done", "case_id", "id=C+1+O;case_id=C" },
	{ "clock", "case_id", "id=C+33+O;case_id=C" },
	{ "document", "case_id", "id=C+65+O;case_id=C;digest=lower(hex(randomblob(32)))" },
	{ "notice", "case_id", "id=C+97+O;case_id=C;text='';text_en='';person=" SOMEBODY },
	{ "licence", "case_id", "id=C+161+O;case_id=C;number=printf('L%d',C)" },
	{ "step_holding", "case_id", "step=C+1+O;case_id=C" },
	{ "ledger", "subject", "seq=(SELECT first FROM fill_first)+N*(SELECT each FROM fill_first)+O;subject=C;payload=NULL;" WHEN },
};
static const struct filled open_ones[] = {
	{ "case_open", "id", "id=C;case_no=printf('8%019d',C)" },
	{ "case_data", "id", "id=C" },
	{ "case_number", "id", "id=C;case_no=printf('8%019d',C)" },
	{ "case_person", "id", "id=C" },
	{ "case_last", "id", "id=C" },
	{ "instance", "id", "id=C" },
	{ "step_open", "case_id", "id=C+1+O;case_id=C;post=post+0" },
	{ "step_holding", "case_id", "step=C+1+O;case_id=C" },
	{ "clock", "case_id", "id=C+33+O;case_id=C" },
	{ "timer", "case_id", "case_id=C;due_ms=due_ms+31536000000+N" },
	{ "ledger", "subject", "seq=(SELECT first FROM fill_first)+N*(SELECT each FROM fill_first)+O;subject=C;payload=NULL;" WHEN },
};

static sqlite3 *db;

static void must(const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK)
		return;
	fprintf(stderr, "big_fill: %s: %s\n", message ? message : "?", sql);
	exit(1);
}

static long long number(const char *sql)
{
	sqlite3_stmt *s;
	long long n = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* The expression for a column: the changed one, with C, N and O put in, else the pattern's own value. */
static void put_column(char *sql, size_t *n, const struct filled *f, const char *column)
{
	char key[80];
	snprintf(key, sizeof key, "%s=", column);
	const char *at = f->changed;
	while (at && strncmp(at, key, strlen(key)) != 0)
		at = strchr(at, ';') ? strchr(at, ';') + 1 : NULL;
	if (!at) {
		*n += (size_t)snprintf(sql + *n, SQL_MAX - *n, "t.\"%s\"", column);
		return;
	}
	for (at += strlen(key); *at && *at != ';'; at++) {
		int alone = (at[1] < 'A' || at[1] > 'z') && (at[-1] < 'A' || at[-1] > 'z') && at[-1] != '\'';
		const char *word = !alone ? NULL : *at == 'C' ? "(?1+n.k*256)" : *at == 'N' ? "n.k" : *at == 'O' ? "t.fill_o" : NULL;
		*n += word ? (size_t)snprintf(sql + *n, SQL_MAX - *n, "%s", word) : (size_t)snprintf(sql + *n, SQL_MAX - *n, "%c", *at);
	}
}

static sqlite3_stmt *copier(const struct filled *f, long long pattern)
{
	static char sql[SQL_MAX];
	sqlite3_stmt *columns, *s;
	snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS temp.fill_%s; CREATE TEMP TABLE fill_%s AS SELECT *, row_number() OVER ()-1 AS fill_o FROM main.%s WHERE %s=%lld",
	         f->table, f->table, f->table, f->key, pattern);
	must(sql);
	size_t n = (size_t)snprintf(sql, sizeof sql, "WITH RECURSIVE n(k) AS (SELECT ?2 UNION ALL SELECT k+1 FROM n WHERE k+1<?3) INSERT INTO main.%s SELECT ", f->table);
	char info[128];
	snprintf(info, sizeof info, "SELECT name FROM pragma_table_info('%s')", f->table);
	if (sqlite3_prepare_v2(db, info, -1, &columns, NULL) != SQLITE_OK)
		exit(1);
	for (int i = 0; sqlite3_step(columns) == SQLITE_ROW; i++) {
		if (i)
			sql[n++] = ',';
		put_column(sql, &n, f, (const char *)sqlite3_column_text(columns, 0));
	}
	sqlite3_finalize(columns);
	snprintf(sql + n, sizeof sql - n, " FROM n CROSS JOIN temp.fill_%s t%s", f->table,
	         strcmp(f->table, "ledger") == 0 ? " WHERE t.fill_o<(SELECT each FROM fill_first)" : "");
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
		fprintf(stderr, "big_fill: %s: %s\n", sqlite3_errmsg(db), sql);
		exit(1);
	}
	return s;
}

static void ledger_from_here(long long pattern, long long entries, long long copies, long long from_ms, long long to_ms)
{
	char sql[400];
	snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS temp.fill_first");
	must(sql);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM ledger WHERE subject=%lld", pattern);
	long long each = number(sql);
	if (entries && each > entries)
		each = entries;
	long long first = number("SELECT max(seq)+1 FROM ledger");
	snprintf(sql, sizeof sql, "CREATE TEMP TABLE fill_first AS SELECT %lld AS first, %lld AS each, %lld AS at0, %lld AS gap", first, each, from_ms,
	         (to_ms - from_ms) / (each * copies + 1));
	must(sql);
}

static void fill(const struct filled *list, size_t count, long long pattern, long long copies, long long entries, long long from_ms, long long to_ms)
{
	sqlite3_stmt *s[32];
	ledger_from_here(pattern, entries, copies, from_ms, to_ms);
	long long base = (number("SELECT max(id) FROM case_data") / IDS + 4) * IDS + 1000000;
	for (size_t i = 0; i < count; i++)
		s[i] = copier(&list[i], pattern);
	for (long long at = 0; at < copies; at += PIECE) {
		must("BEGIN");
		for (size_t i = 0; i < count; i++) {
			sqlite3_bind_int64(s[i], 1, base);
			sqlite3_bind_int64(s[i], 2, at);
			sqlite3_bind_int64(s[i], 3, at + PIECE < copies ? at + PIECE : copies);
			if (sqlite3_step(s[i]) != SQLITE_DONE) {
				fprintf(stderr, "big_fill: %s: %s\n", list[i].table, sqlite3_errmsg(db));
				exit(1);
			}
			sqlite3_reset(s[i]);
		}
		must("COMMIT");
	}
	for (size_t i = 0; i < count; i++)
		sqlite3_finalize(s[i]);
}

/* The last entries are sealed anew, each upon the one before: at a start the end of the record is checked. */
static void chain_the_end(void)
{
	enum { ENTRIES = 2000 };
	sqlite3_stmt *read, *write;
	struct ledger_entry e = { .seq = 0 };
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT seq, at_ms, kind, subject, actor, hash FROM ledger WHERE seq>(SELECT max(seq) FROM ledger)-%d ORDER BY seq", ENTRIES);
	if (sqlite3_prepare_v2(db, sql, -1, &read, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "UPDATE ledger SET payload='{}', salt=?2, digest=?3, hash=?4 WHERE seq=?1", -1, &write, NULL) != SQLITE_OK)
		exit(1);
	while (sqlite3_step(read) == SQLITE_ROW) {
		if (e.seq == 0)
			memcpy(e.hash, sqlite3_column_blob(read, 5), LEDGER_HASH);
		memcpy(e.previous, e.hash, LEDGER_HASH);
		bool first = e.seq == 0;
		e.seq = (uint64_t)sqlite3_column_int64(read, 0);
		e.at_ms = sqlite3_column_int64(read, 1);
		e.kind = str_span((const char *)sqlite3_column_text(read, 2), (size_t)sqlite3_column_bytes(read, 2));
		e.subject = sqlite3_column_int64(read, 3);
		e.actor = sqlite3_column_int64(read, 4);
		e.payload = S("{}");
		if (first)
			continue;
		ledger_seal(&e);
		sqlite3_bind_int64(write, 1, (sqlite3_int64)e.seq);
		sqlite3_bind_blob(write, 2, e.salt, LEDGER_SALT, SQLITE_TRANSIENT);
		sqlite3_bind_zeroblob(write, 3, 0); /* it follows from salt and payload */
		sqlite3_bind_blob(write, 4, e.hash, LEDGER_HASH, SQLITE_TRANSIENT);
		sqlite3_step(write);
		sqlite3_reset(write);
	}
	sqlite3_finalize(read);
	sqlite3_finalize(write);
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc > 5 || sqlite3_open(argv[1], &db) != SQLITE_OK) {
		fprintf(stderr, "usage: big_fill DB CONCLUDED OPEN [ENTRIES]\n");
		return 2;
	}
	must("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA temp_store=MEMORY");
	long long done = strtoll(argv[2], NULL, 10), open_count = strtoll(argv[3], NULL, 10);
	long long last_ms = number("SELECT max(at_ms) FROM ledger"), open_ms = last_ms - 200 * DAY_MS, first_ms = last_ms - 1400 * DAY_MS;
	if (done)
		fill(concluded, sizeof concluded / sizeof *concluded,
		     number("SELECT id FROM case_done k WHERE EXISTS(SELECT 1 FROM licence l WHERE l.case_id=k.id) ORDER BY id DESC LIMIT 1"), done,
		     argc == 5 ? strtoll(argv[4], NULL, 10) : 0, first_ms, open_ms);
	if (open_count)
		fill(open_ones, sizeof open_ones / sizeof *open_ones,
		     number("SELECT id FROM case_open k WHERE EXISTS(SELECT 1 FROM step_open s WHERE s.case_id=k.id) ORDER BY id LIMIT 1"), open_count, 0, open_ms, last_ms);
	must("INSERT INTO letter(document, bytes, kept_seq) SELECT id, zeroblob(40), 0 FROM document WHERE kind IN ('letter', 'licence') ON CONFLICT(document) DO NOTHING");
	must("INSERT INTO content(digest, bytes) SELECT digest, zeroblob(40) FROM document WHERE kind NOT IN ('letter', 'licence') ON CONFLICT(digest) DO NOTHING");
	chain_the_end();
	/* counts as if each had been counted when it came; what reads the record goes on behind the copies */
	must("DELETE FROM board_count; DELETE FROM board_post");
	must("INSERT INTO board_count(organ, item, region, level, suspended, n) SELECT organ, item, coalesce(region, 0), level,"
	     " CASE WHEN state='suspended' THEN 1 ELSE 0 END, count(*) FROM case_open GROUP BY 1, 2, 3, 4, 5");
	must("INSERT INTO board_post(post, level, n) SELECT post, level, count(*) FROM step_open WHERE post>0 GROUP BY post, level");
	must("UPDATE watch_cursor SET seq=(SELECT max(seq) FROM ledger); UPDATE courier_cursor SET seq=(SELECT max(seq) FROM ledger)");
	must("WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k+1 FROM n WHERE k+1<(SELECT max(seq)/256 FROM ledger))"
	     " INSERT INTO ledger_tree(level, n, hash) SELECT 1, k, randomblob(32) FROM n WHERE true ON CONFLICT(level, n) DO NOTHING");
	printf("big_cases %lld concluded, %lld open, %lld entries, %.1f GB\n", number("SELECT count(*) FROM case_done"),
	       number("SELECT count(*) FROM case_open"), number("SELECT count(*) FROM ledger"),
	       (double)number("SELECT page_count*page_size FROM pragma_page_count, pragma_page_size") / 1e9);
	sqlite3_close(db);
	return 0;
}
