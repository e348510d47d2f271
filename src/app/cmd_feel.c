/* cmd_feel.c - `banjie feel`: evaluates an expression of the rules' language. */
#include <stdio.h>

#include "app/app.h"
#include "calendar/calendar.h"
#include "feel/feel.h"
#include "os/os.h"

enum { MEMORY_MAX = 512 << 20, JSON_FILE_MAX = 16 << 20, OUT_MAX = 64 << 20 };

static const char help[] =
	"usage: banjie feel EXPRESSION [options]\n"
	"\n"
	"Evaluates a FEEL expression (DMN 1.5, chapter 10) and prints its value. A value that cannot be\n"
	"had is null; why is said on stderr.\n"
	"\n"
	"  --context JSON|@FILE  names and values that the expression may use\n"
	"  --unary               EXPRESSION is unary tests, as in a decision table's cell: \"< 5, [10..20]\"\n"
	"  --input JSON|@FILE    the value that the tests look at\n"
	"  --type                prints the type of the expression, without evaluating it\n"
	"  --now WHEN            RFC 3339 instant for now() and today(); otherwise the present moment\n"
	"  --json                JSON instead of FEEL: value, type, reasons of nulls\n"
	"\n"
	"example: banjie feel 'sum(for f in fees return f * 1.1) > limit' --context '{\"fees\": [10, 20], \"limit\": 30}'\n";

struct job {
	struct arena arena;
	const char *expression, *context, *input, *now;
	bool unary, type, json;
	struct feel_value scope, tested;
	struct buf reasons; /* JSON strings, separated by commas; or lines */
};

static int read_options(struct job *j, int argc, char **argv)
{
	struct { const char *name; const char **value; } const options[] = {
		{ "--context", &j->context }, { "--input", &j->input }, { "--now", &j->now },
	};
	struct { const char *name; bool *value; } const flags[] = {
		{ "--unary", &j->unary }, { "--type", &j->type }, { "--json", &j->json },
	};
	for (int i = 1; i < argc; i++) {
		bool known = false;
		for (size_t o = 0; o < 3 && !known; o++) {
			known = app_option(argc, argv, &i, options[o].name, options[o].value);
			if (known && !*options[o].value)
				return app_refuse("feel", options[o].name, "a value is missing");
		}
		for (size_t o = 0; o < 3 && !known; o++) {
			known = app_flag(argv, i, flags[o].name);
			if (known)
				*flags[o].value = true;
		}
		if (known)
			continue;
		if (j->expression)
			return app_refuse("feel", argv[i], "no such option, and there is one expression already; see banjie feel --help");
		j->expression = argv[i];
	}
	if (!j->expression)
		return app_refuse("feel", NULL, "an expression is missing; see banjie feel --help");
	if (j->unary && !j->input && !j->type)
		return app_refuse("feel", "--unary", "--input is missing: the value that the tests look at");
	return APP_DONE;
}

static enum err json_argument(struct arena *a, const char *argument, const struct json **out, struct diag *d)
{
	struct str text = str_of(argument);
	if (argument[0] == '@')
		TRY(os_file_read(a, argument + 1, JSON_FILE_MAX, &text, d));
	return json_read(a, text, out, d);
}

static int read_value(struct job *j, const char *option, const char *argument, struct feel_value *out)
{
	const struct json *v;
	struct diag d;
	diag_init(&d);
	enum err e = json_argument(&j->arena, argument, &v, &d);
	if (e == OK)
		e = feel_from_json(&j->arena, v, out, &d);
	if (e != OK && d.err != OK)
		diag_at(&d, str_of(option));
	return e == OK ? APP_DONE : app_report("feel", e, &d);
}

static int read_values(struct job *j)
{
	int status = j->context ? read_value(j, "--context", j->context, &j->scope) : APP_DONE;
	if (status == APP_DONE && j->context && j->scope.kind != FEEL_CONTEXT)
		return app_refuse("feel", "--context", "must be a JSON object of names and values");
	if (status == APP_DONE && j->input)
		status = read_value(j, "--input", j->input, &j->tested);
	return status;
}

