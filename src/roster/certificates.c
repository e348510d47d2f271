/* certificates.c - given, suspended, given back, revoked; and told ahead when they end. What the kernel asks of them is certificate_of. */
#include "roster/roster_int.h"

enum { YEARS_MAX = 50, NUMBER_MAX = 60, PENDING_MAX = 200, TICK_ARENA_MAX = 16 << 20 };

/* ---- giving ---- */

/* [{due_ms, days}]: so many days before the end, and at it. What has passed already is told at once, once: the last of it. */
static const struct json *alarms(struct act *act, int64_t until_ms)
{
	struct json_build list;
	const struct json *days = roster_part(act->c, act->a, "warn_days");
	json_build_array(&list, act->a);
	for (size_t i = 0; until_ms > act->now_ms && i <= (days ? days->count : 0); i++) {
		struct json_build one;
		int64_t n = days && i < days->count ? json_i64(&days->items[i], 0) : 0, due = until_ms - n * ROSTER_DAY_MS;
		int64_t sooner = days && i + 1 < days->count ? until_ms - json_i64(&days->items[i + 1], 0) * ROSTER_DAY_MS : until_ms;
		if (due < act->now_ms && sooner < act->now_ms)
			continue;
		json_build_object(&one, act->a);
		json_set_i64(&one, "due_ms", due);
		json_set_i64(&one, "days", n);
		json_add(&list, json_built(&one));
	}
	return json_built(&list);
}

static enum err read_period(struct act *act, int64_t *from, int64_t *until)
{
	TRY(roster_day_given(act, "from", from));
	TRY(roster_day_given(act, "until", until));
	*until += ROSTER_DAY_MS; /* its last day counts whole */
	if (*until <= *from)
		return roster_refuse(act, "field.until", "until", "The end lies before the beginning.");
	return *until - *from > YEARS_MAX * 366LL * ROSTER_DAY_MS ? roster_refuse(act, "certificate.too-long", "until", "A certificate is valid for 50 years at most. Look at the year again.") : OK;
}

/* The certificate of this kind and number, which must be the person's. */
static enum err find_same(struct act *act, int64_t person, struct str kind, struct str number, int64_t *id)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id, person FROM certificate WHERE kind=?1 AND number=?2", &q));
	store_bind_str(q, 1, kind);
	store_bind_str(q, 2, number);
	TRY(store_step(q, &row));
	*id = row ? store_col_i64(q, 0) : 0;
	int64_t owner = row ? store_col_i64(q, 1) : person;
	store_reset(q);
	return owner == person ? OK : roster_refuse(act, "certificate.number-taken", "number", "This number is another colleague's certificate.");
}

/* Nothing new, and no paper came with it. */
static bool stands(struct act *act, int64_t id, struct str issuer, int64_t from, int64_t until)
{
	const struct json *documents = json_get(act->data, "documents");
	return !(documents && documents->count) && str_eq(issuer, row_str(act->c, act->a, "SELECT issuer FROM certificate WHERE id=?1", id)) &&
	       row_i64(act->c, "SELECT from_ms FROM certificate WHERE id=?1", id, 0) == from && row_i64(act->c, "SELECT until_ms FROM certificate WHERE id=?1", id, 0) == until;
}

/* A list says who has which certificate; what was suspended or revoked is said with its reason, on the page. */
static enum err refuse_halted(struct act *act)
{
	struct str state = roster_text(act, "state");
	if (str_eqz(state, "suspended") || str_eqz(state, "revoked"))
		return roster_refuse(act, "certificate.import-state", "state", "Enter the certificate without a state, then suspend or revoke it with the reason.");
	return OK;
}

