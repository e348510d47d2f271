/* Attendance, training and certificates: who may write what, what the month and the year then say, what an ending certificate does, lists in and
 * out, and an enforcement step under every lack of a certificate. */
#define KERNEL_ROOM roster_room
#include "roster/roster.h"

#include "casework/packs.h"
#include "tests/unit/casework/kernel.h"

#define DAY_MS 86400000LL

struct office { struct kernel k; int64_t wang, li, sun, zhou, admin, far; };

static enum err put(struct office *f, int64_t who, const char *name, const char *json) { return kernel_do(&f->k, who, "", name, json); }

/* wang reviews, li heads, sun supervises; zhou inspects beside wang; an administrator; far works in another organ. Monday 2025-03-03 09:00. */
static bool begin(struct office *f)
{
	*f = (struct office){ 0 };
	if (!kernel_begin(&f->k, ":memory:"))
		return false;
	f->wang = kernel_person(&f->k, "wang");
	f->li = kernel_person(&f->k, "li");
	f->sun = kernel_person(&f->k, "sun");
	f->zhou = kernel_put_person(&f->k, "zhou", "周核查");
	f->admin = kernel_put_person(&f->k, "admin", "管理员");
	f->far = kernel_put_person(&f->k, "far", "远人");
	return put(f, 0, "organ.put", "{\"code\":\"O2\",\"name\":\"他局\",\"region\":\"990100\"}") == OK &&
	       put(f, 0, "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"inspector\",\"name\":\"核查岗\",\"a\":\"zhou\",\"b\":\"wang\"}") == OK &&
	       put(f, 0, "post.put", "{\"code\":\"P5\",\"organ\":\"O2\",\"role\":\"inspector\",\"name\":\"核查岗\",\"a\":\"far\"}") == OK &&
	       put(f, 0, "post.put", "{\"code\":\"P6\",\"organ\":\"O2\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"admin\"}") == OK;
}

static bool go(struct office *f, int64_t ms)
{
	struct diag d;
	diag_init(&d);
	return casework_advance(f->k.cw, &f->k.clock, KERNEL_START_MS + ms, &d) == OK;
}

static int64_t at(const struct json *v, const char *path) { return json_i64(json_path(v, path), -1); }

static const struct json *day_of(const struct json *month, int64_t day)
{
	const struct json *days = json_get(month, "days");
	for (size_t i = 0; days && i < days->count; i++)
		if (at(&days->items[i], "number") == day)
			return &days->items[i];
	return NULL;
}

static int64_t notices(struct office *f, int64_t who)
{
	const struct json *v = kernel_view(&f->k, who, "my.notices", "{\"limit\":200}"), *rows = json_get(v, "rows");
	return rows ? (int64_t)rows->count : -1;
}

static void same_rows(struct office *f)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(f->k.cw, NULL, NULL, &rows, &d), OK);
	if (d.err != OK)
		printf("  %s\n", d.text);
}

/* ---- attendance ---- */

