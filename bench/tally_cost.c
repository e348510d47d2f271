/* tally_cost.c - what keeping the counters costs: microseconds of processor time for the whole life of a case (handed in, examined, decided),
 * with the room or, built without -DWITH_TALLY, without it. tally.sh runs both in turn. */
#include <time.h>

#include "tally/tally.h"

#ifdef WITH_TALLY
#define KERNEL_ROOM tally_room
#endif
#include "tests/unit/casework/kernel.h"

int main(int argc, char **argv)
{
	static struct kernel k;
	int64_t lives;
	if (argc != 3 || !str_to_i64(str_of(argv[2]), &lives) || !kernel_begin(&k, argv[1]))
		return 1;
	int64_t citizen = kernel_citizen(&k, "zhang"), reviewer = kernel_person(&k, "wang");
	clock_t from = clock();
	for (int64_t i = 0; i < lives; i++) {
		char key[32], json[200];
		struct arena_mark mark = arena_save(&k.a);
		snprintf(key, sizeof key, "k%lld", (long long)i);
		struct str no = kernel_submit(&k, citizen, key);
		if (!no.ptr)
			return 1;
		snprintf(json, sizeof json, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
		const struct json *v = kernel_view(&k, reviewer, "case", json), *actions = json_get(v, "actions");
		snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\"}", (long long)json_i64(json_get(&actions->items[0], "step"), 0));
		if (kernel_do(&k, reviewer, "", "step.complete", json) != OK)
			return 1;
		arena_rewind(&k.a, mark);
	}
	printf("%.1f\n", (double)(clock() - from) * 1e6 / CLOCKS_PER_SEC / (double)lives);
	kernel_end(&k);
	return 0;
}
