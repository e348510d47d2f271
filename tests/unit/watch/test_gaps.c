/* test_gaps.c - an entry of the record that is damaged or missing stops nothing but the case it belongs to; it is said once, and judged
 * when it can be read again. The damage is made behind the store's back: pages overwritten, rows deleted, texts spoilt. */
#include "tests/damage.h"
#include "tests/unit/casework/decider.h"
#include "tests/unit/casework/kernel.h"
#include "ledger/ledger.h"
#include "watch/watch.h"

static const struct casework_room *const rooms[] = { &watch_room, &decider };
enum { ROOMS = sizeof rooms / sizeof *rooms };

struct office { struct kernel k; char path[64], a[64], b[64]; int64_t entry; struct damage damage; };

static bool tick(struct kernel *k)
{
	int64_t next = 0;
	diag_init(&k->r.diag);
	enum err e;
	int n = 0;
	do
		e = casework_tick(k->cw, &next, &k->r.diag);
	while (e == OK && next <= os_now_ms(&k->clock) && n++ < 100);
	if (e != OK)
		printf("  %s: %s\n", k->r.diag.code, k->r.diag.text);
	return e == OK;
}

static int64_t sql(struct office *o, const char *text) { return test_sql(o->path, text); }
static int64_t sql_of(struct office *o, const char *format)
{
	char text[400];
	snprintf(text, sizeof text, format, (long long)o->entry);
	return sql(o, text);
}

static bool fee(struct office *o, const char *case_no, const char *basis)
{
	char json[300];
	snprintf(json, sizeof json, "{\"case_no\":\"%s\",\"code\":\"x\",\"amount\":\"5\",\"basis\":\"%s\"}", case_no, basis);
	return kernel_do(&o->k, kernel_person(&o->k, "wang"), "", "case.fee", json) == OK;
}

/* Entries that nobody judges, so that what is beside them is on another page. */
static bool fill(struct office *o, const char *name, int n)
{
	for (int i = 0; i < n; i++) {
		char login[64];
		snprintf(login, sizeof login, "%s%d", name, i);
		if (!kernel_put_person(&o->k, login, name))
			return false;
	}
	return true;
}

/* Red alerts of D-08: a fee that the guide does not name. */
static int64_t reds(struct office *o) { return sql(o, "SELECT count(*) FROM watch_alert WHERE rule_no='D-08'"); }
/* Entries of a kind behind the one that is spoilt and its page's others. */
static int64_t told(struct office *o, const char *kind)
{
	char text[200];
	snprintf(text, sizeof text, "SELECT count(*) FROM ledger WHERE kind='%s' AND seq>%lld+40", kind, (long long)o->entry);
	return sql(o, text);
}
static int64_t said(struct office *o) { return told(o, "record.passed"); }

/* Two cases, and a fee that is watched. Unwatched yet: two fees on the first case, of which the latter is the entry to be spoilt, then one on
 * the second, and another on the first. */
static bool begin(struct office *o, const char *name)
{
	*o = (struct office){ .k = { .rooms = rooms, .rooms_count = ROOMS } };
	snprintf(o->path, sizeof o->path, "/tmp/test-gaps-%s-%d.db", name, (int)getpid());
	if (!kernel_begin(&o->k, o->path) || !tick(&o->k))
		return false;
	int64_t zhang = kernel_citizen(&o->k, "zhang");
	snprintf(o->a, sizeof o->a, "%.*s", STR_ARG(kernel_submit(&o->k, zhang, "")));
	snprintf(o->b, sizeof o->b, "%.*s", STR_ARG(kernel_submit(&o->k, zhang, "")));
	if (!fee(o, o->b, "watched") || !tick(&o->k) || !fee(o, o->a, "known") || !fill(o, "before", 30) || !fee(o, o->a, "spoilt-entry"))
		return false;
	o->entry = sql(o, "SELECT max(seq) FROM ledger WHERE kind='case.fee'");
	return fill(o, "behind", 45) && fee(o, o->b, "beside") && fee(o, o->a, "after");
}

