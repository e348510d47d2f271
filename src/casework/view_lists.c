/* view_lists.c - lists of cases and steps: one's own, one's post's, one's organ's. Paged by key. */
#include "casework/view_int.h"

struct row_step { struct str name, name_en, holder; bool row, known; };

static const char step_of_case[] = "SELECT s.name, coalesce(nullif(s.name_en, ''), s.name), coalesce(p.name, '') FROM step_open s LEFT JOIN person p ON p.id=s.person"
                                   " WHERE s.case_id=?1 ORDER BY s.id LIMIT 1";

static enum err step_of(struct view_ctx *v, int64_t case_id, struct row_step *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, step_of_case, &q));
	store_bind_i64(q, 1, case_id);
	TRY(view_ask(v, q, &out->row, &out->known));
	if (out->row)
		*out = (struct row_step){ store_col_copy(q, 0, v->a), store_col_copy(q, 1, v->a), store_col_copy(q, 2, v->a), true, true };
	if (out->known)
		store_reset(q);
	return OK;
}

enum err case_row_json(struct view_ctx *v, const struct case_row *k, struct json_build *out)
{
	struct row_step step;
	TRY(step_of(v, k->id, &step));
	json_set_str(out, "case_no", k->case_no);
	TRY(view_named(v, out, "item", ITEM_SQL, k->item));
	TRY(view_named(v, out, "organ", ORGAN_SQL, k->organ));
	json_set_str(out, "applicant", k->applicant_name.ptr ? k->applicant_name : S(""));
	json_set_str(out, "state", k->state);
	json_set_str(out, "level", str_of(level_name(k->level)));
	json_set_bool(out, "open", k->open);
	json_set_str(out, "received_at", view_instant(v, k->received_ms));
	json_set_str(out, "concluded_at", view_instant(v, k->concluded_ms));
	json_set_str(out, "due_on", k->open ? view_due(v, k->due_ms) : (struct str){ NULL, 0 });
	if (k->open && k->due_ms)
		json_set_i64(out, "left", view_left(v, k->due_ms));
	else
		json_set_null(out, "left");
	json_set_str(out, "unit", S("working-days"));
	json_set_bool(out, "provisional", k->provisional);
	if (step.row) {
		json_set_str(out, "step", step.name);
		json_set_str(out, "step_en", step.name_en);
		json_set_str(out, "holder", step.holder);
	}
	if (!step.known)
		view_unknown(v, out, "step");
	return OK;
}

