/* draw_auto.c - a layout for files that have none: nodes in columns by their distance from
 * the start, branches in rows, sub-processes around their content, boundary events on the
 * lower edge. Plain, readable, the same every time.
 */
#include "bpmn/draw_int.h"

enum { COLUMN = 160, ROW = 120, TASK_W = 110, TASK_H = 80, EVENT = 36, GATEWAY = 50, MARGIN = 40, HEAD = 30 };

struct place { uint32_t column, row; struct box box; bool placed; };

struct layout {
	struct picture *p;
	struct place *places; /* by node */
	uint32_t *stack;
};

static struct box measure_scope(struct layout *l, uint32_t scope);

static bool stands_alone(const struct bpmn_node *n)
{
	return n->kind == BPMN_BOUNDARY_EVENT;
}

/* Longest distance from the beginnings; edges that lead back are left out by bounding the rounds. */
static void set_columns(struct layout *l, const struct bpmn_scope *s)
{
	const struct bpmn_model *m = l->p->m;
	bool moved = true;

	for (uint32_t round = 0; moved && round < s->nodes_count; round++) {
		moved = false;
		for (uint32_t i = 0; i < s->nodes_count; i++) {
			const struct bpmn_node *n = &m->nodes[s->nodes[i]];

			for (uint32_t k = 0; k < n->out_count; k++) {
				const struct bpmn_node *to = &m->nodes[m->flows[n->out[k]].to];
				struct place *a = &l->places[n->index], *b = &l->places[to->index];

				/* forward in the file's order counts; what leads back does not push */
				if (to->position > n->position && b->column < a->column + 1) {
					b->column = a->column + 1;
					moved = true;
				}
			}
			for (uint32_t k = 0; k < n->boundaries_count; k++)
				l->places[n->boundaries[k]].column = l->places[n->index].column;
		}
	}
}

static bool row_taken(const struct layout *l, const struct bpmn_scope *s, uint32_t column, uint32_t row)
{
	for (uint32_t i = 0; i < s->nodes_count; i++) {
		const struct place *at = &l->places[s->nodes[i]];

		if (at->placed && at->column == column && at->row == row)
			return true;
	}
	return false;
}

static void set_rows(struct layout *l, const struct bpmn_scope *s)
{
	const struct bpmn_model *m = l->p->m;

	for (uint32_t i = 0; i < s->nodes_count; i++) {
		const struct bpmn_node *n = &m->nodes[s->nodes[i]];
		struct place *at = &l->places[n->index];
		uint32_t row = 0;

		if (stands_alone(n))
			continue;
		for (uint32_t k = 0; k < n->in_count; k++) {
			const struct place *from = &l->places[m->flows[n->in[k]].from];

			if (from->placed) {
				row = from->row;
				break;
			}
			if (m->nodes[m->flows[n->in[k]].from].attached != BPMN_NONE)
				row = l->places[m->nodes[m->flows[n->in[k]].from].attached].row + 1;
		}
		while (row_taken(l, s, at->column, row))
			row++;
		at->row = row;
		at->placed = true;
	}
}

static struct box size_of(struct layout *l, const struct bpmn_node *n)
{
	if (n->body != BPMN_NONE)
		return measure_scope(l, n->body);
	if (bpmn_is_event(n->xml))
		return (struct box){ 0, 0, PX(EVENT), PX(EVENT) };
	if (bpmn_is_gateway(n->xml))
		return (struct box){ 0, 0, PX(GATEWAY), PX(GATEWAY) };
	return (struct box){ 0, 0, PX(TASK_W), PX(TASK_H) };
}

/* Widths of columns and heights of rows grow with what stands in them. Boxes become relative to the scope. */
static struct box arrange(struct layout *l, const struct bpmn_scope *s)
{
	uint32_t columns = 1, rows = 1;
	int32_t *w, *h, x = PX(MARGIN), y = PX(MARGIN + HEAD);

	for (uint32_t i = 0; i < s->nodes_count; i++) {
		struct place *at = &l->places[s->nodes[i]];

		at->box = size_of(l, &l->p->m->nodes[s->nodes[i]]);
		columns = at->column + 1 > columns ? at->column + 1 : columns;
		rows = at->row + 1 > rows ? at->row + 1 : rows;
	}
	w = arena_array(l->p->a, columns + 1, sizeof *w);
	h = arena_array(l->p->a, rows + 1, sizeof *h);
	if (!w || !h) {
		l->p->failed = ERR_NOMEM;
		return (struct box){ 0, 0, PX(TASK_W), PX(TASK_H) };
	}
	for (uint32_t i = 0; i < columns; i++)
		w[i] = PX(COLUMN);
	for (uint32_t i = 0; i < rows; i++)
		h[i] = PX(ROW);
	for (uint32_t i = 0; i < s->nodes_count; i++) {
		const struct place *at = &l->places[s->nodes[i]];

		if (at->box.w + PX(50) > w[at->column])
			w[at->column] = at->box.w + PX(50);
		if (at->box.h + PX(40) > h[at->row])
			h[at->row] = at->box.h + PX(40);
	}
	for (uint32_t i = 0; i < s->nodes_count; i++) {
		struct place *at = &l->places[s->nodes[i]];
		int32_t left = PX(MARGIN), top = PX(HEAD);

		for (uint32_t k = 0; k < at->column; k++)
			left += w[k];
		for (uint32_t k = 0; k < at->row; k++)
			top += h[k];
		at->box.x = left + (w[at->column] - at->box.w) / 2;
		at->box.y = top + (h[at->row] - at->box.h) / 2;
	}
	for (uint32_t i = 0; i < columns; i++)
		x += w[i];
	for (uint32_t i = 0; i < rows; i++)
		y += h[i];
	return (struct box){ 0, 0, x, y };
}

