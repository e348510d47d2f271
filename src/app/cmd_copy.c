/* cmd_copy.c - `banjie copy`: a running system moved into another store. */
#include <stdio.h>

#include "app/app.h"
#include "casework/backup.h"
#include "os/os.h"
#include "text/json.h"
#include "web/rooms.h"

static const char help[] =
	"usage: banjie copy --from STORE --to STORE [--follow] [--stopped] [--json] [--lang zh|en]\n"
	"\n"
	"Moves a system between stores (a file, or postgresql://…), while the source is served. First the record, then the rows,\n"
	"then what came since, round after round. Killed and begun again it goes on where it was.\n"
	"\n"
	"  The way over: run copy --follow; when it says that it has caught up, stop the server of the source. It takes the\n"
	"  last entries, compares every table by digest and ends. Serve the target. Sessions come along: nobody signs in again.\n"
	"\n"
	"  --follow    go on until nobody writes to the source any more\n"
	"  --stopped   no process serves the source now: is believed where it cannot be seen, which is on PostgreSQL where the\n"
	"              role may not read pg_locks, or the source is a replica, and for a file that lies where nothing may be\n"
	"              written, or that has another name (a hard link); without it a copy from there does not end\n"
	"\n"
	"Without --follow on a served source: one pass; run it again after stopping the server. The target must be empty, or\n"
	"hold a copy begun before. Exit status 0: done, both sides are the same; 1: it failed; 2: refused; 3: not complete, for\n"
	"the source is served, or it cannot be seen whether it is and nobody says that it is stopped.\n";

enum { NOT_COMPLETE = 3 };

struct job {
	const char *from, *to, *lang;
	bool follow, stopped, json, help, zh, terminal, caught_up;
	struct arena a;
	struct diag d;
	struct casework_options open;
	struct os_lock *still; /* of the source's file: while we hold it nobody serves it */
	bool unseen;           /* it cannot be held, for it lies where nothing may be written, or may be served by another name */
	struct casework *source;
	bool seen;             /* of a source on a server: is it known how many processes serve it? */
	int64_t servers;
	int64_t begun_us, shown_us;
	uint64_t begun_at;
};

static int read_options(struct job *j, int argc, char **argv)
{
	const struct app_choice choices[] = {
		{ "--follow", &j->follow, NULL }, { "--stopped", &j->stopped, NULL }, { "--json", &j->json, NULL }, { "--help", &j->help, NULL },
		{ "--from", NULL, &j->from }, { "--to", NULL, &j->to }, { "--lang", NULL, &j->lang },
	};
	int status = app_choices("copy", argc, argv, choices, sizeof choices / sizeof *choices);
	return status == APP_DONE ? app_lang("copy", j->lang, &j->zh) : status;
}

/* ---- what the copy asks ---- */

static bool none_seen(struct job *j)
{
	j->seen = casework_serving(j->source, &j->servers) == OK;
	return j->seen && j->servers == 0;
}

/* What is looked up holds for a moment: one whose connection has just broken is back at once, and seen the second time. Where it cannot be
 * looked up, whoever says that the source is stopped is believed. */
static bool none_serves(struct job *j)
{
	enum { LOOK_AGAIN_MS = 1000 };
	if (none_seen(j))
		(void)os_wait_readable(-1, -1, LOOK_AGAIN_MS);
	else
		return !j->seen && j->stopped;
	return none_seen(j);
}

static bool still(void *arg)
{
	struct job *j = arg;
	if (store_is_url(j->from))
		return none_serves(j);
	if (!j->still) {
		enum err e = os_lock_take_beside(j->from, &j->still, NULL);
		j->unseen = e != OK && e != ERR_BUSY;
		return e == OK || (j->unseen && j->stopped);
	}
	return true;
}

static void say_caught_up(const struct job *j)
{
	if (j->seen)
		fprintf(stderr, j->zh ? "已追上。来源现由 %lld 个进程服务，全部停止后即可完成。\n"
		                      : "caught up: the source is served by %lld %s, and the copy completes itself\n",
		        (long long)j->servers, j->servers == 1 ? "process: stop it" : "processes: stop all of them");
	else if (j->unseen || store_is_url(j->from))
		fputs(j->zh ? "已追上。来源不再由任何进程服务时，请结束本命令并加 --stopped 再运行一次。\n"
		            : "caught up: when no process serves the source any more, end this and run it again with --stopped\n", stderr);
	else
		fputs(j->zh ? "已追上。停止来源的服务后即可完成。\n" : "caught up: stop the source's server, and the copy completes itself\n", stderr);
}

static void wait(void *arg)
{
	enum { ROUND_MS = 500 };
	struct job *j = arg;
	if (!j->caught_up)
		say_caught_up(j);
	j->caught_up = true;
	(void)os_wait_readable(-1, -1, ROUND_MS);
}

