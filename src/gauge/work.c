/* work.c - carrying out a run: the record verified and rebuilt, everyone's figures computed from the rebuilt rows, written
 * down in portions. On a thread of its own, or in a command's; never inside an act. */
#include "gauge/gauge_int.h"

#include "ledger/ledger.h"

enum { WORK_ARENA_MAX = 1 << 30, PORTION = 100, PORTION_ARENA_MAX = 64 << 20 };

static const struct casework_actor by_system = { .system = true };

/* A figure computed and not yet written down. */
struct figure {
	struct gauge_subject *who;
	struct str total, grade;
	struct dec value;
	const struct json *data;
	int64_t cases, place, places; /* place 0 = not ranked */
	bool none;                    /* a year without a single month: no figure */
};

struct job {
	struct casework *cw;
	struct arena a;
	const struct gauge_progress *progress;
	struct run_row run;
	struct gauge_scheme scheme;
	struct figure *figures;
	size_t count;
	int64_t head;
	struct str head_hash, calendar;
	struct diag *d;
};

static struct str hex_of(struct arena *a, const uint8_t *bytes, size_t n)
{
	struct buf b;
	struct str s;
	buf_init_in(&b, a, 2 * n + 1);
	buf_hex(&b, bytes, n);
	return buf_finish(&b, &s) == OK ? s : S("");
}

/* ---- computing ---- */

/* Published figures of the months in the period, from final runs of this scheme. */
static enum err months_of(struct job *j, struct store_conn *c, const struct gauge_subject *who, struct dec *months, size_t *count, struct json_build *list)
{
	struct store_query *q;
	bool row;
	*count = 0;
	TRY(store_prepare(c, "SELECT r.period, r.run_no, s.total FROM gauge_run r JOIN gauge_score s ON s.run=r.id AND s.round=r.round WHERE r.scheme_code=?1"
	                     " AND r.span='month' AND r.state='final' AND r.from_ms>=?2 AND r.from_ms<?3 AND s.kind=?4 AND s.subject=?5 ORDER BY r.from_ms, r.id", &q));
	store_bind_str(q, 1, j->scheme.code);
	store_bind_i64(q, 2, j->run.from_ms);
	store_bind_i64(q, 3, j->run.until_ms);
	store_bind_i64(q, 4, who->kind);
	store_bind_i64(q, 5, who->id);
	json_build_array(list, &j->a);
	while (*count < 12) {
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct str total = store_col_copy(q, 2, &j->a);
		if (!dec_parse(total, &months[(*count)++]))
			return ERR_CORRUPT;
		json_build_object(&o, &j->a);
		json_set_str(&o, "period", store_col_copy(q, 0, &j->a));
		json_set_str(&o, "run_no", store_col_copy(q, 1, &j->a));
		json_set_str(&o, "total", total);
		json_add(list, json_built(&o));
	}
	store_reset(q);
	return OK;
}

static const struct json *with_members(struct arena *a, const struct json *data, const char *key, const struct json *value, const char *key2, struct str text)
{
	struct json_build o;
	json_build_object(&o, a);
	for (size_t i = 0; data && i < data->count; i++)
		json_set_key(&o, data->members[i].key, &data->members[i].value);
	if (key)
		json_set(&o, key, value);
	json_set_str(&o, key2, text);
	return json_built(&o);
}

static enum err compute_mean(struct job *j, struct store_conn *c, struct figure *f, struct gauge_score *score)
{
	struct json_build list;
	struct dec months[12], mean;
	size_t count;
	bool year = str_eqz(j->run.span, "year");
	TRY(months_of(j, c, f->who, months, &count, &list));
	f->none = count == 0;
	if (f->none)
		return OK;
	TRY(gauge_mean_compute(&j->a, &j->scheme, f->who, months, count, year, &mean, score, j->d));
	f->data = with_members(&j->a, gauge_score_json(&j->a, &j->scheme, score, year), "months", json_built(&list), "mean", gauge_dec_text(&j->a, mean));
	return OK;
}

