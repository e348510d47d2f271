/* test_months.c - a case that begins in one month and ends in another, with history on both sides of the cut, is one case everywhere: its
 * pages, the record, the rows made anew, copies and backups. A file has no months and must say the same.
 *
 * The story, in 2025. Anna's case is of March (Friday 28th), granted on Monday 31st; the applicant brings the decision back on
 * Tuesday 1 April, hence it is reopened, granted again on the 2nd, and collected on Tuesday 6 May: its row among the done lies in March,
 * its record, letters and notices in all three. Bo's begins and ends in March; Chen's begins in April and is still open.
 */
#include "casework/casework_int.h"
#include "tests/unit/casework/bench.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define MARCH(day) (1740758400000LL + ((day) - 1) * DAY) /* 2025-03-<day> 00:00 in China */
#define APRIL(day) MARCH(31 + (day))
#define MAY(day) MARCH(61 + (day))

static const char process[] =
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>"
	"<process id='p' isExecutable='true'><extensionElements>"
	"<banjie:limit kind='promised' amount='5' unit='working-days' starts='accepted' ends='decided' ground='promise'/>"
	"<banjie:limit kind='promised' amount='5' unit='working-days' starts='reopened' ends='decided' ground='promise'/></extensionElements>"
	"<startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='accept'/>"
	"<serviceTask id='accept' name='受理'><extensionElements><banjie:milestone name='accepted'/>"
	"<banjie:letter template='told' title='受理通知书' title_en='Notice of acceptance'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f2' sourceRef='accept' targetRef='review'/>"
	"<userTask id='review' name='审查'><extensionElements><banjie:label en='Review'/><banjie:assign post='reviewer' organ='lead'/>"
	"<banjie:action id='grant' name='准予' name_en='Grant'/></extensionElements></userTask>"
	"<sequenceFlow id='f3' sourceRef='review' targetRef='decide'/>"
	"<serviceTask id='decide' name='决定'><extensionElements><banjie:milestone name='decided'/>"
	"<banjie:letter template='told' title='决定书' title_en='Decision'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f4' sourceRef='decide' targetRef='collect'/>"
	"<userTask id='collect' name='领取'><extensionElements><banjie:label en='Collection'/><banjie:assign post='reviewer' organ='lead'/>"
	"<banjie:action id='collected' name='已领取' name_en='Collected'/><banjie:action id='again' name='退回' name_en='Brought back'/>"
	"</extensionElements></userTask><sequenceFlow id='f5' sourceRef='collect' targetRef='g'/><exclusiveGateway id='g' default='f7'/>"
	"<sequenceFlow id='f6' sourceRef='g' targetRef='reopen'><conditionExpression>=collect.action = \"again\"</conditionExpression></sequenceFlow>"
	"<serviceTask id='reopen' name='重办'><extensionElements><banjie:milestone name='reopened'/>"
	"<banjie:letter template='told' title='重新办理告知书' title_en='Notice that it is handled again'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f8' sourceRef='reopen' targetRef='review'/>"
	"<sequenceFlow id='f7' sourceRef='g' targetRef='e'/><endEvent id='e'/></process></definitions>";

static const struct kernel_file pack[] = {
	{ "pack.json", "{\"code\":\"long\",\"version\":1,\"name\":\"跨月\",\"name_en\":\"Long\",\"process\":\"process.bpmn\",\"decisions\":[],\"forms\":[],\"letters\":[\"told\"]}" },
	{ "process.bpmn", process },
	{ "letters/told.mustache", "<p>{{case.case_no}} {{today_zh}}</p>" },
};

struct story { struct bench b; struct str anna, bo, chen; };

/* What the leading process does when it wakes, at this moment of the calendar. */
static bool wake(struct casework *cw)
{
	int64_t next = INT64_MAX;
	cw->month = 0; /* as one that has just begun to lead */
	casework_months(cw, &next);
	return cw->month != 0 || !test_on_postgresql();
}

static bool go_to(struct story *f, int64_t ms)
{
	return casework_advance(f->b.k.cw, &f->b.k.clock, ms, NULL) == OK && wake(f->b.k.cw);
}

