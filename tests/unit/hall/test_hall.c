/* The service hall in virtual time: when windows are open, who gets the last place, in which order numbers are called, what a day's end and a
 * restart do, and how a number becomes a case. After every test the rows are rebuilt from the record. */
#include <stdlib.h>
#include <unistd.h>

#include "hall/hall.h"

#define KERNEL_ROOM hall_room
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

static struct kernel k;
static int64_t ann, ben, eve, head, admin, citizen;

static enum err act(int64_t who, const char *command, const char *json) { return kernel_do(&k, who, "", command, json); }
static struct str said(const char *key) { return arena_str(&k.a, kernel_text(&k, key)); }
static struct str at(const struct json *v, const char *path) { return json_text(json_path(v, path)); }
static int64_t num(const struct json *v, const char *path) { return json_i64(json_path(v, path), -1); }
static const struct json *item_at(const struct json *list, size_t i) { return list && i < list->count ? &list->items[i] : NULL; }

static void check_refused(int64_t who, const char *command, const char *json, const char *code)
{
	CHECK(act(who, command, json) != OK);
	CHECK_STR(str_of(k.r.diag.code), code);
}

static bool must(int64_t who, const char *command, const char *json)
{
	bool ok = act(who, command, json) == OK;
	if (!ok)
		printf("  %s %s: %s: %s\n", command, json, k.r.diag.code, k.r.diag.text);
	return ok;
}

static bool post(const char *code, const char *organ, const char *role, const char *a, const char *b)
{
	return must(0, "post.put", arena_printf(&k.a, "{\"code\":\"%s\",\"organ\":\"%s\",\"role\":\"%s\",\"name\":\"%s\",\"a\":\"%s\",\"b\":\"%s\"}", code, organ, role, code, a, b).ptr);
}

#define WEEK "\"mon\":\"09:00-12:00 13:30-17:00\",\"tue\":\"09:00-12:00 13:30-17:00\",\"wed\":\"09:00-12:00 13:30-17:00\",\"thu\":\"09:00-12:00 13:30-17:00\",\"fri\":\"09:00-12:00 13:30-17:00\""

/* Windows 1 (service A) and 2 (A and B) of O1, window 3 (B) of O2; one place a slot of 30 minutes each. I1 is A's, I2 is B's. */
static bool furnish(void)
{
	return must(0, "item.put", "{\"impl_code\":\"I2\",\"name\":\"变更登记\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\"}") &&
	       must(0, "hall.service", "{\"letter\":\"A\",\"name\":\"食品经营\",\"name_en\":\"Food\",\"minutes\":8,\"items\":[\"I1\"]}") &&
	       must(0, "hall.service", "{\"letter\":\"B\",\"name\":\"登记\",\"name_en\":\"Registration\",\"minutes\":10,\"items\":[\"I2\"]}") &&
	       must(0, "hall.window", "{\"code\":\"w1\",\"number\":1,\"name\":\"一号窗口\",\"organ\":\"O1\",\"post\":\"C1\",\"services\":\"A\"}") &&
	       must(0, "hall.window", "{\"code\":\"w2\",\"number\":2,\"name\":\"综合窗口\",\"organ\":\"O1\",\"post\":\"C2\",\"services\":\"A B\",\"comprehensive\":true}") &&
	       must(0, "hall.window", "{\"code\":\"w3\",\"number\":3,\"name\":\"三号窗口\",\"organ\":\"O2\",\"services\":\"B\"}") &&
	       must(0, "hall.hours", "{\"window\":\"w1\",\"slots\":1,\"slot_minutes\":30," WEEK "}") && must(0, "hall.hours", "{\"window\":\"w2\",\"slots\":1,\"slot_minutes\":30," WEEK "}") &&
	       must(0, "hall.hours", "{\"window\":\"w3\",\"slots\":1,\"slot_minutes\":30," WEEK "}");
}

static bool begin_at(const char *path)
{
	if (!kernel_begin(&k, path))
		return false;
	bool made = must(0, "organ.put", "{\"code\":\"O2\",\"name\":\"税务局\",\"region\":\"990100\"}") && kernel_put_person(&k, "ann", "安一") && kernel_put_person(&k, "ben", "本二") &&
		kernel_put_person(&k, "eve", "伊三") && kernel_put_person(&k, "root", "管理员") && post("C1", "O1", "clerk", "ann", "ben") && post("C2", "O1", "clerk", "ben", "ann") &&
		post("C3", "O2", "clerk", "eve", "") && post("R1", "O1", "admin", "root", "") && furnish();
	citizen = kernel_citizen(&k, "zhang");
	ann = kernel_person(&k, "ann");
	ben = kernel_person(&k, "ben");
	eve = kernel_person(&k, "eve");
	head = kernel_person(&k, "li");
	admin = kernel_person(&k, "root");
	return made;
}

static bool begin(void) { return begin_at(":memory:"); }

static void end(void)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d), OK);
	if (d.err)
		printf("  %s\n", d.text);
	kernel_end(&k);
}

/* "2025-03-04 09:30" in China; what falls due on the way is done. */
static void move_to(const char *when)
{
	int64_t ms = 0;
	struct diag d;
	diag_init(&d);
	CHECK(calendar_instant_parse(arena_printf(&k.a, "%s:00+08:00", when), &ms));
	CHECK_INT(casework_advance(k.cw, &k.clock, ms, &d), OK);
}

static const struct json *window_day(const char *window, const char *day)
{
	const struct json *days = json_get(kernel_view(&k, -1, "hall.counter", arena_printf(&k.a, "{\"window\":\"%s\"}", window).ptr), "days");
	for (size_t i = 0; days && i < days->count; i++)
		if (str_eqz(at(&days->items[i], "on"), day))
			return &days->items[i];
	return NULL;
}

/* ---- hours as typed ---- */

