/* thread.c - pthreads; a lock that cannot be taken is a bug. */
#include "os/os.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <time.h>

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct os_mutex), "os_mutex is too small");
_Static_assert(sizeof(pthread_cond_t) <= sizeof(struct os_cond), "os_cond is too small");

struct os_thread {
	pthread_t id;
};

static pthread_mutex_t *mutex_of(struct os_mutex *m)
{
	return (pthread_mutex_t *)(void *)m->opaque;
}

static pthread_cond_t *cond_of(struct os_cond *c)
{
	return (pthread_cond_t *)(void *)c->opaque;
}

static void must(int result)
{
	base_assert(result == 0);
}

static _Atomic bool lacked;

enum err os_thread_start(struct os_thread **out, void *(*run)(void *), void *arg)
{
	struct os_thread *t = heap_alloc(sizeof *t);
	if (!t)
		return ERR_NOMEM;
	if (pthread_create(&t->id, NULL, run, arg) != 0) {
		heap_free(t);
		atomic_store(&lacked, true);
		return ERR_BUSY;
	}
	*out = t;
	return OK;
}

bool os_threads_lacked(void)
{
	return atomic_load(&lacked);
}

void os_thread_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name);
}

void os_thread_join(struct os_thread *t)
{
	must(pthread_join(t->id, NULL));
	heap_free(t);
}

void os_mutex_init(struct os_mutex *m)
{
	must(pthread_mutex_init(mutex_of(m), NULL));
}

void os_mutex_lock(struct os_mutex *m)
{
	must(pthread_mutex_lock(mutex_of(m)));
}

void os_mutex_unlock(struct os_mutex *m)
{
	must(pthread_mutex_unlock(mutex_of(m)));
}

void os_mutex_destroy(struct os_mutex *m)
{
	must(pthread_mutex_destroy(mutex_of(m)));
}

void os_cond_init(struct os_cond *c)
{
	pthread_condattr_t attr;
	must(pthread_condattr_init(&attr));
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC)); /* waits do not jump with the wall clock */
	must(pthread_cond_init(cond_of(c), &attr));
	must(pthread_condattr_destroy(&attr));
}

void os_cond_wait(struct os_cond *c, struct os_mutex *m)
{
	must(pthread_cond_wait(cond_of(c), mutex_of(m)));
}

bool os_cond_wait_ms(struct os_cond *c, struct os_mutex *m, int64_t ms)
{
	struct timespec until;
	must(clock_gettime(CLOCK_MONOTONIC, &until));
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	int result = pthread_cond_timedwait(cond_of(c), mutex_of(m), &until);
	base_assert(result == 0 || result == ETIMEDOUT);
	return result == 0;
}

void os_cond_signal(struct os_cond *c)
{
	must(pthread_cond_signal(cond_of(c)));
}

void os_cond_broadcast(struct os_cond *c)
{
	must(pthread_cond_broadcast(cond_of(c)));
}

void os_cond_destroy(struct os_cond *c)
{
	must(pthread_cond_destroy(cond_of(c)));
}

void os_worker_init(struct os_worker *w)
{
	os_mutex_init(&w->lock);
	os_cond_init(&w->wake);
	w->thread = NULL;
	w->stopping = false;
}

enum err os_worker_start(struct os_worker *w, void *(*run)(void *), void *arg)
{
	return os_thread_start(&w->thread, run, arg);
}

void os_worker_stop(struct os_worker *w)
{
	os_mutex_lock(&w->lock);
	w->stopping = true;
	os_cond_signal(&w->wake);
	os_mutex_unlock(&w->lock);
	if (w->thread)
		os_thread_join(w->thread);
	w->thread = NULL;
}

void os_worker_release(struct os_worker *w)
{
	os_cond_destroy(&w->wake);
	os_mutex_destroy(&w->lock);
}
