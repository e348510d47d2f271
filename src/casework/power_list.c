/* power_list.c - the lists of powers and duties of an organ: drafted, signed off by a second person, published, in
 * versions; and functions granted to a post by name.
 *
 * The draft is the version 0 of the same rows. What a published list of powers covers stands item by item in
 * power_cover, so that the question asked at every action is one look.
 */
#include "base/utf8.h"
#include "casework/access_int.h"

enum { ENTRIES_MAX = 2000, CODE_MAX_CHARS = 40, NAME_MAX_CHARS = 200, BASIS_MAX_CHARS = 2000 };

static enum err refuse_field(struct act *act, const char *code, const char *field, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(field));
	diag_arg(act->d, str_of(field));
	return ERR_INVALID;
}

static struct str text_of(struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

/* The organ named, which the actor may write for: its head, an administrator, the system. */
static enum err find_organ(struct act *act, int64_t *organ)
{
	*organ = organ_by_code(act->c, text_of(act, "organ"));
	if (!*organ)
		return refuse_field(act, "organ.unknown", "organ", "There is no organ with this code.");
	if (act->actor.system || (powers_roles(act->c, &act->actor) & ROLE_ADMIN) || powers_in_organ(act->c, act->actor.person, *organ, ROLE_HEAD))
		return OK;
	return act_refuse(act, ERR_DENIED, "power.denied", "Only the head of the organ or an administrator may do this.");
}

static enum err find_kind(struct act *act, struct str *kind)
{
	*kind = text_of(act, "kind");
	return str_eqz(*kind, "power") || str_eqz(*kind, "duty") ? OK
		: refuse_field(act, "power.kind", "kind", "A list is of powers (power) or of duties (duty).");
}

/* A list of texts, or one text with blanks, as words with one blank between. */
static struct str words_of(struct act *act, const char *key)
{
	struct buf b;
	struct str out = S("");
	const struct json *v = json_get(act->data, key);
	buf_init_in(&b, act->a, 64 << 10);
	if (v && v->kind == JSON_ARRAY) {
		for (size_t i = 0; i < v->count; i++) {
			buf_put(&b, str_trim(json_text(&v->items[i])));
			buf_byte(&b, ' ');
		}
	} else {
		struct str rest = text_of(act, key);
		while (rest.len) {
			struct str w = str_cut(&rest, ' ');
			buf_put(&b, w);
			if (w.len)
				buf_byte(&b, ' ');
		}
	}
	return buf_finish(&b, &out) == OK ? str_trim(out) : S("");
}

static enum err check_functions(struct act *act, struct str words)
{
	while (words.len) {
		struct str w = str_cut(&words, ' ');
		if (w.len && !function_known(act->cw, w)) {
			(void)act_refuse(act, ERR_INVALID, "function.unknown", "There is no function %.*s.", STR_ARG(w));
			diag_arg(act->d, w);
			diag_at(act->d, S("functions"));
			return ERR_INVALID;
		}
	}
	return OK;
}

static enum err check_items(struct act *act, struct str words, int64_t organ)
{
	while (words.len) {
		struct str w = str_cut(&words, ' ');
		if (!w.len || row_i64_str(act->c, "SELECT organ FROM item WHERE impl_code=?1", w, 0) == organ)
			continue;
		(void)act_refuse(act, ERR_INVALID, "power.item", "The organ has no item %.*s.", STR_ARG(w));
		diag_arg(act->d, w);
		diag_at(act->d, S("items"));
		return ERR_INVALID;
	}
	return OK;
}

static enum err put_entry(struct act *act, int64_t organ, struct str kind)
{
	struct str code = text_of(act, "code"), name = text_of(act, "name"), basis = text_of(act, "basis");
	struct str functions = words_of(act, "functions"), items = words_of(act, "items");
	struct json_build o;
	if (!code.len || utf8_count(code) > CODE_MAX_CHARS)
		return refuse_field(act, "power.code", "code", "An entry has a code of at most 40 characters.");
	if (!name.len || utf8_count(name) > NAME_MAX_CHARS)
		return refuse_field(act, "power.name", "name", "An entry has a name of at most 200 characters.");
	if (!basis.len || utf8_count(basis) > BASIS_MAX_CHARS)
		return refuse_field(act, "power.basis", "basis", "A power names its legal basis, in at most 2,000 characters.");
	TRY(check_functions(act, functions));
	TRY(check_items(act, items, organ));
	json_build_object(&o, act->a);
	json_set_i64(&o, "organ", organ);
	json_set_str(&o, "kind", kind);
	json_set_str(&o, "code", code);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", text_of(act, "name_en"));
	json_set_str(&o, "item_kind", text_of(act, "item_kind"));
	json_set_str(&o, "basis", basis);
	json_set_str(&o, "functions", functions);
	json_set_str(&o, "items", items);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "power.put", 0, &o);
}