static struct str apply_for(struct story *f, const char *form)
{
	char json[256];
	snprintf(json, sizeof json, "{\"item\":\"I9\",\"form\":{\"name\":\"%s\"},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}", form);
	return kernel_do(&f->b.k, f->b.citizen, form, "case.submit", json) == OK ? arena_str(&f->b.k.a, kernel_text(&f->b.k, "case_no")) : S("");
}

static const struct json *case_of(struct kernel *k, struct str no)
{
	char params[96];
	snprintf(params, sizeof params, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
	return kernel_view(k, 0, "case", params);
}

static bool do_step(struct story *f, struct str no, const char *action)
{
	char json[128];
	int64_t open = 0;
	const struct json *steps = json_get(case_of(&f->b.k, no), "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eqz(json_text(json_get(&steps->items[i], "state")), "open"))
			open = json_i64(json_get(&steps->items[i], "step"), 0);
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"%s\"}", (long long)open, action);
	return kernel_do(&f->b.k, kernel_person(&f->b.k, "wang"), "", "step.complete", json) == OK;
}

static bool in_march(struct story *f)
{
	*f = (struct story){ .anna = { NULL, 0 } };
	if (!bench_begin(&f->b) || kernel_add_pack(&f->b.k, pack, sizeof pack / sizeof *pack) != OK ||
	    kernel_do(&f->b.k, 0, "", "item.put", "{\"impl_code\":\"I9\",\"name\":\"跨月事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"long\"}") != OK ||
	    !go_to(f, MARCH(28) + 10 * HOUR))
		return false;
	f->anna = apply_for(f, "anna");
	f->bo = apply_for(f, "bo");
	return f->anna.len && f->bo.len && do_step(f, f->bo, "grant") && do_step(f, f->bo, "collected") && go_to(f, MARCH(31) + 16 * HOUR) &&
	       do_step(f, f->anna, "grant");
}

static bool in_april(struct story *f)
{
	if (!go_to(f, APRIL(1) + 10 * HOUR) || !do_step(f, f->anna, "again") || !go_to(f, APRIL(2) + 10 * HOUR) || !do_step(f, f->anna, "grant"))
		return false;
	f->chen = apply_for(f, "chen");
	return f->chen.len != 0;
}

static bool in_may(struct story *f)
{
	return go_to(f, MAY(6) + 10 * HOUR) && do_step(f, f->anna, "collected");
}

static bool holds(struct casework *cw)
{
	struct diag d;
	uint64_t n;
	diag_init(&d);
	bool good = casework_verify(cw, NULL, NULL, &n, &d) == OK && casework_rebuild_check(cw, NULL, NULL, &n, &d) == OK;
	if (!good)
		printf("  %s: %s\n", d.code, d.text);
	return good;
}

static struct str letter_text(struct kernel *k, const struct json *document)
{
	struct casework_actor system = { .system = true };
	struct str bytes = { NULL, 0 }, mime, name;
	return casework_document(k->cw, &system, json_i64(json_get(document, "document"), 0), S(""), &k->a, &bytes, &mime, &name, NULL) == OK ? bytes : S("");
}

/* Told of acceptance, of the decision, of the reopening, of the second decision: each letter bears its own day. */
static void check_anna(struct kernel *k, struct story *f)
{
	static const struct { const char *title, *day; } letters[] = {
		{ "受理通知书", "2025年3月28日" }, { "决定书", "2025年3月31日" }, { "重新办理告知书", "2025年4月1日" }, { "决定书", "2025年4月2日" },
	};
	const struct json *anna = case_of(k, f->anna), *documents = json_get(anna, "documents");
	CHECK_STR(json_text(json_get(anna, "state")), "concluded");
	CHECK_STR(json_text(json_get(anna, "received_at")), "2025-03-28T10:00:00+08:00");
	CHECK_STR(json_text(json_get(anna, "decided_at")), "2025-04-02T10:00:00+08:00");
	CHECK_STR(json_text(json_get(anna, "concluded_at")), "2025-05-06T10:00:00+08:00");
	CHECK_INT(json_get(anna, "steps")->count, 4); /* reviewed, brought back, reviewed again, collected */
	REQUIRE(documents && documents->count == 4);
	for (size_t i = 0; i < 4; i++) {
		ROW(letters[i].title);
		CHECK(str_find(letter_text(k, &documents->items[i]), str_of(letters[i].day)) >= 0);
	}
	ROW(NULL);
	CHECK_STR(json_text(json_get(case_of(k, f->bo), "concluded_at")), "2025-03-28T10:00:00+08:00");
	CHECK(json_bool(json_get(case_of(k, f->chen), "open"), false));
	/* four letters of Anna's, two of Bo's, one of Chen's; each tells the applicant */
	CHECK(json_get(kernel_view(k, f->b.citizen, "my.notices", "{\"limit\":100}"), "rows")->count >= 7);
}

TEST(a_case_over_three_months_is_one_case)
{
	struct story f;
	REQUIRE(in_march(&f) && holds(f.b.k.cw));
	REQUIRE(in_april(&f) && holds(f.b.k.cw));
	REQUIRE(in_may(&f) && holds(f.b.k.cw));
	check_anna(&f.b.k, &f);
	bench_end(&f.b);
}

/* ---- where the rows lie ---- */

static int64_t rows_in(struct story *f, const char *table, const char *month)
{
	char sql[128];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s_m%s", table, month);
	return test_sql(f->b.db, sql);
}

TEST(each_months_rows_lie_in_its_own_tables)
{
	struct story f;
	if (!test_on_postgresql())
		SKIP("a file has no partitions");
	REQUIRE(in_march(&f) && in_april(&f) && in_may(&f));
	/*                 opened: Anna's, Bo's     Chen's                  nothing */
	static const struct { const char *table; int64_t march, april, may; } rows[] = {
		{ "case_data", 2, 1, 0 },
		{ "case_done", 2, 0, 0 }, /* Anna's too, though it ended in May */
		{ "letter", 4, 3, 0 },    /* two and two; reopened, decided again, Chen's acceptance */
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].table);
		CHECK_INT(rows_in(&f, rows[i].table, "202503"), rows[i].march);
		CHECK_INT(rows_in(&f, rows[i].table, "202504"), rows[i].april);
		CHECK_INT(rows_in(&f, rows[i].table, "202505"), rows[i].may);
	}
	ROW(NULL);
	CHECK(rows_in(&f, "notice", "202503") > 0 && rows_in(&f, "notice", "202504") > 0);
	/* the record: what is of a month is in its table and nowhere else */
	CHECK_INT(test_sql(f.b.db, "SELECT count(*) FROM ledger_m202503 WHERE at_ms<1740758400000 OR at_ms>=1743436800000"), 0);
	CHECK_INT(test_sql(f.b.db, "SELECT count(*) FROM ledger_m202504 WHERE at_ms<1743436800000 OR at_ms>=1746028800000"), 0);
	CHECK(rows_in(&f, "ledger", "202505") > 0);
	bench_end(&f.b);
}

