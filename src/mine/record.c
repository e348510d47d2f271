/* record.c - the record of this system as a log: each step that was done is an event. */
#include "mine/record.h"

#include "bpmn/bpmn.h"

enum { STEPS_MAX = 256, PAYLOAD_BYTES = 16 << 20 };

#define RECORD_STEPS \
	"SELECT k.id, k.case_no, k.is_open, k.state, k.level, k.due_ms, k.channel, k.commitment, i.name, i.name_en, o.name, o.name_en, r.name, r.name_en," \
	" s.id, s.name, s.name_en, s.closed_ms, n.name" \
	" FROM case_any k JOIN step_done s ON s.case_id=k.id JOIN item i ON i.id=k.item JOIN organ o ON o.id=k.organ" \
	" LEFT JOIN region r ON r.id=k.region LEFT JOIN person n ON n.id=s.person" \
	" WHERE s.state='done' AND (?1 IS NULL OR i.impl_code=?1) AND (?2 IS NULL OR o.code=?2) AND (?3 IS NULL OR r.code=?3)" \
	" AND k.received_ms>=?4 AND k.received_ms<?5" \
	" AND (?6 OR k.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?7 OR b=?7)))" \
	" ORDER BY k.id, s.closed_ms, s.id"

/* The columns of RECORD_STEPS. */
enum { K_ID, K_NO, K_OPEN, K_STATE, K_LEVEL, K_DUE, K_CHANNEL, K_COMMITMENT, I_NAME, I_EN, O_NAME, O_EN, R_NAME, R_EN, S_ID, S_NAME, S_EN, S_CLOSED, N_NAME };

struct taken { int64_t step, at_ms; };

struct pass {
	struct view_ctx *v;
	const struct record_question *q;
	struct mine_builder *b;
	struct arena a;             /* of one case */
	int64_t case_id;            /* the one under way */
	struct taken taken[STEPS_MAX];
	size_t taken_count;
};

/* ---- who took which step when ---- */

static void note_taken(struct pass *p, struct str payload, int64_t at_ms)
{
	const struct json *o = parse(&p->a, payload);
	if (o && json_bool(json_get(o, "claimed"), false) && p->taken_count < STEPS_MAX)
		p->taken[p->taken_count++] = (struct taken){ json_i64(json_get(o, "step"), 0), at_ms };
}

/* The case's entries backwards, by its chain: nothing else of the record is looked at. */
static enum err find_taken(struct pass *p, int64_t case_id)
{
	struct store_query *q;
	int64_t seq = row_i64(p->v->c, "SELECT seq FROM case_last WHERE id=?1", case_id, 0);
	bool row = true;
	p->taken_count = 0;
	while (seq) {
		TRY(store_prepare(p->v->c, "SELECT prev, at_ms, payload FROM ledger WHERE seq=?1 AND kind='step.assigned'"
		                           " UNION ALL SELECT prev, 0, NULL FROM ledger WHERE seq=?1 AND kind<>'step.assigned'", &q));
		store_bind_i64(q, 1, seq);
		TRY(store_step(q, &row));
		seq = row ? store_col_i64(q, 0) : 0;
		if (row && !store_col_null(q, 2))
			note_taken(p, store_col_str(q, 2), store_col_i64(q, 1));
		store_reset(q);
	}
	return OK;
}

/* The last time that somebody took it: before, it may have been given back. The chain runs backwards. */
static int64_t taken_at(const struct pass *p, int64_t step, int64_t closed_ms)
{
	for (size_t i = 0; i < p->taken_count; i++)
		if (p->taken[i].step == step && p->taken[i].at_ms <= closed_ms)
			return p->taken[i].at_ms;
	return MINE_NO_TIME;
}

/* ---- cases ---- */

static struct str in_language(const struct pass *p, struct store_query *q, int zh, int en)
{
	struct str name = p->q->english ? store_col_str(q, en) : (struct str){ NULL, 0 };
	return name.len ? name : store_col_str(q, zh);
}

