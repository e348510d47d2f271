/* The OpenAPI document says what is served, no more and no less, in schemas that are really checked. */
#include "tests/test.h"

#include "os/os.h"
#include "text/json.h"
#include "web/api.h"
#include "web/api_schema.h"
#include "web/web.h"

static char components_path[1024]; /* argv[1]: the folder of pages, where the domains' schemas are joined */
static struct arena arena;
static const struct json *components, *document;

static bool load(void)
{
	struct str text, made;
	struct diag d;
	diag_init(&d);
	if (document)
		return true;
	arena_init(&arena, 64 << 20);
	return os_file_read(&arena, components_path, 4 << 20, &text, &d) == OK &&
	       json_read(&arena, text, &components, &d) == OK && api_openapi(&arena, text, &made) == OK &&
	       json_read(&arena, made, &document, &d) == OK;
}

/* "/a/{b:int}" without the type, and the method in small letters. */
static const struct json *operation(const struct api_route *r)
{
	char path[256], method[8] = { 0 };
	size_t n = 0;
	bool in_type = false;
	for (const char *p = r->path; *p && n + 1 < sizeof path; p++) {
		in_type = *p == ':' || (in_type && *p != '}');
		if (!in_type)
			path[n++] = *p;
	}
	for (size_t i = 0; i + 1 < sizeof method && r->method[i]; i++)
		method[i] = (char)(r->method[i] | 0x20);
	return json_get(json_get_str(json_get(document, "paths"), str_span(path, n)), method);
}

TEST(every_route_is_in_the_document_and_nothing_else)
{
	const struct api_route *table;
	REQUIRE(load());
	size_t n = api_routes(&table), found = 0;
	const struct json *paths = json_get(document, "paths");
	for (size_t i = 0; i < n; i++) {
		ROW(table[i].id);
		CHECK_STR(json_text(json_get(operation(&table[i]), "operationId")), table[i].id);
	}
	ROW(NULL);
	for (size_t i = 0; i < paths->count; i++)
		found += paths->members[i].value.count;
	CHECK_INT(found, n);
}

TEST(every_route_is_served_under_its_access)
{
	const struct api_route *table;
	const struct http_route *routes;
	size_t n = api_routes(&table), served = web_routes_api(&routes);
	for (size_t i = 0; i < n; i++) {
		bool there = false;
		ROW(table[i].path);
		for (size_t k = 0; k < served && !there; k++)
			there = routes[k].detail == &table[i] && routes[k].access == table[i].who && strcmp(routes[k].pattern, table[i].path) == 0;
		CHECK(there);
	}
	ROW(NULL);
}

TEST(operation_ids_are_unique)
{
	const struct api_route *table;
	size_t n = api_routes(&table);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			ROW(table[i].id);
			CHECK(strcmp(table[i].id, table[k].id) != 0);
		}
	ROW(NULL);
}

TEST(every_schema_named_exists_and_holds_only_checked_keywords)
{
	const struct api_route *table;
	struct diag d;
	REQUIRE(load());
	size_t n = api_routes(&table);
	const struct json *schemas = json_get(components, "schemas");
	for (size_t i = 0; i < n; i++) {
		ROW(table[i].id);
		CHECK(!table[i].body || table[i].body[0] == '*' || json_get(schemas, table[i].body));
		CHECK(!table[i].answer || table[i].answer[0] == '*' || json_get(schemas, table[i].answer));
		CHECK((table[i].answer == NULL) == (table[i].status == 204));
		CHECK(table[i].who != 0);
	}
	ROW(NULL);
	diag_init(&d);
	CHECK(api_schema_keywords(components, &d) == OK);
	CHECK_STR(str_of(d.text), "");
}

