/* Every hour of every step has exactly one person who answers for it, whoever is away. */
#include "tests/unit/casework/hours.h"

TEST(a_step_is_the_a_holders_and_no_one_elses)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	char json[200];
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian");
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS - 1), 0);
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
	CHECK_INT(kernel_do(&k, qian, "", "step.complete", json), ERR_DENIED);
	CHECK_STR(str_of(k.r.diag.code), "step.colleague-present");
	os_clock_set(&k.clock, KERNEL_START_MS + 3 * HOUR);
	CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 3 * HOUR - 1), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 3 * HOUR), 0); /* closed: [from, until) */
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(a_new_holder_of_the_post_takes_its_open_steps)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian"), post = ask(&k, "SELECT id FROM post WHERE code='P1' AND ?1=1", 1);
	os_clock_set(&k.clock, KERNEL_START_MS + HOUR);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"qian\",\"b\":\"wang\"}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR - 1), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR), qian);
	struct store_conn *c;
	REQUIRE(store_reader_take(k.cw->store, &c) == OK);
	CHECK_INT(post_holder_at(c, post, "A", KERNEL_START_MS), wang);
	CHECK_INT(post_holder_at(c, post, "A", KERNEL_START_MS + HOUR), qian);
	CHECK_INT(post_holder_at(c, post, "B", KERNEL_START_MS), qian);
	CHECK_INT(post_holder_at(c, post, "B", KERNEL_START_MS + HOUR), wang);
	store_reader_give(k.cw->store, c);
	CHECK_INT(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"qian\",\"b\":\"qian\"}"), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "post.a-is-b");
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(disabling_a_person_moves_what_they_hold_and_enabling_brings_it_back)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian"), li = kernel_person(&k, "li");
	os_clock_set(&k.clock, KERNEL_START_MS + HOUR);
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"wang\",\"name\":\"王审查\",\"enabled\":false}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR), qian);
	os_clock_set(&k.clock, KERNEL_START_MS + 2 * HOUR);
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"qian\",\"name\":\"钱审查\",\"enabled\":false}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 2 * HOUR), li); /* both gone: the head, and an alert says so */
	CHECK_INT(ask(&k, "SELECT count(*) FROM alert WHERE rule_no='P-unattended' AND ?1=1", 1), 1);
	os_clock_set(&k.clock, KERNEL_START_MS + 3 * HOUR);
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"wang\",\"name\":\"王审查\",\"enabled\":true}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 3 * HOUR), wang);
	CHECK_INT(ask(&k, "SELECT count(*) FROM post WHERE unattended=1 AND ?1=1", 1), 0);
	const struct json *v = kernel_view(&k, 0, "case.responsibility", "{\"case_no\":\"none\"}");
	CHECK(!v);
	CHECK_INT(ask(&k, "SELECT count(*) FROM step_holding WHERE step=?1", step), 4);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* ---- absence ---- */

/* Monday 09:00 is KERNEL_START_MS. */
TEST(a_planned_absence_moves_steps_to_b_at_its_hour_and_back_on_return)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian");
	REQUIRE(kernel_do(&k, wang, "", "absence.note", "{\"kind\":\"meeting\",\"from\":\"2025-03-03T14:00\",\"until\":\"2025-03-04T10:00\",\"whereabouts\":\"在市政府开会\"}") == OK);
	CHECK_STR(kernel_text(&k, "state"), "planned");
	REQUIRE(advance(&k, KERNEL_START_MS + 30 * HOUR)); /* Tuesday 15:00 */
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 5 * HOUR - 1), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 5 * HOUR), qian);      /* 14:00 */
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 25 * HOUR - 1), qian);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 25 * HOUR), wang);     /* Tuesday 10:00 */
	CHECK_INT(ask(&k, "SELECT count(*) FROM notice WHERE person=?1", qian), 1);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(a_new_case_opens_in_the_hands_of_b_while_a_is_away)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian");
	REQUIRE(kernel_do(&k, wang, "", "absence.note", "{\"kind\":\"sick\",\"whereabouts\":\"病假\"}") == OK);
	CHECK_STR(kernel_text(&k, "state"), "away");
	os_clock_set(&k.clock, KERNEL_START_MS + HOUR);
	REQUIRE(kernel_submit(&k, kernel_person(&k, "zhang"), "k2").len);
	int64_t step = ask(&k, "SELECT max(id) FROM step_open WHERE ?1=1", 1);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR), qian);
	char json[100];
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
	CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), ERR_DENIED);
	CHECK_INT(kernel_do(&k, qian, "", "step.complete", json), OK);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* Away 1: until Tuesday 09:00; away 2: Monday 15:00 to Wednesday 09:00; back for good when the last has ended. */
