/* folder.c - archives that belong together: listed, chosen for a moment, made, thinned out. */
#include "vault/vault_int.h"

#define ENDING ".backup"
#define FAILED ".failed"
#define UNPROVED ".unproved"
#define PROOF ".proof"
#define HELD ".held"

/* As they were made. Their numbers say so whatever the clock did, and also where the record began again at an earlier moment: what a
 * database restored to it gives is newer than what has more entries. */
static int by_making(const void *x, const void *y)
{
	const struct vault_file *a = x, *b = y;
	bool fa = a->why.err != OK, fb = b->why.err != OK;
	if (fa != fb)
		return fa - fb;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	if (!a->a.number != !b->a.number)
		return a->a.number ? -1 : 1;
	if (a->a.head.seq != b->a.head.seq)
		return a->a.head.seq < b->a.head.seq ? -1 : 1;
	if (a->a.made_ms != b->a.made_ms)
		return a->a.made_ms < b->a.made_ms ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* By its number. One that has none, for a program of before made it or it was made as a file of its own, stands behind the last that is neither
 * younger nor holds more. */
static uint64_t place_of(const struct vault_file *files, size_t count, const struct vault_file *of)
{
	uint64_t place = of->a.number;
	for (size_t i = 0; i < count && !of->a.number; i++) {
		const struct casework_archive *a = &files[i].a;
		if (a->number > place && a->made_ms <= of->a.made_ms && a->head.seq <= of->a.head.seq)
			place = a->number;
	}
	return place;
}

/* That which the increment follows: mostly the one before. */
static const struct vault_file *base_of(const struct vault_file *files, size_t count, const struct vault_file *of)
{
	size_t at = (size_t)(of - files);
	for (size_t i = 1; i < count; i++) {
		const struct vault_file *f = &files[(at + count - i) % count];
		if (f->why.err == OK && strcmp(f->a.id, of->a.base) == 0)
			return f;
	}
	return NULL;
}

/* An increment that hangs on nothing gives no database, whole as it may be. */
static void mark_hanging(struct vault_file *files, size_t count)
{
	bool more;
	do {
		more = false;
		for (size_t i = 0; i < count; i++) {
			struct vault_file *f = &files[i];
			if (f->why.err != OK || !f->a.base[0] || base_of(files, count, f))
				continue;
			diag_arg(&f->why, str_of(f->path));
			diag_set(&f->why, ERR_NOT_FOUND, "backup.no-base", "The backup %s follows one that is not in this folder or cannot be used: it gives no database without it.", f->path);
			more = true;
		}
	} while (more);
}

enum err vault_list(struct arena *a, const char *dir, const struct archive_key *key, struct vault_file **out, size_t *count, struct diag *d)
{
	struct str *names;
	size_t n, kept = 0;
	TRY(os_dir_list(a, dir, &names, &n, d));
	struct vault_file *files = arena_new_n(a, struct vault_file, n + 1);
	if (!files)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (!str_ends(names[i], S(ENDING)))
			continue;
		struct vault_file *f = &files[kept++];
		diag_init(&f->why);
		f->path = arena_printf(a, "%s/%.*s", dir, STR_ARG(names[i])).ptr;
		if (!f->path)
			return ERR_NOMEM;
		enum err e = casework_archive_read(f->path, key, &f->a, &f->why);
		if (e != OK && f->why.err == OK)
			return e;
	}
	for (size_t i = 0; i < kept; i++)
		files[i].place = place_of(files, kept, &files[i]);
	qsort(files, kept, sizeof *files, by_making);
	mark_hanging(files, kept);
	qsort(files, kept, sizeof *files, by_making);
	*out = files;
	*count = kept;
	return OK;
}

static bool full(const struct vault_file *f)
{
	return f->why.err == OK && !f->a.base[0];
}

/* The increment that follows; of several the last. */
static const struct vault_file *follower(const struct vault_file *files, size_t count, const struct vault_file *of)
{
	const struct vault_file *best = NULL;
	for (size_t i = 0; i < count; i++)
		if (files[i].why.err == OK && strcmp(files[i].a.base, of->a.id) == 0)
			best = &files[i];
	return best;
}

static enum err follow(struct arena *a, const struct vault_file *files, size_t count, const struct vault_file *from, int64_t until_ms,
                       const char ***paths, size_t *n, int64_t *reached)
{
	const char **list = arena_new_n(a, const char *, count + 1);
	if (!list)
		return ERR_NOMEM;
	*n = 0;
	for (const struct vault_file *f = from; f && *n < count; f = follower(files, count, f)) {
		list[(*n)++] = f->path;
		*reached = f->a.head.at_ms;
		if (*reached >= until_ms)
			break;
	}
	*paths = list;
	return OK;
}

