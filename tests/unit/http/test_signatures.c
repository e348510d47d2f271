/* One-time codes by the RFC's own vectors, and signed tokens that nobody can bend. */
#include "tests/test.h"

#include "http/jwt.h"
#include "http/totp.h"
#include "text/json_make.h"

/* RFC 6238, appendix B, SHA-1: the secret is the text 12345678901234567890; of its eight digits the last six. */
TEST(codes_are_those_of_rfc_6238)
{
	static const struct { int64_t time_s; uint32_t code; } rows[] = {
		{ 59, 287082 }, { 1111111109, 81804 }, { 1111111111, 50471 }, { 1234567890, 5924 }, { 2000000000, 279037 }, { 20000000000, 353130 },
	};
	const uint8_t *secret = (const uint8_t *)"12345678901234567890";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_INT(totp_code(secret, rows[i].time_s / 30), rows[i].code);
}

/* RFC 4648, 10: base32 of "12345678901234567890" is GEZDGNBVGY3TQOJQ twice. */
TEST(a_secret_travels_as_base32)
{
	uint8_t back[TOTP_SECRET];
	char text[TOTP_TEXT_MAX];
	totp_text((const uint8_t *)"12345678901234567890", text);
	CHECK_STR(str_of(text), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	CHECK(totp_secret(S("gezd gnbv gy3t qojq GEZDGNBVGY3TQOJQ"), back));
	CHECK(memcmp(back, "12345678901234567890", TOTP_SECRET) == 0);
	static const char *const bad[] = { "", "GEZDGNBVGY3TQOJQ", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ROW(bad[i]);
		CHECK(!totp_secret(str_of(bad[i]), back));
	}
	ROW(NULL);
}

/* At 59 s the step is 1: its code counts, the neighbours' too, each once, no other. */
TEST(a_code_counts_once_and_near_its_time)
{
	const uint8_t *secret = (const uint8_t *)"12345678901234567890";
	CHECK_INT(totp_accept(secret, S("287082"), 59000, 0), 1);
	CHECK_INT(totp_accept(secret, S("287082"), 89000, 0), 1);
	CHECK_INT(totp_accept(secret, S("287082"), 119000, 0), 0);
	CHECK_INT(totp_accept(secret, S("287082"), 59000, 1), 0);
	CHECK_INT(totp_accept(secret, S("287083"), 59000, 0), 0);
	CHECK_INT(totp_accept(secret, S("28708"), 59000, 0), 0);
	CHECK_INT(totp_accept(secret, S("-87082"), 59000, 0), 0);
}

static const struct json *keys_of(struct arena *a, struct str pem)
{
	const struct json *jwk;
	struct json_build set, list;
	if (jwt_key_public(a, pem, &jwk) != OK)
		return NULL;
	json_build_array(&list, a);
	json_add(&list, jwk);
	json_build_object(&set, a);
	json_set(&set, "keys", json_built(&list));
	return json_built(&set);
}

TEST(a_signed_token_reads_back_and_a_bent_one_does_not)
{
	struct arena a;
	struct str pem, other, token;
	const struct json *claims;
	struct json_build o;
	arena_init(&a, 8 << 20);
	REQUIRE(jwt_key_new(&a, &pem) == OK && jwt_key_new(&a, &other) == OK);
	json_build_object(&o, &a);
	json_set_str(&o, "sub", S("7"));
	json_set_str(&o, "name", S("王芳"));
	REQUIRE(jwt_sign(&a, pem, json_built(&o), &token) == OK);
	REQUIRE(jwt_verify(&a, token, keys_of(&a, pem), &claims, NULL) == OK);
	CHECK_STR(json_text(json_get(claims, "name")), "王芳");
	CHECK_INT(jwt_verify(&a, token, keys_of(&a, other), &claims, NULL), ERR_INVALID);
	for (size_t i = 0; i < token.len; i += 7) {
		char *bent = arena_alloc(&a, token.len);
		REQUIRE(bent);
		memcpy(bent, token.ptr, token.len);
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		if (i == token.len - 1)
			continue; /* its last digit holds bits that mean nothing */
		CHECK(jwt_verify(&a, str_span(bent, token.len), keys_of(&a, pem), &claims, NULL) != OK);
	}
	arena_release(&a);
}

/* {"alg":"none"} with an empty signature, and a key set without the key. */
TEST(a_token_without_a_signature_is_none)
{
	struct arena a;
	const struct json *claims;
	struct str pem;
	arena_init(&a, 8 << 20);
	REQUIRE(jwt_key_new(&a, &pem) == OK);
	static const char *const bad[] = { "", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.", "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.AAAA", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.AAAA" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ROW(bad[i]);
		CHECK_INT(jwt_verify(&a, str_of(bad[i]), keys_of(&a, pem), &claims, NULL), ERR_INVALID);
	}
	ROW(NULL);
	arena_release(&a);
}

/* RFC 7515, A.3: ES256 with the key and the token of the RFC. */
TEST(es256_is_that_of_rfc_7515)
{
	static const char keys[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	                           "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
	static const char token[] = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
	                            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
	struct arena a;
	const struct json *set, *claims;
	arena_init(&a, 1 << 20);
	REQUIRE(json_read(&a, str_of(keys), &set, NULL) == OK);
	REQUIRE(jwt_verify(&a, str_of(token), set, &claims, NULL) == OK);
	CHECK_STR(json_text(json_get(claims, "iss")), "joe");
	arena_release(&a);
}

/* RFC 7636, appendix B. */
TEST(the_challenge_is_that_of_rfc_7636)
{
	struct arena a;
	struct str bytes;
	arena_init(&a, 1 << 16);
	CHECK_STR(jwt_challenge(&a, S("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
	CHECK(jwt_base64_read(&a, S("_-8"), &bytes) && bytes.len == 2 && (uint8_t)bytes.ptr[0] == 0xff && (uint8_t)bytes.ptr[1] == 0xef);
	CHECK(!jwt_base64_read(&a, S("ab+c"), &bytes));
	CHECK(!jwt_base64_read(&a, S("a"), &bytes));
	arena_release(&a);
}

TEST_MAIN
