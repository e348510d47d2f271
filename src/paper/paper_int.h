/* paper_int.h - a document's blocks, and the pen that draws them. */
#ifndef PAPER_PAPER_INT_H
#define PAPER_PAPER_INT_H

#include <pango/pangocairo.h>

#include "paper/paper.h"

enum paper_block_kind { BLOCK_HEADING, BLOCK_PARAGRAPH, BLOCK_NOTE, BLOCK_TABLE, BLOCK_CHART, BLOCK_BREAK, BLOCK_SEAL };
struct paper_block {
	struct paper_block *next;
	enum paper_block_kind kind;
	int level;
	struct str text, date, code;
	const struct paper_table *table;
	const struct paper_chart *chart;
};

/* Where drawing stands. All lengths in points. The same drawing runs twice: once to count the pages. */
struct paper_pen {
	const struct paper_doc *doc;
	struct arena *arena;
	PangoContext *letters; /* of a font map of our own: it goes with the document */
	cairo_surface_t *surface;
	cairo_t *cairo;
	double width, height; /* of the page */
	double left, right, top, bottom, y;
	int page, pages;      /* pages: 0 while they are counted */
	enum err failed;
};

/* ---- text ---- */
enum paper_weight { PAPER_PLAIN, PAPER_BOLD };
/* A layout to be drawn and freed by the caller; width <= 0 = one line. */
PangoLayout *paper_layout(struct paper_pen *p, struct str text, double size, enum paper_weight weight, double width);
double paper_layout_width(PangoLayout *l);
double paper_layout_height(PangoLayout *l);
void paper_layout_draw(struct paper_pen *p, PangoLayout *l, double x, double y);
/* align 0 = x is the left edge, 0.5 = the middle, 1 = the right edge. */
void paper_label(struct paper_pen *p, struct str text, double size, enum paper_weight weight, double x, double y, double align);
double paper_label_width(struct paper_pen *p, struct str text, double size);
void paper_grey(struct paper_pen *p, double level); /* 0 black, 1 white */

/* ---- pages ---- */
void paper_page_end(struct paper_pen *p);
/* A new page unless `space` fits on this one. */
void paper_need(struct paper_pen *p, double space);

void paper_draw_table(struct paper_pen *p, const struct paper_table *t);
enum { PAPER_CHART_HEIGHT = 230 };
void paper_draw_chart(struct paper_pen *p, const struct paper_chart *c);
void paper_draw_seal(struct paper_pen *p, const struct paper_block *b);

#endif
