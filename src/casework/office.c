/* office.c - the structure of the office as commands: regions, organs, people, posts, items, packs,
 * settings, calendars, tokens. Each "put" changes what differs and nothing else, so that reading
 * the same list twice leaves the record alone.
 */
#include "base/utf8.h"
#include "casework/rules_int.h"

static struct str text_of(struct act *act, const char *key)
{
	return str_trim(json_text(json_get(act->data, key)));
}

static enum err need(struct act *act, const char *key, size_t most, struct str *out)
{
	*out = text_of(act, key);
	if (out->len && utf8_count(*out) <= most)
		return OK;
	(void)act_refuse(act, ERR_INVALID, out->len ? "field.too-long" : "field.missing",
	                 out->len ? "%s is longer than %zu characters." : "%s is missing.", key, most);
	diag_arg(act->d, str_of(key));
	diag_at(act->d, str_of(key));
	return ERR_INVALID;
}

static void set_or_empty(struct json_build *o, const char *key, struct str v)
{
	json_set_str(o, key, v.ptr ? v : S(""));
}

static void set_id(struct json_build *o, const char *key, int64_t id)
{
	if (id)
		json_set_i64(o, key, id);
	else
		json_set_null(o, key);
}

static struct str as_text(struct arena *a, const struct json *v)
{
	if (!v || v->kind == JSON_NULL)
		return S("");
	if (v->kind == JSON_BOOL)
		return v->boolean ? S("1") : S("0");
	if (v->kind == JSON_STRING || v->kind == JSON_NUMBER)
		return v->text;
	struct buf b;
	struct str s;
	buf_init_in(&b, a, JSON_BYTES_MAX);
	json_put_canonical(&b, v);
	return buf_finish(&b, &s) == OK ? s : S("");
}

/* Does the row already say what the event would make it say? */
static bool row_same(struct act *act, const char *sql, int64_t id, const struct json_build *o)
{
	struct store_query *q;
	bool row;
	if (store_prepare(act->c, sql, &q) != OK)
		return false;
	store_bind_i64(q, 1, id);
	if (store_step(q, &row) != OK || !row)
		return false;
	bool same = true;
	for (int i = 0; same && i < store_col_count(q); i++) {
		struct str was = store_col_str(q, i);
		same = str_eq(was.ptr ? was : S(""), as_text(act->a, json_get(&o->value, store_col_name(q, i))));
	}
	store_reset(q);
	return same;
}

/* Emits unless nothing changes; answers with the id. */
static enum err put(struct act *act, const char *kind, const char *same_sql, int64_t id, const struct json_build *o)
{
	bool same = row_same(act, same_sql, id, o);
	json_set_i64(&act->reply, "id", id);
	json_set_bool(&act->reply, "changed", !same);
	return same ? OK : act_emit(act, kind, 0, o);
}

enum err act_region_put(struct act *act)
{
	struct str code, name;
	TRY(need(act, "code", 12, &code));
	TRY(need(act, "name", 100, &name));
	int64_t id = row_i64_str(act->c, "SELECT id FROM region WHERE code=?1", code, 0);
	int64_t level = 0;
	(void)str_to_i64(text_of(act, "level"), &level); /* a form's choice is a text */
	struct str parent = text_of(act, "parent");
	if (level < 1 || level > 6)
		return act_refuse(act, ERR_INVALID, "region.level", "The level of a region is 1 (nation) to 6 (village).");
	int64_t above = parent.len ? row_i64_str(act->c, "SELECT id FROM region WHERE code=?1", parent, 0) : 0;
	if (parent.len && !above)
		return act_refuse(act, ERR_INVALID, "region.parent", "The region above, %.*s, is not known.", STR_ARG(parent));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", id ? id : act_id(act));
	json_set_str(&o, "code", code);
	json_set_str(&o, "name", name);
	set_or_empty(&o, "name_en", text_of(act, "name_en"));
	json_set_i64(&o, "level", level);
	set_id(&o, "parent", above);
	return put(act, "region.put", "SELECT code, name, name_en, level, parent FROM region WHERE id=?1", json_i64(json_get(&o.value, "id"), 0), &o);
}

