/* test_vault.c - the schedule, archives that belong together, thinning out, and who is told of a failure. */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vault/vault.h"

#define KERNEL_ROOM vault_room
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR, CHINA = 28800 };

/* ---- the schedule ---- */

TEST(a_schedule_is_read_or_refused)
{
	static const struct { const char *name, *every, *at; bool good; int64_t ms; size_t times; } rows[] = {
		{ "minutes", "30m", "", true, 30 * MINUTE, 0 },
		{ "hours", "1h", "", true, HOUR, 0 },
		{ "days", "2d", "", true, 2LL * DAY, 0 },
		{ "one time", "", "02:30", true, 0, 1 },
		{ "two times", "", "02:30,14:00", true, 0, 2 },
		{ "both", "1h", "02:30", false, 0, 0 },
		{ "neither", "", "", false, 0, 0 },
		{ "no unit", "30", "", false, 0, 0 },
		{ "no number", "h", "", false, 0, 0 },
		{ "nothing", "0h", "", false, 0, 0 },
		{ "backwards", "-1h", "", false, 0, 0 },
		{ "no such hour", "", "24:00", false, 0, 0 },
		{ "no such minute", "", "02:60", false, 0, 0 },
		{ "times out of order", "", "14:00,02:30", false, 0, 0 },
		{ "the same twice", "", "14:00,14:00", false, 0, 0 },
		{ "an empty time", "", "02:30,", false, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct vault_schedule s = { .every_ms = 0 };
		ROW(rows[i].name);
		CHECK_INT(vault_schedule_read(str_of(rows[i].every), str_of(rows[i].at), &s), rows[i].good);
		CHECK_INT(s.every_ms, rows[i].ms);
		CHECK_INT(s.times_count, rows[i].times);
	}
	ROW(NULL);
}

TEST(the_next_backup_is_due_when_the_schedule_says)
{
	struct vault_schedule hourly, twice;
	REQUIRE(vault_schedule_read(S("1h"), S(""), &hourly) && vault_schedule_read(S(""), S("02:30,14:00"), &twice));
	int64_t midnight = KERNEL_START_MS - 9LL * HOUR; /* of the office's day that KERNEL_START is in, 09:00 */
	static const struct { const char *name; bool hourly; int64_t last, now, next; } rows[] = {
		{ "never made: now", true, 0, 10 * HOUR, 10 * HOUR },
		{ "an hour after the last", true, 9 * HOUR, 9 * HOUR + 5, 10 * HOUR },
		{ "overdue after a night switched off", true, HOUR, 9 * HOUR, 2 * HOUR },
		{ "the clock was set back: counted from now", true, 20 * HOUR, 9 * HOUR, 10 * HOUR },
		{ "the afternoon's", false, 9 * HOUR, 9 * HOUR, 14 * HOUR },
		{ "at the very time: the next one", false, 14 * HOUR, 14 * HOUR, DAY + 2 * HOUR + 30 * MINUTE },
		{ "after the last of the day: tomorrow's first", false, 15 * HOUR, 15 * HOUR, DAY + 2 * HOUR + 30 * MINUTE },
		{ "before the first", false, HOUR, HOUR, 2 * HOUR + 30 * MINUTE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		int64_t last = rows[i].last ? midnight + rows[i].last : 0;
		CHECK_INT(vault_next_ms(rows[i].hourly ? &hourly : &twice, CHINA, last, midnight + rows[i].now), midnight + rows[i].next);
	}
	ROW(NULL);
}

/* ---- which archives give a moment ---- */

static struct vault_file file(const char *path, const char *id, const char *base, int64_t at)
{
	struct vault_file f = { .path = path };
	snprintf(f.a.id, sizeof f.a.id, "%s", id);
	snprintf(f.a.base, sizeof f.a.base, "%s", base);
	f.a.head.at_ms = at;
	f.a.head.seq = (uint64_t)at;
	return f;
}

TEST(the_archives_for_a_moment_are_chosen)
{
	/* full A at 10, increments at 20 and 30; full D at 50, increment at 60 */
	struct vault_file files[] = { file("A", "a", "", 10), file("B", "b", "a", 20), file("C", "c", "b", 30), file("D", "d", "", 50), file("E", "e", "d", 60) };
	static const struct { const char *name; int64_t at; const char *want; } rows[] = {
		{ "the latest", INT64_MAX, "D E" },
		{ "between: as far as needed", 15, "A B" },
		{ "at an increment's last entry", 20, "A B" },
		{ "where a full one ends", 10, "A" },
		{ "between the last increment and the next full one: out of that", 40, "D" },
		{ "before everything: replayed from the start", 5, "A" },
		{ "after the second full one", 55, "D E" },
	};
	struct arena a;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char **paths;
		size_t n;
		char got[64] = "";
		ROW(rows[i].name);
		REQUIRE(vault_chain(&a, files, 5, rows[i].at, &paths, &n, NULL) == OK);
		for (size_t k = 0; k < n; k++)
			snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k ? " " : "", paths[k]);
		CHECK_STR(str_of(got), rows[i].want);
	}
	ROW(NULL);
	const char **paths;
	size_t n;
	struct diag d;
	diag_init(&d);
	CHECK_INT(vault_chain(&a, files + 1, 2, INT64_MAX, &paths, &n, &d), ERR_NOT_FOUND);
	CHECK_STR(str_of(d.code), "backup.no-full");
	arena_release(&a);
}

