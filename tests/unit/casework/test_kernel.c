/* test_kernel.c - what the kernel promises: nothing twice, nothing unseen, nobody who may not, alerts once. */
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "casework/room.h"
#include "kernel.h"
#include "tests/folder.h"

TEST(the_same_key_gives_the_same_answer_and_another_command_is_refused)
{
	struct kernel k = { .cw = NULL };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t me = kernel_citizen(&k, "zhang");
	struct str first = kernel_submit(&k, me, "key-1");
	REQUIRE(first.len);
	CHECK(str_eq(kernel_submit(&k, me, "key-1"), first));
	CHECK(!str_eq(kernel_submit(&k, me, "key-2"), first));
	CHECK_INT(kernel_do(&k, me, "key-1", "case.submit", "{\"item\":\"I1\",\"applicant\":{\"name\":\"李四\"}}"), ERR_CONFLICT);
	CHECK_STR(str_of(k.r.diag.code), "command.key-reused");
	/* keys are a person's own */
	int64_t other = kernel_citizen(&k, "qian");
	CHECK(!str_eq(kernel_submit(&k, other, "key-1"), first));
	kernel_end(&k);
}

/* `token` is copied: the next answer takes its place. */
static bool calls(struct kernel *k, const char *token, enum err want, int64_t person, const char *roles)
{
	const struct json *list = NULL;
	int64_t who = -1;
	char said[80] = "";
	if (casework_token_caller(k->cw, str_of(token), &k->a, &who, &list) != want)
		return false;
	for (size_t i = 0; want == OK && i < list->count; i++)
		snprintf(said + strlen(said), sizeof said - strlen(said), "%s%.*s", i ? " " : "", STR_ARG(json_text(&list->items[i])));
	return want != OK || (who == person && strcmp(said, roles) == 0);
}

TEST(a_token_calls_for_its_person_while_it_and_he_are_good)
{
	struct kernel k = { .cw = NULL };
	char token[80], json[60];
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t sun = kernel_person(&k, "sun");
	REQUIRE(kernel_do(&k, 0, "", "token.create", "{\"login\":\"sun\",\"name\":\"terminal\"}") == OK);
	snprintf(token, sizeof token, "%.*s", STR_ARG(kernel_text(&k, "token")));
	snprintf(json, sizeof json, "{\"token\":%lld}", (long long)json_i64(json_get(k.r.data, "id"), 0));
	CHECK(calls(&k, token, OK, sun, "supervisor"));
	CHECK(calls(&k, "bj_0000", ERR_NOT_FOUND, 0, ""));
	CHECK(calls(&k, "", ERR_NOT_FOUND, 0, ""));
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"sun\",\"name\":\"孙\",\"enabled\":false}") == OK);
	CHECK(calls(&k, token, OK, 0, ""));
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"sun\",\"name\":\"孙\",\"enabled\":true}") == OK);
	CHECK(calls(&k, token, OK, sun, "supervisor"));
	REQUIRE(kernel_do(&k, 0, "", "token.revoke", json) == OK);
	CHECK(calls(&k, token, ERR_NOT_FOUND, 0, ""));
	kernel_end(&k);
}

