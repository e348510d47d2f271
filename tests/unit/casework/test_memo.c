/* What an act remembers of its case, and how often it asks. That what is remembered is what the rows say is held by every test of a kernel: they
 * have it compared (casework_options.doubting). */
#include "base/utf8.h"
#include "casework/casework_int.h"
#include "store/store_int.h"
#include "tests/unit/casework/hours.h"

static int64_t citizen_of(struct kernel *k)
{
	return kernel_citizen(k, "citizen1");
}

static uint64_t ways(const struct kernel *k)
{
	return k->cw->store->writer->ways;
}

static int64_t step_of(struct kernel *k)
{
	struct store_conn *c;
	int64_t id = 0;
	if (store_reader_take(k->cw->store, &c) != OK)
		return 0;
	id = row_i64(c, "SELECT max(id) FROM step_open WHERE ?1=1", 1, 0);
	return store_reader_give(k->cw->store, c) == OK ? id : 0;
}

struct asked { uint64_t open, claim, complete; };

static bool one_case(struct kernel *k, int64_t citizen, int n, struct asked *fewest)
{
	char key[32], claim[64], complete[200];
	int64_t wang = kernel_person(k, "wang");
	snprintf(key, sizeof key, "k%d", n);
	uint64_t start = ways(k);
	if (!kernel_submit(k, citizen, key).len)
		return false;
	uint64_t open = ways(k) - start;
	int64_t step = step_of(k);
	snprintf(claim, sizeof claim, "{\"step\":%lld}", (long long)step);
	snprintf(complete, sizeof complete, "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
	start = ways(k);
	snprintf(key, sizeof key, "c%d", n);
	if (kernel_do(k, wang, key, "step.claim", claim) != OK)
		return false;
	uint64_t taken = ways(k) - start;
	start = ways(k);
	if (kernel_do(k, wang, "", "step.complete", complete) != OK)
		return false;
	uint64_t done = ways(k) - start;
	*fewest = (struct asked){ open < fewest->open ? open : fewest->open, taken < fewest->claim ? taken : fewest->claim, done < fewest->complete ? done : fewest->complete };
	return true;
}

/* To a server and back, of a command that is alone in its batch: what others have written, what it asks, its commit. The server's own upkeep may make the
 * writer doubt what it knows: the fewest of some counts. */
TEST(a_command_asks_the_server_a_few_times)
{
	enum { CASES = 12 };
	struct kernel k = { 0 };
	struct asked fewest = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	k.cw->memo_doubted = false;
	for (int i = 0; i < CASES; i++)
		REQUIRE(one_case(&k, citizen, i, &fewest));
	bool far = store_is_far(k.cw->store->writer);
	CHECK_INT(far ? fewest.open : 3, 3);         /* the key it came with, which nobody has used before */
	CHECK_INT(far ? fewest.claim : 4, 4);        /* its key and the step; its case */
	CHECK_INT(far ? fewest.complete : 4, 4);
	CHECK(far || ways(&k) == 0);
	kernel_end(&k);
}

static int64_t numbers(struct kernel *k, const char *sql)
{
	struct store_conn *c;
	int64_t n = -1;
	if (store_reader_take(k->cw->store, &c) != OK)
		return n;
	n = row_i64(c, sql, 1, -1);
	return store_reader_give(k->cw->store, c) == OK ? n : -1;
}

/* A number goes on where the last one was, also after a command that was refused with a number in its hand, and after the writer has forgotten all. */
TEST(numbers_have_no_gap_and_come_once)
{
	struct kernel k = { 0 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"审查岗\",\"a\":\"wang\"}") == OK);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P2\",\"organ\":\"O1\",\"role\":\"clerk\",\"name\":\"主任\",\"a\":\"li\"}") == OK);
	CHECK(!kernel_submit(&k, citizen, "k2").len); /* nobody reviews: refused behind the number */
	CHECK_STR(str_of(k.r.diag.code), "post.missing");
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\"}") == OK);
	REQUIRE(kernel_submit(&k, citizen, "k3").len);
	k.cw->next_id = 0; /* as after a fault */
	REQUIRE(kernel_submit(&k, citizen, "k4").len);
	CHECK_INT(numbers(&k, "SELECT count(*) FROM case_number WHERE ?1=1"), 3);
	CHECK_INT(numbers(&k, "SELECT max(CAST(substr(case_no, 15) AS INTEGER)) FROM case_number WHERE ?1=1"), 3);
	kernel_end(&k);
}

