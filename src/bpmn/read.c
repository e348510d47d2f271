/* read.c - from the XML tree to the plan: elements, scopes, flows and how they hang together.
 *
 * What an element itself says (events, extensions, loops, data) is read by read_*.c; whether
 * it may say so is the business of check*.c. Every finding is kept, none stops the reading.
 */
#include <stdarg.h>
#include <stdio.h>

#include "bpmn/bpmn_int.h"

enum { FINDINGS_MAX = 2000 }; /* of a broken file; more help nobody */

/* BPMN elements that may stand in a process and that the engine has no business with. */
static const char *const passive[] = {
	"documentation", "extensionElements", "laneSet", "association", "group", "textAnnotation", "dataObject",
	"dataObjectReference", "dataStoreReference", "property", "ioSpecification", "auditing", "monitoring",
	"performer", "humanPerformer", "potentialOwner", "resourceRole", "supportedInterfaceRef", "ioBinding",
	"correlationSubscription", "supports", "incoming", "outgoing", "categoryValueRef", "dataInputAssociation",
	"dataOutputAssociation", "standardLoopCharacteristics", "multiInstanceLoopCharacteristics",
	"completionCondition",
};

void *bpmn_get(struct bpmn_reader *rd, size_t count, size_t size)
{
	void *p = arena_array(rd->a, count, size);

	if (!p)
		rd->failed = ERR_NOMEM;
	return p;
}

/* Whether a mistake at this place matters to execution: in a process that is to be executed, or
 * outside any process (a message, a signal) of a file that has one. */
static bool is_executed(const struct bpmn_reader *rd, const struct xml_node *at)
{
	for (; at; at = at->parent)
		if (bpmn_is(at, "process"))
			return bpmn_flag(at, "isExecutable", false);
	for (const struct xml_node *c = rd->m->root ? rd->m->root->first : NULL; c; c = c->next)
		if (bpmn_is(c, "process") && bpmn_flag(c, "isExecutable", false))
			return true;
	return false;
}

void bpmn_find(struct bpmn_reader *rd, enum bpmn_severity severity, const char *rule, const struct xml_node *at,
               const char *fmt, ...)
{
	char text[512];
	struct bpmn_finding *f;
	const struct xml_node *named = at;
	va_list args;

	if (rd->findings >= FINDINGS_MAX)
		return;
	if (severity == BPMN_ERROR && !is_executed(rd, at) && strcmp(rule, "duplicate-id") != 0)
		severity = BPMN_WARNING; /* what is not executed cannot be executed wrongly */
	f = bpmn_get(rd, 1, sizeof *f);
	if (!f)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	while (named && str_empty(bpmn_id(named))) /* an element without id is named by the one around it */
		named = named->parent;
	*f = (struct bpmn_finding){ .severity = severity, .rule = str_of(rule), .element = bpmn_id(named),
		.line = at ? at->line : 0, .text = arena_str(rd->a, str_of(text)) };
	if (!f->text.ptr) {
		rd->failed = ERR_NOMEM;
		f->text = S("");
	}
	*rd->end = f;
	rd->end = &f->next;
	rd->findings++;
	rd->errors += severity == BPMN_ERROR;
}

/* ---- pass 1: ids and sizes ---- */

static void index_ids(struct bpmn_reader *rd, struct xml_node *n)
{
	struct str id = xml_attr(n, "id");

	if (!str_empty(id) && (str_eqz(n->ns, BPMN_NS) || str_eqz(n->ns, BPMN_DI_NS))) {
		struct xml_node *other = map_get(&rd->m->ids, id);

		if (other)
			bpmn_find(rd, BPMN_ERROR, "duplicate-id", n, "The id \"%.*s\" is used already in line %d; "
			          "ids are unique within a file.", STR_ARG(id), other->line);
		else if (str_eqz(n->ns, BPMN_NS) && map_set(&rd->m->ids, id, n) != OK)
			rd->failed = ERR_NOMEM;
	}
	for (struct xml_node *c = n->first; c; c = c->next)
		index_ids(rd, c);
}

static void count_container(struct bpmn_reader *rd, const struct xml_node *n)
{
	struct bpmn_model *m = rd->m;

	m->scopes_count++;
	for (const struct xml_node *c = n->first; c; c = c->next) {
		if (bpmn_is(c, "sequenceFlow"))
			m->flows_count++;
		else if (bpmn_is_flow_node(c))
			m->nodes_count++;
		if (bpmn_is_container(c))
			count_container(rd, c);
	}
}