enum err act_certificate_put(struct act *act)
{
	struct json_build o, ids;
	struct str kind = roster_text(act, "kind"), number, issuer;
	int64_t person, from, until, id;
	TRY(roster_person_given(act, "person", &person));
	TRY(roster_need_keeper(act, person));
	TRY(refuse_halted(act));
	if (!roster_kind(act->c, act->a, "certificates", kind))
		return roster_refuse(act, "certificate.kind", "kind", "Choose the kind of the certificate.");
	TRY(roster_needed(act, "number", &number));
	TRY(roster_needed(act, "issuer", &issuer));
	if (number.len > NUMBER_MAX)
		return roster_refuse(act, "field.too-long", "number", "The number is too long.");
	TRY(read_period(act, &from, &until));
	TRY(find_same(act, person, kind, number, &id));
	if (id && stands(act, id, issuer, from, until)) {
		json_set_i64(&act->reply, "certificate", id);
		json_set_bool(&act->reply, "changed", false);
		return OK;
	}
	json_build_array(&ids, act->a);
	TRY(uploads_file_person(act, person, json_get(act->data, "documents"), &ids));
	json_build_object(&o, act->a);
	id = id ? id : act_id(act);
	json_set_i64(&o, "certificate", id);
	json_set_i64(&o, "person", person);
	json_set_str(&o, "kind", kind);
	json_set_str(&o, "number", number);
	json_set_str(&o, "issuer", issuer);
	json_set_i64(&o, "from_ms", from);
	json_set_i64(&o, "until_ms", until);
	json_set(&o, "documents", ids.value.count ? json_built(&ids) : NULL);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set(&o, "alarms", alarms(act, until));
	json_set_i64(&act->reply, "certificate", id);
	json_set_bool(&act->reply, "changed", true);
	return act_emit(act, "certificate.put", 0, &o);
}

/* ---- taking, and giving back ---- */

struct held { int64_t id, person, from_ms; bool revoked; struct str number; };

static enum err find(struct act *act, struct held *x)
{
	*x = (struct held){ .id = json_i64(json_get(act->data, "certificate"), 0) };
	x->person = row_i64(act->c, "SELECT person FROM certificate WHERE id=?1", x->id, 0);
	if (!x->person)
		return act_refuse(act, ERR_NOT_FOUND, "certificate.unknown", "There is no such certificate.");
	TRY(roster_need_keeper(act, x->person));
	x->from_ms = row_i64(act->c, "SELECT from_ms FROM certificate WHERE id=?1", x->id, 0);
	x->number = row_str(act->c, act->a, "SELECT number FROM certificate WHERE id=?1", x->id);
	x->revoked = row_i64(act->c, "SELECT 1 FROM certificate_time WHERE certificate=?1 AND state='revoked' LIMIT 1", x->id, 0) == 1;
	return x->revoked ? act_refuse(act, ERR_CONFLICT, "certificate.revoked", "This certificate was revoked; it does not come back. Enter a new one.") : OK;
}

static enum err tell(struct act *act, const struct held *x, const char *zh, const char *en, struct str reason)
{
	return notice_send(act, x->person, 0, arena_printf(act->a, "%s:%.*s", zh, STR_ARG(x->number)), arena_printf(act->a, "%s: %.*s", en, STR_ARG(x->number)), reason, reason, 0);
}

enum err act_certificate_halt(struct act *act)
{
	struct held x;
	struct json_build o;
	struct str state = roster_text(act, "state"), reason;
	int64_t from = act->now_ms, until = 0;
	TRY(find(act, &x));
	if (!str_eqz(state, "suspended") && !str_eqz(state, "revoked"))
		return roster_refuse(act, "certificate.state", "state", "A certificate is suspended or revoked.");
	TRY(roster_needed(act, "reason", &reason));
	if (roster_text(act, "from").len)
		TRY(roster_day_given(act, "from", &from));
	if (str_eqz(state, "suspended") && roster_text(act, "until").len) {
		TRY(roster_day_given(act, "until", &until));
		until += ROSTER_DAY_MS;
		if (until <= from)
			return roster_refuse(act, "field.until", "until", "The end lies before the beginning.");
	}
	json_build_object(&o, act->a);
	json_set_i64(&o, "certificate", x.id);
	json_set_str(&o, "state", state);
	json_set_i64(&o, "from_ms", from);
	if (until)
		json_set_i64(&o, "until_ms", until);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "certificate.halted", 0, &o));
	bool suspended = str_eqz(state, "suspended");
	return tell(act, &x, suspended ? "证件暂扣" : "证件吊销", suspended ? "Certificate suspended" : "Certificate revoked", reason);
}

