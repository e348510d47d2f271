/* api_hall.c - routes of the service hall: windows, bookings, numbers and the calling of them. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND
#define PAGE "cursor limit:int"
#define COUNTER (WEB_CLERK | WEB_HEAD)
#define OVERSEES (WEB_OVERSIGHT | WEB_ADMIN)
#define ARRANGES (WEB_ADMIN | WEB_HEAD)

static const struct api_route table[] = {
	/* ---- for everybody ---- */
	{ "GET", V1("/hall"), "getHall", "hall", "The hall today: windows, who is there, services, how many wait", VIEW, "hall", .answer = "Hall", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/hall/windows/{window}"), "getHallWindow", "hall", "A window with two weeks of days and what it serves", VIEW, "hall.counter",
	  .answer = "HallWindow", .status = 200, .who = WEB_ANY, .edits = "hall.window code=window" },
	{ "GET", V1("/hall/slots"), "listSlots", "hall", "Places left for an item, day by day", VIEW, "hall.slots", .query = "item from days", .answer = "HallSlots", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/hall/screen"), "getHallScreen", "hall", "Numbers called last, and how many wait", VIEW, "hall.screen", .answer = "HallScreen", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/hall/tickets"), "takeNumber", "hall", "Take a number", CMD, "queue.take", .body = "NumberWanted", .answer = "NumberTaken", .status = 201, .who = WEB_ANY },
	{ "POST", V1("/hall/tickets/check-in"), "checkIn", "hall", "Take the number of a booking by its code", CMD, "queue.check_in", .body = "BookingCode", .answer = "NumberTaken", .status = 201, .who = WEB_ANY },
	{ "GET", V1("/hall/tickets/{ticket:int}"), "getNumber", "hall", "A number: how many are before it, where it was called to", VIEW, "hall.ticket", .answer = "HallNumber", .status = 200, .who = WEB_ANY },

	/* ---- bookings ---- */
	{ "POST", V1("/hall/bookings"), "makeBooking", "hall", "Book a place in a slot of a day", CMD, "booking.make", .body = "BookingNew", .answer = "BookingMade", .status = 201, .who = WEB_ANY },
	{ "GET", V1("/hall/bookings"), "listBookings", "hall", "Bookings of a day at the windows of one's office", VIEW, "hall.bookings",
	  .query = "day state window " PAGE, .answer = "RowPage", .status = 200, .who = COUNTER | OVERSEES },
	{ "GET", V1("/my/bookings"), "listMyBookings", "citizen", "My bookings at the hall", VIEW, "my.bookings", .query = PAGE, .answer = "RowPage", .status = 200, .who = WEB_LOGIN },
	{ "GET", V1("/hall/bookings/{booking_no}"), "getBooking", "hall", "A booking, by its code or by whose it is", VIEW, "hall.booking", .query = "code", .answer = "Booking", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/hall/bookings/{booking_no}/move"), "moveBooking", "hall", "Another day or time", CMD, "booking.move", .body = "BookingMove", .answer = "BookingMade", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/hall/bookings/{booking_no}/cancel"), "cancelBooking", "hall", "Give a booking up", CMD, "booking.cancel", .body = "BookingCancel", .answer = "Anything", .status = 200, .who = WEB_ANY },

	/* ---- the clerk at a window ---- */
	{ "GET", V1("/hall/desk"), "getHallDesk", "hall", "My window, the number called, who waits", VIEW, "hall.desk", .answer = "HallDesk", .status = 200, .who = COUNTER },
	{ "POST", V1("/hall/desk/seat"), "takeWindow", "hall", "Sit down at a window", CMD, "hall.sit", .body = "WindowTaken", .answer = "Anything", .status = 200, .who = COUNTER },
	{ "DELETE", V1("/hall/desk/seat"), "leaveWindow", "hall", "Leave the window", CMD, "hall.rise", .status = 204, .who = COUNTER },
	{ "POST", V1("/hall/desk/call"), "callNumber", "hall", "Call whoever is next, or a number that waits or was passed over", CMD, "queue.call", .body = "NumberCalled", .answer = "NumberCall", .status = 200, .who = COUNTER },
	{ "POST", V1("/hall/desk/recall"), "recallNumber", "hall", "Call the number once more", CMD, "queue.recall", .body = "Empty", .answer = "NumberCall", .status = 200, .who = COUNTER },
	{ "POST", V1("/hall/desk/skip"), "skipNumber", "hall", "Pass the number over; it may be called again", CMD, "queue.skip", .body = "Empty", .answer = "Anything", .status = 200, .who = COUNTER },
	{ "POST", V1("/hall/desk/no-show"), "noShow", "hall", "Nobody came to the number", CMD, "queue.no_show", .body = "Empty", .answer = "Anything", .status = 200, .who = COUNTER },
	{ "POST", V1("/hall/desk/transfer"), "transferNumber", "hall", "Send the number on to another service", CMD, "queue.transfer", .body = "NumberTransfer", .answer = "Anything", .status = 200, .who = COUNTER },
	{ "POST", V1("/hall/desk/finish"), "finishNumber", "hall", "The number has been served", CMD, "queue.finish", .body = "NumberFinished", .answer = "Anything", .status = 200, .who = COUNTER },
	{ "POST", V1("/hall/desk/case"), "submitForNumber", "hall", "Take in the application of the number called, which ends with it", CMD, "queue.submit", .body = "NumberCase", .answer = "Anything", .status = 201, .who = COUNTER },
	{ "GET", V1("/hall/queue"), "listNumbers", "hall", "All numbers of a day", VIEW, "hall.queue", .query = "day state letter " PAGE, .answer = "RowPage", .status = 200, .who = COUNTER | OVERSEES },
	{ "GET", V1("/hall/figures"), "getHallFigures", "hall", "Waiting, served, missed, by service and by window", VIEW, "hall.figures", .query = "from to", .answer = "HallFigures", .status = 200, .who = COUNTER | OVERSEES },
	{ "GET", V1("/cases/{case_no}/tickets"), "listCaseNumbers", "cases", "Numbers of the hall that became this case or were about it", VIEW, "case.tickets", .answer = "RowPage", .status = 200, .who = WEB_LOGIN },

	/* ---- what the office says ---- */
	{ "GET", V1("/hall/setup"), "getHallSetup", "hall", "Services, windows, hours and exceptions", VIEW, "hall.setup", .query = "window", .answer = "HallSetup", .status = 200, .who = ARRANGES },
	{ "PUT", V1("/hall/services/{letter}"), "putHallService", "hall", "Write a service with its items", CMD, "hall.service", .body = "HallServiceRow", .answer = "Anything", .status = 200, .who = WEB_ADMIN },
	{ "PUT", V1("/hall/windows/{code}"), "putHallWindow", "hall", "Write a window with its services", CMD, "hall.window", .body = "HallWindowRow", .answer = "Anything", .status = 200, .who = ARRANGES },
	{ "PUT", V1("/hall/windows/{window}/hours"), "putHallHours", "hall", "Hours and slots of a window from a day on", CMD, "hall.hours", .body = "HallHoursRow", .answer = "HallSettled", .status = 200, .who = ARRANGES },
	{ "PUT", V1("/hall/days/{day}"), "putHallDay", "hall", "A day on which a window, or the hall, is closed or open at other hours", CMD, "hall.day", .body = "HallDayRow", .answer = "HallSettled", .status = 200, .who = ARRANGES },
};

const struct api_family api_hall = { table, sizeof table / sizeof *table };
