/* api_openapi.c - the OpenAPI 3.1 document, written from the table of routes. It cannot
 * disagree with what is served; the schemas come from web/openapi/components.json. */
#include "text/json.h"
#include "web/api.h"
#include "web/web.h"

enum { DOCUMENT_MAX = 4 << 20 };

static struct str type_name(char type)
{
	switch (type) {
	case 'i': return S("integer");
	case 'b': return S("boolean");
	default: return S("string");
	}
}

/* "/cases/{case_no}/steps/{step:int}" as OpenAPI writes it, without the types. */
static struct str plain_path(struct arena *a, const char *pattern)
{
	struct buf b;
	buf_init_in(&b, a, 4096);
	bool in_type = false;
	for (const char *p = pattern; *p; p++) {
		if (*p == ':')
			in_type = true;
		if (*p == '}')
			in_type = false;
		if (!in_type)
			buf_byte(&b, *p);
	}
	return buf_str(&b);
}

static void put_ref(struct json_writer *w, struct arena *a, const char *kind, struct str name)
{
	json_object(w);
	json_pair_str(w, "$ref", arena_printf(a, "#/components/%s/%.*s", kind, STR_ARG(name)));
	json_end(w);
}

static void put_parameter(struct json_writer *w, const struct api_param *p, bool in_path)
{
	json_object(w);
	json_pair_str(w, "name", p->name);
	json_pair_str(w, "in", in_path ? S("path") : S("query"));
	json_pair_bool(w, "required", in_path);
	json_key(w, S("schema"));
	json_object(w);
	if (p->type == 'l') {
		json_pair_str(w, "type", S("array"));
		json_key(w, S("items"));
		json_object(w);
	}
	json_pair_str(w, "type", type_name(p->type));
	if (p->type == 'l')
		json_end(w);
	json_end(w);
	json_end(w);
}

static bool writes(const struct api_route *r) { return !str_eqz(str_of(r->method), "GET"); }

static void put_parameters(struct json_writer *w, struct arena *a, const struct api_route *r)
{
	struct api_param p;
	json_key(w, S("parameters"));
	json_array(w);
	for (struct str rest = str_of(r->path); api_path_next(&rest, &p);)
		put_parameter(w, &p, true);
	for (struct str rest = str_of(r->query); api_param_next(&rest, &p);)
		put_parameter(w, &p, false);
	if (writes(r))
		put_ref(w, a, "parameters", S("IdempotencyKey"));
	if (api_takes_version(r)) {
		put_ref(w, a, "parameters", S("IfMatch"));
		put_ref(w, a, "parameters", S("IfNoneMatch"));
	}
	json_end(w);
}

/* "Name" is a schema for JSON; "*" any bytes; "*text/event-stream" that media type. */
static void put_content(struct json_writer *w, struct arena *a, const char *what)
{
	json_key(w, S("content"));
	json_object(w);
	if (what[0] == '*') {
		json_key(w, what[1] ? str_of(what + 1) : S("*/*"));
		json_object(w);
	} else {
		json_key(w, S("application/json"));
		json_object(w);
		json_key(w, S("schema"));
		put_ref(w, a, "schemas", str_of(what));
	}
	json_end(w);
	json_end(w);
}

static void put_body(struct json_writer *w, struct arena *a, const struct api_route *r)
{
	json_key(w, S("requestBody"));
	json_object(w);
	json_pair_bool(w, "required", true);
	put_content(w, a, r->body);
	json_end(w);
}

static void put_version(struct json_writer *w, struct arena *a)
{
	json_key(w, S("headers"));
	json_object(w);
	json_key(w, S("ETag"));
	put_ref(w, a, "headers", S("ETag"));
	json_end(w);
}

static void put_responses(struct json_writer *w, struct arena *a, const struct api_route *r)
{
	json_key(w, S("responses"));
	json_object(w);
	json_key(w, arena_printf(a, "%d", r->status));
	json_object(w);
	json_pair_str(w, "description", str_of(r->summary));
	if (r->edits)
		put_version(w, a);
	if (r->answer)
		put_content(w, a, r->answer);
	json_end(w);
	if (api_takes_version(r)) {
		json_key(w, S("412"));
		put_ref(w, a, "responses", S("ChangedMeanwhile"));
	}
	json_key(w, S("default"));
	put_ref(w, a, "responses", S("Problem"));
	json_end(w);
}

static void put_security_scheme(struct json_writer *w, const char *name)
{
	json_object(w);
	json_key(w, str_of(name));
	json_array(w);
	json_end(w);
	json_end(w);
}

