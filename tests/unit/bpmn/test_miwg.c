/* test_miwg.c - the interchange models of the BPMN MIWG, where present: each is read, drawn and
 * written back without loss of what was read.
 */
#include "fixture.h"
#include "os/os.h"

#define SUITES PROJECT_ROOT "/../shared/suites/"

static bool present(const char *path)
{
	return os_file_exists(path);
}

static bool same_node(const struct xml_node *a, const struct xml_node *b)
{
	const struct xml_node *x, *y;

	if (!str_eq(a->ns, b->ns) || !str_eq(a->name, b->name) || !str_eq(a->prefix, b->prefix) || a->attrs_count != b->attrs_count)
		return false;
	for (size_t i = 0; i < a->attrs_count; i++)
		if (!str_eq(a->attrs[i].ns, b->attrs[i].ns) || !str_eq(a->attrs[i].name, b->attrs[i].name) ||
		    !str_eq(a->attrs[i].value, b->attrs[i].value))
			return false;
	if (!str_eq(str_trim(a->text), str_trim(b->text)))
		return false;
	for (x = a->first, y = b->first; x && y; x = x->next, y = y->next)
		if (!same_node(x, y))
			return false;
	return !x && !y;
}

static size_t count_shapes(struct str svg)
{
	size_t n = 0;
	ptrdiff_t at;

	while ((at = str_find(svg, S("data-element="))) >= 0) {
		n++;
		svg = str_sub(svg, (size_t)at + 13, svg.len);
	}
	return n;
}

static size_t count_di(const struct bpmn_model *m, const struct xml_node *n)
{
	size_t count = (str_eqz(n->name, "BPMNShape") || str_eqz(n->name, "BPMNEdge")) && xml_attr(n, "bpmnElement").ptr;

	for (const struct xml_node *c = n->first; c; c = c->next)
		count += count_di(m, c);
	return count;
}

static void read_draw_write(const char *path)
{
	struct bpmn_finding *findings = NULL;
	struct bpmn_model *m, *again;
	struct xml_node *first, *second, *svg;
	struct buf out, drawn;
	struct arena a;
	struct str xml;
	struct diag d;

	arena_init(&a, 512u << 20);
	diag_init(&d);
	buf_init_in(&out, &a, 64 << 20);
	buf_init_in(&drawn, &a, 64 << 20);
	CHECK_INT(os_file_read(&a, path, 64 << 20, &xml, &d), OK);
	enum err e = bpmn_model_read(&a, xml, &m, &findings, &d);
	CHECK(e == OK || findings); /* a foreign script is refused with its reasons */
	diag_init(&d);
	CHECK_INT(bpmn_model_view(&a, xml, &m, &d), OK);
	CHECK_INT(bpmn_draw(m, NULL, 0, &a, &drawn, &d), OK);
	CHECK_INT(xml_read(&a, buf_str(&drawn), &svg, &d), OK);
	bpmn_write(m, &out);
	CHECK_INT(xml_read(&a, xml, &first, &d), OK);
	CHECK_INT(xml_read(&a, buf_str(&out), &second, &d), OK);
	CHECK(same_node(first, second));
	CHECK(count_shapes(buf_str(&drawn)) * 100 >= count_di(m, first) * 95);
	CHECK_INT(bpmn_model_view(&a, buf_str(&out), &again, &d), OK);
	arena_release(&a);
}

TEST(interchange_models_are_read_drawn_and_written_back_whole)
{
	struct arena a;
	struct str *names;
	struct diag d;
	size_t count = 0, models = 0;

	if (!present(SUITES "bpmn-miwg/A.1.0.bpmn"))
		SKIP("no interchange models here");
	arena_init(&a, 1 << 20);
	diag_init(&d);
	REQUIRE(os_dir_list(&a, SUITES "bpmn-miwg", &names, &count, &d) == OK);
	for (size_t i = 0; i < count; i++)
		if (str_ends(names[i], S(".bpmn"))) {
			struct str path = arena_printf(&a, SUITES "bpmn-miwg/%.*s", STR_ARG(names[i]));

			ROW(path.ptr);
			read_draw_write(path.ptr);
			models++;
		}
	ROW(NULL);
	CHECK_INT(models, 21);
	arena_release(&a);
}

TEST_MAIN
