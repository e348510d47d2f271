/* histogram.h - how often something took how long: counts in fixed buckets, each twice as wide as the one before.
 *
 * Any thread may add, none waits. Reading beside that sees counts that are a moment apart, which is what a
 * monitor expects. Units are the caller's: histogram_put divides by `unit` on the way out.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

enum { HISTOGRAM_BUCKETS = 20 };

struct histogram {
	_Atomic uint64_t bucket[HISTOGRAM_BUCKETS]; /* the first up to `first`, each next up to twice that, the last without end */
	_Atomic uint64_t sum;
};

/* `first`: upper end of the first bucket; the same at every call. */
void histogram_add(struct histogram *h, uint64_t first, uint64_t value);
uint64_t histogram_count(const struct histogram *h);
/* Lines of the Prometheus text format: NAME_bucket{LABELS,le="…"}, NAME_sum, NAME_count. `labels` may be empty. */
void histogram_put(struct buf *b, const char *name, const char *labels, const struct histogram *h, uint64_t first, double unit);

#endif
