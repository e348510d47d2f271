/* test_offices.c - an office that lives by chance (tests/fault/office.h) on a server, served by two processes: commands go through one or the other, and both
 * must say what a third says that was just begun. Now and then sessions are ended in the middle of a command, the whole server falls and comes back,
 * one of the two ends and begins again, and a third one that works beside them is killed: who was told that it is done finds it, and
 * who was told of a fault and asks again finds it done once. Runs beside a server only (tools/with-postgresql).
 *
 * A life is a number, told where one fails: BANJIE_TEST_SEED=number BANJIE_TEST_LIVES=1 lives it again, as far as processes can. BANJIE_TEST_LONG makes more of them.
 */
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/fault/office_views.h"

enum { PROCESSES = 2, PATIENCE = 3000, PAUSE_MS = 10 };

extern char **environ;

/* ---- somebody who ends what the office's sessions are about to do ---- */

struct hinderer {
	struct os_thread *thread;
	struct os_mutex lock;       /* held while a blow falls */
	bool hindering;             /* with the lock */
	_Atomic bool enough;
	uint64_t dice;
	const char *place;
	int cuts, falls, most_falls;
};

static unsigned thrown(struct hinderer *h, unsigned below)
{
	h->dice = h->dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(h->dice >> 33) % below;
}

static void strike(struct hinderer *h)
{
	static const char some[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name='banjie' AND pid<>pg_backend_pid() AND random()<0.6";
	if (h->falls < h->most_falls && thrown(h, 12) == 0) {
		CHECK_INT(system(getenv("BANJIE_TEST_RESTART")), 0);
		h->falls++;
		return;
	}
	(void)test_sql(h->place, some);
	h->cuts++;
}

static void *hinder(void *arg)
{
	struct hinderer *h = arg;
	while (!atomic_load(&h->enough)) {
		(void)os_wait_readable(-1, -1, (int)thrown(h, 8));
		os_mutex_lock(&h->lock);
		if (h->hindering)
			strike(h);
		h->hindering = h->hindering && thrown(h, 3);
		os_mutex_unlock(&h->lock);
	}
	return NULL;
}

static void set_hindering(struct hinderer *h, bool on)
{
	os_mutex_lock(&h->lock);
	h->hindering = on;
	os_mutex_unlock(&h->lock);
}

/* ---- the processes ---- */

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
	struct casework_head head;
	enum err e = casework_read(cw, read_head, &head);
	if (e != OK) {
		printf("  the head of the record: %s\n", err_name(e));
		return false;
	}
	for (int i = 0; i < PATIENCE; i++) {
		if (__atomic_load_n(&cw->news_seq, __ATOMIC_SEQ_CST) >= head.seq || atomic_load(&cw->told_seq) >= head.seq)
			return true;
		(void)os_wait_readable(-1, -1, PAUSE_MS);
	}
	printf("  of %llu entries it has heard %llu and made %llu\n", (unsigned long long)head.seq, (unsigned long long)cw->news_seq, (unsigned long long)cw->told_seq);
	return false;
}

/* After a blow: each reads again, and one of them leads. */
static void come_to_rest(struct casework *of[PROCESSES])
{
	struct casework_head head;
	bool read[PROCESSES] = { false }, leads = false;
	for (int n = 0; n < PATIENCE; n++) {
		bool all = true;
		leads = false;
		for (int i = 0; i < PROCESSES; i++) {
			read[i] = casework_read(of[i], read_head, &head) == OK;
			all = all && read[i];
			leads = leads || casework_leads(of[i]);
		}
		if (all && leads)
			return;
		(void)os_wait_readable(-1, -1, PAUSE_MS);
	}
	CHECK(leads);
	for (int i = 0; i < PROCESSES; i++)
		CHECK(read[i]);
}

/* A commit whose answer was lost, and of which nothing more could be learned, is told as a fault: under its key it is asked again, and done once. */
static enum err asked_again(struct office *o, const struct deed *d)
{
	if (!d->key[0]) {
		office_unsure(o, d);
		return ERR_IO;
	}
	enum err e = office_do(&o->k, d);
	CHECK(e == OK || err_is_refusal(e));
	return e;
}