/* Steps go to the post that has fewer of them, whoever handed some over meanwhile. */
TEST(a_step_goes_to_the_post_with_fewer)
{
	struct kernel k = { 0 };
	char json[200];
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k), li = kernel_person(&k, "li");
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查二岗\",\"a\":\"sun\"}") == OK);
	int64_t first = numbers(&k, "SELECT id FROM post WHERE code='P1' AND ?1=1"), second = numbers(&k, "SELECT id FROM post WHERE code='P4' AND ?1=1");
	static const char newest[] = "SELECT post FROM step_open WHERE ?1=1 ORDER BY id DESC LIMIT 1";
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	CHECK_INT(numbers(&k, newest), first);
	REQUIRE(kernel_submit(&k, citizen, "k2").len);
	CHECK_INT(numbers(&k, newest), second);
	snprintf(json, sizeof json, "{\"step\":%lld,\"person\":\"wang\",\"reason\":\"分工\"}", (long long)step_of(&k));
	REQUIRE(kernel_do(&k, li, "", "step.reassign", json) == OK); /* two at the first, none at the second */
	REQUIRE(kernel_submit(&k, citizen, "k3").len);
	CHECK_INT(numbers(&k, newest), second);
	REQUIRE(kernel_submit(&k, citizen, "k4").len);
	CHECK_INT(numbers(&k, newest), second);
	REQUIRE(kernel_submit(&k, citizen, "k5").len);
	CHECK_INT(numbers(&k, newest), first);
	kernel_end(&k);
}

/* ---- what an act has made itself ---- */

static const char card_pack[] = "{\"code\":\"card\",\"version\":1,\"name\":\"证\",\"name_en\":\"Card\",\"process\":\"process.bpmn\","
	"\"decisions\":[],\"forms\":[],\"letters\":[\"licence\"]}";
static const char card_process[] =
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>"
	"<process id='p' isExecutable='true'><startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='grant'/>"
	"<serviceTask id='grant' name='发证'><extensionElements>"
	"<banjie:issue template='licence' name='证' name_en='Card' number='YD{year}{seq:5}'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f2' sourceRef='grant' targetRef='e'/><endEvent id='e'/></process></definitions>";

struct paper { struct arena *a; struct str text; };

static enum err read_paper(void *arg, struct store_conn *c)
{
	struct paper *p = arg;
	p->text = row_str(c, p->a, "SELECT bytes FROM letter WHERE ?1=1 ORDER BY document DESC LIMIT 1", 1);
	return OK;
}

/* As another program wrote it. */
static enum err overwrite_paper(void *arg, struct store_conn *c)
{
	struct store_query *q;
	TRY(store_prepare(c, "UPDATE letter SET bytes=?1 WHERE document=(SELECT max(id) FROM document WHERE kind='licence')", &q));
	store_bind_blob(q, 1, str_of(arg));
	return store_exec(q);
}

/* Issued while it is applied for: its own paper has its number. */
TEST(a_licence_issued_at_once_has_its_number_on_it)
{
	static const struct kernel_file files[] = { { "pack.json", card_pack }, { "process.bpmn", card_process }, { "letters/licence.mustache", "number {{licence.number}}" } };
	struct kernel k = { 0 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	REQUIRE(kernel_add_pack(&k, files, 3) == OK);
	REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"证\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"card\"}") == OK);
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	CHECK_INT(numbers(&k, "SELECT count(*) FROM licence WHERE number='YD202500001' AND ?1=1"), 1);
	struct paper paper = { .a = &k.a };
	REQUIRE(casework_read(k.cw, read_paper, &paper) == OK);
	CHECK(str_find(paper.text, S("number YD202500001")) >= 0);
	kernel_end(&k);
}

/* ---- what the record takes ---- */

/* A licence whose number begins with words. */
static bool add_long_words(struct kernel *k)
{
	const char *number = strstr(card_process, "YD");
	const char *process = arena_printf(&k->a, "%.*s%s%s", (int)(number - card_process), card_process, "云溪市市场监督管理局食品经营许可证字", number + 2).ptr;
	const struct kernel_file files[] = { { "pack.json", card_pack }, { "process.bpmn", process }, { "letters/licence.mustache", "number {{licence.number}}" } };
	return kernel_add_pack(k, files, 3) == OK;
}

