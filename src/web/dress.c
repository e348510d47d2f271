/* dress.c - a view made ready for templates: the language chosen, dates written out, codes named.
 *
 * One walk over the JSON, table-driven, so that no template and no handler formats a date or
 * names a code by itself. It knows the shapes of docs/views.md and nothing of the matter. */
#include "web/web.h"

struct dress {
	struct http_request *rq;
	struct arena *a;
	bool english;
	const struct json *outer; /* the object around: an extension is counted in its clock's unit */
};

static const struct json *dress_value(struct dress *s, const struct json *v);

/* ---- words ---- */

/* The word under "<prefix>.<code>", ptr NULL when the catalogues have none. */
static struct str word(struct http_request *rq, const char *prefix, struct str code)
{
	const char *key = arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(code)).ptr;
	struct str text = key ? http_tr(rq, key) : (struct str){ NULL, 0 };
	return key && str_eqz(text, key) ? (struct str){ NULL, 0 } : text;
}

/* "2025-09-26…": ten characters of a date, then nothing, a T or a blank. */
static bool is_date(struct str s, bool *with_time)
{
	if (s.len < 10 || s.ptr[4] != '-' || s.ptr[7] != '-')
		return false;
	for (size_t i = 0; i < 10; i++)
		if (i != 4 && i != 7 && (s.ptr[i] < '0' || s.ptr[i] > '9'))
			return false;
	*with_time = s.len >= 16 && (s.ptr[10] == 'T' || s.ptr[10] == ' ');
	return s.len == 10 || *with_time;
}

static struct str number_at(struct http_request *rq, struct str s, size_t from, size_t to)
{
	int64_t n = 0;
	(void)str_to_i64(str_sub(s, from, to), &n);
	return arena_printf(rq->arena, "%lld", (long long)n);
}

static struct str date_words(struct http_request *rq, struct str iso, const char *key)
{
	struct str month = number_at(rq, iso, 5, 7);
	struct str name = word(rq, "month", month);
	struct str args[4] = { number_at(rq, iso, 0, 4), month, number_at(rq, iso, 8, 10), name };
	return http_tr_args(rq, key, args, 4);
}

struct str web_date_text(struct http_request *rq, struct str iso)
{
	bool with_time;
	if (!is_date(iso, &with_time))
		return iso;
	struct str day = date_words(rq, iso, "date.format");
	if (!with_time)
		return day;
	return http_tr_args(rq, "date.time", (struct str[]){ day, str_sub(iso, 11, 16) }, 2);
}

struct str web_amount_text(struct http_request *rq, int64_t amount, struct str unit)
{
	struct str u = str_empty(unit) ? S("days") : unit;
	const char *key = arena_printf(rq->arena, amount == 1 ? "amount.%.*s.one" : "amount.%.*s", STR_ARG(u)).ptr;
	struct str n = arena_printf(rq->arena, "%lld", (long long)amount);
	return key ? http_tr_args(rq, key, &n, 1) : n;
}

static struct str size_text(struct http_request *rq, int64_t bytes)
{
	static const struct { int64_t from; const char *key; } units[] = { { 1000000000, "size.gb" }, { 1000000, "size.mb" } };
	struct str n = arena_printf(rq->arena, "%lld", (long long)(bytes < 1000 ? bytes : (bytes + 500) / 1000));
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (bytes >= units[i].from) {
			n = arena_printf(rq->arena, "%lld.%lld", (long long)(bytes / units[i].from), (long long)(bytes / (units[i].from / 10) % 10));
			return http_tr_args(rq, units[i].key, &n, 1);
		}
	return http_tr_args(rq, bytes < 1000 ? "size.bytes" : "size.kb", &n, 1);
}

/* ---- legal grounds ---- */

/* "承诺 | promise": Chinese before, English behind. */
static struct str half_of(struct dress *s, struct str text)
{
	ptrdiff_t bar = str_find(text, S(" | "));
	if (bar < 0)
		return text;
	return s->english ? str_trim(str_sub(text, (size_t)bar + 3, text.len)) : str_trim(str_sub(text, 0, (size_t)bar));
}

