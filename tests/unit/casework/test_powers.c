/* Who may do what: published lists, functions by name, delegations, interests, emergency access, personal data, audit. */
#include "kernel.h"

struct office {
	struct kernel k;
	int64_t wang, li, sun, zhao, citizen;
	struct str case_no;
	int64_t step;
};

static int64_t open_step_of(struct office *o)
{
	const struct json *v = kernel_view(&o->k, 0, "case", arena_printf(&o->k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(o->case_no)).ptr);
	const struct json *list = json_get(v, "steps");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(json_get(&list->items[i], "state")), "open"))
			return json_i64(json_get(&list->items[i], "step"), 0);
	return 0;
}

static bool office_begin(struct office *o)
{
	struct kernel *k = &o->k;
	if (!kernel_begin(k, ":memory:"))
		return false;
	o->wang = kernel_person(k, "wang");
	o->li = kernel_person(k, "li");
	o->sun = kernel_person(k, "sun");
	o->zhao = kernel_put_person(k, "zhao", "赵窗口");
	if (kernel_do(k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"窗口\",\"a\":\"zhao\"}") != OK)
		return false;
	o->citizen = kernel_citizen(k, "zhang");
	o->case_no = kernel_submit(k, o->citizen, "s1");
	o->step = open_step_of(o);
	return o->step != 0;
}

static enum err grant(struct office *o, int64_t person)
{
	return kernel_do(&o->k, person, "", "step.complete",
	                 arena_printf(&o->k.a, "{\"step\":%lld,\"action\":\"grant\"}", (long long)o->step).ptr);
}

static enum err claim(struct office *o, int64_t person)
{
	return kernel_do(&o->k, person, "", "step.claim", arena_printf(&o->k.a, "{\"step\":%lld}", (long long)o->step).ptr);
}

#define DO(person, name, ...) kernel_do(&o.k, person, "", name, arena_printf(&o.k.a, __VA_ARGS__).ptr)
#define CODE() str_of(o.k.r.diag.code)
#define READ(person) kernel_view(&o.k, person, "power.draft", "{\"organ\":\"O1\",\"kind\":\"duty\",\"edits\":\"powers.publish\"}")
#define PUBLISH(person, read) kernel_sign(&o.k, person, read, "powers.publish", "{\"organ\":\"O1\",\"kind\":\"duty\"}")

TEST(a_list_once_published_must_name_the_power)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	/* drafted by an administrator's system, published: inspect alone, so that nobody may examine */
	CHECK_INT(DO(0, "power.put", "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"W1\",\"name\":\"食品许可\",\"basis\":\"食品安全法/35\",\"functions\":[\"inspect\"]}"), OK);
	CHECK_INT(claim(&o, o.wang), OK); /* a draft changes nothing */
	CHECK_INT(DO(0, "powers.publish", "{\"organ\":\"O1\",\"kind\":\"power\"}"), OK);
	CHECK_INT(grant(&o, o.wang), ERR_DENIED);
	CHECK_STR(CODE(), "access.not-listed");
	CHECK_INT(DO(0, "power.put", "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"W2\",\"name\":\"食品许可审查\",\"basis\":\"食品安全法/35\",\"functions\":[\"examine\"],\"items\":[\"I1\"]}"), OK);
	CHECK_INT(grant(&o, o.wang), ERR_DENIED);
	CHECK_INT(DO(0, "powers.publish", "{\"organ\":\"O1\",\"kind\":\"power\"}"), OK);
	CHECK_INT(json_i64(json_get(o.k.r.data, "version"), 0), 2);
	CHECK_INT(grant(&o, o.wang), OK);
	kernel_end(&o.k);
}

