/* xml_stream.c - elements one after another from a source of any length; nothing is kept. */
#include "text/xml_int.h"

enum {
	CHUNK = 64 << 10,
	TOKEN_MAX = 8 << 20, /* a single tag may not be longer: expat would hold all of it */
};

struct stream {
	struct xml_parser parser; /* first: expat's user data is both */
	struct arena *arena;
	struct xml_attr *attrs; /* reused from element to element */
	size_t attrs_room;
	const struct xml_handler *handler;
	int64_t fed;
};

static void stop_with(struct stream *s, enum err e)
{
	if (e == OK || s->parser.failed != OK)
		return;
	xml_parser_stop(&s->parser, e, "xml.refused", "The element was refused");
}

static bool attrs_room_for(struct stream *s, size_t count)
{
	if (count <= s->attrs_room)
		return true;
	size_t room = count * 2;
	struct xml_attr *p = arena_new_n(s->arena, struct xml_attr, room);
	if (!p)
		return false;
	s->attrs = p;
	s->attrs_room = room;
	return true;
}

static void XMLCALL on_start(void *arg, const XML_Char *joined, const XML_Char **pairs)
{
	struct stream *s = arg;
	if (!xml_parser_enter(&s->parser))
		return;
	size_t count = 0;
	while (pairs[count * 2])
		count++;
	if (!attrs_room_for(s, count)) {
		xml_parser_stop(&s->parser, ERR_NOMEM, "xml.no-memory", "The element needs more memory than it may have");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct xml_name a = xml_name_split(pairs[i * 2]);
		s->attrs[i] = (struct xml_attr){ a.ns, a.name, str_of(pairs[i * 2 + 1]), a.prefix };
	}
	struct xml_name n = xml_name_split(joined);
	int line = (int)XML_GetCurrentLineNumber(s->parser.expat);
	if (s->handler->start)
		stop_with(s, s->handler->start(s->handler->arg, n.ns, n.name, s->attrs, count, line));
}

static void XMLCALL on_end(void *arg, const XML_Char *joined)
{
	struct stream *s = arg;
	if (s->parser.failed != OK)
		return;
	s->parser.depth--;
	struct xml_name n = xml_name_split(joined);
	if (s->handler->end)
		stop_with(s, s->handler->end(s->handler->arg, n.ns, n.name));
}

static void XMLCALL on_text(void *arg, const XML_Char *run, int n)
{
	struct stream *s = arg;
	if (s->parser.failed == OK)
		stop_with(s, s->handler->text(s->handler->arg, str_span(run, (size_t)n)));
}

/* One chunk from the source to expat; *more false after the last. */
static enum err feed(struct stream *s, ptrdiff_t (*chunk)(void *, char *, size_t), void *src, bool *more)
{
	XML_Parser expat = s->parser.expat;
	char *room = XML_GetBuffer(expat, CHUNK);
	if (!room)
		return xml_parser_error(&s->parser);
	ptrdiff_t n = chunk(src, room, CHUNK);
	if (n < 0)
		return diag_set(s->parser.diag, ERR_IO, "xml.source", "The document could not be read to its end");
	base_assert(n <= CHUNK);
	if (XML_ParseBuffer(expat, (int)n, n == 0) != XML_STATUS_OK)
		return xml_parser_error(&s->parser);
	s->fed += n;
	*more = n > 0;
	if (s->fed - XML_GetCurrentByteIndex(expat) > TOKEN_MAX)
		return diag_set(s->parser.diag, ERR_LIMIT, "xml.too-large", "A single tag is larger than %d MiB", TOKEN_MAX >> 20);
	return OK;
}

enum err xml_stream(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                    const struct xml_handler *h, struct diag *d)
{
	struct stream s = { .arena = a, .handler = h };
	TRY(xml_parser_init(&s.parser, d));
	XML_SetElementHandler(s.parser.expat, on_start, on_end);
	if (h->text)
		XML_SetCharacterDataHandler(s.parser.expat, on_text);
	enum err e = OK;
	for (bool more = true; more && e == OK;)
		e = feed(&s, chunk, src, &more);
	XML_ParserFree(s.parser.expat);
	return e;
}
