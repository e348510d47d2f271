/* bundle.c - the evidence about an alert: every entry of its case, each with the proof that it stands in the record.
 *
 * The proofs are made in one pass: the tree is walked from left to right, and each entry that is asked for collects its
 * siblings on the way. A subtree without such an entry is taken as the record keeps it, so that a pass reads some hundreds
 * of hashes an entry however long the record is. What an applicant wrote about himself is left out; its digest
 * stands for it, and the entry still verifies.
 */
#include "ledger/ledger.h"
#include "ledger/merkle.h"
#include "redress/redress_int.h"

enum { ENTRIES_MAX = 2000 };

struct target {
	struct ledger_entry e;
	struct merkle_proof proof;
	bool withheld;
};

struct bundle {
	struct view_ctx *v;
	struct target *targets;
	size_t count;
	struct store_query *leaves;
	uint64_t next, size; /* the leaf that is read next */
	struct merkle_hash root;
};

/* ---- entries ---- */

/* The state of the process is machinery, not a fact. */
static bool is_fact(struct str kind) { return !str_eqz(kind, "case.moved"); }

static enum err read_entry(struct bundle *b, int64_t *seq)
{
	struct view_ctx *v = b->v;
	struct store_query *q;
	TRY(case_chain_back(v->c, seq, &q, NULL));
	struct target *t = &b->targets[b->count];
	entry_read(q, &t->e);
	t->e.kind = store_col_copy(q, 2, v->a);
	t->e.payload = store_col_copy(q, 6, v->a);
	store_reset(q);
	t->withheld = str_eqz(t->e.kind, "case.received") || str_eqz(t->e.kind, "case.imported");
	b->count += is_fact(t->e.kind);
	return OK;
}

static enum err read_previous_hash(struct bundle *b, struct target *t)
{
	struct store_query *q;
	bool row;
	if (t->e.seq == 1)
		return OK;
	TRY(store_prepare(b->v->c, "SELECT hash FROM ledger WHERE seq=?1", &q));
	store_bind_i64(q, 1, (int64_t)t->e.seq - 1);
	TRY(store_step(q, &row));
	if (row)
		memcpy(t->e.previous, store_col_str(q, 0).ptr, LEDGER_HASH);
	store_reset(q);
	return row ? OK : ERR_CORRUPT;
}

/* From the case's last entry back, then put in order. */
static enum err read_entries(struct bundle *b, int64_t case_id)
{
	int64_t seq = case_chain_last(b->v->c, case_id);
	b->targets = arena_new_n(b->v->a, struct target, ENTRIES_MAX + 1);
	if (!b->targets)
		return ERR_NOMEM;
	while (seq && b->count < ENTRIES_MAX)
		TRY(read_entry(b, &seq));
	for (size_t i = 0; i < b->count / 2; i++) {
		struct target swap = b->targets[i];
		b->targets[i] = b->targets[b->count - 1 - i];
		b->targets[b->count - 1 - i] = swap;
	}
	for (size_t i = 0; i < b->count; i++)
		TRY(read_previous_hash(b, &b->targets[i]));
	return OK;
}

/* The entry that raised the alert; 0 = none. */
static enum err find_alert(struct bundle *b, int64_t alert, int64_t *seq, const struct json **evidence)
{
	struct store_query *q;
	bool row;
	*seq = 0;
	int64_t at_ms = row_i64(b->v->c, "SELECT at_ms FROM alert WHERE id=?1", alert, 0);
	TRY(store_prepare(b->v->c, "SELECT seq, payload FROM ledger WHERE seq>=?1 AND seq<?2 AND kind='alert.raised' ORDER BY seq", &q));
	store_bind_i64(q, 1, record_first_at(b->v->c, at_ms));
	store_bind_i64(q, 2, record_first_at(b->v->c, at_ms + 1));
	while (!*seq) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		const struct json *data = parse(b->v->a, store_col_copy(q, 1, b->v->a));
		if (json_i64(json_get(data, "alert"), 0) != alert)
			continue;
		*seq = store_col_i64(q, 0);
		*evidence = json_get(data, "evidence");
	}
	store_reset(q);
	return OK;
}

