/* disk.h - a simulated disk for SQLite: a virtual file system (sqlite3_vfs) in memory that knows what is durable.
 *
 * A write is there at once for whoever reads, and durable only after the file's next sync, as on a machine with a cache. A file that
 * was made or removed is so at once (SQLite syncs folders itself). disk_crash takes the machine away: what was not synced goes, or,
 * torn, partly stays. At the n-th call counted from disk_arm a fault happens. One call at a time;
 * connections on several threads are kept apart as by the locks of the machine.
 */
#ifndef TESTS_FAULT_DISK_H
#define TESTS_FAULT_DISK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

enum disk_fault {
	DISK_NONE,
	DISK_CRASH,        /* the machine stops at this call: unsynced writes are gone */
	DISK_TORN,         /* the same, but each unsynced sector of 512 bytes is there or not, by the seed */
	DISK_FILES,        /* the same, but of each file all that was not synced is there or nothing, by the seed: in whatever order files are brought to the disk */
	DISK_LOST_SYNC,    /* from here on syncs say yes and do nothing; the machine stops CRASH_LATER calls after */
	DISK_WRITE_ERROR,  /* this write fails */
	DISK_FULL_ONCE,    /* no room at this write */
	DISK_FULL,         /* nor at any later one, until disk_room_again */
	DISK_SYNC_ERROR,   /* this sync fails, and what it should have made durable is so by chance, sector by sector; a later one says nothing of it */
	DISK_READ_ERROR,   /* this read fails */
	DISK_SHORT_READ,   /* this read gives half */
	DISK_BIT,          /* this read gives one wrong bit, and always will: the medium has it */
	DISK_FAULTS
};
const char *disk_fault_name(enum disk_fault f);

/* Becomes the default file system of this process. */
void disk_install(void);
/* All files gone. */
void disk_wipe(void);
/* The durable state kept and taken back, for one beginning of many runs. */
void disk_save(void);
void disk_load(void);
/* A database as whoever reads it now sees it, with its log, under a second name; nobody has that one open. */
void disk_copy(const char *from, const char *to);
/* That it consists of these bytes, durably, and has no log. */
void disk_put(const char *name, const void *bytes, uint32_t len);
/* The fault at the n-th counted call from now, 1-based; counting begins. */
void disk_arm(enum disk_fault f, uint64_t n, uint64_t seed);
/* Calls counted since disk_arm of the kind that the fault chooses among. */
uint64_t disk_calls(void);
/* Has the machine stopped? Every call then fails. */
bool disk_stopped(void);
bool disk_fired(void);
/* No more faults. */
void disk_disarm(void);
/* The machine stops now. */
void disk_stop(bool torn);
/* A process that had been stopped so was killed, and the machine goes on: what was written is there. */
void disk_go_on(void);
/* The machine is started again: what is durable is what there is. */
void disk_crash(void);
void disk_room_again(void);
/* Files may grow by so many bytes from now on. */
void disk_leave(uint32_t bytes);

#endif
