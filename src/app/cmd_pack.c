/* cmd_pack.c - `banjie pack`: checks, plays and puts live the folders of packs. */
#include <stdio.h>

#include "app/app.h"
#include "casework/casework.h"
#include "casework/packs.h"
#include "os/os.h"
#include "text/json.h"
#include "web/rooms.h"

enum { MEMORY_MAX = 512 << 20, FOLDERS_MAX = 64 };

static const char help[] =
	"usage: banjie pack check|test|add DIR... [options]\n"
	"\n"
	"  check DIR...   reads each pack as strictly as the import does and lists what it finds;\n"
	"                 runs the examples stored beside its decisions\n"
	"  test DIR...    checks, then runs the examples and plays each pack's scenarios in virtual time\n"
	"  add DIR...     puts the packs live in the database; running cases stay on their version\n"
	"\n"
	"  --db FILE      add: the database (default banjie.db)\n"
	"  --only TEXT    test: only scenarios whose file name contains it\n"
	"  --json         JSON instead of lines\n"
	"\n"
	"The last line of a test says \"N passed, N failed\".\n"
	"example: banjie pack test packs/food-business-licence --only extension\n";

struct job {
	struct arena arena;
	const char *verb, *db, *only;
	const char *folders[FOLDERS_MAX];
	size_t folders_count;
	bool json;
	size_t passed, failed;
	struct buf out;
	struct json_writer w;
};

static int read_options(struct job *j, int argc, char **argv)
{
	struct { const char *name; const char **value; } const options[] = { { "--db", &j->db }, { "--only", &j->only } };
	for (int i = 1; i < argc; i++) {
		bool known = false;
		for (size_t o = 0; o < sizeof options / sizeof *options && !known; o++) {
			const char *value = NULL;
			known = app_option(argc, argv, &i, options[o].name, &value);
			if (known && !value)
				return app_refuse("pack", options[o].name, "a value is missing");
			if (known)
				*options[o].value = value;
		}
		if (known)
			continue;
		if (app_flag(argv, i, "--json"))
			j->json = true;
		else if (argv[i][0] == '-')
			return app_refuse("pack", argv[i], "no such option; see banjie pack --help");
		else if (!j->verb)
			j->verb = argv[i];
		else if (j->folders_count < FOLDERS_MAX)
			j->folders[j->folders_count++] = argv[i];
		else
			return app_refuse("pack", NULL, "more than %d folders", FOLDERS_MAX);
	}
	return j->verb && j->folders_count ? APP_DONE : app_refuse("pack", NULL, "say check, test or add, and the pack's folder; see banjie pack --help");
}

static void say_finding(struct job *j, const struct casework_pack_finding *f)
{
	if (!j->json) {
		printf("  %s %.*s: %.*s\n", f->error ? "error  " : "warning", STR_ARG(f->place), STR_ARG(f->text));
		return;
	}
	json_object(&j->w);
	json_pair_str(&j->w, "severity", f->error ? S("error") : S("warning"));
	json_pair_str(&j->w, "place", f->place);
	json_pair_str(&j->w, "text", f->text);
	json_end(&j->w);
}

/* *fit false: the pack would be refused. */
static int check(struct job *j, const char *folder, bool *fit)
{
	struct casework_pack_finding *list = NULL;
	struct diag d;
	diag_init(&d);
	enum err e = casework_pack_check(folder, &j->arena, &list, &d);
	*fit = e == OK;
	if (e != OK && !list)
		return app_report("pack", e, &d);
	if (j->json) {
		json_pair_bool(&j->w, "fit", *fit);
		json_key(&j->w, S("findings"));
		json_array(&j->w);
	} else if (list || strcmp(j->verb, "check") == 0) {
		printf("%s: %s\n", folder, *fit ? "fit for use" : "refused");
	}
	for (; list; list = list->next)
		say_finding(j, list);
	if (j->json)
		json_end(&j->w);
	return APP_DONE;
}

