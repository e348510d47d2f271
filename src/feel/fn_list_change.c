/* fn_list_change.c - lists made from lists (DMN 1.5, 10.3.4.4, 10.3.4.11). The arguments stay as
 * they are; positions count from 1, from the end with a minus.
 */
#include "feel/builtin.h"

static struct feel_list_builder builder(struct feel_run *r)
{
	struct feel_list_builder b;
	feel_list_begin(&b, r->arena);
	return b;
}

static enum err put_all(struct feel_run *r, struct feel_list_builder *b, struct feel_items items)
{
	TRY(feel_run_charge(r, items.count));
	for (size_t i = 0; i < items.count; i++)
		TRY(feel_put(r, b, items.at[i]));
	return OK;
}

/* Index of a position in a list of `count` items; false when there is none. */
static bool index_at(struct dec position, size_t count, size_t *index)
{
	int64_t p, n = (int64_t)count;
	if (!dec_trunc_i64(position, &p) || p == 0 || p > n || p < -n)
		return false;
	*index = (size_t)(p > 0 ? p - 1 : n + p);
	return true;
}

static enum err no_such_position(struct feel_run *r, struct feel_value *out)
{
	return feel_run_null(r, out, "the list has no such position");
}

FEEL_BUILTIN(sublist)
{
	struct feel_items list = args[0].list;
	size_t from;
	int64_t length = (int64_t)list.count;
	if (!index_at(args[1].number, list.count, &from))
		return no_such_position(r, out);
	if (count > 2 && (!dec_trunc_i64(args[2].number, &length) || length < 1))
		return feel_run_null(r, out, "the length must be at least 1");
	size_t left = list.count - from;
	if (count > 2 && (uint64_t)length > left)
		return feel_run_null(r, out, "the list is not that long");
	*out = feel_list(list.at + from, (size_t)length < left ? (size_t)length : left);
	return OK;
}

FEEL_BUILTIN(append)
{
	struct feel_list_builder b = builder(r);
	(void)count;
	TRY(put_all(r, &b, args[0].list));
	TRY(put_all(r, &b, args[1].list));
	*out = feel_list_end(&b);
	return OK;
}

FEEL_BUILTIN(concatenate)
{
	struct feel_list_builder b = builder(r);
	(void)count;
	for (size_t i = 0; i < args[0].list.count; i++)
		TRY(put_all(r, &b, args[0].list.at[i].list));
	*out = feel_list_end(&b);
	return OK;
}

FEEL_BUILTIN(insert_before)
{
	struct feel_list_builder b = builder(r);
	struct feel_items list = args[0].list;
	size_t at;
	(void)count;
	if (!index_at(args[1].number, list.count, &at))
		return no_such_position(r, out);
	TRY(put_all(r, &b, (struct feel_items){ list.at, at }));
	TRY(feel_put(r, &b, args[2]));
	TRY(put_all(r, &b, (struct feel_items){ list.at + at, list.count - at }));
	*out = feel_list_end(&b);
	return OK;
}

FEEL_BUILTIN(remove_)
{
	struct feel_list_builder b = builder(r);
	struct feel_items list = args[0].list;
	size_t at;
	(void)count;
	if (!index_at(args[1].number, list.count, &at))
		return no_such_position(r, out);
	TRY(put_all(r, &b, (struct feel_items){ list.at, at }));
	TRY(put_all(r, &b, (struct feel_items){ list.at + at + 1, list.count - at - 1 }));
	*out = feel_list_end(&b);
	return OK;
}

FEEL_BUILTIN(replace_position)
{
	struct feel_list_builder b = builder(r);
	size_t at;
	(void)count;
	if (!index_at(args[1].number, args[0].list.count, &at))
		return no_such_position(r, out);
	TRY(put_all(r, &b, args[0].list));
	b.items[at] = args[2];
	*out = feel_list_end(&b);
	return OK;
}

FEEL_BUILTIN(replace_matching)
{
	struct feel_list_builder b = builder(r);
	(void)count;
	if (args[1].function->kind != FEEL_FN_BUILTIN && args[1].function->count != 2)
		return feel_run_null(r, out, "the function that matches items takes two parameters");
	TRY(put_all(r, &b, args[0].list));
	for (size_t i = 0; i < b.count; i++) {
		struct feel_value matches, pair[2] = { b.items[i], args[2] };
		TRY(feel_function_call(r, &args[1], pair, 2, &matches));
		if (matches.kind != FEEL_BOOLEAN)
			return feel_run_null(r, out, "the function that matches items gave a %s", feel_kind_name(matches.kind));
		if (matches.boolean)
			b.items[i] = args[2];
	}
	*out = feel_list_end(&b);
	return OK;
}

