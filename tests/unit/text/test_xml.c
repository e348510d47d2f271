/* test_xml.c - trees with namespaces and places, streams, refusals. */
#include "tests/test.h"

#include "text/xml.h"

static struct arena arena;
static struct diag diag;

static struct xml_node *read_text(const char *text)
{
	struct xml_node *root = NULL;
	diag_init(&diag);
	arena_release(&arena);
	arena_init(&arena, 32 << 20);
	if (xml_read(&arena, str_of(text), &root, &diag) != OK)
		return NULL;
	return root;
}

TEST(tree_has_names_text_and_places)
{
	struct xml_node *root = read_text("<?xml version='1.0'?>\n"
	                                  "<b:定义 xmlns:b='urn:b' xmlns='urn:d' id='根' b:x='&lt;1&#10;'>\n"
	                                  "  <b:task/>文<!-- not this --><other>&amp;<![CDATA[<x>]]></other>字<b:task n='2'/>\n"
	                                  "</b:定义>");
	REQUIRE(root);
	CHECK(xml_is(root, "urn:b", "定义"));
	CHECK_STR(root->prefix, "b");
	CHECK_STR(xml_attr(root, "id"), "根");
	CHECK_STR(xml_attr_ns(root, "urn:b", "x"), "<1\n");
	CHECK(xml_attr(root, "x").ptr == NULL);
	CHECK_INT(root->line, 2);
	CHECK_INT(root->column, 1);
	CHECK_STR(str_trim(root->text), "文字");
	struct xml_node *task = xml_child(root, "urn:b", "task");
	REQUIRE(task);
	CHECK_INT(task->line, 3);
	CHECK_INT(task->column, 3);
	struct xml_node *next = xml_next_same(task);
	REQUIRE(next);
	CHECK_STR(xml_attr(next, "n"), "2");
	CHECK(xml_next_same(next) == NULL);
	struct xml_node *other = xml_child(root, NULL, "other");
	REQUIRE(other);
	CHECK_STR(other->ns, "urn:d");
	CHECK_STR(other->text, "&<x>");
	CHECK_STR(other->prefix, "");
	CHECK(other->parent == root);
	CHECK(xml_child(root, "urn:none", "task") == NULL);
	arena_release(&arena);
}

