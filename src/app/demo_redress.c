/* demo_redress.c - the demo city's own office of efficiency: who investigates and decides when a red alert stands, under the pack of
 * accountability. The cases themselves open by themselves, as they would. */
#include "app/demo_int.h"
#include "casework/packs.h"

#define OFFICE "11990100000090026W"

static enum err put(struct demo *x, const char *command, const char *members)
{
	struct demo_words words;
	(void)demo_begin(x, &words);
	buf_putz(&words.b, members);
	return demo_must(x, command, &words, NULL);
}

static enum err put_people(struct demo *x)
{
	static const struct { const char *login, *name, *name_en; } people[] = {
		{ "renjian", "任建", "Ren Jian" }, { "fangzheng", "方正", "Fang Zheng" }, { "shaoqing", "邵清", "Shao Qing" },
	};
	struct str hash = json_text(json_get(x->city, "password_hash"));
	for (size_t i = 0; i < sizeof people / sizeof *people; i++)
		TRY(put(x, "person.put", arena_printf(&x->arena, "\"login\":\"%s\",\"name\":\"%s\",\"name_en\":\"%s\",\"staff\":true,\"password_hash\":\"%.*s\"",
		                                      people[i].login, people[i].name, people[i].name_en, STR_ARG(hash)).ptr));
	TRY(put(x, "post.put", "\"code\":\"efficiency-head\",\"organ\":\"" OFFICE "\",\"role\":\"head\",\"name\":\"负责人\",\"name_en\":\"Head\",\"a\":\"renjian\""));
	return put(x, "post.put", "\"code\":\"efficiency-supervisor\",\"organ\":\"" OFFICE "\",\"role\":\"supervisor\",\"name\":\"效能监察岗\","
	                          "\"name_en\":\"Supervision\",\"a\":\"fangzheng\",\"b\":\"shaoqing\"");
}

static enum err put_pack(struct demo *x)
{
	const struct json *data;
	struct casework_result r;
	struct str folder = arena_printf(&x->arena, "%s/packs/accountability", x->o->data_dir);
	TRY(casework_pack_data(folder.ptr, &x->arena, &data, x->d));
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = data };
	enum err e = casework_do(x->cw, &c, &x->arena, &r);
	if (e != OK)
		*x->d = r.diag;
	return e;
}

enum err demo_redress(struct demo *x)
{
	TRY(put(x, "organ.put", "\"code\":\"" OFFICE "\",\"name\":\"云溪市效能建设办公室\",\"name_en\":\"Yunxi Office of Efficiency\",\"region\":\"990100\",\"nature\":\"1\""));
	TRY(put_people(x));
	TRY(put_pack(x));
	return put(x, "item.put", "\"impl_code\":\"11990100000090026W0000000000001\",\"name\":\"效能问责\",\"name_en\":\"Accountability\",\"organ\":\"" OFFICE "\",\"region\":\"990100\","
	                          "\"kind\":\"10\",\"pack\":\"accountability\",\"online\":false,\"audience\":[],\"remedies\":\"申诉：三十日内\"");
}
