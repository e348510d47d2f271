/* sqlite_log.c - frames that wait for the end of their commit; sqlite_log.h says why. */
#include "store/sqlite_log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"

/* Heads begin after the log's own. A file system need not take more in one write than the largest page has. */
enum { LOG_HEAD = 32, FRAME_HEAD = 24, WAITING_MAX = 1 << 16 };

/* Stands behind the handle of the file system below, in the room that is asked for both. */
enum { HANDLE_MAX = 512 };
struct log {
	const sqlite3_io_methods *real;
	unsigned char *waiting;
	int n;
	sqlite3_int64 at; /* of the first byte that waits */
	bool ends;        /* the next page is the last of its commit */
	int failed;       /* something that waited was not written: the transaction cannot end well */
	sqlite3_int64 end; /* of the last commit's frames; 0: there is none yet since the log began anew */
	sqlite3_int64 begin; /* of the last transaction's */
	bool takes_back, begun, committed; /* a transaction's first frame has come; its last, and no sync since */
	_Atomic bool lost; /* a sync failed: what it was for may never be on the disk, whatever a later one says */
	_Atomic uint64_t changed, synced; /* how often; so far, by a sync that has ended */
};

static const sqlite3_io_methods methods;

static struct log *of(sqlite3_file *f)
{
	return (struct log *)(void *)((char *)f + HANDLE_MAX);
}

static int write_now(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	int code = of(f)->real->xWrite(f, bytes, n, at);
	atomic_fetch_add(&of(f)->changed, 1);
	if (at < LOG_HEAD) { /* it begins anew: what was in it is in the file, and its first sync is the next */
		of(f)->end = 0;
		atomic_store(&of(f)->lost, false);
	}
	return code;
}

static int write_waiting(sqlite3_file *f)
{
	struct log *l = of(f);
	int n = l->n;
	l->n = 0;
	if (n && l->failed == SQLITE_OK)
		l->failed = write_now(f, l->waiting, n, l->at);
	return l->failed;
}

static bool has_room(struct log *l, int n)
{
	if (!l->waiting)
		l->waiting = heap_extend(NULL, WAITING_MAX);
	return l->waiting && n <= WAITING_MAX - l->n;
}

static bool is_last(const unsigned char *head)
{
	return head[4] | head[5] | head[6] | head[7];
}

static int x_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	struct log *l = of(f);
	bool head = n == FRAME_HEAD && at >= LOG_HEAD, ends = l->ends && !head;
	int code = l->n && (at != l->at + l->n || !has_room(l, n)) ? write_waiting(f) : l->failed;
	if (code != SQLITE_OK)
		return code;
	if (head && !l->begun)
		l->begin = at;
	l->begun = (l->begun || head) && !ends;
	l->ends = head && is_last(bytes);
	if (at < LOG_HEAD || !has_room(l, n)) {
		code = write_now(f, bytes, n, at);
	} else {
		if (!l->n)
			l->at = at;
		memcpy(l->waiting + l->n, bytes, (size_t)n);
		l->n += n;
		code = ends ? write_waiting(f) : SQLITE_OK;
	}
	if (ends && code == SQLITE_OK) {
		l->end = at + n;
		l->committed = true;
	}
	return code;
}

/* Everything else but a sync finds the file as it was told. */
#define AFTER_WRITING(call)                                    \
	do {                                                   \
		int code = write_waiting(f);                   \
		return code != SQLITE_OK ? code : (call);      \
	} while (0)

static int x_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) { AFTER_WRITING(of(f)->real->xRead(f, to, n, at)); }
static int truncate_now(sqlite3_file *f, sqlite3_int64 size)
{
	int code = of(f)->real->xTruncate(f, size);
	atomic_fetch_add(&of(f)->changed, 1);
	return code;
}

static int x_truncate(sqlite3_file *f, sqlite3_int64 size) { AFTER_WRITING(truncate_now(f, size)); }

/* A frame without its sums ends the log for whoever reads it from its beginning. The disk may refuse this too: then it is as where the machine stopped
 * in the middle of the commit, of which nobody knows whether it is there. */
