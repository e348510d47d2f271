/* packs.h - folders of packs: checked as strictly as the import does, played, and put live.
 *
 * A scenario (docs/packs.md) is a story of one case: who does what and when, and what must be
 * seen on the way and at the end. It is played in virtual time on a store in memory, in an office
 * made from the pack's own roles; the same story gives the same result.
 */
#ifndef CASEWORK_PACKS_H
#define CASEWORK_PACKS_H

#include "base/arena.h"
#include "base/diag.h"
#include "text/json.h"

struct casework_pack_finding {
	bool error;               /* else a warning */
	struct str place, text;   /* "process.bpmn:12 review", one English sentence */
	struct casework_pack_finding *next;
};

/* Reads and compiles the folder. ERR_INVALID with the findings set when the pack would be refused;
 * warnings come with OK too. ERR_NOT_FOUND or ERR_LIMIT when it cannot be read. */
BASE_MUST_USE enum err casework_pack_check(const char *folder, struct arena *a, struct casework_pack_finding **out, struct diag *d);
/* The folder as data of the command pack.add: {files:[{path,text}]}. */
BASE_MUST_USE enum err casework_pack_data(const char *folder, struct arena *a, const struct json **out, struct diag *d);

/* An example stored beside a pack's decisions (examples/NAME.json): inputs of a decision and what must come out. */
struct casework_example {
	struct str file;              /* examples/routing.json */
	struct str name, name_en, decision;
	bool passed;
	struct str text;              /* why not, one English sentence; empty when passed */
	struct casework_example *next;
};

/* Runs the examples of a folder in the order of their files. ERR_INVALID when the pack itself is not fit; an example
 * that fails is no error here: see `passed`. */
BASE_MUST_USE enum err casework_examples_run(const char *folder, struct arena *a, struct casework_example **out, struct diag *d);

struct casework_scenario {
	struct str file;          /* scenarios/granted.json */
	struct str name, name_en;
	bool passed;
	struct str text;          /* what was not as expected; empty when passed */
	struct casework_scenario *next;
};

struct casework_scenario_options {
	const char *folder;       /* of the pack */
	const char *data_dir;     /* folder that holds data/: calendar, supervision rules */
	const struct casework_room *const *rooms; /* as in casework_options */
	size_t rooms_count;
	const char *only;         /* NULL = all; else those whose file name contains it */
	bool doubting;            /* as in casework_options: tests */
	/* Told after each one; may be NULL. */
	void (*played)(void *arg, const struct casework_scenario *s, size_t done, size_t total);
	void *arg;
};

/* Plays them in the order of their file names. ERR_INVALID when the pack or a scenario cannot be read;
 * a scenario that fails is no error here: see `passed`. The results live in `a`. */
BASE_MUST_USE enum err casework_scenarios_run(const struct casework_scenario_options *o, struct arena *a,
                                              struct casework_scenario **out, struct diag *d);

#endif
