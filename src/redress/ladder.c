/* ladder.c - what has come together against a person or an organ, and which measure the table asks for.
 *
 * Facts are counted from rows; what counts is the table's business (data/redress/ladder.dmn, or the setting redress.ladder).
 * Facts that were weighed once, whatever came of it, are not weighed again: counting begins anew after each measure of the
 * same rank or above.
 */
#include "redress/redress_int.h"

static const struct { const char *kind; int rank; } ranks[] = {
	{ "yellow", 2 }, { "red", 3 }, { "talk", 4 }, { "criticism", 5 }, { "warning", 6 }, { "referral", 7 },
};

int measure_rank(struct str kind)
{
	for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
		if (str_eqz(kind, ranks[i].kind))
			return ranks[i].rank;
	return 0;
}

/* Whose facts: one connection, one subject, one moment. */
struct weighing { struct store_conn *c; bool person; int64_t subject, from_ms; };

static int64_t figure(const struct weighing *w, const char *by_person, const char *by_organ, int64_t p2, int64_t p3)
{
	struct store_query *q;
	bool row;
	int64_t n = 0;
	if (store_prepare(w->c, w->person ? by_person : by_organ, &q) != OK)
		return 0;
	store_bind_i64(q, 1, w->subject);
	store_bind_i64(q, 2, p2);
	store_bind_i64(q, 3, p3);
	if (store_step(q, &row) == OK && row)
		n = store_col_i64(q, 0);
	store_reset(q);
	return n;
}

/* The same statement over both subjects: literals apart, because statements are kept by their address. */
#define FIGURE(w, before, after, p2, p3) figure(w, before "person" after, before "organ" after, p2, p3)

/* The newest thing weighed: what came before was looked at for measures of this rank or above. A measure in force covers
 * what came until it was confirmed; one that was dropped, what came until it was proposed. */
static int64_t weighed_up_to(const struct weighing *w, int rank)
{
	return FIGURE(w, "SELECT coalesce(max(CASE WHEN weight>basis THEN weight ELSE basis END), 0) FROM measure WHERE subject_",
	              "=?1 AND rank>=?2 AND proposed_ms>=?3", rank, w->from_ms);
}

/* One proposal of a kind at a time: what comes meanwhile is part of it. */
static bool proposed_already(struct act *act, bool person, int64_t subject, struct str kind)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(act->c, person ? "SELECT 1 FROM measure WHERE subject_person=?1 AND kind=?2 AND state='proposed' LIMIT 1"
	                                 : "SELECT 1 FROM measure WHERE subject_organ=?1 AND kind=?2 AND state='proposed' LIMIT 1", &q) != OK)
		return true;
	store_bind_i64(q, 1, subject);
	store_bind_str(q, 2, kind);
	bool yes = store_step(q, &row) != OK || row;
	store_reset(q);
	return yes;
}

static int64_t alerts_standing(const struct weighing *w, int level, int64_t above)
{
	struct store_query *q;
	bool row;
	int64_t n = 0;
	if (store_prepare(w->c, w->person ? "SELECT count(*) FROM redress_alert WHERE person=?1 AND level=?2 AND stands=1 AND weight>?3 AND at_ms>=?4"
	                                  : "SELECT count(*) FROM redress_alert WHERE organ=?1 AND level=?2 AND stands=1 AND weight>?3 AND at_ms>=?4", &q) != OK)
		return 0;
	store_bind_i64(q, 1, w->subject);
	store_bind_i64(q, 2, level);
	store_bind_i64(q, 3, above);
	store_bind_i64(q, 4, w->from_ms);
	if (store_step(q, &row) == OK && row)
		n = store_col_i64(q, 0);
	store_reset(q);
	return n;
}

/* The newest of its level that was not lifted: one seek from the index's end, not one for each reminder. */
#define NEWEST(subject, level) "(SELECT coalesce(max(w.alert), 0) FROM redress_alert w WHERE w." subject "=?1 AND w.level=" level " AND w.state<>'lifted')"
#define NOTICES_IN_ROW(subject) \
	"SELECT count(*) FROM redress_alert r WHERE r." subject "=?1 AND r.level=1 AND r.alert>?2 AND r.alert>" NEWEST(subject, "2") \
	" AND r.alert>" NEWEST(subject, "3") " AND r.state<>'lifted' AND r.at_ms>=?3"

/* Reminders from the newest back, until something worse stands between; lifted ones are passed over. */
static int64_t notices_in_row(const struct weighing *w, int64_t above)
{
	return figure(w, NOTICES_IN_ROW("person"), NOTICES_IN_ROW("organ"), above, w->from_ms);
}

static int64_t demands_overdue(const struct weighing *w, int64_t above)
{
	return FIGURE(w, "SELECT count(*) FROM demand WHERE ", "=?1 AND kind='supervise' AND overdue>?2 AND at_ms>=?3", above, w->from_ms);
}

static int64_t measures_live(const struct weighing *w, int rank, int64_t above)
{
	struct store_query *q;
	bool row;
	int64_t n = 0;
	if (store_prepare(w->c, w->person ? "SELECT count(*) FROM measure WHERE subject_person=?1 AND rank=?2 AND weight>?3 AND proposed_ms>=?4"
	                                    " AND state IN ('confirmed', 'appealed', 'upheld')"
	                                  : "SELECT count(*) FROM measure WHERE subject_organ=?1 AND rank=?2 AND weight>?3 AND proposed_ms>=?4"
	                                    " AND state IN ('confirmed', 'appealed', 'upheld')", &q) != OK)
		return 0;
	store_bind_i64(q, 1, w->subject);
	store_bind_i64(q, 2, rank);
	store_bind_i64(q, 3, above);
	store_bind_i64(q, 4, w->from_ms);
	if (store_step(q, &row) == OK && row)
		n = store_col_i64(q, 0);
	store_reset(q);
	return n;
}

