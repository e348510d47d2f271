/* holding.c - who answers for a step, at every hour of its life exactly one person.
 *
 * One rule says who: the person it was given to, while present; else the post's A; else its B, acting; else the
 * head of the organ (A, then B); else the head of the organ above, and so on up; else an administrator, who can fill
 * posts; and when the whole house is away, it stays with whom the post names. Nobody answers
 * for a case of one's own, nor who has withdrawn from it or has an interest in the applicant (interest.c).
 *
 * The answer is kept in step_open.person and, in time, in step_holding. Whatever changes it (absence, return, a new
 * holder, a merger) calls a route function here, which asks the rule again and records each change as step.assigned.
 */
#include "casework/casework_int.h"

enum { ORGANS_UP_MAX = 16 };

struct pair { int64_t organ, a, b; bool a_here, b_here; };

#define PAIR_COLUMNS \
	"SELECT p.organ, p.a, CASE WHEN na.enabled=1 AND na.away=0 THEN 1 ELSE 0 END, p.b, CASE WHEN nb.enabled=1 AND nb.away=0 THEN 1 ELSE 0 END" \
	" FROM post p LEFT JOIN person na ON na.id=p.a LEFT JOIN person nb ON nb.id=p.b"

static struct pair read_pair(struct store_query *q)
{
	return (struct pair){ .organ = store_col_i64(q, 0), .a = store_col_i64(q, 1), .a_here = store_col_i64(q, 2) != 0,
	                      .b = store_col_i64(q, 3), .b_here = store_col_i64(q, 4) != 0 };
}

/* A, then B, if here and not barred. */
static bool take(struct store_conn *c, const struct pair *p, const struct case_row *k, const char *why_a, const char *why_b, struct holder *out)
{
	bool a = p->a && p->a_here && !case_bars(c, p->a, k), b = !a && p->b && p->b_here && !case_bars(c, p->b, k);
	if (!a && !b)
		return false;
	out->person = a ? p->a : p->b;
	out->why = a ? why_a : why_b;
	return true;
}

/* The heads of one organ, in the order of their posts. */
static enum err take_head(struct store_conn *c, int64_t organ, const struct case_row *k, bool above, struct holder *out, bool *found)
{
	struct store_query *q;
	bool row;
	*found = false;
	TRY(store_prepare(c, PAIR_COLUMNS " WHERE p.organ=?1 AND p.role='head' AND p.ended_ms IS NULL ORDER BY p.id", &q));
	store_bind_i64(q, 1, organ);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct pair p = read_pair(q);
		*found = take(c, &p, k, above ? "superior" : "head", above ? "superior" : "head-acting", out);
		if (*found)
			break;
	}
	store_reset(q);
	return OK;
}

static enum err take_up(struct store_conn *c, int64_t organ, const struct case_row *k, struct holder *out, bool *found)
{
	*found = false;
	for (int up = 0; organ && up < ORGANS_UP_MAX && !*found; up++) {
		TRY(take_head(c, organ, k, up > 0, out, found));
		organ = row_i64(c, "SELECT parent FROM organ WHERE id=?1", organ, 0);
	}
	return OK;
}

static bool take_administrator(struct store_conn *c, const struct case_row *k, struct holder *out)
{
	int64_t id = row_i64(c, "SELECT n.id FROM post p JOIN person n ON n.id=p.a OR n.id=p.b WHERE p.role='admin' AND p.ended_ms IS NULL"
	                        " AND n.enabled=1 AND n.away=0 AND n.id<>?1 ORDER BY p.id, n.id LIMIT 1", k ? k->applicant : 0, 0);
	if (!id)
		return false;
	out->person = id;
	out->why = "administrator";
	return true;
}

