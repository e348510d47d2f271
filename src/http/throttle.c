/* throttle.c - token buckets in a fixed table. Each bucket is the moment at which it is full again. */
#include "http/throttle.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/arena.h"
#include "os/os.h"

enum { PROBES = 8 };

struct bucket {
	uint64_t hash;   /* 0 = free */
	int64_t full_ms; /* when all tokens are back */
	int64_t seen_ms;
};

struct http_throttle {
	struct os_mutex lock;
	int burst;
	int64_t refill_ms;
	size_t count;
	struct bucket *buckets;
};

enum err http_throttle_new(int burst, int64_t refill_ms, size_t names_max, struct http_throttle **out)
{
	struct http_throttle *t = heap_alloc(sizeof *t);
	struct bucket *b = heap_alloc(names_max * sizeof *b);
	base_assert(burst > 0 && refill_ms > 0 && names_max >= PROBES);
	if (!t || !b) {
		heap_free(t);
		heap_free(b);
		return ERR_NOMEM;
	}
	os_mutex_init(&t->lock);
	t->burst = burst;
	t->refill_ms = refill_ms;
	t->count = names_max;
	t->buckets = b;
	*out = t;
	return OK;
}

void http_throttle_free(struct http_throttle *t)
{
	if (!t)
		return;
	os_mutex_destroy(&t->lock);
	heap_free(t->buckets);
	heap_free(t);
}

/* The name's bucket; else a free one or the one touched longest ago among its neighbours. */
static struct bucket *bucket_of(struct http_throttle *t, struct str name)
{
	uint64_t hash = str_hash(name) | 1;
	struct bucket *oldest = NULL;
	for (size_t i = 0; i < PROBES; i++) {
		struct bucket *b = &t->buckets[(hash + i) % t->count];
		if (b->hash == hash)
			return b;
		if (!oldest || (oldest->hash && (!b->hash || b->seen_ms < oldest->seen_ms)))
			oldest = b;
	}
	*oldest = (struct bucket){ .hash = hash };
	return oldest;
}

bool http_throttle_take(struct http_throttle *t, struct str name, int64_t now_ms, int64_t *wait_ms)
{
	os_mutex_lock(&t->lock);
	struct bucket *b = bucket_of(t, name);
	int64_t full = b->full_ms > now_ms ? b->full_ms : now_ms;
	int64_t over = full + t->refill_ms - (now_ms + t->burst * t->refill_ms);
	bool ok = over <= 0;
	b->seen_ms = now_ms;
	if (ok)
		b->full_ms = full + t->refill_ms;
	os_mutex_unlock(&t->lock);
	if (wait_ms)
		*wait_ms = ok ? 0 : over;
	return ok;
}

void http_throttle_reset(struct http_throttle *t, struct str name)
{
	os_mutex_lock(&t->lock);
	bucket_of(t, name)->full_ms = 0;
	os_mutex_unlock(&t->lock);
}

struct str http_throttle_caller(struct str address, char room[HTTP_CALLER_MAX])
{
	enum { NETWORK_BYTES = 8, V4_AT = 12 };
	struct in6_addr a;
	if (address.len >= HTTP_CALLER_MAX)
		return address;
	memcpy(room, address.ptr, address.len);
	room[address.len] = 0;
	if (inet_pton(AF_INET6, room, &a) != 1)
		return address;
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		inet_ntop(AF_INET, a.s6_addr + V4_AT, room, HTTP_CALLER_MAX);
		return str_of(room);
	}
	memset(a.s6_addr + NETWORK_BYTES, 0, sizeof a.s6_addr - NETWORK_BYTES);
	inet_ntop(AF_INET6, &a, room, HTTP_CALLER_MAX);
	return str_of(room);
}
