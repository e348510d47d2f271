/* import_log_csv.c - an event log as CSV: gathers the rows of each case, then hands the cases over. */
#include "casework/import_int.h"

enum { ROW_BYTES_MAX = 16 << 20, PROGRESS_ROWS = 1024 };

struct row_event { /* events of a case, in the order of the file */
	struct import_event event;
	struct row_event *next;
};

struct row_case {
	struct import_case c;
	struct str times[4]; /* deadline and the like as texts, to notice rows that contradict */
	struct row_event *first, **end;
	size_t events_count;
	bool told;           /* a contradiction is told once per case */
	struct row_case *next;
};

struct reader {
	const struct import_mapping *m;
	const struct import_sink *sink;
	struct import_counts counts;
	struct csv_reader csv;
	int column[IMPORT_FIELDS];
	struct map cases;     /* id -> row_case */
	struct map words;     /* each text once */
	struct arena *arena;
	struct arena scratch;
};

static const enum import_field times[4] = { IMPORT_CASE_START, IMPORT_CASE_DEADLINE, IMPORT_CASE_PLANNED_END, IMPORT_CASE_END };

/* The text kept once for all rows; names of activities and people repeat on every row. */
static enum err keep(struct reader *r, struct str s, struct str *out)
{
	struct str *known = map_get(&r->words, s);
	if (!known) {
		known = arena_new(r->arena, struct str);
		if (!known)
			return ERR_NOMEM;
		*known = arena_str(r->arena, s);
		if (!known->ptr)
			return ERR_NOMEM;
		TRY(map_set(&r->words, *known, known));
	}
	*out = *known;
	return OK;
}

static enum err row_texts(struct reader *r, struct import_texts *t)
{
	*t = (struct import_texts){ .line = r->csv.line };
	for (int f = 0; f < IMPORT_FIELDS; f++)
		if (r->column[f] >= 0)
			TRY(keep(r, import_value(r->m, csv_field(&r->csv, r->column[f])), &t->text[f]));
	return OK;
}

static void tell_contradiction(struct reader *r, struct row_case *k, const struct import_texts *t)
{
	for (size_t i = 0; i < 4 && !k->told; i++) {
		if (str_eq(t->text[times[i]], k->times[i]))
			continue;
		k->told = true;
		import_problem(r->sink, &r->counts, t->line, "import.contradiction",
		               "%s of case %.*s is not that of line %d, which is kept",
		               import_field_names[times[i]].name, STR_ARG(k->c.id), k->c.line);
	}
}

/* The row's case, made when the row is its first; NULL when the row names none. */
static enum err row_to_case(struct reader *r, const struct import_texts *t, struct row_case **out)
{
	struct row_case *k = map_get(&r->cases, t->text[IMPORT_CASE_ID]);
	*out = k;
	if (k) {
		tell_contradiction(r, k, t);
		return OK;
	}
	struct import_case c;
	if (!import_fill_case(r->m, t, r->sink, &r->counts, &c))
		return OK;
	k = arena_new(r->arena, struct row_case);
	if (!k)
		return ERR_NOMEM;
	k->c = c;
	for (size_t i = 0; i < 4; i++)
		k->times[i] = t->text[times[i]];
	k->end = &k->first;
	*out = k;
	return map_set(&r->cases, k->c.id, k);
}

static enum err read_row(struct reader *r)
{
	struct import_texts t;
	struct row_case *k = NULL;
	struct import_event e;
	TRY(row_texts(r, &t));
	TRY(row_to_case(r, &t, &k));
	if (!k || !import_fill_event(r->m, &t, r->sink, &r->counts, &e))
		return OK;
	struct row_event *row = arena_new(r->arena, struct row_event);
	if (!row)
		return ERR_NOMEM;
	row->event = e;
	*k->end = row;
	k->end = &row->next;
	k->events_count++;
	return OK;
}

static enum err hand_over(struct reader *r)
{
	size_t most = 0;
	for (size_t i = 0; i < r->cases.count; i++) {
		const struct row_case *k = r->cases.entries[i].value;
		most = k->events_count > most ? k->events_count : most;
	}
	struct import_event *events = arena_new_n(r->arena, struct import_event, most);
	if (!events)
		return ERR_NOMEM;
	for (size_t i = 0; i < r->cases.count; i++) {
		struct row_case *k = r->cases.entries[i].value;
		size_t n = 0;
		for (struct row_event *e = k->first; e; e = e->next)
			events[n++] = e->event;
		TRY(import_hand_over(&k->c, events, n, r->sink, &r->counts));
	}
	return OK;
}

static enum err read_rows(struct reader *r, struct str csv, struct diag *d)
{
	TRY(csv_open(&r->csv, &r->scratch, csv, 0, d));
	TRY(import_columns(&r->csv, r->m, 1u << IMPORT_CASE | 1u << IMPORT_EVENT, r->column, d));
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

enum err import_log_csv(struct arena *a, struct str csv, const struct import_mapping *m, const struct import_sink *sink,
                        struct import_counts *out, struct diag *d)
{
	struct reader *r = arena_new(a, struct reader);
	if (!r)
		return ERR_NOMEM;
	r->m = m;
	r->sink = sink;
	r->arena = a;
	r->counts.log_end_ms = IMPORT_NO_TIME;
	map_init(&r->cases, a);
	map_init(&r->words, a);
	arena_init(&r->scratch, ROW_BYTES_MAX);
	enum err e = read_rows(r, csv, d);
	arena_release(&r->scratch);
	if (e == OK)
		e = hand_over(r);
	*out = r->counts;
	return e;
}

enum err import_keys_csv(struct arena *a, struct str csv, struct import_keys *out, struct diag *d)
{
	struct csv_reader *r = arena_new(a, struct csv_reader);
	if (!r)
		return ERR_NOMEM;
	TRY(csv_open(r, a, csv, 0, d));
	map_init(&out->scope[0], a);
	for (size_t i = 0; i < r->width; i++)
		TRY(map_set(&out->scope[0], r->header[i], r));
	out->scope[1] = out->scope[2] = out->scope[0];
	return OK;
}
