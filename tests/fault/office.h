/* office.h - an office that lives by chance: what its people may do next, as commands with names and data, and what a few of its cases
 * must look like after each of them. It writes nothing by itself: whoever has it runs what it names, on one process or on several.
 *
 * A deed is a command whose data has words with `$` in it: each is one of what there is, chosen by the office's own dice, so that the same
 * number gives the same life. Many deeds are refused: that is wanted.
 */
#ifndef TESTS_FAULT_OFFICE_H
#define TESTS_FAULT_OFFICE_H

#include "casework/backup_int.h"
#include "casework/casework_int.h"
#include "casework/packs.h"
#include "tests/unit/casework/kernel.h"
#include "web/rooms.h"

enum { OFFICE_CASES = 300, OFFICE_KEYS = 64, OFFICE_TOKENS = 8, OFFICE_SESSIONS = 6, OFFICE_HOUR = 3600000 };

/* A case of the pack "mix", as the office expects it. */
struct office_case { int64_t id; char element[16], state[16]; bool suspended; };
/* What was asked for under a key, and what was answered. */
struct office_answer { char key[16]; const char *name; int64_t actor, at_ms; struct str data, blob, answer; };
/* What was last said under a session's name, until when; said 0: it is not known, or it was ended. */
struct office_session { int said; int64_t until_ms; };

struct office {
	struct kernel k;
	struct arena keep; /* as long as the office lives */
	uint64_t dice;
	struct office_case cases[OFFICE_CASES];
	size_t cases_count;
	struct office_answer answers[OFFICE_KEYS];
	size_t answers_count;
	struct str tokens[OFFICE_TOKENS];
	size_t tokens_count;
	struct office_session sessions[OFFICE_SESSIONS];
	int64_t swept_ms;  /* sessions that ended before it may be gone, though the clock was set back since */
	int64_t newest_id; /* of what was made by an acknowledged command */
	int keys, versions, words, done, refused;
};

struct deed {
	const char *name;
	int64_t actor; /* as in kernel_do */
	char key[16];
	struct str data, blob, made_from;
	/* what it is about, as the rows stand before it */
	int64_t step, case_id;
	char element[16], action[16];
	struct office_session said;
	int session; /* 0: it is about none */
	int64_t made; /* the case that came of it, as far as it was told */
};

static unsigned chance(struct office *o, unsigned below)
{
	o->dice = o->dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(o->dice >> 33) % below;
}

/* ---- the procedure ---- */

/* Review, perhaps something is missing, decision by the head, a licence, collected or brought back. */
static const char office_process[] = KERNEL_ACCEPTED("review")
	"<userTask id='review' name='%s'><extensionElements><banjie:label en='Review'/><banjie:assign post='reviewer' organ='lead'/>"
	"<banjie:limit amount='2' unit='working-days' ground='internal'/><banjie:action id='grant' name='准予' name_en='Grant'/>"
	"<banjie:action id='more' name='补正' name_en='More'/></extensionElements></userTask>"
	"<boundaryEvent id='late' attachedToRef='review' cancelActivity='false'><timerEventDefinition><timeDuration>PT48H</timeDuration></timerEventDefinition></boundaryEvent>"
	"<sequenceFlow id='f10' sourceRef='late' targetRef='remind'/>"
	"<serviceTask id='remind' name='催办'><extensionElements><banjie:letter template='told' title='催办单' title_en='Reminder'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f3' sourceRef='review' targetRef='g'/><exclusiveGateway id='g' default='f5'/>"
	"<sequenceFlow id='f4' sourceRef='g' targetRef='supplement'><conditionExpression>=review.action = \"more\"</conditionExpression></sequenceFlow>"
	"<userTask id='supplement' name='补正材料'><extensionElements><banjie:assign post='applicant' organ='lead'/>"
	"<banjie:limit amount='5' unit='working-days' ground='internal'/><banjie:action id='submit' name='提交' name_en='Submit'/></extensionElements></userTask>"
	"<boundaryEvent id='lapse' attachedToRef='supplement'><timerEventDefinition><timeDuration>PT240H</timeDuration></timerEventDefinition></boundaryEvent>"
	"<sequenceFlow id='f11' sourceRef='lapse' targetRef='lapsed'/>"
	"<serviceTask id='lapsed' name='视为放弃'><extensionElements><banjie:milestone name='decided' result='lapsed'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f12' sourceRef='lapsed' targetRef='e2'/><endEvent id='e2'/>"
	"<sequenceFlow id='f6' sourceRef='supplement' targetRef='review'/><sequenceFlow id='f5' sourceRef='g' targetRef='decision'/>"
	"<userTask id='decision' name='决定'><extensionElements><banjie:assign post='head' organ='lead'/><banjie:limit amount='1' unit='working-days' ground='internal'/>"
	"<banjie:action id='grant' name='准予' name_en='Grant'/><banjie:action id='back' name='退回' name_en='Back'/></extensionElements></userTask>"
	"<sequenceFlow id='f7' sourceRef='decision' targetRef='g2'/><exclusiveGateway id='g2' default='f9'/>"
	"<sequenceFlow id='f8' sourceRef='g2' targetRef='review'><conditionExpression>=decision.action = \"back\"</conditionExpression></sequenceFlow>"
	"<sequenceFlow id='f9' sourceRef='g2' targetRef='issue'/>"
	"<serviceTask id='issue' name='发证'><extensionElements><banjie:milestone name='decided'/><banjie:letter template='told' title='决定书' title_en='Decision'/>"
	"<banjie:issue template='licence' name='证' name_en='Card' number='YD{year}{seq:5}'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f13' sourceRef='issue' targetRef='collect'/>"
	"<userTask id='collect' name='领取'><extensionElements><banjie:assign post='reviewer' organ='lead'/>"
	"<banjie:action id='collected' name='已领取' name_en='Collected'/></extensionElements></userTask>"
	"<sequenceFlow id='f14' sourceRef='collect' targetRef='e'/><endEvent id='e'/></process></definitions>";

