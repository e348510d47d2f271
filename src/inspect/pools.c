/* pools.c - the lists that are drawn from: cases of a scope as the record stands now, and those who may check. Who is left out stands in the
 * list with weight 0 and the reason. */
#include "inspect/inspect_int.h"

struct pool_maker {
	struct act *act;
	struct json_build rows;
	struct buf text;
	uint32_t places;
	size_t count;
};

static void maker_begin(struct pool_maker *m, struct act *act)
{
	*m = (struct pool_maker){ .act = act };
	json_build_array(&m->rows, act->a);
	buf_init_in(&m->text, act->a, 8 << 20);
}

/* A line of the published form: what draw_pool_put writes. */
static void put_line(struct buf *out, struct str name, int64_t weight, struct str reason)
{
	buf_put(out, name);
	if (weight != 1 || reason.len)
		buf_printf(out, "\t%lld", (long long)weight);
	if (reason.len)
		buf_printf(out, "\t%.*s", STR_ARG(reason));
	buf_byte(out, '\n');
}

static enum err maker_add(struct pool_maker *m, struct str name, const char *key, int64_t id, struct str reason)
{
	struct json_build o;
	int64_t weight = reason.len ? 0 : 1;
	if (m->count == INSPECT_POOL_MAX)
		return act_refuse(m->act, ERR_LIMIT, "inspect.pool-large", "The list would hold more than %d. Narrow the scope.", INSPECT_POOL_MAX);
	json_build_object(&o, m->act->a);
	json_set_i64(&o, "position", (int64_t)++m->count);
	json_set_str(&o, "name", name);
	json_set_i64(&o, "weight", weight);
	json_set_str(&o, "reason", reason.len ? reason : S(""));
	json_set_i64(&o, key, id);
	json_add(&m->rows, json_built(&o));
	put_line(&m->text, name, weight, reason);
	m->places += (uint32_t)weight;
	return OK;
}

static enum err maker_end(struct pool_maker *m, struct pool_list *out)
{
	struct buf digest;
	struct str text;
	TRY(buf_finish(&m->text, &text));
	buf_init_in(&digest, m->act->a, 100);
	draw_digest_put(text, &digest);
	*out = (struct pool_list){ .text = text, .digest = buf_str(&digest), .places = m->places, .count = m->count, .rows = json_built(&m->rows) };
	return OK;
}

/* ---- cases ---- */

static struct str why_not_called(struct act *act, int64_t case_id)
{
	if (row_i64(act->c, "SELECT 1 FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw WHERE p.case_id=?1 AND d.purpose='callback'", case_id, 0))
		return S("已回访过");
	const struct json *applicant = parse(act->a, row_str(act->c, act->a, "SELECT applicant FROM case_data WHERE id=?1", case_id));
	return json_text(json_get(applicant, "phone")).len ? S("") : S("没有联系电话");
}

static enum err case_query(struct act *act, bool callback, struct store_query **q)
{
	const int64_t day_ms = 86400000;
	struct str organ = in_text(act, "organ"), item = in_text(act, "item"), state = in_text(act, "state");
	int64_t from_ms = 0, to_ms = INT64_MAX - day_ms;
	if (in_text(act, "from").len)
		TRY(in_day(act, "from", &from_ms));
	if (in_text(act, "to").len)
		TRY(in_day(act, "to", &to_ms));
	TRY(store_prepare(act->c, "SELECT k.id, k.case_no FROM case_any k WHERE (?1 IS NULL OR k.organ=(SELECT id FROM organ WHERE code=?1))"
	                          " AND (?2 IS NULL OR k.item=(SELECT id FROM item WHERE impl_code=?2)) AND (?3<0 OR k.is_open=?3)"
	                          " AND coalesce(k.concluded_ms, k.received_ms)>=?4 AND coalesce(k.concluded_ms, k.received_ms)<?5 ORDER BY k.id LIMIT ?6", q));
	bind_wanted(*q, 1, organ);
	bind_wanted(*q, 2, item);
	store_bind_i64(*q, 3, callback || str_eqz(state, "concluded") ? 0 : str_eqz(state, "open") ? 1 : -1);
	store_bind_i64(*q, 4, from_ms);
	store_bind_i64(*q, 5, to_ms + day_ms);
	store_bind_i64(*q, 6, INSPECT_POOL_MAX + 1);
	return OK;
}

struct found { int64_t id; struct str case_no; };

/* Ids first: asking about each needs the connection. */
static enum err collect_cases(struct act *act, bool callback, struct found **out, size_t *count)
{
	struct store_query *q;
	bool row;
	*out = arena_new_n(act->a, struct found, INSPECT_POOL_MAX + 1);
	*count = 0;
	if (!*out)
		return ERR_NOMEM;
	TRY(case_query(act, callback, &q));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		(*out)[(*count)++] = (struct found){ store_col_i64(q, 0), store_col_copy(q, 1, act->a) };
	}
}

enum err pool_of_cases(struct act *act, bool callback, struct pool_list *out)
{
	struct pool_maker m;
	struct found *cases;
	size_t n;
	TRY(collect_cases(act, callback, &cases, &n));
	maker_begin(&m, act);
	for (size_t i = 0; i < n; i++)
		TRY(maker_add(&m, cases[i].case_no, "case_id", cases[i].id, callback ? why_not_called(act, cases[i].id) : S("")));
	return maker_end(&m, out);
}

