/* rooms.c - one line a domain. */
#include "courier/courier.h"
#include "hall/hall.h"
#include "hotline/hotline.h"
#include "inspect/inspect.h"
#include "mine/mine.h"
#include "redress/redress.h"
#include "roster/roster.h"
#include "tally/tally.h"
#include "vault/vault.h"
#include "watch/watch.h"
#include "web/rooms.h"

#include "gauge/gauge.h"

const struct casework_room *const *web_rooms(size_t *count)
{
	static const struct casework_room *const rooms[] = {
		&watch_room,
		&inspect_room,
		&hotline_room,
		&hall_room,
		&redress_room,
		&courier_room,
		&tally_room,
		&gauge_room,
		&mine_room,
		&roster_room,
		&vault_room,
		NULL,
	};
	*count = sizeof rooms / sizeof *rooms - 1; /* the last one ends the list */
	return rooms;
}
