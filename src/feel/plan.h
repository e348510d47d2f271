/* plan.h - private: the tree that a FEEL source compiles to, and an evaluation under way.
 *
 * A plan is a tree of nodes whose names are already resolved: a local variable is a
 * (frames up, slot) pair, a built-in is a constant, anything else is looked up by name in
 * the context that the caller evaluates against. Nodes are immutable after compilation.
 */
#ifndef FEEL_PLAN_H
#define FEEL_PLAN_H

#include "feel/feel.h"

enum feel_op {
	OP_CONST,    /* value */
	OP_LOCAL,    /* name, depth, slot */
	OP_GLOBAL,   /* name; slot: where it probably stands in the context */
	OP_MAYBE,    /* name inside filters: list = OP_LOCAL of the items to look into, a = otherwise */
	OP_UNKNOWN,  /* as OP_GLOBAL, but nobody declared the name */
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_POW, OP_NEG,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_BETWEEN,  /* a between b and c */
	OP_IN,       /* a in list; flag: in parentheses */
	OP_AND, OP_OR, /* list */
	OP_INSTANCE, /* a, of_type */
	OP_PATH,     /* a, name */
	OP_FILTER,   /* a, b; b sees the item in a frame of its own */
	OP_CALL,     /* a, list */
	OP_CALL_NAMED, /* a, list, names */
	OP_IF,       /* a, b, c */
	OP_FOR, OP_SOME, OP_EVERY, /* loops, a = body; flag: functions are made inside */
	OP_LIST,     /* list */
	OP_CONTEXT,  /* list, names */
	OP_RANGE,    /* a..b; flag: FEEL_LOW_CLOSED, FEEL_HIGH_CLOSED */
	OP_COMPARE,  /* unary comparison as a range: flag = the comparing op, a */
	OP_FUNCTION, /* lambda */
	OP_TESTS,    /* unary tests: list; flag 1 = not(...) */
	OP_TEST,     /* one of them: a; flag 1 = mentions ? */
	OP_TEST_ANY, /* "-" */
	OP_COUNT
};

enum { FEEL_LOW_CLOSED = 1, FEEL_HIGH_CLOSED = 2 };
/* Nested expressions in a source, and height of a plan: chains such as a + b + c count. */
enum { FEEL_NEST_MAX = 200, FEEL_HEIGHT_MAX = 1000 };

struct feel_node;
typedef enum err (*feel_node_eval_fn)(struct feel_run *r, const struct feel_node *n, struct feel_value *out);

/* One iterator of for, some, every. */
struct feel_loop {
	struct str name;
	const struct feel_node *in, *to; /* to: "in..to", or NULL */
};

struct feel_lambda {
	const struct feel_param *params;
	size_t count;
	const struct feel_node *body; /* external: the context with the Java class and method */
	bool external;
};

struct feel_node {
	feel_node_eval_fn eval;
	uint8_t op, flag;
	uint16_t depth;
	uint32_t slot;
	uint16_t height;
	bool parentheses; /* written; printed where names could grow together without them */
	uint32_t count; /* of list, names, loops */
	const struct feel_type *type;
	const struct feel_node *a, *b, *c;
	const struct feel_node *const *list;
	union {
		struct feel_value value;
		struct {
			struct str name;
			const void *more;
		};
		const struct str *names;
		const struct feel_loop *loops;
		const struct feel_lambda *lambda;
		const struct feel_type *of_type;
	};
};

struct feel_plan {
	const struct feel_node *root;
	bool unary;
	bool functions; /* some are made inside: they may keep the frames they were made in */
	size_t bytes;
	const struct str *unknown;
	size_t unknown_count;
};

/* Variables of one scope while it is being evaluated. */
struct feel_frame {
	const struct feel_frame *up;
	struct feel_value *slots;
};

