/* tally.c - statistics: a table that anyone who may look splits, filters, compares, saves and takes along; and the open figures. */
#include "calendar/calendar.h"
#include "tally/tally.h"
#include "web/list_file.h"
#include "web/staff_int.h"
#include "web/tally_sheet.h"

#define LOOKERS (WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN)

static struct str say(void *arg, const char *key, const struct str *args, size_t n)
{
	return http_tr_args(arg, key, args, n);
}

static struct tally_words words_of(struct http_request *rq)
{
	return (struct tally_words){ rq, say, str_eqz(rq->language, "en") };
}

/* ---- the range, by name: saved tables move on with time ---- */

static const char ranges[] = "this-month last-month this-quarter this-year last-year twelve-months";

static void range_days(struct http_request *rq, struct web *w, struct str name, struct str *from, struct str *to)
{
	int y, m, d;
	calendar_day today;
	if (!calendar_day_parse(web_today(rq, w), &today))
		return;
	calendar_day_civil(today, &y, &m, &d);
	int first = y * 12 + m - 1, months = 1; /* months since the year 0 */
	if (str_eqz(name, "last-month"))
		first--;
	else if (str_eqz(name, "this-quarter"))
		first -= (m - 1) % 3, months = 3;
	else if (str_eqz(name, "this-year"))
		first = y * 12, months = 12;
	else if (str_eqz(name, "last-year"))
		first = (y - 1) * 12, months = 12;
	else if (str_eqz(name, "twelve-months"))
		first -= 11, months = 12;
	int behind = first + months;
	struct buf a, b;
	buf_init_in(&a, rq->arena, 16);
	buf_init_in(&b, rq->arena, 16);
	calendar_day_print(calendar_day_of(first / 12, first % 12 + 1, 1), &a);
	calendar_day_print(calendar_day_of(behind / 12, behind % 12 + 1, 1) - 1, &b);
	*from = buf_str(&a);
	*to = buf_str(&b);
}

/* ---- the question ---- */

/* Where parameters come from: the address, a form that saves, or what was saved. */
struct source { struct http_request *rq; bool form; const struct json *kept; };

static struct str value_of(const struct source *s, const char *name)
{
	struct str v = str_trim(s->kept ? json_text(json_get(s->kept, name)) : s->form ? http_field(s->rq, name) : http_query(s->rq, name));
	return v.ptr ? v : S("");
}

static const struct json *measures_of(const struct source *s)
{
	const struct str *names;
	struct json_builder list;
	if (s->kept)
		return json_get(s->kept, "measures");
	size_t n = s->form ? http_field_all(s->rq, S("measures"), &names) : http_query_all(s->rq, "measures", &names);
	json_build_array_begin(&list, s->rq->arena);
	for (size_t i = 0; i < n; i++)
		for (struct str rest = names[i]; rest.ptr && rest.len;)
			json_build_str(&list, "", str_cut(&rest, ','));
	return json_build_end(&list);
}

/* All that makes the table; with `fixed` a named range becomes its dates. */
static const struct json *question(const struct source *s, struct web *w, bool fixed)
{
	static const char *const names[] = { "by", "then", "unit", "compare", "organ", "item", "region", "post", "kind", "channel", "chart", "range" };
	struct json_builder b;
	struct str range = value_of(s, "range"), from = value_of(s, "from"), to = value_of(s, "to");
	json_build_object_begin(&b, s->rq->arena);
	json_build_value(&b, "measures", measures_of(s));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (value_of(s, names[i]).len)
			json_build_str(&b, names[i], value_of(s, names[i]));
	if (!range.len && !from.len && !to.len)
		range = S("twelve-months");
	if (range.len && fixed)
		range_days(s->rq, w, range, &from, &to);
	if (from.len && (fixed || !range.len))
		json_build_str(&b, "from", from);
	if (to.len && (fixed || !range.len))
		json_build_str(&b, "to", to);
	return json_build_end(&b);
}

/* ---- the file ---- */

