/* people_rows.c - see people_rows.h. */
#include "web/people_rows.h"

#include "paper/paper.h"
#include "text/csv.h"
#include "text/json_make.h"

static enum err unreadable(struct diag *d)
{
	if (d)
		diag_init(d);
	return diag_set(d, ERR_INVALID, "structure.unreadable", "The file is neither CSV nor XLSX with the columns of an export.");
}

static void put_cell(struct arena *a, struct json_build *row, struct str name, struct str text)
{
	struct json value = { .kind = JSON_STRING, .text = arena_str(a, str_trim(text)) };
	name = str_trim(name);
	/* a column named twice counts once; `line` is ours */
	if (name.len && value.text.len && !str_eqz(name, "line") && !json_get_str(&row->value, name))
		json_set_key(row, arena_str(a, name), &value);
}

static enum err rows_of_csv(struct arena *a, struct str bytes, struct json_build *list, struct diag *d)
{
	struct csv_reader r;
	struct arena own;
	bool more = true;
	arena_init(&own, 64 << 20);
	enum err e = csv_open(&r, &own, bytes, 0, d);
	if (e == OK && csv_column(&r, S("kind")) < 0)
		e = unreadable(d);
	while (e == OK) {
		struct json_build row;
		e = csv_next(&r, &more, d);
		if (e != OK || !more)
			break;
		json_build_object(&row, a);
		json_set_i64(&row, "line", r.line);
		for (size_t i = 0; i < r.fields && i < r.width; i++)
			put_cell(a, &row, r.header[i], r.field[i]);
		json_add(list, json_built(&row));
	}
	arena_release(&own);
	return e;
}

static enum err rows_of_xlsx(struct arena *a, struct str bytes, struct json_build *list, struct diag *d)
{
	struct paper_rows sheet;
	bool known = false;
	TRY(paper_xlsx_read(a, bytes, &sheet, d));
	for (size_t i = 0; sheet.count && i < sheet.rows[0].count; i++)
		known = known || str_eqz(str_trim(sheet.rows[0].cells[i]), "kind");
	if (!known)
		return unreadable(d);
	for (size_t k = 1; k < sheet.count; k++) {
		struct json_build row;
		json_build_object(&row, a);
		json_set_i64(&row, "line", sheet.rows[k].line);
		for (size_t i = 0; i < sheet.rows[k].count && i < sheet.rows[0].count; i++)
			put_cell(a, &row, sheet.rows[0].cells[i], sheet.rows[k].cells[i]);
		json_add(list, json_built(&row));
	}
	return OK;
}

enum err people_rows(struct arena *a, struct str bytes, const struct json **out, struct diag *d)
{
	struct json_build list;
	json_build_array(&list, a);
	TRY(paper_looks_like_xlsx(bytes) ? rows_of_xlsx(a, bytes, &list, d) : rows_of_csv(a, bytes, &list, d));
	*out = json_built(&list);
	return *out ? OK : ERR_NOMEM;
}
