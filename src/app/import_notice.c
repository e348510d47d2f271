/* import_notice.c - `banjie import calendar`: a year's notice, and whose dates it moves. */
#include <stdio.h>

#include "app/import.h"
#include "text/json_make.h"

static void print_preview(const struct json *v)
{
	const struct json *rows = json_get(v, "rows");
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *r = &rows->items[i];
		struct str no = json_text(json_get(r, "case_no")), kind = json_text(json_get(r, "kind"));
		struct str before = json_text(json_get(r, "due_before")), after = json_text(json_get(r, "due_after"));
		printf("%.*s  %.*s  %.*s -> %.*s%s\n", STR_ARG(no), STR_ARG(kind), STR_ARG(before), STR_ARG(after),
		       json_bool(json_get(r, "provisional_before"), false) && !json_bool(json_get(r, "provisional_after"), false)
		               ? "  firm now" : "");
	}
	printf("%lld clocks of %lld open cases would move\n", (long long)json_i64(json_get(v, "moved"), 0),
	       (long long)json_i64(json_get(v, "open"), 0));
}

static enum err print_json(struct import_job *j, const struct json *v)
{
	struct json_writer w;
	struct buf b;
	struct str out;
	buf_init_in(&b, &j->scratch, 256 << 20);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	buf_byte(&b, '\n');
	TRY(buf_finish(&b, &out));
	fwrite(out.ptr, 1, out.len, stdout);
	return OK;
}

static enum err preview(struct import_job *j, const struct json *data, struct diag *d)
{
	const struct casework_actor actor = { .system = true };
	const struct json *v;
	TRY(data ? OK : ERR_NOMEM);
	TRY(casework_view(j->cw, "calendar.preview", &actor, data, &j->scratch, &v, d));
	if (j->json)
		return print_json(j, v);
	print_preview(v);
	return OK;
}

enum err import_run_calendar(struct import_job *j, struct diag *d)
{
	struct str text;
	struct json_build o;
	const struct json *answer;
	TRY(import_source_whole(j, &text, d));
	json_build_object(&o, &j->scratch);
	json_set_str(&o, "name", j->source);
	json_set_str(&o, "text", text);
	if (j->preview)
		return preview(j, json_built(&o), d);
	TRY(import_send(j, "calendar.add", json_built(&o), &answer, d));
	bool changed = json_bool(json_get(answer, "changed"), true);
	*(changed ? &j->fresh : &j->same) += 1;
	if (j->json)
		return OK;
	if (changed)
		printf("the notice is in; %lld clocks of open cases moved\n", (long long)json_i64(json_get(answer, "moved"), 0));
	else
		printf("the notice was in already; nothing changed\n");
	return OK;
}
