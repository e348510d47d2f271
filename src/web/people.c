/* people.c - pages of people and posts: absence, first contacts, promises, structure and its planned changes. */
#include "web/desk.h"
#include "web/list_file.h"
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

#define ABSENCE .row = "absence", .fields = "until/until_at=people.absence.until whereabouts=people.absence.whereabouts"
static const struct web_desk_whole absence_whole = { ABSENCE }, absence_ended = { ABSENCE, .signs = true };
static const struct web_deed absence_deeds[] = {
	{ "note", "absence.note", "kind from until whereabouts person", "people.absence.noted", NULL },
	{ "change", "absence.change", "absence:int until whereabouts", "people.absence.changed", NULL, &absence_whole },
	{ "end", "absence.end", "absence:int", "people.absence.ended", NULL, &absence_ended },
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

static const struct web_desk_whole promise_signed = { .row = "promise", .fields = "", .signs = true };
static const struct web_deed promise_deeds[] = {
	{ "propose", "promise.propose", "item amount:int from reason", "people.promise.proposed", NULL },
	{ "sign", "promise.sign", "promise:int", "people.promise.signed", NULL, &promise_signed },
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

static void meet_line(struct web_page *p, const struct json *line, size_t number, const struct diag *refused)
{
	static const char *const parts[] = { "code", "login", "into", "name", "name_en", "organ", "role", "parent", "a", "b", "enabled" };
	struct http_request *rq = p->rq;
	const char *kind = arena_printf(rq->arena, "people.plan.kind.%.*s", STR_ARG(json_text(json_get(line, "kind")))).ptr;
	struct str text = kind ? http_tr(rq, kind) : S("");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct json *v = json_get(line, parts[i]);
		struct str part = v && v->kind == JSON_BOOL ? http_tr(rq, v->boolean ? "office.yes" : "office.no") : json_text(v);
		if (part.len)
			text = arena_printf(rq->arena, "%.*s · %.*s", STR_ARG(text), STR_ARG(part));
	}
	struct str label = arena_printf(rq->arena, "%.*s %zu", STR_ARG(http_tr(rq, "people.plan.line")), number);
	(void)web_page_field(p, refused, &(struct web_field){ .name = label.ptr ? label.ptr : "", .label = label, .now = text });
}

static void meet_plan(struct web_page *p, const struct json *raw, const struct json *dressed, const struct diag *refused)
{
	const struct json *lines = json_get(raw, "lines");
	const struct web_field about[] = {
		{ .name = "title", .label = http_tr(p->rq, "people.plan.title"), .now = json_text(json_get(raw, "title")) },
		{ .name = "reason", .label = http_tr(p->rq, "people.reason"), .now = json_text(json_get(raw, "reason")) },
		{ .name = "at", .label = http_tr(p->rq, "people.plan.at"), .now = json_text(json_get(dressed, "effective_at_text")) },
	};
	for (size_t i = 0; i < sizeof about / sizeof *about; i++)
		(void)web_page_field(p, refused, &about[i]);
	for (size_t i = 0; lines && i < lines->count; i++)
		meet_line(p, &lines->items[i], i + 1, refused);
}

static const struct web_desk_whole plan_scheduled = { .name = "plan=plan", .signs = true, .meet = meet_plan };
static const struct web_deed plan_deeds[] = {
	{ "line", "plan.add", "plan:path kind code into organ role name a b parent login enabled:bool", "people.plan.saved", NULL },
	{ "drop", "plan.drop", "plan:path line:int", "people.plan.saved", NULL },
	{ "preview", "plan.preview", "plan:path", "people.plan.previewed", NULL },
	{ "schedule", "plan.schedule", "plan:path", "people.plan.scheduled", NULL, &plan_scheduled },
	{ "cancel", "plan.cancel", "plan:path reason", "people.plan.cancelled", NULL },
};
static const struct web_desk plan = { .view = "plan", .path = "plan", .title = "people.plan", .template = "people/plan", .wide = true, DEEDS(plan_deeds) };
DESK_DO(plan)

/* ---- the whole structure as a file, and read from one ---- */

static const char *const columns[] = {
	"kind", "code", "login", "name", "name_en", "level", "parent", "region", "organ", "nature", "role", "a", "b", "phone", "email", "enabled",
	"duties", "standards", "powers", "limits", "made_from",
};
enum { IMPORT_MAX = 16 << 20 };
static const struct web_list_file structure_file = { .view = "structure.export", .command = "structure.import", .columns = columns,
	                                             .width = sizeof columns / sizeof *columns, .name = "structure", .title = "people.import",
	                                             .template = "people/import" };

static enum http_outcome export_file(struct http_request *rq, struct http_reply *re, void *arg) { return web_list_export(rq, re, web_of(arg), &structure_file); }
static enum http_outcome import_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_list_show(rq, re, web_of(arg), &structure_file); }
static enum http_outcome import_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_list_import(rq, re, web_of(arg), &structure_file); }

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
