/* cmd_gauge.c - `banjie gauge`: evaluations run, shown, and computed again from the record. */
#include <stdio.h>

#include "app/app.h"
#include "casework/casework.h"
#include "gauge/gauge.h"
#include "text/json_make.h"

static const char help[] =
	"usage: banjie gauge run SCHEME PERIOD [--db FILE] [--json]\n"
	"       banjie gauge work [--db FILE]\n"
	"       banjie gauge show [RUN] [--db FILE] [--json]\n"
	"       banjie gauge verify RUN [--db FILE] [--json]\n"
	"       banjie gauge report RUN --out FILE [--lang zh|en] [--public] [--db FILE]\n"
	"       banjie gauge scheme FILE [--db FILE]\n"
	"\n"
	"Evaluations: organs and people judged by the record, by schemes that are data.\n"
	"\n"
	"  run      evaluates a period: 2025-W10, 2025-03, 2025-H1 or 2025. Verifies the record first; a row\n"
	"           that is not as recorded is named, and no figure is made (exit status 1)\n"
	"  work     carries out what waits, for instance after a draft was made final\n"
	"  show     the evaluations, or the organs' figures of one\n"
	"  verify   computes a final evaluation again from the record as it then stood, and compares\n"
	"           every figure; changes nothing. Exit status 1 when one differs\n"
	"  report   writes a report; PDF, or XLSX when FILE ends so\n"
	"  scheme   puts a scheme in use from a JSON file (data/gauge holds two)\n"
	"\n"
	"run, work and scheme write: no server may have the database open. The others may run beside one.\n";

struct asked { const char *db, *verb, *first, *second, *out, *lang; bool json, open, zh; };

static int read_options(int argc, char **argv, struct asked *o)
{
	*o = (struct asked){ .db = "banjie.db" };
	struct { const char *name; const char **value; } const options[] = { { "--db", &o->db }, { "--out", &o->out }, { "--lang", &o->lang } };
	for (int i = 1; i < argc; i++) {
		bool known = false;
		for (size_t k = 0; k < sizeof options / sizeof *options && !known; k++) {
			known = app_option(argc, argv, &i, options[k].name, options[k].value);
			if (known && !*options[k].value)
				return app_refuse("gauge", options[k].name, "a value is missing");
		}
		if (known)
			continue;
		if (app_flag(argv, i, "--json"))
			o->json = true;
		else if (app_flag(argv, i, "--public"))
			o->open = true;
		else if (argv[i][0] == '-')
			return app_refuse("gauge", argv[i], "no such option; see banjie gauge --help");
		else if (!o->verb)
			o->verb = argv[i];
		else if (!o->first)
			o->first = argv[i];
		else if (!o->second)
			o->second = argv[i];
		else
			return app_refuse("gauge", argv[i], "one thing too many; see banjie gauge --help");
	}
	return app_lang("gauge", o->lang, &o->zh);
}

struct job { struct asked o; struct arena a; struct casework *cw; struct diag d; };

static const struct casework_actor by_system = { .system = true };

static enum err command(struct job *j, const char *name, const struct json *data, const struct json **answer)
{
	struct casework_result r;
	struct casework_command c = { .name = str_of(name), .actor = by_system, .data = data };
	enum err e = casework_do(j->cw, &c, &j->a, &r);
	if (e != OK)
		j->d = r.diag;
	else if (answer)
		*answer = r.data;
	return e;
}

static enum err view(struct job *j, const char *name, const char *key, const char *value, const struct json **out)
{
	struct json_build o;
	json_build_object(&o, &j->a);
	if (key)
		json_set_str(&o, key, str_of(value));
	return casework_view(j->cw, name, &by_system, json_built(&o), &j->a, out, &j->d);
}

static void print_json(struct job *j, const struct json *v)
{
	struct buf b;
	struct json_writer w;
	buf_init_in(&b, &j->a, JSON_BYTES_MAX);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
}

static void heard(void *arg, struct str run_no, uint64_t done, uint64_t total)
{
	(void)arg;
	if (os_tty(2) && total)
		fprintf(stderr, "\r%.*s %3llu %%", STR_ARG(run_no), (unsigned long long)(done * 100 / total));
}

static enum err work(struct job *j)
{
	struct gauge_progress p = { .heard = heard };
	enum err e = gauge_work(j->cw, &p, &j->d);
	if (os_tty(2))
		fprintf(stderr, "\r\033[K");
	return e;
}

static int64_t integer(const struct json *v, const char *key) { return json_i64(json_get(v, key), 0); }

static void print_run(struct job *j, const struct json *v)
{
	const struct json *rows = json_get(v, "rows");
	if (j->o.json) {
		print_json(j, v);
		return;
	}
	printf("%.*s  %.*s  %.*s\n", STR_ARG(json_text(json_get(v, "run_no"))), STR_ARG(json_text(json_get(v, "period"))), STR_ARG(json_text(json_get(v, "state"))));
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *r = &rows->items[i];
		struct str en = json_text(json_get(r, "name_en")), name = j->o.zh || !en.len ? json_text(json_get(r, "name")) : en;
		printf("%4lld  %8.*s  %6lld  %.*s\n", (long long)integer(r, "place"), STR_ARG(json_text(json_get(r, "total"))), (long long)integer(r, "cases"), STR_ARG(name));
	}
}

