/* people_model.c - the rule of holding.c written a second time, plainly and slowly, over what the record says. */
#include "tests/sim/people_model.h"

#include <stdlib.h>

bool model_init(struct model *m, int64_t ids)
{
	*m = (struct model){ .count = ids, .open_room = 1 << 16 };
	m->things = calloc((size_t)ids, sizeof *m->things);
	m->open = calloc((size_t)m->open_room, sizeof *m->open);
	m->posts = calloc((size_t)ids, sizeof *m->posts);
	m->loans = calloc((size_t)ids, sizeof *m->loans);
	return m->things && m->open && m->posts && m->loans;
}

void model_free(struct model *m)
{
	free(m->things);
	free(m->open);
	free(m->posts);
	free(m->loans);
}

static struct thing *at(const struct model *m, const struct json *data, const char *key)
{
	int64_t id = json_i64(json_get(data, key), 0);
	return &m->things[id > 0 && id < m->count ? id : 0];
}

static int64_t number(const struct json *data, const char *key) { return json_i64(json_get(data, key), 0); }

static void opened(struct model *m, const struct json *data)
{
	struct thing *s = at(m, data, "step");
	if (!number(data, "post"))
		return; /* the applicant's turn */
	*s = (struct thing){ .what = STEP, .open = true, .post = number(data, "post"), .holder = number(data, "person"), .opened_ms = number(data, "opened_ms"),
	                     .of_case = number(data, "case"), .decision = str_eqz(json_text(json_get(data, "element")), "decision") };
	m->steps++;
	if (m->open_count < m->open_room)
		m->open[m->open_count++] = number(data, "step");
}

static void assigned(struct model *m, const struct json *data)
{
	struct thing *s = at(m, data, "step");
	s->post = number(data, "post");
	s->holder = number(data, "person");
	s->meant = number(data, "meant");
	s->claimed = json_bool(json_get(data, "claimed"), false);
	m->changes++;
}

static void closed(struct model *m, const struct json *data)
{
	int64_t id = number(data, "step");
	at(m, data, "step")->open = false;
	for (int64_t i = 0; i < m->open_count; i++)
		if (m->open[i] == id)
			m->open[i--] = m->open[--m->open_count];
}

static const struct { const char *name; enum power power; } powers[] = { { "decide", DECIDE }, { "report", REPORT }, { "coordinate", COORDINATE }, { "seal", SEAL } };

static int lent_of(struct str words)
{
	int lent = 0;
	while (words.len) {
		struct str w = str_cut(&words, ' ');
		for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
			lent |= str_eqz(w, powers[i].name) ? (int)powers[i].power : 0;
	}
	return lent;
}

static void delegated(struct model *m, const struct json *data)
{
	m->loans[m->loans_count++] = number(data, "delegation");
	*at(m, data, "delegation") = (struct thing){ .what = DELEGATION, .organ = number(data, "organ"), .from_post = number(data, "from_post"), .to_post = number(data, "to_post"),
		                                     .from_ms = number(data, "from_ms"), .until_ms = number(data, "until_ms"), .lent = lent_of(json_text(json_get(data, "functions"))) };
}

void model_apply(struct model *m, struct str kind, const struct json *data)
{
	struct thing *t = at(m, data, "id");
	if (str_eqz(kind, "person.put")) {
		t->what = PERSON;
		t->enabled = json_bool(json_get(data, "enabled"), false);
	} else if (str_eqz(kind, "organ.put")) {
		t->what = ORGAN;
		t->parent = number(data, "parent");
	} else if (str_eqz(kind, "post.put")) {
		if (t->what != POST)
			m->posts[m->posts_count++] = number(data, "id");
		t->what = POST;
		t->organ = number(data, "organ");
		t->a = number(data, "a");
		t->b = number(data, "b");
		t->head = str_eqz(json_text(json_get(data, "role")), "head");
		t->reviewer = str_eqz(json_text(json_get(data, "role")), "reviewer");
		t->admin = str_eqz(json_text(json_get(data, "role")), "admin");
	} else if (str_eqz(kind, "post.ended")) {
		at(m, data, "post")->ended = true;
		at(m, data, "post")->a = at(m, data, "post")->b = 0;
	} else if (str_eqz(kind, "absence.began")) {
		at(m, data, "person")->away++;
	} else if (str_eqz(kind, "absence.ended")) {
		at(m, data, "person")->away -= str_eqz(json_text(json_get(data, "state")), "returned");
	} else if (str_eqz(kind, "delegation.given")) {
		delegated(m, data);
	} else if (str_eqz(kind, "delegation.revoked")) {
		at(m, data, "delegation")->revoked = true;
	} else if (str_eqz(kind, "case.received")) {
		t->what = CASE;
		t->organ = number(data, "organ");
	} else if (str_eqz(kind, "case.organ")) {
		at(m, data, "case")->organ = number(data, "organ");
	} else if (str_eqz(kind, "step.opened")) {
		opened(m, data);
	} else if (str_eqz(kind, "step.assigned")) {
		assigned(m, data);
	} else if (str_eqz(kind, "step.closed")) {
		closed(m, data);
	}
}

