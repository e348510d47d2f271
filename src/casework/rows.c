/* rows.c - reading rows into plain structs. Texts are copied into the arena. */
#include "casework/casework_int.h"

/* The order of columns in every SELECT below. */
#define CASE_SELECT \
	"SELECT id, case_no, item, pack, organ, region, applicant, applicant_name, channel, commitment, state, level, received_ms," \
	" accepted_ms, decided_ms, delivered_ms, concluded_ms, receipt_no, deemed, result, due_ms, provisional, missing, is_open FROM case_any"

static void read_case(struct store_query *q, struct arena *a, struct case_row *k)
{
	*k = (struct case_row){
		.id = store_col_i64(q, 0), .case_no = store_col_copy(q, 1, a), .item = store_col_i64(q, 2), .pack = store_col_i64(q, 3),
		.organ = store_col_i64(q, 4), .region = store_col_i64(q, 5), .applicant = store_col_i64(q, 6),
		.applicant_name = store_col_copy(q, 7, a), .channel = store_col_copy(q, 8, a), .commitment = store_col_i64(q, 9) != 0,
		.state = store_col_copy(q, 10, a), .level = (int)store_col_i64(q, 11), .received_ms = store_col_i64(q, 12),
		.accepted_ms = store_col_i64(q, 13), .decided_ms = store_col_i64(q, 14), .delivered_ms = store_col_i64(q, 15),
		.concluded_ms = store_col_i64(q, 16), .receipt_no = store_col_copy(q, 17, a), .deemed = store_col_i64(q, 18) != 0,
		.result = store_col_copy(q, 19, a), .due_ms = store_col_i64(q, 20), .provisional = store_col_i64(q, 21) != 0,
		.missing = store_col_copy(q, 22, a), .open = store_col_i64(q, 23) != 0,
	};
}

enum err case_get(struct store_conn *c, struct arena *a, int64_t id, struct case_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, CASE_SELECT " WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	read_case(q, a, out);
	store_reset(q);
	return OK;
}

enum err case_find(struct store_conn *c, struct arena *a, struct str case_no, struct case_row *out)
{
	int64_t id = row_i64_str(c, "SELECT id FROM case_number WHERE case_no=?1", case_no, 0);
	return id ? case_get(c, a, id, out) : ERR_NOT_FOUND;
}

enum err step_get(struct store_conn *c, struct arena *a, int64_t id, struct step_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT id, case_id, organ, post, person, opened_ms, due_ms, signed_by, wait, element, name, name_en, signed,"
	                     " claimed, level, meant FROM step_open WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct step_row){
		.id = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .organ = store_col_i64(q, 2), .post = store_col_i64(q, 3),
		.person = store_col_i64(q, 4), .opened_ms = store_col_i64(q, 5), .due_ms = store_col_i64(q, 6),
		.signed_by = store_col_i64(q, 7), .wait = (uint32_t)store_col_i64(q, 8), .element = store_col_copy(q, 9, a),
		.name = store_col_copy(q, 10, a), .name_en = store_col_copy(q, 11, a), .signed_json = store_col_copy(q, 12, a),
		.claimed = store_col_i64(q, 13) != 0, .level = (int)store_col_i64(q, 14), .meant = store_col_i64(q, 15),
	};
	store_reset(q);
	return OK;
}

enum err clocks_of(struct store_conn *c, struct arena *a, int64_t case_id, struct clock_row **out)
{
	struct store_query *q;
	struct clock_row *first = NULL, **last = &first;
	TRY(store_prepare(c, "SELECT id, case_id, step, start_ms, due_ms, stop_ms, kind, unit, ground, ends, state, suspensions, extensions,"
	                     " amount, provisional, raised FROM clock WHERE case_id=?1 ORDER BY id", &q));
	store_bind_i64(q, 1, case_id);
	for (;;) {
		bool row;
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct clock_row *r = arena_new(a, struct clock_row);
		if (!r)
			return ERR_NOMEM;
		*r = (struct clock_row){
			.id = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .step = store_col_i64(q, 2), .start_ms = store_col_i64(q, 3),
			.due_ms = store_col_i64(q, 4), .stop_ms = store_col_i64(q, 5), .kind = store_col_copy(q, 6, a), .unit = store_col_copy(q, 7, a),
			.ground = store_col_copy(q, 8, a), .ends = store_col_copy(q, 9, a), .state = store_col_copy(q, 10, a),
			.suspensions = store_col_copy(q, 11, a), .extensions = store_col_copy(q, 12, a), .amount = (int32_t)store_col_i64(q, 13),
			.provisional = store_col_i64(q, 14) != 0, .raised = (int)store_col_i64(q, 15),
		};
		*last = r;
		last = &r->next;
	}
	*out = first;
	return OK;
}

/* ---- within an act: asked once, until an event changes it ---- */

static struct act_memo *memo_of(struct act *act)
{
	if (!act->memo)
		act->memo = arena_new(act->a, struct act_memo);
	return act->memo;
}