/* ---- a folder and its keeper ---- */

struct place { struct kernel k; const char *dir; char folder[160], key_path[160], db[160]; struct archive_key key; struct casework_options open; };

static const struct casework_room *const rooms[] = { &vault_room };

static bool begin(struct place *p)
{
	*p = (struct place){ .open = { .data_dir = PROJECT_ROOT, .rooms = rooms, .rooms_count = 1 } };
	p->dir = test_folder("vault");
	snprintf(p->folder, sizeof p->folder, "%s/backups", p->dir);
	snprintf(p->key_path, sizeof p->key_path, "%s/key", p->dir);
	snprintf(p->db, sizeof p->db, "%s/city.db", p->dir);
	return kernel_begin(&p->k, p->db) && archive_key_make(p->key_path, &p->key, NULL) == OK &&
	       kernel_put_person(&p->k, "gong", "工程师") &&
	       kernel_do(&p->k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"技术\",\"a\":\"gong\"}") == OK;
}

static void end(struct place *p)
{
	kernel_end(&p->k);
	test_folder_remove(p->dir);
}

static enum err make(struct place *p, bool incremental, int64_t keep, struct vault_made *out, struct diag *d)
{
	struct vault_backup b = { .dir = p->folder, .key = &p->key, .incremental = incremental, .keep = keep, .open = &p->open };
	return vault_make(p->k.cw, &b, &p->k.a, out, d);
}

TEST(a_folder_keeps_the_last_full_ones_with_what_follows_them)
{
	struct place p;
	struct vault_made m;
	struct vault_file *files;
	size_t count;
	REQUIRE(begin(&p));
	int64_t citizen = kernel_citizen(&p.k, "zhang");
	REQUIRE(make(&p, true, 0, &m, NULL) == OK);
	CHECK(!m.a.base[0] && m.restored); /* nothing to follow yet: a full one, proved by restoring */
	REQUIRE(kernel_submit(&p.k, citizen, "k1").len);
	REQUIRE(make(&p, true, 0, &m, NULL) == OK);
	CHECK(m.a.base[0] && !m.restored);
	REQUIRE(kernel_submit(&p.k, citizen, "k2").len);
	REQUIRE(make(&p, false, 1, &m, NULL) == OK);
	CHECK(!m.a.base[0]);
	CHECK_INT(m.removed, 2);
	REQUIRE(kernel_submit(&p.k, citizen, "k3").len);
	REQUIRE(make(&p, true, 1, &m, NULL) == OK);
	CHECK_INT(m.removed, 0);
	REQUIRE(vault_list(&p.k.a, p.folder, &p.key, &files, &count, NULL) == OK);
	CHECK_INT(count, 2);
	CHECK_STR(str_of(files[1].a.base), files[0].a.id);
	end(&p);
}