TEST(hours_are_read_as_people_type_them)
{
	static const struct { const char *name, *text, *want; } rows[] = {
		{ "plain", "09:00-12:00 13:30-17:00", "09:00-12:00 13:30-17:00" },
		{ "one digit, a comma", "9:00-12:00,13:30-17:00", "09:00-12:00 13:30-17:00" },
		{ "full width", "９：００－１２：００，１３：３０—１７：００", "09:00-12:00 13:30-17:00" },
		{ "to in Chinese, blanks about", " 9:00 至 12:00 ", "09:00-12:00" },
		{ "to the day's end", "20:00-24:00", "20:00-24:00" },
		{ "touching", "09:00-12:00 12:00-13:00", "09:00-12:00 12:00-13:00" },
		{ "closed", "", "" },
		{ "ends before it begins", "12:00-09:00", NULL },
		{ "empty span", "09:00-09:00", NULL },
		{ "overlapping", "09:00-12:00 11:00-13:00", NULL },
		{ "out of order", "13:00-15:00 09:00-11:00", NULL },
		{ "no minutes", "9-12", NULL },
		{ "beyond midnight", "20:00-24:01", NULL },
		{ "minute 60", "09:60-10:00", NULL },
		{ "words", "上午", NULL },
		{ "no end", "09:00-", NULL },
		{ "too many", "01:00-02:00 03:00-04:00 05:00-06:00 07:00-08:00 09:00-10:00", NULL },
	};
	struct arena a;
	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hall_spans s;
		ROW(rows[i].name);
		CHECK_INT(hall_spans_read(str_of(rows[i].text), &s), rows[i].want != NULL);
		if (rows[i].want)
			CHECK_STR(hall_spans_text(&a, &s), rows[i].want);
	}
	ROW(NULL);
	arena_release(&a);
}

/* ---- open days ---- */

/* 2025: Qingming 4 to 6 April (Friday to Sunday); Sunday 27 April is worked for the holiday of 1 to 5 May. */
TEST(a_window_is_open_when_the_calendar_and_the_office_say_so)
{
	static const struct { const char *name, *now, *day, *hours, *why; } rows[] = {
		{ "an ordinary Thursday", "2025-04-01 09:00", "2025-04-03", "09:00-12:00 13:30-17:00", "hours" },
		{ "a holiday on a Friday", "2025-04-01 09:00", "2025-04-04", "", "holiday" },
		{ "a holiday on a Saturday with hours of its own", "2025-04-01 09:00", "2025-04-05", "", "holiday" },
		{ "the Monday behind it", "2025-04-01 09:00", "2025-04-07", "09:00-12:00 13:30-17:00", "hours" },
		{ "closed for a reason", "2025-04-01 09:00", "2025-04-08", "", "closed" },
		{ "a Saturday with hours of its own", "2025-04-01 09:00", "2025-04-12", "09:30-11:30", "hours" },
		{ "a plain Sunday", "2025-04-01 09:00", "2025-04-13", "", "weekend" },
		{ "a make-up Sunday is worked like a Monday", "2025-04-21 09:00", "2025-04-27", "09:00-12:00 13:30-17:00", "hours" },
		{ "open on a holiday, since the office says so", "2025-04-21 09:00", "2025-05-02", "10:00-12:00", "other-hours" },
		{ "the whole hall closed, this window not", "2025-04-21 09:00", "2025-04-24", "14:00-16:00", "other-hours" },
		{ "new hours hold from their day", "2025-05-06 09:00", "2025-05-12", "08:30-12:00", "hours" },
		{ "and not on the day before", "2025-05-06 09:00", "2025-05-09", "09:00-12:00 13:30-17:00", "hours" },
	};
	REQUIRE(begin());
	CHECK(must(0, "hall.hours", "{\"window\":\"w1\",\"slots\":1,\"slot_minutes\":30," WEEK ",\"sat\":\"9:30-11:30\"}"));
	CHECK(must(0, "hall.hours", "{\"window\":\"w1\",\"slots\":1,\"slot_minutes\":30,\"from\":\"2025-05-12\",\"mon\":\"8:30-12:00\"}"));
	CHECK(must(head, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-04-08\",\"kind\":\"closed\",\"reason\":\"系统升级\",\"reason_en\":\"Upgrade\"}"));
	CHECK(must(0, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-05-02\",\"kind\":\"open\",\"hours\":\"10:00-12:00\",\"reason\":\"假日值班\"}"));
	CHECK(must(0, "hall.day", "{\"day\":\"2025-04-24\",\"kind\":\"closed\",\"reason\":\"大厅消防检查\"}"));
	CHECK(must(0, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-04-24\",\"kind\":\"open\",\"hours\":\"14:00-16:00\",\"reason\":\"检查后开放\"}"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		move_to(rows[i].now);
		const struct json *day = window_day("w1", rows[i].day);
		CHECK_STR(at(day, "hours"), rows[i].hours);
		CHECK_STR(at(day, "why"), rows[i].why);
	}
	ROW(NULL);
	/* taken back: as usual */
	CHECK(must(head, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-05-19\",\"kind\":\"closed\",\"reason\":\"培训\"}"));
	CHECK_STR(at(window_day("w1", "2025-05-19"), "reason"), "培训");
	CHECK(must(head, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-05-19\",\"kind\":\"usual\"}"));
	CHECK_STR(at(window_day("w1", "2025-05-19"), "why"), "hours");
	end();
}

TEST(what_the_office_may_not_say)
{
	static const struct { const char *name; int who; const char *command, *json, *code; } rows[] = { /* who: 0 head of O1, 1 admin, 2 clerk, 3 citizen */
		{ "a letter in small", 1, "hall.service", "{\"letter\":\"a\",\"name\":\"x\"}", "hall.letter" },
		{ "a service without a name", 1, "hall.service", "{\"letter\":\"Z\"}", "hall.needed" },
		{ "an item that is not there", 1, "hall.service", "{\"letter\":\"Z\",\"name\":\"x\",\"items\":[\"I9\"]}", "hall.item-unknown" },
		{ "a head makes no service", 0, "hall.service", "{\"letter\":\"Z\",\"name\":\"x\"}", "power.denied" },
		{ "another office's window", 0, "hall.window", "{\"code\":\"w9\",\"number\":9,\"name\":\"x\",\"organ\":\"O2\"}", "hall.not-yours" },
		{ "another office's window taken over", 0, "hall.window", "{\"code\":\"w3\",\"number\":3,\"name\":\"x\",\"organ\":\"O1\"}", "hall.not-yours" },
		{ "a number twice", 1, "hall.window", "{\"code\":\"w9\",\"number\":2,\"name\":\"x\",\"organ\":\"O1\"}", "hall.number-taken" },
		{ "a post of another office", 1, "hall.window", "{\"code\":\"w9\",\"number\":9,\"name\":\"x\",\"organ\":\"O1\",\"post\":\"C3\"}", "hall.post" },
		{ "a service that is not there", 1, "hall.window", "{\"code\":\"w9\",\"number\":9,\"name\":\"x\",\"organ\":\"O1\",\"services\":\"A Q\"}", "hall.service-unknown" },
		{ "hours that are none", 0, "hall.hours", "{\"window\":\"w1\",\"mon\":\"morning\"}", "hall.spans" },
		{ "hours of the past", 0, "hall.hours", "{\"window\":\"w1\",\"from\":\"2025-03-02\"}", "hall.past" },
		{ "slots of a minute", 0, "hall.hours", "{\"window\":\"w1\",\"slot_minutes\":1}", "hall.slot-minutes" },
		{ "another office's hours", 0, "hall.hours", "{\"window\":\"w3\"}", "hall.not-yours" },
		{ "the whole hall, by a head", 0, "hall.day", "{\"day\":\"2025-03-10\",\"kind\":\"closed\",\"reason\":\"x\"}", "hall.not-yours" },
		{ "closed without a reason", 0, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-03-10\",\"kind\":\"closed\"}", "hall.needed" },
		{ "yesterday", 0, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-03-02\",\"kind\":\"closed\",\"reason\":\"x\"}", "hall.past" },
		{ "other hours, none given", 0, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-03-10\",\"kind\":\"open\",\"reason\":\"x\"}", "hall.spans" },
		{ "a clerk", 2, "hall.hours", "{\"window\":\"w1\"}", "power.denied" },
		{ "a citizen", 3, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-03-10\",\"kind\":\"closed\",\"reason\":\"x\"}", "power.denied" },
	};
	REQUIRE(begin());
	const int64_t who[] = { head, admin, ann, citizen };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		check_refused(who[rows[i].who], rows[i].command, rows[i].json, rows[i].code);
	}
	ROW(NULL);
	end();
}

