/* months.c - which tables are history, kept apart by month where the database can (store_months): appended in the order of their
 * keys, asked by key or by what the key leads to. Steps, documents and clocks are not among them: they are asked by their case, and
 * would be looked for in every month there ever was. */
#include <stdio.h>

#include "casework/casework_int.h"

static const struct store_monthly monthly[] = {
	{ "ledger", "seq", "ledger", "seq" },
	{ "case_data", "id", "case_data", "id" },
	{ "case_done", "id", "case_data", "id" }, /* the month in which a case was opened, not the one in which it ended */
	{ "letter", "document", "letter", "document" },
	{ "notice", "id", "notice", "id" },
};

enum { TRY_AGAIN_MS = 60000, TRIES_TO_TELL = 10 };

static int month_at(struct casework *cw, int64_t ms, int64_t *next_ms)
{
	int32_t offset = calendar_offset_s(calendar_now(cw));
	int year, month, day;
	calendar_day_civil(calendar_day_at(ms, offset), &year, &month, &day);
	*next_ms = calendar_day_start_ms(calendar_day_of(month == 12 ? year + 1 : year, month % 12 + 1, 1), offset);
	return year * 100 + month;
}

/* What passes by itself (a fail-over, a lock) is told only when it has not passed for long; the rest each time. */
static void tell(struct casework *cw, enum err e, const struct diag *d)
{
	if ((e != ERR_BUSY || cw->month_tries % TRIES_TO_TELL == 0) && d->text[0])
		fprintf(stderr, "banjie: %s\n", d->text);
}

/* On the ticking thread. A month that cannot be begun just now is tried again; until then the last one grows. */
void casework_months(struct casework *cw, int64_t *next_ms)
{
	struct diag d;
	int64_t now = casework_now_ms(cw), until;
	int month = month_at(cw, now, &until);
	diag_init(&d);
	if (month > cw->month) {
		enum err e = store_months(cw->store, monthly, sizeof monthly / sizeof *monthly, month, &d);
		cw->month_tries++;
		if (e == OK) {
			cw->month = month;
			cw->month_tries = 0;
		} else {
			until = now + TRY_AGAIN_MS;
			tell(cw, e, &d);
		}
	}
	*next_ms = until < *next_ms ? until : *next_ms;
}
