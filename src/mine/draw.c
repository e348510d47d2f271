/* draw.c - the graph as SVG: the wider a line, the more often; the redder, the longer it takes.
 *
 * Colours are presentation attributes with classes beside them, so that a style sheet gives the dark picture. */
#include "mine/layout.h"
#include "mine/show.h"
#include "text/xml.h"

enum { FONT = 14, SMALL = 12, NODE_H = 48, LABEL_H = 34, ROW_GAP = 12, TEXT_MAX = 200, MARGIN = 16, ROUND = 26, LEGEND_H = 30,
	NODES = 24, EDGES = 48, CLASSES = 4 };

struct drawn_node { uint32_t activity; int32_t height; };
struct drawn_edge { const struct mine_edge *edge; uint32_t count; int time; };

struct picture {
	const struct mine_report *r;
	const struct mine_show *s;
	const char *node_kind, *edge_kind; /* in a pick */
	struct str title;
	bool ends;                   /* has a beginning and an end */
	struct arena *a;
	struct buf *out;
	struct layout l;
	struct drawn_node *nodes;    /* 0 the beginning, 1 the end, then activities */
	struct drawn_edge *edges;    /* as l.edges; edge NULL from the beginning and to the end */
	const struct mine_edge **loops; /* by node: from itself to itself */
	uint32_t *node_of;           /* by activity, 0 = not drawn */
	uint32_t most_edge, most_node;
	int64_t bounds[CLASSES - 1]; /* of the medians: the classes of time */
	int32_t *row_y;
	int32_t height;
};

static const char *const colours[CLASSES] = { "#7d98a5", "#a88420", "#cc6a22", "#b3261e" };

/* ---- what is drawn ---- */

struct pick { uint32_t activity, count; };

static int by_count(const void *pa, const void *pb)
{
	const struct pick *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->activity < b->activity ? -1 : 1;
}

static enum err choose_nodes(struct picture *p)
{
	size_t all = p->r->log->activities.count, most = p->s->nodes_max ? p->s->nodes_max : NODES;
	struct pick *picks = arena_new_n(p->a, struct pick, all);
	p->node_of = arena_new_n(p->a, uint32_t, all);
	if (!picks || !p->node_of)
		return ERR_NOMEM;
	for (uint32_t a = 0; a < all; a++)
		picks[a] = (struct pick){ a, p->r->nodes[a].count };
	qsort(picks, all, sizeof *picks, by_count);
	size_t n = all < most ? all : most;
	while (n && !picks[n - 1].count)
		n--;
	p->l.nodes_count = n + 2;
	p->l.nodes = arena_new_n(p->a, struct layout_node, n + 2);
	p->nodes = arena_new_n(p->a, struct drawn_node, n + 2);
	p->loops = arena_new_n(p->a, const struct mine_edge *, n + 2);
	if (!p->l.nodes || !p->nodes || !p->loops)
		return ERR_NOMEM;
	p->l.nodes[0].width = p->l.nodes[1].width = p->ends ? ROUND : 0;
	for (uint32_t i = 0; i < n; i++) {
		p->nodes[i + 2].activity = picks[i].activity;
		p->node_of[picks[i].activity] = i + 2;
	}
	p->most_node = n ? picks[0].count : 0;
	return OK;
}

static void add_edge(struct picture *p, uint32_t from, uint32_t to, const struct mine_edge *edge, uint32_t count)
{
	p->edges[p->l.edges_count] = (struct drawn_edge){ .edge = edge, .count = count };
	p->l.edges[p->l.edges_count++] = (struct layout_edge){ .from = from, .to = to, .weight = count };
	p->most_edge = count > p->most_edge ? count : p->most_edge;
}

