/* file.c - whole files, bounded; a write is seen complete or not at all. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

static enum err io_error(struct diag *d, const char *what, const char *path)
{
	enum err e = errno == ENOENT ? ERR_NOT_FOUND : errno == EEXIST ? ERR_CONFLICT : ERR_IO;
	bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
	diag_set(d, e, e == ERR_NOT_FOUND ? "os.not-found" : e == ERR_CONFLICT ? "os.exists" : full ? "os.full" : "os.io", "%s %s: %s", what, path,
	         strerrordesc_np(errno));
	diag_at(d, str_of(path));
	return e;
}

/* Reads up to n bytes, fewer only at the end; -1 on error. */
static ssize_t read_full(int fd, char *to, size_t n)
{
	size_t got = 0;
	while (got < n) {
		ssize_t r = read(fd, to + got, n - got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

static bool write_full(int fd, struct str s)
{
	while (s.len) {
		ssize_t n = write(fd, s.ptr, s.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		s = str_sub(s, (size_t)n, s.len);
	}
	return true;
}

static enum err read_open(struct arena *a, int fd, const char *path, size_t max, struct str *out, struct diag *d)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return io_error(d, "Cannot read", path);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return io_error(d, "Cannot read", path);
	}
	/* pipes and /proc files say size 0: they get the room of the maximum */
	size_t room = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size : max;
	if (room > max)
		return diag_set(d, ERR_LIMIT, "os.file-too-large", "%s is larger than %zu bytes", path, max);
	char *p = arena_alloc(a, room + 1);
	if (!p)
		return diag_set(d, ERR_NOMEM, "os.no-memory", "There is no memory for reading %s", path);
	ssize_t n = read_full(fd, p, room);
	if (n < 0)
		return io_error(d, "Cannot read", path);
	*out = str_span(p, (size_t)n);
	return OK;
}

enum err os_file_read(struct arena *a, const char *path, size_t max, struct str *out, struct diag *d)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return io_error(d, "Cannot open", path);
	enum err e = read_open(a, fd, path, max, out, d);
	close(fd);
	return e;
}

static bool sync_folder_of(const char *path)
{
	char folder[PATH_ROOM];
	const char *slash = strrchr(path, '/');
	if (!slash)
		snprintf(folder, sizeof folder, ".");
	else
		snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = fsync(fd) == 0;
	close(fd);
	return ok;
}

/* In one step, so that of two who give the same name one is told. A folder on another machine may know no such step. */
static bool rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	if (access(to, F_OK) == 0) {
		errno = EEXIST;
		return false;
	}
	return rename(from, to) == 0;
}

enum err os_file_write(const char *path, struct str bytes, struct diag *d)
{
	char temporary[PATH_ROOM];
	int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof temporary) {
		errno = ENAMETOOLONG;
		return io_error(d, "Cannot write", path);
	}
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return io_error(d, "Cannot write", path);
	bool ok = write_full(fd, bytes) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (!ok || rename(temporary, path) != 0 || !sync_folder_of(path)) {
		enum err e = io_error(d, "Cannot write", path);
		unlink(temporary);
		return e;
	}
	return OK;
}

/* ---- written piece by piece ---- */

struct os_writer {
	int fd;
	char path[PATH_ROOM], temporary[PATH_ROOM];
};

enum err os_writer_open(const char *path, struct os_writer **out, struct diag *d)
{
	struct os_writer *w = heap_alloc(sizeof *w);
	if (!w)
		return diag_set(d, ERR_NOMEM, "os.no-memory", "There is no memory for writing %s", path);
	int n = snprintf(w->temporary, sizeof w->temporary, "%s" OS_BEGUN "XXXXXX", path);
	bool fits = n > 0 && (size_t)n < sizeof w->temporary;
	snprintf(w->path, sizeof w->path, "%s", path);
	w->fd = fits ? mkostemp(w->temporary, O_CLOEXEC) : -1;
	if (w->fd < 0) {
		if (!fits)
			errno = ENAMETOOLONG;
		enum err e = io_error(d, "Cannot write", path);
		heap_free(w);
		return e;
	}
	*out = w;
	return OK;
}

