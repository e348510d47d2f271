/* cmd_tally.c - `banjie tally`: a table of statistics on stdout, as CSV or JSON, or as a workbook; and the counters made anew from the record. */
#include <stdio.h>

#include "app/app.h"
#include "casework/casework.h"
#include "tally/tally.h"
#include "text/json_make.h"
#include "web/tally_sheet.h"

static const char usage[] =
	"usage: banjie tally [--db FILE] [--measures A,B] [--by SPLIT] [--then SPLIT] [--unit PERIOD] [--from DAY] [--to DAY]\n"
	"                    [--compare year|period] [--organ CODE] [--item CODE] [--region CODE] [--post CODE] [--kind NN] [--channel N]\n"
	"                    [--csv | --json | --xlsx FILE | --pdf FILE]\n"
	"       banjie tally --rebuild [--db FILE]\n\n"
	"SPLIT: period region organ item kind channel post. PERIOD: day week month quarter half year.\n"
	"Measures and what they count: docs/statistics.md. Without dates: the twelve months up to today.\n"
	"--rebuild: verifies the record and puts the counters that it gives in the place of those that stand; for a database older than\n"
	"they, or where `banjie rebuild --check` names a table of statistics. The server must be stopped.\n";

static const char *const question[] = { "measures", "by", "then", "unit", "from", "to", "compare", "organ", "item", "region", "post", "kind", "channel" };
enum { QUESTIONS = sizeof question / sizeof *question };

struct asked {
	const char *db, *xlsx, *pdf, *value[QUESTIONS];
	bool csv, json, rebuild, help;
};

/* One option with its value; *status says what was wrong. False when it is none of ours. */
static bool read_value(struct asked *o, int argc, char **argv, int *i, int *status)
{
	char name[32];
	const char **to[] = { &o->db, &o->xlsx, &o->pdf };
	static const char *const files[] = { "--db", "--xlsx", "--pdf" };
	for (size_t k = 0; k < QUESTIONS + 3; k++) {
		const char *value;
		snprintf(name, sizeof name, "%s%s", k < 3 ? "" : "--", k < 3 ? files[k] : question[k - 3]);
		if (!app_option(argc, argv, i, name, &value))
			continue;
		if (!value)
			*status = app_refuse("tally", name, "needs a value");
		*(k < 3 ? to[k] : &o->value[k - 3]) = value;
		return true;
	}
	return false;
}

static int read_options(int argc, char **argv, struct asked *o)
{
	int status = APP_DONE;
	*o = (struct asked){ .db = "banjie.db" };
	for (int i = 1; i < argc && status == APP_DONE; i++) {
		if (app_flag(argv, i, "--help"))
			o->help = true;
		else if (app_flag(argv, i, "--csv"))
			o->csv = true;
		else if (app_flag(argv, i, "--json"))
			o->json = true;
		else if (app_flag(argv, i, "--rebuild"))
			o->rebuild = true;
		else if (!read_value(o, argc, argv, &i, &status))
			return app_refuse("tally", argv[i], "there is no such option; --help lists them");
	}
	return status;
}

/* "tally.period.quarter" of 2025 and 1: 2025-Q1, as the API has it. */
static struct str period_code(struct arena *a, struct str unit, const struct str *args)
{
	int64_t number = 0;
	(void)str_to_i64(args[1], &number);
	char letter = (char)(unit.ptr[0] - 'a' + 'A');
	if (str_eqz(unit, "month"))
		return arena_printf(a, "%.*s-%02lld", STR_ARG(args[0]), (long long)number);
	return arena_printf(a, "%.*s-%c%.*s", STR_ARG(args[0]), letter, STR_ARG(args[1]));
}

/* Names as parameters have them: "tally.measure.received" is received. */
static struct str say(void *arg, const char *key, const struct str *args, size_t n)
{
	struct str all = str_of(key), prefix = S("tally.period.");
	if (str_starts(all, prefix) && n)
		return n > 1 ? period_code(arg, str_sub(all, prefix.len, all.len), args) : args[0];
	for (size_t i = all.len; i > 0; i--)
		if (all.ptr[i - 1] == '.')
			return str_sub(all, i, all.len);
	return all;
}

