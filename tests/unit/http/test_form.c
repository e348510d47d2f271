/* test_form.c - schemas compiled or refused, answers read back, HTML that keeps what was typed. */
#include "tests/test.h"

#include "http/form.h"
#include "http/form_int.h"

static struct arena arena;

static const char schema_text[] =
	"{\"type\":\"default\",\"components\":["
	"{\"type\":\"text\",\"id\":\"t\",\"text\":\"# 说明\\n请<如实>填写\",\"properties\":{\"text_en\":\"Be true\"}},"
	"{\"type\":\"textfield\",\"key\":\"name\",\"label\":\"姓名\",\"description\":\"与证件一致\",\"validate\":{\"required\":true,\"minLength\":2,\"maxLength\":4},\"properties\":{\"label_en\":\"Name\",\"autocomplete\":\"name\"}},"
	"{\"type\":\"textfield\",\"key\":\"code\",\"label\":\"信用代码\",\"validate\":{\"pattern\":\"^[0-9A-Z]{4}$\"}},"
	"{\"type\":\"textfield\",\"key\":\"mail\",\"label\":\"邮箱\",\"validate\":{\"validationType\":\"email\"}},"
	"{\"type\":\"textfield\",\"key\":\"tel\",\"label\":\"电话\",\"validate\":{\"validationType\":\"phone\"}},"
	"{\"type\":\"textarea\",\"key\":\"why\",\"label\":\"理由\",\"validate\":{\"maxLength\":10}},"
	"{\"type\":\"number\",\"key\":\"area\",\"label\":\"面积\",\"appearance\":{\"suffixAdorner\":\"m²\"},\"decimalDigits\":2,\"validate\":{\"min\":1,\"max\":\"5000.5\"}},"
	"{\"type\":\"group\",\"label\":\"其他\",\"components\":["
	"{\"type\":\"checkbox\",\"key\":\"agree\",\"label\":\"我同意\",\"validate\":{\"required\":true}},"
	"{\"type\":\"radio\",\"key\":\"kind\",\"label\":\"类型\",\"validate\":{\"required\":true},\"values\":[{\"label\":\"新办\",\"value\":\"new\"},{\"label\":\"变更\",\"value\":\"change\"}],\"properties\":{\"label_en\":\"Kind\",\"values_en\":\"New|Change\"}},"
	"{\"type\":\"select\",\"key\":\"use\",\"label\":\"用途\",\"values\":[{\"label\":\"住宅\",\"value\":\"housing\"},{\"label\":\"工业\",\"value\":\"industry\"}]},"
	"{\"type\":\"checklist\",\"key\":\"foods\",\"label\":\"品种\",\"values\":[{\"label\":\"预包装\",\"value\":\"p\"},{\"label\":\"散装\",\"value\":\"l\"}]}]},"
	"{\"type\":\"datetime\",\"subtype\":\"date\",\"key\":\"born\",\"dateLabel\":\"出生日期\"},"
	"{\"type\":\"datetime\",\"subtype\":\"datetime\",\"key\":\"visit\",\"dateLabel\":\"到访时间\",\"disallowPassedDates\":true},"
	"{\"type\":\"datetime\",\"subtype\":\"time\",\"key\":\"at\",\"timeLabel\":\"时刻\"},"
	"{\"type\":\"filepicker\",\"key\":\"licence\",\"label\":\"执照\",\"accept\":\".pdf\",\"validate\":{\"required\":true}},"
	"{\"type\":\"textfield\",\"key\":\"fixed\",\"label\":\"编号\",\"readonly\":true,\"validate\":{\"required\":true}},"
	"{\"type\":\"textfield\",\"key\":\"more\",\"label\":\"补充\",\"conditional\":{\"hide\":\"=kind = \\\"new\\\"\"},\"validate\":{\"required\":true}},"
	"{\"type\":\"separator\",\"id\":\"s\"},{\"type\":\"button\",\"key\":\"go\",\"label\":\"提交\"}]}";

static struct str sentence(void *arg, const char *key)
{
	static const char *const rows[][2] = {
		{ "form.required", "请填写{0}" }, { "form.too-short", "{0}至少{1}个字" }, { "form.optional", "(选填)" }, { "form.yes", "是" }, { "form.no", "否" },
	};
	(void)arg;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i][0], key) == 0)
			return str_of(rows[i][1]);
	return (struct str){ NULL, 0 };
}

