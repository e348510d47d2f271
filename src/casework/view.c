/* view.c - reading: every view there is, the roles that may ask for it, and shared pieces. */
#include "casework/access_int.h"
#include "casework/view_int.h"

static const struct view_def views[] = {
	{ "home", ROLE_ANY, view_home, VIEW_ROUND, home_ahead },
	{ "items.search", ROLE_ANY, view_items_search, VIEW_LIST, items_search_ahead },
	{ "item.guide", ROLE_ANY, view_item_guide, VIEW_ROUND },
	{ "case.track", ROLE_ANY, view_case_track },
	{ "calendar", ROLE_ANY, view_calendar },
	{ "clock", ROLE_ANY, view_clock },
	{ "ledger.head", ROLE_ANY, view_ledger_head },
	{ "me", ROLE_CITIZEN, view_me, .ahead = me_ahead },
	{ "me.page", ROLE_CITIZEN, view_me, VIEW_ROUND, me_ahead },
	{ "my.cases", ROLE_CITIZEN, view_my_cases, VIEW_LIST, my_cases_ahead },
	{ "my.drafts", ROLE_CITIZEN, view_my_drafts, VIEW_ROUND, my_drafts_ahead },
	{ "my.notices", ROLE_CITIZEN, view_my_notices, VIEW_LIST, my_notices_ahead },
	{ "my.tokens", ROLE_CITIZEN, view_my_tokens },
	{ "draft", ROLE_CITIZEN, view_draft },
	{ "case", ROLE_CITIZEN | ROLE_SYSTEM, view_case },
	{ "case.operations", ROLE_ADMIN | ROLE_SUPERVISOR | ROLE_SYSTEM, view_case_operations },
	{ "papers.lacking", ROLE_ADMIN | ROLE_SYSTEM, view_papers_lacking },
	{ "case.responsibility", ROLE_STAFF | ROLE_SYSTEM, view_case_responsibility },
	{ "structure", ROLE_STAFF | ROLE_SYSTEM, view_structure, VIEW_ROUND },
	{ "structure.export", ROLE_ADMIN | ROLE_SYSTEM, view_structure_export },
	{ "post", ROLE_STAFF | ROLE_SYSTEM, view_post },
	{ "posts.findings", ROLE_ADMIN | ROLE_HEAD | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_posts_findings, VIEW_ROUND },
	{ "absences", ROLE_STAFF | ROLE_SYSTEM, view_absences, VIEW_ROUND },
	{ "presence", ROLE_ANY, view_presence, VIEW_ROUND },
	{ "plans", ROLE_ADMIN | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_plans, VIEW_ROUND },
	{ "plan", ROLE_ADMIN | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_plan },
	{ "contacts", ROLE_STAFF | ROLE_SYSTEM, view_contacts, VIEW_LIST },
	{ "contact", ROLE_STAFF | ROLE_SYSTEM, view_contact },
	{ "promises", ROLE_ANY, view_promises, VIEW_ROUND },
	{ "case.diagram", ROLE_CITIZEN | ROLE_SYSTEM, view_case_diagram },
	{ "worklist", ROLE_HANDLERS, view_worklist, VIEW_LIST, worklist_ahead },
	{ "cases", ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_cases, VIEW_LIST },
	{ "staff", ROLE_STAFF, view_staff, VIEW_ROUND },
	{ "counter.items", ROLE_CLERK | ROLE_HEAD, view_counter_items, VIEW_LIST },
	{ "board", ROLE_HEAD | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_board, VIEW_ROUND },
	{ "alerts", ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_alerts, VIEW_LIST },
	{ "ledger", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_ledger, VIEW_LIST },
	{ "organs", ROLE_STAFF | ROLE_SYSTEM, view_organs, VIEW_ROUND },
	{ "regions", ROLE_STAFF | ROLE_SYSTEM, view_regions, VIEW_ROUND },
	{ "posts", ROLE_ADMIN | ROLE_SYSTEM, view_posts, VIEW_ROUND },
	{ "people", ROLE_ADMIN | ROLE_SYSTEM, view_people, VIEW_ROUND },
	{ "items.admin", ROLE_ADMIN | ROLE_SYSTEM, view_items_admin, VIEW_ROUND },
	{ "packs", ROLE_ADMIN | ROLE_SYSTEM, view_packs, VIEW_ROUND },
	{ "pack", ROLE_ADMIN | ROLE_SYSTEM, view_pack },
	{ "decisions", ROLE_ADMIN | ROLE_SYSTEM, view_decisions, VIEW_ROUND },
	{ "decision", ROLE_ADMIN | ROLE_SYSTEM, view_decision },
	{ "decision.try", ROLE_ADMIN | ROLE_SYSTEM, view_decision_try },
	{ "decision.examples", ROLE_ADMIN | ROLE_SYSTEM, view_decision_examples },
	{ "settings", ROLE_ADMIN | ROLE_SYSTEM, view_settings },
	{ "machine.time", ROLE_ADMIN | ROLE_AUDITOR | ROLE_SYSTEM, view_machine_time },
	{ "setting", ROLE_ANY, view_setting },
	{ "demo.accounts", ROLE_ANY, view_demo_accounts },
	{ "tokens", ROLE_ADMIN | ROLE_SYSTEM, view_tokens },
	{ "calendar.preview", ROLE_ADMIN | ROLE_SYSTEM, view_calendar_preview },
	{ "powers", ROLE_ANY, view_powers, VIEW_ROUND },
	{ "power.lists", ROLE_ANY, view_power_lists, VIEW_ROUND },
	{ "power.draft", ROLE_HEAD | ROLE_ADMIN | ROLE_SYSTEM, view_power_draft },
	{ "power.matrix", ROLE_STAFF | ROLE_SYSTEM, view_power_matrix, VIEW_ROUND },
	{ "access.rules", ROLE_ADMIN | ROLE_AUDITOR | ROLE_SYSTEM, view_access_rules },
	{ "delegations", ROLE_STAFF | ROLE_SYSTEM, view_delegations, VIEW_ROUND },
	{ "interests", ROLE_STAFF, view_interests, VIEW_ROUND },
	{ "personal.looks", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_personal_looks, VIEW_LIST },
	{ "audit", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_audit, VIEW_LIST },
	{ "factor", ROLE_SYSTEM, view_factor },
	{ "sessions", ROLE_SYSTEM, view_sessions },
	{ "office.secret", ROLE_SYSTEM, view_office_secret },
	{ "login.client", ROLE_SYSTEM, view_login_client },
	{ "login.clients", ROLE_ADMIN | ROLE_SYSTEM, view_login_clients },
	{ "identity", ROLE_SYSTEM, view_identity },
	{ "session", ROLE_SYSTEM, view_session },
};

