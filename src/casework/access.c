/* access.c - may this person do this here and now? The facts are gathered from the rows, a decision table judges them.
 *
 * What is no rule's "yes" is a no. The table may be replaced by the office (access.put); the examples below must hold in
 * any table, so that no edit can let a person handle a case of one's own.
 */
#include "casework/access_int.h"
#include "casework/rules_int.h"
#include "dmn/dmn.h"

enum { MODEL_BYTES_MAX = 256 << 10 };

/* A table that says nothing about time answers the same facts the same way, and the facts are few: each answer is kept. */
static const char *const holds_words[] = { "none", "colleague", "post", "assigned", "second", "delegation" };
static const char *const listed_words[] = { "yes", "no", "no list" };
static const char *const organ_words[] = { "own", "other" };
static const char *const region_words[] = { "own", "above", "below", "elsewhere" };
static const char *const interest_words[] = { "none", "declared", "recused" };
enum { ANSWERS = 6 * 3 * 2 * 4 * 3 * 16 };

struct access_known { bool known, allowed; struct str reason; };
struct access_table {
	struct dmn_model *model;
	struct access_known *known; /* ANSWERS of them; NULL: the table asks for the time */
};

struct facts {
	const char *holds, *listed, *organ, *region;
	struct str interest;
	bool has_function, seal, own_case, claimed;
	int64_t delegation;
};

/* ---- facts ---- */

static bool exists(struct store_query *q)
{
	bool row = false;
	bool found = store_step(q, &row) == OK && row;
	store_reset(q);
	return found;
}

/* An organ that has published no list yet goes by its posts' roles alone; one that has must have listed it. (Two questions and not
 * IN (0, ?3): for that SQLite makes a table each time.) */
static const char *listed(const struct access_ask *ask)
{
	struct store_query *q;
	bool row = false;
	const char *answer = "no";
	if (store_prepare(ask->c, "SELECT (SELECT 1 FROM power_list WHERE organ=?1 AND kind='power' AND live=1),"
	                          " coalesce((SELECT 1 FROM power_cover WHERE organ=?1 AND function=?2 AND item=0 LIMIT 1),"
	                          " (SELECT 1 FROM power_cover WHERE organ=?1 AND function=?2 AND item=?3 LIMIT 1))", &q) != OK)
		return answer;
	store_bind_i64(q, 1, ask->s->organ);
	store_bind_str(q, 2, ask->function);
	store_bind_i64(q, 3, ask->k->item);
	if (store_step(q, &row) == OK && row)
		answer = !store_col_null(q, 1) ? "yes" : store_col_null(q, 0) ? "no list" : "no";
	store_reset(q);
	return answer;
}

static const char functions_of_post[] = "SELECT role, (SELECT 1 FROM post_function WHERE post=?1 AND withdrawn_ms IS NULL LIMIT 1) FROM post WHERE id=?1";
static const char delegations_of_post[] = "SELECT d.id, d.functions, d.to_post FROM delegation d WHERE d.from_post=?1 AND d.revoked_ms IS NULL AND d.from_ms<=?2"
                                          " AND d.until_ms>?2 ORDER BY d.id DESC";
static const char places_of_person[] = "SELECT p.organ, o.region, (SELECT region FROM organ WHERE id=?2) FROM post p JOIN organ o ON o.id=p.organ"
                                       " WHERE p.ended_ms IS NULL AND (p.a=?1 OR p.b=?1)";

void access_ahead(struct store_conn *c, int64_t person, int64_t now_ms, const struct step_row *s)
{
	holds_post_ahead(c, person, s->post);
	ahead_i64(c, functions_of_post, s->post);
	ahead_pair(c, delegations_of_post, s->post, now_ms);
	interest_ahead(c, person, s->case_id);
	ahead_pair(c, places_of_person, person, s->organ);
}

