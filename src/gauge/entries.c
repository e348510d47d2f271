/* entries.c - what people enter that is no case: managers' ratings, disciplinary decisions, questionnaires. */
#include "gauge/gauge_int.h"

#include "draw/draw.h"

static int32_t offset(struct act *act) { return calendar_offset_s(calendar_now(act->cw)); }

static enum err period_of(struct act *act, struct gauge_period *p)
{
	struct str code = str_trim(json_text(json_get(act->data, "period")));
	if (gauge_period_parse(code, p))
		return OK;
	enum err e = act_refuse(act, ERR_INVALID, "gauge.period", "\"%.*s\" is no period; write 2025-W10, 2025-03, 2025-H1 or 2025.", STR_ARG(code));
	diag_arg(act->d, code);
	return e;
}

static enum err subject_of(struct act *act, enum gauge_kind *kind, int64_t *id)
{
	if (!gauge_kind_parse(json_text(json_get(act->data, "kind")), kind))
		return act_refuse(act, ERR_INVALID, "gauge.kind", "Say organ, person or post.");
	*id = gauge_subject_find(act->c, *kind, str_trim(json_text(json_get(act->data, "subject"))));
	return *id ? OK : act_refuse(act, ERR_NOT_FOUND, "gauge.nobody", "There is no such organ, person or post.");
}

/* ---- managers' ratings ---- */

/* A head rates the own people, posts of the own organ; supervision rates everybody. Nobody rates himself. */
static enum err may_rate(struct act *act, enum gauge_kind kind, int64_t subject)
{
	int64_t organ = gauge_subject_organ(act->c, kind, subject);
	bool supervisor = (powers_roles(act->c, &act->actor) & ROLE_SUPERVISOR) != 0;
	bool own = gauge_subject_person(act->c, kind, subject) == act->actor.person;
	if (!own && (supervisor || (kind != GAUGE_ORGAN && powers_in_organ(act->c, act->actor.person, organ, ROLE_HEAD))))
		return OK;
	return act_refuse(act, ERR_DENIED, "gauge.may-not-rate", "A head rates the people of the own organ, supervision the organs; nobody rates himself.");
}

enum err gauge_act_rate(struct act *act)
{
	enum gauge_kind kind;
	struct gauge_period p;
	struct json_build o;
	int64_t subject, points = json_i64(json_get(act->data, "points"), -1);
	struct str reason = str_trim(json_text(json_get(act->data, "reason")));
	TRY(subject_of(act, &kind, &subject));
	TRY(may_rate(act, kind, subject));
	TRY(period_of(act, &p));
	if (points < 0 || points > 100)
		return act_refuse(act, ERR_INVALID, "gauge.points", "Give whole points from 0 to 100.");
	if (!reason.len)
		return act_refuse(act, ERR_INVALID, "gauge.reason", "Give the reason.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", act_id(act));
	json_set_i64(&o, "kind", kind);
	json_set_i64(&o, "subject", subject);
	json_set_str(&o, "period", arena_str(act->a, str_of(p.code)));
	json_set_i64(&o, "from_ms", calendar_day_start_ms(p.first, offset(act)));
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "points", points);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "gauge.rated", 0, &o);
}

/* ---- disciplinary decisions ---- */

static const char *const measures[] = { "", "warning", "demerit", "serious-demerit", "demotion", "removal", "dismissal" };

static int64_t measure_of(struct str name)
{
	for (size_t i = 1; i < sizeof measures / sizeof *measures; i++)
		if (str_eqz(name, measures[i]))
			return (int64_t)i;
	return 0;
}

struct disciplined { int64_t person, organ, measure; calendar_day on; struct str document_no, reason, digest; };

static enum err read_discipline(struct act *act, struct disciplined *g)
{
	struct str login = str_trim(json_text(json_get(act->data, "person"))), organ = str_trim(json_text(json_get(act->data, "organ")));
	g->person = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1 AND staff=1", login, 0) : 0;
	g->organ = g->person ? gauge_subject_organ(act->c, GAUGE_PERSON, g->person) : organ_by_code(act->c, organ);
	g->measure = measure_of(json_text(json_get(act->data, "measure")));
	g->document_no = str_trim(json_text(json_get(act->data, "document_no")));
	g->reason = str_trim(json_text(json_get(act->data, "reason")));
	if (!g->organ || (login.len && !g->person))
		return act_refuse(act, ERR_NOT_FOUND, "gauge.nobody", "There is no such organ, person or post.");
	if (!g->measure)
		return act_refuse(act, ERR_INVALID, "gauge.measure", "Say warning, demerit, serious-demerit, demotion, removal or dismissal.");
	if (!calendar_day_parse(json_text(json_get(act->data, "decided_on")), &g->on) || calendar_day_start_ms(g->on, offset(act)) > act->now_ms)
		return act_refuse(act, ERR_INVALID, "gauge.decided-on", "Give the day of the decision as 2025-03-31, not after today.");
	if (!g->document_no.len || !act->blob.len)
		return act_refuse(act, ERR_INVALID, "gauge.document", "A disciplinary decision is entered with its number and its document.");
	return g->reason.len ? OK : act_refuse(act, ERR_INVALID, "gauge.reason", "Give the reason.");
}

