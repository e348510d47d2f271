/* type.c - item definitions (DMN 1.5, 7.3.2 and 7.3.3) as FEEL types.
 *
 * Definitions may refer to each other in any order, and in circles through components;
 * a circle of plain references has no meaning and is refused.
 */
#include "dmn/dmn_int.h"

static enum err fill(struct dmn_reader *r, const struct xml_node *n, struct feel_type *t);
static enum err type_of(struct dmn_reader *r, const struct xml_node *n, const struct feel_type **out);

static char filling; /* its address marks a definition that is just being filled in */

struct str dmn_type_name(const struct feel_type *t)
{
	static const char *const kinds[] = {
		[FEEL_TYPE_ANY] = "Any", [FEEL_TYPE_NULL] = "null", [FEEL_TYPE_BOOLEAN] = "boolean",
		[FEEL_TYPE_NUMBER] = "number", [FEEL_TYPE_STRING] = "string", [FEEL_TYPE_DATE] = "date",
		[FEEL_TYPE_TIME] = "time", [FEEL_TYPE_DATE_TIME] = "date and time",
		[FEEL_TYPE_DAYS_DURATION] = "days and time duration",
		[FEEL_TYPE_MONTHS_DURATION] = "years and months duration", [FEEL_TYPE_LIST] = "list",
		[FEEL_TYPE_CONTEXT] = "context", [FEEL_TYPE_RANGE] = "range", [FEEL_TYPE_FUNCTION] = "function",
	};
	if (!t)
		return S("Any");
	return str_empty(t->name) ? str_of(kinds[t->kind]) : t->name;
}

/* "feel:number", "kie:tPerson" - files of older editors put XML prefixes before the name */
static struct str without_prefix(struct str ref)
{
	ptrdiff_t colon = str_find_byte(ref, ':');
	return colon < 0 ? ref : str_sub(ref, (size_t)colon + 1, ref.len);
}

/* NULL when there is none of that name. Filled in first, if that is still to be done. */
static enum err find_type(struct dmn_reader *r, struct str name, struct feel_type **out)
{
	struct feel_type *t = map_get(&r->model->types, name);
	void *todo = t ? map_get(&r->item_nodes, name) : NULL;
	*out = t;
	if (!todo || todo == &filling)
		return OK;
	TRY(map_set(&r->item_nodes, name, &filling));
	TRY(fill(r, todo, t));
	return map_set(&r->item_nodes, name, NULL);
}

static const struct feel_type *builtin(struct str name)
{
	static const char *const prefix = "feel.";
	if (str_starts(name, str_of(prefix)))
		name = str_sub(name, strlen(prefix), name.len);
	return feel_type_builtin(name);
}

/* Names that editors for older engines offer instead of number. */
static const struct feel_type *foreign(struct dmn_reader *r, struct str name, const struct xml_node *at)
{
	static const char *const numbers[] = { "integer", "int", "long", "double", "float", "decimal" };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (!str_eqz(name, numbers[i]))
			continue;
		dmn_find(r, DMN_WARNING, "type-foreign", dmn_id_of(at), at->line, "DMN knows no type %s; it is read as number",
		         numbers[i]);
		return feel_type_builtin(S("number"));
	}
	return NULL;
}

const struct feel_type *dmn_type_ref(struct dmn_reader *r, struct str ref, const struct xml_node *at)
{
	ref = dmn_collapse(r, ref);
	if (str_empty(ref))
		return NULL;
	struct str tries[] = { ref, without_prefix(ref) };
	for (size_t i = 0; i < 2; i++) {
		struct feel_type *t;
		if (find_type(r, tries[i], &t) != OK) {
			r->failed = ERR_NOMEM;
			return NULL;
		}
		if (t)
			return t;
		const struct feel_type *b = builtin(tries[i]);
		if (b)
			return b->kind == FEEL_TYPE_ANY ? NULL : b;
	}
	const struct feel_type *number = foreign(r, tries[1], at);
	if (number)
		return number;
	dmn_find(r, DMN_ERROR, "type-unknown", dmn_id_of(at), at->line,
	         "the type %.*s is neither built in nor an item definition of this model or its imports", STR_ARG(ref));
	return NULL;
}

