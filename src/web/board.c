/* board.c - the supervisor's board: figures that change before one's eyes, each leading to its cases.
 *
 * After every commit casework tells its listeners; the board's own watch gathers what came and tells
 * the open pages at most five times a second that something has changed. A page then asks for its
 * figures anew, so that powers are checked each time and there is one rendering. */
#include <stdatomic.h>

#include "calendar/calendar.h"
#include "watch/watch.h"
#include "web/api_int.h"
#include "web/staff_int.h"

/* The hall's screens hear only what happens in the hall. */
static const char *const topics[] = { "board", "hall" };
enum { BOARD, HALL, TOPICS };

/* ---- from commits to pages ---- */

struct web_board {
	struct web *web;
	struct watch *watch;
	_Atomic uint64_t seq[TOPICS]; /* of the newest event heard */
	uint64_t told[TOPICS];        /* of the watch's thread alone */
};

/* On a thread of the store's: short. */
static void heard(void *arg, const struct casework_event *e)
{
	struct web_board *b = arg;
	atomic_store(&b->seq[BOARD], e->seq);
	if (str_starts(e->kind, S("queue.")) || str_starts(e->kind, S("hall.")))
		atomic_store(&b->seq[HALL], e->seq);
	watch_nudge(b->watch);
}

static int64_t board_now(void *arg)
{
	(void)arg;
	return 0; /* nothing is due by time: only nudges count */
}

static enum err board_tell(void *arg, int64_t *next_ms, struct diag *d)
{
	struct web_board *b = arg;
	(void)d;
	*next_ms = INT64_MAX;
	for (int t = 0; t < TOPICS; t++) {
		uint64_t seq = atomic_load(&b->seq[t]);
		char data[64];
		if (seq == b->told[t])
			continue;
		b->told[t] = seq;
		snprintf(data, sizeof data, "{\"seq\":%llu}", (unsigned long long)seq);
		http_publish(web_server(b->web), topics[t], topics[t], str_of(data));
	}
	return OK;
}

enum err web_board_start(struct web *w, struct diag *d)
{
	struct web_board *b = arena_new(&w->arena, struct web_board);
	if (!b)
		return diag_set(d, ERR_NOMEM, "web.memory", "no memory for the board");
	b->web = w;
	w->board = b;
	struct watch_source source = { .arg = b, .now_ms = board_now, .tick = board_tell };
	TRY(watch_start(&source, &b->watch));
	return casework_listen(w->casework, "", heard, b);
}

void web_board_stop(struct web *w)
{
	if (!w->board || !w->board->watch)
		return;
	casework_unlisten(w->casework, heard, w->board);
	watch_stop(w->board->watch);
	w->board->watch = NULL;
}

enum http_outcome web_stream(struct http_request *rq, struct http_reply *re, struct web *w, const char *topic)
{
	char first[64];
	uint64_t seq = w->board ? atomic_load(&w->board->seq[strcmp(topic, topics[HALL]) == 0 ? HALL : BOARD]) : 0;
	snprintf(first, sizeof first, "{\"seq\":%llu}", (unsigned long long)seq);
	if (http_stream_open(rq, re, &topic, 1, str_of(first)) != OK)
		return http_busy(rq, re);
	return HTTP_STREAM;
}

enum http_outcome api_board_events(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_stream(rq, re, web_of(arg), topics[BOARD]);
}

static enum http_outcome board_events(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_stream(rq, re, web_of(arg), topics[BOARD]);
}

/* ---- the page ---- */

/* What may stand in an address as it is: letters, digits, dashes. Anything else was no code. */
static struct str plain_code(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
			return S("");
	}
	return s;
}

/* "&organ=…" for a row's links, already safe in an address: codes are letters, digits and dashes. */
static const struct json *with_query(struct http_request *rq, const struct json *rows, const char *name, const char *path)
{
	struct json_builder out, one;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "query", arena_printf(rq->arena, "&%s=%.*s", name, STR_ARG(json_text(json_path(&rows->items[i], path)))));
		json_build_merge(&one, &rows->items[i]);
		json_build_value(&out, "", json_build_end(&one));
	}
	return json_build_end(&out);
}

/* The regions as tiles of a map: a honeycomb in their own order, coloured by the share that is red or yellow. No map of elsewhere is needed,
 * and none of a city that does not exist could be had. */
enum { TILE_COLUMNS = 3, TILE_WIDTH = 150, TILE_HEIGHT = 130 };

static const char *tile_class(int64_t open, int64_t red, int64_t yellow)
{
	return !open ? "empty" : red * 10 >= open ? "red" : (red + yellow) * 10 >= open ? "yellow" : "calm";
}