/* The record went on from an earlier moment: fewer entries, and yet it is the newest. */
TEST(what_is_made_after_restoring_to_a_moment_is_the_newest)
{
	struct place p;
	struct vault_made m;
	struct vault_file *files;
	struct casework_restored r;
	size_t count, n;
	const char **paths, *first;
	char again[160];
	struct diag d;
	REQUIRE(begin(&p));
	int64_t citizen = kernel_citizen(&p.k, "zhang");
	REQUIRE(make(&p, true, 0, &m, NULL) == OK);
	first = m.path;
	REQUIRE(kernel_submit(&p.k, citizen, "k1").len && make(&p, true, 0, &m, NULL) == OK);
	REQUIRE(kernel_submit(&p.k, citizen, "k2").len && make(&p, false, 0, &m, NULL) == OK);
	/* back to the first */
	snprintf(again, sizeof again, "%s/again.db", p.dir);
	struct casework_restore o = { .archives = &first, .count = 1, .key = &p.key, .until_ms = INT64_MAX, .open = &p.open };
	REQUIRE(casework_restore(again, &o, &r, NULL) == OK);
	struct casework *before = p.k.cw;
	struct casework_options open = p.open;
	open.inline_writer = true;
	REQUIRE(casework_open(again, &open, &p.k.cw, NULL) == OK);
	diag_init(&d);
	CHECK_INT(make(&p, true, 1, &m, &d), OK);
	CHECK(!m.a.base[0]); /* of another record: a full one */
	CHECK_INT(m.removed, 3);
	CHECK(os_file_exists(m.path));
	CHECK_INT(make(&p, true, 1, &m, &d), OK);
	CHECK(m.a.base[0]); /* and the next follows it */
	REQUIRE(vault_list(&p.k.a, p.folder, &p.key, &files, &count, NULL) == OK);
	REQUIRE(vault_chain(&p.k.a, files, count, INT64_MAX, &paths, &n, NULL) == OK);
	CHECK_INT(n, 2);
	CHECK_STR(str_of(paths[1]), m.path);
	casework_close(p.k.cw);
	p.k.cw = before;
	end(&p);
}

/* Somebody's own, made into the folder as a file, has no number there: it is as old as it is. */
TEST(a_backup_without_a_number_is_in_its_place_among_those_that_have_one)
{
	struct place p;
	struct vault_made m;
	struct vault_file *files;
	size_t count, n;
	const char **paths;
	char own[200];
	REQUIRE(begin(&p));
	int64_t citizen = kernel_citizen(&p.k, "zhang");
	struct vault_backup b = { .key = &p.key, .open = &p.open };
	for (int i = 0; i < 2; i++)
		REQUIRE(make(&p, false, 2, &m, NULL) == OK && kernel_submit(&p.k, citizen, arena_printf(&p.k.a, "k%d", i).ptr).len);
	snprintf(own, sizeof own, "%s/before-upgrade.backup", p.folder);
	REQUIRE(vault_make_file(p.k.cw, &b, own, &p.k.a, &m, NULL) == OK);
	REQUIRE(vault_list(&p.k.a, p.folder, &p.key, &files, &count, NULL) == OK);
	REQUIRE(vault_chain(&p.k.a, files, count, INT64_MAX, &paths, &n, NULL) == OK);
	CHECK_INT(n, 1);
	CHECK_STR(str_of(paths[0]), own);
	REQUIRE(kernel_submit(&p.k, citizen, "k2").len && make(&p, false, 2, &m, NULL) == OK);
	CHECK_INT(m.removed, 2);
	CHECK(os_file_exists(own));
	REQUIRE(vault_list(&p.k.a, p.folder, &p.key, &files, &count, NULL) == OK);
	REQUIRE(vault_chain(&p.k.a, files, count, INT64_MAX, &paths, &n, NULL) == OK);
	CHECK_STR(str_of(paths[0]), m.path);
	end(&p);
}

