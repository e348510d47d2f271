/* test_damage_views.c - pages of the file are overwritten: what of it people meet who only look, and what time brings to the cases there. */
#include <stdio.h>

#include "casework/casework_int.h"
#include "casework/packs.h"
#include "tests/damage.h"
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

enum { CASES = 60 };

#define DAY_MS (24 * 3600000LL)

struct city { struct kernel k; char path[160]; int64_t citizen; struct damage damage; };

/* Cases of one citizen, all with one reviewer; stopped, so that all of it is in the one file. */
static bool city_begin(struct city *x, const char *name)
{
	char key[16];
	*x = (struct city){ .k = { .cw = NULL } };
	snprintf(x->path, sizeof x->path, "%s/city.db", test_folder(name));
	if (!kernel_begin(&x->k, x->path))
		return false;
	x->citizen = kernel_citizen(&x->k, "zhang");
	for (int i = 0; i < CASES; i++) {
		snprintf(key, sizeof key, "k%d", i);
		if (!kernel_submit(&x->k, x->citizen, key).ptr)
			return false;
	}
	casework_close(x->k.cw);
	return true;
}

static void city_end(struct city *x)
{
	casework_close(x->k.cw);
	arena_release(&x->k.a);
}

static int64_t sql(struct city *x, const char *text) { return test_sql(x->path, text); }

static int64_t person(struct city *x, const char *login) { return kernel_person(&x->k, login); }

static bool go_to(struct city *x, int64_t ms)
{
	struct diag d;
	diag_init(&d);
	return casework_advance(x->k.cw, &x->k.clock, ms, &d) == OK;
}

/* ---- a chain that does not end ---- */

TEST(a_chain_that_leads_round_is_told_not_followed)
{
#define LAST "(SELECT max(seq) FROM case_last)"
	static const struct { const char *name, *sql; } rows[] = {
		{ "to the entry itself", "UPDATE ledger SET prev=seq WHERE seq=" LAST },
		{ "to the one behind it", "UPDATE ledger SET prev=" LAST " WHERE seq=(SELECT prev FROM ledger WHERE seq=" LAST ")" },
		{ "to one that is not there", "UPDATE ledger SET prev=0-1 WHERE seq=" LAST },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct city x;
		char ask[80];
		ROW(rows[i].name);
		REQUIRE(city_begin(&x, "round") && kernel_open(&x.k, x.path));
		struct str no = kernel_submit(&x.k, x.citizen, "round");
		snprintf(ask, sizeof ask, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
		REQUIRE(kernel_view(&x.k, person(&x, "sun"), "audit", ask));
		casework_close(x.k.cw);
		CHECK_INT(sql(&x, rows[i].sql), 1);
		REQUIRE(kernel_open(&x.k, x.path));
		CHECK(kernel_view(&x.k, person(&x, "sun"), "audit", ask) == NULL && x.k.r.diag.err == ERR_CORRUPT);
		city_end(&x);
	}
	ROW(NULL);
}

/* ---- an alert, of a case whose own row cannot be read ---- */

TEST(an_alert_of_a_damaged_case_waits_and_those_of_others_are_raised)
{
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "alerts"));
	int64_t rows = damage_leaf(&x.damage, x.path, "case_open", 1);
	REQUIRE(rows > 1 && kernel_open(&x.k, x.path));
	/* the limit of a step is two working days: on Friday every case has been warned of and is over */
	CHECK(go_to(&x, KERNEL_START_MS + 4 * DAY_MS));
	casework_close(x.k.cw);
	CHECK_INT(sql(&x, "SELECT count(DISTINCT case_id) FROM alert"), CASES - rows);
	CHECK_INT(sql(&x, "SELECT count(DISTINCT subject) FROM ledger WHERE kind='timer.postponed'"), rows);
	CHECK_INT(sql(&x, "SELECT count(*) FROM ledger WHERE kind='timer.postponed' AND payload NOT LIKE '%\"damaged\":true%'"), 0);
	CHECK_INT(sql(&x, "SELECT count(*) FROM ledger WHERE kind='alert.raised' AND subject IN (SELECT subject FROM ledger WHERE kind='timer.postponed')"), 0);
	REQUIRE(damage_mend(&x.damage) && kernel_open(&x.k, x.path));
	CHECK(go_to(&x, KERNEL_START_MS + 4 * DAY_MS + 3600000));
	casework_close(x.k.cw);
	CHECK_INT(sql(&x, "SELECT count(DISTINCT case_id) FROM alert"), CASES);
	CHECK_INT(sql(&x, "SELECT count(*) FROM alert"), sql(&x, "SELECT count(*) FROM (SELECT DISTINCT clock, level FROM alert) a")); /* each once */
	REQUIRE(kernel_open(&x.k, x.path));
	city_end(&x);
}

/* ---- what another process did ---- */

struct ears { int64_t heard, last; bool in_order; };

static void hear(void *arg, const struct casework_event *e)
{
	struct ears *ears = arg;
	ears->in_order = ears->in_order && (int64_t)e->seq > ears->last;
	ears->last = (int64_t)e->seq;
	ears->heard++;
}

TEST(news_of_another_process_go_on_behind_an_entry_that_cannot_be_read)
{
	struct city x;
	struct ears ears = { .in_order = true };
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "news"));
	int64_t all = sql(&x, "SELECT count(*) FROM ledger");
	int64_t rows = damage_leaf(&x.damage, x.path, "ledger", 20);
	REQUIRE(all < 1000 && rows > 0 && kernel_open(&x.k, x.path)); /* more than a thousand are not told after the fact */
	REQUIRE(casework_listen(x.k.cw, "", hear, &ears) == OK);
	x.k.cw->news_seq = 0; /* as if all of it came from elsewhere */
	casework_news(x.k.cw);
	CHECK_INT(ears.heard, all - rows);
	CHECK_INT(ears.last, all);
	CHECK(ears.in_order);
	casework_news(x.k.cw);
	CHECK_INT(ears.heard, all - rows); /* nothing twice */
	REQUIRE(kernel_submit(&x.k, x.citizen, "later").len > 0);
	int64_t told = ears.heard;
	casework_news(x.k.cw);
	CHECK(ears.heard > told && ears.last == (int64_t)x.k.cw->last_seq);
	casework_unlisten(x.k.cw, hear, &ears);
	city_end(&x);
}

