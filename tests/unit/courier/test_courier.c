/* test_courier.c - what leaves the house: to whom, in what form, how often; and what never does.
 *
 * The receivers are small servers in this process on ports that the system chooses; time is virtual, so that a day of
 * retries takes as long as its transfers.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "casework/room.h"
#include "courier/courier.h"
#include "os/os.h"
#include "tests/damage.h"
#include "tests/unit/casework/kernel.h"

/* ---- pure ---- */

TEST(addresses_of_the_house_are_closed)
{
	static const struct { const char *address; bool closed; } rows[] = {
		{ "127.0.0.1", true }, { "127.255.255.255", true }, { "128.0.0.1", false }, { "10.1.2.3", true }, { "11.0.0.1", false },
		{ "172.15.255.255", false }, { "172.16.0.1", true }, { "172.31.255.255", true }, { "172.32.0.1", false },
		{ "192.168.1.1", true }, { "192.167.1.1", false }, { "169.254.169.254", true }, { "100.64.0.1", true }, { "100.128.0.1", false },
		{ "0.0.0.0", true }, { "224.0.0.1", true }, { "255.255.255.255", true }, { "198.18.0.1", true }, { "198.20.0.1", false }, { "8.8.8.8", false },
		{ "::1", true }, { "::", true }, { "::ffff:127.0.0.1", true }, { "::ffff:8.8.8.8", false }, { "fe80::1", true }, { "fc00::1", true },
		{ "fdff::1", true }, { "fec0::1", true }, { "ff02::1", true }, { "2001:db8::1", true }, { "2002:7f00:1::", true }, { "2002:808:808::", false },
		{ "64:ff9b::7f00:1", true }, { "64:ff9b::808:808", false }, { "2606:4700::1111", false }, { "::7f00:1", true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sockaddr_in v4 = { .sin_family = AF_INET };
		struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
		ROW(rows[i].address);
		if (inet_pton(AF_INET, rows[i].address, &v4.sin_addr) == 1) {
			CHECK(courier_address_closed((const struct sockaddr *)&v4) == rows[i].closed);
		} else {
			CHECK(inet_pton(AF_INET6, rows[i].address, &v6.sin6_addr) == 1);
			CHECK(courier_address_closed((const struct sockaddr *)&v6) == rows[i].closed);
		}
	}
	ROW(NULL);
	struct sockaddr other = { .sa_family = AF_UNIX };
	CHECK(courier_address_closed(&other));
}

/* The example of the Standard Webhooks specification's own libraries. */
TEST(signatures_are_those_of_the_standard)
{
	struct arena a;
	struct str out;
	arena_init(&a, 1 << 16);
	REQUIRE(courier_sign(&a, S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), S("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, S("{\"test\": 2432232314}"), &out) == OK);
	CHECK_STR(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	CHECK_INT(courier_sign(&a, S("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), S("x"), 1, S(""), &out), ERR_INVALID);
	CHECK_INT(courier_sign(&a, S("whsec_?"), S("x"), 1, S(""), &out), ERR_INVALID);
	arena_release(&a);
}

TEST(kinds_match_by_pattern)
{
	static const struct { const char *patterns, *kind; bool fits; } rows[] = {
		{ "*", "case.concluded", true }, { "case.*", "case.concluded", true }, { "case.*", "alert.raised", false }, { "alert.raised", "alert.raised", true },
		{ "alert.raised", "alert.raised.again", false }, { "alert.* case.concluded", "case.concluded", true }, { "case.concluded", "case.received", false },
		{ "*", "person.put", false }, { "person.*", "person.put", false }, { "*", "token.created", false }, { "setting.put", "setting.put", false }, { "", "case.concluded", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].kind);
		CHECK(courier_matches(str_of(rows[i].patterns), str_of(rows[i].kind)) == rows[i].fits);
	}
	ROW(NULL);
}

TEST(words_about_people_stay_in_the_house)
{
	struct arena a;
	const struct json *data;
	arena_init(&a, 1 << 16);
	REQUIRE(json_read(&a, S("{\"case\":7,\"case_no\":\"99\",\"state\":\"open\",\"applicant_name\":\"张三\",\"text\":\"x\",\"form\":{\"name\":\"老张\"},\"claimed\":true,"
	                        "\"secret_digest\":\"ab\",\"password_hash\":\"cd\"}"), &data, NULL) == OK);
	const struct json *out = courier_redact(&a, data, false), *all = courier_redact(&a, data, true);
	CHECK_INT(out->count, 4); /* case, case_no, state, claimed */
	CHECK(json_get(out, "applicant_name") == NULL && json_get(out, "form") == NULL && json_get(out, "text") == NULL);
	CHECK_INT(all->count, 7);
	CHECK(json_get(all, "secret_digest") == NULL && json_get(all, "password_hash") == NULL);
	arena_release(&a);
}

TEST(addresses_for_mail_cannot_carry_more)
{
	static const struct { const char *address; bool fits; } rows[] = {
		{ "wang@example.org", true }, { "a.b+c@mail.example.org", true }, { "", false }, { "wang", false }, { "@example.org", false }, { "wang@", false },
		{ "a@b@c", false }, { "a b@example.org", false }, { "a@example.org\r\nBcc: x@y.z", false }, { "<a@example.org>", false }, { "a,b@example.org", false },
		{ "\xe7\x8e\x8b@example.org", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].address);
		CHECK(courier_mailable(str_of(rows[i].address)) == rows[i].fits);
	}
	ROW(NULL);
}

TEST(retries_end)
{
	CHECK_INT(courier_backoff_ms(1), 10000);
	CHECK_INT(courier_backoff_ms(8), 86400000);
	CHECK_INT(courier_backoff_ms(9), -1);
	CHECK_INT(courier_backoff_ms(0), -1);
}

/* ---- a receiver ---- */

enum manner { ANSWER_200, ANSWER_500, ANSWER_410, SILENT, SMTP };

struct receiver {
	int fd, port;
	_Atomic int manner, calls;
	_Atomic bool stopping;
	char last[65536];        /* the last request or message, whole */
	struct os_thread *thread;
};

static bool read_request(int fd, char *to, size_t room)
{
	size_t n = 0, want = 0;
	while (n + 1 < room) {
		ssize_t got = read(fd, to + n, room - n - 1);
		if (got <= 0)
			return false;
		n += (size_t)got;
		to[n] = 0;
		const char *end = strstr(to, "\r\n\r\n"), *length = strstr(to, "Content-Length: ");
		if (end && length && !want)
			want = (size_t)(end - to) + 4 + strtoul(length + 16, NULL, 10);
		if (want && n >= want)
			return true;
	}
	return false;
}

static void say(int fd, const char *text)
{
	ssize_t done = write(fd, text, strlen(text));
	(void)done;
}

/* The least of RFC 5321: every command is fine, DATA until a lone dot. */
static void serve_smtp(struct receiver *r, int fd)
{
	char line[1024];
	size_t n = 0, kept = 0;
	bool data = false;
	say(fd, "220 sink\r\n");
	for (char c; read(fd, &c, 1) == 1;) {
		if (n + 1 < sizeof line)
			line[n++] = c;
		if (c != '\n')
			continue;
		line[n] = 0;
		n = 0;
		if (data && strcmp(line, ".\r\n") != 0) {
			kept += (size_t)snprintf(r->last + kept, sizeof r->last - kept, "%s", line);
			continue;
		}
		if (strncmp(line, "QUIT", 4) == 0) {
			say(fd, "221 bye\r\n");
			return;
		}
		if (data)
			r->calls++;
		data = !data && strncmp(line, "DATA", 4) == 0;
		say(fd, data ? "354 go on\r\n" : "250 fine\r\n");
	}
}

static void serve_http(struct receiver *r, int fd)
{
	if (!read_request(fd, r->last, sizeof r->last))
		return;
	r->calls++;
	if (r->manner == SILENT) {
		char c;
		ssize_t got = read(fd, &c, 1); /* until the other side gives up */
		(void)got;
		return;
	}
	say(fd, r->manner == ANSWER_200 ? "HTTP/1.1 204 Fine\r\nConnection: close\r\n\r\n" :
	        r->manner == ANSWER_410 ? "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" :
	                                  "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

static void *serve(void *arg)
{
	struct receiver *r = arg;
	for (int fd; (fd = accept(r->fd, NULL, NULL)) >= 0;) {
		if (!r->stopping)
			(r->manner == SMTP ? serve_smtp : serve_http)(r, fd);
		close(fd);
		if (r->stopping)
			break;
	}
	return NULL;
}

static bool receiver_begin(struct receiver *r, enum manner manner)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	memset(r, 0, sizeof *r);
	r->manner = manner;
	r->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (r->fd < 0 || bind(r->fd, (struct sockaddr *)&a, sizeof a) || listen(r->fd, 16) || getsockname(r->fd, (struct sockaddr *)&a, &len))
		return false;
	r->port = ntohs(a.sin_port);
	return os_thread_start(&r->thread, serve, r) == OK;
}

static void receiver_end(struct receiver *r)
{
	r->stopping = true;
	shutdown(r->fd, SHUT_RDWR);
	os_thread_join(r->thread);
	close(r->fd);
}

/* ---- an office with a courier ---- */

struct house { struct kernel k; int64_t citizen, webhook; struct str secret; struct courier *c; };

static const struct casework_room *const rooms[] = { &courier_room };

static bool house_begin(struct house *h, bool private)
{
	*h = (struct house){ .k = { .rooms = rooms, .rooms_count = 1 } };
	struct diag d;
	diag_init(&d);
	if (!kernel_begin(&h->k, ":memory:"))
		return false;
	h->citizen = kernel_citizen(&h->k, "zhangsan");
	if (private && kernel_do(&h->k, 0, "", "setting.put", "{\"name\":\"webhook.private\",\"value\":true}") != OK)
		return false;
	return courier_new(&(struct courier_options){ .casework = h->k.cw, .timeout_ms = 300 }, &h->c, &d) == OK;
}

static void house_end(struct house *h)
{
	courier_free(h->c);
	kernel_end(&h->k);
}

static enum err subscribe(struct house *h, const struct receiver *r, const char *kinds)
{
	char json[256];
	snprintf(json, sizeof json, "{\"name\":\"测试\",\"url\":\"http://127.0.0.1:%d/hook\",\"kinds\":\"%s\"}", r->port, kinds);
	enum err e = kernel_do(&h->k, 0, "", "webhook.put", json);
	h->webhook = json_i64(json_get(h->k.r.data, "webhook"), 0);
	h->secret = kernel_text(&h->k, "secret");
	return e;
}

/* Rounds until nothing is under way. */
static bool settle(struct house *h)
{
	size_t under_way = 1;
	for (int i = 0; i < 400 && under_way; i++) {
		struct diag d;
		diag_init(&d);
		if (courier_round(h->c, 20, &under_way, &d) != OK) {
			printf("  %s: %s\n", d.code, d.text);
			return false;
		}
	}
	return under_way == 0;
}

static int64_t count(struct house *h, const char *state)
{
	char params[64];
	snprintf(params, sizeof params, "{\"state\":\"%s\",\"limit\":200}", state);
	const struct json *rows = json_get(kernel_view(&h->k, 0, "deliveries", params), "rows");
	return rows ? (int64_t)rows->count : -1;
}

struct kind_count { const char *kind; int64_t n; };

static enum err count_kind(void *arg, struct store_conn *c)
{
	struct kind_count *k = arg;
	k->n = row_i64_str(c, "SELECT count(*) FROM ledger WHERE kind=?1", str_of(k->kind), -1);
	return OK;
}

static int64_t recorded(struct house *h, const char *kind)
{
	struct kind_count k = { kind, -1 };
	CHECK_INT(casework_read(h->k.cw, count_kind, &k), OK);
	return k.n;
}

static struct str header(const struct receiver *r, const char *name)
{
	const char *at = strstr(r->last, name);
	struct str rest = str_of(at ? at + strlen(name) : "");
	return str_trim(str_cut(&rest, '\r'));
}

TEST(an_event_arrives_signed_and_once)
{
	struct house h;
	static struct receiver r;
	REQUIRE(house_begin(&h, true) && receiver_begin(&r, ANSWER_200));
	REQUIRE(subscribe(&h, &r, "case.received") == OK);
	CHECK(settle(&h));
	CHECK_INT(r.calls, 0); /* nothing of before */
	struct str no = kernel_submit(&h.k, h.citizen, "c1");
	REQUIRE(no.len && settle(&h));
	CHECK_INT(r.calls, 1);
	CHECK_INT(count(&h, "sent"), 1);
	const char *body = strstr(r.last, "\r\n\r\n");
	REQUIRE(body);
	struct str signature;
	int64_t at = 0;
	CHECK(str_to_i64(header(&r, "webhook-timestamp: "), &at) && at == KERNEL_START_MS / 1000);
	REQUIRE(courier_sign(&h.k.a, h.secret, header(&r, "webhook-id: "), at, str_of(body + 4), &signature) == OK);
	CHECK(str_eq(signature, header(&r, "webhook-signature: ")));
	const struct json *event;
	REQUIRE(json_read(&h.k.a, str_of(body + 4), &event, NULL) == OK);
	CHECK_STR(json_text(json_get(event, "specversion")), "1.0");
	CHECK_STR(json_text(json_get(event, "type")), "banjie.case.received");
	CHECK(str_eq(json_text(json_get(event, "subject")), no));
	CHECK(strstr(r.last, "张三") == NULL && strstr(r.last, "老张") == NULL && strstr(r.last, "110101") == NULL);
	CHECK(settle(&h));
	CHECK_INT(r.calls, 1); /* and not again */
	receiver_end(&r);
	house_end(&h);
}

/* 10 s, 1 min, 5 min, 30 min, 2 h, 6 h, 12 h, 24 h: nine tries in all; then it is put aside, and sent again when asked. */
TEST(a_receiver_that_fails_is_tried_again_and_given_up)
{
	static const int64_t waits_s[] = { 10, 60, 300, 1800, 7200, 21600, 43200, 86400 };
	struct house h;
	static struct receiver r;
	REQUIRE(house_begin(&h, true) && receiver_begin(&r, ANSWER_500));
	REQUIRE(subscribe(&h, &r, "case.received") == OK);
	REQUIRE(kernel_submit(&h.k, h.citizen, "c1").len);
	int64_t now = KERNEL_START_MS;
	for (int i = 0; i < 8; i++) {
		CHECK(settle(&h));
		CHECK_INT(r.calls, i + 1);
		CHECK_INT(count(&h, "pending"), 1);
		os_clock_set(&h.k.clock, now += waits_s[i] * 1000 - 1);
		CHECK(settle(&h));
		CHECK_INT(r.calls, i + 1); /* not a moment too early */
		os_clock_set(&h.k.clock, now += 1);
	}
	CHECK(settle(&h));
	CHECK_INT(r.calls, 9);
	CHECK_INT(count(&h, "dead"), 1);
	r.manner = ANSWER_200;
	CHECK_INT(kernel_do(&h.k, 0, "", "delivery.retry", "{\"delivery\":1}"), OK);
	CHECK(settle(&h));
	CHECK_INT(count(&h, "sent"), 1);
	CHECK_INT(kernel_do(&h.k, 0, "", "delivery.retry", "{\"delivery\":1}"), ERR_CONFLICT);
	receiver_end(&r);
	house_end(&h);
}

TEST(gone_is_gone)
{
	struct house h;
	static struct receiver r;
	REQUIRE(house_begin(&h, true) && receiver_begin(&r, ANSWER_410));
	REQUIRE(subscribe(&h, &r, "case.received") == OK && kernel_submit(&h.k, h.citizen, "c1").len && settle(&h));
	CHECK_INT(count(&h, "dead"), 1);
	receiver_end(&r);
	house_end(&h);
}

/* One that never answers costs its limit of time; the other receiver has its event long before. */
TEST(a_slow_receiver_holds_up_nobody)
{
	struct house h;
	static struct receiver slow, good;
	REQUIRE(house_begin(&h, true) && receiver_begin(&slow, SILENT) && receiver_begin(&good, ANSWER_200));
	REQUIRE(subscribe(&h, &slow, "case.received") == OK && subscribe(&h, &good, "case.received") == OK);
	REQUIRE(kernel_submit(&h.k, h.citizen, "c1").len);
	size_t under_way;
	struct diag d;
	diag_init(&d);
	for (int i = 0; i < 100 && !good.calls; i++)
		REQUIRE(courier_round(h.c, 5, &under_way, &d) == OK);
	CHECK_INT(good.calls, 1);
	CHECK_INT(count(&h, "pending") + count(&h, "sent"), 2);
	CHECK(settle(&h));
	CHECK_INT(count(&h, "sent"), 1);
	CHECK_INT(count(&h, "pending"), 1);
	const struct json *rows = json_get(kernel_view(&h.k, 0, "deliveries", "{\"state\":\"pending\"}"), "rows");
	REQUIRE(rows && rows->count);
	CHECK_STR(json_text(json_get(&rows->items[0], "error")), "timeout");
	receiver_end(&slow);
	receiver_end(&good);
	house_end(&h);
}

TEST(the_house_itself_is_not_called_unless_allowed)
{
	struct house h;
	static struct receiver r;
	REQUIRE(house_begin(&h, false) && receiver_begin(&r, ANSWER_200));
	REQUIRE(subscribe(&h, &r, "case.received") == OK && kernel_submit(&h.k, h.citizen, "c1").len && settle(&h));
	CHECK_INT(r.calls, 0);
	const struct json *rows = json_get(kernel_view(&h.k, 0, "deliveries", "{\"state\":\"dead\"}"), "rows");
	REQUIRE(rows && rows->count == 1);
	CHECK_STR(json_text(json_get(&rows->items[0], "error")), "address-closed");
	receiver_end(&r);
	house_end(&h);
}

/* The courier is killed after the receiver has the event and before it is noted: it comes again, under the same number. */
TEST(a_broken_off_delivery_comes_again_under_its_number)
{
	struct house h;
	static struct receiver r;
	struct diag d;
	diag_init(&d);
	REQUIRE(house_begin(&h, true) && receiver_begin(&r, SILENT));
	REQUIRE(subscribe(&h, &r, "case.received") == OK && kernel_submit(&h.k, h.citizen, "c1").len);
	size_t under_way = 0;
	for (int i = 0; i < 50 && !r.calls; i++)
		REQUIRE(courier_round(h.c, 5, &under_way, &d) == OK);
	CHECK_INT(r.calls, 1);
	struct str first = arena_str(&h.k.a, header(&r, "webhook-id: "));
	courier_free(h.c);
	h.c = NULL;
	r.manner = ANSWER_200;
	REQUIRE(courier_new(&(struct courier_options){ .casework = h.k.cw, .timeout_ms = 300 }, &h.c, &d) == OK);
	CHECK(settle(&h));
	CHECK_INT(r.calls, 2);
	CHECK(first.len && str_eq(first, header(&r, "webhook-id: ")));
	CHECK_INT(count(&h, "sent"), 1);
	receiver_end(&r);
	house_end(&h);
}

TEST(subscriptions_are_checked)
{
	static const struct { const char *name, *data, *refused; } rows[] = {
		{ "no name", "{\"name\":\"\",\"url\":\"https://a.example/x\",\"kinds\":\"*\"}", "webhook.name" },
		{ "a file", "{\"name\":\"n\",\"url\":\"file:///etc/passwd\",\"kinds\":\"*\"}", "webhook.url" },
		{ "credentials", "{\"name\":\"n\",\"url\":\"https://u:p@a.example/x\",\"kinds\":\"*\"}", "webhook.url" },
		{ "a blank", "{\"name\":\"n\",\"url\":\"https://a.example/x y\",\"kinds\":\"*\"}", "webhook.url" },
		{ "no kinds", "{\"name\":\"n\",\"url\":\"https://a.example/x\",\"kinds\":\" \"}", "webhook.kinds" },
		{ "odd kinds", "{\"name\":\"n\",\"url\":\"https://a.example/x\",\"kinds\":\"case.* drop'table\"}", "webhook.kinds" },
		{ "a star inside", "{\"name\":\"n\",\"url\":\"https://a.example/x\",\"kinds\":\"*.put\"}", "webhook.kinds" },
		{ "no such organ", "{\"name\":\"n\",\"url\":\"https://a.example/x\",\"kinds\":\"*\",\"organ\":\"X\"}", "webhook.organ" },
		{ "no such subscription", "{\"webhook\":1,\"name\":\"n\",\"url\":\"https://a.example/x\",\"kinds\":\"*\"}", "webhook.unknown" },
		{ "fine", "{\"name\":\"n\",\"url\":\"https://a.example/x\",\"kinds\":\"alert.* case.concluded\",\"organ\":\"O1\"}", "" },
	};
	struct house h;
	REQUIRE(house_begin(&h, false));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		enum err e = kernel_do(&h.k, 0, "", "webhook.put", rows[i].data);
		CHECK_STR(str_of(e == OK ? "" : h.k.r.diag.code), rows[i].refused);
	}
	ROW(NULL);
	CHECK_INT(kernel_do(&h.k, h.citizen, "", "webhook.put", rows[9].data), ERR_DENIED);
	uint64_t n;
	struct diag d;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(h.k.cw, NULL, NULL, &n, &d), OK);
	house_end(&h);
}

TEST(a_notice_is_mailed)
{
	struct house h;
	static struct receiver r;
	REQUIRE(house_begin(&h, false) && receiver_begin(&r, SMTP));
	char json[200];
	REQUIRE(kernel_do(&h.k, 0, "", "person.put", "{\"login\":\"wang\",\"name\":\"王审查\",\"email\":\"wang@example.org\"}") == OK);
	snprintf(json, sizeof json, "{\"name\":\"mail\",\"value\":{\"server\":\"smtp://127.0.0.1:%d\",\"sender\":\"banjie@example.org\"}}", r.port);
	REQUIRE(kernel_do(&h.k, 0, "", "setting.put", json) == OK && kernel_submit(&h.k, h.citizen, "c1").len);
	struct diag d;
	diag_init(&d);
	/* the step's reminder on Wednesday, two working days later */
	REQUIRE(casework_advance(h.k.cw, &h.k.clock, KERNEL_START_MS + 2 * 86400000LL, &d) == OK);
	CHECK(settle(&h));
	CHECK_INT(r.calls, 1);
	CHECK_INT(count(&h, "sent"), 1);
	CHECK_INT(recorded(&h, "notice.delivered"), 1);
	CHECK_INT(recorded(&h, "notice.undelivered"), 0);
	CHECK_STR(header(&r, "To: "), "<wang@example.org>");
	CHECK(str_starts(header(&r, "Message-ID: "), S("<notice-")));
	CHECK(strstr(r.last, "Subject: =?UTF-8?B?") != NULL);
	CHECK_STR(header(&r, "Date: "), "Tue, 04 Mar 2025 16:00:00 +0000"); /* 00:00 of Wednesday in China */
	receiver_end(&r);
	house_end(&h);
}

/* A mail server that is down: kept, and sent when it is back. */
TEST(a_mail_server_that_is_down_loses_nothing)
{
	struct house h;
	static struct receiver r;
	struct diag d;
	diag_init(&d);
	REQUIRE(house_begin(&h, false) && receiver_begin(&r, SMTP));
	int port = r.port;
	receiver_end(&r); /* a port where nobody is */
	char json[200];
	REQUIRE(kernel_do(&h.k, 0, "", "person.put", "{\"login\":\"wang\",\"name\":\"王审查\",\"email\":\"wang@example.org\"}") == OK);
	snprintf(json, sizeof json, "{\"name\":\"mail\",\"value\":{\"server\":\"smtp://127.0.0.1:%d\",\"sender\":\"banjie@example.org\"}}", port);
	REQUIRE(kernel_do(&h.k, 0, "", "setting.put", json) == OK && kernel_submit(&h.k, h.citizen, "c1").len);
	REQUIRE(casework_advance(h.k.cw, &h.k.clock, KERNEL_START_MS + 2 * 86400000LL, &d) == OK && settle(&h));
	CHECK_INT(count(&h, "pending"), 1);
	CHECK_INT(recorded(&h, "notice.undelivered"), 0); /* a try that fails is none of the record's business */
	REQUIRE(receiver_begin(&r, SMTP));
	snprintf(json, sizeof json, "{\"name\":\"mail\",\"value\":{\"server\":\"smtp://127.0.0.1:%d\",\"sender\":\"banjie@example.org\"}}", r.port);
	REQUIRE(kernel_do(&h.k, 0, "", "setting.put", json) == OK);
	os_clock_set(&h.k.clock, KERNEL_START_MS + 2 * 86400000LL + 10000);
	CHECK(settle(&h));
	CHECK_INT(r.calls, 1);
	CHECK_INT(count(&h, "sent"), 1);
	receiver_end(&r);
	house_end(&h);
}

/* ---- what cannot be read ---- */

struct spoilt { struct house h; struct receiver r; char path[64], first[64]; int64_t entry; struct damage damage; };

static int64_t sql(struct spoilt *x, const char *format)
{
	char text[300];
	snprintf(text, sizeof text, format, (long long)x->entry);
	return test_sql(x->path, text);
}

static bool open_again(struct spoilt *x)
{
	struct diag d;
	diag_init(&d);
	return kernel_open(&x->h.k, x->path) && courier_new(&(struct courier_options){ .casework = x->h.k.cw, .timeout_ms = 300 }, &x->h.c, &d) == OK;
}

static void close_house(struct spoilt *x)
{
	courier_free(x->h.c);
	casework_close(x->h.k.cw);
}

static bool fill(struct spoilt *x, const char *name)
{
	for (int i = 0; i < 30; i++) {
		char login[32];
		snprintf(login, sizeof login, "%s%d", name, i);
		if (!kernel_put_person(&x->h.k, login, name))
			return false;
	}
	return true;
}

/* A receiver of receipts, and the first case, far from any other entry; `collected`: picked up already, and not received. */
static bool spoilt_begin(struct spoilt *x, bool collected)
{
	memset(x, 0, sizeof *x);
	snprintf(x->path, sizeof x->path, "/tmp/test-courier-%d.db", (int)getpid());
	x->h = (struct house){ .k = { .rooms = rooms, .rooms_count = 1 } };
	struct diag d;
	diag_init(&d);
	if (!kernel_begin(&x->h.k, x->path) || !receiver_begin(&x->r, collected ? ANSWER_500 : ANSWER_200) ||
	    kernel_do(&x->h.k, 0, "", "setting.put", "{\"name\":\"webhook.private\",\"value\":true}") != OK ||
	    courier_new(&(struct courier_options){ .casework = x->h.k.cw, .timeout_ms = 300 }, &x->h.c, &d) != OK)
		return false;
	x->h.citizen = kernel_citizen(&x->h.k, "zhangsan");
	if (subscribe(&x->h, &x->r, "case.received") != OK || !settle(&x->h) || !fill(x, "before"))
		return false;
	struct str no = kernel_submit(&x->h.k, x->h.citizen, "c1");
	if (!no.len)
		return false;
	snprintf(x->first, sizeof x->first, "%.*s", STR_ARG(no));
	x->entry = sql(x, "SELECT max(seq) FROM ledger WHERE kind='case.received'");
	return fill(x, "behind") && (!collected || settle(&x->h)) && kernel_submit(&x->h.k, x->h.citizen, "c2").len > 0;
}

static void spoilt_end(struct spoilt *x)
{
	close_house(x);
	receiver_end(&x->r);
	arena_release(&x->h.k.a);
	test_file_remove(x->path);
}

static bool keep(struct spoilt *x) { return sql(x, "CREATE TABLE kept AS SELECT * FROM ledger WHERE seq=%lld") >= 0; }
static bool overwrite(struct spoilt *x) { return damage_pages(&x->damage, x->path, x->first); }
static bool put_back(struct spoilt *x) { return damage_mend(&x->damage); }
static bool take_off(struct spoilt *x) { return keep(x) && sql(x, "DELETE FROM ledger WHERE seq=%lld") == 1; }
static bool attach(struct spoilt *x) { return sql(x, "INSERT INTO ledger SELECT * FROM kept") == 1; }
static bool tear(struct spoilt *x) { return keep(x) && sql(x, "UPDATE ledger SET payload='{\"torn' WHERE seq=%lld") == 1; }
static bool unpress(struct spoilt *x) { return keep(x) && sql(x, "UPDATE ledger SET payload=x'28b52ffd2301020304050607' WHERE seq=%lld") == 1; }
static bool rewrite(struct spoilt *x) { return sql(x, "UPDATE ledger SET payload=(SELECT payload FROM kept) WHERE seq=%lld") == 1; }

static const struct way { const char *name; bool (*spoil)(struct spoilt *x), (*mend)(struct spoilt *x); bool file; } ways[] = {
	{ "a page is overwritten", overwrite, put_back, true },
	{ "a row is deleted", take_off, attach, false },
	{ "a text is torn", tear, rewrite, false },
	{ "a pressed text cannot be undone", unpress, rewrite, true },
};

static int64_t passed(struct spoilt *x)
{
	return json_i64(json_get(kernel_view(&x->h.k, 0, "deliveries", "{}"), "passed"), -1);
}

TEST(what_cannot_be_read_is_passed_over_and_delivered_when_it_can)
{
	static struct spoilt x;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (ways[i].file && test_on_postgresql())
			continue;
		ROW(ways[i].name);
		REQUIRE(spoilt_begin(&x, false));
		close_house(&x);
		CHECK(ways[i].spoil(&x));
		REQUIRE(open_again(&x));
		CHECK(settle(&x.h));
		CHECK_INT(x.r.calls, 1); /* the second case */
		CHECK(passed(&x) >= 1);
		CHECK_INT(sql(&x, "SELECT count(*) FROM record_gap WHERE room='courier' AND %lld BETWEEN from_seq AND to_seq"), 1);
		CHECK(settle(&x.h) && kernel_submit(&x.h.k, x.h.citizen, "c3").len && settle(&x.h));
		CHECK_INT(x.r.calls, 2);
		close_house(&x);
		CHECK(ways[i].mend(&x));
		REQUIRE(open_again(&x));
		CHECK(settle(&x.h));
		CHECK_INT(x.r.calls, 3);
		CHECK_INT(passed(&x), 0);
		CHECK_INT(count(&x.h, "sent"), 3);
		spoilt_end(&x);
	}
	ROW(NULL);
}

TEST(a_delivery_whose_entry_went_bad_is_put_aside_and_stops_no_other)
{
	static struct spoilt x;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (ways[i].file && test_on_postgresql())
			continue;
		ROW(ways[i].name);
		REQUIRE(spoilt_begin(&x, true));
		CHECK_INT(x.r.calls, 1);
		CHECK_INT(count(&x.h, "pending"), 1);
		close_house(&x);
		CHECK(ways[i].spoil(&x));
		x.r.manner = ANSWER_200;
		os_clock_set(&x.h.k.clock, os_now_ms(&x.h.k.clock) + 10000); /* it is due again */
		REQUIRE(open_again(&x));
		CHECK(settle(&x.h));
		CHECK_INT(x.r.calls, 2); /* the second case */
		CHECK_INT(count(&x.h, "dead"), 1);
		CHECK_STR(json_text(json_get(&json_get(kernel_view(&x.h.k, 0, "deliveries", "{\"state\":\"dead\"}"), "rows")->items[0], "error")), "unreadable");
		CHECK(passed(&x) >= 1);
		close_house(&x);
		CHECK(ways[i].mend(&x));
		REQUIRE(open_again(&x));
		CHECK(settle(&x.h));
		CHECK_INT(x.r.calls, 3);
		CHECK_INT(count(&x.h, "sent"), 2);
		CHECK_INT(count(&x.h, "dead"), 0);
		spoilt_end(&x);
	}
	ROW(NULL);
}

