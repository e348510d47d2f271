/* test_damage.c - one page of the file is damaged under a city that works: whose rows lie there waits and says why, nobody else does,
 * however many come at once. */
#include <stdio.h>

#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

enum { CASES = 120, PAGE = 2048, AT_ONCE = 500 };

static char case_nos[CASES][32];

#define DAY_MS (24 * 3600000LL)

/* Puts `bytes` over a page and gives what was there. */
static bool put_page(const char *path, int64_t page, const char *bytes, char *before)
{
	FILE *f = fopen(path, "r+b");
	bool done = f && fseek(f, (page - 1) * PAGE, SEEK_SET) == 0 && fread(before, 1, PAGE, f) == PAGE && fseek(f, (page - 1) * PAGE, SEEK_SET) == 0 &&
	            fwrite(bytes, 1, PAGE, f) == PAGE;
	return f && fclose(f) == 0 && done;
}

/* A city of many cases, stopped, so that all of it is in the one file. */
static bool many_cases(struct kernel *k, const char *path)
{
	if (!kernel_begin(k, path))
		return false;
	int64_t citizen = kernel_citizen(k, "zhang");
	for (int i = 0; i < CASES; i++) {
		char key[16];
		snprintf(key, sizeof key, "k%d", i);
		struct str case_no = kernel_submit(k, citizen, key);
		if (!case_no.ptr)
			return false;
		snprintf(case_nos[i], sizeof case_nos[i], "%.*s", STR_ARG(case_no));
	}
	return true;
}

TEST(limits_of_other_cases_take_effect_and_a_damaged_one_is_tried_again)
{
	static const char nothing[PAGE];
	static char page[PAGE], back[PAGE];
	struct kernel k = { .cw = NULL };
	struct diag d;
	char path[160];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	snprintf(path, sizeof path, "%s/city.db", test_folder("damage"));
	REQUIRE(many_cases(&k, path));
	casework_close(k.cw);
	CHECK_INT(test_sql(path, "PRAGMA page_size"), PAGE);
	int64_t leaf = test_sql(path, "SELECT pageno FROM dbstat WHERE name='clock' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET 1");
	int64_t cells = test_sql(path, "SELECT ncell FROM dbstat WHERE name='clock' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET 1");
	if (leaf < 0)
		SKIP("this SQLite cannot tell where a table lies");
	CHECK_INT(test_sql(path, "SELECT count(*) FROM clock"), 3 * CASES); /* of the step, promised, statutory */
	REQUIRE(put_page(path, leaf, nothing, page));
	REQUIRE(kernel_open(&k, path));
	/* the limit of a step is two working days: by the end of the week every step has been warned of, and is over */
	diag_init(&d);
	CHECK_INT(casework_advance(k.cw, &k.clock, KERNEL_START_MS + 4 * DAY_MS, &d), OK);
	casework_close(k.cw);
	int64_t warned = test_sql(path, "SELECT count(DISTINCT case_id) FROM alert");
	int64_t waiting = test_sql(path, "SELECT count(DISTINCT subject) FROM ledger WHERE kind='timer.postponed'");
	CHECK(waiting > 0 && waiting <= 3 * cells); /* those on the page; and of its neighbours who would have to move rows there */
	CHECK(warned >= CASES - cells && warned + waiting >= CASES); /* a leaf holds no more cases than clocks */
	CHECK_INT(test_sql(path, "SELECT count(*) FROM ledger WHERE kind='timer.postponed' AND payload NOT LIKE '%\"reason\":\"Something that this needs is damaged%'"), 0);
	/* the page comes back: within the hour those are warned of too */
	REQUIRE(put_page(path, leaf, page, back));
	REQUIRE(kernel_open(&k, path));
	CHECK_INT(casework_advance(k.cw, &k.clock, KERNEL_START_MS + 4 * DAY_MS + 3600000, &d), OK);
	casework_close(k.cw);
	CHECK_INT(test_sql(path, "SELECT count(DISTINCT case_id) FROM alert"), CASES);
	arena_release(&k.a);
}

/* ---- many at once ---- */

struct crowd { struct os_mutex lock; struct os_cond cond; bool at_gate, open; int answered, told[AT_ONCE]; enum err errs[AT_ONCE]; };
struct one { struct crowd *crowd; int i; };

/* The first to be told holds the writer until all others wait. */
static void stand_at_gate(void *arg, const struct casework_result *r)
{
	struct crowd *c = arg;
	(void)r;
	os_mutex_lock(&c->lock);
	c->at_gate = true;
	os_cond_broadcast(&c->cond);
	while (!c->open)
		os_cond_wait(&c->cond, &c->lock);
	os_mutex_unlock(&c->lock);
}

static void answer(void *arg, const struct casework_result *r)
{
	struct one *o = arg;
	os_mutex_lock(&o->crowd->lock);
	o->crowd->told[o->i]++;
	o->crowd->errs[o->i] = r->err;
	o->crowd->answered++;
	os_cond_broadcast(&o->crowd->cond);
	os_mutex_unlock(&o->crowd->lock);
}

