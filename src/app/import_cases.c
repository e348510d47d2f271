/* import_cases.c - `banjie import log`: cases of an outside log with their steps and deadlines.
 *
 * The log is read twice: whether an open case is late depends on when the log ends. The first
 * reading also finds out whether the file can be read at all, before anything is written.
 */
#include "app/import.h"
#include "base/utf8.h"
#include "ledger/ledger.h"
#include "text/json_make.h"

struct log_run {
	struct import_job *j;
	int64_t log_end_ms;
	struct map items;  /* departments whose item is there -> its code as struct str */
	struct map people; /* names of the log that are people here -> login as struct str */
	struct diag *d;
};

static const struct casework_actor system_actor = { .system = true };

/* ---- organ and item for the cases of a department ---- */

/* "LOG" and 15 digits of the name's hash: as long as an organ's code may be, the same at each import. */
static struct str made_code(struct import_job *j, struct str department)
{
	uint8_t hash[LEDGER_HASH];
	struct buf b;
	struct str name = arena_printf(&j->arena, "%.*s\n%.*s", STR_ARG(j->source), STR_ARG(department)), code = S("");
	if (!name.ptr)
		return (struct str){ NULL, 0 };
	ledger_digest(name, hash);
	buf_init_in(&b, &j->arena, 80);
	buf_putz(&b, "LOG");
	buf_hex(&b, hash, 8);
	return buf_finish(&b, &code) == OK ? str_sub(code, 0, 18) : (struct str){ NULL, 0 };
}

static enum err item_there(struct log_run *r, struct str code, bool *there)
{
	struct json_build o;
	const struct json *list;
	json_build_object(&o, &r->j->scratch);
	json_set_str(&o, "impl_code", code);
	TRY(casework_view(r->j->cw, "items.admin", &system_actor, json_built(&o), &r->j->scratch, &list, r->d));
	const struct json *rows = json_get(list, "rows");
	*there = rows && rows->count;
	return OK;
}

static enum err make_item(struct log_run *r, struct str code, struct str department)
{
	struct json_build organ, item;
	const struct json *answer;
	struct import_job *j = r->j;
	struct str title = str_empty(j->mapping->title) ? j->source : j->mapping->title;
	json_build_object(&organ, &j->scratch);
	json_set_str(&organ, "code", code);
	json_set_str(&organ, "name", str_empty(department) ? j->source
	                                                   : arena_printf(&j->scratch, "%.*s · %.*s", STR_ARG(department), STR_ARG(j->source)));
	TRY(import_send(j, "organ.put", json_built(&organ), &answer, r->d));
	json_build_object(&item, &j->scratch);
	json_set_str(&item, "impl_code", code);
	json_set_str(&item, "name", title);
	json_set_str(&item, "organ", code);
	json_set_str(&item, "kind", str_empty(j->mapping->item_kind) ? S("10") : j->mapping->item_kind);
	json_set_bool(&item, "live", false); /* nobody applies for it here */
	json_set_bool(&item, "online", false);
	return import_send(j, "item.put", json_built(&item), &answer, r->d);
}

static enum err item_of(struct log_run *r, struct str department, struct str *out)
{
	struct str *known = map_get(&r->items, department);
	if (!known) {
		bool there = false;
		struct str name = arena_str(&r->j->arena, department);
		known = arena_new(&r->j->arena, struct str);
		if (!known || !name.ptr)
			return ERR_NOMEM;
		*known = made_code(r->j, department);
		if (!known->ptr)
			return ERR_NOMEM;
		TRY(item_there(r, *known, &there));
		if (!there)
			TRY(make_item(r, *known, department));
		TRY(map_set(&r->items, name, known));
	}
	*out = *known;
	return OK;
}

/* ---- people ---- */