TEST(who_may_not_is_refused_and_does_not_learn_that_it_exists)
{
	struct kernel k = { .cw = NULL };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t me = kernel_citizen(&k, "zhang"), other = kernel_citizen(&k, "qian");
	struct str no = kernel_submit(&k, me, "");
	char q[200];
	snprintf(q, sizeof q, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
	CHECK(kernel_view(&k, me, "case", q) != NULL);
	CHECK(kernel_view(&k, other, "case", q) == NULL);
	CHECK_INT(k.r.diag.err, ERR_NOT_FOUND);
	CHECK(kernel_view(&k, -1, "case", q) == NULL);
	CHECK(kernel_view(&k, kernel_person(&k, "sun"), "case", q) != NULL);
	CHECK_INT(kernel_do(&k, me, "", "item.put", "{}"), ERR_DENIED);
	CHECK_INT(kernel_do(&k, -1, "", "case.submit", "{}"), ERR_DENIED);
	CHECK_INT(kernel_do(&k, me, "", "timer.fire", "{}"), ERR_DENIED);
	CHECK_INT(kernel_do(&k, me, "", "no.such", "{}"), ERR_NOT_FOUND);
	kernel_end(&k);
}

static int64_t open_step(struct kernel *k, struct str no)
{
	char q[200];
	snprintf(q, sizeof q, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
	const struct json *steps = json_get(kernel_view(k, 0, "case", q), "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eqz(json_text(json_get(&steps->items[i], "state")), "open"))
			return json_i64(json_get(&steps->items[i], "step"), 0);
	return 0;
}

/* Where each question is a way to a server and back. What runs beside may ask now and then. */
TEST(who_can_never_hold_the_role_is_refused_without_a_question)
{
	static const struct { const char *name, *view; bool person, asks; } rows[] = {
		{ "a visitor, what is somebody's own", "my.cases", false, false }, { "a visitor, what is the staff's", "worklist", false, false },
		{ "a person, what is the system's", "sessions", true, false }, { "a person without a post, what needs one", "worklist", true, true },
	};
	enum { TIMES = 20 };
	struct kernel k;
	struct casework_health h;
	if (!test_on_postgresql())
		SKIP("within a process nothing travels");
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = kernel_citizen(&k, "zhang");
	casework_close(k.cw);
	struct casework_options readers = { .clock = &k.clock, .entropy = &k.entropy, .data_dir = PROJECT_ROOT, .fast = true }; /* on connections of their own */
	REQUIRE(casework_open(k.path, &readers, &k.cw, NULL) == OK && casework_health(k.cw, &h) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		uint64_t before = atomic_load(&h.store->reading_ways);
		for (int n = 0; n < TIMES; n++) {
			CHECK(kernel_view(&k, rows[i].person ? citizen : -1, rows[i].view, "{}") == NULL);
			CHECK_INT(k.r.diag.err, ERR_DENIED);
		}
		CHECK((atomic_load(&h.store->reading_ways) - before >= TIMES) == rows[i].asks);
	}
	ROW(NULL);
	kernel_end(&k);
}

TEST(a_step_is_done_once_by_its_holder_with_what_it_requires)
{
	struct kernel k = { .cw = NULL };
	char json[300];
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t me = kernel_citizen(&k, "zhang"), wang = kernel_person(&k, "wang");
	struct str no = kernel_submit(&k, me, "");
	int64_t step = open_step(&k, no);
	REQUIRE(step);
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"refuse\",\"form\":{\"reasons\":\"  \"}}", (long long)step);
	CHECK_INT(kernel_do(&k, me, "", "step.complete", json), ERR_DENIED);
	CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "form.required");
	CHECK_STR(str_of(k.r.diag.place), "reasons");
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"burn\"}", (long long)step);
	CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), ERR_INVALID);
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\",\"form\":{\"note\":\"同意\"}}", (long long)step);
	CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), OK);
	CHECK_STR(kernel_text(&k, "state"), "concluded");
	CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), ERR_CONFLICT);
	CHECK_STR(str_of(k.r.diag.code), "step.not-open");
	kernel_end(&k);
}

/* Alerts of a level over all cases. */
static size_t alerts(struct kernel *k, const char *level)
{
	char q[64];
	snprintf(q, sizeof q, "{\"level\":\"%s\",\"limit\":200}", level);
	const struct json *rows = json_get(kernel_view(k, 0, "alerts", q), "rows");
	return rows ? rows->count : 999;
}

#define DAY 86400000LL

TEST(notice_yellow_and_red_come_once_each_at_their_moment_also_after_a_restart)
{
	/* received Monday 2025-03-03; promised 5 working days = Monday 2025-03-10; step 2 = Wednesday 03-05 */
	struct kernel k = { .cw = NULL };
	char path[160];
	int64_t midnight = KERNEL_START_MS - 9 * 3600000LL;
	snprintf(path, sizeof path, "%s/k.db", test_folder("kernel"));
	REQUIRE(kernel_begin(&k, path));
	REQUIRE(kernel_submit(&k, kernel_citizen(&k, "zhang"), "").len);
	CHECK_INT(casework_advance(k.cw, &k.clock, midnight + 7 * DAY - 1, NULL), OK);
	CHECK_INT(alerts(&k, "yellow"), 1); /* the step's */
	CHECK_INT(alerts(&k, "red"), 0);
	CHECK_INT(alerts(&k, "notice"), 2); /* the step's, the promise's one working day before */
	/* restart in between, then on */
	casework_close(k.cw);
	REQUIRE(kernel_open(&k, path));
	CHECK_INT(casework_advance(k.cw, &k.clock, midnight + 7 * DAY, NULL), OK);
	CHECK_INT(alerts(&k, "yellow"), 2); /* the promise's last day has begun */
	CHECK_INT(casework_advance(k.cw, &k.clock, midnight + 8 * DAY - 1, NULL), OK);
	CHECK_INT(alerts(&k, "red"), 0);
	CHECK_INT(casework_advance(k.cw, &k.clock, midnight + 8 * DAY, NULL), OK);
	CHECK_INT(alerts(&k, "red"), 1);
	casework_close(k.cw);
	REQUIRE(kernel_open(&k, path));
	CHECK_INT(casework_advance(k.cw, &k.clock, midnight + 9 * DAY, NULL), OK);
	CHECK_INT(alerts(&k, "red"), 1);
	CHECK_INT(alerts(&k, "yellow"), 2);
	CHECK_INT(alerts(&k, "notice"), 2);
	const struct json *board = kernel_view(&k, 0, "board", "{}");
	CHECK_INT(json_i64(json_path(board, "totals.red"), -1), 1);
	kernel_end(&k);
}

