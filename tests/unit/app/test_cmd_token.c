/* `banjie token` on a record whose time is not this machine's: its entry neither turns the record's time back nor carries it off. */
#include "calendar/calendar.h"
#include "casework/casework.h"
#include "os/os.h"
#include "tests/folder.h"
#include "tests/unit/app/run.h"
#include "tests/unit/casework/kernel.h"
#include "web/rooms.h"

static struct kernel k;

/* The last entry's moment of an office whose record ends `ms`, after a token was made on the command line; -1 = none was made. */
static int64_t token_after(struct arena *a, const char *folder, const char *name, int64_t ms, bool demo)
{
	struct casework_options o = { .data_dir = PROJECT_ROOT };
	const char *path = arena_printf(a, "%s/%s.db", folder, name).ptr;
	struct str out;
	int64_t at_ms = -1;
	WEB_ROOMS_INTO(o);
	memset(&k, 0, sizeof k);
	k.rooms = o.rooms;
	k.rooms_count = o.rooms_count;
	if (!kernel_begin(&k, path))
		return -1;
	os_clock_set(&k.clock, ms);
	bool made = kernel_put_person(&k, "zhao", "赵管理") && (!demo || kernel_do(&k, 0, "", "setting.put", "{\"name\":\"demo\",\"value\":true}") == OK);
	kernel_end(&k);
	made = made && run(a, app_cmd_token, arena_printf(a, "token --login zhao --db %s", path).ptr, &out, false) == APP_DONE && str_starts(out, S("bj_"));
	struct diag d;
	diag_init(&d);
	memset(&k, 0, sizeof k);
	arena_init(&k.a, 16 << 20);
	o.reading = true;
	if (!made || casework_open(path, &o, &k.cw, &d) != OK)
		return -1;
	const struct json *head = kernel_view(&k, 0, "ledger.head", "{}");
	if (!head || !calendar_instant_parse(json_text(json_get(head, "at")), &at_ms))
		at_ms = -1;
	casework_close(k.cw);
	arena_release(&k.a);
	return at_ms;
}

TEST(a_token_is_dated_within_the_records_time)
{
	enum { DAY_MS = 86400000, SECOND_MS = 1000 };
	struct arena a;
	arena_init(&a, 16 << 20);
	const char *folder = test_folder("token");
	int64_t now = os_now_ms(os_clock_real()), whole = now / SECOND_MS * SECOND_MS;
	const struct { const char *name; int64_t record_ms, least, most; bool demo; } rows[] = {
		{ "long-ago", KERNEL_START_MS + DAY_MS, KERNEL_START_MS + DAY_MS, KERNEL_START_MS + DAY_MS, false }, /* demonstration time, or a clock in doubt */
		{ "ahead", whole + 30LL * DAY_MS, whole + 30LL * DAY_MS, whole + 30LL * DAY_MS, false },              /* never backwards */
		{ "over-holidays", whole - 9LL * DAY_MS, whole, INT64_MAX, false },                                   /* nine days of silence: this machine's moment */
		{ "demo-of-last-week", whole - 6LL * DAY_MS, whole - 6LL * DAY_MS, whole - 6LL * DAY_MS, true }, /* a demo's time is its own */
		{ "demo-ahead", whole + 30LL * DAY_MS, whole + 30LL * DAY_MS, whole + 30LL * DAY_MS, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t at = token_after(&a, folder, rows[i].name, rows[i].record_ms, rows[i].demo);
		ROW(rows[i].name);
		CHECK(at >= rows[i].least && at <= rows[i].most);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST_MAIN