static enum err make_room(struct bpmn_reader *rd, struct diag *d)
{
	struct bpmn_model *m = rd->m;

	for (struct xml_node *c = m->root->first; c; c = c->next)
		if (bpmn_is(c, "process")) {
			m->processes_count++;
			count_container(rd, c);
		}
	if (m->nodes_count > BPMN_NODES_MAX || m->flows_count > 4 * BPMN_NODES_MAX)
		return diag_set(d, ERR_LIMIT, "bpmn.too-large", "The file has %u flow nodes; at most %d are read.",
		                m->nodes_count, BPMN_NODES_MAX);
	m->elements = bpmn_get(rd, (size_t)m->processes_count + m->nodes_count + m->flows_count, sizeof *m->elements);
	m->nodes = bpmn_get(rd, m->nodes_count, sizeof *m->nodes);
	m->flows = bpmn_get(rd, m->flows_count, sizeof *m->flows);
	m->scopes = bpmn_get(rd, m->scopes_count, sizeof *m->scopes);
	m->processes = bpmn_get(rd, m->processes_count, sizeof *m->processes);
	m->nodes_count = m->flows_count = m->scopes_count = m->processes_count = 0;
	return rd->failed;
}

/* ---- pass 2: elements in file order ---- */

static struct bpmn_element *add_element(struct bpmn_reader *rd, const struct xml_node *n, enum bpmn_kind kind,
                                        struct str process)
{
	struct bpmn_model *m = rd->m;
	struct bpmn_element *e = &m->elements[m->elements_count++];
	struct str name = xml_attr(n, "name");

	*e = (struct bpmn_element){ .id = bpmn_id(n), .name = name.ptr ? name : S(""), .kind = kind, .line = n->line,
		.process = process, .documentation = bpmn_text(bpmn_child(n, "documentation")),
		.ext = bpmn_child(n, "extensionElements"), .form_key = bpmn_read_form_key(n) };
	if (!e->documentation.ptr)
		e->documentation = S("");
	if (!str_empty(e->id) && !map_has(&m->by_id, e->id) && map_set(&m->by_id, e->id, e) != OK)
		rd->failed = ERR_NOMEM;
	return e;
}

static bool is_passive(const struct xml_node *n)
{
	for (size_t i = 0; i < sizeof passive / sizeof *passive; i++)
		if (bpmn_is(n, passive[i]))
			return true;
	return bpmn_is_definition(n);
}

static void add_scope(struct bpmn_reader *rd, const struct xml_node *n, uint32_t node, uint32_t process);

static void add_node(struct bpmn_reader *rd, const struct xml_node *n, enum bpmn_kind kind, uint32_t scope,
                     uint32_t process)
{
	struct bpmn_model *m = rd->m;
	struct bpmn_node *node = &m->nodes[m->nodes_count];

	*node = (struct bpmn_node){ .kind = kind, .index = m->nodes_count++, .scope = scope, .body = BPMN_NONE,
		.default_flow = BPMN_NONE, .attached = BPMN_NONE, .handler = BPMN_NONE, .link = BPMN_NONE,
		.start_quantity = 1, .completion_quantity = 1, .xml = n };
	node->el = add_element(rd, n, kind, m->processes[process].id);
	node->position = m->scopes[scope].nodes_count++;
	if (!str_empty(node->el->id) && !map_has(&m->node_ids, node->el->id) &&
	    map_set(&m->node_ids, node->el->id, node) != OK)
		rd->failed = ERR_NOMEM;
	if (bpmn_is_container(n)) {
		node->body = m->scopes_count;
		add_scope(rd, n, node->index, process);
	}
}

static void unknown_element(struct bpmn_reader *rd, const struct xml_node *c)
{
	if (!str_eqz(c->ns, BPMN_NS)) {
		bpmn_find(rd, BPMN_WARNING, "foreign-element", c, "The element \"%.*s\" is not of BPMN and is ignored; "
		          "extensions belong in extensionElements.", STR_ARG(c->name));
		return;
	}
	rd->unsupported = true;
	if (!bpmn_is_choreography(c)) /* check_container.c says it of these */
		bpmn_find(rd, BPMN_ERROR, "unsupported-element", c, "\"%.*s\" cannot stand in a process or is not executed.",
		          STR_ARG(c->name));
}