const struct json *ladder_facts(struct store_conn *c, struct arena *a, bool person, int64_t subject, int64_t now_ms, int64_t period_days)
{
	enum { DAY_MS = 86400000 };
	struct weighing w = { .c = c, .person = person, .subject = subject, .from_ms = now_ms - period_days * DAY_MS };
	struct json_build o;
	int64_t yellow = weighed_up_to(&w, 2), red = weighed_up_to(&w, 3), talk = weighed_up_to(&w, 4);
	json_build_object(&o, a);
	json_set_str(&o, "subject", person ? S("person") : S("organ"));
	json_set_i64(&o, "notices_in_row", notices_in_row(&w, yellow));
	json_set_i64(&o, "yellows", alerts_standing(&w, 2, red) + measures_live(&w, 2, red));
	json_set_i64(&o, "reds", alerts_standing(&w, 3, talk) + measures_live(&w, 3, talk));
	json_set_i64(&o, "demands_overdue", demands_overdue(&w, talk));
	json_set_i64(&o, "talks", measures_live(&w, 4, 0));
	json_set_i64(&o, "criticisms", measures_live(&w, 5, 0));
	json_set_i64(&o, "warnings", measures_live(&w, 6, 0));
	return json_built(&o);
}

/* Most alerts are a person's first: nothing to weigh, and the table is not even read. */
static bool trivial(const struct json *facts)
{
	int64_t sum = 0;
	for (size_t i = 0; i < facts->count; i++)
		sum += json_i64(&facts->members[i].value, 0);
	return sum == 0;
}

/* ---- the table ---- */

static enum err table_text(struct act *act, struct str *xml)
{
	*xml = json_text(parse(act->a, setting_get(act->c, act->a, S("redress.ladder"))));
	return xml->len ? OK : casework_data_file(act->cw, act->a, "redress/ladder.dmn", xml, act->d);
}

static enum err as_json(struct arena *a, const struct feel_value *v, const struct json **out)
{
	struct buf b;
	struct json_writer w;
	struct str text;
	buf_init_in(&b, a, 1 << 16);
	json_writer_init(&w, &b);
	feel_to_json(v, &w);
	TRY(buf_finish(&b, &text));
	return json_read(a, text, out, NULL);
}

/* The table as it was last read, with its text. Weighing happens inside acts alone, and so on the writer's thread. */
struct compiled { struct arena a; struct str xml; struct dmn_model *model; };

void ladder_forget(void *kept)
{
	struct compiled *k = kept;
	if (k)
		arena_release(&k->a);
	heap_free(k);
}

static enum err compile(struct act *act, struct str xml, struct compiled *k)
{
	struct dmn_finding *findings;
	arena_reset(&k->a);
	k->model = NULL;
	k->xml = arena_str(&k->a, xml);
	if (dmn_model_read(&k->a, k->xml, NULL, NULL, &k->model, &findings, act->d) == OK)
		return OK;
	k->model = NULL;
	return diag_set(act->d, ERR_INVALID, "redress.table", "The ladder's table cannot be carried out.");
}

/* Compiled once for each text, not at each weighing. */
static enum err table_get(struct act *act, struct dmn_model **out)
{
	enum { TABLE_MAX = 64 << 20 };
	void **slot = casework_room_slot(act->cw, &redress_room);
	struct compiled *k = *slot;
	struct str xml;
	TRY(table_text(act, &xml));
	if (!k) {
		*slot = k = heap_alloc(sizeof *k);
		if (!k)
			return ERR_NOMEM;
		*k = (struct compiled){ 0 };
		arena_init(&k->a, TABLE_MAX);
	}
	if (!k->model || !str_eq(k->xml, xml))
		TRY(compile(act, xml, k));
	*out = k->model;
	return OK;
}

struct asked { struct str measure, ground; bool automatic; };

static enum err ask_table(struct act *act, const struct json *facts, struct asked *out)
{
	struct dmn_model *m;
	struct feel_value inputs, result;
	struct dmn_trace *trace;
	const struct json *answer;
	struct feel_env env = { .now_ms = act->now_ms, .offset_s = calendar_offset_s(calendar_now(act->cw)) };
	TRY(table_get(act, &m));
	TRY(dmn_inputs_from_json(m, S("ladder"), facts, act->a, &inputs, act->d));
	TRY(dmn_eval(m, S("ladder"), &inputs, &env, act->a, &result, &trace, act->d));
	TRY(as_json(act->a, &result, &answer));
	out->measure = json_text(json_get(answer, "measure"));
	out->automatic = json_bool(json_get(answer, "automatic"), false);
	out->ground = S("");
	for (const struct dmn_trace *t = trace; t; t = t->next)
		if (t->matched_count)
			out->ground = t->matched[0].annotation;
	return OK;
}

static enum err weigh(struct act *act, bool person, int64_t subject)
{
	struct asked asked = { .automatic = false };
	if (!subject)
		return OK;
	const struct json *facts = ladder_facts(act->c, act->a, person, subject, act->now_ms, redress_limit(act, "period_days", 365));
	if (!facts)
		return ERR_NOMEM;
	if (trivial(facts))
		return OK;
	TRY(ask_table(act, facts, &asked));
	if (!measure_rank(asked.measure) || proposed_already(act, person, subject, asked.measure))
		return OK;
	return measure_propose(act, person, subject, asked.measure, asked.automatic, asked.ground, facts);
}

enum err ladder_weigh(struct act *act, int64_t person, int64_t organ)
{
	TRY(weigh(act, true, person));
	return weigh(act, false, organ);
}
