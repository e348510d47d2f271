/* A real city's hotline beside its own verdict: which of its requests were late, by our rule over its own targets, and by its column
 * `ontime`; case by case, not only in number. Read where the file is present, else skipped. */
#include "base/map.h"
#include "calendar/calendar.h"
#include "casework/import.h"
#include "hotline/hotline.h"
#include "os/os.h"
#include "text/csv.h"
#include "text/gzip.h"

#define KERNEL_ROOM hotline_room
#include "tests/unit/casework/kernel.h"

enum { FILE_MAX = 64 << 20, MEMORY = 768 << 20, EVERY = 25 };

struct verdict { bool closed, target; char flag; }; /* flag: L late, O on time, '-' none */

struct compare {
	struct arena a;
	struct map verdicts;   /* id -> struct verdict, as the city's file says */
	size_t rows, judged, city_late, our_late, differ, no_flag, open_late, imported;
	bool through_the_record;
};

/* The whole text, unpacked. */
static bool read_file(struct arena *a, struct str *text)
{
	static const char *const places[] = { PROJECT_ROOT "/../shared/data/hotline/boston311-2011-q3.csv.gz", PROJECT_ROOT "/../../shared/data/hotline/boston311-2011-q3.csv.gz" };
	struct os_reader *raw = NULL;
	struct gzip_reader *packed;
	struct buf b;
	static char piece[1 << 16];
	for (size_t i = 0; i < 2 && !raw; i++)
		if (os_reader_open(places[i], &raw, NULL) != OK)
			raw = NULL;
	if (!raw)
		return false;
	buf_init_in(&b, a, FILE_MAX);
	bool ok = gzip_open(a, os_reader_chunk, raw, FILE_MAX, &packed) == OK;
	for (ptrdiff_t n = 1; ok && n > 0;) {
		n = gzip_read(packed, piece, sizeof piece);
		ok = n >= 0;
		if (n > 0)
			buf_put(&b, str_span(piece, (size_t)n));
	}
	if (packed)
		gzip_close(packed);
	os_reader_close(raw);
	return ok && buf_finish(&b, text) == OK;
}

/* The city's own verdict, read apart from the mapping. */
static bool read_verdicts(struct compare *x, struct str text)
{
	struct arena own;
	static struct csv_reader csv;
	arena_init(&own, 64 << 20);
	bool more = true, ok = csv_open(&csv, &own, text, ',', NULL) == OK;
	int id = csv_column(&csv, S("case_enquiry_id")), closed = csv_column(&csv, S("closed_dt")), target = csv_column(&csv, S("target_dt")),
		flag = csv_column(&csv, S("ontime"));
	while (ok && csv_next(&csv, &more, NULL) == OK && more) {
		struct verdict *v = arena_new(&x->a, struct verdict);
		struct str word = csv_field(&csv, flag);
		*v = (struct verdict){ csv_field(&csv, closed).len > 0, csv_field(&csv, target).len > 0,
		                       str_eqz(word, "OVERDUE") ? 'L' : str_eqz(word, "ONTIME") ? 'O' : '-' };
		ok = map_set(&x->verdicts, arena_str(&x->a, csv_field(&csv, id)), v) == OK;
		x->rows++;
	}
	arena_release(&own);
	return ok;
}

static struct kernel k;

/* A share of them goes through the record: the alert is raised there, or not. */
static void import_one(struct compare *x, const struct import_case *c, bool late)
{
	struct json_build o;
	json_build_object(&o, &k.a);
	json_set_str(&o, "case_no", c->id);
	json_set_str(&o, "item", S("I1"));
	json_set_i64(&o, "received_ms", c->start_ms);
	json_set_i64(&o, "due_ms", c->deadline_ms);
	json_set_i64(&o, "concluded_ms", c->end_ms);
	struct casework_command cmd = { .name = S("case.import"), .actor = { .system = true }, .data = json_built(&o) };
	CHECK_INT(casework_do(k.cw, &cmd, &k.a, &k.r), OK);
	CHECK_INT(json_bool(json_get(k.r.data, "late"), !late), late);
	const struct json *v = kernel_view(&k, 0, "case", arena_printf(&k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(c->id)).ptr);
	CHECK_INT(json_get(v, "alerts")->count, late);
	x->imported++;
}

static enum err one_case(void *arg, const struct import_case *c)
{
	struct compare *x = arg;
	const struct verdict *v = map_get(&x->verdicts, c->id);
	if (!v)
		return ERR_NOT_FOUND;
	if (!v->closed || !v->target || v->flag == '-') {
		x->no_flag += v->closed && v->target;
		return OK;
	}
	bool late = import_log_late(c, IMPORT_NO_TIME);
	x->judged++;
	x->our_late += late;
	x->city_late += v->flag == 'L';
	if (late != (v->flag == 'L')) {
		x->differ++;
		printf("  %.*s: the city says %s, its own dates say %s\n", STR_ARG(c->id), v->flag == 'L' ? "late" : "on time", late ? "late" : "on time");
	}
	if (x->through_the_record && x->judged % EVERY == 0)
		import_one(x, c, late);
	return OK;
}

static enum err no_item(void *arg, const struct import_item *item)
{
	(void)arg, (void)item;
	return OK;
}

static enum err read_mapping(struct arena *a, struct import_mapping **m)
{
	struct str text;
	TRY(os_file_read(a, PROJECT_ROOT "/data/mappings/hotline-boston311.json", 1 << 16, &text, NULL));
	return import_mapping_read(a, text, m, NULL);
}

TEST(the_late_ones_are_those_the_city_says_were_late)
{
	static struct compare x;
	struct str text;
	struct import_mapping *m;
	struct import_counts counts;
	struct diag d;
	diag_init(&d);
	arena_init(&x.a, MEMORY);
	map_init(&x.verdicts, &x.a);
	if (!read_file(&x.a, &text)) {
		arena_release(&x.a);
		SKIP("the hotline's file is not beside the checkout");
	}
	REQUIRE(read_verdicts(&x, text));
	REQUIRE(read_mapping(&x.a, &m) == OK);
	REQUIRE(kernel_begin(&k, ":memory:"));
	struct import_sink sink = { .arg = &x, .item = no_item, .one_case = one_case };
	x.through_the_record = true;
	CHECK_INT(import_log_csv(&x.a, text, m, &sink, &counts, &d), OK);
	printf("  %zu rows, %zu closed with target and verdict: late by the city %zu, by our rule %zu, different %zu;"
	       " %zu closed with a target have no verdict; %zu went through the record\n",
	       x.rows, x.judged, x.city_late, x.our_late, x.differ, x.no_flag, x.imported);
	CHECK(x.judged > 20000);
	CHECK_INT(x.differ, 0);
	CHECK_INT(x.our_late, x.city_late);
	kernel_end(&k);
	arena_release(&x.a);
}

TEST_MAIN