static void add_scope(struct bpmn_reader *rd, const struct xml_node *n, uint32_t node, uint32_t process)
{
	struct bpmn_model *m = rd->m;
	uint32_t index = m->scopes_count++;
	struct str ordering = xml_attr(n, "ordering");
	enum bpmn_kind kind;

	m->scopes[index] = (struct bpmn_scope){ .node = node, .process = process, .xml = n,
		.ad_hoc = bpmn_is(n, "adHocSubProcess"), .sequential = str_eqz(ordering, "Sequential"),
		.keep_remaining = !bpmn_flag(n, "cancelRemainingInstances", true) };
	for (const struct xml_node *c = n->first; c; c = c->next) {
		if (!bpmn_kind_of(c, &kind)) {
			if (!is_passive(c))
				unknown_element(rd, c);
		} else if (kind == BPMN_SEQUENCE_FLOW) {
			struct bpmn_flow *f = &m->flows[m->flows_count++];

			*f = (struct bpmn_flow){ .from = BPMN_NONE, .to = BPMN_NONE, .xml = c };
			f->el = add_element(rd, c, kind, m->processes[process].id);
		} else if (kind != BPMN_PROCESS) {
			add_node(rd, c, kind, index, process);
		}
	}
}

static void add_process(struct bpmn_reader *rd, const struct xml_node *n)
{
	struct bpmn_model *m = rd->m;
	uint32_t index = m->processes_count++;
	struct bpmn_process *p = &m->processes[index];
	const struct xml_node *tag = bpmn_ext_of(n, BPMN_ZEEBE_NS, "versionTag");

	*p = (struct bpmn_process){ .id = bpmn_id(n), .scope = m->scopes_count, .xml = n,
		.executable = bpmn_flag(n, "isExecutable", false) };
	if (tag && xml_attr(tag, "value").ptr)
		p->version = xml_attr(tag, "value");
	p->el = add_element(rd, n, BPMN_PROCESS, p->id);
	add_scope(rd, n, BPMN_NONE, index);
}

/* ---- pass 3: how they hang together ---- */

static struct bpmn_node *node_of(struct bpmn_model *m, struct str id)
{
	struct bpmn_node *n;

	if (str_empty(id))
		return NULL;
	n = map_get(&m->node_ids, id);
	return n ? n : map_get(&m->node_ids, bpmn_local(id));
}

static void count_flows(struct bpmn_reader *rd)
{
	struct bpmn_model *m = rd->m;

	for (uint32_t i = 0; i < m->flows_count; i++) {
		struct bpmn_flow *f = &m->flows[i];
		struct bpmn_node *from = node_of(m, xml_attr(f->xml, "sourceRef"));
		struct bpmn_node *to = node_of(m, xml_attr(f->xml, "targetRef"));

		if (from)
			from->drawn_out++;
		if (to)
			to->drawn_in++;
		if (!from || !to || from->scope != to->scope)
			continue; /* check_flow.c says what is wrong; the flow is not part of the plan */
		f->from = from->index;
		f->to = to->index;
		from->out_count++;
		to->in_count++;
	}
}

static void link_flows(struct bpmn_reader *rd)
{
	struct bpmn_model *m = rd->m;

	count_flows(rd);
	for (uint32_t i = 0; i < m->nodes_count; i++) {
		struct bpmn_node *n = &m->nodes[i];

		n->in = bpmn_get(rd, n->in_count, sizeof *n->in);
		n->out = bpmn_get(rd, n->out_count, sizeof *n->out);
		n->in_count = n->out_count = 0;
	}
	if (rd->failed)
		return;
	for (uint32_t i = 0; i < m->flows_count; i++) {
		struct bpmn_flow *f = &m->flows[i];

		if (f->from == BPMN_NONE)
			continue;
		m->nodes[f->from].out[m->nodes[f->from].out_count++] = i;
		m->nodes[f->to].in[m->nodes[f->to].in_count++] = i;
	}
}

/* The order of <outgoing> elements, where given, is the order in which conditions are asked. */
static void order_outgoing(struct bpmn_reader *rd, struct bpmn_node *n)
{
	struct bpmn_model *m = rd->m;
	uint32_t done = 0;

	for (struct xml_node *o = bpmn_child(n->xml, "outgoing"); o; o = xml_next_same(o)) {
		struct str id = bpmn_local(bpmn_text(o));

		for (uint32_t i = done; i < n->out_count; i++)
			if (str_eq(m->flows[n->out[i]].el->id, id)) {
				uint32_t f = n->out[i];

				memmove(&n->out[done + 1], &n->out[done], (i - done) * sizeof *n->out);
				n->out[done++] = f;
				break;
			}
	}
}