static const struct http_form_words words = { .get = sentence };
static const struct http_form_words english = { .english = true, .get = sentence };

static const struct http_form *compile(const char *text, struct diag *d)
{
	const struct json *schema;
	const struct http_form *form = NULL;
	if (d)
		diag_init(d);
	if (json_read(&arena, str_of(text), &schema, d) != OK || http_form_compile(&arena, schema, &form, d) != OK)
		return NULL;
	return form;
}

/* What a browser sends, as rows of name and value. */
struct sent {
	const char *name, *value;
};

static size_t all(void *arg, struct str name, const struct str **values)
{
	static struct str found[8];
	size_t n = 0;
	for (const struct sent *s = arg; s->name; s++)
		if (str_eqz(name, s->name))
			found[n++] = str_of(s->value);
	*values = found;
	return n;
}

static size_t one_file(void *arg, struct str name)
{
	(void)arg, (void)name;
	return 1;
}

static size_t no_file(void *arg, struct str name)
{
	(void)arg, (void)name;
	return 0;
}

static struct str as_text(const struct json *v)
{
	struct buf b;
	struct json_writer w;
	buf_init_in(&b, &arena, 1 << 16);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	return buf_str(&b);
}

static struct str codes(const struct http_form_errors *e)
{
	struct buf b;
	buf_init_in(&b, &arena, 1 << 16);
	for (size_t i = 0; i < e->count; i++)
		buf_printf(&b, "%.*s:%s ", STR_ARG(e->list[i].key), e->list[i].code);
	return b.ptr ? buf_str(&b) : S("");
}

static void fill(struct arena *a)
{
	arena_init(a, 32 << 20);
}

TEST(answers_are_read_regularised_and_kept)
{
	static const struct sent good[] = {
		{ "name", " 张三 " }, { "code", "９１Ａ０" }, { "mail", "a@b.cn" }, { "tel", "０１０ 12345" }, { "why", "一\r\n二" },
		{ "area", "１，２００．50" }, { "agree", "true" }, { "kind", "new" }, { "use", "housing" }, { "foods", "p" }, { "foods", "l" },
		{ "born-year", "２００４" }, { "born-month", "2" }, { "born-day", "29" },
		{ "visit-year", "2025" }, { "visit-month", "11" }, { "visit-day", "05" }, { "visit-time", "09：30" }, { "at-time", "18:00" },
		{ "fixed", "forged" }, { "more", "x" }, { NULL, NULL },
	};
	struct diag d;
	const struct json *values;
	struct http_form_errors errors;
	fill(&arena);
	const struct http_form *form = compile(schema_text, &d);
	REQUIRE(form);
	struct http_form_input in = { (void *)(uintptr_t)good, all, one_file };
	REQUIRE(http_form_parse(form, &in, &words, &arena, &values, &errors) == OK);
	CHECK_STR(codes(&errors), "");
	CHECK_STR(as_text(values), "{\"name\":\"张三\",\"code\":\"91A0\",\"mail\":\"a@b.cn\",\"tel\":\"010 12345\",\"why\":\"一\\n二\",\"area\":1200.50,"
	                           "\"agree\":true,\"kind\":\"new\",\"use\":\"housing\",\"foods\":[\"p\",\"l\"],\"born\":\"2004-02-29\",\"visit\":\"2025-11-05T09:30\",\"at\":\"18:00\",\"more\":\"x\"}");
	ROW("the same as JSON");
	REQUIRE(http_form_check(form, values, &words, &arena, &errors) == OK);
	CHECK_STR(codes(&errors), "");
	const struct json *rows;
	REQUIRE(http_form_rows(form, values, &words, &arena, &rows) == OK);
	CHECK(str_find(as_text(rows), S("{\"key\":\"kind\",\"label\":\"类型\",\"value\":\"新办\",\"long\":false}")) > 0);
	CHECK(str_find(as_text(rows), S("\"value\":\"预包装、散装\"")) > 0);
	CHECK(str_find(as_text(rows), S("\"value\":\"1200.50 m²\"")) > 0);
	CHECK(str_find(as_text(rows), S("\"value\":\"2025-11-05 09:30\"")) > 0);
	CHECK(str_find(as_text(rows), S("\"value\":\"是\"")) > 0);
	REQUIRE(http_form_rows(form, values, &english, &arena, &rows) == OK);
	CHECK(str_find(as_text(rows), S("\"label\":\"Kind\",\"value\":\"New\"")) > 0);
	arena_release(&arena);
}

