/* flush.c - the sync beside the writer; flush.h says how. */
#include "store/flush.h"

enum { FLIGHT_MAX = 4096 }; /* jobs committed and not told; then the writer waits for the disk */

/* FAILED: a sync failed, the writer has not seen to it yet. BROKEN: he could not mend it. */
enum health { WELL, FAILED, BROKEN };

struct store_flush {
	struct store *s;
	struct store_flush_calls calls;
	struct os_worker worker;
	struct os_cond calm; /* of whoever waits for the end of a round */
	bool busy;           /* one round at a time, on either thread */
	_Atomic int health;
	_Atomic int64_t since_us;
	/* not told yet, in their order */
	struct store_job *first, **last;
	size_t in_flight;
	bool unsynced; /* some of it is in the log */
	/* Batches are numbered: those that readers may see, that were handed over, that are durable. */
	int64_t seen, handed, durable;
	struct store_wait *waits;
};

static void tell_jobs(struct store_job *j)
{
	while (j) {
		struct store_job *next = j->next;
		j->done(j, j->err);
		j = next;
	}
}

static void tell_waits(struct store_wait *w, enum err e)
{
	while (w) {
		struct store_wait *next = w->next;
		w->done(w, e);
		w = next;
	}
}

static struct store_job *take_jobs(struct store_flush *f)
{
	struct store_job *jobs = f->first;
	f->first = NULL;
	f->last = &f->first;
	return jobs;
}

/* Those whose moment is durable now, or all. */
static struct store_wait *take_waits(struct store_flush *f, bool all)
{
	struct store_wait *ready = NULL, **at = &f->waits;
	while (*at) {
		struct store_wait *w = *at;
		if (!all && w->batch > f->durable) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = ready;
		ready = w;
	}
	return ready;
}

static size_t count(const struct store_job *j)
{
	size_t n = 0;
	for (; j; j = j->next)
		n++;
	return n;
}

/* With the lock, which is let go while others are told. */
static void tell(struct store_flush *f, struct store_job *jobs, struct store_wait *waits, enum err e)
{
	size_t n = count(jobs);
	os_mutex_unlock(&f->worker.lock);
	tell_jobs(jobs);
	tell_waits(waits, e);
	os_mutex_lock(&f->worker.lock);
	f->in_flight -= n;
}

static void note_time(struct store_flush *f, const struct store_job *jobs)
{
	int64_t now = os_monotonic_us();
	for (const struct store_job *j = jobs; j; j = j->next)
		if (j->began_us)
			histogram_add(&f->s->stats.commit_us, STORE_FIRST_US, (uint64_t)(now - j->began_us));
}

static enum err sync_log(struct store_flush *f)
{
	atomic_store(&f->since_us, os_monotonic_us());
	enum err e = f->calls.sync(f->calls.arg);
	atomic_store(&f->since_us, 0);
	return e;
}

/* Before those that came meanwhile. */
static void give_back(struct store_flush *f, struct store_job *jobs)
{
	struct store_job **end = &jobs->next;
	while (*end)
		end = &(*end)->next;
	*end = f->first;
	if (!f->first)
		f->last = end;
	f->first = jobs;
}

/* With the lock: syncs what was handed over by now and tells whose it was. */
static void run_round(struct store_flush *f)
{
	int64_t handed = f->handed;
	bool needed = f->unsynced;
	struct store_job *jobs = take_jobs(f);
	f->unsynced = false;
	f->busy = true;
	os_mutex_unlock(&f->worker.lock);
	enum err e = needed ? sync_log(f) : OK;
	os_mutex_lock(&f->worker.lock);
	if (e == OK) {
		f->durable = handed;
		note_time(f, jobs);
		tell(f, jobs, take_waits(f, false), OK);
	} else {
		give_back(f, jobs);
		f->unsynced = true;
		atomic_store(&f->health, FAILED);
	}
	f->busy = false;
	os_cond_broadcast(&f->calm);
}

/* So that he sees to a failed sync also where nothing comes. */
static void call_writer(struct store *s)
{
	os_mutex_lock(&s->lock);
	os_cond_signal(&s->wake);
	os_mutex_unlock(&s->lock);
}

static bool something_to_tell(const struct store_flush *f)
{
	return f->first && !f->busy && atomic_load(&f->health) != FAILED;
}

