/* test_rules.c - rules of supervision: what is refused before it goes live, two signatures, an alert once, a trial that raises nothing. */
#include "tests/unit/casework/kernel.h"
#include "casework/room.h"
#include "watch/watch.h"

static const struct casework_room *const rooms[] = { &watch_room };

static bool begin(struct kernel *k)
{
	*k = (struct kernel){ .rooms = rooms, .rooms_count = 1 };
	return kernel_begin(k, ":memory:") && kernel_put_person(k, "zhou", "周监察") &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"supervisor\",\"name\":\"监察二\",\"a\":\"zhou\"}") == OK;
}

static bool tick(struct kernel *k)
{
	int64_t next;
	return casework_tick(k->cw, &next, &k->r.diag) == OK;
}

static struct str read_file(struct arena *a, const char *path)
{
	struct str s = { NULL, 0 };
	return os_file_read(a, path, 1 << 20, &s, NULL) == OK ? s : S("");
}

static struct str replaced(struct arena *a, struct str text, const char *from, const char *to)
{
	ptrdiff_t at = str_find(text, str_of(from));
	return at < 0 ? S("") : arena_printf(a, "%.*s%s%.*s", (int)at, text.ptr, to, (int)(text.len - (size_t)at - strlen(from)), text.ptr + at + strlen(from));
}

static int64_t rules_there(struct kernel *k)
{
	const struct json *rows = json_get(kernel_view(k, 0, "watch.rules", "{}"), "rows");
	return rows ? (int64_t)rows->count : -1;
}

TEST(rules_that_a_fault_kept_out_come_when_it_is_over)
{
	struct kernel k;
	int64_t before, all;
	REQUIRE(begin(&k));
	arena_fail_after(400); /* some are in */
	CHECK(!tick(&k));
	arena_fail_after(0);
	before = rules_there(&k);
	CHECK(tick(&k));
	all = rules_there(&k);
	kernel_end(&k);
	REQUIRE(begin(&k) && tick(&k));
	CHECK(before < all);
	CHECK_INT(all, rules_there(&k));
	kernel_end(&k);
}

