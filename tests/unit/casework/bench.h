/* bench.h - the kernel's small office with a key and archives beside it, for tests of what is carried out of a store and back. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include "casework/backup.h"
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

/* A small office, a key, and archives beside it. */
struct bench {
	struct kernel k;
	const char *dir;
	char db[160], key_path[160], full[160], inc[4][160], out[160];
	struct archive_key key;
	struct casework_archive a[5]; /* the full one, then the increments */
	size_t archives;
	int64_t citizen;
};

__attribute__((unused)) static bool bench_begin(struct bench *b)
{
	*b = (struct bench){ .archives = 0 };
	b->dir = test_folder("backup");
	snprintf(b->db, sizeof b->db, "%s/city.db", b->dir);
	snprintf(b->key_path, sizeof b->key_path, "%s/key", b->dir);
	snprintf(b->full, sizeof b->full, "%s/full", b->dir);
	snprintf(b->out, sizeof b->out, "%s/out.db", b->dir);
	for (size_t i = 0; i < 4; i++)
		snprintf(b->inc[i], sizeof b->inc[i], "%s/inc%zu", b->dir, i);
	if (!kernel_begin(&b->k, b->db) || archive_key_make(b->key_path, &b->key, NULL) != OK)
		return false;
	b->citizen = kernel_citizen(&b->k, "zhang");
	return b->citizen != 0;
}

__attribute__((unused)) static void bench_end(struct bench *b)
{
	kernel_end(&b->k);
	test_folder_remove(b->dir);
}

__attribute__((unused)) static enum err bench_backup(struct bench *b, bool increment, struct diag *d)
{
	struct casework_backup o = { .path = increment ? b->inc[b->archives - 1] : b->full, .key = &b->key,
	                             .base = increment ? &b->a[b->archives - 1] : NULL };
	TRY(casework_backup(b->k.cw, &o, &b->a[b->archives], d));
	b->archives++;
	return OK;
}

__attribute__((unused)) static struct casework_options bench_opening(void)
{
	return (struct casework_options){ .data_dir = PROJECT_ROOT };
}

__attribute__((unused)) static enum err bench_restore(struct bench *b, int64_t until_ms, struct casework_restored *out, struct diag *d)
{
	const char *archives[5] = { b->full };
	struct casework_options open = bench_opening();
	for (size_t i = 1; i < b->archives; i++)
		archives[i] = b->inc[i - 1];
	struct casework_restore o = { .archives = archives, .count = b->archives, .key = &b->key, .until_ms = until_ms, .open = &open };
	return casework_restore(b->out, &o, out, d);
}

__attribute__((unused)) static bool bench_state(struct casework *cw, bool workspace, char digest[65])
{
	uint64_t rows;
	return casework_state(cw, workspace, digest, &rows, NULL) == OK;
}

__attribute__((unused)) static struct casework *bench_open_as(struct bench *b, bool copying)
{
	struct casework *cw = NULL;
	struct casework_options o = { .clock = &b->k.clock, .data_dir = PROJECT_ROOT, .inline_writer = true, .copying = copying };
	return casework_open(b->out, &o, &cw, NULL) == OK ? cw : NULL;
}

__attribute__((unused)) static struct casework *bench_open(struct bench *b)
{
	return bench_open_as(b, false);
}

#endif
