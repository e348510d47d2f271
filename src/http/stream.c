/* stream.c - server-sent events (WHATWG HTML, "Server-sent events").
 *
 * Each client has a small queue. When it is empty the connection sleeps (suspended) and a
 * publisher or the heartbeat wakes it; writing to a client that has gone is how we notice.
 * Locks are taken in the order registry, stream. */
#include "http/http_int.h"

enum { STREAMS_MAX = 2000, QUEUE_MAX = 64 << 10, HEARTBEAT_MS = 15000, RETRY_MS = 2000 };

struct http_stream {
	struct http_stream *next, *prev;
	struct http_streams *owner;
	struct os_mutex lock;
	struct MHD_Connection *conn;
	char topics[HTTP_TOPICS_MAX][HTTP_TOPIC_MAX];
	size_t topics_count;
	struct buf queue;
	size_t sent; /* of the queue */
	bool asleep, ending;
};

struct http_streams {
	struct os_mutex lock;
	struct os_cond changed;
	struct http_stream *first;
	int64_t count;
	bool stopping;
	struct os_thread *heart;
};

/* The stream's lock is held. */
static void wake(struct http_stream *st)
{
	if (!st->asleep)
		return;
	st->asleep = false;
	MHD_resume_connection(st->conn);
}

static void put_event(struct http_stream *st, struct str event, struct str data)
{
	buf_printf(&st->queue, "event: %.*s\n", STR_ARG(event));
	for (struct str rest = data; rest.ptr;) {
		struct str line = str_cut(&rest, '\n');
		buf_printf(&st->queue, "data: %.*s\n", STR_ARG(line));
	}
	buf_byte(&st->queue, '\n');
}

/* Too slow a client forgets what it has not read and is told to load the page anew. */
static void send_event(struct http_stream *st, struct str event, struct str data)
{
	size_t before = st->queue.len;
	put_event(st, event, data);
	if (st->queue.failed != OK) {
		/* an event half sent must be finished, or the next one would be glued to it */
		struct str unsent = str_sub(buf_str(&st->queue), st->sent, before);
		ptrdiff_t end = st->sent ? str_find(unsent, S("\n\n")) : -1;
		size_t keep = end < 0 ? 0 : (size_t)end + 2;
		if (keep)
			memmove(st->queue.ptr, unsent.ptr, keep);
		buf_clear(&st->queue);
		st->queue.len = keep;
		st->sent = 0;
		put_event(st, S("reload"), S("{}"));
	}
	wake(st);
}

static bool hears(const struct http_stream *st, const char *topic)
{
	for (size_t i = 0; i < st->topics_count; i++)
		if (strcmp(st->topics[i], topic) == 0)
			return true;
	return false;
}

void http_publish(struct http_server *s, const char *topic, const char *event, struct str data)
{
	struct http_streams *all = s->streams;
	os_mutex_lock(&all->lock);
	for (struct http_stream *st = all->first; st; st = st->next) {
		if (!hears(st, topic))
			continue;
		os_mutex_lock(&st->lock);
		send_event(st, str_of(event), data);
		os_mutex_unlock(&st->lock);
	}
	os_mutex_unlock(&all->lock);
}

static void *beat(void *arg)
{
	struct http_streams *all = arg;
	os_thread_name("streams");
	os_mutex_lock(&all->lock);
	while (!all->stopping) {
		if (os_cond_wait_ms(&all->changed, &all->lock, HEARTBEAT_MS))
			continue;
		for (struct http_stream *st = all->first; st; st = st->next) {
			os_mutex_lock(&st->lock);
			if (st->asleep)
				buf_putz(&st->queue, ": still here\n\n");
			wake(st);
			os_mutex_unlock(&st->lock);
		}
	}
	os_mutex_unlock(&all->lock);
	return NULL;
}

/* ---- one client ---- */

static ptrdiff_t take(struct http_stream *st, char *to, size_t room)
{
	size_t n = st->queue.len - st->sent;
	if (n == 0)
		return 0;
	if (n > room)
		n = room;
	memcpy(to, st->queue.ptr + st->sent, n);
	st->sent += n;
	if (st->sent == st->queue.len) {
		buf_clear(&st->queue);
		st->sent = 0;
	}
	return (ptrdiff_t)n;
}