enum err act_organ_put(struct act *act)
{
	struct str code, name;
	TRY(need(act, "code", 24, &code));
	TRY(need(act, "name", 200, &name));
	int64_t id = organ_by_code(act->c, code);
	struct str parent = text_of(act, "parent"), region = text_of(act, "region");
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", id ? id : act_id(act));
	json_set_str(&o, "code", code);
	json_set_str(&o, "name", name);
	set_or_empty(&o, "name_en", text_of(act, "name_en"));
	set_id(&o, "region", row_i64_str(act->c, "SELECT id FROM region WHERE code=?1", region, 0));
	set_or_empty(&o, "nature", text_of(act, "nature"));
	set_id(&o, "parent", parent.len ? organ_by_code(act->c, parent) : 0);
	/* what a list does not say of an organ stays */
	json_set(&o, "data", json_get(act->data, "data") || !id ? json_get(act->data, "data") : parse(act->a, row_str(act->c, act->a, "SELECT data FROM organ WHERE id=?1", id)));
	json_set_i64(&o, "at_ms", act->now_ms);
	int64_t was_under = id ? row_i64(act->c, "SELECT parent FROM organ WHERE id=?1", id, 0) : 0;
	TRY(put(act, "organ.put", "SELECT code, name, name_en, region, nature, parent, data FROM organ WHERE id=?1", json_i64(json_get(&o.value, "id"), 0), &o));
	/* under another organ, other heads stand above its posts */
	bool moved = id && was_under != row_i64(act->c, "SELECT parent FROM organ WHERE id=?1", id, 0);
	return moved ? holding_route_all(act, S("")) : OK;
}

/* A field that the command does not name stays as it is: a form may show only some of them. */
static struct str person_field(struct act *act, int64_t id, const char *key, const char *sql)
{
	return json_get(act->data, key) || !id ? text_of(act, key) : row_str(act->c, act->a, sql, id);
}

static enum err person_emit(struct act *act, int64_t id, struct str login, bool staff)
{
	struct str name, hash = text_of(act, "password_hash");
	TRY(need(act, "name", 100, &name));
	if (!hash.len && id)
		hash = row_str(act->c, act->a, "SELECT password_hash FROM person WHERE id=?1", id);
#define KEPT(key) person_field(act, id, #key, "SELECT " #key " FROM person WHERE id=?1")
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", id ? id : act_id(act));
	json_set_str(&o, "login", login);
	json_set_str(&o, "name", name);
	set_or_empty(&o, "name_en", KEPT(name_en));
	json_set_bool(&o, "staff", staff);
	json_set_str(&o, "password_hash", hash);
	set_or_empty(&o, "phone", KEPT(phone));
	set_or_empty(&o, "id_type", KEPT(id_type));
	set_or_empty(&o, "id_no", KEPT(id_no));
	set_or_empty(&o, "email", KEPT(email));
	set_or_empty(&o, "address", KEPT(address));
	/* who is barred from signing in is not let in again by a list that does not say so */
	json_set_bool(&o, "enabled", json_bool(json_get(act->data, "enabled"), !id || row_i64(act->c, "SELECT enabled FROM person WHERE id=?1", id, 1) != 0));
#undef KEPT
	TRY(put(act, "person.put", "SELECT login, name, name_en, staff, password_hash, phone, id_type, id_no, email, address, enabled FROM person WHERE id=?1",
	        json_i64(json_get(&o.value, "id"), 0), &o));
	/* disabled is absence without end */
	return id && staff && json_bool(json_get(&act->reply.value, "changed"), false) ? holding_route_person(act, id, S("")) : OK;
}

enum err act_person_put(struct act *act)
{
	struct str login;
	TRY(need(act, "login", 60, &login));
	return person_emit(act, row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", login, 0), login,
	                   json_bool(json_get(act->data, "staff"), true));
}

