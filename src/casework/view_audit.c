/* view_audit.c - everything a person did, everything done to a case, read from the record itself, newest first.
 *
 * By person along the index ledger_actor, by case along the case's own chain. Of a period alone, its entries lie together
 * (time never runs backwards in the record): it is found by halving, a request reads a bounded piece and says where to go on.
 */
#include "casework/access_int.h"
#include "casework/view_int.h"

enum { ENTRIES_A_REQUEST = 100000, DAYS_USUAL = 31, DAY_MS = 86400000 };

struct audit {
	int64_t person, subject, from_seq, to_seq;
	struct str kind, channel;
	size_t read, found, limit;
	int64_t next;
};

static int64_t day_ms(const struct view_ctx *v, const char *key, int64_t none)
{
	calendar_day day;
	return calendar_day_parse(param(v, key), &day) ? calendar_day_start_ms(day, calendar_offset_s(calendar_now(v->cw))) : none;
}

static enum err read_params(struct view_ctx *v, struct audit *x)
{
	struct str login = param(v, "person"), case_no = param(v, "case_no");
	int64_t cursor;
	x->limit = (size_t)view_limit(v);
	x->kind = param(v, "kind");
	x->channel = param(v, "channel");
	if (login.len && !(x->person = row_i64_str(v->c, "SELECT id FROM person WHERE login=?1", login, 0)))
		return ERR_NOT_FOUND;
	if (case_no.len && !(x->subject = row_i64_str(v->c, "SELECT id FROM case_number WHERE case_no=?1", case_no, 0)))
		return ERR_NOT_FOUND;
	if (x->subject && v->actor.person && powers_barred(v->c, v->actor.person, x->subject))
		return ERR_NOT_FOUND;
	int64_t until = day_ms(v, "to", v->now_ms) + (param(v, "to").len ? DAY_MS : 1);
	int64_t from = day_ms(v, "from", x->subject || x->person ? 0 : until - (int64_t)DAYS_USUAL * DAY_MS);
	x->from_seq = record_first_at(v->c, from);
	x->to_seq = record_first_at(v->c, until) - 1;
	if (str_to_i64(param(v, "cursor"), &cursor) && cursor < x->to_seq)
		x->to_seq = cursor;
	return OK;
}

static void entry_json(struct view_ctx *v, struct store_query *q, struct json_build *list)
{
	struct json_build o;
	struct str kind = store_col_copy(q, 2, v->a), payload = store_col_copy(q, 6, v->a);
	json_build_object(&o, v->a);
	json_set_i64(&o, "seq", store_col_i64(q, 0));
	json_set_str(&o, "at", view_instant(v, store_col_i64(q, 1)));
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "subject", store_col_i64(q, 3));
	json_set_i64(&o, "actor", store_col_i64(q, 4));
	const struct json *data = parse(v->a, payload);
	json_set_str(&o, "action", json_text(json_get(data, "action")));
	json_set_str(&o, "text", json_text(json_get(data, "reason")).len ? json_text(json_get(data, "reason")) : json_text(json_get(data, "text")));
	json_set_bool(&o, "erased", payload.ptr == NULL);
	json_add(list, json_built(&o));
}

static bool wanted(const struct audit *x, struct store_query *q)
{
	return (!x->person || store_col_i64(q, 4) == x->person) && (!x->kind.len || str_starts(store_col_str(q, 2), x->kind));
}

/* The channel (A.5) through which the entry's case came; who is kept out of a case is kept out of its entries. */
#define AUDIT_COLUMNS "SELECT " ENTRY_COLUMNS " FROM ledger WHERE seq<=?1 AND seq>=?2"
#define AUDIT_CASE \
	" AND (?4 IS NULL OR EXISTS(SELECT 1 FROM case_any k WHERE k.id=ledger.subject AND k.channel=?4))" \
	" AND NOT EXISTS(SELECT 1 FROM case_barred b WHERE b.case_id=ledger.subject AND b.person=?3) ORDER BY seq DESC"

/* Down the person's entries, or the period's. */
static enum err by_period(struct view_ctx *v, struct audit *x, struct json_build *list)
{
	struct store_query *q;
	struct str any = { NULL, 0 };
	bool row;
	if (x->person)
		TRY(store_prepare(v->c, AUDIT_COLUMNS " AND actor=?5 AND actor>0 AND (?6 IS NULL OR substr(kind, 1, length(?6))=?6)" AUDIT_CASE, &q));
	else
		TRY(store_prepare(v->c, AUDIT_COLUMNS AUDIT_CASE, &q));
	store_bind_i64(q, 1, x->to_seq);
	store_bind_i64(q, 2, x->from_seq);
	store_bind_i64(q, 3, v->actor.person);
	store_bind_str(q, 4, x->channel.len ? x->channel : any);
	if (x->person) {
		store_bind_i64(q, 5, x->person);
		store_bind_str(q, 6, x->kind.len ? x->kind : any);
	}
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (x->found == x->limit || x->read++ == ENTRIES_A_REQUEST) {
			x->next = store_col_i64(q, 0);
			break;
		}
		if (!wanted(x, q))
			continue;
		x->found++;
		entry_json(v, q, list);
	}
	store_reset(q);
	return OK;
}

/* Along the case's own chain: each entry names the one before. */
static enum err by_case(struct view_ctx *v, struct audit *x, struct json_build *list)
{
	int64_t seq = case_chain_last(v->c, x->subject);
	if (x->channel.len && !str_eq(x->channel, row_str(v->c, v->a, "SELECT channel FROM case_any WHERE id=?1", x->subject)))
		return OK;
	while (seq >= x->from_seq && seq) {
		struct store_query *q;
		if (x->found == x->limit && seq <= x->to_seq) {
			x->next = seq;
			return OK;
		}
		TRY(case_chain_back(v->c, &seq, &q, NULL));
		if (store_col_i64(q, 0) <= x->to_seq && wanted(x, q)) {
			x->found++;
			entry_json(v, q, list);
		}
		store_reset(q);
	}
	return OK;
}

/* With what its ids name, once no query is open any more. */
static enum err put_entry(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct json *row = what;
	struct json_build o;
	json_build_object(&o, v->a);
	for (size_t i = 0; i < row->count; i++) {
		struct str key = row->members[i].key;
		if (str_eqz(key, "subject"))
			TRY(view_case_no(v, &o, json_i64(&row->members[i].value, 0)));
		else if (str_eqz(key, "actor"))
			TRY(view_named(v, &o, "person", "SELECT login, name FROM person WHERE id=?1", json_i64(&row->members[i].value, 0)));
		else
			json_set_key(&o, key, &row->members[i].value);
	}
	json_add(list, json_built(&o));
	return OK;
}

enum err view_audit(struct view_ctx *v, struct json_build *out)
{
	struct audit x = { 0 };
	struct json_build found, list;
	TRY(read_params(v, &x));
	json_build_array(&found, v->a);
	json_build_array(&list, v->a);
	TRY(x.subject ? by_case(v, &x, &found) : by_period(v, &x, &found));
	for (size_t i = 0; i < found.value.count; i++)
		TRY(view_row(v, put_entry, &found.value.items[i], &list));
	json_set(out, "rows", json_built(&list));
	json_set_str(out, "next", x.next ? arena_printf(v->a, "%lld", (long long)x.next) : (struct str){ NULL, 0 });
	json_set_bool(out, "more_to_read", x.next && x.found < x.limit);
	return OK;
}
