/* Any bytes are a log or refused, as CSV (first byte odd) or XES; the events of a case are in order,
 * and what is given is never missing. */
#include "casework/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rest { struct str text; };

static ptrdiff_t chunk(void *arg, char *to, size_t room)
{
	struct rest *r = arg;
	size_t n = r->text.len < room ? r->text.len : room;
	if (n)
		memcpy(to, r->text.ptr, n);
	r->text = str_sub(r->text, n, r->text.len);
	return (ptrdiff_t)n;
}

static enum err on_case(void *arg, const struct import_case *c)
{
	(void)arg;
	base_assert(c->id.len && c->start_ms != IMPORT_NO_TIME);
	for (size_t i = 0; i < c->events_count; i++) {
		base_assert(c->events[i].activity.len && c->events[i].at_ms != IMPORT_NO_TIME);
		base_assert(i == 0 || c->events[i - 1].at_ms <= c->events[i].at_ms);
	}
	return OK;
}

static const struct import_mapping *mapping(void)
{
	static struct arena a;
	static struct import_mapping *m;
	if (m)
		return m;
	arena_init(&a, 1 << 20);
	enum err e = import_mapping_read(&a, S("{\"case\":{\"id\":[\"c\",\"i\"],\"start\":\"s\",\"deadline\":\"d\",\"end\":\"e\",\"channel\":\"h\"},"
	                                       "\"event\":{\"activity\":\"a\",\"time\":\"t\",\"finished\":\"f\"},"
	                                       "\"empty\":[\"EMPTY\"],\"channels\":{\"Desk\":\"1\"},\"zone\":\"+08:00\"}"), &m, NULL);
	base_assert(e == OK);
	return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_sink sink = { .one_case = on_case };
	struct import_counts counts;
	struct diag d;
	struct arena a;
	if (size == 0)
		return 0;
	struct rest rest = { str_span((const char *)data + 1, size - 1) };
	arena_init(&a, 64 << 20);
	diag_init(&d);
	enum err e = data[0] & 1 ? import_log_csv(&a, rest.text, mapping(), &sink, &counts, &d)
	                         : import_log_xes(&a, chunk, &rest, mapping(), &sink, &counts, &d);
	base_assert(e == OK || e == ERR_NOMEM || d.err == e);
	arena_release(&a);
	return 0;
}
