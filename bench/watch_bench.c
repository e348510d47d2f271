/* watch_bench.c - entries of the record judged a second with every shipped rule, beside reading the same entries from the same
 * database without judging. `watch_bench DB DATA`: DB a database with cases, DATA the folder that holds data/watch.
 *
 * Each rule is tried over the whole record, as the judge would ask it; all of them together is the sum of one fold and all tables. */
#include <stdio.h>

#include "casework/casework.h"
#include "os/os.h"
#include "watch/watch.h"
#include "web/rooms.h"

enum { RULES_MAX = 200, MEMORY_MAX = 512 << 20 };

struct run { struct casework *cw; struct arena a; struct str xml[RULES_MAX]; size_t count; };

static bool read_rules(struct run *r, const char *data, struct diag *d)
{
	struct str *names;
	size_t n;
	const char *folder = arena_printf(&r->a, "%s/data/watch", data).ptr;
	if (os_dir_list(&r->a, folder, &names, &n, d) != OK)
		return false;
	for (size_t i = 0; i < n && r->count < RULES_MAX; i++)
		if (str_ends(names[i], S(".dmn")) &&
		    os_file_read(&r->a, arena_printf(&r->a, "%s/%.*s", folder, STR_ARG(names[i])).ptr, 1 << 20, &r->xml[r->count], d) == OK)
			r->count++;
	return r->count > 0;
}

int main(int argc, char **argv)
{
	struct run r = { 0 };
	struct diag d;
	struct watch_measure m;
	if (argc != 3) {
		fprintf(stderr, "usage: watch_bench DB DATA\n");
		return 2;
	}
	diag_init(&d);
	arena_init(&r.a, MEMORY_MAX);
	struct casework_options o = { .inline_writer = true, .reading = true, .data_dir = argv[2] };
	WEB_ROOMS_INTO(o);
	if (casework_open(argv[1], &o, &r.cw, &d) != OK || !read_rules(&r, argv[2], &d) || watch_measure(r.cw, r.xml, r.count, &m, &d) != OK) {
		fprintf(stderr, "%s: %s\n", d.code, d.text);
		return 1;
	}
	printf("entries %lld rules %zu alerts %lld\n", (long long)m.entries, r.count, (long long)m.alerts);
	printf("bare_read_per_second %.0f\n", (double)m.entries * 1e6 / (double)m.read_us);
	printf("judged_per_second %.0f\n", (double)m.entries * 1e6 / (double)m.judge_us);
	printf("ratio %.3f of the bare rate\n", (double)m.read_us / (double)m.judge_us);
	casework_close(r.cw);
	arena_release(&r.a);
	return 0;
}
