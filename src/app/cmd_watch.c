/* cmd_watch.c - `banjie watch rules|try|check|facts`: the rules of supervision from the command line. */
#include <stdio.h>

#include "app/app.h"
#include "calendar/calendar.h"
#include "watch/watch.h"

static const char help[] =
	"usage: banjie watch rules [--db FILE] [--json]\n"
	"       banjie watch try RULE [--db FILE] [--from DAY] [--to DAY] [--json]\n"
	"       banjie watch check FILE...\n"
	"       banjie watch facts [--json]\n"
	"\n"
	"rules lists the rules of supervision that are live, with their alerts of the last year. try says what a rule would\n"
	"have raised between two days (the last 365 unless said): RULE is the number of a rule in the database, or a DMN\n"
	"file. Nothing is raised and nothing is changed. check reads DMN files as strictly as an office does. facts lists\n"
	"what rules may look at.\n";

enum { FILE_MAX = 1 << 20, MEMORY_MAX = 256 << 20 };

struct wanted { const char *db, *from, *to, *what; bool json, help; };

static int read_options(int argc, char **argv, struct wanted *o)
{
	*o = (struct wanted){ .db = "banjie.db" };
	struct { const char *name; const char **value; } const options[] = { { "--db", &o->db }, { "--from", &o->from }, { "--to", &o->to } };
	for (int i = 1; i < argc; i++) {
		bool known = app_flag(argv, i, "--json") || app_flag(argv, i, "--help");
		o->json = o->json || app_flag(argv, i, "--json");
		o->help = o->help || app_flag(argv, i, "--help");
		for (size_t n = 0; n < sizeof options / sizeof *options && !known; n++) {
			const char *value = NULL;
			known = app_option(argc, argv, &i, options[n].name, &value);
			if (known && !value)
				return app_refuse("watch", options[n].name, "a value is missing");
			if (known)
				*options[n].value = value;
		}
		if (!known && argv[i][0] == '-')
			return app_refuse("watch", argv[i], "there is no such option; --help lists them");
		if (!known && !o->what)
			o->what = argv[i];
	}
	return APP_DONE;
}

static void print_json(struct arena *a, const struct json *v)
{
	struct buf b;
	struct json_writer w;
	buf_init_in(&b, a, 64 << 20);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
}

static enum err view(struct casework *cw, const char *name, const char *key, struct str value, struct arena *a, const struct json **out, struct diag *d)
{
	struct casework_actor system = { .system = true };
	struct json text = { .kind = JSON_STRING, .text = value };
	struct json_member member = { key ? str_of(key) : S(""), text };
	struct json params = { .kind = JSON_OBJECT, .count = key ? 1 : 0, .members = &member };
	return casework_view(cw, name, &system, &params, a, out, d);
}

/* ---- rules, facts ---- */

static enum err list(const struct wanted *o, struct arena *a, const char *name, struct diag *d)
{
	struct casework *cw;
	const struct json *v;
	TRY(app_open(o->db, true, a, &cw, d));
	enum err e = view(cw, name, NULL, S(""), a, &v, d);
	const struct json *rows = e == OK ? json_get(v, "rows") : NULL;
	if (e == OK && o->json)
		print_json(a, rows);
	for (size_t i = 0; rows && !o->json && i < rows->count; i++) {
		const struct json *r = &rows->items[i];
		struct str alerts = json_text(json_get(r, "alerts_year"));
		if (json_get(r, "fact"))
			printf("%-22s %-8s %.*s\n", arena_z(a, json_text(json_get(r, "fact"))), arena_z(a, json_text(json_get(r, "type"))), STR_ARG(json_text(json_get(r, "name_en"))));
		else
			printf("%-6s v%lld %-8s %5s alerts in a year  %.*s | %.*s\n", arena_z(a, json_text(json_get(r, "rule_no"))), (long long)json_i64(json_get(r, "version"), 0),
			       json_i64(json_get(r, "enabled"), 0) ? arena_z(a, json_text(json_get(r, "state"))) : "off", alerts.len ? arena_z(a, alerts) : "?",
			       STR_ARG(json_text(json_get(r, "name"))), STR_ARG(json_text(json_get(r, "name_en"))));
	}
	casework_close(cw);
	return e;
}

/* ---- try ---- */

static void show(void *arg, uint64_t done, uint64_t total)
{
	if (*(bool *)arg && total)
		fprintf(stderr, "\rlooking at the record %3llu %%", (unsigned long long)(done * 100 / total));
}