/* First the cases, then what they name. */
void case_rows_ahead(struct view_ctx *v, const int64_t *cases, size_t count)
{
	struct case_row k;
	for (size_t i = 0; i < count; i++) {
		case_ahead(v->c, cases[i]);
		ahead_i64(v->c, step_of_case, cases[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (case_get(v->c, v->a, cases[i], &k) == OK) {
			ahead_i64(v->c, ITEM_SQL, k.item);
			ahead_i64(v->c, ORGAN_SQL, k.organ);
		}
}

/* Ids (and the keys they are ordered by) first: each row asks further questions. */
struct key_row { int64_t key, id; };

static enum err collect(struct view_ctx *v, struct store_query *q, struct key_row **out, size_t *count)
{
	size_t most = (size_t)view_limit(v) + 1;
	*out = arena_new_n(v->a, struct key_row, most);
	*count = 0;
	if (!*out)
		return ERR_NOMEM;
	for (;;) {
		bool row;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (*count < most)
			(*out)[(*count)++] = (struct key_row){ store_col_i64(q, 0), store_col_i64(q, 1) };
	}
}

static void set_next(struct view_ctx *v, struct json_build *out, const struct key_row *rows, size_t count)
{
	size_t limit = (size_t)view_limit(v);
	json_set_str(out, "next", count > limit ? arena_printf(v->a, "%lld.%lld", (long long)rows[limit - 1].key, (long long)rows[limit - 1].id)
	                          : v->behind   ? arena_printf(v->a, "%lld.%lld", (long long)v->behind, (long long)v->behind)
	                                        : (struct str){ NULL, 0 });
}

static void read_cursor(struct view_ctx *v, int64_t *key, int64_t *id)
{
	struct str rest = param(v, "cursor");
	struct str first = str_cut(&rest, '.'), second = str_cut(&rest, '.');
	if (!str_to_i64(first, key) || !str_to_i64(second.ptr ? second : S(""), id))
		*id = 0;
}

static enum err put_case(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct key_row *row = what;
	struct case_row k;
	struct json_build o;
	TRY(case_get(v->c, v->a, row->id, &k));
	json_build_object(&o, v->a);
	TRY(case_row_json(v, &k, &o));
	json_add(list, json_built(&o));
	return OK;
}

static void cases_ahead(struct view_ctx *v, const struct key_row *rows, size_t count)
{
	int64_t *ids = store_is_far(v->c) ? arena_new_n(v->a, int64_t, count + 1) : NULL;
	for (size_t i = 0; ids && i < count; i++)
		ids[i] = rows[i].id;
	if (ids)
		case_rows_ahead(v, ids, count);
}

static enum err put_cases(struct view_ctx *v, const struct key_row *rows, size_t count, struct json_build *out)
{
	size_t limit = (size_t)view_limit(v);
	struct json_build list;
	cases_ahead(v, rows, count < limit ? count : limit);
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count && i < limit; i++)
		TRY(view_row(v, put_case, &rows[i], &list));
	json_set(out, "rows", json_built(&list));
	set_next(v, out, rows, count);
	return OK;
}

/* ---- one's own ---- */

static const char one_person[] = "SELECT id, login, name, staff, phone, id_type, id_no, address, email FROM person WHERE id=?1";
static const char posts_held[] = "SELECT p.id, p.code, p.name, p.name_en, p.role, CASE WHEN p.a=?1 THEN 'A' ELSE 'B' END AS holds, p.organ FROM post p WHERE p.a=?1 OR p.b=?1 ORDER BY p.id";
static const char unread_notices[] = "SELECT count(*) FROM (SELECT 1 FROM notice n WHERE n.person=?1 AND NOT EXISTS(SELECT 1 FROM notice_read r WHERE r.notice=n.id) LIMIT 100) AS waiting";

void me_ahead(struct view_ctx *v)
{
	ahead_i64(v->c, one_person, v->actor.person);
	ahead_i64(v->c, posts_held, v->actor.person);
	ahead_i64(v->c, unread_notices, v->actor.person);
}

enum err view_me(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build posts, raw, roles;
	bool row;
	TRY(store_prepare(v->c, one_person, &q));
	store_bind_i64(q, 1, v->actor.person);
	TRY(store_step(q, &row));
	if (row)
		set_columns(out, v, q);
	store_reset(q);
	TRY(store_prepare(v->c, posts_held, &q));
	store_bind_i64(q, 1, v->actor.person);
	TRY(rows_json(v, q, &raw));
	for (size_t i = 0; i < raw.value.count; i++)
		ahead_i64(v->c, ORGAN_SQL, json_i64(json_get(&raw.value.items[i], "organ"), 0));
	json_build_array(&posts, v->a);
	json_build_array(&roles, v->a);
	json_add_str(&roles, S("citizen"));
	for (size_t i = 0; i < raw.value.count; i++) {
		struct json_build o;
		const struct json *p = &raw.value.items[i];
		json_build_object(&o, v->a);
		for (size_t m = 0; m < p->count; m++)
			if (!str_eqz(p->members[m].key, "organ"))
				json_set_key(&o, p->members[m].key, &p->members[m].value);
		TRY(view_named(v, &o, "organ", ORGAN_SQL, json_i64(json_get(p, "organ"), 0)));
		json_add(&posts, json_built(&o));
		bool seen = false;
		for (size_t r = 0; r < roles.value.count; r++)
			seen = seen || str_eq(roles.value.items[r].text, json_text(json_get(p, "role")));
		if (!seen)
			json_add_str(&roles, json_text(json_get(p, "role")));
	}
	json_set(out, "posts", json_built(&posts));
	json_set(out, "roles", json_built(&roles));
	return view_count(v, unread_notices, v->actor.person, "unread", out);
}

static enum err own_cases(struct view_ctx *v, struct store_query **q)
{
	int64_t key = INT64_MAX, id = INT64_MAX;
	read_cursor(v, &key, &id);
	TRY(store_prepare(v->c, "SELECT id, id FROM case_person WHERE person=?1 AND id<?2 ORDER BY id DESC LIMIT ?3", q));
	store_bind_i64(*q, 1, v->actor.person);
	store_bind_i64(*q, 2, id ? id : INT64_MAX);
	store_bind_i64(*q, 3, view_limit(v) + 1);
	return OK;
}

static const char own_cases_counted[] = "SELECT count(*) FROM case_person WHERE person=?1";

void my_cases_ahead(struct view_ctx *v)
{
	struct store_query *q;
	if (own_cases(v, &q) == OK)
		store_ahead(q);
	ahead_i64(v->c, own_cases_counted, v->actor.person);
}

enum err view_my_cases(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct key_row *rows;
	size_t count;
	TRY(own_cases(v, &q));
	TRY(collect(v, q, &rows, &count));
	json_set_i64(out, "total", row_i64(v->c, own_cases_counted, v->actor.person, 0));
	return put_cases(v, rows, count, out);
}

static const char own_drafts[] = "SELECT id AS draft, item, saved_ms FROM draft WHERE person=?1 ORDER BY saved_ms DESC, id DESC";

void my_drafts_ahead(struct view_ctx *v)
{
	ahead_i64(v->c, own_drafts, v->actor.person);
}

enum err view_my_drafts(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, list;
	TRY(store_prepare(v->c, own_drafts, &q));
	store_bind_i64(q, 1, v->actor.person);
	TRY(rows_json(v, q, &raw));
	for (size_t i = 0; i < raw.value.count; i++)
		ahead_i64(v->c, ITEM_SQL, json_i64(json_get(&raw.value.items[i], "item"), 0));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		struct json_build o;
		const struct json *r = &raw.value.items[i];
		json_build_object(&o, v->a);
		json_set(&o, "draft", json_get(r, "draft"));
		json_set(&o, "saved_at", json_get(r, "saved_at"));
		TRY(view_named(v, &o, "item", ITEM_SQL, json_i64(json_get(r, "item"), 0)));
		json_add(&list, json_built(&o));
	}
	json_set(out, "rows", json_built(&list));
	return OK;
}

enum err view_draft(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build files;
	int64_t draft = json_i64(json_get(v->params, "draft"), 0);
	if (row_i64(v->c, "SELECT person FROM draft WHERE id=?1", draft, 0) != v->actor.person)
		return ERR_NOT_FOUND;
	const struct json *data = parse(v->a, row_str(v->c, v->a, "SELECT data FROM draft WHERE id=?1", draft));
	for (size_t i = 0; data && i < data->count; i++)
		if (!str_eqz(data->members[i].key, "draft"))
			json_set_key(out, data->members[i].key, &data->members[i].value);
	json_set_i64(out, "draft", draft);
	TRY(store_prepare(v->c, "SELECT id AS document, name, mime, size, material FROM upload WHERE draft=?1 AND person=?2 ORDER BY id", &q));
	store_bind_i64(q, 1, draft);
	store_bind_i64(q, 2, v->actor.person);
	TRY(rows_json(v, q, &files));
	json_set(out, "uploads", json_built(&files));
	return OK;
}

static const char number_of_case[] = "SELECT case_no FROM case_any WHERE id=?1";

/* Of the case itself, not of the list of numbers: where it leads to a case that is damaged, nobody is sent there. */
enum err view_case_no(struct view_ctx *v, struct json_build *o, int64_t case_id)
{
	struct store_query *q;
	bool row, known;
	TRY(store_prepare(v->c, number_of_case, &q));
	store_bind_i64(q, 1, case_id);
	TRY(view_ask(v, q, &row, &known));
	if (!known) {
		view_unknown(v, o, "case_no");
		return OK;
	}
	json_set_str(o, "case_no", row ? store_col_copy(q, 0, v->a) : (struct str){ NULL, 0 });
	store_reset(q);
	return OK;
}

static const char notice_row[] = "SELECT id, id AS key, at_ms, title, title_en, text, text_en, document, case_id FROM notice WHERE id=?1";
static const char notice_is_read[] = "SELECT 1 FROM notice_read WHERE notice=?1";

static enum err set_read(struct view_ctx *v, struct json_build *o, int64_t notice)
{
	struct store_query *q;
	bool row, known;
	TRY(store_prepare(v->c, notice_is_read, &q));
	store_bind_i64(q, 1, notice);
	TRY(view_ask(v, q, &row, &known));
	if (!known) {
		view_unknown(v, o, "read");
		return OK;
	}
	store_reset(q);
	json_set_bool(o, "read", row);
	return OK;
}

static enum err one_notice(struct view_ctx *v, int64_t id, struct json_build *raw)
{
	struct store_query *q;
	TRY(store_prepare(v->c, notice_row, &q));
	store_bind_i64(q, 1, id);
	return rows_json(v, q, raw);
}

static void notices_ahead(struct view_ctx *v, const struct key_row *rows, size_t count)
{
	struct json_build raw;
	if (!store_is_far(v->c))
		return;
	for (size_t i = 0; i < count; i++) {
		ahead_i64(v->c, notice_row, rows[i].id);
		ahead_i64(v->c, notice_is_read, rows[i].id);
	}
	for (size_t i = 0; i < count; i++)
		if (one_notice(v, rows[i].id, &raw) == OK && raw.value.count)
			ahead_i64(v->c, number_of_case, json_i64(json_get(&raw.value.items[0], "case_id"), 0));
}

static enum err put_notice(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct key_row *key = what;
	struct json_build raw, o;
	TRY(one_notice(v, key->id, &raw));
	if (!raw.value.count)
		return ERR_CORRUPT; /* the index has it */
	const struct json *r = &raw.value.items[0];
	json_build_object(&o, v->a);
	for (size_t m = 0; m < r->count; m++)
		if (!str_eqz(r->members[m].key, "case_id"))
			json_set_key(&o, r->members[m].key, &r->members[m].value);
	TRY(view_case_no(v, &o, json_i64(json_get(r, "case_id"), 0)));
	TRY(set_read(v, &o, key->id));
	json_add(list, json_built(&o));
	return OK;
}

static enum err own_notices(struct view_ctx *v, struct store_query **q)
{
	int64_t before = INT64_MAX;
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, "SELECT id, id FROM notice WHERE person=?1 AND id<?2 ORDER BY id DESC LIMIT ?3", q));
	store_bind_i64(*q, 1, v->actor.person);
	store_bind_i64(*q, 2, before);
	store_bind_i64(*q, 3, view_limit(v) + 1);
	return OK;
}

