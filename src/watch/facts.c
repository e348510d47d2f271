/* facts.c - what rules may look at: a name, a type and a function each. docs/supervision-rules.md lists them for the office.
 *
 * A fact that makes no sense at a moment is null, and no test of a table fits null but "-".
 */
#include "watch/watch_int.h"

enum { HOUR_MS = 3600000, MINUTE_MS = 60000, DAY_MS = 24 * HOUR_MS, OPENS = 8, CLOSES = 18, REASONS_MAX = 64 << 10 };

static struct feel_value num(int64_t v) { return feel_i64(v); }
static struct feel_value yes(bool v) { return feel_boolean(v); }
static struct feel_value word(struct str s) { return s.len ? feel_string(s) : feel_null(); }
static const struct json *member(const struct watch_moment *m, const char *key) { return json_get(m->entry->data, key); }

/* A column of a row that the office keeps, in the arena of the moment. */
static struct feel_value column(const struct watch_moment *m, const char *sql, int64_t id)
{
	return id ? word(row_str(m->fold->c, m->a, sql, id)) : feel_null();
}

static const struct json *item_of(const struct watch_moment *m)
{
	return m->k ? parse(m->a, row_str(m->fold->c, m->a, "SELECT data FROM item WHERE id=?1", m->k->item)) : NULL;
}

/* ---- the moment ---- */

static int32_t offset(const struct watch_moment *m) { return calendar_offset_s(m->calendar); }
static int64_t hour_of(const struct watch_moment *m)
{
	calendar_day day = calendar_day_at(m->entry->at_ms, offset(m));
	return (m->entry->at_ms - calendar_day_start_ms(day, offset(m))) / HOUR_MS;
}

static bool is_working(const struct watch_moment *m)
{
	return calendar_is_working_day(m->calendar, calendar_day_at(m->entry->at_ms, offset(m)));
}

static struct feel_value f_kind(const struct watch_moment *m) { return word(m->entry->kind); }
static struct feel_value f_hour(const struct watch_moment *m) { return num(hour_of(m)); }
static struct feel_value f_working_day(const struct watch_moment *m) { return yes(is_working(m)); }
static struct feel_value f_office_hours(const struct watch_moment *m)
{
	return yes(is_working(m) && hour_of(m) >= OPENS && hour_of(m) < CLOSES);
}

int64_t watch_moment_person(const struct watch_moment *m)
{
	if (m->step)
		return m->step->staff ? m->step->person : 0;
	/* other rooms' events name whom they are about */
	int64_t about = json_i64(member(m, "about_person"), json_i64(member(m, "person"), 0));
	if (about)
		return about;
	int64_t person = m->entry->actor;
	return person && !(m->k && person == m->k->applicant) && row_i64(m->fold->c, "SELECT staff FROM person WHERE id=?1", person, 0) ? person : 0;
}

static struct feel_value f_by_staff(const struct watch_moment *m) { return yes(watch_moment_person(m) != 0 && m->entry->actor != 0); }
static struct feel_value f_by_system(const struct watch_moment *m) { return yes(m->entry->actor == 0); }

/* ---- the case ---- */

static struct feel_value f_channel(const struct watch_moment *m) { return m->k ? word(m->k->channel) : feel_null(); }
static struct feel_value f_item(const struct watch_moment *m) { return column(m, "SELECT impl_code FROM item WHERE id=?1", m->k ? m->k->item : 0); }
static struct feel_value f_item_kind(const struct watch_moment *m) { return column(m, "SELECT kind FROM item WHERE id=?1", m->k ? m->k->item : 0); }
static struct feel_value f_organ(const struct watch_moment *m) { return column(m, "SELECT code FROM organ WHERE id=?1", m->k ? m->k->organ : 0); }
static struct feel_value f_accepted(const struct watch_moment *m) { return m->k ? yes(m->k->accepted_ms != 0) : feel_null(); }
static struct feel_value f_decided(const struct watch_moment *m) { return m->k ? yes(m->k->decided_ms != 0) : feel_null(); }
static struct feel_value f_result(const struct watch_moment *m) { return m->k ? word(m->k->result) : feel_null(); }
static struct feel_value f_materials_missing(const struct watch_moment *m) { return m->k ? num(m->k->missing) : feel_null(); }
static struct feel_value f_supplements(const struct watch_moment *m) { return m->k ? num(m->k->supplements) : feel_null(); }
/* Notices beyond those that the item allows (one, unless its options say more); the entry says which this is. */
static struct feel_value f_supplements_beyond(const struct watch_moment *m)
{
	int64_t no = json_i64(member(m, "supplement_no"), 0), allowed = json_i64(member(m, "supplements_allowed"), 1);
	return num(no > allowed ? no - allowed : 0);
}

