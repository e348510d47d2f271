/* layout.c - Sugiyama's four steps: break cycles, rank, order, place. Small graphs: clarity before speed. */
#include "mine/layout.h"

#include <stdlib.h>

enum { GAP = 18, SWEEPS = 16, PLACINGS = 24 };

/* What stands in a row: a node, or an edge on its way (its label in one of the rows). */
struct item {
	uint32_t node;        /* UINT32_MAX for an edge */
	uint32_t edge;
	int32_t row, width;
	double x, wish, order;
	uint32_t at;          /* place in its row */
};

struct link { uint32_t upper, lower; double pull; };

struct pass {
	struct layout *l;
	struct item *items;
	struct link *links;
	size_t items_count, links_count;
	uint32_t **row;
	size_t *row_count;
	uint32_t *first_item; /* by edge: its first item on the way */
};

/* ---- cycles ---- */

static bool leads_to(const struct layout *l, const bool *taken, uint32_t from, uint32_t to, bool *seen)
{
	if (from == to)
		return true;
	seen[from] = true;
	for (size_t e = 0; e < l->edges_count; e++) {
		const struct layout_edge *d = &l->edges[e];
		uint32_t a = d->backward ? d->to : d->from, b = d->backward ? d->from : d->to;
		if (taken[e] && a == from && !seen[b] && leads_to(l, taken, b, to, seen))
			return true;
	}
	return false;
}

/* Heavier edges decide first; one that would close a circle leads upwards. */
static enum err break_cycles(struct layout *l, struct arena *a)
{
	bool *taken = arena_new_n(a, bool, l->edges_count), *seen = arena_new_n(a, bool, l->nodes_count);
	if (!taken || !seen)
		return ERR_NOMEM;
	for (size_t n = 0; n < l->edges_count; n++) {
		size_t best = l->edges_count;
		for (size_t e = 0; e < l->edges_count; e++)
			if (!taken[e] && (best == l->edges_count || l->edges[e].weight > l->edges[best].weight))
				best = e;
		memset(seen, 0, l->nodes_count * sizeof *seen);
		l->edges[best].backward = leads_to(l, taken, l->edges[best].to, l->edges[best].from, seen);
		taken[best] = true;
	}
	return OK;
}

static uint32_t upper(const struct layout_edge *e) { return e->backward ? e->to : e->from; }
static uint32_t lower(const struct layout_edge *e) { return e->backward ? e->from : e->to; }

/* Longest way from above; nodes in even rows, so that every edge passes a row for its label. */
static void rank(struct layout *l)
{
	bool moved = true;
	for (size_t i = 0; i < l->nodes_count; i++)
		l->nodes[i].rank = 0;
	for (size_t round = 0; moved && round <= l->nodes_count; round++) {
		moved = false;
		for (size_t e = 0; e < l->edges_count; e++) {
			int32_t least = l->nodes[upper(&l->edges[e])].rank + 2;
			if (l->nodes[lower(&l->edges[e])].rank >= least)
				continue;
			l->nodes[lower(&l->edges[e])].rank = least;
			moved = true;
		}
	}
	l->rows = 1;
	for (size_t i = 0; i < l->nodes_count; i++)
		l->rows = l->nodes[i].rank + 1 > l->rows ? l->nodes[i].rank + 1 : l->rows;
}

/* ---- items ---- */

static uint32_t add_item(struct pass *p, struct item it)
{
	it.at = (uint32_t)p->row_count[it.row];
	p->items[p->items_count] = it;
	p->row[it.row][p->row_count[it.row]++] = (uint32_t)p->items_count;
	return (uint32_t)p->items_count++;
}

static void lead(struct pass *p, uint32_t number)
{
	struct layout_edge *e = &p->l->edges[number];
	uint32_t above = upper(e), end = lower(e);
	e->top = p->l->nodes[above].rank;
	e->bottom = p->l->nodes[end].rank;
	e->label_row = e->backward ? e->bottom - 1 : e->top + 1; /* near where it comes from */
	p->first_item[number] = (uint32_t)p->items_count;
	for (int32_t row = e->top + 1; row < e->bottom; row++) {
		uint32_t at = add_item(p, (struct item){ .node = UINT32_MAX, .edge = number, .row = row, .width = row == e->label_row ? e->label : 6 });
		bool on_the_way = row > e->top + 1;
		p->links[p->links_count++] = (struct link){ on_the_way ? at - 1 : above, at, on_the_way ? 6 : 2 };
	}
	p->links[p->links_count++] = (struct link){ (uint32_t)p->items_count - 1, end, 2 };
}

