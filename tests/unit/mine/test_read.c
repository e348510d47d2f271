/* test_read.c - logs of others: shapes of CSV and XES, moments, and what is refused with its line. */
#include "logs.h"

TEST(moments_as_logs_write_them)
{
	/* 2025-03-03T09:05:07+08:00 is 1740963907 s: 20,150 days after 1970 (55 years, 14 leap days, 31 + 28 + 2 days) are
	 * 1,740,960,000 s, and 01:05:07 UTC are 3,907 more */
	const int64_t want = INT64_C(1740963907000);
	const struct { const char *name, *text, *format; int64_t ms; } rows[] = {
		{ "RFC 3339", "2025-03-03T09:05:07+08:00", "", want },
		{ "in UTC", "2025-03-03T01:05:07Z", "", want },
		{ "a blank, and a fraction", "2025-03-03 09:05:07.250000+08:00", "", want + 250 },
		{ "local", "2025-03-03 09:05:07", "", want },
		{ "slashes, one digit", "2025/3/3 9:05:07", "", want },
		{ "the national shape", "20250303T090507", "", want },
		{ "a date alone", "2025-03-03", "", want - (9 * 3600 + 5 * 60 + 7) * 1000 },
		{ "without seconds", "2025-03-03 09:05", "", want - 7000 },
		{ "a format", "03.03.25 09:05:07", "%d.%m.%y %H:%M:%S", want },
		{ "seconds", "1740963907", "%s", want },
		{ "milliseconds", "1740963907000", "%s", want },
		{ "before 1970", "1969-12-31T23:59:59Z", "", -1000 },
		{ "a leap day", "2024-02-29T00:00:00Z", "", INT64_C(1709164800000) },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ms = 0;
		ROW(rows[i].name);
		CHECK(mine_moment_parse(str_of(rows[i].text), str_of(rows[i].format), 8 * 3600, &ms));
		CHECK_INT(ms, rows[i].ms);
	}
	const char *const bad[] = { "", "yesterday", "2025-02-29", "2025-13-01", "2025-03-03T25:00", "2025-03-03T09:05:07+8", "2025-03-03x", "0000-01-01",
		                    "2025-03/03", "2025-03-03 09:61" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms;
		ROW(bad[i]);
		CHECK(!mine_moment_parse(str_of(bad[i]), S(""), 0, &ms));
	}
	ROW(NULL);
}

struct one { struct mine_log *log; struct mine_reading r; struct diag d; enum err e; };

static struct one read_one(const char *text, const struct mine_mapping *m)
{
	struct one o = { 0 };
	o.e = logs_read(str_of(text), m, &o.r, &o.log, &o.d);
	return o;
}

