/* A list and seeds, apart at the first blank line: read or refused; what is read draws the same twice, everybody once. */
#include "draw/draw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void draw_all(struct arena *a, const struct draw_pool *pool, struct str key)
{
	struct draw_pick *one, *two;
	size_t n, m;
	uint32_t want = 0;
	for (size_t i = 0; i < pool->count; i++)
		want += pool->members[i].weight > 0;
	if (want > 200 || draw_run(a, DRAW_MD5, key, pool, want, &one, &n, NULL) != OK)
		return;
	base_assert(draw_run(a, DRAW_MD5, key, pool, want, &two, &m, NULL) == OK && n == m && n >= want);
	for (size_t i = 0; i < n; i++)
		base_assert(one[i].position == two[i].position && one[i].place <= one[i].divisor && one[i].position <= pool->places);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_span((const char *)data, size);
	ptrdiff_t gap = str_find(text, S("\n\n"));
	struct str list = gap < 0 ? text : str_sub(text, 0, (size_t)gap), seeds = gap < 0 ? S("1") : str_sub(text, (size_t)gap + 2, text.len);
	struct arena a;
	struct draw_pool pool, again;
	struct buf key, form;
	arena_init(&a, 64 << 20);
	buf_init_in(&key, &a, 1 << 20);
	buf_init_in(&form, &a, 4 << 20);
	bool has_key = draw_key_read(seeds, &key, NULL) == OK;
	if (draw_pool_read(&a, list, &pool, NULL) == OK) {
		draw_pool_put(&pool, &form);
		base_assert(form.failed || (draw_pool_read(&a, buf_str(&form), &again, NULL) == OK && again.count == pool.count && again.places == pool.places));
		if (has_key && pool.places <= 1000)
			draw_all(&a, &pool, buf_str(&key));
	}
	arena_release(&a);
	return 0;
}
