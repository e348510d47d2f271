/* scenario.c - reads a scenario and plays its steps in virtual time.
 *
 * Each step first moves the clock to its moment, firing what falls due on the way, and then does
 * what its person does. A step that says `refused` must be refused, with that code or, for "*",
 * with any; every other step must succeed.
 */
#include <stdarg.h>

#include "casework/scenario_int.h"

enum { DAY_MS = 86400000 };

void scenario_wrong(struct scenario *s, const char *fmt, ...)
{
	char line[1024];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	if (s->wrong.len)
		buf_byte(&s->wrong, '\n');
	if (s->step)
		buf_printf(&s->wrong, "step %d: ", s->step);
	buf_put(&s->wrong, str_span(line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1));
}

enum err scenario_do(struct scenario *s, const char *command, int64_t person, struct str data, struct str blob,
                     struct casework_result *out)
{
	struct casework_command c = { .name = str_of(command), .actor = { .person = person, .system = person == 0, .channel = S("2") }, .blob = blob };
	*out = (struct casework_result){ .err = OK };
	diag_init(&out->diag);
	out->err = json_read(s->a, data, &c.data, &out->diag);
	return out->err == OK ? casework_do(s->cw, &c, s->a, out) : out->err;
}

const struct json *scenario_case(struct scenario *s)
{
	struct casework_actor system = { .system = true };
	struct buf b;
	struct json_writer w;
	const struct json *params, *k;
	struct diag d;
	diag_init(&d);
	buf_init_in(&b, s->a, 1 << 16);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_str(&w, "case_no", s->case_no);
	json_end(&w);
	if (json_read(s->a, buf_str(&b), &params, &d) != OK || casework_view(s->cw, "case", &system, params, s->a, &k, &d) != OK) {
		scenario_wrong(s, "the case cannot be read: %s", d.text);
		return NULL;
	}
	return k;
}

/* ---- time ---- */

