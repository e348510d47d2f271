/* A form sent in parts is read or refused; what is kept lies inside the body. The first line is the
 * Content-Type, the rest the body. */
#include "http/http_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct str body = str_span((const char *)data, size), type = str_cut(&body, '\n');
	arena_init(&a, 16 << 20);
	struct http_multipart *m = arena_new(&a, struct http_multipart);
	if (m && http_multipart_read(&a, body.ptr ? body : S(""), type, 1000, m, NULL) == OK) {
		for (size_t i = 0; i < m->fields.count; i++) {
			struct str v = m->fields.list[i].value;
			base_assert(v.ptr >= body.ptr && v.ptr + v.len <= body.ptr + body.len);
		}
		for (size_t i = 0; i < m->files_count; i++)
			base_assert(m->files[i].bytes.len <= 1000 && m->files[i].bytes.ptr + m->files[i].bytes.len <= body.ptr + body.len);
	}
	arena_release(&a);
	return 0;
}
