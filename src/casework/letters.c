/* letters.c - what the office writes: letters, notices to people, licences.
 *
 * A letter is rendered once and filed as bytes under their digest; what was sent stays what
 * was sent, whatever becomes of the template.
 */
#include "base/utf8.h"
#include "casework/casework_int.h"

enum err document_file(struct act *act, int64_t case_id, struct str name, struct str mime, struct str kind,
                       struct str material, struct str bytes, int64_t *id)
{
	struct str digest;
	TRY(content_keep(act, bytes, &digest));
	return document_refer(act, case_id, name, mime, kind, material, digest, (int64_t)bytes.len, id);
}

enum err document_refer(struct act *act, int64_t case_id, struct str name, struct str mime, struct str kind,
                        struct str material, struct str digest, int64_t size, int64_t *id)
{
	return document_of(act, case_id, act->actor.person, name, mime, kind, material, digest, size, id);
}

enum err document_of(struct act *act, int64_t case_id, int64_t person, struct str name, struct str mime, struct str kind,
                     struct str material, struct str digest, int64_t size, int64_t *id)
{
	struct json_build o;
	int64_t document = act_id(act);
	json_build_object(&o, act->a);
	json_set_i64(&o, "document", document);
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "person", person);
	json_set_str(&o, "digest", digest);
	json_set_str(&o, "name", name);
	json_set_str(&o, "mime", mime);
	json_set_i64(&o, "size", size);
	json_set_str(&o, "kind", kind);
	json_set_str(&o, "material", material);
	json_set_i64(&o, "at_ms", act->now_ms);
	if (id)
		*id = document;
	return act_emit(act, "document.added", case_id, &o);
}

static enum err digest_of(struct act *act, struct str bytes, struct str *digest)
{
	uint8_t hash[LEDGER_HASH];
	struct buf hex;
	ledger_digest(bytes, hash);
	buf_init_in(&hex, act->a, 100);
	buf_hex(&hex, hash, LEDGER_HASH);
	return buf_finish(&hex, digest);
}

enum err content_keep(struct act *act, struct str bytes, struct str *digest)
{
	struct store_query *q;
	TRY(digest_of(act, bytes, digest));
	TRY(store_prepare(act->c, "INSERT INTO content(digest, bytes, kept_seq) VALUES(?1, ?2, ?3) ON CONFLICT(digest) DO NOTHING", &q));
	store_bind_str(q, 1, *digest);
	store_bind_blob(q, 2, bytes);
	store_bind_i64(q, 3, (int64_t)act->seq);
	return store_exec(q);
}

/* A letter's bytes, under its document's number. After a restore to a moment the letters of later ones are still there, and nobody's: a letter that takes such a
 * number takes its place, and of what else takes one the bytes are those of its digest. */
static enum err letter_file(struct act *act, int64_t case_id, struct str name, struct str kind, struct str template, struct str bytes, int64_t *id)
{
	struct str digest;
	struct store_query *q;
	TRY(digest_of(act, bytes, &digest));
	TRY(document_refer(act, case_id, name, S("text/html"), kind, template, digest, (int64_t)bytes.len, id));
	TRY(store_prepare(act->c, "INSERT INTO letter(document, bytes, kept_seq) VALUES(?1, ?2, ?3)"
	                          " ON CONFLICT(document) DO UPDATE SET bytes=?2, kept_seq=?3", &q));
	store_bind_i64(q, 1, *id);
	store_bind_blob(q, 2, bytes);
	store_bind_i64(q, 3, (int64_t)act->seq);
	return store_exec(q);
}

enum err notice_send(struct act *act, int64_t person, int64_t case_id, struct str title, struct str title_en,
                     struct str text, struct str text_en, int64_t document)
{
	int64_t notice;
	return notice_send_id(act, person, case_id, title, title_en, text, text_en, document, &notice);
}

enum err notice_send_id(struct act *act, int64_t person, int64_t case_id, struct str title, struct str title_en,
                        struct str text, struct str text_en, int64_t document, int64_t *notice)
{
	struct json_build o;
	*notice = 0;
	if (!person)
		return OK;
	*notice = act_id(act);
	json_build_object(&o, act->a);
	json_set_i64(&o, "notice", *notice);
	json_set_i64(&o, "person", person);
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&o, "title", title);
	json_set_str(&o, "title_en", title_en);
	json_set_str(&o, "text", text);
	json_set_str(&o, "text_en", text_en);
	if (document)
		json_set_i64(&o, "document", document);
	return act_emit(act, "notice.sent", case_id, &o);
}

