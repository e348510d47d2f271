/* people.c - a simulated year of an office: people fall ill, travel, come back early, stay longer, leave and return; posts
 * change hands, merge and move; heads lend what they decide, report, coordinate and seal for a time and take it back; work comes in and is
 * done; the system is restarted. Afterwards a recount from the record (people_model.c) asks for every hour of every open step: who answers for
 * it, is it one person, is it the right one? And of everything that anybody tried: was it allowed exactly to whom the record allows it?
 */
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "casework/casework_int.h"
#include "tests/folder.h"
#include "tests/sim/people_model.h"
#include "tests/unit/casework/kernel.h"

enum { HOUR_MS = 3600000, POSTS_MAX = 400, PEOPLE_MAX = 600, ORGANS_MAX = 40 };

struct scale { int organs, reviewers, days, cases_a_day, absences_a_day; };
enum { ATTEMPTS_MAX = 60000 };

struct sim {
	struct kernel k;
	struct scale s;
	uint64_t seed;
	int people, posts;
	int64_t refused, done, absences, plans, given, lent, revoked;
	struct attempt *attempts;
	int64_t attempts_count;
	struct str post_code[POSTS_MAX];
	char path[160];
};

/* xorshift64*: the same on every machine */
static uint64_t next(struct sim *x)
{
	x->seed ^= x->seed >> 12;
	x->seed ^= x->seed << 25;
	x->seed ^= x->seed >> 27;
	return x->seed * 2685821657736338717ULL;
}

static int below(struct sim *x, int n) { return (int)(next(x) >> 33) % n; }

__attribute__((format(printf, 4, 5))) static enum err run(struct sim *x, int64_t actor, const char *name, const char *format, ...)
{
	char json[1200];
	va_list ap;
	va_start(ap, format);
	vsnprintf(json, sizeof json, format, ap);
	va_end(ap);
	enum err e = kernel_do(&x->k, actor, "", name, json);
	x->refused += e != OK;
	x->done += e == OK;
	if (e != OK && !err_is_refusal(e))
		printf("  %s: %s\n", name, x->k.r.diag.text);
	return e;
}

static int64_t ask(struct sim *x, const char *sql, int64_t p)
{
	struct store_conn *c;
	if (store_reader_take(x->k.cw->store, &c) != OK)
		return -1;
	int64_t v = row_i64(c, sql, p, 0);
	store_reader_give(x->k.cw->store, c);
	return v;
}

/* ---- the procedure: a review, and the head's decision, which may be lent ---- */

static const char sim_pack[] = "{\"code\":\"sim\",\"version\":1,\"name\":\"模拟\",\"name_en\":\"Sim\",\"process\":\"process.bpmn\",\"decisions\":[],\"forms\":[],\"letters\":[]}";
static const char sim_process[] =
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'><process id='p' isExecutable='true'>"
	"<startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='review'/>"
	"<userTask id='review' name='审查'><extensionElements><banjie:assign post='reviewer' organ='lead'/><banjie:action id='grant' name='准予'/></extensionElements></userTask>"
	"<sequenceFlow id='f2' sourceRef='review' targetRef='decision'/>"
	"<userTask id='decision' name='决定'><extensionElements><banjie:assign post='head' organ='lead'/><banjie:action id='grant' name='准予'/>"
	"<banjie:milestone name='decided'/></extensionElements></userTask>"
	"<sequenceFlow id='f3' sourceRef='decision' targetRef='e'/><endEvent id='e'/></process></definitions>";

static bool put_pack(struct sim *x)
{
	const char *files[][2] = { { "pack.json", sim_pack }, { "process.bpmn", sim_process } };
	struct json_build o, list;
	json_build_object(&o, &x->k.a);
	json_build_array(&list, &x->k.a);
	for (size_t i = 0; i < 2; i++) {
		struct json_build f;
		json_build_object(&f, &x->k.a);
		json_set_str(&f, "path", str_of(files[i][0]));
		json_set_str(&f, "text", str_of(files[i][1]));
		json_add(&list, json_built(&f));
	}
	json_set(&o, "files", json_built(&list));
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = json_built(&o) };
	return casework_do(x->k.cw, &c, &x->k.a, &x->k.r) == OK;
}

/* ---- the office: a government with an administrator, offices below it, one of them two levels down ---- */