/* ---- carried elsewhere ---- */

TEST(increments_of_three_months_give_each_of_them)
{
	struct story f;
	struct casework_restored r;
	char want[65], got[65];
	REQUIRE(in_march(&f) && bench_backup(&f.b, false, NULL) == OK);
	REQUIRE(in_april(&f) && bench_backup(&f.b, true, NULL) == OK);
	REQUIRE(in_may(&f) && bench_backup(&f.b, true, NULL) == OK);
	REQUIRE(bench_restore(&f.b, MARCH(31), &r, NULL) == OK); /* granted in the afternoon: not yet */
	struct casework *at_once = f.b.k.cw, *cw = bench_open(&f.b);
	REQUIRE(cw);
	f.b.k.cw = cw;
	CHECK_STR(json_text(json_get(case_of(&f.b.k, f.anna), "state")), "accepted");
	casework_close(cw);
	f.b.k.cw = at_once;
	REQUIRE(os_file_remove(f.b.out, NULL) == OK);
	REQUIRE(bench_restore(&f.b, INT64_MAX, &r, NULL) == OK);
	cw = bench_open(&f.b);
	REQUIRE(cw);
	CHECK(bench_state(at_once, true, want) && bench_state(cw, true, got));
	CHECK_STR(str_of(got), want);
	f.b.k.cw = cw;
	check_anna(&f.b.k, &f);
	casework_close(cw);
	f.b.k.cw = at_once;
	bench_end(&f.b);
}