static bool reopen(struct office *o)
{
	return kernel_open(&o->k, o->path);
}

static void end(struct office *o)
{
	kernel_end(&o->k);
	test_file_remove(o->path);
}

/* ---- ways to spoil an entry, and to mend it ---- */

static bool overwrite(struct office *o) { return damage_pages(&o->damage, o->path, "spoilt-entry"); }
static bool put_back(struct office *o) { return damage_mend(&o->damage); }

static bool keep(struct office *o)
{
	return sql_of(o, "CREATE TABLE kept AS SELECT * FROM ledger WHERE seq=%lld") >= 0;
}
static bool take_off(struct office *o) { return keep(o) && sql_of(o, "DELETE FROM ledger WHERE seq=%lld") == 1; }
static bool attach(struct office *o) { return sql(o, "INSERT INTO ledger SELECT * FROM kept") == 1; }
static bool tear(struct office *o) { return keep(o) && sql_of(o, "UPDATE ledger SET payload='{\"torn' WHERE seq=%lld") == 1; }
/* A frame whose dictionary is nowhere. */
static bool unpress(struct office *o) { return keep(o) && sql_of(o, "UPDATE ledger SET payload=x'28b52ffd2301020304050607' WHERE seq=%lld") == 1; }
static bool rewrite(struct office *o) { return sql_of(o, "UPDATE ledger SET payload=(SELECT payload FROM kept) WHERE seq=%lld") == 1; }
static bool lose_case(struct office *o)
{
	return sql_of(o, "CREATE TABLE kept AS SELECT c.* FROM case_open c JOIN ledger l ON l.subject=c.id WHERE l.seq=%lld") >= 0 &&
	       sql(o, "DELETE FROM case_open WHERE id IN (SELECT id FROM kept)") == 1;
}
static bool find_case(struct office *o) { return sql(o, "INSERT INTO case_open SELECT * FROM kept") == 1; }

static const struct way {
	const char *name, *why;
	bool (*spoil)(struct office *o), (*mend)(struct office *o);
	bool file;      /* made in a file's pages or pressed texts */
	int64_t before; /* what can be judged of the first case: the fee before it; not where the case itself is gone */
} ways[] = {
	{ "a page is overwritten", "damaged", overwrite, put_back, true, 1 },
	{ "a row is deleted", "missing", take_off, attach, false, 1 },
	{ "a text is torn", "damaged", tear, rewrite, false, 1 },
	{ "a pressed text cannot be undone", "damaged", unpress, rewrite, true, 1 },
	{ "the case it is about is gone", "rows", lose_case, find_case, false, 0 },
};

TEST(one_entry_stops_nothing_but_its_case_and_is_judged_when_it_can_be_read)
{
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct office o;
		uint64_t rows = 0;
		if (ways[i].file && test_on_postgresql())
			continue;
		ROW(ways[i].name);
		REQUIRE(begin(&o, "ways"));
		CHECK_INT(reds(&o), 1); /* what was watched before */
		casework_close(o.k.cw);
		CHECK(ways[i].spoil(&o));
		REQUIRE(reopen(&o));
		CHECK(tick(&o.k));
		CHECK_INT(reds(&o), 2 + ways[i].before); /* and the one before and the one beside; of the first case none from there on */
		CHECK_INT(said(&o), 1);
		CHECK_INT(sql_of(&o, "SELECT count(*) FROM record_gap WHERE room='watch' AND again_ms IS NULL AND from_seq<=%lld"), 1);
		const struct json *v = kernel_view(&o.k, kernel_person(&o.k, "sun"), "watch.rules", "{}");
		const struct json *gaps = json_get(v, "gaps");
		CHECK_INT(gaps ? (int64_t)gaps->count : -1, 1);
		CHECK(gaps && str_eqz(json_text(json_get(&gaps->items[0], "why")), ways[i].why));
		CHECK(tick(&o.k));
		CHECK_INT(said(&o), 1); /* once */
		/* a start later it is known */
		casework_close(o.k.cw);
		REQUIRE(reopen(&o));
		CHECK(tick(&o.k) && fee(&o, o.b, "later") && tick(&o.k));
		CHECK_INT(reds(&o), 3 + ways[i].before);
		CHECK_INT(said(&o), 1);
		/* mended, and a start: both of the first case, nothing twice */
		casework_close(o.k.cw);
		CHECK(ways[i].mend(&o));
		REQUIRE(reopen(&o));
		CHECK(tick(&o.k));
		CHECK_INT(reds(&o), 6);
		CHECK_INT(sql(&o, "SELECT count(*) FROM record_gap WHERE again_ms IS NULL"), 0);
		CHECK_INT(told(&o, "record.readable"), 1);
		CHECK(casework_rebuild_check(o.k.cw, NULL, NULL, &rows, &o.k.r.diag) == OK);
		end(&o);
	}
	ROW(NULL);
}

