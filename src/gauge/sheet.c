/* sheet.c - figures as JSON: what the record keeps of a score, and the same opened for people with names, expressions and
 * arithmetic in words. */
#include "gauge/gauge_int.h"

struct str gauge_dec_text(struct arena *a, struct dec d)
{
	struct buf b;
	struct str s;
	buf_init_in(&b, a, 128);
	dec_print(d, &b);
	return buf_finish(&b, &s) == OK ? s : S("");
}

struct str gauge_value_text(struct arena *a, const struct feel_value *v)
{
	struct buf b;
	struct str s;
	if (v->kind == FEEL_NULL)
		return S("null");
	buf_init_in(&b, a, 1 << 16);
	feel_print_literal(v, &b);
	return buf_finish(&b, &s) == OK ? s : S("");
}

static void set_dec(struct json_build *o, const char *key, struct dec d) { json_set_str(o, key, gauge_dec_text(o->arena, d)); }

/* ---- what the record keeps ---- */

static const struct json *indicator_json(struct arena *a, const struct gauge_indicator *i, const struct gauge_indicator_score *s)
{
	const struct gauge_measure *all;
	struct json_build o, in, n;
	(void)gauge_measures(&all);
	json_build_object(&o, a);
	json_build_object(&in, a);
	json_build_object(&n, a);
	json_set_str(&o, "code", i->code);
	json_set_str(&o, "value", s->missing ? (struct str){ NULL, 0 } : gauge_dec_text(a, s->value));
	set_dec(&o, "points", s->points);
	for (size_t k = 0; k < s->inputs_count; k++) {
		json_set_str(&in, all[s->inputs[k].measure].name, gauge_value_text(a, &s->inputs[k].value));
		if (s->inputs[k].rests_on)
			json_set_i64(&n, all[s->inputs[k].measure].name, s->inputs[k].rests_on);
	}
	json_set(&o, "in", json_built(&in));
	if (n.value.count)
		json_set(&o, "n", json_built(&n));
	return json_built(&o);
}

static const struct json *part_json(struct arena *a, const struct gauge_part *p, const struct gauge_part_score *s)
{
	struct json_build o, list;
	json_build_object(&o, a);
	json_build_array(&list, a);
	json_set_str(&o, "code", p->code);
	set_dec(&o, "points", s->points);
	json_set_bool(&o, "missing", s->missing);
	for (size_t i = 0; i < p->count; i++)
		json_add(&list, indicator_json(a, &p->indicators[i], &s->indicators[i]));
	json_set(&o, "indicators", json_built(&list));
	return json_built(&o);
}

const struct json *gauge_score_json(struct arena *a, const struct gauge_scheme *s, const struct gauge_score *score, bool year)
{
	struct json_build o, parts;
	json_build_object(&o, a);
	if (score->parts) {
		json_build_array(&parts, a);
		for (size_t i = 0; i < s->parts_count; i++)
			json_add(&parts, part_json(a, &s->parts[i], &score->parts[i]));
		json_set(&o, "parts", json_built(&parts));
		set_dec(&o, "parts_sum", score->parts_sum);
		json_set(&o, "adjustments", part_json(a, &s->adjustments, &score->adjustments));
	}
	if (year)
		json_set(&o, "year", part_json(a, &s->year, &score->year));
	set_dec(&o, "sum", score->sum);
	set_dec(&o, "total", score->total);
	return json_built(&o);
}

/* ---- for people ---- */

