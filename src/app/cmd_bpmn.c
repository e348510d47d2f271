/* cmd_bpmn.c - `banjie bpmn`: process models checked, run in virtual time, drawn, and the
 * conformance suite.
 */
#include <stdio.h>

#include "app/app.h"
#include "bpmn/host.h"
#include "bpmn/suite.h"
#include "calendar/calendar.h"
#include "os/os.h"

enum { MEMORY_MAX = 1 << 30, FILE_MAX = 64 << 20, OUT_MAX = 256 << 20, OFFSET_S = 8 * 3600 };

static const char help[] =
	"usage: banjie bpmn check FILE... [--json]\n"
	"       banjie bpmn run FILE [--process ID] [--input JSON|@FILE] [--for P30D] [--start WHEN] [--tasks] [--json]\n"
	"       banjie bpmn draw FILE -o out.svg\n"
	"       banjie bpmn suite DIR [--only TEXT] [--replay] [--json]\n"
	"\n"
	"Process models: BPMN 2.0.2 with FEEL.\n"
	"\n"
	"  check     every finding with line, element, rule and a sentence; exits 1 when there is an error\n"
	"  run       runs a process in virtual time and prints what happens; jobs succeed at once\n"
	"  draw      the diagram as SVG, from the file's layout or one of our own\n"
	"  suite     runs DIR/cases.json, and DIR/invalid/*.json where present; the last line counts\n"
	"\n"
	"  --process ID          process to run; otherwise the first executable one\n"
	"  --input JSON|@FILE    variables to start with\n"
	"  --for DURATION        virtual time to let pass, ISO 8601; otherwise none\n"
	"  --start WHEN          RFC 3339 instant at which it starts; otherwise 2025-01-02T09:00:00+08:00\n"
	"  --tasks               user tasks are completed at once as well\n"
	"  -o FILE               where the drawing goes; - is standard output\n"
	"  --only TEXT           cases whose id contains it\n"
	"  --replay              every instance is written and read again between two commands\n"
	"  --json                JSON instead of text\n"
	"\n"
	"example: banjie bpmn run licence.bpmn --input '{\"面积\": 120}' --for P30D\n";

struct job {
	struct arena arena;
	const char *verb, *process, *input, *span, *start, *out_path, *only;
	const char *paths[64];
	int paths_count;
	bool json, tasks, replay;
	struct buf out;
	struct json_writer w;
	struct str dir;
};

static int read_options(struct job *j, int argc, char **argv)
{
	struct { const char *name; const char **value; } const options[] = {
		{ "--process", &j->process }, { "--input", &j->input }, { "--for", &j->span }, { "--start", &j->start },
		{ "-o", &j->out_path }, { "--only", &j->only },
	};

	for (int i = 1; i < argc; i++) {
		bool known = false;

		for (size_t o = 0; o < sizeof options / sizeof *options && !known; o++) {
			known = app_option(argc, argv, &i, options[o].name, options[o].value);
			if (known && !*options[o].value)
				return app_refuse("bpmn", options[o].name, "a value is missing");
		}
		if (known)
			continue;
		if (app_flag(argv, i, "--json"))
			j->json = true;
		else if (app_flag(argv, i, "--tasks"))
			j->tasks = true;
		else if (app_flag(argv, i, "--replay"))
			j->replay = true;
		else if (argv[i][0] == '-')
			return app_refuse("bpmn", argv[i], "no such option; see banjie bpmn --help");
		else if (!j->verb)
			j->verb = argv[i];
		else if (j->paths_count < 64)
			j->paths[j->paths_count++] = argv[i];
		else
			return app_refuse("bpmn", argv[i], "more than 64 files");
	}
	return APP_DONE;
}

/* ---- check ---- */

static void put_finding(struct job *j, const char *path, const struct bpmn_finding *f)
{
	const char *severity = f->severity == BPMN_ERROR ? "error" : "warning";

	if (j->json) {
		json_object(&j->w);
		json_pair_str(&j->w, "file", str_of(path));
		json_pair_str(&j->w, "severity", str_of(severity));
		json_pair_str(&j->w, "rule", f->rule);
		json_pair_str(&j->w, "element", f->element);
		json_pair_i64(&j->w, "line", f->line);
		json_pair_str(&j->w, "text", f->text);
		json_end(&j->w);
		return;
	}
	buf_printf(&j->out, "%s:%d: %s: %.*s [%.*s]", path, f->line, severity, STR_ARG(f->text), STR_ARG(f->rule));
	if (!str_empty(f->element))
		buf_printf(&j->out, " (%.*s)", STR_ARG(f->element));
	buf_byte(&j->out, '\n');
}

