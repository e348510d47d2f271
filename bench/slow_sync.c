/* slow_sync.c - a disk that takes its time: preloaded, every sync waits SLOW_SYNC_US microseconds more. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_some(void)
{
	const char *text = getenv("SLOW_SYNC_US");
	long us = text ? strtol(text, NULL, 10) : 0;
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };
	if (us > 0)
		nanosleep(&t, NULL);
}

static int then_really(const char *name, int fd)
{
	int (*really)(int) = (int (*)(int))(size_t)dlsym(RTLD_NEXT, name);
	wait_some();
	return really ? really(fd) : -1;
}

int fsync(int fd)
{
	return then_really("fsync", fd);
}

int fdatasync(int fd)
{
	return then_really("fdatasync", fd);
}
