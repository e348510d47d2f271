/* `banjie import` from the file to the rows: what comes in, what is told, what a second time changes. */
#include <stdlib.h>
#include <unistd.h>

#include "app/app.h"
#include "casework/casework.h"
#include "os/os.h"
#include "tests/folder.h"
#include "tests/test.h"
#include "text/json_make.h"
#include "web/rooms.h"

static struct arena arena;
static char db[512];

#define DATA PROJECT_ROOT "/tests/data/"

static void begin(void)
{
	arena_init(&arena, 256 << 20);
	setenv("BANJIE_DATA", PROJECT_ROOT, 1);
	snprintf(db, sizeof db, "%s/test.db", test_folder("import"));
}

static void end(void)
{
	arena_release(&arena);
}

/* What the command writes to the descriptor fd (1 or 2). */
static int run(const char *kind, const char *file, const char *more, int fd, struct str *out)
{
	const char *words[] = { "import", kind, file, "--db", db, more ? more : "--json" };
	char *argv[7] = { NULL };
	for (int i = 0; i < 6; i++)
		argv[i] = strdup(words[i]);
	FILE *wanted = tmpfile(), *other = tmpfile();
	int both[2] = { dup(1), dup(2) };
	fflush(stdout);
	fflush(stderr);
	dup2(fileno(wanted), fd);
	dup2(fileno(other), 3 - fd);
	int status = app_cmd_import(6, argv);
	fflush(stdout);
	fflush(stderr);
	for (int i = 0; i < 2; i++) {
		dup2(both[i], i + 1);
		close(both[i]);
	}
	for (int i = 0; i < 6; i++)
		free(argv[i]);
	rewind(wanted);
	char *text = arena_alloc(&arena, 1 << 20);
	*out = str_span(text, fread(text, 1, 1 << 20, wanted));
	fclose(wanted);
	fclose(other);
	return status;
}

static const struct json *import(const char *kind, const char *file)
{
	struct str out;
	const struct json *v = NULL;
	CHECK_INT(run(kind, file, NULL, 1, &out), APP_DONE);
	CHECK_INT(json_read(&arena, out, &v, NULL), OK);
	return v;
}

static struct casework *open_db(void)
{
	struct casework_options o = { .data_dir = PROJECT_ROOT, .inline_writer = true };
	WEB_ROOMS_INTO(o);
	struct casework *cw = NULL;
	struct diag d;
	diag_init(&d);
	CHECK_INT(casework_open(db, &o, &cw, &d), OK);
	return cw;
}

static const struct json *view(struct casework *cw, const char *name, const char *key, const char *value)
{
	const struct casework_actor actor = { .system = true };
	struct json_build o;
	const struct json *v = NULL;
	json_build_object(&o, &arena);
	if (key)
		json_set_str(&o, key, str_of(value));
	CHECK_INT(casework_view(cw, name, &actor, json_built(&o), &arena, &v, NULL), OK);
	return v;
}

TEST(a_catalogue_comes_in_with_its_organs_and_can_be_found)
{
	begin();
	const struct json *v = import("items", DATA "items-small.csv");
	CHECK_INT(json_i64(json_get(v, "new"), -1), 4);
	const struct json *problems = json_get(v, "problems");
	REQUIRE(problems && problems->count == 6);
	CHECK_INT(json_i64(json_get(&problems->items[0], "line"), 0), 4);
	CHECK_STR(json_text(json_get(&problems->items[3], "code")), "csv.width");
	struct casework *cw = open_db();
	REQUIRE(cw);
	const struct json *found = json_get(view(cw, "items.search", "q", "施工"), "rows");
	REQUIRE(found && found->count == 1);
	CHECK_STR(json_text(json_get(&found->items[0], "name")), "建筑工程施工许可证核发");
	CHECK_STR(json_text(json_path(&found->items[0], "organ.name")), "区住建局");
	CHECK_STR(json_text(json_get(&found->items[0], "kind")), "01");
	casework_close(cw);
	end();
}

