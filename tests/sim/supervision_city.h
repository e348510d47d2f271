/* supervision_city.h - a seeded city for the proof of supervision: organs with their people, procedures, a diary in virtual time, and
 * restarts of the whole system between any two deeds. */
#ifndef TESTS_SIM_SUPERVISION_CITY_H
#define TESTS_SIM_SUPERVISION_CITY_H

#include "calendar/calendar.h"
#include "casework/casework.h"
#include "casework/room.h"
#include "text/json_make.h"

enum { ORGANS_MAX = 80, MINUTE_MS = 60000, HOUR_MS = 3600000 };

/* What is planted in a case; PLAIN is nothing. */
enum plant {
	PLAIN, SKIPPED, WRONG_POST, OUT_OF_ORDER, BACK_DATED, OUTSIDE, TYPED_IN, NO_REASONS, EMPTY_REASONS, NOT_ACCEPTED, SECOND_SUPPLEMENT,
	RETURNED, SUPPLEMENT_NEAR, SUSPENDED_NEAR, EXTENDED_ALONE, FEE_OUTSIDE, FEE_OVER, DISCRETION, UNLIKE, AT_NIGHT, ONE_FOR_TWO, SIGNED_AT_ONCE,
	MASS, LATER_FIRST, NOT_TOLD, NO_HEARING, DEEMED, DEMAND_LATE, ALERT_UNANSWERED, BAD_RATING, COMPLAINED, UPHELD, TICKET, LATE_PROMISED,
	LATE_DELIVERY, LATE_STEP, UNPUBLISHED, PLANTS,
};

struct organ { int64_t clerk, reviewer, second, head; };

struct kase {
	int64_t id;
	char case_no[40], secret[16];
	enum plant plant;
	int organ, times, variant; /* times: of what the plant repeats; variant: what a plain case does */
	struct kase *leader;       /* of a group that is one deed: whose case the alert is about */
	int64_t at_ms, accepted_ms, opened_ms;
	bool own_pack;    /* the city's own small procedure, not general-item */
};

struct deed {
	int64_t at_ms;
	uint64_t seq;
	struct kase *k;
	int64_t step;
	char what[24]; /* element of a step, or "submit", "rate", ... */
};

struct city {
	struct casework *cw;
	struct os_clock clock;
	struct os_entropy entropy;
	struct arena a;               /* of one deed */
	struct arena whole;
	struct casework_result r;
	const char *path;
	const struct calendar *calendar;
	uint64_t chance;
	int64_t admin, supervisor;
	struct organ organs[ORGANS_MAX];
	int organs_count;
	struct kase *cases, **received; /* received: in the order of their ids */
	size_t cases_count, received_count;
	struct deed *diary;
	size_t diary_count, diary_room;
	uint64_t seq;
	struct { int64_t case_id, step; char element[24]; } opened[256];
	size_t opened_count, refused;
	int restarts, restart_every;
	bool failed;
	uint64_t commands;
};

/* Monday 2025-01-06 08:00 in China. */
#define CITY_START_MS 1736121600000LL

extern const struct casework_room city_room; /* gives the events that other domains would give */

int64_t city_between(struct city *x, int64_t least, int64_t most);
bool city_percent(struct city *x, int percent);
/* So many minutes of office hours (9:00-12:00, 13:30-17:00 on working days) after a moment. */
int64_t city_office(const struct city *x, int64_t ms, int64_t minutes);
bool city_open(struct city *x);
bool city_make(struct city *x, const char *path, uint64_t seed, int organs, size_t cases);
void city_end(struct city *x);
/* The command as this person (0 = system, -1 = visitor); data made with printf. False when it was refused. */
bool city_do(struct city *x, int64_t person, const char *name, const char *fmt, ...) BASE_PRINTF(4, 5);
struct str city_answer(struct city *x, const char *key);
void city_write(struct city *x, int64_t at_ms, struct kase *k, int64_t step, const char *what);
bool city_next(struct city *x, struct deed *out);
/* Time moves to the moment; the judge works as it would in a running system; now and then everything is stopped and begun again. */
bool city_go(struct city *x, int64_t at_ms);
bool city_judge(struct city *x);
struct str city_instant(struct city *x, int64_t ms);
struct kase *city_case(const struct city *x, int64_t id);

#endif
