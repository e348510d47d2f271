/* submit.c - an application becomes a case. */
#include "casework/casework_int.h"

struct submission {
	int64_t id, item, pack_id, organ, region;
	const struct json *item_data, *applicant, *form, *documents;
	struct str case_no, secret;
	const struct pack *pack;
	bool commitment;
	struct str channel;
	struct stated happened; /* taken in on paper before it was entered: counters only */
	struct case_start start;
};

/* Eight characters that nobody confuses when reading them aloud. */
static struct str make_secret(struct act *act)
{
	static const char letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
	uint8_t r[8];
	char s[8];
	os_random(act->cw->entropy, r, sizeof r);
	for (size_t i = 0; i < sizeof s; i++)
		s[i] = letters[r[i] % (sizeof letters - 1)];
	return arena_str(act->a, str_span(s, sizeof s));
}

struct str secret_digest(struct arena *a, struct str secret)
{
	uint8_t digest[LEDGER_HASH];
	struct buf hex, norm;
	buf_init_in(&norm, a, 64);
	buf_init_in(&hex, a, 100);
	for (size_t i = 0; i < secret.len; i++) { /* people type small letters and blanks */
		char c = secret.ptr[i];
		if (c != ' ' && c != '-')
			buf_byte(&norm, (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
	}
	ledger_digest(buf_str(&norm), digest);
	buf_hex(&hex, digest, LEDGER_HASH);
	return buf_str(&hex);
}

/* banjie:ex-officio by="clerk head": people of these posts in the organ enter what the office begins; without it a room does. */
static bool begins_by_hand(struct act *act, const struct submission *s)
{
	unsigned roles = 0;
	for (struct str rest = pack_ex_officio_by(s->pack), role = str_cut(&rest, ' '); role.len; role = str_cut(&rest, ' '))
		roles |= powers_role_of_name(role);
	return roles && powers_in_organ(act->c, act->actor.person, s->organ, roles);
}

/* The item that is in force under this code, its organ and region, and the procedure that cases of it begin with now; 0 = there is none. */
static enum err read_item(struct act *act, struct str code, struct submission *s)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT i.id, i.organ, coalesce(i.region, 0), coalesce(p.id, 0) FROM item i LEFT JOIN pack p ON p.code=i.pack AND p.live=1"
	                          " WHERE i.impl_code=?1 AND i.live=1", &q));
	store_bind_str(q, 1, code);
	enum err e = store_step(q, &row);
	if (e == OK && row) {
		s->item = store_col_i64(q, 0);
		s->organ = store_col_i64(q, 1);
		s->region = store_col_i64(q, 2);
		s->pack_id = store_col_i64(q, 3);
	}
	store_reset(q);
	return e;
}

static enum err find_item(struct act *act, struct submission *s)
{
	struct str code = str_trim(json_text(json_get(act->data, "item")));
	TRY(read_item(act, code, s));
	s->item_data = s->item ? item_data(act, s->item) : NULL;
	if (act_roles(act) == ROLE_VISITOR && !json_bool(json_path(s->item_data, "options.visitors"), false))
		return act_refuse(act, ERR_DENIED, "item.login-first", "Log in to apply for this item.");
	if (!s->item)
		return act_refuse(act, ERR_NOT_FOUND, "item.unknown", "There is no service item %.*s.", STR_ARG(code));
	struct str organ = act->actor.system ? json_text(json_get(act->data, "organ")) : S("");
	if (organ.len)
		s->organ = organ_by_code(act->c, organ);
	if (!s->pack_id)
		return act_refuse(act, ERR_CONFLICT, "item.no-procedure", "This item cannot be applied for here yet: it has no procedure.");
	TRY(pack_running(act, s->pack_id));
	TRY(pack_of(act->cw, act->c, s->pack_id, &s->pack, act->d));
	if (pack_ex_officio(s->pack) && !act->actor.system && !begins_by_hand(act, s))
		return act_refuse(act, ERR_DENIED, "item.ex-officio", "Nobody applies for this: the office begins it by itself.");
	return OK;
}

