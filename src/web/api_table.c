/* api_table.c - every route of /api/v1. What a route reads or does stands in docs/views.md and
 * docs/commands.md under its target; docs/api.md walks through a case. */
#include "web/api.h"
#include "web/api_int.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND
#define OWN API_OWN
#define OFFICE WEB_ADMIN
#define PAGE "cursor limit:int"

static const struct api_route table[] = {
	/* ---- what everybody may know ---- */
	{ "GET", V1("/home"), "getHome", "public", "Figures, topics and organs of the front page", VIEW, "home",
	  .answer = "Home", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/items"), "listItems", "public", "Search service items", VIEW, "items.search",
	  .query = "q organ audience kind online:bool " PAGE, .answer = "ItemPage", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/items/{impl_code}"), "getItem", "public", "Everything the law says must be public about an item", VIEW, "item.guide",
	  .answer = "ItemGuide", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/cases/{case_no}/track"), "trackCase", "public", "Progress of a case by its number and secret", VIEW, "case.track",
	  .query = "secret", .answer = "Anything", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/calendar/{year}"), "getCalendar", "public", "Days off and make-up days of a year, with their notice", VIEW, "calendar",
	  .answer = "Calendar", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/deadline"), "computeDeadline", "public", "Compute a legal deadline and explain every day of it", VIEW, "clock",
	  .query = "start limit:int unit suspend:list extend:list now", .answer = "Deadline", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/ledger/head"), "getLedgerHead", "public", "The newest entry of the ledger", VIEW, "ledger.head",
	  .answer = "LedgerHead", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/clock"), "getClock", "public", "The server's time", OWN, NULL,
	  .answer = "ClockNow", .status = 200, .who = WEB_ANY, .own = API_OWN_CLOCK },
	{ "POST", V1("/clock"), "moveClock", "public", "Move demonstration time forward (only with --virtual-time)", OWN, NULL,
	  .body = "ClockMove", .answer = "ClockNow", .status = 200, .who = WEB_ADMIN, .own = API_OWN_CLOCK_MOVE },

	/* ---- accounts ---- */
	{ "POST", V1("/people"), "register", "account", "Open an account", OWN, "person.register",
	  .body = "Registration", .answer = "Id", .status = 201, .who = WEB_ANY, .own = API_OWN_PASSWORD },
	{ "GET", V1("/me"), "getMe", "account", "Who I am and which posts I hold", VIEW, "me",
	  .answer = "Me", .status = 200, .who = WEB_LOGIN },
	{ "GET", V1("/tokens"), "listTokens", "account", "Tokens, without their secrets", VIEW, "tokens",
	  .query = PAGE, .answer = "RowPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/my/tokens"), "listMyTokens", "account", "My tokens, without their secrets", VIEW, "my.tokens",
	  .query = PAGE, .answer = "RowPage", .status = 200, .who = WEB_LOGIN },
	{ "POST", V1("/tokens"), "createToken", "account", "A token for a machine, with my powers", OWN, "token.create",
	  .body = "TokenRequest", .answer = "TokenMade", .status = 201, .who = WEB_ANY, .own = API_OWN_TOKEN_CREATE },
	{ "DELETE", V1("/tokens/{token:int}"), "revokeToken", "account", "Revoke a token", CMD, "token.revoke",
	  .status = 204, .who = WEB_LOGIN },

	/* ---- a citizen's own ---- */
	{ "GET", V1("/my/cases"), "listMyCases", "citizen", "My cases", VIEW, "my.cases",
	  .query = PAGE, .answer = "CasePage", .status = 200, .who = WEB_LOGIN },
	{ "GET", V1("/my/drafts"), "listDrafts", "citizen", "My drafts", VIEW, "my.drafts",
	  .query = PAGE, .answer = "DraftPage", .status = 200, .who = WEB_LOGIN },
	{ "POST", V1("/my/drafts"), "saveDraft", "citizen", "Keep an application for later", CMD, "draft.save",
	  .body = "Draft", .answer = "DraftSaved", .status = 201, .who = WEB_LOGIN },
	{ "GET", V1("/my/drafts/{draft:int}"), "getDraft", "citizen", "What was kept", VIEW, "draft",
	  .answer = "Anything", .status = 200, .who = WEB_LOGIN },
	{ "PUT", V1("/my/drafts/{draft:int}"), "changeDraft", "citizen", "Replace what was kept", CMD, "draft.save",
	  .body = "Draft", .answer = "DraftSaved", .status = 200, .who = WEB_LOGIN },
	{ "DELETE", V1("/my/drafts/{draft:int}"), "deleteDraft", "citizen", "Drop a draft", CMD, "draft.delete",
	  .status = 204, .who = WEB_LOGIN },
	{ "GET", V1("/notices"), "listNotices", "citizen", "Messages to me", VIEW, "my.notices",
	  .query = PAGE, .answer = "NoticePage", .status = 200, .who = WEB_LOGIN },
	{ "POST", V1("/notices/{notice:int}/reading"), "readNotice", "citizen", "I have read this message", CMD, "notice.read",
	  .status = 204, .who = WEB_LOGIN },

	/* ---- documents ---- */
	{ "POST", V1("/documents"), "addDocument", "documents", "Upload a file (the request's body is its bytes)", OWN, "document.add",
	  .query = "name material draft:int case_no secret", .body = "*", .answer = "DocumentAdded", .status = 201,
	  .who = WEB_ANY, .own = API_OWN_DOCUMENT_ADD },
	{ "GET", V1("/documents/{document:int}"), "getDocument", "documents", "The bytes of a document", OWN, NULL,
	  .query = "secret", .answer = "*", .status = 200, .who = WEB_ANY, .own = API_OWN_DOCUMENT },

	/* ---- cases ---- */
	{ "POST", V1("/cases"), "submitCase", "cases", "Apply", CMD, "case.submit",
	  .body = "CaseSubmission", .answer = "CaseReceipt", .status = 201, .who = WEB_ANY },
	{ "GET", V1("/cases"), "listCases", "cases", "Cases I may see", VIEW, "cases",
	  .query = "q organ item state level open:bool from to region window " PAGE, .answer = "CasePage", .status = 200, .who = WEB_STAFF & ~(unsigned)WEB_ADMIN },
	{ "GET", V1("/cases/{case_no}"), "getCase", "cases", "A case, with exactly the actions I may take now", VIEW, "case",
	  .answer = "Case", .status = 200, .who = WEB_LOGIN },
	{ "GET", V1("/cases/{case_no}/diagram"), "getDiagram", "cases", "The process with the current position; SVG alone with Accept: image/svg+xml", OWN, "case.diagram",
	  .answer = "Diagram", .status = 200, .who = WEB_LOGIN, .own = API_OWN_DIAGRAM },
	{ "POST", V1("/cases/{case_no}/steps/{step:int}/claim"), "claimStep", "cases", "Take a step of my post", CMD, "step.claim",
	  .answer = "Anything", .status = 200, .who = WEB_HANDLERS },
	{ "POST", V1("/cases/{case_no}/steps/{step:int}/actions"), "takeAction", "cases", "Complete a step with one of its actions", CMD, "step.complete",
	  .body = "StepAction", .answer = "StepDone", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/cases/{case_no}/steps/{step:int}/return"), "returnStep", "cases", "Give a step back to the post", CMD, "step.return",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = WEB_HANDLERS },
	{ "PUT", V1("/cases/{case_no}/steps/{step:int}/holder"), "reassignStep", "cases", "Give a step to another person or post", CMD, "step.reassign",
	  .body = "Reassignment", .answer = "Anything", .status = 200, .who = WEB_HANDLERS },
	{ "POST", V1("/cases/{case_no}/suspension"), "suspendCase", "cases", "Suspend the clock on a legal ground", CMD, "case.suspend",
	  .body = "Suspension", .answer = "DueOn", .status = 200, .who = WEB_REVIEWER | WEB_HEAD },
	{ "DELETE", V1("/cases/{case_no}/suspension"), "resumeCase", "cases", "Let the clock run again", CMD, "case.resume",
	  .query = "result", .answer = "DueOn", .status = 200, .who = WEB_REVIEWER | WEB_HEAD },
	{ "POST", V1("/cases/{case_no}/messages/{name}"), "sendMessage", "cases", "Send a message the process waits for, e.g. extension", CMD, "case.message",
	  .body = "Message", .answer = "Anything", .status = 200, .who = WEB_HANDLERS },
	{ "POST", V1("/cases/{case_no}/notes"), "addNote", "cases", "A note for the handlers", CMD, "case.note",
	  .body = "Note", .answer = "Anything", .status = 201, .who = WEB_HANDLERS | WEB_SUPERVISOR },
	{ "PUT", V1("/cases/{case_no}/rating"), "rateCase", "cases", "Rate the service in five grades", CMD, "case.rate",
	  .body = "Rating", .answer = "Anything", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/cases/{case_no}/withdrawal"), "withdrawCase", "cases", "Withdraw an application", CMD, "case.withdraw",
	  .body = "Withdrawal", .answer = "Anything", .status = 200, .who = WEB_ANY },

	/* ---- operations: when the process cannot go on by itself ---- */
	{ "GET", V1("/cases/{case_no}/operations"), "getOperations", "operations", "What waits, what is stuck, and what a migration would do", VIEW, "case.operations",
	  .answer = "Operations", .status = 200, .who = OFFICE | WEB_SUPERVISOR },
	{ "POST", V1("/cases/{case_no}/operations/retry"), "retryIncident", "operations", "Try an incident again, with corrected variables", CMD, "case.retry",
	  .body = "OperationRetry", .answer = "OperationDone", .status = 200, .who = OFFICE },
	{ "POST", V1("/cases/{case_no}/operations/move"), "moveToken", "operations", "Move a waiting token to another element", CMD, "case.move",
	  .body = "OperationMove", .answer = "OperationDone", .status = 200, .who = OFFICE },
	{ "POST", V1("/cases/{case_no}/operations/cancel"), "cancelCase", "operations", "End the case by the office", CMD, "case.cancel",
	  .body = "Reason", .answer = "OperationDone", .status = 200, .who = OFFICE },
	{ "POST", V1("/cases/{case_no}/operations/migrate"), "migrateCase", "operations", "Move the running case to the live version of its pack", CMD, "case.migrate",
	  .body = "Reason", .answer = "OperationDone", .status = 200, .who = OFFICE },
	{ "POST", V1("/cases/{case_no}/operations/reissue"), "reissuePaper", "operations", "Issue a letter or a licence's paper anew", CMD, "paper.reissue",
	  .body = "OperationReissue", .answer = "PaperReissued", .status = 200, .who = OFFICE },
	{ "POST", V1("/packs/{code}/pause"), "pausePack", "operations", "Take in no applications and move no case of a pack", CMD, "pack.pause",
	  .body = "Reason", .answer = "PackPause", .status = 200, .who = OFFICE },
	{ "DELETE", V1("/packs/{code}/pause"), "resumePack", "operations", "Let a pack go on", CMD, "pack.resume",
	  .query = "reason", .answer = "PackPause", .status = 200, .who = OFFICE },

	/* ---- staff ---- */
	{ "GET", V1("/worklist"), "getWorklist", "staff", "Steps waiting, by time left", VIEW, "worklist",
	  .query = "scope level item q " PAGE, .answer = "Worklist", .status = 200, .who = WEB_HANDLERS },
	{ "GET", V1("/staff"), "listStaff", "staff", "Colleagues and their posts", VIEW, "staff",
	  .query = "organ " PAGE, .answer = "StaffPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/counter/items"), "listCounterItems", "staff", "Items my counter takes in", VIEW, "counter.items",
	  .query = "q " PAGE, .answer = "ItemPage", .status = 200, .who = WEB_CLERK | WEB_HEAD },

	/* ---- supervision ---- */
	{ "GET", V1("/board"), "getBoard", "supervision", "Open cases by colour, organ and item", VIEW, "board",
	  .query = "window region organ", .answer = "Board", .status = 200, .who = WEB_OVERSIGHT | WEB_HEAD },
	{ "GET", V1("/board/events"), "watchBoard", "supervision", "Says that the board has changed (server-sent events)", OWN, "board",
	  .query = "region organ", .answer = "*text/event-stream", .status = 200, .who = WEB_OVERSIGHT | WEB_HEAD, .own = API_OWN_BOARD_EVENTS },
	{ "GET", V1("/alerts"), "listAlerts", "supervision", "Notices, yellow and red", VIEW, "alerts",
	  .query = "level organ state " PAGE, .answer = "AlertPage", .status = 200, .who = WEB_OVERSIGHT | WEB_HANDLERS },
	{ "POST", V1("/alerts/{alert}/acknowledgement"), "acknowledgeAlert", "supervision", "Say why, and that it is in hand", CMD, "alert.acknowledge",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = WEB_HANDLERS | WEB_SUPERVISOR },
	{ "POST", V1("/cases/{case_no}/urges"), "urgeCase", "supervision", "Urge the holder", CMD, "alert.urge",
	  .body = "Urge", .answer = "Anything", .status = 201, .who = WEB_SUPERVISOR },
	{ "GET", V1("/ledger"), "listLedger", "supervision", "The record", VIEW, "ledger",
	  .query = "case_no from:int " PAGE, .answer = "LedgerPage", .status = 200, .who = WEB_OVERSIGHT },

	/* ---- office ---- */
	{ "GET", V1("/regions"), "listRegions", "office", "Regions", VIEW, "regions", .query = "q " PAGE, .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/regions/{code}"), "getRegion", "office", "A region", VIEW, "regions", .answer = "Row", .status = 200, .who = WEB_STAFF, .edits = "region.put", .one = "code" },
	{ "PUT", V1("/regions/{code}"), "putRegion", "office", "Write a region", CMD, "region.put", .body = "Row", .answer = "Id", .status = 200, .who = OFFICE },
	{ "GET", V1("/organs"), "listOrgans", "office", "Organs", VIEW, "organs", .query = "q " PAGE, .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/organs/{code}"), "getOrgan", "office", "An organ", VIEW, "organs", .answer = "Row", .status = 200, .who = WEB_STAFF, .edits = "organ.put", .one = "code" },
	{ "PUT", V1("/organs/{code}"), "putOrgan", "office", "Write an organ", CMD, "organ.put", .body = "Row", .answer = "Id", .status = 200, .who = OFFICE },
	{ "GET", V1("/posts"), "listPosts", "office", "Posts and their A and B holders", VIEW, "posts", .query = "q organ " PAGE, .answer = "RowPage", .status = 200, .who = OFFICE },
	{ "PUT", V1("/posts/{code}"), "putPost", "office", "Write a post", CMD, "post.put", .body = "Row", .answer = "Id", .status = 200, .who = OFFICE },
	{ "GET", V1("/people"), "listPeople", "office", "People", VIEW, "people", .query = "q " PAGE, .answer = "RowPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/people/{login}"), "getPerson", "office", "A person", VIEW, "people", .answer = "Row", .status = 200, .who = OFFICE, .edits = "person.put", .one = "login" },
	{ "PUT", V1("/people/{login}"), "putPerson", "office", "Write a person", OWN, "person.put", .body = "Row", .answer = "Id", .status = 200, .who = OFFICE, .own = API_OWN_PASSWORD },
	{ "GET", V1("/admin/items"), "listItemsAdmin", "office", "Items with everything that is kept about them", VIEW, "items.admin", .query = "q organ " PAGE, .answer = "RowPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/admin/items/{impl_code}"), "getItemAdmin", "office", "An item with everything that is kept about it", VIEW, "items.admin", .answer = "Row", .status = 200, .who = OFFICE, .edits = "item.put", .one = "impl_code" },
	{ "PUT", V1("/admin/items/{impl_code}"), "putItem", "office", "Write an item (a new version)", CMD, "item.put", .body = "Row", .answer = "Id", .status = 200, .who = OFFICE },
	{ "GET", V1("/packs"), "listPacks", "office", "Packs", VIEW, "packs", .query = PAGE, .answer = "RowPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/packs/{code}"), "getPack", "office", "A pack with its checks and scenarios", VIEW, "pack", .answer = "Pack", .status = 200, .who = OFFICE },
	{ "POST", V1("/packs"), "addPack", "office", "Put a pack live (a new version)", CMD, "pack.add", .body = "PackUpload", .answer = "Id", .status = 201, .who = OFFICE },
	{ "GET", V1("/decisions"), "listDecisions", "office", "Decisions of the live packs", VIEW, "decisions", .query = "pack", .answer = "DecisionPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/decisions/{pack}/{decision}"), "getDecision", "office", "A decision with its graph, findings and stored examples", VIEW, "decision", .answer = "DecisionModel", .status = 200, .who = OFFICE },
	{ "POST", V1("/decisions/{pack}/{decision}/evaluation"), "tryDecision", "office", "Take a decision with these inputs; nothing is kept", VIEW, "decision.try", .body = "DecisionInputs", .answer = "DecisionResult", .status = 200, .who = OFFICE },
	{ "POST", V1("/decisions/{pack}/{decision}/examples"), "runExamples", "office", "Run the stored examples of a decision", VIEW, "decision.examples", .answer = "ExampleRun", .status = 200, .who = OFFICE },
	{ "GET", V1("/settings"), "listSettings", "office", "Settings", VIEW, "settings", .query = PAGE, .answer = "RowPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/settings/{name}"), "getSetting", "office", "A setting", VIEW, "settings", .answer = "Row", .status = 200, .who = OFFICE, .edits = "setting.put", .one = "name" },
	{ "PUT", V1("/settings/{name}"), "putSetting", "office", "Change a setting", CMD, "setting.put", .body = "SettingValue", .answer = "Anything", .status = 200, .who = OFFICE },
	{ "POST", V1("/calendar/preview"), "previewCalendar", "office", "Which open cases a notice would move", VIEW, "calendar.preview", .body = "CalendarNotice", .answer = "CalendarPreview", .status = 200, .who = OFFICE },
	{ "PUT", V1("/calendar"), "addCalendar", "office", "Apply a notice on holidays", CMD, "calendar.add", .body = "CalendarNotice", .answer = "Anything", .status = 200, .who = OFFICE },
};

