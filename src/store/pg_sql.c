/* pg_sql.c - the text of statements on its way to PostgreSQL. Statements are written so that both engines understand them;
 * what is changed here is what they cannot agree on: how a parameter is written, the names of types in a definition,
 * and the operator of full-text search. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "store/pg_int.h"

enum { SQL_BYTES_MAX = 1 << 20 };

static enum err finish(struct buf *b, char **out)
{
	buf_byte(b, '\0');
	struct str s;
	TRY(buf_finish(b, &s));
	char *copy = heap_alloc(s.len);
	if (copy)
		memcpy(copy, s.ptr, s.len);
	buf_release(b);
	*out = copy;
	return copy ? OK : ERR_NOMEM;
}

/* Length of the quoted text, name or comment that begins here; 0 = none does. */
static size_t quoted(const char *p)
{
	if (*p != '\'' && *p != '"')
		return 0;
	const char *end = strchr(p + 1, *p);
	return end ? (size_t)(end - p) + 1 : strlen(p);
}

static bool word_at(const char *start, const char *p, const char *word)
{
	size_t n = strlen(word);
	return strncmp(p, word, n) == 0 && !isalnum((unsigned char)p[n]) && p[n] != '_' &&
	       (p == start || (!isalnum((unsigned char)p[-1]) && p[-1] != '_'));
}

static int parameter_at(const char **p)
{
	int n = 0;
	for (++*p; isdigit((unsigned char)**p); ++*p)
		n = n * 10 + (**p - '0');
	base_assert(n > 0 && n < PG_PARAMETERS_MAX);
	return n;
}

static int parameters_of(const char *sql)
{
	int most = 0;
	for (const char *p = sql; *p;) {
		size_t skip = quoted(p);
		if (skip || *p != '?') {
			p += skip ? skip : 1;
			continue;
		}
		int n = parameter_at(&p);
		most = n > most ? n : most;
	}
	return most;
}

/* The server wants to know the type of a parameter of which only NULL-ness is asked, and cannot: the answer is sent in its place. */
static void put_parameter(struct buf *b, const char **p, struct pg_sql *out)
{
	int n = parameter_at(p);
	bool is = strncmp(*p, " IS NULL", 8) == 0, is_not = strncmp(*p, " IS NOT NULL", 12) == 0;
	if (!is && !is_not) {
		out->used[n] = true;
		buf_printf(b, out->words[n] ? "$%d::tsquery" : "$%d", n);
		return;
	}
	*p += is ? 8 : 12;
	int at = 0;
	while (at < out->probes && out->probed[at] != n)
		at++;
	if (at == out->probes) {
		base_assert(out->probes < PG_PARAMETERS_MAX);
		out->probed[out->probes++] = (unsigned char)n;
	}
	buf_printf(b, is ? "$%d" : "(NOT $%d)", out->parameters + at + 1);
}

enum err pg_sql_query(const char *sql, struct pg_sql *out)
{
	struct buf b;
	*out = (struct pg_sql){ .parameters = parameters_of(sql) };
	buf_init(&b, SQL_BYTES_MAX);
	for (const char *p = sql; *p;) {
		size_t skip = quoted(p);
		if (skip) {
			buf_put(&b, str_span(p, skip));
			p += skip;
		} else if (*p == '?') {
			put_parameter(&b, &p, out);
		} else if (word_at(sql, p, "MATCH") && p[strlen("MATCH ")] == '?') {
			p += strlen("MATCH ");
			const char *ahead = p;
			out->words[parameter_at(&ahead)] = true;
			buf_putz(&b, "@@ ");
		} else {
			buf_byte(&b, *p++);
		}
	}
	return finish(&b, &out->text);
}

/* ---- definitions ---- */

/* Comparing bytes, as SQLite does: an order that no locale moves. */
static const struct type_name { const char *here, *there; } types[] = {
	{ "INTEGER", "bigint" }, { "TEXT", "text COLLATE \"C\"" }, { "BLOB", "bytea" }, { "WITHOUT ROWID", "" },
};

static const struct type_name *type_at(const char *start, const char *p)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (word_at(start, p, types[i].here))
			return &types[i];
	return NULL;
}

static void put_definition(struct buf *b, const char *start, const char *end)
{
	for (const char *p = start; p < end;) {
		size_t skip = quoted(p);
		const struct type_name *t = skip ? NULL : type_at(start, p);
		if (t) {
			buf_putz(b, t->there);
			p += strlen(t->here);
			continue;
		}
		skip = skip ? skip : 1;
		buf_put(b, str_span(p, skip));
		p += skip;
	}
}

/* A table of words for full-text search: the same columns, and the words once more as the server searches them. */
static void put_search_table(struct buf *b, const char *start, const char *end)
{
	const char *name = start + strlen("CREATE VIRTUAL TABLE "), *stop = strchr(name, ' ');
	base_assert(stop && stop < end);
	int n = (int)(stop - name);
	buf_printf(b, "CREATE TABLE %.*s(rowid bigint PRIMARY KEY, words text COLLATE \"C\", %.*s tsvector GENERATED ALWAYS AS"
	              " (array_to_tsvector(array_remove(string_to_array(lower(words), ' '), ''))) STORED);"
	              " CREATE INDEX %.*s_words ON %.*s USING gin(%.*s)", n, name, n, name, n, name, n, name, n, name);
}

static const char *statement_end(const char *p)
{
	while (*p && *p != ';') {
		size_t skip = quoted(p);
		p += skip ? skip : 1;
	}
	return p;
}

static bool begins(const char *p, const char *words)
{
	return strncmp(p, words, strlen(words)) == 0;
}

enum err pg_sql_script(const char *sql, char **out)
{
	struct buf b;
	buf_init(&b, SQL_BYTES_MAX);
	for (const char *p = sql; *p;) {
		while (isspace((unsigned char)*p) || *p == ';')
			p++;
		const char *end = statement_end(p);
		if (begins(p, "CREATE VIRTUAL TABLE "))
			put_search_table(&b, p, end);
		else if (begins(p, "CREATE TABLE ") || begins(p, "ALTER TABLE "))
			put_definition(&b, p, end);
		else
			buf_put(&b, str_span(p, (size_t)(end - p)));
		p = end;
		buf_byte(&b, ';');
	}
	return finish(&b, out);
}

/* ---- searches ---- */

enum err pg_sql_words(struct str search, char **out)
{
	struct buf b;
	buf_init(&b, SQL_BYTES_MAX);
	for (size_t i = 0; i < search.len; i++) {
		bool opens = search.ptr[i] == '"' && (i == 0 || search.ptr[i - 1] == ' ');
		if (opens && i)
			buf_putz(&b, "& ");
		if (search.ptr[i] == '*')
			buf_putz(&b, ":*");
		else
			buf_byte(&b, search.ptr[i] == '"' ? '\'' : (char)tolower((unsigned char)search.ptr[i]));
	}
	return finish(&b, out);
}
