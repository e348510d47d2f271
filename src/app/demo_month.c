/* demo_month.c - what happens in the demo city, day after day, until now.
 *
 * The demo listens to the record: a step that opens is put into somebody's diary, by the habits
 * of that kind of step; when its moment comes, the person acts through the same command as a real
 * one. Some cases lie for too long, so that the board has its yellow and red.
 */
#include "app/demo_int.h"

enum { MINUTE_MS = 60000, CHOICES_MAX = 4, NEVER = -1 };

/* ---- habits ---- */

struct choice { const char *action; int percent; const char *form; };

struct habit {
	const char *element;
	int least, most;           /* minutes of office hours until it is done */
	bool two;                  /* a second person confirms */
	struct choice choices[CHOICES_MAX]; /* the first is the friendly one */
};

static const struct habit habits[] = {
	{ "acceptance_check", 20, 500, false, { { "accept", 78, "{}" }, { "supplement", 15, "{\"missing\":\"身份证明复印件不清晰，请重新提供\\n申请表第二页未签名\"}" },
	  { "accept_follow", 4, "{\"outstanding\":\"从业人员健康证明（10个工作日内补齐）\"}" }, { "reject", 3, "{\"reasons\":\"申请事项不属于本机关职权范围（行政许可法第三十二条第一款第二项）。\"}" } } },
	{ "supplement", 300, 2400, false, { { "submit", 100, "{\"note\":\"已按告知内容补正。\"}" } } },
	{ "outstanding", 500, 2400, false, { { "submit", 100, "{\"note\":\"容缺材料已补齐。\"}" } } },
	{ "onsite_check", 200, 800, true, { { "pass", 90, "{\"score\":92,\"findings\":\"场所、设备、布局与申请材料一致。\",\"checked_on_site\":true}" },
	  { "fail", 10, "{\"score\":48,\"findings\":\"操作间与卫生间未有效隔离；无食品留样设备。\",\"checked_on_site\":true}" } } },
	{ "review", 90, 800, false, { { "approve", 92, "{\"opinion\":\"材料齐全，符合法定条件，拟准予。\"}" }, { "refuse", 8, "{\"reasons\":\"不符合法定条件、标准。\"}" } } },
	{ "decision", 40, 600, false, { { "grant", 90, "{\"opinion\":\"同意。\"}" }, { "refuse", 7, "{\"reasons\":\"经审查，申请不符合法定条件、标准。\"}" },
	  { "return", 3, "{\"reasons\":\"请补充说明审查依据。\"}" } } },
	{ "deliver", 60, 900, false, { { "deliver", 100, "{\"method\":\"electronic\"}" } } },
	{ "planning_opinion", 300, 2600, false, { { "agree", 88, "{\"opinion\":\"符合规划条件。\"}" }, { "conditions", 12, "{\"conditions\":\"按批准的总平面图放线。\"}" } } },
	{ "fire_opinion", 300, 2600, false, { { "agree", 84, "{\"opinion\":\"消防设计合格。\"}" }, { "conditions", 11, "{\"conditions\":\"疏散指示标志按规范增设。\"}" },
	  { "disagree", 5, "{\"reasons\":\"疏散楼梯净宽不足。\"}" } } },
	{ "ecology_opinion", 300, 2600, false, { { "agree", 92, "{\"opinion\":\"已办理环评手续。\"}" }, { "conditions", 8, "{\"conditions\":\"落实扬尘防治措施。\"}" } } },
	{ "defence_opinion", 300, 2600, false, { { "agree", 95, "{\"opinion\":\"同意。\"}" }, { "conditions", 5, "{\"conditions\":\"按规定缴纳易地建设费。\"}" } } },
	{ "expert_review", 2300, 4200, false, { { "pass", 80, "{\"findings\":\"设计方案可行。\",\"experts\":5}" }, { "conditions", 20, "{\"conditions\":\"补充基坑监测方案。\",\"experts\":5}" } } },
	{ "joint_summary", 150, 900, false, { { "approve", 94, "{\"opinion\":\"各部门意见一致，拟准予。\"}" }, { "refuse", 6, "{\"reasons\":\"有关部门不同意。\"}" } } },
	{ "extension_approval", 40, 300, false, { { "approve", 80, "{\"opinion\":\"同意延期。\"}" }, { "deny", 20, "{\"reasons\":\"理由不充分，请按期办结。\"}" } } },
	{ "after_check", 2000, 6000, true, { { "pass", 92, "{\"findings\":\"与承诺相符。\"}" }, { "fail", 8, "{\"findings\":\"实际布局与承诺不符。\"}" } } },
	{ "manual_check", 20, 200, false, { { "grant", 90, "{\"opinion\":\"核验一致。\"}" }, { "refuse", 10, "{\"reasons\":\"未取得本人授权。\"}" } } },
};