static struct feel_value f_returns(const struct watch_moment *m) { return m->k ? num(m->k->returns) : feel_null(); }
static struct feel_value f_suspensions(const struct watch_moment *m) { return m->k ? num(m->k->suspensions) : feel_null(); }
static struct feel_value f_extensions(const struct watch_moment *m) { return m->k ? num(m->k->extensions) : feel_null(); }

/* The statements on the applicant's side of ALL/32 and 38: was anything written, or anybody told, since the decision? */
static struct feel_value f_told(const struct watch_moment *m)
{
	if (!m->k || !m->k->received_ms)
		return feel_null();
	int64_t since = m->k->decided_ms ? m->k->decided_ms : m->k->accepted_ms;
	return since ? yes(m->k->told_ms >= since) : feel_null();
}

static struct feel_value f_hearing_missing(const struct watch_moment *m)
{
	if (!m->k || !json_bool(json_get(item_of(m), "hearing"), false))
		return yes(false);
	for (size_t i = 0; i < m->k->steps_count; i++)
		if (str_find(m->k->steps[i].element, S("hearing")) >= 0 && m->k->steps[i].closed_ms && !m->k->steps[i].withdrawn)
			return yes(false);
	return yes(true);
}

/* ---- what was entered afterwards ---- */

static struct feel_value hours_between(int64_t from_ms, int64_t until_ms)
{
	return from_ms ? num((until_ms - from_ms) / HOUR_MS) : feel_null();
}

static struct feel_value f_late_entry_hours(const struct watch_moment *m)
{
	return m->step ? hours_between(m->step->done_ms, m->step->closed_ms) : feel_null();
}

static struct feel_value f_typed_in_hours(const struct watch_moment *m)
{
	return m->k ? hours_between(m->k->happened_ms, m->k->received_ms) : feel_null();
}

/* Taken in on paper before, and every step of the staff said to be done before the case was entered. */
static struct feel_value f_outside(const struct watch_moment *m)
{
	bool any = false;
	if (!m->k || !m->k->happened_ms)
		return yes(false);
	for (size_t i = 0; i < m->k->steps_count; i++) {
		const struct watch_step *s = &m->k->steps[i];
		if (!s->staff || !s->closed_ms || s->withdrawn)
			continue;
		any = true;
		if (!s->done_ms || s->done_ms > m->k->received_ms)
			return yes(false);
	}
	return yes(any);
}

/* ---- the course ---- */

static struct feel_value f_element(const struct watch_moment *m) { return m->step ? word(m->step->element) : feel_null(); }
static struct feel_value f_action(const struct watch_moment *m) { return m->step ? word(m->step->action) : feel_null(); }
static struct feel_value f_withdrawn(const struct watch_moment *m) { return m->step ? yes(m->step->withdrawn) : feel_null(); }

static bool has_element(const struct watch_case *k, struct str element)
{
	for (size_t i = 0; i < k->steps_count; i++)
		if (str_eq(k->steps[i].element, element) && !k->steps[i].withdrawn)
			return true;
	return false;
}

/* Steps that the office moved over, and those of the item's own list `course` that a case brought from outside lacks. */
static struct feel_value f_skipped(const struct watch_moment *m)
{
	int64_t n = 0;
	if (!m->k)
		return feel_null();
	const struct json *course = str_eqz(m->entry->kind, "case.imported") ? json_get(item_of(m), "course") : NULL;
	for (size_t i = 0; course && course->kind == JSON_ARRAY && i < course->count; i++)
		n += !has_element(m->k, json_text(&course->items[i]));
	return num(n + m->k->skipped);
}

