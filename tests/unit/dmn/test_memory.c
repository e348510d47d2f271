/* test_memory.c - every allocation fails once, in turn, while models are read, asked, checked and explained: it is told, and
 * never taken for a model that is wrong, an input that is not there or a decision that is null.
 */
#include "dmn/load.h"
#include "dmn_test.h"
#include "os/os.h"
#include "tests/folder.h"
#include "text/json.h"

static const struct feel_env env = { .now_ms = 0, .bounds = { .depth_max = 60, .work_max = 20000 } };

static enum err decide_all(struct arena *a, const struct dmn_model *m, struct diag *d)
{
	struct str *names = NULL;
	size_t count = dmn_model_decisions(m, a, &names);
	for (size_t i = 0; i < count; i++) {
		struct feel_value v;
		struct dmn_trace *trace;
		diag_init(d);
		enum err e = dmn_eval(m, names[i], NULL, &env, a, &v, &trace, d);
		if (e == ERR_NOMEM)
			return e;
	}
	return names ? OK : ERR_NOMEM;
}

static enum err everything(struct arena *a, struct str xml, struct diag *d)
{
	struct dmn_model *m;
	struct dmn_finding *findings;
	enum err e = dmn_model_read(a, xml, NULL, NULL, &m, &findings, d);
	if (e == ERR_NOMEM)
		return e;
	diag_init(d);
	TRY(dmn_model_read_partial(a, xml, NULL, NULL, &m, &findings, d));
	TRY(dmn_model_check(m, a, &findings));
	return decide_all(a, m, d);
}

/* `what` of `with`, with each allocation failing once. */
static void torture(enum err (*what)(struct arena *a, struct str with, struct diag *d), struct str with)
{
	bool done = false;
	for (size_t n = 1; n < 20000 && !done; n++) {
		size_t refusals = heap_refusals();
		fresh();
		arena_fail_after(n);
		enum err e = what(&test_arena, with, &test_diag);
		arena_fail_after(0);
		done = heap_refusals() == refusals;
		CHECK_INT(e, done ? OK : ERR_NOMEM);
		if (e != (done ? OK : ERR_NOMEM))
			printf("  at allocation %zu: %s\n", n, test_diag.text);
	}
	CHECK(done);
}

TEST(each_failing_allocation_is_told)
{
	static const char folder[] = PROJECT_ROOT "/fuzz/corpus/dmn_xml";
	struct arena a;
	struct diag d;
	struct str *names, xml;
	size_t count;
	arena_init(&a, 4 << 20);
	diag_init(&d);
	REQUIRE(os_dir_list(&a, folder, &names, &count, &d) == OK && count > 20);
	for (size_t i = 0; i < count; i++) {
		struct str path = arena_printf(&a, "%s/%.*s", folder, STR_ARG(names[i]));
		ROW(path.ptr);
		REQUIRE(os_file_read(&a, path.ptr, 1 << 20, &xml, &d) == OK);
		torture(everything, xml);
	}
	ROW(NULL);
	arena_release(&a);
}

/* A date that is taken for a text is another decision. */
static enum err ask(struct arena *a, struct str xml, struct diag *d)
{
	struct dmn_model *m;
	struct dmn_finding *findings;
	const struct json *v;
	struct feel_value in, out;
	TRY(dmn_model_read(a, xml, NULL, NULL, &m, &findings, d));
	TRY(json_read(a, S("{\"day\": \"2024-02-28\"}"), &v, d));
	TRY(dmn_inputs_from_json(m, S("D"), v, a, &in, d));
	TRY(dmn_eval(m, S("D"), &in, &env, a, &out, NULL, d));
	return out.kind == FEEL_DATE ? OK : ERR_INVALID;
}

TEST(inputs_keep_their_types_or_are_refused)
{
	torture(ask, S(MODEL(INPUT("day", "date") DECISION("D", NEEDS_INPUT("day"), FEEL("day + duration(\"P1D\")")))));
}

static enum err load(struct arena *a, struct str path, struct diag *d)
{
	const struct dmn_model *m;
	struct dmn_finding *findings;
	return dmn_load(a, path.ptr, false, &m, &findings, d);
}

static bool put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	if (!f)
		return false;
	bool whole = fputs(text, f) >= 0;
	return fclose(f) == 0 && whole;
}

TEST(an_import_that_could_not_be_read_is_not_unknown)
{
	static const char imported[] = DMN_HEAD("urn:other", "other") DECISION("E", "", FEEL("1")) "</definitions>";
	static const char importing[] = MODEL("<import name='o' namespace='urn:other' importType='" DMN_15 "'/>" DECISION("D",
		"<informationRequirement><requiredDecision href='urn:other#E'/></informationRequirement>", FEEL("o.E + 1")));
	const char *dir = test_folder("dmn-memory");
	char a[200], b[200];
	snprintf(a, sizeof a, "%s/a.dmn", dir);
	snprintf(b, sizeof b, "%s/b.dmn", dir);
	fresh();
	REQUIRE(put(a, importing) && put(b, imported));
	torture(load, str_of(a));
	test_folder_remove(dir);
}

TEST_MAIN
