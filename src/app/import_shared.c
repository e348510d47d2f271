/* import_shared.c - sources, mappings, commands and progress of the imports. */
#include <stdio.h>

#include "app/import.h"
#include "os/os.h"
#include "text/gzip.h"
#include "text/json.h"

enum { PEEK = 64, MAPPING_MAX = 1 << 20 };

/* ---- sources ---- */

struct import_source {
	struct os_reader *raw;
	struct gzip_reader *packed;
	char head[2], first[PEEK];  /* read ahead: of the file, and of its contents */
	size_t head_len, first_len;
	size_t head_at, first_at;
};

static ptrdiff_t raw_chunk(void *arg, char *to, size_t room)
{
	struct import_source *s = arg;
	if (s->head_at == s->head_len)
		return os_reader_chunk(s->raw, to, room);
	size_t n = s->head_len - s->head_at < room ? s->head_len - s->head_at : room;
	memcpy(to, s->head + s->head_at, n);
	s->head_at += n;
	return (ptrdiff_t)n;
}

static ptrdiff_t plain_chunk(struct import_source *s, char *to, size_t room)
{
	return s->packed ? gzip_read(s->packed, to, room) : raw_chunk(s, to, room);
}

ptrdiff_t import_source_chunk(void *source, char *to, size_t room)
{
	struct import_source *s = source;
	if (s->first_at == s->first_len)
		return plain_chunk(s, to, room);
	size_t n = s->first_len - s->first_at < room ? s->first_len - s->first_at : room;
	memcpy(to, s->first + s->first_at, n);
	s->first_at += n;
	return (ptrdiff_t)n;
}

bool import_source_is_xml(const struct import_source *s)
{
	struct str head = str_span(s->first, s->first_len);
	if (str_starts(head, S("\xef\xbb\xbf")))
		head = str_sub(head, 3, head.len);
	return str_starts(str_trim(head), S("<"));
}

/* The first bytes say whether it is packed, the first of the contents whether it is XML. */
static enum err peek(struct import_job *j, struct import_source *s)
{
	while (s->head_len < sizeof s->head) {
		ptrdiff_t n = os_reader_chunk(s->raw, s->head + s->head_len, sizeof s->head - s->head_len);
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			break;
		s->head_len += (size_t)n;
	}
	if (s->head_len == 2 && (unsigned char)s->head[0] == 0x1f && (unsigned char)s->head[1] == 0x8b)
		TRY(gzip_open(&j->arena, raw_chunk, s, IMPORT_UNPACKED_MAX, &s->packed));
	while (s->first_len < PEEK) {
		ptrdiff_t n = plain_chunk(s, s->first + s->first_len, PEEK - s->first_len);
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			break;
		s->first_len += (size_t)n;
	}
	return OK;
}

enum err import_source_error(const struct import_source *s, enum err e, struct diag *d)
{
	enum err packed = s->packed ? gzip_error(s->packed) : OK;
	if (packed == OK)
		return e;
	diag_init(d);
	return diag_set(d, packed, "import.packed", packed == ERR_LIMIT ? "the file unpacks to more than 2,000 MiB"
	                                                                : "the packed file is damaged");
}

enum err import_source_open(struct import_job *j, struct import_source **out, struct diag *d)
{
	struct import_source *s = arena_new(&j->arena, struct import_source);
	if (!s)
		return ERR_NOMEM;
	TRY(os_reader_open(j->file, &s->raw, d));
	enum err e = peek(j, s);
	if (e != OK) {
		e = import_source_error(s, e, d);
		(void)diag_set(d, e, "import.read", "%s cannot be read", j->file);
		import_source_close(s);
		return e;
	}
	*out = s;
	return OK;
}

void import_source_close(struct import_source *s)
{
	if (s->packed)
		gzip_close(s->packed);
	os_reader_close(s->raw);
}

