/* xlsx_cell.c - numbers, dates and places as a workbook writes them. */
#include <math.h>

#include "base/dec.h"
#include "paper/paper_int.h"
#include "paper/xlsx_int.h"

/* ECMA-376, 18.8.30: the built-in formats of dates and times, those of Chinese and Japanese Excel among them. */
static bool built_in_date(int64_t id)
{
	return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

bool xlsx_format_is_date(int64_t id, struct str code)
{
	if (str_empty(code))
		return built_in_date(id);
	for (size_t i = 0; i < code.len; i++) {
		char c = code.ptr[i];
		if (c == '\\' || c == '_' || c == '*')
			i++; /* the character behind it is shown as it is */
		else if (c == '"' || c == '[')
			while (++i < code.len && code.ptr[i] != (c == '"' ? '"' : ']'))
				;
		else if (memchr("yYdDhHsS", c, 8))
			return true;
		else if ((c == 'G' || c == 'g') && str_starts(str_sub(code, i + 1, code.len), S("eneral")))
			i += 6;
	}
	return false;
}

int xlsx_column(struct str reference)
{
	int column = 0;
	size_t i = 0;
	for (; i < reference.len && reference.ptr[i] >= 'A' && reference.ptr[i] <= 'Z'; i++) {
		column = column * 26 + (reference.ptr[i] - 'A' + 1);
		if (column > PAPER_COLUMNS_MAX)
			return -1;
	}
	return i == 0 ? -1 : column - 1;
}

/* The 15 digits that Excel shows: 98.700000000000003 is 98.7. */
static struct str plain_number(struct arena *a, double v)
{
	struct buf b;
	struct dec d;
	struct str text = arena_printf(a, "%.15g", v);
	if (!text.ptr || !dec_parse(text, &d))
		return text;
	buf_init_in(&b, a, 512);
	dec_print(d, &b);
	return b.failed == OK ? buf_str(&b) : (struct str){ 0 };
}

enum { DAYS_1899_TO_1970 = 25569, DAYS_1904_TO_1970 = 24107 };

static struct str date_text(struct arena *a, double v, bool from_1904)
{
	struct buf b;
	int64_t seconds = llround(v * 86400), days = seconds / 86400, rest = seconds % 86400;
	buf_init_in(&b, a, 64);
	if (days > 0) {
		struct paper_cell day = paper_date(days - (from_1904 ? DAYS_1904_TO_1970 : DAYS_1899_TO_1970));
		paper_cell_print(&day, false, &b);
	}
	if (rest || days == 0)
		buf_printf(&b, "%s%02d:%02d:%02d", days > 0 ? " " : "", (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
	return b.failed == OK ? buf_str(&b) : (struct str){ 0 };
}

struct str xlsx_number(struct arena *a, struct str value, bool is_date, bool from_1904)
{
	enum { LAST_DAY = 2958466 }; /* 9999-12-31 */
	char z[64], *end;
	if (value.len == 0 || value.len >= sizeof z)
		return arena_str(a, value);
	memcpy(z, value.ptr, value.len);
	z[value.len] = 0;
	double v = strtod(z, &end);
	if (end != z + value.len || !isfinite(v))
		return arena_str(a, value);
	return is_date && v >= 0 && v < LAST_DAY ? date_text(a, v, from_1904) : plain_number(a, v);
}
