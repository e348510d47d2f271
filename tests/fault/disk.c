/* disk.c - the simulated disk. */
#include "tests/fault/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

enum { FILES_MAX = 16, NAME_MAX_LEN = 256, SECTOR = 512, REGION_MAX = 16, CRASH_LATER = 40, SHM_LOCKS = 8 };

struct bytes { uint8_t *ptr; sqlite3_int64 len, room; };

struct file {
	char name[NAME_MAX_LEN];
	bool there;
	struct bytes now, durable, saved;
	struct bytes dirty; /* a byte a sector: written since the last sync, whether that succeeded or not */
	bool saved_there;
	int handles; /* open now */
	unsigned failed; /* syncs: told to every handle that is open, once */
	void *regions[REGION_MAX]; /* the WAL's index, shared memory of all connections */
	int shared[SHM_LOCKS];       /* its locks: holders, -1: one alone */
};

struct handle { sqlite3_file base; struct file *f; unsigned failed; };

static struct os_mutex gate; /* one call at a time, whoever makes it */
static struct file files[FILES_MAX];
static struct { enum disk_fault fault; uint64_t at, calls, seed; bool armed, fired, stopped, lying, full; uint64_t stop_at; } d;
static sqlite3_int64 room = -1; /* bytes by which files may grow yet; negative: any */

static const char *const names[DISK_FAULTS] = {
	"none", "crash", "torn writes", "whole files", "lost sync", "write error", "full once", "full", "sync error", "read error", "short read", "a wrong bit",
};
const char *disk_fault_name(enum disk_fault f) { return names[f]; }

static uint64_t next_random(void)
{
	d.seed = d.seed * 6364136223846793005u + 1442695040888963407u;
	return d.seed >> 33;
}

/* ---- contents ---- */

static void set_len(struct bytes *b, sqlite3_int64 len)
{
	if (len > b->room) {
		b->room = len > 2 * b->room ? len : 2 * b->room;
		b->ptr = realloc(b->ptr, (size_t)b->room);
		if (!b->ptr)
			abort();
	}
	if (len > b->len) {
		memset(b->ptr + b->len, 0, (size_t)(len - b->len));
	}
	b->len = len;
}

static void copy(struct bytes *to, const struct bytes *from)
{
	set_len(to, from->len);
	if (from->len)
		memcpy(to->ptr, from->ptr, (size_t)from->len);
}

static void soil(struct file *f, sqlite3_int64 at, sqlite3_int64 n)
{
	sqlite3_int64 end = (at + n + SECTOR - 1) / SECTOR;
	if (end > f->dirty.len)
		set_len(&f->dirty, end);
	if (n)
		memset(f->dirty.ptr + at / SECTOR, 1, (size_t)(end - at / SECTOR));
}

/* Every sector that waits, or each by chance. */
static void arrive(struct file *f, bool perhaps)
{
	if (f->now.len < f->durable.len || !perhaps || next_random() % 2)
		set_len(&f->durable, f->now.len);
	for (sqlite3_int64 i = 0; i < f->dirty.len && i * SECTOR < f->durable.len; i++) {
		sqlite3_int64 at = i * SECTOR, n = f->durable.len - at < SECTOR ? f->durable.len - at : SECTOR;
		if (f->dirty.ptr[i] && !(perhaps && next_random() % 2))
			memcpy(f->durable.ptr + at, f->now.ptr + at, (size_t)n);
	}
}

static void drop_regions(struct file *f)
{
	memset(f->shared, 0, sizeof f->shared);
	for (size_t i = 0; i < REGION_MAX; i++) {
		free(f->regions[i]);
		f->regions[i] = NULL;
	}
}

void disk_crash(void)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		if (d.fault == DISK_TORN || (d.fault == DISK_FILES && next_random() % 2))
			arrive(&files[i], d.fault == DISK_TORN);
		copy(&files[i].now, &files[i].durable);
		set_len(&files[i].dirty, 0);
		drop_regions(&files[i]);
	}
	disk_disarm();
}

void disk_stop(bool torn)
{
	os_mutex_lock(&gate);
	d.armed = false;
	d.fault = torn ? DISK_TORN : DISK_CRASH;
	d.stopped = true;
	os_mutex_unlock(&gate);
}

void disk_go_on(void)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		drop_regions(&files[i]);
	disk_disarm();
}

void disk_disarm(void)
{
	d.armed = d.stopped = d.lying = d.full = false;
}

void disk_room_again(void)
{
	d.full = d.armed = false;
	room = -1;
}

void disk_leave(uint32_t bytes)
{
	room = bytes;
}

