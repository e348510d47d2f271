/* finding_zh.c - what each finding means, in Chinese; names and places stand in the finding itself. And a finding as a refusal. */
#include "dmn/dmn.h"

static const struct { const char *rule, *text; } sentences[] = {
	{ "no-dmn", "这不是 DMN 文件" },
	{ "version", "只能读取 DMN 1.2 至 1.5 的文件" },
	{ "import-kind", "只能引入 DMN 模型" },
	{ "import-unknown", "找不到被引入的模型" },
	{ "type-unknown", "类型既非内置类型，也未在本模型或引入的模型中定义" },
	{ "type-circle", "数据类型相互循环定义" },
	{ "type-name", "数据类型没有名称，或名称已被占用" },
	{ "element-name", "元素没有名称" },
	{ "id-twice", "同一标识在文件中出现两次" },
	{ "reference-unknown", "引用的元素在本模型和引入的模型中都不存在" },
	{ "graph-circle", "决定直接或间接地依赖自己" },
	{ "service-without-output", "决策服务没有输出决定" },
	{ "expression-missing", "此处缺少表达式；请补写，或写 null" },
	{ "expression-syntax", "表达式不合 FEEL 语法" },
	{ "tests-syntax", "单元格的条件不合 FEEL 语法" },
	{ "language-unknown", "不支持该表达式语言，请改用 FEEL" },
	{ "imported-values", "不支持从其他文件引入数值，请改为输入数据" },
	{ "pmml", "不支持 PMML 函数，请改用 FEEL" },
	{ "context-result-place", "上下文中只有最后一项可以没有名称：它是结果" },
	{ "relation-width", "该行的单元格数与关系表的列数不符" },
	{ "iterator-variable", "循环没有指明变量名" },
	{ "binding-parameter", "调用的实参没有指明参数名" },
	{ "hit-policy-unknown", "没有这样的命中方式或汇总方式" },
	{ "input-expression", "输入列没有表达式" },
	{ "output-name", "有多个输出列时，每列都要有名称" },
	{ "rule-width", "规则的单元格数与决策表的列数不符" },
	{ "table-without-output", "决策表没有输出列" },
	{ "variable-name", "变量名与元素名不一致，以元素名为准" },
	{ "name-twice", "名称被多个元素使用" },
	{ "type-foreign", "DMN 没有这一类型，按 number 读取" },
	{ "name-unknown", "名称未知；请添加对该输入或决定的依赖，或改正拼写" },
	{ "type-impossible", "值永远不可能是所要求的类型，结果将总是空" },
	{ "test-impossible", "条件与输入的类型不同，永远不会命中" },
	{ "output-not-allowed", "输出值不在允许的输出值之列" },
	{ "priority-without-values", "该命中方式按输出值排序，但没有列出输出值" },
	{ "aggregation-type", "汇总方式要求数值，但输出不是数值" },
	{ "table-overlap", "两条规则会同时命中，而命中方式要求唯一；请收窄其一，或改用其他命中方式" },
	{ "table-disagreement", "两条规则会同时命中而输出不同，命中方式要求一致" },
	{ "table-gap", "有的输入没有任何规则命中，结果为空；请补充规则或默认输出" },
	{ "rule-unreachable", "该规则永远不起作用" },
	{ "table-empty", "决策表没有规则" },
	{ "table-too-large", "决策表组合过多，未能检查全部空缺与重叠" },
	{ "logic-missing", "没有决定逻辑，结果总是空；请补写，或改为输入数据" },
};

struct str dmn_finding_zh(const struct dmn_finding *f)
{
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (str_eqz(f->rule, sentences[i].rule))
			return str_of(sentences[i].text);
	return f->text;
}

enum err dmn_findings_refuse(const struct dmn_finding *f, const char *code, struct diag *d)
{
	char zh[DIAG_TEXT_MAX], line[16];
	while (f && f->severity != DMN_ERROR)
		f = f->next;
	if (!f)
		return OK;
	struct str meaning = dmn_finding_zh(f);
	snprintf(line, sizeof line, "%d", f->line);
	if (f->source.len)
		snprintf(zh, sizeof zh, "%.*s：“%.*s”", STR_ARG(meaning), STR_ARG(f->source));
	else
		snprintf(zh, sizeof zh, "%.*s", STR_ARG(meaning));
	diag_init(d);
	(void)diag_set(d, ERR_INVALID, code, "%.*s", STR_ARG(f->text));
	diag_arg(d, f->text);
	diag_arg(d, str_of(zh));
	diag_arg(d, str_of(line));
	return ERR_INVALID;
}