TEST(the_same_catalogue_again_changes_nothing)
{
	begin();
	import("items", DATA "items-small.csv");
	struct casework *cw = open_db();
	REQUIRE(cw);
	int64_t before = json_i64(json_get(view(cw, "ledger.head", NULL, NULL), "seq"), -1);
	casework_close(cw);
	const struct json *v = import("items", DATA "items-small.csv");
	CHECK_INT(json_i64(json_get(v, "new"), -1), 0);
	CHECK_INT(json_i64(json_get(v, "changed"), -1), 0);
	CHECK_INT(json_i64(json_get(v, "unchanged"), -1), 4);
	cw = open_db();
	REQUIRE(cw);
	CHECK_INT(json_i64(json_get(view(cw, "ledger.head", NULL, NULL), "seq"), -2), before);
	casework_close(cw);
	end();
}

static void enrich(struct casework *cw)
{
	static const char data[] = "{\"impl_code\":\"511A0003000005-990101000000-000-119901010000000003-1-00\",\"name\":\"旧名\","
	                           "\"organ\":\"119901010000000030\",\"kind\":\"20\",\"faq\":\"常见问题\",\"promised_limit\":3,\"unit\":\"working-days\"}";
	const struct json *v = NULL;
	CHECK_INT(json_read(&arena, str_of(data), &v, NULL), OK);
	struct casework_command c = { .name = S("item.put"), .actor = { .system = true }, .data = v };
	struct casework_result r;
	memset(&r, 0, sizeof r);
	CHECK_INT(casework_do(cw, &c, &arena, &r), OK);
}

TEST(what_the_office_added_to_an_item_survives_the_catalogue)
{
	begin();
	import("items", DATA "items-small.csv");
	struct casework *cw = open_db();
	REQUIRE(cw);
	enrich(cw);
	casework_close(cw);
	const struct json *v = import("items", DATA "items-small.csv");
	CHECK_INT(json_i64(json_get(v, "changed"), -1), 1);
	cw = open_db();
	REQUIRE(cw);
	v = view(cw, "item.guide", "impl_code", "511A0003000005-990101000000-000-119901010000000003-1-00");
	CHECK_STR(json_text(json_get(v, "name")), "公积金查询");
	CHECK_STR(json_text(json_get(v, "faq")), "常见问题");
	CHECK_INT(json_i64(json_get(v, "promised_limit"), -1), 3);
	casework_close(cw);
	end();
}

/* Every alert of the log's cases, and no other. */
static void check_late(const struct json *rows)
{
	static const char *const late[] = { "case-2", "case-3" };
	REQUIRE(rows && rows->count == 2);
	for (size_t i = 0; i < 2; i++) {
		bool found = false;
		for (size_t k = 0; k < rows->count; k++)
			found |= str_eqz(json_text(json_path(&rows->items[k], "case.case_no")), late[i]);
		ROW(late[i]);
		CHECK(found);
	}
	ROW(NULL);
}

TEST(a_log_comes_in_with_its_steps_and_the_late_ones_get_their_alert)
{
	begin();
	const struct json *v = import("log", DATA "log-small.csv");
	CHECK_INT(json_i64(json_get(v, "cases"), -1), 6);
	CHECK_INT(json_i64(json_get(v, "new"), -1), 6);
	CHECK_INT(json_i64(json_get(v, "late"), -1), 2);
	CHECK_STR(json_text(json_get(v, "mapping")), "permits-nl.json");
	struct casework *cw = open_db();
	REQUIRE(cw);
	check_late(json_get(view(cw, "alerts", NULL, NULL), "rows"));
	v = view(cw, "case", "case_no", "case-1");
	const struct json *steps = json_get(v, "steps");
	REQUIRE(steps && steps->count == 3);
	CHECK_STR(json_text(json_get(&steps->items[1], "name")), "Check");
	CHECK_STR(json_text(json_path(&steps->items[1], "person.name")), "王五");
	CHECK_STR(json_text(json_path(&steps->items[1], "person.login")), "log-small/王五");
	CHECK_INT(json_bool(json_get(&steps->items[1], "applicant"), true), false);
	CHECK_STR(json_text(json_get(v, "state")), "concluded");
	CHECK_STR(json_text(json_get(view(cw, "case", "case_no", "case-3"), "state")), "accepted");
	casework_close(cw);
	v = import("log", DATA "log-small.csv");
	CHECK_INT(json_i64(json_get(v, "new"), -1), 0);
	CHECK_INT(json_i64(json_get(v, "unchanged"), -1), 6);
	end();
}