TEST(a_clock_has_one_moment_armed_at_a_time_and_what_follows_waits_for_no_refused_one)
{
	static const char armed[] = "SELECT count(*) FROM timer t JOIN clock c ON c.id=t.ref WHERE c.kind='promised'";
	struct kernel k = { .cw = NULL };
	char path[160], json[160];
	int64_t midnight = KERNEL_START_MS - 9 * 3600000LL;
	uint64_t n;
	snprintf(path, sizeof path, "%s/k.db", test_folder("kernel"));
	REQUIRE(kernel_begin(&k, path));
	REQUIRE(kernel_submit(&k, kernel_citizen(&k, "zhang"), "").len);
	/* promised until Monday the 10th: notice on Friday, yellow on Monday, red on Tuesday */
	for (int day = 0; day < 9; day++) {
		static const struct { int64_t due; const char *kind; } want[] = { [0] = { 4, "notice" }, { 4, "notice" }, { 4, "notice" }, { 4, "notice" },
		                                                                  { 7, "yellow" }, { 7, "yellow" }, { 7, "yellow" }, { 8, "red" }, { 0, "" } };
		char sql[200];
		CHECK_INT(casework_advance(k.cw, &k.clock, midnight + day * DAY + 10 * 3600000LL, NULL), OK);
		CHECK_INT(test_sql(path, armed), want[day].due > 0);
		snprintf(sql, sizeof sql, "SELECT t.due_ms FROM timer t JOIN clock c ON c.id=t.ref WHERE c.kind='promised' AND t.kind='%s'", want[day].kind);
		if (want[day].due)
			CHECK_INT(test_sql(path, sql), midnight + want[day].due * DAY);
	}
	/* a second case, whose notice is refused and put off: its yellow is armed all the same, and the notice is tried again an hour later */
	REQUIRE(kernel_submit(&k, kernel_person(&k, "zhang"), "").len);
	int64_t due = test_sql(path, "SELECT min(t.due_ms) FROM timer t JOIN clock c ON c.id=t.ref WHERE c.kind='promised'");
	int64_t clock = test_sql(path, "SELECT max(t.ref) FROM timer t JOIN clock c ON c.id=t.ref WHERE c.kind='promised'");
	snprintf(json, sizeof json, "{\"due_ms\":%lld,\"case\":%lld,\"kind\":\"notice\",\"ref\":%lld,\"reason\":\"x\"}", (long long)due,
	         (long long)test_sql(path, "SELECT max(t.case_id) FROM timer t JOIN clock c ON c.id=t.ref WHERE c.kind='promised'"), (long long)clock);
	CHECK_INT(kernel_do(&k, 0, "", "timer.postpone", json), OK);
	CHECK_INT(test_sql(path, armed), 2);
	CHECK_INT(test_sql(path, "SELECT count(*) FROM timer t JOIN clock c ON c.id=t.ref WHERE c.kind='promised' AND t.kind='notice'"), 1);
	CHECK_INT(test_sql(path, "SELECT min(t.due_ms) FROM timer t JOIN clock c ON c.id=t.ref WHERE c.kind='promised'"), due + 3600000);
	CHECK_INT(casework_advance(k.cw, &k.clock, midnight + 40 * DAY, NULL), OK);
	CHECK_INT(alerts(&k, "red"), 4); /* promised and statutory of both, each once */
	CHECK_INT(test_sql(path, "SELECT count(*) FROM timer"), 0);
	/* between its firing and its being put off somebody may have ended it: then it is not armed again */
	CHECK_INT(kernel_do(&k, 0, "", "timer.postpone", json), OK);
	CHECK_INT(test_sql(path, "SELECT count(*) FROM timer"), 0);
	CHECK_INT(test_sql(path, "SELECT count(*) FROM (SELECT 1 FROM alert GROUP BY clock, level HAVING count(*)>1) t"), 0);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
	kernel_end(&k);
}

TEST(rows_rebuilt_from_the_record_are_identical)
{
	struct kernel k = { .cw = NULL };
	struct diag d;
	uint64_t rows = 0, entries = 0;
	char json[200];
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t me = kernel_citizen(&k, "zhang"), wang = kernel_person(&k, "wang");
	for (int i = 0; i < 5; i++) {
		struct str no = kernel_submit(&k, me, "");
		CHECK_INT(casework_advance(k.cw, &k.clock, KERNEL_START_MS + i * DAY, NULL), OK);
		if (i % 2)
			continue;
		snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\"}", (long long)open_step(&k, no));
		CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), OK);
	}
	CHECK_INT(casework_advance(k.cw, &k.clock, KERNEL_START_MS + 40 * DAY, NULL), OK);
	diag_init(&d);
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &entries, &d), OK);
	CHECK(entries > 50);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d), OK);
	CHECK(rows > 40);
	if (d.err != OK)
		printf("  %s\n", d.text);
	kernel_end(&k);
}

