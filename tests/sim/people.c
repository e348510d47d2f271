/* people.c - a simulated year of an office: people fall ill, travel, come back early, stay longer, leave and return; posts
 * change hands, merge and move; work comes in and is done; the system is restarted. Afterwards a recount from the record
 * (people_model.c) asks for every hour of every open step: who answers for it, is it one person, is it the right one?
 */
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "casework/casework_int.h"
#include "tests/sim/people_model.h"
#include "tests/unit/casework/kernel.h"

enum { HOUR_MS = 3600000, POSTS_MAX = 400, PEOPLE_MAX = 600, ORGANS_MAX = 40 };

struct scale { int organs, reviewers, days, cases_a_day, absences_a_day; };

struct sim {
	struct kernel k;
	struct scale s;
	uint64_t seed;
	int people, posts;
	int64_t refused, done, absences, plans, given;
	struct str post_code[POSTS_MAX];
	char path[80];
};

/* xorshift64*: the same on every machine */
static uint64_t next(struct sim *x)
{
	x->seed ^= x->seed >> 12;
	x->seed ^= x->seed << 25;
	x->seed ^= x->seed >> 27;
	return x->seed * 2685821657736338717ULL;
}

static int below(struct sim *x, int n) { return (int)(next(x) >> 33) % n; }

__attribute__((format(printf, 4, 5))) static enum err run(struct sim *x, int64_t actor, const char *name, const char *format, ...)
{
	char json[1200];
	va_list ap;
	va_start(ap, format);
	vsnprintf(json, sizeof json, format, ap);
	va_end(ap);
	enum err e = kernel_do(&x->k, actor, "", name, json);
	x->refused += e != OK;
	x->done += e == OK;
	if (e != OK && !err_is_refusal(e))
		printf("  %s: %s\n", name, x->k.r.diag.text);
	return e;
}

static int64_t ask(struct sim *x, const char *sql, int64_t p)
{
	struct store_conn *c;
	if (store_reader_take(x->k.cw->store, &c) != OK)
		return -1;
	int64_t v = row_i64(c, sql, p, 0);
	store_reader_give(x->k.cw->store, c);
	return v;
}

/* ---- the office: a government with an administrator, offices below it, one of them two levels down ---- */

static bool put_post(struct sim *x, const char *organ, const char *role, int n)
{
	char code[40];
	int a = below(x, x->people), b = (a + 1 + below(x, x->people - 1)) % x->people;
	snprintf(code, sizeof code, "%s-%s-%d", organ, role, n);
	if (x->posts == POSTS_MAX || run(x, 0, "post.put", "{\"code\":\"%s\",\"organ\":\"%s\",\"role\":\"%s\",\"name\":\"岗\",\"a\":\"n%d\",\"b\":\"n%d\"}", code, organ, role, a, b) != OK)
		return false;
	static char codes[POSTS_MAX][40];
	snprintf(codes[x->posts], sizeof codes[0], "%s", code);
	x->post_code[x->posts] = str_of(codes[x->posts]);
	x->posts++;
	return true;
}

static bool put_organ(struct sim *x, int i)
{
	char code[20];
	snprintf(code, sizeof code, "G%d", i);
	bool good = run(x, 0, "organ.put", "{\"code\":\"%s\",\"name\":\"局%d\",\"region\":\"990100\",\"parent\":\"%s\"}", code, i, i % 5 == 4 ? "G0" : "TOP") == OK && put_post(x, code, "head", 0);
	for (int r = 0; good && r < x->s.reviewers; r++)
		good = put_post(x, code, "reviewer", r);
	return good && run(x, 0, "item.put", "{\"impl_code\":\"GI%d\",\"name\":\"事项%d\",\"organ\":\"%s\",\"kind\":\"01\",\"pack\":\"test\"}", i, i, code) == OK;
}

static bool build(struct sim *x)
{
	snprintf(x->path, sizeof x->path, "/tmp/banjie-sim-%d.db", (int)getpid());
	if (!kernel_begin(&x->k, x->path))
		return false;
	x->people = x->s.organs * (x->s.reviewers + 1) * 6 / 5;
	bool good = x->people <= PEOPLE_MAX;
	for (int i = 0; good && i < x->people; i++)
		good = run(x, 0, "person.put", "{\"login\":\"n%d\",\"name\":\"人%d\"}", i, i) == OK;
	good = good && run(x, 0, "organ.put", "{\"code\":\"TOP\",\"name\":\"市政府\",\"region\":\"990100\"}") == OK && put_post(x, "TOP", "head", 0) &&
	       run(x, 0, "post.put", "{\"code\":\"ADM\",\"organ\":\"TOP\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"n0\"}") == OK;
	for (int i = 0; good && i < x->s.organs; i++)
		good = put_organ(x, i);
	return good;
}

