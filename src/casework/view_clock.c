/* view_clock.c - any deadline computed for anyone: what `banjie clock` prints, as a view. */
#include "casework/view_int.h"

static enum err bad(struct view_ctx *v, const char *field, const char *text)
{
	(void)diag_set(v->d, ERR_INVALID, "clock.bad-input", "%s", text);
	diag_at(v->d, str_of(field));
	return ERR_INVALID;
}

/* A parameter given once is a text, given several times a list. */
static size_t values_of(const struct json *p, const struct json **out)
{
	if (!p || p->kind == JSON_NULL || (p->kind == JSON_STRING && !p->text.len))
		return 0;
	*out = p->kind == JSON_ARRAY ? p->items : p;
	return p->kind == JSON_ARRAY ? p->count : 1;
}

/* "2025-10-09/2025-10-15", or "2025-10-09/" while it is still open. */
static enum err read_suspension(struct view_ctx *v, struct str text, struct calendar_suspension *out)
{
	struct str rest = text, from = str_cut(&rest, '/');
	*out = (struct calendar_suspension){ .until = CALENDAR_NO_DAY, .ground = S("") };
	if (!calendar_day_parse(str_trim(from), &out->from) || (rest.len && !calendar_day_parse(str_trim(rest), &out->until)))
		return bad(v, "suspend", "Give a suspension as FROM/UNTIL, both YYYY-MM-DD.");
	return OK;
}

static enum err read_changes(struct view_ctx *v, struct calendar_clock *k)
{
	const struct json *list = NULL;
	size_t n = values_of(json_get(v->params, "suspend"), &list);
	if (n > CALENDAR_SUSPENSIONS_MAX)
		return bad(v, "suspend", "There are too many suspensions.");
	struct calendar_suspension *s = arena_new_n(v->a, struct calendar_suspension, n);
	if (!s)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		TRY(read_suspension(v, json_text(&list[i]), &s[i]));
	k->suspensions = s;
	k->suspensions_count = n;
	n = values_of(json_get(v->params, "extend"), &list);
	if (n > CALENDAR_EXTENSIONS_MAX)
		return bad(v, "extend", "There are too many extensions.");
	struct calendar_extension *x = arena_new_n(v->a, struct calendar_extension, n);
	if (!x)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		int64_t amount;
		if (!str_to_i64(str_trim(json_text(&list[i])), &amount) || amount < 0 || amount > CALENDAR_DAYS_MAX)
			return bad(v, "extend", "An extension is a whole number.");
		x[i] = (struct calendar_extension){ (int32_t)amount, S("") };
	}
	k->extensions = x;
	k->extensions_count = n;
	return OK;
}

static bool read_moment(struct view_ctx *v, const char *name, int64_t *ms)
{
	calendar_day day;
	if (calendar_instant_parse(param(v, name), ms))
		return true;
	if (!calendar_day_parse(param(v, name), &day))
		return false;
	*ms = calendar_day_start_ms(day, calendar_offset_s(calendar_now(v->cw)));
	return true;
}

static enum err read_clock(struct view_ctx *v, struct calendar_clock *k, int64_t *now_ms)
{
	int64_t amount;
	struct str unit = param(v, "unit");
	if (!read_moment(v, "start", &k->start_ms))
		return bad(v, "start", "Give the start as YYYY-MM-DD.");
	if (param(v, "now").len && !read_moment(v, "now", now_ms))
		return bad(v, "now", "Give now as YYYY-MM-DD.");
	if (!str_to_i64(param(v, "limit"), &amount) || amount < 0 || amount > CALENDAR_DAYS_MAX)
		return bad(v, "limit", "The limit is a whole number.");
	if (!calendar_unit_parse(unit.len ? unit : S("working-days"), &k->limit.unit))
		return bad(v, "unit", "The unit is working-days, calendar-days, hours, months or years.");
	k->limit.amount = (int32_t)amount;
	return read_changes(v, k);
}

enum err view_clock(struct view_ctx *v, struct json_build *out)
{
	const struct calendar *cal = calendar_now(v->cw);
	struct calendar_clock k = { 0 };
	struct calendar_result r;
	struct buf b;
	struct json_writer w;
	struct str text;
	const struct json *made;
	int64_t now_ms = v->now_ms;
	TRY(read_clock(v, &k, &now_ms));
	TRY(calendar_clock_run(cal, &k, now_ms, true, v->a, &r, v->d));
	buf_init_in(&b, v->a, 64 << 20);
	json_writer_init(&w, &b);
	json_object(&w);
	calendar_result_json(&w, cal, &k, &r, true);
	json_end(&w);
	TRY(buf_finish(&b, &text));
	TRY(json_read(v->a, text, &made, v->d));
	for (size_t i = 0; i < made->count; i++)
		json_set_key(out, made->members[i].key, &made->members[i].value);
	return OK;
}
