/* scheme.c - reading a scheme: strict, because people are paid by it. Every refusal says where. */
#include "gauge/gauge_int.h"

enum { PARTS_MAX = 40, INDICATORS_MAX = 60, GROUPS_MAX = 60, CODE_MAX = 40, NAME_MAX = 200, EXPRESSION_MAX = 2000, LIST_MAX = 2000 };

struct reader { struct arena *a; struct diag *d; };

/* The place is the first argument of each sentence. */

static enum err refuse(const struct reader *r, struct str place, enum err e, const struct str *more)
{
	if (r->d && r->d->args == 0) {
		diag_at(r->d, place);
		diag_arg(r->d, place);
		if (more)
			diag_arg(r->d, *more);
	}
	return e;
}

static enum err refuse_with(const struct reader *r, struct str place, const char *code, const char *sentence, struct str what)
{
	return refuse(r, place, diag_set(r->d, ERR_INVALID, code, "%.*s: %s: %.*s.", STR_ARG(place), sentence, STR_ARG(what)), &what);
}

static struct str at(const struct reader *r, struct str place, const char *key)
{
	return place.len ? arena_printf(r->a, "%.*s.%s", STR_ARG(place), key) : str_of(key);
}

static struct str nth(const struct reader *r, struct str place, const char *key, size_t i)
{
	return arena_printf(r->a, "%.*s[%zu]", STR_ARG(at(r, place, key)), i);
}

/* An object with none but these members (blank-separated). */
static enum err only(const struct reader *r, const struct json *v, struct str place, const char *names)
{
	if (!v || v->kind != JSON_OBJECT)
		return refuse_with(r, place, "gauge.scheme-value", "this must be", S("{ }"));
	for (size_t i = 0; i < v->count; i++) {
		struct str rest = str_of(names);
		bool known = false;
		while (rest.ptr && !known)
			known = str_eq(str_cut(&rest, ' '), v->members[i].key);
		if (!known)
			return refuse_with(r, place.len ? place : S("scheme"), "gauge.scheme-member", "a scheme has no such member here", v->members[i].key);
	}
	return OK;
}

static enum err text_of(const struct reader *r, const struct json *v, struct str place, const char *key, bool needed, size_t most, struct str *out)
{
	const struct json *m = json_get(v, key);
	*out = S("");
	if (!m && !needed)
		return OK;
	if (!m || m->kind != JSON_STRING || (needed && !str_trim(m->text).len))
		return refuse_with(r, at(r, place, key), "gauge.scheme-missing", "a text is needed", str_of(key));
	if (m->text.len > most)
		return refuse_with(r, at(r, place, key), "gauge.scheme-value", "too long; characters at most", arena_printf(r->a, "%zu", most));
	*out = arena_str(r->a, str_trim(m->text));
	return out->ptr ? OK : ERR_NOMEM;
}

static enum err code_of(const struct reader *r, const struct json *v, struct str place, struct str *out)
{
	TRY(text_of(r, v, place, "code", true, CODE_MAX, out));
	for (size_t i = 0; i < out->len; i++) {
		char c = out->ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return refuse_with(r, at(r, place, "code"), "gauge.scheme-value", "letters, digits and dashes only", *out);
	}
	return OK;
}

static enum err names_of(const struct reader *r, const struct json *v, struct str place, struct str *name, struct str *name_en)
{
	TRY(text_of(r, v, place, "name", true, NAME_MAX, name));
	return text_of(r, v, place, "name_en", false, NAME_MAX, name_en);
}

/* A JSON number, or its digits as a text. */
static enum err dec_of(const struct reader *r, const struct json *v, struct str place, const char *key, bool *present, struct dec *out)
{
	const struct json *m = json_get(v, key);
	if (present)
		*present = m != NULL;
	if (!m && present)
		return OK;
	if (!m || (m->kind != JSON_NUMBER && m->kind != JSON_STRING) || !dec_parse(m->text, out) || dec_cmp(dec_abs(*out), dec_from_i64(1000000)) > 0)
		return refuse_with(r, at(r, place, key), "gauge.scheme-value", "a number is needed", m ? json_text(m) : str_of(key));
	return OK;
}

