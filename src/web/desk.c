/* desk.c - see desk.h. */
#include "web/desk.h"
#include "web/staff_int.h"

enum { CHOSEN_MAX = 40 }; /* bytes of what is chosen; more was typed */

struct under_way { const struct web_desk *desk; const struct web_deed *deed; const struct json *documents; };

static bool is_sent(const struct http_request *rq, const struct web_deed *deed) { return str_eqz(http_field(rq, "deed"), deed->id); }

/* The one that was sent, or of those that go with the page one. */
static const struct web_deed *writes_whole(const struct http_request *rq, const struct web_desk *d)
{
	const struct web_deed *found = NULL;
	for (size_t i = 0; i < d->deeds_count; i++)
		if (d->deeds[i].whole && (is_sent(rq, &d->deeds[i]) || (!found && !d->deeds[i].whole->typed)))
			found = &d->deeds[i];
	return found;
}

static void put_edited(struct json_builder *b, struct http_request *rq, const struct web_desk *d, const struct diag *refused)
{
	const struct web_deed *deed = writes_whole(rq, d);
	struct str in = deed && deed->whole->name ? str_of(deed->whole->name) : S(""), name = str_cut(&in, '=');
	int64_t row;
	if (deed)
		web_edits(b, deed->command, refused);
	if (deed && deed->whole->row) {
		json_build_bool(b, "edits_rows", true);
		if (is_sent(rq, deed) && str_to_i64(http_field(rq, deed->whole->row), &row))
			json_build_i64(b, deed->whole->row, row);
	} else if (deed && deed->whole->typed) {
		json_build_str(b, deed->whole->typed, str_trim(http_field(rq, deed->whole->typed)));
	} else if (name.len)
		json_build_str(b, arena_z(rq->arena, name), http_param(rq, arena_z(rq->arena, in)));
}

static const struct json *view_params(struct http_request *rq, const struct web_desk *d, const struct diag *refused)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	put_edited(&b, rq, d, refused);
	if (d->params)
		json_build_merge(&b, web_params_query(rq, d->params));
	for (struct str rest = str_of(d->path), name = str_cut(&rest, ' '); name.len; name = str_cut(&rest, ' ')) {
		const char *key = arena_z(rq->arena, name);
		if (key)
			json_build_str(&b, key, http_param(rq, key));
	}
	return json_build_end(&b);
}

/* What was typed, by field, so that a refusal loses nothing; and each chosen value as {name}-{value}. */
static void put_typed(struct web_page *p)
{
	const struct http_pair *pairs;
	size_t n = http_fields(p->rq, &pairs);
	struct json_builder b;
	json_build_object_begin(&b, p->rq->arena);
	for (size_t i = 0; i < n; i++) {
		const char *name = arena_z(p->rq->arena, pairs[i].name);
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again = again || str_eq(pairs[k].name, pairs[i].name);
		if (name && !again)
			json_build_str(&b, name, pairs[i].value);
		const char *chosen = arena_printf(p->rq->arena, "%.*s-%.*s", STR_ARG(pairs[i].name), STR_ARG(pairs[i].value)).ptr;
		if (chosen && pairs[i].value.len && pairs[i].value.len <= CHOSEN_MAX)
			json_build_bool(&b, chosen, true);
	}
	json_build_value(&p->data, "typed", json_build_end(&b));
}

/* The query as it was asked, by name, for the page's filters; and the address of the same list as a file. */
static void put_asked(struct web_page *p, const struct web_desk *d)
{
	struct json_builder b;
	json_build_object_begin(&b, p->rq->arena);
	for (struct str rest = str_of(d->params), spec = str_cut(&rest, ' '); spec.len; spec = str_cut(&rest, ' ')) {
		const char *name = arena_z(p->rq->arena, str_cut(&spec, ':'));
		if (name)
			json_build_str(&b, name, http_query(p->rq, name));
	}
	json_build_value(&p->data, "asked", json_build_end(&b));
	if (d->list) {
		json_build_str(&p->data, "csv", web_href(p->rq, d->list, NULL, "format", S("csv")));
		json_build_str(&p->data, "xlsx", web_href(p->rq, d->list, NULL, "format", S("xlsx")));
	}
}

/* A box or a choice of yes and no is compared in words: the view has it as a number. */
static bool is_bool(const struct web_deed *deed, struct str field)
{
	for (struct str rest = str_of(deed->fields), spec = str_cut(&rest, ' '); spec.len; spec = str_cut(&rest, ' '))
		if (str_eq(str_cut(&spec, ':'), field))
			return str_eqz(spec, "bool");
	return false;
}

static struct str yes_no(struct http_request *rq, bool yes) { return http_tr(rq, yes ? "office.yes" : "office.no"); }

static const struct json *thing_of(struct http_request *rq, const struct web_deed *deed, const struct json *view)
{
	if (deed->whole->row)
		return is_sent(rq, deed) ? web_row_of(view, deed->whole->row, http_field(rq, deed->whole->row)) : NULL;
	const struct json *list = deed->whole->part ? json_get(view, deed->whole->part) : NULL;
	for (size_t i = 0; deed->whole->typed && list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], deed->whole->typed)), str_trim(http_field(rq, deed->whole->typed))))
			return &list->items[i];
	if (deed->whole->typed)
		return NULL;
	return !deed->whole->part ? view : list && list->count ? &list->items[0] : NULL;
}