/* What the table covers, in one line. */
static struct str coverage(struct http_request *rq, const struct json *view)
{
	struct str args[] = { json_text(json_get(view, "from")), json_text(json_get(view, "to")) };
	return http_tr_args(rq, "tally.covers", args, 2);
}

struct file {
	struct web *web;
	struct arena *arena;
	struct tally_sheet *sheets;
	size_t count;
	struct str title, covers, note, city, format, language, bytes;
	int64_t made_ms;
	enum err err;
};

static enum err make_pdf(struct file *f)
{
	struct paper_doc doc;
	paper_doc_init(&doc, f->arena);
	doc.title = f->title;
	doc.organ = doc.header = f->city;
	doc.footer = f->covers;
	doc.language = f->language;
	doc.made_ms = f->made_ms;
	doc.landscape = f->sheets[0].table.width > 7;
	paper_heading(&doc, 1, f->title);
	paper_paragraph(&doc, f->covers);
	for (size_t i = 0; i < f->count; i++) {
		if (f->count > 1)
			paper_heading(&doc, 2, f->sheets[i].table.title);
		/* the heading above says the title already */
		f->sheets[i].table.title = f->sheets[i].chart.title = S("");
		if (f->sheets[i].chart.count)
			paper_put_chart(&doc, &f->sheets[i].chart);
		paper_put_table(&doc, &f->sheets[i].table);
	}
	paper_note(&doc, f->note);
	return paper_pdf(&doc, &f->bytes, NULL);
}

static enum err make_xlsx(struct file *f)
{
	struct paper_table *tables = arena_new_n(f->arena, struct paper_table, f->count);
	if (!tables)
		return ERR_NOMEM;
	for (size_t i = 0; i < f->count; i++)
		tables[i] = f->sheets[i].table;
	struct paper_book book = { .sheets = tables, .count = f->count, .title = f->title, .organ = f->city, .made_ms = f->made_ms };
	return paper_xlsx(f->arena, &book, &f->bytes, NULL);
}

static enum err make_csv(struct file *f)
{
	struct buf all;
	buf_init_in(&all, f->arena, 64 << 20);
	for (size_t i = 0; i < f->count; i++) {
		struct str one;
		TRY(paper_csv(f->arena, &f->sheets[i].table, &one));
		buf_put(&all, i ? str_sub(one, 3, one.len) : one); /* one mark in front of all */
		buf_putz(&all, i + 1 < f->count ? "\r\n" : "");
	}
	return buf_finish(&all, &f->bytes);
}

static const struct { const char *name, *mime; enum err (*make)(struct file *f); } formats[] = {
	{ "pdf", "application/pdf", make_pdf },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", make_xlsx },
	{ "csv", "text/csv; charset=utf-8", make_csv },
};

static size_t format_of(struct str name)
{
	size_t i = 0;
	while (i < sizeof formats / sizeof *formats && !str_eqz(name, formats[i].name))
		i++;
	return i;
}

static void make_file(void *kept)
{
	struct file *f = kept;
	f->err = formats[format_of(f->format)].make(f);
}

static enum http_outcome file_made(struct http_request *rq, struct http_reply *re, void *kept)
{
	struct file *f = kept;
	size_t i = format_of(f->format);
	if (f->err != OK)
		return web_problem(rq, re, f->err == ERR_LIMIT ? 413 : 500, NULL);
	return http_send_file(re, str_of(formats[i].mime), arena_printf(rq->arena, "%.*s.%s", STR_ARG(f->title), formats[i].name), f->bytes, false);
}

/* Off the request threads: letters have to be found and set. */
static enum http_outcome send_file(struct http_request *rq, struct http_reply *re, struct web *w, struct tally_sheet *sheets, size_t count,
                                   struct str title, struct str covers, struct str note)
{
	struct file *f = arena_new(rq->arena, struct file);
	for (size_t i = 0; f && i < count; i++)
		if (web_table_missing(rq, &sheets[i].table) != OK)
			f = NULL;
	if (!f)
		return http_busy(rq, re);
	*f = (struct file){ .web = w, .arena = rq->arena, .sheets = sheets, .count = count, .title = title, .covers = covers, .note = note,
	                    .city = web_city(rq, w), .format = http_query(rq, "format"),
	                    .language = rq->language, .made_ms = casework_now_ms(web_casework(w)) };
	return web_work(rq, re, w, make_file, file_made, f);
}