void disk_arm(enum disk_fault f, uint64_t n, uint64_t seed)
{
	os_mutex_lock(&gate);
	memset(&d, 0, sizeof d);
	d.fault = f;
	d.at = n;
	d.seed = seed * 2654435761u + n;
	d.armed = true;
	os_mutex_unlock(&gate);
}

uint64_t disk_calls(void) { return d.calls; }
bool disk_stopped(void) { return d.stopped; }
bool disk_fired(void) { return d.fired; }

void disk_wipe(void)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		drop_regions(&files[i]);
		free(files[i].now.ptr);
		free(files[i].durable.ptr);
		free(files[i].saved.ptr);
		free(files[i].dirty.ptr);
	}
	memset(files, 0, sizeof files);
	memset(&d, 0, sizeof d);
}

void disk_save(void)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		copy(&files[i].saved, &files[i].now);
		files[i].saved_there = files[i].there;
	}
}

void disk_load(void)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		copy(&files[i].now, &files[i].saved);
		copy(&files[i].durable, &files[i].saved);
		set_len(&files[i].dirty, 0);
		files[i].there = files[i].saved_there;
		drop_regions(&files[i]);
	}
	memset(&d, 0, sizeof d);
	room = -1;
}

/* ---- faults ---- */

enum call { CALL_READ, CALL_WRITE, CALL_SYNC };

static bool concerns(enum disk_fault f, enum call c)
{
	switch (f) {
	case DISK_CRASH: case DISK_TORN: case DISK_FILES: case DISK_LOST_SYNC: return c != CALL_READ;
	case DISK_WRITE_ERROR: case DISK_FULL_ONCE: case DISK_FULL: return c == CALL_WRITE;
	case DISK_SYNC_ERROR: return c == CALL_SYNC;
	case DISK_READ_ERROR: case DISK_SHORT_READ: case DISK_BIT: return c == CALL_READ;
	default: return true;
	}
}

/* Is this the call? */
static bool due(enum call c)
{
	if (!d.armed || !concerns(d.fault, c))
		return false;
	d.calls++;
	if (d.stop_at && d.calls >= d.stop_at)
		d.stopped = true;
	if (d.calls != d.at)
		return false;
	d.fired = true;
	if (d.fault == DISK_CRASH || d.fault == DISK_TORN || d.fault == DISK_FILES)
		d.stopped = true;
	if (d.fault == DISK_LOST_SYNC) {
		d.lying = true;
		d.stop_at = d.calls + CRASH_LATER;
	}
	if (d.fault == DISK_FULL)
		d.full = true;
	return true;
}

/* ---- a file's methods ---- */

static struct file *of(sqlite3_file *f) { return ((struct handle *)f)->f; }

static int do_close(sqlite3_file *f)
{
	of(f)->handles--;
	return SQLITE_OK;
}

