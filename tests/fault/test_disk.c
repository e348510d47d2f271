/* test_disk.c - whatever the disk does, what was acknowledged is there or the process says clearly that it cannot go on.
 *
 * A scripted workload of commands runs over a simulated disk (disk.h); the fault strikes at the n-th call, for every n that the workload
 * makes (a sample of them unless BANJIE_TEST_LONG is set). Afterwards the machine is started again and the record is questioned.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/fault/disk.h"
#include "tests/unit/casework/kernel.h"

enum { COMMANDS = 5, SAMPLE = 20 };

struct run {
	struct kernel k;
	int64_t citizen;
	struct str case_no[COMMANDS]; /* of the commands that were acknowledged */
	bool acknowledged[COMMANDS];
	int refused;
};

static char dir[64], path[96];

static bool place(void)
{
	snprintf(dir, sizeof dir, "%s/banjie-disk-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(dir))
		return false;
	snprintf(path, sizeof path, "%s/city.db", dir);
	return true;
}

static void leave(void)
{
	disk_wipe();
	CHECK(os_dir_remove(dir, NULL) == OK);
}

static bool open_system(struct kernel *k, struct diag *d, enum err *e)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .inline_writer = true };
	*e = casework_open(path, &o, &k->cw, d);
	return *e == OK;
}

/* The office once, for all runs. */
static bool office(void)
{
	struct kernel k = { .cw = NULL };
	struct diag d;
	enum err e;
	os_clock_virtual(&k.clock, KERNEL_START_MS);
	os_entropy_seeded(&k.entropy, 7);
	arena_init(&k.a, 256 << 20);
	diag_init(&d);
	bool ok = open_system(&k, &d, &e) &&
	          kernel_do(&k, 0, "", "region.put", "{\"code\":\"990100\",\"name\":\"云溪市\",\"level\":3}") == OK &&
	          kernel_do(&k, 0, "", "organ.put", "{\"code\":\"O1\",\"name\":\"市场监管局\",\"name_en\":\"Market office\",\"region\":\"990100\"}") == OK &&
	          kernel_put_person(&k, "wang", "王审查") && kernel_put_person(&k, "li", "李主任") &&
	          kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\"}") == OK &&
	          kernel_do(&k, 0, "", "post.put", "{\"code\":\"P2\",\"organ\":\"O1\",\"role\":\"head\",\"name\":\"主任\",\"a\":\"li\"}") == OK &&
	          kernel_put_pack(&k) == OK &&
	          kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"食品\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\"}") == OK &&
	          kernel_citizen(&k, "zhang");
	kernel_end(&k);
	disk_save();
	return ok;
}

static bool medium_lies(enum disk_fault f);

/* What is read is read when the system is opened: faults of reading may strike there already. */
static bool strikes_at_once(enum disk_fault f)
{
	return f == DISK_READ_ERROR || f == DISK_SHORT_READ || f == DISK_BIT;
}

/* False with r->k.cw NULL: it was refused, clearly, and must be while the medium lies. */
static bool begin(struct run *r, enum disk_fault f, uint64_t n)
{
	struct diag d;
	enum err e;
	*r = (struct run){ .refused = 0 };
	os_clock_virtual(&r->k.clock, KERNEL_START_MS + 1000);
	os_entropy_seeded(&r->k.entropy, 8);
	arena_init(&r->k.a, 256 << 20);
	diag_init(&d);
	disk_load();
	if (strikes_at_once(f))
		disk_arm(f, n, 42);
	if (!open_system(&r->k, &d, &e)) {
		CHECK(disk_fired());
		CHECK(d.code[0] != 0);
		disk_disarm();
		r->k.cw = NULL;
		diag_init(&d);
		if (medium_lies(f) || !open_system(&r->k, &d, &e)) {
			CHECK(medium_lies(f)); /* a fault that is over is over */
			r->k.cw = NULL;
			return false;
		}
	}
	if (!strikes_at_once(f))
		disk_arm(f, n, 42);
	r->citizen = kernel_person(&r->k, "zhang");
	return r->citizen != 0;
}

static void key_of(int i, char key[16])
{
	snprintf(key, 16, "key-%d", i);
}

/* Each command once; one that was not acknowledged may have been refused, never answered wrongly. */
static void work(struct run *r)
{
	for (int i = 0; i < COMMANDS; i++) {
		char key[16];
		key_of(i, key);
		os_clock_set(&r->k.clock, KERNEL_START_MS + 2000 + i);
		if (r->acknowledged[i])
			continue;
		struct str no = kernel_submit(&r->k, r->citizen, key);
		r->acknowledged[i] = no.len != 0;
		r->case_no[i] = no;
		if (!no.len) {
			CHECK(r->k.r.diag.code[0] != 0); /* said so, in words */
			r->refused++;
		}
	}
}

