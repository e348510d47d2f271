/* draw_shape.c - one shape or edge as SVG: outline, icon, label, overlay. Every group carries
 * classes (its kind, bpmn-current, bpmn-passed), its element id and a title and description;
 * colours are presentation attributes, so that a page's style sheet overrides them.
 */
#include "bpmn/draw_int.h"

enum { FONT = 12, SMALL = 11 };

const struct bpmn_overlay *overlay_of(const struct picture *p, struct str id)
{
	return str_empty(id) ? NULL : map_get(&p->overlays, id);
}

const char *overlay_stroke(const struct picture *p, struct str id)
{
	const struct bpmn_overlay *o = overlay_of(p, id);

	if (o && o->current)
		return "#b45309";
	return o && o->passed ? "#0f766e" : "#22242a";
}

static const char *overlay_fill(const struct picture *p, struct str id)
{
	const struct bpmn_overlay *o = overlay_of(p, id);

	static const char *const heat[] = { "#e8f1f4", "#fbf0cf", "#fbdcc0", "#f7c6c1" };

	if (o && o->current)
		return "#fef3c7";
	if (o && o->heat >= 1 && o->heat <= 4)
		return heat[o->heat - 1];
	return o && o->passed ? "#ecfdf5" : "#ffffff";
}

static void put_attr(struct buf *out, const char *name, int32_t v)
{
	buf_printf(out, " %s=\"", name);
	put_px(out, v);
	buf_byte(out, '"');
}

static struct str name_of(const struct xml_node *el)
{
	struct str name = xml_attr(el, "name");

	if (bpmn_is(el, "textAnnotation"))
		return bpmn_text(bpmn_child(el, "text")).ptr ? bpmn_text(bpmn_child(el, "text")) : S("");
	return name.ptr ? name : S("");
}

static void open_group(struct picture *p, const struct xml_node *el, struct buf *out)
{
	struct str id = bpmn_id(el), about = bpmn_text(bpmn_child(el, "documentation"));
	const struct bpmn_overlay *o = overlay_of(p, id);

	buf_putz(out, "<g class=\"bpmn-");
	xml_escape(out, el->name);
	buf_putz(out, o && o->current ? " bpmn-current" : "");
	buf_putz(out, o && o->passed ? " bpmn-passed" : "");
	if (o && o->heat >= 1 && o->heat <= 4)
		buf_printf(out, " bpmn-heat-%d", o->heat);
	buf_putz(out, "\" data-element=\"");
	xml_escape(out, id);
	buf_printf(out, "\" color=\"%s\" stroke=\"%s\" fill=\"%s\"><title>", overlay_stroke(p, id), overlay_stroke(p, id),
	           overlay_fill(p, id));
	xml_escape(out, str_empty(name_of(el)) ? id : name_of(el));
	if (o && o->current)
		buf_putz(out, " (current)");
	buf_putz(out, "</title>");
	if (!str_empty(about)) {
		buf_putz(out, "<desc>");
		xml_escape(out, about);
		buf_putz(out, "</desc>");
	}
}

static void rect(struct buf *out, struct box b, int32_t radius, const char *more)
{
	buf_putz(out, "<rect");
	put_attr(out, "x", b.x);
	put_attr(out, "y", b.y);
	put_attr(out, "width", b.w);
	put_attr(out, "height", b.h);
	put_attr(out, "rx", radius);
	buf_printf(out, " %s/>", more);
}

static struct box shrink(struct box b, int32_t by)
{
	return (struct box){ b.x + by, b.y + by, b.w > 2 * by ? b.w - 2 * by : 0, b.h > 2 * by ? b.h - 2 * by : 0 };
}

/* ---- kinds ---- */

static void label_below(const struct shape *s, struct buf *out)
{
	struct text_lines lines;
	int32_t width = s->label.w > PX(90) ? s->label.w + PX(8) : PX(98);

	text_wrap(name_of(s->el), width, PX(SMALL), 5, &lines);
	if (s->label.w)
		text_draw(out, &lines, s->label.x + s->label.w / 2, s->label.y, PX(SMALL), true);
	else
		text_draw(out, &lines, s->box.x + s->box.w / 2, s->box.y + s->box.h + PX(3), PX(SMALL), true);
}

