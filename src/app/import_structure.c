/* import_structure.c - `banjie import structure`: regions, organs, people and posts from one table, CSV or XLSX. All rows or
 * none: broken rows are told with their lines and nothing is changed then. */
#include <stdio.h>

#include "app/import.h"
#include "text/json_make.h"
#include "web/people_rows.h"

static void tell_errors(struct import_job *j, const struct json *list)
{
	for (size_t i = 0; list && i < list->count; i++) {
		const struct json *e = &list->items[i];
		struct str kind = json_text(json_get(e, "kind")), key = json_text(json_get(e, "key")), text = json_text(json_get(e, "text"));
		char code[sizeof ((struct diag *)0)->code];
		struct diag d;
		diag_init(&d);
		snprintf(code, sizeof code, "%.*s", STR_ARG(json_text(json_get(e, "code"))));
		(void)diag_set(&d, ERR_INVALID, code, "%.*s %.*s: %.*s", STR_ARG(kind), STR_ARG(key), STR_ARG(text));
		d.line = (int)json_i64(json_get(e, "line"), 0);
		import_tell(j, &d);
	}
}

enum err import_run_structure(struct import_job *j, struct diag *d)
{
	struct str bytes;
	struct json_build o;
	const struct json *rows, *answer;
	TRY(import_source_whole(j, &bytes, d));
	TRY(people_rows(&j->scratch, bytes, &rows, d));
	json_build_object(&o, &j->scratch);
	json_set(&o, "rows", rows);
	json_set_bool(&o, "dry_run", j->preview);
	TRY(import_send(j, "structure.import", json_built(&o), &answer, d));
	bool applied = json_bool(json_get(answer, "applied"), false);
	long long changed = json_i64(json_get(answer, "changed"), 0), same = json_i64(json_get(answer, "unchanged"), 0), broken = json_i64(json_get(answer, "broken"), 0);
	j->fresh += (uint64_t)changed;
	j->same += (uint64_t)same;
	tell_errors(j, json_get(answer, "errors"));
	if (!j->json)
		printf("%lld rows read: %lld change something, %lld are so already, %lld broken; %s\n", (long long)json_i64(json_get(answer, "rows"), 0),
		       changed, same, broken, applied ? "done" : "nothing was changed");
	return broken && !j->preview ? diag_set(d, ERR_INVALID, "structure.broken", "%lld rows are broken: nothing was changed", broken) : OK;
}
