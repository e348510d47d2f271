/* hash.c - MD5 and SHA-256 through OpenSSL, each fetched once. */
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "draw/draw_int.h"

static CRYPTO_ONCE fetch_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MD *kinds[2]; /* live as long as the process */

static void fetch(void)
{
	kinds[DRAW_MD5] = EVP_MD_fetch(NULL, "MD5", NULL);
	kinds[DRAW_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool draw_hash_parts(enum draw_hash hash, const struct str *parts, size_t count, uint8_t *out)
{
	base_assert(CRYPTO_THREAD_run_once(&fetch_once, fetch) == 1);
	if (!kinds[hash]) /* a machine whose policy leaves MD5 out */
		return false;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	base_assert(c && EVP_DigestInit_ex2(c, kinds[hash], NULL) == 1);
	for (size_t i = 0; i < count; i++)
		if (parts[i].len)
			base_assert(EVP_DigestUpdate(c, parts[i].ptr, parts[i].len) == 1);
	unsigned int n = 0;
	base_assert(EVP_DigestFinal_ex(c, out, &n) == 1 && n == draw_hash_size(hash));
	EVP_MD_CTX_free(c);
	return true;
}
