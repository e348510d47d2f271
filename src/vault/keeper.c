/* keeper.c - the thread that makes backups when they are due and says how it went. */
#include "vault/vault_int.h"

enum { WAIT_MS_MAX = 30000, ARENA_MAX = 64 << 20, KEEP_DEFAULT = 4, RETRY_MS = 10 * 60000, FULL_AFTER_MS = 7 * 86400000 };

struct vault {
	struct vault_options o;
	struct archive_key key;
	struct os_clock *clock;
	int64_t last_ms;    /* when the last one began; 0 = never */
	int64_t retry_ms;   /* after a failure: not later than this */
	struct os_worker worker;
	_Atomic bool give_up; /* what is under way */
};

static enum err tell(struct vault *v, struct arena *a, const char *command, const struct json_build *data)
{
	struct casework_result r;
	struct casework_command c = { .name = str_of(command), .actor = { .system = true }, .data = json_built(data) };
	return casework_do(v->o.casework, &c, a, &r);
}

static enum err state_plan(struct vault *v)
{
	struct arena a;
	struct json_build o;
	const struct vault_schedule *s = &v->o.schedule;
	arena_init(&a, ARENA_MAX);
	json_build_object(&o, &a);
	if (v->o.dir) {
		json_set_str(&o, "dir", str_of(v->o.dir));
		json_set_i64(&o, "every_ms", s->every_ms);
		json_set_i64(&o, "keep", v->o.keep);
		struct json_build times;
		json_build_array(&times, &a);
		for (size_t i = 0; i < s->times_count; i++)
			json_add_str(&times, arena_printf(&a, "%02d:%02d", s->times[i] / 60, s->times[i] % 60));
		json_set(&o, "times", json_built(&times));
	}
	enum err e = tell(v, &a, "backup.plan", &o);
	arena_release(&a);
	return e;
}

static enum err last_begun(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, VAULT_LAST_MADE, 1, 0);
	return OK;
}

static void note(struct vault *v, struct arena *a, int64_t begun_ms, enum err e, const struct vault_made *made, const struct diag *d)
{
	struct json_build o;
	json_build_object(&o, a);
	json_set_i64(&o, "at_ms", begun_ms);
	json_set_i64(&o, "took_ms", os_now_ms(v->clock) - begun_ms);
	json_set_str(&o, "state", e == OK ? S("made") : S("failed"));
	json_set_str(&o, "path", made->path ? str_of(made->path) : S(""));
	if (e == OK) {
		json_set_str(&o, "kind", made->a.base[0] ? S("increment") : S("full"));
		json_set_i64(&o, "bytes", made->a.bytes);
		json_set_i64(&o, "seq", (int64_t)made->a.head.seq);
		json_set_i64(&o, "rows", (int64_t)made->a.rows);
		json_set_bool(&o, "restored", made->restored);
		json_set_i64(&o, "removed", (int64_t)made->removed);
	} else {
		struct json_build args;
		json_build_array(&args, a);
		for (int i = 0; i < d->args; i++)
			json_add_str(&args, str_of(d->arg[i]));
		json_set_str(&o, "code", d->code[0] ? str_of(d->code) : S("system.fault"));
		bool placed = d->place[0] && !strstr(d->text, d->place);
		struct str detail = arena_printf(a, "%s%s%s%s", d->text[0] ? d->text : err_name(e), placed ? " (" : "", placed ? d->place : "", placed ? ")" : "");
		json_set_str(&o, "detail", detail);
		json_set(&o, "args", json_built(&args));
		fprintf(stderr, "the backup failed: %s: %.*s\n", d->code, STR_ARG(detail));
	}
	if (tell(v, a, "backup.note", &o) != OK)
		fprintf(stderr, "the backup's outcome could not be noted\n");
}

static enum err make(struct vault *v, int64_t now)
{
	struct arena a;
	struct diag d;
	struct vault_made made;
	struct vault_backup b = { .dir = v->o.dir, .key = &v->key, .incremental = true, .full_after_ms = FULL_AFTER_MS, .keep = v->o.keep, .open = v->o.open, .give_up = &v->give_up };
	arena_init(&a, ARENA_MAX);
	diag_init(&d);
	enum err e = vault_make(v->o.casework, &b, &a, &made, &d);
	if (e == OK || !atomic_load(&v->give_up)) /* a server that ends has not failed at it */
		note(v, &a, now, e, &made, &d);
	if (e == OK)
		v->last_ms = now;
	v->retry_ms = e == OK ? 0 : now + RETRY_MS;
	arena_release(&a);
	return e;
}

/* After a failure it is tried again soon, though not before the schedule would be patient anyway. A clock that was set back is believed
 * once: counted from now at every look, the next one would never come. */
static int64_t due(struct vault *v, int64_t now)
{
	if (v->last_ms > now)
		v->last_ms = now;
	if (v->retry_ms)
		return v->retry_ms - now > RETRY_MS ? now : v->retry_ms;
	return vault_next_ms(&v->o.schedule, calendar_offset_s(calendar_now(v->o.casework)), v->last_ms, now);
}

enum err vault_round(struct vault *v, int64_t *next_ms, bool *made)
{
	int64_t now = os_now_ms(v->clock);
	*made = due(v, now) <= now;
	enum err e = *made ? make(v, now) : OK;
	*next_ms = due(v, os_now_ms(v->clock));
	return e;
}

static void *keep(void *arg)
{
	struct vault *v = arg;
	os_thread_name("backup");
	os_mutex_lock(&v->worker.lock);
	while (!v->worker.stopping) {
		int64_t next;
		bool made;
		os_mutex_unlock(&v->worker.lock);
		if (vault_round(v, &next, &made) != OK)
			made = true; /* told already; the next round says when */
		int64_t wait = next - os_now_ms(v->clock);
		os_mutex_lock(&v->worker.lock);
		if (!v->worker.stopping && wait > 0)
			(void)os_cond_wait_ms(&v->worker.wake, &v->worker.lock, wait < WAIT_MS_MAX ? wait : WAIT_MS_MAX);
	}
	os_mutex_unlock(&v->worker.lock);
	return NULL;
}

enum err vault_start(const struct vault_options *o, struct vault **out, struct diag *d)
{
	struct vault *v = heap_alloc(sizeof *v);
	if (!v)
		return ERR_NOMEM;
	v->o = *o;
	v->o.keep = o->keep ? o->keep : KEEP_DEFAULT;
	v->clock = o->clock ? o->clock : os_clock_real();
	os_worker_init(&v->worker);
	enum err e = o->dir ? archive_key_read(o->key_path, &v->key, d) : OK;
	if (e == OK && o->dir)
		e = os_dir_make(o->dir, d);
	if (e == OK)
		e = state_plan(v);
	if (e == OK)
		e = casework_read(o->casework, last_begun, &v->last_ms);
	if (e == OK && o->dir && !o->clock)
		e = os_worker_start(&v->worker, keep, v);
	if (e != OK) {
		vault_stop(v);
		return e;
	}
	*out = v;
	return OK;
}

void vault_stop(struct vault *v)
{
	if (!v)
		return;
	atomic_store(&v->give_up, true);
	os_worker_stop(&v->worker);
	os_worker_release(&v->worker);
	heap_free(v);
}
