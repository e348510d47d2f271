/* pg_query.c - statements of PostgreSQL: parameters in binary, rows out in binary.
 *
 * The server wants types for parameters, SQLite gives values. A statement is therefore prepared for the types
 * of the values that it is given: one preparation for nearly every statement, a second where a parameter that was
 * NULL at first turns out to be something.
 */
#include <stdio.h>
#include <string.h>

#include "store/pg_int.h"

struct pg_query {
	struct store_query query;
	struct pg_sql sql;
	enum { VERB_ROWS, VERB_SAVE, VERB_RELEASE, VERB_BACK } verb;
	bool kept;
	bool stream; /* asked for: row by row */
	int total; /* parameters and probes */
	Oid *types;
	const char **values;
	int *lengths, *formats;
	uint64_t *numbers; /* what integers look like on the wire */
	struct pg_variant *variants;
	char *search;      /* the words behind MATCH, translated */
	char **spelt;      /* by parameter: a text that the server keeps as another (pg_text.c); NULL: none */
	enum err unbound;  /* a parameter for which there was no memory */
	const char *text;  /* under which its answers are kept */
	struct pg_words words;
	uint32_t target;   /* the table that it changes */
	bool targets;
	struct pg_rows *rows; /* whose result is being read; NULL for a single row of a stream */
	PGresult *result;
	int row;
	char *texts;       /* of integer columns asked for as text */
	struct given *given; /* texts that the server keeps as others: they live as long as the rows */
	char **names;      /* of the columns: they live as long as the statement */
	int names_count;
};

struct given { struct given *next; char text[]; };

enum { INTEGER_TEXT = 48 };

static struct pg_query *of(struct store_query *q)
{
	return (struct pg_query *)q;
}

static struct pg_conn *conn_of(struct pg_query *q)
{
	return (struct pg_conn *)q->query.conn;
}

static bool begins(const char *p, const char *words)
{
	return strncmp(p, words, strlen(words)) == 0;
}

/* ---- made and unmade ---- */

static enum err make_room(struct pg_query *q)
{
	size_t n = (size_t)(q->sql.parameters + q->sql.probes) + 1;
	q->total = (int)n - 1;
	q->types = heap_alloc(n * sizeof *q->types);
	q->values = heap_alloc(n * sizeof *q->values);
	q->lengths = heap_alloc(n * sizeof *q->lengths);
	q->formats = heap_alloc(n * sizeof *q->formats);
	q->numbers = heap_alloc(n * sizeof *q->numbers);
	q->spelt = heap_alloc(n * sizeof *q->spelt);
	if (!q->types || !q->values || !q->lengths || !q->formats || !q->numbers || !q->spelt)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		q->formats[i] = 1;
	return OK;
}

enum err pg_prepare(struct store_conn *c, const char *sql, bool kept, struct store_query **out)
{
	struct pg_query *q = heap_alloc(sizeof *q);
	if (!q)
		return ERR_NOMEM;
	q->query.conn = c;
	q->kept = kept;
	q->verb = begins(sql, "SAVEPOINT ") ? VERB_SAVE : begins(sql, "RELEASE ") ? VERB_RELEASE : begins(sql, "ROLLBACK TO ") ? VERB_BACK : VERB_ROWS;
	enum err e = pg_sql_query(sql, &q->sql);
	if (e == OK)
		e = make_room(q);
	pg_words_of(sql, &q->words);
	q->targets = pg_words_target(sql, &q->target);
	if (e != OK) {
		pg_finalize(&q->query);
		return e;
	}
	q->text = kept ? pg_cache_text(((struct pg_conn *)c)->cache, q->sql.text) : q->sql.text;
	*out = &q->query;
	return OK;
}

static void free_variants(struct pg_query *q)
{
	while (q->variants) {
		struct pg_variant *v = q->variants;
		q->variants = v->next;
		heap_free(v->types);
		heap_free(v);
	}
}

