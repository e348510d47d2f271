/* place.h - a file that the tests of pressed texts open again and again. */
#ifndef TESTS_STORE_PLACE_FILE_H
#define TESTS_STORE_PLACE_FILE_H

#include <stdio.h>
#include <unistd.h>

#include "store/store.h"

struct place { char path[128]; struct store *s; };

static bool place_again(struct place *p, const struct store_migration *schema, bool inline_writer)
{
	struct store_options o = { .inline_writer = inline_writer, .durable = false };
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
