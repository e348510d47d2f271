/* test_mustache.c - the specification's suite, translations, bounds. */
#include "tests/test.h"

#include "os/os.h"
#include "text/mustache.h"

struct library {
	struct arena *arena;
	const struct json *partials; /* name -> source */
};

static const struct mustache *find_partial(void *arg, struct str name)
{
	struct library *l = arg;
	const struct json *source = json_get_str(l->partials, name);
	struct mustache *t;
	if (!source || mustache_compile(l->arena, json_text(source), &t, NULL) != OK)
		return NULL;
	return t;
}

static struct str translate(void *arg, struct str key)
{
	(void)arg;
	if (str_eqz(key, "case.due"))
		return S("请在 {0} 前<b>补正</b>{1}");
	if (str_eqz(key, "plain"))
		return S("纯文本|{0}{x}{");
	return (struct str){ NULL, 0 };
}

/* Renders into a static text; "!name" of the error when it fails. */
static struct str render(const char *source, const char *data, const char *partials)
{
	static char result[4096];
	struct arena a;
	const struct json *json = NULL, *lib = NULL;
	struct mustache *t;
	struct diag d;
	struct buf out;
	diag_init(&d);
	arena_init(&a, 32 << 20);
	buf_init(&out, sizeof result - 1);
	enum err e = json_read(&a, str_of(data), &json, &d);
	if (e == OK && partials)
		e = json_read(&a, str_of(partials), &lib, &d);
	struct library library = { &a, lib };
	struct mustache_env env = { find_partial, translate, &library };
	if (e == OK)
		e = mustache_compile(&a, str_of(source), &t, &d);
	if (e == OK)
		e = mustache_render(t, json, &env, &a, &out);
	if (e == OK)
		snprintf(result, sizeof result, "%.*s", STR_ARG(out));
	else
		snprintf(result, sizeof result, "!%s", err_name(e));
	buf_release(&out);
	arena_release(&a);
	return str_of(result);
}

TEST(rendering_rows)
{
	static const struct { const char *source, *data, *want; } rows[] = {
		{ "你好,{{名}}!", "{\"名\":\"<张&三>\"}", "你好,&lt;张&amp;三&gt;!" },
		{ "{{{n}}}{{&n}}", "{\"n\":\"<\"}", "<<" },
		{ "{{#zero}}no{{/zero}}{{^zero}}none{{/zero}}", "{\"zero\":0}", "none" },
		{ "{{#s}}no{{/s}}{{^s}}empty{{/s}}", "{\"s\":\"\"}", "empty" },
		{ "{{fee}} {{yes}}", "{\"fee\":12800.50,\"yes\":true}", "12800.50 true" },
		{ "{{#l}}{{.}},{{/l}}", "{\"l\":[1,\"二\",3]}", "1,二,3," },
		{ "{{#a}}{{#b}}{{c}}{{d}}{{/b}}{{/a}}", "{\"a\":{\"b\":{\"d\":2},\"c\":1}}", "12" },
		{ "{{#a}}", "{}", "!invalid" },
		{ "{{#a}}{{/b}}", "{}", "!invalid" },
		{ "{{/a}}", "{}", "!invalid" },
		{ "{{a", "{}", "!invalid" },
		{ "{{}}", "{}", "!invalid" },
		{ "{{=a=}}", "{}", "!invalid" },
		{ "\xff", "{}", "!invalid" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].source);
		CHECK_STR(render(rows[i].source, rows[i].data, NULL), rows[i].want);
	}
}