/* ---- tampering: by hand, as someone with the file would ---- */

struct tamper { const char *name, *sql; bool chain; /* found by verify, else by rebuild --check */ };

TEST(tampering_is_found_wherever_it_happens)
{
	static const struct tamper rows[] = {
		{ "a payload", "UPDATE ledger SET payload=replace(payload, '老张', '老王') WHERE kind='case.received'", true },
		{ "a time", "UPDATE ledger SET at_ms=at_ms-86400000 WHERE kind='case.received'", true },
		{ "an actor", "UPDATE ledger SET actor=1 WHERE kind='case.received'", true },
		{ "an entry taken out", "DELETE FROM ledger WHERE seq=5", true },
		{ "a pack's bytes", "UPDATE content SET bytes=bytes||' ' WHERE digest=(SELECT min(digest) FROM pack_file)", true },
		{ "a due date", "UPDATE clock SET due_ms=due_ms+86400000", false },
		{ "an alert removed", "DELETE FROM alert", false },
		{ "a case's state", "UPDATE case_open SET state='accepted', level=0", false },
		{ "a power given", "UPDATE post SET role='admin' WHERE code='P1'", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k = { .cw = NULL };
		struct diag d;
		uint64_t n;
		char path[160];
		ROW(rows[i].name);
		snprintf(path, sizeof path, "%s/t.db", test_folder("tamper"));
		REQUIRE(kernel_begin(&k, path));
		REQUIRE(kernel_submit(&k, kernel_citizen(&k, "zhang"), "").len);
		REQUIRE(casework_advance(k.cw, &k.clock, KERNEL_START_MS + 30 * DAY, NULL) == OK);
		casework_close(k.cw);
		CHECK(test_sql(path, rows[i].sql) > 0);
		REQUIRE(kernel_open(&k, path));
		diag_init(&d);
		CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, &d), rows[i].chain ? ERR_CORRUPT : OK);
		diag_init(&d);
		if (!rows[i].chain)
			CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, &d), ERR_CORRUPT);
		kernel_end(&k);
	}
}

/* The disk changes one byte of a name, wherever the name stands: in the record, in rows made from it. */
TEST(a_single_byte_changed_in_the_file_is_named_wherever_it_stands)
{
	struct kernel k = { .cw = NULL };
	struct str file;
	char path[160];
	const struct str name = S("老张面馆");
	int in_record = 0, in_rows = 0;
	if (test_on_postgresql())
		SKIP("a server's files are its own");
	snprintf(path, sizeof path, "%s/t.db", test_folder("byte"));
	REQUIRE(kernel_begin(&k, path));
	REQUIRE(kernel_submit(&k, kernel_citizen(&k, "zhang"), "").len);
	casework_close(k.cw);
	REQUIRE(os_file_read(&k.a, path, 64 << 20, &file, NULL) == OK);
	char *bytes = arena_alloc(&k.a, file.len);
	REQUIRE(bytes);
	memcpy(bytes, file.ptr, file.len);
	for (size_t at = 0; at + name.len <= file.len; at++) {
		struct diag d;
		uint64_t n;
		if (memcmp(file.ptr + at, name.ptr, name.len) != 0)
			continue;
		bytes[at + 2] ^= 1; /* the last byte of the first character: another character */
		REQUIRE(os_file_write(path, str_span(bytes, file.len), NULL) == OK);
		REQUIRE(kernel_open(&k, path));
		diag_init(&d);
		enum err record = casework_verify(k.cw, NULL, NULL, &n, &d), rows = OK;
		if (record == OK)
			rows = casework_rebuild_check(k.cw, NULL, NULL, &n, &d);
		CHECK(record == ERR_CORRUPT || rows == ERR_CORRUPT);
		in_record += record != OK;
		in_rows += rows != OK;
		if (rows != OK)
			CHECK(str_find(str_of(d.text), S("Table ")) >= 0);
		casework_close(k.cw);
		bytes[at + 2] ^= 1;
	}
	k.cw = NULL;
	CHECK(in_record > 0);
	CHECK(in_rows > 0);
	kernel_end(&k);
}

/* ---- a head that is not what it was ---- */

#define LAST "(SELECT max(seq) FROM ledger)"

