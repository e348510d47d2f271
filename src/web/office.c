/* office.c - the lists of the office and their forms: what there is, by one table. A form shows the
 * fields it knows and leaves every other member of the row as it was. */
#include "http/password.h"
#include "web/office_int.h"

#define TEXT OFFICE_TEXT
#define LONG OFFICE_LONG
#define NUMBER OFFICE_NUMBER
#define YES_NO OFFICE_YES_NO
#define CHOICE OFFICE_CHOICE
#define ROLES "clerk reviewer inspector expert head supervisor auditor admin"
#define UNITS "working-days calendar-days hours months years"
#define KINDS "00 01 02 03 04 05 06 07 08 09 10 20"

static const struct office_field region_fields[] = {
	{ "code", TEXT, true }, { "name", TEXT, true }, { "name_en", TEXT },
	{ "level", CHOICE, true, "exercise", "1 2 3 4 5 6" }, { "parent", TEXT },
};
static const struct office_field organ_fields[] = {
	{ "code", TEXT, true }, { "name", TEXT, true }, { "name_en", TEXT }, { "region", TEXT }, { "nature", TEXT }, { "parent", TEXT },
};
static const struct office_field post_fields[] = {
	{ "code", TEXT, true }, { "organ", TEXT, true }, { "role", CHOICE, true, "office.role", ROLES }, { "name", TEXT, true },
	{ "name_en", TEXT }, { "a", TEXT }, { "b", TEXT }, { "duties", LONG }, { "standards", LONG }, { "powers", LONG }, { "limits", LONG },
};
static const struct office_field person_fields[] = {
	{ "login", TEXT, true }, { "name", TEXT, true }, { "name_en", TEXT }, { "phone", TEXT }, { "email", TEXT },
	{ "staff", YES_NO }, { "enabled", YES_NO }, { "password", OFFICE_PASSWORD },
};
static const struct office_field item_fields[] = {
	{ "impl_code", TEXT, true }, { "name", TEXT, true }, { "name_en", TEXT }, { "organ", TEXT, true },
	{ "kind", CHOICE, true, "kind", KINDS }, { "promised_limit", NUMBER }, { "promised_unit", CHOICE, false, "unit", UNITS },
	{ "statutory_limit", NUMBER }, { "statutory_unit", CHOICE, false, "unit", UNITS }, { "pack", TEXT }, { "live", YES_NO },
	{ "online", YES_NO }, { "conditions", LONG }, { "legal_basis", LONG },
};
static const struct office_field setting_fields[] = { { "name", TEXT, true }, { "value", LONG, true } };
static const struct office_field token_fields[] = { { "name", TEXT, true } };

static const struct office_field window_fields[] = {
	{ "code", TEXT, true }, { "name", TEXT, true }, { "name_en", TEXT }, { "organ", TEXT, true }, { "place", TEXT }, { "enabled", YES_NO },
};
static const struct office_field device_fields[] = {
	{ "code", TEXT, true }, { "window", TEXT, true }, { "kind", CHOICE, true, "inspect.device", "camera phone" }, { "name", TEXT, true }, { "name_en", TEXT }, { "base_url", TEXT },
	{ "live", TEXT, .words = "office.device.live" }, { "moment", TEXT }, { "retention_days", NUMBER }, { "number", TEXT }, { "enabled", YES_NO },
};

#define FIELDS(list) list, sizeof list / sizeof *list

static const struct office_list lists[] = {
	{ "items", "items.admin", "item.put", "impl_code", "impl_code name organ promised unit pack version live", FIELDS(item_fields) },
	{ "organs", "organs", "organ.put", "code", "code name region nature parent", FIELDS(organ_fields) },
	{ "regions", "regions", "region.put", "code", "code name level parent", FIELDS(region_fields) },
	{ "posts", "posts", "post.put", "code", "code organ role name a b", FIELDS(post_fields) },
	{ "people", "people", "person.put", "login", "login name phone staff enabled", FIELDS(person_fields) },
	{ "settings", "settings", "setting.put", "name", "name value", FIELDS(setting_fields) },
	{ "windows", "windows", "window.put", "code", "code name organ place enabled", FIELDS(window_fields) },
	{ "devices", "devices", "device.put", "code", "code kind name window enabled", FIELDS(device_fields) },
	{ "packs", "packs", NULL, "code", "code version name live", NULL, 0 },
	{ "tokens", "tokens", "token.create", "token", "token name person at revoked_at", FIELDS(token_fields) },
};