TEST(faults_are_named_and_what_was_typed_stays)
{
	static const struct { const char *name; struct sent sent[4]; const char *error, *kept; } rows[] = {
		{ "absent", { { NULL, NULL } }, "name:form.required", NULL },
		{ "too short", { { "name", "张" } }, "name:form.too-short", "\"name\":\"张\"" },
		{ "too long", { { "name", "张三李四王" } }, "name:form.too-long", "\"name\":\"张三李四王\"" },
		{ "pattern", { { "code", "91a0" } }, "code:form.pattern", "\"code\":\"91a0\"" },
		{ "pattern is whole", { { "code", "91A01" } }, "code:form.pattern", NULL },
		{ "mail", { { "mail", "a@b" } }, "mail:form.email", NULL },
		{ "phone", { { "tel", "call me" } }, "tel:form.phone", NULL },
		{ "long text", { { "why", "一二三四五六七八九十甲" } }, "why:form.too-long", NULL },
		{ "no number", { { "area", "12a" } }, "area:form.number", "\"area\":\"12a\"" },
		{ "odd commas", { { "area", "1,20" } }, "area:form.number", NULL },
		{ "below", { { "area", "0.99" } }, "area:form.min", "\"area\":0.99" },
		{ "above", { { "area", "5000.51" } }, "area:form.max", NULL },
		{ "decimals", { { "area", "1.001" } }, "area:form.decimals", NULL },
		{ "not agreed", { { "name", "张三" } }, "agree:form.must-agree", "\"agree\":false" },
		{ "no choice", { { "kind", "" } }, "kind:form.must-choose", NULL },
		{ "foreign choice", { { "kind", "other" } }, "kind:form.choice", NULL },
		{ "foreign in list", { { "foods", "p" }, { "foods", "x" } }, "foods:form.choice", NULL },
		{ "no leap day", { { "born-year", "2023" }, { "born-month", "2" }, { "born-day", "29" } }, "born:form.date", "\"born\":\"2023-02-29\"" },
		{ "half a date", { { "born-year", "2023" }, { "born-day", "1" } }, "born:form.date", "\"born\":\"2023--1\"" },
		{ "no time", { { "visit", "2025-11-05" } }, "visit:form.time", NULL },
		{ "past", { { "visit", "2025-11-04" }, { "visit-time", "09:00" } }, "visit:form.past", NULL },
		{ "hour 24", { { "at-time", "24:00" } }, "at:form.time", NULL },
		{ "no file", { { NULL, NULL } }, "licence:form.must-upload", NULL },
	};
	struct http_form_words today = words;
	today.today = S("2025-11-05");
	fill(&arena);
	const struct http_form *form = compile(schema_text, NULL);
	REQUIRE(form);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *values;
		struct http_form_errors errors;
		struct http_form_input in = { (void *)(uintptr_t)rows[i].sent, all, no_file };
		ROW(rows[i].name);
		REQUIRE(http_form_parse(form, &in, &today, &arena, &values, &errors) == OK);
		CHECK(str_find(codes(&errors), str_of(rows[i].error)) >= 0);
		if (rows[i].kept)
			CHECK(str_find(as_text(values), str_of(rows[i].kept)) >= 0);
	}
	arena_release(&arena);
}

TEST(messages_are_sentences)
{
	static const struct sent sent[] = { { "name", "张" }, { NULL, NULL } };
	const struct json *values;
	struct http_form_errors errors;
	struct http_form_input in = { (void *)(uintptr_t)sent, all, one_file };
	fill(&arena);
	const struct http_form *form = compile(schema_text, NULL);
	REQUIRE(form && http_form_parse(form, &in, &words, &arena, &values, &errors) == OK && errors.count > 0);
	CHECK_STR(errors.list[0].message, "姓名至少2个字");
	REQUIRE(http_form_parse(form, &in, &english, &arena, &values, &errors) == OK);
	CHECK_STR(errors.list[0].message, "Name至少2个字");
	arena_release(&arena);
}

