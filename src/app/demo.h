/* demo.h - a fictitious city and a month of its work, made through the same commands as real work.
 *
 * Everything follows from the seed and from `now_ms`: the same two give the same record.
 */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include "casework/casework.h"

struct demo_options {
	const char *data_dir;   /* folder that holds data/, packs/ and demo/ */
	uint64_t seed;
	int64_t now_ms;         /* when the month ends */
	int32_t days, cases;    /* how long and how much; bounded by DEMO_DAYS_MAX, DEMO_CASES_MAX */
	void (*progress)(void *arg, uint64_t done, uint64_t total); /* may be NULL */
	void *arg;
};
enum { DEMO_DAYS_MAX = 366, DEMO_CASES_MAX = 100000 };

struct demo_figures { uint64_t cases, commands, refused; };

/* Makes the city in an empty system and plays the days up to now. `clock` is the virtual clock that
 * `cw` was opened with; it stands at now_ms afterwards. ERR_CONFLICT when the system is not empty. */
BASE_MUST_USE enum err demo_make(struct casework *cw, struct os_clock *clock, const struct demo_options *o,
                                 struct demo_figures *out, struct diag *d);

#endif
