/* Special supervision, draws, checks with their findings, call-backs, cameras and telephones: what each promises, and that the rows
 * are the record's. */
#include "draw/draw.h"
#include "inspect/inspect.h"

#define KERNEL_ROOM inspect_room
#include "tests/unit/casework/kernel.h"

static struct kernel k;
static int64_t citizen, head, reviewer, supervisor, checker;
static char case_no[5][32];

/* The moment in China: day of March 2025 (31 + n for April), hour and minute. */
static int64_t at(int day, int hour, int minute) { return KERNEL_START_MS + ((int64_t)(day - 3) * 24 + hour - 9) * 3600000 + minute * 60000LL; }

static bool to(int64_t ms)
{
	struct diag d;
	diag_init(&d);
	if (casework_advance(k.cw, &k.clock, ms, &d) == OK)
		return true;
	printf("  %s: %s\n", d.code, d.text);
	return false;
}

/* The kernel's office with a second one beside it for those who check, and five cases. */
static bool begin(void)
{
	if (!kernel_begin(&k, ":memory:"))
		return false;
	bool made = kernel_do(&k, 0, "", "organ.put", "{\"code\":\"O2\",\"name\":\"监察局\",\"region\":\"990100\"}") == OK &&
		kernel_put_person(&k, "zhou", "周检查") && kernel_put_person(&k, "wu", "吴检查") &&
		kernel_do(&k, 0, "", "post.put", "{\"code\":\"P3\",\"organ\":\"O2\",\"role\":\"supervisor\",\"name\":\"监察\",\"a\":\"sun\"}") == OK &&
		kernel_do(&k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O2\",\"role\":\"auditor\",\"name\":\"审计\",\"a\":\"zhou\",\"b\":\"wu\"}") == OK;
	citizen = kernel_citizen(&k, "zhang");
	head = kernel_person(&k, "li");
	reviewer = kernel_person(&k, "wang");
	supervisor = kernel_person(&k, "sun");
	for (int i = 0; i < 5; i++) {
		char key[8];
		snprintf(key, sizeof key, "k%d", i);
		struct str no = kernel_submit(&k, citizen, key);
		made = made && no.ptr;
		snprintf(case_no[i], sizeof case_no[i], "%.*s", STR_ARG(no));
	}
	return made;
}

static void end(void)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d), OK);
	if (d.err)
		printf("  %s\n", d.text);
	kernel_end(&k);
}

static enum err act(int64_t who, const char *command, const char *json) { return kernel_do(&k, who, "", command, json); }

static void check_refused(int64_t who, const char *command, const char *json, const char *code)
{
	CHECK(act(who, command, json) != OK);
	CHECK_STR(str_of(k.r.diag.code), code);
}

static const struct json *item(const struct json *list, size_t i) { return list && list->kind == JSON_ARRAY && i < list->count ? &list->items[i] : NULL; }
static struct str text_at(const struct json *v, const char *path) { return json_text(json_path(v, path)); }

/* Concludes a case: the reviewer grants it. */
static bool conclude(const char *no)
{
	const struct json *v = kernel_view(&k, reviewer, "case", arena_printf(&k.a, "{\"case_no\":\"%s\"}", no).ptr);
	int64_t step = json_i64(json_get(item(json_get(v, "actions"), 0), "step"), 0);
	return act(reviewer, "step.complete", arena_printf(&k.a, "{\"step\":%lld,\"action\":\"grant\"}", (long long)step).ptr) == OK;
}

/* ---- special supervision ---- */

static const char special_open[] = "{\"kind\":\"disaster-recovery\",\"title\":\"望江堤防修复\",\"reason\":\"汛后恢复\",\"organ\":\"O1\",\"until\":\"2025-04-30\","
	"\"milestones\":[{\"name\":\"方案批准\",\"amount\":5},{\"name\":\"完工\",\"amount\":20}]}";

