/* accounts.c - what goes with logging in beside the password: a second factor, one-time tickets, the office's own secrets,
 * other systems that log people in here, and people known by another system.
 *
 * Secrets are not part of the record: they lie in the workspace, and the record says only that something was changed. All
 * commands are the system's; the pages check who asks before.
 */
#include "casework/casework_int.h"

static struct str text_of(struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

static int64_t number_of(struct act *act, const char *key)
{
	return json_i64(json_get(act->data, key), 0);
}

/* Up to two texts, then up to two numbers. */
static enum err write2(struct act *act, const char *sql, struct str a, struct str b, int64_t c, int64_t d)
{
	struct store_query *q;
	TRY(store_prepare(act->c, sql, &q));
	store_bind_str(q, 1, a);
	store_bind_str(q, 2, b);
	store_bind_i64(q, 3, c);
	store_bind_i64(q, 4, d);
	return store_exec(q);
}

static enum err say(struct act *act, int64_t person, const char *what)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "person", person);
	json_set_str(&o, "what", str_of(what));
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "account.changed", 0, &o);
}

/* ---- the second factor ---- */

static enum err drop_factor(struct act *act, int64_t person)
{
	TRY(write2(act, "DELETE FROM second_factor WHERE ?1 IS NOT NULL AND ?2 IS NOT NULL AND person=?3 AND ?4 IS NOT NULL", S(""), S(""), person, 0));
	return write2(act, "DELETE FROM recovery_code WHERE ?1 IS NOT NULL AND ?2 IS NOT NULL AND person=?3 AND ?4 IS NOT NULL", S(""), S(""), person, 0);
}

enum err act_factor_set(struct act *act)
{
	int64_t person = number_of(act, "person");
	const struct json *codes = json_get(act->data, "recovery");
	TRY(drop_factor(act, person));
	TRY(write2(act, "INSERT INTO second_factor(secret, person, last_step) SELECT ?1, ?3, ?4 WHERE ?2 IS NOT NULL", text_of(act, "secret"), S(""), person,
	           number_of(act, "step")));
	for (size_t i = 0; codes && codes->kind == JSON_ARRAY && i < codes->count; i++)
		TRY(write2(act, "INSERT INTO recovery_code(digest, person) SELECT ?1, ?3 WHERE ?2 IS NOT NULL AND ?4 IS NOT NULL", secret_digest(act->a, json_text(&codes->items[i])),
		           S(""), person, 0));
	return say(act, person, "second-factor-on");
}

enum err act_factor_off(struct act *act)
{
	TRY(drop_factor(act, number_of(act, "person")));
	return say(act, number_of(act, "person"), "second-factor-off");
}

/* A code counts once: the step moves forward only. */
enum err act_factor_used(struct act *act)
{
	TRY(write2(act, "UPDATE second_factor SET last_step=?4 WHERE ?1 IS NOT NULL AND ?2 IS NOT NULL AND person=?3 AND last_step<?4", S(""), S(""), number_of(act, "person"),
	           number_of(act, "step")));
	return store_changes(act->c) ? OK : act_refuse(act, ERR_CONFLICT, "factor.used", "This code was used already. Wait for the next one.");
}

enum err act_recovery_use(struct act *act)
{
	int64_t person = number_of(act, "person");
	TRY(write2(act, "DELETE FROM recovery_code WHERE digest=?1 AND ?2 IS NOT NULL AND person=?3 AND ?4 IS NOT NULL", secret_digest(act->a, text_of(act, "code")), S(""), person, 0));
	if (!store_changes(act->c))
		return act_refuse(act, ERR_DENIED, "factor.wrong", "This code is not right.");
	return say(act, person, "recovery-code-used");
}

/* ---- tickets: good once, for a while. By the clock and not by the record's time, which may be days ahead ---- */

enum err act_ticket_put(struct act *act)
{
	TRY(write2(act, "DELETE FROM ticket WHERE ?1 IS NOT NULL AND ?2 IS NOT NULL AND expires_ms<?3 AND ?4 IS NOT NULL", S(""), S(""), os_now_ms(act->cw->clock), 0));
	return write2(act, "INSERT INTO ticket(id, data, expires_ms) SELECT ?1, ?2, ?3 WHERE ?4 IS NOT NULL",
	              secret_digest(act->a, arena_printf(act->a, "%.*s %.*s", STR_ARG(text_of(act, "kind")), STR_ARG(text_of(act, "id")))), text_of(act, "data"),
	              number_of(act, "expires_ms"), 0);
}

