/* The shipped schemes computed by hand, the reading of schemes, periods, intervals: all pure. */
#include "gauge/gauge_int.h"
#include "os/os.h"
#include "tests/test.h"

static struct arena arena;

static const struct json *shipped(const char *name)
{
	struct str path = arena_printf(&arena, "%s/data/gauge/%s.json", PROJECT_ROOT, name), text;
	const struct json *v;
	struct diag d;
	diag_init(&d);
	if (os_file_read(&arena, path.ptr, 1 << 20, &text, &d) != OK || json_read(&arena, text, &v, &d) != OK) {
		printf("  %s: %s\n", name, d.text);
		return NULL;
	}
	return v;
}

static bool load(const char *name, struct gauge_scheme *s)
{
	struct diag d;
	diag_init(&d);
	arena_init(&arena, 64 << 20);
	const struct json *v = shipped(name);
	bool good = v && gauge_scheme_read(&arena, v, s, &d) == OK;
	if (!good)
		printf("  %s: %s (%s)\n", name, d.text, d.place);
	return good;
}

/* ---- a subject made by hand ---- */

static void begin(struct gauge_subject *who, enum gauge_kind kind, const char *factor)
{
	*who = (struct gauge_subject){ .kind = kind, .factor = DEC_ONE };
	(void)dec_parse(str_of(factor), &who->factor);
	who->rows = arena_new_n(&arena, struct gauge_row *, FACTS);
	who->counts = arena_new_n(&arena, size_t, FACTS);
	for (int f = 0; f < FACTS; f++)
		who->rows[f] = arena_new_n(&arena, struct gauge_row, 1000);
}

static void put(struct gauge_subject *who, int fact, int64_t x, int64_t y, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		who->rows[fact][who->counts[fact]++] = (struct gauge_row){ .x = x, .y = y, .text = str_of(text) };
}

static struct str total_of(const struct gauge_scheme *s, const struct gauge_subject *who, struct gauge_score *score)
{
	struct diag d;
	diag_init(&d);
	if (gauge_score_compute(&arena, s, who, score, &d) != OK)
		return S("error");
	return gauge_dec_text(&arena, score->total);
}

static struct str part_points(const struct gauge_scheme *s, const struct gauge_score *score, const char *code)
{
	for (size_t i = 0; i < s->parts_count; i++)
		if (str_eqz(s->parts[i].code, code))
			return gauge_dec_text(&arena, score->parts[i].points);
	return S("no such part");
}

/* ---- the published monthly scheme ---- */

/* Nothing happened: 10+14+14+8+10+10+14+10+10 = 100. */
TEST(monthly_scheme_begins_at_100)
{
	struct gauge_scheme s;
	struct gauge_subject who;
	struct gauge_score score;
	REQUIRE(load("monthly-100", &s));
	begin(&who, GAUGE_PERSON, "1");
	CHECK_STR(total_of(&s, &who, &score), "100");
	CHECK_STR(s.grades[score.grade].code, "excellent");
	arena_release(&arena);
}

/* Time, weight 14. Signals in order: 1 1 2 1 1 1 1 1.
 * Reminders in a row: 1 1 | 2 breaks it | 1 1 1 = one run, 1 1 left: 1 * 3 = 3. Yellow: 1 * 5 = 5. 14 - 3 - 5 = 6.
 * Procedure, weight 14: one red (P-late): 14 - 10 = 4. Fees, weight 8: one red: 8 - 10 = -2, not below 0: 0.
 * Satisfaction: 7 of 8 ratings in the upper three: 10 * 87.5 / 100 = 8.75. Attitude: 1 complaint * 5: 10 - 5 = 5.
 * Openness 10, inspection 14 - 2 (one finding) = 12, liability 10, integrity 10.
 * Parts: 10 + 4 + 6 + 0 + 8.75 + 5 + 12 + 10 + 10 = 65.75.
 * Early: 14 of 40 cases = 35 %: 10 % 1, 20 % 2, 30 % 3 = +3. Incomplete: 1 of 40 = 2.5 %: floor 2 = -2.
 * 65.75 + 3 - 2 = 66.75: pass. */