/* Serials have names: what those are made of is cut to a length, and stands in the record. */
TEST(numbers_of_long_words_count_in_whole_characters)
{
	struct kernel k = { 0 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	REQUIRE(add_long_words(&k));
	REQUIRE(kernel_do(&k, 0, "", "region.put", "{\"code\":\"a云溪山区\",\"name\":\"山区\",\"level\":4}") == OK);
	REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"证\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"card\",\"region\":\"a云溪山区\"}") == OK);
	struct str first = kernel_submit(&k, citizen, "k1"), second = kernel_submit(&k, citizen, "k2");
	CHECK(first.len && utf8_valid(first) && second.len && !str_eq(first, second));
	CHECK_INT(numbers(&k, "SELECT count(*) FROM licence WHERE ?1=1 AND number IN ('云溪市市场监督管理局食品经营许可证字202500001', '云溪市市场监督管理局食品经营许可证字202500002')"), 2);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* As a program wrote it that cut by bytes. */
static enum err count_by_half_a_character(void *arg, struct store_conn *c)
{
	struct store_query *q;
	TRY(store_prepare(c, "UPDATE serial SET name=?1 WHERE name=?2", &q));
	store_bind_str(q, 1, S("licence/云溪市市场监督管理局食品经\xe8/2025"));
	store_bind_str(q, 2, str_of(arg));
	return store_exec(q);
}

TEST(numbers_that_were_counted_by_half_a_character_go_on)
{
	struct kernel k = { 0 };
	if (test_on_postgresql())
		SKIP("a server takes no half a character");
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	REQUIRE(add_long_words(&k));
	REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"证\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"card\"}") == OK);
	REQUIRE(kernel_submit(&k, citizen, "k1").len && kernel_submit(&k, citizen, "k2").len);
	CHECK_INT(numbers(&k, "SELECT value FROM serial WHERE ?1=1 AND name='licence/云溪市市场监督管理局食品经/2025'"), 2);
	REQUIRE(store_run(k.cw->store, count_by_half_a_character, (void *)(uintptr_t)"licence/云溪市市场监督管理局食品经/2025") == OK);
	acts_forget(k.cw);
	CHECK(kernel_submit(&k, citizen, "k3").len && kernel_submit(&k, citizen, "k4").len);
	CHECK_INT(numbers(&k, "SELECT count(*) FROM licence WHERE ?1=1 AND number IN ('云溪市市场监督管理局食品经营许可证字202500003', '云溪市市场监督管理局食品经营许可证字202500004')"), 2);
	kernel_end(&k);
}

/* An act that would write half a character. */
static enum err note_half(struct act *act)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_str(&o, "text", str_sub(S("办结"), 0, 4));
	return act_emit(act, "case.note", 0, &o);
}

TEST(what_could_not_be_read_again_does_not_come_into_the_record)
{
	static const struct command_def commands[] = { { "test.half", ~0u, note_half } };
	static const struct casework_room room = { .name = "test", .commands = commands, .commands_count = 1 };
	static const struct casework_room *const rooms[] = { &room };
	struct kernel k = { .rooms = rooms, .rooms_count = 1 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	CHECK_INT(kernel_do(&k, 0, "", "test.half", "{}"), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "record.text");
	CHECK_INT(numbers(&k, "SELECT count(*) FROM ledger WHERE kind='case.note' AND ?1=1"), 0);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* An act that is carried out, and whose answer can then not be given. */
static enum err answer_half(struct act *act)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_str(&o, "text", S("办结"));
	json_set_str(&act->reply, "half", str_sub(S("办结"), 0, 4));
	return act_emit(act, "case.note", 0, &o);
}

TEST(an_act_whose_answer_cannot_be_given_is_forgotten_whole)
{
	static const struct command_def commands[] = { { "test.answer", ~0u, answer_half } };
	static const struct casework_room room = { .name = "test", .commands = commands, .commands_count = 1 };
	static const struct casework_room *const rooms[] = { &room };
	struct kernel k = { .rooms = rooms, .rooms_count = 1 };
	struct diag d;
	diag_init(&d);
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k), entries = numbers(&k, "SELECT count(*) FROM ledger WHERE ?1=1");
	uint64_t verified;
	CHECK_INT(kernel_do(&k, 0, "", "test.answer", "{}"), ERR_INVALID);
	CHECK_INT(numbers(&k, "SELECT count(*) FROM ledger WHERE ?1=1"), entries);
	CHECK(kernel_submit(&k, citizen, "k1").len);
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &verified, &d), OK);
	CHECK_STR(str_of(d.text), "");
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* ---- entries and the one before ---- */

