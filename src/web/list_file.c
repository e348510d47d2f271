/* list_file.c - see list_file.h. */
#include "web/list_file.h"

#include "paper/paper.h"
#include "web/people_rows.h"

enum { EXPORT_ARENA_MAX = 512 << 20 };

enum err web_table_missing(struct http_request *rq, struct paper_table *t)
{
	if (!rq->left_out && !rq->incomplete)
		return OK;
	size_t before = t->rows * t->width;
	struct paper_cell *cells = arena_new_n(rq->arena, struct paper_cell, before + t->width);
	if (!cells)
		return ERR_NOMEM;
	if (before)
		memcpy(cells, t->cells, before * sizeof *cells);
	for (size_t c = 0; c < t->width; c++)
		cells[before + c] = c ? (struct paper_cell){ .kind = PAPER_EMPTY } : paper_text(http_tr(rq, "damaged.file"));
	t->cells = cells;
	t->rows++;
	t->total_rows += t->total_rows > 0; /* set apart with the sums it is about */
	return OK;
}

/* The rows as a table with these columns, in a workbook or as CSV. */
static enum err file_of(struct web *w, const struct web_list_file *f, const struct json *rows, bool csv, struct arena *a, struct str *bytes, struct diag *d)
{
	size_t n = rows ? rows->count : 0;
	struct paper_column *heads = arena_new_n(a, struct paper_column, f->width);
	struct paper_cell *cells = arena_new_n(a, struct paper_cell, n * f->width + 1);
	if (!heads || !cells)
		return ERR_NOMEM;
	for (size_t c = 0; c < f->width; c++)
		heads[c] = (struct paper_column){ .name = str_of(f->columns[c]) };
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < f->width; c++) {
			struct str text = json_text(json_get(&rows->items[i], f->columns[c]));
			cells[i * f->width + c] = paper_text(text.ptr ? text : S(""));
		}
	struct paper_table table = { .title = str_of(f->name), .columns = heads, .width = f->width, .cells = cells, .rows = n };
	struct paper_book book = { .sheets = &table, .count = 1, .title = table.title, .made_ms = casework_now_ms(web_casework(w)) };
	return csv ? paper_csv(a, &table, bytes) : paper_xlsx(a, &book, bytes, d);
}

/* Larger than a page: in an arena of its own, only the bytes go into the request's. */
static enum err export_bytes(struct http_request *rq, struct web *w, const struct web_list_file *f, bool csv, struct str *out, struct diag *d)
{
	struct arena a;
	const struct json *view;
	struct str bytes = S("");
	TRY(web_view_try(rq, w, f->view, web_params(rq, "for", S("file")), &view, d));
	arena_init(&a, EXPORT_ARENA_MAX);
	enum err e = file_of(w, f, json_get(view, "rows"), csv, &a, &bytes, d);
	*out = e == OK ? arena_str(rq->arena, bytes) : S("");
	arena_release(&a);
	return e == OK && !out->ptr ? ERR_NOMEM : e;
}

enum http_outcome web_list_export(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_list_file *f)
{
	struct diag d;
	struct str bytes;
	bool csv = str_eqz(http_query(rq, "format"), "csv");
	diag_init(&d);
	enum err e = export_bytes(rq, w, f, csv, &bytes, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	return http_send_file(re, csv ? S("text/csv; charset=utf-8") : S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
	                      arena_printf(rq->arena, "%s.%s", f->name, csv ? "csv" : "xlsx"), bytes, false);
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_list_file *f, const struct json *answer,
                              const struct diag *refused)
{
	struct web_page p;
	web_page_begin(&p, rq, w, f->title, NULL, 0);
	json_build_bool(&p.data, "answered", answer != NULL);
	if (answer) {
		json_build_bool(&p.data, "has_errors_listed", json_i64(json_get(answer, "broken"), 0) > 0);
		json_build_value(&p.data, "answer", answer);
	}
	if (refused)
		web_page_error(&p, S("file"), web_refusal(rq, refused));
	return web_page_send(&p, re, f->template);
}

enum http_outcome web_list_show(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_list_file *f)
{
	return show(rq, re, w, f, NULL, NULL);
}

static enum http_outcome imported(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	const struct web_list_file *f = kept;
	return show(rq, re, w, f, r->err == OK ? r->data : NULL, r->err == OK ? NULL : &r->diag);
}

enum http_outcome web_list_import(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_list_file *f)
{
	const struct http_file *files;
	size_t n = http_files(rq, &files);
	const struct json *rows = NULL;
	struct json_builder b;
	struct diag d;
	struct web_list_file *kept = arena_new(rq->arena, struct web_list_file);
	diag_init(&d);
	if (!kept)
		return http_busy(rq, re);
	*kept = *f;
	enum err e = n ? people_rows(rq->arena, files[0].bytes, &rows, &d) : diag_set(&d, ERR_INVALID, "structure.empty", "Choose a file.");
	if (e != OK)
		return show(rq, re, w, f, NULL, &d);
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "rows", rows);
	json_build_bool(&b, "dry_run", http_field(rq, "dry_run").len > 0);
	return web_command(rq, re, w, f->command, json_build_end(&b), imported, kept);
}