TEST(monthly_scheme_of_a_person)
{
	struct gauge_scheme s;
	struct gauge_subject who;
	struct gauge_score score;
	REQUIRE(load("monthly-100", &s));
	begin(&who, GAUGE_PERSON, "1");
	put(&who, FACT_SIGNALS, 1, 0, "T-promised-notice", 2);
	put(&who, FACT_SIGNALS, 2, 0, "T-step-yellow", 1);
	put(&who, FACT_SIGNALS, 1, 0, "T-promised-notice", 5);
	put(&who, FACT_SIGNALS, 3, 0, "P-unattended", 1);
	put(&who, FACT_SIGNALS, 3, 0, "F-beyond", 1);
	put(&who, FACT_RATINGS, 1, 0, "", 5);
	put(&who, FACT_RATINGS, 3, 0, "", 2);
	put(&who, FACT_RATINGS, 5, 0, "", 1);
	put(&who, FACT_EVENTS, 0, 0, "complaint", 1);
	put(&who, FACT_EVENTS, 0, 0, "inspection", 1);
	put(&who, FACT_CASES, CASE_EARLY, 0, "", 14);
	put(&who, FACT_CASES, CASE_INCOMPLETE, 0, "", 1);
	put(&who, FACT_CASES, 0, 0, "", 25);
	CHECK_STR(total_of(&s, &who, &score), "66.75");
	CHECK_STR(part_points(&s, &score, "time"), "6");
	CHECK_STR(part_points(&s, &score, "procedure"), "4");
	CHECK_STR(part_points(&s, &score, "fees"), "0");
	CHECK_STR(part_points(&s, &score, "satisfaction"), "8.75");
	CHECK_STR(part_points(&s, &score, "attitude"), "5");
	CHECK_STR(part_points(&s, &score, "inspection"), "12");
	CHECK_STR(gauge_dec_text(&arena, score.parts_sum), "65.75");
	CHECK_STR(gauge_dec_text(&arena, score.adjustments.points), "1");
	CHECK_STR(s.grades[score.grade].code, "pass");
	CHECK_INT(score.cases, 40);
	arena_release(&arena);
}

/* A department, factor 1.05. Two items: promised 12 of 20 days, shorter by 8 / 20 = 40 %; promised 7 of 15, shorter by
 * 8 / 15 = 53.33 %. All items are at least 40 % shorter: 3 + 1 = +4. One yellow for time: 14 - 5 = 9.
 * Satisfaction 2 of 3: 10 * 66.666… / 100 = 6.6666… (34 digits). Parts: 100 - 5 - 3.3333… = 91.6666…
 * Early: 3 of 3 = 100 %: 10 steps = +10. (91.6666… + 14) * 1.05 = 105.6666… * 1.05 = 110.95 exactly (317/3 * 1.05 = 110.95). */
TEST(monthly_scheme_of_a_department)
{
	struct gauge_scheme s;
	struct gauge_subject who;
	struct gauge_score score;
	REQUIRE(load("monthly-100", &s));
	begin(&who, GAUGE_ORGAN, "1.05");
	put(&who, FACT_ITEMS, 8, 20, "", 1);
	put(&who, FACT_ITEMS, 8, 15, "", 1);
	put(&who, FACT_SIGNALS, 2, 0, "T-promised-yellow", 1);
	put(&who, FACT_RATINGS, 2, 0, "", 2);
	put(&who, FACT_RATINGS, 4, 0, "", 1);
	put(&who, FACT_CASES, CASE_EARLY, 0, "", 3);
	CHECK_STR(total_of(&s, &who, &score), "110.95");
	CHECK_STR(gauge_dec_text(&arena, score.adjustments.points), "14");
	arena_release(&arena);
}

