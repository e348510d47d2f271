/* folder.h - a folder of a test's own, gone with everything in it when the program ends: nobody removes files by their names, and what
 * a database leaves beside itself (-wal, -shm, .lock) goes too. In memory where the machine has some: tests need no disk.
 */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEST_FOLDERS_MAX = 256 };

static char *test_folders[TEST_FOLDERS_MAX];
static pid_t test_folders_owner; /* a child that ends removes nothing of its parent's */

static int test_folder_remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st, (void)type, (void)place;
	return remove(path);
}

/* Now, and not when the program ends: for tests that make very many. */
static void test_folder_remove(const char *folder)
{
	for (int i = 0; i < TEST_FOLDERS_MAX && folder; i++) {
		if (test_folders[i] != folder)
			continue;
		(void)nftw(folder, test_folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
		free(test_folders[i]);
		test_folders[i] = NULL;
		return;
	}
}

static void test_folders_remove(void)
{
	for (int i = 0; i < TEST_FOLDERS_MAX && getpid() == test_folders_owner; i++)
		test_folder_remove(test_folders[i]);
}

/* "…/banjie-NAME-XXXXXX", empty. BANJIE_TEST_PLACE says where instead. Ends the program when there is none to be had. */
__attribute__((unused)) static const char *test_folder(const char *name)
{
	const char *place = getenv("BANJIE_TEST_PLACE"), *temporary = getenv("TMPDIR");
	int i = 0;
	if (!place)
		place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : temporary ? temporary : "/tmp";
	if (!test_folders_owner && atexit(test_folders_remove) == 0)
		test_folders_owner = getpid();
	while (i < TEST_FOLDERS_MAX && test_folders[i])
		i++;
	if (i == TEST_FOLDERS_MAX || asprintf(&test_folders[i], "%s/banjie-%s-XXXXXX", place, name) < 0 || !mkdtemp(test_folders[i])) {
		printf("no folder for %s below %s\n", name, place);
		exit(1);
	}
	return test_folders[i];
}

#endif
