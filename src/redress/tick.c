/* tick.c - what time has made due: alerts to take up, limits that passed, cases to open, evidence to gather.
 *
 * Everything is found anew each time from the rows and done by commands that do nothing when it was done before: a crash
 * anywhere loses nothing and repeats nothing. What is refused (a pack at rest, an office without a post) is tried again
 * at the next tick and holds up nothing else.
 */
#include "redress/redress_int.h"

enum { TRY_AGAIN_MS = 3600000 };

static const struct casework_actor nobody = { .system = true };

static enum err run(struct casework *cw, struct arena *a, const char *name, const struct json *data, struct str blob, struct diag *d)
{
	struct casework_result r;
	struct casework_command c = { .name = str_of(name), .actor = nobody, .data = data, .blob = blob };
	enum err e = casework_do(cw, &c, a, &r);
	if (e == OK || err_is_refusal(e))
		return OK;
	if (d)
		*d = r.diag;
	return e;
}

static enum err run_each(struct casework *cw, struct arena *a, const char *name, const struct json *list, struct diag *d)
{
	for (size_t i = 0; list && i < list->count; i++)
		TRY(run(cw, a, name, &list->items[i], S(""), d));
	return OK;
}

/* Off the writer: reading the whole record's hashes must not hold up anybody. */
static enum err gather(struct casework *cw, struct arena *a, const struct json *one, struct diag *d)
{
	const struct json *bundle;
	struct json_build o;
	struct str page, bytes;
	struct buf b;
	TRY(casework_view(cw, "evidence", &nobody, one, a, &bundle, d));
	buf_init_in(&b, a, JSON_BYTES_MAX);
	json_put_canonical(&b, bundle);
	TRY(buf_finish(&b, &bytes));
	TRY(bundle_html(a, bundle, &page));
	json_build_object(&o, a);
	json_set(&o, "case", json_get(one, "case"));
	json_set_str(&o, "page", page);
	json_set(&o, "size", json_get(bundle, "size"));
	json_set(&o, "root", json_get(bundle, "root"));
	return run(cw, a, "accountability.evidence", json_built(&o), bytes, d);
}

static enum err work(struct casework *cw, struct arena *a, int64_t *next_ms, struct diag *d)
{
	static const struct json none = { .kind = JSON_OBJECT };
	const struct json *due, *evidence;
	TRY(casework_view(cw, "redress.due", &nobody, &none, a, &due, d));
	*next_ms = json_i64(json_get(due, "next_ms"), INT64_MAX);
	if (json_bool(json_get(due, "take_up"), false))
		TRY(run(cw, a, "alert.take-up", &none, S(""), d));
	TRY(run_each(cw, a, "alert.due", json_get(due, "alerts"), d));
	TRY(run_each(cw, a, "demand.due", json_get(due, "demands"), d));
	TRY(run_each(cw, a, "accountability.open", json_get(due, "open"), d));
	evidence = json_get(due, "evidence");
	for (size_t i = 0; evidence && i < evidence->count; i++) {
		enum err e = gather(cw, a, &evidence->items[i], d);
		if (e == ERR_CORRUPT) { /* evidence proves itself by the whole record: a case whose entries cannot be read waits until they can */
			int64_t later = casework_now_ms(cw) + TRY_AGAIN_MS;
			*next_ms = later < *next_ms ? later : *next_ms;
		} else if (e != OK && !err_is_refusal(e)) { /* what cannot be gathered for one case holds up no other */
			return e;
		}
	}
	return OK;
}

enum err redress_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	struct arena a;
	arena_init(&a, 512 << 20);
	enum err e = work(cw, &a, next_ms, d);
	arena_release(&a);
	return e;
}