static enum err count_of(const struct reader *r, const struct json *v, struct str place, const char *key, int64_t least, int64_t most, int64_t otherwise, int64_t *out)
{
	const struct json *m = json_get(v, key);
	*out = m ? json_i64(m, least - 1) : otherwise;
	if (*out < least || *out > most)
		return refuse_with(r, at(r, place, key), "gauge.scheme-value", "a whole number is needed",
		                   arena_printf(r->a, "%lld – %lld", (long long)least, (long long)most));
	return OK;
}

static enum err list_of(const struct reader *r, const struct json *v, struct str place, const char *key, size_t least, size_t most, const struct json **out)
{
	static const struct json nothing = { .kind = JSON_ARRAY };
	const struct json *m = json_get(v, key);
	*out = m ? m : &nothing;
	if ((*out)->kind != JSON_ARRAY || (*out)->count < least || (*out)->count > most)
		return refuse_with(r, at(r, place, key), "gauge.scheme-value", "a list is needed; entries", arena_printf(r->a, "%zu – %zu", least, most));
	return OK;
}

static enum err texts_of(const struct reader *r, const struct json *v, struct str place, const char *key, const struct str **out, size_t *count)
{
	const struct json *list;
	TRY(list_of(r, v, place, key, 0, LIST_MAX, &list));
	struct str *texts = arena_new_n(r->a, struct str, list->count);
	for (size_t i = 0; texts && i < list->count; i++) {
		if (list->items[i].kind != JSON_STRING || !list->items[i].text.len)
			return refuse_with(r, nth(r, place, key, i), "gauge.scheme-missing", "a text is needed", str_of(key));
		texts[i] = arena_str(r->a, list->items[i].text);
	}
	*out = texts;
	*count = list->count;
	return texts ? OK : ERR_NOMEM;
}

/* One of the words, by its place among them; -1 = absent. */
static enum err word_of(const struct reader *r, const struct json *v, struct str place, const char *key, const char *words, int *out)
{
	const struct json *m = json_get(v, key);
	struct str rest = str_of(words);
	*out = -1;
	if (!m)
		return OK;
	for (int i = 0; rest.ptr; i++)
		if (m->kind == JSON_STRING && str_eq(str_cut(&rest, ' '), m->text)) {
			*out = i;
			return OK;
		}
	return refuse_with(r, at(r, place, key), "gauge.scheme-value", "one of these is needed", str_of(words));
}

static enum err bits_of(const struct reader *r, const struct json *v, struct str place, const char *key, unsigned otherwise,
                        bool (*find)(struct str, int *), unsigned *out)
{
	const struct json *list;
	*out = otherwise;
	if (!json_get(v, key))
		return OK;
	TRY(list_of(r, v, place, key, 0, 8, &list));
	*out = 0;
	for (size_t i = 0; i < list->count; i++) {
		int n;
		if (!find(json_text(&list->items[i]), &n))
			return refuse_with(r, nth(r, place, key, i), "gauge.scheme-value", "not known", json_text(&list->items[i]));
		*out |= 1U << n;
	}
	return OK;
}

static bool find_kind(struct str name, int *out)
{
	enum gauge_kind k;
	bool known = gauge_kind_parse(name, &k);
	*out = known ? (int)k : 0;
	return known;
}

static bool find_span(struct str name, int *out)
{
	enum gauge_span s;
	bool known = gauge_span_parse(name, &s);
	*out = known ? (int)s : 0;
	return known;
}

/* ---- indicators ---- */