enum err act_power_put(struct act *act)
{
	int64_t organ;
	struct str kind;
	TRY(find_organ(act, &organ));
	TRY(find_kind(act, &kind));
	if (row_i64(act->c, "SELECT count(*) FROM power WHERE organ=?1 AND version=0", organ, 0) >= ENTRIES_MAX)
		return act_refuse(act, ERR_LIMIT, "power.too-many", "A list holds at most 2,000 entries.");
	return put_entry(act, organ, kind);
}

enum err act_power_drop(struct act *act)
{
	int64_t organ;
	struct str kind;
	struct json_build o;
	TRY(find_organ(act, &organ));
	TRY(find_kind(act, &kind));
	json_build_object(&o, act->a);
	json_set_i64(&o, "organ", organ);
	json_set_str(&o, "kind", kind);
	json_set_str(&o, "code", text_of(act, "code"));
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "power.dropped", 0, &o);
}

/* ---- publishing ---- */

static void add_cover(struct json_build *list, struct str function, int64_t item)
{
	for (size_t i = 0; i < list->value.count; i++)
		if (str_eq(json_text(json_get(&list->value.items[i], "function")), function) && json_i64(json_get(&list->value.items[i], "item"), -1) == item)
			return;
	struct json_build o;
	json_build_object(&o, list->arena);
	json_set_str(&o, "function", function);
	json_set_i64(&o, "item", item);
	json_add(list, json_built(&o));
}

static void cover_entry(struct act *act, struct json_build *list, struct str functions, struct str items)
{
	while (functions.len) {
		struct str f = str_cut(&functions, ' '), rest = items;
		if (f.len && !items.len)
			add_cover(list, f, 0);
		while (f.len && rest.len) {
			struct str item = str_cut(&rest, ' ');
			int64_t id = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", item, 0);
			if (id)
				add_cover(list, f, id);
		}
	}
}

static enum err covers(struct act *act, int64_t organ, struct json_build *list)
{
	struct store_query *q;
	struct cover_row { struct str functions, items; struct cover_row *next; } *rows = NULL;
	bool row;
	json_build_array(list, act->a);
	TRY(store_prepare(act->c, "SELECT functions, items FROM power WHERE organ=?1 AND kind='power' AND version=0 ORDER BY code", &q));
	store_bind_i64(q, 1, organ);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct cover_row *r = arena_new(act->a, struct cover_row);
		if (!r)
			return ERR_NOMEM;
		*r = (struct cover_row){ store_col_copy(q, 0, act->a), store_col_copy(q, 1, act->a), rows };
		rows = r;
	}
	for (; rows; rows = rows->next)
		cover_entry(act, list, rows->functions, rows->items);
	return OK;
}

static int64_t pair_i64(struct act *act, const char *sql, int64_t organ, struct str kind, int64_t none)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(act->c, sql, &q) != OK)
		return none;
	store_bind_i64(q, 1, organ);
	store_bind_str(q, 2, kind);
	int64_t v = store_step(q, &row) == OK && row && !store_col_null(q, 0) ? store_col_i64(q, 0) : none;
	store_reset(q);
	return v;
}

