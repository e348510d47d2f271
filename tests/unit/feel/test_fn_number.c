/* test_fn_number.c - numeric functions (DMN 1.5, 10.3.4.5). */
#include "tests/unit/feel/feel_test.h"

TEST(rounding)
{
	static const struct feel_row rows[] = {
		{ "decimal(1/3, 2)", "0.33" }, { "decimal(1.5, 0)", "2" }, { "decimal(2.5, 0)", "2" }, { "decimal(1.115, 2)", "1.12" }, { "decimal(1234, -2)", "1200" }, { "decimal(1, 6177)", "null" }, { "decimal(1, -6112)", "null" }, { "decimal(1, null)", "null" }, { "decimal(1)", "null" },
		{ "floor(1.5)", "1" }, { "floor(-1.5)", "-2" }, { "floor(-1.56, 1)", "-1.6" }, { "floor(\"1\")", "null" }, { "floor(1.5, null)", "null" }, { "ceiling(1.5)", "2" }, { "ceiling(-1.5)", "-1" }, { "ceiling(-1.56, 1)", "-1.5" },
		{ "round up(5.5, 0)", "6" }, { "round up(-5.1, 0)", "-6" }, { "round up(1.121, 2)", "1.13" }, { "round down(5.9, 0)", "5" }, { "round down(-5.9, 0)", "-5" }, { "round half up(5.5, 0)", "6" }, { "round half up(-5.5, 0)", "-6" }, { "round half up(1.125, 2)", "1.13" },
		{ "round half down(5.5, 0)", "5" }, { "round half down(-5.5, 0)", "-5" }, { "round half down(1.126, 2)", "1.13" }, { "round half down(1.125, 2)", "1.12" }, { "round up(n: 1.1, scale: 0)", "2" }, { "round up(1.1)", "null" },
	};
	ROWS(rows, NULL);
}

TEST(functions_of_numbers)
{
	static const struct feel_row rows[] = {
		{ "abs(-10.5)", "10.5" }, { "abs(\"a\")", "null" }, { "modulo(12, 5)", "2" }, { "modulo(-12, 5)", "3" }, { "modulo(12, -5)", "-3" }, { "modulo(-12, -5)", "-2" }, { "modulo(10.1, 4.5)", "1.1" }, { "modulo(-10.1, 4.5)", "3.4" }, { "modulo(1, 0)", "null" }, { "modulo(dividend: 7, divisor: 4)", "3" },
		{ "sqrt(16)", "4" }, { "sqrt(-1)", "null" }, { "sqrt(2)", "1.414213562373095048801688724209698" }, { "log(1)", "0" }, { "log(10)", "2.302585092994045684017991454684364" }, { "log(0)", "null" }, { "log(-1)", "null" }, { "exp(0)", "1" }, { "exp(1)", "2.718281828459045235360287471352662" }, { "exp(100000)", "null" },
		{ "odd(5)", "true" }, { "odd(-1)", "true" }, { "odd(2)", "false" }, { "odd(1.5)", "null" }, { "even(2)", "true" }, { "even(0)", "true" }, { "even(5)", "false" }, { "even(\"2\")", "null" }, { "even(1e30)", "true" },
		{ "is(1, 1.0)", "true" }, { "is(1, \"1\")", "false" }, { "is(null, null)", "true" }, { "is(@\"23:00:50Z\", @\"23:00:50+00:00\")", "true" }, { "is(@\"23:00:50Z\", @\"00:00:50+01:00\")", "false" }, { "is(@\"2012-12-25\", @\"23:00:50\")", "false" }, { "is(1)", "null" },
	};
	ROWS(rows, NULL);
}

TEST_MAIN
