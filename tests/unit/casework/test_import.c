/* Reading catalogues and event logs: written ones with every flaw, and the real ones where present. */
#include "casework/import.h"
#include "calendar/calendar.h"
#include "os/os.h"
#include "tests/folder.h"
#include "tests/test.h"
#include "text/gzip.h"

enum { MEMORY = 512 << 20, SEEN_MAX = 16 };

#define SHARED PROJECT_ROOT "/../shared/data/"

static struct arena arena;

static struct str file(const char *path)
{
	struct str s = { NULL, 0 };
	CHECK_INT(os_file_read(&arena, path, 64 << 20, &s, NULL), OK);
	return s;
}

static struct import_mapping *mapping(const char *name)
{
	struct import_mapping *m = NULL;
	struct diag d;
	diag_init(&d);
	struct str text = file(arena_printf(&arena, "%s/data/mappings/%s", PROJECT_ROOT, name).ptr);
	if (import_mapping_read(&arena, text, &m, &d) != OK)
		printf("  %s: %s\n", name, d.text);
	CHECK(m != NULL);
	return m;
}

/* ---- a sink that remembers ---- */

struct seen_case {
	struct import_case c;
	struct import_event events[8];
};

struct seen {
	struct arena *arena;
	struct import_item items[SEEN_MAX];
	struct seen_case cases[SEEN_MAX];
	size_t items_count, cases_count;
	int problem_line[SEEN_MAX];
	char problem_code[SEEN_MAX][64];
	size_t problems;
	int64_t deadline[4096], end[4096]; /* of all cases */
	uint64_t progress;
	enum err answer;
};

static struct str copy(struct seen *s, struct str text)
{
	return arena_str(s->arena, text);
}

static enum err on_item(void *arg, const struct import_item *item)
{
	struct seen *s = arg;
	if (s->items_count < SEEN_MAX) {
		struct import_item *to = &s->items[s->items_count];
		*to = *item;
		to->impl_code = copy(s, item->impl_code);
		to->name = copy(s, item->name);
		to->kind = copy(s, item->kind);
		to->organ = copy(s, item->organ);
		to->organ_code = copy(s, item->organ_code);
		to->group = copy(s, item->group);
		to->region_code = copy(s, item->region_code);
	}
	s->items_count++;
	return s->answer;
}

static enum err on_case(void *arg, const struct import_case *c)
{
	struct seen *s = arg;
	if (s->cases_count < SEEN_MAX) {
		struct seen_case *to = &s->cases[s->cases_count];
		to->c = *c;
		to->c.id = copy(s, c->id);
		to->c.channel_code = copy(s, c->channel_code);
		to->c.department = copy(s, c->department);
		to->c.responsible = copy(s, c->responsible);
		to->c.group = copy(s, c->group);
		to->c.status = copy(s, c->status);
		for (size_t i = 0; i < c->events_count && i < 8; i++) {
			to->events[i] = c->events[i];
			to->events[i].activity = copy(s, c->events[i].activity);
			to->events[i].resource = copy(s, c->events[i].resource);
			to->events[i].group = copy(s, c->events[i].group);
		}
	}
	for (size_t i = 1; i < c->events_count; i++)
		CHECK(c->events[i - 1].at_ms <= c->events[i].at_ms);
	if (s->cases_count < 4096) {
		s->deadline[s->cases_count] = c->deadline_ms;
		s->end[s->cases_count] = c->end_ms;
	}
	s->cases_count++;
	return s->answer;
}

static void on_problem(void *arg, const struct diag *d)
{
	struct seen *s = arg;
	if (s->problems < SEEN_MAX) {
		s->problem_line[s->problems] = d->line;
		snprintf(s->problem_code[s->problems], 64, "%s", d->code);
	}
	s->problems++;
}

static void on_progress(void *arg, uint64_t bytes)
{
	struct seen *s = arg;
	CHECK(bytes >= s->progress);
	s->progress = bytes;
}

static struct seen seen;

