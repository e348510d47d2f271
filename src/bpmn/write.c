/* write.c - the model as XML again: the tree that was read, with its name spaces declared
 * once at the root. Comments and the order of blanks inside mixed text are not kept (the
 * reader drops them); elements, attributes, text and prefixes are.
 */
#include "bpmn/bpmn_int.h"

enum { PREFIXES_MAX = 256 };

struct prefix { struct str name, uri; };

struct writer {
	struct buf *out;
	struct prefix prefixes[PREFIXES_MAX];
	size_t count;
};

static void declare(struct writer *w, struct str name, struct str uri)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->prefixes[i].name, name))
			return; /* the first meaning stands at the root; others are declared where they are used */
	if (w->count < PREFIXES_MAX && !str_empty(uri))
		w->prefixes[w->count++] = (struct prefix){ name, uri };
}

static void collect(struct writer *w, const struct xml_node *n)
{
	declare(w, n->prefix, n->ns);
	for (size_t i = 0; i < n->attrs_count; i++)
		if (!str_empty(n->attrs[i].ns) && !str_eqz(n->attrs[i].prefix, "xml"))
			declare(w, n->attrs[i].prefix, n->attrs[i].ns);
	for (const struct xml_node *c = n->first; c; c = c->next)
		collect(w, c);
}

static bool is_prefix(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')))
			return false;
	}
	return name.len && !str_starts(name, S("xml"));
}

/* One attribute at the front of `rest`: name, quoted value; rest moves behind it. */
static bool take_attribute(struct str *rest, struct str *name, struct str *value)
{
	size_t i = 0;
	char quote;

	*rest = str_trim(*rest);
	while (i < rest->len && rest->ptr[i] != '=')
		i++;
	if (i == rest->len)
		return false;
	*name = str_trim(str_sub(*rest, 0, i));
	*rest = str_trim(str_sub(*rest, i + 1, rest->len));
	quote = rest->len ? rest->ptr[0] : 0;
	if (quote != '"' && quote != '\'')
		return false;
	*rest = str_sub(*rest, 1, rest->len);
	*value = str_cut(rest, quote);
	return rest->ptr != NULL;
}

static void collect_tag(struct writer *w, struct str tag)
{
	struct str name, uri;
	size_t i = 0;

	while (i < tag.len && tag.ptr[i] != ' ' && tag.ptr[i] != '\n' && tag.ptr[i] != '\t' && tag.ptr[i] != '\r')
		i++;
	tag = str_sub(tag, i, tag.len);
	while (take_attribute(&tag, &name, &uri))
		if (str_starts(name, S("xmlns:")) && is_prefix(str_sub(name, 6, name.len)) && str_find_byte(uri, '&') < 0)
			declare(w, str_sub(name, 6, name.len), uri);
}

/* Bytes of the markup that begins at `s`; tags that may have attributes go to collect_tag. */
static size_t markup(struct writer *w, struct str s)
{
	const char *end = str_starts(s, S("<!--")) ? "-->" : str_starts(s, S("<![CDATA[")) ? "]]>" : str_starts(s, S("<?")) ? "?>" : NULL;
	char quote = 0;
	size_t i = 1;

	if (end) {
		ptrdiff_t at = str_find(s, str_of(end));

		return at < 0 ? s.len : (size_t)at + 1;
	}
	for (; i < s.len && (quote || s.ptr[i] != '>'); i++)
		if (quote ? s.ptr[i] == quote : s.ptr[i] == '"' || s.ptr[i] == '\'')
			quote = quote ? 0 : s.ptr[i];
	collect_tag(w, str_sub(s, 1, i));
	return i;
}

/* Prefixes that only values use (xsd:string as a type): taken from the declarations in the source. */
static void collect_declared(struct writer *w, struct str source)
{
	for (ptrdiff_t at; (at = str_find_byte(source, '<')) >= 0;) {
		source = str_sub(source, (size_t)at, source.len);
		source = str_sub(source, markup(w, source), source.len);
	}
}

static bool known(const struct writer *w, struct str prefix, struct str uri)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->prefixes[i].name, prefix))
			return str_eq(w->prefixes[i].uri, uri);
	return str_empty(prefix) && str_empty(uri);
}

