/* test_offices.c - an office that lives by chance (tests/fault/office.h) on a server, served by two processes: commands go through one or the other, and both
 * must say what a third says that was just begun. Runs beside a server only (tools/with-postgresql).
 */
#include <stdlib.h>

#include "tests/fault/office_views.h"

enum { PROCESSES = 2 };

static struct casework *open_one(struct office *o)
{
	struct casework_options options = { .clock = &o->k.clock, .entropy = &o->k.entropy, .data_dir = PROJECT_ROOT, .rooms = o->k.rooms, .rooms_count = o->k.rooms_count };
	struct casework *cw = NULL;
	struct diag d;
	diag_init(&d);
	if (casework_open(o->k.path, &options, &cw, &d) != OK)
		printf("  %s\n", d.text);
	return cw;
}

static enum err read_head(void *arg, struct store_conn *c) { return record_head(c, arg); }

/* Until a process has heard of all that was done. */
static bool hears_all(struct casework *cw)
{
	enum { PATIENCE = 500 };
	struct casework_head head;
	enum err e = casework_read(cw, read_head, &head);
	if (e != OK) {
		printf("  the head of the record: %s\n", err_name(e));
		return false;
	}
	for (int i = 0; i < PATIENCE; i++) {
		if (__atomic_load_n(&cw->news_seq, __ATOMIC_SEQ_CST) >= head.seq || atomic_load(&cw->told_seq) >= head.seq)
			return true;
		(void)os_wait_readable(-1, -1, 10);
	}
	printf("  of %llu entries it has heard %llu and made %llu\n", (unsigned long long)head.seq, (unsigned long long)cw->news_seq, (unsigned long long)cw->told_seq);
	return false;
}

static void a_working_day(struct office *o, struct casework *of[PROCESSES])
{
	for (unsigned n = 6 + chance(o, 10); n; n--) {
		struct deed d;
		o->k.cw = of[chance(o, PROCESSES)];
		office_choose(o, &d);
		enum err e = office_do(&o->k, &d);
		CHECK(e == OK || err_is_refusal(e));
		if (e == OK)
			office_expect(o, &d);
		o->done += e == OK;
		o->refused += e != OK;
	}
	int64_t to = os_now_ms(&o->k.clock) + (int64_t)chance(o, 30 * OFFICE_HOUR);
	for (int i = 0; i < PROCESSES; i++)
		if (casework_leads(of[i]))
			CHECK_INT(casework_advance(of[i], &o->k.clock, to, &o->k.r.diag), OK);
	os_clock_set(&o->k.clock, to);
}

static void same_everywhere(struct office *o, struct casework *of[PROCESSES], unsigned in)
{
	struct kernel fresh = o->k;
	arena_init(&fresh.a, 256 << 20);
	fresh.cw = open_one(o);
	REQUIRE(fresh.cw != NULL);
	for (int i = 0; i < PROCESSES; i++) {
		o->k.cw = of[i];
		CHECK(hears_all(of[i]));
		CHECK(office_as_expected(o));
		CHECK(office_same(o, &fresh, in));
	}
	casework_close(fresh.cw);
	arena_release(&fresh.a);
}

static void live(uint64_t number)
{
	struct office o;
	struct casework *of[PROCESSES] = { NULL };
	char row[40], name[24];
	struct diag d;
	uint64_t n;
	snprintf(row, sizeof row, "life %llu", (unsigned long long)number);
	snprintf(name, sizeof name, "offices-%llu", (unsigned long long)number);
	ROW(row);
	REQUIRE(office_build(&o, name));
	casework_close(o.k.cw);
	o.dice = number * 7919 + 1;
	for (int i = 0; i < PROCESSES; i++)
		REQUIRE((of[i] = open_one(&o)) != NULL);
	for (int day = 0; day < 8 && !test_bad; day++) {
		a_working_day(&o, of);
		if (day % 2)
			same_everywhere(&o, of, 12);
		arena_reset(&o.k.a);
	}
	diag_init(&d);
	CHECK_INT(casework_verify(of[0], NULL, NULL, &n, &d), OK);
	CHECK_INT(casework_rebuild_check(of[1], NULL, NULL, &n, &d), OK);
	CHECK(o.done > 10);
	for (int i = 0; i < PROCESSES; i++)
		casework_close(of[i]);
	arena_release(&o.k.a);
	arena_release(&o.keep);
	ROW(NULL);
}

TEST(every_process_of_an_office_says_what_one_says_that_was_just_begun)
{
	const char *from = getenv("BANJIE_TEST_SEED");
	int64_t seed = 1, lives = getenv("BANJIE_TEST_LONG") ? 20 : 1;
	if (!test_on_postgresql())
		SKIP("beside a server only");
	if (from)
		lives = str_to_i64(str_of(from), &seed);
	for (int64_t i = 0; i < lives && !test_bad; i++)
		live((uint64_t)(seed + i));
}

TEST_MAIN
