/* test_catalogues.c - every word of every page, in both languages.
 *
 *   test_catalogues <folder of the .mo files> <project>
 *
 * Says each key that one language lacks, and each key that a template or the code of the
 * pages uses and no catalogue has. */
#include <stdio.h>

#include "base/buf.h"
#include "base/map.h"
#include "http/i18n.h"
#include "os/os.h"

static struct arena arena;
static struct http_i18n *words;
static int passed, failed;

static void missing(const char *where, struct str key, const char *what)
{
	printf("%s: \"%.*s\" %s\n", where, STR_ARG(key), what);
	failed++;
}

static bool key_like(struct str s)
{
	bool dot = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		dot |= c == '.';
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	return dot && s.len > 2 && s.ptr[s.len - 1] != '.';
}

static void want(const char *where, struct str key)
{
	if (!key_like(key))
		return; /* made at run time: {{#t}}{{key}}{{/t}}, "prefix." and so on */
	if (http_i18n_get(words, HTTP_ZH, key).ptr)
		passed++;
	else
		missing(where, key, "is in no catalogue");
}

/* Calls want() for what stands between `open` and the first of `ends`. */
static void scan(const char *where, struct str text, const char *open, const char *ends)
{
	for (ptrdiff_t at; (at = str_find(text, str_of(open))) >= 0;) {
		text = str_sub(text, (size_t)at + strlen(open), text.len);
		size_t n = 0;
		while (n < text.len && !strchr(ends, text.ptr[n]))
			n++;
		want(where, str_trim(str_sub(text, 0, n)));
	}
}

static void walk(const char *dir, const char *ending, void (*look)(const char *path, struct str text))
{
	struct str *names, text;
	size_t n;
	if (os_dir_list(&arena, dir, &names, &n, NULL) != OK)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(&arena, "%s/%.*s", dir, STR_ARG(names[i])).ptr;
		if (os_dir_exists(path))
			walk(path, ending, look);
		else if (str_ends(names[i], str_of(ending)) && os_file_read(&arena, path, 1 << 20, &text, NULL) == OK)
			look(path, text);
	}
}

static void look_at_template(const char *path, struct str text)
{
	scan(path, text, "{{#t}}", "|{<");
}

static void look_at_code(const char *path, struct str text)
{
	scan(path, text, "http_tr(rq, \"", "\"");
	scan(path, text, "http_tr_args(rq, \"", "\"");
	scan(path, text, "tr(rq, \"", "\"");
}

static void look_at_forms(const char *path, struct str text)
{
	scan(path, text, "fault(\"", "\"");
	scan(path, text, "form_fault){ \"", "\"");
	scan(path, text, "form_word(r->words, \"", "\"");
}

static void compare(enum http_language language)
{
	const struct str *keys;
	size_t n = http_i18n_missing(words, language, &arena, &keys);
	for (size_t i = 0; i < n; i++)
		missing(http_language_name(language), keys[i], "is only in the other language");
	passed += n == 0;
}

int main(int argc, char **argv)
{
	struct diag d;
	diag_init(&d);
	arena_init(&arena, 256 << 20);
	if (argc != 3 || http_i18n_load(&arena, argv[1], &words, &d) != OK) {
		printf("cannot read the catalogues: %s\n", d.text);
		return 1;
	}
	compare(HTTP_ZH);
	compare(HTTP_EN);
	walk(arena_printf(&arena, "%s/web/templates", argv[2]).ptr, ".mustache", look_at_template);
	walk(arena_printf(&arena, "%s/src/web", argv[2]).ptr, ".c", look_at_code);
	walk(arena_printf(&arena, "%s/src/http", argv[2]).ptr, ".c", look_at_forms);
	printf("%d passed, %d failed\n", passed, failed);
	arena_release(&arena);
	return failed != 0;
}
