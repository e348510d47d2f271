/* entropy.c - the kernel's random bytes, and a seeded twin that repeats itself. */
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void ask_kernel(void *to, size_t n)
{
	unsigned char *p = to;
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		base_assert(got >= 0 || errno == EINTR);
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

/* Small pieces come from a thread's own store, and are wiped there as they leave: asking costs as much as hashing what they are for.
 * No process here goes on as two (a child is another program), so nobody sees a piece twice. */
static void real_fill(struct os_entropy *e, void *to, size_t n)
{
	enum { POOL = 256, SMALL = 32 };
	static _Thread_local unsigned char pool[POOL];
	static _Thread_local size_t left;
	(void)e;
	if (n > SMALL) {
		ask_kernel(to, n);
		return;
	}
	if (left < n) {
		ask_kernel(pool, POOL);
		left = POOL;
	}
	left -= n;
	memcpy(to, pool + left, n);
	explicit_bzero(pool + left, n);
}

/* splitmix64: every seed gives a full-period, well-mixed sequence. */
static uint64_t next_word(struct os_entropy *e)
{
	uint64_t z = e->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void seeded_fill(struct os_entropy *e, void *to, size_t n)
{
	unsigned char *p = to;
	for (size_t i = 0; i < n; i += 8) {
		uint64_t word = next_word(e);
		for (size_t k = i; k < n && k < i + 8; k++, word >>= 8)
			p[k] = (unsigned char)word; /* byte by byte: the same on every machine */
	}
}

struct os_entropy *os_entropy_real(void)
{
	static struct os_entropy entropy = { .fill = real_fill };
	return &entropy;
}

void os_entropy_seeded(struct os_entropy *e, uint64_t seed)
{
	*e = (struct os_entropy){ .fill = seeded_fill, .state = seed };
}