static enum err compute_one(struct job *j, struct store_conn *c, struct figure *f)
{
	struct gauge_score score;
	if (str_eqz(j->run.span, "half-year") || str_eqz(j->run.span, "year")) {
		TRY(compute_mean(j, c, f, &score));
		if (f->none)
			return OK;
	} else {
		TRY(gauge_score_compute(&j->a, &j->scheme, f->who, &score, j->d));
		f->data = with_members(&j->a, gauge_score_json(&j->a, &j->scheme, &score, false), NULL, NULL, "factor", gauge_dec_text(&j->a, f->who->factor));
	}
	f->value = score.total;
	f->total = gauge_dec_text(&j->a, score.total);
	f->grade = j->scheme.grades[score.grade].code;
	f->cases = score.cases;
	return f->data ? OK : ERR_NOMEM;
}

/* Within kind and group, best first; those with too few cases behind, unranked. */
static int by_rank(const void *x, const void *y)
{
	const struct figure *a = *(const struct figure *const *)x, *b = *(const struct figure *const *)y;
	if (a->who->kind != b->who->kind)
		return a->who->kind < b->who->kind ? -1 : 1;
	if (a->who->group != b->who->group)
		return a->who->group < b->who->group ? -1 : 1;
	if (a->none != b->none)
		return a->none ? 1 : -1;
	int c = a->none ? 0 : dec_cmp(b->value, a->value);
	return c ? c : a->who->id < b->who->id ? -1 : a->who->id > b->who->id;
}

static bool same_group(const struct figure *a, const struct figure *b)
{
	return a->who->kind == b->who->kind && a->who->group == b->who->group;
}

static void rank_group(struct job *j, struct figure **at, size_t count)
{
	int64_t places = 0, n = 0;
	const struct figure *before = NULL;
	for (size_t i = 0; i < count; i++)
		places += !at[i]->none && at[i]->cases >= j->scheme.cases_min;
	for (size_t i = 0; i < count; i++) {
		at[i]->places = places;
		if (at[i]->none || at[i]->cases < j->scheme.cases_min)
			continue;
		n++;
		at[i]->place = before && dec_eq(before->value, at[i]->value) ? before->place : n; /* equal figures share a place */
		before = at[i];
	}
}

static enum err rank_all(struct job *j)
{
	struct figure **order = arena_new_n(&j->a, struct figure *, j->count);
	if (!order)
		return ERR_NOMEM;
	for (size_t i = 0; i < j->count; i++)
		order[i] = &j->figures[i];
	qsort(order, j->count, sizeof *order, by_rank);
	for (size_t from = 0; from < j->count;) {
		size_t end = from;
		while (end < j->count && same_group(order[from], order[end]))
			end++;
		rank_group(j, order + from, end - from);
		from = end;
	}
	return OK;
}

/* On the rebuilt rows. */
static enum err compute(void *arg, struct store_conn *c, uint64_t head, const uint8_t hash[32])
{
	struct job *j = arg;
	struct gauge_subject *all;
	struct collect w = { .c = c, .a = &j->a, .scheme = &j->scheme, .from_ms = j->run.from_ms, .until_ms = j->run.until_ms, .run = j->run.id,
		             .kinds = j->scheme.kinds };
	j->head = (int64_t)head;
	j->head_hash = hex_of(&j->a, hash, LEDGER_HASH);
	j->calendar = gauge_calendar_mark(c, &j->a);
	TRY(gauge_collect(&w, &all, &j->count, j->d));
	j->figures = arena_new_n(&j->a, struct figure, j->count);
	if (!j->figures)
		return ERR_NOMEM;
	for (size_t i = 0; i < j->count && !casework_resting(j->cw); i++) { /* casework_rebuilt gives up then */
		j->figures[i].who = &all[i];
		TRY(compute_one(j, c, &j->figures[i]));
	}
	return rank_all(j);
}

