/* xml_parser.c - expat set up the strict way: namespaces on, no DTD, hence no entities. */
#include "text/xml_int.h"

/* Not a legal XML character, so it can stand in no namespace name. */
static const XML_Char SEPARATOR = '\x1f';

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *sysid,
                               const XML_Char *pubid, int has_internal_subset)
{
	(void)name, (void)sysid, (void)pubid, (void)has_internal_subset;
	xml_parser_stop(arg, ERR_INVALID, "xml.doctype", "A document type declaration is not accepted");
}

enum err xml_parser_init(struct xml_parser *p, struct diag *d)
{
	*p = (struct xml_parser){ .expat = XML_ParserCreateNS(NULL, SEPARATOR), .diag = d };
	if (!p->expat)
		return diag_set(d, ERR_NOMEM, "xml.no-memory", "There is no memory for reading XML");
	XML_SetReturnNSTriplet(p->expat, 1);
	XML_SetUserData(p->expat, p);
	XML_SetStartDoctypeDeclHandler(p->expat, on_doctype);
	return OK;
}

struct xml_name xml_name_split(const char *joined)
{
	struct str rest = str_of(joined);
	struct str first = str_cut(&rest, SEPARATOR);
	if (!rest.ptr)
		return (struct xml_name){ .ns = S(""), .name = first, .prefix = S("") };
	struct str local = str_cut(&rest, SEPARATOR);
	return (struct xml_name){ .ns = first, .name = local, .prefix = rest.ptr ? rest : S("") };
}

static void set_error(struct xml_parser *p, enum err e, const char *code, const char *what)
{
	int line = (int)XML_GetCurrentLineNumber(p->expat);
	int column = (int)XML_GetCurrentColumnNumber(p->expat) + 1;
	p->failed = e;
	diag_set(p->diag, e, code, "%s at line %d, column %d", what, line, column);
	diag_at_line(p->diag, line, column);
}

void xml_parser_stop(struct xml_parser *p, enum err e, const char *code, const char *what)
{
	if (p->failed != OK)
		return;
	set_error(p, e, code, what);
	XML_StopParser(p->expat, XML_FALSE);
}

bool xml_parser_enter(struct xml_parser *p)
{
	if (p->failed != OK)
		return false;
	if (p->depth == XML_DEPTH_MAX) {
		xml_parser_stop(p, ERR_LIMIT, "xml.too-deep", "Elements are nested too deep");
		return false;
	}
	p->depth++;
	return true;
}

enum err xml_parser_error(struct xml_parser *p)
{
	if (p->failed != OK)
		return p->failed;
	enum XML_Error code = XML_GetErrorCode(p->expat);
	if (code == XML_ERROR_NO_MEMORY)
		set_error(p, ERR_NOMEM, "xml.no-memory", "There is no memory for reading XML");
	else
		set_error(p, ERR_INVALID, "xml.syntax", XML_ErrorString(code));
	return p->failed;
}