static void circle(struct buf *out, int32_t cx, int32_t cy, int32_t r, const char *more)
{
	buf_putz(out, "<circle");
	put_attr(out, "cx", cx);
	put_attr(out, "cy", cy);
	put_attr(out, "r", r);
	buf_printf(out, " %s/>", more);
}

static void draw_event(struct picture *p, const struct shape *s, struct buf *out)
{
	const struct xml_node *e = s->el;
	int32_t cx = s->box.x + s->box.w / 2, cy = s->box.y + s->box.h / 2, r = s->box.w / 2;
	bool end = bpmn_is(e, "endEvent"), start = bpmn_is(e, "startEvent");
	bool dashed = start ? !bpmn_flag(e, "isInterrupting", true) : !bpmn_flag(e, "cancelActivity", true);

	circle(out, cx, cy, r, end ? "stroke-width=\"4\"" : dashed ? "stroke-width=\"1.5\" stroke-dasharray=\"4 3\"" : "stroke-width=\"1.5\"");
	if (!end && !start)
		circle(out, cx, cy, r > PX(4) ? r - PX(3) : r, dashed ? "stroke-width=\"1.5\" stroke-dasharray=\"4 3\"" : "stroke-width=\"1.5\"");
	icon_trigger(out, e, p->m, cx, cy, end || bpmn_is(e, "intermediateThrowEvent"));
	label_below(s, out);
}

static void draw_gateway(const struct shape *s, struct buf *out)
{
	const struct box *b = &s->box;
	int32_t cx = b->x + b->w / 2, cy = b->y + b->h / 2;

	buf_putz(out, "<path stroke-width=\"1.5\" d=\"M");
	put_px(out, cx);
	buf_byte(out, ' ');
	put_px(out, b->y);
	buf_byte(out, 'L');
	put_px(out, b->x + b->w);
	buf_byte(out, ' ');
	put_px(out, cy);
	buf_byte(out, 'L');
	put_px(out, cx);
	buf_byte(out, ' ');
	put_px(out, b->y + b->h);
	buf_byte(out, 'L');
	put_px(out, b->x);
	buf_byte(out, ' ');
	put_px(out, cy);
	buf_putz(out, "z\"/>");
	icon_gateway(out, s->el, cx, cy);
	label_below(s, out);
}

static bool has_children(const struct xml_node *el)
{
	for (const struct xml_node *c = el->first; c; c = c->next)
		if (bpmn_is_flow_node(c))
			return true;
	return false;
}

static void draw_activity(const struct picture *p, const struct shape *s, struct buf *out)
{
	const struct xml_node *el = s->el;
	const struct bpmn_overlay *o = overlay_of(p, bpmn_id(el));
	bool sub = bpmn_is_container(el);
	bool open = sub && (s->has_expanded ? s->expanded : has_children(el) && s->box.h > PX(130));
	struct text_lines lines;
	int32_t cx = s->box.x + s->box.w / 2;

	rect(out, s->box, PX(10), bpmn_is(el, "callActivity") ? "stroke-width=\"4\""
	     : bpmn_flag(el, "triggeredByEvent", false) ? "stroke-width=\"1.5\" stroke-dasharray=\"2 4\""
	     : o && o->current ? "stroke-width=\"3\"" : "stroke-width=\"1.5\"");
	if (bpmn_is(el, "transaction"))
		rect(out, shrink(s->box, PX(3)), PX(8), "stroke-width=\"1.2\" fill=\"none\"");
	icon_task(out, el, s->box.x + PX(14), s->box.y + PX(14));
	icon_markers(out, el, cx, s->box.y + s->box.h, sub && !open);
	text_wrap(name_of(el), s->box.w - PX(12), PX(FONT), open ? 2 : 5, &lines);
	text_draw(out, &lines, cx, open ? s->box.y + PX(4) : s->box.y + s->box.h / 2, PX(FONT), open);
}