TEST(overlapping_absences_end_when_the_last_of_them_ends)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian");
	REQUIRE(kernel_do(&k, wang, "", "absence.note", "{\"kind\":\"leave\",\"until\":\"2025-03-04T09:00\",\"whereabouts\":\"休假\"}") == OK);
	REQUIRE(kernel_do(&k, wang, "", "absence.note", "{\"kind\":\"training\",\"from\":\"2025-03-03T15:00\",\"until\":\"2025-03-05T09:00\",\"whereabouts\":\"培训\"}") == OK);
	REQUIRE(advance(&k, KERNEL_START_MS + 50 * HOUR));
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 24 * HOUR), qian);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 48 * HOUR - 1), qian);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 48 * HOUR), wang);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(an_absence_is_extended_ended_early_or_cancelled)
{
	struct kernel k = { 0 };
	char json[160];
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian");
	REQUIRE(kernel_do(&k, wang, "", "absence.note", "{\"kind\":\"trip\",\"until\":\"2025-03-03T12:00\",\"whereabouts\":\"出差\"}") == OK);
	int64_t id = json_i64(json_get(k.r.data, "absence"), 0);
	snprintf(json, sizeof json, "{\"absence\":%lld,\"until\":\"2025-03-03T17:00\",\"whereabouts\":\"出差延长\"}", (long long)id);
	CHECK_INT(kernel_do(&k, qian, "", "absence.change", json), ERR_DENIED);
	REQUIRE(kernel_do(&k, wang, "", "absence.change", json) == OK);
	REQUIRE(advance(&k, KERNEL_START_MS + 5 * HOUR));
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 5 * HOUR), qian); /* 14:00: extended past 12:00 */
	REQUIRE(kernel_do(&k, wang, "", "absence.end", "{}") == OK);      /* back three hours early */
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 5 * HOUR), wang);
	CHECK_INT(kernel_do(&k, wang, "", "absence.end", "{}"), ERR_NOT_FOUND);
	REQUIRE(kernel_do(&k, kernel_person(&k, "li"), "", "absence.note", "{\"person\":\"wang\",\"kind\":\"leave\",\"from\":\"2025-03-05\",\"until\":\"2025-03-06\",\"whereabouts\":\"休假\"}") == OK);
	snprintf(json, sizeof json, "{\"absence\":%lld}", (long long)json_i64(json_get(k.r.data, "absence"), 0));
	REQUIRE(kernel_do(&k, wang, "", "absence.end", json) == OK);
	REQUIRE(advance(&k, KERNEL_START_MS + 60 * HOUR));
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 60 * HOUR), wang); /* cancelled: nothing moved */
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(an_absence_noted_late_works_forward_only)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian");
	os_clock_set(&k.clock, KERNEL_START_MS + 4 * HOUR);
	REQUIRE(kernel_do(&k, wang, "", "absence.note", "{\"kind\":\"sick\",\"from\":\"2025-03-03T10:00\",\"until\":\"2025-03-04\",\"whereabouts\":\"病假\"}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 2 * HOUR), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 4 * HOUR), qian);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(an_absence_says_what_is_wrong_with_it)
{
	static const struct { const char *name, *json, *code; } rows[] = {
		{ "no whereabouts", "{\"kind\":\"leave\",\"whereabouts\":\" \"}", "absence.whereabouts" },
		{ "unknown kind", "{\"kind\":\"nap\",\"whereabouts\":\"家\"}", "absence.kind" },
		{ "back before gone", "{\"kind\":\"leave\",\"from\":\"2025-03-05\",\"until\":\"2025-03-04\",\"whereabouts\":\"家\"}", "absence.order" },
		{ "over already", "{\"kind\":\"leave\",\"from\":\"2025-03-01\",\"until\":\"2025-03-02\",\"whereabouts\":\"家\"}", "absence.over" },
		{ "too long ago", "{\"kind\":\"leave\",\"from\":\"2025-01-01\",\"whereabouts\":\"家\"}", "absence.too-old" },
		{ "no date", "{\"kind\":\"leave\",\"from\":\"tomorrow\",\"whereabouts\":\"家\"}", "moment.unreadable" },
		{ "no such hour", "{\"kind\":\"leave\",\"from\":\"2025-03-05T25:00\",\"whereabouts\":\"家\"}", "moment.unreadable" },
		{ "another's", "{\"person\":\"li\",\"kind\":\"leave\",\"whereabouts\":\"家\"}", "absence.not-yours" },
		{ "nobody's", "{\"person\":\"none\",\"kind\":\"leave\",\"whereabouts\":\"家\"}", "person.unknown" },
	};
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK(kernel_do(&k, kernel_person(&k, "wang"), "", "absence.note", rows[i].json) != OK);
		CHECK_STR(str_of(k.r.diag.code), rows[i].code);
	}
	kernel_end(&k);
}

/* A and B away: the head, with one alert; the head too: the head's B; that one too: the organ above. */
TEST(when_all_are_away_the_step_goes_up_and_comes_back_down)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	static const char away[] = "{\"kind\":\"leave\",\"whereabouts\":\"休假\"}";
	REQUIRE(kernel_do(&k, 0, "", "organ.put", "{\"code\":\"O0\",\"name\":\"市政府\",\"region\":\"990100\"}") == OK);
	REQUIRE(kernel_do(&k, 0, "", "organ.put", "{\"code\":\"O1\",\"name\":\"市场监管局\",\"name_en\":\"Market office\",\"region\":\"990100\",\"parent\":\"O0\"}") == OK);
	REQUIRE(kernel_put_person(&k, "fu", "副主任") && kernel_put_person(&k, "zheng", "市长"));
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P2\",\"organ\":\"O1\",\"role\":\"head\",\"name\":\"主任\",\"a\":\"li\",\"b\":\"fu\"}") == OK);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P0\",\"organ\":\"O0\",\"role\":\"head\",\"name\":\"市长\",\"a\":\"zheng\"}") == OK);
	static const struct { const char *who; const char *now; } up[] = { { "wang", "qian" }, { "qian", "li" }, { "li", "fu" }, { "fu", "zheng" } };
	int64_t step = first_step(&k), at = KERNEL_START_MS;
	for (size_t i = 0; i < 4; i++) {
		ROW(up[i].who);
		os_clock_set(&k.clock, at += HOUR);
		REQUIRE(kernel_do(&k, kernel_person(&k, up[i].who), "", "absence.note", away) == OK);
		CHECK_INT(holder_at(&k, step, at), kernel_person(&k, up[i].now));
	}
	CHECK_INT(ask(&k, "SELECT count(*) FROM alert WHERE rule_no='P-unattended' AND ?1=1", 1), 1);
	static const char *const down[] = { "fu", "li", "qian", "wang" }; /* each returns and has it again */
	for (size_t i = 0; i < 4; i++) {
		ROW(down[i]);
		os_clock_set(&k.clock, at += HOUR);
		REQUIRE(kernel_do(&k, kernel_person(&k, down[i]), "", "absence.end", "{}") == OK);
		CHECK_INT(holder_at(&k, step, at), kernel_person(&k, down[i]));
	}
	ROW(NULL);
	CHECK_INT(ask(&k, "SELECT count(*) FROM post WHERE unattended=1 AND ?1=1", 1), 0);
	/* periods of the step: nine, without gap or overlap */
	CHECK_INT(ask(&k, "SELECT count(*) FROM step_holding WHERE step=?1", step), 9);
	CHECK_INT(ask(&k, "SELECT count(*) FROM step_holding x WHERE x.step=?1 AND x.until_ms IS NOT NULL AND NOT EXISTS"
	                  "(SELECT 1 FROM step_holding y WHERE y.step=x.step AND y.from_ms=x.until_ms)", step), 0);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(a_step_given_to_a_person_comes_back_to_that_person)
{
	struct kernel k = { 0 };
	char json[160];
	REQUIRE(begin(&k));
	REQUIRE(kernel_put_person(&k, "wu", "吴审查") && kernel_do(&k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查二岗\",\"a\":\"wu\",\"b\":\"qian\"}") == OK);
	int64_t step = first_step(&k), wu = kernel_person(&k, "wu"), qian = kernel_person(&k, "qian");
	snprintf(json, sizeof json, "{\"step\":%lld,\"person\":\"wu\",\"reason\":\"熟悉本案\"}", (long long)step);
	REQUIRE(kernel_do(&k, kernel_person(&k, "li"), "", "step.reassign", json) == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS), wu);
	os_clock_set(&k.clock, KERNEL_START_MS + HOUR);
	REQUIRE(kernel_do(&k, wu, "", "absence.note", "{\"kind\":\"leave\",\"whereabouts\":\"休假\"}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR), qian);
	CHECK_INT(kernel_do(&k, kernel_person(&k, "li"), "", "step.reassign", json), ERR_CONFLICT); /* nobody gives work to who is away */
	CHECK_STR(str_of(k.r.diag.code), "step.receiver-away");
	os_clock_set(&k.clock, KERNEL_START_MS + 2 * HOUR);
	REQUIRE(kernel_do(&k, wu, "", "absence.end", "{}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 2 * HOUR), wu);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST_MAIN
