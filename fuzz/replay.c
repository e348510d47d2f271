/* replay.c - runs a fuzz target over the files of a folder: the kept corpus, in every build.
 *
 *   <target> <folder>
 *
 * A file that once crashed the target stays in the corpus and keeps it from happening again. */
#include <stdio.h>

#include "os/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

int main(int argc, char **argv)
{
	struct arena arena;
	struct str *names, input;
	size_t n = 0, ran = 0;
	arena_init(&arena, 64 << 20);
	if (argc != 2 || os_dir_list(&arena, argv[1], &names, &n, NULL) != OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(&arena, "%s/%.*s", argv[1], STR_ARG(names[i])).ptr;
		if (os_file_read(&arena, path, INPUT_MAX, &input, NULL) != OK)
			continue;
		LLVMFuzzerTestOneInput((const uint8_t *)input.ptr, input.len);
		ran++;
	}
	/* an empty corpus would protect nothing */
	printf("%zu passed, %d failed\n", ran, ran == 0);
	arena_release(&arena);
	return ran == 0;
}