/* Every activity keeps its most frequent way in and out; the others by frequency. */
static void add_flows(struct picture *p, bool *in, bool *out, size_t most)
{
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < p->r->edges_count; i++) {
			const struct mine_edge *e = &p->r->edges[i];
			uint32_t from = p->node_of[e->from], to = p->node_of[e->to];
			if (!from || !to)
				continue;
			if (from == to) {
				p->loops[from] = e;
				continue;
			}
			bool first = !in[to] || !out[from], taken = false;
			if (round) /* what the first round took is there already */
				for (size_t k = 0; k < p->l.edges_count; k++)
					taken |= p->edges[k].edge == e;
			bool faint = e->count * 100 < p->r->edges[0].count; /* less than one in a hundred of the most frequent */
			if (taken || (round ? faint || p->l.edges_count >= most : !first))
				continue;
			in[to] = out[from] = true;
			add_edge(p, from, to, e, e->count);
		}
}

/* From the beginning and to the end, where at least one case in a hundred goes, or the most. */
static void add_ends(struct picture *p)
{
	uint32_t start = 0, end = 0;
	for (uint32_t i = 2; i < p->l.nodes_count; i++) {
		const struct mine_node *n = &p->r->nodes[p->nodes[i].activity];
		start = n->starts > start ? n->starts : start;
		end = n->ends > end ? n->ends : end;
	}
	for (uint32_t i = 2; i < p->l.nodes_count; i++) {
		const struct mine_node *n = &p->r->nodes[p->nodes[i].activity];
		if (n->starts && (n->starts == start || n->starts >= p->r->log->cases / 50))
			add_edge(p, 0, i, NULL, n->starts);
		if (n->ends && (n->ends == end || n->ends >= p->r->log->cases / 50))
			add_edge(p, i, 1, NULL, n->ends);
	}
}

