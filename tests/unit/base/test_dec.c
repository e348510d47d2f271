/* test_dec.c - decimal128: text, arithmetic, rounding; every figure worked out by hand
 * or by another decimal implementation to 34 digits. */
#include "tests/test.h"

#include "base/arena.h"
#include "base/dec.h"

static struct dec D(const char *z)
{
	struct dec d;
	if (!dec_parse(str_of(z), &d)) {
		CHECK(false && "the test's own number must parse");
		return DEC_ZERO;
	}
	return d;
}

static char shown[160];

static struct str text(struct dec d)
{
	struct buf b;
	buf_init(&b, sizeof shown);
	dec_print(d, &b);
	memcpy(shown, b.ptr, b.len);
	struct str s = str_span(shown, b.len);
	buf_release(&b);
	return s;
}

TEST(text_to_number_and_back)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "0", "0" }, { "-0", "0" }, { "0.000", "0" }, { "1", "1" }, { "-1", "-1" }, { "+7", "7" },
		{ "1.10", "1.1" }, { "1.00", "1" }, { "100", "100" }, { ".5", "0.5" }, { "-.05", "-0.05" },
		{ "12800.50", "12800.5" }, { "1e3", "1000" }, { "1.5E+2", "150" }, { "25e-3", "0.025" },
		{ "00012", "12" }, { "0.0001", "0.0001" },
		{ "1234567890123456789012345678901234", "1234567890123456789012345678901234" },
		{ "12345678901234567890123456789012345", "12345678901234567890123456789012340" },
		{ "12345678901234567890123456789012355", "12345678901234567890123456789012360" },
		{ "1234567890123456789012345678901234.5000000000000000000", "1234567890123456789012345678901234" },
		{ "1234567890123456789012345678901234.5000000000000000001", "1234567890123456789012345678901235" },
		{ "1e100", "1E+100" }, { "-2.50e-60", "-2.5E-60" }, { "1e60", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].in);
		if (rows[i].out)
			CHECK_STR(text(D(rows[i].in)), rows[i].out);
	}
	ROW(NULL);
}

TEST(text_that_is_no_number_is_refused)
{
	static const char *const rows[] = { "", "-", ".", "1.", "1.e2", "e5", "1e", "1e+", " 1", "1 ", "1,5", "0x10",
		"NaN", "Infinity", "1.2.3", "--1", "1e99999", "１" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dec d = DEC_ONE;
		ROW(rows[i]);
		CHECK(!dec_parse(str_of(rows[i]), &d));
		CHECK(dec_eq(d, DEC_ONE));
	}
	ROW(NULL);
}