static bool name_char(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* The expression with each measure's name replaced: by its value, or by its label and value. */
static struct str filled(struct arena *a, struct str expression, const struct json *in, int language)
{
	const struct gauge_measure *all;
	struct buf b;
	struct str out;
	(void)gauge_measures(&all);
	buf_init_in(&b, a, 1 << 16);
	for (size_t i = 0; i < expression.len;) {
		size_t end = i;
		while (end < expression.len && name_char(expression.ptr[end]))
			end++;
		struct str word = str_sub(expression, i, end > i ? end : i + 1);
		int m = end > i ? gauge_measure_find(word) : -1;
		struct str value = m >= 0 ? json_text(json_get_str(in, word)) : S("");
		if (m >= 0 && language == 0)
			buf_put(&b, value);
		else if (m >= 0)
			buf_printf(&b, language == 1 ? "%s（%.*s）" : "%s (%.*s)", language == 1 ? all[m].zh : all[m].en, STR_ARG(value));
		else
			buf_put(&b, word);
		i += word.len;
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

/* How sure a share of n rows is: n, and the interval in which it lies at 95 %. */
static void interval(struct json_build *o, struct str share, int64_t n)
{
	struct dec p, low, high;
	int64_t hits;
	if (n <= 0 || !dec_parse(share, &p))
		return;
	if (!dec_to_i64(dec_round(dec_div(dec_mul(p, dec_from_i64(n)), dec_from_i64(100)), 0, DEC_HALF_UP), &hits))
		return;
	gauge_wilson(hits, n, &low, &high);
	json_set_i64(o, "n", n);
	set_dec(o, "low", low);
	set_dec(o, "high", high);
}

static const struct json *inputs_json(struct arena *a, const struct json *in, const struct json *rests_on)
{
	const struct gauge_measure *all;
	struct json_build list;
	(void)gauge_measures(&all);
	json_build_array(&list, a);
	for (size_t i = 0; in && i < in->count; i++) {
		struct json_build o;
		int m = gauge_measure_find(in->members[i].key);
		if (m < 0)
			continue;
		json_build_object(&o, a);
		json_set_str(&o, "measure", in->members[i].key);
		json_set_str(&o, "name", str_of(all[m].zh));
		json_set_str(&o, "name_en", str_of(all[m].en));
		json_set_str(&o, "value", json_text(&in->members[i].value));
		json_set_str(&o, "type", str_of(all[m].type));
		interval(&o, json_text(&in->members[i].value), json_i64(json_get_str(rests_on, in->members[i].key), 0));
		json_set_str(&o, "meaning", str_of(all[m].meaning_zh));
		json_set_str(&o, "meaning_en", str_of(all[m].meaning));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static void arithmetic(struct json_build *o, struct arena *a, const struct gauge_indicator *i, const struct json *kept)
{
	const struct json *in = json_get(kept, "in");
	struct str value = json_text(json_get(kept, "value")), points = json_text(json_get(kept, "points")), numbers = filled(a, i->expression, in, 0);
	static const char *const verbs[][2] = { { "扣", "less" }, { "加", "plus" }, { "得", "earns" } };
	const char *const *verb = verbs[i->effect];
	struct str zh = filled(a, i->expression, in, 1), en = filled(a, i->expression, in, 2);
	bool changed = !str_eq(value, points);
	if (!value.len) {
		json_set_str(o, "arithmetic", S("没有数据，不计分。"));
		json_set_str(o, "arithmetic_en", S("No data: counts nothing."));
		return;
	}
	json_set_str(o, "arithmetic", arena_printf(a, changed ? "%.*s：%.*s = %.*s，限定为 %.*s，%s %.*s 分" : "%.*s：%.*s = %.*s%.*s，%s %.*s 分", STR_ARG(zh),
	             STR_ARG(numbers), STR_ARG(value), changed ? (int)points.len : 0, points.ptr, verb[0], STR_ARG(points)));
	json_set_str(o, "arithmetic_en", arena_printf(a, changed ? "%.*s: %.*s = %.*s, held to %.*s: %s %.*s" : "%.*s: %.*s = %.*s%.*s: %s %.*s", STR_ARG(en),
	             STR_ARG(numbers), STR_ARG(value), changed ? (int)points.len : 0, points.ptr, verb[1], STR_ARG(points)));
}

static const struct json *indicator_sheet(struct arena *a, struct str part, const struct gauge_indicator *i, const struct json *kept)
{
	static const char *const effects[] = { "deduct", "add", "points" }, *const signs[] = { "−", "+", "" };
	struct json_build o;
	json_build_object(&o, a);
	json_set_str(&o, "code", i->code);
	json_set_str(&o, "name", i->name);
	json_set_str(&o, "name_en", i->name_en);
	json_set_str(&o, "note", i->note);
	json_set_str(&o, "note_en", i->note_en);
	json_set_str(&o, "part", part);
	json_set_str(&o, "indicator", i->code);
	json_set_str(&o, "effect", str_of(effects[i->effect]));
	json_set_str(&o, "sign", str_eqz(json_text(json_get(kept, "points")), "0") ? S("") : str_of(signs[i->effect]));
	json_set_str(&o, "expression", i->expression);
	json_set_str(&o, "points", json_text(json_get(kept, "points")));
	json_set(&o, "inputs", inputs_json(a, json_get(kept, "in"), json_get(kept, "n")));
	arithmetic(&o, a, i, kept);
	return json_built(&o);
}

static const struct json *kept_of(const struct json *list, struct str code)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "code")), code))
			return &list->items[i];
	return NULL;
}

static const struct json *part_sheet(struct arena *a, const struct gauge_part *p, const struct json *kept, bool weighed)
{
	struct json_build o, list;
	json_build_object(&o, a);
	json_build_array(&list, a);
	json_set_str(&o, "code", p->code);
	json_set_str(&o, "name", p->name);
	json_set_str(&o, "name_en", p->name_en);
	if (weighed)
		set_dec(&o, "weight", p->weight);
	json_set_str(&o, "source", str_of(gauge_source_name(p->source)));
	json_set_str(&o, "points", json_text(json_get(kept, "points")));
	json_set_bool(&o, "missing", json_bool(json_get(kept, "missing"), false));
	for (size_t i = 0; i < p->count; i++) {
		const struct json *k = kept_of(json_get(kept, "indicators"), p->indicators[i].code);
		if (k)
			json_add(&list, indicator_sheet(a, p->code, &p->indicators[i], k));
	}
	json_set(&o, "indicators", json_built(&list));
	return json_built(&o);
}

void gauge_sheet_json(struct json_build *o, struct arena *a, const struct gauge_scheme *s, const struct json *data)
{
	const struct json *parts = json_get(data, "parts"), *year = json_get(data, "year");
	struct json_build list;
	json_build_array(&list, a);
	for (size_t i = 0; parts && i < s->parts_count; i++)
		json_add(&list, part_sheet(a, &s->parts[i], kept_of(parts, s->parts[i].code), true));
	json_set(o, "parts", json_built(&list));
	json_set(o, "adjustments", parts && s->adjustments.count ? part_sheet(a, &s->adjustments, json_get(data, "adjustments"), false) : NULL);
	json_set(o, "year", year && s->year.count ? part_sheet(a, &s->year, year, false) : NULL);
	json_set(o, "months", json_get(data, "months"));
	json_set_str(o, "mean", json_text(json_get(data, "mean")));
	json_set_str(o, "parts_sum", json_text(json_get(data, "parts_sum")));
	json_set_str(o, "sum", json_text(json_get(data, "sum")));
	json_set_str(o, "factor", json_text(json_get(data, "factor")));
}