void my_notices_ahead(struct view_ctx *v)
{
	struct store_query *q;
	if (own_notices(v, &q) == OK)
		store_ahead(q);
}

enum err view_my_notices(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct key_row *rows;
	size_t count, limit = (size_t)view_limit(v);
	struct json_build list;
	TRY(own_notices(v, &q));
	TRY(collect(v, q, &rows, &count));
	notices_ahead(v, rows, count < limit ? count : limit);
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count && i < limit; i++)
		TRY(view_row(v, put_notice, &rows[i], &list));
	json_set(out, "rows", json_built(&list));
	json_set_str(out, "next", count > limit ? arena_printf(v->a, "%lld", (long long)rows[limit - 1].id) : (struct str){ NULL, 0 });
	return OK;
}

/* ---- the worklist: steps by time left ---- */

#define FAR_FUTURE "9000000000000000"
#define HELD "s.post IN (SELECT id FROM post WHERE a=?1 OR b=?1)"
/* Of one's posts, and of those that lend them their functions at the moment ?8. */
#define HELD_OR_LENT \
	"(" HELD " OR s.post IN (SELECT d.from_post FROM delegation d JOIN post t ON t.id=d.to_post WHERE (t.a=?1 OR t.b=?1) AND d.revoked_ms IS NULL" \
	" AND d.from_ms<=?8 AND d.until_ms>?8))"
