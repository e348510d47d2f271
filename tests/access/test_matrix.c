/* Every action of every kind of step × every role × every relation of organ and region × every state of absence: who may act
 * equals what is declared, computed here a second time and differently. Then the same for what is lent, and for cases that a
 * person must keep away from.
 *
 * An attempt changes nothing: each action asks for a field that is left out, so that "may" shows as a missing field and
 * "may not" as a denial.
 */
#include <stdarg.h>

#include "tests/unit/casework/kernel.h"

enum { STEPS = 5, ROLES = 8, ORGANS = 5, HOLDERS = 2 };
static const char *const roles[ROLES] = { "clerk", "reviewer", "inspector", "expert", "head", "supervisor", "auditor", "admin" };
/* The lead organ's region is the district 990101; the others stand to it as named. */
static const struct { const char *code, *region, *relation; } organs[ORGANS] = {
	{ "LEAD", "990101", "own organ" }, { "SAME", "990101", "other organ, own region" }, { "ABOVE", "990100", "region above" },
	{ "BELOW", "990101001", "region below" }, { "ELSE", "990102", "region elsewhere" },
};
enum { LEAD = 0, CLERK = 0, REVIEWER = 1, HEAD = 4 };

struct matrix {
	struct kernel k;
	int64_t people[ORGANS][ROLES][HOLDERS];
	int64_t steps[STEPS];
	struct str case_no;
	int64_t citizen;
};