static const struct json *params_of(struct arena *a, const struct asked *o)
{
	struct json_build b;
	json_build_object(&b, a);
	for (size_t i = 0; i < QUESTIONS; i++)
		if (o->value[i])
			json_set_str(&b, question[i], str_of(o->value[i]));
	return json_built(&b);
}

/* Columns of equal width: words to the left, numbers to the right. */
static void print_table(struct arena *a, const struct tally_sheet *s)
{
	for (size_t r = 0; r <= s->table.rows; r++) {
		for (size_t c = 0; c < s->table.width; c++) {
			struct buf b;
			buf_init_in(&b, a, 1 << 16);
			if (r == 0)
				buf_put(&b, s->table.columns[c].name);
			else
				paper_cell_print(&s->table.cells[(r - 1) * s->table.width + c], true, &b);
			printf(c < s->labels ? "%-*.*s" : "%*.*s", c < s->labels ? 32 : 15, STR_ARG(buf_str(&b)));
		}
		printf("\n");
	}
}

static enum err write_file(struct arena *a, const struct asked *o, struct tally_sheet *s, int64_t now_ms, struct diag *d)
{
	struct str bytes;
	if (o->xlsx) {
		struct paper_book book = { .sheets = &s->table, .count = 1, .title = s->table.title, .made_ms = now_ms };
		TRY(paper_xlsx(a, &book, &bytes, d));
		return os_file_write(o->xlsx, bytes, d);
	}
	struct paper_doc doc;
	paper_doc_init(&doc, a);
	doc.title = s->table.title;
	doc.made_ms = now_ms;
	doc.landscape = s->table.width > 7;
	if (s->chart.count)
		paper_put_chart(&doc, &s->chart);
	paper_put_table(&doc, &s->table);
	TRY(paper_pdf(&doc, &bytes, d));
	return os_file_write(o->pdf, bytes, d);
}

static enum err print_answer(struct casework *cw, struct arena *a, const struct asked *o, const struct json *view, struct diag *d)
{
	struct tally_words words = { a, say, false };
	struct tally_sheet sheet;
	struct str text;
	if (o->json) {
		struct buf b;
		buf_init_in(&b, a, 64 << 20);
		json_put_canonical(&b, view);
		printf("%.*s\n", STR_ARG(buf_str(&b)));
		return OK;
	}
	TRY(tally_sheet_make(a, &words, view, S(""), S("tally"), &sheet));
	if (o->xlsx || o->pdf)
		return write_file(a, o, &sheet, casework_now_ms(cw), d);
	if (!o->csv)
		print_table(a, &sheet);
	else if (paper_csv(a, &sheet.table, &text) == OK)
		printf("%.*s", STR_ARG(text));
	return OK;
}

static void show(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	if (os_tty(2) && total)
		fprintf(stderr, "\r%3llu %%", (unsigned long long)(done * 100 / total));
}

static enum err rebuild(struct casework *cw, struct diag *d)
{
	uint64_t rows;
	enum err e = casework_room_rebuild(cw, &tally_room, show, NULL, &rows, d);
	if (os_tty(2))
		fputs("\r\033[K", stderr);
	if (e == OK)
		fprintf(stderr, "The counters are those of the record: %llu rows.\n", (unsigned long long)rows);
	return e;
}

static enum err answer(struct casework *cw, struct arena *a, const struct asked *o, struct diag *d)
{
	struct casework_actor system = { .system = true };
	const struct json *view;
	TRY(casework_view(cw, "tally", &system, params_of(a, o), a, &view, d));
	return print_answer(cw, a, o, view, d);
}

int app_cmd_tally(int argc, char **argv)
{
	struct asked o;
	struct arena a;
	struct casework *cw = NULL;
	struct diag d;
	int status = read_options(argc, argv, &o);
	if (status != APP_DONE)
		return status;
	if (o.help) {
		fputs(usage, stdout);
		return APP_DONE;
	}
	diag_init(&d);
	arena_init(&a, 256 << 20);
	enum err e = app_open(o.db, !o.rebuild, &a, &cw, &d);
	if (e == OK)
		e = o.rebuild ? rebuild(cw, &d) : answer(cw, &a, &o, &d);
	status = e == OK ? APP_DONE : app_report("tally", e, &d);
	if (cw)
		casework_close(cw);
	arena_release(&a);
	return status;
}