static void free_names(struct pg_query *q)
{
	for (int i = 0; i < q->names_count; i++)
		heap_free(q->names[i]);
	heap_free(q->names);
}

void pg_finalize(struct store_query *query)
{
	struct pg_query *q = of(query);
	pg_reset(query);
	free_variants(q);
	heap_free(q->sql.text);
	heap_free(q->types);
	heap_free(q->values);
	heap_free(q->lengths);
	heap_free(q->formats);
	heap_free(q->numbers);
	for (int i = 0; q->spelt && i < q->sql.parameters; i++)
		heap_free(q->spelt[i]);
	heap_free(q->spelt);
	heap_free(q->search);
	free_names(q);
	heap_free(q);
}

void pg_forget_statements(struct pg_conn *c)
{
	for (size_t i = 0; i < STORE_CACHE_SLOTS; i++)
		for (struct store_query *q = c->conn.cache[i]; q; q = q->next)
			for (struct pg_variant *v = of(q)->variants; v; v = v->next)
				v->there = false;
}

/* ---- parameters ---- */

static void bind(struct pg_query *q, int at, Oid type, const char *value, size_t length)
{
	base_assert(at > 0 && at <= q->sql.parameters);
	heap_free(q->spelt[at - 1]);
	q->spelt[at - 1] = NULL;
	q->types[at - 1] = type;
	q->values[at - 1] = value;
	q->lengths[at - 1] = (int)length;
}

void pg_bind_i64(struct store_query *q, int at, int64_t v)
{
	base_assert(at > 0 && at <= of(q)->sql.parameters);
	of(q)->numbers[at - 1] = __builtin_bswap64((uint64_t)v);
	bind(of(q), at, PG_INT8, (const char *)&of(q)->numbers[at - 1], sizeof(uint64_t));
}

void pg_bind_null(struct store_query *q, int at)
{
	bind(of(q), at, 0, NULL, 0);
}

void pg_bind_blob(struct store_query *q, int at, struct str v)
{
	bind(of(q), at, PG_BYTEA, v.ptr, v.len);
}

void pg_bind_text(struct store_query *query, int at, struct str v)
{
	struct pg_query *q = of(query);
	if (q->sql.words[at]) {
		heap_free(q->search);
		q->search = NULL;
		if (pg_sql_words(v, &q->search) != OK)
			v = S("");
		else
			v = str_of(q->search);
	}
	char *made;
	if (pg_text_spell(v, &made, &v) != OK)
		q->unbound = ERR_NOMEM;
	bind(q, at, PG_TEXT, v.ptr, v.len);
	q->spelt[at - 1] = made;
}

void pg_clear(struct store_query *q)
{
	of(q)->unbound = OK;
	for (int i = 1; i <= of(q)->sql.parameters; i++)
		pg_bind_null(q, i);
}

static void ask_probes(struct pg_query *q)
{
	static const char truth[2] = { 0, 1 };
	for (int i = 0; i < q->sql.parameters; i++)
		if (!q->types[i] && !q->sql.used[i + 1])
			q->types[i] = PG_TEXT; /* the server insists on one, though it never looks */
	for (int i = 0; i < q->sql.probes; i++) {
		int at = q->sql.parameters + i;
		q->types[at] = PG_BOOL;
		q->values[at] = &truth[q->values[q->sql.probed[i] - 1] == NULL];
		q->lengths[at] = 1;
	}
}

/* ---- preparations ---- */

static bool fits(const struct pg_query *q, const struct pg_variant *v)
{
	for (int i = 0; i < q->total; i++)
		if (q->types[i] && q->types[i] != v->types[i])
			return false;
	return true;
}

