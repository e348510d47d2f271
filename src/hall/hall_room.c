/* hall_room.c - what this room brings to the kernel: tables, what each event does to them, commands, views. */
#include "hall/hall_int.h"

static const char first_schema[] =
	"CREATE TABLE hall_service(id INTEGER PRIMARY KEY, letter TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL, minutes INTEGER NOT NULL,"
	" enabled INTEGER NOT NULL);"
	"CREATE TABLE hall_service_item(item INTEGER PRIMARY KEY, service INTEGER NOT NULL);"
	"CREATE INDEX hall_service_item_service ON hall_service_item(service);"
	"CREATE TABLE hall_window(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, number INTEGER NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL,"
	" organ INTEGER NOT NULL, post INTEGER, place TEXT NOT NULL, comprehensive INTEGER NOT NULL, enabled INTEGER NOT NULL, clerk INTEGER, since_ms INTEGER);"
	"CREATE INDEX hall_window_clerk ON hall_window(clerk) WHERE clerk IS NOT NULL;"
	"CREATE TABLE hall_window_service(window_id INTEGER NOT NULL, service INTEGER NOT NULL, PRIMARY KEY(window_id, service));"
	/* what holds from a day on; earlier rows stay, so that it is known how it was */
	"CREATE TABLE hall_hours(window_id INTEGER NOT NULL, from_day INTEGER NOT NULL, slots INTEGER NOT NULL, slot_minutes INTEGER NOT NULL, mon TEXT NOT NULL,"
	" tue TEXT NOT NULL, wed TEXT NOT NULL, thu TEXT NOT NULL, fri TEXT NOT NULL, sat TEXT NOT NULL, sun TEXT NOT NULL, PRIMARY KEY(window_id, from_day));"
	/* window_id 0: the whole hall */
	"CREATE TABLE hall_exception(window_id INTEGER NOT NULL, day INTEGER NOT NULL, kind TEXT NOT NULL, spans TEXT NOT NULL, reason TEXT NOT NULL,"
	" reason_en TEXT NOT NULL, PRIMARY KEY(window_id, day));"
	/* live: the place is taken. Two bookings of one place cannot be, whoever writes */
	"CREATE TABLE hall_booking(id INTEGER PRIMARY KEY, booking_no TEXT NOT NULL UNIQUE, code_digest TEXT NOT NULL, window_id INTEGER NOT NULL, service INTEGER NOT NULL,"
	" item INTEGER NOT NULL, day INTEGER NOT NULL, start_min INTEGER NOT NULL, end_min INTEGER NOT NULL, place INTEGER NOT NULL, live INTEGER NOT NULL, state TEXT NOT NULL,"
	" person INTEGER, name TEXT NOT NULL, phone TEXT NOT NULL, channel TEXT NOT NULL, made_ms INTEGER NOT NULL, reminded INTEGER NOT NULL, moves INTEGER NOT NULL,"
	" ticket INTEGER, ended_ms INTEGER, ended_by TEXT, ended_why TEXT, ended_why_en TEXT);"
	"CREATE UNIQUE INDEX hall_booking_place ON hall_booking(window_id, day, start_min, place) WHERE live=1;"
	"CREATE INDEX hall_booking_phone ON hall_booking(phone, item) WHERE live=1;"
	"CREATE INDEX hall_booking_state ON hall_booking(day) WHERE state='booked';"
	"CREATE INDEX hall_booking_day ON hall_booking(day);"
	"CREATE INDEX hall_booking_code ON hall_booking(code_digest);"
	"CREATE INDEX hall_booking_person ON hall_booking(person) WHERE person IS NOT NULL;"
	"CREATE TABLE hall_ticket(id INTEGER PRIMARY KEY, day INTEGER NOT NULL, number TEXT NOT NULL, service INTEGER NOT NULL, item INTEGER, kind TEXT NOT NULL,"
	" level INTEGER NOT NULL, taken_ms INTEGER NOT NULL, ready_ms INTEGER NOT NULL, since_ms INTEGER NOT NULL, queued_ms INTEGER NOT NULL, waited_ms INTEGER NOT NULL,"
	" warned INTEGER NOT NULL, state TEXT NOT NULL, window_id INTEGER, clerk INTEGER, called_ms INTEGER, calls INTEGER NOT NULL, ended_ms INTEGER, case_id INTEGER,"
	" booking INTEGER, note TEXT);"
	"CREATE UNIQUE INDEX hall_ticket_number ON hall_ticket(day, number);"
	"CREATE INDEX hall_ticket_waiting ON hall_ticket(service, level, since_ms) WHERE state='waiting';"
	"CREATE INDEX hall_ticket_open ON hall_ticket(day) WHERE state IN ('waiting', 'called', 'skipped');"
	"CREATE INDEX hall_ticket_called ON hall_ticket(day, called_ms);"
	"CREATE INDEX hall_ticket_window ON hall_ticket(window_id) WHERE state='called';"
	"CREATE INDEX hall_ticket_case ON hall_ticket(case_id) WHERE case_id IS NOT NULL;";

