/* demo_deeds.c - one function for each thing that people of the demo city do. */
#include "app/demo_int.h"

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
		demo_write_down(x, (struct demo_task){ .deed = DEED_WITHDRAW, .k = k, .person = k->applicant, .at_ms = demo_in_office(x, 200, 1500) });
	return OK;
}

static const struct demo_choice *choose(struct demo *x, const struct demo_case *k, const struct demo_habit *h)
{
	if (k->script == DEMO_SUPPLEMENT && strcmp(h->element, "acceptance_check") == 0)
		return &h->choices[1];
	if (k->script != DEMO_ANY)
		return &h->choices[0];
	int64_t n = demo_between(&x->chance, 0, 99);
	for (size_t i = 0; i < DEMO_CHOICES_MAX && h->choices[i].action; i++) {
		n -= h->choices[i].percent;
		if (n < 0)
			return &h->choices[i];
	}
	return &h->choices[0];
}

static enum err complete(struct demo *x, const struct demo_task *t, const struct demo_choice *c, struct casework_result *r)
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
	const struct demo_habit *h = demo_habit(str_of(t->element));
	struct casework_result r;
	const struct demo_choice *c = choose(x, t->k, h);
	enum err e = complete(x, t, c, &r);
	if (err_is_refusal(e) && str_eqz(str_of(r.diag.code), "step.no-action"))
		e = complete(x, t, c = &h->choices[0], &r);
	if (e == OK && json_bool(json_get(r.data, "waiting_second"), false)) {
		struct demo_task second = *t;
		second.deed = DEED_SECOND;
		second.person = t->second;
		second.text = str_of(c->action);
		second.at_ms = demo_in_office(x, 5, 120);
		demo_write_down(x, second);
	}
	return err_is_refusal(e) ? OK : e;
}

static enum err second(struct demo *x, const struct demo_task *t)
{
	const struct demo_habit *h = demo_habit(str_of(t->element));
	struct casework_result r;
	size_t i = 0;
	while (i + 1 < DEMO_CHOICES_MAX && !str_eqz(t->text, h->choices[i].action ? h->choices[i].action : ""))
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
		demo_write_down(x, (struct demo_task){ .deed = DEED_RESUME, .k = t->k, .person = t->person, .at_ms = demo_in_office(x, 1200, 2500) });
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
	enum err e = demo_do(x, "alert.acknowledge", t->person, &words, &r);
	if (e == OK && demo_percent(&x->chance, 70))
		demo_write_down(x, (struct demo_task){ .deed = DEED_JUDGE, .k = t->k, .person = x->supervisor, .text = t->text, .at_ms = demo_in_office(x, 200, 2400) });
	return ended(e);
}

/* A good reason lifts the alert; now and then it does not convince. */
static enum err judge(struct demo *x, const struct demo_task *t)
{
	struct demo_words words;
	struct casework_result r;
	bool lift = demo_percent(&x->chance, 95);
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "alert", t->text);
	json_pair_str(w, "outcome", lift ? S("lift") : S("uphold"));
	json_pair_str(w, "reason", lift ? S("理由成立，已及时补救。") : S("理由不充分，应当提前安排。"));
	return ended(demo_do(x, "alert.judge", t->person, &words, &r));
}

enum err demo_carry_out(struct demo *x, const struct demo_task *t)
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
	case DEED_JUDGE: return judge(x, t);
	case DEED_COMPLAINT: return demo_complaint(x, t);
	case DEED_HALL: return demo_hall_minute(x, t);
	}
	return OK;
}