/* Whoever answers for it, and who may give a second signature. */
#define MINE "(s.person=?1 OR (s.signed_by<>?1 AND " HELD "))"
#define ORGANS "s.post IS NOT NULL AND s.organ IN (SELECT organ FROM post WHERE a=?1 OR b=?1)"
#define WORK_FILTERS \
	" AND (?5 IS NULL OR (?5='yellow' AND s.level=2) OR (?5='red' AND k.level=3) OR (?5='notice' AND s.level=1))" \
	" AND (?6 IS NULL OR k.item=(SELECT id FROM item WHERE impl_code=?6)) AND (?7 IS NULL OR k.case_no=?7 OR strpos(k.applicant_name, ?7)>0)"
/* which: "", or WORK_ONE for the step ?9 alone. None up to ?10, see view_worklist. */
#define WORK_ONE " AND s.id=?9"
#define WORK_AFTER " AND s.id>?10 AND (coalesce(s.due_ms, " FAR_FUTURE "), s.id)>(?2, ?3) ORDER BY 1, 2 LIMIT ?4"
#define WORK_SELECT(where, which) \
	"SELECT coalesce(s.due_ms, " FAR_FUTURE "), s.id FROM step_open s JOIN case_open k ON k.id=s.case_id WHERE " where WORK_FILTERS which WORK_AFTER

