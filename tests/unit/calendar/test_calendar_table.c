/* The holiday file: what it says of each day, what is refused, and later notices. */
#include "tests/unit/calendar/fixture.h"

static struct arena arena;

#define HEAD "kind,year,from,to,zh,en,source\n"

static struct calendar *read_text(const char *text, struct diag *d)
{
	struct calendar *c = NULL;
	diag_init(d);
	enum err e = calendar_read(&arena, str_of(text), &c, d);
	CHECK((e == OK) == (c != NULL));
	return c;
}

static const char notice_2027[] =
	HEAD
	"notice,2027,2026-11-05,,关于2027年部分节假日安排的通知,Holidays of 2027,国办发明电〔2026〕9号\n"
	"off,2027,2027-01-01,2027-01-03,元旦,New Year's Day,\n"
	"work,2027,2026-12-27,,元旦,New Year's Day,\n";

TEST(every_day_of_twenty_years_agrees_with_the_published_list)
{
	arena_init(&arena, 64 << 20);
	const struct calendar *c = fixture_calendar(&arena);
	REQUIRE(c);
	struct str text = fixture_file(&arena, PROJECT_ROOT "/../shared/data/calendar/cn-holidays.csv");
	if (!text.ptr) {
		arena_release(&arena);
		SKIP("the published list is not here");
	}
	signed char listed[7305 + 2];
	calendar_day first = day("2007-01-01");
	memset(listed, -1, sizeof listed);
	struct str rest = text;
	str_cut(&rest, '\n');
	while (rest.ptr && rest.len) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		calendar_day d;
		if (calendar_day_parse(str_sub(line, 0, 10), &d) && d >= first && d < first + 7305)
			listed[d - first] = line.ptr[line.len - 1] == '0';
		else if (line.len)
			CHECK_INT(calendar_is_working_day(c, d), 1); /* the two days of December 2006 */
	}
	int compared = 0, different = 0;
	for (calendar_day d = first; d <= day("2026-12-31"); d++, compared++) {
		bool want = listed[d - first] >= 0 ? listed[d - first] == 1 : calendar_weekday(d) <= 5;
		if (calendar_is_working_day(c, d) != want && different++ < 5)
			printf("  %s differs\n", show(d).z);
	}
	CHECK_INT(compared, 7305);
	CHECK_INT(different, 0);
	arena_release(&arena);
}

TEST(the_shipped_file_names_its_sources)
{
	arena_init(&arena, 64 << 20);
	const struct calendar *c = fixture_calendar(&arena);
	REQUIRE(c);
	const struct calendar_notice *n;
	size_t count = calendar_notices(c, &n);
	int year = 2006;
	for (size_t i = 0; i < count; i++) {
		CHECK(n[i].year == year || n[i].year == year + 1);
		year = n[i].year;
		CHECK(!str_empty(n[i].title) && !str_empty(n[i].title_en));
		if (year == 2025) {
			CHECK_STR(n[i].number, "国办发明电〔2024〕12号");
			CHECK_STR(n[i].issued_on, "2024-11-12");
		}
	}
	CHECK_INT(year, 2026);
	CHECK_INT(calendar_last_year(c), 2026);
	CHECK_INT(calendar_offset_s(c), 28800);
	CHECK(calendar_published(c, day("2007-01-01")));
	CHECK(calendar_published(c, day("2026-12-31")));
	CHECK(!calendar_published(c, day("2027-01-01")));
	CHECK(!calendar_published(c, day("2006-12-31")));
	arena_release(&arena);
}

TEST(days_are_working_days_as_the_notices_say)
{
	static const struct { const char *day; bool working; const char *why; } rows[] = {
		{ "2025-09-28", true, "Sunday, make-up" },
		{ "2025-09-27", false, "Saturday" },
		{ "2025-10-01", false, "National Day" },
		{ "2025-10-08", false, "last of National Day" },
		{ "2025-10-09", true, "Thursday" },
		{ "2025-10-11", true, "Saturday, make-up" },
		{ "2006-12-30", true, "Saturday, make-up by the notice of 2007" },
		{ "2018-12-29", true, "Saturday, make-up by the notice of 2019" },
		{ "2018-12-31", false, "Monday off by the notice of 2019" },
		{ "2020-02-01", false, "a make-up day that a later notice took back" },
		{ "2020-01-31", false, "prolonged Spring Festival" },
		{ "2019-05-03", false, "Labour Day as changed" },
		{ "2015-09-03", false, "a single year's commemoration" },
		{ "2027-10-01", true, "no notice: a Friday" },
		{ "2027-10-02", false, "no notice: a Saturday" },
		{ "1999-10-01", true, "before the first notice: a Friday" },
	};
	arena_init(&arena, 64 << 20);
	const struct calendar *c = fixture_calendar(&arena);
	REQUIRE(c);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].why);
		CHECK_INT(calendar_is_working_day(c, day(rows[i].day)), rows[i].working);
	}
	ROW(NULL);
	arena_release(&arena);
}

