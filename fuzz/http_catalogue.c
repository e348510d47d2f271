/* A .mo file is read or refused, whatever its offsets say. */
#include "http/i18n.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct http_i18n *i;
	struct str args[] = { S_INIT("甲") };
	arena_init(&a, 16 << 20);
	enum err e = http_i18n_load(&a, NULL, &i, NULL);
	base_assert(e == OK);
	if (http_i18n_add(i, HTTP_ZH, str_span((const char *)data, size), NULL) == OK)
		(void)http_i18n_format(i, HTTP_EN, S("a"), args, 1, &a);
	(void)http_language_accept(str_span((const char *)data, size));
	arena_release(&a);
	return 0;
}