/* Without filters the cases are not looked at yet: one that is damaged is then missing alone. */
#define WORK_PLAIN(where, which) \
	"SELECT coalesce(s.due_ms, " FAR_FUTURE "), s.id FROM step_open s WHERE " where which WORK_AFTER
#define WORK_EITHER(make, where) { make(where, ""), make(where, WORK_ONE) }

static bool work_filtered(struct view_ctx *v)
{
	return param(v, "level").len || param(v, "item").len || param(v, "q").len;
}

static enum err work_query(struct view_ctx *v, bool one, struct store_query **q)
{
	static const char *const plain[][2] = { WORK_EITHER(WORK_PLAIN, MINE), WORK_EITHER(WORK_PLAIN, HELD_OR_LENT), WORK_EITHER(WORK_PLAIN, ORGANS) };
	static const char *const filtered[][2] = { WORK_EITHER(WORK_SELECT, MINE), WORK_EITHER(WORK_SELECT, HELD_OR_LENT), WORK_EITHER(WORK_SELECT, ORGANS) };
	struct str scope = param(v, "scope");
	int at = str_eqz(scope, "organ") ? 2 : str_eqz(scope, "post") ? 1 : 0;
	return store_prepare(v->c, work_filtered(v) ? filtered[at][one] : plain[at][one], q);
}

static void bind_param(struct view_ctx *v, struct store_query *q, int at, const char *name)
{
	struct str s = param(v, name);
	store_bind_str(q, at, s.len ? s : (struct str){ NULL, 0 });
}

static const char name_of_person[] = "SELECT name FROM person WHERE id=?1";

/* The steps, their cases, and what those name. */
static void work_rows_ahead(struct view_ctx *v, const struct key_row *rows, size_t count)
{
	int64_t *cases = store_is_far(v->c) ? arena_new_n(v->a, int64_t, count + 1) : NULL;
	size_t found = 0;
	struct step_row s;
	if (!cases)
		return;
	for (size_t i = 0; i < count; i++)
		step_ahead(v->c, rows[i].id);
	for (size_t i = 0; i < count; i++)
		if (step_get(v->c, v->a, rows[i].id, &s) == OK) {
			if (s.claimed)
				ahead_i64(v->c, name_of_person, s.person);
			cases[found++] = s.case_id;
		}
	case_rows_ahead(v, cases, found);
}

static enum err work_row(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct key_row *key = what;
	struct step_row s;
	struct case_row k;
	struct json_build o, kase;
	TRY(step_get(v->c, v->a, key->id, &s));
	TRY(case_get(v->c, v->a, s.case_id, &k));
	json_build_object(&o, v->a);
	json_build_object(&kase, v->a);
	TRY(case_row_json(v, &k, &kase));
	json_set_i64(&o, "step", s.id);
	json_set_str(&o, "name", s.name);
	json_set_str(&o, "name_en", s.name_en.len ? s.name_en : s.name);
	json_set_str(&o, "due_on", view_due(v, s.due_ms));
	if (s.due_ms)
		json_set_i64(&o, "left", view_left(v, s.due_ms));
	else
		json_set_null(&o, "left");
	json_set_str(&o, "unit", S("working-days"));
	json_set_str(&o, "level", str_of(level_name(s.level > k.level ? s.level : k.level)));
	json_set(&o, "case", json_built(&kase));
	json_set_str(&o, "claimed_by", s.claimed ? row_str(v->c, v->a, name_of_person, s.person) : (struct str){ NULL, 0 });
	json_set_bool(&o, "mine", s.claimed && s.person == v->actor.person);
	json_set_bool(&o, "second_wanted", s.signed_by && s.signed_by != v->actor.person);
	json_add(list, json_built(&o));
	return OK;
}

struct work_count { const char *key, *sql; int moment_at; int64_t moment; }; /* of the actor, ?1, and a moment; moment_at 0: none */

