/* writer.c - group commit: waiting jobs in one transaction, where one that refuses harms no other.
 *
 * A savepoint keeps a copy of every page that a job touches, more than its rows. Hence a batch is tried without: who refuses has
 * nearly always written nothing by then. If he has, the transaction is rolled back and the batch run again with a savepoint each.
 * Who needs what is damaged takes the whole transaction with him. Those before him are run again and committed without him, those
 * after him in a transaction of their own: a job is run a few times at most, however many are damaged.
 *
 * A batch is whatever waits when the last commit is done: one job when alone, hundreds
 * under load. It forms by itself because commits take time; nothing is ever delayed to
 * wait for company. Where other processes write too, whoever comes while the turn is waited for goes with it.
 */
#include <stdio.h>

#include "store/flush.h"

/* Prepared once: parsing these for every job costs more than running them. */
static enum err run_statement(struct store *s, const char *sql)
{
	struct store_query *q;
	TRY(store_prepare(s->writer, sql, &q));
	return store_exec(q);
}

/* What was done is undone: nobody may remember it. */
static void forget(struct store *s)
{
	if (s->options.turned)
		s->options.turned(s->options.turned_arg);
}

/* What a job had no memory for it may have taken for nothing, and have refused for that reason. */
static enum err run_whole(struct store *s, struct store_job *job)
{
	size_t refused = heap_refusals();
	enum err e = job->run(job, s->writer);
	if ((e != OK && !err_is_refusal(e)) || heap_refusals() == refused)
		return e;
	forget(s);
	return ERR_NOMEM;
}

/* Runs one job in its savepoint. A refusal rolls back this job alone. */
static enum err run_in_savepoint(struct store *s, struct store_job *job)
{
	static const char begin[] = "SAVEPOINT job", back[] = "ROLLBACK TO job", end[] = "RELEASE job";
	TRY(run_statement(s, begin));
	enum err e = run_whole(s, job);
	if (e == OK && (e = store_conn_settle(s->writer)) != OK)
		forget(s);
	if (e != OK)
		TRY(run_statement(s, back));
	TRY(run_statement(s, end));
	return e;
}

enum {
	BATCH_ROOM = 1024,
	FAULTS_MOST = 32, /* one after the other: it is the disk, and nobody's own damage; the rest need not wait for it too */
	IDLE_MS = 1000, /* without a job: time for what is done beside them */
};

enum err store_writer_begin(struct store *s)
{
	const struct store_driver *driver = s->writer->driver;
	TRY(store_conn_begin(s->writer));
	if (driver->turned && driver->turned(s->writer))
		forget(s);
	else if (driver->doubted && driver->doubted(s->writer) && s->options.doubted)
		s->options.doubted(s->options.turned_arg);
	return OK;
}

static enum err commit_batch(struct store *s)
{
	if (s->flush)
		store_flush_committing(s->flush);
	return store_conn_commit(s->writer);
}

/* Jobs that are committed together; what each is told stands in it. */
struct batch {
	struct store_job **jobs;
	size_t n, hurt; /* whom the last try has lost its transaction by, for a fault of the disk met him alone; n: nobody */
};

/* Is the transaction lost, and was it this job that lost it? */
static bool is_hurt(struct store *s, struct batch *b, size_t i)
{
	const struct store_driver *driver = s->writer->driver;
	enum err e = driver->lost ? driver->lost(s->writer) : OK;
	if (e != ERR_CORRUPT && e != ERR_IO)
		return false;
	b->jobs[i]->err = e; /* it may have said that something is not there, for it could not be read */
	b->hurt = i;
	return true;
}

/* *spoilt: it refused and left something behind. */
static enum err run_bare(struct store *s, struct store_job *job, bool *spoilt)
{
	const struct store_driver *driver = s->writer->driver;
	int64_t before = driver->written(s->writer);
	enum err e = run_whole(s, job);
	*spoilt = e != OK && driver->written(s->writer) != before;
	return e;
}

/* The whole batch without savepoints. False: it was rolled back and is to be run again, for one job spoilt it for the others, or a
 * statement that nobody waited for has failed, and whose it was is not known. */