/* Names the expression uses: each a measure of the part's source, or a function. */
static enum err measures_of(const struct reader *r, struct str place, enum gauge_source source, struct gauge_indicator *out)
{
	const struct gauge_measure *all;
	struct str *names;
	size_t count;
	(void)gauge_measures(&all);
	TRY(feel_plan_unknown_names(out->plan, r->a, &names, &count));
	int *used = arena_new_n(r->a, int, count);
	for (size_t i = 0; used && i < count; i++) {
		int m = gauge_measure_find(names[i]);
		if (gauge_is_function(names[i]))
			continue;
		if (m < 0)
			return refuse_with(r, place, "gauge.scheme-name", "there is no measure with this name", names[i]);
		if (all[m].source != source)
			return refuse_with(r, place, "gauge.scheme-source", "this measure does not come from the part's source", names[i]);
		used[out->measures_count++] = m;
	}
	out->measures = used;
	return used ? OK : ERR_NOMEM;
}

/* Two trials, all measures 1 and all 0: a number must come of one, and nothing else but null of the other. */
static enum err gives_number(const struct reader *r, struct str place, const struct gauge_indicator *i)
{
	const struct gauge_measure *all;
	struct feel_value ones[3], context, v;
	struct feel_env env = { .now_ms = 0 };
	size_t count = gauge_measures(&all);
	bool number = false;
	for (int64_t n = 1; n >= 0; n--) {
		struct feel_context_builder b;
		feel_context_begin(&b, r->a);
		TRY(gauge_functions(&b));
		ones[0] = ones[1] = ones[2] = feel_i64(n);
		for (size_t m = 0; m < count; m++)
			TRY(feel_context_put(&b, str_of(all[m].name), strcmp(all[m].type, "list") == 0 ? feel_list(ones, 3) : feel_i64(n)));
		TRY(feel_context_end(&b, &context));
		TRY(feel_eval(i->plan, &context, &env, r->a, &v, r->d));
		number = number || v.kind == FEEL_NUMBER;
		if (v.kind != FEEL_NUMBER && v.kind != FEEL_NULL)
			number = false, n = 0;
	}
	return number ? OK : refuse_with(r, place, "gauge.scheme-result", "this expression does not give a number", i->expression);
}

static enum err expression_of(const struct reader *r, struct str place, enum gauge_source source, struct gauge_indicator *out)
{
	struct diag why;
	diag_init(&why);
	struct str where = at(r, place, "expression");
	struct feel_plan *plan;
	enum err e = feel_compile(r->a, out->expression, NULL, &plan, &why);
	if (e != OK)
		return err_is_refusal(e) ? refuse_with(r, where, "gauge.scheme-expression", "this is no expression", str_of(why.text)) : e;
	out->plan = plan;
	if (str_find(out->expression, S("now(")) >= 0 || str_find(out->expression, S("today(")) >= 0)
		return refuse_with(r, where, "gauge.scheme-name", "a score may not depend on the day it is computed", S("now, today"));
	TRY(measures_of(r, where, source, out));
	return gives_number(r, where, out);
}

static enum err indicator_of(const struct reader *r, const struct json *v, struct str place, enum gauge_source source, struct gauge_indicator *out)
{
	int effect;
	*out = (struct gauge_indicator){ 0 };
	TRY(only(r, v, place, "code name name_en effect expression rules max for note note_en"));
	TRY(code_of(r, v, place, &out->code));
	TRY(names_of(r, v, place, &out->name, &out->name_en));
	TRY(text_of(r, v, place, "note", false, EXPRESSION_MAX, &out->note));
	TRY(text_of(r, v, place, "note_en", false, EXPRESSION_MAX, &out->note_en));
	TRY(text_of(r, v, place, "expression", true, EXPRESSION_MAX, &out->expression));
	TRY(word_of(r, v, place, "effect", "deduct add points", &effect));
	if (effect < 0)
		return refuse_with(r, at(r, place, "effect"), "gauge.scheme-missing", "one of these is needed", S("deduct add points"));
	out->effect = (enum gauge_effect)effect;
	TRY(bits_of(r, v, place, "for", 0xeU, find_kind, &out->kinds));
	TRY(dec_of(r, v, place, "max", &out->capped, &out->most));
	if (out->capped && dec_sign(out->most) <= 0)
		return refuse_with(r, at(r, place, "max"), "gauge.scheme-value", "a number is needed", S("> 0"));
	TRY(texts_of(r, v, place, "rules", &out->rules, &out->rules_count));
	return expression_of(r, place, source, out);
}