TEST(a_rule_that_would_fire_wrongly_or_never_is_refused)
{
	static const struct { const char *name, *from, *to, *code; } rows[] = {
		{ "as it is", "V-01", "V-01", NULL },
		{ "no watch element", "<banjie:watch ", "<banjie:other ", "watch.no-watch" },
		{ "no ground", "ground=\"好差评制度 | service ratings\"", "ground=\"\"", "watch.text" },
		{ "a key nobody knows", "key=\"case\"", "key=\"moon\"", "watch.key" },
		{ "a post nobody holds", "post=\"head\"", "post=\"mayor\"", "watch.post" },
		{ "a moment that never comes", "moments=\"rating.given\"", "moments=\"rating.given moon.risen\"", "watch.moment" },
		{ "two moments", "moments=\"rating.given\"", "moments=\"rating.given case.concluded\"", NULL },
		{ "a condition that is none", "<text>5</text>", "<text>5 (</text>", "" },
		{ "an output that is no level", "<text>\"yellow\"</text></outputEntry>", "<text>\"purple\"</text></outputEntry>", "watch.table" },
		{ "a fact that does not exist", "name=\"event\"", "name=\"weather\"", "" },
	};
	struct arena a;
	arena_init(&a, 64 << 20);
	struct str file = read_file(&a, PROJECT_ROOT "/data/watch/V-01.dmn");
	CHECK(file.len > 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str number;
		struct diag d;
		diag_init(&d);
		ROW(rows[i].name);
		enum err e = watch_check(replaced(&a, file, rows[i].from, rows[i].to), &a, &number, &d);
		CHECK((e == OK) == (rows[i].code == NULL));
		if (rows[i].code && *rows[i].code)
			CHECK_STR(str_of(d.code), rows[i].code);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(every_shipped_rule_and_fact_is_fit_and_explained)
{
	struct arena a;
	struct str *names;
	size_t count = 0, rules = 0;
	arena_init(&a, 128 << 20);
	struct str doc = read_file(&a, PROJECT_ROOT "/docs/supervision-rules.md");
	CHECK(os_dir_list(&a, PROJECT_ROOT "/data/watch", &names, &count, NULL) == OK);
	for (size_t i = 0; i < count; i++) {
		struct str number;
		struct diag d;
		diag_init(&d);
		ROW(arena_z(&a, names[i]));
		CHECK(watch_check(read_file(&a, arena_printf(&a, PROJECT_ROOT "/data/watch/%.*s", STR_ARG(names[i])).ptr), &a, &number, &d) == OK);
		CHECK(str_find(doc, arena_printf(&a, "| %.*s |", STR_ARG(number))) >= 0);
		rules++;
	}
	ROW(NULL);
	CHECK(rules >= 29);
	arena_release(&a);
	struct kernel k;
	CHECK(begin(&k));
	const struct json *facts = kernel_view(&k, 0, "watch.facts", "{}");
	const struct json *list = json_get(facts, "rows");
	doc = read_file(&k.a, PROJECT_ROOT "/docs/supervision-rules.md");
	CHECK(list && list->count > 40);
	for (size_t i = 0; list && i < list->count; i++) {
		struct str name = json_text(json_get(&list->items[i], "fact"));
		ROW(arena_z(&k.a, name));
		CHECK(str_find(doc, arena_printf(&k.a, "| `%.*s` |", STR_ARG(name))) >= 0);
	}
	ROW(NULL);
	kernel_end(&k);
}

/* Under what stands. */
static enum err sign(struct kernel *k, int64_t person, const char *command)
{
	return kernel_sign(k, person, kernel_view(k, person, "watch.rule", "{\"rule_no\":\"D-08\",\"edits\":\"watch.rule.sign\"}"), command, "{\"rule_no\":\"D-08\"}");
}

TEST(a_version_goes_live_by_two_persons_and_only_then_judges)
{
	struct kernel k;
	CHECK(begin(&k) && tick(&k));
	int64_t sun = kernel_person(&k, "sun"), zhou = kernel_person(&k, "zhou"), wang = kernel_person(&k, "wang");
	struct str case_no = kernel_submit(&k, kernel_citizen(&k, "zhang"), "");
	char fee[200];
	snprintf(fee, sizeof fee, "{\"case_no\":\"%.*s\",\"code\":\"x\",\"amount\":\"5\",\"basis\":\"b\"}", STR_ARG(case_no));
	CHECK(kernel_do(&k, wang, "", "case.fee", fee) == OK && tick(&k));
	CHECK_STR(json_text(json_get(&json_get(kernel_view(&k, sun, "alerts", "{\"level\":\"red\"}"), "rows")->items[0], "rule_no")), "D-08");

	CHECK(kernel_do(&k, sun, "", "watch.rule.draft", "{\"rule_no\":\"D-08\",\"cells\":[{\"rule\":1,\"column\":1,\"out\":true,\"text\":\"\\\"notice\\\"\"}]}") == ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "watch.reason");
	CHECK(kernel_do(&k, wang, "", "watch.rule.draft", "{\"rule_no\":\"D-08\",\"reason\":\"r\"}") == ERR_DENIED);
	CHECK(kernel_do(&k, sun, "", "watch.rule.draft", "{\"rule_no\":\"D-08\",\"reason\":\"r\",\"cells\":[{\"rule\":9,\"column\":1,\"text\":\"-\"}]}") == ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "watch.cell");
	CHECK(kernel_do(&k, sun, "", "watch.rule.draft", "{\"rule_no\":\"D-08\",\"reason\":\"r\",\"cells\":[{\"rule\":1,\"column\":1,\"out\":true,\"text\":\"\\\"notice\\\"\"}]}") == OK);
	CHECK(sign(&k, zhou, "watch.rule.approve") == ERR_CONFLICT); /* not signed yet */
	CHECK(sign(&k, sun, "watch.rule.sign") == OK);
	CHECK(sign(&k, sun, "watch.rule.approve") == ERR_DENIED);
	CHECK_STR(str_of(k.r.diag.code), "watch.same-person");

	CHECK(kernel_do(&k, wang, "", "case.fee", fee) == OK && tick(&k)); /* the old version still judges: red */
	const struct json *red = json_get(kernel_view(&k, sun, "alerts", "{\"level\":\"red\"}"), "rows");
	CHECK_INT(red->count, 2);
	CHECK(sign(&k, zhou, "watch.rule.approve") == OK);
	os_clock_set(&k.clock, os_now_ms(&k.clock) + 1000);
	CHECK(kernel_do(&k, wang, "", "case.fee", fee) == OK && tick(&k));
	CHECK_INT(json_get(kernel_view(&k, sun, "alerts", "{\"level\":\"red\"}"), "rows")->count, 2);
	CHECK_INT(json_get(kernel_view(&k, sun, "alerts", "{\"level\":\"notice\"}"), "rows")->count, 1);
	uint64_t rows = 0;
	CHECK(casework_rebuild_check(k.cw, NULL, NULL, &rows, &k.r.diag) == OK);
	kernel_end(&k);
}

/* The record's last proposal says that version. */
static enum err proposed_read(void *arg, struct store_conn *c)
{
	const struct str *version = arg;
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT payload FROM ledger WHERE kind='watch.rule.proposed' AND ?1=1 ORDER BY seq DESC LIMIT 1", &q));
	store_bind_i64(q, 1, 1);
	TRY(store_step(q, &row));
	bool said = row && version->len && str_find(store_col_str(q, 0), *version) >= 0;
	store_reset(q);
	return said ? OK : ERR_NOT_FOUND;
}

static struct str read_rule(struct kernel *k, int64_t person, const char *params)
{
	return json_text(json_get(kernel_view(k, person, "watch.rule", params), "made_from"));
}

#define RULE_READ "{\"rule_no\":\"D-08\",\"edits\":\"watch.rule.sign\"}"
#define DRAFT(level) "{\"rule_no\":\"D-08\",\"reason\":\"r\",\"cells\":[{\"rule\":1,\"column\":1,\"out\":true,\"text\":\"\\\"" level "\\\"\"}]}"

TEST(a_rule_is_signed_as_it_was_read_and_not_as_somebody_made_it_since)
{
	struct kernel k;
	CHECK(begin(&k) && tick(&k));
	int64_t sun = kernel_person(&k, "sun"), zhou = kernel_person(&k, "zhou");
	static const char data[] = "{\"rule_no\":\"D-08\"}";
	CHECK(kernel_do(&k, sun, "", "watch.rule.draft", DRAFT("notice")) == OK);
	const struct json *read = kernel_view(&k, sun, "watch.rule", RULE_READ);
	CHECK(kernel_do(&k, zhou, "", "watch.rule.draft", DRAFT("yellow")) == OK);
	CHECK_INT(kernel_sign(&k, sun, read, "watch.rule.sign", data), ERR_STALE);
	CHECK_STR(str_of(k.r.diag.code), "edit.overtaken");
	/* nor unread, nor whatever stands */
	CHECK_INT(kernel_do(&k, sun, "", "watch.rule.sign", data), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "sign.unread");
	struct casework_command any = { .name = S("watch.rule.sign"), .made_from = S("*"), .actor = { .person = sun }, .data = kernel_view(&k, sun, "watch.rule", RULE_READ) };
	CHECK_INT(casework_do(k.cw, &any, &k.a, &k.r), ERR_STALE);
	CHECK_INT(json_i64(json_get(kernel_view(&k, sun, "watch.rule", RULE_READ), "proposed"), -1), 0);
	/* an older version has been read, and is not what is signed */
	int64_t live = json_i64(json_get(kernel_view(&k, sun, "watch.rule", RULE_READ), "live"), 0);
	CHECK(!read_rule(&k, sun, arena_printf(&k.a, "{\"rule_no\":\"D-08\",\"version\":%lld,\"edits\":\"watch.rule.sign\"}", (long long)live).ptr).len);
	/* as it stands; the record says under what */
	struct str now = read_rule(&k, sun, RULE_READ);
	CHECK_INT(sign(&k, sun, "watch.rule.sign"), OK);
	CHECK_INT(kernel_sign(&k, zhou, read, "watch.rule.approve", data), ERR_STALE); /* as it was before the first signature */
	CHECK(casework_read(k.cw, proposed_read, &now) == OK);
	struct str second = read_rule(&k, zhou, RULE_READ);
	CHECK_INT(kernel_do(&k, sun, "", "watch.rule.refuse", "{\"rule_no\":\"D-08\",\"reason\":\"r\"}"), OK);
	CHECK_INT(kernel_do(&k, sun, "", "watch.rule.draft", DRAFT("red")) , OK);
	CHECK_INT(sign(&k, sun, "watch.rule.sign"), OK);
	struct casework_command c = { .name = S("watch.rule.approve"), .made_from = second, .actor = { .person = zhou }, .data = kernel_view(&k, zhou, "watch.rule", RULE_READ) };
	CHECK_INT(casework_do(k.cw, &c, &k.a, &k.r), ERR_STALE);
	kernel_end(&k);
}

/* The post that answers and the moments of a rule change like its table: by two persons. */
TEST(who_answers_and_when_change_by_two_persons)
{
	struct kernel k;
	CHECK(begin(&k) && tick(&k));
	int64_t sun = kernel_person(&k, "sun"), zhou = kernel_person(&k, "zhou"), wang = kernel_person(&k, "wang"), li = kernel_person(&k, "li");
	struct str case_no = kernel_submit(&k, kernel_citizen(&k, "zhang"), "");
	char fee[200];
	snprintf(fee, sizeof fee, "{\"case_no\":\"%.*s\",\"code\":\"x\",\"amount\":\"5\",\"basis\":\"b\"}", STR_ARG(case_no));
	const char *other = str_eqz(json_text(json_get(kernel_view(&k, sun, "watch.rule", "{\"rule_no\":\"D-08\"}"), "post")), "head") ? "holder" : "head";
	CHECK(kernel_do(&k, sun, "", "watch.rule.draft", "{\"rule_no\":\"D-08\",\"reason\":\"r\",\"post\":\"mayor\"}") == ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "watch.post");
	CHECK(kernel_do(&k, sun, "", "watch.rule.draft", "{\"rule_no\":\"D-08\",\"reason\":\"r\",\"moments\":\"moon.risen\"}") == ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "watch.moment");
	CHECK(kernel_do(&k, sun, "", "watch.rule.draft", arena_printf(&k.a, "{\"rule_no\":\"D-08\",\"reason\":\"r\",\"post\":\"%s\",\"moments\":\"case.fee case.concluded\"}", other).ptr) == OK);
	CHECK(sign(&k, sun, "watch.rule.sign") == OK);
	CHECK(sign(&k, sun, "watch.rule.approve") == ERR_DENIED);
	CHECK(sign(&k, zhou, "watch.rule.approve") == OK);
	os_clock_set(&k.clock, os_now_ms(&k.clock) + 1000);
	CHECK(kernel_do(&k, wang, "", "case.fee", fee) == OK && tick(&k));
	const struct json *alert = &json_get(kernel_view(&k, sun, "alerts", "{\"level\":\"red\"}"), "rows")->items[0];
	CHECK_STR(json_text(json_path(alert, "person.login")), other[1] == 'e' ? "li" : "wang");
	CHECK_STR(json_text(json_get(kernel_view(&k, sun, "watch.rule", "{\"rule_no\":\"D-08\"}"), "moments")), "case.fee case.concluded");
	CHECK(li != 0);
	kernel_end(&k);
}

TEST(a_trial_counts_the_past_and_raises_nothing)
{
	struct kernel k;
	CHECK(begin(&k) && tick(&k));
	int64_t sun = kernel_person(&k, "sun"), wang = kernel_person(&k, "wang");
	struct str case_no = kernel_submit(&k, kernel_citizen(&k, "zhang"), "");
	char fee[200];
	snprintf(fee, sizeof fee, "{\"case_no\":\"%.*s\",\"code\":\"x\",\"amount\":\"5\",\"basis\":\"b\"}", STR_ARG(case_no));
	for (int i = 0; i < 3; i++)
		CHECK(kernel_do(&k, wang, "", "case.fee", fee) == OK);
	CHECK(tick(&k));
	CHECK(kernel_do(&k, sun, "", "watch.rule.try", "{\"rule_no\":\"D-08\",\"from\":\"2025-04-01\",\"to\":\"2025-03-01\"}") == ERR_INVALID);
	CHECK(kernel_do(&k, sun, "", "watch.rule.try", "{\"rule_no\":\"D-08\",\"from\":\"2025-03-01\"}") == OK);
	CHECK(casework_advance(k.cw, &k.clock, os_now_ms(&k.clock) + 60000, &k.r.diag) == OK);
	const struct json *t = kernel_view(&k, sun, "watch.trial", "{\"trial\":1}");
	CHECK(json_bool(json_get(t, "over"), false));
	CHECK_INT(json_i64(json_get(t, "alerts"), -1), 3);
	CHECK_INT(json_get(t, "rows")->count, 3);
	CHECK_INT(json_get(kernel_view(&k, sun, "alerts", "{\"level\":\"red\"}"), "rows")->count, 3); /* those of the judge, no more */
	CHECK(kernel_do(&k, sun, "", "watch.rule.try", "{\"rule_no\":\"D-08\",\"from\":\"2025-02-01\",\"to\":\"2025-03-02\"}") == OK && tick(&k)); /* the days before */
	CHECK_INT(json_i64(json_get(kernel_view(&k, sun, "watch.trial", "{\"trial\":2}"), "alerts"), -1), 0);
	kernel_end(&k);
}

TEST(an_alert_is_raised_once_for_its_rule_and_subject)
{
	static const struct { const char *name, *json; bool raised; enum err err; } rows[] = {
		{ "first", "{\"rule_no\":\"X\",\"subject\":\"s1\",\"level\":2,\"text\":\"t\",\"text_en\":\"t\",\"organ\":\"O1\",\"person\":\"wang\"}", true, OK },
		{ "again", "{\"rule_no\":\"X\",\"subject\":\"s1\",\"level\":3,\"text\":\"t\",\"text_en\":\"t\",\"organ\":\"O1\"}", false, OK },
		{ "another subject", "{\"rule_no\":\"X\",\"subject\":\"s2\",\"level\":2,\"text\":\"t\",\"text_en\":\"t\",\"organ\":\"O1\"}", true, OK },
		{ "another rule", "{\"rule_no\":\"Y\",\"subject\":\"s1\",\"level\":2,\"text\":\"t\",\"text_en\":\"t\",\"organ\":\"O1\"}", true, OK },
		{ "no level", "{\"rule_no\":\"X\",\"subject\":\"s3\",\"level\":0,\"text\":\"t\",\"organ\":\"O1\"}", false, ERR_INVALID },
		{ "no subject", "{\"rule_no\":\"X\",\"level\":1,\"text\":\"t\",\"organ\":\"O1\"}", false, ERR_INVALID },
	};
	struct kernel k;
	CHECK(begin(&k) && tick(&k));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_INT(kernel_do(&k, 0, "", "alert.raise", rows[i].json), rows[i].err);
		if (!rows[i].err)
			CHECK(json_bool(json_get(k.r.data, "raised"), false) == rows[i].raised);
	}
	ROW(NULL);
	CHECK(kernel_do(&k, kernel_person(&k, "sun"), "", "alert.raise", rows[0].json) == ERR_DENIED); /* the system's alone */
	CHECK_INT(json_get(kernel_view(&k, 0, "alerts", "{}"), "rows")->count, 3);
	kernel_end(&k);
}

static enum err read_cursor(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, "SELECT seq FROM watch_cursor WHERE id=?1", 1, -1);
	return OK;
}

