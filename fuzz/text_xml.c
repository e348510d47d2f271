/* The tree and the stream must agree on whether a document is well-formed. */
#include "text/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source {
	struct str rest;
};

static ptrdiff_t give(void *src, char *to, size_t room)
{
	struct source *s = src;
	size_t n = s->rest.len < room ? s->rest.len : room;
	n = n > 7 ? 7 : n;
	if (n)
		memcpy(to, s->rest.ptr, n);
	s->rest = str_sub(s->rest, n, s->rest.len);
	return (ptrdiff_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct xml_node *root;
	struct str text = str_span((const char *)data, size);
	struct source src = { text };
	struct xml_handler none = { NULL, NULL, NULL };
	arena_init(&a, 64 << 20);
	bool tree = xml_read(&a, text, &root, NULL) == OK;
	bool stream = xml_stream(&a, give, &src, &none, NULL) == OK;
	base_assert(tree == stream);
	base_assert(!tree || root->name.len > 0);
	arena_release(&a);
	return 0;
}
