/* test_office.c - long lives of an office by chance: real commands of all rooms, time that passes and jumps, and one fault after the other: power cuts,
 * full disks, syncs, writes and reads that fail, want of memory, backups restored to some moment, processes killed and begun again.
 *
 * Beside the living system there is, now and then, a fresh one on a copy of its file. Both are given the same commands, the same time and the same
 * dice: each answer, each entry and each view must be the same, byte for byte; whatever the living one keeps in memory is so compared
 * with what the file says. Before a fault the fresh one says what the command would have done: then it was done so, or it is told that it was not.
 *
 * A life is a number, told where one fails: BANJIE_TEST_SEED=number BANJIE_TEST_LIVES=1 lives it again. BANJIE_TEST_LONG makes more of them.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fault/disk.h"
#include "tests/fault/office_views.h"
#include "tests/folder.h"

enum { ENTRIES_MAX = 40000, ARCHIVES_MAX = 3 };

struct entry { uint64_t hash; int64_t at_ms; };
/* What those hear who listen to the living system, as a board in the web does: its kinds, hashed, by the entry; from the first behind `from` up to `last`. */
struct feed { uint64_t kinds[ENTRIES_MAX]; int64_t from, last; };

struct life {
	struct office o;
	uint64_t number;
	struct entry *entries;  /* of the record, as far as it was acknowledged */
	int64_t known;
	struct feed *feed;
	int64_t advanced_from;  /* while time passes step by step: from when; 0 = it jumped */
	struct casework_archive archives[ARCHIVES_MAX];
	size_t archives_count;
	char state[65];         /* when the last of them was made */
	bool threaded, doubting;
	bool sync_failed;       /* since it was opened: each handle of the file is told of it once, some of them later */
	int twins, faults, told_of, cuts, restored, batches;
};

static const char *dir;
static char path[160], twin_path[160], out_path[160], archive_paths[ARCHIVES_MAX][160];
static struct archive_key key;
static uint64_t life_number;

/* ---- opened ---- */

static bool open_at(struct kernel *k, const char *at, bool doubting, bool threaded)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .inline_writer = !threaded, .doubting = doubting,
		                      .rooms = k->rooms, .rooms_count = k->rooms_count };
	k->cw = NULL;
	diag_init(&k->r.diag);
	if (casework_open(at, &o, &k->cw, &k->r.diag) == OK)
		return true;
	k->cw = NULL;
	return false;
}

static struct casework_head head_of(struct kernel *k);

/* Each entry once, and one after the other; one that was left out has no kind, and is missed when the record is looked at. */
static void heard(void *arg, const struct casework_event *e)
{
	struct feed *f = arg;
	CHECK((int64_t)e->seq > f->last && e->seq < ENTRIES_MAX);
	if ((int64_t)e->seq <= f->last || e->seq >= ENTRIES_MAX)
		return;
	while (++f->last < (int64_t)e->seq)
		f->kinds[f->last] = 0;
	f->kinds[f->last] = str_hash(e->kind);
}

/* Where a sync fails, and then the one that was to make it good, what stands in the log was not saved, as far as anybody can say: whoever asked is told so, and
 * nobody who listens hears of it. It may be there all the same. */
static void hears_from_now_on(struct life *l)
{
	l->feed->from = l->feed->last = (int64_t)head_of(&l->o.k).seq;
}

static bool open_as(struct life *l, bool threaded)
{
	l->doubting = chance(&l->o, 3) == 0;
	l->threaded = threaded;
	l->sync_failed = false;
	if (!open_at(&l->o.k, path, l->doubting, l->threaded))
		return false;
	hears_from_now_on(l);
	return casework_listen(l->o.k.cw, "", heard, l->feed) == OK;
}

static bool open_life(struct life *l)
{
	return open_as(l, chance(&l->o, 3) == 0);
}

static void close_kernel(struct kernel *k)
{
	casework_close(k->cw);
	k->cw = NULL;
}

/* ---- the record ---- */

static enum err read_head(void *arg, struct store_conn *c) { return record_head(c, arg); }

static struct casework_head head_of(struct kernel *k)
{
	struct casework_head head = { .seq = 0 };
	CHECK_INT(casework_read(k->cw, read_head, &head), OK);
	return head;
}

struct words_of { struct arena *a; int64_t seq; struct str words; };

static enum err read_words(void *arg, struct store_conn *c)
{
	struct words_of *w = arg;
	w->words = arena_printf(w->a, "%.*s %.*s", STR_ARG(row_str(c, w->a, "SELECT kind FROM ledger WHERE seq=?1", w->seq)),
	                        STR_ARG(row_str(c, w->a, "SELECT payload FROM ledger WHERE seq=?1", w->seq)));
	return OK;
}

/* The first entry in which two records differ. */
static void tell_difference(struct kernel *a, struct kernel *b, int64_t from, int64_t to)
{
	for (int64_t seq = from; seq <= to; seq++) {
		struct words_of one = { .a = &a->a, .seq = seq }, other = { .a = &a->a, .seq = seq };
		(void)!casework_read(a->cw, read_words, &one);
		(void)!casework_read(b->cw, read_words, &other);
		if (str_eq(one.words, other.words))
			continue;
		printf("  entry %lld: living %.*s\n   fresh %.*s\n", (long long)seq, STR_ARG(one.words), STR_ARG(other.words));
		return;
	}
	printf("  the entries up to %lld have the same words\n", (long long)to);
}

