/* test_explain.c - the record of an evaluation and how a person reads it. */
#include "dmn/explain.h"
#include "dmn_test.h"

static const char fees[] = MODEL(
	INPUT("面积", "number") INPUT("类别", "string")
	DECISION("单价", NEEDS_INPUT("类别"),
		"<decisionTable id='t1' hitPolicy='UNIQUE' outputLabel='单价表'><input label='类别'><inputExpression><text>类别</text></inputExpression></input>"
		"<output/><rule id='r1'><inputEntry><text>\"商业\"</text></inputEntry><outputEntry><text>2.5</text></outputEntry>"
		"<annotationEntry><text>收费办法第三条</text></annotationEntry><annotationEntry><text>2024年版</text></annotationEntry></rule>"
		"<rule id='r2'><description>收费办法第四条</description><inputEntry><text>\"住宅\"</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
		"</decisionTable>")
	DECISION("费用", NEEDS_INPUT("面积") NEEDS("单价"), FEEL("面积 * 单价")));

static struct dmn_trace *trace_of(const char *inputs)
{
	static const struct feel_env env = { .now_ms = 0 };
	const struct dmn_model *m = read_model(fees);
	struct dmn_trace *t = NULL;
	struct feel_value in, out;
	CHECK(m != NULL);
	if (!m)
		return NULL;
	in = value_of(inputs);
	diag_init(&test_diag);
	CHECK_INT(dmn_eval(m, S("费用"), &in, &env, &test_arena, &out, &t, &test_diag), OK);
	return t;
}

TEST(the_trace_has_the_decisions_in_order)
{
	const struct dmn_trace *t = trace_of("{面积: 100, 类别: \"商业\"}");
	REQUIRE(t && t->next);
	CHECK_STR(t->decision, "单价");
	CHECK_STR(t->table, "单价表");
	CHECK_STR(t->hit_policy, "UNIQUE");
	REQUIRE(t->inputs_count == 1 && t->matched_count == 1);
	CHECK_STR(t->inputs[0].label, "类别");
	CHECK_INT(t->matched[0].number, 1);
	CHECK_STR(t->matched[0].id, "r1");
	CHECK_STR(t->matched[0].annotation, "收费办法第三条; 2024年版");
	CHECK_STR(t->next->decision, "费用");
	CHECK_STR(t->next->table, "");
	CHECK_STR(text_of(&t->next->output), "250");
	CHECK(t->next->next == NULL);
	CHECK_INT(t->next->inputs_count, 2);
}

TEST(no_trace_is_made_unless_wanted)
{
	CHECK_STR(eval(read_model(fees), "费用", "{面积: 100, 类别: \"住宅\"}"), "100");
}

TEST(people_read_it_in_chinese_and_english)
{
	struct buf b;
	const struct dmn_trace *t = trace_of("{面积: 100, 类别: \"住宅\"}");
	buf_init(&b, 1 << 16);
	dmn_explain(t, DMN_ZH, &b);
	CHECK_STR(buf_str(&b),
		"1. 决定「单价」，按决策表「单价表」（命中方式：唯一命中）\n"
		"   依据输入：类别 为 \"住宅\"\n"
		"   命中第 2 条规则，理由：收费办法第四条\n"
		"   结果：1\n"
		"2. 决定「费用」\n"
		"   依据输入：面积 为 100\n"
		"   依据输入：单价 为 1\n"
		"   结果：100\n");
	buf_clear(&b);
	dmn_explain(trace_of("{面积: 100, 类别: \"工业\"}"), DMN_EN, &b);
	CHECK_STR(buf_str(&b),
		"1. Decision \"单价\", by the table \"单价表\" (hit policy: exactly one rule)\n"
		"   given 类别 = \"工业\"\n"
		"   no rule matched\n"
		"   result: null, because no rule of the table in line 2 matches\n"
		"2. Decision \"费用\"\n"
		"   given 面积 = 100\n"
		"   given 单价 = null\n"
		"   result: null, because * is not defined for a number and a null\n");
	buf_release(&b);
}

TEST(programs_read_it_as_json)
{
	struct buf b;
	struct json_writer w;
	const struct json *v;
	const struct dmn_trace *t = trace_of("{面积: 100, 类别: \"商业\"}");
	buf_init(&b, 1 << 16);
	json_writer_init(&w, &b);
	dmn_trace_to_json(t, &w);
	CHECK_INT(json_read(&test_arena, buf_str(&b), &v, &test_diag), OK);
	REQUIRE(v && v->count == 2);
	CHECK_STR(json_text(json_get(&v->items[0], "table")), "单价表");
	CHECK_STR(json_text(json_get(&json_get(&v->items[0], "matched")->items[0], "id")), "r1");
	CHECK_STR(json_text(json_get(&v->items[1], "output")), "250");
	buf_release(&b);
}

TEST_MAIN
