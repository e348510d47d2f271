/* `banjie clock` as a person or a program calls it. */
#include "tests/unit/app/run.h"
#include "text/json.h"

static struct arena arena;
static char imported[256]; /* the words that app_cmd_import was called with */

int app_cmd_import(int argc, char **argv)
{
	imported[0] = 0;
	for (int i = 0; i < argc; i++)
		snprintf(imported + strlen(imported), sizeof imported - strlen(imported), "%s%s", i ? " " : "", argv[i]);
	return APP_DONE;
}

static const struct json *run_json(const char *line)
{
	struct str out;
	const struct json *v = NULL;
	setenv("BANJIE_DATA", PROJECT_ROOT, 1);
	CHECK_INT(run(&arena, app_cmd_clock, line, &out, false), APP_DONE);
	CHECK_INT(json_read(&arena, out, &v, NULL), OK);
	return v;
}

TEST(the_keys_that_programs_read_are_there)
{
	arena_init(&arena, 64 << 20);
	const struct json *v = run_json("clock --start 2025-09-26 --limit 20 --unit working-days --suspend "
	                                "2025-10-09/2025-10-15 --extend 10 --now 2025-11-03 --json");
	CHECK_STR(json_text(json_get(v, "due_on")), "2025-11-20");
	CHECK_STR(json_text(json_get(v, "due_at")), "2025-11-21T00:00:00+08:00");
	CHECK_INT(json_bool(json_get(v, "provisional"), true), false);
	CHECK_INT(json_i64(json_get(v, "used"), -1), 17);
	CHECK_INT(json_i64(json_get(v, "left"), -1), 13);
	CHECK_INT(json_bool(json_get(v, "overdue"), true), false);
	const struct json *days = json_get(v, "days");
	REQUIRE(days && days->count == 56);
	CHECK_STR(json_text(json_get(&days->items[2], "date")), "2025-09-28");
	CHECK_INT(json_bool(json_get(&days->items[2], "counted"), false), true);
	CHECK_STR(json_text(json_get(&days->items[2], "code")), "make-up-day");
	CHECK_STR(json_text(json_get(&days->items[14], "code")), "suspended");
	arena_release(&arena);
}

TEST(the_reason_is_in_the_callers_language_and_in_both)
{
	arena_init(&arena, 64 << 20);
	const struct json *zh = run_json("clock --start 2025-09-26 --limit=1 --now=2025-09-27 --lang zh --json");
	const struct json *en = run_json("clock --start 2025-09-26 --limit=1 --now=2025-09-27 --lang en --json");
	const struct json *z = json_get(zh, "days"), *e = json_get(en, "days");
	REQUIRE(z && e && z->count == 3 && e->count == 3);
	CHECK_STR(json_text(json_get(&z->items[1], "reason")), "星期六");
	CHECK_STR(json_text(json_get(&e->items[1], "reason")), "Saturday");
	CHECK_STR(json_text(json_get(&e->items[1], "reason_zh")), "星期六");
	CHECK_STR(json_text(json_get(&z->items[1], "reason_en")), "Saturday");
	arena_release(&arena);
}

TEST(the_table_is_readable_in_both_languages)
{
	struct str out;
	arena_init(&arena, 64 << 20);
	setenv("BANJIE_DATA", PROJECT_ROOT, 1);
	CHECK_INT(run(&arena, app_cmd_clock, "clock --start 2025-09-26 --limit 1 --now 2025-10-10 --lang zh", &out, false), APP_DONE);
	CHECK(str_find(out, S("到期:  2025-09-28")) >= 0);
	CHECK(str_find(out, S("超期:  4个工作日")) >= 0);
	CHECK(str_find(out, S("2025-09-28  周日       1  调休上班")) >= 0);
	CHECK_INT(run(&arena, app_cmd_clock, "clock --start 2025-09-26 --limit 1 --now 2025-09-26 --lang en", &out, false), APP_DONE);
	CHECK(str_find(out, S("due:   2025-09-28")) >= 0);
	CHECK(str_find(out, S("left:  1 working days")) >= 0);
	CHECK(str_find(out, S("2025-09-27  Sat       -  Saturday")) >= 0);
	arena_release(&arena);
}

