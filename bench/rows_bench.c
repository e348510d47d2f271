/* rows_bench.c - what it takes to prove the rows of a city: time and memory of making them anew from the record and comparing, beside reading the
 * record from end to end; with a tenth of the cases and with all of them, in one run. Memory must not grow with the cases.
 *
 * usage: rows_bench FOLDER CASES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/casework_int.h"
#include "tests/unit/casework/kernel.h"

enum { OPEN_ONES = 10 }; /* one in so many is still open */

/* The most memory since it was last asked, in KiB: the kernel counts anew when told to. */
static long peak_kib(void)
{
	char line[128];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	f = fopen("/proc/self/clear_refs", "w");
	if (f) {
		fputs("5", f);
		fclose(f);
	}
	return kib;
}

static enum err newest_step(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, "SELECT max(id) FROM step_open WHERE ?1=1", 1, 0);
	return OK;
}

static bool one_case(struct kernel *k, int64_t citizen, int64_t wang, int64_t n)
{
	char key[32], json[256];
	int64_t step = 0;
	snprintf(key, sizeof key, "k%lld", (long long)n);
	if (!kernel_submit(k, citizen, key).len)
		return false;
	if (n % OPEN_ONES == 0)
		return true;
	if (casework_read(k->cw, newest_step, &step) != OK)
		return false;
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\",\"opinion\":\"材料齐全,现场核查合格,准予许可。\"}", (long long)step);
	return kernel_do(k, wang, "", "step.complete", json) == OK;
}

static bool fill(struct kernel *k, int64_t citizen, int64_t from, int64_t to)
{
	int64_t wang = kernel_person(k, "wang");
	for (int64_t n = from; n < to; n++) {
		struct arena_mark mark = arena_save(&k->a);
		if (n % 1000 == 0)
			os_clock_set(&k->clock, KERNEL_START_MS + n * 1000);
		if (!one_case(k, citizen, wang, n))
			return false;
		arena_rewind(&k->a, mark);
	}
	return true;
}

typedef enum err (*proof_fn)(struct casework *cw, casework_progress p, void *arg, uint64_t *count, struct diag *d);

struct figures { double seconds; long kib; uint64_t count; };

static bool prove(struct kernel *k, proof_fn proof, struct figures *f)
{
	struct diag d;
	diag_init(&d);
	(void)peak_kib();
	int64_t began = os_monotonic_us();
	enum err e = proof(k->cw, NULL, NULL, &f->count, &d);
	f->seconds = (double)(os_monotonic_us() - began) / 1e6;
	f->kib = peak_kib();
	if (e != OK)
		printf("the bench is wrong: %s\n", d.text);
	return e == OK;
}

/* As `banjie verify` opens it: to read. */
static bool measure(struct kernel *k, int64_t cases, struct figures *rows)
{
	struct figures record;
	struct casework_options reading = { .clock = &k->clock, .data_dir = PROJECT_ROOT, .inline_writer = true, .reading = true };
	casework_close(k->cw);
	if (casework_open(k->path, &reading, &k->cw, NULL) != OK || !prove(k, casework_verify, &record) || !prove(k, casework_rebuild_check, rows))
		return false;
	casework_close(k->cw);
	if (!kernel_open(k, k->path))
		return false;
	printf("verify_%lld_cases %.2f s, %llu entries, memory at most %ld MiB\n", (long long)cases, record.seconds, (unsigned long long)record.count, record.kib / 1024);
	printf("rows_%lld_cases %.2f s, %llu rows, memory at most %ld MiB, ratio %.1f of verify\n", (long long)cases, rows->seconds,
	       (unsigned long long)rows->count, rows->kib / 1024, rows->seconds / record.seconds);
	fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	struct kernel k = { .cw = NULL };
	struct figures few, all;
	char db[256];
	if (argc < 3)
		return 2;
	int64_t cases = atoll(argv[2]);
	snprintf(db, sizeof db, "%s/rows.db", argv[1]);
	if (!kernel_begin(&k, db))
		return 1;
	int64_t citizen = kernel_citizen(&k, "zhang");
	if (!fill(&k, citizen, 0, cases / 10) || !measure(&k, cases / 10, &few) || !fill(&k, citizen, cases / 10, cases) || !measure(&k, cases, &all))
		return 1;
	printf("rows_memory ratio %.2f of a tenth of the cases\n", (double)all.kib / (double)few.kib);
	kernel_end(&k);
	return 0;
}