/* A post that was granted functions by name has those; every other those of its role. */
static bool post_has(const struct access_ask *ask, int64_t post)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(ask->c, functions_of_post, &q) != OK)
		return false;
	store_bind_i64(q, 1, post);
	if (store_step(q, &row) != OK || !row)
		return false;
	bool by_name = !store_col_null(q, 1), of_role = function_of_role(ask->cw, ask->function, store_col_str(q, 0));
	store_reset(q);
	if (!by_name)
		return of_role;
	if (store_prepare(ask->c, "SELECT 1 FROM post_function WHERE post=?1 AND function=?2 AND item IN (0, ?3) AND withdrawn_ms IS NULL"
	                          " AND from_ms<=?4 AND (until_ms IS NULL OR until_ms>?4) LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, post);
	store_bind_str(q, 2, ask->function);
	store_bind_i64(q, 3, ask->k->item);
	store_bind_i64(q, 4, ask->now_ms);
	return exists(q);
}

static bool word_in(struct str words, const char *word)
{
	while (words.len) {
		struct str w = str_cut(&words, ' ');
		if (str_eqz(w, word))
			return true;
	}
	return false;
}

static bool text_in(struct arena *a, struct str words, struct str word)
{
	const char *z = arena_z(a, word);
	return z && word_in(words, z);
}

/* A delegation from the step's post to one that the person holds, for this function, today; of several, one that includes the seal. */
static void find_delegation(const struct access_ask *ask, struct facts *f)
{
	struct store_query *q;
	bool row;
	if (store_prepare(ask->c, delegations_of_post, &q) != OK)
		return;
	store_bind_i64(q, 1, ask->s->post);
	store_bind_i64(q, 2, ask->now_ms);
	while (store_step(q, &row) == OK && row) {
		struct str functions = store_col_copy(q, 1, ask->a);
		if (!text_in(ask->a, functions, ask->function) || !powers_holds_post(ask->c, ask->person, store_col_i64(q, 2)))
			continue;
		bool seal = !str_eqz(ask->function, "decide") || word_in(functions, "seal");
		if (f->delegation && !seal)
			continue;
		f->holds = "delegation";
		f->delegation = store_col_i64(q, 0);
		f->seal = seal;
		if (seal)
			break;
	}
	store_reset(q);
}

static void gather_hold(const struct access_ask *ask, struct facts *f)
{
	bool of_post = powers_holds_post(ask->c, ask->person, ask->s->post);
	f->holds = of_post ? "colleague" : "none";
	if (ask->s->person == ask->person) {
		f->holds = of_post ? "post" : "assigned"; /* given to this person by name, or come up because nobody was there */
		f->has_function = !of_post || post_has(ask, ask->s->post);
	} else if (powers_second_person(ask->c, ask->person, ask->s)) {
		f->holds = "second";
		f->has_function = true;
		f->claimed = false; /* the first of two has taken it */
	} else {
		find_delegation(ask, f);
		f->has_function = f->delegation != 0;
	}
}

static bool region_above(struct store_conn *c, int64_t above, int64_t below)
{
	enum { LEVELS = 8 };
	for (int i = 0; below && i < LEVELS; i++) {
		below = row_i64(c, "SELECT parent FROM region WHERE id=?1", below, 0);
		if (below == above)
			return above != 0;
	}
	return false;
}

/* Where the person's organs stand to the step's: the nearest of them counts. */
static void gather_place(const struct access_ask *ask, struct facts *f)
{
	struct store_query *q;
	bool row;
	int64_t of_step = 0, regions[32];
	size_t n = 0;
	f->organ = "other";
	f->region = "elsewhere";
	if (store_prepare(ask->c, places_of_person, &q) != OK)
		return;
	store_bind_i64(q, 1, ask->person);
	store_bind_i64(q, 2, ask->s->organ);
	while (store_step(q, &row) == OK && row && n < sizeof regions / sizeof *regions) {
		if (store_col_i64(q, 0) == ask->s->organ)
			f->organ = "own";
		of_step = store_col_i64(q, 2);
		regions[n++] = store_col_i64(q, 1);
	}
	store_reset(q);
	for (size_t i = 0; i < n; i++) {
		if (regions[i] == of_step)
			f->region = "own";
		else if (strcmp(f->region, "own") != 0 && region_above(ask->c, regions[i], of_step))
			f->region = "above";
		else if (strcmp(f->region, "elsewhere") == 0 && region_above(ask->c, of_step, regions[i]))
			f->region = "below";
	}
}

static void gather(const struct access_ask *ask, struct facts *f)
{
	*f = (struct facts){ .own_case = ask->person == ask->k->applicant };
	f->claimed = ask->s->claimed && ask->s->person && ask->s->person != ask->person;
	gather_hold(ask, f);
	f->listed = listed(ask);
	f->interest = interest_in(ask->c, ask->a, ask->person, ask->k);
	gather_place(ask, f);
}

static const struct json *facts_json(struct arena *a, const struct facts *f)
{
	struct json_build o;
	json_build_object(&o, a);
	json_set_str(&o, "holds", str_of(f->holds));
	json_set_str(&o, "listed", str_of(f->listed));
	json_set_bool(&o, "has_function", f->has_function);
	json_set_bool(&o, "seal", f->seal);
	json_set_str(&o, "organ", str_of(f->organ));
	json_set_str(&o, "region", str_of(f->region));
	json_set_bool(&o, "own_case", f->own_case);
	json_set_str(&o, "interest", f->interest);
	json_set_bool(&o, "claimed", f->claimed);
	return json_built(&o);
}

/* ---- the table ---- */

static enum err read_model(struct arena *a, struct str dmn, struct dmn_model **out, struct diag *d)
{
	struct dmn_finding *findings = NULL;
	if (dmn.len > MODEL_BYTES_MAX)
		return diag_set(d, ERR_LIMIT, "access.too-large", "The table of access rules is larger than 256 KiB.");
	enum err e = dmn_model_read(a, dmn, NULL, NULL, out, &findings, d);
	if (e == OK || e == ERR_NOMEM)
		return e;
	TRY(dmn_findings_refuse(findings, "access.model", d));
	return e;
}

static enum err judge(const struct dmn_model *m, const struct json *facts, struct arena *a, struct access_answer *out, struct diag *d)
{
	struct feel_value inputs, result;
	struct feel_env env = { 0 };
	const struct json *v = NULL;
	TRY(feel_from_json(a, facts, &inputs, d));
	enum err e = dmn_eval(m, S("access"), &inputs, &env, a, &result, NULL, d);
	if (e == ERR_NOMEM)
		return e;
	if (e == OK)
		TRY(rules_feel_json(a, &result, &v));
	out->allowed = json_bool(json_get(v, "allow"), false);
	out->reason = out->allowed ? S("") : json_text(json_get(v, "reason"));
	if (!out->allowed && !out->reason.len)
		out->reason = S("not-yours");
	return OK;
}

static size_t word_at(struct str word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eqz(word, words[i]))
			return i;
	return 0;
}
#define WORD_AT(word, words) word_at(word, words, sizeof words / sizeof *words)

