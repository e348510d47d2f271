/* eval_path.c - members, properties and filters (DMN 1.5, 10.3.2.5, 10.3.2.6, table 65). */
#include "feel/eval.h"
#include "feel/moment.h"
#include "feel/zone.h"

/* ---- properties of moments and durations ---- */

static bool date_property(const struct feel_value *v, struct str name, struct feel_value *out)
{
	if (str_eqz(name, "year"))
		*out = feel_i64(v->moment.year);
	else if (str_eqz(name, "month"))
		*out = feel_i64(v->moment.month);
	else if (str_eqz(name, "day"))
		*out = feel_i64(v->moment.day);
	else if (str_eqz(name, "weekday"))
		*out = feel_i64(feel_weekday(feel_day_number(&v->moment)));
	else
		return false;
	return true;
}

static struct feel_value seconds_with_fraction(int64_t seconds, int64_t nano)
{
	return feel_number(dec_add(dec_from_i64(seconds), dec_scaled(nano, 9)));
}

static bool clock_property(const struct feel_value *v, struct str name, struct feel_value *out)
{
	int32_t offset;
	if (str_eqz(name, "hour"))
		*out = feel_i64(v->moment.hour);
	else if (str_eqz(name, "minute"))
		*out = feel_i64(v->moment.minute);
	else if (str_eqz(name, "second"))
		*out = seconds_with_fraction(v->moment.second, v->moment.nano);
	else if (str_eqz(name, "time offset"))
		*out = feel_offset(v, &offset) ? feel_seconds(offset) : feel_null();
	else if (str_eqz(name, "timezone"))
		*out = v->zone_kind == FEEL_ZONE_NAMED ? feel_string(str_of(feel_zones[v->zone].name)) : feel_null();
	else
		return false;
	return true;
}

static bool span_property(const struct feel_span *s, struct str name, struct feel_value *out)
{
	if (str_eqz(name, "days"))
		*out = feel_i64(s->seconds / FEEL_DAY_S);
	else if (str_eqz(name, "hours"))
		*out = feel_i64(s->seconds / 3600 % 24);
	else if (str_eqz(name, "minutes"))
		*out = feel_i64(s->seconds / 60 % 60);
	else if (str_eqz(name, "seconds"))
		*out = seconds_with_fraction(s->seconds % 60, s->nano);
	else if (str_eqz(name, "value"))
		*out = seconds_with_fraction(s->seconds, s->nano);
	else
		return false;
	return true;
}

static bool months_property(int64_t months, struct str name, struct feel_value *out)
{
	if (str_eqz(name, "years"))
		*out = feel_i64(months / 12);
	else if (str_eqz(name, "months"))
		*out = feel_i64(months % 12);
	else if (str_eqz(name, "value"))
		*out = feel_i64(months);
	else
		return false;
	return true;
}

static bool range_property(const struct feel_range *r, struct str name, struct feel_value *out)
{
	if (str_eqz(name, "start"))
		*out = r->low;
	else if (str_eqz(name, "end"))
		*out = r->high;
	else if (str_eqz(name, "start included"))
		*out = feel_boolean(r->low_closed);
	else if (str_eqz(name, "end included"))
		*out = feel_boolean(r->high_closed);
	else
		return false;
	return true;
}

/* "value": the number behind a moment (10.3.2.3.4 to 10.3.2.3.6). */
static bool value_property(const struct feel_value *v, struct str name, struct feel_value *out)
{
	if (!str_eqz(name, "value"))
		return false;
	*out = seconds_with_fraction(feel_instant_seconds(v), v->moment.nano);
	return true;
}

static bool property(const struct feel_value *v, struct str name, struct feel_value *out)
{
	switch (v->kind) {
	case FEEL_DATE:
		return date_property(v, name, out) || value_property(v, name, out);
	case FEEL_DATE_TIME:
		return date_property(v, name, out) || clock_property(v, name, out) || value_property(v, name, out);
	case FEEL_TIME:
		return clock_property(v, name, out) || value_property(v, name, out);
	case FEEL_DAYS_DURATION:
		return span_property(&v->span, name, out);
	case FEEL_MONTHS_DURATION:
		return months_property(v->months, name, out);
	case FEEL_RANGE:
		return range_property(v->range, name, out);
	default:
		return false;
	}
}

