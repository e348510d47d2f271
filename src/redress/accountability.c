/* accountability.c - a red alert that stands opens a case of its own, by the pack "accountability"; who may work on it, what it
 * has for effect, and what of it is published. The course itself is the pack's. */
#include "base/utf8.h"
#include "redress/redress_int.h"

/* ---- opening ---- */

static const struct json *opening(struct act *act, const struct alert_row *r, struct str item)
{
	struct json_build o, form, applicant;
	struct str name = redress_name(act->c, act->a, r->person);
	json_build_object(&form, act->a);
	json_set_str(&form, "alert_no", r->alert_no);
	json_set_str(&form, "about_case", r->case_no);
	json_set_str(&form, "facts", r->text);
	json_set_str(&form, "organ", row_str(act->c, act->a, "SELECT name FROM organ WHERE id=?1", r->organ));
	json_set_str(&form, "raised_on", day_text(act->a, calendar_day_at(r->at_ms, calendar_offset_s(calendar_now(act->cw)))));
	json_build_object(&applicant, act->a);
	json_set_str(&applicant, "name", name);
	json_set_str(&applicant, "kind", S("1"));
	json_build_object(&o, act->a);
	json_set_str(&o, "item", item);
	json_set_str(&o, "source", S("2"));
	json_set_str(&o, "party", row_str(act->c, act->a, "SELECT login FROM person WHERE id=?1", r->person));
	json_set(&o, "applicant", json_built(&applicant));
	json_set(&o, "form", json_built(&form));
	return json_built(&o);
}

static enum err begin_case(struct act *act, const struct json *data, struct case_row *k)
{
	const struct json *own = act->data;
	act->data = data;
	enum err e = data ? act_case_submit(act) : ERR_NOMEM;
	act->data = own;
	TRY(e);
	return case_find(act->c, act->a, json_text(json_get(&act->reply.value, "case_no")), k);
}

/* Once for each alert: a second opening finds the case there and does nothing. */
enum err act_accountability_open(struct act *act)
{
	struct alert_row r;
	struct json_build o;
	struct case_row k;
	struct str no = row_str(act->c, act->a, "SELECT alert_no FROM alert WHERE id=?1", json_i64(json_get(act->data, "alert"), 0));
	struct str item = row_str(act->c, act->a, "SELECT impl_code FROM item WHERE pack='accountability' AND live=?1 ORDER BY id LIMIT 1", 1);
	TRY(alert_find(act, no, &r));
	if (r.accountability || !r.stands || r.level != 3 || !r.person || !item.len)
		return OK;
	TRY(begin_case(act, opening(act, &r, item), &k));
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k.id);
	json_set_str(&o, "case_no", k.case_no);
	json_set_i64(&o, "alert", r.id);
	json_set_i64(&o, "person", r.person);
	json_set_i64(&o, "organ", r.organ);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "accountability.opened", k.id, &o);
}

/* The bundle was made aside (bundle.c): here it is filed, as bytes that verify and as a page that reads. */
enum err act_accountability_evidence(struct act *act)
{
	struct json_build o;
	int64_t case_id = json_i64(json_get(act->data, "case"), 0), bundle, page;
	if (row_i64(act->c, "SELECT 1 FROM accountability WHERE case_id=?1 AND bundle IS NULL", case_id, 0) == 0)
		return OK;
	TRY(document_file(act, case_id, S("证据包.json"), S("application/json"), S("evidence"), S("evidence"), act->blob, &bundle));
	TRY(document_file(act, case_id, S("证据清单"), S("text/html"), S("evidence"), S("evidence-page"), json_text(json_get(act->data, "page")), &page));
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "bundle", bundle);
	json_set_i64(&o, "page", page);
	json_set(&o, "size", json_get(act->data, "size"));
	json_set(&o, "root", json_get(act->data, "root"));
	return act_emit(act, "accountability.evidence", case_id, &o);
}

/* ---- who works on it ---- */

struct choosing { struct act *act; int64_t case_id, party, alert; struct str apart; };

static bool both(struct store_conn *c, const char *sql, int64_t p1, int64_t p2)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, sql, &q) != OK)
		return true; /* what cannot be excluded counts as an interest */
	store_bind_i64(q, 1, p1);
	store_bind_i64(q, 2, p2);
	bool yes = store_step(q, &row) != OK || row;
	store_reset(q);
	return yes;
}

