/* roster.c - pages of the roster: one's own attendance and file, an office's sheet and files, certificates, courses. */
#include "paper/paper.h"
#include "web/desk.h"
#include "web/list_file.h"
#include "web/staff_int.h"

#define DESK(name) \
	static enum http_outcome name##_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &name); }
#define DESK_DO(name) \
	DESK(name) \
	static enum http_outcome name##_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &name); }
#define DEEDS(list) .deeds = list, .deeds_count = sizeof list / sizeof *list

/* ---- attendance ---- */

static const struct web_deed mark_deeds[] = { { "mark", "attendance.mark", "kind", "roster.marked", NULL } };
static const struct web_desk mine = { .view = "attendance", .params = "month", .title = "roster.attendance", .template = "roster/attendance", .wide = true, DEEDS(mark_deeds) };
DESK_DO(mine)

static const struct web_deed keep_deeds[] = {
	{ "correct", "attendance.correct", "person:path kind at reason", "roster.corrected", NULL },
	{ "strike", "attendance.strike", "mark:int reason", "roster.struck", NULL },
	{ "approve", "attendance.approve", "absence:int approved:bool reason", "roster.approval.done", NULL },
};
static const struct web_desk person = { .view = "attendance", .path = "person", .params = "month", .title = "roster.attendance", .template = "roster/attendance", .wide = true,
	                                DEEDS(keep_deeds) };
DESK_DO(person)

static const struct web_deed hours_deeds[] = {
	{ "hours", "attendance.hours", "organ since from to from_2 to_2 grace_minutes:int", "roster.hours.saved", NULL },
};
static const struct web_desk sheet = { .view = "attendance.sheet", .params = "organ month", .title = "roster.sheet", .template = "roster/sheet", .list = "/staff/attendance/sheet",
	                               .wide = true, DEEDS(hours_deeds) };

enum { DAYS = 31 };
static const struct staff_column sums[] = {
	{ "roster.sum.workdays", "totals.workdays" }, { "roster.sum.present", "totals.present" }, { "roster.sum.late", "totals.late" }, { "roster.sum.late_min", "totals.late_min" },
	{ "roster.sum.early", "totals.early" }, { "roster.sum.early_min", "totals.early_min" }, { "roster.sum.gap_min", "totals.gap_min" },
	{ "roster.sum.missing", "totals.missing" }, { "roster.sum.unapproved", "totals.unapproved" }, { "roster.sum.absent", "totals.absent" },
	{ "roster.sum.excused_min", "totals.excused_min" }, { "roster.sum.no_in", "totals.no_in" }, { "roster.sum.no_out", "totals.no_out" },
	{ "roster.sum.extra", "totals.extra" }, { "roster.sum.acts", "totals.acts" },
};
enum { SUMS = sizeof sums / sizeof *sums };

/* Who, a column a day, then the sums: as the page has it. */
static enum http_outcome sheet_file(struct http_request *rq, struct http_reply *re, struct web *w)
{
	struct staff_column columns[2 + DAYS + SUMS] = { { "roster.who", "name" }, { "office.col.login", "person" } };
	for (int i = 0; i < DAYS; i++) {
		struct str number = arena_printf(rq->arena, "%d", i + 1), path = arena_printf(rq->arena, "d%d", i + 1);
		columns[2 + i] = (struct staff_column){ number.ptr ? number.ptr : "", path.ptr ? path.ptr : "" };
	}
	memcpy(columns + 2 + DAYS, sums, sizeof sums);
	return staff_csv(rq, re, w, "attendance.sheet", "organ month", columns, sizeof columns / sizeof *columns, "attendance");
}

static enum http_outcome sheet_show(struct http_request *rq, struct http_reply *re, void *arg)
{
	return staff_wants_csv(rq) ? sheet_file(rq, re, web_of(arg)) : web_desk_show(rq, re, web_of(arg), &sheet);
}

static enum http_outcome sheet_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &sheet); }

/* ---- training and certificates ---- */

static const struct web_desk my_file = { .view = "roster.person", .params = "year", .title = "roster.file", .template = "roster/file" };
DESK(my_file)

static const struct web_deed file_deeds[] = {
	{ "train", "training.record", "person:path course from until hours:int exam score:int note documents:upload", "roster.training.saved", NULL },
	{ "untrain", "training.strike", "training:int reason", "roster.training.struck", NULL },
	{ "certificate", "certificate.put", "person:path kind number issuer from until documents:upload", "roster.certificate.saved", NULL },
	{ "halt", "certificate.halt", "certificate:int state from until reason", "roster.certificate.halted", NULL },
	{ "restore", "certificate.restore", "certificate:int reason", "roster.certificate.restored", NULL },
};
static const struct web_desk file = { .view = "roster.person", .path = "person", .params = "year", .title = "roster.file", .template = "roster/file", DEEDS(file_deeds) };
DESK_DO(file)

