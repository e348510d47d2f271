/* test_answers.c - answers to repeated commands are kept as long as stated and then forgotten, a piece at a time. */
#include "casework/room.h"
#include "kernel.h"

#define DAY_MS 86400000LL
enum { PIECE = 1000 };

static enum err count(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, "SELECT count(*) FROM answer WHERE ?1=1", 1, -1);
	return OK;
}

static int64_t kept(struct kernel *k)
{
	int64_t n = -1;
	return casework_read(k->cw, count, &n) == OK ? n : -1;
}

static bool repeatable(struct kernel *k, int n, int from)
{
	char key[40], json[80];
	bool good = true;
	for (int i = from; i < from + n && good; i++) {
		snprintf(key, sizeof key, "key-%d", i);
		snprintf(json, sizeof json, "{\"name\":\"public.city\",\"value\":\"%d\"}", i);
		good = kernel_do(k, 0, key, "setting.put", json) == OK;
	}
	return good;
}

static int64_t tick_at(struct kernel *k, int64_t ms)
{
	int64_t next = -1;
	os_clock_set(&k->clock, ms);
	CHECK_INT(casework_tick(k->cw, &next, NULL), OK);
	return next;
}

TEST(an_answer_is_given_again_for_a_week_and_then_forgotten)
{
	static const struct { const char *name, *setting; int64_t kept_days; } rows[] = {
		{ "unless said otherwise", NULL, 7 },
		{ "two days", "2", 2 },
		{ "no number of days", "\"long\"", 7 },
		{ "less than a day", "0", 7 },
		{ "more than a year", "366", 7 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k = { .cw = NULL };
		char json[80];
		uint64_t n;
		ROW(rows[i].name);
		REQUIRE(kernel_begin(&k, ":memory:"));
		snprintf(json, sizeof json, "{\"name\":\"answers.days\",\"value\":%s}", rows[i].setting ? rows[i].setting : "7");
		REQUIRE(!rows[i].setting || kernel_do(&k, 0, "", "setting.put", json) == OK);
		REQUIRE(repeatable(&k, 1, 1));
		int64_t until = KERNEL_START_MS + rows[i].kept_days * DAY_MS;
		(void)tick_at(&k, until - DAY_MS);
		CHECK_INT(kept(&k), 1);
		(void)tick_at(&k, until); /* not older than that yet; the next look is a day later */
		CHECK_INT(kept(&k), 1);
		CHECK(repeatable(&k, 1, 1)); /* the answer, not a second entry */
		(void)tick_at(&k, until + DAY_MS);
		CHECK_INT(kept(&k), 0);
		CHECK_INT(kernel_do(&k, 0, "key-1", "setting.put", "{\"name\":\"public.city\",\"value\":\"other\"}"), OK); /* the key is free */
		CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
		kernel_end(&k);
	}
	ROW(NULL);
}

/* 2,500 old ones and 1,000 young: pieces of 1,000 in the order of their keys, whose last characters mix young and old. */
TEST(many_are_forgotten_in_small_pieces_and_the_young_ones_stay)
{
	struct kernel k = { .cw = NULL };
	REQUIRE(kernel_begin(&k, ":memory:"));
	REQUIRE(repeatable(&k, 2500, 1));
	os_clock_set(&k.clock, KERNEL_START_MS + 5 * DAY_MS);
	REQUIRE(repeatable(&k, 1000, 2501));
	CHECK_INT(kept(&k), 3500);
	int64_t now = KERNEL_START_MS + 8 * DAY_MS, before = 3500, ticks = 0;
	while (kept(&k) > 1000 && ticks < 10) {
		int64_t next = tick_at(&k, now), left = kept(&k);
		CHECK(before - left <= PIECE);
		if (left > 1000)
			CHECK_INT(next, now + 1000); /* it wants to go on soon, whatever else is due */
		before = left;
		now += 1000;
		ticks++;
	}
	CHECK_INT(kept(&k), 1000);
	CHECK(ticks >= 3);
	(void)tick_at(&k, now);
	CHECK_INT(kept(&k), 1000);
	/* a clock set back looks again at once, and finds nothing old */
	(void)tick_at(&k, KERNEL_START_MS);
	CHECK_INT(kept(&k), 1000);
	kernel_end(&k);
}

TEST_MAIN
