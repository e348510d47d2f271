/* test_shared.c - several processes on one PostgreSQL database, and what may happen to its server.
 *
 * Two opened systems stand for two processes: they share nothing but the database. The faults come in the middle of
 * a burst of commands: a backend is ended, the whole server falls and is started again. Afterwards every command that was
 * acknowledged is there, none twice, and the record verifies. Runs beside a server only (tools/with-postgresql).
 */
#include <stdatomic.h>

#include "casework/casework_int.h"
#include "store/store.h"
#include "tests/unit/casework/kernel.h"

enum { PROCESSES = 2, THREADS = 4 };

struct process {
	struct casework *cw;
	struct os_clock clock;
	struct os_entropy entropy;
	_Atomic uint64_t heard;    /* entries told to a listener */
	_Atomic uint64_t newest;
};

static struct kernel k;
static struct process processes[PROCESSES];
static int64_t citizen;
static const char *place;

static void heard(void *arg, const struct casework_event *e)
{
	struct process *p = arg;
	p->heard++;
	p->newest = e->seq;
}

static bool open_process(struct process *p, uint64_t seed)
{
	struct diag d;
	diag_init(&d);
	os_clock_virtual(&p->clock, KERNEL_START_MS + 1000);
	os_entropy_seeded(&p->entropy, seed);
	struct casework_options o = { .clock = &p->clock, .entropy = &p->entropy, .data_dir = PROJECT_ROOT };
	if (casework_open(place, &o, &p->cw, &d) == OK)
		return casework_listen(p->cw, "", heard, p) == OK;
	printf("  %s\n", d.text);
	return false;
}

/* The kernel's small office, made and closed; then two processes on it. */
static bool begin(void)
{
	static int number;
	char name[32];
	snprintf(name, sizeof name, "shared-%d", number++);
	memset(&k, 0, sizeof k);
	if (!kernel_begin(&k, name))
		return false;
	place = k.path;
	citizen = kernel_citizen(&k, "zhang");
	casework_close(k.cw);
	k.cw = NULL;
	for (int i = 0; i < PROCESSES; i++) {
		processes[i].heard = processes[i].newest = 0;
		if (!open_process(&processes[i], 100 + (uint64_t)i))
			return false;
	}
	return true;
}

static void end(void)
{
	for (int i = 0; i < PROCESSES; i++)
		if (processes[i].cw)
			casework_close(processes[i].cw);
	memset(processes, 0, sizeof processes);
	arena_release(&k.a);
}

static enum err at(struct process *p, struct arena *a, int64_t actor, const char *key, const char *name, const char *json, struct casework_result *r)
{
	const struct json *data = NULL;
	TRY(json_read(a, str_of(json), &data, NULL));
	struct casework_command c = { .name = str_of(name), .key = str_of(key), .data = data };
	c.actor = (struct casework_actor){ .person = actor > 0 ? actor : 0, .system = actor == 0 };
	return casework_do(p->cw, &c, a, r);
}

static const char application[] = "{\"item\":\"I1\",\"form\":{\"name\":\"老张面馆\"},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}";

/* ---- a burst: threads that submit applications, half of them under keys and half without, until told to stop ---- */

struct burst {
	struct process *process;
	struct os_thread *thread;
	int number, rounds;
	int done, refused;
	char case_nos[512][32];
};

static _Atomic bool enough;
static _Atomic int acknowledged;

static void *submitting(void *arg)
{
	struct burst *b = arg;
	for (int i = 0; i < b->rounds && !enough; i++) {
		struct arena a;
		struct casework_result r;
		char key[32];
		arena_init(&a, 4 << 20);
		snprintf(key, sizeof key, "b%d-%d", b->number, i);
		enum err e = at(b->process, &a, citizen, b->number / PROCESSES ? key : "", "case.submit", application, &r);
		acknowledged += e == OK;
		if (e == OK)
			snprintf(b->case_nos[b->done++], sizeof b->case_nos[0], "%.*s", STR_ARG(json_text(json_get(r.data, "case_no"))));
		else if (b->refused++ == 0)
			printf("  a command ended with %s: %s\n", err_name(e), r.diag.text);
		arena_release(&a);
	}
	return NULL;
}

static int same_text(const void *x, const void *y) { return strcmp(x, y); }

