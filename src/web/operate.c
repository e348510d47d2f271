/* operate.c - for whoever runs the machine: is the system ready, figures for a monitor, lines for a log.
 *
 * /healthz (api_table.c) says that the process answers; /readyz that it can do its work. Neither tells more than a name of
 * what fails. The figures are for administrators and auditors, with a token. A line of the log never holds a person's data:
 * it names the route, not the address that was asked for.
 */
#include "calendar/calendar.h"
#include "web/api_int.h"

enum {
	FIGURES_MAX = 4 << 20,
	LINE_MAX_BYTES = 1024,
	DISK_FREE_MIN = 256 << 20,
};

/* ---- backups ---- */

/* {planned, overdue, failed_since, …}; NULL when it cannot be read. */
static const struct json *backups(struct web *w, struct arena *a)
{
	static const struct json none = { .kind = JSON_OBJECT };
	const struct casework_actor nobody = { .system = true };
	const struct json *v = NULL;
	return casework_view(w->casework, "backups", &nobody, &none, a, &v, NULL) == OK ? v : NULL;
}

static bool backup_overdue(const struct json *b)
{
	return json_bool(json_get(b, "planned"), false) && json_bool(json_get(b, "overdue"), false);
}

/* ---- what is looked at ---- */

/* A limit is acted upon within a second or two; a minute later something holds it up. */
enum { LATE_MS_MAX = 60000 };

void web_state_look(struct http_request *rq, struct web *w, struct web_state *out)
{
	struct casework_health *h = &out->health;
	enum err e = casework_health(w->casework, h);
	const struct json *b = out->backups = backups(w, rq->arena);
	bool planned = json_bool(json_get(b, "planned"), false);
	const struct web_check checks[WEB_CHECKS] = {
		{ "stopping", WEB_CHECK_STOPS, !http_server_stopping(w->server) },
		{ "store", WEB_CHECK_STOPS, e == OK },
		{ "writer", WEB_CHECK_STOPS, h->writing_ms < STORE_STILL_MS && !h->refuses && !h->unwritten },
		{ "disk", WEB_CHECK_STOPS, h->disk_free < 0 || h->disk_free >= DISK_FREE_MIN },
		{ "limits", WEB_CHECK_SHOWN, h->late_ms < LATE_MS_MAX },
		{ "clock", WEB_CHECK_WARNS, !h->time_held },
		{ "record", WEB_CHECK_WARNS, h->passed <= 0 && h->passed_notices <= 0 },
		{ "damage", WEB_CHECK_WARNS, !h->damaged },
		{ "locked", WEB_CHECK_WARNS, !h->locked }, /* with every server alike: no reason to send people away */
		{ "backup_planned", WEB_CHECK_SHOWN, !b || planned },
		{ "backup", WEB_CHECK_WARNS, !backup_overdue(b) }, /* no reason to send people away */
		{ "backup_made", WEB_CHECK_SHOWN, !planned || json_i64(json_get(b, "failed_since"), 0) == 0 },
	};
	memcpy(out->checks, checks, sizeof checks);
}

/* ---- ready? ---- */

static const struct json *names_of(struct http_request *rq, const struct web_state *s, enum web_check_kind kind)
{
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < WEB_CHECKS; i++)
		if (s->checks[i].kind == kind && !s->checks[i].good)
			json_build_str(&list, "", str_of(s->checks[i].name));
	return json_build_end(&list);
}

static enum http_outcome serve_ready(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web_state s;
	struct json_builder o;
	web_state_look(rq, arg, &s);
	const struct json *failing = names_of(rq, &s, WEB_CHECK_STOPS);
	bool ready = failing && failing->count == 0;
	json_build_object_begin(&o, rq->arena);
	json_build_str(&o, "status", ready ? S("ready") : S("not ready"));
	json_build_value(&o, "failing", failing);
	json_build_value(&o, "warnings", names_of(rq, &s, WEB_CHECK_WARNS));
	http_header_set(re, "Cache-Control", S("no-store"));
	if (!ready)
		http_header_set(re, "Retry-After", S("5"));
	return http_send_json(re, ready ? 200 : 503, json_build_end(&o));
}

/* ---- the state, for a page and for a program ---- */

static const struct json nothing = { .kind = JSON_NULL };

/* What cannot be read is null: zero would say that all is well. */
static void put_figure(struct json_builder *b, const char *key, int64_t n)
{
	if (n >= 0)
		json_build_i64(b, key, n);
	else
		json_build_value(b, key, &nothing);
}

