/* type.c - types: membership, conformance, text (DMN 1.5, 10.3.2.9). */
#include "feel/parse.h"

enum { DEPTH_MAX = 64 };

const struct feel_type feel_type_any = { .kind = FEEL_TYPE_ANY };

static const struct { struct str name; struct feel_type type; } builtins[] = {
	{ S_INIT("Any"), { .kind = FEEL_TYPE_ANY } },
	{ S_INIT("Null"), { .kind = FEEL_TYPE_NULL } },
	{ S_INIT("boolean"), { .kind = FEEL_TYPE_BOOLEAN } },
	{ S_INIT("number"), { .kind = FEEL_TYPE_NUMBER } },
	{ S_INIT("string"), { .kind = FEEL_TYPE_STRING } },
	{ S_INIT("date"), { .kind = FEEL_TYPE_DATE } },
	{ S_INIT("time"), { .kind = FEEL_TYPE_TIME } },
	{ S_INIT("date and time"), { .kind = FEEL_TYPE_DATE_TIME } },
	{ S_INIT("days and time duration"), { .kind = FEEL_TYPE_DAYS_DURATION } },
	{ S_INIT("years and months duration"), { .kind = FEEL_TYPE_MONTHS_DURATION } },
	{ S_INIT("list"), { .kind = FEEL_TYPE_LIST } },
	{ S_INIT("context"), { .kind = FEEL_TYPE_CONTEXT } },
	{ S_INIT("range"), { .kind = FEEL_TYPE_RANGE } },
	{ S_INIT("function"), { .kind = FEEL_TYPE_FUNCTION } },
	/* names of older files */
	{ S_INIT("dateTime"), { .kind = FEEL_TYPE_DATE_TIME } },
	{ S_INIT("dayTimeDuration"), { .kind = FEEL_TYPE_DAYS_DURATION } },
	{ S_INIT("yearMonthDuration"), { .kind = FEEL_TYPE_MONTHS_DURATION } },
	{ S_INIT("any"), { .kind = FEEL_TYPE_ANY } },
};

const struct feel_type *feel_type_builtin(struct str name)
{
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		if (str_eq(builtins[i].name, name))
			return &builtins[i].type;
	return NULL;
}

const struct feel_type *feel_type_element(const struct feel_type *t)
{
	if (t->kind != FEEL_TYPE_LIST && t->kind != FEEL_TYPE_RANGE)
		return t;
	return t->item ? t->item : &feel_type_any;
}

const struct feel_type *feel_type_member(const struct feel_type *t, struct str name)
{
	for (int level = 0; t && t->kind == FEEL_TYPE_LIST && level < 8; level++)
		t = t->item;
	if (!t || t->kind != FEEL_TYPE_CONTEXT)
		return NULL;
	for (size_t i = 0; i < t->members_count; i++)
		if (str_eq(t->members[i].name, name))
			return t->members[i].type ? t->members[i].type : &feel_type_any;
	return NULL;
}

enum err feel_type_list_of(struct arena *a, const struct feel_type *item, const struct feel_type **out)
{
	struct feel_type *t = arena_new(a, struct feel_type);
	if (!t)
		return ERR_NOMEM;
	t->kind = FEEL_TYPE_LIST;
	t->item = item;
	*out = t;
	return OK;
}

/* ---- membership ---- */

/* Values may share parts, so that a small one can take ages to walk, and types may contain
 * themselves: steps and depth are counted. */
struct budget {
	int steps, depth;
};

static bool has_at(const struct feel_type *t, const struct feel_value *v, struct budget *b);

static bool has_items(const struct feel_type *t, const struct feel_value *v, struct budget *b)
{
	if (!t->item)
		return true;
	for (size_t i = 0; i < v->list.count; i++)
		if (!has_at(t->item, &v->list.at[i], b))
			return false;
	return true;
}

static bool has_members(const struct feel_type *t, const struct feel_value *v, struct budget *b)
{
	for (size_t i = 0; i < t->members_count; i++) {
		const struct feel_value *entry = feel_get(v, t->members[i].name);
		if (!entry || (t->members[i].type && !has_at(t->members[i].type, entry, b)))
			return false;
	}
	return true;
}

static bool has_ends(const struct feel_type *t, const struct feel_value *v, struct budget *b)
{
	return !t->item || (has_at(t->item, &v->range->low, b) && has_at(t->item, &v->range->high, b));
}

/* Parameters may be wider, the result narrower (10.3.2.9.3); what is undeclared is Any. */
static bool has_signature(const struct feel_type *t, const struct feel_value *v)
{
	const struct feel_function *f = v->function;
	const struct feel_type *any = &feel_type_any;
	if (!t->item && !t->members)
		return true;
	if (f->kind == FEEL_FN_BUILTIN)
		return true; /* overloaded: some form may fit */
	if (f->count != t->members_count)
		return false;
	for (size_t i = 0; i < f->count; i++)
		if (!feel_type_conforms(t->members[i].type ? t->members[i].type : any, f->params[i].type ? f->params[i].type : any))
			return false;
	const struct feel_type *result = f->result ? f->result : f->kind == FEEL_FN_LAMBDA ? f->lambda->body->type : any;
	return !t->item || result->kind == FEEL_TYPE_ANY || feel_type_conforms(result, t->item);
}

