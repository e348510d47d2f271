/* supervision.c - the proof of supervision: a seeded city in which misconduct of each kind is planted, in virtual time and with restarts.
 * Every planted one is alerted, none twice, each within a second of its moment, and false alarms stay under one in a hundred.
 *
 * BANJIE_TEST_LONG=1 makes it a city of 100,000 cases a year; BANJIE_TEST_CASES another number. */
#include "tests/sim/supervision_city.h"
#include "tests/test.h"

#define LAW "依据《行政许可法》第三十八条第二款，不符合法定条件。"

struct kind { enum plant plant; const char *name, *rule, *also; int least_level; };

/* `also`: what the same conduct may rightly raise beside it. */
static const struct kind kinds[] = {
	{ SKIPPED, "a step skipped", "C-01", "", 3 },
	{ WRONG_POST, "done by the wrong post", "C-02", "", 3 },
	{ OUT_OF_ORDER, "steps out of order", "C-03", "C-04", 3 },
	{ BACK_DATED, "back-dated", "C-04", "", 2 },
	{ OUTSIDE, "concluded outside, typed in afterwards", "C-05", "C-04 C-06", 3 },
	{ TYPED_IN, "application typed in late", "C-06", "", 2 },
	{ NO_REASONS, "refusal without legal reasons", "D-01", "", 2 },
	{ EMPTY_REASONS, "refusal without reasons", "D-01", "", 3 },
	{ NOT_ACCEPTED, "proper application not accepted", "D-02", "D-01", 3 },
	{ SECOND_SUPPLEMENT, "second supplement notice", "D-03", "", 2 },
	{ RETURNED, "repeated returns", "D-04", "", 2 },
	{ SUPPLEMENT_NEAR, "supplement near the limit", "D-05", "", 2 },
	{ SUSPENDED_NEAR, "suspension near the limit", "D-06", "", 2 },
	{ EXTENDED_ALONE, "extension without approval", "D-07", "", 3 },
	{ FEE_OUTSIDE, "fee outside the item", "D-08", "", 3 },
	{ FEE_OVER, "fee beyond its basis", "D-08", "", 3 },
	{ DISCRETION, "decision outside the discretion table", "D-09", "", 3 },
	{ UNLIKE, "decision unlike comparable ones", "D-09", "", 2 },
	{ AT_NIGHT, "work at night", "D-10", "", 1 },
	{ ONE_FOR_TWO, "one person for both of two", "D-11", "C-02", 3 },
	{ SIGNED_AT_ONCE, "two signatures at once", "D-11", "", 2 },
	{ MASS, "mass conclusion within minutes", "D-12", "", 2 },
	{ LATER_FIRST, "a later case picked first", "D-13", "", 2 },
	{ NOT_TOLD, "applicant not told", "L-02", "", 3 },
	{ NO_HEARING, "no hearing", "L-03", "", 3 },
	{ DEEMED, "not told in time", "L-04", "", 2 },
	{ DEMAND_LATE, "demand of supervision overdue", "L-05", "", 3 },
	{ ALERT_UNANSWERED, "alert unanswered", "L-06", "", 1 },
	{ BAD_RATING, "bad rating", "V-01", "", 2 },
	{ COMPLAINED, "complaint", "V-02", "", 2 },
	{ UPHELD, "complaint upheld", "V-03", "", 3 },
	{ TICKET, "hotline ticket", "V-04", "", 1 },
	{ LATE_PROMISED, "promised limit passed", "T-promised-red", "", 3 },
	{ LATE_DELIVERY, "hand-over late", "T-delivery-red", "", 3 },
	{ LATE_STEP, "step late", "T-step-yellow", "", 2 },
	{ UNPUBLISHED, "contents not published", "L-01", "", 2 },
};
enum { KINDS = sizeof kinds / sizeof *kinds, MASS_GROUP = 12, LATER_GROUP = 4, UNLIKE_FROM_PERCENT = 70 };

static const struct kind *kind_of(enum plant p)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].plant == p)
			return &kinds[i];
	return NULL;
}

/* ---- days ---- */

static int64_t working_day_at(const struct city *x, int64_t from_ms, int days, int minute)
{
	int32_t offset_s = calendar_offset_s(x->calendar);
	calendar_day d = calendar_working_days_add(x->calendar, calendar_day_at(from_ms, offset_s), days);
	return calendar_day_start_ms(d, offset_s) + minute * (int64_t)MINUTE_MS;
}

