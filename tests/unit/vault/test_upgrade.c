/* test_upgrade.c - a database of every schema that was released comes forward whole, or stays as it was. */
#include <sqlite3.h>

#include "casework/backup.h"
#include "os/os.h"
#include "store/store.h"
#include "tests/folder.h"
#include "tests/unit/app/run.h"
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

/* Only read: verified as it is, and its rows not compared with those that this program would make. */
TEST(an_older_schema_is_verified_and_its_rows_are_sent_to_upgrade)
{
	struct arena a;
	struct casework *cw;
	struct casework_options open = { .data_dir = PROJECT_ROOT, .reading = true };
	struct diag d;
	uint64_t n;
	WEB_ROOMS_INTO(open);
	arena_init(&a, 64 << 20);
	diag_init(&d);
	place();
	REQUIRE(load(&a, fixture(&a, S("0008.sql.gz"))));
	REQUIRE(casework_open(db, &open, &cw, NULL) == OK);
	CHECK_INT(casework_verify(cw, NULL, NULL, &n, NULL), OK);
	CHECK_INT(casework_rebuild_check(cw, NULL, NULL, &n, &d), ERR_UNSUPPORTED);
	CHECK_STR(str_of(d.code), "store.older");
	casework_close(cw);
	test_folder_remove(dir);
	arena_release(&a);
}

