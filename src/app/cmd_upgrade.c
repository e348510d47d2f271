/* cmd_upgrade.c - `banjie upgrade`: a database brought to this program's schema, or tried on a copy. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "casework/backup.h"
#include "os/os.h"
#include "store/store.h"
#include "text/json.h"
#include "web/rooms.h"

static const char help[] =
	"usage: banjie upgrade --db STORE [--dry-run] [--quick] [--json] [--lang zh|en]\n"
	"\n"
	"Brings a database to this program's schema: every part in one transaction, then the record is verified and every row\n"
	"rebuilt from it and compared, and only then committed. Something amiss, and the database is left as it was. Stop the\n"
	"server first. (banjie serve brings an older file forward by itself when it starts, without the proof.)\n"
	"\n"
	"  --dry-run   tried only: on a copy beside the file, while the server may run, which needs room there for twice\n"
	"              the file and is refused without; on PostgreSQL inside a transaction that is not committed, during\n"
	"              which nobody else writes\n"
	"  --quick     without the proof\n"
	"\n"
	"A database of a newer program is refused. Exit status 0: done, or nothing to do; 1: it failed; 2: refused.\n";

struct job {
	const char *db, *lang;
	bool dry, quick, json, help, zh;
	struct arena a;
	struct diag d;
	struct casework_options open;
	int64_t copied, copy_us; /* bytes; 0: tried on none */
	struct app_meter meter;  /* of the work under way */
};

static int read_options(struct job *j, int argc, char **argv)
{
	const struct app_choice choices[] = {
		{ "--dry-run", &j->dry, NULL }, { "--quick", &j->quick, NULL }, { "--json", &j->json, NULL }, { "--help", &j->help, NULL },
		{ "--lang", NULL, &j->lang }, { "--db", NULL, &j->db },
	};
	j->db = "banjie.db";
	int status = app_choices("upgrade", argc, argv, choices, sizeof choices / sizeof *choices);
	return status == APP_DONE ? app_lang("upgrade", j->lang, &j->zh) : status;
}

static void print_json(const struct job *j, const struct casework_upgraded *u)
{
	struct buf b;
	struct json_writer w;
	buf_init(&b, 1 << 16);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_bool(&w, "dry_run", j->dry);
	json_key(&w, S("parts"));
	json_array(&w);
	for (size_t i = 0; i < u->count; i++) {
		json_object(&w);
		json_pair_str(&w, "name", str_of(u->parts[i].name));
		json_pair_i64(&w, "before", u->parts[i].before);
		json_pair_i64(&w, "after", u->parts[i].after);
		json_end(&w);
	}
	json_end(&w);
	if (j->copied) {
		json_pair_i64(&w, "copied_bytes", j->copied);
		json_pair_i64(&w, "copy_ms", j->copy_us / 1000);
	}
	json_pair_i64(&w, "migrate_ms", u->migrate_us / 1000);
	json_pair_i64(&w, "prove_ms", u->prove_us / 1000);
	json_pair_i64(&w, "entries", (int64_t)u->entries);
	json_pair_i64(&w, "rows", (int64_t)u->rows);
	json_end(&w);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_release(&b);
}

static void print_words(const struct job *j, const struct casework_upgraded *u)
{
	size_t moved = 0;
	for (size_t i = 0; i < u->count; i++)
		if (u->parts[i].before != u->parts[i].after) {
			printf("%-10s %d -> %d\n", u->parts[i].name, u->parts[i].before, u->parts[i].after);
			moved++;
		}
	if (!moved)
		puts(j->zh ? "数据库已是本程序的结构" : "the database is of this program's schema");
	if (j->copied)
		printf(j->zh ? "复制 %.1f MB，%.3f 秒；" : "%.1f MB copied in %.3f s; ", (double)j->copied / 1e6, (double)j->copy_us / 1e6);
	printf(j->zh ? "迁移 %.3f 秒" : "migrated in %.3f s", (double)u->migrate_us / 1e6);
	if (!j->quick)
		printf(j->zh ? ";%llu 条记录核验无误,%llu 行重建一致,%.3f 秒" : "; %llu entries verified and %llu rows rebuilt the same in %.3f s",
		       (unsigned long long)u->entries, (unsigned long long)u->rows, (double)u->prove_us / 1e6);
	puts(j->dry ? (j->zh ? "(演练,未改动数据库)" : " (tried only: the database is as it was)") : "");
}

/* ---- how far it is ---- */

static void work_begins(struct job *j, const char *what)
{
	app_meter_end(&j->meter);
	j->meter = app_meter(what, j->zh, true);
}