/* ---- booking ---- */

static struct str book(int64_t who, const char *item, const char *day, const char *start, const char *phone)
{
	return act(who, "booking.make", arena_printf(&k.a, "{\"item\":\"%s\",\"day\":\"%s\",\"start\":\"%s\",\"name\":\"张三\",\"phone\":\"%s\"}", item, day, start, phone).ptr) == OK ? said("code") : (struct str){ NULL, 0 };
}

static int64_t free_at(const char *item, const char *day, const char *start)
{
	const struct json *days = json_get(kernel_view(&k, -1, "hall.slots", arena_printf(&k.a, "{\"item\":\"%s\"}", item).ptr), "days");
	for (size_t i = 0; days && i < days->count; i++) {
		const struct json *slots = json_get(&days->items[i], "slots");
		for (size_t s = 0; str_eqz(at(&days->items[i], "day"), day) && slots && s < slots->count; s++)
			if (str_eqz(at(&slots->items[s], "start"), start))
				return num(&slots->items[s], "free");
	}
	return -1;
}

TEST(what_cannot_be_booked)
{
	static const struct { const char *name, *json, *code; } rows[] = { /* now: Monday 3 March, 09:00; at least 30 minutes ahead, at most 14 days */
		{ "no such item", "{\"item\":\"I9\",\"day\":\"2025-03-04\",\"start\":\"09:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.item-unknown" },
		{ "no day", "{\"item\":\"I1\",\"day\":\"tomorrow\",\"start\":\"09:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.day" },
		{ "no time", "{\"item\":\"I1\",\"day\":\"2025-03-04\",\"start\":\"nine\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.time" },
		{ "past", "{\"item\":\"I1\",\"day\":\"2025-02-28\",\"start\":\"09:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.too-soon" },
		{ "just now", "{\"item\":\"I1\",\"day\":\"2025-03-03\",\"start\":\"09:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.too-soon" },
		{ "fifteen days ahead", "{\"item\":\"I1\",\"day\":\"2025-03-18\",\"start\":\"09:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.too-far" },
		{ "on a Saturday", "{\"item\":\"I1\",\"day\":\"2025-03-08\",\"start\":\"09:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.closed" },
		{ "over lunch", "{\"item\":\"I1\",\"day\":\"2025-03-04\",\"start\":\"12:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.closed" },
		{ "between two slots", "{\"item\":\"I1\",\"day\":\"2025-03-04\",\"start\":\"09:10\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.closed" },
		{ "no name", "{\"item\":\"I1\",\"day\":\"2025-03-04\",\"start\":\"09:00\",\"name\":\" \",\"phone\":\"13800000001\"}", "hall.needed" },
		{ "no telephone", "{\"item\":\"I1\",\"day\":\"2025-03-04\",\"start\":\"09:00\",\"name\":\"张三\",\"phone\":\"call me\"}", "hall.phone" },
	};
	REQUIRE(begin());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		check_refused(-1, "booking.make", rows[i].json, rows[i].code);
	}
	ROW(NULL);
	/* the edges that may: 30 minutes ahead, 14 days ahead */
	CHECK(book(-1, "I1", "2025-03-03", "09:30", "13800000001").len == 8);
	CHECK(book(-1, "I1", "2025-03-17", "16:30", "13800000002").len == 8);
	end();
}

