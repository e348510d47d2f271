/* work.c - threads for slow jobs, with a bounded ring before them, in two lanes: what takes a moment (password hashes) never waits behind what
 * may take minutes (a proof of the whole record, asked for by somebody who presses again and again). */
#include "http/http_int.h"

enum { LANES = 2, WORKERS = 2, WAITING_MAX = 256 };

struct job {
	void (*run)(void *arg);
	void *arg;
};

struct lane {
	struct http_work *work;
	struct os_cond changed;
	struct job waiting[WAITING_MAX];
	size_t first, count, most;
};

struct http_work {
	struct os_mutex lock;
	struct lane lanes[LANES];
	bool stopping;
	struct os_thread *threads[LANES * WORKERS];
	size_t threads_count;
};

static void *work(void *arg)
{
	struct lane *l = arg;
	struct http_work *w = l->work;
	os_thread_name("work");
	os_mutex_lock(&w->lock);
	for (;;) {
		while (l->count == 0 && !w->stopping)
			os_cond_wait(&l->changed, &w->lock);
		if (l->count == 0)
			break; /* stopping, and every job has been done */
		struct job j = l->waiting[l->first];
		l->first = (l->first + 1) % WAITING_MAX;
		l->count--;
		os_mutex_unlock(&w->lock);
		j.run(j.arg);
		os_mutex_lock(&w->lock);
	}
	os_mutex_unlock(&w->lock);
	return NULL;
}

enum err http_work_new(struct http_work **out)
{
	static const size_t most[LANES] = { [HTTP_WORK_SHORT] = WAITING_MAX, [HTTP_WORK_LONG] = HTTP_WORK_LONG_MAX };
	struct http_work *w = heap_alloc(sizeof *w);
	if (!w)
		return ERR_NOMEM;
	os_mutex_init(&w->lock);
	for (size_t i = 0; i < LANES; i++) {
		w->lanes[i].work = w;
		w->lanes[i].most = most[i];
		os_cond_init(&w->lanes[i].changed);
	}
	for (; w->threads_count < LANES * WORKERS; w->threads_count++) {
		enum err e = os_thread_start(&w->threads[w->threads_count], work, &w->lanes[w->threads_count % LANES]);
		if (e != OK) {
			http_work_stop(w);
			return e;
		}
	}
	*out = w;
	return OK;
}

void http_work_stop(struct http_work *w)
{
	if (!w)
		return;
	os_mutex_lock(&w->lock);
	w->stopping = true;
	for (size_t i = 0; i < LANES; i++)
		os_cond_broadcast(&w->lanes[i].changed);
	os_mutex_unlock(&w->lock);
	for (size_t i = 0; i < w->threads_count; i++)
		os_thread_join(w->threads[i]);
	for (size_t i = 0; i < LANES; i++)
		os_cond_destroy(&w->lanes[i].changed);
	os_mutex_destroy(&w->lock);
	heap_free(w);
}

enum err http_work_submit(struct http_server *s, enum http_work_kind kind, void (*job)(void *arg), void *arg)
{
	struct http_work *w = s->work;
	struct lane *l = &w->lanes[kind];
	os_mutex_lock(&w->lock);
	bool full = l->count == l->most;
	if (!full) {
		l->waiting[(l->first + l->count++) % WAITING_MAX] = (struct job){ job, arg };
		os_cond_signal(&l->changed);
	}
	os_mutex_unlock(&w->lock);
	return full ? ERR_BUSY : OK;
}