/* ---- the page ---- */

static void put_cells(struct json_builder *row, struct http_request *rq, const struct tally_sheet *s, size_t r, struct str href)
{
	struct json_builder cells, one;
	json_build_array_begin(&cells, rq->arena);
	for (size_t c = 0; c < s->table.width; c++) {
		struct buf text;
		const struct paper_cell *cell = &s->table.cells[r * s->table.width + c];
		buf_init_in(&text, rq->arena, 1 << 16);
		paper_cell_print(cell, true, &text);
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "text", buf_str(&text));
		json_build_str(&one, "label", s->table.columns[c].name);
		json_build_bool(&one, "first", c == 0);
		json_build_bool(&one, "word", c > 0 && c < s->labels);
		json_build_bool(&one, "number", c >= s->labels);
		if (c == s->labels && href.len && cell->number)
			json_build_str(&one, "href", href);
		json_build_value(&cells, "", json_build_end(&one));
	}
	json_build_value(row, "cells", json_build_end(&cells));
}

/* The cases behind the figure, where it counts received ones of an organ or item. */
static struct str cases_href(struct http_request *rq, const struct json *view, size_t r)
{
	const struct json *rows = json_get(view, "rows"), *measures = json_get(view, "measures");
	struct str by = json_text(json_get(view, "by"));
	bool can = (str_eqz(by, "organ") || str_eqz(by, "item")) && !json_text(json_get(view, "then")).len;
	if (!can || r >= rows->count || !measures->count || !str_eqz(json_text(json_get(&measures->items[0], "name")), "received"))
		return S("");
	return arena_printf(rq->arena, "/staff/cases?%.*s=%.*s&from=%.*s&to=%.*s", STR_ARG(by), STR_ARG(json_text(json_path(&rows->items[r], "key.code"))),
	                    STR_ARG(json_text(json_get(view, "from"))), STR_ARG(json_text(json_get(view, "to"))));
}

static const struct json *table_json(struct http_request *rq, const struct tally_sheet *s, const struct json *view, bool links)
{
	struct json_builder t, heads, rows, one;
	json_build_object_begin(&t, rq->arena);
	json_build_array_begin(&heads, rq->arena);
	for (size_t c = 0; c < s->table.width; c++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "text", s->table.columns[c].name);
		json_build_bool(&one, "number", c >= s->labels);
		json_build_value(&heads, "", json_build_end(&one));
	}
	json_build_array_begin(&rows, rq->arena);
	for (size_t r = 0; r < s->table.rows; r++) {
		json_build_object_begin(&one, rq->arena);
		json_build_bool(&one, "total", r + s->table.total_rows >= s->table.rows);
		put_cells(&one, rq, s, r, links ? cases_href(rq, view, r) : S(""));
		json_build_value(&rows, "", json_build_end(&one));
	}
	json_build_str(&t, "title", s->table.title);
	json_build_value(&t, "heads", json_build_end(&heads));
	json_build_bool(&t, "has_rows", s->table.rows > 0);
	json_build_value(&t, "rows", json_build_end(&rows));
	return json_build_end(&t);
}

