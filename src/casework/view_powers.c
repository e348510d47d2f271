/* view_powers.c - powers, delegations, interests, looks at personal data, as people and auditors read them. */
#include "casework/access_int.h"
#include "casework/view_int.h"

static enum err organ_of(struct view_ctx *v, int64_t *organ)
{
	*organ = organ_by_code(v->c, param(v, "organ"));
	return *organ ? OK : ERR_NOT_FOUND;
}

static enum err rows_of(struct view_ctx *v, const char *sql, int64_t p1, struct str p2, int64_t p3, struct json_build *out, const char *key)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, p1);
	store_bind_str(q, 2, p2);
	store_bind_i64(q, 3, p3);
	TRY(rows_json(v, q, &list));
	json_set(out, key, json_built(&list));
	return OK;
}

/* Codes with blanks between as [{code, name, name_en}]. */
static const struct json *functions_named(struct view_ctx *v, struct str words)
{
	const struct json *all = functions_json(v->cw);
	struct json_build list;
	json_build_array(&list, v->a);
	while (words.len) {
		struct str w = str_cut(&words, ' ');
		for (size_t i = 0; w.len && i < all->count; i++)
			if (str_eq(json_text(json_get(&all->items[i], "code")), w))
				json_add(&list, &all->items[i]);
	}
	return json_built(&list);
}

/* The member `functions` as named ones; everything else as it is. */
static const struct json *with_functions(struct view_ctx *v, const struct json *rows)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; rows && i < rows->count; i++) {
		struct json_build o;
		const struct json *r = &rows->items[i];
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, str_eqz(r->members[m].key, "functions") ? functions_named(v, json_text(&r->members[m].value))
			                                                                           : &r->members[m].value);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

/* ---- lists of powers and duties ---- */

#define ENTRY_SQL "SELECT code, name, name_en, item_kind, basis, functions, items FROM power WHERE organ=?1 AND kind=?2 AND version=?3 ORDER BY code"
#define HISTORY_SQL \
	"SELECT l.version, l.at_ms, l.live, d.name AS drafted_by, p.name AS published_by FROM power_list l LEFT JOIN person d ON d.id=l.drafted_by" \
	" LEFT JOIN person p ON p.id=l.by_person WHERE l.organ=?1 AND l.kind=?2 AND ?3 IS NOT NULL ORDER BY l.version DESC"

static int64_t live_version(struct view_ctx *v, int64_t organ, struct str kind)
{
	return str_eqz(kind, "duty") ? row_i64(v->c, "SELECT version FROM power_list WHERE organ=?1 AND kind='duty' AND live=1", organ, 0)
	                             : row_i64(v->c, "SELECT version FROM power_list WHERE organ=?1 AND kind='power' AND live=1", organ, 0);
}

static enum err one_list(struct view_ctx *v, int64_t organ, struct str kind, int64_t version, struct json_build *out)
{
	struct json_build raw;
	json_build_object(&raw, v->a);
	TRY(rows_of(v, ENTRY_SQL, organ, kind, version, &raw, "entries"));
	json_set_i64(out, "version", version);
	json_set(out, "entries", with_functions(v, json_get(&raw.value, "entries")));
	return rows_of(v, HISTORY_SQL, organ, kind, 0, out, "history");
}

/* {organ, kind, version?}: the published list, for everybody. */
enum err view_powers(struct view_ctx *v, struct json_build *out)
{
	int64_t organ, version = 0;
	struct str kind = str_eqz(param(v, "kind"), "duty") ? S("duty") : S("power");
	TRY(organ_of(v, &organ));
	set_named(out, v, "organ", ORGAN_SQL, organ);
	json_set_str(out, "kind", kind);
	if (!str_to_i64(param(v, "version"), &version) || version < 1)
		version = live_version(v, organ, kind);
	return one_list(v, organ, kind, version ? version : -1, out);
}

/* Organs with what they have published; for everybody. */
enum err view_power_lists(struct view_ctx *v, struct json_build *out)
{
	return rows_of(v, "SELECT o.code, o.name, o.name_en, p.version AS powers, p.at_ms AS powers_at_ms, d.version AS duties, d.at_ms AS duties_at_ms,"
	                  " (SELECT count(*) FROM power w WHERE w.organ=o.id AND w.version=0) AS drafted FROM organ o"
	                  " LEFT JOIN power_list p ON p.organ=o.id AND p.kind='power' AND p.live=1 LEFT JOIN power_list d ON d.organ=o.id AND d.kind='duty' AND d.live=1"
	                  " WHERE ?1 IS NOT NULL AND (?2 IS NULL OR o.code=?2) AND ?3 IS NOT NULL ORDER BY o.code", 0, (struct str){ NULL, 0 }, 0, out, "rows");
}

