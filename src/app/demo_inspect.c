/* demo_inspect.c - what the demo city's supervisors look at: windows with cameras, special supervision, a spot check from commitment to a
 * finding, call-backs. Refusals (too few cases in a small city) are part of the day. */
#include "app/demo_int.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000 };

#define SERVICE "11990100000001134Y"
#define MARKET "1199010000000102XM"
#define HOUSING "11990100000001038M"

/* A command given as JSON text; person 0 = the system. */
static enum err say(struct demo *x, const char *name, int64_t person, struct casework_result *r, const char *members)
{
	struct demo_words words;
	(void)demo_begin(x, &words);
	buf_putz(&words.b, members);
	enum err e = demo_do(x, name, person, &words, r);
	return e == OK || err_is_refusal(e) ? OK : e;
}

static const struct json *ask(struct demo *x, const char *view, const char *key, struct str value)
{
	struct casework_actor system = { .system = true };
	const struct json *out = NULL, *params = NULL;
	struct str text = arena_printf(&x->arena, "{\"%s\":\"%.*s\"}", key, STR_ARG(value));
	if (json_read(&x->arena, text, &params, x->d) != OK || casework_view(x->cw, view, &system, params, &x->arena, &out, x->d) != OK)
		return NULL;
	return out;
}

static struct str instant(struct demo *x, int64_t ms)
{
	struct buf b;
	buf_init_in(&b, &x->arena, 64);
	calendar_instant_print(ms, x->offset_s, &b);
	return buf_str(&b);
}

static struct str day(struct demo *x, int64_t ms) { return str_sub(instant(x, ms), 0, 10); }

/* ---- windows ---- */

static const struct { const char *code, *name, *name_en, *organ, *place; } windows[] = {
	{ "hall-1", "一号综合窗口", "Window 1", SERVICE, "政务服务大厅一楼" }, { "hall-2", "二号市场监管窗口", "Window 2, market supervision", MARKET, "政务服务大厅一楼" },
	{ "hall-3", "三号住建窗口", "Window 3, housing", HOUSING, "政务服务大厅二楼" },
};

static enum err put_windows(struct demo *x)
{
	struct casework_result r;
	for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
		const char *code = windows[i].code;
		TRY(say(x, "window.put", 0, &r, arena_printf(&x->arena, "\"code\":\"%s\",\"name\":\"%s\",\"name_en\":\"%s\",\"organ\":\"%s\",\"place\":\"%s\"", code, windows[i].name,
		                                             windows[i].name_en, windows[i].organ, windows[i].place).ptr));
		TRY(say(x, "device.put", 0, &r, arena_printf(&x->arena, "\"code\":\"cam-%s\",\"window\":\"%s\",\"kind\":\"camera\",\"name\":\"%s摄像机\",\"name_en\":\"Camera of %s\","
		                                             "\"base_url\":\"https://recorder.yunxi.example/hls\",\"live\":\"%s/live.m3u8\",\"moment\":\"%s/archive.m3u8?from={start}&to={end}\"",
		                                             code, code, windows[i].name, windows[i].name_en, code, code).ptr));
		TRY(say(x, "device.put", 0, &r, arena_printf(&x->arena, "\"code\":\"tel-%s\",\"window\":\"%s\",\"kind\":\"phone\",\"name\":\"%s电话\",\"name_en\":\"Telephone of %s\",\"number\":\"0990-8880%zu\"",
		                                             code, code, windows[i].name, windows[i].name_en, i + 1).ptr));
	}
	return OK;
}

/* ---- before the end: what needs time to come true ---- */

enum err demo_inspect_before(struct demo *x)
{
	struct casework_result r;
	struct str at = instant(x, os_now_ms(x->clock) + HOUR_MS);
	TRY(put_windows(x));
	TRY(say(x, "draw.commit", x->supervisor, &r, arena_printf(&x->arena, "\"purpose\":\"check\",\"title\":\"本月办件案卷随机抽查\",\"title_en\":\"Case files of the month\",\"want\":3,\"checkers\":1,"
	                                                          "\"form\":\"case-file\",\"state\":\"concluded\",\"draw_at\":\"%.*s\",\"sources\":[{\"kind\":\"ledger\"},"
	                                                          "{\"kind\":\"numbers\",\"name\":\"福彩双色球当日开奖号码\"}]", STR_ARG(at)).ptr));
	TRY(say(x, "draw.commit", x->supervisor, &r, arena_printf(&x->arena, "\"purpose\":\"callback\",\"title\":\"本月办结回访\",\"title_en\":\"Call-backs of the month\",\"want\":5,\"form\":\"concluded-case\","
	                                                          "\"draw_at\":\"%.*s\",\"sources\":[{\"kind\":\"ledger\"}]", STR_ARG(at)).ptr));
	return OK;
}