/* Each version names its review otherwise. */
static const struct json *office_pack(struct office *o, int version)
{
	struct arena *a = &o->k.a;
	const struct kernel_file files[] = {
		{ "pack.json", arena_printf(a, "{\"code\":\"mix\",\"version\":%d,\"name\":\"综合\",\"name_en\":\"Mixed\",\"process\":\"process.bpmn\",\"decisions\":[],\"forms\":[],"
		               "\"letters\":[\"told\",\"licence\"]}", version).ptr },
		{ "process.bpmn", arena_printf(a, office_process, arena_printf(a, "审查%d", version).ptr).ptr },
		{ "letters/told.mustache", "<p>{{case.case_no}} {{today_zh}} {{item.conditions}}</p>" },
		{ "letters/licence.mustache", "<p>{{licence.number}}</p>" },
	};
	return kernel_pack_data(&o->k, files, sizeof files / sizeof *files);
}

static struct str office_file(struct office *o, const char *name)
{
	struct str text;
	return os_file_read(&o->k.a, arena_printf(&o->k.a, PROJECT_ROOT "/data/%s", name).ptr, 1 << 20, &text, NULL) == OK ? text : S("");
}

static struct str office_with(struct office *o, struct str text, const char *word, struct str by)
{
	struct str before = str_of(word);
	struct buf b;
	buf_init_in(&b, &o->k.a, 1 << 20);
	for (ptrdiff_t at; (at = str_find(text, before)) >= 0; text = str_sub(text, (size_t)at + before.len, text.len)) {
		buf_put(&b, str_sub(text, 0, (size_t)at));
		buf_put(&b, by);
	}
	buf_put(&b, text);
	return buf_finish(&b, &text) == OK ? text : S("");
}

/* ---- the office ---- */

static bool office_put(struct office *o, const char *name, const char *json)
{
	bool ok = kernel_do(&o->k, 0, "", name, json) == OK;
	if (!ok)
		printf("  %s: %s\n", name, o->k.r.diag.text);
	return ok;
}

static bool office_put_data(struct office *o, const char *name, const struct json *data)
{
	struct casework_command c = { .name = str_of(name), .actor = { .system = true }, .data = data };
	bool ok = casework_do(o->k.cw, &c, &o->k.a, &o->k.r) == OK;
	if (!ok)
		printf("  %s: %s\n", name, o->k.r.diag.text);
	return ok;
}

/* Programs that call for some of the people. */
static bool office_tokens(struct office *o)
{
	static const char *const logins[] = { "wang", "qian", "zhou" };
	char json[80];
	for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
		snprintf(json, sizeof json, "{\"name\":\"程序\",\"login\":\"%s\"}", logins[i]);
		if (!office_put(o, "token.create", json))
			return false;
		o->tokens[o->tokens_count++] = arena_str(&o->keep, kernel_text(&o->k, "token"));
	}
	return true;
}

/* Two rules that say at each step what the judge knows: how many wait before it, how many its person has done within minutes. */
static bool office_rules(struct office *o)
{
	struct str queue = office_with(o, office_file(o, "watch/D-13.dmn"), "earlier_by_a_day", S("earlier_waiting")), done = office_file(o, "watch/D-12.dmn");
	queue = office_with(o, office_with(o, office_with(o, queue, "D-13", S("D-93")), "&gt;= 3", S("&gt;= 1")), "\"yellow\"</text></outputEntry>", S("\"notice\"</text></outputEntry>"));
	done = office_with(o, office_with(o, office_with(o, done, "D-12", S("D-92")), "[10..30)", S("&gt;= 1")), "\"yellow\"</text></outputEntry>", S("\"notice\"</text></outputEntry>"));
	done = office_with(o, done, "key=\"person-hour\"", S("key=\"step\""));
	const struct str rules[] = { queue, done };
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct json_build v;
		json_build_object(&v, &o->k.a);
		json_set_str(&v, "xml", rules[i]);
		if (!office_put_data(o, "watch.rule.ship", json_built(&v)))
			return false;
	}
	return true;
}

/* The office of kernel.h with all rooms, a second reviewer, administration, and supervision beside it. */
static bool office_build(struct office *o, const char *path)
{
	static const char *const puts[][2] = {
		{ "organ.put", "{\"code\":\"S1\",\"name\":\"市效能办\",\"region\":\"990100\"}" },
		{ "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\",\"b\":\"qian\"}" },
		{ "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查二岗\",\"a\":\"zhou\",\"b\":\"wang\"}" },
		{ "post.put", "{\"code\":\"P5\",\"organ\":\"S1\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"gao\"}" },
		{ "post.put", "{\"code\":\"P6\",\"organ\":\"S1\",\"role\":\"supervisor\",\"name\":\"监察\",\"a\":\"zhao\",\"b\":\"feng\"}" },
		{ "post.put", "{\"code\":\"P7\",\"organ\":\"S1\",\"role\":\"head\",\"name\":\"主任\",\"a\":\"feng\"}" },
		{ "post.put", "{\"code\":\"P8\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"窗口\",\"a\":\"qian\"}" },
		{ "item.put", "{\"impl_code\":\"I1\",\"name\":\"综合事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"mix\"}" },
		{ "item.put", "{\"impl_code\":\"I2\",\"name\":\"短事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\"}" },
		{ "item.put", "{\"impl_code\":\"A1\",\"name\":\"效能问责\",\"organ\":\"S1\",\"kind\":\"10\",\"pack\":\"accountability\"}" },
		{ "hall.service", "{\"letter\":\"A\",\"name\":\"综合\",\"name_en\":\"All\",\"minutes\":8,\"items\":[\"I1\"]}" },
		{ "hall.window", "{\"code\":\"w1\",\"number\":1,\"name\":\"一号窗口\",\"organ\":\"O1\",\"post\":\"P8\",\"services\":\"A\"}" },
		{ "course.put", "{\"code\":\"C1\",\"name\":\"行政许可法\",\"kind\":\"law\",\"hours\":8}" },
	};
	static const char *const people[] = { "qian", "zhou", "gao", "zhao", "feng" };
	const struct json *accountability;
	struct diag d;
	diag_init(&d);
	*o = (struct office){ .versions = 1 };
	arena_init(&o->keep, 64 << 20);
	o->k.rooms = web_rooms(&o->k.rooms_count);
	if (!kernel_begin(&o->k, path))
		return false;
	bool ok = casework_pack_data(PROJECT_ROOT "/packs/accountability", &o->k.a, &accountability, &d) == OK;
	for (size_t i = 0; ok && i < sizeof people / sizeof *people; i++)
		ok = kernel_put_person(&o->k, people[i], "某人") != 0;
	ok = ok && office_put_data(o, "pack.add", office_pack(o, 1)) && office_put_data(o, "pack.add", accountability);
	for (size_t i = 0; ok && i < sizeof puts / sizeof *puts; i++)
		ok = office_put(o, puts[i][0], puts[i][1]);
	return ok && kernel_citizen(&o->k, "zhang") && kernel_citizen(&o->k, "liu") && office_tokens(o) && office_rules(o);
}

