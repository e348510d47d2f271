/* The packs that come with the program are fit for use and their scenarios pass; a wrong
 * expectation, a wrong refusal and a broken pack are found. */
#include <stdlib.h>
#include <unistd.h>

#include "casework/packs.h"
#include "os/os.h"
#include "tests/folder.h"
#include "tests/test.h"

enum { ARENA_MAX = 256 << 20 };

static const char *const packs[] = { "elder-benefit-card", "food-business-licence", "construction-permit", "general-item" };
enum { PACKS = sizeof packs / sizeof *packs };

static struct str folder_of(struct arena *a, const char *pack)
{
	return arena_printf(a, PROJECT_ROOT "/packs/%s", pack);
}

static void fit(const char *pack)
{
	struct arena a;
	struct casework_pack_finding *list = NULL;
	struct diag d;
	diag_init(&d);
	arena_init(&a, ARENA_MAX);
	CHECK_INT(casework_pack_check(folder_of(&a, pack).ptr, &a, &list, &d), OK);
	for (; list; list = list->next)
		if (list->error)
			printf("  %.*s: %.*s\n", STR_ARG(list->place), STR_ARG(list->text));
	if (d.err != OK)
		printf("  %s\n", d.text);
	arena_release(&a);
}

TEST(every_pack_is_fit_for_use)
{
	for (size_t i = 0; i < PACKS; i++) {
		ROW(packs[i]);
		fit(packs[i]);
	}
	ROW(NULL);
}

/* Number of scenarios played; those that failed are said and counted. */
static int play(const char *folder, const char *only, int *failed, struct str *text, struct arena *a)
{
	struct casework_scenario *list = NULL;
	struct casework_scenario_options o = { .folder = folder, .data_dir = PROJECT_ROOT, .only = only, .doubting = true };
	struct diag d;
	int n = 0;
	diag_init(&d);
	*failed = 0;
	if (casework_scenarios_run(&o, a, &list, &d) != OK) {
		printf("  %s: %s (%s)\n", folder, d.text, d.place);
		return -1;
	}
	for (; list; list = list->next, n++) {
		if (list->passed)
			continue;
		(*failed)++;
		*text = list->text;
	}
	return n;
}

static void all_pass(const char *pack)
{
	struct arena a;
	struct str text = S("");
	int failed;
	arena_init(&a, ARENA_MAX);
	ROW(pack);
	CHECK(play(folder_of(&a, pack).ptr, NULL, &failed, &text, &a) >= 5);
	CHECK_INT(failed, 0);
	CHECK_STR(text, "");
	ROW(NULL);
	arena_release(&a);
}

TEST(scenarios_of_the_instant_item_pass) { all_pass("elder-benefit-card"); }
TEST(scenarios_of_the_promised_item_pass) { all_pass("food-business-licence"); }
TEST(scenarios_of_the_parallel_item_pass) { all_pass("construction-permit"); }
TEST(scenarios_of_the_general_item_pass) { all_pass("general-item"); }

/* ---- what must be found ---- */

static const char *const files[] = {
	"pack.json", "process.bpmn", "forms/apply.json", "forms/acceptance.json", "forms/supplement.json", "forms/review.json", "forms/decision.json",
	"forms/delivery.json", "forms/extension.json", "forms/extension-approval.json", "letters/receipt.mustache", "letters/acceptance.mustache",
	"letters/supplement.mustache", "letters/non-acceptance.mustache", "letters/abandoned.mustache", "letters/decision.mustache",
	"letters/refusal.mustache", "letters/extension.mustache", "letters/licence.mustache",
};

struct copy { struct arena a; const char *folder; struct diag d; };

static bool put_file(struct copy *c, const char *path, struct str bytes)
{
	struct str to = arena_printf(&c->a, "%s/%s", c->folder, path);
	return os_file_write(to.ptr, bytes, &c->d) == OK;
}

/* A copy of the general pack, with `what` in one file replaced by `by`. */
static bool copy_pack(struct copy *c, const char *changed, const char *what, const char *by)
{
	diag_init(&c->d);
	arena_init(&c->a, ARENA_MAX);
	c->folder = test_folder("pack");
	bool ok = true;
	static const char *const folders[] = { "forms", "letters", "scenarios" };
	for (size_t i = 0; i < 3; i++)
		ok = ok && os_dir_make(arena_printf(&c->a, "%s/%s", c->folder, folders[i]).ptr, &c->d) == OK;
	for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++) {
		struct str bytes;
		ok = os_file_read(&c->a, arena_printf(&c->a, PROJECT_ROOT "/packs/general-item/%s", files[i]).ptr, 1 << 20, &bytes, &c->d) == OK;
		ptrdiff_t at = ok && changed && strcmp(files[i], changed) == 0 ? str_find(bytes, str_of(what)) : -1;
		if (at >= 0)
			bytes = arena_printf(&c->a, "%.*s%s%.*s", (int)at, bytes.ptr, by, STR_ARG(str_sub(bytes, (size_t)at + strlen(what), bytes.len)));
		else if (ok && changed && strcmp(files[i], changed) == 0)
			ok = false;
		ok = ok && put_file(c, files[i], bytes);
	}
	return ok;
}

static void drop_copy(struct copy *c)
{
	test_folder_remove(c->folder);
	arena_release(&c->a);
}

#define APPLICANT "\"start\":\"2026-03-02T09:00:00+08:00\",\"applicant\":{\"name\":\"赵明\"},\"form\":{}"
#define SUBMIT "{\"at\":\"0wd 09:00\",\"as\":\"citizen\",\"do\":\"submit\"}"

