/* import_int.h - what the readers share. */
#ifndef CASEWORK_IMPORT_INT_H
#define CASEWORK_IMPORT_INT_H

#include "casework/import.h"
#include "text/csv.h"

struct import_field_name {
	enum import_scope scope;
	const char *name; /* in a mapping */
	bool required;    /* a file without it cannot be read */
};
extern const struct import_field_name import_field_names[IMPORT_FIELDS];

/* Tells a problem to the sink and counts it. */
void import_problem(const struct import_sink *sink, struct import_counts *counts, int line, const char *code,
                    const char *fmt, ...) BASE_PRINTF(5, 6);
/* Passes on what csv_next said of a row. */
void import_problem_diag(const struct import_sink *sink, struct import_counts *counts, const struct diag *d);

/* Trimmed, and empty where the mapping says that the value means nothing. */
struct str import_value(const struct import_mapping *m, struct str raw);
/* The code for a word, ptr NULL when none. */
struct str import_code(const struct import_code *codes, size_t count, struct str word);

/* Finds the column of every field of `scopes` (a bit each); -1 where there is none. ERR_INVALID names
 * the required field that has none and the columns there are. */
BASE_MUST_USE enum err import_columns(const struct csv_reader *csv, const struct import_mapping *m, unsigned scopes,
                                      int column[IMPORT_FIELDS], struct diag *d);

/* RFC 3339, or a local date or time with the offset of `zone_of` (an RFC 3339 text) or else of the
 * mapping's zone. False for anything else. */
bool import_time(const struct import_mapping *m, struct str text, struct str zone_of, int64_t *out);

/* One event under construction: its fields as texts, by enum import_field. */
struct import_texts {
	struct str text[IMPORT_FIELDS];
	int line;
};

/* Fills a case's or an event's moments and words from texts; texts are borrowed. Bad moments are
 * problems; an event without activity or moment is left out (false), like a case without id. */
bool import_fill_case(const struct import_mapping *m, const struct import_texts *t, const struct import_sink *sink,
                      struct import_counts *counts, struct import_case *out);
bool import_fill_event(const struct import_mapping *m, const struct import_texts *t, const struct import_sink *sink,
                       struct import_counts *counts, struct import_event *out);
/* Sorts the events, fills in a missing start, counts, and hands the case over. A case without a
 * start and without events is left out. */
BASE_MUST_USE enum err import_hand_over(struct import_case *c, struct import_event *events, size_t count,
                                        const struct import_sink *sink, struct import_counts *counts);

#endif