/* A moment as its control has it: 2026-03-31T09:00. */
static struct str as_input(struct str member, struct str value)
{
	enum { MINUTES = 16 };
	return str_ends(member, S("_at")) && value.len > MINUTES ? str_sub(value, 0, MINUTES) : value;
}

/* A field of `fields` as it stands in the thing and, where it was sent, as typed; *raw is what its control sends of what stands. */
static bool field_of(struct http_request *rq, const struct web_deed *deed, struct str spec, const struct json *thing, struct web_field *f, struct str *raw)
{
	struct str words = spec, member = str_cut(&words, '='), field = str_cut(&member, '/');
	const char *name = arena_z(rq->arena, field), *label = arena_z(rq->arena, words);
	if (!name || !label)
		return false;
	member = member.len ? member : field;
	const struct json *v = json_get_str(thing, member);
	struct str typed = http_field(rq, name);
	*raw = as_input(member, json_text(v));
	*f = (struct web_field){ .name = name, .label = http_tr(rq, label), .typed = typed.ptr ? typed : S(""), .now = *raw, .control = deed->whole->row ? NULL : name };
	if (is_bool(deed, field)) {
		*raw = json_bool(v, false) || json_i64(v, 0) == 1 ? S("true") : S("false");
		f->typed = yes_no(rq, str_eqz(typed, "true"));
		f->now = yes_no(rq, str_eqz(*raw, "true"));
	}
	return true;
}

static void meet(struct web_page *p, const struct web_deed *deed, const struct json *thing, const struct diag *refused)
{
	struct web_field f;
	struct str now;
	for (struct str rest = str_of(deed->whole->fields), spec = str_cut(&rest, ' '); spec.len; spec = str_cut(&rest, ' ')) {
		if (!field_of(p->rq, deed, spec, thing, &f, &now))
			continue;
		if (deed->whole->signs)
			f.typed = (struct str){ NULL, 0 };
		if (web_page_field(p, refused, &f) && http_field_put(p->rq, f.name, now.ptr ? now : S("")) != OK)
			p->data.failed = true;
	}
}

