/* `banjie feel` and `banjie dmn` as a person or a program calls them. */
#include "tests/unit/app/run.h"
#include "text/json.h"

static struct arena arena;

enum { DATA, TALK };

#define ARGS(...) ((const char *[]){ __VA_ARGS__, NULL })
#define MODEL PROJECT_ROOT "/tests/data/dmn-tck/own/0001-own/0001-own.dmn"

struct row {
	const char *name;
	const char **argv;
	int fd, status;
	const char *wanted; /* whole output; with a leading '*' what it contains */
};

static void run_rows(int (*command)(int, char **), const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str out;
		ROW(rows[i].name);
		arena_release(&arena);
		arena_init(&arena, 64 << 20);
		CHECK_INT(run_words(&arena, command, (char **)(uintptr_t)rows[i].argv, &out, rows[i].fd == TALK), rows[i].status); /* commands do not write to their words */
		if (rows[i].wanted[0] == '*')
			CHECK_HAS(out, rows[i].wanted + 1);
		else
			CHECK_STR(out, rows[i].wanted);
	}
	ROW(NULL);
}

TEST(feel)
{
	const struct row rows[] = {
		{ "value", ARGS("feel", "1 + 2"), DATA, APP_DONE, "3\n" },
		{ "context", ARGS("feel", "单 价 * n", "--context", "{\"单 价\": 1.5, \"n\": 2}"), DATA, APP_DONE, "3\n" },
		{ "text is a literal", ARGS("feel", "\"a\" + \"b\""), DATA, APP_DONE, "\"ab\"\n" },
		{ "json", ARGS("feel", "[1, x]", "--json"), DATA, APP_DONE, "*\"value\":[1,null]" },
		{ "tests", ARGS("feel", "< 5, [10..20]", "--unary", "--input", "12"), DATA, APP_DONE, "true\n" },
		{ "tests fail", ARGS("feel", "< 5, [10..20]", "--unary", "--input", "9"), DATA, APP_DONE, "false\n" },
		{ "tests without input", ARGS("feel", "< 5", "--unary"), TALK, APP_REFUSED, "*--input is missing" },
		{ "type", ARGS("feel", "1 < 2", "--type"), DATA, APP_DONE, "boolean\n" },
		{ "now", ARGS("feel", "today()", "--now", "2025-09-26T09:00:00+08:00"), DATA, APP_DONE, "@\"2025-09-26\"\n" },
		{ "bad now", ARGS("feel", "today()", "--now", "soon"), TALK, APP_REFUSED, "*no instant" },
		{ "syntax", ARGS("feel", "1 +"), TALK, APP_REFUSED, "*  1 +\n     ^\n" },
		{ "null says why", ARGS("feel", "1 / 0"), TALK, APP_DONE, "*banjie feel: " },
		{ "bad context", ARGS("feel", "1", "--context", "[1]"), TALK, APP_REFUSED, "*--context" },
		{ "bad json", ARGS("feel", "1", "--context", "{"), TALK, APP_REFUSED, "*--context" },
		{ "nothing", ARGS("feel"), TALK, APP_REFUSED, "*expression is missing" },
		{ "unknown option", ARGS("feel", "1", "--colour"), TALK, APP_REFUSED, "*no such option" },
		{ "help", ARGS("feel", "--help"), DATA, APP_DONE, "*usage: banjie feel" },
	};
	run_rows(app_cmd_feel, rows, sizeof rows / sizeof *rows);
}

TEST(dmn)
{
	const struct row rows[] = {
		{ "eval", ARGS("dmn", "eval", MODEL, "--decision", "两倍", "--input", "{\"数\": 4}"), DATA, APP_DONE, "8\n" },
		{ "eval json", ARGS("dmn", "eval", MODEL, "--decision", "门", "--input", "{\"数\": 3, \"日\": \"2025-01-31\"}", "--json"), DATA, APP_DONE,
		  "{\"两倍\":6,\"表\":{\"名\":\"值\",\"列\":[3,0.3333333333333333333333333333333333,\"2025-01-31\",null]}}\n" },
		{ "eval null says why", ARGS("dmn", "eval", MODEL, "--decision", "两倍"), TALK, APP_DONE, "*null, because" },
		{ "no such decision", ARGS("dmn", "eval", MODEL, "--decision", "三倍"), TALK, APP_REFUSED, "*has no decision" },
		{ "decision forgotten", ARGS("dmn", "eval", MODEL), TALK, APP_REFUSED, "*the model decides: 两倍, 表" },
		{ "explain", ARGS("dmn", "explain", MODEL, "--decision", "两倍", "--input", "{\"数\": 4}", "--lang", "zh"), DATA, APP_DONE,
		  "1. 决定「两倍」\n   依据输入：数 为 4\n   结果：8\n" },
		{ "explain json", ARGS("dmn", "explain", MODEL, "--decision", "两倍", "--input", "{\"数\": 4}", "--json"), DATA, APP_DONE,
		  "[{\"decision\":\"两倍\",\"inputs\":[{\"name\":\"数\",\"value\":4}],\"matched\":[],\"output\":8}]\n" },
		{ "check in Chinese", ARGS("dmn", "check", MODEL, "--lang", "zh"), DATA, APP_DONE, "*未发现问题" },
		{ "findings in Chinese", ARGS("dmn", "check", PROJECT_ROOT "/tests/data/dmn-tck/own/0001-own/0001-own-test-01.xml", "--lang=zh"), DATA, APP_FAILED,
		  "*错误: 这不是 DMN 文件 [no-dmn]" },
		{ "check", ARGS("dmn", "check", MODEL, "--lang", "en"), DATA, APP_DONE, "*nothing to complain about" },
		{ "check json", ARGS("dmn", "check", MODEL, "--json"), DATA, APP_DONE, "[]\n" },
		{ "no file", ARGS("dmn", "check", PROJECT_ROOT "/none.dmn"), TALK, APP_REFUSED, "*there is no file" },
		{ "kit", ARGS("dmn", "tck", PROJECT_ROOT "/tests/data/dmn-tck"), DATA, APP_FAILED, "5 passed, 2 failed\n" },
		{ "no kit", ARGS("dmn", "tck", PROJECT_ROOT "/src/dmn"), TALK, APP_REFUSED, "*no test case" },
		{ "nothing", ARGS("dmn"), TALK, APP_REFUSED, "*say eval" },
		{ "unknown verb", ARGS("dmn", "draw", MODEL), TALK, APP_REFUSED, "*no such thing" },
		{ "bad language", ARGS("dmn", "explain", MODEL, "--lang", "fr"), TALK, APP_REFUSED, "*neither zh nor en" },
		{ "help", ARGS("dmn", "--help"), DATA, APP_DONE, "*usage: banjie dmn eval" },
	};
	run_rows(app_cmd_dmn, rows, sizeof rows / sizeof *rows);
}

TEST_MAIN