const struct office_list *office_list_of(const struct http_request *rq)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (str_eqz(http_param(rq, "kind"), lists[i].id))
			return &lists[i];
	return NULL;
}

/* The navigation of the office, in the order of its front page. */
const struct json *office_sections(struct http_request *rq)
{
	static const char *const ids[] = { "items", "organs", "regions", "posts", "people", "structure", "plans", "windows", "devices", "packs", "rules", "access",
		"login", "settings", "calendar", "tokens", "backups", "state", "operations", "papers" };
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		struct str href = arena_printf(rq->arena, "/office/%s", ids[i]);
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", str_of(ids[i]));
		json_build_str(&one, "href", href);
		json_build_bool(&one, "current", str_eq(rq->path, href));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome front(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web_page p;
	web_page_begin(&p, rq, web_of(arg), "office.title", NULL, 0);
	json_build_value(&p.data, "sections", office_sections(rq));
	office_clock_put(&p);
	office_state_put(&p);
	json_build_bool(&p.data, "moves_time", web_options(web_of(arg))->virtual_clock != NULL);
	return web_page_send(&p, re, "office/home");
}

/* ---- a list ---- */

static bool is_yes_no(const struct office_list *l, struct str column)
{
	for (size_t i = 0; i < l->fields_count; i++)
		if (str_eqz(column, l->fields[i].name))
			return l->fields[i].input == YES_NO;
	return str_eqz(column, "live");
}

/* A reference is shown by its name, its code where it has none. */
struct str office_cell(const struct json *v)
{
	if (!v || v->kind == JSON_NULL)
		return S("");
	if (v->kind != JSON_OBJECT)
		return json_text(v);
	static const char *const names[] = { "name", "login", "code" };
	for (size_t i = 0; i < 3; i++)
		if (json_text(json_get(v, names[i])).len)
			return json_text(json_get(v, names[i]));
	return S("");
}

const char *office_words(struct http_request *rq, const struct office_list *l, struct str name)
{
	for (size_t i = 0; i < l->fields_count; i++)
		if (l->fields[i].words && str_eqz(name, l->fields[i].name))
			return l->fields[i].words;
	const char *key = arena_printf(rq->arena, "office.col.%.*s", STR_ARG(name)).ptr;
	return key ? key : "office.title";
}

static const struct json *columns(struct http_request *rq, const struct office_list *l)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (struct str rest = str_of(l->columns), name = str_cut(&rest, ' '); name.len; name = str_cut(&rest, ' ')) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "label", http_tr(rq, office_words(rq, l, name)));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static struct str cell_text(struct http_request *rq, const struct office_list *l, const struct json *row, struct str column)
{
	const struct json *v = json_get_str(row, column);
	if (is_yes_no(l, column))
		return http_tr(rq, json_bool(v, false) || json_i64(v, 0) == 1 ? "office.yes" : "office.no");
	static const char *const in_words[] = { "unit", "at", "revoked_at", "role" };
	for (size_t i = 0; i < sizeof in_words / sizeof *in_words; i++) {
		const char *key = arena_printf(rq->arena, "%s_text", in_words[i]).ptr;
		if (key && str_eqz(column, in_words[i]) && json_text(json_get(row, key)).len)
			return json_text(json_get(row, key));
	}
	return office_cell(v);
}