TEST(money_prints_with_its_places)
{
	static const struct { const char *in; int scale; const char *out; } rows[] = {
		{ "12.5", 2, "12.50" }, { "12.345", 2, "12.34" }, { "12.355", 2, "12.36" }, { "-0.001", 2, "0.00" },
		{ "0", 2, "0.00" }, { "1e3", 2, "1000.00" }, { "7", 0, "7" }, { "-0.5", 1, "-0.5" }, { "0e5", 1, "0.0" },
		{ "0.05", 3, "0.050" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		buf_init(&b, 100);
		dec_print_fixed(D(rows[i].in), rows[i].scale, &b);
		ROW(rows[i].in);
		CHECK_STR(buf_str(&b), rows[i].out);
		buf_release(&b);
	}
	ROW(NULL);
}

enum op { ADD, SUB, MUL, DIV, MOD, POW };

TEST(arithmetic)
{
	static const struct { const char *name; enum op op; const char *a, *b, *out; } rows[] = {
		{ "add", ADD, "0.1", "0.2", "0.3" },
		{ "add far apart", ADD, "1e20", "1e-13", "100000000000000000000.0000000000001" },
		{ "add negative", ADD, "-5", "3", "-2" },
		{ "add wide", ADD, "9999999999999999999999999999999999", "1", "10000000000000000000000000000000000" },
		{ "sub", SUB, "1", "0.9", "0.1" },
		{ "sub to zero", SUB, "5.0", "5", "0" },
		{ "mul", MUL, "1.1", "1.1", "1.21" },
		{ "mul wide", MUL, "12345678901234567890", "98765432109876543210", "1219326311370217952237463801111264000000" },
		{ "mul signs", MUL, "-2", "-3", "6" },
		{ "div", DIV, "10", "4", "2.5" },
		{ "div thirds", DIV, "1", "3", "0.3333333333333333333333333333333333" },
		{ "div by zero", DIV, "1", "0", "null" },
		{ "div zero by zero", DIV, "0", "0", "null" },
		{ "mod positive", MOD, "12", "5", "2" },
		{ "mod negative dividend", MOD, "-12", "5", "3" },
		{ "mod negative divisor", MOD, "12", "-5", "-3" },
		{ "mod both negative", MOD, "-12", "-5", "-2" },
		{ "mod fractions", MOD, "10.1", "4.5", "1.1" },
		{ "mod fractions negative", MOD, "-10.1", "4.5", "3.4" },
		{ "mod by zero", MOD, "1", "0", "null" },
		{ "pow", POW, "2", "10", "1024" },
		{ "pow exact fraction", POW, "1.1", "2", "1.21" },
		{ "pow negative", POW, "2", "-2", "0.25" },
		{ "pow root", POW, "4", "0.5", "2" },
		{ "pow of negative root", POW, "-4", "0.5", "null" },
		{ "pow overflow", POW, "10", "99999", "null" },
		{ "pow zero", POW, "0", "0", "1" },
		{ "pow zero negative", POW, "0", "-1", "null" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dec a = D(rows[i].a), b = D(rows[i].b), r = DEC_ZERO;
		switch (rows[i].op) {
		case ADD: r = dec_add(a, b); break;
		case SUB: r = dec_sub(a, b); break;
		case MUL: r = dec_mul(a, b); break;
		case DIV: r = dec_div(a, b); break;
		case MOD: r = dec_floor_mod(a, b); break;
		case POW: r = dec_pow(a, b); break;
		}
		ROW(rows[i].name);
		CHECK_STR(text(r), rows[i].out);
	}
	ROW(NULL);
}

TEST(functions_of_one_number)
{
	CHECK_STR(text(dec_sqrt(D("2"))), "1.414213562373095048801688724209698");
	CHECK_STR(text(dec_sqrt(D("-1"))), "null");
	CHECK_STR(text(dec_exp(D("1"))), "2.718281828459045235360287471352662");
	CHECK_STR(text(dec_log(D("10"))), "2.302585092994045684017991454684364");
	CHECK_STR(text(dec_log(D("0"))), "null");
	CHECK_STR(text(dec_log(D("-1"))), "null");
	CHECK_STR(text(dec_neg(D("3"))), "-3");
	CHECK_STR(text(dec_abs(D("-3"))), "3");
	CHECK_STR(text(dec_cos(D("0"))), "1");
	CHECK_STR(text(dec_sin(D("0"))), "0");
	CHECK_STR(text(dec_tan(D("0"))), "0");
}

TEST(rounding)
{
	static const struct { const char *in; int scale; const char *even, *floor, *ceil, *down, *up, *half_up, *half_down; } rows[] = {
		{ "5.5", 0, "6", "5", "6", "5", "6", "6", "5" },
		{ "2.5", 0, "2", "2", "3", "2", "3", "3", "2" },
		{ "1.6", 0, "2", "1", "2", "1", "2", "2", "2" },
		{ "1.1", 0, "1", "1", "2", "1", "2", "1", "1" },
		{ "-1.1", 0, "-1", "-2", "-1", "-1", "-2", "-1", "-1" },
		{ "-2.5", 0, "-2", "-3", "-2", "-2", "-3", "-3", "-2" },
		{ "1.121", 2, "1.12", "1.12", "1.13", "1.12", "1.13", "1.12", "1.12" },
		{ "-1.126", 2, "-1.13", "-1.13", "-1.12", "-1.12", "-1.13", "-1.13", "-1.13" },
		{ "1250", -2, "1200", "1200", "1300", "1200", "1300", "1300", "1200" },
		{ "7", 3, "7", "7", "7", "7", "7", "7", "7" },
		{ "0.4", -1, "0", "0", "10", "0", "10", "0", "0" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dec d = D(rows[i].in);
		ROW(rows[i].in);
		CHECK_STR(text(dec_round(d, rows[i].scale, DEC_HALF_EVEN)), rows[i].even);
		CHECK_STR(text(dec_round(d, rows[i].scale, DEC_FLOOR)), rows[i].floor);
		CHECK_STR(text(dec_round(d, rows[i].scale, DEC_CEILING)), rows[i].ceil);
		CHECK_STR(text(dec_round(d, rows[i].scale, DEC_DOWN)), rows[i].down);
		CHECK_STR(text(dec_round(d, rows[i].scale, DEC_UP)), rows[i].up);
		CHECK_STR(text(dec_round(d, rows[i].scale, DEC_HALF_UP)), rows[i].half_up);
		CHECK_STR(text(dec_round(d, rows[i].scale, DEC_HALF_DOWN)), rows[i].half_down);
	}
	ROW(NULL);
	CHECK_STR(text(dec_round(D("1"), 6177, DEC_HALF_EVEN)), "null");
	CHECK_STR(text(dec_round(D("1"), 6176, DEC_HALF_EVEN)), "1");
	CHECK_STR(text(dec_round(D("1"), -6112, DEC_HALF_EVEN)), "null");
}

TEST(comparing_by_value)
{
	CHECK(dec_eq(D("1.0"), D("1.00")));
	CHECK(dec_eq(D("0"), D("-0")));
	CHECK(dec_eq(D("1e30"), D("1000000000000000000000000000000")));
	CHECK(dec_cmp(D("1e-30"), D("0")) > 0);
	CHECK(dec_cmp(D("-1e30"), D("1e-30")) < 0);
	CHECK(dec_cmp(D("2"), D("10")) < 0);
	CHECK(dec_cmp(D("9999999999999999999999999999999999"), D("9999999999999999999999999999999998")) > 0);
	CHECK_INT(dec_sign(D("-0.1")), -1);
	CHECK_INT(dec_sign(D("0.0")), 0);
	CHECK_INT(dec_sign(D("1e100")), 1);
}

TEST(whole_numbers)
{
	int64_t v = 7;
	CHECK(dec_to_i64(D("9223372036854775807"), &v) && v == INT64_MAX);
	CHECK(dec_to_i64(D("-9223372036854775808"), &v) && v == INT64_MIN);
	CHECK(dec_to_i64(D("1.2e3"), &v) && v == 1200);
	CHECK(dec_to_i64(D("5.000"), &v) && v == 5);
	CHECK(dec_to_i64(D("0e50"), &v) && v == 0);
	v = 7;
	CHECK(!dec_to_i64(D("9223372036854775808"), &v));
	CHECK(!dec_to_i64(D("1.5"), &v));
	CHECK(!dec_to_i64(D("1e30"), &v));
	CHECK(!dec_to_i64(dec_div(DEC_ONE, DEC_ZERO), &v));
	CHECK_INT(v, 7);
	CHECK(dec_trunc_i64(D("-1.9"), &v) && v == -1);
	CHECK(dec_is_whole(D("1.000")));
	CHECK(dec_is_whole(D("1e40")));
	CHECK(!dec_is_whole(D("1.001")));
	CHECK_STR(text(dec_from_i64(INT64_MIN)), "-9223372036854775808");
	CHECK_STR(text(dec_scaled(1250, 2)), "12.5");
	CHECK_STR(text(dec_scaled(-3, -2)), "-300");
}

/* The short cuts and the library must agree: the same sums once with small coefficients
 * and once with the same values padded to 34 digits. */
TEST(short_cuts_agree_with_the_library)
{
	uint64_t seed = 42;
	for (int i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		int64_t x = (int64_t)(seed >> 20) % 1000000007, y = (int64_t)(seed >> 33) % 99991;
		int sx = (int)(seed & 7), sy = (int)(seed >> 3 & 15);
		struct dec a = dec_scaled(seed & 64 ? x : -x, sx), b = dec_scaled(y - 50000, sy);
		struct dec pad = D("1e24"), long_a = dec_sub(dec_add(a, pad), pad), big = D("1e-1500");
		CHECK(dec_eq(a, long_a));
		CHECK_INT(dec_cmp(a, b), dec_cmp(dec_mul(a, big), dec_mul(b, big)));
		CHECK(dec_eq(dec_mul(dec_add(a, b), big), dec_add(dec_mul(a, big), dec_mul(b, big))));
		CHECK(dec_eq(dec_mul(dec_mul(a, b), big), dec_mul(dec_mul(a, big), b)));
	}
}

TEST_MAIN