struct feel_run {
	struct arena *arena;
	const struct feel_env *env;
	const struct feel_value *context; /* never NULL */
	const struct feel_frame *frame;
	uint64_t work_left;
	uint32_t depth_left;
	struct diag *d;
};

/* A built-in is the first member of its struct feel_builtin and otherwise empty. */
enum feel_function_kind { FEEL_FN_BUILTIN, FEEL_FN_LAMBDA, FEEL_FN_NATIVE, FEEL_FN_JAVA };

struct feel_builtin;
struct feel_java;

struct feel_function {
	enum feel_function_kind kind;
	const struct feel_param *params;
	size_t count;
	const struct feel_type *result;
	union {
		struct {
			const struct feel_lambda *lambda;
			const struct feel_frame *frame;
			const struct feel_value *context;
		};
		struct {
			feel_native call;
			void *arg;
		};
		const struct feel_java *java;
	};
};

/* ---- running ---- */

extern const feel_node_eval_fn feel_op_eval[OP_COUNT];

enum err feel_run_too_deep(struct feel_run *r);
enum err feel_run_too_long(struct feel_run *r);

/* Evaluates one node, counting depth and work. */
static inline enum err feel_node_eval(struct feel_run *r, const struct feel_node *n, struct feel_value *out)
{
	if (n->op == OP_CONST) {
		*out = n->value;
		return OK;
	}
	if (r->depth_left == 0)
		return feel_run_too_deep(r);
	if (r->work_left == 0)
		return feel_run_too_long(r);
	r->work_left--;
	r->depth_left--;
	enum err e = n->eval(r, n, out);
	r->depth_left++;
	return e;
}

/* Counts n steps of work done inside a built-in. */
static inline enum err feel_run_charge(struct feel_run *r, size_t n)
{
	if (r->work_left < n)
		return feel_run_too_long(r);
	r->work_left -= n;
	return OK;
}

/* Arena memory or ERR_NOMEM. */
BASE_MUST_USE enum err feel_run_alloc(struct feel_run *r, size_t count, size_t size, void *out);

/* Calls by the kind of function; args are positional. */
BASE_MUST_USE enum err feel_function_call(struct feel_run *r, const struct feel_value *f, const struct feel_value *args,
                                          size_t count, struct feel_value *out);
/* Steps through what for, some and every may iterate over, without building it. */
struct feel_walk {
	struct feel_items items;
	bool counting, dates, done, down;
	int64_t at, last;
	size_t index;
};
/* False: not iterable. */
bool feel_walk_value(struct feel_walk *w, const struct feel_value *v);
bool feel_walk_between(struct feel_walk *w, const struct feel_value *from, const struct feel_value *to);
bool feel_walk_next(struct feel_walk *w, struct feel_value *out);

/* The test of "x in y" and of unary tests for one right-hand value. */
struct feel_value feel_in_value(struct feel_run *r, const struct feel_value *x, const struct feel_value *y);
/* As feel_equal and feel_in_range, for callers with a budget of steps: a run passes its work_left, and
 * the evaluation ends with an error when nothing is left. */
struct feel_value feel_equal_within(const struct feel_value *a, const struct feel_value *b, uint64_t *steps);
struct feel_value feel_in_range_within(const struct feel_value *v, const struct feel_range *r, uint64_t *steps);

/* ---- operations on values, shared by operators and built-ins ---- */

/* A member or property (10.3.2.6 and table 65). *found false: there is none. */
BASE_MUST_USE enum err feel_member(struct feel_run *r, const struct feel_value *v, struct str name, bool *found,
                                   struct feel_value *out);
BASE_MUST_USE enum err feel_add(struct feel_run *r, const struct feel_value *a, const struct feel_value *b,
                                struct feel_value *out);
BASE_MUST_USE enum err feel_subtract(struct feel_run *r, const struct feel_value *a, const struct feel_value *b,
                                     struct feel_value *out);

/* node printing, used for diagnostics as well */
void feel_node_print(const struct feel_node *n, struct buf *out);

#endif
