/* session.c - the cookie's secret, its digest as the table's key, and the CSRF token. */
#include <sodium.h>

#include "http/http_int.h"

enum {
	SECRET_BYTES = 32,
	SECRET_TEXT = 44, /* base64 without padding, and NUL */
	TOUCH_MS = 60000, /* a session seen within the last minute is not written again */
	IDLE_MS = 30 * 60000,
	LIFE_MS = 12 * 3600000,
};

/* __Host- binds the cookie to this very host; browsers demand Secure for it. */
static const char *cookie_name(const struct http_server *s)
{
	return s->o.https ? "__Host-banjie" : "banjie";
}

static void digest(struct str secret, char out[65])
{
	unsigned char hash[32];
	crypto_generichash(hash, sizeof hash, (const unsigned char *)secret.ptr, secret.len, NULL, 0);
	sodium_bin2hex(out, 65, hash, sizeof hash);
}

static void random_text(const struct http_server *s, char out[SECRET_TEXT])
{
	unsigned char bytes[SECRET_BYTES];
	os_random(s->o.entropy, bytes, sizeof bytes);
	sodium_bin2base64(out, SECRET_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool expired(const struct http_options *o, const struct http_session *s, int64_t now)
{
	int64_t idle = o->session_idle_ms ? o->session_idle_ms : IDLE_MS;
	int64_t life = o->session_life_ms ? o->session_life_ms : LIFE_MS;
	return now - s->seen_ms > idle || now - s->created_ms > life;
}

void http_session_load(struct http_exchange *ex)
{
	struct http_server *s = ex->server;
	struct str secret = http_cookie(&ex->rq, cookie_name(s));
	char key[65];
	if (secret.len != SECRET_TEXT - 1)
		return;
	digest(secret, key);
	if (s->sessions.get(s->sessions.arg, key, &ex->session) != OK)
		return;
	if (expired(&s->o, &ex->session, ex->rq.now_ms)) {
		(void)s->sessions.drop(s->sessions.arg, key, NULL, NULL); /* what stays is swept */
		return;
	}
	if (ex->rq.now_ms - ex->session.seen_ms > TOUCH_MS) {
		ex->session.seen_ms = ex->rq.now_ms;
		s->sessions.touch(s->sessions.arg, &ex->session);
	}
	ex->rq.session = &ex->session;
}

/* ---- begun and ended: the answer waits, no thread does ---- */

static void kept(void *of, enum err e)
{
	struct http_exchange *ex = of;
	if (e != OK)
		atomic_store(&ex->unkept, (int)e);
	if (atomic_fetch_sub(&ex->keeping, 1) == 1) /* the answer is there and waits; before that it is counted, too */
		http_resume_settled(&ex->rq, (enum err)atomic_load(&ex->unkept));
}

bool http_session_kept(struct http_exchange *ex, enum err *e)
{
	bool first = !ex->asked_kept;
	ex->asked_kept = true;
	if (*e != OK)
		atomic_store(&ex->unkept, (int)*e);
	if (first && atomic_fetch_sub(&ex->keeping, 1) != 1)
		return false;
	*e = (enum err)atomic_load(&ex->unkept);
	if (*e != OK && ex->wrote)
		ex->re.cookies_count = ex->cookies_before; /* the browser keeps what it has: it was not logged in, nor out */
	return true;
}

static void write_one(struct http_exchange *ex)
{
	atomic_fetch_add(&ex->keeping, 1);
	if (!ex->wrote)
		ex->cookies_before = ex->re.cookies_count;
	ex->wrote = true;
}

static enum err put(struct http_exchange *ex, const struct http_session *fresh)
{
	write_one(ex);
	enum err e = ex->server->sessions.put(ex->server->sessions.arg, fresh, kept, ex);
	if (e != OK)
		atomic_fetch_sub(&ex->keeping, 1);
	return e;
}

/* Where it cannot even be asked for the answer says so: who believes that he is logged out goes away from the machine. */
static void drop(struct http_exchange *ex)
{
	write_one(ex);
	enum err e = ex->server->sessions.drop(ex->server->sessions.arg, ex->session.key, kept, ex);
	if (e == OK)
		return;
	atomic_store(&ex->unkept, (int)e);
	atomic_fetch_sub(&ex->keeping, 1);
}

enum err http_session_start(struct http_request *rq, struct http_reply *re, int64_t person, struct str note)
{
	struct http_exchange *ex = exchange_of(rq);
	struct http_server *s = ex->server;
	char secret[SECRET_TEXT];
	if (rq->session)
		drop(ex);
	struct http_session fresh = { .person = person, .created_ms = rq->now_ms, .seen_ms = rq->now_ms };
	random_text(s, secret);
	random_text(s, fresh.csrf);
	digest(str_of(secret), fresh.key);
	if (note.len >= sizeof fresh.note)
		return ERR_LIMIT;
	if (note.len)
		memcpy(fresh.note, note.ptr, note.len);
	TRY(put(ex, &fresh));
	ex->session = fresh;
	rq->session = &ex->session;
	int64_t life = s->o.session_life_ms ? s->o.session_life_ms : LIFE_MS;
	http_cookie_set(re, cookie_name(s), str_of(secret), life / 1000, true);
	return OK;
}

void http_session_end(struct http_request *rq, struct http_reply *re)
{
	struct http_exchange *ex = exchange_of(rq);
	if (rq->session)
		drop(ex);
	rq->session = NULL;
	http_cookie_set(re, cookie_name(ex->server), S(""), 0, true);
}

struct str http_csrf_field(struct http_request *rq)
{
	if (!rq->session)
		return S("");
	struct str field = arena_printf(rq->arena, "<input type=\"hidden\" name=\"csrf\" value=\"%s\">", rq->session->csrf);
	return field.ptr ? field : S("");
}