static enum err show(struct job *j)
{
	const struct json *v, *rows;
	if (j->o.first) {
		TRY(view(j, "gauge.run", "run", j->o.first, &v));
		print_run(j, v);
		return OK;
	}
	TRY(view(j, "gauge.runs", "limit", "200", &v));
	rows = json_get(v, "rows");
	for (size_t i = 0; !j->o.json && rows && i < rows->count; i++)
		printf("%.*s  %-9.*s %-7.*s %.*s\n", STR_ARG(json_text(json_get(&rows->items[i], "run_no"))), STR_ARG(json_text(json_get(&rows->items[i], "period"))),
		       STR_ARG(json_text(json_get(&rows->items[i], "state"))), STR_ARG(json_text(json_get(&rows->items[i], "scheme_code"))));
	if (j->o.json)
		print_json(j, v);
	return OK;
}

static enum err run(struct job *j)
{
	const struct json *answer, *v;
	struct json_build o;
	json_build_object(&o, &j->a);
	json_set_str(&o, "scheme", str_of(j->o.first));
	json_set_str(&o, "period", str_of(j->o.second));
	TRY(command(j, "gauge.begin", json_built(&o), &answer));
	TRY(work(j));
	TRY(view(j, "gauge.run", "run", arena_z(&j->a, json_text(json_get(answer, "run_no"))), &v));
	if (str_eqz(json_text(json_get(v, "state")), "failed"))
		return diag_set(&j->d, ERR_CORRUPT, "gauge.failed", "No figure was made. %.*s", STR_ARG(json_text(json_get(v, "reason"))));
	print_run(j, v);
	return OK;
}

static enum err verify(struct job *j)
{
	uint64_t figures = 0;
	enum err e = gauge_verify(j->cw, str_of(j->o.first), &figures, &j->d);
	if (e == OK && !j->o.json)
		printf("%s: %llu figures, each as the record gives it\n", j->o.first, (unsigned long long)figures);
	if (j->o.json)
		printf("{\"ok\":%s,\"figures\":%llu}\n", e == OK ? "true" : "false", (unsigned long long)figures);
	return e;
}

static enum err report(struct job *j)
{
	struct gauge_report what = { .run_no = str_of(j->o.first), .zh = j->o.zh, .open = j->o.open, .xlsx = str_ends(str_of(j->o.out), S(".xlsx")) };
	struct str bytes;
	TRY(gauge_report(j->cw, &by_system, &what, &j->a, &bytes, &j->d));
	return os_file_write(j->o.out, bytes, &j->d);
}

static enum err scheme(struct job *j)
{
	struct str text;
	const struct json *v, *answer;
	struct json_build o;
	TRY(os_file_read(&j->a, j->o.first, 4 << 20, &text, &j->d));
	TRY(json_read(&j->a, text, &v, &j->d));
	json_build_object(&o, &j->a);
	json_set(&o, "scheme", v);
	TRY(command(j, "gauge.scheme.put", json_built(&o), &answer));
	printf("%.*s version %lld\n", STR_ARG(json_text(json_get(answer, "code"))), (long long)integer(answer, "version"));
	return OK;
}

static const struct { const char *name; enum err (*run)(struct job *j); int needs; bool reading, out; } verbs[] = {
	{ "run", run, 2, false, false }, { "work", work, 0, false, false }, { "show", show, 0, true, false },
	{ "verify", verify, 1, true, false }, { "report", report, 1, true, true }, { "scheme", scheme, 1, false, false },
};

static int carry_out(struct job *j, size_t i)
{
	if ((verbs[i].needs > 0 && !j->o.first) || (verbs[i].needs > 1 && !j->o.second) || (verbs[i].out && !j->o.out))
		return app_refuse("gauge", verbs[i].name, "something is missing; see banjie gauge --help");
	enum err e = app_open(j->o.db, verbs[i].reading, &j->a, &j->cw, &j->d);
	if (e == OK)
		e = verbs[i].run(j);
	casework_close(j->cw);
	return e == OK ? APP_DONE : app_report("gauge", e, &j->d);
}

int app_cmd_gauge(int argc, char **argv)
{
	struct job j = { .cw = NULL };
	for (int i = 1; i < argc; i++)
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	int status = read_options(argc, argv, &j.o);
	if (status != APP_DONE)
		return status;
	arena_init(&j.a, (size_t)2 << 30);
	diag_init(&j.d);
	status = APP_REFUSED;
	size_t i = 0;
	while (i < sizeof verbs / sizeof *verbs && (!j.o.verb || strcmp(verbs[i].name, j.o.verb) != 0))
		i++;
	status = i < sizeof verbs / sizeof *verbs ? carry_out(&j, i) : app_refuse("gauge", j.o.verb, "say run, work, show, verify, report or scheme; see banjie gauge --help");
	arena_release(&j.a);
	return status;
}
