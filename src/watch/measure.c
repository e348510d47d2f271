/* measure.c - what judging costs, for the benchmark. */
#include "watch/watch_int.h"

struct measuring { const struct str *xml; size_t count; struct casework *cw; struct watch_measure *out; struct watch_fold fold; struct watch_rule *rules; struct diag *d; };

/* The reference: the same rows and columns, every byte of the payload touched as a checksum would. */
static enum err read_bare(struct store_conn *c, int64_t *entries, uint64_t *sum)
{
	struct store_query *q;
	TRY(store_prepare(c, "SELECT seq, at_ms, subject, actor, kind, payload FROM ledger WHERE ?1=1 ORDER BY seq", &q));
	store_bind_i64(q, 1, 1);
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct str payload = store_col_str(q, 5);
		*sum += (uint64_t)store_col_i64(q, 0) + str_hash(payload) + store_col_str(q, 4).len;
		(*entries)++;
	}
}

static enum err count_hit(void *arg, const struct watch_hit *h)
{
	struct measuring *m = arg;
	(void)h;
	m->out->alerts++;
	return OK;
}

static enum err judge_one(void *arg, const struct watch_entry *e)
{
	struct measuring *m = arg;
	return watch_judge(&m->fold, m->rules, calendar_now(m->cw), e, count_hit, m);
}

static enum err compile_all(struct measuring *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct watch_rule *r;
		TRY(watch_rule_read(m->xml[i], &r, m->d));
		r->next = m->rules;
		m->rules = r;
	}
	return OK;
}

static enum err measure(void *arg, struct store_conn *c)
{
	struct measuring *m = arg;
	uint64_t sum = 0;
	struct watch_record record = { .bad = 0 };
	struct watch_span span = { .from = 0, .to = INT64_MAX, .limit = INT64_MAX, .record = &record, .fold = &m->fold };
	TRY(compile_all(m));
	TRY(read_bare(c, &m->out->entries, &sum)); /* once unmeasured: both are then measured on warm pages */
	m->out->entries = 0;
	int64_t at = os_monotonic_us();
	TRY(read_bare(c, &m->out->entries, &sum));
	m->out->read_us = os_monotonic_us() - at + (sum == 0); /* the sum is used, so that nothing is left out */
	at = os_monotonic_us();
	m->fold.c = c;
	m->fold.record = &record;
	TRY(watch_entries(c, &span, &m->rules, &m->fold.scratch, judge_one, m));
	m->out->judge_us = os_monotonic_us() - at;
	return OK;
}

enum err watch_measure(struct casework *cw, const struct str *xml, size_t count, struct watch_measure *out, struct diag *d)
{
	struct measuring m = { .xml = xml, .count = count, .cw = cw, .out = out, .d = d };
	*out = (struct watch_measure){ 0 };
	watch_fold_init(&m.fold);
	enum err e = casework_read(cw, measure, &m);
	watch_fold_release(&m.fold);
	watch_rule_free(m.rules);
	return e;
}