enum err act_person_register(struct act *act)
{
	struct str login;
	TRY(need(act, "login", 60, &login));
	if (row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", login, 0)) {
		(void)act_refuse(act, ERR_CONFLICT, "person.login-taken", "This user name is taken. Choose another.");
		diag_at(act->d, S("login"));
		return ERR_CONFLICT;
	}
	if (!text_of(act, "password_hash").len)
		return act_refuse(act, ERR_INVALID, "field.missing", "The password is missing.");
	return person_emit(act, 0, login, false);
}

/* A and B; one that the command does not name stays. */
static enum err post_holders(struct act *act, int64_t id, struct json_build *o)
{
	static const struct { const char *key, *sql; } holders[] = {
		{ "a", "SELECT a FROM post WHERE id=?1" }, { "b", "SELECT b FROM post WHERE id=?1" },
	};
	int64_t person[2];
	for (size_t i = 0; i < 2; i++) {
		struct str login = text_of(act, holders[i].key);
		person[i] = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", login, 0) : 0;
		if (login.len && !person[i])
			return act_refuse(act, ERR_INVALID, "person.unknown", "There is no person with the user name %.*s.", STR_ARG(login));
		if (!json_get(act->data, holders[i].key) && id)
			person[i] = row_i64(act->c, holders[i].sql, id, 0);
		set_id(o, holders[i].key, person[i]);
	}
	if (person[0] && person[0] == person[1])
		return act_refuse(act, ERR_INVALID, "post.a-is-b", "A and B of a post are two people.");
	return OK;
}

/* What is written about the post: `data` whole, or the parts of the job description that the command names; the rest stays. */
static const struct json *post_data(struct act *act, int64_t id)
{
	static const char *const parts[] = { "duties", "standards", "powers", "limits" };
	const struct json *data = json_get(act->data, "data");
	const struct json *old = data || !id ? data : parse(act->a, row_str(act->c, act->a, "SELECT data FROM post WHERE id=?1", id));
	struct json_build o;
	bool any = false;
	json_build_object(&o, act->a);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (json_get(act->data, parts[i])) {
			any = true;
			json_set_str(&o, parts[i], text_of(act, parts[i]).ptr ? text_of(act, parts[i]) : S(""));
		}
	for (size_t i = 0; old && old->kind == JSON_OBJECT && i < old->count; i++)
		if (!json_get_str(&o.value, old->members[i].key))
			json_set_key(&o, old->members[i].key, &old->members[i].value);
	return any ? json_built(&o) : old;
}

enum err act_post_put(struct act *act)
{
	struct str code, name, role, organ_code;
	TRY(need(act, "code", 60, &code));
	TRY(need(act, "name", 100, &name));
	TRY(need(act, "role", 20, &role));
	TRY(need(act, "organ", 24, &organ_code));
	int64_t id = row_i64_str(act->c, "SELECT id FROM post WHERE code=?1", code, 0), organ = organ_by_code(act->c, organ_code);
	if (!powers_role_of_name(role))
		return act_refuse(act, ERR_INVALID, "post.role", "There is no role %.*s.", STR_ARG(role));
	if (!organ)
		return act_refuse(act, ERR_INVALID, "organ.unknown", "There is no organ with the code %.*s.", STR_ARG(organ_code));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", id ? id : act_id(act));
	json_set_str(&o, "code", code);
	json_set_i64(&o, "organ", organ);
	json_set_str(&o, "role", role);
	json_set_str(&o, "name", name);
	set_or_empty(&o, "name_en", text_of(act, "name_en"));
	TRY(post_holders(act, id, &o));
	json_set(&o, "data", post_data(act, id));
	json_set_i64(&o, "at_ms", act->now_ms);
	bool led = row_i64(act->c, "SELECT 1 FROM post WHERE id=?1 AND role IN ('head', 'admin')", id, 0) != 0;
	TRY(put(act, "post.put", "SELECT code, organ, role, name, name_en, a, b, data FROM post WHERE id=?1", json_i64(json_get(&o.value, "id"), 0), &o));
	if (!json_bool(json_get(&act->reply.value, "changed"), false))
		return OK;
	/* a head answers for more than the steps of the own post */
	bool leads = led || str_eqz(role, "head") || str_eqz(role, "admin");
	return leads ? holding_route_all(act, S("")) : id ? holding_route_post(act, id, S("")) : OK;
}