static int64_t cursor(struct kernel *k)
{
	int64_t seq = -1;
	return casework_read(k->cw, read_cursor, &seq) == OK ? seq : -1;
}

static int64_t count_alerts(struct kernel *k)
{
	return (int64_t)json_get(kernel_view(k, 0, "alerts", "{}"), "rows")->count;
}

static enum err grant(struct kernel *k, struct str case_no, const char *more)
{
	char json[300];
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\"}", STR_ARG(case_no));
	const struct json *steps = json_get(kernel_view(k, 0, "case", json), "steps");
	long long step = json_i64(json_get(&steps->items[0], "step"), 0);
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\"%s}", step, more);
	return kernel_do(k, kernel_person(k, "wang"), "", "step.complete", json);
}

/* Two steps, so that the first concludes nothing. */
static bool put_two_steps(struct kernel *k)
{
	static const struct kernel_file files[] = {
		{ "pack.json", "{\"code\":\"two\",\"version\":1,\"name\":\"两步\",\"name_en\":\"Two\",\"process\":\"process.bpmn\","
		               "\"decisions\":[],\"forms\":[],\"letters\":[]}" },
		{ "process.bpmn",
		  "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>"
		  "<process id='p' isExecutable='true'><startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='one'/>"
		  "<userTask id='one' name='初审'><extensionElements><banjie:label en='First'/><banjie:assign post='reviewer' organ='lead'/>"
		  "<banjie:action id='grant' name='通过' name_en='Pass'/></extensionElements></userTask>"
		  "<sequenceFlow id='f2' sourceRef='one' targetRef='two'/>"
		  "<userTask id='two' name='复审'><extensionElements><banjie:label en='Second'/><banjie:assign post='reviewer' organ='lead'/>"
		  "<banjie:action id='grant' name='准予' name_en='Grant'/></extensionElements></userTask>"
		  "<sequenceFlow id='f3' sourceRef='two' targetRef='e'/><endEvent id='e'/></process></definitions>" },
	};
	return kernel_add_pack(k, files, 2) == OK &&
	       kernel_do(k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"食品经营许可证核发\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"two\"}") == OK;
}