static size_t place_of(const struct facts *f)
{
	size_t at = WORD_AT(str_of(f->holds), holds_words);
	at = at * 3 + WORD_AT(str_of(f->listed), listed_words);
	at = at * 2 + WORD_AT(str_of(f->organ), organ_words);
	at = at * 4 + WORD_AT(str_of(f->region), region_words);
	at = at * 3 + WORD_AT(f->interest, interest_words);
	return at * 16 + (size_t)(f->has_function | f->seal << 1 | f->own_case << 2 | f->claimed << 3);
}

static enum err table_new(struct arena *a, struct str dmn, struct access_table **out, struct diag *d)
{
	struct access_table *t = arena_new(a, struct access_table);
	if (!t)
		return ERR_NOMEM;
	TRY(read_model(a, dmn, &t->model, d));
	bool timeless = str_find(dmn, S("now(")) < 0 && str_find(dmn, S("today(")) < 0;
	t->known = timeless ? arena_new_n(a, struct access_known, ANSWERS) : NULL;
	*out = t;
	return !timeless || t->known ? OK : ERR_NOMEM;
}

/* What any table must answer, whatever else it says. */
static enum err must_hold(const struct dmn_model *m, struct arena *a, struct diag *d)
{
	static const struct { const char *name; struct facts f; } never[] = {
		{ "a case of one's own", { "post", "yes", "own", "own", S_INIT("none"), true, true, true, false, 0 } },
		{ "a declared interest", { "post", "yes", "own", "own", S_INIT("declared"), true, true, false, false, 0 } },
		{ "a recusal", { "post", "yes", "own", "own", S_INIT("recused"), true, true, false, false, 0 } },
		{ "a step in a colleague's hands", { "colleague", "yes", "own", "own", S_INIT("none"), true, true, false, false, 0 } },
		{ "a step in other hands", { "none", "yes", "own", "own", S_INIT("none"), true, true, false, false, 0 } },
		{ "a post without the function", { "post", "yes", "own", "own", S_INIT("none"), false, false, false, false, 0 } },
	};
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		struct access_answer answer;
		TRY(judge(m, facts_json(a, &never[i].f), a, &answer, d));
		if (!answer.allowed)
			continue;
		(void)diag_set(d, ERR_INVALID, "access.must-deny", "The table would allow %s. That must stay denied.", never[i].name);
		diag_arg(d, str_of(never[i].name));
		return ERR_INVALID;
	}
	return OK;
}