static enum err ask_count(struct view_ctx *v, const struct work_count *n, struct store_query **q)
{
	TRY(store_prepare(v->c, n->sql, q));
	store_bind_i64(*q, 1, v->actor.person);
	if (n->moment_at)
		store_bind_i64(*q, n->moment_at, n->moment);
	return OK;
}

/* Null where what is counted is damaged. */
static enum err put_count(struct view_ctx *v, const struct work_count *n, struct json_build *out)
{
	struct store_query *q;
	TRY(ask_count(v, n, &q));
	return view_figure(v, q, n->key, out);
}

enum { WORK_COUNTS = 7 };

static void list_counts(struct view_ctx *v, struct work_count out[WORK_COUNTS])
{
	const struct calendar *cal = calendar_now(v->cw);
	int64_t midnight = calendar_day_start_ms(calendar_day_at(v->now_ms, calendar_offset_s(cal)) + 1, calendar_offset_s(cal));
	const struct work_count list[WORK_COUNTS] = {
		{ "mine", "SELECT count(*) FROM step_open s WHERE " MINE, 0, 0 },
		{ "post", "SELECT count(*) FROM step_open s WHERE " HELD_OR_LENT, 8, v->now_ms },
		{ "organ", "SELECT count(*) FROM step_open s WHERE " ORGANS, 0, 0 },
		{ "notice", "SELECT count(*) FROM step_open s WHERE s.level=1 AND " MINE, 0, 0 },
		{ "yellow", "SELECT count(*) FROM step_open s WHERE s.level=2 AND " MINE, 0, 0 },
		{ "red", "SELECT count(*) FROM step_open s JOIN case_open k ON k.id=s.case_id WHERE k.level=3 AND " MINE, 0, 0 },
		{ "today", "SELECT count(*) FROM step_open s WHERE s.due_ms<=?2 AND " MINE, 2, midnight },
	};
	memcpy(out, list, sizeof list);
}

static enum err work_counts(struct view_ctx *v, struct json_build *out)
{
	struct json_build c;
	struct work_count list[WORK_COUNTS];
	list_counts(v, list);
	json_build_object(&c, v->a);
	for (size_t i = 0; i < WORK_COUNTS; i++)
		TRY(put_count(v, &list[i], &c));
	json_set(out, "counts", json_built(&c));
	return OK;
}

/* The third part of the cursor of a worklist: the steps up to this id were on the pages before. */
static int64_t work_from(struct view_ctx *v)
{
	struct str rest = param(v, "cursor");
	int64_t from = 0;
	(void)str_cut(&rest, '.');
	(void)str_cut(&rest, '.');
	(void)str_to_i64(rest.ptr ? rest : S(""), &from);
	return from;
}

static enum err ask_work(struct view_ctx *v, int64_t step, bool one, struct store_query **out)
{
	struct store_query *q;
	int64_t key = INT64_MIN, id = 0;
	read_cursor(v, &key, &id);
	TRY(work_query(v, one, &q));
	store_bind_i64(q, 1, v->actor.person);
	store_bind_i64(q, 2, key);
	store_bind_i64(q, 3, id);
	store_bind_i64(q, 4, view_limit(v) + 1);
	if (work_filtered(v)) {
		bind_param(v, q, 5, "level");
		bind_param(v, q, 6, "item");
		bind_param(v, q, 7, "q");
	}
	if (str_eqz(param(v, "scope"), "post"))
		store_bind_i64(q, 8, v->now_ms);
	if (one)
		store_bind_i64(q, 9, step);
	store_bind_i64(q, 10, work_from(v));
	*out = q;
	return OK;
}

void worklist_ahead(struct view_ctx *v)
{
	struct store_query *q;
	struct work_count list[WORK_COUNTS];
	list_counts(v, list);
	if (ask_work(v, 0, false, &q) == OK)
		store_ahead(q);
	for (size_t i = 0; i < WORK_COUNTS; i++)
		if (ask_count(v, &list[i], &q) == OK)
			store_ahead(q);
}

/* Two values a row: what it is ordered by, and its id. */
static enum err find_work(struct view_ctx *v, int64_t step, bool one, struct json_build *rows)
{
	struct store_query *q;
	bool row = true;
	TRY(ask_work(v, step, one, &q));
	while (row) {
		TRY(store_step(q, &row));
		if (row) {
			json_add_i64(rows, store_col_i64(q, 0));
			json_add_i64(rows, store_col_i64(q, 1));
		}
	}
	return OK;
}