TEST(nothing_is_written_after_a_damaged_entry)
{
	static const struct { const char *name, *sql; bool refused; } rows[] = {
		{ "nothing touched", "UPDATE ledger SET seq=seq WHERE seq=" LAST, false },
		{ "its payload", "UPDATE ledger SET payload='{}' WHERE seq=" LAST, true },
		{ "its time", "UPDATE ledger SET at_ms=at_ms+1 WHERE seq=" LAST, true },
		{ "its kind", "UPDATE ledger SET kind='x' WHERE seq=" LAST, true },
		{ "its salt", "UPDATE ledger SET salt=digest WHERE seq=" LAST, true },
		{ "its hash", "UPDATE ledger SET hash=digest WHERE seq=" LAST, true },
		{ "a hash cut short", "UPDATE ledger SET hash=salt WHERE seq=" LAST, true },
		{ "the hash that it follows", "UPDATE ledger SET hash=digest WHERE seq=" LAST "-1", true },
		{ "the entry before gone", "DELETE FROM ledger WHERE seq=" LAST "-1", true },
		{ "its payload gone, from which its digest follows", "UPDATE ledger SET payload=NULL WHERE seq=" LAST, true },
		{ "an entry long before: verify's to find", "UPDATE ledger SET payload='{}' WHERE seq=2", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k = { .cw = NULL };
		char path[160], last[24];
		ROW(rows[i].name);
		snprintf(path, sizeof path, "%s/t.db", test_folder("head"));
		REQUIRE(kernel_begin(&k, path));
		casework_close(k.cw);
		REQUIRE(test_sql(path, rows[i].sql) > 0);
		int64_t n = test_sql(path, "SELECT max(seq) FROM ledger");
		REQUIRE(kernel_open(&k, path));
		for (int again = 0; again < 2; again++)
			CHECK_INT(kernel_do(&k, 0, "", "setting.put", again ? "{\"name\":\"a\",\"value\":1}" : "{\"name\":\"a\",\"value\":0}"),
			          rows[i].refused ? ERR_CORRUPT : OK);
		if (rows[i].refused) {
			snprintf(last, sizeof last, "%lld", (long long)n);
			CHECK_STR(str_of(k.r.diag.code), "record.damaged");
			CHECK_STR(str_of(k.r.diag.arg[0]), last);
		}
		kernel_end(&k);
		CHECK_INT(test_sql(path, "SELECT max(seq) FROM ledger"), n + (rows[i].refused ? 0 : 2));
	}
	ROW(NULL);
}

/* Of an entry nothing is kept twice: the digest only when what it is of is erased. */
TEST(a_digest_is_kept_once_its_payload_is_erased)
{
	struct kernel k = { .cw = NULL };
	struct diag d;
	uint64_t n;
	char path[160], sql[256];
	snprintf(path, sizeof path, "%s/t.db", test_folder("erased"));
	REQUIRE(kernel_begin(&k, path));
	const struct json *rows = json_get(kernel_view(&k, 0, "ledger", "{}"), "rows");
	REQUIRE(rows && rows->count > 1);
	struct str shown = json_text(json_get(&rows->items[0], "digest"));
	CHECK_INT(shown.len, 2 * LEDGER_HASH);
	CHECK(!str_eq(shown, json_text(json_get(&rows->items[1], "digest"))));
	if (!test_on_postgresql()) {
		snprintf(sql, sizeof sql, "UPDATE ledger SET payload=NULL, salt=zeroblob(16), digest=x'%.*s' WHERE seq=" LAST, STR_ARG(shown));
		casework_close(k.cw);
		CHECK_INT(test_sql(path, "SELECT count(*) FROM ledger WHERE length(digest)>0"), 0);
		REQUIRE(test_sql(path, sql) > 0);
		REQUIRE(kernel_open(&k, path));
		diag_init(&d);
		CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, &d), OK);
		rows = json_get(kernel_view(&k, 0, "ledger", "{}"), "rows");
		REQUIRE(rows && rows->count > 1);
		CHECK_STR(json_text(json_get(&rows->items[0], "digest")), shown.ptr);
		CHECK(json_get(&rows->items[0], "payload")->kind == JSON_NULL);
		CHECK_INT(kernel_do(&k, 0, "", "setting.put", "{\"name\":\"a\",\"value\":1}"), OK);
	}
	kernel_end(&k);
}

/* ---- the tree over the record ---- */

static int64_t nodes_kept(const char *path)
{
	return test_sql(path, "SELECT count(*) FROM ledger_tree WHERE level=1");
}