static const struct view_def *find_in(const struct view_def *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i].name) == 0)
			return &list[i];
	return NULL;
}

const struct view_def *view_find(const struct casework *cw, const char *name)
{
	const struct view_def *def = find_in(views, sizeof views / sizeof *views, name);
	for (size_t i = 0; !def && i < cw->rooms_count; i++)
		def = find_in(cw->rooms[i]->views, cw->rooms[i]->views_count, name);
	return def;
}

static const char nothing[] = "SELECT 1";

/* Many ask without hearing of it: a name that is looked up, a count. */
enum err view_answers(struct view_ctx *v)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, nothing, &q));
	TRY(store_step(q, &row));
	store_reset(q);
	return OK;
}

static const struct json no_params = { .kind = JSON_OBJECT };

/* What every view asks, and what this one begins with, goes together. */
static void begin_ahead(struct view_ctx *v, const struct view_def *def)
{
	if (!store_is_far(v->c))
		return;
	powers_ahead(v->c, &v->actor);
	ahead_plain(v->c, nothing);
	if (def->ahead)
		def->ahead(v);
}

static enum err denied(struct diag *d)
{
	return diag_set(d, ERR_DENIED, "power.denied", "You do not hold a post that may see this.");
}

static enum err run_view(struct view_ctx *v, const char *name, const struct json **out)
{
	const struct view_def *def = view_find(v->cw, name);
	struct json_build o;
	if (!def)
		return diag_set(v->d, ERR_NOT_FOUND, "view.unknown", "There is no view %s.", name);
	begin_ahead(v, def);
	v->roles = powers_roles(v->c, &v->actor);
	if (!(v->roles & def->roles))
		return denied(v->d);
	json_build_object(&o, v->a);
	struct str version; /* asked first: what is shown may be newer than it, never older, and then a save is refused for nothing at the worst */
	TRY(whole_version(v, &version));
	TRY(def->run(v, &o));
	TRY(whole_rows(v, &o));
	if (version.len && !v->older)
		json_set_str(&o, "made_from", version);
	TRY(whole_changed(v, &o));
	bool passed = view_passed(v);
	v->incomplete = v->incomplete || passed;
	const struct json *rows = v->unreadable || v->rows_missing || (passed && def->damage == VIEW_LIST) ? json_get(&o.value, "rows") : NULL;
	bool none = rows && !rows->count && !json_text(json_get(&o.value, "next")).len;
	if (none && v->actor.system)
		return ERR_CORRUPT; /* it would be acted upon as if there were nothing */
	v->none = none;
	if (none)
		json_set_bool(&o, "rows_unknown", true);
	if (v->unreadable)
		json_set_i64(&o, "unreadable", v->unreadable);
	if (v->rows_missing || v->incomplete)
		json_set_bool(&o, "incomplete", true);
	*out = json_built(&o);
	return *out ? OK : ERR_NOMEM;
}