static ssize_t read_stream(void *cls, uint64_t pos, char *to, size_t room)
{
	struct http_stream *st = cls;
	(void)pos;
	os_mutex_lock(&st->lock);
	ptrdiff_t n = take(st, to, room);
	bool ending = st->ending;
	if (n == 0 && !ending) {
		MHD_suspend_connection(st->conn);
		st->asleep = true;
	}
	os_mutex_unlock(&st->lock);
	return n == 0 && ending ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void unlist(struct http_stream *st)
{
	struct http_streams *all = st->owner;
	os_mutex_lock(&all->lock);
	if (st->prev)
		st->prev->next = st->next;
	else
		all->first = st->next;
	if (st->next)
		st->next->prev = st->prev;
	all->count--;
	os_cond_broadcast(&all->changed);
	os_mutex_unlock(&all->lock);
}

static void free_stream(void *cls)
{
	struct http_stream *st = cls;
	unlist(st);
	os_mutex_destroy(&st->lock);
	buf_release(&st->queue);
	heap_free(st);
}

struct MHD_Response *http_stream_response(struct http_stream *st, struct MHD_Connection *conn)
{
	st->conn = conn;
	struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, st, free_stream);
	if (!r)
		free_stream(st);
	return r;
}

/* Puts it among the others; false when there are too many or the server is stopping. */
static bool enlist(struct http_streams *all, struct http_stream *st)
{
	os_mutex_lock(&all->lock);
	bool ok = all->count < STREAMS_MAX && !all->stopping;
	if (ok) {
		st->next = all->first;
		if (all->first)
			all->first->prev = st;
		all->first = st;
		all->count++;
	}
	os_mutex_unlock(&all->lock);
	return ok;
}

enum err http_stream_open(struct http_request *rq, struct http_reply *re, const char *const *topics, size_t n, struct str first)
{
	struct http_stream *st = n <= HTTP_TOPICS_MAX ? heap_alloc(sizeof *st) : NULL;
	if (!st)
		return n <= HTTP_TOPICS_MAX ? ERR_NOMEM : ERR_LIMIT;
	os_mutex_init(&st->lock);
	buf_init(&st->queue, QUEUE_MAX);
	for (size_t i = 0; i < n; i++) {
		base_assert(strlen(topics[i]) < HTTP_TOPIC_MAX);
		memcpy(st->topics[i], topics[i], strlen(topics[i]) + 1);
	}
	st->topics_count = n;
	st->owner = rq->server->streams;
	buf_printf(&st->queue, "retry: %d\n\n", RETRY_MS);
	if (first.len)
		put_event(st, S("first"), first);
	if (st->queue.failed != OK || !enlist(st->owner, st)) {
		os_mutex_destroy(&st->lock);
		buf_release(&st->queue);
		heap_free(st);
		return ERR_BUSY;
	}
	re->stream = st;
	re->status = 200;
	http_header_set(re, "Content-Type", S("text/event-stream"));
	http_header_set(re, "X-Accel-Buffering", S("no"));
	return OK;
}

/* ---- all of them ---- */

enum err http_streams_new(struct http_streams **out)
{
	struct http_streams *all = heap_alloc(sizeof *all);
	if (!all)
		return ERR_NOMEM;
	os_mutex_init(&all->lock);
	os_cond_init(&all->changed);
	enum err e = os_thread_start(&all->heart, beat, all);
	if (e != OK) {
		http_streams_free(all);
		return e;
	}
	*out = all;
	return OK;
}

int64_t http_streams_count(struct http_streams *all)
{
	os_mutex_lock(&all->lock);
	int64_t n = all->count;
	os_mutex_unlock(&all->lock);
	return n;
}

void http_streams_stop(struct http_streams *all)
{
	if (!all)
		return;
	os_mutex_lock(&all->lock);
	all->stopping = true;
	os_cond_broadcast(&all->changed);
	for (struct http_stream *st = all->first; st; st = st->next) {
		os_mutex_lock(&st->lock);
		st->ending = true;
		wake(st);
		os_mutex_unlock(&st->lock);
	}
	os_mutex_unlock(&all->lock);
	if (all->heart)
		os_thread_join(all->heart);
	all->heart = NULL;
}

void http_streams_free(struct http_streams *all)
{
	if (!all)
		return;
	base_assert(all->first == NULL);
	os_cond_destroy(&all->changed);
	os_mutex_destroy(&all->lock);
	heap_free(all);
}