static enum err put(struct matrix *m, const char *command, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static enum err put(struct matrix *m, const char *command, const char *fmt, ...)
{
	char json[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(json, sizeof json, fmt, args);
	va_end(args);
	enum err e = kernel_do(&m->k, 0, "", command, json);
	if (e != OK)
		printf("  %s %s: %s\n", command, json, m->k.r.diag.text);
	return e;
}

/* ---- an office of five organs with eight roles, A and B each ---- */

static bool put_regions(struct matrix *m)
{
	return put(m, "region.put", "{\"code\":\"990100\",\"name\":\"市\",\"level\":3}") == OK &&
	       put(m, "region.put", "{\"code\":\"990101\",\"name\":\"一区\",\"level\":4,\"parent\":\"990100\"}") == OK &&
	       put(m, "region.put", "{\"code\":\"990102\",\"name\":\"二区\",\"level\":4,\"parent\":\"990100\"}") == OK &&
	       put(m, "region.put", "{\"code\":\"990101001\",\"name\":\"一区一街道\",\"level\":5,\"parent\":\"990101\"}") == OK;
}

static bool put_post(struct matrix *m, size_t o, size_t r)
{
	char login[HOLDERS][40];
	for (size_t h = 0; h < HOLDERS; h++) {
		snprintf(login[h], sizeof login[h], "%s-%s-%c", organs[o].code, roles[r], 'a' + (int)h);
		m->people[o][r][h] = kernel_put_person(&m->k, login[h], login[h]);
		if (!m->people[o][r][h])
			return false;
	}
	return put(m, "post.put", "{\"code\":\"%s-%s\",\"organ\":\"%s\",\"role\":\"%s\",\"name\":\"%s\",\"a\":\"%s\",\"b\":\"%s\"}", organs[o].code, roles[r],
	           organs[o].code, roles[r], roles[r], login[0], login[1]) == OK;
}

static bool put_office(struct matrix *m)
{
	bool good = put_regions(m);
	for (size_t o = 0; good && o < ORGANS; o++) {
		good = put(m, "organ.put", "{\"code\":\"%s\",\"name\":\"%s\",\"region\":\"%s\"}", organs[o].code, organs[o].code, organs[o].region) == OK;
		for (size_t r = 0; good && r < ROLES; r++)
			good = put_post(m, o, r);
	}
	return good;
}

/* All five kinds of step at once. */
static struct str process(struct matrix *m)
{
	struct buf b;
	buf_init_in(&b, &m->k.a, 1 << 16);
	buf_putz(&b, "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>"
	             "<process id='p' isExecutable='true'><startEvent id='s'/><sequenceFlow id='f' sourceRef='s' targetRef='g'/><parallelGateway id='g'/>");
	for (size_t i = 0; i < STEPS; i++) {
		struct str step = arena_printf(&m->k.a, "<sequenceFlow id='f%zu' sourceRef='g' targetRef='t%zu'/><userTask id='t%zu' name='%s'><extensionElements>"
		                                        "<banjie:assign post='%s' organ='lead'/><banjie:action id='go' name='办' requires='reasons'/>"
		                                        "</extensionElements></userTask><sequenceFlow id='h%zu' sourceRef='t%zu' targetRef='e%zu'/><endEvent id='e%zu'/>",
		                               i, i, i, roles[i], roles[i], i, i, i, i);
		buf_put(&b, step);
	}
	buf_putz(&b, "</process></definitions>");
	return buf_str(&b);
}

static bool put_pack(struct matrix *m)
{
	struct json_build o, list, f;
	json_build_object(&o, &m->k.a);
	json_build_array(&list, &m->k.a);
	json_build_object(&f, &m->k.a);
	json_set_str(&f, "path", S("pack.json"));
	json_set_str(&f, "text", S("{\"code\":\"matrix\",\"version\":1,\"name\":\"测试\",\"name_en\":\"Test\",\"process\":\"p.bpmn\",\"decisions\":[],\"forms\":[],\"letters\":[]}"));
	json_add(&list, json_built(&f));
	json_build_object(&f, &m->k.a);
	json_set_str(&f, "path", S("p.bpmn"));
	json_set_str(&f, "text", process(m));
	json_add(&list, json_built(&f));
	json_set(&o, "files", json_built(&list));
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = json_built(&o) };
	if (casework_do(m->k.cw, &c, &m->k.a, &m->k.r) == OK)
		return put(m, "item.put", "{\"impl_code\":\"M1\",\"name\":\"事项\",\"organ\":\"LEAD\",\"kind\":\"01\",\"pack\":\"matrix\"}") == OK;
	printf("  %s\n", m->k.r.diag.text);
	return false;
}

static bool find_steps(struct matrix *m)
{
	const struct json *v = kernel_view(&m->k, 0, "case", arena_printf(&m->k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(m->case_no)).ptr);
	const struct json *list = json_get(v, "steps");
	size_t found = 0;
	for (size_t i = 0; list && i < list->count; i++)
		for (size_t s = 0; s < STEPS; s++)
			if (str_eq(json_text(json_get(&list->items[i], "element")), arena_printf(&m->k.a, "t%zu", s))) {
				m->steps[s] = json_i64(json_get(&list->items[i], "step"), 0);
				found++;
			}
	return found == STEPS;
}

static bool matrix_begin(struct matrix *m)
{
	struct kernel *k = &m->k;
	os_clock_virtual(&k->clock, KERNEL_START_MS);
	os_entropy_seeded(&k->entropy, 7);
	arena_init(&k->a, 1 << 30);
	if (!kernel_open(k, ":memory:") || !put_office(m) || !put_pack(m))
		return false;
	m->citizen = kernel_citizen(k, "zhang");
	if (kernel_do(k, m->citizen, "", "case.submit", "{\"item\":\"M1\",\"form\":{},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}") != OK)
		return false;
	m->case_no = arena_str(&k->a, kernel_text(k, "case_no"));
	return find_steps(m);
}

/* 1 may, 0 may not; anything else than these two answers is a failure of the test itself. */
static int may(struct matrix *m, int64_t person, size_t step)
{
	char json[96];
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"go\"}", (long long)m->steps[step]);
	enum err e = kernel_do(&m->k, person, "", "step.complete", json);
	if (e == ERR_INVALID && strcmp(m->k.r.diag.code, "form.required") == 0)
		return 1;
	return e == ERR_DENIED || e == ERR_CONFLICT ? 0 : -1;
}

/* ---- what is declared, a second time ---- */