TEST(coming_and_going_by_oneself_and_what_the_head_puts_right)
{
	struct office f;
	REQUIRE(begin(&f));
	CHECK_INT(put(&f, f.wang, "attendance.mark", "{\"kind\":\"out\"}"), ERR_CONFLICT);   /* not in */
	CHECK_INT(put(&f, f.wang, "attendance.mark", "{\"kind\":\"lunch\"}"), ERR_INVALID);
	CHECK_INT(put(&f, f.wang, "attendance.mark", "{\"kind\":\"in\"}"), OK);
	CHECK_INT(put(&f, f.wang, "attendance.mark", "{\"kind\":\"in\"}"), ERR_CONFLICT);    /* in already */
	REQUIRE(go(&f, 7 * 3600000LL)); /* 16:00 */
	CHECK_INT(put(&f, f.wang, "attendance.mark", "{\"kind\":\"out\"}"), OK);
	/* by oneself, by a colleague, by a head elsewhere: no */
	static const char later[] = "{\"person\":\"wang\",\"kind\":\"out\",\"at\":\"2025-03-03 15:59\",\"reason\":\"读卡器故障\"}";
	CHECK_INT(put(&f, f.wang, "attendance.correct", later), ERR_DENIED);
	CHECK_INT(put(&f, f.zhou, "attendance.correct", later), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "attendance.correct", "{\"person\":\"far\",\"kind\":\"out\",\"at\":\"2025-03-03 15:00\",\"reason\":\"x\"}"), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "attendance.correct", "{\"person\":\"li\",\"kind\":\"in\",\"at\":\"2025-03-03 09:00\",\"reason\":\"x\"}"), ERR_DENIED); /* one's own */
	CHECK_INT(put(&f, f.li, "attendance.correct", "{\"person\":\"wang\",\"kind\":\"out\",\"at\":\"2025-03-03 15:59\"}"), ERR_INVALID); /* no reason */
	CHECK_INT(put(&f, f.li, "attendance.correct", "{\"person\":\"wang\",\"kind\":\"out\",\"at\":\"2025-03-03 17:00\",\"reason\":\"x\"}"), ERR_INVALID); /* to come */
	REQUIRE(go(&f, DAY_MS));
	/* 9:00 to 16:00 of 9-12, 13:30-17: 60 early */
	const struct json *month = kernel_view(&f.k, f.wang, "attendance", "{\"month\":\"2025-03\"}");
	CHECK_INT(at(day_of(month, 3), "early_min"), 60);
	CHECK_STR(json_text(json_get(day_of(month, 3), "text")), "早60");
	CHECK_INT(put(&f, f.li, "attendance.correct", "{\"person\":\"wang\",\"kind\":\"out\",\"at\":\"2025-03-03 17:02\",\"reason\":\"读卡器故障\"}"), OK);
	month = kernel_view(&f.k, f.wang, "attendance", "{\"month\":\"2025-03\"}");
	CHECK_INT(at(day_of(month, 3), "early_min"), 0);
	CHECK_INT(notices(&f, f.wang), 1); /* told */
	/* struck out again: as before */
	const struct json *marks = json_get(day_of(month, 3), "marks");
	REQUIRE(marks && marks->count == 3);
	char strike[80];
	snprintf(strike, sizeof strike, "{\"mark\":%lld,\"reason\":\"弄错人\"}", (long long)at(&marks->items[2], "mark"));
	CHECK_INT(put(&f, f.zhou, "attendance.strike", strike), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "attendance.strike", strike), OK);
	CHECK_INT(put(&f, f.li, "attendance.strike", strike), ERR_NOT_FOUND);
	month = kernel_view(&f.k, f.li, "attendance", "{\"person\":\"wang\",\"month\":\"2025-03\"}");
	CHECK_INT(at(day_of(month, 3), "early_min"), 60);
	CHECK_INT(at(month, "totals.early"), 1);
	/* a colleague's month is not for colleagues; supervision may */
	CHECK(!kernel_view(&f.k, f.zhou, "attendance", "{\"person\":\"wang\"}"));
	CHECK(kernel_view(&f.k, f.sun, "attendance", "{\"person\":\"wang\"}"));
	CHECK(!kernel_view(&f.k, f.wang, "attendance", "{\"month\":\"2025-13\"}"));
	same_rows(&f);
	kernel_end(&f.k);
}

