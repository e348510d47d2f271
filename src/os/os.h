/* os.h - the only room that talks to the kernel: clock, files, threads, entropy.
 *
 * Each service has a real twin and a simulated one behind the same interface, so
 * that tests run in virtual time and nothing sleeps.
 */
#ifndef OS_OS_H
#define OS_OS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"

/* ---- time: milliseconds since 1970-01-01T00:00:00Z ---- */

struct os_clock {
	int64_t (*now_ms)(struct os_clock *c);
	bool machine;       /* of a machine, where it may be set wrongly; false: time is played, and whoever plays it means it */
	int64_t virtual_ms; /* of the simulated twin */
	int64_t jumped_ms;  /* likewise: by how much it was set, without time passing */
};

struct os_clock *os_clock_real(void);
/* Starts at `ms`; moved with os_clock_set. Reading is atomic. */
void os_clock_virtual(struct os_clock *c, int64_t ms);
void os_clock_set(struct os_clock *c, int64_t ms);
static inline int64_t os_now_ms(struct os_clock *c) { return c->now_ms(c); }
/* The simulated clock of a machine: os_clock_set lets time pass, os_clock_jump sets the clock by so much while none passes. */
void os_clock_machine(struct os_clock *c, int64_t ms);
void os_clock_jump(struct os_clock *c, int64_t by_ms);
/* Counts as time passes, sleep of the machine included, whatever the clock is set to; from some moment or other. */
int64_t os_steady_ms(struct os_clock *c);
/* Monotonic, for measuring only. */
int64_t os_monotonic_us(void);

/* ---- entropy ---- */
struct os_entropy {
	void (*fill)(struct os_entropy *e, void *to, size_t n);
	uint64_t state; /* of the seeded twin */
};
struct os_entropy *os_entropy_real(void);       /* getrandom; never fails: waits for the pool */
void os_entropy_seeded(struct os_entropy *e, uint64_t seed); /* reproducible; not for secrets */
static inline void os_random(struct os_entropy *e, void *to, size_t n) { e->fill(e, to, n); }

/* ---- files: whole files, bounded; writes are atomic (temporary, fsync, rename, fsync of the folder) ---- */
BASE_MUST_USE enum err os_file_read(struct arena *a, const char *path, size_t max, struct str *out, struct diag *d);
BASE_MUST_USE enum err os_file_write(const char *path, struct str bytes, struct diag *d);
bool os_file_exists(const char *path);
BASE_MUST_USE enum err os_dir_make(const char *path, struct diag *d); /* with parents; existing is fine */
/* A file read piece by piece; os_reader_chunk has the shape that xml_stream and gzip_open
 * read from: bytes, 0 = end, <0 = fault. */
struct os_reader;
BASE_MUST_USE enum err os_reader_open(const char *path, struct os_reader **out, struct diag *d);
/* The same of what is a file: a pipe, a device or a folder of that name is not waited for. ERR_INVALID os.not-file. */
BASE_MUST_USE enum err os_reader_open_file(const char *path, struct os_reader **out, struct diag *d);
ptrdiff_t os_reader_chunk(void *reader, char *to, size_t room);
void os_reader_close(struct os_reader *r);
/* A file written piece by piece, seen complete or not at all: os_writer_finish syncs it, gives it its name and syncs the
 * folder; os_writer_abandon removes what was begun. Either frees the writer. Mode 0600. ERR_CONFLICT os.exists where
 * something has the name by then: it stays. */
#define OS_BEGUN ".begun-" /* and six letters or digits: behind its name while it is being written */
struct os_writer;
BASE_MUST_USE enum err os_writer_open(const char *path, struct os_writer **out, struct diag *d);
BASE_MUST_USE enum err os_writer_put(struct os_writer *w, struct str bytes, struct diag *d);
BASE_MUST_USE enum err os_writer_finish(struct os_writer *w, struct diag *d);
void os_writer_abandon(struct os_writer *w);
/* Gives a finished file its name; both in one folder, which is synced. ERR_CONFLICT os.exists where something has it: that stays. */
BASE_MUST_USE enum err os_file_rename(const char *from, const char *to, struct diag *d);
/* Whatever this process makes from now on is its user's alone: files 0600, folders 0700, also those that a library makes. */
void os_files_private(void);
/* What was written to the file is on the disk. */
BASE_MUST_USE enum err os_file_sync(const char *path, struct diag *d);
/* Size in bytes, -1 where there is no file. */
int64_t os_file_size(const char *path);
bool os_dir_exists(const char *path);
/* Is there anything of that name, whatever it is? */
bool os_name_taken(const char *path);
/* Which file it is, whatever its name: false where there is none. */
struct os_file_id { uint64_t device, number; };
bool os_file_id(const char *path, struct os_file_id *out);
/* What a name leads to where it is a link, or a chain of them, whether anything is there or not; else the name. */
bool os_name_led(const char *path, char *out, size_t room);
/* Removes a file; a missing one is fine. */
BASE_MUST_USE enum err os_file_remove(const char *path, struct diag *d);
/* A new empty folder of its own under the system's temporary place, for tests and exports. */
BASE_MUST_USE enum err os_dir_temporary(struct arena *a, struct str *path, struct diag *d);
/* Removes a folder with all that is in it; links are removed, not followed. A missing one is fine. */
BASE_MUST_USE enum err os_dir_remove(const char *path, struct diag *d);
/* Names in a folder, sorted by bytes, without . and .. */
BASE_MUST_USE enum err os_dir_list(struct arena *a, const char *path, struct str **names, size_t *count, struct diag *d);
/* Folder of the running program, for finding data beside it. ptr NULL on failure. */
struct str os_program_dir(struct arena *a);
/* First of all: input, output and complaints are open, on /dev/null where whoever started us has closed them; a file that may grow no
 * further is an error like a full disk, and no signal. */
