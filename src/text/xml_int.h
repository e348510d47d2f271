/* xml_int.h - what the tree reader and the stream reader share: expat made strict. */
#ifndef TEXT_XML_INT_H
#define TEXT_XML_INT_H

#include <expat.h>

#include "text/xml.h"

/* Parts of a name as expat hands it over with namespace triplets: uri, local, prefix. */
struct xml_name {
	struct str ns, name, prefix;
};

struct xml_parser {
	XML_Parser expat;
	struct diag *diag;
	enum err failed; /* first error raised inside a callback */
	int depth;
};

/* A parser that refuses DTDs. The caller sets its element handlers afterwards and
 * calls XML_ParserFree. ERR_NOMEM. */
BASE_MUST_USE enum err xml_parser_init(struct xml_parser *p, struct diag *d);
struct xml_name xml_name_split(const char *joined);
/* Records an error with the current place and stops the parser. */
void xml_parser_stop(struct xml_parser *p, enum err e, const char *code, const char *what);
/* Counts the element in; false (and stopped) when it is too deep or parsing has failed already. */
bool xml_parser_enter(struct xml_parser *p);
/* The error after expat returned XML_STATUS_ERROR. */
BASE_MUST_USE enum err xml_parser_error(struct xml_parser *p);

#endif
