/* stub_casework.c - see the header. A view is found as "name#person", "name?case_no", then "name". */
#include <stdio.h>
#include <stdlib.h>

#include "http/http.h"
#include "http/password.h"
#include "stub_casework.h"
#include "text/json.h"
#include "web/web.h"

void stub_open(struct casework *cw, const char *fixture)
{
	struct diag d;
	struct str text;
	memset(cw, 0, sizeof *cw);
	diag_init(&d);
	arena_init(&cw->arena, 16 << 20);
	os_mutex_init(&cw->mutex);
	if (os_file_read(&cw->arena, fixture, 4 << 20, &text, &d) != OK || json_read(&cw->arena, text, &cw->fixture, &d) != OK) {
		fprintf(stderr, "%s: %s\n", fixture, d.text);
		abort();
	}
}

void stub_close(struct casework *cw)
{
	arena_release(&cw->arena);
}

static const struct json *find(struct casework *cw, const char *name, const struct casework_actor *actor, const struct json *params)
{
	char key[256];
	const struct json *views = json_get(cw->fixture, "views"), *v;
	struct str case_no = json_text(json_get(params, "case_no"));
	snprintf(key, sizeof key, "%s#%lld", name, (long long)actor->person);
	if ((v = json_get(views, key)))
		return v;
	if (case_no.len) {
		snprintf(key, sizeof key, "%s?%.*s", name, STR_ARG(case_no));
		return json_get(views, key);
	}
	return json_get(views, name);
}

bool casework_when_durable(struct casework *cw, struct arena *a, void (*done)(void *arg, enum err err), void *arg, enum err *e)
{
	(void)cw, (void)a, (void)done, (void)arg;
	*e = OK;
	return false;
}

enum err casework_listen(struct casework *cw, const char *with_data, void (*heard)(void *arg, const struct casework_event *e), void *arg)
{
	(void)with_data;
	cw->heard = heard;
	cw->heard_arg = arg;
	return OK;
}

void casework_unlisten(struct casework *cw, void (*heard)(void *arg, const struct casework_event *e), void *arg)
{
	(void)heard, (void)arg;
	cw->heard = NULL;
}

void stub_event(struct casework *cw, const char *kind)
{
	struct casework_event e = { .kind = str_of(kind) };
	cw->heard(cw->heard_arg, &e);
}

static const struct json *setting(struct casework *cw, struct arena *a, struct str name)
{
	struct json_builder b;
	if (!cw->city || !str_eqz(name, "public.city"))
		return NULL;
	json_build_object_begin(&b, a);
	json_build_str(&b, "value", str_of(cw->city));
	return json_build_end(&b);
}

enum err casework_view(struct casework *cw, const char *name, const struct casework_actor *actor, const struct json *params,
                       struct arena *a, const struct json **out, struct diag *d)
{
	const struct json *v = strcmp(name, "setting") == 0 ? setting(cw, a, json_text(json_get(params, "name"))) : find(cw, name, actor, params);
	bool visitor_may = strcmp(name, "case") != 0 && strncmp(name, "my.", 3) != 0 && strcmp(name, "draft") != 0;
	struct str secret = json_text(json_get(params, "secret"));
	if (!v || (!actor->person && !visitor_may) || (secret.len && !str_eq(secret, json_text(json_get(v, "secret")))))
		return diag_set(d, ERR_NOT_FOUND, "view.not-found", "There is no such thing");
	*out = v;
	return OK;
}

enum err casework_health(struct casework *cw, struct casework_health *out)
{
	*out = cw->health;
	return OK;
}

bool casework_attempt(struct casework *cw, const char *kind, struct str name, int burst, int64_t refill_ms, int64_t now_ms, int64_t *wait_ms)
{
	(void)cw, (void)kind, (void)name, (void)burst, (void)refill_ms, (void)now_ms, (void)wait_ms;
	return true;
}

void casework_attempt_forget(struct casework *cw, const char *kind, struct str name)
{
	(void)cw, (void)kind, (void)name;
}

enum err casework_submit(struct casework *cw, const struct casework_command *c, void (*done)(void *arg, const struct casework_result *r), void *arg)
{
	struct casework_result r = { .err = OK };
	struct buf b;
	diag_init(&r.diag);
	os_mutex_lock(&cw->mutex);
	buf_init(&b, sizeof cw->data - 1);
	json_put_canonical(&b, c->data);
	snprintf(cw->command, sizeof cw->command, "%.*s", STR_ARG(c->name));
	snprintf(cw->data, sizeof cw->data, "%.*s", (int)b.len, b.ptr);
	snprintf(cw->blob, sizeof cw->blob, "%.*s", c->blob.ptr ? (int)(c->blob.len < 60 ? c->blob.len : 60) : 0, c->blob.ptr ? c->blob.ptr : "");
	snprintf(cw->key, sizeof cw->key, "%.*s", c->key.ptr ? (int)c->key.len : 0, c->key.ptr ? c->key.ptr : "");
	cw->person = c->actor.person;
	buf_release(&b);
	r.data = json_get_str(json_get(cw->fixture, "answers"), c->name);
	if (cw->refuse) {
		r.err = diag_set(&r.diag, cw->refuse, cw->refuse_code, "refused by the stub");
		r.data = NULL;
		cw->refuse = OK;
	}
	os_mutex_unlock(&cw->mutex);
	done(arg, &r);
	return OK;
}

