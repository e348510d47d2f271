/* random_process.c - see random_process.h */
#include <stdio.h>
#include <stdlib.h>

#include "random_process.h"

uint32_t rng_below(struct rng *r, uint32_t n)
{
	r->state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = r->state;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % n);
}

static struct block *new_block(struct arena *a, enum block_kind kind, int *next)
{
	struct block *b = arena_new(a, struct block);

	b->kind = kind;
	b->id = (*next)++;
	return b;
}

static void add_kids(struct arena *a, struct rng *r, struct block *b, int count, int depth, int *next)
{
	for (int i = 0; i < count; i++)
		b->kids[b->kids_count++] = block_random(a, r, depth - 1, next);
}

struct block *block_random(struct arena *a, struct rng *r, int depth, int *next)
{
	enum block_kind kind = depth <= 0 ? (enum block_kind)rng_below(r, 2) : (enum block_kind)rng_below(r, BLOCK_KINDS);
	struct block *b = new_block(a, kind, next);

	b->times = 1 + (int)rng_below(r, 3);
	b->sequential = rng_below(r, 2);
	b->interrupting = rng_below(r, 2);
	b->hours = 1 + (int)rng_below(r, 50);
	switch (kind) {
	case BLOCK_SEQUENCE:
		add_kids(a, r, b, 1 + (int)rng_below(r, KIDS_MAX), depth, next);
		break;
	case BLOCK_EXCLUSIVE:
	case BLOCK_PARALLEL:
	case BLOCK_INCLUSIVE:
		add_kids(a, r, b, 2 + (int)rng_below(r, 2), depth, next);
		b->choice = (int)rng_below(r, kind == BLOCK_INCLUSIVE ? 1u << b->kids_count : (uint32_t)b->kids_count);
		break;
	case BLOCK_LOOP:
	case BLOCK_SUB:
		add_kids(a, r, b, 1, depth, next);
		break;
	case BLOCK_GUARDED:
		add_kids(a, r, b, 1, depth, next);
		/* in a loop several of these go on side by side: only a leaf is the same whichever is meant */
		add_kids(a, r, b, 1, b->interrupting ? depth : 0, next);
		break;
	case BLOCK_RACE:
		add_kids(a, r, b, 2, depth, next);
		break;
	default:
		break;
	}
	return b;
}

/* ---- as BPMN ---- */

struct writer {
	struct buf *out;
	int flows;
};

static void flow(struct writer *w, const char *from, int from_id, const char *to, int to_id, const char *condition)
{
	buf_printf(w->out, "<sequenceFlow id=\"f%d\" sourceRef=\"%s%d\" targetRef=\"%s%d\">", w->flows++, from, from_id, to, to_id);
	if (condition && condition[0])
		buf_printf(w->out, "<conditionExpression>%s</conditionExpression>", condition);
	buf_putz(w->out, "</sequenceFlow>\n");
}

struct ends { char in[8], out[8]; int in_id, out_id; };

static struct ends ends_of(const char *in, int in_id, const char *out, int out_id)
{
	struct ends e = { .in_id = in_id, .out_id = out_id };

	snprintf(e.in, sizeof e.in, "%s", in);
	snprintf(e.out, sizeof e.out, "%s", out);
	return e;
}

static struct ends put(struct writer *w, const struct block *b);

static void put_body(struct writer *w, const struct block *b, int id)
{
	struct ends e = put(w, b);

	buf_printf(w->out, "<startEvent id=\"s%d\"/><endEvent id=\"e%d\"/>\n", id, id);
	flow(w, "s", id, e.in, e.in_id, NULL);
	flow(w, e.out, e.out_id, "e", id, NULL);
}

static struct ends put_split(struct writer *w, const struct block *b)
{
	const char *gateway = b->kind == BLOCK_EXCLUSIVE ? "exclusive" : b->kind == BLOCK_PARALLEL ? "parallel" : "inclusive";
	char condition[64];
	int fallback = -1;

