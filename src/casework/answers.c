/* answers.c - the answers kept for repeated commands, under the key that each came with (Idempotency-Key). */
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

/* Nobody repeats a command after a week. A walk over the table in its own order, a piece a tick: an index by age would be
 * written with every command, to save a look a day. */
enum { KEEP_DAYS = 7, KEEP_DAYS_MAX = 365, PIECE = 1000, WALK_AGAIN_MS = 86400000, NEXT_PIECE_MS = 1000 };

void answers_begin(struct answers_walk *w)
{
	enum { KEY_ARENA_MAX = 1 << 20 };
	arena_init(&w->a, KEY_ARENA_MAX);
	w->person = -1; /* before the first: visitors are 0 */
	w->key = S("");
	w->ended_ms = INT64_MIN;
}

struct answers_piece {
	struct arena a;
	int64_t from_person, to_person, before_ms;
	struct str from_key, to_key;
	int rows, old;
};

static int64_t keep_days(struct store_conn *c, struct arena *a)
{
	const struct json *own = parse(a, setting_get(c, a, S("answers.days")));
	int64_t days = json_i64(own, 0);
	return days >= 1 && days <= KEEP_DAYS_MAX ? days : KEEP_DAYS;
}

static enum err look(void *arg, struct store_conn *c)
{
	struct answers_piece *p = arg;
	struct store_query *q;
	p->before_ms -= keep_days(c, &p->a) * 86400000;
	TRY(store_prepare(c, "SELECT person, key, at_ms FROM answer WHERE (person, key)>(?1, ?2) ORDER BY person, key LIMIT ?3", &q));
	store_bind_i64(q, 1, p->from_person);
	store_bind_str(q, 2, p->from_key);
	store_bind_i64(q, 3, PIECE);
	for (bool row = true; row;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		p->old += store_col_i64(q, 2) < p->before_ms;
		p->to_person = store_col_i64(q, 0);
		if (++p->rows == PIECE)
			p->to_key = store_col_copy(q, 1, &p->a);
	}
	return OK;
}

static enum err forget(void *arg, struct store_conn *c)
{
	const struct answers_piece *p = arg;
	struct store_query *q;
	bool last = p->rows < PIECE;
	TRY(store_prepare(c, last ? "DELETE FROM answer WHERE (person, key)>(?1, ?2) AND at_ms<?3"
	                          : "DELETE FROM answer WHERE (person, key)>(?1, ?2) AND at_ms<?3 AND (person, key)<=(?4, ?5)", &q));
	store_bind_i64(q, 1, p->from_person);
	store_bind_str(q, 2, p->from_key);
	store_bind_i64(q, 3, p->before_ms);
	if (!last) {
		store_bind_i64(q, 4, p->to_person);
		store_bind_str(q, 5, p->to_key);
	}
	return store_exec(q);
}

/* The next piece begins where this one ended; after the last, from the front, a day later. */
static enum err walk_on(struct answers_walk *w, const struct answers_piece *p, int64_t now_ms)
{
	arena_reset(&w->a);
	if (p->rows < PIECE) {
		w->person = -1;
		w->key = S("");
		w->ended_ms = now_ms;
		return OK;
	}
	w->person = p->to_person;
	w->key = arena_str(&w->a, p->to_key);
	return w->key.ptr ? OK : ERR_NOMEM;
}

static enum err prune_piece(struct casework *cw, struct answers_piece *p)
{
	TRY(casework_read(cw, look, p));
	if (p->rows == PIECE && !p->to_key.ptr)
		return ERR_NOMEM;
	return p->old ? store_run(cw->store, forget, p) : OK;
}

enum err answers_prune(struct casework *cw, int64_t *next_ms)
{
	struct answers_walk *w = &cw->answers;
	int64_t now = os_now_ms(cw->clock);
	if (w->ended_ms != INT64_MIN && now >= w->ended_ms && now - w->ended_ms < WALK_AGAIN_MS)
		return OK;
	struct answers_piece p = { .from_person = w->person, .from_key = w->key, .before_ms = now };
	arena_init(&p.a, 2 << 20);
	enum err e = prune_piece(cw, &p);
	if (e == OK)
		e = walk_on(w, &p, now);
	arena_release(&p.a);
	if (e == ERR_BUSY) /* commands go first */
		return OK;
	if (e == OK && p.rows == PIECE && *next_ms > now + NEXT_PIECE_MS)
		*next_ms = now + NEXT_PIECE_MS;
	return e;
}
