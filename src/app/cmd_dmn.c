/* cmd_dmn.c - `banjie dmn`: decision models evaluated, explained, checked, and the compatibility kit. */
#include <stdio.h>

#include "app/app.h"
#include "calendar/calendar.h"
#include "dmn/dmn.h"
#include "dmn/explain.h"
#include "dmn/load.h"
#include "dmn/tck.h"
#include "os/os.h"

enum { MEMORY_MAX = 1 << 30, OUT_MAX = 256 << 20 };

static const char help[] =
	"usage: banjie dmn eval MODEL --decision NAME --input JSON|@FILE [--json]\n"
	"       banjie dmn explain MODEL --decision NAME --input JSON|@FILE [--lang zh|en] [--json]\n"
	"       banjie dmn check MODEL [--lang zh|en] [--json]\n"
	"       banjie dmn tck DIR [--csv FILE] [--json]\n"
	"\n"
	"Decision models: DMN 1.2 to 1.5, conformance level 3. Imports are looked for beside MODEL.\n"
	"\n"
	"  eval      prints the value of a decision, decision service or knowledge model\n"
	"  explain   says which rules matched, with which inputs, through the whole graph\n"
	"  check     looks for unknown names, impossible types, gaps and overlaps in tables, rules that\n"
	"            are never reached; exits 1 when there is an error\n"
	"  tck       runs the DMN compatibility kit below DIR; the last line counts\n"
	"\n"
	"  --decision NAME       name or id\n"
	"  --input JSON|@FILE    an object of input data; dates and durations are strings\n"
	"  --now WHEN            RFC 3339 instant for now() and today(); otherwise the present moment\n"
	"  --lang zh|en          language of explanations and findings; otherwise the environment's\n"
	"  --csv FILE            writes the results in the kit's own format\n"
	"  --json                JSON instead of text\n"
	"\n"
	"example: banjie dmn explain fee.dmn --decision 应缴费用 --input '{\"面积\": 120, \"类别\": \"商业\"}' --lang zh\n";

struct job {
	struct arena arena;
	const char *verb, *path, *decision, *input, *now, *lang, *csv;
	bool json, zh;
	struct buf out;
};

static int read_options(struct job *j, int argc, char **argv)
{
	struct { const char *name; const char **value; } const options[] = {
		{ "--decision", &j->decision }, { "--input", &j->input }, { "--now", &j->now },
		{ "--lang", &j->lang }, { "--csv", &j->csv },
	};
	for (int i = 1; i < argc; i++) {
		bool known = false;
		for (size_t o = 0; o < sizeof options / sizeof *options && !known; o++) {
			known = app_option(argc, argv, &i, options[o].name, options[o].value);
			if (known && !*options[o].value)
				return app_refuse("dmn", options[o].name, "a value is missing");
		}
		if (known)
			continue;
		if (app_flag(argv, i, "--json"))
			j->json = true;
		else if (argv[i][0] == '-')
			return app_refuse("dmn", argv[i], "no such option; see banjie dmn --help");
		else if (!j->verb)
			j->verb = argv[i];
		else if (!j->path)
			j->path = argv[i];
		else
			return app_refuse("dmn", argv[i], "one thing too many; see banjie dmn --help");
	}
	return app_lang("dmn", j->lang, &j->zh);
}

/* ---- findings ---- */

static void put_finding(const struct job *j, const struct dmn_finding *f, struct buf *out)
{
	struct str text = j->zh ? dmn_finding_zh(f) : f->text;
	const char *severity = j->zh ? (f->severity == DMN_ERROR ? "错误" : "警告") : f->severity == DMN_ERROR ? "error" : "warning";
	buf_printf(out, "%s:%d: %s: %.*s [%.*s]", j->path, f->line, severity, STR_ARG(text), STR_ARG(f->rule));
	if (!str_empty(f->element))
		buf_printf(out, " (%.*s)", STR_ARG(f->element));
	if (!str_empty(f->example))
		buf_printf(out, "\n  %s%.*s", j->zh ? "例如：" : "for example: ", STR_ARG(f->example));
	buf_byte(out, '\n');
}

