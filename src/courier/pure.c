/* pure.c - addresses, signatures, redaction, messages: what needs neither database nor network. */
#include <netinet/in.h>

#include <sodium.h>

#include "calendar/calendar.h"
#include "courier/courier_int.h"

/* ---- addresses ---- */

struct block { uint32_t net; int bits; };

static bool v4_closed(uint32_t a)
{
	static const struct block blocks[] = {
		{ 0x00000000, 8 },  /* this network */      { 0x0a000000, 8 },  /* private */            { 0x64400000, 10 }, /* carrier's own */
		{ 0x7f000000, 8 },  /* loopback */          { 0xa9fe0000, 16 }, /* link-local */         { 0xac100000, 12 }, /* private */
		{ 0xc0000000, 24 }, /* protocols */         { 0xc0000200, 24 }, /* documentation */      { 0xc0a80000, 16 }, /* private */
		{ 0xc6120000, 15 }, /* benchmarks */        { 0xc6336400, 24 }, /* documentation */      { 0xcb007100, 24 }, /* documentation */
		{ 0xe0000000, 4 },  /* multicast */         { 0xf0000000, 4 },  /* reserved, broadcast */
	};
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if ((a ^ blocks[i].net) >> (32 - blocks[i].bits) == 0)
			return true;
	return false;
}

static uint32_t v4_at(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool v6_closed(const uint8_t *b)
{
	static const uint8_t zeros[16], mapped[12] = { [10] = 0xff, [11] = 0xff }, nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	if (memcmp(b, zeros, 12) == 0) /* unspecified, loopback, the old IPv4-compatible ones */
		return true;
	if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0)
		return v4_closed(v4_at(b + 12));
	if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 carries its IPv4 address behind the prefix */
		return v4_closed(v4_at(b + 2));
	return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0x80) == 0x80) || b[0] == 0xff || (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8);
}

bool courier_address_closed(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return v4_closed(ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr));
	if (a->sa_family == AF_INET6)
		return v6_closed(((const struct sockaddr_in6 *)(const void *)a)->sin6_addr.s6_addr);
	return true;
}

/* ---- signatures ---- */

struct str courier_base64(struct arena *a, const void *bytes, size_t n)
{
	size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
	char *out = arena_alloc(a, room);
	return out ? str_of(sodium_bin2base64(out, room, bytes, n, sodium_base64_VARIANT_ORIGINAL)) : (struct str){ NULL, 0 };
}

static bool secret_bytes(struct str secret, uint8_t out[64], size_t *n)
{
	static const char prefix[] = "whsec_";
	struct str b64 = str_sub(secret, sizeof prefix - 1, secret.len);
	const char *end = NULL;
	return str_starts(secret, str_of(prefix)) && b64.len &&
	       sodium_base642bin(out, 64, b64.ptr, b64.len, NULL, n, &end, sodium_base64_VARIANT_ORIGINAL) == 0 && end == b64.ptr + b64.len;
}

enum err courier_sign(struct arena *a, struct str secret, struct str id, int64_t timestamp_s, struct str body, struct str *out)
{
	uint8_t key[64], mac[crypto_auth_hmacsha256_BYTES];
	size_t key_len;
	crypto_auth_hmacsha256_state h;
	if (!secret_bytes(secret, key, &key_len))
		return ERR_INVALID;
	struct str head = arena_printf(a, "%.*s.%lld.", STR_ARG(id), (long long)timestamp_s);
	if (!head.ptr)
		return ERR_NOMEM;
	crypto_auth_hmacsha256_init(&h, key, key_len);
	crypto_auth_hmacsha256_update(&h, (const unsigned char *)head.ptr, head.len);
	crypto_auth_hmacsha256_update(&h, (const unsigned char *)body.ptr, body.len);
	crypto_auth_hmacsha256_final(&h, mac);
	struct str b64 = courier_base64(a, mac, sizeof mac);
	*out = arena_printf(a, "v1,%.*s", STR_ARG(b64));
	return out->ptr && b64.ptr ? OK : ERR_NOMEM;
}

/* ---- retries ---- */

int64_t courier_backoff_ms(int64_t attempts)
{
	static const int64_t seconds[] = { 10, 60, 300, 1800, 7200, 21600, 43200, 86400 };
	return attempts >= 1 && attempts <= (int64_t)(sizeof seconds / sizeof *seconds) ? seconds[attempts - 1] * 1000 : -1;
}

/* ---- what goes out ---- */

