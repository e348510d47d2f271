/* collect.c - picking up what was committed, and what became of it: the workspace of deliveries; and who is subscribed. */
#include "courier/courier_int.h"

enum { PATTERNS_MAX = 20 };

/* ---- how far was read ---- */

static enum err cursor_move(struct act *act, struct str name, int64_t seq)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "INSERT INTO courier_cursor(name, seq) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET seq=?2", &q));
	store_bind_str(q, 1, name);
	store_bind_i64(q, 2, seq);
	return store_exec(q);
}

/* ---- picking up ---- */

struct picked { int64_t ref, webhook; struct str kind; };

static enum err add(struct act *act, const struct picked *p)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "INSERT INTO courier_delivery(id, kind, webhook, ref, state, attempts, next_ms, at_ms)"
	                          " SELECT coalesce(max(id), 0)+1, ?1, ?2, ?3, 'pending', 0, ?4, ?4 FROM courier_delivery WHERE 1=1"
	                          " ON CONFLICT(kind, webhook, ref) DO NOTHING", &q));
	store_bind_str(q, 1, p->kind);
	store_bind_i64(q, 2, p->webhook);
	store_bind_i64(q, 3, p->ref);
	store_bind_i64(q, 4, act->now_ms);
	return store_exec(q);
}

static bool wanted(const struct courier_subscription *s, const struct courier_entry *e, int64_t organ)
{
	return e->seq > s->from_seq && (!s->organ || s->organ == organ) && courier_matches(s->kinds, e->kind);
}

/* The organ of the case, or the one that the event itself names. */
static int64_t organ_of(struct act *act, const struct courier_entry *e)
{
	int64_t organ = json_i64(json_get(e->data, "organ"), 0);
	return organ || !e->subject ? organ : row_i64(act->c, "SELECT organ FROM case_any WHERE id=?1", e->subject, 0);
}

/* What is before the entry that cannot be read is picked up; the reply names that one (`unreadable`). */
static enum err collect_events(struct act *act, bool *more)
{
	struct courier_outbox o;
	TRY(courier_outbox_begin(act->c, act->a, &o));
	if (!o.subscriptions)
		return cursor_move(act, S("events"), (int64_t)act->seq); /* nobody wants what there was so far */
	TRY(courier_outbox_read(act->c, act->a, &o));
	for (size_t i = 0; i < o.count; i++) {
		int64_t organ = organ_of(act, &o.list[i]);
		for (const struct courier_subscription *s = o.subscriptions; s; s = s->next)
			if (wanted(s, &o.list[i], organ))
				TRY(add(act, &(struct picked){ .ref = o.list[i].seq, .webhook = s->id, .kind = S("event") }));
	}
	if (o.bad)
		json_set_i64(&act->reply, "unreadable", o.bad);
	*more = *more || (o.more && !o.bad);
	return o.last > o.cursor ? cursor_move(act, S("events"), o.last) : OK;
}

/* A notice of yesterday is no news: after a long silence the mailboxes are not flooded. But one that was new when it turned out to be
 * unreadable goes out when it can be read again. */
#define NOTICE_NEW \
	"CASE WHEN n.at_ms>?4 THEN 1 WHEN EXISTS(SELECT 1 FROM record_gap g WHERE g.room='courier.notices' AND n.id BETWEEN g.from_seq AND g.to_seq" \
	" AND n.at_ms>g.at_ms-86400000) THEN 1 ELSE 0 END"

struct noticed { int64_t ids[COURIER_COLLECT_MAX], last; size_t count, seen; };

/* The notice behind the last is not touched: it may be on a damaged page. */
static enum err read_notices(struct act *act, const struct courier_notices *from, bool mail, struct noticed *out)
{
	enum { DAY_MS = 86400000 };
	struct store_query *q;
	bool row = true;
	TRY(store_prepare(act->c, "SELECT n.id, p.email, " NOTICE_NEW " FROM notice n JOIN person p ON p.id=n.person WHERE n.id>=?1 AND n.id<=?2 ORDER BY n.id LIMIT ?3", &q));
	store_bind_i64(q, 1, from->first);
	store_bind_i64(q, 2, from->end);
	store_bind_i64(q, 3, COURIER_COLLECT_MAX);
	store_bind_i64(q, 4, act->now_ms - DAY_MS);
	out->last = from->first - 1;
	while (row && out->seen < COURIER_COLLECT_MAX && out->last < from->end) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		out->last = store_col_i64(q, 0);
		out->seen++;
		if (mail && courier_mailable(store_col_str(q, 1)) && store_col_i64(q, 2))
			out->ids[out->count++] = out->last;
	}
	store_reset(q);
	return OK;
}

