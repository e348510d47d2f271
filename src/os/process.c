/* process.c - what the program can learn of itself and its surroundings. */
#include "os/os.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A file that is opened takes the smallest number that is free: a lock, a database's socket would become what is complained into. */
static void standard_files(void)
{
	int fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	if (fd >= 0)
		close(fd);
}

void os_process_begin(void)
{
	standard_files();
	(void)signal(SIGXFSZ, SIG_IGN);
}

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

int os_files_max(int wanted)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return 1024;
	if (r.rlim_cur < (rlim_t)wanted) {
		r.rlim_cur = r.rlim_max < (rlim_t)wanted ? r.rlim_max : (rlim_t)wanted;
		(void)setrlimit(RLIMIT_NOFILE, &r);
		(void)getrlimit(RLIMIT_NOFILE, &r);
	}
	return r.rlim_cur > INT32_MAX ? INT32_MAX : (int)r.rlim_cur;
}

void *os_spool_open(const char *dir, size_t size)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	/* reserved now: a full disk is told here and not by a signal at the first write */
	void *p = posix_fallocate(fd, 0, (off_t)size) == 0 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

void os_spool_close(void *p, size_t size)
{
	munmap(p, size);
}

int64_t os_disk_free(const char *path)
{
	struct statvfs v;
	return statvfs(path, &v) == 0 ? (int64_t)v.f_bavail * (int64_t)v.f_frsize : -1;
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
