/* outline.c - nodes and flows of a model with where they stand, straight from the tree: also of a model that was read for
 * drawing only. No conditions, no data: what may follow what. */
#include "bpmn/bpmn_int.h"

struct outline_pass {
	const struct bpmn_model *m;
	struct bpmn_outline *o;
	uint32_t nodes_room, flows_room;
	struct map places;      /* id -> node number + 1 */
	const struct xml_node **xml; /* by node */
};

static void count(const struct xml_node *n, uint32_t *nodes, uint32_t *flows)
{
	enum bpmn_kind kind;

	for (const struct xml_node *c = n->first; c; c = c->next) {
		if (bpmn_kind_of(c, &kind)) {
			*nodes += kind != BPMN_SEQUENCE_FLOW;
			*flows += kind == BPMN_SEQUENCE_FLOW;
		}
		if (bpmn_is_container(c))
			count(c, nodes, flows);
	}
}

static bool has_definition(const struct xml_node *n, enum bpmn_trigger trigger)
{
	for (const struct xml_node *c = n->first; c; c = c->next)
		if (bpmn_is_definition(c) && bpmn_trigger_of(c) == trigger)
			return true;
	return false;
}

static struct bpmn_outline_node node_of(const struct xml_node *n, enum bpmn_kind kind, uint32_t parent)
{
	struct str name = xml_attr(n, "name");

	return (struct bpmn_outline_node){
		.id = bpmn_id(n), .name = name.ptr ? str_trim(name) : S(""), .kind = kind, .parent = parent,
		.attached = BPMN_NOWHERE, .link = BPMN_NOWHERE,
		.interrupting = kind == BPMN_BOUNDARY_EVENT ? bpmn_flag(n, "cancelActivity", true) : bpmn_flag(n, "isInterrupting", true),
		.repeats = bpmn_child(n, "standardLoopCharacteristics") || bpmn_child(n, "multiInstanceLoopCharacteristics"),
		.ends_all = kind == BPMN_END_EVENT && has_definition(n, TRIGGER_TERMINATE),
		.compensation = bpmn_flag(n, "isForCompensation", false)
		                || (kind == BPMN_BOUNDARY_EVENT && has_definition(n, TRIGGER_COMPENSATE)),
	};
}

static enum err add_nodes(struct outline_pass *p, const struct xml_node *container, uint32_t parent)
{
	enum bpmn_kind kind;

	for (const struct xml_node *c = container->first; c; c = c->next) {
		if (!bpmn_kind_of(c, &kind) || kind == BPMN_SEQUENCE_FLOW)
			continue;
		uint32_t at = p->o->nodes_count++;
		p->o->nodes[at] = node_of(c, kind, parent);
		p->xml[at] = c;
		TRY(map_set(&p->places, p->o->nodes[at].id, (void *)(uintptr_t)(at + 1)));
		if (bpmn_is_container(c))
			TRY(add_nodes(p, c, at));
	}
	return OK;
}

static uint32_t place_of(const struct outline_pass *p, struct str id)
{
	uintptr_t at = (uintptr_t)map_get(&p->places, bpmn_local(id));

	return at ? (uint32_t)(at - 1) : BPMN_NOWHERE;
}

static bool is_default(const struct outline_pass *p, uint32_t from, struct str flow)
{
	struct str id = xml_attr(p->xml[from], "default");

	return id.ptr && str_eq(str_trim(id), flow);
}

static void add_flows(struct outline_pass *p, const struct xml_node *container)
{
	for (const struct xml_node *c = container->first; c; c = c->next) {
		if (bpmn_is_container(c))
			add_flows(p, c);
		if (!bpmn_is(c, "sequenceFlow"))
			continue;
		struct str from = xml_attr(c, "sourceRef"), to = xml_attr(c, "targetRef");
		struct bpmn_outline_flow f = { bpmn_id(c), place_of(p, from.ptr ? from : S("")), place_of(p, to.ptr ? to : S("")), false };
		if (f.from == BPMN_NOWHERE || f.to == BPMN_NOWHERE)
			continue;
		f.conditional = bpmn_child(c, "conditionExpression") || is_default(p, f.from, f.id);
		p->o->flows[p->o->flows_count++] = f;
	}
}

static struct str link_name(const struct xml_node *n)
{
	const struct xml_node *def = bpmn_child(n, "linkEventDefinition");
	struct str name = def ? xml_attr(def, "name") : (struct str){ NULL, 0 };

	return name.ptr ? str_trim(name) : S("");
}

static void connect(struct outline_pass *p)
{
	for (uint32_t i = 0; i < p->o->nodes_count; i++) {
		struct bpmn_outline_node *n = &p->o->nodes[i];
		struct str attached = xml_attr(p->xml[i], "attachedToRef"), link = link_name(p->xml[i]);
		if (n->kind == BPMN_BOUNDARY_EVENT && attached.ptr)
			n->attached = place_of(p, attached);
		for (uint32_t k = 0; n->kind == BPMN_THROW_EVENT && link.len && k < p->o->nodes_count; k++)
			if (p->o->nodes[k].kind == BPMN_CATCH_EVENT && str_eq(link_name(p->xml[k]), link))
				n->link = k;
	}
}

enum err bpmn_outline(const struct bpmn_model *m, struct arena *a, struct bpmn_outline *out)
{
	struct bpmn_outline o = { 0 };
	struct outline_pass p = { .m = m, .o = &o };

	count(m->root, &p.nodes_room, &p.flows_room);
	o.nodes = arena_new_n(a, struct bpmn_outline_node, p.nodes_room);
	o.flows = arena_new_n(a, struct bpmn_outline_flow, p.flows_room);
	p.xml = arena_new_n(a, const struct xml_node *, p.nodes_room);
	if (!o.nodes || !o.flows || !p.xml)
		return ERR_NOMEM;
	map_init(&p.places, a);
	TRY(add_nodes(&p, m->root, BPMN_NOWHERE));
	add_flows(&p, m->root);
	connect(&p);
	*out = o;
	return OK;
}