/* "ALL/32(4) rest" as "行政许可法第32条第4款 rest"; any other text as it is. */
static struct str law_words(struct dress *s, struct str text)
{
	size_t slash = 0, end;
	while (slash < text.len && text.ptr[slash] >= 'A' && text.ptr[slash] <= 'Z')
		slash++;
	for (end = slash + 1; end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9';)
		end++;
	if (slash < 2 || slash >= text.len || text.ptr[slash] != '/' || end == slash + 1)
		return text;
	struct str law = word(s->rq, "law", str_sub(text, 0, slash)), rest = str_sub(text, end, text.len);
	struct str args[3] = { law, str_sub(text, slash + 1, end), S("") };
	ptrdiff_t close = str_starts(rest, S("(")) ? str_find_byte(rest, ')') : -1;
	if (!law.ptr)
		return text;
	if (close > 1) {
		args[2] = str_sub(rest, 1, (size_t)close);
		rest = str_sub(rest, (size_t)close + 1, rest.len);
	}
	struct str article = http_tr_args(s->rq, args[2].len ? "law.paragraph" : "law.article", args, 3);
	return arena_printf(s->a, "%.*s%.*s", STR_ARG(article), STR_ARG(rest));
}

/* ---- derived members ---- */

static void put(struct dress *s, struct json_builder *b, struct str key, const char *suffix, struct str text)
{
	const char *k = arena_printf(s->a, "%.*s%s", STR_ARG(key), suffix).ptr;
	if (k && text.ptr)
		json_build_str(b, k, text);
}

static const struct { const char *value, *class; } classes[] = {
	{ "notice", "blue" }, { "yellow", "yellow" }, { "red", "red" },
	{ "received", "blue" }, { "supplement", "yellow" }, { "accepted", "blue" }, { "suspended", "outline" },
	{ "decided", "green" }, { "delivered", "green" }, { "concluded", "green" }, { "refused", "outline" },
	{ "withdrawn", "outline" }, { "failed", "red" }, { "running", "blue" }, { "open", "blue" }, { "done", "green" },
};

static struct str class_of(struct str value)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (str_eqz(value, classes[i].value))
			return str_of(classes[i].class);
	return S("plain");
}

static void dress_state(struct dress *s, struct json_builder *b, struct str value)
{
	json_build_str(b, "state_text", word(s->rq, "state", value));
	json_build_str(b, "state_class", class_of(value));
	const char *is = arena_printf(s->a, "is_%.*s", STR_ARG(value)).ptr;
	if (is)
		json_build_bool(b, is, true);
}

/* An item's level is a digit (A.2), a case's level a colour; "none" needs no tag. */
static void dress_level(struct dress *s, struct json_builder *b, struct str value)
{
	if (value.len == 1) {
		json_build_str(b, "exercise_level_text", word(s->rq, "exercise", value));
		return;
	}
	// an empty text still hides the level of a case around a step
	json_build_str(b, "level_text", str_eqz(value, "none") ? S("") : word(s->rq, "level", value));
	json_build_str(b, "level_class", class_of(value));
}

static void dress_left(struct dress *s, struct json_builder *b, const struct json *o, int64_t left)
{
	struct str unit = json_text(json_get(o, "unit")), level = json_text(json_get(o, "level"));
	struct str amount = web_amount_text(s->rq, left < 0 ? -left : left, unit);
	const char *key = left < 0 ? "left.late" : left == 0 ? "left.last" : "left.some";
	json_build_str(b, "left_text", http_tr_args(s->rq, key, &amount, 1));
	bool red = left < 0 || str_eqz(level, "red"), yellow = left == 0 || str_eqz(level, "yellow");
	json_build_str(b, "left_class", red ? S("red") : yellow ? S("yellow") : S("plain"));
}

