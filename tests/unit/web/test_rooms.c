/* test_rooms.c - what must hold of the tables of every room that lives in this program. */
#include "casework/casework_int.h"
#include "tests/test.h"
#include "web/rooms.h"

/* Rows are proved by reading them beside rows made anew, in the order of their keys. Where no index gives the order all of them would be
 * sorted, and SQLite does that in memory. */
static void check_orders(struct store_conn *c, const struct casework_table *tables, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct store_query *q;
		char sql[256];
		bool row = true;
		int steps = 0;
		ROW(tables[i].name);
		snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN SELECT * FROM %s ORDER BY %s", tables[i].name, tables[i].order);
		REQUIRE(store_prepare_text(c, sql, &q) == OK);
		for (; store_step(q, &row) == OK && row; steps++)
			CHECK(str_find(store_col_str(q, 3), S("TEMP B-TREE")) < 0);
		CHECK(steps > 0);
		store_finalize_text(q);
	}
	ROW(NULL);
}

TEST(rows_are_compared_in_the_order_of_a_key)
{
	struct casework_options o = { .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
	struct casework *cw;
	struct store_conn *c;
	size_t count;
	WEB_ROOMS_INTO(o);
	REQUIRE(casework_open(":memory:", &o, &cw, NULL) == OK);
	REQUIRE(store_reader_take(cw->store, &c) == OK);
	const struct casework_table *tables = casework_tables(&count);
	check_orders(c, tables, count);
	for (size_t i = 0; i < o.rooms_count; i++)
		check_orders(c, o.rooms[i]->tables, o.rooms[i]->tables_count);
	store_reader_give(cw->store, c);
	casework_close(cw);
}

/* ---- what is written whole ---- */

static bool happens(const struct casework *cw, struct str kind)
{
	for (size_t i = 0; i < cw->rules_count; i++)
		if (str_eqz(kind, cw->rules[i]->kind))
			return true;
	return false;
}

static void check_whole(struct casework *cw, struct store_conn *c, const struct command_def *def)
{
	const struct command_whole *w = def->whole;
	struct store_query *q;
	bool row = true;
	ROW(def->name);
	CHECK((w->key == NULL) != (w->only == NULL));
	CHECK(!w->only || w->member);
	for (struct str rest = str_of(w->kinds), kind = str_cut(&rest, ' '); kind.len; kind = str_cut(&rest, ' '))
		CHECK(happens(cw, kind));
	REQUIRE(store_prepare(c, w->sql, &q) == OK);
	if (strcmp(def->name, "webhook.put") == 0 || strcmp(def->name, "tally.save") == 0)
		store_bind_i64(q, 1, 7); /* named by number */
	else
		store_bind_str(q, 1, S("no such thing"));
	CHECK(store_step(q, &row) == OK && !row);
	store_reset(q);
}

TEST(what_a_command_writes_whole_can_be_asked_for_and_its_changes_are_events)
{
	static const char *const names[] = { "region.put", "organ.put", "person.put", "post.put", "item.put", "setting.put", "access.put", "plan.put", "window.put", "device.put",
		"hall.window", "watch.rule.draft", "gauge.scheme.put", "webhook.put", "tally.save" };
	struct casework_options o = { .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
	struct casework *cw;
	struct store_conn *c;
	WEB_ROOMS_INTO(o);
	REQUIRE(casework_open(":memory:", &o, &cw, NULL) == OK);
	REQUIRE(store_reader_take(cw->store, &c) == OK);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct command_def *def = command_find(cw, str_of(names[i]));
		ROW(names[i]);
		REQUIRE(def && def->whole);
		check_whole(cw, c, def);
	}
	ROW(NULL);
	store_reader_give(cw->store, c);
	casework_close(cw);
}

TEST_MAIN