/* ---- notices that cannot be read ---- */

enum { NOTICED = 40 };

/* Forty cases whose step's limit is near on Wednesday: forty notices to one reviewer with an address, nothing picked up yet. */
static bool notices_begin(struct spoilt *x)
{
	char json[200], key[16];
	struct diag d;
	diag_init(&d);
	memset(x, 0, sizeof *x);
	snprintf(x->path, sizeof x->path, "/tmp/test-courier-%d.db", (int)getpid());
	x->h = (struct house){ .k = { .rooms = rooms, .rooms_count = 1 } };
	if (!kernel_begin(&x->h.k, x->path) || !receiver_begin(&x->r, SMTP) ||
	    kernel_do(&x->h.k, 0, "", "person.put", "{\"login\":\"wang\",\"name\":\"王审查\",\"email\":\"wang@example.org\"}") != OK)
		return false;
	snprintf(json, sizeof json, "{\"name\":\"mail\",\"value\":{\"server\":\"smtp://127.0.0.1:%d\",\"sender\":\"banjie@example.org\"}}", x->r.port);
	if (kernel_do(&x->h.k, 0, "", "setting.put", json) != OK)
		return false;
	x->h.citizen = kernel_citizen(&x->h.k, "zhangsan");
	for (int i = 0; i < NOTICED; i++) {
		snprintf(key, sizeof key, "c%d", i);
		if (!kernel_submit(&x->h.k, x->h.citizen, key).len)
			return false;
	}
	return casework_advance(x->h.k.cw, &x->h.k.clock, KERNEL_START_MS + 2 * 86400000LL, &d) == OK &&
	       courier_new(&(struct courier_options){ .casework = x->h.k.cw, .timeout_ms = 300 }, &x->h.c, &d) == OK;
}