TEST(the_records_tree_grows_with_it_is_checked_and_completed)
{
	struct kernel k = { .cw = NULL };
	struct diag d;
	uint64_t n;
	char path[160], json[64];
	snprintf(path, sizeof path, "%s/t.db", test_folder("tree"));
	REQUIRE(kernel_begin(&k, path));
	for (int i = 0; i < 600; i++) {
		snprintf(json, sizeof json, "{\"name\":\"public.city\",\"value\":\"%d\"}", i);
		REQUIRE(kernel_do(&k, 0, "", "setting.put", json) == OK);
	}
	diag_init(&d);
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, &d), OK);
	REQUIRE(n >= 600);
	casework_close(k.cw);
	CHECK_INT(nodes_kept(path), (int64_t)n / 256);
	/* of before the tree was kept: completed when it is opened */
	REQUIRE(test_sql(path, "DELETE FROM ledger_tree") > 0);
	REQUIRE(kernel_open(&k, path));
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, &d), OK);
	casework_close(k.cw);
	CHECK_INT(nodes_kept(path), (int64_t)n / 256);
	REQUIRE(test_sql(path, "UPDATE ledger_tree SET hash=(SELECT t.hash FROM ledger_tree t WHERE t.level=1 AND t.n=0) WHERE level=1 AND n=1") == 1);
	REQUIRE(kernel_open(&k, path));
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, &d), ERR_CORRUPT);
	CHECK_STR(str_of(d.code), "verify.tree");
	kernel_end(&k);
}

TEST(two_characters_find_an_item_and_one_does_too)
{
	struct kernel k = { .cw = NULL };
	static const struct { const char *q; size_t found; } rows[] = {
		{ "许可", 1 }, { "经营许可", 1 }, { "证", 1 }, { "I1", 1 }, { "市场监管", 1 }, { "渔船", 0 }, { "许可 食品", 1 }, { "\\\"' OR 1=1 *", 0 },
	};
	REQUIRE(kernel_begin(&k, ":memory:"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char q[100];
		ROW(rows[i].q);
		snprintf(q, sizeof q, "{\"q\":\"%s\"}", rows[i].q);
		const struct json *v = kernel_view(&k, -1, "items.search", q);
		REQUIRE(v);
		CHECK_INT(json_get(v, "rows")->count, rows[i].found);
	}
	kernel_end(&k);
}

/* 2,046 bytes are the longest that a server takes for a word: what is longer finds what there is, which is nothing. */
TEST(words_of_any_length_may_be_searched_for)
{
	struct kernel k = { .cw = NULL };
	static const size_t lengths[] = { 2046, 2047, 3000, 20000 };
	char text[20100], word[20001];
	REQUIRE(kernel_begin(&k, ":memory:"));
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		memset(word, 'a', lengths[i]);
		word[lengths[i]] = 0;
		snprintf(text, sizeof text, "{\"q\":\"%s\"}", word);
		const struct json *v = kernel_view(&k, -1, "items.search", text);
		REQUIRE(v);
		CHECK_INT(json_get(v, "rows")->count, 0);
	}
	kernel_end(&k);
}

static void check_codes(struct kernel *k, const struct json *rows, const char *codes)
{
	struct buf b;
	buf_init_in(&b, &k->a, 200);
	for (size_t i = 0; rows && i < rows->count; i++)
		buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(json_text(json_get(&rows->items[i], "code"))));
	CHECK_STR(buf_str(&b), codes);
}

/* Of as many each: whoever asks twice, and at whichever store, reads the same. */
TEST(what_there_is_as_much_of_stands_in_the_order_of_its_code)
{
	static const char *const kinds[] = { "20", "05", "10", "03", "08", "02", "07", "04", "09" };
	struct kernel k;
	REQUIRE(kernel_begin(&k, ":memory:"));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		REQUIRE(kernel_do(&k, 0, "", "item.put", arena_printf(&k.a, "{\"impl_code\":\"K%zu\",\"name\":\"食品事项\",\"organ\":\"O1\",\"kind\":\"%s\",\"pack\":\"test\"}", i, kinds[i]).ptr) == OK);
	check_codes(&k, json_path(kernel_view(&k, -1, "items.search", "{}"), "facets.kinds"), "01 02 03 04 05 07 08 09 10 20");
	check_codes(&k, json_path(kernel_view(&k, -1, "items.search", "{\"q\":\"食品\"}"), "facets.kinds"), "01 02 03 04 05 07 08 09 10 20");
	check_codes(&k, json_get(kernel_view(&k, -1, "home", "{}"), "kinds"), "01 02 03 04 05 07 08 09 10 20");
	kernel_end(&k);
}

