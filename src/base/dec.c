/* dec.c - decimal128 by value. The short cuts work on numbers whose coefficient fits in
 * 56 bits: their sums and products are exact and need no rounding. The rest is Intel's. */
#include "base/dec.h"

#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>

#include <bid_functions.h>
#include <stdio.h>

enum { BIAS = 6176, EXPONENT_SHIFT = 49, DIGITS_MAX = 34, PLAIN_MAX = 60, PLAIN_MIN = -40 };

#define SIGN UINT64_C(0x8000000000000000)
#define HIGH_COEFFICIENT UINT64_C(0x0001ffffffffffff)
#define SMALL_MAX (UINT64_C(1) << 56)

typedef unsigned __int128 wide;

/* Sign, coefficient and unbiased exponent; the value is sign * coefficient * 10^exponent. */
struct parts {
	wide coefficient;
	int exponent;
	bool negative;
};

static BID_UINT128 to_bid(struct dec d)
{
	BID_UINT128 b;
	memcpy(&b, &d, sizeof b);
	return b;
}

static struct dec of_bid(BID_UINT128 b)
{
	struct dec d;
	memcpy(&d, &b, sizeof d);
	return d;
}

static struct dec no_number(void)
{
	return (struct dec){ { 0, UINT64_C(0x7c00000000000000) } };
}

/* Finite numbers only. The form with a large coefficient is never canonical: zero. */
static struct parts take_apart(struct dec d)
{
	struct parts p = { .negative = (d.w[1] & SIGN) != 0 };
	if ((d.w[1] & UINT64_C(0x6000000000000000)) == UINT64_C(0x6000000000000000))
		return p;
	p.exponent = (int)((d.w[1] >> EXPONENT_SHIFT) & 0x3fff) - BIAS;
	p.coefficient = (wide)(d.w[1] & HIGH_COEFFICIENT) << 64 | d.w[0];
	return p;
}

/* The coefficient is below 10^34 and the exponent in range. */
static struct dec put_together(bool negative, wide coefficient, int exponent)
{
	uint64_t high = (uint64_t)(coefficient >> 64) | (uint64_t)(exponent + BIAS) << EXPONENT_SHIFT;
	return (struct dec){ { (uint64_t)coefficient, negative ? high | SIGN : high } };
}

/* Coefficient below 2^56, exponent near zero: safe for the exact short cuts. */
static inline bool is_small(struct dec d)
{
	uint64_t exponent = (d.w[1] & ~SIGN) >> EXPONENT_SHIFT;
	return d.w[0] < SMALL_MAX && (d.w[1] & HIGH_COEFFICIENT) == 0 && exponent - (BIAS - 1000) < 2000;
}

static inline int small_exponent(struct dec d)
{
	return (int)((d.w[1] & ~SIGN) >> EXPONENT_SHIFT);
}

static const uint64_t ten_to[17] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
	100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000,
};

/* Brings two small numbers to one exponent. False when they are too far apart. */
static inline bool align_small(struct dec a, struct dec b, __int128 *x, __int128 *y, int *exponent)
{
	int ea = small_exponent(a), eb = small_exponent(b);
	*exponent = ea < eb ? ea : eb;
	if (ea - *exponent > 16 || eb - *exponent > 16)
		return false;
	*x = (__int128)a.w[0] * (__int128)ten_to[ea - *exponent];
	*y = (__int128)b.w[0] * (__int128)ten_to[eb - *exponent];
	if (a.w[1] & SIGN)
		*x = -*x;
	if (b.w[1] & SIGN)
		*y = -*y;
	return true;
}

struct dec dec_from_i64(int64_t v)
{
	uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	return put_together(v < 0, magnitude, 0);
}

struct dec dec_scaled(int64_t coefficient, int scale)
{
	uint64_t magnitude = coefficient < 0 ? 0 - (uint64_t)coefficient : (uint64_t)coefficient;
	return put_together(coefficient < 0, magnitude, -scale);
}

/* Drops or appends zeros until the exponent is 0; false if digits would be lost. */
static bool to_whole(struct parts *p)
{
	for (; p->exponent < 0 && p->coefficient % 10 == 0 && p->coefficient; p->exponent++)
		p->coefficient /= 10;
	if (p->coefficient == 0)
		p->exponent = 0;
	for (; p->exponent > 0 && p->coefficient <= UINT64_MAX; p->exponent--)
		p->coefficient *= 10;
	return p->exponent == 0;
}

