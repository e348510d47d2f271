/* gauge_bench.c - a monthly evaluation of 200 organs and 5,000 people, whole: the record verified entry by entry, replayed, compared
 * with the rows that stand, everybody's figures computed and written down. Beside it, in the same run, what bare SQL needs to aggregate
 * the same rows: the reference. Cases come from the log import (no process behind them).
 *
 *   gauge_bench [organs] [people] [cases a person] */
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "casework/room.h"
#include "gauge/gauge.h"
#include "os/os.h"
#include "web/rooms.h"

static struct casework *cw;
static struct arena arena;
static int64_t organs = 200, people = 5000, each = 6;

static enum err carry_out(const char *name, const char *json, const struct json **answer)
{
	const struct json *data;
	struct casework_result r;
	arena_reset(&arena);
	if (json_read(&arena, str_of(json), &data, NULL) != OK)
		return ERR_INVALID;
	struct casework_command c = { .name = str_of(name), .actor = { .system = true }, .data = data };
	enum err e = casework_do(cw, &c, &arena, &r);
	if (e != OK)
		fprintf(stderr, "%s: %s: %s\n", name, r.diag.code, r.diag.text);
	else if (answer)
		*answer = r.data;
	return e;
}

#define OR_FALSE(call)                \
	do {                          \
		if ((call) != OK)     \
			return false; \
	} while (0)

static bool make_office(void)
{
	char json[512];
	OR_FALSE(carry_out("region.put", "{\"code\":\"990100\",\"name\":\"云溪市\",\"level\":3}", NULL));
	for (int64_t i = 0; i < organs; i++) {
		snprintf(json, sizeof json, "{\"code\":\"O%lld\",\"name\":\"部门%lld\",\"region\":\"990100\"}", (long long)i, (long long)i);
		OR_FALSE(carry_out("organ.put", json, NULL));
		snprintf(json, sizeof json, "{\"impl_code\":\"I%lld\",\"name\":\"事项%lld\",\"organ\":\"O%lld\",\"kind\":\"01\",\"promised_limit\":10,\"statutory_limit\":20,\"unit\":\"working-days\"}",
		         (long long)i, (long long)i, (long long)i);
		OR_FALSE(carry_out("item.put", json, NULL));
	}
	for (int64_t i = 0; i < people; i++) {
		snprintf(json, sizeof json, "{\"login\":\"p%lld\",\"name\":\"职员%lld\",\"staff\":true}", (long long)i, (long long)i);
		OR_FALSE(carry_out("person.put", json, NULL));
		snprintf(json, sizeof json, "{\"code\":\"P%lld\",\"organ\":\"O%lld\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"p%lld\"}", (long long)i, (long long)(i % organs), (long long)i);
		OR_FALSE(carry_out("post.put", json, NULL));
	}
	return true;
}

/* Received on a day of March 2025, concluded some days later; one in ten late. */
static bool make_cases(void)
{
	const int64_t first = 1740787200000, day = 86400000; /* 2025-03-01T08:00+08:00 */
	char json[1024];
	for (int64_t i = 0; i < people * each; i++) {
		int64_t who = i % people, received = first + i % 20 * day, done = received + (1 + i % 7) * day, due = received + (i % 10 ? 20 : 1) * day;
		snprintf(json, sizeof json, "{\"case_no\":\"C%lld\",\"item\":\"I%lld\",\"source\":\"bench\",\"channel\":\"2\",\"received_ms\":%lld,\"concluded_ms\":%lld,\"due_ms\":%lld,"
		         "\"log_end_ms\":%lld,\"responsible\":\"p%lld\",\"attributes\":{},\"steps\":[{\"element\":\"review\",\"name\":\"审查\",\"at_ms\":%lld,\"who\":\"p%lld\",\"person\":\"p%lld\",\"lifecycle\":\"complete\"}]}",
		         (long long)i, (long long)(who % organs), (long long)received, (long long)done, (long long)due, (long long)(first + 40 * day), (long long)who,
		         (long long)done, (long long)who, (long long)who);
		OR_FALSE(carry_out("case.import", json, NULL));
	}
	return true;
}

static bool put_scheme(const char *root)
{
	char path[512];
	struct str text;
	struct arena a;
	arena_init(&a, 8 << 20);
	snprintf(path, sizeof path, "%s/data/gauge/monthly-100.json", root);
	bool good = os_file_read(&a, path, 1 << 20, &text, NULL) == OK;
	struct str command = good ? arena_printf(&a, "{\"scheme\":%.*s}", STR_ARG(text)) : S("");
	good = good && carry_out("gauge.scheme.put", command.ptr, NULL) == OK;
	arena_release(&a);
	return good;
}

static double seconds(int64_t from_us) { return (double)(os_monotonic_us() - from_us) / 1e6; }