/* When a step is said to be done, else when it was closed. */
static int64_t said_ms(const struct watch_step *s) { return s->done_ms ? s->done_ms : s->closed_ms; }

/* Said to be done before the application came, or before a step that was finished when this one was opened. */
static bool before_its_turn(const struct watch_case *k, const struct watch_step *s)
{
	if (!s->done_ms)
		return false;
	for (size_t i = 0; i < k->steps_count; i++) {
		const struct watch_step *o = &k->steps[i];
		if (o != s && o->closed_ms && !o->withdrawn && o->closed_seq < s->opened_seq && s->done_ms < said_ms(o))
			return true;
	}
	return s->done_ms < (k->happened_ms ? k->happened_ms : k->received_ms);
}

static size_t place_in(const struct json *course, struct str element)
{
	size_t i = 0;
	while (course && i < course->count && !str_eq(json_text(&course->items[i]), element))
		i++;
	return course && i < course->count ? i : SIZE_MAX;
}

/* Of an imported case: a step of the item's list after one that comes later there. */
static bool out_of_course(const struct watch_case *k, const struct json *course)
{
	size_t most = 0;
	for (size_t i = 0; i < k->steps_count; i++) {
		size_t at = place_in(course, k->steps[i].element);
		if (at != SIZE_MAX && at < most)
			return true;
		if (at != SIZE_MAX)
			most = at;
	}
	return false;
}

static struct feel_value f_out_of_order(const struct watch_moment *m)
{
	if (!m->k)
		return feel_null();
	if (str_eqz(m->entry->kind, "case.imported"))
		return yes(out_of_course(m->k, json_get(item_of(m), "course")));
	return m->step ? yes(before_its_turn(m->k, m->step)) : feel_null();
}

static struct feel_value f_role_needed(const struct watch_moment *m)
{
	return m->step ? column(m, "SELECT role FROM post WHERE id=?1", m->step->post_opened) : feel_null();
}

static struct feel_value f_role_done(const struct watch_moment *m)
{
	return m->step ? column(m, "SELECT role FROM post WHERE id=?1", m->step->post) : feel_null();
}

static struct feel_value f_wrong_post(const struct watch_moment *m)
{
	if (!m->step || !m->step->staff || m->step->withdrawn)
		return feel_null();
	if (m->step->post == m->step->post_opened)
		return yes(false);
	struct feel_value needed = f_role_needed(m), done = f_role_done(m);
	return yes(needed.kind == FEEL_STRING && done.kind == FEEL_STRING && !str_eq(needed.string, done.string));
}

/* ---- two persons ---- */

static struct feel_value f_second_after_seconds(const struct watch_moment *m)
{
	return m->step && m->step->signed_ms && m->step->closed_ms ? num((m->step->closed_ms - m->step->signed_ms) / 1000) : feel_null();
}

/* Who decides and who examined should be two: the same person closed a step of another role before, clerks' steps aside. */
static bool did_the_other(const struct watch_moment *m)
{
	const struct watch_step *s = m->step;
	struct feel_value own = f_role_needed(m);
	if (!s->person || own.kind != FEEL_STRING || str_eqz(own.string, "clerk"))
		return false;
	for (size_t i = 0; i < m->k->steps_count; i++) {
		const struct watch_step *o = &m->k->steps[i];
		if (o == s || !o->staff || !o->closed_ms || o->withdrawn || o->person != s->person || o->post_opened == s->post_opened)
			continue;
		struct str role = row_str(m->fold->c, m->a, "SELECT role FROM post WHERE id=?1", o->post_opened);
		if (!str_eqz(role, "clerk") && !str_eq(role, own.string))
			return true;
	}
	return false;
}

static struct feel_value f_one_for_two(const struct watch_moment *m)
{
	if (!m->step || !m->k || !m->step->staff || m->step->withdrawn)
		return feel_null();
	return yes((m->step->signed_by && m->step->signed_by == m->step->person) || did_the_other(m));
}

/* ---- near a limit ---- */

struct limit { int64_t from_ms, due_ms; };