enum { ROUTES_MAX = 600 };

static const struct api_family kernel = { table, sizeof table / sizeof *table };
extern const struct api_family api_backup, api_complaint, api_courier, api_gauge, api_hall, api_inspect, api_machine, api_mine, api_people, api_redress, api_roster, api_tally, api_watch;
static const struct api_family *const families[] = { &kernel, &api_backup, &api_complaint, &api_courier, &api_family_powers, &api_gauge, &api_hall, &api_inspect, &api_machine, &api_mine, &api_people, &api_redress, &api_roster, &api_tally, &api_watch };

size_t api_routes(const struct api_route **out)
{
	static struct api_route all[ROUTES_MAX];
	static size_t count;
	for (size_t i = 0, joined = count; !joined && i < sizeof families / sizeof *families; i++) {
		base_assert(count + families[i]->count <= ROUTES_MAX);
		memcpy(all + count, families[i]->routes, families[i]->count * sizeof *all);
		count += families[i]->count;
	}
	*out = all;
	return count;
}

bool api_takes_version(const struct api_route *r)
{
	const struct api_route *all;
	size_t count = api_routes(&all);
	bool found = r->versioned;
	for (size_t i = 0; i < count && !found; i++)
		if (all[i].edits && r->kind != API_VIEW && r->target) {
			struct str rest = str_of(all[i].edits);
			found = str_eqz(str_cut(&rest, ' '), r->target);
		}
	return found;
}