struct absence { bool a, b, head_a, head_b; }; /* away: holders of the step's post, of the lead organ's head's post */

/* Who answers for a step of the lead organ's post of that role: A, else B, else the head's A, else B, else an administrator (nobody
 * stands above the lead organ here), else nobody new. */
static int64_t answers(const struct matrix *m, size_t role, struct absence x)
{
	bool a = x.a || (role == HEAD && x.head_a), b = x.b || (role == HEAD && x.head_b);
	if (!a)
		return m->people[LEAD][role][0];
	if (!b)
		return m->people[LEAD][role][1];
	if (role != HEAD && !x.head_a)
		return m->people[LEAD][HEAD][0];
	if (role != HEAD && !x.head_b)
		return m->people[LEAD][HEAD][1];
	return m->people[LEAD][7][0]; /* the administrator's post that was made first */
}

static bool set_away(struct matrix *m, int64_t person, bool away)
{
	struct str login = S("");
	const struct json *v = kernel_view(&m->k, person, "me", "{\"for\":\"me\"}");
	login = json_text(json_get(v, "login"));
	if (away)
		return put(m, "absence.note", "{\"person\":\"%.*s\",\"kind\":\"leave\",\"whereabouts\":\"外出\"}", STR_ARG(login)) == OK;
	return kernel_do(&m->k, person, "", "absence.end", "{}") == OK;
}

static bool apply_absence(struct matrix *m, size_t role, struct absence x, bool away)
{
	const struct { int64_t person; bool is; } all[] = {
		{ m->people[LEAD][role][0], x.a || (role == HEAD && x.head_a) }, { m->people[LEAD][role][1], x.b || (role == HEAD && x.head_b) },
		{ m->people[LEAD][HEAD][0], role != HEAD && x.head_a }, { m->people[LEAD][HEAD][1], role != HEAD && x.head_b },
	};
	bool good = true;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		good = good && (!all[i].is || set_away(m, all[i].person, away));
	return good;
}

static size_t check_everybody(struct matrix *m, size_t role, int64_t expected, const char *state)
{
	size_t attempts = 0;
	char row[160];
	for (size_t o = 0; o < ORGANS; o++)
		for (size_t r = 0; r < ROLES; r++)
			for (size_t h = 0; h < HOLDERS; h++) {
				int64_t person = m->people[o][r][h];
				snprintf(row, sizeof row, "step of the %s by %s %c of %s (%s), %s", roles[role], roles[r], 'A' + (int)h, organs[o].code, organs[o].relation, state);
				ROW(row);
				CHECK_INT(may(m, person, role), person == expected);
				attempts++;
			}
	ROW("by the applicant");
	CHECK_INT(may(m, m->citizen, role), 0);
	ROW("by a visitor");
	CHECK_INT(may(m, -1, role), 0);
	ROW(NULL);
	return attempts + 2;
}

TEST(who_may_act_is_who_is_declared_in_every_state)
{
	struct matrix m = { 0 };
	size_t attempts = 0;
	REQUIRE(matrix_begin(&m));
	for (size_t role = 0; role < STEPS; role++)
		for (int bits = 0; bits < 16; bits++) {
			struct absence x = { bits & 1, bits & 2, bits & 4, bits & 8 };
			char state[64];
			if (role == HEAD && (x.a || x.b))
				continue; /* the same people: said by the other two */
			snprintf(state, sizeof state, "away:%s%s%s%s", x.a ? " A" : "", x.b ? " B" : "", x.head_a ? " head A" : "", x.head_b ? " head B" : "");
			REQUIRE(apply_absence(&m, role, x, true));
			attempts += check_everybody(&m, role, answers(&m, role, x), state);
			REQUIRE(apply_absence(&m, role, x, false));
		}
	printf("  %zu attempts\n", attempts);
	CHECK(attempts > 5000);
	kernel_end(&m.k);
}