static void keep_result(void *arg, const struct casework_result *r) { *(struct casework_result *)arg = *r; }

enum err casework_do(struct casework *cw, const struct casework_command *c, struct arena *a, struct casework_result *out)
{
	(void)a;
	TRY(casework_submit(cw, c, keep_result, out));
	return out->err;
}

enum err casework_document_into(struct casework *cw, const struct casework_actor *actor, int64_t document, struct str secret,
                                char *(*room)(void *arg, size_t n), void *arg, struct arena *a, struct str *bytes, struct str *mime, struct str *name, struct diag *d)
{
	char key[32];
	(void)a, (void)room, (void)arg;
	snprintf(key, sizeof key, "%lld", (long long)document);
	const struct json *v = json_get(json_get(cw->fixture, "documents"), key);
	if (!v || (!actor->person && str_empty(secret)))
		return diag_set(d, ERR_NOT_FOUND, "document.not-found", "There is no such document");
	*bytes = json_text(json_get(v, "bytes"));
	*mime = json_text(json_get(v, "mime"));
	*name = json_text(json_get(v, "name"));
	return OK;
}

enum err casework_person_by_login(struct casework *cw, struct str login, struct arena *a, const struct json **out)
{
	char hash[HTTP_PASSWORD_HASH_MAX];
	struct json_builder b;
	const struct json *p = json_get_str(json_get(cw->fixture, "people"), login);
	if (!p)
		return ERR_NOT_FOUND;
	if (http_password_hash(json_text(json_get(p, "password")), true, hash) != OK)
		return ERR_NOMEM;
	json_build_object_begin(&b, a);
	json_build_str(&b, "password_hash", arena_str(a, str_of(hash)));
	json_build_merge(&b, p);
	*out = json_build_end(&b);
	return OK;
}

enum err casework_token_caller(struct casework *cw, struct str token, struct arena *a, int64_t *person, const struct json **roles)
{
	(void)a;
	if (!str_eqz(token, "good-token"))
		return ERR_NOT_FOUND;
	*person = 8;
	*roles = json_get(find(cw, "me.page", &(struct casework_actor){ .person = *person }, NULL), "roles");
	return OK;
}

/* ---- sessions: a few ---- */

static struct stub_session { char key[72], data[512]; } *session_of(struct casework *cw, struct str key, bool make)
{
	static struct stub_session table[64];
	(void)cw;
	for (size_t i = 0; i < 64; i++) {
		if (!table[i].key[0] && make)
			snprintf(table[i].key, sizeof table[i].key, "%.*s", STR_ARG(key));
		if (str_eqz(key, table[i].key))
			return &table[i];
	}
	return NULL;
}

enum err casework_session_put(struct casework *cw, struct str key, struct str data, int64_t expires_ms, bool again, void (*done)(void *of, enum err e), void *of)
{
	(void)expires_ms;
	os_mutex_lock(&cw->mutex);
	struct stub_session *s = session_of(cw, key, !again);
	if (s)
		snprintf(s->data, sizeof s->data, "%.*s", STR_ARG(data));
	os_mutex_unlock(&cw->mutex);
	if (done)
		done(of, s ? OK : ERR_LIMIT);
	return OK;
}

enum err casework_session_get(struct casework *cw, struct str key, struct arena *a, struct str *data, int64_t *expires_ms)
{
	os_mutex_lock(&cw->mutex);
	struct stub_session *s = session_of(cw, key, false);
	if (s)
		*data = arena_str(a, str_of(s->data));
	os_mutex_unlock(&cw->mutex);
	*expires_ms = 0;
	return s ? OK : ERR_NOT_FOUND;
}

enum err casework_session_drop(struct casework *cw, struct str key, void (*done)(void *of, enum err e), void *of)
{
	os_mutex_lock(&cw->mutex);
	struct stub_session *s = session_of(cw, key, false);
	if (s)
		memset(s, 0, sizeof *s);
	os_mutex_unlock(&cw->mutex);
	if (done)
		done(of, OK);
	return OK;
}

bool casework_resting(struct casework *cw)
{
	(void)cw;
	return false;
}

int64_t casework_now_ms(struct casework *cw)
{
	return json_i64(json_get(cw->fixture, "now_ms"), 0);
}

/* ---- families that these tests leave out ---- */

#define WEAK __attribute__((weak))
WEAK size_t web_routes_staff(const struct http_route **out) { (void)out; return 0; }
WEAK size_t web_routes_board(const struct http_route **out) { (void)out; return 0; }
WEAK size_t web_routes_office(const struct http_route **out) { (void)out; return 0; }
WEAK size_t web_routes_api(const struct http_route **out) { (void)out; return 0; }
WEAK enum err web_api_start(struct web *w, struct diag *d) { (void)w; (void)d; return OK; }
WEAK enum err web_board_start(struct web *w, struct diag *d) { (void)w; (void)d; return OK; }
WEAK enum http_outcome web_stream(struct http_request *rq, struct http_reply *re, struct web *w, const char *topic) { (void)rq; (void)re; (void)w; (void)topic; return HTTP_DONE; }
WEAK void web_board_stop(struct web *w) { (void)w; }
WEAK size_t web_routes_gauge(const struct http_route **out) { (void)out; return 0; }
WEAK enum err web_gauge_start(struct web *w, struct diag *d) { (void)w; (void)d; return OK; }
WEAK void web_gauge_stop(struct web *w) { (void)w; }
