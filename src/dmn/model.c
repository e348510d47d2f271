/* model.c - a DMN file into an immutable model: imports, types, elements, then links and plans. */
#include "dmn/dmn_int.h"

static const char *const namespaces[] = {
	"https://www.omg.org/spec/DMN/20230324/MODEL/", /* 1.5 */
	"https://www.omg.org/spec/DMN/20211108/MODEL/", /* 1.4 */
	"https://www.omg.org/spec/DMN/20191111/MODEL/", /* 1.3, what most editors write */
	"http://www.omg.org/spec/DMN/20180521/MODEL/",  /* 1.2 */
};

static const char *known_namespace(struct str ns)
{
	for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
		if (str_eqz(ns, namespaces[i]))
			return namespaces[i];
	return NULL;
}

static enum err refuse_root(struct dmn_reader *r, const struct xml_node *n)
{
	if (!str_eqz(n->name, "definitions") || str_find(n->ns, S("/DMN/")) < 0) {
		dmn_find(r, DMN_ERROR, "no-dmn", S(""), n->line, "this is no DMN file: it begins with <%.*s>", STR_ARG(n->name));
		return diag_set(r->diag, ERR_INVALID, "dmn.no-dmn", "this is no DMN file: it begins with <%.*s>", STR_ARG(n->name));
	}
	dmn_find(r, DMN_ERROR, "version", S(""), n->line, "DMN 1.2 to 1.5 are read; this file is of %.*s", STR_ARG(n->ns));
	return diag_set(r->diag, ERR_UNSUPPORTED, "dmn.version", "DMN 1.2 to 1.5 are read; this file is of %.*s", STR_ARG(n->ns));
}

static struct str attr_or_empty(const struct xml_node *n, const char *name)
{
	struct str v = xml_attr(n, name);
	return v.ptr ? str_trim(v) : S("");
}

/* ---- imports ---- */

static enum err import_types(struct dmn_reader *r, const struct dmn_import *import)
{
	const struct map *from = &import->model->types;
	for (size_t i = 0; i < from->count; i++) {
		struct feel_type *t;
		DMN_ALLOC(r, t, struct feel_type, 1);
		*t = *(const struct feel_type *)from->entries[i].value;
		t->name = str_empty(import->name) ? from->entries[i].key :
		          arena_printf(r->arena, "%.*s.%.*s", STR_ARG(import->name), STR_ARG(from->entries[i].key));
		if (!t->name.ptr)
			return ERR_NOMEM;
		TRY(map_set(&r->model->types, t->name, t));
	}
	return OK;
}

static enum err import_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_import *out)
{
	struct str kind = attr_or_empty(n, "importType");
	out->name = dmn_name_of(r, n);
	out->ns = attr_or_empty(n, "namespace");
	if (!known_namespace(kind)) {
		dmn_find(r, DMN_ERROR, "import-kind", dmn_id_of(n), n->line,
		         "only DMN models can be imported, not %.*s", STR_ARG(kind));
		return r->failed;
	}
	out->model = r->resolve ? r->resolve(r->resolve_arg, out->ns) : NULL;
	if (out->model)
		return import_types(r, out);
	dmn_find(r, DMN_ERROR, "import-unknown", dmn_id_of(n), n->line,
	         "the imported model %.*s (%.*s) is not at hand", STR_ARG(out->name), STR_ARG(out->ns));
	return r->failed;
}

static enum err imports_read(struct dmn_reader *r)
{
	struct dmn_model *m = r->model;
	DMN_ALLOC(r, m->imports, struct dmn_import, dmn_count(r, r->definitions, "import"));
	for (const struct xml_node *n = dmn_child(r, r->definitions, "import"); n; n = xml_next_same(n))
		TRY(import_read(r, n, &m->imports[m->imports_count++]));
	return OK;
}

/* ---- elements ---- */

