/* cmd_mine.c - `banjie mine`: how a process really ran, from a log. */
#include <stdio.h>

#include "app/app.h"
#include "bpmn/bpmn.h"
#include "calendar/calendar.h"
#include "casework/casework.h"
#include "mine/mine.h"
#include "os/os.h"
#include "text/json_build.h"

enum { MEMORY_MAX = 1 << 30, OUT_MAX = 1 << 30, FILE_MAX = 64 << 20, LIST_MAX = 64, CALENDAR_FILE_MAX = 4 << 20, DAY_MS = 86400000 };

static const char help[] =
	"usage: banjie mine FILE [options]\n"
	"       banjie mine --db FILE [--item CODE] [--organ CODE] [--from DAY] [--to DAY] [--variants N] [--activities PERCENT] [--svg OUT]\n"
	"\n"
	"How a process really ran: what followed what and how long it took, variants, waiting and working,\n"
	"rework, hand-over, batches, what distinguishes late cases, load. FILE is CSV or XES, packed by gzip or\n"
	"not; - is standard input. docs/mining.md says what each figure means.\n"
	"\n"
	"  --db FILE             the record of an office instead of a log; JSON on standard output, or --svg alone; DAYs are those of receipt,\n"
	"                        the last one included\n"
	"  --json                everything as JSON\n"
	"  --html OUT            everything as one HTML file\n"
	"  --svg OUT             the graph alone\n"
	"  --lang zh|en          language of report and summary; otherwise the environment's\n"
	"  --title TEXT          of the report\n"
	"  --rows N              length of each list in --json; otherwise 50\n"
	"\n"
	"  --case NAME --activity NAME --time NAME --begin NAME --resource NAME --lifecycle NAME --deadline NAME\n"
	"                        columns (CSV) or keys (XES); otherwise the usual names are tried\n"
	"  --attribute NAME      kept of each case, may be repeated; otherwise case:… (CSV), all of a trace (XES)\n"
	"  --encoding NAME       of CSV; otherwise UTF-8, UTF-16 and GB18030 are told apart\n"
	"  --delimiter C         otherwise guessed: , ; tab |\n"
	"  --time-format F       such as \"%d.%m.%Y %H:%M\", or %s for seconds since 1970\n"
	"  --zone +HH:MM         of moments without an offset; otherwise +08:00\n"
	"\n"
	"  --from DAY --to DAY   cases that began from DAY on, before DAY\n"
	"  --where NAME=VALUE    cases with this attribute, may be repeated\n"
	"  --with ACTIVITY       cases in which it happened; --starts, --ends: first, last\n"
	"  --who RESOURCE        cases in which this resource took part\n"
	"  --variants N          cases of the N most frequent variants\n"
	"  --activities PERCENT  the most frequent activities that make up so much of all events\n"
	"\n"
	"  --bpmn FILE           compares with this process and draws over it\n"
	"  --late-after DAYS     a case is late after so many working days; otherwise by its deadline, or the slowest quarter\n"
	"  --support N           least number of cases of a feature that is looked at\n"
	"  --batch-minutes N     most minutes between two of a batch; otherwise 5\n"
	"  --calendar FILE|none  adds a holiday file; none = Monday to Friday\n"
	"  --graph-only          graph, variants and durations, nothing else\n"
	"\n"
	"example: banjie mine log.csv --case 办件编号 --activity 环节名称 --time 结束时间 --html report.html\n";

struct job {
	struct arena arena;
	const char *file, *html, *svg, *lang, *title, *rows, *delimiter, *encoding, *zone, *from, *to, *variants, *percent, *bpmn, *late_after, *support,
		*batch, *calendar, *db, *item, *organ;
	const char *text[7], *format, *with, *starts, *ends, *who; /* text: as in struct mine_mapping */
	struct str attributes[LIST_MAX], where[LIST_MAX];
	size_t attributes_count, where_count;
	bool json, zh, graph_only, packed;
	const struct calendar *days;
	struct bpmn_model *model;
	struct mine_reading reading;
	int64_t told_us;
};

/* ---- options ---- */

static int add_text(struct str *list, size_t *count, const char *option, const char *value)
{
	if (*count == LIST_MAX)
		return app_refuse("mine", option, "more than %d of them", LIST_MAX);
	list[(*count)++] = str_of(value);
	return APP_DONE;
}

