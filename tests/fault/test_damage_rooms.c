/* test_damage_rooms.c - pages of the file are overwritten: what the lists of the rooms on the kernel, the board and the record show of the rest. */
#include <stdio.h>

#include "tests/damage.h"
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"
#include "web/rooms.h"

enum { CASES = 60 };

#define DAY_MS (24 * 3600000LL)

static struct kernel k;
static struct damage damage;
static char path[160];

static int64_t person(const char *login) { return kernel_person(&k, login); }

static bool reopen(void)
{
	return kernel_open(&k, path);
}

/* Cases that are a day over, with an alert each that waits for its answer; a demand, a measure and a complaint each, put into the rows alone. */
static bool city_begin(const char *name)
{
	char key[16];
	struct diag d;
	memset(&k, 0, sizeof k);
	k.rooms = web_rooms(&k.rooms_count);
	snprintf(path, sizeof path, "%s/city.db", test_folder(name));
	if (!kernel_begin(&k, path))
		return false;
	int64_t citizen = kernel_citizen(&k, "zhang");
	for (int i = 0; i < CASES; i++) {
		snprintf(key, sizeof key, "k%d", i);
		if (!kernel_submit(&k, citizen, key).ptr)
			return false;
	}
	diag_init(&d);
	if (casework_advance(k.cw, &k.clock, KERNEL_START_MS + 2 * DAY_MS, &d) != OK)
		return false;
	casework_close(k.cw);
	return test_sql(path, "INSERT INTO complaint(id, about, about_words, category, title, identity, received_by, intake, registered_ms, lead, final, bounces, extended, reopened)"
	                      " SELECT id, 'organ', 'x', '1', 'x', 'named', '1', organ, 1, organ, 0, 0, 0, 0 FROM case_open") == CASES
	       && test_sql(path, "INSERT INTO demand(id, number, kind, text, limit_days, at_ms, due_ms, state, rung, overdue, issued_by, organ, person, case_id)"
	                         " SELECT id, 'D'||id, 'urge', '请于期限内办理并回复', 3, 1, 2, 'open', 0, 0, 1, organ, 0, id FROM case_open") == CASES
	       && test_sql(path, "INSERT INTO measure(id, number, kind, rank, subject_person, subject_organ, weight, ground, basis, facts, state, proposed_ms)"
	                         " SELECT id, 'M'||id, 'talk', 4, 0, organ, 1, 'x', 0, '{}', 'proposed', 1 FROM case_open") == CASES;
}

static void city_end(void)
{
	casework_close(k.cw);
	arena_release(&k.a);
}

static const struct json *view_of(const char *login, const char *view, const char *params) { return kernel_view(&k, person(login), view, params); }

/* All rows but those on the page, in one page and page by page, and all of them after it was mended. */
static void check_around(const char *view, const char *table, int leaf, const char *filters)
{
	char params[160];
	REQUIRE(city_begin("around"));
	int64_t all = test_sql(path, strcmp(view, "measures") == 0 ? "SELECT count(*) FROM measure" : "SELECT count(*) FROM case_open"), seen = 0, last = INT64_MAX, lost = damage_leaf(&damage, path, table, leaf);
	REQUIRE(lost > 1 && lost < all - 1 && reopen());
	snprintf(params, sizeof params, "{%s\"limit\":200}", filters);
	const struct json *v = view_of("sun", view, params);
	REQUIRE(v != NULL);
	CHECK_INT(json_get(v, "rows")->count, all - lost);
	CHECK(json_bool(json_get(v, "incomplete"), false));
	struct str next = S("");
	for (int i = 0; i == 0 || (next.len && i < CASES); i++) {
		snprintf(params, sizeof params, "{%s\"limit\":7,\"cursor\":\"%.*s\"}", filters, STR_ARG(next));
		REQUIRE((v = view_of("sun", view, params)) != NULL);
		for (size_t r = 0; r < json_get(v, "rows")->count; r++, seen++) {
			int64_t key = json_i64(json_get(&json_get(v, "rows")->items[r], "key"), 0);
			CHECK(key < last);
			last = key;
		}
		next = json_text(json_get(v, "next"));
	}
	CHECK_INT(seen, all - lost);
	casework_close(k.cw);
	REQUIRE(damage_mend(&damage) && reopen());
	snprintf(params, sizeof params, "{%s\"limit\":200}", filters);
	REQUIRE((v = view_of("sun", view, params)) != NULL);
	CHECK(json_get(v, "rows")->count == (size_t)all && !json_get(v, "incomplete") && !json_get(v, "unreadable"));
	city_end();
}

TEST(rows_before_and_behind_a_damaged_page_are_shown)
{
	static const struct { const char *view, *table; int leaf; const char *filters; } asked[] = {
		{ "redress.alerts", "redress_alert", 1, "" }, { "redress.alerts", "alert", 1, "" }, { "redress.alerts", "redress_alert", 1, "\"level\":\"notice\"," },
		{ "demands", "demand", 1, "" }, { "demands", "demand", 1, "\"state\":\"open\"," }, { "measures", "measure", 1, "" },
		{ "complaints", "case_open", 1, "" }, { "complaints", "complaint", 1, "" },
	};
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		char name[80];
		snprintf(name, sizeof name, "%s on %s %s", asked[i].view, asked[i].table, asked[i].filters);
		ROW(name);
		check_around(asked[i].view, asked[i].table, asked[i].leaf, asked[i].filters);
	}
	ROW(NULL);
}

static int64_t unknown_in(const struct json *rows, const char *unknown)
{
	int64_t n = 0;
	for (size_t i = 0; i < rows->count; i++)
		n += json_bool(json_get(&rows->items[i], unknown), false);
	return n;
}