/* ---- writing down ---- */

static enum err submit(struct job *j, struct arena *a, const char *name, const struct json *data, struct str blob)
{
	struct casework_result r;
	struct casework_command cmd = { .name = str_of(name), .actor = by_system, .data = data, .blob = blob };
	enum err e = casework_do(j->cw, &cmd, a, &r);
	if (e != OK)
		*j->d = r.diag;
	return e;
}

static const struct json *figure_json(struct job *j, struct arena *a, const struct figure *f)
{
	struct json_build o;
	const struct gauge_subject *s = f->who;
	json_build_object(&o, a);
	json_set_i64(&o, "kind", s->kind);
	json_set_i64(&o, "subject", s->id);
	json_set_i64(&o, "organ", s->organ);
	json_set_str(&o, "code", s->code);
	json_set_str(&o, "name", s->name);
	json_set_str(&o, "name_en", s->name_en.ptr ? s->name_en : S(""));
	json_set_str(&o, "group", j->scheme.groups[s->group].code);
	json_set_i64(&o, "cases", f->cases);
	if (f->place)
		json_set_i64(&o, "place", f->place);
	json_set_i64(&o, "places", f->places);
	json_set_str(&o, "total", f->total);
	json_set_str(&o, "grade", f->grade);
	json_set(&o, "data", f->data);
	return json_built(&o);
}

/* From figure `from`, as many as a portion holds; *next behind them. */
static enum err fill(struct job *j, struct arena *a, size_t from, size_t *next, int64_t objections_ms)
{
	struct json_build o, rows;
	size_t i = from;
	json_build_array(&rows, a);
	for (; i < j->count && i < from + PORTION; i++)
		if (!j->figures[i].none)
			json_add(&rows, figure_json(j, a, &j->figures[i]));
	*next = i;
	json_build_object(&o, a);
	json_set_str(&o, "run", j->run.run_no);
	json_set(&o, "rows", json_built(&rows));
	json_set_i64(&o, "done", (int64_t)i);
	json_set_i64(&o, "of", (int64_t)j->count);
	json_set_i64(&o, "objections_ms", objections_ms);
	return submit(j, a, "gauge.fill", json_built(&o), (struct str){ NULL, 0 });
}

static int64_t objections_until(struct job *j)
{
	const struct calendar *cal = calendar_now(j->cw);
	int32_t off = calendar_offset_s(cal);
	return calendar_day_start_ms(calendar_working_days_add(cal, calendar_day_at(casework_now_ms(j->cw), off), j->scheme.objection_days) + 1, off);
}

static enum err settle(struct job *j, struct arena *a, int64_t objections_ms)
{
	struct json_build o;
	json_build_object(&o, a);
	json_set_str(&o, "run", j->run.run_no);
	json_set_i64(&o, "head_seq", j->head);
	json_set_str(&o, "head_hash", j->head_hash);
	json_set_str(&o, "calendar", j->calendar);
	json_set_i64(&o, "objections_ms", objections_ms);
	return submit(j, a, "gauge.settle", json_built(&o), (struct str){ NULL, 0 });
}

static enum err write_down(struct job *j)
{
	struct arena a;
	int64_t until_ms = objections_until(j);
	enum err e = OK;
	arena_init(&a, PORTION_ARENA_MAX);
	for (size_t at = 0; at < j->count && e == OK;) {
		arena_reset(&a);
		e = fill(j, &a, at, &at, until_ms);
		if (j->progress && j->progress->heard)
			j->progress->heard(j->progress->arg, j->run.run_no, at, j->count);
	}
	if (e == OK)
		e = settle(j, &a, until_ms);
	arena_release(&a);
	return e;
}

/* ---- the reports of a final run, kept ---- */

struct kind_of_report { struct str format, language, audience; };