/* ---- reading ---- */

struct office_look { struct office *o; const char *sql; int64_t p, n; struct str text; bool as_text; };

static enum err office_read(void *arg, struct store_conn *c)
{
	struct office_look *l = arg;
	if (l->as_text)
		l->text = row_str(c, &l->o->k.a, l->sql, l->p);
	else
		l->n = row_i64(c, l->sql, l->p, 0);
	return OK;
}

static int64_t office_number(struct office *o, const char *sql, int64_t p)
{
	struct office_look l = { .o = o, .sql = sql, .p = p };
	return casework_read(o->k.cw, office_read, &l) == OK ? l.n : 0;
}

static struct str office_text(struct office *o, const char *sql, int64_t p)
{
	struct office_look l = { .o = o, .sql = sql, .p = p, .as_text = true };
	return casework_read(o->k.cw, office_read, &l) == OK && l.text.ptr ? l.text : S("");
}

struct office_case_look { struct str no; int64_t id; };

static enum err look_for_case(void *arg, struct store_conn *c)
{
	struct office_case_look *l = arg;
	l->id = row_i64_str(c, "SELECT id FROM case_number WHERE case_no=?1", l->no, 0);
	return OK;
}

static int64_t office_case_of(struct office *o, struct str no)
{
	struct office_case_look l = { .no = no };
	return casework_read(o->k.cw, look_for_case, &l) == OK ? l.id : 0;
}

/* ---- what the words of a deed stand for ---- */

/* One of the rows, by the dice: ?1 is their throw. Of numbers a text is made. */
static const struct { const char *word, *sql; } choices[] = {
	{ "step", "SELECT CAST(id AS TEXT) FROM step_open WHERE post IS NOT NULL ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "wait", "SELECT CAST(id AS TEXT) FROM step_open WHERE post IS NULL ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "case", "SELECT case_no FROM case_number ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "open", "SELECT case_no FROM case_open ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "person", "SELECT login FROM person WHERE staff=1 ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "post", "SELECT code FROM post ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "alert", "SELECT alert_no FROM alert ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "demand", "SELECT number FROM demand ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "measure", "SELECT number FROM measure ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "absence", "SELECT CAST(id AS TEXT) FROM absence WHERE state IN ('planned', 'away') ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "plan", "SELECT CAST(id AS TEXT) FROM plan ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "contact", "SELECT CAST(id AS TEXT) FROM contact ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "draft", "SELECT CAST(id AS TEXT) FROM draft ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "token", "SELECT CAST(id AS TEXT) FROM token WHERE revoked_ms IS NULL ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "delegation", "SELECT CAST(id AS TEXT) FROM delegation ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "promise", "SELECT CAST(id AS TEXT) FROM promise ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "challenge", "SELECT CAST(id AS TEXT) FROM challenge ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "interest", "SELECT CAST(id AS TEXT) FROM interest ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "grant", "SELECT CAST(id AS TEXT) FROM post_function ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "notice", "SELECT CAST(id AS TEXT) FROM notice ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "document", "SELECT CAST(id AS TEXT) FROM upload ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "paper", "SELECT CAST(id AS TEXT) FROM document ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "rule", "SELECT rule_no FROM watch_rule ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "report", "SELECT CAST(id AS TEXT) FROM tally_report ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "webhook", "SELECT CAST(id AS TEXT) FROM webhook ORDER BY (id*7919)%?1, id LIMIT 1" },
	{ "delivery", "SELECT CAST(id AS TEXT) FROM courier_delivery ORDER BY (id*7919)%?1, id LIMIT 1" },
};

static struct str a_moment(struct office *o)
{
	return instant_text(&o->k.a, calendar_now(o->k.cw), os_now_ms(&o->k.clock) + (int64_t)chance(o, 200) * OFFICE_HOUR);
}

static struct str a_day(struct office *o, unsigned from, unsigned days)
{
	return day_text(&o->k.a, calendar_day_at(os_now_ms(&o->k.clock) + (int64_t)(from + chance(o, days)) * 24 * OFFICE_HOUR, calendar_offset_s(calendar_now(o->k.cw))));
}

static struct str an_action(struct office *o, struct deed *d)
{
	static const struct { const char *element, *actions[2]; } of[] = {
		{ "review", { "grant", "more" } }, { "supplement", { "submit", "submit" } }, { "decision", { "grant", "back" } }, { "collect", { "collected", "collected" } },
	};
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (strcmp(d->element, of[i].element) == 0)
			return str_of(of[i].actions[chance(o, 4) == 0]);
	return S("grant");
}

