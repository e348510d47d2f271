/* parse.h - private: source text to plan, by recursive descent, one file a grammar family:
 *   parse.c           entry points, tokens, scopes
 *   parse_operator.c  or, and, comparisons, arithmetic
 *   parse_postfix.c   paths, filters, calls, instance of
 *   parse_primary.c   literals, names, parentheses, ranges, lists, contexts, functions
 *   parse_loop.c      for, some, every, if
 *   parse_test.c      unary tests
 *   parse_type.c      types
 */
#ifndef FEEL_PARSE_H
#define FEEL_PARSE_H

#include "feel/lex.h"
#include "feel/plan.h"

struct feel_variable {
	struct str name;
	const struct feel_type *type;
};

enum feel_scope_kind { FEEL_SCOPE_LOCAL, FEEL_SCOPE_FILTER };

/* One frame at run time. A filter's frame holds the item; its members are names, too. */
struct feel_scope {
	enum feel_scope_kind kind;
	struct feel_scope *up;
	struct feel_variable *vars;
	size_t count, room;
};

struct feel_parser {
	struct arena *arena;
	struct str s;
	size_t at;
	struct diag *d;
	const struct feel_names *names;
	struct feel_scope *scope;
	uint32_t nest;
	bool in_range_end; /* a '[' may close a range here */
	bool saw_input;    /* ? was used */
	bool no_memory;    /* a name could not be kept: nothing that follows can be trusted */
	uint32_t functions; /* function definitions seen so far */
	struct str *unknown;
	size_t unknown_count, unknown_room;
};

/* ---- tokens ---- */
void feel_parse_skip(struct feel_parser *p);
char feel_parse_peek(struct feel_parser *p); /* first byte behind blanks; 0 at the end */
bool feel_parse_take(struct feel_parser *p, const char *punctuation);
bool feel_parse_looking_at(struct feel_parser *p, const char *punctuation);
bool feel_parse_word(struct feel_parser *p, const char *keyword);     /* takes it */
bool feel_parse_at_word(struct feel_parser *p, const char *keyword);  /* only looks */
BASE_MUST_USE enum err feel_parse_expect(struct feel_parser *p, const char *punctuation, const char *where);
enum err feel_parse_fail(struct feel_parser *p, const char *fmt, ...) BASE_PRINTF(2, 3);
/* Descends one level; ERR_LIMIT beyond FEEL_NEST_MAX. */
BASE_MUST_USE enum err feel_parse_enter(struct feel_parser *p);
static inline void feel_parse_leave(struct feel_parser *p) { p->nest--; }

/* ---- nodes ---- */
BASE_MUST_USE enum err feel_parse_node(struct feel_parser *p, enum feel_op op, struct feel_node **out);
/* With up to three children; their height is taken into account. */
BASE_MUST_USE enum err feel_parse_node_of(struct feel_parser *p, enum feel_op op, const struct feel_node *a,
                                          const struct feel_node *b, const struct feel_node *c, struct feel_node **out);
BASE_MUST_USE enum err feel_parse_const(struct feel_parser *p, struct feel_value v, const struct feel_node **out);
/* Computes a node of constants now. Union members of the node but `value` are lost. */
BASE_MUST_USE enum err feel_parse_fold(struct feel_parser *p, struct feel_node *n);
/* Growing list of children; attached with the height counted. */
struct feel_children {
	const struct feel_node **at;
	size_t count, room;
};
BASE_MUST_USE enum err feel_children_add(struct feel_parser *p, struct feel_children *c, const struct feel_node *n);
BASE_MUST_USE enum err feel_children_attach(struct feel_parser *p, const struct feel_children *c, struct feel_node *n);
/* One more place in a growing array in the arena. */
BASE_MUST_USE enum err feel_parse_grow(struct arena *a, void **items, size_t count, size_t *room, size_t size);

/* ---- scopes ---- */
void feel_scope_push(struct feel_parser *p, struct feel_scope *s, enum feel_scope_kind kind);
void feel_scope_pop(struct feel_parser *p);
BASE_MUST_USE enum err feel_scope_add(struct feel_parser *p, struct feel_scope *s, struct str name, const struct feel_type *t);
/* A name at this place: the longest one in scope, else the words that follow each other. */
BASE_MUST_USE enum err feel_parse_name(struct feel_parser *p, const struct feel_node **out);
/* Behind a dot: a member of `of`, as its type knows it. */
BASE_MUST_USE enum err feel_parse_member_name(struct feel_parser *p, const struct feel_type *of, struct str *out);
/* Declared name up to one of the stops, blanks collapsed, in the arena; false if there is none here. */
bool feel_parse_declared(struct feel_parser *p, const char *stops, struct str *out);

/* ---- grammar ---- */
BASE_MUST_USE enum err feel_parse_expression(struct feel_parser *p, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_additive(struct feel_parser *p, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_postfix(struct feel_parser *p, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_primary(struct feel_parser *p, const struct feel_node **out);
/* Behind the low end of a range, at "..". */
BASE_MUST_USE enum err feel_parse_range_end(struct feel_parser *p, const struct feel_node *low, bool low_closed,
                                            const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_loop(struct feel_parser *p, enum feel_op op, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_if(struct feel_parser *p, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_context(struct feel_parser *p, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_function(struct feel_parser *p, const struct feel_node **out);
/* At the opening quote: the text without its escapes. */
BASE_MUST_USE enum err feel_parse_text(struct feel_parser *p, struct str *out);
/* "< 5", "!= x" as a range; *out NULL when there is no comparison sign here. */
BASE_MUST_USE enum err feel_parse_comparison_range(struct feel_parser *p, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_unary_tests(struct feel_parser *p, const struct feel_node **out);
/* One test of "in" or of unary tests. */
BASE_MUST_USE enum err feel_parse_test(struct feel_parser *p, const struct feel_node **out);
BASE_MUST_USE enum err feel_parse_type(struct feel_parser *p, const struct feel_type **out);

/* ---- what is known about types while parsing ---- */
/* Element of a list type, the type itself otherwise; never NULL. */
const struct feel_type *feel_type_element(const struct feel_type *t);
/* Type of a member of a context (or of the contexts in a list), NULL if unknown. */
const struct feel_type *feel_type_member(const struct feel_type *t, struct str name);
BASE_MUST_USE enum err feel_type_list_of(struct arena *a, const struct feel_type *item, const struct feel_type **out);

#endif