static enum err collect_notices(struct act *act, bool *more)
{
	struct courier_notices from;
	struct noticed news = { .count = 0 };
	bool mail = setting_get(act->c, act->a, S("mail")).len > 0;
	TRY(courier_notices_begin(act->c, act->a, &from));
	if (from.first > from.end)
		return OK;
	TRY(read_notices(act, &from, mail, &news));
	for (size_t i = 0; i < news.count; i++)
		TRY(add(act, &(struct picked){ .ref = news.ids[i], .kind = S("mail") }));
	bool gap = from.end < COURIER_NOTICE_LAST; /* read up to it: then on behind it */
	if (gap && news.seen < COURIER_COLLECT_MAX)
		news.last = from.end;
	*more = *more || gap || news.seen == COURIER_COLLECT_MAX;
	return news.last > from.cursor ? cursor_move(act, S("notices"), news.last) : OK;
}

enum err act_courier_collect(struct act *act)
{
	bool more = false;
	TRY(collect_events(act, &more));
	TRY(collect_notices(act, &more));
	json_set_bool(&act->reply, "more", more);
	return OK;
}

/* A mail whose notice could not be read was not due meanwhile, and is. */
static enum err notices_again(struct act *act)
{
	struct store_query *q;
	int64_t first;
	TRY(record_again(act, COURIER_NOTICES, json_get(act->data, "notices"), &first));
	TRY(store_prepare(act->c, "UPDATE courier_cursor SET seq=?1 WHERE name='notices' AND seq>?1", &q));
	store_bind_i64(q, 1, first - 1);
	return store_exec(q);
}

/* What was passed over can be read again: it is picked up from there once more (nothing becomes two deliveries), and what was put aside
 * because its entry could not be read is due. */
enum err act_courier_again(struct act *act)
{
	struct store_query *q;
	int64_t first;
	TRY(record_again(act, S("courier"), json_get(act->data, "firsts"), &first));
	TRY(store_prepare(act->c, "UPDATE courier_cursor SET seq=?1 WHERE name='events' AND seq>?1", &q));
	store_bind_i64(q, 1, first - 1);
	TRY(store_exec(q));
	TRY(store_prepare(act->c, "UPDATE courier_delivery SET state='pending', attempts=0, next_ms=?2 WHERE state='dead' AND error='unreadable' AND ref>=?1", &q));
	store_bind_i64(q, 1, first);
	store_bind_i64(q, 2, act->now_ms);
	TRY(store_exec(q));
	return notices_again(act);
}

/* ---- what became of it ---- */

/* Whether somebody was reached is part of the record; the tries are not. */
static enum err record_mail(struct act *act, int64_t id, bool sent)
{
	struct json_build o;
	int64_t notice = row_i64(act->c, "SELECT ref FROM courier_delivery WHERE id=?1 AND kind='mail'", id, 0);
	if (!notice)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "notice", notice);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, sent ? "notice.delivered" : "notice.undelivered", 0, &o);
}

enum err act_courier_report(struct act *act)
{
	struct store_query *q;
	int64_t id = json_i64(json_get(act->data, "delivery"), 0);
	bool sent = json_bool(json_get(act->data, "sent"), false), final = json_bool(json_get(act->data, "final"), false);
	int64_t attempts = row_i64(act->c, "SELECT attempts FROM courier_delivery WHERE id=?1", id, 0) + 1, wait = final ? -1 : courier_backoff_ms(attempts);
	TRY(store_prepare(act->c, "UPDATE courier_delivery SET state=?2, attempts=?3, next_ms=?4, last_ms=?5, status=?6, error=?7 WHERE id=?1 AND state='pending'", &q));
	store_bind_i64(q, 1, id);
	store_bind_str(q, 2, sent ? S("sent") : wait < 0 ? S("dead") : S("pending"));
	store_bind_i64(q, 3, attempts);
	if (!sent && wait >= 0)
		store_bind_i64(q, 4, act->now_ms + wait);
	store_bind_i64(q, 5, act->now_ms);
	store_bind_i64(q, 6, json_i64(json_get(act->data, "status"), 0));
	store_bind_str(q, 7, json_text(json_get(act->data, "error")));
	TRY(store_exec(q));
	return sent || wait < 0 ? record_mail(act, id, sent) : OK;
}

enum err act_courier_retry(struct act *act)
{
	struct store_query *q;
	int64_t id = json_i64(json_get(act->data, "delivery"), 0);
	if (row_i64(act->c, "SELECT 1 FROM courier_delivery WHERE id=?1 AND state='dead'", id, 0) == 0)
		return act_refuse(act, ERR_CONFLICT, "delivery.not-dead", "Only what was put aside can be sent again.");
	TRY(store_prepare(act->c, "UPDATE courier_delivery SET state='pending', attempts=0, next_ms=?2 WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	store_bind_i64(q, 2, act->now_ms);
	return store_exec(q);
}

/* ---- subscriptions ---- */

static enum err bad(struct act *act, const char *at, const char *code, const char *words)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", words);
	diag_at(act->d, str_of(at));
	return ERR_INVALID;
}

static bool url_fits(struct str url)
{
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.ptr[i] <= ' ' || (unsigned char)url.ptr[i] >= 0x7f)
			return false;
	struct str rest = str_sub(url, str_starts(url, S("https://")) ? 8 : 7, url.len);
	bool credentials = str_find_byte(str_cut(&rest, '/'), '@') >= 0;
	return (str_starts(url, S("https://")) || str_starts(url, S("http://"))) && url.len > 10 && url.len <= 500 && !credentials;
}

