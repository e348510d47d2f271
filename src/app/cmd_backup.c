/* cmd_backup.c - `banjie backup` and `banjie restore`: for the engineer, and for a timer of the machine. */
#include <stdio.h>

#include "app/app.h"
#include "calendar/calendar.h"
#include "vault/vault.h"
#include "web/rooms.h"

static const char help_backup[] =
	"usage: banjie backup --db STORE --to DIR|FILE.backup --key KEYFILE [options]\n"
	"       banjie backup --new-key KEYFILE\n"
	"       banjie backup --list DIR --key KEYFILE · banjie backup --check DIR|FILE --key KEYFILE\n"
	"\n"
	"One moment of the database, also while it is served: compressed, encrypted with the key of the office, and proved\n"
	"before it counts: a full backup is restored beside it and compared, an increment is read back.\n"
	"\n"
	"  --to DIR        into this folder, under a name of its own; the folder is made when it is not there\n"
	"  --to FILE.backup  a full one as this file; a name that does not end in .backup is a folder's\n"
	"  --incremental   only what came since the last one in the folder; full where there is none to follow\n"
	"  --keep N        afterwards keep the last N full ones with what follows them (default: all)\n"
	"  --quick         read back and compare, do not restore\n"
	"  --new-key FILE  makes a key. Keep a second copy of it away from this machine: without it no backup can be read\n"
	"  --list DIR      what is in the folder · --check: reads every byte of it\n"
	"  --json --lang zh|en\n"
	"\n"
	"Exit status 0: made and proved; 1: it failed; 2: refused.\n";

static const char help_restore[] =
	"usage: banjie restore --from DIR|FILE --to FILE --key KEYFILE [--at MOMENT] [--json] [--lang zh|en]\n"
	"\n"
	"Makes a database from backups; nothing is overwritten, and FILE appears only when it is proved: rows compared by\n"
	"digest, the chain of entries checked, what was replayed rebuilt from the record once more and compared.\n"
	"\n"
	"  --from DIR     the newest full backup and the increments after it; --from FILE: one full backup\n"
	"  --at MOMENT    the state at this RFC 3339 instant, such as 2026-03-31T12:00:00+08:00: entries after it are left out\n"
	"\n"
	"Everybody signs in again afterwards. Exit status 0: restored; 1: it failed; 2: refused.\n";

struct job {
	const char *name, *db, *to, *from, *key, *new_key, *list, *check, *keep, *at, *lang;
	bool incremental, quick, json, help, zh;
	int64_t keep_n, until_ms;
	struct arena a;
	struct diag d;
	struct archive_key k;
	struct casework_options open;
};

/* ---- options ---- */

static int read_options(struct job *j, int argc, char **argv)
{
	const struct app_choice choices[] = {
		{ "--incremental", &j->incremental, NULL }, { "--quick", &j->quick, NULL }, { "--json", &j->json, NULL }, { "--help", &j->help, NULL },
		{ "--db", NULL, &j->db }, { "--to", NULL, &j->to }, { "--from", NULL, &j->from }, { "--key", NULL, &j->key }, { "--new-key", NULL, &j->new_key },
		{ "--list", NULL, &j->list }, { "--check", NULL, &j->check }, { "--keep", NULL, &j->keep }, { "--at", NULL, &j->at }, { "--lang", NULL, &j->lang },
	};
	if (app_choices(j->name, argc, argv, choices, sizeof choices / sizeof *choices) != APP_DONE)
		return APP_REFUSED;
	if (j->keep && (!str_to_i64(str_of(j->keep), &j->keep_n) || j->keep_n < 1))
		return app_refuse(j->name, "--keep", "\"%s\" is not a whole number from 1", j->keep);
	j->until_ms = INT64_MAX;
	if (j->at && !calendar_instant_parse(str_of(j->at), &j->until_ms))
		return app_refuse(j->name, "--at", "\"%s\" is no instant such as 2026-03-31T12:00:00+08:00", j->at);
	return app_lang(j->name, j->lang, &j->zh);
}

static int told(struct job *j, enum err e)
{
	return app_report_in(j->name, j->zh, e, &j->d);
}

static int need_key(struct job *j)
{
	if (!j->key)
		return app_refuse(j->name, "--key", "name the office's key; banjie backup --new-key FILE makes one");
	enum err e = archive_key_read(j->key, &j->k, &j->d);
	return e == OK ? APP_DONE : told(j, e);
}