static enum err make_items(struct pass *p, struct arena *a)
{
	struct layout *l = p->l;
	size_t most = l->nodes_count, links = 0;
	for (size_t e = 0; e < l->edges_count; e++) {
		size_t rows = (size_t)(l->nodes[lower(&l->edges[e])].rank - l->nodes[upper(&l->edges[e])].rank);
		most += rows;
		links += rows;
	}
	p->items = arena_new_n(a, struct item, most);
	p->links = arena_new_n(a, struct link, links);
	p->row = arena_new_n(a, uint32_t *, (size_t)l->rows);
	p->row_count = arena_new_n(a, size_t, (size_t)l->rows);
	p->first_item = arena_new_n(a, uint32_t, l->edges_count);
	if (!p->items || !p->links || !p->row || !p->row_count || !p->first_item)
		return ERR_NOMEM;
	for (int32_t r = 0; r < l->rows; r++)
		if (!(p->row[r] = arena_new_n(a, uint32_t, most)))
			return ERR_NOMEM;
	for (uint32_t i = 0; i < l->nodes_count; i++)
		(void)add_item(p, (struct item){ .node = i, .row = l->nodes[i].rank, .width = l->nodes[i].width + 2 * l->nodes[i].right });
	for (uint32_t e = 0; e < l->edges_count; e++)
		lead(p, e);
	return OK;
}

/* ---- order ---- */

static size_t crossings(const struct pass *p)
{
	size_t n = 0;
	for (size_t a = 0; a < p->links_count; a++)
		for (size_t b = a + 1; b < p->links_count; b++) {
			const struct item *au = &p->items[p->links[a].upper], *bu = &p->items[p->links[b].upper];
			const struct item *al = &p->items[p->links[a].lower], *bl = &p->items[p->links[b].lower];
			if (au->row == bu->row)
				n += (au->at < bu->at && al->at > bl->at) || (au->at > bu->at && al->at < bl->at);
		}
	return n;
}

/* Insertion sort by the wish, stable: rows are short. */
static void sort_row(struct pass *p, int32_t r)
{
	uint32_t *row = p->row[r];
	for (size_t i = 1; i < p->row_count[r]; i++) {
		uint32_t it = row[i];
		size_t k = i;
		for (; k && p->items[row[k - 1]].order > p->items[it].order; k--)
			row[k] = row[k - 1];
		row[k] = it;
	}
	for (size_t i = 0; i < p->row_count[r]; i++)
		p->items[row[i]].at = (uint32_t)i;
}

/* Each item of the row goes to the middle of its neighbours above (or below). */
static void order_row(struct pass *p, int32_t r, bool from_above)
{
	for (size_t i = 0; i < p->row_count[r]; i++) {
		struct item *it = &p->items[p->row[r][i]];
		double sum = 0;
		size_t n = 0;
		for (size_t k = 0; k < p->links_count; k++) {
			const struct link *e = &p->links[k];
			if ((from_above ? e->lower : e->upper) != p->row[r][i])
				continue;
			sum += p->items[from_above ? e->upper : e->lower].at;
			n++;
		}
		it->order = n ? sum / (double)n : (double)it->at;
	}
	sort_row(p, r);
}

static void save(const struct pass *p, uint32_t *at)
{
	for (size_t i = 0; i < p->items_count; i++)
		at[i] = p->items[i].at;
}

static enum err order(struct pass *p, struct arena *a)
{
	uint32_t *best = arena_new_n(a, uint32_t, p->items_count);
	if (!best)
		return ERR_NOMEM;
	save(p, best);
	size_t least = crossings(p);
	for (int sweep = 0; sweep < SWEEPS && least; sweep++) {
		for (int32_t r = 1; r < p->l->rows; r++)
			order_row(p, sweep % 2 ? p->l->rows - 1 - r : r, sweep % 2 == 0);
		size_t n = crossings(p);
		if (n < least) {
			least = n;
			save(p, best);
		}
	}
	for (size_t i = 0; i < p->items_count; i++) {
		p->items[i].at = best[i];
		p->row[p->items[i].row][best[i]] = (uint32_t)i;
	}
	return OK;
}

