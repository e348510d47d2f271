/* jwt.c - see jwt.h. */
#include "http/jwt.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "text/json_make.h"

enum { TOKEN_MAX = 32 << 10, RSA_BITS = 2048, ES256_BYTES = 64, HALF = 32 };

/* ---- base64url ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str jwt_base64(struct arena *a, struct str bytes)
{
	struct buf b;
	struct str out = S("");
	buf_init_in(&b, a, bytes.len * 2 + 8);
	for (size_t i = 0; i < bytes.len; i += 3) {
		uint32_t v = (uint32_t)(uint8_t)bytes.ptr[i] << 16;
		v |= i + 1 < bytes.len ? (uint32_t)(uint8_t)bytes.ptr[i + 1] << 8 : 0;
		v |= i + 2 < bytes.len ? (uint32_t)(uint8_t)bytes.ptr[i + 2] : 0;
		size_t n = bytes.len - i > 2 ? 4 : bytes.len - i + 1;
		for (size_t k = 0; k < n; k++)
			buf_byte(&b, alphabet[v >> (18 - 6 * k) & 63]);
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

static int digit_of(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;
	return at ? (int)(at - alphabet) : -1;
}

bool jwt_base64_read(struct arena *a, struct str text, struct str *bytes)
{
	struct buf b;
	uint32_t held = 0;
	int bits = 0;
	buf_init_in(&b, a, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		int d = digit_of(text.ptr[i]);
		if (d < 0)
			return false;
		held = held << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_byte(&b, (char)(held >> bits & 255));
		}
	}
	return text.len % 4 != 1 && buf_finish(&b, bytes) == OK;
}

static bool sha256(struct str s, uint8_t out[32])
{
	unsigned n = 0;
	return EVP_Digest(s.ptr, s.len, out, &n, EVP_sha256(), NULL) == 1 && n == 32;
}

struct str jwt_challenge(struct arena *a, struct str verifier)
{
	uint8_t digest[32];
	return sha256(verifier, digest) ? jwt_base64(a, str_span((const char *)digest, sizeof digest)) : S("");
}

/* ---- keys ---- */

static EVP_PKEY *read_pem(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	return key;
}

enum err jwt_key_new(struct arena *a, struct str *pem)
{
	EVP_PKEY *key = EVP_RSA_gen(RSA_BITS);
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	bool good = key && bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
	long n = good ? BIO_get_mem_data(bio, &bytes) : 0;
	*pem = good ? arena_str(a, str_span(bytes, (size_t)n)) : (struct str){ NULL, 0 };
	BIO_free(bio);
	EVP_PKEY_free(key);
	return pem->ptr ? OK : ERR_NOMEM;
}

static struct str number_text(struct arena *a, EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	uint8_t bytes[RSA_BITS / 8];
	struct str out = S("");
	if (EVP_PKEY_get_bn_param(key, name, &n) == 1 && BN_num_bytes(n) <= (int)sizeof bytes)
		out = jwt_base64(a, str_span((const char *)bytes, (size_t)BN_bn2bin(n, bytes)));
	BN_free(n);
	return out;
}

enum err jwt_key_public(struct arena *a, struct str pem, const struct json **jwk)
{
	EVP_PKEY *key = read_pem(pem);
	struct json_build o;
	if (!key)
		return ERR_CORRUPT;
	struct str n = number_text(a, key, OSSL_PKEY_PARAM_RSA_N), e = number_text(a, key, OSSL_PKEY_PARAM_RSA_E);
	EVP_PKEY_free(key);
	json_build_object(&o, a);
	json_set_str(&o, "kty", S("RSA"));
	json_set_str(&o, "n", n);
	json_set_str(&o, "e", e);
	json_set_str(&o, "alg", S("RS256"));
	json_set_str(&o, "use", S("sig"));
	json_set_str(&o, "kid", jwt_challenge(a, arena_printf(a, "{\"e\":\"%.*s\",\"kty\":\"RSA\",\"n\":\"%.*s\"}", STR_ARG(e), STR_ARG(n))));
	*jwk = json_built(&o);
	return *jwk && n.len && e.len ? OK : ERR_NOMEM;
}

static EVP_PKEY *from_params(const char *kind, OSSL_PARAM_BLD *build)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	if (!params || !c || EVP_PKEY_fromdata_init(c) != 1 || EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *rsa_of(struct arena *a, const struct json *jwk)
{
	struct str n, e;
	if (!jwt_base64_read(a, json_text(json_get(jwk, "n")), &n) || !jwt_base64_read(a, json_text(json_get(jwk, "e")), &e) || n.len < 256 || n.len > 1024)
		return NULL;
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *bn = BN_bin2bn((const uint8_t *)n.ptr, (int)n.len, NULL), *be = BN_bin2bn((const uint8_t *)e.ptr, (int)e.len, NULL);
	bool good = b && bn && be && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn) && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, be);
	EVP_PKEY *key = good ? from_params("RSA", b) : NULL;
	OSSL_PARAM_BLD_free(b);
	BN_free(bn);
	BN_free(be);
	return key;
}