static void view_begin(struct view_ctx *v, const struct diag *before)
{
	if (v->d)
		*v->d = *before;
	v->unreadable = 0;
	v->rows_missing = v->incomplete = v->learnt = v->none = v->older = false;
	v->behind = 0;
}

static enum err view_once(struct view_ctx *v, const char *name, const struct diag *before, const struct json **out)
{
	view_begin(v, before);
	TRY(store_reader_take(v->cw->store, &v->c));
	enum err e = run_view(v, name, out), read = store_reader_give(v->cw->store, v->c);
	return read != OK ? read : e;
}

/* Which cases are kept from whom: without one of its rows a person would see a complaint about himself. And what the office has set: where there is
 * none, what comes with the program holds, and would be shown as the office's own. */
static const char *const whole_tables[] = { "case_barred", "setting", NULL };

/* What it meets is learnt, and it is asked again, until it is answered. Where an index alone is damaged that is the whole answer. Nobody is told that he
 * may not, or that there is no such thing, for a row that cannot be read. */
static enum err view_around(struct view_ctx *v, const char *name, const struct diag *before, const struct json **out)
{
	enum { LEARNT_MAX = 32 };
	enum err e;
	int learnt = 0;
	TRY(store_around_take(v->cw->store, whole_tables, &v->c));
	v->round = true;
	do {
		view_begin(v, before);
		e = run_view(v, name, out);
		enum err read = v->learnt ? OK : view_answers(v);
		if (read != OK)
			e = read;
		if (read == ERR_CORRUPT)
			v->learnt = store_around_learn(v->c);
	} while (v->learnt && learnt++ < LEARNT_MAX);
	if (view_passed(v) && (err_is_refusal(e) || v->actor.system || view_find(v->cw, name)->damage == VIEW_WHOLE))
		e = ERR_CORRUPT;
	store_around_give(v->c);
	return e;
}

/* A list of which no row could be read: where an index alone is damaged all of it is read round that. */
static void view_none(struct view_ctx *v, const char *name, const struct diag *before, const struct json **out)
{
	const struct json *around;
	if (view_around(v, name, before, &around) == OK)
		*out = around;
	else if (v->d)
		*v->d = *before;
}

static void view_damaged(struct casework *cw, const char *name)
{
	atomic_fetch_add(&cw->views_damaged, 1);
	damage_told(cw, str_of(name));
}

/* What the actor may hold at the most: by it alone somebody is refused before a reader is taken. Which roles a person holds is asked together with what the view
 * begins with: an answer waited for alone would be a way more for all who may. */
static bool can_never_see(const struct casework *cw, const char *name, const struct casework_actor *actor)
{
	const struct view_def *def = view_find(cw, name);
	unsigned most = actor->system ? ROLE_SYSTEM : actor->person ? ~(unsigned)ROLE_SYSTEM : ROLE_VISITOR;
	return def && !(def->roles & most);
}

void view_long(struct view_ctx *v)
{
	v->ends = true;
	store_reader_ends(v->c, &v->cw->resting);
}

enum err view_wanted(struct view_ctx *v)
{
	return still_wanted(v->cw, v->d);
}

static bool given_up(const struct view_ctx *v)
{
	return v->ends && casework_resting(v->cw);
}