static void finding_to_json(const struct dmn_finding *f, struct json_writer *w)
{
	json_object(w);
	json_pair_str(w, "severity", f->severity == DMN_ERROR ? S("error") : S("warning"));
	json_pair_str(w, "rule", f->rule);
	json_pair_str(w, "element", f->element);
	json_pair_i64(w, "line", f->line);
	json_pair_str(w, "text", f->text);
	if (!str_empty(f->example))
		json_pair_str(w, "example", f->example);
	json_end(w);
}

/* All of both lists; true when one is an error. */
static bool put_findings(struct job *j, const struct dmn_finding *reading, const struct dmn_finding *checking)
{
	const struct dmn_finding *lists[] = { reading, checking };
	struct json_writer w;
	bool bad = false;
	size_t count = 0;
	json_writer_init(&w, &j->out);
	if (j->json)
		json_array(&w);
	for (size_t i = 0; i < 2; i++) {
		for (const struct dmn_finding *f = lists[i]; f; f = f->next, count++) {
			bad = bad || f->severity == DMN_ERROR;
			if (j->json)
				finding_to_json(f, &w);
			else
				put_finding(j, f, &j->out);
		}
	}
	if (j->json)
		json_end(&w);
	else if (!count)
		buf_printf(&j->out, "%s: %s", j->path, j->zh ? "未发现问题" : "nothing to complain about");
	if (j->json || !count)
		buf_byte(&j->out, '\n');
	return bad;
}

static int check(struct job *j)
{
	const struct dmn_model *m;
	struct dmn_finding *reading, *checking = NULL;
	struct diag d;
	diag_init(&d);
	enum err e = dmn_load(&j->arena, j->path, true, &m, &reading, &d);
	if (e != OK && !reading)
		return app_report("dmn", e, &d);
	if (e == OK)
		e = dmn_model_check(m, &j->arena, &checking);
	if (e != OK && !err_is_refusal(e))
		return app_report("dmn", e, &d);
	return put_findings(j, reading, checking) ? APP_FAILED : APP_DONE;
}

/* ---- evaluating ---- */

static int load(struct job *j, const struct dmn_model **m)
{
	struct dmn_finding *findings;
	struct diag d;
	struct buf text;
	diag_init(&d);
	enum err e = dmn_load(&j->arena, j->path, false, m, &findings, &d);
	if (e == OK)
		return APP_DONE;
	buf_init_in(&text, &j->arena, 1 << 20);
	for (const struct dmn_finding *f = findings; f; f = f->next)
		put_finding(j, f, &text);
	fprintf(stderr, "%.*s", STR_ARG(buf_str(&text)));
	return findings ? APP_REFUSED : app_report("dmn", e, &d);
}

static int no_decision(struct job *j, const struct dmn_model *m)
{
	struct str *names;
	size_t count = dmn_model_decisions(m, &j->arena, &names);
	struct buf list;
	buf_init_in(&list, &j->arena, 1 << 20);
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
	return app_refuse("dmn", "--decision", "missing; the model decides: %.*s", STR_ARG(buf_str(&list)));
}

static enum err inputs_of(struct job *j, const struct dmn_model *m, struct feel_value *out, struct diag *d)
{
	struct str text = j->input ? str_of(j->input) : S("{}");
	const struct json *v;
	if (j->input && j->input[0] == '@')
		TRY(os_file_read(&j->arena, j->input + 1, JSON_BYTES_MAX, &text, d));
	TRY(json_read(&j->arena, text, &v, d));
	return dmn_inputs_from_json(m, str_of(j->decision), v, &j->arena, out, d);
}

static void put_value(struct job *j, const struct feel_value *v, const struct dmn_trace *trace)
{
	struct json_writer w;
	json_writer_init(&w, &j->out);
	if (trace && j->json)
		dmn_trace_to_json(trace, &w);
	else if (trace)
		dmn_explain(trace, j->zh ? DMN_ZH : DMN_EN, &j->out);
	else if (j->json)
		feel_to_json(v, &w);
	else
		feel_print_literal(v, &j->out);
	if (!trace || j->json)
		buf_byte(&j->out, '\n');
}

