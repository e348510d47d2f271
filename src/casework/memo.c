/* memo.c - what an act remembers of the case that it is about.
 *
 * A command reads its case's row and clocks again and again, most often what it has just written itself; and a store may be a network away.
 * So each is asked once. An event of the act's own makes that forgotten, or whoever emits it says what it does to the rows: takes
 * what there is before it, and gives it back behind it as it is now (…_before, …_after). That must be what the rows say: `memo_doubted` has
 * every answer compared with them, as the tests do.
 */
#include "casework/casework_int.h"

enum { SERIALS_TAKEN = 8, LOADS_KNOWN = 16 };

/* An id of 0, NULL: nothing is remembered. */
struct act_memo {
	int64_t case_id, clocks_id, over_id, start_id;
	struct case_row k;
	struct clock_row *clocks;
	struct step_over *over;
	struct case_start start;
	const struct json *warnings; /* setting supervision.limits, else data/supervision.json */
	struct serial_given { struct str name; int64_t value; } serials[SERIALS_TAKEN];
	size_t serials_count;
	struct load_slot loads[LOADS_KNOWN];
	size_t loads_count;
	bool serials_doubted, loads_doubted; /* what there is is not what the writer may remember */
};

static struct act_memo *memo_of(struct act *act)
{
	if (!act->memo)
		act->memo = arena_new(act->a, struct act_memo);
	return act->memo;
}

void act_forget(struct act *act, unsigned touched)
{
	struct act_memo *m = touched & TOUCHES_LOAD ? memo_of(act) : act->memo;
	if (!m)
		return;
	if (touched & TOUCHES_LOAD)
		m->loads_doubted = true;
	if (touched & TOUCHES_CASE)
		m->case_id = 0;
	if (touched & TOUCHES_CLOCK)
		m->clocks_id = 0;
	if (touched & TOUCHES_DONE)
		m->over_id = 0;
	if (touched & TOUCHES_DATA)
		m->start_id = 0;
	if (touched & TOUCHES_SETTING)
		m->warnings = NULL;
}

void act_doubt(struct act *act)
{
	act_forget(act, TOUCHES_ALL);
	if (act->memo)
		act->memo->serials_doubted = true;
}

const struct json *act_warnings(struct act *act)
{
	struct act_memo *m = memo_of(act);
	if (m && m->warnings)
		return m->warnings;
	struct str own = setting_get(act->c, act->a, S("supervision.limits"));
	const struct json *warnings = own.len ? parse(act->a, own) : act->cw->supervision;
	if (m)
		m->warnings = warnings;
	return warnings;
}

/* ---- is it what the rows say? ---- */

static bool same(struct str a, struct str b)
{
	return str_eq(a, b) && !a.ptr == !b.ptr;
}

static bool same_case(const struct case_row *a, const struct case_row *b)
{
	return a->id == b->id && a->item == b->item && a->pack == b->pack && a->organ == b->organ && a->region == b->region && a->applicant == b->applicant &&
	       same(a->case_no, b->case_no) && same(a->applicant_name, b->applicant_name) && same(a->channel, b->channel) && same(a->state, b->state) &&
	       same(a->result, b->result) && same(a->receipt_no, b->receipt_no) && same(a->missing, b->missing) && a->open == b->open &&
	       a->commitment == b->commitment && a->deemed == b->deemed && a->provisional == b->provisional && a->level == b->level &&
	       a->received_ms == b->received_ms && a->accepted_ms == b->accepted_ms && a->decided_ms == b->decided_ms &&
	       a->delivered_ms == b->delivered_ms && a->concluded_ms == b->concluded_ms && a->due_ms == b->due_ms;
}

static bool same_clock(const struct clock_row *a, const struct clock_row *b)
{
	return a->id == b->id && a->case_id == b->case_id && a->step == b->step && a->start_ms == b->start_ms && a->due_ms == b->due_ms &&
	       a->stop_ms == b->stop_ms && same(a->kind, b->kind) && same(a->unit, b->unit) && same(a->ground, b->ground) && same(a->ends, b->ends) &&
	       same(a->state, b->state) && same(a->suspensions, b->suspensions) && same(a->extensions, b->extensions) && a->amount == b->amount &&
	       a->provisional == b->provisional && a->raised == b->raised;
}

static bool same_over(const struct step_over *a, const struct step_over *b)
{
	return a->id == b->id && a->post == b->post && a->closed_ms == b->closed_ms && same(a->element, b->element) && a->done == b->done;
}

