/* backup_int.h - private to the room: tables by family, shared by backups, restoring and copies. */
#ifndef CASEWORK_BACKUP_INT_H
#define CASEWORK_BACKUP_INT_H

#include "casework/backup.h"
#include "casework/casework_int.h"
#include "store/tables.h"

enum family { FAMILY_LEDGER, FAMILY_CONTENT, FAMILY_ROWS, FAMILY_WORKSPACE, FAMILY_PASSING, FAMILY_SCHEMA };

/* Which family a table is of: by its name, from what kernel and rooms say of their tables. */
enum family family_of(const struct casework *cw, struct str table);
/* Has it the office's own words, with which a file learns to press (press_words in schema.c)? They come before what is pressed. */
bool has_words(struct str table);
/* What a row of the table meets that is there already; NULL: nothing may be there. */
const char *family_conflict(enum family f, struct str table);
/* Counted, for progress; 0 where it cannot be. */
uint64_t rows_of(struct store_conn *c, struct str table);
BASE_MUST_USE enum err record_head(struct store_conn *c, struct casework_head *out);

/* Records of an archive. */
enum { TAG_MANIFEST = 'M', TAG_TABLE = 'T', TAG_ROW = 'R', TAG_END = 'E' };

/* ---- the ledger's rows as bytes: columns in the order of the table ---- */
struct ledger_row { struct ledger_entry e; };
BASE_MUST_USE enum err ledger_row_read(const struct str *columns, size_t count, struct str row, struct ledger_entry *out, struct diag *d);
/* Does `e` follow *last? Then *last becomes e (without its texts). *last.seq 0: the first one may be any of seq 1. */
BASE_MUST_USE enum err ledger_follow(struct ledger_entry *last, struct ledger_entry *e, struct diag *d);
/* Applies the entry to the rows of `to`. */
BASE_MUST_USE enum err replay_entry(const struct casework *cw, struct store_conn *to, struct arena *a, const struct ledger_entry *e, struct diag *d);

/* What an archive contains, read by whoever wants it: called for the manifest, each table, each row, the end. */
struct archive_visit {
	void *arg;
	enum err (*manifest)(void *arg, const struct casework_archive *a, const struct json *m, struct diag *d);
	enum err (*table)(void *arg, struct str name, const struct str *columns, size_t count, struct diag *d);
	enum err (*row)(void *arg, struct str row, struct diag *d);
	casework_progress progress;
	void *progress_arg;
	int64_t before, total; /* bytes of other archives, for the progress */
};
/* Reads to the end and compares counts and digests on the way. */
BASE_MUST_USE enum err archive_visit(const char *path, const struct archive_key *key, const struct archive_visit *v, struct casework_archive *out,
                                     struct diag *d);

/* Before a database is served: its pages for as long as a start may take, and the end of the chain; arg is the struct diag. */
BASE_MUST_USE enum err verify_start(void *arg, struct store_conn *c);
/* Opens without migrating and without the office's calendar: for a store that is to be filled. */
BASE_MUST_USE enum err casework_open_bare(const char *path, const struct casework_options *o, struct casework **out, struct diag *d);
/* ERR_INVALID store.not-one: there is no record in it; ERR_CONFLICT store.unfinished: it is a copy that is not complete. */
BASE_MUST_USE enum err schema_there(struct casework *cw, const char *path, struct diag *d);
/* Is the entry in this record too? Before the first (seq 0) every record is alike. */
BASE_MUST_USE enum err record_holds(struct store_conn *c, const struct casework_head *entry, bool *out);
/* The kernel's and every room's schema as it was at these versions (part to number). */
BASE_MUST_USE enum err migrate_as(const struct casework *cw, struct store *s, const struct json *parts, struct diag *d);

/* ---- strangers.c ---- */
struct table_list { struct store_table *tables; size_t count; };
/* Is every table and column one of ours, and is each of ours there? ERR_INVALID store.strange-table, store.strange-column, store.month-off, store.table-missing. */
BASE_MUST_USE enum err only_ours(const struct casework *cw, const struct table_list *there, const struct table_list *ours, struct diag *d);
BASE_MUST_USE enum err tables_of(struct store *s, struct arena *a, struct table_list *out, struct diag *d);
/* Those of this program at these versions. */
BASE_MUST_USE enum err tables_at(const struct casework *cw, const struct json *parts, struct arena *a, struct table_list *out, struct diag *d);

/* The search index, from the items. */
BASE_MUST_USE enum err search_refill(struct store_conn *c);

#endif