/* An alert about no case: the entries that it names as its evidence, and the one that raised it. */
static enum err read_alert(struct bundle *b, int64_t alert)
{
	const struct json *evidence = NULL;
	int64_t seq;
	TRY(find_alert(b, alert, &seq, &evidence));
	b->targets = arena_new_n(b->v->a, struct target, ENTRIES_MAX + 1);
	if (!b->targets)
		return ERR_NOMEM;
	for (size_t i = 0; evidence && evidence->kind == JSON_ARRAY && i < evidence->count && b->count < ENTRIES_MAX; i++) {
		int64_t named = json_i64(&evidence->items[i], 0);
		if (named > 0 && named < seq)
			TRY(read_entry(b, &named));
	}
	if (seq)
		TRY(read_entry(b, &seq));
	for (size_t i = 0; i < b->count; i++)
		TRY(read_previous_hash(b, &b->targets[i]));
	return OK;
}

/* ---- proofs ---- */

/* By the leaves of one kept node: a server's answer is taken whole, and the record behind them is long. */
static enum err read_leaf(struct bundle *b, uint64_t at, struct merkle_hash *out)
{
	bool row;
	if (!b->leaves || b->next != at || at % TREE_WIDTH == 0) {
		TRY(store_prepare(b->v->c, "SELECT hash FROM ledger WHERE seq>?1 AND seq<=?2 ORDER BY seq", &b->leaves));
		store_bind_i64(b->leaves, 1, (int64_t)at);
		store_bind_i64(b->leaves, 2, (int64_t)((at / TREE_WIDTH + 1) * TREE_WIDTH));
	}
	TRY(store_step(b->leaves, &row));
	if (!row)
		return ERR_CORRUPT;
	*out = merkle_leaf(store_col_str(b->leaves, 0));
	b->next = at + 1;
	return OK;
}

static bool wanted_in(const struct bundle *b, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->targets[i].e.seq > from && b->targets[i].e.seq <= to)
			return true;
	return false;
}

/* A subtree that the record keeps and no wanted entry stands in. */
static bool kept(const struct bundle *b, uint64_t from, uint64_t to, struct merkle_hash *out)
{
	uint64_t width = TREE_WIDTH;
	for (int level = 1; level <= TREE_LEVELS; level++, width *= TREE_WIDTH)
		if (to - from == width)
			return !wanted_in(b, from, to) && tree_node(b->v->c, level, (int64_t)(from / width), out);
	return false;
}

static void collect(struct bundle *b, uint64_t from, uint64_t to, const struct merkle_hash *sibling)
{
	for (size_t i = 0; i < b->count; i++) {
		struct merkle_proof *p = &b->targets[i].proof;
		if (b->targets[i].e.seq > from && b->targets[i].e.seq <= to)
			p->hash[p->count++] = *sibling;
	}
}

/* The tree over leaves from … to - 1, from left to right. Depth is the logarithm of the record's length. */
static enum err walk(struct bundle *b, uint64_t from, uint64_t to, struct merkle_hash *out)
{
	uint64_t half = 1;
	struct merkle_hash left, right;
	if (to - from == 1)
		return read_leaf(b, from, out);
	if (kept(b, from, to, out))
		return OK;
	while (half * 2 < to - from)
		half *= 2;
	TRY(walk(b, from, from + half, &left));
	TRY(walk(b, from + half, to, &right));
	collect(b, from, from + half, &right);
	collect(b, from + half, to, &left);
	*out = merkle_node(&left, &right);
	return OK;
}