TEST(shapes_of_csv_that_are_read)
{
	const struct { const char *name, *text; int events; } rows[] = {
		{ "commas", "case,activity,time\nA,a,2025-03-03\nA,b,2025-03-04\n", 2 },
		{ "semicolons, no last line end", "case;activity;time\nA;a;2025-03-03\nA;b;2025-03-04", 2 },
		{ "tabs and CRLF", "case\tactivity\ttime\r\nA\ta\t2025-03-03\r\n", 1 },
		{ "a mark in front and blank lines", "\xef\xbb\xbf\n\ncase,activity,time\n\nA,a,2025-03-03\n\n", 1 },
		{ "quotes, doubled and with a line end", "case,activity,time\nA,\"say \"\"a,\nb\"\"\",2025-03-03\n", 1 },
		{ "a quote inside a plain field", "case,activity,time\nA,5\" pipe,2025-03-03\n", 1 },
		{ "Chinese names", "办件编号,环节名称,结束时间,处理人\n1,受理,20250303T090000,张三\n", 1 },
		{ "names in quotes, with the delimiter and quotes inside", "\"case\",\"a \"\"note\"\", long\",\"activity\" ,time\nA,x,a,2025-03-03\nA,\"x,y\",b,2025-03-04\n", 2 },
		{ "a mark before a name in quotes", "\xef\xbb\xbf\"case\",\"activity\",\"time\"\r\n\"A\",\"a\",\"2025-03-03\"\r\n", 1 },
		{ "pm4py's names", "case:concept:name,concept:name,time:timestamp\n1,a,2025-03-03T00:00:00Z\n", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		struct one o = read_one(rows[i].text, NULL);
		CHECK_INT(o.e, OK);
		CHECK_INT(o.r.bad_rows, 0);
		CHECK_INT(o.log ? o.log->events : 0, rows[i].events);
		mine_log_free(o.log);
	}
	ROW(NULL);
}

TEST(a_quoted_field_keeps_its_text)
{
	struct one o = read_one("case,activity,time\nA,\"say \"\"a,\nb\"\"\",2025-03-03\n", NULL);
	REQUIRE(o.log);
	CHECK_STR(mine_word(&o.log->activities, 0), "say \"a,\nb\"");
	mine_log_free(o.log);
}

TEST(bad_rows_are_left_out_and_told_with_their_line)
{
	struct one o = read_one("case,activity,time\n"
	                        "A,a,2025-03-03\n"
	                        "A,b\n"                   /* 3: too few */
	                        "A,c,soon\n"              /* 4: no moment */
	                        ",d,2025-03-03\n"         /* 5: no case */
	                        "A,\xff,2025-03-03\n"     /* 6: not UTF-8 */
	                        "A,\"e\"x,2025-03-03\n"   /* 7: behind the quote */
	                        "A,f,2025-03-05\n"
	                        "A,\"open,2025-03-03\n", /* 9: never closed */
	                        NULL);
	REQUIRE(o.log);
	CHECK_INT(o.log->events, 2);
	CHECK_INT(o.r.rows, 8);
	CHECK_INT(o.r.bad_rows, 6);
	const int lines[] = { 3, 4, 5, 6, 7, 9 };
	for (size_t i = 0; i < 6; i++)
		CHECK_INT(o.r.problem[i].line, lines[i]);
	CHECK(strstr(o.r.problem[1].text, "soon"));
	mine_log_free(o.log);
}

TEST(what_is_no_log_is_refused_with_the_reason)
{
	const struct { const char *name, *text, *code; } rows[] = {
		{ "nothing", "", "mine.empty" },
		{ "a header alone", "case,activity,time\n", "mine.empty" },
		{ "no column for the activity", "case,what,time\nA,a,2025-03-03\n", "mine.column" },
		{ "only bad rows", "case,activity,time\nA,a,soon\n", "mine.all-bad" },
		{ "a header that is not closed", "case,activity,\"time\nA,a,2025-03-03\n", "mine.header" },
		{ "another XML", "<html/>", "mine.xes" },
		{ "damaged gzip", "\x1f\x8b\x08garbage", "mine.gzip" },
		{ "XES cut off", "<log><trace><event>", "xml.syntax" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		struct one o = read_one(rows[i].text, NULL);
		CHECK(err_is_refusal(o.e));
		CHECK_STR(str_of(o.d.code), rows[i].code);
		CHECK(!o.log);
	}
	ROW(NULL);
}

TEST(columns_may_be_named)
{
	struct mine_mapping m = { .case_id = S("Vorgang"), .activity = S("Schritt"), .time = S("Wann"), .time_format = S("%d.%m.%Y %H:%M"), .zone_s = 3600 };
	struct str wanted[] = { S_INIT("Amt") };
	m.attributes = wanted;
	m.attributes_count = 1;
	struct one o = read_one("Amt;Vorgang;Schritt;Wann\nBau;7;Eingang;03.03.2025 09:00\nBau;7;Prüfung;04.03.2025 9:30\n", &m);
	REQUIRE(o.log);
	CHECK_INT(o.log->end_ms[0], INT64_C(1740988800000)); /* 08:00 UTC */
	REQUIRE(o.log->attributes_count == 1);
	CHECK_STR(mine_word(&o.log->attributes[0].words, o.log->attributes[0].value[0]), "Bau");
	mine_log_free(o.log);
	o = read_one("\"Amt\";\"Vorgang\"\n;\"Schritt\"\n", &m);
	CHECK_STR(str_of(o.d.code), "mine.column");
	wanted[0] = S("Ort");
	o = read_one("Amt;Vorgang;Schritt;Wann\nBau;7;Eingang;03.03.2025 09:00\n", &m);
	CHECK_INT(o.e, ERR_INVALID);
	CHECK_STR(str_of(o.d.code), "mine.attribute");
}

/* "办件编号,环节名称,结束时间" and "受理", "办结" in the encodings of spreadsheets. */
TEST(encodings_of_spreadsheets)
{
#define GB_HEAD "\xb0\xec\xbc\xfe\xb1\xe0\xba\xc5,\xbb\xb7\xbd\xda\xc3\xfb\xb3\xc6,\xbd\xe1\xca\xf8\xca\xb1\xbc\xe4\r\n"
	static const char utf16[] = "\xff\xfe" "c\0a\0s\0e\0,\0a\0c\0t\0i\0v\0i\0t\0y\0,\0t\0i\0m\0e\0\n\0A\0,\0\xd7\x53\x06\x74,\0" "2\0" "0\0" "2\0" "5\0-\0" "0\0" "3\0-\0" "0\0" "3\0\n\0";
	const struct { const char *name; struct str text, encoding; const char *found, *activity; int events, bad; } rows[] = {
		{ "GB18030 told by its bytes", S(GB_HEAD "1,\xca\xdc\xc0\xed,20250303T090000\r\n"), S(""), "GB18030", "受理", 1, 0 },
		{ "UTF-16 with its mark", { utf16, sizeof utf16 - 1 }, S(""), "UTF-16", "受理", 1, 0 },
		{ "as it is said", S("case,activity,time\nA,Pr\xfc" "fung,2025-03-03\n"), S("ISO-8859-1"), "ISO-8859-1", "Prüfung", 1, 0 },
		{ "not taken for Chinese", S("case,activity,time\nA,Pr\xfc" "fung,2025-03-03\nA,b,2025-03-03\n"), S(""), "", "b", 1, 1 },
		{ "UTF-8 though said", S("case,activity,time\nA,受理,2025-03-03\n"), S("UTF-8"), "", "受理", 1, 0 },
		{ "a byte that is none in GB18030", S(GB_HEAD "1,\xca\xdc\xc0\xed,20250303T090000\r\n1,\xff,20250303T090000\r\n"), S("GB18030"), "GB18030", "受理", 1, 1 },
		{ "half a character at the end", S(GB_HEAD "1,\xca\xdc\xc0\xed,20250303T090000\r\n1,\xca"), S("GB18030"), "GB18030", "受理", 1, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mine_mapping m = { .zone_s = 8 * 3600, .encoding = rows[i].encoding };
		struct one o = { 0 };
		ROW(rows[i].name);
		o.e = logs_read(rows[i].text, &m, &o.r, &o.log, &o.d);
		CHECK_INT(o.e, OK);
		CHECK_STR(str_of(o.r.encoding), rows[i].found);
		CHECK_INT(o.log ? o.log->events : 0, rows[i].events);
		CHECK_INT(o.r.bad_rows, rows[i].bad);
		if (o.log)
			CHECK_STR(mine_activity(o.log, o.log->activity[0], false), rows[i].activity);
		mine_log_free(o.log);
	}
	ROW(NULL);
}

TEST(a_wrong_mapping_is_told_with_the_columns_that_there_are)
{
	struct one o = read_one("Nummer;Schritt;Wann\n7;a;2025-03-03\n", NULL);
	CHECK_INT(o.e, ERR_INVALID);
	CHECK_STR(str_of(o.d.code), "mine.column");
	CHECK(strstr(o.d.text, "--case") && strstr(o.d.text, "Nummer, Schritt, Wann"));
	struct mine_mapping m = { .encoding = S("klingon") };
	o.e = logs_read(S("case,activity,time\nA,a,2025-03-03\n"), &m, &o.r, &o.log, &o.d);
	CHECK_INT(o.e, ERR_INVALID);
	CHECK_STR(str_of(o.d.code), "mine.encoding");
}

/* A row longer than what is read at once, and one on every border of 64 bytes. */
TEST(rows_of_any_length)
{
	struct buf b;
	buf_init(&b, 8 << 20);
	buf_putz(&b, "case,activity,time,note\n");
	for (int i = 0; i < 300; i++) {
		buf_printf(&b, "%d,a%d,2025-03-03,", i, i % 7);
		for (int k = 0; k < i; k++)
			buf_byte(&b, 'x');
		buf_byte(&b, '\n');
	}
	buf_putz(&b, "long,a0,2025-03-03,\"");
	for (int k = 0; k < 1 << 20; k++)
		buf_putz(&b, k % 1000 ? "y" : "\n\"\"");
	buf_putz(&b, "\"\nlast,a1,2025-03-03,\n");
	struct one o = { 0 };
	o.e = logs_read(buf_str(&b), NULL, &o.r, &o.log, &o.d);
	REQUIRE(o.log);
	CHECK_INT(o.r.bad_rows, 0);
	CHECK_INT(o.log->cases, 302);
	CHECK_STR(mine_word(&o.log->case_ids, 301), "last");
	CHECK_INT(o.log->activities.count, 7);
	mine_log_free(o.log);
	buf_release(&b);
}

TEST(moments_across_the_change_of_summer_time)
{
	/* 01:30 +01:00 and 03:30 +02:00 on the night of the change are an hour apart */
	struct one o = read_one("case,activity,timestamp\nA,b,2025-03-30T03:30:00+02:00\nA,a,2025-03-30T01:30:00+01:00\n", NULL);
	REQUIRE(o.log);
	CHECK_STR(mine_activity(o.log, o.log->activity[0], false), "a");
	CHECK_INT(o.log->end_ms[1] - o.log->end_ms[0], 3600000);
	mine_log_free(o.log);
}

static const char xes[] =
	"<?xml version=\"1.0\"?><log xes.version=\"1.0\"><string key=\"concept:name\" value=\"log\"/>"
	"<trace><string key=\"concept:name\" value=\"A\"/><string key=\"kind\" value=\"small\"/>"
	"<event><string key=\"concept:name\" value=\"b\"/><date key=\"time:timestamp\" value=\"2025-03-04T00:00:00.000+08:00\"/>"
	"<string key=\"nested\" value=\"x\"><string key=\"concept:name\" value=\"no\"/></string></event>\n"
	"<event><string key=\"concept:name\" value=\"a\"/><date key=\"time:timestamp\" value=\"2025-03-03T00:00:00.000+08:00\"/>"
	"<string key=\"org:resource\" value=\"甲\"/></event>\n"
	"<event><string key=\"concept:name\" value=\"c\"/></event>"
	"<string key=\"late\" value=\"fact\"/></trace>"
	"<trace><event><string key=\"concept:name\" value=\"a\"/><date key=\"time:timestamp\" value=\"2025-03-03T00:00:00Z\"/></event></trace></log>";

TEST(xes_with_its_attributes_in_time_order)
{
	struct one o = read_one(xes, NULL);
	REQUIRE(o.log);
	CHECK_INT(o.log->cases, 1);
	CHECK_INT(o.log->events, 2);
	CHECK_INT(o.r.bad_rows, 2); /* an event without a moment, one in a trace without a name */
	CHECK_INT(o.r.problem[0].line, 3);
	CHECK_STR(mine_activity(o.log, o.log->activity[0], false), "a");
	CHECK_STR(mine_word(&o.log->resources, mine_resource(o.log, 0)), "甲");
	CHECK_INT(o.log->attributes_count, 2);
	mine_log_free(o.log);
}

TEST(rows_in_any_order_give_the_same_log)
{
	struct one a = read_one(logs_four, NULL);
	struct one b = read_one("case,activity,timestamp,resource\n"
	                        "B,审查,2025-03-07T13:02:00+08:00,乙\nB,登记,2025-03-03T09:02:00+08:00,甲\nB,办结,2025-03-10T13:02:00+08:00,丙\n"
	                        "B,审查,2025-03-03T13:02:00+08:00,乙\n", NULL);
	REQUIRE(a.log && b.log);
	const char *const order[] = { "登记", "审查", "审查", "办结" };
	uint32_t from = a.log->first[1]; /* B is the second case there */
	for (uint32_t i = 0; i < 4; i++) {
		CHECK_INT(a.log->end_ms[from + i], b.log->end_ms[i]);
		CHECK_STR(mine_activity(a.log, a.log->activity[from + i], false), order[i]);
	}
	mine_log_free(a.log);
	mine_log_free(b.log);
}

TEST_MAIN
