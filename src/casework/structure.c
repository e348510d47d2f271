/* structure.c - a whole structure read from a list: regions, organs, people, posts, a row each.
 *
 * All rows or none: broken rows are told with their lines, all of them at once, and nothing is changed then. Reading
 * the same list twice changes nothing.
 */
#include "casework/casework_int.h"

enum { ROWS_MAX = 50000, ERRORS_SHOWN_MAX = 200 };

struct reading { const struct rows_shape *shape; struct json_build errors; int64_t changed, same, broken; };

static struct str cell(const struct json *row, const char *key)
{
	return str_trim(json_text(json_get(row, key)));
}

static bool word_in(struct str words, struct str word)
{
	while (words.len) {
		struct str w = str_cut(&words, ' ');
		if (str_eq(w, word))
			return true;
	}
	return false;
}

/* The command's name for a column: "type=kind" says that the column `type` is its `kind`. */
static struct str member_of(struct str renames, struct str column)
{
	while (renames.len) {
		struct str to = str_cut(&renames, ' '), from = str_cut(&to, '=');
		if (str_eq(from, column))
			return to;
	}
	return column;
}

/* A row as a command: numbers and yes/no come as text from a table. */
static const struct json *command_of(struct act *act, const struct rows_shape *shape, const struct json *row)
{
	struct json_build o;
	int64_t n;
	json_build_object(&o, act->a);
	for (size_t i = 0; i < row->count; i++) {
		struct str column = row->members[i].key, text = str_trim(json_text(&row->members[i].value)), key = member_of(str_of(shape->renames), column);
		const char *name = arena_z(act->a, key);
		if (str_eqz(column, "line") || str_eqz(column, "kind") || str_eqz(column, "made_from") || !name)
			continue;
		if (word_in(str_of(shape->numbers), key) && str_to_i64(text, &n))
			json_set_i64(&o, name, n);
		else if (str_eqz(key, "enabled"))
			json_set_bool(&o, "enabled", !(str_eqz(text, "0") || str_eqz(text, "no") || str_eqz(text, "false") || str_eqz(text, "否")));
		else
			json_set_key(&o, key, &row->members[i].value);
	}
	return json_built(&o);
}

/* A row of an export says what it was made from: what somebody has changed since is not overwritten by it. */
static enum err check_made_from(struct act *act, const struct rows_kind *kind, const struct json *data, struct str made_from)
{
	const struct command_def *def = made_from.len && kind->whole ? command_find(act->cw, str_of(kind->whole)) : NULL;
	const struct json *outer = act->data;
	if (!def || !data)
		return data ? OK : ERR_NOMEM;
	act->data = data;
	enum err e = whole_check(act, def, made_from);
	act->data = outer;
	return e;
}

static enum err read_row(struct act *act, const struct json *row, struct reading *r)
{
	for (size_t i = 0; i < r->shape->kinds_count; i++) {
		const struct json *reply = NULL;
		if (!str_eqz(cell(row, "kind"), r->shape->kinds[i].kind))
			continue;
		const struct json *data = command_of(act, r->shape, row);
		TRY(check_made_from(act, &r->shape->kinds[i], data, cell(row, "made_from")));
		TRY(act_inner(act, data, r->shape->kinds[i].put, &reply));
		*(json_bool(json_get(reply, "changed"), false) ? &r->changed : &r->same) += 1;
		return OK;
	}
	return act_refuse(act, ERR_INVALID, r->shape->unknown, "kind is none of those that an export has.");
}

static void note_error(struct act *act, const struct json *row, struct reading *r)
{
	struct json_build o;
	r->broken++;
	if (r->errors.value.count >= ERRORS_SHOWN_MAX)
		return;
	json_build_object(&o, act->a);
	json_set_i64(&o, "line", json_i64(json_get(row, "line"), 0));
	json_set_str(&o, "kind", cell(row, "kind").len ? arena_str(act->a, cell(row, "kind")) : S(""));
	json_set_str(&o, "key", arena_str(act->a, cell(row, "code").len ? cell(row, "code") : cell(row, "login").len ? cell(row, "login") : S("")));
	json_set_str(&o, "code", arena_str(act->a, str_of(act->d->code)));
	json_set_str(&o, "place", arena_str(act->a, str_of(act->d->place)));
	json_set_str(&o, "text", arena_str(act->a, str_of(act->d->text)));
	json_add(&r->errors, json_built(&o));
}

static enum err read_rows(struct act *act, const struct json *rows, struct reading *r)
{
	for (size_t i = 0; i < rows->count; i++) {
		enum err e = read_row(act, &rows->items[i], r);
		if (e == OK)
			continue;
		if (!err_is_refusal(e))
			return e;
		note_error(act, &rows->items[i], r);
		diag_init(act->d);
	}
	return OK;
}

enum err act_structure_import(struct act *act)
{
	static const struct rows_kind kinds[] = {
		{ "region", act_region_put, "region.put" }, { "organ", act_organ_put, "organ.put" }, { "person", act_person_put, "person.put" }, { "post", act_post_put, "post.put" },
	};
	static const struct rows_shape shape = { .kinds = kinds, .kinds_count = sizeof kinds / sizeof *kinds, .numbers = "level", .renames = "", .unknown = "structure.kind" };
	return rows_import(act, &shape);
}

enum err rows_import(struct act *act, const struct rows_shape *shape)
{
	const struct json *rows = json_get(act->data, "rows");
	struct reading r = { .shape = shape };
	struct act_trial t;
	bool dry = json_bool(json_get(act->data, "dry_run"), false);
	if (!rows || rows->kind != JSON_ARRAY || !rows->count)
		return act_refuse(act, ERR_INVALID, "structure.empty", "The list has no rows.");
	if (rows->count > ROWS_MAX)
		return act_refuse(act, ERR_INVALID, "structure.too-long", "The list has more than 50,000 rows.");
	json_build_array(&r.errors, act->a);
	TRY(act_try_begin(act, &t));
	TRY(read_rows(act, rows, &r));
	bool keep = !dry && !r.broken;
	TRY(keep ? act_try_keep(act) : act_try_undo(act, &t));
	json_set_i64(&act->reply, "rows", (int64_t)rows->count);
	json_set_i64(&act->reply, "changed", r.changed);
	json_set_i64(&act->reply, "unchanged", r.same);
	json_set_i64(&act->reply, "broken", r.broken);
	json_set(&act->reply, "errors", json_built(&r.errors));
	json_set_bool(&act->reply, "applied", keep);
	return OK;
}