/* Of a session: its name, what it says, until when. */
static struct str a_session(struct office *o, struct deed *d, struct str word)
{
	int64_t now = os_now_ms(&o->k.clock);
	if (str_eqz(word, "session"))
		return arena_printf(&o->k.a, "s%d", d->session = 1 + (int)chance(o, OFFICE_SESSIONS - 1));
	if (str_eqz(word, "said"))
		return arena_printf(&o->k.a, "said %d", d->said.said = ++o->words);
	o->swept_ms = now > o->swept_ms ? now : o->swept_ms; /* whoever begins one ends those that are over */
	d->said.until_ms = now + (int64_t)chance(o, 200) * OFFICE_HOUR;
	return arena_printf(&o->k.a, "%lld", (long long)d->said.until_ms);
}

static struct str a_word(struct office *o, struct deed *d, struct str word)
{
	struct arena *a = &o->k.a;
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		if (!str_eqz(word, choices[i].word))
			continue;
		struct str one = office_text(o, choices[i].sql, 1 + chance(o, 10000));
		if (i < 2 && one.len && str_to_i64(one, &d->step)) {
			d->case_id = office_number(o, "SELECT case_id FROM step_open WHERE id=?1", d->step);
			snprintf(d->element, sizeof d->element, "%.*s", STR_ARG(office_text(o, "SELECT element FROM step_open WHERE id=?1", d->step)));
		}
		if (i == 2 || i == 3)
			d->case_id = office_case_of(o, one);
		return one.len ? one : S("0");
	}
	if (str_eqz(word, "action")) {
		struct str action = an_action(o, d);
		snprintf(d->action, sizeof d->action, "%.*s", STR_ARG(action));
		return action;
	}
	if (str_eqz(word, "at"))
		return a_moment(o);
	if (str_eqz(word, "day"))
		return a_day(o, 0, 20);
	if (str_eqz(word, "later")) /* no day that is over is made a day off: what was done on it is judged by the calendar of whoever judges it */
		return a_day(o, 3, 60);
	if (str_eqz(word, "item"))
		return str_of(chance(o, 4) ? "I1" : "I2");
	if (str_eqz(word, "login"))
		return arena_printf(a, "n%u", chance(o, 6));
	if (str_eqz(word, "yes"))
		return str_of(chance(o, 3) ? "true" : "false");
	if (str_eqz(word, "session") || str_eqz(word, "said") || str_eqz(word, "soon"))
		return a_session(o, d, word);
	return arena_printf(a, "%u", 1 + chance(o, 5)); /* n */
}

/* The words put in: a word ends where no letter follows. */
static struct str told(struct office *o, struct deed *d, struct str form)
{
	struct buf b;
	struct str out = { NULL, 0 };
	buf_init_in(&b, &o->k.a, 1 << 20);
	for (ptrdiff_t at; (at = str_find(form, S("$"))) >= 0;) {
		size_t end = (size_t)at + 1;
		while (end < form.len && form.ptr[end] >= 'a' && form.ptr[end] <= 'z')
			end++;
		buf_put(&b, str_sub(form, 0, (size_t)at));
		buf_put(&b, a_word(o, d, str_sub(form, (size_t)at + 1, end)));
		form = str_sub(form, end, form.len);
	}
	buf_put(&b, form);
	return buf_finish(&b, &out) == OK ? out : S("{}");
}

/* ---- who and what ---- */

enum who { SYSTEM, VISITOR, CITIZEN, HOLDER, OWNER, REVIEWER, HEAD, SUPERVISOR, ADMIN, ANYBODY };

