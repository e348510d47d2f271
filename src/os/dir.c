/* dir.c - folders: made with their parents, listed in a fixed order. */
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

static enum err dir_error(struct diag *d, const char *what, const char *path)
{
	enum err e = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	diag_set(d, e, e == ERR_NOT_FOUND ? "os.not-found" : "os.io", "%s %s: %s", what, path, strerrordesc_np(errno));
	diag_at(d, str_of(path));
	return e;
}

bool os_dir_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum err os_dir_make(const char *path, struct diag *d)
{
	char part[PATH_ROOM];
	int n = snprintf(part, sizeof part, "%s", path);
	if (n <= 0 || (size_t)n >= sizeof part) {
		errno = ENAMETOOLONG;
		return dir_error(d, "Cannot make folder", path);
	}
	for (char *p = part + 1;; p++) {
		char c = *p;
		if (c != '/' && c != 0)
			continue;
		*p = 0;
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return dir_error(d, "Cannot make folder", path);
		if (c == 0)
			break;
		*p = '/';
	}
	if (os_dir_exists(path))
		return OK;
	errno = ENOTDIR;
	return dir_error(d, "Cannot make folder", path);
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The names in two passes, so that the array has its exact size. */
static enum err read_names(struct arena *a, DIR *dir, struct str *names, size_t room, size_t *count)
{
	*count = 0;
	rewinddir(dir);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (names && *count < room) {
			names[*count] = arena_str(a, str_of(e->d_name));
			if (!names[*count].ptr)
				return ERR_NOMEM;
		}
		if (names && *count == room)
			break; /* a file appeared between the passes */
		++*count;
	}
	return OK;
}

enum err os_dir_list(struct arena *a, const char *path, struct str **names, size_t *count, struct diag *d)
{
	DIR *dir = opendir(path);
	if (!dir)
		return dir_error(d, "Cannot list", path);
	size_t room = 0, n = 0;
	enum err e = read_names(a, dir, NULL, 0, &room);
	struct str *list = arena_new_n(a, struct str, room);
	if (e == OK)
		e = list ? read_names(a, dir, list, room, &n) : ERR_NOMEM;
	closedir(dir);
	if (e != OK)
		return diag_set(d, e, "os.no-memory", "There is no memory for listing %s", path);
	qsort(list, n, sizeof *list, by_bytes);
	*names = list;
	*count = n;
	return OK;
}

enum err os_dir_temporary(struct arena *a, struct str *path, struct diag *d)
{
	struct str base = os_env("TMPDIR");
	char name[PATH_ROOM];
	int n = snprintf(name, sizeof name, "%.*s/banjie.XXXXXX", base.len ? (int)base.len : (int)strlen(P_tmpdir), base.len ? base.ptr : P_tmpdir);
	if (n < 0 || (size_t)n >= sizeof name || !mkdtemp(name))
		return dir_error(d, "Cannot make a temporary folder", name);
	struct str copy = arena_str(a, str_of(name));
	if (!copy.ptr)
		return diag_set(d, ERR_NOMEM, "os.no-memory", "There is no memory for a path");
	*path = copy;
	return OK;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st, (void)type, (void)place;
	return remove(path);
}

enum err os_dir_remove(const char *path, struct diag *d)
{
	enum { OPEN_AT_ONCE = 16 };
	if (nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
		return dir_error(d, "Cannot remove folder", path);
	return OK;
}