TEST(what_cannot_come_forward_stays_as_it_was)
{
	static const struct { const char *name, *spoil, *code; enum err err; } rows[] = {
		{ "of a newer program", "UPDATE schema_part SET version=9999 WHERE part='kernel'", "store.newer", ERR_UNSUPPORTED },
		{ "a room of a newer program", "UPDATE schema_part SET version=9999 WHERE part='tally'", "store.newer", ERR_UNSUPPORTED },
		{ "a room that only a newer program has", "INSERT INTO schema_part VALUES('trade', 1)", "store.newer", ERR_UNSUPPORTED },
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

/* File and log, byte by byte. */
static struct str stored(struct arena *a)
{
	enum { MOST = 64 << 20 };
	struct str file, log = S("");
	if (os_file_read(a, db, MOST, &file, NULL) != OK || os_file_read(a, arena_printf(a, "%s-wal", db).ptr, MOST, &log, NULL) == ERR_IO)
		return S("");
	char *both = arena_alloc(a, file.len + log.len);
	memcpy(both, file.ptr, file.len);
	memcpy(both + file.len, log.ptr, log.len);
	return str_span(both, file.len + log.len);
}

/* Not a byte of it: whoever names the wrong file finds it as it was. */
TEST(what_is_no_database_of_ours_is_neither_upgraded_nor_written_into)
{
	static const struct { const char *name, *sql; bool opens; } rows[] = {
		{ "of another program", "CREATE TABLE song(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO song VALUES(1, 'x')", false },
		{ "of another program that numbers its schema", "CREATE TABLE song(id INTEGER PRIMARY KEY); PRAGMA user_version=5", false },
		{ "of another program, with a log", "PRAGMA journal_mode=WAL; CREATE TABLE song(id INTEGER PRIMARY KEY)", false },
		{ "empty, without a page", "", true },
		{ "empty, with one", "CREATE TABLE t(x); DROP TABLE t", true },
	};
	struct casework_options open = { .data_dir = PROJECT_ROOT, .inline_writer = true };
	struct arena a;
	WEB_ROOMS_INTO(open);
	arena_init(&a, 64 << 20);
	place();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct casework *cw;
		struct casework_upgraded u;
		struct diag d;
		diag_init(&d);
		arena_reset(&a);
		ROW(rows[i].name);
		REQUIRE(os_file_remove(db, NULL) == OK && os_file_write(db, S(""), NULL) == OK && run_sql(rows[i].sql));
		struct str before = stored(&a);
		CHECK_INT(upgrade(true, &u, &d), ERR_INVALID);
		CHECK_STR(str_of(d.code), "store.not-one");
		CHECK(str_eq(stored(&a), before));
		diag_init(&d);
		enum err e = casework_open(db, &open, &cw, &d);
		CHECK_INT(e, rows[i].opens ? OK : ERR_INVALID);
		if (e == OK)
			casework_close(cw);
		else
			CHECK(str_eq(stored(&a), before) && str_eqz(str_of(d.code), "store.not-one"));
	}
	ROW(NULL);
	test_folder_remove(dir);
	arena_release(&a);
}

/* ---- tried on a copy: the command ---- */

/* Somebody serves the file: its lock is held, and what `sql` says is in the log alone, for no log is copied into the file. */
struct server { sqlite3 *c; struct os_lock *lock; };

static bool serve(struct arena *a, struct server *s, const char *sql)
{
	return os_lock_take(arena_printf(a, "%s.lock", db).ptr, &s->lock, NULL) == OK && sqlite3_open(db, &s->c) == SQLITE_OK &&
	       sqlite3_exec(s->c, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0", NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_exec(s->c, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static void end(struct server *s)
{
	sqlite3_close(s->c);
	os_lock_drop(s->lock);
	*s = (struct server){ NULL, NULL };
}

static bool copy_left(struct arena *a)
{
	struct str *names;
	size_t count;
	bool left = os_dir_list(a, dir, &names, &count, NULL) != OK;
	for (size_t i = 0; i < count && !left; i++)
		left = str_starts(names[i], S("city.db.upgrade"));
	return left;
}

static int dry_run(struct arena *a, const char *more, struct str *out, bool talk)
{
	return run(a, app_cmd_upgrade, arena_printf(a, "upgrade --dry-run --lang en --db %s%s", db, more).ptr, out, talk);
}

TEST(a_dry_run_says_what_would_be_and_leaves_the_file_as_it_was)
{
	static const struct { const char *name, *fixture, *more, *log, *says, *says_too; bool served, upgraded; int status; } rows[] = {
		{ "nobody serves it", "0008.sql.gz", "", "", "kernel     8 -> ", "tried only: the database is as it was", false, false, APP_DONE },
		{ "it is served", "0008.sql.gz", "", "CREATE TABLE of_the_log(x)", "kernel     8 -> ", " MB copied in ", true, false, APP_DONE },
		{ "a program reads it", "0008.sql.gz", " --json", "", "\"dry_run\":true", "\"copied_bytes\":", true, false, APP_DONE },
		{ "without the proof", "0013.sql.gz", " --quick", "", "kernel     13 -> ", "migrated in ", true, false, APP_DONE },
		{ "what is in the log alone is tried too", "0008.sql.gz", "", "UPDATE item SET name='x' WHERE id=(SELECT min(id) FROM item)",
		  "rebuild.differs", "left as it was", true, false, APP_FAILED },
		{ "of a newer program, by the log", "0008.sql.gz", "", "UPDATE schema_part SET version=9999", "store.newer", "install the newer program", true, false, APP_REFUSED },
		{ "nothing to do", "0008.sql.gz", "", "", "is of this program's schema", "tried only", true, true, APP_DONE },
	};
	struct arena a;
	arena_init(&a, 256 << 20);
	place();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct server s = { NULL, NULL };
		struct casework_upgraded u;
		struct str out;
		arena_reset(&a);
		ROW(rows[i].name);
		REQUIRE(load(&a, fixture(&a, str_of(rows[i].fixture))));
		CHECK(!rows[i].upgraded || upgrade(true, &u, NULL) == OK);
		REQUIRE(!rows[i].served || serve(&a, &s, rows[i].log));
		struct str before = stored(&a);
		CHECK_INT(dry_run(&a, rows[i].more, &out, rows[i].status != APP_DONE), rows[i].status);
		CHECK_HAS(out, rows[i].says);
		CHECK_HAS(out, rows[i].says_too);
		CHECK(before.len && str_eq(stored(&a), before));
		CHECK(!copy_left(&a));
		end(&s);
	}
	ROW(NULL);
	test_folder_remove(dir);
	arena_release(&a);
}

/* A file that says it has 8 TiB and holds none of them. */
TEST(a_dry_run_without_room_is_refused_before_it_begins)
{
	struct arena a;
	struct str out;
	arena_init(&a, 64 << 20);
	place();
	REQUIRE(load(&a, fixture(&a, S("0008.sql.gz"))));
	REQUIRE(truncate(db, (off_t)1 << 43) == 0);
	CHECK_INT(dry_run(&a, "", &out, true), APP_REFUSED);
	CHECK_HAS(out, "may take 17592188 MB"); /* 2 * 2^43 = 17,592,186,044,416 bytes, and what is begun of a million */
	CHECK(!copy_left(&a));
	test_folder_remove(dir);
	arena_release(&a);
}

static void leave(struct arena *a, const char *name)
{
	CHECK_INT(os_file_write(arena_printf(a, "%s%s", db, name).ptr, S("left behind"), NULL), OK);
}

static bool left(struct arena *a, const char *name)
{
	return os_file_exists(arena_printf(a, "%s%s", db, name).ptr);
}

/* A dry run was killed: its copy must not fill the disk for ever. One that lives holds its own, and another file's name may be alike. */
TEST(what_a_killed_dry_run_left_is_taken_away_and_nothing_else)
{
	static const char *const killed[] = { "", "-journal", "-wal", "-shm", ".lock", ".held" };
	static const char *const others[] = { ".upgrade-copy-00000000000000aa", ".upgrade-copy-00000000000000aa-wal", ".upgrade-copy-00000000000000aa.held",
	                                      ".upgrade-copy-of-last-weeks-try", ".upgrade-copy-0123", "-wal.upgrade-copy-0000000000000001" };
	struct arena a;
	struct str out;
	struct os_lock *living;
	arena_init(&a, 64 << 20);
	place();
	REQUIRE(load(&a, fixture(&a, S("0016.sql.gz"))));
	for (size_t i = 0; i < sizeof killed / sizeof *killed; i++) {
		leave(&a, arena_printf(&a, ".upgrade-copy-0123456789abcdef%s", killed[i]).ptr);
		leave(&a, arena_printf(&a, ".upgrade-copy-fedcba9876543210%s", i ? killed[i] : ".held").ptr); /* killed before there was a copy */
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		leave(&a, others[i]);
	REQUIRE(os_lock_take(arena_printf(&a, "%s%s", db, others[2]).ptr, &living, NULL) == OK);
	CHECK_INT(dry_run(&a, " --quick", &out, false), APP_DONE);
	for (size_t i = 0; i < sizeof killed / sizeof *killed; i++) {
		ROW(killed[i]);
		CHECK(!left(&a, arena_printf(&a, ".upgrade-copy-0123456789abcdef%s", killed[i]).ptr));
		CHECK(!left(&a, arena_printf(&a, ".upgrade-copy-fedcba9876543210%s", killed[i]).ptr));
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		ROW(others[i]);
		CHECK(left(&a, others[i]));
	}
	os_lock_drop(living);
	CHECK_INT(dry_run(&a, " --quick", &out, false), APP_DONE);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		ROW(others[i]);
		CHECK_INT(left(&a, others[i]), i > 2);
	}
	ROW(NULL);
	test_folder_remove(dir);
	arena_release(&a);
}

static int work_of_a_minute(int argc, char **argv)
{
	struct app_meter m = app_meter("copying", str_eqz(str_of(argv[1]), "zh"), argc > 2);
	app_meter_show(&m, 10, 100);
	m.begun_us -= 60000000;
	m.line_us -= APP_METER_LINE_US;
	app_meter_show(&m, 50, 100);
	app_meter_show(&m, 51, 100); /* a line was said a moment ago */
	app_meter_end(&m);
	return APP_DONE;
}

TEST(where_there_is_no_terminal_progress_is_told_in_lines_now_and_then)
{
	static const struct { const char *line, *says; } rows[] = {
		{ "meter en lines", "copying …\ncopying  50 %  60s left \n" },
		{ "meter zh lines", "copying …\ncopying  50 %  剩余 60 秒 \n" },
		{ "meter en", "" }, /* of a timer's: it would come by mail */
	};
	struct arena a;
	struct str out;
	arena_init(&a, 4 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].line);
		CHECK_INT(run(&a, work_of_a_minute, rows[i].line, &out, true), APP_DONE);
		CHECK_STR(out, rows[i].says);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(a_file_is_copied_and_nothing_else_is)
{
	static const struct { const char *name, *from, *to, *code; enum err err; } rows[] = {
		{ "a file", "%s/city.db", "%s/copy.db", "", OK },
		{ "to a name with a quote", "%s/city.db", "%s/o'clock.db", "", OK },
		{ "not over another", "%s/city.db", "%s/copy.db", "store.io", ERR_IO },
		{ "not what is no database", "%s/letter", "%s/of-letter.db", "store.corrupt", ERR_CORRUPT },
		{ "not what is not there", "%s/nothing.db", "%s/of-nothing.db", "store.io", ERR_IO },
		{ "not what a server keeps", "postgresql://%s/city", "%s/of-server.db", "store.no-copy", ERR_UNSUPPORTED },
	};
	struct arena a;
	arena_init(&a, 64 << 20);
	place();
	REQUIRE(run_sql("CREATE TABLE t(x); INSERT INTO t VALUES(1)"));
	REQUIRE(os_file_write(arena_printf(&a, "%s/letter", dir).ptr, S("a letter, long enough to be looked at as if it were the beginning of a database, and it is none at all"), NULL) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char from[200], to[200];
		struct diag d;
		diag_init(&d);
		ROW(rows[i].name);
		snprintf(from, sizeof from, "%.*s%s%s", (int)strcspn(rows[i].from, "%"), rows[i].from, dir, strchr(rows[i].from, '%') + 2);
		snprintf(to, sizeof to, "%s%s", dir, rows[i].to + 2);
		CHECK_INT(store_file_copy(from, to, &d), rows[i].err);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK_INT(os_file_size(to) > 0, rows[i].err == OK || i == 2); /* the other is still there */
	}
	ROW(NULL);
	test_folder_remove(dir);
	arena_release(&a);
}

/* ---- papers of a program that left the number out ---- */

static size_t count_papers(struct casework *cw, struct arena *a, const struct casework_paper **out)
{
	struct diag d;
	size_t n = 0;
	diag_init(&d);
	*out = NULL;
	CHECK_INT(casework_papers(cw, a, out, &d), OK);
	for (const struct casework_paper *p = *out; p; p = p->next)
		n++;
	return n;
}

static enum err reissue(struct casework *cw, struct arena *a, const struct casework_paper *p, const char *reason, struct casework_result *r)
{
	const struct json *data;
	struct str text = arena_printf(a, "{\"case_no\":\"%.*s\",\"document\":%lld,\"reason\":\"%s\"}", STR_ARG(p->case_no), (long long)p->document, reason);
	TRY(json_read(a, text, &data, NULL));
	struct casework_command c = { .name = S("paper.reissue"), .actor = { .system = true }, .data = data };
	return casework_do(cw, &c, a, r);
}

/* The text of a paper, as somebody with its case may open it. */
static struct str text_of_paper(struct casework *cw, struct arena *a, int64_t document)
{
	static const struct casework_actor system = { .system = true };
	struct str bytes, mime, name;
	struct diag d;
	diag_init(&d);
	return casework_document(cw, &system, document, S(""), a, &bytes, &mime, &name, &d) == OK ? bytes : S("");
}

/* The office that an older program left, opened behind what is recorded there; NULL: it could not be. */
static struct casework *left_by(struct arena *a, struct os_clock *clock, struct str name)
{
	struct casework_options open = { .data_dir = PROJECT_ROOT, .inline_writer = true, .clock = clock };
	struct casework *cw = NULL;
	WEB_ROOMS_INTO(open);
	os_clock_virtual(clock, 1775000000000LL);
	return load(a, fixture(a, name)) && casework_open(db, &open, &cw, NULL) == OK ? cw : NULL;
}

TEST(papers_without_their_number_are_found_and_issued_anew)
{
	/* of 29 November those that a program wrote which left it out; the ones before and behind are whole */
	static const struct { const char *fixture; size_t papers; } of[] = { { "0008.sql.gz", 0 }, { "0013.sql.gz", 0 }, { "0016.sql.gz", 2 }, { "0017.sql.gz", 2 }, { "0018.sql.gz", 2 } };
	struct os_clock clock;
	place();
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		struct arena a;
		struct casework *cw;
		struct casework_result r;
		struct diag d;
		const struct casework_paper *papers, *left;
		uint64_t n;
		arena_init(&a, 256 << 20);
		diag_init(&d);
		ROW(of[i].fixture);
		REQUIRE((cw = left_by(&a, &clock, str_of(of[i].fixture))));
		CHECK_INT(count_papers(cw, &a, &papers), of[i].papers);
		for (const struct casework_paper *p = papers; p; p = p->next) {
			CHECK_INT(reissue(cw, &a, p, "", &r), ERR_INVALID);
			CHECK_STR(str_of(r.diag.code), "operation.reason");
			CHECK_INT(reissue(cw, &a, p, "证号漏印", &r), OK);
			struct str text = text_of_paper(cw, &a, json_i64(json_get(r.data, "document"), 0));
			CHECK(str_find(text, p->number) >= 0 && str_find(text, S("C类")) >= 0 && str_find(text, S("尹文博")) >= 0);
			CHECK(str_find(text_of_paper(cw, &a, p->document), p->number) < 0); /* what was sent stays what was sent */
		}
		CHECK_INT(count_papers(cw, &a, &left), 0);
		CHECK_INT(number("SELECT count(*) FROM licence l JOIN document d ON d.case_id=l.case_id AND d.kind='licence' JOIN notice n ON n.document=d.id"
		                 " WHERE n.text LIKE '%已重新出具%' AND n.text LIKE '%证号漏印%'"), of[i].papers ? 1 : 0);
		CHECK_INT(number("SELECT count(*) FROM ledger WHERE kind='case.note' AND at_ms>=1775000000000"), (int64_t)of[i].papers);
		CHECK_INT(casework_verify(cw, NULL, NULL, &n, &d), OK);
		CHECK_INT(casework_rebuild_check(cw, NULL, NULL, &n, &d), OK);
		if (papers) {
			struct casework_paper other = *papers;
			other.document = 1; /* no paper of this case */
			CHECK_INT(reissue(cw, &a, &other, "x", &r), ERR_NOT_FOUND);
			CHECK_STR(str_of(r.diag.code), "paper.unknown");
		}
		casework_close(cw);
		arena_release(&a);
	}
	ROW(NULL);
}

static const struct json *lacking(struct casework *cw, struct arena *a)
{
	static const struct casework_actor system = { .system = true };
	const struct json *v = NULL;
	CHECK_INT(casework_view(cw, "papers.lacking", &system, NULL, a, &v, NULL), OK);
	return v;
}

/* What takes a paper's place the record says, not that another of its template stands behind it. */
TEST(of_two_papers_of_one_template_each_is_found_until_it_is_issued_anew)
{
	struct os_clock clock;
	struct arena a;
	struct casework *cw;
	struct casework_result r;
	const struct casework_paper *papers, *left;
	arena_init(&a, 256 << 20);
	place();
	REQUIRE((cw = left_by(&a, &clock, S("0018.sql.gz"))));
	REQUIRE(count_papers(cw, &a, &papers) == 2);
	REQUIRE(run_sql(arena_printf(&a, "UPDATE document SET (kind, material)=(SELECT kind, material FROM document WHERE id=%lld) WHERE id=%lld",
	                             (long long)papers->document, (long long)papers->next->document).ptr));
	CHECK_INT(count_papers(cw, &a, &papers), 2);
	for (size_t n = 2; papers; papers = papers->next) {
		CHECK_INT(reissue(cw, &a, papers, "证号漏印", &r), OK);
		CHECK_INT(count_papers(cw, &a, &left), --n);
		const struct json *v = lacking(cw, &a);
		CHECK_INT(json_get(v, "rows")->count, n);
		CHECK(!json_bool(json_get(v, "more"), true));
		if (n)
			CHECK_STR(json_text(json_get(&json_get(v, "rows")->items[0], "number")), arena_z(&a, left->number));
	}
	/* a page of them, and that there are more */
	REQUIRE(run_sql("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<300) INSERT INTO letter(document, bytes, kept_seq) SELECT 9000000+c.n, l.bytes, l.kept_seq"
	                " FROM letter l, c WHERE l.document=1881;"
	                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<300) INSERT INTO document(id, case_id, person, digest, name, mime, size, kind, material, at_ms)"
	                " SELECT 9000000+c.n, d.case_id, d.person, d.digest, d.name, d.mime, d.size, d.kind, d.material, d.at_ms FROM document d, c WHERE d.id=1881"));
	CHECK_INT(count_papers(cw, &a, &left), 300);
	CHECK_INT(json_get(lacking(cw, &a), "rows")->count, 200);
	CHECK(json_bool(json_get(lacking(cw, &a), "more"), false));
	casework_close(cw);
	test_folder_remove(dir);
	arena_release(&a);
}