TEST(open_suspensions_and_instants_are_taken)
{
	arena_init(&arena, 64 << 20);
	const struct json *v = run_json("clock --start 2025-10-09T16:30:00+08:00 --limit 5 --suspend 2025-10-10/ "
	                                "--now 2025-11-03T02:00:00Z --json");
	CHECK_INT(json_bool(json_get(v, "open"), false), true);
	CHECK_STR(json_text(json_get(v, "due_on")), "2025-11-07");
	v = run_json("clock --start 2025-10-18T10:30:00+08:00 --limit 24 --unit hours --now 2025-10-18T15:45:00+08:00 --json");
	CHECK_STR(json_text(json_get(v, "due_at")), "2025-10-19T10:30:00+08:00");
	CHECK_INT(json_i64(json_get(v, "left"), -1), 19);
	CHECK_STR(json_text(json_get(v, "counted_in")), "hours");
	v = run_json("clock --start 2025-10-14 --limit 1 --unit months --now 2025-10-15 --json");
	CHECK_INT(json_i64(json_get(v, "left"), -1), 30);
	CHECK_STR(json_text(json_get(v, "counted_in")), "calendar-days");
	arena_release(&arena);
}

TEST(a_notice_of_a_later_year_makes_its_dates_firm)
{
	arena_init(&arena, 64 << 20);
	const struct json *v = run_json("clock --start 2026-12-28 --limit 5 --now 2026-12-28 --json");
	CHECK_INT(json_bool(json_get(v, "provisional"), false), true);
	CHECK_STR(json_text(json_get(v, "due_on")), "2027-01-04");
	v = run_json("clock --start 2026-12-28 --limit 5 --now 2026-12-28 --json --calendar " PROJECT_ROOT
	             "/tests/data/calendar-2027.csv");
	CHECK_INT(json_bool(json_get(v, "provisional"), true), false);
	CHECK_STR(json_text(json_get(v, "due_on")), "2027-01-05");
	arena_release(&arena);
}

TEST(bad_options_are_refused_and_named)
{
	static const struct { const char *line, *says; } rows[] = {
		{ "clock --limit 3", "--start" },
		{ "clock --start 2025-09-26", "--limit" },
		{ "clock --start 2025-09-31 --limit 3", "--start" },
		{ "clock --start 2025-09-26T09:00:00 --limit 3", "--start" },
		{ "clock --start 2025-09-26 --limit 3.5", "--limit" },
		{ "clock --start 2025-09-26 --limit -1", "--limit" },
		{ "clock --start 2025-09-26 --limit 99999999999999999999", "--limit" },
		{ "clock --start 2025-09-26 --limit 200000", "--limit" },
		{ "clock --start 2025-09-26 --limit 3 --limit 4", "--limit" },
		{ "clock --start 2025-09-26 --limit 3 --unit days", "--unit" },
		{ "clock --start 2025-09-26 --limit 3 --suspend tomorrow", "--suspend" },
		{ "clock --start 2025-09-26 --limit 3 --suspend 2025-10-09/soon", "--suspend" },
		{ "clock --start 2025-09-26 --limit 3 --suspend 2025-10-09/2025-10-08", "--suspend" },
		{ "clock --start 2025-09-26 --limit 3 --extend -2", "--extend" },
		{ "clock --start 2025-09-26 --limit 3 --now yesterday", "--now" },
		{ "clock --start 2025-09-26 --limit 3 --lang fr", "--lang" },
		{ "clock --start 2025-09-26 --limit 3 --calendar /nowhere.csv", "/nowhere.csv" },
		{ "clock --start 2025-09-26 --limit 3 --calendar " PROJECT_ROOT "/meson.build", "meson.build" },
		{ "clock --start 2025-09-26 --limit", "--limit" },
		{ "clock --start 2025-09-26 --limit 3 --jsno", "--jsno" },
		{ "clock --start 2025-09-26 --limit 3 extra", "extra" },
	};
	setenv("BANJIE_DATA", PROJECT_ROOT, 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str out;
		arena_init(&arena, 64 << 20);
		ROW(rows[i].line);
		CHECK_INT(run(&arena, app_cmd_clock, rows[i].line, &out, true), APP_REFUSED);
		CHECK(str_find(out, str_of(rows[i].says)) >= 0);
		arena_release(&arena);
	}
	ROW(NULL);
}

TEST(missing_data_says_where_it_was_sought)
{
	struct str out;
	arena_init(&arena, 64 << 20);
	setenv("BANJIE_DATA", "/nonexistent", 1);
	CHECK_INT(run(&arena, app_cmd_clock, "clock --start 2025-09-26 --limit 3", &out, true), APP_REFUSED);
	CHECK(str_find(out, S("BANJIE_DATA")) >= 0);
	arena_release(&arena);
}

TEST(a_preview_is_asked_where_notices_come_in)
{
	struct str out;
	arena_init(&arena, 64 << 20);
	CHECK_INT(run(&arena, app_cmd_clock, "clock preview 2027.csv --db city.db", &out, false), APP_DONE);
	CHECK_STR(str_of(imported), "clock calendar 2027.csv --db city.db --preview");
	arena_release(&arena);
}

TEST_MAIN