/* ---- what happens in an office ---- */

static int64_t person_id(struct sim *x, int n)
{
	char login[20];
	snprintf(login, sizeof login, "n%d", n);
	return kernel_person(&x->k, login);
}

static void somebody_is_away(struct sim *x)
{
	static const char *const kinds[] = { "leave", "sick", "trip", "meeting", "field", "training", "other" };
	char from[40] = "", until[60] = "";
	int64_t now = os_now_ms(&x->k.clock);
	struct str at;
	int n = below(x, x->people), lead = below(x, 3) ? 0 : below(x, 72), hours = 1 + below(x, below(x, 6) ? 30 : 400);
	if (lead) {
		at = instant_text(&x->k.a, calendar_now(x->k.cw), now + lead * (int64_t)HOUR_MS);
		snprintf(from, sizeof from, ",\"from\":\"%.*s\"", STR_ARG(at));
	}
	if (below(x, 12)) { /* some do not say when they return */
		at = instant_text(&x->k.a, calendar_now(x->k.cw), now + (lead + hours) * (int64_t)HOUR_MS);
		snprintf(until, sizeof until, ",\"until\":\"%.*s\"", STR_ARG(at));
	}
	x->absences += run(x, person_id(x, n), "absence.note", "{\"kind\":\"%s\",\"whereabouts\":\"外出\"%s%s}", kinds[below(x, 7)], from, until) == OK;
}

static void an_absence_changes(struct sim *x)
{
	int64_t id = ask(x, "SELECT id FROM absence WHERE state IN ('planned', 'away') ORDER BY (id * 7919) % ?1 LIMIT 1", 1 + below(x, 1000));
	if (!id)
		return;
	struct str at = instant_text(&x->k.a, calendar_now(x->k.cw), os_now_ms(&x->k.clock) + (1 + below(x, 200)) * (int64_t)HOUR_MS);
	int64_t person = ask(x, "SELECT person FROM absence WHERE id=?1", id);
	if (below(x, 3))
		(void)run(x, person, "absence.end", "{\"absence\":%lld}", (long long)id);
	else
		(void)run(x, person, "absence.change", "{\"absence\":%lld,\"whereabouts\":\"延长\",\"until\":\"%.*s\"}", (long long)id, STR_ARG(at));
}

static void a_case_comes_in(struct sim *x)
{
	(void)run(x, 0, "case.submit", "{\"item\":\"GI%d\",\"form\":{},\"applicant\":{\"name\":\"申请人\",\"id_no\":\"110101199003078515\"}}", below(x, x->s.organs));
}

static int64_t some_step(struct sim *x) { return ask(x, "SELECT id FROM step_open WHERE post IS NOT NULL ORDER BY (id * 7919) % ?1 LIMIT 1", 1 + below(x, 10000)); }

