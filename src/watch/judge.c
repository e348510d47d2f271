/* judge.c - one entry of the ledger before all rules that want it. */
#include "watch/watch_int.h"

/* ---- words ---- */

/* The case to show. Of a complaint it is the one complained about, never the complaint itself: who complained is nobody's business
 * who is warned because of it. */
static int64_t case_shown(const struct watch_moment *m)
{
	int64_t about = json_i64(json_get(m->entry->data, "about_case"), 0);
	if (about || str_starts(m->entry->kind, S("complaint.")))
		return about;
	return m->k ? m->k->id : 0;
}

static struct str case_no_of(const struct watch_moment *m)
{
	struct str no = row_str(m->fold->c, m->a, "SELECT case_no FROM case_any WHERE id=?1", case_shown(m));
	return no.ptr ? no : S("");
}

static struct str item_name(const struct watch_moment *m, bool english)
{
	int64_t item = m->k ? m->k->item : json_i64(json_get(m->entry->data, "id"), 0);
	struct str en = english ? row_str(m->fold->c, m->a, "SELECT name_en FROM item WHERE id=?1", item) : S("");
	return en.len ? en : row_str(m->fold->c, m->a, "SELECT name FROM item WHERE id=?1", item);
}

static struct str person_name(const struct watch_moment *m)
{
	return row_str(m->fold->c, m->a, "SELECT name FROM person WHERE id=?1", watch_moment_person(m));
}

static struct str step_name(const struct watch_moment *m, bool english)
{
	int64_t id = m->step ? m->step->id : 0;
	const char *zh = "SELECT name FROM step_done WHERE id=?1", *en = "SELECT name_en FROM step_done WHERE id=?1";
	struct str s = row_str(m->fold->c, m->a, english ? en : zh, id);
	if (!s.len)
		s = row_str(m->fold->c, m->a, english ? "SELECT name_en FROM step_open WHERE id=?1" : "SELECT name FROM step_open WHERE id=?1", id);
	return s.len ? s : m->step ? m->step->element : S("");
}

/* {case_no}, {item}, {person}, {step}, or a fact of the rule, also {event.grade}. */
static void put_word(struct buf *b, const struct watch_moment *m, const struct feel_value *facts, struct str name, bool english)
{
	struct str fact = name, inside = { NULL, 0 };
	const struct feel_value *v;
	if (str_eqz(name, "case_no"))
		buf_put(b, case_no_of(m));
	else if (str_eqz(name, "item"))
		buf_put(b, item_name(m, english));
	else if (str_eqz(name, "person"))
		buf_put(b, person_name(m));
	else if (str_eqz(name, "step"))
		buf_put(b, step_name(m, english));
	else {
		inside = fact;
		fact = str_cut(&inside, '.');
		v = feel_get(facts, fact);
		v = v && inside.len ? feel_get(v, inside) : v;
		if (v && !feel_is_null(v))
			feel_print(v, b);
	}
}

/* The text with its words filled in. *all: whether each word had something to say; a word without anything is a dash where the text
 * stands for itself. */