static bool put_post(struct sim *x, const char *organ, const char *role, int n)
{
	char code[40];
	int a = below(x, x->people), b = (a + 1 + below(x, x->people - 1)) % x->people;
	snprintf(code, sizeof code, "%s-%s-%d", organ, role, n);
	if (x->posts == POSTS_MAX || run(x, 0, "post.put", "{\"code\":\"%s\",\"organ\":\"%s\",\"role\":\"%s\",\"name\":\"岗\",\"a\":\"n%d\",\"b\":\"n%d\"}", code, organ, role, a, b) != OK)
		return false;
	static char codes[POSTS_MAX][40];
	snprintf(codes[x->posts], sizeof codes[0], "%s", code);
	x->post_code[x->posts] = str_of(codes[x->posts]);
	x->posts++;
	return true;
}

static bool put_organ(struct sim *x, int i)
{
	char code[20];
	snprintf(code, sizeof code, "G%d", i);
	bool good = run(x, 0, "organ.put", "{\"code\":\"%s\",\"name\":\"局%d\",\"region\":\"990100\",\"parent\":\"%s\"}", code, i, i % 5 == 4 ? "G0" : "TOP") == OK && put_post(x, code, "head", 0);
	for (int r = 0; good && r < x->s.reviewers; r++)
		good = put_post(x, code, "reviewer", r);
	return good && run(x, 0, "item.put", "{\"impl_code\":\"GI%d\",\"name\":\"事项%d\",\"organ\":\"%s\",\"kind\":\"01\",\"pack\":\"sim\"}", i, i, code) == OK;
}

static bool build(struct sim *x)
{
	snprintf(x->path, sizeof x->path, "%s/office.db", test_folder("sim"));
	if (!kernel_begin(&x->k, x->path))
		return false;
	x->people = x->s.organs * (x->s.reviewers + 1) * 6 / 5;
	x->attempts = calloc(ATTEMPTS_MAX, sizeof *x->attempts);
	bool good = x->people <= PEOPLE_MAX && x->attempts && put_pack(x);
	for (int i = 0; good && i < x->people; i++)
		good = run(x, 0, "person.put", "{\"login\":\"n%d\",\"name\":\"人%d\"}", i, i) == OK;
	good = good && run(x, 0, "organ.put", "{\"code\":\"TOP\",\"name\":\"市政府\",\"region\":\"990100\"}") == OK && put_post(x, "TOP", "head", 0) &&
	       run(x, 0, "post.put", "{\"code\":\"ADM\",\"organ\":\"TOP\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"n0\"}") == OK;
	for (int i = 0; good && i < x->s.organs; i++)
		good = put_organ(x, i);
	return good;
}

/* ---- what happens in an office ---- */

static int64_t person_id(struct sim *x, int n)
{
	char login[20];
	snprintf(login, sizeof login, "n%d", n);
	return kernel_person(&x->k, login);
}

static void somebody_is_away(struct sim *x)
{
	static const char *const kinds[] = { "leave", "sick", "trip", "meeting", "field", "training", "other" };
	char from[40] = "", until[60] = "";
	int64_t now = os_now_ms(&x->k.clock);
	struct str at;
	int n = below(x, x->people), lead = below(x, 3) ? 0 : below(x, 72), hours = 1 + below(x, below(x, 6) ? 30 : 400);
	if (lead) {
		at = instant_text(&x->k.a, calendar_now(x->k.cw), now + lead * (int64_t)HOUR_MS);
		snprintf(from, sizeof from, ",\"from\":\"%.*s\"", STR_ARG(at));
	}
	if (below(x, 12)) { /* some do not say when they return */
		at = instant_text(&x->k.a, calendar_now(x->k.cw), now + (lead + hours) * (int64_t)HOUR_MS);
		snprintf(until, sizeof until, ",\"until\":\"%.*s\"", STR_ARG(at));
	}
	x->absences += run(x, person_id(x, n), "absence.note", "{\"kind\":\"%s\",\"whereabouts\":\"外出\"%s%s}", kinds[below(x, 7)], from, until) == OK;
}

