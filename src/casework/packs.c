/* packs.c - folders of packs for commands and tests: checked, and made into the data of pack.add. */
#include "casework/casework_int.h"
#include "casework/packs.h"

enum { PACK_TEXT_MAX = 16 << 20 };

enum err casework_pack_check(const char *folder, struct arena *a, struct casework_pack_finding **out, struct diag *d)
{
	struct pack_file *files;
	struct pack_finding *found = NULL;
	struct casework_pack_finding *first = NULL, **last = &first;
	struct pack *p = NULL;
	size_t count;
	TRY(pack_files_read(folder, a, &files, &count, d));
	enum err e = pack_compile(files, count, a, &p, &found, d);
	if (e == OK)
		pack_free(p);
	for (; found; found = found->next) {
		struct casework_pack_finding *f = arena_new(a, struct casework_pack_finding);
		if (!f)
			return ERR_NOMEM;
		*f = (struct casework_pack_finding){ found->error, found->place, found->text, NULL };
		*last = f;
		last = &f->next;
	}
	*out = first;
	return e;
}

enum err casework_pack_data(const char *folder, struct arena *a, const struct json **out, struct diag *d)
{
	struct pack_file *files;
	size_t count;
	struct buf b;
	struct json_writer w;
	struct str text;
	TRY(pack_files_read(folder, a, &files, &count, d));
	buf_init_in(&b, a, PACK_TEXT_MAX);
	json_writer_init(&w, &b);
	json_object(&w);
	json_key(&w, S("files"));
	json_array(&w);
	for (size_t i = 0; i < count; i++) {
		json_object(&w);
		json_pair_str(&w, "path", files[i].path);
		json_pair_str(&w, "text", files[i].bytes);
		json_end(&w);
	}
	json_end(&w);
	json_end(&w);
	TRY(buf_finish(&b, &text));
	return json_read(a, text, out, d);
}
