/* draw_int.h - private to the drawing: a picture is shapes and edges with places, taken from
 * the file (draw_di.c) or made up (draw_auto.c). Lengths are hundredths of a pixel.
 */
#ifndef BPMN_DRAW_INT_H
#define BPMN_DRAW_INT_H

#include "bpmn/bpmn_int.h"

#define PX(n) ((int32_t)((n) * 100))

struct box { int32_t x, y, w, h; };
struct point { int32_t x, y; };

struct shape {
	const struct xml_node *el;
	struct box box, label;       /* label.w == 0: no place given */
	bool horizontal, expanded, has_expanded;
};

struct edge {
	const struct xml_node *el;
	struct point *points;
	size_t count;
	struct box label;
};

struct picture {
	struct arena *a;
	const struct bpmn_model *m;
	struct shape *shapes;
	struct edge *edges;
	size_t shapes_count, edges_count, shapes_room, edges_room;
	struct box bounds;
	struct map overlays;         /* element id -> struct bpmn_overlay */
	enum err failed;
};

struct shape *picture_shape(struct picture *p);
struct edge *picture_edge(struct picture *p);
bool picture_from_di(struct picture *p);   /* false: the file has no layout */
void picture_auto(struct picture *p);
void picture_measure(struct picture *p);

/* draw_text.c: lines of a label. Chinese breaks anywhere, other text between words. */
struct text_lines { struct str line[12]; size_t count; };
int32_t text_width(struct str s, int32_t size);
void text_wrap(struct str text, int32_t width, int32_t size, size_t max, struct text_lines *out);
/* Centred on x; y is the middle of all lines (or the top when `top`). */
void text_draw(struct buf *out, const struct text_lines *lines, int32_t x, int32_t y, int32_t size, bool top);
void put_px(struct buf *out, int32_t v);   /* hundredths as a number */

/* draw_shape.c, draw_icon.c */
void shape_draw(struct picture *p, const struct shape *s, struct buf *out);
void edge_draw(struct picture *p, const struct edge *e, struct buf *out);
void badges_draw(const struct picture *p, struct buf *out);
void icon_trigger(struct buf *out, const struct xml_node *event, const struct bpmn_model *m, int32_t cx, int32_t cy, bool filled);
void icon_gateway(struct buf *out, const struct xml_node *gateway, int32_t cx, int32_t cy);
void icon_task(struct buf *out, const struct xml_node *task, int32_t x, int32_t y);
void icon_markers(struct buf *out, const struct xml_node *activity, int32_t cx, int32_t bottom, bool collapsed);
/* "stroke" for the element as the overlay has it. */
const char *overlay_stroke(const struct picture *p, struct str id);
const struct bpmn_overlay *overlay_of(const struct picture *p, struct str id);

#endif