static bool clock_time(struct str text, int64_t *ms)
{
	int64_t hour, minute;
	struct str rest = text, h = str_cut(&rest, ':');
	if (!str_to_i64(h, &hour) || !str_to_i64(rest, &minute) || hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	*ms = (hour * 60 + minute) * 60000;
	return true;
}

/* "3wd 10:00" the third working day after the start, "3d 10:00" calendar days, or an RFC 3339 instant. */
static bool moment(const struct scenario *s, struct str text, int64_t *out_ms)
{
	struct str rest = text, day = str_cut(&rest, ' ');
	int64_t n, ms;
	if (!rest.ptr)
		return calendar_instant_parse(text, out_ms);
	bool working = str_ends(day, S("wd"));
	if (!str_ends(day, S("d")) || !str_to_i64(str_sub(day, 0, day.len - (working ? 2 : 1)), &n) || n < 0 || n > 4000 || !clock_time(rest, &ms))
		return false;
	calendar_day on = working ? (n ? calendar_working_days_add(s->calendar, s->start, (int32_t)n) : s->start) : s->start + (int32_t)n;
	*out_ms = calendar_day_start_ms(on, calendar_offset_s(s->calendar)) + ms;
	return true;
}

static bool go_to(struct scenario *s, const struct json *step)
{
	int64_t ms;
	struct str at = json_text(json_get(step, "at"));
	struct diag d;
	diag_init(&d);
	if (!moment(s, at, &ms)) {
		scenario_wrong(s, "\"%.*s\" is no moment", STR_ARG(at));
		return false;
	}
	if (ms < os_now_ms(&s->clock)) {
		scenario_wrong(s, "\"%.*s\" lies before the step above", STR_ARG(at));
		return false;
	}
	if (casework_advance(s->cw, &s->clock, ms, &d) != OK) {
		scenario_wrong(s, "time cannot go on to %.*s: %s", STR_ARG(at), d.text);
		return false;
	}
	return true;
}

/* ---- what people do ---- */

struct deed {
	struct scenario *s;
	const struct json *step;
	int64_t person;
	struct buf data;
	struct json_writer w;
	struct casework_result result;
};

static void deed_begin(struct deed *d)
{
	buf_init_in(&d->data, d->s->a, 4 << 20);
	json_writer_init(&d->w, &d->data);
	json_object(&d->w);
}

static enum err deed_do(struct deed *d, const char *command)
{
	json_end(&d->w);
	struct str text;
	TRY(buf_finish(&d->data, &text));
	return scenario_do(d->s, command, d->person, text, (struct str){ NULL, 0 }, &d->result);
}

/* Members of the step that go into the command as they are. */
static void pass_on(struct deed *d, const char *const *names)
{
	for (; *names; names++) {
		const struct json *v = json_get(d->step, *names);
		if (!v)
			continue;
		json_key(&d->w, str_of(*names));
		json_put_value(&d->w, v);
	}
}

/* The smallest file that is what it says it is: uploads are checked by content. */
static enum err hand_in(struct deed *d, struct str material, int64_t *document)
{
	static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
	struct buf b;
	struct json_writer w;
	struct casework_result r;
	buf_init_in(&b, d->s->a, 4096);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_str(&w, "name", arena_printf(d->s->a, "%.*s.pdf", STR_ARG(material)));
	json_pair_str(&w, "mime", S("application/pdf"));
	json_pair_str(&w, "material", material);
	json_end(&w);
	TRY(scenario_do(d->s, "document.add", d->person, buf_str(&b), str_span(pdf, sizeof pdf - 1), &r));
	*document = json_i64(json_get(r.data, "document"), 0);
	return OK;
}

static enum err put_document(struct deed *d, struct json_writer *w, struct str material)
{
	int64_t id;
	TRY(hand_in(d, material, &id));
	json_object(w);
	json_pair_i64(w, "document", id);
	json_pair_str(w, "material", material);
	json_end(w);
	return OK;
}

static bool listed(const struct json *list, struct str text)
{
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (str_eq(json_text(&list->items[i]), text))
			return true;
	return false;
}

/* All required materials but those in `without`, and those in `with`. */
static enum err put_documents(struct deed *d)
{
	const struct json *materials = json_path(d->s->meta, "item.materials");
	json_key(&d->w, S("documents"));
	json_array(&d->w);
	for (size_t i = 0; materials && i < materials->count; i++) {
		struct str id = json_text(json_get(&materials->items[i], "id"));
		bool required = json_bool(json_get(&materials->items[i], "required"), false);
		if ((required && !listed(json_get(d->step, "without"), id)) || listed(json_get(d->step, "with"), id))
			TRY(put_document(d, &d->w, id));
	}
	json_end(&d->w);
	return OK;
}

static enum err do_submit(struct deed *d)
{
	const struct json *form = json_get(d->step, "form"), *applicant = json_get(d->s->text, "applicant");
	deed_begin(d);
	json_pair_str(&d->w, "item", d->s->impl_code);
	json_key(&d->w, S("form"));
	json_put_value(&d->w, form ? form : json_get(d->s->text, "form"));
	json_key(&d->w, S("applicant"));
	json_put_value(&d->w, applicant);
	json_pair_str(&d->w, "source", S("2"));
	json_pair_bool(&d->w, "commitment", json_bool(json_get(d->step, "commitment"), false));
	TRY(put_documents(d));
	TRY(deed_do(d, "case.submit"));
	d->s->case_no = json_text(json_get(d->result.data, "case_no"));
	return OK;
}

/* Id of the open step of that element; 0 = none. */
static int64_t open_step(struct scenario *s, struct str element)
{
	const struct json *k = scenario_case(s), *steps = json_get(k, "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eq(json_text(json_get(&steps->items[i], "element")), element) &&
		    str_eqz(json_text(json_get(&steps->items[i], "state")), "open"))
			return json_i64(json_get(&steps->items[i], "step"), 0);
	return 0;
}

static enum err on_step(struct deed *d, const char *command)
{
	static const char *const names[] = { "action", "form", "opinion", "post", "reason", NULL };
	const struct json *materials = json_get(d->step, "materials");
	struct str element = json_text(json_get(d->step, "step"));
	int64_t step = open_step(d->s, element);
	if (!step)
		return diag_set(&d->result.diag, ERR_NOT_FOUND, "step.not-open", "The step %.*s is not open.", STR_ARG(element));
	deed_begin(d);
	json_pair_i64(&d->w, "step", step);
	pass_on(d, names);
	if (materials) {
		json_key(&d->w, S("documents"));
		json_array(&d->w);
		for (size_t i = 0; i < materials->count; i++)
			TRY(put_document(d, &d->w, json_text(&materials->items[i])));
		json_end(&d->w);
	}
	return deed_do(d, command);
}

static enum err on_case(struct deed *d, const char *command)
{
	static const char *const names[] = { "name", "data", "reason", "kind", "ground", "expected_days", "result", "grade", "text", NULL };
	deed_begin(d);
	json_pair_str(&d->w, "case_no", d->s->case_no);
	pass_on(d, names);
	if (strcmp(command, "case.rate") == 0)
		json_pair_str(&d->w, "channel", S("1"));
	return deed_do(d, command);
}

static enum err do_nothing(struct deed *d, const char *command)
{
	(void)d;
	(void)command;
	return OK;
}

static enum err do_apply(struct deed *d, const char *command)
{
	(void)command;
	return do_submit(d);
}

static const struct { const char *word; enum err (*run)(struct deed *d, const char *command); const char *command; } deeds[] = {
	{ "submit", do_apply, "case.submit" }, { "complete", on_step, "step.complete" }, { "claim", on_step, "step.claim" },
	{ "return", on_step, "step.return" }, { "reassign", on_step, "step.reassign" }, { "message", on_case, "case.message" },
	{ "withdraw", on_case, "case.withdraw" }, { "suspend", on_case, "case.suspend" }, { "resume", on_case, "case.resume" },
	{ "rate", on_case, "case.rate" }, { "note", on_case, "case.note" }, { "urge", on_case, "alert.urge" }, { "wait", do_nothing, "" },
};

static void judge(struct deed *d, enum err e)
{
	struct scenario *s = d->s;
	const struct json *refused = json_get(d->step, "refused");
	struct str want = json_text(refused), code = str_of(d->result.diag.code);
	if (e == OK && refused)
		scenario_wrong(s, "should be refused (%.*s), but was done", STR_ARG(want));
	else if (e != OK && !refused)
		scenario_wrong(s, "refused: %s: %s %s", d->result.diag.code, d->result.diag.text, d->result.diag.place);
	else if (e != OK && (!err_is_refusal(e) || (!str_eqz(want, "*") && !str_eq(want, code))))
		scenario_wrong(s, "refused with %.*s, should be %.*s: %s", STR_ARG(code), STR_ARG(want), d->result.diag.text);
}

static void act_out(struct scenario *s, const struct json *step)
{
	struct str word = json_text(json_get(step, "do")), as = json_text(json_get(step, "as"));
	const struct scenario_person *who = map_get(&s->people, as);
	struct deed d = { .s = s, .step = step, .person = who ? who->id : 0 };
	diag_init(&d.result.diag);
	if (!who && as.len && !str_eqz(as, "system")) {
		scenario_wrong(s, "the office has no \"%.*s\"", STR_ARG(as));
		return;
	}
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		if (str_eqz(word, deeds[i].word)) {
			judge(&d, deeds[i].run(&d, deeds[i].command));
			return;
		}
	}
	scenario_wrong(s, "nobody can do \"%.*s\"", STR_ARG(word));
}

