/* multipart.c - multipart/form-data (RFC 7578) out of a body that is already in memory.
 * Values and files are views into the body; only names are copied. */
#include "http/http_int.h"
#include "http/sniff.h"

enum { BOUNDARY_MAX = 70, PARTS_MAX = 1000 };

static bool same_letter(char a, char b)
{
	char x = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a, y = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
	return x == y;
}

static bool same_word(struct str s, const char *word)
{
	if (s.len != strlen(word))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!same_letter(s.ptr[i], word[i]))
			return false;
	return true;
}

/* The text in quotes at s, whose first byte is the quote; *used = bytes taken. */
static struct str unquote(struct arena *a, struct str s, size_t *used)
{
	char *p = arena_alloc(a, s.len);
	size_t n = 0, i = 1;
	for (; p && i < s.len && s.ptr[i] != '"'; i++) {
		/* browsers send a backslash in names as it is; only \" is an escape */
		if (s.ptr[i] == '\\' && i + 1 < s.len && s.ptr[i + 1] == '"')
			i++;
		p[n++] = s.ptr[i];
	}
	*used = i < s.len ? i + 1 : s.len;
	return str_span(p, p ? n : 0);
}

struct str http_header_param(struct arena *a, struct str header, const char *name)
{
	ptrdiff_t at = str_find_byte(header, ';');
	while (at >= 0) {
		struct str rest = str_sub(header, (size_t)at + 1, header.len);
		ptrdiff_t eq = str_find_byte(rest, '=');
		if (eq < 0)
			break;
		struct str key = str_trim(str_sub(rest, 0, (size_t)eq)), value = str_sub(rest, (size_t)eq + 1, rest.len);
		size_t used;
		if (value.len && value.ptr[0] == '"') {
			value = unquote(a, value, &used);
		} else {
			ptrdiff_t end = str_find_byte(value, ';');
			used = end < 0 ? value.len : (size_t)end;
			value = str_trim(str_sub(value, 0, used));
		}
		if (same_word(key, name))
			return value;
		header = str_sub(rest, (size_t)eq + 1 + used, rest.len);
		at = str_find_byte(header, ';');
	}
	return (struct str){ NULL, 0 };
}

struct part {
	struct str name, filename, type, bytes;
	bool is_file;
};

static enum err bad(struct diag *d, const char *what)
{
	return diag_set(d, ERR_INVALID, "http.bad-multipart", "The form was sent wrongly: %s", what);
}

static void read_part_header(struct arena *a, struct str line, struct part *p)
{
	struct str rest = line;
	struct str name = str_trim(str_cut(&rest, ':'));
	if (!rest.ptr)
		return;
	if (same_word(name, "content-disposition")) {
		p->name = http_header_param(a, rest, "name");
		p->filename = http_header_param(a, rest, "filename");
		p->is_file = p->filename.ptr != NULL;
	} else if (same_word(name, "content-type")) {
		p->type = str_trim(str_cut(&rest, ';'));
	}
}

/* Headers of a part up to the empty line; moves *rest behind it. */
static enum err read_part_headers(struct arena *a, struct str *rest, struct part *p, struct diag *d)
{
	for (int i = 0; i < 16; i++) {
		ptrdiff_t end = str_find(*rest, S("\r\n"));
		if (end < 0)
			return bad(d, "a part has no end");
		struct str line = str_sub(*rest, 0, (size_t)end);
		*rest = str_sub(*rest, (size_t)end + 2, rest->len);
		if (str_empty(line))
			return OK;
		read_part_header(a, line, p);
	}
	return bad(d, "a part has too many headers");
}

/* The name without folders, as browsers of old sent them. */
static struct str base_name(struct str s)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.ptr[i - 1] == '/' || s.ptr[i - 1] == '\\')
			return str_sub(s, i, s.len);
	return s;
}

static enum err keep_file(struct arena *a, const struct part *p, size_t file_max, struct http_multipart *out, struct diag *d)
{
	if (str_empty(p->filename) && str_empty(p->bytes))
		return OK; /* a file input nobody touched */
	if (p->bytes.len > file_max) {
		diag_set(d, ERR_LIMIT, "upload.too-large", "The file %.*s is larger than %zu MiB", STR_ARG(p->filename), file_max >> 20);
		diag_arg(d, p->filename);
		diag_arg(d, arena_printf(a, "%zu", file_max >> 20));
		diag_at(d, p->name);
		return ERR_LIMIT;
	}
	if (out->files_count == HTTP_FILES_MAX)
		return diag_set(d, ERR_LIMIT, "upload.too-many", "More than %d files were sent at once", HTTP_FILES_MAX);
	struct http_file *f = &out->files[out->files_count];
	*f = (struct http_file){ .field = p->name, .filename = base_name(p->filename), .declared = p->type.ptr ? p->type : S(""), .bytes = p->bytes };
	TRY(http_sniff(a, p->bytes, &f->detected, d));
	out->files_count++;
	return OK;
}

static enum err keep_part(struct arena *a, const struct part *p, size_t file_max, struct http_multipart *out, struct diag *d)
{
	if (str_empty(p->name) || !http_is_text(p->name) || !http_is_text(p->filename))
		return bad(d, "a part has no proper name");
	if (p->is_file)
		return keep_file(a, p, file_max, out, d);
	if (!http_is_text(p->bytes))
		return bad(d, "a field is not UTF-8");
	enum err e = http_pairs_add(a, &out->fields, p->name, p->bytes);
	return e == OK ? OK : diag_set(d, e, "http.too-many-fields", "The form has more than %d fields", HTTP_PAIRS_MAX);
}

/* memmem: a body of files is megabytes, and str_find is for short texts. */
static ptrdiff_t find(struct str s, struct str needle)
{
	const char *hit = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
	return hit ? hit - s.ptr : -1;
}

enum err http_multipart_read(struct arena *a, struct str body, struct str content_type, size_t file_max,
                             struct http_multipart *out, struct diag *d)
{
	struct str boundary = http_header_param(a, content_type, "boundary");
	if (str_empty(boundary) || boundary.len > BOUNDARY_MAX)
		return bad(d, "there is no boundary");
	struct str mark = arena_printf(a, "\r\n--%.*s", STR_ARG(boundary));
	if (!mark.ptr)
		return diag_set(d, ERR_NOMEM, "http.no-memory", "There is no memory for the form");
	struct str first = str_sub(mark, 2, mark.len), rest = body;
	if (!str_starts(rest, first))
		return bad(d, "it does not begin with its boundary");
	rest = str_sub(rest, first.len, rest.len);
	for (int parts = 0; parts < PARTS_MAX; parts++) {
		struct part p = { .name = { NULL, 0 } };
		if (str_starts(rest, S("--")))
			return OK;
		if (!str_starts(rest, S("\r\n")))
			return bad(d, "a boundary does not end its line");
		rest = str_sub(rest, 2, rest.len);
		TRY(read_part_headers(a, &rest, &p, d));
		ptrdiff_t end = find(rest, mark);
		if (end < 0)
			return bad(d, "a part has no end");
		p.bytes = str_sub(rest, 0, (size_t)end);
		rest = str_sub(rest, (size_t)end + mark.len, rest.len);
		TRY(keep_part(a, &p, file_max, out, d));
	}
	return bad(d, "it has too many parts");
}
