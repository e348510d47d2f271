/* demo_people.c - made-up people, firms and what they apply for. */
#include <stdio.h>

#include "app/demo_int.h"
#include "base/utf8.h"

uint64_t demo_next(struct demo_chance *c) /* splitmix64 */
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int64_t demo_between(struct demo_chance *c, int64_t least, int64_t most)
{
	return least + (int64_t)(demo_next(c) % (uint64_t)(most - least + 1));
}

bool demo_percent(struct demo_chance *c, int percent)
{
	return demo_between(c, 0, 99) < percent;
}

static struct str one_of(struct demo *x, const char *path)
{
	const struct json *list = json_path(x->city, path);
	return list && list->count ? json_text(&list->items[demo_between(&x->chance, 0, (int64_t)list->count - 1)]) : S("");
}

static struct str one_character(struct demo *x, const char *path)
{
	struct str all = json_text(json_path(x->city, path));
	size_t n = utf8_count(all);
	size_t at = utf8_offset(all, (size_t)demo_between(&x->chance, 0, (int64_t)n - 1)), end = at;
	utf8_next(all, &end);
	return str_sub(all, at, end);
}

/* 17 digits and the check character of GB 11643. */
struct str demo_id_no(struct demo *x, struct str region, int year, int month, int day)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	char s[32];
	int sum = 0;
	snprintf(s, sizeof s, "%.6s%04d%02d%02d%03d", region.ptr, year, month, day, (int)demo_between(&x->chance, 1, 999));
	for (int i = 0; i < 17; i++)
		sum += (s[i] - '0') * weights[i];
	s[17] = "10X98765432"[sum % 11];
	return arena_str(&x->arena, str_span(s, 18));
}

static struct str address(struct demo *x)
{
	struct str street = one_of(x, "citizens.streets");
	int number = (int)demo_between(&x->chance, 1, 199);
	return arena_printf(&x->arena, "云溪市望江区%.*s%d号", STR_ARG(street), number);
}

void demo_person(struct demo *x, int from_year, int to_year, struct demo_citizen *out)
{
	static const char *const regions[] = { "990101", "990102", "990121", "990122" };
	struct demo_chance *c = &x->chance;
	struct str surname = one_character(x, "citizens.surnames"), given = one_of(x, "citizens.given");
	out->name = arena_printf(&x->arena, "%.*s%.*s", STR_ARG(surname), STR_ARG(given));
	int year = (int)demo_between(c, from_year, to_year), month = (int)demo_between(c, 1, 12), day = (int)demo_between(c, 1, 28);
	out->id_no = demo_id_no(x, str_of(regions[demo_between(c, 0, 3)]), year, month, day);
	out->phone = arena_printf(&x->arena, "139%08d", (int)demo_between(c, 0, 99999999));
	out->address = address(x);
}

struct str demo_company(struct demo *x)
{
	static const char *const kinds[] = { "餐饮有限公司", "食品店", "超市", "便利店", "餐厅" };
	struct str name = one_of(x, "citizens.companies");
	const char *kind = kinds[demo_between(&x->chance, 0, 4)];
	return arena_printf(&x->arena, "云溪市%.*s%s", STR_ARG(name), kind);
}

/* ---- forms, by the pack of the item ---- */

static void food_form(struct demo *x, const struct demo_case *k, const struct demo_citizen *who, struct json_writer *w)
{
	static const char *const types[] = { "sales", "catering", "catering", "canteen" };
	static const char *const sold[][2] = { { "prepacked", "bulk" }, { "hot", "cold" }, { "hot", "hot" }, { "hot", "hot" } };
	struct demo_chance *c = &x->chance;
	int64_t type = demo_between(c, 0, 3);
	json_pair_str(w, "application", demo_percent(c, 80) ? S("new") : S("renewal"));
	json_pair_str(w, "business_name", demo_company(x));
	json_pair_str(w, "credit_code", arena_printf(&x->arena, "92990101MA%08d", (int)demo_between(c, 0, 99999999)));
	json_pair_str(w, "business_type", str_of(types[type]));
	json_pair_str(w, "processing", str_of(sold[type][demo_between(c, 0, 1)]));
	json_pair_i64(w, "area", demo_between(c, 20, 600));
	json_pair_str(w, "address", who->address);
	json_pair_str(w, "manager", who->name);
	json_pair_str(w, "phone", who->phone);
	(void)k;
}

