/* `banjie pack` and `banjie demo` as a person or a program calls them. */
#include "tests/folder.h"
#include "tests/unit/app/run.h"
#include "text/json.h"

static struct arena arena;

static const struct { const char *name, *line; int status; bool talk; const char *says; } lines[] = {
	{ "a fit pack", "pack check " PROJECT_ROOT "/packs/general-item", APP_DONE, false, "fit for use" },
	{ "one scenario", "pack test " PROJECT_ROOT "/packs/general-item --only own-limits", APP_DONE, false, "1 passed, 0 failed\n" },
	{ "a pack's scenarios", "pack test " PROJECT_ROOT "/packs/general-item", APP_DONE, false, "7 passed, 0 failed\n" },
	{ "two packs", "pack test " PROJECT_ROOT "/packs/general-item " PROJECT_ROOT "/packs/elder-benefit-card --only granted", APP_DONE, false, "2 passed, 0 failed\n" },
	{ "no folder", "pack check /nowhere/at/all", APP_REFUSED, true, "banjie pack: " },
	{ "no pack in the folder", "pack check " PROJECT_ROOT "/packs/general-item/forms", APP_FAILED, false, "refused" },
	{ "nothing to do", "pack", APP_REFUSED, true, "say check, test or add" },
	{ "an unknown verb", "pack eat x", APP_REFUSED, true, "eat" },
	{ "an unknown option", "pack check x --loud", APP_REFUSED, true, "--loud" },
	{ "an option without value", "pack test x --only", APP_REFUSED, true, "--only: a value is missing" },
};

TEST(a_pack_is_checked_and_played)
{
	arena_init(&arena, 256 << 20);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct str out;
		ROW(lines[i].name);
		CHECK_INT(run(&arena, app_cmd_pack, lines[i].line, &out, lines[i].talk), lines[i].status);
		CHECK_HAS(out, lines[i].says);
	}
	ROW(NULL);
	arena_release(&arena);
}

TEST(a_program_reads_the_result)
{
	struct str out;
	const struct json *v = NULL;
	arena_init(&arena, 256 << 20);
	CHECK_INT(run(&arena, app_cmd_pack, "pack test --json " PROJECT_ROOT "/packs/general-item --only granted", &out, false), APP_DONE);
	REQUIRE(json_read(&arena, out, &v, NULL) == OK);
	CHECK_INT(json_i64(json_get(v, "passed"), -1), 1);
	CHECK_INT(json_i64(json_get(v, "failed"), -1), 0);
	const struct json *pack = &json_get(v, "packs")->items[0];
	CHECK(json_bool(json_get(pack, "fit"), false));
	CHECK_STR(json_text(json_get(&json_get(pack, "scenarios")->items[0], "file")), "scenarios/granted.json");
	arena_release(&arena);
}

TEST(a_pack_is_put_live_once)
{
	struct str out;
	char line[512], db[160];
	arena_init(&arena, 256 << 20);
	snprintf(db, sizeof db, "%s/test.db", test_folder("add"));
	snprintf(line, sizeof line, "pack add %s --db %s", PROJECT_ROOT "/packs/elder-benefit-card", db);
	CHECK_INT(run(&arena, app_cmd_pack, line, &out, false), APP_DONE);
	CHECK_STR(out, "elder-benefit-card version 1 is live\n");
	CHECK_INT(run(&arena, app_cmd_pack, line, &out, false), APP_DONE);
	CHECK_STR(out, "elder-benefit-card version 1 is live already\n");
	snprintf(line, sizeof line, "demo --db %s --days 2 --cases 1", db);
	CHECK_INT(run(&arena, app_cmd_demo, line, &out, true), APP_REFUSED);
	CHECK(str_find(out, S("not empty")) >= 0);
	arena_release(&arena);
}

static const struct { const char *name, *line, *says; } bad[] = {
	{ "no number", "demo --seed x", "--seed" }, { "too many days", "demo --days 367", "from 1 to 366" },
	{ "no instant", "demo --now today", "--now" }, { "unknown", "demo --fast", "no such option" },
};

TEST(a_bad_option_of_the_demo_is_refused)
{
	arena_init(&arena, 64 << 20);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str out;
		ROW(bad[i].name);
		CHECK_INT(run(&arena, app_cmd_demo, bad[i].line, &out, true), APP_REFUSED);
		CHECK(str_find(out, str_of(bad[i].says)) >= 0);
	}
	ROW(NULL);
	arena_release(&arena);
}

TEST_MAIN
