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

/* The names of a thing: of a command by their paths, of a view's parameters and of its rows by the last parts of those. */
struct names { const struct command_whole *w; const struct json *of; bool paths; };

static const char *last_part(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot ? dot + 1 : path;
}

static const struct json *name_of(struct arena *a, const struct names *n, struct str key)
{
	const char *path = arena_z(a, key);
	return !path ? NULL : n->paths ? json_path(n->of, path) : json_get(n->of, last_part(path));
}

static void bind_name(struct store_query *q, int at, const struct json *name)
{
	if (name && name->kind == JSON_NUMBER)
		store_bind_i64(q, at, json_i64(name, 0));
	else
		store_bind_str(q, at, str_trim(json_text(name)));
}

/* Binds the names and gives them as one text; empty where one is missing. */
static struct str bind_names(struct store_query *q, struct arena *a, const struct names *n)
{
	struct str all = S("");
	int at = 1;
	if (n->w->only) {
		store_bind_str(q, 1, str_of(n->w->only));
		return str_of(n->w->only);
	}
	for (struct str rest = str_of(n->w->key), key = str_cut(&rest, ' '); key.len; key = str_cut(&rest, ' ')) {
		const struct json *name = name_of(a, n, key);
		struct str text = str_trim(json_text(name));
		if (!text.len)
			return S("");
		bind_name(q, at++, name);
		all = all.len ? arena_printf(a, "%.*s/%.*s", STR_ARG(all), STR_ARG(text)) : text;
	}
	return all;
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

/* Row by row: a list has no end that a text would have. */
static enum err rows_digest(struct store_query *q, struct arena *a, struct str name, struct str *out)
{
	struct buf hex;
	uint8_t digest[LEDGER_HASH];
	size_t count = 0;
	ledger_digest(name, digest);
	for (bool row;; count++) {
		struct buf b;
		struct str text;
		TRY(store_step(q, &row));
		if (!row)
			break;
		buf_init_in(&b, a, JSON_BYTES_MAX);
		buf_put(&b, (struct str){ (const char *)digest, LEDGER_HASH });
		put_row(&b, q);
		TRY(buf_finish(&b, &text));
		ledger_digest(text, digest);
	}
	*out = absent;
	if (!count)
		return OK;
	buf_init_in(&hex, a, 2 * VERSION_BYTES + 1);
	buf_hex(&hex, digest, VERSION_BYTES);
	return buf_finish(&hex, out);
}

static enum err version_of(struct store_conn *c, struct arena *a, const struct names *n, struct str *out)
{
	struct store_query *q;
	*out = absent;
	TRY(store_prepare(c, n->w->sql, &q));
	struct str name = bind_names(q, a, n);
	return name.len ? rows_digest(q, a, name, out) : OK;
}

/* ---- before it is written ---- */

static enum err fits(struct act *act, const struct command_def *def, struct str made_from, struct str version)
{
	bool signs = def->whole && def->whole->signs;
	while (made_from.len) {
		struct str word = str_cut(&made_from, ' ');
		if (str_eq(word, version) || (!signs && str_eqz(word, "*") && (!def->whole || !str_eq(version, absent))))
			return OK;
	}
	return act_refuse(act, ERR_STALE, "edit.overtaken", "Somebody else has changed this since you opened it. Nothing was saved.");
}

static enum err refuse_unread(struct act *act)
{
	(void)act_refuse(act, ERR_INVALID, "sign.unread", "Say which version you have read: a signature is under what was read, not under whatever stands.");
	diag_at(act->d, S("If-Match"));
	return ERR_INVALID;
}

enum err whole_check(struct act *act, const struct command_def *def, struct str made_from)
{
	struct str version = absent;
	bool signs = def->whole && def->whole->signs;
	if (!made_from.len)
		return signs && !act->actor.system ? refuse_unread(act) : OK;
	if (def->whole)
		TRY(version_of(act->c, act->a, &(struct names){ .w = def->whole, .of = act->data, .paths = true }, &version));
	TRY(fits(act, def, made_from, version));
	act->read = signs ? version : S("");
	return OK;
}

void act_set_read(struct act *act, struct json_build *event)
{
	if (act->read.len)
		json_set_str(event, "read", act->read);
}

/* ---- beside what is shown ---- */

static const struct command_whole *whole_of_view(const struct view_ctx *v)
{
	struct str edits = param(v, "edits");
	const struct command_def *def = edits.len ? command_find(v->cw, edits) : NULL;
	return def && (v->roles & def->roles) ? def->whole : NULL;
}

enum err whole_version(struct view_ctx *v, struct str *version)
{
	const struct command_whole *w = whole_of_view(v);
	*version = S("");
	return w ? version_of(v->c, v->a, &(struct names){ .w = w, .of = v->params }, version) : OK;
}

static enum err with_version(struct view_ctx *v, const struct command_whole *w, const struct json *row, struct json_build *rows)
{
	struct str version;
	struct json_build o;
	TRY(version_of(v->c, v->a, &(struct names){ .w = w, .of = row }, &version));
	json_build_object(&o, v->a);
	for (size_t i = 0; i < row->count; i++)
		json_set_key(&o, row->members[i].key, &row->members[i].value);
	json_set_str(&o, "made_from", version);
	json_add(rows, json_built(&o));
	return OK;
}

enum err whole_row(struct view_ctx *v, const char *command, const struct json *row, struct json_build *rows)
{
	const struct command_def *def = command_find(v->cw, str_of(command));
	base_assert(def && def->whole);
	return with_version(v, def->whole, row, rows);
}

/* A page of rows at the most. What a row shows was read before its version, a moment ago, in the same reading. */
enum err whole_rows(struct view_ctx *v, struct json_build *out)
{
	const struct command_whole *w = json_bool(json_get(v->params, "edits_rows"), false) ? whole_of_view(v) : NULL;
	const struct json *list = w ? json_get(&out->value, "rows") : NULL;
	struct json_build rows, all;
	if (!list)
		return OK;
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < list->count; i++)
		TRY(with_version(v, w, &list->items[i], &rows));
	json_build_object(&all, v->a);
	for (size_t m = 0; m < out->value.count; m++) {
		bool is_list = str_eqz(out->value.members[m].key, "rows");
		json_set_key(&all, out->value.members[m].key, is_list ? json_built(&rows) : &out->value.members[m].value);
	}
	*out = all;
	return json_built(out) ? OK : ERR_NOMEM;
}