TEST(bodies_are_held_to_their_schema)
{
	static const struct { const char *name, *schema, *body; enum err want; const char *place; } rows[] = {
		{ "a good rating", "Rating", "{\"grade\":1}", OK, "" },
		{ "grade as text", "Rating", "{\"grade\":\"1\"}", ERR_INVALID, "grade" },
		{ "grade with a fraction", "Rating", "{\"grade\":1.5}", ERR_INVALID, "grade" },
		{ "grade below one", "Rating", "{\"grade\":0}", ERR_INVALID, "grade" },
		{ "grade above five", "Rating", "{\"grade\":6}", ERR_INVALID, "grade" },
		{ "no grade", "Rating", "{}", ERR_INVALID, "" },
		{ "unknown member", "Rating", "{\"grade\":1,\"mood\":1}", ERR_INVALID, "mood" },
		{ "no object", "Rating", "[]", ERR_INVALID, "" },
		{ "nested good", "CaseSubmission", "{\"item\":\"x\",\"form\":{},\"applicant\":{\"name\":\"\xe6\x9e\x97\xe6\x99\x93\"}}", OK, "" },
		{ "nested wrong", "CaseSubmission", "{\"item\":\"x\",\"form\":{},\"applicant\":{\"name\":1}}", ERR_INVALID, "applicant.name" },
		{ "nested unknown", "CaseSubmission", "{\"item\":\"x\",\"form\":{},\"applicant\":{\"name\":\"a\",\"age\":9}}", ERR_INVALID, "applicant.age" },
		{ "null where it may be", "Applicant", "{\"name\":\"a\",\"agent\":null}", OK, "" },
		{ "empty text where it may not be", "Note", "{\"text\":\"\"}", ERR_INVALID, "text" },
		{ "list of the wrong kind", "CaseSubmission", "{\"item\":\"x\",\"form\":{},\"documents\":[7]}", ERR_INVALID, "documents" },
		{ "value outside the list of values", "Clock", "{\"kind\":\"promised\",\"amount\":1,\"unit\":\"weeks\",\"state\":\"running\"}", ERR_INVALID, "unit" },
		{ "either of two", "AlertRow", "{\"alert_no\":\"a\",\"level\":\"red\",\"text\":\"t\",\"at\":\"x\",\"state\":\"open\",\"case\":null}", OK, "" },
		{ "neither of two", "AlertRow", "{\"alert_no\":\"a\",\"level\":\"red\",\"text\":\"t\",\"at\":\"x\",\"state\":\"open\",\"case\":7}", ERR_INVALID, "case" },
		{ "no such schema", "Nothing", "{}", ERR_NOT_FOUND, "" },
	};
	REQUIRE(load());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *body = NULL;
		struct diag d;
		ROW(rows[i].name);
		diag_init(&d);
		REQUIRE(json_read(&arena, str_of(rows[i].body), &body, &d) == OK);
		CHECK_INT(api_schema_check(components, str_of(rows[i].schema), body, &d), rows[i].want);
		CHECK_STR(str_of(d.place), rows[i].place);
	}
	ROW(NULL);
}

TEST(parameters_are_cut_from_their_specification)
{
	struct api_param p;
	struct str spec = S("q  online:bool limit:int");
	CHECK(api_param_next(&spec, &p) && str_eqz(p.name, "q") && p.type == 's');
	CHECK(api_param_next(&spec, &p) && str_eqz(p.name, "online") && p.type == 'b');
	CHECK(api_param_next(&spec, &p) && str_eqz(p.name, "limit") && p.type == 'i');
	CHECK(!api_param_next(&spec, &p));
	struct str path = S("/cases/{case_no}/steps/{step:int}/claim");
	CHECK(api_path_next(&path, &p) && str_eqz(p.name, "case_no") && p.type == 's');
	CHECK(api_path_next(&path, &p) && str_eqz(p.name, "step") && p.type == 'i');
	CHECK(!api_path_next(&path, &p));
}

/* TEST_MAIN takes a name to run alone as its first argument: the folder comes before it. */
int run_tests(int argc, char **argv);
#define main run_tests
TEST_MAIN
#undef main

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s PAGES_FOLDER [test name]\n", argv[0]);
		return 2;
	}
	snprintf(components_path, sizeof components_path, "%s/openapi/components.json", argv[1]);
	argv[1] = argv[0];
	return run_tests(argc - 1, argv + 1);
}