static const struct { int weight; const char *name; enum who who; const char *data; } deeds[] = {
	{ 45, "case.submit", CITIZEN, "{\"item\":\"$item\",\"form\":{\"name\":\"面馆$n\"},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}" },
	{ 2, "case.submit", CITIZEN, "{\"item\":\"I1\",\"form\":{},\"applicant\":{\"name\":\"张三\"},\"documents\":[{\"document\":$document,\"material\":\"m\"}]}" },
	{ 1, "case.submit", REVIEWER, "{\"item\":\"no such\",\"form\":{},\"applicant\":{\"name\":\"张三\"}}" },
	{ 12, "step.claim", HOLDER, "{\"step\":$step}" },
	{ 60, "step.complete", HOLDER, "{\"step\":$step,\"action\":\"$action\",\"form\":{},\"opinion\":\"同意\"}" },
	{ 6, "step.complete", ANYBODY, "{\"step\":$step,\"action\":\"$action\",\"form\":{}}" },
	{ 14, "step.complete", OWNER, "{\"step\":$wait,\"action\":\"$action\",\"form\":{}}" },
	{ 6, "step.reassign", HEAD, "{\"step\":$step,\"person\":\"$person\",\"reason\":\"熟悉\"}" },
	{ 3, "step.reassign", HEAD, "{\"step\":$step,\"post\":\"$post\",\"reason\":\"熟悉\"}" },
	{ 3, "step.return", HOLDER, "{\"step\":$step,\"reason\":\"无暇\"}" },
	{ 6, "case.suspend", REVIEWER, "{\"case_no\":\"$open\",\"kind\":\"鉴定\",\"ground\":\"ALL/45\",\"reason\":\"鉴定\",\"expected_days\":$n}" },
	{ 6, "case.resume", REVIEWER, "{\"case_no\":\"$open\",\"result\":\"检查完毕可以继续\"}" },
	{ 3, "case.withdraw", CITIZEN, "{\"case_no\":\"$open\",\"reason\":\"不办了\"}" },
	{ 3, "case.rate", CITIZEN, "{\"case_no\":\"$case\",\"grade\":$n,\"text\":\"好\"}" },
	{ 2, "case.note", REVIEWER, "{\"case_no\":\"$open\",\"text\":\"记一笔\"}" },
	{ 2, "case.report", HEAD, "{\"case_no\":\"$open\",\"text\":\"请示\"}" },
	{ 2, "case.recuse", HOLDER, "{\"case_no\":\"$open\",\"reason\":\"与申请人是亲属\"}" },
	{ 2, "case.challenge", CITIZEN, "{\"case_no\":\"$open\",\"reason\":\"与他人有利害关系\"}" },
	{ 2, "case.challenge_decide", HEAD, "{\"challenge\":$challenge,\"grant\":$yes,\"answer\":\"答复\"}" },
	{ 2, "case.break_glass", ANYBODY, "{\"case_no\":\"$case\",\"reason\":\"夜间电话告知情况紧急\",\"minutes\":$n}" },
	{ 1, "case.unmask", ANYBODY, "{\"case_no\":\"$case\",\"reason\":\"核对申请人的联系方式\"}" },
	{ 2, "case.cancel", ADMIN, "{\"case_no\":\"$open\",\"reason\":\"登记错误重新登记\"}" },
	{ 2, "case.migrate", ADMIN, "{\"case_no\":\"$open\",\"reason\":\"改用新版流程办理\"}" },
	{ 1, "pack.pause", ADMIN, "{\"code\":\"mix\",\"reason\":\"数据核查暂停办理\"}" },
	{ 2, "pack.resume", ADMIN, "{\"code\":\"mix\",\"reason\":\"检查完毕可以继续\"}" },
	{ 1, "paper.reissue", ADMIN, "{\"case_no\":\"$case\",\"document\":$paper,\"reason\":\"证号漏印予以更正\"}" },
	{ 3, "draft.save", CITIZEN, "{\"item\":\"I1\",\"form\":{\"name\":\"草稿$n\"}}" },
	{ 1, "draft.delete", CITIZEN, "{\"draft\":$draft}" },
	{ 4, "document.add", CITIZEN, "{\"name\":\"证明$n.txt\",\"mime\":\"text/plain\"}" },
	{ 2, "document.add", CITIZEN, "{\"name\":\"证明.txt\",\"mime\":\"text/plain\",\"case_no\":\"$open\"}" },
	{ 2, "notice.read", CITIZEN, "{\"notice\":$notice}" },
	{ 4, "absence.note", ANYBODY, "{\"kind\":\"leave\",\"whereabouts\":\"外出\",\"until\":\"$at\"}" },
	{ 2, "absence.note", ANYBODY, "{\"kind\":\"trip\",\"whereabouts\":\"外出\",\"from\":\"$at\"}" },
	{ 3, "absence.end", ANYBODY, "{}" },
	{ 1, "absence.change", ADMIN, "{\"absence\":$absence,\"whereabouts\":\"延长\",\"until\":\"$at\"}" },
	{ 2, "person.put", ADMIN, "{\"login\":\"$login\",\"name\":\"新人$n\",\"enabled\":$yes}" },
	{ 1, "person.put", ADMIN, "{\"login\":\"qian\",\"name\":\"钱审查\",\"enabled\":$yes}" },
	{ 3, "post.put", ADMIN, "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查二岗\",\"a\":\"$person\",\"b\":\"$person\"}" },
	{ 2, "post.put", ADMIN, "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"窗口二\",\"a\":\"$person\"}" },
	{ 3, "item.put", ADMIN, "{\"impl_code\":\"I1\",\"name\":\"综合事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"mix\",\"conditions\":\"条件$n\",\"fees\":[{\"code\":\"F1\",\"name\":\"费$n\",\"cents_max\":1000}]}" },
	{ 2, "setting.put", ADMIN, "{\"name\":\"public.city\",\"value\":\"云溪$n\"}" },
	{ 1, "setting.put", ADMIN, "{\"name\":\"answers.days\",\"value\":$n}" },
	{ 1, "setting.put", ADMIN, "{\"name\":\"contact.bounces\",\"value\":$n}" },
	{ 2, "calendar.add", ADMIN, "{\"name\":\"补$n\",\"text\":\"kind,year,from,to,zh,en,source\\nnotice,2025,2025-03-0$n,,补充通知,Notice,测试〔2025〕$n号\\noff,2025,$later,,停办,Closed,\\n\"}" },
	{ 2, "access.put", ADMIN, "{\"dmn\":\"\"}" },
	{ 2, "power.put", HEAD, "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"X-$n\",\"name\":\"权力\",\"item_kind\":\"01\",\"basis\":\"《行政许可法》\",\"functions\":[\"accept\",\"examine\",\"decide\"],\"items\":[]}" },
	{ 1, "power.drop", HEAD, "{\"organ\":\"O1\",\"kind\":\"power\",\"code\":\"X-$n\"}" },
	{ 1, "powers.publish", ADMIN, "{\"organ\":\"O1\",\"kind\":\"power\"}" },
	{ 2, "function.grant", ADMIN, "{\"post\":\"$post\",\"function\":\"examine\"}" },
	{ 2, "function.withdraw", ADMIN, "{\"grant\":$grant}" },
	{ 2, "delegation.give", HEAD, "{\"from_post\":\"P2\",\"to_post\":\"P1\",\"functions\":[\"decide\",\"seal\"],\"until\":\"$day\",\"reason\":\"首席代表\"}" },
	{ 1, "delegation.revoke", HEAD, "{\"delegation\":$delegation,\"reason\":\"收回\"}" },
	{ 1, "interest.declare", ANYBODY, "{\"kind\":\"relative\",\"name\":\"张三\",\"id_no\":\"110101199003078515\"}" },
	{ 2, "interest.end", ANYBODY, "{\"interest\":$interest}" },
	{ 2, "plan.put", ADMIN, "{\"title\":\"调整\",\"reason\":\"机构改革\",\"at\":\"$at\",\"lines\":[{\"kind\":\"post.put\",\"code\":\"P4\",\"a\":\"$person\",\"b\":\"$person\"}]}" },
	{ 1, "plan.preview", ADMIN, "{\"plan\":\"$plan\"}" },
	{ 2, "plan.schedule", ADMIN, "{\"plan\":\"$plan\"}" },
	{ 1, "plan.cancel", ADMIN, "{\"plan\":\"$plan\",\"reason\":\"暂缓\"}" },
	{ 2, "contact.take", REVIEWER, "{\"channel\":\"phone\",\"name\":\"刘女士\",\"question\":\"到哪一步了\",\"about_case\":\"$case\"}" },
	{ 1, "contact.hand", REVIEWER, "{\"contact\":\"$contact\",\"to\":\"$person\",\"reason\":\"熟悉\"}" },
	{ 1, "contact.accept", ANYBODY, "{\"contact\":\"$contact\"}" },
	{ 1, "contact.decline", ANYBODY, "{\"contact\":\"$contact\",\"reason\":\"不属\"}" },
	{ 1, "contact.close", REVIEWER, "{\"contact\":\"$contact\",\"answer\":\"已答\"}" },
	{ 2, "promise.propose", HEAD, "{\"item\":\"I1\",\"amount\":$n,\"reason\":\"提速\"}" },
	{ 2, "promise.sign", SUPERVISOR, "{\"promise\":$promise}" },
	{ 1, "promise.refuse", SUPERVISOR, "{\"promise\":$promise,\"reason\":\"不妥\"}" },
	{ 2, "token.create", ADMIN, "{\"name\":\"程序$n\",\"login\":\"$person\"}" },
	{ 1, "token.revoke", ADMIN, "{\"token\":$token}" },
	{ 3, "alert.answer", ANYBODY, "{\"alert\":\"$alert\",\"kind\":\"reason\",\"reason\":\"人手不足\"}" },
	{ 2, "alert.contest", ANYBODY, "{\"alert\":\"$alert\",\"reason\":\"不实\"}" },
	{ 3, "alert.judge", SUPERVISOR, "{\"alert\":\"$alert\",\"outcome\":\"uphold\",\"reason\":\"属实\"}" },
	{ 1, "alert.judge", SUPERVISOR, "{\"alert\":\"$alert\",\"outcome\":\"lift\",\"reason\":\"不属实\"}" },
	{ 2, "demand.issue", SUPERVISOR, "{\"kind\":\"urge\",\"case_no\":\"$open\",\"text\":\"请抓紧\",\"limit\":$n}" },
	{ 2, "demand.answer", ANYBODY, "{\"demand\":\"$demand\",\"text\":\"已办\"}" },
	{ 1, "demand.judge", SUPERVISOR, "{\"demand\":\"$demand\",\"outcome\":\"accept\",\"reason\":\"可\"}" },
	{ 1, "measure.decide", SUPERVISOR, "{\"measure\":\"$measure\",\"outcome\":\"confirm\",\"reason\":\"属实\"}" },
	{ 1, "watch.rule.draft", SUPERVISOR, "{\"rule_no\":\"$rule\",\"reason\":\"试\",\"enabled\":$yes}" },
	{ 1, "watch.rule.sign", SUPERVISOR, "{\"rule_no\":\"$rule\"}" },
	{ 1, "watch.rule.approve", ADMIN, "{\"rule_no\":\"$rule\"}" },
	{ 3, "watch.rule.try", SUPERVISOR, "{\"rule_no\":\"$rule\"}" },
	{ 1, "case.fee", REVIEWER, "{\"case_no\":\"$open\",\"code\":\"F1\",\"amount\":\"12.50\",\"basis\":\"收费目录\"}" },
	{ 1, "tally.save", SUPERVISOR, "{\"name\":\"每月收件\",\"by\":\"period\",\"measures\":\"received\"}" },
	{ 1, "tally.drop", SUPERVISOR, "{\"report\":$report}" },
	{ 2, "queue.take", VISITOR, "{\"service\":\"A\"}" },
	{ 1, "hall.sit", REVIEWER, "{\"window\":\"w1\"}" },
	{ 1, "queue.call", REVIEWER, "{}" },
	{ 1, "queue.finish", REVIEWER, "{}" },
	{ 1, "attendance.mark", ANYBODY, "{\"kind\":\"in\"}" },
	{ 1, "training.record", HEAD, "{\"person\":\"$person\",\"course\":\"C1\",\"from\":\"2025-03-03\"}" },
	{ 1, "webhook.put", ADMIN, "{\"name\":\"外部$n\",\"url\":\"https://example.org/hook\",\"kinds\":\"case.* alert.*\"}" },
	{ 1, "webhook.rotate", ADMIN, "{\"webhook\":$webhook}" },
	{ 1, "webhook.remove", ADMIN, "{\"webhook\":$webhook}" },
	{ 8, "courier.collect", SYSTEM, "{}" },
	{ 4, "courier.report", SYSTEM, "{\"delivery\":$delivery,\"sent\":$yes,\"final\":$yes,\"status\":20$n}" },
	{ 1, "courier.retry", ADMIN, "{\"delivery\":$delivery}" },
	{ 5, "session.put", SYSTEM, "{\"id\":\"$session\",\"data\":\"$said\",\"expires_ms\":$soon}" },
	{ 2, "session.drop", SYSTEM, "{\"id\":\"$session\"}" },
	{ 1, "complaint.submit", CITIZEN, "{\"about\":\"organ\",\"organ\":\"O1\",\"category\":\"1\",\"title\":\"慢\",\"text\":\"办得太慢了\",\"identity\":\"open\",\"name\":\"张三\",\"phone\":\"13900000001\"}" },
	{ 1, "case.import", SYSTEM, "{\"case_no\":\"外$n\",\"item\":\"I2\",\"source\":\"log\",\"received_ms\":1740963600000,\"log_end_ms\":1741963600000,\"steps\":[{\"element\":\"审查\",\"name\":\"审查\",\"at_ms\":1740963700000,\"who\":\"某\",\"lifecycle\":\"complete\"}]}" },
	{ 1, "no.such", ANYBODY, "{}" },
};

