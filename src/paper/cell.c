/* cell.c - a cell as a person reads it. */
#include "paper/paper_int.h"

/* The whole part in groups of three: 1,234,567. */
static void print_grouped(uint64_t n, struct buf *out)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_byte(out, ',');
		buf_byte(out, digits[i]);
	}
}

static void print_number(int64_t number, int scale, bool grouped, struct buf *out)
{
	static const uint64_t power[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000 };
	uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number, unit = power[scale < 0 ? 0 : scale > 9 ? 9 : scale];
	if (number < 0)
		buf_byte(out, '-');
	if (grouped)
		print_grouped(size / unit, out);
	else
		buf_printf(out, "%llu", (unsigned long long)(size / unit));
	if (unit > 1)
		buf_printf(out, ".%0*llu", scale > 9 ? 9 : scale, (unsigned long long)(size % unit));
}

/* Civil date of a day number (days since 1970-01-01), proleptic Gregorian. */
static void print_date(int64_t day, struct buf *out)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
	int64_t month = m < 10 ? m + 3 : m - 9;
	buf_printf(out, "%04lld-%02lld-%02lld", (long long)(year + era * 400 + (month <= 2)), (long long)month,
	           (long long)(of_year - (153 * m + 2) / 5 + 1));
}

void paper_cell_print(const struct paper_cell *c, bool grouped, struct buf *out)
{
	if (c->text.len)
		buf_put(out, c->text);
	else if (c->kind == PAPER_INTEGER)
		print_number(c->number, 0, grouped, out);
	else if (c->kind == PAPER_DECIMAL)
		print_number(c->number, c->scale, grouped, out);
	else if (c->kind == PAPER_DATE)
		print_date(c->number, out);
}
