/* hotline.h - complaints (投诉): what a pack cannot say about them.
 *
 * A complaint is a case like any other: its course, limits, forms, letters and rules are a pack (packs/complaint, packs/petition).
 * This room keeps beside it whom it is about, who is therefore kept out of it, whether the complainant's name is hidden, what was
 * found and answered, and how often it was handed back or handled again; and it shows that each one has an answer.
 *
 * The process names what the room does at a service or send task: <banjie:complaint do="…"/>, see complaint_perform.c.
 * Sources: 信访工作条例 (2022) 22, 23, 34; the cities' hotline rules (accept in 5 working days, hand back in 1 to 2, call back
 * everything closed); recusal: neither a person nor an office handles a complaint about itself.
 *
 * Settings, each a whole number of working days: complaint.accept_days (5), complaint.handback_days (2),
 * complaint.callback_days (5).
 */
#ifndef HOTLINE_HOTLINE_H
#define HOTLINE_HOTLINE_H

#include "casework/room.h"

extern const struct casework_room hotline_room;

#endif
