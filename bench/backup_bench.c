/* backup_bench.c - MB/s of backup, check, restore, verify and copy beside copying the file's bytes and SQLite's own VACUUM INTO, of one
 * database made through the kernel, in one run. Wall and processor time: on a busy machine the second one counts.
 *
 * usage: backup_bench FOLDER ENTRIES
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "casework/backup.h"
#include "os/os.h"
#include "tests/unit/casework/kernel.h"

static char db[256], path[256], key_path[256];

static const char *in(const char *dir, const char *name, char *to, size_t n)
{
	snprintf(to, n, "%s/%s", dir, name);
	return to;
}

static int64_t cpu_us(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int64_t wall, cpu;
static void go(void) { wall = os_monotonic_us(); cpu = cpu_us(); }
static double reference;
static void say(const char *what, double mb)
{
	double w = (double)(os_monotonic_us() - wall) / 1e6, c = (double)(cpu_us() - cpu) / 1e6;
	printf("%-28s %7.1f MB/s, %7.1f MB per processor second", what, mb / w, mb / c);
	if (reference > 0)
		printf(", %.2f of VACUUM INTO's", mb / c / reference);
	printf("\n");
	fflush(stdout);
}

static void heard(void *arg, const struct casework_event *e)
{
	*(int64_t *)arg = (int64_t)e->seq;
}

/* Cases applied for and noted on: entries and rows in the proportions of the kernel. */
static bool fill(struct kernel *k, int64_t entries)
{
	int64_t seq = 0;
	if (casework_listen(k->cw, "", heard, &seq) != OK)
		return false;
	int64_t citizen = kernel_citizen(k, "zhang");
	char key[32], note[400];
	for (int64_t n = 0; seq < entries; n++) {
		struct arena_mark mark = arena_save(&k->a);
		snprintf(key, sizeof key, "k%lld", (long long)n);
		struct str no = kernel_submit(k, citizen, key);
		if (!no.len)
			return false;
		snprintf(note, sizeof note, "{\"case_no\":\"%.*s\",\"text\":\"已与申请人电话沟通,材料齐全,现场核查安排在下周二上午,由两名检查员共同前往。\"}", STR_ARG(no));
		for (int i = 0; i < 4; i++)
			if (kernel_do(k, kernel_person(k, "wang"), "", "case.note", note) != OK)
				return false;
		arena_rewind(&k->a, mark);
	}
	return true;
}

static double copy_bytes(const char *from, const char *to)
{
	char piece[1 << 16];
	size_t n, all = 0;
	FILE *in_ = fopen(from, "rb"), *out = fopen(to, "wb");
	while (in_ && out && (n = fread(piece, 1, sizeof piece, in_)) > 0)
		all += fwrite(piece, 1, n, out);
	if (in_)
		fclose(in_);
	if (out && fclose(out) == 0 && os_file_sync(to, NULL) != OK)
		all = 0;
	return (double)all / 1e6;
}

static bool yes(void *arg) { (void)arg; return true; }
static void no_wait(void *arg) { (void)arg; }

int main(int argc, char **argv)
{
	struct kernel k = { .cw = NULL };
	struct archive_key key;
	struct casework_archive made, read;
	struct casework_restored r;
	struct casework_options open = { .data_dir = PROJECT_ROOT };
	uint64_t n;
	if (argc < 3)
		return 2;
	const char *dir = argv[1];
	in(dir, "bench.db", db, sizeof db);
	if (!kernel_begin(&k, db) || !fill(&k, atoll(argv[2])) || archive_key_make(in(dir, "key", key_path, sizeof key_path), &key, NULL) != OK)
		return 1;
	casework_close(k.cw);
	struct casework_options reading = { .clock = &k.clock, .data_dir = PROJECT_ROOT, .reading = true };
	if (casework_open(db, &reading, &k.cw, NULL) != OK)
		return 1;
	double mb = (double)os_file_size(db) / 1e6;

	go();
	copy_bytes(db, in(dir, "cp", path, sizeof path));
	say("cp, synced", mb);
	sqlite3 *plain;
	char sql[300];
	snprintf(sql, sizeof sql, "VACUUM INTO '%s/vacuum'", dir);
	go();
	if (sqlite3_open(db, &plain) != SQLITE_OK || sqlite3_exec(plain, sql, NULL, NULL, NULL) != SQLITE_OK)
		return 1;
	sqlite3_close(plain);
	say("VACUUM INTO", mb);
	reference = mb / ((double)(cpu_us() - cpu) / 1e6);

	const char *archive = in(dir, "full", path, sizeof path);
	struct casework_backup b = { .path = archive, .key = &key };
	go();
	if (casework_backup(k.cw, &b, &made, NULL) != OK)
		return 1;
	say("backup, full", mb);
	go();
	if (casework_archive_check(archive, &key, NULL, NULL, &read, NULL) != OK)
		return 1;
	say("check of the backup", mb);
	char out[256];
	struct casework_restore ro = { .archives = &archive, .count = 1, .key = &key, .until_ms = INT64_MAX, .open = &open };
	go();
	if (casework_restore(in(dir, "restored.db", out, sizeof out), &ro, &r, NULL) != OK)
		return 1;
	say("restore, proved", mb);
	go();
	if (casework_verify(k.cw, NULL, NULL, &n, NULL) != OK)
		return 1;
	say("verify", mb);
	printf("%llu entries, %.1f MB, backup %.1f MB (%.2f), memory at most %ld MB\n", (unsigned long long)n, mb, (double)made.bytes / 1e6,
	       (double)made.bytes / 1e6 / mb, ({ struct rusage u; getrusage(RUSAGE_SELF, &u); u.ru_maxrss / 1024; }));
	struct casework *to;
	struct casework_options writing = { .clock = &k.clock, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
	struct casework_copy co = { .still = yes, .wait = no_wait };
	struct casework_copied copied;
	if (casework_open(in(dir, "copied.db", out, sizeof out), &writing, &to, NULL) != OK)
		return 1;
	go();
	enum err e = casework_copy(k.cw, to, &co, &copied, NULL);
	say("copy, both sides compared", mb);
	casework_close(to);
	kernel_end(&k);
	return e != OK;
}