static int64_t soon(struct city *x) { return city_office(x, os_now_ms(&x->clock), city_between(x, 20, 240)); }

/* ---- what people do: one function an element ---- */

static bool complete(struct city *x, int64_t person, int64_t step, const char *action, const char *more)
{
	return city_do(x, person, "step.complete", "{\"step\":%lld,\"action\":\"%s\"%s}", (long long)step, action, more);
}

/* done_at and its reason, so many minutes from the moment. */
static const char *said(struct city *x, int64_t from_ms, int64_t minutes)
{
	return arena_printf(&x->a, ",\"done_at\":\"%.*s\",\"late_reason\":\"系统停用期间纸质办理\"", STR_ARG(city_instant(x, from_ms + minutes * MINUTE_MS))).ptr;
}

static void accept(struct city *x, struct kase *k, int64_t step)
{
	const struct organ *o = &x->organs[k->organ];
	const char *missing = ",\"form\":{\"missing\":\"身份证复印件\"}";
	bool asks = (k->plant == PLAIN && k->variant == 1 && !k->times) || (k->plant == SECOND_SUPPLEMENT && k->times < 2) || (k->plant == SUPPLEMENT_NEAR && !k->times);
	if (asks) {
		k->times++;
		complete(x, o->clerk, step, "supplement", k->times > 1 ? ",\"reason\":\"再看一次\",\"form\":{\"missing\":\"照片\"}" : missing);
	} else if (k->plant == PLAIN && k->variant == 2) {
		complete(x, o->clerk, step, "reject", ",\"form\":{\"reasons\":\"缺少身份证明，" LAW "\"}");
	} else if (k->plant == NOT_ACCEPTED) {
		complete(x, o->clerk, step, "reject", ",\"form\":{\"reasons\":\"今天不办这个，请改日再来。\"}");
	} else {
		k->accepted_ms = os_now_ms(&x->clock);
		complete(x, o->clerk, step, "accept", k->plant == OUTSIDE ? said(x, k->at_ms, -5 * 1440 + 60) : "");
	}
}

static void move_over(struct city *x, struct kase *k)
{
	const struct json *v;
	struct casework_actor admin = { .person = x->admin };
	struct json no = { .kind = JSON_STRING, .text = str_of(k->case_no) };
	struct json_member m = { S_INIT("case_no"), no };
	struct json params = { .kind = JSON_OBJECT, .count = 1, .members = &m };
	if (casework_view(x->cw, "case.operations", &admin, &params, &x->a, &v, NULL) != OK)
		return;
	const struct json *list = json_get(v, "waiting");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(json_get(&list->items[i], "element")), "review"))
			city_do(x, x->admin, "case.move", "{\"case_no\":\"%s\",\"wait\":%lld,\"element\":\"decision\",\"reason\":\"赶时间\"}", k->case_no,
			        (long long)json_i64(json_get(&list->items[i], "wait"), 0));
}

static void fee(struct city *x, struct kase *k)
{
	city_do(x, x->organs[k->organ].clerk, "case.fee", "{\"case_no\":\"%s\",\"code\":\"%s\",\"amount\":\"%s\",\"basis\":\"价目表\"}", k->case_no,
	        k->plant == FEE_OUTSIDE ? "service" : "copy", k->plant == FEE_OVER ? "12.50" : "5");
}

static bool reassign(struct city *x, struct kase *k, int64_t step, const char *post)
{
	return city_do(x, x->organs[k->organ].head, "step.reassign", "{\"step\":%lld,\"post\":\"O%d-%s\",\"reason\":\"人手紧张\"}", (long long)step, k->organ, post);
}