TEST(suspending_moves_the_date_and_says_so)
{
	struct kernel k = { .cw = NULL };
	char json[300];
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t me = kernel_citizen(&k, "zhang"), wang = kernel_person(&k, "wang");
	struct str no = kernel_submit(&k, me, "");
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"kind\":\"expert-review\",\"ground\":\"ALL/45\",\"reason\":\"专家评审\",\"expected_days\":3}", STR_ARG(no));
	CHECK_INT(kernel_do(&k, me, "", "case.suspend", json), ERR_DENIED);
	CHECK_INT(kernel_do(&k, wang, "", "case.suspend", json), OK);
	CHECK_INT(kernel_do(&k, wang, "", "case.suspend", json), ERR_CONFLICT);
	/* begun Monday 3rd, ended Wednesday 5th: takes away Tuesday and Wednesday */
	CHECK_INT(casework_advance(k.cw, &k.clock, KERNEL_START_MS + 2 * DAY, NULL), OK);
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"result\":\"完成\"}", STR_ARG(no));
	CHECK_INT(kernel_do(&k, wang, "", "case.resume", json), OK);
	CHECK_STR(kernel_text(&k, "due_on"), "2025-03-12");
	CHECK_INT(kernel_do(&k, wang, "", "case.resume", json), ERR_CONFLICT);
	kernel_end(&k);
}

TEST(a_new_notice_moves_open_cases_after_a_preview_that_tells_which)
{
	/* 2026 is the last published year: a case of December 2026 reaches into 2027 */
	struct kernel k = { .cw = NULL };
	struct json_build o;
	REQUIRE(kernel_begin(&k, ":memory:"));
	os_clock_set(&k.clock, 1798506000000LL); /* 2026-12-29 09:00 +08:00, a Tuesday */
	struct str no = kernel_submit(&k, kernel_citizen(&k, "zhang"), "");
	char q[100];
	snprintf(q, sizeof q, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
	CHECK(json_bool(json_get(kernel_view(&k, 0, "case", q), "provisional"), false));
	json_build_object(&o, &k.a);
	json_set_str(&o, "name", S("2027"));
	json_set_str(&o, "text", S("kind,year,from,to,zh,en,source\nnotice,2027,2026-11-20,,测试通知,Test notice,测试〔2026〕1号\noff,2027,2027-01-01,2027-01-05,元旦,New Year,\n"));
	const struct casework_actor system = { .system = true };
	const struct json *v;
	struct diag d;
	diag_init(&d);
	enum err e = casework_view(k.cw, "calendar.preview", &system, json_built(&o), &k.a, &v, &d);
	if (e != OK)
		printf("  %s\n", d.text);
	REQUIRE(e == OK);
	CHECK(json_i64(json_get(v, "moved"), 0) > 0);
	struct casework_command c = { .name = S("calendar.add"), .actor = system, .data = json_built(&o) };
	CHECK_INT(casework_do(k.cw, &c, &k.a, &k.r), OK);
	CHECK_INT(json_i64(json_get(k.r.data, "moved"), -1), json_i64(json_get(v, "moved"), 0));
	CHECK(!json_bool(json_get(kernel_view(&k, 0, "case", q), "provisional"), true));
	CHECK_INT(casework_do(k.cw, &c, &k.a, &k.r), OK);
	CHECK(!json_bool(json_get(k.r.data, "changed"), true));
	kernel_end(&k);
}

/* ---- rooms that cannot go on ---- */

static enum err first_says;
static int second_ticked;

static enum err first_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	(void)cw;
	(void)next_ms;
	(void)d;
	return first_says;
}

static enum err second_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	(void)cw;
	(void)next_ms;
	(void)d;
	second_ticked++;
	return OK;
}

TEST(what_one_room_cannot_read_holds_up_no_other)
{
	static const struct casework_room one = { .name = "one", .tick = first_tick }, two = { .name = "two", .tick = second_tick };
	static const struct casework_room *const rooms[] = { &one, &two };
	static const struct { const char *name; enum err says; int others; const char *code; } rows[] = {
		{ "nothing amiss", OK, 1, "" },
		{ "a damaged entry", ERR_CORRUPT, 1, "record.unreadable" },
		{ "the server is away, for all of them", ERR_IO, 0, "" },
	};
	struct kernel k = { .rooms = rooms, .rooms_count = 2 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diag d;
		int64_t next;
		ROW(rows[i].name);
		diag_init(&d);
		second_ticked = 0;
		first_says = rows[i].says;
		CHECK_INT(casework_tick(k.cw, &next, &d), rows[i].says);
		CHECK_INT(second_ticked, rows[i].others);
		CHECK_STR(str_of(d.code), rows[i].code);
	}
	ROW(NULL);
	first_says = OK;
	kernel_end(&k);
}

struct ears { int heard, with_data; int64_t opened; uint64_t last; bool in_order; };

static void hear(void *arg, const struct casework_event *e)
{
	struct ears *x = arg;
	x->heard++;
	x->with_data += e->data != NULL;
	x->in_order = x->in_order && (!x->last || e->seq == x->last + 1) && e->case_id > 0;
	x->last = e->seq;
	if (str_eqz(e->kind, "step.opened"))
		x->opened = json_i64(json_get(e->data, "step"), 0);
}

