/* source.c - casework as the watch sees it. */
#include "watch/watch.h"

static int64_t now_ms(void *arg) { return casework_now_ms(arg); }

static enum err tick(void *arg, int64_t *next_ms, struct diag *d) { return casework_tick(arg, next_ms, d); }

static void failed(void *arg, const struct diag *d)
{
	(void)arg;
	fprintf(stderr, "banjie: timers could not be fired, trying again: %s: %s\n", d->code, d->text);
}

struct watch_source watch_casework(struct casework *cw)
{
	return (struct watch_source){ .arg = cw, .now_ms = now_ms, .tick = tick, .failed = failed };
}
