/* send.c - rounds of transfers: begun when due, side by side, on one thread; taken in as they end.
 *
 * Nothing here is remembered across a restart but what the workspace holds: a transfer that was broken off is still
 * pending, and is sent again under the same number.
 */
#include <stdatomic.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "courier/courier_int.h"

enum { ROUND_ARENA_MAX = 32 << 20, SLOT_ARENA_MAX = 8 << 20, ERROR_BYTES = CURL_ERROR_SIZE };

struct slot {
	struct courier *courier;
	CURL *easy;              /* NULL = free */
	int64_t delivery;
	struct arena arena;      /* of the transfer's texts */
	struct curl_slist *list; /* headers, or receivers */
	struct str body;
	size_t read;
	bool private, closed;    /* may it go to the house's own network; was it refused for that */
	char error[ERROR_BYTES];
};

struct courier {
	struct courier_options o;
	CURLM *multi;
	struct slot slots[COURIER_SLOTS];
	struct os_thread *thread;
	_Atomic bool stopping, nudged;
	int64_t look_ms;         /* when what could not be read is looked at next */
};

static const struct casework_actor nobody = { .system = true };

/* ---- one transfer ---- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct slot *s = arg;
	(void)purpose;
	if (!s->private && courier_address_closed(&a->addr)) {
		s->closed = true;
		return CURL_SOCKET_BAD;
	}
	return os_socket_open(a->family, a->socktype, a->protocol);
}

static size_t swallow(char *bytes, size_t size, size_t n, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * n; /* what a receiver says beyond its status is of no interest */
}

static size_t give_body(char *to, size_t size, size_t n, void *arg)
{
	struct slot *s = arg;
	size_t room = size * n, left = s->body.len - s->read, take = left < room ? left : room;
	memcpy(to, s->body.ptr + s->read, take);
	s->read += take;
	return take;
}

static struct slot *free_slot(struct courier *c)
{
	for (size_t i = 0; i < COURIER_SLOTS; i++)
		if (!c->slots[i].easy)
			return &c->slots[i];
	return NULL;
}

static bool in_flight(const struct courier *c, int64_t delivery)
{
	for (size_t i = 0; i < COURIER_SLOTS; i++)
		if (c->slots[i].easy && c->slots[i].delivery == delivery)
			return true;
	return false;
}

static void release(struct slot *s)
{
	if (s->easy) {
		(void)curl_multi_remove_handle(s->courier->multi, s->easy);
		curl_easy_cleanup(s->easy);
	}
	curl_slist_free_all(s->list);
	arena_release(&s->arena);
	*s = (struct slot){ .courier = s->courier };
}

#define SET(s, option, value) ok = ok && curl_easy_setopt((s)->easy, (option), (value)) == CURLE_OK