static bool always(void *arg) { (void)arg; return true; }
static void no_wait(void *arg) { (void)arg; }

static struct casework *open_at(struct story *f, const char *place)
{
	struct casework *cw = NULL;
	struct casework_options o = { .clock = &f->b.k.clock, .entropy = &f->b.k.entropy, .data_dir = PROJECT_ROOT, .inline_writer = true };
	return casework_open(place, &o, &cw, NULL) == OK ? cw : NULL;
}

/* Out of months into a file, and out of the file into tables whose months have begun already. */
TEST(copies_out_of_months_and_into_them_are_the_same)
{
	struct story f;
	struct casework_copied c;
	struct casework_copy o = { .still = always, .wait = no_wait };
	char want[65], place[128];
	REQUIRE(in_march(&f) && in_april(&f) && in_may(&f) && bench_state(f.b.k.cw, true, want));
	struct casework *source = f.b.k.cw, *file = bench_open(&f.b);
	REQUIRE(file);
	CHECK_INT(casework_copy(source, file, &o, &c, NULL), OK);
	CHECK(c.whole);
	CHECK_STR(str_of(c.digest), want);
	snprintf(place, sizeof place, "%s/moved.db", f.b.dir);
	struct casework *moved = open_at(&f, test_place(place));
	REQUIRE(moved && wake(moved));
	CHECK_INT(casework_copy(file, moved, &o, &c, NULL), OK);
	CHECK(c.whole);
	CHECK_STR(str_of(c.digest), want);
	/* life goes on there, into the next month */
	f.b.k.cw = moved;
	CHECK(holds(moved));
	check_anna(&f.b.k, &f);
	REQUIRE(go_to(&f, MAY(32) + 10 * HOUR));
	CHECK(do_step(&f, f.chen, "grant") && do_step(&f, f.chen, "collected"));
	CHECK(holds(moved));
	casework_close(moved);
	casework_close(file);
	f.b.k.cw = source;
	bench_end(&f.b);
}

/* ---- what an engineer may do with a month that has passed ---- */

static enum err verify(struct story *f, struct diag *d)
{
	uint64_t entries;
	diag_init(d);
	return casework_verify(f->b.k.cw, NULL, NULL, &entries, d);
}

TEST(a_month_of_the_record_taken_off_is_missed_and_whole_when_put_back)
{
	struct story f;
	struct diag d;
	char sql[256];
	if (!test_on_postgresql())
		SKIP("a file has no partitions");
	REQUIRE(in_march(&f) && in_april(&f) && in_may(&f));
	int64_t from = test_sql(f.b.db, "SELECT min(seq) FROM ledger_m202504"), to = test_sql(f.b.db, "SELECT min(seq) FROM ledger_m202505");
	CHECK(test_sql(f.b.db, "ALTER TABLE ledger DETACH PARTITION ledger_m202504") >= 0);
	CHECK_INT(verify(&f, &d), ERR_CORRUPT);
	CHECK_STR(str_of(d.code), "ledger.sequence");
	/* meanwhile: what has entries there is not shown at all rather than in part; all else goes on */
	CHECK(!case_of(&f.b.k, f.anna));
	CHECK(!case_of(&f.b.k, f.chen));
	CHECK_STR(json_text(json_get(case_of(&f.b.k, f.bo), "state")), "concluded");
	struct str dai = apply_for(&f, "dai");
	int64_t alerts = test_sql(f.b.db, "SELECT count(*) FROM alert");
	CHECK(go_to(&f, MAY(20)));
	CHECK(test_sql(f.b.db, "SELECT count(*) FROM alert") > alerts); /* the limit of the 13th was told of */
	CHECK(do_step(&f, dai, "grant"));
	snprintf(sql, sizeof sql, "ALTER TABLE ledger ATTACH PARTITION ledger_m202504 FOR VALUES FROM (%lld) TO (%lld)", (long long)from, (long long)to);
	CHECK(test_sql(f.b.db, sql) >= 0);
	CHECK(holds(f.b.k.cw));
	check_anna(&f.b.k, &f);
	CHECK(do_step(&f, f.chen, "grant"));
	bench_end(&f.b);
}

