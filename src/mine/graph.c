/* graph.c - which activity follows which directly, how often and after how long. */
#include "mine/mine_int.h"

/* Edges in the order of their first appearance, found by (from, to). */
struct edge_table { struct mine_edge *list; uint32_t *slots; size_t count, room, slots_count; };

static size_t place(const struct edge_table *t, uint32_t from, uint32_t to)
{
	uint64_t h = ((uint64_t)from << 16 | to) * 0x9e3779b97f4a7c15u;
	size_t mask = t->slots_count - 1, i = (size_t)(h >> 40) & mask;
	while (t->slots[i] && (t->list[t->slots[i] - 1].from != from || t->list[t->slots[i] - 1].to != to))
		i = (i + 1) & mask;
	return i;
}

static enum err more_slots(struct edge_table *t)
{
	heap_free(t->slots);
	t->slots_count = t->slots_count ? t->slots_count * 2 : 1024;
	t->slots = heap_new_n(uint32_t, t->slots_count);
	if (!t->slots)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->count; i++)
		t->slots[place(t, t->list[i].from, t->list[i].to)] = (uint32_t)i + 1;
	return OK;
}

static enum err edge_of(struct edge_table *t, uint32_t from, uint32_t to, uint32_t *out)
{
	if ((t->count + 1) * 4 > t->slots_count * 3)
		TRY(more_slots(t));
	size_t at = place(t, from, to);
	if (!t->slots[at]) {
		TRY(grow(&t->list, &t->room, t->count + 1, sizeof *t->list));
		t->list[t->count++] = (struct mine_edge){ .from = from, .to = to };
		t->slots[at] = (uint32_t)t->count;
	}
	*out = t->slots[at] - 1;
	return OK;
}

/* Counts; `edge_at` keeps each step's edge for the second look. */
static enum err count_edges(const struct mine_log *log, struct edge_table *t, uint32_t *edge_at)
{
	uint32_t *seen = NULL; /* by edge: last case with it, + 1 */
	size_t seen_room = 0;
	enum err e = OK;
	for (uint32_t c = 0; e == OK && c < log->cases; c++) {
		for (uint32_t i = log->first[c] + 1; e == OK && i < log->first[c + 1]; i++) {
			uint32_t k = 0;
			e = edge_of(t, log->activity[i - 1], log->activity[i], &k);
			if (e == OK)
				e = grow(&seen, &seen_room, k + 1, sizeof *seen);
			if (e != OK)
				break;
			edge_at[i] = k;
			t->list[k].count++;
			t->list[k].cases += seen[k] != c + 1;
			seen[k] = c + 1;
		}
	}
	heap_free(seen);
	return e;
}

/* Durations laid down edge by edge, then looked at. With `h` in working days' time. */
static enum err time_edges(const struct mine_log *log, struct edge_table *t, const uint32_t *edge_at, const struct work_hours *h)
{
	uint32_t *next = heap_new_n(uint32_t, t->count + 1);
	int64_t *room = heap_new_n(int64_t, log->events);
	enum err e = next && room ? OK : ERR_NOMEM;
	uint32_t at = 0;
	for (size_t k = 0; e == OK && k < t->count; k++) {
		next[k] = at;
		at += t->list[k].count;
	}
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		for (uint32_t i = log->first[c] + 1; i < log->first[c + 1]; i++) {
			int64_t from = log->end_ms[i - 1], to = log->end_ms[i];
			room[next[edge_at[i]]++] = h ? hours_between(h, from, to) : to - from;
		}
	for (size_t k = 0; e == OK && k < t->count; k++) {
		struct mine_times *times = h ? &t->list[k].working : &t->list[k].times;
		*times = times_of(room + (next[k] - t->list[k].count), t->list[k].count);
	}
	heap_free(next);
	heap_free(room);
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

enum err report_graph(struct mine_report *r, const struct work_hours *h, bool short_form)
{
	struct edge_table t = { 0 };
	uint32_t *edge_at = heap_new_n(uint32_t, r->log->events);
	enum err e = edge_at ? count_nodes(r) : ERR_NOMEM;
	if (e == OK)
		e = count_edges(r->log, &t, edge_at);
	if (e == OK)
		e = time_edges(r->log, &t, edge_at, NULL);
	if (e == OK && !short_form)
		e = time_edges(r->log, &t, edge_at, h);
	heap_free(edge_at);
	heap_free(t.slots);
	r->edges = t.list; /* also on error: the report frees them */
	r->edges_count = t.count;
	if (e == OK && t.count)
		qsort(r->edges, r->edges_count, sizeof *r->edges, by_count);
	return e;
}