/* D-10 is once for a person and an hour. The cursor on disk moves behind what was raised: it stays where it is when nothing is new. */
TEST(what_was_raised_before_is_found_again_without_a_command)
{
	struct kernel k;
	CHECK(begin(&k) && put_two_steps(&k) && tick(&k));
	int64_t zhang = kernel_citizen(&k, "zhang"), behind[3], before = count_alerts(&k), alerts[3];
	struct str cases[] = { kernel_submit(&k, zhang, ""), kernel_submit(&k, zhang, ""), kernel_submit(&k, zhang, "") };
	for (int i = 0; i < 3; i++) {
		os_clock_set(&k.clock, KERNEL_START_MS + (i < 2 ? 14 : 15) * INT64_C(3600000) + i); /* late in the evening */
		CHECK(grant(&k, cases[i], "") == OK && tick(&k));
		behind[i] = cursor(&k);
		alerts[i] = count_alerts(&k) - before;
	}
	CHECK_INT(alerts[0], 1);
	CHECK_INT(alerts[1], 1);
	CHECK_INT(behind[1], behind[0]);
	CHECK_INT(alerts[2], 2);
	CHECK(behind[2] > behind[1]);
	kernel_end(&k);
}

TEST(fees_are_read_exactly_and_counted_in_all)
{
	static const struct { const char *amount; int64_t cents; } rows[] = {
		{ "120", 12000 }, { "120.5", 12050 }, { "120.05", 12005 }, { "0.01", 1 }, { "0", 0 }, { "-5", 0 }, { "1.005", 0 }, { "1.-5", 0 }, { "ten", 0 }, { "", 0 },
	};
	struct kernel k;
	CHECK(begin(&k));
	int64_t wang = kernel_person(&k, "wang");
	struct str case_no = kernel_submit(&k, kernel_citizen(&k, "zhang"), "");
	char json[300];
	size_t entered = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].amount);
		snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"code\":\"c\",\"amount\":\"%s\",\"basis\":\"b\"}", STR_ARG(case_no), rows[i].amount);
		CHECK((kernel_do(&k, wang, "", "case.fee", json) == OK) == (rows[i].cents > 0));
		snprintf(json, sizeof json, "{\"case_no\":\"%.*s\"}", STR_ARG(case_no));
		const struct json *list = json_get(kernel_view(&k, wang, "case.fees", json), "rows");
		if (rows[i].cents)
			CHECK_INT(json_i64(json_get(&list->items[entered++], "cents"), -1), rows[i].cents);
	}
	ROW(NULL);
	kernel_end(&k);
}

TEST(what_is_entered_afterwards_says_when_and_why)
{
	static const struct { const char *name, *more; enum err err; const char *code; } rows[] = {
		{ "not said", "", OK, NULL },
		{ "no reason", ",\"done_at\":\"2025-03-03T08:30\"", ERR_INVALID, "stated.reason" },
		{ "not come yet", ",\"done_at\":\"2025-03-04T08:30\",\"late_reason\":\"r\"", ERR_INVALID, "stated.future" },
		{ "no moment", ",\"done_at\":\"yesterday\",\"late_reason\":\"r\"", ERR_INVALID, "moment.unreadable" },
		{ "said", ",\"done_at\":\"2025-03-03T08:30\",\"late_reason\":\"停电\"", OK, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k;
		ROW(rows[i].name);
		CHECK(begin(&k));
		CHECK_INT(grant(&k, kernel_submit(&k, kernel_citizen(&k, "zhang"), ""), rows[i].more), rows[i].err);
		if (rows[i].code)
			CHECK_STR(str_of(k.r.diag.code), rows[i].code);
		kernel_end(&k);
	}
	ROW(NULL);
}

TEST_MAIN