static int check_file(struct job *j, const char *path)
{
	struct bpmn_finding *findings = NULL;
	struct bpmn_model *m;
	struct str xml;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = os_file_read(&j->arena, path, FILE_MAX, &xml, &d);
	if (e != OK)
		return app_report("bpmn", e, &d);
	e = bpmn_model_read(&j->arena, xml, &m, &findings, &d);
	for (const struct bpmn_finding *f = findings; f; f = f->next)
		put_finding(j, path, f);
	if (e != OK && !findings) { /* not even XML */
		app_report("bpmn", e, &d);
		return APP_FAILED;
	}
	return e == OK ? APP_DONE : APP_FAILED;
}

static int check(struct job *j)
{
	int status = APP_DONE;

	if (j->paths_count == 0)
		return app_refuse("bpmn", NULL, "which FILE? see banjie bpmn --help");
	if (j->json)
		json_array(&j->w);
	for (int i = 0; i < j->paths_count; i++) {
		int one = check_file(j, j->paths[i]);

		status = one > status ? one : status;
	}
	if (j->json) {
		json_end(&j->w);
		buf_byte(&j->out, '\n');
	}
	return status;
}

/* ---- run ---- */

static const char *event_name(enum bpmn_event_kind k)
{
	static const char *const names[] = { "started", "entered", "completed", "flow", "cancelled", "waiting", "wait-over",
		"variables", "decided", "message-thrown", "signal-thrown", "called", "escalated", "incident", "incident-over",
		"moved", "ended" };

	return names[k];
}

static const char *state_name(enum bpmn_state s)
{
	static const char *const names[] = { "running", "completed", "terminated", "failed", "cancelled" };

	return names[s];
}

static void put_when(struct job *j, int64_t ms)
{
	calendar_instant_print(ms, OFFSET_S, &j->out);
}

static void trace_json(struct job *j, uint32_t instance, int64_t now_ms, const struct bpmn_event *e)
{
	struct buf when;

	buf_init(&when, 64);
	calendar_instant_print(now_ms, OFFSET_S, &when);
	json_object(&j->w);
	json_pair_str(&j->w, "at", buf_str(&when));
	json_pair_i64(&j->w, "instance", instance);
	json_pair_str(&j->w, "event", str_of(event_name(e->kind)));
	json_pair_i64(&j->w, "id", e->id);
	json_pair_str(&j->w, "element", e->element);
	if (!str_empty(e->name))
		json_pair_str(&j->w, "name", e->name);
	if (!str_empty(e->text))
		json_pair_str(&j->w, "text", e->text);
	if (e->kind == BPMN_EV_ENDED)
		json_pair_str(&j->w, "state", str_of(state_name(e->state)));
	if (e->variables) {
		json_key(&j->w, S("variables"));
		feel_to_json(e->variables, &j->w);
	}
	json_end(&j->w);
	buf_release(&when);
}

static void trace(void *arg, uint32_t instance, int64_t now_ms, const struct bpmn_event *e)
{
	struct job *j = arg;

	if (j->json) {
		trace_json(j, instance, now_ms, e);
		return;
	}
	put_when(j, now_ms);
	buf_printf(&j->out, "  #%u  %-14s %.*s", instance, event_name(e->kind), STR_ARG(e->element));
	if (e->kind == BPMN_EV_WAITING && e->wait == BPMN_WAIT_TIMER) {
		buf_putz(&j->out, "  until ");
		put_when(j, e->due_ms);
	}
	if (!str_empty(e->name))
		buf_printf(&j->out, "  %.*s", STR_ARG(e->name));
	if (!str_empty(e->text))
		buf_printf(&j->out, "  %.*s", STR_ARG(e->text));
	if (e->kind == BPMN_EV_ENDED)
		buf_printf(&j->out, "  %s", state_name(e->state));
	if (e->variables) {
		buf_putz(&j->out, "  ");
		feel_print(e->variables, &j->out);
	}
	buf_byte(&j->out, '\n');
}