TEST(a_month_of_the_record_copied_aside_takes_its_place)
{
	struct story f;
	char sql[700];
	if (!test_on_postgresql())
		SKIP("a file has no partitions");
	REQUIRE(in_march(&f) && in_april(&f) && in_may(&f));
	long long from = test_sql(f.b.db, "SELECT min(seq) FROM ledger_m202504"), to = test_sql(f.b.db, "SELECT min(seq) FROM ledger_m202505");
	snprintf(sql, sizeof sql, "CREATE TABLE aside(LIKE ledger_m202504 INCLUDING ALL); INSERT INTO aside SELECT * FROM ledger_m202504;"
	         "ALTER TABLE aside ADD CHECK (seq>=%lld AND seq<%lld); ALTER TABLE ledger DETACH PARTITION ledger_m202504;"
	         "ALTER TABLE ledger ATTACH PARTITION aside FOR VALUES FROM (%lld) TO (%lld); DROP TABLE ledger_m202504;"
	         "ALTER TABLE aside RENAME TO ledger_m202504", from, to, from, to);
	CHECK(test_server_run(test_place(f.b.db), sql));
	CHECK(holds(f.b.k.cw));
	check_anna(&f.b.k, &f);
	REQUIRE(go_to(&f, MAY(32)));
	CHECK(do_step(&f, f.chen, "grant") && holds(f.b.k.cw));
	CHECK(rows_in(&f, "ledger", "202506") > 0);
	bench_end(&f.b);
}

/* A folder of the server's own stands for the cheaper disks. */
static bool tablespace(const char *command, const char *tail)
{
	char url[400], sql[128];
	const char *server = test_store_server();
	snprintf(url, sizeof url, "%s%coptions=-callow_in_place_tablespaces%%3Don", server, strchr(server, '?') ? '&' : '?');
	snprintf(sql, sizeof sql, "%s TABLESPACE months_%d%s", command, (int)getpid(), tail);
	return test_server_run(url, sql);
}

static bool move(struct story *f, const char *what, const char *to)
{
	char sql[160];
	snprintf(sql, sizeof sql, "ALTER %s SET TABLESPACE %s", what, to);
	return test_sql(f->b.db, sql) >= 0;
}

TEST(a_month_moved_to_other_disks_goes_on_there)
{
	static const char *const moved[] = { "TABLE ledger_m202504", "INDEX ledger_m202504_pkey", "TABLE case_done_m202503", "INDEX case_done_m202503_pkey", "TABLE letter_m202503" };
	enum { MOVED = sizeof moved / sizeof *moved };
	struct story f;
	char to[32];
	if (!test_on_postgresql())
		SKIP("a file has no partitions");
	REQUIRE(in_march(&f) && in_april(&f) && go_to(&f, MAY(1)));
	if (!tablespace("CREATE", " LOCATION ''")) {
		bench_end(&f.b);
		SKIP("no right to another tablespace here");
	}
	snprintf(to, sizeof to, "months_%d", (int)getpid());
	for (size_t i = 0; i < MOVED; i++)
		CHECK(move(&f, moved[i], to));
	CHECK(in_may(&f)); /* Anna's row comes into March's table, where it lies now */
	CHECK(holds(f.b.k.cw));
	check_anna(&f.b.k, &f);
	REQUIRE(go_to(&f, MAY(32)));
	for (size_t i = 0; i < MOVED; i++)
		CHECK(move(&f, moved[i], "pg_default"));
	CHECK(tablespace("DROP", ""));
	bench_end(&f.b);
}

TEST_MAIN
