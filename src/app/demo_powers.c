/* demo_powers.c - what the demo city has published of its powers and duties, a chief representative, a declared interest. */
#include "app/demo_int.h"

enum { FILE_MAX = 1 << 20, DELEGATION_DAYS = 60 };

static enum err publish(struct demo *x, struct str organ, const char *kind)
{
	struct demo_words words;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "organ", organ);
	json_pair_str(w, "kind", str_of(kind));
	return demo_must(x, "powers.publish", &words, NULL);
}

static enum err put(struct demo *x, const char *command, const struct json *members, const char *last_day)
{
	struct demo_words words;
	struct json_writer *w = demo_begin(x, &words);
	for (size_t i = 0; i < members->count; i++) {
		json_key(w, members->members[i].key);
		json_put_value(w, &members->members[i].value);
	}
	if (last_day)
		json_pair_str(w, "until", str_of(last_day));
	return demo_must(x, command, &words, NULL);
}

static enum err lists(struct demo *x, const struct json *all)
{
	static const char *const kinds[] = { "power", "duty" };
	for (size_t i = 0; i < all->count; i++)
		TRY(put(x, "power.put", &all->items[i], NULL));
	for (size_t i = 0; i < all->count; i++) {
		struct str organ = json_text(json_get(&all->items[i], "organ"));
		bool before = i && str_eq(json_text(json_get(&all->items[i - 1], "organ")), organ);
		for (size_t k = 0; !before && k < 2; k++)
			TRY(publish(x, organ, kinds[k]));
	}
	return OK;
}

static enum err interest(struct demo *x, const struct json *v)
{
	struct demo_words words;
	struct casework_result r;
	int64_t *person = map_get(&x->people, json_text(json_get(v, "login")));
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "kind", json_text(json_get(v, "kind")));
	json_pair_str(w, "name", json_text(json_get(v, "name")));
	return person ? demo_do(x, "interest.declare", *person, &words, &r) : OK;
}

enum err demo_powers(struct demo *x)
{
	struct str path = arena_printf(&x->arena, "%s/demo/powers.json", x->o->data_dir), text;
	const struct json *v;
	struct buf day;
	TRY(os_file_read(&x->arena, path.ptr, FILE_MAX, &text, x->d));
	TRY(json_read(&x->arena, text, &v, x->d));
	TRY(lists(x, json_get(v, "lists")));
	buf_init_in(&day, &x->arena, 32);
	calendar_day_print(calendar_day_at(x->o->now_ms, x->offset_s) + DELEGATION_DAYS, &day);
	buf_byte(&day, 0);
	TRY(put(x, "delegation.give", json_get(v, "delegation"), buf_str(&day).ptr));
	return interest(x, json_get(v, "interest"));
}