static bool same_head(const struct casework_head *a, const struct casework_head *b)
{
	return a->seq == b->seq && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

/* Nothing fires before its time; where time passes step by step, at it, or when it was armed if that was later. */
static void check_fired(struct life *l, int64_t at_ms, struct str payload)
{
	const struct json *data = NULL;
	CHECK_INT(json_read(&l->o.k.a, payload, &data, NULL), OK);
	int64_t due = json_i64(json_get(data, "due_ms"), 0);
	CHECK(at_ms >= due);
	if (l->advanced_from)
		CHECK(at_ms == due || at_ms == l->advanced_from || due < l->advanced_from || at_ms - due < OFFICE_HOUR);
}

static enum err read_entries(void *arg, struct store_conn *c)
{
	struct life *l = arg;
	struct store_query *q;
	int64_t seq = 0;
	TRY(store_prepare(c, "SELECT seq, at_ms, kind, payload, hash FROM ledger ORDER BY seq", &q));
	for (bool row = true;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct entry e = { .at_ms = store_col_i64(q, 1) };
		memcpy(&e.hash, store_col_str(q, 4).ptr, sizeof e.hash);
		CHECK_INT(store_col_i64(q, 0), ++seq);
		if (seq >= ENTRIES_MAX)
			abort();
		if (seq <= l->known) {
			CHECK(l->entries[seq].hash == e.hash && l->entries[seq].at_ms == e.at_ms);
			continue;
		}
		CHECK(seq == 1 || e.at_ms >= l->entries[seq - 1].at_ms);
		CHECK(seq <= l->feed->from || l->feed->kinds[seq] == str_hash(store_col_str(q, 2)));
		l->entries[seq] = e;
		if (str_eqz(store_col_str(q, 2), "timer.fired"))
			check_fired(l, e.at_ms, store_col_copy(q, 3, &l->o.k.a));
	}
	CHECK(seq >= l->known);
	CHECK_INT(l->feed->last, seq); /* who listens has heard all that is there, and nothing else */
	l->known = seq;
	return OK;
}

/* All that was acknowledged is there as it was, and what came since is acknowledged from now on. Of what the courier has gone past each subscription has what it wants. */
static void look_at_record(struct life *l)
{
	static const char missing[] =
		"SELECT count(*) FROM webhook w JOIN ledger l ON l.seq>w.from_seq AND l.seq<=(SELECT seq FROM courier_cursor WHERE name='events') AND l.seq<=?1"
		" WHERE w.enabled=1 AND w.removed_ms IS NULL AND (l.kind LIKE 'case.%' OR l.kind LIKE 'alert.%')"
		" AND NOT EXISTS (SELECT 1 FROM courier_delivery d WHERE d.kind='event' AND d.webhook=w.id AND d.ref=l.seq)";
	CHECK_INT(casework_read(l->o.k.cw, read_entries, l), OK);
	CHECK_INT(office_number(&l->o, missing, l->known), 0);
}

static bool holds(struct kernel *k)
{
	struct diag d;
	uint64_t n;
	diag_init(&d);
	bool good = casework_verify(k->cw, NULL, NULL, &n, &d) == OK && casework_rebuild_check(k->cw, NULL, NULL, &n, &d) == OK;
	if (!good)
		printf("  %s: %s\n", d.code, d.text);
	return good;
}

/* ---- which table ---- */

struct tables_look { struct arena *a; struct store_table *tables; struct table_digest *digests; size_t count; };

static enum err read_tables(void *arg, struct store_conn *c)
{
	struct tables_look *l = arg;
	TRY(store_tables(c, l->a, &l->tables, &l->count, NULL));
	l->digests = arena_new_n(l->a, struct table_digest, l->count + 1);
	for (size_t i = 0; l->digests && i < l->count; i++)
		TRY(table_read(c, &l->tables[i], NULL, NULL, NULL, &l->digests[i], NULL));
	return l->digests ? OK : ERR_NOMEM;
}

static void tell_tables(struct kernel *a, struct kernel *b)
{
	struct tables_look one = { .a = &a->a }, other = { .a = &a->a };
	if (casework_read(a->cw, read_tables, &one) != OK || casework_read(b->cw, read_tables, &other) != OK)
		return;
	for (size_t i = 0; i < one.count && i < other.count; i++)
		if (memcmp(&one.digests[i], &other.digests[i], sizeof one.digests[i]) != 0)
			printf("  the table %.*s differs\n", STR_ARG(one.tables[i].name));
}

static bool state_of(struct kernel *k, bool workspace, char out[65])
{
	uint64_t rows;
	struct diag d;
	diag_init(&d);
	return casework_state(k->cw, workspace, out, &rows, &d) == OK;
}

/* ---- a fresh system on a copy of the file, with the same clock and dice ---- */

static void twin_copy(struct life *l, struct kernel *t)
{
	*t = l->o.k;
	t->cw = NULL;
	arena_init(&t->a, 256 << 20);
	disk_copy(path, twin_path);
	l->twins++;
}

static bool twin_open(struct life *l, struct kernel *t)
{
	return open_at(t, twin_path, false, l->threaded); /* several timers in one commit are in another order than one by one */
}

static bool twin_begin(struct life *l, struct kernel *t)
{
	twin_copy(l, t);
	return twin_open(l, t);
}

static void twin_end(struct kernel *t)
{
	close_kernel(t);
	arena_release(&t->a);
}

/* ---- a deed that nothing hinders ---- */

static void remember(struct life *l, const struct deed *d)
{
	static const struct { const char *name, *member; } makes[] = {
		{ "token.create", "id" }, { "absence.note", "absence" },
	};
	struct office *o = &l->o;
	for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
		int64_t id = json_i64(json_get(o->k.r.data, makes[i].member), 0);
		if (strcmp(d->name, makes[i].name) != 0)
			continue;
		CHECK(id > o->newest_id);
		if (id <= o->newest_id)
			printf("  %s %.*s made %lld behind %lld\n", d->name, STR_ARG(d->data), (long long)id, (long long)o->newest_id);
		o->newest_id = id > o->newest_id ? id : o->newest_id;
	}
	if (strcmp(d->name, "token.create") == 0 && o->tokens_count < OFFICE_TOKENS)
		o->tokens[o->tokens_count++] = arena_str(&o->keep, kernel_text(&o->k, "token"));
	if (d->key[0] && d->actor > 0) {
		struct office_answer *a = &o->answers[o->answers_count++ % OFFICE_KEYS];
		*a = (struct office_answer){ .actor = d->actor, .at_ms = os_now_ms(&o->k.clock), .name = d->name, .data = arena_str(&o->keep, d->data), .blob = arena_str(&o->keep, d->blob),
			                     .answer = arena_str(&o->keep, office_answered(&o->k)) };
		memcpy(a->key, d->key, sizeof a->key);
	}
}