/* Every event once and in order; the data of those kinds that somebody asked for, and of no other. */
TEST(who_listens_hears_the_data_that_was_asked_for)
{
	static const struct { const char *with_data; int data; } rows[] = { { "", 0 }, { "step.opened", 1 }, { "step.opene opened", 0 }, { "case.received step.opened", 2 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k = { .cw = NULL };
		REQUIRE(kernel_begin(&k, ":memory:"));
		int64_t me = kernel_citizen(&k, "zhang");
		struct ears x = { .in_order = true };
		struct str none = kernel_submit(&k, me, "");
		REQUIRE(none.len && casework_listen(k.cw, rows[i].with_data, hear, &x) == OK);
		struct str no = kernel_submit(&k, me, "");
		CHECK(x.heard >= 5);
		CHECK(x.in_order);
		CHECK_INT(x.with_data, rows[i].data);
		CHECK_INT(x.opened, rows[i].data ? open_step(&k, no) : 0);
		int before = x.heard;
		CHECK_INT(kernel_do(&k, me, "", "case.submit", "{\"item\":\"none such\"}"), ERR_NOT_FOUND);
		CHECK_INT(x.heard, before);
		casework_unlisten(k.cw, hear, &x);
		kernel_end(&k);
	}
}

TEST(putting_the_same_thing_twice_leaves_the_record_alone)
{
	struct kernel k = { .cw = NULL };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t before = json_i64(json_get(kernel_view(&k, 0, "ledger.head", "{}"), "seq"), 0);
	CHECK_INT(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"食品经营许可证核发\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\"}"), OK);
	CHECK(!json_bool(json_get(k.r.data, "changed"), true));
	CHECK_INT(kernel_do(&k, 0, "", "region.put", "{\"code\":\"990100\",\"name\":\"云溪市\",\"level\":3}"), OK);
	CHECK_INT(kernel_put_pack(&k), OK);
	CHECK_INT(json_i64(json_get(kernel_view(&k, 0, "ledger.head", "{}"), "seq"), 0), before);
	CHECK_INT(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"食品经营许可\",\"organ\":\"O1\",\"promised_limit\":30,\"statutory_limit\":20}"), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "limit.promise-too-long");
	kernel_end(&k);
}

static void count_kept(void *of, enum err e)
{
	*(_Atomic int *)of += e == OK;
}

/* Nobody waits for them, so while nothing can be written each page of somebody who is logged in would leave one more. */
TEST(sessions_used_again_leave_the_queue_to_what_people_wait_for)
{
	enum { QUEUE = 200 };
	struct kernel k = { .cw = NULL };
	struct casework_options o = { .data_dir = PROJECT_ROOT, .queue_max = QUEUE };
	const char *folder = test_folder("touch");
	char path[200];
	sqlite3 *other;
	_Atomic int kept = 0;
	int taken = 0;
	arena_init(&k.a, 1 << 20);
	snprintf(path, sizeof path, "%s/k.db", folder);
	REQUIRE(casework_open(path, &o, &k.cw, NULL) == OK);
	REQUIRE(sqlite3_open(path, &other) == SQLITE_OK && sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
	for (int i = 0; i < 5 * QUEUE; i++)
		taken += casework_session_put(k.cw, S("old"), S("text"), INT64_MAX / 2, true, NULL, NULL) == OK;
	CHECK(taken > 0 && taken < QUEUE / 2);
	CHECK_INT(casework_session_put(k.cw, S("new"), S("text"), INT64_MAX / 2, false, count_kept, &kept), OK);
	REQUIRE(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL) == SQLITE_OK && sqlite3_close(other) == SQLITE_OK);
	casework_close(k.cw); /* after what was taken */
	CHECK_INT(kept, 1);
	arena_release(&k.a);
	test_folder_remove(folder);
}

TEST(a_list_behind_the_very_first_is_empty)
{
	static const char *const lists[] = { "alerts", "ledger", "personal.looks", "contacts" };
	static const char *const cursors[] = { "0", "1", "-1", "-9223372036854775808" };
	struct kernel k = { .cw = NULL };
	REQUIRE(kernel_begin(&k, ":memory:"));
	for (size_t i = 0; i < 16; i++) {
		const struct json *view = kernel_view(&k, 0, lists[i / 4], arena_printf(&k.a, "{\"cursor\":\"%s\"}", cursors[i % 4]).ptr);
		ROW(lists[i / 4]);
		REQUIRE(view && json_get(view, "rows"));
		CHECK_INT(json_get(view, "rows")->count, 0);
	}
	kernel_end(&k);
}

TEST_MAIN
