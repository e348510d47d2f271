/* sniff.c - libmagic over the first bytes of an upload, refined for zip-based formats. */
#include "http/sniff.h"

#include <magic.h>

enum { LOOK_MAX = 64 << 10 };

struct kind {
	const char *type;
	const char *endings; /* blank-separated, with the dot */
};

static const struct kind standard[] = {
	{ "application/pdf", ".pdf" },
	{ "image/png", ".png" },
	{ "image/jpeg", ".jpg .jpeg" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx" },
	{ "application/ofd", ".ofd" },
	{ "text/plain", ".txt .csv" },
};

/* A handle is not to be shared between threads, and opening one takes a quarter of a
 * millisecond: each upload opens its own. */
static struct str magic_type(struct arena *a, struct str head)
{
	struct str type = { NULL, 0 };
	magic_t cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR);
	if (cookie && magic_load(cookie, NULL) == 0)
		type = arena_str(a, str_of(magic_buffer(cookie, head.ptr, head.len)));
	if (cookie)
		magic_close(cookie);
	return type;
}

/* Office and OFD files are zip archives that libmagic tells apart only in part. */
static const char *refine_zip(struct str head)
{
	if (str_find(head, S("word/")) >= 0)
		return standard[3].type;
	if (str_find(head, S("xl/")) >= 0)
		return standard[4].type;
	if (str_find(head, S("OFD.xml")) >= 0)
		return standard[5].type;
	return "application/zip";
}

struct str http_sniff(struct arena *a, struct str bytes)
{
	struct str head = str_sub(bytes, 0, LOOK_MAX);
	if (str_starts(head, S("PK\x03\x04")))
		return str_of(refine_zip(head));
	struct str type = bytes.len ? magic_type(a, head) : S("");
	if (str_empty(type))
		return S("application/octet-stream");
	if (str_starts(type, S("text/")) && !str_eqz(type, "text/html") && !str_eqz(type, "text/xml"))
		return S("text/plain");
	return type;
}

/* Walks words separated by blanks or commas. */
static bool next_word(struct str *rest, struct str *word)
{
	while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == ','))
		*rest = str_sub(*rest, 1, rest->len);
	size_t n = 0;
	while (n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != ',')
		n++;
	*word = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->len);
	return n > 0;
}

static const struct kind *kind_of(struct str type)
{
	for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
		if (str_eqz(type, standard[i].type))
			return &standard[i];
	return NULL;
}

static bool accepted(struct str detected, struct str accept)
{
	struct str word;
	if (str_empty(str_trim(accept)))
		return kind_of(detected) != NULL;
	while (next_word(&accept, &word))
		if (str_eq(word, detected))
			return true;
	return false;
}

static bool ends_with_any(struct str name, const char *endings)
{
	struct str rest = str_of(endings), ending;
	while (next_word(&rest, &ending))
		if (name.len > ending.len && strncasecmp(name.ptr + name.len - ending.len, ending.ptr, ending.len) == 0)
			return true;
	return false;
}

enum err http_sniff_check(struct str filename, struct str detected, struct str accept, struct diag *d)
{
	enum err e = OK;
	const struct kind *k = kind_of(detected);
	if (!accepted(detected, accept))
		e = diag_set(d, ERR_INVALID, "upload.type", "The file %.*s is of a kind that is not accepted here (%.*s)", STR_ARG(filename), STR_ARG(detected));
	else if (k && !ends_with_any(filename, k->endings))
		e = diag_set(d, ERR_INVALID, "upload.ending", "The name %.*s does not fit what the file holds (%.*s)", STR_ARG(filename), STR_ARG(detected));
	if (e != OK) {
		diag_arg(d, filename);
		diag_arg(d, detected);
	}
	return e;
}
