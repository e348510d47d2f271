/* The watch fires what is due, once it is due, and survives a failing tick. */
#include "tests/test.h"

#include "os/os.h"
#include "watch/watch.h"

TEST(waiting_time)
{
	static const struct { const char *name; int64_t now, next, want; } rows[] = {
		{ "due now", 1000, 1000, 0 },
		{ "due long ago", 90000, 5, 0 },
		{ "due soon", 1000, 1500, 500 },
		{ "nothing due at all", 1000, INT64_MAX, WATCH_WAIT_MS_MAX },
		{ "far away", 0, 86400000, WATCH_WAIT_MS_MAX },
		{ "a clock before 1970", -5, INT64_MAX, WATCH_WAIT_MS_MAX },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_INT(watch_wait_ms(rows[i].now, rows[i].next), rows[i].want);
	}
}

/* A source that counts its ticks and lets the test wait for the n-th. */
struct counting {
	struct os_mutex lock;
	struct os_cond ticked;
	int ticks, failures, fail_first;
	int64_t now, next;
};

static int64_t counting_now(void *arg)
{
	struct counting *c = arg;
	os_mutex_lock(&c->lock);
	int64_t now = c->now;
	os_mutex_unlock(&c->lock);
	return now;
}

static enum err counting_tick(void *arg, int64_t *next_ms, struct diag *d)
{
	struct counting *c = arg;
	os_mutex_lock(&c->lock);
	bool bad = c->ticks++ < c->fail_first;
	*next_ms = c->next;
	os_cond_broadcast(&c->ticked);
	os_mutex_unlock(&c->lock);
	return bad ? diag_set(d, ERR_BUSY, "store.busy", "the store is busy") : OK;
}

static void counting_failed(void *arg, const struct diag *d)
{
	struct counting *c = arg;
	os_mutex_lock(&c->lock);
	c->failures += d->err == ERR_BUSY;
	os_mutex_unlock(&c->lock);
}

static struct watch_source counting_init(struct counting *c)
{
	*c = (struct counting){ .next = INT64_MAX };
	os_mutex_init(&c->lock);
	os_cond_init(&c->ticked);
	return (struct watch_source){ c, counting_now, counting_tick, counting_failed };
}

/* Waits until at least n ticks were seen; false after ten seconds. */
static bool ticks_reached(struct counting *c, int n)
{
	bool in_time = true;
	os_mutex_lock(&c->lock);
	while (c->ticks < n && in_time)
		in_time = os_cond_wait_ms(&c->ticked, &c->lock, 10000);
	bool reached = c->ticks >= n;
	os_mutex_unlock(&c->lock);
	return reached;
}

TEST(first_act_is_a_tick_and_a_nudge_asks_for_another)
{
	struct counting c;
	struct watch_source s = counting_init(&c);
	struct watch *w = NULL;
	REQUIRE(watch_start(&s, &w) == OK);
	CHECK(ticks_reached(&c, 1));
	watch_nudge(w); /* nothing else is due for WATCH_WAIT_MS_MAX */
	CHECK(ticks_reached(&c, 2));
	watch_stop(w);
}

TEST(a_due_moment_fires_without_a_nudge)
{
	struct counting c;
	struct watch_source s = counting_init(&c);
	c.next = 1; /* one millisecond ahead of now, for ever */
	struct watch *w = NULL;
	REQUIRE(watch_start(&s, &w) == OK);
	CHECK(ticks_reached(&c, 3));
	watch_stop(w);
}

TEST(a_failed_tick_is_told_and_tried_again)
{
	struct counting c;
	struct watch_source s = counting_init(&c);
	c.fail_first = 1;
	struct watch *w = NULL;
	REQUIRE(watch_start(&s, &w) == OK);
	CHECK(ticks_reached(&c, 2));
	watch_stop(w);
	CHECK_INT(c.failures, 1);
}

TEST(stopping_does_not_wait_for_the_next_moment)
{
	struct counting c;
	struct watch_source s = counting_init(&c);
	struct watch *w = NULL;
	REQUIRE(watch_start(&s, &w) == OK);
	REQUIRE(ticks_reached(&c, 1));
	int64_t before = os_monotonic_us();
	watch_stop(w);
	CHECK(os_monotonic_us() - before < WATCH_WAIT_MS_MAX * INT64_C(1000) / 2);
}

TEST_MAIN