TEST(a_list_is_published_by_a_second_person_and_read_by_all)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	CHECK_INT(DO(0, "post.put", "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"head\",\"name\":\"副主任\",\"a\":\"sun\"}"), OK);
	CHECK_INT(PUBLISH(o.li, READ(o.li)), ERR_CONFLICT);
	CHECK_STR(CODE(), "powers.empty");
	CHECK_INT(DO(o.li, "power.put", "{\"organ\":\"O1\",\"kind\":\"duty\",\"code\":\"Z1\",\"name\":\"一次性告知\",\"basis\":\"ALL/32\"}"), OK);
	CHECK_INT(PUBLISH(o.li, READ(o.li)), ERR_DENIED);
	CHECK_STR(CODE(), "powers.second-person");
	/* read, and changed since: by a word, by an entry more */
	const struct json *read = READ(o.sun);
	CHECK_INT(DO(o.li, "power.put", "{\"organ\":\"O1\",\"kind\":\"duty\",\"code\":\"Z1\",\"name\":\"一次性告知\",\"basis\":\"ALL/33\"}"), OK);
	CHECK_INT(PUBLISH(o.sun, read), ERR_STALE);
	read = READ(o.sun);
	CHECK_INT(DO(o.li, "power.put", "{\"organ\":\"O1\",\"kind\":\"duty\",\"code\":\"Z2\",\"name\":\"一次办结\",\"basis\":\"ALL/33\"}"), OK);
	CHECK_INT(PUBLISH(o.sun, read), ERR_STALE);
	CHECK_STR(CODE(), "edit.overtaken");
	CHECK_INT(DO(o.li, "power.drop", "{\"organ\":\"O1\",\"kind\":\"duty\",\"code\":\"Z2\"}"), OK);
	const struct json *v2 = kernel_view(&o.k, o.sun, "power.draft", "{\"organ\":\"O1\",\"kind\":\"duty\",\"edits\":\"powers.publish\",\"edits_last\":true}");
	CHECK_STR(json_text(json_path(v2, "changed.by.login")), "li");
	CHECK_INT(DO(o.sun, "powers.publish", "{\"organ\":\"O1\",\"kind\":\"duty\"}"), ERR_INVALID);
	CHECK_STR(CODE(), "sign.unread");
	CHECK_INT(PUBLISH(o.sun, read), OK);
	const struct json *v = kernel_view(&o.k, -1, "powers", "{\"organ\":\"O1\",\"kind\":\"duty\"}");
	CHECK_INT(json_i64(json_get(v, "version"), 0), 1);
	CHECK_STR(json_text(json_path(v, "entries")->count ? json_get(&json_get(v, "entries")->items[0], "name") : NULL), "一次性告知");
	/* later drafts leave the published version alone */
	CHECK_INT(DO(o.li, "power.drop", "{\"organ\":\"O1\",\"kind\":\"duty\",\"code\":\"Z1\"}"), OK);
	v = kernel_view(&o.k, -1, "powers", "{\"organ\":\"O1\",\"kind\":\"duty\"}");
	CHECK_INT((int64_t)json_get(v, "entries")->count, 1);
	kernel_end(&o.k);
}

TEST(bad_entries_are_refused_with_the_field)
{
	static const struct { const char *name, *json, *code; } rows[] = {
		{ "no organ", "{\"organ\":\"?\",\"kind\":\"power\"}", "organ.unknown" },
		{ "no such kind", "{\"organ\":\"O1\",\"kind\":\"wish\"}", "power.kind" },
		{ "no code", "{\"organ\":\"O1\",\"kind\":\"power\",\"name\":\"x\",\"basis\":\"y\"}", "power.code" },
		{ "no name", "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"x\",\"basis\":\"y\"}", "power.name" },
		{ "no basis", "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"x\",\"name\":\"y\"}", "power.basis" },
		{ "no such function", "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"x\",\"name\":\"y\",\"basis\":\"z\",\"functions\":[\"fly\"]}", "function.unknown" },
		{ "no such item", "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"x\",\"name\":\"y\",\"basis\":\"z\",\"items\":[\"I9\"]}", "power.item" },
	};
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK(kernel_do(&o.k, 0, "", "power.put", rows[i].json) != OK);
		CHECK_STR(CODE(), rows[i].code);
	}
	kernel_end(&o.k);
}

TEST(functions_by_name_replace_those_of_the_role)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	CHECK_INT(DO(0, "function.grant", "{\"post\":\"P1\",\"function\":\"inspect\"}"), OK);
	int64_t inspect = json_i64(json_get(o.k.r.data, "grant"), 0);
	CHECK_INT(grant(&o, o.wang), ERR_DENIED);
	CHECK_STR(CODE(), "access.no-function");
	CHECK_INT(DO(0, "function.grant", "{\"post\":\"P1\",\"function\":\"examine\",\"item\":\"I1\",\"from\":\"2025-03-04\"}"), OK);
	CHECK_INT(grant(&o, o.wang), ERR_DENIED); /* from tomorrow */
	os_clock_set(&o.k.clock, KERNEL_START_MS + 86400000);
	CHECK_INT(grant(&o, o.wang), OK);
	CHECK_INT(DO(0, "function.withdraw", "{\"grant\":%lld}", (long long)inspect), OK);
	CHECK_INT(DO(0, "function.withdraw", "{\"grant\":%lld}", (long long)inspect), ERR_NOT_FOUND);
	kernel_end(&o.k);
}

