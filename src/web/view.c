/* view.c - reading: parameters in, a view out, a refusal as its page. */
#include "calendar/calendar.h"
#include "web/web_int.h"

enum { CHINA_OFFSET_S = 8 * 3600 };

enum err web_view_try(struct http_request *rq, struct web *w, const char *name, const struct json *params,
                      const struct json **out, struct diag *d)
{
	if (!params)
		return diag_set(d, ERR_NOMEM, "web.memory", "There is no memory for the parameters");
	rq->looked = true;
	TRY(casework_view(w->casework, name, &web_user(rq)->actor, params, rq->arena, out, d));
	rq->left_out += json_i64(json_get(*out, "unreadable"), 0);
	rq->incomplete = rq->incomplete || json_bool(json_get(*out, "incomplete"), false);
	return OK;
}

bool web_view(struct http_request *rq, struct http_reply *re, struct web *w, const char *name, const struct json *params,
              const struct json **out)
{
	struct diag d;
	const struct json *v;
	diag_init(&d);
	enum err e = web_view_try(rq, w, name, params, &v, &d);
	if (e != OK) {
		d.err = e;
		(void)web_problem(rq, re, 0, &d);
		return false;
	}
	*out = web_dress(rq, v);
	return true;
}

void web_row_params(struct json_builder *params, struct str name)
{
	enum { ALIKE_MAX = 200 }; /* a list looks for parts of names as well */
	json_build_str(params, "q", name);
	json_build_i64(params, "limit", ALIKE_MAX);
}

const struct json *web_row_of(const struct json *view, const char *key, struct str name)
{
	const struct json *rows = json_get(view, "rows"), *row = NULL;
	for (size_t i = 0; rows && i < rows->count; i++)
		if (str_eq(json_text(json_get(&rows->items[i], key)), name))
			row = &rows->items[i];
	return row;
}

const struct json *web_params(struct http_request *rq, const char *key, struct str value)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, key, value);
	return json_build_end(&b);
}

static void put_param(struct http_request *rq, struct json_builder *b, struct str spec)
{
	struct str type = spec, name = str_cut(&type, ':');
	const char *key = arena_z(rq->arena, name);
	struct str value = key ? str_trim(http_query(rq, key)) : S("");
	int64_t number;
	if (str_empty(value))
		return;
	if (str_eqz(type, "bool"))
		json_build_bool(b, key, str_eqz(value, "1") || str_eqz(value, "true"));
	else if (!str_eqz(type, "int"))
		json_build_str(b, key, value);
	else if (str_to_i64(value, &number))
		json_build_i64(b, key, number);
}

const struct json *web_params_query(struct http_request *rq, const char *names)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	for (struct str rest = str_of(names); rest.ptr;)
		put_param(rq, &b, str_cut(&rest, ' '));
	return json_build_end(&b);
}

struct str web_now(struct http_request *rq, struct web *w)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, rq->arena, 64);
	calendar_instant_print(casework_now_ms(w->casework), CHINA_OFFSET_S, &b);
	return buf_finish(&b, &out) == OK ? out : S("");
}

struct str web_today(struct http_request *rq, struct web *w)
{
	return str_sub(web_now(rq, w), 0, 10);
}