/* Nothing acknowledged is missing, nothing is there that nobody was told of, no number was given twice, the record verifies. */
static void check_bursts(struct burst *bursts, int count)
{
	static char all[THREADS * 512][32];
	int n = 0;
	for (int i = 0; i < count; i++) {
		CHECK_INT(bursts[i].refused, 0);
		for (int j = 0; j < bursts[i].done; j++)
			snprintf(all[n++], sizeof all[0], "%s", bursts[i].case_nos[j]);
	}
	qsort(all, (size_t)n, sizeof all[0], same_text);
	for (int i = 1; i < n; i++)
		CHECK(strcmp(all[i - 1], all[i]) != 0);
	CHECK_INT(test_sql(place, "SELECT count(*) FROM case_number"), n);
	CHECK_INT(test_sql(place, "SELECT count(*) FROM ledger WHERE kind='case.received'"), n);
	for (int i = 0; i < n; i++) {
		char sql[128];
		snprintf(sql, sizeof sql, "SELECT count(*) FROM case_number WHERE case_no='%.31s'", all[i]);
		CHECK_INT(test_sql(place, sql), 1);
	}
	uint64_t entries;
	struct diag d;
	diag_init(&d);
	CHECK_INT(casework_verify(processes[0].cw, NULL, NULL, &entries, &d), OK);
	CHECK_INT(casework_rebuild_check(processes[0].cw, NULL, NULL, &entries, &d), OK);
	if (d.err != OK)
		printf("  %s\n", d.text);
}

static void run_bursts(struct burst *bursts, int rounds, void (*fault)(void))
{
	enough = false;
	acknowledged = 0;
	memset(bursts, 0, THREADS * sizeof *bursts);
	for (int i = 0; i < THREADS; i++) {
		bursts[i].process = &processes[i % PROCESSES];
		bursts[i].number = i;
		bursts[i].rounds = rounds;
		REQUIRE(os_thread_start(&bursts[i].thread, submitting, &bursts[i]) == OK);
	}
	if (fault)
		fault();
	for (int i = 0; i < THREADS; i++)
		os_thread_join(bursts[i].thread);
}

static struct burst bursts[THREADS];

TEST(commands_at_two_processes_make_one_record)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(begin());
	run_bursts(bursts, 25, NULL);
	CHECK_INT(bursts[0].done + bursts[1].done + bursts[2].done + bursts[3].done, 100);
	check_bursts(bursts, THREADS);
	end();
}

static bool published(struct process *p, int year)
{
	struct casework_actor nobody = { 0 };
	const struct json *params, *v;
	struct diag d;
	char json[32];
	diag_init(&d);
	snprintf(json, sizeof json, "{\"year\":%d}", year);
	return json_read(&k.a, arena_str(&k.a, str_of(json)), &params, NULL) == OK && casework_view(p->cw, "calendar", &nobody, params, &k.a, &v, &d) == OK &&
	       json_bool(json_get(v, "published"), false);
}

/* For ever. */
#define SESSION(data, again) "{\"id\":\"s1\",\"data\":\"" data "\",\"expires_ms\":4000000000000,\"again\":" again "}"

