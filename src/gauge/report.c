/* report.c - weekly, monthly and yearly reports as PDF and XLSX, from the same views as the pages. The public version has organs
 * alone, no persons, and no names of groups so small that a place would point at one organ. */
#include "gauge/gauge_int.h"

#include "paper/paper.h"

struct report {
	struct casework *cw;
	const struct casework_actor *actor;
	struct arena *a;
	bool zh, open;            /* open: the public version */
	const struct json *run;   /* gauge.run of organs, or gauge.public */
	struct diag *d;
};

static struct str say(const struct report *r, const char *zh, const char *en) { return str_of(r->zh ? zh : en); }

static struct str named(const struct report *r, const struct json *v, const char *key)
{
	struct str en = json_text(json_get(v, arena_printf(r->a, "%s_en", key).ptr));
	return !r->zh && en.len ? en : json_text(json_get(v, key));
}

static struct str named_in(const struct report *r, const struct json *v, const char *of) { return named(r, json_get(v, of), "name"); }

/* ---- tables ---- */

struct table { struct paper_table t; struct paper_cell *cells; size_t room, used; struct arena *a; bool failed; };

static void table_begin(struct table *t, struct arena *a, struct str title, const struct paper_column *columns, size_t width, size_t rows)
{
	*t = (struct table){ .a = a, .t = { .title = title, .columns = columns, .width = width }, .room = width * rows };
	t->cells = arena_new_n(a, struct paper_cell, t->room);
	t->failed = !t->cells;
	t->t.cells = t->cells;
}

static void cell(struct table *t, struct paper_cell c)
{
	if (!t->failed && t->used < t->room)
		t->cells[t->used++] = c;
	t->t.rows = t->used / t->t.width;
}

static void text_cell(struct table *t, struct str s) { cell(t, paper_text(s.len ? s : S("–"))); }

/* A figure as it was published, its digits kept. */
static void figure_cell(struct table *t, struct str figure)
{
	struct dec d;
	int64_t n;
	if (dec_parse(figure, &d) && dec_to_i64(dec_mul(dec_round(d, 2, DEC_HALF_UP), dec_from_i64(100)), &n))
		cell(t, paper_decimal(n, 2));
	else
		text_cell(t, S(""));
}

static void count_cell(struct table *t, const struct json *v) { cell(t, paper_integer(json_i64(v, 0))); }

static void place_cell(const struct report *r, struct table *t, const struct json *row)
{
	int64_t place = json_i64(json_get(row, "place"), 0);
	if (place)
		text_cell(t, arena_printf(r->a, "%lld / %lld", (long long)place, (long long)json_i64(json_get(row, "places"), 0)));
	else
		text_cell(t, say(r, "不排名", "not ranked"));
}

static const struct json *rows_of(const struct json *v, const char *key)
{
	static const struct json none = { .kind = JSON_ARRAY };
	const struct json *rows = json_get(v, key);
	return rows && rows->kind == JSON_ARRAY ? rows : &none;
}

static struct str row_name(const struct report *r, const struct json *row)
{
	return json_bool(json_get(row, "withheld"), false) ? say(r, "（小组不公布名称）", "(name withheld: small group)") : named(r, row, "name");
}

static struct paper_table ranking(const struct report *r, const struct json *rows, struct str title, bool people)
{
	struct paper_column columns[] = { { say(r, "组别", "Group"), 0 }, { say(r, "名次", "Place"), 0 },
		{ people ? say(r, "姓名", "Name") : say(r, "部门", "Organ"), 0 }, { say(r, "得分", "Score"), 0 }, { say(r, "等次", "Grade"), 0 }, { say(r, "办件", "Cases"), 0 } };
	struct paper_column *kept = arena_new_n(r->a, struct paper_column, 6);
	struct table t;
	size_t width = r->open ? 4 : 6;
	if (kept)
		memcpy(kept, columns, sizeof columns);
	table_begin(&t, r->a, title, kept, width, rows->count);
	for (size_t i = 0; i < rows->count; i++) {
		const struct json *row = &rows->items[i];
		text_cell(&t, r->open ? named(r, row, "group_name") : named_in(r, row, "group"));
		place_cell(r, &t, row);
		text_cell(&t, row_name(r, row));
		figure_cell(&t, json_text(json_get(row, "total")));
		if (r->open)
			continue;
		text_cell(&t, named_in(r, row, "grade"));
		count_cell(&t, json_get(row, "cases"));
	}
	return t.t;
}