static enum err send_note(struct kernel *k, const char *case_no, void (*done)(void *arg, const struct casework_result *r), void *arg)
{
	char json[128];
	const struct json *data = NULL;
	snprintf(json, sizeof json, "{\"case_no\":\"%s\",\"text\":\"看过了\"}", case_no);
	if (json_read(&k->a, str_of(json), &data, NULL) != OK)
		return ERR_INVALID;
	struct casework_command c = { .name = S("case.note"), .data = data, .actor = { .system = true } };
	return casework_submit(k->cw, &c, done, arg);
}

/* A note to the case at which[i] of each, all of them waiting in one queue. */
static void note_all(struct kernel *k, const int which[AT_ONCE], struct crowd *c)
{
	static struct one ones[AT_ONCE];
	*c = (struct crowd){ .at_gate = false };
	os_mutex_init(&c->lock);
	os_cond_init(&c->cond);
	CHECK_INT(send_note(k, case_nos[0], stand_at_gate, c), OK);
	os_mutex_lock(&c->lock);
	while (!c->at_gate)
		os_cond_wait(&c->cond, &c->lock);
	os_mutex_unlock(&c->lock);
	for (int i = 0; i < AT_ONCE; i++) {
		ones[i] = (struct one){ c, i };
		CHECK_INT(send_note(k, case_nos[which[i]], answer, &ones[i]), OK);
	}
	os_mutex_lock(&c->lock);
	c->open = true;
	os_cond_broadcast(&c->cond);
	while (c->answered < AT_ONCE)
		os_cond_wait(&c->cond, &c->lock);
	os_mutex_unlock(&c->lock);
}

static bool open_served(struct kernel *k, const char *path)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .fast = true };
	return casework_open(path, &o, &k->cw, NULL) == OK;
}

/* The second leaf of the open cases: its number, which case is its first, and how many it has. */
static int64_t leaf_of_cases(const char *path, int64_t *first, int64_t *cells)
{
	*first = test_sql(path, "SELECT ncell FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1");
	*cells = test_sql(path, "SELECT ncell FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET 1");
	return test_sql(path, "SELECT pageno FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET 1");
}

TEST(of_hundreds_that_wait_together_each_whose_case_is_damaged_is_told_and_each_other_is_carried_out)
{
	static const char nothing[PAGE];
	static char page[PAGE], back[PAGE];
	static struct crowd crowd;
	static int which[AT_ONCE];
	struct kernel k = { .cw = NULL };
	char path[160];
	int64_t first, cells;
	uint64_t n;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	snprintf(path, sizeof path, "%s/city.db", test_folder("damage"));
	REQUIRE(many_cases(&k, path));
	casework_close(k.cw);
	int64_t leaf = leaf_of_cases(path, &first, &cells);
	if (leaf < 0)
		SKIP("this SQLite cannot tell where a table lies");
	REQUIRE(cells > 0 && first + cells < CASES);
	REQUIRE(put_page(path, leaf, nothing, page));
	REQUIRE(open_served(&k, path));
	for (int i = 0; i < AT_ONCE; i++) /* by turns one there, one behind it */
		which[i] = (int)(i % 2 ? first + cells + i % (CASES - first - cells) : first + i % cells);
	note_all(&k, which, &crowd);
	for (int i = 0; i < AT_ONCE; i++) {
		CHECK_INT(crowd.told[i], 1);
		CHECK_INT(crowd.errs[i], i % 2 ? OK : ERR_CORRUPT);
	}
	casework_close(k.cw);
	CHECK_INT(test_sql(path, "SELECT count(*) FROM ledger WHERE kind='case.note'"), 1 + AT_ONCE / 2); /* the gate's too */
	/* the page comes back: the record is whole, and its rows are those of what was acknowledged */
	REQUIRE(put_page(path, leaf, page, back));
	REQUIRE(kernel_open(&k, path));
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, NULL), OK);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
	kernel_end(&k);
}

/* ---- the last page of a table from which new rows take their numbers ---- */

static int64_t last_leaf(const char *path, const char *table)
{
	char sql[160];
	snprintf(sql, sizeof sql, "SELECT pageno FROM dbstat WHERE name='%s' AND pagetype='leaf' ORDER BY path DESC LIMIT 1", table);
	return test_sql(path, sql);
}

enum { IDS_AN_ENTRY = 2097152 }; /* docs/backup.md; casework/ids.c says why */

