/* test_draw.c - the diagram: well-formed, escaped, marked, laid out where there is no layout;
 * and the model written back.
 */
#include "fixture.h"

#define MODEL PROCESS("<startEvent id=\"s\" name=\"收到 &lt;申请&gt;\"/><userTask id=\"t\" name=\"形式审查与材料核对(含告知)\"><documentation>看 &amp; 记</documentation></userTask>" \
	"<subProcess id=\"p\" name=\"补正\"><userTask id=\"u\"/></subProcess><boundaryEvent id=\"b\" attachedToRef=\"t\"><timerEventDefinition id=\"d\"><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>" \
	"<endEvent id=\"e\"/>" FLOW("f1", "s", "t") FLOW("f2", "t", "p") FLOW("f3", "p", "e") FLOW("f4", "b", "e") FLOW("f5", "p", "t"))

static struct xml_node *drawn(struct fixture *f, const struct bpmn_overlay *o, size_t n)
{
	struct xml_node *svg = NULL;
	struct buf out;

	buf_init_in(&out, &f->a, 8 << 20);
	CHECK_INT(bpmn_draw(f->m, o, n, &f->a, &out, &f->d), OK);
	CHECK_INT(xml_read(&f->a, buf_str(&out), &svg, &f->d), OK);
	return svg;
}

static const struct xml_node *group(const struct xml_node *svg, const char *id)
{
	for (const struct xml_node *c = svg->first; c; c = c->next)
		if (str_eqz(xml_attr(c, "data-element"), id))
			return c;
	return NULL;
}

TEST(every_element_has_its_group_with_title_and_description)
{
	static const char *const ids[] = { "s", "t", "p", "u", "b", "e", "f1", "f2", "f3", "f4", "f5" };
	const struct xml_node *svg;
	struct fixture f;

	REQUIRE(open_model(&f, MODEL));
	svg = drawn(&f, NULL, 0);
	REQUIRE(svg);
	CHECK_STR(xml_attr(svg, "role"), "img");
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		ROW(ids[i]);
		REQUIRE(group(svg, ids[i]));
		CHECK(xml_child(group(svg, ids[i]), NULL, "title"));
	}
	ROW(NULL);
	CHECK_STR(xml_child(group(svg, "s"), NULL, "title")->text, "收到 <申请>");
	CHECK_STR(xml_child(group(svg, "t"), NULL, "desc")->text, "看 & 记");
	CHECK(!xml_child(group(svg, "s"), NULL, "desc"));
	close_model(&f);
}

TEST(current_and_passed_are_marked_by_class)
{
	struct bpmn_overlay o[] = { { .element = S("t"), .current = true, .badge = S("3 件") }, { .element = S("f1"), .passed = true } };
	const struct xml_node *svg;
	struct fixture f;

	REQUIRE(open_model(&f, MODEL));
	svg = drawn(&f, o, 2);
	REQUIRE(svg);
	CHECK_STR(xml_attr(group(svg, "t"), "class"), "bpmn-userTask bpmn-current");
	CHECK_STR(xml_attr(group(svg, "f1"), "class"), "bpmn-sequenceFlow bpmn-passed");
	CHECK_STR(xml_attr(group(svg, "e"), "class"), "bpmn-endEvent");
	close_model(&f);
}

TEST(long_chinese_names_are_wrapped_not_cut)
{
	const struct xml_node *svg, *text;
	struct fixture f;
	size_t lines = 0, bytes = 0;

	REQUIRE(open_model(&f, MODEL));
	svg = drawn(&f, NULL, 0);
	REQUIRE(svg && group(svg, "t"));
	text = xml_child(group(svg, "t"), NULL, "text");
	REQUIRE(text);
	for (const struct xml_node *t = text->first; t; t = t->next, lines++)
		bytes += t->text.len;
	CHECK(lines >= 2);
	CHECK_INT(bytes, strlen("形式审查与材料核对(含告知)"));
	close_model(&f);
}

TEST(the_model_is_written_back_with_its_name_spaces)
{
	const char *xml = "<b:definitions xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"x\">"
		"<b:itemDefinition id=\"i\" structureRef=\"xsd:string\"/><b:process id=\"P\"><b:documentation>a&#13;b <i xmlns=\"urn:h\">c<j xmlns=\"\"/></i></b:documentation>"
		"<b:task id=\"t\" name=\"a&#10;b &quot;c&quot;\"/></b:process></b:definitions>";
	struct fixture f;
	struct bpmn_model *again;
	struct buf out, twice;

	open_model(&f, xml);
	REQUIRE(bpmn_model_view(&f.a, str_of(xml), &f.m, &f.d) == OK);
	buf_init_in(&out, &f.a, 1 << 20);
	bpmn_write(f.m, &out);
	CHECK(str_find(buf_str(&out), S("xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"")) > 0);
	REQUIRE(bpmn_model_view(&f.a, buf_str(&out), &again, &f.d) == OK);
	CHECK_STR(bpmn_model_element(again, S("t"))->name, "a\nb \"c\"");
	buf_init_in(&twice, &f.a, 1 << 20);
	bpmn_write(again, &twice);
	CHECK(str_eq(buf_str(&out), buf_str(&twice)));
	close_model(&f);
}

TEST_MAIN
