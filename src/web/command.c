/* command.c - from a handler to casework and back: the request waits, no thread does. */
#include "base/utf8.h"
#include "web/web_int.h"

enum { KEY_MAX = 255 }; /* bytes; it is part of an index, whose rows have an end in every store */

struct under_way {
	struct http_request *rq;
	struct web *web;
	web_then then;
	void *kept;
	struct web_result result;
};

static enum http_outcome go_on(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct under_way *u = arg;
	return u->then(rq, re, u->web, &u->result, u->kept);
}

/* On a thread of the store's: nobody else touches the request while it waits. */
static void answered(void *arg, const struct casework_result *r)
{
	struct under_way *u = arg;
	u->result.err = r->err;
	u->result.diag = r->diag;
	u->result.data = NULL; /* the writer's lives only until we return */
	if (r->data && json_copy(u->rq->arena, r->data, &u->result.data) != OK)
		u->result.err = diag_set(&u->result.diag, ERR_NOMEM, "web.memory", "the answer does not fit");
	http_resume(u->rq, go_on, u);
}

/* A form's key is of the command that the form is for, not of the files that go in before it. */
static struct str idempotency_key(const struct http_request *rq, struct str blob)
{
	struct str key = blob.ptr ? S("") : http_field(rq, "key");
	return key.len ? key : http_header(rq, "Idempotency-Key");
}

static enum http_outcome refuse_key(struct http_request *rq, struct http_reply *re)
{
	struct diag d;
	diag_init(&d);
	(void)diag_set(&d, ERR_INVALID, "command.key", "The idempotency key must be UTF-8, at most %d bytes", KEY_MAX);
	return web_problem(rq, re, 0, &d);
}

enum http_outcome web_command_blob(struct http_request *rq, struct http_reply *re, struct web *w, const char *name,
                                   const struct json *data, struct str blob, web_then then, void *kept)
{
	struct under_way *u = arena_new(rq->arena, struct under_way);
	if (!u || !data)
		return web_problem(rq, re, 500, NULL);
	struct str key = idempotency_key(rq, blob);
	if (key.len > KEY_MAX || !utf8_valid(key))
		return refuse_key(rq, re);
	*u = (struct under_way){ .rq = rq, .web = w, .then = then, .kept = kept };
	diag_init(&u->result.diag);
	struct casework_command c = {
		.name = str_of(name), .actor = web_user(rq)->actor, .key = key, .data = data, .blob = blob,
		.made_from = web_made_from(rq, blob),
		.blob_stays = true, /* in the request, which waits for the answer */
	};
	enum err e = casework_submit(w->casework, &c, answered, u);
	return e == OK ? HTTP_PENDING : e == ERR_BUSY ? http_busy(rq, re) : web_problem(rq, re, 500, NULL);
}

enum http_outcome web_command(struct http_request *rq, struct http_reply *re, struct web *w, const char *name,
                              const struct json *data, web_then then, void *kept)
{
	return web_command_blob(rq, re, w, name, data, (struct str){ NULL, 0 }, then, kept);
}

/* ---- slow work ---- */

struct slow {
	struct http_request *rq;
	struct web *web;
	void (*work)(void *kept);
	http_handler then;
	void *kept;
};

static void run_slow(void *arg)
{
	struct slow *s = arg;
	s->work(s->kept);
	http_resume(s->rq, s->then, s->kept);
}

static enum http_outcome come_again(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	return http_busy(rq, re);
}

static void run_long(void *arg)
{
	struct slow *s = arg;
	if (casework_resting(s->web->casework))
		http_resume(s->rq, come_again, NULL);
	else
		run_slow(s);
}

static enum http_outcome submit(struct slow slow, struct http_reply *re, enum http_work_kind kind)
{
	struct slow *s = arena_new(slow.rq->arena, struct slow);
	if (!s)
		return web_problem(slow.rq, re, 500, NULL);
	*s = slow;
	return http_work_submit(s->web->server, kind, kind == HTTP_WORK_LONG ? run_long : run_slow, s) == OK ? HTTP_PENDING : http_busy(s->rq, re);
}

enum http_outcome web_work(struct http_request *rq, struct http_reply *re, struct web *w, void (*work)(void *kept),
                           http_handler then, void *kept)
{
	return submit((struct slow){ rq, w, work, then, kept }, re, HTTP_WORK_SHORT);
}

enum http_outcome web_long_work(struct http_request *rq, struct http_reply *re, struct web *w, void (*work)(void *kept),
                                http_handler then, void *kept)
{
	return submit((struct slow){ rq, w, work, then, kept }, re, HTTP_WORK_LONG);
}

/* ---- words of a refusal ---- */

struct str web_refusal(struct http_request *rq, const struct diag *d)
{
	const char *key = arena_printf(rq->arena, "err.%s", d->code).ptr;
	struct str args[DIAG_ARGS_MAX];
	for (int i = 0; i < d->args; i++)
		args[i] = arena_str(rq->arena, str_of(d->arg[i]));
	if (key && d->code[0] && !str_eqz(http_tr(rq, key), key))
		return http_tr_args(rq, key, args, (size_t)d->args);
	struct str text = arena_str(rq->arena, str_of(d->text));
	return http_tr_args(rq, "err.unknown", &text, 1);
}