static const struct json *checks_json(struct http_request *rq, const struct web_state *s)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < WEB_CHECKS; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "check", str_of(s->checks[i].name));
		json_build_bool(&one, "good", s->checks[i].good);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void put_backup(struct http_request *rq, struct web *w, struct json_builder *o, const struct json *kept)
{
	static const char *const members[] = { "planned", "last_at", "overdue", "failed_since" };
	struct json_builder b;
	int64_t last_ms;
	if (!kept) {
		json_build_value(o, "backup", &nothing);
		return;
	}
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (json_get(kept, members[i]))
			json_build_value(&b, members[i], json_get(kept, members[i]));
	if (calendar_instant_parse(json_text(json_get(kept, "last_at")), &last_ms))
		json_build_i64(&b, "age_s", (casework_now_ms(w->casework) - last_ms) / 1000);
	else
		json_build_value(&b, "age_s", &nothing);
	json_build_value(o, "backup", json_build_end(&b));
}

const struct json *web_state_json(struct http_request *rq, struct web *w)
{
	struct web_state s;
	struct json_builder o;
	web_state_look(rq, w, &s);
	json_build_object_begin(&o, rq->arena);
	json_build_value(&o, "checks", checks_json(rq, &s));
	put_figure(&o, "open_cases", s.health.open_cases);
	put_figure(&o, "limits_late", s.health.timers_late);
	put_figure(&o, "limits_late_s", s.health.late_ms < 0 ? -1 : s.health.late_ms / 1000);
	put_figure(&o, "entries_passed_over", s.health.passed);
	put_figure(&o, "notices_passed_over", s.health.passed_notices);
	put_figure(&o, "disk_free_bytes", s.health.disk_free);
	put_backup(rq, w, &o, s.backups);
	return json_build_end(&o);
}

enum http_outcome api_machine_state(struct http_request *rq, struct http_reply *re, void *arg)
{
	http_header_set(re, "Cache-Control", S("no-store"));
	return http_send_json(re, 200, web_state_json(rq, arg));
}

/* ---- figures ---- */

static void put_one(struct buf *b, const char *name, const char *kind, const char *help, double value)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, kind, name, value);
}

/* One that cannot be read is not told: zero would say that all is well. */
static void put_read(struct buf *b, const char *name, const char *help, int64_t value, double unit)
{
	if (value >= 0)
		put_one(b, name, "gauge", help, (double)value / unit);
}

static void put_histogram(struct buf *b, const char *name, const char *help, const struct histogram *h, uint64_t first, double unit)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
	histogram_put(b, name, "", h, first, unit);
}

static void put_store(struct buf *b, const struct store_stats *s)
{
	put_one(b, "banjie_queue_commands", "gauge", "Commands that wait for the writer.", (double)atomic_load(&s->queue));
	put_one(b, "banjie_queue_limit", "gauge", "Commands that may wait; more are answered with 503.", (double)atomic_load(&s->queue_max));
	put_one(b, "banjie_queue_full_total", "counter", "Commands not taken because too many waited.", (double)atomic_load(&s->busy));
	put_one(b, "banjie_commands_refused_total", "counter", "Commands that were refused or failed.", (double)atomic_load(&s->refused));
	put_one(b, "banjie_commits_failed_total", "counter", "Commits that the disk, or the database's server, did not take.", (double)atomic_load(&s->unwritten));
	put_one(b, "banjie_damaged_total", "counter", "Commands that met something damaged.", (double)atomic_load(&s->damaged));
	put_one(b, "banjie_database_ways_total", "counter", "Times that the writer waited for the database server to answer; what the network takes comes each time.", (double)atomic_load(&s->ways));
	put_one(b, "banjie_reading_ways_total", "counter", "The same, of who only reads: several of a page.", (double)atomic_load(&s->reading_ways));
	put_one(b, "banjie_readers", "gauge", "Connections to the database for reading.", (double)atomic_load(&s->readers));
	put_one(b, "banjie_readers_refused_total", "counter", "Times the database gave no further connection for reading.", (double)atomic_load(&s->readers_refused));
	put_one(b, "banjie_replica_reads_total", "counter", "Readers taken from the replica.", (double)atomic_load(&s->replica_reads));
	put_one(b, "banjie_replica_behind_total", "counter", "Readers taken from the primary because the replica was behind.", (double)atomic_load(&s->replica_behind));
	put_one(b, "banjie_replica_away_total", "counter", "Times the replica could not be reached.", (double)atomic_load(&s->replica_away));
	put_one(b, "banjie_log_bytes", "gauge", "Size of the write-ahead log.", (double)atomic_load(&s->log_bytes));
	put_histogram(b, "banjie_command_wait_seconds", "A command's wait for its batch.", &s->wait_us, STORE_FIRST_US, 1e6);
	put_histogram(b, "banjie_batch_seconds", "A batch, from its beginning until it is durable.", &s->commit_us, STORE_FIRST_US, 1e6);
	put_histogram(b, "banjie_batch_commands", "Commands of a batch.", &s->batch_jobs, 1, 1);
	put_histogram(b, "banjie_checkpoint_seconds", "Copying the log into the file, beside the writer.", &s->checkpoint_us, STORE_FIRST_US, 1e6);
}