/* ---- the case ---- */

static enum err check_case(struct act *act, const struct act_memo *m)
{
	struct case_row k;
	TRY(case_get(act->c, act->a, m->case_id, &k));
	base_assert(same_case(&k, &m->k));
	return OK;
}

enum err act_case(struct act *act, int64_t id, struct case_row *out)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return ERR_NOMEM;
	if (id && m->case_id == id && act->cw->memo_doubted)
		TRY(check_case(act, m));
	if (!id || m->case_id != id) {
		m->case_id = 0;
		TRY(case_get(act->c, act->a, id, &m->k));
		m->case_id = id;
	}
	*out = m->k;
	return OK;
}

struct case_row *act_case_before(struct act *act, int64_t id)
{
	return act->memo && id && act->memo->case_id == id ? &act->memo->k : NULL;
}

void act_case_after(struct act *act, const struct case_row *k)
{
	if (k)
		act->memo->case_id = k->id;
}

enum err act_case_new(struct act *act, const struct case_row *k, const struct case_start *start)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return ERR_NOMEM;
	m->k = *k;
	m->start = *start;
	m->clocks = NULL;
	m->over = NULL;
	m->case_id = m->clocks_id = m->over_id = m->start_id = k->id;
	return OK;
}

/* ---- its clocks ---- */

/* A list of the caller's own: it may be written in. */
static enum err copy_clocks(struct arena *a, const struct clock_row *from, struct clock_row **out)
{
	for (*out = NULL; from; from = from->next) {
		struct clock_row *r = arena_new(a, struct clock_row);
		if (!r)
			return ERR_NOMEM;
		*r = *from;
		r->next = NULL;
		*out = r;
		out = &r->next;
	}
	return OK;
}

static enum err check_clocks(struct act *act, const struct act_memo *m)
{
	struct clock_row *rows;
	const struct clock_row *known = m->clocks;
	TRY(clocks_of(act->c, act->a, m->clocks_id, &rows));
	for (; rows && known && same_clock(rows, known); rows = rows->next)
		known = known->next;
	base_assert(!rows && !known);
	return OK;
}

enum err act_clocks(struct act *act, int64_t case_id, struct clock_row **out)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return ERR_NOMEM;
	if (case_id && m->clocks_id == case_id && act->cw->memo_doubted)
		TRY(check_clocks(act, m));
	if (!case_id || m->clocks_id != case_id) {
		m->clocks_id = 0;
		TRY(clocks_of(act->c, act->a, case_id, &m->clocks));
		m->clocks_id = case_id;
	}
	return copy_clocks(act->a, m->clocks, out);
}

bool act_clocks_before(struct act *act, int64_t case_id)
{
	return act->memo && case_id && act->memo->clocks_id == case_id;
}

enum err act_clock_after(struct act *act, bool before, const struct clock_row *r)
{
	struct clock_row **at;
	if (!before)
		return OK;
	for (at = &act->memo->clocks; *at && (*at)->id < r->id;)
		at = &(*at)->next;
	struct clock_row *own = *at && (*at)->id == r->id ? *at : arena_new(act->a, struct clock_row);
	if (!own)
		return ERR_NOMEM;
	struct clock_row *next = own == *at ? own->next : *at;
	*own = *r;
	own->next = next;
	*at = own;
	act->memo->clocks_id = r->case_id;
	return OK;
}

/* ---- its steps ---- */

static const char steps_of_case[] = "SELECT id, post, closed_ms, element, state FROM step_done WHERE case_id=?1 ORDER BY id DESC";

static enum err steps_over(struct store_conn *c, struct arena *a, int64_t case_id, struct step_over **out)
{
	struct store_query *q;
	TRY(store_prepare(c, steps_of_case, &q));
	store_bind_i64(q, 1, case_id);
	for (*out = NULL;;) {
		bool row;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct step_over *s = arena_new(a, struct step_over);
		if (!s)
			return ERR_NOMEM;
		*s = (struct step_over){ .id = store_col_i64(q, 0), .post = store_col_i64(q, 1), .closed_ms = store_col_i64(q, 2),
		                         .element = store_col_copy(q, 3, a), .done = str_eqz(store_col_str(q, 4), "done") };
		*out = s;
		out = &s->next;
	}
}

static enum err check_over(struct act *act, const struct act_memo *m)
{
	struct step_over *rows;
	const struct step_over *known = m->over;
	TRY(steps_over(act->c, act->a, m->over_id, &rows));
	for (; rows && known && same_over(rows, known); rows = rows->next)
		known = known->next;
	base_assert(!rows && !known);
	return OK;
}

