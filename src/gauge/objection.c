/* objection.c - what the evaluated say against a draft, and what is decided on it.
 *
 * A figure is never typed. An objection that is accepted with a signal or case named takes that row out of this run, for
 * everybody it counted for; the figures are computed again when the run becomes final. One accepted without (data of the
 * record put right since, a signal lifted) has its effect by the same computation.
 */
#include "gauge/gauge_int.h"

struct objected {
	struct run_row run;
	struct gauge_scheme scheme;
	enum gauge_kind kind;
	int64_t subject;
	const struct gauge_indicator *indicator;
	int fact;      /* -1 = none named */
	int64_t ref;
	struct str ref_text;
};

static const struct gauge_indicator *in_part(const struct gauge_part *p, struct str code)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->indicators[i].code, code))
			return &p->indicators[i];
	return NULL;
}

const struct gauge_indicator *gauge_indicator_find(const struct gauge_scheme *s, struct str part, struct str code)
{
	if (str_eqz(part, "adjustments"))
		return in_part(&s->adjustments, code);
	if (str_eqz(part, "year"))
		return in_part(&s->year, code);
	for (size_t p = 0; p < s->parts_count; p++)
		if (str_eq(s->parts[p].code, part))
			return in_part(&s->parts[p], code);
	return NULL;
}

static enum err find_run(struct act *act, struct objected *o)
{
	struct str no = str_trim(json_text(json_get(act->data, "run")));
	if (gauge_run_find(act->c, act->a, no, &o->run) != OK) {
		enum err e = act_refuse(act, ERR_NOT_FOUND, "gauge.run-unknown", "There is no evaluation %.*s.", STR_ARG(no));
		diag_arg(act->d, no);
		return e;
	}
	if (!str_eqz(o->run.state, "draft") || act->now_ms >= o->run.objections_ms)
		return act_refuse(act, ERR_CONFLICT, "gauge.objection-late", "Objections are taken against a draft, until its day; that is over.");
	return gauge_scheme_get(act->c, act->a, o->run.scheme, &o->scheme, act->d);
}

/* By the evaluated: the person, an organ's head, whoever holds the post. */
static bool speaks_for(struct act *act, const struct objected *o)
{
	int64_t me = act->actor.person;
	if (o->kind == GAUGE_PERSON)
		return me == o->subject;
	if (o->kind == GAUGE_POST)
		return powers_holds_post(act->c, me, o->subject);
	return powers_in_organ(act->c, me, o->subject, ROLE_HEAD);
}

static enum err find_subject(struct act *act, struct objected *o)
{
	struct str code = str_trim(json_text(json_get(act->data, "subject")));
	struct store_query *q;
	bool row;
	if (!gauge_kind_parse(json_text(json_get(act->data, "kind")), &o->kind))
		return act_refuse(act, ERR_INVALID, "gauge.kind", "Say organ, person or post.");
	o->subject = gauge_subject_find(act->c, o->kind, code);
	TRY(store_prepare(act->c, "SELECT 1 FROM gauge_score WHERE run=?1 AND kind=?2 AND subject=?3", &q));
	store_bind_i64(q, 1, o->run.id);
	store_bind_i64(q, 2, o->kind);
	store_bind_i64(q, 3, o->subject);
	TRY(store_step(q, &row));
	store_reset(q);
	if (!o->subject || !row)
		return act_refuse(act, ERR_NOT_FOUND, "gauge.subject-unknown", "This evaluation has no figure for them.");
	return speaks_for(act, o) ? OK : act_refuse(act, ERR_DENIED, "gauge.not-yours", "Only the evaluated may object: the person, or the head of the organ.");
}

static enum err find_indicator(struct act *act, struct objected *o)
{
	o->indicator = gauge_indicator_find(&o->scheme, json_text(json_get(act->data, "part")), json_text(json_get(act->data, "indicator")));
	return o->indicator ? OK : act_refuse(act, ERR_NOT_FOUND, "gauge.indicator-unknown", "The scheme has no such indicator.");
}

/* Does the row count for the subject in this run? */
static enum err counts(struct act *act, const struct objected *o, int fact, int64_t ref, bool *out)
{
	struct str inner = gauge_fact_sql(act->a, fact, o->kind);
	struct store_query *q;
	*out = false;
	if (!inner.len || !ref)
		return OK;
	const char *sql = arena_printf(act->a, "SELECT 1 FROM (%.*s) f WHERE subject=?3 AND ref=?4", STR_ARG(inner)).ptr;
	if (!sql)
		return ERR_NOMEM;
	TRY(store_prepare_text(act->c, sql, &q));
	store_bind_i64(q, 1, o->run.from_ms);
	store_bind_i64(q, 2, o->run.until_ms);
	store_bind_i64(q, 3, o->subject);
	store_bind_i64(q, 4, ref);
	enum err e = store_step(q, out);
	store_finalize_text(q);
	return e;
}