static void take_back(sqlite3_file *f)
{
	static const unsigned char none[FRAME_HEAD];
	struct log *l = of(f);
	if (!l->committed)
		return;
	l->committed = false;
	l->end = l->begin;
	if (write_now(f, none, FRAME_HEAD, l->begin) == SQLITE_OK)
		(void)l->real->xSync(f, SQLITE_SYNC_NORMAL);
}

/* By another thread too (flush.h): what is committed does not wait. Commits that change nothing are common (what supervision finds is most often
 * known already), and a sync of nothing has the disk empty its cache all the same. One that another thread is still at counts for nobody: who copies
 * the log into the file must not be ahead of it. */
static int x_sync(sqlite3_file *f, int flags)
{
	struct log *l = of(f);
	uint64_t changed = atomic_load(&l->changed);
	if (atomic_load(&l->lost))
		return SQLITE_IOERR_FSYNC;
	if (atomic_load(&l->synced) == changed)
		return SQLITE_OK;
	int code = l->real->xSync(f, flags);
	if (code == SQLITE_OK)
		atomic_store(&l->synced, changed);
	if (l->takes_back && code == SQLITE_OK)
		l->committed = false;
	else if (l->takes_back)
		take_back(f);
	else if (code != SQLITE_OK)
		atomic_store(&l->lost, true);
	return code;
}

/* ---- once more ---- */

/* The sums of a log, https://www.sqlite.org/fileformat2.html section 4.2. */
struct sums { bool big_endian; uint32_t a, b; };

