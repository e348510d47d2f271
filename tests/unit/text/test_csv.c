/* test_csv.c - rows, bad rows told and left out, writing without formulas. */
#include "tests/test.h"

#include "text/csv.h"

static struct arena arena;

/* All rows of a text as "a|b;c|d", bad ones as "!line:code". */
static const char *read_all(struct str text, char separator)
{
	static char result[2048];
	static struct csv_reader r;
	struct diag d;
	struct buf out;
	bool more = true;
	diag_init(&d);
	arena_init(&arena, 16 << 20);
	buf_init(&out, sizeof result - 1);
	if (csv_open(&r, &arena, text, separator, &d) != OK) {
		snprintf(result, sizeof result, "!%d:%s", d.line, d.code);
		arena_release(&arena);
		return result;
	}
	for (;;) {
		diag_init(&d);
		enum err e = csv_next(&r, &more, &d);
		if (!more)
			break;
		if (e != OK)
			buf_printf(&out, "!%d:%s;", d.line, d.code);
		for (size_t i = 0; e == OK && i < r.fields; i++)
			buf_printf(&out, "%s%.*s%s", i ? "|" : "", STR_ARG(r.field[i]), i + 1 == r.fields ? ";" : "");
	}
	snprintf(result, sizeof result, "%.*s", STR_ARG(out));
	buf_release(&out);
	arena_release(&arena);
	return result;
}

TEST(rows_are_read_and_bad_ones_told)
{
	static const struct { const char *name; struct str text; const char *want; } rows[] = {
		{ "plain", S_INIT("a,b\n1,2\n3,4\n"), "1|2;3|4;" },
		{ "no line end at the end", S_INIT("a,b\n1,2"), "1|2;" },
		{ "CRLF, BOM", S_INIT("\xef\xbb\xbf事项,编码\r\n许可,\"0\"\r\n"), "许可|0;" },
		{ "quotes", S_INIT("a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\n"), "x,\"y\"|two\nlines;" },
		{ "empty fields and lines", S_INIT("a,b,c\n\n,,\n\"\",,x\n\r\n"), "||;||x;" },
		{ "width", S_INIT("a,b\n1\n1,2,3\n4,5\n"), "!2:csv.width;!3:csv.width;4|5;" },
		{ "text behind quote", S_INIT("a,b\n\"x\"y,2\n3,4\n"), "!2:csv.text-behind-quote;3|4;" },
		{ "open quote loses one row only", S_INIT("a,b\n1,\"open\n3,4\n5,6\n"), "!2:csv.open-quote;3|4;5|6;" },
		{ "bad UTF-8", S_INIT("a,b\n\xff,2\n3,4\n"), "!2:csv.bad-utf8;3|4;" },
		{ "lines count through quoted breaks", S_INIT("a,b\n\"1\n2\",x\ny\n"), "1\n2|x;!4:csv.width;" },
		{ "semicolons are guessed", S_INIT("a;b,c;d\n1;2,3;4\n"), "1|2,3|4;" },
		{ "tabs are guessed", S_INIT("a\tb\n1\t2\n"), "1|2;" },
		{ "quoted separators do not mislead", S_INIT("\"a;;;\",b\n1,2\n"), "1|2;" },
		{ "quote inside plain field stays", S_INIT("a,b\n5\",x\n"), "5\"|x;" },
		{ "empty text", S_INIT(""), "!1:csv.empty" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_STR(str_of(read_all(rows[i].text, 0)), rows[i].want);
	}
	ROW("separator given");
	CHECK_STR(str_of(read_all(S("a,b;c\n1,2;3\n"), ';')), "1,2|3;");
}

TEST(columns_are_found_by_header)
{
	static struct csv_reader r;
	bool more;
	arena_init(&arena, 1 << 20);
	REQUIRE(csv_open(&r, &arena, S(" 事项名称 ,编码\n许可,7\n"), 0, NULL) == OK);
	REQUIRE(csv_next(&r, &more, NULL) == OK && more);
	CHECK_STR(csv_field(&r, csv_column(&r, S("编码"))), "7");
	CHECK_STR(csv_field(&r, csv_column(&r, S("事项名称"))), "许可");
	CHECK_INT(csv_column(&r, S("none")), -1);
	CHECK_STR(csv_field(&r, -1), "");
	arena_release(&arena);
}

TEST(too_many_fields_are_refused)
{
	static char text[700];
	memset(text, ',', 600);
	arena_init(&arena, 1 << 20);
	CHECK_STR(str_of(read_all(str_span(text, 600), 0)), "!1:csv.too-many-fields");
	CHECK_STR(str_of(read_all(str_span(text, CSV_FIELDS_MAX - 1), 0)), "");
}

TEST(written_fields_are_quoted_and_never_formulas)
{
	static const struct { const char *in, *want; } rows[] = {
		{ "plain", "plain" }, { "a,b", "\"a,b\"" }, { "say \"x\"", "\"say \"\"x\"\"\"" }, { "two\nlines", "\"two\nlines\"" },
		{ "=1+1", "'=1+1" }, { "@cmd", "'@cmd" }, { "-2+3", "'-2+3" }, { "+49", "+49" }, { "-12.50", "-12.50" },
		{ "-", "'-" }, { "=a,b", "\"'=a,b\"" }, { "\ttab", "\"'\ttab\"" }, { "", "" }, { "张三", "张三" }, { " x", "\" x\"" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		ROW(rows[i].in);
		buf_init(&b, 100);
		csv_put(&b, str_of(rows[i].in), true);
		CHECK_STR(b.ptr ? buf_str(&b) : S(""), rows[i].want);
		buf_release(&b);
	}
	struct buf b;
	buf_init(&b, 100);
	csv_put(&b, S("a"), true);
	csv_put(&b, S("b"), false);
	csv_end_row(&b);
	CHECK_STR(buf_str(&b), "a,b\r\n");
	buf_release(&b);
}

TEST_MAIN
