/* act.c - carrying out one command inside the writer's transaction, and appending to the ledger. */
#include "base/utf8.h"
#include "casework/casework_int.h"

int64_t act_id(struct act *act)
{
	return act->next_id++;
}

bool act_made(const struct act *act, int64_t id)
{
	return id >= act->cw->next_id;
}

void act_random(struct act *act, void *to, size_t n)
{
	os_random(act->cw->entropy, to, n);
}

/* ---- the ledger ---- */

/* Each entry of a case names the one before. Within an act the last one is held here and written once, at the end. */
static enum err chain_leave(struct act *act)
{
	struct store_query *q;
	if (!act->chain_case || act->chain_seq == act->chain_stored)
		return OK;
	TRY(store_prepare(act->c, "INSERT INTO case_last(id, seq) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET seq=?2", &q));
	store_bind_i64(q, 1, act->chain_case);
	store_bind_i64(q, 2, act->chain_seq);
	TRY(store_exec(q));
	act->chain_stored = act->chain_seq;
	return OK;
}

static const char last_entry[] = "SELECT seq FROM case_last WHERE id=?1";

void chain_ahead(struct act *act, int64_t case_id)
{
	if (case_id != act->chain_case)
		ahead_i64(act->c, last_entry, case_id);
}

const struct act_event *act_said(const struct act *act, int64_t subject, const char *kind)
{
	const struct act_event *last = NULL;
	for (const struct act_event *e = act->first; e; e = e->next)
		if (e->event.case_id == subject && (!kind || str_eqz(e->event.kind, kind)))
			last = e;
	return last;
}

/* Of what the act itself has made all entries are its own. */
static int64_t last_of_made(const struct act *act, int64_t subject)
{
	const struct act_event *last = act_said(act, subject, NULL);
	return last ? (int64_t)last->event.seq : 0;
}

static enum err chain_enter(struct act *act, int64_t subject)
{
	if (!subject || subject == act->chain_case)
		return OK;
	TRY(chain_leave(act));
	act->chain_case = subject;
	act->chain_seq = act->chain_stored = act_made(act, subject) ? last_of_made(act, subject) : row_i64(act->c, last_entry, subject, 0);
	return OK;
}

/* Seals the entry of which these are the values behind the record's head, which it becomes. Maybe on another thread. */
static void seal(void *arg, const struct store_value *v, uint8_t *out)
{
	struct record_head *head = arg;
	struct ledger_entry e = { .seq = (uint64_t)v[0].number, .at_ms = v[1].number, .kind = v[2].bytes, .subject = v[3].number, .actor = v[4].number,
	                          .payload = v[7].bytes };
	memcpy(e.salt, v[6].bytes.ptr, LEDGER_SALT);
	memcpy(e.previous, head->hash, LEDGER_HASH);
	ledger_seal(&e);
	memcpy(head->hash, e.hash, LEDGER_HASH);
	memcpy(out, e.hash, LEDGER_HASH);
	tree_grow(head, e.seq);
}

static void bind_value(struct store_query *q, int at, const struct store_value *v)
{
	if (v->kind == VALUE_I64)
		store_bind_i64(q, at, v->number);
	else if (v->kind == VALUE_TEXT)
		store_bind_str(q, at, v->bytes);
	else
		store_bind_blob(q, at, v->bytes);
}