TEST(bad_documents_are_refused)
{
	static const struct { const char *name, *text, *code; int line; } rows[] = {
		{ "doctype", "<!DOCTYPE a [<!ENTITY x 'y'>]>\n<a>&x;</a>", "xml.doctype", 1 },
		{ "external", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "xml.doctype", 1 },
		{ "unknown entity", "<a>\n&nbsp;</a>", "xml.syntax", 2 },
		{ "unclosed", "<a>\n<b></a>", "xml.syntax", 2 },
		{ "two roots", "<a/>\n<b/>", "xml.syntax", 2 },
		{ "empty", "", "xml.syntax", 1 },
		{ "undeclared prefix", "<x:a/>", "xml.syntax", 1 },
		{ "duplicate attribute", "<a b='1' b='2'/>", "xml.syntax", 1 },
		{ "bad UTF-8", "<a>\xff</a>", "xml.syntax", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK(read_text(rows[i].text) == NULL);
		CHECK_STR(str_of(diag.code), rows[i].code);
		CHECK_INT(diag.line, rows[i].line);
	}
	CHECK(read_text("<a>&lt;</a>") != NULL);
	arena_release(&arena);
}

static char *nested(size_t depth)
{
	static char text[7 * 201 + 1];
	for (size_t i = 0; i < depth; i++) {
		memcpy(text + 3 * i, "<a>", 3);
		memcpy(text + 3 * depth + 4 * i, "</a>", 4);
	}
	text[7 * depth] = 0;
	return text;
}

TEST(depth_is_bounded_exactly)
{
	CHECK(read_text(nested(XML_DEPTH_MAX)) != NULL);
	CHECK(read_text(nested(XML_DEPTH_MAX + 1)) == NULL);
	CHECK_INT(diag.err, ERR_LIMIT);
	arena_release(&arena);
}

TEST(tree_respects_the_arenas_cap)
{
	struct xml_node *root;
	arena_init(&arena, 6000);
	enum err e = xml_read(&arena, str_of(nested(100)), &root, NULL);
	CHECK_INT(e, ERR_NOMEM);
	arena_release(&arena);
}

/* ---- streams ---- */

struct source {
	struct str rest;
	size_t step;
};

static ptrdiff_t give(void *src, char *to, size_t room)
{
	struct source *s = src;
	size_t n = s->step < room ? s->step : room;
	if (n > s->rest.len)
		n = s->rest.len;
	if (n)
		memcpy(to, s->rest.ptr, n);
	s->rest = str_sub(s->rest, n, s->rest.len);
	return (ptrdiff_t)n;
}

static ptrdiff_t give_fault(void *src, char *to, size_t room)
{
	(void)src, (void)to, (void)room;
	return -1;
}

struct events {
	struct buf text;
	const char *stop_at;
};

static enum err note_start(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line)
{
	struct events *e = arg;
	(void)ns;
	buf_printf(&e->text, "<%.*s@%d", STR_ARG(name), line);
	for (size_t i = 0; i < n; i++)
		buf_printf(&e->text, " %.*s=%.*s", STR_ARG(attrs[i].name), STR_ARG(attrs[i].value));
	return e->stop_at && str_eqz(name, e->stop_at) ? ERR_CONFLICT : OK;
}

static enum err note_end(void *arg, struct str ns, struct str name)
{
	struct events *e = arg;
	(void)ns;
	buf_printf(&e->text, "/%.*s>", STR_ARG(name));
	return OK;
}

TEST(stream_gives_elements_in_pieces_of_any_size)
{
	for (size_t step = 1; step < 40; step += 13) {
		struct events e = { .stop_at = NULL };
		struct xml_handler h = { &e, note_start, note_end };
		struct source s = { S("<log>\n<trace key='案件' value='1'/>\n<e a='&gt;'/></log>"), step };
		arena_init(&arena, 1 << 20);
		buf_init(&e.text, 10000);
		CHECK_INT(xml_stream(&arena, give, &s, &h, NULL), OK);
		CHECK_STR(buf_str(&e.text), "<log@1<trace@2 key=案件 value=1/trace><e@3 a=>/e>/log>");
		buf_release(&e.text);
		arena_release(&arena);
	}
}

TEST(stream_stops_when_told_and_at_faults)
{
	struct events e = { .stop_at = "b" };
	struct xml_handler h = { &e, note_start, note_end };
	struct source s = { S("<a><b/><c/></a>"), 100 };
	arena_init(&arena, 1 << 20);
	buf_init(&e.text, 10000);
	CHECK_INT(xml_stream(&arena, give, &s, &h, NULL), ERR_CONFLICT);
	CHECK_STR(buf_str(&e.text), "<a@1<b@1");
	s = (struct source){ S("<a><c/>"), 100 };
	CHECK_INT(xml_stream(&arena, give, &s, &h, NULL), ERR_INVALID);
	s = (struct source){ S("<!DOCTYPE a><a/>"), 100 };
	CHECK_INT(xml_stream(&arena, give, &s, &h, NULL), ERR_INVALID);
	CHECK_INT(xml_stream(&arena, give_fault, &s, &h, NULL), ERR_IO);
	buf_release(&e.text);
	arena_release(&arena);
}

TEST(stream_refuses_a_tag_without_end)
{
	static char big[9 << 20];
	memset(big, 'x', sizeof big);
	memcpy(big, "<a b='", 6);
	struct xml_handler h = { NULL, NULL, NULL };
	struct source s = { str_span(big, sizeof big), 1 << 20 };
	arena_init(&arena, 1 << 20);
	CHECK_INT(xml_stream(&arena, give, &s, &h, NULL), ERR_LIMIT);
	arena_release(&arena);
}

TEST(escape_is_safe_in_text_and_attributes)
{
	struct buf b;
	buf_init(&b, 100);
	xml_escape(&b, S("<a href=\"x\" t='y'>&中"));
	CHECK_STR(buf_str(&b), "&lt;a href=&quot;x&quot; t=&#39;y&#39;&gt;&amp;中");
	buf_release(&b);
}

TEST(tree_survives_every_failed_allocation)
{
	enum err e = ERR_NOMEM;
	size_t n = 1;
	for (; e != OK && n < 200; n++) {
		struct xml_node *root = NULL;
		size_t refused = heap_refusals();
		arena_init(&arena, 1 << 20);
		arena_fail_after(n);
		e = xml_read(&arena, S("<a x='1'><b y:z='2' xmlns:y='urn:y'>text</b><c/></a>"), &root, NULL);
		arena_fail_after(0);
		CHECK_INT(e, heap_refusals() == refused ? OK : ERR_NOMEM);
		CHECK(e != OK || xml_child(root, NULL, "c"));
		arena_release(&arena);
	}
	CHECK(e == OK && n > 10);
}

TEST_MAIN
