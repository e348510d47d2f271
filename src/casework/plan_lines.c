/* plan_lines.c - the lines of a planned change of structure, each done by the same acts as a change of today.
 *
 *   post.put    code, and what changes of: organ, role, name, name_en, a, b (a new code makes a new post)
 *   post.merge  code, into: open steps go to the other post, the post ends
 *   organ.put   code, and what changes of: name, name_en, region, parent
 *   organ.merge code, into: posts, items, open cases and organs below go over, the organ ends
 *   person.put  login, enabled (somebody leaves or comes back)
 */
#include "casework/plan_int.h"

static struct str text_of(const struct json *line, const char *key)
{
	return str_trim(json_text(json_get(line, key)));
}

/* The row as a command, with the line's members above it. */
static const struct json *over_row(struct act *act, const char *sql, struct str key, const struct json *line)
{
	struct store_query *q;
	struct json_build o;
	bool row = false;
	json_build_object(&o, act->a);
	for (size_t i = 0; i < line->count; i++)
		if (!str_eqz(line->members[i].key, "kind"))
			json_set_key(&o, line->members[i].key, &line->members[i].value);
	if (store_prepare(act->c, sql, &q) != OK)
		return NULL;
	store_bind_str(q, 1, key);
	if (store_step(q, &row) == OK && row) {
		for (int i = 0; i < store_col_count(q); i++)
			if (!json_get(&o.value, store_col_name(q, i)) && !store_col_null(q, i))
				json_set_str(&o, arena_z(act->a, str_of(store_col_name(q, i))), store_col_copy(q, i, act->a));
		store_reset(q);
	}
	return json_built(&o);
}

static enum err put_post(struct act *act, const struct json *line)
{
	return act_inner(act, over_row(act, "SELECT p.code, o.code AS organ, p.role, p.name, p.name_en FROM post p JOIN organ o ON o.id=p.organ WHERE p.code=?1",
	                               text_of(line, "code"), line), act_post_put, NULL);
}

static enum err put_organ(struct act *act, const struct json *line)
{
	return act_inner(act, over_row(act, "SELECT o.code, o.name, o.name_en, r.code AS region, o.nature, u.code AS parent FROM organ o"
	                                    " LEFT JOIN region r ON r.id=o.region LEFT JOIN organ u ON u.id=o.parent WHERE o.code=?1",
	                               text_of(line, "code"), line), act_organ_put, NULL);
}

static enum err put_person(struct act *act, const struct json *line)
{
	if (!row_i64_str(act->c, "SELECT id FROM person WHERE login=?1 AND staff=1", text_of(line, "login"), 0))
		return act_refuse(act, ERR_INVALID, "person.unknown", "There is no person with this user name.");
	return act_inner(act, over_row(act, "SELECT login, name FROM person WHERE login=?1", text_of(line, "login"), line), act_person_put, NULL);
}

/* ---- merging ---- */

static enum err both(struct act *act, const struct json *line, const char *sql, const char *code, int64_t *from, int64_t *into)
{
	*from = row_i64_str(act->c, sql, text_of(line, "code"), 0);
	*into = row_i64_str(act->c, sql, text_of(line, "into"), 0);
	if (!*from || !*into || *from == *into)
		return act_refuse(act, ERR_INVALID, code, "A merger names what ends and what it becomes part of: two that exist.");
	return OK;
}

static enum err emit_ended(struct act *act, const char *kind, const char *what, int64_t id, int64_t into)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, what, id);
	json_set_i64(&o, "into", into);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, kind, 0, &o);
}

static enum err move_step(struct act *act, int64_t step, int64_t post)
{
	struct step_row s;
	struct case_row k;
	TRY(step_get(act->c, act->a, step, &s));
	TRY(act_case(act, s.case_id, &k));
	struct step_holder_new to = { .organ = row_i64(act->c, "SELECT organ FROM post WHERE id=?1", post, 0), .post = post, .meant = s.meant };
	TRY(holder_of_step(act->c, post, s.meant, &k, &to.holder));
	if (!to.holder.person)
		return act_refuse(act, ERR_CONFLICT, "post.missing", "Nobody would answer for the open steps.");
	TRY(step_assign(act, &s, &to));
	return to.holder.unattended ? post_unattended(act, post, s.case_id, s.id, &to.holder) : OK;
}

static enum err merge_post(struct act *act, const struct json *line)
{
	int64_t from, into, step;
	TRY(both(act, line, "SELECT id FROM post WHERE code=?1 AND ended_ms IS NULL", "plan.merge-posts", &from, &into));
	while ((step = row_i64(act->c, "SELECT id FROM step_open WHERE post=?1 ORDER BY id LIMIT 1", from, 0)) != 0)
		TRY(move_step(act, step, into));
	TRY(emit_ended(act, "post.ended", "post", from, into));
	return row_i64(act->c, "SELECT 1 FROM post WHERE id=?1 AND role IN ('head', 'admin')", from, 0) ? holding_route_all(act, S("")) : OK;
}

static enum err put_with(struct act *act, struct str code, const char *key, struct str value, enum err (*put)(struct act *, const struct json *))
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_str(&o, "code", code);
	json_set_str(&o, key, value);
	return put(act, json_built(&o));
}

