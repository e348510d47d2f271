/* staff_list.c - the lists of staff: what waits, cases, colleagues; and any list as a file: CSV or a workbook. */
#include "paper/paper.h"
#include "web/list_file.h"
#include "web/staff_int.h"

enum { EXPORT_PAGE_ARENA = 16 << 20, EXPORT_ARENA = 256 << 20 };
enum { EXPORT_PAGE = 200, EXPORT_EMPTY_MAX = 8 }; /* pages of a damaged list one after the other without a row: each may have looked at 20,000 */

const struct json *staff_choices(struct http_request *rq, const char *codes, struct str current)
{
	struct json_builder list, one;
	struct str rest = str_of(codes), code = S("");
	json_build_array_begin(&list, rq->arena);
	do {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", code);
		json_build_bool(&one, "current", str_eq(code, current));
		json_build_value(&list, "", json_build_end(&one));
		code = str_cut(&rest, ' ');
	} while (code.len);
	return json_build_end(&list);
}

/* ---- a list as a file ---- */

bool staff_wants_csv(const struct http_request *rq) { return str_eqz(http_query(rq, "format"), "csv") || str_eqz(http_query(rq, "format"), "xlsx"); }

struct str staff_csv_href(struct http_request *rq, const char *path) { return web_href(rq, path, NULL, "format", S("csv")); }

/* Whole numbers stay numbers; whatever was typed is text. */
static struct paper_cell list_cell(struct http_request *rq, const struct json *v)
{
	int64_t n;
	if (v && v->kind == JSON_BOOL)
		return paper_text(http_tr(rq, v->boolean ? "office.yes" : "office.no"));
	if (v && v->kind == JSON_NUMBER && str_to_i64(v->text, &n))
		return paper_integer(n);
	struct str text = json_text(v);
	return text.len ? paper_text(text) : (struct paper_cell){ .kind = PAPER_EMPTY };
}

/* The page's parameters with a cursor of our own and the largest page. */
static const struct json *page_params(struct http_request *rq, const char *names, struct str cursor)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_merge(&b, web_params_query(rq, names));
	json_build_i64(&b, "limit", EXPORT_PAGE);
	if (cursor.len)
		json_build_str(&b, "cursor", cursor);
	return json_build_end(&b);
}

/* Made by a worker: ten thousand rows take seconds, and whoever shares a thread of the server with them would wait. */
struct list_export {
	struct http_request *rq;
	struct web *web;
	const char *view, *params, *name;
	const struct staff_column *columns;
	struct paper_table table;
	size_t room;
	bool xlsx;
	struct str bytes;
	enum err err;
	struct diag diag;
};

static enum err list_grow(struct list_export *x)
{
	struct paper_table *t = &x->table;
	size_t room = x->room ? x->room * 2 : EXPORT_PAGE;
	struct paper_cell *more = arena_new_n(x->rq->arena, struct paper_cell, room * t->width);
	if (!more)
		return ERR_NOMEM;
	if (t->rows)
		memcpy(more, t->cells, t->rows * t->width * sizeof *more);
	t->cells = more;
	x->room = room;
	return OK;
}

/* Of a page only what stands in the columns is kept. */
static enum err list_row(struct list_export *x, const struct json *row)
{
	struct paper_table *t = &x->table;
	if (t->rows == x->room)
		TRY(list_grow(x));
	struct paper_cell *cells = (struct paper_cell *)(uintptr_t)&t->cells[t->rows * t->width];
	for (size_t c = 0; c < t->width; c++) {
		cells[c] = list_cell(x->rq, json_path(row, x->columns[c].path));
		if (cells[c].text.len && !(cells[c].text = arena_str(x->rq->arena, cells[c].text)).ptr)
			return ERR_NOMEM;
	}
	t->rows++;
	return OK;
}

/* In an arena of its own, gone with the page. */
static enum err list_page(struct list_export *x, struct arena *page, struct str *cursor, bool *empty)
{
	struct http_request *rq = x->rq;
	struct arena *all = rq->arena;
	const struct json *answer = NULL;
	rq->arena = page;
	enum err e = web_view_try(rq, x->web, x->view, page_params(rq, x->params, *cursor), &answer, &x->diag);
	if (e == OK && !(answer = web_dress(rq, answer)))
		e = ERR_NOMEM;
	rq->arena = all;
	TRY(e);
	const struct json *list = json_get(answer, "rows");
	*empty = !list || !list->count;
	for (size_t i = 0; list && i < list->count; i++)
		TRY(list_row(x, &list->items[i]));
	*cursor = arena_str(all, json_text(json_get(answer, "next")));
	return OK;
}

