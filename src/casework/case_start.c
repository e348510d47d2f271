/* case_start.c - what a case began with: kept once, with the case, and never changed. The process is told it, and its stored instance names
 * those variables without repeating them.
 */
#include "casework/casework_int.h"

/* From a citizen's number of 18 digits (GB 11643): the birthday stands in places 7 to 14. */
static void set_age(struct casework *cw, struct arena *a, int64_t at_ms, struct str id_no, struct json_build *o)
{
	int64_t date;
	int year, month, day, y, m, d;
	if (id_no.len != 18 || !str_to_i64(str_sub(id_no, 6, 14), &date))
		return;
	y = (int)(date / 10000);
	m = (int)(date / 100 % 100);
	d = (int)(date % 100);
	if (y < 1850 || m < 1 || m > 12 || d < 1 || d > 31)
		return;
	calendar_day_civil(calendar_day_at(at_ms, calendar_offset_s(calendar_now(cw))), &year, &month, &day);
	json_set_i64(o, "age", year - y - (month < m || (month == m && day < d)));
	json_set_str(o, "birth_date", arena_printf(a, "%04d-%02d-%02d", y, m, d));
	json_set_str(o, "sex", (id_no.ptr[16] - '0') % 2 ? S("male") : S("female"));
}

static void set_all(struct json_build *o, const struct json *from)
{
	for (size_t i = 0; from && from->kind == JSON_OBJECT && i < from->count; i++)
		json_set_key(o, from->members[i].key, &from->members[i].value);
}

enum err case_start_value(struct casework *cw, struct arena *a, const struct case_start *s, struct feel_value *out, struct diag *d)
{
	struct json_build o, applicant;
	json_build_object(&o, a);
	json_build_object(&applicant, a);
	set_all(&applicant, s->applicant);
	if (!json_get(s->applicant, "age"))
		set_age(cw, a, s->received_ms, json_text(json_get(s->applicant, "id_no")), &applicant);
	json_set(&o, "form", s->form);
	json_set(&o, "applicant", json_built(&applicant));
	set_all(&o, s->rest);
	json_set(&o, "missing", s->missing);
	json_set_str(&o, "received_on", day_text(a, calendar_day_at(s->received_ms, calendar_offset_s(calendar_now(cw)))));
	const struct json *v = json_built(&o);
	return v ? feel_from_json(a, v, out, d) : ERR_NOMEM;
}

static const char began_with[] = "SELECT applicant, form, start, missing FROM case_data WHERE id=?1";

void case_start_ahead(struct store_conn *c, int64_t case_id)
{
	ahead_i64(c, began_with, case_id);
}

enum err case_start_read(struct store_conn *c, struct arena *a, int64_t case_id, struct case_start *out, struct diag *d)
{
	struct store_query *q;
	struct str texts[4];
	const struct json **parts[] = { &out->applicant, &out->form, &out->rest, &out->missing };
	bool row;
	*out = (struct case_start){ 0 };
	TRY(store_prepare(c, began_with, &q));
	store_bind_i64(q, 1, case_id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	for (int i = 0; i < 4; i++)
		texts[i] = store_col_copy(q, i, a);
	store_reset(q);
	for (int i = 0; i < 4; i++)
		if (texts[i].len)
			TRY(json_read(a, texts[i], parts[i], d));
	return OK;
}

static const char missing_at_start[] = "SELECT missing FROM case_data WHERE id=?1";

void missing_ahead(struct store_conn *c, int64_t case_id)
{
	ahead_i64(c, missing_at_start, case_id);
}

const struct json *case_missing(struct store_conn *c, struct arena *a, const struct case_row *k)
{
	struct str now = k->missing.ptr ? k->missing : row_str(c, a, missing_at_start, k->id);
	return parse(a, now);
}