static int by_key(const void *a, const void *b)
{
	const struct key_row *x = a, *y = b;
	return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : (x->id > y->id) - (x->id < y->id);
}

/* Asked for one by one they come in the order of their ids. */
static enum err collect_work(struct view_ctx *v, struct key_row **out, size_t *count)
{
	struct view_span span = { .ids = "SELECT id FROM step_open WHERE +id>?1 ORDER BY +id LIMIT 20000", .ask = find_work, .enough = SIZE_MAX, .from = work_from(v) };
	struct json_build found;
	size_t most = (size_t)view_limit(v) + 1;
	json_build_array(&found, v->a);
	TRY(view_rows_around(v, &span, &found));
	*count = found.value.count / 2;
	*out = arena_new_n(v->a, struct key_row, *count + 1);
	if (!*out)
		return ERR_NOMEM;
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct key_row){ json_i64(&found.value.items[2 * i], 0), json_i64(&found.value.items[2 * i + 1], 0) };
	qsort(*out, *count, sizeof **out, by_key);
	*count = *count < most ? *count : most;
	return OK;
}

/* Where steps are damaged they are looked at VIEW_IDS_MAX at a time, and come in their order as far as those go: then the next as many. */
static void set_next_work(struct view_ctx *v, struct json_build *out, const struct key_row *rows, size_t count)
{
	size_t limit = (size_t)view_limit(v);
	int64_t from = work_from(v);
	struct key_row last = count > limit ? rows[limit - 1] : (struct key_row){ 0, 0 };
	if (count <= limit && v->behind)
		from = v->behind;
	else if (count <= limit || !from) {
		v->behind = 0;
		set_next(v, out, rows, count);
		return;
	}
	json_set_str(out, "next", arena_printf(v->a, "%lld.%lld.%lld", (long long)last.key, (long long)last.id, (long long)from));
}

enum err view_worklist(struct view_ctx *v, struct json_build *out)
{
	struct key_row *rows;
	size_t count, limit = (size_t)view_limit(v);
	struct json_build list;
	TRY(collect_work(v, &rows, &count));
	work_rows_ahead(v, rows, count < limit ? count : limit);
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count && i < limit; i++)
		TRY(view_row(v, work_row, &rows[i], &list));
	json_set(out, "rows", json_built(&list));
	set_next_work(v, out, rows, count);
	return work_counts(v, out);
}

/* ---- cases ---- */

static int level_param(struct view_ctx *v)
{
	struct str s = param(v, "level");
	return !s.len ? -1 : str_eqz(s, "none") ? 0 : level_of(s) ? level_of(s) : -1;
}

/* +s.post: by the steps of the case, never by all of the post, among which may be one that is damaged */
#define CASES_FROM(table, which) \
	"SELECT k.id FROM " table " k WHERE k.id" which "?1 AND (?3=1 OR k.organ IN (SELECT organ FROM post WHERE a=?4 OR b=?4)" \
	" OR EXISTS(SELECT 1 FROM step_open s JOIN post p ON p.organ=s.organ WHERE s.case_id=k.id AND (p.a=?4 OR p.b=?4))" \
	" OR EXISTS(SELECT 1 FROM step_done s JOIN post p ON p.organ=s.organ WHERE s.case_id=k.id AND (p.a=?4 OR p.b=?4)))" \
	" AND (?5 IS NULL OR k.organ=(SELECT id FROM organ WHERE code=?5)) AND (?6 IS NULL OR k.item=(SELECT id FROM item WHERE impl_code=?6))" \
	" AND (?7 IS NULL OR k.state=?7) AND (?8<0 OR k.level=?8) AND (?9 IS NULL OR k.case_no=?9 OR strpos(k.applicant_name, ?9)>0)" \
	" AND (?10 IS NULL OR k.received_ms>=?10) AND (?11 IS NULL OR k.received_ms<?11)" \
	" AND (?12 IS NULL OR k.region IN (" REGION_BELOW("?12") "))" \
	" AND (?13 IS NULL OR EXISTS(SELECT 1 FROM step_open s JOIN post p ON p.id=+s.post WHERE s.case_id=k.id AND p.code=?13))" \
	" AND NOT EXISTS(SELECT 1 FROM case_barred b WHERE b.case_id=k.id AND b.person=?4) ORDER BY k.id DESC LIMIT ?2"

