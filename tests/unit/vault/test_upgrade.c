/* test_upgrade.c - a database of every schema that was released comes forward whole, or stays as it was. */
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "casework/backup.h"
#include "os/os.h"
#include "tests/folder.h"
#include "tests/test.h"
#include "text/gzip.h"
#include "web/rooms.h"

static const char *dir;
static char db[160];

static void place(void)
{
	dir = test_folder("upgrade");
	snprintf(db, sizeof db, "%s/city.db", dir);
}

static bool run_sql(const char *sql)
{
	sqlite3 *c;
	char *said = NULL;
	bool ok = sqlite3_open(db, &c) == SQLITE_OK && sqlite3_exec(c, sql, NULL, NULL, &said) == SQLITE_OK;
	if (!ok)
		printf("  %s\n", said ? said : sqlite3_errmsg(c));
	sqlite3_free(said);
	sqlite3_close(c);
	return ok;
}

static int64_t number(const char *sql)
{
	sqlite3 *c;
	sqlite3_stmt *q = NULL;
	int64_t n = -1;
	if (sqlite3_open(db, &c) == SQLITE_OK && sqlite3_prepare_v2(c, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(c);
	return n;
}

static bool load(struct arena *a, const char *path)
{
	enum { SQL_MAX = 64 << 20 };
	struct os_reader *file;
	struct gzip_reader *gz;
	struct buf text;
	char piece[65536];
	ptrdiff_t n;
	buf_init(&text, SQL_MAX);
	if (os_reader_open(path, &file, NULL) != OK)
		return false;
	bool ok = gzip_open(a, os_reader_chunk, file, SQL_MAX, &gz) == OK;
	while (ok && (n = gzip_read(gz, piece, sizeof piece)) > 0)
		buf_put(&text, str_span(piece, (size_t)n));
	ok = ok && gzip_error(gz) == OK;
	gzip_close(gz);
	os_reader_close(file);
	buf_byte(&text, 0);
	ok = ok && text.failed == OK && os_file_remove(db, NULL) == OK && run_sql(text.ptr);
	buf_release(&text);
	return ok;
}

static enum err upgrade(bool commit, struct casework_upgraded *out, struct diag *d)
{
	struct casework_options open = { .data_dir = PROJECT_ROOT };
	WEB_ROOMS_INTO(open);
	struct casework_upgrade o = { .open = &open, .prove = true, .commit = commit };
	return casework_upgrade(db, &o, out, d);
}

static const char *fixture(struct arena *a, struct str name)
{
	return arena_printf(a, "%s/tests/data/schema/%.*s", PROJECT_ROOT, STR_ARG(name)).ptr;
}

TEST(every_released_schema_comes_forward_and_proves_true)
{
	struct arena a;
	struct str *names;
	size_t count;
	arena_init(&a, 64 << 20);
	place();
	REQUIRE(os_dir_list(&a, PROJECT_ROOT "/tests/data/schema", &names, &count, NULL) == OK);
	CHECK(count > 0);
	for (size_t i = 0; i < count; i++) {
		struct casework_upgraded tried, u;
		struct diag d;
		diag_init(&d);
		ROW(arena_z(&a, names[i]));
		REQUIRE(load(&a, fixture(&a, names[i])));
		int64_t before = number("SELECT version FROM schema_part WHERE part='kernel'"), entries = number("SELECT count(*) FROM ledger");
		CHECK_INT(upgrade(false, &tried, &d), OK);
		CHECK_INT(number("SELECT version FROM schema_part WHERE part='kernel'"), before); /* tried only */
		CHECK_INT(tried.parts[0].before, before);
		CHECK_INT(upgrade(true, &u, &d), OK);
		if (d.err != OK)
			printf("  %s: %s\n", d.code, d.text);
		CHECK_INT(u.entries, entries);
		CHECK(u.rows > 0);
		CHECK_INT(number("SELECT version FROM schema_part WHERE part='kernel'"), u.parts[0].after);
		CHECK(u.parts[0].after >= u.parts[0].before);
		CHECK_INT(upgrade(true, &u, &d), OK); /* again: nothing to do */
		for (size_t p = 0; p < u.count; p++)
			CHECK_INT(u.parts[p].before, u.parts[p].after);
		CHECK_INT(number("SELECT count(*)>0 FROM item_search"), 1);
	}
	ROW(NULL);
	test_folder_remove(dir);
	arena_release(&a);
}

TEST(what_cannot_come_forward_stays_as_it_was)
{
	static const struct { const char *name, *spoil, *code; enum err err; } rows[] = {
		{ "of a newer program", "UPDATE schema_part SET version=9999 WHERE part='kernel'", "store.newer", ERR_UNSUPPORTED },
		{ "a room of a newer program", "UPDATE schema_part SET version=9999 WHERE part='tally'", "store.newer", ERR_UNSUPPORTED },
		{ "the last part cannot be made", "CREATE TABLE vault_run(x)", "store.io", ERR_IO },
		{ "a row that is not what the record says", "UPDATE item SET name='x' WHERE id=(SELECT min(id) FROM item)", "rebuild.differs", ERR_CORRUPT },
		{ "an entry that was changed", "UPDATE ledger SET at_ms=at_ms+1 WHERE seq=100", "ledger.entry", ERR_CORRUPT },
		{ "an entry that is missing", "DELETE FROM ledger WHERE seq=100", "ledger.sequence", ERR_CORRUPT },
	};
	struct arena a;
	arena_init(&a, 64 << 20);
	place();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct casework_upgraded u;
		struct diag d;
		diag_init(&d);
		ROW(rows[i].name);
		REQUIRE(load(&a, fixture(&a, S("0008.sql.gz"))));
		REQUIRE(run_sql(rows[i].spoil));
		int64_t parts = number("SELECT sum(version) FROM schema_part"), tables = number("SELECT count(*) FROM sqlite_master");
		CHECK_INT(upgrade(true, &u, &d), rows[i].err);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK_INT(number("SELECT sum(version) FROM schema_part"), parts);
		CHECK_INT(number("SELECT count(*) FROM sqlite_master"), tables);
	}
	ROW(NULL);
	test_folder_remove(dir);
	arena_release(&a);
}

TEST_MAIN