static const struct habit *habit_of(struct str element)
{
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
		if (str_eqz(element, habits[i].element))
			return &habits[i];
	return NULL;
}

/* ---- the diary: a heap, earliest first, equals in the order they were written ---- */

static bool earlier(const struct demo_task *a, const struct demo_task *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->seq < b->seq;
}

static struct demo_task swap_down(struct demo_task *t, size_t n)
{
	struct demo_task top = t[0], last = t[n - 1];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= n - 1)
			break;
		if (child + 1 < n - 1 && earlier(&t[child + 1], &t[child]))
			child++;
		if (!earlier(&t[child], &last))
			break;
		t[i] = t[child];
		i = child;
	}
	t[i] = last;
	return top;
}

static void write_down(struct demo *x, struct demo_task task)
{
	if (x->tasks_count == x->tasks_room) {
		size_t room = x->tasks_room ? x->tasks_room * 2 : 1024;
		struct demo_task *more = arena_new_n(&x->arena, struct demo_task, room);
		if (!more) {
			(void)diag_set(x->d, ERR_NOMEM, "demo.memory", "The demo ran out of memory.");
			return;
		}
		if (x->tasks_count)
			memcpy(more, x->tasks, x->tasks_count * sizeof *more);
		x->tasks = more;
		x->tasks_room = room;
	}
	task.seq = x->seq++;
	size_t i = x->tasks_count++;
	while (i && earlier(&task, &x->tasks[(i - 1) / 2])) {
		x->tasks[i] = x->tasks[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	x->tasks[i] = task;
}

static struct demo_task take_next(struct demo *x)
{
	struct demo_task t = swap_down(x->tasks, x->tasks_count);
	x->tasks_count--;
	return t;
}

/* ---- office hours: 9:00 to 12:00 and 13:30 to 17:00 on working days ---- */

static const int hours[][2] = { { 540, 720 }, { 810, 1020 } };

static int64_t office_time(const struct demo *x, int64_t ms, int64_t minutes)
{
	calendar_day day = calendar_day_at(ms, x->offset_s);
	int64_t at = (ms - calendar_day_start_ms(day, x->offset_s)) / MINUTE_MS;
	for (;; day++, at = 0) {
		if (!calendar_is_working_day(x->calendar, day))
			continue;
		for (size_t h = 0; h < 2; h++) {
			int64_t from = at > hours[h][0] ? at : hours[h][0];
			if (from >= hours[h][1])
				continue;
			if (minutes < hours[h][1] - from)
				return calendar_day_start_ms(day, x->offset_s) + (from + minutes) * MINUTE_MS;
			minutes -= hours[h][1] - from;
		}
	}
}

static int64_t in_office(struct demo *x, int64_t least, int64_t most)
{
	return office_time(x, os_now_ms(x->clock), demo_between(&x->chance, least, most));
}

/* ---- hearing the record ---- */

static struct demo_case *case_of(const struct demo *x, int64_t id)
{
	size_t from = 0, to = x->cases_count; /* ids grow with each receipt */
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (x->cases[middle]->id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from < x->cases_count && x->cases[from]->id == id ? x->cases[from] : NULL;
}

static void keep_case(struct demo *x, struct demo_case *k)
{
	if (x->cases_count == x->cases_room) {
		size_t room = x->cases_room ? x->cases_room * 2 : 256;
		struct demo_case **more = arena_new_n(&x->arena, struct demo_case *, room);
		if (!more)
			return;
		if (x->cases_count)
			memcpy(more, x->cases, x->cases_count * sizeof *more);
		x->cases = more;
		x->cases_room = room;
	}
	x->cases[x->cases_count++] = k;
}

static void heard_received(struct demo *x, const struct json *data)
{
	struct demo_case *k = x->receiving;
	if (!k)
		return;
	k->id = json_i64(json_get(data, "id"), 0);
	k->case_no = arena_str(&x->arena, json_text(json_get(data, "case_no")));
	keep_case(x, k);
}

/* Minutes until somebody acts; NEVER = it lies. */
static int64_t patience(struct demo *x, const struct demo_case *k, const struct habit *h)
{
	bool review = strcmp(h->element, "review") == 0;
	if (k->script == DEMO_WAIT || (k->script == DEMO_STALL_REVIEW && review) ||
	    (k->script == DEMO_SUPPLEMENT && strcmp(h->element, "supplement") == 0) ||
	    (k->script == DEMO_EXPERTS && strcmp(h->element, "expert_review") == 0))
		return NEVER;
	if (k->script != DEMO_ANY)
		return demo_between(&x->chance, h->least / 2, (h->least + h->most) / 4);
	int64_t minutes = demo_between(&x->chance, h->least, h->most);
	/* a slow case lies somewhere on its way for days, or until somebody finds it */
	if (k->slow && demo_percent(&x->chance, 40))
		return demo_percent(&x->chance, 35) ? NEVER : minutes + demo_between(&x->chance, 1500, 5500);
	return minutes;
}

static const struct demo_post *post_of(const struct demo *x, int64_t id)
{
	for (size_t i = 0; i < x->posts_count; i++)
		if (x->posts[i].id == id)
			return &x->posts[i];
	return NULL;
}

static void heard_step(struct demo *x, struct demo_case *k, const struct json *data)
{
	const struct habit *h = habit_of(json_text(json_get(data, "element")));
	const struct demo_post *post = post_of(x, json_i64(json_get(data, "post"), 0));
	if (!h)
		return;
	int64_t minutes = patience(x, k, h);
	if (minutes == NEVER)
		return;
	struct demo_task t = { .deed = DEED_STEP, .k = k, .step = json_i64(json_get(data, "step"), 0), .element = h->element,
	                       .at_ms = office_time(x, os_now_ms(x->clock), minutes) };
	if (post) {
		bool stand_in = post->b && !h->two && demo_percent(&x->chance, 15); /* the B holder acts now and then */
		t.person = stand_in ? post->b : post->a;
		t.second = post->b;
	} else {
		t.person = k->applicant;
	}
	write_down(x, t);
	if (strcmp(h->element, "review") != 0 || !post || k->script != DEMO_ANY)
		return;
	if (!k->extended && demo_percent(&x->chance, 4)) {
		k->extended = true;
		write_down(x, (struct demo_task){ .deed = DEED_EXTEND, .k = k, .person = post->a, .at_ms = in_office(x, 10, 60) });
	} else if (demo_percent(&x->chance, 3)) {
		write_down(x, (struct demo_task){ .deed = DEED_SUSPEND, .k = k, .person = post->a, .at_ms = in_office(x, 5, 30) });
	}
}

static void heard_alert(struct demo *x, struct demo_case *k, const struct json *data)
{
	int64_t level = json_i64(json_get(data, "level"), 0);
	struct str no = arena_str(&x->arena, json_text(json_get(data, "alert_no")));
	if (level == 3 && demo_percent(&x->chance, 40))
		write_down(x, (struct demo_task){ .deed = DEED_URGE, .k = k, .person = x->supervisor, .at_ms = in_office(x, 30, 400) });
	if (level >= 2 && demo_percent(&x->chance, 35))
		write_down(x, (struct demo_task){ .deed = DEED_ANSWER, .k = k, .person = json_i64(json_get(data, "person"), 0), .text = no,
		                                  .at_ms = in_office(x, 60, 900) });
}

static void heard_end(struct demo *x, struct demo_case *k)
{
	k->closed = true;
	if (k->applicant && k->script == DEMO_ANY && demo_percent(&x->chance, 55))
		write_down(x, (struct demo_task){ .deed = DEED_RATE, .k = k, .person = k->applicant,
		                                  .at_ms = os_now_ms(x->clock) + demo_between(&x->chance, 60, 2 * 1440) * MINUTE_MS });
}

/* Called after each commit, on the thread that runs the demo. */
void demo_hear(void *arg, const struct casework_event *e)
{
	struct demo *x = arg;
	if (str_eqz(e->kind, "case.received")) {
		heard_received(x, e->data);
		return;
	}
	struct demo_case *k = e->case_id ? case_of(x, e->case_id) : NULL;
	if (!k)
		return;
	if (str_eqz(e->kind, "step.opened"))
		heard_step(x, k, e->data);
	else if (str_eqz(e->kind, "alert.raised"))
		heard_alert(x, k, e->data);
	else if (str_eqz(e->kind, "case.concluded"))
		heard_end(x, k);
}

/* ---- deeds ---- */

static enum err upload(struct demo *x, int64_t person, const struct json *material, int64_t *document)
{
	struct demo_words words;
	struct casework_result r;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "name", arena_printf(&x->scratch, "%.*s.pdf", STR_ARG(json_text(json_get(material, "name")))));
	json_pair_str(w, "mime", S("application/pdf"));
	json_pair_str(w, "material", json_text(json_get(material, "id")));
	json_end(w);
	struct casework_command c = { .name = S("document.add"), .actor = { .person = person, .channel = S("2") }, .blob = x->material };
	TRY(json_read(&x->scratch, buf_str(&words.b), &c.data, x->d));
	x->figures.commands++;
	enum err e = casework_do(x->cw, &c, &x->scratch, &r);
	if (e != OK)
		return diag_set(x->d, e, "demo.upload", "document.add: %s", r.diag.text);
	*document = json_i64(json_get(r.data, "document"), 0);
	return OK;
}

struct handed { int64_t document; struct str material; };
enum { HANDED_MAX = 24 };

/* What the applicant brings: all that is required, now and then one too few. */
static enum err gather(struct demo *x, const struct demo_case *k, struct handed *out, size_t *count)
{
	const struct json *all = k->item->materials;
	bool forgets = k->script == DEMO_SUPPLEMENT || (k->script == DEMO_ANY && demo_percent(&x->chance, 12));
	*count = 0;
	for (size_t i = 0; all && i < all->count && *count < HANDED_MAX; i++) {
		const struct json *m = &all->items[i];
		if (!json_bool(json_get(m, "required"), false))
			continue;
		if (forgets && i + 1 == all->count / 2 + 1) {
			forgets = false;
			continue;
		}
		struct handed *h = &out[(*count)++];
		h->material = json_text(json_get(m, "id"));
		h->document = 0;
		if (k->applicant)
			TRY(upload(x, k->applicant, m, &h->document));
	}
	return OK;
}

static const struct demo_citizen *citizen_of(const struct demo *x, int64_t person)
{
	for (size_t i = 0; i < DEMO_CITIZENS; i++)
		if (x->citizens[i].person == person)
			return &x->citizens[i];
	return NULL;
}

static bool is_pack(const struct demo_case *k, const char *pack)
{
	return str_eqz(k->item->pack, pack);
}

static enum err submit(struct demo *x, struct demo_case *k)
{
	struct handed handed[HANDED_MAX];
	size_t count;
	struct demo_citizen stranger;
	const struct demo_citizen *who = citizen_of(x, k->applicant);
	const struct demo_post *clerk = map_get(&x->clerks, k->item->organ);
	struct demo_words words;
	struct casework_result r;
	bool elder = is_pack(k, "elder-benefit-card");
	if (!who || elder) { /* a stranger at the counter; an elder applies through a relative's account */
		demo_person(x, elder ? 1936 : 1960, !elder ? 2003 : k->script == DEMO_ANY ? 1969 : 1960, &stranger);
		who = &stranger;
	}
	TRY(gather(x, k, handed, &count));
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "item", k->item->impl_code);
	demo_application(x, k, who, w);
	json_key(w, S("documents"));
	json_array(w);
	for (size_t i = 0; i < count; i++) {
		json_object(w);
		if (handed[i].document)
			json_pair_i64(w, "document", handed[i].document);
		json_pair_str(w, "material", handed[i].material);
		json_end(w);
	}
	json_end(w);
	json_pair_str(w, "source", k->applicant ? (demo_percent(&x->chance, 60) ? S("2") : S("3")) : S("1"));
	json_pair_bool(w, "commitment", is_pack(k, "food-business-licence") && k->script == DEMO_ANY && demo_percent(&x->chance, 25));
	x->receiving = k;
	int64_t actor = k->applicant ? k->applicant : clerk ? clerk->a : 0;
	enum err e = demo_do(x, "case.submit", actor, &words, &r);
	x->receiving = NULL;
	if (e != OK)
		return diag_set(x->d, e, r.diag.code, "case.submit for %.*s: %s (%s)", STR_ARG(k->item->impl_code), r.diag.text, r.diag.place);
	x->figures.cases++;
	if (k->script == DEMO_ANY && k->applicant && demo_percent(&x->chance, 2))
		write_down(x, (struct demo_task){ .deed = DEED_WITHDRAW, .k = k, .person = k->applicant, .at_ms = in_office(x, 200, 1500) });
	return OK;
}

static const struct choice *choose(struct demo *x, const struct demo_case *k, const struct habit *h)
{
	if (k->script == DEMO_SUPPLEMENT && strcmp(h->element, "acceptance_check") == 0)
		return &h->choices[1];
	if (k->script != DEMO_ANY)
		return &h->choices[0];
	int64_t n = demo_between(&x->chance, 0, 99);
	for (size_t i = 0; i < CHOICES_MAX && h->choices[i].action; i++) {
		n -= h->choices[i].percent;
		if (n < 0)
			return &h->choices[i];
	}
	return &h->choices[0];
}

static enum err complete(struct demo *x, const struct demo_task *t, const struct choice *c, struct casework_result *r)
{
	struct demo_words words;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_i64(w, "step", t->step);
	json_pair_str(w, "action", str_of(c->action));
	json_key(w, S("form"));
	json_put_raw(w, str_of(c->form));
	/* nobody: an applicant without an account, for whom the counter acts */
	return demo_do(x, "step.complete", t->person, &words, r);
}

/* What one person is refused (another was quicker, the process went on) is part of the day. */
static enum err step(struct demo *x, const struct demo_task *t)
{
	const struct habit *h = habit_of(str_of(t->element));
	struct casework_result r;
	const struct choice *c = choose(x, t->k, h);
	enum err e = complete(x, t, c, &r);
	if (err_is_refusal(e) && str_eqz(str_of(r.diag.code), "step.no-action"))
		e = complete(x, t, c = &h->choices[0], &r);
	if (e == OK && json_bool(json_get(r.data, "waiting_second"), false)) {
		struct demo_task second = *t;
		second.deed = DEED_SECOND;
		second.person = t->second;
		second.text = str_of(c->action);
		second.at_ms = in_office(x, 5, 120);
		write_down(x, second);
	}
	return err_is_refusal(e) ? OK : e;
}

static enum err second(struct demo *x, const struct demo_task *t)
{
	const struct habit *h = habit_of(str_of(t->element));
	struct casework_result r;
	size_t i = 0;
	while (i + 1 < CHOICES_MAX && !str_eqz(t->text, h->choices[i].action ? h->choices[i].action : ""))
		i++;
	enum err e = complete(x, t, &h->choices[i], &r);
	return err_is_refusal(e) ? OK : e;
}

static struct json_writer *on_case(struct demo *x, const struct demo_task *t, struct demo_words *words)
{
	struct json_writer *w = demo_begin(x, words);
	json_pair_str(w, "case_no", t->k->case_no);
	return w;
}

static enum err ended(enum err e)
{
	return err_is_refusal(e) ? OK : e;
}

static enum err rate(struct demo *x, const struct demo_task *t)
{
	static const struct { int percent, grade; const char *text; } grades[] = {
		{ 68, 1, "办得快，服务好。" }, { 20, 2, "满意。" }, { 7, 3, "还可以。" }, { 3, 4, "等得有点久。" }, { 2, 5, "一直没有人联系我。" } };
	struct demo_words words;
	struct casework_result r;
	int64_t n = demo_between(&x->chance, 0, 99);
	size_t i = 0;
	while (i < 4 && (n -= grades[i].percent) >= 0)
		i++;
	struct json_writer *w = on_case(x, t, &words);
	json_pair_i64(w, "grade", grades[i].grade);
	json_pair_str(w, "text", str_of(grades[i].text));
	json_pair_str(w, "channel", S("2"));
	return ended(demo_do(x, "case.rate", t->person, &words, &r));
}

static enum err withdraw(struct demo *x, const struct demo_task *t)
{
	struct demo_words words;
	struct casework_result r;
	json_pair_str(on_case(x, t, &words), "reason", S("计划有变，暂不办理。"));
	return ended(demo_do(x, "case.withdraw", t->person, &words, &r));
}

static enum err suspend(struct demo *x, const struct demo_task *t)
{
	struct demo_words words;
	struct casework_result r;
	struct json_writer *w = on_case(x, t, &words);
	json_pair_str(w, "kind", S("testing"));
	json_pair_str(w, "ground", S("ALL/45"));
	json_pair_str(w, "reason", S("需要检验检测，所需时间不计入办理期限。"));
	json_pair_i64(w, "expected_days", 5);
	enum err e = demo_do(x, "case.suspend", t->person, &words, &r);
	if (e == OK && demo_percent(&x->chance, 70))
		write_down(x, (struct demo_task){ .deed = DEED_RESUME, .k = t->k, .person = t->person, .at_ms = in_office(x, 1200, 2500) });
	return ended(e);
}

static enum err resume(struct demo *x, const struct demo_task *t)
{
	struct demo_words words;
	struct casework_result r;
	json_pair_str(on_case(x, t, &words), "result", S("检验合格。"));
	return ended(demo_do(x, "case.resume", t->person, &words, &r));
}

static enum err extend(struct demo *x, const struct demo_task *t)
{
	struct demo_words words;
	struct casework_result r;
	struct json_writer *w = on_case(x, t, &words);
	json_pair_str(w, "name", S("extension"));
	json_key(w, S("data"));
	json_object(w);
	json_pair_str(w, "grounds", S("情况复杂，需要进一步核实有关材料。"));
	json_end(w);
	return ended(demo_do(x, "case.message", t->person, &words, &r));
}

static enum err urge(struct demo *x, const struct demo_task *t)
{
	struct demo_words words;
	struct casework_result r;
	json_pair_str(on_case(x, t, &words), "text", S("该办件已超过承诺时限，请于一个工作日内说明原因并办结。"));
	return ended(demo_do(x, "alert.urge", t->person, &words, &r));
}

static enum err answer(struct demo *x, const struct demo_task *t)
{
	static const char *const reasons[] = { "经办人请假，已交B岗办理。", "材料需向其他部门核实，已加急。", "系统提醒后立即办理。" };
	struct demo_words words;
	struct casework_result r;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "alert", t->text);
	json_pair_str(w, "reason", str_of(reasons[demo_between(&x->chance, 0, 2)]));
	return ended(demo_do(x, "alert.acknowledge", t->person, &words, &r));
}

