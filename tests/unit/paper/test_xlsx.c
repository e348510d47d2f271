/* A workbook written reads back the same; damaged, encrypted and oversized ones are refused. */
#include <zip.h>

#include "paper/paper.h"
#include "tests/test.h"

enum { MADE_MS_DAY = 19783 }; /* 2024-03-01 */
static const int64_t made_ms = (int64_t)MADE_MS_DAY * 86400000;

static struct paper_column columns[] = { { S_INIT("部门"), 0 }, { S_INIT("编号"), 0 }, { S_INIT("件数"), 0 }, { S_INIT("按期率"), 0 }, { S_INIT("日期"), 0 } };
static struct paper_cell cells[] = {
	{ PAPER_TEXT, 0, S_INIT("商务局 & <分局>"), 0 }, { PAPER_TEXT, 0, S_INIT("00123"), 0 }, { PAPER_INTEGER, 0, { 0 }, 1204 },
	{ PAPER_DECIMAL, 1, { 0 }, 987 }, { PAPER_DATE, 0, { 0 }, 19783 },
	{ PAPER_TEXT, 0, S_INIT("=HYPERLINK(\"http://x\")"), 0 }, { PAPER_TEXT, 0, S_INIT(" 前后 "), 0 }, { PAPER_INTEGER, 0, { 0 }, INT64_C(9007199254740993) },
	{ PAPER_DECIMAL, 2, { 0 }, -5 }, { PAPER_EMPTY, 0, S_INIT("–"), 0 },
	{ PAPER_TEXT, 0, S_INIT("合计"), 0 }, { PAPER_EMPTY, 0, { 0 }, 0 }, { PAPER_INTEGER, 0, S_INIT("<5"), 3 }, { PAPER_EMPTY, 0, { 0 }, 0 },
	{ PAPER_EMPTY, 0, { 0 }, 0 },
};
static const struct paper_table table = { .title = S_INIT("办件[统计]:全部/一月"), .columns = columns, .width = 5, .cells = cells, .rows = 3, .total_rows = 1 };

static enum err write(struct arena *a, struct str *out)
{
	struct paper_book book = { .sheets = &table, .count = 1, .title = S("统计"), .organ = S("市政务办"), .made_ms = made_ms };
	return paper_xlsx(a, &book, out, NULL);
}

TEST(what_is_written_reads_back)
{
	static const char *const want[4][5] = {
		{ "部门", "编号", "件数", "按期率", "日期" },
		{ "商务局 & <分局>", "00123", "1204", "98.7", "2024-03-01" },
		{ "=HYPERLINK(\"http://x\")", " 前后 ", "9007199254740993", "-0.05", "–" },
		{ "合计", "", "<5", "", "" },
	};
	struct arena a;
	struct str bytes;
	struct paper_rows rows;
	arena_init(&a, 64 << 20);
	REQUIRE(write(&a, &bytes) == OK);
	CHECK(paper_looks_like_xlsx(bytes));
	REQUIRE(paper_xlsx_read(&a, bytes, &rows, NULL) == OK);
	REQUIRE(rows.count == 4 && rows.width == 5);
	for (int r = 0; r < 4; r++) {
		CHECK_INT(rows.rows[r].line, r + 1);
		for (int c = 0; c < 5; c++)
			CHECK_STR(rows.rows[r].cells[c], want[r][c]);
	}
	arena_release(&a);
}

TEST(the_same_table_gives_the_same_bytes)
{
	struct arena a;
	struct str one, two;
	arena_init(&a, 64 << 20);
	REQUIRE(write(&a, &one) == OK);
	REQUIRE(write(&a, &two) == OK);
	CHECK(str_eq(one, two));
	arena_release(&a);
}

