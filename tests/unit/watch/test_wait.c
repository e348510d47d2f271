/* test_wait.c - the hall's long waits, judged by the shipped rule V-05: two rooms that know nothing of each other meet in the record. */
#include "hall/hall.h"
#include "tests/unit/casework/kernel.h"
#include "watch/watch.h"

enum { MINUTE_MS = 60000 };

static const struct casework_room *const rooms[] = { &hall_room, &watch_room };

/* 09:00; the hall has one service of one window of O1, whose head is li. `most` is the setting of what is too long. */
static bool begin(struct kernel *k, int most)
{
	char rules[60];
	snprintf(rules, sizeof rules, "{\"name\":\"hall.rules\",\"value\":{\"wait_minutes_max\":%d}}", most);
	*k = (struct kernel){ .rooms = rooms, .rooms_count = 2 };
	return kernel_begin(k, ":memory:") && kernel_do(k, 0, "", "setting.put", rules) == OK &&
	       kernel_do(k, 0, "", "hall.service", "{\"letter\":\"A\",\"name\":\"食品经营\",\"name_en\":\"Food\",\"minutes\":8,\"items\":[\"I1\"]}") == OK &&
	       kernel_do(k, 0, "", "hall.window", "{\"code\":\"w1\",\"number\":1,\"name\":\"一号窗口\",\"organ\":\"O1\",\"services\":\"A\"}") == OK &&
	       kernel_do(k, 0, "", "hall.hours", "{\"window\":\"w1\",\"slots\":1,\"slot_minutes\":30,\"mon\":\"09:00-12:00 13:30-17:00\"}") == OK &&
	       casework_advance(k->cw, &k->clock, KERNEL_START_MS, NULL) == OK; /* the shipped rules are there */
}

static size_t raised(struct kernel *k, const char **level, struct str *text)
{
	const struct json *rows = json_get(kernel_view(k, kernel_person(k, "sun"), "alerts", "{\"limit\":200}"), "rows");
	size_t n = 0;
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *one = &rows->items[i];
		if (!str_eqz(json_text(json_get(one, "rule_no")), "V-05"))
			continue;
		n++;
		*level = arena_z(&k->a, json_text(json_get(one, "level")));
		*text = json_text(json_get(one, "text"));
	}
	return n;
}

TEST(who_waits_half_an_hour_is_a_notice_to_the_head_once_and_an_hour_is_yellow)
{
	static const struct { const char *name; int most, minutes; const char *level, *text; } rows[] = {
		/* the hall tells what is over its limit, a moment after; the rule says from how many minutes on it matters */
		{ "29 minutes", 30, 29, NULL, NULL },
		{ "30 minutes are the most that is allowed", 30, 30, NULL, NULL },
		{ "31 minutes", 30, 31, "notice", "大厅 A001 号已等候 30 分钟，规定为 30 分钟以内。" },
		{ "two hours: told once, when it was too long", 30, 120, "notice", "大厅 A001 号已等候 30 分钟，规定为 30 分钟以内。" },
		{ "a hall that allows an hour", 60, 61, "yellow", "大厅 A001 号已等候 60 分钟，规定为 60 分钟以内。" },
		{ "a hall that tells of ten: nothing the rule asks for", 10, 20, NULL, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k;
		const char *level = NULL;
		struct str text = { NULL, 0 };
		uint64_t n;
		ROW(rows[i].name);
		REQUIRE(begin(&k, rows[i].most));
		REQUIRE(kernel_do(&k, -1, "", "queue.take", "{\"service\":\"A\",\"priority\":\"ordinary\"}") == OK);
		REQUIRE(casework_advance(k.cw, &k.clock, KERNEL_START_MS + (int64_t)rows[i].minutes * MINUTE_MS, NULL) == OK);
		CHECK_INT(raised(&k, &level, &text), rows[i].level != NULL);
		if (rows[i].level) {
			CHECK_STR(str_of(level), rows[i].level);
			CHECK_STR(text, rows[i].text);
		}
		CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
		kernel_end(&k);
	}
	ROW(NULL);
}

TEST_MAIN