/* "online:bool" → name and the type's letter; a name alone is text. */
static struct api_param param_of(struct str word)
{
	struct str name = str_cut(&word, ':');
	return (struct api_param){ name, word.len ? word.ptr[0] : 's' };
}

bool api_param_next(struct str *spec, struct api_param *out)
{
	while (spec->len) {
		struct str word = str_cut(spec, ' ');
		if (word.len) {
			*out = param_of(word);
			return true;
		}
	}
	return false;
}

bool api_path_next(struct str *rest, struct api_param *out)
{
	ptrdiff_t open = str_find_byte(*rest, '{');
	if (open < 0)
		return false;
	struct str tail = str_sub(*rest, (size_t)open + 1, rest->len);
	*out = param_of(str_cut(&tail, '}'));
	*rest = tail;
	return true;
}

/* ---- the same table as the server reads it ---- */

enum { BODY_MAX = 64 << 10, FILE_MAX = 20 << 20, PACK_MAX = 8 << 20, NAME_MAX_BYTES = 48 };

static enum http_outcome serve_document(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq;
	http_header_set(re, "Cache-Control", S("public, max-age=300"));
	return http_send_raw_json(re, 200, web_of(arg)->openapi);
}

static enum http_outcome serve_health(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq;
	(void)arg;
	http_header_set(re, "Cache-Control", S("no-store"));
	return http_send_raw_json(re, 200, S("{\"status\":\"ok\"}"));
}