/* ---- lists ---- */


static const struct list_case { const char *login, *view, *params, *rows; } lists[] = {
	{ "wang", "worklist", "{\"limit\":200}", "rows" }, { "wang", "worklist", "{\"limit\":200,\"scope\":\"post\"}", "rows" },
	{ "li", "worklist", "{\"limit\":200,\"scope\":\"organ\"}", "rows" }, { "zhang", "my.cases", "{\"limit\":200}", "rows" },
	{ "sun", "alerts", "{\"limit\":200}", "rows" },
};

static void check_none(const struct json *v);

/* What is one page of the open cases leaves out of each list: its own rows, and no other. */
TEST(a_list_shows_the_rows_that_can_be_read_and_says_how_many_are_missing)
{
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "lists") && kernel_open(&x.k, x.path));
	CHECK(go_to(&x, KERNEL_START_MS + 2 * DAY_MS)); /* the day on which each step is due: one alert each */
	casework_close(x.k.cw);
	CHECK_INT(sql(&x, "SELECT count(*) FROM alert"), CASES);
	int64_t rows = damage_leaf(&x.damage, x.path, "case_open", 1);
	REQUIRE(rows > 1 && kernel_open(&x.k, x.path));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		ROW(lists[i].view);
		const struct json *v = kernel_view(&x.k, person(&x, lists[i].login), lists[i].view, lists[i].params);
		REQUIRE(v != NULL);
		CHECK_INT(json_get(v, lists[i].rows)->count, CASES - rows);
		CHECK_INT(json_i64(json_get(v, "unreadable"), 0), rows);
	}
	ROW("alerts page by page");
	char params[100];
	int64_t seen = 0;
	struct str next = S("");
	for (int i = 0; i == 0 || (next.len && i < CASES); i++) {
		snprintf(params, sizeof params, "{\"limit\":25,\"cursor\":\"%.*s\"}", STR_ARG(next));
		const struct json *v = kernel_view(&x.k, person(&x, "sun"), "alerts", params);
		REQUIRE(v != NULL);
		seen += (int64_t)json_get(v, "rows")->count;
		next = json_text(json_get(v, "next"));
	}
	CHECK_INT(seen, CASES - rows);
	ROW("board");
	const struct json *board = kernel_view(&x.k, person(&x, "sun"), "board", "{}");
	REQUIRE(board != NULL);
	CHECK_INT(json_i64(json_get(json_get(board, "totals"), "open"), 0), CASES); /* counted apart from the cases */
	ROW("its counts");
	const struct json *counts = json_get(kernel_view(&x.k, person(&x, "wang"), "worklist", "{}"), "counts");
	CHECK_INT(json_i64(json_get(counts, "mine"), 0), CASES);
	CHECK(json_get(counts, "red") && json_get(counts, "red")->kind == JSON_NULL);
	ROW("the home page's figures");
	const struct json *home = kernel_view(&x.k, -1, "home", "{}");
	REQUIRE(home != NULL);
	CHECK(json_get(json_get(home, "stats"), "open")->kind == JSON_NULL && json_bool(json_get(json_get(home, "stats"), "open_unknown"), false));
	CHECK_INT(json_i64(json_get(json_get(home, "stats"), "concluded_month"), -1), 0);
	ROW("a list by what is damaged");
	const struct json *found = kernel_view(&x.k, person(&x, "wang"), "worklist", "{\"q\":\"张三\",\"limit\":200}");
	REQUIRE(found != NULL);
	CHECK_INT(json_get(found, "rows")->count, CASES - rows);
	CHECK(json_bool(json_get(found, "incomplete"), false));
	check_none(kernel_view(&x.k, person(&x, "wang"), "worklist", "{\"q\":\"nobody\"}"));
	struct casework_health health;
	CHECK(casework_health(x.k.cw, &health) == OK && health.views_damaged > 0);
	casework_close(x.k.cw);
	ROW("mended");
	REQUIRE(damage_mend(&x.damage) && kernel_open(&x.k, x.path));
	const struct json *v = kernel_view(&x.k, person(&x, "wang"), "worklist", "{\"limit\":200}");
	CHECK_INT(json_get(v, "rows")->count, CASES);
	CHECK(json_get(v, "unreadable") == NULL);
	ROW(NULL);
	city_end(&x);
}

/* ---- lists whose own rows lie on the page ---- */

static int64_t first_on_leaf(struct city *x, const char *table, int nth, int64_t *behind)
{
	char text[240];
	int64_t before = 0;
	for (int i = 0; i < nth; i++) {
		snprintf(text, sizeof text, "SELECT ncell FROM dbstat WHERE name='%s' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET %d", table, i);
		before += sql(x, text);
	}
	snprintf(text, sizeof text, "SELECT count(*) FROM %s", table);
	*behind = sql(x, text) - before;
	return before;
}

static void check_incomplete(const struct json *v, int64_t rows)
{
	REQUIRE(v != NULL);
	CHECK_INT(json_get(v, "rows")->count, rows);
	CHECK(json_bool(json_get(v, "incomplete"), false));
}

