/* tally.h - statistics: how many cases were received, accepted, concluded, on time, ... by region, organ, item, kind, channel,
 * post and period.
 *
 * Counters are rows kept up as events arrive (tally_room.c), so a table over ten million cases reads a few thousand rows, and
 * `banjie rebuild --check` proves them with all others. What each measure means and which event it comes from stands in
 * docs/statistics.md and, for programs, in tally_measures().
 */
#ifndef TALLY_TALLY_H
#define TALLY_TALLY_H

#include "casework/casework.h"

extern const struct casework_room tally_room;

/* Two families of counters: of cases and of the steps of posts. A table takes its measures from one. */
enum tally_family { TALLY_CASES, TALLY_STEPS };
enum tally_kind {
	TALLY_COUNT,   /* a sum of counters */
	TALLY_PERCENT, /* counter / under, in tenths of a percent, half up; nothing when `under` is 0 */
	TALLY_AVERAGE, /* counter / under, in tenths, half up */
};
struct tally_measure {
	const char *name;           /* in parameters, the API and catalogues ("tally.measure.received") */
	enum tally_family family;
	enum tally_kind kind;
	const char *counter, *under; /* SQL over the counters' columns */
};
const struct tally_measure *tally_measures(size_t *count);
/* NULL when there is none. */
const struct tally_measure *tally_measure_find(struct str name);

/* What a table can be split by. */
enum tally_split { TALLY_NONE, TALLY_PERIOD, TALLY_REGION, TALLY_ORGAN, TALLY_ITEM, TALLY_KIND, TALLY_CHANNEL, TALLY_POST, TALLY_SPLITS };
const char *tally_split_name(enum tally_split s); /* "", "period", "region", ... */
bool tally_split_parse(struct str name, enum tally_split *out); /* empty = TALLY_NONE */

enum tally_unit { TALLY_DAY, TALLY_WEEK, TALLY_MONTH, TALLY_QUARTER, TALLY_HALF, TALLY_YEAR, TALLY_UNITS };
const char *tally_unit_name(enum tally_unit u);
bool tally_unit_parse(struct str name, enum tally_unit *out);

enum { TALLY_MEASURES_MAX = 12, TALLY_ROWS_MAX = 2000, TALLY_SMALL = 5 };

#endif
