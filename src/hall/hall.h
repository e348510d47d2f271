/* hall.h - the service hall: windows and when they are open, bookings by day and slot, tickets and the calling of them, and how a
 * ticket becomes a case.
 *
 * Everything is reached by name (docs/commands.md, docs/views.md), so the room shows nothing but itself and the reading of hours. Shapes:
 *
 *   service    a queue with its letter and the items it is for; an item belongs to one service at most
 *   window     a counter place with its number, of an organ, held by a post (A and B); serves services; somebody sits at it or not
 *   hours      a window's week, its slots and places a slot, from a day on; what held on an earlier day stays known
 *   exception  a day on which a window, or the whole hall, is closed for a reason, or open at other hours
 *   booking    a place at a window in a slot of a day: booked → arrived → done, or missed, or cancelled
 *   ticket     a number of a day: waiting → called → done (with a case, or without), skipped, no-show, or left at the day's end
 *
 * A day is calendar_day; a time of day is in minutes from midnight; an instant in ms. Which days are working days says the calendar room, whose
 * holidays close the hall and whose make-up days open it. The order of calling, the horizon of bookings and the other rules are data
 * (data/hall/hall.json, members replaced by the setting `hall.rules`). Errors are refusals with codes hall.*.
 */
#ifndef HALL_HALL_H
#define HALL_HALL_H

#include "casework/room.h"

extern const struct casework_room hall_room;

enum { HALL_SPANS_MAX = 4, HALL_DAY_MINUTES = 1440 };

struct hall_span { int from, until; }; /* [from, until) */
struct hall_spans { struct hall_span at[HALL_SPANS_MAX]; size_t count; };

/* "09:00-12:00 13:30-17:00" as people type it: blanks, commas, full-width digits and colons, any dash between. Empty = closed. False
 * where something else stands there, where a span ends before it begins, or where two overlap or stand out of order. */
bool hall_spans_read(struct str text, struct hall_spans *out);
/* The same in one way of writing. */
struct str hall_spans_text(struct arena *a, const struct hall_spans *s);

#endif