enum err casework_view(struct casework *cw, const char *name, const struct casework_actor *actor,
                       const struct json *params, struct arena *a, const struct json **out, struct diag *d)
{
	struct view_ctx v = { .cw = cw, .actor = *actor, .params = params ? params : &no_params, .a = a, .now_ms = os_now_ms(cw->clock), .d = d };
	struct diag before = d ? *d : (struct diag){ .err = OK };
	int tried = 0;
	if (can_never_see(cw, name, actor))
		return denied(d);
	enum err e = view_once(&v, name, &before, out);
	while (!given_up(&v) && read_again(e, &tried))
		e = view_once(&v, name, &before, out);
	if (given_up(&v)) { /* what it asked last got no answer, or half of one */
		view_begin(&v, &before);
		return view_wanted(&v);
	}
	if (e == OK && v.none)
		view_none(&v, name, &before, out);
	if (e == ERR_CORRUPT) {
		e = view_around(&v, name, &before, out);
		e = e == ERR_UNSUPPORTED ? ERR_CORRUPT : e;
	}
	if (d && e == ERR_CORRUPT)
		*d = before;
	if (e == ERR_CORRUPT || v.round || v.unreadable || v.rows_missing || v.incomplete)
		view_damaged(cw, name);
	if (e == OK || e == ERR_NOT_FOUND)
		return e == OK ? OK : diag_set(d, e, "view.not-found", "There is no such thing, or you may not see it.");
	return fault_told(d, e, "The system could not read this just now.");
}

struct roles_look { const struct casework_actor *actor; unsigned roles; };

static enum err look_at_roles(void *arg, struct store_conn *c)
{
	struct roles_look *l = arg;
	l->roles = powers_roles(c, l->actor);
	return OK;
}

bool casework_allowed(struct casework *cw, const struct casework_actor *actor, const char *command_or_view)
{
	const struct command_def *cmd = command_find(cw, str_of(command_or_view));
	const struct view_def *view = view_find(cw, command_or_view);
	struct roles_look l = { .actor = actor };
	if ((!cmd && !view) || casework_read(cw, look_at_roles, &l) != OK)
		return false;
	return (cmd && (cmd->roles & l.roles)) || (view && (view->roles & l.roles));
}

/* ---- rows that cannot be read ---- */

void view_unknown(struct view_ctx *v, struct json_build *o, const char *key)
{
	v->incomplete = true;
	json_set_null(o, key);
	json_set_bool(o, arena_printf(o->arena, "%s_unknown", key).ptr, true);
}

/* Who goes round learns what was met, and begins again. */
enum err view_renew(struct view_ctx *v)
{
	if (v->round) {
		v->learnt = store_around_learn(v->c);
		return v->learnt ? ERR_CORRUPT : view_answers(v);
	}
	(void)store_reader_give(v->cw->store, v->c); /* its fault is known */
	v->c = NULL;
	TRY(store_reader_take(v->cw->store, &v->c));
	if (v->ends)
		view_long(v);
	return OK;
}

enum err view_row(struct view_ctx *v, enum err (*put)(struct view_ctx *v, const void *what, struct json_build *list), const void *what, struct json_build *list)
{
	size_t before = list->value.count;
	enum err e = put(v, what, list);
	if (e == OK)
		e = view_answers(v);
	if (e != ERR_CORRUPT)
		return e;
	list->value.count = before;
	v->unreadable++;
	return view_renew(v);
}

enum err view_ask(struct view_ctx *v, struct store_query *q, bool *row, bool *known)
{
	*row = false;
	enum err e = store_step(q, row);
	*known = e != ERR_CORRUPT;
	return *known ? e : view_renew(v);
}

bool view_passed(const struct view_ctx *v) { return v->round && store_around_passed(v->c); }

bool view_lost(const struct view_ctx *v, enum err e) { return e == ERR_NOT_FOUND && view_passed(v); }

enum err view_part(struct view_ctx *v, const char *key, enum err (*put)(struct view_ctx *v, struct json_build *out), struct json_build *out)
{
	size_t before = out->value.count;
	enum err e = put(v, out);
	if (e == OK)
		e = view_answers(v);
	if (e != ERR_CORRUPT)
		return e;
	out->value.count = before;
	view_unknown(v, out, key);
	return view_renew(v);
}

/* ---- rows around those that cannot be read ---- */

enum err view_ids(struct store_query *q, struct json_build *ids)
{
	for (;;) {
		bool row;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		json_add_i64(ids, store_col_i64(q, 0));
	}
}

static enum err ids_behind(struct view_ctx *v, const char *sql, int64_t from, struct json_build *ids)
{
	struct store_query *q;
	json_build_array(ids, v->a);
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, from);
	return view_ids(q, ids);
}