static EVP_PKEY *ec_of(struct arena *a, const struct json *jwk)
{
	struct str x, y;
	uint8_t point[1 + ES256_BYTES] = { 4 };
	if (!str_eqz(json_text(json_get(jwk, "crv")), "P-256") || !jwt_base64_read(a, json_text(json_get(jwk, "x")), &x) ||
	    !jwt_base64_read(a, json_text(json_get(jwk, "y")), &y) || x.len != HALF || y.len != HALF)
		return NULL;
	memcpy(point + 1, x.ptr, HALF);
	memcpy(point + 1 + HALF, y.ptr, HALF);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	bool good = b && OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
	            OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
	EVP_PKEY *key = good ? from_params("EC", b) : NULL;
	OSSL_PARAM_BLD_free(b);
	return key;
}

/* ---- signing ---- */

static struct str json_base64(struct arena *a, const struct json *v)
{
	struct buf b;
	struct str text;
	buf_init_in(&b, a, TOKEN_MAX);
	json_put_canonical(&b, v);
	return buf_finish(&b, &text) == OK ? jwt_base64(a, text) : S("");
}

static struct str sign_rsa(struct arena *a, EVP_PKEY *key, struct str text)
{
	uint8_t bytes[RSA_BITS / 8];
	size_t n = sizeof bytes;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c && EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestSign(c, bytes, &n, (const uint8_t *)text.ptr, text.len) == 1;
	EVP_MD_CTX_free(c);
	return good ? jwt_base64(a, str_span((const char *)bytes, n)) : S("");
}

enum err jwt_sign(struct arena *a, struct str pem, const struct json *claims, struct str *out)
{
	const struct json *jwk;
	struct json_build head;
	TRY(jwt_key_public(a, pem, &jwk));
	EVP_PKEY *key = read_pem(pem);
	json_build_object(&head, a);
	json_set_str(&head, "alg", S("RS256"));
	json_set_str(&head, "typ", S("JWT"));
	json_set(&head, "kid", json_get(jwk, "kid"));
	struct str body = arena_printf(a, "%.*s.%.*s", STR_ARG(json_base64(a, json_built(&head))), STR_ARG(json_base64(a, claims)));
	struct str signature = key && body.ptr ? sign_rsa(a, key, body) : S("");
	EVP_PKEY_free(key);
	*out = arena_printf(a, "%.*s.%.*s", STR_ARG(body), STR_ARG(signature));
	return signature.len && out->ptr ? OK : ERR_NOMEM;
}

/* ---- verifying ---- */

/* R and S side by side (RFC 7518, 3.4) as the DER that OpenSSL wants. */
static int der_of(struct str rs, uint8_t out[80])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn((const uint8_t *)rs.ptr, HALF, NULL), *s = BN_bin2bn((const uint8_t *)rs.ptr + HALF, HALF, NULL);
	uint8_t *to = out;
	int n = -1;
	if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL; /* the signature's now */
		n = i2d_ECDSA_SIG(sig, NULL) <= 80 ? i2d_ECDSA_SIG(sig, &to) : -1;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return n;
}

static bool signature_fits(EVP_PKEY *key, bool ec, struct str text, struct str signature)
{
	uint8_t der[80];
	int n = 0;
	if (ec && (signature.len != ES256_BYTES || (n = der_of(signature, der)) < 0))
		return false;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c && EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestVerify(c, ec ? der : (const uint8_t *)signature.ptr, ec ? (size_t)n : signature.len, (const uint8_t *)text.ptr, text.len) == 1;
	EVP_MD_CTX_free(c);
	return good;
}

static bool fits_any(struct arena *a, const struct json *head, const struct json *keys, struct str text, struct str signature)
{
	struct str alg = json_text(json_get(head, "alg")), kid = json_text(json_get(head, "kid"));
	bool ec = str_eqz(alg, "ES256");
	const struct json *list = json_get(keys, "keys");
	if (!ec && !str_eqz(alg, "RS256"))
		return false;
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		const struct json *jwk = &list->items[i];
		if ((kid.len && json_text(json_get(jwk, "kid")).len && !str_eq(kid, json_text(json_get(jwk, "kid")))) ||
		    !str_eqz(json_text(json_get(jwk, "kty")), ec ? "EC" : "RSA"))
			continue;
		EVP_PKEY *key = ec ? ec_of(a, jwk) : rsa_of(a, jwk);
		bool good = key && signature_fits(key, ec, text, signature);
		EVP_PKEY_free(key);
		if (good)
			return true;
	}
	return false;
}

enum err jwt_verify(struct arena *a, struct str token, const struct json *keys, const struct json **claims, struct diag *d)
{
	struct str rest = token, bytes, signature;
	const struct json *head;
	struct str head_text = str_cut(&rest, '.'), body_text = str_cut(&rest, '.');
	if (token.len > TOKEN_MAX || !jwt_base64_read(a, head_text, &bytes) || json_read(a, bytes, &head, NULL) != OK ||
	    !jwt_base64_read(a, rest, &signature) || !signature.len)
		return diag_set(d, ERR_INVALID, "token.form", "This is no signed token.");
	if (!fits_any(a, head, keys, str_span(token.ptr, head_text.len + 1 + body_text.len), signature))
		return diag_set(d, ERR_INVALID, "token.signature", "The token is not signed by a key of its issuer.");
	if (!jwt_base64_read(a, body_text, &bytes) || json_read(a, bytes, claims, NULL) != OK)
		return diag_set(d, ERR_INVALID, "token.form", "This is no signed token.");
	return OK;
}
