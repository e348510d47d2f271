/* templates.c - all templates of a folder, compiled once under their path as name. */
#include <stdio.h>

#include "http/http_int.h"

enum { TEMPLATE_MAX = 1 << 20, FOLDERS_DEEP = 6 };

static enum err load_one(struct http_templates *t, const char *path, struct str name, struct diag *d)
{
	struct str source;
	struct mustache *compiled;
	TRY(os_file_read(t->arena, path, TEMPLATE_MAX, &source, d));
	enum err e = mustache_compile(t->arena, source, &compiled, d);
	if (e != OK) {
		diag_at(d, name);
		return e;
	}
	struct str key = arena_str(t->arena, name);
	if (!key.ptr || map_set(&t->by_name, key, compiled) != OK)
		return diag_set(d, ERR_NOMEM, "http.no-memory", "There is no memory for the templates");
	return OK;
}

static enum err load_folder(struct http_templates *t, struct str inside, int depth, struct diag *d)
{
	char path[4096];
	struct str *names;
	size_t n;
	snprintf(path, sizeof path, "%s%s%.*s", t->dir, inside.len ? "/" : "", STR_ARG(inside));
	TRY(os_dir_list(t->arena, path, &names, &n, d));
	for (size_t i = 0; i < n; i++) {
		struct str name = arena_printf(t->arena, "%.*s%s%.*s", STR_ARG(inside), inside.len ? "/" : "", STR_ARG(names[i]));
		snprintf(path, sizeof path, "%s/%.*s", t->dir, STR_ARG(name));
		if (str_ends(name, S(".mustache")))
			TRY(load_one(t, path, str_sub(name, 0, name.len - 9), d));
		else if (depth < FOLDERS_DEEP && os_dir_exists(path))
			TRY(load_folder(t, name, depth + 1, d));
	}
	return OK;
}

enum err http_templates_load(struct arena *a, const char *dir, struct http_templates *t, struct diag *d)
{
	*t = (struct http_templates){ .arena = a, .dir = dir };
	map_init(&t->by_name, a);
	return dir ? load_folder(t, S(""), 0, d) : OK;
}
