/* boxed_relation.c - <relation>: a table of contexts, one per row. */
#include "dmn/dmn_int.h"

static enum err row_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e, struct dmn_expr **cells)
{
	size_t at = 0;
	for (const struct xml_node *c = n->first; c; c = c->next) {
		if (!dmn_ops_of(r, c))
			continue;
		if (at < e->relation.columns_count)
			TRY(dmn_expr_read(r, c, &cells[at]));
		at++;
	}
	if (at == e->relation.columns_count)
		return OK;
	dmn_find(r, DMN_ERROR, "relation-width", e->id, n->line, "the row in line %d has %zu cells, the relation %zu columns",
	         n->line, at, e->relation.columns_count);
	for (; at < e->relation.columns_count; at++)
		TRY(dmn_expr_read_in(r, n, &cells[at]));
	return r->failed;
}

static enum err relation_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	size_t columns = dmn_count(r, n, "column"), rows = dmn_count(r, n, "row");
	DMN_ALLOC(r, e->relation.columns, struct dmn_variable, columns);
	for (const struct xml_node *c = dmn_child(r, n, "column"); c; c = xml_next_same(c))
		TRY(dmn_variable_read(r, c, &e->relation.columns[e->relation.columns_count++]));
	if (rows && columns > SIZE_MAX / rows / sizeof(struct dmn_expr *))
		return diag_set(r->diag, ERR_LIMIT, "dmn.relation", "the relation in line %d is too large", n->line);
	DMN_ALLOC(r, e->relation.cells, struct dmn_expr *, columns * rows);
	for (const struct xml_node *c = dmn_child(r, n, "row"); c; c = xml_next_same(c))
		TRY(row_read(r, c, e, &e->relation.cells[e->relation.rows++ * columns]));
	return OK;
}

static enum err relation_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	for (size_t i = 0; i < e->relation.columns_count * e->relation.rows; i++)
		TRY(dmn_expr_compile(r, e->relation.cells[i], names));
	return OK;
}

static enum err row_eval(struct dmn_run *run, const struct dmn_expr *e, size_t row, const struct feel_value *scope,
                         struct feel_value *out)
{
	size_t columns = e->relation.columns_count;
	struct feel_context_builder record;
	feel_context_begin(&record, run->arena);
	for (size_t i = 0; i < columns; i++) {
		const struct dmn_variable *column = &e->relation.columns[i];
		const struct dmn_expr *cell = e->relation.cells[row * columns + i];
		struct feel_value v, kept;
		TRY(dmn_expr_eval(run, cell, scope, &v));
		TRY(dmn_run_coerce(run, column->type, &v, column->name, cell->line, &kept));
		TRY(feel_context_put(&record, column->name, kept));
	}
	return feel_context_end(&record, out);
}

static enum err relation_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                              struct feel_value *out)
{
	struct feel_value *rows;
	DMN_ALLOC(run, rows, struct feel_value, e->relation.rows);
	for (size_t i = 0; i < e->relation.rows; i++)
		TRY(row_eval(run, e, i, scope, &rows[i]));
	*out = feel_list(rows, e->relation.rows);
	return OK;
}

static enum err relation_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	for (size_t i = 0; i < e->relation.columns_count * e->relation.rows; i++)
		TRY(visit(arg, e->relation.cells[i]));
	return OK;
}

const struct dmn_ops dmn_relation_ops = { "relation", relation_read, relation_compile, relation_eval, relation_each };
