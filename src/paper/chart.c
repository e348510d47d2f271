/* chart.c - bars, stacked bars and lines as vectors, with a legend. Colours differ in lightness, lines also in their
 * marks and bars in a hatch, so that a black-and-white print can still be read. */
#include <math.h>

#include "paper/paper_int.h"

static const double colours[][3] = {
	{ 0.11, 0.34, 0.60 }, { 0.93, 0.60, 0.15 }, { 0.25, 0.60, 0.42 }, { 0.72, 0.20, 0.24 }, { 0.55, 0.75, 0.90 }, { 0.42, 0.32, 0.58 },
	{ 0.80, 0.76, 0.30 }, { 0.45, 0.45, 0.45 },
};
enum { COLOURS = sizeof colours / sizeof colours[0] };

struct plot {
	const struct paper_chart *c;
	double x, y, width, height; /* of the field inside the axes */
	double unit;                /* of a value: 10^-scale */
	double low, high, step;     /* of the value axis */
};

static void colour(struct paper_pen *p, size_t i)
{
	cairo_set_source_rgb(p->cairo, colours[i % COLOURS][0], colours[i % COLOURS][1], colours[i % COLOURS][2]);
}

static double value(const struct plot *f, size_t s, size_t k)
{
	int64_t v = f->c->series[s].values[k];
	return v == PAPER_NONE ? NAN : (double)v * f->unit;
}

/* 1, 2 or 5 times a power of ten, so that about five steps fill the span. */
static double nice_step(double span)
{
	double raw = span / 5, power = pow(10, floor(log10(raw))), times = raw / power;
	return (times > 5 ? 10 : times > 2 ? 5 : times > 1 ? 2 : 1) * power;
}

static void value_axis(struct plot *f)
{
	double low = 0, high = 0;
	for (size_t k = 0; k < f->c->count; k++) {
		double up = 0, down = 0;
		for (size_t s = 0; s < f->c->series_count; s++) {
			double v = value(f, s, k);
			if (isnan(v))
				continue;
			bool stacked = f->c->kind == PAPER_STACKED;
			up = stacked ? up + (v > 0 ? v : 0) : v > up ? v : up;
			down = stacked ? down + (v < 0 ? v : 0) : v < down ? v : down;
		}
		high = up > high ? up : high;
		low = down < low ? down : low;
	}
	f->step = high > low ? nice_step(high - low) : 1;
	if (f->step < f->unit)
		f->step = f->unit; /* no half cases */
	f->high = ceil(high / f->step - 1e-9) * f->step;
	f->low = floor(low / f->step + 1e-9) * f->step;
	if (f->high <= f->low)
		f->high = f->low + f->step;
}

static double at(const struct plot *f, double v)
{
	return f->y + f->height * (1 - (v - f->low) / (f->high - f->low));
}

static struct str number_words(struct paper_pen *p, const struct plot *f, double v)
{
	struct buf b;
	int scale = f->c->scale;
	while (scale > 0 && fabs(v * pow(10, scale - 1) - round(v * pow(10, scale - 1))) < 1e-6)
		scale--;
	struct paper_cell c = paper_decimal(llround(v * pow(10, scale)), scale);
	buf_init_in(&b, p->arena, 64);
	paper_cell_print(&c, true, &b);
	return buf_str(&b);
}

static void draw_values(struct paper_pen *p, const struct plot *f)
{
	for (int i = 0; f->low + i * f->step <= f->high + f->step * 0.01; i++) {
		double v = f->low + i * f->step, y = at(f, v);
		paper_grey(p, fabs(v) < f->step * 0.01 ? 0.3 : 0.85);
		cairo_set_line_width(p->cairo, 0.5);
		cairo_move_to(p->cairo, f->x, y);
		cairo_line_to(p->cairo, f->x + f->width, y);
		cairo_stroke(p->cairo);
		paper_grey(p, 0.25);
		paper_label(p, number_words(p, f, v), 7.5, PAPER_PLAIN, f->x - 4, y - 6, 1);
	}
}

static double widest_label(struct paper_pen *p, const struct paper_chart *c)
{
	double widest = 0;
	for (size_t k = 0; k < c->count; k++) {
		double w = paper_label_width(p, c->categories[k], 7.5);
		widest = w > widest ? w : widest;
	}
	return widest;
}

