/* upgrade.c - a database brought to this program's schema: all parts in one transaction, proved before it is committed. */
#include "casework/backup_int.h"

static void versions(struct casework *cw, struct casework_upgraded *out, bool after)
{
	out->count = cw->rooms_count + 1;
	for (size_t i = 0; i < out->count; i++) {
		struct casework_part *p = &out->parts[i];
		p->name = i ? cw->rooms[i - 1]->name : "kernel";
		*(after ? &p->after : &p->before) = store_version(cw->store, p->name);
	}
}

static void begins(const struct casework_upgrade *o, enum casework_upgrade_work work)
{
	if (o->begins)
		o->begins(o->progress_arg, work);
}

static enum err proved(struct casework *cw, const struct casework_upgrade *o, struct casework_upgraded *out, struct diag *d)
{
	int64_t begun = os_monotonic_us();
	begins(o, UPGRADE_VERIFIES);
	TRY(casework_verify(cw, o->progress, o->progress_arg, &out->entries, d));
	begins(o, UPGRADE_REBUILDS);
	TRY(casework_rebuild_check(cw, o->progress, o->progress_arg, &out->rows, d));
	out->prove_us = os_monotonic_us() - begun;
	return OK;
}

static enum err upgrade_inside(struct casework *cw, const struct casework_upgrade *o, struct casework_upgraded *out, struct diag *d)
{
	versions(cw, out, false);
	int64_t begun = os_monotonic_us();
	begins(o, UPGRADE_MIGRATES);
	TRY(migrate_all(cw, cw->store, o->commit, d));
	out->migrate_us = os_monotonic_us() - begun;
	versions(cw, out, true);
	return o->prove ? proved(cw, o, out, d) : OK;
}

/* Only read so far: what has no record is not made into one that has. */
static enum err is_one(const char *path, struct casework_options look, struct diag *d)
{
	struct casework *cw;
	look.inline_writer = look.reading = true;
	TRY(casework_open_bare(path, &look, &cw, d));
	enum err e = schema_there(cw, path, d);
	casework_close(cw);
	return e;
}

enum err casework_upgrade(const char *path, const struct casework_upgrade *o, struct casework_upgraded *out, struct diag *d)
{
	struct casework *cw;
	struct casework_options open = *o->open;
	base_assert(o->open->rooms_count < sizeof out->parts / sizeof *out->parts);
	open.inline_writer = true;
	open.reading = false;
	*out = (struct casework_upgraded){ .count = 0 };
	TRY(is_one(path, open, d));
	TRY(casework_open_bare(path, &open, &cw, d));
	enum err e = store_batch_begin(cw->store);
	if (e == OK) {
		e = upgrade_inside(cw, o, out, d);
		if (e == OK && o->commit)
			e = store_batch_end(cw->store);
	}
	casework_close(cw); /* a transaction that is still open goes with its connection */
	return e == OK ? OK : diag_set(d, e, "upgrade.failed", "The database was left as it was.");
}
