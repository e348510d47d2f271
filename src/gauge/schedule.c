/* schedule.c - evaluations that begin by themselves: so many days after a period's end, at midnight. */
#include "gauge/gauge_int.h"

struct plan { struct str code; int64_t spans, days, since_ms; };

static bool has_run(struct view_ctx *v, struct str scheme, const char *period)
{
	struct store_query *q;
	bool row = true;
	if (store_prepare(v->c, "SELECT 1 FROM gauge_run WHERE scheme_code=?1 AND period=?2 LIMIT 1", &q) != OK)
		return true;
	store_bind_str(q, 1, scheme);
	store_bind_str(q, 2, str_of(period));
	if (store_step(q, &row) != OK)
		row = true;
	store_reset(q);
	return row;
}

/* The period that is over last: wanted when the scheme stood before its end and nobody has begun it. Else the next one. */
static int64_t plan_span(struct view_ctx *v, const struct plan *s, enum gauge_span span, struct json_build *rows)
{
	int32_t off = calendar_offset_s(calendar_now(v->cw));
	struct gauge_period now = gauge_period_of(span, calendar_day_at(v->now_ms, off)), over = gauge_period_of(span, now.first - 1);
	int64_t at = calendar_day_start_ms(over.after + (calendar_day)s->days, off), then = calendar_day_start_ms(now.after + (calendar_day)s->days, off);
	if (calendar_day_start_ms(over.after, off) <= s->since_ms || has_run(v, s->code, over.code))
		return then;
	if (at > v->now_ms)
		return at;
	struct json_build o;
	json_build_object(&o, v->a);
	json_set_str(&o, "scheme", s->code);
	json_set_str(&o, "period", arena_str(v->a, str_of(over.code)));
	json_add(rows, json_built(&o));
	return then;
}

enum err gauge_view_due(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build plans, rows;
	int64_t next_ms = INT64_MAX;
	TRY(store_prepare(v->c, "SELECT code, automatic, automatic_days, at_ms AS since FROM gauge_scheme WHERE live=1 AND automatic<>0 ORDER BY id", &q));
	TRY(rows_json(v, q, &plans));
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < plans.value.count; i++) {
		const struct json *p = &plans.value.items[i];
		struct plan s = { json_text(json_get(p, "code")), json_i64(json_get(p, "automatic"), 0), json_i64(json_get(p, "automatic_days"), 0),
			          json_i64(json_get(p, "since"), 0) };
		for (int span = 0; span < GAUGE_SPANS; span++) {
			int64_t next = s.spans & 1 << span ? plan_span(v, &s, (enum gauge_span)span, &rows) : INT64_MAX;
			next_ms = next < next_ms ? next : next_ms;
		}
	}
	json_set(out, "rows", json_built(&rows));
	json_set_i64(out, "next", next_ms);
	return OK;
}

static enum err begin_all(struct casework *cw, struct arena *a, int64_t *next_ms, struct diag *d)
{
	static const struct casework_actor system = { .system = true };
	const struct json *v, *rows;
	TRY(casework_view(cw, "gauge.due", &system, NULL, a, &v, d));
	rows = json_get(v, "rows");
	*next_ms = json_i64(json_get(v, "next"), INT64_MAX);
	for (size_t i = 0; i < rows->count; i++) {
		struct casework_command cmd = { .name = S("gauge.begin"), .actor = system, .data = &rows->items[i] };
		struct casework_result r;
		enum err e = casework_do(cw, &cmd, a, &r);
		if (e != OK && !err_is_refusal(e)) { /* refused: somebody was quicker */
			*d = r.diag;
			return e;
		}
	}
	return OK;
}

enum err gauge_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	struct arena a;
	struct diag own;
	diag_init(&own);
	arena_init(&a, 4 << 20);
	enum err e = begin_all(cw, &a, next_ms, d ? d : &own);
	arena_release(&a);
	return e;
}
