/* tally_sheet.h - a statistics view as one table and its chart: what the page shows, PDF, XLSX, CSV and the command line print. */
#ifndef WEB_TALLY_SHEET_H
#define WEB_TALLY_SHEET_H

#include "paper/paper.h"
#include "text/json.h"

/* Where words come from: the catalogue of a request, or plain names on the command line. */
struct tally_words {
	void *arg;
	struct str (*say)(void *arg, const char *key, const struct str *args, size_t n);
	bool english;
};

enum { TALLY_CHART_BARS_MAX = 12, TALLY_CHART_PERIODS_MAX = 120, TALLY_CHART_SERIES_MAX = 8, TALLY_PIVOT_MAX = 24 };

struct tally_sheet {
	struct paper_table table;
	struct paper_chart chart; /* count 0 = none fits */
	const char *chart_name;   /* "bars", "stacked", "lines" or "none" */
	size_t labels;            /* how many of the first columns are words */
};

/* `chart`: empty or "auto" = the one that fits (docs/statistics.md), else its name. All in `a`, borrowing from the view. */
BASE_MUST_USE enum err tally_sheet_make(struct arena *a, const struct tally_words *w, const struct json *view, struct str chart,
                                        struct str title, struct tally_sheet *out);
/* A key {code, name, name_en} of a split in words. */
struct str tally_key_words(struct arena *a, const struct tally_words *w, struct str split, struct str unit, const struct json *key);
/* A value of a view as a cell: whole, with tenths, nothing, or a protected one. */
struct paper_cell tally_value_cell(const struct json *v);

#endif