static int64_t an_actor(struct office *o, const struct deed *d, enum who who)
{
	static const char *const logins[] = {
		[CITIZEN] = "zhang liu", [REVIEWER] = "wang zhou", [HEAD] = "li", [SUPERVISOR] = "zhao sun", [ADMIN] = "gao", [ANYBODY] = "wang qian zhou li sun zhao feng gao zhang liu",
	};
	if (who == HOLDER && d->step)
		return office_number(o, "SELECT person FROM step_open WHERE id=?1", d->step);
	if (who == OWNER)
		return d->case_id ? office_number(o, "SELECT applicant FROM case_open WHERE id=?1", d->case_id) : -1;
	if (who == SYSTEM || who == VISITOR)
		return who == SYSTEM ? 0 : -1;
	struct str all = str_of(logins[who == HOLDER ? REVIEWER : who]), one = str_cut(&all, ' ');
	for (unsigned n = chance(o, 10); n; n--)
		if (!(one = str_cut(&all, ' ')).len) {
			all = str_of(logins[who == HOLDER ? REVIEWER : who]);
			one = str_cut(&all, ' ');
		}
	return kernel_person(&o->k, arena_z(&o->k.a, one));
}

static struct str json_words(struct arena *a, const struct json *v)
{
	struct buf b;
	struct str text = { NULL, 0 };
	struct json_writer w;
	buf_init_in(&b, a, 16 << 20);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	return v && buf_finish(&b, &text) == OK ? text : S("");
}