static enum err twice(const struct reader *r, struct str place, struct str code)
{
	return refuse_with(r, place, "gauge.scheme-twice", "this code stands here twice", code);
}

static enum err indicators_of(const struct reader *r, const struct json *list, struct str place, const char *key, struct gauge_part *out)
{
	struct gauge_indicator *all = arena_new_n(r->a, struct gauge_indicator, list->count);
	if (!all)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		TRY(indicator_of(r, &list->items[i], nth(r, place, key, i), out->source, &all[i]));
		for (size_t k = 0; k < i; k++)
			if (str_eq(all[k].code, all[i].code))
				return twice(r, nth(r, place, key, i), all[i].code);
		out->from_zero = out->from_zero || all[i].effect == GAUGE_POINTS;
	}
	out->indicators = all;
	out->count = list->count;
	return OK;
}

static enum err part_of(const struct reader *r, const struct json *v, struct str place, struct gauge_part *out)
{
	const struct json *list;
	int source, missing;
	bool has;
	*out = (struct gauge_part){ 0 };
	TRY(only(r, v, place, "code name name_en weight floor cap source missing indicators"));
	TRY(code_of(r, v, place, &out->code));
	TRY(names_of(r, v, place, &out->name, &out->name_en));
	TRY(dec_of(r, v, place, "weight", NULL, &out->weight));
	if (dec_sign(out->weight) <= 0)
		return refuse_with(r, at(r, place, "weight"), "gauge.scheme-value", "a number is needed", S("> 0"));
	out->floor = DEC_ZERO;
	out->cap = out->weight;
	TRY(dec_of(r, v, place, "floor", &has, &out->floor));
	TRY(dec_of(r, v, place, "cap", &has, &out->cap));
	if (dec_cmp(out->floor, out->cap) > 0)
		return refuse_with(r, at(r, place, "floor"), "gauge.scheme-value", "the floor must not lie above the cap", S("floor"));
	TRY(word_of(r, v, place, "source", "record managers citizens questionnaire", &source));
	TRY(word_of(r, v, place, "missing", "full none spread", &missing));
	out->source = source < 0 ? GAUGE_RECORD : (enum gauge_source)source;
	out->missing = missing < 0 ? GAUGE_FULL : (enum gauge_missing)missing;
	TRY(list_of(r, v, place, "indicators", 1, INDICATORS_MAX, &list));
	return indicators_of(r, list, place, "indicators", out);
}

static enum err parts_of(const struct reader *r, const struct json *v, struct gauge_scheme *out)
{
	const struct json *list;
	struct dec sum = DEC_ZERO;
	TRY(list_of(r, v, S(""), "parts", 1, PARTS_MAX, &list));
	struct gauge_part *parts = arena_new_n(r->a, struct gauge_part, list->count);
	if (!parts)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		struct str place = nth(r, S(""), "parts", i);
		TRY(part_of(r, &list->items[i], place, &parts[i]));
		sum = dec_add(sum, parts[i].weight);
		for (size_t k = 0; k < i; k++)
			if (str_eq(parts[k].code, parts[i].code))
				return twice(r, place, parts[i].code);
	}
	out->parts = parts;
	out->parts_count = list->count;
	if (!dec_eq(sum, out->base)) {
		struct str total = gauge_dec_text(r->a, sum), base = gauge_dec_text(r->a, out->base);
		return refuse_with(r, S("parts"), "gauge.scheme-weights", "the weights must add up to the base; they make",
		                   arena_printf(r->a, "%.*s ≠ %.*s", STR_ARG(total), STR_ARG(base)));
	}
	return OK;
}

