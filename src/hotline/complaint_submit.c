/* complaint_submit.c - a complaint is handed in: online, at the counter, by telephone, by letter.
 *
 * A hidden name is put away before anything is written down; what becomes the case's applicant is a mask. Online, whoever wants to
 * stay hidden comes without a login, so that nothing ties the complaint to an account.
 */
#include "hotline/hotline_int.h"

enum { TITLE_MAX = 300, TEXT_MAX = 12000 };

struct intake {
	struct act *act;
	struct str item, identity, received_by, name;
	int64_t item_id, desk, organ; /* organ: in place of the desk, when the complaint is about it; 0 = the desk */
	bool staff;
};

static enum err refuse_at(struct act *act, enum err e, const char *code, const char *place, const char *text)
{
	(void)act_refuse(act, e, code, "%s", text);
	diag_at(act->d, str_of(place));
	return e;
}

static enum err find_item(struct intake *x)
{
	struct act *act = x->act;
	x->item = hotline_text(act->data, "item");
	if (!x->item.len)
		x->item = row_str(act->c, act->a, "SELECT impl_code FROM item WHERE pack='complaint' AND live=?1 ORDER BY id LIMIT 1", 1);
	x->item_id = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1 AND pack IN ('complaint', 'petition') AND live=1", x->item, 0);
	if (!x->item_id)
		return act_refuse(act, ERR_NOT_FOUND, "complaint.no-desk", "Complaints are not taken in here yet: no item says who takes them in.");
	x->desk = row_i64(act->c, "SELECT organ FROM item WHERE id=?1", x->item_id, 0);
	return OK;
}

/* Only the desk types in what came by other ways. */
static enum err check_way(struct intake *x)
{
	struct act *act = x->act;
	struct str by = hotline_text(act->data, "received_by");
	x->received_by = by.len ? by : S("online");
	x->staff = !str_eqz(x->received_by, "online");
	TRY(hotline_choice(act, x->received_by, "online counter phone letter", "received_by"));
	if (!x->staff || act->actor.system || powers_in_organ(act->c, act->actor.person, x->desk, ROLE_CLERK | ROLE_HEAD))
		return OK;
	return act_refuse(act, ERR_DENIED, "complaint.desk-only", "Only the office that takes complaints in types in what came by telephone, letter or at the counter.");
}

static enum err check_identity(struct intake *x)
{
	struct act *act = x->act;
	struct str identity = hotline_text(act->data, "identity");
	x->identity = identity.len ? identity : S("open");
	TRY(hotline_choice(act, x->identity, "open protected anonymous", "identity"));
	bool open = str_eqz(x->identity, "open");
	if (!open && !x->staff && act->actor.person)
		return refuse_at(act, ERR_CONFLICT, "complaint.logged-in", "identity",
		                 "To stay hidden, hand the complaint in without logging in: then nothing ties it to your account.");
	if (str_eqz(x->identity, "anonymous"))
		return OK;
	x->name = hotline_text(act->data, "name");
	if (!x->name.len && open && act->actor.person && !x->staff)
		x->name = row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", act->actor.person);
	if (!x->name.len)
		return refuse_at(act, ERR_INVALID, "complaint.name", "name", "Give your name, or hand the complaint in anonymously.");
	if (!hotline_text(act->data, "phone").len && !hotline_text(act->data, "address").len && (x->staff || !act->actor.person))
		return refuse_at(act, ERR_INVALID, "complaint.contact", "phone", "Give a telephone number or an address, so that you can be answered and called back.");
	return OK;
}

static enum err check_words(struct intake *x)
{
	struct act *act = x->act;
	struct str title = hotline_text(act->data, "title"), text = hotline_text(act->data, "text"), day = hotline_text(act->data, "happened_on");
	calendar_day when;
	if (!title.len || title.len > TITLE_MAX)
		return refuse_at(act, ERR_INVALID, "complaint.title", "title", "Say in a few words what it is about, at most 100 characters.");
	if (!text.len || text.len > TEXT_MAX)
		return refuse_at(act, ERR_INVALID, "complaint.text", "text", "Tell what happened, in at most 4,000 characters.");
	if (day.len && (!calendar_day_parse(day, &when) || when > calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw)))))
		return refuse_at(act, ERR_INVALID, "complaint.day", "happened_on", "The day on which it happened is a date such as 2026-03-02, not in the future.");
	return OK;
}

/* ---- what the case is made of ---- */

static void copy_text(struct json_build *o, const struct json *from, const char *key)
{
	struct str s = hotline_text(from, key);
	if (s.len)
		json_set_str(o, key, s);
}

static const struct json *applicant_json(const struct intake *x)
{
	struct json_build o;
	bool open = str_eqz(x->identity, "open");
	json_build_object(&o, x->act->a);
	json_set_str(&o, "name", open ? x->name : str_eqz(x->identity, "anonymous") ? S(HOTLINE_ANONYMOUS) : S(HOTLINE_PROTECTED));
	json_set_str(&o, "kind", S("1"));
	if (open) {
		copy_text(&o, x->act->data, "phone");
		copy_text(&o, x->act->data, "address");
		copy_text(&o, x->act->data, "id_type");
		copy_text(&o, x->act->data, "id_no");
	}
	return json_built(&o);
}

