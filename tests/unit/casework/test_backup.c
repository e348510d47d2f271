/* test_backup.c - a backup restored is the system it was made of, at the moment asked for, or it is refused. */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "casework/backup_int.h"
#include "casework/casework_int.h"
#include "tests/damage.h"
#include "tests/unit/casework/bench.h"

enum { HOUR = 3600000 };

static bool submit(struct bench *b, const char *key)
{
	return kernel_submit(&b->k, b->citizen, key).len != 0;
}

static bool there(struct bench *b, struct casework *cw, const char *case_no)
{
	struct json_build o;
	const struct json *v;
	struct diag d;
	struct casework_actor system = { .system = true };
	diag_init(&d);
	json_build_object(&o, &b->k.a);
	json_set_str(&o, "case_no", str_of(case_no));
	return casework_view(cw, "case", &system, json_built(&o), &b->k.a, &v, &d) == OK;
}

TEST(a_full_backup_gives_the_same_system)
{
	struct bench b;
	struct casework_restored r;
	char want[65], got[65];
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && submit(&b, "k2"));
	REQUIRE(bench_backup(&b, false, NULL) == OK);
	REQUIRE(bench_restore(&b, INT64_MAX, &r, NULL) == OK);
	CHECK_INT(r.head.seq, b.a[0].head.seq);
	CHECK_INT(r.replayed, 0);
	struct casework *cw = bench_open(&b);
	REQUIRE(cw);
	CHECK(bench_state(b.k.cw, true, want) && bench_state(cw, true, got));
	CHECK_STR(str_of(got), want);
	/* a command repeated with its key is answered as before, and new ones are carried out */
	struct casework *before = b.k.cw;
	struct str first = kernel_submit(&b.k, b.citizen, "k1");
	b.k.cw = cw;
	struct str again = kernel_submit(&b.k, b.citizen, "k1");
	CHECK(first.len && str_eq(first, again));
	CHECK(submit(&b, "k9"));
	const struct json *found = kernel_view(&b.k, 0, "items.search", "{\"q\":\"食品\"}");
	CHECK(found && json_get(found, "rows")->count == 1); /* the search was made anew */
	casework_close(cw);
	b.k.cw = before;
	bench_end(&b);
}

struct order { const char *name; int at; };

static enum err note_table(void *arg, struct str name, const struct str *columns, size_t count, struct diag *d)
{
	struct order *tables = arg;
	(void)columns, (void)count, (void)d;
	int n = ++tables[0].at; /* the first one counts */
	for (size_t i = 1; tables[i].name; i++)
		if (str_eqz(name, tables[i].name))
			tables[i].at = n;
	return OK;
}

static enum err take_manifest(void *arg, const struct casework_archive *a, const struct json *m, struct diag *d)
{
	(void)arg, (void)a, (void)m, (void)d;
	return OK;
}

static enum err take_row(void *arg, struct str row, struct diag *d)
{
	(void)arg, (void)row, (void)d;
	return OK;
}

/* A file that is filled from the archive learns to press from what comes first, by the office's own words. */
TEST(a_backup_has_the_office_s_words_before_all_that_is_pressed)
{
	struct order tables[] = { { "", 0 }, { "pack_file", 0 }, { "item", 0 }, { "organ", 0 }, { "post", 0 }, { "region", 0 }, { "content", 0 }, { "ledger", 0 },
		                  { "letter", 0 }, { "case_data", 0 }, { "instance", 0 }, { "answer", 0 }, { NULL, 0 } };
	enum { LEDGER = 7 };
	struct archive_visit v = { .arg = tables, .manifest = take_manifest, .table = note_table, .row = take_row };
	struct casework_archive a;
	struct bench b;
	REQUIRE(bench_begin(&b) && submit(&b, "k1") && bench_backup(&b, false, NULL) == OK);
	CHECK_INT(archive_visit(b.full, &b.key, &v, &a, NULL), OK);
	for (int i = 1; tables[i].name; i++) {
		ROW(tables[i].name);
		CHECK(tables[i].at > 0);
		CHECK(i < LEDGER ? tables[i].at < tables[LEDGER].at : tables[i].at >= tables[LEDGER].at);
	}
	ROW(NULL);
	bench_end(&b);
}

TEST(increments_give_the_latest_state_and_any_moment_in_between)
{
	struct bench b;
	struct casework_restored r;
	struct str no[4];
	char want[65], got[65];
	REQUIRE(bench_begin(&b));
	/* 09:00 full with one case; an increment after each of 10:00, 11:00, 12:00 */
	no[0] = kernel_submit(&b.k, b.citizen, "k0");
	REQUIRE(no[0].len && bench_backup(&b, false, NULL) == OK);
	for (int i = 1; i < 4; i++) {
		char key[8];
		snprintf(key, sizeof key, "k%d", i);
		os_clock_set(&b.k.clock, KERNEL_START_MS + i * HOUR);
		no[i] = kernel_submit(&b.k, b.citizen, key);
		REQUIRE(no[i].len && bench_backup(&b, true, NULL) == OK);
	}
	REQUIRE(bench_restore(&b, INT64_MAX, &r, NULL) == OK);
	CHECK_INT(r.head.seq, b.a[3].head.seq);
	CHECK_INT(r.replayed, b.a[3].head.seq - b.a[0].head.seq);
	struct casework *cw = bench_open(&b);
	REQUIRE(cw);
	CHECK(bench_state(b.k.cw, true, want) && bench_state(cw, true, got));
	CHECK_STR(str_of(got), want);
	casework_close(cw);

	static const struct { const char *name; int64_t at; int cases; } moments[] = {
		{ "before the first increment", KERNEL_START_MS + HOUR - 1, 1 },
		{ "at the very moment of a case", KERNEL_START_MS + HOUR, 2 },
		{ "between two increments", KERNEL_START_MS + 2 * HOUR + HOUR / 2, 3 },
		{ "after the last", KERNEL_START_MS + 9 * HOUR, 4 },
	};
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		ROW(moments[i].name);
		REQUIRE(os_file_remove(b.out, NULL) == OK);
		REQUIRE(bench_restore(&b, moments[i].at, &r, NULL) == OK);
		CHECK(r.head.at_ms <= moments[i].at);
		cw = bench_open(&b);
		REQUIRE(cw);
		for (int n = 0; n < 4; n++)
			CHECK_INT(there(&b, cw, no[n].ptr ? arena_z(&b.k.a, no[n]) : ""), n < moments[i].cases);
		casework_close(cw);
	}
	ROW(NULL);
	bench_end(&b);
}