TEST(sheets_get_names_that_excel_takes)
{
	struct arena a;
	struct str bytes;
	struct paper_table sheets[3] = { table, table, table };
	arena_init(&a, 64 << 20);
	sheets[1].title = S("");
	sheets[2].title = S("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五");
	struct paper_book book = { .sheets = sheets, .count = 3, .made_ms = made_ms };
	CHECK(paper_xlsx(&a, &book, &bytes, NULL) == OK);
	book.count = 0;
	CHECK(paper_xlsx(&a, &book, &bytes, NULL) == ERR_LIMIT);
	arena_release(&a);
}

/* ---- workbooks of others ---- */

struct part { const char *name, *text; };

/* A ZIP of the parts; in the arena. */
static struct str zip_of(struct arena *a, const struct part *parts, size_t count)
{
	zip_error_t why;
	zip_stat_t stat;
	zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, &why);
	zip_source_keep(to);
	zip_t *z = zip_open_from_source(to, ZIP_TRUNCATE, &why);
	for (size_t i = 0; i < count; i++) {
		zip_int64_t at = zip_file_add(z, parts[i].name, zip_source_buffer(z, parts[i].text, strlen(parts[i].text), 0), 0);
		zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_DEFLATE, 1);
	}
	zip_close(z);
	zip_source_open(to);
	zip_source_stat(to, &stat);
	char *bytes = arena_alloc(a, stat.size);
	zip_int64_t n = zip_source_read(to, bytes, stat.size);
	zip_source_close(to);
	zip_source_free(to);
	return str_span(bytes, (size_t)n);
}

#define BOOK "<workbook xmlns='m' xmlns:r='r'><workbookPr date1904='0'/><sheets><sheet name='h' state='hidden' r:id='rId1'/><sheet name='a' r:id='rId2'/></sheets></workbook>"
#define RELS "<Relationships><Relationship Id='rId2' Target='/xl/worksheets/sheet7.xml'/><Relationship Id='rId1' Target='worksheets/sheet1.xml'/></Relationships>"
#define STYLES "<styleSheet><numFmts><numFmt numFmtId='165' formatCode='yyyy&quot;年&quot;'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>" \
	"<cellXfs><xf numFmtId='0'/><xf numFmtId='165'/></cellXfs></styleSheet>"
#define STRINGS "<sst><si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r><rPh sb='0' eb='1'><t>yi</t></rPh></si></sst>"

static enum err read_sheet(struct arena *a, const char *sheet, struct paper_rows *out, struct diag *d)
{
	struct part parts[] = { { "xl/workbook.xml", BOOK }, { "xl/_rels/workbook.xml.rels", RELS }, { "xl/styles.xml", STYLES },
	                        { "xl/sharedStrings.xml", STRINGS }, { "xl/worksheets/sheet7.xml", sheet } };
	return paper_xlsx_read(a, zip_of(a, parts, 5), out, d);
}

TEST(sheets_of_other_programs_are_read)
{
	struct arena a;
	struct paper_rows rows;
	arena_init(&a, 64 << 20);
	REQUIRE(read_sheet(&a, "<worksheet><sheetData><row r='2'><c r='A2' t='s'><v>1</v></c><c r='C2' s='1'><v>25569</v></c></row><row/>"
	                       "<row r='9'><c t='inlineStr'><is><t>丁</t></is></c><c t='b'><v>1</v></c><c t='str'><f>A1</f><v>x</v></c><c><v>0.1</v></c></row>"
	                       "<row><c r='B10'/></row></sheetData></worksheet>", &rows, NULL) == OK);
	REQUIRE(rows.count == 2 && rows.width == 4);
	CHECK_INT(rows.rows[0].line, 2);
	CHECK_STR(rows.rows[0].cells[0], "乙丙");
	CHECK_STR(rows.rows[0].cells[1], "");
	CHECK_STR(rows.rows[0].cells[2], "1970-01-01");
	CHECK_STR(rows.rows[0].cells[3], "");
	CHECK_INT(rows.rows[1].line, 9);
	CHECK_STR(rows.rows[1].cells[0], "丁");
	CHECK_STR(rows.rows[1].cells[1], "1");
	CHECK_STR(rows.rows[1].cells[2], "x");
	CHECK_STR(rows.rows[1].cells[3], "0.1");
	arena_release(&a);
}