/* Nothing of it can be read, and it does not say that there is nothing. */
static void check_none(const struct json *v)
{
	REQUIRE(v != NULL);
	CHECK_INT(json_get(v, "rows")->count, 0);
	CHECK(json_bool(json_get(v, "rows_unknown"), false) && json_bool(json_get(v, "incomplete"), false));
}

static bool add_items(struct city *x, int n)
{
	char json[400];
	bool done = true;
	for (int i = 2; done && i < n; i++) {
		snprintf(json, sizeof json, "{\"impl_code\":\"I%d\",\"name\":\"食品经营许可证核发其%d\",\"organ\":\"O1\",\"kind\":\"%s\",\"pack\":\"test\",\"online\":true}", i, i, i % 2 ? "01" : "05");
		done = kernel_do(&x->k, 0, "", "item.put", json) == OK;
	}
	return done;
}

TEST(items_before_and_behind_a_damaged_page_are_found)
{
	struct city x;
	int64_t behind, odd = 0;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "items") && kernel_open(&x.k, x.path));
	REQUIRE(add_items(&x, 120) && kernel_do(&x.k, 0, "", "post.put", "{\"code\":\"P8\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"窗口\",\"a\":\"wang\"}") == OK);
	casework_close(x.k.cw);
	int64_t before = first_on_leaf(&x, "item", 1, &behind), all = before + behind;
	int64_t lost = damage_leaf(&x.damage, x.path, "item", 1);
	REQUIRE(before > 0 && lost > 1 && lost < behind && all < 200 && kernel_open(&x.k, x.path));
	for (int64_t i = 1; i <= all; i++) /* the first is of kind 01 as those with an odd number are */
		odd += (i <= before || i > before + lost) && i % 2;
	ROW("all");
	check_incomplete(kernel_view(&x.k, -1, "items.search", "{\"limit\":200}"), all - lost);
	CHECK(json_bool(json_get(kernel_view(&x.k, -1, "items.search", "{}"), "total_unknown"), false));
	ROW("by words");
	check_incomplete(kernel_view(&x.k, -1, "items.search", "{\"limit\":200,\"q\":\"食品\"}"), all - lost);
	ROW("by kind");
	check_incomplete(kernel_view(&x.k, -1, "items.search", "{\"limit\":200,\"kind\":\"01\"}"), odd);
	ROW("by organ");
	check_incomplete(kernel_view(&x.k, -1, "items.search", "{\"limit\":200,\"organ\":\"O1\"}"), all - lost);
	ROW("at the counter");
	check_incomplete(kernel_view(&x.k, person(&x, "wang"), "counter.items", "{\"limit\":200}"), all - lost);
	ROW("a page that ends before");
	const struct json *v = kernel_view(&x.k, -1, "items.search", "{\"limit\":2,\"count\":false}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == 2 && !json_get(v, "incomplete"));
	ROW("page by page");
	char params[100];
	int64_t seen = 0;
	struct str next = S("0");
	for (int i = 0; i < 60 && next.len; i++) {
		snprintf(params, sizeof params, "{\"limit\":7,\"cursor\":\"%.*s\"}", STR_ARG(next));
		REQUIRE((v = kernel_view(&x.k, -1, "items.search", params)) != NULL);
		seen += (int64_t)json_get(v, "rows")->count;
		next = json_text(json_get(v, "next"));
	}
	CHECK_INT(seen, all - lost);
	ROW("nothing but what may be damaged");
	check_none(kernel_view(&x.k, -1, "items.search", "{\"kind\":\"20\"}"));
	CHECK(kernel_view(&x.k, 0, "items.search", "{\"kind\":\"20\"}") == NULL && x.k.r.diag.err == ERR_CORRUPT); /* who would act upon it */
	ROW("the home page");
	v = kernel_view(&x.k, -1, "home", "{}");
	REQUIRE(v != NULL);
	CHECK(json_bool(json_get(v, "incomplete"), false) && json_bool(json_get(v, "organs_unknown"), false) && json_get(v, "organs")->kind == JSON_NULL);
	CHECK_INT(json_i64(json_get(json_get(v, "stats"), "open"), -1), CASES);
	casework_close(x.k.cw);
	ROW("mended");
	REQUIRE(damage_mend(&x.damage) && kernel_open(&x.k, x.path));
	v = kernel_view(&x.k, -1, "items.search", "{\"limit\":200}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == (size_t)all && !json_get(v, "incomplete"));
	ROW(NULL);
	city_end(&x);
}

TEST(alerts_before_and_behind_a_damaged_page_are_shown_and_the_board_stands)
{
	struct city x;
	int64_t behind;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "alerts") && kernel_open(&x.k, x.path));
	CHECK(go_to(&x, KERNEL_START_MS + 2 * DAY_MS));
	casework_close(x.k.cw);
	int64_t before = first_on_leaf(&x, "alert", 2, &behind), lost = damage_leaf(&x.damage, x.path, "alert", 2);
	REQUIRE(before > 0 && lost > 1 && lost < behind && kernel_open(&x.k, x.path));
	int64_t sun = person(&x, "sun");
	ROW("all");
	check_incomplete(kernel_view(&x.k, sun, "alerts", "{\"limit\":200}"), CASES - lost);
	ROW("of an organ");
	check_incomplete(kernel_view(&x.k, sun, "alerts", "{\"limit\":200,\"organ\":\"O1\"}"), CASES - lost);
	ROW("of the newest none is there");
	const struct json *v = kernel_view(&x.k, sun, "alerts", "{\"limit\":1}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == 1 && !json_get(v, "incomplete"));
	casework_close(x.k.cw);
	REQUIRE(damage_mend(&x.damage));
	ROW("the board, the newest being damaged");
	int64_t leaves = sql(&x, "SELECT count(*) FROM dbstat WHERE name='alert' AND pagetype='leaf'");
	lost = damage_leaf(&x.damage, x.path, "alert", (int)leaves - 1);
	REQUIRE(lost > 0 && kernel_open(&x.k, x.path));
	v = kernel_view(&x.k, sun, "board", "{}");
	REQUIRE(v != NULL);
	CHECK_INT(json_i64(json_get(json_get(v, "totals"), "open"), 0), CASES);
	CHECK_INT(json_get(v, "alerts")->count, CASES - lost < 20 ? CASES - lost : 20);
	CHECK(json_bool(json_get(v, "incomplete"), false));
	ROW(NULL);
	city_end(&x);
}

