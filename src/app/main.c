/* main.c - `banjie`: finds the command and runs it. */
#include <stdio.h>

#include "app/app.h"
#include "os/os.h"

static const struct app_command commands[] = {
	{ "serve", app_cmd_serve, "serves the pages and the API, and fires what falls due" },
	{ "init", app_cmd_init, "makes an empty office with one administrator" },
	{ "token", app_cmd_token, "makes a token for a machine" },
	{ "demo", app_cmd_demo, "makes a fictitious city: regions, organs, people, items, a month of cases" },
	{ "import", app_cmd_import, "reads catalogues of items, event logs, holiday notices" },
	{ "tally", app_cmd_tally, "prints a table of statistics: measures split, filtered, compared" },
	{ "hall", app_cmd_hall, "the service hall: numbers of a day, and how long people waited" },
	{ "verify", app_cmd_verify, "checks the whole record: hashes, chain, documents" },
	{ "backup", app_cmd_backup, "one moment of a running system into an encrypted file, proved by restoring it" },
	{ "restore", app_cmd_restore, "a database from backups, also as it was at a moment" },
	{ "copy", app_cmd_copy, "moves a running system into another store, compared by digest" },
	{ "upgrade", app_cmd_upgrade, "brings a database to this program's schema; --dry-run tries it on a copy" },
	{ "watch", app_cmd_watch, "the rules of supervision: lists, checks, tries them on the past" },
	{ "gauge", app_cmd_gauge, "evaluations: runs, shows, and computes them again from the record" },
	{ "rebuild", app_cmd_rebuild, "--check: rebuilds every row from the record and compares" },
	{ "pack", app_cmd_pack, "checks, plays and puts live the packs: processes, rules, forms, letters" },
	{ "feel", app_cmd_feel, "evaluates an expression of the rules' language (FEEL)" },
	{ "dmn", app_cmd_dmn, "evaluates, explains and checks decision models (DMN)" },
	{ "bpmn", app_cmd_bpmn, "checks, runs and draws process models (BPMN)" },
	{ "mine", app_cmd_mine, "how a process really ran: graph, variants, waits, deviations, from a log" },
	{ "clock", app_cmd_clock, "when is it due, how much is used, and why: the legal clock explained" },
	{ "time", app_cmd_time, "is the clock of a server's machine in doubt? `time confirm`: it is right" },
	{ "draw", app_cmd_draw, "draws from a published list by public seeds, so that anyone can check it (RFC 3797)" },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void usage(FILE *to)
{
	fprintf(to, "banjie - every matter lands, on time, and anyone can check it (办结)\n\n"
	            "usage: banjie COMMAND [options]\n\ncommands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].what);
	fprintf(to, "\nWhere a command takes --db FILE it takes --store ADDRESS as well: a file or postgresql://...\nbanjie COMMAND --help explains a command; banjie --version says which this is.\n");
}

/* Levenshtein's distance; words longer than the table are far from everything. */
static int distance(const char *a, const char *b)
{
	enum { ROOM = 32 };
	int row[ROOM + 1];
	size_t n = strlen(a), m = strlen(b);
	if (n > ROOM || m > ROOM)
		return ROOM;
	for (size_t j = 0; j <= m; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		int diagonal = row[0];
		row[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			int best = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[m];
}

static int unknown(const char *name)
{
	const char *nearest = NULL;
	int best = 4; /* further away it is another word */
	for (size_t i = 0; i < COMMANDS; i++) {
		int d = distance(name, commands[i].name);
		if (d < best) {
			best = d;
			nearest = commands[i].name;
		}
	}
	fprintf(stderr, "banjie: there is no command \"%s\"", name);
	if (nearest)
		fprintf(stderr, "; did you mean \"%s\"?", nearest);
	fprintf(stderr, "\nbanjie --help lists the commands\n");
	return APP_REFUSED;
}

int main(int argc, char **argv)
{
	os_process_begin();
	os_files_private(); /* databases, their logs, copies: people's data */
	if (argc < 2) {
		usage(stderr);
		return APP_REFUSED;
	}
	if (app_flag(argv, 1, "--help") || app_flag(argv, 1, "-h") || app_flag(argv, 1, "help")) {
		usage(stdout);
		return APP_DONE;
	}
	if (app_flag(argv, 1, "--version")) {
		printf("banjie %s\n", BANJIE_VERSION);
		return APP_DONE;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			int status = commands[i].run(argc - 1, argv + 1);
			/* A full disk behind stdout must not look like success. */
			return fflush(stdout) != 0 && status == APP_DONE ? APP_FAILED : status;
		}
	}
	return unknown(argv[1]);
}
