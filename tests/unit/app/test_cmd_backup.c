/* `banjie backup` as a person or a timer calls it: what --to names. */
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"
#include "tests/folder.h"
#include "tests/unit/app/run.h"
#include "tests/unit/casework/kernel.h"
#include "text/json.h"
#include "web/rooms.h"

static struct arena arena;
static const char *folder;

static const char *in(const char *name)
{
	return arena_printf(&arena, "%s/%s", folder, name).ptr;
}

static int backup(const char *to, const char *more, struct str *out, bool talk)
{
	return run(&arena, app_cmd_backup, arena_printf(&arena, "backup --quick --db %s --key %s --to %s%s", in("office.db"), in("key"), in(to), more).ptr, out, talk);
}

/* An office of one person and its key. */
static bool begin(void)
{
	struct str out;
	arena_init(&arena, 64 << 20);
	folder = test_folder("backup");
	return run(&arena, app_cmd_init, arena_printf(&arena, "init --db %s", in("office.db")).ptr, &out, false) == APP_DONE &&
	       run(&arena, app_cmd_backup, arena_printf(&arena, "backup --new-key %s", in("key")).ptr, &out, true) == APP_DONE;
}

/* How many backups lie in the folder; -1 when it is none. */
static int backups_in(const char *name)
{
	struct str *names;
	size_t count;
	int n = 0;
	if (!os_dir_exists(in(name)) || os_dir_list(&arena, in(name), &names, &count, NULL) != OK)
		return -1;
	for (size_t i = 0; i < count; i++)
		n += str_ends(names[i], S(".backup"));
	return n;
}

static const struct { const char *name, *to, *more; int folder_holds; } places[] = {
	{ "a name that is not there is a folder's", "vault", "", 1 },
	{ "and one in it, below another that is not there", "far/away/vault", "", 1 },
	{ "with a stroke behind it", "strokes/", "", 1 },
	{ "also with a dot in it", "2026.11", "", 1 },
	{ "the timer's first run, with nothing to follow", "hourly", " --incremental --keep 4", 1 },
	{ "its second", "hourly", " --incremental --keep 4", 2 },
	{ "a name that ends in .backup is one file", "office.backup", "", -1 },
	{ "unless it is a folder already", "kept.backup", "", 1 },
};

TEST(what_to_names)
{
	REQUIRE(begin());
	CHECK_INT(os_dir_make(in("kept.backup"), NULL), OK);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct str out;
		ROW(places[i].name);
		CHECK_INT(backup(places[i].to, places[i].more, &out, false), APP_DONE);
		CHECK_INT(backups_in(places[i].to), places[i].folder_holds);
		struct str path = str_cut(&out, '\n'); /* its first line says where it is */
		CHECK(os_file_exists(arena_z(&arena, path)));
		CHECK(str_starts(path, str_of(in(places[i].to))));
	}
	ROW(NULL);
	arena_release(&arena);
}

static const struct { const char *name, *to, *more, *says; } refusals[] = {
	{ "a file that is there is not overwritten", "office.backup", "", "already a file" },
	{ "nor one of another name taken for a folder", "letter", "", "already a file" },
	{ "an increment is no single file", "one.backup", " --incremental", "--incremental" },
	{ "one file is not thinned out", "one.backup", " --keep 4", "--keep" },
};

TEST(what_to_cannot_name)
{
	struct str out;
	REQUIRE(begin());
	CHECK_INT(os_file_write(in("letter"), S("a letter"), NULL), OK);
	CHECK_INT(backup("office.backup", "", &out, false), APP_DONE);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		ROW(refusals[i].name);
		CHECK_INT(backup(refusals[i].to, refusals[i].more, &out, true), APP_REFUSED);
		CHECK_HAS(out, refusals[i].says);
	}
	ROW(NULL);
	CHECK(!os_file_exists(in("one.backup")));
	arena_release(&arena);
}

