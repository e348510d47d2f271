/* fn_statistics.c - least, greatest, sums and means of lists (DMN 1.5, 10.3.4.4). */
#include "feel/builtin.h"

static enum err extreme(struct feel_run *r, struct feel_items list, int sign, struct feel_value *out)
{
	if (list.count == 0)
		return feel_run_null(r, out, "the list is empty");
	TRY(feel_run_charge(r, list.count));
	const struct feel_value *best = &list.at[0];
	for (size_t i = 0; i < list.count; i++) {
		int order;
		if (!feel_order(&list.at[i], best, &order))
			return feel_run_null(r, out, "the items have no common order");
		if (order * sign > 0)
			best = &list.at[i];
	}
	*out = *best;
	return OK;
}

FEEL_BUILTIN(min)
{
	(void)count;
	return extreme(r, args[0].list, -1, out);
}

FEEL_BUILTIN(max)
{
	(void)count;
	return extreme(r, args[0].list, 1, out);
}

static bool all_numbers(struct feel_items list)
{
	for (size_t i = 0; i < list.count; i++)
		if (list.at[i].kind != FEEL_NUMBER)
			return false;
	return list.count > 0;
}

static enum err need_numbers(struct feel_run *r, struct feel_value *out)
{
	return feel_run_null(r, out, "a list with at least one item and nothing but numbers is needed");
}

static struct dec sum_of(struct feel_items list)
{
	struct dec sum = DEC_ZERO;
	for (size_t i = 0; i < list.count; i++)
		sum = dec_add(sum, list.at[i].number);
	return sum;
}

static struct dec mean_of(struct feel_items list)
{
	return dec_div(sum_of(list), dec_from_i64((int64_t)list.count));
}

FEEL_BUILTIN(sum)
{
	(void)count;
	TRY(feel_run_charge(r, args[0].list.count));
	if (!all_numbers(args[0].list))
		return need_numbers(r, out);
	return feel_number_or_null(r, sum_of(args[0].list), out);
}

FEEL_BUILTIN(mean)
{
	(void)count;
	TRY(feel_run_charge(r, args[0].list.count));
	if (!all_numbers(args[0].list))
		return need_numbers(r, out);
	return feel_number_or_null(r, mean_of(args[0].list), out);
}

FEEL_BUILTIN(product)
{
	struct feel_items list = args[0].list;
	struct dec product = DEC_ONE;
	(void)count;
	TRY(feel_run_charge(r, list.count));
	if (!all_numbers(list))
		return need_numbers(r, out);
	for (size_t i = 0; i < list.count; i++)
		product = dec_mul(product, list.at[i].number);
	return feel_number_or_null(r, product, out);
}

/* Of a sample: the sum of squares is divided by n - 1. */
FEEL_BUILTIN(stddev)
{
	struct feel_items list = args[0].list;
	struct dec squares = DEC_ZERO;
	(void)count;
	TRY(feel_run_charge(r, list.count));
	if (!all_numbers(list) || list.count < 2)
		return feel_run_null(r, out, "a deviation needs two numbers or more");
	struct dec mean_value = mean_of(list);
	for (size_t i = 0; i < list.count; i++) {
		struct dec d = dec_sub(list.at[i].number, mean_value);
		squares = dec_add(squares, dec_mul(d, d));
	}
	return feel_number_or_null(r, dec_sqrt(dec_div(squares, dec_from_i64((int64_t)list.count - 1))), out);
}

/* ---- those that need the numbers in order ---- */

static void sift(struct dec *heap, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && dec_cmp(heap[child], heap[child + 1]) < 0)
			child++;
		if (dec_cmp(heap[root], heap[child]) >= 0)
			return;
		struct dec swap = heap[root];
		heap[root] = heap[child];
		heap[child] = swap;
	}
}

/* Heap sort of a copy: no worst case. */
static enum err sorted_numbers(struct feel_run *r, struct feel_items list, struct dec **out)
{
	struct dec *d;
	size_t n = list.count;
	TRY(feel_run_charge(r, n * 16));
	TRY(feel_run_alloc(r, n, sizeof *d, &d));
	for (size_t i = 0; i < n; i++)
		d[i] = list.at[i].number;
	for (size_t i = n / 2; i-- > 0;)
		sift(d, i, n);
	for (size_t last = n; last-- > 1;) {
		struct dec swap = d[0];
		d[0] = d[last];
		d[last] = swap;
		sift(d, 0, last);
	}
	*out = d;
	return OK;
}

FEEL_BUILTIN(median)
{
	struct dec *d;
	size_t n = args[0].list.count;
	(void)count;
	if (!all_numbers(args[0].list))
		return need_numbers(r, out);
	TRY(sorted_numbers(r, args[0].list, &d));
	if (n % 2)
		return feel_number_or_null(r, d[n / 2], out);
	return feel_number_or_null(r, dec_div(dec_add(d[n / 2 - 1], d[n / 2]), dec_from_i64(2)), out);
}

/* The most frequent numbers, rising. */
FEEL_BUILTIN(mode)
{
	struct feel_list_builder b;
	struct dec *d;
	size_t n = args[0].list.count, most = 0;
	(void)count;
	feel_list_begin(&b, r->arena);
	if (n && !all_numbers(args[0].list))
		return need_numbers(r, out);
	TRY(sorted_numbers(r, args[0].list, &d));
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from; to < n && dec_eq(d[from], d[to]); to++)
			;
		if (to - from > most) {
			most = to - from;
			b.count = 0;
		}
		if (to - from == most)
			TRY(feel_put(r, &b, feel_number(d[from])));
	}
	*out = feel_list_end(&b);
	return OK;
}

/* Of a list, or of the arguments. */
#define OF(f_) { f_, { { "list", ARG_LIST } } }, { f_, { { "n", ARG_ANY | ARG_MORE } } }

static const struct feel_builtin table[] = {
	FEEL_FN("min", OF(min)), FEEL_FN("max", OF(max)), FEEL_FN("sum", OF(sum)), FEEL_FN("mean", OF(mean)),
	FEEL_FN("product", OF(product)), FEEL_FN("stddev", OF(stddev)), FEEL_FN("median", OF(median)),
	FEEL_FN("mode", OF(mode)),
};

FEEL_FAMILY(feel_family_statistics, table);