static enum err read_day(const char *text, int32_t offset_s, int64_t none, int64_t *out, struct diag *d)
{
	calendar_day day;
	*out = none;
	if (!text)
		return OK;
	if (!calendar_day_parse(str_of(text), &day))
		return diag_set(d, ERR_INVALID, "watch.day", "%s is no day such as 2025-03-03.", text);
	*out = calendar_day_start_ms(day, offset_s);
	return OK;
}

static enum err rule_xml(const struct wanted *o, struct casework *cw, struct arena *a, struct str *xml, struct diag *d)
{
	const struct json *v;
	if (os_file_exists(o->what))
		return os_file_read(a, o->what, FILE_MAX, xml, d);
	TRY(view(cw, "watch.rule", "rule_no", str_of(o->what), a, &v, d));
	*xml = json_text(json_get(v, "xml"));
	return OK;
}

static void print_trial(const struct wanted *o, struct arena *a, const struct json *v)
{
	const struct json *rows = json_get(v, "rows");
	if (o->json) {
		print_json(a, v);
		return;
	}
	printf("%s: %lld alerts (%lld notice, %lld yellow, %lld red)\n", o->what, (long long)json_i64(json_get(v, "alerts"), 0),
	       (long long)json_i64(json_get(v, "notice"), 0), (long long)json_i64(json_get(v, "yellow"), 0), (long long)json_i64(json_get(v, "red"), 0));
	for (size_t i = 0; rows && i < rows->count; i++)
		printf("  %.*s %-6s %.*s %.*s\n", STR_ARG(json_text(json_get(&rows->items[i], "at"))), arena_z(a, json_text(json_get(&rows->items[i], "level"))),
		       STR_ARG(json_text(json_get(&rows->items[i], "case_no"))), STR_ARG(json_text(json_get(&rows->items[i], "text"))));
}

static enum err try_rule(const struct wanted *o, struct arena *a, struct diag *d)
{
	static const int32_t china_s = 8 * 3600;
	static const int64_t day_ms = 86400000;
	struct casework *cw;
	struct str xml;
	const struct json *v;
	int64_t from, to;
	bool terminal = os_tty(2);
	TRY(app_open(o->db, true, a, &cw, d));
	enum err e = read_day(o->to, china_s, casework_now_ms(cw), &to, d);
	if (e == OK && o->to)
		to += day_ms - 1;
	if (e == OK)
		e = read_day(o->from, china_s, to - 365 * day_ms, &from, d);
	if (e == OK)
		e = rule_xml(o, cw, a, &xml, d);
	if (e == OK)
		e = watch_try(cw, xml, from, to, show, &terminal, a, &v, d);
	if (terminal)
		fprintf(stderr, "\r\033[K");
	if (e == OK)
		print_trial(o, a, v);
	casework_close(cw);
	return e;
}

/* ---- check ---- */

static int check(int argc, char **argv)
{
	int status = APP_DONE;
	for (int i = 1; i < argc; i++) {
		struct arena a;
		struct diag d;
		struct str xml, number;
		arena_init(&a, MEMORY_MAX);
		diag_init(&d);
		enum err e = os_file_read(&a, argv[i], FILE_MAX, &xml, &d);
		if (e == OK)
			e = watch_check(xml, &a, &number, &d);
		if (e == OK)
			printf("%s: rule %.*s, nothing amiss\n", argv[i], STR_ARG(number));
		else
			printf("%s: %s\n", argv[i], d.text);
		status = e == OK ? status : APP_FAILED;
		arena_release(&a);
	}
	return argc > 1 ? status : app_refuse("watch", "check", "name the files");
}

int app_cmd_watch(int argc, char **argv)
{
	struct wanted o;
	struct arena a;
	struct diag d;
	enum err e = OK;
	if (argc < 2 || app_flag(argv, 1, "--help")) {
		fputs(help, argc < 2 ? stderr : stdout);
		return argc < 2 ? APP_REFUSED : APP_DONE;
	}
	if (app_flag(argv, 1, "check"))
		return check(argc - 1, argv + 1);
	int status = read_options(argc - 1, argv + 1, &o);
	if (status != APP_DONE)
		return status;
	if (o.help) {
		fputs(help, stdout);
		return APP_DONE;
	}
	arena_init(&a, MEMORY_MAX);
	diag_init(&d);
	if (app_flag(argv, 1, "rules"))
		e = list(&o, &a, "watch.rules", &d);
	else if (app_flag(argv, 1, "facts"))
		e = list(&o, &a, "watch.facts", &d);
	else if (app_flag(argv, 1, "try") && o.what)
		e = try_rule(&o, &a, &d);
	else
		status = app_refuse("watch", argv[1], "say rules, try RULE, check FILE or facts; see banjie watch --help");
	if (e != OK)
		status = app_report("watch", e, &d);
	arena_release(&a);
	return status;
}