bool dec_to_i64(struct dec d, int64_t *out)
{
	if (!dec_finite(d))
		return false;
	struct parts p = take_apart(d);
	if (!to_whole(&p) || p.coefficient > (wide)INT64_MAX + p.negative)
		return false;
	uint64_t magnitude = (uint64_t)p.coefficient;
	*out = (int64_t)(p.negative ? 0 - magnitude : magnitude);
	return true;
}

bool dec_trunc_i64(struct dec d, int64_t *out)
{
	return dec_finite(d) && dec_to_i64(dec_round(d, 0, DEC_DOWN), out);
}

/* ---- text ---- */

/* Reads digits around one point into at most 40 significant ones and an exponent.
 * Digits beyond stand in the last one as "something follows", which is all that rounding asks. */
struct reading {
	char digit[48];
	int count;
	int64_t exponent;
	bool any, lost;
};

static size_t read_digits(struct str s, size_t at, struct reading *r, bool behind_point)
{
	for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++) {
		r->any = true;
		if (r->count == 0 && s.ptr[at] == '0') {
			r->exponent -= behind_point;
		} else if (r->count < 40) {
			r->digit[r->count++] = s.ptr[at];
			r->exponent -= behind_point;
		} else {
			r->lost = r->lost || s.ptr[at] != '0';
			r->exponent += !behind_point;
		}
	}
	return at;
}

static bool read_exponent(struct str s, size_t at, struct reading *r)
{
	if (at == s.len)
		return true;
	if (s.ptr[at] != 'e' && s.ptr[at] != 'E')
		return false;
	bool negative = ++at < s.len && s.ptr[at] == '-';
	if (at < s.len && (s.ptr[at] == '-' || s.ptr[at] == '+'))
		at++;
	int64_t e = 0;
	size_t first = at;
	for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++)
		if (e < 1000000000)
			e = e * 10 + (s.ptr[at] - '0');
	r->exponent += negative ? -e : e;
	return at == s.len && at > first;
}

static struct dec round_reading(struct reading *r, bool negative)
{
	if (r->count == 0)
		return put_together(negative, 0, 0);
	if (r->count <= 18 && r->exponent > -1000 && r->exponent < 1000) {
		uint64_t c = 0;
		for (int i = 0; i < r->count; i++)
			c = c * 10 + (uint64_t)(r->digit[i] - '0');
		return put_together(negative, c, (int)r->exponent);
	}
	if (r->lost)
		r->digit[r->count++] = '1', r->exponent--;
	if (r->exponent > 20000 || r->exponent < -20000)
		return r->exponent > 0 ? no_number() : DEC_ZERO;
	char text[80];
	_IDEC_flags flags = 0;
	snprintf(text, sizeof text, "%s%.*sE%d", negative ? "-" : "", r->count, r->digit, (int)r->exponent);
	return of_bid(bid128_from_string(text, DEC_HALF_EVEN, &flags));
}

bool dec_parse(struct str s, struct dec *out)
{
	struct reading r = { .count = 0 };
	bool negative = s.len && s.ptr[0] == '-';
	size_t at = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
	at = read_digits(s, at, &r, false);
	if (at < s.len && s.ptr[at] == '.') {
		size_t behind = read_digits(s, at + 1, &r, true);
		if (behind == at + 1)
			return false;
		at = behind;
	}
	if (!r.any || !read_exponent(s, at, &r))
		return false;
	struct dec d = round_reading(&r, negative);
	if (!dec_finite(d))
		return false;
	*out = d;
	return true;
}

/* Digits of the coefficient without a sign, at the end of `text`. */
static char *coefficient_digits(wide c, char text[40], int *count)
{
	char *p = text + 40;
	do
		*--p = (char)('0' + (int)(c % 10));
	while ((c /= 10) != 0);
	*count = (int)(text + 40 - p);
	return p;
}

static void put_zeros(struct buf *out, int n)
{
	for (; n > 0; n--)
		buf_byte(out, '0');
}

static void put_plain(const char *digits, int count, int exponent, struct buf *out)
{
	int before = count + exponent; /* digits before the point */
	if (exponent >= 0) {
		buf_put(out, str_span(digits, (size_t)count));
		put_zeros(out, exponent);
	} else if (before > 0) {
		buf_put(out, str_span(digits, (size_t)before));
		buf_byte(out, '.');
		buf_put(out, str_span(digits + before, (size_t)(count - before)));
	} else {
		buf_putz(out, "0.");
		put_zeros(out, -before);
		buf_put(out, str_span(digits, (size_t)count));
	}
}