/* Whether a paper lacks what it should show depends on its template: one that is silent is as it should be. */
TEST(a_paper_is_missed_where_its_template_shows_a_number_and_it_has_none)
{
	static const struct { const char *template, *found; size_t missed; } of[] = {
		{ "number {{licence.number}}", "number ", 1 }, { "number {{licence.number}}", "number YD202500001", 0 }, { "granted", "granted", 0 },
		{ "{{#licence}}No. {{number}}{{/licence}}", "", 1 },
	};
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		const struct kernel_file files[] = { { "pack.json", card_pack }, { "process.bpmn", card_process }, { "letters/licence.mustache", of[i].template } };
		struct kernel k = { 0 };
		const struct casework_paper *papers;
		struct diag d;
		diag_init(&d);
		ROW(of[i].template);
		REQUIRE(kernel_begin(&k, ":memory:"));
		int64_t citizen = citizen_of(&k);
		REQUIRE(kernel_add_pack(&k, files, 3) == OK);
		REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"证\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"card\"}") == OK);
		REQUIRE(kernel_submit(&k, citizen, "k1").len);
		REQUIRE(store_run(k.cw->store, overwrite_paper, (void *)(uintptr_t)of[i].found) == OK);
		CHECK(casework_papers(k.cw, &k.a, &papers, &d) == OK);
		CHECK_INT(papers != NULL, of[i].missed);
		kernel_end(&k);
	}
	ROW(NULL);
}

/* Each shows the number of the licence that was the case's last when it was written. */
TEST(papers_of_two_licences_of_a_case_are_each_whole)
{
	static const char second[] = "<banjie:issue template='licence' name='副证' name_en='Second card' number='FZ{year}{seq:5}'/></extensionElements>";
	struct kernel k = { 0 };
	const struct casework_paper *papers;
	struct diag d;
	diag_init(&d);
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t citizen = citizen_of(&k);
	const char *end = strstr(card_process, "</extensionElements>");
	const char *process = arena_printf(&k.a, "%.*s%s%s", (int)(end - card_process), card_process, second, end + strlen("</extensionElements>")).ptr;
	const struct kernel_file files[] = { { "pack.json", card_pack }, { "process.bpmn", process }, { "letters/licence.mustache", "number {{licence.number}}" } };
	REQUIRE(kernel_add_pack(&k, files, 3) == OK);
	REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"证\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"card\"}") == OK);
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	CHECK_INT(numbers(&k, "SELECT count(*) FROM licence WHERE ?1=1"), 2);
	CHECK(casework_papers(k.cw, &k.a, &papers, &d) == OK);
	CHECK(papers == NULL);
	REQUIRE(store_run(k.cw->store, overwrite_paper, (void *)(uintptr_t)"number ") == OK);
	CHECK(casework_papers(k.cw, &k.a, &papers, &d) == OK);
	CHECK(papers && !papers->next && str_eqz(papers->number, "FZ202500001"));
	kernel_end(&k);
}

/* An act that goes from what it has made to another case, and back. */
static enum err go_and_come_back(struct act *act)
{
	int64_t made = act_id(act), other = act_id(act);
	const int64_t subjects[] = { made, made, other, made, other, made };
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		struct json_build o;
		json_build_object(&o, act->a);
		json_set_i64(&o, "case", subjects[i]);
		TRY(act_emit(act, "case.note", subjects[i], &o));
	}
	return OK;
}

