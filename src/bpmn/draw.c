/* draw.c - the diagram as one SVG: pools first, then flows, then everything that stands on
 * them. Accessible: the picture has a name, every element a title and description.
 */
#include "bpmn/draw_int.h"

enum { AUTO_MAX = 2000, EDGE = 20 };

struct shape *picture_shape(struct picture *p)
{
	if (p->shapes_count == p->shapes_room) {
		size_t room = p->shapes_room ? p->shapes_room * 2 : 64;
		struct shape *grown = arena_array(p->a, room, sizeof *grown);

		if (!grown) {
			p->failed = ERR_NOMEM;
			return NULL;
		}
		if (p->shapes_count)
			memcpy(grown, p->shapes, p->shapes_count * sizeof *grown);
		p->shapes = grown;
		p->shapes_room = room;
	}
	return &p->shapes[p->shapes_count++];
}

struct edge *picture_edge(struct picture *p)
{
	if (p->edges_count == p->edges_room) {
		size_t room = p->edges_room ? p->edges_room * 2 : 64;
		struct edge *grown = arena_array(p->a, room, sizeof *grown);

		if (!grown) {
			p->failed = ERR_NOMEM;
			return NULL;
		}
		if (p->edges_count)
			memcpy(grown, p->edges, p->edges_count * sizeof *grown);
		p->edges = grown;
		p->edges_room = room;
	}
	return &p->edges[p->edges_count++];
}

static void include(struct picture *p, int32_t x, int32_t y, bool first)
{
	struct box *b = &p->bounds;

	if (first) {
		*b = (struct box){ x, y, 0, 0 };
		return;
	}
	if (x < b->x) {
		b->w += b->x - x;
		b->x = x;
	}
	if (y < b->y) {
		b->h += b->y - y;
		b->y = y;
	}
	if (x > b->x + b->w)
		b->w = x - b->x;
	if (y > b->y + b->h)
		b->h = y - b->y;
}

void picture_measure(struct picture *p)
{
	for (size_t i = 0; i < p->shapes_count; i++) {
		const struct shape *s = &p->shapes[i];
		bool below = (bpmn_is_event(s->el) || bpmn_is_gateway(s->el)) && !s->label.w;

		include(p, s->box.x, s->box.y, i == 0);
		include(p, s->box.x + s->box.w, s->box.y + s->box.h + (below ? PX(34) : 0), false);
		if (s->label.w)
			include(p, s->label.x + s->label.w, s->label.y + s->label.h, false);
	}
	for (size_t i = 0; i < p->edges_count; i++)
		for (size_t k = 0; k < p->edges[i].count; k++)
			include(p, p->edges[i].points[k].x, p->edges[i].points[k].y, false);
}

static struct str title_of(const struct bpmn_model *m)
{
	struct str name = xml_attr(m->root, "name");

	for (uint32_t i = 0; i < m->processes_count; i++)
		if (!str_empty(m->processes[i].el->name))
			return m->processes[i].el->name;
	for (const struct xml_node *c = m->root->first; c; c = c->next)
		for (const struct xml_node *p = bpmn_child(c, "participant"); p; p = xml_next_same(p))
			if (!str_empty(xml_attr(p, "name")))
				return xml_attr(p, "name");
	return str_empty(name) ? (m->processes_count ? m->processes[0].id : S("BPMN")) : name;
}