TEST(a_moment_before_the_full_backup_is_made_from_the_record)
{
	struct bench b;
	struct casework_restored r;
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1"));
	os_clock_set(&b.k.clock, KERNEL_START_MS + HOUR);
	struct str late = kernel_submit(&b.k, b.citizen, "k2");
	REQUIRE(late.len && bench_backup(&b, false, NULL) == OK);
	REQUIRE(bench_restore(&b, KERNEL_START_MS + HOUR / 2, &r, NULL) == OK);
	CHECK_INT(r.replayed, r.head.seq);
	CHECK(r.head.seq < b.a[0].head.seq);
	CHECK_INT(r.head.at_ms, KERNEL_START_MS);
	struct casework *cw = bench_open(&b);
	uint64_t n;
	REQUIRE(cw);
	CHECK(!there(&b, cw, arena_z(&b.k.a, late)));
	CHECK_INT(casework_rebuild_check(cw, NULL, NULL, &n, NULL), OK);
	casework_close(cw);
	bench_end(&b);
}

TEST(a_moment_before_everything_gives_no_empty_office)
{
	struct bench b;
	struct casework_restored r;
	struct diag d;
	REQUIRE(bench_begin(&b));
	REQUIRE(bench_backup(&b, false, NULL) == OK);
	diag_init(&d);
	CHECK_INT(bench_restore(&b, KERNEL_START_MS - HOUR, &r, &d), ERR_NOT_FOUND);
	CHECK_STR(str_of(d.code), "restore.before-all");
	CHECK(!os_file_exists(b.out));
	bench_end(&b);
}

TEST(sessions_stay_behind)
{
	struct bench b;
	struct casework_restored r;
	struct str data;
	int64_t expires;
	REQUIRE(bench_begin(&b));
	REQUIRE(casework_session_put(b.k.cw, S("s1"), S("{}"), KERNEL_START_MS + HOUR, false, NULL, NULL) == OK);
	REQUIRE(bench_backup(&b, false, NULL) == OK && bench_restore(&b, INT64_MAX, &r, NULL) == OK);
	struct casework *cw = bench_open(&b);
	REQUIRE(cw);
	CHECK_INT(casework_session_get(b.k.cw, S("s1"), &b.k.a, &data, &expires), OK);
	CHECK_INT(casework_session_get(cw, S("s1"), &b.k.a, &data, &expires), ERR_NOT_FOUND);
	casework_close(cw);
	bench_end(&b);
}

TEST(nothing_is_restored_over_what_is_there)
{
	struct bench b;
	struct casework_restored r;
	struct diag d;
	char log[192], journal[192];
	REQUIRE(bench_begin(&b));
	REQUIRE(bench_backup(&b, false, NULL) == OK);
	snprintf(log, sizeof log, "%s-wal", b.out);
	snprintf(journal, sizeof journal, "%s-journal", b.out);
	REQUIRE(os_dir_make(b.out, NULL) == OK);
	CHECK_INT(bench_restore(&b, INT64_MAX, &r, NULL), ERR_CONFLICT);
	REQUIRE(os_dir_remove(b.out, NULL) == OK);
	const char *const names[] = { b.out, log, journal };
	for (size_t i = 0; i < 3; i++) {
		ROW(i ? "a journal of another database" : "a file");
		diag_init(&d);
		REQUIRE(os_file_write(names[i], S("a letter"), NULL) == OK);
		CHECK_INT(bench_restore(&b, INT64_MAX, &r, &d), ERR_CONFLICT);
		CHECK_STR(str_of(d.code), "restore.exists");
		CHECK_STR(str_of(d.arg[0]), names[i]);
		REQUIRE(os_file_remove(names[i], NULL) == OK);
	}
	ROW(NULL);
	CHECK_INT(bench_restore(&b, INT64_MAX, &r, NULL), OK);
	bench_end(&b);
}

