/* table.c - a table over pages: widths from the contents, the head again on each page. */
#include "paper/paper_int.h"

enum { SAMPLE_ROWS = 300 };
static const double PAD = 4, SMALLEST = 6.5;

struct grid {
	const struct paper_table *t;
	double size;                      /* of the letters */
	double width[PAPER_COLUMNS_MAX];  /* of the columns, padding included */
	bool wraps[PAPER_COLUMNS_MAX];    /* holds words: may be made narrower than its contents */
};

static bool is_number(const struct paper_cell *c)
{
	return c->kind == PAPER_INTEGER || c->kind == PAPER_DECIMAL || (c->kind == PAPER_EMPTY && c->text.len);
}

static struct str cell_words(struct paper_pen *p, const struct paper_cell *c)
{
	struct buf b;
	buf_init_in(&b, p->arena, 1 << 20);
	paper_cell_print(c, true, &b);
	if (b.failed != OK)
		p->failed = b.failed;
	return buf_str(&b);
}

/* Widths that the contents would like. Of long tables the first rows speak for all. */
static double natural_widths(struct paper_pen *p, struct grid *g)
{
	double sum = 0;
	for (size_t c = 0; c < g->t->width; c++) {
		g->width[c] = paper_label_width(p, g->t->columns[c].name, g->size) * 1.04;
		g->wraps[c] = true;
		for (size_t r = 0; r < g->t->rows; r++) {
			struct arena_mark mark = arena_save(p->arena);
			const struct paper_cell *cell = &g->t->cells[r * g->t->width + c];
			if (r > SAMPLE_ROWS && r + g->t->total_rows < g->t->rows)
				continue;
			g->wraps[c] = g->wraps[c] && !is_number(cell);
			double w = paper_label_width(p, cell_words(p, cell), g->size) * 1.04;
			g->width[c] = w > g->width[c] ? w : g->width[c];
			arena_rewind(p->arena, mark);
		}
		g->width[c] += 2 * PAD;
		sum += g->width[c];
	}
	return sum;
}

/* The widest columns of words give way first: all of them are cut to one width that makes the sum fit. Numbers
 * give way only when the words have nothing left to give. */
static void squeeze(struct grid *g, double room)
{
	double low = 0, high = room;
	for (int step = 0; step < 30; step++) {
		double cut = (low + high) / 2, sum = 0;
		for (size_t c = 0; c < g->t->width; c++)
			sum += g->wraps[c] && g->width[c] > cut ? cut : g->width[c];
		if (sum > room)
			high = cut;
		else
			low = cut;
	}
	double sum = 0, least = 4 * g->size;
	for (size_t c = 0; c < g->t->width; c++) {
		if (g->wraps[c] && g->width[c] > low)
			g->width[c] = low > least ? low : least;
		sum += g->width[c];
	}
	for (size_t c = 0; c < g->t->width && sum > room; c++)
		g->width[c] *= room / sum;
}

static void set_widths(struct paper_pen *p, struct grid *g)
{
	double room = p->right - p->left, sum;
	g->size = 9.5;
	while ((sum = natural_widths(p, g)) > room && g->size > SMALLEST)
		g->size -= 1;
	if (sum > room)
		squeeze(g, room);
	for (size_t c = 0; c < g->t->width && sum < room; c++)
		g->width[c] *= room / sum;
}

struct row_style { enum paper_weight weight; bool head; };

static PangoLayout *cell_layout(struct paper_pen *p, const struct grid *g, size_t c, struct str words, struct row_style s, bool right)
{
	PangoLayout *l = paper_layout(p, words, g->size, s.weight, g->width[c] - 2 * PAD);
	if (right)
		pango_layout_set_alignment(l, PANGO_ALIGN_RIGHT);
	/* a cell higher than a page is cut with an ellipsis */
	pango_layout_set_height(l, (int)((p->bottom - p->top - 60) * PANGO_SCALE));
	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	return l;
}

static void rule(struct paper_pen *p, double y, double grey, double thick)
{
	paper_grey(p, grey);
	cairo_set_line_width(p->cairo, thick);
	cairo_move_to(p->cairo, p->left, y);
	cairo_line_to(p->cairo, p->right, y);
	cairo_stroke(p->cairo);
	paper_grey(p, 0);
}

static void draw_head(struct paper_pen *p, const struct grid *g);

/* words[c] with their alignment; a row that does not fit begins on the next page under the head. */
static void draw_row(struct paper_pen *p, const struct grid *g, const struct str *words, const bool *right, struct row_style s)
{
	PangoLayout *layouts[PAPER_COLUMNS_MAX];
	double height = 0, x = p->left;
	for (size_t c = 0; c < g->t->width; c++) {
		layouts[c] = cell_layout(p, g, c, words[c], s, right[c]);
		double h = paper_layout_height(layouts[c]);
		height = h > height ? h : height;
	}
	height += PAD;
	if (!s.head && p->y + height > p->bottom) {
		paper_page_end(p);
		draw_head(p, g);
	}
	if (s.head) {
		paper_grey(p, 0.93);
		cairo_rectangle(p->cairo, p->left, p->y, p->right - p->left, height);
		cairo_fill(p->cairo);
		paper_grey(p, 0);
	}
	for (size_t c = 0; c < g->t->width; x += g->width[c++]) {
		paper_layout_draw(p, layouts[c], x + PAD, p->y + PAD / 2);
		g_object_unref(layouts[c]);
	}
	p->y += height;
	rule(p, p->y, s.head ? 0.2 : 0.8, s.head ? 0.9 : 0.4);
}

static void draw_head(struct paper_pen *p, const struct grid *g)
{
	struct str words[PAPER_COLUMNS_MAX];
	bool right[PAPER_COLUMNS_MAX];
	for (size_t c = 0; c < g->t->width; c++) {
		words[c] = g->t->columns[c].name;
		right[c] = !g->wraps[c];
	}
	rule(p, p->y, 0.2, 0.9);
	draw_row(p, g, words, right, (struct row_style){ PAPER_BOLD, true });
}

static void draw_data(struct paper_pen *p, const struct grid *g, size_t r)
{
	struct str words[PAPER_COLUMNS_MAX];
	bool right[PAPER_COLUMNS_MAX], total = r + g->t->total_rows >= g->t->rows;
	struct arena_mark mark = arena_save(p->arena);
	for (size_t c = 0; c < g->t->width; c++) {
		const struct paper_cell *cell = &g->t->cells[r * g->t->width + c];
		words[c] = cell_words(p, cell);
		right[c] = is_number(cell);
	}
	draw_row(p, g, words, right, (struct row_style){ total ? PAPER_BOLD : PAPER_PLAIN, false });
	arena_rewind(p->arena, mark);
}

void paper_draw_table(struct paper_pen *p, const struct paper_table *t)
{
	struct grid *g = arena_new(p->arena, struct grid);
	if (!g) {
		p->failed = ERR_NOMEM;
		return;
	}
	g->t = t;
	set_widths(p, g);
	paper_need(p, 70);
	if (t->title.len) {
		paper_label(p, t->title, 10.5, PAPER_BOLD, p->left, p->y, 0);
		p->y += 20;
	}
	draw_head(p, g);
	for (size_t r = 0; r < t->rows && p->failed == OK; r++)
		draw_data(p, g, r);
	p->y += 12;
}
