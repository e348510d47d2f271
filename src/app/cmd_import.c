/* cmd_import.c - `banjie import`: catalogues, event logs and holiday notices of others. */
#include <stdio.h>

#include "app/import.h"
#include "os/os.h"
#include "text/json.h"
#include "web/rooms.h"

static const char help[] =
	"usage: banjie import items FILE [options]\n"
	"       banjie import log FILE [options]\n"
	"       banjie import calendar FILE [options]\n"
	"       banjie import structure FILE [options]\n"
	"\n"
	"  items      a catalogue of service items as CSV: each item with its organ\n"
	"  log        an event log as CSV, XES, or either packed with gzip: each case with its steps; the\n"
	"             late ones get their alerts\n"
	"  calendar   the State Council's notice of a year (format: data/calendar/README.md); due dates of\n"
	"             open cases move with it\n"
	"  structure  regions, organs, people and posts as one table, CSV or XLSX, with the columns of an export from\n"
	"             /office/structure; all rows or none: one broken row leaves everything as it was\n"
	"\n"
	"  --db FILE        the database (default banjie.db)\n"
	"  --mapping FILE   which column means what (data/mappings/README.md); otherwise the shipped mapping\n"
	"                   that fits the file's columns best\n"
	"  --source NAME    log: name of the log, otherwise the file's\n"
	"  --preview        calendar: only says which clocks of open cases would move; structure: only says what\n"
	"                   would change\n"
	"  --json           JSON instead of lines\n"
	"\n"
	"A broken row is told with its line and reason, and the rest is imported. Importing the same file\n"
	"again changes nothing.\n"
	"example: banjie import log permits.csv --db city.db\n";

/* "/a/b/permits-nl.xes.gz" -> "permits-nl" */
static struct str stem(const char *path)
{
	static const char *const endings[] = { ".gz", ".xes", ".csv", ".xml", ".txt" };
	struct str s = str_of(path);
	for (ptrdiff_t at = str_find_byte(s, '/'); at >= 0; at = str_find_byte(s, '/'))
		s = str_sub(s, (size_t)at + 1, s.len);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_ends(s, str_of(endings[i])) && s.len > strlen(endings[i]))
			s = str_sub(s, 0, s.len - strlen(endings[i]));
	return s;
}

struct kind {
	const char *name;
	enum err (*run)(struct import_job *j, struct diag *d);
};

static const struct kind kinds[] = {
	{ "items", import_run_items }, { "log", import_run_log }, { "calendar", import_run_calendar }, { "structure", import_run_structure },
};

static int read_options(struct import_job *j, int argc, char **argv, const struct kind **kind)
{
	struct { const char *name; const char **value; } const options[] = {
		{ "--db", &j->db }, { "--mapping", &j->mapping_name }, { "--source", &j->source_name },
	};
	for (int i = 1; i < argc; i++) {
		bool known = false;
		for (size_t o = 0; o < sizeof options / sizeof *options && !known; o++) {
			const char *value = NULL;
			known = app_option(argc, argv, &i, options[o].name, &value);
			if (known && !value)
				return app_refuse("import", options[o].name, "a value is missing");
			if (known)
				*options[o].value = value;
		}
		if (known)
			continue;
		if (app_flag(argv, i, "--json"))
			j->json = true;
		else if (app_flag(argv, i, "--preview"))
			j->preview = true;
		else if (argv[i][0] == '-')
			return app_refuse("import", argv[i], "no such option; see banjie import --help");
		else if (!*kind) {
			for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
				if (app_flag(argv, i, kinds[k].name))
					*kind = &kinds[k];
			if (!*kind)
				return app_refuse("import", argv[i], "is none of items, log, calendar, structure");
		} else if (!j->file)
			j->file = argv[i];
		else
			return app_refuse("import", argv[i], "one file at a time");
	}
	if (j->preview && *kind && (*kind)->run != import_run_calendar && (*kind)->run != import_run_structure)
		return app_refuse("import", "--preview", "is for a calendar or a structure only");
	if (!*kind || !j->file)
		return app_refuse("import", NULL, "say items, log, calendar or structure, and the file; see banjie import --help");
	j->source = j->source_name ? str_of(j->source_name) : stem(j->file);
	return APP_DONE;
}