/* One option with its value; *known says whether argv[*i] was one. */
static int read_option(struct job *j, int argc, char **argv, int *i, bool *known)
{
	struct { const char *name; const char **to; } const options[] = {
		{ "--html", &j->html }, { "--svg", &j->svg }, { "--lang", &j->lang }, { "--title", &j->title }, { "--rows", &j->rows },
		{ "--case", &j->text[0] }, { "--activity", &j->text[1] }, { "--time", &j->text[2] }, { "--begin", &j->text[3] },
		{ "--resource", &j->text[4] }, { "--lifecycle", &j->text[5] }, { "--deadline", &j->text[6] },
		{ "--delimiter", &j->delimiter }, { "--encoding", &j->encoding }, { "--time-format", &j->format }, { "--zone", &j->zone },
		{ "--from", &j->from }, { "--to", &j->to }, { "--with", &j->with }, { "--starts", &j->starts }, { "--ends", &j->ends },
		{ "--who", &j->who }, { "--variants", &j->variants }, { "--activities", &j->percent }, { "--bpmn", &j->bpmn },
		{ "--late-after", &j->late_after }, { "--support", &j->support }, { "--batch-minutes", &j->batch }, { "--calendar", &j->calendar },
		{ "--db", &j->db }, { "--item", &j->item }, { "--organ", &j->organ },
	};
	const char *value = NULL;
	*known = true;
	for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
		if (!app_option(argc, argv, i, options[o].name, &value))
			continue;
		if (!value)
			return app_refuse("mine", options[o].name, "a value is missing");
		if (*options[o].to)
			return app_refuse("mine", options[o].name, "given twice");
		*options[o].to = value;
		return APP_DONE;
	}
	if (app_option(argc, argv, i, "--attribute", &value))
		return value ? add_text(j->attributes, &j->attributes_count, "--attribute", value) : app_refuse("mine", "--attribute", "a value is missing");
	if (app_option(argc, argv, i, "--where", &value))
		return value && strchr(value, '=') ? add_text(j->where, &j->where_count, "--where", value)
		                                   : app_refuse("mine", "--where", "wants NAME=VALUE");
	*known = false;
	return APP_DONE;
}

static int read_options(struct job *j, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		bool known;
		int status = read_option(j, argc, argv, &i, &known);
		if (status != APP_DONE)
			return status;
		if (known)
			continue;
		if (app_flag(argv, i, "--json"))
			j->json = true;
		else if (app_flag(argv, i, "--graph-only"))
			j->graph_only = true;
		else if (argv[i][0] == '-' && argv[i][1])
			return app_refuse("mine", argv[i], "no such option; see banjie mine --help");
		else if (j->file)
			return app_refuse("mine", NULL, "one FILE at a time; \"%s\" is a second one", argv[i]);
		else
			j->file = argv[i];
	}
	if (app_lang("mine", j->lang, &j->zh) != APP_DONE)
		return APP_REFUSED;
	if (j->db && j->file)
		return app_refuse("mine", "--db", "either a log or a record; \"%s\" is a log", j->file);
	if (j->db && (j->html || j->bpmn))
		return app_refuse("mine", j->html ? "--html" : "--bpmn", "goes with a log; of a record the page is to be printed, and its process is its own");
	if (!j->db && (j->item || j->organ))
		return app_refuse("mine", j->item ? "--item" : "--organ", "goes with --db");
	return j->file || j->db ? APP_DONE : app_refuse("mine", NULL, "which FILE? see banjie mine --help");
}

static int whole(const char *option, const char *text, int64_t least, int64_t most, int64_t *out)
{
	if (!text)
		return APP_DONE;
	if (!str_to_i64(str_of(text), out) || *out < least || *out > most)
		return app_refuse("mine", option, "\"%s\" is no whole number from %lld to %lld", text, (long long)least, (long long)most);
	return APP_DONE;
}

/* "+08:00", "-0500" or "Z" */
static int parse_zone(const char *text, int32_t *out)
{
	int64_t ms;
	char room[64];
	*out = 8 * 3600;
	if (!text)
		return APP_DONE;
	snprintf(room, sizeof room, "1970-01-01T00:00:00%.20s", text);
	if (!mine_moment_parse(str_of(room), S(""), INT32_MAX / 4, &ms) || ms > DAY_MS || ms < -DAY_MS)
		return app_refuse("mine", "--zone", "\"%s\" is no offset like +08:00", text);
	*out = (int32_t)(-ms / 1000);
	return APP_DONE;
}