static bool has_parts(const struct feel_type *t, const struct feel_value *v, struct budget *b)
{
	bool has = true;
	if (b->steps-- <= 0 || b->depth++ > DEPTH_MAX)
		return false;
	switch (t->kind) {
	case FEEL_TYPE_LIST:
		has = has_items(t, v, b);
		break;
	case FEEL_TYPE_CONTEXT:
		has = has_members(t, v, b);
		break;
	case FEEL_TYPE_RANGE:
		has = has_ends(t, v, b);
		break;
	case FEEL_TYPE_FUNCTION:
		has = has_signature(t, v);
		break;
	default:
		break;
	}
	b->depth--;
	return has;
}

static bool has_at(const struct feel_type *t, const struct feel_value *v, struct budget *b)
{
	static const uint8_t kind_of[] = { [FEEL_TYPE_BOOLEAN] = FEEL_BOOLEAN, [FEEL_TYPE_NUMBER] = FEEL_NUMBER,
		[FEEL_TYPE_STRING] = FEEL_STRING, [FEEL_TYPE_DATE] = FEEL_DATE, [FEEL_TYPE_TIME] = FEEL_TIME,
		[FEEL_TYPE_DATE_TIME] = FEEL_DATE_TIME, [FEEL_TYPE_DAYS_DURATION] = FEEL_DAYS_DURATION,
		[FEEL_TYPE_MONTHS_DURATION] = FEEL_MONTHS_DURATION, [FEEL_TYPE_LIST] = FEEL_LIST,
		[FEEL_TYPE_CONTEXT] = FEEL_CONTEXT, [FEEL_TYPE_RANGE] = FEEL_RANGE, [FEEL_TYPE_FUNCTION] = FEEL_FUNCTION };
	if (t->kind == FEEL_TYPE_ANY || feel_is_null(v))
		return true;
	return v->kind == kind_of[t->kind] && has_parts(t, v, b);
}

bool feel_type_has(const struct feel_type *t, const struct feel_value *v)
{
	struct budget b = { .steps = 10000000 };
	return has_at(t, v, &b);
}

/* ---- conformance ---- */

static bool conforms_at(const struct feel_type *t, const struct feel_type *of, int depth);

static const struct feel_type *or_any(const struct feel_type *t)
{
	return t ? t : &feel_type_any;
}

static bool conforms_members(const struct feel_type *t, const struct feel_type *of, int depth)
{
	for (size_t i = 0; i < of->members_count; i++) {
		const struct feel_type *m = feel_type_member(t, of->members[i].name);
		if (!m || !conforms_at(m, or_any(of->members[i].type), depth))
			return false;
	}
	return true;
}

static bool conforms_function(const struct feel_type *t, const struct feel_type *of, int depth)
{
	if (t->members_count != of->members_count)
		return false;
	for (size_t i = 0; i < t->members_count; i++)
		if (!conforms_at(or_any(of->members[i].type), or_any(t->members[i].type), depth))
			return false;
	return conforms_at(or_any(t->item), or_any(of->item), depth);
}

static bool conforms_at(const struct feel_type *t, const struct feel_type *of, int depth)
{
	if (t == of || of->kind == FEEL_TYPE_ANY || t->kind == FEEL_TYPE_NULL || depth > DEPTH_MAX)
		return true;
	if (t->kind != of->kind)
		return false;
	if (t->kind == FEEL_TYPE_CONTEXT)
		return conforms_members(t, of, depth + 1);
	if (t->kind == FEEL_TYPE_FUNCTION)
		return conforms_function(t, of, depth + 1);
	if (t->kind == FEEL_TYPE_LIST || t->kind == FEEL_TYPE_RANGE)
		return conforms_at(or_any(t->item), or_any(of->item), depth + 1);
	return true;
}

bool feel_type_conforms(const struct feel_type *t, const struct feel_type *of)
{
	return conforms_at(t, of, 0);
}

/* ---- text ---- */

static void print_at(const struct feel_type *t, int depth, struct buf *out);

static void print_members(const struct feel_type *t, bool named, int depth, struct buf *out)
{
	for (size_t i = 0; i < t->members_count; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		if (named) {
			buf_put(out, t->members[i].name);
			buf_putz(out, ": ");
		}
		print_at(or_any(t->members[i].type), depth, out);
	}
}

static void print_at(const struct feel_type *t, int depth, struct buf *out)
{
	bool compound = t->kind >= FEEL_TYPE_LIST && (t->item || t->members_count || t->kind == FEEL_TYPE_FUNCTION);
	if (t->name.len || depth > 16) {
		buf_put(out, t->name.len ? t->name : S("Any"));
		return;
	}
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		if (builtins[i].type.kind == t->kind) {
			buf_put(out, builtins[i].name);
			break;
		}
	if (!compound || (t->kind == FEEL_TYPE_FUNCTION && !t->item && !t->members))
		return;
	buf_byte(out, '<');
	if (t->kind == FEEL_TYPE_LIST || t->kind == FEEL_TYPE_RANGE)
		print_at(or_any(t->item), depth + 1, out);
	else
		print_members(t, t->kind == FEEL_TYPE_CONTEXT, depth + 1, out);
	buf_byte(out, '>');
	if (t->kind == FEEL_TYPE_FUNCTION) {
		buf_putz(out, "->");
		print_at(or_any(t->item), depth + 1, out);
	}
}

void feel_type_print(const struct feel_type *t, struct buf *out)
{
	print_at(t, 0, out);
}
