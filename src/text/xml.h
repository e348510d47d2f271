/* xml.h - XML into an immutable tree, through expat with namespaces.
 *
 * DTDs and entities are refused, depth and size bounded. Every element knows its
 * line and column. Comments and processing instructions are dropped.
 */
#ifndef TEXT_XML_H
#define TEXT_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum { XML_DEPTH_MAX = 200, XML_BYTES_MAX = 64 << 20 };

struct xml_attr {
	struct str ns;    /* namespace URI, empty if none */
	struct str name;  /* local name */
	struct str value;
	struct str prefix;
};

struct xml_node {
	struct str ns, name, prefix;
	struct xml_node *parent, *first, *last, *next; /* element children only */
	struct xml_attr *attrs;
	size_t attrs_count;
	struct str text;  /* own character data, all runs joined, blanks kept */
	int line, column; /* of the start tag, 1-based */
};

BASE_MUST_USE enum err xml_read(struct arena *a, struct str text, struct xml_node **out, struct diag *d);

/* Attribute without namespace; ptr NULL when absent. */
struct str xml_attr(const struct xml_node *n, const char *name);
struct str xml_attr_ns(const struct xml_node *n, const char *ns, const char *name);
/* First child element of that namespace and name, NULL if none; ns NULL = any. */
struct xml_node *xml_child(const struct xml_node *n, const char *ns, const char *name);
/* Next sibling of the same namespace and name. */
struct xml_node *xml_next_same(const struct xml_node *n);
bool xml_is(const struct xml_node *n, const char *ns, const char *name);

/* Streaming, for logs of hundreds of MB: elements come one after another with their
 * attributes; nothing is kept. Handlers may be NULL. `chunk` hands over at most `room` bytes, 0 = end, <0 = fault. */
struct xml_handler {
	void *arg;
	/* A non-OK return stops the reading with that error. */
	enum err (*start)(void *arg, struct str ns, struct str name, const struct xml_attr *attrs, size_t n, int line);
	enum err (*end)(void *arg, struct str ns, struct str name);
	/* Character data, in as many runs as it happens to come in. */
	enum err (*text)(void *arg, struct str run);
};
BASE_MUST_USE enum err xml_stream(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                                  const struct xml_handler *h, struct diag *d);

/* Escapes for text and for double-quoted attributes; safe in HTML as well. */
void xml_escape(struct buf *out, struct str s);

#endif