static struct kind_of_report kind_of_report(const struct gauge_report *r)
{
	return (struct kind_of_report){ r->xlsx ? S("xlsx") : S("pdf"), r->zh ? S("zh-CN") : S("en"), r->open ? S("public") : S("internal") };
}

static enum err archive_one(struct job *j, const struct gauge_report *what)
{
	struct arena a;
	struct json_build o;
	struct str bytes;
	struct kind_of_report kind = kind_of_report(what);
	arena_init(&a, WORK_ARENA_MAX);
	enum err e = gauge_report(j->cw, &by_system, what, &a, &bytes, j->d);
	if (e == OK) {
		json_build_object(&o, &a);
		json_set_str(&o, "run", j->run.run_no);
		json_set_str(&o, "format", kind.format);
		json_set_str(&o, "language", kind.language);
		json_set_str(&o, "audience", kind.audience);
		e = submit(j, &a, "gauge.archive", json_built(&o), bytes);
	}
	arena_release(&a);
	return e;
}

static bool is_kept(const struct json *kept, const struct gauge_report *what)
{
	struct kind_of_report kind = kind_of_report(what);
	size_t i = 0;
	while (i < kept->count && !(str_eq(json_text(json_get(&kept->items[i], "format")), kind.format) && str_eq(json_text(json_get(&kept->items[i], "language")), kind.language) &&
	                            str_eq(json_text(json_get(&kept->items[i], "audience")), kind.audience)))
		i++;
	return i < kept->count;
}

/* Those that are not kept yet: a program that ended half-way left the others. */
static enum err archive(struct job *j, const struct json *kept)
{
	for (int open = 0; open < (j->scheme.open_to_public ? 2 : 1); open++)
		for (int zh = 1; zh >= 0; zh--)
			for (int xlsx = 0; xlsx < 2; xlsx++) {
				struct gauge_report what = { .run_no = j->run.run_no, .zh = zh, .xlsx = xlsx, .open = open };
				if (casework_resting(j->cw))
					return OK;
				if (!is_kept(kept, &what))
					TRY(archive_one(j, &what));
			}
	return OK;
}

/* ---- a run ---- */

static enum err fail(struct job *j, const struct diag *why)
{
	struct json_build o;
	struct arena a;
	arena_init(&a, 1 << 20);
	json_build_object(&o, &a);
	json_set_str(&o, "run", j->run.run_no);
	json_set_str(&o, "reason", arena_printf(&a, "%s: %s", why->code, why->text));
	enum err e = submit(j, &a, "gauge.fail", json_built(&o), (struct str){ NULL, 0 });
	arena_release(&a);
	return e;
}

static void heard_verify(void *arg, uint64_t done, uint64_t total)
{
	struct job *j = arg;
	if (j->progress && j->progress->heard)
		j->progress->heard(j->progress->arg, j->run.run_no, done, total);
}

static enum err carry_out(struct job *j)
{
	struct casework_rebuilt o = { .compare = true, .progress = heard_verify, .progress_arg = j };
	TRY(casework_rebuilt(j->cw, &o, compute, j, j->d));
	return write_down(j);
}

static struct run_row run_of_json(struct arena *a, const struct json *r)
{
	return (struct run_row){ .id = json_i64(json_get(r, "id"), 0), .scheme = json_i64(json_get(r, "scheme"), 0), .from_ms = json_i64(json_get(r, "from"), 0),
		.until_ms = json_i64(json_get(r, "until"), 0), .seq = json_i64(json_get(r, "head_seq"), 0), .run_no = arena_str(a, json_text(json_get(r, "run_no"))),
		.span = arena_str(a, json_text(json_get(r, "span"))), .state = arena_str(a, json_text(json_get(r, "state"))),
		.head = arena_str(a, json_text(json_get(r, "head_hash"))) };
}

enum { TO_CARRY_OUT = -1 };

