/* encoding.c - files in the encodings that older editors write, turned into UTF-8 before they
 * are parsed. Line numbers stay as they are.
 */
#include <iconv.h>

#include "bpmn/bpmn_int.h"

/* What is neither here nor known to the parser itself is refused there. */
static const char *const known[] = { "windows-1252", "cp1252", "GBK", "GB2312", "GB18030", "Big5" };

/* Value of encoding="…" in the XML declaration; empty = none. */
static struct str declared(struct str declaration)
{
	ptrdiff_t at = str_find(declaration, S("encoding"));
	struct str rest;
	char quote;

	if (at < 0)
		return S("");
	rest = str_trim(str_sub(declaration, (size_t)at + 8, declaration.len));
	if (!str_starts(rest, S("=")))
		return S("");
	rest = str_trim(str_sub(rest, 1, rest.len));
	if (rest.len < 2 || (rest.ptr[0] != '"' && rest.ptr[0] != '\''))
		return S("");
	quote = rest.ptr[0];
	rest = str_sub(rest, 1, rest.len);
	return str_cut(&rest, quote);
}

static const char *find_known(struct str name)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (name.len == strlen(known[i]) && strncasecmp(name.ptr, known[i], name.len) == 0)
			return known[i];
	return NULL;
}

static enum err convert(struct arena *a, const char *from, struct str body, struct str *out, struct diag *d)
{
	static const struct str head = S_INIT("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	iconv_t c = iconv_open("UTF-8", from);
	size_t room = head.len + body.len * 4 + 16, left = room - head.len, in_left = body.len;
	char *to = arena_alloc(a, room), *in = (char *)(uintptr_t)body.ptr, *at;
	size_t done;

	if (c == (iconv_t)-1)
		return diag_set(d, ERR_UNSUPPORTED, "bpmn.encoding", "The encoding \"%s\" cannot be read on this machine.", from);
	if (!to) {
		iconv_close(c);
		return diag_set(d, ERR_NOMEM, "bpmn.memory", "The memory allowed for reading a model is used up.");
	}
	memcpy(to, head.ptr, head.len);
	at = to + head.len;
	done = iconv(c, &in, &in_left, &at, &left);
	iconv_close(c);
	if (done == (size_t)-1)
		return diag_set(d, ERR_INVALID, "bpmn.encoding", "The file is not in the encoding \"%s\" that it declares.", from);
	*out = str_span(to, room - left);
	return OK;
}

enum err bpmn_to_utf8(struct arena *a, struct str xml, struct str *out, struct diag *d)
{
	ptrdiff_t end = str_starts(xml, S("<?xml")) ? str_find(str_sub(xml, 0, 200), S("?>")) : -1;
	const char *name = end < 0 ? NULL : find_known(declared(str_sub(xml, 0, (size_t)end)));

	*out = xml;
	if (!name)
		return OK;
	if (xml.len > XML_BYTES_MAX)
		return diag_set(d, ERR_LIMIT, "bpmn.too-large", "The file is larger than %d MiB.", XML_BYTES_MAX >> 20);
	return convert(a, name, str_sub(xml, (size_t)end + 2, xml.len), out, d);
}
