/* lists.c - courses, trainings, certificates and marks read from a list, a row each, all or none; and written as one that can be read in again. */
#include "roster/roster_int.h"

enum { EXPORT_MAX = 200000 };

/* An administrator enters what the office has on paper, their own papers too. */
enum err act_roster_import(struct act *act)
{
	static const struct rows_kind kinds[] = {
		{ "course", act_course_put, "course.put" }, { "training", act_training_record, NULL }, { "certificate", act_certificate_put, NULL }, { "mark", act_attendance_mark, NULL },
	};
	static const struct rows_shape shape = { .kinds = kinds, .kinds_count = sizeof kinds / sizeof *kinds, .numbers = "hours score", .renames = "type=kind login=person",
		                                 .unknown = "roster.row-kind" };
	bool system = act->actor.system;
	act->actor.system = true;
	enum err e = rows_import(act, &shape);
	act->actor.system = system;
	return e;
}

/* ---- writing ---- */

/* Columns are text in a list. Days are printed from instants: `from_day`, `until_day` (the last day, where `ends` is set). */
static enum err put_rows(struct view_ctx *v, const char *kind, struct store_query *q, struct json_build *list)
{
	for (bool row = true;;) {
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		json_build_object(&o, v->a);
		json_set_str(&o, "kind", str_of(kind));
		for (int i = 0; i < store_col_count(q); i++) {
			const char *name = store_col_name(q, i);
			struct str n = str_of(name);
			bool day = str_ends(n, S("_day"));
			struct str key = day ? arena_printf(v->a, "%.*s", (int)n.len - 4, name) : arena_str(v->a, n);
			if (!key.ptr)
				return ERR_NOMEM;
			if (store_col_null(q, i))
				continue;
			json_set_str(&o, arena_z(v->a, key), day ? view_day(v, store_col_i64(q, i)) : store_col_copy(q, i, v->a));
		}
		json_add(list, json_built(&o));
	}
}

static enum err put_kind(struct view_ctx *v, const char *kind, const char *sql, struct json_build *list)
{
	struct store_query *q;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, v->now_ms);
	store_bind_i64(q, 2, EXPORT_MAX);
	return put_rows(v, kind, q, list);
}

enum err view_roster_export(struct view_ctx *v, struct json_build *out)
{
	struct json_build list;
	json_build_array(&list, v->a);
	TRY(put_kind(v, "course", "SELECT code, name, name_en, kind AS type, hours, enabled FROM roster_course WHERE ?1>=0 ORDER BY code LIMIT ?2", &list));
	TRY(put_kind(v, "training", "SELECT n.login, n.name, k.code AS course, t.from_ms AS from_day, t.until_ms AS until_day, t.hours, t.exam, t.score, t.note FROM roster_training t"
	                            " JOIN person n ON n.id=t.person JOIN roster_course k ON k.id=t.course WHERE t.struck_ms IS NULL AND ?1>=0 ORDER BY t.id LIMIT ?2", &list));
	TRY(put_kind(v, "certificate", "SELECT n.login, n.name, c.kind AS type, c.number, c.issuer, c.from_ms AS from_day, c.until_ms-1 AS until_day,"
	                               " (SELECT t.state FROM certificate_time t WHERE t.certificate=c.id AND t.from_ms<=?1 AND (t.until_ms IS NULL OR t.until_ms>?1)"
	                               " ORDER BY t.from_ms DESC LIMIT 1) AS state FROM certificate c JOIN person n ON n.id=c.person ORDER BY c.id LIMIT ?2", &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}
