/* http_bench.c - the figures that `make bench` prints for the server.
 *
 *   http_bench startup BANJIE DB           time from `banjie serve` to the first answer
 *   http_bench commands PORT TOKEN ITEM N CONNECTIONS   applications a second, each durable before its answer
 *   http_bench search PORT N CONNECTIONS   item searches: p50, p99
 *   http_bench bare BEFORE AFTER N BATCH   the same rows by SQLite alone
 *
 * Each prints "name value unit" lines. Rates drift from run to run: compare ratios of one run only.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

static int bench_commands(int port, const char *token, const char *item, int64_t n, int connections)
{
	struct commands c = { .token = token, .item = item, .took = calloc((size_t)n, sizeof(int64_t)) };
	struct load l = { port, connections, n, next_application, application_answered, &c };
	int64_t took = load_run(&l);
	if (took > 0) {
		printf("commands_per_second %.0f 1/s\n", (double)n * 1e6 / (double)took);
		printf("commands_p50 %.1f ms\n", (double)load_percentile(c.took, (size_t)c.done, 0.5) / 1e3);
		printf("commands_p99 %.1f ms\n", (double)load_percentile(c.took, (size_t)c.done, 0.99) / 1e3);
		printf("commands_p999 %.1f ms\n", (double)load_percentile(c.took, (size_t)c.done, 0.999) / 1e3);
		printf("commands_refused %lld of %lld\n", (long long)c.refused, (long long)n);
	}
	free(c.took);
	return took > 0 && c.refused == 0 ? 0 : 1;
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

static int bench_bare(const char *before, const char *after, int64_t n, int64_t batch)
{
	struct bare_figures f;
	if (bare_sqlite(before, after, n, batch, &f) != 0)
		return 1;
	printf("bare_per_second %.0f 1/s\n", (double)n * 1e6 / (double)f.took_us);
	printf("bare_rows_each %.1f rows\n", (double)f.rows / (double)n);
	printf("bare_cpu_each %.0f us\n", (double)f.cpu_us / (double)n);
	printf("bare_written_each %.0f bytes\n", (double)f.written / (double)n);
	printf("bare_checkpoint %.1f ms\n", (double)f.checkpoint_us / 1e3);
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: http_bench startup BANJIE DB | commands PORT TOKEN ITEM N CONNECTIONS | search PORT N CONNECTIONS | bare BEFORE AFTER N BATCH\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (strcmp(what, "startup") == 0 && argc == 4)
		return bench_startup(argv[2], argv[3]);
	if (strcmp(what, "commands") == 0 && argc == 7)
		return bench_commands((int)strtol(argv[2], NULL, 10), argv[3], argv[4], strtoll(argv[5], NULL, 10), (int)strtol(argv[6], NULL, 10));
	if (strcmp(what, "search") == 0 && argc == 5)
		return bench_search((int)strtol(argv[2], NULL, 10), strtoll(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10));
	if (strcmp(what, "bare") == 0 && argc == 6)
		return bench_bare(argv[2], argv[3], strtoll(argv[4], NULL, 10), strtoll(argv[5], NULL, 10));
	return usage();
}
