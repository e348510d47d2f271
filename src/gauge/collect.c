/* collect.c - whom a scheme evaluates, and their rows of the period: each fact read once for everybody. */
#include "gauge/gauge_int.h"

static unsigned facts_of(const struct gauge_part *p)
{
	const struct gauge_measure *all;
	unsigned used = 0;
	(void)gauge_measures(&all);
	for (size_t i = 0; i < p->count; i++)
		for (size_t m = 0; m < p->indicators[i].measures_count; m++)
			used |= 1U << all[p->indicators[i].measures[m]].fact;
	return used;
}

/* The number of cases says whether a figure can be ranked: always. */
static unsigned facts_used(const struct gauge_scheme *s)
{
	unsigned used = 1U << FACT_CASES | facts_of(&s->adjustments) | facts_of(&s->year);
	for (size_t p = 0; p < s->parts_count; p++)
		used |= facts_of(&s->parts[p]);
	return used;
}

/* ---- whom ---- */

#define HANDLERS "('clerk', 'reviewer', 'inspector', 'expert', 'head')"

/* id, code, name, name_en, organ, organ's code; a person of several organs belongs to that of the oldest post. */
static const char *const subject_sql[] = {
	[GAUGE_ORGAN] = "SELECT o.id, o.code, o.name, o.name_en, o.id, o.code FROM organ o WHERE EXISTS(SELECT 1 FROM post p WHERE p.organ=o.id"
		" AND p.role IN " HANDLERS ") AND (?1=0 OR o.id=?1) ORDER BY o.id",
	[GAUGE_PERSON] = "SELECT n.id, n.login, n.name, coalesce(n.name_en, ''), o.id, o.code FROM person n JOIN"
		" (SELECT person, min(post) AS post FROM (SELECT a AS person, id AS post FROM post WHERE role IN " HANDLERS " UNION ALL"
		" SELECT b, id FROM post WHERE role IN " HANDLERS ") x WHERE person IS NOT NULL AND person<>0 GROUP BY person) h ON h.person=n.id"
		" JOIN post p ON p.id=h.post JOIN organ o ON o.id=p.organ WHERE n.enabled=1 AND (?1=0 OR n.id=?1) ORDER BY n.id",
	[GAUGE_POST] = "SELECT p.id, p.code, p.name, p.name_en, o.id, o.code FROM post p JOIN organ o ON o.id=p.organ WHERE p.role IN " HANDLERS
		" AND (?1=0 OR p.id=?1) ORDER BY p.id",
};

static size_t group_find(const struct gauge_scheme *s, struct str organ)
{
	size_t rest = SIZE_MAX;
	for (size_t g = 0; g < s->groups_count; g++) {
		if (s->groups[g].rest)
			rest = g;
		for (size_t i = 0; i < s->groups[g].count; i++)
			if (str_eq(s->groups[g].organs[i], organ))
				return g;
	}
	return rest;
}

/* A department's sum is multiplied by its factor; a person's is not. */
static struct dec factor_find(const struct gauge_scheme *s, const struct gauge_subject *who)
{
	for (size_t i = 0; who->kind == GAUGE_ORGAN && i < s->factors_count; i++)
		if (str_eq(s->factors[i].organ, who->organ_code))
			return s->factors[i].factor;
	return DEC_ONE;
}

struct growing { struct gauge_subject *at; size_t count, room; };

static struct gauge_subject *grow(struct arena *a, struct growing *g)
{
	if (g->count == g->room) {
		size_t room = g->room ? g->room * 2 : 64;
		struct gauge_subject *p = arena_new_n(a, struct gauge_subject, room);
		if (!p)
			return NULL;
		if (g->count)
			memcpy(p, g->at, g->count * sizeof *p);
		g->at = p;
		g->room = room;
	}
	return &g->at[g->count++];
}

static enum err subjects_of(const struct collect *w, enum gauge_kind kind, struct growing *all)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(w->c, subject_sql[kind], &q));
	store_bind_i64(q, 1, w->only);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct gauge_subject s = { .kind = kind, .id = store_col_i64(q, 0), .organ = store_col_i64(q, 4) };
		s.organ_code = store_col_copy(q, 5, w->a);
		s.group = group_find(w->scheme, s.organ_code);
		if (s.group == SIZE_MAX)
			continue;
		s.code = store_col_copy(q, 1, w->a);
		s.name = store_col_copy(q, 2, w->a);
		s.name_en = store_col_copy(q, 3, w->a);
		s.factor = factor_find(w->scheme, &s);
		s.rows = arena_new_n(w->a, struct gauge_row *, FACTS);
		s.counts = arena_new_n(w->a, size_t, FACTS);
		struct gauge_subject *place = grow(w->a, all);
		if (!s.rows || !s.counts || !place)
			return ERR_NOMEM;
		*place = s;
	}
}