/* Every label that has room; a label longer than its place is cut. */
static void draw_categories(struct paper_pen *p, const struct plot *f)
{
	double place = f->width / (double)f->c->count, widest = widest_label(p, f->c);
	double wanted = widest + 6 < 64 ? widest + 6 : 64;
	size_t every = place >= wanted ? 1 : (size_t)ceil(wanted / place);
	paper_grey(p, 0.25);
	for (size_t k = 0; k < f->c->count; k += every) {
		PangoLayout *l = paper_layout(p, f->c->categories[k], 7.5, PAPER_PLAIN, place * (double)every - 2);
		pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
		pango_layout_set_height(l, -2); /* two lines */
		pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
		paper_layout_draw(p, l, f->x + place * ((double)k + 0.5) - (place * (double)every - 2) / 2, f->y + f->height + 4);
		g_object_unref(l);
	}
}

/* A bar, its upper edge dark; every second series is hatched as well. */
static void bar(struct paper_pen *p, const struct plot *f, size_t s, double x, double width, double from, double to)
{
	double a = at(f, from), b = at(f, to), top = a < b ? a : b, height = fabs(a - b);
	cairo_save(p->cairo);
	cairo_rectangle(p->cairo, x, top, width, height);
	colour(p, s);
	cairo_fill_preserve(p->cairo);
	cairo_clip(p->cairo);
	if (s % 2) {
		cairo_set_source_rgba(p->cairo, 1, 1, 1, 0.55);
		cairo_set_line_width(p->cairo, 0.7);
		for (double d = -height; d < width; d += 4) {
			cairo_move_to(p->cairo, x + d, top + height);
			cairo_line_to(p->cairo, x + d + height, top);
		}
		cairo_stroke(p->cairo);
	}
	cairo_restore(p->cairo);
}

static void draw_bars(struct paper_pen *p, const struct plot *f)
{
	double place = f->width / (double)f->c->count, wide = place * 0.76 / (double)f->c->series_count;
	bool figures = wide >= 20;
	for (size_t k = 0; k < f->c->count; k++)
		for (size_t s = 0; s < f->c->series_count; s++) {
			double v = value(f, s, k), x = f->x + place * ((double)k + 0.12) + wide * (double)s;
			if (isnan(v))
				continue;
			bar(p, f, s, x, wide * 0.92, 0, v);
			paper_grey(p, 0.1);
			if (figures)
				paper_label(p, number_words(p, f, v), 7, PAPER_PLAIN, x + wide * 0.46, at(f, v > 0 ? v : 0) - 10, 0.5);
		}
}

/* ---- one series of many long names: the bars lie, each with its whole name before it and its figure behind ---- */

enum { LYING_LEAST = 6, LYING_MOST = 24, LYING_NAME_MAX = 190, LYING_FIGURE = 36 };

static bool must_lie(struct paper_pen *p, const struct paper_chart *c)
{
	double place = (p->right - p->left) / (double)(c->count ? c->count : 1);
	return c->kind == PAPER_BARS && c->series_count == 1 && c->count >= LYING_LEAST && c->count <= LYING_MOST && widest_label(p, c) > place;
}

static void draw_lying(struct paper_pen *p, const struct plot *f, double names)
{
	double place = f->height / (double)f->c->count, thick = place * 0.7, zero = f->x - f->low / (f->high - f->low) * f->width;
	for (size_t k = 0; k < f->c->count; k++) {
		double v = value(f, 0, k), y = f->y + place * (double)k, length = isnan(v) ? 0 : v / (f->high - f->low) * f->width;
		PangoLayout *l = paper_layout(p, f->c->categories[k], 7.5, PAPER_PLAIN, names);
		pango_layout_set_height(l, -1);
		pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
		paper_grey(p, 0.1);
		paper_layout_draw(p, l, p->left, y + place / 2 - 5.5);
		g_object_unref(l);
		colour(p, 0);
		cairo_rectangle(p->cairo, length < 0 ? zero + length : zero, y + (place - thick) / 2, fabs(length), thick);
		cairo_fill(p->cairo);
		paper_grey(p, 0.1);
		if (!isnan(v))
			paper_label(p, number_words(p, f, v), 7.5, PAPER_PLAIN, zero + (length > 0 ? length : 0) + 4, y + place / 2 - 5.5, 0);
	}
	paper_grey(p, 0.3);
	cairo_set_line_width(p->cairo, 0.5);
	cairo_move_to(p->cairo, zero, f->y);
	cairo_line_to(p->cairo, zero, f->y + f->height);
	cairo_stroke(p->cairo);
}