static enum err give(struct office *o, const char *functions, const char *until)
{
	return kernel_do(&o->k, o->li, "", "delegation.give",
	                 arena_printf(&o->k.a, "{\"from_post\":\"P2\",\"to_post\":\"P4\",\"functions\":[%s],\"until\":\"%s\",\"reason\":\"首席代表\"}", functions, until).ptr);
}

/* The step goes to the head's post; then who decides? */
static bool to_head(struct office *o)
{
	return kernel_do(&o->k, o->li, "", "step.reassign", arena_printf(&o->k.a, "{\"step\":%lld,\"post\":\"P2\",\"reason\":\"送审\"}", (long long)o->step).ptr) == OK;
}

TEST(a_delegation_lends_what_it_names_while_it_lasts)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	REQUIRE(to_head(&o));
	CHECK_INT(claim(&o, o.zhao), ERR_DENIED);
	CHECK_STR(CODE(), "step.not-yours");
	CHECK_INT(give(&o, "\"decide\"", "2025-03-10"), OK);
	CHECK_INT(claim(&o, o.zhao), ERR_DENIED); /* the step asks for `examine`, which nobody lends */
	CHECK_INT(give(&o, "\"accept\"", "2025-03-10"), ERR_INVALID);
	CHECK_STR(CODE(), "delegation.function");
	kernel_end(&o.k);
}

TEST(a_delegation_is_dated_revocable_and_the_givers_own)
{
	static const struct { const char *name, *functions, *until, *code; } rows[] = {
		{ "no function", "", "2025-03-10", "delegation.none" },
		{ "no last day", "\"decide\"", "", "delegation.until" },
		{ "no date", "\"decide\"", "soon", "field.date" },
		{ "over before it begins", "\"decide\"", "2025-03-02", "field.until" },
		{ "longer than a year", "\"decide\"", "2027-03-02", "delegation.too-long" },
	};
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_INT(give(&o, rows[i].functions, rows[i].until), ERR_INVALID);
		CHECK_STR(CODE(), rows[i].code);
	}
	CHECK_INT(give(&o, "\"coordinate\"", "2025-03-10"), OK);
	long long id = json_i64(json_get(o.k.r.data, "delegation"), 0);
	/* coordinate: the clerk may hand a step of the organ on, until it is revoked */
	CHECK_INT(DO(o.zhao, "step.reassign", "{\"step\":%lld,\"post\":\"P1\",\"reason\":\"均衡\"}", (long long)o.step), OK);
	CHECK_INT(DO(o.zhao, "delegation.revoke", "{\"delegation\":%lld,\"reason\":\"x\"}", id), ERR_DENIED);
	CHECK_INT(DO(o.li, "delegation.revoke", "{\"delegation\":%lld,\"reason\":\"回岗\"}", id), OK);
	CHECK_INT(DO(o.li, "delegation.revoke", "{\"delegation\":%lld,\"reason\":\"回岗\"}", id), ERR_CONFLICT);
	CHECK_INT(DO(o.zhao, "step.reassign", "{\"step\":%lld,\"post\":\"P1\",\"reason\":\"均衡\"}", (long long)o.step), ERR_DENIED);
	/* over by itself: the last day counts whole */
	CHECK_INT(give(&o, "\"report\"", "2025-03-04"), OK);
	os_clock_set(&o.k.clock, KERNEL_START_MS + 86400000 + 14 * 3600000);
	CHECK_INT(DO(o.zhao, "case.report", "{\"case_no\":\"%.*s\",\"text\":\"请示\"}", STR_ARG(o.case_no)), OK);
	os_clock_set(&o.k.clock, KERNEL_START_MS + 86400000 + 15 * 3600000); /* 2025-03-05 00:00 in China */
	CHECK_INT(DO(o.zhao, "case.report", "{\"case_no\":\"%.*s\",\"text\":\"请示\"}", STR_ARG(o.case_no)), ERR_DENIED);
	kernel_end(&o.k);
}