/* Windows 1 and 2 serve I1 with one place a slot each: two places. */
TEST(the_last_place_goes_to_one_of_two)
{
	REQUIRE(begin());
	CHECK_INT(free_at("I1", "2025-03-04", "10:00"), 2);
	CHECK(book(-1, "I1", "2025-03-04", "10:00", "13800000001").len);
	CHECK_STR(said("window"), "w1");
	CHECK(book(citizen, "I1", "2025-03-04", "10:00", "13800000002").len);
	CHECK_STR(said("window"), "w2");
	CHECK_INT(free_at("I1", "2025-03-04", "10:00"), 0);
	check_refused(-1, "booking.make", "{\"item\":\"I1\",\"day\":\"2025-03-04\",\"start\":\"10:00\",\"name\":\"李四\",\"phone\":\"13800000003\"}", "hall.full");
	/* window 2 is taken for the other service as well; window 3 is left, then none */
	CHECK_INT(free_at("I2", "2025-03-04", "10:00"), 1);
	CHECK(book(-1, "I2", "2025-03-04", "10:00", "13800000003").len);
	CHECK_STR(said("window"), "w3");
	check_refused(-1, "booking.make", "{\"item\":\"I2\",\"day\":\"2025-03-04\",\"start\":\"10:00\",\"name\":\"李四\",\"phone\":\"13800000004\"}", "hall.full");
	end();
}

TEST(a_booking_is_its_bookers)
{
	REQUIRE(begin());
	struct str code = book(-1, "I1", "2025-03-04", "10:00", "13800000001"), no = said("booking_no");
	const char *by_code = arena_printf(&k.a, "{\"booking_no\":\"%.*s\",\"code\":\"%.*s\"}", STR_ARG(no), STR_ARG(code)).ptr;
	const char *bare = arena_printf(&k.a, "{\"booking_no\":\"%.*s\"}", STR_ARG(no)).ptr;
	const char *wrong = arena_printf(&k.a, "{\"booking_no\":\"%.*s\",\"code\":\"00000000\"}", STR_ARG(no)).ptr;
	CHECK_STR(no, "YY202503030001");
	/* one a telephone and item */
	check_refused(-1, "booking.make", "{\"item\":\"I1\",\"day\":\"2025-03-05\",\"start\":\"10:00\",\"name\":\"张三\",\"phone\":\"13800000001\"}", "hall.booked-already");
	CHECK(book(-1, "I2", "2025-03-04", "10:00", "13800000001").len);
	/* who sees it */
	CHECK_STR(at(kernel_view(&k, -1, "hall.booking", by_code), "phone"), "138****0001");
	CHECK(!kernel_view(&k, -1, "hall.booking", bare));
	CHECK(!kernel_view(&k, -1, "hall.booking", wrong));
	CHECK(!kernel_view(&k, citizen, "hall.booking", bare));
	CHECK(kernel_view(&k, ann, "hall.booking", bare) != NULL);
	CHECK(!kernel_view(&k, eve, "hall.booking", bare));
	CHECK_INT(json_get(kernel_view(&k, ann, "hall.bookings", "{\"day\":\"2025-03-04\"}"), "rows")->count, 2); /* windows 1 and 2 */
	CHECK_INT(json_get(kernel_view(&k, eve, "hall.bookings", "{\"day\":\"2025-03-04\"}"), "rows")->count, 0);
	/* who changes it */
	check_refused(-1, "booking.cancel", bare, "hall.booking-unknown");
	check_refused(eve, "booking.cancel", bare, "hall.booking-unknown");
	check_refused(-1, "booking.move", arena_printf(&k.a, "{\"booking_no\":\"%.*s\",\"code\":\"%.*s\",\"day\":\"2025-03-08\",\"start\":\"10:00\"}", STR_ARG(no), STR_ARG(code)).ptr, "hall.closed");
	CHECK(must(-1, "booking.move", arena_printf(&k.a, "{\"booking_no\":\"%.*s\",\"code\":\"%.*s\",\"day\":\"2025-03-05\",\"start\":\"11:30\"}", STR_ARG(no), STR_ARG(code)).ptr));
	CHECK_INT(free_at("I1", "2025-03-05", "11:30"), 1);
	check_refused(ann, "booking.cancel", bare, "hall.needed"); /* the office says why */
	CHECK(must(-1, "booking.cancel", by_code));
	CHECK_INT(free_at("I1", "2025-03-05", "11:30"), 2);
	check_refused(-1, "booking.cancel", by_code, "hall.booking-over");
	CHECK(book(-1, "I1", "2025-03-04", "10:00", "13800000001").len); /* and may book again */
	end();
}

/* I1 at windows 1 and 2; I2 at 2 and 3. */
TEST(a_closed_window_moves_its_bookings_or_cancels_them_with_notice)
{
	REQUIRE(begin());
	CHECK(book(citizen, "I1", "2025-03-05", "10:00", "13800000001").len);
	struct str first = said("booking_no");
	CHECK(must(head, "hall.day", "{\"window\":\"w1\",\"day\":\"2025-03-05\",\"kind\":\"closed\",\"reason\":\"停电\",\"reason_en\":\"No power\"}"));
	CHECK_INT(num(k.r.data, "moved"), 1);
	const struct json *b = kernel_view(&k, citizen, "hall.booking", arena_printf(&k.a, "{\"booking_no\":\"%.*s\"}", STR_ARG(first)).ptr);
	CHECK_STR(at(b, "window"), "w2");
	CHECK_STR(at(b, "start"), "10:00");
	CHECK(book(-1, "I1", "2025-03-05", "10:30", "13800000002").len);
	CHECK(must(0, "hall.day", "{\"day\":\"2025-03-05\",\"kind\":\"closed\",\"reason\":\"大厅停电\",\"reason_en\":\"No power in the hall\"}"));
	CHECK_INT(num(k.r.data, "cancelled"), 2);
	b = kernel_view(&k, citizen, "hall.booking", arena_printf(&k.a, "{\"booking_no\":\"%.*s\"}", STR_ARG(first)).ptr);
	CHECK_STR(at(b, "status"), "cancelled");
	CHECK_STR(at(b, "why"), "大厅停电");
	const struct json *notices = json_get(kernel_view(&k, citizen, "my.notices", "{}"), "rows");
	REQUIRE(notices && notices->count == 3); /* newest first */
	CHECK_STR(at(&notices->items[0], "title"), "您的预约被取消");
	CHECK(str_find(at(&notices->items[0], "text"), S("大厅停电")) >= 0);
	CHECK_STR(at(&notices->items[1], "title"), "您的预约有变动");
	CHECK_STR(at(&notices->items[2], "title"), "预约成功");
	check_refused(-1, "booking.make", "{\"item\":\"I1\",\"day\":\"2025-03-05\",\"start\":\"10:00\",\"name\":\"李四\",\"phone\":\"13800000009\"}", "hall.closed");
	end();
}

