/* read_loop.c - standard loops and multi-instance characteristics (BPMN 2.0.2, 10.3.8),
 * with banjie:loop or zeebe:loopCharacteristics for collections.
 */
#include "bpmn/bpmn_int.h"

static struct str attr_or_empty(const struct xml_node *n, const char *name)
{
	struct str v = n ? xml_attr(n, name) : (struct str){ NULL, 0 };

	return v.ptr ? str_trim(v) : S("");
}

static void read_standard(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_loop *l)
{
	struct str maximum = attr_or_empty(el, "loopMaximum");

	l->kind = LOOP_STANDARD;
	l->maximum = -1;
	l->test_before = bpmn_flag(el, "testBefore", false);
	bpmn_read_condition(rd, bpmn_child(el, "loopCondition"), "condition-type", &l->condition);
	if (!str_empty(maximum) && (!str_to_i64(maximum, &l->maximum) || l->maximum < 0))
		bpmn_find(rd, BPMN_ERROR, "loop-maximum", el, "loopMaximum \"%.*s\" is not a number of iterations.",
		          STR_ARG(maximum));
	if (str_empty(maximum) && !l->condition.plan)
		bpmn_find(rd, BPMN_ERROR, "loop-endless", el, "The loop has neither a loopCondition nor a loopMaximum.");
}

/* Event thrown for finished instances: by reference to a definition anywhere in the file. */
static void read_thrown(struct bpmn_reader *rd, struct str ref, struct bpmn_definition *def)
{
	const struct xml_node *target = bpmn_target(rd->m, ref);

	if (target && bpmn_is_definition(target))
		bpmn_read_definition(rd, target, def);
}

static void read_complex(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_loop *l)
{
	size_t n = 0;

	for (struct xml_node *c = bpmn_child(el, "complexBehaviorDefinition"); c; c = xml_next_same(c))
		n++;
	l->complex = bpmn_get(rd, n, sizeof *l->complex);
	if (!l->complex)
		return;
	for (struct xml_node *c = bpmn_child(el, "complexBehaviorDefinition"); c; c = xml_next_same(c)) {
		struct bpmn_complex_behaviour *b = &l->complex[l->complex_count++];
		struct xml_node *event = bpmn_child(c, "event");

		bpmn_read_condition(rd, bpmn_child(c, "condition"), "behaviour-condition-type", &b->condition);
		for (struct xml_node *e = event ? event->first : NULL; e; e = e->next)
			if (bpmn_is_definition(e))
				bpmn_read_definition(rd, e, &b->event);
	}
}

static void read_behaviour(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_loop *l)
{
	struct str behaviour = attr_or_empty(el, "behavior");

	if (str_eqz(behaviour, "None")) {
		l->behaviour = BEHAVIOUR_NONE;
		read_thrown(rd, attr_or_empty(el, "noneBehaviorEventRef"), &l->event);
	} else if (str_eqz(behaviour, "One")) {
		l->behaviour = BEHAVIOUR_ONE;
		read_thrown(rd, attr_or_empty(el, "oneBehaviorEventRef"), &l->event);
	} else if (str_eqz(behaviour, "Complex")) {
		l->behaviour = BEHAVIOUR_COMPLEX;
	}
	if (bpmn_child(el, "complexBehaviorDefinition")) /* read and checked whatever the behaviour */
		read_complex(rd, el, l);
}

static struct str name_of(const struct bpmn_reader *rd, struct str ref)
{
	const struct xml_node *n = bpmn_target(rd->m, ref);
	struct str name = attr_or_empty(n, "name");

	if (n && (bpmn_is(n, "dataObjectReference")))
		return name_of(rd, attr_or_empty(n, "dataObjectRef"));
	return str_empty(name) ? bpmn_id(n) : name;
}

/* The standard's own way: loopDataInputRef names a data input, inputDataItem its item. */
static void read_collections(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_loop *l)
{
	struct str in = bpmn_text(bpmn_child(el, "loopDataInputRef")), out = bpmn_text(bpmn_child(el, "loopDataOutputRef"));
	const struct xml_node *item = bpmn_child(el, "inputDataItem"), *result = bpmn_child(el, "outputDataItem");

	if (!str_empty(in) && !str_empty(name_of(rd, in)))
		bpmn_read_expr(rd, el, name_of(rd, in), &l->collection);
	if (item)
		l->element = str_empty(attr_or_empty(item, "name")) ? bpmn_id(item) : attr_or_empty(item, "name");
	if (!str_empty(out))
		l->output = name_of(rd, out);
	if (result && !str_empty(l->output))
		bpmn_read_expr(rd, el, str_empty(attr_or_empty(result, "name")) ? bpmn_id(result) : attr_or_empty(result, "name"),
		               &l->output_element);
}

static void read_extension(struct bpmn_reader *rd, const struct xml_node *owner, const struct xml_node *el,
                           struct bpmn_loop *l)
{
	const struct xml_node *x = bpmn_ext_of(el, BPMN_EXT_NS, "loop");

	if (!x)
		x = bpmn_ext_of(owner, BPMN_EXT_NS, "loop");
	if (!x)
		x = bpmn_ext_of(el, BPMN_ZEEBE_NS, "loopCharacteristics");
	if (!x)
		return;
	if (!str_empty(attr_or_empty(x, "inputCollection")))
		bpmn_read_expr(rd, x, attr_or_empty(x, "inputCollection"), &l->collection);
	if (!str_empty(attr_or_empty(x, "inputElement")))
		l->element = attr_or_empty(x, "inputElement");
	if (!str_empty(attr_or_empty(x, "outputCollection")))
		l->output = attr_or_empty(x, "outputCollection");
	if (!str_empty(attr_or_empty(x, "outputElement")))
		bpmn_read_expr(rd, x, attr_or_empty(x, "outputElement"), &l->output_element);
}

static void read_multi(struct bpmn_reader *rd, const struct xml_node *owner, const struct xml_node *el,
                       struct bpmn_loop *l)
{
	l->kind = bpmn_flag(el, "isSequential", false) ? LOOP_SEQUENTIAL : LOOP_PARALLEL;
	bpmn_read_expr_element(rd, bpmn_child(el, "loopCardinality"), &l->cardinality);
	bpmn_read_condition(rd, bpmn_child(el, "completionCondition"), "condition-type", &l->condition);
	read_collections(rd, el, l);
	read_extension(rd, owner, el, l);
	read_behaviour(rd, el, l);
	if (!l->cardinality.plan && !l->collection.plan)
		bpmn_find(rd, BPMN_ERROR, "multi-instance-without-count", el, "A multi-instance activity needs a loopCardinality "
		          "or a collection, or nobody knows how many instances there are.");
}

void bpmn_read_loop(struct bpmn_reader *rd, struct bpmn_node *n)
{
	const struct xml_node *standard = bpmn_child(n->xml, "standardLoopCharacteristics");
	const struct xml_node *multi = bpmn_child(n->xml, "multiInstanceLoopCharacteristics");

	if ((!standard && !multi) || !bpmn_is_activity(n->xml))
		return;
	n->loop = bpmn_get(rd, 1, sizeof *n->loop);
	if (!n->loop)
		return;
	if (standard)
		read_standard(rd, standard, n->loop);
	else
		read_multi(rd, n->xml, multi, n->loop);
}