TEST(figures_that_cannot_be_counted_are_unknown_and_never_none)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("figures"));
	REQUIRE(damage_leaf(&damage, path, "demand", 1) > 1 && reopen());
	const struct json *desk = view_of("sun", "redress.desk", "{}");
	REQUIRE(desk != NULL);
	CHECK(json_get(desk, "demands_overdue")->kind == JSON_NULL && json_bool(json_get(desk, "demands_overdue_unknown"), false));
	CHECK_INT(json_i64(json_get(desk, "measures_judge"), 0), CASES);
	CHECK(json_bool(json_get(desk, "incomplete"), false));
	casework_close(k.cw);
	REQUIRE(damage_mend(&damage) && damage_leaf(&damage, path, "case_open", 1) > 1 && reopen());
	const struct json *v = view_of("sun", "complaints", "{}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "counts")->kind == JSON_NULL && json_bool(json_get(v, "counts_unknown"), false));
	city_end();
}

TEST(the_record_and_the_audit_show_entries_whose_case_or_neighbours_cannot_be_read)
{
	char params[100];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("record"));
	int64_t all = test_sql(path, "SELECT count(*) FROM ledger");
	int64_t of_lost = test_sql(path, "SELECT count(*) FROM ledger l JOIN case_open k ON k.id=l.subject WHERE l.seq>(SELECT max(seq)-200 FROM ledger)"
	                                 " AND k.id IN (SELECT id FROM case_open ORDER BY id LIMIT (SELECT ncell FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET 1)"
	                                 " OFFSET (SELECT ncell FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1))");
	REQUIRE(damage_leaf(&damage, path, "case_open", 1) > 1 && reopen());
	ROW("of a damaged case");
	const struct json *v = view_of("sun", "ledger", "{\"limit\":200}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == 200 && of_lost > 0);
	CHECK_INT(unknown_in(json_get(v, "rows"), "case_no_unknown"), of_lost);
	ROW("in the audit");
	REQUIRE((v = view_of("sun", "audit", "{\"limit\":200}")) != NULL);
	CHECK_INT(unknown_in(json_get(v, "rows"), "case_no_unknown"), of_lost);
	casework_close(k.cw);
	ROW("around damaged entries");
	REQUIRE(damage_mend(&damage));
	int leaf = (int)test_sql(path, "SELECT count(*)/2 FROM dbstat WHERE name='ledger' AND pagetype='leaf'");
	int64_t lost = damage_leaf(&damage, path, "ledger", leaf), seen = 0;
	REQUIRE(lost > 0 && reopen());
	struct str next = S("");
	for (int i = 0; i == 0 || (next.len && i < 200); i++) {
		snprintf(params, sizeof params, "{\"limit\":100,\"cursor\":\"%.*s\"}", STR_ARG(next));
		REQUIRE((v = view_of("sun", "ledger", params)) != NULL);
		seen += (int64_t)json_get(v, "rows")->count;
		next = json_text(json_get(v, "next"));
	}
	CHECK_INT(seen, all - lost);
	ROW(NULL);
	city_end();
}

TEST(the_board_shows_what_it_can_count)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("board"));
	REQUIRE(damage_leaf(&damage, path, "board_count", 0) > 0 && reopen());
	const struct json *v = view_of("sun", "board", "{}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "totals")->kind == JSON_NULL && json_bool(json_get(v, "totals_unknown"), false) && json_bool(json_get(v, "organs_unknown"), false));
	CHECK(json_get(v, "alerts")->count == 20 && !json_get(v, "alerts_unknown") && json_bool(json_get(v, "incomplete"), false));
	casework_close(k.cw);
	REQUIRE(damage_mend(&damage) && damage_leaf(&damage, path, "board_day", 0) > 0 && reopen());
	const struct json *totals = json_get(view_of("sun", "board", "{}"), "totals");
	REQUIRE(totals != NULL);
	CHECK_INT(json_i64(json_get(totals, "open"), 0), CASES);
	CHECK(json_get(totals, "received_today")->kind == JSON_NULL && json_bool(json_get(totals, "received_today_unknown"), false));
	city_end();
}

TEST(the_rules_are_listed_where_what_they_led_to_cannot_be_counted)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("rules"));
	CHECK_INT(test_sql(path, "INSERT INTO watch_alert(id, rule_no, version, subject_key, case_id, moment_ms, at_ms, evidence)"
	                         " SELECT id, (SELECT min(rule_no) FROM watch_rule), 1, 'k'||id, id, 1, 1740963600000, 'evidence' FROM case_open"), CASES);
	int64_t rules = test_sql(path, "SELECT count(DISTINCT rule_no) FROM watch_rule");
	REQUIRE(damage_leaf(&damage, path, "watch_alert", 1) > 0 && reopen());
	const struct json *v = view_of("sun", "watch.rules", "{}");
	REQUIRE(v != NULL && rules > 1);
	CHECK_INT(json_get(v, "rows")->count, rules);
	CHECK_INT(unknown_in(json_get(v, "rows"), "alerts_year_unknown"), 1);
	CHECK(json_bool(json_get(v, "incomplete"), false));
	city_end();
}

TEST(a_complaint_can_be_begun_where_some_of_its_choices_cannot_be_read)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("choices"));
	REQUIRE(damage_leaf(&damage, path, "item", 0) > 0 && reopen());
	const struct json *v = kernel_view(&k, -1, "complaint.choices", "{}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "organs")->count > 0 && json_get(v, "items")->kind == JSON_NULL && json_bool(json_get(v, "items_unknown"), false));
	city_end();
}

TEST_MAIN
