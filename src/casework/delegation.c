/* delegation.c - functions of one post lent to another for a time: the chief representative at the counter decides, reports
 * up, coordinates and uses the seal in the head's place. Dated, revocable, told to who receives it.
 */
#include "casework/access_int.h"

enum { DELEGATION_DAYS_MAX = 366, DAY_MS = 86400000 };

struct lent { int64_t from, to, organ, from_ms, until_ms; struct str functions; };

static struct str text_of(struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

static enum err refuse_at(struct act *act, const char *code, const char *field, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(field));
	diag_arg(act->d, str_of(field));
	return ERR_INVALID;
}

static enum err find_posts(struct act *act, struct lent *l)
{
	l->from = row_i64_str(act->c, "SELECT id FROM post WHERE code=?1", text_of(act, "from_post"), 0);
	l->to = row_i64_str(act->c, "SELECT id FROM post WHERE code=?1", text_of(act, "to_post"), 0);
	if (!l->from || !l->to || l->from == l->to)
		return refuse_at(act, "post.unknown", l->from ? "to_post" : "from_post", "Choose two different posts that exist.");
	l->organ = row_i64(act->c, "SELECT organ FROM post WHERE id=?1", l->from, 0);
	if (row_i64(act->c, "SELECT organ FROM post WHERE id=?1", l->to, 0) != l->organ)
		return refuse_at(act, "delegation.organ", "to_post", "A delegation stays within the organ.");
	if (!act->actor.system && !powers_holds_post(act->c, act->actor.person, l->from))
		return act_refuse(act, ERR_DENIED, "delegation.not-yours", "Only who holds a post lends its functions.");
	return OK;
}

static enum err read_functions(struct act *act, struct lent *l)
{
	struct buf b;
	const struct json *list = json_get(act->data, "functions");
	struct str role = row_str(act->c, act->a, "SELECT role FROM post WHERE id=?1", l->from);
	buf_init_in(&b, act->a, 4096);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		struct str f = str_trim(json_text(&list->items[i]));
		if (!function_delegable(act->cw, f) || !function_of_role(act->cw, f, role)) {
			(void)refuse_at(act, "delegation.function", "functions", "This function cannot be lent, or is not the post's own.");
			diag_arg(act->d, f);
			return ERR_INVALID;
		}
		buf_put(&b, f);
		buf_byte(&b, ' ');
	}
	struct str all = S("");
	TRY(buf_finish(&b, &all));
	l->functions = str_trim(all);
	return l->functions.len ? OK : refuse_at(act, "delegation.none", "functions", "Choose at least one function.");
}

static enum err read_day(struct act *act, const char *key, int64_t none, int64_t *out)
{
	calendar_day day;
	struct str text = text_of(act, key);
	*out = none;
	if (!text.len)
		return OK;
	if (!calendar_day_parse(text, &day))
		return refuse_at(act, "field.date", key, "A date is written 2026-03-31.");
	*out = calendar_day_start_ms(day, calendar_offset_s(calendar_now(act->cw)));
	return OK;
}

/* The last day counts whole. A delegation that begins in the past begins now. */
static enum err read_period(struct act *act, struct lent *l)
{
	TRY(read_day(act, "from", act->now_ms, &l->from_ms));
	TRY(read_day(act, "until", 0, &l->until_ms));
	if (!l->until_ms)
		return refuse_at(act, "delegation.until", "until", "A delegation has a last day.");
	l->until_ms += DAY_MS;
	l->from_ms = l->from_ms < act->now_ms ? act->now_ms : l->from_ms;
	if (l->until_ms <= l->from_ms)
		return refuse_at(act, "field.until", "until", "The end lies before the beginning.");
	if (l->until_ms - l->from_ms > (int64_t)DELEGATION_DAYS_MAX * DAY_MS)
		return refuse_at(act, "delegation.too-long", "until", "A delegation lasts a year at most; renew it then.");
	return OK;
}

static enum err tell(struct act *act, int64_t post, const char *title, const char *title_en, struct str zh, struct str en)
{
	struct store_query *q;
	bool row;
	int64_t people[2] = { 0, 0 };
	TRY(store_prepare(act->c, "SELECT a, b FROM post WHERE id=?1", &q));
	store_bind_i64(q, 1, post);
	TRY(store_step(q, &row));
	if (row) {
		people[0] = store_col_i64(q, 0);
		people[1] = store_col_i64(q, 1);
	}
	store_reset(q);
	for (size_t i = 0; i < 2; i++)
		if (people[i])
			TRY(notice_send(act, people[i], 0, str_of(title), str_of(title_en), zh, en, 0));
	return OK;
}