TEST(a_milestone_warns_before_and_alerts_once_it_has_passed)
{
	REQUIRE(begin());
	REQUIRE(act(supervisor, "special.open", special_open) == OK);
	const char *ask = arena_printf(&k.a, "{\"special\":\"%.*s\"}", STR_ARG(kernel_text(&k, "special_no"))).ptr;
	CHECK_STR(kernel_text(&k, "special_no"), "ZX20250001");
	const struct json *v = kernel_view(&k, supervisor, "special", ask), *first = item(json_get(v, "stages"), 0);
	/* from Monday 3 March, day one is the 4th: 4, 5, 6, 7, 10 */
	CHECK_STR(text_at(first, "due_on"), "2025-03-10");
	CHECK_STR(text_at(first, "level"), "none");
	CHECK_INT(json_i64(json_get(first, "left"), 0), 5);
	/* yellow two working days before the 10th is Thursday the 6th, 00:00 */
	REQUIRE(to(at(6, 0, 0) - 1));
	CHECK_STR(text_at(item(json_get(kernel_view(&k, supervisor, "special", ask), "stages"), 0), "level"), "none");
	REQUIRE(to(at(6, 0, 0)));
	CHECK_STR(text_at(item(json_get(kernel_view(&k, supervisor, "special", ask), "stages"), 0), "level"), "yellow");
	/* red at 24:00 of the 10th; once, also when time goes on */
	REQUIRE(to(at(11, 0, 0)));
	v = kernel_view(&k, supervisor, "special", ask);
	CHECK_STR(text_at(item(json_get(v, "stages"), 0), "level"), "red");
	CHECK(json_bool(json_get(item(json_get(v, "stages"), 0), "overdue"), false));
	/* the report asked for every five working days is due on the 10th too: its notice on the 7th, red on the 11th */
	CHECK_INT(json_get(v, "alarms")->count, 4);
	REQUIRE(to(at(12, 9, 0)));
	CHECK_INT(json_get(kernel_view(&k, supervisor, "special", ask), "alarms")->count, 4);
	/* the alarms go to alert.raise, which this small office lacks: the head was told of the opening, here */
	const struct json *notices = json_get(kernel_view(&k, head, "my.notices", "{\"limit\":200}"), "rows");
	size_t told = 0;
	for (size_t i = 0; i < notices->count; i++)
		told += str_find(text_at(&notices->items[i], "text"), S("专项督查")) >= 0;
	CHECK_INT(told, 1);
	end();
}

TEST(a_milestone_reached_in_time_is_silent)
{
	REQUIRE(begin());
	REQUIRE(act(supervisor, "special.open", special_open) == OK);
	const char *ask = arena_printf(&k.a, "{\"special\":\"%.*s\"}", STR_ARG(kernel_text(&k, "special_no"))).ptr;
	int64_t id = json_i64(json_get(item(json_get(kernel_view(&k, supervisor, "special", ask), "stages"), 0), "milestone"), 0);
	const char *done = arena_printf(&k.a, "{\"milestone\":%lld,\"note\":\"省厅批复\"}", (long long)id).ptr;
	check_refused(supervisor, "special.done", arena_printf(&k.a, "{\"milestone\":%lld}", (long long)id).ptr, "inspect.note");
	check_refused(citizen, "special.done", done, "power.denied");
	CHECK_INT(act(head, "special.done", done), OK);
	check_refused(head, "special.done", done, "inspect.milestone-done");
	CHECK_INT(act(head, "special.report", arena_printf(&k.a, "{\"special\":\"ZX20250001\",\"percent\":30,\"text\":\"已招标\"}").ptr), OK);
	REQUIRE(to(at(11, 9, 0)));
	const struct json *v = kernel_view(&k, supervisor, "special", ask);
	CHECK_INT(json_get(v, "alarms")->count, 0);
	CHECK_INT(json_i64(json_get(v, "milestones_percent"), 0), 50);
	CHECK_INT(json_i64(json_get(v, "percent"), 0), 30);
	/* counted on from the 10th: 11, 12, 13, 14, 17 */
	CHECK_STR(text_at(item(json_get(v, "reports"), 0), "due_on"), "2025-03-17");
	end();
}

