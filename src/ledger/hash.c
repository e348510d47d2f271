/* hash.c - SHA-256 through OpenSSL; the algorithm is fetched once and its context made once a thread, which is most of the cost of
 * a short message. It takes memory for each, and may get none: then through libsodium, which is slower and takes none. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <threads.h>

#include "ledger/ledger_int.h"

static CRYPTO_ONCE fetch_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MD *sha256; /* lives as long as the process; NULL: there was no memory for it */
static tss_t contexts;

static void forget(void *context)
{
	EVP_MD_CTX_free(context);
}

static void fetch(void)
{
	if (tss_create(&contexts, forget) == thrd_success)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static EVP_MD_CTX *context(void)
{
	if (CRYPTO_THREAD_run_once(&fetch_once, fetch) != 1 || !sha256)
		return NULL;
	EVP_MD_CTX *c = tss_get(contexts);
	if (c)
		return c;
	c = EVP_MD_CTX_new();
	if (c && EVP_DigestInit_ex2(c, sha256, NULL) == 1 && tss_set(contexts, c) == thrd_success)
		return c;
	EVP_MD_CTX_free(c);
	return NULL;
}

static bool hash_fast(const struct str *parts, size_t count, uint8_t out[LEDGER_HASH])
{
	EVP_MD_CTX *c = context();
	unsigned int n = 0;
	bool ok = c && EVP_DigestInit_ex2(c, NULL, NULL) == 1;
	for (size_t i = 0; ok && i < count; i++)
		ok = !parts[i].len || EVP_DigestUpdate(c, parts[i].ptr, parts[i].len) == 1;
	return ok && EVP_DigestFinal_ex(c, out, &n) == 1 && n == LEDGER_HASH;
}

void ledger_hash_parts(const struct str *parts, size_t count, uint8_t out[LEDGER_HASH])
{
	crypto_hash_sha256_state s;
	_Static_assert(LEDGER_HASH == crypto_hash_sha256_BYTES, "both give the same");
	if (hash_fast(parts, count, out))
		return;
	(void)crypto_hash_sha256_init(&s);
	for (size_t i = 0; i < count; i++)
		(void)crypto_hash_sha256_update(&s, (const unsigned char *)parts[i].ptr, parts[i].len);
	(void)crypto_hash_sha256_final(&s, out);
}

void ledger_digest(struct str bytes, uint8_t out[LEDGER_HASH])
{
	ledger_hash_parts(&bytes, 1, out);
}