TEST(fewer_hours_and_no_service_settle_bookings_too)
{
	REQUIRE(begin());
	CHECK(book(-1, "I1", "2025-03-05", "16:30", "13800000001").len); /* window 1 */
	CHECK(book(-1, "I1", "2025-03-05", "16:30", "13800000002").len); /* window 2 */
	CHECK(must(head, "hall.hours", "{\"window\":\"w1\",\"slots\":1,\"slot_minutes\":30,\"wed\":\"09:00-12:00\"}"));
	CHECK_INT(num(k.r.data, "moved"), 0);
	CHECK_INT(num(k.r.data, "cancelled"), 1);
	CHECK(must(0, "hall.window", "{\"code\":\"w2\",\"number\":2,\"name\":\"综合窗口\",\"organ\":\"O1\",\"post\":\"C2\",\"services\":\"B\"}"));
	CHECK_INT(num(k.r.data, "cancelled"), 1);
	end();
}

/* ---- numbers ---- */

static struct str take(const char *service, const char *priority)
{
	return act(-1, "queue.take", arena_printf(&k.a, "{\"service\":\"%s\",\"priority\":\"%s\"}", service, priority).ptr) == OK ? said("number") : (struct str){ NULL, 0 };
}

static struct str call(int64_t who) { return act(who, "queue.call", "{}") == OK ? said("number") : (struct str){ NULL, 0 }; }
static bool done(int64_t who) { return must(who, "queue.finish", "{}"); }
static bool sit(int64_t who, const char *window) { return must(who, "hall.sit", arena_printf(&k.a, "{\"window\":\"%s\"}", window).ptr); }

TEST(numbers_begin_anew_each_day_and_who_waited_has_gone)
{
	REQUIRE(begin());
	CHECK_STR(take("A", "ordinary"), "A001");
	CHECK_STR(take("B", "ordinary"), "B001");
	CHECK_STR(take("A", "ordinary"), "A002");
	CHECK_INT(num(k.r.data, "ahead"), 1);
	CHECK_INT(num(k.r.data, "estimate_minutes"), 8); /* one before, 8 minutes each, nobody sits: as with one window */
	int64_t left = num(k.r.data, "ticket");
	CHECK(sit(ann, "w1"));
	move_to("2025-03-04 09:00");
	CHECK_STR(at(kernel_view(&k, -1, "hall.ticket", arena_printf(&k.a, "{\"ticket\":%lld}", (long long)left).ptr), "status"), "left");
	CHECK(json_get(kernel_view(&k, ann, "hall.desk", "{}"), "seat")->kind == JSON_NULL);
	CHECK_STR(take("A", "ordinary"), "A001");
	CHECK(sit(ann, "w1"));
	CHECK_STR(call(ann), "A001");
	CHECK(!call(ann).ptr);
	end();
}

TEST(numbers_are_given_while_a_window_is_open)
{
	static const struct { const char *name, *when, *code; } rows[] = { /* hours 09:00-12:00 13:30-17:00; an hour before is early enough */
		{ "Monday, ten past five", "2025-03-03 17:10", "hall.closed-now" }, { "Tuesday, before eight", "2025-03-04 07:59", "hall.closed-now" },
		{ "Tuesday at eight", "2025-03-04 08:00", NULL }, { "over lunch, before the afternoon", "2025-03-04 12:30", NULL },
		{ "Saturday", "2025-03-08 10:00", "hall.closed-now" }, { "a holiday", "2025-04-04 10:00", "hall.closed-now" },
	};
	REQUIRE(begin());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		move_to(rows[i].when);
		if (rows[i].code)
			check_refused(-1, "queue.take", "{\"service\":\"A\"}", rows[i].code);
		else
			CHECK(take("A", "ordinary").len);
	}
	ROW(NULL);
	check_refused(-1, "queue.take", "{\"service\":\"Q\"}", "hall.service-unknown");
	check_refused(-1, "queue.take", "{\"service\":\"A\",\"priority\":\"booked\"}", "hall.priority"); /* nobody says so himself */
	check_refused(-1, "queue.take", "{\"service\":\"A\",\"item\":\"I2\"}", "hall.item-unknown");
	end();
}

/* Booked 10:00 (level 2), soldier (3), ordinary (9): before ten the booked one is ordinary, and last, since its time is still to come. */
TEST(the_order_of_calling_is_the_rule)
{
	REQUIRE(begin());
	struct str code = book(-1, "I1", "2025-03-03", "10:00", "13800000001"), late = book(-1, "I1", "2025-03-03", "09:30", "13800000002");
	CHECK(sit(ann, "w1"));
	CHECK(sit(ben, "w2"));
	move_to("2025-03-03 09:40");
	CHECK(must(-1, "queue.check_in", arena_printf(&k.a, "{\"code\":\"%.*s\"}", STR_ARG(code)).ptr)); /* A001 */
	CHECK_STR(take("A", "ordinary"), "A002");
	CHECK_STR(take("A", "elderly"), "A003");
	CHECK(must(-1, "queue.check_in", arena_printf(&k.a, "{\"code\":\"%.*s\"}", STR_ARG(late)).ptr)); /* A004, its time has come */
	CHECK_STR(said("number"), "A004");
	CHECK_INT(num(k.r.data, "ahead"), 0);
	CHECK_STR(take("A", "ordinary"), "A005");
	CHECK_STR(call(ann), "A004");
	CHECK_STR(call(ben), "A003");
	CHECK(done(ann) && done(ben));
	CHECK_STR(call(ann), "A002");
	move_to("2025-03-03 10:00");
	CHECK_STR(call(ben), "A001");
	CHECK(done(ann) && done(ben));
	CHECK_STR(call(ann), "A005");
	check_refused(ben, "queue.call", "{}", "hall.nobody-waits");
	end();
}

