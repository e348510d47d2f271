/* test_callers.c - who calls with a token is known from one request to the next, and no longer than he may call. */
#include "casework/casework_int.h"
#include "tests/unit/casework/kernel.h"

#include <stdatomic.h>

enum { ROUNDS = 60 };

struct token { char text[80]; int64_t id; };

static bool token_of(struct kernel *k, const char *login, struct token *t)
{
	char json[100];
	snprintf(json, sizeof json, "{\"login\":\"%s\",\"name\":\"terminal\"}", login);
	if (kernel_do(k, 0, "", "token.create", json) != OK)
		return false;
	snprintf(t->text, sizeof t->text, "%.*s", STR_ARG(kernel_text(k, "token")));
	t->id = json_i64(json_get(k->r.data, "id"), 0);
	return t->id != 0;
}

/* Whom it calls for, with his roles; "-": nobody, "?": something else went wrong. */
static const char *caller(struct casework *cw, const struct token *t, char *said, size_t room)
{
	struct arena a;
	const struct json *list = NULL;
	int64_t person = 0;
	arena_init(&a, 1 << 20);
	enum err e = casework_token_caller(cw, str_of(t->text), &a, &person, &list);
	snprintf(said, room, "%s", e == ERR_NOT_FOUND ? "-" : e == OK ? person ? "somebody" : "-" : "?");
	for (size_t i = 0; e == OK && i < list->count; i++)
		snprintf(said + strlen(said), room - strlen(said), " %.*s", STR_ARG(json_text(&list->items[i])));
	arena_release(&a);
	return said;
}

TEST(what_changes_about_a_caller_counts_from_the_answer_on)
{
	static const struct { const char *name, *command, *json, *then; } rows[] = {
		{ "a post more", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"x\",\"a\":\"sun\"}", "somebody supervisor clerk" },
		{ "as the second at it", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"x\",\"a\":\"li\",\"b\":\"sun\"}", "somebody supervisor clerk" },
		{ "the post is another's", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"x\",\"a\":\"li\",\"b\":null}", "somebody supervisor" },
		{ "another person", "person.put", "{\"login\":\"qian\",\"name\":\"x\"}", "somebody supervisor" },
		{ "the account is closed", "person.put", "{\"login\":\"sun\",\"name\":\"x\",\"enabled\":false}", "-" },
		{ "and opened again", "person.put", "{\"login\":\"sun\",\"name\":\"x\",\"enabled\":true}", "somebody supervisor" },
	};
	struct kernel k = { 0 };
	struct token t;
	char said[200], json[60];
	REQUIRE(kernel_begin(&k, ":memory:") && token_of(&k, "sun", &t));
	CHECK_STR(str_of(caller(k.cw, &t, said, sizeof said)), "somebody supervisor");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_INT(kernel_do(&k, 0, "", rows[i].command, rows[i].json), OK);
		CHECK_STR(str_of(caller(k.cw, &t, said, sizeof said)), rows[i].then);
		CHECK_STR(str_of(caller(k.cw, &t, said, sizeof said)), rows[i].then); /* as it is known now */
	}
	ROW(NULL);
	snprintf(json, sizeof json, "{\"token\":%lld}", (long long)t.id);
	CHECK_INT(kernel_do(&k, 0, "", "token.revoke", json), OK);
	CHECK_STR(str_of(caller(k.cw, &t, said, sizeof said)), "-");
	kernel_end(&k);
}

/* What there was no memory for is no power that somebody has lost. */
TEST(want_of_memory_is_not_kept)
{
	enum { TRIES = 60 };
	struct kernel k = { 0 };
	struct token t;
	char said[200];
	int refused = 0;
	REQUIRE(kernel_begin(&k, ":memory:") && token_of(&k, "sun", &t));
	for (size_t n = 1; n <= TRIES; n++) {
		callers_changed(k.cw->callers);
		arena_fail_after(n);
		refused += strcmp(caller(k.cw, &t, said, sizeof said), "?") == 0;
		arena_fail_after(0);
		CHECK_STR(str_of(caller(k.cw, &t, said, sizeof said)), "somebody supervisor");
	}
	CHECK(refused > 0 && refused < TRIES);
	kernel_end(&k);
}

struct calling { struct casework *cw; const struct token *token; _Atomic bool over; _Atomic int calls, odd; };

static void *go_on_calling(void *arg)
{
	struct calling *c = arg;
	char said[200];
	while (!atomic_load(&c->over)) {
		const char *who = caller(c->cw, c->token, said, sizeof said);
		atomic_fetch_add(&c->odd, strcmp(who, "somebody supervisor") != 0 && strcmp(who, "-") != 0);
		atomic_fetch_add(&c->calls, 1);
	}
	return NULL;
}

/* However the requests of others lie about the commit: it was read before it, and kept after it. */
TEST(who_was_revoked_is_nobody_while_others_call)
{
	struct kernel k = { 0 };
	struct token t;
	char said[200], json[60];
	test_file_remove("callers.db");
	REQUIRE(kernel_begin(&k, "callers.db") && kernel_serve(&k, 0));
	for (int i = 0; i < ROUNDS; i++) {
		struct os_thread *threads[2];
		REQUIRE(token_of(&k, "sun", &t));
		struct calling c = { .cw = k.cw, .token = &t };
		for (int n = 0; n < 2; n++)
			REQUIRE(os_thread_start(&threads[n], go_on_calling, &c) == OK);
		while (atomic_load(&c.calls) < 4)
			(void)os_wait_readable(-1, -1, 1);
		snprintf(json, sizeof json, "{\"token\":%lld}", (long long)t.id);
		CHECK_INT(kernel_do(&k, 0, "", "token.revoke", json), OK);
		CHECK_STR(str_of(caller(k.cw, &t, said, sizeof said)), "-");
		atomic_store(&c.over, true);
		for (int n = 0; n < 2; n++)
			os_thread_join(threads[n]);
		CHECK_INT(c.odd, 0);
		CHECK_STR(str_of(caller(k.cw, &t, said, sizeof said)), "-");
	}
	kernel_end(&k);
	test_file_remove(k.path);
}

TEST_MAIN