TEST(an_increment_that_follows_nothing_is_named)
{
	struct place p;
	struct vault_made m;
	struct vault_file *files;
	size_t count, n;
	const char **paths, *second;
	REQUIRE(begin(&p));
	int64_t citizen = kernel_citizen(&p.k, "zhang");
	REQUIRE(make(&p, true, 0, &m, NULL) == OK);
	REQUIRE(kernel_submit(&p.k, citizen, "k1").len && make(&p, true, 0, &m, NULL) == OK);
	second = m.path;
	for (int i = 2; i < 4; i++)
		REQUIRE(kernel_submit(&p.k, citizen, arena_printf(&p.k.a, "k%d", i).ptr).len && make(&p, true, 0, &m, NULL) == OK);
	REQUIRE(os_file_remove(second, NULL) == OK);
	REQUIRE(vault_list(&p.k.a, p.folder, &p.key, &files, &count, NULL) == OK);
	CHECK_INT(count, 3);
	CHECK_INT(files[0].why.err, OK);
	for (size_t i = 1; i < 3; i++)
		CHECK_STR(str_of(files[i].why.code), "backup.no-base");
	REQUIRE(vault_chain(&p.k.a, files, count, INT64_MAX, &paths, &n, NULL) == OK);
	CHECK_INT(n, 1);
	REQUIRE(make(&p, true, 0, &m, NULL) == OK); /* the next closes the gap */
	REQUIRE(vault_list(&p.k.a, p.folder, &p.key, &files, &count, NULL) == OK);
	REQUIRE(vault_chain(&p.k.a, files, count, INT64_MAX, &paths, &n, NULL) == OK);
	CHECK_INT(n, 2);
	CHECK_STR(str_of(paths[1]), m.path);
	end(&p);
}

TEST(what_a_killed_backup_left_begun_is_cleared_and_nothing_else)
{
	struct place p;
	struct vault_made m;
	struct str *names;
	size_t count;
	char path[200];
	static const char *const left[] = { "banjie-1-full.backup.unproved.proof.restoring-wal", "banjie-1-full.backup.unproved.begun-Ab3dEf",
	                                    "banjie-1-full.backup.unproved", "0123456789abcdef0123456789abcdef.proof" };
	static const char *const other[] = { "banjie-1-full.backup.failed", "notes.txt", "banjie-1-full.backup.sha256", "banjie-1-full.backup.keep" };
	REQUIRE(begin(&p));
	REQUIRE(os_dir_make(p.folder, NULL) == OK);
	for (size_t i = 0; i < 8; i++) {
		snprintf(path, sizeof path, "%s/%s", p.folder, i < 4 ? left[i] : other[i - 4]);
		REQUIRE(os_file_write(path, S("x"), NULL) == OK);
	}
	REQUIRE(make(&p, false, 0, &m, NULL) == OK);
	REQUIRE(os_dir_list(&p.k.a, p.folder, &names, &count, NULL) == OK);
	CHECK_INT(count, 6); /* .lock, the backup, and the four others */
	end(&p);
}

static bool there(const struct place *p, const char *name)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", p->folder, name);
	return os_file_exists(path);
}

/* Beside the folder's own there may be one that is made as a file of its own: it has a lock of its own. */
TEST(what_a_running_backup_has_begun_stays)
{
	struct place p;
	struct vault_made m;
	struct os_lock *other;
	char path[256];
	static const char *const names[] = { "banjie-own.backup.unproved", "banjie-own.backup.unproved.begun-Ab3dEf", "banjie-own.backup.begun-Ab3dEf",
	                                     "banjie-own.backup.unproved.proof.restoring" };
	REQUIRE(begin(&p));
	REQUIRE(os_dir_make(p.folder, NULL) == OK);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", p.folder, names[i]);
		REQUIRE(os_file_write(path, S("x"), NULL) == OK);
	}
	snprintf(path, sizeof path, "%s/banjie-own.backup.held", p.folder);
	REQUIRE(os_lock_take(path, &other, NULL) == OK);
	for (int running = 1; running >= 0; running--) {
		REQUIRE(make(&p, false, 0, &m, NULL) == OK);
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			CHECK_INT(there(&p, names[i]), running);
		if (running)
			os_lock_drop(other);
	}
	CHECK(!there(&p, "banjie-own.backup.held"));
	end(&p);
}