enum err os_writer_put(struct os_writer *w, struct str bytes, struct diag *d)
{
	return write_full(w->fd, bytes) ? OK : io_error(d, "Cannot write", w->path);
}

enum err os_writer_finish(struct os_writer *w, struct diag *d)
{
	bool ok = fsync(w->fd) == 0;
	ok = close(w->fd) == 0 && ok;
	w->fd = -1;
	if (!ok || !rename_new(w->temporary, w->path) || !sync_folder_of(w->path)) {
		enum err e = io_error(d, "Cannot write", w->path);
		os_writer_abandon(w);
		return e;
	}
	heap_free(w);
	return OK;
}

void os_writer_abandon(struct os_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	unlink(w->temporary);
	heap_free(w);
}

enum err os_file_rename(const char *from, const char *to, struct diag *d)
{
	return rename_new(from, to) && sync_folder_of(to) ? OK : io_error(d, "Cannot write", to);
}

void os_files_private(void)
{
	(void)umask(077);
}

enum err os_file_sync(const char *path, struct diag *d)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	enum err e = ok ? OK : io_error(d, "Cannot write", path);
	if (fd >= 0)
		close(fd);
	return e;
}

int64_t os_file_size(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

bool os_file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool os_file_id(const char *path, struct os_file_id *out)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return false;
	*out = (struct os_file_id){ st.st_dev, st.st_ino };
	return true;
}

bool os_name_taken(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

bool os_name_led(const char *path, char *out, size_t room)
{
	enum { LINKS_MAX = 40 };
	char link[PATH_ROOM];
	int n = snprintf(out, room, "%s", path);
	for (int i = 0; n >= 0 && (size_t)n < room && i < LINKS_MAX; i++) {
		ssize_t to = readlink(out, link, sizeof link);
		if (to < 0 && (errno == EINVAL || errno == ENOENT))
			return true;
		if (to < 0 || to == sizeof link)
			return false;
		const char *slash = link[0] == '/' ? NULL : strrchr(out, '/'); /* what does not begin at the root begins at the link's folder */
		size_t folder = slash ? (size_t)(slash - out) + 1 : 0;
		n = snprintf(out + folder, room - folder, "%.*s", (int)to, link) + (int)folder;
	}
	errno = ELOOP;
	return false;
}

enum err os_file_remove(const char *path, struct diag *d)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return io_error(d, "Cannot remove", path);
	return OK;
}

/* ---- piece by piece ---- */

struct os_reader {
	int fd;
};

static enum err reader_of(int fd, const char *path, struct os_reader **out, struct diag *d)
{
	if (fd < 0)
		return io_error(d, "Cannot open", path);
	struct os_reader *r = heap_alloc(sizeof *r);
	if (!r) {
		close(fd);
		return diag_set(d, ERR_NOMEM, "os.no-memory", "There is no memory for reading %s", path);
	}
	r->fd = fd;
	*out = r;
	return OK;
}

enum err os_reader_open(const char *path, struct os_reader **out, struct diag *d)
{
	return reader_of(open(path, O_RDONLY | O_CLOEXEC), path, out, d);
}

/* A pipe that nobody writes to would be waited for when it is opened: hence O_NONBLOCK, which changes nothing of a file. */
enum err os_reader_open_file(const char *path, struct os_reader **out, struct diag *d)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return reader_of(fd, path, out, d);
	close(fd);
	diag_arg(d, str_of(path));
	return diag_set(d, ERR_INVALID, "os.not-file", "%s is no file but a folder, a pipe or a device.", path);
}

ptrdiff_t os_reader_chunk(void *reader, char *to, size_t room)
{
	return read_full(((struct os_reader *)reader)->fd, to, room);
}

void os_reader_close(struct os_reader *r)
{
	close(r->fd);
	heap_free(r);
}