static void review(struct city *x, struct kase *k, int64_t step)
{
	const struct organ *o = &x->organs[k->organ];
	const char *fine = ",\"form\":{\"opinion\":\"材料齐全，符合法定条件。\"}";
	if (k->plant == FEE_OUTSIDE || k->plant == FEE_OVER || (k->plant == PLAIN && k->variant == 7))
		fee(x, k);
	if (k->plant == SKIPPED)
		move_over(x, k);
	else if (k->plant == WRONG_POST || k->plant == ONE_FOR_TWO) {
		bool head = k->plant == ONE_FOR_TWO;
		if (reassign(x, k, step, head ? "head" : "clerk"))
			complete(x, head ? o->head : o->clerk, step, "approve", fine);
	} else if (k->plant == OUT_OF_ORDER)
		complete(x, o->reviewer, step, "approve", said(x, k->accepted_ms, -10));
	else if (k->plant == BACK_DATED)
		complete(x, o->reviewer, step, "approve", said(x, k->opened_ms, 10));
	else if (k->plant == OUTSIDE)
		complete(x, o->reviewer, step, "approve", said(x, k->at_ms, -5 * 1440 + 120));
	else if (k->plant == NO_REASONS || k->plant == EMPTY_REASONS)
		complete(x, o->reviewer, step, "refuse", k->plant == NO_REASONS ? ",\"form\":{\"reasons\":\"我看不太行，先不办了吧。\"}" : ",\"form\":{\"reasons\":\"不行\"}");
	else if (k->plant == PLAIN && k->variant == 3)
		complete(x, o->reviewer, step, "refuse", ",\"form\":{\"reasons\":\"" LAW "\"}");
	else
		complete(x, o->reviewer, step, "approve", fine);
}

static void decide(struct city *x, struct kase *k, int64_t step)
{
	int64_t head = x->organs[k->organ].head;
	bool returns = (k->plant == RETURNED && k->times < 2) || (k->plant == PLAIN && k->variant == 4 && !k->times);
	bool no = k->plant == NO_REASONS || k->plant == EMPTY_REASONS || (k->plant == PLAIN && k->variant == 3);
	if (returns) {
		k->times++;
		complete(x, head, step, "return", ",\"form\":{\"reasons\":\"请补充审查依据。\"}");
	} else if (no)
		complete(x, head, step, "refuse", ",\"form\":{\"reasons\":\"" LAW "\"}");
	else
		complete(x, head, step, "grant", k->plant == OUTSIDE ? said(x, k->at_ms, -5 * 1440 + 180) : ",\"form\":{\"opinion\":\"同意。\"}");
}

static void deliver(struct city *x, struct kase *k, int64_t step)
{
	complete(x, x->organs[k->organ].clerk, step, "deliver", k->plant == OUTSIDE ? said(x, k->at_ms, -5 * 1440 + 240) : ",\"form\":{\"method\":\"counter\"}");
	if (k->plant == BAD_RATING || (k->plant == PLAIN && city_percent(x, 20)))
		city_write(x, soon(x), k, 0, "rate");
}

/* Two sign: the first now, the second in a while. */
static void check(struct city *x, struct kase *k, int64_t step)
{
	int64_t now = os_now_ms(&x->clock);
	complete(x, x->organs[k->organ].reviewer, step, "pass", "");
	city_write(x, k->plant == SIGNED_AT_ONCE ? now + 4000 : city_office(x, now, city_between(x, 10, 60)), k, step, "second");
}

static void decide_own(struct city *x, struct kase *k, int64_t step)
{
	int64_t head = x->organs[k->organ].head;
	if (k->plant == UNLIKE)
		complete(x, head, step, "refuse", ",\"form\":{\"reasons\":\"" LAW "\"}");
	else
		complete(x, head, step, k->plant == NOT_TOLD ? "quiet" : "grant", "");
}

static void do_step(struct city *x, const struct deed *d)
{
	static const struct { const char *element; void (*act)(struct city *, struct kase *, int64_t); } habits[] = {
		{ "acceptance_check", accept }, { "review", review }, { "decision", decide }, { "deliver", deliver }, { "check", check }, { "decide", decide_own },
	};
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
		if (strcmp(d->what, habits[i].element) == 0)
			habits[i].act(x, d->k, d->step);
	if (strcmp(d->what, "supplement") == 0)
		city_do(x, -1, "step.complete", "{\"step\":%lld,\"action\":\"submit\",\"form\":{\"note\":\"已补\"},\"secret\":\"%s\"}", (long long)d->step, d->k->secret);
	if (strcmp(d->what, "extension_approval") == 0)
		complete(x, x->organs[d->k->organ].head, d->step, "approve", ",\"form\":{\"opinion\":\"同意延期\"}");
	if (strcmp(d->what, "second") == 0)
		complete(x, x->organs[d->k->organ].second, d->step, "pass", "");
}