static enum err last_said(struct view_ctx *v, const struct names *n, int64_t *actor, int64_t *at_ms)
{
	struct store_query *q;
	bool row = false;
	TRY(store_prepare(v->c, n->w->last, &q));
	if (bind_names(q, v->a, n).len)
		TRY(store_step(q, &row));
	*actor = row ? store_col_i64(q, 0) : 0;
	*at_ms = row ? store_col_i64(q, 1) : 0;
	store_reset(q);
	return OK;
}

/* The last of such events that names the thing, not too far back in the record. */
static enum err last_change(struct view_ctx *v, const struct names *n, int64_t *actor, int64_t *at_ms)
{
	const char *member = n->w->member ? n->w->member : last_part(n->w->key);
	struct str name = n->w->only ? str_of(n->w->only) : str_trim(json_text(name_of(v->a, n, str_of(n->w->key))));
	struct store_query *q;
	bool row;
	if (!name.len)
		return OK;
	int64_t head = row_i64(v->c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	TRY(store_prepare(v->c, "SELECT at_ms, actor, payload FROM ledger WHERE seq>?1 AND strpos(?2, ' ' || kind || ' ')>0 ORDER BY seq DESC", &q));
	struct str kinds = arena_printf(v->a, " %s ", n->w->kinds);
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
	const struct names n = { .w = w, .of = v->params };
	int64_t actor = 0, at_ms = 0;
	struct json_build o;
	if (!w || (!w->kinds && !w->last))
		return OK;
	TRY(w->last ? last_said(v, &n, &actor, &at_ms) : last_change(v, &n, &actor, &at_ms));
	if (!at_ms)
		return OK;
	json_build_object(&o, v->a);
	json_set_str(&o, "at", view_instant(v, at_ms));
	set_named(&o, v, "by", "SELECT login, name, name_en FROM person WHERE id=?1", actor);
	json_set(out, "changed", json_built(&o));
	return OK;
}
