/* whole.c - things that are written whole: is a thing still what somebody saw of it, and who changed it since.
 *
 * A version is a digest of what stands, not a number that is counted up: so it holds for whatever changes the thing (a form, a list read in, a plan carried
 * out, a promise signed), needs no column, and who changed it there and back again stands in nobody's way. The name is in it: what was
 * made from one thing does not fit another one. */
#include "casework/view_int.h"

enum { VERSION_BYTES = 16, LOOK_BACK = 100000 };

/* The version of what is not there. */
static const struct str absent = { "absent", 6 };

/* ---- the version ---- */

static void bind_name(struct store_query *q, int at, const struct json *name, struct str text)
{
	if (name && name->kind == JSON_NUMBER)
		store_bind_i64(q, at, json_i64(name, 0));
	else
		store_bind_str(q, at, text);
}

/* Lengths before the texts: no two rows read alike. */
static void put_row(struct buf *b, struct store_query *q)
{
	for (int i = 0; i < store_col_count(q); i++) {
		struct str s = store_col_str(q, i);
		if (store_col_null(q, i))
			buf_putz(b, "-;");
		else
			buf_printf(b, "%zu:%.*s;", s.len, STR_ARG(s));
	}
	buf_byte(b, '\n');
}

static enum err rows_digest(struct store_query *q, struct arena *a, struct str name, struct str *out)
{
	struct buf rows, hex;
	uint8_t digest[LEDGER_HASH];
	bool row;
	size_t count = 0;
	buf_init_in(&rows, a, JSON_BYTES_MAX);
	buf_init_in(&hex, a, 2 * VERSION_BYTES + 1);
	buf_printf(&rows, "%zu:%.*s\n", name.len, STR_ARG(name));
	for (;; count++) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		put_row(&rows, q);
	}
	*out = absent;
	if (!count)
		return OK;
	struct str text;
	TRY(buf_finish(&rows, &text));
	ledger_digest(text, digest);
	buf_hex(&hex, digest, VERSION_BYTES);
	return buf_finish(&hex, out);
}

static enum err version_of(struct store_conn *c, struct arena *a, const struct command_whole *w, const struct json *name, struct str *out)
{
	struct store_query *q;
	struct str text = w->only ? str_of(w->only) : str_trim(json_text(name));
	*out = absent;
	if (!text.len)
		return OK;
	TRY(store_prepare(c, w->sql, &q));
	bind_name(q, 1, w->only ? NULL : name, text);
	return rows_digest(q, a, text, out);
}

/* ---- before it is written ---- */

enum err whole_check(struct act *act, const struct command_def *def, struct str made_from)
{
	struct str version = absent;
	if (!made_from.len)
		return OK;
	if (def->whole)
		TRY(version_of(act->c, act->a, def->whole, def->whole->key ? json_path(act->data, def->whole->key) : NULL, &version));
	while (made_from.len) {
		struct str word = str_cut(&made_from, ' ');
		if (str_eq(word, version) || (str_eqz(word, "*") && (!def->whole || !str_eq(version, absent))))
			return OK;
	}
	return act_refuse(act, ERR_STALE, "edit.overtaken", "Somebody else has changed this since you opened it. Nothing was saved.");
}

/* ---- beside what is shown ---- */

static const char *last_part(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot ? dot + 1 : path;
}

static const struct command_whole *whole_of_view(const struct view_ctx *v)
{
	struct str edits = param(v, "edits");
	const struct command_def *def = edits.len ? command_find(v->cw, edits) : NULL;
	return def && (v->roles & def->roles) ? def->whole : NULL;
}

static const struct json *name_of_view(const struct view_ctx *v, const struct command_whole *w)
{
	return w->key ? json_get(v->params, last_part(w->key)) : NULL;
}

enum err whole_version(struct view_ctx *v, struct str *version)
{
	const struct command_whole *w = whole_of_view(v);
	*version = S("");
	return w ? version_of(v->c, v->a, w, name_of_view(v, w), version) : OK;
}

/* The last of such events that names the thing, not too far back in the record. */
static enum err last_change(struct view_ctx *v, const struct command_whole *w, struct str name, int64_t *actor, int64_t *at_ms)
{
	const char *member = w->member ? w->member : last_part(w->key);
	struct store_query *q;
	bool row;
	int64_t head = row_i64(v->c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	TRY(store_prepare(v->c, "SELECT at_ms, actor, payload FROM ledger WHERE seq>?1 AND strpos(?2, ' ' || kind || ' ')>0 ORDER BY seq DESC", &q));
	struct str kinds = arena_printf(v->a, " %s ", w->kinds);
	store_bind_i64(q, 1, head > LOOK_BACK ? head - LOOK_BACK : 0);
	store_bind_str(q, 2, kinds);
	for (*at_ms = 0;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (str_eq(json_text(json_get(parse(v->a, store_col_copy(q, 2, v->a)), member)), name))
			break;
	}
	*at_ms = store_col_i64(q, 0);
	*actor = store_col_i64(q, 1);
	store_reset(q);
	return OK;
}

enum err whole_changed(struct view_ctx *v, struct json_build *out)
{
	const struct command_whole *w = json_bool(json_get(v->params, "edits_last"), false) ? whole_of_view(v) : NULL;
	int64_t actor = 0, at_ms = 0;
	struct json_build o;
	if (!w)
		return OK;
	TRY(last_change(v, w, w->only ? str_of(w->only) : str_trim(json_text(name_of_view(v, w))), &actor, &at_ms));
	if (!at_ms)
		return OK;
	json_build_object(&o, v->a);
	json_set_str(&o, "at", view_instant(v, at_ms));
	set_named(&o, v, "by", "SELECT login, name, name_en FROM person WHERE id=?1", actor);
	json_set(out, "changed", json_built(&o));
	return OK;
}
