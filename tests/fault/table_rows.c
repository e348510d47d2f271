/* table_rows.c - table_rows STORE: every table of a database, how many rows it has and their digest, a line each. What two stores keep
 * differently and tell alike (a pressed text) is alike here. */
#include <stdio.h>

#include "store/store.h"
#include "store/tables.h"

struct listing { struct arena *a; struct diag *d; };

static enum err print_tables(void *arg, struct store_conn *c)
{
	struct listing *l = arg;
	struct store_table *tables;
	size_t count;
	char hex[2 * TABLE_DIGEST + 1];
	TRY(store_tables(c, l->a, &tables, &count, l->d));
	for (size_t i = 0; i < count; i++) {
		struct table_digest digest;
		TRY(table_read(c, &tables[i], NULL, NULL, NULL, &digest, l->d));
		table_digest_hex(&digest, hex);
		printf("%.*s %llu %s\n", STR_ARG(tables[i].name), (unsigned long long)digest.rows, hex);
	}
	return OK;
}

int main(int argc, char **argv)
{
	struct store_options o = { .inline_writer = true, .reading = true, .durable = true };
	struct store *s = NULL;
	struct arena a;
	struct diag d;
	diag_init(&d);
	arena_init(&a, 16 << 20);
	enum err e = argc == 2 ? store_open(argv[1], &o, &s, &d) : ERR_INVALID;
	if (e == OK) {
		e = store_run(s, print_tables, &(struct listing){ &a, &d });
		store_close(s);
	}
	if (e != OK)
		fprintf(stderr, "table_rows: %s\n", d.text);
	arena_release(&a);
	return e != OK;
}