static void link_default(struct bpmn_reader *rd, struct bpmn_node *n)
{
	struct str id = xml_attr(n->xml, "default");

	if (!id.ptr)
		return;
	for (uint32_t i = 0; i < n->out_count; i++)
		if (str_eq(rd->m->flows[n->out[i]].el->id, bpmn_local(id)))
			n->default_flow = n->out[i];
}

static void link_boundary(struct bpmn_reader *rd, struct bpmn_node *n)
{
	struct bpmn_node *host = node_of(rd->m, xml_attr(n->xml, "attachedToRef"));
	uint32_t *grown;

	if (!host || !bpmn_is_activity(host->xml))
		return;
	n->attached = host->index;
	grown = bpmn_get(rd, host->boundaries_count + 1, sizeof *grown);
	if (!grown)
		return;
	if (host->boundaries_count)
		memcpy(grown, host->boundaries, host->boundaries_count * sizeof *grown);
	grown[host->boundaries_count++] = n->index;
	host->boundaries = grown;
}

/* A compensation boundary event names its handler by an association. */
static void link_handler(struct bpmn_reader *rd, const struct xml_node *association)
{
	struct bpmn_model *m = rd->m;
	struct bpmn_node *from = node_of(m, xml_attr(association, "sourceRef"));
	struct bpmn_node *to = node_of(m, xml_attr(association, "targetRef"));

	if (!from || !to)
		return;
	if (to->kind == BPMN_BOUNDARY_EVENT) {
		struct bpmn_node *swap = from;

		from = to;
		to = swap;
	}
	if (from->kind != BPMN_BOUNDARY_EVENT || !bpmn_is_activity(to->xml) || from->attached == BPMN_NONE)
		return;
	for (struct xml_node *c = from->xml->first; c; c = c->next)
		if (bpmn_is(c, "compensateEventDefinition") || bpmn_is(c, "eventDefinitionRef")) {
			from->handler = to->index;
			m->nodes[from->attached].handler = to->index;
		}
}

static struct str link_name(const struct bpmn_node *n)
{
	struct xml_node *def = bpmn_child(n->xml, "linkEventDefinition");
	struct str name = def ? xml_attr(def, "name") : (struct str){ NULL, 0 };

	return str_trim(name.ptr ? name : S(""));
}

/* By <target>, else by name on the same level. */
static void link_link(struct bpmn_reader *rd, struct bpmn_node *n)
{
	struct bpmn_model *m = rd->m;
	struct xml_node *def = bpmn_child(n->xml, "linkEventDefinition");
	struct xml_node *target = def ? bpmn_target(m, bpmn_text(bpmn_child(def, "target"))) : NULL;

	if (!def || n->kind != BPMN_THROW_EVENT)
		return;
	for (uint32_t i = 0; i < m->nodes_count && n->link == BPMN_NONE; i++) {
		struct bpmn_node *to = &m->nodes[i];

		if (to->kind != BPMN_CATCH_EVENT || to->scope != n->scope || !bpmn_child(to->xml, "linkEventDefinition"))
			continue;
		if (target ? target->parent == to->xml : !str_empty(link_name(n)) && str_eq(link_name(n), link_name(to)))
			n->link = i;
	}
}

static void link_scopes(struct bpmn_reader *rd)
{
	struct bpmn_model *m = rd->m;

	for (uint32_t i = 0; i < m->scopes_count; i++) {
		struct bpmn_scope *s = &m->scopes[i];

		s->nodes = bpmn_get(rd, s->nodes_count, sizeof *s->nodes);
		s->event_subs = bpmn_get(rd, s->nodes_count, sizeof *s->event_subs);
	}
	if (rd->failed)
		return;
	for (uint32_t i = 0; i < m->nodes_count; i++) {
		struct bpmn_node *n = &m->nodes[i];
		struct bpmn_scope *s = &m->scopes[n->scope];

		s->nodes[n->position] = i;
		if (n->kind == BPMN_EVENT_SUB_PROCESS)
			s->event_subs[s->event_subs_count++] = i;
	}
}

