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
	if (!kernel_put_person(&k, "gao", "高管理") || kernel_do(&k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"管理员\",\"a\":\"gao\"}") != OK)
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

/* ---- views that are answered again, round what is damaged ---- */

#define MANY "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<200) "
#define ORGAN "(SELECT min(id) FROM organ)"

static const struct round { const char *view, *login, *params, *list, *table; int leaf; const char *fill[2]; } rounds[] = {
	{ "hall", NULL, "{}", "windows", "hall_window", 1, { MANY "INSERT INTO hall_window(id, code, number, name, name_en, organ, place, comprehensive, enabled) SELECT 900000+n, 'w'||n, n, '综合窗口', 'Window', " ORGAN ", '一楼东区', 1, 1 FROM c" } },
	{ "windows", "sun", "{\"limit\":200}", "rows", "inspect_window", 1, { MANY "INSERT INTO inspect_window SELECT 900000+n, 'w'||n, '综合窗口', 'Window', " ORGAN ", '一楼东区', 1 FROM c" } },
	{ "devices", "sun", "{\"limit\":200}", "rows", "inspect_device", 1, { "INSERT INTO inspect_window SELECT 1, 'w', '综合窗口', 'Window', " ORGAN ", '一楼东区', 1 FROM organ LIMIT 1",
	  MANY "INSERT INTO inspect_device(id, code, \"window\", kind, name, name_en, enabled) SELECT 900000+n, 'd'||n, 1, 'telephone', '电话', 'Telephone', 1 FROM c" } },
	{ "people", "gao", "{\"limit\":200}", "rows", "person", 2, { MANY "INSERT INTO person(id, login, name, staff, enabled) SELECT 900000+n, 'p'||n, '王某', 1, 1 FROM c" } },
	{ "posts", "gao", "{\"limit\":200}", "rows", "post", 2, { MANY "INSERT INTO post(id, code, organ, role, name, name_en) SELECT 900000+n, 'p'||n, " ORGAN ", 'reviewer', '审查岗', 'Review' FROM c" } },
	{ "structure", "sun", "{}", "posts", "post_time", 1, { MANY "INSERT INTO post(id, code, organ, role, name, name_en) SELECT 900000+n, 'p'||n, " ORGAN ", 'reviewer', '审查岗', 'Review' FROM c",
	  "INSERT INTO post_time SELECT id, 1, NULL, organ, role, name, name_en, data FROM post WHERE id>900000" } },
	{ "promises", NULL, "{\"limit\":200}", "rows", "promise", 1, { MANY "INSERT INTO promise(id, item, version, amount, unit, statutory, reason, state, from_ms, proposed_by, proposed_ms)"
	  " SELECT 900000+n, (SELECT min(id) FROM item), n, 7, 'working-days', 20, '减少环节', 'signed', 1, 0, 1 FROM c" } },
	{ "powers", NULL, "{\"organ\":\"O1\",\"kind\":\"power\"}", "entries", "power", 1, { "INSERT INTO power_list SELECT id, 'power', 1, 0, 0, 1, 1 FROM organ",
	  MANY "INSERT INTO power SELECT " ORGAN ", 'power', 1, 'X-'||n, '行政许可', 'Licence', '01', '《行政许可法》', 'accept', '' FROM c" } },
	{ "gauge.runs", "sun", "{\"limit\":200}", "rows", "gauge_run", 1, { "INSERT INTO gauge_scheme SELECT 1, 's', 1, '考核', 'Scoring', '{}', 0, 0, 1, 0, 1 FROM organ LIMIT 1",
	  MANY "INSERT INTO gauge_run(id, run_no, scheme, scheme_code, span, period, from_ms, until_ms, state, round, total, done, begun_ms, person) SELECT 900000+n, 'R'||n, 1, 's', 'week', '2025-W01', n, n+1, 'final', 1, 1, 1, 1, 0 FROM c" } },
	{ "ladder", "sun", "{\"organ\":\"O1\"}", NULL, "measure", 1, { "UPDATE measure SET state='confirmed'" } },
	{ "complaint.report", "sun", "{\"from\":\"1969-01-01\",\"to\":\"2025-12-31\"}", NULL, "complaint", 1, { NULL } },
	{ "mine.choices", "sun", "{}", NULL, "case_open", 1, { NULL } },
	{ "attendance", "sun", "{\"month\":\"2025-03\"}", NULL, "roster_mark", 1, { MANY "INSERT INTO roster_mark(id, person, kind, at_ms, by_person, noted_ms) SELECT 900000+n, (SELECT id FROM person WHERE login='sun'), 'in', 1740963600000+n, 0, 1 FROM c" } },
	{ "tally", "sun", "{\"measures\":[\"received\"],\"by\":\"organ\",\"from\":\"2025-01-01\",\"to\":\"2025-03-31\"}", NULL, "tally", 0, { NULL } },
};

static struct str text_of(const struct json *v)
{
	struct buf b;
	struct str text = { NULL, 0 };
	struct json_writer w;
	buf_init_in(&b, &k.a, 16 << 20);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	return buf_finish(&b, &text) == OK ? text : (struct str){ NULL, 0 };
}

static const struct json *asked_of(const struct round *r) { return kernel_view(&k, r->login ? person(r->login) : -1, r->view, r->params); }

