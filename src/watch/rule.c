/* rule.c - a rule of supervision: one decision table over facts, with what it says when it fits.
 *
 * The file is DMN; what DMN has no word for stands in banjie:watch of the decision's extensionElements (docs/supervision-rules.md).
 */
#include "watch/watch_int.h"

enum { RULE_ARENA_MAX = 8 << 20, RULE_BYTES_MAX = 256 << 10 };

static struct str or_empty(struct str s) { return s.ptr ? s : S(""); }

static enum err refuse(struct diag *d, const char *code, const char *text)
{
	return diag_set(d, ERR_INVALID, code, "%s", text);
}

static const struct xml_node *extension(const struct xml_node *n, const char *name)
{
	const struct xml_node *ext = n ? xml_child(n, NULL, "extensionElements") : NULL;
	return ext ? xml_child(ext, NULL, name) : NULL;
}

/* The first word of the list that is none of those; ptr NULL = all are. */
static struct str stranger(struct str words, const char *const *known, size_t count)
{
	for (struct str word = str_cut(&words, ' '); word.ptr; word = str_cut(&words, ' ')) {
		bool found = word.len == 0;
		for (size_t i = 0; i < count && !found; i++)
			found = str_eqz(word, known[i]);
		if (!found)
			return word;
	}
	return (struct str){ NULL, 0 };
}

static enum err refuse_word(struct diag *d, const char *code, const char *sentence, struct str word, const char *place)
{
	(void)diag_set(d, ERR_INVALID, code, "%s: %.*s.", sentence, STR_ARG(word));
	diag_arg(d, word);
	diag_at(d, str_of(place));
	return ERR_INVALID;
}

/* Entries that rules may be asked at; each has a bit. */
static const char *const moments[] = {
	"case.received", "case.imported", "case.milestone", "case.state", "case.note", "case.fee", "case.concluded", "case.moved", "step.opened", "step.assigned",
	"step.signed", "step.closed", "clock.started", "clock.changed", "clock.stopped", "document.added", "decision.made", "licence.issued", "rating.given",
	"item.put", "alert.raised", "alert.answered", "alert.contested", "alert.judged", "alert.unanswered", "alert.unjudged", "demand.issued", "demand.overdue",
	"complaint.registered", "complaint.upheld", "complaint.reopened", "hotline.ticket", "callback.made", "finding.made", "accountability.effect",
	"queue.waited",
};
enum { MOMENTS = sizeof moments / sizeof *moments };
_Static_assert(MOMENTS <= 64, "a moment is a bit");

uint64_t watch_moment_of(struct str kind)
{
	for (size_t i = 0; i < MOMENTS; i++)
		if (str_eqz(kind, moments[i]))
			return UINT64_C(1) << i;
	return 0;
}

bool watch_rules_want(const struct watch_rule *r, struct str kind)
{
	uint64_t moment = watch_moment_of(kind);
	while (moment && r && !(r->wants & moment))
		r = r->next;
	return moment && r;
}

/* A rule that is asked at no entry there is, or whose alerts nobody answers, would never do anything. */
static enum err check_watch(const struct watch_rule *r, struct diag *d)
{
	static const char *const posts[] = { "holder", "head", "clerk", "reviewer", "inspector", "expert", "supervisor" };
	struct str post = stranger(r->post, posts, sizeof posts / sizeof *posts), moment = stranger(r->moments, moments, MOMENTS);
	if (post.ptr)
		return refuse_word(d, "watch.post", "Nobody answers as", post, "post");
	return moment.ptr ? refuse_word(d, "watch.moment", "There is no such entry of the record", moment, "moments") : OK;
}

static enum err read_words(struct watch_rule *r, const struct xml_node *decision, struct diag *d)
{
	const struct xml_node *watch = extension(decision, "watch"), *label = extension(decision, "label");
	static const char *const keys[] = { "case", "step", "event", "person-hour", "clock", "item" };
	if (!watch)
		return refuse(d, "watch.no-watch", "The decision has no banjie:watch element: it does not say what is watched.");
	r->number = or_empty(xml_attr(decision, "name"));
	r->name = or_empty(xml_attr(decision, "label"));
	r->name_en = label ? or_empty(xml_attr(label, "en")) : S("");
	r->moments = or_empty(xml_attr(watch, "moments"));
	struct str rest = r->moments;
	for (struct str m = str_cut(&rest, ' '); m.ptr; m = str_cut(&rest, ' '))
		r->wants |= watch_moment_of(m);
	r->ground = or_empty(xml_attr(watch, "ground"));
	r->key = or_empty(xml_attr(watch, "key"));
	r->post = or_empty(xml_attr(watch, "post"));
	r->text = or_empty(xml_attr(watch, "text"));
	r->text_en = or_empty(xml_attr(watch, "text_en"));
	bool known = false;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		known = known || str_eqz(r->key, keys[i]);
	if (!r->number.len || !r->name.len || !r->moments.len)
		return refuse(d, "watch.words", "A rule needs a number (name), a label and the moments it is asked at.");
	if (!known)
		return refuse(d, "watch.key", "The key says what the rule is fired once for: case, step, event, clock, item or person-hour.");
	if (!r->text.len || !r->text_en.len || !r->ground.len)
		return refuse(d, "watch.text", "A rule needs its legal ground and its text in both languages.");
	return check_watch(r, d);
}