/* The steps at their edges, one row each. */
TEST(bonuses_and_deductions_at_their_edges)
{
	static const struct { const char *name; int early, incomplete, cases; const char *adjustments; } rows[] = {
		{ "9.9 % early gives nothing", 99, 0, 1000, "0" },
		{ "exactly 10 % gives 1", 100, 0, 1000, "1" },
		{ "19.9 % gives 1", 199, 0, 1000, "1" },
		{ "exactly 20 % gives 2", 200, 0, 1000, "2" },
		{ "0.9 % incomplete takes nothing", 0, 9, 1000, "0" },
		{ "exactly 1 % takes 1", 0, 10, 1000, "-1" },
		{ "4.9 % takes 4", 0, 49, 1000, "-4" },
		{ "5 % takes 5", 0, 50, 1000, "-5" },
		{ "60 % takes 5, no more", 0, 600, 1000, "-5" },
		{ "no case, nothing known", 0, 0, 0, "0" },
	};
	struct gauge_scheme s;
	REQUIRE(load("monthly-100", &s));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct gauge_subject who;
		struct gauge_score score;
		ROW(rows[i].name);
		begin(&who, GAUGE_PERSON, "1");
		put(&who, FACT_CASES, CASE_EARLY, 0, "", rows[i].early);
		put(&who, FACT_CASES, CASE_INCOMPLETE, 0, "", rows[i].incomplete);
		put(&who, FACT_CASES, 0, 0, "", rows[i].cases - rows[i].early - rows[i].incomplete);
		(void)total_of(&s, &who, &score);
		CHECK_STR(gauge_dec_text(&arena, score.adjustments.points), rows[i].adjustments);
	}
	ROW(NULL);
	arena_release(&arena);
}

/* Promised shorter: 29.9 % none; 30 % 3; 39.9 % 3; 40 % 4; one item not shorter at all: none. */
TEST(promise_counts_over_all_items)
{
	static const struct { const char *name; int64_t saved, other; const char *points; } rows[] = {
		{ "299 of 1000", 299, 900, "0" }, { "300 of 1000", 300, 900, "3" }, { "399 of 1000", 399, 900, "3" },
		{ "400 of 1000", 400, 900, "4" }, { "one item not shorter", 900, 0, "0" },
	};
	struct gauge_scheme s;
	REQUIRE(load("monthly-100", &s));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct gauge_subject who;
		struct gauge_score score;
		ROW(rows[i].name);
		begin(&who, GAUGE_ORGAN, "1");
		put(&who, FACT_ITEMS, rows[i].saved, 1000, "", 1);
		put(&who, FACT_ITEMS, rows[i].other, 1000, "", 1);
		(void)total_of(&s, &who, &score);
		CHECK_STR(gauge_dec_text(&arena, score.adjustments.points), rows[i].points);
	}
	ROW(NULL);
	arena_release(&arena);
}

/* Year: months 91.25, 88.5, 90 → 269.75 / 3 = 89.91666…; a warning (10) and a demerit (15) once: 64.91666… → 64.92, pass.
 * The half-year takes no discipline: 89.92, good. */
TEST(year_is_the_mean_of_the_months_less_discipline_once)
{
	struct gauge_scheme s;
	struct gauge_subject who;
	struct gauge_score score;
	struct diag d;
	struct dec months[3] = { dec_scaled(9125, 2), dec_scaled(885, 1), dec_from_i64(90) }, mean;
	REQUIRE(load("monthly-100", &s));
	diag_init(&d);
	begin(&who, GAUGE_PERSON, "1");
	put(&who, FACT_DISCIPLINE, 1, 0, "", 1);
	put(&who, FACT_DISCIPLINE, 2, 0, "", 1);
	REQUIRE(gauge_mean_compute(&arena, &s, &who, months, 3, true, &mean, &score, &d) == OK);
	CHECK_STR(gauge_dec_text(&arena, score.total), "64.92");
	CHECK_STR(gauge_dec_text(&arena, score.year.points), "-25");
	CHECK_STR(s.grades[score.grade].code, "pass");
	REQUIRE(gauge_mean_compute(&arena, &s, &who, months, 3, false, &mean, &score, &d) == OK);
	CHECK_STR(gauge_dec_text(&arena, score.total), "89.92");
	CHECK_STR(s.grades[score.grade].code, "good");
	arena_release(&arena);
}

