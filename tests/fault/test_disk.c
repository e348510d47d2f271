/* test_disk.c - whatever the disk does, what was acknowledged is there or the process says clearly that it cannot go on.
 *
 * A scripted workload of commands runs over a simulated disk (disk.h); the fault strikes at the n-th call, for every n that the workload
 * makes (a sample of them unless BANJIE_TEST_LONG is set). Afterwards the machine is started again and the record is questioned.
 * Once with commands one by one, and once with several that share a commit on the writer's own thread.
 */
#include <stdlib.h>
#include <unistd.h>

#include "casework/backup.h"
#include "casework/room.h"
#include "tests/folder.h"
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

static const char *dir;
static char path[160];

static void place(void)
{
	dir = test_folder("disk");
	snprintf(path, sizeof path, "%s/city.db", dir);
}

static void leave(void)
{
	disk_wipe();
	test_folder_remove(dir);
}

static bool own_thread; /* of the writer */

static bool open_system(struct kernel *k, struct diag *d, enum err *e)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .inline_writer = !own_thread };
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
	return f == DISK_CRASH || f == DISK_TORN || f == DISK_FILES || f == DISK_LOST_SYNC;
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
	place();
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
TEST(the_machine_stops_and_some_files_are_on_the_disk) { sweep(DISK_FILES); }
TEST(syncs_that_lie_are_found_out_or_leave_a_true_beginning) { sweep(DISK_LOST_SYNC); }
TEST(a_write_that_fails) { sweep(DISK_WRITE_ERROR); }
TEST(no_room_for_a_moment) { sweep(DISK_FULL_ONCE); }
TEST(no_room_until_somebody_makes_some) { sweep(DISK_FULL); }
TEST(a_sync_that_fails) { sweep(DISK_SYNC_ERROR); }
TEST(a_read_that_fails) { sweep(DISK_READ_ERROR); }
TEST(a_read_that_gives_half) { sweep(DISK_SHORT_READ); }
TEST(a_wrong_bit_is_found_out_or_was_in_nothing_that_matters) { sweep(DISK_BIT); }

/* ---- killed behind a refusal ---- */

static enum err count_cases(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, "SELECT count(*) FROM case_open WHERE ?1=1", 1, -1);
	return OK;
}

static int64_t cases_there(struct kernel *k)
{
	int64_t n = -1;
	return casework_read(k->cw, count_cases, &n) == OK ? n : -1;
}

static bool killed_and_started_again(struct kernel *k)
{
	struct diag d;
	enum err e;
	diag_init(&d);
	disk_stop(false);
	casework_close(k->cw);
	disk_go_on();
	bool ok = open_system(k, &d, &e);
	k->cw = ok ? k->cw : NULL;
	return ok;
}

static bool acknowledged(struct run *r, const char *key)
{
	return kernel_submit(&r->k, r->citizen, key).len != 0;
}

/* What it wrote stands in the machine's memory, and whoever opens the file next would find it. */
TEST(a_command_refused_for_its_sync_is_not_there_when_the_process_is_killed_behind_it)
{
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	place();
	REQUIRE(office());
	uint64_t calls = calls_of(DISK_SYNC_ERROR);
	CHECK(calls >= COMMANDS);
	for (int later = 0; later <= 1; later++) /* with a command that is carried out in between, or not */
		for (uint64_t n = 1; n <= calls; n++) {
			struct run r;
			char row[64], key[16];
			int64_t told = 0;
			snprintf(row, sizeof row, "the sync of call %llu, then %s", (unsigned long long)n, later ? "another command" : "the kill");
			ROW(row);
			REQUIRE(begin(&r, DISK_SYNC_ERROR, n));
			for (int i = 0; i < COMMANDS && !disk_fired(); i++) {
				key_of(i, key);
				told += acknowledged(&r, key);
			}
			CHECK(disk_fired());
			told += later && acknowledged(&r, "later");
			REQUIRE(killed_and_started_again(&r.k));
			CHECK_INT(cases_there(&r.k), told);
			kernel_end(&r.k);
		}
	ROW(NULL);
	leave();
}

/* ---- several commands in one commit ---- */

