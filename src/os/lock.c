/* lock.c - one writer per database, over processes: an advisory lock that dies with its process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"

struct os_lock { int fd; };

/* Is what was opened still what the name names? Whoever held the lock may have taken the file away before dropping it. */
static bool named(int fd, const char *path)
{
	struct stat opened, there;
	return fstat(fd, &opened) == 0 && stat(path, &there) == 0 && opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
}

static enum err refuse(struct diag *d, const char *path)
{
	return diag_set(d, ERR_IO, "os.lock", "The lock file %s cannot be had: %s", path, strerrordesc_np(errno));
}

static enum err take(int fd, const char *path, struct diag *d)
{
	if (fd < 0)
		return refuse(d, path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	bool held = errno == EWOULDBLOCK;
	return held ? diag_set(d, ERR_BUSY, "os.locked", "Another process holds %s: stop it first.", path) : refuse(d, path);
}

enum err os_lock_take(const char *path, struct os_lock **out, struct diag *d)
{
	struct os_lock *l = heap_alloc(sizeof *l);
	enum err e;
	if (!l)
		return ERR_NOMEM;
	l->fd = -1;
	do {
		if (l->fd >= 0)
			close(l->fd);
		l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		e = take(l->fd, path, d);
	} while (e == OK && !named(l->fd, path));
	if (e != OK)
		os_lock_drop(l);
	else
		*out = l;
	return e;
}

/* A link that is a name like the first leads nowhere: from neither is it seen what lies beside the other. */
static bool has_another_name(const char *file)
{
	struct stat st;
	return stat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink > 1;
}

enum err os_lock_take_beside(const char *file, struct os_lock **out, struct diag *d)
{
	enum { PATH_ROOM = 4096 };
	char led[PATH_ROOM], lock[PATH_ROOM + 8];
	if (!os_name_led(file, led, sizeof led))
		return refuse(d, file);
	snprintf(lock, sizeof lock, "%s.lock", led);
	TRY(os_lock_take(lock, out, d)); /* who holds it is seen, whatever other names there are */
	if (!has_another_name(led))
		return OK;
	os_lock_drop(*out);
	*out = NULL;
	diag_arg(d, str_of(file));
	return diag_set(d, ERR_CONFLICT, "os.two-names", "The file %s has another name (a hard link), under which a second process could write to it unseen. Find it"
	                " (find / -samefile FILE) and remove it.", file);
}

void os_lock_drop(struct os_lock *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	heap_free(l);
}