TEST(after_three_ahead_of_them_an_ordinary_one_is_called)
{
	REQUIRE(begin());
	CHECK(sit(ann, "w1"));
	CHECK_STR(take("A", "ordinary"), "A001");
	for (int i = 0; i < 5; i++)
		CHECK(take("A", "soldier").len); /* A002 to A006 */
	static const char *const want[] = { "A002", "A003", "A004", "A001", "A005", "A006" };
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		move_to(arena_printf(&k.a, "2025-03-03 09:%02zu", i + 1).ptr);
		CHECK_STR(call(ann), want[i]);
		CHECK(done(ann));
	}
	/* the office says otherwise: never */
	CHECK(must(0, "setting.put", "{\"name\":\"hall.rules\",\"value\":{\"in_a_row\":0}}"));
	CHECK_STR(take("A", "ordinary"), "A007");
	for (int i = 0; i < 4; i++)
		CHECK(take("A", "disabled").len); /* A008 to A011 */
	static const char *const never[] = { "A008", "A009", "A010", "A011", "A007" };
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		move_to(arena_printf(&k.a, "2025-03-03 09:%02zu", i + 20).ptr);
		CHECK_STR(call(ann), never[i]);
		CHECK(done(ann));
	}
	end();
}

TEST(who_may_sit_and_call)
{
	REQUIRE(begin());
	check_refused(ann, "queue.call", "{}", "hall.no-window");
	check_refused(eve, "hall.sit", "{\"window\":\"w1\"}", "hall.not-your-window");
	check_refused(citizen, "hall.sit", "{\"window\":\"w1\"}", "power.denied");
	check_refused(ann, "hall.sit", "{\"window\":\"w9\"}", "hall.window-unknown");
	CHECK(sit(ann, "w1"));
	check_refused(ann, "queue.call", "{}", "hall.nobody-waits");
	check_refused(ann, "queue.finish", "{}", "hall.nobody-called");
	CHECK(take("A", "ordinary").len);
	CHECK_STR(call(ann), "A001");
	CHECK_STR(said("voice"), "请 A001 号到 1 号窗口");
	CHECK_STR(said("voice_en"), "Number A001 to window 1");
	check_refused(ann, "queue.call", "{}", "hall.serving");
	check_refused(ann, "hall.rise", "{}", "hall.serving");
	check_refused(ben, "hall.sit", "{\"window\":\"w1\"}", "hall.serving"); /* not while she serves */
	CHECK(must(ann, "queue.recall", "{}"));
	CHECK_INT(num(json_get(kernel_view(&k, ann, "hall.desk", "{}"), "current"), "calls"), 2);
	CHECK(done(ann));
	CHECK(sit(ben, "w1")); /* the B of the post relieves her */
	check_refused(ann, "queue.call", "{}", "hall.no-window");
	CHECK(must(ben, "hall.rise", "{}"));
	end();
}

TEST(passed_over_sent_on_and_not_there)
{
	REQUIRE(begin());
	CHECK(sit(ann, "w1") && sit(ben, "w2") && sit(eve, "w3"));
	CHECK_STR(take("A", "ordinary"), "A001");
	CHECK_STR(take("A", "ordinary"), "A002");
	CHECK_STR(take("B", "soldier"), "B001");
	CHECK_STR(call(ann), "A001");
	CHECK(must(ann, "queue.skip", "{}"));
	CHECK_STR(call(ann), "A002");
	check_refused(ann, "queue.transfer", "{\"service\":\"A\"}", "hall.service-unknown");
	CHECK(must(ann, "queue.transfer", "{\"service\":\"B\"}"));
	CHECK_STR(call(eve), "A002"); /* who has waited once goes first */
	CHECK(must(eve, "queue.no_show", "{}"));
	CHECK_STR(call(eve), "B001");
	/* the one passed over comes back: called by number, by a window that serves him */
	check_refused(ann, "queue.call", "{\"number\":\"B001\"}", "hall.number-unknown");
	CHECK(must(ann, "queue.call", "{\"number\":\"A001\"}"));
	CHECK(done(ann));
	check_refused(ann, "queue.call", "{\"number\":\"A001\"}", "hall.number-unknown");
	end();
}