static bool set_common(struct slot *s, const char *protocols)
{
	bool ok = true;
	long timeout = s->courier->o.timeout_ms ? s->courier->o.timeout_ms : COURIER_TIMEOUT_MS;
	SET(s, CURLOPT_PROTOCOLS_STR, protocols);
	SET(s, CURLOPT_TIMEOUT_MS, timeout);
	SET(s, CURLOPT_NOSIGNAL, 1L);
	SET(s, CURLOPT_FORBID_REUSE, 1L); /* nothing lies open between rounds */
	SET(s, CURLOPT_PROXY, ""); /* the address that is checked is the one that is called */
	SET(s, CURLOPT_ERRORBUFFER, s->error);
	SET(s, CURLOPT_WRITEFUNCTION, swallow);
	SET(s, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(s, CURLOPT_OPENSOCKETDATA, s);
	SET(s, CURLOPT_PRIVATE, s);
	return ok;
}

static bool add_line(struct slot *s, struct str line)
{
	const char *z = line.ptr ? arena_z(&s->arena, line) : NULL;
	struct curl_slist *longer = z ? curl_slist_append(s->list, z) : NULL;
	if (longer)
		s->list = longer;
	return longer != NULL;
}

static bool event_bytes(struct slot *s, const struct json *event)
{
	struct buf b;
	struct json_writer w;
	buf_init_in(&b, &s->arena, SLOT_ARENA_MAX / 2);
	json_writer_init(&w, &b);
	json_put_value(&w, event);
	return buf_finish(&b, &s->body) == OK;
}

static bool set_event(struct slot *s, const struct json *work)
{
	struct arena *a = &s->arena;
	struct str id = json_text(json_get(work, "id")), signature, secret = json_text(json_get(work, "secret"));
	int64_t now_s = casework_now_ms(s->courier->o.casework) / 1000;
	const char *url = arena_z(a, json_text(json_get(work, "url")));
	bool ok = set_common(s, "http,https") && url && json_get(work, "event") && event_bytes(s, json_get(work, "event")) &&
	          courier_sign(a, secret, id, now_s, s->body, &signature) == OK;
	ok = ok && add_line(s, S("Content-Type: application/cloudevents+json; charset=UTF-8")) &&
	     add_line(s, arena_printf(a, "webhook-id: %.*s", STR_ARG(id))) && add_line(s, arena_printf(a, "webhook-timestamp: %lld", (long long)now_s)) &&
	     add_line(s, arena_printf(a, "webhook-signature: %.*s", STR_ARG(signature))) && add_line(s, S("User-Agent: banjie")) && add_line(s, S("Expect:"));
	SET(s, CURLOPT_URL, url);
	SET(s, CURLOPT_HTTPHEADER, s->list);
	SET(s, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->body.len);
	SET(s, CURLOPT_POSTFIELDS, s->body.ptr);
	SET(s, CURLOPT_FOLLOWLOCATION, 0L);
	return ok;
}

static bool set_mail(struct slot *s, const struct json *work)
{
	struct arena *a = &s->arena;
	struct str to = json_text(json_get(work, "to")), sender = json_text(json_get(work, "sender")), user = json_text(json_get(work, "user"));
	const char *url = arena_z(a, json_text(json_get(work, "server")));
	bool ok = set_common(s, "smtp,smtps") && url &&
	          courier_message(a, sender, to, json_text(json_get(work, "id")), json_i64(json_get(work, "at_ms"), 0), json_text(json_get(work, "subject")),
	                          json_text(json_get(work, "text")), &s->body) == OK;
	s->private = true; /* the mail server is the administrator's own */
	ok = ok && add_line(s, arena_printf(a, "<%.*s>", STR_ARG(to)));
	SET(s, CURLOPT_URL, url);
	SET(s, CURLOPT_MAIL_FROM, arena_printf(a, "<%.*s>", STR_ARG(sender)).ptr);
	SET(s, CURLOPT_MAIL_RCPT, s->list);
	SET(s, CURLOPT_UPLOAD, 1L);
	SET(s, CURLOPT_READFUNCTION, give_body);
	SET(s, CURLOPT_READDATA, s);
	SET(s, CURLOPT_USE_SSL, json_bool(json_get(work, "tls"), false) ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	if (user.len && s->courier->o.mail_password) {
		SET(s, CURLOPT_USERNAME, arena_z(a, user));
		SET(s, CURLOPT_PASSWORD, s->courier->o.mail_password);
	}
	return ok;
}

/* ---- reporting ---- */

static enum err submit(struct courier *c, struct arena *a, const char *name, const struct json *data, const struct json **reply, struct diag *d)
{
	struct casework_result r;
	struct casework_command cmd = { .name = str_of(name), .actor = nobody, .data = data };
	enum err e = casework_do(c->o.casework, &cmd, a, &r);
	if (reply)
		*reply = r.data;
	if (e != OK && d)
		*d = r.diag;
	return e;
}

static enum err report(struct courier *c, struct arena *a, int64_t delivery, bool sent, bool final, long status, const char *error, struct diag *d)
{
	struct json_build o;
	json_build_object(&o, a);
	json_set_i64(&o, "delivery", delivery);
	json_set_bool(&o, "sent", sent);
	json_set_bool(&o, "final", final);
	json_set_i64(&o, "status", status);
	json_set_str(&o, "error", arena_str(a, str_of(error)));
	return submit(c, a, "courier.report", json_built(&o), NULL, d);
}

/* 2xx is received; 410 says never again; anything else is tried again. */
static enum err ended(struct courier *c, struct arena *a, struct slot *s, CURLcode code, struct diag *d)
{
	long status = 0;
	(void)curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	bool sent = code == CURLE_OK && status >= 200 && status < 300;
	const char *error = sent ? "" : s->closed ? "address-closed" : code == CURLE_OK ? "status" : code == CURLE_OPERATION_TIMEDOUT ? "timeout" :
	                    code == CURLE_COULDNT_CONNECT ? "no-connection" : code == CURLE_COULDNT_RESOLVE_HOST ? "no-host" : "transfer";
	enum err e = report(c, a, s->delivery, sent, s->closed || (code == CURLE_OK && status == 410), status, error, d);
	release(s);
	return e;
}

/* ---- rounds ---- */

static enum err begin(struct courier *c, struct arena *a, const struct json *work, bool private, struct diag *d)
{
	int64_t delivery = json_i64(json_get(work, "delivery"), 0);
	struct slot *s = in_flight(c, delivery) ? NULL : free_slot(c);
	if (!s)
		return OK;
	s->easy = curl_easy_init();
	s->delivery = delivery;
	s->private = private;
	arena_init(&s->arena, SLOT_ARENA_MAX);
	bool mail = json_get(work, "to") != NULL;
	if (s->easy && (mail ? set_mail(s, work) : set_event(s, work)) && curl_multi_add_handle(c->multi, s->easy) == CURLM_OK)
		return OK;
	release(s);
	bool unreadable = !mail && json_get(work, "url") && !json_get(work, "event");
	return report(c, a, delivery, false, true, 0, unreadable ? "unreadable" : "cannot-be-sent", d);
}

static enum err take_in(struct courier *c, struct arena *a, struct diag *d)
{
	int left;
	for (CURLMsg *m; (m = curl_multi_info_read(c->multi, &left));) {
		struct slot *s;
		if (m->msg == CURLMSG_DONE && curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&s) == CURLE_OK)
			TRY(ended(c, a, s, m->data.result, d));
	}
	return OK;
}

/* Until all is picked up, or an entry or a notice is met that cannot be read: ERR_CORRUPT. */
static enum err collect(struct courier *c, struct arena *a, struct diag *d)
{
	static const struct json none = { .kind = JSON_OBJECT };
	const struct json *reply = NULL;
	do {
		TRY(courier_outbox_whole(c->o.casework));
		TRY(courier_notices_whole(c->o.casework));
		TRY(submit(c, a, "courier.collect", &none, &reply, d));
		if (json_get(reply, "unreadable"))
			return ERR_CORRUPT;
	} while (json_bool(json_get(reply, "more"), false));
	return OK;
}

static enum err find_work_once(struct courier *c, struct arena *a, const struct json **work, struct diag *d)
{
	static const struct json none = { .kind = JSON_OBJECT };
	TRY(casework_view(c->o.casework, "courier.work", &nobody, &none, a, work, d));
	if (json_bool(json_get(*work, "backlog"), false)) {
		TRY(collect(c, a, d));
		TRY(casework_view(c->o.casework, "courier.work", &nobody, &none, a, work, d));
	}
	return json_get(*work, "unreadable") ? ERR_CORRUPT : OK;
}

/* A page that is damaged fails the act that meets it, sometimes as a fault of the disk: what it was is looked for each time. */
static enum err find_work(struct courier *c, struct arena *a, const struct json **work, struct diag *d)
{
	enum { PASSES_MAX = 16 };
	enum err e = find_work_once(c, a, work, d);
	for (int n = 0; (e == ERR_CORRUPT || e == ERR_IO) && n < PASSES_MAX; n++) {
		TRY(courier_pass_over(c->o.casework, e, d));
		if (d)
			diag_init(d);
		e = find_work_once(c, a, work, d);
	}
	return e;
}

/* At the start and once an hour. */
static enum err look_again(struct courier *c, struct arena *a, struct diag *d)
{
	enum { LOOK_EVERY_MS = 3600000 };
	int64_t now = casework_now_ms(c->o.casework);
	struct json_build o;
	bool any;
	if (now < c->look_ms)
		return OK;
	json_build_object(&o, a);
	TRY(courier_look_again(c->o.casework, a, &o, &any));
	if (any)
		TRY(submit(c, a, "courier.again", json_built(&o), NULL, d));
	c->look_ms = now + LOOK_EVERY_MS;
	return OK;
}

/* What goes out was on the disk before. */
static enum err pick_up(struct courier *c, struct arena *a, const struct json **work, struct diag *d)
{
	TRY(look_again(c, a, d));
	TRY(find_work(c, a, work, d));
	return casework_settle(c->o.casework, d);
}

static enum err make_round(struct courier *c, struct arena *a, size_t *under_way, struct diag *d)
{
	const struct json *work;
	int running;
	*under_way = 0;
	if (!casework_leads(c->o.casework))
		return OK;
	TRY(pick_up(c, a, &work, d));
	const struct json *due = json_get(work, "due");
	for (size_t i = 0; due && i < due->count; i++)
		TRY(begin(c, a, &due->items[i], json_bool(json_get(work, "private"), false), d));
	if (curl_multi_perform(c->multi, &running) != CURLM_OK)
		return diag_set(d, ERR_IO, "courier.transfer", "Transfers cannot go on.");
	TRY(take_in(c, a, d));
	*under_way = 0;
	for (size_t i = 0; i < COURIER_SLOTS; i++)
		*under_way += c->slots[i].easy != NULL;
	return OK;
}

enum err courier_round(struct courier *c, int32_t wait_ms, size_t *under_way, struct diag *d)
{
	struct arena a;
	arena_init(&a, ROUND_ARENA_MAX);
	atomic_store(&c->nudged, false);
	enum err e = make_round(c, &a, under_way, d);
	arena_release(&a);
	if (e == OK && wait_ms > 0 && !atomic_load(&c->nudged))
		(void)curl_multi_poll(c->multi, NULL, 0, wait_ms, NULL);
	return e;
}

enum err courier_new(const struct courier_options *o, struct courier **out, struct diag *d)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return diag_set(d, ERR_UNSUPPORTED, "courier.library", "The library for transfers cannot start.");
	struct courier *c = heap_alloc(sizeof *c);
	if (!c)
		return ERR_NOMEM;
	c->o = *o;
	c->multi = curl_multi_init();
	for (size_t i = 0; i < COURIER_SLOTS; i++)
		c->slots[i].courier = c;
	if (!c->multi) {
		heap_free(c);
		return ERR_NOMEM;
	}
	*out = c;
	return OK;
}

