/* record.c - the record of this system as a log: each step that was done is an event. */
#include "mine/record.h"

#include "bpmn/bpmn.h"

enum { CASE_BYTES = 1 << 20 };

/* When somebody last took the step: before, it may have been given back; and to be given a step is not to begin with it. */
#define TAKEN_MS "(SELECT max(h.from_ms) FROM step_holding h WHERE h.step=s.id AND h.why='claimed' AND h.from_ms<=s.closed_ms)"

/* Late as everywhere: the promise or the law's limit passed; of an open case, a limit that runs. A case of an outside log has no
 * clocks; its due date stands for them. -1: nobody set it a limit. */
#define OWN_CLOCKS "SELECT 1 FROM clock c WHERE c.case_id=k.id AND c.kind IN ('promised', 'statutory')"
#define LATE \
	"CASE WHEN EXISTS(" OWN_CLOCKS " AND coalesce(c.stop_ms, ?8)>=c.due_ms AND (c.stop_ms IS NOT NULL OR c.state='running'))" \
	" OR (k.pack=0 AND coalesce(k.decided_ms, k.concluded_ms, ?8)>=k.due_ms) THEN 1" \
	" WHEN EXISTS(" OWN_CLOCKS ") OR (k.pack=0 AND k.due_ms IS NOT NULL) THEN 0 ELSE -1 END"

#define RECORD_STEPS \
	"SELECT k.case_no, k.is_open, k.state, " LATE ", k.channel, k.commitment, i.name, i.name_en, o.name, o.name_en, r.name, r.name_en," \
	" s.name, s.name_en, s.closed_ms, " TAKEN_MS ", n.name" \
	" FROM case_any k JOIN step_done s ON s.case_id=k.id JOIN item i ON i.id=k.item JOIN organ o ON o.id=k.organ" \
	" LEFT JOIN region r ON r.id=k.region LEFT JOIN person n ON n.id=s.person" \
	" WHERE s.state='done' AND (?1 IS NULL OR i.impl_code=?1) AND (?2 IS NULL OR o.code=?2) AND (?3 IS NULL OR r.code=?3)" \
	" AND k.received_ms>=?4 AND k.received_ms<?5" \
	" AND (?6=1 OR k.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?7 OR b=?7)))" \
	" ORDER BY k.id, s.closed_ms, s.id"

/* The columns of RECORD_STEPS. */
enum { K_NO, K_OPEN, K_STATE, K_LATE, K_CHANNEL, K_COMMITMENT, I_NAME, I_EN, O_NAME, O_EN, R_NAME, R_EN, S_NAME, S_EN, S_CLOSED, S_TAKEN, N_NAME };

struct pass {
	struct view_ctx *v;
	const struct record_question *q;
	struct mine_builder *b;
	struct arena a;             /* of one step */
};

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

/* What was withdrawn or failed is judged neither late nor on time, as in the statistics. */
static enum err case_flags(struct pass *p, struct store_query *q, uint32_t k)
{
	bool open = store_col_i64(q, K_OPEN) != 0;
	int64_t late = store_col_i64(q, K_LATE);
	struct str state = store_col_str(q, K_STATE);
	bool given_up = str_eqz(state, "withdrawn") || str_eqz(state, "failed");
	if (open)
		TRY(mine_builder_flag(p->b, k, MINE_CASE_OPEN));
	if (given_up || str_eqz(state, "refused"))
		TRY(mine_builder_flag(p->b, k, MINE_CASE_BROKEN_OFF));
	if ((late == 1 || (late == 0 && !open)) && !given_up)
		TRY(mine_builder_flag(p->b, k, late ? MINE_CASE_LATE : MINE_CASE_ON_TIME));
	return OK;
}

static enum err take_step(struct pass *p, struct store_query *q)
{
	struct mine_event e = { .case_id = store_col_copy(q, K_NO, &p->a), .activity = store_col_copy(q, S_NAME, &p->a),
		                .resource = store_col_null(q, N_NAME) ? S("") : store_col_copy(q, N_NAME, &p->a), .end_ms = store_col_i64(q, S_CLOSED),
		                .begin_ms = store_col_null(q, S_TAKEN) ? MINE_NO_TIME : store_col_i64(q, S_TAKEN), .phase = MINE_COMPLETE };
	uint32_t k;
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
	store_bind_i64(q, 8, v->now_ms);
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
		TRY(view_wanted(p->v));
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
	arena_init(&p->a, CASE_BYTES);
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