static void an_absence_changes(struct sim *x)
{
	int64_t id = ask(x, "SELECT id FROM absence WHERE state IN ('planned', 'away') ORDER BY (id * 7919) % ?1 LIMIT 1", 1 + below(x, 1000));
	if (!id)
		return;
	struct str at = instant_text(&x->k.a, calendar_now(x->k.cw), os_now_ms(&x->k.clock) + (1 + below(x, 200)) * (int64_t)HOUR_MS);
	int64_t person = ask(x, "SELECT person FROM absence WHERE id=?1", id);
	if (below(x, 3))
		(void)run(x, person, "absence.end", "{\"absence\":%lld}", (long long)id);
	else
		(void)run(x, person, "absence.change", "{\"absence\":%lld,\"whereabouts\":\"延长\",\"until\":\"%.*s\"}", (long long)id, STR_ARG(at));
}

static void a_case_comes_in(struct sim *x)
{
	(void)run(x, 0, "case.submit", "{\"item\":\"GI%d\",\"form\":{},\"applicant\":{\"name\":\"申请人\",\"id_no\":\"110101199003078515\"}}", below(x, x->s.organs));
}

static int64_t some_step(struct sim *x) { return ask(x, "SELECT id FROM step_open WHERE post IS NOT NULL ORDER BY (id * 7919) % ?1 LIMIT 1", 1 + below(x, 10000)); }