static int parse_day(const char *option, const char *text, int32_t zone_s, int64_t *out)
{
	calendar_day day;
	*out = MINE_NO_TIME;
	if (!text)
		return APP_DONE;
	if (!calendar_day_parse(str_of(text), &day))
		return app_refuse("mine", option, "\"%s\" is no date like 2025-09-26", text);
	*out = calendar_day_start_ms(day, zone_s);
	return APP_DONE;
}

static int fill_mapping(const struct job *j, struct mine_mapping *m)
{
	struct str *const to[] = { &m->case_id, &m->activity, &m->time, &m->begin, &m->resource, &m->lifecycle, &m->deadline };
	*m = (struct mine_mapping){ .attributes = j->attributes, .attributes_count = j->attributes_count, .time_format = str_of(j->format),
		                   .encoding = str_of(j->encoding) };
	for (size_t i = 0; i < sizeof to / sizeof *to; i++)
		*to[i] = str_of(j->text[i]);
	if (j->delimiter && strcmp(j->delimiter, "tab") == 0)
		m->delimiter = '\t';
	else if (j->delimiter && (strlen(j->delimiter) != 1 || strchr("\"\r\n", j->delimiter[0])))
		return app_refuse("mine", "--delimiter", "one character, or tab");
	else if (j->delimiter)
		m->delimiter = j->delimiter[0];
	return parse_zone(j->zone, &m->zone_s);
}

static int fill_filter(const struct job *j, int32_t zone_s, struct mine_filter *f, bool *any)
{
	int64_t variants = 0, percent = 0;
	int status;
	*f = (struct mine_filter){ .attributes = j->where, .attributes_count = j->where_count, .activity = str_of(j->with),
		                   .start = str_of(j->starts), .end = str_of(j->ends), .resource = str_of(j->who) };
	if ((status = parse_day("--from", j->from, zone_s, &f->from_ms)) || (status = parse_day("--to", j->to, zone_s, &f->to_ms))
	    || (status = whole("--variants", j->variants, 1, UINT32_MAX, &variants)) || (status = whole("--activities", j->percent, 1, 100, &percent)))
		return status;
	f->variants = (uint32_t)variants;
	f->activities_percent = (uint32_t)percent;
	*any = j->from || j->to || j->where_count || j->with || j->starts || j->ends || j->who || j->variants || j->percent;
	return APP_DONE;
}

/* ---- what is needed beside the log ---- */

static enum err load_calendar(struct job *j, struct diag *d)
{
	struct str text;
	struct calendar *c, *own, *both;
	if (j->calendar && strcmp(j->calendar, "none") == 0) { /* one Saturday is named: a table must hold a day */
		TRY(calendar_read(&j->arena, S("kind,year,from,to,zh,en,source\ncalendar,,,,周一至周五,Monday to Friday,+08:00\nnotice,2000,,,周末,weekend,\noff,2000,2000-01-01,,周末,weekend,\n"), &c, d));
		j->days = c;
		return OK;
	}
	TRY(app_data_read(&j->arena, "data/calendar/cn.csv", CALENDAR_FILE_MAX, &text, d));
	TRY(calendar_read(&j->arena, text, &c, d));
	j->days = c;
	if (!j->calendar)
		return OK;
	TRY(os_file_read(&j->arena, j->calendar, CALENDAR_FILE_MAX, &text, d));
	TRY(calendar_read(&j->arena, text, &own, d));
	TRY(calendar_merge(&j->arena, c, own, &both, d));
	j->days = both;
	return OK;
}

static enum err load_model(struct job *j, struct diag *d)
{
	struct str text;
	if (!j->bpmn)
		return OK;
	TRY(os_file_read(&j->arena, j->bpmn, FILE_MAX, &text, d));
	return bpmn_model_view(&j->arena, text, &j->model, d);
}

/* ---- the log ---- */

static void progress(void *arg, uint64_t bytes, uint64_t rows)
{
	struct job *j = arg;
	int64_t now = os_monotonic_us();
	if (now - j->told_us < 200000)
		return;
	j->told_us = now;
	if (bytes)
		fprintf(stderr, "\r%llu MB, %llu rows ", (unsigned long long)(bytes >> 20), (unsigned long long)rows);
	else
		fprintf(stderr, "\r%llu rows ", (unsigned long long)rows);
}

static void tell_problems(const struct job *j)
{
	const struct mine_reading *r = &j->reading;
	if (r->encoding[0] && !j->encoding)
		fprintf(stderr, "banjie mine: %s: read as %s\n", j->file, r->encoding);
	for (size_t i = 0; i < r->problems; i++)
		fprintf(stderr, "banjie mine: %s: line %d: %s\n", j->file, r->problem[i].line, r->problem[i].text);
	if (r->bad_rows)
		fprintf(stderr, "banjie mine: %llu of %llu rows left out\n", (unsigned long long)r->bad_rows, (unsigned long long)r->rows);
}