TEST(an_absence_excuses_once_somebody_else_stands_for_it)
{
	struct office f;
	char text[100];
	REQUIRE(begin(&f));
	/* Tuesday and Wednesday, noted by oneself; Thursday by the head */
	REQUIRE(put(&f, f.wang, "absence.note", "{\"kind\":\"leave\",\"from\":\"2025-03-04\",\"until\":\"2025-03-05 23:59\",\"whereabouts\":\"在家\"}") == OK);
	int64_t absence = at(f.k.r.data, "absence");
	REQUIRE(put(&f, f.li, "absence.note", "{\"person\":\"wang\",\"kind\":\"trip\",\"from\":\"2025-03-06\",\"until\":\"2025-03-06 23:59\",\"whereabouts\":\"省局\"}") == OK);
	REQUIRE(go(&f, 5 * DAY_MS));
	const struct json *month = kernel_view(&f.k, f.wang, "attendance", "{}");
	CHECK_STR(json_text(json_get(day_of(month, 4), "status")), "unapproved");
	CHECK_STR(json_text(json_get(day_of(month, 6), "status")), "absent");
	CHECK_STR(json_text(json_get(day_of(month, 7), "status")), "missing");
	snprintf(text, sizeof text, "{\"absence\":%lld,\"approved\":true}", (long long)absence);
	CHECK_INT(put(&f, f.wang, "attendance.approve", text), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "attendance.approve", text), OK);
	month = kernel_view(&f.k, f.wang, "attendance", "{}");
	CHECK_STR(json_text(json_get(day_of(month, 4), "status")), "absent");
	CHECK_STR(json_text(json_get(day_of(month, 4), "text")), "假");
	CHECK_INT(at(month, "totals.absent"), 3); /* Tuesday, Wednesday, Thursday */
	CHECK_INT(at(month, "totals.excused_min"), 3 * 390);
	snprintf(text, sizeof text, "{\"absence\":%lld,\"approved\":false}", (long long)absence);
	CHECK_INT(put(&f, f.li, "attendance.approve", text), ERR_INVALID); /* refusing has a reason */
	snprintf(text, sizeof text, "{\"absence\":%lld,\"approved\":false,\"reason\":\"未请假\"}", (long long)absence);
	CHECK_INT(put(&f, f.li, "attendance.approve", text), OK);
	month = kernel_view(&f.k, f.wang, "attendance", "{}");
	CHECK_STR(json_text(json_get(day_of(month, 4), "status")), "unapproved");
	same_rows(&f);
	kernel_end(&f.k);
}