TEST(damaged_workbooks_are_refused)
{
	static const struct { const char *name, *sheet; const char *code; } rows[] = {
		{ "no such shared string", "<worksheet><sheetData><row><c t='s'><v>2</v></c></row></sheetData></worksheet>", "paper.xlsx-damaged" },
		{ "negative shared string", "<worksheet><sheetData><row><c t='s'><v>-1</v></c></row></sheetData></worksheet>", "paper.xlsx-damaged" },
		{ "a cell without a row", "<worksheet><c r='A1'><v>2</v></c></worksheet>", "paper.xlsx-too-large" },
		{ "too far right", "<worksheet><sheetData><row><c r='XFD1'><v>2</v></c></row></sheetData></worksheet>", "paper.xlsx-too-large" },
		{ "XML cut off", "<worksheet><sheetData>", "paper.xlsx-damaged" },
		{ "a DTD", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>", "paper.xlsx-damaged" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena a;
		struct paper_rows out;
		struct diag d;
		ROW(rows[i].name);
		arena_init(&a, 64 << 20);
		diag_init(&d);
		CHECK(read_sheet(&a, rows[i].sheet, &out, &d) != OK);
		CHECK_STR(str_of(d.code), rows[i].code);
		arena_release(&a);
	}
	ROW(NULL);
}

TEST(what_is_no_workbook_is_refused)
{
	struct arena a;
	struct str bytes;
	struct paper_rows rows;
	arena_init(&a, 64 << 20);
	REQUIRE(write(&a, &bytes) == OK);
	CHECK(paper_xlsx_read(&a, S(""), &rows, NULL) == ERR_INVALID);
	CHECK(paper_xlsx_read(&a, S("PK\x03\x04 but no more"), &rows, NULL) == ERR_INVALID);
	CHECK(paper_xlsx_read(&a, str_sub(bytes, 0, bytes.len / 2), &rows, NULL) == ERR_INVALID);
	CHECK(!paper_looks_like_xlsx(S("a,b\n")));
	struct part other = { "word/document.xml", "<x/>" };
	CHECK(paper_xlsx_read(&a, zip_of(&a, &other, 1), &rows, NULL) == ERR_INVALID);
	arena_release(&a);
}

TEST(a_bomb_is_stopped_while_it_unpacks)
{
	struct arena a;
	struct paper_rows rows;
	struct diag d;
	size_t size = (size_t)PAPER_READ_UNPACKED_MAX + 1000;
	arena_init(&a, (size_t)600 << 20);
	char *sheet = arena_alloc(&a, size + 1);
	REQUIRE(sheet);
	memset(sheet, ' ', size);
	memcpy(sheet, "<worksheet>", 11);
	memcpy(sheet + size - 12, "</worksheet>", 12);
	diag_init(&d);
	CHECK(read_sheet(&a, sheet, &rows, &d) == ERR_LIMIT);
	CHECK_STR(str_of(d.code), "paper.xlsx-too-large");
	arena_release(&a);
}

TEST(memory_that_runs_out_is_an_error)
{
	struct arena full;
	struct str bytes;
	arena_init(&full, 64 << 20);
	REQUIRE(write(&full, &bytes) == OK);
	int refused = 0;
	for (size_t n = 1; n < 400; n++) {
		struct arena a;
		struct paper_rows rows;
		arena_init(&a, 64 << 20);
		arena_fail_after(n);
		enum err e = paper_xlsx_read(&a, bytes, &rows, NULL);
		arena_fail_after(0);
		arena_release(&a);
		refused += e != OK;
		CHECK(e == OK || e == ERR_NOMEM || e == ERR_INVALID);
	}
	CHECK(refused > 10);
	arena_release(&full);
}

TEST_MAIN