TEST(a_watched_case_warns_earlier_and_follows_its_limit)
{
	REQUIRE(begin());
	REQUIRE(act(supervisor, "special.open", special_open) == OK);
	REQUIRE(act(supervisor, "special.case", arena_printf(&k.a, "{\"special\":\"ZX20250001\",\"case_no\":\"%s\"}", case_no[0]).ptr) == OK);
	check_refused(supervisor, "special.case", "{\"special\":\"ZX20250001\",\"case_no\":\"nowhere\"}", "inspect.case-unknown");
	/* the promise of 5 working days is due on the 10th; notice 3 before is the 5th, yellow 2 before the 6th, red on the day itself */
	const char *ask = "{\"special\":\"ZX20250001\"}";
	static const struct { int day; const char *warned; } rows[] = { { 4, "none" }, { 5, "notice" }, { 6, "yellow" }, { 10, "red" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		REQUIRE(to(at(rows[i].day, 0, 1)));
		ROW(rows[i].warned);
		CHECK_STR(text_at(item(json_get(kernel_view(&k, supervisor, "special", ask), "watched"), 0), "warned"), rows[i].warned);
	}
	ROW(NULL);
	const struct json *alerts = json_get(kernel_view(&k, supervisor, "alerts", "{}"), "rows");
	size_t own = 0;
	for (size_t i = 0; alerts && i < alerts->count; i++)
		own += str_starts(text_at(&alerts->items[i], "rule_no"), S("Z-case"));
	CHECK_INT(own, 3);
	end();
}

TEST(a_holiday_notice_moves_milestones_and_their_moments)
{
	REQUIRE(begin());
	/* 2027 has no notice: 5 working days from Monday 4 January 2027 end on the 11th, provisionally */
	REQUIRE(act(supervisor, "special.open", "{\"kind\":\"livelihood\",\"title\":\"加装电梯\",\"reason\":\"民生实事\",\"organ\":\"O1\",\"from\":\"2027-01-04\",\"until\":\"2027-06-30\","
		"\"report_amount\":0,\"milestones\":[{\"name\":\"开工\",\"amount\":5}]}") == OK);
	const struct json *m = item(json_get(kernel_view(&k, supervisor, "special", "{\"special\":\"ZX20250001\"}"), "stages"), 0);
	CHECK_STR(text_at(m, "due_on"), "2027-01-11");
	CHECK_INT(json_i64(json_get(m, "provisional"), 0), 1);
	struct str csv;
	struct diag d;
	diag_init(&d);
	REQUIRE(os_file_read(&k.a, PROJECT_ROOT "/tests/data/calendar-2027.csv", 1 << 20, &csv, &d) == OK);
	struct json_build o;
	json_build_object(&o, &k.a);
	json_set_str(&o, "name", S("2027"));
	json_set_str(&o, "text", csv);
	struct casework_command c = { .name = S("calendar.add"), .actor = { .system = true }, .data = json_built(&o) };
	REQUIRE(casework_do(k.cw, &c, &k.a, &k.r) == OK);
	REQUIRE(to(at(3, 9, 1)));
	m = item(json_get(kernel_view(&k, supervisor, "special", "{\"special\":\"ZX20250001\"}"), "stages"), 0);
	CHECK_INT(json_i64(json_get(m, "provisional"), 1), 0);
	end();
}

TEST(special_supervision_is_opened_and_closed_by_supervisors_with_everything_it_needs)
{
	static const struct { const char *name, *json, *code; } rows[] = {
		{ "no kind", "{\"title\":\"x\",\"reason\":\"x\",\"organ\":\"O1\",\"until\":\"2025-04-30\"}", "inspect.kind" },
		{ "no organ", "{\"kind\":\"other\",\"title\":\"x\",\"reason\":\"x\",\"until\":\"2025-04-30\"}", "inspect.organ" },
		{ "no title", "{\"kind\":\"other\",\"reason\":\"x\",\"organ\":\"O1\",\"until\":\"2025-04-30\"}", "inspect.title" },
		{ "no reason", "{\"kind\":\"other\",\"title\":\"x\",\"organ\":\"O1\",\"until\":\"2025-04-30\"}", "inspect.reason" },
		{ "no end", "{\"kind\":\"other\",\"title\":\"x\",\"reason\":\"x\",\"organ\":\"O1\"}", "inspect.day" },
		{ "ends in the past", "{\"kind\":\"other\",\"title\":\"x\",\"reason\":\"x\",\"organ\":\"O1\",\"until\":\"2025-03-01\"}", "inspect.period" },
		{ "a milestone without a limit", "{\"kind\":\"other\",\"title\":\"x\",\"reason\":\"x\",\"organ\":\"O1\",\"until\":\"2025-04-30\",\"milestones\":[{\"name\":\"m\"}]}", "inspect.limit" },
		{ "a case that is none", "{\"kind\":\"other\",\"title\":\"x\",\"reason\":\"x\",\"organ\":\"O1\",\"until\":\"2025-04-30\",\"cases\":[\"nowhere\"]}", "inspect.case-unknown" },
	};
	REQUIRE(begin());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		check_refused(supervisor, "special.open", rows[i].json, rows[i].code);
	}
	ROW(NULL);
	check_refused(head, "special.open", special_open, "power.denied");
	CHECK_INT(json_get(kernel_view(&k, supervisor, "specials", "{}"), "rows")->count, 0);
	REQUIRE(act(supervisor, "special.open", special_open) == OK);
	check_refused(supervisor, "special.close", "{\"special\":\"ZX20250001\"}", "inspect.text");
	CHECK_INT(act(supervisor, "special.close", "{\"special\":\"ZX20250001\",\"text\":\"如期完成\"}"), OK);
	check_refused(supervisor, "special.report", "{\"special\":\"ZX20250001\",\"percent\":5,\"text\":\"x\"}", "inspect.special-closed");
	/* closed is closed: nothing warns any more */
	REQUIRE(to(at(40, 9, 0)));
	CHECK_INT(json_get(kernel_view(&k, supervisor, "special", "{\"special\":\"ZX20250001\"}"), "alarms")->count, 0);
	end();
}

/* ---- draws ---- */

static const char commit_check[] = "{\"purpose\":\"check\",\"title\":\"三月案卷抽查\",\"want\":2,\"checkers\":1,\"form\":\"case-file\",\"draw_at\":\"2025-03-04T10:00:00+08:00\","
	"\"sources\":[{\"kind\":\"ledger\"},{\"kind\":\"numbers\",\"name\":\"双色球 2025024 期\"}],\"recused\":[{\"login\":\"sun\",\"reason\":\"亲属经办\"}]}";

static int64_t draw_check(void)
{
	if (act(supervisor, "draw.commit", commit_check) != OK || !to(at(4, 10, 5)) ||
	    act(supervisor, "draw.reveal", "{\"draw\":\"CC20250001\",\"numbers\":[\"9 18 26 34 41 45\"]}") != OK) {
		printf("  %s: %s\n", k.r.diag.code, k.r.diag.text);
		return 0;
	}
	const struct json *v = kernel_view(&k, -1, "draw", "{\"draw\":\"CC20250001\"}");
	return json_i64(json_get(item(json_get(v, "picks"), 0), "pick"), 0);
}

