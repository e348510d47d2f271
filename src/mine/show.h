/* show.h - shared by the files that write a report out. Private to the room. */
#ifndef MINE_SHOW_H
#define MINE_SHOW_H

#include "mine/mine_int.h"

static inline uint32_t show_rows(const struct mine_show *s) { return s->rows_max ? s->rows_max : 50; }
/* A share in percent with one decimal: "98.7". */
void show_percent(struct buf *out, uint64_t part, uint64_t whole);
/* The activities by number of events, or by all that they waited, most first; equal ones as numbered. On the heap; NULL when memory ran out. */
uint32_t *show_order(const struct mine_report *r, bool by_waiting);
/* "2025-09-26 09:05" */
void show_minute(struct buf *out, const struct mine_report *r, int64_t ms);
/* Two decimals, half up. */
void show_fixed(struct buf *out, double v);
/* Text width in px at a font size; Chinese characters are square. */
int32_t show_text_width(struct str s, int32_t size);
/* The longest beginning of s that fits; all of it where it does. */
size_t show_fit(struct str s, int32_t size, int32_t width);

#endif