	for (int i = 0; i < b->kids_count; i++) {
		struct ends e = put(w, b->kids[i]);

		condition[0] = 0;
		if (b->kind == BLOCK_EXCLUSIVE && i + 1 < b->kids_count)
			snprintf(condition, sizeof condition, "x%d = %d", b->id, i);
		else if (b->kind == BLOCK_EXCLUSIVE)
			fallback = w->flows;
		else if (b->kind == BLOCK_INCLUSIVE)
			snprintf(condition, sizeof condition, "o%d_%d", b->id, i);
		flow(w, "g", b->id, e.in, e.in_id, condition);
		flow(w, e.out, e.out_id, "j", b->id, NULL);
	}
	if (b->kind == BLOCK_INCLUSIVE) { /* no branch: straight on */
		fallback = w->flows;
		flow(w, "g", b->id, "j", b->id, NULL);
	}
	buf_printf(w->out, "<%sGateway id=\"g%d\"", gateway, b->id);
	if (fallback >= 0)
		buf_printf(w->out, " default=\"f%d\"", fallback);
	buf_printf(w->out, "/><%sGateway id=\"j%d\"/>\n", gateway, b->id);
	return ends_of("g", b->id, "j", b->id);
}

static void put_script(struct writer *w, const char *prefix, int id, const char *variable, const char *text)
{
	buf_printf(w->out, "<scriptTask id=\"%s%d\" scriptFormat=\"feel\"><extensionElements><banjie:script resultVariable=\"%s%d\"/>"
	           "</extensionElements><script>%s</script></scriptTask>\n", prefix, id, variable, id, text);
}

static struct ends put_loop(struct writer *w, const struct block *b)
{
	struct ends e = put(w, b->kids[0]);
	char text[64];

	put_script(w, "r", b->id, "l", "0");
	snprintf(text, sizeof text, "l%d + 1", b->id);
	put_script(w, "i", b->id, "l", text);
	buf_printf(w->out, "<exclusiveGateway id=\"h%d\"/><exclusiveGateway id=\"g%d\" default=\"f%d\"/>"
	           "<exclusiveGateway id=\"j%d\"/>\n", b->id, b->id, w->flows, b->id);
	flow(w, "g", b->id, "j", b->id, NULL);
	flow(w, "r", b->id, "h", b->id, NULL);
	flow(w, "h", b->id, e.in, e.in_id, NULL);
	flow(w, e.out, e.out_id, "i", b->id, NULL);
	flow(w, "i", b->id, "g", b->id, NULL);
	snprintf(text, sizeof text, "l%d &lt; %d", b->id, b->times);
	flow(w, "g", b->id, "h", b->id, text);
	return ends_of("r", b->id, "j", b->id);
}

static struct ends put_guarded(struct writer *w, const struct block *b)
{
	struct ends handler = put(w, b->kids[1]);

	buf_printf(w->out, "<subProcess id=\"p%d\">\n", b->id);
	put_body(w, b->kids[0], b->id);
	buf_printf(w->out, "</subProcess><boundaryEvent id=\"b%d\" attachedToRef=\"p%d\" cancelActivity=\"%s\"><timerEventDefinition "
	           "id=\"bd%d\"><timeDuration>PT%dH</timeDuration></timerEventDefinition></boundaryEvent>\n"
	           "<exclusiveGateway id=\"j%d\"/>\n", b->id, b->id, b->interrupting ? "true" : "false", b->id, b->hours, b->id);
	flow(w, "p", b->id, "j", b->id, NULL);
	flow(w, "b", b->id, handler.in, handler.in_id, NULL);
	if (b->interrupting) {
		flow(w, handler.out, handler.out_id, "j", b->id, NULL);
	} else { /* it goes its own way to the end of the scope */
		buf_printf(w->out, "<endEvent id=\"be%d\"/>\n", b->id);
		flow(w, handler.out, handler.out_id, "be", b->id, NULL);
	}
	return ends_of("p", b->id, "j", b->id);
}

static struct ends put_race(struct writer *w, const struct block *b)
{
	struct ends first = put(w, b->kids[0]), second = put(w, b->kids[1]);

