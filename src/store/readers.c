/* readers.c - the connections for reading: of a replica, of the writer where there is no other, or of the pool.
 *
 * A server gives as many connections as it has, and a process lives with those that it is given: whoever reads waits for one that is there,
 * and no other is asked for until a while later. Part of them is given back then, for another process may have none and no way to say so. Each takes
 * more while there are more and gives some back when there are none, so that all come to have their share. The last one is kept; the sessions
 * that write, listen and lead come first.
 */
#include <stdio.h>

#include "store/store_int.h"

/* ---- of a replica ---- */

enum { REPLICA_READERS_MAX = 16, REPLICA_AGAIN_US = 5000000 };

/* Not asked for a while: who comes meanwhile reads at the primary, and does not wait. */
static void replica_drop(struct store *s, struct store_conn *c)
{
	atomic_store(&s->replica_again_us, os_monotonic_us() + REPLICA_AGAIN_US);
	atomic_fetch_add(&s->stats.replica_away, 1);
	if (c)
		atomic_fetch_sub(&s->replica_readers, 1);
	store_conn_close(c);
}

static struct store_conn *replica_pooled(struct store *s)
{
	os_mutex_lock(&s->pool_lock);
	struct store_conn *c = s->replica_pool;
	if (c)
		s->replica_pool = c->next;
	os_mutex_unlock(&s->pool_lock);
	return c;
}

static void replica_back(struct store *s, struct store_conn *c)
{
	os_mutex_lock(&s->pool_lock);
	c->next = s->replica_pool;
	s->replica_pool = c;
	os_mutex_unlock(&s->pool_lock);
}

static struct store_conn *replica_open(struct store *s)
{
	struct store_conn *c = NULL;
	if (atomic_fetch_add(&s->replica_readers, 1) < REPLICA_READERS_MAX) {
		atomic_store(&s->replica_again_us, os_monotonic_us() + REPLICA_AGAIN_US); /* while one tries the others do not */
		if (s->driver->open(s->replica, &s->options, false, s->writer, &c, NULL) == OK) {
			atomic_store(&s->replica_again_us, 0);
			c->replica = true;
			return c;
		}
		replica_drop(s, NULL);
	}
	atomic_fetch_sub(&s->replica_readers, 1);
	return NULL;
}

/* A reader of the replica that shows nothing older than what is known to be committed; NULL: read at the primary. */
static struct store_conn *replica_take(struct store *s)
{
	if (!s->replica[0] || os_monotonic_us() < atomic_load(&s->replica_again_us))
		return NULL;
	struct store_conn *c = replica_pooled(s);
	if (!c)
		c = replica_open(s);
	if (!c)
		return NULL;
	s->driver->expect(c, atomic_load(&s->batches));
	enum err e = store_conn_begin(c);
	if (e == OK) {
		atomic_fetch_add(&s->stats.replica_reads, 1);
		return c;
	}
	if (e == ERR_BUSY) {
		atomic_fetch_add(&s->stats.replica_behind, 1);
		replica_back(s, c);
	} else {
		replica_drop(s, c);
	}
	return NULL;
}

static enum err replica_give(struct store *s, struct store_conn *c)
{
	enum err e = store_conn_commit(c);
	if (e == OK)
		replica_back(s, c);
	else
		replica_drop(s, c);
	return e;
}

/* ---- of the pool ---- */

enum { FIRST_WAIT_US = 30000000, WAIT_US = 5000000, STEP_MS = 100, AGAIN_US = 5000000, NONE_AGAIN_US = 250000, IDLE_US = 10000000, LOOK_US = 10000000 };

static void count_readers(struct store *s, int by)
{
	s->readers += by;
	atomic_store(&s->stats.readers, (uint64_t)s->readers);
}

/* Under the lock: what is owed, and what nobody has needed for long. The one used last is first in the pool. One that is being opened may not come to be: it is not
 * counted on. */
static struct store_conn *surplus(struct store *s)
{
	int64_t idle_us = os_monotonic_us() - IDLE_US;
	int there = 0, lively = 0;
	for (struct store_conn *c = s->pool; c; c = c->next, there++)
		lively += c->used_us > idle_us;
	int most = there < s->readers - s->opening ? there : there - 1, n = there - lively > s->owed ? there - lively : s->owed;
	n = n < most ? n : most;
	if (n <= 0)
		return NULL;
	struct store_conn **at = &s->pool, *out;
	for (int i = n; i < there; i++)
		at = &(*at)->next;
	out = *at;
	*at = NULL;
	s->owed = s->owed > n ? s->owed - n : 0;
	count_readers(s, -n);
	return out;
}

static void close_list(struct store_conn *list)
{
	while (list) {
		struct store_conn *c = list;
		list = c->next;
		store_conn_close(c);
	}
}

static void close_surplus(struct store *s)
{
	if (!s->driver->server)
		return;
	os_mutex_lock(&s->pool_lock);
	struct store_conn *list = surplus(s);
	os_mutex_unlock(&s->pool_lock);
	close_list(list);
}

