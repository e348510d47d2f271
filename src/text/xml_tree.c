/* xml_tree.c - a whole document as a tree in an arena. Names are kept once each. */
#include "base/map.h"
#include "text/xml_int.h"

struct tree {
	struct xml_parser parser; /* first: expat's user data is both */
	struct arena *arena;
	struct map names;
	struct xml_node *root, *open;
	struct buf text[XML_DEPTH_MAX + 1]; /* character data of the open elements */
};

static void out_of_memory(struct tree *t)
{
	xml_parser_stop(&t->parser, ERR_NOMEM, "xml.no-memory", "The document needs more memory than it may have");
}

/* The one copy of a name in the arena; ptr NULL when memory ran out. */
static struct str intern(struct tree *t, struct str s)
{
	if (str_empty(s))
		return S("");
	const char *have = map_get(&t->names, s);
	if (have)
		return str_span(have, s.len);
	struct str copy = arena_str(t->arena, s);
	if (!copy.ptr || map_set(&t->names, copy, (void *)(uintptr_t)copy.ptr) != OK)
		return (struct str){ NULL, 0 };
	return copy;
}

static bool keep_name(struct tree *t, const char *joined, struct str *ns, struct str *name, struct str *prefix)
{
	struct xml_name n = xml_name_split(joined);
	*ns = intern(t, n.ns);
	*name = intern(t, n.name);
	*prefix = intern(t, n.prefix);
	return ns->ptr && name->ptr && prefix->ptr;
}

static bool keep_attrs(struct tree *t, struct xml_node *n, const XML_Char **pairs)
{
	size_t count = 0;
	while (pairs[count * 2])
		count++;
	n->attrs = arena_new_n(t->arena, struct xml_attr, count);
	if (!n->attrs)
		return false;
	n->attrs_count = count;
	for (size_t i = 0; i < count; i++) {
		struct xml_attr *a = &n->attrs[i];
		a->value = arena_str(t->arena, str_of(pairs[i * 2 + 1]));
		if (!a->value.ptr || !keep_name(t, pairs[i * 2], &a->ns, &a->name, &a->prefix))
			return false;
	}
	return true;
}

static void attach(struct tree *t, struct xml_node *n)
{
	n->parent = t->open;
	if (!t->open)
		t->root = n;
	else if (t->open->last)
		t->open->last->next = n;
	else
		t->open->first = n;
	if (t->open)
		t->open->last = n;
	t->open = n;
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **pairs)
{
	struct tree *t = arg;
	if (!xml_parser_enter(&t->parser))
		return;
	struct xml_node *n = arena_new(t->arena, struct xml_node);
	if (!n || !keep_name(t, name, &n->ns, &n->name, &n->prefix) || !keep_attrs(t, n, pairs)) {
		out_of_memory(t);
		return;
	}
	n->line = (int)XML_GetCurrentLineNumber(t->parser.expat);
	n->column = (int)XML_GetCurrentColumnNumber(t->parser.expat) + 1;
	n->text = S("");
	attach(t, n);
	buf_clear(&t->text[t->parser.depth]);
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct tree *t = arg;
	(void)name;
	if (t->parser.failed != OK)
		return;
	struct buf *text = &t->text[t->parser.depth];
	if (text->len)
		t->open->text = arena_str(t->arena, buf_str(text));
	if (text->failed != OK || !t->open->text.ptr) {
		out_of_memory(t);
		return;
	}
	t->open = t->open->parent;
	t->parser.depth--;
}

static void XMLCALL on_text(void *arg, const XML_Char *s, int len)
{
	struct tree *t = arg;
	if (t->parser.failed == OK)
		buf_put(&t->text[t->parser.depth], str_span(s, (size_t)len));
}

static enum err parse(struct tree *t, struct str text, struct diag *d)
{
	TRY(xml_parser_init(&t->parser, d));
	XML_SetElementHandler(t->parser.expat, on_start, on_end);
	XML_SetCharacterDataHandler(t->parser.expat, on_text);
	enum err e = OK;
	if (XML_Parse(t->parser.expat, text.len ? text.ptr : "", (int)text.len, 1) != XML_STATUS_OK)
		e = xml_parser_error(&t->parser);
	XML_ParserFree(t->parser.expat);
	return e;
}

enum err xml_read(struct arena *a, struct str text, struct xml_node **out, struct diag *d)
{
	if (text.len > XML_BYTES_MAX)
		return diag_set(d, ERR_LIMIT, "xml.too-large", "The document is larger than %d MiB", XML_BYTES_MAX >> 20);
	struct tree *t = heap_alloc(sizeof *t);
	if (!t)
		return diag_set(d, ERR_NOMEM, "xml.no-memory", "There is no memory for reading XML");
	t->arena = a;
	map_init(&t->names, a);
	for (size_t i = 0; i <= XML_DEPTH_MAX; i++)
		buf_init(&t->text[i], XML_BYTES_MAX);
	enum err e = parse(t, text, d);
	if (e == OK)
		*out = t->root;
	for (size_t i = 0; i <= XML_DEPTH_MAX; i++)
		buf_release(&t->text[i]);
	heap_free(t);
	return e;
}