static enum err check_applicant(struct act *act, struct submission *s)
{
	static const struct json empty = { .kind = JSON_OBJECT };
	s->applicant = json_get(act->data, "applicant");
	s->form = json_get(act->data, "form");
	s->documents = json_get(act->data, "documents");
	s->commitment = json_bool(json_get(act->data, "commitment"), false);
	if (!s->form || s->form->kind != JSON_OBJECT)
		s->form = &empty;
	if (!str_trim(json_text(json_get(s->applicant, "name"))).len) {
		(void)act_refuse(act, ERR_INVALID, "applicant.name", "Give the applicant's name.");
		diag_at(act->d, S("applicant.name"));
		return ERR_INVALID;
	}
	if (s->commitment && !json_bool(json_path(s->item_data, "options.notice_commitment"), false))
		return act_refuse(act, ERR_INVALID, "case.no-commitment", "This item is not decided by notice and commitment.");
	struct str source = json_text(json_get(act->data, "source"));
	s->channel = source.len ? source : act->actor.channel.len ? act->actor.channel : S("2");
	return OK;
}

/* A clerk takes in for others, and only what the clerk's organ takes in. */
static enum err check_counter(struct act *act, struct submission *s)
{
	if (json_text(json_get(act->data, "happened_at")).len && !str_eqz(s->channel, "1") && !act->actor.system)
		return act_refuse(act, ERR_DENIED, "stated.counter", "Only a counter enters an application that was taken in before.");
	TRY(stated_read(act, "happened_at", &s->happened));
	if (!str_eqz(s->channel, "1") || act->actor.system)
		return OK;
	return act->takes_in || powers_in_organ(act->c, act->actor.person, s->organ, ROLE_CLERK | ROLE_HEAD) ? OK
		: act_refuse(act, ERR_DENIED, "counter.other-organ", "Your counter does not take in this item.");
}