enum { BACKUP_FIGURES = 2 };

static enum http_outcome serve_figures(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = arg;
	struct casework_health h;
	struct buf b;
	struct str text;
	enum err e = casework_health(w->casework, &h);
	const struct json *kept = backups(w, rq->arena);
	buf_init_in(&b, rq->arena, FIGURES_MAX);
	put_one(&b, "banjie_up", "gauge", "Can the database be read?", e == OK);
	put_read(&b, "banjie_record_entries", "Entries of the record.", h.entries, 1);
	put_read(&b, "banjie_open_cases", "Cases not concluded.", h.open_cases, 1);
	put_read(&b, "banjie_timers_late", "Limits and moments that are due and not yet acted upon.", h.timers_late, 1);
	put_read(&b, "banjie_timers_late_seconds", "How long the oldest of them has been due.", h.late_ms, 1e3);
	put_read(&b, "banjie_entries_passed_over", "Entries of the record that could not be read and were passed over by supervision or deliveries.", h.passed, 1);
	put_one(&b, "banjie_figures_unreadable", "gauge", "Figures that are not told here, for what they are of is damaged.", (double)h.unreadable + (e == OK && !kept ? BACKUP_FIGURES : 0));
	put_one(&b, "banjie_views_damaged_total", "counter", "Times that somebody looked at what is damaged.", (double)h.views_damaged);
	put_read(&b, "banjie_notices_passed_over", "Stretches of notices that could not be read and whose e-mails wait.", h.passed_notices, 1);
	put_one(&b, "banjie_clock_held", "gauge", "Is the machine's clock in doubt, so that nothing falls due?", h.time_held);
	put_one(&b, "banjie_clock_off_seconds", "gauge", "How far off it then is.", h.time_held ? (double)h.time_off_ms / 1e3 : 0);
	put_one(&b, "banjie_disk_refuses", "gauge", "Did the disk not take what was written the last time?", h.refuses);
	put_read(&b, "banjie_disk_free_bytes", "Room on the disk of the database, where it lies on one of this machine.", h.disk_free, 1);
	put_one(&b, "process_resident_memory_bytes", "gauge", "Resident memory.", (double)os_memory_resident());
	put_read(&b, "banjie_backup_overdue", "Is a planned backup long overdue?", kept ? backup_overdue(kept) : -1, 1);
	put_read(&b, "banjie_backup_failed", "Backups that failed since the last one that was made.", kept ? json_i64(json_get(kept, "failed_since"), 0) : -1, 1);
	put_store(&b, h.store);
	http_server_figures(w->server, &b);
	if (buf_finish(&b, &text) != OK)
		return http_busy(rq, re);
	return http_send(re, 200, "text/plain; version=0.0.4; charset=utf-8", text);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/readyz", WEB_ANY, serve_ready, "api.ready", HTTP_ROUTE_API, 0, NULL },
	{ HTTP_GET, "/metrics", WEB_ADMIN | WEB_AUDITOR, serve_figures, "api.metrics", HTTP_ROUTE_API | HTTP_ROUTE_TOKEN, 0, NULL },
};

size_t web_routes_operate(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}

/* ---- the log ---- */

static const char *method_name(enum http_method m)
{
	return m == HTTP_GET ? "GET" : m == HTTP_POST ? "POST" : m == HTTP_PUT ? "PUT" : m == HTTP_PATCH ? "PATCH" : m == HTTP_DELETE ? "DELETE" : "other";
}

static void put_line(const struct web *w, const struct buf *b)
{
	struct str line;
	if (buf_finish(b, &line) == OK)
		w->options.log_line(line);
}

static void begin_line(struct buf *b, struct arena *a, const char *event, const struct http_request *rq)
{
	buf_init_in(b, a, LINE_MAX_BYTES);
	buf_printf(b, "{\"at_ms\":%lld,\"event\":\"%s\",\"request\":\"%.*s\",\"route\":\"%s\",\"method\":\"%s\"", (long long)rq->now_ms, event,
	           STR_ARG(rq->id), rq->route ? rq->route->name : "none", method_name(rq->method));
}

void web_log_answer(const struct http_request *rq, int status, int64_t took_us, size_t bytes, void *arg)
{
	const struct web *w = arg;
	struct buf b;
	begin_line(&b, rq->arena, "request", rq);
	buf_printf(&b, ",\"status\":%d,\"took_us\":%lld,\"bytes\":%zu}\n", status, (long long)took_us, bytes);
	put_line(w, &b);
}

/* The code and not the text: a text may quote what was sent. */
void web_log_fault(const struct http_request *rq, int status, const char *code, const char *text, void *arg)
{
	const struct web *w = arg;
	struct buf b;
	(void)text;
	begin_line(&b, rq->arena, "fault", rq);
	buf_printf(&b, ",\"status\":%d,\"code\":\"%s\"}\n", status, code);
	put_line(w, &b);
}