TEST(a_worklist_goes_on_around_a_damaged_page_of_the_steps_in_its_own_order)
{
	static const char *const scopes[] = { "mine", "post", "organ" };
	struct city x;
	char params[160];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "steps"));
	int64_t lost = damage_leaf(&x.damage, x.path, "step_open", 0);
	REQUIRE(lost > 1 && lost < CASES && kernel_open(&x.k, x.path));
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
		ROW(scopes[i]);
		int64_t seen = 0, last = 0;
		struct str next = S("");
		do {
			snprintf(params, sizeof params, "{\"limit\":7,\"scope\":\"%s\",\"cursor\":\"%.*s\"}", scopes[i], STR_ARG(next));
			const struct json *v = kernel_view(&x.k, person(&x, "wang"), "worklist", params);
			REQUIRE(v != NULL);
			const struct json *list = json_get(v, "rows");
			CHECK(json_bool(json_get(v, "incomplete"), false) && list->count > 0 && list->count <= 7);
			for (size_t r = 0; r < list->count; r++) { /* all are due on the same day: by id */
				CHECK(json_i64(json_get(&list->items[r], "step"), 0) > last);
				last = json_i64(json_get(&list->items[r], "step"), 0);
			}
			seen += (int64_t)list->count;
			next = json_text(json_get(v, "next"));
		} while (next.len && seen < CASES);
		CHECK_INT(seen, CASES - lost);
	}
	ROW(NULL);
	city_end(&x);
}

/* ---- pages of which no row can be read ---- */

struct walk { int64_t rows, pages, empty; };

/* All of a list, `limit` rows a page; what is about the page is put before it in `params`. */
static void walk_list(struct city *x, const char *login, const char *view, const char *filters, int limit, struct walk *w)
{
	enum { PAGES_MAX = 100 };
	struct str next = S("");
	*w = (struct walk){ .rows = 0 };
	do {
		char params[200], *cursor = params + snprintf(params, sizeof params, "{%s\"limit\":%d", filters, limit);
		snprintf(cursor, sizeof params - (size_t)(cursor - params), next.len ? ",\"cursor\":\"%.*s\"}" : "}", STR_ARG(next));
		const struct json *v = kernel_view(&x->k, person(x, login), view, params);
		REQUIRE(v != NULL);
		const struct json *list = json_get(v, "rows");
		next = json_text(json_get(v, "next"));
		if (!list->count) {
			CHECK(next.len > 0 && (json_i64(json_get(v, "unreadable"), 0) > 0 || json_bool(json_get(v, "incomplete"), false)));
			w->empty++;
		}
		w->rows += (int64_t)list->count;
		w->pages++;
	} while (next.len && w->pages < PAGES_MAX);
	CHECK(!next.len);
}

TEST(a_page_of_which_no_row_can_be_read_leads_to_the_rows_behind_it)
{
	static const struct { const char *login, *view, *filters; bool empty; } asked[] = {
		{ "zhang", "my.cases", "", true }, { "wang", "worklist", "\"scope\":\"mine\",", true }, { "li", "worklist", "\"scope\":\"organ\",", true },
		{ "sun", "alerts", "", true }, { "wang", "cases", "", false }, { "sun", "cases", "\"open\":true,", false },
	};
	struct city x;
	struct walk w;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "middle") && kernel_open(&x.k, x.path));
	CHECK(go_to(&x, KERNEL_START_MS + 2 * DAY_MS));
	casework_close(x.k.cw);
	int64_t rows = damage_leaf(&x.damage, x.path, "case_open", 1);
	REQUIRE(rows > 4 && rows < CASES / 2 && kernel_open(&x.k, x.path));
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		ROW(asked[i].view);
		walk_list(&x, asked[i].login, asked[i].view, asked[i].filters, 2, &w);
		CHECK_INT(w.rows, CASES - rows);
		CHECK(asked[i].empty ? w.empty >= rows / 2 - 1 : w.empty == 0); /* asked for one by one, a page is filled with those behind */
	}
	ROW(NULL);
	city_end(&x);
}

enum { MANY_ROWS = 20100 };
#define MANY "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20100) "