/* ---- paths ---- */

static enum err list_member(struct feel_run *r, const struct feel_value *v, struct str name, struct feel_value *out)
{
	struct feel_value *items;
	bool found;
	TRY(feel_run_charge(r, v->list.count));
	TRY(feel_run_alloc(r, v->list.count, sizeof *items, &items));
	for (size_t i = 0; i < v->list.count; i++)
		if (v->list.at[i].kind == FEEL_LIST)
			items[i] = feel_null();
		else
			TRY(feel_member(r, &v->list.at[i], name, &found, &items[i]));
	*out = feel_list(items, v->list.count);
	return OK;
}

enum err feel_member(struct feel_run *r, const struct feel_value *v, struct str name, bool *found, struct feel_value *out)
{
	if (v->kind == FEEL_LIST) {
		*found = true;
		return list_member(r, v, name, out);
	}
	const struct feel_value *entry = feel_get(v, name);
	struct feel_value result = entry ? *entry : feel_null();
	*found = entry || property(v, name, &result);
	*out = result;
	return OK;
}

FEEL_EVAL(feel_eval_path)
{
	struct feel_value v;
	bool found;
	TRY(feel_node_eval(r, n->a, &v));
	TRY(feel_member(r, &v, n->name, &found, out));
	if (!found)
		return feel_run_null(r, out, "a %s has no %.*s", feel_kind_name(v.kind), STR_ARG(n->name));
	return OK;
}

/* ---- filters ---- */

/* 1 is the first item, -1 the last. */
static enum err item_at(struct feel_run *r, struct feel_items list, struct dec position, struct feel_value *out)
{
	int64_t i;
	if (!dec_to_i64(position, &i) || i == 0 || i > (int64_t)list.count || i < -(int64_t)list.count)
		return feel_run_null(r, out, "the list has no item at that position");
	*out = list.at[i > 0 ? i - 1 : (int64_t)list.count + i];
	return OK;
}

/* The condition for one item: true, false, or a position (*is_position). */
static enum err condition(struct feel_run *r, const struct feel_node *n, struct feel_frame *f,
                          const struct feel_value *item, struct feel_value *out)
{
	f->slots[0] = *item;
	TRY(feel_node_eval(r, n->b, out));
	if (out->kind == FEEL_RANGE)
		*out = feel_in_range_within(item, out->range, &r->work_left);
	return OK;
}

static enum err filter(struct feel_run *r, const struct feel_node *n, struct feel_frame *f, struct feel_items list,
                       struct feel_value *out)
{
	struct feel_list_builder kept;
	struct feel_value v, nothing = feel_null();
	TRY(condition(r, n, f, list.count ? &list.at[0] : &nothing, &v));
	if (v.kind == FEEL_NUMBER)
		return item_at(r, list, v.number, out);
	feel_list_begin(&kept, r->arena);
	for (size_t i = 0; i < list.count; i++) {
		if (i > 0)
			TRY(condition(r, n, f, &list.at[i], &v));
		if (v.kind != FEEL_BOOLEAN && v.kind != FEEL_NULL)
			return feel_run_null(r, out, "the condition of a filter is a %s", feel_kind_name(v.kind));
		if (feel_is_true(&v) && feel_list_put(&kept, list.at[i]) != OK)
			return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	}
	*out = feel_list_end(&kept);
	return OK;
}

/* Anything but a list is a list of itself; null has no items. */
FEEL_EVAL(feel_eval_filter)
{
	const struct feel_frame *outer = r->frame;
	struct feel_frame *f;
	struct feel_value v, *single;
	TRY(feel_node_eval(r, n->a, &v));
	if (feel_is_null(&v))
		return feel_run_null(r, out, "null cannot be filtered");
	struct feel_items list = v.list;
	if (v.kind != FEEL_LIST) {
		TRY(feel_run_alloc(r, 1, sizeof v, &single));
		*single = v;
		list = (struct feel_items){ single, 1 };
	}
	if (n->b->op == OP_CONST && n->b->value.kind == FEEL_NUMBER)
		return item_at(r, list, n->b->value.number, out);
	TRY(feel_frame_push(r, 1, &f));
	enum err e = filter(r, n, f, list, out);
	r->frame = outer;
	return e;
}
