/* jwt.h - signed tokens between systems: JSON Web Signature (RFC 7515, compact form) with RS256 and ES256, keys as JWK
 * (RFC 7517). `none` and keys of other kinds are refused. Through OpenSSL 3.
 */
#ifndef HTTP_JWT_H
#define HTTP_JWT_H

#include "base/arena.h"
#include "base/diag.h"
#include "text/json.h"

/* A new RSA key of 2048 bits as PEM (PKCS #8), in the arena. */
BASE_MUST_USE enum err jwt_key_new(struct arena *a, struct str *pem);
/* Its public half as a JWK {kty, n, e, alg, use, kid}; kid is the thumbprint of RFC 7638. */
BASE_MUST_USE enum err jwt_key_public(struct arena *a, struct str pem, const struct json **jwk);
/* header.payload.signature with RS256 and the key's kid. */
BASE_MUST_USE enum err jwt_sign(struct arena *a, struct str pem, const struct json *claims, struct str *out);
/* Checks the signature against the key set {keys: [...]} and gives the claims. What they say is the caller's to check. ERR_INVALID. */
BASE_MUST_USE enum err jwt_verify(struct arena *a, struct str token, const struct json *keys, const struct json **claims, struct diag *d);

/* base64url without padding (RFC 4648, section 5). */
struct str jwt_base64(struct arena *a, struct str bytes);
bool jwt_base64_read(struct arena *a, struct str text, struct str *bytes);
/* base64url of the SHA-256: the challenge of PKCE's verifier (RFC 7636, S256). */
struct str jwt_challenge(struct arena *a, struct str verifier);

#endif
