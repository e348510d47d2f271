/* demo_staffing.c - the demo city's people at their posts: job descriptions, somebody away and somebody who will be, a first
 * contact on its way, a promise signed, a change of structure in draft. */
#include "app/demo_int.h"

static enum err by_login(struct demo *x, const char *command, const char *login, struct demo_words *words, struct casework_result *r)
{
	int64_t *person = map_get(&x->people, str_of(login));
	return person ? demo_do(x, command, *person, words, r) : OK;
}

static void pairs(struct json_writer *w, const char *const *list)
{
	for (; list[0]; list += 2)
		json_pair_str(w, list[0], str_of(list[1]));
}

static enum err describe(struct demo *x, const char *const *post)
{
	struct demo_words words;
	pairs(demo_begin(x, &words), post);
	return demo_must(x, "post.put", &words, NULL);
}

/* The duties of three posts, as an office writes them down. */
static enum err descriptions(struct demo *x)
{
	static const char *const posts[][20] = {
		{ "code", "market-clerk", "organ", "1199010000000102XM", "role", "clerk", "name", "窗口受理岗", "name_en", "Reception desk",
		  "duties", "收件、核对材料、一次性告知、出具受理通知书、送达", "standards", "即收即核,5个工作日内告知;首问负责到底", "powers", "受理或不予受理的初步意见",
		  "limits", "不得要求法定以外的材料;不得代申请人填写承诺", NULL },
		{ "code", "market-reviewer", "organ", "1199010000000102XM", "role", "reviewer", "name", "审查岗", "name_en", "Review",
		  "duties", "书面审查、提出审查意见、组织现场核查", "standards", "3个工作日内提出意见,理由写明依据", "powers", "提出准予或不予许可的意见",
		  "limits", "不得审查本人或亲属的申请", NULL },
		{ "code", "market-head", "organ", "1199010000000102XM", "role", "head", "name", "负责人", "name_en", "Head",
		  "duties", "审批决定、签发文书、指定承办人", "standards", "当日件当日签", "powers", "作出决定、延长期限、指定承办人", "limits", "不得越过审查意见直接决定", NULL },
	};
	for (size_t i = 0; i < sizeof posts / sizeof *posts; i++)
		TRY(describe(x, posts[i]));
	return OK;
}

static struct str day_after(struct demo *x, int days)
{
	struct buf b;
	buf_init_in(&b, &x->arena, 32);
	calendar_day_print(calendar_day_at(x->o->now_ms, x->offset_s) + days, &b);
	return buf_str(&b);
}

static enum err away(struct demo *x, const char *login, const char *kind, int from_days, int until_days, const char *where)
{
	struct demo_words words;
	struct casework_result r;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "kind", str_of(kind));
	json_pair_str(w, "whereabouts", str_of(where));
	if (from_days)
		json_pair_str(w, "from", day_after(x, from_days));
	json_pair_str(w, "until", day_after(x, until_days));
	return by_login(x, "absence.note", login, &words, &r);
}

static enum err first_contact(struct demo *x)
{
	struct demo_words words;
	struct casework_result r;
	static const char *const question[] = { "channel", "phone", "name", "何女士", "phone", "13800000021", "question", "小区门口开早餐店,需要办哪些证?先办哪一个?", NULL };
	pairs(demo_begin(x, &words), question);
	TRY(by_login(x, "contact.take", "wangfang", &words, &r));
	if (!r.data)
		return OK;
	struct str no = arena_str(&x->arena, json_text(json_get(r.data, "contact")));
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "contact", no);
	json_pair_str(w, "to", S("zhangmin"));
	json_pair_str(w, "reason", S("涉及许可条件,请审查岗答复"));
	return by_login(x, "contact.hand", "wangfang", &words, &r);
}

/* What the first item with a promise says already, now signed by two. */
static enum err promise(struct demo *x)
{
	struct demo_words words;
	struct casework_result r;
	size_t i = 0;
	while (i < x->items_count && json_i64(json_get(x->items[i].data, "promised_limit"), 0) < 1)
		i++;
	if (i == x->items_count)
		return OK;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "item", x->items[i].impl_code);
	json_pair_i64(w, "amount", json_i64(json_get(x->items[i].data, "promised_limit"), 0));
	json_pair_str(w, "reason", S("材料共享后减少核对环节"));
	if (demo_do(x, "promise.propose", 0, &words, &r) != OK)
		return diag_set(x->d, ERR_INVALID, r.diag.code, "promise.propose: %s", r.diag.text);
	int64_t id = json_i64(json_get(r.data, "promise"), 0);
	w = demo_begin(x, &words);
	json_pair_i64(w, "promise", id);
	return demo_must(x, "promise.sign", &words, NULL);
}

static enum err plan(struct demo *x)
{
	static const char lines[] = "[{\"kind\":\"post.merge\",\"code\":\"market-inspector\",\"into\":\"market-reviewer\"},"
	                            "{\"kind\":\"post.put\",\"code\":\"market-reviewer\",\"name\":\"审查核查岗\",\"name_en\":\"Review and on-site check\"}]";
	struct demo_words words;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "title", S("市场监管局审查与核查合岗"));
	json_pair_str(w, "reason", S("“三定”方案调整:现场核查并入审查岗"));
	json_pair_str(w, "at", day_after(x, 30));
	json_key(w, S("lines"));
	json_put_raw(w, str_of(lines));
	return demo_must(x, "plan.put", &words, NULL);
}

enum err demo_staffing(struct demo *x)
{
	TRY(descriptions(x));
	TRY(away(x, "liangyu", "leave", 0, 3, "年休假;受理事宜请找本窗口B岗"));
	TRY(away(x, "fuqiang", "meeting", 2, 4, "赴省局参加会议"));
	TRY(first_contact(x));
	TRY(promise(x));
	return plan(x);
}