	buf_printf(w->out, "<eventBasedGateway id=\"g%d\"/><intermediateCatchEvent id=\"m%d\"><messageEventDefinition id=\"md%d\" "
	           "messageRef=\"msg\"/></intermediateCatchEvent><intermediateCatchEvent id=\"c%d\"><timerEventDefinition id=\"cd%d\">"
	           "<timeDuration>PT%dH</timeDuration></timerEventDefinition></intermediateCatchEvent><exclusiveGateway id=\"j%d\"/>\n",
	           b->id, b->id, b->id, b->id, b->id, b->hours, b->id);
	flow(w, "g", b->id, "m", b->id, NULL);
	flow(w, "g", b->id, "c", b->id, NULL);
	flow(w, "m", b->id, first.in, first.in_id, NULL);
	flow(w, "c", b->id, second.in, second.in_id, NULL);
	flow(w, first.out, first.out_id, "j", b->id, NULL);
	flow(w, second.out, second.out_id, "j", b->id, NULL);
	return ends_of("g", b->id, "j", b->id);
}

static struct ends put_sequence(struct writer *w, const struct block *b)
{
	struct ends all = put(w, b->kids[0]);

	for (int i = 1; i < b->kids_count; i++) {
		struct ends e = put(w, b->kids[i]);

		flow(w, all.out, all.out_id, e.in, e.in_id, NULL);
		all = ends_of(all.in, all.in_id, e.out, e.out_id);
	}
	return all;
}

static struct ends put(struct writer *w, const struct block *b)
{
	char text[64];

	snprintf(text, sizeof text, "v%d + 1", b->id);
	switch (b->kind) {
	case BLOCK_SCRIPT:
		put_script(w, "t", b->id, "v", text);
		return ends_of("t", b->id, "t", b->id);
	case BLOCK_REPEAT:
		buf_printf(w->out, "<scriptTask id=\"t%d\"><extensionElements><banjie:script resultVariable=\"v%d\"/></extensionElements>"
		           "<standardLoopCharacteristics loopMaximum=\"%d\"/><script>%s</script></scriptTask>\n", b->id, b->id, b->times,
		           text);
		return ends_of("t", b->id, "t", b->id);
	case BLOCK_MULTI:
		buf_printf(w->out, "<userTask id=\"t%d\"><multiInstanceLoopCharacteristics isSequential=\"%s\"><loopCardinality>%d"
		           "</loopCardinality></multiInstanceLoopCharacteristics></userTask>\n", b->id, b->sequential ? "true" : "false",
		           b->times);
		return ends_of("t", b->id, "t", b->id);
	case BLOCK_SEQUENCE:
		return put_sequence(w, b);
	case BLOCK_EXCLUSIVE: case BLOCK_PARALLEL: case BLOCK_INCLUSIVE:
		return put_split(w, b);
	case BLOCK_LOOP:
		return put_loop(w, b);
	case BLOCK_SUB:
		buf_printf(w->out, "<subProcess id=\"p%d\">\n", b->id);
		put_body(w, b->kids[0], b->id);
		buf_putz(w->out, "</subProcess>\n");
		return ends_of("p", b->id, "p", b->id);
	case BLOCK_GUARDED:
		return put_guarded(w, b);
	case BLOCK_RACE:
		return put_race(w, b);
	case BLOCK_TASK:
	default:
		buf_printf(w->out, "<userTask id=\"t%d\" name=\"任务%d\"/>\n", b->id, b->id);
		return ends_of("t", b->id, "t", b->id);
	}
}

void block_to_bpmn(const struct block *root, struct buf *out)
{
	struct writer w = { .out = out };

	buf_putz(out, "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" xmlns:banjie=\"urn:banjie:bpmn\" "
	              "targetNamespace=\"urn:test\"><message id=\"msg\" name=\"答复\"/><process id=\"P\" isExecutable=\"true\">\n");
	put_body(&w, root, 999999);
	buf_putz(out, "</process></definitions>\n");
}