FEEL_BUILTIN(reverse)
{
	struct feel_value *items;
	size_t n = args[0].list.count;
	(void)count;
	TRY(feel_run_charge(r, n));
	TRY(feel_run_alloc(r, n, sizeof *items, &items));
	for (size_t i = 0; i < n; i++)
		items[i] = args[0].list.at[n - 1 - i];
	*out = feel_list(items, n);
	return OK;
}

static enum err flatten_into(struct feel_run *r, struct feel_items list, int depth, struct feel_list_builder *b)
{
	if (depth > 1000)
		return feel_run_too_deep(r);
	TRY(feel_run_charge(r, list.count));
	for (size_t i = 0; i < list.count; i++)
		if (list.at[i].kind == FEEL_LIST)
			TRY(flatten_into(r, list.at[i].list, depth + 1, b));
		else
			TRY(feel_put(r, b, list.at[i]));
	return OK;
}

FEEL_BUILTIN(flatten)
{
	struct feel_list_builder b = builder(r);
	(void)count;
	TRY(flatten_into(r, args[0].list, 0, &b));
	*out = feel_list_end(&b);
	return OK;
}

/* ---- sort: merging, so that equal items keep their order and the work is bounded ---- */

struct sorting {
	struct feel_run *r;
	const struct feel_value *precedes;
	bool failed; /* the function gave no boolean */
};

static enum err comes_first(struct sorting *s, const struct feel_value *a, const struct feel_value *b, bool *first)
{
	struct feel_value v, pair[2] = { *a, *b };
	TRY(feel_function_call(s->r, s->precedes, pair, 2, &v));
	s->failed = s->failed || v.kind != FEEL_BOOLEAN;
	*first = feel_is_true(&v);
	return OK;
}

static enum err merge(struct sorting *s, const struct feel_value *from, size_t low, size_t middle, size_t high,
                      struct feel_value *to)
{
	size_t left = low, right = middle;
	for (size_t i = low; i < high; i++) {
		bool take_right = left == middle;
		if (left < middle && right < high)
			TRY(comes_first(s, &from[right], &from[left], &take_right));
		to[i] = from[take_right ? right++ : left++];
	}
	return OK;
}

static enum err merge_sort(struct sorting *s, struct feel_value *items, struct feel_value *other, size_t n,
                           struct feel_value **sorted)
{
	for (size_t width = 1; width < n && !s->failed; width *= 2) {
		for (size_t low = 0; low < n; low += 2 * width) {
			size_t middle = low + width < n ? low + width : n, high = low + 2 * width < n ? low + 2 * width : n;
			TRY(merge(s, items, low, middle, high, other));
		}
		struct feel_value *swap = items;
		items = other;
		other = swap;
	}
	*sorted = items;
	return OK;
}

FEEL_BUILTIN(sort)
{
	struct sorting s = { .r = r, .precedes = &args[1] };
	struct feel_value *items, *other, *sorted;
	size_t n = args[0].list.count;
	(void)count;
	TRY(feel_run_alloc(r, n, sizeof *items, &items));
	TRY(feel_run_alloc(r, n, sizeof *other, &other));
	if (n)
		memcpy(items, args[0].list.at, n * sizeof *items);
	TRY(merge_sort(&s, items, other, n, &sorted));
	if (s.failed)
		return feel_run_null(r, out, "the function that orders items gave no boolean");
	*out = feel_list(sorted, n);
	return OK;
}

#define AT(...) { { "list", ARG_LIST }, { "position", ARG_NUMBER }, __VA_ARGS__ }

static const struct feel_builtin table[] = {
	FEEL_FN("sublist", { sublist, { { "list", ARG_LIST }, { "start position", ARG_NUMBER },
		{ "length", ARG_NUMBER | ARG_OPTIONAL } } }),
	FEEL_FN("append", { append, { { "list", ARG_LIST }, { "item", ARG_ANY | ARG_MORE } } }),
	FEEL_FN("concatenate", { concatenate, { { "list", ARG_LIST | ARG_MORE } } }),
	FEEL_FN("insert before", { insert_before, AT({ "newItem", ARG_ANY }) }),
	FEEL_FN("remove", { remove_, AT({ NULL, ARG_END }) }),
	FEEL_FN("list replace", { replace_position, AT({ "newItem", ARG_ANY }) },
		{ replace_matching, { { "list", ARG_LIST }, { "match", ARG_FUNCTION }, { "newItem", ARG_ANY } } }),
	FEEL_FN("reverse", { reverse, { { "list", ARG_LIST } } }),
	FEEL_FN("flatten", { flatten, { { "list", ARG_LIST } } }),
	FEEL_FN("sort", { sort, { { "list", ARG_LIST }, { "precedes", ARG_FUNCTION } } }),
};

FEEL_FAMILY(feel_family_list_change, table);