static int need_data(struct job *j)
{
	j->open.data_dir = app_data_dir(&j->a);
	WEB_ROOMS_INTO(j->open);
	return j->open.data_dir ? APP_DONE : app_refuse(j->name, NULL, "the program's data are not where it looks for them; set BANJIE_DATA");
}

/* ---- talking ---- */

static const char *moment(struct job *j, int64_t ms)
{
	struct buf b;
	buf_init_in(&b, &j->a, 64);
	if (!ms)
		return "-";
	calendar_instant_print(ms, 28800, &b);
	buf_byte(&b, 0);
	return b.ptr;
}

static void archive_json(struct job *j, struct json_writer *w, const char *path, const struct casework_archive *a)
{
	json_pair_str(w, "file", str_of(path));
	json_pair_str(w, "kind", a->base[0] ? S("increment") : S("full"));
	json_pair_str(w, "id", str_of(a->id));
	json_pair_str(w, "base", str_of(a->base));
	json_pair_str(w, "made_at", str_of(moment(j, a->made_ms)));
	json_pair_i64(w, "entries", (int64_t)a->head.seq);
	json_pair_str(w, "last_entry_at", str_of(moment(j, a->head.at_ms)));
	json_pair_i64(w, "bytes", a->bytes);
}

static void print_json(struct buf *b)
{
	printf("%.*s\n", STR_ARG(buf_str(b)));
	buf_release(b);
}

/* ---- a key ---- */

static int new_key(struct job *j)
{
	char name[17];
	enum err e = archive_key_make(j->new_key, &j->k, &j->d);
	if (e != OK)
		return told(j, e);
	archive_key_name(&j->k, name);
	fprintf(stderr, j->zh ? "密钥 %s 已写入 %s。请另存一份于他处:没有它,备份无法读取。\n" :
	        "The key %s is in %s. Keep a second copy of it away from this machine: without it no backup can be read.\n", name, j->new_key);
	return APP_DONE;
}

/* ---- making ---- */

static void say_made(struct job *j, const struct vault_made *m)
{
	struct buf b;
	struct json_writer w;
	if (j->json) {
		buf_init(&b, 1 << 16);
		json_writer_init(&w, &b);
		json_object(&w);
		archive_json(j, &w, m->path, &m->a);
		json_pair_i64(&w, "rows", (int64_t)m->a.rows);
		json_pair_bool(&w, "restored", m->restored);
		json_pair_i64(&w, "removed", (int64_t)m->removed);
		json_end(&w);
		print_json(&b);
		return;
	}
	printf(j->zh ? "%s\n%s备份:%llu 条记录至 %s,%llu 行,%lld 字节;%s\n" : "%s\n%s backup: %llu entries to %s, %llu rows, %lld bytes; %s\n", m->path,
	       j->zh ? (m->a.base[0] ? "增量" : "完整") : m->a.base[0] ? "incremental" : "full", (unsigned long long)m->a.head.seq, moment(j, m->a.head.at_ms),
	       (unsigned long long)m->a.rows, (long long)m->a.bytes,
	       m->restored ? (j->zh ? "已恢复并比对一致" : "restored and found the same") : j->zh ? "已读回核对" : "read back and found the same");
	if (m->removed)
		printf(j->zh ? "删除了 %zu 个旧备份\n" : "%zu older backups removed\n", m->removed);
}

/* A name that ends in .backup, or a file that is there, is one file. Any other is a folder, also one that is not there yet: the
 * command of a timer is the same the first time. */
static bool is_folder(const char *path)
{
	return os_dir_exists(path) || !(str_ends(str_of(path), S(".backup")) || os_file_exists(path));
}

static enum err make_file(struct job *j, struct casework *cw, struct app_meter *m, struct vault_made *out)
{
	struct vault_backup b = { .key = &j->k, .quick = j->quick, .open = &j->open, .progress = app_meter_show, .progress_arg = m };
	return vault_make_file(cw, &b, j->to, &j->a, out, &j->d);
}

static enum err make_in_folder(struct job *j, struct casework *cw, struct app_meter *m, struct vault_made *out)
{
	struct vault_backup b = { .dir = j->to, .key = &j->k, .incremental = j->incremental, .keep = j->keep_n, .quick = j->quick, .open = &j->open,
	                          .progress = app_meter_show, .progress_arg = m };
	return vault_make(cw, &b, &j->a, out, &j->d);
}