/* The last row gives way to a line that says what is left out. */
static void list_cut(struct list_export *x)
{
	struct paper_table *t = &x->table;
	struct paper_cell *last = (struct paper_cell *)(uintptr_t)&t->cells[(t->rows - 1) * t->width];
	for (size_t c = 0; c < t->width; c++)
		last[c] = c ? (struct paper_cell){ .kind = PAPER_EMPTY } : paper_text(http_tr(x->rq, "staff.export.more"));
}

static enum err list_cells(struct list_export *x, struct arena *page)
{
	struct str cursor = S("");
	size_t empty = 0;
	do {
		bool none = true;
		arena_reset(page);
		if (casework_resting(web_casework(x->web)))
			return ERR_BUSY; /* a stop does not wait for the rest */
		TRY(list_page(x, page, &cursor, &none));
		empty = none ? empty + 1 : 0;
	} while (cursor.len && x->table.rows < STAFF_EXPORT_MAX && empty < EXPORT_EMPTY_MAX);
	if (cursor.len && x->table.rows >= STAFF_EXPORT_MAX)
		list_cut(x);
	return web_table_missing(x->rq, &x->table);
}

static enum err list_bytes(struct list_export *x)
{
	struct http_request *rq = x->rq;
	struct paper_book book = { .sheets = &x->table, .count = 1, .title = x->table.title, .made_ms = casework_now_ms(web_casework(x->web)) };
	struct str bytes;
	TRY(x->xlsx ? paper_xlsx(rq->arena, &book, &bytes, NULL) : paper_csv(rq->arena, &x->table, &bytes));
	char *room = http_room(rq, bytes.len);
	if (!room)
		return ERR_BUSY;
	memcpy(room, bytes.ptr, bytes.len);
	x->bytes = str_span(room, bytes.len);
	return OK;
}

static void make_list(void *kept)
{
	struct list_export *x = kept;
	struct arena *own = x->rq->arena, page, all;
	arena_init(&page, EXPORT_PAGE_ARENA);
	arena_init(&all, EXPORT_ARENA);
	x->rq->arena = &all;
	x->err = list_cells(x, &page);
	if (x->err == OK)
		x->err = list_bytes(x);
	x->rq->arena = own;
	arena_release(&all);
	arena_release(&page);
}

static enum http_outcome send_list(struct http_request *rq, struct http_reply *re, void *kept)
{
	struct list_export *x = kept;
	if (x->err != OK && !x->diag.code[0])
		return http_busy(rq, re);
	x->diag.err = x->err;
	if (x->err != OK)
		return web_problem(rq, re, 0, &x->diag);
	struct str mime = x->xlsx ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") : S("text/csv; charset=utf-8");
	return http_send_file(re, mime, arena_printf(rq->arena, "%s.%s", x->name, x->xlsx ? "xlsx" : "csv"), x->bytes, false);
}

enum http_outcome staff_csv(struct http_request *rq, struct http_reply *re, struct web *w, const char *view, const char *params,
                            const struct staff_column *columns, size_t n, const char *name)
{
	struct list_export *x = arena_new(rq->arena, struct list_export);
	struct paper_column *heads = arena_new_n(rq->arena, struct paper_column, n);
	struct staff_column *kept = arena_new_n(rq->arena, struct staff_column, n);
	if (!x || !heads || !kept)
		return http_busy(rq, re);
	for (size_t i = 0; i < n; i++)
		heads[i].name = http_tr(rq, columns[i].head);
	memcpy(kept, columns, n * sizeof *kept);
	*x = (struct list_export){ .rq = rq, .web = w, .view = view, .params = params, .name = name, .columns = kept,
		                   .table = { .title = str_of(name), .columns = heads, .width = n }, .xlsx = str_eqz(http_query(rq, "format"), "xlsx") };
	diag_init(&x->diag);
	return web_long_work(rq, re, w, make_list, send_list, x);
}

/* ---- what waits ---- */

static const struct staff_column work_columns[] = {
	{ "staff.col.due", "due_on" }, { "staff.col.left", "left_text" }, { "staff.col.level", "case.level" }, { "staff.col.case", "case.case_no" },
	{ "staff.col.item", "case.item.name" }, { "staff.col.step", "name" }, { "staff.col.applicant", "case.applicant" },
	{ "staff.col.holder", "case.holder" },
};

