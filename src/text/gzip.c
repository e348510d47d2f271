/* gzip.c - zlib's inflate over a pull source. */
#include "text/gzip.h"

#include <zlib.h>

enum { IN_ROOM = 64 << 10, WITH_GZIP_HEADER = 15 + 16 };

struct gzip_reader {
	z_stream z;
	ptrdiff_t (*chunk)(void *, char *, size_t);
	void *src;
	int64_t left; /* bytes that may still come out */
	enum err failed;
	bool between_members, ended;
	char in[IN_ROOM];
};

enum err gzip_open(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                   int64_t bytes_max, struct gzip_reader **out)
{
	struct gzip_reader *r = arena_new(a, struct gzip_reader);
	if (!r || inflateInit2(&r->z, WITH_GZIP_HEADER) != Z_OK)
		return ERR_NOMEM;
	r->chunk = chunk;
	r->src = src;
	r->left = bytes_max;
	*out = r;
	return OK;
}

/* More compressed bytes; false at the source's end or fault. */
static bool refill(struct gzip_reader *r)
{
	ptrdiff_t n = r->chunk(r->src, r->in, IN_ROOM);
	if (n < 0) {
		r->failed = ERR_IO;
		return false;
	}
	if (n == 0) {
		/* the text may end only where a member has ended */
		if (!r->between_members)
			r->failed = ERR_CORRUPT;
		r->ended = true;
		return false;
	}
	r->z.next_in = (Bytef *)r->in;
	r->z.avail_in = (uInt)n;
	return true;
}

static void step(struct gzip_reader *r)
{
	if (r->between_members && inflateReset(&r->z) != Z_OK)
		r->failed = ERR_CORRUPT;
	r->between_members = false;
	int got = inflate(&r->z, Z_NO_FLUSH);
	if (got == Z_STREAM_END)
		r->between_members = true;
	else if (got == Z_MEM_ERROR)
		r->failed = ERR_NOMEM;
	else if (got != Z_OK && got != Z_BUF_ERROR)
		r->failed = ERR_CORRUPT;
}

ptrdiff_t gzip_read(void *reader, char *to, size_t room)
{
	struct gzip_reader *r = reader;
	r->z.next_out = (Bytef *)to;
	uInt all = room > 1 << 30 ? 1 << 30 : (uInt)room;
	r->z.avail_out = all;
	while (r->failed == OK && !r->ended && r->z.avail_out == all) {
		if (r->z.avail_in == 0 && !refill(r))
			break;
		step(r);
	}
	if (r->failed != OK)
		return -1;
	ptrdiff_t n = all - r->z.avail_out;
	r->left -= n;
	if (r->left < 0) {
		r->failed = ERR_LIMIT;
		return -1;
	}
	return n;
}

enum err gzip_error(const struct gzip_reader *r)
{
	return r->failed;
}

void gzip_close(struct gzip_reader *r)
{
	inflateEnd(&r->z);
}
