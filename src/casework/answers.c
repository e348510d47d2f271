/* answers.c - answers kept for commands that are repeated under the same key: for ANSWER_DAYS, then forgotten piece by piece. */
#include "casework/casework_int.h"

enum err answer_digest(struct act *act, const struct casework_command *cmd, struct str *out)
{
	struct buf b, hex;
	struct str text;
	uint8_t digest[LEDGER_HASH];
	buf_init_in(&b, act->a, JSON_BYTES_MAX);
	buf_put(&b, cmd->name);
	buf_byte(&b, ' ');
	json_put_canonical(&b, cmd->data);
	buf_byte(&b, ' ');
	ledger_digest(cmd->blob, digest);
	buf_hex(&b, digest, LEDGER_HASH);
	TRY(buf_finish(&b, &text));
	ledger_digest(text, digest);
	buf_init_in(&hex, act->a, 100);
	buf_hex(&hex, digest, LEDGER_HASH);
	return buf_finish(&hex, out);
}

enum err answer_find(struct act *act, struct str key, struct str digest, const struct json **out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT digest, data FROM answer WHERE person=?1 AND key=?2", &q));
	store_bind_i64(q, 1, act->actor.person);
	store_bind_str(q, 2, key);
	TRY(store_step(q, &row));
	*out = NULL;
	if (!row)
		return OK;
	bool same = str_eq(store_col_str(q, 0), digest);
	struct str data = store_col_copy(q, 1, act->a);
	store_reset(q);
	if (!same)
		return act_refuse(act, ERR_CONFLICT, "command.key-reused",
		                  "This idempotency key was used for another command. Use a new key for a new command.");
	return json_read(act->a, data, out, act->d);
}

enum err answer_keep(struct act *act, struct str key, struct str digest, const struct json *data)
{
	struct store_query *q;
	struct buf b;
	struct str text;
	buf_init_in(&b, act->a, JSON_BYTES_MAX);
	json_put_canonical(&b, data);
	TRY(buf_finish(&b, &text));
	TRY(store_prepare(act->c, "INSERT INTO answer(person, key, digest, at_ms, data) VALUES(?1, ?2, ?3, ?4, ?5)", &q));
	store_bind_i64(q, 1, act->actor.person);
	store_bind_str(q, 2, key);
	store_bind_str(q, 3, digest);
	store_bind_i64(q, 4, act->now_ms);
	store_bind_str(q, 5, text);
	return store_exec(q);
}

/* ---- forgetting ---- */

struct forgetting { int64_t before_ms; bool more; };

static enum err forget(void *arg, struct store_conn *c)
{
	enum { PIECE = 500 };
	struct forgetting *f = arg;
	struct store_query *q;
	TRY(store_prepare(c, "DELETE FROM answer WHERE (person, key) IN (SELECT person, key FROM answer WHERE at_ms<?1 ORDER BY at_ms LIMIT ?2)", &q));
	store_bind_i64(q, 1, f->before_ms);
	store_bind_i64(q, 2, PIECE);
	TRY(store_exec(q));
	f->more = store_changes(c) == PIECE;
	return OK;
}

enum err answers_tick(struct casework *cw, int64_t now_ms)
{
	enum { EVERY_MS = 3600000 };
	const int64_t day_ms = 86400000;
	if (now_ms < cw->answers_ms)
		return OK;
	struct forgetting f = { .before_ms = now_ms - ANSWER_DAYS * day_ms };
	TRY(store_run(cw->store, forget, &f));
	cw->answers_ms = f.more ? now_ms : now_ms + EVERY_MS;
	return OK;
}