static int64_t notice_gaps(struct spoilt *x)
{
	const struct json *gaps = json_get(kernel_view(&x->h.k, 0, "deliveries", "{}"), "notice_gaps");
	return gaps ? (int64_t)gaps->count : -1;
}

/* Which leaf of the notices, in the order of their numbers; is it damaged before they are picked up, or while their mails are due. */
static const struct leaf { const char *name; int nth; bool picked_up; } leaves[] = {
	{ "the first page", 0, false },
	{ "a page in the middle", 2, false },
	{ "a page in the middle, its mails under way", 2, true },
	{ "the first page, its mails under way", 0, true },
};

/* Those of the reviewer's; applicants have no address here. */
static int64_t mailed_on_leaf(struct spoilt *x, int nth)
{
	char text[400];
	snprintf(text, sizeof text, "SELECT count(*) FROM (SELECT person FROM notice ORDER BY id LIMIT (SELECT ncell FROM dbstat WHERE name='notice' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET %d)"
	         " OFFSET (SELECT coalesce(sum(ncell), 0) FROM (SELECT ncell FROM dbstat WHERE name='notice' AND pagetype='leaf' ORDER BY path LIMIT %d))) n JOIN person p ON p.id=n.person AND p.email<>''", nth, nth);
	return test_sql(x->path, text);
}

