/* Any bytes are a mapping or refused; one that reads says the same of a header, and reads items. */
#include "casework/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err on_item(void *arg, const struct import_item *item)
{
	(void)arg;
	base_assert(item->impl_code.len && item->name.len && item->organ.len && item->kind.len == 2);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_mapping *m;
	struct import_sink sink = { .item = on_item };
	struct import_counts counts;
	struct diag d;
	struct arena a;
	arena_init(&a, 64 << 20);
	diag_init(&d);
	enum err e = import_mapping_read(&a, str_span((const char *)data, size), &m, &d);
	base_assert(e == OK || e == ERR_NOMEM || d.err == e);
	if (e == OK)
		(void)!import_items(&a, S("c,n,k,o,g\nA,取水许可,1,水利局,\nA,取水许可,x,水利局,\nB,,许可,水利局,未分类\n"), m, &sink,
		                    &counts, NULL);
	arena_release(&a);
	return 0;
}
