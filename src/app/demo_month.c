/* demo_month.c - what happens in the demo city, day after day, until now.
 *
 * The demo listens to the record: a step that opens is put into somebody's diary, by the habits
 * of that kind of step; when its moment comes, the person acts through the same command as a real
 * one. Some cases lie for too long, so that the board has its yellow and red.
 */
#include "app/demo_int.h"

enum { MINUTE_MS = 60000, NEVER = -1 };

/* ---- hearing the record ---- */

static struct demo_case *case_of(const struct demo *x, int64_t id)
{
	size_t from = 0, to = x->cases_count; /* ids grow with each receipt */
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (x->cases[middle]->id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from < x->cases_count && x->cases[from]->id == id ? x->cases[from] : NULL;
}

static void keep_case(struct demo *x, struct demo_case *k)
{
	if (x->cases_count == x->cases_room) {
		size_t room = x->cases_room ? x->cases_room * 2 : 256;
		struct demo_case **more = arena_new_n(&x->arena, struct demo_case *, room);
		if (!more)
			return;
		if (x->cases_count)
			memcpy(more, x->cases, x->cases_count * sizeof *more);
		x->cases = more;
		x->cases_room = room;
	}
	x->cases[x->cases_count++] = k;
}

static void heard_received(struct demo *x, const struct json *data)
{
	struct demo_case *k = x->receiving;
	if (!k)
		return;
	k->id = json_i64(json_get(data, "id"), 0);
	k->case_no = arena_str(&x->arena, json_text(json_get(data, "case_no")));
	keep_case(x, k);
}

/* Minutes until somebody acts; NEVER = it lies. */
static int64_t patience(struct demo *x, const struct demo_case *k, const struct demo_habit *h)
{
	bool review = strcmp(h->element, "review") == 0;
	if (k->script == DEMO_WAIT || (k->script == DEMO_STALL_REVIEW && review) ||
	    (k->script == DEMO_SUPPLEMENT && strcmp(h->element, "supplement") == 0) ||
	    (k->script == DEMO_EXPERTS && strcmp(h->element, "expert_review") == 0))
		return NEVER;
	if (k->script != DEMO_ANY)
		return demo_between(&x->chance, h->least / 2, (h->least + h->most) / 4);
	int64_t minutes = demo_between(&x->chance, h->least, h->most);
	/* a slow case lies somewhere on its way for days, or until somebody finds it */
	if (k->slow && demo_percent(&x->chance, 40))
		return demo_percent(&x->chance, 20) ? NEVER : minutes + demo_between(&x->chance, 1500, 5500);
	return minutes;
}

static const struct demo_post *post_of(const struct demo *x, int64_t id)
{
	for (size_t i = 0; i < x->posts_count; i++)
		if (x->posts[i].id == id)
			return &x->posts[i];
	return NULL;
}

static void heard_step(struct demo *x, struct demo_case *k, const struct json *data)
{
	const struct demo_habit *h = demo_habit(json_text(json_get(data, "element")));
	const struct demo_post *post = post_of(x, json_i64(json_get(data, "post"), 0));
	if (!h)
		return;
	int64_t minutes = patience(x, k, h);
	if (minutes == NEVER)
		return;
	struct demo_task t = { .deed = DEED_STEP, .k = k, .step = json_i64(json_get(data, "step"), 0), .element = h->element,
	                       .at_ms = demo_office_time(x, os_now_ms(x->clock), minutes) };
	if (post) {
		bool stand_in = post->b && !h->two && demo_percent(&x->chance, 15); /* the B holder acts now and then */
		t.person = stand_in ? post->b : post->a;
		t.second = post->b;
	} else {
		t.person = k->applicant;
	}
	demo_write_down(x, t);
	if (strcmp(h->element, "review") != 0 || !post || k->script != DEMO_ANY)
		return;
	if (!k->extended && demo_percent(&x->chance, 4)) {
		k->extended = true;
		demo_write_down(x, (struct demo_task){ .deed = DEED_EXTEND, .k = k, .person = post->a, .at_ms = demo_in_office(x, 10, 60) });
	} else if (demo_percent(&x->chance, 3)) {
		demo_write_down(x, (struct demo_task){ .deed = DEED_SUSPEND, .k = k, .person = post->a, .at_ms = demo_in_office(x, 5, 30) });
	}
}

static void heard_alert(struct demo *x, struct demo_case *k, const struct json *data)
{
	int64_t level = json_i64(json_get(data, "level"), 0);
	struct str no = arena_str(&x->arena, json_text(json_get(data, "alert_no")));
	if (level == 3 && demo_percent(&x->chance, 40))
		demo_write_down(x, (struct demo_task){ .deed = DEED_URGE, .k = k, .person = x->supervisor, .at_ms = demo_in_office(x, 30, 400) });
	/* most are answered within their limit, of two working days for a red one and three for a yellow one; silence stands */
	if (level >= 2 && demo_percent(&x->chance, level == 3 ? 96 : 75))
		demo_write_down(x, (struct demo_task){ .deed = DEED_ANSWER, .k = k, .person = json_i64(json_get(data, "person"), 0), .text = no,
		                                  .at_ms = demo_in_office(x, 60, level == 3 ? 600 : 900) });
}

static void heard_end(struct demo *x, struct demo_case *k)
{
	k->closed = true;
	if (k->applicant && k->script == DEMO_ANY && demo_percent(&x->chance, 55))
		demo_write_down(x, (struct demo_task){ .deed = DEED_RATE, .k = k, .person = k->applicant,
		                                  .at_ms = os_now_ms(x->clock) + demo_between(&x->chance, 60, 2 * 1440) * MINUTE_MS });
}

/* Called after each commit, on the thread that runs the demo. */
void demo_hear(void *arg, const struct casework_event *e)
{
	struct demo *x = arg;
	if (str_eqz(e->kind, "case.received")) {
		heard_received(x, e->data);
		return;
	}
	struct demo_case *k = e->case_id ? case_of(x, e->case_id) : NULL;
	if (!k)
		return;
	if (str_eqz(e->kind, "step.opened"))
		heard_step(x, k, e->data);
	else if (str_eqz(e->kind, "alert.raised"))
		heard_alert(x, k, e->data);
	else if (str_eqz(e->kind, "case.concluded"))
		heard_end(x, k);
}

/* ---- who comes when ---- */

static const struct demo_item *some_item(struct demo *x)
{
	int64_t n = demo_between(&x->chance, 0, x->weights - 1);
	for (size_t i = 0; i < x->items_count; i++)
		if ((n -= x->items[i].weight) < 0)
			return &x->items[i];
	return &x->items[0];
}

static const struct demo_item *item_of_pack(const struct demo *x, const char *pack)
{
	for (size_t i = 0; i < x->items_count; i++)
		if (str_eqz(x->items[i].pack, pack))
			return &x->items[i];
	return &x->items[0];
}

static struct demo_case *expect_case(struct demo *x, int64_t at_ms, const struct demo_item *item, int64_t applicant, enum demo_script script)
{
	struct demo_case *k = arena_new(&x->arena, struct demo_case);
	if (!k)
		return NULL;
	k->item = item;
	k->applicant = applicant;
	k->script = script;
	k->slow = script == DEMO_ANY && demo_percent(&x->chance, 9);
	demo_write_down(x, (struct demo_task){ .deed = DEED_SUBMIT, .k = k, .at_ms = at_ms });
	return k;
}

/* Counters open in office hours; the web is open from eight in the morning until ten at night. */
static int64_t some_moment(struct demo *x, int64_t from_ms, bool counter)
{
	int64_t ms = demo_between(&x->chance, from_ms, x->o->now_ms - 1);
	if (counter)
		return demo_office_time(x, ms, demo_between(&x->chance, 0, 60));
	calendar_day day = calendar_day_at(ms, x->offset_s);
	int64_t minute = (ms - calendar_day_start_ms(day, x->offset_s)) / MINUTE_MS;
	return calendar_day_start_ms(day, x->offset_s) + (480 + minute * 840 / 1440) * MINUTE_MS;
}

/* What the accounts on the login page find when they first look. */
static void expect_stories(struct demo *x)
{
	static const struct { const char *pack; size_t citizen; int working_days_ago; enum demo_script script; } stories[] = {
		{ "food-business-licence", 0, 12, DEMO_CONCLUDE }, { "food-business-licence", 0, 3, DEMO_SUPPLEMENT },
		{ "food-business-licence", 0, 1, DEMO_WAIT }, { "general-item", 0, 14, DEMO_CONCLUDE },
		{ "food-business-licence", 1, 13, DEMO_STALL_REVIEW }, { "food-business-licence", 2, 6, DEMO_STALL_REVIEW },
		{ "food-business-licence", 3, 2, DEMO_STALL_REVIEW }, { "construction-permit", 4, 15, DEMO_EXPERTS },
		{ "construction-permit", 5, 9, DEMO_CONCLUDE }, { "elder-benefit-card", 0, 5, DEMO_CONCLUDE },
	};
	calendar_day today = calendar_day_at(x->o->now_ms, x->offset_s);
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		if (stories[i].working_days_ago + 5 > x->o->days)
			continue;
		calendar_day day = calendar_working_days_add(x->calendar, today, -stories[i].working_days_ago);
		int64_t at = calendar_day_start_ms(day, x->offset_s) + (570 + (int64_t)i * 7) * MINUTE_MS;
		(void)expect_case(x, at, item_of_pack(x, stories[i].pack), x->citizens[stories[i].citizen].person, stories[i].script);
	}
}