static bool kind_of(const struct dmn_reader *r, const struct xml_node *n, enum dmn_element_kind *out)
{
	static const struct { const char *name; enum dmn_element_kind kind; } kinds[] = {
		{ "inputData", DMN_INPUT_DATA }, { "decision", DMN_DECISION },
		{ "businessKnowledgeModel", DMN_KNOWLEDGE }, { "decisionService", DMN_SERVICE },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (dmn_is(r, n, kinds[i].name)) {
			*out = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static enum err register_id(struct dmn_reader *r, struct dmn_element *e)
{
	if (str_empty(e->id)) /* nothing can refer to it, but it can be evaluated by name */
		return OK;
	if (map_has(&r->model->by_id, e->id))
		dmn_find(r, DMN_ERROR, "id-twice", e->id, e->line, "the id %.*s stands twice in this file", STR_ARG(e->id));
	return map_set(&r->model->by_id, e->id, e);
}

static enum err names_unique(struct dmn_reader *r)
{
	struct map seen;
	map_init(&seen, r->arena);
	for (size_t i = 0; i < r->model->elements_count; i++) {
		struct dmn_element *e = &r->model->elements[i];
		if (map_has(&seen, e->name))
			dmn_find(r, DMN_WARNING, "name-twice", e->id, e->line, "the name %.*s is used by more than one element",
			         STR_ARG(e->name));
		TRY(map_set(&seen, e->name, e));
	}
	return r->failed;
}

static enum err elements_read(struct dmn_reader *r)
{
	struct dmn_model *m = r->model;
	enum dmn_element_kind kind;
	size_t count = 0;
	for (const struct xml_node *n = r->definitions->first; n; n = n->next)
		count += kind_of(r, n, &kind);
	DMN_ALLOC(r, m->elements, struct dmn_element, count);
	map_init(&m->by_id, r->arena);
	for (const struct xml_node *n = r->definitions->first; n; n = n->next) {
		if (!kind_of(r, n, &kind))
			continue;
		struct dmn_element *e = &m->elements[m->elements_count++];
		e->kind = kind;
		TRY(dmn_element_read(r, n, e));
		TRY(register_id(r, e));
	}
	return names_unique(r);
}

static enum err each_element(struct dmn_reader *r, enum err (*step)(struct dmn_reader *, struct dmn_element *))
{
	for (size_t i = 0; i < r->model->elements_count; i++) {
		TRY(step(r, &r->model->elements[i]));
		TRY(r->failed);
	}
	return OK;
}

/* ---- the whole ---- */

static enum err build(struct dmn_reader *r)
{
	struct dmn_model *m = r->model;
	const struct xml_node *n = r->definitions;
	r->xmlns = str_eqz(n->name, "definitions") ? known_namespace(n->ns) : NULL;
	if (!r->xmlns)
		return refuse_root(r, n);
	m->ns = attr_or_empty(n, "namespace");
	m->name = attr_or_empty(n, "name");
	m->id = attr_or_empty(n, "id");
	map_init(&m->types, r->arena);
	TRY(feel_compile(r->arena, S("for i in r return i"), NULL, &m->walk_range, r->diag));
	TRY(imports_read(r));
	TRY(dmn_types_read(r));
	TRY(elements_read(r));
	TRY(each_element(r, dmn_element_link));
	TRY(each_element(r, dmn_element_compile));
	return each_element(r, dmn_program_build);
}

/* The first error finding, as the diagnosis. */
static enum err refused(const struct dmn_reader *r)
{
	const struct dmn_finding *f = r->findings;
	while (f->severity != DMN_ERROR)
		f = f->next;
	enum err err = diag_set(r->diag, ERR_INVALID, "dmn.model", "%.*s", STR_ARG(f->text));
	diag_at(r->diag, f->element);
	diag_at_line(r->diag, f->line, 0);
	return err;
}

static enum err read_model(struct arena *a, struct str xml, dmn_resolver resolve, void *resolve_arg, bool lenient,
                           struct dmn_model **out, struct dmn_finding **findings, struct diag *d)
{
	struct dmn_reader r = { .arena = a, .diag = d, .resolve = resolve, .resolve_arg = resolve_arg };
	struct xml_node *root;
	r.findings_end = &r.findings;
	*findings = NULL;
	TRY(xml_read(a, xml, &root, d));
	size_t tree = a->used;
	r.definitions = root;
	DMN_ALLOC(&r, r.model, struct dmn_model, 1);
	enum err err = build(&r);
	*findings = r.findings;
	if (err == ERR_NOMEM || r.failed == ERR_NOMEM)
		return diag_set(d, ERR_NOMEM, "dmn.memory", "the memory for a decision model is used up");
	TRY(err);
	if (r.refused && !lenient)
		return refused(&r);
	r.model->bytes = a->used - tree;
	*out = r.model;
	return OK;
}

enum err dmn_model_read(struct arena *a, struct str xml, dmn_resolver resolve, void *resolve_arg,
                        struct dmn_model **out, struct dmn_finding **findings, struct diag *d)
{
	return read_model(a, xml, resolve, resolve_arg, false, out, findings, d);
}

enum err dmn_model_read_partial(struct arena *a, struct str xml, dmn_resolver resolve, void *resolve_arg,
                                struct dmn_model **out, struct dmn_finding **findings, struct diag *d)
{
	return read_model(a, xml, resolve, resolve_arg, true, out, findings, d);
}

struct str dmn_model_namespace(const struct dmn_model *m)
{
	return m->ns;
}

struct str dmn_model_name(const struct dmn_model *m)
{
	return m->name;
}

size_t dmn_model_bytes(const struct dmn_model *m)
{
	return m->bytes;
}

size_t dmn_model_decisions(const struct dmn_model *m, struct arena *a, struct str **names)
{
	size_t count = 0;
	*names = arena_new_n(a, struct str, m->elements_count);
	if (!*names)
		return 0;
	for (size_t i = 0; i < m->elements_count; i++)
		if (m->elements[i].kind == DMN_DECISION)
			(*names)[count++] = m->elements[i].name;
	return count;
}