/* ---- when they do it ---- */

static int64_t moment_of(struct city *x, struct kase *k, const char *element)
{
	int64_t now = os_now_ms(&x->clock);
	bool is_review = strcmp(element, "review") == 0;
	if (strcmp(element, "acceptance_check") == 0) {
		if (k->plant == SUPPLEMENT_NEAR && !k->times)
			return working_day_at(x, now, 2, 19 * 60 + 30);
		if (k->plant == DEEMED)
			return working_day_at(x, now, 8, 10 * 60); /* too late: the process has gone on by then */
		if (k->plant == MASS)
			return now + (MASS_GROUP + 20 * (k - k->leader)) * 1000;
		if (k->plant == LATER_FIRST)
			return now + 20 * MINUTE_MS;
	}
	if (is_review) {
		k->opened_ms = now;
		if (k->plant == BACK_DATED)
			return working_day_at(x, now, 2, 10 * 60);
		if (k->plant == SUSPENDED_NEAR)
			return working_day_at(x, now, 12, 10 * 60);
		if (k->plant == AT_NIGHT)
			return working_day_at(x, now, 0, 22 * 60 + 40);
		if (k->plant == LATE_PROMISED)
			return working_day_at(x, now, 12, 11 * 60);
		if (k->plant == LATE_STEP)
			return working_day_at(x, now, 5, 11 * 60);
		if (k->plant == LATER_FIRST)
			return k == k->leader ? now + 20 * MINUTE_MS : working_day_at(x, now, 2, 15 * 60);
		if (k->plant == OUT_OF_ORDER)
			return now + 20 * MINUTE_MS;
	}
	if (strcmp(element, "extension_approval") == 0)
		return now + 5 * MINUTE_MS;
	if (strcmp(element, "deliver") == 0 && k->plant == LATE_DELIVERY)
		return working_day_at(x, now, 12, 10 * 60);
	if (strcmp(element, "supplement") == 0)
		return city_office(x, now, city_between(x, 200, 800));
	return soon(x);
}

static void write_opened(struct city *x)
{
	for (size_t i = 0; i < x->opened_count; i++) {
		struct kase *k = city_case(x, x->opened[i].case_id);
		const char *element = x->opened[i].element;
		if (!k || (k->plant == DEEMED && strcmp(element, "acceptance_check") == 0))
			continue;
		city_write(x, moment_of(x, k, element), k, x->opened[i].step, element);
		if (strcmp(element, "review") == 0 && k->plant == SUSPENDED_NEAR) {
			city_write(x, working_day_at(x, k->accepted_ms, 10, 10 * 60), k, 0, "suspend");
			city_write(x, working_day_at(x, k->accepted_ms, 11, 10 * 60), k, 0, "resume");
		}
		if (strcmp(element, "review") == 0 && k->plant == PLAIN && (k->variant == 5 || k->variant == 6))
			city_write(x, os_now_ms(&x->clock) + 5 * MINUTE_MS, k, 0, k->variant == 5 ? "extend" : "suspend");
		if (strcmp(element, "check") == 0 && k->plant == EXTENDED_ALONE)
			city_write(x, os_now_ms(&x->clock) + 10 * MINUTE_MS, k, 0, "extend");
	}
	x->opened_count = 0;
}

/* ---- other deeds ---- */

