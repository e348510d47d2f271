/* tck.c - the DMN Technology Compatibility Kit, run over this room. */
#include "dmn/tck.h"

#include "dmn/load.h"
#include "dmn/tck_value.h"
#include "os/os.h"

enum { DEPTH_MAX = 4 };
enum { ARENA_MAX = 512 << 20 };

struct suite {
	struct buf *csv;
	void (*report)(void *arg, const struct dmn_tck_result *r);
	void *arg;
	struct dmn_tck_count count;
	struct str root;    /* the folder the run began in */
	struct arena *arena; /* of the folder under way */
	struct diag *diag;
};

struct file { /* one file of expectations */
	struct str folder, name;
	const struct dmn_model *model; /* NULL = it could not be read */
	struct str why;
};

static void csv_line(struct buf *csv, const struct dmn_tck_result *r, bool passed)
{
	if (!csv)
		return;
	struct str fields[] = { r->folder, r->file, r->test_case, passed ? S("SUCCESS") : S("ERROR"),
		passed ? S("") : r->reason };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		buf_putz(csv, i ? ",\"" : "\"");
		for (size_t j = 0; j < fields[i].len; j++) {
			char c = fields[i].ptr[j];
			buf_put(csv, c == '"' ? S("\"\"") : str_span(c == '\n' ? " " : &fields[i].ptr[j], 1));
		}
		buf_byte(csv, '"');
	}
	buf_byte(csv, '\n');
}

static struct str printed(struct arena *a, const struct feel_value *v)
{
	struct buf b;
	buf_init_in(&b, a, 1 << 16);
	feel_print_literal(v, &b);
	return buf_str(&b);
}

static enum err inputs_read(struct arena *a, const struct xml_node *test_case, struct feel_value *out)
{
	struct feel_context_builder b;
	feel_context_begin(&b, a);
	for (const struct xml_node *c = xml_child(test_case, NULL, "inputNode"); c; c = xml_next_same(c)) {
		struct feel_value v;
		struct str ns = xml_attr(c, "namespace"), key = xml_attr(c, "name");
		TRY(dmn_tck_value_read(a, c, &v));
		TRY(feel_context_put(&b, key, v));
		if (str_empty(ns))
			continue;
		key = arena_printf(a, "%.*s#%.*s", STR_ARG(ns), STR_ARG(key));
		if (!key.ptr)
			return ERR_NOMEM;
		TRY(feel_context_put(&b, key, v));
	}
	return feel_context_end(&b, out);
}

/* A service or knowledge model is called under its own name; a service with several outputs gives
 * a context of them, one of which the result node names. */
static enum err evaluate(const struct file *f, const struct xml_node *test_case, const struct xml_node *node,
                         const struct feel_value *inputs, struct arena *a, struct feel_value *out, struct diag *d)
{
	static const struct feel_env env = { .now_ms = INT64_C(1750000000000) };
	struct str called = xml_attr(test_case, "invocableName"), name = xml_attr(node, "name");
	TRY(dmn_eval(f->model, called.ptr ? called : name, inputs, &env, a, out, NULL, d));
	const struct feel_value *one = called.ptr ? feel_get(out, name) : NULL;
	if (one)
		*out = *one;
	return OK;
}

static enum err run_node(struct suite *s, const struct file *f, const struct xml_node *test_case,
                         const struct xml_node *node, bool *case_passed, struct str *reason)
{
	struct arena *a = s->arena;
	struct dmn_tck_result r = { .folder = f->folder, .file = f->name, .test_case = xml_attr(test_case, "id"),
		.node = xml_attr(node, "name") };
	struct feel_value expected = feel_null(), got = feel_null(), inputs;
	const struct xml_node *wanted = xml_child(node, NULL, "expected");
	struct diag d;
	enum err err = OK;
	diag_init(&d);
	TRY(inputs_read(a, test_case, &inputs));
	if (wanted && !str_eqz(xml_attr(node, "errorResult"), "true"))
		TRY(dmn_tck_value_read(a, wanted, &expected));
	if (f->model)
		err = evaluate(f, test_case, node, &inputs, a, &got, &d);
	r.passed = f->model && err == OK && dmn_tck_value_same(&expected, &got);
	r.reason = f->model ? str_of(d.text) : f->why;
	if (!r.passed) {
		r.expected = printed(a, &expected);
		r.got = err == OK ? printed(a, &got) : str_of(err_name(err));
		*case_passed = false;
		*reason = arena_str(a, r.reason);
	}
	s->count.passed += r.passed;
	s->count.failed += !r.passed;
	if (s->report)
		s->report(s->arg, &r);
	return OK;
}

