/* draw_icon.c - the small signs inside events, gateways and tasks (BPMN 2.0.2, chapter 7 and
 * annex), as SVG paths around a centre.
 */
#include "bpmn/draw_int.h"

static void at(struct buf *out, int32_t cx, int32_t cy, const char *inner)
{
	buf_putz(out, "<g transform=\"translate(");
	put_px(out, cx);
	buf_byte(out, ' ');
	put_px(out, cy);
	buf_putz(out, ")\" stroke-width=\"1.2\">");
	buf_putz(out, inner);
	buf_putz(out, "</g>");
}

static const struct xml_node *only_definition(const struct xml_node *event, const struct bpmn_model *m, size_t *count)
{
	const struct xml_node *first = NULL;

	*count = 0;
	for (const struct xml_node *c = event->first; c; c = c->next) {
		const struct xml_node *def = bpmn_is_definition(c) ? c : NULL;

		if (bpmn_is(c, "eventDefinitionRef"))
			def = bpmn_target(m, bpmn_text(c));
		if (!def || !bpmn_is_definition(def))
			continue;
		first = first ? first : def;
		(*count)++;
	}
	return first;
}

static const char *trigger_path(enum bpmn_trigger t, bool filled)
{
	switch (t) {
	case TRIGGER_MESSAGE:
		return filled ? "<path fill=\"currentColor\" d=\"M-9-6H9L0 1zM-9-4V6H9V-4L0 3z\"/>"
		              : "<path fill=\"none\" d=\"M-9-6H9V6H-9zM-9-6L0 1 9-6\"/>";
	case TRIGGER_TIMER:
		return "<circle r=\"9\" fill=\"none\"/><path fill=\"none\" d=\"M0-6V0L4 3M0-9v2M0 9v-2M-9 0h2M9 0h-2\"/>";
	case TRIGGER_SIGNAL:
		return filled ? "<path fill=\"currentColor\" d=\"M0-8L9 7H-9z\"/>" : "<path fill=\"none\" d=\"M0-8L9 7H-9z\"/>";
	case TRIGGER_ERROR:
		return filled ? "<path fill=\"currentColor\" d=\"M-8 8L-3-6 3 2 8-8 4 7-2-1z\"/>"
		              : "<path fill=\"none\" d=\"M-8 8L-3-6 3 2 8-8 4 7-2-1z\"/>";
	case TRIGGER_ESCALATION:
		return filled ? "<path fill=\"currentColor\" d=\"M0-9L7 8 0 1-7 8z\"/>" : "<path fill=\"none\" d=\"M0-9L7 8 0 1-7 8z\"/>";
	case TRIGGER_CONDITION:
		return "<path fill=\"none\" d=\"M-6-8H6V8H-6zM-4-5H4M-4-1H4M-4 3H4\"/>";
	case TRIGGER_COMPENSATE:
		return filled ? "<path fill=\"currentColor\" d=\"M0-6V6L-9 0zM9-6V6L0 0z\"/>" : "<path fill=\"none\" d=\"M0-6V6L-9 0zM9-6V6L0 0z\"/>";
	case TRIGGER_LINK:
		return filled ? "<path fill=\"currentColor\" d=\"M-8-3H1V-7L9 0 1 7V3H-8z\"/>" : "<path fill=\"none\" d=\"M-8-3H1V-7L9 0 1 7V3H-8z\"/>";
	case TRIGGER_CANCEL:
		return "<path fill=\"none\" stroke-width=\"3\" d=\"M-6-6L6 6M6-6L-6 6\"/>";
	case TRIGGER_TERMINATE:
		return "<circle r=\"9\" fill=\"currentColor\"/>";
	case TRIGGER_NONE:
	default:
		return "";
	}
}

void icon_trigger(struct buf *out, const struct xml_node *event, const struct bpmn_model *m, int32_t cx, int32_t cy,
                  bool filled)
{
	size_t count;
	const struct xml_node *def = only_definition(event, m, &count);

	if (!def)
		return;
	if (count == 1)
		at(out, cx, cy, trigger_path(bpmn_trigger_of(def), filled));
	else if (bpmn_flag(event, "parallelMultiple", false))
		at(out, cx, cy, "<path fill=\"none\" d=\"M-3-9H3V-3H9V3H3V9H-3V3H-9V-3H-3z\"/>");
	else
		at(out, cx, cy, filled ? "<path fill=\"currentColor\" d=\"M0-9L9-2 5 8H-5L-9-2z\"/>"
		                       : "<path fill=\"none\" d=\"M0-9L9-2 5 8H-5L-9-2z\"/>");
}