/* ---- what a template may say ---- */

static struct str day_zh(struct act *act, int64_t ms)
{
	int year, month, day;
	if (!ms)
		return S("");
	calendar_day_civil(calendar_day_at(ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
	return arena_printf(act->a, "%d年%d月%d日", year, month, day);
}

static struct str day_iso(struct act *act, int64_t ms)
{
	return ms ? day_text(act->a, calendar_day_at(ms, calendar_offset_s(calendar_now(act->cw)))) : S("");
}

static const struct json *case_json(struct act *act, const struct case_row *k)
{
	struct json_build o;
	json_build_object(&o, act->a);
	/* the last millisecond that is still in time lies on the due day */
	int64_t due = k->due_ms ? k->due_ms - 1 : 0;
	json_set_str(&o, "case_no", k->case_no);
	json_set_str(&o, "receipt_no", k->receipt_no.ptr ? k->receipt_no : S(""));
	json_set_str(&o, "received_on", day_iso(act, k->received_ms));
	json_set_str(&o, "received_zh", day_zh(act, k->received_ms));
	json_set_str(&o, "accepted_on", day_iso(act, k->accepted_ms));
	json_set_str(&o, "accepted_zh", day_zh(act, k->accepted_ms));
	json_set_str(&o, "due_on", day_iso(act, due));
	json_set_str(&o, "due_zh", day_zh(act, due));
	json_set_bool(&o, "provisional", k->provisional);
	json_set_bool(&o, "deemed", k->deemed);
	return json_built(&o);
}

static const struct json *named(struct act *act, const char *sql, int64_t id)
{
	struct json_build o;
	struct store_query *q;
	bool row;
	json_build_object(&o, act->a);
	if (store_prepare(act->c, sql, &q) == OK) {
		store_bind_i64(q, 1, id);
		if (store_step(q, &row) == OK && row)
			for (int i = 0; i < store_col_count(q); i++)
				json_set_str(&o, store_col_name(q, i), store_col_copy(q, i, act->a));
		store_reset(q);
	}
	return json_built(&o);
}

static const char last_licence[] = "SELECT id FROM licence WHERE case_id=?1 ORDER BY id DESC LIMIT 1";

void licence_ahead(struct store_conn *c, int64_t case_id)
{
	ahead_i64(c, last_licence, case_id);
}

/* One that has just come in has what the same act has issued. */
static bool has_licence(struct act *act, int64_t case_id)
{
	return act_made(act, case_id) ? act_said(act, case_id, "licence.issued") != NULL : row_i64(act->c, last_licence, case_id, 0) != 0;
}

#define LICENCE "SELECT number, name, name_en, holder, issued_on, valid_until FROM licence WHERE "

static const struct json *licence_json(struct act *act, int64_t case_id)
{
	return has_licence(act, case_id) ? named(act, LICENCE "case_id=?1 ORDER BY id DESC LIMIT 1", case_id) : NULL;
}

/* The context of the task completed last: the variable named like that step's element. */
static const struct json *last_step(struct act *act, int64_t case_id, const struct json *vars)
{
	if (!vars)
		return NULL;
	const struct step_over *s, *last = NULL;
	if (act_steps_over(act, case_id, &s) != OK)
		return NULL;
	for (; s; s = s->next) /* of those with the same moment the one with the greatest id comes first */
		if (s->done && (!last || s->closed_ms > last->closed_ms))
			last = s;
	return last ? json_get_str(vars, last->element) : NULL;
}

/* What was handed in, and what is missing. */
static void set_application(struct act *act, const struct case_row *k, struct json_build *o)
{
	struct case_start s;
	if (act_case_start(act, k->id, &s) != OK)
		s = (struct case_start){ 0 }; /* of one that was imported little is there */
	json_set(o, "applicant", s.applicant);
	json_set(o, "form", s.form);
	json_set(o, "missing", k->missing.ptr ? parse(act->a, k->missing) : s.missing);
}

static const struct json *letter_data(struct act *act, const struct case_row *k, const struct json *vars, const struct json *step, const struct json *licence)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set(&o, "case", case_json(act, k));
	json_set(&o, "item", item_data(act, k->item));
	json_set(&o, "organ", named(act, "SELECT code, name, name_en FROM organ WHERE id=?1", k->organ));
	set_application(act, k, &o);
	json_set(&o, "vars", vars);
	json_set(&o, "step", step);
	json_set(&o, "licence", licence);
	json_set_str(&o, "today", day_iso(act, act->now_ms));
	json_set_str(&o, "today_zh", day_zh(act, act->now_ms));
	return json_built(&o);
}

static const struct json *letter_data_now(struct act *act, const struct case_row *k, const struct json *vars)
{
	return letter_data(act, k, vars, last_step(act, k->id, vars), licence_json(act, k->id));
}

static const struct mustache *template_of(const struct pack *p, struct str key)
{
	for (size_t i = 0; i < p->letters_count; i++)
		if (str_eq(p->letters[i].key, key))
			return p->letters[i].template;
	return NULL;
}

static enum err file_letter(struct act *act, const struct case_row *k, const struct pack *p, const struct letter *l, const struct json *data, int64_t *id)
{
	const struct mustache *t = template_of(p, l->template);
	if (!t)
		return act_refuse(act, ERR_INVALID, "pack.no-letter", "The pack has no letter %.*s.", STR_ARG(l->template));
	struct buf b;
	struct str body;
	buf_init_in(&b, act->a, 4 << 20);
	if (!data)
		return ERR_NOMEM;
	TRY(mustache_render(t, data, NULL, act->a, &b));
	TRY(buf_finish(&b, &body));
	return letter_file(act, k->id, l->title.len ? l->title : l->template, l->kind, l->template, body, id);
}

static enum err write_letter(struct act *act, const struct case_row *k, const struct pack *p, const struct letter *l, const struct json *data, int64_t *document)
{
	int64_t id;
	TRY(file_letter(act, k, p, l, data, &id));
	if (document)
		*document = id;
	struct str name = l->title.len ? l->title : l->template, name_en = l->title_en.len ? l->title_en : name;
	struct str text = arena_printf(act->a, "办件 %.*s:%.*s。", STR_ARG(k->case_no), STR_ARG(name));
	struct str text_en = arena_printf(act->a, "Case %.*s: %.*s.", STR_ARG(k->case_no), STR_ARG(name_en));
	return notice_send(act, k->applicant, k->id, name, name_en, text, text_en, id);
}

enum err letter_make(struct act *act, const struct case_row *k, const struct pack *p, const struct letter *l, const struct json *vars,
                     const struct letter_then *then, int64_t *document)
{
	const struct json *licence = then->licence ? named(act, LICENCE "id=?1", then->licence) : NULL;
	return file_letter(act, k, p, l, letter_data(act, k, vars, then->step, licence), document);
}

bool letter_shows_number(const struct pack *p, struct str template, struct arena *a)
{
	static const char mark[] = "0-of-a-licence-0";
	const struct mustache *t = template_of(p, template);
	struct json_build o, licence;
	struct buf b;
	json_build_object(&licence, a);
	json_set_str(&licence, "number", str_of(mark));
	json_build_object(&o, a);
	json_set(&o, "licence", json_built(&licence));
	buf_init_in(&b, a, 4 << 20);
	const struct json *data = json_built(&o);
	return t && data && mustache_render(t, data, NULL, a, &b) == OK && str_find(buf_str(&b), str_of(mark)) >= 0;
}

enum err letter_write(struct act *act, struct case_row *k, const struct pack *p, struct str template,
                      struct str title, struct str title_en, struct str doc_kind, const struct json *extra, int64_t *document)
{
	/* the dates in the letter are those after the milestones of the same task */
	TRY(case_refresh(act, k->id));
	TRY(act_case(act, k->id, k));
	return write_letter(act, k, p, &(struct letter){ template, title, title_en, doc_kind }, letter_data_now(act, k, extra), document);
}

enum err letter_receipt(struct act *act, const struct case_row *k, const struct pack *p, int64_t *document)
{
	static const struct letter receipt = { S_INIT("receipt"), S_INIT("收件凭证"), S_INIT("Receipt"), S_INIT("letter") };
	return write_letter(act, k, p, &receipt, letter_data_now(act, k, NULL), document);
}

/* ---- licences ---- */

/* A program of before cut the name of a long prefix by bytes, and counted by what was left of the next character too. *least: so far. */
static enum err counted_by_half(struct act *act, const char *whole, int year, int64_t *least)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT max(value) FROM serial WHERE name>?1 AND name<?2 AND name LIKE ?3", &q));
	store_bind_str(q, 1, arena_printf(act->a, "%s\x7f", whole));
	store_bind_str(q, 2, arena_printf(act->a, "%s\xf4\x8f\xbf\xbf", whole));
	store_bind_str(q, 3, arena_printf(act->a, "%%/%04d", year));
	TRY(store_step(q, &row));
	*least = store_col_i64(q, 0);
	store_reset(q);
	return OK;
}