static struct str case_number(struct act *act, const struct submission *s, struct json_build *o)
{
	int year, month, day;
	int64_t n;
	char serial[64];
	calendar_day_civil(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
	struct str region = region_head(row_str(act->c, act->a, "SELECT code FROM region WHERE id=?1", s->region));
	if (!region.len)
		region = S("000000");
	snprintf(serial, sizeof serial, "case/%.*s/%04d%02d%02d", STR_ARG(region), year, month, day);
	serial_take(act, serial, o, &n);
	return arena_printf(act->a, "%.*s%04d%02d%02d%06lld", STR_ARG(region), year, month, day, (long long)n);
}

static bool handed_in(const struct json *documents, struct str material)
{
	for (size_t i = 0; documents && documents->kind == JSON_ARRAY && i < documents->count; i++)
		if (str_eq(json_text(json_get(&documents->items[i], "material")), material))
			return true;
	return false;
}

/* Required materials that are not there and may not follow by the item's own rule. */
static const struct json *missing_materials(struct act *act, const struct json *item_data, const struct json *documents)
{
	struct json_build list;
	const struct json *all = json_get(item_data, "materials");
	json_build_array(&list, act->a);
	for (size_t i = 0; all && all->kind == JSON_ARRAY && i < all->count; i++) {
		const struct json *m = &all->items[i];
		if (!json_bool(json_get(m, "required"), false) || handed_in(documents, json_text(json_get(m, "id"))))
			continue;
		struct json_build o;
		json_build_object(&o, act->a);
		json_set_str(&o, "material", json_text(json_get(m, "id")));
		json_set_str(&o, "name", json_text(json_get(m, "name")));
		json_set_str(&o, "name_en", json_text(json_get(m, "name_en")).ptr ? json_text(json_get(m, "name_en")) : S(""));
		json_set_bool(&o, "may_follow", json_bool(json_get(m, "may_follow"), false));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

/* An application handed in by the clerk belongs to the person whose ID number it bears, if registered. */
static int64_t applicant_person(struct act *act, const struct submission *s)
{
	struct str party = json_text(json_get(act->data, "party"));
	if (act->actor.system && party.len)
		return row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", party, 0);
	if (str_eqz(s->channel, "1") || act->actor.system || pack_ex_officio(s->pack)) {
		struct str id_no = json_text(json_get(s->applicant, "id_no"));
		return id_no.len ? row_i64_str(act->c, "SELECT id FROM person WHERE id_no=?1 AND staff=0", id_no, 0) : 0;
	}
	return act->actor.person;
}

/* What the process is told beside form, applicant and what is missing. */
static const struct json *start_rest(struct act *act, const struct submission *s)
{
	struct json_build o, item;
	json_build_object(&o, act->a);
	json_build_object(&item, act->a);
	json_set_str(&item, "impl_code", json_text(json_get(act->data, "item")));
	json_set(&item, "options", json_get(s->item_data, "options"));
	json_set(&o, "item", json_built(&item));
	json_set_bool(&o, "commitment", s->commitment);
	json_set_str(&o, "channel", s->channel);
	return json_built(&o);
}

static enum err emit_received(struct act *act, struct submission *s)
{
	struct json_build o;
	s->start = (struct case_start){ .applicant = s->applicant, .form = s->form, .received_ms = act->now_ms, .rest = start_rest(act, s),
	                                .missing = missing_materials(act, s->item_data, s->documents) };
	if (!s->start.rest || !s->start.missing)
		return ERR_NOMEM;
	json_build_object(&o, act->a);
	s->id = act_id(act);
	s->case_no = case_number(act, s, &o);
	s->secret = make_secret(act);
	json_set_i64(&o, "id", s->id);
	json_set_str(&o, "case_no", s->case_no);
	json_set_i64(&o, "item", s->item);
	json_set_i64(&o, "pack", s->pack_id);
	json_set_i64(&o, "organ", s->organ);
	if (s->region)
		json_set_i64(&o, "region", s->region);
	struct case_row k = { .id = s->id, .case_no = s->case_no, .item = s->item, .pack = s->pack_id, .organ = s->organ, .region = s->region,
	                      .applicant = applicant_person(act, s), .applicant_name = str_trim(json_text(json_get(s->applicant, "name"))),
	                      .channel = s->channel, .commitment = s->commitment, .state = S("received"), .received_ms = act->now_ms, .open = true, .fresh = true };
	json_set_i64(&o, "applicant", k.applicant);
	json_set_str(&o, "applicant_name", k.applicant_name);
	json_set_str(&o, "channel", s->channel);
	json_set_bool(&o, "commitment", s->commitment);
	json_set_str(&o, "state", k.state);
	json_set_i64(&o, "level", 0);
	json_set_i64(&o, "received_ms", act->now_ms);
	stated_set(&o, "happened_ms", &s->happened);
	json_set_str(&o, "secret_digest", secret_digest(act->a, s->secret));
	json_set(&o, "applicant_data", s->applicant);
	json_set(&o, "form", s->form);
	json_set(&o, "missing", s->start.missing);
	json_set(&o, "start", s->start.rest);
	TRY(act_emit(act, "case.received", s->id, &o));
	return act_case_new(act, &k, &s->start);
}

/* Documents come as uploads made before (workspace) and become the case's, or a person's. */
static enum err uploads_become(struct act *act, int64_t case_id, int64_t person, const struct json *documents, struct str kind, struct json_build *ids)
{
	for (size_t i = 0; documents && documents->kind == JSON_ARRAY && i < documents->count; i++) {
		int64_t upload = json_i64(json_get(&documents->items[i], "document"), 0);
		struct str material = json_text(json_get(&documents->items[i], "material"));
		struct store_query *q;
		bool row;
		if (!upload) /* a paper shown at the counter: noted, no file */
			continue;
		TRY(store_prepare(act->c, "SELECT digest, name, mime, size, material FROM upload WHERE id=?1 AND person=?2 AND (?2>0 OR digest=?3)", &q));
		store_bind_i64(q, 1, upload);
		store_bind_i64(q, 2, act->actor.person);
		store_bind_str(q, 3, json_text(json_get(&documents->items[i], "digest")));
		TRY(store_step(q, &row));
		if (!row)
			return act_refuse(act, ERR_INVALID, "document.unknown", "An uploaded file is not there any more. Upload it again.");
		struct str digest = store_col_copy(q, 0, act->a), name = store_col_copy(q, 1, act->a), mime = store_col_copy(q, 2, act->a);
		int64_t size = store_col_i64(q, 3);
		struct str own = store_col_copy(q, 4, act->a);
		store_reset(q);
		int64_t id;
		TRY(document_of(act, case_id, person, name, mime, kind, material.len ? material : own, digest, size, &id));
		if (ids)
			json_add_i64(ids, id);
		TRY(store_prepare(act->c, "DELETE FROM upload WHERE id=?1", &q));
		store_bind_i64(q, 1, upload);
		TRY(store_exec(q));
	}
	return OK;
}

enum err uploads_file(struct act *act, int64_t case_id, const struct json *documents, struct str kind, struct json_build *ids)
{
	return uploads_become(act, case_id, act->actor.person, documents, kind, ids);
}

enum err uploads_file_person(struct act *act, int64_t person, const struct json *documents, struct json_build *ids)
{
	return uploads_become(act, 0, person, documents, S("file"), ids);
}

enum err documents_attach(struct act *act, int64_t case_id, const struct json *documents)
{
	return uploads_file(act, case_id, documents, S("material"), NULL);
}

/* ---- what the process gets to know ---- */

static enum err start_process(struct act *act, const struct submission *s)
{
	struct feel_value input;
	TRY(case_start_value(act->cw, act->a, &s->start, &input, act->d));
	return engine_start(act, s->id, &input);
}

/* The receipt that every applicant gets at once (ALL/32): a letter of the pack where it has one. */
static enum err write_receipt(struct act *act, const struct submission *s)
{
	struct case_row k;
	for (size_t i = 0; i < s->pack->letters_count; i++) {
		if (!str_eqz(s->pack->letters[i].key, "receipt"))
			continue;
		int64_t id;
		TRY(act_case(act, s->id, &k));
		TRY(letter_receipt(act, &k, s->pack, &id));
		json_set_i64(&act->reply, "receipt", id);
		return OK;
	}
	return OK;
}

enum err case_bar(struct act *act, int64_t case_id, const struct json *persons)
{
	struct json_build o;
	if (!persons || !persons->count)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", case_id);
	json_set(&o, "persons", persons);
	return act_emit(act, "case.barred", case_id, &o);
}

enum err act_case_submit(struct act *act)
{
	struct submission s = { 0 };
	struct case_row k;
	TRY(find_item(act, &s));
	TRY(check_applicant(act, &s));
	TRY(check_counter(act, &s));
	TRY(emit_received(act, &s));
	TRY(documents_come(act, s.id));
	TRY(write_receipt(act, &s));
	TRY(start_process(act, &s));
	int64_t draft = json_i64(json_get(act->data, "draft"), 0);
	if (draft)
		TRY(draft_remove(act, draft));
	struct str contact = str_trim(json_text(json_get(act->data, "contact")));
	if (contact.len)
		TRY(contact_to_case(act, row_i64_str(act->c, "SELECT id FROM contact WHERE contact_no=?1", contact, 0), s.id));
	TRY(act_case(act, s.id, &k));
	json_set_str(&act->reply, "case_no", s.case_no);
	json_set_str(&act->reply, "secret", s.secret);
	json_set_str(&act->reply, "received_at", instant_text(act->a, calendar_now(act->cw), k.received_ms));
	json_set_str(&act->reply, "state", k.state);
	struct clock_row *clocks;
	TRY(act_clocks(act, s.id, &clocks));
	json_set(&act->reply, "stages", case_stages(act->c, act->cw, act->a, &k, clocks));
	return OK;
}

enum err missing_update(struct act *act, int64_t case_id)
{
	struct case_row k;
	struct json_build list, o;
	TRY(act_case(act, case_id, &k));
	const struct json *old = case_missing(act->c, act->a, &k);
	if (!k.open || !old || !old->count)
		return OK;
	json_build_array(&list, act->a);
	for (size_t i = 0; i < old->count; i++) {
		struct store_query *q;
		bool row;
		TRY(store_prepare(act->c, "SELECT 1 FROM document WHERE case_id=?1 AND material=?2 AND kind='material' LIMIT 1", &q));
		store_bind_i64(q, 1, case_id);
		store_bind_str(q, 2, json_text(json_get(&old->items[i], "material")));
		TRY(store_step(q, &row));
		store_reset(q);
		if (!row)
			json_add(&list, &old->items[i]);
	}
	if (list.value.count == old->count)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", case_id);
	json_set(&o, "missing", json_built(&list));
	return act_emit(act, "case.missing", case_id, &o);
}

enum err documents_come(struct act *act, int64_t case_id)
{
	const struct json *documents = json_get(act->data, "documents");
	if (!documents || !documents->count)
		return OK;
	TRY(documents_attach(act, case_id, documents));
	return missing_update(act, case_id);
}