/* The limit that the act takes away from: the step's own, or the clock as it was before the entry. */
static struct limit limit_of(const struct watch_moment *m)
{
	if (m->clock)
		return (struct limit){ m->clock->start_ms, m->clock->before_ms };
	if (m->step && m->step->due_ms)
		return (struct limit){ m->step->opened_ms, m->step->due_ms };
	return (struct limit){ 0, 0 };
}

static struct feel_value f_limit_left_percent(const struct watch_moment *m)
{
	struct limit l = limit_of(m);
	return l.due_ms > l.from_ms ? num((l.due_ms - m->entry->at_ms) * 100 / (l.due_ms - l.from_ms)) : feel_null();
}

static struct feel_value f_hours_left(const struct watch_moment *m)
{
	struct limit l = limit_of(m);
	return l.due_ms ? num((l.due_ms - m->entry->at_ms) / HOUR_MS) : feel_null();
}

static struct feel_value f_suspended_now(const struct watch_moment *m) { return m->clock ? yes(m->clock->suspended && !m->clock->was_suspended) : feel_null(); }
static struct feel_value f_extended_now(const struct watch_moment *m) { return m->clock ? yes(m->clock->extensions > m->clock->were_extensions) : feel_null(); }
static struct feel_value f_clock_kind(const struct watch_moment *m) { return m->clock ? word(m->clock->kind) : feel_null(); }
static struct feel_value f_extension_approved(const struct watch_moment *m)
{
	return m->k && m->clock ? yes(m->k->approvals >= m->clock->extensions) : feel_null();
}

/* ---- reasons ---- */

static struct str reasons_of(const struct watch_moment *m)
{
	static const char *const places[] = { "form.reasons", "opinion", "form.opinion", "reasons", "reason" };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct str s = str_trim(json_text(json_path(m->entry->data, places[i])));
		if (s.len)
			return s;
	}
	return S("");
}

static bool names_law(struct str s)
{
	static const char *const words[] = { "法》", "法第", "条例", "规定", "办法", "规章", "标准", "法定", "Law", "law", "Act", "Regulation", "regulation", "art." };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_find(s, str_of(words[i])) >= 0)
			return true;
	return false;
}

static int64_t characters(struct str s)
{
	int64_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return n;
}

static bool one_of(struct str s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eqz(s, list[i]))
			return true;
	return false;
}

static bool is_refusal(struct str action)
{
	static const char *const words[] = { "refuse", "reject", "disagree", "deny", "fail" };
	return one_of(action, words, sizeof words / sizeof *words);
}

static struct feel_value f_refusal(const struct watch_moment *m)
{
	return m->step && m->step->closed_ms && !m->step->withdrawn ? yes(m->step->staff && is_refusal(m->step->action)) : feel_null();
}

static struct feel_value f_reasons_length(const struct watch_moment *m) { return num(characters(reasons_of(m))); }
static struct feel_value f_reasons_legal(const struct watch_moment *m) { return yes(names_law(reasons_of(m))); }

/* ---- decisions and their like ---- */

static bool agrees(struct str table, struct str action)
{
	static const char *const good[] = { "true", "\"grant\"", "\"approve\"", "\"accept\"", "\"pass\"", "\"eligible\"" };
	static const char *const bad[] = { "false", "\"refuse\"", "\"reject\"", "\"deny\"", "\"fail\"", "\"ineligible\"" };
	bool yes_word = one_of(table, good, sizeof good / sizeof *good), no_word = one_of(table, bad, sizeof bad / sizeof *bad);
	return is_refusal(action) ? !yes_word : !no_word;
}

/* An amount of the closing form that lies outside [min, max] of the table's result. */
static bool amount_outside(const struct watch_moment *m, const struct json *table)
{
	const struct json *amount = json_path(m->entry->data, "form.amount"), *min = json_get(table, "min"), *max = json_get(table, "max");
	int64_t v, least, most;
	if (!amount || !str_to_i64(json_text(amount), &v))
		return false;
	return (min && str_to_i64(json_text(min), &least) && v < least) || (max && str_to_i64(json_text(max), &most) && v > most);
}

static bool deciding(const struct watch_moment *m)
{
	static const char *const words[] = { "grant", "refuse", "approve", "punish", "reject" };
	return m->step && m->k && m->step->staff && m->step->closed_ms && !m->step->withdrawn && one_of(m->step->action, words, sizeof words / sizeof *words);
}

