/* session_memory.c - sessions in a bounded table: a chained hash over a fixed array.
 * When full, the session seen longest ago among a few makes room. */
#include "http/http_int.h"

enum { BUCKETS = 1 << 14, LOOK_AT = 8 };

struct slot {
	struct http_session session; /* key "" = free */
	uint32_t next;               /* index + 1 in the bucket's chain, or in the free list */
};

struct http_memory_sessions {
	struct os_mutex lock;
	struct slot *slots;
	size_t max, used; /* used: slots ever taken */
	uint32_t free, buckets[BUCKETS];
	size_t hand; /* where the search for a victim goes on */
};

static uint32_t *bucket_of(struct http_memory_sessions *m, const char *key)
{
	return &m->buckets[str_hash(str_of(key)) % BUCKETS];
}

static struct slot *find(struct http_memory_sessions *m, const char *key)
{
	for (uint32_t i = *bucket_of(m, key); i; i = m->slots[i - 1].next)
		if (strcmp(m->slots[i - 1].session.key, key) == 0)
			return &m->slots[i - 1];
	return NULL;
}

static void unlink_slot(struct http_memory_sessions *m, const char *key)
{
	for (uint32_t *at = bucket_of(m, key); *at; at = &m->slots[*at - 1].next) {
		uint32_t i = *at;
		if (strcmp(m->slots[i - 1].session.key, key) != 0)
			continue;
		*at = m->slots[i - 1].next;
		m->slots[i - 1] = (struct slot){ .next = m->free };
		m->free = i;
		return;
	}
}

static void make_room(struct http_memory_sessions *m)
{
	struct slot *oldest = NULL;
	for (size_t n = 0; n < LOOK_AT; n++) {
		struct slot *s = &m->slots[m->hand++ % m->max];
		if (s->session.key[0] && (!oldest || s->session.seen_ms < oldest->session.seen_ms))
			oldest = s;
	}
	base_assert(oldest != NULL);
	char key[65];
	memcpy(key, oldest->session.key, sizeof key);
	unlink_slot(m, key);
}

static enum err get(void *arg, const char *key, struct http_session *out)
{
	struct http_memory_sessions *m = arg;
	os_mutex_lock(&m->lock);
	struct slot *s = find(m, key);
	if (s)
		*out = s->session;
	os_mutex_unlock(&m->lock);
	return s ? OK : ERR_NOT_FOUND;
}

static enum err put(void *arg, const struct http_session *session, void (*done)(void *of, enum err e), void *of)
{
	struct http_memory_sessions *m = arg;
	os_mutex_lock(&m->lock);
	struct slot *s = find(m, session->key);
	if (!s) {
		if (!m->free && m->used == m->max)
			make_room(m);
		uint32_t i = m->free ? m->free : (uint32_t)++m->used;
		s = &m->slots[i - 1];
		if (i == m->free)
			m->free = s->next;
		uint32_t *head = bucket_of(m, session->key);
		s->next = *head;
		*head = i;
	}
	s->session = *session;
	os_mutex_unlock(&m->lock);
	done(of, OK);
	return OK;
}

static void touch(void *arg, const struct http_session *session)
{
	struct http_memory_sessions *m = arg;
	os_mutex_lock(&m->lock);
	struct slot *s = find(m, session->key);
	if (s)
		s->session = *session;
	os_mutex_unlock(&m->lock);
}

static enum err drop(void *arg, const char *key, void (*done)(void *of, enum err e), void *of)
{
	struct http_memory_sessions *m = arg;
	os_mutex_lock(&m->lock);
	unlink_slot(m, key);
	os_mutex_unlock(&m->lock);
	if (done)
		done(of, OK);
	return OK;
}

enum err http_memory_sessions_new(size_t max, struct http_memory_sessions **out, struct http_session_store *store)
{
	struct http_memory_sessions *m = heap_alloc(sizeof *m);
	struct slot *slots = heap_alloc(max * sizeof *slots);
	if (!m || !slots) {
		heap_free(m);
		heap_free(slots);
		return ERR_NOMEM;
	}
	m->slots = slots;
	m->max = max;
	os_mutex_init(&m->lock);
	*store = (struct http_session_store){ m, get, put, touch, drop };
	*out = m;
	return OK;
}

void http_memory_sessions_free(struct http_memory_sessions *m)
{
	if (!m)
		return;
	os_mutex_destroy(&m->lock);
	heap_free(m->slots);
	heap_free(m);
}