static void was_done(struct life *l, const struct deed *d)
{
	l->o.done++;
	remember(l, d);
	office_expect(&l->o, d);
}

/* A command repeated under its key is answered as it was, and does nothing. */
static void repeat(struct life *l)
{
	struct office *o = &l->o;
	size_t n = o->answers_count < OFFICE_KEYS ? o->answers_count : OFFICE_KEYS;
	struct office_answer *a = n ? &o->answers[chance(o, (unsigned)n)] : NULL;
	if (!a || os_now_ms(&o->k.clock) > a->at_ms + 20 * (int64_t)OFFICE_HOUR)
		return;
	struct deed again = { .name = a->name, .actor = a->actor, .data = a->data, .blob = a->blob };
	struct casework_head before = head_of(&o->k), after;
	memcpy(again.key, a->key, sizeof again.key);
	(void)office_do(&o->k, &again);
	after = head_of(&o->k);
	CHECK(same_head(&before, &after));
	CHECK(str_eq(office_answered(&o->k), a->answer) || o->k.r.err == ERR_DENIED);
	if (!str_eq(office_answered(&o->k), a->answer))
		printf("  %s %s again: %.*s, was %.*s\n", a->name, a->key, STR_ARG(office_answered(&o->k)), STR_ARG(a->answer));
}

static void do_this(struct life *l, const struct deed *d)
{
	char before[65], after[65];
	struct kernel *k = &l->o.k;
	bool compare = chance(&l->o, 12) == 0 && state_of(k, true, before);
	enum err e = office_do(k, d);
	if (e == OK)
		was_done(l, d);
	else
		l->o.refused++;
	CHECK(e == OK || err_is_refusal(e));
	if (e != OK && !err_is_refusal(e))
		printf("  %s %.*s: %s\n", d->name, STR_ARG(d->data), k->r.diag.text);
	if (e != OK && compare) { /* a refused one leaves no trace */
		CHECK(state_of(k, true, after));
		CHECK_STR(str_of(after), before);
	}
}

static void do_deed(struct life *l)
{
	struct deed d;
	office_choose(&l->o, &d);
	do_this(l, &d);
}

/* Applications that come and steps that are done while nobody judges it: a judge that is broken off then has half of much. */
static void a_busy_hour(struct life *l)
{
	enum { TEN_MINUTES = OFFICE_HOUR / 6 };
	for (unsigned n = 8 + chance(&l->o, 16); n && !test_bad; n--) {
		struct deed d;
		do
			office_choose(&l->o, &d);
		while (strcmp(d.name, "case.submit") != 0 && !str_starts(str_of(d.name), S("step.")));
		os_clock_set(&l->o.k.clock, os_now_ms(&l->o.k.clock) + (int64_t)chance(&l->o, TEN_MINUTES));
		do_this(l, &d);
	}
}

/* ---- time ---- */

struct passing { int64_t to_ms; bool step_by_step; };

static struct passing some_time(struct office *o)
{
	int64_t now = os_now_ms(&o->k.clock);
	switch (chance(o, 12)) {
	case 0: return (struct passing){ now - (int64_t)chance(o, 5) * OFFICE_HOUR, false };
	case 1: return (struct passing){ now + (int64_t)chance(o, 60) * OFFICE_HOUR, false };
	case 2: return (struct passing){ now + (int64_t)chance(o, 200) * OFFICE_HOUR, true };
	default: return (struct passing){ now + (int64_t)chance(o, 30 * OFFICE_HOUR), true };
	}
}

static enum err pass(struct kernel *k, const struct passing *p)
{
	int64_t next;
	diag_init(&k->r.diag);
	if (p->step_by_step)
		return casework_advance(k->cw, &k->clock, p->to_ms, &k->r.diag);
	os_clock_set(&k->clock, p->to_ms);
	return casework_tick(k->cw, &next, &k->r.diag);
}

static void check_nothing_due(struct life *l)
{
	CHECK_INT(office_number(&l->o, "SELECT count(*) FROM timer WHERE due_ms<=?1", os_now_ms(&l->o.k.clock)), 0);
	CHECK_INT(office_number(&l->o, "SELECT count(*) FROM (SELECT 1 FROM alert WHERE clock IS NOT NULL AND ?1=1 GROUP BY clock, level HAVING count(*)>1)", 1), 0);
}

static void let_time_pass(struct life *l)
{
	struct passing p = some_time(&l->o);
	look_at_record(l);
	l->advanced_from = p.step_by_step ? os_now_ms(&l->o.k.clock) : 0;
	CHECK_INT(pass(&l->o.k, &p), OK);
	if (l->o.k.r.diag.text[0])
		printf("  time: %s\n", l->o.k.r.diag.text);
	look_at_record(l);
	l->advanced_from = 0;
	check_nothing_due(l);
}

/* ---- side by side ---- */