enum err import_source_whole(struct import_job *j, struct str *out, struct diag *d)
{
	struct import_source *s;
	struct buf b;
	char part[16384];
	ptrdiff_t n;
	TRY(import_source_open(j, &s, d));
	buf_init_in(&b, &j->arena, IMPORT_FILE_MAX);
	while ((n = import_source_chunk(s, part, sizeof part)) > 0)
		buf_put(&b, str_span(part, (size_t)n));
	enum err e = n < 0 ? import_source_error(s, ERR_IO, d) : buf_finish(&b, out);
	import_source_close(s);
	if (e == ERR_LIMIT)
		(void)diag_set(d, e, "import.too-large", "the file has more than %d MiB", IMPORT_FILE_MAX >> 20);
	return e;
}

/* ---- mappings ---- */

static enum err load_mapping(struct import_job *j, const char *path, struct import_mapping **out, struct diag *d)
{
	struct str text;
	TRY(os_file_read(&j->arena, path, MAPPING_MAX, &text, d));
	return import_mapping_read(&j->arena, text, out, d);
}

static size_t fit(const struct import_mapping *m, const struct import_keys *keys, bool log)
{
	if (!log)
		return import_mapping_fit(m, IMPORT_ITEM, &keys->scope[IMPORT_ITEM]);
	size_t c = import_mapping_fit(m, IMPORT_CASE, &keys->scope[IMPORT_CASE]);
	size_t e = import_mapping_fit(m, IMPORT_EVENT, &keys->scope[IMPORT_EVENT]);
	return c && e ? c + e : 0;
}

static enum err none_fits(const struct import_keys *keys, bool log, struct diag *d)
{
	char have[300] = "";
	size_t at = 0;
	const struct map *m = &keys->scope[log ? IMPORT_CASE : IMPORT_ITEM];
	for (size_t i = 0; i < m->count && at < sizeof have - 80; i++) {
		struct str k = m->entries[i].key;
		int n = snprintf(have + at, sizeof have - at, "%s%.*s", i ? ", " : "", (int)(k.len > 60 ? 60 : k.len), k.ptr);
		at += n > 0 ? (size_t)n : 0;
	}
	return diag_set(d, ERR_INVALID, "import.no-mapping",
	                "no shipped mapping fits; name one with --mapping (data/mappings/README.md). The file has: %s", have);
}

enum err import_mapping_choose(struct import_job *j, const struct import_keys *keys, bool log, struct diag *d)
{
	struct import_mapping *m;
	struct str *names;
	size_t count, best = 0;
	if (j->mapping_name) {
		TRY(load_mapping(j, j->mapping_name, &m, d));
		j->mapping = m;
		j->mapping_path = j->mapping_name;
		return OK;
	}
	const char *folder = app_data_path(&j->arena, "data/mappings");
	if (!folder)
		return diag_set(d, ERR_NOT_FOUND, "app.data-missing", "data/mappings is not where the program looks for its data");
	TRY(os_dir_list(&j->arena, folder, &names, &count, d));
	for (size_t i = 0; i < count; i++) {
		if (!str_ends(names[i], S(".json")))
			continue;
		const char *path = arena_printf(&j->arena, "%s/%.*s", folder, STR_ARG(names[i])).ptr;
		TRY(path ? load_mapping(j, path, &m, d) : ERR_NOMEM);
		size_t f = fit(m, keys, log);
		if (f > best) {
			best = f;
			j->mapping = m;
			j->mapping_path = arena_z(&j->arena, names[i]);
		}
	}
	return best ? OK : none_fits(keys, log, d);
}

/* ---- commands, progress, problems ---- */

enum err import_send(struct import_job *j, const char *command, const struct json *data, const struct json **answer,
                     struct diag *d)
{
	struct casework_command c = { .name = str_of(command), .actor = { .system = true }, .data = data };
	struct casework_result r;
	if (!data)
		return ERR_NOMEM;
	memset(&r, 0, sizeof r);
	enum err e = casework_do(j->cw, &c, &j->scratch, &r);
	if (e != OK && d->err == OK)
		*d = r.diag;
	if (e == OK)
		*answer = r.data;
	return e;
}

