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

TEST_MAIN