void store_make_room(struct store *s)
{
	os_mutex_lock(&s->pool_lock);
	s->more_again_us = os_monotonic_us() + AGAIN_US;
	s->owed = s->owed ? s->owed : s->readers > 1;
	os_mutex_unlock(&s->pool_lock);
	close_surplus(s);
}

/* How long nothing was to be had says nothing of a server that is back. */
void store_is_there(struct store *s)
{
	os_mutex_lock(&s->pool_lock);
	s->none_again_us = s->none_since_us = 0;
	os_mutex_unlock(&s->pool_lock);
}

/* Who comes within that of one who waited in vain does so for a moment alone: he has all others behind him. */
enum { HINDERED_US = 10000000 };

void store_hinder(struct store *s, const char *words)
{
	os_mutex_lock(&s->pool_lock);
	atomic_store(&s->hindered_us, os_monotonic_us());
	bool tell = store_tells(&s->hindered_told_us);
	os_mutex_unlock(&s->pool_lock);
	if (tell)
		fprintf(stderr, "banjie: somebody has locked a table that pages read, and they are put off until he is done (pg_locks has him): %s\n", words);
}

bool store_hindered(const struct store *s)
{
	int64_t since = atomic_load(&s->hindered_us);
	return since && os_monotonic_us() - since < HINDERED_US;
}

/* Under the lock. Several may have asked at once: it is one answer to all of them. */
static void refused(struct store *s, const struct diag *d)
{
	int64_t now = os_monotonic_us();
	atomic_fetch_add(&s->stats.readers_refused, 1);
	if (now < s->more_again_us)
		return;
	s->more_again_us = now + AGAIN_US;
	s->owed = (s->readers + 2) / 4;
	if (store_tells(&s->refused_told_us))
		fprintf(stderr, "banjie: the database gives no further connection, reading goes on with %d: %s\n", s->readers, d->text);
}

/* Under the lock: a connection was not had, or was lost. Many may wait for one: the server is not asked by each of them, and the less the longer its answer takes. */
static void there_are_fewer(struct store *s, int64_t began_us)
{
	int64_t now = os_monotonic_us();
	if (!s->driver->server)
		return;
	s->none_again_us = now + NONE_AGAIN_US + 2 * (now - began_us);
	if (s->readers == s->opening && !s->none_since_us)
		s->none_since_us = now;
}

/* Under the lock, which is dropped meanwhile. *d: of the last attempt. */
static enum err one_more(struct store *s, struct store_conn **out, struct diag *d)
{
	diag_init(d);
	count_readers(s, 1);
	s->opening++;
	os_mutex_unlock(&s->pool_lock);
	int64_t began_us = os_monotonic_us();
	enum err e = store_conn_open(s, false, out, d);
	os_mutex_lock(&s->pool_lock);
	s->opening--;
	if (e == OK)
		return OK;
	count_readers(s, -1);
	there_are_fewer(s, began_us);
	if (s->driver->server)
		refused(s, d);
	os_cond_signal(&s->pool_free);
	return e;
}

/* There was none for so long that nobody is asked to wait any more: there are few threads for people, and each that waits keeps others from pages that need
 * no database. */
static bool given_up(const struct store *s, int64_t now)
{
	return s->thread && s->readers == s->opening && s->none_since_us && now - s->none_since_us > WAIT_US;
}

static enum err from_pool(struct store *s, int64_t end_us, struct store_conn **out, struct diag *d)
{
	enum err e = ERR_IO;
	os_mutex_lock(&s->pool_lock);
	for (;;) {
		int64_t now = os_monotonic_us();
		bool full = s->readers == STORE_READERS_MAX;
		if ((*out = s->pool)) {
			s->pool = s->pool->next;
			e = OK;
			break;
		}
		if (!full && now >= (s->readers ? s->more_again_us : s->none_again_us) && ((e = one_more(s, out, d)) == OK || !s->driver->server))
			break;
		if (!full && (now >= end_us || given_up(s, now)))
			break;
		if (!s->pool)
			(void)os_cond_wait_ms(&s->pool_free, &s->pool_lock, STEP_MS);
	}
	os_mutex_unlock(&s->pool_lock);
	return e;
}

/* One that is there may have been lost, and all the others with it: who reads is given the next, or a new one, as long as he waits. */
static enum err pool_take(struct store *s, struct store_conn **out)
{
	int64_t end_us = os_monotonic_us() + WAIT_US, began_us;
	struct store_conn *c;
	struct diag d;
	enum err e;
	do {
		TRY(from_pool(s, end_us, &c, &d));
		began_us = os_monotonic_us();
		e = store_conn_begin(c);
		os_mutex_lock(&s->pool_lock);
		if (e == OK) {
			s->none_since_us = 0;
		} else {
			count_readers(s, -1);
			there_are_fewer(s, began_us);
			if (s->more_again_us < s->none_again_us)
				s->more_again_us = s->none_again_us; /* a new one may be refused its first question too */
			os_cond_signal(&s->pool_free);
		}
		os_mutex_unlock(&s->pool_lock);
		if (e == OK)
			*out = c;
		else
			store_conn_close(c);
	} while (e != OK && s->driver->server && os_monotonic_us() < end_us);
	return e;
}