static enum err append(struct act *act, const char *kind, int64_t subject, struct str payload, uint64_t *seq)
{
	uint8_t salt[LEDGER_SALT], hash[LEDGER_HASH];
	enum { BOUND = 9, HASH_AT = 10 };
	os_random(act->cw->entropy, salt, LEDGER_SALT);
	TRY(chain_enter(act, subject));
	struct store_query *q;
	TRY(store_prepare(act->c, "INSERT INTO ledger(seq, at_ms, kind, subject, actor, prev, salt, payload, digest, hash)"
	                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", &q));
	*seq = ++act->seq; /* before it is known to be there: without it the head is read again */
	const struct store_value values[BOUND] = {
		{ .kind = VALUE_I64, .number = (int64_t)*seq },
		{ .kind = VALUE_I64, .number = act->now_ms },
		{ .kind = VALUE_TEXT, .bytes = str_of(kind) },
		{ .kind = VALUE_I64, .number = subject },
		{ .kind = VALUE_I64, .number = act->actor.person },
		{ .kind = VALUE_I64, .number = subject ? act->chain_seq : 0 },
		{ .kind = VALUE_BLOB, .bytes = str_span((const char *)salt, LEDGER_SALT) },
		{ .kind = VALUE_TEXT, .bytes = payload },
		{ .kind = VALUE_BLOB, .bytes = S("") }, /* the digest: it follows from salt and payload (ledger_kept) */
	};
	for (int i = 0; i < BOUND; i++)
		bind_value(q, i + 1, &values[i]);
	if (!store_bind_work(q, HASH_AT, &(struct store_work){ seal, &act->cw->head, LEDGER_HASH })) {
		seal(&act->cw->head, values, hash);
		store_bind_blob(q, HASH_AT, str_span((const char *)hash, LEDGER_HASH));
	}
	TRY(store_exec(q));
	if (subject)
		act->chain_seq = (int64_t)*seq;
	return tree_keep(act, *seq);
}

const uint8_t *act_head(struct act *act)
{
	store_work_out(act->c);
	return act->cw->head.hash;
}

enum err act_emit(struct act *act, const char *kind, int64_t subject, const struct json_build *data)
{
	const struct json *v = json_built(data);
	if (!v)
		return ERR_NOMEM;
	struct buf text;
	struct str payload;
	buf_init_in(&text, act->a, JSON_BYTES_MAX);
	json_put_canonical(&text, v);
	TRY(buf_finish(&text, &payload));
	if (!utf8_valid(payload)) /* the record could not be replayed from there on */
		return act_refuse(act, ERR_INVALID, "record.text", "What was to be recorded is no whole text. Nothing was changed.");
	unsigned touched = apply_touches(act->cw, str_of(kind));
	act->touched |= touched;
	act_forget(act, touched);
	TRY(apply_event(act->cw, act->c, str_of(kind), v, act->d));
	uint64_t seq;
	TRY(append(act, kind, subject, payload, &seq));
	struct act_event *e = arena_new(act->a, struct act_event);
	if (!e)
		return ERR_NOMEM;
	e->event = (struct casework_event){ .seq = seq, .at_ms = act->now_ms, .kind = str_of(kind), .case_id = subject,
	                                    .organ = json_i64(json_get(v, "organ"), 0), .item = json_i64(json_get(v, "item"), 0), .data = v };
	*act->last = e;
	act->last = &e->next;
	return OK;
}

/* ---- trying ---- */

static enum err run_statement(struct act *act, const char *sql)
{
	struct store_query *q;
	TRY(store_prepare(act->c, sql, &q));
	return store_exec(q);
}

enum err act_try_begin(struct act *act, struct act_trial *t)
{
	TRY(run_statement(act, "SAVEPOINT trial"));
	store_work_out(act->c);
	*t = (struct act_trial){ .before = *act, .head = act->cw->head };
	return OK;
}

enum err act_try_keep(struct act *act)
{
	return run_statement(act, "RELEASE trial");
}

enum err act_try_undo(struct act *act, const struct act_trial *t)
{
	TRY(run_statement(act, "ROLLBACK TO trial"));
	TRY(run_statement(act, "RELEASE trial"));
	struct json_build reply = act->reply;
	store_work_out(act->c);
	act->cw->head = t->head;
	*act = t->before;
	*act->last = NULL;
	act->reply = reply;
	item_slots_clear(act->cw);
	packs_doubt(act->cw);
	act_doubt(act);
	return OK;
}

enum err act_inner(struct act *act, const struct json *data, act_fn fn, const struct json **reply)
{
	const struct json *outer = act->data;
	struct json_build before = act->reply;
	if (!data)
		return ERR_NOMEM;
	act->data = data;
	json_build_object(&act->reply, act->a);
	enum err e = fn(act);
	if (reply)
		*reply = json_built(&act->reply);
	act->data = outer;
	act->reply = before;
	return e;
}

/* ---- one command ---- */

struct command_job {
	struct store_job job;
	struct casework *cw;
	struct casework_command cmd;
	struct arena arena;      /* of the act and its result */
	struct arena *answer;    /* what is answered lives here: of somebody who waits for it, or of the job's own */
	struct casework_result result;
	struct act act;
	void (*done)(void *arg, const struct casework_result *r);
	void *arg;
};

/* The record's head may be ahead of the disk when a commit failed, or behind what another process wrote: read it again. What
 * follows a damaged entry could never be verified: it is refused. */
static enum err head_load(struct casework *cw, struct store_conn *c, struct diag *d)
{
	struct ledger_entry head;
	act_forget_kept(cw, c);
	TRY(head_check(c, &head, d));
	cw->last_seq = head.seq;
	cw->last_ms = head.at_ms;
	store_work_out(c);
	cw->head = (struct record_head){ .part = tree_part_after(head.seq) };
	memcpy(cw->head.hash, head.hash, LEDGER_HASH);
	TRY(calendar_settle(cw, c, head.seq));
	return ids_load(cw, c);
}

unsigned act_roles(struct act *act)
{
	return act->roles_of && !act->actor.system && act->actor.person == act->roles_of ? act->roles : powers_roles(act->c, &act->actor);
}

/* Here and nowhere before: of two that were made from the same and come in one batch the second one finds what the first wrote. */
static enum err run_made_from(struct act *act, const struct command_def *def, const struct casework_command *cmd)
{
	TRY(whole_check(act, def, cmd->made_from));
	return def->run(act);
}

static enum err run_command(struct act *act, const struct casework_command *cmd)
{
	const struct command_def *def = command_find(act->cw, cmd->name);
	if (!def)
		return act_refuse(act, ERR_NOT_FOUND, "command.unknown", "There is no command %.*s.", STR_ARG(cmd->name));
	act->roles_of = act->actor.system ? 0 : act->actor.person;
	act->roles = powers_roles(act->c, &act->actor);
	if (!(act->roles & def->roles))
		return act_refuse(act, ERR_DENIED, "power.denied", "You do not hold a post that may do this.");
	if (!cmd->key.len)
		return run_made_from(act, def, cmd);
	int64_t step = json_i64(json_get(cmd->data, "step"), 0);
	if (step)
		step_ahead(act->c, step); /* goes with the question for an earlier answer */
	struct str digest;
	const struct json *before;
	TRY(answer_digest(act, cmd, &digest));
	TRY(answer_find(act, cmd->key, digest, &before));
	if (before) {
		act->reply.value = *before;
		return OK;
	}
	TRY(run_made_from(act, def, cmd));
	const struct json *reply = json_built(&act->reply);
	return reply ? answer_keep(act, cmd->key, digest, reply) : ERR_NOMEM;
}

static enum err carry_out(struct command_job *j, struct store_conn *c)
{
	struct casework *cw = j->cw;
	struct act *act = &j->act;
	int64_t now = os_now_ms(cw->clock);
	cw->acts++;
	*act = (struct act){ .cw = cw, .c = c, .a = &cw->work, .actor = j->cmd.actor, .now_ms = now > cw->last_ms ? now : cw->last_ms,
	                     .d = &j->result.diag, .data = j->cmd.data, .blob = j->cmd.blob, .seq = cw->last_seq, .next_id = cw->next_id };
	act->last = &act->first;
	json_build_object(&act->reply, &cw->work);
	TRY(run_command(act, &j->cmd));
	TRY(chain_leave(act));
	j->result.data = json_built(&act->reply);
	if (!j->result.data)
		return ERR_NOMEM;
	if (act->seq != cw->last_seq)
		cw->last_ms = act->now_ms;
	cw->last_seq = act->seq;
	cw->next_id = act->next_id;
	act_keep(act);
	store_note(c, cw->next_id);
	return OK;
}

static enum err run_job(struct command_job *j, struct store_conn *c)
{
	diag_init(&j->result.diag);
	if (j->cw->next_id == 0)
		TRY(head_load(j->cw, c, &j->result.diag));
	struct calendar_before before = calendar_before(j->cw);
	enum err e = carry_out(j, c);
	return calendar_carried(j->cw, &before, j->cw->last_seq, e);
}

static bool wanted(const struct casework *cw, struct str kind)
{
	bool found = false;
	for (size_t i = 0; i < cw->listeners_count && !found; i++)
		for (struct str rest = str_of(cw->listeners[i].with_data), word = str_cut(&rest, ' '); word.len && !found; word = str_cut(&rest, ' '))
			found = str_eq(word, kind);
	return found;
}

static enum err keep_event(struct command_job *j, const struct act_event *e, struct act_event **out)
{
	*out = arena_new(&j->arena, struct act_event);
	if (!*out)
		return ERR_NOMEM;
	(*out)->event = e->event;
	(*out)->event.data = NULL;
	(*out)->event.kind = arena_str(&j->arena, e->event.kind);
	if (!(*out)->event.kind.ptr)
		return ERR_NOMEM;
	return wanted(j->cw, e->event.kind) ? json_copy(&j->arena, e->event.data, &(*out)->event.data) : OK;
}

/* What is told once the command is durable; all else that it needed has room that the next one needs. */
static enum err outlive(struct command_job *j)
{
	enum err e = json_copy(j->answer, j->result.data, &j->result.data);
	const struct act_event *next = j->act.first;
	j->act.first = NULL;
	os_mutex_lock(&j->cw->listeners_lock);
	for (struct act_event **at = &j->act.first; e == OK && next; next = next->next) {
		e = keep_event(j, next, at);
		at = e == OK ? &(*at)->next : at;
	}
	os_mutex_unlock(&j->cw->listeners_lock);
	return e;
}

static enum err job_run(struct store_job *job, struct store_conn *c)
{
	struct command_job *j = (struct command_job *)job;
	size_t refused = heap_refusals();
	enum err e = run_job(j, c);
	if (e == ERR_CORRUPT && heap_refusals() != refused) { /* what there was no memory to read is not damaged: ids would be doubted for good */
		diag_init(&j->result.diag);
		e = ERR_NOMEM;
	}
	bool carried = e == OK;
	if (carried)
		e = outlive(j);
	arena_reset(&j->cw->work);
	bool said = j->act.seq != j->cw->last_seq;
	if (e != OK && (carried || said || !err_is_refusal(e)))
		j->cw->next_id = 0; /* what is in memory may be ahead of the disk: load it again */
	if (e != OK && said) { /* a version that was refused may come again with other words, an id for another pack */
		item_slots_clear(j->cw);
		packs_doubt(j->cw);
	}
	if (e == ERR_CORRUPT)
		ids_doubt(j->cw);
	return e;
}

enum err fault_told(struct diag *d, enum err e, const char *what)
{
	return diag_set(d, e, e == ERR_CORRUPT ? "system.damaged" : "system.fault", "%s",
	                e == ERR_CORRUPT ? "Something that this needs is damaged and cannot be read. Nothing was changed." : what);
}

void damage_told(struct casework *cw, struct str what)
{
	enum { MINUTE_US = 60000000 };
	int64_t now = os_monotonic_us(), last = atomic_load(&cw->damage_told_us);
	if ((!last || now - last >= MINUTE_US) && atomic_compare_exchange_strong(&cw->damage_told_us, &last, now))
		fprintf(stderr, "banjie: %.*s met something damaged: `banjie verify --rows` names it\n", STR_ARG(what));
}

/* Who asked for it hears no words of the database. */
static void damage_met(struct command_job *j)
{
	struct diag *d = &j->result.diag;
	damage_told(j->cw, j->cmd.name);
	if (str_eqz(str_of(d->code), "record.apply"))
		diag_init(d);
}

/* Under the lock, so that casework_unlisten can promise silence; listeners are short by contract. */
static void tell_events(struct casework *cw, const struct act_event *first)
{
	os_mutex_lock(&cw->listeners_lock);
	for (const struct act_event *e = first; e; e = e->next)
		for (size_t i = 0; i < cw->listeners_count; i++)
			cw->listeners[i].heard(cw->listeners[i].arg, &e->event);
	os_mutex_unlock(&cw->listeners_lock);
}

void tell_event(struct casework *cw, const struct casework_event *e)
{
	tell_events(cw, &(struct act_event){ .event = *e });
}

static void job_done(struct store_job *job, enum err err)
{
	struct command_job *j = (struct command_job *)job;
	j->result.err = err;
	if (j->act.touched & TOUCHES_OFFICE)
		callers_changed(j->cw->callers); /* saved or not: nobody knows after a fault */
	if (err == OK) {
		calendar_confirmed(j->cw);
		j->cw->told_seq = j->act.seq;
		tell_events(j->cw, j->act.first);
	} else {
		j->result.data = NULL;
		if (!err_is_refusal(err) && err_is_refusal(j->result.diag.err))
			diag_init(&j->result.diag); /* refused, and then not even that could be relied on */
		if (err == ERR_CORRUPT)
			damage_met(j);
		if (j->result.diag.err == OK && err_is_refusal(err))
			(void)diag_set(&j->result.diag, err, "command.refused", "The command could not be carried out.");
		else if (j->result.diag.err == OK)
			(void)fault_told(&j->result.diag, err, "The system could not save this just now. Nothing was changed; try again.");
	}
	j->done(j->arg, &j->result);
	arena_release(&j->arena);
	heap_free(j);
}

static const struct json empty_object = { .kind = JSON_OBJECT };

static enum err job_new(struct casework *cw, const struct casework_command *cmd, struct command_job **out)
{
	struct command_job *j = heap_alloc(sizeof *j);
	if (!j)
		return ERR_NOMEM;
	arena_init(&j->arena, COMMAND_ARENA_MAX);
	j->cw = cw;
	j->answer = &j->arena;
	j->job.run = job_run;
	j->job.done = job_done;
	j->cmd = *cmd;
	j->cmd.name = arena_str(&j->arena, cmd->name);
	j->cmd.key = arena_str(&j->arena, cmd->key);
	j->cmd.made_from = arena_str(&j->arena, cmd->made_from);
	j->cmd.actor.channel = arena_str(&j->arena, cmd->actor.channel);
	j->cmd.blob = cmd->blob.ptr && !cmd->blob_stays ? arena_str(&j->arena, cmd->blob) : cmd->blob;
	enum err e = json_copy(&j->arena, cmd->data ? cmd->data : &empty_object, &j->cmd.data);
	if (e == OK && (!j->cmd.name.ptr || !j->cmd.key.ptr || !j->cmd.made_from.ptr || !j->cmd.actor.channel.ptr || (cmd->blob.ptr && !j->cmd.blob.ptr)))
		e = ERR_NOMEM;
	if (e != OK) {
		arena_release(&j->arena);
		heap_free(j);
		return e;
	}
	*out = j;
	return OK;
}

/* `answer`: NULL = the answer lives until `done` returns. */
static enum err submit(struct casework *cw, const struct casework_command *c, struct arena *answer,
                       void (*done)(void *arg, const struct casework_result *r), void *arg)
{
	struct command_job *j;
	TRY(job_new(cw, c, &j));
	j->done = done;
	j->arg = arg;
	if (answer)
		j->answer = answer;
	enum err e = store_submit(cw->store, &j->job);
	if (e != OK) {
		arena_release(&j->arena);
		heap_free(j);
	}
	return e;
}

enum err casework_submit(struct casework *cw, const struct casework_command *c,
                         void (*done)(void *arg, const struct casework_result *r), void *arg)
{
	return submit(cw, c, NULL, done, arg);
}

struct waiting {
	struct os_mutex lock;
	struct os_cond cond;
	bool finished;
	struct casework_result *out;
};

static void wake(void *arg, const struct casework_result *r)
{
	struct waiting *w = arg;
	*w->out = *r;
	os_mutex_lock(&w->lock);
	w->finished = true;
	os_cond_signal(&w->cond);
	os_mutex_unlock(&w->lock);
}

enum err casework_do(struct casework *cw, const struct casework_command *c, struct arena *a, struct casework_result *out)
{
	struct waiting w = { .out = out };
	struct casework_command waited_for = *c;
	waited_for.blob_stays = true;
	*out = (struct casework_result){ .err = OK };
	if (tick_ends(cw))
		return out->err = still_wanted(cw, &out->diag);
	os_mutex_init(&w.lock);
	os_cond_init(&w.cond);
	enum err e = submit(cw, &waited_for, a, wake, &w); /* the answer has its room in `a` before anything is committed */
	if (e == OK) {
		os_mutex_lock(&w.lock);
		while (!w.finished)
			os_cond_wait(&w.cond, &w.lock);
		os_mutex_unlock(&w.lock);
	} else {
		out->err = diag_set(&out->diag, e, "system.busy", "The system is busy. Nothing was changed; try again in a moment.");
	}
	os_cond_destroy(&w.cond);
	os_mutex_destroy(&w.lock);
	return out->err;
}

enum err casework_together(struct casework *cw, enum err (*fn)(void *arg), void *arg)
{
	TRY(store_batch_begin(cw->store));
	enum err e = fn(arg);
	if (e == OK)
		return store_batch_end(cw->store);
	store_batch_give_up(cw->store);
	return e;
}

enum err casework_listen(struct casework *cw, const char *with_data, void (*heard)(void *arg, const struct casework_event *e), void *arg)
{
	os_mutex_lock(&cw->listeners_lock);
	enum err e = cw->listeners_count < LISTENERS_MAX ? OK : ERR_LIMIT;
	if (e == OK)
		cw->listeners[cw->listeners_count++] = (struct listener){ with_data, heard, arg };
	os_mutex_unlock(&cw->listeners_lock);
	return e;
}

void casework_unlisten(struct casework *cw, void (*heard)(void *arg, const struct casework_event *e), void *arg)
{
	os_mutex_lock(&cw->listeners_lock);
	for (size_t i = 0; i < cw->listeners_count; i++)
		if (cw->listeners[i].heard == heard && cw->listeners[i].arg == arg)
			cw->listeners[i--] = cw->listeners[--cw->listeners_count];
	os_mutex_unlock(&cw->listeners_lock);
}