static void submit(struct city *x, struct kase *k)
{
	bool missing = k->plant == PLAIN && (k->variant == 1 || k->variant == 2);
	const char *item = k->plant == NO_HEARING ? "H" : k->own_pack ? "S" : "G";
	const char *class = k->plant == DISCRETION ? "bad" : k->organ == 0 && k->own_pack ? "open" : "good";
	int64_t ago = k->plant == OUTSIDE ? 5 * 1440 : k->plant == TYPED_IN ? 30 * 60 : 0;
	const char *happened = !ago ? "" : arena_printf(&x->a, ",\"happened_at\":\"%.*s\",\"late_reason\":\"停电\"", STR_ARG(city_instant(x, k->at_ms - ago * MINUTE_MS))).ptr;
	x->opened_count = 0;
	if (!city_do(x, x->organs[k->organ].clerk, "case.submit", "{\"item\":\"%s%d\",\"source\":\"1\",\"form\":{\"class\":\"%s\"},\"applicant\":{\"name\":\"张三\"}%s,"
	             "\"documents\":[{\"material\":\"application\"}%s]}", item, k->organ, class, happened, missing ? "" : ",{\"material\":\"id-card\"}"))
		return;
	snprintf(k->case_no, sizeof k->case_no, "%.*s", STR_ARG(city_answer(x, "case_no")));
	snprintf(k->secret, sizeof k->secret, "%.*s", STR_ARG(city_answer(x, "secret")));
	k->accepted_ms = k->at_ms;
	k->id = x->opened_count ? x->opened[0].case_id : 0;
	x->received[x->received_count++] = k;
	if (k->plant == DEMAND_LATE || k->plant == ALERT_UNANSWERED || k->plant == COMPLAINED || k->plant == UPHELD || k->plant == TICKET)
		city_write(x, soon(x), k, 0, "say");
}

static void say(struct city *x, struct kase *k)
{
	if (k->plant == TICKET) { /* somebody calls the hotline, and the clerk who answers asks for the number */
		city_do(x, x->organs[k->organ].clerk, "contact.take", "{\"channel\":\"phone\",\"name\":\"来电人\",\"question\":\"我的件怎么还没办\",\"about_case\":\"%s\"}", k->case_no);
		return;
	}
	const char *kind = k->plant == DEMAND_LATE ? "demand.overdue" : k->plant == ALERT_UNANSWERED ? "alert.unanswered"
		: k->plant == COMPLAINED ? "complaint.registered" : "complaint.upheld";
	city_do(x, 0, "city.say", "{\"case_no\":\"%s\",\"kind\":\"%s\",\"person\":%lld,\"formal\":true,\"stands\":true,\"about\":\"case\",\"finding\":\"upheld\"}", k->case_no, kind,
	        (long long)x->organs[k->organ].reviewer);
}

static void put_unpublished(struct city *x, struct kase *k)
{
	city_do(x, 0, "item.put", "{\"impl_code\":\"U%zu\",\"name\":\"无公示\",\"organ\":\"O%d\",\"region\":\"990100\",\"kind\":\"01\",\"pack\":\"sim\",\"live\":true,\"online\":true}",
	        (size_t)(k - x->cases), k->organ);
}

static void do_deed(struct city *x, const struct deed *d)
{
	struct kase *k = d->k;
	int64_t reviewer = x->organs[k->organ].reviewer;
	if (strcmp(d->what, "submit") == 0)
		k->plant == UNPUBLISHED ? put_unpublished(x, k) : submit(x, k);
	else if (strcmp(d->what, "say") == 0)
		say(x, k);
	else if (strcmp(d->what, "rate") == 0)
		city_do(x, -1, "case.rate", "{\"case_no\":\"%s\",\"secret\":\"%s\",\"grade\":%d,\"text\":\"\"}", k->case_no, k->secret, k->plant == BAD_RATING ? 5 : 1 + (int)city_between(x, 0, 2));
	else if (strcmp(d->what, "suspend") == 0) {
		city_do(x, reviewer, "case.suspend", "{\"case_no\":\"%s\",\"kind\":\"testing\",\"ground\":\"ALL/45\",\"reason\":\"需要检测\",\"expected_days\":3}", k->case_no);
		if (k->plant == PLAIN)
			city_write(x, os_now_ms(&x->clock) + 5 * MINUTE_MS, k, 0, "resume");
	} else if (strcmp(d->what, "resume") == 0)
		city_do(x, reviewer, "case.resume", "{\"case_no\":\"%s\",\"result\":\"合格\"}", k->case_no);
	else if (strcmp(d->what, "extend") == 0)
		city_do(x, reviewer, "case.message", "{\"case_no\":\"%s\",\"name\":\"extension\",\"data\":{\"grounds\":\"情况复杂\"}}", k->case_no);
	else
		do_step(x, d);
}

/* ---- the plan of the year ---- */

static bool on_own_pack(enum plant p)
{
	return p == EXTENDED_ALONE || p == DISCRETION || p == UNLIKE || p == SIGNED_AT_ONCE || p == NOT_TOLD || p == NO_HEARING;
}