static int make(struct job *j)
{
	struct casework *cw = NULL;
	struct vault_made made = { .path = NULL };
	struct app_meter m = app_meter("backup", j->zh, false);
	const char *db = j->db ? j->db : "banjie.db";
	if (!j->to)
		return app_refuse(j->name, "--to", "say into which folder or file");
	if (j->incremental && !is_folder(j->to))
		return app_refuse(j->name, "--incremental", "an increment follows another backup: --to names the folder of both");
	if (j->keep && !is_folder(j->to))
		return app_refuse(j->name, "--keep", "old backups are removed from a folder: --to names it");
	struct casework_options open = j->open;
	open.reading = true;
	enum err e = store_is_url(db) || os_file_exists(db) ? OK :
	             diag_set(&j->d, ERR_NOT_FOUND, "store.no-file", "There is no database %s. Name it with --db.", db);
	diag_arg(&j->d, str_of(db));
	if (e == OK) {
		j->d.args = 0;
		e = casework_open(db, &open, &cw, &j->d);
	}
	if (e == OK)
		e = is_folder(j->to) ? make_in_folder(j, cw, &m, &made) : make_file(j, cw, &m, &made);
	app_meter_end(&m);
	casework_close(cw);
	if (e != OK)
		return told(j, e);
	say_made(j, &made);
	return APP_DONE;
}

/* ---- looking ---- */

static void say_file(struct job *j, const struct vault_file *f)
{
	if (f->why.err != OK)
		printf("%s\n  %s: %s\n", f->path, f->why.code, f->why.text);
	else
		printf("%s\n  %s %s, %llu %s %s\n", f->path, j->zh ? (f->a.base[0] ? "增量" : "完整") : f->a.base[0] ? "increment" : "full", moment(j, f->a.made_ms),
		       (unsigned long long)f->a.head.seq, j->zh ? "条记录至" : "entries to", moment(j, f->a.head.at_ms));
}

static void list_json(struct job *j, const struct vault_file *files, size_t count)
{
	struct buf b;
	struct json_writer w;
	buf_init(&b, 16 << 20);
	json_writer_init(&w, &b);
	json_array(&w);
	for (size_t i = 0; i < count; i++) {
		json_object(&w);
		json_pair_bool(&w, "ok", files[i].why.err == OK);
		if (files[i].why.err == OK) {
			archive_json(j, &w, files[i].path, &files[i].a);
		} else {
			json_pair_str(&w, "file", str_of(files[i].path));
			json_pair_str(&w, "code", str_of(files[i].why.code));
			json_pair_str(&w, "detail", str_of(files[i].why.text));
		}
		json_end(&w);
	}
	json_end(&w);
	print_json(&b);
}

static enum err files_of(struct job *j, const char *place, struct vault_file **files, size_t *count)
{
	if (os_dir_exists(place))
		return vault_list(&j->a, place, &j->k, files, count, &j->d);
	*files = arena_new(&j->a, struct vault_file);
	if (!*files)
		return ERR_NOMEM;
	(*files)->path = place;
	diag_init(&(*files)->why);
	*count = 1;
	return casework_archive_read(place, &j->k, &(*files)->a, &j->d);
}

static int look(struct job *j, const char *place, bool whole)
{
	struct vault_file *files;
	size_t count = 0, bad = 0;
	enum err e = files_of(j, place, &files, &count);
	if (e == OK && whole && !count) {
		diag_arg(&j->d, str_of(place));
		e = diag_set(&j->d, ERR_NOT_FOUND, "backup.nothing", "There is no backup in %s.", place);
	}
	if (e != OK)
		return told(j, e);
	for (size_t i = 0; i < count; i++) {
		struct app_meter m = app_meter("check", j->zh, false);
		if (whole && files[i].why.err == OK && casework_archive_check(files[i].path, &j->k, app_meter_show, &m, &files[i].a, &files[i].why) != OK &&
		    files[i].why.err == OK)
			return told(j, ERR_NOMEM);
		app_meter_end(&m);
		bad += files[i].why.err != OK;
		if (!j->json)
			say_file(j, &files[i]);
	}
	if (j->json)
		list_json(j, files, count);
	return bad ? APP_FAILED : APP_DONE;
}

