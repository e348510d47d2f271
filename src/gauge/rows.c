/* rows.c - reading the room's rows. */
#include "gauge/gauge_int.h"

#include "ledger/ledger.h"

#define RUN_SELECT \
	"SELECT id, scheme, from_ms, until_ms, coalesce(head_seq, 0), round, total, done, coalesce(objections_ms, 0), begun_ms, coalesce(final_ms, 0), person," \
	" run_no, span, period, state, coalesce(reason, ''), coalesce(head_hash, ''), coalesce(calendar, ''), scheme_code FROM gauge_run WHERE "

static enum err read_run(struct store_query *q, struct arena *a, struct run_row *out)
{
	bool row;
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct run_row){ .id = store_col_i64(q, 0), .scheme = store_col_i64(q, 1), .from_ms = store_col_i64(q, 2), .until_ms = store_col_i64(q, 3),
		.seq = store_col_i64(q, 4), .round = store_col_i64(q, 5), .total = store_col_i64(q, 6), .done = store_col_i64(q, 7),
		.objections_ms = store_col_i64(q, 8), .begun_ms = store_col_i64(q, 9), .final_ms = store_col_i64(q, 10), .by = store_col_i64(q, 11),
		.run_no = store_col_copy(q, 12, a), .span = store_col_copy(q, 13, a), .period = store_col_copy(q, 14, a), .state = store_col_copy(q, 15, a),
		.reason = store_col_copy(q, 16, a), .head = store_col_copy(q, 17, a), .calendar = store_col_copy(q, 18, a), .scheme_code = store_col_copy(q, 19, a) };
	store_reset(q);
	return OK;
}

enum err gauge_run_get(struct store_conn *c, struct arena *a, int64_t id, struct run_row *out)
{
	struct store_query *q;
	TRY(store_prepare(c, RUN_SELECT "id=?1", &q));
	store_bind_i64(q, 1, id);
	return read_run(q, a, out);
}

enum err gauge_run_find(struct store_conn *c, struct arena *a, struct str run_no, struct run_row *out)
{
	struct store_query *q;
	TRY(store_prepare(c, RUN_SELECT "run_no=?1", &q));
	store_bind_str(q, 1, run_no);
	return read_run(q, a, out);
}

enum err gauge_scheme_get(struct store_conn *c, struct arena *a, int64_t id, struct gauge_scheme *out, struct diag *d)
{
	const struct json *v = parse(a, row_str(c, a, "SELECT data FROM gauge_scheme WHERE id=?1", id));
	return v ? gauge_scheme_read(a, v, out, d) : ERR_NOT_FOUND;
}

int64_t gauge_subject_find(struct store_conn *c, enum gauge_kind kind, struct str code)
{
	static const char *const sql[] = { [GAUGE_ORGAN] = "SELECT id FROM organ WHERE code=?1", [GAUGE_PERSON] = "SELECT id FROM person WHERE login=?1",
		                           [GAUGE_POST] = "SELECT id FROM post WHERE code=?1" };
	return row_i64_str(c, sql[kind], code, 0);
}

int64_t gauge_subject_person(struct store_conn *c, enum gauge_kind kind, int64_t subject)
{
	if (kind == GAUGE_PERSON)
		return subject;
	return row_i64(c, kind == GAUGE_ORGAN ? "SELECT a FROM post WHERE organ=?1 AND role='head' ORDER BY id LIMIT 1" : "SELECT a FROM post WHERE id=?1", subject, 0);
}

int64_t gauge_subject_organ(struct store_conn *c, enum gauge_kind kind, int64_t subject)
{
	static const char *const sql[] = { [GAUGE_PERSON] = "SELECT organ FROM post WHERE (a=?1 OR b=?1) AND role NOT IN ('supervisor', 'auditor', 'admin')"
		                           " ORDER BY id LIMIT 1", [GAUGE_POST] = "SELECT organ FROM post WHERE id=?1" };
	return kind == GAUGE_ORGAN ? subject : row_i64(c, sql[kind], subject, 0);
}

struct str gauge_subject_name(struct store_conn *c, struct arena *a, enum gauge_kind kind, int64_t subject, bool english)
{
	static const char *const sql[][2] = {
		[GAUGE_ORGAN] = { "SELECT name FROM organ WHERE id=?1", "SELECT name_en FROM organ WHERE id=?1" },
		[GAUGE_PERSON] = { "SELECT name FROM person WHERE id=?1", "SELECT name_en FROM person WHERE id=?1" },
		[GAUGE_POST] = { "SELECT name FROM post WHERE id=?1", "SELECT name_en FROM post WHERE id=?1" },
	};
	struct str name = row_str(c, a, sql[kind][english], subject);
	return english && !name.len ? row_str(c, a, sql[kind][0], subject) : name;
}

/* The notices that working days were counted by: which they are changes a run's dates, hence it is kept with the figures. */
struct str gauge_calendar_mark(struct store_conn *c, struct arena *a)
{
	struct buf b, hex;
	struct str text;
	struct store_query *q;
	uint8_t hash[LEDGER_HASH];
	bool row = true;
	buf_init_in(&b, a, 1 << 20);
	if (store_prepare(c, "SELECT digest FROM calendar_source ORDER BY id", &q) != OK)
		return S("");
	while (store_step(q, &row) == OK && row) {
		buf_put(&b, store_col_str(q, 0));
		buf_byte(&b, '\n');
	}
	ledger_digest(b.len ? buf_str(&b) : S(""), hash);
	buf_init_in(&hex, a, 100);
	buf_hex(&hex, hash, LEDGER_HASH);
	return buf_finish(&hex, &text) == OK ? text : S("");
}