/* The number of a signal or of a case, among the rows that the indicator is computed from. */
static enum err find_ref(struct act *act, struct objected *o)
{
	const struct gauge_measure *all;
	o->fact = -1;
	o->ref_text = str_trim(json_text(json_get(act->data, "ref")));
	if (!o->ref_text.len)
		return OK;
	(void)gauge_measures(&all);
	int64_t alert = row_i64_str(act->c, "SELECT id FROM alert WHERE alert_no=?1", o->ref_text, 0);
	int64_t k = row_i64_str(act->c, "SELECT id FROM case_number WHERE case_no=?1", o->ref_text, 0);
	for (size_t i = 0; i < o->indicator->measures_count; i++) {
		int fact = all[o->indicator->measures[i]].fact;
		int64_t ref = fact == FACT_SIGNALS ? alert : fact == FACT_CASES || fact == FACT_RATINGS ? k : 0;
		bool in;
		TRY(counts(act, o, fact, ref, &in));
		if (in) {
			o->fact = fact;
			o->ref = ref;
			return OK;
		}
	}
	enum err e = act_refuse(act, ERR_NOT_FOUND, "gauge.ref-unknown", "%.*s does not count in this indicator.", STR_ARG(o->ref_text));
	diag_arg(act->d, o->ref_text);
	return e;
}

enum err gauge_act_object(struct act *act)
{
	struct objected o = { 0 };
	struct json_build j;
	struct str reason = str_trim(json_text(json_get(act->data, "reason")));
	TRY(find_run(act, &o));
	TRY(find_subject(act, &o));
	TRY(find_indicator(act, &o));
	TRY(find_ref(act, &o));
	if (!reason.len)
		return act_refuse(act, ERR_INVALID, "gauge.reason", "Give the reason.");
	int64_t id = act_id(act);
	json_build_object(&j, act->a);
	json_set_i64(&j, "id", id);
	json_set_i64(&j, "run", o.run.id);
	json_set_i64(&j, "kind", o.kind);
	json_set_i64(&j, "subject", o.subject);
	json_set_str(&j, "indicator", arena_printf(act->a, "%.*s/%.*s", STR_ARG(json_text(json_get(act->data, "part"))), STR_ARG(o.indicator->code)));
	if (o.fact >= 0) {
		json_set_str(&j, "fact", str_of(gauge_fact_def(o.fact)->name));
		json_set_i64(&j, "ref", o.ref);
		json_set_str(&j, "ref_text", o.ref_text);
	}
	json_set_str(&j, "reason", reason);
	json_set_i64(&j, "by", act->actor.person);
	json_set_i64(&j, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "objection", id);
	return act_emit(act, "gauge.objected", 0, &j);
}

/* ---- decided ---- */

static enum err tell_decision(struct act *act, int64_t objection, bool accepted, struct str reason)
{
	int64_t person = row_i64(act->c, "SELECT person FROM gauge_objection WHERE id=?1", objection, 0);
	return notice_send(act, person, 0, accepted ? S("考核异议：采纳") : S("考核异议：不采纳"), accepted ? S("Objection accepted") : S("Objection not accepted"),
	                   reason, reason, 0);
}

enum err gauge_act_decide(struct act *act)
{
	int64_t id = json_i64(json_get(act->data, "objection"), 0);
	const struct json *accept = json_get(act->data, "accept");
	struct str reason = str_trim(json_text(json_get(act->data, "reason")));
	struct json_build o;
	if (!row_i64(act->c, "SELECT 1 FROM gauge_objection WHERE id=?1", id, 0))
		return act_refuse(act, ERR_NOT_FOUND, "gauge.objection-unknown", "There is no such objection.");
	if (!row_i64(act->c, "SELECT 1 FROM gauge_objection WHERE id=?1 AND state='open'", id, 0))
		return act_refuse(act, ERR_CONFLICT, "gauge.objection-decided", "This objection has been decided already.");
	if (row_i64(act->c, "SELECT person FROM gauge_objection WHERE id=?1", id, 0) == act->actor.person)
		return act_refuse(act, ERR_DENIED, "gauge.own-objection", "Nobody decides on an objection of their own.");
	if (!accept || accept->kind != JSON_BOOL)
		return act_refuse(act, ERR_INVALID, "gauge.decision", "Say whether it is accepted.");
	if (!reason.len)
		return act_refuse(act, ERR_INVALID, "gauge.reason", "Give the reason.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "objection", id);
	json_set_str(&o, "state", accept->boolean ? S("accepted") : S("rejected"));
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "gauge.decided", 0, &o));
	return tell_decision(act, id, accept->boolean, reason);
}

/* ---- a recommendation answered ---- */

enum err gauge_act_remedy(struct act *act)
{
	int64_t id = json_i64(json_get(act->data, "recommendation"), 0);
	struct str text = str_trim(json_text(json_get(act->data, "text")));
	struct json_build o;
	int64_t kind = row_i64(act->c, "SELECT kind FROM gauge_recommendation WHERE id=?1", id, 0);
	struct objected who = { .kind = (enum gauge_kind)kind, .subject = row_i64(act->c, "SELECT subject FROM gauge_recommendation WHERE id=?1", id, 0) };
	if (!kind)
		return act_refuse(act, ERR_NOT_FOUND, "gauge.recommendation-unknown", "There is no such recommendation.");
	if (!speaks_for(act, &who))
		return act_refuse(act, ERR_DENIED, "gauge.not-yours", "Only the evaluated may object: the person, or the head of the organ.");
	if (!text.len)
		return act_refuse(act, ERR_INVALID, "gauge.remedy", "Say what was put right.");
	if (!row_i64(act->c, "SELECT 1 FROM gauge_recommendation WHERE id=?1 AND state='open'", id, 0))
		return act_refuse(act, ERR_CONFLICT, "gauge.remedied", "This recommendation has been answered already.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "recommendation", id);
	json_set_str(&o, "text", text);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "gauge.remedied", 0, &o);
}