static bool try_bare(struct store *s, struct batch *b, enum err *commit)
{
	bool spoilt = false;
	*commit = s->begun ? s->turn : store_writer_begin(s);
	s->begun = false;
	for (size_t i = 0; i < b->n && !spoilt; i++) {
		b->jobs[i]->err = *commit == OK ? run_bare(s, b->jobs[i], &spoilt) : ERR_IO;
		if (*commit == OK && is_hurt(s, b, i)) {
			store_conn_rollback(s->writer);
			*commit = ERR_IO;
			return true;
		}
	}
	if (*commit == OK && !spoilt)
		*commit = commit_batch(s);
	else if (*commit == OK && store_conn_settle(s->writer) != OK)
		*commit = ERR_CONFLICT;
	if (*commit != OK || spoilt)
		store_conn_rollback(s->writer);
	return *commit != ERR_CONFLICT && (!spoilt || b->n == 1); /* who is alone has refused, and that is all */
}

static enum err try_with_savepoints(struct store *s, struct batch *b)
{
	enum err commit = store_writer_begin(s);
	for (size_t i = 0; i < b->n && b->hurt == b->n; i++) {
		b->jobs[i]->err = commit == OK ? run_in_savepoint(s, b->jobs[i]) : ERR_IO;
		if (commit == OK && is_hurt(s, b, i))
			commit = ERR_IO;
	}
	if (commit == OK)
		commit = commit_batch(s);
	if (commit != OK)
		store_conn_rollback(s->writer);
	return commit;
}

/* All of it in one transaction, once. */
static enum err try_once(struct store *s, struct batch *b)
{
	enum err commit;
	b->hurt = b->n;
	if (s->writer->driver->written) {
		if (try_bare(s, b, &commit))
			return commit;
		forget(s);
	}
	return try_with_savepoints(s, b);
}

/* What the database undid by no fault of its own is tried again. */
static enum err try_batch(struct store *s, struct batch *b)
{
	enum { TRIES = 5 };
	enum err commit = ERR_BUSY;
	for (int i = 0; i < TRIES && commit == ERR_BUSY; i++)
		commit = try_once(s, b);
	return commit;
}

/* Commits all of it, or those before one that is hurt, who is done with too. *done: so many know what they are told. */
static enum err commit_front(struct store *s, struct batch b, size_t *done)
{
	enum err commit = try_batch(s, &b);
	*done = b.n;
	while (b.hurt < b.n) {
		forget(s);
		b.n = b.hurt;
		*done = b.n + 1;
		commit = b.n ? try_batch(s, &b) : OK;
	}
	for (size_t i = 0; commit != OK && i < b.n; i++)
		b.jobs[i]->err = ERR_IO; /* who refused may have done so for what could not be read */
	return commit;
}

static void note_commit(struct store *s, enum err commit, bool committed)
{
	atomic_fetch_add(&s->stats.unwritten, commit != OK);
	if (commit != OK)
		atomic_store(&s->stats.unwritten_us, os_monotonic_us());
	else if (committed)
		atomic_store(&s->stats.unwritten_us, 0);
}

/* Who asked is told no more than that it did not go; why is for whoever looks after the server. */
static void tell_fault(struct store *s)
{
	if (s->driver->server && !s->inline_writer && store_tells(&s->unwritten_told_us))
		fprintf(stderr, "banjie: the database does not take what is to be written: %s\n", s->writer->driver->message(s->writer));
}

/* Leaves with every job what it is told: in their order, and none after a commit that failed. False: nothing is committed. */
static bool commit_jobs(struct store *s, struct store_job **jobs, size_t n)
{
	enum err commit = OK;
	bool committed = false;
	int faults = 0;
	for (size_t i = 0; i < n; i++)
		jobs[i]->err = ERR_IO;
	for (size_t at = 0, done; at < n && commit == OK && faults < FAULTS_MOST; at += done) {
		commit = commit_front(s, (struct batch){ .jobs = jobs + at, .n = n - at }, &done);
		committed = committed || commit == OK;
		faults = done == 1 && jobs[at]->err == ERR_IO ? faults + 1 : 0;
	}
	if (commit != OK)
		forget(s);
	note_commit(s, commit, committed);
	bool fault = commit != OK;
	for (size_t i = 0; i < n; i++) {
		fault |= jobs[i]->err == ERR_IO;
		atomic_fetch_add(&s->stats.refused, jobs[i]->err != OK);
		atomic_fetch_add(&s->stats.damaged, jobs[i]->err == ERR_CORRUPT);
	}
	if (fault)
		tell_fault(s);
	return committed;
}

/* After a sync that failed nothing is written until it is made good. */
static bool may_write(struct store *s, struct store_job **jobs, size_t n)
{
	if (!s->flush || store_flush_mend(s->flush) == OK)
		return true;
	for (size_t i = 0; i < n; i++)
		jobs[i]->err = ERR_IO;
	return false;
}