static bool both_do(struct life *l, struct kernel *t)
{
	struct deed d;
	office_choose(&l->o, &d);
	enum err e = office_do(&l->o.k, &d);
	(void)office_do(t, &d);
	struct str living = office_answered(&l->o.k), fresh = office_answered(t);
	if (e == OK)
		was_done(l, &d);
	struct casework_head a = head_of(&l->o.k), b = head_of(t);
	bool good = same_words(d.name, "its actor", d.data, living, fresh) && same_head(&a, &b);
	CHECK(good);
	if (!good) {
		printf("  %s %.*s: %lld and %lld entries\n", d.name, STR_ARG(d.data), (long long)a.seq, (long long)b.seq);
		tell_difference(&l->o.k, t, l->known, (int64_t)(a.seq > b.seq ? a.seq : b.seq));
	}
	return good;
}

static bool both_pass(struct life *l, struct kernel *t)
{
	struct passing p = some_time(&l->o);
	enum err e = pass(&l->o.k, &p), twin = pass(t, &p);
	CHECK_INT(e, OK);
	CHECK_INT(twin, OK);
	struct casework_head a = head_of(&l->o.k), b = head_of(t);
	bool good = e == OK && twin == OK && same_head(&a, &b);
	CHECK(good);
	if (!good) {
		printf("  time passed for both: %lld and %lld entries\n", (long long)a.seq, (long long)b.seq);
		tell_difference(&l->o.k, t, l->known, (int64_t)(a.seq > b.seq ? a.seq : b.seq));
	}
	return good;
}

static void live_side_by_side(struct life *l)
{
	struct kernel t;
	char living[65], fresh[65];
	bool good = twin_begin(l, &t);
	CHECK(good);
	if (good && chance(&l->o, 2)) {
		good = office_same(&l->o, &t, 12);
		CHECK(good);
	}
	for (unsigned n = chance(&l->o, 8); good && n; n--)
		good = both_do(l, &t);
	for (unsigned n = chance(&l->o, 3); good && n; n--)
		good = both_pass(l, &t);
	if (good && chance(&l->o, 3) == 0) {
		CHECK(state_of(&l->o.k, false, living) && state_of(&t, false, fresh));
		CHECK_STR(str_of(living), fresh);
		if (strcmp(living, fresh) != 0)
			tell_tables(&l->o.k, &t);
	}
	if (good && chance(&l->o, 2)) {
		good = office_same(&l->o, &t, 12);
		CHECK(good);
	}
	twin_end(&t);
	look_at_record(l);
}

/* ---- the machine fails ---- */

static void calm(void)
{
	disk_disarm();
	disk_room_again();
	arena_fail_after(0);
}

static enum disk_fault some_fault(struct life *l)
{
	static const enum disk_fault faults[] = { DISK_CRASH, DISK_TORN, DISK_FILES, DISK_WRITE_ERROR, DISK_FULL_ONCE, DISK_FULL, DISK_READ_ERROR, DISK_SYNC_ERROR };
	return faults[chance(&l->o, sizeof faults / sizeof *faults)];
}

static enum disk_fault arm(struct life *l)
{
	enum disk_fault f = some_fault(l);
	disk_arm(f, 1 + chance(&l->o, f == DISK_SYNC_ERROR ? 2 : f == DISK_READ_ERROR ? 8 : 40), l->o.dice);
	return f;
}

static bool begin_again(struct life *l);

/* What stands in the record after the machine stopped: what was acknowledged, and what was under way as a whole or not at all. What that makes of the cases
 * whoever calls has still to find out. */
static void power_cut(struct life *l)
{
	l->cuts++;
	close_kernel(&l->o.k);
	disk_crash();
	calm();
	CHECK(begin_again(l));
}

static void hindered_deed(struct life *l)
{
	struct deed d;
	struct kernel t, *k = &l->o.k;
	bool want_of_memory = chance(&l->o, 5) == 0 && !l->doubting; /* who compares with rows that there is no memory for takes them for others */
	look_at_record(l);
	struct casework_head before = head_of(k);
	office_choose(&l->o, &d);
	REQUIRE(twin_begin(l, &t));
	enum err would = office_do(&t, &d);
	struct str wanted = arena_str(&k->a, office_answered(&t));
	struct casework_head then = head_of(&t);
	twin_end(&t);
	size_t refusals = heap_refusals();
	enum disk_fault f = DISK_NONE;
	if (want_of_memory)
		arena_fail_after(1 + chance(&l->o, 300));
	else
		f = arm(l);
	enum err e = office_do(k, &d);
	arena_fail_after(0);
	bool stopped = !want_of_memory && disk_stopped(), fired = want_of_memory ? heap_refusals() != refusals : disk_fired(), told_wrong = e == OK ? would != OK : err_is_refusal(e) && e != would;
	l->faults += fired;
	l->sync_failed = l->sync_failed || (fired && f == DISK_SYNC_ERROR);
	l->told_of += e != OK && !err_is_refusal(e);
	CHECK(!told_wrong);
	CHECK(e == OK || err_is_refusal(e) || fired);
	if (told_wrong || (e != OK && !err_is_refusal(e) && !fired))
		printf("  %s %.*s by %s: %s %s; would be %.*s\n", d.name, STR_ARG(d.data), want_of_memory ? "want of memory" : disk_fault_name(f), err_name(e), k->r.diag.text,
		       STR_ARG(wanted));
	if (e == OK && !fired)
		CHECK(str_eq(office_answered(k), wanted));
	if (stopped)
		power_cut(l);
	if (stopped && e != OK)
		l->o.sessions[d.session].said = 0;
	calm();
	if (!k->cw)
		return;
	struct casework_head after = head_of(k);
	bool there = same_head(&after, &then) && would == OK;
	if (e == OK && !fired)
		CHECK(there);
	else if (e == OK)
		there = after.seq == then.seq; /* tried twice it has other salts */
	else if (!stopped && l->sync_failed && after.seq != before.seq)
		hears_from_now_on(l);
	else if (!stopped)
		CHECK(same_head(&after, &before)); /* who was told that nothing was changed was told the truth */
	if (stopped)
		CHECK(there || same_head(&after, &before));
	if (e == OK)
		CHECK(there);
	if (e == OK && !stopped)
		was_done(l, &d);
	else if (there && !same_head(&then, &before))
		office_expect(&l->o, &d);
	look_at_record(l);
	CHECK(office_as_expected(&l->o) || test_bad);
}