/* ---- items ---- */

/* The pack's defaults with the command's members above them. */
static const struct json *item_merged(struct act *act, const struct pack *p)
{
	struct json_build o;
	const struct json *defaults = p ? json_get(p->meta, "item") : NULL;
	json_build_object(&o, act->a);
	for (size_t i = 0; i < act->data->count; i++)
		json_set_key(&o, act->data->members[i].key, &act->data->members[i].value);
	for (size_t i = 0; defaults && i < defaults->count; i++)
		if (!json_get_str(act->data, defaults->members[i].key))
			json_set_key(&o, defaults->members[i].key, &defaults->members[i].value);
	if (p && !json_get(act->data, "options") && json_get(p->meta, "options"))
		json_set(&o, "options", json_get(p->meta, "options"));
	return json_built(&o);
}

/* Every organ role that the process assigns to must have an organ on the item. */
static enum err check_joint_organs(struct act *act, const struct pack *p, const struct json *data)
{
	const struct bpmn_element *list;
	size_t n = bpmn_model_elements(p->process, &list);
	for (size_t i = 0; i < n; i++) {
		const struct xml_node *assign = bpmn_ext(&list[i], "assign");
		struct str role = assign ? xml_attr(assign, "organ") : S("");
		if (!role.len || str_eqz(role, "lead") || role.ptr[0] == '=') /* a variable's is known only when the step opens */
			continue;
		struct str code = json_text(json_get_str(json_get(data, "joint_organs"), role));
		if (!code.len || !organ_by_code(act->c, code))
			return act_refuse(act, ERR_INVALID, "item.organ-role-missing",
			                  "The procedure hands steps to \"%.*s\", but the item's joint_organs names no organ for it.", STR_ARG(role));
	}
	return OK;
}

/* A promise that was signed stands above the figure of a catalogue. */
static enum err item_limits(struct act *act, int64_t item, const struct json *data, struct json_build *o)
{
	int64_t promised = json_i64(json_get(data, "promised_limit"), 0), statutory = json_i64(json_get(data, "statutory_limit"), 0);
	struct str unit = json_text(json_get(data, "promised_unit"));
	promised = item ? promise_at(act->c, item, act->now_ms, promised) : promised;
	enum calendar_unit parsed;
	if (!unit.len)
		unit = json_text(json_get(data, "statutory_unit"));
	if (!unit.len)
		unit = json_text(json_get(data, "unit"));
	if (unit.len && !calendar_unit_parse(unit, &parsed))
		return act_refuse(act, ERR_INVALID, "limit.unit", "The unit of the limit is working-days, calendar-days, hours, months or years.");
	if (promised < 0 || statutory < 0 || (promised && statutory && promised > statutory))
		return act_refuse(act, ERR_INVALID, "limit.promise-too-long", "The promised limit may not be longer than the law's.");
	set_id(o, "promised", promised);
	set_id(o, "statutory", statutory);
	json_set_str(o, "unit", unit.len ? unit : (struct str){ NULL, 0 });
	return OK;
}

static struct str audience_text(struct act *act, const struct json *v)
{
	struct buf b;
	struct str s = S("");
	buf_init_in(&b, act->a, 64);
	if (v && v->kind == JSON_STRING)
		return v->text;
	for (size_t i = 0; v && v->kind == JSON_ARRAY && i < v->count; i++) {
		buf_put(&b, json_text(&v->items[i]));
		buf_byte(&b, ' ');
	}
	return buf_finish(&b, &s) == OK ? str_trim(s) : S("");
}