static void put_exponent(const char *digits, int count, int exponent, struct buf *out)
{
	while (count > 1 && digits[count - 1] == '0')
		count--, exponent++;
	buf_byte(out, digits[0]);
	if (count > 1) {
		buf_byte(out, '.');
		buf_put(out, str_span(digits + 1, (size_t)(count - 1)));
	}
	buf_printf(out, "E%+d", exponent + count - 1);
}

void dec_print(struct dec d, struct buf *out)
{
	if (!dec_finite(d)) {
		buf_putz(out, "null");
		return;
	}
	struct parts p = take_apart(d);
	for (; p.exponent < 0 && p.coefficient % 10 == 0 && p.coefficient; p.exponent++)
		p.coefficient /= 10;
	if (p.coefficient == 0)
		p.exponent = 0;
	else if (p.negative)
		buf_byte(out, '-');
	char text[40];
	int count;
	const char *digits = coefficient_digits(p.coefficient, text, &count);
	if (count + p.exponent > PLAIN_MAX || count + p.exponent < PLAIN_MIN)
		put_exponent(digits, count, p.exponent, out);
	else
		put_plain(digits, count, p.exponent, out);
}

void dec_print_fixed(struct dec d, int scale, struct buf *out)
{
	struct dec r = dec_round(d, scale, DEC_HALF_EVEN);
	if (!dec_finite(r)) {
		buf_putz(out, "null");
		return;
	}
	struct parts p = take_apart(r);
	if (p.negative && p.coefficient)
		buf_byte(out, '-');
	char text[40];
	int count, missing = p.exponent > 0 ? 0 : scale + p.exponent;
	const char *digits = coefficient_digits(p.coefficient, text, &count);
	put_plain(digits, count, p.coefficient || p.exponent < 0 ? p.exponent : 0, out);
	if (p.exponent >= 0 && scale > 0) {
		buf_byte(out, '.');
		missing = scale;
	}
	put_zeros(out, missing);
}

/* ---- arithmetic ---- */

struct dec dec_add(struct dec a, struct dec b)
{
	__int128 x, y;
	int exponent;
	if (is_small(a) && is_small(b) && align_small(a, b, &x, &y, &exponent)) {
		__int128 sum = x + y;
		wide magnitude = (wide)(sum < 0 ? -sum : sum);
		return put_together(sum < 0, magnitude, exponent - BIAS);
	}
	_IDEC_flags flags = 0;
	return of_bid(bid128_add(to_bid(a), to_bid(b), DEC_HALF_EVEN, &flags));
}

struct dec dec_neg(struct dec a)
{
	a.w[1] ^= SIGN;
	return a;
}

struct dec dec_abs(struct dec a)
{
	a.w[1] &= ~SIGN;
	return a;
}

struct dec dec_sub(struct dec a, struct dec b)
{
	return dec_add(a, dec_neg(b));
}

struct dec dec_mul(struct dec a, struct dec b)
{
	if (is_small(a) && is_small(b)) {
		int exponent = small_exponent(a) + small_exponent(b) - 2 * BIAS;
		return put_together(((a.w[1] ^ b.w[1]) & SIGN) != 0, (wide)a.w[0] * b.w[0], exponent);
	}
	_IDEC_flags flags = 0;
	return of_bid(bid128_mul(to_bid(a), to_bid(b), DEC_HALF_EVEN, &flags));
}

struct dec dec_div(struct dec a, struct dec b)
{
	_IDEC_flags flags = 0;
	return of_bid(bid128_div(to_bid(a), to_bid(b), DEC_HALF_EVEN, &flags));
}

struct dec dec_floor_mod(struct dec a, struct dec b)
{
	_IDEC_flags flags = 0;
	struct dec r = of_bid(bid128_fmod(to_bid(a), to_bid(b), &flags));
	if (!dec_finite(r) || dec_is_zero(r))
		return r;
	return dec_sign(r) == dec_sign(b) ? r : dec_add(r, b);
}