void block_to_input(const struct block *b, struct buf *out, bool first)
{
	if (first)
		buf_putz(out, "{ \"zero\": 0");
	if (b->kind == BLOCK_EXCLUSIVE)
		buf_printf(out, ", x%d: %d", b->id, b->choice);
	for (int i = 0; b->kind == BLOCK_INCLUSIVE && i < b->kids_count; i++)
		buf_printf(out, ", o%d_%d: %s", b->id, i, b->choice >> i & 1 ? "true" : "false");
	if (b->kind == BLOCK_SCRIPT || b->kind == BLOCK_REPEAT)
		buf_printf(out, ", v%d: 0", b->id);
	for (int i = 0; i < b->kids_count; i++)
		block_to_input(b->kids[i], out, false);
	if (first)
		buf_putz(out, " }");
}

/* ---- the reference ---- */

enum { HOUR = 3600000, LOOSE_MAX = 64 };

struct walk {
	struct arena *a;
	const struct block *b;
	int *visits;
	bool done;
	int at;                     /* sequence: kid; loop, multi: round */
	int left;                   /* multi: instances that wait */
	int64_t due;                /* guarded, race */
	bool fired;                 /* guarded: the handler runs; race: one of them has happened */
	struct walk *kids[KIDS_MAX];
	int kids_count;
	struct walk *scope;         /* the sub-process around it */
	struct walk *loose[LOOSE_MAX]; /* of a sub-process: tokens of non-interrupting events */
	int loose_count;
};

static void begin(struct walk *w, int64_t now);

static struct walk *child(struct walk *w, const struct block *b, int64_t now)
{
	struct walk *k = arena_new(w->a, struct walk);

	*k = (struct walk){ .a = w->a, .b = b, .visits = w->visits,
		.scope = w->b->kind == BLOCK_SUB || (w->b->kind == BLOCK_GUARDED && b == w->b->kids[0]) ? w : w->scope };
	w->kids[w->kids_count++] = k;
	begin(k, now);
	return k;
}

static bool all_done(const struct walk *w)
{
	for (int i = 0; i < w->kids_count; i++)
		if (!w->kids[i]->done)
			return false;
	for (int i = 0; i < w->loose_count; i++)
		if (!w->loose[i]->done)
			return false;
	return true;
}

/* Goes on after something inside may have finished. */
static void settle(struct walk *w, int64_t now)
{
	const struct block *b = w->b;

	switch (b->kind) {
	case BLOCK_SEQUENCE:
		while (w->kids[0]->done && !w->done) {
			if (++w->at == b->kids_count) {
				w->done = true;
			} else {
				w->kids_count = 0;
				child(w, b->kids[w->at], now);
			}
		}
		break;
	case BLOCK_LOOP:
		while (w->kids[0]->done && !w->done) {
			if (++w->at == b->times) {
				w->done = true;
			} else {
				w->kids_count = 0;
				child(w, b->kids[0], now);
			}
		}
		break;
	case BLOCK_TASK: case BLOCK_SCRIPT: case BLOCK_REPEAT: case BLOCK_MULTI:
		break;
	case BLOCK_RACE:
		w->done = w->fired && all_done(w);
		break;
	default:
		w->done = all_done(w);
		break;
	}
}

static void begin(struct walk *w, int64_t now)
{
	const struct block *b = w->b;

	switch (b->kind) {
	case BLOCK_TASK:
		w->left = 1;
		break;
	case BLOCK_MULTI:
		w->left = b->times;
		break;
	case BLOCK_SCRIPT:
	case BLOCK_REPEAT:
		w->visits[b->id] += b->kind == BLOCK_SCRIPT ? 1 : b->times;
		w->done = true;
		break;
	case BLOCK_EXCLUSIVE:
		child(w, b->kids[b->choice], now);
		break;
	case BLOCK_INCLUSIVE:
		for (int i = 0; i < b->kids_count; i++)
			if (b->choice >> i & 1)
				child(w, b->kids[i], now);
		break;
	case BLOCK_PARALLEL:
		for (int i = 0; i < b->kids_count; i++)
			child(w, b->kids[i], now);
		break;
	case BLOCK_RACE:
		w->due = now + (int64_t)b->hours * HOUR;
		break;
	case BLOCK_GUARDED:
		w->due = now + (int64_t)b->hours * HOUR;
		child(w, b->kids[0], now);
		break;
	default:
		child(w, b->kids[0], now);
		break;
	}
	settle(w, now);
}