static enum err read_input(struct job *j, const struct feel_value **out, struct diag *d)
{
	struct feel_value *v = arena_new(&j->arena, struct feel_value);
	const struct json *json;
	struct str text = str_of(j->input);

	*out = NULL;
	if (!j->input)
		return OK;
	if (!v)
		return ERR_NOMEM;
	if (str_starts(text, S("@")))
		TRY(os_file_read(&j->arena, j->input + 1, FILE_MAX, &text, d));
	TRY(json_read(&j->arena, text, &json, d));
	TRY(feel_from_json(&j->arena, json, v, d));
	if (v->kind != FEEL_CONTEXT)
		return diag_set(d, ERR_INVALID, "bpmn.input", "--input must be a JSON object.");
	*out = v;
	return OK;
}

static const struct calendar *load_calendar(struct job *j)
{
	struct calendar *c;
	struct str text;
	struct diag d;

	diag_init(&d);
	if (app_data_read(&j->arena, "data/calendar/cn.csv", FILE_MAX, &text, &d) != OK ||
	    calendar_read(&j->arena, text, &c, &d) != OK)
		return NULL; /* limits in working days are incidents then, and say so */
	return c;
}

/* P30D and the like, by the engine's own reader: a timer of that duration from `from`. */
static enum err span_end(struct job *j, int64_t from, int64_t *out, struct diag *d)
{
	struct feel_value v = feel_duration_parse(str_of(j->span));

	*out = from;
	if (!j->span)
		return OK;
	if (v.kind != FEEL_DAYS_DURATION || v.span.seconds < 0)
		return diag_set(d, ERR_INVALID, "bpmn.span", "--for \"%s\" is no duration of days and time, like P30D.", j->span);
	*out = from + v.span.seconds * 1000;
	return OK;
}

static enum err run_model(struct job *j, struct diag *d)
{
	struct bpmn_host_options o = { .now_ms = INT64_C(1735779600000), .offset_s = OFFSET_S, .complete_jobs = true,
		.complete_tasks = j->tasks, .trace = trace, .trace_arg = j };
	struct bpmn_finding *findings;
	const struct feel_value *input;
	struct bpmn_model *m;
	struct bpmn_host *h;
	struct str xml, process;
	uint32_t instance;
	int64_t end;

	TRY(os_file_read(&j->arena, j->paths[0], FILE_MAX, &xml, d));
	TRY(bpmn_model_read(&j->arena, xml, &m, &findings, d));
	TRY(read_input(j, &input, d));
	if (j->start && !calendar_instant_parse(str_of(j->start), &o.now_ms))
		return diag_set(d, ERR_INVALID, "bpmn.start", "--start \"%s\" is no RFC 3339 instant.", j->start);
	TRY(span_end(j, o.now_ms, &end, d));
	o.model = m;
	o.calendar = load_calendar(j);
	process = j->process ? str_of(j->process) : bpmn_model_process(m);
	TRY(bpmn_host_new(&j->arena, &o, &h));
	TRY(bpmn_host_deploy(h, process, d));
	TRY(bpmn_host_start(h, process, S(""), input, &instance, d));
	return bpmn_host_advance(h, end, d);
}

static int run(struct job *j)
{
	struct diag d;
	enum err e;

	if (j->paths_count != 1)
		return app_refuse("bpmn", NULL, "which FILE? see banjie bpmn --help");
	diag_init(&d);
	if (j->json)
		json_array(&j->w);
	e = run_model(j, &d);
	if (j->json) {
		json_end(&j->w);
		buf_byte(&j->out, '\n');
	}
	return e == OK ? APP_DONE : app_report("bpmn", e, &d);
}

/* ---- draw ---- */

static enum err draw_model(struct job *j, struct diag *d)
{
	struct bpmn_model *m;
	struct str xml, svg;

	TRY(os_file_read(&j->arena, j->paths[0], FILE_MAX, &xml, d));
	TRY(bpmn_model_view(&j->arena, xml, &m, d));
	TRY(bpmn_draw(m, NULL, 0, &j->arena, &j->out, d));
	TRY(buf_finish(&j->out, &svg));
	if (str_eqz(str_of(j->out_path), "-"))
		return OK;
	TRY(os_file_write(j->out_path, svg, d));
	buf_clear(&j->out);
	return OK;
}