/* By squaring, as long as every product is exact. */
static bool pow_exact(struct dec a, uint64_t n, struct dec *out)
{
	_IDEC_flags flags = 0;
	BID_UINT128 result = to_bid(DEC_ONE), square = to_bid(a);
	for (; n; n >>= 1) {
		if (n & 1)
			result = bid128_mul(result, square, DEC_HALF_EVEN, &flags);
		if (n > 1)
			square = bid128_mul(square, square, DEC_HALF_EVEN, &flags);
		if (flags & (BID_INEXACT_EXCEPTION | BID_OVERFLOW_EXCEPTION | BID_UNDERFLOW_EXCEPTION))
			return false;
	}
	*out = of_bid(result);
	return true;
}

struct dec dec_pow(struct dec a, struct dec b)
{
	int64_t n;
	struct dec exact;
	if (!dec_finite(a) || !dec_finite(b))
		return no_number();
	if (dec_to_i64(b, &n) && n > -100000 && n < 100000 && pow_exact(a, (uint64_t)(n < 0 ? -n : n), &exact))
		return n < 0 ? dec_div(DEC_ONE, exact) : exact;
	_IDEC_flags flags = 0;
	return of_bid(bid128_pow(to_bid(a), to_bid(b), DEC_HALF_EVEN, &flags));
}

typedef BID_UINT128 (*unary)(BID_UINT128, _IDEC_round, _IDEC_flags *);

static struct dec apply(unary f, struct dec a)
{
	_IDEC_flags flags = 0;
	return of_bid(f(to_bid(a), DEC_HALF_EVEN, &flags));
}

struct dec dec_exp(struct dec a)
{
	return apply(bid128_exp, a);
}

struct dec dec_log(struct dec a)
{
	return apply(bid128_log, a);
}

struct dec dec_sqrt(struct dec a)
{
	return apply(bid128_sqrt, a);
}

struct dec dec_sin(struct dec a)
{
	return apply(bid128_sin, a);
}

struct dec dec_cos(struct dec a)
{
	return apply(bid128_cos, a);
}

struct dec dec_tan(struct dec a)
{
	return apply(bid128_tan, a);
}

/* ---- rounding ---- */

static struct dec quantize(struct dec a, int scale, unsigned mode)
{
	_IDEC_flags flags = 0;
	return of_bid(bid128_quantize(to_bid(a), to_bid(put_together(false, 1, -scale)), mode, &flags));
}

/* The library has no rounding of ties toward zero: it is the tie-away result
 * unless the part cut off is exactly half a unit. */
static struct dec round_half_down(struct dec a, int scale)
{
	struct dec low = quantize(a, scale, DEC_DOWN);
	struct dec twice = dec_mul(dec_abs(dec_sub(a, low)), dec_from_i64(2));
	return dec_cmp(twice, put_together(false, 1, -scale)) <= 0 ? low : quantize(a, scale, DEC_HALF_UP);
}

struct dec dec_round(struct dec a, int scale, enum dec_rounding mode)
{
	if (!dec_finite(a) || scale < DEC_SCALE_MIN || scale > DEC_SCALE_MAX)
		return no_number();
	if (take_apart(a).exponent >= -scale)
		return a; /* nothing behind that place */
	switch (mode) {
	case DEC_HALF_DOWN:
		return round_half_down(a, scale);
	case DEC_UP:
		return quantize(a, scale, a.w[1] & SIGN ? DEC_FLOOR : DEC_CEILING);
	default:
		return quantize(a, scale, (unsigned)mode);
	}
}

/* ---- comparing ---- */

int dec_cmp(struct dec a, struct dec b)
{
	__int128 x, y;
	int exponent;
	if (is_small(a) && is_small(b) && align_small(a, b, &x, &y, &exponent))
		return (x > y) - (x < y);
	_IDEC_flags flags = 0;
	if (bid128_quiet_equal(to_bid(a), to_bid(b), &flags))
		return 0;
	return bid128_quiet_less(to_bid(a), to_bid(b), &flags) ? -1 : 1;
}

bool dec_is_zero(struct dec a)
{
	return dec_finite(a) && take_apart(a).coefficient == 0;
}

int dec_sign(struct dec a)
{
	if (dec_is_zero(a))
		return 0;
	return a.w[1] & SIGN ? -1 : 1;
}

bool dec_is_whole(struct dec a)
{
	return dec_finite(a) && dec_eq(a, dec_round(a, 0, DEC_DOWN));
}
