/* draws.c - commitment first, seeds later: the list is fixed and its digest recorded before anybody can know what will be drawn.
 *
 * The commitment names its sources and a moment to come. A source `ledger` is the hash of the record's first entry at or after that moment (the room
 * writes one when the moment comes, so there always is one); a source `numbers` is typed in from a public lottery drawn after it. */
#include "inspect/inspect_int.h"

#define DRAW_SQL "SELECT * FROM inspect_draw WHERE draw_no=?1"

enum { WANT_MAX = 1000, CHECKERS_EACH_MAX = 9, SOURCES_MAX = 8 };

/* ---- commitment ---- */

struct commitment {
	bool callback;
	struct str title, form;
	int64_t want, checkers, draw_ms;
	const struct json *sources;
	struct pool_list cases, people;
};

static bool source_kind_fits(struct str kind) { return str_eqz(kind, "ledger") || str_eqz(kind, "numbers"); }

/* The office may demand one source from outside, so that not even the keeper of the record chooses the seed. */
static enum err read_sources(struct act *act, struct commitment *k)
{
	const struct json *list = json_get(act->data, "sources");
	bool outside = false, demanded = json_bool(json_get(inspect_part(act->c, act->a, "settings"), "outside_source"), false);
	struct json_build all, o;
	if (!list || list->kind != JSON_ARRAY || !list->count || list->count > SOURCES_MAX)
		return act_refuse(act, ERR_INVALID, "draw.sources", "sources: name from 1 to %d sources of the seed.", SOURCES_MAX);
	json_build_array(&all, act->a);
	for (size_t i = 0; i < list->count; i++) {
		struct str kind = json_text(json_get(&list->items[i], "kind")), name = str_trim(json_text(json_get(&list->items[i], "name")));
		if (!source_kind_fits(kind) || (!name.len && !str_eqz(kind, "ledger")) || name.len > 300)
			return act_refuse(act, ERR_INVALID, "draw.source", "sources: each is the record, or numbers with the name of the public draw they come from.");
		outside = outside || str_eqz(kind, "numbers");
		json_build_object(&o, act->a);
		json_set_str(&o, "kind", kind);
		json_set_str(&o, "name", name);
		json_add(&all, json_built(&o));
	}
	if (!outside && demanded && !k->callback)
		return act_refuse(act, ERR_INVALID, "draw.outside", "sources: a spot check needs numbers from a public draw besides the record.");
	k->sources = json_built(&all);
	return OK;
}

static enum err read_numbers(struct act *act, struct commitment *k)
{
	k->want = in_i64(act, "want", 0);
	k->checkers = k->callback ? 0 : in_i64(act, "checkers", 1);
	if (k->want < 1 || k->want > WANT_MAX)
		return act_refuse(act, ERR_INVALID, "draw.want", "want: draw from 1 to %d.", WANT_MAX);
	if (k->checkers < 0 || k->checkers > CHECKERS_EACH_MAX)
		return act_refuse(act, ERR_INVALID, "draw.checkers", "checkers: from 0 to %d for each case.", CHECKERS_EACH_MAX);
	return OK;
}

static enum err read_moment(struct act *act, struct commitment *k)
{
	struct str at = in_text(act, "draw_at");
	if (!calendar_instant_parse(at, &k->draw_ms) || k->draw_ms <= act->now_ms)
		return act_refuse(act, ERR_INVALID, "draw.moment", "draw_at: the seeds must come from a moment still to come.");
	return OK;
}

static enum err read_lists(struct act *act, struct commitment *k)
{
	TRY(pool_of_cases(act, k->callback, &k->cases));
	if (k->cases.places < (uint64_t)k->want) {
		enum err e = act_refuse(act, ERR_INVALID, "draw.few-cases", "%lld cannot be drawn: the list holds %u.", (long long)k->want, k->cases.places);
		diag_arg(act->d, arena_printf(act->a, "%lld", (long long)k->want));
		diag_arg(act->d, arena_printf(act->a, "%u", k->cases.places));
		return e;
	}
	if (!k->checkers)
		return OK;
	TRY(pool_of_checkers(act, &k->people));
	if (k->people.places < (uint64_t)k->checkers) {
		enum err e = act_refuse(act, ERR_INVALID, "draw.few-checkers", "The list of checkers holds %u.", k->people.places);
		diag_arg(act->d, arena_printf(act->a, "%u", k->people.places));
		return e;
	}
	return OK;
}