TEST(a_draw_is_committed_before_its_seeds_and_anyone_recomputes_it)
{
	REQUIRE(begin());
	REQUIRE(act(supervisor, "draw.commit", commit_check) == OK);
	CHECK_STR(kernel_text(&k, "draw_no"), "CC20250001");
	CHECK_INT(json_i64(json_get(k.r.data, "pool_count"), 0), 5);
	/* the digest announced is that of the list anyone may fetch: five numbers, one a line */
	struct buf list, digest;
	buf_init_in(&list, &k.a, 4096);
	for (int i = 0; i < 5; i++)
		buf_printf(&list, "%s\n", case_no[i]);
	struct str published = text_at(kernel_view(&k, -1, "draw.list", "{\"draw\":\"CC20250001\",\"list\":\"case\"}"), "text");
	CHECK(str_eq(published, buf_str(&list)));
	buf_init_in(&digest, &k.a, 100);
	draw_digest_put(published, &digest);
	CHECK(str_eq(kernel_text(&k, "pool_digest"), buf_str(&digest)));
	check_refused(supervisor, "draw.reveal", "{\"draw\":\"CC20250001\",\"numbers\":[\"1\"]}", "draw.early");
	/* a case that comes later is not in the list any more */
	REQUIRE(kernel_submit(&k, citizen, "late").ptr);
	REQUIRE(to(at(4, 10, 5)));
	check_refused(supervisor, "draw.reveal", "{\"draw\":\"CC20250001\"}", "draw.numbers");
	check_refused(supervisor, "draw.reveal", "{\"draw\":\"CC20250001\",\"numbers\":[\"seven\"]}", "draw.number");
	REQUIRE(act(supervisor, "draw.reveal", "{\"draw\":\"CC20250001\",\"numbers\":[\"45 41 34 26 18 9\"]}") == OK);
	check_refused(supervisor, "draw.reveal", "{\"draw\":\"CC20250001\",\"numbers\":[\"1\"]}", "draw.over");
	const struct json *v = kernel_view(&k, -1, "draw", "{\"draw\":\"CC20250001\"}"), *seeds = json_get(v, "seeds");
	/* what a citizen does with what is published, and nothing else */
	struct buf key;
	struct draw_pool pool;
	struct draw_pick *picks;
	size_t n;
	buf_init_in(&key, &k.a, 4096);
	for (size_t i = 0; i < seeds->count; i++)
		REQUIRE(draw_source_put(text_at(&seeds->items[i], "numbers"), &key, NULL) == OK);
	CHECK(str_eq(buf_str(&key), text_at(v, "draw_key")));
	CHECK(str_ends(buf_str(&key), S("./9.18.26.34.41.45./")));
	REQUIRE(draw_pool_read(&k.a, published, &pool, NULL) == OK && draw_run(&k.a, DRAW_MD5, buf_str(&key), &pool, 2, &picks, &n, NULL) == OK);
	for (size_t i = 0; i < 2; i++)
		CHECK(str_eq(text_at(item(json_get(v, "picks"), i), "case_no"), pool.members[picks[i].member].name));
	end();
}

/* The record's seed is the first entry at or after the moment announced, which the house writes at that very moment. */
TEST(the_records_seed_cannot_be_chosen)
{
	REQUIRE(begin());
	REQUIRE(act(supervisor, "draw.commit", commit_check) == OK);
	REQUIRE(to(at(5, 9, 0)) && kernel_submit(&k, citizen, "later").ptr);
	REQUIRE(act(supervisor, "draw.reveal", "{\"draw\":\"CC20250001\",\"numbers\":[\"1\"]}") == OK);
	int64_t seq = json_i64(json_get(kernel_view(&k, -1, "draw", "{\"draw\":\"CC20250001\"}"), "seed_seq"), 0);
	const struct json *rows = json_get(kernel_view(&k, supervisor, "ledger", "{\"limit\":200}"), "rows");
	for (size_t i = 0; i < rows->count; i++)
		if (json_i64(json_get(&rows->items[i], "seq"), 0) == seq) {
			CHECK_STR(text_at(&rows->items[i], "at"), "2025-03-04T10:00:00+08:00");
			CHECK_STR(text_at(&rows->items[i], "kind"), "inspect.fired");
		}
	end();
}

TEST(checkers_are_drawn_without_those_who_must_not_check)
{
	REQUIRE(begin());
	int64_t pick = draw_check();
	REQUIRE(pick);
	struct str list = text_at(kernel_view(&k, -1, "draw.list", "{\"draw\":\"CC20250001\",\"list\":\"1\"}"), "text");
	/* sun declared himself; zhou and wu audit from another office */
	CHECK(str_find(list, S("孙监察\t0\t亲属经办")) >= 0);
	CHECK(str_find(list, S("周检查\n")) >= 0);
	const struct json *by = item(json_get(item(json_get(kernel_view(&k, -1, "draw", "{\"draw\":\"CC20250001\"}"), "picks"), 0), "checked_by"), 0);
	CHECK(!str_eqz(text_at(by, "name"), "孙监察"));
	CHECK(str_eqz(text_at(by, "name"), "周检查") || str_eqz(text_at(by, "name"), "吴检查"));
	end();
}