void os_process_begin(void);
/* Environment variable, ptr NULL when unset. */
struct str os_env(const char *name);
/* A socket for a library that lets its caller open it; -1 on failure. Closed on exec. */
int os_socket_open(int family, int type, int protocol);
/* Ends both directions of a socket that its owner will close: a reader of it sees the end. */
void os_socket_shutdown(int fd);
/* Closes a socket that a library handed back. */
void os_socket_close(int fd);
/* Who waits at a socket that listens: -1 when nobody does (it does not wait, and nobody who accepts there waits from then on), or no more files may be open. Closed on exec. */
struct os_peer { _Alignas(8) unsigned char address[128]; uint32_t size; }; /* a struct sockaddr */
int os_socket_accept(int listener, struct os_peer *out);
/* A socket that whoever started this process listens at already, and hands over (sd_listen_fds(3): LISTEN_FDS and LISTEN_PID, which are taken away
 * here: before any thread is started, once). *out = 0: there is none. ERR_INVALID os.handed: several, or none that listens for TCP. */
BASE_MUST_USE enum err os_socket_handed(int *out, struct diag *d);
/* Where a socket listens, as text without brackets; false where that is no address of a network. */
enum { OS_ADDRESS_MAX = 64 };
bool os_socket_address(int fd, char address[OS_ADDRESS_MAX], int *port);
/* A thing to wake a waiting thread with; -1 on failure. Closed as a socket is. */
int os_wake_open(void);
void os_wake(int wake);
/* Waits until there is something to read from fd (-1: nothing), the thread is woken, or ms have passed. True for the first alone. */
bool os_wait_readable(int fd, int wake, int ms);
/* Whether the descriptor is a terminal: progress is shown only there. */
bool os_tty(int fd);
/* Allows this process so many open files, as far as the system lets it; how many it may have. */
int os_files_max(int wanted);
/* `size` zeroed bytes in a file without a name in `dir`, reserved on its disk, used like memory; NULL when it cannot be had. */
void *os_spool_open(const char *dir, size_t size);
void os_spool_close(void *p, size_t size);
/* Bytes that an unprivileged process may still write on the disk of that file or folder; -1 when nobody can tell. */
int64_t os_disk_free(const char *path);
/* Processors that may be used, at least 1. */
int os_processors(void);
/* Resident memory of this process in bytes. */
int64_t os_memory_resident(void);

/* ---- a lock over processes: held until dropped or the process ends ---- */
struct os_lock;
/* ERR_BUSY when another process holds it. The file stays where it is; only who holds the lock may remove it, before dropping it. */
BASE_MUST_USE enum err os_lock_take(const char *path, struct os_lock **out, struct diag *d);
/* Of a file that is written by one process at a time: FILE.lock beside it. Where the name is a link, beside what that leads to: two names of one
 * file have one lock. ERR_CONFLICT os.two-names: it has another that is no such link. */
BASE_MUST_USE enum err os_lock_take_beside(const char *file, struct os_lock **out, struct diag *d);
void os_lock_drop(struct os_lock *l);

/* ---- threads: thin over pthreads; failures to lock are bugs ---- */
struct os_thread;
/* ERR_BUSY where the system gives no more threads. */
BASE_MUST_USE enum err os_thread_start(struct os_thread **out, void *(*run)(void *), void *arg);
/* Has it ever given one too few to this process? What then failed need not know why. */
bool os_threads_lacked(void);
/* The name that top and a debugger show for the thread that calls; 15 bytes of it count. */
void os_thread_name(const char *name);
void os_thread_join(struct os_thread *t);

struct os_mutex { _Alignas(8) unsigned char opaque[64]; };
struct os_cond { _Alignas(8) unsigned char opaque[64]; };
void os_mutex_init(struct os_mutex *m);
void os_mutex_lock(struct os_mutex *m);
void os_mutex_unlock(struct os_mutex *m);
void os_mutex_destroy(struct os_mutex *m);
void os_cond_init(struct os_cond *c);
void os_cond_wait(struct os_cond *c, struct os_mutex *m);
/* Waits at most ms of real time; false on time-out. */
bool os_cond_wait_ms(struct os_cond *c, struct os_mutex *m, int64_t ms);
void os_cond_signal(struct os_cond *c);
void os_cond_broadcast(struct os_cond *c);
void os_cond_destroy(struct os_cond *c);

/* A thread with a lock, what it waits for with that held, and an end that is asked of it. */
struct os_worker {
	struct os_mutex lock;
	struct os_cond wake;
	struct os_thread *thread; /* NULL: it does not run */
	bool stopping;            /* with the lock */
};
void os_worker_init(struct os_worker *w);
BASE_MUST_USE enum err os_worker_start(struct os_worker *w, void *(*run)(void *), void *arg);
/* Wakes it, and waits until it has seen that it is to stop. One that was never started has. */
void os_worker_stop(struct os_worker *w);
void os_worker_release(struct os_worker *w);

#endif
