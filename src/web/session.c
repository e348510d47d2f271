/* session.c - sessions kept in casework's database, so that nobody is logged out by a restart. Not part of the record. */
#include <stdio.h>

#include "web/web_int.h"

enum {
	LIFE_MS = 12 * 3600000,  /* as http's own default: the row is swept when the session could not be used any more */
	TEXT_MAX = 512,
	ARENA_BYTES = 16 << 10,
};

/* Demonstration time is not the time by which people go idle: there http alone ends sessions. While the machine's clock is in doubt
 * casework goes by another time than http, and afterwards by either: the session lasts for both. */
static int64_t expires(const struct web *w, const struct http_session *s)
{
	int64_t now = casework_now_ms(w->casework), left = s->created_ms + LIFE_MS - s->seen_ms;
	return w->options.virtual_clock ? INT64_MAX / 2 : (now > s->seen_ms ? now : s->seen_ms) + left;
}

static enum err put_text(struct web *w, const struct http_session *s, bool again, void (*done)(void *of, enum err e), void *of)
{
	char text[TEXT_MAX];
	snprintf(text, sizeof text, "%lld %lld %lld %s %s", (long long)s->person, (long long)s->created_ms, (long long)s->seen_ms, s->csrf, s->note);
	return casework_session_put(w->casework, str_of(s->key), str_of(text), expires(w, s), again, done, of);
}

static enum err put(void *arg, const struct http_session *s, void (*done)(void *of, enum err e), void *of)
{
	return put_text(arg, s, false, done, of);
}

static void touch(void *arg, const struct http_session *s)
{
	enum err ignored = put_text(arg, s, true, NULL, NULL); /* when too much waits already, it is the next time's */
	(void)ignored;
}

static bool take_text(struct str s, char *to, size_t room)
{
	if (s.len >= room)
		return false;
	memcpy(to, s.ptr, s.len);
	to[s.len] = 0;
	return true;
}

static bool read_session(const char *key, struct str text, struct http_session *out)
{
	struct str rest = text;
	struct http_session s = { 0 };
	return str_to_i64(str_cut(&rest, ' '), &s.person) && str_to_i64(str_cut(&rest, ' '), &s.created_ms)
	       && str_to_i64(str_cut(&rest, ' '), &s.seen_ms) && take_text(str_cut(&rest, ' '), s.csrf, sizeof s.csrf)
	       && take_text(rest.ptr ? rest : S(""), s.note, sizeof s.note) && take_text(str_of(key), s.key, sizeof s.key)
	       && ((*out = s), true);
}

static enum err get(void *arg, const char *key, struct http_session *out)
{
	struct web *w = arg;
	struct arena a;
	struct str text;
	int64_t until;
	arena_init(&a, ARENA_BYTES);
	enum err e = casework_session_get(w->casework, str_of(key), &a, &text, &until);
	if (e == OK && !read_session(key, text, out))
		e = ERR_NOT_FOUND; /* written by another version: worth nothing */
	arena_release(&a);
	return e;
}

static enum err drop(void *arg, const char *key, void (*done)(void *of, enum err e), void *of)
{
	struct web *w = arg;
	return casework_session_drop(w->casework, str_of(key), done, of);
}

struct http_session_store web_session_store(struct web *w)
{
	return (struct http_session_store){ .arg = w, .get = get, .put = put, .touch = touch, .drop = drop };
}
