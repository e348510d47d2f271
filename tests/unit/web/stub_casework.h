/* stub_casework.h - a casework that answers from fixture.json: the pages' tests need no engine. */
#ifndef TESTS_STUB_CASEWORK_H
#define TESTS_STUB_CASEWORK_H

#include "casework/casework.h"

struct casework {
	struct arena arena;
	const struct json *fixture;
	/* the newest command, for the tests to look at; one caller at a time */
	char command[64];
	char data[65536];
	char blob[64];
	char key[128];
	int64_t person;
	enum err refuse;         /* the next command is refused like this */
	const char *refuse_code;
	struct casework_health health;
	const char *city;        /* the setting public.city */
	void (*heard)(void *arg, const struct casework_event *e); /* of the one who listens */
	void *heard_arg;
	struct os_mutex mutex;
};

/* Reads the file; aborts when it is missing. */
void stub_open(struct casework *cw, const char *fixture);
/* An event comes, as from another process. */
void stub_event(struct casework *cw, const char *kind);
void stub_close(struct casework *cw);

#endif
