/* writer.c - group commit: waiting jobs in one transaction, a savepoint each.
 *
 * A batch is whatever waits when the last commit is done: one job when alone, hundreds
 * under load. It forms by itself because commits take time; nothing is ever delayed to
 * wait for company.
 */
#include "store/store_int.h"

/* Prepared once: parsing these for every job costs more than running them. */
static enum err run_statement(struct store *s, const char *sql)
{
	struct store_query *q;
	TRY(store_prepare(s->writer, sql, &q));
	return store_exec(q);
}

/* Runs one job in its savepoint. A refusal rolls back this job alone. */
static enum err run_in_savepoint(struct store *s, struct store_job *job)
{
	static const char begin[] = "SAVEPOINT job", back[] = "ROLLBACK TO job", end[] = "RELEASE job";
	TRY(run_statement(s, begin));
	enum err e = job->run(job, s->writer);
	if (e == OK)
		e = store_conn_settle(s->writer);
	if (e != OK)
		TRY(run_statement(s, back));
	TRY(run_statement(s, end));
	return e;
}

enum { BATCH_ROOM = 1024 };

enum err store_writer_begin(struct store *s)
{
	const struct store_driver *driver = s->writer->driver;
	TRY(store_conn_begin(s->writer));
	if (driver->turned && driver->turned(s->writer) && s->options.turned)
		s->options.turned(s->options.turned_arg);
	return OK;
}

/* The whole batch in one transaction, once. */
static enum err try_batch(struct store *s, struct store_job **jobs, enum err *errs, size_t n)
{
	enum err commit = store_writer_begin(s);
	for (size_t i = 0; i < n; i++)
		errs[i] = commit == OK ? run_in_savepoint(s, jobs[i]) : ERR_IO;
	if (commit == OK)
		commit = store_conn_commit(s->writer);
	if (commit != OK)
		store_conn_rollback(s->writer);
	return commit;
}

static void run_batch(struct store *s, struct store_job **jobs, enum err *errs, size_t n)
{
	enum { TRIES = 5 };
	enum err commit = ERR_BUSY;
	uint64_t refused = 0;
	for (int i = 0; i < TRIES && commit == ERR_BUSY; i++)
		commit = try_batch(s, jobs, errs, n);
	for (size_t i = 0; i < n; i++)
		refused += errs[i] != OK;
	os_mutex_lock(&s->lock);
	s->stats.commits++;
	s->stats.jobs += n;
	s->stats.refused += refused;
	os_mutex_unlock(&s->lock);
	for (size_t i = 0; i < n; i++)
		jobs[i]->done(jobs[i], commit != OK && errs[i] == OK ? ERR_IO : errs[i]);
}

static size_t take_batch(struct store *s, struct store_job **jobs)
{
	size_t n = 0, most = s->batch_max < BATCH_ROOM ? s->batch_max : BATCH_ROOM;
	os_mutex_lock(&s->lock);
	while (!s->head && !s->stopping)
		os_cond_wait(&s->wake, &s->lock);
	while (s->head && n < most) {
		jobs[n++] = s->head;
		s->head = s->head->next;
		s->queued--;
	}
	if (!s->head)
		s->tail = NULL;
	os_mutex_unlock(&s->lock);
	return n;
}

static void *writer_main(void *arg)
{
	struct store *s = arg;
	struct store_job *jobs[BATCH_ROOM];
	enum err errs[BATCH_ROOM];
	size_t n;
	while ((n = take_batch(s, jobs)) > 0)
		run_batch(s, jobs, errs, n);
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
	enum err e;
	if (s->in_batch) {
		e = run_in_savepoint(s, job);
		s->stats.jobs++;
		job->done(job, e);
		return;
	}
	run_batch(s, &job, &e, 1);
}

enum err store_submit(struct store *s, struct store_job *job)
{
	job->next = NULL;
	if (s->inline_writer) {
		run_inline(s, job);
		return OK;
	}
	os_mutex_lock(&s->lock);
	if (s->queued >= s->queue_max || s->stopping) {
		os_mutex_unlock(&s->lock);
		return ERR_BUSY;
	}
	if (s->tail)
		s->tail->next = job;
	else
		s->head = job;
	s->tail = job;
	if (s->queued++ == 0)
		os_cond_signal(&s->wake);
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

enum err store_batch_end(struct store *s)
{
	base_assert(s->in_batch);
	s->in_batch = false;
	s->stats.commits++;
	enum err e = store_conn_commit(s->writer);
	if (e != OK)
		store_conn_rollback(s->writer);
	return e;
}
