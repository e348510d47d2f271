/* demo_city.c - regions, organs, people, posts, packs and items from demo/, through commands. */
#include "app/demo_int.h"
#include "casework/packs.h"

enum { DEMO_FILE_MAX = 4 << 20 };

struct json_writer *demo_begin(struct demo *x, struct demo_words *words)
{
	arena_reset(&x->scratch);
	buf_init_in(&words->b, &x->scratch, 16 << 20);
	json_writer_init(&words->w, &words->b);
	json_object(&words->w);
	return &words->w;
}

static enum err carry_out(struct demo *x, struct casework_command *c, struct casework_result *r)
{
	x->figures.commands++;
	enum err e = casework_do(x->cw, c, &x->scratch, r);
	if (e == OK)
		return OK;
	if (err_is_refusal(e)) {
		x->figures.refused++;
		return e;
	}
	return diag_set(x->d, e, "demo.fault", "%.*s: %s", STR_ARG(c->name), r->diag.text);
}

enum err demo_do(struct demo *x, const char *name, int64_t person, struct demo_words *words, struct casework_result *r)
{
	struct casework_command c = { .name = str_of(name), .actor = { .person = person, .system = person == 0, .channel = S("2") } };
	struct str text;
	json_end(&words->w);
	diag_init(&r->diag);
	TRY(buf_finish(&words->b, &text));
	TRY(json_read(&x->scratch, text, &c.data, x->d));
	return carry_out(x, &c, r);
}

enum err demo_must(struct demo *x, const char *name, struct demo_words *words, int64_t *id)
{
	struct casework_result r;
	enum err e = demo_do(x, name, 0, words, &r);
	if (e != OK)
		return diag_set(x->d, e, r.diag.code, "%s: %s (%s)", name, r.diag.text, r.diag.place);
	if (id)
		*id = json_i64(json_get(r.data, "id"), 0);
	return OK;
}

static enum err read_json(struct demo *x, const char *relative, const struct json **out)
{
	struct str path = arena_printf(&x->arena, "%s/%s", x->o->data_dir, relative), text;
	TRY(os_file_read(&x->arena, path.ptr, DEMO_FILE_MAX, &text, x->d));
	return json_read(&x->arena, text, out, x->d);
}

static void put_members(struct json_writer *w, const struct json *from, const char *without)
{
	for (size_t i = 0; i < from->count; i++) {
		if (str_eqz(from->members[i].key, without))
			continue;
		json_key(w, from->members[i].key);
		json_put_value(w, &from->members[i].value);
	}
}

/* Every object of a list as one command; its members are the command's. */
static enum err put_all(struct demo *x, const char *list, const char *command, const char *without)
{
	const struct json *all = json_get(x->city, list);
	for (size_t i = 0; all && i < all->count; i++) {
		struct demo_words words;
		put_members(demo_begin(x, &words), &all->items[i], without);
		TRY(demo_must(x, command, &words, NULL));
	}
	return OK;
}

static enum err keep_person(struct demo *x, struct str login, int64_t id)
{
	int64_t *kept = arena_new(&x->arena, int64_t);
	if (!kept)
		return ERR_NOMEM;
	*kept = id;
	return map_set(&x->people, login, kept);
}

static int64_t person_of(const struct demo *x, struct str login)
{
	const int64_t *id = map_get(&x->people, login);
	return id ? *id : 0;
}

static enum err put_staff(struct demo *x)
{
	const struct json *all = json_get(x->city, "people");
	for (size_t i = 0; all && i < all->count; i++) {
		struct demo_words words;
		struct json_writer *w = demo_begin(x, &words);
		int64_t id;
		put_members(w, &all->items[i], "");
		json_pair_bool(w, "staff", true);
		json_pair_str(w, "password_hash", json_text(json_get(x->city, "password_hash")));
		TRY(demo_must(x, "person.put", &words, &id));
		TRY(keep_person(x, json_text(json_get(&all->items[i], "login")), id));
	}
	return OK;
}