/* Did the person do one of these elements of the case? */
static bool did(struct store_conn *c, int64_t case_id, int64_t person, struct str element)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, "SELECT 1 FROM step_done WHERE case_id=?1 AND person=?2 AND element=?3 LIMIT 1", &q) != OK)
		return true;
	store_bind_i64(q, 1, case_id);
	store_bind_i64(q, 2, person);
	store_bind_str(q, 3, element);
	bool yes = store_step(q, &row) != OK || row;
	store_reset(q);
	return yes;
}

static bool stands_apart(const struct choosing *x, int64_t person)
{
	struct str rest = x->apart;
	for (struct str word = str_cut(&rest, ' '); word.len; word = str_cut(&rest, ' '))
		if (did(x->act->c, x->case_id, person, word))
			return false;
	return true;
}

/* Not the person, no colleague, nobody who had a say about the alert, nobody who stepped back. */
static bool without_interest(const struct choosing *x, int64_t person)
{
	struct store_conn *c = x->act->c;
	return person != x->party &&
	       !both(c, "SELECT 1 FROM post m JOIN post t ON t.organ=m.organ WHERE (m.a=?1 OR m.b=?1) AND (t.a=?2 OR t.b=?2) LIMIT 1", person, x->party) &&
	       !both(c, "SELECT 1 FROM redress_alert WHERE alert=?2 AND (judged_by=?1 OR answered_by=?1 OR contested_by=?1)", person, x->alert) &&
	       !both(c, "SELECT 1 FROM demand WHERE alert=?2 AND issued_by=?1 LIMIT 1", person, x->alert) &&
	       !both(c, "SELECT 1 FROM step_done WHERE case_id=?2 AND person=?1 AND action='recuse' LIMIT 1", person, x->case_id) && stands_apart(x, person);
}

/* Holders of a role, in the organ or (0) anywhere; whoever has the least in hand first. */
#define HOLDERS(role) \
	"SELECT p.id FROM person p WHERE p.enabled=1 AND EXISTS (SELECT 1 FROM post t WHERE (t.a=p.id OR t.b=p.id) AND t.role='" role "'" \
	" AND (?1=0 OR t.organ=?1)) AND ?2=0 ORDER BY (SELECT count(*) FROM step_open s WHERE s.person=p.id), p.id"
static const char supervisors[] = HOLDERS("supervisor"), auditors[] = HOLDERS("auditor"), heads[] = HOLDERS("head");

/* The one with the least in hand; at a tie the longer in the list. The same record gives the same choice. */
static enum err choose(const struct choosing *x, const char *sql, int64_t organ, int64_t *out)
{
	int64_t *ids;
	size_t n;
	if (*out)
		return OK;
	TRY(redress_ids(x->act->c, x->act->a, sql, organ, 0, &ids, &n));
	for (size_t i = 0; i < n && !*out; i++)
		if (without_interest(x, ids[i]))
			*out = ids[i];
	return OK;
}

/* Who did the element before goes on with it, unless they stepped back. */
static int64_t keeper(struct act *act, int64_t case_id, struct str element)
{
	struct store_query *q;
	bool row;
	if (!element.len || store_prepare(act->c, "SELECT person FROM step_done WHERE case_id=?1 AND element=?2 AND state='done' AND action<>'recuse'"
	                                          " ORDER BY closed_ms DESC, id DESC LIMIT 1", &q) != OK)
		return 0;
	store_bind_i64(q, 1, case_id);
	store_bind_str(q, 2, element);
	if (store_step(q, &row) != OK || !row)
		return 0;
	int64_t person = store_col_i64(q, 0);
	store_reset(q);
	return person;
}

static enum err choose_decider(const struct choosing *x, const struct case_row *k, const struct json *variables, int64_t *out)
{
	int64_t lead = k->organ, parent = row_i64(x->act->c, "SELECT parent FROM organ WHERE id=?1", k->organ, 0);
	if (str_eqz(json_text(json_get(variables, "authority")), "higher") && parent)
		TRY(choose(x, heads, parent, out));
	TRY(choose(x, heads, lead, out));
	return choose(x, heads, 0, out);
}