static struct str fill_part(const struct watch_moment *m, const struct feel_value *facts, struct str text, bool english, bool *all)
{
	struct buf b;
	struct str out;
	*all = true;
	buf_init_in(&b, m->a, 1 << 16);
	while (text.ptr && text.len) {
		buf_put(&b, str_cut(&text, '{'));
		if (!text.ptr)
			break;
		size_t before = b.len;
		put_word(&b, m, facts, str_cut(&text, '}'), english);
		if (b.len == before) {
			*all = false;
			buf_putz(&b, "-");
		}
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

/* What stands in [brackets] is said only where all its words have something to say. */
static struct str fill(const struct watch_moment *m, const struct feel_value *facts, struct str text, bool english)
{
	struct buf b;
	struct str out;
	bool all;
	buf_init_in(&b, m->a, 1 << 16);
	while (text.ptr && text.len) {
		buf_put(&b, fill_part(m, facts, str_cut(&text, '['), english, &all));
		if (!text.ptr)
			break;
		struct str part = fill_part(m, facts, str_cut(&text, ']'), english, &all);
		if (all)
			buf_put(&b, part);
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

/* ---- what it is fired once for ---- */

static struct str key_of(const struct watch_moment *m, const struct watch_rule *r, int level)
{
	static const char *const levels[] = { "", "notice", "yellow", "red" };
	long long person = watch_moment_person(m), hour = m->entry->at_ms / 3600000;
	if (str_eqz(r->key, "person-hour") && person)
		return arena_printf(m->a, "person/%lld/%lld/%s", person, hour, levels[level]);
	if (str_eqz(r->key, "step") && m->step)
		return arena_printf(m->a, "step/%lld/%s", (long long)m->step->id, levels[level]);
	if (str_eqz(r->key, "clock") && m->k)
		return arena_printf(m->a, "clock/%lld/%d/%d/%s", (long long)m->k->id, m->k->suspensions, m->k->extensions, levels[level]);
	if (str_eqz(r->key, "case") && m->k)
		return arena_printf(m->a, "case/%lld/%s", (long long)m->k->id, levels[level]);
	if (str_eqz(r->key, "item") && str_eqz(m->entry->kind, "item.put"))
		return arena_printf(m->a, "item/%lld/%lld/%s", (long long)json_i64(json_get(m->entry->data, "id"), 0),
		                    (long long)json_i64(json_get(m->entry->data, "version"), 0), levels[level]);
	return arena_printf(m->a, "entry/%lld/%s", (long long)m->entry->seq, levels[level]);
}

/* The entries that show it: receipt, the step's opening and closing, the entry itself; each once, in order. */
static const struct json *evidence_of(const struct watch_moment *m)
{
	int64_t seqs[] = { m->k ? m->k->received_seq : 0, m->step ? m->step->opened_seq : 0, m->step ? m->step->closed_seq : 0, m->entry->seq };
	struct json_build list;
	int64_t before = 0;
	json_build_array(&list, m->a);
	for (size_t i = 0; i < sizeof seqs / sizeof *seqs; i++) {
		if (seqs[i] <= before)
			continue;
		json_add_i64(&list, seqs[i]);
		before = seqs[i];
	}
	return json_built(&list);
}

static int64_t organ_of(const struct watch_moment *m)
{
	int64_t named = json_i64(json_get(m->entry->data, "about_organ"), json_i64(json_get(m->entry->data, "organ"), 0));
	int64_t of_post = m->step && m->step->post ? row_i64(m->fold->c, "SELECT organ FROM post WHERE id=?1", m->step->post, 0) : 0;
	return of_post ? of_post : named ? named : m->k ? m->k->organ : 0;
}

static enum err ask(struct watch_rule *r, const struct watch_moment *m, uint64_t moment, watch_hit_fn hit, void *arg)
{
	struct feel_value facts;
	int level;
	if (m->entry->at_ms < r->live_ms || !(r->wants & moment))
		return OK;
	TRY(watch_rule_judge(r, m, &level, &facts));
	if (!level)
		return OK;
	struct watch_hit h = {
		.rule = r, .level = level, .seq = m->entry->seq, .at_ms = m->entry->at_ms, .case_id = case_shown(m), .step = m->step ? m->step->id : 0,
		.person = watch_moment_person(m), .organ = organ_of(m), .key = key_of(m, r, level), .text = fill(m, &facts, r->text, false),
		.text_en = fill(m, &facts, r->text_en, true), .evidence = evidence_of(m),
	};
	return h.key.ptr && h.evidence ? hit(arg, &h) : ERR_NOMEM;
}

static struct watch_clock *clock_in(struct watch_case *k, int64_t id)
{
	for (size_t i = 0; i < k->clocks_count; i++)
		if (k->clocks[i].id == id)
			return &k->clocks[i];
	return NULL;
}

/* After the rules were asked: a decision becomes one that later ones are compared with. */
static enum err remember(struct watch_fold *f, const struct watch_moment *m)
{
	const struct watch_fact *deciding = watch_fact_find(S("deciding"));
	if (!m->k || !m->k->discretion.len || !m->step || !str_eqz(m->entry->kind, "step.closed") || m->entry->seq <= f->counted)
		return OK;
	struct feel_value v = watch_fact_value(m, deciding);
	return feel_is_true(&v) ? watch_fold_comparable_put(f, watch_comparable_key(m->a, m->k), m->step->action, 1, 1) : OK;
}

static enum err judge_moment(struct watch_rule *rules, struct watch_moment *m, watch_hit_fn hit, void *arg)
{
	const struct watch_fact *facts;
	size_t count = watch_facts(&facts);
	uint64_t moment = watch_moment_of(m->entry->kind);
	m->values = arena_new_n(m->a, struct feel_value, count);
	m->known = arena_new_n(m->a, bool, count);
	if (!m->values || !m->known)
		return ERR_NOMEM;
	if (m->k) {
		m->step = watch_case_step(m->k, json_i64(json_get(m->entry->data, "step"), 0));
		m->clock = clock_in(m->k, json_i64(json_get(m->entry->data, "clock"), 0));
	}
	for (struct watch_rule *r = rules; r; r = r->next)
		TRY(ask(r, m, moment, hit, arg));
	return remember(m->fold, m);
}

enum err watch_judge(struct watch_fold *f, struct watch_rule *rules, const struct calendar *cal, const struct watch_entry *e,
                     watch_hit_fn hit, void *arg)
{
	struct watch_case *k = NULL;
	bool asked = watch_rules_want(rules, e->kind) || str_eqz(e->kind, "step.closed");
	if (e->after_gap)
		TRY(watch_fold_resume(f, e->at_ms));
	TRY(watch_fold_case(f, e, asked, &k));
	TRY(watch_fold_apply(f, e, k));
	if (asked && !(k && k->holed)) {
		struct watch_moment m = { .fold = f, .calendar = cal, .entry = e, .k = k, .a = &f->scratch };
		TRY(judge_moment(rules, &m, hit, arg));
	}
	if (k && str_eqz(e->kind, "case.concluded"))
		watch_fold_forget(f, k);
	return OK;
}