static void expect_cases(struct demo *x, int64_t from_ms)
{
	for (int32_t i = 0; i < x->o->cases; i++) {
		const struct demo_item *item = some_item(x);
		bool counter = demo_percent(&x->chance, 30);
		int64_t applicant = counter ? 0 : x->citizens[demo_between(&x->chance, 1, DEMO_CITIZENS - 1)].person;
		(void)expect_case(x, some_moment(x, from_ms, counter), item, applicant, DEMO_ANY);
	}
}

static enum err live_until(struct demo *x, int64_t from_ms, int64_t until_ms)
{
	int64_t span = x->o->now_ms - from_ms;
	while (x->tasks_count && x->tasks[0].at_ms < until_ms) {
		struct demo_task t = demo_take_next(x);
		if (t.at_ms > os_now_ms(x->clock))
			TRY(casework_advance(x->cw, x->clock, t.at_ms, x->d));
		if (!x->evaluated && t.at_ms > demo_gauge_early_ms(x))
			TRY(demo_gauge_early(x));
		TRY(demo_carry_out(x, &t));
		if (x->o->progress && span > 0)
			x->o->progress(x->o->arg, (uint64_t)((os_now_ms(x->clock) - from_ms) / 60000), (uint64_t)(span / 60000));
	}
	return until_ms > os_now_ms(x->clock) ? casework_advance(x->cw, x->clock, until_ms, x->d) : OK;
}

