/* draw_int.h - within the room. */
#ifndef DRAW_DRAW_INT_H
#define DRAW_DRAW_INT_H

#include "draw/draw.h"

/* The digest of the parts one after the other; false when the machine does not have the algorithm. */
bool draw_hash_parts(enum draw_hash hash, const struct str *parts, size_t count, uint8_t *out);

/* The next line that says something, trimmed; false at the end. *line counts from 1. */
bool draw_line_next(struct str *rest, int *line, struct str *out);

#endif
