/* attempts.c - attempts at guessing, counted over all processes that share a database. Where one process has the file to itself its
 * own count (http/throttle.h) is all there is, and nothing is written. Not part of the record.
 */
#include "casework/casework_int.h"

/* Whoever asks is a thread that answers pages: it does not stand still with the database. */
enum { WAIT_MS = 1000, NAME_MAX_BYTES = 96 };

/* Held by the writer until it is done with it, and by who asks until he has seen it or waits no longer. */
struct attempt {
	struct store_job job;
	char name[NAME_MAX_BYTES];
	int64_t now_ms, refill_ms, over_ms;
	int burst;
	bool forget, finished, counted;
	int holders;
	struct os_mutex lock;
	struct os_cond cond;
};

static void let_go(struct attempt *t)
{
	os_mutex_lock(&t->lock);
	bool last = --t->holders == 0;
	os_mutex_unlock(&t->lock);
	if (!last)
		return;
	os_cond_destroy(&t->cond);
	os_mutex_destroy(&t->lock);
	heap_free(t);
}

/* A bucket is the moment at which it will be full again; one that is full is forgotten. */
static enum err take(struct attempt *t, struct store_conn *c)
{
	struct store_query *q;
	int64_t full = row_i64_str(c, "SELECT full_ms FROM attempt WHERE name=?1", str_of(t->name), t->now_ms);
	full = (full > t->now_ms ? full : t->now_ms) + t->refill_ms;
	t->over_ms = full - (t->now_ms + t->burst * t->refill_ms);
	TRY(store_prepare(c, "DELETE FROM attempt WHERE full_ms<=?1", &q));
	store_bind_i64(q, 1, t->now_ms);
	TRY(store_exec(q));
	if (t->over_ms > 0)
		return OK;
	TRY(store_prepare(c, "INSERT INTO attempt(name, full_ms) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET full_ms=?2", &q));
	store_bind_str(q, 1, str_of(t->name));
	store_bind_i64(q, 2, full);
	return store_exec(q);
}

static enum err forget(struct attempt *t, struct store_conn *c)
{
	struct store_query *q;
	TRY(store_prepare(c, "DELETE FROM attempt WHERE name=?1", &q));
	store_bind_str(q, 1, str_of(t->name));
	return store_exec(q);
}

static enum err run(struct store_job *job, struct store_conn *c)
{
	struct attempt *t = (struct attempt *)job;
	return t->forget ? forget(t, c) : take(t, c);
}

static void done(struct store_job *job, enum err e)
{
	struct attempt *t = (struct attempt *)job;
	if (e != OK && t->forget)
		fprintf(stderr, "banjie: attempts at logging in could not be forgotten; they end by themselves\n");
	os_mutex_lock(&t->lock);
	t->finished = true;
	t->counted = e == OK;
	os_cond_signal(&t->cond);
	os_mutex_unlock(&t->lock);
	let_go(t);
}

/* By digest: what somebody tried to log in as is nobody's to read. */
static bool name_it(struct attempt *t, const char *kind, struct str name)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	struct str text = arena_printf(&a, "%s %.*s", kind, STR_ARG(name));
	struct str digest = text.ptr ? secret_digest(&a, text) : text;
	bool fits = digest.ptr && digest.len < sizeof t->name;
	if (fits)
		memcpy(t->name, digest.ptr, digest.len);
	arena_release(&a);
	return fits;
}

/* NULL: it could not be handed to the writer. */
static struct attempt *hand_over(struct casework *cw, const struct attempt *what, const char *kind, struct str name)
{
	struct attempt *t = heap_alloc(sizeof *t);
	if (!t)
		return NULL;
	*t = *what;
	t->job = (struct store_job){ .run = run, .done = done };
	t->holders = 2;
	os_mutex_init(&t->lock);
	os_cond_init(&t->cond);
	if (name_it(t, kind, name) && store_submit(cw->store, &t->job) == OK)
		return t;
	t->holders = 1;
	let_go(t);
	return NULL;
}

/* Who comes while a batch has been under way for as long already would wait in vain. */
static bool counted_by_now(struct casework *cw, struct attempt *t)
{
	int64_t since = store_busy_since_us(cw->store), now = os_monotonic_us(), end = (since ? since : now) + WAIT_MS * 1000;
	os_mutex_lock(&t->lock);
	while (!t->finished && now < end) {
		os_cond_wait_ms(&t->cond, &t->lock, (end - now) / 1000 + 1);
		now = os_monotonic_us();
	}
	bool counted = t->finished && t->counted;
	os_mutex_unlock(&t->lock);
	return counted;
}

bool casework_attempt(struct casework *cw, const char *kind, struct str name, int burst, int64_t refill_ms, int64_t now_ms, int64_t *wait_ms)
{
	const struct attempt what = { .now_ms = now_ms, .refill_ms = refill_ms, .burst = burst };
	struct attempt *t = cw->shared ? hand_over(cw, &what, kind, name) : NULL;
	if (!t)
		return true;
	int64_t over_ms = counted_by_now(cw, t) ? t->over_ms : 0;
	let_go(t);
	if (over_ms <= 0)
		return true;
	*wait_ms = over_ms;
	return false;
}

void casework_attempt_forget(struct casework *cw, const char *kind, struct str name)
{
	const struct attempt what = { .forget = true };
	struct attempt *t = cw->shared ? hand_over(cw, &what, kind, name) : NULL;
	if (t)
		let_go(t);
}