bool courier_matches(struct str patterns, struct str kind)
{
	static const char *const never[] = { "person.", "token.", "setting.", "webhook.", "post.", "calendar.", "access.", "interest." };
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (str_starts(kind, str_of(never[i])))
			return false;
	for (struct str word = str_cut(&patterns, ' '); word.ptr; word = str_cut(&patterns, ' ')) {
		struct str stem = str_sub(word, 0, word.len ? word.len - 1 : 0);
		if (word.len && (str_eq(word, kind) || (word.ptr[word.len - 1] == '*' && str_starts(kind, stem))))
			return true;
	}
	return false;
}

/* Texts that are codes of ours, not words of a person's. */
static bool is_code(struct str key)
{
	static const char *const codes[] = {
		"case_no", "alert_no", "number", "rule_no", "kind", "state", "result", "level", "channel", "element", "action", "unit", "outcome", "due_for",
		"note", "due_on", "receipt_no", "root", "name_code", "code", "impl_code",
	};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (str_eqz(key, codes[i]))
			return true;
	return false;
}

static bool is_secret(struct str key)
{
	static const char *const secrets[] = { "secret_digest", "password_hash", "instance", "salt", "serial", "serial_value" };
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (str_eqz(key, secrets[i]))
			return true;
	return false;
}

const struct json *courier_redact(struct arena *a, const struct json *data, bool personal)
{
	struct json_build o;
	json_build_object(&o, a);
	for (size_t i = 0; data && data->kind == JSON_OBJECT && i < data->count; i++) {
		const struct json_member *m = &data->members[i];
		bool plain = m->value.kind == JSON_NUMBER || m->value.kind == JSON_BOOL || (m->value.kind == JSON_STRING && is_code(m->key));
		if (!is_secret(m->key) && (personal || plain))
			json_set_key(&o, m->key, &m->value);
	}
	return json_built(&o);
}

/* ---- messages ---- */

bool courier_mailable(struct str address)
{
	size_t at = 0;
	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.ptr[i];
		if (c <= ' ' || c >= 0x7f || strchr("<>(),;:\\\"[]", c))
			return false;
		at += c == '@';
	}
	return at == 1 && address.len <= 254 && address.ptr[0] != '@' && address.ptr[address.len - 1] != '@';
}

/* "=?UTF-8?B?…?=" in pieces that fit a line and end between characters (RFC 2047). */
static void put_encoded(struct arena *a, struct buf *b, struct str text)
{
	enum { PIECE = 42 };
	for (size_t from = 0; from < text.len;) {
		size_t to = from + PIECE < text.len ? from + PIECE : text.len;
		while (to < text.len && to > from && ((unsigned char)text.ptr[to] & 0xc0) == 0x80)
			to--;
		if (from)
			buf_putz(b, "\r\n ");
		buf_printf(b, "=?UTF-8?B?%.*s?=", STR_ARG(courier_base64(a, text.ptr + from, to - from)));
		from = to;
	}
}

static void put_date(struct buf *b, int64_t at_ms)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int year, month, day;
	calendar_day d = calendar_day_at(at_ms, 0);
	calendar_day_civil(d, &year, &month, &day);
	int64_t s = at_ms / 1000 - (int64_t)d * 86400;
	buf_printf(b, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[calendar_weekday(d) - 1], day, months[month - 1], year,
	           (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

static void put_body(struct arena *a, struct buf *b, struct str text)
{
	enum { LINE = 57 }; /* 76 characters of base64 */
	for (size_t from = 0; from < text.len; from += LINE) {
		size_t n = text.len - from < LINE ? text.len - from : LINE;
		buf_printf(b, "%.*s\r\n", STR_ARG(courier_base64(a, text.ptr + from, n)));
	}
}

enum err courier_message(struct arena *a, struct str from, struct str to, struct str id, int64_t at_ms, struct str subject, struct str text, struct str *out)
{
	struct buf b;
	if (!courier_mailable(from) || !courier_mailable(to))
		return ERR_INVALID;
	buf_init_in(&b, a, 1 << 20);
	put_date(&b, at_ms);
	buf_printf(&b, "From: <%.*s>\r\nTo: <%.*s>\r\nMessage-ID: <%.*s>\r\nSubject: ", STR_ARG(from), STR_ARG(to), STR_ARG(id));
	put_encoded(a, &b, subject);
	buf_putz(&b, "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n"
	             "Auto-Submitted: auto-generated\r\n\r\n");
	put_body(a, &b, text);
	return buf_finish(&b, out);
}
