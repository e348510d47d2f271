/* list_file.h - a whole list as a file, CSV or XLSX, and the same read back in by a command of rows (casework/room.h, rows_import). */
#ifndef WEB_LIST_FILE_H
#define WEB_LIST_FILE_H

#include "web/web_int.h"

struct web_list_file {
	const char *view;      /* answers {rows}: members are the columns, as text */
	const char *command;   /* takes {rows, dry_run} */
	const char *const *columns;
	size_t width;
	const char *name;      /* of the file, without its ending */
	const char *title;     /* catalogue key of the page that reads in */
	const char *template;
};

struct paper_table;
/* A file goes on to people who have not seen the page: where something damaged was met (rq->left_out, rq->incomplete) its last line says so. */
BASE_MUST_USE enum err web_table_missing(struct http_request *rq, struct paper_table *t);

/* ?format=csv, else a workbook. */
enum http_outcome web_list_export(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_list_file *f);
enum http_outcome web_list_show(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_list_file *f);
/* Reads the first file of the form; `dry_run` only tries. */
enum http_outcome web_list_import(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_list_file *f);

#endif
