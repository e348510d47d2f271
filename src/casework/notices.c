/* notices.c - the holiday notices that the office has added to the shipped calendar, in the order they were added.
 *
 * Every period rests on them: a calendar that lacks one would count wrong days, and nobody could see it. So all of them are there and are what was
 * added, or there is no calendar. Where the table that lists them is damaged, the record gives the same list, when it is whole from its first entry on:
 * each `calendar.added` names the digest of its text. A text that is gone or is not what its digest says cannot be had from anywhere but a backup.
 */
#include "casework/backup_int.h"

static enum err put_above(struct casework *cw, const struct calendar **under, struct str text, struct diag *d)
{
	struct calendar *notice, *merged;
	struct str kept = arena_str(&cw->calendar_arena, text);
	if (!kept.ptr)
		return ERR_NOMEM;
	TRY(calendar_read(&cw->calendar_arena, kept, &notice, d));
	TRY(calendar_merge(&cw->calendar_arena, *under, notice, &merged, d));
	*under = merged;
	return OK;
}

enum err calendar_extend(struct casework *cw, struct str text, struct diag *d)
{
	os_mutex_lock(&cw->lock);
	enum err e = put_above(cw, &cw->calendar, text, d);
	os_mutex_unlock(&cw->lock);
	return e;
}

/* ---- what commands here put above it ---- */

struct calendar_step { uint64_t seq; const struct calendar *calendar; const struct calendar_step *before; };

/* Of several processes. */
static void carried_shared(struct casework *cw, const struct calendar_before *before, enum err e)
{
	os_mutex_lock(&cw->lock);
	bool alone = cw->calendar_committed == before->committed;
	if (e == OK)
		cw->calendar_pending = true;
	else if (alone)
		cw->calendar = before->calendar;
	else { /* another's notice came in between: all are put above it anew */
		cw->calendar = cw->calendar_committed;
		cw->next_id = 0;
	}
	os_mutex_unlock(&cw->lock);
}

struct calendar_before calendar_before(struct casework *cw)
{
	os_mutex_lock(&cw->lock);
	struct calendar_before before = { cw->calendar, cw->calendar_committed };
	os_mutex_unlock(&cw->lock);
	return before;
}

enum err calendar_carried(struct casework *cw, const struct calendar_before *before, uint64_t seq, enum err e)
{
	const struct calendar *now = calendar_now(cw);
	if (now == before->calendar)
		return e;
	if (cw->shared) {
		carried_shared(cw, before, e);
		return e;
	}
	os_mutex_lock(&cw->lock);
	struct calendar_step *step = e == OK ? arena_new(&cw->calendar_arena, struct calendar_step) : NULL;
	if (step) {
		*step = (struct calendar_step){ seq, now, cw->calendar_steps };
		cw->calendar_steps = step;
	} else {
		cw->calendar = before->calendar;
	}
	os_mutex_unlock(&cw->lock);
	return e == OK && !step ? ERR_NOMEM : e;
}

/* Where this process has added one, its transaction shows that one too, committed or not: what is read then is kept only if it is. */
static enum err settle_shared(struct casework *cw, struct store_conn *c)
{
	if (cw->calendar_pending && !cw->calendar_unsure) {
		os_mutex_lock(&cw->lock);
		cw->calendar_sure = cw->calendar_committed;
		cw->notice_sure = cw->notice;
		cw->calendar_unsure = true;
		os_mutex_unlock(&cw->lock);
	}
	TRY(notices_load(cw, c, NULL));
	os_mutex_lock(&cw->lock);
	cw->calendar = cw->calendar_committed;
	os_mutex_unlock(&cw->lock);
	return OK;
}

enum err calendar_settle(struct casework *cw, struct store_conn *c, uint64_t seq)
{
	if (cw->shared)
		return settle_shared(cw, c);
	while (cw->calendar_steps && cw->calendar_steps->seq > seq)
		cw->calendar_steps = cw->calendar_steps->before;
	os_mutex_lock(&cw->lock);
	cw->calendar = cw->calendar_steps ? cw->calendar_steps->calendar : cw->calendar_committed;
	os_mutex_unlock(&cw->lock);
	return OK;
}

void calendar_turned(struct casework *cw)
{
	if (!cw->shared || !cw->calendar_pending)
		return;
	os_mutex_lock(&cw->lock);
	if (cw->calendar_unsure) {
		cw->calendar_committed = cw->calendar_sure;
		cw->notice = cw->notice_sure;
	}
	cw->calendar_unsure = false;
	cw->calendar = cw->calendar_committed;
	os_mutex_unlock(&cw->lock);
}

void calendar_confirmed(struct casework *cw)
{
	if (cw->shared)
		cw->calendar_pending = cw->calendar_unsure = false;
}

/* ---- those that were there, or are another process's ---- */

/* Above both: what the writer may be putting above the calendar at this moment stays. */
static enum err take_notice(struct casework *cw, int64_t id, struct str text, struct diag *d)
{
	os_mutex_lock(&cw->lock);
	bool same = cw->calendar == cw->calendar_committed, known = id <= cw->notice; /* by another thread in between */
	enum err e = known ? OK : put_above(cw, &cw->calendar_committed, text, d);
	if (e == OK && same)
		cw->calendar = cw->calendar_committed;
	else if (e == OK && !known)
		e = put_above(cw, &cw->calendar, text, d);
	if (e == OK && !known)
		cw->notice = id;
	os_mutex_unlock(&cw->lock);
	return e;
}

