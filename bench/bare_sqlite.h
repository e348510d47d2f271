/* bare_sqlite.h - the reference for the server's rate: the very rows that a run has added,
 * written again by SQLite alone. */
#ifndef BENCH_BARE_SQLITE_H
#define BENCH_BARE_SQLITE_H

#include <stdbool.h>
#include <stdint.h>

struct bare_figures {
	int64_t rows, took_us, cpu_us;
	int64_t written;       /* bytes handed to the disk, the log and the file */
	int64_t checkpoint_us; /* of all of it, in one piece */
};

/* Reads every row of `after` that `before` lacks, then inserts them into `before`, `batch`
 * commands' share of rows a transaction, WAL and synchronous=FULL as the server does. `pressed`: texts that stand pressed in the file are written so; else as texts. -1 with a message on failure. `before` is changed. */
int bare_sqlite(const char *before, const char *after, int64_t commands, int64_t batch, bool pressed, struct bare_figures *out);

#endif
