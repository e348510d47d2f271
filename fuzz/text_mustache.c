/* A template that compiles renders within its bounds, whatever it includes. */
#include "text/mustache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mustache *self(void *arg, struct str name)
{
	(void)name;
	return arg;
}

static struct str sentence(void *arg, struct str key)
{
	(void)arg;
	return key.len % 2 ? S("于 {0} {1}") : (struct str){ NULL, 0 };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct mustache *t;
	const struct json *v;
	arena_init(&a, 16 << 20);
	enum err e = json_read(&a, S("{\"a\":[1,{\"b\":\"<|>\"},\"中\"],\"b\":{\"c\":true},\"t\":\"x\"}"), &v, NULL);
	base_assert(e == OK);
	if (mustache_compile(&a, str_span((const char *)data, size), &t, NULL) == OK) {
		struct mustache_env env = { self, sentence, t };
		struct buf out;
		buf_init(&out, 64 << 10);
		e = mustache_render(t, v, &env, &a, &out);
		base_assert(e == OK || e == ERR_LIMIT || e == ERR_NOMEM);
		buf_release(&out);
	}
	arena_release(&a);
	return 0;
}
