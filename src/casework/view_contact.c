/* view_contact.c - first contacts: mine, offered to me, my organ's, and one with its hands. */
#include "casework/view_int.h"

#define CONTACT_COLUMNS \
	"SELECT x.id AS key, x.contact_no AS contact, x.at_ms AS taken_ms, x.channel, x.name, x.question, x.state, x.bounces, t.name AS taken_by, h.name AS holder," \
	" h.login AS holder_login, o.name AS organ, k.case_no, b.case_no AS about_case FROM contact x JOIN person t ON t.id=x.taken_by JOIN person h ON h.id=x.holder" \
	" LEFT JOIN organ o ON o.id=x.organ LEFT JOIN case_number k ON k.id=x.case_id LEFT JOIN case_number b ON b.id=x.about_case"
#define OFFERED "EXISTS(SELECT 1 FROM contact_hand d WHERE d.contact=x.id AND d.state='offered' AND d.to_person=?3)"
#define MY_ORGANS "x.organ IN (SELECT organ FROM post WHERE (a=?3 OR b=?3) AND ended_ms IS NULL)"
#define EVERYWHERE (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)

static enum err find_contacts(struct view_ctx *v, int64_t id, bool one, struct json_build *rows)
{
	struct store_query *q;
	struct str scope = param(v, "scope"), state = param(v, "state");
	TRY(store_prepare(v->c, CONTACT_COLUMNS " WHERE x.id BETWEEN ?1 AND ?7 AND (?4=1 OR x.taken_by=?3 OR x.holder=?3 OR " OFFERED " OR " MY_ORGANS ")"
	                        " AND (?5='all' OR (?5='mine' AND x.holder=?3) OR (?5='taken' AND x.taken_by=?3) OR (?5='offered' AND " OFFERED "))"
	                        " AND (?6 IS NULL OR x.state=?6) ORDER BY x.id DESC LIMIT ?2", &q));
	view_bind_range(q, 1, 7, id, one);
	store_bind_i64(q, 2, view_limit(v) + 1);
	store_bind_i64(q, 3, v->actor.person);
	store_bind_i64(q, 4, (v->roles & EVERYWHERE) != 0);
	store_bind_str(q, 5, scope.len ? scope : S("mine"));
	store_bind_str(q, 6, state.len ? state : (struct str){ NULL, 0 });
	return rows_add(v, q, rows);
}

enum err view_contacts(struct view_ctx *v, struct json_build *out)
{
	struct str scope = param(v, "scope");
	TRY(view_list(v, &(struct view_list){ "SELECT id FROM contact WHERE +id<?1 ORDER BY +id DESC LIMIT 20000", find_contacts, NULL }, out));
	static const struct { const char *scope, *flag; } scopes[] = {
		{ "mine", "scope_mine" }, { "offered", "scope_offered" }, { "taken", "scope_taken" }, { "all", "scope_all" },
	};
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		json_set_bool(out, scopes[i].flag, str_eqz(scope.len ? scope : S("mine"), scopes[i].scope));
	struct json_build c;
	json_build_object(&c, v->a);
	TRY(view_count(v, "SELECT count(*) FROM contact WHERE holder=?1 AND state='open'", v->actor.person, "mine", &c));
	TRY(view_count(v, "SELECT count(*) FROM contact_hand WHERE to_person=?1 AND state='offered'", v->actor.person, "offered", &c));
	json_set(out, "counts", json_built(&c));
	return OK;
}

static bool sees(struct view_ctx *v, int64_t id)
{
	struct store_query *q;
	bool row = false;
	if (v->roles & EVERYWHERE)
		return true;
	if (store_prepare(v->c, "SELECT 1 FROM contact x WHERE x.id=?1 AND ?2=?2 AND (x.taken_by=?3 OR x.holder=?3 OR " OFFERED " OR " MY_ORGANS ")", &q) != OK)
		return false;
	store_bind_i64(q, 1, id);
	store_bind_i64(q, 2, 0);
	store_bind_i64(q, 3, v->actor.person);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

enum err view_contact(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build hands, periods, may;
	bool row;
	int64_t id = row_i64_str(v->c, "SELECT id FROM contact WHERE contact_no=?1", param(v, "contact"), 0), me = v->actor.person;
	if (!id || !sees(v, id))
		return ERR_NOT_FOUND;
	TRY(store_prepare(v->c, CONTACT_COLUMNS " WHERE x.id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	set_columns(out, v, q);
	store_reset(q);
	json_set_str(out, "phone", row_str(v->c, v->a, "SELECT phone FROM contact WHERE id=?1", id));
	json_set_str(out, "answer", row_str(v->c, v->a, "SELECT answer FROM contact WHERE id=?1", id));
	TRY(store_prepare(v->c, "SELECT f.name AS from_name, t.name AS to_name, d.reason, d.at_ms AS offered_ms, d.state, d.why, d.settled_ms FROM contact_hand d"
	                        " JOIN person f ON f.id=d.from_person JOIN person t ON t.id=d.to_person WHERE d.contact=?1 ORDER BY d.id", &q));
	store_bind_i64(q, 1, id);
	TRY(rows_json(v, q, &hands));
	json_set(out, "hands", json_built(&hands));
	TRY(store_prepare(v->c, "SELECT n.name, t.from_ms, t.until_ms, t.why FROM contact_time t JOIN person n ON n.id=t.person WHERE t.contact=?1 ORDER BY t.from_ms", &q));
	store_bind_i64(q, 1, id);
	TRY(rows_json(v, q, &periods));
	json_set(out, "periods", json_built(&periods));
	bool open = row_i64(v->c, "SELECT 1 FROM contact WHERE id=?1 AND state='open'", id, 0) != 0;
	int64_t offered_to = row_i64(v->c, "SELECT to_person FROM contact_hand WHERE contact=?1 AND state='offered'", id, 0);
	bool holds = open && (row_i64(v->c, "SELECT holder FROM contact WHERE id=?1", id, 0) == me ||
	                      powers_in_organ(v->c, me, row_i64(v->c, "SELECT organ FROM contact WHERE id=?1", id, 0), ROLE_HEAD));
	json_build_object(&may, v->a);
	json_set_bool(&may, "hand", holds && !offered_to);
	json_set_bool(&may, "close", holds);
	json_set_bool(&may, "answer_offer", open && offered_to == me && me);
	json_set_bool(&may, "to_case", holds && (v->roles & ROLE_CLERK));
	json_set(out, "may", json_built(&may));
	if (!holds || offered_to)
		return OK;
	TRY(store_prepare(v->c, "SELECT DISTINCT n.login, n.name, o.name AS organ FROM post p JOIN organ o ON o.id=p.organ JOIN person n ON n.id=p.a OR n.id=p.b"
	                        " WHERE p.ended_ms IS NULL AND n.enabled=1 AND n.away=0 AND n.id<>?1 ORDER BY o.name, n.name, n.login LIMIT 1000", &q));
	store_bind_i64(q, 1, me);
	struct json_build colleagues;
	TRY(rows_json(v, q, &colleagues));
	json_set(out, "colleagues", json_built(&colleagues));
	return OK;
}
