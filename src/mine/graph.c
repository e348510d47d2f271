/* graph.c - which activity follows which directly, how often and after how long. */
#include "mine/mine_int.h"

static enum err count_edges(struct mine_report *r, struct pairs *p)
{
	const struct mine_log *log = r->log;
	uint32_t *seen = NULL; /* by edge: last case with it, + 1 */
	size_t seen_room = 0, room = 0;
	enum err e = OK;
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		for (uint32_t i = log->first[c] + 1; e == OK && i < log->first[c + 1]; i++) {
			uint32_t k = 0;
			e = pairs_add(p, log->activity[i - 1], log->activity[i], &k);
			if (e == OK)
				e = grow(&seen, &seen_room, (size_t)k + 1, sizeof *seen);
			if (e == OK)
				e = grow(&r->edges, &room, (size_t)k + 1, sizeof *r->edges);
			if (e != OK)
				break;
			r->edges[k].from = log->activity[i - 1];
			r->edges[k].to = log->activity[i];
			r->edges[k].count++;
			r->edges[k].cases += seen[k] != c + 1;
			seen[k] = c + 1;
		}
	heap_free(seen);
	r->edges_count = p->count;
	return e;
}

/* How long after each other: with `h` in working days' time. */
static void put_durations(const struct mine_report *r, const struct pairs *p, const struct work_hours *h, struct spread *s)
{
	const struct mine_log *log = r->log;
	for (uint32_t c = 0; c < log->cases; c++) {
		int64_t before = 0;
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
			int64_t now = h ? hours_until(h, log->end_ms[i]) : log->end_ms[i];
			if (i > log->first[c])
				spread_put(s, pairs_number(p, log->activity[i - 1], log->activity[i]), now - before);
			before = now;
		}
	}
}

static enum err time_edges(struct mine_report *r, const struct pairs *p, const struct work_hours *h)
{
	struct spread s;
	enum err e = spread_init(&s, r->edges_count);
	for (size_t k = 0; e == OK && k < r->edges_count; k++)
		s.group[k].expected = r->edges[k].count;
	if (e == OK)
		e = spread_start(&s);
	if (e == OK)
		do
			put_durations(r, p, h, &s);
		while (spread_again(&s, &e));
	for (size_t k = 0; e == OK && k < r->edges_count; k++)
		*(h ? &r->edges[k].working : &r->edges[k].times) = spread_times(&s, k);
	spread_free(&s);
	return e;
}

static int by_count(const void *pa, const void *pb)
{
	const struct mine_edge *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

/* Counts of each activity, beginnings and ends, repeats and short loops. */
static enum err count_nodes(struct mine_report *r)
{
	const struct mine_log *log = r->log;
	uint32_t *seen = heap_new_n(uint32_t, log->activities.count), *again = heap_new_n(uint32_t, log->activities.count);
	r->nodes = heap_new_n(struct mine_node, log->activities.count);
	enum err e = seen && again && r->nodes ? OK : ERR_NOMEM;
	for (uint32_t c = 0; e == OK && c < log->cases; c++) {
		bool repeated = false;
		const uint32_t from = log->first[c], to = log->first[c + 1];
		r->nodes[log->activity[from]].starts++;
		r->nodes[log->activity[to - 1]].ends++;
		for (uint32_t i = from; i < to; i++) {
			uint16_t a = log->activity[i];
			struct mine_node *n = &r->nodes[a];
			bool second = seen[a] == c + 1;
			n->count++;
			n->cases += !second;
			n->repeats += second;
			n->repeat_cases += second && again[a] != c + 1;
			again[a] = second ? c + 1 : again[a];
			seen[a] = c + 1;
			repeated |= second;
			r->self_loops += i > from && log->activity[i - 1] == a;
			r->short_loops += i > from + 1 && log->activity[i - 2] == a && log->activity[i - 1] != a;
		}
		r->repeat_cases += repeated;
	}
	heap_free(seen);
	heap_free(again);
	return e;
}

/* Is there such an event among those of the same moment that were looked at before? */
static enum err meet(const struct mine_log *log, struct pairs *p, uint32_t **seen, size_t *room, uint32_t i, uint32_t moment, bool *again)
{
	uint32_t who = mine_resource(log, i), k = 0;
	TRY(pairs_add(p, log->activity[i], who == MINE_NONE ? (uint32_t)log->resources.count : who, &k));
	TRY(grow(seen, room, (size_t)k + 1, sizeof **seen));
	*again = (*seen)[k] == moment;
	(*seen)[k] = moment;
	return OK;
}

/* Only events at the moment of the one before them can repeat another. */
static enum err count_duplicates(struct mine_report *r)
{
	const struct mine_log *log = r->log;
	struct pairs p;
	uint32_t *seen = NULL, moments = 0;
	size_t room = 0;
	enum err e = pairs_init(&p, log->activities.count, log->resources.count + 1);
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		for (uint32_t i = log->first[c] + 1, same = 0; e == OK && i < log->first[c + 1]; i++) {
			bool again = false;
			same = log->end_ms[i] == log->end_ms[i - 1] ? same + 1 : 0;
			if (same == 1)
				e = meet(log, &p, &seen, &room, i - 1, ++moments, &again);
			if (same && e == OK)
				e = meet(log, &p, &seen, &room, i, moments, &again);
			r->duplicates += again;
		}
	heap_free(seen);
	pairs_free(&p);
	return e;
}

enum err report_graph(struct mine_report *r, const struct work_hours *h, bool short_form)
{
	struct pairs p = { 0 };
	enum err e = count_nodes(r);
	if (e == OK)
		e = pairs_init(&p, r->log->activities.count, r->log->activities.count);
	if (e == OK)
		e = count_edges(r, &p);
	if (e == OK)
		e = time_edges(r, &p, NULL);
	if (e == OK && !short_form)
		e = time_edges(r, &p, h);
	pairs_free(&p);
	if (e == OK)
		e = count_duplicates(r);
	if (e == OK && r->edges_count)
		qsort(r->edges, r->edges_count, sizeof *r->edges, by_count);
	return e;
}