/* The chart for the script, as text of JSON in an attribute. Values keep their digit behind the point. */
static struct str chart_spec(struct http_request *rq, const struct tally_sheet *s)
{
	struct buf b;
	struct json_writer j;
	buf_init_in(&b, rq->arena, 1 << 20);
	json_writer_init(&j, &b);
	json_object(&j);
	json_key(&j, S("kind"));
	json_put_str(&j, str_of(s->chart_name));
	json_key(&j, S("categories"));
	json_array(&j);
	for (size_t i = 0; i < s->chart.count; i++)
		json_put_str(&j, s->chart.categories[i]);
	json_end(&j);
	json_key(&j, S("series"));
	json_array(&j);
	for (size_t i = 0; i < s->chart.series_count; i++) {
		json_object(&j);
		json_key(&j, S("name"));
		json_put_str(&j, s->chart.series[i].name);
		json_key(&j, S("values"));
		json_array(&j);
		for (size_t k = 0; k < s->chart.count; k++) {
			int64_t v = s->chart.series[i].values[k];
			if (v == PAPER_NONE)
				json_put_null(&j);
			else
				json_put_i64(&j, v);
		}
		json_end(&j);
		json_end(&j);
	}
	json_end(&j);
	json_key(&j, S("scale"));
	json_put_i64(&j, s->chart.scale);
	json_end(&j);
	return buf_str(&b);
}

static void put_scripts(struct web_page *p)
{
	struct json_builder scripts;
	json_build_array_begin(&scripts, p->rq->arena);
	json_build_str(&scripts, "", S("tally.js"));
	json_build_value(&p->page, "scripts", json_build_end(&scripts));
	json_build_bool(&p->page, "wide", true);
}

/* ---- the builder ---- */

/* [{id, text, current}] of codes, with words under "<prefix><code>"; the empty one first when it has words. */
static const struct json *choices(struct http_request *rq, const char *prefix, const char *none, const char *codes, struct str current)
{
	struct json_builder list, one;
	struct str rest = str_of(codes), code = none ? S("") : str_cut(&rest, ' ');
	json_build_array_begin(&list, rq->arena);
	do {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", code);
		json_build_str(&one, "text", http_tr(rq, code.len ? arena_printf(rq->arena, "%s%.*s", prefix, STR_ARG(code)).ptr : none));
		json_build_bool(&one, "current", str_eq(code, current));
		json_build_value(&list, "", json_build_end(&one));
		code = str_cut(&rest, ' ');
	} while (code.len);
	return json_build_end(&list);
}

/* Of the view's measures {name}, or of the names as they were asked for when the question was refused. */
static bool is_chosen(const struct json *list, const char *name)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(&list->items[i]), name) || str_eqz(json_text(json_get(&list->items[i], "name")), name))
			return true;
	return false;
}