/* Each organ's points by part. */
static struct paper_table by_part(const struct report *r, const struct json *rows)
{
	const struct json *parts = rows_of(r->run, "parts");
	struct paper_column *columns = arena_new_n(r->a, struct paper_column, parts->count + 1);
	struct table t;
	if (!columns)
		return (struct paper_table){ 0 };
	columns[0].name = say(r, "部门", "Organ");
	for (size_t i = 0; i < parts->count; i++)
		columns[i + 1].name = arena_printf(r->a, "%.*s (%.*s)", STR_ARG(named(r, &parts->items[i], "name")), STR_ARG(json_text(json_get(&parts->items[i], "weight"))));
	table_begin(&t, r->a, say(r, "各部分得分", "Points by part"), columns, parts->count + 1, rows->count);
	for (size_t i = 0; i < rows->count; i++) {
		const struct json *points = rows_of(&rows->items[i], "points");
		text_cell(&t, named(r, &rows->items[i], "name"));
		for (size_t p = 0; p < parts->count; p++)
			figure_cell(&t, p < points->count ? json_text(&points->items[p]) : S(""));
	}
	return t.t;
}

static struct paper_table signals(const struct report *r)
{
	const struct json *rows = rows_of(r->run, "signals");
	struct paper_column *columns = arena_new_n(r->a, struct paper_column, 5);
	struct table t;
	if (!columns)
		return (struct paper_table){ 0 };
	columns[0].name = say(r, "部门", "Organ");
	columns[1].name = say(r, "提醒", "Reminders");
	columns[2].name = say(r, "黄牌", "Yellow");
	columns[3].name = say(r, "红牌", "Red");
	columns[4].name = say(r, "其中撤销", "Of these lifted");
	table_begin(&t, r->a, say(r, "期内预警信号", "Signals of the period"), columns, 5, rows->count);
	for (size_t i = 0; i < rows->count; i++) {
		static const char *const keys[] = { "notice", "yellow", "red", "lifted" };
		text_cell(&t, named(r, &rows->items[i], "name"));
		for (size_t k = 0; k < 4; k++)
			count_cell(&t, json_get(&rows->items[i], keys[k]));
	}
	return t.t;
}

/* ---- words around them ---- */

static struct str title_of(const struct report *r)
{
	struct str span = json_text(json_get(r->run, "span")), period = json_text(json_get(r->run, "period"));
	const char *zh = str_eqz(span, "week") ? "效能监察周报" : str_eqz(span, "month") ? "月度效能监察通报" : str_eqz(span, "half-year") ? "半年考核报告" : "年度考核报告";
	const char *en = str_eqz(span, "week") ? "Weekly report of supervision" : str_eqz(span, "month") ? "Monthly inspection report" :
	                 str_eqz(span, "half-year") ? "Half-year evaluation" : "Yearly evaluation";
	return arena_printf(r->a, r->open ? (r->zh ? "%.*s %s（公开版）" : "%.*s %s (public)") : "%.*s %s", STR_ARG(period), r->zh ? zh : en);
}