/* The simulated disk knows no locks: the writer's thread and this one take turns, by the gate and by waiting for answers. */
struct told { struct batch *b; enum err err; char code[64], case_no[40]; };

enum { TOGETHER = 6 };

/* What is submitted while the writer stands at the gate is its next batch. */
struct batch {
	struct run *r;
	struct os_mutex lock;
	struct os_cond cond;
	bool at_gate, open;
	int answered;
	struct told told[TOGETHER];
};

/* Two of them are refused: one at once, one when its case is half written. */
static const struct { const char *data; bool refused; } together[TOGETHER] = {
	{ "{\"item\":\"I1\",\"form\":{\"name\":\"甲\"},\"applicant\":{\"name\":\"张三\"}}", false },
	{ "{\"item\":\"I1\",\"form\":{\"name\":\"乙\"},\"applicant\":{\"name\":\"张三\"}}", false },
	{ "{\"item\":\"no such item\",\"applicant\":{\"name\":\"张三\"}}", true },
	{ "{\"item\":\"I1\",\"form\":{\"name\":\"丙\"},\"applicant\":{\"name\":\"张三\"}}", false },
	{ "{\"item\":\"I1\",\"applicant\":{\"name\":\"张三\"},\"documents\":[{\"document\":999,\"material\":\"m\"}]}", true },
	{ "{\"item\":\"I1\",\"form\":{\"name\":\"丁\"},\"applicant\":{\"name\":\"张三\"}}", false },
};

static void stand_at_gate(void *arg, const struct casework_event *e)
{
	struct batch *b = arg;
	if (!str_eqz(e->kind, "setting.put"))
		return;
	os_mutex_lock(&b->lock);
	b->at_gate = true;
	os_cond_broadcast(&b->cond);
	while (!b->open)
		os_cond_wait(&b->cond, &b->lock);
	os_mutex_unlock(&b->lock);
}

static void answer(void *arg, const struct casework_result *r)
{
	struct told *t = arg;
	os_mutex_lock(&t->b->lock);
	t->err = r->err;
	snprintf(t->code, sizeof t->code, "%s", r->err == OK ? "" : r->diag.code);
	snprintf(t->case_no, sizeof t->case_no, "%.*s", STR_ARG(json_text(json_get(r->data, "case_no"))));
	t->b->answered++;
	os_cond_broadcast(&t->b->cond);
	os_mutex_unlock(&t->b->lock);
}

static void unheard(void *arg, const struct casework_result *r)
{
	(void)arg;
	(void)r;
}

static enum err submit_data(struct kernel *k, int64_t person, const char *key, const char *name, const struct json *data,
                            void (*done)(void *arg, const struct casework_result *r), void *arg)
{
	struct casework_command c = { .name = str_of(name), .key = str_of(key), .data = data, .actor = { .person = person, .system = person == 0 } };
	return casework_submit(k->cw, &c, done, arg);
}

static enum err submit(struct kernel *k, int64_t person, const char *key, const char *name, const char *json,
                       void (*done)(void *arg, const struct casework_result *r), void *arg)
{
	const struct json *data = NULL;
	if (json_read(&k->a, str_of(json), &data, NULL) != OK)
		return ERR_INVALID;
	return submit_data(k, person, key, name, data, done, arg);
}

static void shut_gate(struct batch *b)
{
	struct kernel *k = &b->r->k;
	os_mutex_init(&b->lock);
	os_cond_init(&b->cond);
	CHECK_INT(casework_listen(k->cw, "", stand_at_gate, b), OK);
	CHECK_INT(submit(k, 0, "", "setting.put", "{\"name\":\"gate\",\"value\":1}", unheard, NULL), OK);
	os_mutex_lock(&b->lock);
	while (!b->at_gate)
		os_cond_wait(&b->cond, &b->lock);
	os_mutex_unlock(&b->lock);
	for (int i = 0; i < TOGETHER; i++)
		b->told[i].b = b;
}

/* Until so many are answered. */
static void open_gate(struct batch *b, int count)
{
	os_mutex_lock(&b->lock);
	b->open = true;
	os_cond_broadcast(&b->cond);
	while (b->answered < count)
		os_cond_wait(&b->cond, &b->lock);
	os_mutex_unlock(&b->lock);
	casework_unlisten(b->r->k.cw, stand_at_gate, b);
}