TEST(a_backup_as_a_file_clears_what_one_of_its_name_left)
{
	struct place p;
	struct vault_made m;
	struct str *names;
	size_t count;
	char path[256];
	static const char *const left[] = { "a.backup.unproved", "a.backup.unproved.begun-Ab3dEf", "a.backup.unproved.proof.restoring-wal", "a.backup.begun-Ab3dEf" };
	static const char *const other[] = { "b.backup.unproved.begun-Ab3dEf", "a.backup.failed", "a.backup.sha256", "a.backup.begun-by-me.txt", "a.backup.unproved.note" };
	REQUIRE(begin(&p));
	struct vault_backup b = { .key = &p.key, .open = &p.open, .quick = true };
	REQUIRE(os_dir_make(p.folder, NULL) == OK);
	for (size_t i = 0; i < 9; i++) {
		snprintf(path, sizeof path, "%s/%s", p.folder, i < 4 ? left[i] : other[i - 4]);
		REQUIRE(os_file_write(path, S("x"), NULL) == OK);
	}
	snprintf(path, sizeof path, "%s/a.backup", p.folder);
	REQUIRE(vault_make_file(p.k.cw, &b, path, &p.k.a, &m, NULL) == OK);
	REQUIRE(os_dir_list(&p.k.a, p.folder, &names, &count, NULL) == OK);
	CHECK_INT(count, 6); /* the backup, and the five others */
	for (size_t i = 0; i < 5; i++)
		CHECK(there(&p, other[i]));
	end(&p);
}

/* Killed between making and proving: what is not proved has no name of a backup yet. And what could not be proved is kept once. */
TEST(what_is_not_proved_is_no_backup)
{
	struct place p;
	struct vault_made m;
	struct str *names;
	size_t count;
	char sql[100], file[160];
	REQUIRE(begin(&p));
	REQUIRE(make(&p, false, 0, &m, NULL) == OK);
	snprintf(file, sizeof file, "%s/one.backup", p.dir);
	/* no room for restoring it: nothing is left that would fill the disk further */
	struct rlimit limit = { .rlim_cur = 2 * (rlim_t)m.a.bytes, .rlim_max = RLIM_INFINITY }, none = { RLIM_INFINITY, RLIM_INFINITY };
	REQUIRE(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &limit) == 0);
	enum err e = make(&p, false, 0, &m, NULL);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
	CHECK_INT(e, ERR_IO);
	CHECK(!m.path);
	REQUIRE(os_dir_list(&p.k.a, p.folder, &names, &count, NULL) == OK);
	CHECK_INT(count, 2); /* .lock and the first */
	snprintf(sql, sizeof sql, "UPDATE ledger SET at_ms=at_ms+1 WHERE seq=%llu", (unsigned long long)m.a.head.seq - 1);
	REQUIRE(test_sql(p.db, sql) == 1);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(make(&p, false, 0, &m, NULL), ERR_CORRUPT);
		CHECK(m.path && str_ends(str_of(m.path), S(".backup.failed")));
		CHECK(os_file_exists(m.path));
	}
	REQUIRE(os_dir_list(&p.k.a, p.folder, &names, &count, NULL) == OK);
	CHECK_INT(count, 3); /* .lock, the first, and the last that failed */
	struct vault_backup b = { .key = &p.key, .open = &p.open };
	CHECK_INT(vault_make_file(p.k.cw, &b, file, &p.k.a, &m, NULL), ERR_CORRUPT);
	CHECK(!os_file_exists(file));
	end(&p);
}

/* The flag is set in the middle, by what tells how far it is. */
struct ending { _Atomic bool *give_up; int shown; };

static void ends_now(void *arg, uint64_t done, uint64_t total)
{
	struct ending *e = arg;
	(void)done, (void)total;
	e->shown++;
	atomic_store(e->give_up, true);
}