void icon_gateway(struct buf *out, const struct xml_node *g, int32_t cx, int32_t cy)
{
	if (bpmn_is(g, "exclusiveGateway"))
		at(out, cx, cy, "<path fill=\"none\" stroke-width=\"3\" d=\"M-7-8L7 8M7-8L-7 8\"/>");
	else if (bpmn_is(g, "parallelGateway"))
		at(out, cx, cy, "<path fill=\"none\" stroke-width=\"3\" d=\"M-10 0H10M0-10V10\"/>");
	else if (bpmn_is(g, "inclusiveGateway"))
		at(out, cx, cy, "<circle r=\"10\" fill=\"none\" stroke-width=\"2.5\"/>");
	else if (bpmn_is(g, "complexGateway"))
		at(out, cx, cy, "<path fill=\"none\" stroke-width=\"3\" d=\"M-10 0H10M0-10V10M-7-7L7 7M7-7L-7 7\"/>");
	else
		at(out, cx, cy, bpmn_flag(g, "instantiate", false)
		   ? "<circle r=\"12\" fill=\"none\"/><path fill=\"none\" d=\"M0-8L8-2 5 7H-5L-8-2z\"/>"
		   : "<circle r=\"12\" fill=\"none\"/><circle r=\"9\" fill=\"none\"/><path fill=\"none\" d=\"M0-6L6-1 4 5H-4L-6-1z\"/>");
}

void icon_task(struct buf *out, const struct xml_node *task, int32_t x, int32_t y)
{
	static const struct { const char *name, *inner; } icons[] = {
		{ "userTask", "<circle cx=\"0\" cy=\"-3\" r=\"3.5\" fill=\"none\"/><path fill=\"none\" d=\"M-7 8C-7 2-3 1 0 1S7 2 7 8z\"/>" },
		{ "manualTask", "<path fill=\"none\" d=\"M-8-2L-2-6H6V-4H0M0-4H8V-1H1M1-1H7V2H1M1 2H6V5H-4L-8 3z\"/>" },
		{ "serviceTask", "<circle r=\"5.5\" fill=\"none\"/><circle r=\"2\" fill=\"none\"/><path d=\"M0-8V-5M0 8V5M-8 0H-5M8 0H5M-6-6L-4-4M6 6L4 4M-6 6L-4 4M6-6L4-4\"/>" },
		{ "scriptTask", "<path fill=\"none\" d=\"M-4-7H7C2-2 9 2 4 7H-7C-2 2-9-2-4-7zM-3-4H4M-4 0H3M-3 4H4\"/>" },
		{ "businessRuleTask", "<path fill=\"none\" d=\"M-8-6H8V6H-8zM-8-2H8M-8 2H8M-3-2V6\"/>" },
		{ "sendTask", "<path fill=\"currentColor\" d=\"M-8-5H8L0 1zM-8-3V5H8V-3L0 3z\"/>" },
		{ "receiveTask", "<path fill=\"none\" d=\"M-8-5H8V5H-8zM-8-5L0 1 8-5\"/>" },
	};

	for (size_t i = 0; i < sizeof icons / sizeof *icons; i++)
		if (bpmn_is(task, icons[i].name))
			at(out, x, y, icons[i].inner);
}

void icon_markers(struct buf *out, const struct xml_node *activity, int32_t cx, int32_t bottom, bool collapsed)
{
	const struct xml_node *multi = bpmn_child(activity, "multiInstanceLoopCharacteristics");
	const char *inner[5];
	int n = 0;

	if (bpmn_child(activity, "standardLoopCharacteristics"))
		inner[n++] = "<path fill=\"none\" d=\"M-1 5.5A5.5 5.5 0 1 1 3 4.6M3 4.6L0 3M3 4.6L4 1\"/>";
	if (multi)
		inner[n++] = bpmn_flag(multi, "isSequential", false) ? "<path stroke-width=\"2\" d=\"M-6-4H6M-6 0H6M-6 4H6\"/>"
		                                                     : "<path stroke-width=\"2\" d=\"M-4-6V6M0-6V6M4-6V6\"/>";
	if (bpmn_flag(activity, "isForCompensation", false))
		inner[n++] = "<path fill=\"none\" d=\"M0-5V5L-7 0zM7-5V5L0 0z\"/>";
	if (bpmn_is(activity, "adHocSubProcess"))
		inner[n++] = "<path fill=\"none\" stroke-width=\"2\" d=\"M-7 2C-5-4-2-3 0 0S5 4 7-2\"/>";
	if (collapsed)
		inner[n++] = "<path fill=\"none\" d=\"M-7-7H7V7H-7zM-4 0H4M0-4V4\"/>";
	for (int i = 0; i < n; i++)
		at(out, cx - PX(9) * (n - 1) + PX(18) * i, bottom - PX(10), inner[i]);
}