static struct str summary(const struct report *r, const struct json *rows)
{
	int64_t ranked = 0;
	for (size_t i = 0; i < rows->count; i++)
		ranked += json_i64(json_get(&rows->items[i], "place"), 0) > 0;
	return arena_printf(r->a, r->zh ? "本期共评价 %zu 个部门，其中 %lld 个参加排名。只在同组内比较；办件数不足的部门给出得分，不排名。" :
	                    "%zu organs were evaluated, %lld of them ranked. Organs are compared within their group alone; one with too few cases has a figure and no place.",
	                    rows->count, (long long)ranked);
}

static struct str ground(const struct report *r)
{
	const struct json *scheme = json_get(r->run, "scheme");
	struct str name = scheme && scheme->kind == JSON_OBJECT ? named(r, scheme, "name") : named(r, r->run, "scheme");
	struct str hash = json_text(json_get(r->run, "head_hash"));
	return arena_printf(r->a, r->zh ? "办法：%.*s，第 %lld 版。得分由办件记录计算，记录截至第 %lld 条（%.*s…），任何人可据此复算。评价编号 %.*s。" :
	                    "Scheme: %.*s, version %lld. Computed from the record up to entry %lld (%.*s…), and can be computed again from it. Evaluation %.*s.",
	                    STR_ARG(name), (long long)json_i64(json_get(scheme, "version"), json_i64(json_get(r->run, "scheme_version"), 1)),
	                    (long long)json_i64(json_get(r->run, "head_seq"), 0), (int)(hash.len < 16 ? hash.len : 16), hash.ptr ? hash.ptr : "",
	                    STR_ARG(json_text(json_get(r->run, "run_no"))));
}

enum { CHART_MAX = 20 };

static void chart(const struct report *r, struct paper_doc *doc, const struct json *rows)
{
	size_t n = rows->count < CHART_MAX ? rows->count : CHART_MAX;
	struct str *names = arena_new_n(r->a, struct str, n);
	int64_t *values = arena_new_n(r->a, int64_t, n);
	struct paper_series *series = arena_new(r->a, struct paper_series);
	struct paper_chart *c = arena_new(r->a, struct paper_chart);
	if (!names || !values || !series || !c || !n)
		return;
	for (size_t i = 0; i < n; i++) {
		struct dec d = DEC_ZERO;
		names[i] = row_name(r, &rows->items[i]);
		(void)dec_parse(json_text(json_get(&rows->items[i], "total")), &d);
		if (!dec_to_i64(dec_mul(dec_round(d, 2, DEC_HALF_UP), dec_from_i64(100)), &values[i]))
			values[i] = PAPER_NONE;
	}
	*series = (struct paper_series){ .name = say(r, "得分", "Score"), .values = values };
	*c = (struct paper_chart){ .title = say(r, "部门得分", "Scores of the organs"), .kind = PAPER_BARS, .categories = names, .count = n, .series = series,
		                   .series_count = 1, .scale = 2 };
	paper_put_chart(doc, c);
}

/* ---- reading ---- */

static enum err view(const struct report *r, const char *name, const char *kind, const struct json *run_no, const struct json **out)
{
	struct json_build o;
	json_build_object(&o, r->a);
	json_set(&o, "run", run_no);
	if (kind)
		json_set_str(&o, "kind", str_of(kind));
	TRY(casework_view(r->cw, name, r->actor, json_built(&o), r->a, out, r->d));
	if (json_bool(json_get(*out, "incomplete"), false)) /* figures that are filed and handed on are whole */
		return diag_set(r->d, ERR_CORRUPT, "system.damaged", "Something that this needs is damaged and cannot be read.");
	return OK;
}

/* The public view lists runs; this one's head goes with its rows. */
static const struct json *public_run(const struct report *r, const struct json *v, struct str run_no)
{
	const struct json *runs = rows_of(v, "runs");
	struct json_build o;
	json_build_object(&o, r->a);
	for (size_t i = 0; i < runs->count; i++)
		if (str_eq(json_text(json_get(&runs->items[i], "run_no")), run_no))
			for (size_t m = 0; m < runs->items[i].count; m++)
				json_set_key(&o, runs->items[i].members[m].key, &runs->items[i].members[m].value);
	json_set(&o, "rows", json_get(v, "rows"));
	return json_built(&o);
}

