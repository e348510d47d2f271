/* notes.c - the schedule and each outcome as rows, who is told of a failure, and the page's view of it. */
#include "vault/vault_int.h"

enum { RUNS_KEPT = 1000, DAY_MS = 86400000 };

static struct str text_in(struct act *act, const char *key)
{
	struct str s = json_text(json_get(act->data, key));
	return s.ptr ? s : S("");
}

static int64_t number_in(struct act *act, const char *key)
{
	return json_i64(json_get(act->data, key), 0);
}

static struct str list_in(struct act *act, const char *key)
{
	struct buf b;
	struct str text = S("[]");
	const struct json *v = json_get(act->data, key);
	buf_init_in(&b, act->a, 4096);
	if (v)
		json_put_canonical(&b, v);
	return v && buf_finish(&b, &text) == OK ? text : S("[]");
}

enum err act_backup_plan(struct act *act)
{
	struct store_query *q;
	struct str dir = text_in(act, "dir");
	TRY(store_prepare(act->c, "DELETE FROM vault_plan WHERE id=1", &q));
	TRY(store_exec(q));
	if (!dir.len)
		return OK;
	TRY(store_prepare(act->c, "INSERT INTO vault_plan(id, dir, every_ms, times, keep, at_ms) VALUES(1, ?1, ?2, ?3, ?4, ?5)", &q));
	store_bind_str(q, 1, dir);
	store_bind_i64(q, 2, number_in(act, "every_ms"));
	store_bind_str(q, 3, list_in(act, "times"));
	store_bind_i64(q, 4, number_in(act, "keep"));
	store_bind_i64(q, 5, act->now_ms);
	return store_exec(q);
}

/* The last one that was made stays, and the first that failed behind it, for as long as they fail: from these it is told how long. */
static enum err forget_old(struct act *act, int64_t upto)
{
	struct store_query *q;
	int64_t made = row_i64(act->c, "SELECT max(id) FROM vault_run WHERE state='made' AND ?1=1", 1, 0);
	TRY(store_prepare(act->c, "DELETE FROM vault_run WHERE id<=?1 AND id<>?2 AND id<>coalesce((SELECT min(id) FROM vault_run WHERE id>?2), 0)", &q));
	store_bind_i64(q, 1, upto);
	store_bind_i64(q, 2, made);
	return store_exec(q);
}