/* The same rows, counted by organ and by person, by bare SQL on the same file. */
static double bare_sql(const char *db)
{
	static const char *const queries[] = {
		"SELECT organ, count(*), sum(CASE WHEN decided_ms>=due_ms THEN 1 ELSE 0 END) FROM case_done WHERE concluded_ms>=1740758400000 AND concluded_ms<1743436800000 GROUP BY organ",
		("SELECT s.person, count(*), sum(CASE WHEN k.decided_ms>=k.due_ms THEN 1 ELSE 0 END) FROM case_done k JOIN step_done s ON s.case_id=k.id"
		 " WHERE k.concluded_ms>=1740758400000 AND k.concluded_ms<1743436800000 GROUP BY s.person"),
		"SELECT organ, level, count(*) FROM alert WHERE at_ms>=1740758400000 AND at_ms<1743436800000 GROUP BY organ, level",
		"SELECT person, level, count(*) FROM alert WHERE at_ms>=1740758400000 AND at_ms<1743436800000 GROUP BY person, level",
	};
	sqlite3 *c;
	int64_t from = os_monotonic_us();
	if (sqlite3_open(db, &c) != SQLITE_OK)
		return 0;
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
		(void)sqlite3_exec(c, queries[i], NULL, NULL, NULL);
	double s = seconds(from);
	sqlite3_close(c);
	return s;
}

static double verified_s;
static int64_t began_us;
static bool computed;

static void heard(void *arg, struct str run_no, uint64_t done, uint64_t total)
{
	(void)arg;
	(void)run_no;
	if (!computed && total == (uint64_t)(organs + people)) {
		computed = true;
		verified_s = seconds(began_us); /* up to the first portion written: verified, replayed, compared, computed */
	}
	(void)done;
}

static int evaluate(const char *db)
{
	struct diag d;
	struct gauge_progress p = { .heard = heard };
	const struct json *v, *params;
	const struct casework_actor by_system = { .system = true };
	diag_init(&d);
	if (carry_out("gauge.begin", "{\"scheme\":\"monthly-100\",\"period\":\"2025-03\"}", NULL) != OK)
		return 1;
	double sql = bare_sql(db);
	began_us = os_monotonic_us();
	enum err e = gauge_work(cw, &p, &d);
	double all = seconds(began_us);
	arena_reset(&arena);
	if (e != OK || json_read(&arena, S("{\"run\":\"PG2026000001\"}"), &params, NULL) != OK || casework_view(cw, "gauge.run", &by_system, params, &arena, &v, &d) != OK) {
		fprintf(stderr, "%s: %s\n", d.code, d.text);
		return 1;
	}
	int64_t entries = json_i64(json_get(v, "head_seq"), 0);
	printf("gauge: %lld organs, %lld people, %lld cases, %lld entries of the record\n", (long long)organs, (long long)people, (long long)(people * each), (long long)entries);
	printf("  whole evaluation %.2f s (aim: below 60): verified, replayed, compared and computed %.2f s, written down with notices %.2f s; state %.*s\n", all, verified_s,
	       all - verified_s, STR_ARG(json_text(json_get(v, "state"))));
	printf("  reference, bare SQL over the same rows: %.2f s; the evaluation takes %.0f times that\n", sql, sql > 0 ? all / sql : 0);
	return all < 60 && str_eqz(json_text(json_get(v, "state")), "draft") ? 0 : 1;
}

static int64_t number(char **argv, int argc, int i, int64_t otherwise)
{
	int64_t n;
	return i < argc && str_to_i64(str_of(argv[i]), &n) && n > 0 ? n : otherwise;
}

int main(int argc, char **argv)
{
	char db[80], side[100];
	struct diag d;
	struct os_clock clock;
	struct casework_options o = { .clock = &clock, .inline_writer = true, .fast = true, .data_dir = PROJECT_ROOT };
	WEB_ROOMS_INTO(o);
	diag_init(&d);
	organs = number(argv, argc, 1, organs);
	people = number(argv, argc, 2, people);
	each = number(argv, argc, 3, each);
	arena_init(&arena, 512 << 20);
	os_clock_virtual(&clock, 1767312000000); /* 2026-01-02T08:00+08:00: the month is over */
	snprintf(db, sizeof db, "/tmp/banjie-bench-gauge-%d.db", (int)getpid());
	int status = 1;
	if (casework_open(db, &o, &cw, &d) != OK)
		fprintf(stderr, "%s: %s\n", d.code, d.text);
	else if (make_office() && make_cases() && put_scheme(PROJECT_ROOT))
		status = evaluate(db);
	casework_close(cw);
	arena_release(&arena);
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(side, sizeof side, "%s%s", db, ends[i]);
		unlink(side);
	}
	return status;
}