TEST(more_than_is_looked_through_at_once_is_shown_on_the_pages_behind)
{
	struct city x;
	struct walk w;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "many"));
	int64_t items = sql(&x, "SELECT max(id) FROM item");
	CHECK_INT(sql(&x, MANY "INSERT INTO item SELECT id+i, impl_code||i, name, name_en, organ, region, CASE i WHEN 20100 THEN '20' ELSE kind END, audience, pack, instant, online, live,"
	                  " version, promised, statutory, unit, data FROM item, n WHERE id=(SELECT min(id) FROM item)"), MANY_ROWS);
	CHECK_INT(sql(&x, "SELECT max(id) FROM item"), items + MANY_ROWS);
	CHECK_INT(sql(&x, MANY "INSERT INTO alert(id, alert_no, case_id, level, at_ms, rule_no, organ, text, text_en, state)"
	                  " SELECT 1000000+i, 'A'||i, (SELECT min(id) FROM case_open), CASE i WHEN 1 THEN 3 ELSE 1 END, 1, 'T-1', 0, 'x', 'x', 'open' FROM n"), MANY_ROWS);
	/* steps of others, but for the last, which is the first by its date */
	CHECK_INT(sql(&x, MANY "INSERT INTO step_open(id, case_id, element, wait, name, name_en, organ, post, person, claimed, opened_ms, due_ms, level)"
	                  " SELECT 1000000+i, case_id, element, wait, name, name_en, organ, NULL, CASE i WHEN 20100 THEN person END, 0, opened_ms, 1, level FROM step_open, n"
	                  " WHERE step_open.id=(SELECT min(id) FROM step_open WHERE id<1000000)"), MANY_ROWS);
	struct damage of_items, of_alerts, of_steps;
	int64_t steps = damage_leaf(&of_steps, x.path, "step_open", 0);
	REQUIRE(damage_leaf(&of_items, x.path, "item", 2) > 0 && damage_leaf(&of_alerts, x.path, "alert", 300) > 0 && steps > 0 && kernel_open(&x.k, x.path));
	ROW("public search");
	walk_list(&x, "wang", "items.search", "\"kind\":\"20\",\"count\":false,", 25, &w);
	CHECK(w.rows == 1 && w.empty == 1 && w.pages == 2);
	ROW("alerts");
	walk_list(&x, "sun", "alerts", "\"level\":\"red\",", 25, &w);
	CHECK(w.rows == 1 && w.empty == 1 && w.pages == 2);
	ROW("the worklist");
	walk_list(&x, "wang", "worklist", "", 20, &w);
	CHECK_INT(w.rows, CASES - steps + 1);
	CHECK_INT(w.pages, (CASES - steps + 19) / 20 + 1);
	casework_close(x.k.cw);
	ROW("public search, what is damaged lying further behind than is looked through");
	REQUIRE(damage_mend(&of_items));
	int64_t leaves = sql(&x, "SELECT count(*) FROM dbstat WHERE name='item' AND pagetype='leaf'");
	REQUIRE(damage_leaf(&of_items, x.path, "item", (int)leaves - 4) > 0 && kernel_open(&x.k, x.path));
	walk_list(&x, "wang", "items.search", "\"kind\":\"20\",\"count\":false,", 25, &w);
	CHECK(w.rows == 1 && w.empty == 1 && w.pages == 2);
	ROW(NULL);
	city_end(&x);
}

/* ---- where a step, or the case of a message, cannot be read ---- */

static int64_t count_unknown(const struct json *rows, const char *key, const char *unknown)
{
	int64_t n = 0;
	for (size_t i = 0; i < rows->count; i++) {
		bool is = json_bool(json_get(&rows->items[i], unknown), false);
		CHECK(!is || !json_text(json_get(&rows->items[i], key)).len);
		n += is;
	}
	return n;
}

TEST(cases_are_listed_without_the_steps_that_cannot_be_read)
{
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "stepless"));
	int64_t lost = damage_leaf(&x.damage, x.path, "step_open", 0);
	REQUIRE(lost > 1 && lost < CASES && kernel_open(&x.k, x.path));
	static const struct { const char *login, *view; } asked[] = { { "wang", "cases" }, { "sun", "cases" }, { "zhang", "my.cases" } };
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		ROW(asked[i].login);
		const struct json *v = kernel_view(&x.k, person(&x, asked[i].login), asked[i].view, "{\"limit\":200}");
		check_incomplete(v, CASES);
		CHECK_INT(count_unknown(json_get(v, "rows"), "step", "step_unknown"), lost);
		CHECK(json_get(v, "unreadable") == NULL);
	}
	ROW("by what the steps say");
	check_incomplete(kernel_view(&x.k, person(&x, "sun"), "cases", "{\"limit\":200,\"window\":\"P1\"}"), CASES - lost);
	ROW(NULL);
	city_end(&x);
}

TEST(messages_are_shown_and_say_where_their_case_cannot_be_read)
{
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "messages"));
	CHECK_INT(sql(&x, "INSERT INTO notice(id, person, case_id, at_ms, title, title_en, text, text_en) SELECT 1000000+o.id, c.person, o.id, 1, '已受理', 'Accepted', '', ''"
	                  " FROM case_open o JOIN case_person c ON c.id=o.id"), CASES);
	CHECK_INT(sql(&x, "INSERT INTO notice(id, person, at_ms, title, title_en, text, text_en) SELECT 2000000, min(person), 1, '您的密码已更改', 'Password changed', '', '' FROM case_person"), 1);
	int64_t all = CASES + 1, lost = damage_leaf(&x.damage, x.path, "case_open", 1); /* one is of no case */
	REQUIRE(lost > 1 && lost < CASES && kernel_open(&x.k, x.path));
	const struct json *v = kernel_view(&x.k, x.citizen, "my.notices", "{\"limit\":200}");
	check_incomplete(v, all);
	CHECK_INT(count_unknown(json_get(v, "rows"), "case_no", "case_no_unknown"), lost);
	casework_close(x.k.cw);
	REQUIRE(damage_mend(&x.damage) && kernel_open(&x.k, x.path));
	v = kernel_view(&x.k, x.citizen, "my.notices", "{\"limit\":200}");
	REQUIRE(v != NULL);
	CHECK(!json_get(v, "incomplete"));
	CHECK_INT(count_unknown(json_get(v, "rows"), "case_no", "case_no_unknown"), 0);
	city_end(&x);
}

/* A message a case, and one of no case; all stopped. */
static bool city_with_messages(struct city *x, const char *name)
{
	return city_begin(x, name)
	       && sql(x, "INSERT INTO notice(id, person, case_id, at_ms, title, title_en, text, text_en) SELECT 1000000+o.id, c.person, o.id, 1, '已受理', 'Accepted', '', ''"
	                 " FROM case_open o JOIN case_person c ON c.id=o.id") == CASES
	       && sql(x, "INSERT INTO notice(id, person, at_ms, title, title_en, text, text_en) SELECT 2000000, min(person), 1, '您的密码已更改', 'Password changed', '', '' FROM case_person") == 1;
}