/* All of them in one batch, the fault armed just before it begins. */
static void run_together(struct batch *b, enum disk_fault f, uint64_t n)
{
	shut_gate(b);
	for (int i = 0; i < TOGETHER; i++) {
		char key[16];
		key_of(i, key);
		CHECK_INT(submit(&b->r->k, b->r->citizen, key, "case.submit", together[i].data, answer, &b->told[i]), OK);
	}
	disk_arm(f, n, 42);
	open_gate(b, TOGETHER);
}

/* Refused by its own fault, or acknowledged, or told that it could not be saved: nothing else, and never a false refusal. */
static int check_told(const struct batch *b)
{
	int acknowledged = 0;
	for (int i = 0; i < TOGETHER; i++) {
		const struct told *t = &b->told[i];
		acknowledged += t->err == OK;
		CHECK((t->err == OK) == (t->case_no[0] != 0));
		if (together[i].refused && err_is_refusal(t->err))
			CHECK_STR(str_of(t->code), i == 2 ? "item.unknown" : "document.unknown");
		else if (t->err != OK)
			CHECK(!err_is_refusal(t->err) && t->code[0]);
		CHECK(!(together[i].refused && t->err == OK));
	}
	return acknowledged;
}

/* Each once more under its key: those acknowledged are answered as they were, the others are carried out now; no case is there twice. */
static void repeat_all(struct batch *b, bool lying_disk)
{
	struct kernel *k = &b->r->k;
	for (int i = 0; i < TOGETHER; i++) {
		char key[16];
		key_of(i, key);
		enum err e = kernel_do(k, b->r->citizen, key, "case.submit", together[i].data);
		CHECK_INT(e == OK ? 0 : err_is_refusal(e), together[i].refused);
		if (b->told[i].err == OK && !lying_disk)
			CHECK_STR(kernel_text(k, "case_no"), b->told[i].case_no);
	}
	CHECK_INT(cases_there(k), TOGETHER - 2);
}

/* The machine is up again. A commit is whole: all its cases are there or none, all that were acknowledged; who met a fault alone, and was
 * told so, was left out of it. */
static void question_together(struct batch *b, int acknowledged, bool lying_disk)
{
	struct kernel *k = &b->r->k;
	struct diag d;
	enum err e;
	uint64_t n;
	diag_init(&d);
	casework_close(k->cw);
	k->cw = NULL;
	if (!open_system(k, &d, &e)) {
		k->cw = NULL;
		CHECK(d.code[0] != 0);
		CHECK(lying_disk);
		return;
	}
	e = casework_verify(k->cw, NULL, NULL, &n, &d);
	if (e == OK)
		e = casework_rebuild_check(k->cw, NULL, NULL, &n, &d);
	if (lying_disk && e == ERR_CORRUPT)
		return;
	CHECK_INT(e, OK);
	int64_t there = cases_there(k);
	CHECK(there == 0 || there == TOGETHER - 2 || there == acknowledged);
	CHECK(lying_disk || there >= acknowledged);
	repeat_all(b, lying_disk);
	CHECK_INT(casework_rebuild_check(k->cw, NULL, NULL, &n, &d), OK);
}

static void power_goes(struct kernel *k)
{
	disk_stop(false);
	casework_close(k->cw);
	k->cw = NULL;
	disk_crash();
}

static void together_once(enum disk_fault f, uint64_t n)
{
	struct run r;
	char row[64];
	snprintf(row, sizeof row, "%s at call %llu of a batch", disk_fault_name(f), (unsigned long long)n);
	ROW(row);
	REQUIRE(begin(&r, DISK_NONE, UINT64_MAX));
	struct batch b = { .r = &r };
	run_together(&b, f, n);
	CHECK(disk_fired());
	int acknowledged = check_told(&b);
	if (machine_stops(f)) {
		casework_close(r.k.cw);
		r.k.cw = NULL;
		disk_crash();
	} else {
		disk_disarm();
		disk_room_again();
		if (!medium_lies(f))
			CHECK_INT(cases_there(&r.k), acknowledged); /* who was told that nothing was changed was told the truth */
		if (f == DISK_SYNC_ERROR) /* nor does what was acknowledged hang on what a later sync says of the writes that this one lost */
			power_goes(&r.k);
	}
	question_together(&b, acknowledged, medium_lies(f));
	os_cond_destroy(&b.cond);
	os_mutex_destroy(&b.lock);
	kernel_end(&r.k);
	ROW(NULL);
}