static enum err take_text(struct casework *cw, struct store_conn *c, int64_t id, struct str digest, struct str name, struct diag *d)
{
	uint8_t want[LEDGER_HASH], got[LEDGER_HASH];
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT bytes FROM content WHERE digest=?1", &q));
	store_bind_str(q, 1, digest);
	enum err e = store_step(q, &row);
	struct str text = e == OK && row ? store_col_str(q, 0) : (struct str){ NULL, 0 };
	ledger_digest(text.ptr ? text : S(""), got);
	if (e == OK && (!row || !str_from_hex(digest, want, LEDGER_HASH) || memcmp(want, got, LEDGER_HASH) != 0))
		e = ERR_CORRUPT;
	if (e == ERR_CORRUPT)
		return diag_set(d, e, "calendar.text", "in the table content, the text of the notice “%.*s” (%.*s) is missing or is not what was added", STR_ARG(name), STR_ARG(digest));
	TRY(e);
	TRY(take_notice(cw, id, text, d));
	store_reset(q);
	return OK;
}

static enum err take_listed(struct casework *cw, struct store_conn *c, const struct json *list, struct diag *d)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct json *n = &list->items[i];
		TRY(take_text(cw, c, json_i64(json_get(n, "id"), 0), json_text(json_get(n, "digest")), json_text(json_get(n, "name")), d));
	}
	return OK;
}

static enum err from_rows(struct casework *cw, struct store_conn *c, struct json_build *list)
{
	struct store_query *q;
	os_mutex_lock(&cw->lock);
	int64_t known = cw->notice;
	os_mutex_unlock(&cw->lock);
	TRY(store_prepare(c, "SELECT id, digest, name FROM calendar_source WHERE id>?1 ORDER BY id", &q));
	store_bind_i64(q, 1, known);
	for (;;) {
		bool row;
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		json_build_object(&o, list->arena);
		json_set_i64(&o, "id", store_col_i64(q, 0));
		json_set_str(&o, "digest", store_col_copy(q, 1, list->arena));
		json_set_str(&o, "name", store_col_copy(q, 2, list->arena));
		json_add(list, json_built(&o));
	}
}

/* An entry that is missing or is not what was written could be a notice. */
static enum err from_record(struct store_conn *c, struct json_build *list, struct diag *d)
{
	struct store_query *q;
	struct ledger_entry e, last = { .seq = 0 };
	bool row;
	TRY(store_prepare(c, "SELECT " ENTRY_COLUMNS " FROM ledger ORDER BY seq", &q));
	store_stream(q);
	for (;;) {
		const struct json *data;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		entry_read(q, &e);
		TRY(ledger_follow(&last, &e, d));
		if (!str_eqz(e.kind, "calendar.added"))
			continue;
		struct str payload = arena_str(list->arena, e.payload);
		if (!payload.ptr)
			return diag_set(d, ERR_CORRUPT, "calendar.entry", "the record's entry %llu has no text", (unsigned long long)e.seq);
		TRY(json_read(list->arena, payload, &data, d));
		json_add(list, data);
	}
}

struct look { struct casework *cw; bool record; size_t count; struct diag *d; };

static enum err look_and_take(void *arg, struct store_conn *c)
{
	enum { LIST_MAX = 16 << 20 };
	struct look *l = arg;
	struct arena a;
	struct json_build list;
	arena_init(&a, LIST_MAX);
	json_build_array(&list, &a);
	enum err e = l->record ? from_record(c, &list, l->d) : from_rows(l->cw, c, &list);
	if (e == OK)
		e = list.failed;
	if (e == OK)
		e = take_listed(l->cw, c, &list.value, l->d);
	l->count = list.value.count;
	arena_release(&a);
	return e;
}

enum err notices_load(struct casework *cw, struct store_conn *c, struct diag *d)
{
	struct look l = { .cw = cw, .d = d };
	return cw->shared ? look_and_take(&l, c) : OK; /* of a file nobody else has added one */
}

/* The record instead. Of one process alone: another's later notice would be in neither calendar. */
static enum err begin_from_record(struct casework *cw, const struct calendar *shipped, struct diag *why)
{
	struct look entries = { .cw = cw, .record = true, .d = why };
	if (cw->shared)
		return diag_set(why, ERR_CORRUPT, "calendar.table", "the table calendar_source is damaged");
	fprintf(stderr, "banjie: the holiday notices in the table calendar_source cannot be read; they are read from the record, all of which is looked at\n");
	cw->calendar = cw->calendar_committed = shipped;
	enum err e = casework_read(cw, look_and_take, &entries);
	if (e == ERR_CORRUPT)
		return diag_set(why, e, "calendar.table", "the tables calendar_source and ledger, which both name them, are damaged");
	TRY(e);
	fprintf(stderr, "banjie: the holiday notices of the record (%zu) are in the calendar, as they were added; none can be added until the table is mended: `banjie verify`"
	                " names the place, docs/backup.md what to do\n", entries.count);
	return OK;
}

enum err notices_begin(struct casework *cw, const char *path, struct diag *d)
{
	const struct calendar *shipped = cw->calendar_committed;
	struct diag why;
	diag_init(&why);
	struct look rows = { .cw = cw, .d = &why };
	enum err e = casework_read(cw, look_and_take, &rows);
	if (e == ERR_CORRUPT && why.err == OK) /* a text that is gone the record has neither */
		e = begin_from_record(cw, shipped, &why);
	if (e == ERR_CORRUPT)
		return diag_set(d, e, "calendar.unreadable", "%s is not served: the holiday notices added to its calendar cannot be read, and without them periods might be counted wrong."
		                " Restore it from a backup (banjie restore, docs/backup.md). What is damaged: %s", path, why.text);
	if (why.err != OK && d)
		*d = why;
	return e;
}
