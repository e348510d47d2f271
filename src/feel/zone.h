/* zone.h - private: IANA time zones. The rules are compiled into the program from the
 * time zone data of the machine that builds it: a decision gives the same answer on every
 * machine, nothing is read or initialised at run time, and threads share constants only.
 */
#ifndef FEEL_ZONE_H
#define FEEL_ZONE_H

#include "base/str.h"

/* One set of rules: transitions up to the last table entry, then the POSIX rule. */
struct feel_zone_rules {
	const int64_t *at;      /* UTC seconds of transitions, rising */
	const uint8_t *to;      /* offset index from there on */
	uint16_t count;
	const int32_t *offsets; /* seconds east of UTC; [0] before the first transition */
	const char *rule;       /* POSIX TZ string for what follows */
};

struct feel_zone {
	const char *name;
	const struct feel_zone_rules *rules;
};

extern const struct feel_zone feel_zones[]; /* sorted by name */
extern const uint16_t feel_zones_count;

/* Index of a zone by its exact name, -1 if there is none. */
int feel_zone_find(struct str name);
/* Seconds east of UTC at an instant. */
int32_t feel_zone_offset_at(uint16_t zone, int64_t utc_seconds);
/* At a wall-clock reading; in an overlap the earlier offset, in a gap the one before it. */
int32_t feel_zone_offset_local(uint16_t zone, int64_t local_seconds);

#endif
