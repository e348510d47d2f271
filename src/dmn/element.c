/* element.c - input data, decisions, knowledge models and services: reading, linking, names in scope. */
#include "dmn/dmn_int.h"

static enum err variable_of(struct dmn_reader *r, const struct xml_node *n, struct dmn_element *e)
{
	const struct xml_node *v = dmn_child(r, n, "variable");
	if (v)
		e->type = dmn_type_ref(r, xml_attr(v, "typeRef"), v);
	struct str name = v ? dmn_name_of(r, v) : S("");
	if (!str_empty(name) && !str_eq(name, e->name))
		dmn_find(r, DMN_WARNING, "variable-name", e->id, v->line,
		         "the variable is called %.*s, its element %.*s; the element's name is used", STR_ARG(name), STR_ARG(e->name));
	return r->failed;
}

static void require(struct dmn_requirement *to, size_t *count, const struct xml_node *n)
{
	struct str href = xml_attr(n, "href");
	to[(*count)++] = (struct dmn_requirement){ .href = href.ptr ? href : S(""), .line = n->line };
}

/* What the informationRequirement and knowledgeRequirement elements refer to. */
static enum err requirements_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_element *e)
{
	size_t room = dmn_count(r, n, "informationRequirement") + dmn_count(r, n, "knowledgeRequirement");
	static const char *const targets[] = { "requiredDecision", "requiredInput", "requiredKnowledge" };
	DMN_ALLOC(r, e->requires, struct dmn_requirement, room * 2);
	for (const struct xml_node *c = n->first; c; c = c->next) {
		size_t found = 0;
		if (!dmn_is(r, c, "informationRequirement") && !dmn_is(r, c, "knowledgeRequirement"))
			continue;
		for (size_t i = 0; i < 3 && found < 2; i++) {
			const struct xml_node *target = dmn_child(r, c, targets[i]);
			if (target) {
				require(e->requires, &e->requires_count, target);
				found++;
			}
		}
	}
	return OK;
}

static enum err hrefs_read(struct dmn_reader *r, const struct xml_node *n, const char *name, struct dmn_requirement **out,
                           size_t *count)
{
	DMN_ALLOC(r, *out, struct dmn_requirement, dmn_count(r, n, name));
	for (const struct xml_node *c = dmn_child(r, n, name); c; c = xml_next_same(c))
		require(*out, count, c);
	return OK;
}

static enum err service_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_element *e)
{
	TRY(hrefs_read(r, n, "outputDecision", &e->outputs, &e->outputs_count));
	TRY(hrefs_read(r, n, "encapsulatedDecision", &e->inner, &e->inner_count));
	TRY(hrefs_read(r, n, "inputDecision", &e->input_decisions, &e->input_decisions_count));
	TRY(hrefs_read(r, n, "inputData", &e->input_data, &e->input_data_count));
	if (!e->outputs_count)
		dmn_find(r, DMN_ERROR, "service-without-output", e->id, e->line, "the decision service %.*s has no output decision",
		         STR_ARG(e->name));
	return r->failed;
}

static enum err knowledge_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_element *e)
{
	const struct xml_node *logic = dmn_child(r, n, "encapsulatedLogic");
	struct dmn_expr *f;
	DMN_ALLOC(r, f, struct dmn_expr, 1);
	*f = (struct dmn_expr){ .ops = &dmn_function_ops, .id = e->id, .line = e->line };
	e->logic = f;
	if (!logic) /* knowledge that is not written down: calling it gives null */
		return OK;
	if (!str_empty(dmn_id_of(logic)))
		f->id = dmn_id_of(logic);
	f->line = logic->line;
	if (xml_attr(logic, "typeRef").ptr)
		f->type = dmn_type_ref(r, xml_attr(logic, "typeRef"), logic);
	return f->ops->read(r, logic, f);
}

enum err dmn_element_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_element *e)
{
	e->id = dmn_id_of(n);
	e->name = dmn_name_of(r, n);
	e->line = n->line;
	e->model = r->model;
	if (str_empty(e->name))
		dmn_find(r, DMN_ERROR, "element-name", e->id, e->line, "the <%.*s> in line %d has no name", STR_ARG(n->name), e->line);
	TRY(variable_of(r, n, e));
	TRY(requirements_read(r, n, e));
	if (e->kind == DMN_SERVICE)
		return service_read(r, n, e);
	if (e->kind == DMN_KNOWLEDGE)
		return knowledge_read(r, n, e);
	const struct xml_node *logic = e->kind == DMN_DECISION ? dmn_expr_child(r, n) : NULL;
	return logic ? dmn_expr_read(r, logic, &e->logic) : r->failed;
}

/* ---- links ---- */

static const struct dmn_element *by_href(const struct dmn_reader *r, struct str href, struct str *alias)
{
	ptrdiff_t hash = str_find_byte(href, '#');
	struct str ns = hash > 0 ? str_sub(href, 0, (size_t)hash) : S("");
	struct str id = hash >= 0 ? str_sub(href, (size_t)hash + 1, href.len) : href;
	*alias = S("");
	if (str_empty(ns) || str_eq(ns, r->model->ns))
		return map_get(&r->model->by_id, id);
	for (size_t i = 0; i < r->model->imports_count; i++) {
		const struct dmn_import *import = &r->model->imports[i];
		if (!import->model || !str_eq(import->ns, ns))
			continue;
		*alias = import->name;
		return map_get(&import->model->by_id, id);
	}
	return NULL;
}