/* What is NULL now keeps the type it had in an earlier preparation. */
static struct pg_variant *variant_new(struct pg_query *q)
{
	struct pg_variant *v = heap_alloc(sizeof *v);
	Oid *types = heap_alloc(((size_t)q->total + 1) * sizeof *types);
	if (!v || !types) {
		heap_free(v);
		heap_free(types);
		return NULL;
	}
	for (int i = 0; i < q->total; i++)
		types[i] = q->types[i] ? q->types[i] : q->variants ? q->variants->types[i] : 0;
	v->types = types;
	v->next = q->variants;
	q->variants = v;
	snprintf(v->name, sizeof v->name, "s%u", ++conn_of(q)->names);
	return v;
}

static enum err variant_there(struct pg_query *q, struct pg_variant **out)
{
	struct pg_conn *c = conn_of(q);
	struct pg_variant *v = q->variants;
	while (v && !fits(q, v))
		v = v->next;
	if (!v && !(v = variant_new(q)))
		return ERR_NOMEM;
	*out = v;
	if (v->there)
		return OK;
	if (!PQsendPrepare(c->db, v->name, q->sql.text, q->total, v->types))
		return pg_broken(c);
	v->there = true;
	pg_wait(c, (struct pg_waiting){ .kind = PG_PARSE, .variant = v, .query = q, .sql = q->query.sql });
	return OK;
}

/* Puts the statement into the queue, and what is to be done with its answer. */
static enum err send(struct pg_query *q, struct pg_waiting answer)
{
	struct pg_conn *c = conn_of(q);
	size_t bytes = 0;
	if (q->unbound)
		return q->unbound;
	for (int i = 0; i < q->sql.parameters; i++)
		bytes += (size_t)q->lengths[i];
	TRY(pg_room(c, bytes));
	if (c->lost)
		return pg_broken(c);
	ask_probes(q);
	int sent;
	if (q->kept) {
		struct pg_variant *v;
		TRY(variant_there(q, &v));
		sent = PQsendQueryPrepared(c->db, v->name, q->total, q->values, q->lengths, q->formats, 1);
	} else {
		sent = PQsendQueryParams(c->db, q->sql.text, q->total, q->types, q->values, q->lengths, q->formats, 1);
	}
	if (!sent)
		return pg_broken(c);
	answer.kind = PG_RUN;
	answer.sql = q->kept ? q->query.sql : NULL;
	pg_wait(c, answer);
	return OK;
}

static enum err send_change(struct pg_query *q)
{
	return send(q, (struct pg_waiting){ .query = NULL });
}

static enum err send_question(struct pg_query *q)
{
	return send(q, (struct pg_waiting){ .query = q });
}

static void drop_rows(struct pg_query *q)
{
	if (q->rows)
		pg_rows_release(q->rows);
	else
		PQclear(q->result);
	q->rows = NULL;
	q->result = NULL;
	for (struct given *g; (g = q->given);) {
		q->given = g->next;
		heap_free(g);
	}
}

void pg_take_rows(struct pg_query *q, PGresult *r)
{
	drop_rows(q);
	q->result = r;
	q->row = -1;
}

static bool may_keep(const struct pg_query *q)
{
	const struct pg_conn *c = (const struct pg_conn *)q->query.conn;
	return c->open && q->kept && c->cache && !c->fresh && !q->words.restless;
}

static bool cached(struct pg_query *q)
{
	struct pg_conn *c = conn_of(q);
	if (!may_keep(q))
		return false;
	struct pg_rows *rows = pg_cache_get(c->cache, q->text, q->values, q->lengths, q->sql.parameters);
	if (!rows)
		return false;
	drop_rows(q);
	q->rows = rows;
	q->result = rows->result;
	q->row = -1;
	return true;
}

static void keep_rows(struct pg_query *q)
{
	struct pg_conn *c = conn_of(q);
	if (!may_keep(q) || !q->result)
		return;
	struct pg_rows *rows = pg_rows_new(q->result);
	q->rows = rows;
	q->result = rows ? rows->result : NULL;
	if (rows)
		pg_cache_put(c, q->text, &q->words, q->values, q->lengths, q->sql.parameters, rows);
}