enum err gauge_act_discipline(struct act *act)
{
	struct disciplined g = { 0 };
	struct json_build o;
	TRY(read_discipline(act, &g));
	TRY(content_keep(act, act->blob, &g.digest));
	int64_t id = act_id(act);
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", id);
	if (g.person)
		json_set_i64(&o, "person", g.person);
	json_set_i64(&o, "organ", g.organ);
	json_set_i64(&o, "measure", g.measure);
	json_set_str(&o, "document_no", g.document_no);
	json_set_str(&o, "digest", g.digest);
	json_set_i64(&o, "decided_ms", calendar_day_start_ms(g.on, offset(act)));
	json_set_str(&o, "reason", g.reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "entry", id);
	return act_emit(act, "gauge.disciplined", 0, &o);
}

/* ---- questionnaires ---- */

struct population { struct str text; int64_t *cases, *persons; size_t count; };

/* Concluded cases of the period whose applicant has an account, by case number: one line each, the announced pool. */
static enum err population_of(struct act *act, const struct gauge_period *p, struct population *out)
{
	enum { POOL_MAX = 200000 };
	struct store_query *q;
	struct buf pool;
	bool row;
	int64_t from = calendar_day_start_ms(p->first, offset(act)), until = calendar_day_start_ms(p->after, offset(act));
	TRY(store_prepare(act->c, "SELECT case_no, id, applicant FROM case_done WHERE concluded_ms>=?1 AND concluded_ms<?2 AND applicant>0 AND state<>'withdrawn'"
	                          " ORDER BY case_no LIMIT 200000", &q));
	store_bind_i64(q, 1, from);
	store_bind_i64(q, 2, until);
	out->cases = arena_new_n(act->a, int64_t, POOL_MAX);
	out->persons = arena_new_n(act->a, int64_t, POOL_MAX);
	buf_init_in(&pool, act->a, 16 << 20);
	if (!out->cases || !out->persons)
		return ERR_NOMEM;
	for (out->count = 0; out->count < POOL_MAX; out->count++) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		buf_put(&pool, store_col_str(q, 0));
		buf_byte(&pool, '\n');
		out->cases[out->count] = store_col_i64(q, 1);
		out->persons[out->count] = store_col_i64(q, 2);
	}
	store_reset(q);
	return buf_finish(&pool, &out->text);
}

/* The seed is the newest entry of the record before this act: public, and not of the drawer's choosing. As decimal numbers of
 * its bytes, so that `banjie draw` repeats the draw from the announced pool. */
static struct str seed_of(struct act *act)
{
	const uint8_t *hash = act_head(act);
	struct buf b;
	buf_init_in(&b, act->a, 256);
	for (size_t i = 0; i < LEDGER_HASH; i++)
		buf_printf(&b, i ? " %d" : "%d", hash[i]);
	return buf_str(&b);
}

static enum err draw_sample(struct act *act, const struct population *p, struct str seed, int64_t size, struct json_build *drawn)
{
	struct draw_pool pool;
	struct draw_pick *picks;
	struct buf key;
	size_t count;
	int64_t place = 0;
	TRY(draw_pool_read(act->a, p->text, &pool, act->d));
	buf_init_in(&key, act->a, 4096);
	TRY(draw_source_put(seed, &key, act->d));
	TRY(draw_run(act->a, DRAW_SHA256, buf_str(&key), &pool, (uint32_t)size, &picks, &count, act->d));
	json_build_array(drawn, act->a);
	for (size_t i = 0; i < count; i++) {
		struct json_build o;
		if (picks[i].again)
			continue;
		json_build_object(&o, act->a);
		json_set_i64(&o, "sample", act_id(act));
		json_set_i64(&o, "place", ++place);
		json_set_i64(&o, "case", p->cases[picks[i].member]);
		json_set_i64(&o, "person", p->persons[picks[i].member]);
		json_add(drawn, json_built(&o));
	}
	return OK;
}

static enum err invite(struct act *act, struct str no, struct str name, struct str name_en, const struct json *drawn)
{
	for (size_t i = 0; drawn && i < drawn->count; i++)
		TRY(notice_send(act, json_i64(json_get(&drawn->items[i], "person"), 0), json_i64(json_get(&drawn->items[i], "case"), 0),
		                arena_printf(act->a, "问卷：%.*s", STR_ARG(name)), arena_printf(act->a, "Questionnaire: %.*s", STR_ARG(name_en.len ? name_en : name)),
		                arena_printf(act->a, "您的办件被随机抽中参加问卷（%.*s）。请在“我的问卷”中评分，只需一分钟。", STR_ARG(no)),
		                arena_printf(act->a, "Your case was drawn at random for a questionnaire (%.*s). Please rate it under My questionnaires; it takes a minute.", STR_ARG(no)), 0));
	return OK;
}

