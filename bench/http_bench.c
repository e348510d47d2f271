/* http_bench.c - the figures that `make bench` prints for the server.
 *
 *   http_bench startup BANJIE DB           time from `banjie serve` to the first answer
 *   http_bench commands PORT TOKEN ITEM N CONNECTIONS   applications a second, each durable before its answer
 *   http_bench holder DB                   login and number of steps of whoever holds the most open first steps
 *   http_bench claim|accept PORT TOKEN DB CONNECTIONS   those steps taken; those steps completed: the cases are accepted
 *   http_bench search PORT N CONNECTIONS   item searches: p50, p99
 *   http_bench bare BEFORE AFTER N BATCH      the same rows by SQLite alone, as texts
 *   http_bench pressed BEFORE AFTER N BATCH   and as they stand in the file
 *   http_bench log FILE                    bytes that copying this write-ahead log into its file will write
 *
 * Each prints "name value unit" lines. Rates drift from run to run: compare ratios of one run only.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "bare_sqlite.h"
#include "http_load.h"

enum { TARGET_MAX = 512, BODY_MAX = 8192 };

/* ---- commands ---- */

struct commands {
	const char *token, *item;
	int64_t *took, done, refused;
	int64_t serial;
};

static size_t next_application(void *arg, int connection, char *to, size_t room)
{
	struct commands *c = arg;
	char body[BODY_MAX];
	(void)connection;
	snprintf(body, sizeof body,
	         "{\"item\":\"%s\",\"form\":{\"application\":\"new\",\"business_name\":\"压力测试餐馆%lld\",\"credit_code\":\"92990102MA04739877\","
	         "\"business_type\":\"catering\",\"processing\":\"hot\",\"area\":80,\"address\":\"云溪市望江区茶山路 1 号\",\"manager\":\"林晓\","
	         "\"phone\":\"13900000001\"},\"applicant\":{\"name\":\"林晓\",\"kind\":\"1\",\"id_type\":\"111\",\"id_no\":\"990102199003070029\","
	         "\"phone\":\"13900000001\"}}",
	         c->item, (long long)c->serial++);
	return load_request(to, room, "POST", "/api/v1/cases", c->token, body);
}

static void application_answered(void *arg, int connection, const struct load_answer *a)
{
	struct commands *c = arg;
	(void)connection;
	if (a->status != 201 && c->refused++ == 0)
		fprintf(stderr, "status %d: %.300s\n", a->status, a->body);
	c->took[c->done++] = a->took_us;
}

/* Of this process so far: of a run of commands hardly anything else. */
static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int print_commands(int64_t *each, int64_t done, int64_t refused, int64_t took)
{
	if (took > 0) {
		printf("commands_per_second %.0f 1/s\n", (double)done * 1e6 / (double)took);
		printf("commands_p50 %.1f ms\n", (double)load_percentile(each, (size_t)done, 0.5) / 1e3);
		printf("commands_p99 %.1f ms\n", (double)load_percentile(each, (size_t)done, 0.99) / 1e3);
		printf("commands_p999 %.1f ms\n", (double)load_percentile(each, (size_t)done, 0.999) / 1e3);
		printf("commands_cpu_each %.1f us\n", cpu_us() / (double)done);
		printf("commands_refused %lld of %lld\n", (long long)refused, (long long)done);
	}
	free(each);
	return took > 0 && refused == 0 ? 0 : 1;
}

static int bench_commands(int port, const char *token, const char *item, int64_t n, int connections)
{
	struct commands c = { .token = token, .item = item, .took = calloc((size_t)n, sizeof(int64_t)) };
	struct load l = { port, connections, n, next_application, application_answered, &c };
	int64_t took = load_run(&l);
	return print_commands(c.took, c.done, c.refused, took);
}

/* ---- steps: the first of each case, in the hands of one person ---- */

struct step { char case_no[32]; int64_t id; };
struct steps {
	const char *token, *path, *body;
	struct step *at;
	int64_t count, next, done, refused;
	int64_t *took;
	char login[64];
};

