/* checkpoint.h - for the driver of SQLite alone: its log copied beside the writer. */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include <sqlite3.h>

#include "store/store_int.h"

/* `growth`: of the log between two rounds, in bytes. *out is to be stopped on failure too. */
BASE_MUST_USE enum err store_checkpoint_start(sqlite3 *writer, const char *path, uint32_t growth, struct store_stats *stats,
                                              struct store_checkpoint **out);

#endif