enum err act_item_put(struct act *act)
{
	struct str impl_code, name, organ_code, pack_code = text_of(act, "pack");
	const struct pack *p = NULL;
	TRY(need(act, "impl_code", 100, &impl_code));
	if (pack_code.len) {
		int64_t pack = row_i64_str(act->c, "SELECT id FROM pack WHERE code=?1 AND live=1", pack_code, 0);
		if (!pack)
			return act_refuse(act, ERR_INVALID, "pack.unknown", "There is no pack %.*s.", STR_ARG(pack_code));
		TRY(pack_of(act->cw, act->c, pack, &p, act->d));
	}
	const struct json *data = item_merged(act, p);
	act->data = data ? data : act->data;
	TRY(need(act, "name", 200, &name));
	TRY(need(act, "organ", 24, &organ_code));
	int64_t organ = organ_by_code(act->c, organ_code);
	if (!organ)
		return act_refuse(act, ERR_INVALID, "organ.unknown", "There is no organ with the code %.*s.", STR_ARG(organ_code));
	if (p)
		TRY(check_joint_organs(act, p, data));
	int64_t id = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", impl_code, 0);
	struct str region = text_of(act, "region"), kind = text_of(act, "kind");
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", id ? id : act_id(act));
	json_set_str(&o, "impl_code", impl_code);
	json_set_str(&o, "name", name);
	set_or_empty(&o, "name_en", text_of(act, "name_en"));
	json_set_i64(&o, "organ", organ);
	set_id(&o, "region", region.len ? row_i64_str(act->c, "SELECT id FROM region WHERE code=?1", region, 0)
	                                : row_i64(act->c, "SELECT region FROM organ WHERE id=?1", organ, 0));
	json_set_str(&o, "kind", kind.len ? kind : S("10"));
	json_set_str(&o, "audience", audience_text(act, json_get(data, "audience")));
	json_set_str(&o, "pack", pack_code.len ? pack_code : (struct str){ NULL, 0 });
	json_set_bool(&o, "instant", json_bool(json_path(data, "options.instant"), false));
	json_set_bool(&o, "online", json_bool(json_get(data, "online"), pack_code.len > 0));
	json_set_bool(&o, "live", json_bool(json_get(data, "live"), true));
	TRY(item_limits(act, id, data, &o));
	json_set(&o, "data", data);
	int64_t version = id ? row_i64(act->c, "SELECT version FROM item WHERE id=?1", id, 0) : 0;
	int64_t row = json_i64(json_get(&o.value, "id"), 0);
	bool same = id && row_same(act, "SELECT name, name_en, organ, region, kind, audience, pack, instant, online, live, promised, statutory, unit, data FROM item WHERE id=?1", id, &o);
	json_set_i64(&act->reply, "id", row);
	json_set_bool(&act->reply, "changed", !same);
	json_set_i64(&o, "version", version + 1);
	return same ? OK : act_emit(act, "item.put", 0, &o);
}

/* ---- packs ---- */

static enum err files_of_command(struct act *act, struct pack_file **out, size_t *count)
{
	const struct json *list = json_get(act->data, "files");
	if (!list || list->kind != JSON_ARRAY || !list->count)
		return act_refuse(act, ERR_INVALID, "pack.no-files", "The pack has no files.");
	struct pack_file *files = arena_new_n(act->a, struct pack_file, list->count);
	if (!files)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++)
		files[i] = (struct pack_file){ json_text(json_get(&list->items[i], "path")), json_text(json_get(&list->items[i], "text")) };
	*out = files;
	*count = list->count;
	return OK;
}

static void findings_reply(struct act *act, const struct pack_finding *f)
{
	struct json_build list;
	json_build_array(&list, act->a);
	for (; f; f = f->next) {
		struct json_build o;
		json_build_object(&o, act->a);
		json_set_str(&o, "severity", f->error ? S("error") : S("warning"));
		json_set_str(&o, "place", f->place);
		json_set_str(&o, "text", f->text);
		json_add(&list, json_built(&o));
	}
	json_set(&act->reply, "findings", json_built(&list));
}