static enum http_method method_of(const char *name)
{
	switch (name[0] == 'P' ? name[1] : name[0]) {
	case 'G': return HTTP_GET;
	case 'O': return HTTP_POST;
	case 'U': return HTTP_PUT;
	default: return HTTP_DELETE;
	}
}

static size_t body_max_of(const struct api_route *r)
{
	if (r->own == API_OWN_DOCUMENT_ADD)
		return FILE_MAX;
	if (str_eqz(str_of(r->id), "addPack") || str_eqz(str_of(r->id), "addCalendar") || str_eqz(str_of(r->id), "previewCalendar") ||
	    str_eqz(str_of(r->id), "keepStill"))
		return PACK_MAX;
	return BODY_MAX;
}

size_t web_routes_api(const struct http_route **out)
{
	/* filled once, before any thread serves */
	static struct http_route routes[ROUTES_MAX + 2];
	static char names[ROUTES_MAX][NAME_MAX_BYTES];
	const struct api_route *api;
	size_t count = api_routes(&api);
	for (size_t i = 0; i < count && !routes[count].handler; i++) {
		snprintf(names[i], sizeof names[i], "api.%s", api[i].id);
		routes[i] = (struct http_route){ method_of(api[i].method), api[i].path, api[i].who, api_serve, names[i],
			                         HTTP_ROUTE_TOKEN | HTTP_ROUTE_API, body_max_of(&api[i]), &api[i] };
	}
	routes[count + 1] = (struct http_route){ HTTP_GET, "/healthz", WEB_ANY, serve_health, "api.health", HTTP_ROUTE_API | HTTP_ROUTE_QUICK, 0, NULL };
	routes[count] = (struct http_route){ HTTP_GET, "/api/openapi.json", WEB_ANY, serve_document, "api.openapi", HTTP_ROUTE_API, 0, NULL };
	*out = routes;
	return count + 2;
}

enum err web_api_start(struct web *w, struct diag *d)
{
	struct str path = arena_printf(&w->arena, "%s/openapi/components.json", w->options.pages_dir), text;
	if (!path.ptr)
		return ERR_NOMEM;
	TRY(os_file_read(&w->arena, path.ptr, FILE_MAX, &text, d));
	TRY(json_read(&w->arena, text, &w->api_components, d));
	return api_openapi(&w->arena, text, &w->openapi);
}
