/* sort.c - numbers in ascending order, digit by digit. */
#include "mine/mine_int.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FEW = 64 };

static void sort_few(uint64_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t x = v[i];
		size_t k = i;
		for (; k && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

/* From one array to the other by the digit at `bit`, equal ones in the order they had. */
static void deal(const uint64_t *from, uint64_t *to, size_t n, unsigned bit)
{
	size_t at[DIGITS] = { 0 }, sum = 0;
	for (size_t i = 0; i < n; i++)
		at[from[i] >> bit & (DIGITS - 1)]++;
	for (size_t d = 0; d < DIGITS; d++) {
		size_t count = at[d];
		at[d] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i] >> bit & (DIGITS - 1)]++] = from[i];
}

void sort_numbers(uint64_t *v, uint64_t *room, size_t n)
{
	uint64_t any = 0, *from = v, *to = room;
	if (n <= FEW) {
		sort_few(v, n);
		return;
	}
	for (size_t i = 1; i < n; i++)
		any |= v[i] ^ v[0];
	for (unsigned bit = 0; bit < 64 && any >> bit; bit += DIGIT_BITS) {
		if (!(any >> bit & (DIGITS - 1)))
			continue; /* all alike here */
		deal(from, to, n, bit);
		uint64_t *t = from;
		from = to;
		to = t;
	}
	if (from != v)
		memcpy(v, from, n * sizeof *v);
}