static int do_read(sqlite3_file *h, void *to, int n, sqlite3_int64 at)
{
	struct file *f = of(h);
	bool now = due(CALL_READ);
	if (d.stopped || (now && d.fault == DISK_READ_ERROR))
		return SQLITE_IOERR_READ;
	sqlite3_int64 have = f->now.len > at ? f->now.len - at : 0;
	if (now && d.fault == DISK_BIT && have)
		f->now.ptr[at + (sqlite3_int64)(next_random() % (uint64_t)(have < n ? have : n))] ^= (uint8_t)(1u << next_random() % 8);
	if (now && d.fault == DISK_SHORT_READ)
		have = have < n / 2 ? have : n / 2;
	if (have > n)
		have = n;
	memset(to, 0, (size_t)n);
	if (have)
		memcpy(to, f->now.ptr + at, (size_t)have);
	return have == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int do_write(sqlite3_file *h, const void *from, int n, sqlite3_int64 at)
{
	struct file *f = of(h);
	bool now = due(CALL_WRITE);
	if (d.full || (now && d.fault == DISK_FULL_ONCE))
		return SQLITE_FULL;
	if (now && d.fault == DISK_WRITE_ERROR)
		return SQLITE_IOERR_WRITE;
	if (d.stopped && !now)
		return SQLITE_IOERR_WRITE;
	sqlite3_int64 grows = at + n > f->now.len ? at + n - f->now.len : 0;
	if (room >= 0 && grows > room)
		return SQLITE_FULL;
	room -= room >= 0 ? grows : 0;
	if (grows)
		set_len(&f->now, at + n);
	soil(f, at, n);
	memcpy(f->now.ptr + at, from, (size_t)n); /* the call at which the machine stops may just have arrived, unsynced */
	return d.stopped ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int do_truncate(sqlite3_file *h, sqlite3_int64 len)
{
	if (d.stopped)
		return SQLITE_IOERR_TRUNCATE;
	if (len < of(h)->now.len)
		soil(of(h), len, of(h)->now.len - len);
	set_len(&of(h)->now, len);
	return SQLITE_OK;
}

static int do_sync(sqlite3_file *h, int flags)
{
	(void)flags;
	struct file *f = of(h);
	struct handle *own = (struct handle *)h;
	bool now = due(CALL_SYNC), fails = now && d.fault == DISK_SYNC_ERROR;
	f->failed += fails;
	if (d.stopped)
		return SQLITE_IOERR_FSYNC;
	if (!d.lying) {
		arrive(f, fails);
		set_len(&f->dirty, 0); /* the system tries nothing again: what did not arrive is in its memory, and counts as written */
	}
	bool told = own->failed == f->failed;
	own->failed = f->failed;
	return told ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int x_size(sqlite3_file *h, sqlite3_int64 *out)
{
	*out = of(h)->now.len;
	return SQLITE_OK;
}

/* Whoever closes asks whether he is the last: only then the log goes. */
static int x_lock(sqlite3_file *h, int level) { return level == SQLITE_LOCK_EXCLUSIVE && of(h)->handles > 1 ? SQLITE_BUSY : SQLITE_OK; }
static int x_unlock(sqlite3_file *h, int level) { (void)h; (void)level; return SQLITE_OK; }
static int x_reserved(sqlite3_file *h, int *out) { (void)h; *out = 0; return SQLITE_OK; }
static int x_control(sqlite3_file *h, int op, void *arg) { (void)h; (void)op; (void)arg; return SQLITE_NOTFOUND; }
static int x_sector(sqlite3_file *h) { (void)h; return SECTOR; }
/* As Linux's: a write leaves the bytes beside it as they were. */
static int x_traits(sqlite3_file *h) { (void)h; return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

static int do_shm_map(sqlite3_file *h, int region, int size, int extend, void volatile **out)
{
	struct file *f = of(h);
	*out = NULL;
	if (region >= REGION_MAX)
		return SQLITE_NOMEM;
	if (!f->regions[region] && extend)
		f->regions[region] = calloc(1, (size_t)size);
	*out = f->regions[region];
	return SQLITE_OK;
}
static int do_shm_lock(sqlite3_file *h, int at, int n, int flags)
{
	struct file *f = of(h);
	bool unlock = flags & SQLITE_SHM_UNLOCK, alone = flags & SQLITE_SHM_EXCLUSIVE;
	for (int i = at; !unlock && i < at + n; i++)
		if (f->shared[i] < 0 || (alone && f->shared[i]))
			return SQLITE_BUSY;
	for (int i = at; i < at + n; i++)
		f->shared[i] = unlock ? (alone ? 0 : f->shared[i] - 1) : alone ? -1 : f->shared[i] + 1;
	return SQLITE_OK;
}
static void x_shm_barrier(sqlite3_file *h) { (void)h; __sync_synchronize(); }
static int x_shm_unmap(sqlite3_file *h, int drop)
{
	if (drop)
		drop_regions(of(h));
	return SQLITE_OK;
}

/* ---- one at a time ---- */

#define ONE_AT_A_TIME(name, parameters, arguments)  \
	static int x_##name parameters                  \
	{                                               \
		os_mutex_lock(&gate);                   \
		int code = do_##name arguments;         \
		os_mutex_unlock(&gate);                 \
		return code;                            \
	}

ONE_AT_A_TIME(close, (sqlite3_file *f), (f))
ONE_AT_A_TIME(read, (sqlite3_file *h, void *to, int n, sqlite3_int64 at), (h, to, n, at))
ONE_AT_A_TIME(write, (sqlite3_file *h, const void *from, int n, sqlite3_int64 at), (h, from, n, at))
ONE_AT_A_TIME(truncate, (sqlite3_file *h, sqlite3_int64 len), (h, len))
ONE_AT_A_TIME(sync, (sqlite3_file *h, int flags), (h, flags))
ONE_AT_A_TIME(shm_map, (sqlite3_file *h, int region, int size, int extend, void volatile **out), (h, region, size, extend, out))
ONE_AT_A_TIME(shm_lock, (sqlite3_file *h, int at, int n, int flags), (h, at, n, flags))

static const sqlite3_io_methods methods = {
	2, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control, x_sector, x_traits,
	x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, NULL, NULL,
};

/* ---- the file system ---- */

static struct file *find(const char *name)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (files[i].there && strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

/* A name that was there before takes its place again, so that what is saved of it stays with it. */
static struct file *make(const char *name)
{
	struct file *f = NULL;
	for (size_t i = 0; i < FILES_MAX; i++)
		if (strcmp(files[i].name, name) == 0)
			f = &files[i];
	for (size_t i = 0; !f && i < FILES_MAX; i++)
		if (!files[i].name[0])
			f = &files[i];
	if (!f)
		abort();
	snprintf(f->name, sizeof f->name, "%s", name);
	set_len(&f->now, 0);
	set_len(&f->durable, 0);
	set_len(&f->dirty, 0);
	f->there = true;
	return f;
}

static void put_bytes(const char *name, const struct bytes *from)
{
	struct file *f = find(name);
	if (!f)
		f = make(name);
	drop_regions(f);
	copy(&f->now, from);
	copy(&f->durable, from);
	set_len(&f->dirty, 0);
}

static void name_log(const char *name, char out[NAME_MAX_LEN])
{
	snprintf(out, NAME_MAX_LEN, "%s-wal", name);
}

void disk_copy(const char *from, const char *to)
{
	static const struct bytes none;
	char from_log[NAME_MAX_LEN], to_log[NAME_MAX_LEN];
	name_log(from, from_log);
	name_log(to, to_log);
	os_mutex_lock(&gate);
	const struct file *f = find(from), *log = find(from_log);
	put_bytes(to, f ? &f->now : &none);
	put_bytes(to_log, log ? &log->now : &none);
	os_mutex_unlock(&gate);
}

void disk_put(const char *name, const void *bytes, uint32_t len)
{
	static const struct bytes none;
	char log[NAME_MAX_LEN];
	union { const void *from; void *to; } given = { .from = bytes }; /* only read */
	name_log(name, log);
	os_mutex_lock(&gate);
	put_bytes(name, &(struct bytes){ given.to, len, len });
	put_bytes(log, &none);
	os_mutex_unlock(&gate);
}

static int do_open(sqlite3_vfs *v, const char *name, sqlite3_file *h, int flags, int *out)
{
	(void)v;
	struct file *f = name ? find(name) : NULL;
	if (d.stopped)
		return SQLITE_CANTOPEN;
	if (!f && !(flags & SQLITE_OPEN_CREATE))
		return SQLITE_CANTOPEN;
	((struct handle *)h)->f = f ? f : make(name ? name : "temporary");
	of(h)->handles++;
	((struct handle *)h)->failed = of(h)->failed;
	h->pMethods = &methods;
	if (out)
		*out = flags;
	return SQLITE_OK;
}

static int do_delete(sqlite3_vfs *v, const char *name, int sync)
{
	struct file *f = find(name);
	(void)v;
	(void)sync;
	if (d.stopped)
		return SQLITE_IOERR_DELETE;
	if (f) {
		f->there = false;
		set_len(&f->now, 0);
		set_len(&f->durable, 0);
	}
	return SQLITE_OK;
}

ONE_AT_A_TIME(open, (sqlite3_vfs *v, const char *name, sqlite3_file *h, int flags, int *out), (v, name, h, flags, out))
ONE_AT_A_TIME(delete, (sqlite3_vfs *v, const char *name, int sync), (v, name, sync))

static int x_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v;
	(void)flags;
	const struct file *f = find(name);
	*out = f != NULL;
	return SQLITE_OK;
}

static int x_full_path(sqlite3_vfs *v, const char *name, int n, char *out)
{
	(void)v;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

static int x_randomness(sqlite3_vfs *v, int n, char *out)
{
	(void)v;
	for (int i = 0; i < n; i++)
		out[i] = (char)i;
	return n;
}
static int x_sleep(sqlite3_vfs *v, int us) { (void)v; (void)os_wait_readable(-1, -1, 1 + us / 1000); return us; }
static int x_time(sqlite3_vfs *v, double *out) { (void)v; *out = 2460000.5; return SQLITE_OK; }
static int x_error(sqlite3_vfs *v, int n, char *out) { (void)v; if (n) out[0] = 0; return 0; }

void disk_install(void)
{
	static sqlite3_vfs vfs = { .iVersion = 1, .szOsFile = sizeof(struct handle), .mxPathname = NAME_MAX_LEN - 1, .zName = "simulated", .xOpen = x_open,
		                   .xDelete = x_delete, .xAccess = x_access, .xFullPathname = x_full_path, .xRandomness = x_randomness, .xSleep = x_sleep,
		                   .xCurrentTime = x_time, .xGetLastError = x_error };
	os_mutex_init(&gate);
	sqlite3_vfs_register(&vfs, 1);
}