static enum err put_posts(struct demo *x)
{
	const struct json *all = json_get(x->city, "posts");
	x->posts = arena_new_n(&x->arena, struct demo_post, all ? all->count : 0);
	if (!x->posts)
		return ERR_NOMEM;
	for (size_t i = 0; all && i < all->count; i++) {
		const struct json *p = &all->items[i];
		struct demo_words words;
		struct demo_post *post = &x->posts[x->posts_count++];
		put_members(demo_begin(x, &words), p, "");
		TRY(demo_must(x, "post.put", &words, &post->id));
		post->a = person_of(x, json_text(json_get(p, "a")));
		post->b = person_of(x, json_text(json_get(p, "b")));
		if (str_eqz(json_text(json_get(p, "role")), "clerk"))
			TRY(map_set(&x->clerks, json_text(json_get(p, "organ")), post));
		if (str_eqz(json_text(json_get(p, "role")), "supervisor"))
			x->supervisor = post->a;
	}
	return OK;
}

static enum err put_citizen(struct demo *x, size_t i, struct str login)
{
	struct demo_citizen *c = &x->citizens[i];
	struct demo_words words;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "login", login);
	json_pair_str(w, "name", c->name);
	json_pair_bool(w, "staff", false);
	json_pair_str(w, "phone", c->phone);
	json_pair_str(w, "id_type", S("111"));
	json_pair_str(w, "id_no", c->id_no);
	json_pair_str(w, "address", c->address);
	json_pair_str(w, "password_hash", json_text(json_get(x->city, "password_hash")));
	TRY(demo_must(x, "person.put", &words, &c->person));
	return keep_person(x, login, c->person);
}

/* The first one is the account on the login page. */
static enum err put_citizens(struct demo *x)
{
	const struct json *first = json_get(x->city, "citizen");
	for (size_t i = 0; i < DEMO_CITIZENS; i++) {
		struct demo_citizen *c = &x->citizens[i];
		demo_person(x, 1958, 2002, c);
		struct str login = arena_printf(&x->arena, "citizen%02zu", i);
		if (i == 0) {
			c->name = json_text(json_get(first, "name"));
			c->phone = json_text(json_get(first, "phone"));
			c->id_no = demo_id_no(x, S("990101"), 1988, 4, 12);
			login = json_text(json_get(first, "login"));
		}
		TRY(put_citizen(x, i, login));
	}
	return OK;
}

static enum err put_packs(struct demo *x)
{
	static const char *const names[] = { "general-item", "elder-benefit-card", "food-business-licence", "construction-permit", "complaint", "petition" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct casework_command c = { .name = S("pack.add"), .actor = { .system = true } };
		struct casework_result r;
		arena_reset(&x->scratch);
		struct str folder = arena_printf(&x->scratch, "%s/packs/%s", x->o->data_dir, names[i]);
		TRY(casework_pack_data(folder.ptr, &x->scratch, &c.data, x->d));
		enum err e = carry_out(x, &c, &r);
		if (e != OK)
			return diag_set(x->d, e, r.diag.code, "%s: %s (%s)", names[i], r.diag.text, r.diag.place);
	}
	return OK;
}

static enum err put_item(struct demo *x, const struct json *data, struct demo_item *item)
{
	struct demo_words words;
	*item = (struct demo_item){ .impl_code = json_text(json_get(data, "impl_code")), .pack = json_text(json_get(data, "pack")),
	                            .data = data, .organ = json_text(json_get(data, "organ")),
	                            .weight = (int)json_i64(json_get(data, "weight"), 1), .materials = json_get(data, "materials") };
	x->weights += item->weight;
	put_members(demo_begin(x, &words), data, "weight");
	TRY(demo_must(x, "item.put", &words, NULL));
	if (item->materials)
		return OK;
	const struct json *meta;
	struct str path = arena_printf(&x->arena, "packs/%.*s/pack.json", STR_ARG(item->pack));
	TRY(read_json(x, path.ptr, &meta));
	item->materials = json_path(meta, "item.materials");
	return OK;
}

