/* sqlite_durable.c - the log on the disk, in its place; sqlite_durable.h says when. */
#include "store/sqlite_durable.h"

#include <stdio.h>

#include "store/flush.h"
#include "store/sqlite_log.h"

/* The log's own file, through whatever file system the library was given. It is open as long as the connection; NULL: there is none. */
static sqlite3_file *log_of(sqlite3 *db)
{
	sqlite3_file *log = NULL;
	return sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log && log->pMethods ? log : NULL;
}

/* Who has not read yet has not opened it. */
static sqlite3_file *opened_log_of(sqlite3 *db)
{
	return sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK ? log_of(db) : NULL;
}

static void do_not_copy_in(sqlite3 *db)
{
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

static enum err refused(const char *path, struct diag *d)
{
	return diag_set(d, ERR_IO, "store.io", "The log beside the database %s cannot be written to the disk. Is the disk well, and is there room on it?", path);
}

enum err sqlite_durable_left(sqlite3 *writer, const char *path, struct diag *d)
{
	sqlite3_file *log = opened_log_of(writer);
	if (!log || sqlite_log_write_again(log) == SQLITE_OK)
		return OK;
	do_not_copy_in(writer); /* its sync would say yes */
	return refused(path, d);
}

/* Closing would copy it into the file, and the sync before that would say yes to what one that failed has lost (sqlite_log.h). */
void sqlite_durable_leave(sqlite3 *reader)
{
	sqlite3_file *log = log_of(reader);
	sqlite3_int64 bytes = 0;
	if (log && (log->pMethods->xFileSize(log, &bytes) != SQLITE_OK || bytes))
		do_not_copy_in(reader);
}

void sqlite_durable_leave_log(sqlite3 *writer)
{
	do_not_copy_in(writer);
}

enum err sqlite_durable_copy_in(sqlite3 *writer)
{
	return sqlite3_wal_checkpoint_v2(writer, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL) == SQLITE_OK ? OK : ERR_IO;
}

/* ---- beside the writer ---- */

enum { THE_FILE, THE_LOG, THE_INDEX, PLACES };

/* A file, its log and that one's index, and where they stood when they were opened. Who reads beside us and does not find the index makes one of his own,
 * and is not seen when the log begins anew. */
struct sqlite_durable {
	sqlite3_file *log;
	char names[PLACES][1200];
	struct os_file_id ids[PLACES];
	bool placed; /* on a file system of the machine's */
	_Atomic bool told;
};

/* The file by the name that it was given, which may be a link: who opens that later must find this one. */
static void note_places(struct sqlite_durable *k, const char *path)
{
	char file[1100];
	if (!os_name_led(path, file, sizeof file))
		return;
	if ((size_t)snprintf(k->names[THE_FILE], sizeof k->names[THE_FILE], "%s", path) >= sizeof k->names[THE_FILE])
		return;
	snprintf(k->names[THE_LOG], sizeof k->names[THE_LOG], "%s-wal", file);
	snprintf(k->names[THE_INDEX], sizeof k->names[THE_INDEX], "%s-shm", file);
	k->placed = true;
	for (int i = 0; i < PLACES; i++)
		k->placed = k->placed && os_file_id(k->names[i], &k->ids[i]);
}

/* Taken away or put elsewhere, they are written to as before, and nobody will find it there. */
static bool in_their_places(struct sqlite_durable *k)
{
	for (int i = 0; k->placed && i < PLACES; i++) {
		struct os_file_id now;
		if (os_file_id(k->names[i], &now) && now.device == k->ids[i].device && now.number == k->ids[i].number)
			continue;
		if (!atomic_exchange(&k->told, true))
			fprintf(stderr, "banjie: %s is not where it was when it was opened: nothing is acknowledged until it is there again, or until a restart where it is gone\n", k->names[i]);
		return false;
	}
	atomic_store(&k->told, false);
	return true;
}

static enum err sync_log(void *arg)
{
	struct sqlite_durable *k = arg;
	return k->log->pMethods->xSync(k->log, SQLITE_SYNC_NORMAL) == SQLITE_OK && in_their_places(k) ? OK : ERR_IO;
}

static enum err write_log_again(void *arg)
{
	struct sqlite_durable *k = arg;
	return in_their_places(k) && sqlite_log_write_again(k->log) == SQLITE_OK ? OK : ERR_IO;
}

enum err sqlite_durable_beside(struct store *s, sqlite3 *writer, struct sqlite_durable **kept, struct store_flush **out, struct diag *d)
{
	struct sqlite_durable *k = *kept = heap_alloc(sizeof *k);
	if (!k)
		return ERR_NOMEM;
	k->log = opened_log_of(writer);
	if (!k->log)
		return ERR_IO;
	note_places(k, s->path);
	if (write_log_again(k) != OK)
		return refused(s->path, d);
	return store_flush_start(s, &(struct store_flush_calls){ .sync = sync_log, .rescue = write_log_again, .arg = k }, out);
}

void sqlite_durable_free(struct sqlite_durable *k)
{
	heap_free(k);
}