static uint64_t calls_together(enum disk_fault f)
{
	struct run r;
	if (!begin(&r, DISK_NONE, UINT64_MAX))
		return 0;
	struct batch b = { .r = &r };
	run_together(&b, f, UINT64_MAX);
	uint64_t n = disk_calls();
	CHECK_INT(check_told(&b), TOGETHER - 2);
	disk_disarm();
	kernel_end(&r.k);
	return n;
}

static void sweep_together(enum disk_fault f)
{
	enum { PLACES = 8 };
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	place();
	REQUIRE(office());
	own_thread = true;
	CHECK_INT(calls_together(DISK_SYNC_ERROR), 1); /* one sync: they are one commit */
	uint64_t calls = calls_together(f), step = getenv("BANJIE_TEST_LONG") || calls < PLACES ? 1 : calls / PLACES;
	for (uint64_t n = 1; n <= calls && test_bad < 20; n += step)
		together_once(f, n);
	if (calls)
		together_once(f, calls); /* the last: after all was written */
	if (getenv("BANJIE_TEST_LONG"))
		printf("  %s in a batch: %llu places\n", disk_fault_name(f), (unsigned long long)calls);
	own_thread = false;
	leave();
}

TEST(the_machine_stops_within_a_shared_commit) { sweep_together(DISK_CRASH); }
TEST(the_machine_stops_within_a_shared_commit_and_writes_are_torn) { sweep_together(DISK_TORN); }
TEST(the_machine_stops_within_a_shared_commit_and_some_files_are_on_the_disk) { sweep_together(DISK_FILES); }
TEST(syncs_lie_within_a_shared_commit) { sweep_together(DISK_LOST_SYNC); }
TEST(a_write_fails_within_a_shared_commit) { sweep_together(DISK_WRITE_ERROR); }
TEST(no_room_for_a_moment_within_a_shared_commit) { sweep_together(DISK_FULL_ONCE); }
TEST(no_room_within_a_shared_commit) { sweep_together(DISK_FULL); }
TEST(the_sync_of_a_shared_commit_fails) { sweep_together(DISK_SYNC_ERROR); }
TEST(a_read_fails_within_a_shared_commit) { sweep_together(DISK_READ_ERROR); }
TEST(a_wrong_bit_is_read_within_a_shared_commit) { sweep_together(DISK_BIT); }

/* ---- a procedure and its first case ---- */

/* The second version of the office's procedure; its step has that name. */
static const struct json *second_version(struct kernel *k, const char *step)
{
	const char *name = strstr(kernel_process, "审查"), *number = strstr(kernel_pack, "1,");
	const char *process = arena_printf(&k->a, "%.*s%s%s", (int)(name - kernel_process), kernel_process, step, name + strlen("审查")).ptr;
	const char *pack = arena_printf(&k->a, "%.*s2%s", (int)(number - kernel_pack), kernel_pack, number + 1).ptr;
	return kernel_pack_data(k, (struct kernel_file[]){ { "pack.json", pack }, { "process.bpmn", process } }, 2);
}

static enum err count_steps(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, "SELECT count(*) FROM step_open WHERE ?1=1 AND name='定稿'", 1, -1) -
	                  row_i64(c, "SELECT count(*) FROM step_open WHERE ?1=1 AND name='初稿'", 1, -1);
	return OK;
}