static void draw_pool(const struct shape *s, struct buf *out)
{
	const struct box *b = &s->box;
	struct text_lines lines;
	int32_t strip = bpmn_is(s->el, "lane") ? PX(26) : PX(30);

	rect(out, *b, 0, "stroke-width=\"1.2\"");
	if (s->horizontal) {
		rect(out, (struct box){ b->x, b->y, strip, b->h }, 0, "stroke-width=\"1.2\" fill-opacity=\"0.6\"");
		text_wrap(name_of(s->el), b->h - PX(8), PX(FONT), 2, &lines);
		buf_putz(out, "<g transform=\"translate(");
		put_px(out, b->x + strip / 2);
		buf_byte(out, ' ');
		put_px(out, b->y + b->h / 2);
		buf_putz(out, ") rotate(-90)\">");
		text_draw(out, &lines, 0, 0, PX(FONT), false);
		buf_putz(out, "</g>");
	} else {
		rect(out, (struct box){ b->x, b->y, b->w, strip }, 0, "stroke-width=\"1.2\" fill-opacity=\"0.6\"");
		text_wrap(name_of(s->el), b->w - PX(8), PX(FONT), 2, &lines);
		text_draw(out, &lines, b->x + b->w / 2, b->y + strip / 2, PX(FONT), false);
	}
}

static void draw_data(const struct shape *s, struct buf *out)
{
	const struct box *b = &s->box;
	int32_t fold = b->w / 3;

	buf_putz(out, "<g transform=\"translate(");
	put_px(out, b->x);
	buf_byte(out, ' ');
	put_px(out, b->y);
	buf_putz(out, ")\"><path stroke-width=\"1.3\" d=\"");
	if (bpmn_is(s->el, "dataStoreReference") || bpmn_is(s->el, "dataStore")) {
		buf_putz(out, "M0 8C0-2 ");
		put_px(out, b->w);
		buf_putz(out, "-2 ");
		put_px(out, b->w);
		buf_putz(out, " 8V");
		put_px(out, b->h - PX(8));
		buf_putz(out, "C");
		put_px(out, b->w);
		buf_byte(out, ' ');
		put_px(out, b->h + PX(2));
		buf_putz(out, " 0 ");
		put_px(out, b->h + PX(2));
		buf_putz(out, " 0 ");
		put_px(out, b->h - PX(8));
		buf_putz(out, "z");
	} else {
		buf_putz(out, "M0 0H");
		put_px(out, b->w - fold);
		buf_byte(out, 'L');
		put_px(out, b->w);
		buf_byte(out, ' ');
		put_px(out, fold);
		buf_byte(out, 'V');
		put_px(out, b->h);
		buf_putz(out, "H0z");
	}
	buf_putz(out, "\"/></g>");
	label_below(s, out);
}

static void draw_note(const struct shape *s, struct buf *out)
{
	const struct box *b = &s->box;
	struct text_lines lines;

	if (bpmn_is(s->el, "group")) {
		rect(out, *b, PX(10), "stroke-width=\"1.5\" fill=\"none\" stroke-dasharray=\"10 4 2 4\"");
		return;
	}
	buf_putz(out, "<path fill=\"none\" stroke-width=\"1.3\" d=\"M");
	put_px(out, b->x + PX(10));
	buf_byte(out, ' ');
	put_px(out, b->y);
	buf_putz(out, "h-10v");
	put_px(out, b->h);
	buf_putz(out, "h10\"/>");
	text_wrap(name_of(s->el), b->w - PX(14), PX(SMALL), 12, &lines);
	text_draw(out, &lines, b->x + b->w / 2 + PX(3), b->y + b->h / 2, PX(SMALL), false);
}

static void badge_at(struct str badge, const char *look, int32_t x, int32_t y, struct buf *out)
{
	struct text_lines lines;
	int32_t width;

	if (str_empty(badge))
		return;
	width = text_width(badge, PX(SMALL)) + PX(12);
	text_wrap(badge, PX(1000), PX(SMALL), 1, &lines);
	rect(out, (struct box){ x - width / 2, y - PX(9), width, PX(18) }, PX(9), look);
	text_draw(out, &lines, x, y, PX(SMALL), false);
}

static const char badge_look[] = "class=\"bpmn-badge\" stroke=\"none\" fill=\"#e0e7ff\"";

static void shape_badges(const struct picture *p, struct str id, const struct box *b, struct buf *out)
{
	const struct bpmn_overlay *o = overlay_of(p, id);
	if (!o)
		return;
	badge_at(o->badge, badge_look, b->x + b->w / 2, b->y - PX(4), out);
	badge_at(o->warning, "class=\"bpmn-badge bpmn-badge--warning\" stroke=\"none\" fill=\"#fbd9d3\"", b->x + b->w / 2, b->y + b->h + PX(4), out);
}