static bool hide_more(void *arg, struct str key, struct str expression)
{
	(void)arg;
	CHECK_STR(expression, "kind = \"new\"");
	return str_eqz(key, "more");
}

TEST(hidden_and_readonly_fields_are_not_taken)
{
	static const struct sent sent[] = { { "more", "x" }, { "fixed", "forged" }, { NULL, NULL } };
	struct http_form_words hiding = words;
	const struct json *values;
	struct http_form_errors errors;
	struct http_form_input in = { (void *)(uintptr_t)sent, all, one_file };
	struct buf out;
	hiding.hidden = hide_more;
	fill(&arena);
	const struct http_form *form = compile(schema_text, NULL);
	REQUIRE(form && http_form_parse(form, &in, &hiding, &arena, &values, &errors) == OK);
	CHECK(json_get(values, "more") == NULL);
	CHECK(json_get(values, "fixed") == NULL);
	CHECK(str_find(codes(&errors), S("more")) < 0 && str_find(codes(&errors), S("fixed")) < 0);
	buf_init_in(&out, &arena, 1 << 20);
	CHECK_INT(http_form_render(form, values, NULL, &hiding, &out), OK);
	CHECK(str_find(buf_str(&out), S("f-more")) < 0 && str_find(buf_str(&out), S("f-fixed")) > 0);
	arena_release(&arena);
}

TEST(json_answers_are_checked_by_type)
{
	static const struct { const char *json, *error; } rows[] = {
		{ "{\"name\":5}", "name:form.text" }, { "{\"area\":\"12\"}", "area:form.number" }, { "{\"agree\":\"true\"}", "agree:form.choice" },
		{ "{\"foods\":\"p\"}", "foods:form.choice" }, { "{\"born\":20040229}", "born:form.date" }, { "{\"other\":1}", "other:form.unknown" },
		{ "{\"kind\":[\"new\"]}", "kind:form.choice" },
	};
	fill(&arena);
	const struct http_form *form = compile(schema_text, NULL);
	REQUIRE(form);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *v;
		struct http_form_errors errors;
		ROW(rows[i].json);
		REQUIRE(json_read(&arena, str_of(rows[i].json), &v, NULL) == OK);
		REQUIRE(http_form_check(form, v, &words, &arena, &errors) == OK);
		CHECK(str_find(codes(&errors), str_of(rows[i].error)) >= 0);
	}
	arena_release(&arena);
}

static struct str render(const char *schema, const char *values, const struct http_form_errors *errors, const struct http_form_words *w)
{
	const struct json *v = NULL;
	const struct http_form *form = compile(schema, NULL);
	struct buf out;
	if (!form || (values && json_read(&arena, str_of(values), &v, NULL) != OK))
		return S("!");
	buf_init_in(&out, &arena, 1 << 20);
	CHECK_INT(http_form_render(form, v, errors, w, &out), OK);
	return buf_str(&out);
}

TEST(html_ties_label_hint_error_and_control)
{
	struct http_form_error e[] = { { S_INIT("name"), S_INIT("请<填>写"), "form.required" } };
	struct http_form_errors errors = { e, 1 };
	fill(&arena);
	CHECK_STR(render("{\"components\":[{\"type\":\"textfield\",\"key\":\"name\",\"label\":\"姓名\",\"description\":\"如\\\"实\\\"\",\"validate\":{\"required\":true,\"maxLength\":20}}]}",
	                 "{\"name\":\"<张>\"}", &errors, &words),
	          "<div class=\"govuk-form-group govuk-form-group--error\">\n"
	          "<label class=\"govuk-label govuk-label--s\" for=\"f-name\">姓名</label>\n"
	          "<div class=\"govuk-hint\" id=\"f-name-hint\">如&quot;实&quot;</div>\n"
	          "<p class=\"govuk-error-message\" id=\"f-name-error\"><span class=\"govuk-visually-hidden\">form.error</span> 请&lt;填&gt;写</p>\n"
	          "<input class=\"govuk-input govuk-input--width-20 govuk-input--error\" id=\"f-name\" name=\"name\" aria-describedby=\"f-name-hint f-name-error\" aria-invalid=\"true\""
	          " type=\"text\" spellcheck=\"false\" value=\"&lt;张&gt;\">\n</div>\n");
	arena_release(&arena);
}