/* ---- one scenario ---- */

static enum err opened(struct scenario *s, const struct casework_scenario_options *so, struct diag *d)
{
	int64_t start_ms;
	if (!calendar_instant_parse(json_text(json_get(s->text, "start")), &start_ms))
		return diag_set(d, ERR_INVALID, "scenario.start", "A scenario needs `start`, an instant such as 2026-03-02T09:00:00+08:00.");
	os_clock_virtual(&s->clock, start_ms);
	os_entropy_seeded(&s->entropy, 1);
	struct casework_options o = { .clock = &s->clock, .entropy = &s->entropy, .data_dir = so->data_dir, .inline_writer = true,
	                             .fast = true, .doubting = so->doubting, .rooms = so->rooms, .rooms_count = so->rooms_count };
	TRY(casework_open(":memory:", &o, &s->cw, d));
	s->calendar = calendar_now(s->cw);
	s->start = calendar_day_at(start_ms, calendar_offset_s(s->calendar));
	return OK;
}

static void play_steps(struct scenario *s)
{
	const struct json *steps = json_get(s->text, "steps");
	for (size_t i = 0; steps && i < steps->count && !s->wrong.len; i++) {
		const struct json *step = &steps->items[i];
		s->step = (int)i + 1;
		if (!go_to(s, step))
			return;
		if (json_get(step, "do"))
			act_out(s, step);
		if (json_get(step, "expect") && !s->wrong.len)
			scenario_expect(s, json_get(step, "expect"));
	}
	s->step = 0;
	if (!s->wrong.len)
		scenario_expect(s, json_get(s->text, "expect"));
}