static void a_step_is_done(struct sim *x)
{
	int64_t step = some_step(x);
	if (step && ask(x, "SELECT count(*) FROM step_open WHERE ?1=1", 1) > x->posts) /* there is always something on each desk */
		(void)run(x, ask(x, "SELECT person FROM step_open WHERE id=?1", step), "step.complete", "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
}

static void a_step_is_taken_or_given(struct sim *x)
{
	int64_t step = some_step(x);
	if (!step)
		return;
	if (below(x, 2)) {
		(void)run(x, ask(x, "SELECT person FROM step_open WHERE id=?1", step), "step.claim", "{\"step\":%lld}", (long long)step);
		return;
	}
	int64_t to = ask(x, "SELECT p.a FROM post p JOIN step_open s ON s.organ=p.organ WHERE s.id=?1 AND p.a IS NOT NULL ORDER BY p.id DESC LIMIT 1", step);
	struct store_conn *c;
	struct str login = S("");
	if (store_reader_take(x->k.cw->store, &c) == OK) {
		login = row_str(c, &x->k.a, "SELECT login FROM person WHERE id=?1", to);
		store_reader_give(x->k.cw->store, c);
	}
	x->given += run(x, 0, "step.reassign", "{\"step\":%lld,\"person\":\"%.*s\",\"reason\":\"熟悉\"}", (long long)step, STR_ARG(login)) == OK;
}

static void somebody_leaves_or_returns(struct sim *x)
{
	int n = 1 + below(x, x->people - 1);
	(void)run(x, 0, "person.put", "{\"login\":\"n%d\",\"name\":\"人%d\",\"enabled\":%s}", n, n, below(x, 4) ? "true" : "false");
}

/* A post changes hands, moves, or is merged into another: today or on a day to come. */
static void the_structure_changes(struct sim *x)
{
	struct str code = x->post_code[below(x, x->posts)], into = x->post_code[below(x, x->posts)];
	int organ = below(x, x->s.organs), a = below(x, x->people), b = (a + 1 + below(x, x->people - 1)) % x->people;
	struct str at = instant_text(&x->k.a, calendar_now(x->k.cw), os_now_ms(&x->k.clock) + below(x, 100) * (int64_t)HOUR_MS);
	char line[300];
	switch (below(x, 8)) {
	case 0: snprintf(line, sizeof line, "{\"kind\":\"post.merge\",\"code\":\"%.*s\",\"into\":\"%.*s\"}", STR_ARG(code), STR_ARG(into)); break;
	case 1: snprintf(line, sizeof line, "{\"kind\":\"post.put\",\"code\":\"%.*s\",\"organ\":\"G%d\"}", STR_ARG(code), organ); break;
	case 2: snprintf(line, sizeof line, "{\"kind\":\"organ.put\",\"code\":\"G%d\",\"parent\":\"TOP\"}", organ); break;
	case 3: snprintf(line, sizeof line, "{\"kind\":\"post.put\",\"code\":\"%.*s\",\"b\":\"\"}", STR_ARG(code)); break;
	default: snprintf(line, sizeof line, "{\"kind\":\"post.put\",\"code\":\"%.*s\",\"a\":\"n%d\",\"b\":\"n%d\"}", STR_ARG(code), a, b);
	}
	if (run(x, 0, "plan.put", "{\"title\":\"调整\",\"reason\":\"机构改革\",\"at\":\"%.*s\",\"lines\":[%s]}", STR_ARG(at), line) != OK)
		return;
	struct str plan = arena_str(&x->k.a, kernel_text(&x->k, "plan"));
	if (!below(x, 3))
		(void)run(x, 0, "plan.preview", "{\"plan\":\"%.*s\"}", STR_ARG(plan));
	x->plans += run(x, 0, "plan.schedule", "{\"plan\":\"%.*s\"}", STR_ARG(plan)) == OK;
	if (!below(x, 10))
		(void)run(x, 0, "plan.cancel", "{\"plan\":\"%.*s\",\"reason\":\"暂缓\"}", STR_ARG(plan));
}

/* ---- a day, hour by hour ---- */

/* This many in a working day of eight hours, on average. */
static int this_hour(struct sim *x, int a_day) { return a_day / 8 + (below(x, 8) < a_day % 8); }

static void an_hour(struct sim *x)
{
	for (int n = this_hour(x, x->s.cases_a_day); n > 0; n--)
		a_case_comes_in(x);
	for (int n = this_hour(x, x->s.cases_a_day); n > 0; n--)
		a_step_is_done(x);
	for (int n = this_hour(x, x->s.absences_a_day); n > 0; n--)
		somebody_is_away(x);
	if (!below(x, 3))
		an_absence_changes(x);
	if (!below(x, 4))
		a_step_is_taken_or_given(x);
	if (!below(x, 24))
		somebody_leaves_or_returns(x);
	if (!below(x, 24))
		the_structure_changes(x);
}

static bool live(struct sim *x, int day)
{
	struct diag d;
	diag_init(&d);
	int64_t nine = KERNEL_START_MS + day * 24LL * HOUR_MS;
	for (int hour = 0; hour < 8; hour++) {
		/* between the full hours: nothing falls together by design */
		if (casework_advance(x->k.cw, &x->k.clock, nine + hour * (int64_t)HOUR_MS + below(x, HOUR_MS), &d) != OK) {
			printf("  %s\n", d.text);
			return false;
		}
		an_hour(x);
		arena_reset(&x->k.a);
	}
	return true;
}

static bool restart(struct sim *x)
{
	casework_close(x->k.cw);
	return kernel_open(&x->k, x->path);
}

/* ---- the recount ---- */

static void check_hour(struct model *m, int64_t at_ms)
{
	for (int64_t i = 0; i < m->open_count; i++) {
		struct thing *s = &m->things[m->open[i]];
		int64_t expected = model_expected(m, s);
		s->hours++;
		m->hours++;
		CHECK(s->holder > 0);
		if (s->holder != expected) {
			CHECK_INT(s->holder, expected);
			printf("  step %lld at %lld\n", (long long)m->open[i], (long long)at_ms);
			return;
		}
	}
}

static bool recount(struct sim *x, struct model *m)
{
	struct store_conn *c;
	struct store_query *q;
	int64_t hour = KERNEL_START_MS;
	bool row = true;
	if (store_reader_take(x->k.cw->store, &c) != OK)
		return false;
	bool good = store_prepare(c, "SELECT at_ms, kind, payload FROM ledger ORDER BY seq", &q) == OK;
	while (good && (good = store_step(q, &row) == OK) && row && !test_bad) {
		const struct json *data;
		int64_t at_ms = store_col_i64(q, 0);
		arena_reset(&x->k.a);
		/* every full hour before this entry's moment sees what was so before it */
		for (; hour < at_ms; hour += HOUR_MS)
			check_hour(m, hour);
		good = json_read(&x->k.a, store_col_str(q, 2), &data, NULL) == OK;
		if (good)
			model_apply(m, store_col_str(q, 1), data);
	}
	store_reader_give(x->k.cw->store, c);
	return good;
}

/* The table of periods, by itself: no gap, no overlap, from the first moment of each step to its last. */
static void check_periods(struct sim *x)
{
	CHECK_INT(ask(x, "SELECT count(*) FROM step_holding a WHERE a.until_ms IS NOT NULL AND NOT EXISTS(SELECT 1 FROM step_holding b WHERE b.step=a.step AND b.from_ms=a.until_ms)"
	                 " AND NOT EXISTS(SELECT 1 FROM step_done d WHERE d.id=a.step AND d.closed_ms=a.until_ms) AND ?1=1", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_holding a JOIN step_holding b ON b.step=a.step AND b.from_ms>a.from_ms AND (a.until_ms IS NULL OR b.from_ms<a.until_ms) WHERE ?1=1", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_open s WHERE s.post IS NOT NULL AND ?1 AND 1<>(SELECT count(*) FROM step_holding h WHERE h.step=s.id AND h.until_ms IS NULL AND h.person=s.person)", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_done s WHERE s.post IS NOT NULL AND ?1 AND EXISTS(SELECT 1 FROM step_holding h WHERE h.step=s.id AND h.until_ms IS NULL)", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_holding WHERE coalesce(person, 0)=0 AND why<>'applicant' AND ?1=1", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM (SELECT id, opened_ms FROM step_open UNION ALL SELECT id, opened_ms FROM step_done) s WHERE ?1 AND s.opened_ms<>(SELECT min(from_ms) FROM step_holding h WHERE h.step=s.id)", 1), 0);
}

static void simulate(const struct scale *s, uint64_t seed)
{
	struct sim x = { .s = *s, .seed = seed };
	struct model m = { 0 };
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	REQUIRE(build(&x));
	for (int day = 0; day < s->days; day++) {
		REQUIRE(live(&x, day));
		if (day == s->days / 2)
			REQUIRE(restart(&x));
	}
	REQUIRE(model_init(&m, ask(&x, "SELECT max(id) FROM step_done WHERE ?1=1", 1) + ask(&x, "SELECT max(id) FROM step_open WHERE ?1=1", 1) + 1000));
	CHECK(recount(&x, &m));
	check_periods(&x);
	CHECK(m.hours > 1000 && m.changes > 20 && x.plans > 0 && x.absences > 20);
	enum err e = casework_rebuild_check(x.k.cw, NULL, NULL, &rows, &d);
	if (e != OK)
		printf("  %s\n", d.text);
	CHECK_INT(e, OK);
	printf("  seed %llu: %d posts, %d people, %d days: %lld absences, %lld plans, %lld steps, %lld changes of hands, %lld step hours each with one person; "
	       "%lld entries, %lld commands done, %lld refused\n", (unsigned long long)seed, x.posts, x.people, s->days, (long long)x.absences, (long long)x.plans,
	       (long long)m.steps, (long long)m.changes, (long long)m.hours, (long long)ask(&x, "SELECT max(seq) FROM ledger WHERE ?1=1", 1), (long long)x.done, (long long)x.refused);
	model_free(&m);
	kernel_end(&x.k);
	char side[100];
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < 4; i++) {
		snprintf(side, sizeof side, "%s%s", x.path, ends[i]);
		unlink(side);
	}
}

TEST(every_hour_of_every_step_has_one_person_the_right_one)
{
	static const struct scale small = { 3, 5, 20, 8, 5 }, year = { 20, 9, 365, 30, 24 };
	bool is_long = getenv("BANJIE_TEST_LONG") != NULL;
	for (uint64_t seed = 1; seed <= (is_long ? 1 : 2); seed++)
		simulate(is_long ? &year : &small, seed * 2654435761u);
}

TEST_MAIN