/* The machine is up again: the record verifies, rows are what it says, and each acknowledged command is answered as it was. */
static void question(struct run *r, bool lying_disk)
{
	struct diag d;
	enum err e;
	uint64_t n;
	diag_init(&d);
	casework_close(r->k.cw);
	r->k.cw = NULL;
	if (!open_system(&r->k, &d, &e)) {
		r->k.cw = NULL;
		CHECK(d.code[0] != 0);
		CHECK(lying_disk); /* a disk that keeps its word never makes it refuse */
		return;
	}
	e = casework_verify(r->k.cw, NULL, NULL, &n, &d);
	if (lying_disk && e == ERR_CORRUPT)
		return; /* told, and named */
	CHECK_INT(e, OK);
	e = casework_rebuild_check(r->k.cw, NULL, NULL, &n, &d);
	if (lying_disk && e == ERR_CORRUPT)
		return;
	CHECK_INT(e, OK);
	if (e != OK)
		printf("  %s: %s\n", d.code, d.text);
	for (int i = 0; i < COMMANDS; i++) {
		char key[16];
		key_of(i, key);
		if (!r->acknowledged[i])
			continue;
		struct str again = kernel_submit(&r->k, r->citizen, key);
		CHECK(again.len != 0);
		if (!lying_disk)
			CHECK(str_eq(again, r->case_no[i]));
	}
}

static uint64_t calls_of(enum disk_fault f)
{
	struct run r;
	if (!begin(&r, f, UINT64_MAX))
		return 0;
	work(&r);
	uint64_t n = disk_calls();
	disk_disarm();
	kernel_end(&r.k);
	return n;
}

static bool machine_stops(enum disk_fault f)
{
	return f == DISK_CRASH || f == DISK_TORN || f == DISK_LOST_SYNC;
}

/* It says that all is well when it is not: then the record is a true beginning, or it is told that it is not. */
static bool medium_lies(enum disk_fault f)
{
	return f == DISK_LOST_SYNC || f == DISK_SHORT_READ || f == DISK_BIT;
}

static void one(enum disk_fault f, uint64_t n)
{
	struct run r;
	char row[64];
	snprintf(row, sizeof row, "%s at call %llu", disk_fault_name(f), (unsigned long long)n);
	ROW(row);
	if (!begin(&r, f, n)) {
		CHECK(medium_lies(f));
		kernel_end(&r.k);
		return;
	}
	work(&r);
	CHECK(disk_fired());
	if (machine_stops(f)) {
		casework_close(r.k.cw);
		r.k.cw = NULL;
		disk_crash();
	} else {
		disk_disarm();
		disk_room_again();
		if (!medium_lies(f)) {
			work(&r); /* the fault is over: what was refused is carried out now */
			for (int i = 0; i < COMMANDS; i++)
				CHECK(r.acknowledged[i]);
		}
	}
	question(&r, medium_lies(f));
	kernel_end(&r.k);
	ROW(NULL);
}

static void sweep(enum disk_fault f)
{
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	REQUIRE(place());
	REQUIRE(office());
	uint64_t calls = calls_of(f), step = getenv("BANJIE_TEST_LONG") || calls < SAMPLE ? 1 : calls / SAMPLE;
	CHECK(f == DISK_NONE || calls > 0);
	for (uint64_t n = 1; n <= calls && test_bad < 20; n += step)
		one(f, n);
	if (getenv("BANJIE_TEST_LONG"))
		printf("  %s: %llu places\n", disk_fault_name(f), (unsigned long long)calls);
	leave();
}

TEST(the_machine_stops_and_unsynced_writes_are_gone) { sweep(DISK_CRASH); }
TEST(the_machine_stops_and_writes_are_torn) { sweep(DISK_TORN); }
TEST(syncs_that_lie_are_found_out_or_leave_a_true_beginning) { sweep(DISK_LOST_SYNC); }
TEST(a_write_that_fails) { sweep(DISK_WRITE_ERROR); }
TEST(no_room_for_a_moment) { sweep(DISK_FULL_ONCE); }
TEST(no_room_until_somebody_makes_some) { sweep(DISK_FULL); }
TEST(a_sync_that_fails) { sweep(DISK_SYNC_ERROR); }
TEST(a_read_that_fails) { sweep(DISK_READ_ERROR); }
TEST(a_read_that_gives_half) { sweep(DISK_SHORT_READ); }
TEST(a_wrong_bit_is_found_out_or_was_in_nothing_that_matters) { sweep(DISK_BIT); }

TEST_MAIN