TEST(bad_commitments_are_refused)
{
	static const struct { const char *name, *change, *code; } rows[] = {
		{ "no purpose", "\"purpose\":\"x\"", "draw.purpose" }, { "no form", "\"form\":\"x\"", "draw.form" }, { "none wanted", "\"want\":0", "draw.want" },
		{ "more than there are", "\"want\":6", "draw.few-cases" }, { "a moment that has passed", "\"draw_at\":\"2025-03-03T09:00:00+08:00\"", "draw.moment" },
		{ "no source", "\"sources\":[]", "draw.sources" }, { "a source without a name", "\"sources\":[{\"kind\":\"numbers\"}]", "draw.source" },
		{ "only the record", "\"sources\":[{\"kind\":\"ledger\"}]", "draw.outside" }, { "too many checkers", "\"checkers\":4", "draw.few-checkers" },
		{ "a day that is none", "\"from\":\"2025-02-30\"", "inspect.day" },
	};
	REQUIRE(begin());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *good, *change;
		struct json_build o;
		struct buf text;
		ROW(rows[i].name);
		REQUIRE(json_read(&k.a, str_of(commit_check), &good, NULL) == OK);
		REQUIRE(json_read(&k.a, arena_printf(&k.a, "{%s}", rows[i].change), &change, NULL) == OK);
		json_build_object(&o, &k.a);
		for (size_t m = 0; m < good->count; m++)
			if (!json_get_str(change, good->members[m].key))
				json_set_key(&o, good->members[m].key, &good->members[m].value);
		json_set_key(&o, change->members[0].key, &change->members[0].value);
		buf_init_in(&text, &k.a, 4096);
		json_put_canonical(&text, json_built(&o));
		check_refused(supervisor, "draw.commit", arena_z(&k.a, buf_str(&text)), rows[i].code);
	}
	ROW(NULL);
	check_refused(head, "draw.commit", commit_check, "power.denied");
	CHECK_INT(act(supervisor, "draw.commit", commit_check), OK);
	end();
}

/* ---- checks and findings ---- */

static int64_t drawn_checker(int64_t pick)
{
	const struct json *v = kernel_view(&k, supervisor, "check", arena_printf(&k.a, "{\"pick\":%lld}", (long long)pick).ptr);
	return json_i64(json_get(item(json_get(v, "checkers"), 0), "id"), 0);
}

static const char answers[] = "\"form\":{\"accepted_in_time\":\"yes\",\"told_once\":\"no\",\"reasons\":\"yes\",\"outside\":\"no\"}";

TEST(a_finding_is_a_demand_under_a_limit_answered_returned_accepted)
{
	REQUIRE(begin());
	int64_t pick = draw_check();
	REQUIRE(pick && (checker = drawn_checker(pick)));
	const char *record = arena_printf(&k.a, "{\"pick\":%lld,%s,\"findings\":[{\"text\":\"补正告知遗漏一项\",\"amount\":3}]}", (long long)pick, answers).ptr;
	check_refused(supervisor, "check.record", record, "inspect.not-checker");
	check_refused(checker, "check.record", arena_printf(&k.a, "{\"pick\":%lld,\"form\":{}}", (long long)pick).ptr, "inspect.answers");
	REQUIRE(act(checker, "check.record", record) == OK);
	check_refused(checker, "check.record", record, "inspect.checked");
	const struct json *f = kernel_view(&k, head, "finding", "{\"finding\":\"WT20250001\"}");
	/* made on Tuesday the 4th: 5, 6, 7 */
	CHECK_STR(text_at(f, "due_on"), "2025-03-07");
	CHECK(json_bool(json_get(f, "may_answer"), false));
	check_refused(supervisor, "finding.answer", "{\"finding\":\"WT20250001\",\"text\":\"x\"}", "power.denied");
	check_refused(supervisor, "finding.decide", "{\"finding\":\"WT20250001\",\"verdict\":\"accept\",\"text\":\"x\"}", "inspect.finding-state");
	/* late: red at 24:00 of the 7th */
	REQUIRE(to(at(8, 0, 0)));
	CHECK_STR(text_at(kernel_view(&k, head, "finding", "{\"finding\":\"WT20250001\"}"), "level"), "red");
	REQUIRE(act(head, "finding.answer", "{\"finding\":\"WT20250001\",\"text\":\"已补发告知书\"}") == OK);
	check_refused(head, "finding.decide", "{\"finding\":\"WT20250001\",\"verdict\":\"accept\",\"text\":\"x\"}", "power.denied");
	REQUIRE(act(checker, "finding.decide", "{\"finding\":\"WT20250001\",\"verdict\":\"return\",\"text\":\"未附送达回证\",\"amount\":2}") == OK);
	f = kernel_view(&k, head, "finding", "{\"finding\":\"WT20250001\"}");
	/* returned on Saturday the 8th: 10, 11; it may warn anew */
	CHECK_STR(text_at(f, "due_on"), "2025-03-11");
	CHECK_INT(json_i64(json_get(f, "returns"), 0), 1);
	REQUIRE(to(at(12, 0, 0)));
	CHECK_STR(text_at(kernel_view(&k, head, "finding", "{\"finding\":\"WT20250001\"}"), "level"), "red");
	REQUIRE(act(head, "finding.answer", "{\"finding\":\"WT20250001\",\"text\":\"回证已附\"}") == OK);
	REQUIRE(act(checker, "finding.decide", "{\"finding\":\"WT20250001\",\"verdict\":\"accept\",\"text\":\"核实无误\"}") == OK);
	f = kernel_view(&k, checker, "finding", "{\"finding\":\"WT20250001\"}");
	CHECK_STR(text_at(f, "state"), "accepted");
	CHECK_INT(json_get(f, "lines")->count, 4);
	/* each passing of a limit is one red alert on the case, no more: with a notice before each */
	const struct json *alerts = json_get(kernel_view(&k, supervisor, "alerts", "{\"limit\":200}"), "rows");
	size_t red = 0;
	for (size_t i = 0; i < alerts->count; i++)
		red += str_eqz(text_at(&alerts->items[i], "rule_no"), "C-finding-red");
	CHECK_INT(red, 2);
	end();
}