static enum err prove(struct bundle *b)
{
	b->size = (uint64_t)row_i64(b->v->c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	enum err e = b->size ? walk(b, 0, b->size, &b->root) : ERR_NOT_FOUND;
	store_reset(b->leaves);
	return e;
}

/* ---- who had it in hand, hour by hour ---- */

struct hold { int64_t step, person, from_ms; struct str name, name_en; struct hold *next; };

static void add_hold(struct bundle *b, const struct hold *h, int64_t to_ms, struct json_build *list)
{
	struct json_build o;
	if (h->from_ms == to_ms)
		return;
	json_build_object(&o, b->v->a);
	json_set_str(&o, "from", view_instant(b->v, h->from_ms));
	json_set_str(&o, "until", to_ms ? view_instant(b->v, to_ms) : (struct str){ NULL, 0 });
	json_set_i64(&o, "person", h->person);
	json_set_str(&o, "person_name", redress_name(b->v->c, b->v->a, h->person));
	json_set_i64(&o, "step", h->step);
	json_set_str(&o, "step_name", h->name);
	json_set_str(&o, "step_name_en", h->name_en);
	json_add(list, json_built(&o));
}

static struct hold *hold_of(struct hold *list, int64_t step)
{
	while (list && list->step != step)
		list = list->next;
	return list;
}

/* A step is in somebody's hands from its opening; a handing over ends one stretch and begins another. */
static enum err holders(struct bundle *b, struct json_build *list)
{
	struct hold *open = NULL;
	json_build_array(list, b->v->a);
	for (size_t i = 0; i < b->count; i++) {
		const struct ledger_entry *e = &b->targets[i].e;
		bool opened = str_eqz(e->kind, "step.opened"), assigned = str_eqz(e->kind, "step.assigned"), closed = str_eqz(e->kind, "step.closed");
		if (!opened && !assigned && !closed)
			continue;
		const struct json *data = parse(b->v->a, e->payload);
		struct hold *h = hold_of(open, json_i64(json_get(data, "step"), 0));
		if (h && !opened)
			add_hold(b, h, e->at_ms, list);
		if (opened) {
			h = arena_new(b->v->a, struct hold);
			if (!h)
				return ERR_NOMEM;
			*h = (struct hold){ .step = json_i64(json_get(data, "step"), 0), .name = json_text(json_get(data, "name")),
				.name_en = json_text(json_get(data, "name_en")), .next = open };
			open = h;
		}
		if (h) {
			h->person = json_i64(json_get(data, "person"), 0);
			h->from_ms = e->at_ms;
		}
		if (h && closed)
			h->step = 0;
	}
	for (const struct hold *h = open; h; h = h->next)
		if (h->step)
			add_hold(b, h, 0, list);
	return OK;
}

/* ---- as JSON ---- */

static struct str hex(struct arena *a, const uint8_t *bytes, size_t n)
{
	struct buf b;
	buf_init_in(&b, a, 2 * LEDGER_HASH + 1);
	buf_hex(&b, bytes, n);
	return buf_str(&b);
}

static const struct json *entry_json(struct bundle *b, const struct target *t)
{
	struct arena *a = b->v->a;
	struct json_build o, proof;
	json_build_object(&o, a);
	json_set_i64(&o, "seq", (int64_t)t->e.seq);
	json_set_i64(&o, "at_ms", t->e.at_ms);
	json_set_str(&o, "at", view_instant(b->v, t->e.at_ms));
	json_set_str(&o, "kind", t->e.kind);
	json_set_i64(&o, "subject", t->e.subject);
	json_set_i64(&o, "actor", t->e.actor);
	json_set_str(&o, "actor_name", t->e.actor ? redress_name(b->v->c, a, t->e.actor) : S(""));
	json_set_str(&o, "salt", t->withheld ? (struct str){ NULL, 0 } : hex(a, t->e.salt, LEDGER_SALT));
	json_set_str(&o, "payload", t->withheld ? (struct str){ NULL, 0 } : t->e.payload);
	json_set_str(&o, "digest", hex(a, t->e.payload_digest, LEDGER_HASH));
	json_set_str(&o, "previous", hex(a, t->e.previous, LEDGER_HASH));
	json_set_str(&o, "hash", hex(a, t->e.hash, LEDGER_HASH));
	json_build_array(&proof, a);
	for (size_t i = 0; i < t->proof.count; i++)
		json_add_str(&proof, hex(a, t->proof.hash[i].b, LEDGER_HASH));
	json_set(&o, "proof", json_built(&proof));
	return json_built(&o);
}

static enum err write_bundle(struct bundle *b, struct json_build *out)
{
	struct json_build entries, held;
	json_build_array(&entries, b->v->a);
	for (size_t i = 0; i < b->count; i++)
		json_add(&entries, entry_json(b, &b->targets[i]));
	TRY(holders(b, &held));
	json_set_str(out, "format", S("banjie-evidence/1"));
	json_set_str(out, "made_at", view_instant(b->v, b->v->now_ms));
	json_set_i64(out, "size", (int64_t)b->size);
	json_set_str(out, "root", hex(b->v->a, b->root.b, LEDGER_HASH));
	json_set(out, "responsible", json_built(&held));
	json_set(out, "entries", json_built(&entries));
	return OK;
}

enum err view_evidence(struct view_ctx *v, struct json_build *out)
{
	struct bundle b = { .v = v };
	struct case_row k;
	int64_t opened = json_i64(json_get(v->params, "case"), 0);
	int64_t alert = opened ? row_i64(v->c, "SELECT alert FROM accountability WHERE case_id=?1", opened, 0) : 0;
	int64_t about = alert ? row_i64(v->c, "SELECT case_id FROM redress_alert WHERE alert=?1", alert, 0) : 0;
	TRY(about ? case_get(v->c, v->a, about, &k) : opened ? case_get(v->c, v->a, opened, &k) : case_find(v->c, v->a, param(v, "case_no"), &k));
	TRY(alert && !about ? read_alert(&b, alert) : read_entries(&b, k.id));
	TRY(prove(&b));
	json_set_str(out, "case_no", k.case_no);
	set_named(out, v, "organ", ORGAN_SQL, k.organ);
	set_named(out, v, "item", ITEM_SQL, k.item);
	return write_bundle(&b, out);
}

/* ---- as a page ---- */

static void put_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '&')
			buf_putz(b, "&amp;");
		else if (s.ptr[i] == '<')
			buf_putz(b, "&lt;");
		else
			buf_byte(b, s.ptr[i]);
	}
}