/* Every disciplinary decision by its own amount: 10, 15, 20, 30, 40, 50. */
TEST(discipline_by_its_kind)
{
	static const char *const totals[] = { "90", "85", "80", "70", "60", "50" };
	struct gauge_scheme s;
	struct dec month = dec_from_i64(100), mean;
	REQUIRE(load("monthly-100", &s));
	for (int i = 0; i < 6; i++) {
		struct gauge_subject who;
		struct gauge_score score;
		struct diag d;
		diag_init(&d);
		begin(&who, GAUGE_PERSON, "1");
		put(&who, FACT_DISCIPLINE, i + 1, 0, "", 1);
		REQUIRE(gauge_mean_compute(&arena, &s, &who, &month, 1, true, &mean, &score, &d) == OK);
		CHECK_STR(gauge_dec_text(&arena, score.total), totals[i]);
	}
	arena_release(&arena);
}

/* ---- three voices ---- */

/* Managers 90 and 80: mean 85 * 0.4 = 34. Citizens: grades 1, 2, 5 = (100 + 80 + 20) / 3 = 66.666… * 0.4 = 26.6666…
 * Record: 9 of 10 on time: 18, less one yellow 2 and two reminders 1: 15. Sum 75.6666… → 75.67.
 * Without a manager's rating its 40 go to the others: (26.6666… + 15) * 100 / 60 = 69.4444… → 69.44. */
TEST(three_voices)
{
	struct gauge_scheme s;
	struct gauge_subject who;
	struct gauge_score score;
	REQUIRE(load("four-four-two", &s));
	begin(&who, GAUGE_ORGAN, "1");
	put(&who, FACT_MANAGERS, 90, 0, "", 1);
	put(&who, FACT_MANAGERS, 80, 0, "", 1);
	put(&who, FACT_RATINGS, 1, 0, "", 1);
	put(&who, FACT_RATINGS, 2, 0, "", 1);
	put(&who, FACT_RATINGS, 5, 0, "", 1);
	put(&who, FACT_CASES, CASE_LATE, 0, "", 1);
	put(&who, FACT_CASES, 0, 0, "", 9);
	put(&who, FACT_SIGNALS, 2, 0, "T-step-yellow", 1);
	put(&who, FACT_SIGNALS, 1, 0, "T-step-notice", 2);
	CHECK_STR(total_of(&s, &who, &score), "75.67");
	who.counts[FACT_MANAGERS] = 0;
	CHECK_STR(total_of(&s, &who, &score), "69.44");
	CHECK(score.parts[0].missing);
	arena_release(&arena);
}

/* ---- what a scheme may not say ---- */

#define GROUPS "\"groups\":[{\"code\":\"g\",\"name\":\"组\",\"rest\":true}],\"grades\":[{\"code\":\"p\",\"name\":\"合格\"}]"
#define SCHEME(parts, more) "{\"code\":\"x\",\"name\":\"名\",\"base\":10,\"parts\":[" parts "]," more GROUPS "}"
#define PART(more, expression) "{\"code\":\"a\",\"name\":\"甲\",\"weight\":10," more "\"indicators\":[{\"code\":\"i\",\"name\":\"乙\",\"effect\":\"deduct\",\"expression\":\"" expression "\"}]}"

