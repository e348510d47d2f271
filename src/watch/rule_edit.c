/* rule_edit.c - a rule's file with cells and words replaced, everything else as it was. */
#include "watch/watch_int.h"

enum { SPACES_MAX = 16, XML_OUT_MAX = 1 << 20 };

/* ---- writing a tree ---- */

struct spaces { struct { struct str prefix, ns; } at[SPACES_MAX]; size_t count; bool clash; };

static void space_note(struct spaces *s, struct str prefix, struct str ns)
{
	if (!ns.len || str_eqz(prefix, "xml"))
		return;
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->at[i].prefix, prefix)) {
			s->clash = s->clash || !str_eq(s->at[i].ns, ns);
			return;
		}
	if (s->count == SPACES_MAX) {
		s->clash = true;
		return;
	}
	s->at[s->count].prefix = prefix;
	s->at[s->count++].ns = ns;
}

static void spaces_of(struct spaces *s, const struct xml_node *n)
{
	space_note(s, n->prefix, n->ns);
	for (size_t i = 0; i < n->attrs_count; i++)
		space_note(s, n->attrs[i].prefix, n->attrs[i].ns);
	for (const struct xml_node *c = n->first; c; c = c->next)
		spaces_of(s, c);
}

static void put_name(struct buf *b, struct str prefix, struct str name)
{
	if (prefix.len)
		buf_printf(b, "%.*s:", STR_ARG(prefix));
	buf_put(b, name);
}

static void put_attribute(struct buf *b, const struct xml_attr *a)
{
	buf_byte(b, ' ');
	put_name(b, a->prefix, a->name);
	buf_putz(b, "=\"");
	xml_escape(b, a->value);
	buf_byte(b, '"');
}

static void put_spaces(struct buf *b, const struct spaces *s)
{
	for (size_t i = 0; i < s->count; i++) {
		buf_putz(b, s->at[i].prefix.len ? " xmlns:" : " xmlns");
		buf_put(b, s->at[i].prefix);
		buf_putz(b, "=\"");
		xml_escape(b, s->at[i].ns);
		buf_byte(b, '"');
	}
}

static void put_node(struct buf *b, const struct xml_node *n, const struct spaces *s, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_putz(b, "  ");
	buf_byte(b, '<');
	put_name(b, n->prefix, n->name);
	if (!depth)
		put_spaces(b, s);
	for (size_t i = 0; i < n->attrs_count; i++)
		put_attribute(b, &n->attrs[i]);
	bool words = str_trim(n->text).len > 0;
	if (!words && !n->first) {
		buf_putz(b, "/>\n");
		return;
	}
	buf_byte(b, '>');
	if (words)
		xml_escape(b, n->text);
	if (n->first) {
		buf_byte(b, '\n');
		for (const struct xml_node *c = n->first; c; c = c->next)
			put_node(b, c, s, depth + 1);
		for (int i = 0; i < depth; i++)
			buf_putz(b, "  ");
	}
	buf_putz(b, "</");
	put_name(b, n->prefix, n->name);
	buf_putz(b, ">\n");
}

static enum err put_tree(struct arena *a, const struct xml_node *root, struct str *out, struct diag *d)
{
	struct spaces s = { .count = 0 };
	struct buf b;
	spaces_of(&s, root);
	if (s.clash)
		return diag_set(d, ERR_UNSUPPORTED, "watch.namespaces", "The file uses one prefix for two namespaces; edit it as a file.");
	buf_init_in(&b, a, XML_OUT_MAX);
	buf_putz(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	put_node(&b, root, &s, 0);
	return buf_finish(&b, out);
}

/* ---- changing it ---- */

static struct xml_node *nth(const struct xml_node *parent, const char *name, int64_t n)
{
	struct xml_node *c = parent ? xml_child(parent, NULL, name) : NULL;
	while (c && --n > 0)
		c = xml_next_same(c);
	return n == 1 || n == 0 ? c : NULL;
}

static enum err no_cell(struct diag *d)
{
	return diag_set(d, ERR_INVALID, "watch.cell", "The table has no such cell. Load the page again.");
}

static enum err set_cell(const struct xml_node *table, const struct json *cell, struct arena *a, struct diag *d)
{
	int64_t row = json_i64(json_get(cell, "rule"), 0), column = json_i64(json_get(cell, "column"), 0);
	if (row < 1 || column < 1)
		return no_cell(d);
	bool out = json_bool(json_get(cell, "out"), false);
	struct xml_node *rule = nth(table, "rule", row), *entry = nth(rule, out ? "outputEntry" : "inputEntry", column);
	struct xml_node *text = entry ? xml_child(entry, NULL, "text") : NULL;
	if (!text)
		return no_cell(d);
	struct str typed = str_trim(json_text(json_get(cell, "text")));
	text->text = arena_str(a, typed.len ? typed : out ? S("null") : S("-"));
	return text->text.ptr ? OK : ERR_NOMEM;
}

static enum err set_attr(struct arena *a, struct xml_node *n, const char *name, const struct json *value)
{
	if (!value)
		return OK;
	struct str v = arena_str(a, str_trim(json_text(value)));
	for (size_t i = 0; i < n->attrs_count; i++)
		if (!n->attrs[i].ns.len && str_eqz(n->attrs[i].name, name)) {
			n->attrs[i].value = v;
			return OK;
		}
	struct xml_attr *more = arena_new_n(a, struct xml_attr, n->attrs_count + 1);
	if (!more || !v.ptr)
		return ERR_NOMEM;
	if (n->attrs_count)
		memcpy(more, n->attrs, n->attrs_count * sizeof *more);
	more[n->attrs_count] = (struct xml_attr){ .ns = S(""), .prefix = S(""), .name = str_of(name), .value = v };
	n->attrs = more;
	n->attrs_count++;
	return OK;
}

static enum err set_words(struct arena *a, struct xml_node *decision, const struct json *edit)
{
	static const char *const names[] = { "ground", "post", "moments", "text", "text_en" };
	struct xml_node *ext = xml_child(decision, NULL, "extensionElements");
	struct xml_node *watch = ext ? xml_child(ext, NULL, "watch") : NULL, *label = ext ? xml_child(ext, NULL, "label") : NULL;
	for (size_t i = 0; watch && i < sizeof names / sizeof *names; i++)
		TRY(set_attr(a, watch, names[i], json_get(edit, names[i])));
	if (label)
		TRY(set_attr(a, label, "en", json_get(edit, "name_en")));
	return set_attr(a, decision, "label", json_get(edit, "name"));
}

enum err watch_rule_edit(struct arena *a, struct str xml, const struct json *edit, struct str *out, struct diag *d)
{
	struct xml_node *root;
	const struct json *cells = json_get(edit, "cells");
	TRY(xml_read(a, xml, &root, d));
	struct xml_node *decision = xml_child(root, NULL, "decision");
	const struct xml_node *table = decision ? xml_child(decision, NULL, "decisionTable") : NULL;
	if (!table)
		return diag_set(d, ERR_INVALID, "watch.no-table", "The logic of the rule is no decision table.");
	for (size_t i = 0; cells && cells->kind == JSON_ARRAY && i < cells->count; i++)
		TRY(set_cell(table, &cells->items[i], a, d));
	TRY(set_words(a, decision, edit));
	return put_tree(a, root, out, d);
}