/* The one who drafted last does not publish alone: a second person signs. */
enum err act_powers_publish(struct act *act)
{
	int64_t organ;
	struct str kind;
	struct json_build o, list;
	TRY(find_organ(act, &organ));
	TRY(find_kind(act, &kind));
	if (!pair_i64(act, "SELECT count(*) FROM power WHERE organ=?1 AND kind=?2 AND version=0", organ, kind, 0))
		return act_refuse(act, ERR_CONFLICT, "powers.empty", "The draft is empty: a list without entries is not published.");
	int64_t drafted = pair_i64(act, "SELECT by_person FROM power_draft WHERE organ=?1 AND kind=?2", organ, kind, 0);
	if (!act->actor.system && drafted == act->actor.person)
		return act_refuse(act, ERR_DENIED, "powers.second-person", "You changed the draft last: a second person reads it and publishes it.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "organ", organ);
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "version", pair_i64(act, "SELECT max(version) FROM power_list WHERE organ=?1 AND kind=?2", organ, kind, 0) + 1);
	json_set_i64(&o, "drafted_by", drafted);
	act_set_read(act, &o);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	if (str_eqz(kind, "power")) {
		TRY(covers(act, organ, &list));
		json_set(&o, "covers", json_built(&list));
	}
	json_set(&act->reply, "version", json_get(&o.value, "version"));
	return act_emit(act, "powers.published", 0, &o);
}

/* ---- functions of a post by name ---- */

/* A day as the instant at which it begins; `none` where the field is empty. */
static enum err day_of(struct act *act, const char *key, int64_t none, int64_t *out)
{
	struct str text = text_of(act, key);
	calendar_day day;
	*out = none;
	if (!text.len)
		return OK;
	if (!calendar_day_parse(text, &day))
		return refuse_field(act, "field.date", key, "A date is written 2026-03-31.");
	*out = calendar_day_start_ms(day, calendar_offset_s(calendar_now(act->cw)));
	return OK;
}

enum err act_function_grant(struct act *act)
{
	int64_t post = row_i64_str(act->c, "SELECT id FROM post WHERE code=?1", text_of(act, "post"), 0), from, until;
	struct str function = text_of(act, "function"), item = text_of(act, "item");
	struct json_build o;
	if (!post)
		return refuse_field(act, "post.unknown", "post", "There is no post with this code.");
	TRY(check_functions(act, function.len ? function : S("?")));
	int64_t organ = row_i64(act->c, "SELECT organ FROM post WHERE id=?1", post, 0);
	TRY(check_items(act, item, organ));
	TRY(day_of(act, "from", act->now_ms, &from));
	TRY(day_of(act, "until", 0, &until));
	if (until && until <= from)
		return refuse_field(act, "field.until", "until", "The end lies before the beginning.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "grant", act_id(act));
	json_set_i64(&o, "post", post);
	json_set_str(&o, "function", function);
	json_set_i64(&o, "item", item.len ? row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", item, 0) : 0);
	json_set_i64(&o, "from_ms", from);
	if (until)
		json_set_i64(&o, "until_ms", until);
	json_set_i64(&o, "by", act->actor.person);
	json_set(&act->reply, "grant", json_get(&o.value, "grant"));
	return act_emit(act, "function.granted", 0, &o);
}

enum err act_function_withdraw(struct act *act)
{
	int64_t grant = json_i64(json_get(act->data, "grant"), 0);
	struct json_build o;
	if (!row_i64(act->c, "SELECT 1 FROM post_function WHERE id=?1 AND withdrawn_ms IS NULL", grant, 0))
		return act_refuse(act, ERR_NOT_FOUND, "function.no-grant", "There is no such grant, or it was withdrawn already.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "grant", grant);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "by", act->actor.person);
	return act_emit(act, "function.withdrawn", 0, &o);
}
