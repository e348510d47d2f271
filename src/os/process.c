/* process.c - what the program can learn of itself and its surroundings. */
#include "os/os.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct str os_program_dir(struct arena *a)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path);
	if (n <= 0 || (size_t)n >= sizeof path)
		return (struct str){ NULL, 0 };
	while (n > 1 && path[n - 1] != '/')
		n--;
	return arena_str(a, str_span(path, n > 1 ? (size_t)n - 1 : 1));
}

struct str os_env(const char *name)
{
	return str_of(getenv(name));
}

int os_socket_open(int family, int type, int protocol)
{
	return socket(family, type | SOCK_CLOEXEC, protocol);
}

void os_socket_close(int fd)
{
	close(fd);
}

bool os_tty(int fd)
{
	return isatty(fd) == 1;
}

int os_processors(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	int n = CPU_COUNT(&set);
	return n > 0 ? n : 1;
}

int64_t os_memory_resident(void)
{
	char text[128];
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof text);
	close(fd);
	struct str rest = str_span(text, n > 0 ? (size_t)n : 0);
	str_cut(&rest, ' '); /* the whole size comes first, then the resident pages */
	int64_t pages = 0;
	if (!rest.ptr || !str_to_i64(str_cut(&rest, ' '), &pages))
		return 0;
	return pages * sysconf(_SC_PAGESIZE);
}