static enum err login_there(struct log_run *r, struct str login, bool *there)
{
	struct json_build o;
	const struct json *list;
	json_build_object(&o, &r->j->scratch);
	json_set_str(&o, "q", login);
	json_set_i64(&o, "limit", 200);
	TRY(casework_view(r->j->cw, "people", &system_actor, json_built(&o), &r->j->scratch, &list, r->d));
	const struct json *rows = json_get(list, "rows");
	for (size_t i = 0; rows && i < rows->count; i++)
		*there |= str_eq(json_text(json_get(&rows->items[i], "login")), login);
	return OK;
}

/* People of the log are people here who cannot log in. */
static enum err make_person(struct log_run *r, struct str login, struct str name)
{
	struct json_build o;
	const struct json *answer;
	json_build_object(&o, &r->j->scratch);
	json_set_str(&o, "login", login);
	json_set_str(&o, "name", name);
	json_set_bool(&o, "staff", true);
	json_set_bool(&o, "enabled", false);
	return import_send(r->j, "person.put", json_built(&o), &answer, r->d);
}

/* "permits-nl/Resource02"; names that make no login (too long) stay words. */
static enum err person_of(struct log_run *r, struct str name, struct str *out)
{
	enum { LOGIN_CHARS_MAX = 60 };
	struct str *known = map_get(&r->people, name);
	if (!known) {
		bool there = false;
		struct str kept = arena_str(&r->j->arena, name);
		known = arena_new(&r->j->arena, struct str);
		if (!known || !kept.ptr)
			return ERR_NOMEM;
		*known = arena_printf(&r->j->arena, "%.*s/%.*s", STR_ARG(r->j->source), STR_ARG(name));
		if (!known->ptr)
			return ERR_NOMEM;
		if (utf8_count(*known) > LOGIN_CHARS_MAX)
			*known = S("");
		TRY(known->len ? login_there(r, *known, &there) : OK);
		if (known->len && !there)
			TRY(make_person(r, *known, name));
		TRY(map_set(&r->people, kept, known));
	}
	*out = *known;
	return OK;
}

/* ---- a case ---- */

static void set_word(struct json_build *o, const char *key, struct str s)
{
	if (!str_empty(s))
		json_set_str(o, key, s);
}

static void set_ms(struct json_build *o, const char *key, int64_t ms)
{
	if (ms != IMPORT_NO_TIME)
		json_set_i64(o, key, ms);
}

static const struct json *attributes(struct import_job *j, const struct import_case *c)
{
	struct json_build o;
	json_build_object(&o, &j->scratch);
	set_word(&o, "department", c->department);
	set_word(&o, "responsible", c->responsible);
	set_word(&o, "group", c->group);
	set_word(&o, "kind", c->kind);
	set_word(&o, "status", c->status);
	set_word(&o, "channel", c->channel);
	set_ms(&o, "planned_end_ms", c->planned_end_ms);
	return json_built(&o);
}

static enum err steps(struct log_run *r, const struct import_case *c, const struct json **out)
{
	struct json_build list;
	struct import_job *j = r->j;
	json_build_array(&list, &j->scratch);
	for (size_t i = 0; i < c->events_count; i++) {
		const struct import_event *e = &c->events[i];
		struct json_build o;
		json_build_object(&o, &j->scratch);
		json_set_str(&o, "element", str_empty(e->instance) ? e->activity : e->instance);
		json_set_str(&o, "name", e->activity);
		json_set_i64(&o, "at_ms", e->at_ms);
		struct str login = S("");
		if (!str_empty(e->resource))
			TRY(person_of(r, e->resource, &login));
		set_word(&o, "who", e->resource);
		set_word(&o, "person", login);
		set_word(&o, "group", e->group);
		set_word(&o, "lifecycle", e->lifecycle);
		set_ms(&o, "due_ms", e->due_ms);
		set_ms(&o, "planned_ms", e->planned_ms);
		set_ms(&o, "finished_ms", e->finished_ms);
		json_add(&list, json_built(&o));
	}
	*out = json_built(&list);
	return *out ? OK : ERR_NOMEM;
}