static enum err open_casework(struct import_job *j, struct diag *d)
{
	static const char known[] = "data/calendar/cn.csv";
	const char *path = app_data_path(&j->arena, known);
	if (!path)
		return diag_set(d, ERR_NOT_FOUND, "app.data-missing",
		                "%s is not where the program looks for its data; set BANJIE_DATA", known);
	struct str root = str_sub(str_of(path), 0, strlen(path) - strlen(known) - 1);
	struct casework_options o = { .data_dir = arena_z(&j->arena, root) };
	WEB_ROOMS_INTO(o);
	return o.data_dir ? casework_open(j->db ? j->db : "banjie.db", &o, &j->cw, d) : ERR_NOMEM;
}

static void report_json(const struct import_job *j, const char *kind)
{
	struct json_writer w;
	struct buf out, list;
	buf_init(&out, 64 << 20);
	buf_init(&list, 64 << 20);
	json_writer_init(&w, &out);
	json_object(&w);
	json_pair_str(&w, "kind", str_of(kind));
	json_pair_str(&w, "source", j->source);
	if (j->mapping)
		json_pair_str(&w, "mapping", str_of(j->mapping_path));
	json_pair_i64(&w, "items", (int64_t)j->counts.items);
	json_pair_i64(&w, "cases", (int64_t)j->counts.cases);
	json_pair_i64(&w, "events", (int64_t)j->counts.events);
	json_pair_i64(&w, "new", (int64_t)j->fresh);
	json_pair_i64(&w, "changed", (int64_t)j->changed);
	json_pair_i64(&w, "unchanged", (int64_t)j->same);
	json_pair_i64(&w, "late", (int64_t)j->late);
	json_key(&w, S("problems"));
	buf_byte(&list, '[');
	buf_put(&list, buf_str(&j->problems_json));
	buf_byte(&list, ']');
	json_put_raw(&w, buf_str(&list));
	json_end(&w);
	buf_byte(&out, '\n');
	fwrite(out.ptr, 1, out.len, stdout);
	buf_release(&list);
	buf_release(&out);
}

static void report(const struct import_job *j, const char *kind)
{
	if (j->json) {
		report_json(j, kind);
		return;
	}
	if (strcmp(kind, "items") == 0)
		printf("%llu items read: %llu new, %llu changed, %llu unchanged", (unsigned long long)j->counts.items,
		       (unsigned long long)j->fresh, (unsigned long long)j->changed, (unsigned long long)j->same);
	else if (strcmp(kind, "log") == 0)
		printf("%llu cases with %llu events read: %llu new, %llu already there, %llu late",
		       (unsigned long long)j->counts.cases, (unsigned long long)j->counts.events,
		       (unsigned long long)j->fresh, (unsigned long long)j->same, (unsigned long long)j->late);
	else
		return; /* the calendar has told its own */
	printf("; %llu problems\n", (unsigned long long)(j->counts.problems + j->refused));
}

static int run(struct import_job *j, int argc, char **argv)
{
	const struct kind *kind = NULL;
	struct diag d;
	diag_init(&d);
	int status = read_options(j, argc, argv, &kind);
	if (status != APP_DONE)
		return status;
	/* A slip in the file's name must not leave an empty database behind. */
	enum err e = os_file_exists(j->file) ? open_casework(j, &d)
	                                     : diag_set(&d, ERR_NOT_FOUND, "import.no-file", "there is no file %s", j->file);
	if (e == OK) {
		e = kind->run(j, &d);
		enum err settled = import_settle(j, &d); /* also after a fault: answers still come to this job */
		if (e == OK)
			e = settled;
		casework_close(j->cw);
	}
	if (j->terminal)
		fprintf(stderr, "\r\033[K");
	if (e != OK)
		return app_report("import", e, &d);
	if (!j->preview)
		report(j, kind->name);
	return APP_DONE;
}

int app_cmd_import(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	struct import_job *j = heap_alloc(sizeof *j);
	if (!j)
		return APP_FAILED;
	arena_init(&j->arena, IMPORT_MEMORY_MAX);
	arena_init(&j->scratch, IMPORT_MEMORY_MAX);
	buf_init(&j->problems_json, 64 << 20);
	os_mutex_init(&j->lock);
	os_cond_init(&j->moved);
	j->terminal = os_tty(2);
	int status = run(j, argc, argv);
	os_cond_destroy(&j->moved);
	os_mutex_destroy(&j->lock);
	buf_release(&j->problems_json);
	arena_release(&j->scratch);
	arena_release(&j->arena);
	heap_free(j);
	return status;
}