static struct feel_value f_deciding(const struct watch_moment *m) { return yes(deciding(m)); }

static struct feel_value f_outside_discretion(const struct watch_moment *m)
{
	if (!deciding(m) || !m->k->discretion.len)
		return yes(false);
	const struct json *table = parse(m->a, m->k->discretion);
	if (table && table->kind == JSON_OBJECT)
		return yes(amount_outside(m, table) || !agrees(m->k->discretion, S("grant")));
	return yes(!agrees(m->k->discretion, m->step->action));
}

static void counts(const struct watch_moment *m, int64_t *all, int64_t *same)
{
	*all = *same = 0;
	if (!deciding(m))
		return;
	for (const struct watch_comparable *c = watch_fold_comparable(m->fold, m->k, m->step->action); c; c = c->next) {
		*all += c->count;
		*same += str_eq(c->action, m->step->action) ? c->count : 0;
	}
}

static struct feel_value f_comparable(const struct watch_moment *m)
{
	int64_t all, same;
	counts(m, &all, &same);
	return num(all);
}

static struct feel_value f_comparable_percent(const struct watch_moment *m)
{
	int64_t all, same;
	counts(m, &all, &same);
	return all ? num(same * 100 / all) : feel_null();
}

/* ---- persons and their order of work ---- */

static struct feel_value f_person_done_10min(const struct watch_moment *m)
{
	const struct watch_person *p = watch_fold_person(m->fold, watch_moment_person(m));
	int64_t n = 0;
	for (size_t i = 0; p && i < WATCH_RING && i < p->next; i++)
		n += p->at[i] > m->entry->at_ms - 10 * MINUTE_MS;
	return num(n);
}

/* Taken up now: claimed, or finished without having been claimed before. */
static bool picked(const struct watch_moment *m)
{
	if (!m->step || !m->step->staff || m->step->withdrawn)
		return false;
	return str_eqz(m->entry->kind, "step.assigned") ? m->step->claimed : str_eqz(m->entry->kind, "step.closed") && !m->step->claimed;
}

/* Time from one moment to another, days off left out: nobody waits longer over a weekend than the others. */
static int64_t working_ms(const struct watch_moment *m, int64_t from_ms, int64_t until_ms)
{
	int64_t ms = until_ms - from_ms;
	for (calendar_day d = calendar_day_at(from_ms, offset(m)); d <= calendar_day_at(until_ms, offset(m)); d++) {
		int64_t begins = calendar_day_start_ms(d, offset(m)), ends = begins + DAY_MS;
		if (!calendar_is_working_day(m->calendar, d))
			ms -= (ends < until_ms ? ends : until_ms) - (begins > from_ms ? begins : from_ms);
	}
	return ms;
}

struct earlier { int64_t count, by_a_day, oldest_ms; };

/* Late ones have an alarm of their own, suspended ones wait for something else. */
static bool waits_before(const struct watch_moment *m, const struct watch_waiting *w)
{
	return w->step != m->step->id && str_eq(*w->element, m->step->element) &&
	       !(w->due_ms && w->due_ms <= m->entry->at_ms) && !watch_fold_suspended(m->fold, w->case_id);
}

static struct earlier earlier_ones(const struct watch_moment *m)
{
	const struct watch_queue *q = picked(m) ? watch_fold_queue(m->fold, m->step->post) : NULL;
	struct earlier e = { 0 };
	for (const struct watch_waiting *w = q ? q->ends.after : NULL; q && w != &q->ends && w->opened_ms < m->step->opened_ms; w = w->after) {
		if (!waits_before(m, w))
			continue;
		e.oldest_ms = e.count++ ? e.oldest_ms : w->opened_ms;
		e.by_a_day += m->step->opened_ms - w->opened_ms >= DAY_MS && working_ms(m, w->opened_ms, m->step->opened_ms) >= DAY_MS;
	}
	return e;
}

static struct feel_value f_earlier_waiting(const struct watch_moment *m) { return num(earlier_ones(m).count); }
static struct feel_value f_earlier_by_a_day(const struct watch_moment *m) { return num(earlier_ones(m).by_a_day); }
static struct feel_value f_earlier_hours(const struct watch_moment *m)
{
	struct earlier e = earlier_ones(m);
	return num(e.count ? working_ms(m, e.oldest_ms, m->step->opened_ms) / HOUR_MS : 0);
}

