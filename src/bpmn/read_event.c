/* read_event.c - event definitions, their references resolved: messages, signals, errors,
 * escalations, timers, conditions, compensation, links.
 */
#include "bpmn/bpmn_int.h"

static struct str attr_or_empty(const struct xml_node *n, const char *name)
{
	struct str v = n ? xml_attr(n, name) : (struct str){ NULL, 0 };

	return v.ptr ? str_trim(v) : S("");
}

/* Name of a referenced message or signal: its name, else its id. */
static void read_name(struct bpmn_reader *rd, const struct xml_node *target, struct bpmn_definition *def)
{
	if (!target)
		return;
	def->name = attr_or_empty(target, "name");
	if (str_empty(def->name))
		def->name = bpmn_id(target);
	if (str_starts(def->name, S("=")))
		bpmn_read_expr(rd, target, def->name, &def->name_expr);
}

static const struct xml_node *key_owner(const struct xml_node *owner, const struct xml_node *message)
{
	const struct xml_node *k = bpmn_ext_of(owner, BPMN_EXT_NS, "correlation");

	if (!k && message)
		k = bpmn_ext_of(message, BPMN_EXT_NS, "correlation");
	if (!k && message)
		k = bpmn_ext_of(message, BPMN_ZEEBE_NS, "subscription");
	return k;
}

static void read_key(struct bpmn_reader *rd, const struct xml_node *owner, const struct xml_node *message,
                     struct bpmn_definition *def)
{
	const struct xml_node *k = key_owner(owner, message);
	struct str text = attr_or_empty(k, str_eqz(k ? k->ns : S(""), BPMN_ZEEBE_NS) ? "correlationKey" : "key");

	if (!str_empty(text))
		bpmn_read_expr(rd, k, text, &def->key);
}

void bpmn_read_message(struct bpmn_reader *rd, const struct xml_node *owner, const struct xml_node *ref_owner,
                       struct bpmn_definition *def)
{
	const struct xml_node *message = bpmn_target(rd->m, attr_or_empty(ref_owner, "messageRef"));
	struct str operation = attr_or_empty(ref_owner, "operationRef");

	if (str_empty(operation))
		operation = bpmn_text(bpmn_child(ref_owner, "operationRef"));
	if (!message && !str_empty(operation)) { /* the operation's message stands for it */
		const struct xml_node *op = bpmn_target(rd->m, operation);

		message = bpmn_target(rd->m, bpmn_text(op ? bpmn_child(op, "inMessageRef") : NULL));
	}
	if (message && !bpmn_is(message, "message"))
		message = NULL;
	def->trigger = TRIGGER_MESSAGE;
	def->xml = ref_owner;
	read_name(rd, message, def);
	read_key(rd, owner, message, def);
	if (message && !def->key.plan)
		def->correlation = map_get(&rd->m->correlations, bpmn_id(message));
}

static void read_limit(struct bpmn_reader *rd, const struct xml_node *limit, struct bpmn_definition *def)
{
	int64_t amount = 0;

	def->timer = TIMER_LIMIT;
	if (!str_to_i64(attr_or_empty(limit, "amount"), &amount) || amount <= 0 || amount > 100000 ||
	    !calendar_unit_parse(attr_or_empty(limit, "unit"), &def->limit.unit)) {
		bpmn_find(rd, BPMN_ERROR, "limit-unreadable", limit, "A limit needs a whole amount above 0 and a unit "
		          "(working-days, calendar-days, hours, months, years).");
		return;
	}
	def->limit.amount = (int32_t)amount;
}

static bool is_expression(struct str text)
{
	return str_starts(text, S("=")) || str_find_byte(text, '(') >= 0 || str_find_byte(text, '"') >= 0;
}

/* The text of a timer is an ISO 8601 literal, or FEEL where it cannot be one. */
static void read_timer(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_definition *def)
{
	static const struct { const char *name; enum bpmn_timer_kind kind; } parts[] = {
		{ "timeDuration", TIMER_DURATION }, { "timeDate", TIMER_DATE }, { "timeCycle", TIMER_CYCLE } };
	const struct xml_node *limit = bpmn_ext_of(el->parent, BPMN_EXT_NS, "limit");

	if (!limit)
		limit = bpmn_ext_of(el, BPMN_EXT_NS, "limit");
	if (limit) {
		read_limit(rd, limit, def);
		return;
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct xml_node *part = bpmn_child(el, parts[i].name);

		if (!part || str_empty(bpmn_text(part)))
			continue;
		def->timer = parts[i].kind;
		if (is_expression(bpmn_text(part)))
			bpmn_read_expr(rd, part, bpmn_text(part), &def->timer_expr);
		else
			def->timer_text = bpmn_text(part);
		return;
	}
}