/* "1,2" or ["1","2"] as words. */
static void dress_codes(struct dress *s, struct json_builder *b, struct str key, const char *prefix, const struct json *v)
{
	struct buf out;
	buf_init_in(&out, s->a, 1024);
	struct str rest = json_text(v);
	for (size_t i = 0; v->kind == JSON_ARRAY ? i < v->count : rest.ptr != NULL; i++) {
		struct str code = v->kind == JSON_ARRAY ? json_text(&v->items[i]) : str_trim(str_cut(&rest, ','));
		struct str name = word(s->rq, prefix, code);
		if (name.ptr && out.len)
			buf_put(&out, s->english ? S(", ") : S("、"));
		if (name.ptr)
			buf_put(&out, name);
	}
	struct str text;
	if (buf_finish(&out, &text) == OK && text.len)
		put(s, b, key, "_text", text);
}

static const struct { const char *key, *prefix; } named[] = {
	{ "kind", "kind" }, { "unit", "unit" }, { "role", "role" }, { "grade", "grade" },
	{ "channel", "channel" }, { "id_type", "id_type" }, { "who", "role" },
};

static const struct { const char *key, *prefix; } coded[] = { { "audience", "audience" }, { "channels", "channel" } };

static const struct { const char *key, *text, *unit; } amounts[] = {
	{ "used", "used_text", "unit" }, { "amount", "amount_text", "unit" }, { "limit", "limit_text", "unit" },
	{ "promised_limit", "promised_text", "promised_unit" }, { "statutory_limit", "statutory_text", "statutory_unit" },
};

/* Amounts with their unit. `v` is a number, or a text of digits. */
static void dress_number(struct dress *s, struct json_builder *b, const struct json *o, struct str key, const struct json *v)
{
	int64_t n;
	if (!str_to_i64(v->text, &n))
		return;
	if (str_eqz(key, "left"))
		dress_left(s, b, o, n);
	else if (str_eqz(key, "size"))
		json_build_str(b, "size_text", size_text(s->rq, n));
	for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
		if (!str_eqz(key, amounts[i].key))
			continue;
		struct str unit = json_text(json_get(o, amounts[i].unit));
		if (str_empty(unit))
			unit = json_text(json_get(o, "unit"));
		if (str_empty(unit))
			unit = json_text(json_get(s->outer, "unit"));
		// a limit without a number of days is no limit; what was used may be nothing
		if (unit.len && (n > 0 || i == 0))
			json_build_str(b, amounts[i].text, web_amount_text(s->rq, n, unit));
	}
}

static void dress_text(struct dress *s, struct json_builder *b, struct str key, struct str value)
{
	bool with_time;
	if (is_date(value, &with_time)) {
		put(s, b, key, "_text", web_date_text(s->rq, value));
		if (!with_time)
			put(s, b, key, "_short", date_words(s->rq, value, "date.short"));
	}
	if (str_eqz(key, "state"))
		dress_state(s, b, value);
	else if (str_eqz(key, "level"))
		dress_level(s, b, value);
}

static void dress_name(struct dress *s, struct json_builder *b, const struct json_member *m)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (str_eqz(m->key, named[i].key))
			put(s, b, m->key, "_text", word(s->rq, named[i].prefix, m->value.text));
}

/* A clock: its colour and how much of it is used, for the bar. */
static void dress_clock(struct json_builder *b, const struct json *o)
{
	struct str state = json_text(json_get(o, "state"));
	int64_t used = json_i64(json_get(o, "used"), 0), left = json_i64(json_get(o, "left"), 0), all = used + left;
	bool late = json_bool(json_get(o, "overdue"), false);
	if (!str_eqz(state, "suspended"))
		json_build_bool(b, "is_suspended", false); /* hides that of the case around it */
	json_build_str(b, "clock_class", str_eqz(state, "suspended") ? S("suspended") : late ? S("red")
	               : str_eqz(state, "stopped") ? S("stopped") : left <= 1 ? S("yellow") : S("plain"));
	if (all > 0 && used > 0)
		json_build_i64(b, "meter", used >= all ? 100 : used * 100 / all);
}