/* What is not worth playing: the record of the case must also hold. */
static void check_record(struct scenario *s)
{
	uint64_t count;
	struct diag d;
	diag_init(&d);
	if (casework_verify(s->cw, NULL, NULL, &count, &d) != OK)
		scenario_wrong(s, "the record does not verify: %s", d.text);
}

struct playing {
	const struct casework_scenario_options *o;
	const struct pack_file *files;
	size_t count;
	const struct json *meta;
};

static enum err play(const struct playing *p, const struct pack_file *file, struct casework_scenario *out, struct arena *a, struct diag *d)
{
	struct arena own;
	arena_init(&own, SCENARIO_ARENA_MAX);
	struct scenario *s = arena_new(&own, struct scenario);
	if (!s)
		return ERR_NOMEM;
	s->a = &own;
	s->meta = p->meta;
	map_init(&s->people, &own);
	buf_init_in(&s->wrong, &own, SCENARIO_TEXT_MAX);
	enum err e = json_read(&own, file->bytes, &s->text, d);
	if (e == OK)
		e = opened(s, p->o, d);
	if (e == OK)
		e = scenario_office(s, p->files, p->count, d);
	if (e == OK) {
		play_steps(s);
		check_record(s);
		out->name = arena_str(a, json_text(json_get(s->text, "name")));
		out->name_en = arena_str(a, json_text(json_get(s->text, "name_en")));
		out->text = arena_str(a, buf_str(&s->wrong));
		out->passed = s->wrong.len == 0;
	} else {
		diag_at(d, file->path);
	}
	casework_close(s->cw);
	arena_release(&own);
	return e;
}

static bool is_scenario(const struct pack_file *f, const char *only)
{
	return str_starts(f->path, S("scenarios/")) && str_ends(f->path, S(".json")) && (!only || str_find(f->path, str_of(only)) >= 0);
}

static enum err read_meta(const struct pack_file *files, size_t count, struct arena *a, const struct json **meta, struct diag *d)
{
	for (size_t i = 0; i < count; i++)
		if (str_eqz(files[i].path, "pack.json"))
			return json_read(a, files[i].bytes, meta, d);
	return diag_set(d, ERR_INVALID, "pack.no-meta", "The folder has no pack.json.");
}

enum err scenario_play_all(const struct pack_file *files, size_t count, const struct casework_scenario_options *o,
                           struct arena *a, struct casework_scenario **out, struct diag *d)
{
	struct playing p = { .o = o, .files = files, .count = count };
	struct casework_scenario *first = NULL, **last = &first;
	size_t total = 0, done = 0;
	TRY(read_meta(files, count, a, &p.meta, d));
	for (size_t i = 0; i < count; i++)
		total += is_scenario(&files[i], o->only);
	for (size_t i = 0; i < count; i++) {
		if (!is_scenario(&files[i], o->only))
			continue;
		struct casework_scenario *s = arena_new(a, struct casework_scenario);
		if (!s)
			return ERR_NOMEM;
		s->file = files[i].path;
		TRY(play(&p, &files[i], s, a, d));
		*last = s;
		last = &s->next;
		if (o->played)
			o->played(o->arg, s, ++done, total);
	}
	*out = first;
	return OK;
}

enum err casework_scenarios_run(const struct casework_scenario_options *o, struct arena *a, struct casework_scenario **out, struct diag *d)
{
	struct pack_file *files;
	size_t count;
	TRY(pack_files_read(o->folder, a, &files, &count, d));
	return scenario_play_all(files, count, o, a, out, d);
}
