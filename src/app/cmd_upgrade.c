/* cmd_upgrade.c - `banjie upgrade`: a database brought to this program's schema, or tried on a copy. */
#include <stdio.h>

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

/* On PostgreSQL in a transaction that is not committed. */
static enum err try_or_do(struct job *j, const char *db, bool commit, struct casework_upgraded *u)
{
	struct casework_upgrade o = { .open = &j->open, .prove = !j->quick, .commit = commit };
	return casework_upgrade(db, &o, u, &j->d);
}

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

/* With what stands beside it: the log of one that was killed would be played into the next. */
static enum err remove_copy(struct job *j, const char *copy)
{
	static const char *const tails[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		struct str name = arena_printf(&j->a, "%s%s", copy, tails[i]);
		if (!name.ptr)
			return ERR_NOMEM;
		TRY(os_file_remove(name.ptr, &j->d));
	}
	return OK;
}

static enum err try_on_copy(struct job *j, struct casework_upgraded *u)
{
	const char *copy = arena_printf(&j->a, "%s.upgrade-copy", j->db).ptr;
	if (!copy)
		return ERR_NOMEM;
	TRY(remove_copy(j, copy));
	TRY(room_beside(j, &j->copied));
	int64_t begun = os_monotonic_us();
	enum err e = store_file_copy(j->db, copy, &j->d);
	j->copy_us = os_monotonic_us() - begun;
	if (e == OK)
		e = try_or_do(j, copy, true, u);
	enum err gone = remove_copy(j, copy);
	return e == OK ? gone : e;
}

static enum err upgrade(struct job *j, struct casework_upgraded *u)
{
	bool url = store_is_url(j->db);
	if (!url && !os_file_exists(j->db)) {
		diag_arg(&j->d, str_of(j->db));
		return diag_set(&j->d, ERR_NOT_FOUND, "store.no-file", "There is no database %s. Name it with --db.", j->db);
	}
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
	arena_init(&j.a, 1 << 20);
	diag_init(&j.d);
	int status = read_options(&j, argc, argv);
	if (status == APP_DONE && j.help)
		fputs(help, stdout);
	else if (status == APP_DONE)
		status = run(&j);
	arena_release(&j.a);
	return status;
}
