/* attempts.c - attempts at guessing, counted over all processes that share a database. Where one process has the file to itself its
 * own count (http/throttle.h) is all there is, and nothing is written. Not part of the record.
 */
#include "casework/casework_int.h"

struct attempt {
	struct str name;
	int64_t now_ms, refill_ms, over_ms;
	int burst;
};

/* By digest: what somebody tried to log in as is nobody's to read. */
static struct str digest_of(struct arena *a, const char *kind, struct str name)
{
	struct str text = arena_printf(a, "%s %.*s", kind, STR_ARG(name));
	return text.ptr ? secret_digest(a, text) : text;
}

/* A bucket is the moment at which it will be full again; one that is full is forgotten. */
static enum err take(void *arg, struct store_conn *c)
{
	struct attempt *t = arg;
	struct store_query *q;
	int64_t full = row_i64_str(c, "SELECT full_ms FROM attempt WHERE name=?1", t->name, t->now_ms);
	full = (full > t->now_ms ? full : t->now_ms) + t->refill_ms;
	t->over_ms = full - (t->now_ms + t->burst * t->refill_ms);
	TRY(store_prepare(c, "DELETE FROM attempt WHERE full_ms<=?1", &q));
	store_bind_i64(q, 1, t->now_ms);
	TRY(store_exec(q));
	if (t->over_ms > 0)
		return OK;
	TRY(store_prepare(c, "INSERT INTO attempt(name, full_ms) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET full_ms=?2", &q));
	store_bind_str(q, 1, t->name);
	store_bind_i64(q, 2, full);
	return store_exec(q);
}

static enum err forget(void *arg, struct store_conn *c)
{
	const struct attempt *t = arg;
	struct store_query *q;
	TRY(store_prepare(c, "DELETE FROM attempt WHERE name=?1", &q));
	store_bind_str(q, 1, t->name);
	return store_exec(q);
}

bool casework_attempt(struct casework *cw, const char *kind, struct str name, int burst, int64_t refill_ms, int64_t now_ms, int64_t *wait_ms)
{
	struct arena a;
	if (!cw->shared)
		return true;
	arena_init(&a, 1 << 20);
	struct attempt t = { .name = digest_of(&a, kind, name), .now_ms = now_ms, .refill_ms = refill_ms, .burst = burst };
	bool counted = t.name.ptr && store_run(cw->store, take, &t) == OK;
	arena_release(&a);
	if (!counted || t.over_ms <= 0)
		return true;
	*wait_ms = t.over_ms;
	return false;
}

void casework_attempt_forget(struct casework *cw, const char *kind, struct str name)
{
	struct arena a;
	if (!cw->shared)
		return;
	arena_init(&a, 1 << 20);
	struct attempt t = { .name = digest_of(&a, kind, name) };
	if (t.name.ptr && store_run(cw->store, forget, &t) != OK)
		fprintf(stderr, "banjie: attempts at logging in could not be forgotten; they end by themselves\n");
	arena_release(&a);
}
