/* scenario_office.c - the smallest office that can handle a pack's item: one region, the lead organ and
 * the organs that take part, a post with A and B holder for each role, and one citizen.
 *
 * Everything goes through the commands, as in a real office. Codes and people are made up.
 */
#include "casework/scenario_int.h"

#define REGION "990100"

struct office_organ { const char *role, *code; };

/* Fictitious organs with valid codes (GB 32100). */
static const struct office_organ organs[] = {
	{ "lead", "119901000000900182" }, { "organ-1", "11990100000090026W" }, { "organ-2", "11990100000090034P" },
	{ "organ-3", "11990100000090042J" }, { "organ-4", "11990100000090050D" }, { "organ-5", "11990100000090069A" },
};
enum { ORGANS_MAX = sizeof organs / sizeof *organs };

struct office { struct scenario *s; struct diag *d; };

static enum err put(struct office *o, const char *command, const struct buf *data, int64_t *id)
{
	struct casework_result r;
	struct str text;
	TRY(buf_finish(data, &text));
	enum err e = scenario_do(o->s, command, 0, text, (struct str){ NULL, 0 }, &r);
	if (e != OK)
		return diag_set(o->d, e, "scenario.office", "The office could not be made: %s: %s (%s).", command, r.diag.text, r.diag.place);
	if (id)
		*id = json_i64(json_get(r.data, "id"), 0);
	return OK;
}

static void begin(struct office *o, struct buf *b, struct json_writer *w)
{
	buf_init_in(b, o->s->a, 64 << 20);
	json_writer_init(w, b);
	json_object(w);
}

static enum err put_region(struct office *o)
{
	struct buf b;
	struct json_writer w;
	begin(o, &b, &w);
	json_pair_str(&w, "code", S(REGION));
	json_pair_str(&w, "name", S("云溪市"));
	json_pair_str(&w, "name_en", S("Yunxi City"));
	json_pair_i64(&w, "level", 3);
	json_end(&w);
	return put(o, "region.put", &b, NULL);
}

static enum err put_organ(struct office *o, const char *code, struct str name)
{
	struct buf b;
	struct json_writer w;
	begin(o, &b, &w);
	json_pair_str(&w, "code", str_of(code));
	json_pair_str(&w, "name", name);
	json_pair_str(&w, "name_en", name);
	json_pair_str(&w, "region", S(REGION));
	json_pair_str(&w, "nature", S("1"));
	json_end(&w);
	return put(o, "organ.put", &b, NULL);
}

static enum err put_person(struct office *o, struct str name, struct str login, bool staff, const struct json *applicant)
{
	struct buf b;
	struct json_writer w;
	struct scenario_person *p = arena_new(o->s->a, struct scenario_person);
	begin(o, &b, &w);
	json_pair_str(&w, "login", login);
	json_pair_str(&w, "name", json_get(applicant, "name") ? json_text(json_get(applicant, "name")) : name);
	json_pair_bool(&w, "staff", staff);
	if (json_get(applicant, "id_no")) {
		json_pair_str(&w, "id_type", json_text(json_get(applicant, "id_type")));
		json_pair_str(&w, "id_no", json_text(json_get(applicant, "id_no")));
	}
	json_end(&w);
	if (!p)
		return ERR_NOMEM;
	p->login = login;
	TRY(put(o, "person.put", &b, &p->id));
	return map_set(&o->s->people, name, p);
}

/* "reviewer" of the lead, "fire/reviewer" of another organ; the second holder has "-b" behind. */
static enum err put_post(struct office *o, size_t organ, struct str organ_role, struct str role)
{
	struct arena *a = o->s->a;
	bool lead = organ == 0;
	struct str who = lead ? role : arena_printf(a, "%.*s/%.*s", STR_ARG(organ_role), STR_ARG(role));
	struct str who_b = arena_printf(a, "%.*s-b", STR_ARG(who));
	struct str login = arena_printf(a, "%s-%.*s-a", organs[organ].role, STR_ARG(role));
	struct str login_b = arena_printf(a, "%s-%.*s-b", organs[organ].role, STR_ARG(role));
	TRY(put_person(o, who, login, true, NULL));
	TRY(put_person(o, who_b, login_b, true, NULL));
	struct buf b;
	struct json_writer w;
	begin(o, &b, &w);
	json_pair_str(&w, "code", arena_printf(a, "%s-%.*s", organs[organ].role, STR_ARG(role)));
	json_pair_str(&w, "organ", str_of(organs[organ].code));
	json_pair_str(&w, "role", role);
	json_pair_str(&w, "name", who);
	json_pair_str(&w, "name_en", who);
	json_pair_str(&w, "a", login);
	json_pair_str(&w, "b", login_b);
	json_end(&w);
	return put(o, "post.put", &b, NULL);
}

static enum err put_organs(struct office *o)
{
	const struct json *roles = json_get(o->s->meta, "roles"), *others = json_get(o->s->meta, "organs");
	static const char *const more[] = { "clerk", "reviewer", "head" };
	TRY(put_organ(o, organs[0].code, S("牵头机关")));
	for (size_t i = 0; roles && i < roles->count; i++)
		TRY(put_post(o, 0, S("lead"), roles->members[i].key));
	if (!json_get(roles, "supervisor"))
		TRY(put_post(o, 0, S("lead"), S("supervisor")));
	for (size_t i = 0; others && i < others->count; i++) {
		if (i + 1 >= ORGANS_MAX)
			return diag_set(o->d, ERR_LIMIT, "scenario.organs", "A scenario's office has at most %d organs.", ORGANS_MAX);
		TRY(put_organ(o, organs[i + 1].code, json_text(&others->members[i].value)));
		for (size_t k = 0; k < 3; k++)
			TRY(put_post(o, i + 1, others->members[i].key, str_of(more[k])));
	}
	return OK;
}