TEST(messages_before_and_behind_a_damaged_page_are_shown_and_the_others_counted)
{
	struct city x;
	struct walk w;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_with_messages(&x, "unread"));
	int64_t all = sql(&x, "SELECT count(*) FROM notice"), lost = damage_leaf(&x.damage, x.path, "notice", 1);
	REQUIRE(lost > 2 && lost < all - 2 && kernel_open(&x.k, x.path));
	const struct json *v = kernel_view(&x.k, x.citizen, "my.notices", "{\"limit\":200}");
	REQUIRE(v != NULL);
	CHECK_INT(json_get(v, "rows")->count, all - lost);
	CHECK_INT(json_i64(json_get(v, "unreadable"), 0), lost);
	ROW("page by page");
	walk_list(&x, "zhang", "my.notices", "", 2, &w);
	CHECK(w.rows == all - lost && w.empty > 0);
	ROW("how many wait is told by an index");
	CHECK_INT(json_i64(json_get(kernel_view(&x.k, x.citizen, "me", "{}"), "unread"), 0), all);
	casework_close(x.k.cw);
	ROW("mended");
	REQUIRE(damage_mend(&x.damage) && kernel_open(&x.k, x.path));
	v = kernel_view(&x.k, x.citizen, "my.notices", "{\"limit\":200}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == (size_t)all && !json_get(v, "unreadable"));
	ROW(NULL);
	city_end(&x);
}

TEST(messages_are_shown_where_it_is_unknown_whether_they_were_read)
{
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_with_messages(&x, "read"));
	int64_t all = sql(&x, "SELECT count(*) FROM notice");
	CHECK_INT(sql(&x, "INSERT INTO notice_read SELECT id, 1 FROM notice WHERE id<2000000"), all - 1);
	REQUIRE(damage_leaf(&x.damage, x.path, "notice_read", 0) > 0 && kernel_open(&x.k, x.path));
	const struct json *v = kernel_view(&x.k, x.citizen, "my.notices", "{\"limit\":200}");
	check_incomplete(v, all);
	CHECK(count_unknown(json_get(v, "rows"), "read", "read_unknown") > 0);
	v = kernel_view(&x.k, x.citizen, "me", "{}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "unread")->kind == JSON_NULL && json_bool(json_get(v, "unread_unknown"), false));
	city_end(&x);
}

/* ---- names ---- */

TEST(rows_are_shown_without_the_names_that_cannot_be_read)
{
	static const struct { const char *login, *view, *params; int rows; } asked[] = {
		{ "wang", "worklist", "{\"limit\":200}", CASES }, { "zhang", "my.cases", "{\"limit\":200}", CASES }, { "sun", "cases", "{\"limit\":200}", CASES }, { "zhang", "items.search", "{}", 1 },
	};
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "names"));
	REQUIRE(damage_leaf(&x.damage, x.path, "organ", 0) > 0 && kernel_open(&x.k, x.path));
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		ROW(asked[i].view);
		const struct json *v = kernel_view(&x.k, person(&x, asked[i].login), asked[i].view, asked[i].params), *rows = json_get(v, "rows");
		check_incomplete(v, asked[i].rows);
		const struct json *row = json_get(&rows->items[0], "case") ? json_get(&rows->items[0], "case") : &rows->items[0];
		CHECK(json_get(row, "organ")->kind == JSON_NULL && json_bool(json_get(row, "organ_unknown"), false));
	}
	ROW("who I am");
	const struct json *me = kernel_view(&x.k, person(&x, "wang"), "me", "{}");
	REQUIRE(me != NULL);
	CHECK(json_get(me, "roles")->count > 1 && json_bool(json_get(&json_get(me, "posts")->items[0], "organ_unknown"), false));
	ROW(NULL);
	city_end(&x);
}

/* ---- cases, and what names all of them ---- */

TEST(cases_around_a_damaged_page_are_found_where_the_list_of_all_is_damaged_too)
{
	struct city x;
	struct damage of_last;
	struct walk w;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "both"));
	REQUIRE(damage_leaf(&of_last, x.path, "case_last", 0) > 0 && kernel_open(&x.k, x.path));
	ROW("the list of all alone");
	const struct json *v = kernel_view(&x.k, person(&x, "sun"), "cases", "{\"limit\":200}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == CASES && !json_get(v, "incomplete"));
	casework_close(x.k.cw);
	REQUIRE(damage_mend(&of_last));
	int64_t lost = damage_leaf(&x.damage, x.path, "case_open", 1);
	REQUIRE(lost > 1 && lost < CASES - 1 && damage_leaf(&of_last, x.path, "case_last", 0) > 0 && kernel_open(&x.k, x.path));
	for (int i = 0; i < 2; i++) {
		const char *login = i ? "wang" : "sun";
		ROW(login);
		check_incomplete(kernel_view(&x.k, person(&x, login), "cases", "{\"limit\":200}"), CASES - lost);
		walk_list(&x, login, "cases", "\"open\":true,", 7, &w);
		CHECK_INT(w.rows, CASES - lost);
	}
	ROW(NULL);
	city_end(&x);
}

/* ---- the calendar, on which every period rests ---- */

#define NOTICE(year) "{\"name\":\"" year "\",\"text\":\"kind,year,from,to,zh,en,source\\nnotice," year "," year "-01-01,,测试通知,Test notice,测试〔" year "〕1号\\noff," year "," year "-01-04,"\
	year "-01-08,元旦,New Year,\\n\"}"

static bool published(struct city *x, int year)
{
	char params[40];
	snprintf(params, sizeof params, "{\"year\":%d}", year);
	return json_bool(json_get(kernel_view(&x->k, -1, "calendar", params), "published"), false);
}

