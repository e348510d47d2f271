/* rules.c - the commands on rules: shipped, drafted, signed by two, tried; and the alert that a rule raises. */
#include "watch/watch_int.h"

struct version { int64_t id, version, by; struct str state, xml; };

static struct str text_of(struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

static int64_t number_of(struct act *act, const char *key) { return json_i64(json_get(act->data, key), 0); }

static enum err refuse_at(struct act *act, const char *place, enum err e, const char *code, const char *text)
{
	(void)act_refuse(act, e, code, "%s", text);
	diag_at(act->d, str_of(place));
	return e;
}

/* The newest version in that state ("" = any); id 0 when there is none. */
static enum err version_find(struct store_conn *c, struct arena *a, struct str rule_no, const char *state, struct version *out)
{
	struct store_query *q;
	bool row;
	*out = (struct version){ 0 };
	TRY(store_prepare(c, "SELECT id, version, drafted_by, state, xml FROM watch_rule WHERE rule_no=?1 AND (?2='' OR state=?2)"
	                     " ORDER BY version DESC LIMIT 1", &q));
	store_bind_str(q, 1, rule_no);
	store_bind_str(q, 2, str_of(state));
	TRY(store_step(q, &row));
	if (!row)
		return OK;
	*out = (struct version){ .id = store_col_i64(q, 0), .version = store_col_i64(q, 1), .by = store_col_i64(q, 2),
	                         .state = store_col_copy(q, 3, a), .xml = store_col_copy(q, 4, a) };
	store_reset(q);
	return OK;
}

struct written { int64_t id, version; const char *state; struct str xml, reason; bool enabled, live; };

static enum err write_version(struct act *act, const struct watch_rule *r, const struct written *w)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", w->id);
	json_set_str(&o, "rule_no", arena_str(act->a, r->number));
	json_set_i64(&o, "version", w->version);
	json_set_str(&o, "state", str_of(w->state));
	json_set_bool(&o, "enabled", w->enabled);
	json_set_str(&o, "xml", w->xml);
	json_set_str(&o, "name", arena_str(act->a, r->name));
	json_set_str(&o, "name_en", arena_str(act->a, r->name_en));
	json_set_str(&o, "ground", arena_str(act->a, r->ground));
	json_set_str(&o, "reason", w->reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	if (w->live)
		json_set_i64(&o, "live_ms", act->now_ms);
	return act_emit(act, "watch.rule.put", 0, &o);
}

/* ---- those that come with the program ---- */

static enum err ship(struct act *act, const struct watch_rule *r, struct str xml)
{
	struct version newest;
	TRY(version_find(act->c, act->a, r->number, "", &newest));
	/* what the office has made its own stays as the office wants it */
	if (newest.id && (newest.by || str_eq(newest.xml, xml)))
		return OK;
	struct written w = { .id = act_id(act), .version = newest.version + 1, .state = "live", .xml = xml, .reason = S(""), .enabled = true, .live = true };
	json_set_bool(&act->reply, "changed", true);
	return write_version(act, r, &w);
}

enum err act_rule_ship(struct act *act)
{
	struct watch_rule *r;
	struct str xml = json_text(json_get(act->data, "xml"));
	TRY(watch_rule_read(xml, &r, act->d));
	enum err e = ship(act, r, xml);
	watch_rule_free(r);
	return e;
}

/* ---- an office's own ---- */

static enum err base_of(struct act *act, struct str *xml, struct str *rule_no)
{
	struct version draft, live;
	struct str file = json_text(json_get(act->data, "xml"));
	*rule_no = text_of(act, "rule_no");
	if (file.len) {
		*xml = file;
		return OK;
	}
	TRY(version_find(act->c, act->a, *rule_no, "draft", &draft));
	TRY(version_find(act->c, act->a, *rule_no, "live", &live));
	if (!draft.id && !live.id)
		return refuse_at(act, "rule_no", ERR_NOT_FOUND, "watch.rule-unknown", "There is no rule with this number.");
	return watch_rule_edit(act->a, draft.id ? draft.xml : live.xml, act->data, xml, act->d);
}

static enum err save_draft(struct act *act, const struct watch_rule *r, struct str xml)
{
	struct version newest, draft, proposed;
	struct str reason = text_of(act, "reason");
	TRY(version_find(act->c, act->a, r->number, "", &newest));
	TRY(version_find(act->c, act->a, r->number, "draft", &draft));
	TRY(version_find(act->c, act->a, r->number, "proposed", &proposed));
	if (proposed.id)
		return act_refuse(act, ERR_CONFLICT, "watch.proposed", "A version of this rule waits for its second signature. Approve or refuse that one first.");
	if (!reason.len)
		return refuse_at(act, "reason", ERR_INVALID, "watch.reason", "Say why the rule is changed: it stands in its history.");
	struct written w = { .id = draft.id ? draft.id : act_id(act), .version = draft.id ? draft.version : newest.version + 1, .state = "draft",
	                     .xml = xml, .reason = reason, .enabled = json_bool(json_get(act->data, "enabled"), true) };
	json_set_str(&act->reply, "rule_no", arena_str(act->a, r->number));
	json_set_i64(&act->reply, "version", w.version);
	return write_version(act, r, &w);
}

enum err act_rule_draft(struct act *act)
{
	struct watch_rule *r;
	struct str xml, rule_no;
	TRY(base_of(act, &xml, &rule_no));
	TRY(watch_rule_read(xml, &r, act->d));
	enum err e = rule_no.len && !str_eq(rule_no, r->number)
		? refuse_at(act, "xml", ERR_INVALID, "watch.number", "The file is of a rule with another number.") : save_draft(act, r, xml);
	watch_rule_free(r);
	return e;
}

static enum err move_on(struct act *act, const char *event, const struct version *v, struct str rule_no)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", v->id);
	json_set_str(&o, "rule_no", rule_no);
	json_set_i64(&o, "version", v->version);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&o, "reason", text_of(act, "reason"));
	act_set_read(act, &o);
	json_set_str(&act->reply, "rule_no", rule_no);
	json_set_i64(&act->reply, "version", v->version);
	return act_emit(act, event, 0, &o);
}

