/* inspect.h - what supervisors look at of their own accord: special supervision of a project or a list of cases, unannounced
 * spot checks, call-backs of concluded cases, cameras and telephones.
 *
 * Everything is reached by name (docs/commands.md, docs/views.md), so the room shows nothing but itself. Shapes:
 *
 *   special     a project or a list of cases under watch for a period, with moments of its own (shorter notice), milestones
 *               under a limit each, reports at intervals, a closing report
 *   draw        a list fixed at a stated entry of the record, its digest announced, seeds that come later, a selection that anyone can
 *               compute again (room `draw`, RFC 3797); for spot checks (with checkers drawn likewise) and for call-backs
 *   pick        one case drawn: checked by a checklist, or called back by a script
 *   finding     what a check found: a demand for correction under a limit, answered, then accepted or returned
 *   window      a counter window with its devices: cameras (a hall recorder's HLS), telephones
 *   look        somebody opened a camera, for a reason, from an alert, a case or of his own accord; with the stills kept
 *   call        a telephone call registered to a case or an alert, the number masked
 *   alarm       a moment of one of these that has come (milestone, report, finding, a watched case); raised through `alert.raise`
 *
 * Time: instants in ms; limits in the units of the calendar room; a due instant is derived from limit and calendar, and derived again when
 * a holiday notice changes. Levels: 1 notice, 2 yellow, 3 red. Kinds, checklists, scripts and moments are data
 * (data/inspect/inspect.json), each part replaced by the setting `inspect.<part>`. Errors are refusals with codes inspect.*, draw.*.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include "casework/room.h"

extern const struct casework_room inspect_room;

#endif
