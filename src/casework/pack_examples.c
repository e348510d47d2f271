/* pack_examples.c - the examples stored beside a pack's decisions: read, run, and asked before a new
 * version goes live. An example has no clock and no office: inputs in, value out. */
#include "casework/packs.h"
#include "casework/rules_int.h"

enum {
	EXAMPLES_MAX = 1000, SCRATCH_MAX = 64 << 20, VALUE_MAX = 1 << 20, CHINA_OFFSET_S = 8 * 3600,
	/* an example is small; a pack of them must not keep the writer waiting */
	EXAMPLE_WORK_MAX = 1000000,
};

/* Where an example says no day, its decision is taken on this one: the same result in any year. */
#define EXAMPLE_DAY "2026-01-01"

/* ---- reading ---- */

struct reader {
	struct arena *a;
	struct pack_example *first, **last;
	size_t count;
};

static enum err add_example(struct reader *r, const struct pack_example *e)
{
	struct pack_example *copy = arena_new(r->a, struct pack_example);
	if (!copy)
		return ERR_NOMEM;
	*copy = *e;
	*r->last = copy;
	r->last = &copy->next;
	r->count++;
	return OK;
}

/* "examples/routing.json" is about the decision routing unless an example says otherwise. */
static struct str stem(struct str path)
{
	return str_sub(path, strlen("examples/"), path.len - strlen(".json"));
}

static bool day_ms(struct str day, int64_t *ms)
{
	calendar_day d;
	if (!calendar_day_parse(day, &d))
		return false;
	*ms = calendar_day_start_ms(d, CHINA_OFFSET_S);
	return true;
}

static enum err read_one(struct reader *r, struct str file, const struct json *v, size_t number)
{
	struct str decision = json_text(json_get(v, "decision")), day = json_text(json_get(v, "on"));
	struct pack_example e = { .file = file, .name = json_text(json_get(v, "name")), .name_en = json_text(json_get(v, "name_en")),
	                          .decision = decision.len ? decision : stem(file), .inputs = json_get(v, "inputs"), .expect = json_get(v, "expect") };
	if (!e.name.len)
		e.name = arena_printf(r->a, "%zu", number);
	if (!e.name_en.len)
		e.name_en = e.name;
	if (!e.inputs || e.inputs->kind != JSON_OBJECT || !e.expect)
		e.text = S("An example has inputs, an object, and expect, the value that must come out.");
	else if (!day_ms(day.len ? day : S(EXAMPLE_DAY), &e.now_ms))
		e.text = S("\"on\" is a day like 2026-03-02.");
	return add_example(r, &e);
}

static enum err read_file(struct reader *r, const struct pack_file *f)
{
	const struct json *list;
	struct diag d;
	diag_init(&d);
	enum err e = json_read(r->a, f->bytes, &list, &d);
	if (e == ERR_NOMEM)
		return e;
	if (e != OK || list->kind != JSON_ARRAY) {
		struct str why = e == OK ? S("An example file is a list of examples.") : arena_printf(r->a, "line %d: %s", d.line, d.text);
		return add_example(r, &(struct pack_example){ .file = f->path, .name = f->path, .name_en = f->path, .decision = stem(f->path), .text = why });
	}
	for (size_t i = 0; i < list->count; i++) {
		if (r->count == EXAMPLES_MAX)
			return add_example(r, &(struct pack_example){ .file = f->path, .name = f->path, .name_en = f->path, .decision = stem(f->path),
			                                              .text = S("A pack has at most 1000 examples.") });
		TRY(read_one(r, f->path, &list->items[i], i + 1));
	}
	return OK;
}

enum err pack_examples_read(const struct pack_file *files, size_t count, struct arena *a, struct pack_example **out)
{
	struct reader r = { .a = a };
	r.last = &r.first;
	for (size_t i = 0; i < count; i++)
		if (str_starts(files[i].path, S("examples/")) && str_ends(files[i].path, S(".json")))
			TRY(read_file(&r, &files[i]));
	*out = r.first;
	return OK;
}

/* ---- running ---- */

enum err pack_decide(const struct pack *p, struct str decision, const struct json *inputs, int64_t now_ms, struct arena *a,
                     const struct json **output, struct dmn_trace **trace, struct diag *d)
{
	const struct dmn_model *m;
	struct feel_env env = { .now_ms = now_ms, .offset_s = CHINA_OFFSET_S, .bounds = { .work_max = EXAMPLE_WORK_MAX } };
	struct feel_value in, value;
	if (!rules_node(p, decision, &m))
		return diag_set(d, ERR_NOT_FOUND, "pack.decision-unknown", "There is no decision \"%.*s\" in the pack.", STR_ARG(decision));
	TRY(dmn_inputs_from_json(m, decision, inputs, a, &in, d));
	TRY(dmn_eval(m, decision, &in, &env, a, &value, trace, d));
	return rules_feel_json(a, &value, output);
}

static struct str json_line(struct arena *a, const struct json *v)
{
	struct buf b;
	struct json_writer w;
	struct str s;
	buf_init_in(&b, a, VALUE_MAX);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	return buf_finish(&b, &s) == OK ? s : S("…");
}

/* As FEEL sees it: 10 and 10.0 are the same, and so are members in another order. */
static bool same_value(struct arena *a, const struct json *x, const struct json *y)
{
	struct feel_value fx, fy;
	if (feel_from_json(a, x, &fx, NULL) != OK || feel_from_json(a, y, &fy, NULL) != OK)
		return false;
	struct feel_value same = feel_equal(&fx, &fy);
	return feel_is_true(&same);
}