static void begins(void *arg, enum casework_upgrade_work work)
{
	static const char *const words[][2] = {
		[UPGRADE_MIGRATES] = { "migrating", "迁移" }, [UPGRADE_VERIFIES] = { "verifying the record", "核验记录" },
		[UPGRADE_REBUILDS] = { "rebuilding the rows", "重建各行" },
	};
	struct job *j = arg;
	work_begins(j, words[work][j->zh]);
}

static void show(void *arg, uint64_t done, uint64_t total)
{
	struct job *j = arg;
	app_meter_show(&j->meter, done, total);
}

/* The engine says nothing while it copies, but the copy grows: a thread beside it looks. */
struct copying { struct job *j; const char *copy; struct os_mutex m; struct os_cond turn; bool over; };

static void *watch_copy(void *arg)
{
	enum { LOOK_MS = 200 };
	struct copying *c = arg;
	os_mutex_lock(&c->m);
	while (!c->over) {
		int64_t there = os_file_size(c->copy);
		show(c->j, there > 0 ? (uint64_t)there : 0, (uint64_t)c->j->copied);
		(void)os_cond_wait_ms(&c->turn, &c->m, LOOK_MS);
	}
	os_mutex_unlock(&c->m);
	return NULL;
}

static enum err copy_file(struct job *j, const char *copy)
{
	struct copying c = { .j = j, .copy = copy };
	struct os_thread *watcher = NULL;
	int64_t begun = os_monotonic_us();
	work_begins(j, j->zh ? "复制" : "copying");
	os_mutex_init(&c.m);
	os_cond_init(&c.turn);
	bool watched = os_thread_start(&watcher, watch_copy, &c) == OK; /* without it the copy is made all the same */
	enum err e = store_file_copy(j->db, copy, &j->d);
	os_mutex_lock(&c.m);
	c.over = true;
	os_cond_signal(&c.turn);
	os_mutex_unlock(&c.m);
	if (watched)
		os_thread_join(watcher);
	os_cond_destroy(&c.turn);
	os_mutex_destroy(&c.m);
	app_meter_end(&j->meter);
	j->copy_us = os_monotonic_us() - begun;
	return e;
}

/* ---- tried, or done ---- */

/* On PostgreSQL in a transaction that is not committed. */
static enum err try_or_do(struct job *j, const char *db, bool commit, struct casework_upgraded *u)
{
	struct casework_upgrade o = { .open = &j->open, .prove = !j->quick, .commit = commit, .begins = begins, .progress = show, .progress_arg = j };
	enum err e = casework_upgrade(db, &o, u, &j->d);
	app_meter_end(&j->meter);
	return e;
}

/* ---- a copy beside the file ----
 *
 * Each run has one of its own, FILE.upgrade-copy- and a number of chance, and holds a lock of its name for as long as it needs it: what
 * nobody holds is of a run that was killed, and the next one takes it away. The lock's file goes last, and by whoever holds it. */

/* The copy, and as much again for what its parts write anew; a full disk would stop a server that runs beside it. */
static enum err room_beside(struct job *j, int64_t *bytes)
{
	enum { MB = 1000000 };
	struct str log = arena_printf(&j->a, "%s-wal", j->db);
	if (!log.ptr)
		return ERR_NOMEM;
	int64_t logged = os_file_size(log.ptr), free = os_disk_free(j->db);
	*bytes = os_file_size(j->db) + (logged > 0 ? logged : 0);
	if (free < 0 || free / 2 >= *bytes)
		return OK;
	long long needed = (long long)(*bytes / MB * 2 + 2), there = (long long)(free / MB);
	diag_arg(&j->d, arena_printf(&j->a, "%lld", needed));
	diag_arg(&j->d, arena_printf(&j->a, "%lld", there));
	return diag_set(&j->d, ERR_LIMIT, "upgrade.room", "The copy and what is written into it may take %lld MB beside the database, and %lld MB are free there: "
	                "make room, or try it on another machine with a database restored from a backup.", needed, there);
}

#define COPY_NAME ".upgrade-copy-"
enum { COPY_NUMBER = 8 };
struct held_copy { const char *path, *lock_path; struct os_lock *lock; };

/* ERR_BUSY: a run that lives has it. */
static enum err hold(struct job *j, struct str path, struct held_copy *out)
{
	struct str lock = arena_printf(&j->a, "%.*s.held", STR_ARG(path));
	struct diag why;
	if (!path.ptr || !lock.ptr)
		return ERR_NOMEM;
	*out = (struct held_copy){ .path = path.ptr, .lock_path = lock.ptr };
	diag_init(&why);
	enum err e = os_lock_take(lock.ptr, &out->lock, &why);
	if (e != OK && e != ERR_BUSY)
		j->d = why;
	return e;
}