static struct str kind_zh(struct str kind)
{
	static const struct { const char *kind, *zh; } words[] = {
		{ "case.received", "收到申请" }, { "case.milestone", "节点" }, { "case.state", "状态" }, { "case.note", "备注" }, { "step.opened", "进入环节" },
		{ "step.assigned", "转交经办" }, { "step.signed", "第一人签署" }, { "step.closed", "完成环节" }, { "clock.started", "时限开始" },
		{ "clock.changed", "时限变更" }, { "clock.stopped", "时限停止" }, { "timer.fired", "到点" }, { "alert.raised", "预警" },
		{ "alert.answered", "预警答复" }, { "alert.contested", "提出异议" }, { "alert.judged", "监察审核" }, { "alert.unanswered", "逾期未答复" },
		{ "document.added", "文书归卷" }, { "notice.sent", "通知" }, { "decision.made", "规则判定" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eqz(kind, words[i].kind))
			return str_of(words[i].zh);
	return kind;
}

static void cell(struct buf *b, struct str s)
{
	buf_putz(b, "<td>");
	put_escaped(b, s);
	buf_putz(b, "</td>");
}

static void put_holders(struct buf *b, const struct json *list)
{
	buf_putz(b, "<h2>各时段责任人</h2><table class=\"letter-table\"><tr><th>自</th><th>至</th><th>环节</th><th>责任人</th></tr>");
	for (size_t i = 0; list && i < list->count; i++) {
		const struct json *h = &list->items[i];
		struct str until = json_text(json_get(h, "until"));
		buf_putz(b, "<tr>");
		cell(b, str_sub(json_text(json_get(h, "from")), 0, 16));
		cell(b, until.len ? str_sub(until, 0, 16) : S("—"));
		cell(b, json_text(json_get(h, "step_name")));
		cell(b, json_text(json_get(h, "person_name")));
		buf_putz(b, "</tr>");
	}
	buf_putz(b, "</table>");
}

static void put_entries(struct buf *b, const struct json *list)
{
	buf_putz(b, "<h2>记录</h2><table class=\"letter-table\"><tr><th>序号</th><th>时间</th><th>事项</th><th>人员</th><th>校验值</th></tr>");
	for (size_t i = 0; list && i < list->count; i++) {
		const struct json *e = &list->items[i];
		buf_putz(b, "<tr>");
		cell(b, json_text(json_get(e, "seq")));
		cell(b, str_sub(json_text(json_get(e, "at")), 0, 16));
		cell(b, kind_zh(json_text(json_get(e, "kind"))));
		cell(b, json_text(json_get(e, "actor_name")));
		cell(b, str_sub(json_text(json_get(e, "hash")), 0, 16));
		buf_putz(b, "</tr>");
	}
	buf_putz(b, "</table>");
}

enum err bundle_html(struct arena *a, const struct json *bundle, struct str *out)
{
	struct buf b;
	buf_init_in(&b, a, 8 << 20);
	buf_putz(&b, "<div class=\"letter\"><h1>证据清单</h1><p>办件 ");
	put_escaped(&b, json_text(json_get(bundle, "case_no")));
	buf_putz(&b, "。每条记录在证据包中附有其在总账内的证明;总账前 ");
	put_escaped(&b, json_text(json_get(bundle, "size")));
	buf_putz(&b, " 条的根值为 <code>");
	put_escaped(&b, json_text(json_get(bundle, "root")));
	buf_putz(&b, "</code>。</p>");
	put_holders(&b, json_get(bundle, "responsible"));
	put_entries(&b, json_get(bundle, "entries"));
	buf_putz(&b, "</div>");
	return buf_finish(&b, out);
}