static void tell_jobs(struct store *s, struct store_job **jobs, size_t n, bool committed)
{
	if (s->flush) {
		store_flush_hand(s->flush, jobs, n, committed, atomic_load(&s->stats.queue) == 0);
		return;
	}
	if (s->writer->driver->batches)
		store_known(s, s->writer->driver->batches(s->writer));
	histogram_add(&s->stats.commit_us, STORE_FIRST_US, (uint64_t)(os_monotonic_us() - jobs[0]->began_us));
	for (size_t i = 0; i < n; i++)
		jobs[i]->done(jobs[i], jobs[i]->err);
}

/* Has the connection written anything that a sync would have to wait for? */
static int64_t written(const struct store *s)
{
	return s->writer->driver->written ? s->writer->driver->written(s->writer) : 0;
}

static size_t take_waiting(struct store *s, struct store_job **jobs, size_t most)
{
	size_t n = 0;
	while (s->head && n < most) {
		jobs[n++] = s->head;
		s->head = s->head->next;
		s->queued--;
	}
	if (!s->head)
		s->tail = NULL;
	atomic_store(&s->stats.queue, s->queued);
	return n;
}

/* The turn may be long in coming: then there are others by now. */
static size_t take_turn(struct store *s, struct store_job **jobs, size_t most)
{
	s->turn = store_writer_begin(s);
	s->begun = true;
	if (s->turn != OK)
		return 0;
	os_mutex_lock(&s->lock);
	size_t n = take_waiting(s, jobs, most);
	os_mutex_unlock(&s->lock);
	return n;
}

/* `most`: with those that come while the turn is waited for. */
static void run_batch(struct store *s, struct store_job **jobs, size_t n, size_t most)
{
	int64_t began = os_monotonic_us(), before = written(s);
	atomic_store(&s->stats.batch_since_us, began);
	if (s->writer->driver->turned)
		n += take_turn(s, jobs + n, most - n);
	histogram_add(&s->stats.batch_jobs, 1, n);
	for (size_t i = 0; i < n; i++) {
		int64_t waited = began - jobs[i]->queued_us;
		jobs[i]->began_us = i ? 0 : began;
		histogram_add(&s->stats.wait_us, STORE_FIRST_US, waited > 0 ? (uint64_t)waited : 0); /* who came while the turn was waited for: not at all */
	}
	bool committed = may_write(s, jobs, n) && commit_jobs(s, jobs, n) && written(s) != before;
	atomic_store(&s->stats.ways, s->writer->ways);
	atomic_store(&s->stats.batch_since_us, 0); /* who is told may come again at once; of a sync store_flush_since_us says */
	tell_jobs(s, jobs, n, committed);
}

/* A sync failed, and he who can make it good has not been there yet. */
static bool sync_failed(const struct store *s)
{
	return s->flush && store_flush_failed(s->flush);
}

static bool wants_leisure(const struct store *s)
{
	return s->writer->driver->restless && s->writer->driver->restless(s->writer);
}

/* With the lock held. False: nothing has come for a while. */
static bool wait_for_job(struct store *s)
{
	bool restless = store_checkpoint_restless(s->checkpoint) || (s->flush && store_flush_broken(s->flush)) || wants_leisure(s);
	while (!s->head && !s->stopping && !sync_failed(s)) {
		if (!restless)
			os_cond_wait(&s->wake, &s->lock);
		else if (!os_cond_wait_ms(&s->wake, &s->lock, IDLE_MS))
			return false;
	}
	return s->head || s->stopping;
}

/* *idle: nothing came for a while. Nothing taken and not idle: the end. */
static size_t take_batch(struct store *s, struct store_job **jobs, size_t most, bool *idle)
{
	os_mutex_lock(&s->lock);
	*idle = !wait_for_job(s);
	size_t n = take_waiting(s, jobs, most);
	os_mutex_unlock(&s->lock);
	return n;
}

/* Nothing came for a while, or a sync failed, or this is the end. */
static void use_leisure(struct store *s)
{
	if (s->flush && store_flush_mend(s->flush) != OK)
		return;
	if (wants_leisure(s))
		s->writer->driver->use_leisure(s->writer);
	store_checkpoint_idle(s->checkpoint);
}

