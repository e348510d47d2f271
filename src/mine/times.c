/* times.c - what a set of durations says: mean, median, nine in ten, least, most. */
#include "mine/mine_int.h"

static void swap(int64_t *a, int64_t *b)
{
	int64_t t = *a;
	*a = *b;
	*b = t;
}

/* The middle one of the first, middle and last moves to the front: sorted input is the common case. */
static void pick_pivot(int64_t *v, size_t n)
{
	size_t mid = n / 2, last = n - 1;
	if (v[mid] < v[0])
		swap(&v[mid], &v[0]);
	if (v[last] < v[0])
		swap(&v[last], &v[0]);
	if (v[last] < v[mid])
		swap(&v[last], &v[mid]);
	swap(&v[0], &v[mid]);
}

/* Hoare's selection, by halves that keep equal values on both sides, so that many equal ones do no harm. */
int64_t nth_smallest(int64_t *v, size_t n, size_t k)
{
	while (n > 2) {
		pick_pivot(v, n);
		int64_t pivot = v[0];
		size_t i = 0, j = n;
		for (;;) {
			do
				i++;
			while (i < n && v[i] < pivot);
			do
				j--;
			while (v[j] > pivot);
			if (i >= j)
				break;
			swap(&v[i], &v[j]);
		}
		swap(&v[0], &v[j]);
		if (j == k)
			return v[k];
		if (k < j) {
			n = j;
		} else {
			v += j + 1;
			k -= j + 1;
			n -= j + 1;
		}
	}
	if (n == 2 && v[1] < v[0])
		swap(&v[0], &v[1]);
	return v[k];
}

int64_t times_divide(int64_t sum, int64_t n)
{
	int64_t twice = 2 * (sum % n), whole = sum / n;
	if (twice >= n)
		return whole + 1;
	return twice < -n ? whole - 1 : whole;
}

static int64_t median(int64_t *v, size_t n)
{
	int64_t high = nth_smallest(v, n, n / 2), low;
	if (n % 2)
		return high;
	low = v[0]; /* the selection left everything smaller in front */
	for (size_t i = 1; i < n / 2; i++)
		low = v[i] > low ? v[i] : low;
	return low + times_divide(high - low, 2);
}

struct mine_times times_of(int64_t *v, size_t n)
{
	struct mine_times t = { .count = (uint32_t)n };
	if (!n)
		return t;
	t.min_ms = t.max_ms = v[0];
	for (size_t i = 0; i < n; i++) {
		t.sum_ms += v[i];
		t.min_ms = v[i] < t.min_ms ? v[i] : t.min_ms;
		t.max_ms = v[i] > t.max_ms ? v[i] : t.max_ms;
	}
	t.mean_ms = times_divide(t.sum_ms, (int64_t)n);
	t.median_ms = median(v, n);
	size_t half = n / 2; /* in front of it stands what is smaller */
	t.p90_ms = nth_smallest(v + half, n - half, (n * 9 + 9) / 10 - 1 - half);
	return t;
}
