/* PDF pages as another program reads them: the Chinese text, the count of pages, the repeated head. */
#include <stdlib.h>

#include "os/os.h"
#include "paper/paper.h"
#include "tests/test.h"

enum { LINES = 120 };
static const int64_t made_ms = INT64_C(1709251200000); /* 2024-03-01 */

static struct paper_column columns[] = { { S_INIT("部门"), 0 }, { S_INIT("受理"), 0 }, { S_INIT("按期率 %"), 0 } };
static struct paper_cell cells[3 * LINES];
static const struct paper_table table = { .title = S_INIT("按部门"), .columns = columns, .width = 3, .cells = cells, .rows = LINES, .total_rows = 1 };
static const struct str months[] = { S_INIT("一月"), S_INIT("二月"), S_INIT("三月") };
static const int64_t received[] = { 120, 80, PAPER_NONE }, concluded[] = { 110, 90, 40 };
static const struct paper_series series[] = { { S_INIT("收件"), received }, { S_INIT("办结"), concluded } };
static struct paper_chart chart = { .title = S_INIT("收件与办结"), .categories = months, .count = 3, .series = series, .series_count = 2 };

static void fill(struct paper_doc *doc, struct arena *a)
{
	for (int i = 0; i < LINES; i++) {
		cells[i * 3] = paper_text(i == LINES - 1 ? S("合计") : S("市场监督管理局"));
		cells[i * 3 + 1] = paper_integer(1000 + i);
		cells[i * 3 + 2] = paper_decimal(987, 1);
	}
	paper_doc_init(doc, a);
	doc->title = S("办件统计");
	doc->header = S("临州市政务服务");
	doc->footer = S("口径见说明");
	doc->made_ms = made_ms;
	paper_heading(doc, 1, S("办件统计"));
	paper_paragraph(doc, S("本月共收件一千二百九十件,按期办结率百分之九十八点七。"));
	for (int kind = PAPER_BARS; kind <= PAPER_LINES; kind++) {
		struct paper_chart *c = arena_new(a, struct paper_chart);
		*c = chart;
		c->kind = (enum paper_chart_kind)kind;
		paper_put_chart(doc, c);
	}
	paper_heading(doc, 2, S("明细"));
	paper_put_table(doc, &table);
	paper_note(doc, S("来源:电子监察账本"));
	paper_seal(doc, S("临州市政务服务管理局"), S("2024年3月1日"), S("BJ-2024-0001"));
}

/* What a program of poppler prints for the bytes: {} in the command is the file. */
static struct str told(struct arena *a, const char *before, const char *behind, struct str pdf)
{
	struct str folder, text = { 0 };
	if (os_dir_temporary(a, &folder, NULL) != OK)
		return text;
	struct str path = arena_printf(a, "%.*s/a.pdf", STR_ARG(folder)), out = arena_printf(a, "%.*s/a.txt", STR_ARG(folder));
	struct str line = arena_printf(a, "%s %s %s > %s 2>/dev/null", before, path.ptr, behind, out.ptr);
	if (os_file_write(path.ptr, pdf, NULL) == OK && system(line.ptr) == 0 && os_file_read(a, out.ptr, 4 << 20, &text, NULL) != OK)
		text = S("");
	CHECK(os_dir_remove(folder.ptr, NULL) == OK);
	return text;
}

static int count_of(struct str text, struct str word)
{
	int n = 0;
	for (ptrdiff_t at; (at = str_find(text, word)) >= 0; n++)
		text = str_sub(text, (size_t)at + word.len, text.len);
	return n;
}

TEST(pages_hold_the_text)
{
	struct arena a;
	struct paper_doc doc;
	struct str pdf;
	arena_init(&a, 64 << 20);
	fill(&doc, &a);
	REQUIRE(paper_pdf(&doc, &pdf, NULL) == OK);
	struct str info = told(&a, "pdfinfo", "", pdf), text = told(&a, "pdftotext -layout", "-", pdf);
	if (str_empty(info)) {
		arena_release(&a);
		SKIP("poppler-utils is not installed");
	}
	CHECK(str_find(info, S("Title:           办件统计")) >= 0);
	CHECK(str_find(info, S("595.276 x 841.89")) >= 0);
	CHECK(str_find(text, S("按期办结率百分之九十八点七")) >= 0);
	CHECK_INT(count_of(text, S("市场监督管理局")), LINES - 1);
	CHECK(str_find(text, S("1,118")) >= 0); /* the row before the last: 1000 + 118 */
	/* the head stands on every page that has rows, the page's number on each */
	int pages = count_of(text, S("\f"));
	CHECK(pages >= 4);
	CHECK(count_of(text, S("按期率 %")) >= 2);
	struct str last = arena_printf(&a, "%d/%d", pages, pages);
	CHECK_INT(count_of(text, last), 1);
	CHECK_INT(count_of(text, S("临州市政务服务\n")), pages);
	/* three charts with two series each */
	CHECK_INT(count_of(text, S("收件与办结")), 3);
	arena_release(&a);
}