static enum err put_items(struct demo *x)
{
	x->items = arena_new_n(&x->arena, struct demo_item, x->list->count);
	if (!x->items)
		return ERR_NOMEM;
	for (size_t i = 0; i < x->list->count; i++)
		TRY(put_item(x, &x->list->items[i], &x->items[x->items_count++]));
	return OK;
}

/* ---- the accounts that the login page shows ---- */

static const struct json *find(const struct json *list, const char *key, struct str value)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], key)), value))
			return &list->items[i];
	return NULL;
}

static const struct json *post_held(const struct demo *x, struct str login, struct str role)
{
	const struct json *posts = json_get(x->city, "posts");
	for (size_t i = 0; posts && i < posts->count; i++) {
		const struct json *p = &posts->items[i];
		if (str_eq(json_text(json_get(p, "role")), role) &&
		    (str_eq(json_text(json_get(p, "a")), login) || str_eq(json_text(json_get(p, "b")), login)))
			return p;
	}
	return NULL;
}

static void put_account(struct demo *x, struct json_writer *w, const struct json *account)
{
	struct str login = json_text(json_get(account, "login")), role = json_text(json_get(account, "role"));
	const struct json *person = find(json_get(x->city, "people"), "login", login);
	const struct json *post = post_held(x, login, role), *organ = find(json_get(x->city, "organs"), "code", json_text(json_get(post, "organ")));
	if (!person)
		person = json_get(x->city, "citizen");
	json_object(w);
	put_members(w, account, "");
	json_pair_str(w, "name", json_text(json_get(person, "name")));
	json_pair_str(w, "name_en", json_text(json_get(person, "name_en")));
	json_pair_str(w, "post", json_text(json_get(post, "name")));
	json_pair_str(w, "post_en", json_text(json_get(post, "name_en")));
	json_pair_str(w, "organ", json_text(json_get(organ, "name")));
	json_pair_str(w, "organ_en", json_text(json_get(organ, "name_en")));
	json_pair_str(w, "password", json_text(json_get(x->city, "password")));
	json_end(w);
}

static enum err put_accounts(struct demo *x)
{
	const struct json *all = json_get(x->city, "accounts");
	struct demo_words words;
	struct json_writer *w = demo_begin(x, &words);
	json_pair_str(w, "name", S("demo.accounts"));
	json_key(w, S("value"));
	json_array(w);
	for (size_t i = 0; all && i < all->count; i++)
		put_account(x, w, &all->items[i]);
	json_end(w);
	TRY(demo_must(x, "setting.put", &words, NULL));
	w = demo_begin(x, &words);
	json_pair_str(w, "name", S("public.city"));
	json_pair_str(w, "value", S("云溪市 Yunxi"));
	TRY(demo_must(x, "setting.put", &words, NULL));
	w = demo_begin(x, &words);
	json_pair_str(w, "name", S("demo"));
	json_pair_bool(w, "value", true);
	return demo_must(x, "setting.put", &words, NULL);
}

static enum err read_calendar(struct demo *x)
{
	struct str path = arena_printf(&x->arena, "%s/data/calendar/cn.csv", x->o->data_dir), text;
	struct calendar *c;
	TRY(os_file_read(&x->arena, path.ptr, DEMO_FILE_MAX, &text, x->d));
	TRY(calendar_read(&x->arena, text, &c, x->d));
	x->calendar = c;
	x->offset_s = calendar_offset_s(c);
	return OK;
}

enum err demo_city(struct demo *x)
{
	struct str path = arena_printf(&x->arena, "%s/demo/material.pdf", x->o->data_dir);
	TRY(read_calendar(x));
	TRY(read_json(x, "demo/city.json", &x->city));
	TRY(read_json(x, "demo/items.json", &x->list));
	TRY(os_file_read(&x->arena, path.ptr, DEMO_FILE_MAX, &x->material, x->d));
	TRY(put_all(x, "regions", "region.put", ""));
	TRY(put_all(x, "organs", "organ.put", "key"));
	TRY(put_staff(x));
	TRY(put_posts(x));
	TRY(put_citizens(x));
	TRY(put_packs(x));
	TRY(put_items(x));
	return put_accounts(x);
}