static const struct json *measure_boxes(struct http_request *rq, enum tally_family family, const struct json *chosen)
{
	struct json_builder list, one;
	size_t n;
	const struct tally_measure *m = tally_measures(&n);
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < n; i++) {
		if (m[i].family != family)
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", str_of(m[i].name));
		json_build_str(&one, "text", http_tr(rq, arena_printf(rq->arena, "tally.measure.%s", m[i].name).ptr));
		json_build_bool(&one, "checked", is_chosen(chosen, m[i].name));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* Rows of an office view as choices: codes with their names. */
static const struct json *named_choices(struct http_request *rq, struct web *w, const char *view, const char *code, struct str current)
{
	struct json_builder list, one, params;
	const struct json *answer;
	json_build_array_begin(&list, rq->arena);
	json_build_object_begin(&params, rq->arena);
	json_build_i64(&params, "limit", 200);
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "id", S(""));
	json_build_str(&one, "text", http_tr(rq, "tally.all"));
	json_build_value(&list, "", json_build_end(&one));
	if (web_view_try(rq, w, view, json_build_end(&params), &answer, NULL) != OK)
		return json_build_end(&list);
	const struct json *rows = json_get(web_dress(rq, answer), "rows");
	for (size_t i = 0; rows && i < rows->count; i++) {
		struct str id = json_text(json_get(&rows->items[i], code));
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", id);
		json_build_str(&one, "text", json_text(json_get(&rows->items[i], "name")));
		json_build_bool(&one, "current", str_eq(id, current));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void put_builder(struct web_page *p, struct web *w, const struct json *params, const struct json *measures)
{
	struct http_request *rq = p->rq;
	struct json_builder *d = &p->data;
	static const char splits[] = "period region organ item kind channel post";
	json_build_value(d, "measures", measure_boxes(rq, TALLY_CASES, measures));
	json_build_value(d, "step_measures", measure_boxes(rq, TALLY_STEPS, measures));
	json_build_value(d, "bys", choices(rq, "tally.split.", "tally.split.none", splits, json_text(json_get(params, "by"))));
	json_build_value(d, "thens", choices(rq, "tally.split.", "tally.split.none", splits, json_text(json_get(params, "then"))));
	struct str unit = json_text(json_get(params, "unit")), chart = json_text(json_get(params, "chart"));
	json_build_value(d, "units", choices(rq, "tally.unit.", NULL, "day week month quarter half year", unit.len ? unit : S("month")));
	json_build_value(d, "compares", choices(rq, "tally.compare.", "tally.compare.none", "year period", json_text(json_get(params, "compare"))));
	json_build_value(d, "charts", choices(rq, "tally.chart.", "tally.chart.auto", "lines bars stacked none", chart));
	json_build_value(d, "ranges", choices(rq, "tally.range.", "tally.range.dates", ranges, json_text(json_get(params, "range"))));
	json_build_value(d, "kinds", choices(rq, "kind.", "tally.all", "00 01 02 03 04 05 06 07 08 09 10 20", json_text(json_get(params, "kind"))));
	json_build_value(d, "channels", choices(rq, "channel.", "tally.all", "1 2 3 4 9", json_text(json_get(params, "channel"))));
	json_build_value(d, "organs", named_choices(rq, w, "organs", "code", json_text(json_get(params, "organ"))));
	json_build_value(d, "regions", named_choices(rq, w, "regions", "code", json_text(json_get(params, "region"))));
	json_build_str(d, "item", json_text(json_get(params, "item")));
	json_build_str(d, "post", json_text(json_get(params, "post")));
}

static void put_reports(struct web_page *p, struct web *w)
{
	const struct json *answer;
	if (web_view_try(p->rq, w, "tally.reports", web_params_query(p->rq, ""), &answer, NULL) != OK)
		return;
	answer = web_dress(p->rq, answer);
	json_build_value(&p->data, "reports", json_get(answer, "rows"));
	json_build_bool(&p->data, "has_reports", json_get(answer, "rows") && json_get(answer, "rows")->count > 0);
}

/* The saved table that the address or form names; NULL when there is none, or it may not be seen. */
static const struct json *report_of(const struct source *s, struct web *w)
{
	const struct json *answer = NULL;
	struct json_builder params;
	int64_t report;
	if (!str_to_i64(s->form ? http_field(s->rq, "report") : http_query(s->rq, "report"), &report))
		return NULL;
	json_build_object_begin(&params, s->rq->arena);
	json_build_i64(&params, "report", report);
	return web_view_try(s->rq, w, "tally.report", json_build_end(&params), &answer, NULL) == OK ? answer : NULL;
}

/* [{name, value}]: the question as hidden fields of the form that saves it. */
static void put_kept(struct web_page *p, const struct json *params)
{
	struct json_builder list, one;
	json_build_array_begin(&list, p->rq->arena);
	for (size_t i = 0; params && i < params->count; i++) {
		const struct json *v = &params->members[i].value;
		for (size_t k = 0; k < (v->kind == JSON_ARRAY ? v->count : 1); k++) {
			json_build_object_begin(&one, p->rq->arena);
			json_build_str(&one, "field", params->members[i].key);
			json_build_str(&one, "value", json_text(v->kind == JSON_ARRAY ? &v->items[k] : v));
			json_build_value(&list, "", json_build_end(&one));
		}
	}
	json_build_value(&p->data, "kept", json_build_end(&list));
}

/* What the page says besides the builder. */
static void put_table(struct web_page *p, const struct tally_sheet *sheet, const struct json *view)
{
	struct http_request *rq = p->rq;
	json_build_value(&p->data, "table", table_json(rq, sheet, view, !(web_user(rq)->roles & WEB_ADMIN)));
	json_build_str(&p->data, "covers", coverage(rq, view));
	json_build_bool(&p->data, "cut", json_i64(json_get(view, "lines"), 0) > TALLY_ROWS_MAX);
	if (sheet->chart.count)
		json_build_str(&p->data, "spec", chart_spec(rq, sheet));
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		json_build_str(&p->data, formats[i].name, web_href(rq, "/statistics", NULL, "format", str_of(formats[i].name)));
}

static enum http_outcome send_page(struct http_request *rq, struct http_reply *re, struct web *w, const struct source *s, const struct json *params,
                                   const struct json *report, const struct tally_sheet *sheet, const struct json *view, const struct diag *refused)
{
	struct web_page p;
	struct str saved = json_text(json_get(report, "name")), typed = s->form ? value_of(s, "name") : saved;
	web_page_begin(&p, rq, w, "tally.title", NULL, 0);
	if (refused->err != OK)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	put_builder(&p, w, params, json_get(view ? view : params, "measures"));
	put_reports(&p, w);
	put_kept(&p, question(s, w, false));
	json_build_value(&p.data, "report", report ? json_get(report, "report") : NULL);
	json_build_str(&p.data, "heading", saved.len ? saved : http_tr(rq, "tally.title"));
	json_build_str(&p.data, "name", typed);
	json_build_bool(&p.data, "shared", s->form ? value_of(s, "shared").len > 0 : json_bool(json_get(report, "shared"), false) || json_i64(json_get(report, "shared"), 0));
	json_build_str(&p.data, "from", json_text(json_get(params, "from")));
	json_build_str(&p.data, "to", json_text(json_get(params, "to")));
	if (view)
		put_table(&p, sheet, view);
	put_scripts(&p);
	return web_page_send(&p, re, "tally/statistics");
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, struct source s, const struct diag *refused)
{
	const struct json *report = report_of(&s, w), *view = NULL;
	if (!s.form && report && !http_query(rq, "by").ptr)
		s.kept = json_get(report, "params");
	const struct json *params = question(&s, w, true);
	struct tally_words words = words_of(rq);
	struct tally_sheet *sheet = arena_new(rq->arena, struct tally_sheet);
	struct str name = json_text(json_get(report, "name")), title = name.len ? name : http_tr(rq, "tally.title");
	struct diag d;
	diag_init(&d);
	if (!sheet)
		return http_busy(rq, re);
	enum err e = web_view_try(rq, w, "tally", params, &view, &d);
	if (e == OK)
		e = tally_sheet_make(rq->arena, &words, view, value_of(&s, "chart"), title, sheet);
	else
		view = NULL;
	if (e != OK && e != ERR_INVALID)
		return web_problem(rq, re, 0, &d);
	if (view && !refused && format_of(http_query(rq, "format")) < sizeof formats / sizeof *formats)
		return send_file(rq, re, w, sheet, 1, title, coverage(rq, view), http_tr(rq, "tally.source"));
	return send_page(rq, re, w, &s, params, report, sheet, view, refused ? refused : &d);
}

static enum http_outcome statistics(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show(rq, re, web_of(arg), (struct source){ .rq = rq }, NULL);
}

/* ---- saved tables ---- */

static enum http_outcome saved(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show(rq, re, w, (struct source){ .rq = rq, .form = true }, &r->diag);
	http_flash(rq, re, "success", S("tally.saved"));
	return http_redirect(re, arena_printf(rq->arena, "/statistics?report=%lld", (long long)json_i64(json_get(r->data, "report"), 0)));
}

static enum http_outcome save(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct source s = { .rq = rq, .form = true };
	struct json_builder b;
	struct web *w = web_of(arg);
	int64_t report;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "name", value_of(&s, "name"));
	json_build_bool(&b, "shared", value_of(&s, "shared").len > 0);
	if (str_to_i64(value_of(&s, "report"), &report) && !value_of(&s, "as_new").len)
		json_build_i64(&b, "report", report);
	json_build_merge(&b, question(&s, w, false));
	return web_command(rq, re, w, "tally.save", json_build_end(&b), saved, NULL);
}

static enum http_outcome dropped(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	if (r->err != OK)
		return web_problem(rq, re, 0, &r->diag);
	http_flash(rq, re, "success", S("tally.dropped"));
	return http_redirect(re, S("/statistics"));
}

static enum http_outcome drop(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct json_builder b;
	int64_t id = 0;
	(void)str_to_i64(http_param(rq, "report"), &id);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "report", id);
	return web_command(rq, re, web_of(arg), "tally.drop", json_build_end(&b), dropped, NULL);
}

