/* stages.c - "what happens next, and by when", for the applicant. */
#include "casework/casework_int.h"

struct stage { const char *name, *name_en; };

static void add_stage(struct json_build *list, struct arena *a, struct stage w, calendar_day by, bool provisional, bool done)
{
	struct json_build o;
	json_build_object(&o, a);
	json_set_str(&o, "name", str_of(w.name));
	json_set_str(&o, "name_en", str_of(w.name_en));
	json_set_str(&o, "by", day_text(a, by));
	json_set_bool(&o, "provisional", provisional);
	json_set_bool(&o, "done", done);
	json_add(list, json_built(&o));
}

static calendar_day due_day(const struct calendar *cal, int64_t due_ms)
{
	return calendar_day_at(due_ms - 1, calendar_offset_s(cal));
}

static const struct xml_node *limit_of(const struct pack *p, const char *kind)
{
	const struct bpmn_element *process = bpmn_model_element(p->process, bpmn_model_process(p->process));
	for (const struct xml_node *n = bpmn_ext(process, "limit"); n; n = xml_next_same(n))
		if (str_eqz(xml_attr(n, "kind"), kind))
			return n;
	return NULL;
}

/* What the limit would be if it began at `from_ms`. */
static bool project(struct store_conn *c, const struct calendar *cal, struct arena *a, const struct case_row *k,
                    const struct xml_node *limit, int64_t from_ms, struct calendar_result *out)
{
	int64_t amount = 0;
	struct str kind = xml_attr(limit, "kind");
	(void)str_to_i64(xml_attr(limit, "amount"), &amount);
	if (str_eqz(kind, "promised"))
		amount = row_i64(c, "SELECT promised FROM item WHERE id=?1", k->item, amount);
	if (str_eqz(kind, "statutory"))
		amount = row_i64(c, "SELECT statutory FROM item WHERE id=?1", k->item, amount);
	struct clock_row r = { .start_ms = from_ms, .amount = (int32_t)amount, .unit = xml_attr(limit, "unit") };
	return clock_compute(cal, &r, from_ms, false, a, out, NULL) == OK;
}

/* The clock of this kind, running or over; NULL when it has not begun. */
static const struct clock_row *clock_of_kind(const struct clock_row *r, const char *kind)
{
	while (r && (r->step || !str_eqz(r->kind, kind)))
		r = r->next;
	return r;
}

/* When the last of the steps in hand is due. */
static int64_t acceptance_due(const struct clock_row *r)
{
	int64_t last = 0;
	for (; r; r = r->next)
		if (r->step && !str_eqz(r->state, "stopped") && r->due_ms > last)
			last = r->due_ms;
	return last;
}

const struct json *case_stages(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k, const struct clock_row *clocks)
{
	static const struct stage accept = { "受理", "Acceptance" }, decide = { "作出决定", "Decision" }, deliver = { "送达结果", "Handing over" };
	const struct calendar *cal = calendar_now(cw);
	const struct pack *p;
	struct json_build list;
	struct calendar_result res;
	json_build_array(&list, a);

	if (!k->pack || pack_of(cw, c, k->pack, &p, NULL) != OK)
		return json_built(&list);
	int64_t from = k->accepted_ms ? k->accepted_ms : acceptance_due(clocks);
	bool guess = !k->accepted_ms;
	if (k->accepted_ms)
		add_stage(&list, a, accept, calendar_day_at(k->accepted_ms, calendar_offset_s(cal)), false, true);
	else if (from && !k->concluded_ms)
		add_stage(&list, a, accept, due_day(cal, from), false, false);
	if (!from)
		return json_built(&list);
	const struct xml_node *limit = limit_of(p, "promised");
	if (!limit)
		limit = limit_of(p, "statutory");
	const struct clock_row *own = clock_of_kind(clocks, limit ? (str_eqz(xml_attr(limit, "kind"), "promised") ? "promised" : "statutory") : "");
	int64_t decided_by = 0;
	if (k->decided_ms) {
		add_stage(&list, a, decide, calendar_day_at(k->decided_ms, calendar_offset_s(cal)), false, true);
		decided_by = k->decided_ms;
	} else if (own) {
		decided_by = own->due_ms - 1;
		add_stage(&list, a, decide, due_day(cal, own->due_ms), own->provisional, false);
	} else if (limit && project(c, cal, a, k, limit, guess ? from - 1 : from, &res)) {
		decided_by = res.due_ms - 1;
		add_stage(&list, a, decide, due_day(cal, res.due_ms), res.provisional, false);
	}
	limit = limit_of(p, "delivery");
	own = clock_of_kind(clocks, "delivery");
	if (k->delivered_ms)
		add_stage(&list, a, deliver, calendar_day_at(k->delivered_ms, calendar_offset_s(cal)), false, true);
	else if (own && !str_eqz(own->state, "stopped"))
		add_stage(&list, a, deliver, due_day(cal, own->due_ms), own->provisional, false);
	else if (limit && decided_by && !k->decided_ms && project(c, cal, a, k, limit, decided_by, &res))
		add_stage(&list, a, deliver, due_day(cal, res.due_ms), res.provisional, false);
	return json_built(&list);
}