static bool mails_wait(struct spoilt *x)
{
	x->r.manner = ANSWER_500; /* no mail server answers like this: each is tried again in 10 s */
	bool done = settle(&x->h) && count(&x->h, "pending") > 0;
	x->r.manner = SMTP;
	x->r.calls = 0;
	os_clock_set(&x->h.k.clock, os_now_ms(&x->h.k.clock) + 10000);
	return done;
}

TEST(notices_on_a_damaged_page_hold_up_no_other_and_are_mailed_when_they_can_be_read)
{
	static struct spoilt x;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
		ROW(leaves[i].name);
		REQUIRE(notices_begin(&x));
		CHECK(!leaves[i].picked_up || mails_wait(&x));
		close_house(&x);
		int64_t all = test_sql(x.path, "SELECT count(*) FROM notice n JOIN person p ON p.id=n.person WHERE p.email<>''");
		int64_t rows = mailed_on_leaf(&x, leaves[i].nth);
		CHECK(damage_leaf(&x.damage, x.path, "notice", leaves[i].nth) > 1);
		CHECK(all >= NOTICED && (rows > 1 || leaves[i].nth == 0)); /* on the first there may be the applicant's alone */
		REQUIRE(open_again(&x));
		CHECK(settle(&x.h));
		CHECK_INT(x.r.calls, all - rows);
		CHECK_INT(notice_gaps(&x), 1);
		CHECK_INT(recorded(&x.h, "record.passed"), 1);
		CHECK_INT(count(&x.h, "pending"), leaves[i].picked_up ? rows : 0);
		struct casework_health health;
		CHECK(casework_health(x.h.k.cw, &health) == OK && health.passed_notices == 1 && health.passed == 0);
		os_clock_set(&x.h.k.clock, os_now_ms(&x.h.k.clock) + 3600000); /* looked at again, and still damaged: said once */
		CHECK(settle(&x.h));
		CHECK_INT(x.r.calls, all - rows);
		CHECK_INT(recorded(&x.h, "record.passed"), 1);
		close_house(&x);
		CHECK(put_back(&x));
		os_clock_set(&x.h.k.clock, os_now_ms(&x.h.k.clock) + 2 * 86400000LL); /* news no more, but nobody was told */
		REQUIRE(open_again(&x));
		CHECK(settle(&x.h));
		CHECK_INT(x.r.calls, all);
		CHECK_INT(count(&x.h, "sent"), all);
		CHECK_INT(notice_gaps(&x), 0);
		CHECK_INT(recorded(&x.h, "record.readable"), 1);
		spoilt_end(&x);
	}
	ROW(NULL);
}

TEST_MAIN
