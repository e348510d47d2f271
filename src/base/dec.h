/* dec.h - IEEE 754 decimal128: 34 decimal digits, for FEEL's numbers and for money.
 *
 * What it is: exact decimal arithmetic by value, over Intel's decimal library (binary
 * encoding), with short cuts for the small numbers that are nearly all of them.
 * What it is not: a way to store money in whole cents; use int64_t for that.
 *
 * A result that is no number (division by zero, overflow, the root of -1) is a value for
 * which dec_finite is false; operations on it stay so. Callers test once, at the end.
 * Rounding is half-even, as DMN 1.5, 10.3.2.3.1 asks, unless a function says otherwise.
 */
#ifndef BASE_DEC_H
#define BASE_DEC_H

#include "base/buf.h"
#include "base/str.h"

struct dec {
	uint64_t w[2]; /* low word first; sign, exponent and coefficient as the standard's BID form has them */
};

enum dec_rounding {
	DEC_HALF_EVEN,
	DEC_FLOOR,    /* toward minus infinity */
	DEC_CEILING,  /* toward plus infinity */
	DEC_DOWN,     /* toward zero */
	DEC_HALF_UP,  /* ties away from zero */
	DEC_UP,       /* away from zero */
	DEC_HALF_DOWN /* ties toward zero */
};

/* Scales that dec_round accepts (DMN 1.5, 10.3.4.5). */
enum { DEC_SCALE_MIN = -6111, DEC_SCALE_MAX = 6176 };

#define DEC_ZERO ((struct dec){ { 0, UINT64_C(0x3040000000000000) } })
#define DEC_ONE ((struct dec){ { 1, UINT64_C(0x3040000000000000) } })

/* A number, neither infinite nor "not a number". */
static inline bool dec_finite(struct dec d)
{
	return (d.w[1] & UINT64_C(0x7800000000000000)) != UINT64_C(0x7800000000000000);
}

struct dec dec_from_i64(int64_t v);
/* The value if it is whole and fits, else false. 1.0 and 1E2 are whole. */
bool dec_to_i64(struct dec d, int64_t *out);
/* The whole part (toward zero) if it fits, else false. */
bool dec_trunc_i64(struct dec d, int64_t *out);
/* coefficient * 10^-scale, exact for |scale| <= 6000: dec_scaled(1250, 2) is 12.50. */
struct dec dec_scaled(int64_t coefficient, int scale);

/* Digits with an optional sign, point and exponent ("-12.50", ".5", "1e3"); nothing
 * around them. More than 34 digits are rounded half-even. False when the text is
 * something else or its magnitude does not fit. */
bool dec_parse(struct str s, struct dec *out);
/* As FEEL prints a number: plain digits, no trailing zeros behind the point, "-" for
 * negative ones, an exponent only beyond 10^60 or below 10^-40. */
void dec_print(struct dec d, struct buf *out);
/* With exactly `scale` (0 to 20) digits behind the point, rounded half-even: money. */
void dec_print_fixed(struct dec d, int scale, struct buf *out);

struct dec dec_add(struct dec a, struct dec b);
struct dec dec_sub(struct dec a, struct dec b);
struct dec dec_mul(struct dec a, struct dec b);
struct dec dec_div(struct dec a, struct dec b);
/* a - b * floor(a / b): the sign is the divisor's (DMN 1.5, modulo). */
struct dec dec_floor_mod(struct dec a, struct dec b);
/* Exact where 34 digits hold the result of a whole exponent. 0 ** 0 is 1. */
struct dec dec_pow(struct dec a, struct dec b);
struct dec dec_exp(struct dec a);
struct dec dec_log(struct dec a); /* natural */
struct dec dec_sqrt(struct dec a);
struct dec dec_neg(struct dec a);
struct dec dec_abs(struct dec a);
/* To `scale` digits behind the point; negative scales round before the point. A number
 * with fewer digits comes back with the same value. */
struct dec dec_round(struct dec a, int scale, enum dec_rounding mode);

/* <0, 0, >0 by value (1.0 equals 1.00); both finite. */
int dec_cmp(struct dec a, struct dec b);
static inline bool dec_eq(struct dec a, struct dec b) { return dec_cmp(a, b) == 0; }
bool dec_is_whole(struct dec a);
bool dec_is_zero(struct dec a);
/* -1, 0, 1 */
int dec_sign(struct dec a);

/* Trigonometry, in radians: what rules borrow from java.lang.Math. */
struct dec dec_sin(struct dec a);
struct dec dec_cos(struct dec a);
struct dec dec_tan(struct dec a);

#endif
