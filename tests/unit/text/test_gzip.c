/* test_gzip.c - streams unpacked piece by piece, damage and bombs refused. */
#include "tests/test.h"

#include <zlib.h>

#include "text/gzip.h"

static struct arena arena;
static unsigned char packed[1 << 20];

struct source {
	const unsigned char *ptr;
	size_t len, step;
	bool fault;
};

static ptrdiff_t give(void *src, char *to, size_t room)
{
	struct source *s = src;
	if (s->fault)
		return -1;
	size_t n = s->step < room ? s->step : room;
	if (n > s->len)
		n = s->len;
	memcpy(to, s->ptr, n);
	s->ptr += n;
	s->len -= n;
	return (ptrdiff_t)n;
}

static size_t pack(struct str text, unsigned char *to)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text.ptr, .avail_in = (uInt)text.len,
	               .next_out = to, .avail_out = sizeof packed / 2 };
	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

/* What comes out, or the error's name. */
static struct str unpack(struct source s, int64_t max)
{
	static char out[4096];
	struct gzip_reader *r;
	size_t len = 0;
	ptrdiff_t n;
	arena_init(&arena, 1 << 20);
	if (gzip_open(&arena, give, &s, max, &r) != OK)
		return S("!open");
	while ((n = gzip_read(r, out + len, len + 7 < sizeof out ? 7 : 0)) > 0)
		len += (size_t)n;
	enum err e = gzip_error(r);
	gzip_close(r);
	arena_release(&arena);
	CHECK((n < 0) == (e != OK));
	return e == OK ? str_span(out, len) : str_of(err_name(e));
}

TEST(text_comes_out_whole_in_any_step)
{
	size_t n = pack(S("<log>办件</log> and more text, more text, more text"), packed);
	for (size_t step = 1; step < 64; step += 9)
		CHECK_STR(unpack((struct source){ packed, n, step, false }, 1000), "<log>办件</log> and more text, more text, more text");
}

TEST(members_follow_each_other)
{
	size_t n = pack(S("one,"), packed);
	n += pack(S("two"), packed + n);
	CHECK_STR(unpack((struct source){ packed, n, 5, false }, 1000), "one,two");
}

TEST(damage_bombs_and_faults_are_errors)
{
	static char zeros[3000];
	size_t n = pack(str_span(zeros, sizeof zeros), packed);
	CHECK_INT(unpack((struct source){ packed, n, 50, false }, 3000).len, 3000);
	CHECK_STR(unpack((struct source){ packed, n, 50, false }, 2999), "limit");
	CHECK_STR(unpack((struct source){ packed, n - 1, 50, false }, 3000), "corrupt");
	CHECK_STR(unpack((struct source){ packed, 0, 50, false }, 3000), "corrupt");
	packed[n - 6] ^= 1; /* the checksum */
	CHECK_STR(unpack((struct source){ packed, n, 50, false }, 3000), "corrupt");
	CHECK_STR(unpack((struct source){ packed, n, 50, true }, 3000), "io");
	CHECK_STR(unpack((struct source){ (const unsigned char *)"no gzip", 7, 50, false }, 3000), "corrupt");
}

TEST_MAIN
