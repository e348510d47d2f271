/* crowd.h - jobs that are handed to the writer all at once, so that they are a batch or a few. */
#ifndef TESTS_STORE_CROWD_H
#define TESTS_STORE_CROWD_H

#include "os/os.h"
#include "store/store.h"

struct crowd { struct os_mutex lock; struct os_cond all; int left; };

/* The first member of what a test hands in; `job.run` is the test's. */
struct crowd_job {
	struct store_job job;
	enum err err; /* what became of it */
	struct crowd *crowd;
};

static void crowd_done(struct store_job *job, enum err err)
{
	struct crowd_job *w = (struct crowd_job *)job;
	w->err = err;
	os_mutex_lock(&w->crowd->lock);
	if (--w->crowd->left == 0)
		os_cond_signal(&w->crowd->all);
	os_mutex_unlock(&w->crowd->lock);
}

/* The jobs, each `size` bytes behind the one before; returns when all are done. False: one was not taken. */
static bool crowd_run(struct store *s, void *jobs, size_t size, int n)
{
	struct crowd crowd = { .left = n };
	bool taken = true;
	os_mutex_init(&crowd.lock);
	os_cond_init(&crowd.all);
	for (int i = 0; i < n; i++) {
		struct crowd_job *job = (struct crowd_job *)((char *)jobs + (size_t)i * size);
		job->job.done = crowd_done;
		job->crowd = &crowd;
		taken = store_submit(s, &job->job) == OK && taken;
	}
	os_mutex_lock(&crowd.lock);
	while (taken && crowd.left)
		os_cond_wait(&crowd.all, &crowd.lock);
	os_mutex_unlock(&crowd.lock);
	os_cond_destroy(&crowd.all);
	os_mutex_destroy(&crowd.lock);
	return taken;
}

#endif