struct survey { struct gauge_period period; struct str name, name_en; int64_t size, days; };

static enum err read_survey(struct act *act, struct survey *s)
{
	s->name = str_trim(json_text(json_get(act->data, "name")));
	s->name_en = str_trim(json_text(json_get(act->data, "name_en")));
	s->size = json_i64(json_get(act->data, "size"), 0);
	s->days = json_i64(json_get(act->data, "days"), 14);
	TRY(period_of(act, &s->period));
	if (calendar_day_start_ms(s->period.after, offset(act)) > act->now_ms) {
		enum err e = act_refuse(act, ERR_CONFLICT, "gauge.period-open", "The period %s is not over yet.", s->period.code);
		diag_arg(act->d, str_of(s->period.code));
		return e;
	}
	if (!s->name.len)
		return act_refuse(act, ERR_INVALID, "gauge.survey-name", "Give the questionnaire a name.");
	if (s->size < 1 || s->size > 5000 || s->days < 1 || s->days > 90)
		return act_refuse(act, ERR_INVALID, "gauge.survey-size", "The sample has 1 to 5000 cases, and stays open 1 to 90 days.");
	return OK;
}

enum err gauge_act_survey(struct act *act)
{
	struct survey s;
	struct population p;
	struct json_build o, drawn;
	int64_t n;
	char serial[32];
	TRY(read_survey(act, &s));
	TRY(population_of(act, &s.period, &p));
	if ((int64_t)p.count < s.size) {
		enum err e = act_refuse(act, ERR_CONFLICT, "gauge.survey-few", "Only %zu cases of the period can be drawn from.", p.count);
		diag_arg(act->d, arena_printf(act->a, "%zu", p.count));
		return e;
	}
	struct str seed = seed_of(act);
	TRY(draw_sample(act, &p, seed, s.size, &drawn));
	snprintf(serial, sizeof serial, "survey/%.4s", s.period.code);
	json_build_object(&o, act->a);
	serial_take(act, serial, &o, &n);
	struct str no = arena_printf(act->a, "WJ%.4s%04lld", s.period.code, (long long)n);
	json_set_i64(&o, "id", act_id(act));
	json_set_str(&o, "survey_no", no);
	json_set_str(&o, "name", s.name);
	json_set_str(&o, "name_en", s.name_en);
	json_set_str(&o, "period", arena_str(act->a, str_of(s.period.code)));
	json_set_i64(&o, "from_ms", calendar_day_start_ms(s.period.first, offset(act)));
	json_set_i64(&o, "until_ms", calendar_day_start_ms(s.period.after, offset(act)));
	json_set_i64(&o, "population", (int64_t)p.count);
	json_set_i64(&o, "size", s.size);
	json_set_str(&o, "seed", seed);
	json_set_str(&o, "pool", p.text);
	json_set_i64(&o, "closes_ms", calendar_day_start_ms(calendar_day_at(act->now_ms, offset(act)) + (calendar_day)s.days + 1, offset(act)));
	json_set(&o, "drawn", json_built(&drawn));
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&act->reply, "survey_no", no);
	TRY(act_emit(act, "gauge.surveyed", 0, &o));
	return invite(act, no, s.name, s.name_en, json_built(&drawn));
}

enum err gauge_act_answer(struct act *act)
{
	struct json_build o;
	int64_t sample = json_i64(json_get(act->data, "sample"), 0), points = json_i64(json_get(act->data, "points"), -1);
	if (row_i64(act->c, "SELECT person FROM gauge_sample WHERE id=?1", sample, 0) != act->actor.person)
		return act_refuse(act, ERR_NOT_FOUND, "gauge.sample-unknown", "There is no such questionnaire of yours.");
	if (row_i64(act->c, "SELECT 1 FROM gauge_sample WHERE id=?1 AND points IS NOT NULL", sample, 0))
		return act_refuse(act, ERR_CONFLICT, "gauge.sample-answered", "You have answered this questionnaire already.");
	if (row_i64(act->c, "SELECT u.closes_ms FROM gauge_sample g JOIN gauge_survey u ON u.id=g.survey WHERE g.id=?1", sample, 0) <= act->now_ms)
		return act_refuse(act, ERR_CONFLICT, "gauge.sample-closed", "This questionnaire is closed.");
	if (points < 0 || points > 100)
		return act_refuse(act, ERR_INVALID, "gauge.points", "Give whole points from 0 to 100.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "sample", sample);
	json_set_i64(&o, "points", points);
	json_set_str(&o, "text", str_trim(json_text(json_get(act->data, "text"))));
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "gauge.answered", 0, &o);
}