static int by_ms(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

/* Quarters of the drawn medians. */
static enum err classify(struct picture *p)
{
	int64_t *ms = arena_new_n(p->a, int64_t, p->l.edges_count);
	size_t n = 0;
	if (!ms)
		return ERR_NOMEM;
	for (size_t i = 0; i < p->l.edges_count; i++)
		if (p->edges[i].edge)
			ms[n++] = p->edges[i].edge->times.median_ms;
	qsort(ms, n, sizeof *ms, by_ms);
	for (size_t k = 0; k < CLASSES - 1; k++)
		p->bounds[k] = n ? ms[(n * (k + 1)) / CLASSES] : 0;
	for (size_t i = 0; i < p->l.edges_count; i++)
		for (size_t k = 0; p->edges[i].edge && k < CLASSES - 1; k++)
			p->edges[i].time += p->edges[i].edge->times.median_ms >= p->bounds[k] && p->bounds[k] > 0;
	return OK;
}

static enum err choose_edges(struct picture *p)
{
	size_t most = p->s->edges_max ? p->s->edges_max : EDGES, n = p->l.nodes_count;
	bool *in = arena_new_n(p->a, bool, n), *out = arena_new_n(p->a, bool, n);
	size_t room = most + n * 4;
	p->l.edges = arena_new_n(p->a, struct layout_edge, room);
	p->edges = arena_new_n(p->a, struct drawn_edge, room);
	if (!in || !out || !p->l.edges || !p->edges)
		return ERR_NOMEM;
	add_ends(p);
	/* the ends must not lead upwards */
	for (size_t i = 0; i < p->l.edges_count; i++)
		p->l.edges[i].weight = UINT32_MAX;
	add_flows(p, in, out, most);
	return classify(p);
}

/* ---- sizes ---- */

static struct str label_of(struct picture *p, const struct mine_edge *e, uint32_t count)
{
	struct buf b;
	buf_init_in(&b, p->a, 200);
	buf_i64(&b, count);
	if (e) {
		buf_putz(&b, " · ");
		mine_span_print(e->times.median_ms, p->s->english, false, &b);
	}
	return buf_str(&b);
}

static size_t lines_of(struct str name, struct str lines[2])
{
	size_t first = show_fit(name, FONT, TEXT_MAX);
	lines[0] = str_trim(str_sub(name, 0, first));
	lines[1] = str_trim(str_sub(name, first, name.len));
	if (str_empty(lines[1]))
		return 1;
	lines[1] = str_sub(lines[1], 0, show_fit(lines[1], FONT, TEXT_MAX));
	return 2;
}

static void measure(struct picture *p)
{
	for (uint32_t i = 2; i < p->l.nodes_count; i++) {
		struct str lines[2];
		size_t n = lines_of(mine_activity(p->r->log, p->nodes[i].activity, p->s->english), lines);
		int32_t w = 70;
		for (size_t k = 0; k < n; k++)
			w = show_text_width(lines[k], FONT) + 28 > w ? show_text_width(lines[k], FONT) + 28 : w;
		p->l.nodes[i].width = w;
		p->nodes[i].height = n == 2 ? NODE_H + 16 : NODE_H;
		if (p->loops[i])
			p->l.nodes[i].right = 24 + show_text_width(label_of(p, p->loops[i], p->loops[i]->count), SMALL);
	}
	p->nodes[0].height = p->nodes[1].height = p->ends ? ROUND : 0;
	for (size_t i = 0; i < p->l.edges_count; i++)
		p->l.edges[i].label = show_text_width(label_of(p, p->edges[i].edge, p->edges[i].count), SMALL) + 6;
}

static enum err stack_rows(struct picture *p)
{
	int32_t y = MARGIN + LEGEND_H;
	p->row_y = arena_new_n(p->a, int32_t, (size_t)p->l.rows);
	if (!p->row_y)
		return ERR_NOMEM;
	for (int32_t r = 0; r < p->l.rows; r++) {
		int32_t h = r % 2 ? LABEL_H : 0;
		for (size_t i = 0; i < p->l.nodes_count; i++)
			if (p->l.nodes[i].rank == r && p->nodes[i].height > h)
				h = p->nodes[i].height;
		p->row_y[r] = y + h / 2;
		y += h + ROW_GAP;
	}
	p->height = y + MARGIN;
	return OK;
}

/* ---- drawing ---- */

static int32_t node_x(const struct picture *p, uint32_t i) { return p->l.nodes[i].x + MARGIN; }
static int32_t node_y(const struct picture *p, uint32_t i) { return p->row_y[p->l.nodes[i].rank]; }

static void text_at(struct picture *p, int32_t x, int32_t y, int32_t size, const char *anchor, const char *class, struct str s)
{
	buf_printf(p->out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" text-anchor=\"%s\" class=\"%s\">", x, y, size, anchor, class);
	xml_escape(p->out, s);
	buf_putz(p->out, "</text>");
}

struct spot { int32_t x, y; };

/* Through the middles between the places given, bent towards each: one sweep without waves. The last piece comes down upright. */
static void sweep(struct picture *p, const struct spot *at, size_t n)
{
	buf_printf(p->out, "M%d %d", at[0].x, at[0].y);
	for (size_t i = 1; i + 1 < n; i++)
		buf_printf(p->out, "Q%d %d %d %d", at[i].x, at[i].y, (at[i].x + at[i + 1].x) / 2, (at[i].y + at[i + 1].y) / 2);
	const struct spot *before = &at[n - 2], *end = &at[n - 1];
	buf_printf(p->out, "C%d %d %d %d %d %d", (before->x + 3 * end->x) / 4, (before->y + 3 * end->y) / 4, end->x, (before->y + 5 * end->y) / 6, end->x, end->y);
}

static void arrow(struct picture *p, int32_t x, int32_t y, int32_t half, bool up, const char *colour, int class)
{
	int32_t back = up ? y + half * 2 : y - half * 2;
	buf_printf(p->out, "<path class=\"dfg-head dfg-t%d\" fill=\"%s\" stroke=\"none\" d=\"M%d %dL%d %dL%d %dz\"/>", class, colour, x, y, x - half, back,
	           x + half, back);
}

/* Tenths of a pixel, 12 to 70. */
static int32_t thickness(const struct picture *p, uint32_t count)
{
	int64_t most = p->most_edge ? p->most_edge : 1;
	return (int32_t)(12 + 58 * (int64_t)count / most);
}

static void edge_title(struct picture *p, const struct mine_edge *e)
{
	const struct mine_log *log = p->r->log;
	const bool en = p->s->english;
	buf_putz(p->out, "<title>");
	xml_escape(p->out, mine_activity(log, e->from, en));
	buf_putz(p->out, " → ");
	xml_escape(p->out, mine_activity(log, e->to, en));
	buf_printf(p->out, en ? ": %u times in %u cases; median " : "：%u 次，%u 件；中位数 ", e->count, e->cases);
	mine_span_print(e->times.median_ms, en, false, p->out);
	buf_putz(p->out, en ? ", mean " : ",平均 ");
	mine_span_print(e->times.mean_ms, en, false, p->out);
	buf_putz(p->out, en ? ", nine in ten within " : ",九成不超过 ");
	mine_span_print(e->times.p90_ms, en, false, p->out);
	buf_putz(p->out, "</title>");
}

static void open_link(struct picture *p, const char *kind, struct str a, struct str b)
{
	if (str_empty(p->s->link))
		return;
	buf_printf(p->out, "<a href=\"%.*spick=%s%%7C", STR_ARG(p->s->link), kind);
	mine_address(a, p->out);
	if (b.ptr) {
		buf_putz(p->out, "%7C");
		mine_address(b, p->out);
	}
	buf_putz(p->out, "\">");
}

static void close_link(struct picture *p)
{
	if (p->s->link.len)
		buf_putz(p->out, "</a>");
}

static const char *edge_colour(const struct drawn_edge *d) { return d->edge ? colours[d->time] : "#9aa7ad"; }

static void draw_edge(struct picture *p, size_t i)
{
	const struct layout_edge *e = &p->l.edges[i];
	const struct drawn_edge *d = &p->edges[i];
	uint32_t above = e->backward ? e->to : e->from, below = e->backward ? e->from : e->to;
	int32_t w = thickness(p, d->count), half = 4 + w / 20, x = node_x(p, above), y = node_y(p, above) + p->nodes[above].height / 2;
	int32_t end = node_y(p, below) - p->nodes[below].height / 2;
	int class = d->edge ? d->time : 0;
	if (e->backward)
		y += half * 2 - 1;
	buf_printf(p->out, "<g class=\"dfg-edge\">");
	if (d->edge)
		edge_title(p, d->edge);
	buf_printf(p->out, "<path class=\"dfg-line %s%d\" fill=\"none\" stroke=\"%s\" stroke-width=\"%d.%d\"%s d=\"", d->edge ? "dfg-t" : "dfg-end", class,
	           edge_colour(d), w / 10, w % 10, d->edge ? "" : " stroke-dasharray=\"5 4\"");
	struct spot *at = arena_new_n(p->a, struct spot, (size_t)(e->bottom - e->top) + 1);
	size_t n = 0;
	if (at) {
		at[n++] = (struct spot){ x, y };
		for (int32_t r = e->top + 1; r < e->bottom; r++)
			at[n++] = (struct spot){ e->xs[r - e->top - 1] + MARGIN, p->row_y[r] };
		at[n++] = (struct spot){ node_x(p, below), e->backward ? end : end - half * 2 + 1 };
		sweep(p, at, n);
	}
	buf_putz(p->out, "\"/>");
	if (e->backward)
		arrow(p, node_x(p, above), node_y(p, above) + p->nodes[above].height / 2, half, true, edge_colour(d), class);
	else
		arrow(p, node_x(p, below), end, half, false, edge_colour(d), class);
	buf_putz(p->out, "</g>");
}

static void draw_label(struct picture *p, size_t i)
{
	const struct layout_edge *e = &p->l.edges[i];
	const struct mine_edge *m = p->edges[i].edge;
	struct str s = label_of(p, m, p->edges[i].count);
	if (m)
		open_link(p, p->edge_kind, mine_word(&p->r->log->activities, m->from), mine_word(&p->r->log->activities, m->to));
	int32_t x = e->label_x + MARGIN, y = p->row_y[e->label_row], w = e->label + 2;
	buf_printf(p->out, "<rect class=\"dfg-plate\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\" rx=\"4\" fill=\"#ffffff\" fill-opacity=\"0.88\"/>", x - w / 2, y - 9, w);
	text_at(p, x, y + 4, SMALL, "middle", "dfg-label", s);
	if (m)
		close_link(p);
}

static void draw_loop(struct picture *p, uint32_t i)
{
	const struct mine_edge *e = p->loops[i];
	int32_t x = node_x(p, i) + p->l.nodes[i].width / 2, y = node_y(p, i);
	int class = 0;
	for (size_t k = 0; k < CLASSES - 1; k++)
		class += e->times.median_ms >= p->bounds[k] && p->bounds[k] > 0;
	buf_putz(p->out, "<g class=\"dfg-edge\">");
	edge_title(p, e);
	buf_printf(p->out, "<path class=\"dfg-line dfg-t%d\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" d=\"M%d %dC%d %d %d %d %d %d\"/>", class, colours[class], x,
	           y + 10, x + 24, y + 14, x + 24, y - 14, x + 7, y - 9);
	buf_printf(p->out, "<path class=\"dfg-head dfg-t%d\" fill=\"%s\" d=\"M%d %dL%d %dL%d %dz\"/>", class, colours[class], x, y - 9, x + 10, y - 12, x + 8, y - 4);
	open_link(p, p->edge_kind, mine_word(&p->r->log->activities, e->from), mine_word(&p->r->log->activities, e->to));
	text_at(p, x + 22, y + 4, SMALL, "start", "dfg-label", label_of(p, e, e->count));
	close_link(p);
	buf_putz(p->out, "</g>");
}

static void draw_activity(struct picture *p, uint32_t i)
{
	const struct mine_log *log = p->r->log;
	const struct mine_node *n = &p->r->nodes[p->nodes[i].activity];
	struct str name = mine_activity(log, p->nodes[i].activity, p->s->english), lines[2];
	size_t count = lines_of(name, lines);
	int32_t w = p->l.nodes[i].width, h = p->nodes[i].height, x = node_x(p, i), y = node_y(p, i);
	int depth = p->most_node ? (int)((uint64_t)n->count * 4 / p->most_node) : 0;
	static const char *const fills[] = { "#f4f8f9", "#e6eff2", "#d3e3e9", "#bfd6de", "#abc8d3" };
	open_link(p, p->node_kind, mine_word(&log->activities, p->nodes[i].activity), (struct str){ NULL, 0 });
	buf_putz(p->out, "<g class=\"dfg-node\"><title>");
	xml_escape(p->out, name);
	buf_printf(p->out, p->s->english ? ": %u times in %u cases" : "：%u 次，%u 件", n->count, n->cases);
	buf_printf(p->out, "</title><rect class=\"dfg-box dfg-f%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\" stroke=\"#17495f\" stroke-width=\"1.2\"/>", depth,
	           x - w / 2, y - h / 2, w, h, fills[depth]);
	for (size_t k = 0; k < count; k++)
		text_at(p, x, y - h / 2 + 20 + (int32_t)k * 17, FONT, "middle", "dfg-name", lines[k]);
	struct buf b;
	buf_init_in(&b, p->a, 64);
	buf_i64(&b, n->count);
	text_at(p, x, y + h / 2 - 8, SMALL, "middle", "dfg-count", buf_str(&b));
	buf_putz(p->out, "</g>");
	close_link(p);
}

static void draw_end(struct picture *p, uint32_t i)
{
	const bool begin = i == 0;
	buf_printf(p->out, "<g class=\"dfg-node\"><title>%s</title><circle class=\"dfg-box\" cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\" stroke=\"#17495f\" stroke-width=\"%s\"/></g>",
	           begin ? (p->s->english ? "beginning" : "开始") : p->s->english ? "end" : "结束", node_x(p, i), node_y(p, i), ROUND / 2 - 1,
	           begin ? "#d9eee4" : "#f3dedc", begin ? "1.5" : "3");
}

static void draw_legend(struct picture *p)
{
	static const char *const zh[CLASSES] = { "最快的四分之一", "", "", "最慢的四分之一" };
	static const char *const en[CLASSES] = { "fastest quarter", "", "", "slowest quarter" };
	int32_t x = MARGIN;
	for (int k = 0; k < CLASSES; k++) {
		struct str word = str_of(p->s->english ? en[k] : zh[k]);
		if (k == CLASSES - 1) {
			text_at(p, x + 20, MARGIN + 10, SMALL, "start", "dfg-label", word);
		} else if (word.len) {
			text_at(p, x, MARGIN + 10, SMALL, "start", "dfg-label", word);
			x += show_text_width(word, SMALL) + 8;
		}
		buf_printf(p->out, "<rect class=\"dfg-head dfg-t%d\" x=\"%d\" y=\"%d\" width=\"14\" height=\"10\" fill=\"%s\"/>", k, x, MARGIN + 1, colours[k]);
		x += 16;
	}
}

static void open_svg(struct picture *p)
{
	int32_t w = p->l.width + 2 * MARGIN, legend = p->s->english ? 280 : 280;
	w = w < legend ? legend : w;
	buf_printf(p->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dfg\" role=\"%s\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" aria-label=\"",
	           p->s->link.len ? "group" : "img", w, p->height, w, p->height);
	xml_escape(p->out, p->title);
	buf_putz(p->out, "\" fill=\"#1b2226\" font-family=\"'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',Arial,sans-serif\"><title>");
	xml_escape(p->out, p->title);
	buf_putz(p->out, "</title>\n");
}

static enum err draw_all(struct picture *p)
{
	TRY(choose_nodes(p));
	TRY(choose_edges(p));
	measure(p);
	TRY(layout_run(&p->l, p->a));
	TRY(stack_rows(p));
	open_svg(p);
	draw_legend(p);
	for (size_t i = 0; i < p->l.edges_count; i++)
		draw_edge(p, i);
	for (uint32_t i = 2; i < p->l.nodes_count; i++)
		draw_activity(p, i);
	for (uint32_t i = 2; i < p->l.nodes_count; i++)
		if (p->loops[i])
			draw_loop(p, i);
	for (uint32_t i = 0; p->ends && i < 2; i++)
		draw_end(p, i);
	for (size_t i = 0; i < p->l.edges_count; i++)
		draw_label(p, i);
	buf_putz(p->out, "</svg>\n");
	return p->out->failed;
}

enum err mine_draw(const struct mine_report *r, const struct mine_show *s, struct arena *scratch, struct buf *out)
{
	struct picture p = { .r = r, .s = s, .node_kind = "activity", .edge_kind = "edge", .ends = true, .a = scratch, .out = out,
		             .title = !str_empty(s->title) ? s->title : s->english ? S("The process as it ran") : S("实际运行的流程") };
	return draw_all(&p);
}

/* ---- people ---- */

/* How often each worked, and in how many cases. */
static enum err count_people(const struct mine_log *log, struct arena *a, struct mine_node *nodes)
{
	uint32_t *seen = arena_new_n(a, uint32_t, log->resources.count);
	if (!seen)
		return ERR_NOMEM;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
			uint32_t who = mine_resource(log, i);
			if (who == MINE_NONE)
				continue;
			nodes[who].count++;
			nodes[who].cases += seen[who] != c + 1;
			seen[who] = c + 1;
		}
	return OK;
}