static const struct json *cells(struct http_request *rq, const struct office_list *l, const struct json *row)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (struct str rest = str_of(l->columns), name = str_cut(&rest, ' '); name.len; name = str_cut(&rest, ' ')) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "label", http_tr(rq, office_words(rq, l, name)));
		json_build_str(&one, "text", cell_text(rq, l, row, name));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static const struct json *table(struct http_request *rq, const struct office_list *l, const struct json *rows)
{
	struct json_builder list, one;
	bool tokens = str_eqz(str_of(l->id), "tokens");
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct json *row = &rows->items[i];
		struct str key = json_text(json_get(row, l->key));
		bool revoked = json_text(json_get(row, "revoked_at")).len > 0;
		json_build_object_begin(&one, rq->arena);
		json_build_value(&one, "cells", cells(rq, l, row));
		json_build_str(&one, "name", office_cell(row));
		json_build_str(&one, "edit", tokens ? S("") : web_href(rq, arena_printf(rq->arena, "/office/%s/edit", l->id).ptr, "q", "key", key));
		json_build_str(&one, "revoke", !tokens || revoked ? S("") : arena_printf(rq->arena, "/office/tokens/%.*s/revoke", STR_ARG(key)));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome export_list(struct http_request *rq, struct http_reply *re, struct web *w, const struct office_list *l)
{
	struct staff_column all[16];
	size_t n = 0;
	for (struct str rest = str_of(l->columns), name = str_cut(&rest, ' '); name.len && n < 16; name = str_cut(&rest, ' ')) {
		const char *head = office_words(rq, l, name), *path = arena_z(rq->arena, name);
		if (path)
			all[n++] = (struct staff_column){ head, path };
	}
	return staff_csv(rq, re, w, l->view, "q organ", all, n, l->id);
}

static enum http_outcome list(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct office_list *l = office_list_of(rq);
	const struct json *view;
	struct web_page p;
	if (!l)
		return web_not_found(rq, re);
	if (staff_wants_csv(rq))
		return export_list(rq, re, w, l);
	if (!web_view(rq, re, w, l->view, web_params_query(rq, "q organ cursor limit:int"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, arena_printf(rq->arena, "office.%s", l->id).ptr, NULL, 0);
	json_build_value(&p.data, "columns", columns(rq, l));
	json_build_value(&p.data, "rows", table(rq, l, json_get(view, "rows"))); /* before web_page_list: the first of a name is found */
	web_page_list(&p, view, arena_printf(rq->arena, "/office/%s", l->id).ptr);
	json_build_str(&p.data, "kind", str_of(l->id));
	json_build_str(&p.data, "q", http_query(rq, "q"));
	json_build_bool(&p.data, "searchable", !str_eqz(str_of(l->id), "tokens"));
	json_build_bool(&p.data, "can_add", true);
	json_build_bool(&p.data, "can_edit", true);
	json_build_str(&p.data, "csv", staff_csv_href(rq, arena_printf(rq->arena, "/office/%s", l->id).ptr));
	json_build_value(&p.data, "sections", office_sections(rq));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "office/list");
}

enum { PACK_MAX = 16 << 20, CALENDAR_MAX = 1 << 20 };

static const struct http_route routes[] = {
	{ HTTP_GET, "/office", WEB_ADMIN, front, "office" },
	{ HTTP_POST, "/office/clock", WEB_ADMIN, office_clock_do, "office.clock.do" },
	{ HTTP_POST, "/office/time", WEB_ADMIN, office_time_do, "office.time.do" },
	{ HTTP_GET, "/office/calendar", WEB_ADMIN, office_calendar, "office.calendar" },
	{ HTTP_POST, "/office/calendar", WEB_ADMIN, office_calendar_do, "office.calendar.do", 0, CALENDAR_MAX },
	{ HTTP_GET, "/office/ledger", WEB_OVERSIGHT, office_ledger, "office.ledger" },
	{ HTTP_POST, "/office/ledger/verify", WEB_OVERSIGHT, office_ledger_verify, "office.ledger.verify" },
	{ HTTP_GET, "/office/packs/new", WEB_ADMIN, office_pack_new, "office.pack.new" },
	{ HTTP_POST, "/office/packs/new", WEB_ADMIN, office_pack_add, "office.pack.add", 0, PACK_MAX },
	{ HTTP_GET, "/office/rules", WEB_ADMIN, rules_list, "office.rules" },
	{ HTTP_GET, "/office/rules/{pack}/{decision}", WEB_ADMIN, rules_decision, "office.rules.decision" },
	{ HTTP_POST, "/office/rules/{pack}/{decision}", WEB_ADMIN, rules_try, "office.rules.try" },
	{ HTTP_POST, "/office/rules/{pack}/{decision}/examples", WEB_ADMIN, rules_examples, "office.rules.examples" },
	{ HTTP_POST, "/office/tokens/{token:int}/revoke", WEB_ADMIN, office_token_revoke, "office.token.revoke" },
	{ HTTP_GET, "/office/{kind}", WEB_ADMIN, list, "office.list" },
	{ HTTP_GET, "/office/{kind}/new", WEB_ADMIN, office_edit, "office.new" },
	{ HTTP_GET, "/office/{kind}/edit", WEB_ADMIN, office_edit, "office.edit" },
	{ HTTP_POST, "/office/{kind}/edit", WEB_ADMIN, office_edit_do, "office.edit.do" },
};

size_t web_routes_office(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