static struct str office_member(struct office *o, const char *name, const char *member, struct str text)
{
	struct json_build v;
	json_build_object(&v, &o->k.a);
	if (name)
		json_set_str(&v, "name", str_of(name));
	json_set_str(&v, member, text);
	return json_words(&o->k.a, json_built(&v));
}

/* Instead of what the table below names, something that is compiled: the next version of the procedure, who may do what, the ladder. */
static void office_choose_table(struct office *o, struct deed *d)
{
	static const char *const denied[] = { "recused", "elsewhere", "no-seal" };
	struct arena *a = &o->k.a;
	switch (chance(o, 4)) {
	case 0:
		*d = (struct deed){ .name = "access.put" };
		d->data = office_member(o, NULL, "dmn", office_with(o, office_file(o, "powers/access.dmn"), "\"not-yours\"", arena_printf(a, "\"%s\"", denied[chance(o, 3)])));
		break;
	case 1:
		*d = (struct deed){ .name = "setting.put" };
		d->data = office_member(o, "redress.ladder", "value", office_with(o, office_file(o, "redress/ladder.dmn"), "</text></annotationEntry>", arena_printf(a, " %u</text></annotationEntry>", chance(o, 9))));
		break;
	default:
		*d = (struct deed){ .name = "pack.add" };
		d->data = json_words(a, office_pack(o, ++o->versions));
	}
}

/* Who signs has read what stands. */
static void read_first(struct office *o, struct deed *d)
{
	static const struct { const char *command, *view; } signs[] = {
		{ "powers.publish", "power.draft" }, { "promise.sign", "promises" }, { "watch.rule.sign", "watch.rule" }, { "watch.rule.approve", "watch.rule" },
	};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strcmp(d->name, signs[i].command) == 0) {
			struct str asked = arena_printf(&o->k.a, "{\"edits\":\"%s\",%.*s", d->name, (int)d->data.len - 1, d->data.ptr + 1);
			struct str version = json_text(json_get(kernel_view(&o->k, d->actor, signs[i].view, asked.ptr), "made_from"));
			d->made_from = version.len ? arena_str(&o->k.a, version) : S("-");
		}
}

static void choose_nth(struct office *o, size_t i, struct deed *d)
{
	*d = (struct deed){ .name = deeds[i].name };
	d->data = told(o, d, str_of(deeds[i].data));
	d->actor = an_actor(o, d, deeds[i].who);
	if (strcmp(d->name, "document.add") == 0)
		d->blob = arena_printf(&o->k.a, "bytes %u", chance(o, 20));
	read_first(o, d);
	if (chance(o, 2))
		snprintf(d->key, sizeof d->key, "k%d", o->keys++);
}

/* The first of that name. */
__attribute__((unused)) static void office_choose_named(struct office *o, const char *name, struct deed *d)
{
	size_t i = 0;
	while (strcmp(deeds[i].name, name) != 0)
		i++;
	choose_nth(o, i, d);
}

__attribute__((unused)) static void office_choose(struct office *o, struct deed *d)
{
	int all = 0;
	size_t i = 0;
	if (chance(o, 60) == 0) {
		office_choose_table(o, d);
		return;
	}
	for (size_t n = 0; n < sizeof deeds / sizeof *deeds; n++)
		all += deeds[n].weight;
	for (int left = (int)chance(o, (unsigned)all); left >= deeds[i].weight; i++)
		left -= deeds[i].weight;
	choose_nth(o, i, d);
}

/* ---- running it ---- */

