/* histogram.c - counts in buckets, and how a monitor reads them. */
#include "base/histogram.h"

void histogram_add(struct histogram *h, uint64_t first, uint64_t value)
{
	size_t i = 0;
	for (uint64_t end = first; i < HISTOGRAM_BUCKETS - 1 && value > end; end *= 2)
		i++;
	atomic_fetch_add_explicit(&h->bucket[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&h->sum, value, memory_order_relaxed);
}

uint64_t histogram_count(const struct histogram *h)
{
	uint64_t n = 0;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		n += atomic_load_explicit(&h->bucket[i], memory_order_relaxed);
	return n;
}

void histogram_put(struct buf *b, const char *name, const char *labels, const struct histogram *h, uint64_t first, double unit)
{
	const char *comma = labels[0] ? "," : "";
	uint64_t n = 0;
	double end = (double)first / unit;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++, end *= 2) {
		n += atomic_load_explicit(&h->bucket[i], memory_order_relaxed);
		if (i < HISTOGRAM_BUCKETS - 1)
			buf_printf(b, "%s_bucket{%s%sle=\"%g\"} %llu\n", name, labels, comma, end, (unsigned long long)n);
		else
			buf_printf(b, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", name, labels, comma, (unsigned long long)n);
	}
	const char *open = labels[0] ? "{" : "", *shut = labels[0] ? "}" : "";
	buf_printf(b, "%s_sum%s%s%s %g\n", name, open, labels, shut,
	           (double)atomic_load_explicit(&h->sum, memory_order_relaxed) / unit);
	buf_printf(b, "%s_count%s%s%s %llu\n", name, open, labels, shut, (unsigned long long)n);
}
