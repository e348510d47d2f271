/* check_gateway.c - rules about gateways: their direction, their flows, event-based ones. */
#include "bpmn/check_int.h"

static void check_direction(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node)
{
	struct str direction = check_attr(n, "gatewayDirection");

	if (str_eqz(direction, "Converging") && node->drawn_out > 1)
		bpmn_find(rd, BPMN_WARNING, "gateway-converging", n, "The gateway is declared converging and has %u outgoing flows.",
		          node->drawn_out);
	if (str_eqz(direction, "Diverging") && node->drawn_in > 1)
		bpmn_find(rd, BPMN_WARNING, "gateway-diverging", n, "The gateway is declared diverging and has %u incoming flows.",
		          node->drawn_in);
	if (str_eqz(direction, "Converging") && node->drawn_in < 2)
		bpmn_find(rd, BPMN_WARNING, "gateway-converging", n, "The gateway is declared converging and has fewer than two incoming "
		          "flows.");
	if (str_eqz(direction, "Diverging") && node->drawn_out < 2)
		bpmn_find(rd, BPMN_WARNING, "gateway-diverging", n, "The gateway is declared diverging and has fewer than two outgoing "
		          "flows.");
	if (str_eqz(direction, "Mixed") && (node->drawn_in < 2 || node->drawn_out < 2))
		bpmn_find(rd, BPMN_WARNING, "gateway-mixed", n, "The gateway is declared mixed and has not several flows on both sides.");
	if (node->drawn_in < 2 && node->drawn_out < 2)
		bpmn_find(rd, BPMN_WARNING, "gateway-pass-through", n, "The gateway neither joins nor splits: a token passes through.");
}

/* Where a token can find no way out, or a flow takes it always. */
static void check_conditions(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node)
{
	bool exclusive = node->kind == BPMN_EXCLUSIVE_GATEWAY, open = false;

	if ((!exclusive && node->kind != BPMN_INCLUSIVE_GATEWAY) || node->out_count < 2)
		return;
	for (uint32_t i = 0; i < node->out_count; i++) {
		const struct bpmn_flow *f = &rd->m->flows[node->out[i]];

		if (node->out[i] == node->default_flow || bpmn_child(f->xml, "conditionExpression"))
			continue;
		open = true;
		if (exclusive && i + 1 < node->out_count)
			bpmn_find(rd, BPMN_WARNING, "flow-without-condition", f->xml, "The flow has no condition and is not the default: it "
			          "is always taken, and the flows behind it never.");
	}
	if (!open && node->default_flow == BPMN_NONE)
		bpmn_find(rd, BPMN_WARNING, "gateway-without-default", n, "When no condition holds the token stops with an incident; a "
		          "default flow would be taken.");
}

/* ---- event-based gateways ---- */

static bool may_follow(const struct bpmn_reader *rd, const struct xml_node *to)
{
	uint32_t count, bits;
	const uint32_t allowed = 1u << TRIGGER_MESSAGE | 1u << TRIGGER_SIGNAL | 1u << TRIGGER_TIMER | 1u << TRIGGER_CONDITION;

	if (bpmn_is(to, "receiveTask"))
		return true;
	if (!bpmn_is(to, "intermediateCatchEvent"))
		return false;
	bits = check_triggers(rd, to, &count);
	return count > 0 && !(bits & ~allowed);
}

static void check_follower(struct bpmn_reader *rd, const struct bpmn_flow *f)
{
	const struct bpmn_node *to = &rd->m->nodes[f->to];

	if (!may_follow(rd, to->xml))
		bpmn_find(rd, BPMN_ERROR, "event-gateway-target", f->xml, "An event-based gateway leads only to receive tasks and to "
		          "message, signal, timer, conditional or multiple catch events.");
	if (bpmn_is(to->xml, "receiveTask") && to->boundaries_count)
		bpmn_find(rd, BPMN_ERROR, "event-gateway-boundary", to->xml, "A receive task behind an event-based gateway has no "
		          "boundary events.");
	if (to->drawn_in > 1)
		bpmn_find(rd, BPMN_ERROR, "event-gateway-other-flow", to->xml, "What follows an event-based gateway has no other "
		          "incoming flow.");
}

static void check_event_gateway(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node)
{
	bool instantiate = bpmn_flag(n, "instantiate", false), tasks = false, messages = false;
	uint32_t count;

	if (node->drawn_out < 2)
		bpmn_find(rd, BPMN_ERROR, "event-gateway-few-flows", n, "An event-based gateway has at least two outgoing flows.");
	if (instantiate && node->drawn_in)
		bpmn_find(rd, BPMN_ERROR, "event-gateway-start-flow", n, "An event-based gateway that starts a process has no incoming "
		          "flow.");
	if (!instantiate && str_eqz(check_attr(n, "eventGatewayType"), "Parallel"))
		bpmn_find(rd, BPMN_ERROR, "event-gateway-parallel", n, "A parallel event-based gateway can only start a process "
		          "(instantiate=\"true\").");
	for (uint32_t i = 0; i < node->out_count; i++) {
		const struct bpmn_flow *f = &rd->m->flows[node->out[i]];
		const struct xml_node *to = rd->m->nodes[f->to].xml;

		check_follower(rd, f);
		tasks = tasks || bpmn_is(to, "receiveTask");
		messages = messages || (bpmn_is_event(to) && check_triggers(rd, to, &count) & 1u << TRIGGER_MESSAGE);
	}
	if (tasks && messages)
		bpmn_find(rd, BPMN_WARNING, "event-gateway-mixed", n, "Messages behind an event-based gateway are received by tasks or by "
		          "events, not by both.");
}

void bpmn_check_gateway(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct bpmn_node *node = bpmn_is_gateway(n) ? check_node(rd, n) : NULL;

	if (!node)
		return;
	check_direction(rd, n, node);
	check_conditions(rd, n, node);
	if (node->kind == BPMN_EVENT_GATEWAY)
		check_event_gateway(rd, n, node);
}
