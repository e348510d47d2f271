/* The packs of complaints and petitions: fit for use, and every scenario plays as it says. */
#include "casework/packs.h"
#include "hotline/hotline.h"
#include "os/os.h"
#include "tests/test.h"

enum { ARENA_MAX = 256 << 20 };

static void plays(const char *pack, int least)
{
	static const struct casework_room *const rooms[] = { &hotline_room };
	struct arena a;
	struct casework_scenario *list = NULL;
	struct diag d;
	int played = 0;
	diag_init(&d);
	arena_init(&a, ARENA_MAX);
	struct casework_scenario_options o = { .folder = arena_printf(&a, PROJECT_ROOT "/packs/%s", pack).ptr, .data_dir = PROJECT_ROOT,
	                                       .rooms = rooms, .rooms_count = 1, .doubting = true };
	CHECK_INT(casework_scenarios_run(&o, &a, &list, &d), OK);
	for (; list; list = list->next, played++) {
		ROW(arena_z(&a, list->file));
		CHECK(list->passed);
		CHECK_STR(list->text, "");
	}
	ROW(NULL);
	CHECK(played >= least);
	arena_release(&a);
}

TEST(a_complaint_takes_its_course) { plays("complaint", 15); }
TEST(a_petition_runs_under_its_own_periods) { plays("petition", 1); }

TEST_MAIN
