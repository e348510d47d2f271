/* work.c - two threads for slow jobs: password hashes, PDF. A bounded ring before them. */
#include "http/http_int.h"

enum { WORKERS = 2, WAITING_MAX = 256 };

struct job {
	void (*run)(void *arg);
	void *arg;
};

struct http_work {
	struct os_mutex lock;
	struct os_cond changed;
	struct job waiting[WAITING_MAX];
	size_t first, count;
	bool stopping;
	struct os_thread *threads[WORKERS];
	size_t threads_count;
};

static void *work(void *arg)
{
	struct http_work *w = arg;
	os_thread_name("work");
	os_mutex_lock(&w->lock);
	for (;;) {
		while (w->count == 0 && !w->stopping)
			os_cond_wait(&w->changed, &w->lock);
		if (w->count == 0)
			break; /* stopping, and every job has been done */
		struct job j = w->waiting[w->first];
		w->first = (w->first + 1) % WAITING_MAX;
		w->count--;
		os_mutex_unlock(&w->lock);
		j.run(j.arg);
		os_mutex_lock(&w->lock);
	}
	os_mutex_unlock(&w->lock);
	return NULL;
}

enum err http_work_new(struct http_work **out)
{
	struct http_work *w = heap_alloc(sizeof *w);
	if (!w)
		return ERR_NOMEM;
	os_mutex_init(&w->lock);
	os_cond_init(&w->changed);
	for (; w->threads_count < WORKERS; w->threads_count++) {
		enum err e = os_thread_start(&w->threads[w->threads_count], work, w);
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
	os_cond_broadcast(&w->changed);
	os_mutex_unlock(&w->lock);
	for (size_t i = 0; i < w->threads_count; i++)
		os_thread_join(w->threads[i]);
	os_cond_destroy(&w->changed);
	os_mutex_destroy(&w->lock);
	heap_free(w);
}

enum err http_work_submit(struct http_server *s, void (*job)(void *arg), void *arg)
{
	struct http_work *w = s->work;
	os_mutex_lock(&w->lock);
	bool full = w->count == WAITING_MAX;
	if (!full) {
		w->waiting[(w->first + w->count++) % WAITING_MAX] = (struct job){ job, arg };
		os_cond_signal(&w->changed);
	}
	os_mutex_unlock(&w->lock);
	return full ? ERR_BUSY : OK;
}