static int evaluate(struct job *j, bool explain)
{
	struct feel_env env = { .now_ms = os_now_ms(os_clock_real()) };
	const struct dmn_model *m;
	struct dmn_trace *trace = NULL;
	struct feel_value inputs, v;
	struct diag d;
	int status = load(j, &m);
	if (status != APP_DONE)
		return status;
	if (!j->decision)
		return no_decision(j, m);
	if (j->now && !calendar_instant_parse(str_of(j->now), &env.now_ms))
		return app_refuse("dmn", "--now", "\"%s\" is no instant like 2025-09-26T09:00:00+08:00", j->now);
	diag_init(&d);
	enum err e = inputs_of(j, m, &inputs, &d);
	if (e != OK && d.err != OK)
		diag_at(&d, S("--input"));
	if (e == OK)
		e = dmn_eval(m, str_of(j->decision), &inputs, &env, &j->arena, &v, explain ? &trace : NULL, &d);
	if (e != OK)
		return app_report("dmn", e, &d);
	if (feel_is_null(&v) && d.text[0])
		fprintf(stderr, "banjie dmn: null, because %s\n", d.text);
	put_value(j, &v, trace);
	return APP_DONE;
}

/* ---- the kit ---- */

static void report_failure(void *arg, const struct dmn_tck_result *r)
{
	(void)arg;
	if (!r->passed)
		fprintf(stderr, "%.*s %.*s %.*s \"%.*s\": expected %.*s, got %.*s (%.*s)\n", STR_ARG(r->folder),
		        STR_ARG(r->file), STR_ARG(r->test_case), STR_ARG(r->node), STR_ARG(r->expected), STR_ARG(r->got),
		        STR_ARG(r->reason));
}

static int tck(struct job *j)
{
	struct dmn_tck_count count;
	struct buf csv;
	struct diag d;
	buf_init_in(&csv, &j->arena, OUT_MAX);
	diag_init(&d);
	enum err e = dmn_tck_run(j->path, j->csv ? &csv : NULL, report_failure, NULL, &count, &d);
	if (e == OK && j->csv)
		e = os_file_write(j->csv, buf_str(&csv), &d);
	if (e != OK)
		return app_report("dmn", e, &d);
	if (j->json)
		buf_printf(&j->out, "{\"passed\":%zu,\"failed\":%zu}\n", count.passed, count.failed);
	else
		buf_printf(&j->out, "%zu passed, %zu failed\n", count.passed, count.failed);
	return count.failed ? APP_FAILED : APP_DONE;
}

static int run(struct job *j, int argc, char **argv)
{
	int status = read_options(j, argc, argv);
	if (status != APP_DONE)
		return status;
	if (!j->verb)
		return app_refuse("dmn", NULL, "say eval, explain, check or tck; see banjie dmn --help");
	if (!j->path)
		return app_refuse("dmn", j->verb, "a %s is missing", strcmp(j->verb, "tck") == 0 ? "folder" : "model file");
	if (strcmp(j->verb, "eval") == 0)
		return evaluate(j, false);
	if (strcmp(j->verb, "explain") == 0)
		return evaluate(j, true);
	if (strcmp(j->verb, "check") == 0)
		return check(j);
	if (strcmp(j->verb, "tck") == 0)
		return tck(j);
	return app_refuse("dmn", j->verb, "there is no such thing; say eval, explain, check or tck");
}

int app_cmd_dmn(int argc, char **argv)
{
	struct job j = { .json = false };
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	arena_init(&j.arena, MEMORY_MAX);
	buf_init_in(&j.out, &j.arena, OUT_MAX);
	int status = run(&j, argc, argv);
	if (j.out.len)
		fwrite(j.out.ptr, 1, j.out.len, stdout);
	arena_release(&j.arena);
	return status;
}