static void stays(struct store_conn *c, const struct pair *p, const struct case_row *k, struct holder *out)
{
	int64_t named = p->a && !case_bars(c, p->a, k) ? p->a : p->b && !case_bars(c, p->b, k) ? p->b : 0;
	out->person = named ? named : row_i64(c, "SELECT coalesce(a, b) FROM post WHERE organ=?1 AND role='head' AND ended_ms IS NULL"
	                                         " AND coalesce(a, b) IS NOT NULL ORDER BY id LIMIT 1", p->organ, 0);
	out->why = "nobody-present";
}

enum err holder_for_case(struct store_conn *c, int64_t post, const struct case_row *k, struct holder *out)
{
	struct store_query *q;
	bool row, found;
	*out = (struct holder){ .why = "assigned" };
	TRY(store_prepare(c, PAIR_COLUMNS " WHERE p.id=?1", &q));
	store_bind_i64(q, 1, post);
	TRY(store_step(q, &row));
	if (!row)
		return OK;
	struct pair p = read_pair(q);
	store_reset(q);
	if (take(c, &p, k, "assigned", "acting", out)) {
		out->instead_of = out->person == p.a ? 0 : p.a;
		return OK;
	}
	out->instead_of = p.a;
	out->unattended = !(p.a && p.a_here) && !(p.b && p.b_here); /* barred from one case is not away */
	TRY(take_up(c, p.organ, k, out, &found));
	if (!found && !take_administrator(c, k, out))
		stays(c, &p, k, out);
	return OK;
}

enum err holder_of_post(struct store_conn *c, int64_t post, int64_t except, struct holder *out)
{
	struct case_row k = { .applicant = except };
	return holder_for_case(c, post, except ? &k : NULL, out);
}

static bool is_here(struct store_conn *c, int64_t person)
{
	return row_i64(c, "SELECT 1 FROM person WHERE id=?1 AND enabled=1 AND away=0", person, 0) != 0;
}

enum err holder_of_step(struct store_conn *c, int64_t post, int64_t meant, const struct case_row *k, struct holder *out)
{
	if (!meant || !is_here(c, meant) || case_bars(c, meant, k)) {
		TRY(holder_for_case(c, post, k, out));
		if (meant && meant != out->person)
			out->instead_of = meant;
		return OK;
	}
	*out = (struct holder){ .person = meant, .why = "given" };
	return OK;
}

/* ---- recording ---- */

void holder_set(struct json_build *o, const struct holder *h)
{
	if (h->person)
		json_set_i64(o, "person", h->person);
	json_set_str(o, "why", str_of(h->why));
	if (h->instead_of)
		json_set_i64(o, "instead_of", h->instead_of);
}

enum err step_assign(struct act *act, const struct step_row *s, const struct step_holder_new *to)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "step", s->id);
	json_set_i64(&o, "case", s->case_id);
	json_set_i64(&o, "organ", to->organ ? to->organ : s->organ);
	json_set_i64(&o, "post", to->post ? to->post : s->post);
	holder_set(&o, &to->holder);
	if (to->meant)
		json_set_i64(&o, "meant", to->meant);
	json_set_bool(&o, "claimed", to->claimed);
	json_set_str(&o, "reason", to->reason.ptr ? to->reason : S(""));
	json_set_i64(&o, "at_ms", act->now_ms);
	bool loads = act_loads_before(act);
	TRY(act_emit(act, "step.assigned", s->case_id, &o));
	act_load_after(act, loads, s->post, -1);
	act_load_after(act, loads, to->post ? to->post : s->post, 1);
	return OK;
}

/* ---- posts that nobody attends ---- */

