/* watch.c - the thread that waits for the next due moment. */
#include "watch/watch.h"

#include <stdatomic.h>

#include "os/os.h"

struct watch {
	struct watch_source source;
	struct os_worker worker;
	_Atomic bool nudged;
};

int64_t watch_wait_ms(int64_t now_ms, int64_t next_ms)
{
	if (next_ms <= now_ms)
		return 0;
	/* Compared before subtracting: next_ms may be INT64_MAX and now_ms negative. */
	if (now_ms < 0 || next_ms - now_ms > WATCH_WAIT_MS_MAX)
		return WATCH_WAIT_MS_MAX;
	return next_ms - now_ms;
}

/* Waits up to ms of real time, less when stopped or (if asked to listen) nudged. */
static bool wait_unless_stopped(struct watch *w, int64_t ms, bool listen)
{
	int64_t until_us = os_monotonic_us() + ms * 1000;
	os_mutex_lock(&w->worker.lock);
	while (!w->worker.stopping && !(listen && w->nudged)) {
		int64_t left_ms = (until_us - os_monotonic_us() + 999) / 1000;
		if (left_ms <= 0)
			break;
		(void)os_cond_wait_ms(&w->worker.wake, &w->worker.lock, left_ms);
	}
	bool go_on = !w->worker.stopping;
	os_mutex_unlock(&w->worker.lock);
	return go_on;
}

/* One round of firing; how long to rest afterwards. */
static int64_t tick(struct watch *w)
{
	struct diag d;
	diag_init(&d);
	int64_t next_ms = INT64_MAX;
	atomic_store(&w->nudged, false); /* before the tick: what comes during it asks for another */
	if (w->source.tick(w->source.arg, &next_ms, &d) != OK) {
		if (w->source.failed)
			w->source.failed(w->source.arg, &d);
		return WATCH_RETRY_MS;
	}
	int64_t rest_ms = watch_wait_ms(w->source.now_ms(w->source.arg), next_ms);
	return rest_ms ? rest_ms : WATCH_PAUSE_MS; /* something that stays due must not spin */
}

static void *run(void *arg)
{
	struct watch *w = arg;
	int64_t rest_ms;
	os_thread_name("watch");
	do {
		rest_ms = tick(w);
		if (!wait_unless_stopped(w, rest_ms < WATCH_PAUSE_MS ? rest_ms : WATCH_PAUSE_MS, false))
			break;
	} while (wait_unless_stopped(w, rest_ms > WATCH_PAUSE_MS ? rest_ms - WATCH_PAUSE_MS : 0, true));
	return NULL;
}

enum err watch_start(const struct watch_source *source, struct watch **out)
{
	struct watch *w = heap_alloc(sizeof *w);
	if (!w)
		return ERR_NOMEM;
	w->source = *source;
	os_worker_init(&w->worker);
	enum err e = os_worker_start(&w->worker, run, w);
	if (e != OK) {
		watch_stop(w);
		return e;
	}
	*out = w;
	return OK;
}

void watch_nudge(struct watch *w)
{
	if (atomic_exchange(&w->nudged, true)) /* once a round: nobody is woken at every event of a busy house */
		return;
	os_mutex_lock(&w->worker.lock);
	os_cond_signal(&w->worker.wake);
	os_mutex_unlock(&w->worker.lock);
}

void watch_stop(struct watch *w)
{
	if (!w)
		return;
	os_worker_stop(&w->worker);
	os_worker_release(&w->worker);
	heap_free(w);
}
