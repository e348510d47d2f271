/* archive.c - records through zstd and secretstream into a file, and back. */
#include "store/archive.h"

#include <sodium.h>
#include <zstd.h>

#include "base/buf.h"
#include "os/os.h"

#define MAGIC "BANJIE-BACKUP 1\n"
#define KEY_WORDS "banjie-backup-key 1 "

enum {
	MAGIC_LEN = sizeof MAGIC - 1, HEAD_LEN = MAGIC_LEN + ARCHIVE_KEY_NAME, SEAL = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	CHUNK = 256 << 10, CHUNK_SEALED = CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES, LEVEL = 3,
};
_Static_assert(ARCHIVE_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES, "the key is secretstream's");

static enum err about(struct diag *d, const char *path, enum err e)
{
	diag_arg(d, str_of(path));
	return e;
}

static void put_u32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* ---- the key ---- */

static bool ready(void)
{
	return sodium_init() >= 0;
}

static void name_key(struct archive_key *k)
{
	(void)crypto_generichash(k->name, sizeof k->name, k->bytes, sizeof k->bytes, (const uint8_t *)MAGIC, MAGIC_LEN);
}

void archive_key_name(const struct archive_key *k, char out[17])
{
	sodium_bin2hex(out, 17, k->name, sizeof k->name);
}

enum err archive_key_make(const char *path, struct archive_key *out, struct diag *d)
{
	struct os_writer *w;
	char hex[2 * ARCHIVE_KEY + 1], line[128];
	if (os_file_exists(path))
		return about(d, path, diag_set(d, ERR_CONFLICT, "backup.key-exists",
		             "There is already a file %s. A key is never overwritten: backups made with it could not be read any more.", path));
	if (!ready())
		return ERR_IO;
	struct archive_key k;
	randombytes_buf(k.bytes, sizeof k.bytes);
	name_key(&k);
	sodium_bin2hex(hex, sizeof hex, k.bytes, sizeof k.bytes);
	snprintf(line, sizeof line, KEY_WORDS "%s\n", hex);
	TRY(os_writer_open(path, &w, d));
	enum err e = os_writer_put(w, str_of(line), d);
	if (e == OK)
		e = os_writer_finish(w, d);
	else
		os_writer_abandon(w);
	sodium_memzero(hex, sizeof hex);
	sodium_memzero(line, sizeof line);
	if (e == OK)
		*out = k;
	return e;
}

enum err archive_key_read(const char *path, struct archive_key *out, struct diag *d)
{
	struct arena a;
	struct str text;
	struct archive_key k;
	arena_init(&a, 64 << 10);
	enum err e = os_file_read(&a, path, 4096, &text, d);
	if (e == OK) {
		text = str_trim(text);
		bool fits = ready() && str_starts(text, S(KEY_WORDS)) &&
		            str_from_hex(str_sub(text, sizeof KEY_WORDS - 1, text.len), k.bytes, sizeof k.bytes);
		if (!fits)
			e = about(d, path, diag_set(d, ERR_INVALID, "backup.key-form",
			          "%s is not a key of an office: banjie backup --new-key FILE makes one.", path));
	}
	if (e == OK) {
		name_key(&k);
		*out = k;
	}
	sodium_memzero(&k, sizeof k);
	arena_release(&a);
	return e;
}

/* ---- writing ---- */

struct archive_writer {
	struct os_writer *file;
	crypto_secretstream_xchacha20poly1305_state seal;
	ZSTD_CCtx *press;
	uint8_t head[HEAD_LEN];
	bool begun; /* a chunk is written: the head is authenticated */
	int64_t bytes;
	size_t used;
	char plain[CHUNK];
	uint8_t sealed[4 + CHUNK_SEALED];
};

static enum err write_chunk(struct archive_writer *w, uint8_t tag, struct diag *d)
{
	unsigned long long n = 0;
	(void)crypto_secretstream_xchacha20poly1305_push(&w->seal, w->sealed + 4, &n, (const uint8_t *)w->plain, w->used, w->begun ? NULL : w->head,
	                                                 w->begun ? 0 : HEAD_LEN, tag);
	put_u32(w->sealed, (uint32_t)n);
	TRY(os_writer_put(w->file, str_span((const char *)w->sealed, 4 + (size_t)n), d));
	w->begun = true;
	w->bytes += 4 + (int64_t)n;
	w->used = 0;
	return OK;
}

static enum err press(struct archive_writer *w, const void *bytes, size_t len, ZSTD_EndDirective how, struct diag *d)
{
	ZSTD_inBuffer in = { bytes, len, 0 };
	for (;;) {
		ZSTD_outBuffer out = { w->plain, CHUNK, w->used };
		size_t left = ZSTD_compressStream2(w->press, &out, &in, how);
		if (ZSTD_isError(left))
			return diag_set(d, ERR_NOMEM, "backup.press", "The backup could not be compressed: %s.", ZSTD_getErrorName(left));
		w->used = out.pos;
		if (w->used == CHUNK)
			TRY(write_chunk(w, 0, d));
		if (how == ZSTD_e_continue ? in.pos == in.size : left == 0)
			return OK;
	}
}

