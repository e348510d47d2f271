/* cmd_clock.c - `banjie clock`: the legal clock on the command line. */
#include <stdio.h>

#include "app/app.h"
#include "calendar/calendar.h"
#include "os/os.h"
#include "text/json.h"

enum { MEMORY_MAX = 512 << 20, CALENDAR_FILE_MAX = 4 << 20, NOTICES_MAX = 32 };

static const char help[] =
	"usage: banjie clock --start WHEN --limit N [--unit UNIT] [options]\n"
	"       banjie clock preview FILE [--db FILE] [--json]\n"
	"\n"
	"Computes a legal period: when it is due, how much is used and left, and for every day why it\n"
	"counts or does not. `preview` says which clocks of open cases the notice in FILE would move,\n"
	"before it is imported.\n"
	"\n"
	"  --start WHEN          date (2025-09-26) or RFC 3339 instant; its day is not counted\n"
	"  --limit N             how many units\n"
	"  --unit UNIT           working-days (default), calendar-days, hours, months, years\n"
	"  --suspend FROM/TO     takes away the days after FROM up to and including TO; without TO the\n"
	"                        suspension is still open; may be repeated\n"
	"  --extend N            adds N units; may be repeated\n"
	"  --now WHEN            date or instant; otherwise the present moment\n"
	"  --calendar FILE       adds the notices of a holiday file, or replaces the years it holds; may\n"
	"                        be repeated (format: data/calendar/README.md)\n"
	"  --lang zh|en          language of the table and of \"reason\"; otherwise the environment's\n"
	"  --json                JSON instead of a table\n"
	"\n"
	"example: banjie clock --start 2025-09-26 --limit 20 --unit working-days \\\n"
	"             --suspend 2025-10-09/2025-10-15 --extend 10 --now 2025-11-03\n";

struct job {
	struct arena arena;
	const char *start, *limit, *unit, *now, *lang;
	const char *calendars[NOTICES_MAX];
	size_t calendars_count;
	struct calendar_suspension suspensions[CALENDAR_SUSPENSIONS_MAX];
	struct calendar_extension extensions[CALENDAR_EXTENSIONS_MAX];
	struct calendar_clock clock;
	int64_t now_ms;
	bool json, zh;
};

/* "2025-10-09/2025-10-15", "2025-10-09/" or "2025-10-09" (both open) */
static int add_suspension(struct job *j, const char *text)
{
	struct calendar_suspension s = { .until = CALENDAR_NO_DAY };
	struct str rest = str_of(text), from = str_cut(&rest, '/');
	if (j->clock.suspensions_count == CALENDAR_SUSPENSIONS_MAX)
		return app_refuse("clock", "--suspend", "more than %d of them", CALENDAR_SUSPENSIONS_MAX);
	if (!calendar_day_parse(from, &s.from))
		return app_refuse("clock", "--suspend", "\"%s\" does not begin with a date like 2025-10-09", text);
	if (rest.len && !calendar_day_parse(rest, &s.until))
		return app_refuse("clock", "--suspend", "\"%s\" has no date like 2025-10-15 behind the stroke", text);
	if (s.until != CALENDAR_NO_DAY && s.until < s.from)
		return app_refuse("clock", "--suspend", "\"%s\" ends before it begins", text);
	j->suspensions[j->clock.suspensions_count++] = s;
	return APP_DONE;
}

static int parse_amount(const char *option, const char *text, int32_t *out)
{
	int64_t n;
	if (!str_to_i64(str_of(text), &n) || n < 0 || n > INT32_MAX)
		return app_refuse("clock", option, "\"%s\" is not a whole number from 0 on", text);
	*out = (int32_t)n;
	return APP_DONE;
}

static int add_extension(struct job *j, const char *text)
{
	int32_t n = 0;
	if (j->clock.extensions_count == CALENDAR_EXTENSIONS_MAX)
		return app_refuse("clock", "--extend", "more than %d of them", CALENDAR_EXTENSIONS_MAX);
	int status = parse_amount("--extend", text, &n);
	if (status == APP_DONE)
		j->extensions[j->clock.extensions_count++] = (struct calendar_extension){ .amount = n };
	return status;
}

static int add_calendar(struct job *j, const char *text)
{
	if (j->calendars_count == NOTICES_MAX)
		return app_refuse("clock", "--calendar", "more than %d of them", NOTICES_MAX);
	j->calendars[j->calendars_count++] = text;
	return APP_DONE;
}