enum err act_steps_over(struct act *act, int64_t case_id, const struct step_over **out)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return ERR_NOMEM;
	if (case_id && m->over_id == case_id && act->cw->memo_doubted)
		TRY(check_over(act, m));
	if (!case_id || m->over_id != case_id) {
		m->over_id = 0;
		TRY(steps_over(act->c, act->a, case_id, &m->over));
		m->over_id = case_id;
	}
	*out = m->over;
	return OK;
}

bool act_steps_before(struct act *act, int64_t case_id)
{
	return act->memo && case_id && act->memo->over_id == case_id;
}

enum err act_step_after(struct act *act, bool before, int64_t case_id, const struct step_over *s)
{
	struct step_over **at;
	if (!before)
		return OK;
	struct step_over *own = arena_new(act->a, struct step_over);
	if (!own)
		return ERR_NOMEM;
	for (at = &act->memo->over; *at && (*at)->id > s->id;)
		at = &(*at)->next;
	*own = *s;
	own->next = *at;
	*at = own;
	act->memo->over_id = case_id;
	return OK;
}

static bool of_applicant(const struct casework_event *e, int64_t case_id)
{
	return e->case_id == case_id && str_eqz(e->kind, "step.opened") && !json_get(e->data, "post");
}

static bool closes(const struct casework_event *e, int64_t step)
{
	return str_eqz(e->kind, "step.closed") && json_i64(json_get(e->data, "step"), 0) == step;
}

static bool is_closed(const struct act_event *e, int64_t step)
{
	while (e && !closes(&e->event, step))
		e = e->next;
	return e;
}

/* Of a case that the act itself received: its steps are in the act's own events. */
static bool new_case_awaits(const struct act *act, int64_t case_id)
{
	for (const struct act_event *e = act->first; e; e = e->next)
		if (of_applicant(&e->event, case_id) && !is_closed(e->next, json_i64(json_get(e->event.data, "step"), 0)))
			return true;
	return false;
}

bool act_awaits_applicant(struct act *act, int64_t case_id)
{
	bool made = act_made(act, case_id), awaits = made && new_case_awaits(act, case_id);
	if (made && !act->cw->memo_doubted)
		return awaits;
	bool of_rows = row_i64(act->c, "SELECT 1 FROM step_open WHERE case_id=?1 AND post IS NULL LIMIT 1", case_id, 0);
	base_assert(!made || of_rows == awaits);
	return of_rows;
}

/* ---- what it began with ---- */

enum err act_case_start(struct act *act, int64_t case_id, struct case_start *out)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return ERR_NOMEM;
	if (!case_id || m->start_id != case_id) {
		m->start_id = 0;
		TRY(case_start_read(act->c, act->a, case_id, &m->start, act->d));
		m->start_id = case_id;
	}
	*out = m->start;
	return OK;
}

/* ---- said ahead ---- */

void act_ahead(struct act *act, int64_t case_id)
{
	const struct act_memo *m = memo_of(act);
	if (!m || !store_is_far(act->c) || act_made(act, case_id))
		return;
	chain_ahead(act, case_id);
	if (m->case_id != case_id)
		case_ahead(act->c, case_id);
	if (m->clocks_id != case_id)
		clocks_ahead(act->c, case_id);
	if (m->over_id != case_id)
		ahead_i64(act->c, steps_of_case, case_id);
	if (m->start_id != case_id)
		case_start_ahead(act->c, case_id);
	bars_ahead(act->c, case_id);
	licence_ahead(act->c, case_id);
}

/* ---- numbers given out by name ---- */

static const char serial_given_last[] = "SELECT value FROM serial WHERE name=?1";

static struct serial_slot *slot_of(struct casework *cw, struct str name)
{
	return &cw->serials[str_hash(name) % SERIAL_SLOTS];
}

static bool slot_has(const struct serial_slot *s, struct str name)
{
	return s->value && str_eqz(name, s->name);
}

static int64_t serial_before(struct act *act, struct act_memo *m, struct str name)
{
	const struct serial_slot *slot = slot_of(act->cw, name);
	for (size_t i = m->serials_count; i-- > 0 && !m->serials_doubted;)
		if (str_eq(m->serials[i].name, name))
			return m->serials[i].value;
	bool kept = slot_has(slot, name) && !m->serials_doubted;
	if (kept && !act->cw->memo_doubted)
		return slot->value;
	int64_t value = row_i64_str(act->c, serial_given_last, name, 0);
	base_assert(!kept || value == slot->value);
	return value;
}