enum err vault_chain(struct arena *a, const struct vault_file *files, size_t count, int64_t until_ms, const char ***paths, size_t *n, struct diag *d)
{
	const struct vault_file *before = NULL, *after = NULL;
	int64_t reached = 0;
	for (size_t i = 0; i < count; i++) {
		if (full(&files[i]) && files[i].a.head.at_ms <= until_ms)
			before = &files[i];
		else if (full(&files[i]) && !after)
			after = &files[i];
	}
	if (!before && !after)
		return diag_set(d, ERR_NOT_FOUND, "backup.no-full", "There is no full backup that can be read in this folder.");
	if (before)
		TRY(follow(a, files, count, before, until_ms, paths, n, &reached));
	if (before && (reached >= until_ms || !after))
		return OK;
	return follow(a, files, count, after, until_ms, paths, n, &reached);
}

/* ---- making ---- */

struct making {
	struct casework *cw;
	const struct vault_backup *o;
	struct arena *a;
	struct diag *d;
	struct vault_file *files;
	size_t count;
	uint64_t number; /* of the one to make */
	int64_t now_ms;
};

static const struct vault_file *root_of(const struct making *m, const struct vault_file *f)
{
	for (size_t steps = 0; f && f->a.base[0] && steps <= m->count; steps++)
		f = base_of(m->files, m->count, f);
	return f;
}

/* What an increment may follow: the last archive whose whole chain is there. */
static const struct casework_archive *base_for(const struct making *m)
{
	if (!m->o->incremental)
		return NULL;
	for (size_t i = m->count; i-- > 0;) {
		const struct vault_file *f = &m->files[i], *root = f->why.err == OK ? root_of(m, f) : NULL;
		if (!root)
			continue;
		int64_t age = m->now_ms - root->a.made_ms; /* below zero: made while the clock was ahead */
		return m->o->full_after_ms && (age >= m->o->full_after_ms || age < 0) ? NULL : &f->a;
	}
	return NULL;
}

static const char *name_for(const struct making *m, bool increment)
{
	struct buf when;
	uint8_t tail[2];
	char plain[32] = "";
	buf_init_in(&when, m->a, 64);
	calendar_instant_print(m->now_ms, 0, &when);
	for (size_t i = 0, n = 0; i < when.len && n < 15; i++)
		if (when.ptr[i] >= '0' && when.ptr[i] <= '9')
			plain[n++] = when.ptr[i];
		else if (when.ptr[i] == 'T')
			plain[n++] = '-';
	os_random(os_entropy_real(), tail, sizeof tail);
	return arena_printf(m->a, "%s/banjie-%s-%02x%02x-%s" ENDING, m->o->dir, plain, tail[0], tail[1], increment ? "increment" : "full").ptr;
}

static enum err prove(struct arena *a, const struct vault_backup *o, struct vault_made *out, struct diag *d)
{
	struct casework_archive read;
	if (o->quick || out->a.base[0])
		return casework_archive_check(out->path, o->key, NULL, NULL, &read, d);
	struct casework_options open = *o->open;
	open.give_up = o->give_up;
	struct casework_restore r = { .archives = &out->path, .count = 1, .key = o->key, .until_ms = INT64_MAX, .open = &open };
	struct casework_restored restored;
	const char *proof = arena_printf(a, "%s" PROOF, out->path).ptr;
	if (!proof)
		return ERR_NOMEM;
	TRY(casework_restore(proof, &r, &restored, d));
	TRY(os_file_remove(proof, d));
	out->restored = true;
	bool same = restored.head.seq == out->a.head.seq && memcmp(restored.head.hash, out->a.head.hash, sizeof restored.head.hash) == 0;
	return same ? OK : diag_set(d, ERR_CORRUPT, "backup.head", "The backup %s ends at another entry than it says.", out->path);
}

/* What does not prove true is kept to be looked at. What could not be tried, for the disk was full, says nothing to anybody: kept at
 * each attempt it would fill the disk. */
static void put_aside(struct arena *a, enum err e, const char *path, struct vault_made *out)
{
	const char *aside = arena_printf(a, "%s" FAILED, path).ptr;
	bool untried = e == ERR_IO || e == ERR_NOMEM || e == ERR_CONFLICT || e == ERR_BUSY;
	if (!untried && aside && os_file_rename(out->path, aside, NULL) == OK)
		out->path = aside;
	else if (os_file_remove(out->path, NULL) == OK)
		out->path = NULL;
}