static const struct { const char *name, *line, *says; int (*command)(int argc, char **argv); int status; } others[] = {
	{ "an empty file is no database", "backup --quick --db %s/empty --key %s/key --to %s/other", "store.not-one", app_cmd_backup, APP_REFUSED },
	{ "nor is it verified", "verify --db %s/empty", "store.not-one", app_cmd_verify, APP_REFUSED },
	{ "or copied", "copy --lang en --from %s/empty --to %s/copy.db", "store.not-one", app_cmd_copy, APP_REFUSED },
	{ "the source of a copy is named by --from", "copy --lang en --from %s/nothing --to %s/copy.db", "Name it with --from", app_cmd_copy, APP_REFUSED },
	{ "an empty folder is not whole", "backup --lang en --check %s/void --key %s/key", "backup.nothing", app_cmd_backup, APP_REFUSED },
	{ "a backup is restored into a file", "restore --lang en --from %s/void --key %s/key --to postgresql://nowhere/office", "banjie copy", app_cmd_restore, APP_REFUSED },
};

TEST(what_is_no_database_or_no_backup_is_named)
{
	REQUIRE(begin());
	CHECK_INT(os_file_write(in("empty"), S(""), NULL), OK);
	CHECK_INT(os_dir_make(in("void"), NULL), OK);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct str out;
		ROW(others[i].name);
		CHECK_INT(run(&arena, others[i].command, arena_printf(&arena, others[i].line, folder, folder, folder).ptr, &out, true), others[i].status);
		CHECK_HAS(out, others[i].says);
		CHECK(str_find(out, S("statement refused")) < 0);
	}
	ROW(NULL);
	arena_release(&arena);
}

/* A pipe is made with one end: whoever opened it as a file would wait for the other. */
TEST(what_is_no_file_is_no_backup_and_is_not_waited_for)
{
	static const struct { const char *name, *line; } rows[] = {
		{ "a pipe in the folder, checked", "backup --lang en --check %s --key %s" },
		{ "listed", "backup --lang en --list %s --key %s" },
	};
	struct str out;
	REQUIRE(begin());
	REQUIRE(backup("vault", "", &out, false) == APP_DONE);
	CHECK(mkfifo(in("vault/pipe.backup"), 0600) == 0);
	CHECK_INT(os_dir_make(in("vault/folder.backup"), NULL), OK);
	CHECK(symlink("/dev/zero", in("vault/device.backup")) == 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_INT(run(&arena, app_cmd_backup, arena_printf(&arena, rows[i].line, in("vault"), in("key")).ptr, &out, false), APP_FAILED);
		for (const char *const *name = (const char *const[]){ "pipe", "folder", "device", NULL }; *name; name++) {
			CHECK_HAS(out, arena_printf(&arena, "vault/%s.backup is no file but a folder, a pipe or a device.", *name).ptr);
			CHECK(str_find(out, S("entries to")) > 0);
		}
	}
	ROW("named alone");
	CHECK_INT(run(&arena, app_cmd_backup, arena_printf(&arena, "backup --lang en --check %s --key %s", in("vault/pipe.backup"), in("key")).ptr, &out, true), APP_REFUSED);
	CHECK_HAS(out, "vault/pipe.backup is no file");
	ROW("restored from the folder");
	CHECK_INT(run(&arena, app_cmd_restore, arena_printf(&arena, "restore --lang en --from %s --key %s --to %s", in("vault"), in("key"), in("new.db")).ptr, &out, false), APP_DONE);
	CHECK(os_file_exists(in("new.db")));
	ROW("restored from it");
	CHECK_INT(run(&arena, app_cmd_restore, arena_printf(&arena, "restore --lang en --from %s --key %s --to %s", in("vault/pipe.backup"), in("key"), in("other.db")).ptr, &out, true), APP_REFUSED);
	CHECK_HAS(out, "vault/pipe.backup is no file");
	ROW("written to");
	CHECK_INT(backup("vault/pipe.backup", "", &out, true), APP_REFUSED);
	CHECK_HAS(out, "backup.exists");
	CHECK_INT(run(&arena, app_cmd_restore, arena_printf(&arena, "restore --lang en --from %s --key %s --to %s", in("vault"), in("key"), in("vault/pipe.backup")).ptr, &out, true), APP_REFUSED);
	CHECK_HAS(out, "There is already a file");
	ROW(NULL);
	arena_release(&arena);
}

TEST(an_empty_name_is_none)
{
	struct str out;
	REQUIRE(begin());
	char copy[] = "copy", from[] = "--from=office.db", to[] = "--to=", *words[] = { copy, from, to, NULL };
	CHECK_INT(run_words(&arena, app_cmd_copy, words, &out, true), APP_REFUSED);
	CHECK_HAS(out, "--to");
	CHECK_HAS(out, "a value is missing");
	arena_release(&arena);
}

