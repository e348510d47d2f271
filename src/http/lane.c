/* lane.c - one thread stays free, whatever the others wait for.
 *
 * What answers a request may wait for a database that says nothing, and with all threads waiting nobody would hear even that the process lives. So there is one
 * thread more than requests that are worked at: who comes when there are so many sleeps until one is done, and is sent away where none is for long, unless
 * his request was begun already. As long as nobody sleeps it is waited for a moment first: threads that are only busy are free again within it, and a connection put to sleep
 * and woken costs more. What asks nothing of the database (HTTP_ROUTE_QUICK) passes by them.
 */
#include "http/http_int.h"

enum { LONG_US = 5000000, LOOK_MS = 500, MOMENT_MS = 20 };

struct http_lane {
	struct os_worker worker;
	struct os_cond freed;
	int room; /* so many more may be worked at */
	struct http_exchange *first, *last; /* who sleeps, the earliest first */
};

/* Who was woken and found no room after all keeps his place. */
static void lay_down(struct http_lane *l, struct http_exchange *ex)
{
	bool again = ex->asleep_us && !ex->waited_long;
	if (!again)
		ex->asleep_us = os_monotonic_us();
	ex->waited_long = false;
	ex->behind = again ? l->first : NULL;
	if (again || !l->first)
		l->first = ex;
	else
		l->last->behind = ex;
	if (!ex->behind)
		l->last = ex;
}

/* From the exchange's resumption on it may end at any moment; the server stays, for it is counted. */
static void wake(struct http_exchange *ex)
{
	struct http_server *s = ex->server;
	MHD_resume_connection(ex->conn);
	atomic_fetch_sub(&s->pending, 1);
}

/* The first that sleeps; `before_us`: if he fell asleep before. With the lock held. */
static struct http_exchange *take_first(struct http_lane *l, int64_t before_us)
{
	struct http_exchange *ex = l->first;
	if (!ex || ex->asleep_us > before_us)
		return NULL;
	l->first = ex->behind;
	if (!l->first)
		l->last = NULL;
	return ex;
}

/* With the lock held. */
static void wait_a_moment(struct http_lane *l)
{
	bool longer = true;
	while (longer && l->room <= 0 && !l->first)
		longer = os_cond_wait_ms(&l->freed, &l->worker.lock, MOMENT_MS);
}

bool http_lane_enter(struct http_exchange *ex)
{
	struct http_server *s = ex->server;
	struct http_lane *l = s->lane;
	os_mutex_lock(&l->worker.lock);
	wait_a_moment(l);
	bool in = l->room > 0 || atomic_load(&s->closed) || (ex->waited_long && !ex->started);
	if (in) {
		l->room--;
		ex->asleep_us = 0;
	} else {
		atomic_fetch_add(&s->pending, 1);
		http_line_expect(s->patience, ex->line, HTTP_WAIT_OURS, 0);
		MHD_suspend_connection(ex->conn);
		lay_down(l, ex);
	}
	os_mutex_unlock(&l->worker.lock);
	return in;
}

void http_lane_leave(struct http_server *s)
{
	struct http_lane *l = s->lane;
	os_mutex_lock(&l->worker.lock);
	struct http_exchange *ex = ++l->room > 0 ? take_first(l, INT64_MAX) : NULL;
	os_cond_signal(&l->freed);
	os_mutex_unlock(&l->worker.lock);
	if (ex)
		wake(ex);
}

/* Those who have slept for long: woken all together, for nobody else may do so. */
static void *look(void *arg)
{
	struct http_lane *l = arg;
	os_thread_name("lane");
	os_mutex_lock(&l->worker.lock);
	while (!l->worker.stopping) {
		os_cond_wait_ms(&l->worker.wake, &l->worker.lock, LOOK_MS);
		for (struct http_exchange *ex; (ex = take_first(l, os_monotonic_us() - LONG_US));) {
			ex->waited_long = true;
			os_mutex_unlock(&l->worker.lock);
			wake(ex);
			os_mutex_lock(&l->worker.lock);
		}
	}
	os_mutex_unlock(&l->worker.lock);
	return NULL;
}

enum err http_lane_new(int room, struct http_lane **out)
{
	struct http_lane *l = heap_alloc(sizeof *l);
	if (!l)
		return ERR_NOMEM;
	l->room = room;
	os_worker_init(&l->worker);
	os_cond_init(&l->freed);
	*out = l;
	return os_worker_start(&l->worker, look, l);
}

void http_lane_free(struct http_lane *l)
{
	if (!l)
		return;
	os_worker_stop(&l->worker);
	base_assert(!l->first);
	os_cond_destroy(&l->freed);
	os_worker_release(&l->worker);
	heap_free(l);
}