enum err act_pack_add(struct act *act)
{
	struct pack_file *files = NULL;
	struct pack_finding *findings = NULL;
	size_t count = 0;
	struct pack *p = NULL;
	TRY(files_of_command(act, &files, &count));
	enum err e = pack_compile(files, count, act->a, &p, &findings, act->d);
	for (const struct pack_finding *f = findings; e != OK && f; f = f->next)
		if (f->error) {
			diag_arg(act->d, f->text);
			diag_at(act->d, f->place);
			break;
		}
	TRY(e);
	e = pack_examples_gate(act, p, files, count, &findings);
	findings_reply(act, findings);
	struct json_build o, list;
	struct buf all;
	json_build_object(&o, act->a);
	json_build_array(&list, act->a);
	buf_init_in(&all, act->a, 1 << 20);
	for (size_t i = 0; e == OK && i < count; i++) {
		struct json_build f;
		struct str digest;
		json_build_object(&f, act->a);
		e = content_keep(act, files[i].bytes, &digest);
		json_set_str(&f, "path", files[i].path);
		json_set_str(&f, "digest", e == OK ? digest : S(""));
		json_add(&list, json_built(&f));
		buf_printf(&all, "%.*s %.*s\n", STR_ARG(files[i].path), STR_ARG(digest));
	}
	struct str digest, code = arena_str(act->a, p->code), name = arena_str(act->a, p->name), name_en = arena_str(act->a, p->name_en);
	int64_t version = p->version;
	pack_free(p);
	TRY(e);
	TRY(content_keep(act, buf_str(&all), &digest));
	json_set_str(&act->reply, "code", code);
	json_set_i64(&act->reply, "version", version);
	int64_t newest = row_i64_str(act->c, "SELECT max(version) FROM pack WHERE code=?1", code, 0);
	struct str old = newest == version ? row_str(act->c, act->a, "SELECT digest FROM pack WHERE id=?1",
	                                             row_i64_str(act->c, "SELECT id FROM pack WHERE code=?1 ORDER BY version DESC LIMIT 1", code, 0)) : S("");
	json_set_bool(&act->reply, "changed", !str_eq(old, digest));
	if (str_eq(old, digest))
		return OK;
	if (version <= newest)
		return act_refuse(act, ERR_CONFLICT, "pack.version", "Version %lld is in use already: raise the version in pack.json.", (long long)newest);
	json_set_i64(&o, "id", act_id(act));
	json_set_str(&o, "code", code);
	json_set_i64(&o, "version", version);
	json_set_str(&o, "digest", digest);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", name_en.ptr ? name_en : S(""));
	json_set_bool(&o, "paused", row_i64_str(act->c, "SELECT max(paused) FROM pack WHERE code=?1", code, 0) != 0); /* a new version does not end a pause */
	json_set(&o, "files", json_built(&list));
	return act_emit(act, "pack.added", 0, &o);
}

/* ---- settings, calendars, tokens ---- */

enum err act_setting_put(struct act *act)
{
	struct str name;
	TRY(need(act, "name", 60, &name));
	struct json_build o;
	struct buf b;
	struct str value;
	buf_init_in(&b, act->a, 1 << 20);
	const struct json *v = json_get(act->data, "value");
	if (!v)
		return act_refuse(act, ERR_INVALID, "field.missing", "value is missing.");
	json_put_canonical(&b, v);
	TRY(buf_finish(&b, &value));
	json_build_object(&o, act->a);
	json_set_str(&o, "name", name);
	json_set_str(&o, "value", value);
	bool same = str_eq(setting_get(act->c, act->a, name), value);
	json_set_bool(&act->reply, "changed", !same);
	return same ? OK : act_emit(act, "setting.put", 0, &o);
}

/* Under the old calendar and the new: a suspended clock's stored date is of the day it was written. */
static enum err recompute_clock(struct act *act, const struct calendar *old, struct clock_row *r, int64_t *moved)
{
	struct calendar_result was, will;
	TRY(clock_compute(old, r, act->now_ms, false, act->a, &was, act->d));
	TRY(clock_compute(calendar_now(act->cw), r, act->now_ms, false, act->a, &will, act->d));
	if (was.due_ms == will.due_ms && was.provisional == will.provisional)
		return OK;
	(*moved)++;
	return clock_emit_changed(act, r);
}