static void permit_form(struct demo *x, const struct demo_case *k, const struct demo_citizen *who, struct json_writer *w)
{
	struct demo_chance *c = &x->chance;
	bool tall = k->script == DEMO_EXPERTS || demo_percent(c, 35);
	int64_t number = demo_between(c, 1, 12);
	struct str estate = one_of(x, "citizens.companies"), builder = one_of(x, "citizens.companies");
	json_pair_str(w, "project_name", arena_printf(&x->arena, "%.*s花园%d号楼", STR_ARG(estate), (int)number));
	json_pair_str(w, "project_code", arena_printf(&x->arena, "2601-990101-04-01-%06d", (int)demo_between(c, 0, 999999)));
	json_pair_str(w, "builder", arena_printf(&x->arena, "云溪市%.*s置业有限公司", STR_ARG(builder)));
	json_pair_str(w, "contractor", S("云溪建工集团有限公司"));
	json_pair_str(w, "address", who->address);
	json_pair_str(w, "use", S("housing"));
	json_pair_i64(w, "area", tall ? demo_between(c, 50000, 90000) : demo_between(c, 3000, 40000));
	json_pair_i64(w, "height", tall ? demo_between(c, 101, 180) : demo_between(c, 12, 90));
	json_pair_i64(w, "pit_depth", tall ? 12 : 4);
	json_pair_i64(w, "cost", demo_between(c, 800, 60000));
	json_pair_str(w, "starts_on", S("2027-03-01"));
	json_pair_str(w, "ends_on", S("2028-12-31"));
}

static void elder_form(struct demo *x, const struct demo_case *k, const struct demo_citizen *who, struct json_writer *w)
{
	struct demo_chance *c = &x->chance;
	bool plain = k->script != DEMO_ANY;
	json_pair_str(w, "residence", plain || demo_percent(c, 80) ? S("local") : demo_percent(c, 70) ? S("permit") : S("none"));
	json_pair_str(w, "holds_card", plain || demo_percent(c, 94) ? S("no") : S("yes"));
	json_pair_bool(w, "agent", !plain && demo_percent(c, 25));
	json_pair_str(w, "address", who->address);
	json_pair_str(w, "delivery", S("electronic"));
}

static void general_form(struct demo *x, const struct demo_case *k, const struct demo_citizen *who, struct json_writer *w)
{
	struct str name = json_text(json_get(k->item->data, "name"));
	json_pair_str(w, "request", arena_printf(&x->arena, "申请办理“%.*s”", STR_ARG(name)));
	json_pair_str(w, "grounds", S("符合规定的条件，材料齐全。"));
	json_pair_str(w, "address", who->address);
	json_pair_str(w, "phone", who->phone);
}

static const struct { const char *pack; void (*fill)(struct demo *, const struct demo_case *, const struct demo_citizen *, struct json_writer *); } forms[] = {
	{ "food-business-licence", food_form }, { "construction-permit", permit_form }, { "elder-benefit-card", elder_form }, { "", general_form },
};

void demo_application(struct demo *x, const struct demo_case *k, const struct demo_citizen *who, struct json_writer *w)
{
	size_t i = 0;
	while (forms[i].pack[0] && !str_eqz(k->item->pack, forms[i].pack))
		i++;
	json_key(w, S("applicant"));
	json_object(w);
	json_pair_str(w, "name", who->name);
	json_pair_str(w, "id_type", S("111"));
	json_pair_str(w, "id_no", who->id_no);
	json_pair_str(w, "phone", who->phone);
	json_pair_str(w, "address", who->address);
	json_pair_str(w, "kind", S("1"));
	json_end(w);
	json_key(w, S("form"));
	json_object(w);
	forms[i].fill(x, k, who, w);
	json_end(w);
}