static enum err carry_out(struct demo *x, const struct demo_task *t)
{
	switch (t->deed) {
	case DEED_SUBMIT: return submit(x, t->k);
	case DEED_STEP: return step(x, t);
	case DEED_SECOND: return second(x, t);
	case DEED_RATE: return rate(x, t);
	case DEED_WITHDRAW: return withdraw(x, t);
	case DEED_SUSPEND: return suspend(x, t);
	case DEED_RESUME: return resume(x, t);
	case DEED_EXTEND: return extend(x, t);
	case DEED_URGE: return urge(x, t);
	case DEED_ANSWER: return answer(x, t);
	}
	return OK;
}

/* ---- who comes when ---- */

static const struct demo_item *some_item(struct demo *x)
{
	int64_t n = demo_between(&x->chance, 0, x->weights - 1);
	for (size_t i = 0; i < x->items_count; i++)
		if ((n -= x->items[i].weight) < 0)
			return &x->items[i];
	return &x->items[0];
}

static const struct demo_item *item_of_pack(const struct demo *x, const char *pack)
{
	for (size_t i = 0; i < x->items_count; i++)
		if (str_eqz(x->items[i].pack, pack))
			return &x->items[i];
	return &x->items[0];
}

static struct demo_case *expect_case(struct demo *x, int64_t at_ms, const struct demo_item *item, int64_t applicant, enum demo_script script)
{
	struct demo_case *k = arena_new(&x->arena, struct demo_case);
	if (!k)
		return NULL;
	k->item = item;
	k->applicant = applicant;
	k->script = script;
	k->slow = script == DEMO_ANY && demo_percent(&x->chance, 14);
	write_down(x, (struct demo_task){ .deed = DEED_SUBMIT, .k = k, .at_ms = at_ms });
	return k;
}