static void link_all(struct bpmn_reader *rd)
{
	struct bpmn_model *m = rd->m;

	link_scopes(rd);
	link_flows(rd);
	if (rd->failed)
		return;
	for (uint32_t i = 0; i < m->nodes_count; i++) {
		struct bpmn_node *n = &m->nodes[i];

		order_outgoing(rd, n);
		link_default(rd, n);
		if (n->kind == BPMN_BOUNDARY_EVENT)
			link_boundary(rd, n);
		link_link(rd, n);
	}
	for (uint32_t i = 0; i < m->scopes_count; i++)
		for (struct xml_node *c = bpmn_child(m->scopes[i].xml, "association"); c; c = xml_next_same(c))
			link_handler(rd, c);
}

/* ---- pass 4: what each element says ---- */

static uint32_t read_quantity(const struct xml_node *n, const char *attr)
{
	struct str v = xml_attr(n, attr);
	int64_t i;

	return v.ptr && str_to_i64(str_trim(v), &i) && i > 0 && i < 1000000 ? (uint32_t)i : 1;
}

static void read_node(struct bpmn_reader *rd, struct bpmn_node *n)
{
	struct str type = xml_attr(n->xml, "eventGatewayType");

	n->interrupting = n->kind == BPMN_BOUNDARY_EVENT ? bpmn_flag(n->xml, "cancelActivity", true)
	                                                 : bpmn_flag(n->xml, "isInterrupting", true);
	n->parallel_multiple = bpmn_flag(n->xml, "parallelMultiple", false);
	n->instantiate = bpmn_flag(n->xml, "instantiate", false);
	n->parallel_start = n->instantiate && str_eqz(type, "Parallel");
	n->for_compensation = bpmn_flag(n->xml, "isForCompensation", false);
	n->start_quantity = read_quantity(n->xml, "startQuantity");
	n->completion_quantity = read_quantity(n->xml, "completionQuantity");
	bpmn_read_definitions(rd, n);
	bpmn_read_extensions(rd, n);
	bpmn_read_data(rd, n);
	bpmn_read_loop(rd, n);
	if (n->kind == BPMN_COMPLEX_GATEWAY)
		bpmn_read_condition(rd, bpmn_child(n->xml, "activationCondition"), "condition-type", &n->activation);
}

static void read_flow(struct bpmn_reader *rd, struct bpmn_flow *f)
{
	if (f->from == BPMN_NONE)
		return;
	bpmn_read_condition(rd, bpmn_child(f->xml, "conditionExpression"), "condition-type", &f->condition);
	f->asks_phase = str_find(f->condition.source, S("waitingForStart")) >= 0;
}

static void read_scope(struct bpmn_reader *rd, struct bpmn_scope *s)
{
	size_t n = 0;

	if (s->ad_hoc)
		bpmn_read_condition(rd, bpmn_child(s->xml, "completionCondition"), "condition-type", &s->completion);
	for (struct xml_node *c = s->xml->first; c; c = c->next)
		n += bpmn_is(c, "dataObject") || bpmn_is(c, "property");
	s->data = bpmn_get(rd, n, sizeof *s->data);
	if (!s->data)
		return;
	for (struct xml_node *c = s->xml->first; c; c = c->next)
		if (bpmn_is(c, "dataObject") || bpmn_is(c, "property")) {
			struct str name = xml_attr(c, "name");

			s->data[s->data_count++] = str_empty(name) ? bpmn_id(c) : name;
		}
}

static void read_all(struct bpmn_reader *rd)
{
	struct bpmn_model *m = rd->m;

	bpmn_read_names(rd);
	bpmn_read_correlations(rd);
	for (uint32_t i = 0; i < m->scopes_count && !rd->failed; i++) {
		rd->executable = m->processes[m->scopes[i].process].executable;
		if (rd->executable)
			read_scope(rd, &m->scopes[i]);
	}
	for (uint32_t i = 0; i < m->nodes_count && !rd->failed; i++) {
		rd->executable = m->processes[m->scopes[m->nodes[i].scope].process].executable;
		if (rd->executable)
			read_node(rd, &m->nodes[i]);
	}
	for (uint32_t i = 0; i < m->flows_count && !rd->failed; i++) {
		struct bpmn_flow *f = &m->flows[i];

		rd->executable = f->from != BPMN_NONE && m->processes[m->scopes[m->nodes[f->from].scope].process].executable;
		if (rd->executable)
			read_flow(rd, f);
	}
}