TEST(what_one_process_did_the_other_knows)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	struct casework_result r;
	struct str text;
	int64_t until;
	REQUIRE(begin());
	/* a session begun at the one is valid at the other */
	REQUIRE(at(&processes[0], &k.a, 0, "", "session.put", SESSION("zhang 1", "false"), &r) == OK);
	CHECK_INT(casework_session_get(processes[1].cw, S("s1"), &k.a, &text, &until), OK);
	CHECK_STR(text, "zhang 1");
	REQUIRE(at(&processes[1], &k.a, 0, "", "session.put", SESSION("zhang 2", "true"), &r) == OK);
	CHECK_INT(casework_session_get(processes[0].cw, S("s1"), &k.a, &text, &until), OK);
	CHECK_STR(text, "zhang 2");
	/* and ended there it is not begun anew by a page that was on its way here */
	REQUIRE(at(&processes[1], &k.a, 0, "", "session.drop", "{\"id\":\"s1\"}", &r) == OK);
	REQUIRE(at(&processes[0], &k.a, 0, "", "session.put", SESSION("zhang 3", "true"), &r) == OK);
	CHECK_INT(casework_session_get(processes[0].cw, S("s1"), &k.a, &text, &until), ERR_NOT_FOUND);
	/* the same key at both is one command */
	CHECK_INT(at(&processes[0], &k.a, citizen, "once", "case.submit", application, &r), OK);
	struct str first = arena_str(&k.a, json_text(json_get(r.data, "case_no")));
	CHECK_INT(at(&processes[1], &k.a, citizen, "once", "case.submit", application, &r), OK);
	CHECK(str_eq(json_text(json_get(r.data, "case_no")), first));
	/* an item changed at the one is the changed one at the other */
	CHECK_INT(at(&processes[1], &k.a, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"新名\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\"}", &r), OK);
	CHECK_INT(at(&processes[0], &k.a, citizen, "", "case.submit", application, &r), OK);
	/* a day off announced at the one is in the other's calendar */
	CHECK(!published(&processes[0], 2027));
	CHECK_INT(at(&processes[1], &k.a, 0, "", "calendar.add", "{\"name\":\"notice\",\"text\":\"kind,year,from,to,zh,en,source\\nnotice,2027,2026-11-20,,测试通知,Test notice,测试〔2026〕1号\\n"
	             "off,2027,2027-01-01,2027-01-05,元旦,New Year,\\n\"}", &r), OK);
	CHECK_INT(at(&processes[0], &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK(published(&processes[0], 2027));
	end();
}

/* Numbers and loads are remembered from one command to the next: of rows that a database's administrator has changed they are read again. */
TEST(rows_changed_by_hand_are_read_again)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	static const char newest[] = "SELECT CASE WHEN p.code='P4' THEN 1 ELSE 0 END FROM step_open s JOIN post p ON p.id=s.post ORDER BY s.id DESC LIMIT 1";
	static const char highest[] = "SELECT max(CAST(substr(case_no, 15) AS bigint)) FROM case_number";
	struct casework_result r;
	REQUIRE(begin());
	struct process *p = &processes[0];
	REQUIRE(at(p, &k.a, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查二岗\",\"a\":\"sun\"}", &r) == OK);
	for (int i = 0; i < 2; i++)
		CHECK_INT(at(p, &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK_INT(test_sql(place, highest), 2);
	CHECK(test_server_run(place, "UPDATE serial SET value=value+10 WHERE name LIKE 'case%'; UPDATE board_post SET n=n+5 WHERE post=(SELECT id FROM post WHERE code='P1')"));
	for (int i = 0; i < 3; i++) { /* by turns the first would have the first of them, or the second */
		CHECK_INT(at(p, &k.a, citizen, "", "case.submit", application, &r), OK);
		CHECK_INT(test_sql(place, newest), 1);
	}
	CHECK_INT(test_sql(place, highest), 15);
	end();
}

#define NOTICE_2028 "kind,year,from,to,zh,en,source\nnotice,2028,2027-11-20,,测试通知,Test notice,测试〔2027〕1号\noff,2028,2028-01-01,2028-01-05,元旦,New Year,\n"

static struct str digest_text(struct arena *a, struct str text)
{
	uint8_t bytes[LEDGER_HASH];
	struct buf b;
	struct str out = { NULL, 0 };
	ledger_digest(text, bytes);
	buf_init_in(&b, a, 1000);
	buf_hex(&b, bytes, sizeof bytes);
	return buf_finish(&b, &out) == OK ? out : (struct str){ NULL, 0 };
}

/* A batch in which a notice is added and a later command has a fault, so that the next one reads the calendar anew, in the same transaction. */
static enum err add_then_fail(void *arg, struct store_conn *c)
{
	struct casework *cw = arg;
	struct calendar_before before = calendar_before(cw);
	struct store_query *q;
	struct str digest = digest_text(&k.a, S(NOTICE_2028));
	TRY(store_prepare(c, "INSERT INTO content(digest, bytes) VALUES(?1, ?2)", &q));
	store_bind_str(q, 1, digest);
	store_bind_blob(q, 2, S(NOTICE_2028));
	TRY(store_exec(q));
	TRY(store_prepare(c, "INSERT INTO calendar_source(id, digest, name, at_ms) VALUES(900000, ?1, 'n', 0)", &q));
	store_bind_str(q, 1, digest);
	TRY(store_exec(q));
	TRY(calendar_extend(cw, S(NOTICE_2028), NULL));
	CHECK_INT(calendar_carried(cw, &before, 1, OK), OK);
	CHECK_INT(calendar_settle(cw, c, 1), OK);
	CHECK(cw->calendar_committed != before.committed); /* for all that the transaction shows */
	return ERR_DENIED;
}

TEST(a_notice_that_was_rolled_back_is_in_no_calendar)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	struct casework_result r;
	REQUIRE(begin());
	struct process *p = &processes[0];
	int64_t known = p->cw->notice;
	CHECK_INT(at(p, &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK_INT(store_run(p->cw->store, add_then_fail, p->cw), ERR_DENIED);
	CHECK_INT(at(p, &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK(!published(p, 2028));
	CHECK_INT(p->cw->notice, known);
	/* the other process adds one, at a smaller number: it is not passed by */
	CHECK_INT(at(&processes[1], &k.a, 0, "", "calendar.add", "{\"name\":\"notice\",\"text\":\"kind,year,from,to,zh,en,source\\nnotice,2028,2027-11-20,,测试通知,Test notice,测试〔2027〕1号\\n"
	             "off,2028,2028-01-01,2028-01-05,元旦,New Year,\\n\"}", &r), OK);
	CHECK_INT(at(p, &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK(published(p, 2028) && published(&processes[1], 2028));
	end();
}

TEST(the_others_listeners_hear_of_every_entry)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	struct casework_result r;
	REQUIRE(begin());
	for (int i = 0; i < 5; i++)
		CHECK_INT(at(&processes[0], &k.a, citizen, "", "case.submit", application, &r), OK);
	uint64_t newest = (uint64_t)test_sql(place, "SELECT max(seq) FROM ledger");
	for (int tries = 0; tries < 1000 && processes[1].newest < newest; tries++)
		(void)os_wait_readable(-1, -1, 10); /* it comes on a thread of its own; ten seconds are the end of patience */
	CHECK_INT(processes[1].newest, newest);
	CHECK(processes[1].heard >= 5);
	end();
}

struct ticking { struct process *p; struct os_thread *thread; int failed; };

static void *tick_both(void *arg)
{
	struct ticking *t = arg;
	int64_t next;
	for (int i = 0; i < 20; i++)
		t->failed += casework_tick(t->p->cw, &next, NULL) != OK;
	return NULL;
}

/* Of every clock each moment has come, once: nothing is armed any more, no timer fired twice, each has said its worst. */
static void all_fired_once(void)
{
	CHECK_INT(test_sql(place, "SELECT count(*) FROM timer"), 0);
	CHECK_INT(test_sql(place, "SELECT count(*) FROM (SELECT payload FROM ledger WHERE kind='timer.fired' GROUP BY payload HAVING count(*)>1) t"), 0);
	CHECK_INT(test_sql(place, "SELECT count(*) FROM (SELECT clock, level FROM alert GROUP BY clock, level HAVING count(*)>1) t"), 0);
	CHECK_INT(test_sql(place, "SELECT count(*) FROM alert WHERE level=2"), test_sql(place, "SELECT count(*) FROM clock"));
	CHECK_INT(test_sql(place, "SELECT count(*) FROM alert WHERE level=3"), test_sql(place, "SELECT count(*) FROM clock WHERE kind<>'step'")); /* data/supervision.json */
}

TEST(each_timer_fires_once)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	struct casework_result r;
	struct ticking ticking[PROCESSES];
	REQUIRE(begin());
	for (int i = 0; i < 10; i++)
		CHECK_INT(at(&processes[i % 2], &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK_INT(test_sql(place, "SELECT count(*) FROM timer"), test_sql(place, "SELECT count(*) FROM clock")); /* each has its first moment armed */
	for (int i = 0; i < PROCESSES; i++) {
		os_clock_set(&processes[i].clock, KERNEL_START_MS + 60 * 86400000LL);
		ticking[i] = (struct ticking){ .p = &processes[i] };
		REQUIRE(os_thread_start(&ticking[i].thread, tick_both, &ticking[i]) == OK);
	}
	for (int i = 0; i < PROCESSES; i++) {
		os_thread_join(ticking[i].thread);
		CHECK_INT(ticking[i].failed, 0);
	}
	CHECK(casework_leads(processes[0].cw) != casework_leads(processes[1].cw));
	all_fired_once();
	/* the one that led goes: the other takes over */
	int leader = casework_leads(processes[0].cw) ? 0 : 1;
	casework_close(processes[leader].cw);
	processes[leader].cw = NULL;
	bool leads = false;
	for (int tries = 0; tries < 1000 && !leads; tries++) {
		leads = casework_leads(processes[1 - leader].cw);
		(void)os_wait_readable(-1, -1, leads ? 0 : 10);
	}
	CHECK(leads);
	end();
}

/* The leader goes in the middle: its backend is ended while timers fire, time and again, and what is left of it is closed. */
static void *end_leader(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		int64_t before = test_sql(place, "SELECT count(*) FROM ledger WHERE kind='timer.fired'");
		(void)test_sql(place, "SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l JOIN pg_stat_activity a ON a.pid=l.pid"
		                      " WHERE l.locktype='advisory' AND l.granted AND l.mode='ExclusiveLock' AND l.pid<>pg_backend_pid()");
		for (int tries = 0; tries < 20 && test_sql(place, "SELECT count(*) FROM ledger WHERE kind='timer.fired'") == before; tries++)
			(void)os_wait_readable(-1, -1, 2);
	}
	return NULL;
}

static void *tick_until_done(void *arg)
{
	struct ticking *t = arg;
	int64_t next;
	for (int i = 0; i < 3000 && test_sql(place, "SELECT count(*) FROM timer") > 0; i++) {
		struct diag d;
		diag_init(&d);
		t->failed += casework_tick(t->p->cw, &next, &d) != OK;
		(void)os_wait_readable(-1, -1, 1);
	}
	return NULL;
}

TEST(leaders_ended_among_due_timers_fire_each_once)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	struct casework_result r;
	struct ticking ticking[PROCESSES];
	struct os_thread *killer;
	REQUIRE(begin());
	for (int i = 0; i < 30; i++)
		CHECK_INT(at(&processes[i % 2], &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK(test_sql(place, "SELECT count(*) FROM timer") >= 30);
	for (int i = 0; i < PROCESSES; i++) {
		os_clock_set(&processes[i].clock, KERNEL_START_MS + 60 * 86400000LL);
		ticking[i] = (struct ticking){ .p = &processes[i] };
		REQUIRE(os_thread_start(&ticking[i].thread, tick_until_done, &ticking[i]) == OK);
	}
	REQUIRE(os_thread_start(&killer, end_leader, NULL) == OK);
	os_thread_join(killer);
	for (int i = 0; i < PROCESSES; i++)
		os_thread_join(ticking[i].thread);
	all_fired_once();
	uint64_t entries;
	CHECK_INT(casework_verify(processes[0].cw, NULL, NULL, &entries, NULL), OK);
	CHECK_INT(casework_rebuild_check(processes[0].cw, NULL, NULL, &entries, NULL), OK);
	end();
}

/* ---- faults ---- */

static void wait_for_cases(int64_t n)
{
	for (int tries = 0; tries < 3000 && test_sql(place, "SELECT count(*) FROM case_number") < n; tries++)
		(void)os_wait_readable(-1, -1, 5);
}

static int fault_rounds(int quick, int at_length)
{
	const char *asked = getenv("BANJIE_TEST_LONG");
	return asked && *asked ? at_length : quick;
}

static void end_backends(void)
{
	int rounds = fault_rounds(5, 100);
	for (int i = 0; i < rounds; i++) {
		int64_t before = test_sql(place, "SELECT count(*) FROM case_number");
		(void)test_sql(place, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name='banjie' AND pid<>pg_backend_pid()");
		wait_for_cases(before + 3);
	}
	enough = true;
}

TEST(backends_ended_in_the_middle_lose_nothing_and_repeat_nothing)
{
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(begin());
	run_bursts(bursts, 512, end_backends);
	check_bursts(bursts, THREADS);
	end();
}

static void wait_for_standby(const char *name)
{
	char sql[96];
	snprintf(sql, sizeof sql, "ALTER SYSTEM SET synchronous_standby_names='%s'", name);
	CHECK(test_server_run(test_store_server(), sql));
	CHECK(test_server_run(test_store_server(), "SELECT pg_reload_conf()"));
}

static bool a_commit_waits(void)
{
	int64_t n = 0;
	for (int tries = 0; tries < 3000 && n < 1; tries++) {
		n = test_sql(place, "SELECT count(*) FROM pg_stat_activity WHERE wait_event='SyncRep'");
		(void)os_wait_readable(-1, -1, 5);
	}
	return n > 0;
}

/* A standby that does not come: the commit that waits for it holds the turn, so what is there is what may be acknowledged. To cancel
 * the wait makes the server answer as if all was well. */
static void cancel_waits(void)
{
	wait_for_cases(3);
	wait_for_standby("nobody");
	CHECK(a_commit_waits());
	int64_t there = test_sql(place, "SELECT count(*) FROM case_number");
	for (int i = 0; i < 3; i++) {
		(void)test_sql(place, "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event='SyncRep'");
		CHECK(a_commit_waits());
		CHECK(acknowledged <= there);
	}
	wait_for_standby("");
	wait_for_cases(there + 20);
	enough = true;
}

TEST(a_commit_that_is_cancelled_out_of_its_wait_for_the_standby_is_not_acknowledged)
{
	if (!test_on_postgresql() || !getenv("BANJIE_TEST_RESTART"))
		SKIP("no PostgreSQL here that may be configured");
	REQUIRE(begin());
	run_bursts(bursts, 512, cancel_waits);
	check_bursts(bursts, THREADS);
	end();
}

static void fell_server(void)
{
	int rounds = fault_rounds(2, 40);
	for (int i = 0; i < rounds; i++) {
		int64_t before = test_sql(place, "SELECT count(*) FROM case_number");
		CHECK_INT(system(getenv("BANJIE_TEST_RESTART")), 0);
		wait_for_cases(before + 3);
	}
	enough = true;
}

TEST(a_server_that_falls_is_waited_for)
{
	if (!test_on_postgresql() || !getenv("BANJIE_TEST_RESTART"))
		SKIP("no PostgreSQL here that may be restarted");
	REQUIRE(begin());
	run_bursts(bursts, 512, fell_server);
	check_bursts(bursts, THREADS);
	end();
}

/* ---- a reader among changes of the tables ---- */

/* Holds case_number and wants the ledger; a reader holds the ledger and wants case_number. The server breaks off whoever looks
 * first, and that is the reader: the other one does not look for half a minute. */
struct deadlock { PGconn *other; struct os_thread *thread; int readings; int64_t cases; bool ok; };

static bool said(PGconn *db, const char *sql)
{
	PGresult *r = PQexec(db, sql);
	bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;
	PQclear(r);
	return ok;
}

static void *wants_ledger(void *arg)
{
	struct deadlock *x = arg;
	x->ok = said(x->other, "LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE") && said(x->other, "COMMIT");
	return NULL;
}

static enum err number_of(struct store_conn *c, const char *sql, int64_t *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, sql, &q));
	TRY(store_step(q, &row));
	*out = row ? store_col_i64(q, 0) : -1;
	store_reset(q);
	return OK;
}

static enum err reads_both(void *arg, struct store_conn *c)
{
	struct deadlock *x = arg;
	int64_t entries;
	TRY(number_of(c, "SELECT count(*) FROM ledger", &entries));
	if (x->readings++ == 0) {
		TRY(os_thread_start(&x->thread, wants_ledger, x));
		while (test_sql(place, "SELECT count(*) FROM pg_locks WHERE relation=to_regclass('ledger') AND NOT granted") == 0)
			; /* until the other one waits: then the deadlock is there as soon as this one does */
	}
	return number_of(c, "SELECT count(*) FROM case_number", &x->cases);
}

TEST(a_reader_broken_off_in_a_deadlock_reads_again)
{
	struct deadlock x = { .cases = -1 };
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(begin());
	x.other = PQconnectdb(place);
	REQUIRE(said(x.other, "BEGIN") && said(x.other, "SET LOCAL deadlock_timeout='30s'") && said(x.other, "LOCK TABLE case_number IN ACCESS EXCLUSIVE MODE"));
	CHECK_INT(casework_read(processes[0].cw, reads_both, &x), OK);
	os_thread_join(x.thread);
	CHECK(x.ok);
	CHECK_INT(x.readings, 2);
	CHECK_INT(x.cases, 0);
	PQfinish(x.other);
	end();
}

/* pg_dump reads every table in one long transaction. */
TEST(a_process_begins_while_somebody_reads_at_length)
{
	struct casework_result r;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(begin());
	PGconn *dump = PQconnectdb(place);
	REQUIRE(said(dump, "BEGIN") && said(dump, "LOCK TABLE store_process IN ACCESS SHARE MODE"));
	casework_close(processes[1].cw);
	REQUIRE(test_server_run(place, "ALTER ROLE CURRENT_USER SET lock_timeout='2s'")); /* who waits gives up, and the test fails */
	REQUIRE(open_process(&processes[1], 300));
	CHECK(test_server_run(place, "ALTER ROLE CURRENT_USER RESET lock_timeout"));
	CHECK_INT(at(&processes[1], &k.a, citizen, "", "case.submit", application, &r), OK);
	CHECK_INT(at(&processes[0], &k.a, citizen, "", "case.submit", application, &r), OK);
	PQfinish(dump);
	end();
}

TEST_MAIN
