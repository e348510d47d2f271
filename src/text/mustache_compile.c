/* mustache_compile.c - source text to nodes.
 *
 * A tag that renders nothing and stands alone on its line takes the whole line with
 * it (the specification's "standalone" rule); such a partial remembers its indentation.
 */
#include <stdio.h>

#include "base/utf8.h"
#include "text/mustache_int.h"

enum { TAG_NAME_MAX = 256, DELIMITER_MAX = 16 };

struct compiler {
	struct arena *arena;
	struct str src;
	size_t at;          /* behind what was compiled */
	struct str open, close;
	struct diag *diag;
	int depth;
};

struct list {
	struct mustache_node *first, **end;
};

struct tag {
	char kind;         /* the sigil; 'v' for a plain value, '{' and '&' for a raw one */
	struct str name;
	size_t from, to;   /* in the source, delimiters included */
	bool alone;
	size_t line_from, line_to; /* of a tag that stands alone: the part it swallows */
};

static enum err fail(struct compiler *c, size_t at, const char *what)
{
	int line = 1;
	for (size_t i = 0; i < at; i++)
		line += c->src.ptr[i] == '\n';
	diag_set(c->diag, ERR_INVALID, "mustache.syntax", "%s at line %d", what, line);
	diag_at_line(c->diag, line, 0);
	return ERR_INVALID;
}

static enum err add(struct compiler *c, struct list *l, enum mustache_kind kind, struct mustache_node **out)
{
	struct mustache_node *n = arena_new(c->arena, struct mustache_node);
	if (!n)
		return ERR_NOMEM;
	n->kind = kind;
	*l->end = n;
	l->end = &n->next;
	*out = n;
	return OK;
}

static bool line_starts_at(const struct compiler *c, size_t at)
{
	return at == 0 || c->src.ptr[at - 1] == '\n';
}

/* Text of the source from..to. An empty one is kept where a line begins with a tag: the
 * indentation of a partial goes there. */
static enum err add_text(struct compiler *c, struct list *l, size_t from, size_t to, bool keep_empty)
{
	bool line_start = line_starts_at(c, from);
	if (from == to && !(keep_empty && line_start))
		return OK;
	struct mustache_node *n;
	TRY(add(c, l, MUSTACHE_TEXT, &n));
	n->text = str_sub(c->src, from, to);
	n->at_line_start = line_start;
	if (to > from && keep_empty && c->src.ptr[to - 1] == '\n') {
		TRY(add(c, l, MUSTACHE_TEXT, &n));
		n->text = S("");
		n->at_line_start = true;
	}
	return OK;
}

static void check_alone(const struct compiler *c, struct tag *t)
{
	if (!strchr("#^/!>=", t->kind))
		return;
	size_t from = t->from, to = t->to;
	while (from > 0 && (c->src.ptr[from - 1] == ' ' || c->src.ptr[from - 1] == '\t'))
		from--;
	while (to < c->src.len && (c->src.ptr[to] == ' ' || c->src.ptr[to] == '\t'))
		to++;
	if (to + 1 < c->src.len && c->src.ptr[to] == '\r' && c->src.ptr[to + 1] == '\n')
		to++;
	if (!line_starts_at(c, from) || (to < c->src.len && c->src.ptr[to] != '\n'))
		return;
	t->alone = true;
	t->line_from = from;
	t->line_to = to < c->src.len ? to + 1 : to;
}

/* The next tag; *found false when the rest is text. */
static enum err next_tag(struct compiler *c, struct tag *t, bool *found)
{
	struct str rest = str_sub(c->src, c->at, c->src.len);
	ptrdiff_t open = str_find(rest, c->open);
	*found = open >= 0;
	if (open < 0)
		return OK;
	*t = (struct tag){ .kind = 'v', .from = c->at + (size_t)open };
	size_t at = t->from + c->open.len;
	if (at < c->src.len && strchr("#^/!>={&", c->src.ptr[at]) && c->src.ptr[at])
		t->kind = c->src.ptr[at++];
	char closing[DELIMITER_MAX + 2];
	int n = snprintf(closing, sizeof closing, "%s%.*s", t->kind == '{' ? "}" : t->kind == '=' ? "=" : "", STR_ARG(c->close));
	ptrdiff_t close = str_find(str_sub(c->src, at, c->src.len), str_span(closing, (size_t)n));
	if (close < 0)
		return fail(c, t->from, "A tag is not closed");
	t->name = str_trim(str_sub(c->src, at, at + (size_t)close));
	t->to = at + (size_t)close + (size_t)n;
	check_alone(c, t);
	return OK;
}