static void show(void *arg, uint64_t done, uint64_t total)
{
	struct job *j = arg;
	int64_t now = os_monotonic_us();
	if (!j->begun_us || done < j->begun_at) {
		j->begun_us = now;
		j->begun_at = done;
	}
	if (!j->terminal || !total || now - j->shown_us < 200000)
		return;
	j->shown_us = now;
	double rate = now > j->begun_us ? (double)(done - j->begun_at) * 1e6 / (double)(now - j->begun_us) : 0;
	fprintf(stderr, "\rcopy %llu of %llu, %.0f/s, %.0f s left \033[K", (unsigned long long)done, (unsigned long long)total, rate,
	        rate > 0 ? (double)(total - done) / rate : 0);
}

/* ---- doing it ---- */

static enum err open_source(struct job *j)
{
	struct casework_options reading = j->open;
	reading.reading = true;
	if (!store_is_url(j->from) && !os_file_exists(j->from)) {
		diag_arg(&j->d, str_of(j->from));
		return diag_set(&j->d, ERR_NOT_FOUND, "copy.no-source", "There is no database %s. Name it with --from.", j->from);
	}
	return casework_open(j->from, &reading, &j->source, &j->d);
}

static enum err copy_into(struct job *j, const struct casework_copy *o, struct casework_copied *out)
{
	struct casework *to = NULL;
	struct casework_options writing = j->open;
	writing.inline_writer = writing.fast = writing.copying = true;
	if (casework_has_record(j->to, &j->open))
		return casework_copy_again(j->source, j->to, &j->open, o, out, &j->d);
	enum err e = casework_open(j->to, &writing, &to, &j->d);
	if (e == OK)
		e = casework_copy(j->source, to, o, out, &j->d);
	casework_close(to);
	return e;
}

static enum err copy(struct job *j, struct casework_copied *out)
{
	struct casework_copy o = { .follow = j->follow, .still = still, .wait = wait, .arg = j, .progress = show, .progress_arg = j };
	enum err e = open_source(j);
	if (e == OK)
		e = copy_into(j, &o, out);
	if (e == ERR_IO && str_eqz(str_of(j->d.code), "copy.write"))
		diag_at(&j->d, str_of(j->to));
	casework_close(j->source);
	os_lock_drop(j->still);
	if (j->terminal)
		fputs("\r\033[K", stderr);
	return e == OK && !store_is_url(j->to) ? os_file_sync(j->to, &j->d) : e;
}

static void say_words(const struct job *j, const struct casework_copied *c)
{
	unsigned long long entries = c->head.seq;
	if (c->whole)
		printf(j->zh ? "已复制 %llu 条记录、%llu 行;两边一致,摘要 %s\n" : "%llu entries and %llu rows copied; both sides are the same, digest %s\n",
		       entries, (unsigned long long)c->rows, c->digest);
	else if (j->seen)
		printf(j->zh ? "尚未完成：已复制到第 %llu 条记录；来源仍由 %lld 个进程服务。全部停止后再运行一次。\n" :
		       "not complete: copied to entry %llu; the source is still served by %lld %s and run this again\n",
		       entries, (long long)j->servers, j->servers == 1 ? "process: stop it" : "processes: stop all of them");
	else if (j->unseen || store_is_url(j->from))
		printf(j->zh ? "尚未完成：已复制到第 %llu 条记录；无法知道来源是否已停止服务。确认没有任何进程服务它之后，加 --stopped 再运行一次。\n" :
		       "not complete: copied to entry %llu; it is not known whether the source is stopped. When no process serves it any more,"
		       " run this again with --stopped\n", entries);
	else
		printf(j->zh ? "尚未完成：已复制到第 %llu 条记录；来源仍在服务。停止其服务后再运行一次。\n" :
		       "not complete: copied to entry %llu; the source is still served: stop its server and run this again\n", entries);
}

static void say(const struct job *j, const struct casework_copied *c)
{
	struct buf b;
	struct json_writer w;
	if (!j->json) {
		say_words(j, c);
		return;
	}
	buf_init(&b, 1 << 12);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_bool(&w, "whole", c->whole);
	json_pair_i64(&w, "entries", (int64_t)c->head.seq);
	json_pair_i64(&w, "rows", (int64_t)c->rows);
	json_pair_str(&w, "digest", str_of(c->digest));
	if (j->seen)
		json_pair_i64(&w, "served_by", j->servers);
	json_end(&w);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_release(&b);
}

static int run(struct job *j)
{
	struct casework_copied c;
	if (!j->from || !j->to)
		return app_refuse("copy", j->from ? "--to" : "--from", "a value is missing; --help explains");
	j->open.data_dir = app_data_dir(&j->a);
	WEB_ROOMS_INTO(j->open);
	if (!j->open.data_dir)
		return app_refuse("copy", NULL, "the program's data are not where it looks for them; set BANJIE_DATA");
	enum err e = copy(j, &c);
	if (e != OK)
		return app_report_in("copy", j->zh, e, &j->d);
	say(j, &c);
	return c.whole ? APP_DONE : NOT_COMPLETE;
}

int app_cmd_copy(int argc, char **argv)
{
	struct job j = { .terminal = os_tty(2) };
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