static enum err run_one(const struct pack *p, struct pack_example *e, struct arena *a, struct arena *scratch)
{
	const struct json *output;
	struct diag d;
	diag_init(&d);
	enum err err = pack_decide(p, e->decision, e->inputs, e->now_ms, scratch, &output, NULL, &d);
	if (err == ERR_NOMEM)
		return err;
	e->expected = json_line(a, e->expect);
	if (err != OK) {
		e->text = arena_printf(a, "%s", d.text);
		return OK;
	}
	e->got = json_line(a, output);
	e->passed = same_value(scratch, output, e->expect);
	if (e->passed)
		return OK;
	e->text = arena_printf(a, "gives %.*s, should give %.*s%s%s", STR_ARG(e->got), STR_ARG(e->expected), d.text[0] ? "; " : "", d.text);
	return e->text.ptr ? OK : ERR_NOMEM;
}

enum err pack_examples_run(const struct pack *p, struct pack_example *list, struct arena *a)
{
	struct arena scratch;
	enum err err = OK;
	arena_init(&scratch, SCRATCH_MAX);
	for (; list && err == OK; list = list->next) {
		if (!list->text.len)
			err = run_one(p, list, a, &scratch);
		arena_reset(&scratch);
	}
	arena_release(&scratch);
	return err;
}

/* ---- before a version goes live ---- */

static enum err refuse(struct act *act, const struct pack_example *e)
{
	enum err err = act_refuse(act, ERR_INVALID, "pack.example-failed", "The example \"%.*s\" of the decision %.*s fails: %.*s",
	                          STR_ARG(e->name), STR_ARG(e->decision), STR_ARG(e->text));
	diag_arg(act->d, e->name);
	diag_arg(act->d, e->expected.len ? e->expected : S("–"));
	diag_arg(act->d, e->got.len ? e->got : e->text);
	diag_at(act->d, e->file);
	return err;
}

static const struct pack_example *same_name(const struct pack_example *list, const struct pack_example *e)
{
	while (list && !(str_eq(list->decision, e->decision) && str_eq(list->name, e->name)))
		list = list->next;
	return list;
}

static enum err warn(struct act *act, const struct pack_example *old, const char *what, struct pack_finding ***last)
{
	struct pack_finding *f = arena_new(act->a, struct pack_finding);
	struct str text = arena_printf(act->a, "The example \"%.*s\" of the live version %s%s%.*s.", STR_ARG(old->name), what,
	                               old->passed ? "; it still holds" : "; here it ", STR_ARG(old->passed ? S("") : old->text));
	if (!f || !text.ptr)
		return ERR_NOMEM;
	*f = (struct pack_finding){ false, old->file, text, NULL };
	**last = f;
	*last = &f->next;
	return OK;
}

/* The live version's examples, run against the new one: those that it keeps as they are it has passed already. */
static enum err compare_live(struct act *act, const struct pack *p, const struct pack_example *own, struct pack_finding ***last)
{
	int64_t live = row_i64_str(act->c, "SELECT id FROM pack WHERE code=?1 AND live=1", p->code, 0);
	struct pack_file *files;
	struct pack_example *old;
	size_t count;
	if (!live)
		return OK;
	TRY(pack_files_load(act->c, act->a, live, &files, &count));
	TRY(pack_examples_read(files, count, act->a, &old));
	TRY(pack_examples_run(p, old, act->a));
	for (; old; old = old->next) {
		const struct pack_example *now = same_name(own, old);
		if (!old->inputs || !old->expect)
			continue;
		if (!now)
			TRY(warn(act, old, "is no longer there", last));
		else if (!json_equal(now->inputs, old->inputs) || !json_equal(now->expect, old->expect) || now->now_ms != old->now_ms)
			TRY(warn(act, old, "has been changed", last));
	}
	return OK;
}

enum err pack_examples_gate(struct act *act, const struct pack *p, const struct pack_file *files, size_t count,
                            struct pack_finding **findings)
{
	struct pack_example *own;
	struct pack_finding **last = findings;
	TRY(pack_examples_read(files, count, act->a, &own));
	TRY(pack_examples_run(p, own, act->a));
	for (const struct pack_example *e = own; e; e = e->next)
		if (!e->passed)
			return refuse(act, e);
	while (*last)
		last = &(*last)->next;
	return compare_live(act, p, own, &last);
}

/* ---- folders, for commands ---- */

static enum err results(struct arena *a, const struct pack_example *e, struct casework_example **out)
{
	struct casework_example **last = out;
	*out = NULL;
	for (; e; e = e->next) {
		struct casework_example *one = arena_new(a, struct casework_example);
		if (!one)
			return ERR_NOMEM;
		*one = (struct casework_example){ e->file, e->name, e->name_en, e->decision, e->passed, e->text, NULL };
		*last = one;
		last = &one->next;
	}
	return OK;
}

enum err casework_examples_run(const char *folder, struct arena *a, struct casework_example **out, struct diag *d)
{
	struct pack_file *files;
	struct pack_finding *findings;
	struct pack_example *list;
	struct pack *p;
	size_t count;
	TRY(pack_files_read(folder, a, &files, &count, d));
	TRY(pack_compile(files, count, a, &p, &findings, d));
	enum err e = pack_examples_read(files, count, a, &list);
	if (e == OK)
		e = pack_examples_run(p, list, a);
	pack_free(p);
	return e == OK ? results(a, list, out) : e;
}
