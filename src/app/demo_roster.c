/* demo_roster.c - the demo city's roster: the market office's comings and goings of the month, courses attended, certificates (one that ends soon,
 * one that has ended), and an on-site inspection that two with a certificate must sign.
 */
#include "app/demo_int.h"
#include "casework/packs.h"

enum { DAY_MS = 86400000, MINUTE_MS = 60000, DAYS_BACK = 31 };
#define MARKET "1199010000000102XM"

static struct str day_from_now(struct demo *x, int days)
{
	struct buf b;
	buf_init_in(&b, &x->arena, 32);
	calendar_day_print(calendar_day_at(x->o->now_ms, x->offset_s) + days, &b);
	return buf_str(&b);
}

static enum err put(struct demo *x, const char *command, struct str members)
{
	struct demo_words words;
	(void)demo_begin(x, &words);
	buf_put(&words.b, members);
	return demo_must(x, command, &words, NULL);
}

/* ---- coming and going ---- */

static enum err mark(struct demo *x, const char *login, const char *kind, int64_t at_ms)
{
	struct buf at;
	buf_init_in(&at, &x->arena, 64);
	calendar_instant_print(at_ms, x->offset_s, &at);
	return put(x, "attendance.mark", arena_printf(&x->arena, "\"person\":\"%s\",\"kind\":\"%s\",\"at\":\"%.*s\"", login, kind, STR_ARG(buf_str(&at))));
}

/* Most days as they should be; now and then late, early, or a going forgotten. */
static enum err a_day(struct demo *x, const char *login, int64_t start_ms)
{
	struct demo_chance *c = &x->chance;
	int64_t came = start_ms + (demo_percent(c, 88) ? demo_between(c, 510, 540) : demo_between(c, 550, 590)) * MINUTE_MS;
	int64_t went = start_ms + (demo_percent(c, 92) ? demo_between(c, 1020, 1070) : demo_between(c, 960, 1010)) * MINUTE_MS;
	if (came <= x->o->now_ms)
		TRY(mark(x, login, "in", came));
	return went <= x->o->now_ms && demo_percent(c, 96) ? mark(x, login, "out", went) : OK;
}

static enum err attendance(struct demo *x)
{
	static const char *const people[] = { "wangfang", "liqiang", "zhangmin", "liuwei", "chenjie", "yangli" };
	calendar_day today = calendar_day_at(x->o->now_ms, x->offset_s);
	for (calendar_day d = today - DAYS_BACK; d <= today; d++)
		for (size_t i = 0; calendar_is_working_day(x->calendar, d) && i < sizeof people / sizeof *people; i++)
			if (demo_percent(&x->chance, 97))
				TRY(a_day(x, people[i], calendar_day_start_ms(d, x->offset_s)));
	return OK;
}

/* ---- training, certificates ---- */

static enum err training(struct demo *x)
{
	static const struct { const char *code, *name, *name_en, *kind; int hours; } courses[] = {
		{ "LAW-2026", "行政执法人员通用法律知识", "Law for enforcement staff", "law", 40 },
		{ "FOOD-2026", "食品安全现场检查实务", "Food safety inspections in practice", "skills", 24 },
		{ "SVC-2026", "政务服务窗口规范", "Manners at the counter", "service", 16 },
	};
	static const struct { const char *login, *course, *exam; int score, days; } attended[] = {
		{ "liuwei", "LAW-2026", "passed", 92, 60 }, { "liuwei", "FOOD-2026", "passed", 88, 20 }, { "liqiang", "LAW-2026", "passed", 85, 60 },
		{ "wangfang", "SVC-2026", "none", -1, 30 }, { "zhangmin", "FOOD-2026", "failed", 52, 20 },
	};
	for (size_t i = 0; i < sizeof courses / sizeof *courses; i++)
		TRY(put(x, "course.put", arena_printf(&x->arena, "\"code\":\"%s\",\"name\":\"%s\",\"name_en\":\"%s\",\"kind\":\"%s\",\"hours\":%d", courses[i].code, courses[i].name,
		                                      courses[i].name_en, courses[i].kind, courses[i].hours)));
	for (size_t i = 0; i < sizeof attended / sizeof *attended; i++) {
		struct str from = day_from_now(x, -attended[i].days), score = attended[i].score < 0 ? S("") : arena_printf(&x->arena, ",\"score\":%d", attended[i].score);
		TRY(put(x, "training.record", arena_printf(&x->arena, "\"person\":\"%s\",\"course\":\"%s\",\"from\":\"%.*s\",\"exam\":\"%s\"%.*s", attended[i].login, attended[i].course,
		                                           STR_ARG(from), attended[i].exam, STR_ARG(score))));
	}
	return OK;
}

static enum err certificates(struct demo *x)
{
	static const struct { const char *login, *number; int from, until; } list[] = {
		{ "liuwei", "99010026001", -700, 45 }, { "liqiang", "99010026002", -400, 1400 }, { "zhangmin", "99010026003", -1900, -10 },
	};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct str from = day_from_now(x, list[i].from), until = day_from_now(x, list[i].until);
		TRY(put(x, "certificate.put", arena_printf(&x->arena, "\"person\":\"%s\",\"kind\":\"enforcement\",\"number\":\"%s\",\"issuer\":\"云溪市司法局\",\"from\":\"%.*s\",\"until\":\"%.*s\"",
		                                           list[i].login, list[i].number, STR_ARG(from), STR_ARG(until))));
	}
	return OK;
}

/* ---- an inspection ---- */

static enum err inspection(struct demo *x)
{
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true } };
	struct casework_result r;
	struct demo_words words;
	int64_t *clerk = map_get(&x->people, S("wangfang"));
	struct str folder = arena_printf(&x->arena, "%s/packs/on-site-inspection", x->o->data_dir);
	TRY(casework_pack_data(folder.ptr, &x->arena, &c.data, x->d));
	if (casework_do(x->cw, &c, &x->arena, &r) != OK)
		return diag_set(x->d, r.err, r.diag.code, "on-site-inspection: %s", r.diag.text);
	TRY(put(x, "item.put", S("\"impl_code\":\"1199010000000102XM0000000000906\",\"name\":\"食品经营场所行政检查\",\"name_en\":\"Inspection of food premises\",\"organ\":\"" MARKET "\","
	                         "\"region\":\"990100\",\"kind\":\"06\",\"pack\":\"on-site-inspection\",\"online\":false,\"audience\":[\"2\"],"
	                         "\"legal_basis\":\"《中华人民共和国行政处罚法》第四十二条、第五十五条\",\"remedies\":\"行政复议：六十日内；行政诉讼：六个月内\"")));
	if (!clerk)
		return OK;
	(void)demo_begin(x, &words);
	buf_putz(&words.b, "\"item\":\"1199010000000102XM0000000000906\",\"source\":\"1\",\"applicant\":{\"name\":\"云溪市食光里餐饮有限公司\",\"id_type\":\"001\",\"id_no\":\"92990101MA00000000\","
	                   "\"kind\":\"2\"},\"form\":{\"subject\":\"云溪市食光里餐饮有限公司\",\"matter\":\"食品经营场所卫生\",\"basis\":\"2026年度检查计划第12项\"}");
	enum err e = demo_do(x, "case.submit", *clerk, &words, &r);
	return e == OK || err_is_refusal(e) ? OK : e;
}

enum err demo_roster(struct demo *x)
{
	TRY(attendance(x));
	TRY(training(x));
	TRY(certificates(x));
	return inspection(x);
}
