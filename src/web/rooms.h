/* rooms.h - the domains that live on the kernel in this program, for casework_options.rooms. */
#ifndef WEB_ROOMS_H
#define WEB_ROOMS_H

#include <stddef.h>

struct casework_room;

/* In the order in which their work is done at a tick. Static storage. */
const struct casework_room *const *web_rooms(size_t *count);

/* Fills `rooms` and `rooms_count` of casework_options or casework_scenario_options. */
#define WEB_ROOMS_INTO(o) ((o).rooms = web_rooms(&(o).rooms_count))

#endif
