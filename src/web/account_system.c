/* account_system.c - see account_int.h. */
#include <stdarg.h>

#include "http/jwt.h"
#include "web/account_int.h"

enum { RANDOM_BYTES = 32 };

static const struct casework_actor the_system = { .system = true };

enum err account_do(struct web *w, struct arena *a, const char *command, const struct json *data, const struct json **answer, struct diag *d)
{
	struct casework_command c = { .name = str_of(command), .actor = the_system, .data = data };
	struct casework_result r;
	enum err e = casework_do(w->casework, &c, a, &r);
	if (e != OK && d)
		*d = r.diag;
	if (answer)
		*answer = r.data;
	return e;
}

enum err account_view(struct web *w, struct arena *a, const char *view, const struct json *params, const struct json **out, struct diag *d)
{
	return casework_view(w->casework, view, &the_system, params, a, out, d);
}

const struct json *account_texts(struct arena *a, ...)
{
	struct json_builder b;
	va_list args;
	json_build_object_begin(&b, a);
	va_start(args, a);
	for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
		json_build_str(&b, name, va_arg(args, struct str));
	va_end(args);
	return json_build_end(&b);
}

struct str account_random(struct web *w, struct arena *a)
{
	uint8_t bytes[RANDOM_BYTES];
	os_random(w->options.entropy ? w->options.entropy : os_entropy_real(), bytes, sizeof bytes);
	return jwt_base64(a, str_span((const char *)bytes, sizeof bytes));
}

enum err account_ticket_put(struct web *w, struct arena *a, const char *kind, struct str id, const struct json *data, int64_t life_ms)
{
	struct json_builder b;
	struct buf text;
	struct str all;
	buf_init_in(&text, a, 64 << 10);
	json_put_canonical(&text, data);
	TRY(buf_finish(&text, &all));
	json_build_object_begin(&b, a);
	json_build_merge(&b, account_texts(a, "kind", str_of(kind), "id", id, "data", all, NULL));
	json_build_i64(&b, "expires_ms", casework_now_ms(w->casework) + life_ms);
	return account_do(w, a, "ticket.put", json_build_end(&b), NULL, NULL);
}

enum err account_ticket_take(struct web *w, struct arena *a, const char *kind, struct str id, const struct json **data, struct diag *d)
{
	const struct json *answer;
	TRY(account_do(w, a, "ticket.take", account_texts(a, "kind", str_of(kind), "id", id, NULL), &answer, d));
	return json_read(a, json_text(json_get(answer, "data")), data, d);
}

const struct json *account_setting(struct web *w, struct arena *a, const char *name)
{
	const struct json *v, *out = NULL;
	struct diag d;
	diag_init(&d);
	if (account_view(w, a, "setting", account_texts(a, "name", str_of(name), NULL), &v, &d) != OK)
		return NULL;
	const struct json *value = json_get(v, "value");
	if (value && value->kind == JSON_STRING && value->text.len && value->text.ptr[0] == '{')
		return json_read(a, value->text, &out, NULL) == OK ? out : NULL;
	return value && value->kind != JSON_NULL ? value : NULL;
}

struct str account_base(struct http_request *rq, struct web *w)
{
	struct str set = json_text(account_setting(w, rq->arena, "public.url"));
	if (set.len)
		return set;
	return arena_printf(rq->arena, "%s://%.*s", w->options.https ? "https" : "http", STR_ARG(http_header(rq, "Host")));
}

enum http_outcome account_leave(struct http_reply *re, struct str url)
{
	http_header_set(re, "Location", url);
	http_header_set(re, "Cache-Control", S("no-store"));
	return http_send_empty(re, 303);
}