enum err view_rows_around(struct view_ctx *v, const struct view_span *span, struct json_build *rows)
{
	struct json_build ids;
	size_t before = rows->value.count;
	enum err e = span->ask(v, span->from, false, rows);
	if (e != ERR_CORRUPT)
		return e;
	rows->value.count = before;
	TRY(view_renew(v));
	e = ids_behind(v, span->ids, span->from, &ids);
	if (e == ERR_CORRUPT && span->ids_else) {
		TRY(view_renew(v));
		e = ids_behind(v, span->ids_else, span->from, &ids);
	}
	TRY(e);
	for (size_t i = 0; i < ids.value.count && rows->value.count < span->enough; i++) {
		v->behind = json_i64(&ids.value.items[i], 0);
		e = span->ask(v, v->behind, true, rows);
		if (e == ERR_CORRUPT) {
			v->rows_missing = true;
			e = view_renew(v);
		}
		TRY(e);
	}
	if (ids.value.count == VIEW_IDS_MAX && rows->value.count < span->enough)
		v->rows_missing = true; /* there is more than one looks through */
	else
		v->behind = 0;
	return v->rows_missing ? OK : ERR_CORRUPT; /* nothing of it is damaged after all */
}

static enum err put_as_is(struct view_ctx *v, const void *row, struct json_build *list)
{
	(void)v;
	json_add(list, row);
	return OK;
}

void view_bind_range(struct store_query *q, int low, int high, int64_t id, bool one)
{
	store_bind_i64(q, low, one ? id : 0);
	store_bind_i64(q, high, one || id <= 0 ? id : id - 1); /* no id is zero */
}

