/* What is written whole: two people who edit the same thing, and the one who saves second. */
#include "tests/unit/casework/kernel.h"

static const struct json *parsed(struct kernel *k, const char *json)
{
	const struct json *v = NULL;
	return json_read(&k->a, str_of(json), &v, NULL) == OK ? v : NULL;
}

/* A command made from what somebody saw. */
static enum err save(struct kernel *k, int64_t actor, const char *key, struct str made_from, const char *name, const char *json)
{
	struct casework_command c = { .name = str_of(name), .key = str_of(key), .made_from = made_from, .data = parsed(k, json),
	                              .actor = { .person = actor > 0 ? actor : 0, .system = actor == 0 } };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

static const struct json *look(struct kernel *k, int64_t actor, const char *view, const char *params)
{
	struct casework_actor who = { .person = actor > 0 ? actor : 0, .system = actor == 0 };
	const struct json *out = NULL;
	struct diag d;
	diag_init(&d);
	return casework_view(k->cw, view, &who, parsed(k, params), &k->a, &out, &d) == OK ? out : NULL;
}

static struct str version(struct kernel *k, const char *view, const char *params)
{
	return json_text(json_get(look(k, 0, view, params), "made_from"));
}

#define POST "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"a\":\"wang\",\"name\":\"%s\"}"
#define SEEN "{\"q\":\"P1\",\"code\":\"P1\",\"edits\":\"post.put\"}"

static enum err save_post(struct kernel *k, int64_t actor, struct str made_from, const char *name)
{
	char json[200];
	snprintf(json, sizeof json, POST, name);
	return save(k, actor, "", made_from, "post.put", json);
}

static struct str post_name(struct kernel *k)
{
	const struct json *rows = json_get(look(k, 0, "posts", "{\"q\":\"P1\"}"), "rows");
	return json_text(json_get(rows && rows->count ? &rows->items[0] : NULL, "name"));
}

static bool begin(struct kernel *k)
{
	return kernel_begin(k, ":memory:") && kernel_put_person(k, "admin", "管理员") && kernel_put_person(k, "other", "另一位") &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"admin\",\"b\":\"other\"}") == OK;
}

TEST(of_two_who_began_with_the_same_the_second_is_told_and_overwrites_nothing)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	struct str seen = version(&k, "posts", SEEN);
	REQUIRE(seen.len == 32);
	REQUIRE(save_post(&k, kernel_person(&k, "admin"), seen, "第一位改的") == OK);
	CHECK_INT(save_post(&k, kernel_person(&k, "other"), seen, "第二位改的"), ERR_STALE);
	CHECK_STR(str_of(k.r.diag.code), "edit.overtaken");
	CHECK_STR(post_name(&k), "第一位改的");
	/* knowingly, on top of what now stands */
	struct str now = version(&k, "posts", SEEN);
	CHECK(!str_eq(now, seen));
	REQUIRE(save_post(&k, kernel_person(&k, "other"), now, "第二位改的") == OK);
	CHECK_STR(post_name(&k), "第二位改的");
	kernel_end(&k);
}

TEST(who_says_no_version_overwrites_as_before)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	REQUIRE(save_post(&k, 0, S(""), "一") == OK);
	REQUIRE(save_post(&k, 0, S(""), "二") == OK);
	CHECK_STR(post_name(&k), "二");
	kernel_end(&k);
}

TEST(what_was_changed_there_and_back_again_is_what_was_seen)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	struct str seen = version(&k, "posts", SEEN);
	REQUIRE(save_post(&k, 0, S(""), "另一个名称") == OK && save_post(&k, 0, S(""), "审查岗") == OK);
	CHECK_INT(save_post(&k, 0, seen, "新名称"), OK);
	kernel_end(&k);
}

TEST(a_version_is_of_one_thing_and_fits_no_other)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	REQUIRE(kernel_do(&k, 0, "", "setting.put", "{\"name\":\"x.one\",\"value\":\"same\"}") == OK);
	REQUIRE(kernel_do(&k, 0, "", "setting.put", "{\"name\":\"x.two\",\"value\":\"same\"}") == OK);
	struct str one = version(&k, "settings", "{\"q\":\"x.one\",\"name\":\"x.one\",\"edits\":\"setting.put\"}");
	REQUIRE(one.len);
	CHECK_INT(save(&k, 0, "", one, "setting.put", "{\"name\":\"x.two\",\"value\":\"mine\"}"), ERR_STALE);
	CHECK_INT(save(&k, 0, "", one, "setting.put", "{\"name\":\"x.one\",\"value\":\"mine\"}"), OK);
	kernel_end(&k);
}

