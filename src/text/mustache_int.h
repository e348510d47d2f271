/* mustache_int.h - the compiled form: a list of nodes, sections hold lists. */
#ifndef TEXT_MUSTACHE_INT_H
#define TEXT_MUSTACHE_INT_H

#include "text/mustache.h"

enum mustache_kind {
	MUSTACHE_TEXT,
	MUSTACHE_VALUE,
	MUSTACHE_RAW_VALUE,
	MUSTACHE_SECTION,
	MUSTACHE_INVERTED,
	MUSTACHE_TRANSLATION,
	MUSTACHE_PARTIAL,
};

struct mustache_node {
	enum mustache_kind kind;
	bool at_line_start;   /* text: a partial's indentation goes before it */
	struct str text;      /* text; partial: its name */
	struct str indent;    /* partial standing alone on its line: the blanks before it */
	const struct str *path; /* names between the dots; count 0 = "." */
	size_t path_count;
	struct mustache_node *first, *next;
};

struct mustache {
	struct mustache_node *first;
};

#endif
