/* read_data.c - data inputs, outputs and associations as mappings; the variable names that
 * expressions may use; correlation keys.
 *
 * A data object is a variable of its scope, named like it. A data input is a variable of the
 * activity itself, a data output one that the activity may set.
 */
#include "bpmn/bpmn_int.h"

static struct str attr_or_empty(const struct xml_node *n, const char *name)
{
	struct str v = n ? xml_attr(n, name) : (struct str){ NULL, 0 };

	return v.ptr ? str_trim(v) : S("");
}

/* The variable behind a reference to an item-aware element; empty = none. */
static struct str variable_of(const struct bpmn_reader *rd, struct str ref)
{
	const struct xml_node *n = bpmn_target(rd->m, ref);

	if (!n)
		return S("");
	if (bpmn_is(n, "dataObjectReference") && !str_empty(attr_or_empty(n, "dataObjectRef")))
		return variable_of(rd, attr_or_empty(n, "dataObjectRef"));
	return str_empty(attr_or_empty(n, "name")) ? bpmn_id(n) : attr_or_empty(n, "name");
}

static struct bpmn_mapping *add_mapping(struct bpmn_reader *rd, struct bpmn_mapping **list, size_t *count)
{
	struct bpmn_mapping *grown = bpmn_get(rd, *count + 1, sizeof *grown);

	if (!grown)
		return NULL;
	if (*count)
		memcpy(grown, *list, *count * sizeof *grown);
	*list = grown;
	return &grown[(*count)++];
}

static void read_assignment(struct bpmn_reader *rd, const struct xml_node *el, bool output, struct bpmn_mapping **list,
                            size_t *count)
{
	struct str to = bpmn_text(bpmn_child(el, "to"));
	struct str target = variable_of(rd, to);
	struct bpmn_mapping *map = add_mapping(rd, list, count);

	if (!map)
		return;
	if (str_starts(to, S("=")))
		to = str_trim(str_sub(to, 1, to.len));
	map->target = str_empty(target) ? to : target;
	map->optional = output;
	bpmn_read_expr_element(rd, bpmn_child(el, "from"), &map->expr);
}

static void read_association(struct bpmn_reader *rd, const struct xml_node *el, bool output, struct bpmn_mapping **list,
                             size_t *count)
{
	const struct xml_node *transformation = bpmn_child(el, "transformation");
	struct bpmn_mapping *map;
	bool assigned = false;

	for (struct xml_node *a = bpmn_child(el, "assignment"); a; a = xml_next_same(a)) {
		read_assignment(rd, a, output, list, count);
		assigned = true;
	}
	if (assigned)
		return;
	map = add_mapping(rd, list, count);
	if (!map)
		return;
	map->source = variable_of(rd, bpmn_text(bpmn_child(el, "sourceRef")));
	map->target = variable_of(rd, bpmn_text(bpmn_child(el, "targetRef")));
	map->from_local = output;
	map->optional = true;
	if (transformation) {
		map->source = S("");
		bpmn_read_expr_element(rd, transformation, &map->expr);
	} else if (str_empty(map->source) || str_empty(map->target)) {
		(*count)--; /* nothing to copy from or to: a loose end in the drawing */
	}
}

void bpmn_read_data(struct bpmn_reader *rd, struct bpmn_node *n)
{
	for (struct xml_node *c = n->xml->first; c; c = c->next)
		if (bpmn_is(c, "dataInputAssociation"))
			read_association(rd, c, false, &n->inputs, &n->inputs_count);
		else if (bpmn_is(c, "dataOutputAssociation"))
			read_association(rd, c, true, &n->outputs, &n->outputs_count);
}

/* ---- names ---- */

static const char *const named_elements[] = { "dataObject", "property", "dataInput", "dataOutput", "inputDataItem",
	"outputDataItem" };
static const char *const naming_attrs[] = { "target", "resultVariable", "inputElement", "outputCollection" };

/* The variable name that an element introduces; empty = none. Text of `set` for naming attributes. */
static struct str name_here(const struct xml_node *n)
{
	bool ours = str_eqz(n->ns, BPMN_EXT_NS) || str_eqz(n->ns, BPMN_ZEEBE_NS);

	for (size_t i = 0; i < sizeof named_elements / sizeof *named_elements; i++)
		if (bpmn_is(n, named_elements[i]))
			return attr_or_empty(n, "name");
	for (size_t i = 0; ours && i < sizeof naming_attrs / sizeof *naming_attrs; i++)
		if (!str_empty(attr_or_empty(n, naming_attrs[i])))
			return attr_or_empty(n, naming_attrs[i]);
	return S("");
}

static size_t walk_names(const struct xml_node *n, struct str *to)
{
	size_t count = 0;

	if (!str_empty(name_here(n))) {
		if (to)
			to[count] = name_here(n);
		count++;
	}
	for (const struct xml_node *c = n->first; c; c = c->next)
		count += walk_names(c, to ? to + count : NULL);
	return count;
}