/* The last organ is for later-first alone: what waits there would make its neighbours' work look out of turn. */
static void place(struct city *x, struct kase *k, size_t i, int days)
{
	k->organ = k->plant == LATER_FIRST ? x->organs_count - 1 : k->plant == UNLIKE ? 0 : (int)city_between(x, 0, x->organs_count - 2);
	k->own_pack = on_own_pack(k->plant);
	if (k->plant == PLAIN) {
		int n = (int)city_between(x, 0, 99);
		k->variant = n < 8 ? 1 : n < 10 ? 2 : n < 16 ? 3 : n < 18 ? 4 : n < 22 ? 5 : n < 25 ? 6 : n < 28 ? 7 : 0;
		k->own_pack = k->variant == 0 && city_percent(x, 20);
		if (k->own_pack)
			k->organ = city_percent(x, 60) ? 0 : k->organ;
	}
	k->at_ms = city_office(x, CITY_START_MS, (int64_t)i * days * 390 / (int64_t)x->cases_count); /* six and a half hours a day */
	if (k->plant == UNLIKE)
		k->at_ms = working_day_at(x, CITY_START_MS, days * (UNLIKE_FROM_PERCENT + (int)city_between(x, 0, 20)) / 100, 10 * 60);
}

static void group_mass(struct city *x, struct kase *first)
{
	int64_t at = working_day_at(x, first->at_ms, 0, 10 * 60 + 10);
	int organ = (int)city_between(x, 0, x->organs_count - 2);
	for (int i = 0; i < MASS_GROUP; i++)
		first[i] = (struct kase){ .plant = MASS, .organ = organ, .leader = first, .at_ms = at + i };
}

static void group_later(struct city *x, struct kase *first, int nth)
{
	struct kase *last = &first[LATER_GROUP - 1];
	int64_t day = working_day_at(x, CITY_START_MS, 4 + 5 * nth, 0);
	for (int i = 0; i < LATER_GROUP; i++)
		first[i] = (struct kase){ .plant = LATER_FIRST, .organ = x->organs_count - 1, .leader = last, .at_ms = day + (9 * 60 + i) * (int64_t)MINUTE_MS };
	last->at_ms = working_day_at(x, day, 1, 14 * 60);
}

static bool all_plain(const struct kase *k, size_t size)
{
	while (size && k[size - 1].plant == PLAIN)
		size--;
	return !size;
}

static void plan(struct city *x, int days, int each)
{
	size_t i = 0;
	for (size_t n = 0; n < x->cases_count; n++) /* first all plain, in time; then some are planted over them */
		place(x, &x->cases[n], n, days);
	for (size_t kind = 0; kind < KINDS; kind++) {
		int groups = kinds[kind].plant == LATER_FIRST ? (each < days / 6 ? each : days / 6) : each;
		for (int n = 0; n < groups; n++) {
			size_t size = kinds[kind].plant == MASS ? MASS_GROUP : kinds[kind].plant == LATER_FIRST ? LATER_GROUP : 1;
			size_t at = (i * 7919 + 13) % (x->cases_count - 2 * MASS_GROUP);
			while (!all_plain(&x->cases[at], size))
				at = (at + 1) % (x->cases_count - 2 * MASS_GROUP);
			i++;
			if (kinds[kind].plant == MASS)
				group_mass(x, &x->cases[at]);
			else if (kinds[kind].plant == LATER_FIRST)
				group_later(x, &x->cases[at], n);
			else {
				x->cases[at] = (struct kase){ .plant = kinds[kind].plant };
				place(x, &x->cases[at], at, days);
			}
		}
	}
	for (size_t n = 0; n < x->cases_count; n++)
		city_write(x, x->cases[n].at_ms, &x->cases[n], 0, "submit");
}

/* ---- what came of it ---- */

struct found { size_t alerts, by_rule, wrong, late, clock_late; int64_t slowest_ms; };

struct judged { struct city *x; struct found f; unsigned char *hit; size_t *of_kind; size_t wrong_shown; };

static bool in_words(const char *words, struct str word)
{
	struct str rest = str_of(words);
	for (struct str w = str_cut(&rest, ' '); w.ptr; w = str_cut(&rest, ' '))
		if (w.len && str_eq(w, word))
			return true;
	return false;
}

