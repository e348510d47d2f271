/* citizen_upload.c - files that people hand in: what a material accepts, and why a file is refused. */
#include "http/sniff.h"
#include "web/citizen.h"

enum { MAX_MB_DEFAULT = 10 };

/* Types that a material accepts when it does not say: what sniff.h takes. */
static const struct { const char *mime, *name, *endings; } types[] = {
	{ "application/pdf", "PDF", ".pdf" },
	{ "image/jpeg", "JPG", ".jpg,.jpeg" },
	{ "image/png", "PNG", ".png" },
	{ "application/ofd", "OFD", ".ofd" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word (docx)", ".docx" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel (xlsx)", ".xlsx" },
	{ "text/plain", "TXT", ".txt" },
};

static bool accepts(const struct json *material, const char *mime)
{
	const struct json *list = json_get(material, "accept");
	if (!list || list->kind != JSON_ARRAY || !list->count)
		return true;
	for (size_t i = 0; i < list->count; i++)
		if (str_eqz(json_text(&list->items[i]), mime))
			return true;
	return false;
}

static int64_t max_mb(const struct json *material)
{
	int64_t mb = json_i64(json_get(material, "max_mb"), 0);
	return mb > 0 ? mb : MAX_MB_DEFAULT;
}

enum words { NAMES, ENDINGS, MIMES };

static struct str list_of(struct http_request *rq, const struct json *material, enum words which)
{
	struct buf b;
	struct str out;
	const char *between = which == MIMES ? " " : which == ENDINGS ? "," : str_eqz(rq->language, "en") ? ", " : "、";
	buf_init_in(&b, rq->arena, 1024);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (!accepts(material, types[i].mime))
			continue;
		if (b.len)
			buf_putz(&b, between);
		buf_putz(&b, which == MIMES ? types[i].mime : which == ENDINGS ? types[i].endings : types[i].name);
	}
	return buf_finish(&b, &out) == OK ? out : S("");
}

const struct json *citizen_material_dress(struct http_request *rq, const struct json *material)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "accept_text", list_of(rq, material, NAMES));
	json_build_str(&b, "accept_list", list_of(rq, material, ENDINGS));
	json_build_i64(&b, "max_mb", max_mb(material));
	json_build_merge(&b, material);
	return json_build_end(&b);
}

struct str citizen_file_refusal(struct http_request *rq, const struct http_file *f, const struct json *material)
{
	struct diag d;
	struct str args[1];
	diag_init(&d);
	if (!f)
		return http_tr(rq, "err.web.file-missing");
	if (str_empty(f->bytes))
		return http_tr(rq, "err.web.file-empty");
	if (f->bytes.len > (size_t)max_mb(material) << 20) {
		args[0] = arena_printf(rq->arena, "%lld", (long long)max_mb(material));
		return http_tr_args(rq, "err.web.file-size", args, 1);
	}
	if (http_sniff_check(f->filename, f->detected, list_of(rq, material, MIMES), &d) == OK)
		return S("");
	args[0] = list_of(rq, material, NAMES);
	return str_eqz(str_of(d.code), "upload.ending") ? web_refusal(rq, &d) : http_tr_args(rq, "err.web.file-type", args, 1);
}