static enum err read_commitment(struct act *act, struct commitment *k)
{
	struct str purpose = in_text(act, "purpose");
	*k = (struct commitment){ .callback = str_eqz(purpose, "callback"), .form = in_text(act, "form") };
	if (!k->callback && !str_eqz(purpose, "check"))
		return act_refuse(act, ERR_INVALID, "draw.purpose", "purpose: check or callback.");
	TRY(in_needed(act, "title", &k->title));
	if (!inspect_entry(act->c, act->a, k->callback ? "scripts" : "checklists", k->form))
		return act_refuse(act, ERR_INVALID, "draw.form", "form: choose a checklist or a script.");
	TRY(read_numbers(act, k));
	TRY(read_moment(act, k));
	TRY(read_sources(act, k));
	return read_lists(act, k);
}

static const struct json *scope_of(struct act *act)
{
	static const char *const names[] = { "organ", "item", "state", "from", "to" };
	struct json_build o;
	json_build_object(&o, act->a);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (in_text(act, names[i]).len)
			json_set_str(&o, names[i], in_text(act, names[i]));
	return json_built(&o);
}

static void put_lists(struct json_build *o, const struct commitment *k)
{
	json_set_i64(o, "pool_count", (int64_t)k->cases.count);
	json_set_i64(o, "pool_places", k->cases.places);
	json_set_str(o, "pool_digest", k->cases.digest);
	json_set(o, "pool", k->cases.rows);
	json_set_i64(o, "checker_count", (int64_t)k->people.count);
	json_set_str(o, "checker_digest", k->people.digest);
	json_set(o, "checker_pool", k->people.rows);
}

static struct str hex_of(struct arena *a, const uint8_t *bytes, size_t n)
{
	struct buf b;
	buf_init_in(&b, a, 2 * n + 1);
	buf_hex(&b, bytes, n);
	return buf_str(&b);
}

enum err act_draw_commit(struct act *act)
{
	struct commitment k;
	struct json_build o;
	TRY(read_commitment(act, &k));
	json_build_object(&o, act->a);
	struct str no = number_take(act, k.callback ? "HF" : "CC", &o);
	json_set_i64(&o, "draw", act_id(act));
	json_set_str(&o, "draw_no", no);
	json_set_str(&o, "purpose", k.callback ? S("callback") : S("check"));
	json_set_str(&o, "title", k.title);
	json_set_str(&o, "title_en", in_text(act, "title_en").len ? in_text(act, "title_en") : S(""));
	json_set(&o, "scope", scope_of(act));
	json_set_i64(&o, "want", k.want);
	json_set_i64(&o, "checkers", k.checkers);
	json_set_str(&o, "form", k.form);
	json_set_str(&o, "hash", S("md5"));
	json_set(&o, "sources", k.sources);
	put_lists(&o, &k);
	json_set_i64(&o, "head_seq", (int64_t)act->seq);
	json_set_str(&o, "head_hash", hex_of(act->a, act_head(act), LEDGER_HASH));
	json_set_i64(&o, "at_ms", act->now_ms);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "draw_ms", k.draw_ms);
	json_set_str(&act->reply, "draw_no", no);
	json_set_str(&act->reply, "pool_digest", k.cases.digest);
	json_set_i64(&act->reply, "pool_count", (int64_t)k.cases.count);
	return act_emit(act, "draw.committed", 0, &o);
}

static enum err find_draw(struct act *act, const struct json **out)
{
	*out = row_of_text(act->c, act->a, DRAW_SQL, in_text(act, "draw"));
	if (!*out)
		return act_refuse(act, ERR_NOT_FOUND, "draw.unknown", "There is no draw with this number.");
	return str_eqz(col_text(*out, "state"), "committed") ? OK : act_refuse(act, ERR_CONFLICT, "draw.over", "This draw has been made or given up already.");
}