/* A planted case may also run late: that is true, and the clock says so. */
static bool rightly(const struct kase *k, struct str rule)
{
	const struct kind *kind = k ? kind_of(k->plant) : NULL;
	return kind && (str_eqz(rule, kind->rule) || in_words(kind->also, rule) || str_starts(rule, S("T-")));
}

/* Mass conclusion is a person's, not a case's: the tenth step in ten minutes may be of a plain case that was done in between. */
static struct kase *mass_of(const struct city *x, const struct kase *k, int64_t moment_ms)
{
	for (size_t i = 0; i < x->cases_count; i++) {
		struct kase *m = &x->cases[i];
		if (m->plant == MASS && m->leader == m && m->organ == k->organ && moment_ms >= m->at_ms && moment_ms - m->at_ms < HOUR_MS)
			return m;
	}
	return NULL;
}

static void judge_row(struct judged *j, struct str rule, int level, int64_t case_id, int64_t moment_ms, int64_t at_ms, int64_t due_ms)
{
	struct kase *k = case_id ? city_case(j->x, case_id) : NULL;
	if (k && str_eqz(rule, "D-12") && mass_of(j->x, k, moment_ms))
		k = mass_of(j->x, k, moment_ms);
	const struct kind *kind = k ? kind_of(k->plant) : NULL;
	bool of_clock = str_starts(rule, S("T-"));
	j->f.alerts++;
	j->f.by_rule += !of_clock;
	if (!of_clock && at_ms - moment_ms > j->f.slowest_ms)
		j->f.slowest_ms = at_ms - moment_ms;
	j->f.late += !of_clock && at_ms - moment_ms > 1000;
	/* a limit that was moved behind its end says so when it is moved; these were not moved */
	j->f.clock_late += kind && (kind->plant == LATE_PROMISED || kind->plant == LATE_DELIVERY) && str_eqz(rule, kind->rule) && at_ms - due_ms > 1000;
	if (str_eqz(rule, "L-01")) { /* about an item, no case */
		j->of_kind[UNPUBLISHED]++;
		return;
	}
	if (kind && str_eqz(rule, kind->rule) && level >= kind->least_level)
		j->hit[k->leader ? k->leader - j->x->cases : k - j->x->cases]++;
	if (rightly(k, rule) || (of_clock && level < 2))
		return;
	j->f.wrong++;
	if (j->wrong_shown++ < 10)
		printf("  false alarm: %.*s on %s (%s)\n", STR_ARG(rule), k ? k->case_no : "-", kind ? kind->name : "plain");
}

static enum err read_alerts(void *arg, struct store_conn *c)
{
	struct judged *j = arg;
	struct store_query *q;
	TRY(store_prepare(c, "SELECT a.rule_no, a.level, a.case_id, coalesce(w.moment_ms, a.at_ms), a.at_ms, a.due_ms FROM alert a LEFT JOIN watch_alert w ON w.id=a.id ORDER BY a.id", &q));
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct str rule = store_col_str(q, 0);
		judge_row(j, rule, (int)store_col_i64(q, 1), store_col_i64(q, 2), store_col_i64(q, 3), store_col_i64(q, 4), store_col_i64(q, 5));
	}
}

/* Fired twice for one planted deed: the same rule and level on one case, but where the deed itself is repeated. */
static enum err count_twice(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, "SELECT count(*) FROM (SELECT rule_no, case_id, level FROM alert WHERE case_id>0 AND rule_no NOT IN ('C-04', 'D-12', 'T-step-notice', 'T-step-yellow')"
	                             " GROUP BY rule_no, case_id, level HAVING count(*)>?1)", 1, -1);
	return OK;
}

static void report(struct city *x, struct judged *j)
{
	size_t planted[PLANTS] = { 0 }, found[PLANTS] = { 0 };
	for (size_t i = 0; i < x->cases_count; i++) {
		struct kase *k = &x->cases[i];
		if (k->plant == PLAIN || (k->leader && k->leader != k))
			continue;
		planted[k->plant]++;
		if (!j->hit[i] && k->plant != UNPUBLISHED)
			printf("  not alerted: %s, case %s\n", kind_of(k->plant)->name, k->case_no);
		found[k->plant] += j->hit[i] > 0;
	}
	found[UNPUBLISHED] = j->of_kind[UNPUBLISHED];
	for (size_t n = 0; n < KINDS; n++) {
		ROW(kinds[n].name);
		CHECK(planted[kinds[n].plant] > 0);
		CHECK_INT(found[kinds[n].plant], planted[kinds[n].plant]);
	}
	ROW(NULL);
}

