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

int64_t case_chain_last(struct store_conn *c, int64_t case_id)
{
	return row_i64(c, "SELECT seq FROM case_last WHERE id=?1", case_id, 0);
}

enum err case_chain_back(struct store_conn *c, int64_t *seq, struct store_query **q, bool *there)
{
	bool row;
	TRY(store_prepare(c, "SELECT " CHAIN_COLUMNS " FROM ledger WHERE seq=?1", q));
	store_bind_i64(*q, 1, *seq);
	TRY(store_step(*q, &row));
	int64_t before = row ? store_col_i64(*q, 9) : *seq;
	bool leads = before >= 0 && before < *seq;
	if (leads)
		*seq = before;
	else
		store_reset(*q);
	if (there)
		*there = leads;
	return leads || there ? OK : ERR_CORRUPT;
}

void ahead_plain(struct store_conn *c, const char *sql)
{
	struct store_query *q;
	if (store_is_far(c) && store_prepare(c, sql, &q) == OK)
		store_ahead(q);
}

void ahead_i64(struct store_conn *c, const char *sql, int64_t p)
{
	struct store_query *q;
	if (!store_is_far(c) || store_prepare(c, sql, &q) != OK)
		return;
	store_bind_i64(q, 1, p);
	store_ahead(q);
}

void ahead_str(struct store_conn *c, const char *sql, struct str p)
{
	struct store_query *q;
	if (!store_is_far(c) || store_prepare(c, sql, &q) != OK)
		return;
	store_bind_str(q, 1, p);
	store_ahead(q);
}

void ahead_pair(struct store_conn *c, const char *sql, int64_t p, int64_t second)
{
	struct store_query *q;
	if (!store_is_far(c) || store_prepare(c, sql, &q) != OK)
		return;
	store_bind_i64(q, 1, p);
	store_bind_i64(q, 2, second);
	store_ahead(q);
}

static const char one_case[] = CASE_SELECT " WHERE id=?1";

void case_ahead(struct store_conn *c, int64_t id)
{
	ahead_i64(c, one_case, id);
}

enum err case_get(struct store_conn *c, struct arena *a, int64_t id, struct case_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, one_case, &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	read_case(q, a, out);
	store_reset(q);
	return OK;
}

int64_t case_id_of(struct store_conn *c, struct str case_no)
{
	return row_i64_str(c, "SELECT id FROM case_number WHERE case_no=?1", case_no, 0);
}

enum err case_find(struct store_conn *c, struct arena *a, struct str case_no, struct case_row *out)
{
	int64_t id = case_id_of(c, case_no);
	return id ? case_get(c, a, id, out) : ERR_NOT_FOUND;
}

static const char one_step[] = "SELECT id, case_id, organ, post, person, opened_ms, due_ms, signed_by, wait, element, name, name_en, signed,"
                               " claimed, level, meant FROM step_open WHERE id=?1";

void step_ahead(struct store_conn *c, int64_t id)
{
	ahead_i64(c, one_step, id);
}

enum err step_get(struct store_conn *c, struct arena *a, int64_t id, struct step_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, one_step, &q));
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

static const char clocks_of_case[] = "SELECT id, case_id, step, start_ms, due_ms, stop_ms, kind, unit, ground, ends, state, suspensions, extensions,"
                                     " amount, provisional, raised FROM clock WHERE case_id=?1 ORDER BY id";

void clocks_ahead(struct store_conn *c, int64_t case_id)
{
	ahead_i64(c, clocks_of_case, case_id);
}

enum err clocks_of(struct store_conn *c, struct arena *a, int64_t case_id, struct clock_row **out)
{
	struct store_query *q;
	struct clock_row *first = NULL, **last = &first;
	TRY(store_prepare(c, clocks_of_case, &q));
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
	if (slot->id == id && slot->version == version && slot->data) {
		slot->used = cw->acts;
		return slot->data;
	}
	if (slot->used == cw->acts && slot->data) /* the act still looks at what is there */
		return parse(act->a, row_str(act->c, act->a, "SELECT data FROM item WHERE id=?1", id));
	if (slot->arena.cap)
		arena_reset(&slot->arena);
	else
		arena_init(&slot->arena, ITEM_BYTES_MAX);
	slot->data = parse(&slot->arena, row_str(act->c, &slot->arena, "SELECT data FROM item WHERE id=?1", id));
	slot->id = id;
	slot->version = version;
	slot->used = cw->acts;
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