/* Lent to the clerk's post: decide needs the seal as well; nothing else is lent with it. */
TEST(what_is_lent_is_lent_and_nothing_beside)
{
	static const struct { const char *name, *functions; bool head; } rows[] = {
		{ "decide without the seal", "\"decide\"", false }, { "decide and the seal", "\"decide\",\"seal\"", true },
		{ "the seal alone", "\"seal\"", false }, { "report and coordinate", "\"report\",\"coordinate\"", false },
	};
	struct matrix m = { 0 };
	REQUIRE(matrix_begin(&m));
	int64_t clerk = m.people[LEAD][CLERK][0], head = m.people[LEAD][HEAD][0];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char json[256];
		snprintf(json, sizeof json, "{\"from_post\":\"LEAD-head\",\"to_post\":\"LEAD-clerk\",\"functions\":[%s],\"until\":\"2025-03-20\",\"reason\":\"代表\"}", rows[i].functions);
		REQUIRE(kernel_do(&m.k, head, "", "delegation.give", json) == OK);
		long long id = json_i64(json_get(m.k.r.data, "delegation"), 0);
		for (size_t role = 0; role < STEPS; role++) {
			ROW(rows[i].name);
			CHECK_INT(may(&m, clerk, role), role == CLERK || (role == HEAD && rows[i].head));
			CHECK_INT(may(&m, head, role), role == HEAD); /* who lends keeps */
			CHECK_INT(may(&m, m.people[LEAD][REVIEWER][0], role), role == REVIEWER);
			CHECK_INT(may(&m, m.people[1][CLERK][0], role), 0);
		}
		snprintf(json, sizeof json, "{\"delegation\":%lld,\"reason\":\"回岗\"}", id);
		REQUIRE(kernel_do(&m.k, head, "", "delegation.revoke", json) == OK);
		CHECK_INT(may(&m, clerk, HEAD), 0);
	}
	ROW(NULL);
	kernel_end(&m.k);
}

/* With an interest, or withdrawn, A's step is B's; a published list that leaves a function out closes it to all. */
TEST(interests_and_lists_bind_everybody)
{
	static const char *const functions[STEPS] = { "accept", "examine", "inspect", "appraise", "decide" };
	struct matrix m = { 0 };
	REQUIRE(matrix_begin(&m));
	for (size_t role = 0; role < STEPS; role++) {
		ROW(roles[role]);
		int64_t a = m.people[LEAD][role][0], b = m.people[LEAD][role][1];
		char json[128];
		REQUIRE(kernel_do(&m.k, a, "", "interest.declare", "{\"kind\":\"relative\",\"name\":\"张三\"}") == OK);
		long long interest = json_i64(json_get(m.k.r.data, "interest"), 0);
		CHECK_INT(may(&m, a, role), 0);
		snprintf(json, sizeof json, "{\"interest\":%lld}", interest);
		REQUIRE(kernel_do(&m.k, a, "", "interest.end", json) == OK);
		CHECK_INT(may(&m, a, role), 1);
		snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"reason\":\"同学关系\"}", STR_ARG(m.case_no));
		REQUIRE(kernel_do(&m.k, a, "", "case.recuse", json) == OK);
		CHECK_INT(may(&m, a, role), 0);
		CHECK_INT(may(&m, b, role), 1);
	}
	for (size_t listed = 0; listed < STEPS; listed++) {
		REQUIRE(put(&m, "power.put", "{\"organ\":\"LEAD\",\"kind\":\"power\",\"code\":\"W\",\"name\":\"权力\",\"basis\":\"法\",\"functions\":[\"%s\"]}", functions[listed]) == OK);
		REQUIRE(put(&m, "powers.publish", "{\"organ\":\"LEAD\",\"kind\":\"power\"}") == OK);
		for (size_t role = 0; role < STEPS; role++) {
			ROW(functions[listed]);
			CHECK_INT(may(&m, m.people[LEAD][role][1], role), role == listed);
		}
	}
	ROW(NULL);
	kernel_end(&m.k);
}

TEST_MAIN