/* An entry of its case is there no more, a month that was taken off it may be: nobody can say whether the paper was issued anew, and it is named. */
TEST(a_paper_is_found_where_its_case_cannot_be_read_to_its_beginning)
{
	struct os_clock clock;
	struct arena a;
	struct casework *cw;
	struct casework_result r;
	const struct casework_paper *papers;
	arena_init(&a, 256 << 20);
	place();
	REQUIRE((cw = left_by(&a, &clock, S("0018.sql.gz"))));
	REQUIRE(count_papers(cw, &a, &papers) == 2);
	REQUIRE(run_sql(arena_printf(&a, "DELETE FROM ledger WHERE seq=(SELECT e.prev FROM ledger e JOIN case_last l ON l.seq=e.seq JOIN document d ON d.case_id=l.id WHERE d.id=%lld)",
	                             (long long)papers->document).ptr));
	CHECK_INT(count_papers(cw, &a, &papers), 2);
	for (int i = 0; i < 2; i++) {
		ROW(i ? "and the last one neither" : "one in between");
		CHECK_INT(reissue(cw, &a, papers, "证号漏印", &r), ERR_CONFLICT);
		CHECK_STR(str_of(r.diag.code), "paper.erased");
		REQUIRE(run_sql(arena_printf(&a, "DELETE FROM ledger WHERE seq=(SELECT l.seq FROM case_last l JOIN document d ON d.case_id=l.id WHERE d.id=%lld)", (long long)papers->document).ptr));
	}
	ROW(NULL);
	casework_close(cw);
	test_folder_remove(dir);
	arena_release(&a);
}

/* However many they are, and however long their names. */
TEST(a_program_that_asks_is_told_of_every_paper)
{
	struct arena a;
	struct str out;
	const struct json *said = NULL;
	arena_init(&a, 64 << 20);
	place();
	REQUIRE(load(&a, fixture(&a, S("0018.sql.gz"))));
	REQUIRE(run_sql("UPDATE document SET name=name || replace(hex(zeroblob(2500)), '00', '证')"));
	CHECK_INT(run(&a, app_cmd_verify, arena_printf(&a, "verify --json --db %s", db).ptr, &out, false), APP_DONE);
	CHECK_INT(json_read(&a, str_trim(out), &said, NULL), OK);
	const struct json *papers = json_get(said, "papers");
	CHECK_INT(papers ? papers->count : 0, 2);
	test_folder_remove(dir);
	arena_release(&a);
}

TEST_MAIN
