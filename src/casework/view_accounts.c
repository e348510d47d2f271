/* view_accounts.c - what the pages of accounts need to know; the system's alone, but for the list of other systems. */
#include "casework/view_int.h"

enum err view_factor(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	int64_t person = json_i64(json_get(v->params, "person"), 0);
	TRY(store_prepare(v->c, "SELECT f.secret, f.last_step, (SELECT count(*) FROM recovery_code r WHERE r.person=f.person) FROM second_factor f WHERE f.person=?1", &q));
	store_bind_i64(q, 1, person);
	TRY(store_step(q, &row));
	json_set_bool(out, "on", row);
	if (row) {
		json_set_str(out, "secret", store_col_copy(q, 0, v->a));
		json_set_i64(out, "last_step", store_col_i64(q, 1));
		json_set_i64(out, "recovery_left", store_col_i64(q, 2));
	}
	store_reset(q);
	return OK;
}

/* A session's text begins with person, when it was made, when last seen. */
static void session_json(struct view_ctx *v, struct store_query *q, struct str current, struct json_build *list)
{
	struct json_build o;
	struct str id = store_col_copy(q, 0, v->a), rest = store_col_copy(q, 1, v->a);
	int64_t made = 0, seen = 0;
	(void)str_cut(&rest, ' ');
	(void)str_to_i64(str_cut(&rest, ' '), &made);
	(void)str_to_i64(str_cut(&rest, ' '), &seen);
	json_build_object(&o, v->a);
	json_set_str(&o, "handle", str_sub(id, 0, 16));
	json_set_str(&o, "made_at", view_instant(v, made));
	json_set_str(&o, "seen_at", view_instant(v, seen));
	json_set_bool(&o, "current", str_eq(id, current));
	json_add(list, json_built(&o));
}

enum err view_sessions(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	bool row;
	json_build_array(&list, v->a);
	TRY(store_prepare(v->c, "SELECT id, data FROM session WHERE data LIKE ?1 AND expires_ms>?2 ORDER BY id LIMIT 200", &q));
	store_bind_str(q, 1, arena_printf(v->a, "%lld %%", (long long)json_i64(json_get(v->params, "person"), 0)));
	store_bind_i64(q, 2, v->now_ms);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		session_json(v, q, param(v, "current"), &list);
	}
	json_set(out, "rows", json_built(&list));
	return OK;
}

enum err view_office_secret(struct view_ctx *v, struct json_build *out)
{
	json_set_str(out, "value", row_str_of(v->c, v->a, "SELECT value FROM office_secret WHERE name=?1", param(v, "name")));
	return OK;
}

enum err view_login_client(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT client_id, name, redirect_uris, digest FROM login_client WHERE client_id=?1", &q));
	store_bind_str(q, 1, param(v, "client_id"));
	TRY(store_step(q, &row));
	if (row)
		set_columns(out, v, q);
	store_reset(q);
	json_set_bool(out, "fits", row && str_eq(json_text(json_get(&out->value, "digest")), secret_digest(v->a, param(v, "secret"))));
	return row ? OK : ERR_NOT_FOUND;
}

enum err view_login_clients(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT client_id, name, redirect_uris, at_ms FROM login_client ORDER BY client_id", &q));
	TRY(rows_json(v, q, &list));
	json_set(out, "rows", json_built(&list));
	struct str sso = setting_get(v->c, v->a, S("login.sso"));
	json_set(out, "sso", parse(v->a, sso));
	json_set_bool(out, "sso_secret", row_str_of(v->c, v->a, "SELECT value FROM office_secret WHERE name=?1", S("sso.secret")).len > 0);
	return OK;
}

enum err view_identity(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT i.person FROM identity i JOIN person p ON p.id=i.person WHERE i.issuer=?1 AND i.subject=?2 AND p.enabled=1", &q));
	store_bind_str(q, 1, param(v, "issuer"));
	store_bind_str(q, 2, param(v, "subject"));
	TRY(store_step(q, &row));
	json_set_i64(out, "person", row ? store_col_i64(q, 0) : 0);
	store_reset(q);
	return OK;
}
