/* duration.c - both kinds of duration: text and arithmetic (DMN 1.5, 10.3.2.3.7, 10.3.2.3.8). */
#include "base/buf.h"
#include "feel/moment.h"

enum { NANO = 1000000000 };

/* ---- text: "-P1Y2M" or "P1DT2H3M4.5S" ---- */

struct fields {
	int64_t value[6]; /* years, months, days, hours, minutes, seconds */
	uint32_t nano;
	unsigned seen; /* bit per field */
};

static bool read_number(struct str s, size_t *at, int64_t *out)
{
	size_t from = *at;
	*out = 0;
	for (; *at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9'; ++*at)
		if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, s.ptr[*at] - '0', out))
			return false;
	return *at > from;
}

/* "0.S" without digits is taken, too, as the compatibility kit does. */
static bool read_fraction(struct str s, size_t *at, struct fields *f)
{
	uint32_t unit = NANO / 10;
	++*at;
	for (; *at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9'; ++*at, unit /= 10)
		f->nano += (uint32_t)(s.ptr[*at] - '0') * unit;
	return *at < s.len && s.ptr[*at] == 'S';
}

/* One "12D"; fields must come in order and once. */
static bool read_field(struct str s, size_t *at, const char *letters, int first, struct fields *f)
{
	int64_t v;
	if (!read_number(s, at, &v) || *at >= s.len)
		return false;
	if (s.ptr[*at] == '.' && (first != 3 || !read_fraction(s, at, f)))
		return false;
	const char *letter = strchr(letters, s.ptr[*at]);
	if (!letter || !*letter)
		return false;
	int field = first + (int)(letter - letters);
	if (f->seen >> field)
		return false;
	f->seen |= 1u << field;
	f->value[field] = v;
	++*at;
	return true;
}

static bool read_fields(struct str s, size_t *at, struct fields *f)
{
	while (*at < s.len && s.ptr[*at] != 'T')
		if (!read_field(s, at, "YMD", 0, f))
			return false;
	if (*at == s.len)
		return f->seen != 0;
	++*at;
	if (*at == s.len)
		return false;
	while (*at < s.len)
		if (!read_field(s, at, "HMS", 3, f))
			return false;
	return true;
}

static struct feel_value months_of(const struct fields *f, bool negative)
{
	int64_t months;
	if (__builtin_mul_overflow(f->value[0], 12, &months) || __builtin_add_overflow(months, f->value[1], &months))
		return feel_null();
	return feel_months(negative ? -months : months);
}

static struct feel_value span_of(const struct fields *f, bool negative)
{
	static const int64_t unit[4] = { FEEL_DAY_S, 3600, 60, 1 };
	int64_t seconds = 0, part;
	for (int i = 0; i < 4; i++)
		if (__builtin_mul_overflow(f->value[2 + i], unit[i], &part) || __builtin_add_overflow(seconds, part, &seconds))
			return feel_null();
	struct feel_value v = feel_seconds(negative ? -seconds : seconds);
	v.span.nano = negative ? -(int32_t)f->nano : (int32_t)f->nano;
	return v;
}

struct feel_value feel_duration_parse(struct str s)
{
	struct fields f = { .seen = 0 };
	bool negative = s.len && s.ptr[0] == '-';
	size_t at = negative;
	if (at >= s.len || s.ptr[at++] != 'P' || !read_fields(s, &at, &f))
		return feel_null();
	bool has_months = f.seen & 3, has_days = f.seen & ~3u;
	if (has_months == has_days)
		return feel_null();
	return has_months ? months_of(&f, negative) : span_of(&f, negative);
}

static void put_months(int64_t months, struct buf *out)
{
	uint64_t m = months < 0 ? 0 - (uint64_t)months : (uint64_t)months;
	buf_putz(out, months < 0 ? "-P" : "P");
	if (m / 12)
		buf_printf(out, "%lluY", (unsigned long long)(m / 12));
	if (m % 12 || m == 0)
		buf_printf(out, "%lluM", (unsigned long long)(m % 12));
}

static void put_seconds(uint64_t s, uint32_t nano, struct buf *out)
{
	if (s == 0 && nano == 0)
		return;
	buf_printf(out, "%llu", (unsigned long long)s);
	if (nano) {
		char digits[12];
		int n = snprintf(digits, sizeof digits, "%09u", nano);
		while (n > 0 && digits[n - 1] == '0')
			n--;
		buf_byte(out, '.');
		buf_put(out, str_span(digits, (size_t)n));
	}
	buf_byte(out, 'S');
}

static void put_span(const struct feel_span *span, struct buf *out)
{
	bool negative = span->seconds < 0 || span->nano < 0;
	uint64_t s = span->seconds < 0 ? 0 - (uint64_t)span->seconds : (uint64_t)span->seconds;
	uint32_t nano = (uint32_t)(span->nano < 0 ? -span->nano : span->nano);
	buf_putz(out, negative ? "-P" : "P");
	if (s / FEEL_DAY_S)
		buf_printf(out, "%lluD", (unsigned long long)(s / FEEL_DAY_S));
	if (s % FEEL_DAY_S == 0 && nano == 0) {
		if (s == 0)
			buf_putz(out, "T0S");
		return;
	}
	buf_byte(out, 'T');
	if (s / 3600 % 24)
		buf_printf(out, "%lluH", (unsigned long long)(s / 3600 % 24));
	if (s / 60 % 60)
		buf_printf(out, "%lluM", (unsigned long long)(s / 60 % 60));
	put_seconds(s % 60, nano, out);
}

void feel_duration_print(const struct feel_value *v, struct buf *out)
{
	if (v->kind == FEEL_MONTHS_DURATION)
		put_months(v->months, out);
	else
		put_span(&v->span, out);
}

/* ---- arithmetic ---- */

struct dec feel_span_seconds(const struct feel_span *s)
{
	return dec_add(dec_from_i64(s->seconds), dec_scaled(s->nano, 9));
}

struct feel_value feel_span_of(struct dec seconds)
{
	int64_t whole, nano;
	if (!dec_trunc_i64(seconds, &whole))
		return feel_null();
	struct dec rest = dec_sub(seconds, dec_from_i64(whole));
	if (!dec_trunc_i64(dec_mul(rest, dec_from_i64(NANO)), &nano))
		return feel_null();
	struct feel_value v = feel_seconds(whole);
	v.span.nano = (int32_t)nano;
	return v;
}

static struct feel_value months_from(struct dec months)
{
	int64_t whole;
	return dec_trunc_i64(months, &whole) ? feel_months(whole) : feel_null();
}

struct feel_value feel_duration_negated(const struct feel_value *a)
{
	if (a->kind == FEEL_MONTHS_DURATION)
		return a->months == INT64_MIN ? feel_null() : feel_months(-a->months);
	if (a->span.seconds == INT64_MIN)
		return feel_null();
	struct feel_value v = feel_seconds(-a->span.seconds);
	v.span.nano = -a->span.nano;
	return v;
}

struct feel_value feel_duration_add(const struct feel_value *a, const struct feel_value *b, int sign)
{
	struct feel_value other = sign < 0 ? feel_duration_negated(b) : *b;
	int64_t months;
	if (feel_is_null(&other))
		return other;
	if (a->kind == FEEL_DAYS_DURATION)
		return feel_span_of(dec_add(feel_span_seconds(&a->span), feel_span_seconds(&other.span)));
	return __builtin_add_overflow(a->months, other.months, &months) ? feel_null() : feel_months(months);
}

struct feel_value feel_duration_times(const struct feel_value *a, struct dec by)
{
	if (a->kind == FEEL_DAYS_DURATION)
		return feel_span_of(dec_mul(feel_span_seconds(&a->span), by));
	return months_from(dec_mul(dec_from_i64(a->months), by));
}

struct feel_value feel_duration_divided(const struct feel_value *a, struct dec by)
{
	if (a->kind == FEEL_DAYS_DURATION)
		return feel_span_of(dec_div(feel_span_seconds(&a->span), by));
	return months_from(dec_div(dec_from_i64(a->months), by));
}

struct feel_value feel_duration_ratio(const struct feel_value *a, const struct feel_value *b)
{
	bool days = a->kind == FEEL_DAYS_DURATION;
	struct dec x = days ? feel_span_seconds(&a->span) : dec_from_i64(a->months);
	struct dec y = days ? feel_span_seconds(&b->span) : dec_from_i64(b->months);
	struct dec ratio = dec_div(x, y);
	return dec_finite(ratio) ? feel_number(ratio) : feel_null();
}
