/* vault.h - backups kept in a folder: full ones with the increments that follow them, made by a schedule, thinned out, proved.
 *
 * casework/backup.h makes and reads one archive; here is what an office needs around it: which archives belong together, which
 * of them give a moment, which may go, when the next is due, and that somebody is told when one could not be made.
 */
#ifndef VAULT_VAULT_H
#define VAULT_VAULT_H

#include "casework/backup.h"
#include "casework/room.h"

extern const struct casework_room vault_room;

/* ---- a folder ---- */

struct vault_file {
	const char *path;
	struct casework_archive a; /* where it can be read */
	uint64_t place;            /* in the order in which they were made */
	struct diag why;           /* else */
};
/* Every archive of the folder in the order in which they were made; at the end those that cannot be read, and (backup.no-base) increments
 * that follow none of the others. ERR_NOT_FOUND without a folder. */
BASE_MUST_USE enum err vault_list(struct arena *a, const char *dir, const struct archive_key *key, struct vault_file **out, size_t *count, struct diag *d);
/* The archives that give the record's state at the moment (INT64_MAX: the latest): the newest full one before it and the
 * increments up to it; where these end too early, or there is none, the first full one after it. ERR_NOT_FOUND. */
BASE_MUST_USE enum err vault_chain(struct arena *a, const struct vault_file *files, size_t count, int64_t until_ms, const char ***paths, size_t *n,
                                   struct diag *d);

struct vault_backup {
	const char *dir;              /* made when it is not there */
	const struct archive_key *key;
	bool incremental;             /* where there is one to follow, of this record and schema; else full */
	int64_t full_after_ms;        /* an increment becomes full when the last full one is older; 0 = never */
	int64_t keep;                 /* full ones to keep, with what follows them; 0 = all */
	bool quick;                   /* read back and compared only, not restored */
	const struct casework_options *open; /* for the proof by restoring */
	casework_progress progress;
	void *progress_arg;
	_Atomic bool *give_up;        /* once true it ends soon with ERR_BUSY backup.given-up and leaves nothing; NULL = never */
};
struct vault_made {
	const char *path;
	struct casework_archive a;
	bool restored;       /* proved by restoring it; else by reading it to its end */
	size_t removed;      /* older archives */
};
/* One backup: made, proved, and only then given its name; then older ones thinned out. A full one is restored beside it and compared; an
 * increment is read back, its chain checked. Where it fails, out->path says what was kept of it (….failed), or NULL. ERR_BUSY while another backup is made into the same folder. */
BASE_MUST_USE enum err vault_make(struct casework *cw, const struct vault_backup *o, struct arena *a, struct vault_made *out, struct diag *d);

/* A full one as this file (.dir, .incremental and .keep are not used). ERR_CONFLICT backup.exists; ERR_BUSY. */
BASE_MUST_USE enum err vault_make_file(struct casework *cw, const struct vault_backup *o, const char *path, struct arena *a, struct vault_made *out,
                                       struct diag *d);

/* ---- the schedule ---- */

enum { VAULT_TIMES_MAX = 24 };
struct vault_schedule {
	int64_t every_ms;               /* 0 = at the times below */
	int times[VAULT_TIMES_MAX];     /* minutes of the office's day, ascending */
	size_t times_count;
};
/* "30m", "1h", "2d" · "02:30,14:00". False for anything else. Pure. */
bool vault_schedule_read(struct str every, struct str at, struct vault_schedule *out);
/* When the next one is due, after the last began at last_ms (0 = never: now). A clock that was set back does not wait for the old time.
 * Pure. */
int64_t vault_next_ms(const struct vault_schedule *s, int32_t offset_s, int64_t last_ms, int64_t now_ms);

struct vault_options {
	struct casework *casework;   /* borrowed */
	const char *dir, *key_path;  /* dir NULL: no schedule; the page then says so */
	struct vault_schedule schedule;
	int64_t keep;                /* full ones; 0 = 4 */
	const struct casework_options *open;
	struct os_clock *clock;      /* NULL = the real one: a disk fails in real time */
};
struct vault;
/* States the schedule; with a folder starts the thread that keeps it. The key is read at once: a wrong one refuses the start. */
BASE_MUST_USE enum err vault_start(const struct vault_options *o, struct vault **out, struct diag *d);
/* Gives up the backup under way, which is made after the next start: who ends a server does not wait for its proof. NULL is fine. */
void vault_stop(struct vault *v);
/* One backup now if it is due, on the caller's thread; *next_ms when the next one is. For tests, and the thread itself. */
BASE_MUST_USE enum err vault_round(struct vault *v, int64_t *next_ms, bool *made);

#endif