enum err post_unattended(struct act *act, int64_t post, int64_t case_id, int64_t step, const struct holder *h)
{
	struct case_row k;
	struct json_build o;
	if (row_i64(act->c, "SELECT unattended FROM post WHERE id=?1", post, 0))
		return OK; /* said once, until somebody is back */
	int64_t organ = row_i64(act->c, "SELECT organ FROM post WHERE id=?1", post, 0);
	json_build_object(&o, act->a);
	json_set_i64(&o, "post", post);
	json_set_i64(&o, "organ", organ);
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "step", step);
	json_set_i64(&o, "person", h->person);
	json_set_str(&o, "why", str_of(h->why));
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "post.unattended", case_id, &o));
	TRY(act_case(act, case_id, &k));
	bool nobody = strcmp(h->why, "nobody-present") == 0;
	struct str name = row_str(act->c, act->a, "SELECT name FROM post WHERE id=?1", post), who = row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", h->person);
	struct str name_en = row_str(act->c, act->a, "SELECT coalesce(nullif(name_en, ''), name) FROM post WHERE id=?1", post);
	struct alert_new alert = { .step = step, .level = nobody ? 3 : 2, .rule_no = S("P-unattended"), .organ = organ, .person = h->person };
	alert.text = arena_printf(act->a, "岗位“%.*s”A、B岗均不在岗,办件由%.*s%s。", STR_ARG(name), STR_ARG(who), nobody ? "名义承担,上级亦无人在岗" : "代为负责");
	alert.text_en = arena_printf(act->a, nobody ? "Post \"%.*s\": A, B and everyone above are away; the work stays with %.*s."
	                                            : "Post \"%.*s\": both A and B are away; %.*s answers for its work.", STR_ARG(name_en), STR_ARG(who));
	return alert_raise(act, &k, &alert);
}

/* Posts of the person that were without anyone and have somebody again. */
static enum err posts_attended(struct act *act, int64_t person)
{
	int64_t id = 0;
	for (;;) {
		struct store_query *q;
		struct holder h;
		bool row;
		TRY(store_prepare(act->c, "SELECT id FROM post WHERE unattended=1 AND id>?1 AND (?2=0 OR a=?2 OR b=?2) ORDER BY id LIMIT 1", &q));
		store_bind_i64(q, 1, id);
		store_bind_i64(q, 2, person);
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		id = store_col_i64(q, 0);
		store_reset(q);
		TRY(holder_of_post(act->c, id, 0, &h));
		if (h.unattended)
			continue;
		struct json_build o;
		json_build_object(&o, act->a);
		json_set_i64(&o, "post", id);
		json_set_i64(&o, "at_ms", act->now_ms);
		TRY(act_emit(act, "post.attended", 0, &o));
	}
}

/* ---- asking the rule again ---- */

static enum err settle_step(struct act *act, int64_t id, struct str reason)
{
	struct step_row s;
	struct holder h;
	TRY(step_get(act->c, act->a, id, &s));
	struct case_row k;
	TRY(act_case(act, s.case_id, &k));
	TRY(holder_of_step(act->c, s.post, s.meant, &k, &h));
	int64_t organ = row_i64(act->c, "SELECT organ FROM post WHERE id=?1", s.post, s.organ);
	struct step_holder_new to = { .organ = organ, .holder = h, .meant = s.meant, .reason = reason };
	if (h.person != s.person || organ != s.organ)
		TRY(step_assign(act, &s, &to));
	return h.unattended ? post_unattended(act, s.post, s.case_id, s.id, &h) : OK;
}

enum err ids_of(struct store_query *q, struct arena *a, struct id_list *out)
{
	size_t room = 0;
	*out = (struct id_list){ 0 };
	for (;;) {
		bool row;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (out->count == room) {
			room = room ? room * 2 : 64;
			int64_t *more = arena_new_n(a, int64_t, room);
			if (!more)
				return ERR_NOMEM;
			if (out->count)
				memcpy(more, out->ids, out->count * sizeof *more);
			out->ids = more;
		}
		out->ids[out->count++] = store_col_i64(q, 0);
	}
}

static enum err settle_all(struct act *act, const struct id_list *list, struct str reason)
{
	for (size_t i = 0; i < list->count; i++)
		TRY(settle_step(act, list->ids[i], reason));
	return OK;
}

/* Steps that the person has, was meant to have, or whose post is theirs; of a head also what came up from posts below, or
 * would if anybody were there; of an administrator what nobody at all attends. */