static const struct json *form_json(const struct intake *x)
{
	static const char *const keys[] = { "about", "organ", "person", "window", "case_no", "category", "title", "happened_on", "text", "request" };
	struct json_build o;
	json_build_object(&o, x->act->a);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		copy_text(&o, x->act->data, keys[i]);
	json_set_str(&o, "identity", x->identity);
	json_set_str(&o, "received_by", x->received_by);
	return json_built(&o);
}

/* A.5: 1 counter, 2 web, 3 mobile, 4 courier, 9 other. */
static struct str channel_of(const struct intake *x)
{
	if (str_eqz(x->received_by, "counter"))
		return S("1");
	if (str_eqz(x->received_by, "online"))
		return x->act->actor.channel.len ? x->act->actor.channel : S("2");
	return str_eqz(x->received_by, "letter") ? S("4") : S("9");
}

static const struct json *case_json(const struct intake *x)
{
	struct json_build o;
	struct act *act = x->act;
	json_build_object(&o, act->a);
	json_set_str(&o, "item", x->item);
	if (x->organ)
		json_set_str(&o, "organ", row_str(act->c, act->a, "SELECT code FROM organ WHERE id=?1", x->organ));
	if (str_eqz(x->identity, "open") && !x->staff && act->actor.person)
		json_set_str(&o, "party", row_str(act->c, act->a, "SELECT login FROM person WHERE id=?1", act->actor.person));
	json_set(&o, "applicant", applicant_json(x));
	json_set(&o, "form", form_json(x));
	json_set_str(&o, "source", channel_of(x));
	return json_built(&o);
}

/* The case is begun by the system, which alone may say whose it is and who applies. */
static enum err begin_case(struct intake *x, struct case_row *k)
{
	struct act *act = x->act;
	const struct json *own = act->data;
	struct casework_actor actor = act->actor;
	act->data = case_json(x);
	act->actor = (struct casework_actor){ .system = true };
	enum err e = act->data ? act_case_submit(act) : ERR_NOMEM;
	act->data = own;
	act->actor = actor;
	TRY(e);
	return case_find(act->c, act->a, json_text(json_get(&act->reply.value, "case_no")), k);
}

/* ---- what stands beside it ---- */

/* The salt keeps anybody who reads the record from guessing at the name. */
static enum err put_away(struct intake *x, int64_t case_id)
{
	struct act *act = x->act;
	uint8_t salt[32];
	struct buf hex, text;
	struct str bytes, digest;
	struct json_build o;
	act_random(act, salt, sizeof salt);
	buf_init_in(&hex, act->a, 100);
	buf_hex(&hex, salt, sizeof salt);
	json_build_object(&o, act->a);
	json_set_str(&o, "salt", buf_str(&hex));
	json_set_str(&o, "name", x->name);
	copy_text(&o, act->data, "phone");
	copy_text(&o, act->data, "address");
	copy_text(&o, act->data, "id_type");
	copy_text(&o, act->data, "id_no");
	buf_init_in(&text, act->a, 1 << 16);
	json_put_canonical(&text, json_built(&o));
	TRY(buf_finish(&text, &bytes));
	TRY(content_keep(act, bytes, &digest));
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", case_id);
	json_set_str(&o, "digest", digest);
	return act_emit(act, "complaint.identity", case_id, &o);
}

static enum err note_typist(struct intake *x, int64_t case_id)
{
	struct json_build o;
	if (!x->staff || !x->act->actor.person)
		return OK;
	json_build_object(&o, x->act->a);
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "typed_by", x->act->actor.person);
	return act_emit(x->act, "complaint.taken", case_id, &o);
}

static void say_by_when(struct intake *x, int64_t case_id)
{
	int64_t due = row_i64(x->act->c, "SELECT due_ms FROM step_open WHERE case_id=?1 AND element='acceptance'", case_id, 0);
	struct str day = due ? day_text(x->act->a, calendar_day_at(due - 1, calendar_offset_s(calendar_now(x->act->cw)))) : (struct str){ NULL, 0 };
	json_set_str(&x->act->reply, "accept_by", day);
	json_set_str(&x->act->reply, "identity", x->identity);
}

enum err act_complaint_submit(struct act *act)
{
	struct intake x = { .act = act };
	struct complaint_facts f;
	struct case_row k;
	TRY(find_item(&x));
	TRY(check_way(&x));
	TRY(check_identity(&x));
	TRY(check_words(&x));
	TRY(complaint_facts(act, x.item_id, act->data, x.desk, &f));
	if (f.organ == x.desk)
		x.organ = f.supervising;
	TRY(begin_case(&x, &k));
	if (str_eqz(x.identity, "protected"))
		TRY(put_away(&x, k.id));
	TRY(documents_attach(act, k.id, json_get(act->data, "documents")));
	TRY(note_typist(&x, k.id));
	say_by_when(&x, k.id);
	return OK;
}
