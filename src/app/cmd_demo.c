/* cmd_demo.c - `banjie demo`: makes the demo city. */
#include <stdio.h>

#include "app/app.h"
#include "app/demo.h"
#include "calendar/calendar.h"
#include "os/os.h"
#include "store/store.h"
#include "web/rooms.h"

enum { MEMORY_MAX = 16 << 20, DAY_MS = 86400000 };

static const char help[] =
	"usage: banjie demo [options]\n"
	"\n"
	"Makes a fictitious city in a new database: regions, organs, people, items, and a month of past and\n"
	"running cases, all through the same commands as real work, in virtual time.\n"
	"\n"
	"  --db FILE      the database, new or empty (default banjie.db)\n"
	"  --seed N       another city life (default 1)\n"
	"  --days N       how many days until now (default 30)\n"
	"  --cases N      how many applications (default 400)\n"
	"  --now WHEN     RFC 3339 instant at which it ends; otherwise the present moment\n"
	"\n"
	"The same seed, days, cases and --now give the same record. The login page lists the accounts.\n";

struct job {
	const char *db, *seed, *days, *cases, *now;
	struct arena arena;
	struct demo_options o;
	int shown; /* per cent */
};

static int read_options(struct job *j, int argc, char **argv)
{
	struct { const char *name; const char **value; } const options[] = {
		{ "--db", &j->db }, { "--seed", &j->seed }, { "--days", &j->days }, { "--cases", &j->cases }, { "--now", &j->now },
	};
	for (int i = 1; i < argc; i++) {
		bool known = false;
		for (size_t o = 0; o < sizeof options / sizeof *options && !known; o++) {
			const char *value = NULL;
			known = app_option(argc, argv, &i, options[o].name, &value);
			if (known && !value)
				return app_refuse("demo", options[o].name, "a value is missing");
			if (known)
				*options[o].value = value;
		}
		if (!known)
			return app_refuse("demo", argv[i], "no such option; see banjie demo --help");
	}
	return APP_DONE;
}

static int number(const char *option, const char *text, int64_t least, int64_t most, int64_t *out)
{
	if (!text)
		return APP_DONE;
	if (!str_to_i64(str_of(text), out) || *out < least || *out > most)
		return app_refuse("demo", option, "\"%s\" is not a whole number from %lld to %lld", text, (long long)least, (long long)most);
	return APP_DONE;
}

static int fill_options(struct job *j)
{
	int64_t seed = 1, days = 30, cases = 400;
	int status = number("--seed", j->seed, 0, INT64_MAX, &seed);
	if (status == APP_DONE)
		status = number("--days", j->days, 1, DEMO_DAYS_MAX, &days);
	if (status == APP_DONE)
		status = number("--cases", j->cases, 0, DEMO_CASES_MAX, &cases);
	j->o.seed = (uint64_t)seed;
	j->o.days = (int32_t)days;
	j->o.cases = (int32_t)cases;
	j->o.now_ms = os_now_ms(os_clock_real());
	if (status == APP_DONE && j->now && !calendar_instant_parse(str_of(j->now), &j->o.now_ms))
		return app_refuse("demo", "--now", "\"%s\" is no instant such as 2026-03-31T12:00:00+08:00", j->now);
	return status;
}

static int find_data(struct job *j)
{
	const char *city = app_data_path(&j->arena, "demo/city.json");
	if (!city)
		return app_refuse("demo", NULL, "demo/city.json is not where the program looks for its data; set BANJIE_DATA");
	j->o.data_dir = arena_z(&j->arena, str_sub(str_of(city), 0, strlen(city) - strlen("/demo/city.json")));
	return j->o.data_dir ? APP_DONE : APP_FAILED;
}

static void progress(void *arg, uint64_t done, uint64_t total)
{
	struct job *j = arg;
	int percent = total ? (int)(done * 100 / total) : 100;
	if (percent == j->shown)
		return;
	j->shown = percent;
	fprintf(stderr, "\r[%-50.*s] %d %%", percent / 2, "##################################################", percent);
	fflush(stderr);
}

static int make(struct job *j, struct casework *cw, struct os_clock *clock)
{
	struct demo_figures f;
	struct diag d;
	diag_init(&d);
	bool terminal = os_tty(2);
	j->o.progress = terminal ? progress : NULL;
	j->o.arg = j;
	int64_t began_us = os_monotonic_us();
	enum err e = demo_make(cw, clock, &j->o, &f, &d);
	if (terminal)
		fprintf(stderr, "\r\033[K");
	if (e != OK)
		return app_report("demo", e, &d);
	fprintf(stderr, "Yunxi City is made: %llu cases, %llu commands in %.1f s. Start it with: banjie serve --db %s\n",
	        (unsigned long long)f.cases, (unsigned long long)f.commands, (double)(os_monotonic_us() - began_us) / 1e6,
	        !j->db ? "banjie.db" : store_is_url(j->db) ? "URL" : j->db);
	return APP_DONE;
}

static int run(struct job *j, int argc, char **argv)
{
	struct os_clock clock;
	struct os_entropy entropy;
	struct casework *cw;
	struct diag d;
	diag_init(&d);
	int status = read_options(j, argc, argv);
	if (status == APP_DONE)
		status = fill_options(j);
	if (status == APP_DONE)
		status = find_data(j);
	if (status != APP_DONE)
		return status;
	os_clock_virtual(&clock, j->o.now_ms - (int64_t)j->o.days * DAY_MS);
	os_entropy_seeded(&entropy, j->o.seed);
	struct casework_options o = { .clock = &clock, .entropy = &entropy, .data_dir = j->o.data_dir, .inline_writer = true, .fast = true };
	WEB_ROOMS_INTO(o);
	enum err e = casework_open(j->db ? j->db : "banjie.db", &o, &cw, &d);
	if (e != OK)
		return app_report("demo", e, &d);
	status = make(j, cw, &clock);
	casework_close(cw);
	return status;
}

int app_cmd_demo(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	struct job j = { .shown = -1 };
	arena_init(&j.arena, MEMORY_MAX);
	int status = run(&j, argc, argv);
	arena_release(&j.arena);
	return status;
}
