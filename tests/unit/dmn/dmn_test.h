/* dmn_test.h - small models written in place, evaluated to FEEL text. */
#ifndef DMN_TEST_H
#define DMN_TEST_H

#include "dmn/dmn.h"
#include "tests/test.h"

#define DMN_15 "https://www.omg.org/spec/DMN/20230324/MODEL/"
#define DMN_HEAD(ns, name) \
	"<?xml version='1.0' encoding='UTF-8'?>\n<definitions xmlns='" DMN_15 "' namespace='" ns "' name='" name "' id='m'>"
/* A model of the given elements. */
#define MODEL(elements) DMN_HEAD("urn:test", "试") elements "</definitions>"
/* A decision D whose logic is `logic`; `requires` are its requirement elements. */
#define DECISION(name, requires, logic) \
	"<decision id='" name "' name='" name "'><variable name='" name "'/>" requires logic "</decision>"
#define INPUT(name, type) "<inputData id='" name "' name='" name "'><variable name='" name "' typeRef='" type "'/></inputData>"
#define NEEDS_INPUT(id) "<informationRequirement><requiredInput href='#" id "'/></informationRequirement>"
#define NEEDS(id) "<informationRequirement><requiredDecision href='#" id "'/></informationRequirement>"
#define KNOWS(id) "<knowledgeRequirement><requiredKnowledge href='#" id "'/></knowledgeRequirement>"
#define FEEL(text) "<literalExpression><text>" text "</text></literalExpression>"

static struct arena test_arena;
static struct diag test_diag;
static struct dmn_finding *test_findings;

__attribute__((unused)) static void fresh(void)
{
	arena_release(&test_arena);
	arena_init(&test_arena, 256 << 20);
	diag_init(&test_diag);
	test_findings = NULL;
}

/* NULL when the model is refused; the findings tell why. */
__attribute__((unused)) static struct dmn_model *read_model(const char *xml)
{
	struct dmn_model *m = NULL;
	fresh();
	enum err e = dmn_model_read(&test_arena, str_of(xml), NULL, NULL, &m, &test_findings, &test_diag);
	return e == OK ? m : NULL;
}

__attribute__((unused)) static const struct dmn_finding *finding(const char *rule)
{
	for (const struct dmn_finding *f = test_findings; f; f = f->next)
		if (str_eqz(f->rule, rule))
			return f;
	return NULL;
}

/* A FEEL literal as a value. */
__attribute__((unused)) static struct feel_value value_of(const char *text)
{
	static const struct feel_env env = { .now_ms = 0 };
	struct feel_plan *plan;
	struct feel_value v = feel_null();
	diag_init(&test_diag);
	if (feel_compile(&test_arena, str_of(text), NULL, &plan, &test_diag) != OK ||
	    feel_eval(plan, NULL, &env, &test_arena, &v, &test_diag) != OK)
		printf("  bad literal in a test: %s\n", text);
	return v;
}

__attribute__((unused)) static struct str text_of(const struct feel_value *v)
{
	struct buf b;
	buf_init_in(&b, &test_arena, 1 << 20);
	feel_print_literal(v, &b);
	return buf_str(&b);
}

/* The value of a decision as FEEL text, or the name of the error. */
__attribute__((unused)) static struct str eval(const struct dmn_model *m, const char *decision, const char *inputs)
{
	static const struct feel_env env = { .now_ms = INT64_C(1750000000000) };
	struct feel_value in, out;
	if (!m)
		return S("no model");
	in = value_of(inputs);
	diag_init(&test_diag);
	enum err e = dmn_eval(m, str_of(decision), &in, &env, &test_arena, &out, NULL, &test_diag);
	return e == OK ? text_of(&out) : str_of(err_name(e));
}

#endif