static const struct store_migration migrations[] = { { 1, "windows, bookings and numbers", first_schema } };

static const struct casework_table tables[] = {
	{ "hall_service", "id" }, { "hall_service_item", "item" }, { "hall_window", "id" }, { "hall_window_service", "window_id, service" },
	{ "hall_hours", "window_id, from_day" }, { "hall_exception", "window_id, day" }, { "hall_booking", "id" }, { "hall_ticket", "id" },
};

#define SERIAL(kind) { kind, "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL }

static const struct apply_rule rules[] = {
	/* what the office says */
	{ "hall.service", "INSERT INTO hall_service(id, letter, name, name_en, minutes, enabled) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
	  " ON CONFLICT(id) DO UPDATE SET name=?3, name_en=?4, minutes=?5, enabled=?6", "service letter name name_en minutes enabled", NULL },
	{ "hall.service", "DELETE FROM hall_service_item WHERE service=?1", "service", NULL },
	{ "hall.service", "INSERT INTO hall_service_item(item, service) VALUES(?1, ?2) ON CONFLICT(item) DO UPDATE SET service=?2", "item service", "items" },
	{ "hall.window", "INSERT INTO hall_window(id, code, number, name, name_en, organ, post, place, comprehensive, enabled) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
	  " ON CONFLICT(id) DO UPDATE SET number=?3, name=?4, name_en=?5, organ=?6, post=?7, place=?8, comprehensive=?9, enabled=?10",
	  "window code number name name_en organ post place comprehensive enabled", NULL },
	{ "hall.window", "DELETE FROM hall_window_service WHERE window_id=?1", "window", NULL },
	{ "hall.window", "INSERT INTO hall_window_service(window_id, service) VALUES(?2, ?1) ON CONFLICT(window_id, service) DO NOTHING", "service window", "services" },
	{ "hall.hours", "INSERT INTO hall_hours(window_id, from_day, slots, slot_minutes, mon, tue, wed, thu, fri, sat, sun) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
	  " ON CONFLICT(window_id, from_day) DO UPDATE SET slots=?3, slot_minutes=?4, mon=?5, tue=?6, wed=?7, thu=?8, fri=?9, sat=?10, sun=?11",
	  "window from_day slots slot_minutes mon tue wed thu fri sat sun", NULL },
	{ "hall.day", "DELETE FROM hall_exception WHERE window_id=?1 AND day=?2", "window day", NULL },
	{ "hall.day", "INSERT INTO hall_exception(window_id, day, kind, spans, reason, reason_en) SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?3<>'usual'",
	  "window day kind spans reason reason_en", NULL },
	{ "hall.seat", "UPDATE hall_window SET clerk=?2, since_ms=?3 WHERE id=?1", "window clerk at_ms", NULL },

	/* bookings */
	{ "booking.made", "INSERT INTO hall_booking(id, booking_no, code_digest, window_id, service, item, day, start_min, end_min, place, live, state, person, name, phone, channel,"
	  " made_ms, reminded, moves) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, 'booked', ?11, ?12, ?13, ?14, ?15, ?16, 0)",
	  "booking booking_no code_digest window service item day start_min end_min place person name phone channel at_ms reminded", NULL },
	SERIAL("booking.made"),
	{ "booking.moved", "UPDATE hall_booking SET window_id=?2, service=?3, day=?4, start_min=?5, end_min=?6, place=?7, moves=moves+1, reminded=0 WHERE id=?1",
	  "booking window service day start_min end_min place", NULL },
	{ "booking.cancelled", "UPDATE hall_booking SET state='cancelled', live=0, ended_ms=?2, ended_by=?3, ended_why=?4, ended_why_en=?5 WHERE id=?1",
	  "booking at_ms by why why_en", NULL },
	{ "booking.missed", "UPDATE hall_booking SET state='missed', live=0, ended_ms=?2 WHERE id=?1", "booking at_ms", NULL },
	{ "booking.reminded", "UPDATE hall_booking SET reminded=1 WHERE id=?1", "booking", NULL },

	/* numbers */
	{ "queue.taken", "INSERT INTO hall_ticket(id, day, number, service, item, kind, level, taken_ms, ready_ms, since_ms, queued_ms, waited_ms, warned, state, calls, booking)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?8, 0, 0, 'waiting', 0, ?11)",
	  "ticket day number service item kind level at_ms ready_ms since_ms booking", NULL },
	{ "queue.taken", "UPDATE hall_booking SET state='arrived', ticket=?2 WHERE id=?1", "booking ticket", NULL },
	SERIAL("queue.taken"),
	{ "queue.called", "UPDATE hall_ticket SET state='called', window_id=?2, clerk=?3, called_ms=?4, calls=calls+1, waited_ms=waited_ms+?5 WHERE id=?1",
	  "ticket window clerk at_ms waited_ms", NULL },
	{ "queue.recalled", "UPDATE hall_ticket SET calls=calls+1, called_ms=?2 WHERE id=?1", "ticket at_ms", NULL },
	{ "queue.skipped", "UPDATE hall_ticket SET state='skipped' WHERE id=?1", "ticket", NULL },
	{ "queue.transferred", "UPDATE hall_ticket SET state='waiting', service=?2, level=?3, kind=?4, queued_ms=?5, ready_ms=?5, item=NULL, window_id=NULL, clerk=NULL, called_ms=NULL WHERE id=?1",
	  "ticket service level kind at_ms", NULL },
	{ "queue.waited", "UPDATE hall_ticket SET warned=1 WHERE id=?1", "ticket", NULL },
	{ "queue.ended", "UPDATE hall_ticket SET state=?2, ended_ms=?3, case_id=?4, note=?5 WHERE id=?1", "ticket state at_ms case note", NULL },
	{ "queue.ended", "UPDATE hall_booking SET state=?2, live=0, ended_ms=?3 WHERE id=?1", "booking booking_state at_ms", NULL },
	{ "hall.day-ended", "UPDATE hall_booking SET state='missed', live=0, ended_ms=?2 WHERE id IN (SELECT booking FROM hall_ticket WHERE day<?1"
	  " AND state IN ('waiting', 'called', 'skipped'))", "day start_ms", NULL },
	{ "hall.day-ended", "UPDATE hall_ticket SET state='left', ended_ms=?2 WHERE day<?1 AND state IN ('waiting', 'called', 'skipped')", "day start_ms", NULL },
	{ "hall.day-ended", "UPDATE hall_window SET clerk=NULL, since_ms=NULL WHERE clerk IS NOT NULL AND since_ms<?1", "start_ms", NULL },
};