static bool here(const struct model *m, int64_t person)
{
	return person > 0 && m->things[person].what == PERSON && m->things[person].enabled && m->things[person].away == 0;
}

static int64_t first_here(const struct model *m, const struct thing *post)
{
	return here(m, post->a) ? post->a : here(m, post->b) ? post->b : 0;
}

static int64_t head_of(const struct model *m, int64_t organ)
{
	for (int64_t i = 0; i < m->posts_count; i++) {
		const struct thing *p = &m->things[m->posts[i]];
		if (p->head && !p->ended && p->organ == organ && first_here(m, p))
			return first_here(m, p);
	}
	return 0;
}

static int64_t administrator(const struct model *m)
{
	for (int64_t i = 0; i < m->posts_count; i++) {
		const struct thing *p = &m->things[m->posts[i]];
		if (p->admin && !p->ended && first_here(m, p))
			return first_here(m, p);
	}
	return 0;
}

int64_t model_expected(const struct model *m, const struct thing *step)
{
	const struct thing *post = &m->things[step->post];
	if (here(m, step->meant))
		return step->meant;
	if (first_here(m, post))
		return first_here(m, post);
	for (int64_t organ = post->organ; organ; organ = m->things[organ].parent)
		if (head_of(m, organ))
			return head_of(m, organ);
	if (administrator(m))
		return administrator(m);
	return post->a ? post->a : post->b; /* the house is empty: with whom the post names */
}

/* ---- who may ---- */

static bool holds(const struct model *m, int64_t person, int64_t post)
{
	const struct thing *p = &m->things[post];
	return p->what == POST && !p->ended && (p->a == person || p->b == person);
}

static bool heads(const struct model *m, int64_t person, int64_t organ)
{
	for (int64_t i = 0; i < m->posts_count; i++)
		if (m->things[m->posts[i]].head && m->things[m->posts[i]].organ == organ && holds(m, person, m->posts[i]))
			return true;
	return false;
}

/* The best that any loan to the person says: of the post (decisions), or of the organ. */
static enum verdict loan(const struct model *m, const struct attempt *t, int64_t from_post, int64_t organ)
{
	enum verdict best = NOT_LENT;
	for (int64_t i = 0; i < m->loans_count; i++) {
		const struct thing *d = &m->things[m->loans[i]];
		if (!holds(m, t->person, d->to_post) || (from_post ? d->from_post != from_post : d->organ != organ))
			continue;
		enum verdict v = !(d->lent & (int)t->power) ? OTHER_POWER : d->revoked ? REVOKED : t->at_ms < d->from_ms ? NOT_BEGUN : t->at_ms >= d->until_ms ? OVER
			: t->power == DECIDE && !(d->lent & SEAL) ? WITHOUT_SEAL : MAY_BY_LOAN;
		if (v == MAY_BY_LOAN)
			return v;
		best = v > best ? v : best;
	}
	return best;
}

enum verdict model_may(const struct model *m, const struct attempt *t)
{
	const struct thing *s = &m->things[t->step];
	if (t->power == REPORT)
		return heads(m, t->person, m->things[t->of_case].organ) ? MAY_BY_POST : loan(m, t, 0, m->things[t->of_case].organ);
	if (t->power == COORDINATE)
		return heads(m, t->person, m->things[s->post].organ) ? MAY_BY_POST : loan(m, t, 0, m->things[s->post].organ);
	if (s->claimed && s->holder != t->person)
		return TAKEN;
	if (s->holder != t->person)
		return loan(m, t, s->post, 0);
	bool of_role = t->power == DECIDE ? m->things[s->post].head : m->things[s->post].reviewer;
	return !holds(m, t->person, s->post) || of_role ? MAY_BY_POST : NOT_LENT;
}