TEST(packed_xes_comes_in_under_the_numbers_of_its_file)
{
	begin();
	const struct json *v = import("log", DATA "log-small.xes.gz");
	CHECK_INT(json_i64(json_get(v, "new"), -1), 3);
	CHECK_STR(json_text(json_get(v, "mapping")), "permits-nl-bpic15.json");
	struct casework *cw = open_db();
	REQUIRE(cw);
	v = view(cw, "case", "case_no", "log-small/甲-1");
	CHECK_STR(json_text(json_get(v, "state")), "concluded");
	casework_close(cw);
	end();
}

TEST(a_record_with_imports_verifies_and_rebuilds)
{
	uint64_t n = 0;
	begin();
	import("items", DATA "items-small.csv");
	import("log", DATA "log-small.csv");
	import("calendar", DATA "calendar-2027.csv");
	struct casework *cw = open_db();
	REQUIRE(cw);
	CHECK_INT(casework_verify(cw, NULL, NULL, &n, NULL), OK);
	CHECK(n > 10);
	CHECK_INT(casework_rebuild_check(cw, NULL, NULL, &n, NULL), OK);
	casework_close(cw);
	end();
}

TEST(a_notice_comes_in_once)
{
	struct str out;
	begin();
	CHECK_INT(run("calendar", DATA "calendar-2027.csv", "--preview", 1, &out), APP_DONE);
	CHECK(str_find(out, S("0 clocks of 0 open cases would move")) >= 0);
	CHECK_INT(json_i64(json_get(import("calendar", DATA "calendar-2027.csv"), "new"), -1), 1);
	CHECK_INT(json_i64(json_get(import("calendar", DATA "calendar-2027.csv"), "new"), -1), 0);
	end();
}

TEST(what_cannot_be_read_is_refused_and_leaves_no_database)
{
	struct str out;
	begin();
	CHECK_INT(run("items", "/nowhere/items.csv", NULL, 2, &out), APP_REFUSED);
	CHECK(str_find(out, S("/nowhere/items.csv")) >= 0);
	CHECK(!os_file_exists(db));
	CHECK_INT(run("rows", DATA "items-small.csv", NULL, 2, &out), APP_REFUSED);
	CHECK(!os_file_exists(db));
	CHECK_INT(run("items", DATA "items-small.csv", "--preview", 2, &out), APP_REFUSED);
	CHECK_INT(run("log", DATA "items-small.csv", NULL, 2, &out), APP_REFUSED);
	CHECK(str_find(out, S("import.no-mapping")) >= 0);
	CHECK_INT(run("calendar", DATA "items-small.csv", NULL, 2, &out), APP_REFUSED);
	CHECK(str_find(out, S("calendar.no-column")) >= 0);
	end();
}

TEST(a_structure_comes_in_whole_and_a_second_time_changes_nothing)
{
	begin();
	const struct json *v = import("structure", DATA "structure-small.csv");
	CHECK_INT(json_i64(json_get(v, "new"), -1), 5);
	v = import("structure", DATA "structure-small.csv");
	CHECK_INT(json_i64(json_get(v, "new"), -1), 0);
	CHECK_INT(json_i64(json_get(v, "unchanged"), -1), 5);
	struct casework *cw = open_db();
	REQUIRE(cw);
	const struct json *post = view(cw, "post", "code", "P1");
	CHECK_STR(json_text(json_get(post, "duties")), "审查材料,提出意见");
	CHECK_STR(json_text(json_path(post, "holder.login")), "wang");
	casework_close(cw);
	end();
}

TEST(a_structure_with_broken_rows_is_told_by_line_and_left_out_whole)
{
	struct str out;
	begin();
	CHECK(run("structure", DATA "structure-broken.csv", NULL, 2, &out) != APP_DONE);
	CHECK(str_find(out, S("structure-broken.csv:3:")) >= 0);
	CHECK(str_find(out, S("structure-broken.csv:4:")) >= 0);
	CHECK(run("structure", DATA "items-small.csv", NULL, 2, &out) != APP_DONE); /* another kind of list */
	CHECK(str_find(out, S("structure.unreadable")) >= 0 || str_find(out, S("columns of an export")) >= 0);
	struct casework *cw = open_db();
	REQUIRE(cw);
	const struct json *organs = json_get(view(cw, "organs", NULL, NULL), "rows");
	CHECK_INT((int64_t)organs->count, 0);
	casework_close(cw);
	end();
}

TEST_MAIN