/* Each row with what its form begins from; the one that was sent keeps its own unless it is now of what stands. */
static void put_rows(struct web_page *p, const struct web_deed *deed, const struct json *raw, const struct json *dressed, const struct diag *refused)
{
	enum { FIELDS_MAX = 8 };
	const struct json *rows = json_get(raw, "rows"), *shown = json_get(dressed, "rows");
	struct json_builder list, one;
	json_build_array_begin(&list, p->rq->arena);
	for (size_t i = 0; rows && shown && i < rows->count && i < shown->count; i++) {
		struct web_field fields[FIELDS_MAX];
		struct str value;
		size_t n = 0;
		json_build_object_begin(&one, p->rq->arena);
		bool sent = is_sent(p->rq, deed) && str_eq(json_text(json_get(&rows->items[i], deed->whole->row)), http_field(p->rq, deed->whole->row));
		for (struct str rest = str_of(deed->whole->fields), spec = str_cut(&rest, ' '); spec.len && n < FIELDS_MAX; spec = str_cut(&rest, ' '))
			if (field_of(p->rq, deed, spec, &rows->items[i], &fields[n], &value)) {
				json_build_str(&one, arena_printf(p->rq->arena, "%s_value", fields[n].name).ptr, sent ? http_field(p->rq, fields[n].name) : value);
				n++;
			}
		json_build_bool(&one, "sent", sent);
		if (sent && !web_overtaken(refused))
			json_build_str(&one, "made_from", http_field(p->rq, "made_from"));
		json_build_str(&one, "began", sent && !web_overtaken(refused) ? http_field(p->rq, "began") : web_began(p->rq, fields, n));
		json_build_merge(&one, &shown->items[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(&p->data, "rows", json_build_end(&list));
}

/* What stands is shown in the panel alone. The other forms of the page have nothing to be made from, for what they are about may be another thing by now. */
static void put_renewed(struct web_page *p, const struct web_deed *deed, struct str made_from)
{
	struct json_builder o;
	json_build_object_begin(&o, p->rq->arena);
	json_build_str(&o, deed->id, made_from);
	json_build_value(&p->data, "renewed", json_build_end(&o));
	json_build_str(&p->data, "made_from", S("")); /* the first of a name is found */
}

/* As it is kept, not as it is dressed: what is shown in English must not be saved as the Chinese name. Before what was typed is shown: a field that was not touched
 * goes on as if what now stands had been typed; and a field that was emptied is shown empty. */
static void put_edits(struct web_page *p, const struct web_desk *d, const struct json *raw, const struct json *dressed, const struct diag *refused)
{
	const struct web_deed *deed = writes_whole(p->rq, d);
	if (!deed)
		return;
	const struct json *thing = thing_of(p->rq, deed, raw);
	if (deed->whole->typed)
		put_renewed(p, deed, web_overtaken(refused) ? json_text(json_get(raw, "made_from")) : http_field(p->rq, "made_from"));
	if (!is_sent(p->rq, deed))
		json_build_value(&p->data, "stands", thing);
	p->signing = deed->whole->signs;
	if (deed->whole->meet)
		deed->whole->meet(p, raw, dressed, refused);
	else if (thing)
		meet(p, deed, thing, refused);
	if (!deed->whole->row || web_overtaken(refused))
		web_page_edits(p, raw, refused);
	if (deed->whole->row)
		put_rows(p, deed, raw, dressed, refused);
}

static enum http_outcome render(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_desk *d, const struct diag *refused)
{
	const struct json *raw = NULL;
	struct diag unseen;
	struct web_page p;
	diag_init(&unseen);
	unseen.err = d->view ? web_view_try(rq, w, d->view, view_params(rq, d, refused), &raw, &unseen) : OK;
	if (unseen.err != OK)
		return web_problem(rq, re, 0, &unseen);
	const struct json *view = raw ? web_dress(rq, raw) : NULL;
	web_page_begin(&p, rq, w, d->title, NULL, 0);
	json_build_str(&p.data, "here", rq->path);
	put_edits(&p, d, raw, view, refused);
	put_typed(&p);
	put_asked(&p, d);
	if (view && d->list)
		web_page_list(&p, view, arena_z(rq->arena, rq->path));
	if (view)
		json_build_merge(&p.data, view);
	if (d->wide)
		json_build_bool(&p.page, "wide", true);
	if (refused)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	return web_page_send(&p, re, d->template);
}

enum http_outcome web_desk_show(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_desk *desk)
{
	return render(rq, re, w, desk, NULL);
}

/* ---- doing ---- */

static void put_list(struct json_builder *b, struct http_request *rq, const char *name)
{
	const struct str *values;
	size_t n = http_field_all(rq, str_of(name), &values);
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < n; i++)
		json_build_str(&list, "", values[i]);
	json_build_value(b, name, json_build_end(&list));
}

static void put_field(struct json_builder *b, struct http_request *rq, const struct json *documents, struct str spec)
{
	struct str name_text = str_cut(&spec, ':');
	const char *name = arena_z(rq->arena, name_text);
	if (!name)
		return;
	struct str value = str_eqz(spec, "path") ? http_param(rq, name) : str_trim(http_field(rq, name));
	int64_t number;
	if (str_eqz(spec, "upload") && documents && documents->count)
		json_build_value(b, name, documents);
	else if (str_eqz(spec, "list"))
		put_list(b, rq, name);
	else if (!value.len || str_eqz(spec, "upload"))
		return;
	else if (str_eqz(spec, "bool"))
		json_build_bool(b, name, str_eqz(value, "true"));
	else if (str_eqz(spec, "int") && str_to_i64(value, &number))
		json_build_i64(b, name, number);
	else
		json_build_str(b, name, value);
}

static enum http_outcome show_answer(struct http_request *rq, struct http_reply *re, struct web *w, const struct under_way *u, const struct json *answer)
{
	struct web_page p;
	web_page_begin(&p, rq, w, u->desk->title, NULL, 0);
	json_build_str(&p.data, "here", rq->path);
	json_build_merge(&p.data, answer);
	return web_page_send(&p, re, u->deed->shows);
}

static enum http_outcome done(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	const struct under_way *u = kept;
	if (r->err != OK)
		return render(rq, re, w, u->desk, &r->diag);
	if (u->deed->shows)
		return show_answer(rq, re, w, u, r->data);
	http_flash(rq, re, "success", str_of(u->deed->done));
	return http_redirect(re, rq->target);
}

static enum http_outcome carry_out(struct http_request *rq, struct http_reply *re, struct web *w, struct under_way *u)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	for (struct str rest = str_of(u->deed->fields), spec = str_cut(&rest, ' '); spec.len; spec = str_cut(&rest, ' '))
		put_field(&b, rq, u->documents, spec);
	return web_command(rq, re, w, u->deed->command, json_build_end(&b), done, u);
}

static enum http_outcome uploaded(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *documents,
                                  const struct diag *refused, void *kept)
{
	struct under_way *u = kept;
	if (refused)
		return render(rq, re, w, u->desk, refused);
	u->documents = documents;
	return carry_out(rq, re, w, u);
}

enum http_outcome web_desk_do(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_desk *desk)
{
	struct under_way *u = arena_new(rq->arena, struct under_way);
	if (!u)
		return http_busy(rq, re);
	*u = (struct under_way){ .desk = desk };
	for (size_t i = 0; i < desk->deeds_count; i++)
		if (str_eqz(http_field(rq, "deed"), desk->deeds[i].id))
			u->deed = &desk->deeds[i];
	if (!u->deed)
		return web_not_found(rq, re);
	if (str_find(str_of(u->deed->fields), S(":upload")) >= 0)
		return staff_upload(rq, re, w, "", S(""), uploaded, u);
	return carry_out(rq, re, w, u);
}
