/* press_sql.c - the few forms of statements in which a parameter is known to be a column's value; press_sql.h says which. */
#include "store/press_sql.h"

#include <ctype.h>
#include <string.h>

/* Where parameters stand. */
struct places {
	uint64_t whole;  /* alone as the value of a named column */
	uint64_t part;   /* within the expression of one */
	uint64_t beside; /* anywhere else */
};

bool press_columns_have(const struct press_columns *c, struct str tab, struct str col)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_eqz(tab, c->list[i].tab) && str_eqz(col, c->list[i].col))
			return true;
	return false;
}

static bool is_numbered(unsigned parameter)
{
	return parameter >= 1 && parameter <= PRESS_PARAMETERS;
}

/* Of one that has no number, or too high a one, it cannot be told apart from any other. */
static uint64_t bit_of(unsigned parameter)
{
	return is_numbered(parameter) ? UINT64_C(1) << (parameter - 1) : UINT64_MAX;
}

bool press_uses_have(uint64_t uses, int parameter)
{
	return parameter >= 1 && (bit_of((unsigned)parameter) & ~uses) == 0;
}

/* ---- words ---- */

bool press_cut_word(struct str *rest, const char *word)
{
	if (!str_starts(*rest, str_of(word)))
		return false;
	*rest = str_sub(*rest, strlen(word), rest->len);
	return true;
}

struct str press_cut_name(struct str *rest)
{
	bool quoted = press_cut_word(rest, "\"");
	size_t n = 0;
	while (n < rest->len && (isalnum((unsigned char)rest->ptr[n]) || rest->ptr[n] == '_'))
		n++;
	struct str name = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->len);
	if (quoted)
		(void)press_cut_word(rest, "\"");
	return name;
}

static void cut_quoted(struct str *rest)
{
	const char *end = memchr(rest->ptr + 1, *rest->ptr, rest->len - 1);
	*rest = str_sub(*rest, end ? (size_t)(end - rest->ptr) + 1 : rest->len, rest->len);
}

static unsigned cut_number(struct str *rest)
{
	unsigned number = 0;
	size_t n = 0;
	for (; n < rest->len && isdigit((unsigned char)rest->ptr[n]); n++)
		if (number <= PRESS_PARAMETERS)
			number = 10 * number + (unsigned)(rest->ptr[n] - '0');
	*rest = str_sub(*rest, n, rest->len);
	return number;
}

/* ---- expressions ---- */

struct value {
	uint64_t parameters;
	unsigned alone; /* N where it is ?N and nothing else; 0 */
};

static bool ends_value(struct str rest)
{
	static const char *const ends[] = { ",", ")", " WHERE ", " ON CONFLICT", " RETURNING " };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_starts(rest, str_of(ends[i])))
			return true;
	return false;
}

static struct value cut_value(struct str *rest)
{
	struct value v = { 0 };
	size_t pieces = 0;
	for (int depth = 0; rest->len && (depth || !ends_value(*rest)); pieces++) {
		char c = *rest->ptr;
		depth += (c == '(') - (c == ')');
		if (c == '\'' || c == '"') {
			cut_quoted(rest);
			continue;
		}
		*rest = str_sub(*rest, 1, rest->len);
		if (c == '?')
			v.parameters |= bit_of(v.alone = cut_number(rest));
	}
	if (pieces != 1)
		v.alone = 0;
	return v;
}

static void note(struct places *to, bool named, struct value v)
{
	*(!named ? &to->beside : is_numbered(v.alone) ? &to->whole : &to->part) |= v.parameters;
}

static void note_beside(struct places *to, struct str text)
{
	while (text.len) {
		to->beside |= cut_value(&text).parameters;
		text = str_sub(text, 1, text.len); /* what ended it */
	}
}

/* ---- statements: false where one is not understood to its end ---- */

static bool read_end(struct str rest, struct places *to)
{
	if (rest.len && !str_starts(rest, S(" WHERE ")) && !str_starts(rest, S(" RETURNING ")))
		return false;
	note_beside(to, rest);
	return str_find(rest, S(" ON CONFLICT")) < 0;
}

/* a=?1, b=?2 */
static bool read_assignments(const struct press_columns *c, struct str tab, struct str rest, struct places *to)
{
	do {
		struct str col = press_cut_name(&rest);
		if (!col.len || !press_cut_word(&rest, "="))
			return false;
		note(to, press_columns_have(c, tab, col), cut_value(&rest));
	} while (press_cut_word(&rest, ", "));
	return read_end(rest, to);
}

static bool read_update(const struct press_columns *c, struct str rest, struct places *to)
{
	struct str tab = press_cut_name(&rest);
	return press_cut_word(&rest, " SET ") && read_assignments(c, tab, rest, to);
}

/* (a, b) DO UPDATE SET …, or DO NOTHING */
static bool read_conflict(const struct press_columns *c, struct str tab, struct str rest, struct places *to)
{
	static const char set[] = " DO UPDATE SET ";
	ptrdiff_t at = str_find(rest, str_of(set));
	size_t target = at < 0 ? rest.len : (size_t)at;
	note_beside(to, str_sub(rest, 0, target));
	return at < 0 || read_assignments(c, tab, str_sub(rest, target + strlen(set), rest.len), to);
}

static bool read_insert(const struct press_columns *c, struct str rest, struct places *to)
{
	enum { AT_MOST = 128 };
	bool named[AT_MOST];
	size_t columns = 0;
	struct str tab = press_cut_name(&rest);
	if (!press_cut_word(&rest, "("))
		return false;
	do
		named[columns++] = press_columns_have(c, tab, press_cut_name(&rest));
	while (columns < AT_MOST && press_cut_word(&rest, ", "));
	if (!press_cut_word(&rest, ") VALUES("))
		return false;
	for (size_t i = 0; i < columns; i++) {
		note(to, named[i], cut_value(&rest));
		if (!press_cut_word(&rest, ", "))
			break;
	}
	if (!press_cut_word(&rest, ")"))
		return false;
	return press_cut_word(&rest, " ON CONFLICT") ? read_conflict(c, tab, rest, to) : read_end(rest, to);
}

static bool is_tab(const struct press_columns *c, struct str name)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_eqz(name, c->list[i].tab))
			return true;
	return false;
}

static bool mentions_tab(const struct press_columns *c, struct str sql)
{
	while (sql.len) {
		struct str name = press_cut_name(&sql);
		if (is_tab(c, name))
			return true;
		if (!name.len)
			sql = str_sub(sql, 1, sql.len);
	}
	return false;
}

struct press_uses press_uses_of(const struct press_columns *c, struct str sql)
{
	struct places at = { 0 };
	struct str rest = sql;
	if (press_cut_word(&rest, "DELETE ") || !mentions_tab(c, sql))
		return (struct press_uses){ 0 };
	bool understood = press_cut_word(&rest, "INSERT INTO ") ? read_insert(c, rest, &at) : press_cut_word(&rest, "UPDATE ") && read_update(c, rest, &at);
	if (!understood)
		return (struct press_uses){ .guarded = UINT64_MAX };
	uint64_t other = at.part | at.beside;
	return (struct press_uses){ .pressed = at.whole & ~other, .guarded = at.part | (at.whole & at.beside) };
}