static void read_code(struct bpmn_reader *rd, const struct xml_node *el, const char *ref, const char *attr,
                      struct bpmn_definition *def)
{
	const struct xml_node *target = bpmn_target(rd->m, attr_or_empty(el, ref));

	def->code = attr_or_empty(target, attr);
	if (str_starts(def->code, S("="))) {
		rd->unsupported = true;
		bpmn_find(rd, BPMN_ERROR, "code-expression", target, "A code that is computed (\"%.*s\") is not executed; write the code.",
		          STR_ARG(def->code));
	}
	def->any_code = str_empty(def->code);
	if (def->any_code && target)
		def->code = bpmn_id(target);
}

static void read_compensate(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_definition *def)
{
	struct bpmn_node *n = NULL;
	struct str ref = attr_or_empty(el, "activityRef");

	if (!str_empty(ref))
		n = map_get(&rd->m->node_ids, bpmn_local(ref));
	def->activity = n ? n->index : BPMN_NONE;
	def->wait_for_completion = bpmn_flag(el, "waitForCompletion", true);
}

void bpmn_read_definition(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_definition *def)
{
	*def = (struct bpmn_definition){ .trigger = bpmn_trigger_of(el), .activity = BPMN_NONE, .xml = el };
	switch (def->trigger) {
	case TRIGGER_MESSAGE:
		bpmn_read_message(rd, el->parent, el, def);
		break;
	case TRIGGER_SIGNAL:
		read_name(rd, bpmn_target(rd->m, attr_or_empty(el, "signalRef")), def);
		break;
	case TRIGGER_ERROR:
		read_code(rd, el, "errorRef", "errorCode", def);
		break;
	case TRIGGER_ESCALATION:
		read_code(rd, el, "escalationRef", "escalationCode", def);
		break;
	case TRIGGER_TIMER:
		read_timer(rd, el, def);
		break;
	case TRIGGER_CONDITION:
		bpmn_read_condition(rd, bpmn_child(el, "condition"), "condition-type", &def->condition);
		break;
	case TRIGGER_COMPENSATE:
		read_compensate(rd, el, def);
		break;
	case TRIGGER_LINK:
		def->name = attr_or_empty(el, "name");
		break;
	default:
		break;
	}
}

static void add_definition(struct bpmn_reader *rd, struct bpmn_node *n, const struct xml_node *el)
{
	bpmn_read_definition(rd, el, &n->defs[n->defs_count]);
	n->defs_count++;
}

static bool throws_now(const struct bpmn_node *n)
{
	if (n->kind != BPMN_THROW_EVENT && n->kind != BPMN_END_EVENT && n->kind != BPMN_SEND_TASK)
		return false;
	for (size_t i = 0; i < n->defs_count; i++)
		if (n->defs[i].trigger == TRIGGER_MESSAGE || n->defs[i].trigger == TRIGGER_SIGNAL)
			return true;
	return false;
}

void bpmn_read_definitions(struct bpmn_reader *rd, struct bpmn_node *n)
{
	size_t count = 0;

	for (struct xml_node *c = n->xml->first; c; c = c->next)
		count += bpmn_is_definition(c) || bpmn_is(c, "eventDefinitionRef");
	n->defs = bpmn_get(rd, count + 1, sizeof *n->defs);
	if (!n->defs)
		return;
	if (n->kind == BPMN_RECEIVE_TASK || n->kind == BPMN_SEND_TASK) {
		bpmn_read_message(rd, n->xml, n->xml, &n->defs[0]);
		n->defs[0].activity = BPMN_NONE;
		n->defs_count = 1;
	} else if (bpmn_is_event(n->xml)) {
		for (struct xml_node *c = n->xml->first; c; c = c->next) {
			struct xml_node *target;

			if (bpmn_is_definition(c))
				add_definition(rd, n, c);
			else if (bpmn_is(c, "eventDefinitionRef") && (target = bpmn_target(rd->m, bpmn_text(c))) &&
			         bpmn_is_definition(target))
				add_definition(rd, n, target);
		}
	}
	n->throws = throws_now(n);
}