enum err view_power_draft(struct view_ctx *v, struct json_build *out)
{
	int64_t organ;
	struct str kind = str_eqz(param(v, "kind"), "duty") ? S("duty") : S("power");
	TRY(organ_of(v, &organ));
	if (!v->actor.system && !(v->roles & ROLE_ADMIN) && !powers_in_organ(v->c, v->actor.person, organ, ROLE_HEAD))
		return ERR_NOT_FOUND;
	set_named(out, v, "organ", ORGAN_SQL, organ);
	json_set_str(out, "kind", kind);
	TRY(one_list(v, organ, kind, 0, out));
	TRY(rows_of(v, "SELECT impl_code, name, name_en FROM item WHERE organ=?1 AND live=1 AND ?2 IS NOT NULL AND ?3 IS NOT NULL ORDER BY impl_code", organ, kind, 0, out, "items"));
	json_set(out, "functions", functions_json(v->cw));
	set_named(out, v, "drafted", str_eqz(kind, "duty")
	          ? "SELECT p.login, p.name, d.at_ms FROM power_draft d LEFT JOIN person p ON p.id=d.by_person WHERE d.organ=?1 AND d.kind='duty'"
	          : "SELECT p.login, p.name, d.at_ms FROM power_draft d LEFT JOIN person p ON p.id=d.by_person WHERE d.organ=?1 AND d.kind='power'", organ);
	return OK;
}

/* ---- the declared powers of an item, action by action ---- */

static enum err posts_with(struct view_ctx *v, int64_t organ, struct str role, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT p.code, p.name, p.name_en, p.role, a.name AS a, b.name AS b FROM post p LEFT JOIN person a ON a.id=p.a LEFT JOIN person b ON b.id=p.b"
	                        " WHERE p.organ=?1 AND p.role=?2 AND p.ended_ms IS NULL ORDER BY p.id", &q));
	store_bind_i64(q, 1, organ);
	store_bind_str(q, 2, role);
	TRY(rows_json(v, q, &list));
	json_set(out, "posts", json_built(&list));
	return OK;
}

static void set_entry(struct view_ctx *v, int64_t organ, int64_t item, struct str function, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	bool row = false;
	struct str impl = row_str(v->c, v->a, "SELECT impl_code FROM item WHERE id=?1", item);
	json_build_object(&o, v->a);
	if (store_prepare(v->c, "SELECT w.code, w.name, w.name_en, w.basis FROM power w JOIN power_list l ON l.organ=w.organ AND l.kind=w.kind AND l.version=w.version"
	                        " WHERE l.live=1 AND w.kind='power' AND w.organ=?1 AND ' '||w.functions||' ' LIKE '% '||?2||' %'"
	                        " AND (w.items='' OR ' '||w.items||' ' LIKE '% '||?3||' %') ORDER BY w.code LIMIT 1", &q) == OK) {
		store_bind_i64(q, 1, organ);
		store_bind_str(q, 2, function);
		store_bind_str(q, 3, impl);
		if (store_step(q, &row) == OK && row)
			set_columns(&o, v, q);
		store_reset(q);
	}
	json_set(out, "power", row ? json_built(&o) : NULL);
}

static enum err matrix_action(struct view_ctx *v, int64_t organ, int64_t item, const struct bpmn_element *e, const struct xml_node *action, struct json_build *list)
{
	struct json_build o;
	const struct xml_node *assign = bpmn_ext(e, "assign");
	struct str function = function_of_action(e, action);
	json_build_object(&o, v->a);
	json_set_str(&o, "element", e->id);
	json_set_str(&o, "step", e->name.len ? e->name : e->id);
	json_set_str(&o, "step_en", element_name_en(e).len ? element_name_en(e) : e->name.len ? e->name : e->id);
	json_set_str(&o, "action", xml_attr(action, "id"));
	json_set_str(&o, "name", xml_attr(action, "name"));
	json_set_str(&o, "name_en", xml_attr(action, "name_en").ptr ? xml_attr(action, "name_en") : xml_attr(action, "name"));
	json_set(&o, "function", functions_named(v, function) ? &functions_named(v, function)->items[0] : NULL);
	set_named(&o, v, "organ", ORGAN_SQL, organ);
	set_entry(v, organ, item, function, &o);
	json_set_bool(&o, "listed", !row_i64(v->c, "SELECT 1 FROM power_list WHERE organ=?1 AND kind='power' AND live=1", organ, 0) || json_get(&o.value, "power")->kind == JSON_OBJECT);
	TRY(posts_with(v, organ, assign ? xml_attr(assign, "post") : S("reviewer"), &o));
	json_add(list, json_built(&o));
	return OK;
}