#define CASES_EITHER(table) { CASES_FROM(table, "<"), CASES_FROM(table, "=") }

static enum err cases_query(struct view_ctx *v, bool one, struct store_query **q)
{
	static const char *const all[2] = CASES_EITHER("case_any"), *const opened[2] = CASES_EITHER("case_open"), *const done[2] = CASES_EITHER("case_done");
	struct str open = param(v, "open");
	if (str_eqz(open, "1") || str_eqz(open, "true"))
		return store_prepare(v->c, opened[one], q);
	return store_prepare(v->c, str_eqz(open, "0") || str_eqz(open, "false") ? done[one] : all[one], q);
}

static void bind_day(struct view_ctx *v, struct store_query *q, int at, const char *name, int add)
{
	calendar_day d;
	if (calendar_day_parse(param(v, name), &d))
		store_bind_i64(q, at, calendar_day_start_ms(d + add, calendar_offset_s(calendar_now(v->cw))));
	else
		store_bind_null(q, at);
}

static enum err find_cases(struct view_ctx *v, int64_t id, bool one, struct json_build *ids)
{
	struct store_query *q;
	TRY(cases_query(v, one, &q));
	store_bind_i64(q, 1, id);
	store_bind_i64(q, 2, view_limit(v) + 1);
	store_bind_i64(q, 3, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
	store_bind_i64(q, 4, v->actor.person);
	bind_param(v, q, 5, "organ");
	bind_param(v, q, 6, "item");
	bind_param(v, q, 7, "state");
	store_bind_i64(q, 8, level_param(v));
	bind_param(v, q, 9, "q");
	bind_day(v, q, 10, "from", 0);
	bind_day(v, q, 11, "to", 1);
	bind_param(v, q, 12, "region");
	bind_param(v, q, 13, "window");
	return view_ids(q, ids);
}

enum err view_cases(struct view_ctx *v, struct json_build *out)
{
	/* every case has a last entry in the record, and the table of those is in the order of the cases; that of the numbers is not, but has them all */
	struct view_span span = { .ids = "SELECT id FROM case_last WHERE id<?1 ORDER BY id DESC LIMIT 20000",
	                          .ids_else = "SELECT id FROM case_number WHERE id<?1 ORDER BY id DESC LIMIT 20000", .ask = find_cases, .enough = (size_t)view_limit(v) + 1 };
	struct json_build ids;
	int64_t key = 0;
	read_cursor(v, &key, &span.from);
	if (!span.from)
		span.from = INT64_MAX;
	json_build_array(&ids, v->a);
	TRY(view_rows_around(v, &span, &ids));
	struct key_row *rows = arena_new_n(v->a, struct key_row, ids.value.count + 1);
	if (!rows)
		return ERR_NOMEM;
	for (size_t i = 0; i < ids.value.count; i++)
		rows[i] = (struct key_row){ json_i64(&ids.value.items[i], 0), json_i64(&ids.value.items[i], 0) };
	json_set_null(out, "total");
	return put_cases(v, rows, ids.value.count, out);
}

/* Colleagues of an organ, one's own when none is named; with all, of every organ. */
enum err view_staff(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT DISTINCT n.login, n.name, o.name AS organ, CASE WHEN n.away>0 THEN 1 ELSE 0 END AS away,"
	                        " (SELECT string_agg(x.name, '、') FROM (SELECT p2.name FROM post p2 WHERE p2.organ=p.organ AND p2.ended_ms IS NULL AND (p2.a=n.id OR p2.b=n.id) ORDER BY p2.id) AS x) AS posts"
	                        " FROM post p JOIN organ o ON o.id=p.organ JOIN person n ON n.id=p.a OR n.id=p.b WHERE n.enabled=1 AND p.ended_ms IS NULL AND (?3=1 OR p.organ=coalesce((SELECT id FROM organ WHERE code=?1),"
	                        " (SELECT organ FROM post WHERE (a=?2 OR b=?2) AND ended_ms IS NULL ORDER BY id LIMIT 1))) ORDER BY n.name, n.login, organ, posts LIMIT 1000", &q));
	bind_param(v, q, 1, "organ");
	store_bind_i64(q, 2, v->actor.person);
	store_bind_i64(q, 3, str_eqz(param(v, "all"), "true") || str_eqz(param(v, "all"), "1"));
	TRY(rows_json(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}
