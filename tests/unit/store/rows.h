/* rows.h - how many rows the tests' table has, asked as a job or at a reader. */
#ifndef TESTS_STORE_ROWS_H
#define TESTS_STORE_ROWS_H

#include "store/store.h"

static enum err run_count(void *arg, struct store_conn *c)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT count(*) FROM t", &q));
	TRY(store_step(q, &row));
	*(int64_t *)arg = store_col_i64(q, 0);
	store_reset(q);
	return OK;
}

#endif
