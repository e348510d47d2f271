/* test_fields.c - what people type: numbers of identity by their own rules. */
#include "tests/test.h"
#include "web/web.h"

static const struct { const char *name, *type, *number; bool fits; } numbers[] = {
	{ "identity card with X", "111", "11010519491231002X", true },
	{ "small x", "111", "11010519491231002x", true },
	{ "wrong check digit", "111", "110105194912310021", false },
	{ "fifteen digits", "111", "110105491231002", false },
	{ "letter in the middle", "111", "1101051949A231002X", false },
	{ "empty", "111", "", false },
	{ "credit code", "001", "91350100M000100Y43", true },
	{ "credit code, wrong check character", "001", "91350100M000100Y44", false },
	{ "credit code with I", "001", "9I350100M000100Y43", false },
	{ "passport", "414", "E12345678", true },
	{ "passport with blank", "414", "E 1234567", false },
	{ "passport too short", "414", "E12", false },
};

TEST(numbers_of_identity_by_their_own_rules)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		ROW(numbers[i].name);
		CHECK(web_id_fits(str_of(numbers[i].type), str_of(numbers[i].number)) == numbers[i].fits);
	}
	ROW(NULL);
}

static const struct { const char *name, *number; bool fits; } phones[] = {
	{ "mobile", "13800138000", true }, { "too short", "1380013800", false }, { "not from 1", "23800138000", false },
	{ "letters", "1380013800a", false }, { "empty", "", false },
};

TEST(mobile_numbers_have_eleven_digits)
{
	for (size_t i = 0; i < sizeof phones / sizeof *phones; i++) {
		ROW(phones[i].name);
		CHECK(web_phone_fits(str_of(phones[i].number)) == phones[i].fits);
	}
	ROW(NULL);
}

TEST_MAIN