/* Whether `prefix` means `uri` where `at` stands: the nearest use of the prefix around it decides. */
static bool bound(const struct writer *w, const struct xml_node *at, struct str prefix, struct str uri)
{
	for (; at && at->parent; at = at->parent) {
		if (str_eq(at->prefix, prefix))
			return str_eq(at->ns, uri);
		for (size_t i = 0; i < at->attrs_count; i++)
			if (!str_empty(at->attrs[i].ns) && str_eq(at->attrs[i].prefix, prefix))
				return str_eq(at->attrs[i].ns, uri);
	}
	return known(w, prefix, uri);
}

static void put_name(struct writer *w, struct str prefix, struct str name)
{
	if (!str_empty(prefix)) {
		buf_put(w->out, prefix);
		buf_byte(w->out, ':');
	}
	buf_put(w->out, name);
}

static void put_declaration(struct writer *w, struct str prefix, struct str uri)
{
	buf_putz(w->out, str_empty(prefix) ? " xmlns" : " xmlns:");
	buf_put(w->out, prefix);
	buf_putz(w->out, "=\"");
	xml_escape(w->out, uri);
	buf_byte(w->out, '"');
}

/* Attribute values are normalised by every XML reader: line breaks survive as references. */
static void put_value(struct writer *w, struct str value)
{
	for (size_t i = 0, from = 0; i <= value.len; i++) {
		char c = i < value.len ? value.ptr[i] : '\n';

		if (c != '\n' && c != '\r' && c != '\t')
			continue;
		xml_escape(w->out, str_sub(value, from, i));
		if (i < value.len)
			buf_printf(w->out, "&#%d;", c);
		from = i + 1;
	}
}

static bool declared_before(const struct xml_node *n, size_t attr)
{
	for (size_t i = 0; i < attr; i++)
		if (str_eq(n->attrs[i].prefix, n->attrs[attr].prefix) && !str_empty(n->attrs[i].ns))
			return true;
	return false;
}

static void put_attrs(struct writer *w, const struct xml_node *n)
{
	for (size_t i = 0; i < n->attrs_count; i++) {
		const struct xml_attr *a = &n->attrs[i];

		if (!str_empty(a->ns) && !str_eqz(a->prefix, "xml") && !str_eq(a->prefix, n->prefix) &&
		    !declared_before(n, i) && !bound(w, n->parent, a->prefix, a->ns))
			put_declaration(w, a->prefix, a->ns);
		buf_byte(w->out, ' ');
		put_name(w, a->prefix, a->name);
		buf_putz(w->out, "=\"");
		put_value(w, a->value);
		buf_byte(w->out, '"');
	}
}

static void put_text(struct writer *w, struct str text)
{
	for (size_t i = 0, from = 0; i <= text.len; i++) {
		if (i < text.len && text.ptr[i] != '\r')
			continue;
		xml_escape(w->out, str_sub(text, from, i));
		if (i < text.len)
			buf_putz(w->out, "&#13;");
		from = i + 1;
	}
}

static void put_node(struct writer *w, const struct xml_node *n, int depth)
{
	bool text = !str_empty(str_trim(n->text));

	buf_byte(w->out, '<');
	put_name(w, n->prefix, n->name);
	if (depth == 0)
		for (size_t i = 0; i < w->count; i++)
			put_declaration(w, w->prefixes[i].name, w->prefixes[i].uri);
	else if (!bound(w, n->parent, n->prefix, n->ns))
		put_declaration(w, n->prefix, n->ns);
	put_attrs(w, n);
	if (!n->first && str_empty(n->text)) {
		buf_putz(w->out, "/>");
		return;
	}
	buf_byte(w->out, '>');
	if (text || !n->first)
		put_text(w, n->text);
	for (const struct xml_node *c = n->first; c; c = c->next) {
		if (!text)
			buf_printf(w->out, "\n%*s", (depth + 1) * 2, "");
		put_node(w, c, depth + 1);
	}
	if (!text && n->first)
		buf_printf(w->out, "\n%*s", depth * 2, "");
	buf_putz(w->out, "</");
	put_name(w, n->prefix, n->name);
	buf_byte(w->out, '>');
}

void bpmn_write(const struct bpmn_model *m, struct buf *out)
{
	struct writer w = { .out = out };

	collect(&w, m->root);
	collect_declared(&w, m->source);
	buf_putz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	put_node(&w, m->root, 0);
	buf_byte(out, '\n');
}
