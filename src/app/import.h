/* import.h - what the kinds of import share; private to `banjie import`. */
#ifndef APP_IMPORT_H
#define APP_IMPORT_H

#include "app/app.h"
#include "casework/casework.h"
#include "casework/import.h"
#include "os/os.h"

enum { IMPORT_MEMORY_MAX = 1 << 30, IMPORT_FILE_MAX = 256 << 20, IMPORT_UNPACKED_MAX = 2000 << 20, IMPORT_TOLD_MAX = 1000, IMPORT_UNDER_WAY_MAX = 64 };

struct import_job {
	struct arena arena;      /* of the whole run */
	struct arena scratch;    /* of one command */
	const char *file, *db, *mapping_name, *source_name;
	bool json, preview;
	bool terminal;           /* progress is shown */
	struct str source;       /* the file's name without folder and endings, or --source */
	struct casework *cw;
	const struct import_mapping *mapping;
	const char *mapping_path;
	/* figures */
	uint64_t sent, changed, late, refused; /* counted by the reader's thread */
	uint64_t fresh, same;                  /* by either: guarded by lock */
	struct import_counts counts;
	uint64_t told;           /* problems shown */
	struct buf problems_json; /* the same, as members of a JSON array */
	int64_t shown_ms;
	/* commands on their way; guarded by lock */
	struct os_mutex lock;
	struct os_cond moved;
	size_t under_way;
	struct import_refusal *refusals; /* to be told by the reader's thread */
	enum err fault;
	struct diag fault_diag;
};

struct import_refusal { /* on the heap */
	struct diag d;
	struct import_refusal *next;
};

/* A file as it is, unpacked when it is packed with gzip. */
struct import_source;
BASE_MUST_USE enum err import_source_open(struct import_job *j, struct import_source **out, struct diag *d);
ptrdiff_t import_source_chunk(void *source, char *to, size_t room);
bool import_source_is_xml(const struct import_source *s);
/* What went wrong behind a chunk of -1, said in d. */
enum err import_source_error(const struct import_source *s, enum err e, struct diag *d);
void import_source_close(struct import_source *s);
BASE_MUST_USE enum err import_source_whole(struct import_job *j, struct str *out, struct diag *d);

/* The mapping asked for, or the shipped one that fits `keys` best. */
BASE_MUST_USE enum err import_mapping_choose(struct import_job *j, const struct import_keys *keys, bool log, struct diag *d);

/* Sends a command of the system; the answer lives in j->scratch. */
BASE_MUST_USE enum err import_send(struct import_job *j, const char *command, const struct json *data,
                                   const struct json **answer, struct diag *d);
/* Sends it without waiting for the answer, so that many share one commit: counts it as fresh or same by
 * the answer's "changed", and tells a refusal with the line. A fault comes back from a later call. */
BASE_MUST_USE enum err import_post(struct import_job *j, const char *command, const struct json *data, int line, struct diag *d);
/* Waits for all that was posted. */
BASE_MUST_USE enum err import_settle(struct import_job *j, struct diag *d);
/* Tells a broken row on stderr and keeps it for --json. */
void import_tell(void *job, const struct diag *d);
/* "N cases" on a terminal, at most ten times a second. */
void import_show(struct import_job *j, const char *what, uint64_t n);

BASE_MUST_USE enum err import_run_items(struct import_job *j, struct diag *d);
BASE_MUST_USE enum err import_run_log(struct import_job *j, struct diag *d);
BASE_MUST_USE enum err import_run_calendar(struct import_job *j, struct diag *d);
BASE_MUST_USE enum err import_run_structure(struct import_job *j, struct diag *d);

#endif