static struct feel_value f_picked_with_reason(const struct watch_moment *m) { return m->step ? yes(m->step->reasoned) : feel_null(); }

/* ---- what an item must tell the public (ALL/30) ---- */

static struct feel_value f_unpublished(const struct watch_moment *m)
{
	static const char *const fields[] = { "legal_basis", "conditions", "procedure", "materials", "remedies", "consult_phone", "supervision_phone" };
	const struct json *data = member(m, "data");
	int64_t n = 0;
	if (!str_eqz(m->entry->kind, "item.put"))
		return feel_null();
	/* what can be applied for here; a catalogue that is only shown is another's to publish */
	bool live = (json_bool(member(m, "live"), false) || json_i64(member(m, "live"), 0) == 1) && json_text(member(m, "pack")).len;
	for (size_t i = 0; live && i < sizeof fields / sizeof *fields; i++) {
		const struct json *v = json_get(data, fields[i]);
		n += !v || v->kind == JSON_NULL || (v->kind == JSON_STRING && !str_trim(v->text).len) || (v->kind == JSON_ARRAY && !v->count);
	}
	return num(n);
}

static struct feel_value f_event(const struct watch_moment *m)
{
	struct feel_value v;
	return m->entry->data && feel_from_json(m->a, m->entry->data, &v, NULL) == OK ? v : feel_null();
}

