/* import_items.c - a catalogue of service items from CSV. */
#include <stdarg.h>

#include "base/utf8.h"
#include "casework/import_int.h"

enum { ROW_BYTES_MAX = 16 << 20, PROGRESS_ROWS = 256 };

struct reader {
	const struct import_mapping *m;
	const struct import_sink *sink;
	struct import_counts counts;
	struct csv_reader csv;
	int column[IMPORT_FIELDS];
	struct map seen;      /* code -> line + 1 as pointer-sized number */
	struct arena *arena;  /* of the codes seen */
	struct arena scratch; /* of the row */
};

void import_problem_diag(const struct import_sink *sink, struct import_counts *counts, const struct diag *d)
{
	counts->problems++;
	if (sink->problem)
		sink->problem(sink->arg, d);
}

void import_problem(const struct import_sink *sink, struct import_counts *counts, int line, const char *code,
                    const char *fmt, ...)
{
	struct diag d;
	char text[DIAG_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	diag_init(&d);
	(void)diag_set(&d, ERR_INVALID, code, "%s", text);
	diag_at_line(&d, line, 0);
	import_problem_diag(sink, counts, &d);
}

static struct str field(const struct reader *r, enum import_field f)
{
	return import_value(r->m, csv_field(&r->csv, r->column[f]));
}

/* A.1: two digits; catalogues write "1" for "01", or the kind's name, which the mapping knows. */
static bool kind_code(const struct reader *r, struct str word, char room[3], struct str *out)
{
	int64_t n;
	struct str code = import_code(r->m->kinds, r->m->kinds_count, word);
	if (!str_to_i64(code.ptr ? code : word, &n) || n < 0 || n > 99)
		return false;
	room[0] = (char)('0' + n / 10);
	room[1] = (char)('0' + n % 10);
	room[2] = 0;
	*out = str_span(room, 2);
	return true;
}

/* Why the row is no item, NULL if it is one. */
static const char *check(const struct reader *r, struct import_item *item, char kind[3])
{
	item->impl_code = field(r, IMPORT_ITEM_CODE);
	item->name = field(r, IMPORT_ITEM_NAME);
	item->organ = field(r, IMPORT_ITEM_ORGAN);
	item->organ_code = field(r, IMPORT_ITEM_ORGAN_CODE);
	item->region_code = field(r, IMPORT_ITEM_REGION);
	item->group = field(r, IMPORT_ITEM_GROUP);
	if (str_empty(item->impl_code))
		return "the implementing code is missing";
	if (item->impl_code.len > IMPORT_CODE_BYTES_MAX)
		return "the implementing code is longer than 64 characters";
	if (str_empty(item->name))
		return "the item's name is missing";
	if (utf8_count(item->name) > IMPORT_NAME_CHARS_MAX)
		return "the item's name is longer than 200 characters";
	if (str_empty(item->organ))
		return "the organ is missing";
	if (!kind_code(r, field(r, IMPORT_ITEM_KIND), kind, &item->kind))
		return "the kind is no code from 0 to 99 and no name that the mapping knows";
	return NULL;
}

static enum err remember(struct reader *r, struct str code, int line)
{
	struct str key = arena_str(r->arena, code);
	return key.ptr ? map_set(&r->seen, key, (void *)(intptr_t)line) : ERR_NOMEM;
}

static enum err read_row(struct reader *r)
{
	char kind[3];
	struct import_item item = { .line = r->csv.line };
	const char *why = check(r, &item, kind);
	if (why) {
		import_problem(r->sink, &r->counts, item.line, "import.item", "%s", why);
		return OK;
	}
	intptr_t before = (intptr_t)map_get(&r->seen, item.impl_code);
	if (before) {
		import_problem(r->sink, &r->counts, item.line, "import.item-twice",
		               "the implementing code %.*s stands in line %d already", STR_ARG(item.impl_code), (int)before);
		return OK;
	}
	TRY(remember(r, item.impl_code, item.line));
	r->counts.items++;
	return r->sink->item(r->sink->arg, &item);
}

static enum err read_rows(struct reader *r, struct str csv, struct diag *d)
{
	TRY(csv_open(&r->csv, &r->scratch, csv, 0, d));
	TRY(import_columns(&r->csv, r->m, 1u << IMPORT_ITEM, r->column, d));
	for (uint64_t row = 1;; row++) {
		bool more = false;
		struct diag bad;
		diag_init(&bad);
		enum err e = csv_next(&r->csv, &more, &bad);
		if (e == ERR_NOMEM)
			return e;
		if (e != OK)
			import_problem_diag(r->sink, &r->counts, &bad);
		else if (!more)
			return OK;
		else
			TRY(read_row(r));
		if (r->sink->progress && row % PROGRESS_ROWS == 0)
			r->sink->progress(r->sink->arg, csv.len - r->csv.rest.len);
	}
}

enum err import_items(struct arena *a, struct str csv, const struct import_mapping *m, const struct import_sink *sink,
                      struct import_counts *out, struct diag *d)
{
	struct reader *r = arena_new(a, struct reader);
	if (!r)
		return ERR_NOMEM;
	r->m = m;
	r->sink = sink;
	r->arena = a;
	r->counts.log_end_ms = IMPORT_NO_TIME;
	map_init(&r->seen, a);
	arena_init(&r->scratch, ROW_BYTES_MAX);
	enum err e = read_rows(r, csv, d);
	arena_release(&r->scratch);
	*out = r->counts;
	return e;
}