void courier_free(struct courier *c)
{
	if (!c)
		return;
	courier_stop(c);
	for (size_t i = 0; i < COURIER_SLOTS; i++)
		release(&c->slots[i]);
	curl_multi_cleanup(c->multi);
	heap_free(c);
	curl_global_cleanup();
}

/* ---- the thread ---- */

static void *rounds(void *arg)
{
	enum { PAUSE_MS = 50 }; /* a busy house nudges all the time */
	struct courier *c = arg;
	os_thread_name("courier");
	while (!atomic_load(&c->stopping)) {
		struct diag d;
		size_t under_way;
		diag_init(&d);
		enum err e = courier_round(c, COURIER_WAIT_MS_MAX, &under_way, &d);
		if (e != OK) {
			(void)diag_set(&d, e, "courier.round", "%s", err_name(e));
			fprintf(stderr, "banjie: deliveries could not go on, trying again: %s: %s\n", d.code, d.text);
			(void)curl_multi_poll(c->multi, NULL, 0, COURIER_WAIT_MS_MAX, NULL);
		} else if (under_way == 0) {
			(void)os_wait_readable(-1, -1, PAUSE_MS);
		}
	}
	return NULL;
}

enum err courier_start(struct courier *c)
{
	return os_thread_start(&c->thread, rounds, c);
}

void courier_stop(struct courier *c)
{
	if (!c || !c->thread)
		return;
	atomic_store(&c->stopping, true);
	(void)curl_multi_wakeup(c->multi);
	os_thread_join(c->thread);
	c->thread = NULL;
}

void courier_nudge(struct courier *c)
{
	/* once a round is enough: a busy house must not wake the courier at every commit */
	if (!atomic_exchange(&c->nudged, true))
		(void)curl_multi_wakeup(c->multi);
}