TEST(what_is_attached_again_is_noticed_within_the_hour)
{
	struct office o;
	REQUIRE(begin(&o, "hour"));
	CHECK(take_off(&o) && tick(&o.k));
	CHECK_INT(reds(&o), 3);
	CHECK(attach(&o));
	CHECK(tick(&o.k));
	CHECK_INT(reds(&o), 3); /* it was looked at just now */
	CHECK(casework_advance(o.k.cw, &o.k.clock, os_now_ms(&o.k.clock) + 3600000, &o.k.r.diag) == OK);
	CHECK_INT(reds(&o), 5);
	CHECK_INT(said(&o), 1);
	end(&o);
}

/* Whole entries that nobody judges, from the number on, as if the program had written them. */
static bool write_entries(struct office *o, uint64_t seq, int n)
{
	char text[600], digest[2 * LEDGER_HASH + 1], hash[2 * LEDGER_HASH + 1];
	struct ledger_entry e = { .kind = S("watch.trial"), .payload = S("{}"), .at_ms = os_now_ms(&o->k.clock) };
	for (int i = 0; i < n; i++) {
		memcpy(e.previous, e.hash, LEDGER_HASH);
		e.seq = seq + (uint64_t)i;
		ledger_seal(&e);
		for (int b = 0; b < LEDGER_HASH; b++) {
			snprintf(digest + 2 * b, 3, "%02x", e.payload_digest[b]);
			snprintf(hash + 2 * b, 3, "%02x", e.hash[b]);
		}
		snprintf(text, sizeof text, "INSERT INTO ledger(seq, at_ms, kind, subject, actor, prev, salt, payload, digest, hash) VALUES(%lld, %lld, 'watch.trial',"
		         " 0, 0, 0, x'00000000000000000000000000000000', '{}', x'%s', x'%s')", (long long)e.seq, (long long)e.at_ms, digest, hash);
		if (sql(o, text) != 1)
			return false;
	}
	return true;
}

/* As when months are taken off: what is there again follows a million entries later. */
TEST(a_hole_of_a_million_entries_is_passed_in_one_step)
{
	struct office o;
	struct casework_health h;
	if (test_on_postgresql())
		SKIP("bytes are written otherwise there");
	REQUIRE(begin(&o, "million"));
	casework_close(o.k.cw);
	int64_t last = sql(&o, "SELECT max(seq) FROM ledger");
	REQUIRE(write_entries(&o, (uint64_t)last + 1000001, 2));
	/* the tree over them was kept while they were there */
	CHECK_INT(sql(&o, "INSERT INTO ledger_tree(level, n, hash) SELECT 1, max(seq)/256-1, x'00' FROM ledger"), 1);
	REQUIRE(reopen(&o));
	int64_t began_us = os_monotonic_us();
	CHECK(fee(&o, o.b, "behind it") && tick(&o.k));
	CHECK(os_monotonic_us() - began_us < 5000000); /* not a million questions */
	CHECK_INT(reds(&o), 6); /* all that were entered: nothing of the two cases is in the hole */
	CHECK_INT(sql(&o, "SELECT count(*) FROM record_gap"), 1);
	CHECK_INT(sql(&o, "SELECT from_seq FROM record_gap"), last + 1);
	CHECK_INT(sql(&o, "SELECT to_seq FROM record_gap"), last + 1000000);
	CHECK(casework_health(o.k.cw, &h) == OK);
	CHECK_INT(h.passed, 1000000);
	end(&o);
}