static const char *const ids[] = {
	"SELECT max(id) FROM hall_service WHERE ?1=1", "SELECT max(id) FROM hall_window WHERE ?1=1", "SELECT max(id) FROM hall_booking WHERE ?1=1", "SELECT max(id) FROM hall_ticket WHERE ?1=1",
};

#define COUNTER (ROLE_CLERK | ROLE_HEAD)
#define ARRANGES (ROLE_ADMIN | ROLE_HEAD | ROLE_SYSTEM)
#define COMES (ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM)

/* with what it serves; who sits there is no part of it */
static const struct command_whole window = {
	"SELECT w.number, w.name, w.name_en, w.organ, w.post, w.place, w.comprehensive, w.enabled, x.service FROM hall_window w"
	" LEFT JOIN hall_window_service x ON x.window_id=w.id WHERE w.code=?1 ORDER BY x.service", "code", .kinds = "hall.window" };

static const struct command_whole service = {
	"SELECT s.name, s.name_en, s.minutes, s.enabled, x.item FROM hall_service s LEFT JOIN hall_service_item x ON x.service=s.id WHERE s.letter=?1 ORDER BY x.item", "letter",
	.kinds = "hall.service" };

static const struct command_def commands[] = {
	{ "hall.service", ROLE_ADMIN | ROLE_SYSTEM, act_hall_service, &service },
	{ "hall.window", ARRANGES, act_hall_window, &window },
	{ "hall.hours", ARRANGES, act_hall_hours },
	{ "hall.day", ARRANGES, act_hall_day },
	{ "hall.pass", ROLE_SYSTEM, act_hall_pass },
	{ "hall.sit", COUNTER, act_hall_sit },
	{ "hall.rise", COUNTER, act_hall_rise },
	{ "booking.make", COMES, act_booking_make },
	{ "booking.cancel", COMES, act_booking_cancel },
	{ "booking.move", COMES, act_booking_move },
	{ "queue.take", COMES, act_queue_take },
	{ "queue.check_in", COMES, act_queue_check_in },
	{ "queue.call", COUNTER, act_queue_call },
	{ "queue.recall", COUNTER, act_queue_recall },
	{ "queue.skip", COUNTER, act_queue_skip },
	{ "queue.no_show", COUNTER, act_queue_no_show },
	{ "queue.transfer", COUNTER, act_queue_transfer },
	{ "queue.finish", COUNTER, act_queue_finish },
	{ "queue.submit", COUNTER, act_queue_submit },
};