static void a_step_is_done(struct sim *x)
{
	int64_t step = some_step(x);
	if (step && ask(x, "SELECT count(*) FROM step_open WHERE ?1=1", 1) > x->posts) /* there is always something on each desk */
		(void)run(x, ask(x, "SELECT person FROM step_open WHERE id=?1", step), "step.complete", "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
}

static void a_step_is_taken_or_given(struct sim *x)
{
	int64_t step = some_step(x);
	if (!step)
		return;
	if (below(x, 2)) {
		(void)run(x, ask(x, "SELECT person FROM step_open WHERE id=?1", step), "step.claim", "{\"step\":%lld}", (long long)step);
		return;
	}
	int64_t to = ask(x, "SELECT p.a FROM post p JOIN step_open s ON s.organ=p.organ WHERE s.id=?1 AND p.a IS NOT NULL ORDER BY p.id DESC LIMIT 1", step);
	struct store_conn *c;
	struct str login = S("");
	if (store_reader_take(x->k.cw->store, &c) == OK) {
		login = row_str(c, &x->k.a, "SELECT login FROM person WHERE id=?1", to);
		store_reader_give(x->k.cw->store, c);
	}
	x->given += run(x, 0, "step.reassign", "{\"step\":%lld,\"person\":\"%.*s\",\"reason\":\"熟悉\"}", (long long)step, STR_ARG(login)) == OK;
}

static void somebody_leaves_or_returns(struct sim *x)
{
	int n = 1 + below(x, x->people - 1);
	(void)run(x, 0, "person.put", "{\"login\":\"n%d\",\"name\":\"人%d\",\"enabled\":%s}", n, n, below(x, 4) ? "true" : "false");
}

/* A post changes hands, moves, or is merged into another: today or on a day to come. */
static void the_structure_changes(struct sim *x)
{
	struct str code = x->post_code[below(x, x->posts)], into = x->post_code[below(x, x->posts)];
	int organ = below(x, x->s.organs), a = below(x, x->people), b = (a + 1 + below(x, x->people - 1)) % x->people;
	struct str at = instant_text(&x->k.a, calendar_now(x->k.cw), os_now_ms(&x->k.clock) + below(x, 100) * (int64_t)HOUR_MS);
	char line[300];
	switch (below(x, 8)) {
	case 0: snprintf(line, sizeof line, "{\"kind\":\"post.merge\",\"code\":\"%.*s\",\"into\":\"%.*s\"}", STR_ARG(code), STR_ARG(into)); break;
	case 1: snprintf(line, sizeof line, "{\"kind\":\"post.put\",\"code\":\"%.*s\",\"organ\":\"G%d\"}", STR_ARG(code), organ); break;
	case 2: snprintf(line, sizeof line, "{\"kind\":\"organ.put\",\"code\":\"G%d\",\"parent\":\"TOP\"}", organ); break;
	case 3: snprintf(line, sizeof line, "{\"kind\":\"post.put\",\"code\":\"%.*s\",\"b\":\"\"}", STR_ARG(code)); break;
	default: snprintf(line, sizeof line, "{\"kind\":\"post.put\",\"code\":\"%.*s\",\"a\":\"n%d\",\"b\":\"n%d\"}", STR_ARG(code), a, b);
	}
	if (run(x, 0, "plan.put", "{\"title\":\"调整\",\"reason\":\"机构改革\",\"at\":\"%.*s\",\"lines\":[%s]}", STR_ARG(at), line) != OK)
		return;
	struct str plan = arena_str(&x->k.a, kernel_text(&x->k, "plan"));
	if (!below(x, 3))
		(void)run(x, 0, "plan.preview", "{\"plan\":\"%.*s\"}", STR_ARG(plan));
	x->plans += run(x, 0, "plan.schedule", "{\"plan\":\"%.*s\"}", STR_ARG(plan)) == OK;
	if (!below(x, 10))
		(void)run(x, 0, "plan.cancel", "{\"plan\":\"%.*s\",\"reason\":\"暂缓\"}", STR_ARG(plan));
}

/* ---- what is lent, and who tries to use it ---- */

static struct str post_named(struct sim *x, int64_t id)
{
	struct store_conn *c;
	struct str code = S("");
	if (store_reader_take(x->k.cw->store, &c) == OK) {
		code = row_str(c, &x->k.a, "SELECT code FROM post WHERE id=?1", id);
		store_reader_give(x->k.cw->store, c);
	}
	return code;
}

/* A head lends some of the four to another post of the organ: from today or some days on, for a day or a month. */
static void a_head_lends(struct sim *x)
{
	static const char *const sets[] = { "\"decide\",\"seal\"", "\"decide\"", "\"decide\"", "\"coordinate\"", "\"report\",\"coordinate\"", "\"decide\",\"report\",\"coordinate\",\"seal\"" };
	int64_t from = ask(x, "SELECT id FROM post WHERE role='head' AND ended_ms IS NULL AND a IS NOT NULL ORDER BY (id * 7919) % ?1 LIMIT 1", 1 + below(x, 1000));
	int64_t to = ask(x, "SELECT p.id FROM post p JOIN post h ON h.organ=p.organ WHERE h.id=?1 AND p.id<>h.id AND p.ended_ms IS NULL AND p.a IS NOT NULL ORDER BY p.id DESC LIMIT 1", from);
	int first = below(x, 3) ? 0 : 1 + below(x, 4), days = 1 + below(x, below(x, 3) ? 4 : 40);
	int64_t now = os_now_ms(&x->k.clock), day = 24LL * HOUR_MS;
	int32_t offset_s = calendar_offset_s(calendar_now(x->k.cw));
	if (!to)
		return;
	struct str begins = day_text(&x->k.a, calendar_day_at(now + first * day, offset_s)), ends = day_text(&x->k.a, calendar_day_at(now + (first + days - 1) * day, offset_s));
	x->lent += run(x, ask(x, "SELECT a FROM post WHERE id=?1", from), "delegation.give", "{\"from_post\":\"%.*s\",\"to_post\":\"%.*s\",\"functions\":[%s],\"from\":\"%.*s\",\"until\":\"%.*s\","
	               "\"reason\":\"首席代表\"}", STR_ARG(post_named(x, from)), STR_ARG(post_named(x, to)), sets[below(x, 6)], STR_ARG(begins), STR_ARG(ends)) == OK;
}

static int64_t some_delegation(struct sim *x) { return ask(x, "SELECT id FROM delegation ORDER BY (id * 7919) % ?1 LIMIT 1", 1 + below(x, 1000)); }

static void a_head_takes_back(struct sim *x)
{
	int64_t id = ask(x, "SELECT id FROM delegation WHERE revoked_ms IS NULL AND until_ms>?1 ORDER BY id DESC LIMIT 1", os_now_ms(&x->k.clock));
	if (id)
		x->revoked += run(x, ask(x, "SELECT p.a FROM delegation d JOIN post p ON p.id=d.from_post WHERE d.id=?1", id), "delegation.revoke", "{\"delegation\":%lld,\"reason\":\"收回\"}", (long long)id) == OK;
}

static bool was_denied(struct sim *x, enum err e)
{
	static const char *const denials[] = { "step.not-yours", "step.claimed", "step.colleague-present", "step.head-only", "case.report-power", "access.", "power.denied" };
	struct str code = str_of(x->k.r.diag.code);
	for (size_t i = 0; e != OK && i < sizeof denials / sizeof *denials; i++)
		if (str_starts(code, str_of(denials[i])))
			return true;
	return false;
}

/* Something lent: any, one that runs, one to come, one over, one taken back, a decision without the seal; each is tried. */
static int64_t something_lent(struct sim *x)
{
	int64_t now = os_now_ms(&x->k.clock);
	switch (below(x, 8)) {
	case 0: return ask(x, "SELECT id FROM delegation WHERE from_ms>?1 AND revoked_ms IS NULL ORDER BY id DESC LIMIT 1", now);
	case 1: return ask(x, "SELECT id FROM delegation WHERE until_ms<=?1 AND revoked_ms IS NULL ORDER BY id DESC LIMIT 1", now);
	case 2: return ask(x, "SELECT id FROM delegation WHERE revoked_ms<=?1 ORDER BY id DESC LIMIT 1", now);
	case 3: case 6: return ask(x, "SELECT id FROM delegation WHERE functions='decide' AND from_ms<=?1 AND until_ms>?1 AND revoked_ms IS NULL ORDER BY id DESC LIMIT 1", now);
	case 4: case 5: return ask(x, "SELECT id FROM delegation WHERE from_ms<=?1 AND until_ms>?1 AND revoked_ms IS NULL ORDER BY id DESC LIMIT 1", now);
	default: return some_delegation(x);
	}
}

/* Who holds the post that it was lent to; now and then anybody, or whose step it is. */
static int64_t who_tries(struct sim *x, int64_t step, int64_t lent)
{
	int64_t person = 0;
	switch (below(x, 8)) {
	case 0: person = ask(x, "SELECT person FROM step_open WHERE id=?1", step); break;
	case 1: person = person_id(x, below(x, x->people)); break;
	case 2: case 3: person = ask(x, "SELECT p.b FROM delegation d JOIN post p ON p.id=d.to_post WHERE d.id=?1", lent); break;
	default: person = ask(x, "SELECT p.a FROM delegation d JOIN post p ON p.id=d.to_post WHERE d.id=?1", lent);
	}
	return person > 0 && ask(x, "SELECT enabled FROM person WHERE id=?1", person) == 1 ? person : 0;
}

static int64_t step_to_try(struct sim *x, int64_t lent)
{
	int64_t step = below(x, 6) ? ask(x, "SELECT s.id FROM step_open s JOIN delegation d ON d.from_post=s.post WHERE d.id=?1 ORDER BY s.id DESC LIMIT 1", lent) : 0;
	return step ? step : some_step(x);
}

static void somebody_tries(struct sim *x)
{
	int64_t lent = something_lent(x), step = step_to_try(x, lent), person = step ? who_tries(x, step, lent) : 0;
	if (!person || x->attempts_count == ATTEMPTS_MAX)
		return;
	struct attempt *t = &x->attempts[x->attempts_count++];
	*t = (struct attempt){ .after_seq = ask(x, "SELECT max(seq) FROM ledger WHERE ?1=1", 1), .at_ms = os_now_ms(&x->k.clock), .person = person, .step = step,
		               .of_case = ask(x, "SELECT case_id FROM step_open WHERE id=?1", step) };
	enum err e;
	struct store_conn *c;
	struct str no = S("");
	if (store_reader_take(x->k.cw->store, &c) == OK) {
		no = row_str(c, &x->k.a, "SELECT case_no FROM case_number WHERE id=?1", t->of_case);
		t->power = str_eqz(row_str(c, &x->k.a, "SELECT element FROM step_open WHERE id=?1", step), "decision") ? DECIDE : EXAMINE;
		store_reader_give(x->k.cw->store, c);
	}
	switch (below(x, 4)) {
	case 0:
		t->power = REPORT;
		e = run(x, person, "case.report", "{\"case_no\":\"%.*s\",\"text\":\"请示\"}", STR_ARG(no));
		break;
	case 1:
		t->power = COORDINATE;
		e = run(x, person, "step.reassign", "{\"step\":%lld,\"person\":\"n%d\",\"reason\":\"协调\"}", (long long)step, below(x, x->people));
		break;
	default:
		e = run(x, person, "step.complete", "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
	}
	t->allowed = !was_denied(x, e);
}

/* ---- a day, hour by hour ---- */

/* This many in a working day of eight hours, on average. */
static int this_hour(struct sim *x, int a_day) { return a_day / 8 + (below(x, 8) < a_day % 8); }

static void an_hour(struct sim *x)
{
	for (int n = this_hour(x, x->s.cases_a_day); n > 0; n--)
		a_case_comes_in(x);
	for (int n = this_hour(x, 2 * x->s.cases_a_day); n > 0; n--)
		a_step_is_done(x);
	for (int n = this_hour(x, x->s.absences_a_day); n > 0; n--)
		somebody_is_away(x);
	if (!below(x, 3))
		an_absence_changes(x);
	if (!below(x, 4))
		a_step_is_taken_or_given(x);
	if (!below(x, 6))
		a_head_lends(x);
	if (!below(x, 12))
		a_head_takes_back(x);
	for (int n = this_hour(x, 4 * x->s.cases_a_day); n > 0; n--)
		somebody_tries(x);
	if (!below(x, 24))
		somebody_leaves_or_returns(x);
	if (!below(x, 24))
		the_structure_changes(x);
}

static bool live(struct sim *x, int day)
{
	struct diag d;
	diag_init(&d);
	int64_t nine = KERNEL_START_MS + day * 24LL * HOUR_MS;
	for (int hour = 0; hour < 8; hour++) {
		/* between the full hours: nothing falls together by design */
		if (casework_advance(x->k.cw, &x->k.clock, nine + hour * (int64_t)HOUR_MS + below(x, HOUR_MS), &d) != OK) {
			printf("  %s\n", d.text);
			return false;
		}
		an_hour(x);
		arena_reset(&x->k.a);
	}
	return true;
}

static bool restart(struct sim *x)
{
	casework_close(x->k.cw);
	return kernel_open(&x->k, x->path);
}

/* ---- the recount ---- */

static void check_hour(struct model *m, int64_t at_ms)
{
	for (int64_t i = 0; i < m->open_count; i++) {
		struct thing *s = &m->things[m->open[i]];
		int64_t expected = model_expected(m, s);
		s->hours++;
		m->hours++;
		CHECK(s->holder > 0);
		if (s->holder != expected) {
			CHECK_INT(s->holder, expected);
			printf("  step %lld at %lld\n", (long long)m->open[i], (long long)at_ms);
			return;
		}
	}
}

/* What was tried when the record stood so: the same answer as the record gives. */
static void check_attempts(struct sim *x, struct model *m, int64_t *next_attempt, int64_t seq, int64_t seen[VERDICTS])
{
	for (; *next_attempt < x->attempts_count && x->attempts[*next_attempt].after_seq < seq; ++*next_attempt) {
		const struct attempt *t = &x->attempts[*next_attempt];
		enum verdict v = model_may(m, t);
		seen[v]++;
		if (t->allowed != (v == MAY_BY_POST || v == MAY_BY_LOAN)) {
			CHECK_INT(t->allowed, v == MAY_BY_POST || v == MAY_BY_LOAN);
			printf("  person %lld, step %lld, power %d after entry %lld: verdict %d\n", (long long)t->person, (long long)t->step, (int)t->power, (long long)t->after_seq, (int)v);
			return;
		}
	}
}

static bool recount(struct sim *x, struct model *m, int64_t seen[VERDICTS])
{
	int64_t next_attempt = 0;
	struct store_conn *c;
	struct store_query *q;
	int64_t hour = KERNEL_START_MS;
	bool row = true;
	if (store_reader_take(x->k.cw->store, &c) != OK)
		return false;
	bool good = store_prepare(c, "SELECT at_ms, kind, payload, seq FROM ledger ORDER BY seq", &q) == OK;
	while (good && (good = store_step(q, &row) == OK) && row && !test_bad) {
		const struct json *data;
		int64_t at_ms = store_col_i64(q, 0);
		arena_reset(&x->k.a);
		/* every full hour before this entry's moment sees what was so before it */
		for (; hour < at_ms; hour += HOUR_MS)
			check_hour(m, hour);
		check_attempts(x, m, &next_attempt, store_col_i64(q, 3), seen);
		good = json_read(&x->k.a, store_col_str(q, 2), &data, NULL) == OK;
		if (good)
			model_apply(m, store_col_str(q, 1), data);
	}
	store_reader_give(x->k.cw->store, c);
	check_attempts(x, m, &next_attempt, INT64_MAX, seen);
	CHECK_INT(next_attempt, x->attempts_count);
	return good;
}

/* The table of periods, by itself: no gap, no overlap, from the first moment of each step to its last. */
static void check_periods(struct sim *x)
{
	CHECK_INT(ask(x, "SELECT count(*) FROM step_holding a WHERE a.until_ms IS NOT NULL AND NOT EXISTS(SELECT 1 FROM step_holding b WHERE b.step=a.step AND b.from_ms=a.until_ms)"
	                 " AND NOT EXISTS(SELECT 1 FROM step_done d WHERE d.id=a.step AND d.closed_ms=a.until_ms) AND ?1=1", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_holding a JOIN step_holding b ON b.step=a.step AND b.from_ms>a.from_ms AND (a.until_ms IS NULL OR b.from_ms<a.until_ms) WHERE ?1=1", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_open s WHERE s.post IS NOT NULL AND ?1 AND 1<>(SELECT count(*) FROM step_holding h WHERE h.step=s.id AND h.until_ms IS NULL AND h.person=s.person)", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_done s WHERE s.post IS NOT NULL AND ?1 AND EXISTS(SELECT 1 FROM step_holding h WHERE h.step=s.id AND h.until_ms IS NULL)", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM step_holding WHERE coalesce(person, 0)=0 AND why<>'applicant' AND ?1=1", 1), 0);
	CHECK_INT(ask(x, "SELECT count(*) FROM (SELECT id, opened_ms FROM step_open UNION ALL SELECT id, opened_ms FROM step_done) s WHERE ?1 AND s.opened_ms<>(SELECT min(from_ms) FROM step_holding h WHERE h.step=s.id)", 1), 0);
}

static void simulate(const struct scale *s, uint64_t seed)
{
	struct sim x = { .s = *s, .seed = seed };
	struct model m = { 0 };
	int64_t seen[VERDICTS] = { 0 };
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	REQUIRE(build(&x));
	for (int day = 0; day < s->days; day++) {
		REQUIRE(live(&x, day));
		if (day == s->days / 2)
			REQUIRE(restart(&x));
	}
	REQUIRE(model_init(&m, ask(&x, "SELECT max(id) FROM step_done WHERE ?1=1", 1) + ask(&x, "SELECT max(id) FROM step_open WHERE ?1=1", 1) + 1000));
	CHECK(recount(&x, &m, seen));
	check_periods(&x);
	CHECK(m.hours > 1000 && m.changes > 20 && x.plans > 0 && x.absences > 20 && x.lent > 5 && x.revoked > 0);
	for (int v = 0; v < VERDICTS; v++) /* every way to be right and to be wrong was tried */
		CHECK(seen[v] > 0);
	enum err e = casework_rebuild_check(x.k.cw, NULL, NULL, &rows, &d);
	if (e != OK)
		printf("  %s\n", d.text);
	CHECK_INT(e, OK);
	printf("  seed %llu: %d posts, %d people, %d days: %lld absences, %lld plans, %lld steps, %lld changes of hands, %lld step hours each with one person; "
	       "%lld entries, %lld commands done, %lld refused\n", (unsigned long long)seed, x.posts, x.people, s->days, (long long)x.absences, (long long)x.plans,
	       (long long)m.steps, (long long)m.changes, (long long)m.hours, (long long)ask(&x, "SELECT max(seq) FROM ledger WHERE ?1=1", 1), (long long)x.done, (long long)x.refused);
	printf("  lent %lld, taken back %lld; %lld tries: %lld by one's post, %lld by loan; refused: %lld not lent, %lld before, %lld after its days, %lld taken back, %lld without the seal, "
	       "%lld another power, %lld a colleague's\n", (long long)x.lent, (long long)x.revoked, (long long)x.attempts_count, (long long)seen[MAY_BY_POST], (long long)seen[MAY_BY_LOAN],
	       (long long)seen[NOT_LENT], (long long)seen[NOT_BEGUN], (long long)seen[OVER], (long long)seen[REVOKED], (long long)seen[WITHOUT_SEAL], (long long)seen[OTHER_POWER], (long long)seen[TAKEN]);
	model_free(&m);
	free(x.attempts);
	kernel_end(&x.k);
}

TEST(every_hour_of_every_step_has_one_person_the_right_one)
{
	static const struct scale small = { 3, 5, 20, 8, 5 }, year = { 20, 9, 365, 30, 24 };
	bool is_long = getenv("BANJIE_TEST_LONG") != NULL;
	for (uint64_t seed = 1; seed <= (is_long ? 1 : 2); seed++)
		simulate(is_long ? &year : &small, seed * 2654435761u);
}

TEST_MAIN