static int read_log(struct job *j, const struct mine_mapping *m, struct mine_log **out)
{
	struct os_reader *file;
	struct diag d;
	diag_init(&d);
	enum err e = os_reader_open(strcmp(j->file, "-") == 0 ? "/dev/stdin" : j->file, &file, &d);
	if (e != OK)
		return app_report("mine", e, &d);
	j->reading.arg = j;
	j->reading.progress = os_tty(2) ? progress : NULL;
	e = mine_read(os_reader_chunk, file, m, &j->reading, out, &d);
	os_reader_close(file);
	if (j->told_us)
		fputc('\n', stderr);
	tell_problems(j);
	return e == OK ? APP_DONE : app_report("mine", e, &d);
}

/* ---- what comes out ---- */

static void put_line(struct buf *out, bool zh, const char *zh_name, const char *en_name, int64_t ms, bool working)
{
	buf_printf(out, "%s ", zh ? zh_name : en_name);
	mine_span_print(ms, !zh, working, out);
	buf_byte(out, '\n');
}

/* A summary for the terminal. */
static void put_text(const struct job *j, const struct mine_report *r, struct buf *out)
{
	const bool zh = j->zh;
	const struct mine_conformance *c = &r->conformance;
	buf_printf(out, zh ? "%u 件，%u 次办理，%zu 种环节，%zu 种走法\n" : "%u cases, %u events, %zu activities, %zu variants\n", r->log->cases, r->log->events,
	           r->log->activities.count, r->variants_count);
	put_line(out, zh, "用时中位数", "median duration", r->times.median_ms, false);
	if (!j->graph_only)
		put_line(out, zh, "  按工作日", "  in working days", r->working.median_ms, true);
	put_line(out, zh, "九成不超过", "nine in ten within", r->times.p90_ms, false);
	for (size_t i = 0; i < r->variants_count && i < 5; i++) {
		const struct mine_variant *v = &r->variants[i];
		buf_printf(out, zh ? "走法 %zu：%u 件：" : "variant %zu, %u cases:", i + 1, v->count);
		for (uint32_t k = r->log->first[v->example]; k < r->log->first[v->example + 1]; k++) {
			buf_putz(out, k > r->log->first[v->example] ? " → " : " ");
			buf_put(out, mine_activity(r->log, r->log->activity[k], !zh));
		}
		buf_byte(out, '\n');
	}
	if (c->done)
		buf_printf(out, zh ? "按规定办理 %u / %u 件，符合度 %.4f\n" : "as laid down %u of %u cases, fitness %.4f\n", c->fitting, c->cases, c->fitness);
	else if (c->why_not.len)
		buf_printf(out, "%.*s\n", STR_ARG(c->why_not));
	if (!j->graph_only)
		buf_printf(out, zh ? "超期 %u / %u 件\n" : "late %u of %u cases\n", r->late, r->judged);
}

static int put_file(const char *path, const struct buf *b, struct diag *d)
{
	struct str bytes;
	enum err e = buf_finish(b, &bytes);
	if (e == OK && strcmp(path, "-") == 0)
		return fwrite(bytes.ptr, 1, bytes.len, stdout) == bytes.len ? APP_DONE : APP_FAILED;
	if (e == OK)
		e = os_file_write(path, bytes, d);
	return e == OK ? APP_DONE : app_report("mine", e, d);
}

static int write_out(struct job *j, const struct mine_report *r, struct mine_show *show)
{
	struct buf out;
	struct diag d;
	struct arena scratch;
	int status = APP_DONE;
	enum err e = OK;
	diag_init(&d);
	buf_init(&out, OUT_MAX);
	arena_init(&scratch, MEMORY_MAX);
	if (j->html) {
		e = mine_report_html(r, j->model, show, &scratch, &out, &d);
		status = e == OK ? put_file(j->html, &out, &d) : app_report("mine", e, &d);
	}
	if (j->svg && status == APP_DONE) {
		buf_clear(&out);
		e = mine_draw(r, show, &scratch, &out);
		status = e == OK ? put_file(j->svg, &out, &d) : app_report("mine", e, &d);
	}
	buf_clear(&out);
	if (j->json) {
		mine_report_json(r, show, &out);
		buf_byte(&out, '\n');
	} else if (!j->html && !j->svg) {
		put_text(j, r, &out);
	}
	if (status == APP_DONE)
		status = put_file("-", &out, &d);
	arena_release(&scratch);
	buf_release(&out);
	return status;
}

