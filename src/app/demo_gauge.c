/* demo_gauge.c - evaluation in the demo city: both shipped schemes, a week evaluated and final, the last week as a draft with an
 * objection, a few managers' ratings. */
#include "app/demo_int.h"
#include "gauge/gauge.h"
#include "text/json_build.h"

enum { SCHEME_MAX = 1 << 20, EARLIER_DAYS = 9, DAY_MS = 86400000 };

static enum err put_scheme(struct demo *x, const char *name)
{
	struct str path = arena_printf(&x->arena, "%s/data/gauge/%s.json", x->o->data_dir, name), text;
	const struct json *v;
	struct demo_words words;
	TRY(os_file_read(&x->arena, path.ptr, SCHEME_MAX, &text, x->d));
	TRY(json_read(&x->arena, text, &v, x->d));
	struct json_writer *w = demo_begin(x, &words);
	json_key(w, S("scheme"));
	json_put_value(w, v);
	return demo_must(x, "gauge.scheme.put", &words, NULL);
}

/* The week before that of the present moment. A refusal (no whole week yet) leaves the city without an evaluation. */
static enum err evaluate(struct demo *x, const char *scheme, struct str *run_no)
{
	calendar_day today = calendar_day_at(os_now_ms(x->clock), x->offset_s);
	struct gauge_period now = gauge_period_of(GAUGE_WEEK, today), week = gauge_period_of(GAUGE_WEEK, now.first - 1);
	struct demo_words words;
	struct casework_result r;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "scheme", str_of(scheme));
	json_pair_str(w, "period", str_of(week.code));
	*run_no = S("");
	if (demo_do(x, "gauge.begin", x->supervisor, &words, &r) == OK)
		*run_no = arena_str(&x->arena, json_text(json_get(r.data, "run_no")));
	return gauge_work(x->cw, NULL, x->d);
}

enum err demo_gauge_early(struct demo *x)
{
	x->evaluated = true;
	TRY(put_scheme(x, "monthly-100"));
	TRY(put_scheme(x, "four-four-two"));
	return evaluate(x, "monthly-100", &x->run_no);
}

int64_t demo_gauge_early_ms(const struct demo *x) { return x->o->now_ms - (int64_t)EARLIER_DAYS * DAY_MS; }

static enum err finalize(struct demo *x)
{
	struct demo_words words;
	struct casework_result r;
	json_pair_str(demo_begin(x, &words), "run", x->run_no);
	if (x->run_no.len && demo_do(x, "gauge.finalize", x->supervisor, &words, &r) == OK)
		return gauge_work(x->cw, NULL, x->d);
	return OK;
}

/* The first of the staff objects to the first part of the own sheet; refused where the scheme has none. */
static enum err object(struct demo *x, struct str run_no)
{
	const struct casework_actor supervisor = { .person = x->supervisor };
	struct json_builder b;
	const struct json *view, *rows;
	struct demo_words words;
	struct casework_result r;
	struct diag unseen;
	diag_init(&unseen);
	json_build_object_begin(&b, &x->arena);
	json_build_str(&b, "run", run_no);
	json_build_str(&b, "kind", S("person"));
	if (!run_no.len || casework_view(x->cw, "gauge.run", &supervisor, json_build_end(&b), &x->arena, &view, &unseen) != OK)
		return OK;
	rows = json_get(view, "rows");
	if (!rows || !rows->count)
		return OK;
	struct str login = json_text(json_get(&rows->items[rows->count - 1], "subject"));
	int64_t *person = map_get(&x->people, login);
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "run", run_no);
	json_pair_str(w, "kind", S("person"));
	json_pair_str(w, "subject", login);
	json_pair_str(w, "part", S("time"));
	json_pair_str(w, "indicator", S("red"));
	json_pair_str(w, "reason", S("当日系统停电两小时，超期不是本人原因。"));
	if (person)
		(void)demo_do(x, "gauge.object", *person, &words, &r);
	return OK;
}

enum err demo_gauge(struct demo *x)
{
	struct str run_no;
	if (!x->evaluated)
		TRY(demo_gauge_early(x));
	TRY(finalize(x));
	TRY(evaluate(x, "monthly-100", &run_no));
	return object(x, run_no);
}