TEST(each_entry_names_the_one_before_of_its_case)
{
	static const struct command_def commands[] = { { "test.turn", ~0u, go_and_come_back } };
	static const struct casework_room room = { .name = "test", .commands = commands, .commands_count = 1 };
	static const struct casework_room *const rooms[] = { &room };
	static const char astray[] = "SELECT count(*) FROM ledger a WHERE a.subject>0 AND ?1=1 AND a.prev<>coalesce("
	                             "(SELECT max(b.seq) FROM ledger b WHERE b.subject=a.subject AND b.seq<a.seq), 0)";
	struct kernel k = { .rooms = rooms, .rooms_count = 1 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	REQUIRE(kernel_do(&k, 0, "", "test.turn", "{}") == OK);
	CHECK_INT(numbers(&k, "SELECT count(*) FROM ledger WHERE kind='case.note' AND ?1=1"), 6);
	CHECK_INT(numbers(&k, astray), 0);
	kernel_end(&k);
}

/* ---- what was refused ---- */

/* Puts an item, reads it as cases do, and may refuse behind that. */
static enum err put_and_look(struct act *act)
{
	TRY(act_inner(act, act->data, act_item_put, NULL));
	const struct json *item = item_data(act, row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", S("I1"), 0));
	json_set_str(&act->reply, "said", json_text(json_get(item, "conditions")));
	return json_get(act->data, "refused") ? act_refuse(act, ERR_CONFLICT, "test.refused", "Refused.") : OK;
}

static enum err put_conditions(struct kernel *k, const char *conditions, const char *more)
{
	char json[300];
	snprintf(json, sizeof json, "{\"impl_code\":\"I1\",\"name\":\"证\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\",\"conditions\":\"%s\"%s}", conditions, more);
	return kernel_do(k, 0, "", "test.put", json);
}

TEST(what_a_refused_command_said_of_an_item_is_not_remembered)
{
	static const struct command_def commands[] = { { "test.put", ~0u, put_and_look } };
	static const struct casework_room room = { .name = "test", .commands = commands, .commands_count = 1 };
	static const struct casework_room *const rooms[] = { &room };
	struct kernel k = { .rooms = rooms, .rooms_count = 1 };
	REQUIRE(kernel_begin(&k, ":memory:"));
	CHECK_INT(put_conditions(&k, "before", ""), OK);
	CHECK_STR(kernel_text(&k, "said"), "before");
	CHECK_INT(put_conditions(&k, "refused", ",\"refused\":1"), ERR_CONFLICT);
	CHECK_INT(put_conditions(&k, "after", ""), OK);
	CHECK_STR(kernel_text(&k, "said"), "after");
	kernel_end(&k);
}

struct two_items { struct kernel *k; int64_t first, second; bool same; };

/* Two items that have one place among those remembered. */
static enum err look_at_both(void *arg, struct store_conn *c)
{
	struct two_items *t = arg;
	struct act act = { .cw = t->k->cw, .c = c, .a = &t->k->a };
	t->k->cw->acts++;
	const struct json *first = item_data(&act, t->first), *second = item_data(&act, t->second);
	t->same = str_eqz(json_text(json_get(first, "conditions")), "one") && str_eqz(json_text(json_get(second, "conditions")), "two");
	return OK;
}

static int64_t put_item(struct kernel *k, const char *code, const char *conditions)
{
	char json[200];
	snprintf(json, sizeof json, "{\"impl_code\":\"%s\",\"name\":\"事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\",\"conditions\":\"%s\"}", code, conditions);
	return kernel_do(k, 0, "", "item.put", json) == OK ? json_i64(json_get(k->r.data, "id"), 0) : 0;
}

TEST(an_act_may_look_at_two_items_whatever_their_numbers)
{
	struct kernel k = { 0 };
	char code[32];
	REQUIRE(kernel_begin(&k, ":memory:"));
	struct two_items t = { .k = &k, .first = put_item(&k, "ONE", "one") };
	for (int i = 0; i < 300 && (t.second == 0 || (t.second - t.first) % 64 != 0); i++) {
		snprintf(code, sizeof code, "TWO%d", i);
		t.second = put_item(&k, code, "two");
	}
	REQUIRE(t.first && t.second && (t.second - t.first) % 64 == 0);
	for (int i = 0; i < 2; i++) {
		REQUIRE(store_run(k.cw->store, look_at_both, &t) == OK);
		CHECK(t.same);
	}
	kernel_end(&k);
}

/* ---- packs that were compiled for a command that came to nothing ---- */

static enum err no_matter(struct act *act)
{
	(void)act;
	return OK;
}

static enum err refuse(struct act *act)
{
	return act_refuse(act, ERR_CONFLICT, "test.no", "No.");
}

/* The row that it names is not there when the transaction is to be committed. */
static enum err commit_badly(struct act *act)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "INSERT INTO twin(id, other) VALUES(1, 2)", &q));
	return store_exec(q);
}

static int64_t last_pack;
static char pack_seen[16];

/* Adds the pack that its data holds, has it compiled for a case, and ends as it is told. */
static enum err add_and(struct act *act, enum err (*end)(struct act *act))
{
	const struct pack *p;
	TRY(act_pack_add(act));
	last_pack = row_i64(act->c, "SELECT max(id) FROM pack WHERE ?1=1", 1, 0);
	TRY(pack_of(act->cw, act->c, last_pack, &p, act->d));
	snprintf(pack_seen, sizeof pack_seen, "%.*s", STR_ARG(p->code));
	return end(act);
}