static enum err run_case(struct suite *s, const struct file *f, const struct xml_node *test_case)
{
	struct arena_mark mark = arena_save(s->arena);
	struct dmn_tck_result r = { .folder = f->folder, .file = f->name, .test_case = xml_attr(test_case, "id") };
	bool passed = true;
	for (const struct xml_node *n = xml_child(test_case, NULL, "resultNode"); n; n = xml_next_same(n))
		TRY(run_node(s, f, test_case, n, &passed, &r.reason));
	csv_line(s->csv, &r, passed);
	arena_rewind(s->arena, mark);
	return OK;
}

static struct str relative(const struct suite *s, struct str folder)
{
	if (!str_starts(folder, s->root))
		return folder;
	struct str rest = str_sub(folder, s->root.len, folder.len);
	return str_starts(rest, S("/")) ? str_sub(rest, 1, rest.len) : rest;
}

static enum err run_file(struct suite *s, struct dmn_folder *models, const char *folder, struct str name)
{
	struct str path = arena_printf(s->arena, "%s/%.*s", folder, STR_ARG(name)), text;
	struct file f = { .folder = relative(s, str_of(folder)), .name = str_sub(name, 0, name.len - 4) };
	struct dmn_finding *findings;
	struct xml_node *root;
	struct diag d;
	if (!path.ptr)
		return ERR_NOMEM;
	TRY(os_file_read(s->arena, path.ptr, DMN_FILE_MAX, &text, s->diag));
	TRY(xml_read(s->arena, text, &root, s->diag));
	const struct xml_node *model = xml_child(root, NULL, "modelName");
	diag_init(&d);
	if (dmn_folder_model(models, model ? str_trim(model->text) : S(""), &f.model, &findings, &d) != OK)
		f.why = arena_str(s->arena, str_of(d.text));
	for (const struct xml_node *n = xml_child(root, NULL, "testCase"); n; n = xml_next_same(n))
		TRY(run_case(s, &f, n));
	return OK;
}

/* "…-test-01.xml" */
static bool is_test(struct str name)
{
	ptrdiff_t at = str_find(name, S("-test-"));
	return at > 0 && str_ends(name, S(".xml"));
}

static enum err run_folder(struct suite *s, const char *folder, int depth);

static enum err run_entries(struct suite *s, const char *folder, const struct str *names, size_t count, int depth)
{
	struct dmn_folder *models = NULL;
	for (size_t i = 0; i < count; i++) {
		if (is_test(names[i])) {
			if (!models)
				TRY(dmn_folder_open(s->arena, folder, true, &models, s->diag));
			TRY(run_file(s, models, folder, names[i]));
		} else if (str_find_byte(names[i], '.') < 0 && depth < DEPTH_MAX) {
			struct str below = arena_printf(s->arena, "%s/%.*s", folder, STR_ARG(names[i]));
			TRY(below.ptr ? run_folder(s, below.ptr, depth + 1) : ERR_NOMEM);
		}
	}
	return OK;
}

/* Each folder has its own arena: models are large and needed once. */
static enum err run_folder(struct suite *s, const char *folder, int depth)
{
	struct arena own, *outer = s->arena;
	struct str *names;
	size_t count;
	struct diag d;
	arena_init(&own, ARENA_MAX);
	s->arena = &own;
	diag_init(&d);
	enum err err = os_dir_list(&own, folder, &names, &count, depth ? &d : s->diag);
	if (err == OK)
		err = run_entries(s, folder, names, count, depth);
	else if (depth)
		err = OK; /* a plain file whose name has no dot */
	s->arena = outer;
	arena_release(&own);
	return err;
}

enum err dmn_tck_run(const char *dir, struct buf *csv, void (*report)(void *arg, const struct dmn_tck_result *r),
                     void *arg, struct dmn_tck_count *out, struct diag *d)
{
	struct suite s = { .csv = csv, .report = report, .arg = arg, .root = str_of(dir), .diag = d };
	TRY(run_folder(&s, dir, 0));
	if (!s.count.passed && !s.count.failed)
		return diag_set(d, ERR_NOT_FOUND, "dmn.tck", "there is no test case below %s", dir);
	*out = s.count;
	return csv ? csv->failed : OK;
}
