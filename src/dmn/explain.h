/* explain.h - why a decision came out as it did, as a person would read it. */
#ifndef DMN_EXPLAIN_H
#define DMN_EXPLAIN_H

#include "dmn/dmn.h"

enum dmn_language { DMN_ZH, DMN_EN };

/* The decisions in the order in which they were taken: what each looked at, which rules of its
 * table matched and on what ground, what came out. Plain text, one fact a line. */
void dmn_explain(const struct dmn_trace *t, enum dmn_language language, struct buf *out);
/* The same as a JSON array of objects: decision, table, hitPolicy, inputs, matched, output. */
void dmn_trace_to_json(const struct dmn_trace *t, struct json_writer *w);

#endif