static enum err begin(struct archive_writer *w, const struct archive_key *k, struct diag *d)
{
	uint8_t seal[SEAL];
	memcpy(w->head, MAGIC, MAGIC_LEN);
	memcpy(w->head + MAGIC_LEN, k->name, ARCHIVE_KEY_NAME);
	(void)crypto_secretstream_xchacha20poly1305_init_push(&w->seal, seal, k->bytes);
	TRY(os_writer_put(w->file, str_span((const char *)w->head, HEAD_LEN), d));
	w->bytes = HEAD_LEN + SEAL;
	return os_writer_put(w->file, str_span((const char *)seal, SEAL), d);
}

enum err archive_create(const char *path, const struct archive_key *k, struct archive_writer **out, struct diag *d)
{
	if (os_name_taken(path))
		return about(d, path, diag_set(d, ERR_CONFLICT, "backup.exists", "There is already a file %s: name another one.", path));
	struct archive_writer *w = heap_alloc(sizeof *w);
	if (!w)
		return ERR_NOMEM;
	w->press = ZSTD_createCCtx();
	enum err e = ready() && w->press && !ZSTD_isError(ZSTD_CCtx_setParameter(w->press, ZSTD_c_compressionLevel, LEVEL)) ? OK : ERR_NOMEM;
	if (e == OK)
		e = os_writer_open(path, &w->file, d);
	if (e == OK)
		e = begin(w, k, d);
	if (e != OK) {
		archive_abandon(w);
		return e;
	}
	*out = w;
	return OK;
}

enum err archive_put(struct archive_writer *w, char tag, struct str payload, struct diag *d)
{
	uint8_t head[5] = { (uint8_t)tag };
	base_assert(tag && payload.len <= ARCHIVE_RECORD_MAX);
	put_u32(head + 1, (uint32_t)payload.len);
	TRY(press(w, head, sizeof head, ZSTD_e_continue, d));
	return press(w, payload.ptr, payload.len, ZSTD_e_continue, d);
}

static void writer_free(struct archive_writer *w)
{
	ZSTD_freeCCtx(w->press);
	sodium_memzero(w, sizeof *w);
	heap_free(w);
}

enum err archive_finish(struct archive_writer *w, int64_t *bytes, struct diag *d)
{
	enum err e = press(w, "", 0, ZSTD_e_end, d);
	if (e == OK)
		e = write_chunk(w, crypto_secretstream_xchacha20poly1305_TAG_FINAL, d);
	if (e != OK) {
		archive_abandon(w);
		return e;
	}
	*bytes = w->bytes;
	e = os_writer_finish(w->file, d);
	writer_free(w);
	return e;
}

void archive_abandon(struct archive_writer *w)
{
	if (!w)
		return;
	os_writer_abandon(w->file);
	writer_free(w);
}

/* ---- reading ---- */

struct archive_reader {
	struct os_reader *file;
	crypto_secretstream_xchacha20poly1305_state seal;
	ZSTD_DCtx *press;
	uint8_t head[HEAD_LEN];
	bool begun, final;
	int64_t place, size;
	ZSTD_inBuffer in;
	struct buf record;
	char path[1024];
	char plain[CHUNK];
	uint8_t sealed[CHUNK_SEALED];
};

static enum err damaged(struct archive_reader *r, const char *code, const char *what, struct diag *d)
{
	char place[32];
	snprintf(place, sizeof place, "%lld", (long long)r->place);
	diag_arg(d, str_of(r->path));
	diag_arg(d, str_of(place));
	return diag_set(d, ERR_CORRUPT, code, "The backup %s %s at byte %s. Take another one.", r->path, what, place);
}

static enum err cut_off(struct archive_reader *r, struct diag *d)
{
	return damaged(r, "backup.cut", "is cut off", d);
}

/* Exactly n bytes of the file. */
static enum err take(struct archive_reader *r, void *to, size_t n, struct diag *d)
{
	ptrdiff_t got = os_reader_chunk(r->file, to, n);
	if (got < 0)
		return damaged(r, "backup.unreadable", "cannot be read", d);
	r->place += got;
	return (size_t)got == n ? OK : cut_off(r, d);
}

static enum err read_chunk(struct archive_reader *r, struct diag *d)
{
	uint8_t length[4], tag = 0;
	unsigned long long n = 0;
	if (r->final)
		return cut_off(r, d);
	TRY(take(r, length, sizeof length, d));
	uint32_t sealed = get_u32(length);
	if (sealed < crypto_secretstream_xchacha20poly1305_ABYTES || sealed > CHUNK_SEALED)
		return damaged(r, "backup.damaged", "is damaged", d);
	TRY(take(r, r->sealed, sealed, d));
	if (crypto_secretstream_xchacha20poly1305_pull(&r->seal, (uint8_t *)r->plain, &n, &tag, r->sealed, sealed, r->begun ? NULL : r->head,
	                                               r->begun ? 0 : HEAD_LEN) != 0)
		return damaged(r, "backup.damaged", "is damaged", d);
	r->begun = true;
	r->final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	r->in = (ZSTD_inBuffer){ r->plain, (size_t)n, 0 };
	return OK;
}