/* Some two hundred entries on a dozen pages one after the other. */
TEST(many_damaged_pages_are_few_stretches_and_what_is_behind_is_judged)
{
	struct office o;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(begin(&o, "pages"));
	REQUIRE(fill(&o, "wide", 200) && fill(&o, "tail", 30) && fee(&o, o.b, "behind them"));
	casework_close(o.k.cw);
	CHECK(damage_pages(&o.damage, o.path, "wide"));
	CHECK(o.damage.count >= 8);
	REQUIRE(reopen(&o));
	CHECK(tick(&o.k));
	CHECK(sql(&o, "SELECT count(*) FROM record_gap") >= 1 && sql(&o, "SELECT count(*) FROM record_gap") <= 3);
	CHECK(sql(&o, "SELECT sum(to_seq-from_seq+1) FROM record_gap") >= 180);
	CHECK(reds(&o) >= 3); /* two before and the one behind; those just before may share the first of these pages */
	casework_close(o.k.cw);
	CHECK(damage_mend(&o.damage));
	REQUIRE(reopen(&o));
	CHECK(tick(&o.k));
	CHECK_INT(reds(&o), 6);
	end(&o);
}

TEST(a_trial_goes_round_what_cannot_be_read)
{
	struct office o;
	REQUIRE(begin(&o, "trial"));
	CHECK(tick(&o.k) && take_off(&o));
	CHECK(kernel_do(&o.k, kernel_person(&o.k, "sun"), "", "watch.rule.try", "{\"rule_no\":\"D-08\",\"from\":\"2025-03-01\"}") == OK);
	CHECK(casework_advance(o.k.cw, &o.k.clock, os_now_ms(&o.k.clock) + 60000, &o.k.r.diag) == OK);
	const struct json *t = kernel_view(&o.k, kernel_person(&o.k, "sun"), "watch.trial", "{\"trial\":1}");
	CHECK(json_bool(json_get(t, "over"), false));
	CHECK_INT(json_i64(json_get(t, "alerts"), -1), 3); /* of five: one is missing, the other is of the same case */
	CHECK_INT(json_i64(json_get(t, "passed"), -1), 1);
	CHECK_INT(reds(&o), 5);
	end(&o);
}

/* The judge was past it when it went bad: met again through the case's own chain. */
TEST(an_entry_that_goes_bad_later_stops_its_case_from_then_on)
{
	struct office o;
	uint64_t rows = 0;
	REQUIRE(begin(&o, "later"));
	CHECK(tick(&o.k));
	CHECK_INT(reds(&o), 5); /* two on the second, three on the first */
	casework_close(o.k.cw);
	CHECK(take_off(&o));
	REQUIRE(reopen(&o));
	CHECK(fee(&o, o.a, "unjudged") && fee(&o, o.b, "judged") && tick(&o.k));
	CHECK_INT(reds(&o), 6);
	CHECK_INT(said(&o), 1);
	casework_close(o.k.cw);
	CHECK(attach(&o));
	REQUIRE(reopen(&o));
	CHECK(tick(&o.k));
	CHECK_INT(reds(&o), 7); /* and none of the others twice, though all of them were judged again */
	CHECK(casework_rebuild_check(o.k.cw, NULL, NULL, &rows, &o.k.r.diag) == OK);
	end(&o);
}

static int64_t step_of(struct office *o, struct str case_no)
{
	char json[100];
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\"}", STR_ARG(case_no));
	const struct json *steps = json_get(kernel_view(&o->k, 0, "case", json), "steps");
	return steps && steps->count ? json_i64(json_get(&steps->items[steps->count - 1], "step"), 0) : 0;
}