/* Adjustments and the year's own: indicators without a weight; points have no sense there. */
static enum err loose_of(const struct reader *r, const struct json *v, const char *key, struct gauge_part *out)
{
	const struct json *list;
	TRY(list_of(r, v, S(""), key, 0, INDICATORS_MAX, &list));
	TRY(indicators_of(r, list, S(""), key, out));
	return out->from_zero ? refuse_with(r, str_of(key), "gauge.scheme-value", "one of these is needed", S("deduct add")) : OK;
}

/* ---- groups, factors, grades ---- */

static enum err group_of(const struct reader *r, const struct json *v, struct str place, struct gauge_group *out)
{
	*out = (struct gauge_group){ 0 };
	TRY(only(r, v, place, "code name name_en organs rest"));
	TRY(code_of(r, v, place, &out->code));
	TRY(names_of(r, v, place, &out->name, &out->name_en));
	TRY(texts_of(r, v, place, "organs", &out->organs, &out->count));
	out->rest = json_bool(json_get(v, "rest"), false);
	if (out->rest == (out->count > 0))
		return refuse_with(r, place, "gauge.scheme-missing", "a group names its organs, or takes the rest", S("organs, rest"));
	return OK;
}

static bool in_group(const struct gauge_group *g, struct str organ)
{
	for (size_t i = 0; i < g->count; i++)
		if (str_eq(g->organs[i], organ))
			return true;
	return false;
}

static enum err groups_of(const struct reader *r, const struct json *v, struct gauge_scheme *out)
{
	const struct json *list;
	TRY(list_of(r, v, S(""), "groups", 1, GROUPS_MAX, &list));
	struct gauge_group *groups = arena_new_n(r->a, struct gauge_group, list->count);
	if (!groups)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		struct str place = nth(r, S(""), "groups", i);
		TRY(group_of(r, &list->items[i], place, &groups[i]));
		for (size_t k = 0; k < i; k++) {
			if (str_eq(groups[k].code, groups[i].code) || (groups[k].rest && groups[i].rest))
				return twice(r, place, groups[i].code);
			for (size_t n = 0; n < groups[i].count; n++)
				if (in_group(&groups[k], groups[i].organs[n]))
					return twice(r, place, groups[i].organs[n]);
		}
	}
	out->groups = groups;
	out->groups_count = list->count;
	return OK;
}

static enum err factors_of(const struct reader *r, const struct json *v, struct gauge_scheme *out)
{
	const struct json *list;
	TRY(list_of(r, v, S(""), "factors", 0, LIST_MAX, &list));
	struct gauge_factor *factors = arena_new_n(r->a, struct gauge_factor, list->count);
	if (!factors)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		struct str place = nth(r, S(""), "factors", i);
		TRY(only(r, &list->items[i], place, "organ factor"));
		TRY(text_of(r, &list->items[i], place, "organ", true, CODE_MAX, &factors[i].organ));
		TRY(dec_of(r, &list->items[i], place, "factor", NULL, &factors[i].factor));
		if (dec_sign(factors[i].factor) <= 0)
			return refuse_with(r, at(r, place, "factor"), "gauge.scheme-value", "a number is needed", S("> 0"));
		for (size_t k = 0; k < i; k++)
			if (str_eq(factors[k].organ, factors[i].organ))
				return twice(r, place, factors[i].organ);
	}
	out->factors = factors;
	out->factors_count = list->count;
	return OK;
}