static enum err read_run(struct report *r, struct str run_no, const struct json **people)
{
	const struct json *no = json_built(&(struct json_build){ .value = { .kind = JSON_STRING, .text = run_no }, .arena = r->a }), *v;
	static const struct json nobody = { .kind = JSON_ARRAY };
	*people = &nobody;
	TRY(view(r, r->open ? "gauge.public" : "gauge.run", r->open ? NULL : "organ", no, &v));
	r->run = r->open ? public_run(r, v, run_no) : v;
	if (r->open)
		return OK;
	TRY(view(r, "gauge.run", "person", no, &v));
	*people = rows_of(v, "rows");
	return OK;
}

/* ---- the files ---- */

static enum err write_pdf(const struct report *r, const struct json *people, int64_t made_ms, struct str *out)
{
	const struct json *rows = rows_of(r->run, "rows");
	struct paper_doc doc;
	struct paper_table places, parts, alarms, persons;
	paper_doc_init(&doc, r->a);
	doc.title = title_of(r);
	doc.language = r->zh ? S("zh-CN") : S("en");
	doc.footer = arena_printf(r->a, r->zh ? "%.*s · 评价编号 %.*s" : "%.*s · evaluation %.*s", STR_ARG(doc.title), STR_ARG(json_text(json_get(r->run, "run_no"))));
	doc.made_ms = made_ms;
	doc.landscape = !r->open;
	places = ranking(r, rows, say(r, "部门名次", "Places of the organs"), false);
	paper_heading(&doc, 1, doc.title);
	paper_paragraph(&doc, summary(r, rows));
	chart(r, &doc, rows);
	paper_put_table(&doc, &places);
	if (!r->open) {
		alarms = signals(r);
		parts = by_part(r, rows);
		persons = ranking(r, people, say(r, "人员得分", "Scores of the staff"), true);
		if (alarms.rows)
			paper_put_table(&doc, &alarms);
		if (parts.rows && parts.width > 1)
			paper_put_table(&doc, &parts);
		if (persons.rows)
			paper_put_table(&doc, &persons);
	}
	paper_note(&doc, ground(r));
	return paper_pdf(&doc, out, r->d);
}

static enum err write_xlsx(const struct report *r, const struct json *people, int64_t made_ms, struct str *out)
{
	const struct json *rows = rows_of(r->run, "rows");
	struct paper_table sheets[4];
	struct paper_book book = { .sheets = sheets, .title = title_of(r), .made_ms = made_ms };
	sheets[book.count++] = ranking(r, rows, say(r, "部门名次", "Organs"), false);
	if (!r->open) {
		sheets[book.count++] = signals(r);
		struct paper_table parts = by_part(r, rows);
		if (parts.width > 1)
			sheets[book.count++] = parts;
		sheets[book.count++] = ranking(r, people, say(r, "人员得分", "Staff"), true);
	}
	return paper_xlsx(r->a, &book, out, r->d);
}

enum err gauge_report(struct casework *cw, const struct casework_actor *actor, const struct gauge_report *o, struct arena *a, struct str *bytes, struct diag *d)
{
	struct report r = { .cw = cw, .actor = actor, .a = a, .zh = o->zh, .open = o->open, .d = d };
	const struct json *people;
	int64_t made_ms = 0;
	TRY(read_run(&r, o->run_no, &people));
	/* dated by the run, not by whoever asks: the same bytes each time */
	struct str at = json_text(json_get(r.run, "final_at"));
	if (!at.len)
		at = json_text(json_get(r.run, "begun_at"));
	(void)calendar_instant_parse(at, &made_ms);
	return o->xlsx ? write_xlsx(&r, people, made_ms, bytes) : write_pdf(&r, people, made_ms, bytes);
}