static enum err given_up(struct diag *d)
{
	if (d)
		diag_init(d);
	return diag_set(d, ERR_BUSY, "backup.given-up", "The backup was given up.");
}

/* Made and proved under another name, so that one that was killed in between leaves nothing that looks like a backup. */
static enum err make_at(struct casework *cw, const struct vault_backup *o, const struct casework_archive *base, uint64_t number, const char *path,
                        struct arena *a, struct vault_made *out, struct diag *d)
{
	struct casework_backup b = { .key = o->key, .base = base, .number = number, .progress = o->progress, .progress_arg = o->progress_arg, .give_up = o->give_up };
	b.path = path ? arena_printf(a, "%s" UNPROVED, path).ptr : NULL;
	if (!b.path)
		return ERR_NOMEM;
	TRY(casework_backup(cw, &b, &out->a, d));
	out->path = b.path;
	enum err e = prove(a, o, out, d);
	if (o->give_up && atomic_load(o->give_up)) /* what was not read to its end is not proved, whatever was said of it */
		e = given_up(d);
	if (e == OK)
		e = os_file_rename(out->path, path, d);
	if (e == OK)
		out->path = path;
	else
		put_aside(a, e, path, out);
	return e;
}

static enum err make_on(const struct making *m, const struct casework_archive *base, struct vault_made *out)
{
	return make_at(m->cw, m->o, base, m->number, name_for(m, base != NULL), m->a, out, m->d);
}

/* An increment that cannot be is a full one: another record began, or the program was upgraded. */
static enum err make_one(const struct making *m, struct vault_made *out)
{
	const struct casework_archive *base = base_for(m);
	enum err e = make_on(m, base, out);
	if (e != ERR_CONFLICT || !base || !(str_eqz(str_of(m->d->code), "backup.other-record") || str_eqz(str_of(m->d->code), "backup.other-schema")))
		return e;
	diag_init(m->d);
	return make_on(m, NULL, out);
}

/* Whatever hangs on none of the last full ones, as long as it can be read: what cannot is left for people to look at. The later first: killed
 * in between, none is left that hangs on what is gone. */
static enum err thin_out(struct making *m, struct vault_made *out)
{
	int64_t fulls = 0;
	if (!m->o->keep)
		return OK;
	TRY(vault_list(m->a, m->o->dir, m->o->key, &m->files, &m->count, m->d));
	for (size_t i = 0; i < m->count; i++)
		fulls += full(&m->files[i]);
	int64_t going = fulls - m->o->keep;
	for (size_t i = 0; i < m->count && going > 0; i++) {
		if (!full(&m->files[i]))
			continue;
		going--;
		for (size_t j = m->count; j-- > 0;) {
			if (m->files[j].why.err != OK || root_of(m, &m->files[j]) != &m->files[i])
				continue;
			TRY(os_file_remove(m->files[j].path, m->d));
			out->removed++;
		}
	}
	return OK;
}

enum { CHANCE = 6 }; /* letters behind OS_BEGUN */

/* Behind its name is this, while it is being made? */
static bool begun_tail(struct str tail)
{
	struct str rest = str_starts(tail, S(UNPROVED)) ? str_sub(tail, sizeof UNPROVED - 1, tail.len) : tail;
	if (str_starts(rest, S(OS_BEGUN)))
		return rest.len == sizeof OS_BEGUN - 1 + CHANCE;
	return rest.len < tail.len && (!rest.len || str_starts(rest, S(PROOF)));
}

/* Is it a file of ours that was being made? Then *of is the backup's name, or empty where it is not in it. Whoever puts a name behind a
 * backup's of his own (.sha256, .keep) keeps that. */
static bool begun(struct str name, struct str *of)
{
	ptrdiff_t at = str_find(name, S(ENDING));
	*of = str_sub(name, 0, at < 0 ? 0 : (size_t)at + sizeof ENDING - 1);
	struct str tail = str_sub(name, of->len, name.len);
	if (!of->len)
		return str_find(name, S(PROOF)) == ARCHIVE_ID;
	return begun_tail(tail) && (str_starts(name, S("banjie-")) || str_starts(tail, S(OS_BEGUN)));
}