/* Whoever ends a server does not wait until a large backup is made and proved; and what was not proved to its end is none. */
TEST(a_backup_that_is_given_up_ends_at_once_and_leaves_nothing)
{
	struct place p;
	struct vault_made m;
	struct diag d;
	struct str *names;
	size_t count;
	uint64_t entries;
	_Atomic bool give_up = false;
	struct ending ending = { .give_up = &give_up };
	REQUIRE(begin(&p));
	struct vault_backup o = { .dir = p.folder, .key = &p.key, .open = &p.open, .give_up = &give_up };
	REQUIRE(vault_make(p.k.cw, &o, &p.k.a, &m, NULL) == OK); /* nobody ends it */
	const char *const whole = m.path;
	atomic_store(&give_up, true);
	diag_init(&d);
	CHECK_INT(vault_make(p.k.cw, &o, &p.k.a, &m, &d), ERR_BUSY);
	CHECK_STR(str_of(d.code), "backup.given-up");
	REQUIRE(os_dir_list(&p.k.a, p.folder, &names, &count, NULL) == OK);
	CHECK_INT(count, 2); /* .lock and the first */
	/* the proof by restoring, given up in the middle of the archive or of the record */
	struct casework_options open = p.open;
	open.give_up = &give_up;
	struct casework_restore r = { .archives = &whole, .count = 1, .key = &p.key, .until_ms = INT64_MAX, .open = &open };
	struct casework_restored restored;
	char proof[192];
	snprintf(proof, sizeof proof, "%s/proof.db", p.dir);
	diag_init(&d);
	CHECK(casework_restore(proof, &r, &restored, &d) != OK);
	CHECK(!os_file_exists(proof));
	atomic_store(&give_up, false);
	REQUIRE(casework_restore(proof, &r, &restored, NULL) == OK);
	struct casework *cw;
	open.reading = open.inline_writer = true;
	REQUIRE(casework_open(proof, &open, &cw, NULL) == OK);
	CHECK_INT(casework_verify(cw, NULL, NULL, &entries, NULL), OK);
	CHECK(casework_verify(cw, ends_now, &ending, &entries, NULL) != OK); /* the documents were not read any more */
	CHECK_INT(ending.shown, 1);
	casework_close(cw);
	end(&p);
}

TEST(two_backups_into_one_folder_do_not_meet)
{
	struct place p;
	struct vault_made m;
	struct os_lock *other;
	struct diag d;
	char lock[192];
	REQUIRE(begin(&p));
	REQUIRE(make(&p, false, 0, &m, NULL) == OK);
	snprintf(lock, sizeof lock, "%s/.lock", p.folder);
	REQUIRE(os_lock_take(lock, &other, NULL) == OK);
	diag_init(&d);
	CHECK_INT(make(&p, false, 0, &m, &d), ERR_BUSY);
	os_lock_drop(other);
	CHECK_INT(make(&p, false, 0, &m, NULL), OK);
	end(&p);
}

static size_t notices(struct place *p)
{
	const struct json *v = kernel_view(&p->k, kernel_person(&p->k, "gong"), "my.notices", "{}");
	const struct json *rows = v ? json_get(v, "rows") : NULL;
	return rows ? rows->count : 0;
}

/* Its thread may be anywhere when the server ends: it has not failed, and is due at the next start. */
TEST(a_server_that_ends_has_not_failed_at_its_backup)
{
	struct place p;
	struct vault *v;
	REQUIRE(begin(&p));
	struct vault_options o = { .casework = p.k.cw, .dir = p.folder, .key_path = p.key_path, .schedule = { .every_ms = HOUR }, .open = &p.open };
	for (int i = 0; i < 3; i++) {
		REQUIRE(vault_start(&o, &v, NULL) == OK);
		vault_stop(v);
	}
	const struct json *view = kernel_view(&p.k, kernel_person(&p.k, "gong"), "backups", "{}");
	REQUIRE(view);
	CHECK_INT(json_i64(json_get(view, "failed_since"), -1), 0);
	CHECK_INT(notices(&p), 0);
	end(&p);
}