static void lay_down(struct paper_pen *p, struct plot *f, double end)
{
	double names = widest_label(p, f->c) + 2;
	names = names > LYING_NAME_MAX ? LYING_NAME_MAX : names;
	f->x = p->left + names + 6;
	f->width = p->right - LYING_FIGURE - f->x;
	f->height = end - 8 - f->y;
	draw_lying(p, f, names);
}

static void draw_stacks(struct paper_pen *p, const struct plot *f)
{
	double place = f->width / (double)f->c->count, wide = place * 0.6 < 60 ? place * 0.6 : 60;
	for (size_t k = 0; k < f->c->count; k++) {
		double up = 0, down = 0, x = f->x + place * ((double)k + 0.5) - wide / 2;
		for (size_t s = 0; s < f->c->series_count; s++) {
			double v = value(f, s, k), *end = v < 0 ? &down : &up;
			if (isnan(v))
				continue;
			bar(p, f, s, x, wide, *end, *end + v);
			*end += v;
		}
	}
}

static void mark(struct paper_pen *p, size_t s, double x, double y)
{
	colour(p, s);
	if (s % 3 == 0)
		cairo_arc(p->cairo, x, y, 2.4, 0, 2 * M_PI);
	else if (s % 3 == 1)
		cairo_rectangle(p->cairo, x - 2.2, y - 2.2, 4.4, 4.4);
	else {
		cairo_move_to(p->cairo, x, y - 3);
		cairo_line_to(p->cairo, x + 2.8, y + 2);
		cairo_line_to(p->cairo, x - 2.8, y + 2);
	}
	cairo_fill(p->cairo);
}

static void draw_lines(struct paper_pen *p, const struct plot *f)
{
	double place = f->width / (double)f->c->count;
	for (size_t s = 0; s < f->c->series_count; s++) {
		bool on = false;
		colour(p, s);
		cairo_set_line_width(p->cairo, 1.4);
		for (size_t k = 0; k < f->c->count; k++) {
			double v = value(f, s, k), x = f->x + place * ((double)k + 0.5);
			if (!isnan(v) && on)
				cairo_line_to(p->cairo, x, at(f, v));
			else if (!isnan(v))
				cairo_move_to(p->cairo, x, at(f, v));
			on = !isnan(v);
		}
		cairo_stroke(p->cairo);
		for (size_t k = 0; k < f->c->count && f->c->count <= 60; k++)
			if (!isnan(value(f, s, k)))
				mark(p, s, f->x + place * ((double)k + 0.5), at(f, value(f, s, k)));
	}
}

/* Names of the series under the title, as many lines as they need. */
static double draw_legend(struct paper_pen *p, const struct paper_chart *c, double y)
{
	double x = p->left;
	for (size_t s = 0; s < c->series_count; s++) {
		double w = paper_label_width(p, c->series[s].name, 8) + 26;
		if (x + w > p->right && x > p->left) {
			x = p->left;
			y += 13;
		}
		if (c->kind == PAPER_LINES)
			mark(p, s, x + 4, y + 6);
		else {
			struct plot box = { c, x, y + 2, 9, 8, 1, 0, 1, 1 };
			bar(p, &box, s, x, 9, 0, 1);
		}
		paper_grey(p, 0.1);
		paper_label(p, c->series[s].name, 8, PAPER_PLAIN, x + 13, y, 0);
		x += w;
	}
	return y + 16;
}

void paper_draw_chart(struct paper_pen *p, const struct paper_chart *c)
{
	static void (*const draw[])(struct paper_pen *, const struct plot *) = {
		[PAPER_BARS] = draw_bars, [PAPER_STACKED] = draw_stacks, [PAPER_LINES] = draw_lines,
	};
	double top = p->y, end = top + PAPER_CHART_HEIGHT;
	if (c->title.len)
		paper_label(p, c->title, 10.5, PAPER_BOLD, p->left, top, 0);
	struct plot f = { .c = c, .y = draw_legend(p, c, top + (c->title.len ? 19 : 2)) + 6, .unit = pow(10, -c->scale) };
	value_axis(&f);
	if (must_lie(p, c)) {
		lay_down(p, &f, end);
		paper_grey(p, 0);
		p->y = end;
		return;
	}
	f.height = end - 34 - f.y < 60 ? 60 : end - 34 - f.y;
	double low = paper_label_width(p, number_words(p, &f, f.low), 7.5), high = paper_label_width(p, number_words(p, &f, f.high), 7.5);
	f.x = p->left + (low > high ? low : high) + 8;
	f.width = p->right - f.x;
	draw_values(p, &f);
	draw[c->kind](p, &f);
	draw_categories(p, &f);
	paper_grey(p, 0);
	p->y = end;
}