static const struct staff_column people_columns[] = {
	{ "roster.who", "name" }, { "office.col.login", "person" }, { "roster.hours_done", "hours_done" }, { "roster.hours_required", "hours_required" },
	{ "roster.hours_short", "hours_short" }, { "roster.enforcement", "standing" },
};
static const struct web_desk people = { .view = "roster.people", .params = "organ year q cursor limit:int", .title = "roster.people", .template = "roster/people",
	                                .list = "/staff/training/people", .wide = true };

static enum http_outcome people_show(struct http_request *rq, struct http_reply *re, void *arg)
{
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, web_of(arg), "roster.people", "organ year q", people_columns, sizeof people_columns / sizeof *people_columns, "training");
	return web_desk_show(rq, re, web_of(arg), &people);
}

static const struct staff_column certificate_columns[] = {
	{ "roster.who", "name" }, { "office.col.login", "person" }, { "roster.certificate.kind", "kind_name" }, { "roster.certificate.number", "number" },
	{ "roster.certificate.issuer", "issuer" }, { "roster.from", "from_on" }, { "roster.until", "until_on" }, { "roster.standing", "standing" }, { "people.reason", "reason" },
};
static const struct web_desk certificates = { .view = "certificates", .params = "organ kind standing cursor limit:int", .title = "roster.certificates",
	                                      .template = "roster/certificates", .list = "/staff/certificates", .wide = true };

static enum http_outcome certificates_show(struct http_request *rq, struct http_reply *re, void *arg)
{
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, web_of(arg), "certificates", "organ kind standing", certificate_columns, sizeof certificate_columns / sizeof *certificate_columns, "certificates");
	return web_desk_show(rq, re, web_of(arg), &certificates);
}

static const struct web_desk_whole course_whole = { .typed = "code", .part = "rows", .fields = "name=roster.course name_en=roster.course.name_en hours=roster.hours_number" };
static const struct web_deed course_deeds[] = { { "put", "course.put", "code name name_en kind hours:int enabled:bool", "roster.course.saved", NULL, &course_whole } };
static const struct web_desk courses = { .view = "courses", .params = "cursor limit:int", .title = "roster.courses", .template = "roster/courses", .list = "/staff/courses",
	                                 DEEDS(course_deeds) };
DESK_DO(courses)

/* ---- lists ---- */

static const char *const columns[] = {
	"kind", "login", "name", "code", "name_en", "type", "number", "issuer", "course", "from", "until", "hours", "exam", "score", "note", "at", "enabled", "state",
};
static const struct web_list_file lists = { .view = "roster.export", .command = "roster.import", .columns = columns, .width = sizeof columns / sizeof *columns, .name = "roster",
	                                    .title = "roster.import", .template = "roster/import" };
static enum http_outcome export_file(struct http_request *rq, struct http_reply *re, void *arg) { return web_list_export(rq, re, web_of(arg), &lists); }
static enum http_outcome import_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_list_show(rq, re, web_of(arg), &lists); }
static enum http_outcome import_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_list_import(rq, re, web_of(arg), &lists); }

#define READERS WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN
enum { SCANS_MAX = 64 << 20, IMPORT_MAX = 16 << 20 };

static const struct http_route routes[] = {
	{ HTTP_GET, "/staff/attendance", WEB_STAFF, mine_show, "roster.attendance" },
	{ HTTP_POST, "/staff/attendance", WEB_STAFF, mine_do, "roster.attendance.do" },
	{ HTTP_GET, "/staff/attendance/sheet", READERS, sheet_show, "roster.sheet" },
	{ HTTP_POST, "/staff/attendance/sheet", WEB_ADMIN, sheet_do, "roster.sheet.do" },
	{ HTTP_GET, "/staff/attendance/people/{person}", WEB_STAFF, person_show, "roster.person" },
	{ HTTP_POST, "/staff/attendance/people/{person}", WEB_HEAD | WEB_ADMIN, person_do, "roster.person.do" },
	{ HTTP_GET, "/staff/training", WEB_STAFF, my_file_show, "roster.file" },
	{ HTTP_GET, "/staff/training/people", READERS, people_show, "roster.people" },
	{ HTTP_GET, "/staff/training/people/{person}", WEB_STAFF, file_show, "roster.file.person" },
	{ HTTP_POST, "/staff/training/people/{person}", WEB_HEAD | WEB_ADMIN, file_do, "roster.file.do", 0, SCANS_MAX },
	{ HTTP_GET, "/staff/certificates", READERS, certificates_show, "roster.certificates" },
	{ HTTP_GET, "/staff/courses", WEB_STAFF, courses_show, "roster.courses" },
	{ HTTP_POST, "/staff/courses", WEB_HEAD | WEB_ADMIN, courses_do, "roster.courses.do" },
	{ HTTP_GET, "/office/roster", WEB_ADMIN, import_show, "roster.import" },
	{ HTTP_POST, "/office/roster", WEB_ADMIN, import_do, "roster.import.do", 0, IMPORT_MAX },
	{ HTTP_GET, "/office/roster/file", WEB_ADMIN, export_file, "roster.export" },
};

size_t web_routes_roster(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