/* ---- call-backs ---- */

static int64_t draw_callback(void)
{
	for (int i = 0; i < 3; i++)
		if (!conclude(case_no[i]))
			return 0;
	/* the kernel's applicants leave no number: one of them gives it here */
	if (act(supervisor, "draw.commit", "{\"purpose\":\"callback\",\"title\":\"三月回访\",\"want\":1,\"form\":\"concluded-case\",\"draw_at\":\"2025-03-04T10:00:00+08:00\","
		"\"sources\":[{\"kind\":\"ledger\"}]}") != OK || !to(at(4, 10, 5)) || act(supervisor, "draw.reveal", "{\"draw\":\"HF20250001\"}") != OK) {
		printf("  %s: %s\n", k.r.diag.code, k.r.diag.text);
		return 0;
	}
	return json_i64(json_get(item(json_get(kernel_view(&k, supervisor, "callbacks", "{}"), "rows"), 0), "pick"), 0);
}

static bool submit_with_phone(void)
{
	for (int i = 0; i < 3; i++) {
		char key[8];
		snprintf(key, sizeof key, "p%d", i);
		if (kernel_do(&k, citizen, key, "case.submit", "{\"item\":\"I1\",\"form\":{\"name\":\"面馆\"},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\",\"phone\":\"13812345678\"}}") != OK)
			return false;
		snprintf(case_no[i], sizeof case_no[i], "%.*s", STR_ARG(kernel_text(&k, "case_no")));
	}
	return true;
}

TEST(a_call_back_is_settled_by_an_answer_or_by_three_attempts)
{
	REQUIRE(begin() && submit_with_phone());
	int64_t pick = draw_callback();
	REQUIRE(pick);
	const char *open = arena_printf(&k.a, "{\"pick\":%lld}", (long long)pick).ptr;
	CHECK_STR(text_at(kernel_view(&k, supervisor, "callback", open), "phone"), "13812345678");
	static const char *const failed[] = { "no-answer", "busy", "wrong-number" };
	for (size_t i = 0; i < 3; i++) {
		CHECK_STR(text_at(kernel_view(&k, supervisor, "callback", open), "state"), "open");
		REQUIRE(act(supervisor, "callback.attempt", arena_printf(&k.a, "{\"pick\":%lld,\"outcome\":\"%s\"}", (long long)pick, failed[i]).ptr) == OK);
	}
	const struct json *v = kernel_view(&k, supervisor, "callback", open);
	CHECK_STR(text_at(v, "result"), "not-reached");
	CHECK_INT(json_get(v, "tries")->count, 3);
	CHECK(!text_at(v, "phone").len); /* nobody needs the number any more */
	check_refused(supervisor, "callback.attempt", arena_printf(&k.a, "{\"pick\":%lld,\"outcome\":\"busy\"}", (long long)pick).ptr, "inspect.called");
	end();
}