/* ---- what time brings ---- */

/* What supervision found, in words that do not depend on the order in which it found them, and the rules that were tried on the past; how far the figures are
 * added up; and what time is going to bring. */
static const char *const findings[] = {
	("SELECT string_agg(x, '\n') FROM (SELECT rule_no || ' ' || case_id || ' ' || coalesce(clock, 0) || ' ' || coalesce(step, 0) || ' ' || level || ' ' || coalesce(person, 0) || ' ' || text AS x"
	" FROM alert ORDER BY rule_no, case_id, coalesce(clock, 0), coalesce(step, 0), level, coalesce(person, 0), text) WHERE ?1=1"),
	"SELECT string_agg(x, '\n') FROM (SELECT id || ' ' || state || ' ' || result AS x FROM watch_trial ORDER BY id) WHERE ?1=1",
	"SELECT string_agg(x, '\n') FROM (SELECT key || ' ' || action || ' ' || count AS x FROM watch_comparable ORDER BY key, action) WHERE ?1=1",
	"SELECT string_agg(x, '\n') FROM (SELECT grain || ' ' || until AS x FROM tally_grain ORDER BY grain) WHERE ?1=1",
	"SELECT string_agg(x, '\n') FROM (SELECT due_ms || ' ' || kind AS x FROM timer ORDER BY due_ms, kind) WHERE ?1=1",
};

struct found { struct arena *a; struct str said[sizeof findings / sizeof *findings]; };

static enum err read_findings(void *arg, struct store_conn *c)
{
	struct found *f = arg;
	for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
		struct str s = row_str(c, f->a, findings[i], 1);
		f->said[i] = s.ptr ? s : S("");
	}
	return OK;
}

/* What an undisturbed system finds in that time, and how often it comes to a place where that fault could be. */
static struct found undisturbed(struct life *l, const struct passing *p, enum disk_fault f, uint64_t *places)
{
	struct found found = { .a = &l->o.k.a };
	struct kernel t;
	CHECK(twin_begin(l, &t));
	if (!t.cw)
		return found;
	disk_arm(f, UINT64_MAX, 1);
	CHECK_INT(pass(&t, p), OK);
	*places = disk_calls();
	calm();
	CHECK_INT(casework_read(t.cw, read_findings, &found), OK);
	twin_end(&t);
	return found;
}

static void found_the_same(struct life *l, const struct found *wanted, const char *hindrance)
{
	struct found found = { .a = &l->o.k.a };
	CHECK_INT(casework_read(l->o.k.cw, read_findings, &found), OK);
	for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
		CHECK(same_words("what time brought", hindrance, S(""), found.said[i], wanted->said[i]));
}

/* Whatever of it was carried out is right, and the rest comes when it is over: in the end it is what it would have been. */
static void hindered_time(struct life *l)
{
	if (chance(&l->o, 2))
		a_busy_hour(l);
	struct passing p = some_time(&l->o);
	bool want_of_memory = chance(&l->o, 3) == 0 && !l->doubting;
	enum disk_fault f = some_fault(l);
	uint64_t places = 0;
	look_at_record(l);
	struct found wanted = undisturbed(l, &p, f, &places);
	size_t refusals = heap_refusals();
	if (want_of_memory)
		arena_fail_after(1 + chance(&l->o, 1u << (4 + chance(&l->o, 12)))); /* nobody knows how many there will be: a few or very many */
	else
		disk_arm(f, 1 + chance(&l->o, (unsigned)places + 1), l->o.dice);
	enum err e = pass(&l->o.k, &p);
	arena_fail_after(0);
	bool fired = want_of_memory ? heap_refusals() != refusals : disk_fired();
	CHECK(e == OK || fired);
	l->faults += fired;
	l->sync_failed = l->sync_failed || (fired && !want_of_memory && f == DISK_SYNC_ERROR);
	if (!want_of_memory && disk_stopped())
		power_cut(l);
	calm();
	if (!l->o.k.cw)
		return;
	look_at_record(l);
	CHECK(office_as_expected(&l->o) || test_bad);
	CHECK_INT(pass(&l->o.k, &p), OK);
	look_at_record(l);
	check_nothing_due(l);
	found_the_same(l, &wanted, want_of_memory ? "want of memory" : disk_fault_name(f));
}

/* ---- ended and begun again ---- */

static bool begin_again(struct life *l)
{
	bool hindered = chance(&l->o, 4) == 0;
	if (hindered)
		(void)arm(l);
	bool opened = open_life(l);
	if (!opened) {
		CHECK(disk_fired() && l->o.k.r.diag.code[0]);
		if (disk_stopped())
			disk_crash();
		calm();
		opened = open_life(l);
	} else if (hindered && disk_stopped()) {
		close_kernel(&l->o.k);
		disk_crash();
		calm();
		opened = open_life(l);
	}
	calm();
	CHECK(opened);
	if (!opened) {
		printf("  %s\n", l->o.k.r.diag.text);
		return false;
	}
	look_at_record(l);
	return true;
}