/* Numbers that stand in no row afterwards. */
static enum err take_numbers(struct act *act)
{
	enum { NUMBERS = 5 };
	for (int i = 0; i < NUMBERS; i++)
		(void)act_id(act);
	return OK;
}

static enum err add_well(struct act *act) { return add_and(act, no_matter); }
static enum err add_and_refuse(struct act *act) { return add_and(act, refuse); }
static enum err add_and_fail(struct act *act) { return add_and(act, commit_badly); }

static enum err add_pack_by(struct kernel *k, const char *command, const char *code)
{
	struct json_build o, list, f;
	const struct str files[][2] = {
		{ S("pack.json"), arena_printf(&k->a, "{\"code\":\"%s\",\"version\":1,\"name\":\"测试\",\"process\":\"process.bpmn\",\"decisions\":[],\"forms\":[],\"letters\":[]}", code) },
		{ S("process.bpmn"), str_of(kernel_process) },
	};
	json_build_object(&o, &k->a);
	json_build_array(&list, &k->a);
	for (size_t i = 0; i < 2; i++) {
		json_build_object(&f, &k->a);
		json_set_str(&f, "path", files[i][0]);
		json_set_str(&f, "text", files[i][1]);
		json_add(&list, json_built(&f));
	}
	json_set(&o, "files", json_built(&list));
	struct casework_command c = { .name = str_of(command), .actor = { .system = true }, .data = json_built(&o) };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

static bool packs_begin(struct kernel *k)
{
	static const struct command_def commands[] = { { "test.add", ~0u, add_well }, { "test.refuse", ~0u, add_and_refuse }, { "test.fail", ~0u, add_and_fail },
	                                               { "test.take", ~0u, take_numbers } };
	static const struct casework_room room = { .name = "test", .commands = commands, .commands_count = sizeof commands / sizeof *commands };
	static const struct casework_room *const rooms[] = { &room };
	*k = (struct kernel){ .rooms = rooms, .rooms_count = 1 };
	if (!kernel_begin(k, ":memory:"))
		return false;
	struct store_conn *w = k->cw->store->writer;
	return (store_is_far(w) || store_script(w, "PRAGMA foreign_keys=ON", NULL) == OK) &&
	       store_script(w, "CREATE TABLE twin(id INTEGER PRIMARY KEY, other INTEGER REFERENCES twin(id) DEFERRABLE INITIALLY DEFERRED)", NULL) == OK;
}

/* The id comes again, for another pack. */
static void an_id_comes_again(const char *command)
{
	struct kernel k;
	REQUIRE(packs_begin(&k));
	CHECK(add_pack_by(&k, command, "first") != OK);
	CHECK_STR(str_of(pack_seen), "first");
	int64_t undone = last_pack;
	REQUIRE(add_pack_by(&k, "test.add", "second") == OK);
	CHECK_INT(last_pack, undone);
	CHECK_STR(str_of(pack_seen), "second");
	kernel_end(&k);
}

TEST(a_refused_pack_is_not_taken_for_one_with_its_id) { an_id_comes_again("test.refuse"); }
TEST(a_pack_whose_commit_failed_is_not_taken_for_one_with_its_id) { an_id_comes_again("test.fail"); }

TEST(a_pack_that_is_refused_again_and_again_is_compiled_once)
{
	struct kernel k;
	size_t n = 0;
	REQUIRE(packs_begin(&k));
	for (int i = 0; i < 20; i++)
		CHECK(add_pack_by(&k, "test.refuse", "same") != OK);
	for (const struct pack *p = k.cw->packs_undone; p; p = p->next)
		n++;
	CHECK_INT(n, 1);
	kernel_end(&k);
}

/* Numbers that were given out and stand nowhere come again too, once they are looked up: then a pack has one that is behind what was durable already. */
TEST(nor_where_numbers_before_it_were_given_out_once)
{
	struct kernel k;
	REQUIRE(packs_begin(&k));
	REQUIRE(kernel_do(&k, 0, "", "test.take", "{}") == OK);
	CHECK(add_pack_by(&k, "test.fail", "first") != OK);
	CHECK_STR(str_of(pack_seen), "first");
	REQUIRE(add_pack_by(&k, "test.add", "second") == OK);
	CHECK_STR(str_of(pack_seen), "second");
	kernel_end(&k);
}

TEST_MAIN
