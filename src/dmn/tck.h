/* tck.h - the DMN Technology Compatibility Kit, run over this room.
 *
 * A folder of the kit holds models (*.dmn) and expectations (*-test-NN.xml, format testCases.xsd).
 * The unit counted is the kit's result: one expected value of one case.
 */
#ifndef DMN_TCK_H
#define DMN_TCK_H

#include "dmn/dmn.h"

struct dmn_tck_result {
	struct str folder;    /* "compliance-level-3/0001-filter" */
	struct str file;      /* of the expectations, without ".xml" */
	struct str test_case; /* its id */
	struct str node;      /* name of the result */
	bool passed;
	struct str expected, got; /* FEEL text; of failures only */
	struct str reason;        /* why a null is null, or why the case could not run */
};

struct dmn_tck_count {
	size_t passed, failed;
};

/* Runs every case below `dir`, folders in the order of their names. `report` hears of each result (its
 * texts are valid during the call); `csv`, when not NULL, receives the kit's own result format, one
 * line a case: folder, file, case, SUCCESS or ERROR, remark. ERR_IO: the folder cannot be read;
 * ERR_NOT_FOUND: it holds no case. Memory is bounded by one folder at a time. */
BASE_MUST_USE enum err dmn_tck_run(const char *dir, struct buf *csv,
                                   void (*report)(void *arg, const struct dmn_tck_result *r), void *arg,
                                   struct dmn_tck_count *out, struct diag *d);

#endif