/* Drops what cannot be found, with a finding, so that later stages need no checks. */
static enum err link_all(struct dmn_reader *r, const struct dmn_element *e, struct dmn_requirement *q, size_t *count)
{
	size_t kept = 0;
	for (size_t i = 0; i < *count; i++) {
		q[i].element = by_href(r, q[i].href, &q[i].alias);
		if (q[i].element)
			q[kept++] = q[i];
		else
			dmn_find(r, DMN_ERROR, "reference-unknown", e->id, q[i].line,
			         "%.*s refers to %.*s, which is in neither this model nor its imports", STR_ARG(e->name), STR_ARG(q[i].href));
	}
	*count = kept;
	return r->failed;
}

static bool is_function(const struct dmn_element *e)
{
	return e->kind == DMN_KNOWLEDGE || e->kind == DMN_SERVICE;
}

/* The type under which an element is seen by what requires it. */
static const struct feel_type *seen_type(const struct dmn_element *e)
{
	return is_function(e) ? NULL : e->type;
}

/* An import as a context of what is used from it. */
static enum err alias_type(struct dmn_reader *r, const struct dmn_element *e, struct str alias, struct feel_type **out)
{
	struct feel_param *members;
	struct feel_type *t;
	size_t n = 0;
	DMN_ALLOC(r, t, struct feel_type, 1);
	DMN_ALLOC(r, members, struct feel_param, e->requires_count);
	for (size_t i = 0; i < e->requires_count; i++)
		if (str_eq(e->requires[i].alias, alias))
			members[n++] = (struct feel_param){ .name = e->requires[i].element->name,
				.type = seen_type(e->requires[i].element) };
	*t = (struct feel_type){ .kind = FEEL_TYPE_CONTEXT, .members = members, .members_count = n };
	*out = t;
	return OK;
}

bool dmn_alias_is_first(const struct dmn_element *e, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq(e->requires[i].alias, e->requires[at].alias))
			return false;
	return true;
}

/* One name per requirement, one per import, and a knowledge model's own name. */
static enum err names_of(struct dmn_reader *r, struct dmn_element *e)
{
	struct feel_param *seen;
	size_t n = 0;
	DMN_ALLOC(r, seen, struct feel_param, e->requires_count + 1);
	for (size_t i = 0; i < e->requires_count; i++) {
		const struct dmn_requirement *q = &e->requires[i];
		if (str_empty(q->alias)) {
			seen[n++] = (struct feel_param){ .name = q->element->name, .type = seen_type(q->element) };
		} else if (dmn_alias_is_first(e, i)) {
			struct feel_type *t = NULL;
			TRY(alias_type(r, e, q->alias, &t));
			seen[n++] = (struct feel_param){ .name = q->alias, .type = t };
		}
	}
	if (e->kind == DMN_KNOWLEDGE)
		seen[n++] = (struct feel_param){ .name = e->name };
	return dmn_names_of_params(r, seen, n, &r->model->names, &e->names);
}

static void add_params(struct dmn_element *e, const struct dmn_requirement *q, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct dmn_element *in = q[i].element;
		e->open_params[e->params_count] = (struct feel_param){ .name = in->name };
		e->params[e->params_count++] = (struct feel_param){ .name = in->name, .type = in->type };
	}
}

/* Parameters of a service as a function: input data first, then input decisions (DMN 1.5, 10.4). */
static enum err params_of(struct dmn_reader *r, struct dmn_element *e)
{
	DMN_ALLOC(r, e->params, struct feel_param, e->input_data_count + e->input_decisions_count);
	DMN_ALLOC(r, e->open_params, struct feel_param, e->input_data_count + e->input_decisions_count);
	add_params(e, e->input_data, e->input_data_count);
	add_params(e, e->input_decisions, e->input_decisions_count);
	return OK;
}

enum err dmn_element_link(struct dmn_reader *r, struct dmn_element *e)
{
	TRY(link_all(r, e, e->requires, &e->requires_count));
	TRY(link_all(r, e, e->outputs, &e->outputs_count));
	TRY(link_all(r, e, e->inner, &e->inner_count));
	TRY(link_all(r, e, e->input_decisions, &e->input_decisions_count));
	TRY(link_all(r, e, e->input_data, &e->input_data_count));
	TRY(params_of(r, e));
	return names_of(r, e);
}

enum err dmn_element_compile(struct dmn_reader *r, struct dmn_element *e)
{
	if (e->kind == DMN_DECISION && e->logic && e->logic->ops == &dmn_table_ops)
		e->logic->table->result = e->type;
	return e->logic ? dmn_expr_compile(r, e->logic, &e->names) : OK;
}

const struct dmn_element *dmn_element_find(const struct dmn_model *m, struct str name_or_id)
{
	for (size_t i = 0; i < m->elements_count; i++)
		if (str_eq(m->elements[i].name, name_or_id) && m->elements[i].kind != DMN_INPUT_DATA)
			return &m->elements[i];
	const struct dmn_element *e = map_get(&m->by_id, name_or_id);
	return e && e->kind != DMN_INPUT_DATA ? e : NULL;
}
