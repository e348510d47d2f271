/* powers.c - pages of powers: published lists, drafts, who holds what, access rules, delegations, interests, emergency
 * access, personal data, audit. */
#include "web/desk.h"
#include "web/staff_int.h"

#define DESK(name) \
	static enum http_outcome name##_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &name); }
#define DESK_DO(name) \
	DESK(name) \
	static enum http_outcome name##_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &name); }
#define DEEDS(list) .deeds = list, .deeds_count = sizeof list / sizeof *list

/* ---- for everybody ---- */

static const struct web_desk lists = { .view = "power.lists", .title = "powers.lists", .template = "powers/lists" };
DESK(lists)
static const struct web_desk published = { .view = "powers", .path = "organ kind", .params = "version", .title = "powers.title", .template = "powers/published" };
DESK(published)

/* ---- for heads and administrators ---- */

static void add_part(struct http_request *rq, struct str *text, struct str part)
{
	if (part.len)
		*text = text->len ? arena_printf(rq->arena, "%.*s · %.*s", STR_ARG(*text), STR_ARG(part)) : part;
}

/* An entry by its code: all that is published of it. */
static void meet_entries(struct web_page *p, const struct json *raw, const struct json *dressed, const struct diag *refused)
{
	static const char *const parts[] = { "name", "name_en", "item_kind", "basis" };
	const struct json *entries = json_get(raw, "entries");
	(void)dressed;
	for (size_t i = 0; entries && i < entries->count; i++) {
		const struct json *entry = &entries->items[i], *functions = json_get(entry, "functions");
		struct str code = json_text(json_get(entry, "code")), text = S("");
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
			add_part(p->rq, &text, json_text(json_get(entry, parts[k])));
		for (size_t k = 0; functions && functions->kind == JSON_ARRAY && k < functions->count; k++)
			add_part(p->rq, &text, json_text(json_get(&functions->items[k], "name")));
		add_part(p->rq, &text, json_text(json_get(entry, "items")));
		const char *name = arena_z(p->rq->arena, code);
		(void)web_page_field(p, refused, &(struct web_field){ .name = name ? name : "", .label = code, .now = text });
	}
}

static const struct web_desk_whole entry_whole = { .typed = "code", .part = "entries", .fields = "name=powers.name name_en=powers.name_en basis=powers.basis" };
static const struct web_desk_whole draft_published = { .name = "organ=organ", .signs = true, .meet = meet_entries };
static const struct web_deed draft_deeds[] = {
	{ "put", "power.put", "organ:path kind:path code name name_en item_kind basis functions:list items:list", "powers.saved", NULL, &entry_whole },
	{ "drop", "power.drop", "organ:path kind:path code", "powers.dropped", NULL },
	{ "publish", "powers.publish", "organ:path kind:path", "powers.published", NULL, &draft_published },
};
static const struct web_desk draft = { .view = "power.draft", .path = "organ kind", .title = "powers.draft", .template = "powers/draft", .wide = true, DEEDS(draft_deeds) };
DESK_DO(draft)

static const struct web_desk matrix = { .view = "power.matrix", .path = "item", .title = "powers.matrix", .template = "powers/matrix", .wide = true };
DESK(matrix)

static const struct web_desk_whole access_whole = { NULL, NULL, "dmn=powers.access.dmn" };
static const struct web_deed access_deeds[] = { { "put", "access.put", "dmn", "powers.access.saved", NULL, &access_whole } };
static const struct web_desk access_rules = { .view = "access.rules", .title = "powers.access", .template = "powers/access", .wide = true, DEEDS(access_deeds) };
DESK_DO(access_rules)

static const struct web_deed delegation_deeds[] = {
	{ "give", "delegation.give", "from_post to_post functions:list from until reason", "powers.delegation.given", NULL },
	{ "revoke", "delegation.revoke", "delegation:int reason", "powers.delegation.revoked", NULL },
};
static const struct web_desk delegations = { .view = "delegations", .params = "organ", .title = "powers.delegations", .template = "powers/delegations", .wide = true,
	                                     DEEDS(delegation_deeds) };
DESK_DO(delegations)

/* ---- one's own ---- */

static const struct web_deed interest_deeds[] = {
	{ "declare", "interest.declare", "kind name id_no login", "powers.interest.declared", NULL },
	{ "end", "interest.end", "interest:int", "powers.interest.ended", NULL },
	{ "decide", "case.challenge_decide", "challenge:int grant:bool answer", "powers.challenge.decided", NULL },
};
static const struct web_desk interests = { .view = "interests", .title = "powers.interests", .template = "powers/interests", DEEDS(interest_deeds) };
DESK_DO(interests)

static const struct web_deed glass_deeds[] = { { "break", "case.break_glass", "case_no reason minutes:int", "powers.glass.open", "powers/glass_open" } };
static const struct web_desk glass = { .title = "powers.glass", .template = "powers/glass", DEEDS(glass_deeds) };
DESK_DO(glass)

/* ---- a case ---- */

