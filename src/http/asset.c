/* asset.c - static files: read once, packed once, known by their hash.
 *
 * A file asked for with the current version (?v=...) never changes and may be kept for
 * ever; without it the browser asks again with If-None-Match. */
#include <sodium.h>
#include <stdio.h>
#include <strings.h>
#include <zlib.h>

#include "http/http_int.h"

enum { ASSET_MAX = 16 << 20, PACK_FROM = 1024, FOLDERS_DEEP = 4, WITH_GZIP_HEADER = 15 + 16 };

struct http_asset {
	const char *type;
	struct str bytes, packed; /* packed: ptr NULL when it would not be smaller */
	char etag[20];
};

static const struct {
	const char *ending, *type;
	bool packs;
} types[] = {
	{ ".css", "text/css; charset=utf-8", true },   { ".js", "text/javascript; charset=utf-8", true },
	{ ".mjs", "text/javascript; charset=utf-8", true }, { ".svg", "image/svg+xml", true },
	{ ".json", "application/json", true },         { ".txt", "text/plain; charset=utf-8", true },
	{ ".html", "text/html; charset=utf-8", true }, { ".png", "image/png", false },
	{ ".jpg", "image/jpeg", false },               { ".ico", "image/x-icon", false },
	{ ".woff2", "font/woff2", false },             { ".pdf", "application/pdf", false },
};

static void find_type(struct str name, struct http_asset *a, bool *packs)
{
	a->type = "application/octet-stream";
	*packs = false;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (!str_ends(name, str_of(types[i].ending)))
			continue;
		a->type = types[i].type;
		*packs = types[i].packs;
	}
}

static void pack(struct arena *arena, struct http_asset *a)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)a->bytes.ptr, .avail_in = (uInt)a->bytes.len };
	char *room = arena_alloc(arena, a->bytes.len);
	if (!room || deflateInit2(&z, 9, Z_DEFLATED, WITH_GZIP_HEADER, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	z.next_out = (Bytef *)room;
	z.avail_out = (uInt)a->bytes.len;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		a->packed = str_span(room, z.total_out);
	deflateEnd(&z);
}

static enum err read_asset(struct arena *arena, const char *path, struct str name, bool may_pack, struct http_asset **out, struct diag *d)
{
	struct http_asset *a = arena_new(arena, struct http_asset);
	unsigned char hash[16];
	bool packs;
	if (!a)
		return diag_set(d, ERR_NOMEM, "http.no-memory", "There is no memory for the static files");
	TRY(os_file_read(arena, path, ASSET_MAX, &a->bytes, d));
	find_type(name, a, &packs);
	if (packs && may_pack && a->bytes.len > PACK_FROM)
		pack(arena, a);
	crypto_generichash(hash, sizeof hash, (const unsigned char *)a->bytes.ptr, a->bytes.len, NULL, 0);
	a->etag[0] = '"';
	sodium_bin2hex(a->etag + 1, 17, hash, 8);
	a->etag[17] = '"';
	*out = a;
	return OK;
}

static enum err load_folder(struct http_server *s, struct str inside, int depth, struct diag *d)
{
	char path[4096];
	struct str *names;
	size_t n;
	snprintf(path, sizeof path, "%s%s%.*s", s->o.static_dir, inside.len ? "/" : "", STR_ARG(inside));
	TRY(os_dir_list(&s->arena, path, &names, &n, d));
	for (size_t i = 0; i < n; i++) {
		struct http_asset *a;
		struct str name = arena_printf(&s->arena, "%.*s%s%.*s", STR_ARG(inside), inside.len ? "/" : "", STR_ARG(names[i]));
		snprintf(path, sizeof path, "%s/%.*s", s->o.static_dir, STR_ARG(name));
		if (os_dir_exists(path)) {
			if (depth < FOLDERS_DEEP)
				TRY(load_folder(s, name, depth + 1, d));
			continue;
		}
		TRY(read_asset(&s->arena, path, name, true, &a, d));
		if (!name.ptr || map_set(&s->assets, name, a) != OK)
			return diag_set(d, ERR_NOMEM, "http.no-memory", "There is no memory for the static files");
	}
	return OK;
}

/* One word for all files, so that templates need only one. */
static void make_version(struct http_server *s)
{
	crypto_generichash_state h;
	unsigned char hash[16];
	char hex[33];
	crypto_generichash_init(&h, NULL, 0, sizeof hash);
	for (size_t i = 0; i < s->assets.count; i++) {
		const struct http_asset *a = s->assets.entries[i].value;
		crypto_generichash_update(&h, (const unsigned char *)a->etag, sizeof a->etag);
	}
	crypto_generichash_final(&h, hash, sizeof hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	s->version = arena_str(&s->arena, str_span(hex, 12));
}

enum err http_assets_load(struct http_server *s, struct diag *d)
{
	map_init(&s->assets, &s->arena);
	s->version = S("");
	if (!s->o.static_dir)
		return OK;
	TRY(load_folder(s, S(""), 0, d));
	make_version(s);
	return OK;
}

/* In development: the file as it lies on the disk now. Only names that were there at the start
 * or that stay inside the folder. */
static const struct http_asset *fresh(struct http_request *rq, struct str name)
{
	struct http_asset *a = NULL;
	char path[4096];
	if (str_find(name, S("..")) >= 0 || str_starts(name, S("/")))
		return NULL;
	snprintf(path, sizeof path, "%s/%.*s", rq->server->o.static_dir, STR_ARG(name));
	return read_asset(rq->arena, path, name, false, &a, NULL) == OK ? a : NULL;
}

static bool accepts_gzip(const struct http_request *rq)
{
	struct str rest = http_header(rq, "Accept-Encoding");
	while (rest.ptr) {
		struct str part = str_cut(&rest, ',');
		struct str coding = str_trim(str_cut(&part, ';'));
		if (str_eqz(coding, "gzip"))
			return !part.ptr || (str_find(part, S("q=0")) < 0 || str_find(part, S("q=0.")) >= 0);
	}
	return false;
}

enum http_outcome http_asset_handler(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	struct http_server *s = rq->server;
	struct str name = http_param(rq, "rest");
	const struct http_asset *a = s->o.dev ? fresh(rq, name) : map_get(&s->assets, name);
	if (!a) {
		struct diag d;
		diag_init(&d);
		diag_set(&d, ERR_NOT_FOUND, "http.not-found", "There is nothing at this address");
		return http_problem(rq, re, 404, &d);
	}
	bool forever = !s->o.dev && s->version.len && str_eq(http_query(rq, "v"), s->version);
	http_header_set(re, "Cache-Control", forever ? S("public, max-age=31536000, immutable") : S("no-cache"));
	http_header_set(re, "ETag", str_of(a->etag));
	http_header_set(re, "Vary", S("Accept-Encoding"));
	if (str_find(http_header(rq, "If-None-Match"), str_of(a->etag)) >= 0)
		return http_send_empty(re, 304);
	if (!a->packed.ptr || !accepts_gzip(rq))
		return http_send(re, 200, a->type, a->bytes);
	http_header_set(re, "Content-Encoding", S("gzip"));
	return http_send(re, 200, a->type, a->packed);
}