enum err access_check(struct str dmn, struct arena *a, struct diag *d)
{
	struct dmn_model *m;
	TRY(read_model(a, dmn, &m, d));
	return must_hold(m, a, d);
}

enum err access_load(struct casework *cw, struct str shipped, struct diag *d)
{
	return table_new(&cw->calendar_arena, shipped, &cw->access_shipped, d);
}

/* The digest of the table that the office put in the shipped one's place; empty = the shipped one. */
static struct str digest_now(struct store_conn *c, struct arena *a)
{
	struct str value = setting_get(c, a, S("powers.access"));
	return value.len > 2 ? json_text(parse(a, value)) : S("");
}

/* The table in force, compiled once; readers may hold an old one, so none is freed before the end. */
static enum err table_now(struct casework *cw, struct store_conn *c, struct arena *a, struct access_table **out, struct diag *d)
{
	struct str digest = digest_now(c, a);
	enum err e = OK;
	os_mutex_lock(&cw->lock);
	if (!digest.len) {
		*out = cw->access_shipped;
	} else if (!str_eq(digest, cw->access_digest)) {
		struct access_table *own;
		struct str dmn = row_str_of(c, &cw->calendar_arena, "SELECT bytes FROM content WHERE digest=?1", digest);
		e = table_new(&cw->calendar_arena, dmn, &own, d);
		if (e == OK) {
			cw->access = own;
			cw->access_digest = arena_str(&cw->calendar_arena, digest);
		}
		*out = cw->access;
	} else {
		*out = cw->access;
	}
	os_mutex_unlock(&cw->lock);
	return e;
}

static enum err answer(const struct access_ask *ask, struct access_table *t, const struct facts *f, struct access_answer *out, struct diag *d)
{
	struct access_known *k = t->known ? &t->known[place_of(f)] : NULL;
	os_mutex_lock(&ask->cw->lock);
	bool known = k && k->known;
	if (known) {
		out->allowed = k->allowed;
		out->reason = k->reason;
	}
	os_mutex_unlock(&ask->cw->lock);
	if (known)
		return OK;
	TRY(judge(t->model, facts_json(ask->a, f), ask->a, out, d));
	if (!k)
		return OK;
	os_mutex_lock(&ask->cw->lock);
	struct str reason = k->known ? k->reason : arena_str(&ask->cw->calendar_arena, out->reason);
	if (reason.ptr)
		*k = (struct access_known){ true, out->allowed, reason };
	os_mutex_unlock(&ask->cw->lock);
	return OK;
}

enum err access_decide(const struct access_ask *ask, struct access_answer *out, struct diag *d)
{
	struct facts f;
	struct access_table *t;
	TRY(table_now(ask->cw, ask->c, ask->a, &t, d));
	gather(ask, &f);
	*out = (struct access_answer){ .by = ACCESS_NONE, .delegation = f.delegation };
	TRY(answer(ask, t, &f, out, d));
	if (out->allowed)
		out->by = f.delegation ? ACCESS_DELEGATION : strcmp(f.holds, "post") == 0 ? ACCESS_POST : ACCESS_ASSIGNED;
	return OK;
}