/* With what stands beside it. */
static enum err remove_copy(struct job *j, struct held_copy *copy)
{
	static const char *const tails[] = { "", "-journal", "-wal", "-shm", ".lock", ".held" };
	enum err e = OK;
	for (size_t i = 0; i < sizeof tails / sizeof *tails && e == OK; i++) {
		struct str name = arena_printf(&j->a, "%s%s", copy->path, tails[i]);
		e = name.ptr ? os_file_remove(name.ptr, &j->d) : ERR_NOMEM;
	}
	os_lock_drop(copy->lock);
	return e;
}

static enum err take_remains_away(struct job *j)
{
	const char *slash = strrchr(j->db, '/');
	struct str folder = slash ? str_sub(str_of(j->db), 0, (size_t)(slash - j->db) + 1) : S("./"), *names, last = S("");
	struct str beginning = arena_printf(&j->a, "%s" COPY_NAME, slash ? slash + 1 : j->db);
	size_t count;
	if (!beginning.ptr || !folder.ptr)
		return ERR_NOMEM;
	TRY(os_dir_list(&j->a, arena_printf(&j->a, "%.*s", STR_ARG(folder)).ptr, &names, &count, &j->d));
	for (size_t i = 0; i < count; i++) {
		struct held_copy copy;
		uint8_t number[COPY_NUMBER];
		struct str name = str_sub(names[i], 0, beginning.len + 2 * COPY_NUMBER);
		if (!str_starts(name, beginning) || !str_from_hex(str_sub(name, beginning.len, name.len), number, COPY_NUMBER) || str_eq(name, last))
			continue;
		last = name;
		enum err e = hold(j, arena_printf(&j->a, "%.*s%.*s", STR_ARG(folder), STR_ARG(name)), &copy);
		if (e == OK)
			e = remove_copy(j, &copy);
		if (e != OK && e != ERR_BUSY)
			return e;
	}
	return OK;
}

/* Somebody who takes remains away may have been at the new lock for a moment: then another number. */
static enum err begin_copy(struct job *j, struct held_copy *copy)
{
	enum err e;
	do {
		uint64_t number;
		_Static_assert(sizeof number == COPY_NUMBER, "two digits a byte");
		os_random(os_entropy_real(), &number, sizeof number);
		e = hold(j, arena_printf(&j->a, "%s" COPY_NAME "%016llx", j->db, (unsigned long long)number), copy);
	} while (e == ERR_BUSY);
	return e;
}

static enum err try_on_copy(struct job *j, struct casework_upgraded *u)
{
	struct held_copy copy;
	TRY(take_remains_away(j));
	TRY(room_beside(j, &j->copied));
	TRY(begin_copy(j, &copy));
	enum err e = copy_file(j, copy.path);
	if (e == OK)
		e = try_or_do(j, copy.path, true, u);
	enum err gone = remove_copy(j, &copy);
	return e == OK ? gone : e;
}

static enum err upgrade(struct job *j, struct casework_upgraded *u)
{
	bool url = store_is_url(j->db);
	if (!url && !os_file_exists(j->db)) {
		diag_arg(&j->d, str_of(j->db));
		return diag_set(&j->d, ERR_NOT_FOUND, "store.no-file", "There is no database %s. Name it with --db.", j->db);
	}
	char led[1100];
	if (!url && os_name_led(j->db, led, sizeof led))
		j->db = arena_z(&j->a, str_of(led)); /* where the file is, its log and the room are */
	if (!j->db)
		return ERR_NOMEM;
	return j->dry && !url ? try_on_copy(j, u) : try_or_do(j, j->db, !j->dry, u);
}

static int run(struct job *j)
{
	struct casework_upgraded u;
	j->open.data_dir = app_data_dir(&j->a);
	WEB_ROOMS_INTO(j->open);
	if (!j->open.data_dir)
		return app_refuse("upgrade", NULL, "the program's data are not where it looks for them; set BANJIE_DATA");
	enum err e = upgrade(j, &u);
	if (e != OK && j->dry)
		fputs(j->zh ? "只是演练：数据库未被改动。\n" : "tried only: the database was left as it was\n", stderr);
	if (e != OK)
		return app_report_in("upgrade", j->zh, e, &j->d);
	if (j->json)
		print_json(j, &u);
	else
		print_words(j, &u);
	return APP_DONE;
}

int app_cmd_upgrade(int argc, char **argv)
{
	struct job j = { .db = NULL };
	arena_init(&j.a, 64 << 20);
	diag_init(&j.d);
	int status = read_options(&j, argc, argv);
	if (status == APP_DONE && j.help)
		fputs(help, stdout);
	else if (status == APP_DONE)
		status = run(&j);
	arena_release(&j.a);
	return status;
}