#define OVERSEES (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)

static const struct view_def views[] = {
	{ "hall", ROLE_ANY, view_hall, VIEW_ROUND },
	{ "hall.counter", ROLE_ANY, view_hall_window, VIEW_ROUND },
	{ "hall.slots", ROLE_ANY, view_hall_slots, VIEW_ROUND },
	{ "hall.screen", ROLE_ANY, view_hall_screen, VIEW_ROUND },
	{ "hall.ticket", ROLE_ANY, view_hall_ticket },
	{ "hall.booking", ROLE_ANY, view_hall_booking },
	{ "my.bookings", ROLE_CITIZEN, view_my_bookings, VIEW_LIST },
	{ "hall.bookings", COUNTER | OVERSEES, view_hall_bookings, VIEW_LIST },
	{ "hall.desk", COUNTER, view_hall_desk, VIEW_ROUND },
	{ "hall.queue", COUNTER | OVERSEES, view_hall_queue, VIEW_ROUND },
	{ "hall.figures", COUNTER | OVERSEES, view_hall_figures, VIEW_ROUND },
	{ "hall.setup", ARRANGES, view_hall_setup, VIEW_ROUND },
	{ "case.tickets", ROLE_CITIZEN | ROLE_SYSTEM, view_case_tickets },
};

const struct casework_room hall_room = {
	.name = "hall",
	.migrations = migrations, .migrations_count = sizeof migrations / sizeof *migrations,
	.tables = tables, .tables_count = sizeof tables / sizeof *tables,
	.rules = rules, .rules_count = sizeof rules / sizeof *rules,
	.commands = commands, .commands_count = sizeof commands / sizeof *commands,
	.views = views, .views_count = sizeof views / sizeof *views,
	.ids = ids, .ids_count = sizeof ids / sizeof *ids,
	.tick = hall_tick,
};
