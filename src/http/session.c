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
		s->sessions.drop(s->sessions.arg, key);
		return;
	}
	if (ex->rq.now_ms - ex->session.seen_ms > TOUCH_MS) {
		ex->session.seen_ms = ex->rq.now_ms;
		(void)s->sessions.put(s->sessions.arg, &ex->session); /* an older time of last use does no harm */
	}
	ex->rq.session = &ex->session;
}

enum err http_session_start(struct http_request *rq, struct http_reply *re, int64_t person, struct str note)
{
	struct http_exchange *ex = exchange_of(rq);
	struct http_server *s = ex->server;
	char secret[SECRET_TEXT];
	if (rq->session)
		s->sessions.drop(s->sessions.arg, ex->session.key);
	struct http_session fresh = { .person = person, .created_ms = rq->now_ms, .seen_ms = rq->now_ms };
	random_text(s, secret);
	random_text(s, fresh.csrf);
	digest(str_of(secret), fresh.key);
	if (note.len >= sizeof fresh.note)
		return ERR_LIMIT;
	if (note.len)
		memcpy(fresh.note, note.ptr, note.len);
	TRY(s->sessions.put(s->sessions.arg, &fresh));
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
		ex->server->sessions.drop(ex->server->sessions.arg, ex->session.key);
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