static bool kinds_fit(struct str kinds)
{
	int n = 0;
	for (struct str word = str_cut(&kinds, ' '); word.ptr; word = str_cut(&kinds, ' ')) {
		for (size_t i = 0; i < word.len; i++) {
			char c = word.ptr[i];
			if (!((c >= 'a' && c <= 'z') || c == '.' || c == '-' || (c == '*' && i + 1 == word.len)))
				return false;
		}
		n += word.len > 0;
	}
	return n >= 1 && n <= PATTERNS_MAX;
}

static enum err keep_secret(struct act *act, int64_t webhook)
{
	uint8_t bytes[24];
	struct store_query *q;
	act_random(act, bytes, sizeof bytes);
	struct str secret = arena_printf(act->a, "whsec_%.*s", STR_ARG(courier_base64(act->a, bytes, sizeof bytes)));
	TRY(store_prepare(act->c, "INSERT INTO courier_secret(webhook, secret) VALUES(?1, ?2) ON CONFLICT(webhook) DO UPDATE SET secret=?2", &q));
	store_bind_i64(q, 1, webhook);
	store_bind_str(q, 2, secret);
	json_set_str(&act->reply, "secret", secret);
	return store_exec(q);
}

enum err act_webhook_put(struct act *act)
{
	struct json_build o;
	int64_t id = json_i64(json_get(act->data, "webhook"), 0);
	struct str name = str_trim(json_text(json_get(act->data, "name"))), url = str_trim(json_text(json_get(act->data, "url")));
	struct str kinds = str_trim(json_text(json_get(act->data, "kinds"))), organ = str_trim(json_text(json_get(act->data, "organ")));
	if (id && !row_i64(act->c, "SELECT 1 FROM webhook WHERE id=?1 AND removed_ms IS NULL", id, 0))
		return act_refuse(act, ERR_NOT_FOUND, "webhook.unknown", "There is no such subscription.");
	if (!name.len || name.len > 200)
		return bad(act, "name", "webhook.name", "Give the receiver a name.");
	if (!url_fits(url))
		return bad(act, "url", "webhook.url", "The address begins with https:// or http://, without user and password in it.");
	if (!kinds_fit(kinds))
		return bad(act, "kinds", "webhook.kinds", "Name one to twenty kinds of events, with blanks between, such as alert.* case.concluded.");
	if (organ.len && !organ_by_code(act->c, organ))
		return bad(act, "organ", "webhook.organ", "There is no organ with this code.");
	bool fresh = id == 0;
	id = fresh ? act_id(act) : id;
	json_build_object(&o, act->a);
	json_set_i64(&o, "webhook", id);
	json_set_str(&o, "name", name);
	json_set_str(&o, "url", url);
	json_set_str(&o, "kinds", kinds);
	if (organ.len)
		json_set_i64(&o, "organ_id", organ_by_code(act->c, organ));
	json_set_bool(&o, "personal", json_bool(json_get(act->data, "personal"), false));
	json_set_bool(&o, "enabled", json_bool(json_get(act->data, "enabled"), true));
	json_set_i64(&o, "from_seq", (int64_t)act->seq);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "webhook", id);
	TRY(act_emit(act, "webhook.put", 0, &o));
	return fresh ? keep_secret(act, id) : OK;
}

static enum err find(struct act *act, int64_t *id)
{
	*id = json_i64(json_get(act->data, "webhook"), 0);
	return row_i64(act->c, "SELECT 1 FROM webhook WHERE id=?1 AND removed_ms IS NULL", *id, 0) ? OK
		: act_refuse(act, ERR_NOT_FOUND, "webhook.unknown", "There is no such subscription.");
}

enum err act_webhook_rotate(struct act *act)
{
	struct json_build o;
	int64_t id;
	TRY(find(act, &id));
	json_build_object(&o, act->a);
	json_set_i64(&o, "webhook", id);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "webhook.rotated", 0, &o));
	return keep_secret(act, id);
}

enum err act_webhook_remove(struct act *act)
{
	struct json_build o;
	struct store_query *q;
	int64_t id;
	TRY(find(act, &id));
	json_build_object(&o, act->a);
	json_set_i64(&o, "webhook", id);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "webhook.removed", 0, &o));
	TRY(store_prepare(act->c, "DELETE FROM courier_secret WHERE webhook=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_exec(q));
	TRY(store_prepare(act->c, "UPDATE courier_delivery SET state='dead', error='removed' WHERE webhook=?1 AND state='pending'", &q));
	store_bind_i64(q, 1, id);
	return store_exec(q);
}