TEST(an_interest_takes_the_case_out_of_ones_hands)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	CHECK_INT(DO(0, "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\",\"b\":\"zhao\"}"), OK);
	CHECK_INT(DO(o.wang, "interest.declare", "{\"kind\":\"relative\",\"name\":\"张三\",\"id_no\":\"110101199003078515\"}"), OK);
	CHECK_INT(grant(&o, o.wang), ERR_DENIED);
	CHECK_STR(CODE(), "access.interest");
	/* a new case of the same person never comes to wang: B has it */
	o.case_no = kernel_submit(&o.k, o.citizen, "s2");
	o.step = open_step_of(&o);
	CHECK_INT(grant(&o, o.zhao), OK);
	kernel_end(&o.k);
}

TEST(who_withdraws_hands_over_and_a_party_may_ask_for_it)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	CHECK_INT(DO(o.citizen, "case.challenge", "{\"case_no\":\"%.*s\",\"reason\":\"经办人与竞争对手有亲属关系\"}", STR_ARG(o.case_no)), OK);
	long long challenge = json_i64(json_get(o.k.r.data, "challenge"), 0);
	CHECK_INT(DO(o.citizen, "case.challenge", "{\"case_no\":\"%.*s\",\"reason\":\"再次\"}", STR_ARG(o.case_no)), ERR_CONFLICT);
	CHECK_INT(DO(o.wang, "case.challenge_decide", "{\"challenge\":%lld,\"grant\":true,\"answer\":\"同意\"}", challenge), ERR_DENIED);
	CHECK_INT(DO(o.li, "case.challenge_decide", "{\"challenge\":%lld,\"grant\":true,\"answer\":\"\"}", challenge), ERR_INVALID);
	CHECK_INT(DO(o.li, "case.challenge_decide", "{\"challenge\":%lld,\"grant\":true,\"answer\":\"同意回避\"}", challenge), OK);
	CHECK_INT(grant(&o, o.wang), ERR_DENIED);
	CHECK_STR(CODE(), "access.recused");
	CHECK_INT(grant(&o, o.li), OK); /* A alone was in the post: the head has it */
	kernel_end(&o.k);
}

TEST(emergency_access_needs_a_reason_ends_by_itself_and_is_told)
{
	struct office o = { 0 };
	struct diag d;
	REQUIRE(office_begin(&o));
	int64_t other = kernel_put_person(&o.k, "qian", "钱邻局");
	CHECK_INT(DO(0, "organ.put", "{\"code\":\"O2\",\"name\":\"邻局\"}"), OK);
	CHECK_INT(DO(0, "post.put", "{\"code\":\"Q1\",\"organ\":\"O2\",\"role\":\"reviewer\",\"name\":\"审查\",\"a\":\"qian\"}"), OK);
	const char *look = arena_printf(&o.k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(o.case_no)).ptr;
	CHECK(kernel_view(&o.k, other, "case", look) == NULL);
	CHECK_INT(DO(other, "case.break_glass", "{\"case_no\":\"%.*s\",\"reason\":\"急\"}", STR_ARG(o.case_no)), ERR_INVALID);
	CHECK_INT(DO(other, "case.break_glass", "{\"case_no\":\"%.*s\",\"reason\":\"燃气泄漏抢险核实\",\"minutes\":30}", STR_ARG(o.case_no)), OK);
	CHECK(kernel_view(&o.k, other, "case", look) != NULL);
	CHECK_INT(claim(&o, other), ERR_DENIED); /* to see is not to act */
	CHECK_INT(DO(o.wang, "case.break_glass", "{\"case_no\":\"%.*s\",\"reason\":\"随便看看\"}", STR_ARG(o.case_no)), ERR_CONFLICT);
	const struct json *told = kernel_view(&o.k, o.sun, "my.notices", "{}");
	CHECK(json_get(told, "rows")->count >= 1);
	diag_init(&d);
	REQUIRE(casework_advance(o.k.cw, &o.k.clock, KERNEL_START_MS + 30 * 60000, &d) == OK);
	CHECK(kernel_view(&o.k, other, "case", look) == NULL);
	kernel_end(&o.k);
}

