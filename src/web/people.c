/* people.c - pages of people and posts: absence, first contacts, promises, structure and its planned changes. */
#include "paper/paper.h"
#include "web/desk.h"
#include "web/people_rows.h"
#include "web/staff_int.h"

#define DESK(name) \
	static enum http_outcome name##_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &name); }
#define DESK_DO(name) \
	DESK(name) \
	static enum http_outcome name##_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &name); }
#define DEEDS(list) .deeds = list, .deeds_count = sizeof list / sizeof *list

/* ---- one's own desk: what there is beside the worklist ---- */

static const struct web_desk own = { .title = "people.desk", .template = "people/desk" };
DESK(own)

/* ---- absence ---- */

static const struct web_deed absence_deeds[] = {
	{ "note", "absence.note", "kind from until whereabouts person", "people.absence.noted", NULL },
	{ "change", "absence.change", "absence:int until whereabouts", "people.absence.changed", NULL },
	{ "end", "absence.end", "absence:int", "people.absence.ended", NULL },
};
static const struct web_desk absences = { .view = "absences", .params = "state cursor limit:int", .title = "people.absence", .template = "people/absences",
	                                  .list = "/staff/absence", .wide = true, DEEDS(absence_deeds) };
DESK_DO(absences)

static const struct web_desk presence = { .view = "presence", .path = "organ", .title = "people.presence", .template = "people/presence" };
DESK(presence)

/* ---- first contact ---- */

static const struct web_deed take_deeds[] = { { "take", "contact.take", "channel name phone question about_case", "people.contact.taken", NULL } };
static const struct web_desk contacts = { .view = "contacts", .params = "scope state cursor limit:int", .title = "people.contacts", .template = "people/contacts",
	                                  .list = "/staff/contacts", .wide = true, DEEDS(take_deeds) };
DESK_DO(contacts)

static const struct web_deed contact_deeds[] = {
	{ "hand", "contact.hand", "contact:path to reason", "people.contact.offered", NULL },
	{ "accept", "contact.accept", "contact:path", "people.contact.accepted", NULL },
	{ "decline", "contact.decline", "contact:path reason", "people.contact.declined", NULL },
	{ "close", "contact.close", "contact:path answer", "people.contact.closed", NULL },
};
static const struct web_desk contact = { .view = "contact", .path = "contact", .title = "people.contact", .template = "people/contact", DEEDS(contact_deeds) };
DESK_DO(contact)

/* ---- promises ---- */

static const struct web_desk promises = { .view = "promises", .params = "item cursor limit:int", .title = "people.promises", .template = "people/promises", .list = "/promises" };
DESK(promises)

static const struct web_deed promise_deeds[] = {
	{ "propose", "promise.propose", "item amount:int from reason", "people.promise.proposed", NULL },
	{ "sign", "promise.sign", "promise:int", "people.promise.signed", NULL },
	{ "refuse", "promise.refuse", "promise:int reason", "people.promise.refused", NULL },
};
static const struct web_desk promising = { .view = "promises", .params = "item cursor limit:int", .title = "people.promising", .template = "people/promising",
	                                   .list = "/staff/promises", .wide = true, DEEDS(promise_deeds) };
DESK_DO(promising)

/* ---- structure ---- */

static const struct web_desk structure = { .view = "structure", .params = "on", .title = "people.structure", .template = "people/structure", .wide = true };
DESK(structure)
static const struct web_desk post = { .view = "post", .path = "code", .params = "on", .title = "people.post", .template = "people/post" };
DESK(post)
static const struct web_desk findings = { .view = "posts.findings", .title = "people.findings", .template = "people/findings" };
DESK(findings)

static const struct web_deed plans_deeds[] = { { "put", "plan.put", "title reason at", "people.plan.saved", NULL } };
static const struct web_desk plans = { .view = "plans", .title = "people.plans", .template = "people/plans", DEEDS(plans_deeds) };
DESK_DO(plans)

static const struct web_deed plan_deeds[] = {
	{ "line", "plan.add", "plan:path kind code into organ role name a b parent login enabled:bool", "people.plan.saved", NULL },
	{ "drop", "plan.drop", "plan:path line:int", "people.plan.saved", NULL },
	{ "preview", "plan.preview", "plan:path", "people.plan.previewed", NULL },
	{ "schedule", "plan.schedule", "plan:path", "people.plan.scheduled", NULL },
	{ "cancel", "plan.cancel", "plan:path reason", "people.plan.cancelled", NULL },
};
static const struct web_desk plan = { .view = "plan", .path = "plan", .title = "people.plan", .template = "people/plan", .wide = true, DEEDS(plan_deeds) };
DESK_DO(plan)

/* ---- the whole structure as a file, and read from one ---- */

static const char *const columns[] = {
	"kind", "code", "login", "name", "name_en", "level", "parent", "region", "organ", "nature", "role", "a", "b", "phone", "email", "enabled",
	"duties", "standards", "powers", "limits",
};
enum { COLUMNS = sizeof columns / sizeof *columns, IMPORT_MAX = 16 << 20, EXPORT_ARENA_MAX = 512 << 20 };