static int read_steps(const char *db, struct steps *s)
{
	static const char who[] = "SELECT n.login, count(*), n.id FROM step_open s JOIN person n ON n.id=s.person WHERE s.element='acceptance_check'"
	                          " GROUP BY n.login ORDER BY 2 DESC LIMIT 1",
		which[] = "SELECT k.case_no, s.id FROM step_open s JOIN case_open k ON k.id=s.case_id WHERE s.element='acceptance_check' AND s.person=?1 ORDER BY s.id";
	sqlite3 *c;
	sqlite3_stmt *q;
	int64_t person = 0;
	if (sqlite3_open_v2(db, &c, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK || sqlite3_prepare_v2(c, who, -1, &q, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(q) == SQLITE_ROW) {
		snprintf(s->login, sizeof s->login, "%s", (const char *)sqlite3_column_text(q, 0));
		s->at = calloc((size_t)sqlite3_column_int64(q, 1), sizeof *s->at);
		person = sqlite3_column_int64(q, 2);
	}
	sqlite3_finalize(q);
	if (sqlite3_prepare_v2(c, which, -1, &q, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_int64(q, 1, person);
	for (; s->at && sqlite3_step(q) == SQLITE_ROW; s->count++) {
		snprintf(s->at[s->count].case_no, sizeof s->at->case_no, "%s", (const char *)sqlite3_column_text(q, 0));
		s->at[s->count].id = sqlite3_column_int64(q, 1);
	}
	sqlite3_finalize(q);
	sqlite3_close(c);
	return s->count ? 0 : -1;
}

static size_t next_step(void *arg, int connection, char *to, size_t room)
{
	struct steps *s = arg;
	char target[TARGET_MAX];
	const struct step *step = &s->at[s->next++ % s->count];
	(void)connection;
	snprintf(target, sizeof target, "/api/v1/cases/%s/steps/%lld/%s", step->case_no, (long long)step->id, s->path);
	return load_request(to, room, "POST", target, s->token, s->body);
}

static void step_answered(void *arg, int connection, const struct load_answer *a)
{
	struct steps *s = arg;
	(void)connection;
	if (a->status != 200 && s->refused++ == 0)
		fprintf(stderr, "status %d: %.300s\n", a->status, a->body);
	s->took[s->done++] = a->took_us;
}

static int bench_steps(bool accept, int port, const char *token, const char *db, int connections)
{
	struct steps s = { .token = token, .path = accept ? "actions" : "claim",
	                   .body = accept ? "{\"action\":\"accept\",\"opinion\":\"材料齐全\",\"form\":{}}" : "{}" };
	if (read_steps(db, &s) != 0)
		return 1;
	s.took = calloc((size_t)s.count, sizeof(int64_t));
	struct load l = { port, connections, s.count, next_step, step_answered, &s };
	int64_t took = load_run(&l);
	free(s.at);
	return print_commands(s.took, s.done, s.refused, took);
}

static int print_holder(const char *db)
{
	struct steps s = { .count = 0 };
	if (read_steps(db, &s) != 0)
		return 1;
	printf("%s %lld\n", s.login, (long long)s.count);
	free(s.at);
	return 0;
}

/* ---- search ---- */

static const char *const words[] = { "许可", "登记", "食品", "道路", "备案", "审批", "建设", "经营", "资格", "补贴", "变更", "注销",
	                             "卫生", "运输", "规划", "施工", "医疗", "教育", "水利", "消防" };
enum { WORDS = sizeof words / sizeof *words };

struct searches { int64_t *took, done, empty, serial; };

static void put_escaped(char *to, const char *text)
{
	for (; *text; text++, to += 3)
		snprintf(to, 4, "%%%02X", (unsigned char)*text);
}

static size_t next_search(void *arg, int connection, char *to, size_t room)
{
	struct searches *s = arg;
	char target[TARGET_MAX], one[64], two[64];
	(void)connection;
	put_escaped(one, words[s->serial % WORDS]);
	put_escaped(two, words[s->serial / WORDS % WORDS]);
	/* every other search has two words */
	if (s->serial++ % 2)
		snprintf(target, sizeof target, "/api/v1/items?q=%s", one);
	else
		snprintf(target, sizeof target, "/api/v1/items?q=%s%%20%s", one, two);
	return load_request(to, room, "GET", target, NULL, NULL);
}

static void search_answered(void *arg, int connection, const struct load_answer *a)
{
	struct searches *s = arg;
	(void)connection;
	if (a->status != 200)
		fprintf(stderr, "status %d: %.300s\n", a->status, a->body);
	s->empty += strstr(a->body, "\"rows\":[]") != NULL;
	s->took[s->done++] = a->took_us;
}

static int bench_search(int port, int64_t n, int connections)
{
	struct searches s = { .took = calloc((size_t)n, sizeof(int64_t)) };
	struct load l = { port, connections, n, next_search, search_answered, &s };
	int64_t took = load_run(&l);
	if (took > 0) {
		printf("search_p50 %.2f ms\n", (double)load_percentile(s.took, (size_t)s.done, 0.5) / 1e3);
		printf("search_p99 %.2f ms\n", (double)load_percentile(s.took, (size_t)s.done, 0.99) / 1e3);
		printf("search_per_second %.0f 1/s\n", (double)n * 1e6 / (double)took);
		printf("search_without_result %lld of %lld\n", (long long)s.empty, (long long)n);
	}
	free(s.took);
	return took > 0 ? 0 : 1;
}

/* ---- start ---- */

static pid_t start_server(const char *banjie, const char *db, int *port)
{
	int out[2];
	char line[256] = "";
	if (pipe(out) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		close(out[0]);
		execl(banjie, banjie, "serve", "--db", db, "--listen", "127.0.0.1:0", "--virtual-time", "2026-03-31T09:00:00+08:00", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	FILE *f = fdopen(out[0], "r");
	const char *at = f && fgets(line, sizeof line, f) ? strstr(line, "127.0.0.1:") : NULL;
	*port = at ? (int)strtol(at + 10, NULL, 10) : 0;
	if (f)
		fclose(f);
	return pid;
}

static size_t next_health(void *arg, int connection, char *to, size_t room)
{
	(void)arg;
	(void)connection;
	return load_request(to, room, "GET", "/healthz", NULL, NULL);
}

static void health_answered(void *arg, int connection, const struct load_answer *a)
{
	(void)connection;
	*(int *)arg = a->status;
}

static int64_t one_start(const char *banjie, const char *db)
{
	int port = 0, status = 0;
	int64_t began = load_now_us();
	pid_t pid = start_server(banjie, db, &port);
	struct load l = { port, 1, 1, next_health, health_answered, &status };
	int64_t took = port && load_run(&l) > 0 && status == 200 ? load_now_us() - began : -1;
	if (pid > 0) {
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
	}
	return took;
}

static int bench_startup(const char *banjie, const char *db)
{
	enum { RUNS = 5 };
	int64_t took[RUNS];
	for (int i = 0; i < RUNS; i++)
		if ((took[i] = one_start(banjie, db)) < 0)
			return 1;
	printf("startup_to_first_answer %.0f ms\n", (double)load_percentile(took, RUNS, 0.5) / 1e3);
	return 0;
}

static int bench_bare(const char *before, const char *after, int64_t n, int64_t batch, bool pressed)
{
	struct bare_figures f;
	if (bare_sqlite(before, after, n, batch, pressed, &f) != 0)
		return 1;
	printf("bare_per_second %.0f 1/s\n", (double)n * 1e6 / (double)f.took_us);
	printf("bare_rows_each %.1f rows\n", (double)f.rows / (double)n);
	printf("bare_cpu_each %.0f us\n", (double)f.cpu_us / (double)n);
	printf("bare_written_each %.0f bytes\n", (double)f.written / (double)n);
	printf("bare_checkpoint %.1f ms\n", (double)f.checkpoint_us / 1e3);
	return 0;
}

/* ---- the log ---- */

static uint32_t big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Pages that stand in it several times are copied once. Format: https://www.sqlite.org/fileformat2.html, section 4. */
static int print_log(const char *path)
{
	enum { HEAD = 32, FRAME_HEAD = 24, SALTS_AT_HEAD = 16, SALTS_AT_FRAME = 8, SALTS = 8, PAGES = 1 << 24 };
	unsigned char head[HEAD], frame[FRAME_HEAD];
	int64_t pages = 0;
	long size = 0;
	FILE *f = fopen(path, "rb");
	if (f && fread(head, HEAD, 1, f) == 1) {
		bool *seen = calloc(PAGES, sizeof *seen);
		size = (long)big_endian(head + 8);
		while (fread(frame, FRAME_HEAD, 1, f) == 1 && memcmp(frame + SALTS_AT_FRAME, head + SALTS_AT_HEAD, SALTS) == 0) {
			uint32_t page = big_endian(frame) % PAGES;
			pages += !seen[page];
			seen[page] = true;
			if (fseek(f, size, SEEK_CUR) != 0)
				break;
		}
		free(seen);
	}
	if (f)
		fclose(f);
	printf("%lld\n", (long long)(pages * size));
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: http_bench startup BANJIE DB | commands PORT TOKEN ITEM N CONNECTIONS | holder DB | claim|accept PORT TOKEN DB CONNECTIONS | search PORT N CONNECTIONS | bare|pressed BEFORE AFTER N BATCH | log FILE\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (strcmp(what, "startup") == 0 && argc == 4)
		return bench_startup(argv[2], argv[3]);
	if (strcmp(what, "commands") == 0 && argc == 7)
		return bench_commands((int)strtol(argv[2], NULL, 10), argv[3], argv[4], strtoll(argv[5], NULL, 10), (int)strtol(argv[6], NULL, 10));
	if (strcmp(what, "holder") == 0 && argc == 3)
		return print_holder(argv[2]);
	if ((strcmp(what, "claim") == 0 || strcmp(what, "accept") == 0) && argc == 6)
		return bench_steps(what[0] == 'a', (int)strtol(argv[2], NULL, 10), argv[3], argv[4], (int)strtol(argv[5], NULL, 10));
	if (strcmp(what, "search") == 0 && argc == 5)
		return bench_search((int)strtol(argv[2], NULL, 10), strtoll(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10));
	if ((strcmp(what, "bare") == 0 || strcmp(what, "pressed") == 0) && argc == 6)
		return bench_bare(argv[2], argv[3], strtoll(argv[4], NULL, 10), strtoll(argv[5], NULL, 10), what[0] == 'p');
	if (strcmp(what, "log") == 0 && argc == 3)
		return print_log(argv[2]);
	return usage();
}
