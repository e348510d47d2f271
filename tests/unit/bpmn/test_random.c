/* test_random.c - random processes, run by the engine and by the reference interpreter, step by
 * step. Between any two commands the instance is written and read again; now and then a
 * command is decided, lost as in a crash, and decided again.
 *
 *   test_random [SEEDS [FIRST]]     300 seeds from 1 unless said otherwise
 */
#include <stdio.h>
#include <stdlib.h>

#include "bpmn/bpmn.h"
#include "random_process.h"

enum { COMMANDS_MAX = 400, BLOCKS_MAX = 5000 };

struct play {
	struct arena a;
	struct rng rng;
	struct block *root;
	struct bpmn_model *model;
	struct bpmn_instance *instance;
	struct bpmn_env env;
	struct walk *walk;
	int visits[BLOCKS_MAX];
	struct diag d;
	char why[600];
};

static bool bad(struct play *p, const char *what, struct str got, struct str want)
{
	snprintf(p->why, sizeof p->why, "%s: engine \"%.*s\", reference \"%.*s\" %s", what, STR_ARG(got), STR_ARG(want), p->d.text);
	return false;
}

static struct str bytes_of(struct play *p, const struct bpmn_instance *i)
{
	struct buf b;

	buf_init_in(&b, &p->a, 8 << 20);
	bpmn_instance_write(i, NULL, &b);
	return buf_str(&b);
}