static void *flush_main(void *arg)
{
	struct store_flush *f = arg;
	os_thread_name("flush");
	os_mutex_lock(&f->worker.lock);
	for (;;) {
		while (!f->worker.stopping && !something_to_tell(f))
			os_cond_wait(&f->worker.wake, &f->worker.lock);
		if (!something_to_tell(f))
			break;
		run_round(f);
		if (atomic_load(&f->health) == FAILED) {
			os_mutex_unlock(&f->worker.lock);
			call_writer(f->s);
			os_mutex_lock(&f->worker.lock);
		}
	}
	os_mutex_unlock(&f->worker.lock);
	return NULL;
}

void store_flush_committing(struct store_flush *f)
{
	os_mutex_lock(&f->worker.lock);
	f->seen = f->handed + 1;
	os_mutex_unlock(&f->worker.lock);
}

void store_flush_hand(struct store_flush *f, struct store_job **jobs, size_t n, bool committed, bool alone)
{
	os_mutex_lock(&f->worker.lock);
	for (size_t i = 0; i < n; i++) {
		jobs[i]->next = NULL;
		*f->last = jobs[i];
		f->last = &jobs[i]->next;
	}
	f->in_flight += n;
	f->seen = ++f->handed;
	f->unsynced = f->unsynced || committed;
	if (alone && something_to_tell(f))
		run_round(f);
	if (f->first)
		os_cond_signal(&f->worker.wake);
	while (f->in_flight > FLIGHT_MAX && atomic_load(&f->health) != FAILED)
		os_cond_wait(&f->calm, &f->worker.lock);
	os_mutex_unlock(&f->worker.lock);
}

bool store_flush_broken(const struct store_flush *f)
{
	return atomic_load(&f->health) != WELL;
}

bool store_flush_failed(const struct store_flush *f)
{
	return atomic_load(&f->health) == FAILED;
}

int64_t store_flush_since_us(const struct store_flush *f)
{
	return atomic_load(&f->since_us);
}

/* What is in the log and may not be on the disk was not saved, as far as anybody can say. */
static void fail_saved(struct store_job *j)
{
	for (; j; j = j->next)
		if (j->err == OK)
			j->err = ERR_IO;
}

enum err store_flush_mend(struct store_flush *f)
{
	if (!store_flush_broken(f))
		return OK;
	os_mutex_lock(&f->worker.lock);
	while (f->busy)
		os_cond_wait(&f->calm, &f->worker.lock);
	f->busy = true;
	os_mutex_unlock(&f->worker.lock);
	enum err e = f->calls.rescue(f->calls.arg);
	os_mutex_lock(&f->worker.lock);
	struct store_job *jobs = take_jobs(f);
	if (e == OK)
		f->durable = f->handed;
	else
		fail_saved(jobs);
	f->unsynced = false;
	atomic_store(&f->health, e == OK ? WELL : BROKEN);
	tell(f, jobs, take_waits(f, e != OK), e);
	f->busy = false;
	os_cond_broadcast(&f->calm);
	os_cond_signal(&f->worker.wake);
	os_mutex_unlock(&f->worker.lock);
	return e;
}

bool store_flush_wait(struct store_flush *f, struct store_wait *w, enum err *e)
{
	os_mutex_lock(&f->worker.lock);
	*e = atomic_load(&f->health) == BROKEN ? ERR_IO : OK; /* one that failed is about to be made good */
	bool later = *e == OK && f->durable < f->seen;
	if (later) {
		w->batch = f->seen;
		w->next = f->waits;
		f->waits = w;
	}
	os_mutex_unlock(&f->worker.lock);
	return later;
}

enum err store_flush_start(struct store *s, const struct store_flush_calls *calls, struct store_flush **out)
{
	struct store_flush *f = heap_alloc(sizeof *f);
	if (!f)
		return ERR_NOMEM;
	*f = (struct store_flush){ .s = s, .calls = *calls };
	f->last = &f->first;
	os_worker_init(&f->worker);
	os_cond_init(&f->calm);
	*out = f;
	return os_worker_start(&f->worker, flush_main, f);
}

void store_flush_stop(struct store_flush *f)
{
	if (!f)
		return;
	os_worker_stop(&f->worker);
	(void)store_flush_mend(f); /* the last sync failed, and the writer is gone */
	os_cond_destroy(&f->calm);
	os_worker_release(&f->worker);
	heap_free(f);
}
