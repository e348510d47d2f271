/* explain.c - why a decision came out as it did, as a person would read it. */
#include "dmn/explain.h"

struct words {
	const char *decision, *table, *policy, *policy_end, *input, *equals, *rule, *rule_end, *ground,
		*nothing, *result, *reason;
};

static const struct words words[] = {
	[DMN_ZH] = { "决定「", "」，按决策表「", "」（命中方式：", "）", "依据输入：", " 为 ", "命中第 ", " 条规则", "，理由：",
	             "没有规则命中", "结果：", "，原因：" },
	[DMN_EN] = { "Decision \"", "\", by the table \"", "\" (hit policy: ", ")", "given ", " = ", "rule ", " matched",
	             ", because: ", "no rule matched", "result: ", ", because " },
};

/* What a hit policy means, in one phrase. */
static const struct { const char *name, *aggregation, *zh, *en; } policies[] = {
	{ "UNIQUE", "", "唯一命中", "exactly one rule" }, { "ANY", "", "任一命中，结果须一致", "any rule, all must agree" },
	{ "PRIORITY", "", "按结果优先级取一", "the output that ranks highest" }, { "FIRST", "", "取首个命中", "the first rule" },
	{ "RULE ORDER", "", "按规则次序全部列出", "all, in the order of the rules" },
	{ "OUTPUT ORDER", "", "按结果次序全部列出", "all, in the order of the outputs" },
	{ "COLLECT", "", "全部汇集", "all of them" }, { "COLLECT", "SUM", "合计", "the sum" },
	{ "COLLECT", "MIN", "取最小", "the smallest" }, { "COLLECT", "MAX", "取最大", "the largest" },
	{ "COLLECT", "COUNT", "计数", "how many" },
};

static const char *policy_phrase(const struct dmn_trace *t, enum dmn_language language)
{
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
		if (str_eqz(t->hit_policy, policies[i].name) && str_eqz(t->aggregation, policies[i].aggregation))
			return language == DMN_ZH ? policies[i].zh : policies[i].en;
	return "";
}

static void put_head(const struct dmn_trace *t, int number, enum dmn_language language, struct buf *out)
{
	const struct words *w = &words[language];
	buf_printf(out, "%d. %s", number, w->decision);
	buf_put(out, t->decision);
	if (str_empty(t->table)) {
		buf_putz(out, language == DMN_ZH ? "」\n" : "\"\n");
		return;
	}
	buf_putz(out, w->table);
	buf_put(out, t->table);
	buf_printf(out, "%s%s%s\n", w->policy, policy_phrase(t, language), w->policy_end);
}

static void put_rule(const struct dmn_trace_rule *rule, const struct words *w, struct buf *out)
{
	buf_printf(out, "   %s%d%s", w->rule, rule->number, w->rule_end);
	if (!str_empty(rule->annotation)) {
		buf_putz(out, w->ground);
		buf_put(out, rule->annotation);
	}
	buf_byte(out, '\n');
}

static void put_step(const struct dmn_trace *t, int number, enum dmn_language language, struct buf *out)
{
	const struct words *w = &words[language];
	put_head(t, number, language, out);
	for (size_t i = 0; i < t->inputs_count; i++) {
		buf_printf(out, "   %s", w->input);
		buf_put(out, t->inputs[i].label);
		buf_putz(out, w->equals);
		feel_print_literal(&t->inputs[i].value, out);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < t->matched_count; i++)
		put_rule(&t->matched[i], w, out);
	if (!str_empty(t->table) && !t->matched_count)
		buf_printf(out, "   %s\n", w->nothing);
	buf_printf(out, "   %s", w->result);
	feel_print_literal(&t->output, out);
	if (!str_empty(t->reason)) {
		buf_putz(out, w->reason);
		buf_put(out, t->reason);
	}
	buf_byte(out, '\n');
}

void dmn_explain(const struct dmn_trace *t, enum dmn_language language, struct buf *out)
{
	for (int number = 1; t; t = t->next, number++)
		put_step(t, number, language, out);
}

static void rule_to_json(const struct dmn_trace_rule *rule, struct json_writer *w)
{
	json_object(w);
	json_pair_i64(w, "rule", rule->number);
	if (!str_empty(rule->id))
		json_pair_str(w, "id", rule->id);
	if (!str_empty(rule->annotation))
		json_pair_str(w, "annotation", rule->annotation);
	json_end(w);
}

static void step_to_json(const struct dmn_trace *t, struct json_writer *w)
{
	json_object(w);
	json_pair_str(w, "decision", t->decision);
	if (!str_empty(t->table)) {
		json_pair_str(w, "table", t->table);
		json_pair_str(w, "hitPolicy", t->hit_policy);
		if (!str_empty(t->aggregation))
			json_pair_str(w, "aggregation", t->aggregation);
	}
	json_key(w, S("inputs"));
	json_array(w); /* labels need not be unique */
	for (size_t i = 0; i < t->inputs_count; i++) {
		json_object(w);
		json_pair_str(w, "name", t->inputs[i].label);
		json_key(w, S("value"));
		feel_to_json(&t->inputs[i].value, w);
		json_end(w);
	}
	json_end(w);
	json_key(w, S("matched"));
	json_array(w);
	for (size_t i = 0; i < t->matched_count; i++)
		rule_to_json(&t->matched[i], w);
	json_end(w);
	json_key(w, S("output"));
	feel_to_json(&t->output, w);
	if (!str_empty(t->reason))
		json_pair_str(w, "reason", t->reason);
	json_end(w);
}

void dmn_trace_to_json(const struct dmn_trace *t, struct json_writer *w)
{
	json_array(w);
	for (; t; t = t->next)
		step_to_json(t, w);
	json_end(w);
}