/* Up to n unpacked bytes into `to`; fewer only at the end of the archive. */
static enum err unpack(struct archive_reader *r, char *to, size_t n, size_t *got, struct diag *d)
{
	ZSTD_outBuffer out = { to, n, 0 };
	while (out.pos < n) {
		size_t before = out.pos;
		if (ZSTD_isError(ZSTD_decompressStream(r->press, &out, &r->in)))
			return damaged(r, "backup.damaged", "is damaged", d);
		if (out.pos > before || r->in.pos < r->in.size)
			continue;
		if (r->final)
			break;
		TRY(read_chunk(r, d));
	}
	*got = out.pos;
	return OK;
}

static enum err check_head(struct archive_reader *r, const struct archive_key *k, struct diag *d)
{
	char wants[17], has[17];
	uint8_t seal[SEAL];
	ptrdiff_t n = os_reader_chunk(r->file, (char *)r->head, HEAD_LEN);
	r->place = n < 0 ? 0 : n;
	if (n < 0)
		return damaged(r, "backup.unreadable", "cannot be read", d);
	if (n != HEAD_LEN || memcmp(r->head, MAGIC, MAGIC_LEN) != 0)
		return about(d, r->path, diag_set(d, ERR_INVALID, "backup.not-one", "%s is not a backup of this program.", r->path));
	if (memcmp(r->head + MAGIC_LEN, k->name, ARCHIVE_KEY_NAME) != 0) {
		sodium_bin2hex(wants, sizeof wants, r->head + MAGIC_LEN, ARCHIVE_KEY_NAME);
		archive_key_name(k, has);
		diag_arg(d, str_of(r->path));
		diag_arg(d, str_of(wants));
		diag_arg(d, str_of(has));
		return diag_set(d, ERR_DENIED, "backup.wrong-key", "The backup %s was made with the key %s, this is the key %s.", r->path, wants, has);
	}
	TRY(take(r, seal, SEAL, d));
	if (crypto_secretstream_xchacha20poly1305_init_pull(&r->seal, seal, k->bytes) != 0)
		return damaged(r, "backup.damaged", "is damaged", d);
	return OK;
}

enum err archive_open(const char *path, const struct archive_key *k, struct archive_reader **out, struct diag *d)
{
	struct archive_reader *r = heap_alloc(sizeof *r);
	if (!r)
		return ERR_NOMEM;
	snprintf(r->path, sizeof r->path, "%s", path);
	buf_init(&r->record, ARCHIVE_RECORD_MAX);
	r->press = ZSTD_createDCtx();
	r->size = os_file_size(path);
	enum err e = ready() && r->press ? os_reader_open_file(path, &r->file, d) : ERR_NOMEM;
	if (e == OK)
		e = check_head(r, k, d);
	if (e != OK) {
		archive_close(r);
		return e;
	}
	*out = r;
	return OK;
}

static enum err read_payload(struct archive_reader *r, size_t n, struct str *payload, struct diag *d)
{
	size_t got = 0;
	if (r->record.room < n + 1) {
		char *p = heap_resize(r->record.ptr, r->record.room, n + 1);
		if (!p)
			return ERR_NOMEM;
		r->record.ptr = p;
		r->record.room = n + 1;
	}
	TRY(unpack(r, r->record.ptr, n, &got, d));
	if (got != n)
		return cut_off(r, d);
	*payload = str_span(r->record.ptr, n);
	return OK;
}

enum err archive_next(struct archive_reader *r, char *tag, struct str *payload, struct diag *d)
{
	uint8_t head[5];
	size_t got = 0;
	TRY(unpack(r, (char *)head, sizeof head, &got, d));
	if (got == 0 && r->final) {
		*tag = 0;
		*payload = S("");
		return r->place == r->size ? OK : damaged(r, "backup.damaged", "is damaged", d);
	}
	uint32_t n = get_u32(head + 1);
	if (got != sizeof head || !head[0] || n > ARCHIVE_RECORD_MAX)
		return damaged(r, "backup.damaged", "is damaged", d);
	TRY(read_payload(r, n, payload, d));
	*tag = (char)head[0];
	return OK;
}

void archive_place(const struct archive_reader *r, int64_t *done, int64_t *total)
{
	*done = r->place;
	*total = r->size;
}

void archive_close(struct archive_reader *r)
{
	if (!r)
		return;
	if (r->file)
		os_reader_close(r->file);
	ZSTD_freeDCtx(r->press);
	buf_release(&r->record);
	sodium_memzero(r, sizeof *r);
	heap_free(r);
}
