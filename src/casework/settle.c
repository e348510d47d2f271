/* settle.c - who tells the world what a view shows waits until that is on the disk. */
#include "casework/casework_int.h"

struct settled { struct store_wait wait; void (*done)(void *arg, enum err err); void *arg; };

static void tell_settled(struct store_wait *w, enum err e)
{
	struct settled *x = (struct settled *)w;
	x->done(x->arg, e);
}

bool casework_when_durable(struct casework *cw, struct arena *a, void (*done)(void *arg, enum err err), void *arg, enum err *e)
{
	struct settled *x = arena_new(a, struct settled);
	*e = ERR_NOMEM;
	if (!x)
		return false;
	*x = (struct settled){ { .done = tell_settled }, done, arg };
	return store_when_durable(cw->store, &x->wait, e);
}

struct settling { struct store_wait wait; struct os_mutex lock; struct os_cond cond; bool over; enum err err; };

static void end_settling(struct store_wait *w, enum err e)
{
	struct settling *x = (struct settling *)w;
	os_mutex_lock(&x->lock);
	x->over = true;
	x->err = e;
	os_cond_signal(&x->cond);
	os_mutex_unlock(&x->lock);
}

enum err casework_settle(struct casework *cw, struct diag *d)
{
	struct settling x = { .wait = { .done = end_settling } };
	os_mutex_init(&x.lock);
	os_cond_init(&x.cond);
	bool later = store_when_durable(cw->store, &x.wait, &x.err);
	os_mutex_lock(&x.lock);
	while (later && !x.over)
		os_cond_wait(&x.cond, &x.lock);
	os_mutex_unlock(&x.lock);
	os_cond_destroy(&x.cond);
	os_mutex_destroy(&x.lock);
	return x.err == OK ? OK : diag_set(d, x.err, "system.fault", "The disk does not take what was read just now.");
}
