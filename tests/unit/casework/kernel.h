/* kernel.h - a small office in memory for the kernel's tests: one organ, a pack of one review, people by login. */
#ifndef TESTS_KERNEL_H
#define TESTS_KERNEL_H

#include "casework/casework.h"
#include "tests/store_place.h"
#include "tests/test.h"
#include "text/json_make.h"

struct kernel {
	struct casework *cw;
	struct os_clock clock;
	struct os_entropy entropy;
	struct arena a;
	struct casework_result r;
	const char *path;
	const struct casework_room *const *rooms; /* set before kernel_begin; NULL = the kernel alone */
	size_t rooms_count;
};

/* A small process begins like this: accepted by itself, then on to `next`. */
#define KERNEL_ACCEPTED(next) \
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>" \
	"<process id='p' isExecutable='true'><extensionElements>" \
	"<banjie:limit kind='promised' amount='5' unit='working-days' starts='accepted' ends='decided' ground='promise'/>" \
	"<banjie:limit kind='statutory' amount='20' unit='working-days' starts='accepted' ends='decided' ground='ALL/42'/>" \
	"</extensionElements>" \
	"<startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='accept'/>" \
	"<serviceTask id='accept' name='受理'><extensionElements><banjie:milestone name='accepted'/></extensionElements></serviceTask>" \
	"<sequenceFlow id='f2' sourceRef='accept' targetRef='" next "'/>"

static const char kernel_process[] = KERNEL_ACCEPTED("review")
	"<userTask id='review' name='审查'><extensionElements><banjie:label en='Review'/><banjie:assign post='reviewer' organ='lead'/>"
	"<banjie:limit amount='2' unit='working-days' ground='internal'/>"
	"<banjie:action id='grant' name='准予' name_en='Grant'/><banjie:action id='refuse' name='不予' name_en='Refuse' requires='reasons'/>"
	"<banjie:milestone name='decided'/></extensionElements></userTask>"
	"<sequenceFlow id='f3' sourceRef='review' targetRef='e'/><endEvent id='e'/></process></definitions>";

static const char kernel_pack[] = "{\"code\":\"test\",\"version\":1,\"name\":\"测试\",\"name_en\":\"Test\",\"process\":\"process.bpmn\","
	"\"decisions\":[],\"forms\":[],\"letters\":[]}";

/* Runs a command given as JSON text; the result stays in k->r. actor 0 = system, -1 = visitor. */
__attribute__((unused)) static enum err kernel_do(struct kernel *k, int64_t actor, const char *key, const char *name, const char *json)
{
	const struct json *data = NULL;
	if (json_read(&k->a, str_of(json), &data, NULL) != OK)
		return ERR_INVALID;
	struct casework_command c = { .name = str_of(name), .key = str_of(key), .data = data };
	c.actor = (struct casework_actor){ .person = actor > 0 ? actor : 0, .system = actor == 0 };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

/* A signature under what a view showed. */
__attribute__((unused)) static enum err kernel_sign(struct kernel *k, int64_t person, const struct json *read, const char *name, const char *json)
{
	const struct json *data = NULL;
	if (json_read(&k->a, str_of(json), &data, NULL) != OK)
		return ERR_INVALID;
	struct casework_command c = { .name = str_of(name), .made_from = json_text(json_get(read, "made_from")), .data = data, .actor = { .person = person } };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

__attribute__((unused)) static struct str kernel_text(struct kernel *k, const char *key)
{
	return json_text(json_get(k->r.data, key));
}

__attribute__((unused)) static int64_t kernel_put_person(struct kernel *k, const char *login, const char *name)
{
	char json[256];
	snprintf(json, sizeof json, "{\"login\":\"%s\",\"name\":\"%s\"}", login, name);
	return kernel_do(k, 0, "", "person.put", json) == OK ? json_i64(json_get(k->r.data, "id"), 0) : 0;
}

struct kernel_file { const char *path, *text; };

/* What pack.add takes. */
static const struct json *kernel_pack_data(struct kernel *k, const struct kernel_file *files, size_t count)
{
	struct json_build o, list, f;
	json_build_object(&o, &k->a);
	json_build_array(&list, &k->a);
	for (size_t i = 0; i < count; i++) {
		json_build_object(&f, &k->a);
		json_set_str(&f, "path", str_of(files[i].path));
		json_set_str(&f, "text", str_of(files[i].text));
		json_add(&list, json_built(&f));
	}
	json_set(&o, "files", json_built(&list));
	return json_built(&o);
}

static enum err kernel_add_pack(struct kernel *k, const struct kernel_file *files, size_t count)
{
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = kernel_pack_data(k, files, count) };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

static enum err kernel_put_pack(struct kernel *k)
{
	static const struct kernel_file files[] = { { "pack.json", kernel_pack }, { "process.bpmn", kernel_process } };
	return kernel_add_pack(k, files, 2);
}

static bool kernel_open(struct kernel *k, const char *path)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true, .doubting = true,
	                             .rooms = k->rooms, .rooms_count = k->rooms_count };
	struct diag d;
#ifdef KERNEL_ROOM /* a sibling's test names its room */
	static const struct casework_room *const rooms[] = { &KERNEL_ROOM };
	o.rooms = rooms;
	o.rooms_count = 1;
#endif
	diag_init(&d);
	k->path = test_place(path);
	if (casework_open(k->path, &o, &k->cw, &d) == OK)
		return true;
	printf("  %s\n", d.text);
	return false;
}