TEST(a_call_back_that_reaches_somebody_counts_with_its_grade)
{
	REQUIRE(begin() && submit_with_phone());
	int64_t pick = draw_callback();
	REQUIRE(pick);
	const char *good = arena_printf(&k.a, "{\"pick\":%lld,\"outcome\":\"reached\",\"grade\":2,\"form\":{\"received\":\"yes\",\"trips\":\"1\",\"fees\":\"no\",\"attitude\":\"good\"}}", (long long)pick).ptr;
	check_refused(supervisor, "callback.attempt", arena_printf(&k.a, "{\"pick\":%lld,\"outcome\":\"talked\"}", (long long)pick).ptr, "inspect.outcome");
	check_refused(supervisor, "callback.attempt", arena_printf(&k.a, "{\"pick\":%lld,\"outcome\":\"reached\",\"grade\":2,\"form\":{}}", (long long)pick).ptr, "inspect.answers");
	check_refused(supervisor, "callback.attempt",
		arena_printf(&k.a, "{\"pick\":%lld,\"outcome\":\"reached\",\"grade\":6,\"form\":{\"received\":\"yes\",\"trips\":\"1\",\"fees\":\"no\",\"attitude\":\"good\"}}", (long long)pick).ptr, "inspect.grade");
	check_refused(head, "callback.attempt", good, "power.denied");
	REQUIRE(act(supervisor, "callback.attempt", good) == OK);
	const struct json *counts = json_get(kernel_view(&k, supervisor, "callbacks", "{}"), "counts");
	CHECK_INT(json_i64(json_get(counts, "reached"), 0), 1);
	CHECK_INT(json_i64(json_get(counts, "satisfied"), 0), 1);
	/* who was drawn once is not called again: his line stays in the list, without a place */
	REQUIRE(act(supervisor, "draw.commit", "{\"purpose\":\"callback\",\"title\":\"再次\",\"want\":2,\"form\":\"concluded-case\",\"draw_at\":\"2025-03-05T10:00:00+08:00\","
		"\"sources\":[{\"kind\":\"ledger\"}]}") == OK);
	struct str list = text_at(kernel_view(&k, -1, "draw.list", "{\"draw\":\"HF20250002\",\"list\":\"case\"}"), "text");
	CHECK(str_find(list, S("\t0\t已回访过\n")) >= 0);
	end();
}

/* ---- cameras and telephones ---- */

static bool put_camera(void)
{
	return act(0, "window.put", "{\"code\":\"W1\",\"name\":\"一号窗口\",\"organ\":\"O1\",\"place\":\"一楼大厅\"}") == OK &&
		act(0, "device.put", "{\"code\":\"C1\",\"window\":\"W1\",\"kind\":\"camera\",\"name\":\"一号窗口全景\",\"base_url\":\"https://recorder.example/hls/\",\"live\":\"w1/live.m3u8\","
		"\"moment\":\"w1/archive.m3u8?from={start}&to={end}&s={start_s}\",\"retention_days\":30}") == OK &&
		act(0, "device.put", "{\"code\":\"T1\",\"window\":\"W1\",\"kind\":\"phone\",\"name\":\"一号窗口电话\",\"number\":\"8888\"}") == OK;
}

TEST(a_camera_is_opened_for_a_reason_live_or_at_a_moment)
{
	static const struct { const char *name, *json, *url, *code; } rows[] = {
		{ "live", "{\"camera\":\"C1\",\"reason\":\"窗口无人\"}", "https://recorder.example/hls/w1/live.m3u8", "" },
		/* 08:30 in China is 00:30 UTC; ten minutes unless said otherwise; 1740961800 = 2025-03-03T00:30:00Z */
		{ "a moment", "{\"camera\":\"C1\",\"reason\":\"r\",\"from\":\"2025-03-03T08:30:00+08:00\"}",
		  "https://recorder.example/hls/w1/archive.m3u8?from=20250303T003000Z&to=20250303T004000Z&s=1740961800", "" },
		{ "no reason", "{\"camera\":\"C1\"}", "", "inspect.reason" },
		{ "no camera", "{\"camera\":\"C9\",\"reason\":\"r\"}", "", "inspect.camera-unknown" },
		{ "a telephone", "{\"camera\":\"T1\",\"reason\":\"r\"}", "", "inspect.camera-unknown" },
		{ "the future", "{\"camera\":\"C1\",\"reason\":\"r\",\"from\":\"2025-03-04T08:30:00+08:00\"}", "", "inspect.span-order" },
		{ "before retention", "{\"camera\":\"C1\",\"reason\":\"r\",\"from\":\"2025-01-01T08:30:00+08:00\"}", "", "inspect.expired" },
		{ "no instant", "{\"camera\":\"C1\",\"reason\":\"r\",\"from\":\"yesterday\"}", "", "inspect.span" },
		{ "an alert that is none", "{\"camera\":\"C1\",\"reason\":\"r\",\"alert\":\"JC1\"}", "", "inspect.alert-unknown" },
	};
	REQUIRE(begin() && put_camera());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		enum err e = act(supervisor, "camera.look", rows[i].json);
		CHECK_STR(str_of(k.r.diag.code), rows[i].code);
		if (rows[i].url[0]) {
			CHECK_INT(e, OK);
			CHECK_STR(kernel_text(&k, "url"), rows[i].url);
		}
	}
	ROW(NULL);
	check_refused(head, "camera.look", rows[0].json, "power.denied");
	const struct json *looks = json_get(kernel_view(&k, supervisor, "looks", "{}"), "rows");
	CHECK_INT(looks->count, 2);
	CHECK_STR(text_at(item(looks, 1), "reason"), "窗口无人");
	end();
}