/* An empty requirement says that no login is needed. */
static void put_security(struct json_writer *w, const struct api_route *r)
{
	json_key(w, S("security"));
	json_array(w);
	if (r->who & WEB_VISITOR) {
		json_object(w);
		json_end(w);
	}
	put_security_scheme(w, "bearer");
	put_security_scheme(w, "session");
	if (r->own == API_OWN_TOKEN_CREATE)
		put_security_scheme(w, "basic");
	json_end(w);
}

static const struct { unsigned bit; const char *name; } roles[] = {
	{ WEB_VISITOR, "visitor" },     { WEB_CITIZEN, "citizen" }, { WEB_CLERK, "clerk" },
	{ WEB_REVIEWER, "reviewer" },   { WEB_INSPECTOR, "inspector" }, { WEB_EXPERT, "expert" },
	{ WEB_HEAD, "head" },           { WEB_SUPERVISOR, "supervisor" }, { WEB_AUDITOR, "auditor" },
	{ WEB_ADMIN, "admin" },
};

static void put_roles(struct json_writer *w, const struct api_route *r)
{
	json_key(w, S("x-roles"));
	json_array(w);
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (r->who & roles[i].bit)
			json_put_str(w, str_of(roles[i].name));
	json_end(w);
}

static void put_operation(struct json_writer *w, struct arena *a, const struct api_route *r)
{
	char method[8] = { 0 };
	for (size_t i = 0; i + 1 < sizeof method && r->method[i]; i++)
		method[i] = (char)(r->method[i] | 0x20); /* ASCII lower case */
	json_key(w, str_of(method));
	json_object(w);
	json_pair_str(w, "operationId", str_of(r->id));
	json_pair_str(w, "summary", str_of(r->summary));
	json_key(w, S("tags"));
	json_array(w);
	json_put_str(w, str_of(r->tag));
	json_end(w);
	put_parameters(w, a, r);
	if (r->body)
		put_body(w, a, r);
	put_responses(w, a, r);
	put_security(w, r);
	put_roles(w, r);
	json_end(w);
}

/* A path object holds all methods of its path: the table is walked again for each new path. */
static enum err put_paths(struct json_writer *w, struct arena *a)
{
	const struct api_route *r;
	size_t count = api_routes(&r);
	struct str *paths = arena_new_n(a, struct str, count); /* made once each, not for each pair */
	if (!paths)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		paths[i] = plain_path(a, r[i].path);
	json_key(w, S("paths"));
	json_object(w);
	for (size_t i = 0; i < count; i++) {
		bool seen = false;
		for (size_t j = 0; j < i && !seen; j++)
			seen = str_eq(paths[j], paths[i]);
		if (seen)
			continue;
		json_key(w, paths[i]);
		json_object(w);
		for (size_t j = i; j < count; j++)
			if (str_eq(paths[j], paths[i]))
				put_operation(w, a, &r[j]);
		json_end(w);
	}
	json_end(w);
	return OK;
}

static void put_info(struct json_writer *w)
{
	json_key(w, S("info"));
	json_object(w);
	json_pair_str(w, "title", S("Banjie 办结"));
	json_pair_str(w, "version", S("1"));
	json_pair_str(w, "description", S("Everything a page can do. Errors are RFC 9457 problem documents with a stable code; "
	                                  "writes take Idempotency-Key; lists page by cursor. What shows a thing that may be written whole "
	                                  "says its version as ETag; the write that carries it as If-Match is refused with 412 when somebody else has changed the thing "
	                                  "since, and without it overwrites whatever stands. An answer with incomplete: true leaves out what is damaged: "
	                                  "rows may be missing and figures too small."));
	json_key(w, S("license"));
	json_object(w);
	json_pair_str(w, "name", S("Apache-2.0"));
	json_pair_str(w, "identifier", S("Apache-2.0"));
	json_end(w);
	json_end(w);
}

enum err api_openapi(struct arena *a, struct str components, struct str *out)
{
	struct buf b;
	buf_init_in(&b, a, DOCUMENT_MAX);
	struct json_writer w;
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_str(&w, "openapi", S("3.1.0"));
	put_info(&w);
	json_key(&w, S("servers"));
	json_array(&w);
	json_object(&w);
	json_pair_str(&w, "url", S("/"));
	json_end(&w);
	json_end(&w);
	TRY(put_paths(&w, a));
	json_key(&w, S("components"));
	json_put_raw(&w, components);
	json_end(&w);
	return buf_finish(&b, out);
}