/* "JY{region}{year}{seq:5}": the serial counts by prefix and year. */
static enum err licence_number(struct act *act, const struct case_row *k, struct str pattern, struct json_build *o, struct str *out)
{
	int year, month, day;
	calendar_day_civil(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
	struct str region = row_str(act->c, act->a, "SELECT code FROM region WHERE id=?1", k->region);
	ptrdiff_t brace = str_find_byte(pattern, '{');
	char serial[96];
	int cut = snprintf(serial, sizeof serial, "licence/%.*s", brace > 0 ? (int)(brace > 40 ? 40 : brace) : 0, pattern.ptr);
	size_t whole = utf8_mend(serial, (size_t)cut);
	int64_t seq, least = 0;
	serial[whole] = 0;
	if (whole < (size_t)cut)
		TRY(counted_by_half(act, serial, year, &least));
	snprintf(serial + whole, sizeof serial - whole, "/%04d", year);
	serial_take_after(act, serial, least, o, &seq);
	struct buf b;
	buf_init_in(&b, act->a, 128);
	while (pattern.len) {
		if (str_starts(pattern, S("{region}")))
			buf_put(&b, region_head(region));
		else if (str_starts(pattern, S("{year}")))
			buf_printf(&b, "%04d", year);
		else if (str_starts(pattern, S("{seq:")) && pattern.len > 6)
			buf_printf(&b, "%0*lld", pattern.ptr[5] - '0', (long long)seq);
		if (pattern.ptr[0] != '{') {
			buf_byte(&b, pattern.ptr[0]);
			pattern = str_sub(pattern, 1, pattern.len);
		} else {
			ptrdiff_t end = str_find_byte(pattern, '}');
			pattern = end < 0 ? str_sub(pattern, pattern.len, pattern.len) : str_sub(pattern, (size_t)end + 1, pattern.len);
		}
	}
	return buf_finish(&b, out);
}

/* "P5Y", "P18M", "P30D": the day before the corresponding day (valid five years from issue). */
static struct str valid_until(struct act *act, struct str validity)
{
	int year, month, day;
	int64_t n;
	if (validity.len < 3 || validity.ptr[0] != 'P' || !str_to_i64(str_sub(validity, 1, validity.len - 1), &n))
		return (struct str){ NULL, 0 };
	calendar_day issued = calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw)));
	char unit = validity.ptr[validity.len - 1];
	if (unit == 'D')
		return day_text(act->a, issued + (calendar_day)n - 1);
	calendar_day_civil(issued, &year, &month, &day);
	int64_t months = (int64_t)year * 12 + (month - 1) + (unit == 'Y' ? n * 12 : n);
	int to_year = (int)(months / 12), to_month = (int)(months % 12) + 1;
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (to_year % 4 == 0 && to_year % 100 != 0) || to_year % 400 == 0;
	int last = lengths[to_month - 1] + (to_month == 2 && leap);
	return day_text(act->a, calendar_day_of(to_year, to_month, day < last ? day : last) - 1);
}

