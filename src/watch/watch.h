/* watch.h - the one who looks at the clock: fires what is due, when it is due.
 *
 * A thread asks its source for the next due moment, waits until then and lets the source
 * fire. It is woken early when something new may be due sooner. It decides nothing: limits,
 * notices, yellow and red are casework's.
 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "base/diag.h"
#include "casework/casework.h"

/* Longest wait, so that a clock set by hand or a slept machine is noticed; and the shortest
 * pause between two ticks, so that a burst of commands does not cost a tick each. Both stay
 * far inside the second within which a limit must be raised. */
enum { WATCH_WAIT_MS_MAX = 30000, WATCH_PAUSE_MS = 200, WATCH_RETRY_MS = 500 };

struct watch_source {
	void *arg;
	int64_t (*now_ms)(void *arg);
	/* Fires everything due; *next_ms the next due moment, INT64_MAX if none. */
	enum err (*tick)(void *arg, int64_t *next_ms, struct diag *d);
	/* Told of a tick that failed (it is tried again); may be NULL. On the watch's thread. */
	void (*failed)(void *arg, const struct diag *d);
};

struct watch;

/* The source over a running casework; borrowed, must outlive the watch. */
struct watch_source watch_casework(struct casework *cw);

/* Starts the thread; its first act is a tick, so that what fell due while nothing ran is
 * fired at once. ERR_NOMEM, ERR_IO. */
BASE_MUST_USE enum err watch_start(const struct watch_source *source, struct watch **out);
/* Something may be due sooner than thought. Any thread; never blocks on a tick. */
void watch_nudge(struct watch *w);
/* Ends after the tick under way, joins and frees. NULL is fine. */
void watch_stop(struct watch *w);

/* The rules of supervision over the record (docs/supervision-rules.md), as a domain beside the others. */
extern const struct casework_room watch_room;

/* A rule tried on the past, for the command line: what it would have raised between two moments. `xml` is a rule's file.
 * `progress` may be NULL. The answer is {done, total, alerts, notice, yellow, red, rows:[{at, level, case_no, …}]}. */
BASE_MUST_USE enum err watch_try(struct casework *cw, struct str xml, int64_t from_ms, int64_t to_ms, casework_progress progress, void *arg,
                                 struct arena *a, const struct json **out, struct diag *d);
/* For the benchmark: the whole record read bare (every column that the judge needs), then judged by all of these rules at once. */
struct watch_measure { int64_t entries, alerts, read_us, judge_us; };
BASE_MUST_USE enum err watch_measure(struct casework *cw, const struct str *xml, size_t count, struct watch_measure *out, struct diag *d);

/* Reads, compiles and checks a rule's file: ERR_INVALID says what is wrong. *number is in the arena. */
BASE_MUST_USE enum err watch_check(struct str xml, struct arena *a, struct str *number, struct diag *d);

/* How long to wait: 0 when due, at most WATCH_WAIT_MS_MAX. Pure. */
int64_t watch_wait_ms(int64_t now_ms, int64_t next_ms);

#endif