static void end_and_begin(struct life *l)
{
	switch (chance(&l->o, 4)) {
	case 0:
		close_kernel(&l->o.k);
		break;
	case 1: /* killed */
		disk_stop(false);
		close_kernel(&l->o.k);
		disk_go_on();
		break;
	default:
		disk_stop(chance(&l->o, 2));
		close_kernel(&l->o.k);
		disk_crash();
		l->cuts++;
	}
	calm();
	CHECK(begin_again(l) && office_as_expected(&l->o));
}

/* ---- several at once: what comes in while a commit is under way goes into the next one ---- */

enum { BATCH_MOST = 6 };

struct batch {
	struct office *o;
	struct one { struct batch *of; struct deed d; const struct json *data; enum err e; struct str said; } list[BATCH_MOST];
	size_t count, left;
	struct os_mutex lock;
	struct os_cond all;
};

/* Nobody else makes anything in the office's arena while the batch is under way. */
static void one_done(void *arg, const struct casework_result *r)
{
	struct one *one = arg;
	struct batch *b = one->of;
	os_mutex_lock(&b->lock);
	struct kernel k = { .r = *r };
	arena_init(&k.a, 16 << 20);
	one->e = r->err;
	one->said = arena_str(&b->o->k.a, office_answered(&k));
	arena_release(&k.a);
	if (--b->left == 0)
		os_cond_signal(&b->all);
	os_mutex_unlock(&b->lock);
}

/* What is compiled or kept before it is committed. */
static void choose_what_is_kept(struct office *o, struct deed *d)
{
	switch (chance(o, 4)) {
	case 0: office_choose_named(o, "item.put", d); break;
	case 1: office_choose_named(o, "calendar.add", d); break;
	case 2: office_choose_table(o, d); break;
	default: *d = (struct deed){ .name = "pack.add", .data = json_words(&o->k.a, office_pack(o, ++o->versions)) };
	}
}

/* What has just come is asked for at once. */
static void batch_choose(struct batch *b)
{
	struct office *o = b->o;
	bool kept = chance(o, 3) > 0;
	b->count = 2 + chance(o, BATCH_MOST - 1);
	for (size_t i = 0; i < b->count; i++) {
		struct one *one = &b->list[i];
		*one = (struct one){ .of = b };
		if (kept && i == 0)
			choose_what_is_kept(o, &one->d);
		else if (kept && i == 1)
			one->d = (struct deed){ .name = "case.submit", .actor = kernel_person(&o->k, "liu"), .data = S("{\"item\":\"I1\",\"form\":{},\"applicant\":{\"name\":\"刘\"}}") };
		else
			office_choose(o, &one->d);
		CHECK_INT(json_read(&o->k.a, one->d.data, &one->data, NULL), OK);
	}
}

static void batch_go(struct batch *b)
{
	os_mutex_init(&b->lock);
	os_cond_init(&b->all);
	b->left = b->count;
	for (size_t i = 0; i < b->count; i++) {
		struct one *one = &b->list[i];
		struct casework_command c = { .name = str_of(one->d.name), .key = str_of(one->d.key), .data = one->data, .blob = one->d.blob, .made_from = one->d.made_from };
		c.actor = (struct casework_actor){ .person = one->d.actor > 0 ? one->d.actor : 0, .system = one->d.actor == 0 };
		enum err e = casework_submit(b->o->k.cw, &c, one_done, one);
		CHECK_INT(e, OK);
		if (e != OK)
			one_done(one, &(struct casework_result){ .err = e });
	}
	os_mutex_lock(&b->lock);
	while (b->left)
		os_cond_wait(&b->all, &b->lock);
	os_mutex_unlock(&b->lock);
	os_cond_destroy(&b->all);
	os_mutex_destroy(&b->lock);
}

/* A fresh system does one by one what was not told to have failed: that had no effect, so each ends as it did. */
static void one_by_one(struct life *l, struct batch *b, struct kernel *t, bool to_the_end)
{
	for (size_t i = 0; i < b->count; i++) {
		struct one *one = &b->list[i];
		if (one->e != OK && !err_is_refusal(one->e))
			continue;
		enum err e = office_do(t, &one->d);
		CHECK_INT(one->e, e);
		if (one->e != e)
			printf("  %s %.*s, of several at once: %.*s, one by one %.*s\n", one->d.name, STR_ARG(one->d.data), STR_ARG(one->said), STR_ARG(office_answered(t)));
	}
	struct casework_head living = head_of(&l->o.k), fresh = head_of(t);
	CHECK(to_the_end ? living.seq == fresh.seq : living.seq >= fresh.seq);
	if (to_the_end && living.seq != fresh.seq)
		tell_difference(&l->o.k, t, l->known, (int64_t)living.seq);
}

/* Those whose case may have gone on without their being told are believed to be where they are. */
static void batch_remember(struct life *l, struct batch *b, bool stopped)
{
	struct kernel *k = &l->o.k;
	for (size_t i = 0; i < b->count; i++) {
		struct one *one = &b->list[i];
		l->o.refused += err_is_refusal(one->e);
		l->told_of += one->e != OK && !err_is_refusal(one->e);
		if (one->e == OK) {
			diag_init(&k->r.diag);
			k->r.err = json_read(&k->a, one->said, &k->r.data, NULL);
			CHECK_INT(k->r.err, OK);
			one->d.made = office_case_of(&l->o, kernel_text(k, "case_no"));
			was_done(l, &one->d);
		} else if (stopped) {
			office_unsure(&l->o, &one->d);
		}
	}
}

