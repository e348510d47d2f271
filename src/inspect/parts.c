/* parts.c - what the families of this room share: input, rows, numbers, and the room's data. */
#include "inspect/inspect_int.h"

#include "inspect/inspect_data.h" /* made at build time from data/inspect/inspect.json */

/* ---- input ---- */

struct str in_text(const struct act *act, const char *key) { return str_trim(json_text(json_get(act->data, key))); }

int64_t in_i64(const struct act *act, const char *key, int64_t none) { return json_i64(json_get(act->data, key), none); }

enum err in_needed(struct act *act, const char *key, struct str *out)
{
	struct str text = in_text(act, key);
	const char *code = arena_printf(act->a, "inspect.%s", key).ptr;
	if (!code)
		return ERR_NOMEM;
	if (!text.len)
		return act_refuse(act, ERR_INVALID, code, "%s: this must be filled in.", key);
	if (text.len > INSPECT_TEXT_MAX)
		return act_refuse(act, ERR_LIMIT, "inspect.too-long", "%s: at most %d bytes.", key, INSPECT_TEXT_MAX);
	*out = text;
	return OK;
}

enum err in_day(struct act *act, const char *key, int64_t *start_ms)
{
	calendar_day day;
	struct str text = in_text(act, key);
	if (!calendar_day_parse(text, &day)) {
		enum err e = act_refuse(act, ERR_INVALID, "inspect.day", "%s: \"%.*s\" is no day such as 2026-03-31.", key, STR_ARG(text));
		diag_at(act->d, str_of(key));
		return e;
	}
	*start_ms = calendar_day_start_ms(day, calendar_offset_s(calendar_now(act->cw)));
	return OK;
}

/* ---- rows ---- */

static const struct json *object_of(struct store_query *q, struct arena *a)
{
	struct json_build o;
	bool row = false;
	if (store_step(q, &row) != OK || !row)
		return NULL;
	json_build_object(&o, a);
	for (int i = 0; i < store_col_count(q); i++) {
		const char *name = arena_z(a, str_of(store_col_name(q, i)));
		if (name && store_col_integer(q, i))
			json_set_i64(&o, name, store_col_i64(q, i));
		else if (name && !store_col_null(q, i))
			json_set_str(&o, name, store_col_copy(q, i, a));
	}
	store_reset(q);
	return json_built(&o);
}

const struct json *row_of(struct store_conn *c, struct arena *a, const char *sql, int64_t id)
{
	struct store_query *q;
	if (store_prepare(c, sql, &q) != OK)
		return NULL;
	store_bind_i64(q, 1, id);
	return object_of(q, a);
}

const struct json *row_of_text(struct store_conn *c, struct arena *a, const char *sql, struct str key)
{
	struct store_query *q;
	if (store_prepare(c, sql, &q) != OK)
		return NULL;
	store_bind_str(q, 1, key.ptr ? key : S(""));
	return object_of(q, a);
}

void bind_wanted(struct store_query *q, int at, struct str wanted)
{
	if (wanted.len)
		store_bind_str(q, at, wanted);
	else
		store_bind_null(q, at);
}

int64_t head_of(struct store_conn *c, int64_t organ)
{
	return row_i64(c, "SELECT a FROM post WHERE organ=?1 AND role='head' ORDER BY id LIMIT 1", organ, 0);
}

bool is_supervisor(struct act *act)
{
	return (powers_roles(act->c, &act->actor) & (ROLE_SUPERVISOR | ROLE_SYSTEM)) != 0;
}

struct str text_of(struct arena *a, const struct json *v)
{
	struct buf b;
	if (!v)
		return (struct str){ NULL, 0 };
	buf_init_in(&b, a, JSON_BYTES_MAX);
	json_put_canonical(&b, v);
	return buf_str(&b);
}

void set_id(struct json_build *o, const char *key, int64_t id)
{
	if (id)
		json_set_i64(o, key, id);
	else
		json_set_null(o, key);
}

struct str number_take(struct act *act, const char *prefix, struct json_build *into)
{
	int year, month, day;
	int64_t n;
	calendar_day_civil(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
	char serial[32];
	snprintf(serial, sizeof serial, "inspect/%s/%04d", prefix, year);
	serial_take(act, serial, into, &n);
	return arena_printf(act->a, "%s%04d%04lld", prefix, year, (long long)n);
}

/* ---- data ---- */

const struct json *inspect_part(struct store_conn *c, struct arena *a, const char *part)
{
	struct str name = arena_printf(a, "inspect.%s", part), own = name.ptr ? setting_get(c, a, name) : name;
	return own.len ? parse(a, own) : json_get(parse(a, S(INSPECT_DATA)), part);
}

const struct json *inspect_entry(struct store_conn *c, struct arena *a, const char *part, struct str code)
{
	const struct json *list = inspect_part(c, a, part);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "code")), code))
			return &list->items[i];
	return NULL;
}

/* ---- forms ---- */

enum err form_complete(struct act *act, const struct json *schema, const struct json *answers)
{
	const struct json *fields = json_get(schema, "components");
	for (size_t i = 0; fields && i < fields->count; i++) {
		const struct json *f = &fields->items[i];
		struct str key = json_text(json_get(f, "key")), label = json_text(json_get(f, "label"));
		bool required = json_bool(json_path(f, "validate.required"), false);
		if (!required || json_text(json_get_str(answers, key)).len)
			continue;
		enum err e = act_refuse(act, ERR_INVALID, "inspect.answers", "\"%.*s\" is not answered yet.", STR_ARG(label));
		diag_arg(act->d, label);
		diag_at(act->d, key);
		return e;
	}
	struct str text = text_of(act->a, answers);
	return text.len > INSPECT_FORM_BYTES_MAX ? act_refuse(act, ERR_LIMIT, "inspect.too-long", "The answers are too long.") : OK;
}