static const struct watch_fact facts[] = {
	{ "event", "Any", "该事件自身的数据,例如 event.grade", "the event's own data, such as event.grade", f_event },
	{ "kind", "string", "事件的种类", "kind of the event", f_kind },
	{ "hour", "number", "发生在几点(0至23)", "hour of the day, 0 to 23", f_hour },
	{ "working_day", "boolean", "当天是工作日", "the day is a working day", f_working_day },
	{ "office_hours", "boolean", "工作日8时至18时", "a working day between 8:00 and 18:00", f_office_hours },
	{ "by_staff", "boolean", "由工作人员所为", "done by a member of staff", f_by_staff },
	{ "by_system", "boolean", "由系统所为", "done by the system", f_by_system },
	{ "channel", "string", "申请途径(A.5)", "channel of the application (A.5)", f_channel },
	{ "item", "string", "事项实施编码", "implementation code of the item", f_item },
	{ "item_kind", "string", "事项类型(A.1)", "kind of the item (A.1)", f_item_kind },
	{ "organ", "string", "办理机关代码", "code of the organ", f_organ },
	{ "accepted", "boolean", "已受理", "the case has been accepted", f_accepted },
	{ "decided", "boolean", "已作出决定", "the case has been decided", f_decided },
	{ "result", "string", "办理结果,例如 refused、not-accepted", "result, such as refused or not-accepted", f_result },
	{ "materials_missing", "number", "收件时缺少的必要材料数", "required materials missing when it was received", f_materials_missing },
	{ "supplements", "number", "受理前要求补正的次数", "times the applicant was asked to supplement before acceptance", f_supplements },
	{ "supplements_beyond", "number", "本次补正通知超出允许次数多少", "by how many this supplement notice is beyond those allowed", f_supplements_beyond },
	{ "returns", "number", "退回重办的次数", "times the case was returned", f_returns },
	{ "suspensions", "number", "时限中止的次数", "times a limit was suspended", f_suspensions },
	{ "extensions", "number", "延长时限的次数", "times a limit was extended", f_extensions },
	{ "told", "boolean", "作出决定(或受理)后已告知申请人", "the applicant was told since the decision (or acceptance)", f_told },
	{ "hearing_missing", "boolean", "依法应当听证而没有听证", "a hearing was due and none was held", f_hearing_missing },
	{ "late_entry_hours", "number", "办理完成多少小时后才录入", "hours between the doing and the entering of a step", f_late_entry_hours },
	{ "typed_in_hours", "number", "收件多少小时后才录入", "hours between the taking in and the entering of a case", f_typed_in_hours },
	{ "outside", "boolean", "全部环节在系统外办完后补录", "every step was done outside before the case was entered", f_outside },
	{ "element", "string", "环节在流程中的标识", "id of the step in its process", f_element },
	{ "action", "string", "环节的办理动作", "action that closed the step", f_action },
	{ "withdrawn", "boolean", "环节被撤销而非办理", "the step was withdrawn, not done", f_withdrawn },
	{ "skipped", "number", "被跳过的环节数", "steps that were skipped", f_skipped },
	{ "out_of_order", "boolean", "环节顺序颠倒", "steps were done out of their order", f_out_of_order },
	{ "role_needed", "string", "环节应由何种岗位办理", "role of the post that the step belongs to", f_role_needed },
	{ "role_done", "string", "环节实际由何种岗位办理", "role of the post that did it", f_role_done },
	{ "wrong_post", "boolean", "由不应办理的岗位办理", "done by another post than it belongs to", f_wrong_post },
	{ "second_after_seconds", "number", "第二人在第一人签署多少秒后签署", "seconds from the first signature to the second", f_second_after_seconds },
	{ "one_for_two", "boolean", "应由两人办理而由一人办理", "one person acted where two should", f_one_for_two },
	{ "limit_left_percent", "number", "所涉时限剩余的百分比", "per cent of the limit concerned that are left", f_limit_left_percent },
	{ "hours_left", "number", "所涉时限剩余小时数", "hours left of the limit concerned", f_hours_left },
	{ "suspended_now", "boolean", "时限由此中止", "a limit has just been suspended", f_suspended_now },
	{ "extended_now", "boolean", "时限由此延长", "a limit has just been extended", f_extended_now },
	{ "clock_kind", "string", "时限的种类:promised、statutory等", "kind of the limit: promised, statutory, …", f_clock_kind },
	{ "extension_approved", "boolean", "每次延期均经批准", "every extension has its approval", f_extension_approved },
	{ "refusal", "boolean", "不予受理、不予许可或不同意", "a refusal: not accepted, not granted, not agreed", f_refusal },
	{ "reasons_length", "number", "所写理由的字数", "characters of the reasons given", f_reasons_length },
	{ "reasons_legal", "boolean", "理由援引了法律、法规、规章或标准", "the reasons name a law, a regulation, a rule or a standard", f_reasons_legal },
	{ "deciding", "boolean", "这是作出决定的动作", "the action is a decision", f_deciding },
	{ "outside_discretion", "boolean", "决定超出裁量基准", "the decision lies outside the discretion table", f_outside_discretion },
	{ "comparable", "number", "此前同类决定的件数", "comparable decisions before", f_comparable },
	{ "comparable_percent", "number", "同类决定中结论相同的百分比", "per cent of those that came to the same", f_comparable_percent },
	{ "person_done_10min", "number", "该人员十分钟内办结的环节数", "steps that the person finished within ten minutes", f_person_done_10min },
	{ "earlier_waiting", "number", "同岗位同环节更早到达、未逾期、仍在等待的件数", "earlier ones of the same kind, not late yet, still waiting at the post", f_earlier_waiting },
	{ "earlier_by_a_day", "number", "其中早到一个工作日以上的件数", "those of them that came a working day earlier or more", f_earlier_by_a_day },
	{ "earlier_hours", "number", "其中最早者早到的小时数(休息日不计)", "hours by which the oldest of them came earlier, days off left out", f_earlier_hours },
	{ "picked_with_reason", "boolean", "先行办理说明了理由", "a reason was given for taking it first", f_picked_with_reason },
	{ "unpublished", "number", "应当公示而未公示的内容项数", "contents that must be published and are not", f_unpublished },
};

size_t watch_facts(const struct watch_fact **out)
{
	*out = facts;
	return sizeof facts / sizeof *facts;
}

struct feel_value watch_fact_value(const struct watch_moment *m, const struct watch_fact *fact)
{
	size_t i = (size_t)(fact - facts);
	if (!m->known[i]) {
		m->values[i] = fact->of(m);
		m->known[i] = true;
	}
	return m->values[i];
}

const struct watch_fact *watch_fact_find(struct str name)
{
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (str_eqz(name, facts[i].name))
			return &facts[i];
	return NULL;
}
