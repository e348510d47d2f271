/* Who waits where, folded from the record: beside a list that is looked through from one end to the other each time. */
#include "tests/test.h"

#include <stdlib.h>

#include "os/os.h"
#include "watch/watch_int.h"

enum { STEPS = 400, ACTS = 4000, POSTS = 3 };
#define BEGAN_MS INT64_C(1775433600000) /* Monday 2026-04-06, 08:00: no day off in the next four */

/* What the list knows of a step: each is of a case of its own, which has two limits. */
struct plain { int64_t post, opened_ms, due_ms; int element; bool open, claimed, still[2], ended[2]; };

struct world {
	struct watch_fold fold;
	struct arena a;
	struct calendar *calendar;
	struct plain steps[STEPS + 1];
	struct os_entropy chance;
	int64_t now_ms, seq;
	int opened, told_wrong, asked;
};

static unsigned by_chance(struct world *w, unsigned below)
{
	uint32_t n;
	os_random(&w->chance, &n, sizeof n);
	return n % below;
}

static const char *element_name(int element) { return element ? "examine" : "accept"; }

/* Those that the person who takes `step` now passes over, and when the oldest of them was opened. */
static int64_t passed_over(const struct world *w, int step, int64_t *oldest_ms)
{
	const struct plain *mine = &w->steps[step];
	int64_t n = 0;
	*oldest_ms = 0;
	for (int i = 1; i <= STEPS; i++) {
		const struct plain *p = &w->steps[i];
		if (i == step || !p->open || p->claimed || p->still[0] || p->still[1] || p->post != mine->post || p->element != mine->element || p->opened_ms >= mine->opened_ms ||
		    (p->due_ms && p->due_ms <= w->now_ms))
			continue;
		n++;
		if (!*oldest_ms || p->opened_ms < *oldest_ms)
			*oldest_ms = p->opened_ms;
	}
	return n;
}

static int64_t fact(const struct watch_moment *m, const char *name)
{
	struct feel_value v = watch_fact_find(str_of(name))->of(m);
	int64_t n = -1;
	return v.kind == FEEL_NUMBER && dec_to_i64(v.number, &n) ? n : -1;
}

static struct watch_case *tell(struct world *w, const char *kind, int64_t subject, struct str data, struct watch_entry *e)
{
	struct watch_case *k = NULL;
	*e = (struct watch_entry){ .seq = ++w->seq, .at_ms = w->now_ms, .subject = subject, .actor = 1, .kind = str_of(kind) };
	if (json_read(&w->a, data, &e->data, NULL) != OK || watch_fold_case(&w->fold, e, false, &k) != OK || watch_fold_apply(&w->fold, e, k) != OK)
		w->told_wrong++;
	return k;
}

#define SAY(...) arena_printf(&w->a, __VA_ARGS__)

static void open_step(struct world *w)
{
	struct watch_entry e;
	int step = ++w->opened;
	struct plain *p = &w->steps[step];
	*p = (struct plain){ .post = by_chance(w, POSTS + 1), .opened_ms = w->now_ms, .element = (int)by_chance(w, 2), .open = true };
	(void)tell(w, "case.received", step, S("{\"item\":1}"), &e);
	(void)tell(w, "step.opened", step, SAY("{\"step\":%d,\"post\":%d,\"element\":\"%s\",\"opened_ms\":%lld}", step, (int)p->post, element_name(p->element), (long long)p->opened_ms), &e);
	p->open = p->post != 0; /* the applicant's own wait at no post */
}

static void check_picked(struct world *w, const struct watch_entry *e, struct watch_case *k, int step)
{
	struct watch_moment m = { .fold = &w->fold, .calendar = w->calendar, .entry = e, .k = k, .step = k ? watch_case_step(k, step) : NULL, .a = &w->a };
	int64_t oldest_ms, n = passed_over(w, step, &oldest_ms);
	CHECK(m.step != NULL);
	if (!m.step)
		return;
	CHECK_INT(fact(&m, "earlier_waiting"), n);
	CHECK_INT(fact(&m, "earlier_hours"), n ? (w->steps[step].opened_ms - oldest_ms) / 3600000 : 0);
	w->asked += n > 0;
}

static void assign(struct world *w, int step)
{
	struct watch_entry e;
	struct plain *p = &w->steps[step];
	p->claimed = by_chance(w, 3) > 0;
	p->post = by_chance(w, 8) ? p->post : 1 + by_chance(w, POSTS);
	struct watch_case *k = tell(w, "step.assigned", step, SAY("{\"step\":%d,\"post\":%d,\"person\":7,\"claimed\":%s}", step, (int)p->post, p->claimed ? "true" : "false"), &e);
	if (p->claimed)
		check_picked(w, &e, k, step);
}

static void close_step(struct world *w, int step)
{
	struct watch_entry e;
	bool claimed = w->steps[step].claimed;
	w->steps[step].open = false;
	struct watch_case *k = tell(w, "step.closed", step, SAY("{\"step\":%d,\"person\":7,\"state\":\"done\",\"action\":\"approve\"}", step), &e);
	if (!claimed)
		check_picked(w, &e, k, step);
}

static void change_clock(struct world *w, int step)
{
	struct watch_entry e;
	struct plain *p = &w->steps[step];
	if (by_chance(w, 2)) {
		p->due_ms = w->now_ms + 60000 * (int64_t)by_chance(w, 600);
		(void)tell(w, "clock.started", step, SAY("{\"clock\":%d,\"step\":%d,\"due_ms\":%lld}", step, step, (long long)p->due_ms), &e);
		return;
	}
	int n = (int)by_chance(w, 2), clock = STEPS * (1 + n) + step;
	if (p->ended[n])
		return;
	p->ended[n] = by_chance(w, 4) == 0;
	p->still[n] = !p->still[n] && !p->ended[n];
	if (p->ended[n])
		(void)tell(w, "clock.stopped", step, SAY("{\"clock\":%d}", clock), &e);
	else
		(void)tell(w, "clock.changed", step, SAY("{\"clock\":%d,\"state\":\"%s\"}", clock, p->still[n] ? "suspended" : "running"), &e);
}

static void act(struct world *w)
{
	int step = w->opened ? 1 + (int)by_chance(w, (unsigned)w->opened) : 0;
	unsigned what = by_chance(w, 10);
	w->now_ms += by_chance(w, 3) ? by_chance(w, 200000) : 0; /* some in the same moment */
	if (w->opened < STEPS && (what < 3 || !step))
		open_step(w);
	else if (!w->steps[step].open)
		return;
	else if (what < 7)
		assign(w, step);
	else if (what < 8)
		close_step(w, step);
	else
		change_clock(w, step);
}

TEST(who_is_passed_over_is_counted_as_if_all_were_looked_through)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		static struct world w;
		static const struct record_gaps none;
		struct watch_record record = { .gaps = &none };
		w = (struct world){ .now_ms = BEGAN_MS };
		arena_init(&w.a, 256 << 20);
		watch_fold_init(&w.fold);
		w.fold.record = &record;
		os_entropy_seeded(&w.chance, seed);
		REQUIRE(calendar_read(&w.a, S("kind,year,from,to,zh,en,source\ncalendar,,,,x,x,+08:00\nnotice,2026,,,x,x,\noff,2026,2026-01-01,,x,x,\n"), &w.calendar, NULL) == OK);
		for (int i = 0; i < ACTS; i++)
			act(&w);
		CHECK_INT(w.told_wrong, 0);
		CHECK(w.asked > 100);
		watch_fold_release(&w.fold);
		arena_release(&w.a);
	}
}

TEST_MAIN
