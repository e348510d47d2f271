/* backup.h - the whole system carried out of its store and into another: backups, restoring to a moment, copies.
 *
 * Three families of tables (schema.c) travel differently. The record (ledger, content) is append-only: a full backup has all
 * of it, an increment what came since. Rows that pages show are derived from the record: a full backup has them as they
 * stand, so that restoring is fast; from there on they are made by replaying the entries that follow, which also gives the
 * state at any moment. The workspace (drafts, secrets of this installation, answers to repeated commands) is small and goes
 * whole into every archive. Sessions and tickets go into none: after restoring everybody signs in again. The search index is
 * made anew.
 *
 * An archive is one moment of the database (a single read transaction), whatever is written meanwhile.
 */
#ifndef CASEWORK_BACKUP_H
#define CASEWORK_BACKUP_H

#include "casework/casework.h"
#include "store/archive.h"

enum { ARCHIVE_ID = 32 };

/* The last entry of the record. */
struct casework_head { uint64_t seq; int64_t at_ms; uint8_t hash[32]; };

struct casework_archive {
	char id[ARCHIVE_ID + 1];      /* of the archive */
	char base[ARCHIVE_ID + 1];    /* of the one it follows; "" = a full backup */
	uint64_t base_seq;
	uint8_t base_hash[32];        /* of that entry; zeros where the archive does not say */
	uint64_t number;              /* in its folder, counted from 1 as they are made; 0: it does not say */
	char schema[17];              /* of the versions of all parts: an increment is of its base's schema */
	int64_t made_ms;
	struct casework_head head;
	uint64_t rows;                /* carried; 0 where only the head of the file was read */
	int64_t bytes;                /* size of the file */
};

struct casework_backup {
	const char *path;                     /* the file to make */
	const struct archive_key *key;
	const struct casework_archive *base;  /* NULL = full */
	uint64_t number;                      /* as in the archive */
	casework_progress progress;           /* rows; may be NULL */
	void *progress_arg;
	_Atomic bool *give_up;                /* once true it ends with ERR_BUSY and leaves nothing; NULL = never */
};
/* Beside a running server: open with .reading and without .inline_writer. Nothing stands under the name unless complete. */
BASE_MUST_USE enum err casework_backup(struct casework *cw, const struct casework_backup *o, struct casework_archive *out, struct diag *d);

/* What an archive says of itself. */
BASE_MUST_USE enum err casework_archive_read(const char *path, const struct archive_key *key, struct casework_archive *out, struct diag *d);
/* Read to its end: every chunk authentic, every table's rows as counted and digested when it was made, the chain of the entries. */
BASE_MUST_USE enum err casework_archive_check(const char *path, const struct archive_key *key, casework_progress p, void *arg,
                                              struct casework_archive *out, struct diag *d);

struct casework_restore {
	const char *const *archives; /* a full one, then the increments that follow it, in order */
	size_t count;
	const struct archive_key *key;
	int64_t until_ms;            /* entries after this moment are left out; INT64_MAX = all */
	const struct casework_options *open; /* data_dir and rooms are used */
	casework_progress progress;  /* bytes of archives; may be NULL */
	void *progress_arg;
};
struct casework_restored { struct casework_head head; uint64_t rows, replayed; };
/* Makes `path`, or nothing: what is restored is proved first. Where the full archive lies before the moment, its rows are compared
 * with their digests; entries after it are replayed, their chain checked to the head; where it lies behind, every row is
 * made from the record up to the moment. ERR_CONFLICT where the file is there; ERR_CORRUPT says what differs. */
BASE_MUST_USE enum err casework_restore(const char *path, const struct casework_restore *o, struct casework_restored *out, struct diag *d);

/* Every table's rows counted and digested, as one digest in hex (65 bytes) that two stores with the same contents share.
 * `workspace` false: the record and the rows alone. */
BASE_MUST_USE enum err casework_state(struct casework *cw, bool workspace, char out[65], uint64_t *rows, struct diag *d);

struct casework_part { const char *name; int before, after; };
enum casework_upgrade_work { UPGRADE_MIGRATES, UPGRADE_VERIFIES, UPGRADE_REBUILDS };
struct casework_upgrade {
	const struct casework_options *open;
	bool prove;                    /* verify the record and rebuild the rows from it, in the same transaction */
	bool commit;                   /* false: tried only, nothing stays */
	void (*begins)(void *arg, enum casework_upgrade_work work); /* may be NULL, as the next */
	casework_progress progress;    /* entries, of the work that began last */
	void *progress_arg;            /* of both */
};
struct casework_upgraded {
	struct casework_part parts[64];
	size_t count;
	int64_t migrate_us, prove_us;
	uint64_t entries, rows;
};
/* Every part of the schema to this program's, in one transaction: proved, then committed, or nothing. ERR_BUSY while it is
 * served (on a server: where something must go forward and is to be committed); ERR_UNSUPPORTED store.newer; ERR_INVALID store.not-one,
 * which is not touched. */
BASE_MUST_USE enum err casework_upgrade(const char *path, const struct casework_upgrade *o, struct casework_upgraded *out, struct diag *d);

struct casework_copy {
	bool follow;                    /* go on until the source stands still, else one round */
	bool (*still)(void *arg);       /* is nobody writing to the source any more? */
	void (*wait)(void *arg);        /* between rounds */
	void *arg;
	casework_progress progress;     /* entries; may be NULL */
	void *progress_arg;
};
struct casework_copied { struct casework_head head; uint64_t rows; bool whole; char digest[65]; };
/* How many processes serve it now; ERR_UNSUPPORTED where that cannot be told (store_serving). */
BASE_MUST_USE enum err casework_serving(struct casework *cw, int64_t *processes);
/* Has it a record that no copy has begun? Asked before it is opened, which would bring it to this program's schema. What is not there yet, or cannot be
 * looked at, has none here and is told when it is opened. `open`: data_dir and rooms are used. */
bool casework_has_record(const char *path, const struct casework_options *open);
/* The same, and somebody administers it or once did: a record that a server began by itself is no office yet. A server that cannot be asked is told at
 * once, and need not be asked again. */
BASE_MUST_USE enum err casework_has_office(const char *path, const struct casework_options *open, bool *has, struct diag *d);
bool casework_is_office(struct casework *cw); /* of one that is open */
/* Of a target that has one: out->whole where the source stands still and every table is the same on both sides, for the copy was complete and
 * could not say so any more; the target is then on the disk. Else ERR_CONFLICT copy.target-used, and the target stays as it is. */
BASE_MUST_USE enum err casework_copy_again(struct casework *from, const char *path, const struct casework_options *open, const struct casework_copy *o,
                                           struct casework_copied *out, struct diag *d);
/* From one opened store into another of the same schema, by rounds; stopped and begun again it goes on where it was. `whole`: the
 * source stood still, also after it was compared, the workspace is over there too, and every table's digest is the same on both sides. ERR_CONFLICT
 * copy.overtaken: another one was begun after this one; copy.other-record: the target's last entry is not in the source. */
BASE_MUST_USE enum err casework_copy(struct casework *from, struct casework *to, const struct casework_copy *o, struct casework_copied *out, struct diag *d);

#endif