enum err act_draw_void(struct act *act)
{
	const struct json *draw;
	struct str reason;
	struct json_build o;
	TRY(find_draw(act, &draw));
	TRY(in_needed(act, "reason", &reason));
	json_build_object(&o, act->a);
	json_set_i64(&o, "draw", col(draw, "id"));
	json_set_str(&o, "reason", reason);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "draw.voided", 0, &o);
}

/* ---- seeds ---- */

/* 0 = none yet. */
static int64_t first_entry_at(struct store_conn *c, int64_t ms)
{
	int64_t first = record_first_at(c, ms);
	return first <= row_i64(c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0) ? first : 0;
}

struct seeds { struct json_build list; struct buf key; int64_t seq; };

static enum err put_seed(struct act *act, struct seeds *s, const struct json *source, struct str numbers)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_str(&o, "kind", json_text(json_get(source, "kind")));
	json_set_str(&o, "name", json_text(json_get(source, "name")));
	json_set_str(&o, "numbers", numbers);
	json_add(&s->list, json_built(&o));
	return draw_source_put(numbers, &s->key, act->d);
}

static enum err read_seeds(struct act *act, const struct json *draw, struct seeds *s)
{
	const struct json *sources = parse(act->a, col_text(draw, "sources")), *typed = json_get(act->data, "numbers");
	size_t used = 0;
	json_build_array(&s->list, act->a);
	buf_init_in(&s->key, act->a, 64 << 10);
	s->seq = first_entry_at(act->c, col(draw, "draw_ms"));
	if (act->now_ms < col(draw, "draw_ms") || !s->seq)
		return act_refuse(act, ERR_CONFLICT, "draw.early", "The moment of the draw has not come yet.");
	for (size_t i = 0; sources && i < sources->count; i++) {
		struct str numbers;
		if (str_eqz(json_text(json_get(&sources->items[i], "kind")), "ledger")) {
			struct str hex = row_str(act->c, act->a, "SELECT encode(hash, 'hex') FROM ledger WHERE seq=?1", s->seq);
			numbers = arena_printf(act->a, "0x%.*s", STR_ARG(hex));
		} else {
			numbers = typed && typed->kind == JSON_ARRAY && used < typed->count ? str_trim(json_text(&typed->items[used])) : S("");
			used++;
		}
		if (!numbers.len)
			return act_refuse(act, ERR_INVALID, "draw.numbers", "numbers: type in what each public draw gave.");
		TRY(put_seed(act, s, &sources->items[i], numbers));
	}
	return OK;
}

/* ---- the draw ---- */

struct drawn { const struct draw_pick *picks; size_t count; struct draw_pool pool; };

/* As many as `want`, or as there are: recusal may leave fewer checkers, or none. */
static enum err run(struct act *act, struct str list, struct str key, int64_t want, struct drawn *out)
{
	struct draw_pick *picks;
	*out = (struct drawn){ .count = 0 };
	enum err e = draw_pool_read(act->a, list, &out->pool, NULL);
	if (e != OK)
		return e == ERR_INVALID ? OK : e;
	want = want < out->pool.places ? want : out->pool.places;
	TRY(draw_run(act->a, DRAW_MD5, key, &out->pool, (uint32_t)want, &picks, &out->count, act->d));
	out->picks = picks;
	return OK;
}

/* Position of the member in the stored list: every member stands in one place, but those excluded in none. */
static int64_t pool_id(struct act *act, const char *sql, int64_t draw, struct str name)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(act->c, sql, &q) != OK)
		return 0;
	store_bind_i64(q, 1, draw);
	store_bind_str(q, 2, name);
	int64_t id = store_step(q, &row) == OK && row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return id;
}

static void put_pick(struct act *act, struct json_build *o, const struct draw_pick *p)
{
	json_set_str(o, "digest", hex_of(act->a, p->digest, draw_hash_size(DRAW_MD5)));
	json_set_i64(o, "divisor", p->divisor);
	json_set_i64(o, "position", p->position);
}