/* The item under its new organ; where it stands among an item's joint organs, that too. */
static enum err move_item(struct act *act, int64_t item, struct str from, struct str into)
{
	const struct json *data = parse(act->a, row_str(act->c, act->a, "SELECT data FROM item WHERE id=?1", item));
	const struct json *joint = json_get(data, "joint_organs");
	struct json_build o, roles;
	json_build_object(&o, act->a);
	json_build_object(&roles, act->a);
	for (size_t i = 0; joint && i < joint->count; i++) {
		bool moved = str_eq(json_text(&joint->members[i].value), from);
		struct json text = { .kind = JSON_STRING, .text = into };
		json_set_key(&roles, joint->members[i].key, moved ? &text : &joint->members[i].value);
	}
	for (size_t i = 0; data && i < data->count; i++) {
		struct json text = { .kind = JSON_STRING, .text = into };
		bool organ = str_eqz(data->members[i].key, "organ") && str_eq(json_text(&data->members[i].value), from);
		bool map = str_eqz(data->members[i].key, "joint_organs");
		json_set_key(&o, data->members[i].key, organ ? &text : map ? json_built(&roles) : &data->members[i].value);
	}
	return act_inner(act, json_built(&o), act_item_put, NULL);
}

static enum err each(struct act *act, const char *sql, int64_t p, struct id_list *out)
{
	struct store_query *q;
	TRY(store_prepare(act->c, sql, &q));
	store_bind_i64(q, 1, p);
	return ids_of(q, act->a, out);
}

static enum err move_cases(struct act *act, int64_t from, int64_t into)
{
	struct id_list cases;
	TRY(each(act, "SELECT id FROM case_open WHERE organ=?1 ORDER BY id", from, &cases));
	for (size_t i = 0; i < cases.count; i++) {
		struct json_build o;
		json_build_object(&o, act->a);
		json_set_i64(&o, "case", cases.ids[i]);
		json_set_i64(&o, "organ", into);
		json_set_i64(&o, "from_organ", from);
		TRY(act_emit(act, "case.organ", cases.ids[i], &o));
	}
	return OK;
}

static enum err move_items(struct act *act, int64_t from, struct str code, struct str into)
{
	struct id_list items;
	TRY(each(act, "SELECT id FROM item WHERE organ=?1 ORDER BY id", from, &items));
	for (size_t i = 0; i < items.count; i++)
		TRY(move_item(act, items.ids[i], code, into));
	struct store_query *q; /* elsewhere it may take part */
	TRY(store_prepare(act->c, "SELECT id FROM item WHERE data LIKE ?1 ORDER BY id", &q));
	store_bind_str(q, 1, arena_printf(act->a, "%%%.*s%%", STR_ARG(code)));
	TRY(ids_of(q, act->a, &items));
	for (size_t i = 0; i < items.count; i++)
		TRY(move_item(act, items.ids[i], code, into));
	return OK;
}

static enum err merge_organ(struct act *act, const struct json *line)
{
	int64_t from, into;
	struct id_list posts, below;
	struct str code = text_of(line, "code"), to = text_of(line, "into");
	TRY(both(act, line, "SELECT id FROM organ WHERE code=?1 AND ended_ms IS NULL", "plan.merge-organs", &from, &into));
	TRY(move_items(act, from, code, to));
	TRY(move_cases(act, from, into));
	TRY(each(act, "SELECT id FROM post WHERE organ=?1 AND ended_ms IS NULL ORDER BY id", from, &posts));
	for (size_t i = 0; i < posts.count; i++)
		TRY(put_with(act, row_str(act->c, act->a, "SELECT code FROM post WHERE id=?1", posts.ids[i]), "organ", to, put_post));
	TRY(each(act, "SELECT id FROM organ WHERE parent=?1 AND ended_ms IS NULL ORDER BY id", from, &below));
	for (size_t i = 0; i < below.count; i++)
		TRY(put_with(act, row_str(act->c, act->a, "SELECT code FROM organ WHERE id=?1", below.ids[i]), "parent",
		             below.ids[i] == into ? S("") : to, put_organ));
	TRY(emit_ended(act, "organ.ended", "organ", from, into));
	return holding_route_all(act, S(""));
}

/* ---- the list ---- */

static const struct { const char *kind; enum err (*run)(struct act *, const struct json *); } kinds[] = {
	{ "post.put", put_post }, { "post.merge", merge_post }, { "organ.put", put_organ }, { "organ.merge", merge_organ }, { "person.put", put_person },
};

bool plan_line_known(struct str kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eqz(kind, kinds[i].kind))
			return true;
	return false;
}

static enum err run_line(struct act *act, const struct json *line)
{
	struct str kind = text_of(line, "kind");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eqz(kind, kinds[i].kind))
			return kinds[i].run(act, line);
	return act_refuse(act, ERR_INVALID, "plan.line-kind", "A line of a plan does not say what kind of change it is.");
}

enum err plan_lines_run(struct act *act, const struct json *lines)
{
	for (size_t i = 0; lines && lines->kind == JSON_ARRAY && i < lines->count; i++) {
		enum err e = run_line(act, &lines->items[i]);
		if (e != OK && act->d)
			diag_at(act->d, arena_printf(act->a, "%zu", i + 1));
		TRY(e);
	}
	return OK;
}
