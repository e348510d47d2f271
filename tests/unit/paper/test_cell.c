/* A cell in words, CSV, and what a workbook's numbers, formats and places mean. */
#include "paper/paper.h"
#include "paper/xlsx_int.h"
#include "tests/test.h"

TEST(cells_print_as_people_write_them)
{
	static const struct { const char *name; struct paper_cell cell; bool grouped; const char *want; } rows[] = {
		{ "text", { PAPER_TEXT, 0, S_INIT("商务局"), 0 }, true, "商务局" },
		{ "empty", { PAPER_EMPTY, 0, { 0 }, 0 }, true, "" },
		{ "empty with a word", { PAPER_EMPTY, 0, S_INIT("–"), 0 }, true, "–" },
		{ "small", { PAPER_INTEGER, 0, { 0 }, 999 }, true, "999" },
		{ "grouped", { PAPER_INTEGER, 0, { 0 }, 1234567 }, true, "1,234,567" },
		{ "not grouped", { PAPER_INTEGER, 0, { 0 }, 1234567 }, false, "1234567" },
		{ "negative", { PAPER_INTEGER, 0, { 0 }, -1000 }, true, "-1,000" },
		{ "least", { PAPER_INTEGER, 0, { 0 }, INT64_MIN }, false, "-9223372036854775808" },
		{ "decimal", { PAPER_DECIMAL, 1, { 0 }, 987 }, true, "98.7" },
		{ "decimal below one", { PAPER_DECIMAL, 2, { 0 }, -5 }, true, "-0.05" },
		{ "decimal grouped", { PAPER_DECIMAL, 2, { 0 }, 123456789 }, true, "1,234,567.89" },
		{ "protected number", { PAPER_INTEGER, 0, S_INIT("<5"), 3 }, true, "<5" },
		{ "first day", { PAPER_DATE, 0, { 0 }, 0 }, true, "1970-01-01" },
		{ "leap day", { PAPER_DATE, 0, { 0 }, 19782 }, true, "2024-02-29" }, /* 54 * 365 + 13 leap days = 19723 to 2024-01-01, + 31 + 28 */
		{ "before", { PAPER_DATE, 0, { 0 }, -1 }, true, "1969-12-31" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf b;
		ROW(rows[i].name);
		buf_init(&b, 100);
		paper_cell_print(&rows[i].cell, rows[i].grouped, &b);
		CHECK_STR(buf_str(&b), rows[i].want);
		buf_release(&b);
	}
	ROW(NULL);
}

TEST(csv_has_a_mark_plain_numbers_and_no_formula)
{
	struct arena a;
	struct str csv;
	arena_init(&a, 1 << 20);
	struct paper_column columns[] = { { S("部门"), 0 }, { S("件"), 0 } };
	struct paper_cell cells[] = { paper_text(S("=1+1")), paper_integer(-1234), paper_text(S("a,\"b\"")), paper_decimal(10, 1) };
	struct paper_table t = { .columns = columns, .width = 2, .cells = cells, .rows = 2 };
	CHECK(paper_csv(&a, &t, &csv) == OK);
	CHECK_STR(csv, "\xef\xbb\xbf部门,件\r\n'=1+1,-1234\r\n\"a,\"\"b\"\"\",1.0\r\n");
	arena_release(&a);
}

TEST(formats_of_dates_are_known)
{
	static const struct { const char *name; int64_t id; const char *code; bool date; } rows[] = {
		{ "general", 0, "", false }, { "two places", 2, "", false }, { "m/d/yy", 14, "", true }, { "built-in time", 21, "", true },
		{ "Chinese built-in", 31, "", true }, { "text", 49, "", false }, { "scientific", 11, "", false },
		{ "own date", 170, "yyyy\\-mm\\-dd", true }, { "own Chinese date", 170, "yyyy\"年\"m\"月\"d\"日\"", true },
		{ "own number", 170, "#,##0.00", false }, { "General written out", 170, "General", false }, { "a unit in quotes", 170, "0\" days\"", false },
		{ "a colour in brackets", 170, "[Red]0.0", false }, { "a date escaped away", 170, "0\\d", false }, { "open quote", 170, "0\"days", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ROW(rows[i].name);
		CHECK_INT(xlsx_format_is_date(rows[i].id, str_of(rows[i].code)), rows[i].date);
	}
	ROW(NULL);
}

TEST(references_give_columns)
{
	CHECK_INT(xlsx_column(S("A1")), 0);
	CHECK_INT(xlsx_column(S("Z9")), 25);
	CHECK_INT(xlsx_column(S("AA10")), 26);
	CHECK_INT(xlsx_column(S("IV1")), 255);
	CHECK_INT(xlsx_column(S("IW1")), -1);
	CHECK_INT(xlsx_column(S("AAAAAAAAAAAAAAAA1")), -1);
	CHECK_INT(xlsx_column(S("12")), -1);
	CHECK_INT(xlsx_column(S("")), -1);
}

TEST(numbers_come_as_excel_shows_them)
{
	static const struct { const char *value; bool date, from_1904; const char *want; } rows[] = {
		{ "12", false, false, "12" }, { "98.700000000000003", false, false, "98.7" }, { "1.0000000000000001E-2", false, false, "0.01" },
		{ "1E+15", false, false, "1000000000000000" }, { "-0.5", false, false, "-0.5" }, { "abc", false, false, "abc" }, { "", false, false, "" },
		{ "nan", false, false, "nan" }, { "25569", true, false, "1970-01-01" },
		{ "45352", true, false, "2024-03-01" }, /* 19783 days after 1970-01-01 */
		{ "45352.5", true, false, "2024-03-01 12:00:00" }, { "0.75", true, false, "18:00:00" },
		{ "43890", true, true, "2024-03-01" }, /* 1462 days fewer */
		{ "-1", true, false, "-1" }, { "99999999", true, false, "99999999" },
	};
	struct arena a;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ROW(rows[i].value);
		CHECK_STR(xlsx_number(&a, str_of(rows[i].value), rows[i].date, rows[i].from_1904), rows[i].want);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST_MAIN