static uint32_t number(const unsigned char *p, bool big_endian)
{
	return big_endian ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void sum(struct sums *s, const unsigned char *p, int n)
{
	for (int i = 0; i + 8 <= n; i += 8) {
		s->a += number(p + i, s->big_endian) + s->b;
		s->b += number(p + i + 4, s->big_endian) + s->a;
	}
}

static bool sums_are(const struct sums *s, const unsigned char *p)
{
	return number(p, true) == s->a && number(p + 4, true) == s->b;
}

/* Reads and writes what is there, head or frame. */
static int copy_over(sqlite3_file *f, const sqlite3_io_methods *m, unsigned char *room, int n, sqlite3_int64 at)
{
	int code = m->xRead(f, room, n, at);
	return code == SQLITE_OK ? m->xWrite(f, room, n, at) : code;
}

/* *end: behind the last frame that is as it was written. */
static int copy_frames(sqlite3_file *f, const sqlite3_io_methods *m, sqlite3_int64 size, unsigned char *room, sqlite3_int64 *end)
{
	enum { PAGE_AT = 8, SUMS_AT = 24, SALTS_AT = 16, FRAME_SALTS_AT = 8, FRAME_SUMS_AT = 16, SALTS = 8 };
	unsigned char head[LOG_HEAD];
	int code = copy_over(f, m, head, LOG_HEAD, 0), page = (int)number(head + PAGE_AT, true);
	struct sums s = { .big_endian = head[3] & 1 };
	if (code != SQLITE_OK)
		return code;
	sum(&s, head, SUMS_AT);
	if (page < FRAME_HEAD || page > WAITING_MAX || !sums_are(&s, head + SUMS_AT))
		return SQLITE_OK; /* nothing is read out of such a log */
	for (*end = LOG_HEAD; *end + FRAME_HEAD + page <= size; *end += FRAME_HEAD + page) {
		code = copy_over(f, m, room, FRAME_HEAD + page, *end);
		if (code != SQLITE_OK)
			return code;
		sum(&s, room, FRAME_SALTS_AT);
		sum(&s, room + FRAME_HEAD, page);
		if (memcmp(room + FRAME_SALTS_AT, head + SALTS_AT, SALTS) != 0 || !sums_are(&s, room + FRAME_SUMS_AT))
			return SQLITE_OK;
	}
	return SQLITE_OK;
}

int sqlite_log_write_again(sqlite3_file *f)
{
	struct log *l = f->pMethods == &methods ? of(f) : NULL;
	const sqlite3_io_methods *m = l ? l->real : f->pMethods;
	uint64_t changed = l ? atomic_load(&l->changed) : 0;
	sqlite3_int64 size = 0, end = 0;
	unsigned char *room = heap_extend(NULL, FRAME_HEAD + WAITING_MAX);
	int code = room ? m->xFileSize(f, &size) : SQLITE_NOMEM;
	if (code == SQLITE_OK && size >= LOG_HEAD)
		code = copy_frames(f, m, size, room, &end);
	heap_free(room);
	if (code == SQLITE_OK && l && end < l->end)
		code = SQLITE_IOERR_READ; /* the system gave up what it could not write */
	if (code == SQLITE_OK)
		code = m->xSync(f, SQLITE_SYNC_NORMAL);
	if (l && code == SQLITE_OK)
		atomic_store(&l->synced, changed);
	if (l)
		atomic_store(&l->lost, code != SQLITE_OK);
	return code;
}

static int x_size(sqlite3_file *f, sqlite3_int64 *out) { AFTER_WRITING(of(f)->real->xFileSize(f, out)); }
static int x_lock(sqlite3_file *f, int level) { return of(f)->real->xLock(f, level); }
static int x_unlock(sqlite3_file *f, int level) { return of(f)->real->xUnlock(f, level); }
static int x_reserved(sqlite3_file *f, int *out) { return of(f)->real->xCheckReservedLock(f, out); }
static int x_control(sqlite3_file *f, int op, void *arg) { return of(f)->real->xFileControl(f, op, arg); }
static int x_sector(sqlite3_file *f) { return of(f)->real->xSectorSize(f); }
static int x_traits(sqlite3_file *f) { return of(f)->real->xDeviceCharacteristics(f); }

static int x_close(sqlite3_file *f)
{
	struct log *l = of(f);
	heap_free(l->waiting); /* of a transaction that nobody ended */
	l->waiting = NULL;
	return l->real->xClose(f);
}

static const sqlite3_io_methods methods = { 1, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control, x_sector, x_traits,
	                                    NULL, NULL, NULL, NULL, NULL, NULL };

/* ---- the file system ---- */

static sqlite3_vfs ours, *below;

static int x_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	int code = below->xOpen(v, name, f, flags, out);
	if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) {
		*of(f) = (struct log){ .real = f->pMethods, .changed = 1 }; /* of before, who knows */
		f->pMethods = &methods;
	}
	return code;
}

const char *sqlite_log_vfs(void)
{
	sqlite3_mutex *lock = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
	sqlite3_mutex_enter(lock);
	sqlite3_vfs *now = sqlite3_vfs_find(NULL);
	if (now && now != below && now->szOsFile <= HANDLE_MAX) {
		if (below)
			(void)sqlite3_vfs_unregister(&ours);
		below = now;
		ours = *now; /* its other functions find there what they ask for */
		ours.pNext = NULL;
		ours.zName = "frames of a commit together";
		ours.szOsFile = HANDLE_MAX + (int)sizeof(struct log);
		ours.xOpen = x_open;
		if (sqlite3_vfs_register(&ours, 0) != SQLITE_OK)
			below = NULL;
	}
	bool there = below && now == below;
	sqlite3_mutex_leave(lock);
	return there ? ours.zName : NULL;
}

static struct log *log_of(sqlite3 *db)
{
	sqlite3_file *f = NULL;
	return sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f) == SQLITE_OK && f && f->pMethods == &methods ? of(f) : NULL;
}

void sqlite_log_given_up(void *db)
{
	struct log *l = log_of(db);
	if (!l)
		return;
	l->n = 0;
	l->failed = SQLITE_OK;
	l->begun = false;
}

void sqlite_log_takes_back(sqlite3 *db)
{
	struct log *l = log_of(db);
	if (l)
		l->takes_back = true;
}

_Atomic bool *sqlite_log_lost(sqlite3 *db)
{
	struct log *l = log_of(db);
	return l ? &l->lost : NULL;
}