/* One option with its value; *known says whether argv[*i] was one. */
static int read_option(struct job *j, int argc, char **argv, int *i, bool *known)
{
	struct { const char *name; const char **once; int (*each)(struct job *, const char *); } const options[] = {
		{ "--start", &j->start, NULL }, { "--limit", &j->limit, NULL }, { "--unit", &j->unit, NULL },
		{ "--now", &j->now, NULL }, { "--lang", &j->lang, NULL },
		{ "--suspend", NULL, add_suspension }, { "--extend", NULL, add_extension },
		{ "--calendar", NULL, add_calendar },
	};
	for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
		const char *value = NULL;
		if (!app_option(argc, argv, i, options[o].name, &value))
			continue;
		*known = true;
		if (!value)
			return app_refuse("clock", options[o].name, "a value is missing");
		if (options[o].each)
			return options[o].each(j, value);
		if (*options[o].once)
			return app_refuse("clock", options[o].name, "given twice");
		*options[o].once = value;
		return APP_DONE;
	}
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
		if (!app_flag(argv, i, "--json"))
			return app_refuse("clock", argv[i], "no such option; see banjie clock --help");
		j->json = true;
	}
	if (app_lang("clock", j->lang, &j->zh) != APP_DONE)
		return APP_REFUSED;
	if (!j->start)
		return app_refuse("clock", "--start", "missing: the date or moment on which the period begins");
	if (!j->limit)
		return app_refuse("clock", "--limit", "missing: how many units the period has");
	return parse_amount("--limit", j->limit, &j->clock.limit.amount);
}

/* The shipped calendar with the notices of the files laid over it. */
static enum err load_calendar(struct job *j, const struct calendar **out, struct diag *d)
{
	struct str text;
	struct calendar *c;
	TRY(app_data_read(&j->arena, "data/calendar/cn.csv", CALENDAR_FILE_MAX, &text, d));
	TRY(calendar_read(&j->arena, text, &c, d));
	for (size_t i = 0; i < j->calendars_count; i++) {
		struct calendar *notice, *both;
		diag_at(d, str_of(j->calendars[i])); /* kept only when a refusal follows */
		TRY(os_file_read(&j->arena, j->calendars[i], CALENDAR_FILE_MAX, &text, d));
		TRY(calendar_read(&j->arena, text, &notice, d));
		TRY(calendar_merge(&j->arena, c, notice, &both, d));
		c = both;
	}
	*out = c;
	return OK;
}

/* A date is its first moment in the calendar's zone. */
static int parse_moment(const struct calendar *c, const char *option, const char *text, int64_t *out)
{
	calendar_day day;
	struct str s = str_of(text);
	if (calendar_day_parse(s, &day)) {
		*out = calendar_day_start_ms(day, calendar_offset_s(c));
		return APP_DONE;
	}
	if (calendar_instant_parse(s, out))
		return APP_DONE;
	return app_refuse("clock", option,
	                  "\"%s\" is neither a date like 2025-09-26 nor an instant like 2025-09-26T09:00:00+08:00", text);
}

static int fill_clock(struct job *j, const struct calendar *c)
{
	struct calendar_clock *k = &j->clock;
	k->suspensions = j->suspensions;
	k->extensions = j->extensions;
	if (j->unit && !calendar_unit_parse(str_of(j->unit), &k->limit.unit))
		return app_refuse("clock", "--unit",
		                  "\"%s\" is none of working-days, calendar-days, hours, months, years", j->unit);
	int status = parse_moment(c, "--start", j->start, &k->start_ms);
	if (status != APP_DONE)
		return status;
	j->now_ms = os_now_ms(os_clock_real());
	return j->now ? parse_moment(c, "--now", j->now, &j->now_ms) : APP_DONE;
}

/* ---- what comes out ---- */

static void put_json(const struct job *j, const struct calendar *c, const struct calendar_result *r, struct buf *out)
{
	struct json_writer w;
	struct buf now;
	buf_init(&now, 64);
	calendar_instant_print(j->now_ms, calendar_offset_s(c), &now);
	json_writer_init(&w, out);
	json_object(&w);
	calendar_result_json(&w, c, &j->clock, r, j->zh);
	json_pair_str(&w, "now", buf_str(&now));
	json_pair_i64(&w, "calendar_published_to", calendar_last_year(c));
	json_end(&w);
	buf_byte(out, '\n');
	buf_release(&now);
}

static const char *unit_word(enum calendar_unit u, bool zh)
{
	static const char *const words[][2] = {
		[CALENDAR_WORKING_DAYS] = { "working days", "个工作日" }, [CALENDAR_CALENDAR_DAYS] = { "calendar days", "日" },
		[CALENDAR_HOURS] = { "hours", "小时" }, [CALENDAR_MONTHS] = { "months", "个月" }, [CALENDAR_YEARS] = { "years", "年" },
	};
	return words[u][zh];
}

/* Months and years are used up by the day. */
static const char *used_word(enum calendar_unit u, bool zh)
{
	return unit_word(u == CALENDAR_MONTHS || u == CALENDAR_YEARS ? CALENDAR_CALENDAR_DAYS : u, zh);
}