/* {item}: every action of every step, the power it belongs to, the posts that hold it. */
enum err view_power_matrix(struct view_ctx *v, struct json_build *out)
{
	int64_t item = row_i64_str(v->c, "SELECT id FROM item WHERE impl_code=?1", param(v, "item"), 0);
	struct str code = row_str(v->c, v->a, "SELECT pack FROM item WHERE id=?1", item);
	int64_t pack_id = code.len ? row_i64_str(v->c, "SELECT id FROM pack WHERE code=?1 AND live=1", code, 0) : 0;
	const struct json *data = parse(v->a, row_str(v->c, v->a, "SELECT data FROM item WHERE id=?1", item));
	const struct pack *p = NULL;
	const struct bpmn_element *all;
	struct json_build list;
	if (!item)
		return ERR_NOT_FOUND;
	set_named(out, v, "item", ITEM_SQL, item);
	json_build_array(&list, v->a);
	if (pack_id)
		TRY(pack_of(v->cw, v->c, pack_id, &p, v->d));
	size_t n = p ? bpmn_model_elements(p->process, &all) : 0;
	for (size_t i = 0; i < n; i++) {
		const struct xml_node *assign = bpmn_ext(&all[i], "assign");
		struct str role = assign ? xml_attr(assign, "organ") : S("lead");
		if (!bpmn_ext(&all[i], "action") || (assign && str_eqz(xml_attr(assign, "post"), "applicant")))
			continue;
		int64_t lead = row_i64(v->c, "SELECT organ FROM item WHERE id=?1", item, 0);
		int64_t joint = organ_by_code(v->c, json_text(json_get_str(json_get(data, "joint_organs"), role)));
		for (const struct xml_node *a = bpmn_ext(&all[i], "action"); a; a = xml_next_same(a))
			TRY(matrix_action(v, joint ? joint : lead, item, &all[i], a, &list));
	}
	json_set(out, "rows", json_built(&list));
	return OK;
}

/* ---- the table of access rules ---- */

enum err view_access_rules(struct view_ctx *v, struct json_build *out)
{
	struct str value = setting_get(v->c, v->a, S("powers.access"));
	struct str digest = value.len > 2 ? json_text(parse(v->a, value)) : S("");
	struct str own = digest.len ? row_str_of(v->c, v->a, "SELECT bytes FROM content WHERE digest=?1", digest) : (struct str){ NULL, 0 };
	struct str shipped;
	if (!own.len)
		TRY(os_file_read(v->a, arena_printf(v->a, "%s/data/powers/access.dmn", v->cw->data_dir).ptr, 1 << 20, &shipped, v->d));
	json_set_bool(out, "shipped", own.len == 0);
	json_set_str(out, "dmn", own.len ? own : shipped);
	return access_table_json(own.len ? own : shipped, v->a, out, v->d);
}

/* ---- delegations ---- */

#define DELEGATION_SQL \
	"SELECT d.id AS delegation, o.code AS organ_code, o.name AS organ, o.name_en AS organ_en, f.code AS from_post, f.name AS from_name," \
	" coalesce(nullif(f.name_en, ''), f.name) AS from_name_en, t.code AS to_post, t.name AS to_name, coalesce(nullif(t.name_en, ''), t.name) AS to_name_en," \
	" d.functions, d.from_ms, d.until_ms, d.reason, g.name AS given_by, d.at_ms, d.revoked_ms, d.revoked_reason," \
	" CASE WHEN d.revoked_ms IS NOT NULL THEN 'revoked' WHEN d.until_ms<=?3 THEN 'over' WHEN d.from_ms>?3 THEN 'planned' ELSE 'live' END AS state" \
	" FROM delegation d JOIN organ o ON o.id=d.organ JOIN post f ON f.id=d.from_post JOIN post t ON t.id=d.to_post LEFT JOIN person g ON g.id=d.by_person"

