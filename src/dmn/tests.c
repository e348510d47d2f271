/* tests.c - unary tests: allowed values, input entries, output values. */
#include "dmn/dmn_int.h"

enum err dmn_tests_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_tests *out)
{
	*out = (struct dmn_tests){ .text = dmn_text_of(r, n), .id = dmn_id_of(n), .line = n->line };
	out->any = str_empty(out->text) || str_eqz(out->text, "-");
	struct str language = xml_attr(n, "expressionLanguage");
	if (language.ptr && !dmn_is_feel(language))
		dmn_find(r, DMN_ERROR, "language-unknown", out->id, out->line,
		         "the expression language %.*s is not executed here; write the tests in FEEL", STR_ARG(language));
	return r->failed;
}

enum err dmn_tests_compile(struct dmn_reader *r, struct dmn_tests *t, const struct feel_names *names)
{
	if (t->any)
		return OK;
	struct diag d;
	diag_init(&d);
	enum err err = feel_compile_unary(r->arena, t->text, names, &t->plan, &d);
	if (err == OK || err == ERR_NOMEM)
		return err;
	t->plan = NULL;
	dmn_find(r, DMN_ERROR, "tests-syntax", t->id, t->line + (d.line > 1 ? d.line - 1 : 0), "%s, in: %.*s", d.text,
	         STR_ARG(str_sub(t->text, 0, 200)));
	return r->failed;
}

enum err dmn_tests_pass(struct dmn_run *run, const struct dmn_tests *t, const struct feel_value *input,
                        const struct feel_value *scope, bool *out)
{
	*out = t->any;
	if (t->any)
		return OK;
	if (!t->plan) {
		dmn_run_reason(run, "the tests in line %d cannot be read", t->line);
		return OK;
	}
	struct feel_value v;
	TRY(feel_run_eval_unary(run->feel, t->plan, input, scope, &v));
	*out = feel_is_true(&v);
	return OK;
}
