/* gzip.h - a .gz stream unpacked piece by piece, never larger than allowed.
 *
 * Source and result have the shape that xml_stream reads from, so that
 * a compressed log is parsed while it is unpacked.
 */
#ifndef TEXT_GZIP_H
#define TEXT_GZIP_H

#include "base/arena.h"
#include "base/diag.h"

struct gzip_reader;

/* `chunk` hands over at most `room` compressed bytes, 0 = end, <0 = fault. Unpacking stops
 * with a fault once more than `bytes_max` have come out (a bomb). The reader lives in `a`;
 * gzip_close frees what zlib holds. ERR_NOMEM. */
BASE_MUST_USE enum err gzip_open(struct arena *a, ptrdiff_t (*chunk)(void *src, char *to, size_t room), void *src,
                                 int64_t bytes_max, struct gzip_reader **out);
/* Unpacked bytes: > 0, 0 at the end, -1 on a fault (source, damage, bomb; see gzip_error).
 * `reader` is a struct gzip_reader; void so that it fits xml_stream. Several gzip members
 * one after another are read as one text. */
ptrdiff_t gzip_read(void *reader, char *to, size_t room);
/* After -1: what happened. OK otherwise. */
enum err gzip_error(const struct gzip_reader *r);
void gzip_close(struct gzip_reader *r);

#endif