/* ---- places ---- */

static double apart(const struct item *a, const struct item *b)
{
	return (a->width + b->width) / 2.0 + GAP;
}

/* As near to the wishes as the order and the gaps allow: pools of neighbours that push each other share their mean
 * (isotonic regression). */
static void place_row(struct pass *p, int32_t r, double *mean, size_t *size)
{
	size_t n = p->row_count[r], pools = 0;
	double offset = 0;
	for (size_t i = 0; i < n; i++) {
		struct item *it = &p->items[p->row[r][i]];
		if (i)
			offset += apart(&p->items[p->row[r][i - 1]], it);
		mean[pools] = it->wish - offset;
		size[pools++] = 1;
		for (; pools > 1 && mean[pools - 2] > mean[pools - 1]; pools--) {
			size_t both = size[pools - 2] + size[pools - 1];
			mean[pools - 2] = (mean[pools - 2] * (double)size[pools - 2] + mean[pools - 1] * (double)size[pools - 1]) / (double)both;
			size[pools - 2] = both;
		}
	}
	offset = 0;
	for (size_t pool = 0, i = 0; pool < pools; pool++)
		for (size_t k = 0; k < size[pool]; k++, i++) {
			struct item *it = &p->items[p->row[r][i]];
			if (i)
				offset += apart(&p->items[p->row[r][i - 1]], it);
			it->x = mean[pool] + offset;
		}
}

static void wish_row(struct pass *p, int32_t r, bool from_above, bool both)
{
	for (size_t i = 0; i < p->row_count[r]; i++) {
		uint32_t at = p->row[r][i];
		double sum = 0, pull = 0;
		for (size_t k = 0; k < p->links_count; k++) {
			const struct link *e = &p->links[k];
			bool above = e->lower == at && (from_above || both), below = e->upper == at && (!from_above || both);
			if (!above && !below)
				continue;
			sum += p->items[above ? e->upper : e->lower].x * e->pull;
			pull += e->pull;
		}
		p->items[at].wish = pull > 0 ? sum / pull : p->items[at].x;
	}
}

static enum err place(struct pass *p, struct arena *a)
{
	double *mean = arena_new_n(a, double, p->items_count);
	size_t *size = arena_new_n(a, size_t, p->items_count);
	if (!mean || !size)
		return ERR_NOMEM;
	for (int32_t r = 0; r < p->l->rows; r++)
		place_row(p, r, mean, size);
	for (int round = 0; round < PLACINGS; round++)
		for (int32_t k = 0; k < p->l->rows; k++) {
			int32_t r = round % 2 ? p->l->rows - 1 - k : k;
			wish_row(p, r, round % 2 == 0, round > PLACINGS / 2);
			place_row(p, r, mean, size);
		}
	return OK;
}

static enum err hand_back(struct pass *p, struct arena *a)
{
	double left = 0, right = 0;
	for (size_t i = 0; i < p->items_count; i++) {
		const struct item *it = &p->items[i];
		left = i == 0 || it->x - it->width / 2.0 < left ? it->x - it->width / 2.0 : left;
		right = i == 0 || it->x + it->width / 2.0 > right ? it->x + it->width / 2.0 : right;
	}
	p->l->width = (int32_t)(right - left) + 1;
	for (uint32_t i = 0; i < p->l->nodes_count; i++)
		p->l->nodes[i].x = (int32_t)(p->items[i].x - left);
	for (uint32_t e = 0; e < p->l->edges_count; e++) {
		struct layout_edge *d = &p->l->edges[e];
		int32_t n = d->bottom - d->top - 1;
		d->xs = arena_new_n(a, int32_t, (size_t)n);
		if (!d->xs)
			return ERR_NOMEM;
		for (int32_t k = 0; k < n; k++)
			d->xs[k] = (int32_t)(p->items[p->first_item[e] + (uint32_t)k].x - left);
		d->label_x = d->xs[d->label_row - d->top - 1];
	}
	return OK;
}

enum err layout_run(struct layout *l, struct arena *a)
{
	struct pass p = { .l = l };
	TRY(break_cycles(l, a));
	rank(l);
	TRY(make_items(&p, a));
	TRY(order(&p, a));
	TRY(place(&p, a));
	return hand_back(&p, a);
}