/* Where no transaction is open, a failure spoils nothing that comes after it. */
static enum err told_alone(struct pg_conn *c, enum err e)
{
	if (!c->open)
		c->failed = OK;
	return e;
}

static enum err settle_alone(struct pg_conn *c)
{
	return told_alone(c, pg_settle(c));
}

static enum err stream_begin(struct pg_query *q)
{
	struct pg_conn *c = conn_of(q);
	if (c->failed)
		return c->failed;
	TRY(send_question(q));
	TRY(pg_settle_streaming(c));
	c->streaming = q;
	return OK;
}

static enum err stream_step(struct pg_query *q, bool *row)
{
	struct pg_conn *c = conn_of(q);
	if (c->streaming != q)
		TRY(told_alone(c, stream_begin(q)));
	PGresult *r = pg_next(c);
	pg_take_rows(q, r);
	q->row = 0;
	*row = r != NULL;
	if (r)
		return OK;
	c->streaming = NULL;
	pg_reset(&q->query);
	return c->open ? c->failed : settle_alone(c);
}

enum err pg_step(struct store_query *query, bool *row)
{
	struct pg_query *q = of(query);
	struct pg_conn *c = conn_of(q);
	if (q->stream)
		return stream_step(q, row);
	if (!q->result) {
		if (c->failed)
			return c->failed;
		if (may_keep(q) && pg_cache_expects(c->cache, q->text, q->values, q->lengths, q->sql.parameters))
			TRY(pg_settle(c));
		if (!cached(q)) {
			TRY(send_question(q));
			TRY(settle_alone(c));
			keep_rows(q);
		}
	}
	*row = q->result && ++q->row < PQntuples(q->result);
	if (!*row)
		pg_reset(query);
	return OK;
}

/* The work since the savepoint is known to be done before the savepoint is given up. */
static enum err release(struct pg_query *q)
{
	TRY(pg_settle(conn_of(q)));
	return send_change(q);
}

static enum err roll_back_to(struct pg_query *q)
{
	struct pg_conn *c = conn_of(q);
	(void)pg_settle(c);
	pg_cache_clear(c->cache);
	if (!c->again)
		c->failed = OK;
	return c->failed ? c->failed : send_change(q);
}

static void change(struct pg_conn *c, uint32_t table)
{
	pg_cache_forget(c->cache, table);
	pg_turn_changed(c, table);
}

/* The statement does not begin with the table it changes. */
static void change_any(struct pg_conn *c)
{
	pg_cache_clear(c->cache);
	pg_turn_changed_all(c);
}

enum err pg_exec(struct store_query *query)
{
	struct pg_query *q = of(query);
	struct pg_conn *c = conn_of(q);
	if (q->verb == VERB_RELEASE)
		return release(q);
	if (q->verb == VERB_BACK)
		return roll_back_to(q);
	if (c->failed)
		return c->failed;
	c->wrote |= q->verb == VERB_ROWS;
	c->writes += q->verb == VERB_ROWS;
	if (q->targets)
		change(c, q->target);
	else if (q->verb != VERB_SAVE && !c->fresh)
		change_any(c);
	TRY(send_change(q));
	return c->open ? OK : settle_alone(c);
}

/* If it cannot be sent, whoever asks is told why. */
void pg_ahead(struct store_query *query)
{
	struct pg_query *q = of(query);
	struct pg_conn *c = conn_of(q);
	if (!may_keep(q) || c->failed || c->streaming)
		return;
	struct pg_place place = pg_cache_expect(c, q->text, &q->words, q->values, q->lengths, q->sql.parameters);
	if (place.ticket && send(q, (struct pg_waiting){ .place = place }) != OK)
		pg_cache_clear(c->cache);
}

void pg_stream(struct store_query *q)
{
	of(q)->stream = true;
}

