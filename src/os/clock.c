/* clock.c - the wall clock and its simulated twin. */
#include "os/os.h"

#include <time.h>

static int64_t clock_us(clockid_t id)
{
	struct timespec t;
	int failed = clock_gettime(id, &t);
	base_assert(failed == 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t real_now_ms(struct os_clock *c)
{
	(void)c;
	return clock_us(CLOCK_REALTIME) / 1000;
}

static int64_t virtual_now_ms(struct os_clock *c)
{
	return __atomic_load_n(&c->virtual_ms, __ATOMIC_SEQ_CST);
}

struct os_clock *os_clock_real(void)
{
	static struct os_clock clock = { .now_ms = real_now_ms, .machine = true };
	return &clock;
}

void os_clock_virtual(struct os_clock *c, int64_t ms)
{
	*c = (struct os_clock){ .now_ms = virtual_now_ms };
	os_clock_set(c, ms);
}

void os_clock_machine(struct os_clock *c, int64_t ms)
{
	os_clock_virtual(c, ms);
	c->machine = true;
}

void os_clock_jump(struct os_clock *c, int64_t by_ms)
{
	base_assert(c->now_ms == virtual_now_ms);
	(void)__atomic_add_fetch(&c->virtual_ms, by_ms, __ATOMIC_SEQ_CST);
	(void)__atomic_add_fetch(&c->jumped_ms, by_ms, __ATOMIC_SEQ_CST);
}

int64_t os_steady_ms(struct os_clock *c)
{
	if (c->now_ms == virtual_now_ms)
		return virtual_now_ms(c) - __atomic_load_n(&c->jumped_ms, __ATOMIC_SEQ_CST);
	return clock_us(CLOCK_BOOTTIME) / 1000;
}

void os_clock_set(struct os_clock *c, int64_t ms)
{
	base_assert(c->now_ms == virtual_now_ms);
	__atomic_store_n(&c->virtual_ms, ms, __ATOMIC_SEQ_CST);
}

int64_t os_monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}