/* Counters open in office hours; the web is open from eight in the morning until ten at night. */
static int64_t some_moment(struct demo *x, int64_t from_ms, bool counter)
{
	int64_t ms = demo_between(&x->chance, from_ms, x->o->now_ms - 1);
	if (counter)
		return office_time(x, ms, demo_between(&x->chance, 0, 60));
	calendar_day day = calendar_day_at(ms, x->offset_s);
	int64_t minute = (ms - calendar_day_start_ms(day, x->offset_s)) / MINUTE_MS;
	return calendar_day_start_ms(day, x->offset_s) + (480 + minute * 840 / 1440) * MINUTE_MS;
}

/* What the accounts on the login page find when they first look. */
static void expect_stories(struct demo *x)
{
	static const struct { const char *pack; size_t citizen; int working_days_ago; enum demo_script script; } stories[] = {
		{ "food-business-licence", 0, 12, DEMO_CONCLUDE }, { "food-business-licence", 0, 3, DEMO_SUPPLEMENT },
		{ "food-business-licence", 0, 1, DEMO_WAIT }, { "general-item", 0, 14, DEMO_CONCLUDE },
		{ "food-business-licence", 1, 13, DEMO_STALL_REVIEW }, { "food-business-licence", 2, 8, DEMO_STALL_REVIEW },
		{ "food-business-licence", 3, 2, DEMO_STALL_REVIEW }, { "construction-permit", 4, 15, DEMO_EXPERTS },
		{ "construction-permit", 5, 9, DEMO_CONCLUDE }, { "elder-benefit-card", 0, 5, DEMO_CONCLUDE },
	};
	calendar_day today = calendar_day_at(x->o->now_ms, x->offset_s);
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		if (stories[i].working_days_ago + 5 > x->o->days)
			continue;
		calendar_day day = calendar_working_days_add(x->calendar, today, -stories[i].working_days_ago);
		int64_t at = calendar_day_start_ms(day, x->offset_s) + (570 + (int64_t)i * 7) * MINUTE_MS;
		(void)expect_case(x, at, item_of_pack(x, stories[i].pack), x->citizens[stories[i].citizen].person, stories[i].script);
	}
}