/* The last of five working days over New Year. */
static struct str due(struct city *x, const char *start)
{
	char params[120];
	snprintf(params, sizeof params, "{\"start\":\"%s\",\"limit\":5,\"unit\":\"working-days\"}", start);
	return json_text(json_get(kernel_view(&x->k, -1, "clock", params), "due_on"));
}

static bool city_with_notice(struct city *x, const char *name)
{
	if (!city_begin(x, name) || !kernel_open(&x->k, x->path) || published(x, 2027) || kernel_do(&x->k, 0, "", "calendar.add", NOTICE("2027")) != OK)
		return false;
	casework_close(x->k.cw);
	return true;
}

TEST(notices_whose_table_is_damaged_come_from_the_record_and_no_day_is_counted_otherwise)
{
	struct city x;
	struct casework_health health;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_with_notice(&x, "notices") && kernel_open(&x.k, x.path));
	char day[16];
	snprintf(day, sizeof day, "%.*s", STR_ARG(due(&x, "2026-12-30")));
	CHECK(strlen(day) == 10 && strcmp(day, "2027-01-08") > 0); /* without the notice all that week would count */
	casework_close(x.k.cw);
	REQUIRE(damage_leaf(&x.damage, x.path, "calendar_source", 0) == 1 && kernel_open(&x.k, x.path));
	CHECK(published(&x, 2027));
	CHECK_STR(due(&x, "2026-12-30"), day);
	CHECK(kernel_submit(&x.k, x.citizen, "later").len > 0);
	CHECK(casework_health(x.k.cw, &health) == OK && health.damaged);
	ROW("one more notice");
	CHECK_INT(kernel_do(&x.k, 0, "", "calendar.add", NOTICE("2028")), ERR_CORRUPT);
	CHECK(!published(&x, 2028) && published(&x, 2027));
	CHECK(kernel_submit(&x.k, x.citizen, "later still").len > 0);
	CHECK(!published(&x, 2028) && published(&x, 2027));
	casework_close(x.k.cw);
	ROW("mended");
	REQUIRE(damage_mend(&x.damage) && kernel_open(&x.k, x.path));
	CHECK(kernel_do(&x.k, 0, "", "calendar.add", NOTICE("2028")) == OK && published(&x, 2028) && published(&x, 2027));
	ROW(NULL);
	city_end(&x);
}

TEST(where_a_notice_cannot_be_had_nothing_is_served)
{
	static const struct { const char *name, *sql; bool table; const char *says; } rows[] = {
		{ "its text is another", "UPDATE content SET bytes='kind,year' WHERE digest=(SELECT digest FROM calendar_source)", false, "content" },
		{ "its text is gone", "DELETE FROM content WHERE digest=(SELECT digest FROM calendar_source)", false, "content" },
		{ "its entry is another", "UPDATE ledger SET kind='calendar.adder' WHERE kind='calendar.added'", true, "ledger entry" },
		{ "its entry is gone", "DELETE FROM ledger WHERE kind='calendar.added'", true, "ledger entry" },
		{ "its entry has no text", "UPDATE ledger SET payload=NULL WHERE kind='calendar.added'", true, "entry" },
	};
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct city x;
		struct casework *cw = NULL;
		struct diag d;
		ROW(rows[i].name);
		REQUIRE(city_with_notice(&x, "unserved"));
		CHECK(kernel_open(&x.k, x.path) && kernel_submit(&x.k, x.citizen, "behind it").len > 0);
		casework_close(x.k.cw);
		x.k.cw = NULL;
		CHECK_INT(sql(&x, rows[i].sql), 1);
		if (rows[i].table)
			CHECK(damage_leaf(&x.damage, x.path, "calendar_source", 0) == 1);
		struct casework_options o = { .clock = &x.k.clock, .entropy = &x.k.entropy, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
		diag_init(&d);
		CHECK_INT(casework_open(x.path, &o, &cw, &d), ERR_CORRUPT);
		CHECK_STR(str_of(d.code), "calendar.unreadable");
		CHECK(strstr(d.text, x.path) && strstr(d.text, "banjie restore") && strstr(d.text, "docs/backup.md") && strstr(d.text, rows[i].says));
		city_end(&x);
	}
	ROW("the record cannot be read");
	struct city x;
	struct casework *cw = NULL;
	struct damage record;
	struct diag d;
	REQUIRE(city_with_notice(&x, "unserved"));
	x.k.cw = NULL;
	CHECK(damage_leaf(&record, x.path, "ledger", 3) > 0);
	CHECK(test_sql(x.path, "SELECT count(*) FROM calendar_source") == 1);
	struct casework_options o = { .clock = &x.k.clock, .entropy = &x.k.entropy, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
	diag_init(&d);
	CHECK_INT(casework_open(x.path, &o, &cw, &d), OK); /* who has the table does not need it */
	casework_close(cw);
	cw = NULL;
	CHECK(damage_leaf(&x.damage, x.path, "calendar_source", 0) == 1);
	diag_init(&d);
	CHECK_INT(casework_open(x.path, &o, &cw, &d), ERR_CORRUPT);
	CHECK(strstr(d.text, "calendar_source and ledger"));
	ROW(NULL);
	city_end(&x);
}

TEST(a_notice_that_was_not_committed_is_not_in_the_calendar)
{
	struct city x;
	REQUIRE(city_begin(&x, "undone") && kernel_open(&x.k, x.path) && kernel_do(&x.k, 0, "", "calendar.add", NOTICE("2027")) == OK);
	CHECK_INT(calendar_extend(x.k.cw, S("kind,year,from,to,zh,en,source\nnotice,2028,2028-01-01,,测试通知,Test notice,测试〔2028〕1号\n"), NULL), OK);
	CHECK(published(&x, 2027) && published(&x, 2028));
	x.k.cw->next_id = 0; /* as after a commit that failed */
	CHECK(kernel_submit(&x.k, x.citizen, "later").len > 0);
	CHECK(published(&x, 2027) && !published(&x, 2028));
	city_end(&x);
}

/* Of one case alone there is nothing else to show. */
TEST(a_list_of_which_no_row_can_be_read_says_so_and_is_not_empty)
{
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "none"));
	REQUIRE(damage_leaf(&x.damage, x.path, "case_open", 0) > 1 && kernel_open(&x.k, x.path));
	const struct json *v = kernel_view(&x.k, x.citizen, "my.cases", "{\"limit\":1,\"cursor\":\"0.2\"}");
	CHECK(v != NULL); /* before the first there is none: that is empty */
	casework_close(x.k.cw);
	char last[100];
	int64_t first = sql(&x, "SELECT min(id) FROM case_person");
	snprintf(last, sizeof last, "{\"limit\":1,\"cursor\":\"%lld.%lld\"}", (long long)first + 1, (long long)first + 1);
	REQUIRE(kernel_open(&x.k, x.path));
	v = kernel_view(&x.k, x.citizen, "my.cases", last);
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == 0 && json_bool(json_get(v, "rows_unknown"), false) && json_i64(json_get(v, "unreadable"), 0) == 1);
	city_end(&x);
}

