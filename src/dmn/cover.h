/* cover.h - the input space of a decision table cut into regions that no rule tells apart
 * further (cover_regions.c), for the search of gaps and overlaps (check_cover.c). */
#ifndef DMN_COVER_H
#define DMN_COVER_H

#include "dmn/check_int.h"

/* Every value of a region is treated alike by every test of its column. */
struct dmn_region {
	struct feel_value sample; /* one of its values */
	uint64_t *sure;           /* rules whose entry is true here */
	uint64_t *maybe;          /* those, and the rules whose entry cannot be judged beforehand */
};

struct dmn_column {
	struct dmn_region *at;
	size_t count;
	bool open; /* nothing is said about this input: one region without a meaningful sample */
	uint64_t *seen; /* scratch of the search: count * 2 * words */
};

static inline void dmn_bit_set(uint64_t *bits, size_t i) { bits[i / 64] |= UINT64_C(1) << (i % 64); }
static inline bool dmn_bit(const uint64_t *bits, size_t i) { return bits[i / 64] >> (i % 64) & 1; }

/* Regions of input `at`; `words` = length of the bit sets. */
BASE_MUST_USE enum err dmn_cover_column(struct dmn_check *c, const struct dmn_table *t, size_t at, size_t words,
                                        struct dmn_column *out);

#endif