TEST(the_keeper_makes_them_when_due_and_tells_when_it_cannot)
{
	struct place p;
	struct os_clock clock;
	struct vault *v;
	int64_t next;
	bool made;
	REQUIRE(begin(&p));
	os_clock_virtual(&clock, KERNEL_START_MS);
	struct vault_options o = { .casework = p.k.cw, .dir = p.folder, .key_path = p.key_path, .schedule = { .every_ms = HOUR }, .open = &p.open, .clock = &clock };
	REQUIRE(vault_start(&o, &v, NULL) == OK);
	CHECK_INT(vault_round(v, &next, &made), OK);
	CHECK(made);
	CHECK_INT(next, KERNEL_START_MS + HOUR);
	os_clock_set(&clock, next - 1);
	CHECK_INT(vault_round(v, &next, &made), OK);
	CHECK(!made);
	os_clock_set(&clock, next);
	CHECK_INT(vault_round(v, &next, &made), OK);
	CHECK(made);
	CHECK_INT(notices(&p), 0);
	/* the folder is gone, a file stands in its place */
	REQUIRE(os_dir_remove(p.folder, NULL) == OK && os_file_write(p.folder, S("a letter"), NULL) == OK);
	os_clock_set(&clock, KERNEL_START_MS + 2 * HOUR);
	CHECK(vault_round(v, &next, &made) != OK);
	CHECK_INT(next, KERNEL_START_MS + 2 * HOUR + 10 * MINUTE); /* tried again soon */
	CHECK_INT(notices(&p), 1);
	os_clock_set(&clock, next);
	CHECK(vault_round(v, &next, &made) != OK);
	CHECK_INT(notices(&p), 1); /* told once, not every ten minutes */
	os_clock_set(&clock, KERNEL_START_MS + 2 * HOUR + DAY + MINUTE);
	CHECK(vault_round(v, &next, &made) != OK);
	CHECK_INT(notices(&p), 2); /* and once more the next day */
	const struct json *view = kernel_view(&p.k, kernel_person(&p.k, "gong"), "backups", "{}");
	REQUIRE(view);
	CHECK_INT(json_i64(json_get(view, "failed_since"), 0), 3);
	CHECK_INT(json_get(view, "rows")->count, 5);
	CHECK(json_bool(json_get(view, "planned"), false));
	CHECK(kernel_view(&p.k, kernel_person(&p.k, "wang"), "backups", "{}") == NULL); /* a reviewer has no business here */
	/* mended */
	REQUIRE(os_file_remove(p.folder, NULL) == OK);
	os_clock_set(&clock, next);
	CHECK_INT(vault_round(v, &next, &made), OK);
	view = kernel_view(&p.k, kernel_person(&p.k, "gong"), "backups", "{}");
	CHECK_INT(json_i64(json_get(view, "failed_since"), -1), 0);
	vault_stop(v);
	/* a start without a folder says that nothing is planned */
	struct vault_options none = { .casework = p.k.cw };
	REQUIRE(vault_start(&none, &v, NULL) == OK);
	view = kernel_view(&p.k, kernel_person(&p.k, "gong"), "backups", "{}");
	CHECK(!json_bool(json_get(view, "planned"), true));
	vault_stop(v);
	end(&p);
}