static bool decide(struct play *p, const struct bpmn_command *c)
{
	struct bpmn_event *events;
	struct bpmn_instance *next;
	struct str bytes;

	if (bpmn_decide(p->model, S("P"), p->instance, c, &p->env, &p->a, &events, &next, &p->d) != OK)
		return bad(p, "refused", S(""), S(""));
	bytes = bytes_of(p, next);
	if (rng_below(&p->rng, 8) == 0) { /* a crash before the commit: the same again */
		if (bpmn_decide(p->model, S("P"), p->instance, c, &p->env, &p->a, &events, &next, &p->d) != OK ||
		    !str_eq(bytes, bytes_of(p, next)))
			return bad(p, "decided again", bytes, bytes_of(p, next));
	}
	if (bpmn_instance_read(&p->a, p->model, bytes, NULL, &p->instance, &p->d) != OK)
		return bad(p, "not read back", bytes, S(""));
	if (!str_eq(bytes, bytes_of(p, p->instance)))
		return bad(p, "written differently", bytes_of(p, p->instance), bytes);
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct bpmn_waiting *waiting(struct play *p, size_t *count)
{
	struct bpmn_waiting *first = NULL;

	*count = 0;
	if (bpmn_instance_waiting(p->instance, &p->a, &first) != OK)
		return NULL;
	for (struct bpmn_waiting *w = first; w; w = w->next)
		(*count)++;
	return first;
}

static struct str describe(struct play *p)
{
	const char *names[1000];
	size_t count, n = 0;
	struct buf b;

	for (struct bpmn_waiting *w = waiting(p, &count); w && n < 1000; w = w->next)
		names[n++] = w->kind == BPMN_WAIT_TIMER
		           ? arena_printf(&p->a, "%.*s@%lld", STR_ARG(w->element), (long long)(w->due_ms / 3600000)).ptr
		           : arena_z(&p->a, w->element);
	qsort(names, n, sizeof *names, compare);
	buf_init_in(&b, &p->a, 1 << 20);
	buf_putz(&b, "");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s ", names[i]);
	return b.len ? buf_str(&b) : S("");
}

static bool same(struct play *p)
{
	struct buf b;
	struct str want, got = describe(p);

	buf_init_in(&b, &p->a, 1 << 20);
	walk_waiting(p->walk, &b);
	want = b.len ? buf_str(&b) : S("");
	if (!str_eq(got, want))
		return bad(p, "waiting", got, want);
	if (walk_done(p->walk) != (bpmn_instance_state(p->instance) == BPMN_COMPLETED))
		return bad(p, "done", walk_done(p->walk) ? S("no") : S("yes"), walk_done(p->walk) ? S("yes") : S("no"));
	return true;
}

/* One of the things that wait happens, the same to both. */
static bool step(struct play *p)
{
	size_t count;
	struct bpmn_waiting *w = waiting(p, &count);
	struct bpmn_command c = { 0 };

	if (!w)
		return bad(p, "nothing waits", S(""), S(""));
	for (uint32_t skip = rng_below(&p->rng, (uint32_t)count); skip; skip--)
		w = w->next;
	c.id = w->id;
	c.kind = w->kind == BPMN_WAIT_TIMER ? BPMN_FIRE_TIMER : w->kind == BPMN_WAIT_MESSAGE ? BPMN_DELIVER_MESSAGE : BPMN_COMPLETE;
	if (w->kind == BPMN_WAIT_TIMER && w->due_ms > p->env.now_ms)
		p->env.now_ms = w->due_ms;
	if (!decide(p, &c))
		return false;
	if (!(c.kind == BPMN_FIRE_TIMER ? walk_fire : walk_complete)(p->walk, w->element, p->env.now_ms))
		return bad(p, "the reference does not wait for", w->element, S(""));
	return same(p);
}

static bool same_visits(struct play *p, const struct block *b)
{
	char name[32];
	const struct feel_value *v;
	int64_t n = -1;

	if (b->kind == BLOCK_SCRIPT || b->kind == BLOCK_REPEAT) {
		snprintf(name, sizeof name, "v%d", b->id);
		v = feel_get(bpmn_instance_variables(p->instance), str_of(name));
		if (!v || v->kind != FEEL_NUMBER || !dec_to_i64(v->number, &n) || n != p->visits[b->id])
			return bad(p, "visits", arena_printf(&p->a, "%s: %lld", name, (long long)n),
			           arena_printf(&p->a, "%d", p->visits[b->id]));
	}
	for (int i = 0; i < b->kids_count; i++)
		if (!same_visits(p, b->kids[i]))
			return false;
	return true;
}

static bool input(struct play *p, struct feel_value *out)
{
	struct feel_plan *plan;
	struct feel_env env = { 0 };
	struct buf b;

	buf_init_in(&b, &p->a, 1 << 20);
	block_to_input(p->root, &b, true);
	return feel_compile(&p->a, buf_str(&b), NULL, &plan, &p->d) == OK &&
	       feel_eval(plan, NULL, &env, &p->a, out, &p->d) == OK;
}

static bool play(struct play *p, bool show)
{
	struct bpmn_finding *findings = NULL;
	struct feel_value v;
	struct bpmn_command start = { .kind = BPMN_START, .variables = &v };
	struct buf xml;
	int next = 1;

	do
		p->root = block_random(&p->a, &p->rng, 4, &next);
	while (p->root->kind < BLOCK_SEQUENCE); /* a single task tells nothing */
	if (next >= BLOCKS_MAX)
		return true; /* larger than the tables: another seed */
	buf_init_in(&xml, &p->a, 8 << 20);
	block_to_bpmn(p->root, &xml);
	if (show)
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&xml)));
	if (bpmn_model_read(&p->a, buf_str(&xml), &p->model, &findings, &p->d) != OK || !input(p, &v))
		return bad(p, "model refused", S(""), S(""));
	if (!decide(p, &start))
		return false;
	p->walk = walk_start(&p->a, p->root, p->visits, p->env.now_ms);
	if (!same(p))
		return false;
	for (int i = 0; i < COMMANDS_MAX && bpmn_instance_state(p->instance) == BPMN_RUNNING; i++)
		if (!step(p))
			return false;
	return bpmn_instance_state(p->instance) == BPMN_RUNNING || same_visits(p, p->root);
}

int main(int argc, char **argv)
{
	static struct play p;
	long seeds = argc > 1 ? strtol(argv[1], NULL, 10) : 300, first = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
	int passed = 0, failed = 0;

	for (long seed = first; seed < first + seeds; seed++) {
		memset(&p, 0, sizeof p);
		p.rng.state = (uint64_t)seed;
		p.env.now_ms = INT64_C(1735689600000);
		arena_init(&p.a, 1u << 30);
		diag_init(&p.d);
		if (play(&p, seeds == 1)) {
			passed++;
		} else {
			failed++;
			printf("FAIL seed %ld: %s   (rerun: %s 1 %ld)\n", seed, p.why, argv[0], seed);
		}
		arena_release(&p.a);
		if (failed > 10)
			break;
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
