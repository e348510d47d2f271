/* supervision_city.c - the city of the proof: made, moved, stopped and begun again. */
#include "tests/sim/supervision_city.h"

#include <stdarg.h>

#include "casework/packs.h"
#include <stdio.h>

#include "watch/watch.h"

/* ---- chance and time ---- */

static uint64_t next(struct city *x)
{
	uint64_t z = x->chance += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

int64_t city_between(struct city *x, int64_t least, int64_t most)
{
	return least + (int64_t)(next(x) % (uint64_t)(most - least + 1));
}

bool city_percent(struct city *x, int percent) { return city_between(x, 0, 99) < percent; }

int64_t city_office(const struct city *x, int64_t ms, int64_t minutes)
{
	static const int hours[][2] = { { 540, 720 }, { 810, 1020 } };
	int32_t offset_s = calendar_offset_s(x->calendar);
	calendar_day day = calendar_day_at(ms, offset_s);
	int64_t at = (ms - calendar_day_start_ms(day, offset_s)) / MINUTE_MS;
	for (;; day++, at = 0) {
		for (size_t h = 0; calendar_is_working_day(x->calendar, day) && h < 2; h++) {
			int64_t from = at > hours[h][0] ? at : hours[h][0];
			if (from >= hours[h][1])
				continue;
			if (minutes < hours[h][1] - from)
				return calendar_day_start_ms(day, offset_s) + (from + minutes) * MINUTE_MS;
			minutes -= hours[h][1] - from;
		}
	}
}

struct str city_instant(struct city *x, int64_t ms) { return instant_text(&x->a, x->calendar, ms); }

/* ---- events of other domains ---- */

static enum err act_say(struct act *act)
{
	struct json_build o;
	struct case_row k;
	TRY(case_find(act->c, act->a, json_text(json_get(act->data, "case_no")), &k));
	json_build_object(&o, act->a);
	for (size_t i = 0; i < act->data->count; i++)
		json_set_key(&o, act->data->members[i].key, &act->data->members[i].value);
	json_set_i64(&o, "about_case", k.id);
	json_set_i64(&o, "about_organ", k.organ);
	return act_emit(act, arena_z(act->a, json_text(json_get(act->data, "kind"))), k.id, &o);
}

static const struct apply_rule say_rules[] = {
	{ "complaint.registered", "SELECT ?1", "about_case", NULL }, { "complaint.upheld", "SELECT ?1", "about_case", NULL },
	{ "demand.overdue", "SELECT ?1", "about_case", NULL },
	{ "alert.unanswered", "SELECT ?1", "about_case", NULL },
};
static const struct command_def say[] = { { "city.say", ROLE_SYSTEM, act_say } };
const struct casework_room city_room = { .name = "city", .rules = say_rules, .rules_count = sizeof say_rules / sizeof *say_rules,
	                                 .commands = say, .commands_count = 1 };

/* ---- running ---- */

struct kase *city_case(const struct city *x, int64_t id)
{
	size_t low = 0, high = x->received_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (x->received[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < x->received_count && x->received[low]->id == id ? x->received[low] : NULL;
}

static void heard(void *arg, const struct casework_event *e)
{
	struct city *x = arg;
	if (!str_eqz(e->kind, "step.opened") || x->opened_count == sizeof x->opened / sizeof *x->opened)
		return;
	x->opened[x->opened_count].case_id = e->case_id;
	x->opened[x->opened_count].step = json_i64(json_get(e->data, "step"), 0);
	struct str element = json_text(json_get(e->data, "element"));
	snprintf(x->opened[x->opened_count++].element, sizeof x->opened->element, "%.*s", STR_ARG(element));
}

bool city_open(struct city *x)
{
	static const struct casework_room *const rooms[] = { &watch_room, &city_room };
	struct casework_options o = { .clock = &x->clock, .entropy = &x->entropy, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true,
	                              .rooms = rooms, .rooms_count = 2 };
	struct diag d;
	diag_init(&d);
	if (casework_open(x->path, &o, &x->cw, &d) != OK || casework_listen(x->cw, "step.opened", heard, x) != OK) {
		printf("  %s\n", d.text);
		x->failed = true;
		return false;
	}
	x->calendar = calendar_now(x->cw);
	return true;
}

bool city_do(struct city *x, int64_t person, const char *name, const char *fmt, ...)
{
	static char text[16384];
	const struct json *data = NULL;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	x->commands++;
	if (json_read(&x->a, str_of(text), &data, NULL) != OK) {
		printf("  not JSON: %s\n", text);
		x->failed = true;
		return false;
	}
	struct casework_command c = { .name = str_of(name), .data = data };
	c.actor = (struct casework_actor){ .person = person > 0 ? person : 0, .system = person == 0 };
	if (casework_do(x->cw, &c, &x->a, &x->r) == OK)
		return true;
	x->refused++;
	printf("  %s refused: %s (%s) for %s\n", name, x->r.diag.code, x->r.diag.text, text);
	return false;
}

struct str city_answer(struct city *x, const char *key) { return json_text(json_get(x->r.data, key)); }

/* The judge is late by a little, as in a running system; and sometimes the system stops before it has judged. */
bool city_judge(struct city *x)
{
	int64_t next_ms;
	struct diag d;
	diag_init(&d);
	if (x->restart_every && city_between(x, 1, x->restart_every) == 1) {
		casework_close(x->cw);
		x->restarts++;
		if (!city_open(x))
			return false;
	}
	os_clock_set(&x->clock, os_now_ms(&x->clock) + city_between(x, 0, 800));
	if (casework_tick(x->cw, &next_ms, &d) == OK)
		return true;
	printf("  tick: %s\n", d.text);
	x->failed = true;
	return false;
}

bool city_go(struct city *x, int64_t at_ms)
{
	struct diag d;
	diag_init(&d);
	arena_reset(&x->a);
	if (at_ms < os_now_ms(&x->clock))
		at_ms = os_now_ms(&x->clock);
	if (casework_advance(x->cw, &x->clock, at_ms, &d) == OK)
		return true;
	printf("  advance: %s\n", d.text);
	x->failed = true;
	return false;
}

/* ---- the diary: a heap ---- */

static bool before(const struct deed *a, const struct deed *b) { return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->seq < b->seq; }

void city_write(struct city *x, int64_t at_ms, struct kase *k, int64_t step, const char *what)
{
	if (x->diary_count == x->diary_room) {
		size_t room = x->diary_room ? x->diary_room * 2 : 4096;
		x->diary = heap_resize(x->diary, x->diary_room * sizeof *x->diary, room * sizeof *x->diary);
		x->diary_room = room;
	}
	struct deed d = { .at_ms = at_ms, .seq = x->seq++, .k = k, .step = step };
	snprintf(d.what, sizeof d.what, "%s", what);
	size_t i = x->diary_count++;
	for (; i && before(&d, &x->diary[(i - 1) / 2]); i = (i - 1) / 2)
		x->diary[i] = x->diary[(i - 1) / 2];
	x->diary[i] = d;
}

bool city_next(struct city *x, struct deed *out)
{
	if (!x->diary_count)
		return false;
	*out = x->diary[0];
	struct deed last = x->diary[--x->diary_count];
	size_t i = 0;
	for (size_t c; (c = 2 * i + 1) < x->diary_count; i = c) {
		if (c + 1 < x->diary_count && before(&x->diary[c + 1], &x->diary[c]))
			c++;
		if (!before(&x->diary[c], &last))
			break;
		x->diary[i] = x->diary[c];
	}
	x->diary[i] = last;
	return true;
}

/* ---- making it ---- */

static int64_t person(struct city *x, const char *login)
{
	return city_do(x, 0, "person.put", "{\"login\":\"%s\",\"name\":\"%s\",\"staff\":true}", login, login) ? json_i64(json_get(x->r.data, "id"), 0) : 0;
}

static bool post(struct city *x, int organ, const char *code, const char *role, const char *a, const char *b)
{
	return city_do(x, 0, "post.put", "{\"code\":\"O%d-%s\",\"organ\":\"O%d\",\"role\":\"%s\",\"name\":\"%s\",\"a\":\"%s\"%s%s%s}", organ, code, organ, role, code, a,
	               *b ? ",\"b\":\"" : "", b, *b ? "\"" : "");
}

static bool pack_from(struct city *x, const char *folder)
{
	const struct json *data;
	struct diag d;
	diag_init(&d);
	if (casework_pack_data(folder, &x->a, &data, &d) != OK) {
		printf("  %s: %s\n", folder, d.text);
		return false;
	}
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = data };
	if (casework_do(x->cw, &c, &x->a, &x->r) == OK)
		return true;
	printf("  pack %s: %s %s\n", folder, x->r.diag.code, x->r.diag.text);
	return false;
}

#define TOLD "\"legal_basis\":\"法\",\"conditions\":\"条件\",\"procedure\":\"程序\",\"remedies\":\"复议\",\"consult_phone\":\"1\",\"supervision_phone\":\"2\","
#define MATERIALS "\"materials\":[{\"id\":\"application\",\"name\":\"申请表\",\"required\":true},{\"id\":\"id-card\",\"name\":\"身份证\",\"required\":true}]"
#define LIMITS "\"promised_limit\":10,\"promised_unit\":\"working-days\",\"statutory_limit\":20,\"statutory_unit\":\"working-days\""

static bool organ(struct city *x, int n)
{
	char clerk[24], reviewer[24], second[24], head[24];
	snprintf(clerk, sizeof clerk, "clerk%d", n);
	snprintf(reviewer, sizeof reviewer, "reviewer%d", n);
	snprintf(second, sizeof second, "second%d", n);
	snprintf(head, sizeof head, "head%d", n);
	struct organ *o = &x->organs[n];
	bool ok = city_do(x, 0, "organ.put", "{\"code\":\"O%d\",\"name\":\"第%d局\",\"name_en\":\"Office %d\",\"region\":\"990100\"}", n, n, n);
	o->clerk = person(x, clerk);
	o->reviewer = person(x, reviewer);
	o->second = person(x, second);
	o->head = person(x, head);
	ok = ok && post(x, n, "clerk", "clerk", clerk, "") && post(x, n, "reviewer", "reviewer", reviewer, second) && post(x, n, "head", "head", head, "");
	/* an office that lends its heads and clerks the examining: allowed, and still not theirs to do */
	static const char *const lent[][2] = { { "head", "decide" }, { "head", "examine" }, { "clerk", "accept" }, { "clerk", "examine" } };
	for (size_t i = 0; i < 4 && ok; i++)
		ok = city_do(x, 0, "function.grant", "{\"post\":\"O%d-%s\",\"function\":\"%s\"}", n, lent[i][0], lent[i][1]);
	ok = ok && city_do(x, 0, "item.put", "{\"impl_code\":\"G%d\",\"name\":\"一般事项%d\",\"organ\":\"O%d\",\"region\":\"990100\",\"kind\":\"01\",\"pack\":\"general-item\",\"live\":true,\"online\":true,"
	                   "\"fees\":[{\"code\":\"copy\",\"name\":\"工本费\",\"cents_max\":1000}]," TOLD MATERIALS "," LIMITS "}", n, n, n);
	ok = ok && city_do(x, 0, "item.put", "{\"impl_code\":\"S%d\",\"name\":\"小事项%d\",\"organ\":\"O%d\",\"region\":\"990100\",\"kind\":\"01\",\"pack\":\"sim\",\"live\":true,\"online\":true,"
	                   TOLD MATERIALS "," LIMITS "}", n, n, n);
	return ok && city_do(x, 0, "item.put", "{\"impl_code\":\"H%d\",\"name\":\"听证事项%d\",\"organ\":\"O%d\",\"region\":\"990100\",\"kind\":\"01\",\"pack\":\"sim\",\"live\":true,\"online\":true,"
	                     "\"hearing\":true," TOLD MATERIALS "," LIMITS "}", n, n, n);
}




bool city_make(struct city *x, const char *path, uint64_t seed, int organs, size_t cases)
{
	*x = (struct city){ .path = path, .chance = seed, .organs_count = organs };
	os_clock_virtual(&x->clock, CITY_START_MS);
	os_entropy_seeded(&x->entropy, seed);
	arena_init(&x->a, 512 << 20);
	arena_init(&x->whole, (size_t)1 << 30);
	x->cases = arena_new_n(&x->whole, struct kase, cases);
	x->received = arena_new_n(&x->whole, struct kase *, cases);
	x->cases_count = cases;
	if (!city_open(x) || !city_judge(x) || !pack_from(x, PROJECT_ROOT "/packs/general-item") || !pack_from(x, PROJECT_ROOT "/tests/sim/pack"))
		return false;
	bool ok = city_do(x, 0, "region.put", "{\"code\":\"990100\",\"name\":\"云溪市\",\"level\":3}");
	x->admin = person(x, "admin");
	x->supervisor = person(x, "supervisor");
	for (int n = 0; n < organs && ok; n++) {
		arena_reset(&x->a);
		ok = organ(x, n);
	}
	ok = ok && post(x, 0, "admin", "admin", "admin", "") && post(x, 0, "supervisor", "supervisor", "supervisor", "");
	return ok && !x->failed && city_judge(x);
}

void city_end(struct city *x)
{
	if (x->cw)
		casework_close(x->cw);
	heap_free(x->diary);
	arena_release(&x->a);
	arena_release(&x->whole);
}