/* The same picture of another graph: people are what is done, hand-overs what follows what. */
enum err mine_draw_hand_overs(const struct mine_report *r, const struct mine_show *s, struct arena *scratch, struct buf *out)
{
	struct mine_log people = { .activities = r->log->resources, .cases = r->log->cases };
	struct mine_report graph = { .log = &people, .edges_count = r->hand_overs_count,
		                     .nodes = arena_new_n(scratch, struct mine_node, r->log->resources.count),
		                     .edges = arena_new_n(scratch, struct mine_edge, r->hand_overs_count) };
	struct picture p = { .r = &graph, .s = s, .node_kind = "resource", .edge_kind = "hand-over", .a = scratch, .out = out,
		             .title = s->english ? S("Who hands over to whom") : S("谁交给谁") };
	if (!r->hand_overs_count)
		return ERR_NOT_FOUND;
	if (!graph.nodes || !graph.edges)
		return ERR_NOMEM;
	TRY(count_people(r->log, scratch, graph.nodes));
	for (size_t i = 0; i < r->hand_overs_count; i++) {
		const struct mine_hand_over *h = &r->hand_overs[i];
		graph.edges[i] = (struct mine_edge){ .from = h->from, .to = h->to, .count = h->count, .cases = h->cases, .times = h->times };
	}
	return draw_all(&p);
}