static void *writer_main(void *arg)
{
	struct store *s = arg;
	struct store_job *jobs[BATCH_ROOM];
	size_t n, most = s->batch_max < BATCH_ROOM ? s->batch_max : BATCH_ROOM;
	bool idle;
	os_thread_name("writer");
	while ((n = take_batch(s, jobs, most, &idle)) > 0 || idle) {
		if (n)
			run_batch(s, jobs, n, most);
		else
			use_leisure(s);
		if (!store_refuses(s)) /* what may not be in the log is not copied into the file */
			store_checkpoint_between(s->checkpoint);
	}
	use_leisure(s);
	return NULL;
}

enum err store_writer_start(struct store *s)
{
	return os_thread_start(&s->thread, writer_main, s);
}

void store_writer_stop(struct store *s)
{
	os_mutex_lock(&s->lock);
	s->stopping = true;
	os_cond_broadcast(&s->wake);
	os_mutex_unlock(&s->lock);
	os_thread_join(s->thread);
	s->thread = NULL;
}

/* Inline: within an open batch only a savepoint, else a transaction of its own. */
static void run_inline(struct store *s, struct store_job *job)
{
	if (s->in_batch)
		job->done(job, run_in_savepoint(s, job));
	else
		run_batch(s, &job, 1, 1);
}

int64_t store_busy_since_us(const struct store *s)
{
	int64_t batch = atomic_load(&s->stats.batch_since_us), sync = s->flush ? store_flush_since_us(s->flush) : 0;
	return sync && (!batch || sync < batch) ? sync : batch;
}

bool store_refuses(const struct store *s)
{
	return s->flush && store_flush_broken(s->flush);
}

/* The disk does not answer, the server is away, its standby confirms nothing. Whoever comes now is told at once. */
static bool stands_still(const struct store *s)
{
	int64_t since = store_busy_since_us(s);
	return since && os_monotonic_us() - since > (int64_t)STORE_STILL_MS * 1000;
}

enum err store_submit(struct store *s, struct store_job *job)
{
	job->next = NULL;
	job->queued_us = os_monotonic_us();
	if (s->inline_writer) {
		run_inline(s, job);
		return OK;
	}
	os_mutex_lock(&s->lock);
	if (s->queued >= s->queue_max || s->stopping || stands_still(s)) {
		os_mutex_unlock(&s->lock);
		atomic_fetch_add(&s->stats.busy, 1);
		return ERR_BUSY;
	}
	if (s->tail)
		s->tail->next = job;
	else
		s->head = job;
	s->tail = job;
	if (s->queued++ == 0)
		os_cond_signal(&s->wake);
	atomic_store(&s->stats.queue, s->queued);
	os_mutex_unlock(&s->lock);
	return OK;
}

struct waiting_job {
	struct store_job job;
	enum err (*run)(void *arg, struct store_conn *c);
	void *arg;
	enum err result;
	bool finished;
	struct os_mutex lock;
	struct os_cond cond;
};

static enum err waiting_run(struct store_job *job, struct store_conn *c)
{
	struct waiting_job *w = (struct waiting_job *)job;
	return w->run(w->arg, c);
}

static void waiting_done(struct store_job *job, enum err err)
{
	struct waiting_job *w = (struct waiting_job *)job;
	os_mutex_lock(&w->lock);
	w->result = err;
	w->finished = true;
	os_cond_signal(&w->cond);
	os_mutex_unlock(&w->lock);
}

enum err store_run(struct store *s, enum err (*run)(void *arg, struct store_conn *c), void *arg)
{
	struct waiting_job w = { .job = { .run = waiting_run, .done = waiting_done }, .run = run, .arg = arg };
	os_mutex_init(&w.lock);
	os_cond_init(&w.cond);
	enum err e = store_submit(s, &w.job);
	if (e == OK) {
		os_mutex_lock(&w.lock);
		while (!w.finished)
			os_cond_wait(&w.cond, &w.lock);
		os_mutex_unlock(&w.lock);
		e = w.result;
	}
	os_cond_destroy(&w.cond);
	os_mutex_destroy(&w.lock);
	return e;
}

enum err store_batch_begin(struct store *s)
{
	base_assert(s->inline_writer && !s->in_batch);
	TRY(store_writer_begin(s));
	s->in_batch = true;
	return OK;
}

void store_batch_give_up(struct store *s)
{
	s->in_batch = false;
	store_conn_rollback(s->writer);
	forget(s);
}

enum err store_batch_end(struct store *s)
{
	base_assert(s->in_batch);
	enum err e = store_conn_commit(s->writer);
	if (e != OK)
		store_batch_give_up(s);
	s->in_batch = false;
	return e;
}