/* ---- the open figures ---- */

/* One of the public view's lists in the shape of a table's view. */
static const struct json *as_view(struct http_request *rq, const struct json *view, const char *list, const char *by)
{
	static const struct { const char *name, *kind; } measures[] = {
		{ "received", "count" }, { "accepted", "count" }, { "concluded", "count" }, { "on_time_rate", "percent" }, { "early_rate", "percent" },
		{ "used_days", "average" }, { "satisfied_rate", "percent" },
	};
	struct json_builder b, all, one;
	json_build_object_begin(&b, rq->arena);
	json_build_array_begin(&all, rq->arena);
	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "name", str_of(measures[i].name));
		json_build_str(&one, "kind", str_of(measures[i].kind));
		json_build_value(&all, "", json_build_end(&one));
	}
	json_build_value(&b, "measures", json_build_end(&all));
	json_build_str(&b, "by", str_of(by));
	json_build_str(&b, "unit", S("month"));
	json_build_value(&b, "rows", json_get(view, list));
	return json_build_end(&b);
}

static enum http_outcome open_statistics(struct http_request *rq, struct http_reply *re, void *arg)
{
	static const struct { const char *list, *by, *title, *chart; } parts[] = {
		{ "all", "", "tally.open.all", "none" }, { "months", "period", "tally.open.months", "" }, { "organs", "organ", "tally.open.organs", "" },
		{ "channels", "channel", "tally.open.channels", "none" },
	};
	enum { PARTS = sizeof parts / sizeof *parts };
	struct web *w = web_of(arg);
	struct tally_words words = words_of(rq);
	struct tally_sheet *sheets = arena_new_n(rq->arena, struct tally_sheet, PARTS);
	const struct json *view;
	struct json_builder list, one;
	struct web_page p;
	if (!sheets)
		return http_busy(rq, re);
	if (!web_view(rq, re, w, "tally.public", web_params_query(rq, ""), &view))
		return HTTP_DONE;
	for (size_t i = 0; i < PARTS; i++)
		if (tally_sheet_make(rq->arena, &words, as_view(rq, view, parts[i].list, parts[i].by), str_of(parts[i].chart), http_tr(rq, parts[i].title), &sheets[i]) != OK)
			return web_problem(rq, re, 500, NULL);
	if (format_of(http_query(rq, "format")) < sizeof formats / sizeof *formats)
		return send_file(rq, re, w, sheets, PARTS, http_tr(rq, "tally.open.title"), coverage(rq, view), http_tr(rq, "tally.open.protected"));
	web_page_begin(&p, rq, w, "tally.open.title", NULL, 0);
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < PARTS; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", str_of(parts[i].list));
		if (sheets[i].chart.count)
			json_build_str(&one, "spec", chart_spec(rq, &sheets[i]));
		json_build_merge(&one, table_json(rq, &sheets[i], view, false));
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(&p.data, "tables", json_build_end(&list));
	json_build_str(&p.data, "covers", coverage(rq, view));
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		json_build_str(&p.data, formats[i].name, web_href(rq, "/open/statistics", NULL, "format", str_of(formats[i].name)));
	put_scripts(&p);
	return web_page_send(&p, re, "tally/open");
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/statistics", LOOKERS, statistics, "tally.statistics" },
	{ HTTP_POST, "/statistics/reports", LOOKERS, save, "tally.save" },
	{ HTTP_POST, "/statistics/reports/{report:int}/drop", LOOKERS, drop, "tally.drop" },
	{ HTTP_GET, "/open/statistics", WEB_ANY, open_statistics, "tally.open" },
};

size_t web_routes_tally(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
