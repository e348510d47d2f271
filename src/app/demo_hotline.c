/* demo_hotline.c - complaints of the demo city: taken in by every way, some answered and called back, one handled again, one
 * anonymous, some still open. Their steps are tasks of the diary like any other. */
#include "app/demo_int.h"

enum { STAGES = 5, DESK_HOURS = 60 };

struct story {
	int percent;              /* of the demo's time, when it comes in */
	int stages;               /* how many of accept, handle, review, call back are done by now */
	const char *about, *organ, *extra, *category, *title, *text, *identity, *by, *finding, *called;
};

#define MARKET "1199010000000102XM"
#define HOUSING "11990100000001038M"
#define CIVIL "11990100000001089X"
#define POLICE "11990100000001097Q"
#define TRANSPORT "119901000000011264"
#define HEALTH "119901000000011189"

static const struct story stories[] = {
	{ 5, 4, "organ", MARKET, "", "delay", "申请递交两周无人联系", "两周前递交材料，打电话也没有人接。", "open", "online", "upheld", "satisfied" },
	{ 12, 4, "window", MARKET, "market-clerk", "attitude", "窗口人员态度生硬", "询问补正内容时被要求“自己上网看”。", "protected", "phone", "partly", "satisfied" },
	{ 18, 4, "matter", TRANSPORT, "", "suggestion", "公交站牌字太小", "老人看不清站牌，建议放大字号。", "open", "online", "upheld", "satisfied" },
	{ 25, 4, "matter", HEALTH, "", "other", "社区接种点排队过长", "上午八点到，十一点还没有排到。", "open", "letter", "not-upheld", "unsatisfied" },
	{ 33, 4, "organ", HOUSING, "", "conduct", "施工许可要求提供清单以外的材料", "办事指南上没有，窗口却要求提供。", "anonymous", "online", "upheld", "satisfied" },
	{ 48, 3, "matter", CIVIL, "", "other", "养老补贴发放晚了一个月", "往常每月十五日到账，这个月没有到。", "open", "phone", "upheld", "" },
	{ 55, 4, "organ", POLICE, "", "refusal", "居住证被要求回户籍地办理", "按规定在本市可以办理，却被告知回户籍地。", "open", "counter", "upheld", "unreachable" },
	{ 66, 2, "organ", MARKET, "", "fee", "被要求到指定机构检测", "窗口说只认一家检测机构的报告。", "anonymous", "online", "upheld", "" },
	{ 80, 1, "matter", TRANSPORT, "", "other", "路口红绿灯间隔不合理", "行人绿灯只有八秒。", "open", "online", "", "" },
	{ 90, 0, "organ", CIVIL, "", "delay", "社团登记超过承诺时限", "承诺十个工作日，现在是第十四天。", "open", "online", "", "" },
	{ 96, 0, "matter", HOUSING, "", "suggestion", "建议施工许可增加英文指南", "外资企业经办人看不懂。", "open", "letter", "", "" },
};
enum { STORIES = sizeof stories / sizeof *stories };
_Static_assert((int)STORIES <= (int)DEMO_COMPLAINTS_MAX, "room for every story");

/* ---- the desk ---- */

static enum err put_item(struct demo *x, const char *code, const char *pack)
{
	struct demo_words words;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "impl_code", str_of(code));
	json_pair_str(w, "name", strcmp(pack, "petition") == 0 ? S("信访事项") : S("投诉举报"));
	json_pair_str(w, "name_en", strcmp(pack, "petition") == 0 ? S("Petition") : S("Complaint"));
	json_pair_str(w, "organ", S("11990100000001134Y"));
	json_pair_str(w, "region", S("990100"));
	json_pair_str(w, "kind", S("20"));
	json_pair_str(w, "pack", str_of(pack));
	json_key(w, S("joint_organs"));
	json_object(w);
	json_pair_str(w, "supervising", S("11990100000001011X"));
	json_end(w);
	return demo_must(x, "item.put", &words, NULL);
}

enum err demo_hotline(struct demo *x)
{
	int64_t from_ms = os_now_ms(x->clock), span = x->o->now_ms - from_ms;
	TRY(put_item(x, "992099001-990100000000-000-11990100000001134Y-1-00", "complaint"));
	TRY(put_item(x, "992099002-990100000000-000-11990100000001134Y-1-00", "petition"));
	for (size_t i = 0; x->o->cases && i < STORIES; i++)
		demo_write_down(x, (struct demo_task){ .deed = DEED_COMPLAINT, .step = (int64_t)i * STAGES,
		                                       .at_ms = demo_office_time(x, from_ms + span * stories[i].percent / 100, 1) });
	return OK;
}

/* ---- a story's stages ---- */

