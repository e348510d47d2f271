/* test_reference.c - real logs, computed a second time in the most straightforward way: rows as texts, sorted by qsort,
 * pairs and variants as texts, counted by sorting. Nothing of the room's readers or tables is used for it. */
#include <stdlib.h>

#include "calendar/calendar.h"
#include "casework/import.h"
#include "logs.h"
#include "os/os.h"
#include "text/csv.h"
#include "text/gzip.h"

#define LOGS PROJECT_ROOT "/../shared/data/logs/"

enum { TEXT_MAX = 128 << 20, MEMORY_MAX = 1 << 30 };

/* ---- the second computation ---- */

struct row { struct str case_id, activity; int64_t ms; size_t number; };
struct rows { struct row *list; size_t count, room; };

static void add_row(struct rows *r, struct arena *a, struct str case_id, struct str activity, int64_t ms)
{
	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 1 << 16;
		struct row *grown = arena_new_n(a, struct row, room);
		if (!grown)
			return;
		if (r->count)
			memcpy(grown, r->list, r->count * sizeof *grown);
		r->list = grown;
		r->room = room;
	}
	r->list[r->count] = (struct row){ arena_str(a, case_id), arena_str(a, activity), ms, r->count };
	r->count++;
}

static int by_case(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int c = str_cmp(a->case_id, b->case_id);
	if (c)
		return c;
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

struct pair { struct str key; int64_t ms; };

static int by_key(const void *pa, const void *pb)
{
	const struct pair *a = pa, *b = pb;
	int c = str_cmp(a->key, b->key);
	return c ? c : a->ms < b->ms ? -1 : a->ms > b->ms;
}

static const char separator[] = "\x1f";

/* Every step as "from US to" with its duration. */
static size_t pairs_of(const struct rows *r, struct arena *a, struct pair *out)
{
	size_t n = 0;
	for (size_t i = 1; i < r->count; i++) {
		const struct row *x = &r->list[i - 1], *y = &r->list[i];
		if (str_eq(x->case_id, y->case_id))
			out[n++] = (struct pair){ arena_printf(a, "%.*s%s%.*s", STR_ARG(x->activity), separator, STR_ARG(y->activity)), y->ms - x->ms };
	}
	return n;
}

/* Every case as its activities in a row, with its duration. */
static size_t cases_of(const struct rows *r, struct arena *a, struct pair *out)
{
	size_t n = 0;
	for (size_t from = 0, to; from < r->count; from = to) {
		struct buf b;
		buf_init_in(&b, a, 1 << 20);
		for (to = from; to < r->count && str_eq(r->list[to].case_id, r->list[from].case_id); to++) {
			buf_put(&b, r->list[to].activity);
			buf_putz(&b, separator);
		}
		out[n++] = (struct pair){ buf_str(&b), r->list[to - 1].ms - r->list[from].ms };
	}
	return n;
}

/* One group of equal keys, sorted by duration: what its times are. */
static struct mine_times times_by_sorting(const struct pair *p, size_t n)
{
	struct mine_times t = { .count = (uint32_t)n, .min_ms = p[0].ms, .max_ms = p[n - 1].ms };
	for (size_t i = 0; i < n; i++)
		t.sum_ms += p[i].ms;
	t.mean_ms = (2 * t.sum_ms + (int64_t)n) / (2 * (int64_t)n);
	t.median_ms = n % 2 ? p[n / 2].ms : (p[n / 2 - 1].ms + p[n / 2].ms + 1) / 2;
	size_t at = 0;
	while ((at + 1) * 10 < n * 9)
		at++;
	t.p90_ms = p[at].ms;
	return t;
}

static bool same_times(const struct mine_times *a, const struct mine_times *b)
{
	return a->count == b->count && a->mean_ms == b->mean_ms && a->median_ms == b->median_ms && a->p90_ms == b->p90_ms && a->min_ms == b->min_ms
	       && a->max_ms == b->max_ms && a->sum_ms == b->sum_ms;
}

/* ---- comparing ---- */

static void compare_edges(const struct mine_report *r, struct pair *p, size_t n, struct arena *a)
{
	struct pair *ours = arena_new_n(a, struct pair, r->edges_count);
	size_t groups = 0, wrong = 0;
	REQUIRE(ours);
	for (size_t k = 0; k < r->edges_count; k++)
		ours[k] = (struct pair){ arena_printf(a, "%.*s%s%.*s", STR_ARG(mine_activity(r->log, r->edges[k].from, false)), separator,
			                              STR_ARG(mine_activity(r->log, r->edges[k].to, false))), (int64_t)k };
	qsort(ours, r->edges_count, sizeof *ours, by_key);
	qsort(p, n, sizeof *p, by_key);
	for (size_t from = 0, to; from < n; from = to, groups++) {
		for (to = from + 1; to < n && str_eq(p[to].key, p[from].key); to++)
			;
		struct mine_times want = times_by_sorting(p + from, to - from);
		const struct mine_edge *e = groups < r->edges_count ? &r->edges[ours[groups].ms] : NULL;
		wrong += !e || !str_eq(ours[groups].key, p[from].key) || e->count != to - from || !same_times(&e->times, &want);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(r->edges_count, groups);
}

static struct str variant_key(const struct mine_report *r, const struct mine_variant *v, struct arena *a)
{
	struct buf b;
	buf_init_in(&b, a, 1 << 20);
	for (uint32_t i = r->log->first[v->example]; i < r->log->first[v->example + 1]; i++) {
		buf_put(&b, mine_activity(r->log, r->log->activity[i], false));
		buf_putz(&b, separator);
	}
	return buf_str(&b);
}

static void compare_variants(const struct mine_report *r, struct pair *p, size_t n, struct arena *a)
{
	struct pair *ours = arena_new_n(a, struct pair, r->variants_count);
	size_t groups = 0, wrong = 0;
	REQUIRE(ours);
	for (size_t k = 0; k < r->variants_count; k++)
		ours[k] = (struct pair){ variant_key(r, &r->variants[k], a), (int64_t)k };
	qsort(ours, r->variants_count, sizeof *ours, by_key);
	qsort(p, n, sizeof *p, by_key);
	for (size_t from = 0, to; from < n; from = to, groups++) {
		for (to = from + 1; to < n && str_eq(p[to].key, p[from].key); to++)
			;
		struct mine_times want = times_by_sorting(p + from, to - from);
		const struct mine_variant *v = groups < r->variants_count ? &r->variants[ours[groups].ms] : NULL;
		wrong += !v || !str_eq(ours[groups].key, p[from].key) || v->count != to - from || !same_times(&v->times, &want);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(r->variants_count, groups);
	CHECK_INT(r->log->cases, n);
}

static void compare(struct rows *rows, const struct mine_log *log, struct arena *a)
{
	struct mine_report *r = NULL;
	struct mine_work w = { .calendar = logs_calendar(a), .graph_only = true };
	struct pair *p = arena_new_n(a, struct pair, rows->count);
	REQUIRE(p && rows->count > 1000);
	CHECK_INT(log->events, rows->count);
	qsort(rows->list, rows->count, sizeof *rows->list, by_case);
	REQUIRE(mine_report_make(log, &w, &r, NULL) == OK);
	compare_edges(r, p, pairs_of(rows, a, p), a);
	compare_variants(r, p, cases_of(rows, a, p), a);
	mine_report_free(r);
}

/* ---- the files ---- */

static enum err read_by_room(const char *path, struct mine_log **out)
{
	struct os_reader *file;
	struct mine_mapping m = { .zone_s = 0 };
	struct mine_reading r = { 0 };
	TRY(os_reader_open(path, &file, NULL));
	enum err e = mine_read(os_reader_chunk, file, &m, &r, out, NULL);
	os_reader_close(file);
	CHECK_INT(r.bad_rows, 0);
	return e;
}

static struct str all_of(struct arena *a, const char *path, bool packed)
{
	struct str text = { NULL, 0 };
	struct os_reader *file;
	struct gzip_reader *z;
	struct buf b;
	if (!packed)
		return os_file_read(a, path, TEXT_MAX, &text, NULL) == OK ? text : (struct str){ NULL, 0 };
	if (os_reader_open(path, &file, NULL) != OK)
		return text;
	buf_init_in(&b, a, TEXT_MAX);
	if (gzip_open(a, os_reader_chunk, file, TEXT_MAX, &z) == OK) {
		char piece[4096];
		for (ptrdiff_t n; (n = gzip_read(z, piece, sizeof piece)) > 0;)
			buf_put(&b, str_span(piece, (size_t)n));
		gzip_close(z);
	}
	os_reader_close(file);
	return buf_str(&b);
}

static void compare_csv(const char *path, bool packed, const char *case_id, const char *activity, const char *time)
{
	struct arena a, own;
	struct rows rows = { 0 };
	struct mine_log *log = NULL;
	arena_init(&a, MEMORY_MAX);
	arena_init(&own, MEMORY_MAX);
	struct csv_reader *csv = arena_new(&a, struct csv_reader);
	bool more = true;
	CHECK(csv_open(csv, &own, all_of(&a, path, packed), ',', NULL) == OK);
	while (csv_next(csv, &more, NULL) == OK && more) {
		int64_t ms = 0;
		CHECK(calendar_instant_parse(csv_field(csv, csv_column(csv, str_of(time))), &ms));
		add_row(&rows, &a, csv_field(csv, csv_column(csv, str_of(case_id))), csv_field(csv, csv_column(csv, str_of(activity))), ms);
	}
	CHECK_INT(read_by_room(path, &log), OK);
	if (log)
		compare(&rows, log, &a);
	mine_log_free(log);
	arena_release(&own);
	arena_release(&a);
}

TEST(permits_as_csv)
{
	if (!os_file_exists(LOGS "permits-nl.csv"))
		SKIP("the log of permits is not there");
	compare_csv(LOGS "permits-nl.csv", false, "case:concept:name", "concept:name", "time:timestamp");
}

TEST(fines_as_packed_csv)
{
	if (!os_file_exists(LOGS "fines-it.csv.gz"))
		SKIP("the log of fines is not there");
	compare_csv(LOGS "fines-it.csv.gz", true, "case_id", "activity", "timestamp");
}

struct gathered { struct rows *rows; struct arena *a; };

static enum err on_case(void *arg, const struct import_case *c)
{
	struct gathered *g = arg;
	for (size_t i = 0; i < c->events_count; i++)
		add_row(g->rows, g->a, c->id, c->events[i].activity, c->events[i].at_ms);
	return OK;
}

static const struct import_mapping *plain_mapping(struct arena *a)
{
	struct import_mapping *m = NULL;
	enum err e = import_mapping_read(a, S("{\"case\":{\"id\":\"concept:name\"},\"event\":{\"activity\":\"concept:name\",\"time\":\"time:timestamp\"}}"), &m, NULL);
	return e == OK ? m : NULL;
}

/* The second reader is the one that imports cases. */
TEST(building_permits_as_packed_xes)
{
	const char *const names[] = { "1", "2", "3" };
	for (size_t i = 0; i < (os_env("BANJIE_TEST_LONG").len ? 3 : 1); i++) {
		struct arena a;
		struct rows rows = { 0 };
		struct mine_log *log = NULL;
		struct os_reader *file;
		struct gzip_reader *z = NULL;
		struct import_counts counts;
		arena_init(&a, MEMORY_MAX);
		const char *path = arena_printf(&a, LOGS "permits-nl-bpic15-%s.xes.gz", names[i]).ptr;
		if (!os_file_exists(path)) {
			arena_release(&a);
			SKIP("the logs of building permits are not there");
		}
		ROW(names[i]);
		struct gathered g = { &rows, &a };
		struct import_sink sink = { .arg = &g, .one_case = on_case };
		CHECK(plain_mapping(&a) != NULL);
		CHECK(os_reader_open(path, &file, NULL) == OK && gzip_open(&a, os_reader_chunk, file, TEXT_MAX, &z) == OK);
		CHECK_INT(import_log_xes(&a, gzip_read, z, plain_mapping(&a), &sink, &counts, NULL), OK);
		gzip_close(z);
		os_reader_close(file);
		CHECK_INT(read_by_room(path, &log), OK);
		if (log)
			compare(&rows, log, &a);
		mine_log_free(log);
		arena_release(&a);
	}
	ROW(NULL);
}

TEST_MAIN
