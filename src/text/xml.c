/* xml.c - looking into the tree, and escaping. Parsing is xml_tree.c and xml_stream.c. */
#include "text/xml.h"

struct str xml_attr_ns(const struct xml_node *n, const char *ns, const char *name)
{
	for (size_t i = 0; i < n->attrs_count; i++)
		if (str_eqz(n->attrs[i].name, name) && str_eqz(n->attrs[i].ns, ns))
			return n->attrs[i].value;
	return (struct str){ NULL, 0 };
}

struct str xml_attr(const struct xml_node *n, const char *name)
{
	return xml_attr_ns(n, "", name);
}

bool xml_is(const struct xml_node *n, const char *ns, const char *name)
{
	return n && str_eqz(n->name, name) && (!ns || str_eqz(n->ns, ns));
}

struct xml_node *xml_child(const struct xml_node *n, const char *ns, const char *name)
{
	for (struct xml_node *c = n ? n->first : NULL; c; c = c->next)
		if (xml_is(c, ns, name))
			return c;
	return NULL;
}

struct xml_node *xml_next_same(const struct xml_node *n)
{
	for (struct xml_node *c = n->next; c; c = c->next)
		if (str_eq(c->name, n->name) && str_eq(c->ns, n->ns))
			return c;
	return NULL;
}

static struct str entity_of(char c)
{
	switch (c) {
	case '&':
		return S("&amp;");
	case '<':
		return S("&lt;");
	case '>':
		return S("&gt;");
	case '"':
		return S("&quot;");
	case '\'':
		return S("&#39;");
	default:
		return (struct str){ NULL, 0 };
	}
}

void xml_escape(struct buf *out, struct str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.len; i++) {
		struct str entity = entity_of(s.ptr[i]);
		if (!entity.ptr)
			continue;
		buf_put(out, str_sub(s, from, i));
		buf_put(out, entity);
		from = i + 1;
	}
	buf_put(out, str_sub(s, from, s.len));
}