/* ---- what of them ---- */

struct taken_out { int64_t *refs; size_t count; };

static enum err exclusions(const struct collect *w, int fact, struct taken_out *out)
{
	struct store_query *q;
	bool row;
	int64_t n;
	*out = (struct taken_out){ 0 };
	if (!w->run)
		return OK;
	n = row_i64(w->c, "SELECT count(*) FROM gauge_exclusion WHERE run=?1", w->run, 0);
	out->refs = arena_new_n(w->a, int64_t, (size_t)n);
	if (!out->refs)
		return ERR_NOMEM;
	TRY(store_prepare(w->c, "SELECT ref FROM gauge_exclusion WHERE run=?1 AND fact=?2", &q));
	store_bind_i64(q, 1, w->run);
	store_bind_str(q, 2, str_of(gauge_fact_def(fact)->name));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		out->refs[out->count++] = store_col_i64(q, 0);
	}
}

static bool is_out(const struct taken_out *t, int64_t ref)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->refs[i] == ref)
			return true;
	return false;
}

static enum err row_put(struct arena *a, struct gauge_subject *s, int fact, struct gauge_row r)
{
	size_t n = s->counts[fact];
	if ((n & (n - 1)) == 0) { /* 0, 1, 2, 4, …: full */
		struct gauge_row *p = arena_new_n(a, struct gauge_row, n ? n * 2 : 1);
		if (!p)
			return ERR_NOMEM;
		if (n)
			memcpy(p, s->rows[fact], n * sizeof *p);
		s->rows[fact] = p;
	}
	s->rows[fact][s->counts[fact]++] = r;
	return OK;
}

/* Both run in the order of the subject's id: one pass. */
static enum err merge(const struct collect *w, struct store_query *q, int fact, struct gauge_subject *s, struct gauge_subject *end)
{
	struct taken_out out;
	bool row, texts = fact == FACT_SIGNALS || fact == FACT_EVENTS;
	TRY(exclusions(w, fact, &out));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		int64_t id = store_col_i64(q, 0);
		while (s < end && s->id < id)
			s++;
		struct gauge_row r = { .x = store_col_i64(q, 1), .y = store_col_i64(q, 2), .ref = store_col_i64(q, 3) };
		if (s == end || s->id != id || is_out(&out, r.ref))
			continue;
		if (texts)
			r.text = store_col_copy(q, 4, w->a);
		TRY(row_put(w->a, s, fact, r));
	}
}

static enum err fact_rows(const struct collect *w, int fact, enum gauge_kind kind, struct gauge_subject *from, struct gauge_subject *end)
{
	struct str inner = gauge_fact_sql(w->a, fact, kind);
	struct store_query *q;
	if (!inner.len)
		return OK;
	const char *sql = arena_printf(w->a, "SELECT subject, x, y, ref, text FROM (%.*s) f WHERE subject IS NOT NULL AND (?3=0 OR subject=?3)"
	                                     " ORDER BY subject, at, ref", STR_ARG(inner)).ptr;
	if (!sql)
		return ERR_NOMEM;
	TRY(store_prepare_text(w->c, sql, &q));
	store_bind_i64(q, 1, w->from_ms);
	store_bind_i64(q, 2, w->until_ms);
	store_bind_i64(q, 3, w->only);
	enum err e = merge(w, q, fact, from, end);
	store_finalize_text(q);
	return e;
}

enum err gauge_collect(const struct collect *w, struct gauge_subject **out, size_t *count, struct diag *d)
{
	struct growing all = { 0 };
	unsigned facts = facts_used(w->scheme);
	for (int k = GAUGE_ORGAN; k <= GAUGE_POST; k++) {
		size_t from = all.count;
		if (!(w->kinds & 1U << k))
			continue;
		enum err e = subjects_of(w, (enum gauge_kind)k, &all);
		for (int f = 0; f < FACTS && e == OK; f++)
			if (facts & 1U << f && all.count > from)
				e = fact_rows(w, f, (enum gauge_kind)k, all.at + from, all.at + all.count);
		if (e != OK)
			return diag_set(d, e, "gauge.collect", "The record could not be read: %s.", store_message(w->c));
	}
	*out = all.at;
	*count = all.count;
	return OK;
}