enum err act_ticket_take(struct act *act)
{
	struct str id = secret_digest(act->a, arena_printf(act->a, "%.*s %.*s", STR_ARG(text_of(act, "kind")), STR_ARG(text_of(act, "id"))));
	struct str data = row_str_of(act->c, act->a, "SELECT data FROM ticket WHERE id=?1", id);
	bool alive = row_i64_str(act->c, "SELECT expires_ms FROM ticket WHERE id=?1", id, 0) > os_now_ms(act->cw->clock);
	TRY(write2(act, "DELETE FROM ticket WHERE id=?1 AND ?2 IS NOT NULL AND ?3 IS NOT NULL AND ?4 IS NOT NULL", id, S(""), 0, 0));
	if (!data.ptr || !alive)
		return act_refuse(act, ERR_DENIED, "ticket.over", "This took too long, or was used already. Begin again.");
	json_set_str(&act->reply, "data", data);
	return OK;
}

/* ---- the office's own secrets ---- */

enum err act_secret_put(struct act *act)
{
	return write2(act, "INSERT INTO office_secret(name, value) SELECT ?1, ?2 WHERE ?3 IS NOT NULL AND ?4 IS NOT NULL ON CONFLICT(name) DO UPDATE SET value=?2",
	              text_of(act, "name"), text_of(act, "value"), 0, 0);
}

/* ---- sessions of a person ---- */

enum err act_session_end(struct act *act)
{
	struct str prefix = arena_printf(act->a, "%lld %%", (long long)number_of(act, "person")), keep = text_of(act, "keep"), handle = text_of(act, "handle");
	struct store_query *q;
	TRY(store_prepare(act->c, "DELETE FROM session WHERE data LIKE ?1 AND id<>?2 AND (?3='' OR substr(id, 1, 16)=?3)", &q));
	store_bind_str(q, 1, prefix);
	store_bind_str(q, 2, keep);
	store_bind_str(q, 3, handle);
	TRY(store_exec(q));
	json_set_i64(&act->reply, "ended", store_changes(act->c));
	return say(act, number_of(act, "person"), "sessions-ended");
}

/* ---- other systems ---- */

static bool is_redirect(struct str uri)
{
	bool local = str_starts(uri, S("http://127.0.0.1")) || str_starts(uri, S("http://localhost"));
	return (local || str_starts(uri, S("https://"))) && str_find_byte(uri, '#') < 0 && str_find_byte(uri, ' ') < 0;
}

enum err act_client_put(struct act *act)
{
	struct str id = text_of(act, "client_id"), name = text_of(act, "name"), uris = text_of(act, "redirect_uris"), rest = uris;
	struct json_build o;
	if (!id.len || id.len > 60 || str_find_byte(id, ' ') >= 0)
		return diag_at(act->d, S("client_id")), act_refuse(act, ERR_INVALID, "client.id", "A system has an identifier without blanks, of at most 60 characters.");
	if (!name.len)
		return diag_at(act->d, S("name")), act_refuse(act, ERR_INVALID, "field.missing", "name is missing.");
	bool good = uris.len > 0;
	while (rest.len) {
		struct str uri = str_cut(&rest, ' ');
		good = good && (!uri.len || is_redirect(uri));
	}
	if (!good)
		return diag_at(act->d, S("redirect_uris")), act_refuse(act, ERR_INVALID, "client.redirect", "Give the addresses to come back to, https, with blanks between, without #.");
	json_build_object(&o, act->a);
	json_set_str(&o, "client_id", id);
	json_set_str(&o, "name", name);
	json_set_str(&o, "redirect_uris", uris);
	json_set_str(&o, "digest", secret_digest(act->a, text_of(act, "secret")));
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "client.put", 0, &o);
}

enum err act_client_drop(struct act *act)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_str(&o, "client_id", text_of(act, "client_id"));
	return act_emit(act, "client.dropped", 0, &o);
}

enum err act_identity_link(struct act *act)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_str(&o, "issuer", text_of(act, "issuer"));
	json_set_str(&o, "subject", text_of(act, "subject"));
	json_set_i64(&o, "person", number_of(act, "person"));
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "identity.linked", 0, &o);
}