static void note_reason(void *arg, struct str reason)
{
	struct job *j = arg;
	struct buf *b = &j->reasons;
	if (j->json) {
		struct json_writer w;
		if (b->len)
			buf_byte(b, ',');
		json_writer_init(&w, b);
		json_put_str(&w, reason);
	} else {
		fprintf(stderr, "banjie feel: %.*s\n", STR_ARG(reason));
	}
}

/* "line 1, column 7: …", with the column under the source */
static int say_syntax(const struct job *j, enum err e, const struct diag *d)
{
	struct str source = str_of(j->expression);
	if (e == ERR_INVALID && d->line <= 1 && d->column > 0 && str_find_byte(source, '\n') < 0)
		fprintf(stderr, "  %s\n  %*s\n", j->expression, d->column, "^");
	return app_report("feel", e, d);
}

static enum err compile(struct job *j, struct feel_plan **plan, struct diag *d)
{
	struct feel_names names = { .count = 0 };
	if (j->context)
		TRY(feel_names_of(&j->arena, &j->scope, &names));
	return j->unary ? feel_compile_unary(&j->arena, str_of(j->expression), &names, plan, d)
	                : feel_compile(&j->arena, str_of(j->expression), &names, plan, d);
}

static void print_value(struct job *j, const struct feel_plan *plan, const struct feel_value *v, struct buf *out)
{
	struct json_writer w;
	struct buf type;
	if (!j->json) {
		feel_print_literal(v, out);
		buf_byte(out, '\n');
		return;
	}
	buf_init_in(&type, &j->arena, 1 << 16);
	feel_type_print(feel_plan_type(plan), &type);
	json_writer_init(&w, out);
	json_object(&w);
	json_key(&w, S("value"));
	feel_to_json(v, &w);
	json_pair_str(&w, "type", buf_str(&type));
	buf_byte(&j->reasons, ']');
	json_key(&w, S("reasons"));
	json_put_raw(&w, arena_printf(&j->arena, "[%.*s", STR_ARG(buf_str(&j->reasons))));
	json_end(&w);
	buf_byte(out, '\n');
}

static int evaluate(struct job *j, const struct feel_plan *plan, struct buf *out)
{
	struct feel_env env = { .now_ms = os_now_ms(os_clock_real()), .trace = note_reason, .trace_arg = j };
	struct feel_value v;
	struct diag d;
	if (j->now && !calendar_instant_parse(str_of(j->now), &env.now_ms))
		return app_refuse("feel", "--now", "\"%s\" is no instant like 2025-09-26T09:00:00+08:00", j->now);
	diag_init(&d);
	enum err e = j->unary ? feel_eval_unary(plan, &j->tested, &j->scope, &env, &j->arena, &v, &d)
	                      : feel_eval(plan, &j->scope, &env, &j->arena, &v, &d);
	if (e != OK)
		return app_report("feel", e, &d);
	print_value(j, plan, &v, out);
	return APP_DONE;
}

static int run(struct job *j, int argc, char **argv, struct buf *out)
{
	struct feel_plan *plan;
	struct diag d;
	int status = read_options(j, argc, argv);
	if (status == APP_DONE)
		status = read_values(j);
	if (status != APP_DONE)
		return status;
	diag_init(&d);
	enum err e = compile(j, &plan, &d);
	if (e != OK)
		return say_syntax(j, e, &d);
	if (!j->type)
		return evaluate(j, plan, out);
	feel_type_print(feel_plan_type(plan), out);
	buf_byte(out, '\n');
	return APP_DONE;
}

int app_cmd_feel(int argc, char **argv)
{
	struct job j = { .tested = feel_null() };
	struct feel_context none = { .count = 0 };
	struct buf out;
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	j.scope = (struct feel_value){ .kind = FEEL_CONTEXT, .context = &none };
	arena_init(&j.arena, MEMORY_MAX);
	buf_init_in(&j.reasons, &j.arena, 1 << 20);
	buf_init_in(&out, &j.arena, OUT_MAX);
	int status = run(&j, argc, argv, &out);
	if (out.len)
		fwrite(out.ptr, 1, out.len, stdout);
	arena_release(&j.arena);
	return status;
}