/* [{id, href, count, current}] */
static const struct json *scopes(struct http_request *rq, struct str scope, const struct json *counts)
{
	static const char *const ids[] = { "mine", "post", "organ" };
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < 3; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", str_of(ids[i]));
		json_build_str(&one, "href", web_href(rq, "/staff", NULL, "scope", str_of(ids[i])));
		const struct json *n = json_get(counts, ids[i]);
		if (n && n->kind == JSON_NULL) /* damaged */
			json_build_str(&one, "count", S("–"));
		else
			json_build_i64(&one, "count", json_i64(n, 0));
		json_build_bool(&one, "current", str_eqz(scope, ids[i]));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static const struct json *work_params(struct http_request *rq, struct str scope)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "scope", scope);
	json_build_merge(&b, web_params_query(rq, "level item q cursor limit:int"));
	return json_build_end(&b);
}

enum http_outcome staff_worklist(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct str scope = http_query(rq, "scope");
	const struct json *view;
	struct web_page p;
	if (!str_eqz(scope, "post") && !str_eqz(scope, "organ"))
		scope = S("mine");
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, "worklist", "scope level item q", work_columns, sizeof work_columns / sizeof *work_columns, "worklist");
	if (!web_view(rq, re, w, "worklist", work_params(rq, scope), &view))
		return HTTP_DONE;
	const struct json *counts = json_get(view, "counts");
	web_page_begin(&p, rq, w, "staff.worklist.title", NULL, 0);
	web_page_list(&p, view, "/staff");
	json_build_value(&p.data, "scopes", scopes(rq, scope, counts));
	json_build_str(&p.data, "scope", scope);
	json_build_str(&p.data, "q", http_query(rq, "q"));
	json_build_value(&p.data, "levels", staff_choices(rq, "red yellow notice none", http_query(rq, "level")));
	json_build_value(&p.data, "counts", counts);
	json_build_str(&p.data, "csv", staff_csv_href(rq, "/staff"));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "staff/worklist");
}

/* ---- cases ---- */

static const struct staff_column case_columns[] = {
	{ "staff.col.case", "case_no" }, { "staff.col.item", "item.name" }, { "staff.col.organ", "organ.name" },
	{ "staff.col.applicant", "applicant" }, { "staff.col.state", "state_text" }, { "staff.col.level", "level" },
	{ "staff.col.received", "received_at" }, { "staff.col.due", "due_on" }, { "staff.col.left", "left_text" },
	{ "staff.col.step", "step" }, { "staff.col.holder", "holder" },
};

static void case_filters(struct web_page *p)
{
	struct http_request *rq = p->rq;
	static const char *const plain[] = { "q", "organ", "item", "from", "to" };
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		json_build_str(&p->data, plain[i], http_query(rq, plain[i]));
	json_build_value(&p->data, "states", staff_choices(rq, "received supplement accepted suspended decided delivered concluded refused withdrawn failed",
	                                                   http_query(rq, "state")));
	json_build_value(&p->data, "levels", staff_choices(rq, "red yellow notice none", http_query(rq, "level")));
	json_build_value(&p->data, "opens", staff_choices(rq, "true false", http_query(rq, "open")));
	json_build_str(&p->data, "without_organ", web_href(rq, "/staff/cases", NULL, "organ", S("")));
	json_build_str(&p->data, "without_item", web_href(rq, "/staff/cases", NULL, "item", S("")));
	json_build_str(&p->data, "csv", staff_csv_href(rq, "/staff/cases"));
}

enum http_outcome staff_cases(struct http_request *rq, struct http_reply *re, void *arg)
{
	static const char filters[] = "q organ item state level open:bool from to region window";
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, "cases", filters, case_columns, sizeof case_columns / sizeof *case_columns, "cases");
	if (!web_view(rq, re, w, "cases", web_params_query(rq, "q organ item state level open:bool from to region window cursor limit:int"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "staff.cases.title", NULL, 0);
	web_page_list(&p, view, "/staff/cases");
	case_filters(&p);
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "staff/cases");
}

/* ---- colleagues ---- */

static const struct staff_column people_columns[] = { { "staff.people.name", "name" }, { "office.col.login", "login" } };

enum http_outcome staff_people(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, "staff", "organ", people_columns, sizeof people_columns / sizeof *people_columns, "staff");
	if (!web_view(rq, re, w, "staff", web_params_query(rq, "organ cursor limit:int"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "staff.people.title", NULL, 0);
	web_page_list(&p, view, "/staff/people");
	return web_page_send(&p, re, "staff/people");
}