struct posted { /* on the heap until its answer is there */
	struct import_job *j;
	int line;
};

/* On a thread of the store's, when it is durable. */
static void answered(void *arg, const struct casework_result *r)
{
	struct posted *p = arg;
	struct import_job *j = p->j;
	struct import_refusal *bad = r->err != OK && err_is_refusal(r->err) ? heap_alloc(sizeof *bad) : NULL;
	os_mutex_lock(&j->lock);
	if (r->err == OK) {
		*(json_bool(json_get(r->data, "changed"), true) ? &j->fresh : &j->same) += 1;
	} else if (bad) {
		bad->d = r->diag;
		bad->d.line = p->line;
		bad->next = j->refusals;
		j->refusals = bad;
	} else if (j->fault == OK) {
		j->fault = r->err;
		j->fault_diag = r->diag;
	}
	j->under_way--;
	os_cond_signal(&j->moved);
	os_mutex_unlock(&j->lock);
	heap_free(p);
}

/* Waits until at most `most` are under way, and tells what was refused meanwhile. */
static enum err wait_for(struct import_job *j, size_t most, struct diag *d)
{
	os_mutex_lock(&j->lock);
	while (j->under_way > most)
		os_cond_wait(&j->moved, &j->lock);
	struct import_refusal *bad = j->refusals;
	enum err e = j->fault;
	j->refusals = NULL;
	if (e != OK && d->err == OK)
		*d = j->fault_diag;
	os_mutex_unlock(&j->lock);
	while (bad) {
		struct import_refusal *next = bad->next;
		j->refused++;
		import_tell(j, &bad->d);
		heap_free(bad);
		bad = next;
	}
	return e;
}

enum err import_post(struct import_job *j, const char *command, const struct json *data, int line, struct diag *d)
{
	struct casework_command c = { .name = str_of(command), .actor = { .system = true }, .data = data };
	TRY(data ? wait_for(j, IMPORT_UNDER_WAY_MAX - 1, d) : ERR_NOMEM);
	struct posted *p = heap_alloc(sizeof *p);
	if (!p)
		return ERR_NOMEM;
	*p = (struct posted){ j, line };
	os_mutex_lock(&j->lock);
	j->under_way++;
	os_mutex_unlock(&j->lock);
	enum err e = casework_submit(j->cw, &c, answered, p);
	if (e == OK)
		return OK;
	os_mutex_lock(&j->lock);
	j->under_way--;
	os_mutex_unlock(&j->lock);
	heap_free(p);
	return e;
}

enum err import_settle(struct import_job *j, struct diag *d)
{
	return wait_for(j, 0, d);
}

void import_tell(void *job, const struct diag *d)
{
	struct import_job *j = job;
	struct json_writer w;
	if (j->told++ >= IMPORT_TOLD_MAX) {
		if (j->told == IMPORT_TOLD_MAX + 1)
			fprintf(stderr, "%s: more problems than are shown; the sum stands at the end\n", j->file);
		return;
	}
	if (j->terminal)
		fprintf(stderr, "\r\033[K");
	fprintf(stderr, "%s:%d: %s (%s)\n", j->file, d->line, d->text, d->code);
	if (j->problems_json.len)
		buf_byte(&j->problems_json, ',');
	json_writer_init(&w, &j->problems_json);
	json_object(&w);
	json_pair_i64(&w, "line", d->line);
	json_pair_str(&w, "code", str_of(d->code));
	json_pair_str(&w, "text", str_of(d->text));
	json_end(&w);
}

void import_show(struct import_job *j, const char *what, uint64_t n)
{
	int64_t now = os_monotonic_us() / 1000;
	if (!j->terminal || now - j->shown_ms < 100)
		return;
	j->shown_ms = now;
	fprintf(stderr, "\r%llu %s", (unsigned long long)n, what);
	fflush(stderr);
}