/* The examples stored beside the decisions: a line each where they are tested, else only those that fail. */
static int examples(struct job *j, const char *folder)
{
	struct casework_example *list = NULL;
	struct diag d;
	diag_init(&d);
	bool all = strcmp(j->verb, "test") == 0;
	enum err e = casework_examples_run(folder, &j->arena, &list, &d);
	if (e != OK)
		return app_report("pack", e, &d);
	if (j->json) {
		json_key(&j->w, S("examples"));
		json_array(&j->w);
	}
	for (; list; list = list->next) {
		j->passed += list->passed;
		j->failed += !list->passed;
		if (j->json) {
			json_object(&j->w);
			json_pair_str(&j->w, "file", list->file);
			json_pair_str(&j->w, "decision", list->decision);
			json_pair_str(&j->w, "name", list->name);
			json_pair_str(&j->w, "name_en", list->name_en);
			json_pair_bool(&j->w, "passed", list->passed);
			json_pair_str(&j->w, "text", list->text);
			json_end(&j->w);
		} else if (all || !list->passed) {
			printf("  %s %.*s  %.*s  %.*s\n", list->passed ? "ok  " : "FAIL", STR_ARG(list->file), STR_ARG(list->name), STR_ARG(list->name_en));
			if (list->text.len)
				printf("       %.*s\n", STR_ARG(list->text));
		}
	}
	if (j->json)
		json_end(&j->w);
	return APP_DONE;
}

static void played(void *arg, const struct casework_scenario *s, size_t done, size_t total)
{
	struct job *j = arg;
	if (s->passed)
		j->passed++;
	else
		j->failed++;
	if (j->json) {
		json_object(&j->w);
		json_pair_str(&j->w, "file", s->file);
		json_pair_str(&j->w, "name", s->name);
		json_pair_str(&j->w, "name_en", s->name_en);
		json_pair_bool(&j->w, "passed", s->passed);
		json_pair_str(&j->w, "text", s->text);
		json_end(&j->w);
		return;
	}
	printf("  %s %.*s  %.*s  %.*s\n", s->passed ? "ok  " : "FAIL", STR_ARG(s->file), STR_ARG(s->name), STR_ARG(s->name_en));
	struct str rest = s->text;
	while (rest.ptr && rest.len)
		printf("       %.*s\n", STR_ARG(str_cut(&rest, '\n')));
	if (os_tty(2))
		fprintf(stderr, "\r%zu of %zu\033[K%s", done, total, done == total ? "\r\033[K" : "");
}

static int play(struct job *j, const char *folder)
{
	struct casework_scenario *list;
	struct diag d;
	const char *calendar = app_data_path(&j->arena, "data/calendar/cn.csv");
	if (!calendar)
		return app_refuse("pack", NULL, "data/calendar/cn.csv is not where the program looks for its data; set BANJIE_DATA");
	struct str root = str_sub(str_of(calendar), 0, strlen(calendar) - strlen("data/calendar/cn.csv"));
	struct casework_scenario_options o = { .folder = folder, .data_dir = arena_z(&j->arena, root), .only = j->only, .played = played, .arg = j };
	WEB_ROOMS_INTO(o);
	diag_init(&d);
	if (j->json) {
		json_key(&j->w, S("scenarios"));
		json_array(&j->w);
	} else {
		printf("%s\n", folder);
	}
	enum err e = casework_scenarios_run(&o, &j->arena, &list, &d);
	if (j->json)
		json_end(&j->w);
	return e == OK ? APP_DONE : app_report("pack", e, &d);
}

static int test(struct job *j, const char *folder)
{
	bool fit;
	int status = check(j, folder, &fit);
	if (status == APP_DONE && fit && !j->only)
		status = examples(j, folder);
	if (status == APP_DONE && fit)
		status = play(j, folder);
	if (!fit)
		j->failed++;
	return status;
}

static int check_only(struct job *j, const char *folder)
{
	bool fit;
	int status = check(j, folder, &fit);
	if (status == APP_DONE && fit)
		status = examples(j, folder);
	j->failed += !fit;
	return status;
}