enum err redress_assign(struct act *act, int64_t case_id, const struct xml_node *assign, const struct json *variables, int64_t *person)
{
	struct case_row k;
	TRY(case_get(act->c, act->a, case_id, &k));
	struct choosing x = { .act = act, .case_id = case_id, .party = k.applicant, .apart = xml_attr(assign, "apart"),
		.alert = row_i64(act->c, "SELECT alert FROM accountability WHERE case_id=?1", case_id, 0) };
	*person = keeper(act, case_id, xml_attr(assign, "keeps"));
	if (str_eqz(xml_attr(assign, "person"), "decider"))
		return choose_decider(&x, &k, variables, person);
	TRY(choose(&x, supervisors, 0, person));
	TRY(choose(&x, auditors, 0, person));
	return choose(&x, heads, 0, person);
}

/* ---- what comes of it ---- */

static const struct { const char *kind, *zh, *en; } effects[] = {
	{ "talk", "效能约谈", "efficiency talk" }, { "criticism", "通报批评", "notice of criticism" }, { "admonition", "效能告诫", "efficiency warning" },
	{ "warning", "警告", "warning" }, { "demerit", "记过", "demerit" }, { "serious-demerit", "记大过", "serious demerit" },
	{ "demotion", "降级", "demotion" }, { "removal", "撤职", "removal from office" }, { "dismissal", "开除", "dismissal" },
};

static enum err take_effect(struct act *act, const struct case_row *k, const struct json *variables)
{
	struct json_build o;
	const struct json *effect = json_get(variables, "effect");
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k->id);
	json_set_str(&o, "case_no", k->case_no);
	json_set_i64(&o, "alert", row_i64(act->c, "SELECT alert FROM accountability WHERE case_id=?1", k->id, 0));
	json_set_i64(&o, "person", k->applicant);
	json_set_i64(&o, "organ", row_i64(act->c, "SELECT organ FROM accountability WHERE case_id=?1", k->id, 0));
	json_set_str(&o, "kind", json_text(json_get(effect, "kind")));
	json_set_i64(&o, "points", json_i64(json_get(effect, "points"), 0));
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "accountability.effect", k->id, &o);
}

/* The family name alone, as courts publish: 王某. */
static struct str hidden_name(struct arena *a, struct str name)
{
	size_t end = 0;
	if (!name.len)
		return S("");
	(void)utf8_next(name, &end);
	return arena_printf(a, "%.*s某", (int)end, name.ptr);
}

static enum err publish(struct act *act, const struct case_row *k)
{
	struct json_build o;
	struct str kind = row_str(act->c, act->a, "SELECT effect FROM accountability WHERE case_id=?1", k->id);
	struct str organ = row_str(act->c, act->a, "SELECT o.name FROM accountability c JOIN organ o ON o.id=c.organ WHERE c.case_id=?1", k->id);
	struct str organ_en = row_str(act->c, act->a, "SELECT o.name_en FROM accountability c JOIN organ o ON o.id=c.organ WHERE c.case_id=?1", k->id);
	struct str name = hidden_name(act->a, k->applicant_name);
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k->id);
	json_set_str(&o, "case_no", k->case_no);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&o, "name", name);
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
		if (str_eqz(kind, effects[i].kind)) {
			json_set_str(&o, "summary", arena_printf(act->a, "%.*s工作人员%.*s因履职不当,受到%s处理。", STR_ARG(organ), STR_ARG(name), effects[i].zh));
			json_set_str(&o, "summary_en", arena_printf(act->a, "A member of staff of %.*s did not do their duty; consequence: %s.",
			                                            STR_ARG(organ_en.len ? organ_en : organ), effects[i].en));
		}
	return act_emit(act, "accountability.published", k->id, &o);
}

enum err redress_perform(struct act *act, int64_t case_id, const struct xml_node *element, const struct json *variables,
                         struct json_build *result)
{
	struct case_row k;
	(void)result;
	TRY(case_get(act->c, act->a, case_id, &k));
	return str_eqz(element->name, "effect") ? take_effect(act, &k, variables) : publish(act, &k);
}
