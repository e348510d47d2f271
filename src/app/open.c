/* open.c - a database that is there, opened by a command that asks it. */
#include <string.h>

#include "app/app.h"
#include "casework/casework.h"
#include "web/rooms.h"

enum err app_open(const char *db, bool reading, struct arena *a, struct casework **out, struct diag *d)
{
	const char *data = app_data_path(a, "data");
	struct casework_options o = { .inline_writer = true, .reading = reading };
	WEB_ROOMS_INTO(o);
	if (!app_store_there(db))
		return diag_set(d, ERR_NOT_FOUND, "store.no-file", "There is no database %s. Name it with --db.", db);
	if (!data)
		return diag_set(d, ERR_NOT_FOUND, "app.no-data", "The program's data are not where it looks for them; set BANJIE_DATA.");
	o.data_dir = arena_z(a, str_sub(str_of(data), 0, strlen(data) - strlen("/data")));
	return casework_open(db, &o, out, d);
}
