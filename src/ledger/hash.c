/* hash.c - SHA-256 through OpenSSL; the algorithm is fetched once and its context made once a thread, which is most of the cost of
 * a short message. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <threads.h>

#include "ledger/ledger_int.h"

static CRYPTO_ONCE fetch_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MD *sha256; /* lives as long as the process */
static tss_t contexts;

static void forget(void *context)
{
	EVP_MD_CTX_free(context);
}

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	base_assert(sha256 && tss_create(&contexts, forget) == thrd_success);
}

static EVP_MD_CTX *context(void)
{
	base_assert(CRYPTO_THREAD_run_once(&fetch_once, fetch) == 1);
	EVP_MD_CTX *c = tss_get(contexts);
	if (c)
		return c;
	c = EVP_MD_CTX_new();
	base_assert(c && EVP_DigestInit_ex2(c, sha256, NULL) == 1 && tss_set(contexts, c) == thrd_success);
	return c;
}

void ledger_hash_parts(const struct str *parts, size_t count, uint8_t out[LEDGER_HASH])
{
	EVP_MD_CTX *c = context();
	base_assert(EVP_DigestInit_ex2(c, NULL, NULL) == 1);
	for (size_t i = 0; i < count; i++)
		if (parts[i].len)
			base_assert(EVP_DigestUpdate(c, parts[i].ptr, parts[i].len) == 1);
	unsigned int n = 0;
	base_assert(EVP_DigestFinal_ex(c, out, &n) == 1 && n == LEDGER_HASH);
}

void ledger_digest(struct str bytes, uint8_t out[LEDGER_HASH])
{
	ledger_hash_parts(&bytes, 1, out);
}