/* The organs in which the actor has a post; of supervision, auditors and administrators all. */
enum err view_delegations(struct view_ctx *v, struct json_build *out)
{
	struct json_build raw;
	struct str organ = param(v, "organ");
	bool all = (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)) != 0;
	json_build_object(&raw, v->a);
	TRY(rows_of(v, DELEGATION_SQL " WHERE (?1=0 OR d.organ IN (SELECT organ FROM post WHERE a=?1 OR b=?1)) AND (?2 IS NULL OR o.code=?2) ORDER BY d.id DESC LIMIT 500",
	            all ? 0 : v->actor.person, organ.len ? organ : (struct str){ NULL, 0 }, v->now_ms, &raw, "rows"));
	json_set(out, "rows", with_functions(v, json_get(&raw.value, "rows")));
	TRY(rows_of(v, "SELECT p.code, p.name, coalesce(nullif(p.name_en, ''), p.name) AS name_en, p.role FROM post p WHERE p.role='head' AND p.ended_ms IS NULL AND (p.a=?1 OR p.b=?1)"
	               " AND ?2 IS NOT NULL AND ?3 IS NOT NULL ORDER BY p.id", v->actor.person, S(""), 0, out, "mine"));
	TRY(rows_of(v, "SELECT p.code, p.name, coalesce(nullif(p.name_en, ''), p.name) AS name_en, p.role FROM post p WHERE p.role<>'head' AND p.ended_ms IS NULL AND p.organ IN"
	               " (SELECT organ FROM post WHERE role='head' AND (a=?1 OR b=?1)) AND ?2 IS NOT NULL AND ?3 IS NOT NULL ORDER BY p.id", v->actor.person, S(""), 0, out, "posts"));
	struct json_build lendable;
	json_build_array(&lendable, v->a);
	for (size_t i = 0; i < functions_json(v->cw)->count; i++)
		if (json_bool(json_get(&functions_json(v->cw)->items[i], "delegable"), false))
			json_add(&lendable, &functions_json(v->cw)->items[i]);
	json_set(out, "functions", json_built(&lendable));
	return OK;
}

/* ---- interests and recusals ---- */

static enum err challenges(struct view_ctx *v, struct json_build *out)
{
	return rows_of(v, "SELECT g.id AS challenge, n.case_no, p.name AS person, g.reason, g.at_ms, g.state, g.answer FROM challenge g JOIN case_number n ON n.id=g.case_id"
	                  " JOIN case_any k ON k.id=g.case_id LEFT JOIN person p ON p.id=g.person WHERE g.person<>?1 AND ?2 IS NOT NULL AND ?3 IS NOT NULL"
	                  " AND k.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?1 OR b=?1)) ORDER BY g.id DESC LIMIT 200", v->actor.person, S(""), 0, out, "challenges");
}

enum err view_interests(struct view_ctx *v, struct json_build *out)
{
	TRY(rows_of(v, "SELECT id AS interest, kind, name, CASE WHEN digest IS NULL THEN 0 ELSE 1 END AS by_number, at_ms, ended_ms FROM interest WHERE person=?1 AND ?2 IS NOT NULL"
	               " AND ?3 IS NOT NULL ORDER BY id DESC LIMIT 200", v->actor.person, S(""), 0, out, "rows"));
	return view_part(v, "challenges", challenges, out);
}

/* ---- looks ---- */

#define LOOK_SQL \
	"SELECT l.id AS key, n.case_no, p.login, p.name, l.fields AS fields_json, l.reason, l.at_ms FROM personal_look l JOIN case_number n ON n.id=l.case_id" \
	" LEFT JOIN person p ON p.id=l.person WHERE l.id BETWEEN ?1 AND ?5 AND (?2 IS NULL OR n.case_no=?2) AND (?3 IS NULL OR p.login=?3) ORDER BY l.id DESC LIMIT ?4"

static enum err find_looks(struct view_ctx *v, int64_t id, bool one, struct json_build *rows)
{
	struct store_query *q;
	struct str case_no = param(v, "case_no"), login = param(v, "person");
	TRY(store_prepare(v->c, LOOK_SQL, &q));
	view_bind_range(q, 1, 5, id, one);
	store_bind_str(q, 2, case_no.len ? case_no : (struct str){ NULL, 0 });
	store_bind_str(q, 3, login.len ? login : (struct str){ NULL, 0 });
	store_bind_i64(q, 4, view_limit(v) + 1);
	return rows_add(v, q, rows);
}

enum err view_personal_looks(struct view_ctx *v, struct json_build *out)
{
	return view_list(v, &(struct view_list){ "SELECT id FROM personal_look WHERE +id<?1 ORDER BY +id DESC LIMIT 20000", find_looks, NULL }, out);
}