enum err act_certificate_restore(struct act *act)
{
	struct held x;
	struct json_build o;
	struct str reason;
	TRY(find(act, &x));
	TRY(roster_needed(act, "reason", &reason));
	if (!row_i64(act->c, "SELECT count(*) FROM certificate_time WHERE certificate=?1 AND state='suspended' AND until_ms IS NULL", x.id, 0))
		return act_refuse(act, ERR_CONFLICT, "certificate.not-suspended", "This certificate is not suspended without an end.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "certificate", x.id);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "certificate.restored", 0, &o));
	return tell(act, &x, "证件恢复", "Certificate given back", reason);
}

/* ---- the end told ahead ---- */

static enum err warn_both(struct act *act, int64_t certificate, int64_t days)
{
	int64_t person = row_i64(act->c, "SELECT person FROM certificate WHERE id=?1", certificate, 0), head = roster_head(act->c, person);
	struct str name = row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", person);
	struct str number = row_str(act->c, act->a, "SELECT number FROM certificate WHERE id=?1", certificate);
	struct str kind = row_str(act->c, act->a, "SELECT kind FROM certificate WHERE id=?1", certificate);
	const struct json *words = roster_kind(act->c, act->a, "certificates", kind);
	int64_t until = row_i64(act->c, "SELECT until_ms FROM certificate WHERE id=?1", certificate, 0);
	struct str last = day_text(act->a, calendar_day_at(until - 1, calendar_offset_s(calendar_now(act->cw))));
	struct str zh = days ? arena_printf(act->a, "证件%lld日后到期", (long long)days) : S("证件已到期");
	struct str en = days ? arena_printf(act->a, "A certificate ends in %lld days", (long long)days) : S("A certificate has ended");
	struct str text = arena_printf(act->a, "%.*s的%.*s(%.*s)有效期至%.*s。%s", STR_ARG(name), STR_ARG(json_text(json_get(words, "name"))), STR_ARG(number), STR_ARG(last),
	                               days ? "请及时换证；到期后不能办理行政执法环节。" : "换证前不能办理行政执法环节。");
	struct str text_en = arena_printf(act->a, "%.*s: %.*s %.*s is valid until %.*s. %s", STR_ARG(name), STR_ARG(json_text(json_get(words, "name_en"))), STR_ARG(number), STR_ARG(last),
	                                  days ? "Renew it in time: enforcement steps need it." : "Until it is renewed, enforcement steps are refused.");
	TRY(notice_send(act, person, 0, zh, en, text, text_en, 0));
	return head ? notice_send(act, head, 0, zh, en, text, text_en, 0) : OK;
}

enum err act_certificate_warn(struct act *act)
{
	struct json_build o;
	int64_t id = json_i64(json_get(act->data, "certificate"), 0), due = json_i64(json_get(act->data, "due"), 0), days = json_i64(json_get(act->data, "days"), 0);
	bool revoked = row_i64(act->c, "SELECT 1 FROM certificate_time WHERE certificate=?1 AND state='revoked' LIMIT 1", id, 0) == 1;
	json_build_object(&o, act->a);
	json_set_i64(&o, "certificate", id);
	json_set_i64(&o, "due_ms", due);
	json_set_i64(&o, "days", days);
	json_set_bool(&o, "told", !revoked);
	TRY(act_emit(act, "certificate.warned", 0, &o));
	return revoked ? OK : warn_both(act, id, days);
}

/* ---- the tick ---- */

struct due_list { struct arena *a; struct json_build rows; int64_t now_ms, next_ms; };

static enum err read_due(void *arg, struct store_conn *c)
{
	struct due_list *l = arg;
	struct store_query *q;
	TRY(store_prepare(c, "SELECT certificate, due_ms, days FROM roster_due WHERE due_ms<=?1 ORDER BY due_ms, certificate LIMIT ?2", &q));
	store_bind_i64(q, 1, l->now_ms);
	store_bind_i64(q, 2, PENDING_MAX);
	for (bool row = true;;) {
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			break;
		json_build_object(&o, l->a);
		json_set_i64(&o, "certificate", store_col_i64(q, 0));
		json_set_i64(&o, "due", store_col_i64(q, 1));
		json_set_i64(&o, "days", store_col_i64(q, 2));
		json_add(&l->rows, json_built(&o));
	}
	l->next_ms = row_i64(c, "SELECT min(due_ms) FROM roster_due WHERE due_ms>?1", l->now_ms, INT64_MAX);
	return OK;
}

enum err roster_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	struct arena a;
	struct due_list l = { .a = &a, .now_ms = casework_now_ms(cw), .next_ms = INT64_MAX };
	arena_init(&a, TICK_ARENA_MAX);
	json_build_array(&l.rows, &a);
	enum err e = casework_read(cw, read_due, &l);
	for (size_t i = 0; e == OK && i < l.rows.value.count; i++) {
		struct casework_command c = { .name = S("certificate.warn"), .actor = { .system = true }, .data = &l.rows.value.items[i] };
		struct casework_result r;
		e = casework_do(cw, &c, &a, &r);
		if (e != OK)
			e = diag_set(d, e, r.diag.code, "%s", r.diag.text);
	}
	*next_ms = l.next_ms;
	arena_release(&a);
	return e;
}