enum err access_refuse(struct act *act, const struct access_answer *answer)
{
	static const struct { const char *reason, *code, *text; enum err err; } words[] = {
		{ "own-case", "access.own-case", "Nobody handles a case of one's own.", ERR_DENIED },
		{ "interest", "access.interest", "You have declared an interest in this applicant: the case goes to a colleague.", ERR_DENIED },
		{ "recused", "access.recused", "You have withdrawn from this case, or were taken off it.", ERR_DENIED },
		{ "claimed", "step.claimed", "A colleague has taken this step.", ERR_CONFLICT },
		{ "colleague", "step.colleague-present", "Your colleague of this post is present and answers for the step.", ERR_DENIED },
		{ "not-listed", "access.not-listed", "The organ's published list has no power for this action on this item. The list must name it first.", ERR_DENIED },
		{ "elsewhere", "access.elsewhere", "This step belongs to another region.", ERR_DENIED },
		{ "no-seal", "access.no-seal", "A decision needs the seal, and the delegation does not include it.", ERR_DENIED },
		{ "no-function", "access.no-function", "Your post has not been given the function that this action needs.", ERR_DENIED },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eqz(answer->reason, words[i].reason))
			return act_refuse(act, words[i].err, words[i].code, "%s", words[i].text);
	return act_refuse(act, ERR_DENIED, "step.not-yours", "This step is in the hands of another post.");
}

/* ---- the table as people read it ---- */

static const struct json *texts_json(struct arena *a, const struct str *texts, size_t count)
{
	struct json_build list;
	json_build_array(&list, a);
	for (size_t i = 0; i < count; i++)
		json_add_str(&list, texts[i].len ? texts[i] : S("-"));
	return json_built(&list);
}

static const struct json *heads_json(struct arena *a, const struct dmn_clause_view *heads, size_t count, bool output)
{
	struct json_build list;
	json_build_array(&list, a);
	for (size_t i = 0; i < count; i++) {
		struct json_build o;
		json_build_object(&o, a);
		json_set_str(&o, "name", heads[i].expression.len && !output ? heads[i].expression : heads[i].label);
		json_set_str(&o, "label", heads[i].label.len ? heads[i].label : heads[i].expression);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

enum err access_table_json(struct str dmn, struct arena *a, struct json_build *out, struct diag *d)
{
	struct dmn_model *m;
	struct dmn_table_view t;
	struct json_build rules;
	TRY(read_model(a, dmn, &m, d));
	TRY(dmn_model_table(m, S("access"), a, &t, d));
	json_set(out, "inputs", heads_json(a, t.inputs, t.inputs_count, false));
	json_set(out, "outputs", heads_json(a, t.outputs, t.outputs_count, true));
	json_build_array(&rules, a);
	for (size_t i = 0; i < t.rules_count; i++) {
		struct json_build o;
		json_build_object(&o, a);
		json_set_i64(&o, "number", (int64_t)i + 1);
		json_set(&o, "inputs", texts_json(a, t.rules[i].inputs, t.inputs_count));
		json_set(&o, "outputs", texts_json(a, t.rules[i].outputs, t.outputs_count));
		json_set_str(&o, "annotation", law_text(a, t.rules[i].annotation, false));
		json_set_str(&o, "annotation_en", law_text(a, t.rules[i].annotation, true));
		json_add(&rules, json_built(&o));
	}
	json_set(out, "rules", json_built(&rules));
	return OK;
}

/* ---- the office's own table ---- */

enum err act_access_put(struct act *act)
{
	struct str dmn = json_text(json_get(act->data, "dmn")), digest = S("");
	struct json_build o;
	if (dmn.len) { /* none: back to the shipped one */
		TRY(access_check(dmn, act->a, act->d));
		TRY(content_keep(act, dmn, &digest));
	}
	json_build_object(&o, act->a);
	json_set_str(&o, "name", S("powers.access"));
	json_set_str(&o, "value", arena_printf(act->a, "\"%.*s\"", STR_ARG(digest)));
	return act_emit(act, "setting.put", 0, &o);
}