/* The rows as a table with these columns, in a workbook or as CSV. */
static enum err structure_file(struct web *w, const struct json *rows, bool csv, struct arena *a, struct str *bytes, struct diag *d)
{
	size_t n = rows ? rows->count : 0;
	struct paper_column heads[COLUMNS];
	struct paper_cell *cells = arena_new_n(a, struct paper_cell, n * COLUMNS + 1);
	if (!cells)
		return ERR_NOMEM;
	for (size_t c = 0; c < COLUMNS; c++)
		heads[c] = (struct paper_column){ .name = str_of(columns[c]) };
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < COLUMNS; c++) {
			struct str text = json_text(json_get(&rows->items[i], columns[c]));
			cells[i * COLUMNS + c] = paper_text(text.ptr ? text : S(""));
		}
	struct paper_table table = { .title = S("structure"), .columns = heads, .width = COLUMNS, .cells = cells, .rows = n };
	struct paper_book book = { .sheets = &table, .count = 1, .title = S("structure"), .made_ms = casework_now_ms(web_casework(w)) };
	return csv ? paper_csv(a, &table, bytes) : paper_xlsx(a, &book, bytes, d);
}

/* Larger than a page: in an arena of its own, only the bytes go into the request's. */
static enum err export_bytes(struct http_request *rq, struct web *w, bool csv, struct str *out, struct diag *d)
{
	struct arena a;
	const struct json *view;
	struct str bytes = S("");
	TRY(web_view_try(rq, w, "structure.export", web_params(rq, "for", S("file")), &view, d));
	arena_init(&a, EXPORT_ARENA_MAX);
	enum err e = structure_file(w, json_get(view, "rows"), csv, &a, &bytes, d);
	*out = e == OK ? arena_str(rq->arena, bytes) : S("");
	arena_release(&a);
	return e == OK && !out->ptr ? ERR_NOMEM : e;
}

static enum http_outcome export_file(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct diag d;
	struct str bytes;
	bool csv = str_eqz(http_query(rq, "format"), "csv");
	diag_init(&d);
	enum err e = export_bytes(rq, web_of(arg), csv, &bytes, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	return http_send_file(re, csv ? S("text/csv; charset=utf-8") : S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
	                      csv ? S("structure.csv") : S("structure.xlsx"), bytes, false);
}

static enum http_outcome show_import(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *answer, const struct diag *refused)
{
	struct web_page p;
	web_page_begin(&p, rq, w, "people.import", NULL, 0);
	json_build_bool(&p.data, "answered", answer != NULL);
	if (answer) {
		json_build_bool(&p.data, "has_errors_listed", json_i64(json_get(answer, "broken"), 0) > 0);
		json_build_value(&p.data, "answer", answer);
	}
	if (refused)
		web_page_error(&p, S("file"), web_refusal(rq, refused));
	return web_page_send(&p, re, "people/import");
}

static enum http_outcome import_show(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_import(rq, re, web_of(arg), NULL, NULL);
}

static enum http_outcome imported(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	return show_import(rq, re, w, r->err == OK ? r->data : NULL, r->err == OK ? NULL : &r->diag);
}

static enum http_outcome import_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct http_file *files;
	size_t n = http_files(rq, &files);
	const struct json *rows = NULL;
	struct json_builder b;
	struct diag d;
	diag_init(&d);
	enum err e = n ? people_rows(rq->arena, files[0].bytes, &rows, &d) : diag_set(&d, ERR_INVALID, "structure.empty", "Choose a file.");
	if (e != OK)
		return show_import(rq, re, web_of(arg), NULL, &d);
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "rows", rows);
	json_build_bool(&b, "dry_run", http_field(rq, "dry_run").len > 0);
	return web_command(rq, re, web_of(arg), "structure.import", json_build_end(&b), imported, NULL);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/organs/{organ}/presence", WEB_ANY, presence_show, "people.presence" },
	{ HTTP_GET, "/promises", WEB_ANY, promises_show, "people.promises" },
	{ HTTP_GET, "/staff/desk", WEB_STAFF, own_show, "people.desk" },
	{ HTTP_GET, "/staff/absence", WEB_STAFF, absences_show, "people.absence" },
	{ HTTP_POST, "/staff/absence", WEB_STAFF, absences_do, "people.absence.do" },
	{ HTTP_GET, "/staff/contacts", WEB_STAFF, contacts_show, "people.contacts" },
	{ HTTP_POST, "/staff/contacts", WEB_STAFF, contacts_do, "people.contacts.do" },
	{ HTTP_GET, "/staff/contacts/{contact}", WEB_STAFF, contact_show, "people.contact" },
	{ HTTP_POST, "/staff/contacts/{contact}", WEB_STAFF, contact_do, "people.contact.do" },
	{ HTTP_GET, "/staff/promises", WEB_STAFF, promising_show, "people.promising" },
	{ HTTP_POST, "/staff/promises", WEB_HEAD | WEB_SUPERVISOR | WEB_ADMIN, promising_do, "people.promising.do" },
	{ HTTP_GET, "/staff/structure", WEB_STAFF, structure_show, "people.structure" },
	{ HTTP_GET, "/staff/posts/{code}", WEB_STAFF, post_show, "people.post" },
	{ HTTP_GET, "/staff/findings", WEB_ADMIN | WEB_HEAD | WEB_OVERSIGHT, findings_show, "people.findings" },
	{ HTTP_GET, "/office/plans", WEB_ADMIN | WEB_OVERSIGHT, plans_show, "people.plans" },
	{ HTTP_POST, "/office/plans", WEB_ADMIN, plans_do, "people.plans.do" },
	{ HTTP_GET, "/office/plans/{plan}", WEB_ADMIN | WEB_OVERSIGHT, plan_show, "people.plan" },
	{ HTTP_POST, "/office/plans/{plan}", WEB_ADMIN, plan_do, "people.plan.do" },
	{ HTTP_GET, "/office/structure", WEB_ADMIN, import_show, "people.import" },
	{ HTTP_POST, "/office/structure", WEB_ADMIN, import_do, "people.import.do", 0, IMPORT_MAX },
	{ HTTP_GET, "/office/structure/file", WEB_ADMIN, export_file, "people.export" },
};

size_t web_routes_people(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
