/* powers.c - who may. The default is no.
 *
 * A role comes from a post that the person holds as A or B. Commands and views name the
 * roles that may use them at all; handlers then ask about the organ, the case, the step.
 */
#include "casework/access_int.h"

static const struct { const char *name; unsigned role; } role_names[] = {
	{ "clerk", ROLE_CLERK }, { "reviewer", ROLE_REVIEWER }, { "inspector", ROLE_INSPECTOR }, { "expert", ROLE_EXPERT },
	{ "head", ROLE_HEAD }, { "supervisor", ROLE_SUPERVISOR }, { "auditor", ROLE_AUDITOR }, { "admin", ROLE_ADMIN },
};

unsigned powers_role_of_name(struct str role)
{
	for (size_t i = 0; i < sizeof role_names / sizeof *role_names; i++)
		if (str_eqz(role, role_names[i].name))
			return role_names[i].role;
	return 0;
}

static unsigned roles_of_query(struct store_query *q)
{
	unsigned roles = 0;
	bool row;
	while (store_step(q, &row) == OK && row)
		roles |= powers_role_of_name(store_col_str(q, 0));
	return roles;
}

static const char enabled_person[] = "SELECT enabled FROM person WHERE id=?1";
static const char roles_held[] = "SELECT role FROM post WHERE a=?1 AND ended_ms IS NULL UNION ALL SELECT role FROM post WHERE b=?1 AND ended_ms IS NULL";

void powers_ahead(struct store_conn *c, const struct casework_actor *actor)
{
	if (actor->system || !actor->person)
		return;
	ahead_i64(c, enabled_person, actor->person);
	ahead_i64(c, roles_held, actor->person);
}

unsigned powers_roles(struct store_conn *c, const struct casework_actor *actor)
{
	if (actor->system)
		return ROLE_SYSTEM;
	if (actor->person == 0 || row_i64(c, enabled_person, actor->person, 0) == 0)
		return ROLE_VISITOR;
	struct store_query *q;
	if (store_prepare(c, roles_held, &q) != OK)
		return ROLE_VISITOR;
	store_bind_i64(q, 1, actor->person);
	return ROLE_VISITOR | ROLE_CITIZEN | roles_of_query(q);
}

static const char roles_in_organ[] = "SELECT role FROM post WHERE organ=?2 AND ended_ms IS NULL AND (a=?1 OR b=?1)";

bool powers_in_organ(struct store_conn *c, int64_t person, int64_t organ, unsigned roles)
{
	struct store_query *q;
	if (!person || store_prepare(c, roles_in_organ, &q) != OK)
		return false;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, organ);
	return (roles_of_query(q) & roles) != 0;
}

static const char holds_this_post[] = "SELECT 1 FROM post WHERE id=?1 AND ended_ms IS NULL AND (a=?2 OR b=?2)";

void holds_post_ahead(struct store_conn *c, int64_t person, int64_t post)
{
	ahead_pair(c, holds_this_post, post, person);
}

bool powers_holds_post(struct store_conn *c, int64_t person, int64_t post)
{
	struct store_query *q;
	bool row = false;
	if (!person || !post || store_prepare(c, holds_this_post, &q) != OK)
		return false;
	store_bind_i64(q, 1, post);
	store_bind_i64(q, 2, person);
	bool holds = store_step(q, &row) == OK && row;
	store_reset(q);
	return holds;
}

static const char organ_has_step[] = "SELECT 1 FROM post p WHERE (p.a=?1 OR p.b=?1) AND p.organ IN"
                                     " (SELECT organ FROM step_open WHERE case_id=?2 UNION SELECT organ FROM step_done WHERE case_id=?2) LIMIT 1";
static const char barred_here[] = "SELECT 1 FROM case_barred WHERE case_id=?1 AND person=?2";

void powers_case_ahead(struct store_conn *c, int64_t person, int64_t case_id)
{
	ahead_pair(c, organ_has_step, person, case_id);
	ahead_pair(c, barred_here, case_id, person);
}

void powers_organ_ahead(struct store_conn *c, int64_t person, int64_t organ)
{
	ahead_pair(c, roles_in_organ, person, organ);
}

/* Has an organ of this person a step in the case, open or done, or is it the case's own? */
static bool organ_takes_part(struct store_conn *c, int64_t person, const struct case_row *k)
{
	if (powers_in_organ(c, person, k->organ, ROLE_HANDLERS))
		return true;
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, organ_has_step, &q) != OK)
		return false;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, k->id);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

bool powers_barred(struct store_conn *c, int64_t person, int64_t case_id)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, barred_here, &q) != OK)
		return true;
	store_bind_i64(q, 1, case_id);
	store_bind_i64(q, 2, person);
	bool yes = store_step(q, &row) != OK || row;
	store_reset(q);
	return yes;
}

bool powers_handles_case(struct store_conn *c, const struct casework_actor *actor, const struct case_row *k)
{
	if (actor->system)
		return true;
	/* nobody handles a case of one's own */
	return actor->person && actor->person != k->applicant && organ_takes_part(c, actor->person, k) && !powers_barred(c, actor->person, k->id);
}

bool powers_sees_case(struct store_conn *c, const struct casework_actor *actor, const struct case_row *k)
{
	if (actor->system || (actor->person && actor->person == k->applicant))
		return true;
	if (!actor->person || powers_barred(c, actor->person, k->id))
		return false;
	if (powers_roles(c, actor) & (ROLE_SUPERVISOR | ROLE_AUDITOR))
		return true;
	return powers_handles_case(c, actor, k) || glass_open(c, actor->person, k->id);
}

/* Head, or acting for the head, of an organ where the other person holds a post. */
static bool heads(struct store_conn *c, int64_t head, int64_t person)
{
	struct store_query *q;
	bool row = false;
	if (!head || store_prepare(c, "SELECT 1 FROM post h JOIN post p ON p.organ=h.organ WHERE h.role='head' AND h.ended_ms IS NULL AND (h.a=?1 OR h.b=?1)"
	                              " AND p.ended_ms IS NULL AND (p.a=?2 OR p.b=?2) LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, head);
	store_bind_i64(q, 2, person);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

bool powers_keeps_file(struct store_conn *c, const struct casework_actor *actor, int64_t person)
{
	return actor->system || (actor->person != person && (powers_roles(c, actor) & ROLE_ADMIN || heads(c, actor->person, person)));
}

bool powers_sees_file(struct store_conn *c, const struct casework_actor *actor, int64_t person)
{
	return (actor->person && actor->person == person) || powers_keeps_file(c, actor, person) ||
	       (powers_roles(c, actor) & (ROLE_SUPERVISOR | ROLE_AUDITOR)) != 0;
}

/* The second of two signatures (ALL/34): a colleague of the same role in the organ, or its head, who is here. */
bool powers_second_person(struct store_conn *c, int64_t person, const struct step_row *s)
{
	struct store_query *q;
	bool row = false;
	if (!s->signed_by || store_prepare(c, "SELECT 1 FROM post p JOIN person n ON n.id=?1 WHERE p.organ=?2 AND p.ended_ms IS NULL AND (p.a=?1 OR p.b=?1)"
	                                      " AND p.role IN ('head', (SELECT role FROM post WHERE id=?3)) AND n.away=0 LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, s->organ);
	store_bind_i64(q, 3, s->post);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}
