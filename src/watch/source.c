/* source.c - casework as the watch sees it. */
#include "watch/watch.h"

static int64_t now_ms(void *arg) { return casework_now_ms(arg); }

/* What has no words of its own (no memory) is told by its kind. */
static enum err tick(void *arg, int64_t *next_ms, struct diag *d)
{
	enum err e = casework_tick(arg, next_ms, d);
	return e == OK ? OK : diag_set(d, e, "watch.tick", "%s", err_name(e));
}

static void failed(void *arg, const struct diag *d)
{
	(void)arg;
	fprintf(stderr, "banjie: timers could not be fired, trying again: %s: %s\n", d->code, d->text);
}

struct watch_source watch_casework(struct casework *cw)
{
	return (struct watch_source){ .arg = cw, .now_ms = now_ms, .tick = tick, .failed = failed };
}