static enum err grades_of(const struct reader *r, const struct json *v, struct gauge_scheme *out)
{
	const struct json *list;
	TRY(list_of(r, v, S(""), "grades", 1, 20, &list));
	struct gauge_grade *grades = arena_new_n(r->a, struct gauge_grade, list->count);
	if (!grades)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		struct str place = nth(r, S(""), "grades", i);
		int64_t days;
		bool last = i + 1 == list->count, has;
		TRY(only(r, &list->items[i], place, "code name name_en from remedy_days"));
		TRY(code_of(r, &list->items[i], place, &grades[i].code));
		TRY(names_of(r, &list->items[i], place, &grades[i].name, &grades[i].name_en));
		TRY(dec_of(r, &list->items[i], place, "from", &has, &grades[i].from));
		TRY(count_of(r, &list->items[i], place, "remedy_days", 0, 250, 0, &days));
		grades[i].remedy_days = (int32_t)days;
		if (has == last) /* every grade begins somewhere, but the last, which takes what is left */
			return refuse_with(r, at(r, place, "from"), "gauge.scheme-value", "every grade but the last begins at a number", grades[i].code);
		if (i && !last && dec_cmp(grades[i].from, grades[i - 1].from) >= 0)
			return refuse_with(r, at(r, place, "from"), "gauge.scheme-value", "grades stand from the best down", grades[i].code);
	}
	out->grades = grades;
	out->grades_count = list->count;
	return OK;
}

static enum err total_of(const struct reader *r, const struct json *v, struct gauge_scheme *out)
{
	const struct json *t = json_get(v, "total");
	if (!t)
		return OK;
	TRY(only(r, t, S("total"), "floor cap"));
	TRY(dec_of(r, t, S("total"), "floor", &out->has_floor, &out->floor));
	return dec_of(r, t, S("total"), "cap", &out->has_cap, &out->cap);
}

static enum err numbers_of(const struct reader *r, const struct json *v, struct gauge_scheme *out)
{
	int64_t scale, objection, automatic;
	TRY(count_of(r, v, S(""), "digits", 0, 6, 2, &scale));
	TRY(count_of(r, v, S(""), "cases_min", 0, 1000000, 0, &out->cases_min));
	TRY(count_of(r, v, S(""), "objection_days", 0, 60, 5, &objection));
	TRY(count_of(r, v, S(""), "automatic_days", 0, 60, 1, &automatic));
	out->scale = (int)scale;
	out->objection_days = (int32_t)objection;
	out->automatic_days = (int32_t)automatic;
	return OK;
}

enum err gauge_scheme_read(struct arena *a, const struct json *v, struct gauge_scheme *out, struct diag *d)
{
	struct reader r = { a, d };
	struct gauge_scheme s = { .adjustments = { .code = S("adjustments") }, .year = { .code = S("year") } };
	TRY(only(&r, v, S(""), "code name name_en note note_en base spans kinds parts adjustments year groups factors grades total digits cases_min"
	                       " objection_days automatic automatic_days public"));
	TRY(code_of(&r, v, S(""), &s.code));
	TRY(names_of(&r, v, S(""), &s.name, &s.name_en));
	TRY(text_of(&r, v, S(""), "note", false, EXPRESSION_MAX, &s.note));
	TRY(text_of(&r, v, S(""), "note_en", false, EXPRESSION_MAX, &s.note_en));
	TRY(dec_of(&r, v, S(""), "base", NULL, &s.base));
	TRY(bits_of(&r, v, S(""), "spans", 0xfU, find_span, &s.spans));
	TRY(bits_of(&r, v, S(""), "kinds", 1U << GAUGE_ORGAN | 1U << GAUGE_PERSON, find_kind, &s.kinds));
	TRY(bits_of(&r, v, S(""), "automatic", 0, find_span, &s.automatic));
	TRY(numbers_of(&r, v, &s));
	TRY(parts_of(&r, v, &s));
	TRY(loose_of(&r, v, "adjustments", &s.adjustments));
	TRY(loose_of(&r, v, "year", &s.year));
	TRY(groups_of(&r, v, &s));
	TRY(factors_of(&r, v, &s));
	TRY(grades_of(&r, v, &s));
	TRY(total_of(&r, v, &s));
	s.open_to_public = json_bool(json_get(v, "public"), false);
	*out = s;
	return OK;
}