TEST(a_procedure_that_was_not_committed_is_not_carried_out_for_the_one_in_its_place)
{
	struct run r;
	int64_t steps = 0;
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	place();
	REQUIRE(office());
	own_thread = true;
	REQUIRE(begin(&r, DISK_NONE, UINT64_MAX));
	struct batch b = { .r = &r };
	shut_gate(&b);
	CHECK_INT(submit_data(&r.k, 0, "", "pack.add", second_version(&r.k, "初稿"), answer, &b.told[0]), OK);
	CHECK_INT(submit(&r.k, r.citizen, "", "case.submit", together[0].data, answer, &b.told[1]), OK);
	disk_arm(DISK_FULL_ONCE, 1, 42);
	open_gate(&b, 2);
	CHECK(b.told[0].err != OK && b.told[1].err != OK);
	disk_disarm();
	disk_room_again();
	struct casework_command again = { .name = S("pack.add"), .actor = { .system = true }, .data = second_version(&r.k, "定稿") };
	CHECK_INT(casework_do(r.k.cw, &again, &r.k.a, &r.k.r), OK);
	CHECK_INT(kernel_do(&r.k, r.citizen, "", "case.submit", together[0].data), OK);
	CHECK_INT(casework_read(r.k.cw, count_steps, &steps), OK);
	CHECK_INT(steps, 1);
	os_cond_destroy(&b.cond);
	os_mutex_destroy(&b.lock);
	kernel_end(&r.k);
	own_thread = false;
	leave();
}

/* ---- a look that meets a read error ---- */

/* At the n-th read; returns how many there were. */
static uint64_t look_at_all(struct kernel *k, uint64_t n)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .reading = true };
	struct casework *cw;
	struct diag d;
	uint64_t entries;
	diag_init(&d);
	if (casework_open(path, &o, &cw, &d) != OK)
		return 0;
	disk_arm(DISK_READ_ERROR, n, 42);
	enum err e = casework_verify(cw, NULL, NULL, &entries, &d);
	uint64_t calls = disk_calls();
	CHECK_INT(e, disk_fired() ? ERR_IO : OK);
	if (e != OK && e != ERR_IO)
		printf("  %s: %s\n", d.code, d.text);
	CHECK(!disk_fired() || d.code[0]);
	casework_close(cw);
	return calls;
}

/* Restoring a backup over a disk whose cable is loose helps nobody. */
TEST(a_read_that_fails_is_not_told_as_damage)
{
	struct kernel k = { .cw = NULL };
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	place();
	REQUIRE(office());
	os_clock_virtual(&k.clock, KERNEL_START_MS);
	os_entropy_seeded(&k.entropy, 7);
	uint64_t calls = look_at_all(&k, UINT64_MAX), step = getenv("BANJIE_TEST_LONG") || calls < 60 ? 1 : calls / 60;
	CHECK(calls > 0);
	for (uint64_t n = 1; n <= calls && test_bad < 20; n += step) {
		char row[64];
		snprintf(row, sizeof row, "read %llu of %llu", (unsigned long long)n, (unsigned long long)calls);
		ROW(row);
		(void)look_at_all(&k, n);
	}
	ROW(NULL);
	leave();
}

/* ---- a copy, while the machine stops ---- */

static bool nobody_serves(void *arg) { (void)arg; return true; }
static void no_wait(void *arg) { (void)arg; }

static bool open_as(struct kernel *k, const char *at, bool target, struct casework **out, struct diag *d)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = target, .copying = target };
	*out = NULL;
	return casework_open(at, &o, out, d) == OK;
}

static enum err copy_office(struct kernel *k, const char *to, struct casework_copied *out, struct diag *d)
{
	struct casework *target;
	struct casework_copy o = { .still = nobody_serves, .wait = no_wait };
	*out = (struct casework_copied){ .whole = false };
	if (!open_as(k, to, true, &target, d))
		return ERR_IO;
	enum err e = casework_copy(k->cw, target, &o, out, d);
	casework_close(target);
	return e;
}

/* True: it is served, and then it is all that the source is. */
static bool served_whole(struct kernel *k, const char *at, const char *digest)
{
	struct casework *cw;
	char there[65];
	uint64_t n;
	struct diag d;
	diag_init(&d);
	if (!open_as(k, at, false, &cw, &d)) {
		CHECK_STR(str_of(d.code), "store.unfinished");
		return false;
	}
	bool empty = casework_state(cw, true, there, &n, NULL) == OK && strcmp(there, digest) != 0;
	if (!empty) {
		CHECK_INT(casework_verify(cw, NULL, NULL, &n, &d), OK); /* its indexes too, which no digest sees */
		CHECK_INT(casework_rebuild_check(cw, NULL, NULL, &n, &d), OK);
	}
	casework_close(cw);
	return !empty;
}

