/* What an act remembers of its case, and how often it asks. That what is remembered is what the rows say is held by every test of a kernel: they
 * have it compared (casework_options.doubting). */
#include "casework/casework_int.h"
#include "store/store_int.h"
#include "tests/unit/casework/kernel.h"

static int64_t citizen_of(struct kernel *k)
{
	return kernel_citizen(k, "citizen1");
}

static uint64_t ways(const struct kernel *k)
{
	return k->cw->store->writer->ways;
}

static int64_t step_of(struct kernel *k)
{
	struct store_conn *c;
	int64_t id = 0;
	if (store_reader_take(k->cw->store, &c) != OK)
		return 0;
	id = row_i64(c, "SELECT max(id) FROM step_open WHERE ?1=1", 1, 0);
	return store_reader_give(k->cw->store, c) == OK ? id : 0;
}

struct asked { uint64_t open, claim, complete; };

static bool one_case(struct kernel *k, int64_t citizen, int n, struct asked *fewest)
{
	char key[32], claim[64], complete[200];
	int64_t wang = kernel_person(k, "wang");
	snprintf(key, sizeof key, "k%d", n);
	uint64_t start = ways(k);
	if (!kernel_submit(k, citizen, key).len)
		return false;
	uint64_t open = ways(k) - start;
	int64_t step = step_of(k);
	snprintf(claim, sizeof claim, "{\"step\":%lld}", (long long)step);
	snprintf(complete, sizeof complete, "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
	start = ways(k);
	snprintf(key, sizeof key, "c%d", n);
	if (kernel_do(k, wang, key, "step.claim", claim) != OK)
		return false;
	uint64_t taken = ways(k) - start;
	start = ways(k);
	if (kernel_do(k, wang, "", "step.complete", complete) != OK)
		return false;
	uint64_t done = ways(k) - start;
	*fewest = (struct asked){ open < fewest->open ? open : fewest->open, taken < fewest->claim ? taken : fewest->claim, done < fewest->complete ? done : fewest->complete };
	return true;
}

/* To a server and back, of a command that is alone in its batch: what others have written, what it asks, its commit. The server's own upkeep may make the
 * writer doubt what it knows: the fewest of some counts. */
TEST(a_command_asks_the_server_a_few_times)
{
	enum { CASES = 12 };
	struct kernel k = { 0 };
	struct asked fewest = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	k.cw->memo_doubted = false;
	for (int i = 0; i < CASES; i++)
		REQUIRE(one_case(&k, citizen, i, &fewest));
	bool far = store_is_far(k.cw->store->writer);
	CHECK_INT(far ? fewest.open : 3, 3);         /* the key it came with, which nobody has used before */
	CHECK_INT(far ? fewest.claim : 4, 4);        /* its key and the step; its case */
	CHECK_INT(far ? fewest.complete : 4, 4);
	CHECK(far || ways(&k) == 0);
	kernel_end(&k);
}

static int64_t numbers(struct kernel *k, const char *sql)
{
	struct store_conn *c;
	int64_t n = -1;
	if (store_reader_take(k->cw->store, &c) != OK)
		return n;
	n = row_i64(c, sql, 1, -1);
	return store_reader_give(k->cw->store, c) == OK ? n : -1;
}

/* A number goes on where the last one was, also after a command that was refused with a number in its hand, and after the writer has forgotten all. */
TEST(numbers_have_no_gap_and_come_once)
{
	struct kernel k = { 0 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"审查岗\",\"a\":\"wang\"}") == OK);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P2\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"主任\",\"a\":\"li\"}") == OK);
	CHECK(!kernel_submit(&k, citizen, "k2").len); /* nobody reviews: refused behind the number */
	CHECK_STR(str_of(k.r.diag.code), "post.missing");
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\"}") == OK);
	REQUIRE(kernel_submit(&k, citizen, "k3").len);
	k.cw->next_id = 0; /* as after a fault */
	REQUIRE(kernel_submit(&k, citizen, "k4").len);
	CHECK_INT(numbers(&k, "SELECT count(*) FROM case_number WHERE ?1=1"), 3);
	CHECK_INT(numbers(&k, "SELECT max(CAST(substr(case_no, 15) AS INTEGER)) FROM case_number WHERE ?1=1"), 3);
	kernel_end(&k);
}

/* Steps go to the post that has fewer of them, whoever handed some over meanwhile. */
TEST(a_step_goes_to_the_post_with_fewer)
{
	struct kernel k = { 0 };
	char json[200];
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k), li = kernel_person(&k, "li");
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查二岗\",\"a\":\"sun\"}") == OK);
	int64_t first = numbers(&k, "SELECT id FROM post WHERE code='P1' AND ?1=1"), second = numbers(&k, "SELECT id FROM post WHERE code='P4' AND ?1=1");
	static const char newest[] = "SELECT post FROM step_open WHERE ?1=1 ORDER BY id DESC LIMIT 1";
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	CHECK_INT(numbers(&k, newest), first);
	REQUIRE(kernel_submit(&k, citizen, "k2").len);
	CHECK_INT(numbers(&k, newest), second);
	snprintf(json, sizeof json, "{\"step\":%lld,\"person\":\"wang\",\"reason\":\"分工\"}", (long long)step_of(&k));
	REQUIRE(kernel_do(&k, li, "", "step.reassign", json) == OK); /* two at the first, none at the second */
	REQUIRE(kernel_submit(&k, citizen, "k3").len);
	CHECK_INT(numbers(&k, newest), second);
	REQUIRE(kernel_submit(&k, citizen, "k4").len);
	CHECK_INT(numbers(&k, newest), second);
	REQUIRE(kernel_submit(&k, citizen, "k5").len);
	CHECK_INT(numbers(&k, newest), first);
	kernel_end(&k);
}

TEST_MAIN