static void a_deed(struct office *o, struct casework *of[PROCESSES], struct hinderer *h, bool hindered)
{
	struct deed d;
	o->k.cw = of[chance(o, PROCESSES)];
	office_choose(o, &d);
	set_hindering(h, hindered);
	enum err e = office_do(&o->k, &d);
	set_hindering(h, false);
	CHECK(e == OK || err_is_refusal(e) || hindered);
	if (e != OK && !err_is_refusal(e) && !hindered)
		printf("  %s %.*s: %s\n", d.name, STR_ARG(d.data), o->k.r.diag.text);
	if (hindered)
		come_to_rest(of);
	if (e != OK && !err_is_refusal(e))
		e = asked_again(o, &d);
	d.made = e == OK ? office_case_of(o, kernel_text(&o->k, "case_no")) : 0;
	if (e == OK)
		office_expect(o, &d);
	o->done += e == OK;
	o->refused += err_is_refusal(e);
	CHECK(office_as_expected(o));
}

static void let_time_pass(struct office *o, struct casework *of[PROCESSES], struct hinderer *h, bool hindered)
{
	int64_t to = os_now_ms(&o->k.clock) + (int64_t)chance(o, 30 * OFFICE_HOUR);
	set_hindering(h, hindered);
	for (int i = 0; i < PROCESSES && hindered; i++)
		if (casework_leads(of[i]))
			(void)!casework_advance(of[i], &o->k.clock, to, &o->k.r.diag);
	set_hindering(h, false);
	come_to_rest(of);
	for (int i = 0; i < PROCESSES; i++)
		if (casework_leads(of[i]))
			CHECK_INT(casework_advance(of[i], &o->k.clock, to, &o->k.r.diag), OK);
	os_clock_set(&o->k.clock, to);
}

static void a_working_day(struct office *o, struct casework *of[PROCESSES], struct hinderer *h, bool hindered)
{
	for (unsigned n = 6 + chance(o, 10); n && !test_bad; n--)
		a_deed(o, of, h, hindered);
	let_time_pass(o, of, h, hindered);
}

/* ---- a third process, which is killed ---- */

/* What it needs to know stands in its environment: where the office is, when, and its dice. It tells how far the record had come, each time something was done. */
static void be_the_third(const char *place)
{
	const char *words = getenv("BANJIE_TEST_OFFICE_DICE");
	struct office o = { .versions = 1000 };
	long long now, dice;
	REQUIRE(words && sscanf(words, "%lld %lld", &now, &dice) == 2);
	o.dice = (uint64_t)dice;
	o.k.path = place;
	o.k.rooms = web_rooms(&o.k.rooms_count);
	os_clock_virtual(&o.k.clock, now);
	os_entropy_seeded(&o.k.entropy, o.dice);
	arena_init(&o.k.a, 256 << 20);
	REQUIRE((o.k.cw = open_one(&o)) != NULL);
	for (;;) {
		struct deed d;
		struct casework_head head;
		office_choose(&o, &d);
		if (d.case_id || d.session) /* the others expect something of these */
			continue;
		if (office_do(&o.k, &d) == OK && casework_read(o.k.cw, read_head, &head) == OK)
			printf("%llu\n", (unsigned long long)head.seq);
		if (fflush(stdout) != 0)
			return;
		arena_reset(&o.k.a);
	}
}

struct third { pid_t pid; FILE *said; unsigned long long seq; };

static bool third_begin(struct office *o, struct third *t)
{
	char dice[64], program[200];
	char *arguments[] = { program, NULL };
	posix_spawn_file_actions_t files;
	int both[2];
	snprintf(dice, sizeof dice, "%lld %u", (long long)os_now_ms(&o->k.clock), 1 + chance(o, 1 << 30));
	snprintf(program, sizeof program, "%s", test_program);
	*t = (struct third){ .pid = -1 };
	if (setenv("BANJIE_TEST_OFFICE", o->k.path, 1) != 0 || setenv("BANJIE_TEST_OFFICE_DICE", dice, 1) != 0 || pipe(both) != 0)
		return false;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, both[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&files, both[0]);
	bool ok = posix_spawn(&t->pid, "/proc/self/exe", &files, NULL, arguments, environ) == 0;
	posix_spawn_file_actions_destroy(&files);
	close(both[1]);
	t->said = fdopen(both[0], "r");
	unsetenv("BANJIE_TEST_OFFICE");
	return ok && t->said;
}