/* Monday 2025-03-03 09:00 in China. */
#define KERNEL_START_MS 1740963600000LL

__attribute__((unused)) static bool kernel_begin(struct kernel *k, const char *path)
{
	os_clock_virtual(&k->clock, KERNEL_START_MS);
	os_entropy_seeded(&k->entropy, 7);
	arena_init(&k->a, 256 << 20);
	return kernel_open(k, path) &&
	       kernel_do(k, 0, "", "region.put", "{\"code\":\"990100\",\"name\":\"云溪市\",\"level\":3}") == OK &&
	       kernel_do(k, 0, "", "organ.put", "{\"code\":\"O1\",\"name\":\"市场监管局\",\"name_en\":\"Market office\",\"region\":\"990100\"}") == OK &&
	       kernel_put_person(k, "wang", "王审查") && kernel_put_person(k, "li", "李主任") && kernel_put_person(k, "sun", "孙监察") &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\"}") == OK &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P2\",\"organ\":\"O1\",\"role\":\"head\",\"name\":\"主任\",\"a\":\"li\"}") == OK &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P3\",\"organ\":\"O1\",\"role\":\"supervisor\",\"name\":\"监察\",\"a\":\"sun\"}") == OK &&
	       kernel_put_pack(k) == OK &&
	       kernel_do(k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"食品经营许可证核发\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\"}") == OK;
}

/* The same record by a store with a thread of its own, as a server has it. */
__attribute__((unused)) static bool kernel_serve(struct kernel *k, uint32_t queue_max)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .fast = true, .doubting = true, .queue_max = queue_max };
	struct diag d;
	casework_close(k->cw);
	k->cw = NULL;
	diag_init(&d);
	return casework_open(k->path, &o, &k->cw, &d) == OK;
}

__attribute__((unused)) static void kernel_end(struct kernel *k)
{
	casework_close(k->cw);
	arena_release(&k->a);
}

__attribute__((unused)) static int64_t kernel_person(struct kernel *k, const char *login)
{
	const struct json *v;
	return casework_person_by_login(k->cw, str_of(login), &k->a, &v) == OK ? json_i64(json_get(v, "id"), 0) : 0;
}

__attribute__((unused)) static int64_t kernel_citizen(struct kernel *k, const char *login)
{
	char json[256];
	snprintf(json, sizeof json, "{\"login\":\"%s\",\"name\":\"张三\",\"password_hash\":\"x\"}", login);
	return kernel_do(k, -1, "", "person.register", json) == OK ? json_i64(json_get(k->r.data, "id"), 0) : 0;
}

__attribute__((unused)) static struct str kernel_submit(struct kernel *k, int64_t citizen, const char *key)
{
	enum err e = kernel_do(k, citizen, key, "case.submit", "{\"item\":\"I1\",\"form\":{\"name\":\"老张面馆\"},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}");
	return e == OK ? kernel_text(k, "case_no") : (struct str){ NULL, 0 };
}

__attribute__((unused)) static const struct json *kernel_view(struct kernel *k, int64_t actor, const char *name, const char *json)
{
	const struct json *params = NULL, *out = NULL;
	struct casework_actor who = { .person = actor > 0 ? actor : 0, .system = actor == 0 };
	diag_init(&k->r.diag);
	if (json_read(&k->a, str_of(json), &params, NULL) != OK ||
	    casework_view(k->cw, name, &who, params, &k->a, &out, &k->r.diag) != OK)
		return NULL;
	return out;
}

#endif