/* Every open clock under the new calendar; each change is in the record. */
static enum err recompute_open(struct act *act, const struct calendar *old, int64_t *moved)
{
	struct store_query *q;
	bool row;
	int64_t after = 0;
	for (;;) {
		TRY(store_prepare(act->c, "SELECT id FROM case_open WHERE id>?1 ORDER BY id LIMIT 1", &q));
		store_bind_i64(q, 1, after);
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		after = store_col_i64(q, 0);
		store_reset(q);
		struct clock_row *r;
		int64_t before = *moved;
		TRY(act_clocks(act, after, &r));
		for (; r; r = r->next)
			if (!str_eqz(r->state, "stopped"))
				TRY(recompute_clock(act, old, r, moved));
		if (*moved != before)
			TRY(case_refresh(act, after));
	}
}

enum err act_calendar_add(struct act *act)
{
	struct str name, digest, text = json_text(json_get(act->data, "text"));
	TRY(need(act, "name", 100, &name));
	TRY(content_keep(act, text, &digest));
	if (row_i64_str(act->c, "SELECT 1 FROM calendar_source WHERE digest=?1", digest, 0)) {
		json_set_bool(&act->reply, "changed", false);
		return OK;
	}
	const struct calendar *old = calendar_now(act->cw);
	TRY(calendar_extend(act->cw, text, act->d));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", act_id(act));
	json_set_str(&o, "digest", digest);
	json_set_str(&o, "name", name);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "calendar.added", 0, &o));
	int64_t moved = 0;
	TRY(recompute_open(act, old, &moved));
	json_set_bool(&act->reply, "changed", true);
	json_set_i64(&act->reply, "moved", moved);
	return OK;
}

enum err act_token_create(struct act *act)
{
	struct str name;
	uint8_t secret[24], digest[LEDGER_HASH];
	TRY(need(act, "name", 100, &name));
	struct str login = text_of(act, "login");
	int64_t person = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", login, 0) : act->actor.person;
	if (!person)
		return act_refuse(act, ERR_INVALID, "person.unknown", "There is no person with this user name.");
	if (person != act->actor.person && !(powers_roles(act->c, &act->actor) & (ROLE_ADMIN | ROLE_SYSTEM)))
		return act_refuse(act, ERR_DENIED, "power.denied", "Only an administrator makes tokens for others.");
	struct buf token, hex;
	buf_init_in(&token, act->a, 100);
	buf_init_in(&hex, act->a, 100);
	os_random(act->cw->entropy, secret, sizeof secret);
	buf_putz(&token, "bj_");
	buf_hex(&token, secret, sizeof secret);
	ledger_digest(buf_str(&token), digest);
	buf_hex(&hex, digest, LEDGER_HASH);
	struct json_build o;
	json_build_object(&o, act->a);
	int64_t id = act_id(act);
	json_set_i64(&o, "id", id);
	json_set_i64(&o, "person", person);
	json_set_str(&o, "name", name);
	json_set_str(&o, "digest", buf_str(&hex));
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "id", id);
	json_set_str(&act->reply, "token", buf_str(&token));
	return act_emit(act, "token.created", 0, &o);
}

enum err act_token_revoke(struct act *act)
{
	int64_t id = json_i64(json_get(act->data, "token"), 0);
	int64_t person = row_i64(act->c, "SELECT person FROM token WHERE id=?1 AND revoked_ms IS NULL", id, 0);
	if (!person)
		return act_refuse(act, ERR_NOT_FOUND, "token.unknown", "There is no such token in force.");
	if (person != act->actor.person && !(powers_roles(act->c, &act->actor) & (ROLE_ADMIN | ROLE_SYSTEM)))
		return act_refuse(act, ERR_DENIED, "power.denied", "Only an administrator revokes the tokens of others.");
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "id", id);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "token.revoked", 0, &o);
}
