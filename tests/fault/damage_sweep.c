/* damage_sweep.c - damages one leaf of a demonstration city after the other and asks for every page of every route without parameters: how many of
 * (page, leaf) cannot be shown. Not a test: its file is spoilt again and again, and mended each time.
 *
 *     banjie demo --db city.db && damage_sweep city.db PASSWORD [LEAVES [OF]]
 *
 * LEAVES: of each table and index, spread over it (3); OF: of this one alone. Each pair that answers 500 or more is a line; the sums come last.
 */
#include "casework/casework.h"
#include "http/http.h"
#include "tests/damage.h"
#include "tests/unit/http/client.h"
#include "web/rooms.h"
#include "web/web.h"

enum { PAGES_MAX = 400, WHO_MAX = 9, LEAVES_MAX = 4000 };

struct leaf { char of[64]; int64_t page; };

static const struct { const char *login; unsigned roles; } who[] = {
	{ "", WEB_VISITOR }, { "linxiao", WEB_CITIZEN }, { "wangfang", WEB_CLERK }, { "heyuan", WEB_HEAD | WEB_REVIEWER }, { "lvping", WEB_SUPERVISOR }, { "caijing", WEB_ADMIN },
	{ "jiangnan", WEB_AUDITOR },
};

static char cookies[sizeof who / sizeof *who][200];
static struct { const char *to; int who; bool fine; } pages[PAGES_MAX];
static int pages_count;
static struct leaf leaves[LEAVES_MAX];
static int leaves_count;
static struct casework_options options;
static struct casework *cw;
static struct web *web;

static bool serve(const char *path)
{
	struct diag d;
	diag_init(&d);
	if (casework_open(path, &options, &cw, &d) != OK) {
		cw = NULL;
		return false;
	}
	struct web_options o = { .casework = cw, .pages_dir = PAGES_DIR };
	return web_start(&o, &web, &d) == OK;
}

static void stop(void)
{
	web_stop(web);
	casework_close(cw);
	web = NULL;
	cw = NULL;
}

static int status_of(int page)
{
	char headers[300];
	snprintf(headers, sizeof headers, "%sAccept: text/html\r\n", cookies[pages[page].who]);
	struct answer a = client_ask(web_port(web), "GET", pages[page].to, headers, S(""));
	int status = a.status;
	answer_free(&a);
	return status;
}

/* Streams have no end, and what is asked for with parameters needs some. */
static bool is_page(const struct http_route *r)
{
	return r->method == HTTP_GET && !strchr(r->pattern, '{') && !strstr(r->pattern, "/events") && !strstr(r->pattern, "/oidc") && !strstr(r->pattern, "/api/openapi");
}

static void find_pages(void)
{
	const struct http_route *routes;
	size_t n = web_routes(&routes);
	for (size_t i = 0; i < n && pages_count < PAGES_MAX; i++)
		for (int w = 0; is_page(&routes[i]) && w < (int)(sizeof who / sizeof *who); w++)
			if (routes[i].access & who[w].roles) {
				pages[pages_count].to = routes[i].pattern;
				pages[pages_count].who = w;
				int status = status_of(pages_count);
				if (status == 200) {
					pages_count++;
					break;
				}
			}
}

static bool find_leaves(const char *path, int each, const char *of)
{
	sqlite3 *db;
	sqlite3_stmt *s = NULL;
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "SELECT name, pageno, n, row_number() OVER (PARTITION BY name ORDER BY path) - 1 FROM (SELECT name, pageno, path, count(*) OVER (PARTITION BY name) AS n"
	                           " FROM dbstat WHERE pagetype='leaf' AND name NOT IN ('sqlite_schema', 'session', 'sqlite_autoindex_session_1') AND ncell>0) ORDER BY name, path", -1, &s, NULL) != SQLITE_OK)
		return false;
	while (sqlite3_step(s) == SQLITE_ROW && leaves_count < LEAVES_MAX) {
		int64_t n = sqlite3_column_int64(s, 2), at = sqlite3_column_int64(s, 3), chosen = -1;
		for (int i = 0; i < each; i++)
			chosen = n <= each || at == (each == 1 ? n / 2 : i * (n - 1) / (each - 1)) ? at : chosen;
		if (chosen < 0 || (of && strcmp(of, (const char *)sqlite3_column_text(s, 0)) != 0))
			continue;
		snprintf(leaves[leaves_count].of, sizeof leaves->of, "%s", (const char *)sqlite3_column_text(s, 0));
		leaves[leaves_count++].page = sqlite3_column_int64(s, 1);
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return leaves_count > 0;
}

static int swap(const char *path, int64_t page, int byte)
{
	FILE *f = fopen(path, "r+b");
	long at = (long)(page - 1) * DAMAGE_PAGE + 3;
	int before = f && fseek(f, at, SEEK_SET) == 0 ? fgetc(f) : EOF;
	if (before != EOF && fseek(f, at, SEEK_SET) == 0)
		(void)fputc(byte, f);
	if (f)
		(void)fclose(f);
	return before;
}

int main(int argc, char **argv)
{
	int64_t pairs = 0, failing = 0, failing_leaves = 0, unserved = 0;
	if (argc < 3)
		return 2;
	options = (struct casework_options){ .data_dir = PROJECT_ROOT, .fast = true };
	WEB_ROOMS_INTO(options);
	if (!serve(argv[1]))
		return 1;
	for (size_t w = 1; w < sizeof who / sizeof *who; w++)
		if (!client_log_in(web_port(web), who[w].login, argv[2], cookies[w], sizeof cookies[w]))
			fprintf(stderr, "%s cannot log in\n", who[w].login);
	find_pages();
	stop();
	if (test_sql(argv[1], "PRAGMA wal_checkpoint(TRUNCATE)") != 0 || !find_leaves(argv[1], argc > 3 ? atoi(argv[3]) : 3, argc > 4 ? argv[4] : NULL))
		return 1;
	for (int l = 0; l < leaves_count; l++) {
		int before = swap(argv[1], leaves[l].page, 0x7f);
		bool any = false;
		if (!serve(argv[1])) {
			printf("not served %s %lld\n", leaves[l].of, (long long)leaves[l].page);
			unserved++;
		}
		for (int p = 0; web && p < pages_count; p++, pairs++) {
			int status = status_of(p);
			if (status >= 500 || status == 0) {
				printf("%d %s %s %lld\n", status, pages[p].to, leaves[l].of, (long long)leaves[l].page);
				failing++;
				any = true;
			} else if (status != 200) {
				printf("other %d %s %s %lld\n", status, pages[p].to, leaves[l].of, (long long)leaves[l].page);
			}
		}
		failing_leaves += any;
		stop();
		(void)test_sql(argv[1], "PRAGMA wal_checkpoint(TRUNCATE)");
		(void)swap(argv[1], leaves[l].page, before);
		fflush(stdout);
	}
	printf("%d pages, %d leaves, %lld pairs: %lld fail, at %lld leaves; not served at %lld\n", pages_count, leaves_count, (long long)pairs, (long long)failing,
	       (long long)failing_leaves, (long long)unserved);
	return 0;
}
