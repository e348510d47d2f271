/* boxed_literal.c - <literalExpression>: FEEL text. */
#include "dmn/dmn_int.h"

bool dmn_is_feel(struct str language)
{
	/* every edition of DMN has its own name for FEEL; they differ in the year only */
	return str_empty(language) || str_find(language, S("/FEEL")) >= 0 || str_eqz(language, "feel") ||
	       str_eqz(language, "FEEL");
}

static enum err literal_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	struct str language = xml_attr(n, "expressionLanguage");
	e->literal.text = dmn_text_of(r, n);
	if (!dmn_is_feel(language))
		dmn_find(r, DMN_ERROR, "language-unknown", e->id, e->line,
		         "the expression language %.*s is not executed here; write the expression in FEEL", STR_ARG(language));
	if (dmn_child(r, n, "importedValues"))
		dmn_find(r, DMN_ERROR, "imported-values", e->id, e->line,
		         "values imported from another file are not executed here; give them as input data");
	return r->failed;
}

static enum err literal_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	if (str_empty(e->literal.text))
		return OK; /* an empty box is null */
	struct diag d;
	diag_init(&d);
	enum err err = feel_compile(r->arena, e->literal.text, names, &e->literal.plan, &d);
	if (err == OK || err == ERR_NOMEM)
		return err;
	e->literal.plan = NULL;
	dmn_find_syntax(r, "expression-syntax", e->id, e->line, e->literal.text, &d);
	return r->failed;
}

static enum err literal_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                             struct feel_value *out)
{
	if (e->literal.plan)
		return feel_run_eval(run->feel, e->literal.plan, scope, out);
	dmn_run_reason(run, "the expression in line %d is empty or cannot be read", e->line);
	*out = feel_null();
	return OK;
}

const struct dmn_ops dmn_literal_ops = { "literalExpression", literal_read, literal_compile, literal_eval, NULL };