TEST(work_in_the_record_stands_beside_the_marks_and_the_sheet_counts_both)
{
	struct office f;
	REQUIRE(begin(&f));
	int64_t citizen = kernel_citizen(&f.k, "zhang");
	REQUIRE(kernel_submit(&f.k, citizen, "k1").len);
	const struct json *list = json_get(kernel_view(&f.k, f.wang, "worklist", "{}"), "rows");
	REQUIRE(list && list->count == 1);
	char text[100];
	snprintf(text, sizeof text, "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)at(&list->items[0], "step"));
	REQUIRE(go(&f, 3600000)); /* 10:00 */
	REQUIRE(put(&f, f.wang, "step.complete", text) == OK);
	REQUIRE(go(&f, DAY_MS));
	const struct json *sheet = kernel_view(&f.k, f.li, "attendance.sheet", "{\"month\":\"2025-03\"}"), *rows = json_get(sheet, "rows");
	REQUIRE(rows && rows->count == 4); /* wang, li, sun, zhou: who holds a post as A */
	const struct json *wang = day_of(&rows->items[0], 3);
	CHECK_STR(json_text(json_get(wang, "status")), "worked");
	CHECK_STR(json_text(json_get(wang, "first_work")), "10:00");
	CHECK_INT(at(wang, "acts"), 1); /* the step, not what followed from it by itself */
	CHECK_INT(at(wang, "no_in"), -1);
	CHECK(json_bool(json_get(wang, "no_in"), false));
	CHECK_STR(json_text(json_get(&rows->items[0], "d3")), "缺签");
	CHECK_STR(json_text(json_get(&rows->items[1], "d3")), "缺");
	CHECK(!kernel_view(&f.k, f.li, "attendance.sheet", "{\"organ\":\"O2\"}")); /* another's office */
	CHECK(kernel_view(&f.k, f.sun, "attendance.sheet", "{\"organ\":\"O2\"}"));
	kernel_end(&f.k);
}

TEST(hours_are_dated_and_never_reach_back)
{
	struct office f;
	REQUIRE(begin(&f));
	static const char hours[] = "{\"since\":\"2025-03-05\",\"sessions\":[{\"from\":\"08:00\",\"to\":\"16:00\"}],\"grace_minutes\":0}";
	CHECK_INT(put(&f, f.li, "attendance.hours", hours), ERR_DENIED);
	CHECK_INT(put(&f, f.admin, "attendance.hours", "{\"since\":\"2025-03-03\",\"sessions\":[{\"from\":\"08:00\",\"to\":\"16:00\"}]}"), ERR_INVALID);
	CHECK_INT(put(&f, f.admin, "attendance.hours", "{\"since\":\"2025-03-05\",\"sessions\":[{\"from\":\"08:00\",\"to\":\"07:00\"}]}"), ERR_INVALID);
	CHECK_INT(put(&f, f.admin, "attendance.hours", "{\"since\":\"2025-03-05\",\"sessions\":[]}"), ERR_INVALID);
	CHECK_INT(put(&f, f.admin, "attendance.hours", hours), OK);
	REQUIRE(go(&f, 4 * DAY_MS));
	for (int day = 4; day <= 5; day++) { /* 9:00 to 17:00 on both days */
		char text[200];
		snprintf(text, sizeof text, "{\"person\":\"wang\",\"kind\":\"in\",\"at\":\"2025-03-%02d 09:00\"}", day);
		REQUIRE(put(&f, 0, "attendance.mark", text) == OK);
		snprintf(text, sizeof text, "{\"person\":\"wang\",\"kind\":\"out\",\"at\":\"2025-03-%02d 17:00\"}", day);
		REQUIRE(put(&f, 0, "attendance.mark", text) == OK);
	}
	const struct json *month = kernel_view(&f.k, f.wang, "attendance", "{}");
	CHECK_INT(at(day_of(month, 4), "late_min"), 0);
	CHECK_INT(at(day_of(month, 5), "late_min"), 60); /* from eight now, no grace */
	CHECK_INT(at(day_of(month, 5), "expected_min"), 480);
	same_rows(&f);
	kernel_end(&f.k);
}

/* ---- training ---- */

TEST(hours_of_a_year_count_what_was_not_failed_against_what_the_posts_ask)
{
	struct office f;
	REQUIRE(begin(&f));
	CHECK_INT(put(&f, f.wang, "course.put", "{\"code\":\"C1\",\"name\":\"法律\",\"kind\":\"law\",\"hours\":40}"), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "course.put", "{\"code\":\"C1\",\"name\":\"法律\",\"kind\":\"music\",\"hours\":40}"), ERR_INVALID);
	CHECK_INT(put(&f, f.li, "course.put", "{\"code\":\"C1\",\"name\":\"法律\",\"kind\":\"law\",\"hours\":40}"), OK);
	CHECK_INT(put(&f, f.wang, "training.record", "{\"course\":\"C1\",\"from\":\"2025-03-01\"}"), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "training.record", "{\"person\":\"zhou\",\"course\":\"C9\",\"from\":\"2025-03-01\"}"), ERR_INVALID);
	CHECK_INT(put(&f, f.li, "training.record", "{\"person\":\"zhou\",\"course\":\"C1\",\"from\":\"2025-03-10\"}"), ERR_INVALID); /* to come */
	CHECK_INT(put(&f, f.li, "training.record", "{\"person\":\"zhou\",\"course\":\"C1\",\"from\":\"2025-03-01\",\"exam\":\"passed\",\"score\":91}"), OK);
	CHECK_INT(put(&f, f.li, "training.record", "{\"person\":\"zhou\",\"course\":\"C1\",\"from\":\"2025-02-01\",\"hours\":20,\"exam\":\"failed\"}"), OK);
	CHECK_INT(put(&f, f.li, "training.record", "{\"person\":\"zhou\",\"course\":\"C1\",\"from\":\"2024-12-30\",\"until\":\"2024-12-31\",\"hours\":8}"), OK);
	CHECK_INT(put(&f, f.li, "training.record", "{\"person\":\"zhou\",\"course\":\"C1\",\"from\":\"2025-01-06\",\"hours\":12}"), OK);
	int64_t last = at(f.k.r.data, "training");
	const struct json *file = kernel_view(&f.k, f.zhou, "roster.person", "{}");
	CHECK_INT(at(file, "hours_done"), 52);     /* 40 + 12; failed and last year's are not this year's */
	CHECK_INT(at(file, "hours_required"), 90); /* everybody's 90 is more than the inspector's 60 */
	CHECK_INT(at(file, "hours_short"), 38);
	CHECK_INT(at(kernel_view(&f.k, f.zhou, "roster.person", "{\"year\":\"2024\"}"), "hours_done"), 8);
	REQUIRE(put(&f, 0, "setting.put", "{\"name\":\"roster.required_hours\",\"value\":[{\"role\":\"inspector\",\"hours\":60},{\"role\":\"\",\"hours\":40}]}") == OK);
	CHECK_INT(at(kernel_view(&f.k, f.zhou, "roster.person", "{}"), "hours_required"), 60);
	CHECK_INT(at(kernel_view(&f.k, f.li, "roster.person", "{}"), "hours_required"), 40);
	char text[100];
	snprintf(text, sizeof text, "{\"training\":%lld,\"reason\":\"重复\"}", (long long)last);
	CHECK_INT(put(&f, f.zhou, "training.strike", text), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "training.strike", text), OK);
	CHECK_INT(at(kernel_view(&f.k, f.zhou, "roster.person", "{}"), "hours_done"), 40);
	CHECK(!kernel_view(&f.k, f.wang, "roster.person", "{\"person\":\"zhou\"}"));
	same_rows(&f);
	kernel_end(&f.k);
}

