/* every_call.c - preloaded, it answers one of a program's calls that write: for every_call.py.
 *
 * Calls that change a file or a folder are counted, in the file $CALLS_FILE: the count (8 bytes), then a letter each. At the call $CALLS_AT
 * comes what $CALLS_DO says: `kill` before it, `torn` after half of it, `short` half of it and nothing more, or the number of an error; with
 * $CALLS_ON at every call from there on, as of a disk that is full or goes read-only. What goes to a terminal, a pipe or a server is not counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LETTERS_MAX = 1 << 20 };
struct shared { _Atomic uint64_t count; char letters[LETTERS_MAX]; };

static struct shared *shared;
static uint64_t at;
static const char *act = "";
static int number; /* of an error; 0: the act has a name */
static bool on;

__attribute__((constructor)) static void begin(void)
{
	const char *file = getenv("CALLS_FILE"), *n = getenv("CALLS_AT");
	int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR) : -1;
	if (fd < 0)
		return;
	void *p = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	shared = p == MAP_FAILED ? NULL : p;
	at = n ? strtoull(n, NULL, 10) : 0;
	act = getenv("CALLS_DO") ? getenv("CALLS_DO") : "";
	number = (int)strtol(act, NULL, 10);
	on = getenv("CALLS_ON");
}

static void die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		pause();
}

/* Is it this call that something happens to? */
static bool counted(char letter)
{
	if (!shared)
		return false;
	uint64_t n = atomic_fetch_add(&shared->count, 1) + 1;
	if (n < LETTERS_MAX)
		shared->letters[n - 1] = letter;
	return at && (n == at || (on && n > at));
}

/* True: the call is answered, by an error. */
static bool answered(char letter)
{
	if (!counted(letter))
		return false;
	if (strcmp(act, "kill") == 0 || strcmp(act, "torn") == 0)
		die();
	if (number)
		errno = number;
	return number;
}

static bool is_file(int fd)
{
	int kept = errno;
	struct stat st;
	bool is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	errno = kept;
	return is;
}

/* *n: how much of it is written. */
static bool write_answered(int fd, size_t *n, char letter, bool *dies)
{
	*dies = false;
	if (!is_file(fd) || !counted(letter))
		return false;
	if (strcmp(act, "kill") == 0)
		die();
	*dies = strcmp(act, "torn") == 0;
	if (*dies || strcmp(act, "short") == 0) {
		*n = (*n + 1) / 2;
		return false;
	}
	if (number)
		errno = number;
	return number;
}

ssize_t write(int fd, const void *p, size_t n)
{
	bool dies;
	if (write_answered(fd, &n, 'w', &dies))
		return -1;
	ssize_t wrote = syscall(SYS_write, fd, p, n);
	if (dies)
		die();
	return wrote;
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t where)
{
	bool dies;
	if (write_answered(fd, &n, 'p', &dies))
		return -1;
	ssize_t wrote = syscall(SYS_pwrite64, fd, p, n, where);
	if (dies)
		die();
	return wrote;
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	if ((flags & O_CREAT) && answered('o'))
		return -1;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int mkostemp64(char *name, int flags)
{
	static _Atomic uint32_t count;
	char *tail = name + strlen(name) - 6;
	if (answered('o'))
		return -1;
	for (int i = 0; i < 1000; i++) {
		char six[7];
		snprintf(six, sizeof six, "%06x", ((unsigned)getpid() * 31u + atomic_fetch_add(&count, 1)) & 0xffffff);
		memcpy(tail, six, 6);
		int fd = (int)syscall(SYS_openat, AT_FDCWD, name, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

#define ANSWERED_OR(letter, call) (answered(letter) ? -1 : (int)(call))
int fsync(int fd) { return ANSWERED_OR('s', syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { return ANSWERED_OR('s', syscall(SYS_fdatasync, fd)); }
int ftruncate64(int fd, off_t n) { return ANSWERED_OR('t', syscall(SYS_ftruncate, fd, n)); }
int unlink(const char *path) { return ANSWERED_OR('u', syscall(SYS_unlink, path)); }
int mkdir(const char *path, mode_t mode) { return ANSWERED_OR('m', syscall(SYS_mkdir, path, mode)); }
int fchmod(int fd, mode_t mode) { return ANSWERED_OR('c', syscall(SYS_fchmod, fd, mode)); }
int rename(const char *from, const char *to) { return ANSWERED_OR('r', syscall(SYS_rename, from, to)); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return ANSWERED_OR('r', syscall(SYS_renameat2, a, from, b, to, flags)); }