/* ---- the doors ---- */

static bool is_feel(struct str language)
{
	return str_find(language, S("FEEL")) >= 0 || str_find(language, S("feel")) >= 0;
}

static enum err read_tree(struct bpmn_reader *rd, struct str xml, struct diag *d)
{
	struct bpmn_model *m = rd->m;
	struct str language;

	TRY(bpmn_to_utf8(rd->a, xml, &xml, d));
	TRY(xml_read(rd->a, xml, &m->root, d));
	if (!bpmn_is(m->root, "definitions"))
		return diag_set(d, ERR_INVALID, "bpmn.not-bpmn", "The file is not BPMN 2.0: its root is \"%.*s\", not "
		                "\"definitions\" of %s.", STR_ARG(m->root->name), BPMN_NS);
	language = xml_attr(m->root, "expressionLanguage");
	rd->other_language = language.ptr && !is_feel(language);
	map_init(&m->ids, rd->a);
	map_init(&m->by_id, rd->a);
	map_init(&m->node_ids, rd->a);
	map_init(&m->correlations, rd->a);
	m->source = arena_str(rd->a, xml);
	if (!m->source.ptr)
		return ERR_NOMEM;
	index_ids(rd, m->root);
	TRY(make_room(rd, d));
	for (struct xml_node *c = m->root->first; c; c = c->next)
		if (bpmn_is(c, "process"))
			add_process(rd, c);
	link_all(rd);
	return rd->failed;
}

static enum err read_model(struct bpmn_reader *rd, struct str xml, bool view, struct diag *d)
{
	enum err e;

	if (!rd->m)
		return diag_set(d, ERR_NOMEM, "bpmn.memory", "The memory allowed for reading a model is used up.");
	rd->m->arena = rd->a;
	e = read_tree(rd, xml, d);
	if (e == OK && !view) {
		read_all(rd);
		bpmn_check_all(rd);
		if (!rd->errors)
			bpmn_plan_reach(rd);
		e = rd->failed;
	}
	if (e == ERR_NOMEM)
		return diag_set(d, e, "bpmn.memory", "The memory allowed for reading a model is used up.");
	return e;
}

enum err bpmn_model_view(struct arena *a, struct str xml, struct bpmn_model **out, struct diag *d)
{
	struct bpmn_reader rd = { .m = arena_new(a, struct bpmn_model), .a = a };

	rd.end = &rd.first;
	TRY(read_model(&rd, xml, true, d));
	*out = rd.m;
	return OK;
}

static enum err refuse(const struct bpmn_reader *rd, struct diag *d)
{
	const struct bpmn_finding *f = rd->first;
	enum err e = rd->unsupported ? ERR_UNSUPPORTED : ERR_INVALID;

	while (f && f->severity != BPMN_ERROR)
		f = f->next;
	diag_set(d, e, "bpmn.refused", "The model is refused, %zu errors. First: %.*s", rd->errors, STR_ARG(f->text));
	diag_at(d, f->element);
	diag_at_line(d, f->line, 0);
	return e;
}

enum err bpmn_model_read(struct arena *a, struct str xml, struct bpmn_model **out, struct bpmn_finding **findings,
                         struct diag *d)
{
	struct bpmn_reader rd = { .m = arena_new(a, struct bpmn_model), .a = a };
	enum err e;

	rd.end = &rd.first;
	e = read_model(&rd, xml, false, d);
	*findings = rd.first;
	if (e != OK)
		return e;
	if (rd.errors)
		return refuse(&rd, d);
	*out = rd.m;
	return OK;
}

size_t bpmn_model_elements(const struct bpmn_model *m, const struct bpmn_element **out)
{
	*out = m->elements;
	return m->elements_count;
}

const struct bpmn_element *bpmn_model_element(const struct bpmn_model *m, struct str id)
{
	return map_get(&m->by_id, id);
}

struct str bpmn_model_process(const struct bpmn_model *m)
{
	for (uint32_t i = 0; i < m->processes_count; i++)
		if (m->processes[i].executable)
			return m->processes[i].id;
	return S("");
}

const struct xml_node *bpmn_ext(const struct bpmn_element *e, const char *name)
{
	return e->ext ? xml_child(e->ext, BPMN_EXT_NS, name) : NULL;
}