static int fill_work(const struct job *j, struct mine_work *w, struct mine_show *show)
{
	int64_t days = 0, support = 0, minutes = 0, rows = 0;
	int status;
	if ((status = whole("--late-after", j->late_after, 1, 100000, &days)) || (status = whole("--support", j->support, 1, UINT32_MAX, &support))
	    || (status = whole("--batch-minutes", j->batch, 1, 1440, &minutes)) || (status = whole("--rows", j->rows, 1, UINT32_MAX, &rows)))
		return status;
	*w = (struct mine_work){ .calendar = j->days, .batch_gap_ms = (int32_t)(minutes * 60000), .support_min = (uint32_t)support,
		                 .late_after_ms = days * DAY_MS, .model = j->graph_only ? NULL : j->model, .graph_only = j->graph_only };
	*show = (struct mine_show){ .english = !j->zh, .rows_max = (uint32_t)rows, .title = str_of(j->title), .reading = &j->reading };
	return APP_DONE;
}

static int report(struct job *j, const struct mine_log *log)
{
	struct mine_work w;
	struct mine_show show;
	struct mine_report *r;
	struct diag d;
	diag_init(&d);
	int status = fill_work(j, &w, &show);
	if (status != APP_DONE)
		return status;
	enum err e = mine_report_make(log, &w, &r, &d);
	if (e != OK)
		return app_report("mine", e, &d);
	status = write_out(j, r, &show);
	mine_report_free(r);
	return status;
}

static int run(struct job *j)
{
	struct mine_mapping m;
	struct mine_filter f;
	struct mine_log *log = NULL, *part = NULL;
	struct diag d;
	bool any = false;
	diag_init(&d);
	int status = fill_mapping(j, &m);
	if (status == APP_DONE)
		status = fill_filter(j, m.zone_s, &f, &any);
	if (status != APP_DONE)
		return status;
	enum err e = load_calendar(j, &d);
	if (e == OK)
		e = load_model(j, &d);
	if (e != OK)
		return app_report("mine", e, &d);
	status = read_log(j, &m, &log);
	if (status == APP_DONE && any) {
		e = mine_filter(log, &f, &part, &d);
		status = e == OK ? APP_DONE : app_report("mine", e, &d);
	}
	if (status == APP_DONE)
		status = report(j, part ? part : log);
	mine_log_free(part);
	mine_log_free(log);
	return status;
}

/* ---- the record of an office ---- */

static const struct json *question(struct job *j)
{
	struct json_builder b;
	const struct { const char *key, *value; } asked[] = { { "item", j->item }, { "organ", j->organ }, { "from", j->from }, { "to", j->to },
		{ "variants", j->variants }, { "activities", j->percent }, { "lang", j->zh ? "zh" : "en" } };
	json_build_object_begin(&b, &j->arena);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (asked[i].value)
			json_build_str(&b, asked[i].key, str_of(asked[i].value));
	return json_build_end(&b);
}

/* What the page shows, from the same view. */
static int run_record(struct job *j)
{
	struct casework *cw = NULL;
	const struct json *answer = NULL;
	const struct casework_actor system = { .system = true };
	struct json_writer w;
	struct buf out;
	struct diag d;
	diag_init(&d);
	enum err e = app_open(j->db, true, &j->arena, &cw, &d);
	if (e == OK)
		e = casework_view(cw, "mine", &system, question(j), &j->arena, &answer, &d);
	if (e != OK) {
		if (cw)
			casework_close(cw);
		return app_report("mine", e, &d);
	}
	buf_init(&out, OUT_MAX);
	if (j->svg) {
		buf_put(&out, json_text(json_get(answer, "graph")));
	} else {
		json_writer_init(&w, &out);
		json_put_value(&w, json_get(answer, "report"));
		buf_byte(&out, '\n');
	}
	int status = put_file(j->svg ? j->svg : "-", &out, &d);
	buf_release(&out);
	casework_close(cw);
	return status;
}

int app_cmd_mine(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	struct job *j = heap_alloc(sizeof *j);
	if (!j)
		return APP_FAILED;
	arena_init(&j->arena, MEMORY_MAX);
	int status = read_options(j, argc, argv);
	if (status == APP_DONE)
		status = j->db ? run_record(j) : run(j);
	arena_release(&j->arena);
	heap_free(j);
	return status;
}