static void expect_cases(struct demo *x, int64_t from_ms)
{
	for (int32_t i = 0; i < x->o->cases; i++) {
		const struct demo_item *item = some_item(x);
		bool counter = demo_percent(&x->chance, 30);
		int64_t applicant = counter ? 0 : x->citizens[demo_between(&x->chance, 1, DEMO_CITIZENS - 1)].person;
		(void)expect_case(x, some_moment(x, from_ms, counter), item, applicant, DEMO_ANY);
	}
}

enum err demo_month(struct demo *x)
{
	int64_t from_ms = os_now_ms(x->clock), span = x->o->now_ms - from_ms;
	expect_cases(x, from_ms);
	expect_stories(x);
	while (x->tasks_count && x->tasks[0].at_ms < x->o->now_ms) {
		struct demo_task t = take_next(x);
		if (t.at_ms > os_now_ms(x->clock))
			TRY(casework_advance(x->cw, x->clock, t.at_ms, x->d));
		TRY(carry_out(x, &t));
		if (x->o->progress && span > 0)
			x->o->progress(x->o->arg, (uint64_t)((os_now_ms(x->clock) - from_ms) / 60000), (uint64_t)(span / 60000));
	}
	return casework_advance(x->cw, x->clock, x->o->now_ms, x->d);
}