static enum err find_in_state(struct act *act, const char *state, const char *code, const char *text, struct version *out)
{
	TRY(version_find(act->c, act->a, text_of(act, "rule_no"), state, out));
	return out->id ? OK : act_refuse(act, ERR_CONFLICT, code, "%s", text);
}

/* The first signature. */
enum err act_rule_sign(struct act *act)
{
	struct version v;
	TRY(find_in_state(act, "draft", "watch.no-draft", "There is no draft of this rule.", &v));
	return move_on(act, "watch.rule.proposed", &v, text_of(act, "rule_no"));
}

/* The second, of somebody else: neither who signed first nor who wrote it. */
enum err act_rule_approve(struct act *act)
{
	struct version v;
	TRY(find_in_state(act, "proposed", "watch.not-proposed", "No version of this rule waits for a second signature.", &v));
	int64_t first = row_i64(act->c, "SELECT signed_by FROM watch_rule WHERE id=?1", v.id, 0);
	if (act->actor.person == first || act->actor.person == v.by)
		return act_refuse(act, ERR_DENIED, "watch.same-person", "You wrote or signed this version: a second person must approve it.");
	return move_on(act, "watch.rule.live", &v, text_of(act, "rule_no"));
}

enum err act_rule_refuse(struct act *act)
{
	struct version v;
	TRY(find_in_state(act, "proposed", "watch.not-proposed", "No version of this rule waits for a second signature.", &v));
	if (!text_of(act, "reason").len)
		return refuse_at(act, "reason", ERR_INVALID, "watch.refusal-reason", "Say why you do not approve it.");
	return move_on(act, "watch.rule.refused", &v, text_of(act, "rule_no"));
}

/* ---- trying: the outcome is the workspace's, that it was tried is the record's ---- */

static enum err moment(struct act *act, const char *key, int64_t none_ms, int64_t *out)
{
	calendar_day day;
	struct str text = text_of(act, key);
	*out = none_ms;
	if (!text.len)
		return OK;
	if (!calendar_day_parse(text, &day))
		return refuse_at(act, key, ERR_INVALID, "watch.day", "Give a day, such as 2025-03-03.");
	*out = calendar_day_start_ms(day, calendar_offset_s(calendar_now(act->cw)));
	return OK;
}

