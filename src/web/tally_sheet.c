/* tally_sheet.c - rows, columns and a chart out of a statistics view. */
#include "web/tally_sheet.h"

#include "tally/tally.h"

struct sheet {
	struct arena *a;
	const struct tally_words *w;
	const struct json *view, *rows, *measures;
	struct str by, then, unit, compare;
	bool pivot;                      /* one measure, a second split: its keys become columns */
	struct str columns[TALLY_PIVOT_MAX]; /* codes of those */
	size_t columns_count;
	struct tally_sheet *out;
};

static struct str say(const struct sheet *s, const char *key)
{
	return s->w->say(s->w->arg, key, NULL, 0);
}

static struct str say_under(const struct sheet *s, const char *prefix, struct str name)
{
	struct str key = arena_printf(s->a, "%s%.*s", prefix, STR_ARG(name));
	return key.ptr ? say(s, key.ptr) : S("");
}

/* ---- words of keys ---- */

static struct str without_zero(struct str s)
{
	return str_starts(s, S("0")) && s.len > 1 ? str_sub(s, 1, s.len) : s;
}

/* 2025-03, 2025-Q1, 2025-W09, 2025-H1: year and what stands behind the dash and the letter. */
static struct str period_words(struct arena *a, const struct tally_words *w, struct str unit, struct str code)
{
	struct str rest = code, year = str_cut(&rest, '-');
	if (str_eqz(unit, "day") || !rest.ptr)
		return str_eqz(unit, "year") ? w->say(w->arg, "tally.period.year", &code, 1) : code;
	struct str number = without_zero(str_eqz(unit, "month") ? rest : str_sub(rest, 1, rest.len)), args[] = { year, number, code };
	struct str key = arena_printf(a, "tally.period.%.*s%s%.*s", STR_ARG(unit), str_eqz(unit, "half") ? "." : "", str_eqz(unit, "half") ? (int)number.len : 0,
	                              number.ptr);
	return key.ptr ? w->say(w->arg, key.ptr, args, 3) : code;
}

struct str tally_key_words(struct arena *a, const struct tally_words *w, struct str split, struct str unit, const struct json *key)
{
	struct str code = json_text(json_get(key, "code")), name = json_text(json_get(key, "name")), english = json_text(json_get(key, "name_en"));
	if (str_eqz(split, "period"))
		return period_words(a, w, unit, code);
	if (str_eqz(split, "kind") || str_eqz(split, "channel")) {
		struct str word = arena_printf(a, "%.*s.%.*s", STR_ARG(split), STR_ARG(code));
		return word.ptr ? w->say(w->arg, word.ptr, NULL, 0) : code;
	}
	name = w->english && str_trim(english).len ? english : name;
	return name.len ? name : code.len ? code : w->say(w->arg, "tally.unknown", NULL, 0);
}

/* ---- values ---- */

/* "98.7" is 987 with one digit behind the point; text that is no number ("<5") is shown as it is. */
struct paper_cell tally_value_cell(const struct json *v)
{
	struct str text = json_text(v);
	int64_t whole, tenth = 0;
	ptrdiff_t point = str_find_byte(text, '.');
	if (!v || v->kind == JSON_NULL)
		return (struct paper_cell){ .kind = PAPER_EMPTY, .text = S("–") };
	if (v->kind != JSON_NUMBER)
		return (struct paper_cell){ .kind = PAPER_EMPTY, .text = text };
	if (point < 0)
		return str_to_i64(text, &whole) ? paper_integer(whole) : paper_text(text);
	if (!str_to_i64(str_sub(text, 0, (size_t)point), &whole) || !str_to_i64(str_sub(text, (size_t)point + 1, text.len), &tenth))
		return paper_text(text);
	return paper_decimal(whole * 10 + (str_starts(text, S("-")) ? -tenth : tenth), 1);
}

