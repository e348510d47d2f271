/* mine_log.c - writes an event log of any length from a seed, as CSV: the same seed gives the same bytes.
 *
 *   mine_log EVENTS [SEED] > log.csv
 *
 * A permit's course with loops, side ways and a hundred people; cases of three to some forty events, interleaved in nothing:
 * case by case, in time order, as a database writes them out. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 100 };

static const char *const names[] = {
	"Receive application", "Check completeness", "Ask for supplement", "Supplement handed in", "Accept", "Site visit", "Expert review",
	"Hearing", "Draft decision", "Second signature", "Decide", "Make licence", "Deliver", "Archive",
};

/* From each activity, three ways with their weights in 256; 255 = the case ends. */
static const unsigned char next_of[14][3][2] = {
	{ { 1, 240 }, { 4, 16 }, { 1, 0 } }, { { 4, 170 }, { 2, 80 }, { 255, 6 } }, { { 3, 230 }, { 255, 26 }, { 3, 0 } }, { { 1, 256 - 1 }, { 4, 1 }, { 1, 0 } },
	{ { 5, 120 }, { 6, 60 }, { 8, 76 } }, { { 6, 90 }, { 8, 150 }, { 5, 16 } }, { { 8, 200 }, { 7, 40 }, { 6, 16 } }, { { 8, 240 }, { 6, 16 }, { 8, 0 } },
	{ { 9, 200 }, { 10, 40 }, { 5, 16 } }, { { 10, 210 }, { 8, 46 }, { 10, 0 } }, { { 11, 220 }, { 12, 30 }, { 8, 6 } }, { { 12, 256 - 1 }, { 11, 1 }, { 12, 0 } },
	{ { 13, 240 }, { 255, 16 }, { 13, 0 } }, { { 255, 255 }, { 255, 1 }, { 255, 0 } },
};

static uint64_t state;

static uint32_t number(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 20) % below);
}

static unsigned step(unsigned at)
{
	uint32_t r = number(256), sum = 0;
	for (int i = 0; i < 3; i++) {
		sum += next_of[at][i][1];
		if (r < sum)
			return next_of[at][i][0];
	}
	return next_of[at][0][0];
}

/* Seconds since 2020-01-01 as text; years of 365 days would be wrong, so days are counted out. */
static void put_moment(uint64_t s)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t day = s / 86400;
	int year = 2020, month = 0;
	while (day >= (uint64_t)(year % 4 ? 365 : 366))
		day -= (uint64_t)(year++ % 4 ? 365 : 366);
	while (day >= (uint64_t)(length[month] + (month == 1 && year % 4 == 0))) {
		day -= (uint64_t)(length[month] + (month == 1 && year % 4 == 0));
		month++;
	}
	printf("%04d-%02d-%02dT%02u:%02u:%02u+08:00", year, month + 1, (int)day + 1, (unsigned)(s / 3600 % 24), (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

int main(int argc, char **argv)
{
	uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, case_number = 0;
	state = 0x9e3779b97f4a7c15u ^ (argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
	puts("case:concept:name,concept:name,time:timestamp,org:resource");
	for (uint64_t written = 0; written < events;) {
		uint64_t at_s = number(120000000);
		case_number++;
		for (unsigned a = 0; a != 255 && written < events; a = step(a), written++) {
			printf("case-%llu,%s,", (unsigned long long)case_number, names[a]);
			put_moment(at_s);
			printf(",person %u\n", a * 7 % 40 + number(PEOPLE - 40));
			at_s += 60 + number(a == 2 ? 1000000 : 200000);
		}
	}
	return 0;
}