TEST(the_same_document_gives_the_same_bytes)
{
	struct arena a;
	struct paper_doc one, two;
	struct str first, second;
	arena_init(&a, 64 << 20);
	fill(&one, &a);
	fill(&two, &a);
	REQUIRE(paper_pdf(&one, &first, NULL) == OK);
	REQUIRE(paper_pdf(&two, &second, NULL) == OK);
	CHECK(str_eq(first, second));
	two.made_ms += 86400000;
	REQUIRE(paper_pdf(&two, &second, NULL) == OK);
	CHECK(!str_eq(first, second));
	arena_release(&a);
}

TEST(an_empty_document_is_one_page)
{
	struct arena a;
	struct paper_doc doc;
	struct str pdf;
	struct paper_table none = table;
	arena_init(&a, 64 << 20);
	none.rows = none.total_rows = 0;
	paper_doc_init(&doc, &a);
	CHECK(paper_pdf(&doc, &pdf, NULL) == OK);
	CHECK(str_starts(pdf, S("%PDF-")));
	paper_put_table(&doc, &none);
	CHECK(paper_pdf(&doc, &pdf, NULL) == OK);
	arena_release(&a);
}

TEST(bounds_are_kept)
{
	struct arena a;
	struct paper_doc doc;
	struct str pdf;
	struct paper_table wide = table;
	struct paper_chart empty = chart;
	arena_init(&a, 64 << 20);
	wide.width = PAPER_COLUMNS_MAX + 1;
	paper_doc_init(&doc, &a);
	paper_put_table(&doc, &wide);
	CHECK(paper_pdf(&doc, &pdf, NULL) == ERR_LIMIT);
	empty.count = 0;
	paper_doc_init(&doc, &a);
	paper_put_chart(&doc, &empty);
	CHECK(paper_pdf(&doc, &pdf, NULL) == ERR_LIMIT);
	arena_release(&a);
}

TEST(many_columns_fit_on_the_page)
{
	enum { WIDE = 18 };
	static struct paper_column heads[WIDE];
	static struct paper_cell row[WIDE];
	struct paper_table t = { .columns = heads, .width = WIDE, .cells = row, .rows = 1 };
	struct arena a;
	struct paper_doc doc;
	struct str pdf;
	for (int i = 0; i < WIDE; i++) {
		heads[i].name = S("办理时限内办结件数");
		row[i] = i ? paper_integer(1234567) : paper_text(S("临州经济技术开发区行政审批服务管理委员会办公室"));
	}
	arena_init(&a, 64 << 20);
	paper_doc_init(&doc, &a);
	doc.landscape = true;
	paper_put_table(&doc, &t);
	REQUIRE(paper_pdf(&doc, &pdf, NULL) == OK);
	struct str text = told(&a, "pdftotext", "-", pdf);
	if (str_empty(text)) {
		arena_release(&a);
		SKIP("poppler-utils is not installed");
	}
	CHECK_INT(count_of(text, S("1,234,567")), WIDE - 1);
	arena_release(&a);
}

/* BANJIE_LOOK=FOLDER writes the pages there, to be looked at. */
TEST(pages_to_look_at)
{
	struct arena a;
	struct paper_doc doc;
	struct str pdf, folder = os_env("BANJIE_LOOK");
	if (!folder.ptr)
		return;
	arena_init(&a, 64 << 20);
	fill(&doc, &a);
	REQUIRE(paper_pdf(&doc, &pdf, NULL) == OK);
	CHECK(os_file_write(arena_printf(&a, "%.*s/paper.pdf", STR_ARG(folder)).ptr, pdf, NULL) == OK);
	arena_release(&a);
}

TEST_MAIN