static enum err split_name(struct compiler *c, const struct tag *t, struct mustache_node *n)
{
	if (t->name.len > TAG_NAME_MAX || str_empty(t->name))
		return fail(c, t->from, "A tag has no name, or one that is too long");
	if (str_eq(t->name, S(".")))
		return OK;
	size_t parts = 1;
	for (size_t i = 0; i < t->name.len; i++)
		parts += t->name.ptr[i] == '.';
	struct str *path = arena_new_n(c->arena, struct str, parts), rest = t->name;
	if (!path)
		return ERR_NOMEM;
	for (size_t i = 0; i < parts; i++)
		path[i] = str_cut(&rest, '.');
	n->path = path;
	n->path_count = parts;
	return OK;
}

static bool good_delimiter(struct str s)
{
	return s.len > 0 && s.len <= DELIMITER_MAX && str_find_byte(s, '=') < 0 && str_find_byte(s, ' ') < 0;
}

static enum err set_delimiters(struct compiler *c, const struct tag *t)
{
	struct str rest = t->name;
	struct str open = str_cut(&rest, ' '), close = str_trim(rest);
	if (!good_delimiter(open) || !good_delimiter(close))
		return fail(c, t->from, "Delimiters must be two words without =");
	c->open = open;
	c->close = close;
	return OK;
}

static enum err compile_list(struct compiler *c, const struct tag *opened, struct mustache_node **out);

static enum err add_section(struct compiler *c, struct list *l, const struct tag *t)
{
	struct mustache_node *n;
	bool translation = t->kind == '#' && str_eq(t->name, S("t"));
	TRY(add(c, l, translation ? MUSTACHE_TRANSLATION : t->kind == '#' ? MUSTACHE_SECTION : MUSTACHE_INVERTED, &n));
	TRY(split_name(c, t, n));
	if (c->depth == MUSTACHE_DEPTH_MAX)
		return fail(c, t->from, "Sections are nested too deep");
	c->depth++;
	enum err e = compile_list(c, t, &n->first);
	c->depth--;
	return e;
}

static enum err add_tag(struct compiler *c, struct list *l, const struct tag *t)
{
	struct mustache_node *n;
	switch (t->kind) {
	case '!':
		return OK;
	case '=':
		return set_delimiters(c, t);
	case '#':
	case '^':
		return add_section(c, l, t);
	case '>':
		TRY(add(c, l, MUSTACHE_PARTIAL, &n));
		n->text = t->name;
		if (t->alone)
			n->indent = str_sub(c->src, t->line_from, t->from);
		return str_empty(t->name) ? fail(c, t->from, "A partial has no name") : OK;
	default:
		TRY(add(c, l, t->kind == 'v' ? MUSTACHE_VALUE : MUSTACHE_RAW_VALUE, &n));
		return split_name(c, t, n);
	}
}

/* Nodes up to the end of the section `opened`, or to the end of the text when NULL. */
static enum err compile_list(struct compiler *c, const struct tag *opened, struct mustache_node **out)
{
	struct list l = { .end = &l.first };
	for (;;) {
		struct tag t;
		bool found;
		size_t from = c->at;
		TRY(next_tag(c, &t, &found));
		if (!found)
			break;
		TRY(add_text(c, &l, from, t.alone ? t.line_from : t.from, !t.alone));
		c->at = t.alone ? t.line_to : t.to;
		if (t.kind == '/') {
			if (!opened || !str_eq(opened->name, t.name))
				return fail(c, t.from, "A section is closed that was not opened last");
			*out = l.first;
			return OK;
		}
		TRY(add_tag(c, &l, &t));
	}
	if (opened)
		return fail(c, opened->from, "A section is not closed");
	TRY(add_text(c, &l, c->at, c->src.len, false));
	*out = l.first;
	return OK;
}

enum err mustache_compile(struct arena *a, struct str source, struct mustache **out, struct diag *d)
{
	struct compiler c = { .arena = a, .open = S("{{"), .close = S("}}"), .diag = d };
	if (!utf8_valid(source))
		return diag_set(d, ERR_INVALID, "mustache.bad-utf8", "The template is not valid UTF-8");
	c.src = arena_str(a, source);
	struct mustache *t = arena_new(a, struct mustache);
	enum err e = c.src.ptr && t ? compile_list(&c, NULL, &t->first) : ERR_NOMEM;
	if (e == ERR_NOMEM)
		return diag_set(d, e, "mustache.no-memory", "The template needs more memory than it may have");
	if (e == OK)
		*out = t;
	return e;
}