static void put_due(const struct job *j, const struct calendar *c, const struct calendar_result *r, struct buf *out)
{
	buf_putz(out, j->zh ? "到期:  " : "due:   ");
	calendar_day_print(r->due_on, out);
	buf_putz(out, j->zh ? "(至 " : " (until ");
	calendar_instant_print(r->due_ms, calendar_offset_s(c), out);
	buf_putz(out, ")\n");
	if (r->provisional)
		buf_printf(out, j->zh ? "       暂定:%d 年以后的放假通知尚未发布\n"
		                      : "       provisional: no notice is published for the years after %d\n",
		           calendar_last_year(c));
	if (r->open)
		buf_putz(out, j->zh ? "       中止中:以上为今日恢复计时的到期日\n"
		                    : "       suspended: this is the date if it went on today\n");
}

static void put_summary(const struct job *j, const struct calendar *c, const struct calendar_result *r, struct buf *out)
{
	const struct calendar_limit *l = &j->clock.limit;
	const char *unit = used_word(l->unit, j->zh);
	int64_t amount = l->amount;
	for (size_t i = 0; i < j->clock.extensions_count; i++)
		amount += j->clock.extensions[i].amount;
	if (j->zh)
		buf_printf(out, "期限:  %lld%s\n", (long long)amount, unit_word(l->unit, true));
	else
		buf_printf(out, "limit: %lld %s\n", (long long)amount, unit_word(l->unit, false));
	put_due(j, c, r, out);
	if (j->zh)
		buf_printf(out, "已用:  %d%s\n%s  %d%s\n", (int)r->used, unit, r->overdue ? "超期:" : "剩余:",
		           (int)(r->overdue ? -r->left : r->left), unit);
	else
		buf_printf(out, "used:  %d %s\n%s  %d %s\n", (int)r->used, unit, r->overdue ? "late:" : "left:",
		           (int)(r->overdue ? -r->left : r->left), unit);
}

static void put_line(const struct job *j, const struct calendar_line *l, struct buf *out)
{
	static const char *const zh[] = { "一", "二", "三", "四", "五", "六", "日" };
	static const char *const en[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	int w = calendar_weekday(l->day) - 1;
	calendar_day_print(l->day, out);
	if (j->zh)
		buf_printf(out, "  周%s", zh[w]);
	else
		buf_printf(out, "  %s", en[w]);
	if (l->counted)
		buf_printf(out, "  %6d  ", (int)l->nth);
	else
		buf_putz(out, "       -  ");
	buf_put(out, j->zh ? l->zh : l->en);
	buf_byte(out, '\n');
}

static void put_table(const struct job *j, const struct calendar *c, const struct calendar_result *r, struct buf *out)
{
	put_summary(j, c, r, out);
	buf_putz(out, j->zh ? "\n日期        星期    计入  原因\n" : "\ndate        day  counted  why\n");
	for (size_t i = 0; i < r->lines_count; i++)
		put_line(j, &r->lines[i], out);
}

/* The rooms below name the field; here it is an option. */
static int report_clock(enum err e, const struct diag *d)
{
	char option[40];
	if (!err_is_refusal(e) || !d->place[0])
		return app_report("clock", e, d);
	snprintf(option, sizeof option, "--%.36s", d->place);
	return app_refuse("clock", option, "%s", d->text);
}

static int run(struct job *j, int argc, char **argv)
{
	struct diag d;
	const struct calendar *c;
	struct calendar_result r;
	struct buf out;
	diag_init(&d);
	int status = read_options(j, argc, argv);
	if (status != APP_DONE)
		return status;
	enum err e = load_calendar(j, &c, &d);
	if (e != OK)
		return app_report("clock", e, &d);
	status = fill_clock(j, c);
	if (status != APP_DONE)
		return status;
	d.place[0] = 0;
	e = calendar_clock_run(c, &j->clock, j->now_ms, true, &j->arena, &r, &d);
	if (e != OK)
		return report_clock(e, &d);
	buf_init(&out, MEMORY_MAX);
	if (j->json)
		put_json(j, c, &r, &out);
	else
		put_table(j, c, &r, &out);
	status = out.failed == OK && fwrite(out.ptr, 1, out.len, stdout) == out.len ? APP_DONE : APP_FAILED;
	buf_release(&out);
	return status;
}

/* What the office's own clocks would do is asked where notices come in. */
static int preview(int argc, char **argv)
{
	enum { WORDS_MAX = 16 };
	char *words[WORDS_MAX] = { argv[0], (char[]){ "calendar" } };
	int n = 2;
	if (argc + 2 > WORDS_MAX)
		return app_refuse("clock", "preview", "too many words");
	for (int i = 2; i < argc; i++)
		words[n++] = argv[i];
	words[n++] = (char[]){ "--preview" };
	return app_cmd_import(n, words);
}

int app_cmd_clock(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (app_flag(argv, i, "--help")) {
			fputs(help, stdout);
			return APP_DONE;
		}
	}
	if (argc > 1 && (app_flag(argv, 1, "preview") || app_flag(argv, 1, "--preview")))
		return preview(argc, argv);
	struct job *j = heap_alloc(sizeof *j);
	if (!j)
		return APP_FAILED;
	arena_init(&j->arena, MEMORY_MAX);
	int status = run(j, argc, argv);
	arena_release(&j->arena);
	heap_free(j);
	return status;
}