static const struct web_deed unmask_deeds[] = { { "show", "case.unmask", "case_no:path reason", "powers.personal", "powers/personal_shown" } };
static const struct web_desk personal = { .view = "case", .path = "case_no", .title = "powers.personal", .template = "powers/personal", DEEDS(unmask_deeds) };
DESK_DO(personal)

static const struct web_deed recuse_deeds[] = {
	{ "recuse", "case.recuse", "case_no:path reason person", "powers.recused", "powers/recused" },
	{ "report", "case.report", "case_no:path text", "powers.reported", "powers/recused" },
};
static const struct web_desk recuse = { .view = "case", .path = "case_no", .title = "powers.recuse", .template = "powers/recuse", DEEDS(recuse_deeds) };
DESK_DO(recuse)

static const struct web_deed challenge_deeds[] = { { "challenge", "case.challenge", "case_no:path reason", "powers.challenge.made", "powers/challenged" } };
static const struct web_desk challenge = { .view = "case", .path = "case_no", .title = "powers.challenge", .template = "powers/challenge", DEEDS(challenge_deeds) };
DESK_DO(challenge)

/* ---- oversight ---- */

static const struct staff_column audit_columns[] = {
	{ "powers.audit.at", "at" }, { "powers.audit.person", "person.name" }, { "office.col.login", "person.login" }, { "powers.audit.what", "kind" },
	{ "staff.col.case", "case_no" }, { "powers.audit.action", "action" }, { "powers.audit.text", "text" }, { "office.ledger.seq", "seq" },
};
static const struct web_desk audit = { .view = "audit", .params = "person case_no kind channel from to cursor limit:int", .title = "powers.audit", .template = "powers/audit",
	                               .list = "/office/audit", .wide = true };

static enum http_outcome audit_show(struct http_request *rq, struct http_reply *re, void *arg)
{
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, web_of(arg), "audit", "person case_no kind channel from to", audit_columns, sizeof audit_columns / sizeof *audit_columns, "audit");
	return web_desk_show(rq, re, web_of(arg), &audit);
}

static const struct web_desk looks = { .view = "personal.looks", .params = "person case_no cursor limit:int", .title = "powers.looks", .template = "powers/looks",
	                               .list = "/office/looks" };
DESK(looks)

enum { DRAFT_MAX = 256 << 10, ACCESS_MAX = 512 << 10 };

static const struct http_route routes[] = {
	{ HTTP_GET, "/powers", WEB_ANY, lists_show, "powers.lists" },
	{ HTTP_GET, "/powers/{organ}/{kind}", WEB_ANY, published_show, "powers.published" },
	{ HTTP_GET, "/office/powers/{organ}/{kind}", WEB_HEAD | WEB_ADMIN, draft_show, "powers.draft" },
	{ HTTP_POST, "/office/powers/{organ}/{kind}", WEB_HEAD | WEB_ADMIN, draft_do, "powers.draft.do", 0, DRAFT_MAX },
	{ HTTP_GET, "/office/matrix/{item}", WEB_STAFF, matrix_show, "powers.matrix" },
	{ HTTP_GET, "/office/access", WEB_ADMIN | WEB_AUDITOR, access_rules_show, "powers.access" },
	{ HTTP_POST, "/office/access", WEB_ADMIN, access_rules_do, "powers.access.do", 0, ACCESS_MAX },
	{ HTTP_GET, "/staff/delegations", WEB_STAFF, delegations_show, "powers.delegations" },
	{ HTTP_POST, "/staff/delegations", WEB_HEAD | WEB_ADMIN, delegations_do, "powers.delegations.do" },
	{ HTTP_GET, "/staff/interests", WEB_STAFF, interests_show, "powers.interests" },
	{ HTTP_POST, "/staff/interests", WEB_STAFF, interests_do, "powers.interests.do" },
	{ HTTP_GET, "/staff/glass", WEB_STAFF, glass_show, "powers.glass" },
	{ HTTP_POST, "/staff/glass", WEB_STAFF, glass_do, "powers.glass.do" },
	{ HTTP_GET, "/staff/cases/{case_no}/personal", WEB_STAFF, personal_show, "powers.personal" },
	{ HTTP_POST, "/staff/cases/{case_no}/personal", WEB_STAFF, personal_do, "powers.personal.do" },
	{ HTTP_GET, "/staff/cases/{case_no}/recusal", WEB_HANDLERS, recuse_show, "powers.recuse" },
	{ HTTP_POST, "/staff/cases/{case_no}/recusal", WEB_HANDLERS, recuse_do, "powers.recuse.do" },
	{ HTTP_GET, "/my/cases/{case_no}/recusal", WEB_CITIZEN, challenge_show, "powers.challenge" },
	{ HTTP_POST, "/my/cases/{case_no}/recusal", WEB_CITIZEN, challenge_do, "powers.challenge.do" },
	{ HTTP_GET, "/office/audit", WEB_OVERSIGHT, audit_show, "powers.audit" },
	{ HTTP_GET, "/office/looks", WEB_OVERSIGHT, looks_show, "powers.looks" },
};

size_t web_routes_powers(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
