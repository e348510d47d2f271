/* patience.c - connections whose client is too slow are ended, so that they cannot use up what others need.
 *
 * The library ends a connection on which nothing happens. A client that sends one byte now and then is never quiet;
 * so each connection has a moment until which what it is doing must be done: a request's head within `patience_ms`, a
 * body or an answer within that and a second more for each SLOWEST_BYTES (of a body that does not say its length: for
 * each that has come). While a request is being answered by us, and while a stream runs, there is no such moment.
 * Whoever is late is shut down here; the library sees the end and tidies up.
 */
#include "http/http_int.h"

enum { SLOWEST_BYTES = 16 << 10, SWEEP_MS_MAX = 1000 };

struct http_line {
	struct http_line *next, *prev;
	int fd;
	_Atomic int64_t until_us; /* 0 = without end */
	bool shut;
	bool met; /* it has asked for something, or gone */
};

struct http_patience {
	struct os_worker worker;
	int64_t patience_us, idle_us, sweep_ms;
	struct http_line *lines;
	_Atomic int64_t *ended;
};

/* With the lock held, so that no descriptor is closed and used again meanwhile. */
static void sweep(struct http_patience *p)
{
	int64_t now = os_monotonic_us();
	for (struct http_line *l = p->lines; l; l = l->next) {
		int64_t until = atomic_load(&l->until_us);
		if (!until || until > now || l->shut)
			continue;
		l->shut = true;
		atomic_fetch_add(p->ended, 1);
		os_socket_shutdown(l->fd);
	}
}

static void *patience_main(void *arg)
{
	struct http_patience *p = arg;
	os_thread_name("patience");
	os_mutex_lock(&p->worker.lock);
	while (!p->worker.stopping) {
		os_cond_wait_ms(&p->worker.wake, &p->worker.lock, p->sweep_ms);
		sweep(p);
	}
	os_mutex_unlock(&p->worker.lock);
	return NULL;
}

enum err http_patience_new(int64_t patience_ms, int64_t idle_ms, _Atomic int64_t *ended, struct http_patience **out)
{
	struct http_patience *p = heap_alloc(sizeof *p);
	if (!p)
		return ERR_NOMEM;
	*p = (struct http_patience){ .patience_us = patience_ms * 1000, .idle_us = idle_ms * 1000, .ended = ended };
	p->sweep_ms = patience_ms / 2 < SWEEP_MS_MAX ? patience_ms / 2 + 1 : SWEEP_MS_MAX;
	os_worker_init(&p->worker);
	*out = p;
	return os_worker_start(&p->worker, patience_main, p);
}

void http_patience_free(struct http_patience *p)
{
	if (!p)
		return;
	os_worker_stop(&p->worker);
	base_assert(!p->lines);
	os_worker_release(&p->worker);
	heap_free(p);
}

struct http_line *http_line_open(struct http_patience *p, int fd)
{
	struct http_line *l = heap_alloc(sizeof *l);
	if (!l)
		return NULL; /* a connection without a moment is merely watched by the library alone */
	l->fd = fd;
	atomic_store(&l->until_us, os_monotonic_us() + p->patience_us + p->idle_us);
	os_mutex_lock(&p->worker.lock);
	l->next = p->lines;
	if (l->next)
		l->next->prev = l;
	p->lines = l;
	os_mutex_unlock(&p->worker.lock);
	return l;
}

void http_line_close(struct http_patience *p, struct http_line *l)
{
	if (!l)
		return;
	os_mutex_lock(&p->worker.lock);
	if (l->next)
		l->next->prev = l->prev;
	if (l->prev)
		l->prev->next = l->next;
	else
		p->lines = l->next;
	os_mutex_unlock(&p->worker.lock);
	heap_free(l);
}

bool http_line_was_fresh(struct http_line *l)
{
	bool fresh = l && !l->met;
	if (fresh)
		l->met = true;
	return fresh;
}

void http_line_expect(const struct http_patience *p, struct http_line *l, enum http_wait what, uint64_t bytes)
{
	if (!l)
		return;
	int64_t now = os_monotonic_us(), most = p->patience_us + (int64_t)(bytes / SLOWEST_BYTES) * 1000000;
	int64_t until = what == HTTP_WAIT_OURS ? 0 : what == HTTP_WAIT_NEXT ? now + p->patience_us + p->idle_us : now + most;
	atomic_store(&l->until_us, until);
}

void http_line_extend(struct http_line *l, uint64_t bytes)
{
	if (l && atomic_load(&l->until_us))
		atomic_fetch_add(&l->until_us, (int64_t)(bytes * 1000000 / SLOWEST_BYTES));
}
