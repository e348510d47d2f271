/* parse_name.c - which name stands here (DMN 1.5, 10.3.1.2 "ambiguity is resolved using the
 * scope"): the longest one that a scope knows, wherever it is declared.
 */
#include "base/utf8.h"
#include "feel/builtin.h"
#include "feel/parse.h"

void feel_scope_push(struct feel_parser *p, struct feel_scope *s, enum feel_scope_kind kind)
{
	*s = (struct feel_scope){ .kind = kind, .up = p->scope };
	p->scope = s;
}

void feel_scope_pop(struct feel_parser *p)
{
	p->scope = p->scope->up;
}

enum err feel_scope_add(struct feel_parser *p, struct feel_scope *s, struct str name, const struct feel_type *t)
{
	void *vars = s->vars;
	if (feel_parse_grow(p->arena, &vars, s->count, &s->room, sizeof *s->vars) != OK)
		return diag_set(p->d, ERR_NOMEM, "feel.memory", "no memory left for compiling");
	s->vars = vars;
	s->vars[s->count++] = (struct feel_variable){ name, t ? t : &feel_type_any };
	return OK;
}

/* ---- the longest known name ---- */

struct longest {
	struct feel_parser *p;
	struct str name;
	size_t len;
};

static void offer(struct longest *best, struct str name)
{
	const struct feel_parser *p = best->p;
	if (name.len == 0 || p->at == p->s.len || name.ptr[0] != p->s.ptr[p->at])
		return; /* most names end here */
	size_t len = feel_lex_match_name(p->s, p->at, name);
	if (len > best->len) {
		best->len = len;
		best->name = name;
	}
}

static void offer_members(struct longest *best, const struct feel_type *t)
{
	for (int level = 0; t && t->kind == FEEL_TYPE_LIST && level < 8; level++)
		t = t->item;
	if (t && t->kind == FEEL_TYPE_CONTEXT)
		for (size_t i = 0; i < t->members_count; i++)
			offer(best, t->members[i].name);
}

static void offer_scopes(struct longest *best)
{
	for (const struct feel_scope *s = best->p->scope; s; s = s->up)
		for (size_t i = 0; i < s->count; i++) {
			offer(best, s->vars[i].name);
			if (s->kind == FEEL_SCOPE_FILTER)
				offer_members(best, s->vars[i].type);
		}
	for (const struct feel_names *n = best->p->names; n; n = n->outer)
		for (size_t i = 0; i < n->count; i++)
			offer(best, n->names[i]);
	for (size_t i = feel_builtin_count(); i-- > 0;)
		offer(best, feel_builtin_name_at(i));
}

/* Words that follow each other without anything between: a name nobody declared. */
static enum err joined_words(struct feel_parser *p, struct str *out)
{
	struct buf b;
	buf_init_in(&b, p->arena, FEEL_SOURCE_MAX);
	struct str word = feel_lex_word(p->s, p->at);
	while (word.len && !feel_word_is_keyword(word)) {
		if (b.len)
			buf_byte(&b, ' ');
		buf_put(&b, word);
		p->at += word.len;
		size_t next = feel_lex_skip(p->s, p->at);
		word = feel_lex_word(p->s, next);
		if (next == p->at || word.len == 0 || feel_word_is_keyword(word))
			break;
		p->at = next;
	}
	return buf_finish(&b, out);
}

static bool word_follows(struct feel_parser *p, size_t at)
{
	struct str word = feel_lex_word(p->s, feel_lex_skip(p->s, at));
	return word.len && !feel_word_is_keyword(word);
}

static enum err name_here(struct feel_parser *p, struct str *out)
{
	struct longest best = { .p = p };
	struct str word = feel_lex_word(p->s, p->at);
	offer_scopes(&best);
	if (best.len && !word_follows(p, p->at + best.len) && !(feel_word_is_keyword(word) && word.len == best.len)) {
		p->at += best.len;
		*out = best.name;
		return OK;
	}
	if (word.len == 0 || feel_word_is_keyword(word))
		return feel_parse_fail(p, "expected an expression");
	return joined_words(p, out);
}

/* ---- what it stands for ---- */

static bool same_name(struct str a, struct str b)
{
	return str_eq(a, b) || (a.len && feel_lex_match_name(a, 0, b) == a.len);
}

static enum err local_node(struct feel_parser *p, struct str name, size_t depth, size_t slot, const struct feel_type *t,
                           struct feel_node **out)
{
	TRY(feel_parse_node(p, OP_LOCAL, out));
	(*out)->name = name;
	(*out)->depth = (uint16_t)depth;
	(*out)->slot = (uint32_t)slot;
	(*out)->type = t;
	return OK;
}

static enum err note_unknown(struct feel_parser *p, struct str name)
{
	for (size_t i = 0; i < p->unknown_count; i++)
		if (str_eq(p->unknown[i], name))
			return OK;
	void *items = p->unknown;
	if (feel_parse_grow(p->arena, &items, p->unknown_count, &p->unknown_room, sizeof name) != OK)
		return diag_set(p->d, ERR_NOMEM, "feel.memory", "no memory left for compiling");
	p->unknown = items;
	p->unknown[p->unknown_count++] = name;
	return OK;
}