static void several_at_once(struct life *l, bool hindered)
{
	struct batch b = { .o = &l->o };
	struct kernel t;
	look_at_record(l);
	batch_choose(&b);
	twin_copy(l, &t); /* opened when it is over: a power cut would be its own too */
	enum disk_fault f = hindered ? arm(l) : DISK_NONE;
	batch_go(&b);
	bool stopped = hindered && disk_stopped(), fired = hindered && disk_fired();
	l->sync_failed = l->sync_failed || (fired && f == DISK_SYNC_ERROR);
	bool may_be_there = l->sync_failed && !stopped;
	l->batches++;
	l->faults += fired;
	if (stopped)
		power_cut(l);
	calm();
	for (size_t i = 0; i < b.count; i++)
		if (b.list[i].e != OK && !err_is_refusal(b.list[i].e)) {
			CHECK(fired || may_be_there);
			if (!fired && !may_be_there)
				printf("  %s by %s: %.*s\n", b.list[i].d.name, disk_fault_name(f), STR_ARG(b.list[i].said));
		}
	CHECK(twin_open(l, &t));
	if (l->o.k.cw && t.cw) {
		if (may_be_there)
			hears_from_now_on(l);
		else
			one_by_one(l, &b, &t, !stopped);
		batch_remember(l, &b, stopped || may_be_there);
		look_at_record(l);
		CHECK(office_as_expected(&l->o));
	}
	twin_end(&t);
}

/* What batches left behind that failed, the next one meets. Only a writer with a thread of its own has several at once. */
static void a_burst(struct life *l)
{
	if (!l->threaded) {
		close_kernel(&l->o.k);
		CHECK(open_as(l, true));
	}
	for (unsigned n = chance(&l->o, 4); n && l->o.k.cw && l->threaded && !test_bad; n--)
		several_at_once(l, true);
	if (l->o.k.cw && l->threaded && !test_bad)
		several_at_once(l, false);
	if (l->o.k.cw && !test_bad)
		live_side_by_side(l);
}

/* ---- backups ---- */

static void back_up(struct life *l)
{
	struct diag d;
	bool full = l->archives_count == 0 || l->archives_count == ARCHIVES_MAX;
	size_t n = full ? 0 : l->archives_count;
	diag_init(&d);
	unlink(archive_paths[n]);
	look_at_record(l);
	struct casework_backup b = { .path = archive_paths[n], .key = &key, .base = full ? NULL : &l->archives[n - 1] };
	enum err e = casework_backup(l->o.k.cw, &b, &l->archives[n], &d);
	CHECK_INT(e, OK);
	if (e != OK)
		printf("  %s\n", d.text);
	l->archives_count = e == OK ? n + 1 : 0;
	CHECK(state_of(&l->o.k, true, l->state));
}

/* The office is as it was: what came since is as if it had never been. */
static void back_at(struct life *l)
{
	struct office *o = &l->o;
	size_t kept = 0;
	struct casework_head head = head_of(&o->k);
	CHECK((int64_t)head.seq <= l->known);
	l->known = (int64_t)head.seq;
	look_at_record(l);
	o->answers_count = 0;
	o->newest_id = 0;
	memset(o->sessions, 0, sizeof o->sessions);
	for (size_t i = 0; i < o->cases_count; i++)
		if (office_as_is(o, &o->cases[i]))
			o->cases[kept++] = o->cases[i];
	o->cases_count = kept;
}

static enum err restore(struct life *l, int64_t until_ms, struct casework_restored *out, struct diag *d)
{
	const char *archives[ARCHIVES_MAX];
	struct casework_options open = { .data_dir = PROJECT_ROOT, .rooms = l->o.k.rooms, .rooms_count = l->o.k.rooms_count };
	struct casework_restore r = { .archives = archives, .count = l->archives_count, .key = &key, .until_ms = until_ms, .open = &open };
	sqlite3_vfs *simulated = sqlite3_vfs_find(NULL);
	for (size_t i = 0; i < l->archives_count; i++)
		archives[i] = archive_paths[i];
	(void)sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1);
	unlink(out_path);
	enum err e = casework_restore(out_path, &r, out, d);
	(void)sqlite3_vfs_register(simulated, 1);
	return e;
}

static void restore_some_moment(struct life *l)
{
	struct casework_restored r;
	struct diag d;
	struct str bytes;
	char state[65];
	if (!l->archives_count)
		return;
	const struct casework_archive *first = &l->archives[0], *last = &l->archives[l->archives_count - 1];
	int64_t from = first->head.at_ms - 24 * (int64_t)OFFICE_HOUR;
	from = from > l->entries[1].at_ms ? from : l->entries[1].at_ms;
	int64_t until = chance(&l->o, 2) ? INT64_MAX : from + (int64_t)chance(&l->o, (unsigned)((last->head.at_ms - from) / 1000 + 1)) * 1000;
	diag_init(&d);
	look_at_record(l);
	enum err e = restore(l, until, &r, &d);
	CHECK_INT(e, OK);
	if (e != OK) {
		printf("  %s: %s\n", d.code, d.text);
		return;
	}
	l->restored++;
	CHECK((int64_t)r.head.seq <= l->known && memcmp(r.head.hash, &l->entries[r.head.seq].hash, sizeof l->entries[0].hash) == 0);
	CHECK(r.head.at_ms <= until && (r.head.seq == last->head.seq || l->entries[r.head.seq + 1].at_ms > until));
	close_kernel(&l->o.k);
	CHECK_INT(os_file_read(&l->o.k.a, out_path, 64 << 20, &bytes, &d), OK);
	disk_put(path, bytes.ptr, (uint32_t)bytes.len);
	CHECK(open_life(l));
	if (!l->o.k.cw)
		return;
	CHECK(holds(&l->o.k));
	if (until == INT64_MAX) {
		CHECK(state_of(&l->o.k, true, state));
		CHECK_STR(str_of(state), l->state);
	}
	back_at(l);
	l->archives_count = 0;
}

/* ---- somebody else looks ---- */

