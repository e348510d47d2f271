/* cmd_hall.c - `banjie hall`: the service hall's queue of a day from the command line. Reads only. */
#include <stdio.h>

#include "app/app.h"
#include "casework/casework.h"
#include "text/json_make.h"

static const char usage[] =
	"usage: banjie hall [--db FILE] [--day YYYY-MM-DD] [--figures] [--json]\n\n"
	"Lists the numbers of a day (today unless said) with window, state and minutes waited; --figures: means by service and by\n"
	"window instead.\n";

enum { PAGE = 200, MEMORY_MAX = 256 << 20 };

struct asked { const char *db, *day; bool figures, json, help; };

static int read_options(int argc, char **argv, struct asked *o)
{
	*o = (struct asked){ .db = "banjie.db" };
	const struct app_choice choices[] = {
		{ "--help", &o->help, NULL }, { "--json", &o->json, NULL }, { "--figures", &o->figures, NULL }, { "--db", NULL, &o->db }, { "--day", NULL, &o->day },
	};
	return app_choices("hall", argc, argv, choices, sizeof choices / sizeof *choices);
}

static enum err ask(struct casework *cw, struct arena *a, const struct asked *o, struct str cursor, const struct json **out, struct diag *d)
{
	struct casework_actor system = { .system = true };
	struct json_build b;
	json_build_object(&b, a);
	json_set_i64(&b, "limit", PAGE);
	if (o->day) {
		json_set_str(&b, "day", str_of(o->day));
		json_set_str(&b, "from", str_of(o->day));
		json_set_str(&b, "to", str_of(o->day));
	}
	if (cursor.len)
		json_set_str(&b, "cursor", cursor);
	return casework_view(cw, o->figures ? "hall.figures" : "hall.queue", &system, json_built(&b), a, out, d);
}

static void print_json(struct arena *a, const struct json *v)
{
	struct buf b;
	buf_init_in(&b, a, 64 << 20);
	json_put_canonical(&b, v);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
}

static void print_groups(struct arena *a, const struct json *rows, const char *name)
{
	printf("%-8s %7s %7s %7s %9s %9s\n", name, "taken", "served", "absent", "wait min", "longest");
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *r = &rows->items[i];
		struct str key = json_text(json_get(r, json_get(r, "letter") ? "letter" : "number"));
		printf("%-8s %7lld %7lld %7lld %9lld %9lld\n", arena_z(a, key), (long long)json_i64(json_get(r, "taken"), 0), (long long)json_i64(json_get(r, "served"), 0),
		       (long long)json_i64(json_get(r, "no_shows"), 0), (long long)json_i64(json_get(r, "waited_mean"), 0), (long long)json_i64(json_get(r, "waited_max"), 0));
	}
}

static void print_numbers(struct arena *a, const struct json *rows)
{
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *r = &rows->items[i];
		int64_t window = json_i64(json_get(r, "window_number"), 0);
		printf("%-6s %-8s %-12s %6s %5lld min  %s\n", arena_z(a, json_text(json_get(r, "number"))), arena_z(a, json_text(json_get(r, "status"))), arena_z(a, json_text(json_get(r, "priority_code"))),
		       window ? arena_printf(a, "w %lld", (long long)window).ptr : "-", (long long)json_i64(json_get(r, "waited_minutes"), 0), arena_z(a, json_text(json_get(r, "case_no"))));
	}
}

static enum err print_all(struct casework *cw, struct arena *a, const struct asked *o, struct diag *d)
{
	struct str cursor = S("");
	do {
		const struct json *v;
		TRY(ask(cw, a, o, cursor, &v, d));
		cursor = json_text(json_get(v, "next"));
		if (o->json) {
			print_json(a, v);
		} else if (o->figures) {
			print_groups(a, json_get(v, "services"), "service");
			print_groups(a, json_get(v, "windows"), "window");
		} else {
			print_numbers(a, json_get(v, "rows"));
		}
	} while (cursor.len);
	return OK;
}

int app_cmd_hall(int argc, char **argv)
{
	struct asked o;
	struct arena a;
	struct casework *cw = NULL;
	struct diag d;
	int status = read_options(argc, argv, &o);
	if (status != APP_DONE)
		return status;
	if (o.help) {
		fputs(usage, stdout);
		return APP_DONE;
	}
	diag_init(&d);
	arena_init(&a, MEMORY_MAX);
	enum err e = app_open(o.db, true, &a, &cw, &d);
	if (e == OK)
		e = print_all(cw, &a, &o, &d);
	status = e == OK ? APP_DONE : app_report("hall", e, &d);
	if (cw)
		casework_close(cw);
	arena_release(&a);
	return status;
}
