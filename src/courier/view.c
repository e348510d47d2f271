/* view.c - what the courier has to do, and what an administrator sees of it. */
#include "courier/courier_int.h"

/* ---- the courier's own ---- */

/* A CloudEvent (1.0, structured). Its id is the entry's number in the record: the same for every receiver and every try. */
static const struct json *cloud_event(struct view_ctx *v, int64_t seq, bool personal)
{
	struct store_query *q;
	struct json_build o;
	bool row;
	if (store_prepare(v->c, "SELECT l.kind, l.at_ms, l.subject, l.payload FROM ledger l WHERE l.seq=?1", &q) != OK)
		return NULL;
	store_bind_i64(q, 1, seq);
	if (store_step(q, &row) != OK || !row)
		return NULL;
	int64_t subject = store_col_i64(q, 2), at_ms = store_col_i64(q, 1);
	struct str kind = store_col_copy(q, 0, v->a), payload = store_col_copy(q, 3, v->a);
	const struct json *data = parse(v->a, payload);
	store_reset(q);
	if (payload.ptr && !data)
		return NULL; /* torn */
	struct str case_no = row_str(v->c, v->a, "SELECT coalesce((SELECT case_no FROM case_open WHERE id=?1), (SELECT case_no FROM case_done WHERE id=?1))", subject);
	json_build_object(&o, v->a);
	json_set_str(&o, "specversion", S("1.0"));
	json_set_str(&o, "id", arena_printf(v->a, "%lld", (long long)seq));
	json_set_str(&o, "source", S("urn:banjie"));
	json_set_str(&o, "type", arena_printf(v->a, "banjie.%.*s", STR_ARG(kind)));
	if (case_no.len)
		json_set_str(&o, "subject", case_no);
	json_set_str(&o, "time", view_instant(v, at_ms));
	json_set_str(&o, "datacontenttype", S("application/json"));
	json_set(&o, "data", courier_redact(v->a, data, personal));
	return json_built(&o);
}

/* An entry that is known to be unreadable is not asked for: it has no event, and its delivery is put aside. */
static enum err event_work(struct view_ctx *v, const struct record_gaps *gaps, int64_t webhook, int64_t seq, struct json_build *o, struct json_build *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT w.url, s.secret, w.personal FROM webhook w JOIN courier_secret s ON s.webhook=w.id WHERE w.id=?1 AND w.removed_ms IS NULL", &q));
	store_bind_i64(q, 1, webhook);
	TRY(store_step(q, &row));
	if (!row)
		return OK; /* removed meanwhile: no address, and so a failure that is final */
	json_set_str(o, "url", store_col_copy(q, 0, v->a));
	json_set_str(o, "secret", store_col_copy(q, 1, v->a));
	bool personal = store_col_i64(q, 2) != 0;
	store_reset(q);
	json_set_str(o, "id", arena_printf(v->a, "msg_%lld_%lld", (long long)webhook, (long long)seq));
	if (record_gap_at(gaps, seq))
		return OK;
	const struct json *event = cloud_event(v, seq, personal);
	if (event)
		json_set(o, "event", event);
	else
		json_set_bool(out, "unreadable", true); /* and it is not known yet */
	return OK;
}

static enum err mail_work(struct view_ctx *v, int64_t notice, struct json_build *o)
{
	struct store_query *q;
	bool row;
	const struct json *mail = parse(v->a, setting_get(v->c, v->a, S("mail")));
	TRY(store_prepare(v->c, "SELECT p.email, n.title, n.text, n.title_en, n.text_en, n.at_ms FROM notice n JOIN person p ON p.id=n.person WHERE n.id=?1", &q));
	store_bind_i64(q, 1, notice);
	TRY(store_step(q, &row));
	if (!row || !mail)
		return OK;
	json_set_str(o, "server", json_text(json_get(mail, "server")));
	json_set_str(o, "user", json_text(json_get(mail, "user")));
	json_set_str(o, "sender", json_text(json_get(mail, "sender")));
	json_set_bool(o, "tls", json_bool(json_get(mail, "tls"), false));
	json_set_str(o, "to", store_col_copy(q, 0, v->a));
	json_set_str(o, "subject", store_col_copy(q, 1, v->a));
	json_set_str(o, "text", arena_printf(v->a, "%.*s\r\n\r\n%.*s\r\n\r\n%.*s\r\n", STR_ARG(store_col_copy(q, 2, v->a)), STR_ARG(store_col_copy(q, 3, v->a)),
	                                     STR_ARG(store_col_copy(q, 4, v->a))));
	json_set_i64(o, "at_ms", store_col_i64(q, 5));
	json_set_str(o, "id", arena_printf(v->a, "notice-%lld@banjie", (long long)notice));
	store_reset(q);
	return OK;
}

struct due { int64_t id, webhook, ref; bool event; };

/* One receiver that does not answer must not take all slots: at most four of each at a time, the oldest first.
 * The mail of a notice that is known to be unreadable waits until it can be read. */
static enum err due_list(struct view_ctx *v, struct due *list, size_t *n)
{
	struct store_query *q;
	bool row;
	*n = 0;
	TRY(store_prepare(v->c, "SELECT id, webhook, ref, kind FROM (SELECT d.*, row_number() OVER (PARTITION BY webhook ORDER BY next_ms, id) AS nth"
	                        " FROM courier_delivery d WHERE state='pending' AND next_ms<=?1 AND NOT (d.kind='mail' AND" COURIER_NOTICE_KNOWN("d.ref") ">0)) x WHERE nth<=4 ORDER BY next_ms, id LIMIT ?2", &q));
	store_bind_i64(q, 1, v->now_ms);
	store_bind_i64(q, 2, COURIER_SLOTS);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		list[(*n)++] = (struct due){ store_col_i64(q, 0), store_col_i64(q, 1), store_col_i64(q, 2), str_eqz(store_col_str(q, 3), "event") };
	}
}