/* ---- at the end ---- */

static enum err record_first_check(struct demo *x, struct str draw)
{
	struct casework_result r;
	const struct json *checks = json_get(ask(x, "checks", "draw", draw), "rows");
	const struct json *first = checks && checks->count ? &checks->items[checks->count - 1] : NULL, *checkers = json_get(first, "checkers");
	if (!checkers || !checkers->count)
		return OK;
	return say(x, "check.record", json_i64(json_get(&checkers->items[0], "id"), 0), &r,
	           arena_printf(&x->arena, "\"pick\":%lld,\"form\":{\"accepted_in_time\":\"yes\",\"told_once\":\"no\",\"reasons\":\"yes\",\"outside\":\"no\",\"remark\":\"受理通知书缺送达时间\"},"
	                        "\"findings\":[{\"text\":\"受理通知书没有注明送达时间\",\"ground\":\"行政许可法第三十二条\",\"amount\":5}]", (long long)json_i64(json_get(first, "pick"), 0)).ptr);
}

static enum err open_specials(struct demo *x)
{
	struct casework_result r;
	int64_t now_ms = os_now_ms(x->clock);
	struct str from = day(x, now_ms - (int64_t)21 * DAY_MS), until = day(x, now_ms + (int64_t)120 * DAY_MS);
	TRY(say(x, "special.open", x->supervisor, &r, arena_printf(&x->arena, "\"kind\":\"livelihood\",\"title\":\"老旧小区加装电梯 100 台\",\"title_en\":\"A hundred lifts for old housing\","
	                                                           "\"reason\":\"市政府年度为民办实事项目\",\"organ\":\"" HOUSING "\",\"from\":\"%.*s\",\"until\":\"%.*s\",\"milestones\":["
	                                                           "{\"name\":\"确定点位\",\"name_en\":\"Sites chosen\",\"amount\":8},{\"name\":\"完成施工招标\",\"name_en\":\"Tender done\",\"amount\":13},"
	                                                           "{\"name\":\"首批三十台开工\",\"name_en\":\"First thirty begun\",\"amount\":30},{\"name\":\"全部交付\",\"name_en\":\"All handed over\",\"amount\":80}]",
	                                                           STR_ARG(from), STR_ARG(until)).ptr));
	struct str no = arena_str(&x->arena, json_text(json_get(r.data, "special_no")));
	const struct json *stages = json_get(ask(x, "special", "special", no), "stages");
	if (stages && stages->count)
		TRY(say(x, "special.done", x->supervisor, &r, arena_printf(&x->arena, "\"milestone\":%lld,\"note\":\"点位清单已由市政府常务会议确定\"",
		                                                           (long long)json_i64(json_get(&stages->items[0], "milestone"), 0)).ptr));
	TRY(say(x, "special.report", x->supervisor, &r, arena_printf(&x->arena, "\"special\":\"%.*s\",\"percent\":25,\"text\":\"点位已定，施工招标因一处产权争议延后。\"", STR_ARG(no)).ptr));
	return say(x, "special.open", x->supervisor, &r, arena_printf(&x->arena, "\"kind\":\"major-project\",\"title\":\"望江新城基础设施\",\"title_en\":\"Wangjiang new town\","
	                                                              "\"reason\":\"省重点项目\",\"organ\":\"" HOUSING "\",\"until\":\"%.*s\",\"milestones\":["
	                                                              "{\"name\":\"施工图审查\",\"name_en\":\"Drawings reviewed\",\"amount\":15},{\"name\":\"取得施工许可\",\"name_en\":\"Permit granted\",\"amount\":45}]",
	                                                              STR_ARG(until)).ptr);
}

enum err demo_inspect_now(struct demo *x)
{
	struct casework_result r;
	const struct json *draws = json_get(ask(x, "draws", "state", S("committed")), "rows");
	for (size_t i = 0; draws && i < draws->count; i++) {
		struct str no = json_text(json_get(&draws->items[i], "draw_no"));
		TRY(say(x, "draw.reveal", x->supervisor, &r, arena_printf(&x->arena, "\"draw\":\"%.*s\",\"numbers\":[\"3 9 14 21 27 30 8\"]", STR_ARG(no)).ptr));
		if (str_starts(no, S("CC")))
			TRY(record_first_check(x, no));
	}
	TRY(open_specials(x));
	return OK;
}