static void hang_boundaries(struct layout *l, const struct bpmn_scope *s)
{
	const struct bpmn_model *m = l->p->m;

	for (uint32_t i = 0; i < s->nodes_count; i++) {
		const struct bpmn_node *n = &m->nodes[s->nodes[i]];
		const struct box *host = &l->places[n->index].box;

		for (uint32_t k = 0; k < n->boundaries_count; k++) {
			struct box *b = &l->places[n->boundaries[k]].box;

			b->x = host->x + PX(10) + (int32_t)k * PX(EVENT + 8);
			b->y = host->y + host->h - b->h / 2;
		}
	}
}

static struct box measure_scope(struct layout *l, uint32_t scope)
{
	const struct bpmn_scope *s = &l->p->m->scopes[scope];
	struct box box;

	set_columns(l, s);
	set_rows(l, s);
	box = arrange(l, s);
	hang_boundaries(l, s);
	return box;
}

static void add_edge(struct layout *l, const struct bpmn_flow *f)
{
	const struct box *a = &l->places[f->from].box, *b = &l->places[f->to].box;
	struct edge *e = picture_edge(l->p);
	struct point *at = arena_array(l->p->a, 5, sizeof *at);
	int32_t ay = a->y + a->h / 2, by = b->y + b->h / 2;

	if (!e || !at) {
		l->p->failed = ERR_NOMEM;
		return;
	}
	*e = (struct edge){ .el = f->xml, .points = at };
	if (l->p->m->nodes[f->from].kind == BPMN_BOUNDARY_EVENT) {
		int32_t low = a->y + a->h + PX(18), turn = b->x - PX(22);

		at[e->count++] = (struct point){ a->x + a->w / 2, a->y + a->h };
		if (by > low || turn < a->x) {
			at[e->count++] = (struct point){ a->x + a->w / 2, by > low ? by : low };
		} else { /* first below its activity, then up to the target */
			at[e->count++] = (struct point){ a->x + a->w / 2, low };
			at[e->count++] = (struct point){ turn, low };
			at[e->count++] = (struct point){ turn, by };
		}
		at[e->count++] = (struct point){ b->x, by };
	} else if (b->x >= a->x + a->w) {
		int32_t mid = b->x - PX(22);

		at[e->count++] = (struct point){ a->x + a->w, ay };
		if (ay != by) {
			at[e->count++] = (struct point){ mid, ay };
			at[e->count++] = (struct point){ mid, by };
		}
		at[e->count++] = (struct point){ b->x, by };
	} else { /* back: above both */
		int32_t top = (a->y < b->y ? a->y : b->y) - PX(18);

		at[e->count++] = (struct point){ a->x + a->w / 2, a->y };
		at[e->count++] = (struct point){ a->x + a->w / 2, top };
		at[e->count++] = (struct point){ b->x + b->w / 2, top };
		at[e->count++] = (struct point){ b->x + b->w / 2, b->y };
	}
}

static void emit_scope(struct layout *l, uint32_t scope, int32_t x, int32_t y)
{
	const struct bpmn_model *m = l->p->m;
	const struct bpmn_scope *s = &m->scopes[scope];

	for (uint32_t i = 0; i < s->nodes_count; i++) {
		const struct bpmn_node *n = &m->nodes[s->nodes[i]];
		struct place *at = &l->places[n->index];
		struct shape *shape = picture_shape(l->p);

		at->box.x += x;
		at->box.y += y;
		if (shape)
			*shape = (struct shape){ .el = n->xml, .box = at->box, .horizontal = true, .expanded = true,
				.has_expanded = n->body != BPMN_NONE };
		if (n->body != BPMN_NONE)
			emit_scope(l, n->body, at->box.x, at->box.y);
	}
	for (uint32_t i = 0; i < s->nodes_count; i++)
		for (uint32_t k = 0; k < m->nodes[s->nodes[i]].out_count; k++)
			add_edge(l, &m->flows[m->nodes[s->nodes[i]].out[k]]);
}

void picture_auto(struct picture *p)
{
	struct layout l = { .p = p, .places = arena_array(p->a, p->m->nodes_count, sizeof *l.places) };
	int32_t y = 0;

	if (!l.places) {
		p->failed = ERR_NOMEM;
		return;
	}
	for (uint32_t i = 0; i < p->m->processes_count; i++) {
		struct box box = measure_scope(&l, p->m->processes[i].scope);

		emit_scope(&l, p->m->processes[i].scope, 0, y);
		y += box.h + PX(40);
	}
}