__attribute__((unused)) static enum err office_do(struct kernel *k, const struct deed *d)
{
	const struct json *data = NULL;
	diag_init(&k->r.diag);
	if ((k->r.err = json_read(&k->a, d->data, &data, NULL)) != OK) /* for want of memory */
		return k->r.err;
	struct casework_command c = { .name = str_of(d->name), .key = str_of(d->key), .data = data, .blob = d->blob, .made_from = d->made_from };
	c.actor = (struct casework_actor){ .person = d->actor > 0 ? d->actor : 0, .system = d->actor == 0 };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

/* What was answered, in words. */
__attribute__((unused)) static struct str office_answered(struct kernel *k)
{
	return k->r.err == OK ? json_words(&k->a, k->r.data) : arena_printf(&k->a, "%s %s %s", err_name(k->r.err), k->r.diag.code, k->r.diag.text);
}

/* ---- what is expected of the cases ---- */

static struct office_case *office_case(struct office *o, int64_t id)
{
	for (size_t i = 0; id && i < o->cases_count; i++)
		if (o->cases[i].id == id)
			return &o->cases[i];
	return NULL;
}

static void goes_to(struct office_case *k, const char *element, const char *state)
{
	snprintf(k->element, sizeof k->element, "%s", element);
	if (state)
		snprintf(k->state, sizeof k->state, "%s", state);
}

static void step_done(struct office_case *k, const struct deed *d)
{
	if (strcmp(d->element, "review") == 0)
		goes_to(k, strcmp(d->action, "more") == 0 ? "supplement" : "decision", NULL);
	else if (strcmp(d->element, "supplement") == 0)
		goes_to(k, "review", NULL);
	else if (strcmp(d->element, "decision") == 0)
		goes_to(k, strcmp(d->action, "back") == 0 ? "review" : "collect", strcmp(d->action, "back") == 0 ? NULL : "decided");
	else if (strcmp(d->element, "collect") == 0)
		goes_to(k, "", "concluded");
}

/* The deed was acknowledged. */
__attribute__((unused)) static void office_expect(struct office *o, const struct deed *d)
{
	struct office_case *k = office_case(o, d->case_id);
	if (d->session)
		o->sessions[d->session] = d->said;
	if (strcmp(d->name, "case.submit") == 0 && str_find(d->data, S("\"I1\"")) > 0 && o->cases_count < OFFICE_CASES) {
		k = &o->cases[o->cases_count++];
		*k = (struct office_case){ .id = d->made ? d->made : office_number(o, "SELECT max(id) FROM case_open WHERE ?1=1", 1) };
		goes_to(k, "review", "accepted");
	} else if (k && strcmp(d->name, "step.complete") == 0) {
		step_done(k, d);
	} else if (k && strcmp(d->name, "case.withdraw") == 0) {
		goes_to(k, "", "withdrawn");
	} else if (k && strcmp(d->name, "case.cancel") == 0) {
		goes_to(k, "", "withdrawn");
	} else if (k && strcmp(d->name, "case.suspend") == 0) {
		k->suspended = true;
	} else if (k && strcmp(d->name, "case.resume") == 0) {
		k->suspended = false;
	}
}

static const char case_state[] = "SELECT state FROM case_open WHERE id=?1 UNION ALL SELECT state FROM case_done WHERE id=?1";
static const char case_steps[] = "SELECT string_agg(element, ' ') FROM step_open WHERE case_id=?1";

/* Of a case about which somebody was not told how it ended: it is as it is. False: there is none. */
__attribute__((unused)) static bool office_as_is(struct office *o, struct office_case *k)
{
	struct str state = office_text(o, case_state, k->id);
	if (!state.len)
		return false;
	k->suspended = str_eqz(state, "suspended");
	if (!k->suspended)
		snprintf(k->state, sizeof k->state, "%.*s", STR_ARG(state));
	else
		snprintf(k->state, sizeof k->state, "%s", "accepted");
	snprintf(k->element, sizeof k->element, "%.*s", STR_ARG(office_text(o, case_steps, k->id)));
	if (k->suspended && strcmp(k->element, "collect") == 0)
		snprintf(k->state, sizeof k->state, "%s", "decided");
	return true;
}

/* Nobody knows whether it was done: what it is about is as it is. */
__attribute__((unused)) static void office_unsure(struct office *o, const struct deed *d)
{
	struct office_case *k = office_case(o, d->case_id);
	if (k)
		(void)office_as_is(o, k);
	o->sessions[d->session].said = 0;
}

/* Time may let a case lapse whose applicant brought nothing in ten days; nothing else moves one by itself. */
static bool has_lapsed(struct office *o, struct office_case *k, struct str steps)
{
	static const char brought[] = "SELECT max(opened_ms) FROM step_done WHERE case_id=?1 AND element='supplement'";
	if (strcmp(k->element, "supplement") != 0 || steps.len || os_now_ms(&o->k.clock) < office_number(o, brought, k->id) + 240 * (int64_t)OFFICE_HOUR)
		return false;
	goes_to(k, "", "withdrawn");
	return true;
}

/* A session is no entry of the record: that it was kept is known from what it says. */
static bool sessions_as_expected(struct office *o)
{
	bool good = true;
	for (int i = 1; i < OFFICE_SESSIONS; i++) {
		struct office_session *s = &o->sessions[i];
		struct str said = S("");
		char name[8], expected[24];
		int64_t until_ms;
		if (!s->said || s->until_ms <= os_now_ms(&o->k.clock) || s->until_ms <= o->swept_ms)
			continue;
		snprintf(name, sizeof name, "s%d", i);
		snprintf(expected, sizeof expected, "said %d", s->said);
		if (casework_session_get(o->k.cw, str_of(name), &o->k.a, &said, &until_ms) == OK && str_eqz(said, expected))
			continue;
		printf("  the session %s says \"%.*s\", not \"%s\"\n", name, STR_ARG(said), expected);
		good = false;
	}
	return good;
}

/* Is every case as expected, and every session? */
__attribute__((unused)) static bool office_as_expected(struct office *o)
{
	bool good = sessions_as_expected(o);
	for (size_t i = 0; i < o->cases_count; i++) {
		struct office_case *k = &o->cases[i];
		struct str state = office_text(o, case_state, k->id), steps = office_text(o, case_steps, k->id);
		if (has_lapsed(o, k, steps))
			k->suspended = false;
		const char *expected = k->suspended && k->element[0] && strcmp(k->state, "accepted") == 0 ? "suspended" : k->state;
		if (str_eqz(state, expected) && str_eqz(steps, k->element))
			continue;
		printf("  case %lld is %.*s at \"%.*s\", not %s at \"%s\"\n", (long long)k->id, STR_ARG(state), STR_ARG(steps), expected, k->element);
		good = false;
	}
	return good;
}

#endif