enum err demo_month(struct demo *x)
{
	const int64_t two_days_ms = 2 * 86400000LL;
	int64_t from_ms = os_now_ms(x->clock), before_ms = x->o->now_ms - two_days_ms;
	expect_cases(x, from_ms);
	TRY(demo_hotline(x));
	expect_stories(x);
	TRY(live_until(x, from_ms, before_ms > from_ms ? before_ms : from_ms));
	TRY(demo_inspect_before(x));
	TRY(demo_hall(x));
	TRY(live_until(x, from_ms, x->o->now_ms));
	TRY(demo_hall_now(x));
	return demo_inspect_now(x);
}

/* ---- all of it ---- */

static enum err is_empty(struct demo *x)
{
	struct casework_actor system = { .system = true };
	const struct json *head, *params;
	TRY(json_read(&x->arena, S("{}"), &params, x->d));
	TRY(casework_view(x->cw, "ledger.head", &system, params, &x->arena, &head, x->d));
	return json_i64(json_get(head, "seq"), 0) == 0 ? OK
		: diag_set(x->d, ERR_CONFLICT, "demo.not-empty", "The database is not empty: the demo city is made in a new one.");
}

static enum err make(struct demo *x)
{
	const struct demo_options *o = x->o;
	if (o->days < 1 || o->days > DEMO_DAYS_MAX || o->cases < 0 || o->cases > DEMO_CASES_MAX)
		return diag_set(x->d, ERR_INVALID, "demo.size", "A demo has 1 to %d days and at most %d cases.", DEMO_DAYS_MAX, DEMO_CASES_MAX);
	TRY(is_empty(x));
	TRY(demo_city(x));
	TRY(casework_listen(x->cw, "case.received step.opened alert.raised", demo_hear, x));
	enum err e = demo_month(x);
	if (e == OK)
		e = demo_powers(x);
	if (e == OK)
		e = demo_redress(x);
	if (e == OK)
		e = demo_gauge(x);
	if (e == OK)
		e = demo_roster(x);
	if (e == OK)
		e = demo_staffing(x);
	casework_unlisten(x->cw, demo_hear, x);
	return e == OK ? x->d->err : e;
}

enum err demo_make(struct casework *cw, struct os_clock *clock, const struct demo_options *o, struct demo_figures *out, struct diag *d)
{
	struct demo *x = heap_alloc(sizeof *x);
	if (!x)
		return ERR_NOMEM;
	x->cw = cw;
	x->clock = clock;
	x->o = o;
	x->d = d;
	x->chance.state = o->seed;
	arena_init(&x->arena, DEMO_ARENA_MAX);
	arena_init(&x->scratch, DEMO_SCRATCH_MAX);
	map_init(&x->people, &x->arena);
	map_init(&x->clerks, &x->arena);
	enum err e = make(x);
	*out = x->figures;
	arena_release(&x->scratch);
	arena_release(&x->arena);
	heap_free(x);
	return e;
}
