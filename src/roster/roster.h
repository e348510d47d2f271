/* roster.h - the personnel side of an office: attendance, training, certificates.
 *
 * Everything is reached by name (docs/commands.md, docs/views.md), so the room shows nothing but itself. Shapes:
 *
 *   mark          somebody came or went: by their own act, or put in by the head afterwards with a reason. A mark is never changed,
 *                 only struck out, with a reason
 *   day           a person's day, derived (day.c): the marks beside what the record says that they did, held against the office's hours
 *                 less approved absence. Nothing of it is kept
 *   approval      the head's word on an absence that somebody noted: without it the absence tells where they are, and excuses nothing
 *   course        what may be attended; a training is a person's attendance of one: hours, examination, papers
 *   certificate   kept by this room, asked for by the kernel (certificate_of, casework/room.h): who may enforce on a day
 *
 * Time: instants in ms, minutes of a day from 0:00, hours of training whole. A certificate is good from the first moment of its first day to the
 * last of its last. Office hours are dated and per organ (attendance.hours); kinds of certificates, hours required in a year and when an ending
 * is told ahead are data (data/roster/roster.json), each part replaced by the setting `roster.<part>`. No payroll. Errors are refusals with codes
 * roster.*, certificate.*.
 *
 * Source: 行政处罚法 42, 55 (two staff, certificates shown); 国办发〔2023〕27号 (60 hours a year for enforcement staff).
 */
#ifndef ROSTER_ROSTER_H
#define ROSTER_ROSTER_H

#include "casework/room.h"

extern const struct casework_room roster_room;

#endif