static void open_svg(const struct picture *p, struct buf *out)
{
	static const char *const keys[] = { "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bpmn\" role=\"img\" viewBox=\"",
		" ", " ", " ", "\" width=\"", "\" height=\"" };
	int32_t v[] = { p->bounds.x - PX(EDGE), p->bounds.y - PX(EDGE), p->bounds.w + PX(2 * EDGE), p->bounds.h + PX(2 * EDGE),
		p->bounds.w + PX(2 * EDGE), p->bounds.h + PX(2 * EDGE) };

	for (int i = 0; i < 6; i++) {
		buf_putz(out, keys[i]);
		put_px(out, v[i]);
	}
	buf_putz(out, "\" font-family=\"'Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',Arial,sans-serif\" "
	              "aria-label=\"");
	xml_escape(out, title_of(p->m));
	buf_putz(out, "\"><title>");
	xml_escape(out, title_of(p->m));
	buf_putz(out, "</title>\n<defs>"
	              "<marker id=\"bpmn-arrow\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" "
	              "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 1L10 5 0 9z\" fill=\"context-stroke\" stroke=\"none\"/></marker>"
	              "<marker id=\"bpmn-open\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" "
	              "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 1L10 5 0 9z\" fill=\"#fff\" stroke=\"#22242a\"/></marker>"
	              "<marker id=\"bpmn-circle\" viewBox=\"0 0 10 10\" refX=\"5\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" "
	              "markerUnits=\"userSpaceOnUse\"><circle cx=\"5\" cy=\"5\" r=\"4\" fill=\"#fff\" stroke=\"#22242a\"/></marker>"
	              "<marker id=\"bpmn-slash\" viewBox=\"0 0 10 10\" refX=\"-4\" refY=\"5\" markerWidth=\"10\" markerHeight=\"10\" "
	              "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L6 10\" stroke=\"#22242a\" stroke-width=\"1.5\"/></marker>"
	              "<marker id=\"bpmn-diamond\" viewBox=\"0 0 16 10\" refX=\"0\" refY=\"5\" markerWidth=\"16\" markerHeight=\"10\" "
	              "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 5L8 1 16 5 8 9z\" fill=\"#fff\" stroke=\"#22242a\"/></marker>"
	              "</defs>\n");
}

static int layer_of(const struct xml_node *el)
{
	if (bpmn_is(el, "participant"))
		return 0;
	if (bpmn_is(el, "lane"))
		return 1;
	return bpmn_is(el, "boundaryEvent") ? 4 : bpmn_is_container(el) ? 2 : 3;
}

static int depth_of(const struct xml_node *el)
{
	int depth = 0;

	for (; el; el = el->parent)
		depth++;
	return depth;
}

/* Containers from the outside in, so that nothing hides what stands in it. */
static void draw_layers(struct picture *p, struct buf *out)
{
	int deepest = 0;

	for (size_t i = 0; i < p->shapes_count; i++)
		if (layer_of(p->shapes[i].el) == 2 && depth_of(p->shapes[i].el) > deepest)
			deepest = depth_of(p->shapes[i].el);
	for (int layer = 0; layer < 2; layer++)
		for (size_t i = 0; i < p->shapes_count; i++)
			if (layer_of(p->shapes[i].el) == layer)
				shape_draw(p, &p->shapes[i], out);
	for (int depth = 0; depth <= deepest; depth++)
		for (size_t i = 0; i < p->shapes_count; i++)
			if (layer_of(p->shapes[i].el) == 2 && depth_of(p->shapes[i].el) == depth)
				shape_draw(p, &p->shapes[i], out);
	for (size_t i = 0; i < p->edges_count; i++)
		edge_draw(p, &p->edges[i], out);
	for (int layer = 3; layer < 5; layer++)
		for (size_t i = 0; i < p->shapes_count; i++)
			if (layer_of(p->shapes[i].el) == layer)
				shape_draw(p, &p->shapes[i], out);
	badges_draw(p, out);
}

enum err bpmn_draw(const struct bpmn_model *m, const struct bpmn_overlay *overlay, size_t count, struct arena *scratch,
                   struct buf *out, struct diag *d)
{
	struct picture p = { .a = scratch, .m = m };

	map_init(&p.overlays, scratch);
	for (size_t i = 0; i < count; i++)
		if (map_set(&p.overlays, overlay[i].element, (void *)(uintptr_t)&overlay[i]) != OK)
			p.failed = ERR_NOMEM;
	if (!picture_from_di(&p) && !p.failed) {
		if (m->nodes_count > AUTO_MAX)
			return diag_set(d, ERR_LIMIT, "bpmn.draw-too-large", "The file has no layout and %u elements; one is made up "
			                "for at most %d.", m->nodes_count, AUTO_MAX);
		picture_auto(&p);
	}
	if (!p.failed) { /* a picture that is not whole is not drawn */
		picture_measure(&p);
		open_svg(&p, out);
		draw_layers(&p, out);
		buf_putz(out, "</svg>\n");
	}
	if (p.failed || out->failed)
		return diag_set(d, p.failed ? p.failed : out->failed, "bpmn.draw", "The drawing does not fit into the memory allowed.");
	return OK;
}