/* One that is made as a file of its own may lie in a folder: it is no part of the folder's, and has a lock of its own for as long as it is being made. */
static enum err clear_one(const struct making *m, struct str name, struct str of)
{
	struct os_lock *lock = NULL;
	const char *path = arena_printf(m->a, "%s/%.*s", m->o->dir, STR_ARG(name)).ptr, *held = arena_printf(m->a, "%s/%.*s" HELD, m->o->dir, STR_ARG(of)).ptr;
	if (!path || !held)
		return ERR_NOMEM;
	if (of.len && os_lock_take(held, &lock, NULL) != OK)
		return OK;
	enum err e = os_file_remove(path, m->d), gone = lock ? os_file_remove(held, m->d) : OK;
	os_lock_drop(lock);
	return e == OK ? gone : e;
}

/* What a backup that was killed left begun. */
static enum err clear_begun(const struct making *m)
{
	struct str *names, of;
	size_t n;
	TRY(os_dir_list(m->a, m->o->dir, &names, &n, m->d));
	for (size_t i = 0; i < n; i++) {
		if (begun(names[i], &of))
			TRY(clear_one(m, names[i], of));
	}
	return OK;
}

/* A database that is damaged gives one at every attempt: they are alike. */
static void keep_last_failed(const struct making *m, const struct vault_made *out)
{
	struct str *names;
	size_t n;
	if (!out->path || os_dir_list(m->a, m->o->dir, &names, &n, NULL) != OK)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(m->a, "%s/%.*s", m->o->dir, STR_ARG(names[i])).ptr;
		if (!path || !str_starts(names[i], S("banjie-")) || !str_ends(names[i], S(ENDING FAILED)) || strcmp(path, out->path) == 0)
			continue;
		if (os_file_remove(path, NULL) != OK)
			return; /* that this one failed is told already */
	}
}

static enum err make_proved(struct making *m, struct vault_made *out)
{
	TRY(clear_begun(m));
	TRY(vault_list(m->a, m->o->dir, m->o->key, &m->files, &m->count, m->d));
	for (size_t i = 0; i < m->count; i++)
		m->number = m->files[i].a.number > m->number ? m->files[i].a.number : m->number;
	m->number++;
	enum err e = make_one(m, out);
	if (e != OK) {
		keep_last_failed(m, out);
		return e;
	}
	return thin_out(m, out);
}

enum err vault_make(struct casework *cw, const struct vault_backup *o, struct arena *a, struct vault_made *out, struct diag *d)
{
	struct making m = { .cw = cw, .o = o, .a = a, .d = d, .now_ms = os_now_ms(os_clock_real()) };
	struct os_lock *lock = NULL;
	struct str name = arena_printf(a, "%s/.lock", o->dir);
	*out = (struct vault_made){ .path = NULL };
	if (!name.ptr)
		return ERR_NOMEM;
	TRY(os_dir_make(o->dir, d));
	TRY(os_lock_take(name.ptr, &lock, d));
	enum err e = make_proved(&m, out);
	os_lock_drop(lock);
	return e;
}

/* What one to that name left when it was killed; nobody else makes it while we hold its lock. */
static enum err clear_alone(const char *path, struct arena *a, struct diag *d)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dir = slash ? arena_printf(a, "%.*s", slash == path ? 1 : (int)(slash - path), path).ptr : ".";
	struct str *names;
	size_t n;
	if (!dir)
		return ERR_NOMEM;
	TRY(os_dir_list(a, dir, &names, &n, d));
	for (size_t i = 0; i < n; i++) {
		if (!str_starts(names[i], str_of(name)) || !begun_tail(str_sub(names[i], strlen(name), names[i].len)))
			continue;
		const char *left = arena_printf(a, "%s/%.*s", dir, STR_ARG(names[i])).ptr;
		if (!left)
			return ERR_NOMEM;
		TRY(os_file_remove(left, d));
	}
	return OK;
}

static enum err make_alone(struct casework *cw, const struct vault_backup *o, const char *path, struct arena *a, struct vault_made *out, struct diag *d)
{
	if (os_name_taken(path)) {
		diag_arg(d, str_of(path));
		return diag_set(d, ERR_CONFLICT, "backup.exists", "There is already a file %s: name another one.", path);
	}
	TRY(clear_alone(path, a, d));
	return make_at(cw, o, NULL, 0, path, a, out, d);
}

enum err vault_make_file(struct casework *cw, const struct vault_backup *o, const char *path, struct arena *a, struct vault_made *out, struct diag *d)
{
	struct os_lock *lock;
	const char *held = arena_printf(a, "%s" HELD, path).ptr;
	*out = (struct vault_made){ .path = NULL };
	if (!held)
		return ERR_NOMEM;
	TRY(os_lock_take(held, &lock, d));
	enum err e = make_alone(cw, o, path, a, out, d);
	enum err gone = os_file_remove(held, d);
	os_lock_drop(lock);
	return e == OK ? gone : e;
}
