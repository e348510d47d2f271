/* print.h - what vsnprintf does, sooner for what is nearly always asked of it: texts, numbers and digits filled up with zeros.
 *
 * The C library's reads the locale and keeps a state for each call, which costs more than a date's ten letters.
 */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* The same arguments, the same bytes and the same result as vsnprintf(room, size, fmt, ap), in the "C" locale. `room` may be NULL where size is 0. */
int base_vprint(char *room, size_t size, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

#endif
