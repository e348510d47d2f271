/* complaint_facts.c - from what the complainant says to who is meant, and who may handle it.
 *
 * Recusal begins here: whoever is meant is barred from the case, and the organ meant never becomes the one that handles it.
 */
#include "hotline/hotline_int.h"

static enum err refuse_at(struct act *act, enum err e, const char *code, const char *place, const char *text)
{
	(void)act_refuse(act, e, code, "%s", text);
	diag_at(act->d, str_of(place));
	return e;
}

static void bar(struct act *act, struct complaint_facts *f, int64_t person)
{
	struct json_build o;
	if (!person)
		return;
	json_build_object(&o, act->a);
	json_set_i64(&o, "person", person);
	json_add(&f->barred, json_built(&o));
}

static int64_t two_keys(struct act *act, const char *sql, int64_t organ, struct str text)
{
	struct store_query *q;
	bool row;
	if (store_prepare(act->c, sql, &q) != OK)
		return 0;
	store_bind_i64(q, 1, organ);
	store_bind_str(q, 2, text);
	int64_t id = store_step(q, &row) == OK && row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return id;
}

/* ---- each kind of subject ---- */

static enum err of_organ(struct act *act, const struct json *form, struct complaint_facts *f)
{
	f->organ = organ_by_code(act->c, hotline_text(form, "organ"));
	return f->organ ? OK : refuse_at(act, ERR_INVALID, "complaint.organ", "organ", "Choose the office that the complaint is about.");
}

/* A person by login, or by the name of somebody in that office; a name that fits nobody stays words. */
static enum err of_person(struct act *act, const struct json *form, struct complaint_facts *f)
{
	struct str who = hotline_text(form, "person");
	if (!who.len)
		return refuse_at(act, ERR_INVALID, "complaint.person", "person", "Say who the complaint is about, by name or by what you remember.");
	f->organ = organ_by_code(act->c, hotline_text(form, "organ"));
	f->person = row_i64_str(act->c, "SELECT id FROM person WHERE login=?1 AND staff=1", who, 0);
	if (!f->person && f->organ)
		f->person = two_keys(act, "SELECT n.id FROM person n WHERE n.name=?2 AND n.staff=1 AND EXISTS"
		                          "(SELECT 1 FROM post p WHERE p.organ=?1 AND (p.a=n.id OR p.b=n.id)) ORDER BY n.id LIMIT 1", f->organ, who);
	if (!f->organ)
		f->organ = row_i64(act->c, "SELECT organ FROM post WHERE a=?1 OR b=?1 ORDER BY id LIMIT 1", f->person, 0);
	bar(act, f, f->person);
	return f->organ ? OK : refuse_at(act, ERR_INVALID, "complaint.organ", "organ", "Choose the office that the complaint is about.");
}

/* A counter is a post of clerks; both who hold it are meant. Without its code the words stay, and the office counts. */
static enum err of_window(struct act *act, const struct json *form, struct complaint_facts *f)
{
	struct str code = hotline_text(form, "window");
	f->window = code.len ? row_i64_str(act->c, "SELECT id FROM post WHERE code=?1 AND role='clerk'", code, 0) : 0;
	f->organ = f->window ? row_i64(act->c, "SELECT organ FROM post WHERE id=?1", f->window, 0) : organ_by_code(act->c, hotline_text(form, "organ"));
	bar(act, f, row_i64(act->c, "SELECT a FROM post WHERE id=?1", f->window, 0));
	bar(act, f, row_i64(act->c, "SELECT b FROM post WHERE id=?1", f->window, 0));
	return f->organ ? OK : refuse_at(act, ERR_INVALID, "complaint.organ", "organ", "Choose the office that the complaint is about.");
}

static enum err of_case(struct act *act, const struct json *form, struct complaint_facts *f)
{
	struct case_row k;
	if (case_find(act->c, act->a, hotline_text(form, "case_no"), &k) != OK)
		return refuse_at(act, ERR_INVALID, "complaint.case", "case_no", "There is no case with this number. Look at the receipt again.");
	f->of_case = k.id;
	f->organ = k.organ;
	return OK;
}

static enum err of_matter(struct act *act, const struct json *form, struct complaint_facts *f)
{
	f->responsible = organ_by_code(act->c, hotline_text(form, "organ"));
	return OK;
}

static const struct { const char *about; enum err (*find)(struct act *, const struct json *, struct complaint_facts *); } subjects[] = {
	{ "organ", of_organ }, { "person", of_person }, { "window", of_window }, { "case", of_case }, { "matter", of_matter },
};

/* ---- who handles it ---- */

/* The organ above; else the one that the item names for it; else the one that has the supervisors; never the one meant. */
static int64_t supervising_of(struct act *act, int64_t item, int64_t meant)
{
	int64_t above = row_i64(act->c, "SELECT parent FROM organ WHERE id=?1", meant, 0);
	if (above && above != meant && row_i64(act->c, "SELECT 1 FROM post WHERE organ=?1 AND role IN ('reviewer', 'head') LIMIT 1", above, 0))
		return above;
	int64_t named = organ_by_code(act->c, json_text(json_path(item_data(act, item), "joint_organs.supervising")));
	if (named && named != meant)
		return named;
	return row_i64(act->c, "SELECT organ FROM post WHERE role='supervisor' AND organ<>?1 ORDER BY id LIMIT 1", meant, 0);
}

enum err complaint_facts(struct act *act, int64_t item, const struct json *form, int64_t desk, struct complaint_facts *f)
{
	*f = (struct complaint_facts){ .about = hotline_text(form, "about") };
	json_build_array(&f->barred, act->a);
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		if (!str_eqz(f->about, subjects[i].about))
			continue;
		TRY(subjects[i].find(act, form, f));
		f->supervising = supervising_of(act, item, f->organ);
		if (!f->responsible)
			f->responsible = desk;
		return f->supervising ? OK : act_refuse(act, ERR_CONFLICT, "complaint.nobody-above",
			"No organ stands above the one complained about. An administrator must name one.");
	}
	return refuse_at(act, ERR_INVALID, "complaint.about", "about", "Say what the complaint is about.");
}