static struct import_sink sink(void)
{
	memset(&seen, 0, sizeof seen);
	seen.arena = &arena;
	return (struct import_sink){ &seen, on_item, on_case, on_problem, on_progress };
}

static size_t late_count(int64_t log_end, size_t *open)
{
	size_t n = 0;
	*open = 0;
	for (size_t i = 0; i < seen.cases_count; i++) {
		struct import_case c = { .deadline_ms = seen.deadline[i], .end_ms = seen.end[i] };
		if (import_log_late(&c, log_end)) {
			n += c.end_ms != IMPORT_NO_TIME;
			*open += c.end_ms == IMPORT_NO_TIME;
		}
	}
	return n;
}

static int64_t at(const char *text)
{
	int64_t ms = 0;
	CHECK(calendar_instant_parse(str_of(text), &ms));
	return ms;
}

static void check_problem(size_t i, int line, const char *code)
{
	CHECK_INT(seen.problem_line[i], line);
	CHECK_STR(str_of(seen.problem_code[i]), code);
}

/* ---- items ---- */

TEST(good_rows_become_items_and_broken_ones_are_told_with_line_and_reason)
{
	struct import_counts n;
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	REQUIRE(import_items(&arena, file(PROJECT_ROOT "/tests/data/items-small.csv"), mapping("items.json"), &s, &n, NULL) == OK);
	CHECK_INT(n.items, 4);
	CHECK_INT(seen.items_count, 4);
	CHECK_STR(seen.items[0].name, "食品经营许可新办");
	CHECK_STR(seen.items[0].kind, "01");
	CHECK_STR(seen.items[0].group, "食品（含保健食品）经营许可");
	CHECK_STR(seen.items[0].organ, "区审批局");
	CHECK_STR(seen.items[0].organ_code, "11990101000000001X");
	CHECK_STR(seen.items[0].region_code, "990101000000");
	CHECK_STR(seen.items[1].name, "高龄津贴\"敬老卡\"申领,首次");
	CHECK_STR(seen.items[1].group, "");
	CHECK_STR(seen.items[2].kind, "01");
	CHECK_STR(seen.items[3].kind, "20");
	CHECK_INT(seen.items[3].line, 11);
	CHECK_INT(n.problems, 6);
	REQUIRE(seen.problems == 6);
	check_problem(0, 4, "import.item");
	check_problem(1, 5, "import.item");
	check_problem(2, 6, "import.item");
	check_problem(3, 7, "csv.width");
	check_problem(4, 8, "import.item-twice");
	check_problem(5, 9, "import.item");
	arena_release(&arena);
}

TEST(a_catalogue_with_the_national_columns_needs_no_mapping_of_its_own)
{
	struct import_counts n;
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	REQUIRE(import_items(&arena, S("\xef\xbb\xbf实施编码;事项名称;事项类型;实施主体\r\nA-1;取水许可;行政许可;水利局\r\n"),
	                     mapping("items.json"), &s, &n, NULL) == OK);
	REQUIRE(n.items == 1 && n.problems == 0);
	CHECK_STR(seen.items[0].impl_code, "A-1");
	CHECK_STR(seen.items[0].kind, "01");
	CHECK_STR(seen.items[0].organ_code, "");
	arena_release(&arena);
}