static const char touched_by_person[] =
	"WITH RECURSIVE under(id) AS (SELECT organ FROM post WHERE role='head' AND (a=?1 OR b=?1)"
	" UNION SELECT o.id FROM organ o JOIN under u ON o.parent=u.id)"
	" SELECT s.id FROM step_open s WHERE s.post IS NOT NULL AND (s.person=?1 OR s.meant=?1 OR s.post IN (SELECT id FROM post WHERE a=?1 OR b=?1)"
	" OR EXISTS(SELECT 1 FROM post p JOIN under u ON u.id=p.organ WHERE p.id=s.post"
	" AND (p.unattended=1 OR coalesce(p.a, 0)<>s.person AND coalesce(p.b, 0)<>s.person))"
	" OR s.post IN (SELECT p.id FROM post p WHERE p.unattended=1 AND EXISTS(SELECT 1 FROM post d WHERE d.role='admin' AND (d.a=?1 OR d.b=?1)))) ORDER BY s.id";

enum err holding_route_person(struct act *act, int64_t person, struct str reason)
{
	struct store_query *q;
	struct id_list list;
	TRY(store_prepare(act->c, touched_by_person, &q));
	store_bind_i64(q, 1, person);
	TRY(ids_of(q, act->a, &list));
	TRY(settle_all(act, &list, reason));
	return posts_attended(act, person);
}

enum err holding_route_post(struct act *act, int64_t post, struct str reason)
{
	struct store_query *q;
	struct id_list list;
	TRY(store_prepare(act->c, "SELECT id FROM step_open WHERE post=?1 ORDER BY id", &q));
	store_bind_i64(q, 1, post);
	TRY(ids_of(q, act->a, &list));
	TRY(settle_all(act, &list, reason));
	return posts_attended(act, 0);
}

enum err holding_route_all(struct act *act, struct str reason)
{
	struct store_query *q;
	struct id_list list;
	TRY(store_prepare(act->c, "SELECT id FROM step_open WHERE post IS NOT NULL ORDER BY id", &q));
	TRY(ids_of(q, act->a, &list));
	TRY(settle_all(act, &list, reason));
	return posts_attended(act, 0);
}

enum err holding_route_case(struct act *act, int64_t case_id, struct str reason)
{
	struct store_query *q;
	struct id_list list;
	TRY(store_prepare(act->c, "SELECT id FROM step_open WHERE post IS NOT NULL AND case_id=?1 ORDER BY id", &q));
	store_bind_i64(q, 1, case_id);
	TRY(ids_of(q, act->a, &list));
	return settle_all(act, &list, reason);
}

/* ---- asking about the past ---- */

int64_t step_holder_at(struct store_conn *c, int64_t step, int64_t at_ms)
{
	struct store_query *q;
	bool row;
	int64_t person = 0;
	if (store_prepare(c, "SELECT person FROM step_holding WHERE step=?1 AND from_ms<=?2 AND (until_ms IS NULL OR until_ms>?2)", &q) != OK)
		return 0;
	store_bind_i64(q, 1, step);
	store_bind_i64(q, 2, at_ms);
	if (store_step(q, &row) == OK && row)
		person = store_col_i64(q, 0);
	store_reset(q);
	return person;
}

int64_t post_holder_at(struct store_conn *c, int64_t post, const char *held, int64_t at_ms)
{
	struct store_query *q;
	bool row;
	int64_t person = 0;
	if (store_prepare(c, "SELECT person FROM post_holding WHERE post=?1 AND held=?2 AND from_ms<=?3 AND (until_ms IS NULL OR until_ms>?3)", &q) != OK)
		return 0;
	store_bind_i64(q, 1, post);
	store_bind_str(q, 2, str_of(held));
	store_bind_i64(q, 3, at_ms);
	if (store_step(q, &row) == OK && row)
		person = store_col_i64(q, 0);
	store_reset(q);
	return person;
}