/* The codes as people read them. */
static struct str function_names(struct act *act, struct str words, bool english)
{
	struct buf b;
	struct str out = S("");
	const struct json *all = functions_json(act->cw);
	buf_init_in(&b, act->a, 4096);
	while (words.len) {
		struct str w = str_cut(&words, ' ');
		for (size_t i = 0; w.len && i < all->count; i++) {
			if (!str_eq(json_text(json_get(&all->items[i], "code")), w))
				continue;
			if (b.len)
				buf_putz(&b, english ? ", " : "、");
			buf_put(&b, json_text(json_get(&all->items[i], english ? "name_en" : "name")));
		}
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

enum err act_delegation_give(struct act *act)
{
	struct lent l = { 0 };
	struct json_build o;
	struct str reason = text_of(act, "reason");
	TRY(find_posts(act, &l));
	TRY(read_functions(act, &l));
	TRY(read_period(act, &l));
	if (!reason.len)
		return refuse_at(act, "field.missing", "reason", "Give the reason.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "delegation", act_id(act));
	json_set_i64(&o, "organ", l.organ);
	json_set_i64(&o, "from_post", l.from);
	json_set_i64(&o, "to_post", l.to);
	json_set_str(&o, "functions", l.functions);
	json_set_i64(&o, "from_ms", l.from_ms);
	json_set_i64(&o, "until_ms", l.until_ms);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set(&act->reply, "delegation", json_get(&o.value, "delegation"));
	TRY(act_emit(act, "delegation.given", 0, &o));
	struct str last = day_text(act->a, calendar_day_at(l.until_ms - 1, calendar_offset_s(calendar_now(act->cw))));
	return tell(act, l.to, "职权委托", "Functions delegated to your post",
	            arena_printf(act->a, "委托您代行:%.*s,至 %.*s 止。", STR_ARG(function_names(act, l.functions, false)), STR_ARG(last)),
	            arena_printf(act->a, "You act in: %.*s, until %.*s.", STR_ARG(function_names(act, l.functions, true)), STR_ARG(last)));
}

enum err act_delegation_revoke(struct act *act)
{
	int64_t id = json_i64(json_get(act->data, "delegation"), 0);
	int64_t from = row_i64(act->c, "SELECT from_post FROM delegation WHERE id=?1", id, 0);
	struct str reason = text_of(act, "reason");
	struct json_build o;
	if (!from)
		return act_refuse(act, ERR_NOT_FOUND, "delegation.unknown", "There is no such delegation.");
	if (!act->actor.system && !(powers_roles(act->c, &act->actor) & ROLE_ADMIN) && !powers_holds_post(act->c, act->actor.person, from))
		return act_refuse(act, ERR_DENIED, "delegation.not-yours", "Only who holds a post lends its functions.");
	if (row_i64(act->c, "SELECT 1 FROM delegation WHERE id=?1 AND revoked_ms IS NOT NULL", id, 0))
		return act_refuse(act, ERR_CONFLICT, "delegation.revoked", "This delegation was revoked already.");
	if (!reason.len)
		return refuse_at(act, "field.missing", "reason", "Give the reason.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "delegation", id);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "delegation.revoked", 0, &o));
	return tell(act, row_i64(act->c, "SELECT to_post FROM delegation WHERE id=?1", id, 0), "职权委托已撤销", "A delegation was revoked",
	            reason, reason);
}

/* ---- what goes with a delegation ---- */

bool delegation_lends(struct store_conn *c, int64_t person, int64_t organ, const char *function, int64_t now_ms)
{
	struct store_query *q;
	bool row = false;
	if (!person || store_prepare(c, "SELECT 1 FROM delegation d JOIN post p ON p.id=d.to_post WHERE d.organ=?1 AND (p.a=?2 OR p.b=?2) AND d.revoked_ms IS NULL"
	                                " AND d.from_ms<=?3 AND d.until_ms>?3 AND ' '||d.functions||' ' LIKE '% '||?4||' %' LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, organ);
	store_bind_i64(q, 2, person);
	store_bind_i64(q, 3, now_ms);
	store_bind_str(q, 4, str_of(function));
	bool lends = store_step(q, &row) == OK && row;
	store_reset(q);
	return lends;
}

bool powers_steers(struct store_conn *c, int64_t person, int64_t organ, int64_t now_ms)
{
	return powers_in_organ(c, person, organ, ROLE_HEAD) || delegation_lends(c, person, organ, "coordinate", now_ms);
}

/* To the head of the organ above; where there is none, to supervision. */
static int64_t superior_of(struct act *act, int64_t organ)
{
	int64_t above = row_i64(act->c, "SELECT parent FROM organ WHERE id=?1", organ, 0);
	int64_t person = above ? row_i64(act->c, "SELECT a FROM post WHERE organ=?1 AND role='head' ORDER BY id LIMIT 1", above, 0) : 0;
	return person ? person : row_i64(act->c, "SELECT a FROM post WHERE role='supervisor' AND ?1 IS NOT NULL ORDER BY id LIMIT 1", organ, 0);
}

enum err act_case_report(struct act *act)
{
	struct case_row k;
	struct json_build o;
	struct str text = text_of(act, "text");
	if (case_find(act->c, act->a, text_of(act, "case_no"), &k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	if (!act->actor.system && !powers_in_organ(act->c, act->actor.person, k.organ, ROLE_HEAD) &&
	    !delegation_lends(act->c, act->actor.person, k.organ, "report", act->now_ms))
		return act_refuse(act, ERR_DENIED, "case.report-power", "Only the head, or who was lent this function, reports a case to the organ above.");
	if (!text.len)
		return refuse_at(act, "field.missing", "text", "Say what the organ above should know or decide.");
	int64_t to = superior_of(act, k.organ);
	if (!to)
		return act_refuse(act, ERR_CONFLICT, "case.no-superior", "There is no organ above with a head, and no supervisor.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k.id);
	json_set_str(&o, "note", S("report"));
	json_set_str(&o, "text", text);
	json_set_i64(&o, "to", to);
	TRY(act_emit(act, "case.note", k.id, &o));
	return notice_send(act, to, k.id, arena_printf(act->a, "上报:%.*s", STR_ARG(k.case_no)), arena_printf(act->a, "Reported: %.*s", STR_ARG(k.case_no)), text, text, 0);
}