/* The judge's cursor is set back: what it judges again must raise nothing again. */
static enum err cursor_back(void *arg, struct store_conn *c)
{
	(void)arg;
	return store_script(c, "UPDATE watch_cursor SET seq=CASE WHEN seq>400 THEN seq-400 ELSE 0 END", NULL);
}

static bool set_back(struct city *x)
{
	struct store_options o = { .inline_writer = true };
	struct store *s;
	struct diag d;
	diag_init(&d);
	casework_close(x->cw);
	x->cw = NULL;
	x->restarts++;
	bool ok = store_open(x->path, &o, &s, &d) == OK;
	if (ok) {
		ok = store_run(s, cursor_back, NULL) == OK;
		store_close(s);
	}
	return ok && city_open(x);
}

static void live(struct city *x, int64_t until_ms)
{
	struct deed d;
	size_t deeds = 0;
	while (!x->failed && city_next(x, &d)) {
		if (d.at_ms > until_ms || !city_go(x, d.at_ms))
			break;
		do_deed(x, &d);
		write_opened(x);
		if (!city_judge(x))
			break;
		if (x->restart_every && ++deeds % 1500 == 0 && !set_back(x))
			x->failed = true;
	}
}

static size_t number_of(const char *name, size_t otherwise)
{
	int64_t n;
	struct str s = os_env(name);
	return s.len && str_to_i64(s, &n) ? (size_t)n : otherwise;
}

TEST(every_planted_misconduct_is_alerted_once_in_time_and_hardly_anything_else)
{
	bool lasting = os_env("BANJIE_TEST_LONG").len > 0;
	size_t cases = number_of("BANJIE_TEST_CASES", lasting ? 100000 : 600);
	int days = cases > 5000 ? 240 : 70, each = cases > 5000 ? (int)(cases / 2000) : 2, organs = cases > 5000 ? 60 : 8;
	static struct city x;
	struct arena a;
	struct str folder;
	int64_t twice = -1;
	struct diag d;
	uint64_t rows = 0;
	diag_init(&d);
	arena_init(&a, 1 << 20);
	if (os_dir_temporary(&a, &folder, &d) != OK)
		return;
	int64_t began_us = os_monotonic_us();
	CHECK(city_make(&x, arena_printf(&a, "%.*s/city.db", STR_ARG(folder)).ptr, number_of("BANJIE_TEST_SEED", 20250106), organs, cases));
	x.restart_every = cases > 5000 ? 4000 : 250;
	plan(&x, days, each);
	live(&x, INT64_MAX);
	CHECK(!x.failed);
	CHECK_INT(x.refused, 0);
	CHECK(x.restarts > 3);
	struct judged j = { .x = &x, .hit = arena_new_n(&x.whole, unsigned char, cases), .of_kind = arena_new_n(&x.whole, size_t, PLANTS) };
	CHECK(casework_read(x.cw, read_alerts, &j) == OK);
	report(&x, &j);
	CHECK(casework_read(x.cw, count_twice, &twice) == OK);
	CHECK_INT(twice, 0);
	CHECK_INT(j.f.late, 0);
	CHECK_INT(j.f.clock_late, 0);
	CHECK(j.f.wrong * 100 < j.f.alerts);
	if (cases <= 5000)
		CHECK(casework_rebuild_check(x.cw, NULL, NULL, &rows, &d) == OK);
	printf("  %zu cases, %llu commands, %d restarts, %zu alerts (%zu by rules), %zu false (%.2f %%), slowest %lld ms, %.1f s\n", cases,
	       (unsigned long long)x.commands, x.restarts, j.f.alerts, j.f.by_rule, j.f.wrong, j.f.alerts ? 100.0 * (double)j.f.wrong / (double)j.f.alerts : 0,
	       (long long)j.f.slowest_ms, (double)(os_monotonic_us() - began_us) / 1e6);
	city_end(&x);
	CHECK(os_dir_remove(folder.ptr, &d) == OK);
	arena_release(&a);
}

TEST_MAIN