enum err licence_issue(struct act *act, struct case_row *k, const struct pack *p, const struct xml_node *issue, const struct json *vars)
{
	struct json_build o;
	struct str number;
	json_build_object(&o, act->a);
	TRY(licence_number(act, k, xml_attr(issue, "number"), &o, &number));
	const struct json *applicant = parse(act->a, row_str(act->c, act->a, "SELECT applicant FROM case_data WHERE id=?1", k->id));
	int64_t licence = act_id(act), document;
	json_set_i64(&o, "licence", licence);
	json_set_str(&o, "number", number);
	json_set_i64(&o, "case", k->id);
	json_set_i64(&o, "item", k->item);
	json_set_str(&o, "name", xml_attr(issue, "name"));
	json_set_str(&o, "name_en", xml_attr(issue, "name_en").ptr ? xml_attr(issue, "name_en") : S(""));
	json_set_str(&o, "holder", json_text(json_get(applicant, "name")).ptr ? json_text(json_get(applicant, "name")) : S(""));
	json_set_str(&o, "issued_on", day_iso(act, act->now_ms));
	json_set_str(&o, "valid_until", valid_until(act, xml_attr(issue, "validity")));
	TRY(act_emit(act, "licence.issued", k->id, &o));
	struct str template = xml_attr(issue, "template");
	if (!template.len)
		return OK;
	return letter_write(act, k, p, template, xml_attr(issue, "name"), xml_attr(issue, "name_en"), S("licence"), vars, &document);
}