TEST(html_of_every_type_shows_its_value)
{
	static const char *const parts[] = {
		"<h2 class=\"govuk-heading-m\">说明</h2>\n<p class=\"govuk-body\">请&lt;如实&gt;填写</p>", "autocomplete=\"name\"", "type=\"email\"", "type=\"tel\"",
		"rows=\"5\" id=\"f-why\" name=\"why\">\n二\n三</textarea>", "data-maxlength=\"10\"", "value=\"12.50\"", "govuk-input__suffix\" aria-hidden=\"true\">m²</div>",
		"<legend class=\"govuk-fieldset__legend govuk-fieldset__legend--m\">其他</legend>", "id=\"f-agree\" name=\"agree\" value=\"true\" checked>",
		"id=\"f-kind\" name=\"kind\" value=\"new\">", "id=\"f-kind-2\" name=\"kind\" value=\"change\" checked>", "<option value=\"industry\" selected>工业</option>",
		"id=\"f-foods-2\" name=\"foods\" value=\"l\" checked>", "id=\"f-born\" name=\"born-year\" value=\"2023\"", "id=\"f-born-month\" name=\"born-month\" value=\"\"",
		"id=\"f-born-day\" name=\"born-day\" value=\"1\"", "name=\"visit-time\" value=\"09:30\"", "id=\"f-at\" name=\"at-time\" value=\"18:00\"",
		"type=\"file\" id=\"f-licence\" name=\"licence\" accept=\".pdf\">", "id=\"f-fixed\" name=\"fixed\" readonly", "<hr class=\"govuk-section-break",
	};
	fill(&arena);
	struct str html = render(schema_text, "{\"why\":\"二\\n三\",\"area\":12.50,\"agree\":true,\"kind\":\"change\",\"use\":\"industry\",\"foods\":[\"l\"],"
	                                      "\"born\":\"2023--1\",\"visit\":\"2025-11-05T09:30\",\"at\":\"18:00\"}", NULL, &words);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		ROW(parts[i]);
		CHECK(str_find(html, str_of(parts[i])) >= 0);
	}
	ROW("no button");
	CHECK(str_find(html, S("提交")) < 0);
	ROW("English");
	html = render(schema_text, NULL, NULL, &english);
	CHECK(str_find(html, S("Be true")) >= 0 && str_find(html, S(">Change</label>")) >= 0 && str_find(html, S(">Name</label>")) >= 0);
	arena_release(&arena);
}

TEST(what_is_not_executed_is_refused)
{
	static const struct { const char *component, *code; } rows[] = {
		{ "{\"type\":\"textfield\",\"key\":\"a\",\"label\":\"A\"}", "" },
		{ "{\"type\":\"iframe\",\"id\":\"x\"}", "form.type" },
		{ "{\"type\":\"table\",\"id\":\"x\"}", "form.type" },
		{ "{\"type\":\"textfield\",\"key\":\"a.b\",\"label\":\"A\"}", "form.key" },
		{ "{\"type\":\"textfield\",\"key\":\"csrf\",\"label\":\"A\"}", "form.key" },
		{ "{\"type\":\"textfield\",\"label\":\"A\"}", "form.key" },
		{ "{\"type\":\"textfield\",\"key\":\"a\"}", "form.no-label" },
		{ "{\"type\":\"textfield\",\"key\":\"a\",\"label\":\"A\"},{\"type\":\"number\",\"key\":\"a\",\"label\":\"B\"}", "form.key-twice" },
		{ "{\"type\":\"textfield\",\"key\":\"a\",\"label\":\"A\",\"validate\":{\"pattern\":\"[\"}}", "form.pattern" },
		{ "{\"type\":\"textfield\",\"key\":\"a\",\"label\":\"A\",\"validate\":{\"validationType\":\"dna\"}}", "form.validation-type" },
		{ "{\"type\":\"number\",\"key\":\"a\",\"label\":\"A\",\"validate\":{\"min\":\"x\"}}", "form.bound" },
		{ "{\"type\":\"select\",\"key\":\"a\",\"label\":\"A\",\"valuesKey\":\"k\"}", "form.dynamic-choices" },
		{ "{\"type\":\"select\",\"key\":\"a\",\"label\":\"A\",\"values\":[]}", "form.no-choices" },
		{ "{\"type\":\"radio\",\"key\":\"a\",\"label\":\"A\",\"values\":[{\"label\":\"x\"}]}", "form.choice-without-value" },
		{ "{\"type\":\"radio\",\"key\":\"a\",\"label\":\"A\",\"values\":[{\"value\":\"x\"},{\"value\":\"x\"}]}", "form.choice-twice" },
		{ "{\"type\":\"group\",\"label\":\"G\",\"path\":\"p\",\"components\":[]}", "form.group-path" },
		{ "{\"type\":\"group\",\"label\":\"G\"}", "form.no-components" },
	};
	fill(&arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diag d;
		ROW(rows[i].component);
		const char *text = arena_printf(&arena, "{\"components\":[%s]}", rows[i].component).ptr;
		CHECK((compile(text, &d) != NULL) == (rows[i].code[0] == 0));
		CHECK_STR(str_of(d.code), rows[i].code);
	}
	arena_release(&arena);
}