enum err act_rule_try(struct act *act)
{
	static const int64_t day_ms = 86400000;
	struct version v;
	struct store_query *q;
	struct json_build o;
	int64_t from, to;
	TRY(version_find(act->c, act->a, text_of(act, "rule_no"), "draft", &v));
	if (!v.id)
		TRY(version_find(act->c, act->a, text_of(act, "rule_no"), "proposed", &v));
	if (!v.id)
		TRY(version_find(act->c, act->a, text_of(act, "rule_no"), "live", &v));
	if (!v.id)
		return refuse_at(act, "rule_no", ERR_NOT_FOUND, "watch.rule-unknown", "There is no rule with this number.");
	TRY(moment(act, "to", act->now_ms, &to));
	TRY(moment(act, "from", to - 365 * day_ms, &from));
	to = to < act->now_ms && text_of(act, "to").len ? to + day_ms - 1 : act->now_ms; /* the last day whole */
	if (from > to)
		return refuse_at(act, "from", ERR_INVALID, "watch.period", "The period ends before it begins.");
	int64_t id = row_i64(act->c, "SELECT max(id) FROM watch_trial WHERE ?1=1", 1, 0) + 1;
	TRY(store_prepare(act->c, "INSERT INTO watch_trial(id, rule_no, version, xml, from_ms, to_ms, by_person, asked_ms, state, result)"
	                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', '{}')", &q));
	store_bind_i64(q, 1, id);
	store_bind_str(q, 2, text_of(act, "rule_no"));
	store_bind_i64(q, 3, v.version);
	store_bind_str(q, 4, v.xml);
	store_bind_i64(q, 5, from);
	store_bind_i64(q, 6, to);
	store_bind_i64(q, 7, act->actor.person);
	store_bind_i64(q, 8, act->now_ms);
	TRY(store_exec(q));
	json_set_i64(&act->reply, "trial", id);
	/* who tried what stands in the record; hearing of it, the ticking thread begins */
	json_build_object(&o, act->a);
	json_set_str(&o, "rule_no", text_of(act, "rule_no"));
	json_set_i64(&o, "version", v.version);
	json_set_i64(&o, "from_ms", from);
	json_set_i64(&o, "to_ms", to);
	return act_emit(act, "watch.trial", 0, &o);
}

enum err act_rule_tried(struct act *act)
{
	struct store_query *q;
	struct buf b;
	struct str result;
	buf_init_in(&b, act->a, 8 << 20);
	json_put_canonical(&b, json_get(act->data, "result"));
	TRY(buf_finish(&b, &result));
	TRY(store_prepare(act->c, "UPDATE watch_trial SET result=?2, state=CASE WHEN ?3=1 THEN 'over' ELSE state END WHERE id=?1", &q));
	store_bind_i64(q, 1, number_of(act, "trial"));
	store_bind_str(q, 2, result);
	store_bind_i64(q, 3, json_bool(json_get(act->data, "over"), false));
	return store_exec(q);
}

/* ---- the judge's own ---- */

static enum err keep_comparable(struct act *act, const struct json *c)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "INSERT INTO watch_comparable(key, action, count) VALUES(?1, ?2, ?3)"
	                          " ON CONFLICT(key, action) DO UPDATE SET count=watch_comparable.count+?3", &q));
	store_bind_str(q, 1, json_text(json_get(c, "key")));
	store_bind_str(q, 2, json_text(json_get(c, "action")));
	store_bind_i64(q, 3, json_i64(json_get(c, "count"), 0));
	return store_exec(q);
}

/* Where to begin again. Comparables count up to there: both in one transaction. */
enum err act_watch_mark(struct act *act)
{
	struct store_query *q;
	const struct json *list = json_get(act->data, "comparables");
	for (size_t i = 0; list && i < list->count; i++)
		TRY(keep_comparable(act, &list->items[i]));
	TRY(store_prepare(act->c, "INSERT INTO watch_cursor(id, seq) VALUES(1, ?1) ON CONFLICT(id) DO UPDATE SET seq=?1", &q));
	store_bind_i64(q, 1, number_of(act, "seq"));
	return store_exec(q);
}