/* What the file holds behind one damage more: every number once, and none beyond what the entries allow. */
static void check_numbers(const char *path, int64_t largest)
{
	static const char all[] = "(SELECT id FROM person UNION ALL SELECT id FROM case_data UNION ALL SELECT id FROM step_open UNION ALL SELECT id FROM clock"
	                          " UNION ALL SELECT id FROM notice UNION ALL SELECT id FROM token UNION ALL SELECT id FROM item)";
	char sql[400];
	snprintf(sql, sizeof sql, "SELECT count(*)-count(DISTINCT id) FROM %s", all);
	CHECK_INT(test_sql(path, sql), 0);
	snprintf(sql, sizeof sql, "SELECT max(id) FROM %s", all);
	CHECK(test_sql(path, sql) > largest);
	CHECK(test_sql(path, sql) <= test_sql(path, "SELECT max(seq) FROM ledger") * IDS_AN_ENTRY);
}

static bool put_one(struct kernel *k, const char *login)
{
	char json[120];
	snprintf(json, sizeof json, "{\"login\":\"%s\",\"name\":\"新来的\",\"staff\":true}", login);
	return kernel_do(k, 0, "", "person.put", json) == OK;
}

static const struct { const char *table; bool takes_cases; } last_pages[] = {
	{ "case_data", false }, { "step_open", false }, { "clock", false }, { "notice", true }, { "token", true },
};

/* The city, stopped, and what is laid over a page. */
static bool city_to_spoil(struct kernel *k, char *path, size_t room, char noise[PAGE], int64_t *citizen)
{
	memset(noise, 0xa5, PAGE);
	snprintf(path, room, "%s/city.db", test_folder("damage"));
	if (!many_cases(k, path))
		return false;
	*citizen = kernel_person(k, "zhang");
	bool done = kernel_do(k, 0, "", "token.create", "{\"login\":\"wang\",\"name\":\"m\"}") == OK;
	casework_close(k->cw);
	return done;
}

TEST(a_restart_over_the_last_page_of_a_numbered_table_goes_on_and_gives_no_number_twice)
{
	static char page[PAGE], back[PAGE], noise[PAGE];
	struct kernel k = { .cw = NULL };
	struct casework_health health;
	char path[160], login[32];
	uint64_t n;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	int64_t citizen;
	REQUIRE(city_to_spoil(&k, path, sizeof path, noise, &citizen));
	int64_t largest = test_sql(path, "SELECT max(id) FROM token");
	if (last_leaf(path, "clock") < 0)
		SKIP("this SQLite cannot tell where a table lies");
	for (size_t i = 0; i < sizeof last_pages / sizeof *last_pages; i++) {
		ROW(last_pages[i].table);
		int64_t leaf = last_leaf(path, last_pages[i].table);
		REQUIRE(leaf > 0 && put_page(path, leaf, noise, page) && kernel_open(&k, path));
		CHECK(casework_health(k.cw, &health) == OK && health.damaged);
		for (int round = 0; round < 2; round++) { /* also behind a command that met it */
			snprintf(login, sizeof login, "new%zu-%d", i, round);
			CHECK(put_one(&k, login));
			snprintf(login, sizeof login, "later%zu-%d", i, round);
			CHECK(kernel_submit(&k, citizen, login).ptr != NULL || !last_pages[i].takes_cases);
			CHECK_INT(k.r.err, last_pages[i].takes_cases ? OK : ERR_CORRUPT);
		}
		casework_close(k.cw);
		REQUIRE(put_page(path, leaf, page, back));
		check_numbers(path, largest);
		/* mended: whole, in its own order, and on from there */
		REQUIRE(kernel_open(&k, path));
		CHECK(casework_health(k.cw, &health) == OK && !health.damaged);
		CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, NULL), OK);
		CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
		snprintf(login, sizeof login, "mended%zu", i);
		CHECK(kernel_submit(&k, citizen, login).ptr != NULL);
		casework_close(k.cw);
		check_numbers(path, largest);
	}
	ROW(NULL);
	arena_release(&k.a);
}

/* It shows only while it serves: whom it meets is refused, and nobody behind him. */
TEST(a_numbered_table_damaged_under_a_server_refuses_only_who_needs_it)
{
	static char page[PAGE], back[PAGE], noise[PAGE];
	struct kernel k = { .cw = NULL };
	struct casework_health health;
	char path[160];
	uint64_t n;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	int64_t citizen;
	REQUIRE(city_to_spoil(&k, path, sizeof path, noise, &citizen));
	int64_t leaf = last_leaf(path, "case_data"), largest = test_sql(path, "SELECT max(id) FROM token");
	if (leaf < 0)
		SKIP("this SQLite cannot tell where a table lies");
	REQUIRE(open_served(&k, path)); /* its writer has not been there yet */
	CHECK(casework_health(k.cw, &health) == OK && !health.damaged);
	REQUIRE(put_page(path, leaf, noise, page));
	CHECK(kernel_submit(&k, citizen, "during").ptr == NULL);
	CHECK_INT(k.r.err, ERR_CORRUPT);
	CHECK(put_one(&k, "behind"));
	CHECK(casework_health(k.cw, &health) == OK && health.damaged);
	casework_close(k.cw);
	REQUIRE(put_page(path, leaf, page, back) && kernel_open(&k, path));
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
	kernel_end(&k);
	check_numbers(path, largest);
}

TEST_MAIN
