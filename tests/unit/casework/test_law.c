/* A legal ground as people read it. */
#include "casework/casework_int.h"
#include "tests/test.h"

static const struct { const char *name, *text, *zh, *en; } rows[] = {
	{ "article", "ALL/42", "行政许可法第四十二条", "Administrative Licensing Law, art. 42" },
	{ "article and item", "ALL/32(4)", "行政许可法第三十二条第（四）项", "Administrative Licensing Law, art. 32(4)" },
	{ "words behind", "ALL/45 expert review", "行政许可法第四十五条 expert review", "Administrative Licensing Law, art. 45 expert review" },
	{ "inside a sentence", "中止（ALL/45）", "中止（行政许可法第四十五条）", "中止（Administrative Licensing Law, art. 45）" },
	{ "ten", "ARL/10", "行政复议法第十条", "Administrative Reconsideration Law, art. 10" },
	{ "twenty", "ARL/20", "行政复议法第二十条", "Administrative Reconsideration Law, art. 20" },
	{ "hundred and three", "CC/103", "民法典第一百零三条", "Civil Code, art. 103" },
	{ "two hundred and one", "CC/201", "民法典第二百零一条", "Civil Code, art. 201" },
	{ "hundred and ten", "CC/110", "民法典第一百一十条", "Civil Code, art. 110" },
	{ "two languages", "内部规程：审查 | office rule: review", "内部规程：审查", "office rule: review" },
	{ "the longer name", "ALitL/46", "行政诉讼法第四十六条", "Administrative Litigation Law, art. 46" },
	{ "no article", "ALL/", "ALL/", "ALL/" },
	{ "article nought", "ALL/0", "ALL/0", "ALL/0" },
	{ "part of another word", "SMALL/42", "SMALL/42", "SMALL/42" },
	{ "an unknown law", "XYZ/42", "XYZ/42", "XYZ/42" },
	{ "an open bracket", "ALL/32(4", "行政许可法第三十二条(4", "Administrative Licensing Law, art. 32(4" },
	{ "plain words", "承诺", "承诺", "承诺" },
	{ "nothing", "", "", "" },
};

TEST(a_ground_is_written_out)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_STR(law_text(&a, str_of(rows[i].text), false), rows[i].zh);
		CHECK_STR(law_text(&a, str_of(rows[i].text), true), rows[i].en);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST_MAIN