void pg_reset(struct store_query *query)
{
	struct pg_query *q = of(query);
	while (conn_of(q)->streaming == q) { /* what is still on its way */
		PGresult *r = pg_next(conn_of(q));
		if (!r)
			conn_of(q)->streaming = NULL;
		PQclear(r);
	}
	q->stream = false;
	drop_rows(q);
	heap_free(q->texts);
	q->texts = NULL;
}

/* ---- columns ---- */

int pg_count(struct store_query *q)
{
	return PQnfields(of(q)->result);
}

const char *pg_name_of(struct store_query *query, int at)
{
	struct pg_query *q = of(query);
	if (!q->names && (q->names = heap_alloc((size_t)PQnfields(q->result) * sizeof *q->names)))
		q->names_count = PQnfields(q->result);
	if (!q->names)
		return "";
	const char *name = PQfname(q->result, at);
	if (!q->names[at] && (q->names[at] = heap_alloc(strlen(name) + 1)))
		memcpy(q->names[at], name, strlen(name) + 1);
	return q->names[at] ? q->names[at] : "";
}

bool pg_null(struct store_query *q, int at)
{
	return PQgetisnull(of(q)->result, of(q)->row, at);
}

static uint64_t big_endian(const char *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* Sums of bigint come as numeric: digits of base 10,000; see numeric_send in the server. What is behind the point is cut. */
static int64_t numeric(const char *p)
{
	int digits = (int16_t)big_endian(p, 2), weight = (int16_t)big_endian(p + 2, 2);
	int64_t v = 0;
	for (int i = 0; i <= weight; i++)
		v = v * 10000 + (i < digits ? (int16_t)big_endian(p + 8 + 2 * i, 2) : 0);
	return big_endian(p + 4, 2) == 0x4000 ? -v : v;
}

int64_t pg_i64(struct store_query *query, int at)
{
	struct pg_query *q = of(query);
	if (pg_null(query, at))
		return 0;
	const char *p = PQgetvalue(q->result, q->row, at);
	int64_t v = 0;
	switch (PQftype(q->result, at)) {
	case PG_INT8:
		return (int64_t)big_endian(p, 8);
	case PG_INT4:
		return (int32_t)big_endian(p, 4);
	case PG_INT2:
		return (int16_t)big_endian(p, 2);
	case PG_BOOL:
		return *p != 0;
	case PG_NUMERIC:
		return numeric(p);
	default:
		(void)str_to_i64(str_span(p, (size_t)PQgetlength(q->result, q->row, at)), &v);
		return v;
	}
}

static bool is_number(Oid type)
{
	return type == PG_INT8 || type == PG_INT4 || type == PG_INT2 || type == PG_BOOL || type == PG_NUMERIC;
}

bool pg_integer(struct store_query *q, int at)
{
	return !pg_null(q, at) && is_number(PQftype(of(q)->result, at));
}

static struct str given(struct pg_query *q, struct str kept)
{
	if (!pg_text_is_spelt(kept))
		return kept;
	struct given *g = heap_alloc(sizeof *g + kept.len);
	if (!g)
		return (struct str){ NULL, 0 };
	g->next = q->given;
	q->given = g;
	return str_span(g->text, pg_text_read(kept, g->text));
}

struct str pg_text(struct store_query *query, int at)
{
	struct pg_query *q = of(query);
	if (pg_null(query, at))
		return (struct str){ NULL, 0 };
	struct str kept = str_span(PQgetvalue(q->result, q->row, at), (size_t)PQgetlength(q->result, q->row, at));
	if (!is_number(PQftype(q->result, at)))
		return PQftype(q->result, at) == PG_BYTEA ? kept : given(q, kept);
	if (!q->texts)
		q->texts = heap_alloc((size_t)PQnfields(q->result) * INTEGER_TEXT);
	if (!q->texts)
		return (struct str){ NULL, 0 };
	char *text = q->texts + at * INTEGER_TEXT;
	snprintf(text, INTEGER_TEXT, "%lld", (long long)pg_i64(query, at));
	return str_of(text);
}