/* A value must pass the tests of the base type and of this one: both in one text. */
static struct str both_tests(struct dmn_reader *r, struct str base, struct str own)
{
	struct str first = str_starts(base, S("not(")) ? S("") : S("? in (");
	struct str second = str_starts(own, S("not(")) ? S("") : S("? in (");
	bool open_first = !str_empty(first), open_second = !str_empty(second);
	struct str b = open_first ? base : str_sub(base, 4, base.len - 1);
	struct str o = open_second ? own : str_sub(own, 4, own.len - 1);
	return arena_printf(r->arena, "%s? in (%.*s)%s and %s? in (%.*s)%s", open_first ? "" : "not(", STR_ARG(b),
	                    open_first ? "" : ")", open_second ? "" : "not(", STR_ARG(o), open_second ? "" : ")");
}

/* Puts the tests of <allowedValues> or <typeConstraint> on the type. */
static enum err constrain(struct dmn_reader *r, const struct xml_node *n, const char *element, struct feel_type *t)
{
	const struct xml_node *c = dmn_child(r, n, element);
	if (!c || str_empty(dmn_text_of(r, c)))
		return OK;
	struct dmn_tests tests;
	TRY(dmn_tests_read(r, c, &tests));
	if (t->allowed) {
		struct buf base;
		buf_init_in(&base, r->arena, 1 << 16);
		feel_plan_print(t->allowed, &base);
		TRY(base.failed);
		tests.text = both_tests(r, buf_str(&base), tests.text);
		if (!tests.text.ptr)
			return ERR_NOMEM;
	}
	TRY(dmn_tests_compile(r, &tests, &r->model->names));
	t->allowed = tests.plan;
	return OK;
}

static enum err fill_members(struct dmn_reader *r, const struct xml_node *n, struct feel_type *t)
{
	size_t count = dmn_count(r, n, "itemComponent"), at = 0;
	struct feel_param *members;
	DMN_ALLOC(r, members, struct feel_param, count);
	for (const struct xml_node *c = dmn_child(r, n, "itemComponent"); c; c = xml_next_same(c), at++) {
		members[at].name = dmn_name_of(r, c);
		TRY(type_of(r, c, &members[at].type));
	}
	t->kind = FEEL_TYPE_CONTEXT;
	t->members = members;
	t->members_count = count;
	return OK;
}

static enum err fill_function(struct dmn_reader *r, const struct xml_node *n, struct feel_type *t)
{
	size_t count = dmn_count(r, n, "parameters"), at = 0;
	struct feel_param *members;
	DMN_ALLOC(r, members, struct feel_param, count);
	for (const struct xml_node *c = dmn_child(r, n, "parameters"); c; c = xml_next_same(c), at++)
		members[at] = (struct feel_param){ .name = dmn_name_of(r, c),
			.type = dmn_type_ref(r, xml_attr(c, "typeRef"), c) };
	t->kind = FEEL_TYPE_FUNCTION;
	t->members = members;
	t->members_count = count;
	t->item = dmn_type_ref(r, xml_attr(n, "outputTypeRef"), n);
	return r->failed;
}

/* What a plain typeRef refers to; NULL = it is no plain reference, or to Any. */
static const struct feel_type *referred(struct dmn_reader *r, const struct xml_node *n)
{
	const struct xml_node *ref = dmn_child(r, n, "typeRef");
	if (dmn_child(r, n, "functionItem") || dmn_child(r, n, "itemComponent"))
		return NULL;
	return dmn_type_ref(r, ref ? ref->text : xml_attr(n, "typeRef"), n);
}

/* The type of one item: what typeRef, components or functionItem say. */
static enum err fill_item(struct dmn_reader *r, const struct xml_node *n, struct feel_type *t)
{
	const struct xml_node *function = dmn_child(r, n, "functionItem");
	if (function)
		return fill_function(r, function, t);
	if (dmn_child(r, n, "itemComponent"))
		return fill_members(r, n, t);
	const struct feel_type *base = referred(r, n);
	if (base && map_get(&r->item_nodes, base->name) == &filling)
		dmn_find(r, DMN_ERROR, "type-circle", dmn_id_of(n), n->line,
		         "the item definitions in line %d and %.*s are defined by each other", n->line, STR_ARG(base->name));
	*t = base ? *base : feel_type_any;
	return r->failed;
}