TEST(numbers_and_dates_are_made_regular)
{
	static const struct { const char *typed, *want; } rows[] = {
		{ "12", "12" }, { " 007.50 ", "7.50" }, { ".5", "0.5" }, { "5.", "5" }, { "+3", "3" }, { "-0.10", "-0.10" }, { "1,234,567.89", "1234567.89" },
		{ "－１２．５", "-12.5" }, { "１２。５", "12.5" }, { "0", "0" }, { "000", "0" }, { "12 500", "12500" },
		{ "", NULL }, { "-", NULL }, { ".", NULL }, { "1.2.3", NULL }, { "1e3", NULL }, { "1,23", NULL }, { "1234,567", NULL }, { ",123", NULL }, { "十二", NULL },
		{ "12345678901234567890123456789012345", NULL },
	};
	fill(&arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str out = S("");
		ROW(rows[i].typed);
		bool ok = form_number(&arena, str_of(rows[i].typed), &out) == OK;
		CHECK(ok == (rows[i].want != NULL));
		if (ok && rows[i].want)
			CHECK_STR(out, rows[i].want);
	}
	ROW("dates");
	CHECK(form_date_valid(S("2000-02-29")) && !form_date_valid(S("1900-02-29")) && !form_date_valid(S("2025-00-10")) && !form_date_valid(S("2025-1-01")));
	CHECK_STR(form_date_join(&arena, S("２０２５"), S("1"), S(" 5 ")), "2025-01-05");
	CHECK_STR(form_date_join(&arena, S("25"), S("1"), S("5")), "25-1-5");
	arena_release(&arena);
}

TEST(every_failed_allocation_is_told)
{
	static const struct sent sent[] = {
		{ "name", "张三" }, { "code", "９１Ａ０" }, { "why", "一\r\n二" }, { "area", "1,200" }, { "agree", "true" }, { "kind", "new" }, { "foods", "p" },
		{ "born-year", "2004" }, { "born-month", "2" }, { "born-day", "29" }, { "visit", "2025-11-05" }, { "visit-time", "09:00" }, { "more", "x" }, { NULL, NULL },
	};
	struct http_form_input in = { (void *)(uintptr_t)sent, all, one_file };
	struct arena once;
	fill(&once);
	fill(&arena);
	const struct http_form *form = compile(schema_text, NULL);
	const struct json *want;
	struct http_form_errors errors;
	REQUIRE(form && http_form_parse(form, &in, &words, &arena, &want, &errors) == OK);
	enum err e = ERR_NOMEM;
	size_t n = 1;
	for (; e != OK && n < 2000; n++) {
		const struct json *values;
		arena_fail_after(n);
		e = http_form_parse(form, &in, &words, &once, &values, &errors);
		arena_fail_after(0);
		CHECK(e == ERR_NOMEM || (e == OK && json_equal(values, want) && errors.count == 0));
	}
	CHECK(n > 20);
	ROW("compiling");
	const struct json *schema;
	REQUIRE(json_read(&arena, str_of(schema_text), &schema, NULL) == OK);
	for (e = ERR_NOMEM, n = 1; e != OK && n < 2000; n++) {
		arena_fail_after(n);
		e = http_form_compile(&once, schema, &form, NULL);
		arena_fail_after(0);
		CHECK(e == OK || e == ERR_NOMEM);
	}
	CHECK(n > 5);
	arena_release(&once);
	arena_release(&arena);
}

TEST_MAIN