/* Without a run_no the one that waits, the oldest first: to be carried out, or, of those that are final, the next behind `after` that lacks reports. */
static const struct json *waiting(struct casework *cw, struct arena *a, struct str run_no, int64_t after, struct diag *d)
{
	const struct json *v;
	struct json_build o;
	json_build_object(&o, a);
	if (run_no.len)
		json_set_str(&o, "run", run_no);
	if (after != TO_CARRY_OUT)
		json_set_i64(&o, "lacking_after", after);
	return casework_view(cw, "gauge.waiting", &by_system, json_built(&o), a, &v, d) == OK ? json_get(v, "rows") : NULL;
}

static enum err job_begin(struct job *j, struct casework *cw, const struct gauge_progress *p, const struct json *row, struct diag *d)
{
	*j = (struct job){ .cw = cw, .progress = p, .d = d };
	arena_init(&j->a, WORK_ARENA_MAX);
	j->run = run_of_json(&j->a, row);
	return gauge_scheme_read(&j->a, json_get(row, "scheme_data"), &j->scheme, d);
}

static enum err work_one(struct casework *cw, const struct gauge_progress *p, const struct json *row, struct diag *d)
{
	struct job j;
	struct diag why;
	diag_init(&why);
	enum err e = job_begin(&j, cw, p, row, &why);
	if (e == OK)
		e = carry_out(&j);
	if (e == ERR_CORRUPT || (e != OK && err_is_refusal(e))) {
		struct diag own = why;
		diag_init(&why);
		e = fail(&j, &own);
	}
	if (e != OK && d)
		*d = why;
	arena_release(&j.a);
	return e;
}

bool gauge_waits(struct casework *cw)
{
	struct arena a;
	arena_init(&a, 16 << 20);
	const struct json *rows = waiting(cw, &a, S(""), TO_CARRY_OUT, NULL);
	bool any = rows && rows->count > 0;
	arena_release(&a);
	return any;
}

static enum err report_one(struct casework *cw, const struct json *row, struct diag *d)
{
	struct job j;
	enum err e = job_begin(&j, cw, NULL, row, d);
	if (e == OK)
		e = archive(&j, json_get(row, "kept"));
	arena_release(&j.a);
	return e;
}

/* The next that waits; *after goes on behind it. */
static enum err work_next(struct casework *cw, const struct gauge_progress *p, int64_t *after, bool *any, struct diag *d)
{
	struct arena a;
	enum err e = OK;
	arena_init(&a, 16 << 20);
	const struct json *rows = waiting(cw, &a, S(""), *after, d);
	*any = rows && rows->count > 0 && !casework_resting(cw);
	if (*any && *after == TO_CARRY_OUT)
		e = work_one(cw, p, &rows->items[0], d);
	else if (*any) {
		*after = json_i64(json_get(&rows->items[0], "id"), 0);
		e = report_one(cw, &rows->items[0], d);
	}
	arena_release(&a);
	return e;
}

/* One whose reports cannot be made holds up no other's; it is told, and tried again with the next turn. */
static enum err report_all(struct casework *cw, struct diag *d)
{
	int64_t after = 0;
	enum err first = OK;
	for (bool any = true; any;) {
		struct diag own;
		diag_init(&own);
		enum err e = work_next(cw, NULL, &after, &any, &own);
		if (e != OK && first == OK) {
			first = e;
			if (d)
				*d = own;
		}
		if (e != OK && e != ERR_CORRUPT && !err_is_refusal(e))
			return e;
	}
	return first;
}

enum err gauge_work(struct casework *cw, const struct gauge_progress *p, struct diag *d)
{
	int64_t none = TO_CARRY_OUT;
	for (bool any = true; any;)
		TRY(work_next(cw, p, &none, &any, d));
	return report_all(cw, d);
}

/* ---- the same again, for proof ---- */


