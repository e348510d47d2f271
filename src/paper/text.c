/* text.c - lines of text through pango. Chinese is set in Noto Sans CJK in its simplified form. */
#include "paper/paper_int.h"

static const char *const family = "Noto Sans CJK SC, sans-serif";

PangoLayout *paper_layout(struct paper_pen *p, struct str text, double size, enum paper_weight weight, double width)
{
	PangoLayout *l = pango_layout_new(p->letters);
	PangoFontDescription *font = pango_font_description_from_string(family);
	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_font_description_set_weight(font, weight == PAPER_BOLD ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(l, font);
	pango_font_description_free(font);
	pango_layout_set_text(l, text.len ? text.ptr : "", (int)text.len);
	pango_layout_set_spacing(l, (int)(size * 0.18 * PANGO_SCALE));
	if (width > 0) {
		pango_layout_set_width(l, (int)(width * PANGO_SCALE));
		pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	}
	return l;
}

double paper_layout_width(PangoLayout *l)
{
	int w, h;
	pango_layout_get_size(l, &w, &h);
	return (double)w / PANGO_SCALE;
}

double paper_layout_height(PangoLayout *l)
{
	int w, h;
	pango_layout_get_size(l, &w, &h);
	return (double)h / PANGO_SCALE;
}

void paper_layout_draw(struct paper_pen *p, PangoLayout *l, double x, double y)
{
	cairo_move_to(p->cairo, x, y);
	pango_cairo_show_layout(p->cairo, l);
}

void paper_label(struct paper_pen *p, struct str text, double size, enum paper_weight weight, double x, double y, double align)
{
	PangoLayout *l = paper_layout(p, text, size, weight, 0);
	paper_layout_draw(p, l, x - paper_layout_width(l) * align, y);
	g_object_unref(l);
}

double paper_label_width(struct paper_pen *p, struct str text, double size)
{
	PangoLayout *l = paper_layout(p, text, size, PAPER_PLAIN, 0);
	double w = paper_layout_width(l);
	g_object_unref(l);
	return w;
}

void paper_grey(struct paper_pen *p, double level)
{
	cairo_set_source_rgb(p->cairo, level, level, level);
}
