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
static enum err magic_type(struct arena *a, struct str head, struct str *type, struct diag *d)
{
	magic_t cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR);
	const char *said = cookie && magic_load(cookie, NULL) == 0 ? magic_buffer(cookie, head.ptr, head.len) : NULL;
	if (said)
		*type = arena_str(a, str_of(said));
	if (cookie)
		magic_close(cookie);
	return said && type->ptr ? OK : diag_set(d, ERR_IO, "upload.unlooked", "What the file contains cannot be looked at at this moment; please try again");
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

enum err http_sniff(struct arena *a, struct str bytes, struct str *type, struct diag *d)
{
	struct str head = str_sub(bytes, 0, LOOK_MAX), found = S("");
	if (str_starts(head, S("PK\x03\x04")))
		found = str_of(refine_zip(head));
	else if (bytes.len)
		TRY(magic_type(a, head, &found, d));
	if (str_empty(found))
		found = S("application/octet-stream");
	if (str_starts(found, S("text/")) && !str_eqz(found, "text/html") && !str_eqz(found, "text/xml"))
		found = S("text/plain");
	*type = found;
	return OK;
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