/* What was passed over can be read again. How far decisions were counted is kept beside the cursor (id 2). */
enum err act_watch_again(struct act *act)
{
	struct store_query *q;
	int64_t first;
	TRY(record_again(act, S("watch"), json_get(act->data, "firsts"), &first));
	TRY(store_prepare(act->c, "INSERT INTO watch_cursor(id, seq) SELECT 2, coalesce(max(seq), 0) FROM watch_cursor WHERE 1=1 ON CONFLICT(id) DO UPDATE SET seq=excluded.seq", &q));
	TRY(store_exec(q));
	TRY(store_prepare(act->c, "UPDATE watch_cursor SET seq=?1 WHERE id=1 AND seq>?1", &q));
	store_bind_i64(q, 1, first - 1);
	return store_exec(q);
}

enum err watch_raised(struct store_conn *c, struct str rule_no, struct str subject, bool *yes)
{
	struct store_query *q;
	TRY(store_prepare(c, "SELECT 1 FROM watch_alert WHERE rule_no=?1 AND subject_key=?2", &q));
	store_bind_str(q, 1, rule_no);
	store_bind_str(q, 2, subject);
	TRY(store_step(q, yes));
	store_reset(q);
	return OK;
}

/* A row by its id, as the judge names it, or by its code, as other rooms do; 0 = not given. */
static int64_t named(struct act *act, const char *key, const char *by_code)
{
	const struct json *v = json_get(act->data, key);
	return v && v->kind == JSON_STRING ? row_i64_str(act->c, by_code, v->text, 0) : json_i64(v, 0);
}

/* Whoever holds the post that answers: the one who acted, else a role of the organ, else its head. */
static enum err responsible(struct act *act, struct alert_new *a)
{
	struct str role = text_of(act, "post");
	struct store_query *q;
	struct holder h = { 0 };
	bool row;
	if (!role.len || str_eqz(role, "holder")) {
		a->person = named(act, "person", "SELECT id FROM person WHERE login=?1");
		if (a->person)
			return OK;
		role = S("head");
	}
	TRY(store_prepare(act->c, "SELECT id FROM post WHERE organ=?1 AND role=?2 AND ended_ms IS NULL ORDER BY id LIMIT 1", &q));
	store_bind_i64(q, 1, a->organ);
	store_bind_str(q, 2, role);
	TRY(store_step(q, &row));
	int64_t post = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	if (post)
		TRY(holder_of_post(act->c, post, 0, &h));
	a->person = h.person;
	return OK;
}

enum err act_alert_raise(struct act *act)
{
	static const struct json no_evidence = { .kind = JSON_ARRAY };
	struct case_row k = { .case_no = S("") };
	bool before;
	struct alert_new a = { .step = number_of(act, "step"), .organ = named(act, "organ", "SELECT id FROM organ WHERE code=?1"),
	                       .level = (int)number_of(act, "level"), .rule_no = text_of(act, "rule_no"), .text = text_of(act, "text"),
	                       .text_en = text_of(act, "text_en"), .rule_version = number_of(act, "rule_version"),
	                       .moment_ms = json_i64(json_get(act->data, "moment_ms"), act->now_ms), .subject_key = text_of(act, "subject"),
	                       .evidence = json_get(act->data, "evidence") ? json_get(act->data, "evidence") : &no_evidence };
	int64_t case_id = json_get(act->data, "case") ? number_of(act, "case")
		: row_i64_str(act->c, "SELECT id FROM case_number WHERE case_no=?1", text_of(act, "case_no"), 0);
	if (a.level < 1 || a.level > 3 || !a.subject_key.len || !a.rule_no.len || !a.text.len)
		return act_refuse(act, ERR_INVALID, "alert.malformed", "An alert has a rule, a subject, a text and a level from 1 to 3.");
	TRY(watch_raised(act->c, a.rule_no, a.subject_key, &before));
	json_set_bool(&act->reply, "raised", !before);
	if (before)
		return OK;
	enum err e = case_id ? case_get(act->c, act->a, case_id, &k) : OK;
	if (e != OK)
		return e == ERR_NOT_FOUND ? act_refuse(act, e, "case.unknown", "There is no case with this number.") : e;
	if (!a.organ)
		a.organ = k.organ;
	TRY(responsible(act, &a));
	return alert_raise(act, &k, &a);
}