void act_forget(struct act *act, unsigned touched)
{
	if (act->memo && touched & TOUCHES_CASE)
		act->memo->case_id = 0;
	if (act->memo && touched & TOUCHES_CLOCK)
		act->memo->clocks_id = 0;
	if (act->memo && touched & TOUCHES_SETTING)
		act->memo->warnings = NULL;
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

enum err act_case(struct act *act, int64_t id, struct case_row *out)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return ERR_NOMEM;
	if (!id || m->case_id != id) {
		m->case_id = 0;
		TRY(case_get(act->c, act->a, id, &m->k));
		m->case_id = id;
	}
	*out = m->k;
	return OK;
}

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

enum err act_clocks(struct act *act, int64_t case_id, struct clock_row **out)
{
	struct act_memo *m = memo_of(act);
	if (!m)
		return ERR_NOMEM;
	if (!case_id || m->clocks_id != case_id) {
		m->clocks_id = 0;
		TRY(clocks_of(act->c, act->a, case_id, &m->clocks));
		m->clocks_id = case_id;
	}
	return copy_clocks(act->a, m->clocks, out);
}

int64_t row_i64(struct store_conn *c, const char *sql, int64_t p, int64_t none)
{
	struct store_query *q;
	bool row;
	if (store_prepare(c, sql, &q) != OK)
		return none;
	store_bind_i64(q, 1, p);
	if (store_step(q, &row) != OK || !row)
		return none;
	int64_t v = store_col_null(q, 0) ? none : store_col_i64(q, 0);
	store_reset(q);
	return v;
}

int64_t row_i64_str(struct store_conn *c, const char *sql, struct str p, int64_t none)
{
	struct store_query *q;
	bool row;
	if (store_prepare(c, sql, &q) != OK)
		return none;
	store_bind_str(q, 1, p.ptr ? p : S(""));
	if (store_step(q, &row) != OK || !row)
		return none;
	int64_t v = store_col_null(q, 0) ? none : store_col_i64(q, 0);
	store_reset(q);
	return v;
}

struct str row_str_of(struct store_conn *c, struct arena *a, const char *sql, struct str p)
{
	struct store_query *q;
	bool row = false;
	struct str s = { NULL, 0 };
	if (store_prepare(c, sql, &q) != OK)
		return s;
	store_bind_str(q, 1, p);
	if (store_step(q, &row) == OK && row)
		s = store_col_copy(q, 0, a);
	store_reset(q);
	return s;
}

struct str row_str(struct store_conn *c, struct arena *a, const char *sql, int64_t p)
{
	struct store_query *q;
	bool row;
	struct str none = { NULL, 0 };
	if (store_prepare(c, sql, &q) != OK)
		return none;
	store_bind_i64(q, 1, p);
	if (store_step(q, &row) != OK || !row)
		return none;
	struct str s = store_col_copy(q, 0, a);
	store_reset(q);
	return s;
}

int64_t organ_by_code(struct store_conn *c, struct str code)
{
	return row_i64_str(c, "SELECT id FROM organ WHERE code=?1", code, 0);
}

struct str setting_get(struct store_conn *c, struct arena *a, struct str name)
{
	struct store_query *q;
	bool row;
	struct str s = { NULL, 0 };
	if (store_prepare(c, "SELECT value FROM setting WHERE name=?1", &q) != OK)
		return s;
	store_bind_str(q, 1, name);
	if (store_step(q, &row) == OK && row)
		s = store_col_copy(q, 0, a);
	store_reset(q);
	return s;
}

const struct json *parse(struct arena *a, struct str text)
{
	const struct json *v = NULL;
	if (!text.len || json_read(a, text, &v, NULL) != OK)
		return NULL;
	return v;
}

enum { ITEM_BYTES_MAX = 8 << 20 };

const struct json *item_data(struct act *act, int64_t id)
{
	struct casework *cw = act->cw;
	struct item_slot *slot = &cw->items[(size_t)id % (sizeof cw->items / sizeof *cw->items)];
	int64_t version = row_i64(act->c, "SELECT version FROM item WHERE id=?1", id, 0);
	if (slot->id == id && slot->version == version && slot->data)
		return slot->data;
	if (slot->arena.cap)
		arena_reset(&slot->arena);
	else
		arena_init(&slot->arena, ITEM_BYTES_MAX);
	slot->data = parse(&slot->arena, row_str(act->c, &slot->arena, "SELECT data FROM item WHERE id=?1", id));
	slot->id = id;
	slot->version = version;
	return slot->data;
}

/* After a commit that failed a version may come again with other words. */
void item_slots_clear(struct casework *cw)
{
	for (size_t i = 0; i < sizeof cw->items / sizeof *cw->items; i++) {
		arena_release(&cw->items[i].arena);
		cw->items[i] = (struct item_slot){ 0 };
	}
}