static enum err send_case(struct log_run *r, const struct import_case *c)
{
	struct import_job *j = r->j;
	struct json_build o;
	const struct json *done;
	struct str item, responsible = S(""), number = c->id;
	TRY(item_of(r, c->department, &item));
	TRY(steps(r, c, &done));
	if (!str_empty(c->responsible))
		TRY(person_of(r, c->responsible, &responsible));
	if (j->mapping->number_with_file || j->source_name)
		number = arena_printf(&j->scratch, "%.*s/%.*s", STR_ARG(j->source), STR_ARG(c->id));
	json_build_object(&o, &j->scratch);
	json_set_str(&o, "case_no", number);
	json_set_str(&o, "item", item);
	json_set_str(&o, "source", j->source);
	json_set_str(&o, "channel", c->channel_code);
	json_set_i64(&o, "received_ms", c->start_ms);
	set_ms(&o, "due_ms", c->deadline_ms);
	set_ms(&o, "concluded_ms", c->end_ms);
	json_set_i64(&o, "log_end_ms", r->log_end_ms);
	json_set(&o, "attributes", attributes(j, c));
	set_word(&o, "responsible", responsible);
	json_set(&o, "steps", done);
	return import_post(j, "case.import", json_built(&o), c->line, r->d);
}

static enum err on_case(void *arg, const struct import_case *c)
{
	struct log_run *r = arg;
	struct arena_mark mark = arena_save(&r->j->scratch);
	struct diag d;
	diag_init(&d);
	r->d = &d;
	enum err e = send_case(r, c);
	if (e == OK && import_log_late(c, r->log_end_ms))
		r->j->late++;
	if (e != OK && err_is_refusal(e)) {
		d.line = c->line;
		r->j->refused++;
		import_tell(r->j, &d);
		e = OK;
	}
	arena_rewind(&r->j->scratch, mark);
	import_show(r->j, "cases", ++r->j->sent);
	return e;
}

static enum err only_count(void *arg, const struct import_case *c)
{
	(void)arg;
	(void)c;
	return OK;
}

static void on_problem(void *arg, const struct diag *d)
{
	struct log_run *r = arg;
	import_tell(r->j, d);
}

/* ---- both readings ---- */

static enum err read_log(struct import_job *j, bool xml, struct str csv, const struct import_sink *sink,
                         struct import_counts *counts, struct diag *d)
{
	struct import_source *s;
	if (!xml) {
		struct arena_mark mark = arena_save(&j->arena);
		enum err e = import_log_csv(&j->arena, csv, j->mapping, sink, counts, d);
		if (sink->one_case == only_count)
			arena_rewind(&j->arena, mark);
		return e;
	}
	TRY(import_source_open(j, &s, d));
	enum err e = import_log_xes(&j->arena, import_source_chunk, s, j->mapping, sink, counts, d);
	if (e != OK)
		e = import_source_error(s, e, d);
	import_source_close(s);
	return e;
}

static enum err choose_mapping(struct import_job *j, bool *xml, struct str *csv, struct diag *d)
{
	struct import_source *s;
	struct import_keys keys;
	enum err e = OK;
	TRY(import_source_open(j, &s, d));
	*xml = import_source_is_xml(s);
	if (*xml)
		e = import_keys_xes(&j->arena, import_source_chunk, s, &keys, d);
	import_source_close(s);
	TRY(e);
	if (!*xml) {
		TRY(import_source_whole(j, csv, d));
		TRY(import_keys_csv(&j->arena, *csv, &keys, d));
	}
	return import_mapping_choose(j, &keys, true, d);
}

enum err import_run_log(struct import_job *j, struct diag *d)
{
	bool xml = false;
	struct str csv = S("");
	struct log_run r = { .j = j };
	struct import_counts counts;
	struct import_sink look = { .one_case = only_count };
	struct import_sink write = { .arg = &r, .one_case = on_case, .problem = on_problem };
	TRY(choose_mapping(j, &xml, &csv, d));
	TRY(read_log(j, xml, csv, &look, &counts, d));
	r.log_end_ms = counts.log_end_ms;
	map_init(&r.items, &j->arena);
	map_init(&r.people, &j->arena);
	return read_log(j, xml, csv, &write, &j->counts, d);
}