TEST(translations_fill_arguments_and_escape_them)
{
	static const struct { const char *name, *source, *data, *want; } rows[] = {
		{ "plain", "{{#t}}case.due|{{d}}|{{w}}{{/t}}", "{\"d\":\"1月5日\",\"w\":\"<x>\"}", "请在 1月5日 前<b>补正</b>&lt;x&gt;" },
		{ "missing key", "{{#t}} no.such {{/t}}", "{}", "no.such" },
		{ "missing argument", "{{#t}}case.due|a{{/t}}", "{}", "请在 a 前<b>补正</b>{1}" },
		{ "bar in a value", "{{#t}}case.due|{{d}}|{{{d}}}{{/t}}", "{\"d\":\"a|b\"}", "请在 a|b 前<b>补正</b>a|b" },
		{ "braces that are none", "{{#t}}plain|{0}{{/t}}", "{}", "纯文本|{0}{x}{" },
		{ "key from data", "{{#t}}{{k}}|1|2{{/t}}", "{\"k\":\"case.due\"}", "请在 1 前<b>补正</b>2" },
		{ "nested", "{{#t}}case.due|{{#t}}plain|x{{/t}}|y{{/t}}", "{}", "请在 纯文本|x{x}{ 前<b>补正</b>y" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_STR(render(rows[i].source, rows[i].data, NULL), rows[i].want);
	}
}

TEST(partials_indent_every_line_of_the_template_only)
{
	CHECK_STR(render("<ul>\n  {{>item}}\n</ul>", "{\"v\":\"x\\ny\",\"on\":true}",
	                 "{\"item\":\"{{#on}}\\n<li>\\n{{{v}}}</li>\\n{{/on}}\\n{{#on}}a{{/on}}\\n\"}"),
	          "<ul>\n  <li>\n  x\ny</li>\n  a\n</ul>");
}

TEST(endless_partials_end)
{
	CHECK_STR(render("{{>p}}", "{}", "{\"p\":\"x{{>p}}\"}"), "!limit");
}

TEST(output_is_bounded)
{
	CHECK_STR(render("{{#l}}{{#l}}{{#l}}0123456789{{/l}}{{/l}}{{/l}}", "{\"l\":[1,1,1,1,1,1,1,1,1,1]}", NULL), "!limit");
}

TEST(every_failed_allocation_is_told)
{
	const struct json *data;
	struct mustache_env env = { NULL, translate, NULL };
	struct arena a, once;
	arena_init(&a, 1 << 20);
	arena_init(&once, 8 << 20);
	REQUIRE(json_read(&a, S("{\"l\":[1,2],\"d\":\"x\"}"), &data, NULL) == OK);
	enum err e = ERR_NOMEM;
	size_t n = 1;
	for (; e != OK && n < 300; n++) {
		struct mustache *t;
		struct buf out;
		size_t refused = heap_refusals();
		buf_init_in(&out, &once, 1 << 16);
		arena_fail_after(n);
		e = mustache_compile(&once, S("{{#l}}{{a.b}} {{.}}\n{{/l}}{{#t}}case.due|{{d}}{{/t}}"), &t, NULL);
		if (e == OK)
			e = mustache_render(t, data, &env, &once, &out);
		arena_fail_after(0);
		CHECK_INT(e, heap_refusals() == refused ? OK : ERR_NOMEM);
		CHECK(e != OK || str_find(buf_str(&out), S("请在 x 前")) > 0);
	}
	CHECK(e == OK && n > 10);
	arena_release(&a);
	arena_release(&once);
}

static int run_file(const char *file)
{
	char path[1024];
	struct arena a;
	struct str text;
	const struct json *suite;
	int ran = 0;
	snprintf(path, sizeof path, PROJECT_ROOT "/../shared/suites/mustache/%s.json", file);
	arena_init(&a, 16 << 20);
	if (os_file_read(&a, path, 1 << 20, &text, NULL) != OK || json_read(&a, text, &suite, NULL) != OK)
		return 0;
	const struct json *tests = json_get(suite, "tests");
	for (size_t i = 0; tests && i < tests->count; i++, ran++) {
		const struct json *t = &tests->items[i];
		struct buf data, partials;
		struct json_writer w;
		buf_init_in(&data, &a, 1 << 16);
		buf_init_in(&partials, &a, 1 << 16);
		json_writer_init(&w, &data);
		json_put_value(&w, json_get(t, "data"));
		json_writer_init(&w, &partials);
		if (json_get(t, "partials"))
			json_put_value(&w, json_get(t, "partials"));
		ROW(arena_z(&a, json_text(json_get(t, "name"))));
		CHECK_STR(render(arena_z(&a, json_text(json_get(t, "template"))), data.ptr, partials.ptr),
		          arena_z(&a, json_text(json_get(t, "expected"))));
	}
	arena_release(&a);
	return ran;
}

TEST(suite_mustache)
{
	static const char *const files[] = { "comments", "delimiters", "interpolation", "inverted", "partials", "sections" };
	int ran = 0;
	if (!os_dir_exists(PROJECT_ROOT "/../shared/suites/mustache"))
		SKIP("the Mustache suite is not here");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		ran += run_file(files[i]);
	CHECK(ran > 100);
	printf("mustache suite: %d rows\n", ran);
}

TEST_MAIN
