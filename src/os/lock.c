/* lock.c - one writer per database, over processes: an advisory lock that dies with its process. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "os/os.h"

struct os_lock { int fd; };

enum err os_lock_take(const char *path, struct os_lock **out, struct diag *d)
{
	struct os_lock *l = heap_alloc(sizeof *l);
	if (!l)
		return ERR_NOMEM;
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->fd < 0) {
		heap_free(l);
		return diag_set(d, ERR_IO, "os.lock", "The lock file %s cannot be opened.", path);
	}
	if (flock(l->fd, LOCK_EX | LOCK_NB) != 0) {
		bool held = errno == EWOULDBLOCK;
		os_lock_drop(l);
		return diag_set(d, held ? ERR_BUSY : ERR_IO, held ? "os.locked" : "os.lock",
		                held ? "Another process holds %s: stop it first." : "The lock file %s cannot be locked.", path);
	}
	*out = l;
	return OK;
}

void os_lock_drop(struct os_lock *l)
{
	if (!l)
		return;
	close(l->fd);
	heap_free(l);
}