/* ---- certificates ---- */

#define CERTIFICATE(who, number, from, until) "{\"person\":\"" who "\",\"kind\":\"enforcement\",\"number\":\"" number "\",\"issuer\":\"司法局\",\"from\":\"" from "\",\"until\":\"" until "\"}"

TEST(an_ending_certificate_is_told_ahead_to_the_person_and_the_head_once_each_time)
{
	struct office f;
	REQUIRE(begin(&f));
	CHECK_INT(put(&f, f.zhou, "certificate.put", CERTIFICATE("zhou", "A1", "2024-01-01", "2025-05-31")), ERR_DENIED);
	CHECK_INT(put(&f, f.li, "certificate.put", CERTIFICATE("zhou", "A1", "2025-05-31", "2024-01-01")), ERR_INVALID);
	CHECK_INT(put(&f, f.li, "certificate.put", CERTIFICATE("zhou", "A1", "2024-01-01", "2025-05-31")), OK);
	CHECK_INT(put(&f, f.li, "certificate.put", CERTIFICATE("wang", "A1", "2024-01-01", "2025-05-31")), ERR_INVALID); /* another's number */
	/* the first moment it is not good is 2025-06-01 0:00; 60 days before is 2025-04-02, 30 is 05-02, 7 is 05-25. From 2025-03-03 9:00 that is 29 d 15 h, ... */
	static const struct { int day; int64_t zhou; } steps[] = { { 29, 0 }, { 30, 1 }, { 59, 1 }, { 60, 2 }, { 82, 2 }, { 83, 3 }, { 89, 3 }, { 90, 4 }, { 200, 4 } };
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		REQUIRE(go(&f, steps[i].day * DAY_MS));
		CHECK_INT(notices(&f, f.zhou), steps[i].zhou);
		CHECK_INT(notices(&f, f.li), steps[i].zhou);
	}
	/* renewed: nothing to tell for years */
	CHECK_INT(put(&f, f.li, "certificate.put", CERTIFICATE("zhou", "A1", "2025-06-01", "2030-05-31")), OK);
	REQUIRE(go(&f, 400 * DAY_MS));
	CHECK_INT(notices(&f, f.zhou), 4);
	same_rows(&f);
	kernel_end(&f.k);
}

static bool put_pack(struct office *f)
{
	const struct json *data;
	struct casework_result r;
	struct diag d;
	diag_init(&d);
	if (casework_pack_data(PROJECT_ROOT "/packs/on-site-inspection", &f->k.a, &data, &d) != OK)
		return false;
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = data };
	return casework_do(f->k.cw, &c, &f->k.a, &r) == OK &&
	       put(f, 0, "item.put", "{\"impl_code\":\"E1\",\"name\":\"行政检查\",\"organ\":\"O1\",\"kind\":\"06\",\"pack\":\"on-site-inspection\"}") == OK &&
	       put(f, f->li, "case.submit", "{\"item\":\"E1\",\"form\":{\"subject\":\"店\"},\"applicant\":{\"name\":\"店\"}}") == OK;
}

static enum err sign(struct office *f, int64_t who)
{
	char text[200];
	const struct json *list = json_get(kernel_view(&f->k, f->li, "cases", "{}"), "rows");
	const struct json *k = list && list->count ? &list->items[0] : NULL;
	char ask[100];
	snprintf(ask, sizeof ask, "{\"case_no\":\"%.*s\"}", STR_ARG(json_text(json_get(k, "case_no"))));
	const struct json *steps = json_get(kernel_view(&f->k, f->li, "case", ask), "steps");
	int64_t step = 0;
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eqz(json_text(json_get(&steps->items[i], "state")), "open"))
			step = at(&steps->items[i], "step");
	snprintf(text, sizeof text, "{\"step\":%lld,\"action\":\"clear\",\"form\":{\"findings\":\"好\",\"certificates_shown\":true}}", (long long)step);
	return put(f, who, "step.complete", text);
}