static bool source_again(struct kernel *k)
{
	struct diag d;
	enum err e;
	diag_init(&d);
	return open_system(k, &d, &e);
}

/* At that call; 0: never, and *calls is how many there are. */
static void copy_once(const char *to, enum disk_fault f, uint64_t at, uint64_t *calls)
{
	struct run r;
	struct casework_copied c;
	struct diag d;
	char want[65];
	uint64_t n;
	REQUIRE(begin(&r, DISK_NONE, UINT64_MAX));
	REQUIRE(casework_state(r.k.cw, true, want, &n, NULL) == OK);
	diag_init(&d);
	disk_arm(f, at ? at : UINT64_MAX, 42 + at);
	enum err e = copy_office(&r.k, to, &c, &d);
	*calls = disk_calls();
	CHECK_INT(e == OK, at == 0);
	if (at) {
		casework_close(r.k.cw);
		disk_crash();
		REQUIRE(source_again(&r.k));
		diag_init(&d);
		if (!served_whole(&r.k, to, want))
			CHECK_INT(copy_office(&r.k, to, &c, &d), OK);
		if (d.err != OK)
			printf("  %s: %s\n", d.code, d.text);
	}
	CHECK(served_whole(&r.k, to, want));
	kernel_end(&r.k);
}

/* Whatever of it is on the disk, it is not served before it is complete, and begun again it becomes so: also what no digest sees. */
static void copy_sweep(enum disk_fault f)
{
	enum { PLACES = 8 };
	char to[200];
	uint64_t calls, last;
	struct run r;
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	place();
	REQUIRE(office() && begin(&r, DISK_NONE, UINT64_MAX));
	work(&r);
	kernel_end(&r.k);
	disk_save();
	snprintf(to, sizeof to, "%s/new.db", dir);
	REQUIRE(os_file_write(to, S("so that it is looked at"), NULL) == OK);
	copy_once(to, f, 0, &calls);
	uint64_t step = getenv("BANJIE_TEST_LONG") || calls < PLACES ? 1 : calls / PLACES;
	for (uint64_t n = 1; n <= calls && test_bad < 20; n += n + 8 > calls ? 1 : step) { /* the end, call by call */
		char row[64];
		snprintf(row, sizeof row, "%s at call %llu of a copy's %llu", disk_fault_name(f), (unsigned long long)n, (unsigned long long)calls);
		ROW(row);
		copy_once(to, f, n, &last);
	}
	ROW(NULL);
	leave();
}

TEST(the_machine_stops_while_an_office_is_copied) { copy_sweep(DISK_CRASH); }
TEST(the_machine_stops_while_an_office_is_copied_and_writes_are_torn) { copy_sweep(DISK_TORN); }
TEST(the_machine_stops_while_an_office_is_copied_and_some_files_are_on_the_disk) { copy_sweep(DISK_FILES); }

/* Zero would say that nothing is late. */
TEST(no_figure_is_told_where_nothing_can_be_read)
{
	struct run r;
	struct casework_health health;
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	place();
	REQUIRE(office());
	REQUIRE(begin(&r, DISK_NONE, UINT64_MAX));
	CHECK(casework_health(r.k.cw, &health) == OK && health.entries > 0 && health.timers_late == 0);
	disk_arm(DISK_CRASH, 1, 42);
	CHECK(kernel_do(&r.k, r.citizen, "", "case.submit", together[0].data) != OK && disk_stopped());
	CHECK(casework_health(r.k.cw, &health) != OK);
	const int64_t told[] = { health.entries, health.open_cases, health.timers_late, health.late_ms, health.passed, health.passed_notices };
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		CHECK_INT(told[i], -1);
	disk_disarm();
	kernel_end(&r.k);
	leave();
}

TEST_MAIN
