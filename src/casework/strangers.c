/* strangers.c - what somebody made among an office's tables by hand, or took from them: a table, a column. The program may go on with it. But what carries whole tables finds no place where it comes to
 * for what is strange, and would say so at the end of its way, or at the restore that it was made for; and what is missing would be missing there, unseen. So it is looked for first. */
#include "casework/backup_int.h"

/* "ledger_m202612", "ledger_first" (pg_months.c): a part of one of ours, which somebody took off. */
static bool is_month(struct str name, const struct table_list *ours)
{
	for (size_t i = 0; i < ours->count; i++) {
		struct str of = ours->tables[i].name, rest = str_sub(name, of.len, name.len);
		if (str_starts(name, of) && (str_eqz(rest, "_first") || (rest.len == sizeof "_m202612" - 1 && str_starts(rest, S("_m")))))
			return true;
	}
	return false;
}

static enum err a_table(struct str table, const struct table_list *ours, struct diag *d)
{
	diag_arg(d, table);
	if (is_month(table, ours))
		return diag_set(d, ERR_INVALID, "store.month-off", "The month %.*s was taken off. Attach it again (ALTER TABLE … ATTACH PARTITION …): without it nothing whole can be carried away.", STR_ARG(table));
	return diag_set(d, ERR_INVALID, "store.strange-table", "The table %.*s is none of this program's: somebody made it among the office's. Move it to a place of its own (on PostgreSQL: ALTER TABLE … SET SCHEMA …), or drop it.",
	                STR_ARG(table));
}

static enum err a_column(struct str table, struct str column, struct diag *d)
{
	diag_arg(d, column);
	diag_arg(d, table);
	return diag_set(d, ERR_INVALID, "store.strange-column", "The column %.*s of the table %.*s is none of this program's: somebody added it. Keep what is in it elsewhere, then: ALTER TABLE … DROP COLUMN ….",
	                STR_ARG(column), STR_ARG(table));
}

static enum err missing(struct str table, struct str column, struct diag *d)
{
	diag_arg(d, table);
	diag_arg(d, column);
	return diag_set(d, ERR_INVALID, "store.table-missing", "The table %.*s (%.*s) is missing: somebody dropped or renamed it, or the column of it. Put it back under its name, or restore a backup from before.",
	                STR_ARG(table), STR_ARG(column));
}

static const struct store_table *find(const struct table_list *l, struct str name)
{
	for (size_t i = 0; i < l->count; i++)
		if (str_eq(l->tables[i].name, name))
			return &l->tables[i];
	return NULL;
}

/* One of `t` that `other` has not, or NULL. */
static const struct str *column_beyond(const struct store_table *t, const struct store_table *other)
{
	for (size_t i = 0; i < t->columns_count; i++) {
		size_t at = 0;
		while (at < other->columns_count && !str_eq(other->columns[at], t->columns[i]))
			at++;
		if (at == other->columns_count)
			return &t->columns[i];
	}
	return NULL;
}

static enum err like_ours(const struct store_table *t, const struct table_list *ours, struct diag *d)
{
	const struct store_table *our = find(ours, t->name);
	const struct str *column = our ? column_beyond(t, our) : NULL;
	return !our ? a_table(t->name, ours, d) : column ? a_column(t->name, *column, d) : OK;
}

static enum err is_whole(const struct store_table *our, const struct table_list *there, struct diag *d)
{
	const struct store_table *t = find(there, our->name);
	const struct str *column = t ? column_beyond(our, t) : NULL;
	return !t ? missing(our->name, S("*"), d) : column ? missing(our->name, *column, d) : OK;
}

enum err only_ours(const struct casework *cw, const struct table_list *there, const struct table_list *ours, struct diag *d)
{
	for (size_t i = 0; i < there->count; i++)
		if (family_of(cw, there->tables[i].name) != FAMILY_SCHEMA) /* some of these are one engine's alone */
			TRY(like_ours(&there->tables[i], ours, d));
	for (size_t i = 0; i < ours->count; i++)
		if (family_of(cw, ours->tables[i].name) != FAMILY_SCHEMA)
			TRY(is_whole(&ours->tables[i], there, d));
	return OK;
}

struct listing { struct arena *a; struct table_list *out; struct diag *d; };

static enum err list(void *arg, struct store_conn *c)
{
	struct listing *l = arg;
	return store_tables(c, l->a, &l->out->tables, &l->out->count, l->d);
}

enum err tables_of(struct store *s, struct arena *a, struct table_list *out, struct diag *d)
{
	struct listing l = { a, out, d };
	return store_run(s, list, &l);
}

/* As they are when they have just been made. */
enum err tables_at(const struct casework *cw, const struct json *parts, struct arena *a, struct table_list *out, struct diag *d)
{
	struct store *s;
	struct store_options o = { .inline_writer = true, .durable = false };
	TRY(store_open(STORE_SCRATCH, &o, &s, d));
	enum err e = migrate_as(cw, s, parts, d);
	if (e == OK)
		e = tables_of(s, a, out, d);
	store_close(s);
	return e;
}