TEST(checking_in_has_its_time)
{
	static const struct { const char *name, *when, *code; } rows[] = { /* 10:00 to 10:30; 60 minutes early, 10 late */
		{ "too early", "2025-03-04 08:59", "hall.too-early" }, { "an hour before", "2025-03-04 09:00", NULL }, { "ten past its end", "2025-03-04 10:40", NULL },
		{ "eleven past its end", "2025-03-04 10:41", "hall.too-late" }, { "the day before", "2025-03-03 10:00", "hall.too-early" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		REQUIRE(begin());
		struct str code = book(-1, "I1", "2025-03-04", "10:00", "13800000001");
		const char *json = arena_printf(&k.a, "{\"code\":\"%.*s\"}", STR_ARG(code)).ptr;
		move_to(rows[i].when);
		if (rows[i].code) {
			check_refused(-1, "queue.check_in", json, rows[i].code);
		} else {
			CHECK(must(-1, "queue.check_in", json));
			check_refused(-1, "queue.check_in", json, "hall.arrived");
		}
		check_refused(-1, "queue.check_in", "{\"code\":\"12\"}", "hall.code");
		end();
	}
	ROW(NULL);
}

/* ---- what time brings ---- */

static size_t events(const char *kind)
{
	const struct json *rows = json_get(kernel_view(&k, 0, "ledger", arena_printf(&k.a, "{\"kind\":\"%s\",\"limit\":200}", kind).ptr), "rows");
	size_t n = 0;
	for (size_t i = 0; rows && i < rows->count; i++)
		n += str_eqz(at(&rows->items[i], "kind"), kind);
	return n;
}

/* 30 minutes are the most: from 09:00, past them a moment after 09:30, once. */
TEST(who_waits_too_long_is_a_fact_of_the_record)
{
	REQUIRE(begin());
	CHECK(sit(ann, "w1"));
	CHECK(take("A", "ordinary").len && take("A", "ordinary").len);
	move_to("2025-03-03 09:30");
	CHECK_INT(events("queue.waited"), 0);
	CHECK_STR(call(ann), "A001");
	move_to("2025-03-03 09:31");
	CHECK_INT(events("queue.waited"), 1);
	move_to("2025-03-03 10:31");
	CHECK(done(ann));
	CHECK_STR(call(ann), "A002");
	CHECK_INT(events("queue.waited"), 1);
	end();
}

TEST(who_does_not_come_is_noted_and_who_has_an_account_is_reminded)
{
	REQUIRE(begin());
	CHECK(book(citizen, "I1", "2025-03-05", "10:00", "13800000001").len);
	move_to("2025-03-04 15:59");
	const struct json *notices = json_get(kernel_view(&k, citizen, "my.notices", "{}"), "rows");
	CHECK_INT(notices->count, 1);
	move_to("2025-03-04 16:00");
	notices = json_get(kernel_view(&k, citizen, "my.notices", "{}"), "rows");
	REQUIRE(notices && notices->count == 2);
	CHECK_STR(at(&notices->items[0], "title"), "预约提醒：明天到场");
	move_to("2025-03-05 10:40");
	CHECK_STR(at(item_at(json_get(kernel_view(&k, citizen, "my.bookings", "{}"), "rows"), 0), "status"), "booked");
	move_to("2025-03-05 10:41");
	CHECK_STR(at(item_at(json_get(kernel_view(&k, citizen, "my.bookings", "{}"), "rows"), 0), "status"), "missed");
	CHECK(book(citizen, "I1", "2025-03-05", "14:00", "13800000001").len); /* and may book again */
	CHECK_INT(num(kernel_view(&k, 0, "hall.figures", "{\"from\":\"2025-03-05\",\"to\":\"2025-03-05\"}"), "bookings.missed"), 1);
	end();
}

/* Waits: A001 10 minutes, A002 20; the mean is 15, the longest 20. Served: 5 and 9 minutes, the mean 7. */
TEST(the_figures_are_those_of_the_day)
{
	REQUIRE(begin());
	CHECK(sit(ann, "w1"));
	CHECK(take("A", "ordinary").len && take("A", "ordinary").len && take("A", "ordinary").len);
	move_to("2025-03-03 09:10");
	CHECK_STR(call(ann), "A001");
	move_to("2025-03-03 09:15");
	CHECK(done(ann));
	move_to("2025-03-03 09:20");
	CHECK_STR(call(ann), "A002");
	move_to("2025-03-03 09:29");
	CHECK(done(ann));
	const struct json *a = item_at(json_get(kernel_view(&k, head, "hall.figures", "{}"), "services"), 0);
	CHECK_INT(num(a, "taken"), 3);
	CHECK_INT(num(a, "served"), 2);
	CHECK_INT(num(a, "waited_mean"), 15);
	CHECK_INT(num(a, "waited_max"), 20);
	CHECK_INT(num(a, "served_mean"), 7);
	CHECK_INT(num(a, "too_long"), 0);
	CHECK_INT(num(item_at(json_get(kernel_view(&k, head, "hall.figures", "{}"), "windows"), 0), "served"), 2);
	end();
}

/* ---- a number becomes a case ---- */

#define APPLICATION "\"item\":\"I1\",\"source\":\"1\",\"form\":{},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}"

TEST(the_number_ends_with_its_case)
{
	REQUIRE(begin());
	CHECK(sit(ann, "w1"));
	check_refused(ann, "queue.submit", "{" APPLICATION "}", "hall.nobody-called");
	CHECK(take("A", "ordinary").len && take("A", "ordinary").len);
	CHECK_STR(call(ann), "A001");
	check_refused(ann, "queue.submit", "{" APPLICATION ",\"ticket\":\"A002\"}", "hall.other-number");
	/* a refused application leaves the number where it is */
	check_refused(ann, "queue.submit", "{\"item\":\"I1\",\"source\":\"1\",\"form\":{},\"applicant\":{\"name\":\"\"},\"ticket\":\"A001\"}", "applicant.name");
	CHECK_STR(at(kernel_view(&k, ann, "hall.desk", "{}"), "current.number"), "A001");
	move_to("2025-03-03 09:12");
	CHECK(must(ann, "queue.submit", "{" APPLICATION ",\"ticket\":\"A001\"}"));
	struct str case_no = said("case_no");
	CHECK(case_no.len && said("secret").len);
	const char *json = arena_printf(&k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(case_no)).ptr;
	const struct json *t = item_at(json_get(kernel_view(&k, ann, "case.tickets", json), "rows"), 0);
	CHECK_STR(at(t, "number"), "A001");
	CHECK_INT(num(t, "window_number"), 1);
	CHECK(!kernel_view(&k, citizen, "case.tickets", json));
	CHECK_STR(at(item_at(json_get(kernel_view(&k, ann, "hall.queue", "{}"), "rows"), 0), "case_no"), arena_z(&k.a, case_no));
	/* a question about a case that there is */
	CHECK_STR(call(ann), "A002");
	check_refused(ann, "queue.finish", "{\"case_no\":\"0\"}", "case.unknown");
	CHECK(must(ann, "queue.finish", json));
	CHECK_INT(json_get(kernel_view(&k, ann, "case.tickets", json), "rows")->count, 2);
	end();
}

/* An item of O1 for a clerk of O2, whose window serves it since it is one for all; at an ordinary window it is refused. */
TEST(a_window_for_all_takes_in_for_every_office)
{
	REQUIRE(begin());
	CHECK(must(0, "hall.window", "{\"code\":\"w3\",\"number\":3,\"name\":\"三号窗口\",\"organ\":\"O2\",\"services\":\"A B\"}"));
	CHECK(sit(eve, "w3") && take("A", "ordinary").len);
	CHECK_STR(call(eve), "A001");
	check_refused(eve, "queue.submit", "{" APPLICATION "}", "counter.other-organ");
	CHECK(must(0, "hall.window", "{\"code\":\"w3\",\"number\":3,\"name\":\"综合窗口\",\"organ\":\"O2\",\"services\":\"B\",\"comprehensive\":true}"));
	check_refused(eve, "queue.submit", "{" APPLICATION "}", "counter.other-organ"); /* not what it serves */
	CHECK(must(0, "hall.window", "{\"code\":\"w3\",\"number\":3,\"name\":\"综合窗口\",\"organ\":\"O2\",\"services\":\"A B\",\"comprehensive\":true}"));
	CHECK(must(eve, "queue.submit", "{" APPLICATION "}"));
	end();
}

/* ---- what everybody sees ---- */

static bool says(const struct json *v, const char *words)
{
	struct buf b;
	buf_init_in(&b, &k.a, 1 << 20);
	json_put_canonical(&b, v);
	return str_find(buf_str(&b), str_of(words)) >= 0;
}

TEST(public_pages_name_numbers_and_no_visitor)
{
	REQUIRE(begin());
	struct str code = book(-1, "I1", "2025-03-03", "09:30", "13800000001");
	CHECK(must(-1, "queue.check_in", arena_printf(&k.a, "{\"code\":\"%.*s\"}", STR_ARG(code)).ptr));
	CHECK(sit(ann, "w1"));
	CHECK_STR(call(ann), "A001");
	static const char *const views[] = { "hall", "hall.screen", "hall.slots" };
	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		const struct json *v = kernel_view(&k, -1, views[i], "{\"item\":\"I1\"}");
		ROW(views[i]);
		REQUIRE(v != NULL);
		CHECK(!says(v, "张三"));
		CHECK(!says(v, "1380"));
	}
	ROW(NULL);
	CHECK_STR(at(item_at(json_get(kernel_view(&k, -1, "hall.screen", "{}"), "called"), 0), "voice"), "请 A001 号到 1 号窗口");
	CHECK_STR(at(kernel_view(&k, ann, "hall.desk", "{}"), "current.name"), "张三");
	CHECK(!kernel_view(&k, -1, "hall.desk", "{}"));
	CHECK(!kernel_view(&k, citizen, "hall.queue", "{}"));
	CHECK(!kernel_view(&k, eve, "hall.setup", "{}"));
	CHECK(!kernel_view(&k, head, "hall.setup", "{\"window\":\"w3\"}"));
	CHECK(kernel_view(&k, head, "hall.setup", "{\"window\":\"w1\"}") != NULL);
	end();
}