TEST(what_a_restore_left_that_was_killed_when_its_file_was_there_goes_with_the_next)
{
	static const char *const tails[] = { ".restoring.held", ".restoring.lock", ".restoring-wal" };
	struct bench b;
	struct casework_restored r;
	struct diag d;
	REQUIRE(bench_begin(&b));
	REQUIRE(bench_backup(&b, false, NULL) == OK);
	REQUIRE(os_file_write(b.out, S("a letter"), NULL) == OK);
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		REQUIRE(os_file_write(arena_printf(&b.k.a, "%s%s", b.out, tails[i]).ptr, S(""), NULL) == OK);
	diag_init(&d);
	CHECK_INT(bench_restore(&b, INT64_MAX, &r, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "restore.exists");
	CHECK_INT(os_file_size(b.out), 8);
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		CHECK(!os_name_taken(arena_printf(&b.k.a, "%s%s", b.out, tails[i]).ptr));
	bench_end(&b);
}

struct meanwhile { const char *path; struct bench *b; bool put; enum err second; char code[64]; };

/* Called at the first rows of a restore that is under way. */
static void meanwhile(void *arg, uint64_t done, uint64_t total)
{
	struct meanwhile *m = arg;
	struct casework_restored r;
	struct diag d;
	(void)done;
	(void)total;
	diag_init(&d);
	if (m->put && !os_file_exists(m->path))
		m->second = os_file_write(m->path, S("a letter"), NULL);
	else if (!m->put && m->second == OK)
		m->second = bench_restore(m->b, INT64_MAX, &r, &d);
	snprintf(m->code, sizeof m->code, "%s", d.code);
}

/* Two would work at one file, and what the first gave its name would be the second's beginning; and a server may have made the
 * file that was not there when the restore began. */
TEST(what_comes_while_a_restore_is_under_way_is_refused_or_stays)
{
	struct bench b;
	struct casework_restored r;
	struct casework_options open = bench_opening();
	struct diag d;
	REQUIRE(bench_begin(&b));
	for (int i = 0; i < 200; i++) /* enough rows for progress to be told */
		REQUIRE(submit(&b, arena_printf(&b.k.a, "k%d", i).ptr));
	REQUIRE(bench_backup(&b, false, NULL) == OK);
	const char *archives[] = { b.full };
	struct meanwhile m = { .path = b.out, .b = &b };
	struct casework_restore o = { .archives = archives, .count = 1, .key = &b.key, .until_ms = INT64_MAX, .open = &open, .progress = meanwhile, .progress_arg = &m };
	ROW("another restore to the same name");
	CHECK_INT(casework_restore(b.out, &o, &r, NULL), OK);
	CHECK_INT(m.second, ERR_BUSY);
	CHECK_STR(str_of(m.code), "os.locked");
	struct casework *cw = bench_open(&b);
	CHECK(cw);
	casework_close(cw);
	REQUIRE(os_file_remove(b.out, NULL) == OK);
	ROW("a file of that name");
	m.put = true;
	diag_init(&d);
	CHECK_INT(casework_restore(b.out, &o, &r, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "os.exists");
	CHECK_INT(os_file_size(b.out), 8);
	ROW(NULL);
	bench_end(&b);
}

/* Bytes of a file changed at one place. */
static bool change(const char *path, size_t at)
{
	struct arena a;
	struct str s;
	arena_init(&a, 64 << 20);
	bool ok = os_file_read(&a, path, 32 << 20, &s, NULL) == OK && at < s.len;
	if (ok) {
		char *p = (char *)(uintptr_t)s.ptr;
		p[at] = (char)(p[at] ^ 1);
		ok = os_file_write(path, s, NULL) == OK;
	}
	arena_release(&a);
	return ok;
}

TEST(a_damaged_backup_is_named_and_leaves_nothing)
{
	struct bench b;
	struct casework_restored r;
	struct casework_archive read;
	struct diag d;
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && bench_backup(&b, false, NULL) == OK);
	CHECK_INT(casework_archive_check(b.full, &b.key, NULL, NULL, &read, NULL), OK);
	CHECK_INT(read.rows, b.a[0].rows);
	size_t size = (size_t)os_file_size(b.full);
	for (size_t i = 1; i < 8; i++) {
		REQUIRE(change(b.full, size * i / 8));
		diag_init(&d);
		CHECK_INT(casework_archive_check(b.full, &b.key, NULL, NULL, &read, &d), ERR_CORRUPT);
		CHECK_STR(str_of(d.code), "backup.damaged");
		diag_init(&d);
		CHECK_INT(bench_restore(&b, INT64_MAX, &r, &d), ERR_CORRUPT);
		CHECK(!os_file_exists(b.out));
		REQUIRE(change(b.full, size * i / 8));
	}
	CHECK_INT(bench_restore(&b, INT64_MAX, &r, NULL), OK);
	bench_end(&b);
}

TEST(increments_that_do_not_follow_are_refused)
{
	struct bench b;
	struct casework_restored r;
	struct casework_options open = bench_opening();
	struct diag d;
	REQUIRE(bench_begin(&b));
	REQUIRE(bench_backup(&b, false, NULL) == OK && submit(&b, "k1") && bench_backup(&b, true, NULL) == OK && submit(&b, "k2") && bench_backup(&b, true, NULL) == OK);
	struct { const char *name; const char *list[3]; size_t n; const char *code; } rows[] = {
		{ "nothing at all", { NULL }, 0, "backup.none" },
		{ "an increment alone", { b.inc[0] }, 1, "backup.chain" },
		{ "one left out", { b.full, b.inc[1] }, 2, "backup.chain" },
		{ "in the wrong order", { b.full, b.inc[1], b.inc[0] }, 3, "backup.chain" },
		{ "a full one in the middle", { b.full, b.full }, 2, "backup.chain" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct casework_restore o = { .archives = rows[i].list, .count = rows[i].n, .key = &b.key, .until_ms = INT64_MAX, .open = &open };
		ROW(rows[i].name);
		diag_init(&d);
		CHECK_INT(casework_restore(b.out, &o, &r, &d), ERR_INVALID);
		CHECK_STR(str_of(d.code), rows[i].code);
	}
	ROW(NULL);
	CHECK_INT(bench_restore(&b, INT64_MAX, &r, NULL), OK);
	bench_end(&b);
}

TEST(an_increment_on_another_record_is_refused)
{
	struct bench b;
	struct diag d;
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && bench_backup(&b, false, NULL) == OK);
	b.a[0].head.hash[3] ^= 1;
	diag_init(&d);
	CHECK_INT(bench_backup(&b, true, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "backup.other-record");
	b.a[0].head.hash[3] ^= 1;
	b.a[0].schema[0] = 'x';
	diag_init(&d);
	CHECK_INT(bench_backup(&b, true, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "backup.other-schema");
	CHECK(!os_file_exists(b.inc[0]));
	bench_end(&b);
}

/* The first entry of an increment is behind one that is in another archive: of that it has the hash. */
TEST(an_increment_whose_first_entry_was_changed_is_not_proved)
{
	struct bench b;
	struct casework_archive read;
	struct diag d;
	char sql[100];
	REQUIRE(bench_begin(&b));
	REQUIRE(bench_backup(&b, false, NULL) == OK && submit(&b, "k1"));
	snprintf(sql, sizeof sql, "UPDATE ledger SET at_ms=at_ms+1 WHERE seq=%llu", (unsigned long long)b.a[0].head.seq + 1);
	REQUIRE(test_sql(b.db, sql) == 1);
	REQUIRE(bench_backup(&b, true, NULL) == OK);
	diag_init(&d);
	CHECK_INT(casework_archive_check(b.inc[0], &b.key, NULL, NULL, &read, &d), ERR_CORRUPT);
	CHECK_STR(str_of(d.code), "ledger.entry");
	bench_end(&b);
}

/* ---- copies ---- */

struct copy_job { bool still; int waits, kill_after; };

static bool is_still(void *arg) { return ((struct copy_job *)arg)->still; }
static void count_wait(void *arg) { ((struct copy_job *)arg)->waits++; }
/* What kill -9 does: no more code of ours runs. */
static void die(void *arg, uint64_t done, uint64_t total)
{
	struct copy_job *j = arg;
	(void)done;
	(void)total;
	if (j->kill_after && --j->kill_after == 0)
		_exit(9);
}

static enum err copy(struct bench *b, struct copy_job *j, struct casework_copied *out, struct diag *d)
{
	struct casework_copy o = { .still = is_still, .wait = count_wait, .arg = j, .progress = die, .progress_arg = j };
	struct casework *to = bench_open_as(b, true);
	if (!to)
		return ERR_IO;
	enum err e = casework_copy(b->k.cw, to, &o, out, d);
	casework_close(to);
	return e;
}

TEST(a_copy_catches_up_and_is_compared_when_the_source_stands_still)
{
	struct bench b;
	struct casework_copied c;
	struct copy_job j = { .still = false };
	char want[65];
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1"));
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(!c.whole);
	REQUIRE(submit(&b, "k2") && submit(&b, "k3"));
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(!c.whole);
	CHECK(!bench_open(&b)); /* nobody works in it until it is complete: the copy could not be completed any more, and that work would be lost */
	REQUIRE(submit(&b, "k4"));
	j.still = true;
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(c.whole);
	CHECK(bench_state(b.k.cw, true, want));
	CHECK_STR(str_of(c.digest), want);
	struct casework *cw = bench_open(&b);
	uint64_t n;
	REQUIRE(cw);
	CHECK_INT(casework_rebuild_check(cw, NULL, NULL, &n, NULL), OK);
	casework_close(cw);
	/* and on into a store of the kind it came from: over two engines and back where the tests run on a server */
	struct casework *moved = NULL, *middle = bench_open(&b);
	struct casework_options o = { .clock = &b.k.clock, .data_dir = PROJECT_ROOT, .inline_writer = true };
	struct casework_copy again = { .still = is_still, .wait = count_wait, .arg = &j };
	char place[128];
	snprintf(place, sizeof place, "%s/moved.db", b.dir);
	REQUIRE(middle && casework_open(test_place(place), &o, &moved, NULL) == OK);
	CHECK_INT(casework_copy(middle, moved, &again, &c, NULL), OK);
	CHECK(c.whole);
	CHECK_STR(str_of(c.digest), want);
	casework_close(moved);
	casework_close(middle);
	/* it is a system of its own now */
	struct diag d;
	diag_init(&d);
	CHECK_INT(copy(&b, &j, &c, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "copy.target-used");
	bench_end(&b);
}

/* An increment is believed without being restored: with what no restore has a place for it would be worth nothing, and nobody would know. */
TEST(what_somebody_made_among_the_tables_is_named_before_anything_is_carried)
{
	static const struct { const char *made, *code, *name, *gone; } rows[] = {
		{ "CREATE TABLE notes(id INTEGER)", "store.strange-table", "notes", "DROP TABLE notes" },
		{ "ALTER TABLE draft ADD COLUMN remark TEXT", "store.strange-column", "remark", "ALTER TABLE draft DROP COLUMN remark" },
		{ "CREATE TABLE ledger_m202512(seq INTEGER)", "store.month-off", "ledger_m202512", "DROP TABLE ledger_m202512" },
		{ "ALTER TABLE power_draft RENAME TO power_before", "store.strange-table", "power_before", "ALTER TABLE power_before RENAME TO power_draft" },
	};
	struct bench b;
	struct casework_copied c;
	struct copy_job j = { .still = true };
	struct diag d;
	REQUIRE(bench_begin(&b) && submit(&b, "k1") && bench_backup(&b, false, NULL) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].made);
		REQUIRE(test_sql(b.db, rows[i].made) >= 0 && submit(&b, rows[i].name));
		diag_init(&d);
		CHECK_INT(bench_backup(&b, true, &d), ERR_INVALID);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK(strstr(d.text, rows[i].name));
		diag_init(&d);
		CHECK_INT(copy(&b, &j, &c, &d), ERR_INVALID);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK_INT(c.head.seq, 0); /* nothing is there yet */
		CHECK(test_sql(b.db, rows[i].gone) >= 0);
	}
	ROW(NULL);
	CHECK_INT(bench_backup(&b, true, NULL), OK);
	REQUIRE(test_sql(b.db, "ALTER TABLE power_draft DROP COLUMN at_ms") >= 0);
	diag_init(&d);
	CHECK_INT(bench_backup(&b, true, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "store.table-missing");
	REQUIRE(test_sql(b.db, "DROP TABLE power_draft") >= 0);
	diag_init(&d);
	CHECK_INT(copy(&b, &j, &c, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "store.table-missing");
	bench_end(&b);
}

TEST(a_copy_that_is_not_complete_is_not_read_for_the_whole)
{
	struct bench b;
	struct casework_copied c;
	struct copy_job j = { .still = false };
	struct casework *cw = NULL;
	struct diag d;
	struct casework_options o = { .data_dir = PROJECT_ROOT, .reading = true };
	REQUIRE(bench_begin(&b) && submit(&b, "k1"));
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	diag_init(&d);
	CHECK_INT(casework_open(b.out, &o, &cw, &d), ERR_CONFLICT); /* as a backup and a copy out of it would */
	CHECK_STR(str_of(d.code), "store.unfinished");
	j.still = true;
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	REQUIRE(casework_open(b.out, &o, &cw, NULL) == OK);
	casework_close(cw);
	bench_end(&b);
}

/* ---- two into one target ---- */

static enum err put_draft(void *arg, struct store_conn *c)
{
	(void)arg;
	return store_script(c, "INSERT INTO draft(id, person, item, data, saved_ms) VALUES(1, 1, 1, '{}', 1)", NULL);
}

static enum err count_drafts(void *arg, struct store_conn *c)
{
	*(uint64_t *)arg = rows_of(c, S("draft"));
	return OK;
}

struct two { struct bench *b; struct casework *to; bool over; };

static bool over(void *arg) { return ((struct two *)arg)->over; }

/* Somebody begins it once more, it is complete and served. */
static void another(void *arg)
{
	struct two *t = arg;
	struct copy_job j = { .still = true };
	struct casework_copy o = { .still = is_still, .wait = count_wait, .arg = &j };
	struct casework_copied c;
	CHECK_INT(casework_copy(t->b->k.cw, t->to, &o, &c, NULL), OK);
	CHECK(c.whole && store_run(t->to->store, put_draft, NULL) == OK);
	t->over = true;
}

TEST(of_two_copies_into_one_target_the_earlier_leaves_it_to_the_later)
{
	struct bench b;
	struct casework_copied c;
	struct diag d;
	uint64_t drafts = 0;
	REQUIRE(bench_begin(&b) && submit(&b, "k1"));
	struct two t = { .b = &b, .to = bench_open_as(&b, true) };
	struct casework_copy o = { .follow = true, .still = over, .wait = another, .arg = &t };
	REQUIRE(t.to);
	diag_init(&d);
	CHECK_INT(casework_copy(b.k.cw, t.to, &o, &c, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "copy.overtaken");
	CHECK(!c.whole);
	REQUIRE(store_run(t.to->store, count_drafts, &drafts) == OK);
	CHECK_INT(drafts, 1); /* what was saved there since */
	casework_close(t.to);
	bench_end(&b);
}

static enum err lose_one(void *arg, struct store_conn *c)
{
	(void)arg;
	return store_script(c, "UPDATE copy_state SET seq=seq-1 WHERE id=2", NULL);
}

/* As a server is back that crashed after it had said that it was written. */
static void crash(void *arg)
{
	struct two *t = arg;
	CHECK_INT(store_run(t->to->store, lose_one, NULL), OK);
	t->over = true;
}

TEST(a_copy_whose_target_has_lost_what_it_took_ends_and_goes_on_when_begun_again)
{
	struct bench b;
	struct casework_copied c;
	struct copy_job j = { .still = true };
	struct diag d;
	REQUIRE(bench_begin(&b) && submit(&b, "k1"));
	struct two t = { .b = &b, .to = bench_open_as(&b, true) };
	struct casework_copy o = { .follow = true, .still = over, .wait = crash, .arg = &t };
	REQUIRE(t.to);
	diag_init(&d);
	CHECK_INT(casework_copy(b.k.cw, t.to, &o, &c, &d), ERR_IO);
	CHECK_STR(str_of(d.code), "copy.lost");
	casework_close(t.to);
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(c.whole);
	bench_end(&b);
}

/* ---- a source that is not what it was ---- */

/* It is served again while both sides are read for the digests. */
static bool still_at_first(void *arg)
{
	struct two *t = arg;
	bool first = !t->over;
	t->over = true;
	return first || !submit(t->b, "while they were compared");
}

TEST(a_copy_is_not_complete_where_the_source_is_served_while_both_are_compared)
{
	struct bench b;
	struct casework_copied c;
	struct copy_job j = { .still = true };
	char want[65];
	struct copy_job served = { .still = false };
	REQUIRE(bench_begin(&b) && submit(&b, "k1") && copy(&b, &served, &c, NULL) == OK);
	struct two t = { .b = &b, .to = bench_open_as(&b, true) };
	struct casework_copy o = { .still = still_at_first, .arg = &t };
	REQUIRE(t.to);
	CHECK_INT(casework_copy(b.k.cw, t.to, &o, &c, NULL), OK);
	CHECK(!c.whole);
	casework_close(t.to);
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(c.whole && bench_state(b.k.cw, true, want));
	CHECK_STR(str_of(c.digest), want);
	bench_end(&b);
}

TEST(a_copy_does_not_go_on_from_a_source_that_went_back_to_an_earlier_moment)
{
	struct bench b;
	struct casework_restored r;
	struct casework_copied c;
	struct diag d;
	struct copy_job j = { .still = false };
	struct casework_copy o = { .still = is_still, .wait = count_wait, .arg = &j };
	struct casework_options open = { .data_dir = PROJECT_ROOT, .inline_writer = true, .copying = true };
	struct casework *to = NULL;
	char place[128];
	REQUIRE(bench_begin(&b) && submit(&b, "k1") && bench_backup(&b, false, NULL) == OK && submit(&b, "k2"));
	snprintf(place, sizeof place, "%s/moved.db", b.dir);
	open.clock = &b.k.clock;
	REQUIRE(casework_open(test_place(place), &open, &to, NULL) == OK);
	CHECK_INT(casework_copy(b.k.cw, to, &o, &c, NULL), OK);
	REQUIRE(bench_restore(&b, INT64_MAX, &r, NULL) == OK);
	struct casework *back = bench_open(&b);
	REQUIRE(back);
	diag_init(&d);
	CHECK_INT(casework_copy(back, to, &o, &c, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "copy.other-record");
	casework_close(back);
	casework_close(to);
	bench_end(&b);
}

static bool no_room_from_now(void *arg)
{
	struct rlimit limit = { .rlim_cur = 4096, .rlim_max = RLIM_INFINITY };
	(void)arg;
	return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* What cannot be written over there is not told of what is read here. */
TEST(a_copy_without_room_says_so_and_goes_on_when_there_is)
{
	struct bench b;
	struct casework_copied c;
	struct diag d;
	struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct casework_copy o = { .still = no_room_from_now, .wait = count_wait };
	if (test_on_postgresql())
		SKIP("the server writes");
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	struct casework *to = bench_open_as(&b, true);
	REQUIRE(to);
	diag_init(&d);
	CHECK_INT(casework_copy(b.k.cw, to, &o, &c, &d), ERR_IO);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
	casework_close(to);
	CHECK_STR(str_of(d.code), "copy.write");
	struct copy_job j = { .still = true };
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(c.whole);
	bench_end(&b);
}

/* ---- room for the log, and none for the file that it is to go into ---- */

static const char *no_room_in; /* the end of a file's name; NULL: there is room */

/* SQLite's own writes, of which the first pages of a new file are made before there is a log. */
static ssize_t write_at(int fd, const void *bytes, size_t n, off_t at)
{
	enum { FIRST_PAGES = 16384 };
	char name[64], path[300];
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	ssize_t len = readlink(name, path, sizeof path);
	if (no_room_in && at >= FIRST_PAGES && len > 0 && str_ends(str_span(path, (size_t)len), str_of(no_room_in))) {
		errno = ENOSPC;
		return -1;
	}
	return pwrite(fd, bytes, n, at);
}

static bool writes_are_ours(void)
{
	sqlite3_vfs *v = sqlite3_vfs_find("unix");
	return v && v->xSetSystemCall(v, "pwrite64", (sqlite3_syscall_ptr)write_at) == SQLITE_OK && v->xSetSystemCall(v, "pwrite", (sqlite3_syscall_ptr)write_at) == SQLITE_OK;
}

static void writes_are_the_system_s(void)
{
	sqlite3_vfs *v = sqlite3_vfs_find("unix");
	(void)v->xSetSystemCall(v, "pwrite64", NULL);
	(void)v->xSetSystemCall(v, "pwrite", NULL);
	no_room_in = NULL;
}

/* What was proved was read from the log beside the file, which has its name no more once the file has taken its own. */
TEST(a_restore_that_the_disk_has_no_room_to_end_gives_no_database)
{
	struct bench b;
	struct casework_restored r;
	struct diag d;
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && bench_backup(&b, false, NULL) == OK && writes_are_ours());
	no_room_in = ".restoring";
	diag_init(&d);
	CHECK_INT(bench_restore(&b, INT64_MAX, &r, &d), ERR_IO);
	CHECK_STR(str_of(d.code), "restore.write");
	CHECK(!os_name_taken(b.out));
	writes_are_the_system_s();
	REQUIRE(bench_restore(&b, INT64_MAX, &r, NULL) == OK);
	struct casework *cw = bench_open(&b);
	CHECK(cw);
	casework_close(cw);
	bench_end(&b);
}

TEST(a_copy_that_the_disk_has_no_room_to_end_is_not_complete_and_goes_on_when_there_is)
{
	struct bench b;
	struct casework_copied c;
	struct diag d;
	struct copy_job j = { .still = true };
	if (test_on_postgresql())
		SKIP("the server writes");
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && writes_are_ours());
	no_room_in = "/out.db";
	diag_init(&d);
	CHECK_INT(copy(&b, &j, &c, &d), ERR_IO);
	CHECK_STR(str_of(d.code), "copy.write");
	writes_are_the_system_s();
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(c.whole);
	bench_end(&b);
}

TEST(a_record_has_one_writer_under_whatever_name)
{
	struct bench b;
	struct diag d;
	struct casework *cw = NULL;
	struct casework_options o = { .data_dir = PROJECT_ROOT, .inline_writer = true };
	if (test_on_postgresql())
		SKIP("a server has addresses");
	REQUIRE(bench_begin(&b) && symlink(b.db, b.out) == 0);
	diag_init(&d);
	CHECK_INT(casework_open(b.out, &o, &cw, &d), ERR_BUSY);
	CHECK_STR(str_of(d.code), "os.locked");
	bench_end(&b);
}

TEST(a_copy_killed_anywhere_goes_on_where_it_was)
{
	struct bench b;
	struct casework_copied c;
	char want[65];
	int deaths = 0;
	if (test_on_postgresql())
		SKIP("a forked child cannot share the server's connection");
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && submit(&b, "k2"));
	for (int n = 1;; n++) {
		pid_t child = fork();
		if (child == 0) {
			struct copy_job j = { .still = true, .kill_after = n };
			_exit(copy(&b, &j, &c, NULL) == OK ? 0 : 1);
		}
		int status;
		REQUIRE(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
		if (WEXITSTATUS(status) == 0)
			break;
		REQUIRE(WEXITSTATUS(status) == 9);
		deaths++;
	}
	CHECK(deaths >= 10); /* a progress for each table that has rows */
	struct casework *cw = bench_open(&b);
	char got[65];
	REQUIRE(cw);
	CHECK(bench_state(b.k.cw, true, want) && bench_state(cw, true, got));
	CHECK_STR(str_of(got), want);
	casework_close(cw);
	bench_end(&b);
}

/* ---- a number used again ---- */

static enum err put_letter(void *arg, struct store_conn *c)
{
	const char *bytes = arg;
	struct store_query *q;
	TRY(store_prepare(c, "INSERT INTO letter(document, bytes, kept_seq) SELECT 1000000, ?1, max(seq) FROM ledger WHERE true"
	                     " ON CONFLICT(document) DO UPDATE SET bytes=excluded.bytes, kept_seq=excluded.kept_seq", &q));
	store_bind_blob(q, 1, str_of(bytes));
	return store_exec(q);
}

/* As a restore to a moment leaves it: a letter of what was left out, nobody's, until a later one takes its number. */
static bool letter(struct bench *b, const char *bytes)
{
	return store_run(b->k.cw->store, put_letter, (void *)(uintptr_t)bytes) == OK;
}

TEST(an_increment_brings_the_letter_that_took_a_number_used_before)
{
	struct bench b;
	struct casework_restored r;
	char want[65], got[65];
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && letter(&b, "left out") && bench_backup(&b, false, NULL) == OK);
	REQUIRE(submit(&b, "k2") && letter(&b, "of another case") && bench_backup(&b, true, NULL) == OK);
	REQUIRE(bench_restore(&b, INT64_MAX, &r, NULL) == OK);
	struct casework *cw = bench_open(&b);
	REQUIRE(cw);
	CHECK(bench_state(b.k.cw, true, want) && bench_state(cw, true, got));
	CHECK_STR(str_of(got), want);
	casework_close(cw);
	bench_end(&b);
}

TEST(a_copy_brings_the_letter_that_took_a_number_used_before)
{
	struct bench b;
	struct casework_copied c;
	struct copy_job j = { .still = false };
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && letter(&b, "left out"));
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	REQUIRE(submit(&b, "k2") && letter(&b, "of another case"));
	j.still = true;
	CHECK_INT(copy(&b, &j, &c, NULL), OK);
	CHECK(c.whole);
	bench_end(&b);
}

static enum err letter_under(void *arg, struct store_conn *c)
{
	struct store_query *q;
	TRY(store_prepare(c, "INSERT INTO letter(document, bytes, kept_seq) VALUES(?1, ?2, 1)", &q));
	store_bind_i64(q, 1, *(const int64_t *)arg);
	store_bind_blob(q, 2, S("to somebody else"));
	return store_exec(q);
}

TEST(what_is_handed_in_under_a_number_that_a_letter_had_before_is_what_was_handed_in)
{
	struct bench b;
	struct diag d;
	struct str bytes, mime, name;
	uint64_t n;
	const struct casework_actor system = { .system = true };
	REQUIRE(bench_begin(&b));
	struct str no = kernel_submit(&b.k, b.citizen, "k1");
	const struct json *data = NULL;
	REQUIRE(json_read(&b.k.a, arena_printf(&b.k.a, "{\"name\":\"a.txt\",\"mime\":\"text/plain\",\"case_no\":\"%.*s\"}", STR_ARG(no)), &data, NULL) == OK);
	struct casework_command add = { .name = S("document.add"), .actor = { .person = b.citizen }, .data = data, .blob = S("handed in") };
	REQUIRE(casework_do(b.k.cw, &add, &b.k.a, &b.k.r) == OK);
	int64_t document = test_sql(b.db, "SELECT max(id) FROM document WHERE kind='material'");
	REQUIRE(document > 0 && store_run(b.k.cw->store, letter_under, &document) == OK);
	diag_init(&d);
	CHECK_INT(casework_document(b.k.cw, &system, document, S(""), &b.k.a, &bytes, &mime, &name, &d), OK);
	CHECK_STR(bytes, "handed in");
	CHECK_INT(casework_verify(b.k.cw, NULL, NULL, &n, &d), OK);
	CHECK_STR(str_of(d.text), "");
	bench_end(&b);
}

/* ---- what verify names ---- */

/* ---- what programs of before wrote ---- */

static bool older_program; /* it does not look whether characters are whole */

bool __real_utf8_valid(struct str s);
bool __wrap_utf8_valid(struct str s);
bool __wrap_utf8_valid(struct str s)
{
	return older_program || __real_utf8_valid(s);
}

static bool put_half_a_character(struct bench *b)
{
	older_program = true;
	enum err e = kernel_do(&b->k, 0, "", "region.put", "{\"code\":\"990101\",\"name\":\"\xe4\xba\x91\xe6\xba\",\"level\":4}");
	older_program = false;
	return e == OK && submit(b, "later");
}

TEST(half_a_character_that_an_older_program_recorded_is_replayed_as_it_stands)
{
	struct bench b;
	struct casework_restored r;
	struct casework_copied c;
	struct copy_job j = { .still = false };
	uint64_t n;
	char want[65], got[65];
	if (test_on_postgresql())
		SKIP("a server takes no half characters");
	REQUIRE(bench_begin(&b));
	REQUIRE(submit(&b, "k1") && bench_backup(&b, false, NULL) == OK && copy(&b, &j, &c, NULL) == OK && !c.whole);
	REQUIRE(put_half_a_character(&b) && bench_backup(&b, true, NULL) == OK && bench_state(b.k.cw, true, want));
	CHECK_INT(casework_verify(b.k.cw, NULL, NULL, &n, NULL), OK);
	CHECK_INT(casework_rebuild_check(b.k.cw, NULL, NULL, &n, NULL), OK);
	j.still = true;
	CHECK_INT(copy(&b, &j, &c, NULL), OK); /* it follows, entry by entry */
	CHECK(c.whole);
	CHECK_STR(str_of(c.digest), want);
	REQUIRE(os_file_remove(b.out, NULL) == OK && bench_restore(&b, INT64_MAX, &r, NULL) == OK);
	CHECK(r.replayed > 0);
	struct casework *cw = bench_open(&b);
	REQUIRE(cw && bench_state(cw, true, got));
	CHECK_STR(str_of(got), want);
	casework_close(cw);
	bench_end(&b);
}

TEST(verify_names_the_bytes_that_are_gone_and_the_table_that_cannot_be_read)
{
	static const struct { const char *name, *harm, *page_of, *code, *says; } rows[] = {
		{ "a pack's file", "DELETE FROM content WHERE digest=(SELECT max(digest) FROM pack_file)", NULL, "verify.content-lost", "are missing" },
		{ "a page of the record", "SELECT 1", "ledger", "store.damaged", "in the table ledger" },
		{ "a page of the files", "SELECT 1", "content", "store.damaged", "in the table content" },
	};
	if (test_on_postgresql())
		SKIP("a server looks after its own files");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct casework *cw;
		struct casework_options open = bench_opening();
		struct bench b;
		struct damage x;
		struct diag d;
		uint64_t n;
		ROW(rows[i].name);
		diag_init(&d);
		REQUIRE(bench_begin(&b) && submit(&b, "k1"));
		casework_close(b.k.cw);
		CHECK(test_sql(b.db, rows[i].harm) == 1 || rows[i].page_of);
		CHECK(!rows[i].page_of || damage_leaf(&x, b.db, rows[i].page_of, 0) > 0);
		open.reading = true;
		REQUIRE(casework_open(b.db, &open, &cw, NULL) == OK);
		CHECK_INT(casework_verify(cw, NULL, NULL, &n, &d), ERR_CORRUPT);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK_HAS(str_of(d.text), rows[i].says);
		b.k.cw = cw;
		bench_end(&b);
	}
	ROW(NULL);
}

/* ---- rows that are not what the record gives ---- */

TEST(a_row_the_record_does_not_give_is_named)
{
	static const struct { const char *name, *harm, *code, *text; } rows[] = {
		{ "as it is", "SELECT 1", "", "" },
		{ "a name changed", "UPDATE region SET name='云溪' WHERE code='990100'", "rebuild.differs", "Table region, row 1: column name is not" },
		{ "a number changed", "UPDATE region SET level=2 WHERE code='990100'", "rebuild.differs", "Table region, row 1: column level is not" },
		{ "a text emptied", "UPDATE case_open SET receipt_no=NULL", "rebuild.differs", "Table case_open, row " },
		{ "a row too few", "DELETE FROM case_number", "rebuild.count", "Table case_number has fewer rows" },
		{ "a row too many", "INSERT INTO setting(name, value) VALUES('zzz', '1')", "rebuild.count", "Table setting has more rows" },
		{ "a table gone", "ALTER TABLE rating RENAME TO rating_old", "rebuild.table", "The table rating cannot be compared" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		struct diag d;
		uint64_t n;
		ROW(rows[i].name);
		diag_init(&d);
		REQUIRE(bench_begin(&b) && submit(&b, "k1"));
		CHECK(test_sql(b.db, rows[i].harm) == 1 || strncmp(rows[i].harm, "ALTER", 5) == 0);
		CHECK_INT(casework_rebuild_check(b.k.cw, NULL, NULL, &n, &d) == OK, i == 0);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK(str_starts(str_of(d.text), str_of(rows[i].text)));
		bench_end(&b);
	}
	ROW(NULL);
}

TEST_MAIN