static struct str channel_word(struct str code, bool english)
{
	static const struct { const char *code, *zh, *en; } words[] = {
		{ "1", "窗口", "counter" }, { "2", "网上", "web" }, { "3", "掌上", "mobile" }, { "4", "邮寄", "courier" }, { "9", "其他", "other" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eqz(code, words[i].code))
			return str_of(english ? words[i].en : words[i].zh);
	return code;
}

static enum err case_attributes(struct pass *p, struct store_query *q, uint32_t k)
{
	const bool en = p->q->english;
	TRY(mine_builder_attribute(p->b, k, en ? S("Item") : S("事项"), in_language(p, q, I_NAME, I_EN)));
	TRY(mine_builder_attribute(p->b, k, en ? S("Organ") : S("承办机构"), in_language(p, q, O_NAME, O_EN)));
	TRY(mine_builder_attribute(p->b, k, en ? S("Region") : S("区域"), in_language(p, q, R_NAME, R_EN)));
	TRY(mine_builder_attribute(p->b, k, en ? S("Channel") : S("渠道"), channel_word(store_col_str(q, K_CHANNEL), en)));
	return mine_builder_attribute(p->b, k, en ? S("Notice and commitment") : S("告知承诺"),
	                              store_col_i64(q, K_COMMITMENT) ? (en ? S("yes") : S("是")) : en ? S("no") : S("否"));
}

/* Late is what the legal clock says: a red alert stands; not what this log would think. */
static enum err case_flags(struct pass *p, struct store_query *q, uint32_t k)
{
	bool open = store_col_i64(q, K_OPEN) != 0, late = store_col_i64(q, K_LEVEL) == 3;
	struct str state = store_col_str(q, K_STATE);
	if (open)
		TRY(mine_builder_flag(p->b, k, MINE_CASE_OPEN));
	if (str_eqz(state, "withdrawn") || str_eqz(state, "failed") || str_eqz(state, "refused"))
		TRY(mine_builder_flag(p->b, k, MINE_CASE_BROKEN_OFF));
	if (late || !open)
		TRY(mine_builder_flag(p->b, k, late ? MINE_CASE_LATE : MINE_CASE_ON_TIME));
	return OK;
}

static enum err take_step(struct pass *p, struct store_query *q)
{
	struct mine_event e = { .case_id = store_col_copy(q, K_NO, &p->a), .activity = store_col_copy(q, S_NAME, &p->a),
		                .resource = store_col_null(q, N_NAME) ? S("") : store_col_copy(q, N_NAME, &p->a), .end_ms = store_col_i64(q, S_CLOSED),
		                .phase = MINE_COMPLETE };
	uint32_t k;
	if (p->case_id != store_col_i64(q, K_ID)) {
		p->case_id = store_col_i64(q, K_ID);
		TRY(find_taken(p, p->case_id));
	}
	e.begin_ms = taken_at(p, store_col_i64(q, S_ID), e.end_ms);
	TRY(mine_builder_add(p->b, &e, &k));
	TRY(mine_builder_english(p->b, e.activity, store_col_str(q, S_EN)));
	TRY(case_flags(p, q, k));
	return case_attributes(p, q, k);
}

static void bind_question(struct view_ctx *v, const struct record_question *r, struct store_query *q)
{
	const struct str none = { NULL, 0 };
	store_bind_str(q, 1, r->item.len ? r->item : none);
	store_bind_str(q, 2, r->organ.len ? r->organ : none);
	store_bind_str(q, 3, r->region.len ? r->region : none);
	store_bind_i64(q, 4, r->from_ms == MINE_NO_TIME ? INT64_MIN : r->from_ms);
	store_bind_i64(q, 5, r->to_ms == MINE_NO_TIME ? INT64_MAX : r->to_ms);
	store_bind_i64(q, 6, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
	store_bind_i64(q, 7, v->actor.person);
}

static enum err read_steps(struct pass *p)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(p->v->c, RECORD_STEPS, &q));
	bind_question(p->v, p->q, q);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		arena_reset(&p->a);
		TRY(take_step(p, q));
	}
}

enum err record_read(struct view_ctx *v, const struct record_question *q, struct mine_log **out)
{
	struct pass *p = heap_alloc(sizeof *p);
	if (!p)
		return ERR_NOMEM;
	p->v = v;
	p->q = q;
	arena_init(&p->a, PAYLOAD_BYTES);
	enum err e = mine_builder_new(&p->b);
	if (e == OK)
		e = read_steps(p);
	if (e == OK)
		e = mine_builder_finish(p->b, out, NULL);
	else
		mine_builder_free(p->b);
	arena_release(&p->a);
	heap_free(p);
	return e == ERR_INVALID ? diag_set(v->d, ERR_NOT_FOUND, "mine.nothing", "No case fits all that was asked for") : e;
}

/* ---- the process ---- */

struct bpmn_model *record_process(struct view_ctx *v, struct str item, struct arena *a)
{
	struct bpmn_model *m = NULL;
	struct store_query *q;
	bool row;
	if (str_empty(item) || store_prepare(v->c, "SELECT n.bytes FROM item i JOIN pack p ON p.code=i.pack AND p.live=1 JOIN pack_file f ON f.pack=p.id"
	                                           " JOIN content n ON n.digest=f.digest WHERE i.impl_code=?1 AND f.path LIKE '%.bpmn' ORDER BY f.path LIMIT 1", &q) != OK)
		return NULL;
	store_bind_str(q, 1, item);
	if (store_step(q, &row) == OK && row && bpmn_model_view(a, store_col_copy(q, 0, a), &m, NULL) != OK)
		m = NULL;
	store_reset(q);
	return m;
}