static enum err put_pack(struct office *o, const struct pack_file *files, size_t count)
{
	struct buf b;
	struct json_writer w;
	begin(o, &b, &w);
	json_key(&w, S("files"));
	json_array(&w);
	for (size_t i = 0; i < count; i++) {
		if (str_starts(files[i].path, S("scenarios/")))
			continue;
		json_object(&w);
		json_pair_str(&w, "path", files[i].path);
		json_pair_str(&w, "text", files[i].bytes);
		json_end(&w);
	}
	json_end(&w);
	json_end(&w);
	return put(o, "pack.add", &b, NULL);
}

static void put_joint_organs(struct office *o, struct json_writer *w)
{
	const struct json *others = json_get(o->s->meta, "organs");
	json_key(w, S("joint_organs"));
	json_object(w);
	for (size_t i = 0; others && i < others->count; i++) {
		json_key(w, others->members[i].key);
		json_put_str(w, str_of(organs[i + 1].code));
	}
	json_end(w);
}

/* The pack's default item with the scenario's own fields in their place. */
static enum err put_item(struct office *o)
{
	const struct json *item = json_get(o->s->meta, "item"), *own = json_get(o->s->text, "item");
	struct buf b;
	struct json_writer w;
	begin(o, &b, &w);
	for (size_t i = 0; item && i < item->count; i++) {
		if (json_get_str(own, item->members[i].key))
			continue;
		json_key(&w, item->members[i].key);
		json_put_value(&w, &item->members[i].value);
	}
	for (size_t i = 0; own && i < own->count; i++) {
		json_key(&w, own->members[i].key);
		json_put_value(&w, &own->members[i].value);
	}
	o->s->impl_code = S("11990100000090018200000000000001");
	json_pair_str(&w, "impl_code", o->s->impl_code);
	json_pair_str(&w, "organ", str_of(organs[0].code));
	json_pair_str(&w, "region", S(REGION));
	json_pair_str(&w, "pack", json_text(json_get(o->s->meta, "code")));
	json_pair_bool(&w, "live", true);
	if (!json_get(item, "options") && !json_get(own, "options") && json_get(o->s->meta, "options")) {
		json_key(&w, S("options"));
		json_put_value(&w, json_get(o->s->meta, "options"));
	}
	put_joint_organs(o, &w);
	json_end(&w);
	return put(o, "item.put", &b, NULL);
}

static void pair(struct json_writer *w, const char *key, struct str value, const char *none)
{
	json_pair_str(w, key, value.len ? value : str_of(none));
}

/* What takes a certificate back: from the start on. */
static enum err halt_certificate(struct office *o, int64_t certificate, struct str state)
{
	struct buf b;
	struct json_writer w;
	begin(o, &b, &w);
	json_pair_i64(&w, "certificate", certificate);
	json_pair_str(&w, "state", state);
	json_pair_str(&w, "reason", S("scenario"));
	json_end(&w);
	return put(o, "certificate.halt", &b, NULL);
}

static enum err put_certificate(struct office *o, const struct json *one)
{
	struct buf b;
	struct json_writer w;
	struct casework_result r;
	struct str text, halt = json_text(json_get(one, "halt"));
	const struct scenario_person *who = map_get(&o->s->people, json_text(json_get(one, "person")));
	if (!who)
		return diag_set(o->d, ERR_INVALID, "scenario.certificate", "A certificate is for somebody whom the office does not have.");
	begin(o, &b, &w);
	json_pair_str(&w, "person", who->login);
	pair(&w, "kind", json_text(json_get(one, "kind")), "enforcement");
	pair(&w, "number", json_text(json_get(one, "number")), "1");
	pair(&w, "issuer", json_text(json_get(one, "issuer")), "-");
	json_pair_str(&w, "from", json_text(json_get(one, "from")));
	json_pair_str(&w, "until", json_text(json_get(one, "until")));
	json_end(&w);
	TRY(buf_finish(&b, &text));
	enum err e = scenario_do(o->s, "certificate.put", 0, text, (struct str){ NULL, 0 }, &r);
	if (e != OK)
		return diag_set(o->d, e, "scenario.office", "The office could not be made: certificate.put: %s (%s).", r.diag.text, r.diag.place);
	return halt.len ? halt_certificate(o, json_i64(json_get(r.data, "certificate"), 0), halt) : OK;
}

/* [{person, number, from, until, kind?, halt?}]: needs the room that keeps certificates. */
static enum err put_certificates(struct office *o)
{
	const struct json *list = json_get(o->s->text, "certificates");
	for (size_t i = 0; list && i < list->count; i++)
		TRY(put_certificate(o, &list->items[i]));
	return OK;
}

enum err scenario_office(struct scenario *s, const struct pack_file *files, size_t count, struct diag *d)
{
	struct office o = { s, d };
	TRY(put_region(&o));
	TRY(put_organs(&o));
	TRY(put_person(&o, S("citizen"), S("citizen"), false, json_get(s->text, "applicant")));
	TRY(put_certificates(&o));
	TRY(put_pack(&o, files, count));
	return put_item(&o);
}