TEST(personal_data_is_shown_for_a_reason_that_is_kept)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	const struct json *v = kernel_view(&o.k, o.wang, "case", arena_printf(&o.k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(o.case_no)).ptr);
	CHECK_STR(json_text(json_path(v, "applicant.id_no_masked")), "110********8515");
	CHECK_INT(DO(o.wang, "case.unmask", "{\"case_no\":\"%.*s\"}", STR_ARG(o.case_no)), ERR_INVALID);
	CHECK_STR(CODE(), "reason.too-short");
	CHECK_INT(DO(o.wang, "case.unmask", "{\"case_no\":\"%.*s\",\"reason\":\"电话核对地址\"}", STR_ARG(o.case_no)), OK);
	CHECK_STR(kernel_text(&o.k, "id_no"), "110101199003078515");
	CHECK_INT(DO(o.citizen, "case.unmask", "{\"case_no\":\"%.*s\",\"reason\":\"我自己的\"}", STR_ARG(o.case_no)), ERR_DENIED);
	v = kernel_view(&o.k, o.sun, "personal.looks", "{\"person\":\"wang\"}");
	REQUIRE(v && json_get(v, "rows")->count == 1);
	CHECK_STR(json_text(json_get(&json_get(v, "rows")->items[0], "reason")), "电话核对地址");
	kernel_end(&o.k);
}

TEST(a_number_with_words_in_it_is_masked_by_characters)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	CHECK_INT(DO(o.citizen, "case.submit", "{\"item\":\"I1\",\"form\":{\"name\":\"军人服务社\"},\"applicant\":{\"name\":\"王五\",\"id_no\":\"军字第一二三四五六七八号\",\"phone\":\"门卫转\"}}"), OK);
	struct str case_no = arena_str(&o.k.a, kernel_text(&o.k, "case_no"));
	const struct json *v = kernel_view(&o.k, o.wang, "case", arena_printf(&o.k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(case_no)).ptr);
	CHECK_STR(json_text(json_path(v, "applicant.id_no_masked")), "军字第********六七八号");
	CHECK_STR(json_text(json_path(v, "applicant.phone_masked")), "***"); /* as short as what would be shown of it */
	kernel_end(&o.k);
}

TEST(an_audit_reads_a_person_and_a_case_from_the_record)
{
	struct office o = { 0 };
	REQUIRE(office_begin(&o));
	CHECK_INT(grant(&o, o.wang), OK);
	const struct json *v = kernel_view(&o.k, o.sun, "audit", "{\"person\":\"wang\"}");
	REQUIRE(v);
	size_t by_wang = json_get(v, "rows")->count;
	CHECK(by_wang > 2);
	for (size_t i = 0; i < by_wang; i++)
		CHECK_STR(json_text(json_path(&json_get(v, "rows")->items[i], "person.login")), "wang");
	v = kernel_view(&o.k, o.sun, "audit", arena_printf(&o.k.a, "{\"case_no\":\"%.*s\",\"kind\":\"step.\",\"limit\":1}", STR_ARG(o.case_no)).ptr);
	REQUIRE(v);
	CHECK_INT((int64_t)json_get(v, "rows")->count, 1);
	CHECK_STR(json_text(json_get(&json_get(v, "rows")->items[0], "kind")), "step.closed");
	v = kernel_view(&o.k, o.sun, "audit", arena_printf(&o.k.a, "{\"case_no\":\"%.*s\",\"kind\":\"step.\",\"limit\":5,\"cursor\":\"%.*s\"}", STR_ARG(o.case_no),
	                                                   STR_ARG(json_text(json_get(v, "next")))).ptr);
	CHECK_STR(json_text(json_get(&json_get(v, "rows")->items[0], "kind")), "step.opened");
	CHECK(kernel_view(&o.k, o.wang, "audit", "{}") == NULL);
	CHECK(kernel_view(&o.k, o.sun, "audit", "{\"person\":\"nobody\"}") == NULL);
	/* by kind, by the channel of the case, and page by page the same entries as at once */
	static const struct { const char *ask; bool some; } filters[] = {
		{ "{\"person\":\"wang\",\"kind\":\"step.\"}", true }, { "{\"person\":\"wang\",\"kind\":\"plan.\"}", false },
		{ "{\"person\":\"wang\",\"channel\":\"2\"}", true }, { "{\"person\":\"wang\",\"channel\":\"4\"}", false },
		{ "{\"person\":\"wang\",\"to\":\"2020-01-01\"}", false }, { "{\"channel\":\"2\"}", true }, { "{\"channel\":\"4\"}", false },
	};
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
		ROW(filters[i].ask);
		v = kernel_view(&o.k, o.sun, "audit", filters[i].ask);
		CHECK(v && (json_get(v, "rows")->count > 0) == filters[i].some);
	}
	ROW(NULL);
	size_t paged = 0;
	int64_t last = INT64_MAX;
	struct str cursor = S("");
	do {
		v = kernel_view(&o.k, o.sun, "audit", arena_printf(&o.k.a, "{\"person\":\"wang\",\"limit\":2,\"cursor\":\"%.*s\"}", STR_ARG(cursor)).ptr);
		REQUIRE(v);
		for (size_t i = 0; i < json_get(v, "rows")->count; i++, paged++) {
			int64_t seq = json_i64(json_get(&json_get(v, "rows")->items[i], "seq"), 0);
			CHECK(seq < last);
			last = seq;
		}
		cursor = json_text(json_get(v, "next"));
	} while (cursor.len);
	CHECK_INT((int64_t)paged, (int64_t)by_wang);
	kernel_end(&o.k);
}

