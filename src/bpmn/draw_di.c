/* draw_di.c - the layout that the file brings along (BPMN DI). Several planes are put below
 * one another.
 */
#include "bpmn/draw_int.h"

enum { LENGTH_MAX = 1000000 }; /* pixels: what is beyond is a broken file */

/* "123.45" or "1.2345E2" as hundredths. */
static int32_t length(const struct xml_node *n, const char *attr)
{
	struct str s = xml_attr(n, attr);
	struct dec v;
	int64_t whole;

	if (!s.ptr || !dec_parse(str_trim(s), &v) || !dec_finite(v) || !dec_trunc_i64(dec_mul(v, dec_from_i64(100)), &whole))
		return 0;
	if (whole > PX(LENGTH_MAX))
		return PX(LENGTH_MAX);
	return whole < -PX(LENGTH_MAX) ? -PX(LENGTH_MAX) : (int32_t)whole;
}

static struct box box_of(const struct xml_node *n)
{
	const struct xml_node *b = n ? xml_child(n, BPMN_DC_NS, "Bounds") : NULL;

	if (!b)
		return (struct box){ 0, 0, 0, 0 };
	return (struct box){ length(b, "x"), length(b, "y"), length(b, "width"), length(b, "height") };
}

static const struct xml_node *element_of(const struct picture *p, const struct xml_node *di)
{
	struct str ref = xml_attr(di, "bpmnElement");

	return ref.ptr ? bpmn_target(p->m, ref) : NULL;
}

static void read_shape(struct picture *p, const struct xml_node *di)
{
	const struct xml_node *el = element_of(p, di);
	struct shape *s = el ? picture_shape(p) : NULL;

	if (!s)
		return;
	*s = (struct shape){ .el = el, .box = box_of(di), .label = box_of(xml_child(di, BPMN_DI_NS, "BPMNLabel")),
		.horizontal = bpmn_flag(di, "isHorizontal", true), .expanded = bpmn_flag(di, "isExpanded", true),
		.has_expanded = xml_attr(di, "isExpanded").ptr != NULL };
}

static void read_edge(struct picture *p, const struct xml_node *di)
{
	const struct xml_node *el = element_of(p, di);
	struct edge *e;
	size_t n = 0;

	for (struct xml_node *w = xml_child(di, BPMN_DD_NS, "waypoint"); w; w = xml_next_same(w))
		n++;
	if (!el || n < 2)
		return;
	e = picture_edge(p);
	if (!e)
		return;
	*e = (struct edge){ .el = el, .label = box_of(xml_child(di, BPMN_DI_NS, "BPMNLabel")) };
	e->points = arena_array(p->a, n, sizeof *e->points);
	if (!e->points) {
		p->failed = ERR_NOMEM;
		return;
	}
	for (struct xml_node *w = xml_child(di, BPMN_DD_NS, "waypoint"); w; w = xml_next_same(w))
		e->points[e->count++] = (struct point){ length(w, "x"), length(w, "y") };
}

static void move_down(struct picture *p, size_t shape, size_t edge, int32_t by)
{
	for (; shape < p->shapes_count; shape++) {
		p->shapes[shape].box.y += by;
		p->shapes[shape].label.y += by;
	}
	for (; edge < p->edges_count; edge++) {
		p->edges[edge].label.y += by;
		for (size_t i = 0; i < p->edges[edge].count; i++)
			p->edges[edge].points[i].y += by;
	}
}

static int32_t lowest(const struct picture *p, size_t from, bool top)
{
	int32_t v = 0;

	for (size_t i = from; i < p->shapes_count; i++) {
		int32_t here = p->shapes[i].box.y + (top ? 0 : p->shapes[i].box.h);

		if (i == from || (top ? here < v : here > v))
			v = here;
	}
	return v;
}

static void read_plane(struct picture *p, const struct xml_node *plane)
{
	size_t shape = p->shapes_count, edge = p->edges_count;

	for (struct xml_node *c = plane->first; c; c = c->next)
		if (xml_is(c, BPMN_DI_NS, "BPMNShape"))
			read_shape(p, c);
		else if (xml_is(c, BPMN_DI_NS, "BPMNEdge"))
			read_edge(p, c);
	if (shape) { /* a further plane: below what is there */
		int32_t bottom = 0;

		for (size_t i = 0; i < shape; i++)
			if (p->shapes[i].box.y + p->shapes[i].box.h > bottom)
				bottom = p->shapes[i].box.y + p->shapes[i].box.h;
		if (bottom + PX(60) > lowest(p, shape, true))
			move_down(p, shape, edge, bottom + PX(60) - lowest(p, shape, true));
	}
}

bool picture_from_di(struct picture *p)
{
	for (struct xml_node *d = p->m->root->first; d; d = d->next)
		if (xml_is(d, BPMN_DI_NS, "BPMNDiagram"))
			for (struct xml_node *plane = xml_child(d, BPMN_DI_NS, "BPMNPlane"); plane; plane = xml_next_same(plane))
				read_plane(p, plane);
	return p->shapes_count > 0;
}
