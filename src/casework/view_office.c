/* view_office.c - the office's own lists: structure, packs, settings, tokens, what a new calendar moves. */
#include "casework/scenario_int.h"
#include "casework/view_int.h"

/* A whole list, bounded: structures are small. */
static enum err whole(struct view_ctx *v, struct json_build *out, const char *sql)
{
	struct store_query *q;
	struct json_build list;
	struct str f = param(v, "q");
	TRY(store_prepare(v->c, sql, &q));
	store_bind_str(q, 1, f.len ? f : (struct str){ NULL, 0 });
	TRY(rows_json(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

enum err view_organs(struct view_ctx *v, struct json_build *out)
{
	return whole(v, out, "SELECT o.code, o.name, o.name_en, r.code AS region, o.nature, p.code AS parent, o.data AS data_json,"
	                     " (SELECT count(*) FROM item i WHERE i.organ=o.id) AS items, (SELECT count(*) FROM case_open k WHERE k.organ=o.id) AS open"
	                     " FROM organ o LEFT JOIN region r ON r.id=o.region LEFT JOIN organ p ON p.id=o.parent WHERE (?1 IS NULL OR o.code=?1 OR strpos(o.name, ?1)>0) ORDER BY o.id LIMIT 2000");
}

enum err view_regions(struct view_ctx *v, struct json_build *out)
{
	return whole(v, out, "SELECT r.code, r.name, r.name_en, r.level, p.code AS parent FROM region r LEFT JOIN region p ON p.id=r.parent WHERE (?1 IS NULL OR r.code=?1 OR strpos(r.name, ?1)>0) ORDER BY r.code LIMIT 5000");
}

/* The job description as members of its own. */
const struct json *post_row_json(struct view_ctx *v, const struct json *row)
{
	static const char *const parts[] = { "duties", "standards", "powers", "limits" };
	struct json_build o;
	const struct json *data = json_get(row, "data");
	json_build_object(&o, v->a);
	for (size_t i = 0; i < row->count; i++)
		if (!str_eqz(row->members[i].key, "data"))
			json_set_key(&o, row->members[i].key, &row->members[i].value);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (json_text(json_get(data, parts[i])).len)
			json_set_str(&o, parts[i], json_text(json_get(data, parts[i])));
	return json_built(&o);
}

enum err view_posts(struct view_ctx *v, struct json_build *out)
{
	struct json_build raw, rows;
	json_build_object(&raw, v->a);
	TRY(whole(v, &raw, "SELECT p.code, p.name, p.name_en, p.role, o.code AS organ, o.name AS organ_name, a.login AS a, a.name AS a_name, b.login AS b, b.name AS b_name, p.data AS data_json"
	                   " FROM post p JOIN organ o ON o.id=p.organ LEFT JOIN person a ON a.id=p.a LEFT JOIN person b ON b.id=p.b WHERE p.ended_ms IS NULL"
	                   " AND (?1 IS NULL OR p.code=?1 OR strpos(p.name, ?1)>0 OR strpos(o.name, ?1)>0) ORDER BY p.id LIMIT 5000"));
	const struct json *list = json_get(&raw.value, "rows");
	json_build_array(&rows, v->a);
	for (size_t i = 0; list && i < list->count; i++)
		json_add(&rows, post_row_json(v, &list->items[i]));
	json_set(out, "rows", json_built(&rows));
	return OK;
}

/* `paged` lists read one row more than the page. */
static enum err paged(struct view_ctx *v, struct json_build *out, const char *sql, const char *filter)
{
	struct store_query *q;
	int64_t after = 0;
	struct str f = param(v, filter);
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, after);
	store_bind_i64(q, 2, view_limit(v) + 1);
	store_bind_str(q, 3, f.len ? f : (struct str){ NULL, 0 });
	return page_json(v, q, out);
}

#define PERSON_COLUMNS \
	"SELECT n.id AS key, n.login, n.name, n.name_en, n.staff, n.enabled, n.phone, n.email," \
	" (SELECT string_agg(x.name, '、') FROM (SELECT p.name FROM post p WHERE p.a=n.id OR p.b=n.id ORDER BY p.id) AS x) AS posts FROM person n"

/* {login}: that one; what is looked for may be in more names than a page has. */
enum err view_people(struct view_ctx *v, struct json_build *out)
{
	if (param(v, "login").len)
		return paged(v, out, PERSON_COLUMNS " WHERE n.login=?3 AND n.id>?1 LIMIT ?2", "login");
	return paged(v, out, PERSON_COLUMNS " WHERE n.id>?1 AND (?3 IS NULL OR strpos(n.name, ?3)>0 OR strpos(n.login, ?3)>0) ORDER BY n.id LIMIT ?2", "q");
}

enum err view_items_admin(struct view_ctx *v, struct json_build *out)
{
	if (param(v, "impl_code").len) {
		struct store_query *q;
		TRY(store_prepare(v->c, "SELECT i.impl_code, i.name, i.name_en, o.code AS organ, i.kind, i.pack, i.live, i.version, i.promised, i.statutory, i.unit, i.data AS data_json"
		                        " FROM item i JOIN organ o ON o.id=i.organ WHERE i.impl_code=?3 AND ?1=0 AND ?2=1", &q));
		store_bind_i64(q, 1, 0);
		store_bind_i64(q, 2, 1);
		store_bind_str(q, 3, param(v, "impl_code"));
		struct json_build list;
		TRY(rows_json(v, q, &list));
		json_set(out, "rows", json_built(&list));
		json_set_null(out, "next");
		return OK;
	}
	return paged(v, out, "SELECT i.id AS key, i.impl_code, i.name, i.name_en, o.name AS organ, i.kind, i.pack, i.live, i.version, i.promised, i.statutory, i.unit"
	                     " FROM item i JOIN organ o ON o.id=i.organ WHERE i.id>?1 AND (?3 IS NULL OR strpos(i.name, ?3)>0 OR i.impl_code=?3) ORDER BY i.id LIMIT ?2", "q");
}

enum err view_packs(struct view_ctx *v, struct json_build *out)
{
	return whole(v, out, "SELECT p.code, p.version, p.name, p.name_en, p.live, p.paused, p.digest, (SELECT count(*) FROM case_open k WHERE k.pack=p.id) AS open,"
	                     " (SELECT count(*) FROM item i WHERE i.pack=p.code) AS items FROM pack p WHERE (?1 IS NULL OR p.code=?1) ORDER BY p.code, p.version DESC LIMIT 500");
}

static const struct json *checks_json(struct view_ctx *v, const struct pack_file *files, size_t count)
{
	struct pack_finding *found = NULL;
	struct pack *p = NULL;
	struct json_build list;
	json_build_array(&list, v->a);
	if (pack_compile(files, count, v->a, &p, &found, NULL) == OK)
		pack_free(p);
	for (; found; found = found->next) {
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_str(&o, "severity", found->error ? S("error") : S("warning"));
		json_set_str(&o, "place", found->place);
		json_set_str(&o, "text", found->text);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

/* Played when somebody looks, in a system of their own in memory: a fraction of a second. */
static const struct json *scenarios_json(struct view_ctx *v, const struct pack_file *files, size_t count)
{
	struct casework_scenario *s = NULL;
	struct casework_scenario_options o = { .data_dir = v->cw->data_dir };
	struct json_build list;
	struct diag d;
	diag_init(&d);
	json_build_array(&list, v->a);
	if (scenario_play_all(files, count, &o, v->a, &s, &d) != OK)
		s = NULL;
	for (; s; s = s->next) {
		struct json_build one;
		json_build_object(&one, v->a);
		json_set_str(&one, "file", s->file);
		json_set_str(&one, "name", s->name);
		json_set_str(&one, "name_en", s->name_en);
		json_set_bool(&one, "passed", s->passed);
		json_set_str(&one, "text", s->text);
		json_add(&list, json_built(&one));
	}
	return json_built(&list);
}

enum err view_pack(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build files;
	int64_t id = row_i64_str(v->c, "SELECT id FROM pack WHERE code=?1 AND live=1", param(v, "code"), 0);
	const struct pack *p;
	if (!id)
		return ERR_NOT_FOUND;
	TRY(pack_of(v->cw, v->c, id, &p, v->d));
	json_set_str(out, "code", p->code);
	json_set_i64(out, "version", p->version);
	json_set_str(out, "name", p->name);
	json_set_str(out, "name_en", p->name_en);
	TRY(store_prepare(v->c, "SELECT f.path, length(c.bytes) AS size FROM pack_file f JOIN content c ON c.digest=f.digest WHERE f.pack=?1 ORDER BY f.path", &q));
	store_bind_i64(q, 1, id);
	TRY(rows_json(v, q, &files));
	json_set(out, "files", json_built(&files));
	struct pack_file *list;
	size_t count;
	TRY(pack_files_load(v->c, v->a, id, &list, &count));
	json_set(out, "checks", checks_json(v, list, count));
	json_set(out, "scenarios", scenarios_json(v, list, count));
	struct buf svg;
	struct str text;
	buf_init_in(&svg, v->a, 8 << 20);
	if (bpmn_draw(p->process, NULL, 0, v->a, &svg, v->d) == OK && buf_finish(&svg, &text) == OK)
		json_set_str(out, "svg", text);
	return OK;
}

enum err view_settings(struct view_ctx *v, struct json_build *out)
{
	return whole(v, out, "SELECT name, value AS value_json FROM setting WHERE (?1 IS NULL OR name=?1) ORDER BY name LIMIT 500");
}

/* Settings that pages need before anyone has logged in start with "public." or "demo." */
enum err view_setting(struct view_ctx *v, struct json_build *out)
{
	struct str name = param(v, "name");
	bool open = str_starts(name, S("public.")) || str_starts(name, S("demo."));
	if (!open && !(v->roles & (ROLE_ADMIN | ROLE_SYSTEM)))
		return ERR_NOT_FOUND;
	struct str value = setting_get(v->c, v->a, name);
	if (!value.len)
		return ERR_NOT_FOUND;
	json_set(out, "value", parse(v->a, value));
	return OK;
}

/* The accounts that the login page of a demo lists; none anywhere else. */
enum err view_demo_accounts(struct view_ctx *v, struct json_build *out)
{
	static const struct json none = { .kind = JSON_ARRAY };
	const struct json *rows = parse(v->a, setting_get(v->c, v->a, S("demo.accounts")));
	json_set(out, "rows", rows && rows->kind == JSON_ARRAY ? rows : &none);
	return OK;
}

enum err view_tokens(struct view_ctx *v, struct json_build *out)
{
	return whole(v, out, "SELECT t.id AS token, t.name, p.login, p.name AS person, t.at_ms, t.revoked_ms FROM token t JOIN person p ON p.id=t.person WHERE (?1 IS NULL OR p.login=?1) ORDER BY t.id DESC LIMIT 1000");
}

enum err view_my_tokens(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT id AS token, name, at_ms, revoked_ms FROM token WHERE person=?1 ORDER BY id DESC LIMIT 100", &q));
	store_bind_i64(q, 1, v->actor.person);
	TRY(rows_json(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

static enum err find_session(struct store_conn *c, struct str id, int64_t now_ms, struct store_query **q)
{
	bool row;
	TRY(store_prepare(c, "SELECT data, expires_ms AS expires FROM session WHERE id=?1 AND expires_ms>?2", q));
	store_bind_str(*q, 1, id);
	store_bind_i64(*q, 2, now_ms);
	TRY(store_step(*q, &row));
	return row ? OK : ERR_NOT_FOUND;
}

enum err view_session(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(find_session(v->c, param(v, "id"), v->now_ms, &q));
	set_columns(out, v, q);
	store_reset(q);
	return OK;
}

/* ---- who moves when a notice is added ---- */

static enum err compare_case(struct view_ctx *v, const struct calendar *after, int64_t case_id, struct json_build *list, int64_t *moved)
{
	struct clock_row *r;
	TRY(clocks_of(v->c, v->a, case_id, &r));
	for (; r; r = r->next) {
		struct calendar_result was, will;
		struct case_row k;
		struct json_build o;
		if (str_eqz(r->state, "stopped"))
			continue;
		TRY(clock_compute(calendar_now(v->cw), r, v->now_ms, false, v->a, &was, v->d));
		TRY(clock_compute(after, r, v->now_ms, false, v->a, &will, v->d));
		if (was.due_ms == will.due_ms && was.provisional == will.provisional)
			continue;
		(*moved)++;
		if (*moved > 200)
			continue;
		TRY(case_get(v->c, v->a, case_id, &k));
		json_build_object(&o, v->a);
		json_set_str(&o, "case_no", k.case_no);
		set_named(&o, v, "item", ITEM_SQL, k.item);
		json_set_str(&o, "kind", r->kind);
		json_set_str(&o, "due_before", day_text(v->a, was.due_on));
		json_set_str(&o, "due_after", day_text(v->a, will.due_on));
		json_set_bool(&o, "provisional_before", was.provisional);
		json_set_bool(&o, "provisional_after", will.provisional);
		json_add(list, json_built(&o));
	}
	return OK;
}

enum err view_calendar_preview(struct view_ctx *v, struct json_build *out)
{
	struct calendar *notice, *after;
	struct json_build list;
	int64_t moved = 0, looked = 0, id = 0;
	TRY(calendar_read(v->a, json_text(json_get(v->params, "text")), &notice, v->d));
	TRY(calendar_merge(v->a, calendar_now(v->cw), notice, &after, v->d));
	json_build_array(&list, v->a);
	while ((id = row_i64(v->c, "SELECT id FROM case_open WHERE id>?1 ORDER BY id LIMIT 1", id, 0)) != 0) {
		looked++;
		TRY(compare_case(v, after, id, &list, &moved));
	}
	json_set(out, "rows", json_built(&list));
	json_set_i64(out, "moved", moved);
	json_set_i64(out, "open", looked);
	return OK;
}

/* ---- sessions ---- */

struct session_write { void (*done)(void *of, enum err e); void *of; };

static void session_written(void *arg, const struct casework_result *r)
{
	struct session_write *w = arg;
	if (w->done)
		w->done(w->of, r->err);
	heap_free(w);
}

/* Takes the arena that `data` is in. */
static enum err session_write(struct casework *cw, const char *command, struct arena *a, const struct json *data, void (*done)(void *of, enum err e), void *of)
{
	struct session_write *w = heap_alloc(sizeof *w);
	enum err e = ERR_NOMEM;
	if (w) {
		*w = (struct session_write){ done, of };
		struct casework_command cmd = { .name = str_of(command), .actor = { .system = true }, .data = data };
		e = casework_submit(cw, &cmd, session_written, w);
		if (e != OK)
			heap_free(w);
	}
	arena_release(a);
	return e;
}

/* Nobody waits for a session that is used again, so nothing would hold those back while nothing is written: the queue is for what people wait for. */
static bool many_wait(struct casework *cw)
{
	const struct store_stats *s = store_stats(cw->store);
	return atomic_load(&s->queue) * 8 >= atomic_load(&s->queue_max);
}

enum err casework_session_put(struct casework *cw, struct str key, struct str data, int64_t expires_ms, bool again, void (*done)(void *of, enum err e), void *of)
{
	struct arena a;
	struct json_build o;
	if (again && many_wait(cw))
		return ERR_BUSY;
	arena_init(&a, 1 << 20);
	json_build_object(&o, &a);
	json_set_str(&o, "id", key);
	json_set_str(&o, "data", data);
	json_set_i64(&o, "expires_ms", expires_ms);
	json_set_bool(&o, "again", again);
	return session_write(cw, "session.put", &a, json_built(&o), done, of);
}

enum err casework_session_drop(struct casework *cw, struct str key, void (*done)(void *of, enum err e), void *of)
{
	struct arena a;
	struct json_build o;
	arena_init(&a, 1 << 20);
	json_build_object(&o, &a);
	json_set_str(&o, "id", key);
	return session_write(cw, "session.drop", &a, json_built(&o), done, of);
}

struct session_look { struct str key; int64_t now_ms; struct arena *a; struct str *data; int64_t *expires_ms; };

static enum err look_for_session(void *arg, struct store_conn *c)
{
	const struct session_look *l = arg;
	struct store_query *q;
	TRY(find_session(c, l->key, l->now_ms, &q));
	*l->data = store_col_copy(q, 0, l->a);
	*l->expires_ms = store_col_i64(q, 1);
	store_reset(q);
	return l->data->ptr ? OK : ERR_NOMEM;
}

/* Who has just logged in at another server comes here sooner than the news of it does, with the answer that sends him on. */
static enum err newest_session(struct casework *cw, struct str key, struct arena *a, struct str *data, int64_t *expires_ms)
{
	struct session_look l = { key, os_now_ms(cw->clock), a, data, expires_ms };
	enum err e = casework_read_newest(cw, look_for_session, &l);
	return e == ERR_UNSUPPORTED ? ERR_NOT_FOUND : e;
}

enum err casework_session_get(struct casework *cw, struct str key, struct arena *a, struct str *data, int64_t *expires_ms)
{
	struct casework_actor system = { .system = true };
	struct json_build o;
	struct diag d;
	const struct json *v;
	diag_init(&d);
	json_build_object(&o, a);
	json_set_str(&o, "id", key);
	enum err e = casework_view(cw, "session", &system, json_built(&o), a, &v, &d);
	if (e == ERR_NOT_FOUND)
		return newest_session(cw, key, a, data, expires_ms);
	TRY(e);
	*data = json_text(json_get(v, "data"));
	*expires_ms = json_i64(json_get(v, "expires"), 0);
	return OK;
}

/* ---- accounts, for the door ---- */

struct login_look { struct view_ctx v; struct str login; const struct json *out; };

static enum err look_at_login(void *arg, struct store_conn *c)
{
	struct login_look *l = arg;
	struct store_query *q;
	struct json_build o;
	bool row;
	l->v.c = c;
	json_build_object(&o, l->v.a);
	TRY(store_prepare(c, "SELECT id, login, name, staff, password_hash, enabled FROM person WHERE login=?1", &q));
	store_bind_str(q, 1, l->login);
	TRY(store_step(q, &row));
	if (row)
		set_columns(&o, &l->v, q);
	store_reset(q);
	l->out = json_built(&o);
	return row ? OK : ERR_NOT_FOUND;
}

enum err casework_person_by_login(struct casework *cw, struct str login, struct arena *a, const struct json **out)
{
	struct login_look l = { .v = { .cw = cw, .a = a }, .login = login };
	enum err e = casework_read(cw, look_at_login, &l);
	*out = l.out;
	return e;
}