static void put_map(struct json_builder *data, struct http_request *rq, const struct json *regions)
{
	struct json_builder list, one;
	size_t n = regions ? regions->count : 0, rows = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < n; i++) {
		const struct json *r = &regions->items[i];
		size_t row = i / TILE_COLUMNS, x = i % TILE_COLUMNS * TILE_WIDTH + (row % 2 ? TILE_WIDTH / 2 : 0) + TILE_WIDTH / 2;
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "x", (int64_t)x);
		json_build_i64(&one, "y", (int64_t)(row * TILE_HEIGHT + 76));
		json_build_str(&one, "tile", str_of(tile_class(json_i64(json_get(r, "open"), 0), json_i64(json_get(r, "red"), 0), json_i64(json_get(r, "yellow"), 0))));
		json_build_str(&one, "query", arena_printf(rq->arena, "&region=%.*s", STR_ARG(json_text(json_path(r, "region.code")))));
		json_build_merge(&one, r);
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(data, "tiles", json_build_end(&list));
	json_build_bool(data, "has_tiles", n > 1);
	json_build_i64(data, "map_width", TILE_COLUMNS * TILE_WIDTH + TILE_WIDTH / 2);
	json_build_i64(data, "map_height", (int64_t)(rows * TILE_HEIGHT + 22));
}

static struct str today(struct http_request *rq, struct web *w)
{
	struct buf b;
	buf_init_in(&b, rq->arena, 64);
	calendar_instant_print(casework_now_ms(web_casework(w)), 8 * 3600, &b);
	return str_sub(buf_str(&b), 0, 10);
}

static void put_board(struct json_builder *data, struct http_request *rq, struct web *w, const struct json *view)
{
	struct str organ = plain_code(http_query(rq, "organ")), region = plain_code(http_query(rq, "region")), window = plain_code(http_query(rq, "window")), day = today(rq, w);
	bool wall = http_query(rq, "wall").len > 0;
	json_build_value(data, "organs", with_query(rq, json_get(view, "organs"), "organ", "organ.code"));
	json_build_value(data, "items", with_query(rq, json_get(view, "items"), "item", "item.impl_code"));
	json_build_value(data, "windows", with_query(rq, json_get(view, "windows"), "window", "window.code"));
	put_map(data, rq, json_get(view, "regions"));
	json_build_str(data, "scope_query", arena_printf(rq->arena, "%s%.*s%s%.*s%s%.*s", organ.len ? "&organ=" : "", STR_ARG(organ), region.len ? "&region=" : "",
	                                                 STR_ARG(region), window.len ? "&window=" : "", STR_ARG(window)));
	json_build_str(data, "today", day);
	json_build_str(data, "events", S("/board/events"));
	json_build_bool(data, "wall", wall);
	json_build_str(data, "wall_href", web_href(rq, "/board", NULL, "wall", wall ? S("") : S("1")));
	json_build_bool(data, "scoped", organ.len || region.len || window.len);
	json_build_merge(data, view);
}

static enum http_outcome board(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "board", web_params_query(rq, "region organ window"), &view))
		return HTTP_DONE;
	if (str_eqz(http_query(rq, "part"), "live")) {
		struct json_builder data;
		json_build_object_begin(&data, rq->arena);
		put_board(&data, rq, w, view);
		http_header_set(re, "Cache-Control", S("no-store"));
		return http_fragment(rq, re, 200, "board/_live", json_build_end(&data));
	}
	web_page_begin(&p, rq, w, "board.title", NULL, 0);
	put_board(&p.data, rq, w, view);
	struct json_builder scripts;
	json_build_array_begin(&scripts, rq->arena);
	json_build_str(&scripts, "", S("board.js"));
	json_build_value(&p.page, "scripts", json_build_end(&scripts));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "board/board");
}

/* ---- alerts ---- */

static const struct staff_column alert_columns[] = {
	{ "office.col.id", "alert_no" }, { "staff.col.level", "level" }, { "office.ledger.at", "at" }, { "board.alert.what", "text" },
	{ "staff.col.case", "case.case_no" }, { "staff.col.item", "case.item.name" }, { "board.alert.state", "state" }, { "staff.act.reason", "reason" },
};

static enum http_outcome alerts(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, "alerts", "level organ state", alert_columns, sizeof alert_columns / sizeof *alert_columns, "alerts");
	if (!web_view(rq, re, w, "alerts", web_params_query(rq, "level organ state cursor limit:int"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "board.alerts", NULL, 0);
	web_page_list(&p, view, "/board/alerts");
	json_build_value(&p.data, "levels", staff_choices(rq, "red yellow notice", http_query(rq, "level")));
	json_build_value(&p.data, "states", staff_choices(rq, "open answered contested upheld lifted", http_query(rq, "state")));
	json_build_str(&p.data, "csv", staff_csv_href(rq, "/board/alerts"));
	json_build_bool(&p.data, "supervises", (web_user(rq)->roles & WEB_SUPERVISOR) != 0);
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "board/alerts");
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/board", WEB_HEAD | WEB_OVERSIGHT, board, "board" },
	{ HTTP_GET, "/board/events", WEB_HEAD | WEB_OVERSIGHT, board_events, "board.events" },
	{ HTTP_GET, "/board/alerts", WEB_HANDLERS | WEB_OVERSIGHT, alerts, "board.alerts" },
};

size_t web_routes_board(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