static void pool_give(struct store *s, struct store_conn *c)
{
	os_mutex_lock(&s->pool_lock);
	c->next = s->pool;
	c->used_us = os_monotonic_us();
	s->pool = c;
	os_cond_signal(&s->pool_free);
	os_mutex_unlock(&s->pool_lock);
	close_surplus(s);
}

/* Is there room for one more? Who has several in steady use and wants no other would never hear that somebody has none. */
static void look_for_room(struct store *s)
{
	struct diag d;
	diag_init(&d);
	os_mutex_lock(&s->pool_lock);
	int64_t now = os_monotonic_us();
	bool look = s->readers > 1 && s->readers < STORE_READERS_MAX && now >= s->more_again_us && now >= s->looked_us + LOOK_US;
	s->looked_us = look ? now : s->looked_us;
	os_mutex_unlock(&s->pool_lock);
	if (!look || s->driver->room(s->path, &d) == OK)
		return;
	os_mutex_lock(&s->pool_lock);
	refused(s, &d);
	os_mutex_unlock(&s->pool_lock);
}

void store_readers_rest(struct store *s)
{
	if (s->driver->server)
		look_for_room(s);
	close_surplus(s);
}

enum err store_readers_first(struct store *s, struct diag *d)
{
	struct store_conn *c;
	struct diag why;
	diag_init(&why);
	enum err e = from_pool(s, os_monotonic_us() + FIRST_WAIT_US, &c, &why);
	if (e == OK)
		pool_give(s, c);
	else if (d)
		*d = why;
	return e;
}

void store_readers_close(struct store *s)
{
	close_list(s->pool);
	close_list(s->replica_pool);
}

/* ---- whichever it is ---- */

enum err store_reader_take(struct store *s, struct store_conn **out)
{
	if ((*out = replica_take(s)))
		return OK;
	if (!s->inline_writer)
		return pool_take(s, out);
	if (s->options.reading && s->inline_readers == 0)
		TRY(store_conn_begin(s->writer));
	s->inline_readers++;
	*out = s->writer;
	return OK;
}

enum err store_reader_take_newest(struct store *s, struct store_conn **out)
{
	return s->replica[0] ? pool_take(s, out) : ERR_UNSUPPORTED;
}

static void count_ways(struct store *s, struct store_conn *c)
{
	atomic_fetch_add(&s->stats.reading_ways, c->ways);
	c->ways = 0;
}

static enum err end_reading(struct store_conn *c)
{
	enum err e = store_conn_commit(c);
	if (e != OK)
		store_conn_rollback(c);
	return e;
}

/* Without a transaction of its own the reading has a fault to tell, if it met one, and leaves none behind. */
static enum err inline_give(struct store *s, struct store_conn *c)
{
	if (--s->inline_readers > 0)
		return OK;
	if (s->options.reading)
		return end_reading(c);
	return c->driver->fault ? c->driver->fault(c) : OK;
}

enum err store_answered(struct store_conn *c)
{
	enum err e = c->driver->lost ? c->driver->lost(c) : OK;
	return e == OK && c->driver->fault ? c->driver->fault(c) : e;
}

void store_reader_ends(struct store_conn *c, _Atomic bool *give_up)
{
	c->ends = c->driver->ends != NULL;
	if (c->ends)
		c->driver->ends(c, give_up);
}

enum err store_reader_give(struct store *s, struct store_conn *c)
{
	if (!c)
		return OK;
	if (c->ends)
		store_reader_ends(c, s->options.give_up);
	c->ends = false;
	if (!s->inline_writer || c->replica)
		count_ways(s, c);
	if (c->replica)
		return replica_give(s, c);
	if (s->inline_writer)
		return inline_give(s, c);
	enum err e = end_reading(c);
	pool_give(s, c);
	return e;
}

/* ---- round what is damaged ---- */

static enum err begin_around(struct store_conn *c, const char *const *whole)
{
	TRY(c->driver->around(c, whole));
	return store_conn_begin(c);
}

enum err store_around_take(struct store *s, const char *const *whole, struct store_conn **out)
{
	struct store_conn *c;
	if (!s->driver->around || !os_file_exists(s->path))
		return ERR_UNSUPPORTED;
	TRY(store_conn_open(s, false, &c, NULL));
	enum err e = begin_around(c, whole);
	if (e == OK)
		*out = c;
	else
		store_conn_close(c);
	return e;
}

void store_around_give(struct store_conn *c)
{
	store_conn_rollback(c);
	store_conn_close(c);
}

bool store_around_learn(struct store_conn *c)
{
	store_conn_rollback(c);
	bool learnt = c->driver->learn(c);
	return store_conn_begin(c) == OK && learnt;
}

bool store_around_passed(struct store_conn *c)
{
	return c->driver->passed(c);
}