/* As many as it says it has done. */
static void third_listen(struct third *t, unsigned lines)
{
	char line[64];
	while (lines-- && fgets(line, sizeof line, t->said))
		if (sscanf(line, "%llu", &t->seq) != 1) {
			CHECK(false);
			printf("  it said %s", line);
			return;
		}
}

/* What it had been told was done is there. */
static void third_kill(struct office *o, struct third *t)
{
	struct casework_head head;
	int status;
	kill(t->pid, SIGKILL);
	CHECK(waitpid(t->pid, &status, 0) == t->pid && WIFSIGNALED(status));
	third_listen(t, UINT32_MAX);
	fclose(t->said);
	CHECK_INT(casework_read(o->k.cw, read_head, &head), OK);
	CHECK(t->seq > 0 && head.seq >= t->seq);
}

static void a_day_with_a_third(struct office *o, struct casework *of[PROCESSES], struct hinderer *h)
{
	struct third t;
	REQUIRE(third_begin(o, &t));
	third_listen(&t, 1 + chance(o, 6));
	for (unsigned n = chance(o, 6); n && !test_bad; n--)
		a_deed(o, of, h, false);
	third_kill(o, &t);
	come_to_rest(of);
	a_working_day(o, of, h, false);
}

static void one_begins_again(struct office *o, struct casework *of[PROCESSES])
{
	unsigned i = chance(o, PROCESSES);
	casework_close(of[i]);
	of[i] = NULL;
	REQUIRE((of[i] = open_one(o)) != NULL);
	come_to_rest(of);
}

/* ---- lives ---- */

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
	struct hinderer h = { .dice = number, .most_falls = getenv("BANJIE_TEST_RESTART") ? 1 : 0 };
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
	h.place = name;
	os_mutex_init(&h.lock);
	REQUIRE(os_thread_start(&h.thread, hinder, &h) == OK);
	for (int day = 0; day < 6 && !test_bad; day++) {
		if (day % 3 == 2)
			a_day_with_a_third(&o, of, &h);
		else
			a_working_day(&o, of, &h, day % 3 == 1);
		if (day % 3 && !test_bad)
			same_everywhere(&o, of, 12);
		if (day == 3 && !test_bad)
			one_begins_again(&o, of);
		arena_reset(&o.k.a);
	}
	atomic_store(&h.enough, true);
	os_thread_join(h.thread);
	os_mutex_destroy(&h.lock);
	diag_init(&d);
	if (of[0] && of[1]) {
		CHECK_INT(casework_verify(of[0], NULL, NULL, &n, &d), OK);
		CHECK_INT(casework_rebuild_check(of[1], NULL, NULL, &n, &d), OK);
	}
	CHECK(o.done > 10);
	printf("  %d commands done, %d refused; sessions ended %d times, the server %d\n", o.done, o.refused, h.cuts, h.falls);
	for (int i = 0; i < PROCESSES; i++)
		casework_close(of[i]);
	arena_release(&o.k.a);
	arena_release(&o.keep);
	ROW(NULL);
}

TEST(every_process_of_an_office_says_what_one_says_that_was_just_begun)
{
	const char *from = getenv("BANJIE_TEST_SEED"), *wanted = getenv("BANJIE_TEST_LIVES");
	int64_t seed = 1, lives = getenv("BANJIE_TEST_LONG") ? 20 : 1;
	if (!test_on_postgresql())
		SKIP("beside a server only");
	if (getenv("BANJIE_TEST_OFFICE")) {
		be_the_third(getenv("BANJIE_TEST_OFFICE"));
		return;
	}
	if (from)
		lives = str_to_i64(str_of(from), &seed);
	if (wanted)
		(void)str_to_i64(str_of(wanted), &lives);
	for (int64_t i = 0; i < lives && !test_bad; i++)
		live((uint64_t)(seed + i));
}

TEST_MAIN
