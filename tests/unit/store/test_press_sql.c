/* test_press_sql.c - which parameters of a statement reach a pressed column: none is missed, and where it cannot be told all are guarded. */
#include "tests/test.h"

#include "store/press_sql.h"

static const struct press_columns columns = { { { "t", "v" }, { "t", "w" }, { "letter", "bytes" } }, 3 };

enum { P1 = 1, P2 = 2, P3 = 4, P4 = 8 };
#define ALL UINT64_MAX

TEST(a_parameter_is_pressed_where_it_is_a_column_s_value_and_nothing_else)
{
	static const struct { const char *name, *sql; uint64_t pressed, guarded; } rows[] = {
		{ "a row", "INSERT INTO t(id, v, w, x) VALUES(?1, ?2, ?3, ?4)", P2 | P3, 0 },
		{ "a row of quoted names", "INSERT INTO \"letter\"(\"document\", \"bytes\") VALUES(?1, ?2)", P2, 0 },
		{ "a row with texts in it", "INSERT INTO t(id, x, v) VALUES(?1, 'a, ?3) WHERE', ?2)", P2, 0 },
		{ "a row or its change", "INSERT INTO letter(document, bytes, kept_seq) VALUES(?1, ?2, ?3) ON CONFLICT(document) DO UPDATE SET bytes=?2, kept_seq=?3", P2, 0 },
		{ "a row or another change", "INSERT INTO t(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET v=?3, x=?4", P2 | P3, 0 },
		{ "a row, where it is new", "INSERT INTO t(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO NOTHING", P2, 0 },
		{ "a row with an answer", "INSERT INTO t(v) VALUES(?1) RETURNING id", P1, 0 },
		{ "a change", "UPDATE t SET v=?2, x=?3 WHERE id=?1", P2, 0 },
		{ "a change of all", "UPDATE t SET v=?1", P1, 0 },
		{ "a change behind an expression", "UPDATE t SET x=coalesce(?1, 'a, b'), w=?2 WHERE id=?3 RETURNING id", P2, 0 },
		{ "in a list of conditions", "UPDATE t SET v=?1 WHERE id IN (?2, ?3) AND x=?4", P1, 0 },
		/* within an expression it may become the value */
		{ "one or the other", "UPDATE t SET v=coalesce(?2, v) WHERE id=?1", 0, P2 },
		{ "one of two", "INSERT INTO t(id, v) VALUES(?1, CASE WHEN ?2>0 THEN ?3 ELSE ?4 END)", 0, P2 | P3 | P4 },
		{ "from another table", "UPDATE t SET v=?1 FROM u WHERE u.id=?2", 0, P1 },
		/* what is compared must stay what it is */
		{ "compared too", "UPDATE t SET v=?2 WHERE id=?1 AND v<>?2", 0, P2 },
		{ "for another column too", "INSERT INTO t(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET x=?2", 0, P2 },
		{ "compared in a change of a row", "INSERT INTO t(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET w=?3 WHERE t.v<>?2", P3, P2 },
		/* not understood */
		{ "rows of a question", "INSERT INTO t(id, v) SELECT ?1, ?2", 0, ALL },
		{ "no columns", "INSERT INTO t VALUES(?1, ?2)", 0, ALL },
		{ "two rows", "INSERT INTO t(v) VALUES(?1), (?2)", 0, ALL },
		{ "replaced", "REPLACE INTO t(v) VALUES(?1)", 0, ALL },
		{ "or replaced", "INSERT OR REPLACE INTO t(v) VALUES(?1)", 0, ALL },
		{ "or ignored", "UPDATE OR IGNORE t SET v=?1", 0, ALL },
		{ "under another name", "UPDATE t AS u SET v=?1", 0, ALL },
		{ "a row of values", "UPDATE t SET (v, w)=(?1, ?2)", 0, ALL },
		{ "spaces", "UPDATE t SET v = ?1", 0, ALL },
		{ "no space", "UPDATE t SET x=?1,v=?2", 0, ALL },
		{ "small letters", "update t set v=?1", 0, ALL },
		{ "two conflicts", "INSERT INTO t(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET x=?3 ON CONFLICT(x) DO UPDATE SET v=?4", 0, ALL },
		{ "two conflicts, the first with a condition",
		  "INSERT INTO t(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET x=?3 WHERE x<9 ON CONFLICT(x) DO UPDATE SET v=?4", 0, ALL },
		{ "behind a question of its own", "WITH a(b) AS (SELECT ?1) UPDATE t SET v=b FROM a", 0, ALL },
		{ "without a number", "UPDATE t SET v=?", 0, ALL },
		{ "a number beyond those that are told apart", "UPDATE t SET v=?65", 0, ALL },
		{ "another with a number beyond them", "UPDATE t SET v=?1, x=?65", 0, P1 },
		/* nothing of ours */
		{ "other columns", "UPDATE t SET x=?1, y=?2 WHERE id=?3", 0, 0 },
		{ "another table", "INSERT INTO u(v) VALUES(?1)", 0, 0 },
		{ "a name within a longer one", "INSERT INTO letters SELECT ?1", 0, 0 },
		{ "a row that goes", "DELETE FROM t WHERE v=?1", 0, 0 },
		{ "nothing", "", 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		struct press_uses u = press_uses_of(&columns, str_of(rows[i].sql));
		CHECK_INT((int64_t)u.pressed, (int64_t)rows[i].pressed);
		CHECK_INT((int64_t)u.guarded, (int64_t)rows[i].guarded);
	}
	ROW(NULL);
}

TEST(a_use_is_told_by_its_number)
{
	static const struct { const char *name; uint64_t uses; int parameter; bool has; } rows[] = {
		{ "the first", P1, 1, true }, { "not the second", P1, 2, false }, { "the last", UINT64_C(1) << 63, 64, true },
		{ "beyond, where not all are", ALL - 1, 65, false }, { "beyond, where all are", ALL, 65, true }, { "none", 0, 1, false }, { "no parameter", ALL, 0, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK(press_uses_have(rows[i].uses, rows[i].parameter) == rows[i].has);
	}
	ROW(NULL);
}

/* Each beginning of a statement: nothing is read beyond its end. */
TEST(a_statement_cut_anywhere_is_read_to_there)
{
	static const char whole[] = "INSERT INTO t(id, v) VALUES(?1, coalesce(?2, 'x')) ON CONFLICT(id) DO UPDATE SET v=?3, x='it''s' WHERE \"x\"<>?4 RETURNING id";
	char cut[sizeof whole];
	for (size_t n = 0; n < sizeof whole; n++) {
		const char *last = memcpy(cut + sizeof cut - n, whole, n); /* behind it ends the array */
		struct press_uses u = press_uses_of(&columns, str_span(last, n));
		CHECK(!(u.pressed & u.guarded));
	}
	CHECK_INT((int64_t)press_uses_of(&columns, str_of(whole)).pressed, P3);
	CHECK_INT((int64_t)press_uses_of(&columns, str_of(whole)).guarded, P2);
}

TEST_MAIN