static int64_t person_of(const struct demo *x, const char *login)
{
	const int64_t *id = map_get(&x->people, str_of(login));
	return id ? *id : 0;
}

static enum err come_in(struct demo *x, size_t i)
{
	const struct story *s = &stories[i];
	const struct demo_citizen *who = &x->citizens[i];
	struct demo_words words;
	struct casework_result r;
	bool online = strcmp(s->by, "online") == 0, anonymous = strcmp(s->identity, "anonymous") == 0;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "about", str_of(s->about));
	json_pair_str(w, "organ", str_of(s->organ));
	if (s->extra[0])
		json_pair_str(w, "window", str_of(s->extra));
	json_pair_str(w, "category", str_of(s->category));
	json_pair_str(w, "title", str_of(s->title));
	json_pair_str(w, "text", str_of(s->text));
	json_pair_str(w, "identity", str_of(s->identity));
	json_pair_str(w, "received_by", str_of(s->by));
	if (!anonymous) {
		json_pair_str(w, "name", who->name);
		json_pair_str(w, "phone", who->phone);
	}
	int64_t person = !online ? person_of(x, "gaoyun") : anonymous ? 0 : who->person;
	enum err e = demo_do(x, "complaint.submit", person, &words, &r);
	if (e == OK)
		x->complaints[i] = arena_str(&x->arena, json_text(json_get(r.data, "case_no")));
	return e != OK && !err_is_refusal(e) ? e : OK;
}

/* The first open step: its number, who holds it, and what it is. */
static bool open_step(struct demo *x, struct str case_no, int64_t *step, int64_t *person, struct str *element)
{
	struct casework_actor system = { .system = true };
	struct json_writer w;
	struct buf b;
	struct diag d;
	const struct json *params, *k, *steps;
	diag_init(&d);
	arena_reset(&x->scratch);
	buf_init_in(&b, &x->scratch, 4096);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_str(&w, "case_no", case_no);
	json_end(&w);
	if (json_read(&x->scratch, buf_str(&b), &params, &d) != OK || casework_view(x->cw, "case", &system, params, &x->scratch, &k, &d) != OK)
		return false;
	steps = json_get(k, "steps");
	for (size_t i = 0; steps && i < steps->count; i++) {
		const struct json *s = &steps->items[i];
		const int64_t *id = map_get(&x->people, json_text(json_path(s, "person.login")));
		if (!str_eqz(json_text(json_get(s, "state")), "open") || !id)
			continue;
		*step = json_i64(json_get(s, "step"), 0);
		*person = *id;
		*element = arena_str(&x->arena, json_text(json_get(s, "element")));
		return true;
	}
	return false;
}

static void put_form(struct json_writer *w, const struct story *s, struct str element)
{
	json_key(w, S("form"));
	json_object(w);
	if (str_eqz(element, "handle")) {
		json_pair_str(w, "finding", str_of(s->finding));
		json_pair_str(w, "facts", S("经调阅记录、询问有关人员，情况已经查清。"));
		json_pair_str(w, "answer", S("您反映的情况已经办理，感谢监督。"));
		json_pair_str(w, "measures", S("已要求有关人员改进。"));
	} else if (str_eqz(element, "call_back")) {
		json_pair_str(w, "reason", strcmp(s->called, "unsatisfied") == 0 ? S("not-done") : S(""));
		json_pair_str(w, "attempts", S("三次拨打无人接听。"));
	}
	json_end(w);
}

static struct str action_of(const struct story *s, struct str element)
{
	static const struct { const char *element, *action; } usual[] = { { "acceptance", "accept" }, { "handle", "find" }, { "review", "approve" } };
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (str_eqz(element, usual[i].element))
			return str_of(usual[i].action);
	return str_of(s->called);
}

static enum err go_on(struct demo *x, size_t i)
{
	int64_t step, person;
	struct str element;
	struct demo_words words;
	struct casework_result r;
	if (!x->complaints[i].len || !open_step(x, x->complaints[i], &step, &person, &element))
		return OK;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_i64(w, "step", step);
	json_pair_str(w, "action", action_of(&stories[i], element));
	put_form(w, &stories[i], element);
	enum err e = demo_do(x, "step.complete", person, &words, &r);
	return e != OK && !err_is_refusal(e) ? e : OK;
}

enum err demo_complaint(struct demo *x, const struct demo_task *t)
{
	size_t i = (size_t)t->step / STAGES;
	int stage = (int)(t->step % STAGES);
	TRY(stage == 0 ? come_in(x, i) : go_on(x, i));
	if (stage < stories[i].stages)
		demo_write_down(x, (struct demo_task){ .deed = DEED_COMPLAINT, .step = t->step + 1, .at_ms = demo_in_office(x, DESK_HOURS, DESK_HOURS * 8) });
	return OK;
}