static void dress_whole(struct json_builder *b, const struct json *o)
{
	const struct json *counted = json_get(o, "counted");
	if (json_get(o, "start_at") && json_get(o, "due_on") && json_get(o, "used"))
		dress_clock(b, o);
	if (counted && json_get(o, "date")) {
		struct str code = json_text(json_get(o, "code"));
		json_build_str(b, "day_class", json_bool(counted, false) ? S("bj-days__counted")
		               : str_starts(code, S("suspen")) ? S("bj-days__suspended") : S("bj-days__off"));
	}
}

/* ---- the walk ---- */

/* A ground is a law's article in short, or a text in both languages. */
static const struct json *ground_words(struct dress *s, const struct json *v)
{
	struct json *out = v->kind == JSON_STRING ? arena_new(s->a, struct json) : NULL;
	if (!out)
		return v;
	*out = *v;
	out->text = law_words(s, half_of(s, v->text));
	return out;
}

static const struct json *in_language(struct dress *s, const struct json *o, const struct json_member *m)
{
	if (str_eqz(m->key, "ground"))
		return ground_words(s, &m->value);
	if (!s->english)
		return &m->value;
	struct str key = arena_printf(s->a, "%.*s_en", STR_ARG(m->key));
	const struct json *en = key.ptr ? json_get_str(o, key) : NULL;
	return en && json_text(en).len ? en : &m->value;
}

static void dress_member(struct dress *s, struct json_builder *b, const struct json *o, const struct json_member *m)
{
	const struct json *v = &m->value;
	int64_t n;
	if (v->kind == JSON_STRING && str_to_i64(v->text, &n))
		dress_number(s, b, o, m->key, v); /* a model's attributes are text */
	if (v->kind == JSON_STRING && v->text.len)
		dress_text(s, b, m->key, v->text);
	else if (v->kind == JSON_NUMBER)
		dress_number(s, b, o, m->key, v);
	else if (v->kind == JSON_ARRAY) {
		const char *has = arena_printf(s->a, "has_%.*s", STR_ARG(m->key)).ptr;
		if (has)
			json_build_bool(b, has, v->count > 0);
	}
	if (v->text.len)
		dress_name(s, b, m);
	for (size_t i = 0; i < sizeof coded / sizeof *coded; i++)
		if (str_eqz(m->key, coded[i].key) && v->kind != JSON_OBJECT)
			dress_codes(s, b, m->key, coded[i].prefix, v);
}

static const struct json *dress_object(struct dress *s, const struct json *o)
{
	struct json_builder b;
	const struct json *outer = s->outer;
	json_build_object_begin(&b, s->a);
	for (size_t i = 0; i < o->count; i++) {
		const char *key = arena_z(s->a, o->members[i].key);
		if (!key)
			return o;
		s->outer = o;
		json_build_value(&b, key, dress_value(s, in_language(s, o, &o->members[i])));
		s->outer = outer;
	}
	for (size_t i = 0; i < o->count; i++)
		dress_member(s, &b, o, &o->members[i]);
	dress_whole(&b, o);
	const struct json *out = json_build_end(&b);
	return out ? out : o;
}

static const struct json *dress_value(struct dress *s, const struct json *v)
{
	if (v->kind == JSON_OBJECT)
		return dress_object(s, v);
	if (v->kind != JSON_ARRAY || !v->count)
		return v;
	struct json *items = arena_new_n(s->a, struct json, v->count), *copy = arena_new(s->a, struct json);
	if (!items || !copy)
		return v;
	for (size_t i = 0; i < v->count; i++)
		items[i] = *dress_value(s, &v->items[i]);
	*copy = *v;
	copy->items = items;
	return copy;
}

const struct json *web_dress(struct http_request *rq, const struct json *view)
{
	struct dress s = { rq, rq->arena, str_eqz(rq->language, "en"), NULL };
	return view ? dress_value(&s, view) : NULL;
}
