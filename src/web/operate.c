/* operate.c - for whoever runs the machine: is the system ready, figures for a monitor, lines for a log.
 *
 * /healthz (api_table.c) says that the process answers; /readyz that it can do its work. Neither tells more than a name of
 * what fails. The figures are for administrators and auditors, with a token. A line of the log never holds a person's data:
 * it names the route, not the address that was asked for.
 */
#include "web/web_int.h"

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

/* ---- ready? ---- */

static void check(struct json_builder *failing, bool good, const char *name)
{
	if (!good)
		json_build_str(failing, "", str_of(name));
}

static enum http_outcome serve_ready(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = arg;
	struct casework_health h;
	struct json_builder o, failing, warnings;
	json_build_array_begin(&failing, rq->arena);
	json_build_array_begin(&warnings, rq->arena);
	check(&failing, !http_server_stopping(w->server), "stopping");
	check(&failing, casework_health(w->casework, &h) == OK, "store");
	check(&failing, h.writing_ms < STORE_STILL_MS && !h.refuses && !h.unwritten, "writer");
	check(&failing, h.disk_free < 0 || h.disk_free >= DISK_FREE_MIN, "disk");
	check(&warnings, !backup_overdue(backups(w, rq->arena)), "backup"); /* no reason to send people away */
	check(&warnings, !h.time_held, "clock");
	check(&warnings, h.passed <= 0 && h.passed_notices <= 0, "record");
	check(&warnings, !h.damaged, "damage");
	const struct json *list = json_build_end(&failing);
	bool ready = list && list->count == 0;
	json_build_object_begin(&o, rq->arena);
	json_build_str(&o, "status", ready ? S("ready") : S("not ready"));
	json_build_value(&o, "failing", list);
	json_build_value(&o, "warnings", json_build_end(&warnings));
	http_header_set(re, "Cache-Control", S("no-store"));
	if (!ready)
		http_header_set(re, "Retry-After", S("5"));
	return http_send_json(re, ready ? 200 : 503, json_build_end(&o));
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

static enum http_outcome serve_figures(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = arg;
	struct casework_health h;
	struct buf b;
	struct str text;
	enum err e = casework_health(w->casework, &h);
	buf_init_in(&b, rq->arena, FIGURES_MAX);
	put_one(&b, "banjie_up", "gauge", "Can the database be read?", e == OK);
	put_read(&b, "banjie_record_entries", "Entries of the record.", h.entries, 1);
	put_read(&b, "banjie_open_cases", "Cases not concluded.", h.open_cases, 1);
	put_read(&b, "banjie_timers_late", "Limits and moments that are due and not yet acted upon.", h.timers_late, 1);
	put_read(&b, "banjie_timers_late_seconds", "How long the oldest of them has been due.", h.late_ms, 1e3);
	put_read(&b, "banjie_entries_passed_over", "Entries of the record that could not be read and were passed over by supervision or deliveries.", h.passed, 1);
	put_one(&b, "banjie_figures_unreadable", "gauge", "Figures that are not told here, for what they are of is damaged.", (double)h.unreadable);
	put_one(&b, "banjie_views_damaged_total", "counter", "Times that somebody looked at what is damaged.", (double)h.views_damaged);
	put_read(&b, "banjie_notices_passed_over", "Stretches of notices that could not be read and whose e-mails wait.", h.passed_notices, 1);
	put_one(&b, "banjie_clock_held", "gauge", "Is the machine's clock in doubt, so that nothing falls due?", h.time_held);
	put_one(&b, "banjie_clock_off_seconds", "gauge", "How far off it then is.", h.time_held ? (double)h.time_off_ms / 1e3 : 0);
	put_one(&b, "banjie_disk_refuses", "gauge", "Did the disk not take what was written the last time?", h.refuses);
	put_one(&b, "banjie_disk_free_bytes", "gauge", "Room on the disk of the database.", (double)h.disk_free);
	put_one(&b, "process_resident_memory_bytes", "gauge", "Resident memory.", (double)os_memory_resident());
	const struct json *kept = backups(w, rq->arena);
	put_one(&b, "banjie_backup_overdue", "gauge", "Is a planned backup long overdue?", backup_overdue(kept));
	put_one(&b, "banjie_backup_failed", "gauge", "Backups that failed since the last one that was made.", (double)json_i64(json_get(kept, "failed_since"), 0));
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
	return m == HTTP_GET ? "GET" : m == HTTP_POST ? "POST" : m == HTTP_PUT ? "PUT" : m == HTTP_PATCH ? "PATCH" : "DELETE";
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