static bool complete(struct office *o, struct str case_no)
{
	char json[100];
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\"}", (long long)step_of(o, case_no));
	return kernel_do(&o->k, kernel_person(&o->k, "wang"), "", "step.complete", json) == OK;
}

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

/* Three cases of Monday and one of Tuesday. */
static bool four_come(struct office *o, struct str early[3], struct str *late)
{
	if (!kernel_begin(&o->k, o->path) || !tick(&o->k))
		return false;
	int64_t zhang = kernel_citizen(&o->k, "zhang");
	for (int n = 0; n < 3; n++)
		early[n] = kernel_submit(&o->k, zhang, "");
	if (casework_advance(o->k.cw, &o->k.clock, KERNEL_START_MS + DAY_MS + HOUR_MS, &o->k.r.diag) != OK)
		return false;
	*late = kernel_submit(&o->k, zhang, "");
	return late->len > 0;
}

/* The one of Tuesday is taken up on Wednesday, the limit of two working days not over. Where the three are done and the
 * entries that say so are gone, nobody passed them by. */
TEST(a_queue_that_lost_who_left_it_accuses_nobody)
{
	static const struct { const char *name; bool done, gone; int64_t alerts; } rows[] = {
		{ "the three wait", false, false, 1 },
		{ "the three are done", true, false, 0 },
		{ "the three are done, and their entries are gone", true, true, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct office o = { .k = { .rooms = rooms, .rooms_count = ROOMS } };
		struct str early[3], late;
		ROW(rows[i].name);
		snprintf(o.path, sizeof o.path, "/tmp/test-gaps-queue-%d.db", (int)getpid());
		REQUIRE(four_come(&o, early, &late));
		CHECK(casework_advance(o.k.cw, &o.k.clock, KERNEL_START_MS + 2 * DAY_MS, &o.k.r.diag) == OK);
		int64_t before = sql(&o, "SELECT max(seq) FROM ledger");
		for (int n = 0; n < 3 && rows[i].done; n++)
			CHECK(complete(&o, early[n]));
		char text[160];
		snprintf(text, sizeof text, "DELETE FROM ledger WHERE kind='step.closed' AND seq>%lld", (long long)before);
		CHECK_INT(rows[i].gone ? sql(&o, text) : 3, 3);
		os_clock_set(&o.k.clock, os_now_ms(&o.k.clock) + HOUR_MS);
		CHECK(complete(&o, late) && tick(&o.k));
		CHECK_INT(sql(&o, "SELECT count(*) FROM watch_alert WHERE rule_no='D-13'"), rows[i].alerts);
		CHECK((sql(&o, "SELECT count(*) FROM record_gap") > 0) == rows[i].gone);
		end(&o);
	}
	ROW(NULL);
}

static bool claim(struct office *o, struct str case_no)
{
	char json[100];
	snprintf(json, sizeof json, "{\"step\":%lld}", (long long)step_of(o, case_no));
	return kernel_do(&o->k, kernel_person(&o->k, "wang"), "", "step.claim", json) == OK;
}

static bool suspend(struct office *o, struct str case_no)
{
	char json[300];
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"kind\":\"鉴定\",\"ground\":\"ALL/45\",\"reason\":\"鉴定\",\"expected_days\":5}", STR_ARG(case_no));
	return kernel_do(&o->k, kernel_person(&o->k, "wang"), "", "case.suspend", json) == OK;
}

/* Before the last that was judged, and after the one is taken up, something becomes of the three; a program that
 * is begun afterwards judges by what waited then, not by what waits now. */