TEST(a_file_without_a_needed_column_is_refused_and_says_which)
{
	struct import_counts n;
	struct diag d;
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	diag_init(&d);
	CHECK_INT(import_items(&arena, S("name,organ,kind\na,b,1\n"), mapping("items.json"), &s, &n, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "import.no-column");
	CHECK(strstr(d.text, "impl_code") && strstr(d.text, "name, organ, kind"));
	diag_init(&d);
	CHECK_INT(import_log_csv(&arena, S("a,b\n1,2\n"), mapping("permits-nl.json"), &s, &n, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "import.no-column");
	diag_init(&d);
	CHECK_INT(import_items(&arena, S(""), mapping("items.json"), &s, &n, &d), ERR_INVALID);
	arena_release(&arena);
}

TEST(what_the_sink_answers_stops_the_reading)
{
	struct import_counts n;
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	seen.answer = ERR_BUSY;
	CHECK_INT(import_items(&arena, file(PROJECT_ROOT "/tests/data/items-small.csv"), mapping("items.json"), &s, &n, NULL), ERR_BUSY);
	CHECK_INT(seen.items_count, 1);
	CHECK_INT(import_log_csv(&arena, file(PROJECT_ROOT "/tests/data/log-small.csv"), mapping("permits-nl.json"), &s, &n, NULL), ERR_BUSY);
	CHECK_INT(seen.cases_count, 1);
	arena_release(&arena);
}

TEST(all_real_items_are_read)
{
	struct import_counts n;
	arena_init(&arena, MEMORY);
	if (!os_file_exists(SHARED "catalogue/items-511602.csv"))
		SKIP("the real catalogue is not here");
	struct import_sink s = sink();
	REQUIRE(import_items(&arena, file(SHARED "catalogue/items-511602.csv"), mapping("items.json"), &s, &n, NULL) == OK);
	CHECK_INT(n.items, 845);
	CHECK_INT(n.problems, 0);
	CHECK_STR(seen.items[0].kind, "10");
	CHECK_STR(seen.items[1].organ, "区教科体局");
	arena_release(&arena);
}

/* ---- logs as CSV ---- */

static void check_small_cases(void)
{
	const struct seen_case *k = seen.cases;
	CHECK_STR(k[0].c.id, "case-1");
	CHECK_INT(k[0].c.events_count, 3);
	CHECK_STR(k[0].events[0].activity, "Receive");
	CHECK_STR(k[0].events[1].activity, "Check");
	CHECK_STR(k[0].events[2].activity, "Decide");
	CHECK_INT(k[0].events[2].at_ms - k[0].events[1].at_ms, 60000); /* over the change to summer time */
	CHECK_STR(k[0].events[2].resource, "王五");
	CHECK_STR(k[0].events[2].group, "");
	CHECK_STR(k[0].c.channel_code, "1");
	CHECK_STR(k[1].c.channel_code, "2");
	CHECK_STR(k[1].c.group, "Group 5");
	CHECK_STR(k[2].c.channel_code, "4");
	CHECK_STR(k[3].c.channel_code, "9");
	CHECK_INT(k[1].c.deadline_ms, at("2011-03-28T01:30:00+01:00"));
	CHECK_INT(k[2].c.end_ms, IMPORT_NO_TIME);
	CHECK_INT(k[4].c.start_ms, at("2011-03-05T09:05:00+01:00"));
	CHECK_INT(k[4].c.deadline_ms, IMPORT_NO_TIME);
	CHECK_INT(k[4].c.events_count, 1);
	CHECK_INT(k[5].c.deadline_ms, IMPORT_NO_TIME);
}

TEST(rows_of_a_case_need_not_stand_together)
{
	struct import_counts n;
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	REQUIRE(import_log_csv(&arena, file(PROJECT_ROOT "/tests/data/log-small.csv"), mapping("permits-nl.json"), &s, &n, NULL) == OK);
	CHECK_INT(n.cases, 6);
	CHECK_INT(n.events, 9);
	REQUIRE(seen.cases_count == 6);
	check_small_cases();
	CHECK_INT(n.log_end_ms, at("2011-05-01T09:05:00+02:00"));
	REQUIRE(seen.problems == 6);
	check_problem(0, 9, "import.time");
	check_problem(1, 10, "import.event");
	check_problem(2, 11, "import.no-case");
	check_problem(3, 12, "import.time");
	check_problem(4, 13, "import.contradiction");
	check_problem(5, 14, "csv.width");
	arena_release(&arena);
}

TEST(late_are_those_ended_after_their_deadline_or_open_past_it)
{
	struct import_counts n;
	static const bool late[] = {
		false, /* case-1 ends 02:29 summer time, deadline 01:30 winter time is 02:30: a minute to spare */
		true,  /* case-2 a minute after */
		true,  /* case-3 open, deadline before the log's end */
		false, /* case-4 open, deadline behind it */
		false, /* case-5 has no deadline */
		false,
	};
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	REQUIRE(import_log_csv(&arena, file(PROJECT_ROOT "/tests/data/log-small.csv"), mapping("permits-nl.json"), &s, &n, NULL) == OK);
	REQUIRE(seen.cases_count == 6);
	for (size_t i = 0; i < 6; i++)
		CHECK_INT(import_log_late(&seen.cases[i].c, n.log_end_ms), late[i]);
	struct import_case c = { .deadline_ms = 1000, .end_ms = 1000 };
	CHECK(!import_log_late(&c, 5000));
	c.end_ms = 1001;
	CHECK(import_log_late(&c, 0));
	arena_release(&arena);
}

TEST(the_real_permit_log_gives_its_late_cases)
{
	struct import_counts n;
	size_t open;
	arena_init(&arena, MEMORY);
	if (!os_file_exists(SHARED "logs/permits-nl.csv"))
		SKIP("the real log is not here");
	struct import_sink s = sink();
	REQUIRE(import_log_csv(&arena, file(SHARED "logs/permits-nl.csv"), mapping("permits-nl.json"), &s, &n, NULL) == OK);
	CHECK_INT(n.cases, 1147);
	CHECK_INT(n.events, 6973);
	CHECK_INT(n.problems, 0);
	CHECK_INT(late_count(n.log_end_ms, &open), 352);
	CHECK_INT(open, 25);
	arena_release(&arena);
}

/* ---- logs as XES ---- */

static enum err read_xes(const char *path, const struct import_mapping *m, const struct import_sink *s,
                         struct import_counts *n, struct diag *d)
{
	struct os_reader *raw;
	struct gzip_reader *packed = NULL;
	TRY(os_reader_open(path, &raw, d));
	bool gz = str_ends(str_of(path), S(".gz"));
	enum err e = gz ? gzip_open(&arena, os_reader_chunk, raw, 1 << 30, &packed) : OK;
	if (e == OK)
		e = import_log_xes(&arena, gz ? gzip_read : os_reader_chunk, gz ? (void *)packed : (void *)raw, m, s, n, d);
	if (packed)
		gzip_close(packed);
	os_reader_close(raw);
	return e;
}

static void check_xes_cases(void)
{
	const struct seen_case *k = seen.cases;
	CHECK_STR(k[0].c.id, "甲-1");
	CHECK_STR(k[0].c.status, "G");
	CHECK_STR(k[0].c.responsible, "560464");
	CHECK_INT(k[0].c.start_ms, at("2014-03-01T00:00:00+01:00"));
	CHECK_INT(k[0].c.deadline_ms, at("2014-04-01T00:00:00+02:00"));
	CHECK_INT(k[0].c.planned_end_ms, k[0].c.deadline_ms);
	CHECK_INT(k[0].c.events_count, 2);
	CHECK_STR(k[0].events[0].activity, "register submission date");
	CHECK_STR(k[0].events[0].resource, "9264148");
	CHECK_INT(k[0].events[0].finished_ms, at("2014-03-03T00:00:00+01:00")); /* local, with its event's offset */
	CHECK_INT(k[0].events[0].due_ms, at("2014-03-05T09:30:39+01:00"));
	CHECK_INT(k[0].events[0].planned_ms, at("2014-03-04T09:30:39+01:00"));
	CHECK_STR(k[0].events[1].activity, "ontvangst & bevestiging");
	CHECK_INT(k[0].events[1].due_ms, IMPORT_NO_TIME);
	CHECK_STR(k[1].c.id, "乙-2");
	CHECK_INT(k[1].c.end_ms, IMPORT_NO_TIME);
	CHECK_STR(k[1].events[0].activity, "first");
	CHECK_STR(k[1].events[1].activity, "second");
	CHECK_STR(k[2].c.id, "丙-3");
	CHECK_INT(k[2].c.events_count, 1);
	CHECK_INT(k[2].c.start_ms, at("2014-03-11T10:00:00+01:00"));
}

static void check_small_xes(const char *path)
{
	struct import_counts n;
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	ROW(path);
	REQUIRE(read_xes(path, mapping("permits-nl-bpic15.json"), &s, &n, NULL) == OK);
	CHECK_INT(n.cases, 3);
	CHECK_INT(n.events, 5);
	REQUIRE(seen.cases_count == 3);
	check_xes_cases();
	REQUIRE(seen.problems == 3);
	check_problem(0, 50, "import.no-case");
	check_problem(1, 59, "import.event");
	check_problem(2, 62, "import.time");
	CHECK(!import_log_late(&seen.cases[0].c, n.log_end_ms));
	CHECK(import_log_late(&seen.cases[1].c, n.log_end_ms));
	CHECK(!import_log_late(&seen.cases[2].c, n.log_end_ms));
	ROW(NULL);
	arena_release(&arena);
}

TEST(a_xes_log_is_read_trace_by_trace)
{
	check_small_xes(PROJECT_ROOT "/tests/data/log-small.xes");
}

TEST(a_packed_xes_log_reads_the_same)
{
	check_small_xes(PROJECT_ROOT "/tests/data/log-small.xes.gz");
}

TEST(a_log_that_breaks_off_is_refused_after_its_whole_traces)
{
	struct import_counts n;
	struct diag d;
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	diag_init(&d);
	const char *name = arena_printf(&arena, "%s/cut.xes", test_folder("import")).ptr;
	struct str text = file(PROJECT_ROOT "/tests/data/log-small.xes");
	REQUIRE(os_file_write(name, str_sub(text, 0, text.len - 40), NULL) == OK);
	CHECK_INT(read_xes(name, mapping("permits-nl-bpic15.json"), &s, &n, &d), ERR_INVALID);
	CHECK_INT(n.cases, 2);
	CHECK(d.line > 60);
	diag_init(&d);
	s = sink();
	REQUIRE(os_file_write(name, S("<log><string key=\"a\" value=\"b\"/></log>"), NULL) == OK);
	CHECK_INT(read_xes(name, mapping("xes.json"), &s, &n, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "import.no-trace");
	arena_release(&arena);
}

TEST(the_real_xes_logs_are_read_whole_in_little_memory)
{
	static const struct { const char *path; uint64_t cases, events, late; } rows[] = {
		{ SHARED "logs/permits-nl-bpic15-1.xes.gz", 1199, 52217, 20 },
		{ SHARED "logs/permits-nl-bpic15-2.xes.gz", 832, 44354, 0 },
		{ SHARED "logs/permits-nl-bpic15-3.xes.gz", 1409, 59681, 3 },
	};
	if (!os_file_exists(rows[0].path))
		SKIP("the real logs are not here");
	for (size_t i = 0; i < 3; i++) {
		struct import_counts n;
		size_t open;
		arena_init(&arena, 4 << 20); /* a log unpacks to 40 MB and more */
		struct import_sink s = sink();
		ROW(rows[i].path);
		REQUIRE(read_xes(rows[i].path, mapping("permits-nl-bpic15.json"), &s, &n, NULL) == OK);
		CHECK_INT(n.cases, rows[i].cases);
		CHECK_INT(n.events, rows[i].events);
		CHECK_INT(n.problems, 0);
		CHECK_INT(late_count(n.log_end_ms, &open), rows[i].late);
		arena_release(&arena);
	}
	ROW(NULL);
}

/* ---- mappings ---- */

TEST(the_right_mapping_fits_best)
{
	static const char *const names[] = { "items.json", "permits-nl.json", "permits-nl-bpic15.json", "xes.json" };
	struct import_keys csv, xes, items;
	struct os_reader *raw;
	arena_init(&arena, MEMORY);
	REQUIRE(import_keys_csv(&arena, file(PROJECT_ROOT "/tests/data/log-small.csv"), &csv, NULL) == OK);
	REQUIRE(import_keys_csv(&arena, file(PROJECT_ROOT "/tests/data/items-small.csv"), &items, NULL) == OK);
	REQUIRE(os_reader_open(PROJECT_ROOT "/tests/data/log-small.xes", &raw, NULL) == OK);
	CHECK_INT(import_keys_xes(&arena, os_reader_chunk, raw, &xes, NULL), OK);
	os_reader_close(raw);
	for (size_t i = 0; i < 4; i++) {
		const struct import_mapping *m = mapping(names[i]);
		ROW(names[i]);
		size_t c = import_mapping_fit(m, IMPORT_CASE, &csv.scope[IMPORT_CASE]);
		size_t x = import_mapping_fit(m, IMPORT_CASE, &xes.scope[IMPORT_CASE]);
		CHECK_INT(import_mapping_fit(m, IMPORT_ITEM, &items.scope[IMPORT_ITEM]), i == 0 ? 7 : 0);
		CHECK_INT(c, i == 1 ? 9 : i >= 2 ? (i == 3 ? 4 : 1) : 0);
		CHECK_INT(x, i == 2 ? 7 : i == 0 ? 0 : 1);
		CHECK_INT(import_mapping_fit(m, IMPORT_EVENT, &xes.scope[IMPORT_EVENT]) > 0, i != 0);
	}
	ROW(NULL);
	arena_release(&arena);
}

TEST(a_mapping_with_a_slip_of_the_pen_is_refused_by_name)
{
	static const struct { const char *text, *code, *says; } rows[] = {
		{ "[]", "import.mapping-shape", "object" },
		{ "{\"cases\":{}}", "import.mapping-field", "cases" },
		{ "{\"case\":[]}", "import.mapping-shape", "object" },
		{ "{\"case\":{\"dedline\":\"x\"}}", "import.mapping-field", "dedline" },
		{ "{\"event\":{\"deadline\":\"x\"}}", "import.mapping-field", "deadline" },
		{ "{\"case\":{\"id\":3}}", "import.mapping-names", "id" },
		{ "{\"case\":{\"id\":[]}}", "import.mapping-names", "id" },
		{ "{\"case\":{\"id\":[\"a\",null]}}", "import.mapping-names", "id" },
		{ "{\"empty\":\"EMPTY\"}", "import.mapping-shape", "empty" },
		{ "{\"channels\":{\"Desk\":1}}", "import.mapping-code", "Desk" },
		{ "{\"zone\":\"Amsterdam\"}", "import.mapping-zone", "Amsterdam" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct import_mapping *m = NULL;
		struct diag d;
		arena_init(&arena, MEMORY);
		diag_init(&d);
		ROW(rows[i].text);
		CHECK_INT(import_mapping_read(&arena, str_of(rows[i].text), &m, &d), ERR_INVALID);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK(strstr(d.text, rows[i].says) != NULL);
		CHECK(m == NULL);
		arena_release(&arena);
	}
	ROW(NULL);
}

TEST(a_zone_in_the_mapping_serves_local_times)
{
	struct import_counts n;
	struct import_mapping *m;
	static const char text[] = "{\"case\":{\"id\":\"c\",\"deadline\":\"d\"},\"event\":{\"activity\":\"a\",\"time\":\"t\"},\"zone\":\"+08:00\"}";
	arena_init(&arena, MEMORY);
	struct import_sink s = sink();
	REQUIRE(import_mapping_read(&arena, str_of(text), &m, NULL) == OK);
	REQUIRE(import_log_csv(&arena, S("c,d,a,t\n一,2025-10-01,受理,2025-09-26 09:00:00\n"), m, &s, &n, NULL) == OK);
	REQUIRE(n.cases == 1 && n.problems == 0);
	CHECK_INT(seen.cases[0].c.deadline_ms, at("2025-10-01T00:00:00+08:00"));
	CHECK_INT(seen.cases[0].events[0].at_ms, at("2025-09-26T09:00:00+08:00"));
	arena_release(&arena);
}

TEST_MAIN