/* Somebody is added to the office: an entry of the record. */
static bool add_person(const char *login)
{
	struct kernel k = { .path = NULL };
	struct casework_options open = { .data_dir = PROJECT_ROOT, .inline_writer = true };
	WEB_ROOMS_INTO(open);
	arena_init(&k.a, 8 << 20);
	bool ok = casework_open(in("office.db"), &open, &k.cw, NULL) == OK && kernel_put_person(&k, login, "工程师");
	kernel_end(&k);
	return ok;
}

/* A link of the chain is gone: the restore says that there was more, and the check that it gives no database. */
TEST(a_restore_says_what_it_could_not_use)
{
	static const char *const people[] = { "first", "second", "third" };
	struct str out, made[3];
	REQUIRE(begin());
	for (int i = 0; i < 3; i++) {
		REQUIRE(add_person(people[i]));
		CHECK_INT(backup("vault", " --incremental", &out, false), APP_DONE);
		made[i] = str_cut(&out, '\n');
	}
	const char *restore = arena_printf(&arena, "restore --lang en --from %s --key %s --to %s", in("vault"), in("key"), in("restored.db")).ptr;
	CHECK_INT(run(&arena, app_cmd_restore, restore, &out, true), APP_DONE);
	CHECK_STR(out, "");
	REQUIRE(os_file_remove(in("restored.db"), NULL) == OK && os_file_remove(arena_z(&arena, made[1]), NULL) == OK);
	CHECK_INT(run(&arena, app_cmd_restore, restore, &out, true), APP_DONE);
	CHECK_HAS(out, "not used: backup.no-base");
	CHECK_HAS(out, arena_z(&arena, made[2]));
	REQUIRE(os_file_remove(in("restored.db"), NULL) == OK);
	CHECK_INT(run(&arena, app_cmd_restore, arena_printf(&arena, "%s --json", restore).ptr, &out, false), APP_DONE);
	CHECK_HAS(out, arena_printf(&arena, "\"not_used\":[\"%.*s\"]", STR_ARG(made[2])).ptr);
	CHECK_INT(run(&arena, app_cmd_backup, arena_printf(&arena, "backup --lang en --check %s --key %s", in("vault"), in("key")).ptr, &out, false), APP_FAILED);
	CHECK_HAS(out, "backup.no-base");
	arena_release(&arena);
}

/* As on a disk that is mounted read-only: neither the log nor the lock can be made, here for folders have their names. */
TEST(a_file_where_nothing_may_be_written_is_read)
{
	enum { NOT_COMPLETE = 3 };
	struct str out;
	REQUIRE(begin());
	CHECK_INT(os_file_remove(in("office.db.lock"), NULL), OK);
	CHECK(os_dir_make(in("office.db-wal"), NULL) == OK && os_dir_make(in("office.db.lock"), NULL) == OK);
	CHECK_INT(run(&arena, app_cmd_verify, arena_printf(&arena, "verify --db %s", in("office.db")).ptr, &out, false), APP_DONE);
	CHECK_INT(backup("vault", "", &out, false), APP_DONE);
	const char *copy = arena_printf(&arena, "copy --lang en --from %s --to %s", in("office.db"), in("copy.db")).ptr;
	CHECK_INT(run(&arena, app_cmd_copy, copy, &out, false), NOT_COMPLETE);
	CHECK_HAS(out, "--stopped");
	CHECK_INT(run(&arena, app_cmd_copy, arena_printf(&arena, "%s --stopped", copy).ptr, &out, false), APP_DONE);
	arena_release(&arena);
}

/* ---- killed, and said again ---- */

static int init(const char *name, struct str *out)
{
	return run(&arena, app_cmd_init, arena_printf(&arena, "init --db %s", in(name)).ptr, out, true);
}

static struct casework *open_office(const char *name)
{
	struct casework *cw = NULL;
	struct casework_options o = { .data_dir = PROJECT_ROOT, .inline_writer = true };
	WEB_ROOMS_INTO(o);
	return casework_open(in(name), &o, &cw, NULL) == OK ? cw : NULL;
}