/* The process itself is a scope like a sub-process. */
struct walk *walk_start(struct arena *a, const struct block *root, int *visits, int64_t now)
{
	struct walk *w = arena_new(a, struct walk);
	struct block *process = arena_new(a, struct block);

	*process = (struct block){ .kind = BLOCK_SUB, .kids = { (struct block *)(uintptr_t)root }, .kids_count = 1 };
	*w = (struct walk){ .a = a, .b = process, .visits = visits };
	begin(w, now);
	return w;
}

bool walk_done(const struct walk *w)
{
	return w->done;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect(const struct walk *w, struct arena *a, const char **names, size_t *count)
{
	const struct block *b = w->b;
	int shown = b->kind == BLOCK_MULTI && b->sequential ? w->left > 0 : w->left;

	if (w->done || *count > 900)
		return;
	for (int i = 0; i < shown; i++)
		names[(*count)++] = arena_printf(a, "t%d", b->id).ptr;
	if (b->kind == BLOCK_RACE && !w->fired) {
		names[(*count)++] = arena_printf(a, "m%d", b->id).ptr;
		names[(*count)++] = arena_printf(a, "c%d@%lld", b->id, (long long)(w->due / HOUR)).ptr;
	}
	if (b->kind == BLOCK_GUARDED && !w->fired)
		names[(*count)++] = arena_printf(a, "b%d@%lld", b->id, (long long)(w->due / HOUR)).ptr;
	for (int i = 0; i < w->kids_count; i++)
		collect(w->kids[i], a, names, count);
	for (int i = 0; i < w->loose_count; i++)
		collect(w->loose[i], a, names, count);
}

void walk_waiting(const struct walk *w, struct buf *out)
{
	const char *names[1000];
	size_t count = 0;

	collect(w, w->a, names, &count);
	qsort(names, count, sizeof *names, compare);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s ", names[i]);
}

static bool is(struct str element, const char *prefix, int id)
{
	char name[32];

	snprintf(name, sizeof name, "%s%d", prefix, id);
	return str_eqz(element, name);
}

bool walk_complete(struct walk *w, struct str element, int64_t now)
{
	bool hit = false;

	if (w->done)
		return false;
	if (w->left && is(element, "t", w->b->id)) {
		w->done = --w->left == 0;
		return true;
	}
	if (w->b->kind == BLOCK_RACE && !w->fired && is(element, "m", w->b->id)) {
		w->fired = hit = true;
		child(w, w->b->kids[0], now);
	}
	for (int i = 0; i < w->kids_count && !hit; i++)
		hit = walk_complete(w->kids[i], element, now);
	for (int i = 0; i < w->loose_count && !hit; i++)
		hit = walk_complete(w->loose[i], element, now);
	if (hit)
		settle(w, now);
	return hit;
}

/* A non-interrupting event: its handler belongs to the scope around, not to what it was attached to. */
static void loosen(struct walk *w, int64_t now)
{
	struct walk *k = arena_new(w->a, struct walk);

	*k = (struct walk){ .a = w->a, .b = w->b->kids[1], .visits = w->visits, .scope = w->scope };
	if (w->scope->loose_count < LOOSE_MAX)
		w->scope->loose[w->scope->loose_count++] = k;
	begin(k, now);
}

bool walk_fire(struct walk *w, struct str element, int64_t now)
{
	bool hit = false;

	if (w->done)
		return false;
	if (!w->fired && ((w->b->kind == BLOCK_RACE && is(element, "c", w->b->id)) ||
	                  (w->b->kind == BLOCK_GUARDED && is(element, "b", w->b->id)))) {
		w->fired = hit = true;
		if (w->b->kind == BLOCK_GUARDED && !w->b->interrupting) {
			loosen(w, now);
		} else {
			w->kids_count = w->loose_count = 0; /* what was inside is gone */
			child(w, w->b->kids[1], now);
		}
	}
	for (int i = 0; i < w->kids_count && !hit; i++)
		hit = walk_fire(w->kids[i], element, now);
	for (int i = 0; i < w->loose_count && !hit; i++)
		hit = walk_fire(w->loose[i], element, now);
	if (hit)
		settle(w, now);
	return hit;
}