/* ---- what is searched by, and what a rule is written in ---- */

TEST(items_are_found_by_their_names_where_the_index_of_words_is_damaged)
{
	static const char *const parts[] = { "item_search_data", "item_search_config" };
	struct city x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "words") && kernel_open(&x.k, x.path));
	REQUIRE(add_items(&x, 20) && kernel_do(&x.k, 0, "", "post.put", "{\"code\":\"P8\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"窗口\",\"a\":\"wang\"}") == OK);
	casework_close(x.k.cw);
	int64_t all = sql(&x, "SELECT count(*) FROM item WHERE live=1");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		ROW(parts[i]);
		REQUIRE(damage_leaf(&x.damage, x.path, parts[i], 0) > 0 && kernel_open(&x.k, x.path));
		const struct json *v = kernel_view(&x.k, person(&x, "wang"), "counter.items", "{\"limit\":200}");
		REQUIRE(v != NULL);
		CHECK(json_get(v, "rows")->count == (size_t)all && !json_get(v, "incomplete")); /* nothing was searched for */
		check_incomplete(kernel_view(&x.k, person(&x, "wang"), "counter.items", "{\"limit\":200,\"q\":\"许可证核发其7\"}"), 1);
		check_incomplete(kernel_view(&x.k, -1, "items.search", "{\"limit\":200,\"q\":\"食品\"}"), all);
		CHECK(json_bool(json_get(kernel_view(&x.k, -1, "items.search", "{\"q\":\"食品\"}"), "total_unknown"), false));
		check_none(kernel_view(&x.k, -1, "items.search", "{\"q\":\"登记\"}"));
		casework_close(x.k.cw);
		REQUIRE(damage_mend(&x.damage));
	}
	ROW("whole");
	REQUIRE(kernel_open(&x.k, x.path));
	const struct json *v = kernel_view(&x.k, -1, "items.search", "{\"limit\":200,\"q\":\"食品\"}");
	REQUIRE(v != NULL);
	CHECK(json_get(v, "rows")->count == (size_t)all && !json_get(v, "incomplete"));
	ROW(NULL);
	city_end(&x);
}

static bool add_pack(struct city *x, const char *folder)
{
	const struct json *data;
	struct diag d;
	diag_init(&d);
	if (casework_pack_data(folder, &x->k.a, &data, &d) != OK)
		return false;
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = data };
	return casework_do(x->k.cw, &c, &x->k.a, &x->k.r) == OK;
}

/* Leaf by leaf: those of which a part of the decisions cannot be shown, and those of which none can. */
static void decisions_around(struct city *x, const char *table, int64_t all, int *part, int *none)
{
	*part = *none = 0;
	for (int leaf = 0; damage_leaf(&x->damage, x->path, table, leaf) > 0; leaf++) {
		REQUIRE(kernel_open(&x->k, x->path));
		const struct json *v = kernel_view(&x->k, person(x, "li"), "decisions", "{}");
		REQUIRE(v != NULL);
		int64_t rows = (int64_t)json_get(v, "rows")->count;
		CHECK(json_bool(json_get(v, "incomplete"), false) || rows == all); /* a pack without any is not missed in the rows */
		CHECK(json_bool(json_get(v, "rows_unknown"), false) == (rows == 0));
		*part += rows > 0 && rows < all;
		*none += rows == 0;
		casework_close(x->k.cw);
		REQUIRE(damage_mend(&x->damage));
	}
}

TEST(decisions_of_other_packs_are_shown_where_files_of_one_are_damaged)
{
	struct city x;
	int part, none;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(city_begin(&x, "decisions") && kernel_open(&x.k, x.path));
	REQUIRE(kernel_do(&x.k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"li\"}") == OK);
	REQUIRE(add_pack(&x, PROJECT_ROOT "/packs/petition") && add_pack(&x, PROJECT_ROOT "/packs/elder-benefit-card"));
	int64_t all = (int64_t)json_get(kernel_view(&x.k, person(&x, "li"), "decisions", "{}"), "rows")->count;
	casework_close(x.k.cw);
	ROW("content");
	decisions_around(&x, "content", all, &part, &none);
	CHECK(part > 0);
	ROW("pack_file");
	decisions_around(&x, "pack_file", all, &part, &none);
	CHECK(part + none > 0);
	ROW(NULL);
	arena_release(&x.k.a);
}

TEST_MAIN