static enum err read_facts(struct watch_rule *r, struct diag *d)
{
	struct feel_param *inputs;
	r->facts_count = dmn_model_inputs(r->model, r->number, &r->arena, &inputs);
	r->facts = arena_new_n(&r->arena, const struct watch_fact *, r->facts_count + 1);
	r->fact_names = arena_new_n(&r->arena, struct str, r->facts_count + 1);
	if (!r->facts || !r->fact_names)
		return ERR_NOMEM;
	for (size_t i = 0; i < r->facts_count; i++) {
		r->fact_names[i] = inputs[i].name;
		r->facts[i] = watch_fact_find(inputs[i].name);
		if (r->facts[i])
			continue;
		(void)diag_set(d, ERR_INVALID, "watch.fact-unknown", "There is no fact %.*s.", STR_ARG(inputs[i].name));
		diag_arg(d, inputs[i].name);
		return ERR_INVALID;
	}
	return r->facts_count ? OK : refuse(d, "watch.no-facts", "The table looks at no fact.");
}

/* What would make it fire wrongly or never: found before it goes live. */
static enum err read_model(struct watch_rule *r, struct str xml, struct diag *d)
{
	struct dmn_finding *f = NULL;
	struct dmn_table_view table;
	enum err e = dmn_model_read(&r->arena, xml, NULL, NULL, &r->model, &f, d);
	if (e == OK)
		e = dmn_model_check(r->model, &r->arena, &f);
	if (e == ERR_NOMEM)
		return e;
	TRY(dmn_findings_refuse(f, "watch.table", d));
	TRY(e);
	return dmn_model_table(r->model, r->number, &r->arena, &table, d) == OK ? OK
		: refuse(d, "watch.no-table", "The logic of the rule is no decision table.");
}

static enum err read_rule(struct watch_rule *r, struct str xml, struct diag *d)
{
	struct xml_node *root;
	struct str kept = arena_str(&r->arena, xml);
	if (!kept.ptr)
		return ERR_NOMEM;
	TRY(xml_read(&r->arena, kept, &root, d));
	const struct xml_node *decision = xml_child(root, NULL, "decision");
	if (!decision || xml_next_same(decision))
		return refuse(d, "watch.one-decision", "A rule's file holds one decision.");
	TRY(read_words(r, decision, d));
	TRY(read_model(r, kept, d));
	return read_facts(r, d);
}

enum err watch_rule_read(struct str xml, struct watch_rule **out, struct diag *d)
{
	if (xml.len > RULE_BYTES_MAX)
		return refuse(d, "watch.too-large", "The file of a rule is larger than 256 KiB.");
	struct watch_rule *r = heap_alloc(sizeof *r);
	if (!r)
		return ERR_NOMEM;
	arena_init(&r->arena, RULE_ARENA_MAX);
	enum err e = read_rule(r, xml, d);
	if (e == OK)
		*out = r;
	else
		watch_rule_free(r);
	return e;
}

void watch_rule_free(struct watch_rule *r)
{
	while (r) {
		struct watch_rule *next = r->next;
		arena_release(&r->arena);
		heap_free(r);
		r = next;
	}
}

/* A table gives the level alone, or a context with a member level. */
static int level_from(const struct feel_value *v)
{
	const struct feel_value *level = v->kind == FEEL_CONTEXT ? feel_get(v, S("level")) : v;
	return level && level->kind == FEEL_STRING ? level_of(level->string) : 0;
}

enum err watch_rule_judge(struct watch_rule *r, const struct watch_moment *m, int *level, struct feel_value *context)
{
	struct feel_context_builder b;
	struct feel_value out;
	struct diag d;
	struct feel_env env = { .now_ms = m->entry->at_ms, .offset_s = calendar_offset_s(m->calendar) };
	diag_init(&d);
	*level = 0;
	feel_context_begin(&b, m->a);
	for (size_t i = 0; i < r->facts_count; i++)
		TRY(feel_context_put(&b, r->fact_names[i], watch_fact_value(m, r->facts[i])));
	TRY(feel_context_end(&b, context));
	enum err e = dmn_eval(r->model, r->number, context, &env, m->a, &out, NULL, &d);
	if (e == ERR_NOMEM)
		return e;
	if (e != OK)
		r->failed++; /* shown on the rule's page: a rule that cannot be asked protects nobody */
	else
		*level = level_from(&out);
	return OK;
}