#define SIGN(f, who, want) \
	do { \
		enum err e_ = sign(f, who); \
		if ((want)[0]) \
			CHECK_STR(str_of((f)->k.r.diag.code), want); \
		else \
			CHECK_INT(e_, OK); \
	} while (0)

TEST(an_enforcement_step_takes_two_people_of_the_organ_here_with_a_certificate_good_today)
{
	struct office f;
	char text[160];
	REQUIRE(begin(&f) && put_pack(&f));
	SIGN(&f, f.zhou, "enforcement.no-certificate");
	CHECK(strstr(f.k.r.diag.text, "周核查") != NULL); /* who */
	REQUIRE(put(&f, f.li, "certificate.put", CERTIFICATE("zhou", "A1", "2024-01-01", "2025-03-02")) == OK);
	SIGN(&f, f.zhou, "enforcement.expired"); /* yesterday */
	CHECK(strstr(f.k.r.diag.text, "2025-03-02") != NULL); /* what */
	REQUIRE(put(&f, f.li, "certificate.put", CERTIFICATE("zhou", "A1", "2024-01-01", "2025-03-03")) == OK);
	SIGN(&f, f.zhou, ""); /* its last day */
	SIGN(&f, f.zhou, "step.second-person-same");
	/* somebody of another organ, with a certificate */
	REQUIRE(put(&f, 0, "certificate.put", CERTIFICATE("far", "F1", "2024-01-01", "2027-01-01")) == OK);
	SIGN(&f, f.far, "step.not-yours");
	SIGN(&f, f.wang, "enforcement.no-certificate");
	REQUIRE(put(&f, f.li, "certificate.put", CERTIFICATE("wang", "B1", "2025-03-04", "2030-01-01")) == OK);
	SIGN(&f, f.wang, "enforcement.early"); /* tomorrow */
	REQUIRE(put(&f, f.li, "certificate.put", CERTIFICATE("wang", "B2", "2024-01-01", "2030-01-01")) == OK);
	int64_t second = at(f.k.r.data, "certificate");
	snprintf(text, sizeof text, "{\"certificate\":%lld,\"state\":\"suspended\",\"reason\":\"调查\"}", (long long)second);
	CHECK_INT(put(&f, f.wang, "certificate.halt", text), ERR_DENIED);
	REQUIRE(put(&f, f.li, "certificate.halt", text) == OK);
	SIGN(&f, f.wang, "enforcement.suspended"); /* of two that are not good, told is the newer */
	snprintf(text, sizeof text, "{\"certificate\":%lld,\"reason\":\"查清\"}", (long long)second);
	REQUIRE(go(&f, 60000));
	REQUIRE(put(&f, f.li, "certificate.restore", text) == OK);
	REQUIRE(put(&f, f.wang, "absence.note", "{\"kind\":\"meeting\",\"whereabouts\":\"开会\"}") == OK);
	SIGN(&f, f.wang, "enforcement.away"); /* a second who is away is nobody's second */
	REQUIRE(go(&f, 120000));
	REQUIRE(put(&f, f.wang, "absence.end", "{}") == OK);
	SIGN(&f, f.wang, "");
	same_rows(&f);
	kernel_end(&f.k);
}

TEST(who_was_away_or_lost_the_certificate_does_not_begin_either)
{
	struct office f;
	char text[160];
	REQUIRE(begin(&f) && put_pack(&f));
	REQUIRE(put(&f, f.li, "certificate.put", CERTIFICATE("zhou", "A1", "2024-01-01", "2027-03-03")) == OK);
	int64_t id = at(f.k.r.data, "certificate");
	snprintf(text, sizeof text, "{\"certificate\":%lld,\"state\":\"revoked\",\"reason\":\"违规\"}", (long long)id);
	REQUIRE(put(&f, f.li, "certificate.halt", text) == OK);
	SIGN(&f, f.zhou, "enforcement.revoked");
	snprintf(text, sizeof text, "{\"certificate\":%lld,\"reason\":\"x\"}", (long long)id);
	CHECK_INT(put(&f, f.li, "certificate.restore", text), ERR_CONFLICT); /* revoked does not come back */
	REQUIRE(put(&f, f.li, "certificate.put", CERTIFICATE("zhou", "A2", "2024-01-01", "2027-03-03")) == OK);
	SIGN(&f, f.zhou, "");
	kernel_end(&f.k);
}