TEST(what_is_not_there_yet_is_made_once_and_what_must_be_there_is)
{
	struct kernel k = { 0 };
	static const char row[] = "{\"name\":\"x.new\",\"value\":1}", again[] = "{\"name\":\"x.new\",\"value\":2}";
	REQUIRE(begin(&k));
	CHECK_STR(version(&k, "settings", "{\"q\":\"x.new\",\"name\":\"x.new\",\"edits\":\"setting.put\"}"), "absent");
	CHECK_INT(save(&k, 0, "", S("*"), "setting.put", row), ERR_STALE);
	CHECK_INT(save(&k, 0, "", S("absent"), "setting.put", row), OK);
	CHECK_INT(save(&k, 0, "", S("absent"), "setting.put", again), ERR_STALE);
	CHECK_INT(save(&k, 0, "", S("*"), "setting.put", again), OK);
	struct str now = version(&k, "settings", "{\"q\":\"x.new\",\"name\":\"x.new\",\"edits\":\"setting.put\"}");
	CHECK_INT(save(&k, 0, "", arena_printf(&k.a, "one two %.*s", STR_ARG(now)), "setting.put", row), OK); /* one of several */
	CHECK_INT(save(&k, 0, "", S("one two"), "setting.put", again), ERR_STALE);
	/* a command that writes nothing whole has no version that could fit */
	CHECK_INT(save(&k, kernel_person(&k, "wang"), "", S("one"), "token.create", "{\"name\":\"t\"}"), ERR_STALE);
	CHECK_INT(save(&k, kernel_person(&k, "wang"), "", S("*"), "token.create", "{\"name\":\"t\"}"), OK);
	kernel_end(&k);
}

TEST(what_came_and_was_answered_is_answered_again_and_not_overtaken_by_itself)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t admin = kernel_person(&k, "admin");
	struct str seen = version(&k, "posts", SEEN);
	char json[200];
	snprintf(json, sizeof json, POST, "改过");
	CHECK_INT(save(&k, admin, "once", seen, "post.put", json), OK);
	CHECK_INT(save(&k, admin, "once", seen, "post.put", json), OK);
	snprintf(json, sizeof json, POST, "再改");
	CHECK_INT(save(&k, admin, "twice", seen, "post.put", json), ERR_STALE);
	CHECK_INT(save(&k, admin, "twice", version(&k, "posts", SEEN), "post.put", json), OK); /* a refusal is no answer that is kept */
	kernel_end(&k);
}

TEST(who_changed_it_last_and_when_is_told_to_those_who_may_change_it_alone)
{
	struct kernel k = { 0 };
	static const char asked[] = "{\"q\":\"P1\",\"code\":\"P1\",\"edits\":\"post.put\",\"edits_last\":true}";
	REQUIRE(begin(&k));
	int64_t admin = kernel_person(&k, "admin"), wang = kernel_person(&k, "wang");
	REQUIRE(save_post(&k, admin, S(""), "改过") == OK);
	REQUIRE(kernel_do(&k, kernel_person(&k, "other"), "", "post.put", "{\"code\":\"P2\",\"organ\":\"O1\",\"role\":\"head\",\"name\":\"局长\",\"a\":\"li\"}") == OK);
	const struct json *v = look(&k, admin, "posts", asked);
	CHECK_STR(json_text(json_path(v, "changed.by.name")), "管理员");
	CHECK_STR(json_text(json_path(v, "changed.at")), "2025-03-03T09:00:00+08:00");
	CHECK(!json_get(look(&k, admin, "posts", SEEN), "changed"));
	/* a view that others see too: nothing of it for them */
	v = look(&k, wang, "organs", "{\"q\":\"O1\",\"code\":\"O1\",\"edits\":\"organ.put\",\"edits_last\":true}");
	REQUIRE(v);
	CHECK(!json_get(v, "made_from"));
	CHECK(!json_get(v, "changed"));
	/* nor of a command that there is not, or that writes nothing whole */
	CHECK(!json_get(look(&k, 0, "posts", "{\"code\":\"P1\",\"edits\":\"token.create\"}"), "made_from"));
	CHECK(!json_get(look(&k, 0, "posts", "{\"code\":\"P1\",\"edits\":\"no.such\"}"), "made_from"));
	kernel_end(&k);
}

/* Several at once, of which the writer makes one batch: they all were made from the same, so one of them is carried out. */
struct racer { struct os_mutex lock; struct os_cond cond; int left, good, stale; };

static void arrived(void *arg, const struct casework_result *r)
{
	struct racer *x = arg;
	os_mutex_lock(&x->lock);
	x->left--;
	x->good += r->err == OK;
	x->stale += r->err == ERR_STALE;
	os_cond_signal(&x->cond);
	os_mutex_unlock(&x->lock);
}

TEST(of_many_in_one_batch_exactly_one_is_carried_out)
{
	enum { RACERS = 40 };
	struct kernel k = { 0 };
	struct racer x = { .left = RACERS };
	REQUIRE(kernel_begin(&k, "whole.db") && kernel_serve(&k, 0));
	struct str seen = version(&k, "posts", SEEN);
	REQUIRE(seen.len);
	os_mutex_init(&x.lock);
	os_cond_init(&x.cond);
	for (int i = 0; i < RACERS; i++) {
		struct casework_command c = { .name = S("post.put"), .made_from = seen, .actor = { .system = true },
		                              .data = parsed(&k, arena_printf(&k.a, POST, arena_printf(&k.a, "第 %d 位", i).ptr).ptr) };
		REQUIRE(casework_submit(k.cw, &c, arrived, &x) == OK);
	}
	os_mutex_lock(&x.lock);
	while (x.left)
		os_cond_wait(&x.cond, &x.lock);
	os_mutex_unlock(&x.lock);
	CHECK_INT(x.good, 1);
	CHECK_INT(x.stale, RACERS - 1);
	kernel_end(&k);
}

TEST_MAIN