TEST(a_queue_is_judged_as_it_was_by_whoever_begins_later)
{
	static const struct { const char *name; bool (*before)(struct office *, struct str), (*after)(struct office *, struct str); int64_t alerts; } rows[] = {
		{ "they wait", NULL, NULL, 1 },
		{ "they are taken later", NULL, claim, 1 },
		{ "they are done later", NULL, complete, 1 },
		{ "they are suspended later", NULL, suspend, 1 },
		{ "they had been taken", claim, NULL, 0 },
		{ "they had been taken, and are done later", claim, complete, 0 },
		{ "they were suspended, and are taken later", suspend, claim, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct office o = { .k = { .rooms = rooms, .rooms_count = ROOMS } };
		struct str early[3], late;
		ROW(rows[i].name);
		snprintf(o.path, sizeof o.path, "/tmp/test-gaps-later-%d.db", (int)getpid());
		REQUIRE(four_come(&o, early, &late));
		for (int n = 0; n < 3 && rows[i].before; n++)
			CHECK(rows[i].before(&o, early[n]));
		CHECK(casework_advance(o.k.cw, &o.k.clock, KERNEL_START_MS + DAY_MS + 2 * HOUR_MS, &o.k.r.diag) == OK);
		snprintf(o.a, sizeof o.a, "%.*s", STR_ARG(late));
		CHECK(fee(&o, o.a, "judged up to here"));
		CHECK(casework_advance(o.k.cw, &o.k.clock, KERNEL_START_MS + 2 * DAY_MS, &o.k.r.diag) == OK);
		CHECK(sql(&o, "SELECT seq FROM watch_cursor") > 0);
		CHECK(complete(&o, late));
		os_clock_set(&o.k.clock, os_now_ms(&o.k.clock) + HOUR_MS);
		for (int n = 0; n < 3 && rows[i].after; n++)
			CHECK(rows[i].after(&o, early[n]));
		casework_close(o.k.cw);
		REQUIRE(reopen(&o));
		CHECK(tick(&o.k));
		CHECK_INT(sql(&o, "SELECT count(*) FROM watch_alert WHERE rule_no='D-13'"), rows[i].alerts);
		end(&o);
	}
	ROW(NULL);
}

/* Decided by the reviewer, who then hands it out; one of its limits ends where the row says. */
static const char two_steps[] =
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>"
	"<process id='p' isExecutable='true'><extensionElements>"
	"<banjie:limit kind='promised' amount='5' unit='working-days' starts='accepted' ends='decided' ground='promise'/>"
	"<banjie:limit kind='statutory' amount='20' unit='working-days' starts='accepted' ends='%s' ground='ALL/42'/></extensionElements>"
	"<startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='accept'/>"
	"<serviceTask id='accept' name='受理'><extensionElements><banjie:milestone name='accepted'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f2' sourceRef='accept' targetRef='review'/>"
	"<userTask id='review' name='审查'><extensionElements><banjie:assign post='reviewer' organ='lead'/><banjie:action id='grant' name='准予' name_en='Grant'/>"
	"<banjie:milestone name='decided'/></extensionElements></userTask><sequenceFlow id='f3' sourceRef='review' targetRef='collect'/>"
	"<userTask id='collect' name='领取'><extensionElements><banjie:assign post='reviewer' organ='lead'/><banjie:action id='grant' name='已领' name_en='Collected'/>"
	"</extensionElements></userTask><sequenceFlow id='f4' sourceRef='collect' targetRef='e'/><endEvent id='e'/></process></definitions>";

static bool put_two_steps(struct kernel *k, const char *ends)
{
	const struct kernel_file files[] = {
		{ "pack.json", "{\"code\":\"two\",\"version\":1,\"name\":\"测试\",\"name_en\":\"Test\",\"process\":\"process.bpmn\",\"decisions\":[],\"forms\":[],\"letters\":[]}" },
		{ "process.bpmn", arena_printf(&k->a, two_steps, ends).ptr },
	};
	bool ok = kernel_add_pack(k, files, 2) == OK && kernel_do(k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"领证\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"two\"}") == OK;
	if (!ok)
		printf("  %s\n", k->r.diag.text);
	return ok;
}

/* Judged up to here, and written down. */
static bool mark(struct office *o, struct str case_no)
{
	snprintf(o->a, sizeof o->a, "%.*s", STR_ARG(case_no));
	return fee(o, o->a, "judged up to here") && tick(&o->k);
}

/* Three of Monday are suspended, and decided all the same, which ends their limit: they wait to be handed out like any other. Who hands out the one of Tuesday
 * first passes them by; where another of their limits goes on standing still, nobody need have taken them up. */
TEST(one_whose_limit_ended_while_it_stood_still_waits_again)
{
	static const struct { const char *name, *ends; bool before, after, anew; int64_t alerts; } rows[] = {
		{ "whoever saw it end", "decided", false, true, false, 1 },
		{ "who begins behind its end", "decided", false, true, true, 1 },
		{ "who begins before its end", "decided", true, false, true, 1 },
		{ "whoever saw one of two end", "delivered", false, true, false, 0 },
		{ "who begins behind the end of one of two", "delivered", false, true, true, 0 },
		{ "who begins before the end of one of two", "delivered", true, false, true, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct office o = { .k = { .rooms = rooms, .rooms_count = ROOMS } };
		struct str early[3], late;
		ROW(rows[i].name);
		snprintf(o.path, sizeof o.path, "/tmp/test-gaps-ended-%d.db", (int)getpid());
		REQUIRE(kernel_begin(&o.k, o.path) && put_two_steps(&o.k, rows[i].ends) && tick(&o.k));
		int64_t zhang = kernel_citizen(&o.k, "zhang");
		for (int n = 0; n < 3; n++) {
			early[n] = kernel_submit(&o.k, zhang, "");
			CHECK(suspend(&o, early[n]));
		}
		CHECK(!rows[i].before || mark(&o, early[0]));
		for (int n = 0; n < 3; n++)
			CHECK(complete(&o, early[n]));
		os_clock_set(&o.k.clock, KERNEL_START_MS + DAY_MS + HOUR_MS);
		late = kernel_submit(&o.k, zhang, "");
		CHECK(complete(&o, late) && (!rows[i].after || mark(&o, late)));
		os_clock_set(&o.k.clock, KERNEL_START_MS + 2 * DAY_MS);
		CHECK(complete(&o, late));
		if (rows[i].anew) {
			casework_close(o.k.cw);
			REQUIRE(reopen(&o));
		}
		CHECK(tick(&o.k));
		CHECK_INT(sql(&o, "SELECT count(*) FROM watch_alert WHERE rule_no='D-13'"), rows[i].alerts);
		end(&o);
	}
	ROW(NULL);
}

TEST(a_decision_is_compared_with_once_however_often_it_is_judged)
{
	struct office o;
	char json[100];
	REQUIRE(begin(&o, "compared"));
	struct str no = kernel_submit(&o.k, kernel_person(&o.k, "zhang"), "");
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"decision\":\"fine\"}", STR_ARG(no));
	CHECK(kernel_do(&o.k, 0, "", "test.decide", json) == OK && complete(&o, no) && fee(&o, o.b, "a mark") && tick(&o.k));
	CHECK_INT(sql(&o, "SELECT sum(count) FROM watch_comparable"), 1);
	casework_close(o.k.cw); /* what is in memory needs no reading */
	CHECK(take_off(&o));
	REQUIRE(reopen(&o));
	CHECK(fee(&o, o.a, "met") && tick(&o.k));
	CHECK_INT(said(&o), 1);
	CHECK(attach(&o));
	CHECK(casework_advance(o.k.cw, &o.k.clock, os_now_ms(&o.k.clock) + 3600000, &o.k.r.diag) == OK);
	CHECK(fee(&o, o.b, "another mark") && tick(&o.k));
	CHECK_INT(sql(&o, "SELECT count(*) FROM record_gap WHERE again_ms IS NULL"), 0);
	CHECK_INT(sql(&o, "SELECT sum(count) FROM watch_comparable"), 1);
	end(&o);
}

TEST_MAIN
