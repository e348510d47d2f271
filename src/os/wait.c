/* wait.c - a thread that waits for a socket and can be woken by another. */
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "os/os.h"

int os_wake_open(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void os_wake(int wake)
{
	uint64_t one = 1;
	ssize_t n = write(wake, &one, sizeof one);
	(void)n; /* full means that it is awake already */
}

bool os_wait_readable(int fd, int wake, int ms)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = wake, .events = POLLIN } };
	int n = poll(fds, 2, ms);
	return n > 0 && fds[0].revents && !fds[1].revents;
}
