/* parse_type.c - types (rule 54): list<T>, range<T>, context<a: T>, function<T> -> T,
 * built-in names and the names of item definitions.
 */
#include "feel/parse.h"

static enum err no_memory(struct feel_parser *p)
{
	return diag_set(p->d, ERR_NOMEM, "feel.memory", "no memory left for compiling");
}

static enum err type_new(struct feel_parser *p, enum feel_type_kind kind, struct feel_type **out)
{
	struct feel_type *t = arena_new(p->arena, struct feel_type);
	if (!t)
		return no_memory(p);
	t->kind = kind;
	*out = t;
	return OK;
}

static enum err of_one(struct feel_parser *p, enum feel_type_kind kind, const struct feel_type **out)
{
	struct feel_type *t = NULL;
	TRY(type_new(p, kind, &t));
	TRY(feel_parse_expect(p, "<", "of a type"));
	TRY(feel_parse_type(p, &t->item));
	*out = t;
	return feel_parse_expect(p, ">", "of a type");
}

static enum err add_member(struct feel_parser *p, struct feel_type *t, size_t *room, struct feel_param m)
{
	void *members = (void *)(uintptr_t)t->members;
	if (feel_parse_grow(p->arena, &members, t->members_count, room, sizeof m) != OK)
		return no_memory(p);
	((struct feel_param *)members)[t->members_count++] = m;
	t->members = members;
	return OK;
}

static enum err context(struct feel_parser *p, const struct feel_type **out)
{
	struct feel_type *t = NULL;
	size_t room = 0;
	TRY(type_new(p, FEEL_TYPE_CONTEXT, &t));
	TRY(feel_parse_expect(p, "<", "of a context type"));
	if (!feel_parse_looking_at(p, ">"))
		do {
			struct feel_param m;
			if (!feel_parse_declared(p, ":", &m.name))
				return feel_parse_fail(p, "expected the name of a context entry");
			p->at++;
			TRY(feel_parse_type(p, &m.type));
			TRY(add_member(p, t, &room, m));
		} while (feel_parse_take(p, ","));
	*out = t;
	return feel_parse_expect(p, ">", "of a context type");
}

static enum err function(struct feel_parser *p, const struct feel_type **out)
{
	struct feel_type *t = NULL;
	size_t room = 0;
	TRY(type_new(p, FEEL_TYPE_FUNCTION, &t));
	TRY(feel_parse_expect(p, "<", "of a function type"));
	if (!feel_parse_looking_at(p, ">"))
		do {
			struct feel_param m = { .name = S("") };
			TRY(feel_parse_type(p, &m.type));
			TRY(add_member(p, t, &room, m));
		} while (feel_parse_take(p, ","));
	TRY(feel_parse_expect(p, ">", "of a function type"));
	TRY(feel_parse_expect(p, "->", "and a result type"));
	*out = t;
	return feel_parse_type(p, &t->item);
}

static void offer(struct feel_parser *p, struct str name, const struct feel_type *t, size_t *len,
                  const struct feel_type **best)
{
	size_t n = feel_lex_match_name(p->s, p->at, name);
	if (n > *len) {
		*len = n;
		*best = t;
	}
}

/* The longest name that is known; names of imported types come as "prefix.name". */
static enum err named(struct feel_parser *p, const struct feel_type **out)
{
	static const char *const builtin[] = { "number", "string", "boolean", "date", "time", "date and time", "dateTime",
		"days and time duration", "dayTimeDuration", "years and months duration", "yearMonthDuration", "Any", "Null",
		"list", "context", "range", "function" };
	size_t len = 0;
	feel_parse_skip(p);
	for (const struct feel_names *n = p->names; n; n = n->outer)
		for (size_t i = 0; i < n->known_types_count; i++)
			offer(p, n->known_types[i]->name, n->known_types[i], &len, out);
	for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
		offer(p, str_of(builtin[i]), feel_type_builtin(str_of(builtin[i])), &len, out);
	if (len == 0)
		return feel_parse_fail(p, "expected a type");
	p->at += len;
	return OK;
}

/* `word` directly followed by "<" */
static bool opens(struct feel_parser *p, const char *word)
{
	size_t at = p->at;
	if (feel_parse_word(p, word) && feel_parse_looking_at(p, "<"))
		return true;
	p->at = at;
	return false;
}

static enum err type(struct feel_parser *p, const struct feel_type **out)
{
	feel_parse_skip(p);
	if (opens(p, "list"))
		return of_one(p, FEEL_TYPE_LIST, out);
	if (opens(p, "range"))
		return of_one(p, FEEL_TYPE_RANGE, out);
	if (opens(p, "context"))
		return context(p, out);
	if (opens(p, "function"))
		return function(p, out);
	return named(p, out);
}

enum err feel_parse_type(struct feel_parser *p, const struct feel_type **out)
{
	TRY(feel_parse_enter(p));
	TRY(type(p, out));
	feel_parse_leave(p);
	return OK;
}
