/* import.h - reading what other systems write: catalogues of items and event logs.
 *
 * Pure readers: bytes in, one struct after another out, through a sink. They know no store; the
 * command that imports turns the structs into commands. A broken row or case is told with its line
 * and left out, the rest goes on; what breaks the file as a whole (no header, no such column, XML
 * that is not well-formed) is the returned error.
 *
 * Which column or attribute means what stands in a mapping, a small JSON file: see
 * data/mappings/README.md. The mappings shipped there are tried when none is named.
 */
#ifndef CASEWORK_IMPORT_H
#define CASEWORK_IMPORT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"

#define IMPORT_NO_TIME INT64_MIN /* of a moment that is not given */

/* ---- mappings ---- */

enum import_scope { IMPORT_ITEM, IMPORT_CASE, IMPORT_EVENT, IMPORT_SCOPES };

enum import_field {
	/* of an item */
	IMPORT_ITEM_CODE, IMPORT_ITEM_NAME, IMPORT_ITEM_KIND, IMPORT_ITEM_ORGAN, IMPORT_ITEM_ORGAN_CODE,
	IMPORT_ITEM_REGION, IMPORT_ITEM_GROUP,
	/* of a case */
	IMPORT_CASE_ID, IMPORT_CASE_START, IMPORT_CASE_DEADLINE, IMPORT_CASE_PLANNED_END, IMPORT_CASE_END,
	IMPORT_CASE_CHANNEL, IMPORT_CASE_DEPARTMENT, IMPORT_CASE_RESPONSIBLE, IMPORT_CASE_GROUP,
	IMPORT_CASE_KIND, IMPORT_CASE_STATUS,
	/* of an event */
	IMPORT_EVENT_ACTIVITY, IMPORT_EVENT_TIME, IMPORT_EVENT_RESOURCE, IMPORT_EVENT_GROUP,
	IMPORT_EVENT_LIFECYCLE, IMPORT_EVENT_INSTANCE, IMPORT_EVENT_DUE, IMPORT_EVENT_PLANNED,
	IMPORT_EVENT_FINISHED,
	IMPORT_FIELDS
};

enum { IMPORT_NAMES_MAX = 8, IMPORT_EMPTY_MAX = 16, IMPORT_CODES_MAX = 64 };

struct import_names { /* the first of these that is there counts */
	struct str name[IMPORT_NAMES_MAX];
	size_t count;
};

struct import_code { struct str from, to; };

struct import_mapping {
	struct str title;
	struct import_names names[IMPORT_FIELDS];
	struct str empty[IMPORT_EMPTY_MAX];           /* values that mean "nothing" */
	size_t empty_count;
	struct import_code channels[IMPORT_CODES_MAX]; /* words of the log to codes of A.5 */
	size_t channels_count;
	struct import_code kinds[IMPORT_CODES_MAX];    /* words of the catalogue to codes of A.1 */
	size_t kinds_count;
	struct str zone;                               /* offset of times that carry none, "+08:00"; empty = none */
	struct str item_kind;                          /* A.1 of the matters that a log is about; empty = not said */
	bool number_with_file;                         /* case numbers repeat among the log's files: put the file's name in front */
};

/* Reads a mapping; what it does not know is refused by name, so that a slip of the pen is seen. */
BASE_MUST_USE enum err import_mapping_read(struct arena *a, struct str json, struct import_mapping **out, struct diag *d);
/* Does the mapping name a field of this scope that the program cannot do without, and are all of
 * those among `present` (keys of the header)? Then the number of its names that are there, else 0. */
size_t import_mapping_fit(const struct import_mapping *m, enum import_scope scope, const struct map *present);

/* ---- items ---- */

struct import_item {
	int line;
	struct str impl_code, name;
	struct str kind;               /* code of A.1, two digits */
	struct str organ, organ_code;  /* organ_code, region_code, group may be empty */
	struct str region_code, group;
};

struct import_case;

struct import_sink {
	void *arg;
	/* Anything but OK stops the reading with that error. What they are given lives until they return. */
	enum err (*item)(void *arg, const struct import_item *item);
	enum err (*one_case)(void *arg, const struct import_case *c);
	/* A row or case that is left out, or a field of it: d has line, code and text. May be NULL. */
	void (*problem)(void *arg, const struct diag *d);
	/* Bytes read so far. May be NULL. */
	void (*progress)(void *arg, uint64_t bytes);
};

struct import_counts {
	uint64_t items, cases, events, problems;
	int64_t log_end_ms; /* the latest moment of an event or of a case's end; IMPORT_NO_TIME without one */
};

enum {
	IMPORT_CODE_BYTES_MAX = 64,    /* 31 by the standard's practice, 55 met in a province's portal */
	IMPORT_NAME_CHARS_MAX = 200,   /* GB/T 39046: an..200 */
};

/* A catalogue as CSV. Codes that stand twice are told at the second row. ERR_INVALID when a column
 * for code, name, kind or organ is missing. */
BASE_MUST_USE enum err import_items(struct arena *a, struct str csv, const struct import_mapping *m,
                                    const struct import_sink *sink, struct import_counts *out, struct diag *d);

/* ---- event logs ---- */

struct import_event {
	int line;
	struct str activity;   /* never empty */
	int64_t at_ms;         /* always given */
	struct str resource, group, lifecycle, instance;
	int64_t due_ms, planned_ms, finished_ms;
};

struct import_case {
	int line;              /* of its first row or its <trace> */
	struct str id;         /* never empty */
	int64_t start_ms;      /* given, or the first event's moment */
	int64_t deadline_ms, planned_end_ms;
	int64_t end_ms;        /* IMPORT_NO_TIME = still open */
	struct str channel;    /* as the log has it */
	struct str channel_code; /* A.5 through the mapping, "9" for what it does not name; empty without a channel */
	struct str department, responsible, group, kind, status;
	const struct import_event *events; /* by time; at equal times in the order of the file */
	size_t events_count;
};

/* A log as CSV, one row an event, the case's own fields on each row. Rows of a case need not stand
 * together; cases come in the order of their first rows, after the whole text is read. Memory in `a`
 * grows with the log. */
BASE_MUST_USE enum err import_log_csv(struct arena *a, struct str csv, const struct import_mapping *m,
                                      const struct import_sink *sink, struct import_counts *out, struct diag *d);
/* A log as XES (IEEE 1849), read as it comes: memory is bounded by the largest trace. `chunk` as for
 * xml_stream. */
BASE_MUST_USE enum err import_log_xes(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                                      const struct import_mapping *m, const struct import_sink *sink,
                                      struct import_counts *out, struct diag *d);

/* The keys a file has, for choosing a mapping: the header, or the keys of the first trace and of its
 * events. The maps live in `a`; for CSV all three are the same. */
struct import_keys { struct map scope[IMPORT_SCOPES]; };
BASE_MUST_USE enum err import_keys_csv(struct arena *a, struct str csv, struct import_keys *out, struct diag *d);
BASE_MUST_USE enum err import_keys_xes(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                                       struct import_keys *out, struct diag *d);

/* Is it on the supervision's list of late ones: ended after its deadline, or open past it when the log
 * ended? A case without a deadline is not. */
bool import_log_late(const struct import_case *c, int64_t log_end_ms);

#endif