TEST(only_a_recorders_address_is_taken)
{
	static const struct { const char *name, *base, *live, *moment, *code; } rows[] = {
		{ "good", "http://10.0.0.7:8080/hls", "w1.m3u8", "program-date-time", "" },
		{ "no scheme", "recorder.example", "w1.m3u8", "", "inspect.base-url" }, { "a file", "file:///etc", "w1.m3u8", "", "inspect.base-url" },
		{ "two policies", "https://a.example; script-src *", "w1.m3u8", "", "inspect.base-url" }, { "no host", "https:///x", "w1.m3u8", "", "inspect.base-url" },
		{ "upwards", "https://a.example", "../w1.m3u8", "", "inspect.live" }, { "elsewhere", "https://a.example", "https://b.example/x", "", "inspect.live" },
		{ "a moment without a start", "https://a.example", "w1.m3u8", "w1/x.m3u8", "inspect.moment" },
	};
	REQUIRE(begin() && put_camera());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		(void)act(0, "device.put", arena_printf(&k.a, "{\"code\":\"C2\",\"window\":\"W1\",\"kind\":\"camera\",\"name\":\"x\",\"base_url\":\"%s\",\"live\":\"%s\",\"moment\":\"%s\"}",
		                                        rows[i].base, rows[i].live, rows[i].moment).ptr);
		CHECK_STR(str_of(k.r.diag.code), rows[i].code);
	}
	ROW(NULL);
	end();
}

TEST(a_still_is_kept_by_whoever_looked_and_is_a_picture)
{
	REQUIRE(begin() && put_camera());
	REQUIRE(act(supervisor, "camera.look", arena_printf(&k.a, "{\"camera\":\"C1\",\"reason\":\"r\",\"case_no\":\"%s\"}", case_no[0]).ptr) == OK);
	long long look = json_i64(json_get(k.r.data, "look"), 0);
	/* "\x89PNG\r\n\x1a\n" in Base64 */
	check_refused(supervisor, "camera.still", arena_printf(&k.a, "{\"look\":%lld,\"image\":\"PHN2Zz4=\"}", look).ptr, "inspect.still");
	check_refused(supervisor, "camera.still", arena_printf(&k.a, "{\"look\":%lld,\"image\":\"!\"}", look).ptr, "inspect.still");
	REQUIRE(act(supervisor, "camera.still", arena_printf(&k.a, "{\"look\":%lld,\"image\":\"iVBORw0KGgo=\",\"note\":\"空岗\"}", look).ptr) == OK);
	const struct json *kept = item(json_get(kernel_view(&k, supervisor, "look", arena_printf(&k.a, "{\"look\":%lld}", look).ptr), "kept"), 0);
	CHECK_STR(text_at(kept, "data_uri"), "data:image/png;base64,iVBORw0KGgo=");
	/* SHA-256 of those eight bytes, by sha256sum */
	CHECK_STR(text_at(kept, "digest"), "4c4b6a3be1314ab86138bef4314dde022e600960d8689a2c8f8631802d20dab6");
	/* the applicant's file does not show it */
	const struct json *mine = json_get(kernel_view(&k, citizen, "case", arena_printf(&k.a, "{\"case_no\":\"%s\"}", case_no[0]).ptr), "documents");
	for (size_t i = 0; mine && i < mine->count; i++)
		CHECK(!str_eqz(text_at(&mine->items[i], "kind"), "evidence"));
	end();
}

TEST(a_call_is_registered_with_its_number_masked)
{
	static const struct { const char *name, *json, *masked, *code; } rows[] = {
		{ "a mobile", "\"number\":\"138 1234 5678\",\"direction\":\"in\",\"seconds\":65", "138****5678", "" },
		{ "a short one", "\"number\":\"88123\",\"direction\":\"out\"", "****23", "" },
		{ "too short", "\"number\":\"110\",\"direction\":\"out\"", "", "inspect.number" },
		{ "no direction", "\"number\":\"13812345678\"", "", "inspect.direction" },
		{ "in the future", "\"number\":\"13812345678\",\"direction\":\"in\",\"at\":\"2025-03-04T09:00:00+08:00\"", "", "inspect.call-at" },
		{ "an unknown telephone", "\"number\":\"13812345678\",\"direction\":\"in\",\"phone\":\"T9\"", "", "inspect.call" },
	};
	REQUIRE(begin() && put_camera());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		(void)act(supervisor, "phone.call", arena_printf(&k.a, "{\"case_no\":\"%s\",%s}", case_no[0], rows[i].json).ptr);
		CHECK_STR(str_of(k.r.diag.code), rows[i].code);
		if (rows[i].masked[0])
			CHECK_STR(text_at(item(json_get(kernel_view(&k, supervisor, "calls", "{}"), "rows"), 0), "masked"), rows[i].masked);
	}
	ROW(NULL);
	check_refused(supervisor, "phone.call", "{\"number\":\"13812345678\",\"direction\":\"in\"}", "inspect.call-about");
	long long call = json_i64(json_get(item(json_get(kernel_view(&k, supervisor, "calls", "{}"), "rows"), 0), "call"), 0);
	CHECK_INT(act(supervisor, "phone.note", arena_printf(&k.a, "{\"call\":%lld,\"note\":\"已回电\"}", call).ptr), OK);
	end();
}

TEST_MAIN