/* ---- checkers ---- */

static struct str declared_reason(struct act *act, struct str login)
{
	const struct json *list = json_get(act->data, "recused");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (str_eq(str_trim(json_text(json_get(&list->items[i], "login"))), login)) {
			struct str reason = str_trim(json_text(json_get(&list->items[i], "reason")));
			return reason.len ? reason : S("自行申报回避");
		}
	return S("");
}

struct checker { int64_t id; struct str login, name; };
enum { CHECKERS_MAX = 5000 };

static enum err collect_checkers(struct act *act, struct checker **out, size_t *count)
{
	struct store_query *q;
	bool row;
	*out = arena_new_n(act->a, struct checker, CHECKERS_MAX);
	*count = 0;
	if (!*out)
		return ERR_NOMEM;
	TRY(store_prepare(act->c, "SELECT p.id, p.login, p.name, (SELECT count(*) FROM person o WHERE o.name=p.name AND o.id<p.id AND o.staff=1) FROM person p"
	                          " WHERE p.enabled=1 AND p.id IN (SELECT a FROM post WHERE role IN ('supervisor', 'auditor', 'inspector')"
	                          " UNION SELECT b FROM post WHERE role IN ('supervisor', 'auditor', 'inspector')) AND ?1=1 ORDER BY p.id LIMIT ?2", &q));
	store_bind_i64(q, 1, 1);
	store_bind_i64(q, 2, CHECKERS_MAX);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct str name = store_col_copy(q, 2, act->a);
		int64_t same = store_col_i64(q, 3); /* namesakes before: the list needs different names */
		(*out)[(*count)++] = (struct checker){ store_col_i64(q, 0), store_col_copy(q, 1, act->a),
			same ? arena_printf(act->a, "%.*s(%lld)", STR_ARG(name), (long long)same + 1) : name };
	}
}

enum err pool_of_checkers(struct act *act, struct pool_list *out)
{
	struct pool_maker m;
	struct checker *people;
	size_t n;
	TRY(collect_checkers(act, &people, &n));
	maker_begin(&m, act);
	for (size_t i = 0; i < n; i++)
		TRY(maker_add(&m, people[i].name, "person", people[i].id, declared_reason(act, people[i].login)));
	return maker_end(&m, out);
}

/* Who has worked on the case, or belongs to its organ, does not check it. */
static struct str recusal(struct store_conn *c, int64_t person, int64_t case_id)
{
	static const struct { const char *sql, *reason; } grounds[] = {
		{ "SELECT 1 FROM step_done WHERE case_id=?2 AND (person=?1 OR signed_by=?1) UNION SELECT 1 FROM step_open WHERE case_id=?2 AND (person=?1 OR signed_by=?1)", "曾经办该件" },
		{ "SELECT 1 FROM case_any k JOIN post p ON p.organ=k.organ WHERE k.id=?2 AND (p.a=?1 OR p.b=?1)", "在该件的承办部门任职" },
		{ "SELECT 1 FROM case_any WHERE id=?2 AND applicant=?1", "该件的申请人" },
	};
	for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++) {
		struct store_query *q;
		bool row = false;
		if (store_prepare(c, grounds[i].sql, &q) != OK)
			continue;
		store_bind_i64(q, 1, person);
		store_bind_i64(q, 2, case_id);
		bool hit = store_step(q, &row) == OK && row;
		store_reset(q);
		if (hit)
			return str_of(grounds[i].reason);
	}
	return S("");
}

/* ---- stored lists ---- */

struct pool_row { struct str name, reason; int64_t weight, person; };

static enum err read_pool(struct store_conn *c, struct arena *a, int64_t draw, const char *list, struct pool_row **out, size_t *count)
{
	struct store_query *q;
	bool row;
	*out = arena_new_n(a, struct pool_row, INSPECT_POOL_MAX);
	*count = 0;
	if (!*out)
		return ERR_NOMEM;
	TRY(store_prepare(c, "SELECT name, weight, reason, coalesce(person, 0) FROM inspect_pool WHERE draw=?1 AND list=?2 ORDER BY position", &q));
	store_bind_i64(q, 1, draw);
	store_bind_str(q, 2, str_of(list));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row || *count == INSPECT_POOL_MAX)
			break;
		(*out)[(*count)++] = (struct pool_row){ store_col_copy(q, 0, a), store_col_copy(q, 2, a), store_col_i64(q, 1), store_col_i64(q, 3) };
	}
	store_reset(q);
	return OK;
}

enum err pool_text(struct store_conn *c, struct arena *a, int64_t draw, const char *list, int64_t recused, struct str *out)
{
	struct pool_row *rows;
	size_t n;
	struct buf text;
	TRY(read_pool(c, a, draw, list, &rows, &n));
	buf_init_in(&text, a, 8 << 20);
	for (size_t i = 0; i < n; i++) {
		struct str reason = recused && rows[i].weight ? recusal(c, rows[i].person, recused) : S("");
		if (reason.len)
			put_line(&text, rows[i].name, 0, reason);
		else
			put_line(&text, rows[i].name, rows[i].weight, rows[i].reason.ptr ? rows[i].reason : S(""));
	}
	return buf_finish(&text, out);
}