/* The checkers of one case: the same key with the number of the case as one more source, the list without those who must not. */
static enum err assign(struct act *act, const struct json *draw, struct str key, int64_t ordinal, int64_t pick, int64_t case_id)
{
	struct str list;
	struct drawn d;
	struct json_build o, people, one;
	struct str own_key = arena_printf(act->a, "%.*s%lld./", STR_ARG(key), (long long)ordinal);
	TRY(pool_text(act->c, act->a, col(draw, "id"), "checker", case_id, &list));
	TRY(run(act, list, own_key, col(draw, "checkers"), &d));
	json_build_array(&people, act->a);
	for (size_t i = 0; i < d.count; i++) {
		struct str name = d.pool.members[d.picks[i].member].name;
		int64_t person = pool_id(act, "SELECT person FROM inspect_pool WHERE draw=?1 AND name=?2 AND list='checker'", col(draw, "id"), name);
		json_build_object(&one, act->a);
		json_set_i64(&one, "ordinal", (int64_t)i + 1);
		json_set_i64(&one, "person", person);
		json_set_str(&one, "name", name);
		put_pick(act, &one, &d.picks[i]);
		json_add(&people, json_built(&one));
		TRY(notice_send(act, person, case_id, S("抽查任务"), S("Spot check"), arena_printf(act->a, "您被随机抽为检查人员，抽查编号 %.*s。", STR_ARG(col_text(draw, "draw_no"))),
		                arena_printf(act->a, "You have been drawn to check a case, spot check %.*s.", STR_ARG(col_text(draw, "draw_no"))), 0));
	}
	json_build_object(&o, act->a);
	json_set_i64(&o, "pick", pick);
	json_set_str(&o, "checker_pool", list);
	json_set(&o, "checkers", json_built(&people));
	return act_emit(act, "draw.assigned", case_id, &o);
}

static enum err emit_drawn(struct act *act, const struct json *draw, struct seeds *s, const struct drawn *d, int64_t *first)
{
	struct json_build o, picks, one;
	json_build_array(&picks, act->a);
	*first = 0;
	for (size_t i = 0; i < d->count; i++) {
		struct str name = d->pool.members[d->picks[i].member].name;
		int64_t id = act_id(act);
		*first = *first ? *first : id;
		json_build_object(&one, act->a);
		json_set_i64(&one, "pick", id);
		json_set_i64(&one, "ordinal", (int64_t)i + 1);
		json_set_i64(&one, "case_id", pool_id(act, "SELECT case_id FROM inspect_pool WHERE draw=?1 AND name=?2 AND list='case'", col(draw, "id"), name));
		put_pick(act, &one, &d->picks[i]);
		json_add(&picks, json_built(&one));
	}
	json_build_object(&o, act->a);
	json_set_i64(&o, "draw", col(draw, "id"));
	json_set(&o, "seeds", json_built(&s->list));
	json_set_i64(&o, "seed_seq", s->seq);
	json_set_str(&o, "key", buf_str(&s->key));
	json_set_i64(&o, "at_ms", act->now_ms);
	set_id(&o, "by", act->actor.person);
	json_set(&o, "picks", json_built(&picks));
	return act_emit(act, "draw.drawn", 0, &o);
}

enum err act_draw_reveal(struct act *act)
{
	const struct json *draw;
	struct seeds s;
	struct drawn d;
	struct str list;
	int64_t first;
	TRY(find_draw(act, &draw));
	TRY(read_seeds(act, draw, &s));
	TRY(pool_text(act->c, act->a, col(draw, "id"), "case", 0, &list));
	TRY(run(act, list, buf_str(&s.key), col(draw, "want"), &d));
	TRY(emit_drawn(act, draw, &s, &d, &first));
	for (size_t i = 0; i < d.count && col(draw, "checkers"); i++) {
		int64_t pick = first + (int64_t)i, case_id = row_i64(act->c, "SELECT case_id FROM inspect_pick WHERE id=?1", pick, 0);
		TRY(assign(act, draw, buf_str(&s.key), (int64_t)i + 1, pick, case_id));
	}
	json_set_str(&act->reply, "draw_no", col_text(draw, "draw_no"));
	json_set_str(&act->reply, "key", buf_str(&s.key));
	return OK;
}