static int add_to(struct job *j, struct casework *cw, const char *folder)
{
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true } };
	struct casework_result r;
	struct diag d;
	bool fit;
	diag_init(&d);
	int status = check(j, folder, &fit);
	if (status != APP_DONE || !fit)
		return status == APP_DONE ? APP_REFUSED : status;
	enum err e = casework_pack_data(folder, &j->arena, &c.data, &d);
	if (e != OK)
		return app_report("pack", e, &d);
	e = casework_do(cw, &c, &j->arena, &r);
	if (e != OK)
		return app_report("pack", e, &r.diag);
	const struct json *found = json_get(r.data, "findings");
	for (size_t i = 0; !j->json && found && i < found->count; i++) {
		struct casework_pack_finding f = { false, json_text(json_get(&found->items[i], "place")), json_text(json_get(&found->items[i], "text")), NULL };
		if (str_starts(f.place, S("examples/"))) /* the others were said by the check */
			say_finding(j, &f);
	}
	struct str code = json_text(json_get(r.data, "code"));
	bool changed = json_bool(json_get(r.data, "changed"), true);
	long long version = (long long)json_i64(json_get(r.data, "version"), 0);
	if (j->json) {
		json_pair_str(&j->w, "code", code);
		json_pair_i64(&j->w, "version", version);
		json_pair_bool(&j->w, "changed", changed);
	} else {
		printf("%.*s version %lld %s\n", STR_ARG(code), version, changed ? "is live" : "is live already");
	}
	return APP_DONE;
}

static int add(struct job *j, const char *folder)
{
	struct casework *cw;
	struct diag d;
	diag_init(&d);
	const char *calendar = app_data_path(&j->arena, "data/calendar/cn.csv");
	if (!calendar)
		return app_refuse("pack", NULL, "data/calendar/cn.csv is not where the program looks for its data; set BANJIE_DATA");
	struct str root = str_sub(str_of(calendar), 0, strlen(calendar) - strlen("data/calendar/cn.csv"));
	struct casework_options o = { .data_dir = arena_z(&j->arena, root), .inline_writer = true };
	WEB_ROOMS_INTO(o);
	enum err e = casework_open(j->db ? j->db : "banjie.db", &o, &cw, &d);
	if (e != OK)
		return app_report("pack", e, &d);
	int status = add_to(j, cw, folder);
	casework_close(cw);
	return status;
}

static int each_folder(struct job *j, int (*run)(struct job *j, const char *folder))
{
	int worst = APP_DONE;
	if (j->json) {
		json_object(&j->w);
		json_key(&j->w, S("packs"));
		json_array(&j->w);
	}
	for (size_t i = 0; i < j->folders_count; i++) {
		if (j->json) {
			json_object(&j->w);
			json_pair_str(&j->w, "folder", str_of(j->folders[i]));
		}
		int status = run(j, j->folders[i]);
		worst = status > worst ? status : worst;
		if (j->json)
			json_end(&j->w);
	}
	if (j->json)
		json_end(&j->w);
	return worst;
}

static int finish(struct job *j, int status, bool counts)
{
	if (j->json && counts) {
		json_pair_i64(&j->w, "passed", (int64_t)j->passed);
		json_pair_i64(&j->w, "failed", (int64_t)j->failed);
	}
	if (j->json) {
		json_end(&j->w);
		printf("%.*s\n", STR_ARG(buf_str(&j->out)));
	} else if (counts) {
		printf("%zu passed, %zu failed\n", j->passed, j->failed);
	}
	return status != APP_DONE ? status : j->failed ? APP_FAILED : APP_DONE;
}

static int run(struct job *j, int argc, char **argv)
{
	int status = read_options(j, argc, argv);
	if (status != APP_DONE)
		return status;
	buf_init_in(&j->out, &j->arena, 64 << 20);
	json_writer_init(&j->w, &j->out);
	if (strcmp(j->verb, "check") == 0)
		return finish(j, each_folder(j, check_only), false);
	if (strcmp(j->verb, "test") == 0)
		return finish(j, each_folder(j, test), true);
	if (strcmp(j->verb, "add") == 0)
		return finish(j, each_folder(j, add), false);
	return app_refuse("pack", j->verb, "say check, test or add");
}

int app_cmd_pack(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	struct job *j = heap_alloc(sizeof *j);
	if (!j)
		return APP_FAILED;
	arena_init(&j->arena, MEMORY_MAX);
	int status = run(j, argc, argv);
	arena_release(&j->arena);
	heap_free(j);
	return status;
}