void bpmn_read_names(struct bpmn_reader *rd)
{
	static const struct str engine[] = { S_INIT("loopCounter"), S_INIT("activationCount"), S_INIT("waitingForStart") };
	size_t own = sizeof engine / sizeof *engine;
	size_t count = walk_names(rd->m->root, NULL);
	struct str *names = bpmn_get(rd, count + own, sizeof *names);

	if (!names)
		return;
	memcpy(names, engine, sizeof engine);
	walk_names(rd->m->root, names + own);
	rd->m->names = (struct feel_names){ .names = names, .count = count + own };
}

/* ---- correlation (BPMN 2.0.2, 8.4.2) ---- */

static const struct xml_node *retrieval_of(const struct xml_node *property, struct str message)
{
	for (struct xml_node *r = property ? bpmn_child(property, "correlationPropertyRetrievalExpression") : NULL; r;
	     r = xml_next_same(r))
		if (str_eq(bpmn_local(attr_or_empty(r, "messageRef")), message))
			return r;
	return NULL;
}

static size_t properties_of(const struct xml_node *key)
{
	size_t n = 0;

	for (struct xml_node *p = bpmn_child(key, "correlationPropertyRef"); p; p = xml_next_same(p))
		n++;
	return n;
}

/* Ties a message to a key when every property of the key can be taken from it. */
static void tie_message(struct bpmn_reader *rd, const struct xml_node *key, uint32_t index, const struct xml_node *message)
{
	struct bpmn_correlation *c = bpmn_get(rd, 1, sizeof *c);
	size_t n = properties_of(key);

	if (!c || n == 0 || map_has(&rd->m->correlations, bpmn_id(message)))
		return;
	c->index = index;
	c->message = bpmn_get(rd, n, sizeof *c->message);
	if (!c->message)
		return;
	for (struct xml_node *p = bpmn_child(key, "correlationPropertyRef"); p; p = xml_next_same(p)) {
		const struct xml_node *r = retrieval_of(bpmn_target(rd->m, bpmn_text(p)), bpmn_id(message));
		const struct xml_node *path = r ? bpmn_child(r, "messagePath") : NULL;

		if (!path || str_empty(bpmn_text(path)))
			return;
		bpmn_read_expr_element(rd, path, &c->message[c->count++]);
	}
	if (map_set(&rd->m->correlations, bpmn_id(message), c) != OK)
		rd->failed = ERR_NOMEM;
}

static void read_subscription(struct bpmn_reader *rd, struct bpmn_process *p, const struct xml_node *el,
                              const struct xml_node *key, uint32_t index)
{
	struct bpmn_correlation *c = &p->subscriptions[p->subscriptions_count];

	c->index = index;
	c->message = bpmn_get(rd, properties_of(key), sizeof *c->message);
	if (!c->message)
		return;
	for (struct xml_node *ref = bpmn_child(key, "correlationPropertyRef"); ref; ref = xml_next_same(ref))
		for (struct xml_node *b = bpmn_child(el, "correlationPropertyBinding"); b; b = xml_next_same(b))
			if (str_eq(bpmn_local(attr_or_empty(b, "correlationPropertyRef")), bpmn_local(bpmn_text(ref)))) {
				bpmn_read_expr_element(rd, bpmn_child(b, "dataPath"), &c->message[c->count++]);
				break;
			}
	if (c->count == properties_of(key))
		p->subscriptions_count++;
}

static void read_key(struct bpmn_reader *rd, const struct xml_node *key)
{
	struct bpmn_model *m = rd->m;
	uint32_t index = m->correlations_count++;

	for (struct xml_node *c = m->root->first; c; c = c->next)
		if (bpmn_is(c, "message"))
			tie_message(rd, key, index, c);
	for (uint32_t i = 0; i < m->processes_count; i++) {
		struct bpmn_process *p = &m->processes[i];

		for (struct xml_node *s = bpmn_child(p->xml, "correlationSubscription"); s; s = xml_next_same(s)) {
			if (!p->subscriptions)
				p->subscriptions = bpmn_get(rd, 64, sizeof *p->subscriptions);
			if (p->subscriptions && p->subscriptions_count < 64 &&
			    bpmn_target(m, attr_or_empty(s, "correlationKeyRef")) == key)
				read_subscription(rd, p, s, key, index);
		}
	}
}

void bpmn_read_correlations(struct bpmn_reader *rd)
{
	rd->executable = true;
	for (struct xml_node *c = rd->m->root->first; c; c = c->next)
		if (bpmn_is(c, "collaboration"))
			for (struct xml_node *k = bpmn_child(c, "correlationKey"); k; k = xml_next_same(k))
				read_key(rd, k);
}