TEST(a_window_says_who_is_away_and_who_acts)
{
	REQUIRE(begin());
	CHECK_STR(at(kernel_view(&k, -1, "hall.counter", "{\"window\":\"w1\"}"), "presence.person"), "安一");
	CHECK(must(ann, "absence.note", "{\"kind\":\"meeting\",\"whereabouts\":\"三楼会议室\",\"until\":\"2025-03-03 11:00\"}"));
	const struct json *w = kernel_view(&k, -1, "hall.counter", "{\"window\":\"w1\"}");
	CHECK(!json_bool(json_path(w, "presence.here"), true));
	CHECK_STR(at(w, "presence.whereabouts"), "三楼会议室");
	CHECK_STR(at(w, "presence.acting"), "本二");
	CHECK(str_starts(at(w, "presence.back_at"), S("2025-03-03T11:00")));
	move_to("2025-03-03 11:00");
	CHECK(json_bool(json_path(kernel_view(&k, -1, "hall.counter", "{\"window\":\"w1\"}"), "presence.here"), false));
	end();
}

/* ---- a restart, and many ---- */

TEST(a_restart_in_the_middle_keeps_the_queue)
{
	char path[160];
	snprintf(path, sizeof path, "%s/hall.db", test_folder("hall"));
	REQUIRE(begin_at(path));
	CHECK(sit(ann, "w1"));
	CHECK(take("A", "ordinary").len && take("A", "soldier").len && take("A", "ordinary").len);
	CHECK_STR(call(ann), "A002");
	casework_close(k.cw);
	REQUIRE(kernel_open(&k, path));
	CHECK_STR(at(kernel_view(&k, ann, "hall.desk", "{}"), "current.number"), "A002");
	CHECK(done(ann));
	CHECK_STR(call(ann), "A001");
	CHECK_STR(take("A", "ordinary"), "A004");
	end();
}

/* By their taking, none lost, none twice; numbers beyond 999 have four digits. */
TEST(ten_thousand_numbers)
{
	int64_t most = getenv("BANJIE_TEST_LONG") ? 10000 : 1200;
	REQUIRE(begin());
	CHECK(must(0, "setting.put", "{\"name\":\"hall.rules\",\"value\":{\"waiting_max\":100000,\"wait_minutes_max\":0}}"));
	CHECK(sit(ann, "w1"));
	for (int64_t i = 1; i <= most; i++) {
		char want[16];
		snprintf(want, sizeof want, "A%03lld", (long long)i);
		struct str got = take("A", "ordinary");
		if (!str_eqz(got, want)) {
			CHECK_STR(got, want);
			break;
		}
	}
	CHECK_INT(num(k.r.data, "ahead"), most - 1);
	for (int64_t i = 1; i <= most; i++) {
		char want[16];
		snprintf(want, sizeof want, "A%03lld", (long long)i);
		struct str got = call(ann);
		if (!str_eqz(got, want) || act(ann, "queue.finish", "{}") != OK) {
			CHECK_STR(got, want);
			break;
		}
	}
	CHECK_INT(num(kernel_view(&k, ann, "hall.desk", "{}"), "served_count"), most);
	check_refused(ann, "queue.call", "{}", "hall.nobody-waits");
	end();
}

TEST_MAIN