static void check_round(const struct round *r)
{
	REQUIRE(city_begin("round"));
	for (size_t i = 0; i < 2 && r->fill[i]; i++)
		REQUIRE(test_sql(path, r->fill[i]) > 0);
	REQUIRE(reopen());
	const struct json *whole = asked_of(r);
	REQUIRE(whole != NULL && !json_get(whole, "incomplete"));
	struct str before = text_of(whole);
	casework_close(k.cw);
	int64_t lost = damage_leaf(&damage, path, r->table, r->leaf);
	REQUIRE(lost > 0 && reopen());
	const struct json *v = asked_of(r);
	REQUIRE(v != NULL);
	CHECK(json_bool(json_get(v, "incomplete"), false) && !str_eq(text_of(v), before));
	if (r->list) {
		size_t all = json_get(whole, r->list)->count, shown = json_get(v, r->list)->count;
		CHECK(all > 0 && shown < all && shown + (size_t)lost >= all && shown > 0);
	}
	casework_close(k.cw);
	REQUIRE(damage_mend(&damage) && reopen());
	CHECK_STR(text_of(asked_of(r)), before.ptr);
	city_end();
}

TEST(what_can_be_read_is_shown_and_every_figure_that_lacks_something_says_so)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
		ROW(rounds[i].view);
		check_round(&rounds[i]);
	}
	ROW(NULL);
}

TEST(who_acts_or_decides_by_what_is_damaged_is_refused_as_before)
{
	char json[80];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("acts") && test_sql(path, MANY "INSERT INTO person(id, login, name, staff, enabled) SELECT 900000+n, 'p'||n, '王某', 1, 1 FROM c") > 0);
	int64_t lost = damage_leaf(&damage, path, "person", 2);
	REQUIRE(lost > 0 && reopen());
	const struct json *v = view_of("gao", "people", "{\"limit\":200}");
	REQUIRE(v != NULL && json_bool(json_get(v, "incomplete"), false));
	ROW("the system itself, which would take it for the whole");
	CHECK(kernel_view(&k, 0, "people", "{\"limit\":200}") == NULL && k.r.diag.err == ERR_CORRUPT);
	ROW("a command");
	int refused = 0;
	for (int n = 1; n <= 200; n++) {
		snprintf(json, sizeof json, "{\"login\":\"p%d\",\"name\":\"李某\",\"staff\":true}", n);
		refused += kernel_do(&k, 0, "", "person.put", json) == ERR_CORRUPT;
	}
	CHECK(refused >= lost);
	ROW(NULL);
	city_end();
}

/* Sets it among many that nobody asks for, and damages the leaf that it lies on. */
static bool damage_setting(const char *name, const char *value)
{
	char sql[300], look[120];
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			snprintf(sql, sizeof sql, "INSERT INTO setting VALUES('%s', '%s')", name, value);
		else
			snprintf(sql, sizeof sql, MANY "INSERT INTO setting SELECT '%s'||(n+%d), hex(zeroblob(100)) FROM c", name, 1000 * i);
		if (test_sql(path, sql) <= 0)
			return false;
	}
	snprintf(look, sizeof look, "SELECT length(value)>0 FROM setting WHERE name='%s'", name);
	for (int leaf = 0; damage_leaf(&damage, path, "setting", leaf) > 0; leaf++) {
		if (test_sql(path, look) != 1)
			return true;
		if (!damage_mend(&damage))
			return false;
	}
	return false;
}

/* As it is served: with readers of their own. */
static bool reopen_served(void)
{
	struct casework_options o = { .clock = &k.clock, .entropy = &k.entropy, .data_dir = PROJECT_ROOT, .fast = true, .rooms = k.rooms, .rooms_count = k.rooms_count };
	struct diag d;
	diag_init(&d);
	return casework_open(path, &o, &k.cw, &d) == OK;
}

TEST(what_the_office_has_set_is_never_shown_as_what_comes_with_the_program)
{
	static const struct { const char *setting, *login, *view, *params, *value; } asked[] = {
		{ "supervision.limits", "gao", "watch.rules", "{}", "{}" }, { "redress.limits", "sun", "ladder", "{\"organ\":\"O1\"}", "{\"period_days\":30}" },
	};
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		ROW(asked[i].view);
		REQUIRE(city_begin("settings"));
		REQUIRE(damage_setting(asked[i].setting, asked[i].value) && reopen_served());
		CHECK(view_of(asked[i].login, asked[i].view, asked[i].params) == NULL && k.r.diag.err == ERR_CORRUPT);
		city_end();
	}
	ROW(NULL);
}

TEST(where_an_index_alone_is_damaged_every_view_is_whole)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("index") && damage_leaf(&damage, path, "post_a", 0) > 0 && reopen());
	const struct json *me = view_of("sun", "me", "{}");
	REQUIRE(me != NULL);
	CHECK(json_get(me, "roles")->count == 2 && !json_get(me, "incomplete"));
	casework_close(k.cw);
	REQUIRE(damage_mend(&damage) && damage_leaf(&damage, path, "post", 0) > 0 && reopen());
	CHECK(view_of("sun", "me", "{}") == NULL && k.r.diag.err == ERR_CORRUPT);
	city_end();
}

TEST(nobody_sees_more_where_it_cannot_be_read_from_whom_a_case_is_kept)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin("barred"));
	CHECK_INT(test_sql(path, "INSERT INTO case_barred(case_id, person) SELECT id, (SELECT id FROM person WHERE login='sun') FROM case_open"), CASES);
	REQUIRE(damage_leaf(&damage, path, "case_barred", 0) > 0 && reopen());
	CHECK(view_of("sun", "complaint.report", "{\"from\":\"1969-01-01\",\"to\":\"2025-12-31\"}") == NULL);
	const struct json *cases = view_of("sun", "cases", "{\"limit\":200}");
	CHECK(cases && json_get(cases, "rows")->count == 0 && json_bool(json_get(cases, "rows_unknown"), false));
	city_end();
}

TEST_MAIN