static void second_process(struct life *l)
{
	struct kernel r = l->o.k;
	struct casework_options o = { .clock = &l->o.k.clock, .entropy = &r.entropy, .data_dir = PROJECT_ROOT, .reading = true, .rooms = r.rooms, .rooms_count = r.rooms_count };
	char living[65], seen[65];
	struct diag d;
	diag_init(&d);
	r.cw = NULL;
	CHECK_INT(casework_open(path, &o, &r.cw, &d), OK);
	if (!r.cw)
		return;
	for (unsigned n = chance(&l->o, 4); n; n--)
		do_deed(l);
	uint64_t n;
	enum err e = casework_verify(r.cw, NULL, NULL, &n, &d);
	CHECK_INT(e, OK);
	if (e != OK)
		printf("  %s: %s\n", d.code, d.text);
	CHECK_INT(n, head_of(&l->o.k).seq);
	CHECK(state_of(&l->o.k, true, living) && state_of(&r, true, seen));
	CHECK_STR(str_of(seen), living);
	casework_close(r.cw);
}

/* ---- a life ---- */

static void a_round(struct life *l)
{
	for (unsigned n = chance(&l->o, 14); n && !test_bad; n--)
		do_deed(l);
	look_at_record(l);
	CHECK(office_as_expected(&l->o));
	if (test_bad)
		return;
	switch (chance(&l->o, 18)) {
	case 0: case 1: case 2: live_side_by_side(l); break;
	case 3: case 4: case 5: hindered_deed(l); break;
	case 6: case 7: case 8: hindered_time(l); break;
	case 9: case 10: case 11: a_burst(l); break;
	case 12: end_and_begin(l); break;
	case 13: back_up(l); break;
	case 14: restore_some_moment(l); break;
	case 15: second_process(l); break;
	case 16: repeat(l); break;
	default: break;
	}
	if (!test_bad)
		let_time_pass(l);
	arena_reset(&l->o.k.a);
}

static void told_abort(int signal_number)
{
	char line[100];
	int n = snprintf(line, sizeof line, "FAIL in life %llu (rerun: BANJIE_TEST_SEED=%llu BANJIE_TEST_LIVES=1)\n", (unsigned long long)life_number, (unsigned long long)life_number);
	(void)!write(STDERR_FILENO, line, (size_t)n);
	(void)signal(signal_number, SIG_DFL);
	(void)raise(signal_number);
}

static void live(const struct office *born, uint64_t number, struct life *all)
{
	enum { ROUNDS = 30 };
	struct life l = { .o = *born, .number = number };
	char row[40];
	life_number = number;
	snprintf(row, sizeof row, "life %llu", (unsigned long long)number);
	ROW(row);
	l.o.dice = number * 7919 + 1;
	arena_init(&l.o.k.a, 512 << 20);
	arena_init(&l.o.keep, 64 << 20);
	os_entropy_seeded(&l.o.k.entropy, number);
	l.entries = calloc(ENTRIES_MAX, sizeof *l.entries);
	l.feed = calloc(1, sizeof *l.feed);
	if (!l.entries || !l.feed)
		abort();
	disk_load();
	CHECK(open_life(&l));
	for (int i = 0; i < ROUNDS && l.o.k.cw && !test_bad; i++)
		a_round(&l);
	if (l.o.k.cw && !test_bad) {
		struct kernel t;
		CHECK(holds(&l.o.k));
		CHECK(twin_begin(&l, &t) && office_same(&l.o, &t, 4));
		twin_end(&t);
	}
	close_kernel(&l.o.k);
	all->o.done += l.o.done;
	all->o.refused += l.o.refused;
	all->known += l.known;
	all->twins += l.twins;
	all->faults += l.faults;
	all->told_of += l.told_of;
	all->cuts += l.cuts;
	all->restored += l.restored;
	all->batches += l.batches;
	free(l.entries);
	free(l.feed);
	arena_release(&l.o.k.a);
	arena_release(&l.o.keep);
	ROW(NULL);
}

static bool place(void)
{
	dir = test_folder("office");
	snprintf(path, sizeof path, "%s/city.db", dir);
	snprintf(twin_path, sizeof twin_path, "%s/twin.db", dir);
	snprintf(out_path, sizeof out_path, "%s/out.db", dir);
	for (int i = 0; i < ARCHIVES_MAX; i++)
		snprintf(archive_paths[i], sizeof archive_paths[i], "%s/archive%d", dir, i);
	char key_path[180];
	snprintf(key_path, sizeof key_path, "%s/key", dir);
	return archive_key_make(key_path, &key, NULL) == OK;
}

TEST(whatever_befalls_it_an_office_says_what_its_record_says)
{
	const char *from = getenv("BANJIE_TEST_SEED"), *lives = getenv("BANJIE_TEST_LIVES");
	int64_t seed = 1, n = getenv("BANJIE_TEST_LONG") ? 400 : 2;
	struct office born;
	struct life all = { .number = 0 };
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	if (from)
		n = str_to_i64(str_of(from), &seed);
	if (lives)
		(void)str_to_i64(str_of(lives), &n);
	(void)signal(SIGABRT, told_abort);
	disk_install();
	REQUIRE(place() && office_build(&born, path));
	close_kernel(&born.k);
	disk_save();
	for (int64_t i = 0; i < n && !test_bad; i++)
		live(&born, (uint64_t)(seed + i), &all);
	printf("  %d commands done, %d refused, %lld entries; %d times a fresh system beside, %d batches, %d faults, of %d told, %d power cuts, %d times restored\n", all.o.done, all.o.refused,
	       (long long)all.known, all.twins, all.batches, all.faults, all.told_of, all.cuts, all.restored);
	arena_release(&born.k.a);
	arena_release(&born.keep);
	disk_wipe();
	test_folder_remove(dir);
}

TEST_MAIN