static bool is_collection(const struct xml_node *n)
{
	struct str v = xml_attr(n, "isCollection");
	return str_eqz(v, "true") || str_eqz(v, "1");
}

static bool has_tests(const struct dmn_reader *r, const struct xml_node *n, const char *element)
{
	return !str_empty(dmn_text_of(r, dmn_child(r, n, element)));
}

/* Type of an item, allowed values included; a plain reference needs no type of its own, which is
 * what makes circles through components possible. */
static enum err item_type(struct dmn_reader *r, const struct xml_node *n, const struct feel_type **out)
{
	if (!has_tests(r, n, "allowedValues")) {
		const struct feel_type *base = referred(r, n);
		if (base || (!dmn_child(r, n, "functionItem") && !dmn_child(r, n, "itemComponent"))) {
			*out = base;
			return r->failed;
		}
	}
	struct feel_type *t;
	DMN_ALLOC(r, t, struct feel_type, 1);
	TRY(fill_item(r, n, t));
	*out = t;
	return constrain(r, n, "allowedValues", t);
}

static enum err fill_definition(struct dmn_reader *r, const struct xml_node *n, struct feel_type *t)
{
	if (is_collection(n)) {
		const struct feel_type *item;
		TRY(item_type(r, n, &item));
		*t = (struct feel_type){ .kind = FEEL_TYPE_LIST, .item = item };
	} else {
		TRY(fill_item(r, n, t));
		TRY(constrain(r, n, "allowedValues", t));
	}
	return constrain(r, n, "typeConstraint", t);
}

static enum err fill(struct dmn_reader *r, const struct xml_node *n, struct feel_type *t)
{
	struct str name = t->name;
	if (r->nest >= DMN_NEST_MAX)
		return diag_set(r->diag, ERR_LIMIT, "dmn.nesting", "item definitions refer to each other more than %d deep, line %d",
		                DMN_NEST_MAX, n->line);
	r->nest++;
	enum err err = fill_definition(r, n, t);
	r->nest--;
	t->name = name;
	return err;
}

/* Type of a component. */
static enum err type_of(struct dmn_reader *r, const struct xml_node *n, const struct feel_type **out)
{
	if (!is_collection(n) && !has_tests(r, n, "typeConstraint"))
		return item_type(r, n, out);
	struct feel_type *t;
	DMN_ALLOC(r, t, struct feel_type, 1);
	TRY(fill(r, n, t));
	*out = t;
	return OK;
}

/* First the names, so that definitions may refer forward. */
static enum err announce(struct dmn_reader *r, size_t count)
{
	const struct feel_type **known;
	size_t at = 0;
	DMN_ALLOC(r, known, const struct feel_type *, count + r->model->types.count);
	for (; at < r->model->types.count; at++)
		known[at] = r->model->types.entries[at].value;
	for (const struct xml_node *n = dmn_child(r, r->definitions, "itemDefinition"); n; n = xml_next_same(n)) {
		struct feel_type *t;
		DMN_ALLOC(r, t, struct feel_type, 1);
		t->name = dmn_name_of(r, n);
		if (str_empty(t->name) || map_has(&r->item_nodes, t->name)) {
			dmn_find(r, DMN_ERROR, "type-name", dmn_id_of(n), n->line,
			         "an item definition needs a name of its own; \"%.*s\" is missing or taken", STR_ARG(t->name));
			continue;
		}
		TRY(map_set(&r->model->types, t->name, t));
		TRY(map_set(&r->item_nodes, t->name, (void *)(uintptr_t)n));
		known[at++] = t;
	}
	r->model->names.known_types = known;
	r->model->names.known_types_count = at;
	return r->failed;
}

enum err dmn_types_read(struct dmn_reader *r)
{
	map_init(&r->item_nodes, r->arena);
	TRY(announce(r, dmn_count(r, r->definitions, "itemDefinition")));
	for (size_t i = 0; i < r->model->types.count; i++) {
		struct feel_type *t;
		TRY(find_type(r, r->model->types.entries[i].key, &t));
	}
	return r->failed;
}