void shape_draw(struct picture *p, const struct shape *s, struct buf *out)
{
	const struct xml_node *el = s->el;

	open_group(p, el, out);
	if (bpmn_is_event(el))
		draw_event(p, s, out);
	else if (bpmn_is_gateway(el))
		draw_gateway(s, out);
	else if (bpmn_is(el, "participant") || bpmn_is(el, "lane"))
		draw_pool(s, out);
	else if (bpmn_is(el, "textAnnotation") || bpmn_is(el, "group"))
		draw_note(s, out);
	else if (bpmn_is(el, "dataObjectReference") || bpmn_is(el, "dataStoreReference") || bpmn_is(el, "dataObject") ||
	         bpmn_is(el, "dataInput") || bpmn_is(el, "dataOutput") || bpmn_is(el, "dataStore") || bpmn_is(el, "message"))
		draw_data(s, out);
	else
		draw_activity(p, s, out);
	buf_putz(out, "</g>\n");
}

/* ---- edges ---- */

static const char *edge_style(const struct xml_node *el)
{
	if (bpmn_is(el, "messageFlow"))
		return "stroke-dasharray=\"8 4\" marker-start=\"url(#bpmn-circle)\" marker-end=\"url(#bpmn-open)\"";
	if (bpmn_is(el, "association") || bpmn_is(el, "dataInputAssociation") || bpmn_is(el, "dataOutputAssociation"))
		return "stroke-dasharray=\"2 4\"";
	if (!bpmn_is(el, "sequenceFlow"))
		return "stroke-dasharray=\"4 4\"";
	return "marker-end=\"url(#bpmn-arrow)\"";
}

/* A slash for the default flow, a diamond for a condition that leaves an activity. */
static const char *start_marker(const struct picture *p, const struct xml_node *el)
{
	struct str source = xml_attr(el, "sourceRef");
	const struct xml_node *from = source.ptr ? bpmn_target(p->m, source) : NULL;
	struct str fallback = from ? xml_attr(from, "default") : (struct str){ NULL, 0 };

	if (!bpmn_is(el, "sequenceFlow") || !from)
		return "";
	if (fallback.ptr && str_eq(bpmn_local(fallback), bpmn_id(el)))
		return " marker-start=\"url(#bpmn-slash)\"";
	if (bpmn_is_activity(from) && bpmn_child(el, "conditionExpression"))
		return " marker-start=\"url(#bpmn-diamond)\"";
	return "";
}

void edge_draw(struct picture *p, const struct edge *e, struct buf *out)
{
	const struct bpmn_overlay *o = overlay_of(p, bpmn_id(e->el));
	struct text_lines lines;
	size_t mid = (e->count - 1) / 2;

	open_group(p, e->el, out);
	buf_printf(out, "<path fill=\"none\" stroke-width=\"%s\" stroke-linejoin=\"round\" %s%s d=\"", o && o->passed ? "2.5" : "1.5",
	           edge_style(e->el), start_marker(p, e->el));
	for (size_t i = 0; i < e->count; i++) {
		buf_byte(out, i ? 'L' : 'M');
		put_px(out, e->points[i].x);
		buf_byte(out, ' ');
		put_px(out, e->points[i].y);
	}
	buf_putz(out, "\"/>");
	text_wrap(name_of(e->el), e->label.w > PX(60) ? e->label.w + PX(10) : PX(110), PX(SMALL), 4, &lines);
	if (e->label.w)
		text_draw(out, &lines, e->label.x + e->label.w / 2, e->label.y, PX(SMALL), true);
	else
		text_draw(out, &lines, (e->points[mid].x + e->points[mid + 1].x) / 2,
		          (e->points[mid].y + e->points[mid + 1].y) / 2 - PX(10), PX(SMALL), false);
	buf_putz(out, "</g>\n");
}

/* Last, so that no line or shape lies on them. */
void badges_draw(const struct picture *p, struct buf *out)
{
	for (size_t i = 0; i < p->shapes_count; i++)
		shape_badges(p, bpmn_id(p->shapes[i].el), &p->shapes[i].box, out);
	for (size_t i = 0; i < p->edges_count; i++) {
		const struct edge *e = &p->edges[i];
		const struct bpmn_overlay *o = overlay_of(p, bpmn_id(e->el));
		size_t mid = (e->count - 1) / 2;
		if (o)
			badge_at(o->badge, badge_look, (e->points[mid].x + e->points[mid + 1].x) / 2, (e->points[mid].y + e->points[mid + 1].y) / 2, out);
	}
}