static enum err differs(struct job *j, const struct figure *f, const char *what, struct str is, struct str should)
{
	return diag_set(j->d, ERR_CORRUPT, "gauge.differs", "%.*s, %s %.*s: %s is %.*s, the record gives %.*s.", STR_ARG(j->run.run_no),
	                gauge_kind_name(f->who->kind), STR_ARG(f->who->code), what, STR_ARG(is), STR_ARG(should));
}

static struct str canonical(struct arena *a, const struct json *v)
{
	struct buf b;
	struct str s;
	buf_init_in(&b, a, JSON_BYTES_MAX);
	json_put_canonical(&b, v);
	return buf_finish(&b, &s) == OK ? s : S("");
}

static const struct json *row_of(const struct json *rows, const struct figure *f)
{
	for (size_t i = 0; i < rows->count; i++)
		if (json_i64(json_get(&rows->items[i], "kind"), 0) == f->who->kind && json_i64(json_get(&rows->items[i], "subject"), 0) == f->who->id)
			return &rows->items[i];
	return NULL;
}

static enum err compare_figures(struct job *j, const struct json *rows, uint64_t *figures)
{
	size_t at = 0;
	*figures = 0;
	for (size_t i = 0; i < j->count; i++) {
		const struct figure *f = &j->figures[i];
		if (f->none)
			continue;
		const struct json *row = at < rows->count && json_i64(json_get(&rows->items[at], "subject"), 0) == f->who->id ? &rows->items[at] : row_of(rows, f);
		at++;
		if (!row)
			return differs(j, f, "the figure", S("missing"), f->total);
		if (!str_eq(json_text(json_get(row, "total")), f->total))
			return differs(j, f, "the figure", json_text(json_get(row, "total")), f->total);
		if (!str_eq(json_text(json_get(row, "grade")), f->grade))
			return differs(j, f, "the grade", json_text(json_get(row, "grade")), f->grade);
		if (json_i64(json_get(row, "place"), 0) != f->place)
			return differs(j, f, "the place", json_text(json_get(row, "place")), arena_printf(&j->a, "%lld", (long long)f->place));
		if (!str_eq(canonical(&j->a, json_get(row, "data")), canonical(&j->a, f->data)))
			return differs(j, f, "the working", S("other"), S("different inputs"));
		(*figures)++;
	}
	return *figures == rows->count ? OK : diag_set(j->d, ERR_CORRUPT, "gauge.extra", "%.*s: there are figures that the record does not give.", STR_ARG(j->run.run_no));
}

static enum err verify(struct job *j, const struct json *row, uint64_t *figures)
{
	struct casework_rebuilt o = { .until = (uint64_t)j->run.seq };
	if (!str_eqz(j->run.state, "final"))
		return diag_set(j->d, ERR_CONFLICT, "gauge.not-final", "%.*s is not final: there is nothing frozen to compare.", STR_ARG(j->run.run_no));
	TRY(casework_rebuilt(j->cw, &o, compute, j, j->d));
	if (!str_eq(j->head_hash, j->run.head))
		return diag_set(j->d, ERR_CORRUPT, "gauge.head", "%.*s: entry %lld of the record is not the one the figures were computed at.",
		                STR_ARG(j->run.run_no), (long long)j->run.seq);
	return compare_figures(j, json_get(row, "scores"), figures);
}

enum err gauge_verify(struct casework *cw, struct str run_no, uint64_t *figures, struct diag *d)
{
	struct arena a;
	struct job j;
	arena_init(&a, WORK_ARENA_MAX);
	const struct json *rows = waiting(cw, &a, run_no, TO_CARRY_OUT, d);
	enum err e = rows && rows->count ? OK : diag_set(d, ERR_NOT_FOUND, "gauge.run-unknown", "There is no evaluation %.*s.", STR_ARG(run_no));
	if (e == OK) {
		e = job_begin(&j, cw, NULL, &rows->items[0], d);
		if (e == OK)
			e = verify(&j, &rows->items[0], figures);
		arena_release(&j.a);
	}
	arena_release(&a);
	return e;
}
