/* recode.c - CSV in other encodings: what the spreadsheets of Chinese offices write (GB18030) and "Unicode text" (UTF-16). */
#include <errno.h>
#include <iconv.h>

#include "base/utf8.h"
#include "mine/mine_int.h"

enum { PIECE = 64 << 10, NAME_MAX_LEN = 31 };

struct recode {
	mine_chunk chunk;
	void *src;
	iconv_t converter;
	size_t at, len;    /* the unread part of `piece` */
	bool ended;
	char piece[PIECE];
};

/* The last characters may be cut off by the sample's end. */
static bool is_utf8(struct str s, bool whole)
{
	for (size_t cut = 0; cut <= (whole ? 0 : 3) && cut <= s.len; cut++)
		if (utf8_valid(str_sub(s, 0, s.len - cut)))
			return true;
	return false;
}

/* Chinese text is two bytes of the upper half a character, hardly ever one of it with an ASCII byte behind, as in the languages of Europe. */
static bool is_gb18030(struct str s)
{
	size_t plain = 0, other = 0;
	for (size_t i = 0; i + 1 < s.len; i++) {
		unsigned char a = (unsigned char)s.ptr[i], b = (unsigned char)s.ptr[i + 1];
		if (a < 0x80)
			continue;
		*(a >= 0xa1 && a <= 0xf7 && b >= 0xa1 ? &plain : &other) += 1;
		i++;
	}
	return plain > other * 9;
}

const char *recode_guess(struct str sample, bool whole)
{
	if (str_starts(sample, S("\xff\xfe")) || str_starts(sample, S("\xfe\xff")))
		return "UTF-16";
	return !is_utf8(sample, whole) && is_gb18030(sample) ? "GB18030" : "";
}

enum err recode_open(struct str encoding, mine_chunk chunk, void *src, struct recode **out)
{
	char name[NAME_MAX_LEN + 1];
	if (encoding.len > NAME_MAX_LEN)
		return ERR_INVALID;
	snprintf(name, sizeof name, "%.*s", STR_ARG(encoding));
	struct recode *r = heap_alloc(sizeof *r);
	if (!r)
		return ERR_NOMEM;
	*r = (struct recode){ .chunk = chunk, .src = src, .converter = iconv_open("UTF-8", name) };
	if (r->converter == (iconv_t)-1) {
		heap_free(r);
		return ERR_INVALID;
	}
	*out = r;
	return OK;
}

void recode_close(struct recode *r)
{
	if (!r)
		return;
	iconv_close(r->converter);
	heap_free(r);
}

static enum err fill(struct recode *r)
{
	memmove(r->piece, r->piece + r->at, r->len - r->at);
	r->len -= r->at;
	r->at = 0;
	ptrdiff_t n = r->chunk(r->src, r->piece + r->len, PIECE - r->len);
	if (n < 0)
		return ERR_IO;
	r->ended = n == 0;
	r->len += (size_t)n;
	return OK;
}

/* A byte that is no text becomes one that is none in UTF-8 either, so that its row is told as bad. */
static void pass_bad(struct recode *r, char **to, size_t *room)
{
	*(*to)++ = '\xff';
	--*room;
	r->at++;
}

ptrdiff_t recode_chunk(void *arg, char *to, size_t room)
{
	struct recode *r = arg;
	char *const begin = to;
	while (room > 0) {
		char *from = r->piece + r->at;
		size_t left = r->len - r->at;
		size_t done = left ? iconv(r->converter, &from, &left, &to, &room) : 0;
		int why = errno;
		r->at = r->len - left;
		if (done == (size_t)-1 && why == E2BIG)
			break;
		if (done == (size_t)-1 && (why == EILSEQ || r->ended)) {
			if (room)
				pass_bad(r, &to, &room);
			continue;
		}
		if (to > begin || (r->ended && !left)) /* something to give, or nothing more */
			break;
		if (fill(r) != OK)
			return -1;
	}
	return to - begin;
}
