/* place.h - a file that the tests of pressed texts open again and again. */
#ifndef TESTS_STORE_PLACE_FILE_H
#define TESTS_STORE_PLACE_FILE_H

#include <stdio.h>
#include <unistd.h>

#include "store/store.h"

/* What a schema with pressed columns has beside them; the columns are named by whoever uses it. */
#define PLACE_PRESSES \
	"CREATE TABLE press_column(tab TEXT NOT NULL, col TEXT NOT NULL, PRIMARY KEY(tab, col)) WITHOUT ROWID;" \
	"CREATE TABLE press_dictionary(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, bytes BLOB NOT NULL, digest BLOB NOT NULL);" \
	"CREATE TABLE said(words TEXT); CREATE VIEW press_words AS SELECT words AS text FROM said;"

struct place { char path[128]; struct store *s; void (*turned)(void *arg); };

static bool place_again(struct place *p, const struct store_migration *schema, bool inline_writer)
{
	struct store_options o = { .inline_writer = inline_writer, .durable = false, .turned = p->turned };
	return store_open(p->path, &o, &p->s, NULL) == OK && store_migrate(p->s, "kernel", schema, 1, NULL) == OK;
}

static void place_remove(struct place *p)
{
	char beside[160];
	store_close(p->s);
	unlink(p->path);
	for (int i = 0; i < 2; i++) {
		snprintf(beside, sizeof beside, "%s%s", p->path, i ? "-wal" : "-shm");
		unlink(beside);
	}
}

#endif
