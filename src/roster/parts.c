/* parts.c - what the families of this room share: input, people, and the room's data. */
#include "base/utf8.h"
#include "roster/roster_int.h"

#include "roster/roster_data.h" /* made at build time from data/roster/roster.json */

enum err roster_refuse(struct act *act, const char *code, const char *field, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_arg(act->d, str_of(field));
	diag_at(act->d, str_of(field));
	return ERR_INVALID;
}

struct str roster_text(const struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

struct str roster_or_null(struct str s) { return s.len ? s : (struct str){ NULL, 0 }; }

enum err roster_needed(struct act *act, const char *key, struct str *out)
{
	*out = roster_text(act, key);
	if (!out->len)
		return roster_refuse(act, "field.missing", key, "This must be filled in.");
	return utf8_count(*out) > ROSTER_TEXT_MAX ? roster_refuse(act, "field.too-long", key, "This is too long.") : OK;
}

enum err roster_day_given(struct act *act, const char *key, int64_t *start_ms)
{
	calendar_day day;
	if (!calendar_day_parse(roster_text(act, key), &day))
		return roster_refuse(act, "field.date", key, "A date is written 2026-03-31.");
	*start_ms = calendar_day_start_ms(day, calendar_offset_s(calendar_now(act->cw)));
	return OK;
}

enum err roster_person_given(struct act *act, const char *key, int64_t *person)
{
	struct str login = roster_text(act, key);
	*person = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1 AND staff=1", login, 0) : act->actor.person;
	if (*person)
		return OK;
	(void)act_refuse(act, ERR_NOT_FOUND, "person.unknown", "There is no such colleague: %.*s.", STR_ARG(login));
	diag_arg(act->d, login);
	diag_at(act->d, str_of(key));
	return ERR_NOT_FOUND;
}

enum err roster_need_keeper(struct act *act, int64_t person)
{
	if (powers_keeps_file(act->c, &act->actor, person))
		return OK;
	return act_refuse(act, ERR_DENIED, "roster.not-yours", "The head of the person's office does this, or an administrator; nobody in their own matter.");
}

const struct json *roster_part(struct store_conn *c, struct arena *a, const char *part)
{
	struct str name = arena_printf(a, "roster.%s", part), own = name.ptr ? setting_get(c, a, name) : name;
	return own.len ? parse(a, own) : json_get(parse(a, S(ROSTER_DATA)), part);
}

const struct json *roster_kind(struct store_conn *c, struct arena *a, const char *part, struct str kind)
{
	const struct json *list = roster_part(c, a, part);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "kind")), kind))
			return &list->items[i];
	return NULL;
}

int64_t roster_home(struct store_conn *c, int64_t person)
{
	int64_t organ = row_i64(c, "SELECT organ FROM post WHERE a=?1 AND ended_ms IS NULL ORDER BY id LIMIT 1", person, 0);
	return organ ? organ : row_i64(c, "SELECT organ FROM post WHERE b=?1 AND ended_ms IS NULL ORDER BY id LIMIT 1", person, 0);
}

int64_t roster_head(struct store_conn *c, int64_t person)
{
	for (int64_t organ = roster_home(c, person), up = 0; organ && up < 16; up++, organ = row_i64(c, "SELECT parent FROM organ WHERE id=?1", organ, 0)) {
		int64_t head = row_i64(c, "SELECT a FROM post WHERE organ=?1 AND role='head' AND ended_ms IS NULL AND a IS NOT NULL ORDER BY id LIMIT 1", organ, 0);
		if (head && head != person)
			return head;
	}
	return 0;
}

/* Heads see their own organs and those below; supervision and administrators all. */
bool roster_sees(struct view_ctx *v, int64_t organ)
{
	if (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM))
		return true;
	for (int up = 0; organ && up < 16; up++, organ = row_i64(v->c, "SELECT parent FROM organ WHERE id=?1", organ, 0))
		if (powers_in_organ(v->c, v->actor.person, organ, ROLE_HEAD))
			return true;
	return false;
}

/* ---- striking out ---- */

enum err roster_strike(struct act *act, const char *event, const char *key, const char *gone, int64_t id, int64_t person, struct str *reason)
{
	struct json_build o;
	if (!person)
		return act_refuse(act, ERR_NOT_FOUND, gone, "There is no such entry, or it was struck out already.");
	TRY(roster_need_keeper(act, person));
	TRY(roster_needed(act, "reason", reason));
	json_build_object(&o, act->a);
	json_set_i64(&o, key, id);
	json_set_str(&o, "reason", *reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, event, 0, &o);
}