TEST(no_table_of_access_rules_may_open_what_must_stay_shut)
{
	struct office o = { 0 };
	struct str shipped;
	REQUIRE(office_begin(&o));
	REQUIRE(os_file_read(&o.k.a, PROJECT_ROOT "/data/powers/access.dmn", 1 << 20, &shipped, NULL) == OK);
	struct json_build data;
	json_build_object(&data, &o.k.a);
	/* the first rule, nobody handles a case of one's own, turned round */
	ptrdiff_t at = str_find(shipped, S("<outputEntry><text>false</text>"));
	REQUIRE(at > 0);
	struct str bad = arena_printf(&o.k.a, "%.*s<outputEntry><text>true</text>%.*s", (int)at, shipped.ptr, (int)(shipped.len - (size_t)at - strlen("<outputEntry><text>false</text>")),
	                              shipped.ptr + at + strlen("<outputEntry><text>false</text>"));
	json_set_str(&data, "dmn", bad);
	struct casework_command c = { .name = S("access.put"), .actor = { .system = true }, .data = json_built(&data) };
	CHECK_INT(casework_do(o.k.cw, &c, &o.k.a, &o.k.r), ERR_INVALID);
	CHECK_STR(CODE(), "access.must-deny");
	CHECK_INT(DO(0, "access.put", "{\"dmn\":\"<no/>\"}"), ERR_INVALID);
	json_build_object(&data, &o.k.a);
	json_set_str(&data, "dmn", shipped);
	c.data = json_built(&data);
	CHECK_INT(casework_do(o.k.cw, &c, &o.k.a, &o.k.r), OK);
	CHECK_INT(grant(&o, o.wang), OK);
	kernel_end(&o.k);
}

TEST(the_record_rebuilds_every_row_of_powers)
{
	struct office o = { 0 };
	struct diag d;
	uint64_t rows;
	REQUIRE(office_begin(&o));
	CHECK_INT(DO(0, "power.put", "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"W2\",\"name\":\"审查\",\"basis\":\"x\",\"functions\":[\"examine\"],\"items\":[\"I1\"]}"), OK);
	CHECK_INT(DO(0, "powers.publish", "{\"organ\":\"O1\",\"kind\":\"power\"}"), OK);
	CHECK_INT(give(&o, "\"decide\",\"seal\"", "2025-03-10"), OK);
	CHECK_INT(DO(o.wang, "interest.declare", "{\"kind\":\"business\",\"name\":\"某公司\"}"), OK);
	CHECK_INT(DO(o.wang, "case.recuse", "{\"case_no\":\"%.*s\",\"reason\":\"同学\"}", STR_ARG(o.case_no)), OK);
	CHECK_INT(DO(o.li, "case.unmask", "{\"case_no\":\"%.*s\",\"reason\":\"核对号码\"}", STR_ARG(o.case_no)), OK);
	CHECK_INT(DO(0, "function.grant", "{\"post\":\"P1\",\"function\":\"inspect\"}"), OK);
	diag_init(&d);
	if (casework_rebuild_check(o.k.cw, NULL, NULL, &rows, &d) != OK)
		printf("  %s\n", d.text);
	CHECK_STR(str_of(d.code), "");
	CHECK(rows > 20);
	kernel_end(&o.k);
}

TEST_MAIN
