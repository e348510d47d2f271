/* hash.c - SHA-256 through OpenSSL; the algorithm is fetched once, which halves the cost of a
 * short message. */
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "ledger/ledger_int.h"

static CRYPTO_ONCE fetch_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MD *sha256; /* lives as long as the process */

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void ledger_hash_parts(const struct str *parts, size_t count, uint8_t out[LEDGER_HASH])
{
	base_assert(CRYPTO_THREAD_run_once(&fetch_once, fetch) == 1 && sha256);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	base_assert(c && EVP_DigestInit_ex2(c, sha256, NULL) == 1);
	for (size_t i = 0; i < count; i++)
		if (parts[i].len)
			base_assert(EVP_DigestUpdate(c, parts[i].ptr, parts[i].len) == 1);
	unsigned int n = 0;
	base_assert(EVP_DigestFinal_ex(c, out, &n) == 1 && n == LEDGER_HASH);
	EVP_MD_CTX_free(c);
}

void ledger_digest(struct str bytes, uint8_t out[LEDGER_HASH])
{
	ledger_hash_parts(&bytes, 1, out);
}