int app_cmd_backup(int argc, char **argv)
{
	struct job j = { .name = "backup" };
	arena_init(&j.a, 64 << 20);
	diag_init(&j.d);
	int status = read_options(&j, argc, argv);
	if (status == APP_DONE && j.help)
		fputs(help_backup, stdout);
	else if (status == APP_DONE && j.new_key)
		status = new_key(&j);
	else if (status == APP_DONE && (status = need_key(&j)) == APP_DONE && (status = need_data(&j)) == APP_DONE)
		status = j.list ? look(&j, j.list, false) : j.check ? look(&j, j.check, true) : make(&j);
	arena_release(&j.a);
	return status;
}

/* ---- restoring ---- */

struct chosen { struct vault_file *files; size_t count; const char **paths; size_t n; };

static enum err archives_for(struct job *j, struct chosen *c)
{
	TRY(files_of(j, j->from, &c->files, &c->count));
	return vault_chain(&j->a, c->files, c->count, j->until_ms, &c->paths, &c->n, &j->d);
}

/* Could what cannot be used have brought more than was restored? Not where the last one used goes beyond the moment asked for. */
static bool missed(const struct job *j, const struct chosen *c, const struct vault_file *f, const struct casework_restored *r)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->files[i].path == c->paths[c->n - 1] && c->files[i].a.head.at_ms >= j->until_ms)
			return false;
	return f->why.err != OK && (!f->a.id[0] || f->a.head.seq > r->head.seq);
}

static void say_missed(const struct job *j, const struct chosen *c, const struct casework_restored *r)
{
	for (size_t i = 0; i < c->count; i++)
		if (missed(j, c, &c->files[i], r))
			fprintf(stderr, j->zh ? "未用：%s：%s\n" : "not used: %s: %s\n", c->files[i].why.code, c->files[i].why.text);
}

static void missed_json(const struct job *j, const struct chosen *c, const struct casework_restored *r, struct json_writer *w)
{
	json_key(w, S("not_used"));
	json_array(w);
	for (size_t i = 0; i < c->count; i++)
		if (missed(j, c, &c->files[i], r))
			json_put_str(w, str_of(c->files[i].path));
	json_end(w);
}

static void say_restored(struct job *j, const struct casework_restored *r, const struct chosen *c)
{
	size_t archives = c->n;
	struct buf b;
	struct json_writer w;
	if (!j->json) {
		printf(j->zh ? "%s:%llu 条记录至 %s,来自 %zu 个备份,重放 %llu 条;已核验\n" : "%s: %llu entries to %s, from %zu backups, %llu replayed; proved\n", j->to,
		       (unsigned long long)r->head.seq, moment(j, r->head.at_ms), archives, (unsigned long long)r->replayed);
		return;
	}
	buf_init(&b, 1 << 16);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_str(&w, "file", str_of(j->to));
	json_pair_i64(&w, "entries", (int64_t)r->head.seq);
	json_pair_str(&w, "last_entry_at", str_of(moment(j, r->head.at_ms)));
	json_pair_i64(&w, "archives", (int64_t)archives);
	json_pair_i64(&w, "replayed", (int64_t)r->replayed);
	missed_json(j, c, r, &w);
	json_end(&w);
	print_json(&b);
}

static int restore(struct job *j)
{
	struct chosen c = { .n = 0 };
	struct casework_restored r;
	struct app_meter m = app_meter("restore", j->zh, false);
	if (!j->from || !j->to)
		return app_refuse(j->name, j->from ? "--to" : "--from", "a value is missing; --help explains");
	if (store_is_url(j->to))
		return app_refuse(j->name, "--to", "a backup is restored into a file; banjie copy --from FILE --to %s brings it there", j->to);
	enum err e = archives_for(j, &c);
	if (e == OK) {
		struct casework_restore o = { .archives = c.paths, .count = c.n, .key = &j->k, .until_ms = j->until_ms, .open = &j->open, .progress = app_meter_show, .progress_arg = &m };
		e = casework_restore(j->to, &o, &r, &j->d);
	}
	app_meter_end(&m);
	if (e != OK)
		return told(j, e);
	say_restored(j, &r, &c);
	say_missed(j, &c, &r);
	return APP_DONE;
}

int app_cmd_restore(int argc, char **argv)
{
	struct job j = { .name = "restore" };
	arena_init(&j.a, 64 << 20);
	diag_init(&j.d);
	int status = read_options(&j, argc, argv);
	if (status == APP_DONE && j.help)
		fputs(help_restore, stdout);
	else if (status == APP_DONE && (status = need_key(&j)) == APP_DONE && (status = need_data(&j)) == APP_DONE)
		status = restore(&j);
	arena_release(&j.a);
	return status;
}