static int draw(struct job *j)
{
	struct diag d;
	enum err e;

	if (j->paths_count != 1 || !j->out_path)
		return app_refuse("bpmn", NULL, "which FILE, and -o where to? see banjie bpmn --help");
	diag_init(&d);
	e = draw_model(j, &d);
	return e == OK ? APP_DONE : app_report("bpmn", e, &d);
}

/* ---- suite ---- */

static enum err suite_read(void *arg, struct str path, struct arena *a, struct str *out, struct diag *d)
{
	struct job *j = arg;
	struct str full = arena_printf(a, "%.*s/%.*s", STR_ARG(j->dir), STR_ARG(path));

	return full.ptr ? os_file_read(a, full.ptr, FILE_MAX, out, d) : ERR_NOMEM;
}

static void suite_report(void *arg, struct str id, enum bpmn_suite_outcome outcome, struct str text)
{
	static const char *const names[] = { "pass", "alternative", "FAIL", "skipped" };
	struct job *j = arg;

	if (j->json) {
		json_object(&j->w);
		json_pair_str(&j->w, "id", id);
		json_pair_str(&j->w, "outcome", outcome == BPMN_SUITE_FAIL ? S("fail") : str_of(names[outcome]));
		json_pair_str(&j->w, "text", text);
		json_end(&j->w);
	} else if (outcome != BPMN_SUITE_PASS) {
		buf_printf(&j->out, "%s %.*s: %.*s\n", names[outcome], STR_ARG(id), STR_ARG(text));
	}
}

static enum err run_suite(struct job *j, struct bpmn_suite_count *count, struct diag *d)
{
	static const char *const lists[] = { "invalid/invalid.json", "invalid/ref.json" };
	struct bpmn_suite_env env = { .read = suite_read, .report = suite_report, .arg = j, .replay = j->replay,
		.only = j->only ? str_of(j->only) : S("") };

	TRY(bpmn_suite_run(&j->arena, &env, count, d));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct str path = arena_printf(&j->arena, "%.*s/%s", STR_ARG(j->dir), lists[i]);

		if (path.ptr && os_file_exists(path.ptr))
			TRY(bpmn_suite_invalid(&j->arena, str_of(lists[i]), &env, count, d));
	}
	return OK;
}

static int suite(struct job *j)
{
	struct bpmn_suite_count count = { 0, 0, 0, 0 };
	struct diag d;
	enum err e;

	if (j->paths_count != 1)
		return app_refuse("bpmn", NULL, "which DIR? see banjie bpmn --help");
	j->dir = str_of(j->paths[0]);
	diag_init(&d);
	if (j->json)
		json_array(&j->w);
	e = run_suite(j, &count, &d);
	if (e != OK)
		return app_report("bpmn", e, &d);
	if (j->json) {
		json_end(&j->w);
		buf_byte(&j->out, '\n');
		return count.failed ? APP_FAILED : APP_DONE;
	}
	if (count.skipped)
		buf_printf(&j->out, "%u disputed cases skipped\n", count.skipped);
	if (count.alternative)
		buf_printf(&j->out, "%u by an alternative\n", count.alternative);
	buf_printf(&j->out, "%u passed, %u failed\n", count.passed + count.alternative, count.failed);
	return count.failed ? APP_FAILED : APP_DONE;
}

int app_cmd_bpmn(int argc, char **argv)
{
	static const struct { const char *verb; int (*run)(struct job *j); } verbs[] = {
		{ "check", check }, { "run", run }, { "draw", draw }, { "suite", suite } };
	struct job j = { .dir = S("") };
	int status;

	for (int i = 1; i < argc; i++)
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	status = read_options(&j, argc, argv);
	if (status != APP_DONE)
		return status;
	arena_init(&j.arena, MEMORY_MAX);
	buf_init(&j.out, OUT_MAX);
	json_writer_init(&j.w, &j.out);
	status = -1;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (j.verb && strcmp(j.verb, verbs[i].verb) == 0)
			status = verbs[i].run(&j);
	if (status < 0)
		status = app_refuse("bpmn", j.verb, "check, run, draw or suite? see banjie bpmn --help");
	fwrite(j.out.ptr, 1, j.out.len, stdout);
	buf_release(&j.out);
	arena_release(&j.arena);
	return status;
}