enum err view_list(struct view_ctx *v, const struct view_list *l, struct json_build *out)
{
	struct view_span span = { .ids = l->ids, .ask = l->ask, .enough = (size_t)view_limit(v) + 1, .from = INT64_MAX };
	struct json_build all, page, list;
	(void)str_to_i64(param(v, "cursor"), &span.from);
	json_build_array(&all, v->a);
	TRY(view_rows_around(v, &span, &all));
	page_cut(v, &all, &page, out, "key"); /* before any of them turns out to lead to what is damaged: there is a next page all the same */
	if (l->ahead)
		l->ahead(v, &page);
	json_build_array(&list, v->a);
	for (size_t i = 0; i < page.value.count; i++)
		TRY(view_row(v, l->put ? l->put : put_as_is, &page.value.items[i], &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

enum err view_figure(struct view_ctx *v, struct store_query *q, const char *key, struct json_build *out)
{
	bool row, known;
	TRY(view_ask(v, q, &row, &known));
	if (!known) {
		view_unknown(v, out, key);
		return OK;
	}
	json_set_i64(out, key, row ? store_col_i64(q, 0) : 0);
	store_reset(q);
	return OK;
}

enum err view_count(struct view_ctx *v, const char *sql, int64_t p, const char *key, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, p);
	return view_figure(v, q, key, out);
}

/* ---- shared pieces ---- */

struct str param(const struct view_ctx *v, const char *key)
{
	const struct json *p = json_get(v->params, key);
	if (p && p->kind == JSON_BOOL)
		return p->boolean ? S("true") : S("false");
	return str_trim(json_text(p));
}

int64_t view_limit(const struct view_ctx *v)
{
	int64_t n = json_i64(json_get(v->params, "limit"), 25);
	return n < 1 ? 1 : n > 200 ? 200 : n;
}

struct str view_day(const struct view_ctx *v, int64_t ms)
{
	return ms ? day_text(v->a, calendar_day_at(ms, calendar_offset_s(calendar_now(v->cw)))) : (struct str){ NULL, 0 };
}

/* The day on which a period ends: 24:00 belongs to the day before. */
struct str view_due(const struct view_ctx *v, int64_t due_ms)
{
	return due_ms ? view_day(v, due_ms - 1) : (struct str){ NULL, 0 };
}

struct str view_instant(const struct view_ctx *v, int64_t ms)
{
	return instant_text(v->a, calendar_now(v->cw), ms);
}

/* Working days from today to the due day; negative when late. What "days left" means on a list. */
int64_t view_left(const struct view_ctx *v, int64_t due_ms)
{
	enum { LIST_DAYS_MAX = 400 };
	const struct calendar *cal = calendar_now(v->cw);
	calendar_day today = calendar_day_at(v->now_ms, calendar_offset_s(cal)), due = calendar_day_at(due_ms - 1, calendar_offset_s(cal));
	int64_t n = 0;
	if (due - today > LIST_DAYS_MAX || today - due > LIST_DAYS_MAX)
		return (due - today) * 5 / 7; /* far away nobody counts single days */
	for (calendar_day d = today; d < due; d++)
		n += calendar_is_working_day(cal, d + 1);
	for (calendar_day d = due; d < today; d++)
		n -= calendar_is_working_day(cal, d + 1);
	return due < today && n == 0 ? -1 : n;
}

void set_named(struct json_build *o, struct view_ctx *v, const char *key, const char *sql, int64_t id)
{
	struct json_build n;
	struct store_query *q;
	bool row = false;
	if (!id || store_prepare(v->c, sql, &q) != OK) {
		json_set_null(o, key);
		return;
	}
	store_bind_i64(q, 1, id);
	json_build_object(&n, v->a);
	if (store_step(q, &row) == OK && row)
		set_columns(&n, v, q);
	store_reset(q);
	json_set(o, key, row ? json_built(&n) : NULL);
}

enum err view_named(struct view_ctx *v, struct json_build *o, const char *key, const char *sql, int64_t id)
{
	struct json_build n;
	struct store_query *q;
	bool row = false, known = true;
	json_build_object(&n, v->a);
	if (id) {
		TRY(store_prepare(v->c, sql, &q));
		store_bind_i64(q, 1, id);
		TRY(view_ask(v, q, &row, &known));
		if (row)
			set_columns(&n, v, q);
		if (known)
			store_reset(q);
	}
	if (!known)
		view_unknown(v, o, key);
	else
		json_set(o, key, row ? json_built(&n) : NULL);
	return OK;
}

/* Columns as members: integers stay numbers; a name ending in _ms becomes an instant ending in _at;
 * one ending in _json is put as the value it holds. */
void set_columns(struct json_build *o, struct view_ctx *v, struct store_query *q)
{
	for (int i = 0; i < store_col_count(q); i++) {
		const char *name = store_col_name(q, i);
		struct str n = str_of(name), text = store_col_copy(q, i, v->a);
		if (str_ends(n, S("_ms"))) {
			struct str key = str_eqz(n, "at_ms") ? S("at") : arena_printf(v->a, "%.*sat", (int)n.len - 2, name);
			struct str at = store_col_null(q, i) ? (struct str){ NULL, 0 } : view_instant(v, store_col_i64(q, i));
			json_set_str(o, key.ptr, at);
		} else if (str_ends(n, S("_json"))) {
			struct str key = arena_printf(v->a, "%.*s", (int)n.len - 5, name);
			json_set(o, key.ptr, parse(v->a, text));
		} else if (store_col_integer(q, i)) {
			json_set_i64(o, arena_z(v->a, n), store_col_i64(q, i));
		} else {
			json_set_str(o, arena_z(v->a, n), text);
		}
	}
}

enum err rows_json(struct view_ctx *v, struct store_query *q, struct json_build *list)
{
	json_build_array(list, v->a);
	return rows_add(v, q, list);
}

enum err rows_put(struct view_ctx *v, struct store_query *q, const char *key, struct json_build *out)
{
	struct json_build list;
	TRY(rows_json(v, q, &list));
	json_set(out, key, json_built(&list));
	return OK;
}

enum err rows_add(struct view_ctx *v, struct store_query *q, struct json_build *list)
{
	for (;;) {
		bool row;
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		json_build_object(&o, v->a);
		set_columns(&o, v, q);
		json_add(list, json_built(&o));
	}
}

struct str view_behind(const struct view_ctx *v)
{
	return v->behind ? arena_printf(v->a, "%lld", (long long)v->behind) : (struct str){ NULL, 0 };
}

/* A page of a list by key: one row more than asked for tells whether there is a next page. */
enum err page_json(struct view_ctx *v, struct store_query *q, struct json_build *out)
{
	struct json_build all, rows;
	TRY(rows_json(v, q, &all));
	page_cut(v, &all, &rows, out, "key");
	json_set(out, "rows", json_built(&rows));
	return OK;
}

void page_cut(struct view_ctx *v, const struct json_build *all, struct json_build *rows, struct json_build *out, const char *key)
{
	size_t limit = (size_t)view_limit(v);
	json_build_array(rows, v->a);
	for (size_t i = 0; i < all->value.count && i < limit; i++)
		json_add(rows, &all->value.items[i]);
	const struct json *last = all->value.count > limit ? json_get(&all->value.items[limit - 1], key) : NULL;
	json_set_str(out, "next", last ? json_text(last) : view_behind(v));
}