/* ---- all of it ---- */

static enum err is_empty(struct demo *x)
{
	struct casework_actor system = { .system = true };
	const struct json *head, *params;
	TRY(json_read(&x->arena, S("{}"), &params, x->d));
	TRY(casework_view(x->cw, "ledger.head", &system, params, &x->arena, &head, x->d));
	return json_i64(json_get(head, "seq"), 0) == 0 ? OK
		: diag_set(x->d, ERR_CONFLICT, "demo.not-empty", "The database is not empty: the demo city is made in a new one.");
}

static enum err make(struct demo *x)
{
	const struct demo_options *o = x->o;
	if (o->days < 1 || o->days > DEMO_DAYS_MAX || o->cases < 0 || o->cases > DEMO_CASES_MAX)
		return diag_set(x->d, ERR_INVALID, "demo.size", "A demo has 1 to %d days and at most %d cases.", DEMO_DAYS_MAX, DEMO_CASES_MAX);
	TRY(is_empty(x));
	TRY(demo_city(x));
	TRY(casework_listen(x->cw, demo_hear, x));
	enum err e = demo_month(x);
	casework_unlisten(x->cw, demo_hear, x);
	return e == OK ? x->d->err : e;
}

enum err demo_make(struct casework *cw, struct os_clock *clock, const struct demo_options *o, struct demo_figures *out, struct diag *d)
{
	struct demo *x = heap_alloc(sizeof *x);
	if (!x)
		return ERR_NOMEM;
	x->cw = cw;
	x->clock = clock;
	x->o = o;
	x->d = d;
	x->chance.state = o->seed;
	arena_init(&x->arena, DEMO_ARENA_MAX);
	arena_init(&x->scratch, DEMO_SCRATCH_MAX);
	map_init(&x->people, &x->arena);
	map_init(&x->clerks, &x->arena);
	enum err e = make(x);
	*out = x->figures;
	arena_release(&x->scratch);
	arena_release(&x->arena);
	heap_free(x);
	return e;
}