TEST(working_days_are_added_and_taken_back)
{
	arena_init(&arena, 64 << 20);
	const struct calendar *c = fixture_calendar(&arena);
	REQUIRE(c);
	CHECK_DAY(calendar_working_day_from(c, day("2025-10-01")), "2025-10-09");
	CHECK_DAY(calendar_working_day_from(c, day("2025-10-09")), "2025-10-09");
	CHECK_DAY(calendar_working_days_add(c, day("2025-09-26"), 1), "2025-09-28");
	CHECK_DAY(calendar_working_days_add(c, day("2025-09-26"), 4), "2025-10-09");
	CHECK_DAY(calendar_working_days_add(c, day("2025-10-09"), -1), "2025-09-30");
	CHECK_DAY(calendar_working_days_add(c, day("2025-10-12"), -1), "2025-10-11");
	CHECK_DAY(calendar_working_days_add(c, day("2025-10-12"), 0), "2025-10-12");
	arena_release(&arena);
}

TEST(a_later_notice_is_added_without_touching_the_old_table)
{
	struct diag d;
	arena_init(&arena, 64 << 20);
	const struct calendar *base = fixture_calendar(&arena);
	struct calendar *notice = read_text(notice_2027, &d), *both = NULL;
	REQUIRE(base && notice);
	REQUIRE(calendar_merge(&arena, base, notice, &both, &d) == OK);
	CHECK_INT(calendar_last_year(both), 2027);
	CHECK(!calendar_is_working_day(both, day("2027-01-01")));
	CHECK(calendar_is_working_day(both, day("2026-12-27")));
	CHECK(!calendar_is_working_day(both, day("2025-10-01")));
	CHECK(calendar_is_working_day(base, day("2027-01-01")));
	CHECK(!calendar_is_working_day(base, day("2026-12-27")));
	CHECK_INT(calendar_last_year(base), 2026);
	arena_release(&arena);
}

TEST(a_notice_for_a_year_that_is_in_replaces_that_year_only)
{
	struct diag d;
	arena_init(&arena, 64 << 20);
	const struct calendar *base = fixture_calendar(&arena);
	struct calendar *notice = read_text(HEAD "notice,2025,,,新通知,New notice,\n"
	                                    "off,2025,2025-10-01,2025-10-03,国庆节,National Day,\n", &d), *both = NULL;
	REQUIRE(base && notice);
	REQUIRE(calendar_merge(&arena, base, notice, &both, &d) == OK);
	CHECK(!calendar_is_working_day(both, day("2025-10-03")));
	CHECK(calendar_is_working_day(both, day("2025-10-06")));
	CHECK(!calendar_is_working_day(both, day("2025-09-28")));
	CHECK(!calendar_is_working_day(both, day("2024-10-01")));
	CHECK(!calendar_is_working_day(both, day("2026-10-01")));
	CHECK_INT(calendar_last_year(both), 2026);
	arena_release(&arena);
}