int64_t act_serial_next(struct act *act, struct str name, int64_t least)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return 0; /* nothing is emitted without memory */
	int64_t before = serial_before(act, m, name), value = (before > least ? before : least) + 1;
	if (m->serials_count == SERIALS_TAKEN || name.len >= sizeof act->cw->serials[0].name)
		m->serials_doubted = true;
	else
		m->serials[m->serials_count++] = (struct serial_given){ name, value };
	return value;
}

static void serials_keep(struct casework *cw, const struct act_memo *m)
{
	if (m->serials_doubted)
		memset(cw->serials, 0, sizeof cw->serials);
	for (size_t i = 0; !m->serials_doubted && i < m->serials_count; i++) {
		struct serial_slot *slot = slot_of(cw, m->serials[i].name);
		snprintf(slot->name, sizeof slot->name, "%.*s", STR_ARG(m->serials[i].name));
		slot->value = m->serials[i].value;
	}
}

/* ---- how many steps a post has open ---- */

static const char steps_of_post[] = "SELECT coalesce(sum(n), 0) FROM board_post WHERE post=?1";

static struct load_slot *load_slot_of(struct casework *cw, int64_t post)
{
	return &cw->loads[(uint64_t)post % LOAD_SLOTS];
}

/* Of the act's own, or of the writer's; NULL: it is not known. */
static const struct load_slot *known_load(struct act *act, const struct act_memo *m, int64_t post)
{
	for (size_t i = 0; i < m->loads_count; i++)
		if (m->loads[i].post == post)
			return &m->loads[i];
	const struct load_slot *kept = load_slot_of(act->cw, post);
	return kept->post == post ? kept : NULL;
}

static void know_load(struct act_memo *m, int64_t post, int64_t n)
{
	size_t i = 0;
	while (i < m->loads_count && m->loads[i].post != post)
		i++;
	if (i == LOADS_KNOWN) {
		m->loads_doubted = true;
		return;
	}
	m->loads_count += i == m->loads_count;
	m->loads[i] = (struct load_slot){ post, n };
}

int64_t act_load(struct act *act, int64_t post)
{
	struct act_memo *m = memo_of(act);
	const struct load_slot *known = m && !m->loads_doubted ? known_load(act, m, post) : NULL;
	if (known && !act->cw->memo_doubted)
		return known->n;
	int64_t n = row_i64(act->c, steps_of_post, post, 0);
	base_assert(!known || known->n == n);
	if (m && !m->loads_doubted)
		know_load(m, post, n);
	return n;
}

bool act_loads_before(struct act *act)
{
	const struct act_memo *m = memo_of(act);
	return m && !m->loads_doubted;
}

void act_load_after(struct act *act, bool before, int64_t post, int by)
{
	struct act_memo *m = act->memo;
	if (!before)
		return;
	m->loads_doubted = false;
	const struct load_slot *known = post > 0 ? known_load(act, m, post) : NULL;
	if (known)
		know_load(m, post, known->n + by);
}

static void loads_keep(struct casework *cw, const struct act_memo *m)
{
	if (m->loads_doubted)
		memset(cw->loads, 0, sizeof cw->loads);
	for (size_t i = 0; !m->loads_doubted && i < m->loads_count; i++)
		*load_slot_of(cw, m->loads[i].post) = m->loads[i];
}

void acts_forget(struct casework *cw)
{
	item_slots_clear(cw);
	memset(cw->serials, 0, sizeof cw->serials);
	memset(cw->loads, 0, sizeof cw->loads);
}

void act_keep(struct act *act)
{
	if (!act->memo)
		return;
	serials_keep(act->cw, act->memo);
	loads_keep(act->cw, act->memo);
}

void act_forget_kept(struct casework *cw, struct store_conn *c)
{
	enum { AHEAD_MOST = 16 };
	int said = 0;
	for (size_t i = 0; i < SERIAL_SLOTS && said < AHEAD_MOST; i++)
		if (cw->serials[i].value) {
			ahead_str(c, serial_given_last, str_of(cw->serials[i].name));
			said++;
		}
	for (size_t i = 0; i < LOAD_SLOTS && said < AHEAD_MOST; i++)
		if (cw->loads[i].post) {
			ahead_i64(c, steps_of_post, cw->loads[i].post);
			said++;
		}
	acts_forget(cw);
}