static const struct { const char *name, *steps, *expect, *says; } stories[] = {
	{ "as it is", "[" SUBMIT "]", "{\"state\":\"received\",\"open_steps\":[\"acceptance_check\"],\"letters\":[\"收件凭证\"],\"alerts\":[]}", NULL },
	{ "wrong state", "[" SUBMIT "]", "{\"state\":\"accepted\"}", "state is \"received\", should be \"accepted\"" },
	{ "wrong limit", "[" SUBMIT "]", "{\"due\":{\"promised\":\"2026-03-16\"}}", "should be 2026-03-16" },
	{ "a letter too few", "[" SUBMIT "]", "{\"letters\":[\"收件凭证\",\"受理通知书\"]}", "\"受理通知书\" is missing" },
	{ "a letter too many", "[" SUBMIT "]", "{\"letters\":[]}", "\"收件凭证\" should not be there" },
	{ "words not in the letter", "[" SUBMIT "]", "{\"letter_says\":[\"不予受理决定\"]}", "does not say" },
	{ "an alert that never came", "[" SUBMIT "]", "{\"alerts\":[{\"rule\":\"T-promised-red\",\"on\":\"2026-03-02\"}]}", "is missing" },
	{ "a licence that is not there", "[" SUBMIT "]", "{\"licence\":\"YX\"}", "the licence is \"\"" },
	{ "misspelt expectation", "[" SUBMIT "]", "{\"stat\":\"received\"}", "no expectation named \"stat\"" },
	{ "should be refused but is done", "[" SUBMIT ",{\"at\":\"1wd 09:00\",\"as\":\"clerk\",\"do\":\"complete\",\"step\":\"acceptance_check\",\"action\":\"accept\",\"refused\":\"*\"}]", "{}", "step 2: should be refused" },
	{ "refused for another reason", "[" SUBMIT ",{\"at\":\"1wd 09:00\",\"as\":\"clerk\",\"do\":\"complete\",\"step\":\"acceptance_check\",\"action\":\"reject\",\"refused\":\"step.not-open\"}]", "{}", "refused with form.required" },
	{ "refused though it should be done", "[" SUBMIT ",{\"at\":\"1wd 09:00\",\"as\":\"head\",\"do\":\"complete\",\"step\":\"decision\",\"action\":\"grant\"}]", "{}", "step.not-open" },
	{ "nobody of that name", "[{\"at\":\"0wd 09:00\",\"as\":\"janitor\",\"do\":\"submit\"}]", "{}", "has no \"janitor\"" },
	{ "time runs backwards", "[" SUBMIT ",{\"at\":\"0wd 08:00\",\"do\":\"wait\"}]", "{}", "before the step above" },
	{ "no moment", "[{\"at\":\"tomorrow\",\"as\":\"citizen\",\"do\":\"submit\"}]", "{}", "is no moment" },
	{ "an unknown deed", "[{\"at\":\"0wd 09:00\",\"as\":\"citizen\",\"do\":\"dance\"}]", "{}", "nobody can do \"dance\"" },
};

static void story(struct copy *c, size_t i)
{
	struct str text = S("");
	int failed = 0;
	struct str json = arena_printf(&c->a, "{\"name\":\"x\"," APPLICANT ",\"steps\":%s,\"expect\":%s}", stories[i].steps, stories[i].expect);
	REQUIRE(put_file(c, "scenarios/one.json", json));
	CHECK_INT(play(c->folder, NULL, &failed, &text, &c->a), 1);
	CHECK_INT(failed, stories[i].says ? 1 : 0);
	if (stories[i].says)
		CHECK_HAS(text, stories[i].says);
	else
		CHECK_STR(text, "");
}

TEST(a_wrong_scenario_fails_and_says_why)
{
	struct copy c;
	REQUIRE(copy_pack(&c, NULL, NULL, NULL));
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		ROW(stories[i].name);
		story(&c, i);
	}
	ROW(NULL);
	drop_copy(&c);
}

static const struct { const char *name, *file, *what, *by; } broken[] = {
	{ "a promise longer than the law", "process.bpmn", "kind=\"promised\" amount=\"10\"", "kind=\"promised\" amount=\"21\"" },
	{ "a limit without amount", "process.bpmn", "kind=\"statutory\" amount=\"20\"", "kind=\"statutory\"" },
	{ "a limit in no unit", "process.bpmn", "unit=\"working-days\" ground=\"ALL/32(4)\"", "unit=\"weeks\" ground=\"ALL/32(4)\"" },
	{ "a post that does not exist", "process.bpmn", "post=\"reviewer\"", "post=\"janitor\"" },
	{ "a letter that is not there", "process.bpmn", "template=\"refusal\"", "template=\"poem\"" },
	{ "a form that is not there", "process.bpmn", "<banjie:form key=\"review\"/>", "<banjie:form key=\"riddle\"/>" },
	{ "a flow to nowhere", "process.bpmn", "targetRef=\"review\"", "targetRef=\"nowhere\"" },
	{ "a condition that is no FEEL", "process.bpmn", "=decision.action = \"grant\"", "=decision.action = (" },
	{ "a letter that does not close", "letters/refusal.mustache", "{{step.reasons}}", "{{#step}}" },
	{ "a form that is no JSON", "forms/review.json", "\"type\"", "type" },
	{ "a pack without a version", "pack.json", "\"version\": 1", "\"version\": 0" },
};

TEST(a_broken_pack_is_refused)
{
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct copy c;
		struct casework_pack_finding *list = NULL;
		bool said = false;
		ROW(broken[i].name);
		CHECK(copy_pack(&c, broken[i].file, broken[i].what, broken[i].by));
		CHECK(casework_pack_check(c.folder, &c.a, &list, &c.d) != OK);
		for (; list; list = list->next)
			said = said || list->error;
		CHECK(said);
		drop_copy(&c);
	}
	ROW(NULL);
}

TEST_MAIN