/* Is there an entry that was not picked up yet, behind what is known to be unreadable? */
static enum err events_wait(struct view_ctx *v, bool *yes)
{
	struct courier_outbox o;
	TRY(courier_outbox_begin(v->c, v->a, &o));
	*yes = o.subscriptions && row_i64(v->c, "SELECT 1 FROM ledger WHERE seq>=?1 LIMIT 1", o.first, 0);
	return OK;
}

static enum err notices_wait(struct view_ctx *v, bool *yes)
{
	struct courier_notices n;
	struct store_query *q;
	*yes = false;
	TRY(courier_notices_begin(v->c, v->a, &n));
	if (!setting_get(v->c, v->a, S("mail")).len || n.first > n.end)
		return OK;
	TRY(store_prepare(v->c, "SELECT 1 FROM notice WHERE id>=?1 LIMIT 1", &q));
	store_bind_i64(q, 1, n.first);
	TRY(store_step(q, yes));
	store_reset(q);
	return OK;
}

static enum err backlog(struct view_ctx *v, bool *yes)
{
	bool events, notices;
	TRY(events_wait(v, &events));
	TRY(notices_wait(v, &notices));
	*yes = events || notices;
	return OK;
}

enum err view_courier_work(struct view_ctx *v, struct json_build *out)
{
	struct due list[COURIER_SLOTS];
	size_t n;
	struct json_build all, o;
	struct record_gaps gaps;
	bool more;
	TRY(record_gaps_load(v->c, v->a, S("courier"), &gaps));
	TRY(backlog(v, &more));
	json_set_bool(out, "backlog", more);
	json_set_bool(out, "private", json_bool(parse(v->a, setting_get(v->c, v->a, S("webhook.private"))), false));
	json_set_i64(out, "next_ms", row_i64(v->c, "SELECT min(next_ms) FROM courier_delivery WHERE state='pending' AND next_ms>?1", v->now_ms, INT64_MAX));
	TRY(due_list(v, list, &n));
	json_build_array(&all, v->a);
	for (size_t i = 0; i < n; i++) {
		json_build_object(&o, v->a);
		json_set_i64(&o, "delivery", list[i].id);
		TRY(list[i].event ? event_work(v, &gaps, list[i].webhook, list[i].ref, &o, out) : mail_work(v, list[i].ref, &o));
		json_add(&all, json_built(&o));
	}
	json_set(out, "due", json_built(&all));
	return OK;
}

/* ---- the administrator's ---- */

enum err view_webhooks(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT w.id AS webhook, w.name, w.url, w.kinds, w.personal, w.enabled, w.at_ms, o.code AS organ, o.name AS organ_name, o.name_en AS organ_name_en,"
	                        " (SELECT count(*) FROM courier_delivery d WHERE d.webhook=w.id AND d.state='sent') AS sent,"
	                        " (SELECT count(*) FROM courier_delivery d WHERE d.webhook=w.id AND d.state='pending') AS pending,"
	                        " (SELECT count(*) FROM courier_delivery d WHERE d.webhook=w.id AND d.state='dead') AS dead"
	                        " FROM webhook w LEFT JOIN organ o ON o.id=w.organ WHERE w.removed_ms IS NULL AND (?1=0 OR w.id=?1) ORDER BY w.id LIMIT 200", &q));
	store_bind_i64(q, 1, json_i64(json_get(v->params, "webhook"), 0));
	TRY(rows_json(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

enum err view_deliveries(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t before = INT64_MAX;
	struct str state = param(v, "state");
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, "SELECT d.id AS key, d.id AS delivery, d.kind, w.name AS webhook_name, d.state, d.attempts, d.next_ms, d.last_ms, nullif(d.status, 0) AS status, nullif(d.error, '') AS error, d.at_ms,"
	                        " CASE WHEN NOT EXISTS (SELECT 1 FROM record_gap g WHERE g.room='courier' AND g.again_ms IS NULL AND d.ref BETWEEN g.from_seq AND g.to_seq)"
	                        " THEN (SELECT l.kind FROM ledger l WHERE d.kind='event' AND l.seq=d.ref) END AS event_kind,"
	                        " CASE WHEN" COURIER_NOTICE_KNOWN("d.ref") "=0 THEN (SELECT p.name FROM notice n JOIN person p ON p.id=n.person WHERE d.kind='mail' AND n.id=d.ref) END AS person_name"
	                        " FROM courier_delivery d LEFT JOIN webhook w ON w.id=d.webhook WHERE d.id<?1 AND (?2 IS NULL OR d.state=?2) AND (?3=0 OR d.webhook=?3)"
	                        " ORDER BY d.id DESC LIMIT ?4", &q));
	store_bind_i64(q, 1, before);
	store_bind_str(q, 2, state.len ? state : (struct str){ NULL, 0 });
	store_bind_i64(q, 3, json_i64(json_get(v->params, "webhook"), 0));
	store_bind_i64(q, 4, view_limit(v) + 1);
	TRY(page_json(v, q, out));
	TRY(record_gaps_json(v, S("courier"), out));
	return courier_notices_json(v, out);
}
