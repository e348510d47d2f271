/* The demo city: the same seed gives the same record, and the month looks like one. */
#include "app/demo.h"
#include "tests/test.h"
#include "web/rooms.h"

enum { ARENA_MAX = 64 << 20, DAY_MS = 86400000 };
#define NOW_MS INT64_C(1774926000000) /* 2026-03-31T11:00:00+08:00 */

struct city {
	struct os_clock clock;
	struct os_entropy entropy;
	struct casework *cw;
	struct arena a;
	struct diag d;
	struct demo_figures figures;
};

static enum err city_make(struct city *c, uint64_t seed, int days, int cases)
{
	struct demo_options o = { .data_dir = PROJECT_ROOT, .seed = seed, .now_ms = NOW_MS, .days = days, .cases = cases };
	arena_init(&c->a, ARENA_MAX);
	diag_init(&c->d);
	os_clock_virtual(&c->clock, NOW_MS - (int64_t)days * DAY_MS);
	os_entropy_seeded(&c->entropy, seed);
	struct casework_options co = { .clock = &c->clock, .entropy = &c->entropy, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
	WEB_ROOMS_INTO(co);
	enum err e = casework_open(":memory:", &co, &c->cw, &c->d);
	if (e == OK)
		e = demo_make(c->cw, &c->clock, &o, &c->figures, &c->d);
	if (e != OK && e != ERR_INVALID)
		printf("  %s: %s (%s)\n", c->d.code, c->d.text, c->d.place);
	return e;
}

static void city_drop(struct city *c)
{
	casework_close(c->cw);
	arena_release(&c->a);
}

static const struct json *look(struct city *c, const char *view)
{
	struct casework_actor system = { .system = true };
	const struct json *out = NULL;
	enum err e = casework_view(c->cw, view, &system, NULL, &c->a, &out, &c->d);
	if (e != OK && e != ERR_INVALID)
		printf("  %s: %s\n", view, c->d.text);
	return e == OK ? out : NULL;
}

static struct str head(struct city *c)
{
	return json_text(json_get(look(c, "ledger.head"), "hash"));
}

TEST(the_same_seed_gives_the_same_record)
{
	struct city one = { 0 }, two = { 0 }, other = { 0 };
	CHECK_INT(city_make(&one, 7, 12, 12), OK);
	CHECK_INT(city_make(&two, 7, 12, 12), OK);
	CHECK_INT(city_make(&other, 8, 12, 12), OK);
	CHECK(head(&one).len == 64);
	CHECK(str_eq(head(&one), head(&two)));
	CHECK(!str_eq(head(&one), head(&other)));
	city_drop(&one);
	city_drop(&two);
	city_drop(&other);
}

TEST(the_record_verifies_and_rebuilds)
{
	struct city c = { 0 };
	uint64_t n = 0;
	CHECK_INT(city_make(&c, 1, 20, 20), OK);
	CHECK_INT(casework_verify(c.cw, NULL, NULL, &n, &c.d), OK);
	CHECK(n > 300);
	CHECK_INT(casework_rebuild_check(c.cw, NULL, NULL, &n, &c.d), OK);
	if (c.d.err != OK)
		printf("  %s\n", c.d.text);
	city_drop(&c);
}

TEST(the_board_has_every_colour)
{
	struct city c = { 0 };
	static const char *const colours[] = { "open", "none", "yellow", "red" };
	CHECK_INT(city_make(&c, 1, 30, 60), OK);
	CHECK(c.figures.cases >= 60);
	const struct json *totals = json_get(look(&c, "board"), "totals");
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
		ROW(colours[i]);
		CHECK(json_i64(json_get(totals, colours[i]), 0) > 0);
	}
	ROW(NULL);
	CHECK(json_i64(json_get(totals, "open"), 0) < (int64_t)c.figures.cases);
	city_drop(&c);
}

TEST(the_office_sees_a_pack_with_its_scenarios)
{
	struct city c = { 0 };
	struct casework_actor system = { .system = true };
	const struct json *params = NULL, *pack = NULL;
	CHECK_INT(city_make(&c, 1, 1, 0), OK);
	REQUIRE(json_read(&c.a, S("{\"code\":\"general-item\"}"), &params, NULL) == OK);
	CHECK_INT(casework_view(c.cw, "pack", &system, params, &c.a, &pack, &c.d), OK);
	const struct json *scenarios = json_get(pack, "scenarios");
	CHECK(scenarios && scenarios->count >= 5);
	for (size_t i = 0; scenarios && i < scenarios->count; i++)
		CHECK(json_bool(json_get(&scenarios->items[i], "passed"), false));
	CHECK(json_get(pack, "checks") != NULL);
	city_drop(&c);
}

TEST(a_city_is_not_made_twice)
{
	struct city c = { 0 };
	struct demo_options o = { .data_dir = PROJECT_ROOT, .seed = 1, .now_ms = NOW_MS, .days = 1 };
	CHECK_INT(city_make(&c, 1, 1, 0), OK);
	CHECK_INT(demo_make(c.cw, &c.clock, &o, &c.figures, &c.d), ERR_CONFLICT);
	city_drop(&c);
}

static const struct { const char *name; int days, cases; } sizes[] = { { "no day", 0, 1 }, { "too many days", 367, 1 }, { "too many cases", 1, 100001 } };

TEST(a_size_out_of_bounds_is_refused)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct city c = { 0 };
		ROW(sizes[i].name);
		CHECK_INT(city_make(&c, 1, sizes[i].days, sizes[i].cases), ERR_INVALID);
		city_drop(&c);
	}
	ROW(NULL);
}

TEST_MAIN