static bool global_slot(struct feel_parser *p, struct str name, size_t *slot, const struct feel_type **t)
{
	for (const struct feel_names *n = p->names; n; n = n->outer)
		for (size_t i = 0; i < n->count; i++)
			if (same_name(name, n->names[i])) {
				*slot = i;
				*t = n->types && n->types[i] ? n->types[i] : &feel_type_any;
				return true;
			}
	return false;
}

static enum err outer_node(struct feel_parser *p, struct str name, bool maybe, struct feel_node **out)
{
	size_t slot = 0;
	const struct feel_type *t = &feel_type_any;
	bool known = global_slot(p, name, &slot, &t);
	const struct feel_builtin *f = known ? NULL : feel_builtin_find(name);
	if (f) {
		TRY(feel_parse_node(p, OP_CONST, out));
		(*out)->value = feel_builtin_value(f);
		return OK;
	}
	if (!known && !maybe)
		TRY(note_unknown(p, name));
	TRY(feel_parse_node(p, known ? OP_GLOBAL : OP_UNKNOWN, out));
	(*out)->name = name;
	(*out)->slot = (uint32_t)slot;
	(*out)->type = t;
	return OK;
}

static enum err maybe_node(struct feel_parser *p, struct str name, const struct feel_children *filters,
                           struct feel_node *otherwise, const struct feel_type *t, const struct feel_node **out)
{
	struct feel_node *n;
	TRY(feel_parse_node_of(p, OP_MAYBE, otherwise, NULL, NULL, &n));
	TRY(feel_children_attach(p, filters, n));
	n->name = name;
	n->type = t;
	*out = n;
	return OK;
}

/* From the innermost scope outward: a declared variable ends the search; the items of filters
 * on the way may have a member of that name, which only the evaluation can tell. */
static enum err resolve(struct feel_parser *p, struct str name, const struct feel_node **out)
{
	struct feel_children filters = { .count = 0 };
	struct feel_node *n = NULL;
	const struct feel_type *member = NULL;
	size_t depth = 0;
	for (const struct feel_scope *s = p->scope; s && !n; s = s->up, depth++) {
		if (s->kind == FEEL_SCOPE_FILTER) {
			struct feel_node *item;
			TRY(local_node(p, s->vars[0].name, depth, 0, s->vars[0].type, &item));
			TRY(feel_children_add(p, &filters, item));
			if (!member)
				member = feel_type_member(s->vars[0].type, name);
		}
		for (size_t i = s->count; i-- > 0 && !n;) /* the latest of equal names */
			if (same_name(name, s->vars[i].name))
				TRY(local_node(p, s->vars[i].name, depth, i, s->vars[i].type, &n));
	}
	if (!n)
		TRY(outer_node(p, name, filters.count > 0, &n));
	if (filters.count == 0) {
		*out = n;
		return OK;
	}
	return maybe_node(p, name, &filters, n, member ? member : n->type, out);
}

enum err feel_parse_name(struct feel_parser *p, const struct feel_node **out)
{
	struct str name;
	feel_parse_skip(p);
	TRY(name_here(p, &name));
	if (str_eqz(name, "?"))
		p->saw_input = true;
	return resolve(p, name, out);
}

enum err feel_parse_member_name(struct feel_parser *p, const struct feel_type *of, struct str *out)
{
	static const struct str properties[] = { S_INIT("time offset"), S_INIT("start included"), S_INIT("end included") };
	struct longest best = { .p = p };
	feel_parse_skip(p);
	offer_members(&best, of);
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
		offer(&best, properties[i]);
	struct str word = feel_lex_word(p->s, p->at);
	if (best.len && best.len >= word.len && !word_follows(p, p->at + best.len)) {
		p->at += best.len;
		*out = best.name;
		return OK;
	}
	if (word.len == 0)
		return feel_parse_fail(p, "expected a name behind the dot");
	if (feel_word_is_keyword(word)) { /* {in: 1}.in has no other reading */
		p->at += word.len;
		*out = word;
		return OK;
	}
	return joined_words(p, out);
}

bool feel_parse_declared(struct feel_parser *p, const char *stops, struct str *out)
{
	struct buf b;
	feel_parse_skip(p);
	size_t len = feel_lex_declared_name(p->s, p->at, stops);
	if (len == 0)
		return false;
	struct str raw = str_sub(p->s, p->at, p->at + len);
	bool blank = false;
	buf_init_in(&b, p->arena, FEEL_SOURCE_MAX);
	for (size_t i = 0; i < raw.len;) {
		size_t from = i;
		uint32_t c = utf8_next(raw, &i);
		if (feel_char_is_space(c)) {
			blank = b.len > 0;
			continue;
		}
		if (blank)
			buf_byte(&b, ' ');
		blank = false;
		buf_put(&b, str_sub(raw, from, i));
	}
	if (buf_finish(&b, out) != OK) {
		p->no_memory = true;
		return false;
	}
	p->at += len;
	return true;
}