/* Somebody sets the clock a year ahead, a backup is made, and the clock is set right. */
TEST(a_clock_set_back_stops_no_backup_and_hides_no_failure)
{
	enum { YEAR_DAYS = 365 };
	struct place p;
	struct os_clock clock;
	struct vault *v;
	int64_t next, right = KERNEL_START_MS, ahead = right + (int64_t)YEAR_DAYS * DAY;
	bool made;
	REQUIRE(begin(&p));
	os_clock_virtual(&clock, ahead);
	struct vault_options o = { .casework = p.k.cw, .dir = p.folder, .key_path = p.key_path, .schedule = { .every_ms = HOUR }, .open = &p.open, .clock = &clock };
	REQUIRE(vault_start(&o, &v, NULL) == OK);
	CHECK_INT(vault_round(v, &next, &made), OK);
	CHECK(made);
	os_clock_set(&clock, right);
	for (int restart = 0; restart < 2; restart++) {
		ROW(restart ? "started again since" : "while it runs");
		CHECK_INT(vault_round(v, &next, &made), OK);
		CHECK(!made);
		os_clock_set(&clock, right + HOUR / 2);
		CHECK_INT(vault_round(v, &next, &made), OK);
		CHECK_INT(next, right + HOUR);
		os_clock_set(&clock, right + HOUR);
		CHECK_INT(vault_round(v, &next, &made), OK);
		CHECK(made);
		right += HOUR;
		vault_stop(v);
		REQUIRE(vault_start(&o, &v, NULL) == OK);
	}
	ROW(NULL);
	REQUIRE(os_dir_remove(p.folder, NULL) == OK && os_file_write(p.folder, S("a letter"), NULL) == OK);
	os_clock_set(&clock, right + HOUR);
	CHECK(vault_round(v, &next, &made) != OK);
	const struct json *view = kernel_view(&p.k, kernel_person(&p.k, "gong"), "backups", "{}");
	REQUIRE(view);
	CHECK_INT(json_i64(json_get(view, "failed_since"), -1), 1);
	CHECK_INT(notices(&p), 1);
	/* once more ahead, and set right: that is told as on another day, and not at each attempt from there on */
	os_clock_set(&clock, ahead);
	CHECK(vault_round(v, &next, &made) != OK);
	size_t told = notices(&p);
	for (int i = 0; i < 4; i++) {
		os_clock_set(&clock, right + 2 * HOUR + i * 10 * MINUTE);
		CHECK(vault_round(v, &next, &made) != OK);
	}
	CHECK_INT(notices(&p), told + 1);
	vault_stop(v);
	end(&p);
}

/* A thousand are remembered, seven days of failing: the eighth is told of as well, and when the last one was made stays known. */
TEST(who_is_told_daily_is_told_after_a_week_too)
{
	enum { ROUNDS = 1300, A_DAY = 144 };
	struct place p;
	struct os_clock clock;
	struct vault *v;
	int64_t next;
	bool made;
	REQUIRE(begin(&p));
	os_clock_virtual(&clock, KERNEL_START_MS);
	struct vault_options o = { .casework = p.k.cw, .dir = p.folder, .key_path = p.key_path, .schedule = { .every_ms = HOUR }, .open = &p.open, .clock = &clock };
	REQUIRE(vault_start(&o, &v, NULL) == OK);
	CHECK_INT(vault_round(v, &next, &made), OK);
	REQUIRE(os_dir_remove(p.folder, NULL) == OK && os_file_write(p.folder, S("a letter"), NULL) == OK);
	for (int i = 0; i < ROUNDS; i++) {
		os_clock_set(&clock, next);
		CHECK(vault_round(v, &next, &made) != OK);
	}
	CHECK_INT(notices(&p), (ROUNDS + A_DAY - 1) / A_DAY);
	const struct json *view = kernel_view(&p.k, kernel_person(&p.k, "gong"), "backups", "{}");
	REQUIRE(view);
	CHECK(json_text(json_get(view, "last_at")).len > 0);
	vault_stop(v);
	end(&p);
}

TEST(what_was_noted_of_backups_long_ago_is_forgotten)
{
	enum { NOTED = 1010, KEPT = 1000 };
	struct place p;
	REQUIRE(begin(&p));
	for (int i = 1; i <= NOTED; i++)
		REQUIRE(kernel_do(&p.k, 0, "", "backup.note", arena_printf(&p.k.a, "{\"state\":\"made\",\"at_ms\":%d,\"path\":\"x\",\"kind\":\"full\"}", i).ptr) == OK);
	CHECK_INT(test_sql(p.db, "UPDATE vault_run SET took_ms=0"), KEPT);
	end(&p);
}

TEST(a_wrong_key_refuses_the_start)
{
	struct place p;
	struct vault *v;
	struct diag d;
	REQUIRE(begin(&p));
	REQUIRE(os_file_write(p.key_path, S("a letter"), NULL) == OK);
	diag_init(&d);
	struct vault_options o = { .casework = p.k.cw, .dir = p.folder, .key_path = p.key_path, .schedule = { .every_ms = HOUR }, .open = &p.open };
	CHECK_INT(vault_start(&o, &v, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "backup.key-form");
	end(&p);
}

TEST_MAIN