TEST(a_scheme_is_read_strictly)
{
	static const struct { const char *name, *text, *code, *place; } rows[] = {
		{ "the least there is", SCHEME(PART("", "red"), ""), "", "" },
		{ "unknown member", SCHEME(PART("", "red"), "\"wieght\":1,"), "gauge.scheme-member", "scheme" },
		{ "unknown member of a part", SCHEME(PART("\"wieght\":1,", "red"), ""), "gauge.scheme-member", "parts[0]" },
		{ "weights that do not make the base", "{\"code\":\"x\",\"name\":\"名\",\"base\":11,\"parts\":[" PART("", "red") "]," GROUPS "}", "gauge.scheme-weights", "parts" },
		{ "no name", "{\"code\":\"x\",\"base\":10,\"parts\":[" PART("", "red") "]," GROUPS "}", "gauge.scheme-missing", "name" },
		{ "a code with a blank", "{\"code\":\"x y\",\"name\":\"名\",\"base\":10,\"parts\":[" PART("", "red") "]," GROUPS "}", "gauge.scheme-value", "code" },
		{ "a weight that is a word", "{\"code\":\"x\",\"name\":\"名\",\"base\":\"ten\",\"parts\":[" PART("", "red") "]," GROUPS "}", "gauge.scheme-value", "base" },
		{ "no expression", SCHEME(PART("", "5 *"), ""), "gauge.scheme-expression", "parts[0].indicators[0].expression" },
		{ "unknown measure", SCHEME(PART("", "5 * rde"), ""), "gauge.scheme-name", "parts[0].indicators[0].expression" },
		{ "a measure of another source", SCHEME(PART("", "managers_mean"), ""), "gauge.scheme-source", "parts[0].indicators[0].expression" },
		{ "the same with its source", SCHEME(PART("\"source\":\"managers\",", "managers_mean"), ""), "", "" },
		{ "no number", SCHEME(PART("", "red > 1"), ""), "gauge.scheme-result", "parts[0].indicators[0].expression" },
		{ "always null", SCHEME(PART("", "red * \\\"x\\\""), ""), "gauge.scheme-result", "parts[0].indicators[0].expression" },
		{ "the day of computing", SCHEME(PART("", "red * today().day"), ""), "gauge.scheme-name", "parts[0].indicators[0].expression" },
		{ "floor above cap", SCHEME(PART("\"floor\":11,", "red"), ""), "gauge.scheme-value", "parts[0].floor" },
		{ "a factor of nought", SCHEME(PART("", "red"), "\"factors\":[{\"organ\":\"o\",\"factor\":0}],"), "gauge.scheme-value", "factors[0].factor" },
		{ "an organ twice", SCHEME(PART("", "red"), "\"factors\":[{\"organ\":\"o\",\"factor\":1},{\"organ\":\"o\",\"factor\":2}],"), "gauge.scheme-twice", "factors[1]" },
		{ "an unknown span", SCHEME(PART("", "red"), "\"spans\":[\"day\"],"), "gauge.scheme-value", "spans[0]" },
		{ "not an object", "[1]", "gauge.scheme-value", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *v;
		struct gauge_scheme s;
		struct diag d;
		ROW(rows[i].name);
		arena_init(&arena, 64 << 20);
		diag_init(&d);
		REQUIRE(json_read(&arena, str_of(rows[i].text), &v, &d) == OK);
		enum err e = gauge_scheme_read(&arena, v, &s, &d);
		CHECK_INT(e, rows[i].code[0] ? ERR_INVALID : OK);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK_STR(str_of(d.place), rows[i].place);
		arena_release(&arena);
	}
	ROW(NULL);
}

/* ---- periods ---- */

TEST(periods_by_their_codes)
{
	static const struct { const char *code, *first, *last; } rows[] = {
		{ "2025-03", "2025-03-01", "2025-03-31" }, { "2024-02", "2024-02-01", "2024-02-29" }, { "2025-12", "2025-12-01", "2025-12-31" },
		{ "2025", "2025-01-01", "2025-12-31" }, { "2025-H1", "2025-01-01", "2025-06-30" }, { "2025-H2", "2025-07-01", "2025-12-31" },
		/* ISO: 1 January 2025 is a Wednesday, its week begins on Monday 30 December 2024 */
		{ "2025-W01", "2024-12-30", "2025-01-05" }, { "2026-W53", "2026-12-28", "2027-01-03" },
		{ "2025-13", "", "" }, { "2025-0", "", "" }, { "2025-W53", "", "" }, { "2025-W00", "", "" }, { "2025-H3", "", "" }, { "25-03", "", "" },
		{ "2025-3", "", "" }, { "", "", "" }, { "2025-", "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct gauge_period p;
		calendar_day first, last;
		ROW(rows[i].code[0] ? rows[i].code : "nothing");
		bool good = gauge_period_parse(str_of(rows[i].code), &p);
		CHECK_INT(good, rows[i].first[0] != 0);
		if (!good || !calendar_day_parse(str_of(rows[i].first), &first) || !calendar_day_parse(str_of(rows[i].last), &last))
			continue;
		CHECK_INT(p.first, first);
		CHECK_INT(p.after, last + 1);
		CHECK_STR(str_of(p.code), rows[i].code);
		CHECK_STR(str_of(gauge_period_of(p.span, last).code), rows[i].code);
	}
	ROW(NULL);
}

/* Wilson, z = 1.96. 8 of 10: p = 0.8, z² = 3.8416; middle (0.8 + 0.19208) / 1.38416 = 0.71674; half 1.96 * √(0.016 + 0.009604)
 * / 1.38416 = 1.96 * 0.160013 / 1.38416 = 0.22658: 49.0 to 94.3. 0 of 10: 0 to 0.38416 / 1.38416 = 27.8. */
TEST(interval_of_a_share)
{
	static const struct { int64_t hits, n; const char *low, *high; } rows[] = {
		{ 8, 10, "49", "94.3" }, { 0, 10, "0", "27.8" }, { 10, 10, "72.2", "100" }, { 1, 1, "20.7", "100" },
	};
	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dec low, high;
		gauge_wilson(rows[i].hits, rows[i].n, &low, &high);
		CHECK_STR(gauge_dec_text(&arena, low), rows[i].low);
		CHECK_STR(gauge_dec_text(&arena, high), rows[i].high);
	}
	arena_release(&arena);
}

/* The document names every measure, with the meaning that the program gives. */
TEST(every_measure_is_documented)
{
	const struct gauge_measure *all;
	struct str text;
	arena_init(&arena, 4 << 20);
	REQUIRE(os_file_read(&arena, PROJECT_ROOT "/docs/evaluation.md", 1 << 20, &text, NULL) == OK);
	size_t count = gauge_measures(&all);
	for (size_t i = 0; i < count; i++) {
		ROW(all[i].name);
		struct str row = arena_printf(&arena, "| `%s` | %s | %s | %s | %s |", all[i].name, all[i].zh, all[i].type, gauge_source_name(all[i].source), all[i].meaning);
		CHECK(str_find(text, row) >= 0);
	}
	ROW(NULL);
	arena_release(&arena);
}

TEST(rules_choose_signals)
{
	static const struct { const char *name; const char *rules[3]; size_t count; const char *rule; bool in; } rows[] = {
		{ "none named: all", { 0 }, 0, "T-x", true }, { "the family", { "T-*" }, 1, "T-promised-red", true }, { "another family", { "T-*" }, 1, "F-x", false },
		{ "one rule", { "T-x" }, 1, "T-x", true }, { "one rule, a longer one", { "T-x" }, 1, "T-xy", false }, { "all but", { "*", "!T-*" }, 2, "T-x", false },
		{ "all but, another", { "*", "!T-*" }, 2, "F-x", true }, { "only exceptions", { "!T-*" }, 1, "F-x", true }, { "the last word counts", { "!T-*", "T-x" }, 2, "T-x", true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str rules[3];
		ROW(rows[i].name);
		for (size_t k = 0; k < rows[i].count; k++)
			rules[k] = str_of(rows[i].rules[k]);
		CHECK_INT(gauge_rule_counts(rules, rows[i].count, str_of(rows[i].rule)), rows[i].in);
	}
	ROW(NULL);
}

TEST_MAIN