TEST(a_notice_of_another_zone_is_refused)
{
	struct diag d;
	arena_init(&arena, 64 << 20);
	const struct calendar *base = fixture_calendar(&arena);
	struct calendar *notice = read_text(HEAD "calendar,,,,日本,Japan,+09:00\nnotice,2027,,,通知,Notice,\n", &d);
	struct calendar *both = NULL;
	REQUIRE(base && notice);
	CHECK_INT(calendar_merge(&arena, base, notice, &both, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "calendar.zone");
	CHECK(both == NULL);
	arena_release(&arena);
}

TEST(a_broken_row_refuses_the_file_and_names_its_line)
{
#define N27 "notice,2027,,,通知,Notice,\n"
	static const struct { const char *text, *code; int line; } rows[] = {
		{ HEAD, "calendar.empty", 0 },
		{ "kind,year,from,to,zh,en\nnote,,,,,\n", "calendar.no-column", 0 },
		{ HEAD N27 "of,2027,2027-01-01,,元旦,New Year,\n", "calendar.bad-kind", 3 },
		{ HEAD N27 "off,2027,2027-02-30,,元旦,New Year,\n", "calendar.bad-date", 3 },
		{ HEAD N27 "off,2027,2027-02-03,2027-02-01x,元旦,New Year,\n", "calendar.bad-date", 3 },
		{ HEAD N27 "off,2027,2027-02-03,2027-02-01,元旦,New Year,\n", "calendar.bad-run", 3 },
		{ HEAD N27 "off,2027,2027-02-03,2027-08-01,元旦,New Year,\n", "calendar.bad-run", 3 },
		{ HEAD N27 "off,2027,2026-11-30,,元旦,New Year,\n", "calendar.other-year", 3 },
		{ HEAD N27 "off,2027,2028-02-01,,元旦,New Year,\n", "calendar.other-year", 3 },
		{ HEAD N27 "off,2028,2028-01-01,,元旦,New Year,\n", "calendar.no-notice", 3 },
		{ HEAD "off,2027,2027-01-01,,元旦,New Year,\n", "calendar.no-notice", 2 },
		{ HEAD N27 "off,2027,2027-01-01,,,New Year,\n", "calendar.no-name", 3 },
		{ HEAD N27 "off,2027,2027-01-01,,元旦,New Year,\nwork,2027,2027-01-01,,元旦,New Year,\n", "calendar.twice", 4 },
		{ HEAD "notice,27,,,通知,Notice,\n", "calendar.bad-year", 2 },
		{ HEAD "notice,2027,5 Nov,,通知,Notice,\n", "calendar.bad-date", 2 },
		{ HEAD "notice,2027,,,,Notice,\n", "calendar.no-title", 2 },
		{ HEAD N27 "notice,2026,,,通知,Notice,\n", "calendar.order", 3 },
		{ HEAD "calendar,,,,中国,China,Shanghai\n", "calendar.bad-zone", 2 },
		{ HEAD N27 "calendar,,,,中国,China,+08:00\n", "calendar.zone-late", 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diag d;
		arena_init(&arena, 8 << 20);
		ROW(rows[i].code);
		CHECK(read_text(rows[i].text, &d) == NULL);
		CHECK_INT(d.err, ERR_INVALID);
		CHECK_STR(str_of(d.code), rows[i].code);
		if (rows[i].line)
			CHECK_INT(d.line, rows[i].line);
		arena_release(&arena);
	}
	ROW(NULL);
}

TEST(a_name_without_end_is_refused)
{
	struct diag d;
	struct buf b;
	arena_init(&arena, 8 << 20);
	buf_init_in(&b, &arena, 1 << 20);
	buf_putz(&b, HEAD N27 "off,2027,2027-01-01,,");
	for (int i = 0; i < 201; i++)
		buf_putz(&b, "节");
	buf_putz(&b, ",New Year,\n");
	CHECK(read_text(b.ptr, &d) == NULL);
	CHECK_STR(str_of(d.code), "calendar.too-long");
	CHECK_INT(d.line, 3);
	arena_release(&arena);
}

TEST(a_row_of_another_width_refuses_the_file)
{
	struct diag d;
	arena_init(&arena, 8 << 20);
	CHECK(read_text(HEAD N27 "off,2027,2027-01-01\n", &d) == NULL);
	CHECK_INT(d.line, 3);
	arena_release(&arena);
}

TEST(running_out_of_memory_is_said_at_every_allocation)
{
	arena_init(&arena, 64 << 20);
	struct str text = fixture_file(&arena, PROJECT_ROOT "/data/calendar/cn.csv");
	REQUIRE(text.ptr);
	size_t failed = 0;
	for (size_t n = 1; n < 100000; n++) {
		struct arena a;
		struct calendar *c = NULL;
		size_t refused = heap_refusals();
		arena_init(&a, 64 << 20);
		arena_fail_after(n);
		enum err e = calendar_read(&a, text, &c, NULL);
		arena_fail_after(0);
		arena_release(&a);
		if (heap_refusals() == refused)
			break;
		CHECK_INT(e, ERR_NOMEM);
		failed++;
	}
	CHECK(failed > 100);
	arena_release(&arena);
}

TEST_MAIN