/* ---- lists ---- */

static const char list_good[] = "{\"rows\":[{\"line\":2,\"kind\":\"course\",\"code\":\"C1\",\"name\":\"法律\",\"type\":\"law\",\"hours\":\"40\"},"
	"{\"line\":3,\"kind\":\"training\",\"login\":\"zhou\",\"course\":\"C1\",\"from\":\"2025-03-01\",\"exam\":\"passed\",\"score\":\"90\"},"
	"{\"line\":4,\"kind\":\"certificate\",\"login\":\"admin\",\"type\":\"enforcement\",\"number\":\"N1\",\"issuer\":\"司法局\",\"from\":\"2024-01-01\",\"until\":\"2028-12-31\"},"
	"{\"line\":5,\"kind\":\"mark\",\"login\":\"zhou\",\"type\":\"in\",\"at\":\"2025-03-03 08:50\"}]}";

TEST(a_list_is_read_whole_or_not_at_all_and_a_second_time_changes_nothing)
{
	struct office f;
	REQUIRE(begin(&f));
	CHECK_INT(put(&f, f.li, "roster.import", list_good), ERR_DENIED);
	CHECK_INT(put(&f, f.admin, "roster.import", list_good), OK);
	CHECK_INT(at(f.k.r.data, "changed"), 4);
	CHECK_INT(at(f.k.r.data, "broken"), 0);
	CHECK_INT(put(&f, f.admin, "roster.import", list_good), OK);
	CHECK_INT(at(f.k.r.data, "changed"), 0);
	CHECK_INT(at(f.k.r.data, "unchanged"), 4);
	CHECK_INT(put(&f, f.admin, "roster.import", "{\"rows\":[{\"line\":2,\"kind\":\"course\",\"code\":\"C2\",\"name\":\"x\",\"type\":\"law\",\"hours\":\"4\"},"
	                                            "{\"line\":3,\"kind\":\"training\",\"login\":\"nobody\",\"course\":\"C1\",\"from\":\"2025-03-01\"},"
	                                            "{\"line\":4,\"kind\":\"medal\"}]}"), OK);
	CHECK_INT(at(f.k.r.data, "broken"), 2);
	CHECK_INT(at(&json_get(f.k.r.data, "errors")->items[0], "line"), 3);
	CHECK(!json_bool(json_get(f.k.r.data, "applied"), true));
	/* out, and what came out goes in unchanged */
	const struct json *rows = json_get(kernel_view(&f.k, f.admin, "roster.export", "{}"), "rows");
	REQUIRE(rows && rows->count == 3); /* marks are no list to keep */
	struct json_build o;
	json_build_object(&o, &f.k.a);
	json_set(&o, "rows", rows);
	struct casework_command c = { .name = S("roster.import"), .actor = { .person = f.admin }, .data = json_built(&o) };
	CHECK_INT(casework_do(f.k.cw, &c, &f.k.a, &f.k.r), OK);
	CHECK_INT(at(f.k.r.data, "unchanged"), 3);
	same_rows(&f);
	kernel_end(&f.k);
}

/* ---- the pack ---- */

TEST(the_scenarios_of_the_inspection_pass)
{
	static const struct casework_room *const rooms[] = { &roster_room };
	struct casework_scenario_options o = { .folder = PROJECT_ROOT "/packs/on-site-inspection", .data_dir = PROJECT_ROOT, .rooms = rooms, .rooms_count = 1, .doubting = true };
	struct casework_scenario *list = NULL;
	struct arena a;
	struct diag d;
	int n = 0;
	diag_init(&d);
	arena_init(&a, 256 << 20);
	CHECK_INT(casework_scenarios_run(&o, &a, &list, &d), OK);
	for (; list; list = list->next, n++) {
		CHECK(list->passed);
		if (!list->passed)
			printf("  %.*s: %.*s\n", STR_ARG(list->file), STR_ARG(list->text));
	}
	CHECK_INT(n, 12);
	arena_release(&a);
}

TEST_MAIN
