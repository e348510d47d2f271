/* run.h - a command of `banjie` called as a person or a program calls it, and what it wrote. */
#ifndef TESTS_APP_RUN_H
#define TESTS_APP_RUN_H

#include <stdlib.h>
#include <unistd.h>

#include "app/app.h"
#include "tests/test.h"

/* Runs a command with its words (ended by NULL) and gives what it wrote to stdout, or with `talk` to stderr. */
static int run_words(struct arena *a, int (*command)(int, char **), char **argv, struct str *out, bool talk)
{
	int argc = 0, fd = talk ? 2 : 1;
	FILE *file = tmpfile(), *stream = talk ? stderr : stdout;
	while (argv[argc])
		argc++;
	fflush(stream);
	int kept = dup(fd);
	dup2(fileno(file), fd);
	int status = command(argc, argv);
	fflush(stream);
	dup2(kept, fd);
	close(kept);
	rewind(file);
	char *text = arena_alloc(a, 1 << 20);
	*out = str_span(text, fread(text, 1, 1 << 20, file));
	fclose(file);
	return status;
}

/* The same with words that are parted by blanks. */
__attribute__((unused)) static int run(struct arena *a, int (*command)(int, char **), const char *line, struct str *out, bool talk)
{
	static char words[4096];
	char *argv[64], *word = words;
	int argc = 0;
	setenv("BANJIE_DATA", PROJECT_ROOT, 0); /* a test may say otherwise */
	snprintf(words, sizeof words, "%s", line);
	while (*word && argc < 63) {
		argv[argc++] = word;
		word += strcspn(word, " ");
		if (*word)
			*word++ = 0;
	}
	argv[argc] = NULL;
	return run_words(a, command, argv, out, talk);
}

#endif