static int64_t entries(const char *name)
{
	struct kernel k = { .path = NULL };
	arena_init(&k.a, 8 << 20);
	k.cw = open_office(name);
	const struct json *head = k.cw ? kernel_view(&k, 0, "ledger.head", "{}") : NULL;
	int64_t seq = head ? json_i64(json_get(head, "seq"), -1) : -1;
	casework_close(k.cw);
	arena_release(&k.a);
	return seq;
}

/* What a server writes by itself into a file that nobody began an office in. */
static bool served_before(const char *name)
{
	struct kernel k = { .path = NULL };
	arena_init(&k.a, 8 << 20);
	k.cw = open_office(name);
	bool written = k.cw && kernel_do(&k, 0, "", "organ.put", "{\"code\":\"S1\",\"name\":\"信访局\"}") == OK;
	casework_close(k.cw);
	arena_release(&k.a);
	return written;
}

/* What one that was killed left is none yet; what is one stays as it is, of whatever schema. */
TEST(an_office_that_was_not_begun_to_the_end_is_begun_again)
{
	struct str out, before, after;
	REQUIRE(begin());
	REQUIRE(os_file_write(in("nothing"), S(""), NULL) == OK);
	CHECK_INT(init("nothing", &out), APP_DONE);
	struct casework *cw = open_office("tables");
	REQUIRE(cw);
	casework_close(cw);
	CHECK_INT(entries("tables"), 0);
	CHECK_INT(init("tables", &out), APP_DONE);
	CHECK_INT(entries("tables"), entries("nothing"));
	REQUIRE(served_before("served"));
	CHECK_INT(entries("served"), 1);
	CHECK_INT(init("served", &out), APP_DONE);
	CHECK_INT(entries("served"), 1 + entries("nothing"));
	CHECK_INT(init("served", &out), APP_REFUSED);
	REQUIRE(os_file_read(&arena, in("office.db"), 32 << 20, &before, NULL) == OK);
	CHECK_INT(init("office.db", &out), APP_REFUSED);
	CHECK_HAS(out, "holds an office already");
	REQUIRE(os_file_read(&arena, in("office.db"), 32 << 20, &after, NULL) == OK);
	CHECK(str_eq(before, after));
	arena_release(&arena);
}

struct half { struct kernel k; enum err ends; };

static enum err put_and_end(void *arg)
{
	struct half *h = arg;
	enum err e = kernel_do(&h->k, 0, "", "organ.put", "{\"code\":\"O1\",\"name\":\"信息中心\"}");
	return e == OK ? h->ends : e;
}

TEST(what_is_done_together_is_there_whole_or_not_at_all)
{
	REQUIRE(begin());
	for (int i = 0; i < 2; i++) {
		struct half h = { .ends = i ? OK : ERR_CONFLICT };
		ROW(i ? "it ends well" : "its last command is refused");
		arena_init(&h.k.a, 8 << 20);
		h.k.cw = open_office("together");
		REQUIRE(h.k.cw);
		CHECK_INT(casework_together(h.k.cw, put_and_end, &h), h.ends);
		casework_close(h.k.cw);
		arena_release(&h.k.a);
		CHECK_INT(entries("together"), i);
	}
	ROW(NULL);
	arena_release(&arena);
}

TEST(a_copy_that_is_complete_says_so_when_it_is_begun_again)
{
	struct str first, again;
	REQUIRE(begin());
	const char *copy = arena_printf(&arena, "copy --lang en --from %s --to %s", in("office.db"), in("copy.db")).ptr;
	CHECK_INT(run(&arena, app_cmd_copy, copy, &first, false), APP_DONE);
	CHECK_INT(run(&arena, app_cmd_copy, copy, &again, false), APP_DONE);
	CHECK(first.len && str_eq(first, again));
	struct casework *served = open_office("office.db"); /* what it will write is in neither */
	REQUIRE(served);
	CHECK_INT(run(&arena, app_cmd_copy, copy, &again, true), APP_REFUSED);
	CHECK_HAS(again, "copy.target-used");
	casework_close(served);
	REQUIRE(add_person("li"));
	int64_t there = entries("copy.db");
	CHECK_INT(run(&arena, app_cmd_copy, copy, &again, true), APP_REFUSED);
	CHECK_HAS(again, "copy.target-used");
	CHECK_INT(entries("copy.db"), there);
	arena_release(&arena);
}

TEST_MAIN