/* Counts in percent of what they were; rates and averages by the difference. */
static struct paper_cell change_cell(const struct json *now, const struct json *before, bool count)
{
	struct paper_cell x = tally_value_cell(now), y = tally_value_cell(before), none = { .kind = PAPER_EMPTY, .text = S("–") };
	if (x.kind == PAPER_EMPTY || y.kind == PAPER_EMPTY)
		return none;
	if (!count)
		return paper_decimal(x.number - y.number, 1);
	if (y.number <= 0)
		return none;
	int64_t doubled = 2 * (x.number - y.number) * 1000, half = x.number < y.number ? -y.number : y.number; /* half away from zero */
	return paper_decimal((doubled + half) / (2 * y.number), 1);
}

/* ---- shape ---- */

static int column_of(const struct sheet *s, struct str code)
{
	for (size_t i = 0; i < s->columns_count; i++)
		if (str_eq(s->columns[i], code))
			return (int)i;
	return -1;
}

static int by_code(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

/* Too many keys for columns: lines then. */
static void find_columns(struct sheet *s)
{
	s->pivot = s->then.len && s->measures->count == 1;
	for (size_t i = 0; s->pivot && i < s->rows->count; i++) {
		struct str code = json_text(json_path(&s->rows->items[i], "then.code"));
		if (column_of(s, code) >= 0)
			continue;
		if (s->columns_count == TALLY_PIVOT_MAX)
			s->pivot = false;
		else
			s->columns[s->columns_count++] = code;
	}
	if (s->pivot && str_eqz(s->then, "period"))
		qsort(s->columns, s->columns_count, sizeof *s->columns, by_code);
}

static struct str column_words(const struct sheet *s, struct str code)
{
	for (size_t i = 0; i < s->rows->count; i++)
		if (str_eq(json_text(json_path(&s->rows->items[i], "then.code")), code))
			return tally_key_words(s->a, s->w, s->then, s->unit, json_get(&s->rows->items[i], "then"));
	return code;
}

static bool compared(const struct sheet *s)
{
	return !s->pivot && s->compare.len && !str_eqz(s->compare, "none");
}

static struct str measure_words(const struct sheet *s, size_t i)
{
	return say_under(s, "tally.measure.", json_text(json_get(&s->measures->items[i], "name")));
}

static enum err make_columns(struct sheet *s)
{
	size_t each = compared(s) ? 3 : 1, numbers = s->pivot ? s->columns_count + 1 : s->measures->count * each;
	s->out->labels = s->by.len && s->then.len && !s->pivot ? 2 : 1;
	s->out->table.width = s->out->labels + numbers;
	struct paper_column *c = arena_new_n(s->a, struct paper_column, s->out->table.width);
	if (!c)
		return ERR_NOMEM;
	s->out->table.columns = c;
	(c++)->name = s->by.len ? say_under(s, "tally.split.", s->by) : say(s, "tally.split.all");
	if (s->out->labels > 1)
		(c++)->name = say_under(s, "tally.split.", s->then);
	for (size_t i = 0; s->pivot && i < s->columns_count; i++)
		(c++)->name = column_words(s, s->columns[i]);
	if (s->pivot)
		c->name = say(s, "tally.total");
	for (size_t i = 0; !s->pivot && i < s->measures->count; i++) {
		struct str name = measure_words(s, i);
		(c++)->name = name;
		if (each == 1)
			continue;
		bool count = str_eqz(json_text(json_get(&s->measures->items[i], "kind")), "count");
		(c++)->name = say_under(s, "tally.before.", s->compare);
		(c++)->name = say(s, count ? "tally.change.percent" : "tally.change.points");
	}
	return OK;
}

/* ---- cells ---- */

static void put_values(const struct sheet *s, struct paper_cell *to, const struct json *values, const struct json *before)
{
	for (size_t i = 0; i < s->measures->count; i++) {
		const struct json *m = &s->measures->items[i];
		const struct json *now = json_get_str(values, json_text(json_get(m, "name"))), *then = json_get_str(before, json_text(json_get(m, "name")));
		*to++ = tally_value_cell(now);
		if (!compared(s))
			continue;
		*to++ = tally_value_cell(then);
		*to++ = change_cell(now, then, str_eqz(json_text(json_get(m, "kind")), "count"));
	}
}

static void make_flat(struct sheet *s, struct paper_cell *cells)
{
	size_t width = s->out->table.width;
	for (size_t i = 0; i < s->rows->count; i++, cells += width) {
		const struct json *row = &s->rows->items[i];
		cells[0] = paper_text(s->by.len ? tally_key_words(s->a, s->w, s->by, s->unit, json_get(row, "key")) : say(s, "tally.split.all"));
		if (s->out->labels > 1)
			cells[1] = paper_text(tally_key_words(s->a, s->w, s->then, s->unit, json_get(row, "then")));
		put_values(s, cells + s->out->labels, json_get(row, "values"), json_get(row, "before"));
	}
}

/* Lines of one first key stand together; each becomes a row. The last column is their sum where sums make sense. */
static size_t make_pivot(struct sheet *s, struct paper_cell *cells)
{
	size_t width = s->out->table.width, rows = 0;
	struct str name = json_text(json_get(&s->measures->items[0], "name")), last = { 0 };
	bool count = str_eqz(json_text(json_get(&s->measures->items[0], "kind")), "count");
	struct paper_cell *row = NULL;
	for (size_t i = 0; i < s->rows->count; i++) {
		const struct json *line = &s->rows->items[i];
		struct str code = json_text(json_path(line, "key.code"));
		if (!row || !str_eq(code, last)) {
			row = cells + width * rows++;
			row[0] = paper_text(tally_key_words(s->a, s->w, s->by, s->unit, json_get(line, "key")));
			for (size_t c = 1; c < width; c++)
				row[c] = count ? paper_integer(0) : (struct paper_cell){ .kind = PAPER_EMPTY, .text = S("–") };
			last = code;
		}
		struct paper_cell value = tally_value_cell(json_get_str(json_get(line, "values"), name));
		row[1 + column_of(s, json_text(json_path(line, "then.code")))] = value;
		if (count && value.kind == PAPER_INTEGER)
			row[width - 1].number += value.number;
	}
	return rows;
}

static void total_row(struct sheet *s, struct paper_cell *to)
{
	size_t width = s->out->table.width;
	to[0] = paper_text(say(s, "tally.total"));
	for (size_t c = 1; c < s->out->labels; c++)
		to[c] = (struct paper_cell){ .kind = PAPER_EMPTY };
	if (!s->pivot) {
		put_values(s, to + s->out->labels, json_get(s->view, "total"), json_get(s->view, "total_before"));
		return;
	}
	const struct paper_cell *cells = s->out->table.cells;
	bool count = str_eqz(json_text(json_get(&s->measures->items[0], "kind")), "count");
	for (size_t c = 1; c < width; c++) {
		to[c] = count ? paper_integer(0) : (struct paper_cell){ .kind = PAPER_EMPTY, .text = S("–") };
		for (size_t r = 0; count && r < s->out->table.rows; r++)
			to[c].number += cells[r * width + c].number;
	}
	if (!count)
		to[width - 1] = tally_value_cell(json_get_str(json_get(s->view, "total"), json_text(json_get(&s->measures->items[0], "name"))));
}

static enum err make_cells(struct sheet *s)
{
	struct paper_table *t = &s->out->table;
	struct paper_cell *cells = arena_new_n(s->a, struct paper_cell, (s->rows->count + 1) * t->width);
	if (!cells)
		return ERR_NOMEM;
	t->cells = cells;
	t->rows = s->rows->count;
	if (s->pivot)
		t->rows = make_pivot(s, cells);
	else
		make_flat(s, cells);
	if (s->by.len && t->rows && json_get(s->view, "total")) {
		total_row(s, cells + t->rows * t->width);
		t->rows++;
		t->total_rows = 1;
	}
	return OK;
}

/* ---- the chart that fits ---- */

static int64_t chart_value(const struct paper_cell *c)
{
	return c->kind == PAPER_INTEGER || c->kind == PAPER_DECIMAL ? c->number : PAPER_NONE;
}

/* Columns that go into one chart: those of a pivot but its sum, else up to three measures of the first one's kind. */
static size_t chart_columns(const struct sheet *s, size_t out[TALLY_CHART_SERIES_MAX])
{
	size_t n = 0, each = compared(s) ? 3 : 1;
	if (s->pivot) {
		for (; n < s->columns_count && s->columns_count <= TALLY_CHART_SERIES_MAX; n++)
			out[n] = 1 + n;
		return n;
	}
	struct str kind = json_text(json_get(&s->measures->items[0], "kind"));
	for (size_t i = 0; i < s->measures->count && n < 3; i++)
		if (str_eq(json_text(json_get(&s->measures->items[i], "kind")), kind))
			out[n++] = s->out->labels + i * each;
	return n;
}

static enum err make_series(struct sheet *s, const size_t *columns, size_t n, size_t rows)
{
	const struct paper_table *t = &s->out->table;
	struct paper_series *series = arena_new_n(s->a, struct paper_series, n);
	struct str *names = arena_new_n(s->a, struct str, rows);
	int64_t *values = arena_new_n(s->a, int64_t, n * rows);
	if (!series || !names || !values)
		return ERR_NOMEM;
	bool decimal = false;
	for (size_t k = 0; k < rows; k++)
		names[k] = t->cells[k * t->width].text;
	for (size_t i = 0; i < n; i++) {
		series[i] = (struct paper_series){ t->columns[columns[i]].name, values + i * rows };
		for (size_t k = 0; k < rows; k++) {
			values[i * rows + k] = chart_value(&t->cells[k * t->width + columns[i]]);
			decimal = decimal || t->cells[k * t->width + columns[i]].kind == PAPER_DECIMAL;
		}
	}
	s->out->chart = (struct paper_chart){ .title = t->title, .categories = names, .count = rows, .series = series, .series_count = n, .scale = decimal };
	return OK;
}

/* Time runs along a line; parts of a whole are stacked; all else stands side by side. */
static enum err make_chart(struct sheet *s, struct str wish)
{
	static const char *const names[] = { "bars", "stacked", "lines" };
	size_t columns[TALLY_CHART_SERIES_MAX], n = chart_columns(s, columns), rows = s->out->table.rows - s->out->table.total_rows;
	bool by_period = str_eqz(s->by, "period"), count = str_eqz(json_text(json_get(&s->measures->items[0], "kind")), "count");
	s->out->chart_name = "none";
	if (str_eqz(wish, "none") || n == 0 || rows < 2 || s->out->labels > 1)
		return OK;
	enum paper_chart_kind kind = by_period && !(s->pivot && count) ? PAPER_LINES : s->pivot && count ? PAPER_STACKED : PAPER_BARS;
	for (int i = 0; i < 3; i++)
		if (str_eqz(wish, names[i]) && (i != PAPER_STACKED || count))
			kind = (enum paper_chart_kind)i;
	size_t most = by_period ? TALLY_CHART_PERIODS_MAX : TALLY_CHART_BARS_MAX;
	TRY(make_series(s, columns, n, rows < most ? rows : most));
	s->out->chart.kind = kind;
	s->out->chart_name = names[kind];
	return OK;
}

enum err tally_sheet_make(struct arena *a, const struct tally_words *w, const struct json *view, struct str chart, struct str title,
                          struct tally_sheet *out)
{
	struct sheet s = { .a = a, .w = w, .view = view, .rows = json_get(view, "rows"), .measures = json_get(view, "measures"),
	                   .by = json_text(json_get(view, "by")), .then = json_text(json_get(view, "then")), .unit = json_text(json_get(view, "unit")),
	                   .compare = json_text(json_get(view, "compare")), .out = out };
	*out = (struct tally_sheet){ .table = { .title = title } };
	if (!s.rows || !s.measures || !s.measures->count)
		return ERR_INVALID;
	find_columns(&s);
	TRY(make_columns(&s));
	TRY(make_cells(&s));
	return make_chart(&s, chart);
}