static enum err keep_run(struct act *act, int64_t id)
{
	static const char *const numbers[] = { "bytes", "seq", "rows", "removed" };
	struct store_query *q;
	bool made = str_eqz(text_in(act, "state"), "made");
	TRY(store_prepare(act->c, "INSERT INTO vault_run(id, at_ms, took_ms, state, path, bytes, seq, rows_count, removed, kind, restored, code, detail, args)"
	                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)", &q));
	store_bind_i64(q, 1, id);
	store_bind_i64(q, 2, number_in(act, "at_ms"));
	store_bind_i64(q, 3, number_in(act, "took_ms"));
	store_bind_str(q, 4, text_in(act, "state"));
	store_bind_str(q, 5, text_in(act, "path"));
	for (int i = 0; i < 4; i++)
		store_bind_i64(q, 6 + i, number_in(act, numbers[i]));
	store_bind_str(q, 10, made ? text_in(act, "kind") : (struct str){ NULL, 0 });
	store_bind_i64(q, 11, json_bool(json_get(act->data, "restored"), false));
	store_bind_str(q, 12, made ? (struct str){ NULL, 0 } : text_in(act, "code"));
	store_bind_str(q, 13, made ? (struct str){ NULL, 0 } : text_in(act, "detail"));
	store_bind_str(q, 14, list_in(act, "args"));
	TRY(store_exec(q));
	return forget_old(act, id - RUNS_KEPT);
}

/* Once when it begins to fail, and once a day while it does. */
static bool worth_telling(struct act *act, int64_t id)
{
	int64_t begun = number_in(act, "at_ms");
	int64_t made = row_i64(act->c, "SELECT max(id) FROM vault_run WHERE state='made' AND id<?1", id, 0);
	int64_t first = row_i64(act->c, "SELECT min(at_ms) FROM vault_run WHERE id>?1", made, begun);
	int64_t before = row_i64(act->c, "SELECT at_ms FROM vault_run WHERE state='failed' AND id<?1 ORDER BY id DESC LIMIT 1", id, 0);
	int64_t last = before < first ? first : before;
	return begun == first || (begun - first) / DAY_MS != (last - first) / DAY_MS;
}

static enum err tell_administrators(struct act *act)
{
	struct store_query *q;
	bool row = true;
	int64_t people[64];
	size_t n = 0;
	TRY(store_prepare(act->c, "SELECT a FROM post WHERE role='admin' AND a IS NOT NULL UNION SELECT b FROM post WHERE role='admin' AND b IS NOT NULL ORDER BY 1", &q));
	while (row && n < sizeof people / sizeof *people) {
		TRY(store_step(q, &row));
		if (row)
			people[n++] = store_col_i64(q, 0);
	}
	store_reset(q);
	struct str detail = text_in(act, "detail");
	struct str zh = arena_printf(act->a, "%.*s 未能完成备份。原因见“备份”页面。", STR_ARG(instant_text(act->a, calendar_now(act->cw), number_in(act, "at_ms"))));
	struct str en = arena_printf(act->a, "The backup of %.*s could not be made: %.*s", STR_ARG(instant_text(act->a, calendar_now(act->cw), number_in(act, "at_ms"))), STR_ARG(detail));
	for (size_t i = 0; i < n; i++)
		TRY(notice_send(act, people[i], 0, S("备份失败"), S("A backup failed"), zh, en, 0));
	return OK;
}

enum err act_backup_note(struct act *act)
{
	int64_t id = row_i64(act->c, "SELECT coalesce(max(id), 0)+1 FROM vault_run WHERE id>?1", 0, 1);
	bool tell = str_eqz(text_in(act, "state"), "failed");
	TRY(keep_run(act, id));
	return tell && worth_telling(act, id) ? tell_administrators(act) : OK;
}

/* ---- the view ---- */

static struct str bytes_text(struct arena *a, int64_t n)
{
	if (n < 10 << 10)
		return arena_printf(a, "%lld B", (long long)n);
	return n < 10 << 20 ? arena_printf(a, "%lld KiB", (long long)(n >> 10)) : arena_printf(a, "%lld MiB", (long long)(n >> 20));
}

static struct str file_name(struct str path)
{
	for (ptrdiff_t at; (at = str_find_byte(path, '/')) >= 0;)
		path = str_sub(path, (size_t)at + 1, path.len);
	return path;
}

static void run_json(struct view_ctx *v, struct store_query *q, struct json_build *rows)
{
	struct json_build o;
	bool made = str_eqz(store_col_str(q, 3), "made");
	json_build_object(&o, v->a);
	json_set_i64(&o, "backup", store_col_i64(q, 0));
	json_set_str(&o, "at", view_instant(v, store_col_i64(q, 1)));
	json_set_i64(&o, "took_ms", store_col_i64(q, 2));
	json_set_i64(&o, "took_s", (store_col_i64(q, 2) + 500) / 1000);
	json_set_str(&o, "state", store_col_copy(q, 3, v->a));
	json_set_str(&o, "file", file_name(store_col_copy(q, 4, v->a)));
	json_set_bool(&o, "is_made", made);
	if (made) {
		json_set_str(&o, "kind", store_col_copy(q, 5, v->a));
		json_set_i64(&o, "bytes", store_col_i64(q, 6));
		json_set_str(&o, "size", bytes_text(v->a, store_col_i64(q, 6)));
		json_set_i64(&o, "seq", store_col_i64(q, 7));
		json_set_bool(&o, "restored", store_col_i64(q, 8) != 0);
	} else {
		json_set_str(&o, "code", store_col_copy(q, 9, v->a));
		json_set_str(&o, "detail", store_col_copy(q, 10, v->a));
		const struct json *args = parse(v->a, store_col_copy(q, 11, v->a));
		for (size_t i = 0; args && i < args->count && i < 3; i++)
			json_set_str(&o, (const char *const[]){ "arg0", "arg1", "arg2" }[i], json_text(&args->items[i]));
	}
	json_add(rows, json_built(&o));
}

static enum err runs_json(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	bool row = true;
	json_build_array(&rows, v->a);
	TRY(store_prepare(v->c, "SELECT id, at_ms, took_ms, state, path, kind, bytes, seq, restored, code, detail, args FROM vault_run ORDER BY id DESC LIMIT ?1", &q));
	store_bind_i64(q, 1, view_limit(v));
	while (row) {
		TRY(store_step(q, &row));
		if (row)
			run_json(v, q, &rows);
	}
	json_set(out, "rows", json_built(&rows));
	return OK;
}

/* Twice the time between two, and an hour for the making: then something is wrong, whether it was told or not. */
static int64_t patience(int64_t every_ms, const struct json *times)
{
	return 2 * (every_ms ? every_ms : DAY_MS / (times && times->count ? (int64_t)times->count : 1)) + 3600000;
}

static enum err plan_json(struct view_ctx *v, int64_t last_ms, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	bool row;
	TRY(store_prepare(v->c, "SELECT dir, every_ms, times, keep, at_ms FROM vault_plan WHERE id=1", &q));
	TRY(store_step(q, &row));
	json_set_bool(out, "planned", row);
	if (!row) {
		json_set_bool(out, "overdue", false);
		return OK;
	}
	int64_t every = store_col_i64(q, 1), since = store_col_i64(q, 4), now = os_now_ms(os_clock_real());
	const struct json *times = parse(v->a, store_col_copy(q, 2, v->a));
	json_build_object(&o, v->a);
	json_set_str(&o, "dir", store_col_copy(q, 0, v->a));
	json_set_i64(&o, "every_minutes", every / 60000);
	json_set(&o, "times", times);
	json_set_i64(&o, "keep", store_col_i64(q, 3));
	store_reset(q);
	json_set(out, "plan", json_built(&o));
	int64_t most = patience(every, times); /* one that is said to lie ahead says nothing of today */
	json_set_bool(out, "overdue", now - (last_ms > since ? last_ms : since) > most || last_ms - now > most);
	return OK;
}

enum err view_backups(struct view_ctx *v, struct json_build *out)
{
	int64_t last = row_i64(v->c, VAULT_LAST_MADE, 1, 0), made = row_i64(v->c, "SELECT max(id) FROM vault_run WHERE state='made' AND ?1=1", 1, 0);
	int64_t failed = row_i64(v->c, "SELECT count(*) FROM vault_run WHERE state='failed' AND id>?1", made, 0);
	if (last)
		json_set_str(out, "last_at", view_instant(v, last));
	else
		json_set_null(out, "last_at");
	json_set_i64(out, "failed_since", failed);
	TRY(plan_json(v, last, out));
	return runs_json(v, out);
}
